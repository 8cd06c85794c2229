/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

static int possible;		/* what the constraints allow */
static const char *fault;	/* why P6 fails; NULL while it holds */
static uint64_t testimony, proxies, evidence, helping;	/* facts, as bits */

/* ---- From tables to diagrams, and P6 on the way ---- */
static int where_matched(const struct row *row)
{
	int matched = possible;

	for (int i = 0; i < row->n_tests; i++) {
		const struct test *test = &row->tests[i];
		const struct subject *s = test->subject;
		int some = FALSE, all = TRUE;

		for (int v = 0; v < s->n_values; v++)
			if ((test->values >> v & 1) != 0) {
				some = either(some, s->holds[v]);
				all = both(all, s->holds[v]);
			}
		if (test->clause == NONE)
			matched = except(matched, some);
		else
			matched = both(matched, test->clause == ALL ? all : some);
	}
	return matched;
}

/* Where a row was reached it gives its results, of a C table besides others. */
static void take_row(struct table *table, const struct row *row)
{
	for (int o = 0; o < table->n_outputs; o++) {
		struct subject *s = table->outputs[o];

		for (int v = 0; v < s->n_values; v++)
			if (v == row->result[o])
				s->holds[v] = either(s->holds[v], row->reached);
			else if (table->hit != 'C')
				s->holds[v] = except(s->holds[v], row->reached);
	}
}

/* Under F a row hides those after it, under P those of a later first output. */
static void reach_row(struct table *table, struct row *row)
{
	const struct row *end = &table->rows[table->n_rows], *other;

	row->reached = row->matched;
	for (other = table->rows; other < end; other++)
		if ((table->hit == 'F' && other < row) ||
		    (table->hit == 'P' && other->result[0] < row->result[0]))
			row->reached = except(row->reached, other->matched);
	if (row->reached == FALSE)
		fault = row->id;
	for (other = table->rows; other < row && table->hit != 'C'; other++) {
		size_t n = sizeof(row->result);
		bool agree = memcmp(row->result, other->result, n) == 0;

		if ((table->hit == 'U' || !agree) &&
		    both(row->reached, other->reached) != FALSE)
			fault = row->id;
	}
}

/* A fact that can only help, read by the row or by rows that give what it tests. */
static const char *rests_on(const struct row *row)
{
	const char *found = NULL;

	for (int i = 0; i < row->n_tests; i++) {
		const struct test *test = &row->tests[i];
		const struct subject *s = test->subject;

		if ((s->facts & helping) != 0)
			found = s->name;
		for (int r = 0; s->table != NULL && r < s->table->n_rows; r++) {
			const struct row *other = &s->table->rows[r];
			bool gives = test->clause == NONE ||
				     (test->values >> other->result[s->output] & 1) != 0;

			if (gives && other->rests_on != NULL)
				found = other->rests_on;
		}
	}
	return found;
}

static void build(struct table *table)
{
	struct row *end = &table->rows[table->n_rows], *row;
	int covered = FALSE;

	if (table->state == BUILT)
		return;
	need(table->state == WAITING, "the table `%s` reads itself", table->name);
	table->state = UNDER_WAY;
	for (row = table->rows; row < end; row++) {
		for (int i = 0; i < row->n_tests; i++)
			if (row->tests[i].subject->table != NULL)
				build(row->tests[i].subject->table);
		row->matched = where_matched(row);
		covered = either(covered, row->matched);
	}
	for (row = table->rows; row < end; row++) {
		row->rests_on = rests_on(row);
		reach_row(table, row);
		take_row(table, row);
	}
	if (table->hit != 'C' && covered != possible)
		fault = table->name;
	table->state = BUILT;
}

static void build_all(void)
{
	struct table *end = &tables[n_tables], *t;

	fault = NULL;
	possible = TRUE;
	for (t = tables; t < end; t++)
		for (int row = 0; t->hit == 'n' && row < t->n_rows; row++)
			possible = except(possible, where_matched(&t->rows[row]));
	if (possible == FALSE)
		fault = "the constraints exclude every case";
	for (t = tables; t < end; t++)
		if (t->hit != 'n')
			build(t);
}

/* Where the output has a value, be it none. */
static int where_given(const struct subject *output)
{
	int given = FALSE;

	for (int v = 0; v < output->n_values; v++)
		given = either(given, output->holds[v]);
	return given;
}

static void compare_output(const struct subject *output)
{
	int diagram = LEAF(NEVER);

	for (int v = 0; v < output->n_values; v++) {
		int leaf = LEAF(v < output->n_known ? v : NO_VALUE);

		diagram = either_or(output->holds[v], leaf, diagram);
	}
	compare(output->name, diagram);
}

/* ---- Conditions ---- */
enum rank { ADVERSE, NO_ROUTE, REFER, WAIT, GRANT, RANKS };

static const struct table *question;	/* the one that theorems are about */
static const char *about;		/* its outcome's name */
static int of[RANKS], from[RANKS + 1];	/* where it has a rank; has that or more */

static void rank_outcome(void)
{
	static const char *const names[] = { "adverse", "no-route", "refer", "wait",
					     "grant" };
	const struct subject *s = question->outcome;

	about = s->name;
	from[RANKS] = FALSE;
	for (int rank = GRANT; rank >= ADVERSE; rank--) {
		int value = value_index(s->values, s->n_known, names[rank]);

		of[rank] = value < 0 ? FALSE : s->holds[value];
		if (rank == NO_ROUTE)
			of[rank] = either(of[rank], s->holds[s->n_known]);
		from[rank] = either(from[rank + 1], of[rank]);
	}
}

/* Where it holds for some values of these facts, all else equal. */
static int some(uint64_t facts, int condition)
{
	bool over[VARIABLES];

	for (int v = 0; v < n_variables; v++)
		over[v] = (variables[v].subject->facts & facts) != 0;
	return some_of(condition, over);
}

/* Where it holds after some change that people or time can make. */
static int some_change(int condition)
{
	bool over[VARIABLES];

	for (int v = 0; v < n_variables; v++)
		over[v] = variables[v].subject->changes;
	return some_of(condition, over);
}

/* Where it holds for some class of one variable, all else equal. */
static int some_class(const struct variable *variable, int condition)
{
	bool over[VARIABLES] = { false };

	over[variable - variables] = true;
	return some_of(condition, over);
}

/* ---- P1, P2, P3: what is at stake makes no difference, nor to a date ---- */

/* Where some values of these facts make it true, and others false. */
static int swayed(uint64_t facts, int condition, int among)
{
	return both(some(facts, condition), some(facts, except(among, condition)));
}

static void prove_output(const char *theorem, const struct subject *output,
			 uint64_t facts)
{
	int differ = FALSE, given = where_given(output);
	const char *why = NULL;

	for (int v = 0; v < output->n_values; v++) {
		const struct subject *read = find_subject(output->values[v]);
		bool dated = read != NULL && is(read, "date");

		differ = either(differ, swayed(facts, output->holds[v], given));
		if (dated && (read->facts & facts) != 0 && output->holds[v] != FALSE)
			why = read->name;
	}
	conclude(theorem, output->name, differ, why);
}

/* Nor to the row that is shown, and so to the reason that is given. */
static void prove_rows(const char *theorem, uint64_t facts)
{
	int differ = FALSE;

	for (int r = 0; r < question->n_rows; r++)
		differ = either(differ,
				swayed(facts, question->rows[r].reached, possible));
	conclude(theorem, about, differ, NULL);
}

static void prove_stakes(void)
{
	static const char *const names[][2] = {
		{ "P1 non-interference", "P1 non-interference-row" },
		{ "P2 no-proxy", "P2 no-proxy-row" },
		{ "P3 evidence", "P3 evidence-row" },
	};
	uint64_t facts[] = { testimony, proxies, evidence };

	for (int i = 0; i < 3; i++) {
		if (question == NULL)
			conclude(names[i][0], "-", swayed(facts[i], possible, TRUE),
				 NULL);
		for (int o = 0; question != NULL && o < question->n_outputs; o++)
			prove_output(names[i][0], question->outputs[o], facts[i]);
		if (question != NULL)
			prove_rows(names[i][1], facts[i]);
	}
}

/* ---- P4: not knowing a fact never turns a case adverse, learning it narrows ---- */
static void prove_unknown(void)
{
	int turns = FALSE, widens = FALSE;

	for (const struct variable *v = variables; v < &variables[n_variables]; v++) {
		int class = v->subject->n_known, unknown, better, decided;

		if (v->element >= 0 || v->n_classes == class)
			continue;
		unknown = v->subject->holds[class];
		better = some_class(v, except(from[NO_ROUTE], unknown));
		decided = some_class(v, except(from[ADVERSE], unknown));
		for (int rank = ADVERSE; rank < RANKS; rank++) {
			int before = some_class(v, both(of[rank], unknown));
			int after = some_class(v, except(of[rank], unknown));
			int lost = both(decided, except(before, after));

			if (rank == ADVERSE)
				turns = either(turns, both(before, better));
			if (rank != REFER)
				widens = either(widens, lost);
		}
	}
	conclude("P4 unknown", about, turns, NULL);
	conclude("P4 learning", about, widens, NULL);
}

/* ---- P5: what can only help never harms ---- */
static void prove_help(void)
{
	int turns = FALSE, worse = FALSE;

	for (const struct subject *s = subjects; s < &subjects[n_facts]; s++)
		if ((s->facts & helping) != 0)
			turns = either(turns, both(some(s->facts, of[ADVERSE]),
						   some(s->facts, from[NO_ROUTE])));
	for (const struct variable *v = variables; v < &variables[n_variables]; v++)
		for (int rank = NO_ROUTE; rank < RANKS; rank++) {
			int lower = except(from[ADVERSE], from[rank]), with;

			if (v->element < 0 || (v->subject->facts & helping) == 0)
				continue;
			with = v->subject->holds[v->element];
			lower = some_class(v, both(lower, with));
			worse = either(worse, both(lower,
				some_class(v, except(from[rank], with))));
		}
	conclude("P5 protection", about, turns, NULL);
	conclude("P5 gain", about, worse, NULL);
}

/* Facts that a row of the constraints ties to the age group, and itself. */
static uint64_t tied_to(const struct subject *age)
{
	uint64_t tied = age->facts;

	for (const struct table *t = tables; t < &tables[n_tables]; t++)
		for (int row = 0; t->hit == 'n' && row < t->n_rows; row++) {
			uint64_t facts = 0;

			for (int i = 0; i < t->rows[row].n_tests; i++)
				facts |= t->rows[row].tests[i].subject->facts;
			tied |= (facts & age->facts) != 0 ? facts : 0;
		}
	return tied;
}

/* A child is never adverse where an adult is not, nor of lower rank. */
static void prove_child(void)
{
	const struct subject *age = find_subject("age.group");
	int adult = FALSE, child = FALSE, turns, worse = FALSE;
	uint64_t tied = age == NULL ? 0 : tied_to(age);

	for (int v = 0; age != NULL && age->holds[0] != 0 && v < age->n_known; v++)
		if (strcmp(age->values[v], "adult") == 0)
			adult = age->holds[v];
		else
			child = either(child, age->holds[v]);
	turns = both(some(tied, both(adult, from[NO_ROUTE])),
		     some(tied, both(child, of[ADVERSE])));
	for (int rank = NO_ROUTE; rank < RANKS; rank++)
		worse = either(worse, except(some(tied, both(adult, from[rank])),
					     some(tied, both(child, from[rank]))));
	worse = both(worse, some(tied, both(child, from[ADVERSE])));
	conclude("P5 child-adverse", about, turns, NULL);
	conclude("P5 child-rank", about, worse, NULL);
}

/* ---- P7: an adverse row has reasons, rests on nothing that helps, has a way out */
static void prove_adverse(void)
{
	const struct subject *s = question->outcome;
	const char *lacks = NULL, *reads = NULL;
	int better = some_change(from[NO_ROUTE]);

	for (int r = 0; r < question->n_rows; r++) {
		const struct row *row = &question->rows[r];

		if (strcmp(s->values[row->result[s->output]], "adverse") == 0) {
			lacks = row->reasoned ? lacks : row->id;
			reads = row->rests_on == NULL ? reads : row->rests_on;
		}
	}
	conclude("P7 adverse-reason", about, FALSE, lacks);
	conclude("P7 adverse-reads", about, FALSE, reads);
	conclude("P7 way-out", about, except(of[ADVERSE], better), NULL);
}

/* ---- P0, and all ---- */
static const char *bad_name(void)
{
	const char *found = NULL;

	for (const struct subject *s = subjects; s < &subjects[n_subjects]; s++) {
		if (tells(s->name, s->table == NULL) ||
		    strcmp(s->class, "testimony") == 0)
			found = s->name;
		for (int v = 0; s->table != NULL && v < s->n_values; v++)
			if (tells(s->values[v], false))
				found = s->values[v];
	}
	for (const struct table *t = tables; t < &tables[n_tables]; t++)
		for (int row = 0; row < t->n_rows; row++)
			if (tells(t->rows[row].id, false))
				found = t->rows[row].id;
	return found;
}

static void sort_facts(void)
{
	testimony = proxies = evidence = helping = 0;
	for (const struct subject *s = subjects; s < &subjects[n_facts]; s++) {
		if (strcmp(s->class, "testimony") == 0 || tells(s->name, true))
			testimony |= s->facts;
		else if (s->proxy)
			proxies |= s->facts;
		if (strcmp(s->class, "evidence") == 0 ||
		    strcmp(s->class, "hidden") == 0)
			evidence |= s->facts;
		if (strcmp(s->direction, "+") == 0)
			helping |= s->facts;
	}
}

/* In the order of the claims in a package. */
void prove_all(void)
{
	const struct table *end = &tables[n_tables], *t;

	sort_facts();
	build_all();
	compare("possible", possible);
	for (t = tables; t < end; t++)
		for (int o = 0; t->outcome != NULL && o < t->n_outputs; o++)
			compare_output(t->outputs[o]);
	conclude("P0 no-testimony", "-", FALSE, bad_name());
	question = NULL;
	prove_stakes();
	conclude("P6 complete", "-", FALSE, fault);
	for (t = tables; t < end; t++)
		for (int o = 0; t->outcome != NULL && o < t->n_outputs; o++)
			conclude("P6 complete", t->outputs[o]->name,
				 except(possible, where_given(t->outputs[o])), NULL);
	for (question = tables; question < end; question++) {
		if (question->outcome == NULL)
			continue;
		rank_outcome();
		prove_stakes();
		prove_unknown();
		prove_help();
		prove_child();
		prove_adverse();
	}
}
