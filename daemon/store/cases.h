/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_CASES_H
#define PERMIT_STORE_CASES_H

#include "daemon/store/keystore.h"
#include "daemon/store/lmdb.h"
#include "proto/sealed.h"

/*
 * The keys of cases, wrapped, by case id:
 *
 *	first entry of a case ---> the log: its blob carries the record
 *	                      \--> memory, until the database is written
 *	rotation of the ring  ---> the database and keys/cases, all at once
 *
 * So a key is durable with the entry that needs it, without a sync of its own,
 * and the database can be made again from keys/cases and the log. Keys are
 * unwrapped for the one entry that needs them; none is kept.
 */
struct cases;

#define CASES_E_ABSENT 1	/* there is no key: a new case, or an erased one */
#define CASES_E_NO_KEK 2	/* there is a record, and no KEK that opens it */

/* Both must outlive it. Returns 0 or -errno. */
MUST_USE int cases_open(struct lmdb *lmdb, const struct keystore *keystore,
			struct cases **ret_cases);

/* Accepts a pointer to NULL. */
void cases_close(struct cases **cases);

/* Number of keys in the database. Returns 0 or -errno. */
MUST_USE int cases_count(struct lmdb *lmdb, uint64_t *ret_n);

/* The id that stands for a case reference. */
void cases_id(const struct cases *cases, struct bytes case_ref,
	      uint8_t ret_id[SEAL_CASE_ID_BYTES]);

/* The key of a case. Returns 0, a code above, or -errno. Wipe it after use. */
MUST_USE int cases_key(struct cases *cases, const uint8_t id[SEAL_CASE_ID_BYTES],
		       struct case_key *ret_key);

/*
 * Seals what goes into an entry whose number, time and kdf_salt are set; see
 * sealed_write. content->case_id is set from content->case_ref. A case without
 * a key gets one, whose record goes into the blob; it counts from then on, until
 * cases_refused takes it back, or cases_appended makes it last.
 *
 * `to` has room for a blob with a record. Returns 0, or -errno: -EINVAL when
 * the content breaks a limit.
 */
MUST_USE int cases_seal(struct cases *cases, struct content_decision *content,
			const struct bytes *slots, size_t n_slots,
			struct entry *entry, uint8_t *to);

/* The entries sealed since the last call are in the log, or are not. */
void cases_appended(struct cases *cases);
void cases_refused(struct cases *cases);

/*
 * Opens the content of a decision, sealed or in clear. `to` has room for
 * blob.n bytes; views of the content point into it or into the blob. Returns 0,
 * a code above, or -errno: -EBADMSG when it cannot have been sealed like this.
 */
MUST_USE int cases_read(struct cases *cases, struct bytes leaf,
			const struct entry *entry, struct bytes blob, uint8_t *to,
			struct content_decision *ret);

/*
 * While the log is read again: takes the key record that the blob of an entry
 * carries, if any, and if a KEK opens it. Returns 0, or -errno.
 */
MUST_USE int cases_adopt(struct cases *cases, const struct entry *entry,
			 struct bytes blob);

/*
 * Takes all of keys/cases into the database, which must hold no key. Returns 0,
 * LMDB_E_NO_ROOM or -errno.
 */
MUST_USE int cases_restore(struct cases *cases);

/*
 * Writes what is in memory into the database. To be called before the index
 * moves its mark. Returns 0, LMDB_E_NO_ROOM or -errno.
 */
MUST_USE int cases_flush(struct cases *cases);

#endif
