/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/small_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/text.h"
#include "policy/language/policy.h"

static struct bytes read_file(struct arena *arena, const char *name)
{
	const char *top = getenv("top_srcdir");
	uint8_t *data = arena_alloc(arena, DOCUMENT_MAX_BYTES);
	char path[1024];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/tests/support/small/%s",
		 top == NULL ? "." : top, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_non_null(data);
	n = fread(data, 1, DOCUMENT_MAX_BYTES, file);
	fclose(file);
	assert_true(n > 0);
	return (struct bytes){ data, n };
}

const struct edition *small_policy(struct arena *arena)
{
	static struct diagnostics diagnostics;
	struct bytes vocabulary = read_file(arena, "vocabulary.md");
	struct bytes policy = read_file(arena, "policy.md");
	const struct edition *edition;

	if (policy_load(vocabulary, policy, arena, &edition, &diagnostics) != 0)
		fail_msg("%s", diagnostics.n > 0 ? diagnostics.items[0].message :
						   "no room");
	assert_int_equal(edition->n_facts, N_SMALL_FACTS);
	return edition;
}

struct facts small_facts(const struct edition *edition, struct arena *arena,
			 const char *text)
{
	struct facts facts = { .as_of = 20148 };
	struct text rest = text_of(text);
	struct text piece;

	while (text_cut(&rest, ';', &piece)) {
		struct text key;
		char name[NAME_MAX_BYTES + 1];
		int fact;

		if (piece.n == 0)
			continue;
		assert_true(text_cut(&piece, '=', &key));
		snprintf(name, sizeof(name), "%.*s", (int)key.n, key.at);
		fact = edition_find_fact(edition, name);
		if (fact < 0)
			fail_msg("no fact %s", name);
		assert_int_equal(fact_parse(&edition->facts[fact],
					    (struct bytes){ (const uint8_t *)piece.at,
							    piece.n },
					    arena, &facts.answers[fact]), FACT_OK);
	}
	return facts;
}
