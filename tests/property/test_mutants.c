/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/property/mutants.h"
#include "tests/support/files.h"
#include "tests/support/naive_cases.h"
#include "tests/support/proven.h"

/*
 * Sound policies with one thing made wrong, each of which must be refused: when
 * it is read, with the kind of mistake, or by the theorem that fails, with two
 * cases that show it. The cases are decided again by an evaluator that shares
 * nothing with ours.
 */
#define VOCABULARY "policy/tables/vocabulary.md"
#define NAMES_MAX 64

/* What was found wrong, each once, in the order of the alphabet. */
struct names {
	size_t n;
	const char *names[NAMES_MAX];
};

static void add_name(struct names *names, const char *name)
{
	size_t at = 0;

	while (at < names->n && strcmp(names->names[at], name) < 0)
		at++;
	if (at < names->n && strcmp(names->names[at], name) == 0)
		return;
	assert_true(names->n < NAMES_MAX);
	memmove(&names->names[at + 1], &names->names[at],
		(names->n - at) * sizeof(names->names[0]));
	names->names[at] = name;
	names->n++;
}

static const char *join(const struct names *names, struct arena *arena)
{
	struct builder text;

	builder_init(&text, arena);
	for (size_t i = 0; i < names->n; i++)
		builder_format(&text, "%s%s", i > 0 ? ", " : "", names->names[i]);
	return builder_text(&text);
}

/* ---- Making it wrong ---- */

/* The text to find must stand there exactly once. */
static char *edit(char *document, const char *find, const char *instead,
		  const char *says)
{
	char *at = strstr(document, find);
	size_t before, n;
	char *edited;

	if (at == NULL || strstr(at + 1, find) != NULL)
		fail_msg("%s: \"%s\" does not stand there once", says, find);
	before = (size_t)(at - document);
	n = before + strlen(instead) + strlen(at + strlen(find));
	edited = malloc(n + 1);
	assert_non_null(edited);
	snprintf(edited, n + 1, "%.*s%s%s", (int)before, document, instead,
		 at + strlen(find));
	free(document);
	return edited;
}

static char *mutate(const struct mutant *mutant)
{
	CLEANUP(file_done) struct bytes document = file_read(mutant->policy);
	char *text = strndup((const char *)document.data, document.n);

	for (size_t i = 0; i < 4 && mutant->edits[i] != NULL; i += 2)
		text = edit(text, mutant->edits[i], mutant->edits[i + 1],
			    mutant->says);
	return text;
}

/* ---- What is found wrong ---- */

static void check_pairs(struct proven *proven, const char *text)
{
	CLEANUP(file_done) struct bytes vocabulary = file_read(VOCABULARY);
	struct naive_policy *naive =
		naive_read((const char *)vocabulary.data, text);

	for (size_t i = 0; i < proven->n; i++) {
		const struct theorem *theorem = &proven->theorems[i];

		if (theorem->holds)
			continue;
		proven_check_answers(proven, theorem);
		naive_check_pair(naive, proven->edition, theorem);
	}
	naive_free(naive);
}

static const char *refusal_of(struct proven *proven, const char *text)
{
	CLEANUP(file_done) struct bytes vocabulary = file_read(VOCABULARY);
	struct bytes document = { (const uint8_t *)text, strlen(text) };
	struct diagnostics *diagnostics = arena_alloc(&proven->arena,
						      sizeof(*diagnostics));
	struct names names = { 0 };

	if (policy_load(vocabulary, document, &proven->arena, &proven->edition,
			diagnostics) != 0) {
		for (size_t i = 0; i < diagnostics->n; i++)
			add_name(&names, diagnostics->items[i].code);
		return join(&names, &proven->arena);
	}
	proven_prove(proven);
	for (size_t i = 0; i < proven->n; i++)
		if (!proven->theorems[i].holds)
			add_name(&names, theorem_texts[proven->theorems[i].kind].name);
	check_pairs(proven, text);
	return join(&names, &proven->arena);
}

static void each_is_refused_for_what_is_wrong_with_it(void **state)
{
	unsigned n_wrong = 0;

	(void)state;
	for (unsigned i = 0; i < n_mutants; i++) {
		CLEANUP(proven_done) struct proven proven = { 0 };
		char *text = mutate(&mutants[i]);
		const char *refused;

		proven_begin(&proven);
		refused = refusal_of(&proven, text);
		if (strcmp(refused, mutants[i].refused) != 0) {
			print_error("%s:\n  refused with \"%s\", not \"%s\"\n",
				    mutants[i].says, refused, mutants[i].refused);
			n_wrong++;
		}
		free(text);
	}
	assert_int_equal(n_wrong, 0);
}

static void there_are_forty_and_none_twice(void **state)
{
	(void)state;
	assert_true(n_mutants >= 40);
	for (unsigned i = 0; i < n_mutants; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(mutants[i].says, mutants[j].says);
}

static void what_they_are_made_of_is_sound(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_mutants; i++) {
		CLEANUP(proven_done) struct proven proven = { 0 };

		if (i > 0 && strcmp(mutants[i].policy, mutants[i - 1].policy) == 0)
			continue;
		proven_begin(&proven);
		proven_load(&proven, VOCABULARY, mutants[i].policy);
		proven_prove(&proven);
		assert_string_equal(proven_failures(&proven), "everything holds\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused_for_what_is_wrong_with_it),
		cmocka_unit_test(there_are_forty_and_none_twice),
		cmocka_unit_test(what_they_are_made_of_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
