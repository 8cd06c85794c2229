/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "policy/diagram/meaning.h"
#include "proto/meaning.h"

/* Enough for MEANING_NODES_MAX nodes in the pool, and for their text. */
#define WORK_BYTES (256u * 1024 * 1024)

int meaning_digest(const struct edition *edition, struct digest *ret_meaning)
{
	CLEANUP(arena_done) struct arena work;
	struct bytes meaning;
	int r;

	arena_init(&work, WORK_BYTES);
	r = meaning_write(edition, &work, &work, &meaning);
	if (r < 0)
		return r;
	*ret_meaning = r == 0 ? digest_of(meaning) : (struct digest){ { 0 } };
	return 0;
}

bool meaning_equal(const struct digest *a, const struct digest *b)
{
	return !digest_is_zero(a) && digest_equal(a, b);
}
