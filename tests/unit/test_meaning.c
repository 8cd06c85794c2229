/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/diagram/meaning.h"
#include "policy/language/policy.h"
#include "tests/support/files.h"

static struct arena arena;
static struct bytes vocabulary;
static struct bytes policy;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 2 * (size_t)POLICY_ARENA_BYTES);
	vocabulary = file_read("tests/support/small/vocabulary.md");
	policy = file_read("tests/support/small/policy.md");
	return 0;
}

static int end(void **state)
{
	(void)state;
	file_done(&vocabulary);
	file_done(&policy);
	arena_done(&arena);
	return 0;
}

/* ---- The small policy with a change ---- */

/* What is replaced, wherever it stands, and by what; up to a pair of NULL. */
struct change {
	const char *from;
	const char *to;
};

static struct bytes changed(struct bytes document, const struct change *change)
{
	size_t n = strlen(change->from);
	char *to = arena_alloc(&arena, DOCUMENT_MAX_BYTES);
	const char *from = (const char *)document.data;
	size_t at = 0;
	const char *found;

	assert_non_null(to);
	assert_non_null(strstr(from, change->from));
	for (; (found = strstr(from, change->from)) != NULL; from = found + n) {
		memcpy(&to[at], from, (size_t)(found - from));
		at += (size_t)(found - from);
		at += (size_t)sprintf(&to[at], "%s", change->to);
	}
	at += (size_t)sprintf(&to[at], "%s", from);
	return (struct bytes){ (const uint8_t *)to, at };
}

static const struct edition *edition_with(const struct change *changes)
{
	static struct diagnostics diagnostics;
	struct bytes document = policy;
	const struct edition *edition;

	for (; changes->from != NULL; changes++)
		document = changed(document, changes);
	if (policy_load(vocabulary, document, &arena, &edition, &diagnostics) != 0)
		fail_msg("%s", diagnostics.items[0].message);
	return edition;
}

static struct bytes meaning_of(const struct edition *edition)
{
	struct bytes meaning;

	assert_int_equal(meaning_write(edition, &arena, &arena, &meaning), 0);
	return meaning;
}

static bool means_the_same(const struct change *changes)
{
	const struct change none = { NULL, NULL };
	struct bytes a = meaning_of(edition_with(&none));
	struct bytes b = meaning_of(edition_with(changes));

	return a.n == b.n && memcmp(a.data, b.data, a.n) == 0;
}

#define SAME(...) \
	assert_true(means_the_same((const struct change[]){ __VA_ARGS__, { NULL, NULL } }))
#define OTHER(...) \
	assert_false(means_the_same((const struct change[]){ __VA_ARGS__, { NULL, NULL } }))

/* ---- What makes no difference ---- */

static void names_make_no_difference(void **state)
{
	(void)state;
	SAME({ " st-", " zz-" });
	SAME({ "## standing", "## footing" }, { "`standing.standing`",
						 "`footing.standing`" });
	SAME({ "| strong", "| solid" }, { "weak, strong", "solid, weak" });
	SAME({ "permit.late", "permit.overdue" }, { "permit.ends", "permit.last" });
	SAME({ "A small policy", "Another title" });
}

static void words_and_sources_make_no_difference(void **state)
{
	(void)state;
	SAME({ "fp-1 in English", "the reason, said otherwise" });
	SAME({ "| LAW 6 |", "| LAW 66; OLD 6 unverified |" });
	SAME({ "The small law", "The law" });
	SAME({ "| 2025-02-04 |\n", "| 2025-03-04 |\n" });
	SAME({ "an example of what cannot be", "it cannot be" });
}

static void the_layout_of_tables_makes_no_difference(void **state)
{
	(void)state;
	/* rows the other way round */
	SAME({ "| 4 | none, final_negative | - | - | - | refer | - | - | LAW 8 | fp-4 |",
	       "| 4 | possible, confirmed | no | - | - | refer | - | - | LAW 9 | fp-5 |" },
	     { "| 5 | possible, confirmed | no | - | - | refer | - | - | LAW 9; OLD 9 "
	       "unverified | fp-5 |",
	       "| 5 | none, final_negative | - | - | - | refer | - | - | LAW 8 | fp-4 |" });
	/* values of an output the other way round */
	SAME({ "grant, wait, refer", "refer, wait, grant" }, { "P6M, P12M",
								"P12M, P6M" });
	/* inputs the other way round */
	SAME({ "| U | `needs` | `stay` |", "| U | `stay` | `needs` |" },
	     { "| none | < P180D |", "| < P180D | none |" },
	     { "| none | >= P180D |", "| >= P180D | none |" },
	     { "| none | - | >= 36", "| - | none | >= 36" },
	     { "| housing, health, advice | - |", "| - | housing, health, advice |" });
}

static void a_row_cut_in_two_makes_no_difference(void **state)
{
	(void)state;
	SAME({ "| 3 | none | - | >= 36 | strong | LAW 4 | st-3 |",
	       "| 3 | none | < P90D | >= 36 | strong | LAW 4 | st-3 |\n"
	       "| 4 | none | >= P90D | >= 36 | strong | LAW 4 | st-5 |" },
	     { "| 4 | housing", "| 5 | housing" },
	     { "| fp-1 | fp-1 in", "| st-5 | a | b | c | d |\n| fp-1 | fp-1 in" });
	SAME({ "| 1 | none | < P180D | < 36 | weak | LAW 4 | st-1 |",
	       "| 1 | none | < P180D | < 12 | weak | LAW 4 | st-1 |\n"
	       "| 2 | none | < P180D | [12..36) | weak | LAW 4 | st-5 |" },
	     { "| 2 | none | >=", "| 3 | none | >=" }, { "| 3 | none | -",
							  "| 4 | none | -" },
	     { "| 4 | housing", "| 5 | housing" },
	     { "| fp-1 | fp-1 in", "| st-5 | a | b | c | d |\n| fp-1 | fp-1 in" });
}

/* A greater one is the same as a less one the other way round; see identity.h. */
static void an_expression_turned_round_makes_no_difference(void **state)
{
	(void)state;
	SAME({ "application.received > permit.valid_until",
	       "permit.valid_until < application.received" });
}

/* ---- What does ---- */

static void another_value_is_another_meaning(void **state)
{
	(void)state;
	OTHER({ "P12M", "P24M" });
	OTHER({ "| yes | weak | no | grant | P6M", "| yes | weak | no | grant | P12M" });
	OTHER({ "| no | - | - | refer | - |", "| no | - | - | refer | P6M |" });
	OTHER({ "permit.valid_until + P1D", "permit.valid_until + P2D" });
}

static void another_test_is_another_meaning(void **state)
{
	(void)state;
	OTHER({ "< 36", "< 37" }, { ">= 36", ">= 37" });
	OTHER({ "P180D", "P181D" });
	OTHER({ "> 5", "> 6" });
	OTHER({ "final_negative | > 5", "none | > 5" });
	OTHER({ "application.received >", "application.received >=" });
	OTHER({ "| housing, health, advice |", "| housing, health |" },
	      { "| none | < P180D |", "| only(advice) | < P180D |" },
	      { "| none | >= P180D |", "| only(advice) | >= P180D |" },
	      { "| none | - |", "| only(advice) | - |" });
}

static void another_question_is_another_meaning(void **state)
{
	(void)state;
	OTHER({ "selected by | application received", "selected by | decision" });
	OTHER({ "first-permit", "second-permit" });
	OTHER({ "length", "duration" });
}

/* To test for unknown is to make not knowing a fact, even where nothing else changes. */
static void a_test_for_unknown_is_another_meaning(void **state)
{
	(void)state;
	OTHER({ "| 5 | possible, confirmed | no |", "| 5 | possible, confirmed | no, unknown |" });
}

/* ---- Form ---- */

static void the_form_of_the_small_policy_is_this(void **state)
{
	const struct change none = { NULL, NULL };
	struct bytes golden = file_read("tests/golden/policy/small-meaning.txt");
	struct bytes meaning = meaning_of(edition_with(&none));

	(void)state;
	assert_string_equal((const char *)meaning.data, (const char *)golden.data);
	file_done(&golden);
}

static void a_budget_is_enough_or_no_identity_is_claimed(void **state)
{
	const struct change none = { NULL, NULL };
	const struct edition *edition = edition_with(&none);
	struct bytes meaning = { NULL, 0 };
	uint32_t budget = 1;

	(void)state;
	while (meaning_write_within(edition, budget, &arena, &arena, &meaning) != 0)
		budget++;
	assert_true(budget > 10);
	assert_int_equal(meaning_write_within(edition, budget + 1, &arena, &arena,
					      &meaning),
			 0);
	assert_int_equal(meaning_write_within(edition, budget - 1, &arena, &arena,
					      &meaning),
			 MEANING_E_TOO_LARGE);
}

static void without_memory_no_identity_is_claimed(void **state)
{
	const struct change none = { NULL, NULL };
	const struct edition *edition = edition_with(&none);
	struct bytes meaning;

	(void)state;
	for (size_t cap = 0; cap < 600000; cap += 50000) {
		CLEANUP(arena_done) struct arena small;

		arena_init(&small, cap);
		if (meaning_write(edition, &arena, &small, &meaning) == 0) {
			assert_true(cap > 0);
			return;
		}
	}
	fail_msg("600 kB are not enough");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(names_make_no_difference),
		TEST(words_and_sources_make_no_difference),
		TEST(the_layout_of_tables_makes_no_difference),
		TEST(a_row_cut_in_two_makes_no_difference),
		TEST(an_expression_turned_round_makes_no_difference),
		TEST(another_value_is_another_meaning),
		TEST(another_test_is_another_meaning),
		TEST(another_question_is_another_meaning),
		TEST(a_test_for_unknown_is_another_meaning),
		TEST(the_form_of_the_small_policy_is_this),
		TEST(a_budget_is_enough_or_no_identity_is_claimed),
		TEST(without_memory_no_identity_is_claimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
