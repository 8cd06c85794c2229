/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/cases.h"
#include "tests/support/naive_cases.h"

#define TRIES 5000

/* The answers of a case as texts, over whatever chance gave. */
static void put_answers(struct cases *cases, const struct edition *edition,
			const struct facts *facts, bool not_known[NAIVE_FACTS])
{
	CLEANUP(arena_done) struct arena arena;
	char day[NAIVE_TEXT];

	arena_init(&arena, 1024 * 1024);
	naive_date(facts->as_of - DAY_MIN, day);
	snprintf(cases->as_of, sizeof(cases->as_of), "%.10s", day);
	for (uint16_t f = 0; f < edition->n_facts; f++) {
		const struct answer *answer = &facts->answers[f];

		not_known[f] = answer->state == ANSWER_NOT_KNOWN ||
			       answer->state == ANSWER_DECLINED;
		if (answer->state == ANSWER_VALUE)
			snprintf(cases->values[f], sizeof(cases->values[f]), "%s",
				 fact_print(&edition->facts[f], answer, &arena));
	}
}

static void decide_case(const struct naive_policy *naive,
			const struct edition *edition, const char *question,
			const struct facts *facts, struct naive_result *ret_result)
{
	static struct cases cases;

	cases_init(&cases, naive, 1);
	for (int i = 0; i < TRIES; i++) {
		struct naive_case c;

		cases_next(&cases);
		c = cases_case(&cases);
		put_answers(&cases, edition, facts, c.not_known);
		c.as_of = cases.as_of;
		naive_decide(naive, question, &c, ret_result);
		if (ret_result->possible)
			return;
	}
	fail_msg("%s: no case fits the answers of a counterexample", question);
}

static bool has_row(const struct naive_result *result, const char *id)
{
	for (size_t i = 0; i < result->n_rows; i++)
		if (strcmp(result->rows[i], id) == 0)
			return true;
	return false;
}

/* The cell that gave the output: a value, a date's name in backticks, "-". */
static void check_cell(const struct naive_result *result, const struct output *output,
		       uint64_t value)
{
	const char *expected = value == VALUE_NONE ? "-" : output->values[value];

	for (size_t c = 0; c < result->table->n_columns; c++) {
		const char *written = result->written[c];
		size_t n = strlen(expected);

		if (strcmp(result->table->heads[c], output->name) != 0 ||
		    strcmp(result->table->marks[c], "out") != 0)
			continue;
		if (*written == '`')
			written++;
		if (strncmp(written, expected, n) != 0 ||
		    (written[n] != '\0' && written[n] != '`'))
			fail_msg("%s: the naive evaluator gives %s, not %s",
				 output->name, result->written[c], expected);
		return;
	}
	fail_msg("there is no output %s", output->name);
}

static bool is_of_rows(enum theorem_kind kind)
{
	return strstr(theorem_texts[kind].name, "-row") != NULL;
}

void naive_check_pair(const struct naive_policy *naive, const struct edition *edition,
		      const struct theorem *theorem)
{
	const struct counterexample *example = theorem->counterexample;
	const struct question *question;
	const struct table *table;

	if (theorem->question < 0 || example->n_cases == 0)
		return;
	question = &edition->questions[theorem->question];
	table = &edition->tables[question->table];
	for (uint8_t i = 0; i < example->n_cases; i++) {
		const struct theorem_case *shown = &example->cases[i];
		static struct naive_result result;

		assert_non_null(shown->facts);
		decide_case(naive, edition, question->name, shown->facts, &result);
		if (is_of_rows(theorem->kind))
			assert_true(has_row(&result, table->rows[shown->value].id));
		else
			check_cell(&result, &table->outputs[theorem->output],
				   shown->value);
	}
	if (example->n_cases == 2)
		assert_int_not_equal(example->cases[0].value, example->cases[1].value);
}
