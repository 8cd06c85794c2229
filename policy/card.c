/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/carding.h"

const struct card_line_text card_line_texts[N_CARD_LINES] = {
	[CARD_UNCONDITIONAL] = { "unconditional",
				 "Is the permit unconditional?" },
	[CARD_PERMANENCE] = { "permanence",
			      "Does every grant have a path to permanence?" },
	[CARD_HEALTH] = { "health-care", "Does health care come with every grant?" },
	[CARD_NON_PUNISHMENT] = { "non-punishment",
				  "Do offences that trafficking caused change "
				  "nothing?" },
	[CARD_CHILD] = { "children", "Is a child never worse off than an adult?" },
	[CARD_REFLECTION] = { "reflection",
			      "Is there a time to reflect and recover?" },
	[CARD_MISSING] = { "missing",
			   "Can a person always know what is missing?" },
};

const char *const card_mark_names[N_CARD_MARKS] = {
	[CARD_PROVEN] = "proven",
	[CARD_BY_DESIGN] = "by design",
	[CARD_SHOWN] = "shown",
	[CARD_STATED] = "stated",
};

/* ---- What the parts share ---- */

const struct report_entry *carding_line(const struct carding *carding,
					enum report_line line)
{
	const struct report *report = carding->edition->report;

	return report != NULL && report->lines[line].said ? &report->lines[line]
							  : NULL;
}

struct card_point *carding_point(struct carding *carding, enum card_line line,
				 enum card_mark mark, const char *theorem,
				 const char *text)
{
	struct card_answer *answer = &carding->card->answers[line];
	struct card_point *point = &answer->points[answer->n_points];

	if (answer->n_points < CARD_POINTS_MAX - 1)
		answer->n_points++;
	*point = (struct card_point){
		.mark = mark,
		.theorem = theorem,
		.text = text,
	};
	return point;
}

void carding_answer(struct carding *carding, enum card_line line,
		    enum card_verdict verdict, const char *summary)
{
	carding->card->answers[line].verdict = verdict;
	carding->card->answers[line].summary = summary;
}

void carding_not_said(struct carding *carding, enum card_line line,
		      enum report_line missing)
{
	carding_answer(carding, line, CARD_NOT_SAID,
		       proof_say(&carding->proof,
				 "This edition does not say: its section Report has "
				 "no line “%s”.",
				 report_line_names[missing]));
}

const char *carding_term(struct carding *carding, const struct card_term *term)
{
	const char *text = card_term_text(term, carding->proof.arena);

	if (text == NULL)
		carding->proof.r = -ENOMEM;
	return text == NULL ? "" : text;
}

const char *carding_class(struct carding *carding, uint16_t variable,
			  uint8_t class)
{
	struct diagram_case single;
	const char *text;

	memset(&single, CASE_ANY, sizeof(single));
	single.classes[variable] = class;
	text = diagram_case_text(carding->edition, &single, carding->proof.arena);
	if (text == NULL)
		carding->proof.r = -ENOMEM;
	return text == NULL ? "" : text;
}

/* ---- Tests of the Report ---- */

static bool reads(const struct edition *edition, uint16_t variable,
		  const struct report_test *test)
{
	const struct variable *v = &edition->variables[variable];

	return (v->kind == VARIABLE_DERIVED) == test->derived &&
	       v->index == test->index;
}

void carding_variables(const struct edition *edition,
		       const struct report_test *test, bool marked[VARIABLES_MAX])
{
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (reads(edition, v, test))
			marked[v] = true;
}

/* Of a set: it holds one of the values; with none it is empty. */
static node_ref test_elements(struct conditions *conditions,
			      const struct report_test *test)
{
	struct node_pool *pool = &conditions->pool;
	const struct edition *edition = pool->edition;
	node_ref holds = NODE_FALSE;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		if (reads(edition, v, test) &&
		    (test->values == 0 ||
		     (test->values >> variable->element & 1) != 0))
			holds = node_or(pool, holds, node_test(pool, v, 1u << 1));
	}
	return test->values == 0 ? node_not(pool, holds) : holds;
}

static node_ref test_of(struct conditions *conditions,
			const struct report_test *test)
{
	const struct edition *edition = conditions->pool.edition;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		if (!reads(edition, v, test))
			continue;
		if (edition->variables[v].kind == VARIABLE_ELEMENT)
			return test_elements(conditions, test);
		return node_test(&conditions->pool, v, test->values);
	}
	/* no table reads it: nothing can depend on its being so */
	return NODE_TRUE;
}

node_ref carding_tests(struct conditions *conditions,
		       const struct report_entry *entry)
{
	node_ref all = NODE_TRUE;

	for (uint8_t i = 0; entry != NULL && i < entry->n_tests; i++)
		all = node_and(&conditions->pool, all,
			       test_of(conditions, &entry->tests[i]));
	return all;
}

/* ---- Theorems of the prover ---- */

/* More failures of one kind than this are counted, not shown. */
#define FAILURES_SHOWN_MAX 3

static const char *output_name(const struct carding *carding,
			       const struct theorem *theorem)
{
	const struct edition *edition = carding->edition;

	if (theorem->output < 0)
		return "";
	return edition->tables[edition->questions[theorem->question].table]
		.outputs[theorem->output]
		.name;
}

/* " It decides in 12.5 % of the cases that the law tells apart.", or "". */
static const char *share_text(struct carding *carding, const struct theorem *theorem)
{
	char share[SHARE_TEXT_BYTES];

	if (theorem->share.parts == 0)
		return "";
	share_print(theorem->share, share);
	return proof_say(&carding->proof,
			 " Share of the cases that it decides: %s.", share);
}

static void show_failure(struct carding *carding, enum card_line line,
			 const struct theorem *theorem, const char *name)
{
	const struct counterexample *example = theorem->counterexample;
	const char *question = theorem->question < 0
				       ? "the edition"
				       : carding->edition
						 ->questions[theorem->question]
						 .name;
	struct card_point *point;

	point = carding_point(
		carding, line, CARD_SHOWN, name,
		proof_say(&carding->proof, "In %s%s%s, it is not true that %s%s%s.%s",
			  question, theorem->output < 0 ? "" : ", output ",
			  output_name(carding, theorem),
			  theorem_texts[theorem->kind].statement,
			  example->what[0] != '\0' ? " — " : "", example->what,
			  share_text(carding, theorem)));
	point->cost = theorem->cost;
	for (uint8_t i = 0; i < example->n_cases; i++) {
		bool turned = carding_worse_first(carding,
						  (uint16_t)theorem->question,
						  (uint8_t)theorem->output, example);

		carding_case(point, i == 0 ? "One case" : "The other",
			     (uint16_t)theorem->question, (uint8_t)theorem->output,
			     &example->cases[turned ? 1 - i : i]);
	}
	if (example->table >= 0 && example->row >= 0)
		point->rows[point->n_rows++] = (struct theorem_row){
			(uint8_t)example->table, (uint8_t)example->row
		};
}

/* One point for all that hold, one for each failure. Returns those. */
static size_t show_kind(struct carding *carding, enum card_line line,
			enum theorem_kind kind)
{
	const struct theorem_text *text = &theorem_texts[kind];
	const char *name = proof_say(&carding->proof, "%s %s", text->obligation,
				     text->name);
	size_t n_failed = 0;
	size_t n_hold = 0;
	uint64_t cost = 0;

	for (size_t i = 0; i < carding->n_theorems; i++) {
		const struct theorem *theorem = &carding->theorems[i];

		if (theorem->kind != kind)
			continue;
		n_hold += theorem->holds;
		cost += theorem->holds ? theorem->cost : 0;
		if (!theorem->holds && n_failed++ < FAILURES_SHOWN_MAX)
			show_failure(carding, line, theorem, name);
	}
	if (n_failed > FAILURES_SHOWN_MAX)
		(void)carding_point(carding, line, CARD_SHOWN, name,
				    proof_say(&carding->proof,
					      "Nor is it so in %zu more.",
					      n_failed - FAILURES_SHOWN_MAX));
	if (n_hold > 0)
		carding_point(carding, line, CARD_PROVEN, name,
			      n_failed > 0
				      ? proof_say(&carding->proof,
						  "Elsewhere it holds: %s.",
						  text->statement)
				      : proof_say(&carding->proof, "%c%s.",
						  text->statement[0] - 'a' + 'A',
						  text->statement + 1))
			->cost = cost;
	return n_failed;
}

/* All theorems of some obligations: "P4 P7". Returns how many fail. */
static size_t show_obligations(struct carding *carding, enum card_line line,
			       const char *obligations)
{
	size_t n_failed = 0;

	for (int kind = 0; kind < N_THEOREM_KINDS; kind++)
		if (strstr(obligations, theorem_texts[kind].obligation) != NULL)
			n_failed += show_kind(carding, line,
					      (enum theorem_kind)kind);
	return n_failed;
}

static void card_unconditional(struct carding *carding)
{
	size_t n_failed = show_obligations(carding, CARD_UNCONDITIONAL,
					   "P0 P1 P2 P3");

	for (size_t i = 0; i < carding->n_theorems; i++) {
		if (carding->theorems[i].share.parts == 0)
			continue;
		(void)carding_point(carding, CARD_UNCONDITIONAL, CARD_STATED,
				    "share", SHARE_MEANING);
		break;
	}

	if (n_failed == 0)
		carding_answer(carding, CARD_UNCONDITIONAL, CARD_YES,
			       "Nothing that anyone says about a crime, to whomever, "
			       "changes any result, length, date or condition.");
	else
		carding_answer(carding, CARD_UNCONDITIONAL, CARD_NO,
			       "What is said about a crime, or who found what, "
			       "changes a result.");
}

static void card_child(struct carding *carding)
{
	size_t n_failed = show_kind(carding, CARD_CHILD, THEOREM_CHILD_ADVERSE) +
			  show_kind(carding, CARD_CHILD, THEOREM_CHILD);

	if (n_failed == 0)
		carding_answer(carding, CARD_CHILD, CARD_YES,
			       "In every case a child reaches a result that is no "
			       "worse than an adult’s.");
	else
		carding_answer(carding, CARD_CHILD, CARD_NO,
			       "There are cases in which a child is worse off than an "
			       "adult.");
}

/* ---- Reflection ---- */

static bool declares(const struct report_entry *entry, const struct report_row *row)
{
	for (uint8_t i = 0; i < entry->n_rows; i++)
		if (entry->rows[i].question == row->question &&
		    entry->rows[i].row == row->row)
			return true;
	return false;
}

/* Grants of the questions whose rows are declared, outside those rows. */
static unsigned grants_besides(const struct carding *carding,
			       const struct report_entry *entry)
{
	const struct edition *edition = carding->edition;
	unsigned n = 0;

	for (uint8_t q = 0; q < edition->n_questions; q++) {
		struct report_row row = { q, 0 };
		bool concerned = false;

		for (uint8_t i = 0; i < entry->n_rows; i++)
			concerned = concerned || entry->rows[i].question == q;
		for (; concerned &&
		       row.row < edition->tables[edition->questions[q].table].n_rows;
		     row.row++)
			n += card_row_gives(carding->edition, &row, OUTCOME_GRANT) &&
			     !declares(entry, &row);
	}
	return n;
}

/* Which line of the Report declares a length for the row's question, or NULL. */
static const struct report_entry *permit_of(const struct carding *carding,
					    const struct report_row *row)
{
	static const enum report_line permits[] = { REPORT_FIRST_PERMIT,
						    REPORT_RENEWAL };

	for (size_t i = 0; i < ARRAY_LENGTH(permits); i++) {
		const struct report_entry *entry = carding_line(carding, permits[i]);

		if (entry != NULL && entry->question == row->question)
			return entry;
	}
	return NULL;
}

/* " It lasts 180 days (up to).", or "" where no length is declared. */
static const char *lasting(struct carding *carding, const struct report_row *row)
{
	const struct report_entry *permit = permit_of(carding, row);
	struct card_term term;

	if (permit == NULL ||
	    !card_term_of(carding->edition, permit, row->row, &term))
		return "";
	return proof_say(&carding->proof, " It lasts %s.",
			 carding_term(carding, &term));
}

static void point_reflection(struct carding *carding,
			     const struct report_entry *entry, uint8_t i)
{
	const struct edition *edition = carding->edition;
	const struct question *question =
		&edition->questions[entry->rows[i].question];
	const struct table *table = &edition->tables[question->table];
	bool granted = card_row_gives(carding->edition, &entry->rows[i], OUTCOME_GRANT);
	struct card_point *point;

	point = carding_point(
		carding, CARD_REFLECTION, granted ? CARD_STATED : CARD_SHOWN,
		"reflection-row",
		proof_say(&carding->proof, "Row %s of %s %s.%s",
			  table->rows[entry->rows[i].row].id, question->name,
			  granted ? "gives it" : "is no grant",
			  lasting(carding, &entry->rows[i])));
	point->declared = entry;
	point->rows[point->n_rows++] = (struct theorem_row){
		(uint8_t)question->table, entry->rows[i].row
	};
}

static void card_reflection(struct carding *carding)
{
	const struct report_entry *entry = carding_line(carding, REPORT_REFLECTION);
	unsigned n_besides;
	unsigned n_not = 0;

	if (entry == NULL) {
		carding_not_said(carding, CARD_REFLECTION, REPORT_REFLECTION);
		return;
	}
	for (uint8_t i = 0; i < entry->n_rows; i++) {
		point_reflection(carding, entry, i);
		n_not += !card_row_gives(carding->edition, &entry->rows[i], OUTCOME_GRANT);
	}
	if (entry->n_rows == 0) {
		carding_point(carding, CARD_REFLECTION, CARD_STATED, "reflection",
			      "The edition says that there is none.")
			->declared = entry;
		carding_answer(carding, CARD_REFLECTION, CARD_NO,
			       "The edition says that there is none.");
		return;
	}
	n_besides = grants_besides(carding, entry);
	if (n_besides == 0 && n_not == 0) {
		carding_point(carding, CARD_REFLECTION, CARD_PROVEN,
			      "reflection-every-grant",
			      "No grant of that question stands in another row, and "
			      "no row is dead.")
			->cost = entry->n_rows;
		carding_answer(carding, CARD_REFLECTION, CARD_YES,
			       "Whoever is granted that permit has the time to "
			       "reflect and recover.");
	} else {
		carding_answer(carding, CARD_REFLECTION, CARD_IN_PART,
			       proof_say(&carding->proof,
					 "Some grants give it: %u rows of the same "
					 "question grant without, %u of those named "
					 "are no grant.",
					 n_besides, n_not));
	}
}

/* ---- What is missing ---- */

static bool has_reason(const struct row *row)
{
	for (int i = 0; i < N_LANGUAGES; i++)
		if (row->reason.in[i] == NULL || row->reason.in[i][0] == '\0')
			return false;
	return true;
}

/* Each row that does not grant has a reason in every language. */
static size_t missing_reasons(struct carding *carding)
{
	const struct edition *edition = carding->edition;
	struct card_point *point;
	unsigned n_rows = 0;
	unsigned n_without = 0;

	point = carding_point(carding, CARD_MISSING, CARD_PROVEN, "reasons", "");
	for (uint8_t q = 0; q < edition->n_questions; q++) {
		const struct question *question = &edition->questions[q];
		const struct table *table = &edition->tables[question->table];

		for (uint8_t r = 0; r < table->n_rows; r++) {
			const struct report_row row = { q, r };

			if (card_row_gives(carding->edition, &row, OUTCOME_GRANT))
				continue;
			n_rows++;
			if (has_reason(&table->rows[r]))
				continue;
			if (n_without++ < CARD_ROWS_MAX)
				point->rows[point->n_rows++] = (struct theorem_row){
					(uint8_t)question->table, r
				};
		}
	}
	point->cost = n_rows;
	point->mark = n_without == 0 ? CARD_PROVEN : CARD_SHOWN;
	point->text = proof_say(&carding->proof,
				n_without == 0
					? "Each of the %u rows that do not grant gives "
					  "its reason in %d languages."
					: "Of the %u rows that do not grant some lack a "
					  "reason in one of %d languages.",
				n_rows, N_LANGUAGES);
	return n_without;
}

/* Where nothing can be had here, other ways are named. */
static size_t missing_routes(struct carding *carding)
{
	const struct edition *edition = carding->edition;
	unsigned n = 0;

	for (uint8_t q = 0; q < edition->n_questions; q++) {
		uint16_t table = edition->questions[q].table;

		for (uint8_t r = 0; r < edition->tables[table].n_rows; r++) {
			const struct report_row row = { q, r };

			n += card_row_gives(carding->edition, &row, OUTCOME_NO_ROUTE);
		}
	}
	if (n == 0)
		return 0;
	carding_point(carding, CARD_MISSING,
		      edition->n_routes > 0 ? CARD_PROVEN : CARD_SHOWN, "routes",
		      proof_say(&carding->proof,
				"Rows that say that there is no route here: %u. Other "
				"routes named: %u.",
				n, edition->n_routes))
		->cost = n;
	return edition->n_routes == 0;
}

static void card_missing(struct carding *carding)
{
	size_t n_failed = 0;

	(void)carding_point(carding, CARD_MISSING, CARD_BY_DESIGN, "ask",
			    "A fact is asked for only where two cases that differ in "
			    "it alone have different results; what is listed as "
			    "missing is exact.");
	(void)carding_point(carding, CARD_MISSING, CARD_BY_DESIGN, "wait",
			    "Whoever has to wait is told until which day.");
	n_failed += missing_reasons(carding) > 0;
	n_failed += missing_routes(carding);
	n_failed += show_obligations(carding, CARD_MISSING, "P4 P7");
	if (n_failed == 0)
		carding_answer(carding, CARD_MISSING, CARD_YES,
			       "Every answer but a grant gives its reason, what is "
			       "still needed, and a way on.");
	else
		carding_answer(carding, CARD_MISSING, CARD_IN_PART,
			       "Some answers leave a person without a reason or a "
			       "way on.");
}

/* ---- The card ---- */

static void count_rows(struct card *card)
{
	const struct edition *edition = card->edition;

	for (uint16_t t = 0; t < edition->n_tables; t++)
		for (uint8_t r = 0; r < edition->tables[t].n_rows; r++) {
			card->n_rows++;
			card->n_unverified += edition->tables[t].rows[r].unverified;
		}
}

int card_make(const struct edition *edition, struct arena *arena,
	      struct arena *scratch, struct card *ret_card)
{
	struct theorem *theorems = arena_array(arena, THEOREMS_MAX,
					       sizeof(*theorems));
	struct carding carding = {
		.edition = edition,
		.proof = { .edition = edition, .arena = arena, .scratch = scratch },
		.theorems = theorems,
		.card = ret_card,
	};
	int r;

	if (theorems == NULL)
		return -ENOMEM;
	r = prove(edition, arena, scratch, theorems, &carding.n_theorems);
	if (r != 0)
		return r;
	*ret_card = (struct card){ .edition = edition,
				   .n_theorems = carding.n_theorems };
	for (size_t i = 0; i < carding.n_theorems; i++)
		ret_card->n_failed += !theorems[i].holds;
	count_rows(ret_card);
	card_unconditional(&carding);
	card_permanence(&carding);
	card_health(&carding);
	card_non_punishment(&carding);
	card_child(&carding);
	card_reflection(&carding);
	card_missing(&carding);
	return carding.proof.r;
}
