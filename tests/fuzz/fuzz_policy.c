/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "policy/language/policy.h"
#include "tests/support/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct diagnostics diagnostics;

/* Whatever a document is, it is loaded, or refused with words that can be shown. */
static void load(struct bytes document, struct arena *arena)
{
	static struct bytes vocabulary;
	const struct edition *edition = NULL;
	int r;

	if (vocabulary.data == NULL)
		vocabulary = file_read("tests/golden/policy/vocabulary.md");
	r = policy_load(vocabulary, document, arena, &edition, &diagnostics);
	if ((r == 0) != (edition != NULL) || (r == 0) != (diagnostics.n == 0))
		abort();
	for (size_t i = 0; i < diagnostics.n; i++)
		if (diagnostic_text(&diagnostics.items[i], "fuzz.md", document, arena) ==
		    NULL)
			abort();
}

/* What prints once prints again, and the same. */
static void print_twice(struct bytes document, struct arena *arena)
{
	struct bytes once, twice;

	if (policy_print(document, arena, &once, &diagnostics) != 0)
		return;
	if (once.n > DOCUMENT_MAX_BYTES)
		return;
	if (policy_print(once, arena, &twice, &diagnostics) != 0 || once.n != twice.n ||
	    memcmp(once.data, twice.data, once.n) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes document = { data, size };
	CLEANUP(arena_done) struct arena arena;

	arena_init(&arena, POLICY_ARENA_BYTES);
	load(document, &arena);
	arena_reset(&arena);
	print_twice(document, &arena);
	return 0;
}
