/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_SEAL_H
#define PERMIT_PROTO_SEAL_H

#include "proto/digest.h"

/*
 * Sealing, as pure functions over bytes:
 *
 *	KEK_e  --wraps-->  K_case  --derives, for each entry-->  keys of one entry
 *	keyring            key record                            AES-256-GCM
 *
 * Who destroys KEK_e destroys every key that was wrapped under it, wherever
 * copies of the key records are.
 */
#define SEAL_KEY_BYTES 32
#define SEAL_NONCE_BYTES 12
#define SEAL_TAG_BYTES 16
#define SEAL_ENTRY_ID_BYTES 16	/* as ENTRY_ID_BYTES */
#define SEAL_CASE_ID_BYTES 16

/*
 * Fetches what sealing needs for the calling thread, as digest_start does for
 * hashing. Returns 0, -ENOTSUP or -ENOMEM. A thread that seals without it does
 * the same at its first use, and aborts the process when it cannot.
 */
MUST_USE int seal_start(void);
void seal_stop(void);

/* ---- The keys of one entry ---- */

/* In the order in which they are derived: 140 bytes. */
struct seal_keys {
	uint8_t aead[SEAL_KEY_BYTES];
	uint8_t nonce[SEAL_NONCE_BYTES];
	uint8_t check[32];	/* the key commitment: stands in the entry */
	uint8_t k_salt[32];	/* for entry_fields_root */
	uint8_t salt_r[32];	/* for entry_result_commit */
};

/*
 * HKDF-SHA-256: ikm K_case, salt kdf_salt, info "PDL1/entry" || u64 seq ||
 * entry_id. kdf_salt must be fresh for every attempt, so that no key and nonce
 * is ever used twice, also when a number is tried again after a failed commit.
 */
void seal_schedule(const uint8_t k_case[SEAL_KEY_BYTES],
		   const struct digest *kdf_salt, uint64_t seq,
		   const uint8_t entry_id[SEAL_ENTRY_ID_BYTES],
		   struct seal_keys *ret_keys);

/* Wipes the keys. */
void seal_keys_done(struct seal_keys *keys);

/* Encrypts the text where it stands. */
void seal_text(const struct seal_keys *keys, struct bytes aad, uint8_t *text,
	       size_t n, uint8_t ret_tag[SEAL_TAG_BYTES]);

/*
 * Decrypts n bytes into `to`, which may be where they stand. False when text,
 * aad or tag are not those that were sealed; `to` is then wiped. GCM does not
 * commit to its key: compare keys->check with the entry's first.
 */
MUST_USE bool seal_open_text(const struct seal_keys *keys, struct bytes aad,
			     const uint8_t *text, size_t n,
			     const uint8_t tag[SEAL_TAG_BYTES], uint8_t *to);

/* ---- The key of one case ---- */

struct case_key {
	uint8_t key[SEAL_KEY_BYTES];
	uint8_t id[SEAL_CASE_ID_BYTES];
	uint32_t epoch;		/* of the KEK that wraps it */
	uint8_t retention;	/* class: what it means is the authority's */
	uint64_t not_before_ms;	/* may not be erased before; 0: no such date */
	bool hold;		/* a court or a law forbids to erase it */
};

/*
 * Its record, 70 bytes, integers big-endian:
 *
 *	 0   4  KEK epoch
 *	 4  56  RFC 3394 wrap, under that KEK, of K_case || case id
 *	60   1  retention class
 *	61   8  not before, ms
 *	69   1  hold, 0 or 1
 */
#define CASE_RECORD_BYTES 70

void case_key_wrap(const struct case_key *key, const uint8_t kek[SEAL_KEY_BYTES],
		   uint8_t ret_record[CASE_RECORD_BYTES]);

/* The epoch whose KEK a record needs. */
uint32_t case_record_epoch(const uint8_t record[CASE_RECORD_BYTES]);

/* False when it was wrapped under another key, or changed since. */
MUST_USE bool case_key_unwrap(const uint8_t record[CASE_RECORD_BYTES],
			      const uint8_t kek[SEAL_KEY_BYTES],
			      struct case_key *ret_key);

/* Wipes the key. */
void case_key_done(struct case_key *key);

/* ---- RFC 3394, for the two formats that wrap keys ---- */

#define SEAL_WRAP_BYTES(n) ((n) + 8)
#define SEAL_WRAP_MAX_BYTES 64

/* n is a multiple of 8 from 16 to SEAL_WRAP_MAX_BYTES. */
void seal_wrap(const uint8_t kek[SEAL_KEY_BYTES], const uint8_t *plain, size_t n,
	       uint8_t *ret_wrapped);
MUST_USE bool seal_unwrap(const uint8_t kek[SEAL_KEY_BYTES], const uint8_t *wrapped,
			  size_t n, uint8_t *ret_plain);

#endif
