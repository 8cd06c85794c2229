/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/fact.h"

#define ARENA_BYTES (1024 * 1024)

static const struct fact boolean = { .key = "b", .type = FACT_BOOLEAN };
static const struct fact status = {
	.key = "e",
	.type = FACT_ENUMERATION,
	.n_values = 3,
	.values = { "none", "possible", "final_negative" },
};
static const struct fact needs = {
	.key = "s",
	.type = FACT_SET,
	.n_values = 3,
	.values = { "housing", "money", "education" },
};
static const struct fact children = {
	.key = "i",
	.type = FACT_INTEGER,
	.minimum = 0,
	.maximum = 20,
};
static const struct fact received = { .key = "d", .type = FACT_DATE };
static const struct fact length = {
	.key = "l",
	.type = FACT_DURATION,
	.duration_unit = DURATION_DAYS,
	.minimum = 1,
	.maximum = 180,
};
static const struct fact history = {
	.key = "p",
	.type = FACT_PERIODS,
	.n_values = 2,
	.values = { "trp", "other" },
};

static enum fact_error parse(const struct fact *fact, const char *text,
			     struct arena *arena, struct answer *answer)
{
	struct bytes bytes = { (const uint8_t *)text, strlen(text) };

	return fact_parse(fact, bytes, arena, answer);
}

static int begin(void **state)
{
	static struct arena arena;

	arena_init(&arena, ARENA_BYTES);
	*state = &arena;
	return 0;
}

static int end(void **state)
{
	arena_done(*state);
	return 0;
}

struct text_case {
	const struct fact *fact;
	const char *text;
	const char *canonical;
};

static void what_is_read_is_written_back_canonically(void **state)
{
	static const struct text_case cases[] = {
		{ &boolean, "yes", "yes" },
		{ &boolean, " no ", "no" },
		{ &boolean, "not known", "not known" },
		{ &boolean, "declined", "declined" },
		{ &status, "final_negative", "final_negative" },
		{ &status, "none", "none" },
		{ &needs, "none", "none" },
		{ &needs, "money,housing", "housing, money" },
		{ &needs, "education", "education" },
		{ &children, "0", "0" },
		{ &children, "20", "20" },
		{ &received, "2025-02-04", "2025-02-04" },
		{ &received, "2024-02", "2024-02" },
		{ &received, "2199-12", "2199-12" },
		{ &received, "1900-01-01", "1900-01-01" },
		{ &length, "P1D", "P1D" },
		{ &length, "P180D", "P180D" },
		{ &history, "none", "none" },
		{ &history, "other 2025-01-01..2025-06-30, trp 2024-01-01..2024-12-31",
		  "trp 2024-01-01..2024-12-31, other 2025-01-01..2025-06-30" },
		{ &history, "trp 2024-01-01..2024-01-01", "trp 2024-01-01..2024-01-01" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct answer answer = { .state = ANSWER_ABSENT };
		struct answer again = { .state = ANSWER_ABSENT };
		const char *text;

		assert_int_equal(parse(cases[i].fact, cases[i].text, *state, &answer),
				 FACT_OK);
		assert_int_equal(fact_check(cases[i].fact, &answer), FACT_OK);
		text = fact_print(cases[i].fact, &answer, *state);
		assert_string_equal(text, cases[i].canonical);
		assert_int_equal(parse(cases[i].fact, text, *state, &again), FACT_OK);
		assert_string_equal(fact_print(cases[i].fact, &again, *state), text);
	}
}

struct error_case {
	const struct fact *fact;
	const char *text;
	enum fact_error error;
};

static void what_is_not_a_value_is_refused_by_name(void **state)
{
	static const struct error_case cases[] = {
		{ &boolean, "", FACT_E_NOT_A_VALUE },
		{ &boolean, "true", FACT_E_NOT_A_VALUE },
		{ &boolean, "Yes", FACT_E_NOT_A_VALUE },
		{ &status, "possibl", FACT_E_NOT_A_VALUE },
		{ &status, "possible, none", FACT_E_NOT_A_VALUE },
		{ &needs, "housing, housing", FACT_E_NOT_A_VALUE },
		{ &needs, "housing,", FACT_E_NOT_A_VALUE },
		{ &needs, "none, housing", FACT_E_NOT_A_VALUE },
		{ &children, "-1", FACT_E_OUT_OF_RANGE },
		{ &children, "21", FACT_E_OUT_OF_RANGE },
		{ &children, "03", FACT_E_NOT_A_VALUE },
		{ &children, "-0", FACT_E_NOT_A_VALUE },
		{ &children, "1e1", FACT_E_NOT_A_VALUE },
		{ &children, "99999999999999999999", FACT_E_NOT_A_VALUE },
		{ &received, "2025-02-29", FACT_E_OUT_OF_RANGE },
		{ &received, "1899-12-31", FACT_E_OUT_OF_RANGE },
		{ &received, "2200-01-01", FACT_E_OUT_OF_RANGE },
		{ &received, "2025-13", FACT_E_OUT_OF_RANGE },
		{ &received, "2025-2-4", FACT_E_NOT_A_VALUE },
		{ &received, "yesterday", FACT_E_NOT_A_VALUE },
		{ &length, "P0D", FACT_E_OUT_OF_RANGE },
		{ &length, "P181D", FACT_E_OUT_OF_RANGE },
		{ &length, "P6M", FACT_E_UNIT },
		{ &length, "180", FACT_E_NOT_A_VALUE },
		{ &history, "trp 2024-01-01", FACT_E_NOT_A_VALUE },
		{ &history, "visa 2024-01-01..2024-02-01", FACT_E_NOT_A_VALUE },
		{ &history, "trp 2024-02-30..2024-03-01", FACT_E_OUT_OF_RANGE },
		{ &history, "trp 2024-02-01..2024-01-31", FACT_E_PERIODS },
		{ &history, "trp 2024-01-01..2024-02-01, trp 2024-02-01..2024-03-01",
		  FACT_E_PERIODS },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct answer answer = { .state = ANSWER_DECLINED };

		if (parse(cases[i].fact, cases[i].text, *state, &answer) !=
		    cases[i].error)
			fail_msg("\"%s\" was not refused as expected", cases[i].text);
		assert_int_equal(answer.state, ANSWER_DECLINED);
	}
}

/* One period a month from 2000 on. */
static void write_periods(char *to, size_t size, unsigned n)
{
	size_t used = 0;

	for (unsigned i = 0; i < n; i++)
		used += (size_t)snprintf(&to[used], size - used,
					 "%strp %u-%02u-01..%u-%02u-02", i == 0 ? "" : ", ",
					 2000 + i / 12, i % 12 + 1, 2000 + i / 12,
					 i % 12 + 1);
}

static void periods_are_limited_in_number(void **state)
{
	char text[8192];
	struct answer answer = { .state = ANSWER_ABSENT };

	write_periods(text, sizeof(text), PERIODS_MAX - 1);
	assert_int_equal(parse(&history, text, *state, &answer), FACT_OK);
	write_periods(text, sizeof(text), PERIODS_MAX);
	assert_int_equal(parse(&history, text, *state, &answer), FACT_OK);
	assert_int_equal(answer.periods.n, PERIODS_MAX);
	write_periods(text, sizeof(text), PERIODS_MAX + 1);
	assert_int_equal(parse(&history, text, *state, &answer), FACT_E_TOO_MANY);
}

static void a_full_arena_is_said(void **state)
{
	struct arena arena;
	struct answer answer = { .state = ANSWER_ABSENT };

	(void)state;
	arena_init(&arena, 1);
	assert_int_equal(parse(&history, "trp 2024-01-01..2024-02-01", &arena, &answer),
			 FACT_E_NO_ROOM);
	assert_int_equal(answer.state, ANSWER_ABSENT);
	arena_done(&arena);
}

static void a_packed_answer_is_checked_as_a_written_one(void **state)
{
	struct period backwards[] = { { 10, 9, 0 } };
	struct period kind[] = { { 1, 2, 2 } };
	struct answer answer = { .state = ANSWER_VALUE, .number = 2 };

	(void)state;
	assert_int_equal(fact_check(&boolean, &answer), FACT_E_NOT_A_VALUE);
	assert_int_equal(fact_check(&status, &answer), FACT_OK);
	answer.number = 3;
	assert_int_equal(fact_check(&status, &answer), FACT_E_NOT_A_VALUE);
	answer.set = 8;
	assert_int_equal(fact_check(&needs, &answer), FACT_E_NOT_A_VALUE);
	answer.date.first = 0;
	answer.date.last = 1;
	assert_int_equal(fact_check(&received, &answer), FACT_E_NOT_A_VALUE);
	answer.date.last = 30;
	assert_int_equal(fact_check(&received, &answer), FACT_OK);
	answer.date.first = answer.date.last = DAY_MAX + 1;
	assert_int_equal(fact_check(&received, &answer), FACT_E_OUT_OF_RANGE);
	answer.periods.items = backwards;
	answer.periods.n = 1;
	assert_int_equal(fact_check(&history, &answer), FACT_E_PERIODS);
	answer.periods.items = kind;
	assert_int_equal(fact_check(&history, &answer), FACT_E_NOT_A_VALUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_read_is_written_back_canonically,
						begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_a_value_is_refused_by_name,
						begin, end),
		cmocka_unit_test_setup_teardown(periods_are_limited_in_number, begin, end),
		cmocka_unit_test(a_full_arena_is_said),
		cmocka_unit_test(a_packed_answer_is_checked_as_a_written_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
