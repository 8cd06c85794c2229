/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/decide.h"
#include "policy/diagram/cover.h"
#include "policy/diagram/diagram.h"
#include "policy/diagram/prove.h"
#include "policy/language/policy.h"
#include "tests/support/files.h"

#define VOCABULARY "policy/tables/vocabulary.md"
#define ANALYSIS "policy/tables/analysis"

/* The small policy of tests/golden/policy, loaded once for all tests. */
static struct bytes vocabulary;
static struct bytes policy;
static struct arena arena;
static struct diagnostics diagnostics;
static const struct edition *edition;

static int load_small(void **state)
{
	(void)state;
	vocabulary = file_read("tests/golden/policy/vocabulary.md");
	policy = file_read("tests/golden/policy/policy.md");
	arena_init(&arena, POLICY_ARENA_BYTES);
	return policy_load(vocabulary, policy, &arena, &edition, &diagnostics);
}

static int unload_small(void **state)
{
	(void)state;
	arena_done(&arena);
	file_done(&policy);
	file_done(&vocabulary);
	return 0;
}

static const struct table *table(const char *name)
{
	int i = edition_find_table(edition, name);

	assert_true(i >= 0);
	return &edition->tables[i];
}

static const struct question *question(const char *name)
{
	int i = edition_find_question(edition, name);

	assert_true(i >= 0);
	return &edition->questions[i];
}

static const struct fact *fact(const char *key)
{
	int i = edition_find_fact(edition, key);

	assert_true(i >= 0);
	return &edition->facts[i];
}

static const struct variable *variable(const char *table_name, uint8_t input)
{
	assert_int_equal(table(table_name)->inputs[input].kind, INPUT_VARIABLE);
	return &edition->variables[table(table_name)->inputs[input].index];
}

static void the_header_and_the_transition_are_read(void **state)
{
	(void)state;
	assert_string_equal(edition->policy_id, "xx-small");
	assert_string_equal(edition->name, "2025-01-01");
	assert_int_equal(edition->in_force_from, 20089);
	assert_int_equal(question("first-permit")->selected_by,
			 SELECTED_BY_APPLICATION);
	assert_int_equal(question("renewal")->selected_by, SELECTED_BY_DECISION);
}

static void facts_have_their_columns(void **state)
{
	(void)state;
	assert_int_equal(fact("ident.status")->type, FACT_ENUMERATION);
	assert_int_equal(fact("ident.status")->adverse_values, 1u << 3);
	assert_string_equal(fact("ident.status")->do_not.in[LANGUAGE_EN],
			    "Do not test it again.");
	assert_int_equal(fact("length")->duration_unit, DURATION_DAYS);
	assert_int_equal(fact("length")->maximum, 3650);
	assert_string_equal(fact("children")->unit, "children");
	assert_int_equal(fact("away")->neutral_kinds, 1);
	assert_int_equal(fact("ident.status")->changes, CHANGES_OTHERS);
	assert_int_equal(fact("here")->changes, CHANGES_PERSON);
	assert_int_equal(fact("away")->changes, CHANGES_NEVER);
	assert_int_equal(fact("held")->changes, CHANGES_TIME);
	assert_string_equal(fact("away")->values[0], "authorised");
	assert_int_equal(fact("bars")->stages,
			 STAGE_FIRST | STAGE_RENEWAL | STAGE_PERMANENT);
}

/* Of what is declared, only what a question can read gets a slot. */
static void facts_that_nothing_reads_have_no_slot(void **state)
{
	(void)state;
	assert_false(fact("contact")->used);
	assert_int_equal(fact("contact")->slot, 255);
	assert_true(fact("held")->used);
	assert_int_equal(edition->n_used, 10);
}

/* months is tested as >= 36, [12..36) and < 36. */
static void a_fact_is_cut_at_the_constants_of_all_cells(void **state)
{
	const struct variable *months = variable("renewal", 1);
	const struct table *renewal = table("renewal");

	(void)state;
	assert_int_equal(months->kind, VARIABLE_DERIVED);
	assert_int_equal(months->n_classes, 3);
	assert_int_equal(months->cuts[0], 12);
	assert_int_equal(months->cuts[1], 36);
	assert_int_equal(renewal->rows[0].tests[1].mask, 4);
	assert_int_equal(renewal->rows[1].tests[1].mask, 2);
	assert_int_equal(renewal->rows[2].tests[1].mask, 3);
	assert_int_equal(renewal->rows[3].tests[1].op, TEST_ANY);
}

static void a_number_belongs_to_the_class_between_its_cuts(void **state)
{
	const struct variable *months = variable("renewal", 1);

	(void)state;
	assert_int_equal(variable_class(months, 0), 0);
	assert_int_equal(variable_class(months, 11), 0);
	assert_int_equal(variable_class(months, 12), 1);
	assert_int_equal(variable_class(months, 35), 1);
	assert_int_equal(variable_class(months, 36), 2);
	assert_int_equal(variable_class(months, 1200), 2);
}

static void not_is_every_known_value_but_those(void **state)
{
	(void)state;
	assert_int_equal(table("first-permit")->rows[6].tests[0].mask, 7);
}

static void sets_are_tested_by_elements(void **state)
{
	const struct table *view = table("view");
	const struct input *bars = &view->inputs[0];

	(void)state;
	assert_int_equal(bars->kind, INPUT_SET);
	assert_int_equal(bars->n_elements, 2);
	assert_int_equal(edition->variables[bars->index + 1].element, 1);
	assert_int_equal(view->rows[0].tests[0].op, TEST_SET_ANY);
	assert_int_equal(view->rows[0].tests[0].mask, 2);
	assert_int_equal(view->rows[1].tests[0].op, TEST_SET_NONE);
}

static void outputs_of_other_tables_are_inputs(void **state)
{
	const struct input *weight = &table("first-permit")->inputs[2];
	const struct output *kinds = &table("help")->outputs[0];

	(void)state;
	assert_int_equal(weight->kind, INPUT_OUTPUT);
	assert_ptr_equal(&edition->tables[weight->index], table("view"));
	assert_true(kinds->collected);
	assert_int_equal(table("renewal")->rows[1].tests[4].op, TEST_SET_ANY);
}

static void a_derived_date_can_be_an_output(void **state)
{
	const struct question *renewal = question("renewal");
	const struct output *until = &table("renewal")->outputs[renewal->until];

	(void)state;
	assert_string_equal(edition->derived[until->derived[0]].name, "third_year");
	assert_int_equal(table("renewal")->rows[0].values[1], VALUE_NONE);
	assert_int_equal(table("renewal")->rows[2].values[1], 0);
}

static void a_question_needs_the_tables_below_it_first(void **state)
{
	const struct question *first = question("first-permit");

	(void)state;
	assert_int_equal(first->n_needed, 2);
	assert_ptr_equal(&edition->tables[first->needed[0]], table("view"));
	assert_int_equal(first->needed[1], first->table);
	assert_true(first->facts >> edition_find_fact(edition, "bars") & 1);
	assert_false(first->facts >> edition_find_fact(edition, "needs") & 1);
}

static void expressions_are_typed_trees(void **state)
{
	const struct expression *third = edition->derived[2].expression;
	const struct expression *since = third->args[0];

	(void)state;
	assert_int_equal(third->op, EXPR_ADD_DURATION);
	assert_int_equal(third->args[1]->duration.count, 3);
	assert_int_equal(third->args[1]->duration.unit, DURATION_YEARS);
	assert_int_equal(since->op, EXPR_CONTINUOUS_SINCE);
	assert_int_equal(since->args[0]->op, EXPR_PERIODS);
	assert_int_equal(since->args[0]->number, 1);	/* trp alone */
	assert_int_equal(since->args[1]->number, 0);	/* all kinds */
	assert_int_equal(since->args[4]->op, EXPR_DECISION_DATE);
}

static void citations_say_when_they_are_not_verified(void **state)
{
	const struct row *row = &table("first-permit")->rows[1];

	(void)state;
	assert_int_equal(row->n_citations, 2);
	assert_string_equal(row->citations[0].text, "ACT 1");
	assert_false(row->citations[0].unverified);
	assert_true(row->citations[1].unverified);
	assert_true(row->unverified);
	assert_false(table("first-permit")->rows[0].unverified);
}

static void check_examples(const struct edition *of)
{
	for (uint16_t i = 0; i < of->n_examples; i++) {
		CLEANUP(arena_done) struct arena work;
		struct example_result result;

		arena_init(&work, DECIDE_ARENA_BYTES);
		assert_int_equal(example_run(of, &of->examples[i], &work, &result), 0);
		if (!result.passed)
			fail_msg("%s %s %s: %s", of->policy_id, of->name,
				 of->examples[i].id, result.message);
	}
}

static void examples_are_decided_as_they_expect(void **state)
{
	(void)state;
	assert_int_equal(edition->n_examples, 3);
	check_examples(edition);
}

/* ---- Memory ---- */

static void an_arena_too_small_is_said_and_nothing_is_set(void **state)
{
	static const size_t caps[] = { 0, 1000, 100000, 1000000, 1800000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(caps); i++) {
		CLEANUP(arena_done) struct arena small;
		struct diagnostics found;
		const struct edition *none = NULL;

		arena_init(&small, caps[i]);
		assert_int_equal(policy_load(vocabulary, policy, &small, &none, &found),
				 -ENOMEM);
		assert_null(none);
	}
}

static void loading_twice_gives_the_same_edition(void **state)
{
	CLEANUP(arena_done) struct arena other;
	const struct edition *again = NULL;
	struct diagnostics found;

	(void)state;
	arena_init(&other, POLICY_ARENA_BYTES);
	assert_int_equal(policy_load(vocabulary, policy, &other, &again, &found), 0);
	assert_int_equal(again->n_variables, edition->n_variables);
	assert_int_equal(again->diagram->n_nodes, edition->diagram->n_nodes);
	assert_memory_equal(again->diagram->order, edition->diagram->order,
			    sizeof(again->diagram->order));
}

/* ---- The law ---- */

/* A file is named <policy id>-<edition>.md. */
static void load_law(struct bytes words, const char *path, enum edition_kind kind)
{
	CLEANUP(arena_done) struct arena memory;
	const char *name = strrchr(path, '/') + 1;
	const struct edition *loaded = NULL;
	struct diagnostics found;

	arena_init(&memory, POLICY_ARENA_BYTES);
	CLEANUP(file_done) struct bytes document = file_read(path);
	if (policy_load(words, document, &memory, &loaded, &found) != 0)
		fail_msg("%s", diagnostic_text(&found.items[0], path,
					       found.items[0].in_vocabulary ?
							words : document,
					       &memory));
	assert_int_equal(strncmp(name, loaded->policy_id, strlen(loaded->policy_id)), 0);
	assert_int_equal(loaded->kind, kind);
	for (uint16_t f = 0; f < loaded->n_facts; f++)
		if (kind == EDITION_POLICY || !loaded->facts[f].own)
			assert_int_not_equal(loaded->facts[f].class, FACT_TESTIMONY);
	if (kind == EDITION_POLICY)
		assert_non_null(strstr(name, loaded->name));
}

static void every_edition_of_the_law_loads(void **state)
{
	CLEANUP(file_done) struct bytes words = file_read(VOCABULARY);
	struct file_names names;

	(void)state;
	law_read(&names);
	assert_true(names.n > 10);
	for (size_t i = 0; i < names.n; i++)
		load_law(words, names.at[i], EDITION_POLICY);
	file_names_done(&names);
}

static void check_rows(const struct edition *of, const struct cover *cover)
{
	for (uint8_t t = 0; t < of->n_tables; t++)
		for (uint8_t r = 0; r < of->tables[t].n_rows; r++)
			if (!cover->rows[t][r])
				fail_msg("%s %s: no example rests on row %s",
					 of->policy_id, of->name,
					 of->tables[t].rows[r].id);
}

static void check_shown(struct bytes words, const char *path)
{
	CLEANUP(arena_done) struct arena memory;
	CLEANUP(arena_done) struct arena scratch;
	const struct edition *loaded = NULL;
	struct diagnostics found;
	struct cover *cover;

	arena_init(&memory, POLICY_ARENA_BYTES);
	arena_init(&scratch, PROVE_SCRATCH_BYTES);
	CLEANUP(file_done) struct bytes document = file_read(path);
	assert_int_equal(policy_load(words, document, &memory, &loaded, &found), 0);
	check_examples(loaded);
	assert_int_equal(cover_examples(loaded, &memory, &scratch, &cover), 0);
	check_rows(loaded, cover);
}

static void every_row_of_the_law_has_an_example_and_each_holds(void **state)
{
	CLEANUP(file_done) struct bytes words = file_read(VOCABULARY);
	struct file_names names;

	(void)state;
	law_read(&names);
	for (size_t i = 0; i < names.n; i++)
		check_shown(words, names.at[i]);
	file_names_done(&names);
}

static void laws_as_written_load_as_analyses_and_nothing_else(void **state)
{
	CLEANUP(file_done) struct bytes words = file_read(VOCABULARY);
	struct file_names names;

	(void)state;
	file_names_read(&names, ANALYSIS, "-as-written.md");
	assert_true(names.n >= 2);
	for (size_t i = 0; i < names.n; i++) {
		char path[256];

		snprintf(path, sizeof(path), ANALYSIS "/%s", names.at[i]);
		load_law(words, path, EDITION_ANALYSIS);
	}
	file_names_done(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_and_the_transition_are_read),
		cmocka_unit_test(facts_have_their_columns),
		cmocka_unit_test(facts_that_nothing_reads_have_no_slot),
		cmocka_unit_test(a_fact_is_cut_at_the_constants_of_all_cells),
		cmocka_unit_test(a_number_belongs_to_the_class_between_its_cuts),
		cmocka_unit_test(not_is_every_known_value_but_those),
		cmocka_unit_test(sets_are_tested_by_elements),
		cmocka_unit_test(outputs_of_other_tables_are_inputs),
		cmocka_unit_test(a_derived_date_can_be_an_output),
		cmocka_unit_test(a_question_needs_the_tables_below_it_first),
		cmocka_unit_test(expressions_are_typed_trees),
		cmocka_unit_test(citations_say_when_they_are_not_verified),
		cmocka_unit_test(examples_are_decided_as_they_expect),
		cmocka_unit_test(an_arena_too_small_is_said_and_nothing_is_set),
		cmocka_unit_test(loading_twice_gives_the_same_edition),
		cmocka_unit_test(every_edition_of_the_law_loads),
		cmocka_unit_test(
			every_row_of_the_law_has_an_example_and_each_holds),
		cmocka_unit_test(laws_as_written_load_as_analyses_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, load_small, unload_small);
}
