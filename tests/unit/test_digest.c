/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/digest.h"

static struct bytes text(const char *string)
{
	return (struct bytes){ (const uint8_t *)string, strlen(string) };
}

static void assert_hex(const uint8_t *got, size_t n, const char *expected)
{
	char hex[2 * 64 + 1];

	assert_in_range(n, 1, 64);
	hex_print(got, n, hex);
	assert_string_equal(hex, expected);
}

/* FIPS 180-4, the examples with one block and with two. */
static void sha256_gives_the_published_values(void **state)
{
	struct digest one = digest_of(text("abc"));
	struct digest two = digest_of(text(
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));

	(void)state;
	assert_hex(one.bytes, 32, "ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad");
	assert_hex(two.bytes, 32, "248d6a61d20638b8e5c026930c3e6039"
				  "a33ce45964ff2167f6ecedd419db06c1");
}

static void parts_hash_like_the_whole(void **state)
{
	const struct bytes parts[] = {
		text("a"), { NULL, 0 }, text("bc"), text("")
	};
	struct digest whole = digest_of(text("abc"));
	struct digest cut = digest_of_parts(parts, 4);
	struct digest again = digest_of(text("abc"));

	(void)state;
	assert_true(digest_equal(&whole, &cut));
	assert_true(digest_equal(&whole, &again));
}

static void hashing_starts_again_after_it_was_stopped(void **state)
{
	struct digest before = digest_of(text("abc")), after;

	(void)state;
	digest_stop();
	digest_stop();
	after = digest_of(text("abc"));
	assert_true(digest_equal(&before, &after));
	assert_int_equal(digest_start(), 0);
	assert_int_equal(digest_start(), 0);
}

static void one_bit_makes_digests_unequal(void **state)
{
	struct digest zero = { { 0 } }, other = { { 0 } };

	(void)state;
	assert_true(digest_is_zero(&zero));
	for (size_t bit = 0; bit < 256; bit++) {
		other.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(digest_equal(&zero, &other));
		assert_false(digest_is_zero(&other));
		other.bytes[bit / 8] = 0;
	}
}

/* Two blocks that `openssl enc -aes-256-ecb` gives for the counters 0 and 1. */
static void the_key_stream_is_aes_of_the_counter(void **state)
{
	uint8_t key[32] = { 0 }, stream[40], longer[64];

	(void)state;
	keystream(key, stream, sizeof(stream));
	keystream(key, longer, sizeof(longer));
	assert_hex(stream, 16, "dc95c078a2408989ad48a21492842087");
	assert_hex(stream + 16, 16, "530f8afbc74536b9a963b4f1c4cb738b");
	assert_memory_equal(stream, longer, sizeof(stream));
	key[31] = 1;
	keystream(key, longer, sizeof(longer));
	assert_memory_not_equal(stream, longer, sizeof(stream));
}

/* RFC 8032 section 7.1, test 2. */
static void ed25519_signs_like_the_standard(void **state)
{
	uint8_t seed[32], signature[64];
	struct bytes message = text("r");
	struct ed25519_key key;

	(void)state;
	assert_true(hex_parse("4ccd089b28ff96da9db6c346ec114e0f"
			      "5b8a319f35aba624da8cf6ed4fb8a6fb", 64, seed, 32));
	assert_int_equal(ed25519_init(&key, seed), 0);
	assert_hex(key.public_key, 32, "3d4017c3e843895a92b70aa74d1b7ebc"
				       "9c982ccf2ec4968cc0cd55f12af4660c");
	assert_int_equal(ed25519_sign(&key, message, signature), 0);
	assert_hex(signature, 64, "92a009a9f0d4cab8720e820b5f642540"
				  "a2b27b5416503f8fb3762223ebdb69da"
				  "085ac1e43e15996e458f3613d0f11d8c"
				  "387b2eaeb4302aeeb00d291612bb0c00");
	assert_true(ed25519_verify(key.public_key, message, signature));
	for (size_t bit = 0; bit < 512; bit++) {
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(ed25519_verify(key.public_key, message, signature));
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_false(ed25519_verify(key.public_key, text("s"), signature));
	ed25519_done(&key);
	ed25519_done(&key);
}

static void hex_has_one_text_for_each_value(void **state)
{
	uint8_t to[2];

	(void)state;
	assert_false(hex_parse("0aF0", 4, to, 2));
	assert_true(hex_parse("0af0", 4, to, 2));
	assert_int_equal(to[0], 0x0a);
	assert_int_equal(to[1], 0xf0);
	assert_false(hex_parse("0af", 3, to, 2));
	assert_false(hex_parse("0af00", 5, to, 2));
	assert_false(hex_parse("0ag0", 4, to, 2));
	assert_false(hex_parse("0a f", 4, to, 2));
}

static void base64_reads_back_what_it_writes(void **state)
{
	uint8_t from[64], to[64];
	char chars[BASE64_CHARS(64) + 1];
	size_t n_bytes;

	(void)state;
	for (size_t n = 0; n <= sizeof(from); n++) {
		random_bytes(from, n);
		base64_print(from, n, chars);
		assert_int_equal(strlen(chars), BASE64_CHARS(n));
		assert_true(base64_parse(chars, strlen(chars), to, n, &n_bytes));
		assert_int_equal(n_bytes, n);
		assert_memory_equal(to, from, n);
		if (n > 0)
			assert_false(base64_parse(chars, strlen(chars), to,
						  n - 1, &n_bytes));
	}
}

/* RFC 4648 section 10. */
static void base64_gives_the_published_values(void **state)
{
	static const char *const plain[] = { "", "f", "fo", "foo", "foob",
					     "fooba", "foobar" };
	static const char *const coded[] = { "", "Zg==", "Zm8=", "Zm9v",
					     "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
	char chars[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(plain); i++) {
		base64_print((const uint8_t *)plain[i], strlen(plain[i]), chars);
		assert_string_equal(chars, coded[i]);
	}
}

static void base64_accepts_no_second_text_for_a_value(void **state)
{
	static const char *const wrong[] = {
		"Zg=", "Zg", "Zh==", "Zm9=", "Zg==Zg==", "=Zg=", "====", "Z===",
		"Zm9v\n", "Zm 9v", "Zm9-", "Zm9_", "Zg==\n", "Zm=v",
	};
	uint8_t to[32];
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		assert_false(base64_parse(wrong[i], strlen(wrong[i]), to,
					  sizeof(to), &n));
}

static void random_bytes_do_not_repeat(void **state)
{
	uint8_t one[32], two[32];

	(void)state;
	random_bytes(one, sizeof(one));
	random_bytes(two, sizeof(two));
	assert_memory_not_equal(one, two, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_published_values),
		cmocka_unit_test(parts_hash_like_the_whole),
		cmocka_unit_test(hashing_starts_again_after_it_was_stopped),
		cmocka_unit_test(one_bit_makes_digests_unequal),
		cmocka_unit_test(the_key_stream_is_aes_of_the_counter),
		cmocka_unit_test(ed25519_signs_like_the_standard),
		cmocka_unit_test(hex_has_one_text_for_each_value),
		cmocka_unit_test(base64_reads_back_what_it_writes),
		cmocka_unit_test(base64_gives_the_published_values),
		cmocka_unit_test(base64_accepts_no_second_text_for_a_value),
		cmocka_unit_test(random_bytes_do_not_repeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
