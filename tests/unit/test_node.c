/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/diagram/node.h"

#define ARENA_BYTES (64 * 1024 * 1024)

/* Three variables of two, three and four classes. */
static const int64_t cuts[] = { 1, 2, 3 };
static const struct variable variables[] = {
	{ .kind = VARIABLE_FACT, .index = 0, .n_classes = 2, .cuts = cuts },
	{ .kind = VARIABLE_FACT, .index = 1, .n_classes = 3, .cuts = cuts },
	{ .kind = VARIABLE_FACT, .index = 2, .n_classes = 4, .cuts = cuts },
};
static const struct edition edition = {
	.n_variables = ARRAY_LENGTH(variables),
	.variables = variables,
};
static const uint16_t order[] = { 2, 0, 1 };

static struct arena scratch;
static struct node_pool pool;

static int begin(void **state)
{
	(void)state;
	arena_init(&scratch, ARENA_BYTES);
	return node_pool_init(&pool, &edition, order, 1000, &scratch);
}

static int end(void **state)
{
	(void)state;
	arena_done(&scratch);
	return 0;
}

/* The terminal that a case reaches. */
static node_ref reached(node_ref node, const uint8_t classes[3])
{
	while (!node_is_terminal(node))
		node = pool.children[pool.first_child[node] +
				     classes[pool.variable[node]]];
	return node;
}

static void equal_nodes_are_one_node(void **state)
{
	node_ref a = node_test(&pool, 1, 5);
	uint32_t n_nodes = pool.n_nodes;

	(void)state;
	assert_int_equal(node_test(&pool, 1, 5), a);
	assert_int_equal(pool.n_nodes, n_nodes);
	assert_int_not_equal(node_test(&pool, 1, 6), a);
}

static void a_node_that_tells_nothing_apart_is_none(void **state)
{
	(void)state;
	assert_int_equal(node_test(&pool, 1, 7), NODE_TRUE);
	assert_int_equal(node_test(&pool, 1, 0), NODE_FALSE);
	assert_int_equal(pool.n_nodes, 0);
}

/* Every pair of tests, joined in each way, against every case. */
static void operations_are_those_of_logic(void **state)
{
	(void)state;
	for (uint64_t masks = 0; masks < 8 * 16; masks++) {
		node_ref a = node_test(&pool, 1, masks % 8);
		node_ref b = node_test(&pool, 2, masks / 8);
		node_ref both = node_and(&pool, a, b);
		node_ref some = node_or(&pool, a, b);
		node_ref none = node_not(&pool, some);

		for (uint8_t c = 0; c < 12; c++) {
			const uint8_t classes[] = { 0, c % 3, c / 3 };
			bool in_a = (masks % 8 >> classes[1] & 1) != 0;
			bool in_b = (masks / 8 >> classes[2] & 1) != 0;

			assert_int_equal(reached(both, classes) == NODE_TRUE,
					 in_a && in_b);
			assert_int_equal(reached(some, classes) == NODE_TRUE,
					 in_a || in_b);
			assert_int_equal(reached(none, classes) == NODE_TRUE,
					 !in_a && !in_b);
		}
	}
	assert_int_equal(pool.failed, NODE_FINE);
}

static void a_witness_is_a_case_of_its_node(void **state)
{
	node_ref node = node_and(&pool, node_test(&pool, 1, 4), node_test(&pool, 2, 8));
	struct diagram_case found;

	(void)state;
	node_witness(&pool, node, &found);
	assert_int_equal(found.classes[1], 2);
	assert_int_equal(found.classes[2], 3);
	assert_int_equal(found.classes[0], CASE_ANY);
	assert_int_equal(reached(node, found.classes), NODE_TRUE);
}

/* Distinct nodes of variable 2: one for each pair of classes put apart. */
static void make_nodes(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const node_ref children[] = { TERMINAL | i, TERMINAL | (i + 1),
					      TERMINAL | i, TERMINAL | i };

		(void)node_make(&pool, 2, children);
	}
}

static void a_pool_takes_nodes_up_to_its_budget(void **state)
{
	(void)state;
	make_nodes(999);
	assert_int_equal(pool.failed, NODE_FINE);
	make_nodes(1000);
	assert_int_equal(pool.failed, NODE_FINE);
	assert_int_equal(pool.n_nodes, 1000);
	make_nodes(1001);
	assert_int_equal(pool.failed, NODE_OVER_BUDGET);
	assert_int_equal(node_test(&pool, 1, 3), NODE_FALSE);
}

static void a_pool_without_memory_says_so(void **state)
{
	struct arena small;
	struct node_pool poor;

	(void)state;
	arena_init(&small, 70000);
	assert_int_equal(node_pool_init(&poor, &edition, order, 1000, &small), -ENOMEM);
	arena_done(&small);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(equal_nodes_are_one_node),
		TEST(a_node_that_tells_nothing_apart_is_none),
		TEST(operations_are_those_of_logic),
		TEST(a_witness_is_a_case_of_its_node),
		TEST(a_pool_takes_nodes_up_to_its_budget),
		TEST(a_pool_without_memory_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
