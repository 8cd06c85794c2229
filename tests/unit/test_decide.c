/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/decide.h"
#include "policy/diagram/diagram.h"
#include "policy/language/policy.h"
#include "tests/support/files.h"

/* Decisions of the law itself: what a case shows beside its outcome. */
static struct arena law;
static struct arena arena;
static const struct edition *edition;
static struct facts facts;

static int load(void **state)
{
	static struct diagnostics diagnostics;
	struct bytes vocabulary = file_read("policy/tables/vocabulary.md");
	struct bytes policy = file_read("policy/tables/canada/ca-vtip-2025-02-04.md");
	int r;

	(void)state;
	arena_init(&law, POLICY_ARENA_BYTES);
	r = policy_load(vocabulary, policy, &law, &edition, &diagnostics);
	file_done(&vocabulary);
	file_done(&policy);
	return r;
}

static int unload(void **state)
{
	(void)state;
	arena_done(&law);
	return 0;
}

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, DECIDE_ARENA_BYTES);
	memset(&facts, 0, sizeof(facts));
	return date_parse("2025-03-06", 10, &facts.as_of) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void answer(const char *key, const char *value)
{
	int fact = edition_find_fact(edition, key);
	struct bytes text = { (const uint8_t *)value, strlen(value) };

	assert_true(fact >= 0);
	assert_int_equal(fact_parse(&edition->facts[fact], text, &arena,
				    &facts.answers[fact]),
			 FACT_OK);
}

static struct decision decide_now(const char *question)
{
	int q = edition_find_question(edition, question);
	struct decision decision;
	int row = -2;

	assert_true(q >= 0);
	assert_int_equal(decide(edition, &edition->questions[q], &facts, &arena,
				&decision, &row),
			 0);
	assert_true(decision.agreed);
	return decision;
}

static void a_first_permit_says_what_it_rests_on(void **state)
{
	struct decision decision;

	(void)state;
	answer("ident.status", "possible");
	answer("presence.in_country", "yes");
	answer("ca.compliance", "no");
	answer("ca.bars", "s41");
	answer("ca.procedures", "none");
	answer("ca.designated", "no");
	answer("ident.body", "support_org");
	answer("family.ties", "close");
	decision = decide_now("first-permit");
	assert_int_equal(decision.outcome, OUTCOME_GRANT);
	assert_int_equal(decision.n_open, 0);
	assert_string_equal(decided_output_text(&decision.outputs[1], &arena), "P12M");
	assert_string_equal(
		edition->tables[decision.rows[decision.n_rows - 1].table].name,
		"first-permit");
	assert_true(decision.facts_used >> edition_find_fact(edition, "ident.status") & 1);
	assert_false(decision.facts_used >> edition_find_fact(edition, "ident.body") & 1);
	assert_true(decision.facts_unused >> edition_find_fact(edition, "family.ties") &
		    1);
}

/* ---- Two evaluators ---- */

static void answer_a_grant(void)
{
	answer("ident.status", "possible");
	answer("presence.in_country", "yes");
	answer("ca.compliance", "no");
	answer("ca.bars", "s41");
	answer("ca.procedures", "none");
	answer("ca.designated", "no");
}

/* Decides with an edition that is bent; the sound one grants this case. */
static struct decision decide_bent(const struct edition *bent)
{
	int q = edition_find_question(bent, "first-permit");
	struct decision decision;
	int row = -2;

	assert_int_equal(decide(bent, &bent->questions[q], &facts, &arena, &decision,
				&row),
			 0);
	return decision;
}

static void assert_referred(const struct decision *decision)
{
	assert_false(decision->agreed);
	assert_int_equal(decision->outcome, OUTCOME_REFER);
	for (uint8_t o = 0; o < decision->n_outputs; o++)
		assert_false(decision->outputs[o].settled);
}

static void evaluators_that_differ_leave_nothing_settled(void **state)
{
	struct diagram diagram = *edition->diagram;
	struct edition bent = *edition;
	int q = edition_find_question(edition, "first-permit");
	struct decision decision;

	(void)state;
	answer_a_grant();
	bent.diagram = &diagram;
	diagram.roots[q][edition->questions[q].outcome] = TERMINAL | 1;
	decision = decide_bent(&bent);
	assert_referred(&decision);
	/* what the one found, and what the other did */
	assert_int_equal(decision.outputs[edition->questions[q].outcome].possible, 3);
}

static void a_case_that_the_diagram_alone_excludes_is_referred(void **state)
{
	struct diagram diagram = *edition->diagram;
	struct edition bent = *edition;
	int q = edition_find_question(edition, "first-permit");
	struct decision decision;

	(void)state;
	answer_a_grant();
	bent.diagram = &diagram;
	bent.constraints = NULL;
	for (size_t o = 0; o < OUTPUTS_MAX; o++)
		diagram.roots[q][o] = TERMINAL_IMPOSSIBLE;
	decision = decide_bent(&bent);
	assert_referred(&decision);
}

static void a_case_that_a_constraint_alone_excludes_is_referred(void **state)
{
	struct table never = *edition->constraints;
	struct row row = { .id = "never" };
	struct edition bent = *edition;
	struct decision decision;

	(void)state;
	answer_a_grant();
	bent.constraints = &never;
	never.rows = &row;
	never.n_rows = 1;
	decision = decide_bent(&bent);
	assert_referred(&decision);
}

static void what_is_asked_first_burdens_least(void **state)
{
	struct decision decision = decide_now("first-permit");

	(void)state;
	assert_int_equal(decision.outcome, OUTCOME_ASK);
	assert_true(decision.n_open > 1);
	for (uint8_t i = 1; i < decision.n_open; i++)
		assert_true(edition->facts[decision.open[i - 1]].sensitivity <=
			    edition->facts[decision.open[i]].sensitivity);
}

static void a_wait_says_until_when(void **state)
{
	struct decision decision;
	const struct decided_output *until;

	(void)state;
	answer("presence.in_country", "yes");
	answer("ca.procedures", "none");
	answer("ca.designated", "yes");
	answer("ca.designated_from", "2020-03-07");
	answer("ca.compliance", "no");
	decision = decide_now("first-permit");
	assert_int_equal(decision.outcome, OUTCOME_WAIT);
	until = &decision.outputs[decision.question->until];
	assert_true(until->settled && until->has_day);
	assert_string_equal(decided_output_text(until, &arena), "2025-03-07");
}

static void answers_that_cannot_all_be_true_name_their_constraint(void **state)
{
	struct decision decision;
	int q = edition_find_question(edition, "renewal");
	int row = -2;

	(void)state;
	answer("age.group", "adult");
	answer("child.best_interests", "stay");
	assert_int_equal(decide(edition, &edition->questions[q], &facts, &arena,
				&decision, &row),
			 DECIDE_E_CONTRADICTION);
	assert_int_equal(row, 0);
}

static void a_decision_without_memory_is_none(void **state)
{
	int q = edition_find_question(edition, "renewal");
	struct decision decision;
	struct arena small;
	int row;

	(void)state;
	arena_init(&small, 1024);
	assert_int_equal(decide(edition, &edition->questions[q], &facts, &small,
				&decision, &row),
			 -ENOMEM);
	arena_done(&small);
}

static void a_collected_output_is_written_as_a_set(void **state)
{
	static const struct output output = {
		.name = "needs",
		.collected = true,
		.n_values = 3,
		.values = { "care", "time", "advice" },
	};
	struct decided_output decided = { .output = &output, .settled = true };

	(void)state;
	assert_string_equal(decided_output_text(&decided, &arena), "none");
	decided.value = 5;
	assert_string_equal(decided_output_text(&decided, &arena), "care, advice");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(a_first_permit_says_what_it_rests_on),
		TEST(evaluators_that_differ_leave_nothing_settled),
		TEST(a_case_that_the_diagram_alone_excludes_is_referred),
		TEST(a_case_that_a_constraint_alone_excludes_is_referred),
		TEST(what_is_asked_first_burdens_least),
		TEST(a_wait_says_until_when),
		TEST(answers_that_cannot_all_be_true_name_their_constraint),
		TEST(a_decision_without_memory_is_none),
		TEST(a_collected_output_is_written_as_a_set),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
