/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clients/permit/letter.h"
#include "policy/diagram/explain.h"
#include "policy/language/policy.h"
#include "policy/testimony.h"
#include "tests/support/files.h"

/*
 * Letters about every example of every edition, in the four languages. The
 * words are written here a second time, so that the engine's list is not its
 * own judge.
 */
static const char *const words[N_LANGUAGES][14] = {
	{ "testif", "testimon", "witness", "cooperat", "co-operat", "prosecut",
	  "police", "trial", "court case", "criminal proceeding" },
	{ "témoign", "témoin", "temoin", "coopér", "cooper", "collabor", "poursuite",
	  "procès pénal", "procédure pénale", "plainte", "police" },
	{ "aussag", "zeug", "kooper", "mitwirk", "strafverfahren", "anzeige",
	  "prozess", "polizei" },
	{ "testimon", "collabor", "denunc", "procedimento penale", "procura",
	  "polizia" },
};

struct run {
	struct bytes vocabulary;
	struct arena edition;
	struct arena deciding;
	struct arena scratch;
	struct arena texts;
	struct letter letter;
	unsigned n_letters;
	const char *path;
};

static bool begins_with(const char *at, const char *word)
{
	for (; *word != '\0'; at++, word++)
		if (tolower((unsigned char)*at) != (unsigned char)*word)
			return false;
	return true;
}

/* At the beginning of a word: "trial" stands in "industrial" and means nothing. */
static const char *found(const char *text, const char *const *list)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (at > text && isalpha((unsigned char)at[-1]))
			continue;
		for (size_t i = 0; i < 14 && list[i] != NULL; i++)
			if (begins_with(at, list[i]))
				return list[i];
	}
	return NULL;
}

static void assert_no_word(const struct run *run)
{
	const struct letter *letter = &run->letter;
	const char *fixed = testimony_sentence(letter->language);
	unsigned n_fixed = 0;

	for (size_t i = 0; i < letter->n; i++) {
		const char *word = NULL;

		if (strcmp(letter->blocks[i].text, fixed) == 0)
			n_fixed++;
		else
			word = found(letter->blocks[i].text, words[letter->language]);
		if (word != NULL)
			fail_msg("%s: \"%s\" in: %s", run->path, word,
				 letter->blocks[i].text);
	}
	assert_int_equal(n_fixed, 1);
}

static int write_one(struct run *run, const struct edition *edition,
		     const struct question *question, const struct facts *facts,
		     enum language language)
{
	struct known_case known = { .language = language, .question = question };
	struct decision decision;
	uint64_t reason;
	int row;

	known.file.edition = edition;
	known.facts = *facts;
	arena_reset(&run->deciding);
	arena_reset(&run->texts);
	assert_int_equal(
		decide(edition, question, facts, &run->deciding, &decision, &row), 0);
	assert_int_equal(explain_reason(facts, &decision, &run->scratch, &reason), 0);
	return letter_write(&known, &decision, reason, &run->texts, &run->letter);
}

static void write_all(struct run *run, const struct edition *edition)
{
	for (size_t e = 0; e < edition->n_examples; e++) {
		const struct example *example = &edition->examples[e];

		for (int language = 0; language < N_LANGUAGES; language++) {
			int r = write_one(run, edition,
					  &edition->questions[example->question],
					  &example->facts, (enum language)language);

			if (r != 0)
				fail_msg("%s, %s: %d (%s)", run->path, example->id, r,
					 r > 0 ? run->letter.word : "");
			assert_no_word(run);
			run->n_letters++;
		}
	}
}

static const struct edition *load(struct run *run, const char *path)
{
	struct bytes document = file_read(path);
	const struct edition *edition = NULL;
	struct diagnostics diagnostics;

	arena_reset(&run->edition);
	run->path = path;
	assert_int_equal(policy_load(run->vocabulary, document, &run->edition, &edition,
				     &diagnostics), 0);
	file_done(&document);
	return edition;
}

static int begin(void **state)
{
	static struct run run;

	run.vocabulary = file_read("policy/tables/vocabulary.md");
	arena_init(&run.edition, POLICY_ARENA_BYTES);
	arena_init(&run.deciding, DECIDE_ARENA_BYTES);
	arena_init(&run.scratch, DECIDE_ARENA_BYTES);
	arena_init(&run.texts, 1u << 20);
	*state = &run;
	return 0;
}

static int end(void **state)
{
	struct run *run = *state;

	arena_done(&run->edition);
	arena_done(&run->deciding);
	arena_done(&run->scratch);
	arena_done(&run->texts);
	file_done(&run->vocabulary);
	return 0;
}

static void no_letter_speaks_of_testimony_but_in_the_fixed_sentence(void **state)
{
	struct run *run = *state;
	struct file_names names;

	law_read(&names);
	assert_true(names.n > 0);
	for (size_t i = 0; i < names.n; i++)
		write_all(run, load(run, names.at[i]));
	print_message("%u letters of %zu editions\n", run->n_letters, names.n);
	assert_true(run->n_letters >= names.n * N_LANGUAGES);
	file_names_done(&names);
}

/* Labels that the loader would have refused, put into a copy of an edition. */
static void a_text_that_speaks_of_it_makes_no_letter(void **state)
{
	static struct fact facts[FACTS_MAX];
	struct run *run = *state;
	const struct edition *sound = load(
		run, "policy/tables/canada/ca-vtip-2025-02-04.md");
	struct edition spoilt = *sound;
	unsigned n_refused = 0;

	memcpy(facts, sound->facts, sound->n_facts * sizeof(facts[0]));
	for (size_t f = 0; f < sound->n_facts; f++)
		facts[f].label.in[LANGUAGE_EN] = "Police report";
	spoilt.facts = facts;
	for (size_t e = 0; e < sound->n_examples; e++) {
		const struct example *example = &sound->examples[e];
		int r = write_one(run, &spoilt, &spoilt.questions[example->question],
				  &example->facts, LANGUAGE_EN);

		assert_true(r == 0 || r == LETTER_E_WORD);
		n_refused += r == LETTER_E_WORD;
		if (r == 0)
			assert_no_word(run);
	}
	assert_true(n_refused > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_letter_speaks_of_testimony_but_in_the_fixed_sentence),
		cmocka_unit_test(a_text_that_speaks_of_it_makes_no_letter),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
