/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire_proof.h"
#include "tests/support/proven.h"

#define PROVE "tests/golden/prove/"

/* One that fails, of a policy; the prover's arena keeps it. */
static const struct theorem *failing(struct proven *proven, const char *policy)
{
	proven_load(proven, PROVE "vocabulary.md", policy);
	proven_prove(proven);
	for (size_t i = 0; i < proven->n; i++)
		if (!proven->theorems[i].holds)
			return &proven->theorems[i];
	fail_msg("%s: everything holds", policy);
	return NULL;
}

static void at_most_twenty_are_shown_and_the_rest_is_counted(void **state)
{
	static const struct {
		size_t n_failed;
		size_t n_shown;
		unsigned n_more;
	} cases[] = { { 0, 0, 0 },   { 1, 1, 0 },   { 19, 19, 0 },
		      { 20, 20, 0 }, { 21, 20, 1 }, { 50, 20, 30 } };
	CLEANUP(proven_done) struct proven proven;
	struct theorem theorems[100];
	const struct theorem *failed;

	(void)state;
	proven_begin(&proven);
	failed = failing(&proven, PROVE "13-child-worse.md");
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		Permit__V1__Error error;

		permit__v1__error__init(&error);
		for (size_t t = 0; t < ARRAY_LENGTH(theorems); t++) {
			theorems[t] = *failed;
			/* among others that hold, the last one failing */
			theorems[t].holds = t < ARRAY_LENGTH(theorems) -
							cases[i].n_failed;
		}
		assert_int_equal(wire_put_not_proven(proven.edition, theorems,
						     ARRAY_LENGTH(theorems),
						     &proven.arena, &error),
				 0);
		assert_int_equal(error.n_failed_theorems, cases[i].n_shown);
		assert_int_equal(error.n_more_failed, cases[i].n_more);
	}
}

static void what_no_case_shows_names_what_is_at_fault(void **state)
{
	CLEANUP(proven_done) struct proven proven;
	Permit__V1__FailedTheorem message;
	struct counterexample example = { .what = "a reason is missing",
					  .table = 0,
					  .row = 1 };
	struct theorem theorem;

	(void)state;
	proven_begin(&proven);
	theorem = *failing(&proven, PROVE "13-child-worse.md");
	theorem.kind = THEOREM_REASON;
	theorem.counterexample = &example;
	assert_int_equal(wire_put_failed(proven.edition, &theorem, &proven.arena,
					 &message),
			 0);
	assert_string_equal(message.what, "a reason is missing");
	assert_string_equal(message.at->row, "p-2");
	assert_int_equal(message.at->line, 27);
	assert_string_equal(message.at->sources[0], "ACT 2");
	assert_int_equal(message.n_cases, 0);

	example.row = -1;
	theorem.question = -1;
	theorem.output = -1;
	assert_int_equal(wire_put_failed(proven.edition, &theorem, &proven.arena,
					 &message),
			 0);
	assert_string_equal(message.at->row, "");
	assert_string_equal(message.at->table, "permit");
	assert_string_equal(message.question, "");
	assert_string_equal(message.output, "");
}

static void without_memory_nothing_is_half_said(void **state)
{
	CLEANUP(proven_done) struct proven proven;
	const struct theorem *failed;
	unsigned n_refused = 0;

	(void)state;
	proven_begin(&proven);
	failed = failing(&proven, PROVE "13-child-worse.md");
	for (size_t cap = 64; cap < 65536; cap += 64) {
		CLEANUP(arena_done) struct arena arena;
		Permit__V1__FailedTheorem message;
		int r;

		arena_init(&arena, cap);
		r = wire_put_failed(proven.edition, failed, &arena, &message);
		n_refused += r == -ENOMEM;
		assert_true(r == 0 || r == -ENOMEM);
		if (r == 0)
			assert_int_equal(message.n_cases, 2);
	}
	assert_true(n_refused > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_most_twenty_are_shown_and_the_rest_is_counted),
		cmocka_unit_test(what_no_case_shows_names_what_is_at_fault),
		cmocka_unit_test(without_memory_nothing_is_half_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
