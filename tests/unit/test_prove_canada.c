/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/files.h"
#include "tests/support/proven.h"

#define GOLDEN "tests/golden/prove"
#define TABLES "policy/tables"

/*
 * Each fact that some table reads is turned into evidence, one at a time: then
 * some output or row, or what can be the case, depends on evidence, and a pair
 * shows it. remedy.own_claim decides only which row says refer, so its reason.
 */
static void evidence_in_any_place_of_canada_is_found(void **state)
{
	CLEANUP(proven_done) struct proven proven;
	const struct edition *edition;
	unsigned n_facts = 0, n_pairs = 0, n_answered = 0;

	(void)state;
	proven_begin(&proven);
	proven_load(&proven, TABLES "/vocabulary.md",
		    TABLES "/canada/ca-vtip-2025-02-04.md");
	edition = proven.edition;
	for (unsigned f = 0; f < edition->n_facts; f++) {
		struct thawed *thawed = thaw(edition, &proven.arena);
		bool found = false;

		if (!edition->facts[f].used)
			continue;
		thawed->facts[f].class = FACT_EVIDENCE;
		proven.edition = &thawed->edition;
		proven_prove(&proven);
		for (size_t i = 0; i < proven.n; i++) {
			const struct theorem *t = &proven.theorems[i];

			if (t->holds)
				continue;
			assert_true(t->kind == THEOREM_EVIDENCE ||
				    t->kind == THEOREM_EVIDENCE_ROW);
			found = true;
			for (unsigned c = 0; c < t->counterexample->n_cases; c++)
				assert_true(t->counterexample->cases[c].agreed);
			if (t->counterexample->n_cases == 0)
				continue;
			n_pairs++;
			if (t->counterexample->cases[0].facts == NULL)
				continue;
			proven_check_answers(&proven, t);
			n_answered++;
		}
		assert_true(found);
		n_facts++;
	}
	print_message("# %u facts, %u pairs, %u of them with answers\n", n_facts,
		      n_pairs, n_answered);
	assert_true(n_facts >= 25);
	assert_true(n_answered > n_pairs / 2);
}

static void write_kind(struct builder *text, const struct proven *proven,
		       enum theorem_kind kind)
{
	unsigned n_hold = 0;
	unsigned n = 0;
	uint64_t about = 0;

	for (size_t i = 0; i < proven->n; i++) {
		if (proven->theorems[i].kind != kind)
			continue;
		n++;
		n_hold += proven->theorems[i].holds;
		about |= proven->theorems[i].about;
	}
	builder_format(text, "%s %s: %u of %u hold", theorem_texts[kind].obligation,
		       theorem_texts[kind].name, n_hold, n);
	if (about != 0)
		builder_string(text, ", about");
	write_facts(text, proven->edition, about);
	builder_string(text, "\n");
}

static void prove_edition(struct builder *text, const char *name)
{
	CLEANUP(proven_done) struct proven proven;
	char path[256];

	proven_begin(&proven);
	snprintf(path, sizeof(path), TABLES "/canada/%s", name);
	proven_load(&proven, TABLES "/vocabulary.md", path);
	proven_prove(&proven);
	builder_format(text, "%s\n", name);
	for (int kind = 0; kind < N_THEOREM_KINDS; kind++)
		write_kind(text, &proven, (enum theorem_kind)kind);
	builder_format(text, "%s\n", proven_failures(&proven));
}

static void what_holds_of_canada_is_as_recorded(void **state)
{
	CLEANUP(file_done) struct bytes expected = file_read(GOLDEN "/canada.txt");
	CLEANUP(arena_done) struct arena arena;
	struct file_names names;
	struct builder text;

	(void)state;
	arena_init(&arena, 1u << 20);
	builder_init(&text, &arena);
	file_names_read(&names, TABLES "/canada", ".md");
	for (size_t i = 0; i < names.n; i++)
		if (strncmp(names.at[i], "ca-", 3) == 0)
			prove_edition(&text, names.at[i]);
	file_names_done(&names);
	if (strcmp(builder_text(&text), (const char *)expected.data) != 0)
		fail_msg("this came:\n%s", builder_text(&text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_holds_of_canada_is_as_recorded),
		cmocka_unit_test(evidence_in_any_place_of_canada_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
