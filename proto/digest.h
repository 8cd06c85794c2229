/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_DIGEST_H
#define PERMIT_PROTO_DIGEST_H

#include "policy/base/bytes.h"

/*
 * The few cryptographic primitives that the formats of proto/ are built from,
 * and the three ways to write bytes as text. Everything comes from OpenSSL's
 * EVP interface, fetched once and reused by the calling thread.
 */
#define DIGEST_BYTES 32
#define ED25519_SEED_BYTES 32
#define ED25519_PUBLIC_BYTES 32
#define ED25519_SIGNATURE_BYTES 64

/* A SHA-256 value. A structure, so that it can be copied and never be short. */
struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

/*
 * Fetches what hashing needs for the calling thread, so that hashing itself
 * cannot fail. Call it first in main, where a failure can be told. A thread
 * that hashes without it does the same at its first hash, and aborts the
 * process when OpenSSL has no SHA-256 or no memory: there is no answer that a
 * log could give without hashes.
 *
 * Returns 0, -ENOTSUP (no SHA-256 or AES-256-CTR here) or -ENOMEM.
 */
MUST_USE int digest_start(void);

/* Gives the calling thread's contexts back. Hashing may start again later. */
void digest_stop(void);

struct digest digest_of(struct bytes data);

/* SHA-256 of the parts, one after the other. Parts may be empty. */
struct digest digest_of_parts(const struct bytes *parts, size_t n_parts);

/*
 * The same piece by piece. Between the first and the last of these, this thread
 * must call no other function that hashes.
 */
void digest_begin(void);
void digest_add(struct bytes part);
struct digest digest_end(void);

bool digest_equal(const struct digest *a, const struct digest *b);
bool digest_is_zero(const struct digest *digest);

/* HMAC-SHA-256 under a key of 32 bytes. A secret: wipe it. */
struct hmac_key {
	uint8_t inner[64];	/* the key, padded and masked, as it is hashed */
	uint8_t outer[64];
};

void hmac_key_init(struct hmac_key *key, const uint8_t bytes[32]);
struct digest hmac_of(const struct hmac_key *key, struct bytes data);

/*
 * Writes the first n_bytes of the AES-256-CTR key stream under the key, with
 * the counter block starting at zero: one key must serve one stream only.
 */
void keystream(const uint8_t key[32], uint8_t *to, size_t n_bytes);

/*
 * Fills with bytes no one can predict. Aborts the process when the system has
 * none: nothing that needs a secret may go on with a guessable one.
 */
void random_bytes(uint8_t *to, size_t n_bytes);

/* Overwrites a secret in a way the compiler keeps. */
void secret_wipe(void *secret, size_t n_bytes);

/* An Ed25519 signing key (RFC 8032), owned; ended by ed25519_done. */
struct ed25519_key {
	struct evp_pkey_st *pkey;
	struct evp_md_ctx_st *context;
	uint8_t public_key[ED25519_PUBLIC_BYTES];
};

/* Returns 0, or -ENOMEM. The seed is copied; wiping it is up to the caller. */
MUST_USE int ed25519_init(struct ed25519_key *key,
			  const uint8_t seed[ED25519_SEED_BYTES]);

/* Accepts a key that is all zero or was ended before. */
void ed25519_done(struct ed25519_key *key);

/* Returns 0, or -EIO when OpenSSL could not sign. */
MUST_USE int ed25519_sign(const struct ed25519_key *key, struct bytes message,
			  uint8_t ret_signature[ED25519_SIGNATURE_BYTES]);

/* False for a wrong signature and for a public key that is none. */
MUST_USE bool ed25519_verify(const uint8_t public_key[ED25519_PUBLIC_BYTES],
			     struct bytes message,
			     const uint8_t signature[ED25519_SIGNATURE_BYTES]);

/* Writes 2 * n lowercase digits and a NUL. */
void hex_print(const uint8_t *from, size_t n, char *to);

/*
 * Reads exactly 2 * n_bytes lowercase digits. Capitals are refused, so that
 * equal bytes have one text only.
 */
MUST_USE bool hex_parse(const char *text, size_t n_chars, uint8_t *to,
			size_t n_bytes);

/* Characters of the base64 of n bytes, without a NUL. */
#define BASE64_CHARS(n) (((n) + 2) / 3 * 4)

/* Writes BASE64_CHARS(n) characters (RFC 4648 section 4, padded) and a NUL. */
void base64_print(const uint8_t *from, size_t n, char *to);

/*
 * Reads base64 in its one canonical form: padded, no line breaks, no other
 * alphabet, unused bits zero. False also when more than max_bytes come out.
 */
MUST_USE bool base64_parse(const char *text, size_t n_chars, uint8_t *to,
			   size_t max_bytes, size_t *ret_bytes);

#endif
