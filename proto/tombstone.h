/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_TOMBSTONE_H
#define PERMIT_PROTO_TOMBSTONE_H

#include "proto/entry.h"
#include "proto/note.h"

/*
 * The body of an erasure's entry: which contents are gone, why, and who of two
 * roles has authorised it. Integers are big-endian:
 *
 *	 0  16  erasure id, random
 *	16   2  part, from 0
 *	18   2  parts
 *	20   2  reason
 *	22   4  old epoch of the keyring
 *	26   4  new epoch: one more
 *	30   8  backup horizon, ms: no copy of the old keys may exist after it
 *	38   2  count
 *	40   8  each index, strictly ascending, each below the entry's own
 *	    69  for each of the two roles: u8 role, key id[4], signature[64]
 *
 * The list is of the whole batch and never grouped by case. The signatures
 * cover "PDL1/erase\0", the log's origin, a line feed, and the body before
 * them.
 */
#define TOMBSTONE_HEADER_BYTES 40
#define TOMBSTONE_SIGNED_BYTES 69	/* of one role */
#define TOMBSTONE_INDEXES_MAX 455	/* what an entry has room for */
#define TOMBSTONE_BYTES(n)                                \
	(TOMBSTONE_HEADER_BYTES + (size_t)(n) * 8 +       \
	 2 * TOMBSTONE_SIGNED_BYTES)
#define TOMBSTONE_ID_BYTES 16

enum erasure_reason {
	ERASURE_RETENTION = 1,	/* the time for which it had to be kept is over */
	ERASURE_REQUEST = 2,	/* the person has asked for it, rightly */
	ERASURE_ORDER = 3,	/* a court or a supervisory authority orders it */
	ERASURE_UNLAWFUL = 4,	/* it should never have been recorded */
};

/* "retention", "request", "order", "unlawful"; NULL for no reason. */
const char *erasure_reason_name(unsigned reason);

/* Two different ones must have signed. */
enum erasure_role { ROLE_ERASER = 1, ROLE_PROTECTION = 2 };

struct tombstone {
	uint8_t id[TOMBSTONE_ID_BYTES];
	uint16_t part;
	uint16_t parts;
	uint16_t reason;
	uint32_t old_epoch;
	uint32_t new_epoch;
	uint64_t backup_horizon_ms;
	size_t n_indexes;	/* 1..TOMBSTONE_INDEXES_MAX */
	uint64_t indexes[TOMBSTONE_INDEXES_MAX];
};

/* Writes the body up to the signatures; returns its length. */
size_t tombstone_encode(const struct tombstone *tombstone, uint8_t *to);

/*
 * Reads a body of an entry with this number, or one up to the signatures
 * (is_signed false). False when it is not in its one form.
 */
MUST_USE bool tombstone_decode(struct bytes body, bool is_signed, uint64_t seq,
			       struct tombstone *ret);

/* Signs what tombstone_encode has written. Returns 0 or -EIO. */
MUST_USE int tombstone_sign(struct bytes unsigned_body, const char *origin,
			    enum erasure_role role, const struct ed25519_key *key,
			    const struct vkey *vkey,
			    uint8_t ret_signed[TOMBSTONE_SIGNED_BYTES]);

/* Who may authorise, by role. */
struct erasure_keys {
	struct vkey eraser;
	struct vkey protection;
};

/*
 * Reads them: the lines "eraser VKEY" and "protection VKEY" in this order, and
 * no others. The two keys must differ. False for anything else.
 */
MUST_USE bool erasure_keys_parse(struct bytes text, struct erasure_keys *ret);

/* Whether both roles have signed the body, in the order of their numbers. */
MUST_USE bool tombstone_verify(struct bytes body, const char *origin,
			       const struct erasure_keys *keys);

#endif
