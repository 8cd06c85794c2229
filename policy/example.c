/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/decide.h"

#define MESSAGE_MAX_BYTES 512

/* One expectation that the decision does not meet, as "expected X, got Y". */
static int differs(struct arena *arena, const char *what, const char *expected,
		   const char *got, struct example_result *result)
{
	char text[MESSAGE_MAX_BYTES];

	snprintf(text, sizeof(text), "expected %s%s%s, got %s", what,
		 what[0] == '\0' ? "" : " = ", expected, got);
	result->passed = false;
	result->message = arena_text(arena, text, strlen(text));
	return result->message == NULL ? -ENOMEM : 0;
}

/* The ids of the rows on the way, "fp-1, c-2". */
static void row_ids(const struct decision *decision, char *to, size_t size)
{
	size_t n = 0;

	to[0] = '\0';
	for (uint16_t i = 0; i < decision->n_rows && n < size; i++) {
		const struct decided_row *row = &decision->rows[i];
		int written = snprintf(
			&to[n], size - n, "%s%s", i == 0 ? "" : ", ",
			decision->edition->tables[row->table].rows[row->row].id);

		n += (size_t)written;
	}
}

static bool has_row(const struct decision *decision, const char *id)
{
	for (uint16_t i = 0; i < decision->n_rows; i++) {
		const struct decided_row *row = &decision->rows[i];

		if (strcmp(decision->edition->tables[row->table].rows[row->row].id,
			   id) == 0)
			return true;
	}
	return false;
}

static const struct decided_output *find_output(const struct decision *decision,
						const char *name)
{
	for (uint8_t i = 0; i < decision->n_outputs; i++)
		if (strcmp(decision->outputs[i].output->name, name) == 0)
			return &decision->outputs[i];
	return NULL;
}

static int check(const struct decision *decision, const struct expectation *expected,
		 struct arena *arena, struct example_result *result)
{
	const struct decided_output *output = find_output(decision, expected->name);
	const char *got;

	if (output == NULL) {
		char ids[MESSAGE_MAX_BYTES / 2];

		if (has_row(decision, expected->value))
			return 0;
		row_ids(decision, ids, sizeof(ids));
		return differs(arena, "row", expected->value, ids, result);
	}
	got = output->settled ? decided_output_text(output, arena) : "not settled";
	if (got == NULL)
		return -ENOMEM;
	if (strcmp(got, expected->value) == 0)
		return 0;
	return differs(arena, expected->name, expected->value, got, result);
}

static int contradicted(int row, struct arena *arena, struct example_result *result)
{
	char got[64];

	if (row >= 0)
		snprintf(got, sizeof(got), "a case that constraint %d excludes", row + 1);
	else
		snprintf(got, sizeof(got), "a case that the constraints exclude");
	return differs(arena, "", "a case that can occur", got, result);
}

int example_run(const struct edition *edition, const struct example *example,
		struct arena *arena, struct example_result *ret_result)
{
	struct example_result result = { .passed = true, .message = "" };
	struct decision decision;
	int row = -1;
	int r;

	r = decide(edition, &edition->questions[example->question], &example->facts,
		   arena, &decision, &row);
	if (r == DECIDE_E_CONTRADICTION)
		r = contradicted(row, arena, &result);
	else if (r == 0 && decision.outcome != example->outcome)
		r = differs(arena, "", outcome_names[example->outcome],
			    outcome_names[decision.outcome], &result);
	for (uint8_t i = 0; r == 0 && result.passed && i < example->n_expected; i++)
		r = check(&decision, &example->expected[i], arena, &result);
	if (r == 0)
		*ret_result = result;
	return r;
}
