/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/diagram/share.h"

#define ARENA_BYTES (64 * 1024 * 1024)
#define BINARY 130

/* Three variables of two, three and four classes; then many of two. */
static const int64_t cuts[] = { 1, 2, 3 };
static struct variable variables[3 + BINARY] = {
	{ .n_classes = 2, .cuts = cuts },
	{ .n_classes = 3, .cuts = cuts },
	{ .n_classes = 4, .cuts = cuts },
};
static const struct edition edition = {
	.n_variables = ARRAY_LENGTH(variables),
	.variables = variables,
};

static struct arena scratch;
static struct node_pool pool;

static int begin(void **state)
{
	uint16_t order[ARRAY_LENGTH(variables)];

	(void)state;
	for (uint16_t i = 0; i < ARRAY_LENGTH(variables); i++) {
		order[i] = i;
		if (i >= 3)
			variables[i] = (struct variable){ .n_classes = 2,
							  .cuts = cuts };
	}
	arena_init(&scratch, ARENA_BYTES);
	return node_pool_init(&pool, &edition, order, 1000, &scratch);
}

static int end(void **state)
{
	(void)state;
	arena_done(&scratch);
	return 0;
}

static uint64_t parts(node_ref node, node_ref of)
{
	struct share share;

	assert_int_equal(share_of(&pool, node, of, &scratch, &share), 0);
	return share.parts;
}

/* Each pair of conditions on two variables, against a count of their cases. */
static void a_share_is_a_count_of_cases_over_a_count_of_cases(void **state)
{
	(void)state;
	for (uint64_t masks = 0; masks < 4 * 8 * 16; masks++) {
		node_ref node = node_or(&pool, node_test(&pool, 0, masks % 4),
					node_test(&pool, 1, masks / 4 % 8));
		node_ref of = node_or(&pool, node_test(&pool, 1, 3),
				      node_test(&pool, 2, masks / 32));
		uint64_t n = 0, n_of = 0;

		for (unsigned c = 0; c < 24; c++) {
			bool in_of = (3 >> c % 3 & 1) != 0 ||
				     (masks / 32 >> c / 3 % 4 & 1) != 0;

			n_of += in_of;
			n += in_of && ((masks % 4 >> c / 12 & 1) != 0 ||
				       (masks / 4 % 8 >> c % 3 & 1) != 0);
		}
		/* 24 parts of 18 digits; cut, and a unit for weights cut before */
		assert_in_range(parts(node, of) + 1, SHARE_ALL / n_of * n,
				SHARE_ALL / n_of * n + n + 2);
	}
}

static void variables_that_do_not_occur_change_no_share(void **state)
{
	node_ref half = node_test(&pool, 40, 1);

	(void)state;
	assert_int_equal(parts(half, NODE_TRUE), SHARE_ALL / 2);
	assert_int_equal(parts(node_and(&pool, half, node_test(&pool, 3, 1)),
			       NODE_TRUE),
			 SHARE_ALL / 4);
}

static void none_and_all_are_said_of_nothing_else(void **state)
{
	node_ref least = NODE_TRUE;

	(void)state;
	for (uint16_t v = 2 + BINARY; v > 2; v--)
		least = node_and(&pool, node_test(&pool, v, 2), least);
	assert_int_equal(parts(NODE_FALSE, NODE_TRUE), 0);
	assert_int_equal(parts(NODE_TRUE, NODE_FALSE), 0);
	assert_int_equal(parts(NODE_TRUE, NODE_TRUE), SHARE_ALL);
	assert_int_equal(parts(NODE_TRUE, least), SHARE_ALL);
	assert_int_equal(parts(least, NODE_TRUE), 1);
	assert_int_equal(parts(node_not(&pool, least), NODE_TRUE), SHARE_ALL - 1);
}

static void shares_of_parts_that_cover_all_add_up(void **state)
{
	uint64_t sum = 0;

	(void)state;
	for (uint8_t a = 0; a < 3; a++)
		for (uint8_t b = 0; b < 4; b++)
			sum += parts(node_and(&pool,
					      node_test(&pool, 1, 1ull << a),
					      node_test(&pool, 2, 1ull << b)),
				     NODE_TRUE);
	assert_in_range(sum, SHARE_ALL - 24, SHARE_ALL);
}

static void without_memory_there_is_no_share(void **state)
{
	node_ref half = node_test(&pool, 40, 1);
	struct arena none;
	struct share share;

	(void)state;
	arena_init(&none, 0);
	assert_int_equal(share_of(&pool, half, NODE_TRUE, &none, &share), -ENOMEM);
	arena_done(&none);
	pool.failed = NODE_OVER_BUDGET;
	assert_int_equal(share_of(&pool, half, NODE_TRUE, &scratch, &share),
			 -ENOMEM);
}

static void a_share_is_printed_as_people_say_it(void **state)
{
	static const struct {
		uint64_t parts;
		const char *text;
	} rows[] = {
		{ 0, "none" },
		{ 1, "less than 1 in 10^17" },
		{ 2, "1 in 500,000,000,000,000,000" },
		{ SHARE_ALL / 40000, "1 in 40,000" },
		{ SHARE_ALL / 12345, "1 in 12,000" },
		{ SHARE_ALL / 12500 - 1, "1 in 13,000" },
		{ SHARE_ALL / 128, "1 in 130" },
		{ SHARE_ALL / 100 - 1, "1 in 100" },
		{ SHARE_ALL / 100, "1 %" },
		{ SHARE_ALL / 80, "1.25 %" },
		{ SHARE_ALL / 8, "12.5 %" },
		{ SHARE_ALL / 3, "33.3 %" },
		{ SHARE_ALL / 3 * 2, "66.7 %" },
		{ SHARE_ALL / 10, "10 %" },
		{ SHARE_ALL / 10 - SHARE_ALL / 20000, "10 %" },
		{ SHARE_ALL / 10 - SHARE_ALL / 20000 - 1, "9.99 %" },
		{ SHARE_ALL / 1000 * 999, "99.9 %" },
		{ SHARE_ALL - 1, "less than 100 %" },
		{ SHARE_ALL, "all" },
	};
	char text[SHARE_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		share_print((struct share){ rows[i].parts }, text);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(a_share_is_a_count_of_cases_over_a_count_of_cases),
		TEST(variables_that_do_not_occur_change_no_share),
		TEST(none_and_all_are_said_of_nothing_else),
		TEST(shares_of_parts_that_cover_all_add_up),
		TEST(without_memory_there_is_no_share),
		TEST(a_share_is_printed_as_people_say_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
