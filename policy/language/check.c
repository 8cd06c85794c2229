/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

/*
 * Checks that take the whole edition. What one row says is checked where it is
 * read; gaps and overlaps are found by the diagram.
 */

/* ---- Questions and tables ---- */

static void check_used(struct draft *draft)
{
	bool used[TABLES_MAX] = { false };

	for (uint16_t i = 0; i < draft->edition.n_questions; i++)
		used[draft->questions[i].table] = true;
	for (uint16_t i = 0; i < draft->edition.n_tables; i++) {
		const struct draft_table *table = &draft->tables[i];

		for (uint8_t c = 0; c < table->table.n_inputs; c++)
			if (table->subjects[c].kind == SUBJECT_OUTPUT)
				used[table->subjects[c].index] = true;
	}
	for (uint16_t i = 0; i < draft->edition.n_tables; i++)
		if (!used[i])
			mistake(draft->loader, M_TABLE_UNUSED,
				draft->tables[i].table.place, NULL,
				"no table reads `%s`, and it is no question",
				draft->tables[i].table.name);
}

/* ---- Waiting ---- */

static bool is_outcome(const struct table *table, const struct question *question,
		       const struct row *row, enum outcome outcome)
{
	const struct output *output = &table->outputs[question->outcome];
	uint8_t value = row->values[question->outcome];

	return value < output->n_values &&
	       strcmp(output->values[value], outcome_names[outcome]) == 0;
}

static void check_until(struct draft *draft, const struct question *question)
{
	const struct table *table = &draft->tables[question->table].table;
	const struct output *until;

	if (question->until < 0)
		return;
	until = &table->outputs[question->until];
	for (uint8_t v = 0; v < until->n_values; v++)
		if (until->derived[v] < 0) {
			mistake(draft->loader, M_UNTIL_DATE, until->place, NULL,
				"the output `until` allows `%s`, which is no derived date",
				until->values[v]);
			return;
		}
}

static void check_waits(struct draft *draft, const struct question *question)
{
	const struct draft_table *table = &draft->tables[question->table];

	for (uint8_t r = 0; r < table->table.n_rows; r++) {
		const struct row *row = &table->rows[r];

		if (!is_outcome(&table->table, question, row, OUTCOME_WAIT))
			continue;
		if (question->until >= 0 && row->values[question->until] != VALUE_NONE)
			continue;
		mistake(draft->loader, M_WAIT_UNTIL, row->place, NULL,
			"row %s says wait and not until when", row->id);
	}
}

/* ---- Adverse rows ---- */

/*
 * An adverse recommendation may rest only on facts that the vocabulary lets
 * count against a person, and on dates. A row that gives an intermediate value
 * which an adverse row tests answers for it too, so the search goes down
 * through the tables: every row that can give such a value is held to the same.
 */
struct accusation {
	struct draft *draft;
	const struct row *adverse;	/* the row that says so */
	bool (*seen)[ROWS_MAX];		/* by presence; then by absence */
	bool by_absence;		/* a value counts that no row gave */
};

static void accuse_row(struct accusation *accusation, const struct draft_table *table,
		       const struct row *row);

static struct place place_of(const struct row *row, const struct test *test)
{
	return row->places[test - row->tests];
}

static void refuse_favourable(struct accusation *accusation, const struct row *row,
			      const struct test *test, const char *key)
{
	mistake(accusation->draft->loader, M_ADVERSE_FAVOURABLE, place_of(row, test),
		"a fact of direction A, with a value listed as adverse, or N",
		row == accusation->adverse ?
			"the adverse row %s tests `%s`, a fact that can only help" :
			"row %s reads `%s`, a fact that can only help, and the adverse "
			"row %s tests what it gives",
		row->id, key, accusation->adverse->id);
}

/* The values of the fact for which the test holds, when it names any. */
static bool within_adverse(const struct fact *fact, const struct test *test)
{
	switch (test->op) {
	case TEST_ANY:
		return true;
	case TEST_CLASSES:
	case TEST_SET_ANY:
	case TEST_SET_ALL:
		return (test->mask & ~fact->adverse_values) == 0;
	case TEST_SET_NONE:
	case TEST_SET_ONLY:
		return false;
	}
	return false;
}

static void accuse_fact(struct accusation *accusation, const struct row *row,
			const struct test *test, const struct fact *fact)
{
	switch (fact->direction) {
	case DIRECTION_FAVOURABLE:
		refuse_favourable(accusation, row, test, fact->key);
		break;
	case DIRECTION_ADVERSE:
		if (accusation->by_absence || !within_adverse(fact, test))
			mistake(accusation->draft->loader, M_ADVERSE_VALUE, place_of(row, test),
				NULL,
				"row %s counts a value of `%s` against the person that "
				"is not listed as adverse",
				row->id, fact->key);
		break;
	case DIRECTION_NEUTRAL:
		break;
	}
}

/* What a computation makes of an A fact's value, no list of values can say. */
static void accuse_derived(struct accusation *accusation, const struct row *row,
			   const struct test *test, const struct derived *derived)
{
	const struct draft *draft = accusation->draft;

	for (uint16_t i = 0; i < draft->edition.n_facts; i++) {
		if ((derived->facts >> i & 1) == 0)
			continue;
		if (draft->facts[i].direction == DIRECTION_FAVOURABLE)
			refuse_favourable(accusation, row, test, draft->facts[i].key);
		else if (draft->facts[i].direction == DIRECTION_ADVERSE)
			mistake(draft->loader, M_ADVERSE_VALUE, place_of(row, test), NULL,
				"row %s counts against the person what `%s` makes of "
				"`%s`",
				row->id, derived->name, draft->facts[i].key);
	}
}

/* "None of these" and "only these" hold because of rows that do not match. */
static bool tests_absence(const struct test *test)
{
	return test->op == TEST_SET_NONE || test->op == TEST_SET_ONLY;
}

static bool gives_tested(const struct row *row, const struct input *input,
			 const struct test *test)
{
	return tests_absence(test) || (test->mask >> row->values[input->output] & 1) != 0;
}

static void accuse_output(struct accusation *accusation, const struct input *input,
			  const struct test *test)
{
	const struct draft_table *table = &accusation->draft->tables[input->index];
	bool before = accusation->by_absence;
	bool by_absence = before || tests_absence(test);
	size_t index = input->index + (by_absence ? TABLES_MAX : 0u);

	for (uint8_t r = 0; r < table->table.n_rows; r++) {
		bool *seen = &accusation->seen[index][r];

		if (*seen || !gives_tested(&table->rows[r], input, test))
			continue;
		*seen = true;
		accusation->by_absence = by_absence;
		accuse_row(accusation, table, &table->rows[r]);
		accusation->by_absence = before;
	}
}

static void accuse_row(struct accusation *accusation, const struct draft_table *table,
		       const struct row *row)
{
	struct draft *draft = accusation->draft;
	size_t r = (size_t)(row - table->rows);

	for (uint8_t i = 0; i < table->table.n_inputs; i++) {
		const struct input *input = &table->table.inputs[i];
		const struct test *test = &row->tests[i];

		if (test->op == TEST_ANY)
			continue;
		if (input->kind == INPUT_OUTPUT)
			accuse_output(accusation, input, test);
		else if (table->conditions[r].conditions[i].unknown)
			mistake(draft->loader, M_ADVERSE_UNKNOWN, place_of(row, test), NULL,
				"row %s counts against the person that a fact is not "
				"known",
				row->id);
		else if (table->subjects[i].kind == SUBJECT_DERIVED)
			accuse_derived(accusation, row, test,
				       &draft->derived[table->subjects[i].index]);
		else
			accuse_fact(accusation, row, test,
				    &draft->facts[table->subjects[i].index]);
	}
}

static void check_adverse(struct draft *draft, const struct question *question)
{
	const struct draft_table *table = &draft->tables[question->table];

	for (uint8_t r = 0; r < table->table.n_rows; r++) {
		struct accusation accusation = {
			.draft = draft,
			.adverse = &table->rows[r],
		};

		if (!is_outcome(&table->table, question, &table->rows[r],
				OUTCOME_ADVERSE))
			continue;
		accusation.seen = loader_alloc(draft->loader, 2 * TABLES_MAX,
					       sizeof(*accusation.seen));
		accuse_row(&accusation, table, &table->rows[r]);
	}
}

void check_draft(struct draft *draft)
{
	if (draft->edition.n_questions == 0) {
		struct place place = { 1, 1, 1 };

		mistake(draft->loader, M_QUESTION_MISSING, place, NULL,
			"no table has an output `outcome`: there is nothing to ask");
		return;
	}
	check_used(draft);
	for (uint16_t i = 0; i < draft->edition.n_questions; i++) {
		check_until(draft, &draft->questions[i]);
		check_waits(draft, &draft->questions[i]);
		check_adverse(draft, &draft->questions[i]);
	}
}
