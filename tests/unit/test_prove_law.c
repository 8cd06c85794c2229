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

#define GOLDEN "tests/golden/law"
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

static void prove_edition(struct builder *text, const char *path)
{
	CLEANUP(proven_done) struct proven proven;

	proven_begin(&proven);
	proven_load(&proven, TABLES "/vocabulary.md", path);
	proven_prove(&proven);
	builder_format(text, "%s\n", strrchr(path, '/') + 1);
	for (int kind = 0; kind < N_THEOREM_KINDS; kind++)
		write_kind(text, &proven, (enum theorem_kind)kind);
	builder_format(text, "%s\n", proven_failures(&proven));
}

/* What was proven of these editions is what the file says, letter by letter. */
static void compare_recorded(const struct file_names *editions, const char *name)
{
	CLEANUP(arena_done) struct arena arena;
	struct builder text;
	char path[256];

	snprintf(path, sizeof(path), GOLDEN "/%s.txt", name);
	CLEANUP(file_done) struct bytes expected = file_read(path);
	arena_init(&arena, 1u << 20);
	builder_init(&text, &arena);
	for (size_t i = 0; i < editions->n; i++)
		prove_edition(&text, editions->at[i]);
	if (strcmp(builder_text(&text), (const char *)expected.data) == 0)
		return;
	fprintf(stderr, "<%s>\n%s</%s>\n", path, builder_text(&text), path);
	fail_msg("%s says something else than what came, above", path);
}

/* One file for each folder, of all its editions. */
static void what_holds_of_each_law_is_as_recorded(void **state)
{
	struct file_names folders, editions;

	(void)state;
	law_folders_read(&folders);
	assert_true(folders.n >= 2);
	for (size_t i = 0; i < folders.n; i++) {
		law_editions_read(&editions, folders.at[i]);
		assert_true(editions.n > 0);
		compare_recorded(&editions, folders.at[i]);
		file_names_done(&editions);
	}
	file_names_done(&folders);
}

/* One file for each document: it fails exactly what is recorded. */
static void what_fails_of_each_law_as_written_is_as_recorded(void **state)
{
	struct file_names names;

	(void)state;
	file_names_read(&names, TABLES "/analysis", "-as-written.md");
	assert_true(names.n >= 2);
	for (size_t i = 0; i < names.n; i++) {
		char path[256];
		struct file_names one = { .n = 1, .at = { path } };

		snprintf(path, sizeof(path), TABLES "/analysis/%s", names.at[i]);
		names.at[i][strlen(names.at[i]) - strlen(".md")] = '\0';
		compare_recorded(&one, names.at[i]);
	}
	file_names_done(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_holds_of_each_law_is_as_recorded),
		cmocka_unit_test(what_fails_of_each_law_as_written_is_as_recorded),
		cmocka_unit_test(evidence_in_any_place_of_canada_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
