/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/diagram/diagram.h"
#include "policy/diagram/order.h"
#include "policy/language/policy.h"
#include "tests/support/small_policy.h"

#define ARENA_BYTES (64 * 1024 * 1024)

static struct arena arena;
static struct arena scratch;
static struct table_finding findings[FINDINGS_MAX];
static size_t n_findings;
static const struct diagram *diagram;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, POLICY_ARENA_BYTES);
	arena_init(&scratch, ARENA_BYTES);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	arena_done(&scratch);
	return 0;
}

/* ---- Two questions about booleans, and a constraint ---- */

/*
 * Question 0 gives `grant` when most of a, b and c are said; question 1 when a
 * is. Never all four, nor none. So what the questions need is little, and
 * cutting off what cannot occur needs more.
 */
#define N_FACTS 4
static const int64_t cuts[] = { 1 };
static struct fact facts[N_FACTS];
static struct variable variables[N_FACTS];
static struct row rows[2][3];
static struct row never_rows[2];
static struct table tables[2];
static struct table never = { .name = "Constraints", .n_inputs = N_FACTS,
			      .n_rows = 2, .rows = never_rows };
static struct question questions[2];
static struct edition edition = {
	.n_facts = N_FACTS, .n_variables = N_FACTS, .n_tables = 2, .n_questions = 2,
	.facts = facts, .variables = variables, .tables = tables,
	.questions = questions, .constraints = &never,
};

static struct input read_variable(unsigned variable)
{
	return (struct input){ .kind = INPUT_VARIABLE, .index = (uint16_t)variable };
}

static struct test is_class(unsigned class)
{
	return (struct test){ .op = TEST_CLASSES, .mask = 1u << class };
}

static void make_table(unsigned t, const char *name, uint8_t n_inputs)
{
	tables[t] = (struct table){ .name = name, .hit = HIT_FIRST, .n_outputs = 1,
				    .n_inputs = n_inputs, .rows = rows[t],
				    .outputs = { { .name = "outcome", .n_values = 2,
						   .values = { "grant", "refer" } } } };
	for (unsigned i = 0; i < n_inputs; i++)
		tables[t].inputs[i] = read_variable(i);
	questions[t] = (struct question){ .name = name, .table = (uint16_t)t };
}

static void make_edition(void)
{
	memset(rows, 0, sizeof(rows));
	for (unsigned i = 0; i < N_FACTS; i++) {
		variables[i] = (struct variable){ .index = (uint16_t)i, .n_classes = 2,
						  .cuts = cuts };
		never.inputs[i] = read_variable(i);
		never_rows[0].tests[i] = is_class(1);
		never_rows[1].tests[i] = is_class(0);
	}
	make_table(0, "most", 3);
	make_table(1, "first", 1);
	tables[0].n_rows = 3;
	rows[0][0].tests[0] = is_class(1);
	rows[0][0].tests[1] = is_class(1);
	rows[0][1].tests[2] = is_class(1);
	rows[0][2].values[0] = 1;
	tables[1].n_rows = 2;
	rows[1][0].tests[0] = is_class(1);
	rows[1][1].values[0] = 1;
}

static void build_within(uint32_t budget)
{
	arena_reset(&arena);
	arena_reset(&scratch);
	n_findings = 99;
	assert_int_equal(diagram_build_within(&edition, budget, &arena, &scratch,
					      findings, &n_findings, &diagram),
			 0);
}

/* The least budget that is enough. */
static uint32_t enough(void)
{
	uint32_t budget = 1;

	for (build_within(budget); n_findings > 0; build_within(++budget))
		assert_true(budget < 1000);
	return budget;
}

static void a_budget_is_enough_or_the_only_finding(void **state)
{
	uint32_t budget;

	(void)state;
	make_edition();
	budget = enough();
	for (uint32_t below = 1; below < budget; below++) {
		build_within(below);
		assert_int_equal(n_findings, 1);
		assert_int_equal(findings[0].kind, FINDING_TOO_LARGE);
		assert_null(diagram);
	}
	for (uint32_t above = budget; above < budget + 3; above++) {
		build_within(above);
		assert_int_equal(n_findings, 0);
		assert_non_null(diagram);
	}
}

/* Constraints first, then the tables in order, then the cut, question by question. */
static void the_finding_names_what_spent_the_budget(void **state)
{
	static const uint8_t expected[] = { FINDING_CONSTRAINTS, 0, 1, 0, 1 };
	size_t met = 0;
	uint32_t budget;

	(void)state;
	make_edition();
	budget = enough();
	for (uint32_t below = 1; below < budget; below++) {
		build_within(below);
		if (met == 0 || findings[0].table != expected[met - 1])
			met++;
		assert_true(met <= ARRAY_LENGTH(expected));
		assert_int_equal(findings[0].table, expected[met - 1]);
	}
	assert_int_equal(met, ARRAY_LENGTH(expected));
}

/* ---- Orders ---- */

static void every_order_has_every_variable_once(void **state)
{
	struct order_plan plans[ORDER_PLANS_MAX];
	const struct edition *small;
	uint8_t n;

	(void)state;
	small = small_policy(&arena);
	n = order_plans(small, plans);
	assert_true(n > 1);
	for (uint8_t i = 0; i < n; i++) {
		bool seen[VARIABLES_MAX] = { false };
		uint16_t order[VARIABLES_MAX];

		order_variables(small, &plans[i], order);
		for (uint16_t v = 0; v < small->n_variables; v++) {
			assert_true(order[v] < small->n_variables);
			assert_false(seen[order[v]]);
			seen[order[v]] = true;
		}
	}
}

static void plans_never_outgrow_their_room(void **state)
{
	struct order_plan plans[ORDER_PLANS_MAX];
	struct edition many = { .constraints = &never };

	(void)state;
	for (many.n_questions = 1; many.n_questions <= QUESTIONS_MAX; many.n_questions++)
		assert_true(order_plans(&many, plans) <= ORDER_PLANS_MAX);
	many.n_questions = QUESTIONS_MAX;
	assert_int_equal(order_plans(&many, plans), 2 * QUESTIONS_MAX + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(a_budget_is_enough_or_the_only_finding),
		TEST(the_finding_names_what_spent_the_budget),
		TEST(every_order_has_every_variable_once),
		TEST(plans_never_outgrow_their_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
