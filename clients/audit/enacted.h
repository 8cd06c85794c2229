/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_ENACTED_H
#define PERMIT_AUDIT_ENACTED_H

#include "policy/base/arena.h"
#include "policy/edition.h"
#include "proto/digest.h"

/*
 * The editions that the log has enacted so far, by their hash. They are loaded
 * when first needed, and the ones used last stay loaded.
 */
#define ENACTED_LOADED_MAX 16	/* about 4 MiB each */
#define ENACTED_WHY_BYTES 160

struct enacted_edition {
	struct digest hash;
	uint64_t seq;		/* of the entry */
	uint64_t recorded_ms;
	struct bytes bundle;	/* owned */
	struct arena arena;
	const struct edition *edition;	/* NULL: not loaded */
	uint64_t used;		/* when last, in uses of any */
};

struct enacted {
	struct enacted_edition **items;
	size_t n;
	size_t n_loaded;
	uint64_t n_uses;
};

void enacted_init(struct enacted *enacted);
void enacted_done(struct enacted *enacted);

/*
 * Adds a copy of the bundle. An edition that is there already stays as it is.
 * Returns 0 or -ENOMEM.
 */
MUST_USE int enacted_add(struct enacted *enacted, const struct digest *hash,
			 uint64_t seq, uint64_t recorded_ms, struct bytes bundle);

/* NULL when no entry so far has enacted it. */
struct enacted_edition *enacted_find(const struct enacted *enacted,
				     const struct digest *hash);

/*
 * The compiled edition, valid until the next call. Returns 0, -ENOMEM, or
 * ENACTED_E_NOT_VALID with a line in ret_why: this release cannot load it.
 */
#define ENACTED_E_NOT_VALID 1

MUST_USE int enacted_load(struct enacted *enacted, struct enacted_edition *item,
			  const struct edition **ret_edition,
			  char ret_why[ENACTED_WHY_BYTES]);

#endif
