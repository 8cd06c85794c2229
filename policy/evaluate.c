/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/evaluate.h"

#include <string.h>

/* ---- Cells ---- */

static enum match match_mask(uint64_t possible, uint64_t mask)
{
	if ((possible & mask) == 0)
		return MATCH_NO;
	return (possible & ~mask) == 0 ? MATCH_YES : MATCH_MAYBE;
}

static enum match opposite(enum match match)
{
	return match == MATCH_MAYBE ? MATCH_MAYBE :
	       match == MATCH_NO    ? MATCH_YES :
				      MATCH_NO;
}

static enum match match_any(uint64_t may, uint64_t must, uint64_t mask)
{
	if ((may & mask) == 0)
		return MATCH_NO;
	return (must & mask) != 0 ? MATCH_YES : MATCH_MAYBE;
}

static enum match match_all(uint64_t may, uint64_t must, uint64_t mask)
{
	if ((may & mask) != mask)
		return MATCH_NO;
	return (must & mask) == mask ? MATCH_YES : MATCH_MAYBE;
}

/* A set of which the elements in must are held and those outside may are not. */
static enum match match_set(const struct test *test, uint64_t may, uint64_t must)
{
	switch (test->op) {
	case TEST_ANY:
	case TEST_CLASSES:
		break;
	case TEST_SET_ANY:
		return match_any(may, must, test->mask);
	case TEST_SET_ALL:
		return match_all(may, must, test->mask);
	case TEST_SET_NONE:
		return opposite(match_any(may, must, test->mask));
	case TEST_SET_ONLY:
		return opposite(match_any(may, must, ~test->mask));
	}
	return MATCH_YES;
}

static enum match match_elements(const struct input *input, const struct test *test,
				 const struct known *known)
{
	uint64_t may = 0;
	uint64_t must = 0;

	for (uint8_t e = 0; e < input->n_elements; e++) {
		uint64_t classes = known->classes[input->index + e];

		if ((classes & 2) != 0)
			may |= 1ull << e;
		if (classes == 2)
			must |= 1ull << e;
	}
	return match_set(test, may, must);
}

static enum match match_input(const struct input *input, const struct test *test,
			      const struct known *known,
			      const struct table_result *results)
{
	const struct table_result *read;

	switch (input->kind) {
	case INPUT_VARIABLE:
		return match_mask(known->classes[input->index], test->mask);
	case INPUT_SET:
		return match_elements(input, test, known);
	case INPUT_OUTPUT:
		break;
	}
	read = &results[input->index];
	if (test->op == TEST_CLASSES)
		return match_mask(read->possible[input->output], test->mask);
	return match_set(test, read->possible[input->output],
			 read->certain[input->output]);
}

static enum match match_row(const struct table *table, const struct row *row,
			    const struct known *known,
			    const struct table_result *results)
{
	enum match match = MATCH_YES;

	for (uint8_t i = 0; i < table->n_inputs; i++) {
		enum match cell;

		if (row->tests[i].op == TEST_ANY)
			continue;
		cell = match_input(&table->inputs[i], &row->tests[i], known, results);
		if (cell == MATCH_NO)
			return MATCH_NO;
		if (cell == MATCH_MAYBE)
			match = MATCH_MAYBE;
	}
	return match;
}

/* ---- Hit policies ---- */

static bool same_values(const struct table *table, uint8_t a, uint8_t b)
{
	return memcmp(table->rows[a].values, table->rows[b].values,
		      table->n_outputs) == 0;
}

/*
 * A row that surely matches leaves no room for another that may not match with
 * it: under U no other at all, under A none with different outputs.
 */
static void keep_certain(const struct table *table, struct table_result *result)
{
	uint8_t sure = 0;

	while (sure < table->n_rows && result->matches[sure] != MATCH_YES)
		sure++;
	for (uint8_t r = 0; sure < table->n_rows && r < table->n_rows; r++)
		if (result->matches[r] == MATCH_MAYBE &&
		    (table->hit == HIT_UNIQUE || !same_values(table, r, sure)))
			result->matches[r] = MATCH_NO;
}

/* A row that surely matches hides every row below it. */
static void keep_until_certain(const struct table *table, struct table_result *result)
{
	bool hidden = false;
	bool doubtful = false;

	for (uint8_t r = 0; r < table->n_rows; r++) {
		if (hidden)
			result->matches[r] = MATCH_NO;
		hidden = hidden || result->matches[r] == MATCH_YES;
		if (result->matches[r] == MATCH_YES && doubtful)
			result->matches[r] = MATCH_MAYBE;
		doubtful = doubtful || result->matches[r] == MATCH_MAYBE;
	}
}

/* Priority is the rank of the first output; what ranks below a sure match is hidden. */
static void keep_highest(const struct table *table, struct table_result *result)
{
	uint8_t best_sure = UINT8_MAX;
	uint8_t best_any = UINT8_MAX;

	for (uint8_t r = 0; r < table->n_rows; r++) {
		uint8_t rank = table->rows[r].values[0];

		if (result->matches[r] == MATCH_YES && rank < best_sure)
			best_sure = rank;
		if (result->matches[r] != MATCH_NO && rank < best_any)
			best_any = rank;
	}
	for (uint8_t r = 0; r < table->n_rows; r++) {
		uint8_t rank = table->rows[r].values[0];

		if (result->matches[r] == MATCH_NO)
			continue;
		if (rank > best_sure)
			result->matches[r] = MATCH_NO;
		else if (rank > best_any)
			result->matches[r] = MATCH_MAYBE;
	}
}

static void apply_hit_policy(const struct table *table, struct table_result *result)
{
	switch (table->hit) {
	case HIT_UNIQUE:
	case HIT_ANY:
		keep_certain(table, result);
		break;
	case HIT_PRIORITY:
		keep_highest(table, result);
		break;
	case HIT_FIRST:
		keep_until_certain(table, result);
		break;
	case HIT_COLLECT:
		break;
	}
}

static void gather_outputs(const struct table *table, struct table_result *result)
{
	for (uint8_t o = 0; o < table->n_outputs; o++) {
		result->possible[o] = 0;
		result->certain[o] = 0;
		for (uint8_t r = 0; r < table->n_rows; r++) {
			uint8_t value = table->rows[r].values[o];
			uint64_t bit = 1ull << value;

			if (table->hit == HIT_COLLECT && value == VALUE_NONE)
				continue;
			if (result->matches[r] != MATCH_NO)
				result->possible[o] |= bit;
			if (result->matches[r] == MATCH_YES)
				result->certain[o] |= bit;
		}
	}
}

void evaluate_tables(const struct edition *edition, const struct question *question,
		     const struct known *known, struct table_result *results)
{
	for (uint8_t i = 0; i < question->n_needed; i++) {
		const struct table *table = &edition->tables[question->needed[i]];
		struct table_result *result = &results[question->needed[i]];

		for (uint8_t r = 0; r < table->n_rows; r++)
			result->matches[r] = (uint8_t)match_row(table, &table->rows[r],
								known, results);
		apply_hit_policy(table, result);
		gather_outputs(table, result);
	}
}

enum match evaluate_constraint(const struct edition *edition, uint8_t row,
			       const struct known *known)
{
	return match_row(edition->constraints, &edition->constraints->rows[row], known,
			 NULL);
}
