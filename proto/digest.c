/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/digest.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

/*
 * Fetching an algorithm costs more than hashing an entry with it, so each
 * thread fetches once and uses the same contexts again.
 */
struct provider {
	EVP_MD *sha256;
	EVP_MD_CTX *hashing;
	EVP_CIPHER *aes;
	EVP_CIPHER_CTX *streaming;
};

static _Thread_local struct provider here;

int digest_start(void)
{
	if (here.streaming != NULL)
		return 0;
	here.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	here.aes = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
	if (here.sha256 == NULL || here.aes == NULL) {
		digest_stop();
		return -ENOTSUP;
	}
	here.hashing = EVP_MD_CTX_new();
	here.streaming = EVP_CIPHER_CTX_new();
	if (here.hashing == NULL || here.streaming == NULL) {
		digest_stop();
		return -ENOMEM;
	}
	return 0;
}

void digest_stop(void)
{
	EVP_MD_CTX_free(here.hashing);
	EVP_MD_free(here.sha256);
	EVP_CIPHER_CTX_free(here.streaming);
	EVP_CIPHER_free(here.aes);
	here = (struct provider){ 0 };
}

static void must(bool done)
{
	if (!done)
		abort();
}

void digest_begin(void)
{
	if (here.streaming == NULL)
		must(digest_start() == 0);
	must(EVP_DigestInit_ex2(here.hashing, here.sha256, NULL) == 1);
}

void digest_add(struct bytes part)
{
	if (part.n > 0)
		must(EVP_DigestUpdate(here.hashing, part.data, part.n) == 1);
}

struct digest digest_end(void)
{
	struct digest digest;

	must(EVP_DigestFinal_ex(here.hashing, digest.bytes, NULL) == 1);
	return digest;
}

struct digest digest_of_parts(const struct bytes *parts, size_t n_parts)
{
	digest_begin();
	for (size_t i = 0; i < n_parts; i++)
		digest_add(parts[i]);
	return digest_end();
}

struct digest digest_of(struct bytes data)
{
	return digest_of_parts(&data, 1);
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

bool digest_is_zero(const struct digest *digest)
{
	static const struct digest zero;

	return digest_equal(digest, &zero);
}

void hmac_key_init(struct hmac_key *key, const uint8_t bytes[32])
{
	memset(key->inner, 0x36, sizeof(key->inner));
	memset(key->outer, 0x5c, sizeof(key->outer));
	for (size_t i = 0; i < 32; i++) {
		key->inner[i] ^= bytes[i];
		key->outer[i] ^= bytes[i];
	}
}

struct digest hmac_of(const struct hmac_key *key, struct bytes data)
{
	uint8_t outer[sizeof(key->outer) + DIGEST_BYTES];
	struct digest digest = digest_of_parts(
		(const struct bytes[]){ { key->inner, sizeof(key->inner) }, data },
		2);

	/* In one piece: each piece costs as much as a third of its hashing. */
	memcpy(outer, key->outer, sizeof(key->outer));
	memcpy(outer + sizeof(key->outer), digest.bytes, DIGEST_BYTES);
	digest = digest_of((struct bytes){ outer, sizeof(outer) });
	secret_wipe(outer, sizeof(outer));
	return digest;
}

void keystream(const uint8_t key[32], uint8_t *to, size_t n_bytes)
{
	static const uint8_t counter[16];
	int n_written;

	if (here.streaming == NULL)
		must(digest_start() == 0);
	must(n_bytes <= INT_MAX);
	memset(to, 0, n_bytes);
	must(EVP_EncryptInit_ex2(here.streaming, here.aes, key, counter,
				 NULL) == 1);
	must(EVP_EncryptUpdate(here.streaming, to, &n_written, to,
			       (int)n_bytes) == 1);
	must((size_t)n_written == n_bytes);
}

void random_bytes(uint8_t *to, size_t n_bytes)
{
	must(n_bytes <= INT_MAX && RAND_bytes(to, (int)n_bytes) == 1);
}

void secret_wipe(void *secret, size_t n_bytes)
{
	OPENSSL_cleanse(secret, n_bytes);
}

int ed25519_init(struct ed25519_key *key, const uint8_t seed[ED25519_SEED_BYTES])
{
	size_t n = ED25519_PUBLIC_BYTES;

	*key = (struct ed25519_key){ 0 };
	key->context = EVP_MD_CTX_new();
	key->pkey = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed,
						    ED25519_SEED_BYTES);
	if (key->context == NULL || key->pkey == NULL ||
	    EVP_PKEY_get_raw_public_key(key->pkey, key->public_key, &n) != 1) {
		ERR_clear_error();
		ed25519_done(key);
		return -ENOMEM;
	}
	return 0;
}

void ed25519_done(struct ed25519_key *key)
{
	EVP_MD_CTX_free(key->context);
	EVP_PKEY_free(key->pkey);
	*key = (struct ed25519_key){ 0 };
}

int ed25519_sign(const struct ed25519_key *key, struct bytes message,
		 uint8_t ret_signature[ED25519_SIGNATURE_BYTES])
{
	size_t n = ED25519_SIGNATURE_BYTES;

	EVP_MD_CTX_reset(key->context);
	if (EVP_DigestSignInit_ex(key->context, NULL, NULL, NULL, NULL,
				  key->pkey, NULL) != 1 ||
	    EVP_DigestSign(key->context, ret_signature, &n, message.data,
			   message.n) != 1) {
		ERR_clear_error();
		return -EIO;
	}
	return 0;
}

bool ed25519_verify(const uint8_t public_key[ED25519_PUBLIC_BYTES],
		    struct bytes message,
		    const uint8_t signature[ED25519_SIGNATURE_BYTES])
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key_ex(
		NULL, "ED25519", NULL, public_key, ED25519_PUBLIC_BYTES);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = pkey != NULL && context != NULL &&
		    EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, pkey,
					    NULL) == 1 &&
		    EVP_DigestVerify(context, signature, ED25519_SIGNATURE_BYTES,
				     message.data, message.n) == 1;

	/* A refusal must not look like an error of whoever asks OpenSSL next. */
	ERR_clear_error();
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	return good;
}

void hex_print(const uint8_t *from, size_t n, char *to)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*to++ = digits[from[i] >> 4];
		*to++ = digits[from[i] & 15];
	}
	*to = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool hex_parse(const char *text, size_t n_chars, uint8_t *to, size_t n_bytes)
{
	if (n_chars != 2 * n_bytes)
		return false;
	for (size_t i = 0; i < n_bytes; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static const char base64_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_print(const uint8_t *from, size_t n, char *to)
{
	for (size_t i = 0; i < n; i += 3) {
		size_t n_left = n - i;
		uint32_t group = (uint32_t)from[i] << 16;

		if (n_left > 1)
			group |= (uint32_t)from[i + 1] << 8;
		if (n_left > 2)
			group |= from[i + 2];
		*to++ = base64_alphabet[group >> 18];
		*to++ = base64_alphabet[group >> 12 & 63];
		*to++ = n_left > 1 ? base64_alphabet[group >> 6 & 63] : '=';
		*to++ = n_left > 2 ? base64_alphabet[group & 63] : '=';
	}
	*to = '\0';
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Four characters of which the last n_padding, 0 to 2, are '='. */
static bool base64_group(const char *text, size_t n_padding, uint8_t to[3])
{
	uint32_t group = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = i < 4 - n_padding ? base64_digit(text[i]) : 0;

		if (digit < 0)
			return false;
		group = group << 6 | (uint32_t)digit;
	}
	to[0] = (uint8_t)(group >> 16);
	to[1] = (uint8_t)(group >> 8);
	to[2] = (uint8_t)group;
	/* Bits under the padding must be zero, or the text is not canonical. */
	return (group & ((1U << (8 * n_padding)) - 1)) == 0;
}

bool base64_parse(const char *text, size_t n_chars, uint8_t *to, size_t max_bytes,
		  size_t *ret_bytes)
{
	size_t n_padding = 0, n_bytes;

	if (n_chars % 4 != 0)
		return false;
	while (n_padding < 2 && n_padding < n_chars &&
	       text[n_chars - 1 - n_padding] == '=')
		n_padding++;
	n_bytes = n_chars / 4 * 3 - n_padding;
	if (n_bytes > max_bytes)
		return false;
	for (size_t i = 0; i < n_chars / 4; i++) {
		bool last = i == n_chars / 4 - 1;
		size_t n_here = last ? n_padding : 0;
		uint8_t group[3];

		if (!base64_group(text + 4 * i, n_here, group))
			return false;
		memcpy(to + 3 * i, group, 3 - n_here);
	}
	*ret_bytes = n_bytes;
	return true;
}
