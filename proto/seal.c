/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/seal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

/* Fetched once a thread, like the hash in digest.c, and for the same reason. */
struct provider {
	EVP_CIPHER *gcm;
	EVP_CIPHER *block;
	EVP_CIPHER_CTX *text;
	EVP_CIPHER_CTX *wrap;
};

static _Thread_local struct provider here;

int seal_start(void)
{
	if (here.wrap != NULL)
		return 0;
	here.gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	here.block = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
	if (here.gcm == NULL || here.block == NULL) {
		seal_stop();
		return -ENOTSUP;
	}
	here.text = EVP_CIPHER_CTX_new();
	here.wrap = EVP_CIPHER_CTX_new();
	if (here.text == NULL || here.wrap == NULL) {
		seal_stop();
		return -ENOMEM;
	}
	return 0;
}

void seal_stop(void)
{
	EVP_CIPHER_CTX_free(here.text);
	EVP_CIPHER_CTX_free(here.wrap);
	EVP_CIPHER_free(here.gcm);
	EVP_CIPHER_free(here.block);
	here = (struct provider){ .gcm = NULL };
}

static void must(bool done)
{
	if (!done)
		abort();
}

static void need_provider(void)
{
	if (here.wrap == NULL)
		must(seal_start() == 0);
}

/* ---- The keys of one entry ---- */

static const uint8_t purpose[10] = { 'P', 'D', 'L', '1', '/',
				     'e', 'n', 't', 'r', 'y' };

#define INFO_BYTES (sizeof(purpose) + 8 + SEAL_ENTRY_ID_BYTES)

/* The five blocks T(1) .. T(5) of HKDF's expansion, 140 bytes of which count. */
static void expand(const struct digest *prk, const uint8_t info[INFO_BYTES],
		   uint8_t to[5 * DIGEST_BYTES])
{
	struct hmac_key key;
	uint8_t block[DIGEST_BYTES + INFO_BYTES + 1];

	hmac_key_init(&key, prk->bytes);
	memcpy(block + DIGEST_BYTES, info, INFO_BYTES);
	for (uint8_t i = 0; i < 5; i++) {
		/* There is no block before the first one. */
		size_t skip = i == 0 ? DIGEST_BYTES : 0;
		struct digest next;

		block[DIGEST_BYTES + INFO_BYTES] = (uint8_t)(i + 1);
		next = hmac_of(&key, (struct bytes){ block + skip,
						     sizeof(block) - skip });
		memcpy(block, next.bytes, DIGEST_BYTES);
		memcpy(to + (size_t)i * DIGEST_BYTES, next.bytes, DIGEST_BYTES);
	}
	secret_wipe(block, sizeof(block));
	secret_wipe(&key, sizeof(key));
}

void seal_schedule(const uint8_t k_case[SEAL_KEY_BYTES],
		   const struct digest *kdf_salt, uint64_t seq,
		   const uint8_t entry_id[SEAL_ENTRY_ID_BYTES],
		   struct seal_keys *ret_keys)
{
	uint8_t info[INFO_BYTES], out[5 * DIGEST_BYTES];
	struct hmac_key extract;
	struct digest prk;

	_Static_assert(sizeof(*ret_keys) == 140, "the schedule has no gaps");
	memcpy(info, purpose, sizeof(purpose));
	put_be64(info + sizeof(purpose), seq);
	memcpy(info + sizeof(purpose) + 8, entry_id, SEAL_ENTRY_ID_BYTES);
	hmac_key_init(&extract, kdf_salt->bytes);
	prk = hmac_of(&extract, (struct bytes){ k_case, SEAL_KEY_BYTES });
	expand(&prk, info, out);
	memcpy(ret_keys, out, sizeof(*ret_keys));
	secret_wipe(out, sizeof(out));
	secret_wipe(&prk, sizeof(prk));
}

void seal_keys_done(struct seal_keys *keys)
{
	secret_wipe(keys, sizeof(*keys));
}

void seal_text(const struct seal_keys *keys, struct bytes aad, uint8_t *text,
	       size_t n, uint8_t ret_tag[SEAL_TAG_BYTES])
{
	int n_done;

	need_provider();
	must(n <= INT_MAX && aad.n <= INT_MAX);
	must(EVP_EncryptInit_ex2(here.text, here.gcm, keys->aead, keys->nonce,
				 NULL) == 1);
	must(EVP_EncryptUpdate(here.text, NULL, &n_done, aad.data, (int)aad.n) == 1);
	if (n > 0)
		must(EVP_EncryptUpdate(here.text, text, &n_done, text, (int)n) == 1);
	must(EVP_EncryptFinal_ex(here.text, ret_tag, &n_done) == 1);
	must(EVP_CIPHER_CTX_ctrl(here.text, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_BYTES,
				 ret_tag) == 1);
}

bool seal_open_text(const struct seal_keys *keys, struct bytes aad,
		    const uint8_t *text, size_t n,
		    const uint8_t tag[SEAL_TAG_BYTES], uint8_t *to)
{
	uint8_t expected[SEAL_TAG_BYTES];
	int n_done;

	need_provider();
	must(n <= INT_MAX && aad.n <= INT_MAX);
	memcpy(expected, tag, sizeof(expected));
	must(EVP_DecryptInit_ex2(here.text, here.gcm, keys->aead, keys->nonce,
				 NULL) == 1);
	must(EVP_DecryptUpdate(here.text, NULL, &n_done, aad.data, (int)aad.n) == 1);
	if (n > 0)
		must(EVP_DecryptUpdate(here.text, to, &n_done, text, (int)n) == 1);
	must(EVP_CIPHER_CTX_ctrl(here.text, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_BYTES,
				 expected) == 1);
	if (EVP_DecryptFinal_ex(here.text, expected, &n_done) == 1)
		return true;
	secret_wipe(to, n);
	return false;
}

/* ---- RFC 3394 ---- */

/*
 * Over single blocks, because the library's own wrapping looks its cipher up
 * for each of 36 blocks and takes three times as long. A test holds the two
 * against each other.
 */
static const uint8_t wrap_mark[8] = { 0xa6, 0xa6, 0xa6, 0xa6,
				      0xa6, 0xa6, 0xa6, 0xa6 };

static void wrap_begin(const uint8_t kek[SEAL_KEY_BYTES], size_t n, int encrypt)
{
	need_provider();
	must(n >= 16 && n <= SEAL_WRAP_MAX_BYTES && n % 8 == 0);
	must(EVP_CipherInit_ex2(here.wrap, here.block, kek, NULL, encrypt, NULL) ==
	     1);
	must(EVP_CIPHER_CTX_set_padding(here.wrap, 0) == 1);
}

static void wrap_block(uint8_t block[16])
{
	int n_done;

	must(EVP_CipherUpdate(here.wrap, block, &n_done, block, 16) == 1);
	must(n_done == 16);
}

/* The number of the step goes into the first half of the block. */
static void add_step(uint8_t block[16], uint64_t step)
{
	put_be64(block, get_be64(block) ^ step);
}

void seal_wrap(const uint8_t kek[SEAL_KEY_BYTES], const uint8_t *plain, size_t n,
	       uint8_t *ret_wrapped)
{
	uint8_t block[16];
	uint64_t step = 0;

	wrap_begin(kek, n, 1);
	memcpy(block, wrap_mark, sizeof(wrap_mark));
	memmove(ret_wrapped + 8, plain, n);
	for (int round = 0; round < 6; round++)
		for (size_t at = 8; at <= n; at += 8) {
			memcpy(block + 8, ret_wrapped + at, 8);
			wrap_block(block);
			add_step(block, ++step);
			memcpy(ret_wrapped + at, block + 8, 8);
		}
	memcpy(ret_wrapped, block, 8);
}

bool seal_unwrap(const uint8_t kek[SEAL_KEY_BYTES], const uint8_t *wrapped,
		 size_t n, uint8_t *ret_plain)
{
	uint8_t block[16], plain[SEAL_WRAP_MAX_BYTES];
	uint64_t step = 6 * (n / 8);
	bool sound;

	wrap_begin(kek, n, 0);
	memcpy(block, wrapped, 8);
	memcpy(plain, wrapped + 8, n);
	for (int round = 0; round < 6; round++)
		for (size_t at = n; at >= 8; at -= 8) {
			add_step(block, step--);
			memcpy(block + 8, plain + at - 8, 8);
			wrap_block(block);
			memcpy(plain + at - 8, block + 8, 8);
		}
	sound = memcmp(block, wrap_mark, sizeof(wrap_mark)) == 0;
	if (sound)
		memcpy(ret_plain, plain, n);
	secret_wipe(plain, sizeof(plain));
	secret_wipe(block, sizeof(block));
	return sound;
}

/* ---- The key of one case ---- */

#define WRAPPED_AT 4
#define RETENTION_AT 60
#define NOT_BEFORE_AT 61
#define HOLD_AT 69
#define PAIR_BYTES (SEAL_KEY_BYTES + SEAL_CASE_ID_BYTES)

void case_key_wrap(const struct case_key *key, const uint8_t kek[SEAL_KEY_BYTES],
		   uint8_t ret_record[CASE_RECORD_BYTES])
{
	uint8_t pair[PAIR_BYTES];

	memcpy(pair, key->key, SEAL_KEY_BYTES);
	memcpy(pair + SEAL_KEY_BYTES, key->id, SEAL_CASE_ID_BYTES);
	put_be32(ret_record, key->epoch);
	seal_wrap(kek, pair, sizeof(pair), ret_record + WRAPPED_AT);
	ret_record[RETENTION_AT] = key->retention;
	put_be64(ret_record + NOT_BEFORE_AT, key->not_before_ms);
	ret_record[HOLD_AT] = key->hold;
	secret_wipe(pair, sizeof(pair));
}

uint32_t case_record_epoch(const uint8_t record[CASE_RECORD_BYTES])
{
	return get_be32(record);
}

bool case_key_unwrap(const uint8_t record[CASE_RECORD_BYTES],
		     const uint8_t kek[SEAL_KEY_BYTES], struct case_key *ret_key)
{
	uint8_t pair[PAIR_BYTES];

	if (record[HOLD_AT] > 1 ||
	    !seal_unwrap(kek, record + WRAPPED_AT, sizeof(pair), pair))
		return false;
	memcpy(ret_key->key, pair, SEAL_KEY_BYTES);
	memcpy(ret_key->id, pair + SEAL_KEY_BYTES, SEAL_CASE_ID_BYTES);
	ret_key->epoch = case_record_epoch(record);
	ret_key->retention = record[RETENTION_AT];
	ret_key->not_before_ms = get_be64(record + NOT_BEFORE_AT);
	ret_key->hold = record[HOLD_AT] == 1;
	secret_wipe(pair, sizeof(pair));
	return true;
}

void case_key_done(struct case_key *key)
{
	secret_wipe(key, sizeof(*key));
}
