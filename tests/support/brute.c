/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/brute.h"

#include <stdlib.h>
#include <string.h>

/* ---- Rows ---- */

static bool holds(uint64_t set, const struct test *test)
{
	switch (test->op) {
	case TEST_ANY:
		return true;
	case TEST_CLASSES:
		break;
	case TEST_SET_ANY:
		return (set & test->mask) != 0;
	case TEST_SET_ALL:
		return (set & test->mask) == test->mask;
	case TEST_SET_NONE:
		return (set & test->mask) == 0;
	case TEST_SET_ONLY:
		return (set & ~test->mask) == 0;
	}
	abort();
}

static bool input_matches(const struct input *input, const struct test *test,
			  const struct brute_case *c, const struct brute_table *results)
{
	uint64_t set = 0;

	if (test->op == TEST_ANY)
		return true;
	switch (input->kind) {
	case INPUT_VARIABLE:
		return (test->mask >> c->classes[input->index] & 1) != 0;
	case INPUT_SET:
		for (unsigned e = 0; e < input->n_elements; e++)
			set |= (uint64_t)c->classes[input->index + e] << e;
		return holds(set, test);
	case INPUT_OUTPUT:
		break;
	}
	set = results[input->index].values[input->output];
	if (test->op == TEST_CLASSES)
		return (test->mask >> set & 1) != 0;
	return holds(set, test);
}

static bool row_matches(const struct table *table, const struct row *row,
			const struct brute_case *c, const struct brute_table *results)
{
	for (unsigned i = 0; i < table->n_inputs; i++)
		if (!input_matches(&table->inputs[i], &row->tests[i], c, results))
			return false;
	return true;
}

bool brute_possible(const struct edition *edition, const struct brute_case *c)
{
	const struct table *never = edition->constraints;

	for (unsigned r = 0; never != NULL && r < never->n_rows; r++)
		if (row_matches(never, &never->rows[r], c, NULL))
			return false;
	return true;
}

/* ---- Tables ---- */

static bool same_outputs(const struct table *table, unsigned a, unsigned b)
{
	for (unsigned o = 0; o < table->n_outputs; o++)
		if (table->rows[a].values[o] != table->rows[b].values[o])
			return false;
	return true;
}

static bool row_yields(const struct table *table, unsigned row, unsigned other)
{
	if (table->hit == HIT_FIRST)
		return other < row;
	return table->hit == HIT_PRIORITY &&
	       table->rows[other].values[0] < table->rows[row].values[0];
}

static void take_rows(const struct table *table, struct brute_table *result)
{
	for (unsigned r = 0; r < table->n_rows; r++) {
		result->taken[r] = result->matches[r];
		for (unsigned other = 0; other < table->n_rows; other++)
			if (result->matches[other] && row_yields(table, r, other))
				result->taken[r] = false;
	}
}

static void check_overlap(const struct table *table, struct brute_table *result)
{
	for (unsigned r = 0; r < table->n_rows; r++)
		for (unsigned other = 0; other < r; other++) {
			if (!result->taken[r] || !result->taken[other])
				continue;
			if (table->hit == HIT_UNIQUE ||
			    (table->hit != HIT_COLLECT &&
			     !same_outputs(table, r, other)))
				result->overlap = true;
		}
}

static void brute_table(const struct table *table, const struct brute_case *c,
			const struct brute_table *results, struct brute_table *result)
{
	memset(result, 0, sizeof(*result));
	result->gap = table->hit != HIT_COLLECT;
	for (unsigned r = 0; r < table->n_rows; r++) {
		result->matches[r] = row_matches(table, &table->rows[r], c, results);
		if (result->matches[r])
			result->gap = false;
	}
	take_rows(table, result);
	check_overlap(table, result);
	/* a value that no cell's mask can hold */
	for (unsigned o = 0; result->gap && o < table->n_outputs; o++)
		result->values[o] = VALUE_NONE - 1;
	for (unsigned r = 0; r < table->n_rows; r++)
		for (unsigned o = 0; result->taken[r] && o < table->n_outputs; o++) {
			uint8_t value = table->rows[r].values[o];

			if (table->hit != HIT_COLLECT)
				result->values[o] = value;
			else if (value != VALUE_NONE)
				result->values[o] |= 1ull << value;
		}
}

void brute_tables(const struct edition *edition, const struct brute_case *c,
		  struct brute_table results[TABLES_MAX])
{
	for (unsigned t = 0; t < edition->n_tables; t++)
		brute_table(&edition->tables[t], c, results, &results[t]);
}

/* The row is taken, or was passed on the way to one that is. */
static bool row_is_read(const struct table *table, const struct brute_table *result,
			unsigned row)
{
	bool read = result->taken[row] || table->hit == HIT_COLLECT;

	for (unsigned other = 0; other < table->n_rows; other++)
		if (result->taken[other] && row_yields(table, other, row))
			read = true;
	return read;
}

static void read_row(const struct table *table, unsigned row, bool *on_the_way)
{
	for (unsigned i = 0; i < table->n_inputs; i++)
		if (table->inputs[i].kind == INPUT_OUTPUT &&
		    table->rows[row].tests[i].op != TEST_ANY)
			on_the_way[table->inputs[i].index] = true;
}

void brute_way(const struct edition *edition, const struct question *question,
	       const struct brute_table *results, bool on_the_way[TABLES_MAX])
{
	memset(on_the_way, 0, TABLES_MAX * sizeof(*on_the_way));
	on_the_way[question->table] = true;
	for (unsigned t = edition->n_tables; t-- > 0;) {
		const struct table *table = &edition->tables[t];

		for (unsigned r = 0; on_the_way[t] && r < table->n_rows; r++)
			if (row_is_read(table, &results[t], r))
				read_row(table, r, on_the_way);
	}
}

/* ---- Derived facts ---- */

struct numbers {
	const struct edition *edition;
	const int64_t *facts;
	day_t as_of;
};

static int64_t value_of(const struct numbers *numbers, const struct expression *e)
{
	int64_t a[EXPRESSION_ARGS_MAX] = { 0 };

	if (e->op == EXPR_CONSTANT)
		return e->number;
	if (e->op == EXPR_FACT)
		return numbers->facts[e->index];
	if (e->op == EXPR_DECISION_DATE)
		return numbers->as_of;
	if (e->op == EXPR_DERIVED)
		return brute_derived(numbers->edition, e->index, numbers->facts,
				     numbers->as_of);
	for (unsigned i = 0; i < e->n_args; i++)
		a[i] = value_of(numbers, e->args[i]);
	if (e->op == EXPR_ADD)
		return a[0] + a[1];
	if (e->op == EXPR_SUBTRACT)
		return a[0] - a[1];
	if (e->op == EXPR_EQUAL)
		return a[0] == a[1];
	if (e->op == EXPR_LESS)
		return a[0] < a[1];
	if (e->op == EXPR_GREATER_EQUAL)
		return a[0] >= a[1];
	if (e->op == EXPR_AND)
		return a[0] != 0 && a[1] != 0;
	if (e->op == EXPR_OR)
		return a[0] != 0 || a[1] != 0;
	if (e->op == EXPR_NOT)
		return a[0] == 0;
	if (e->op == EXPR_IF)
		return a[0] != 0 ? a[1] : a[2];
	if (e->op == EXPR_MIN)
		return a[0] < a[1] ? a[0] : a[1];
	if (e->op == EXPR_MAX)
		return a[0] > a[1] ? a[0] : a[1];
	if (e->op == EXPR_DAYS_BETWEEN)
		return a[1] - a[0];
	abort();
}

int64_t brute_derived(const struct edition *edition, uint16_t derived,
		      const int64_t numbers[FACTS_MAX], day_t as_of)
{
	const struct derived *d = &edition->derived[derived];
	const struct numbers n = { edition, numbers, as_of };
	int64_t number = value_of(&n, d->expression);

	return number < d->minimum ? d->minimum :
	       number > d->maximum ? d->maximum :
				     number;
}

bool brute_next(const struct edition *edition, struct brute_case *c)
{
	for (unsigned v = 0; v < edition->n_variables; v++) {
		if (++c->classes[v] < edition->variables[v].n_classes)
			return true;
		c->classes[v] = 0;
	}
	return false;
}
