/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/carry.h"
#include "policy/decide.h"
#include "policy/language/policy.h"
#include "tests/support/small_policy.h"

/*
 * From the small policy to another that has the same facts from last to first,
 * with their values from last to first, unless a test changes it further.
 */
static struct arena law, arena;
static const struct edition *from;
static struct fact other_facts[N_SMALL_FACTS];
static struct edition other;
static struct carry carry;

static struct fact *fact_of_other(enum small_fact fact)
{
	return &other_facts[N_SMALL_FACTS - 1 - fact];
}

static int load(void **state)
{
	(void)state;
	arena_init(&law, POLICY_ARENA_BYTES);
	from = small_policy(&law);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	arena_done(&law);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, DECIDE_ARENA_BYTES);
	other = *from;
	other.facts = other_facts;
	for (unsigned f = 0; f < N_SMALL_FACTS; f++) {
		const struct fact *fact = &from->facts[f];
		struct fact *turned = fact_of_other(f);

		*turned = *fact;
		if (fact->type == FACT_BOOLEAN)
			continue;
		for (uint8_t v = 0; v < fact->n_values; v++)
			turned->values[v] = fact->values[fact->n_values - 1 - v];
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

/* Carries the case over; returns how many answers were lost. */
static int carried(const char *text, struct facts *ret_facts)
{
	struct facts facts = small_facts(from, &arena, text);

	carry_init(&carry, from, &other);
	memset(ret_facts, 0xff, sizeof(*ret_facts));
	return carry_facts(&carry, &facts, &arena, ret_facts);
}

/* One answer as the other edition prints it; "(absent)" when it was not said. */
static const char *said(const struct facts *facts, enum small_fact fact)
{
	const struct fact *turned = fact_of_other(fact);
	const struct answer *answer = &facts->answers[turned - other_facts];

	return answer->state == ANSWER_ABSENT ? "(absent)" :
						fact_print(turned, answer, &arena);
}

/* An answer, and how the other edition has it, with how many were lost. */
static void expect(enum small_fact fact, const char *answer, const char *expected,
		   int n_lost)
{
	static struct facts facts;
	char text[200];

	assert_true(snprintf(text, sizeof(text), "%s = %s", from->facts[fact].key,
			     answer) < (int)sizeof(text));
	assert_int_equal(carried(text, &facts), n_lost);
	assert_string_equal(said(&facts, fact), expected);
}

static void each_type_says_the_same_in_another_order(void **state)
{
	static const struct {
		enum small_fact fact;
		const char *text;
	} answers[] = {
		{ SMALL_IDENT_STATUS, "none" },
		{ SMALL_IDENT_STATUS, "final_negative" },
		{ SMALL_PRESENCE_HERE, "yes" },
		{ SMALL_PRESENCE_HERE, "no" },
		{ SMALL_NEEDS, "none" },
		{ SMALL_NEEDS, "housing" },
		{ SMALL_CHILDREN, "20" },
		{ SMALL_APPLICATION_RECEIVED, "2025-02-10" },
		{ SMALL_APPLICATION_RECEIVED, "2025-02" },
		{ SMALL_STAY, "P10D" },
		{ SMALL_PERMIT_HISTORY, "none" },
		{ SMALL_PERMIT_HISTORY,
		  "trp 2020-01-01..2020-12-31, other 2021-01-01..2021-12-31" },
		{ SMALL_CONTACT_ROUTE, "post" },
		{ SMALL_COLOUR, "not known" },
		{ SMALL_CHILDREN, "declined" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		expect(answers[i].fact, answers[i].text, answers[i].text, 0);
}

static void what_was_not_asked_stays_so_and_the_day_stays(void **state)
{
	static struct facts facts;

	(void)state;
	assert_int_equal(carried("children = 3", &facts), 0);
	assert_int_equal(facts.as_of, 20148);
	for (unsigned f = 0; f < N_SMALL_FACTS; f++)
		if (f != SMALL_CHILDREN)
			assert_string_equal(said(&facts, f), "(absent)");
}

static void a_value_that_is_gone_was_never_said(void **state)
{
	(void)state;
	fact_of_other(SMALL_IDENT_STATUS)->values[1] = "proven";
	expect(SMALL_IDENT_STATUS, "confirmed", "(absent)", 1);
	expect(SMALL_IDENT_STATUS, "possible", "possible", 0);
	expect(SMALL_IDENT_STATUS, "not known", "not known", 0);
}

/* A part of a set would be another answer. */
static void a_set_is_carried_whole_or_not_at_all(void **state)
{
	(void)state;
	fact_of_other(SMALL_NEEDS)->values[2] = "shelter";
	expect(SMALL_NEEDS, "housing, health", "(absent)", 1);
	expect(SMALL_NEEDS, "health", "health", 0);
	expect(SMALL_NEEDS, "none", "none", 0);
}

static void periods_are_carried_whole_or_not_at_all(void **state)
{
	(void)state;
	fact_of_other(SMALL_PERMIT_HISTORY)->values[0] = "visitor";
	expect(SMALL_PERMIT_HISTORY,
	       "trp 2020-01-01..2020-12-31, other 2021-01-01..2021-12-31",
	       "(absent)", 1);
	expect(SMALL_PERMIT_HISTORY, "trp 2020-01-01..2020-12-31",
	       "trp 2020-01-01..2020-12-31", 0);
}

static void numbers_are_carried_inside_the_other_range(void **state)
{
	(void)state;
	fact_of_other(SMALL_CHILDREN)->minimum = 2;
	fact_of_other(SMALL_CHILDREN)->maximum = 4;
	expect(SMALL_CHILDREN, "1", "(absent)", 1);
	expect(SMALL_CHILDREN, "2", "2", 0);
	expect(SMALL_CHILDREN, "3", "3", 0);
	expect(SMALL_CHILDREN, "4", "4", 0);
	expect(SMALL_CHILDREN, "5", "(absent)", 1);
	fact_of_other(SMALL_STAY)->maximum = 180;
	expect(SMALL_STAY, "P180D", "P180D", 0);
	expect(SMALL_STAY, "P181D", "(absent)", 1);
}

/* 180 days are never six months; an integer is never a duration. */
static void another_unit_type_or_key_is_another_fact(void **state)
{
	(void)state;
	fact_of_other(SMALL_STAY)->duration_unit = DURATION_MONTHS;
	expect(SMALL_STAY, "P6D", "(absent)", 0);
	fact_of_other(SMALL_CHILDREN)->type = FACT_DURATION;
	expect(SMALL_CHILDREN, "3", "(absent)", 0);
	fact_of_other(SMALL_COLOUR)->key = "hue";
	expect(SMALL_COLOUR, "red", "(absent)", 0);
}

static void where_an_answer_comes_from_is_carried_with_it(void **state)
{
	static struct facts facts, to;
	const struct answer *answer;

	(void)state;
	facts = small_facts(from, &arena, "ident.status = possible");
	facts.answers[SMALL_IDENT_STATUS].source = SOURCE_REGISTER;
	facts.answers[SMALL_IDENT_STATUS].basis = BASIS_ASSESSED;
	facts.answers[SMALL_IDENT_STATUS].has_dated = true;
	facts.answers[SMALL_IDENT_STATUS].dated = -5;
	carry_init(&carry, from, &other);
	assert_int_equal(carry_facts(&carry, &facts, &arena, &to), 0);
	answer = &to.answers[N_SMALL_FACTS - 1 - SMALL_IDENT_STATUS];
	assert_int_equal(answer->source, SOURCE_REGISTER);
	assert_int_equal(answer->basis, BASIS_ASSESSED);
	assert_true(answer->has_dated);
	assert_int_equal(answer->dated, -5);
}

static void each_answer_that_is_lost_counts(void **state)
{
	static struct facts facts;

	(void)state;
	fact_of_other(SMALL_COLOUR)->values[0] = "green";
	fact_of_other(SMALL_CHILDREN)->maximum = 1;
	assert_int_equal(carried("colour = blue; children = 2; presence.here = yes",
				 &facts), 2);
	assert_string_equal(said(&facts, SMALL_PRESENCE_HERE), "yes");
}

static void a_full_arena_is_said(void **state)
{
	static struct facts facts, to;
	struct arena tiny;

	(void)state;
	facts = small_facts(from, &arena,
			    "permit.history = trp 2020-01-01..2020-12-31");
	carry_init(&carry, from, &other);
	arena_init(&tiny, sizeof(struct period) - 1);
	assert_int_equal(carry_facts(&carry, &facts, &tiny, &to), -ENOMEM);
	arena_done(&tiny);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_type_says_the_same_in_another_order),
		TEST(what_was_not_asked_stays_so_and_the_day_stays),
		TEST(a_value_that_is_gone_was_never_said),
		TEST(a_set_is_carried_whole_or_not_at_all),
		TEST(periods_are_carried_whole_or_not_at_all),
		TEST(numbers_are_carried_inside_the_other_range),
		TEST(another_unit_type_or_key_is_another_fact),
		TEST(where_an_answer_comes_from_is_carried_with_it),
		TEST(each_answer_that_is_lost_counts),
		TEST(a_full_arena_is_said),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
