/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_EDITIONS_H
#define PERMIT_STORE_EDITIONS_H

#include "daemon/store/lmdb.h"
#include "policy/edition.h"
#include "proto/digest.h"

/*
 * All editions of all policies, for ever: each under the SHA-256 of its bundle,
 * never changed and never taken out. What is known of them is in memory;
 * compiled ones are kept while they are in use, up to a number. Their diagrams
 * are stored, and used where they lie in the database.
 */
struct editions;

/*
 * What is known of an edition. Owned by the editions, valid until they are
 * closed.
 */
struct edition_info {
	struct digest hash;
	const char *policy_id;
	const char *name;
	const char *title;
	const char *jurisdiction;
	day_t in_force_from;
	uint32_t vocabulary;  /* its version */
	uint64_t recorded_ms; /* when the daemon came to know it */
	uint64_t seq;	      /* of its entry in the log */
	struct digest meaning; /* semantic identity (proto/meaning.h); zero without one */
	uint8_t n_questions;
	const char *questions[QUESTIONS_MAX];
};

#define EDITIONS_E_NO_ROOM 1  /* on the disk; nothing was changed */
#define EDITIONS_E_CONFLICT 2 /* the date or the name is taken by other content */

/*
 * Opens the editions of a database, of which at most max_loaded (2 or more)
 * are kept compiled. Returns 0, -EBADMSG when a record cannot be read, or another
 * -errno. The database must outlive them.
 */
MUST_USE int editions_open(struct lmdb *lmdb, size_t max_loaded,
			   struct editions **ret_editions);

/* Accepts a pointer to NULL. */
void editions_close(struct editions **editions);

/* In order of policy, date in force, name. */
size_t editions_count(const struct editions *editions);
const struct edition_info *editions_at(const struct editions *editions, size_t i);

/* NULL without one. */
const struct edition_info *editions_by_hash(const struct editions *editions,
					    const struct digest *hash);
const struct edition_info *editions_by_name(const struct editions *editions,
					    const char *policy_id,
					    const char *name);
/* The one that was enacted last. */
const struct edition_info *editions_newest(const struct editions *editions);

/*
 * The edition of a policy that is in force on a day: the latest that began on
 * or before it.
 */
const struct edition_info *editions_on(const struct editions *editions,
				       const char *policy_id, day_t day);

bool editions_knows_policy(const struct editions *editions, const char *policy_id);

/*
 * The compiled edition. It stays valid until the next call, which may have to
 * make room. Returns 0, -EBADMSG when what is stored is not what the hash says
 * or does not compile, or another -errno.
 */
MUST_USE int editions_load(struct editions *editions,
			   const struct edition_info *info,
			   const struct edition **ret_edition);

/* Whether it is compiled already, so that editions_load ends no other one. */
bool editions_is_loaded(const struct editions *editions,
			const struct edition_info *info);

/*
 * A copy of the bundle in the arena. Returns 0, -EBADMSG as above, or another
 * -errno.
 */
MUST_USE int editions_bundle(struct editions *editions,
			     const struct edition_info *info, struct arena *arena,
			     struct bytes *ret_bundle);

/*
 * Says whether an edition may be enacted: 0, or EDITIONS_E_CONFLICT with the
 * one that stands in the way. The same content must have been looked for before.
 */
MUST_USE int editions_may_enact(const struct editions *editions,
				const struct edition *edition,
				const struct edition_info **ret_other);

/* When and where an edition was recorded. */
struct enactment {
	struct digest hash; /* of the bundle */
	uint64_t recorded_ms;
	uint64_t seq;
};

/*
 * Adds an edition whose enactment is in the log, in one transaction. Returns 0,
 * EDITIONS_E_NO_ROOM or -errno. ret_info may be NULL.
 */
MUST_USE int editions_add(struct editions *editions, const struct edition *edition,
			  struct bytes bundle, const struct enactment *enactment,
			  const struct edition_info **ret_info);

/*
 * Adds an edition from the log's own record of it, unless it is here already.
 * Returns 0, EDITIONS_E_NO_ROOM, -EBADMSG when the bundle is not what the hash says
 * or does not compile, or another -errno.
 */
MUST_USE int editions_adopt(struct editions *editions, struct bytes bundle,
			    const struct enactment *enactment);

#endif
