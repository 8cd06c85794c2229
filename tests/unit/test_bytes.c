/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/text.h"
#include "policy/decide.h"
#include "policy/language/policy.h"
#include "proto/digest.h"
#include "proto/meaning.h"
#include "proto/result.h"
#include "tests/support/files.h"

/*
 * The same edition and facts give the same bytes with every compiler, at every
 * level of optimisation and on every machine: what is in the golden file was
 * written by one of them, and is compared wherever the tests run. When a law or its
 * examples change, the failing test prints the new file.
 */
#define TABLES "policy/tables"
#define GOLDEN "tests/golden/bytes.txt"
#define TEXT_BYTES (1u << 20)

struct sums {
	struct digest edition;
	struct digest meaning;
	struct digest results;
};

/* A digest over all that was said so far: of it and of these bytes. */
static void chain(struct digest *sum, struct bytes bytes)
{
	const struct bytes parts[] = { { sum->bytes, DIGEST_BYTES }, bytes };

	*sum = digest_of_parts(parts, 2);
}

static void sum_example(const struct edition *edition, const struct example *example,
			struct arena *arena, struct sums *sums)
{
	struct decision decision;
	struct bytes result;
	int row;

	arena_reset(arena);
	assert_int_equal(decide(edition, &edition->questions[example->question],
				&example->facts, arena, &decision, &row),
			 0);
	result = result_write(&decision, arena);
	assert_non_null(result.data);
	chain(&sums->results, result);
	result = result_facts_write(edition, &example->facts, arena, NULL);
	assert_non_null(result.data);
	chain(&sums->results, result);
}

static void sum_edition(struct bytes vocabulary, const char *path, struct sums *sums,
			uint16_t *ret_n)
{
	CLEANUP(arena_done) struct arena law, arena;
	CLEANUP(file_done) struct bytes policy = file_read(path);
	struct diagnostics diagnostics;
	const struct edition *edition;
	struct bytes bytes;

	arena_init(&law, 2 * POLICY_ARENA_BYTES);
	arena_init(&arena, 2 * DECIDE_ARENA_BYTES);
	*sums = (struct sums){ .edition = { { 0 } } };
	assert_int_equal(policy_bundle(vocabulary, policy, &law, &bytes, &diagnostics),
			 0);
	sums->edition = digest_of(bytes);
	assert_int_equal(policy_load(vocabulary, policy, &law, &edition, &diagnostics),
			 0);
	assert_int_equal(meaning_digest(edition, &sums->meaning), 0);
	for (uint16_t i = 0; i < edition->n_examples; i++)
		sum_example(edition, &edition->examples[i], &arena, sums);
	*ret_n = edition->n_examples;
}

static void put_edition(struct builder *text, struct bytes vocabulary,
			const char *path)
{
	char edition[2 * DIGEST_BYTES + 1], meaning[2 * DIGEST_BYTES + 1];
	char results[2 * DIGEST_BYTES + 1];
	struct sums sums;
	uint16_t n;

	sum_edition(vocabulary, path, &sums, &n);
	hex_print(sums.edition.bytes, DIGEST_BYTES, edition);
	hex_print(sums.meaning.bytes, DIGEST_BYTES, meaning);
	hex_print(sums.results.bytes, DIGEST_BYTES, results);
	builder_format(text, "%s\n\tedition %s\n\tmeaning %s\n\tresults %s of %u\n",
		       strrchr(path, '/') + 1, edition, meaning, results, n);
}

static void editions_meanings_and_results_have_the_bytes_of_every_machine(void **state)
{
	CLEANUP(file_done) struct bytes vocabulary = file_read(TABLES "/vocabulary.md");
	CLEANUP(file_done) struct bytes expected = file_read(GOLDEN);
	CLEANUP(arena_done) struct arena arena;
	struct file_names names;
	struct builder text;

	(void)state;
	arena_init(&arena, TEXT_BYTES);
	builder_init(&text, &arena);
	law_read(&names);
	assert_true(names.n > 0);
	for (size_t i = 0; i < names.n; i++)
		put_edition(&text, vocabulary, names.at[i]);
	file_names_done(&names);
	assert_non_null(builder_text(&text));
	if (strcmp(builder_text(&text), (const char *)expected.data) == 0)
		return;
	fprintf(stderr, "<" GOLDEN ">\n%s</" GOLDEN ">\n", builder_text(&text));
	fail_msg(GOLDEN " says something else than what came, above");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			editions_meanings_and_results_have_the_bytes_of_every_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
