/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

enum { UNDER_WAY = 1, BUILT };

static int possible;		/* what the constraints allow */
static const char *fault;	/* why P6 fails; NULL while it holds */
static uint64_t testimony, proxies, evidence, helping;	/* facts, as bits */

static int both(int a, int b)
{
	return apply(AND, a, b);
}

static int either(int a, int b)
{
	return apply(OR, a, b);
}

static int except(int a, int b)
{
	return apply(BUT_NOT, a, b);
}

/* ---- From tables to diagrams, and P6 on the way ---- */
static int row_test(const struct table *table, int row, int input)
{
	struct subject *s = table->inputs[input];
	struct test test = read_cell(s, cell(table, row, table->in[input]));
	int some = FALSE, every = TRUE, holds;

	if (test.clause == ANY)
		return TRUE;
	if (s->table == NULL && s->type != SET)
		return in_classes(s->level[0], test.mask);
	for (int i = 0; i <= NONE; i++) {
		if ((test.mask >> i & 1) == 0)
			continue;
		if (s->table == NULL)
			holds = in_classes(s->level[i], 2);
		else if (s->type == SET)
			holds = apply(HOLDS, s->table->result[s->output], LEAF(1 << i));
		else
			holds = apply(EQUAL, s->table->result[s->output], LEAF(i));
		some = either(some, holds);
		every = both(every, holds);
	}
	if (s->type == SET && (test.clause == NOT || test.clause == ONLY))
		return except(TRUE, some);
	return test.clause == ALL ? every : some;
}

static int row_matches(const struct table *table, int row)
{
	int where = possible;

	for (int i = 0; i < table->n_inputs; i++)
		where = both(where, row_test(table, row, i));
	return where;
}

/* Under F a row hides those after it, under P those of a later first output. */
static bool hides(const struct table *table, int row, int other)
{
	if (table->hit == 'P')
		return output_value(table, row, 0) < output_value(table, other, 0);
	return table->hit == 'F' && row < other;
}

static bool agree(const struct table *table, int row, int other)
{
	for (int o = 0; o < table->n_outputs; o++)
		if (output_value(table, row, o) != output_value(table, other, o))
			return false;
	return table->hit != 'U';
}

static void take_row(struct table *table, int row, int reached)
{
	for (int o = 0; o < table->n_outputs; o++) {
		int value = output_value(table, row, o), *result = &table->result[o];

		if (table->hit != 'C')
			*result = apply(FIRST, apply(WHERE, reached, LEAF(value)), *result);
		else if (value != NONE)
			*result = either(*result, apply(FIRST,
				apply(WHERE, reached, LEAF(1 << value)), LEAF(0)));
	}
}

static void build(struct table *table)
{
	int matched[ROWS], *reached = table->reached, covered = FALSE;
	bool collects = table->hit == 'C';

	if (table->state == BUILT)
		return;
	need(table->state != UNDER_WAY, "the table `%s` reads itself", table->name);
	table->state = UNDER_WAY;
	for (int i = 0; i < table->n_inputs; i++)
		if (table->inputs[i]->table != NULL)
			build(table->inputs[i]->table);
	for (int o = 0; o < table->n_outputs; o++)
		table->result[o] = LEAF(collects ? 0 : NO_ROW);
	for (int row = 0; row < table->n_rows; row++) {
		matched[row] = row_matches(table, row);
		covered = either(covered, matched[row]);
	}
	for (int row = 0; row < table->n_rows; row++) {
		reached[row] = matched[row];
		for (int other = 0; other < table->n_rows; other++)
			if (hides(table, other, row))
				reached[row] = except(reached[row], matched[other]);
		if (reached[row] == FALSE)
			fault = row_id(table, row);
		for (int other = 0; other < row && !collects; other++)
			if (!agree(table, row, other) &&
			    both(reached[row], reached[other]) != FALSE)
				fault = row_id(table, row);
		take_row(table, row, reached[row]);
	}
	for (int o = 0; o < table->n_outputs && !collects; o++)
		table->result[o] = apply(FIRST, table->result[o], LEAF(NEVER));
	if (!collects && covered != possible)
		fault = table->name;
	table->state = BUILT;
}

/* ---- Conditions ---- */
enum rank { ADVERSE, NO_ROUTE, REFER, WAIT, GRANT, RANKS };

static const struct table *question;	/* the one that theorems are about */
static const char *outcome;		/* its name, with the table's */
static int is[RANKS], from[RANKS + 1];	/* where it has a rank, or one from there on */

static void rank_outcome(void)
{
	static const char *const names[] = { "adverse", "no-route", "refer", "wait",
					     "grant" };
	const struct subject *s = question->outputs[question->outcome];
	int result = question->result[question->outcome];

	outcome = s->name;
	from[RANKS] = FALSE;
	for (int rank = GRANT; rank >= ADVERSE; rank--) {
		int value = value_index(s->values, s->n_values, names[rank]);

		is[rank] = value < 0 ? FALSE : apply(EQUAL, result, LEAF(value));
		if (rank == NO_ROUTE)
			is[rank] = either(is[rank], apply(EQUAL, result, LEAF(NONE)));
		from[rank] = either(from[rank + 1], is[rank]);
	}
}

/* Joins over the levels behind which one of the facts is, or over all others. */
static int join(enum operation operation, int diagram, uint64_t facts, bool behind)
{
	bool over[LEVELS];

	for (int i = 0; i < n_levels; i++)
		over[i] = ((levels[i].subject->facts & facts) != 0) == behind;
	return project(operation, diagram, over);
}

/* Where the condition holds for some values of these facts, all else equal. */
static int some(uint64_t facts, int where)
{
	return join(OR, where, facts, true);
}

/* Where it holds in some of these classes of a level, all else equal. */
static int some_class(int level, uint64_t classes, int where)
{
	bool over[LEVELS] = { false };

	over[level] = true;
	return project(OR, both(in_classes(level, classes), where), over);
}

/* ---- P1, P2, P3: what is at stake makes no difference, not to a date either ---- */
static void prove_stake(const char *theorem, const struct subject *output, int diagram,
			uint64_t facts)
{
	int conflict = apply(EQUAL, join(MERGE, diagram, facts, true), LEAF(CONFLICT));
	const char *why = NULL;

	for (int row = 0; output != NULL && row < output->table->n_rows; row++) {
		int value = output_value(output->table, row, output->output);
		const struct subject *date =
			value == NONE ? NULL : find_subject(output->values[value]);

		if (date != NULL && date->type == DATE && (date->facts & facts) != 0)
			why = date->name;
	}
	conclude(theorem, output == NULL ? "-" : output->name, conflict, why);
}

/* Nor to the row that is shown, and so to the reason that is given. */
static void prove_rows(const char *theorem, uint64_t facts)
{
	int differ = FALSE;

	for (int row = 0; row < question->n_rows; row++) {
		int shown = apply(WHERE, possible, question->reached[row]);

		shown = join(MERGE, apply(FIRST, shown, LEAF(NEVER)), facts, true);
		differ = either(differ, apply(EQUAL, shown, LEAF(CONFLICT)));
	}
	conclude(theorem, outcome, differ, NULL);
}

static void prove_stakes(void)
{
	static const char *const names[] = { "P1 non-interference", "P2 no-proxy",
					     "P3 evidence" };
	static const char *const of_rows[] = { "P1 non-interference-row",
					       "P2 no-proxy-row", "P3 evidence-row" };
	uint64_t facts[] = { testimony, proxies, evidence };

	for (int i = 0; i < 3; i++) {
		if (question == NULL)
			prove_stake(names[i], NULL, possible, facts[i]);
		for (int o = 0; question != NULL && o < question->n_outputs; o++)
			prove_stake(names[i], question->outputs[o], question->result[o],
				    facts[i]);
		if (question != NULL)
			prove_rows(of_rows[i], facts[i]);
	}
}

/* ---- P4: not knowing a fact never turns a case adverse, learning it narrows ---- */
static void prove_unknown(void)
{
	int turns = FALSE, widens = FALSE;

	for (int i = 0; i < n_levels; i++) {
		uint64_t unknown = (uint64_t)1 << (n_classes(levels[i].subject) - 1);
		uint64_t known = unknown - 1;

		if (!levels[i].subject->unknown)
			continue;
		turns = either(turns, both(some_class(i, unknown, is[ADVERSE]),
					   some_class(i, known, from[NO_ROUTE])));
		for (enum rank rank = ADVERSE; rank < RANKS; rank++)
			if (rank != REFER)
				widens = either(widens, except(
					both(some_class(i, unknown, is[rank]),
					     some_class(i, known, from[ADVERSE])),
					some_class(i, known, is[rank])));
	}
	conclude("P4 unknown", outcome, turns, NULL);
	conclude("P4 learning", outcome, widens, NULL);
}

/* ---- P5: what can only help never harms ---- */
static void prove_help(void)
{
	int turns = FALSE, worse = FALSE;

	for (int f = 0; f < n_facts; f++) {
		uint64_t fact = helping & (uint64_t)1 << f;

		turns = either(turns, both(some(fact, is[ADVERSE]),
					   some(fact, from[NO_ROUTE])));
	}
	for (int i = 0; i < n_levels; i++)
		for (enum rank rank = NO_ROUTE; rank < RANKS; rank++)
			if (levels[i].subject->type == SET &&
			    (levels[i].subject->facts & helping) != 0)
				worse = either(worse, both(
					some_class(i, 1, from[rank]),
					some_class(i, 2, except(from[ADVERSE], from[rank]))));
	conclude("P5 protection", outcome, turns, NULL);
	conclude("P5 gain", outcome, worse, NULL);
}

/* Facts that a row of the constraints ties to the age group, and itself. */
static uint64_t tied_to(const struct subject *age)
{
	uint64_t tied = age->facts;

	for (const struct table *t = tables; t < &tables[n_tables]; t++)
		for (int row = 0; t->hit == 'N' && row < t->n_rows; row++) {
			uint64_t facts = 0;

			for (int i = 0; i < t->n_inputs; i++)
				if (strcmp(cell(t, row, t->in[i]), "-") != 0)
					facts |= t->inputs[i]->facts;
			tied |= (facts & age->facts) != 0 ? facts : 0;
		}
	return tied;
}

/* A child is never adverse where an adult is not, nor of lower rank. */
static void prove_child(void)
{
	const struct subject *age = find_subject("age.group");
	int turns = FALSE, worse = FALSE, adult, child;
	uint64_t tied;

	if (age != NULL && age->read && age->type != SET) {
		adult = value_index(age->values, age->n_values, "adult");
		adult = in_classes(age->level[0], adult < 0 ? 0 : (uint64_t)1 << adult);
		child = in_classes(age->level[0], ((uint64_t)1 << age->n_values) - 1);
		child = except(child, adult);
		tied = tied_to(age);
		turns = both(some(tied, both(adult, from[NO_ROUTE])),
			     some(tied, both(child, is[ADVERSE])));
		for (enum rank rank = NO_ROUTE; rank < RANKS; rank++)
			worse = either(worse, except(some(tied, both(adult, from[rank])),
						     some(tied, both(child, from[rank]))));
		worse = both(worse, some(tied, both(child, from[ADVERSE])));
	}
	conclude("P5 child-adverse", outcome, turns, NULL);
	conclude("P5 child-rank", outcome, worse, NULL);
}

/* ---- P7: an adverse row has reasons, rests on nothing that helps, has a way out */
static const char *rests_on(const struct table *table, int row, bool seen[][ROWS])
{
	const char *found = NULL;

	if (seen[table - tables][row])
		return NULL;
	seen[table - tables][row] = true;
	for (int i = 0; i < table->n_inputs && found == NULL; i++) {
		struct subject *s = table->inputs[i];
		struct test test = read_cell(s, cell(table, row, table->in[i]));
		bool absence = s->type == SET && test.clause != SOME && test.clause != ALL;

		if (test.clause == ANY)
			continue;
		if ((s->facts & helping) != 0)
			return s->name;
		for (int r = 0; s->table != NULL && r < s->table->n_rows && !found; r++)
			if (absence || (test.mask >> output_value(s->table, r, s->output) & 1))
				found = rests_on(s->table, r, seen);
	}
	return found;
}

static void prove_adverse(void)
{
	const struct subject *age = find_subject("age.group"), *s;
	const char *lacks = NULL, *reads = NULL;
	bool seen[TABLES][ROWS] = { { false } };
	int better = join(OR, from[NO_ROUTE], age == NULL ? 0 : age->facts, false);

	s = question->outputs[question->outcome];
	for (int row = 0; row < question->n_rows; row++) {
		int value = output_value(question, row, question->outcome);

		if (value == NONE || strcmp(s->values[value], "adverse") != 0)
			continue;
		if (!is_reasoned(question, row))
			lacks = row_id(question, row);
		if (reads == NULL)
			reads = rests_on(question, row, seen);
	}
	conclude("P7 adverse-reason", outcome, FALSE, lacks);
	conclude("P7 adverse-reads", outcome, FALSE, reads);
	conclude("P7 way-out", outcome, except(is[ADVERSE], better), NULL);
}

/* ---- P0, and all ---- */
static const char *bad_name(void)
{
	const char *found = NULL;

	for (const struct subject *s = subjects; s < &subjects[n_subjects]; s++) {
		if (tells(s->name, s->table == NULL) || (s->class != NULL && s->facts & testimony))
			found = s->name;
		for (int v = 0; s->table != NULL && v < s->n_values; v++)
			if (tells(s->values[v], false))
				found = s->values[v];
	}
	for (const struct table *t = tables; t < &tables[n_tables]; t++)
		for (int row = 0; row < t->n_rows; row++)
			if (tells(row_id(t, row), false))
				found = row_id(t, row);
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
		if (strcmp(s->class, "evidence") == 0 || strcmp(s->class, "hidden") == 0)
			evidence |= s->facts;
		if (strcmp(s->direction, "+") == 0)
			helping |= s->facts;
	}
}

static void build_all(void)
{
	int allowed = possible = TRUE;

	fault = NULL;
	for (const struct table *t = tables; t < &tables[n_tables]; t++)
		for (int row = 0; t->hit == 'N' && row < t->n_rows; row++)
			allowed = except(allowed, row_matches(t, row));
	possible = allowed;
	if (possible == FALSE)
		fault = "the constraints exclude every case";
	for (struct table *t = tables; t < &tables[n_tables]; t++)
		if (t->hit != 'N')
			build(t);
}

/* In the order of the claims in a package. */
void prove_all(void)
{
	const struct table *end = &tables[n_tables], *t;

	sort_facts();
	build_all();
	compare("possible", possible);
	for (t = tables; t < end; t++)
		for (int o = 0; t->outcome >= 0 && o < t->n_outputs; o++)
			compare(t->outputs[o]->name, t->result[o]);
	conclude("P0 no-testimony", "-", FALSE, bad_name());
	question = NULL;
	prove_stakes();
	conclude("P6 complete", "-", FALSE, fault);
	for (t = tables; t < end; t++)
		for (int o = 0; t->outcome >= 0 && o < t->n_outputs; o++)
			conclude("P6 complete", t->outputs[o]->name,
				 both(possible, apply(EQUAL, t->result[o], LEAF(NEVER))),
				 NULL);
	for (question = tables; question < end; question++) {
		if (question->outcome < 0)
			continue;
		rank_outcome();
		prove_stakes();
		prove_unknown();
		prove_help();
		prove_child();
		prove_adverse();
	}
}
