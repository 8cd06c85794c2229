/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_EDITIONS_STATE_H
#define PERMIT_STORE_EDITIONS_STATE_H

#include "daemon/store/editions.h"
#include "policy/language/policy.h"

/* The inside of the editions, shared by editions.c and editions_load.c only. */

/* A compiled edition and the memory it lives in. */
struct loaded {
	const struct edition_info *info; /* NULL: a free place */
	const struct edition *edition;
	struct diagram *in_place; /* the edition's, in the database's map; else NULL */
	struct arena arena;
	uint64_t used_at; /* the tick of its last use */
};

struct editions {
	struct lmdb *lmdb;
	struct arena arena;	     /* of the infos */
	struct edition_info **infos; /* sorted; see editions_at */
	size_t n_infos;
	size_t cap_infos;
	struct loaded *loaded;
	size_t max_loaded;
	uint64_t tick;
};

static inline struct bytes edition_key(const struct digest *hash)
{
	return (struct bytes){ hash->bytes, DIGEST_BYTES };
}

/*
 * Compiles a bundle, with the diagram that was stored when there is one (else
 * NULL). Returns 0, -EBADMSG or another -errno.
 */
MUST_USE int edition_compile(struct bytes bundle, struct stored_diagram *stored,
			     struct arena *arena, const struct edition **ret_edition);

/* Gives the memory back; a free place stays one. */
void edition_unload(struct loaded *loaded);

/* The largest diagram and its record have room in it. */
#define DIAGRAM_RECORD_ARENA_BYTES (512u * 1024 * 1024)

/*
 * The record of an edition's diagram in the arena; sets the info's meaning.
 * Returns 0 or -ENOMEM.
 */
MUST_USE int edition_diagram_record(const struct edition *edition,
				    struct edition_info *info, struct arena *arena,
				    struct bytes *ret_record);

/*
 * Reads what each edition means beside its diagram; where that is missing or of
 * no use, it is computed and stored again. One that cannot be, because the disk
 * is full or its bundle damaged, is left without. Returns 0 or -errno.
 */
MUST_USE int editions_know_meanings(struct editions *editions);

/* Looks up where the diagrams in use lie now; see lmdb_on_renewal. */
MUST_USE int editions_renewed(void *context);

#endif
