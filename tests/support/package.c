/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/permit/evidence.h"
#include "policy/language/policy.h"
#include "tests/support/files.h"
#include "tests/support/package.h"

/* Of clients/proofcheck/proofcheck.h, whose names mean other things than ours. */
int proofcheck(const char *name, char *bytes, size_t n, FILE *out);

char *package_make(const struct edition *edition, struct bytes vocabulary,
		   struct bytes policy, size_t *ret_n_failing)
{
	CLEANUP(arena_done) struct arena arena;
	CLEANUP(arena_done) struct arena scratch;
	struct evidence evidence = { .edition = edition };
	struct theorem *theorems;
	struct diagnostics *diagnostics;
	char *package = NULL;
	size_t n_bytes;
	FILE *to = open_memstream(&package, &n_bytes);

	arena_init(&arena, POLICY_ARENA_BYTES);
	arena_init(&scratch, PROVE_SCRATCH_BYTES);
	theorems = arena_array(&arena, THEOREMS_MAX, sizeof(*theorems));
	diagnostics = arena_alloc(&arena, sizeof(*diagnostics));
	assert_true(to != NULL && theorems != NULL && diagnostics != NULL);
	assert_int_equal(policy_bundle(vocabulary, policy, &arena, &evidence.bundle,
				       diagnostics),
			 0);
	assert_int_equal(prove(edition, &arena, &scratch, theorems,
			       &evidence.n_theorems),
			 0);
	evidence.theorems = theorems;
	evidence.hash = digest_of(evidence.bundle);
	arena_reset(&scratch);
	assert_int_equal(evidence_write(&evidence, &scratch, to), 0);
	assert_int_equal(fclose(to), 0);
	for (size_t i = 0; ret_n_failing != NULL && i < evidence.n_theorems; i++)
		*ret_n_failing += !theorems[i].holds;
	return package;
}

char *package_of(const char *vocabulary, const char *policy)
{
	CLEANUP(file_done) struct bytes words = file_read(vocabulary);
	CLEANUP(file_done) struct bytes document = file_read(policy);
	CLEANUP(arena_done) struct arena arena;
	struct diagnostics *diagnostics;
	const struct edition *edition;

	arena_init(&arena, POLICY_ARENA_BYTES);
	diagnostics = arena_alloc(&arena, sizeof(*diagnostics));
	assert_non_null(diagnostics);
	assert_int_equal(policy_load(words, document, &arena, &edition, diagnostics),
			 0);
	return package_make(edition, words, document, NULL);
}

char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *result;

	if (at == NULL)
		fail_msg("nowhere: %s", from);
	if (asprintf(&result, "%.*s%s%s", (int)(at - text), text, to,
		     at + strlen(from)) < 0)
		fail();
	return result;
}

/*
 *	... permitd bundle 1 \n A \n # Words ... B \n # Title ... fact ...
 */
char *rehashed(const char *package)
{
	static const char magic[] = "permitd bundle 1\n";
	const char *words = strchr(strstr(package, magic) + strlen(magic), '\n') + 1;
	const char *policy = strstr(words, "\n# ") + 1;
	const char *end = strstr(policy, "\nfact ") + 1;
	const char *length = policy - 1;
	char *bundle, *result, hex[2 * DIGEST_BYTES + 1];
	struct digest hash;

	while (length[-1] != '\n')
		length--;
	if (asprintf(&bundle, "%s%zu\n%.*s%zu\n%.*s", magic, (size_t)(length - words),
		     (int)(length - words), words, (size_t)(end - policy),
		     (int)(end - policy), policy) < 0)
		fail();
	hash = digest_of((struct bytes){ (const uint8_t *)bundle, strlen(bundle) });
	for (size_t i = 0; i < DIGEST_BYTES; i++)
		snprintf(&hex[2 * i], 3, "%02x", hash.bytes[i]);
	if (asprintf(&result, "permitd evidence 1\nedition %s\nbundle %zu\n%s%s", hex,
		     strlen(bundle), bundle, end) < 0)
		fail();
	free(bundle);
	return result;
}

char *package_check(const char *package, int *ret_code)
{
	char *report = NULL;
	char *bytes = strdup(package);
	size_t n;
	FILE *to = open_memstream(&report, &n);

	assert_true(bytes != NULL && to != NULL);
	*ret_code = proofcheck("package", bytes, strlen(package), to);
	fclose(to);
	free(bytes);
	return report;
}

void package_says(const char *package, int code, const char *line)
{
	int got;
	char *report = package_check(package, &got);

	if (got != code || strstr(report, line) == NULL)
		fail_msg("ended with %d, not %d, or without \"%s\":\n%s", got, code,
			 line, report);
	free(report);
}
