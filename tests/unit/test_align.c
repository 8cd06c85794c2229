/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/diagram/align.h"
#include "tests/support/brute.h"
#include "tests/support/random_edition.h"

#define ARENA_BYTES (256 * 1024 * 1024)
#define PAIRS 120
#define CASES_MAX 30000

static struct arena arena;
static struct arena scratch;
static struct arena work;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, ARENA_BYTES);
	arena_init(&scratch, ARENA_BYTES);
	arena_init(&work, ARENA_BYTES);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	arena_done(&scratch);
	arena_done(&work);
	return 0;
}

/* ---- Identity ---- */

static const struct expression today = { .op = EXPR_DECISION_DATE,
					 .type = FACT_DATE };
static const struct expression ends = { .op = EXPR_FACT, .type = FACT_DATE,
					.index = 0 };
static const struct expression ends_second = { .op = EXPR_FACT, .type = FACT_DATE,
					       .index = 1 };
static const struct expression days = { .op = EXPR_DAYS_BETWEEN, .n_args = 2,
					.args = { &today, &ends } };
static const struct expression days_second = { .op = EXPR_DAYS_BETWEEN,
					       .n_args = 2,
					       .args = { &today, &ends_second } };
static const struct expression thirty = { .op = EXPR_CONSTANT,
					  .type = FACT_INTEGER, .number = 30 };
static const struct expression left = { .op = EXPR_DERIVED, .index = 0 };
static const struct expression soon = { .op = EXPR_LESS, .n_args = 2,
					.args = { &left, &thirty } };
static const struct expression soon_turned = { .op = EXPR_GREATER, .n_args = 2,
					       .args = { &thirty, &left } };
static const struct expression late = { .op = EXPR_LESS, .n_args = 2,
					.args = { &thirty, &left } };

static const int64_t cuts_here[] = { 1, 2, 3 };
static const struct variable one_derived[] = {
	{ .kind = VARIABLE_DERIVED, .index = 1, .n_classes = 2, .cuts = cuts_here },
};

/* An edition whose variable is `name`, an expression over days until `ends`. */
static const char *identity_of(const char *name, const struct expression *days_left,
			       const struct expression *expression, bool second)
{
	const struct fact ends_fact = { .key = "permit.ends", .type = FACT_DATE };
	const struct fact other = { .key = "other", .type = FACT_DATE };
	const struct fact facts[] = { second ? other : ends_fact,
				      second ? ends_fact : other };
	const struct derived derived[] = {
		{ .name = "left", .type = FACT_INTEGER, .minimum = -9,
		  .maximum = 99, .expression = days_left },
		{ .name = name, .type = FACT_BOOLEAN, .maximum = 1,
		  .expression = expression },
	};
	const struct edition edition = { .facts = facts, .n_facts = 2,
					 .derived = derived, .n_derived = 2,
					 .variables = one_derived,
					 .n_variables = 1 };
	const char *text = variable_identity(&edition, 0, &arena);

	assert_non_null(text);
	return text;
}

static void a_derived_fact_is_what_it_computes_and_not_its_name(void **state)
{
	const char *text = identity_of("permit.soon", &days, &soon, false);

	(void)state;
	assert_string_equal(text,
			    "(derived boolean 0..1 (less (derived integer -9..99 "
			    "(days-between (decision.date) (fact permit.ends date))) "
			    "(integer 30)))");
	assert_string_equal(identity_of("renamed", &days, &soon, false), text);
	assert_string_equal(identity_of("a", &days, &soon_turned, false), text);
	/* another number of the fact in the edition, the same fact */
	assert_string_equal(identity_of("a", &days_second, &soon, true), text);
	assert_string_not_equal(identity_of("permit.soon", &days, &late, false),
				text);
	assert_string_not_equal(identity_of("permit.soon", &days_second, &soon,
					    false),
				text);
}

static void arguments_in_any_order_are_the_same_where_order_means_nothing(void **state)
{
	const struct expression a = { .op = EXPR_AND, .n_args = 2,
				      .args = { &soon, &late } };
	const struct expression b = { .op = EXPR_AND, .n_args = 2,
				      .args = { &late, &soon } };
	const struct expression less = { .op = EXPR_SUBTRACT, .n_args = 2,
					 .args = { &left, &thirty } };
	const struct expression more = { .op = EXPR_SUBTRACT, .n_args = 2,
					 .args = { &thirty, &left } };

	(void)state;
	assert_string_equal(identity_of("x", &days, &a, false),
			    identity_of("x", &days, &b, false));
	assert_string_not_equal(identity_of("x", &days, &less, false),
				identity_of("x", &days, &more, false));
}

/* Each derived fact reads the one before it twice: 2^63 leaves when written out. */
static void an_identity_too_long_to_write_down_is_an_answer(void **state)
{
	struct expression read[DERIVED_MAX], twice[DERIVED_MAX];
	struct derived derived[DERIVED_MAX];
	const struct variable variable = { .kind = VARIABLE_DERIVED,
					   .index = DERIVED_MAX - 1, .n_classes = 2,
					   .cuts = cuts_here };
	const struct edition edition = { .derived = derived,
					 .n_derived = DERIVED_MAX,
					 .variables = &variable,
					 .n_variables = 1 };
	const struct alignment *alignment;
	const char *name;

	(void)state;
	for (uint16_t i = 0; i < DERIVED_MAX; i++) {
		read[i] = (struct expression){ .op = EXPR_DERIVED, .index = i };
		twice[i] = (struct expression){
			.op = EXPR_ADD, .n_args = 2,
			.args = { &read[i - (i > 0)], &read[i - (i > 0)] }
		};
		derived[i] = (struct derived){ .name = "again",
					       .type = FACT_INTEGER,
					       .expression = i == 0 ? &thirty :
								      &twice[i] };
	}
	assert_null(variable_identity(&edition, 0, &arena));
	assert_int_equal(align(&edition, &edition, &arena, &alignment, &name),
			 IDENTITY_E_TOO_LONG);
	assert_string_equal(name, "again");
}

/* ---- Joint classes ---- */

static const uint16_t in_order[VARIABLES_MAX] = { 0, 1, 2 };

static struct diagram ordered(void)
{
	struct diagram diagram = { .possible = NODE_TRUE };

	memcpy(diagram.order, in_order, sizeof(in_order));
	return diagram;
}

static struct edition of(const struct fact *facts, uint16_t n_facts,
			 const struct variable *variables, uint16_t n_variables,
			 const struct diagram *diagram)
{
	return (struct edition){ .name = "x", .facts = facts, .n_facts = n_facts,
				 .variables = variables,
				 .n_variables = n_variables, .diagram = diagram };
}

static void numbers_are_cut_wherever_either_side_cuts_them(void **state)
{
	static const int64_t a_cuts[] = { 3, 9 };
	static const int64_t b_cuts[] = { 5 };
	const struct fact a_fact = { .key = "n", .type = FACT_INTEGER,
				     .maximum = 20 };
	const struct fact b_fact = { .key = "n", .type = FACT_INTEGER,
				     .maximum = 12 };
	const struct variable a_variable = { .n_classes = 3, .cuts = a_cuts };
	const struct variable b_variable = { .n_classes = 3, .has_unknown = true,
					     .cuts = b_cuts };
	const struct diagram diagram = ordered();
	const struct edition a = of(&a_fact, 1, &a_variable, 1, &diagram);
	const struct edition b = of(&b_fact, 1, &b_variable, 1, &diagram);
	static const uint8_t of_a[] = { 0, 1, 1, 2, 2, ALIGN_OPEN };
	static const uint8_t of_b[] = { 0, 0, 1, 1, ALIGN_NO_CLASS, 2 };
	static const int64_t joint_cuts[] = { 3, 5, 9, 13 };
	const struct alignment *alignment;
	const char *name;

	(void)state;
	assert_int_equal(align(&a, &b, &arena, &alignment, &name), 0);
	assert_int_equal(alignment->joint.n_variables, 1);
	assert_int_equal(alignment->joint.variables[0].n_classes, 6);
	assert_memory_equal(alignment->joint.variables[0].cuts, joint_cuts,
			    sizeof(joint_cuts));
	assert_memory_equal(alignment->sides[0].class[0], of_a, sizeof(of_a));
	assert_memory_equal(alignment->sides[1].class[0], of_b, sizeof(of_b));
}

static void values_are_common_by_name_and_one_sided_where_only_one_has_them(void **state)
{
	const struct fact a_fact = { .key = "e", .type = FACT_ENUMERATION,
				     .n_values = 2, .values = { "x", "y" } };
	const struct fact b_fact = { .key = "e", .type = FACT_ENUMERATION,
				     .n_values = 2, .values = { "y", "z" } };
	const struct variable variable = { .n_classes = 2, .cuts = cuts_here };
	const struct diagram diagram = ordered();
	const struct edition a = of(&a_fact, 1, &variable, 1, &diagram);
	const struct edition b = of(&b_fact, 1, &variable, 1, &diagram);
	static const uint8_t of_a[] = { 0, 1, ALIGN_NO_CLASS };
	static const uint8_t of_b[] = { ALIGN_NO_CLASS, 0, 1 };
	const struct alignment *alignment;
	struct node_pool pool;
	const char *name;

	(void)state;
	assert_int_equal(align(&a, &b, &arena, &alignment, &name), 0);
	assert_memory_equal(alignment->sides[0].class[0], of_a, sizeof(of_a));
	assert_memory_equal(alignment->sides[1].class[0], of_b, sizeof(of_b));
	assert_string_equal(alignment->joint.facts[0].values[2], "z");
	assert_int_equal(align_pool(alignment, &scratch, &pool), 0);
	assert_int_equal(align_possible(alignment, 0, &pool),
			 node_test(&pool, 0, 3));
	assert_int_equal(align_possible(alignment, 1, &pool),
			 node_test(&pool, 0, 6));
}

static void an_element_that_a_side_does_not_know_cannot_be_held_there(void **state)
{
	const struct fact a_fact = { .key = "s", .type = FACT_SET, .n_values = 1,
				     .values = { "x" } };
	const struct fact b_fact = { .key = "s", .type = FACT_SET, .n_values = 2,
				     .values = { "y", "x" } };
	const struct fact other = { .key = "t", .type = FACT_SET, .n_values = 1,
				    .values = { "y" } };
	const struct variable variables[] = {
		{ .kind = VARIABLE_ELEMENT, .element = 0, .n_classes = 2 },
		{ .kind = VARIABLE_ELEMENT, .element = 1, .n_classes = 2 },
	};
	const struct diagram diagram = ordered();
	const struct edition a = of(&a_fact, 1, variables, 1, &diagram);
	const struct edition b = of(&b_fact, 1, variables, 2, &diagram);
	const struct edition none = of(&other, 1, variables, 1, &diagram);
	const struct alignment *alignment;
	const char *name;

	(void)state;
	assert_int_equal(align(&a, &b, &arena, &alignment, &name), 0);
	assert_int_equal(alignment->joint.n_variables, 2);
	assert_int_equal(alignment->sides[1].own[0], 1);
	assert_int_equal(alignment->sides[0].class[1][0], 0);
	assert_int_equal(alignment->sides[0].class[1][1], ALIGN_NO_CLASS);
	assert_int_equal(alignment->sides[1].class[0][1], 1);
	/* who never tests the set takes whatever is in it */
	assert_int_equal(align(&none, &b, &arena, &alignment, &name), 0);
	assert_int_equal(alignment->joint.n_variables, 3);
	assert_int_equal(alignment->sides[0].class[1][1], 0);
}

static void one_name_for_two_things_says_whose_it_is(void **state)
{
	const struct fact a_fact = { .key = "f", .type = FACT_BOOLEAN };
	const struct fact b_fact = { .key = "f", .type = FACT_INTEGER,
				     .maximum = 5 };
	const struct variable variable = { .n_classes = 2, .cuts = cuts_here };
	const struct diagram diagram = ordered();
	const struct edition a = of(&a_fact, 1, &variable, 1, &diagram);
	const struct edition b = of(&b_fact, 1, &variable, 1, &diagram);
	const struct alignment *alignment;
	struct diagram_case both = { { 1, 1 } };
	const char *name;

	(void)state;
	assert_int_equal(align(&a, &b, &arena, &alignment, &name), 0);
	assert_int_equal(alignment->joint.n_variables, 2);
	memset(&both.classes[2], CASE_ANY, VARIABLES_MAX - 2);
	assert_string_equal(diagram_case_text(&alignment->joint, &both, &arena),
			    "f = yes; f of x >= 1");
}

/* ---- Limits ---- */

/* n elements of sets, 32 a set; the sets' names begin with the letter. */
static struct edition elements_of(unsigned n, char letter)
{
	struct fact *facts = arena_array(&arena, n / VALUES_MAX + 1, sizeof(*facts));
	struct variable *variables = arena_array(&arena, n, sizeof(*variables));
	struct diagram *diagram = arena_alloc(&arena, sizeof(*diagram));
	static const char *const values[VALUES_MAX] = {
		"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
		"l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v",
		"w", "x", "y", "z", "0", "1", "2", "3", "4", "5"
	};

	for (unsigned i = 0; i < n; i++) {
		struct fact *fact = &facts[i / VALUES_MAX];
		char *key = arena_array(&arena, 3, 1);

		key[0] = letter;
		key[1] = (char)('a' + i / VALUES_MAX);
		fact->key = key;
		fact->type = FACT_SET;
		fact->values[fact->n_values++] = values[i % VALUES_MAX];
		variables[i] = (struct variable){
			.kind = VARIABLE_ELEMENT,
			.index = (uint16_t)(i / VALUES_MAX),
			.element = (uint8_t)(i % VALUES_MAX), .n_classes = 2,
			.cuts = cuts_here
		};
		diagram->order[i] = (uint16_t)i;
	}
	return of(facts, (uint16_t)(n / VALUES_MAX + 1), variables, (uint16_t)n,
		  diagram);
}

static void together_they_may_have_as_many_variables_as_an_edition(void **state)
{
	const struct edition a = elements_of(128, 'a');
	const struct edition b = elements_of(128, 'b');
	const struct edition more = elements_of(129, 'b');
	const struct alignment *alignment;
	const char *name;

	(void)state;
	assert_int_equal(align(&a, &b, &arena, &alignment, &name), 0);
	assert_int_equal(alignment->joint.n_variables, VARIABLES_MAX);
	assert_int_equal(align(&a, &more, &arena, &alignment, &name),
			 ALIGN_E_VARIABLES);
	assert_string_equal(name, "be");
}

/* Cuts of a at odd numbers, of b at even ones: n together. */
static int align_cuts(unsigned n, bool unknown)
{
	const struct fact fact = { .key = "n", .type = FACT_INTEGER,
				   .maximum = 99 };
	const struct diagram diagram = ordered();
	int64_t cuts[2][CLASSES_MAX];
	struct variable variables[2] = {
		{ .n_classes = 1, .cuts = cuts[0] },
		{ .n_classes = 1, .cuts = cuts[1] },
	};
	struct edition a = of(&fact, 1, &variables[0], 1, &diagram);
	struct edition b = of(&fact, 1, &variables[1], 1, &diagram);
	const struct alignment *alignment;
	const char *name;
	int r;

	for (unsigned i = 1; i <= n; i++)
		cuts[i % 2][variables[i % 2].n_classes++ - 1] = i;
	variables[0].has_unknown = unknown;
	variables[0].n_classes = (uint8_t)(variables[0].n_classes + unknown);
	r = align(&a, &b, &arena, &alignment, &name);
	if (r != 0)
		assert_string_equal(name, "n");
	return r;
}

static void together_they_may_cut_a_fact_as_often_as_an_edition(void **state)
{
	(void)state;
	assert_int_equal(align_cuts(CLASSES_MAX - 1, false), 0);
	assert_int_equal(align_cuts(CLASSES_MAX, false), ALIGN_E_CLASSES);
	assert_int_equal(align_cuts(CLASSES_MAX - 2, true), 0);
	assert_int_equal(align_cuts(CLASSES_MAX - 1, true), ALIGN_E_CLASSES);
}

static void without_memory_nothing_is_aligned(void **state)
{
	const struct edition a = elements_of(64, 'a');
	const struct alignment *alignment;
	const char *name;
	struct arena small;
	size_t cap = 0;
	int r;

	(void)state;
	do {
		arena_init(&small, cap);
		r = align(&a, &a, &small, &alignment, &name);
		arena_done(&small);
		assert_true(r == 0 || r == -ENOMEM);
		cap += 2048;
	} while (r != 0);
}

/* ---- Import, against every case ---- */

static node_ref walk(const struct node_pool *pool, node_ref node,
		     const struct brute_case *c)
{
	while (!node_is_terminal(node))
		node = pool->children[pool->first_child[node] +
				      c->classes[pool->variable[node]]];
	return node;
}

static node_ref walk_own(const struct edition *edition, node_ref node,
			 const struct brute_case *c)
{
	const struct diagram *diagram = edition->diagram;

	while (!node_is_terminal(node))
		node = diagram->children[diagram->first_child[node] +
					 c->classes[diagram->variable[node]]];
	return node;
}

/* The case as the side sees it; false where it cannot be told. */
static bool own_case(const struct alignment *alignment, unsigned s,
		     const struct brute_case *joint, struct brute_case *ret_own)
{
	const struct aligned_side *side = &alignment->sides[s];

	for (uint16_t j = 0; j < alignment->joint.n_variables; j++) {
		uint8_t class = side->class[j][joint->classes[j]];

		if (class == ALIGN_NO_CLASS)
			return false;
		if (side->own[j] != ALIGN_NO_VARIABLE)
			ret_own->classes[side->own[j]] = class;
	}
	return true;
}

/* Completes what is open from variable v on, in every way. */
static void complete(const struct edition *edition, node_ref root,
		     struct brute_case *own, uint16_t v, node_ref *io_result)
{
	const struct variable *variable = &edition->variables[v];
	node_ref terminal;

	if (v == edition->n_variables) {
		terminal = walk_own(edition, root, own);
		if (terminal == TERMINAL_IMPOSSIBLE)
			return;
		if (*io_result == TERMINAL_IMPOSSIBLE)
			*io_result = terminal;
		else if (*io_result != terminal)
			*io_result = TERMINAL_OPEN;
		return;
	}
	if (own->classes[v] != ALIGN_OPEN) {
		complete(edition, root, own, (uint16_t)(v + 1), io_result);
		return;
	}
	for (uint8_t i = 0; i < variable->n_classes; i++) {
		own->classes[v] = i;
		complete(edition, root, own, (uint16_t)(v + 1), io_result);
	}
	own->classes[v] = ALIGN_OPEN;
}

static node_ref expected(const struct alignment *alignment, unsigned side,
			 const struct brute_case *joint, node_ref root)
{
	node_ref result = TERMINAL_IMPOSSIBLE;
	struct brute_case own;

	if (own_case(alignment, side, joint, &own))
		complete(alignment->sides[side].edition, root, &own, 0, &result);
	return result;
}

static bool small_enough(const struct edition *joint)
{
	unsigned n = 1;

	for (uint16_t v = 0; v < joint->n_variables && n <= CASES_MAX; v++)
		n *= joint->variables[v].n_classes;
	return n <= CASES_MAX;
}

static void compare_side(const struct alignment *alignment, unsigned side)
{
	const struct edition *edition = alignment->sides[side].edition;
	struct node_pool pool;
	struct align_import import = { .alignment = alignment, .side = side,
				       .pool = &pool };
	struct brute_case c = { { 0 } };
	node_ref root, possible;

	assert_int_equal(align_pool(alignment, &scratch, &pool), 0);
	assert_int_equal(align_begin(&import), 0);
	root = align_root(&import, edition->diagram->roots[0][0]);
	possible = align_possible(alignment, side, &pool);
	assert_int_equal(pool.failed, NODE_FINE);
	do {
		node_ref terminal = walk(&pool, root, &c);

		assert_int_equal(terminal,
				 expected(alignment, side, &c,
					  edition->diagram->roots[0][0]));
		assert_int_equal(walk(&pool, possible, &c),
				 terminal == TERMINAL_IMPOSSIBLE ? NODE_FALSE :
								   NODE_TRUE);
	} while (brute_next(&alignment->joint, &c));
}

/* Random editions name their facts alike, so many are common and few the same. */
static void an_imported_diagram_gives_each_joint_case_the_value_it_had(void **state)
{
	unsigned n_compared = 0;

	(void)state;
	for (uint64_t seed = 0; n_compared < PAIRS; seed++) {
		struct chance chance = { seed };
		const struct alignment *alignment;
		const struct edition *editions[2];
		const char *name;

		arena_reset(&arena);
		editions[0] = random_sound_edition(&chance, &arena, &work);
		editions[1] = random_sound_edition(&chance, &arena, &work);
		if (editions[0] == NULL || editions[1] == NULL)
			continue;
		assert_int_equal(align(editions[0], editions[1], &arena, &alignment,
				       &name),
				 0);
		if (!small_enough(&alignment->joint))
			continue;
		for (unsigned s = 0; s < 2; s++) {
			arena_reset(&scratch);
			compare_side(alignment, s);
		}
		n_compared++;
	}
}

static void an_edition_beside_itself_is_the_same_node(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < PAIRS; seed++) {
		struct chance chance = { seed };
		const struct alignment *alignment;
		const struct edition *edition;
		struct node_pool pool;
		node_ref roots[2];
		const char *name;

		arena_reset(&arena);
		arena_reset(&scratch);
		edition = random_sound_edition(&chance, &arena, &work);
		if (edition == NULL)
			continue;
		assert_int_equal(align(edition, edition, &arena, &alignment, &name),
				 0);
		assert_int_equal(align_pool(alignment, &scratch, &pool), 0);
		for (unsigned s = 0; s < 2; s++) {
			struct align_import import = { .alignment = alignment,
						       .side = s, .pool = &pool };

			assert_int_equal(align_begin(&import), 0);
			roots[s] = align_root(&import,
					      edition->diagram->roots[0][0]);
		}
		assert_int_equal(roots[0], roots[1]);
		assert_true(pool.n_nodes <= edition->diagram->n_nodes);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(a_derived_fact_is_what_it_computes_and_not_its_name),
		TEST(arguments_in_any_order_are_the_same_where_order_means_nothing),
		TEST(an_identity_too_long_to_write_down_is_an_answer),
		TEST(numbers_are_cut_wherever_either_side_cuts_them),
		TEST(values_are_common_by_name_and_one_sided_where_only_one_has_them),
		TEST(an_element_that_a_side_does_not_know_cannot_be_held_there),
		TEST(one_name_for_two_things_says_whose_it_is),
		TEST(together_they_may_have_as_many_variables_as_an_edition),
		TEST(together_they_may_cut_a_fact_as_often_as_an_edition),
		TEST(without_memory_nothing_is_aligned),
		TEST(an_imported_diagram_gives_each_joint_case_the_value_it_had),
		TEST(an_edition_beside_itself_is_the_same_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
