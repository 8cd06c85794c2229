/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/tombstone.h"

static struct tombstone made(size_t n)
{
	struct tombstone tombstone = {
		.part = 1, .parts = 2, .reason = ERASURE_ORDER, .old_epoch = 6,
		.new_epoch = 7, .backup_horizon_ms = 1700000000000, .n_indexes = n,
	};

	memset(tombstone.id, 0x11, sizeof(tombstone.id));
	for (size_t i = 0; i < n; i++)
		tombstone.indexes[i] = 10 + 2 * i;
	return tombstone;
}

static void the_body_is_laid_out_as_specified(void **state)
{
	struct tombstone tombstone = made(2);
	uint8_t to[TOMBSTONE_BYTES(2)];
	char hex[2 * 56 + 1];

	(void)state;
	assert_int_equal(tombstone_encode(&tombstone, to), 56);
	hex_print(to, 56, hex);
	assert_string_equal(hex,
			    "11111111111111111111111111111111" "0001" "0002" "0003"
			    "00000006" "00000007" "0000018bcfe56800" "0002"
			    "000000000000000a" "000000000000000c");
}

static bool reads(const struct tombstone *tombstone, uint64_t seq)
{
	uint8_t to[TOMBSTONE_BYTES(TOMBSTONE_INDEXES_MAX)];
	struct tombstone read;
	size_t n = tombstone_encode(tombstone, to);

	if (!tombstone_decode((struct bytes){ to, n }, false, seq, &read))
		return false;
	assert_memory_equal(read.indexes, tombstone->indexes,
			    tombstone->n_indexes * sizeof(uint64_t));
	assert_false(tombstone_decode((struct bytes){ to, n - 1 }, false, seq, &read));
	return true;
}

static void each_limit_of_a_body_is_kept(void **state)
{
	struct tombstone tombstone = made(TOMBSTONE_INDEXES_MAX);

	(void)state;
	assert_true(reads(&tombstone, UINT64_MAX));
	tombstone = made(2);
	assert_true(reads(&tombstone, 13));
	assert_false(reads(&tombstone, 12));
	tombstone.indexes[1] = 10;
	assert_false(reads(&tombstone, 13));
	tombstone = made(0);
	assert_false(reads(&tombstone, 13));
	tombstone = made(1);
	tombstone.part = 2;
	assert_false(reads(&tombstone, 13));
	tombstone.part = 0;
	tombstone.reason = 0;
	assert_false(reads(&tombstone, 13));
	tombstone.reason = 5;
	assert_false(reads(&tombstone, 13));
	tombstone.reason = 4;
	assert_true(reads(&tombstone, 13));
	tombstone.new_epoch = 8;
	assert_false(reads(&tombstone, 13));
	tombstone.old_epoch = 0;
	tombstone.new_epoch = 1;
	assert_false(reads(&tombstone, 13));
}

/* ---- Signatures ---- */

struct roles {
	struct ed25519_key keys[2];
	struct erasure_keys vkeys;
	uint8_t body[TOMBSTONE_BYTES(2)];
};

static void make_roles(struct roles *roles)
{
	struct vkey *vkeys[2] = { &roles->vkeys.eraser, &roles->vkeys.protection };
	struct tombstone tombstone = made(2);
	size_t n = tombstone_encode(&tombstone, roles->body);

	for (size_t i = 0; i < 2; i++) {
		uint8_t seed[32] = { (uint8_t)(i + 1) };

		assert_int_equal(ed25519_init(&roles->keys[i], seed), 0);
		assert_true(vkey_make(i == 0 ? "a" : "b", NOTE_KEY_ED25519,
				      roles->keys[i].public_key, vkeys[i]));
		assert_int_equal(tombstone_sign((struct bytes){ roles->body, n },
						"example.org/log",
						i == 0 ? ROLE_ERASER :
							 ROLE_PROTECTION,
						&roles->keys[i], vkeys[i],
						roles->body + n +
						i * TOMBSTONE_SIGNED_BYTES), 0);
	}
}

static void end_roles(struct roles *roles)
{
	ed25519_done(&roles->keys[0]);
	ed25519_done(&roles->keys[1]);
}

static void no_flipped_bit_of_a_signed_body_is_accepted(void **state)
{
	struct roles roles;
	struct bytes body = { roles.body, sizeof(roles.body) };

	(void)state;
	make_roles(&roles);
	assert_true(tombstone_verify(body, "example.org/log", &roles.vkeys));
	assert_false(tombstone_verify(body, "example.org/other", &roles.vkeys));
	for (size_t bit = 0; bit < sizeof(roles.body) * 8; bit++) {
		roles.body[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(tombstone_verify(body, "example.org/log",
					      &roles.vkeys));
		roles.body[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	end_roles(&roles);
}

static void one_role_cannot_sign_for_both(void **state)
{
	struct roles roles;
	struct erasure_keys alone;

	(void)state;
	make_roles(&roles);
	alone.eraser = alone.protection = roles.vkeys.eraser;
	assert_false(tombstone_verify((struct bytes){ roles.body,
						      sizeof(roles.body) },
				      "example.org/log", &alone));
	end_roles(&roles);
}

static bool parses(const char *text)
{
	struct erasure_keys keys;

	return erasure_keys_parse((struct bytes){ (const uint8_t *)text,
						  strlen(text) }, &keys);
}

static void the_file_of_roles_names_two_keys(void **state)
{
	char a[VKEY_TEXT_BYTES], b[VKEY_TEXT_BYTES], text[1024];
	struct roles roles;

	(void)state;
	make_roles(&roles);
	vkey_print(&roles.vkeys.eraser, a);
	vkey_print(&roles.vkeys.protection, b);
	snprintf(text, sizeof(text), "eraser %s\nprotection %s\n", a, b);
	assert_true(parses(text));
	text[strlen(text) - 1] = '\0';
	assert_false(parses(text));
	snprintf(text, sizeof(text), "eraser %s\nprotection %s\n", a, a);
	assert_false(parses(text));
	snprintf(text, sizeof(text), "protection %s\neraser %s\n", b, a);
	assert_false(parses(text));
	snprintf(text, sizeof(text), "eraser %s\nprotection %s\n\n", a, b);
	assert_false(parses(text));
	assert_false(parses(""));
	end_roles(&roles);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_body_is_laid_out_as_specified),
		cmocka_unit_test(each_limit_of_a_body_is_kept),
		cmocka_unit_test(no_flipped_bit_of_a_signed_body_is_accepted),
		cmocka_unit_test(one_role_cannot_sign_for_both),
		cmocka_unit_test(the_file_of_roles_names_two_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
