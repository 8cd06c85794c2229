/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/prove_save.h"

#include <string.h>

#include "policy/base/text.h"
#include "policy/decide.h"

struct saving {
	FILE *to;
	const struct edition *edition;
	struct arena *scratch;
	const char **seen; /* questions with their answers: nothing stands twice */
	size_t n_seen;
	unsigned number; /* of the next id */
	bool told;	 /* a case was told in words: its heading stands */
	bool failed;	 /* memory ran out */
};

#define CASES_MAX (2 * THEOREMS_MAX)

/* ---- Texts ---- */

static const struct question *question_of(const struct saving *saving,
					  const struct theorem *theorem)
{
	return &saving->edition->questions[theorem->question];
}

/* The answers that the question can read: "here = yes; risk = serious". */
static const char *facts_text(const struct saving *saving,
			      const struct question *question,
			      const struct facts *facts)
{
	const struct edition *edition = saving->edition;
	struct builder text;

	builder_init(&text, saving->scratch);
	for (uint16_t f = 0; f < edition->n_facts; f++) {
		const struct answer *answer = &facts->answers[f];
		const char *value;

		if (answer->state == ANSWER_ABSENT ||
		    (question->facts >> f & 1) == 0)
			continue;
		value = fact_print(&edition->facts[f], answer, saving->scratch);
		if (value == NULL)
			return NULL;
		builder_format(&text, "%s%s = %s", text.n > 0 ? "; " : "",
			       edition->facts[f].key, value);
	}
	return builder_text(&text);
}

static void add_outputs(struct saving *saving, struct builder *text,
			const struct decision *decision, struct arena *arena)
{
	for (uint8_t o = 0; o < decision->n_outputs; o++) {
		const struct decided_output *output = &decision->outputs[o];
		const char *value;

		if (o == decision->question->outcome || !output->settled)
			continue;
		value = decided_output_text(output, arena);
		if (value == NULL)
			saving->failed = true;
		else if (strcmp(value, "-") != 0)
			builder_format(text, "; %s = %s", output->output->name,
				       value);
	}
}

/* "grant; length = P12M; row = fp-1": what decide() comes to; NULL without. */
static const char *expected_text(struct saving *saving,
				 const struct question *question,
				 const struct facts *facts)
{
	CLEANUP(arena_done) struct arena arena;
	struct decision decision;
	struct builder text;
	int row;

	arena_init(&arena, 2 * DECIDE_ARENA_BYTES);
	if (decide(saving->edition, question, facts, &arena, &decision, &row) != 0)
		return NULL;
	builder_init(&text, saving->scratch);
	builder_string(&text, outcome_names[decision.outcome]);
	add_outputs(saving, &text, &decision, &arena);
	for (uint16_t i = 0; i < decision.n_rows; i++) {
		const struct decided_row *of = &decision.rows[i];

		if (of->table == question->table && of->certain)
			builder_format(&text, "; row = %s",
				       saving->edition->tables[of->table]
					       .rows[of->row]
					       .id);
	}
	return builder_text(&text);
}

/* ---- Ids ---- */

static bool is_taken(const struct edition *edition, const char *id)
{
	for (uint16_t i = 0; i < edition->n_examples; i++)
		if (strcmp(edition->examples[i].id, id) == 0)
			return true;
	for (uint16_t i = 0; i < edition->n_routes; i++)
		if (strcmp(edition->routes[i].id, id) == 0)
			return true;
	for (uint16_t t = 0; t < edition->n_tables; t++)
		for (uint8_t r = 0; r < edition->tables[t].n_rows; r++)
			if (strcmp(edition->tables[t].rows[r].id, id) == 0)
				return true;
	return false;
}

/* "ex-p1-3": the obligation, and a number that makes it new. */
static void next_id(struct saving *saving, const struct theorem *theorem, char id[32])
{
	const char *obligation = theorem_texts[theorem->kind].obligation;

	do {
		snprintf(id, 32, "ex-p%s-%u", obligation + 1, ++saving->number);
	} while (is_taken(saving->edition, id));
}

/* ---- Cases ---- */

static bool is_new(struct saving *saving, const char *text)
{
	for (size_t i = 0; i < saving->n_seen; i++)
		if (strcmp(saving->seen[i], text) == 0)
			return false;
	saving->seen[saving->n_seen++] = text;
	return true;
}

static void save_case(struct saving *saving, const struct theorem *theorem,
		      const struct theorem_case *shown)
{
	const struct question *question = question_of(saving, theorem);
	const char *facts = facts_text(saving, question, shown->facts);
	const char *expected = expected_text(saving, question, shown->facts);
	char day[DATE_TEXT_BYTES];
	struct builder row;
	const char *text;
	char id[32];

	date_print(shown->facts->as_of, day);
	builder_init(&row, saving->scratch);
	builder_format(&row, "| %s | %s | %s | %s |", question->name, day,
		       facts == NULL ? "" : facts,
		       expected == NULL ? "" : expected);
	text = builder_text(&row);
	if (facts == NULL || expected == NULL || text == NULL) {
		saving->failed = true;
		return;
	}
	if (strlen(facts) > CELL_MAX_BYTES || !is_new(saving, text))
		return;
	next_id(saving, theorem, id);
	fprintf(saving->to, "%s %s |\n", text, id);
}

/* In words, what has no answers, or too many for a cell. */
static void tell_case(struct saving *saving, const struct theorem *theorem,
		      const struct theorem_case *shown)
{
	const struct question *question = question_of(saving, theorem);
	const char *text = diagram_case_text(saving->edition, &shown->shown,
					     saving->scratch);
	const char *facts = "";

	if (shown->facts != NULL)
		facts = facts_text(saving, question, shown->facts);
	if (text == NULL || facts == NULL)
		saving->failed = true;
	if (saving->failed ||
	    (shown->facts != NULL && strlen(facts) <= CELL_MAX_BYTES))
		return;
	if (!saving->told)
		fputs("\n## Without answers\n\n"
		      "No answers that come to these cases were found, or they fill "
		      "more than a cell; they are told by what the tables "
		      "distinguish.\n\n",
		      saving->to);
	saving->told = true;
	fprintf(saving->to, "* %s %s, %s: %s\n",
		theorem_texts[theorem->kind].obligation,
		theorem_texts[theorem->kind].name, question->name, text);
}

static void each_case(struct saving *saving, const struct theorem *theorems,
		      size_t n, bool told)
{
	for (size_t i = 0; i < n && !saving->failed; i++) {
		const struct counterexample *example = theorems[i].counterexample;

		for (uint8_t c = 0; example != NULL && c < example->n_cases; c++)
			if (told)
				tell_case(saving, &theorems[i], &example->cases[c]);
			else if (example->cases[c].facts != NULL)
				save_case(saving, &theorems[i], &example->cases[c]);
	}
}

int prove_save(FILE *to, const struct edition *edition,
	       const struct theorem *theorems, size_t n, struct arena *scratch)
{
	struct saving saving = { .to = to, .edition = edition, .scratch = scratch };

	arena_reset(scratch);
	saving.seen = arena_array(scratch, CASES_MAX, sizeof(*saving.seen));
	saving.failed = saving.seen == NULL;
	fprintf(to,
		"# Counterexamples of %s, edition %s\n\n"
		"Paste what is wanted into the policy's examples, and say there what "
		"should follow; here stands what follows now.\n\n"
		"## Examples\n\n"
		"| question | as of | facts | expected | id |\n"
		"|---|---|---|---|---|\n",
		edition->policy_id, edition->name);
	each_case(&saving, theorems, n, false);
	each_case(&saving, theorems, n, true);
	return saving.failed || ferror(to) ? -1 : 0;
}
