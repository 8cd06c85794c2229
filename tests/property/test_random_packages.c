/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/language/policy.h"
#include "tests/support/package.h"
#include "tests/support/random_document.h"

/*
 * The prover and the checker, on policies by chance: they share the documents and
 * nothing else, so every theorem on which both agree was found twice. A number as
 * argument asks for more policies.
 */
static unsigned n_wanted = 300;

/* Policies made for each that loads: a third or so is refused for a dead row. */
#define TRIES_EACH 20

struct tally {
	unsigned n_policies;
	size_t n_failing;
};

static struct bytes bytes_of(struct builder *text)
{
	const char *at = builder_text(text);

	assert_non_null(at);
	return (struct bytes){ (const uint8_t *)at, strlen(at) };
}

/* The traits that a loader refuses, put into what it loaded without them. */
static void give_traits(struct edition *edition, const struct random_traits *traits,
			struct arena *arena)
{
	struct fact *facts = arena_array(arena, edition->n_facts, sizeof(*facts));

	assert_non_null(facts);
	memcpy(facts, edition->facts, edition->n_facts * sizeof(*facts));
	for (unsigned f = 0; f < edition->n_facts; f++) {
		facts[f].class = traits->classes[f];
		facts[f].direction = traits->directions[f];
		if (traits->proxies[f])
			facts[f].label.in[LANGUAGE_EN] = "a police matter";
	}
	edition->facts = facts;
}

static void check_edition(struct edition edition, const struct random_traits *traits,
			  struct bytes vocabulary, struct bytes policy, uint64_t seed,
			  struct tally *tally, struct arena *arena)
{
	char *package, *report;
	int code;

	give_traits(&edition, traits, arena);
	package = package_make(&edition, vocabulary, policy, &tally->n_failing);
	report = package_check(package, &code);
	if (code != 0)
		fail_msg("seed %llu:\n%s\n%s", (unsigned long long)seed, package,
			 report);
	tally->n_policies++;
	free(report);
	free(package);
}

static void try_policy(uint64_t seed, struct tally *tally)
{
	CLEANUP(arena_done) struct arena arena;
	CLEANUP(arena_done) struct arena scratch;
	struct chance chance = { seed };
	struct builder neutral, vocabulary, policy;
	struct diagnostics *diagnostics;
	const struct edition *random, *edition;
	struct random_traits traits;
	int r;

	arena_init(&arena, 2 * POLICY_ARENA_BYTES);
	arena_init(&scratch, PROVE_SCRATCH_BYTES);
	random = random_sound_edition(&chance, &arena, &scratch);
	diagnostics = arena_alloc(&arena, sizeof(*diagnostics));
	assert_non_null(diagnostics);
	if (random == NULL)
		return;
	random_traits(&chance, random, &traits);
	builder_init(&neutral, &arena);
	builder_init(&vocabulary, &arena);
	builder_init(&policy, &arena);
	random_vocabulary(random, NULL, traits.age, &neutral);
	random_vocabulary(random, &traits, traits.age, &vocabulary);
	random_policy(random, traits.age, &policy);
	r = policy_load(bytes_of(&neutral), bytes_of(&policy), &arena, &edition,
			diagnostics);
	if (r == 0)
		check_edition(*edition, &traits, bytes_of(&vocabulary),
			      bytes_of(&policy), seed, tally, &arena);
	else if (getenv("SHOW_REFUSED") != NULL)
		print_message("%llu: %s\n", (unsigned long long)seed,
			      diagnostic_text(&diagnostics->items[0], "policy",
					      bytes_of(&policy), &arena));
}

static void the_checker_agrees_with_the_prover_on_policies_by_chance(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	for (uint64_t seed = 1; tally.n_policies < n_wanted; seed++) {
		if (seed > (uint64_t)n_wanted * TRIES_EACH)
			fail_msg("of %llu policies %u loaded", (unsigned long long)seed,
				 tally.n_policies);
		try_policy(seed, &tally);
	}
	assert_true(tally.n_failing > tally.n_policies);
	print_message("# %u policies, %zu theorems that fail\n", tally.n_policies,
		      tally.n_failing);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_checker_agrees_with_the_prover_on_policies_by_chance),
	};

	if (argc > 1)
		n_wanted = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
