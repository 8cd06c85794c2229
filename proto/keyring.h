/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_KEYRING_H
#define PERMIT_PROTO_KEYRING_H

#include "proto/seal.h"

/*
 * The keys that open everything, and the two files that hold them. Drawn in
 * keyring.c.
 *
 *	root key --wraps--> keyring: link key, KEK of each epoch --wraps--> case keys
 *
 * The keyring is the one thing that an erasure must make disappear an old copy
 * of, so it is small, alone in its file, and replaced as a whole.
 */
#define KEYRING_KEYS_MAX 8	/* one; two while it is rotated */
#define KEYRING_BYTES(n) (8 + ((size_t)(n) + 1) * 52)
#define KEYRING_MAX_BYTES KEYRING_BYTES(KEYRING_KEYS_MAX)

/* Key encryption key of one epoch. */
struct kek {
	uint32_t epoch;		/* from 1 on */
	uint8_t key[SEAL_KEY_BYTES];
};

/* A secret: keyring_done wipes it. */
struct keyring {
	/*
	 * Tells which case an entry belongs to, and opens nothing. It stays when
	 * KEKs go, so that an index can be made again.
	 */
	uint8_t link_key[SEAL_KEY_BYTES];
	struct kek keks[KEYRING_KEYS_MAX];	/* by epoch, ascending */
	size_t n_keks;
};

/* A new ring: random keys, epoch 1. */
void keyring_make(struct keyring *ret_ring);
void keyring_done(struct keyring *ring);

/* Adds a random KEK with the next epoch. The ring must have room for it. */
void keyring_add(struct keyring *ring);

/* The newest KEK wraps what is new. */
const struct kek *keyring_newest(const struct keyring *ring);

/* NULL when there is none: it was destroyed, or is of another ring. */
const struct kek *keyring_find(const struct keyring *ring, uint32_t epoch);

/*
 * Which case a reference means: HMAC(link key, "PDL1/case\0" || reference), cut.
 * Whoever has no link key learns nothing from it, and cannot try references.
 */
void keyring_case_id(const struct keyring *ring, struct bytes case_ref,
		     uint8_t ret_id[SEAL_CASE_ID_BYTES]);

/*
 * Masks the case id of an entry for its blob, or unmasks it again:
 * XOR with HMAC(link key, "PDL1/link\0" || entry id), cut. Two entries of one
 * case have nothing in common for those who have no key.
 */
void keyring_mask(const struct keyring *ring,
		  const uint8_t entry_id[SEAL_ENTRY_ID_BYTES],
		  const uint8_t from[SEAL_CASE_ID_BYTES],
		  uint8_t ret_to[SEAL_CASE_ID_BYTES]);

/* Opens a case key record with the KEK of its epoch. False without that KEK. */
MUST_USE bool keyring_open_case(const struct keyring *ring,
				const uint8_t record[CASE_RECORD_BYTES],
				const uint8_t id[SEAL_CASE_ID_BYTES],
				struct case_key *ret_key);

/* ---- The ring's file ---- */

/* Writes KEYRING_BYTES(n_keks) bytes. */
void keyring_encode(const struct keyring *ring, const uint8_t root[SEAL_KEY_BYTES],
		    uint8_t *to);

enum keyring_fault {
	KEYRING_SOUND = 0,
	KEYRING_FAULT_FORM,	/* these bytes are no keyring */
	KEYRING_FAULT_ROOT,	/* sealed by another root key, or changed */
};

/* "is sealed by another root key": continues "the keyring ...". */
const char *keyring_fault_text(enum keyring_fault fault);

MUST_USE enum keyring_fault keyring_decode(struct bytes from,
					   const uint8_t root[SEAL_KEY_BYTES],
					   struct keyring *ret_ring);

/* ---- The root key's file: 64 hexadecimal digits and a line's end ---- */

#define ROOT_KEY_TEXT_BYTES (2 * SEAL_KEY_BYTES + 1)

void root_key_print(const uint8_t root[SEAL_KEY_BYTES],
		    char to[ROOT_KEY_TEXT_BYTES + 1]);
MUST_USE bool root_key_parse(struct bytes text, uint8_t ret_root[SEAL_KEY_BYTES]);

/* ---- The snapshot of all case keys, as a rotation leaves it ---- */

#define SNAPSHOT_HEADER_BYTES 16
#define SNAPSHOT_ROW_BYTES (SEAL_CASE_ID_BYTES + CASE_RECORD_BYTES)
#define SNAPSHOT_BYTES(n) \
	(SNAPSHOT_HEADER_BYTES + (size_t)(n) * SNAPSHOT_ROW_BYTES + DIGEST_BYTES)

/* Writes the header before n rows, which the caller puts behind it ... */
void snapshot_begin(uint32_t epoch, uint64_t n_rows, uint8_t *to);

/* ... and then the digest behind those. */
void snapshot_end(uint8_t *snapshot, uint64_t n_rows);

/* False when the bytes are no snapshot, or were changed. Rows are a view. */
MUST_USE bool snapshot_read(struct bytes from, uint32_t *ret_epoch,
			    struct bytes *ret_rows);

#endif
