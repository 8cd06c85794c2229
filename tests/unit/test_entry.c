/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/entry.h"

/* Each field another byte, so that no two can be confused. */
static struct entry decision(void)
{
	struct entry entry = {
		.type = ENTRY_DECISION,
		.has_blob = true,
		.seq = 0x0102030405060708,
		.time_ms = 1700000000000,
		.blob_bytes = 1000,
	};

	memset(entry.entry_id, 0x11, ENTRY_ID_BYTES);
	memset(entry.policy_hash.bytes, 0x22, DIGEST_BYTES);
	memset(entry.engine_id.bytes, 0x33, DIGEST_BYTES);
	memset(entry.fields_root.bytes, 0x44, DIGEST_BYTES);
	memset(entry.result_commit.bytes, 0x55, DIGEST_BYTES);
	memset(entry.kdf_salt.bytes, 0x66, DIGEST_BYTES);
	memset(entry.blob_hash.bytes, 0x77, DIGEST_BYTES);
	return entry;
}

static struct entry with_body(enum entry_type type, struct bytes body)
{
	struct entry entry = { .type = type, .body = body };

	return entry;
}

/* The table of the format, offset by offset. */
static void the_header_is_laid_out_as_specified(void **state)
{
	static const struct {
		size_t at;
		size_t n;
		uint8_t value;
	} fields[] = {
		{ 24, 16, 0x11 }, { 40, 32, 0x22 }, { 72, 32, 0x33 },
		{ 104, 32, 0x44 }, { 136, 32, 0x55 }, { 168, 32, 0x66 },
		{ 200, 32, 0 }, { 240, 32, 0x77 },
	};
	struct entry entry = decision();
	uint8_t to[ENTRY_HEADER_BYTES];

	(void)state;
	assert_int_equal(entry_bytes(&entry), 272);
	entry_encode(&entry, to);
	assert_memory_equal(to, "PDL1\x01\x01\x01\x10", 8);
	assert_memory_equal(to + 8, "\1\2\3\4\5\6\7\10", 8);
	assert_int_equal(get_be64(to + 16), 1700000000000);
	assert_int_equal(get_be64(to + 232), 1000);
	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
		for (size_t k = 0; k < fields[i].n; k++)
			assert_int_equal(to[fields[i].at + k], fields[i].value);
}

static void what_was_written_reads_back(void **state)
{
	uint8_t body[ENTRY_BODY_MAX_BYTES], to[ENTRY_MAX_BYTES];
	struct entry entry = with_body(ENTRY_ERASURE,
				       (struct bytes){ body, sizeof(body) });
	struct entry again;

	(void)state;
	memset(body, 0x88, sizeof(body));
	assert_int_equal(entry_check(&entry), ENTRY_SOUND);
	entry_encode(&entry, to);
	assert_int_equal(entry_bytes(&entry), ENTRY_MAX_BYTES);
	assert_int_equal(entry_decode((struct bytes){ to, sizeof(to) }, &again),
			 ENTRY_SOUND);
	assert_int_equal(again.type, ENTRY_ERASURE);
	assert_int_equal(again.body.n, sizeof(body));
	assert_memory_equal(again.body.data, body, sizeof(body));
	entry.body.n++;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_LENGTH);
}

/* Either the change is refused, or it is visible in what is read. */
static void no_flipped_bit_reads_as_the_same_entry(void **state)
{
	struct entry entry = decision(), read;
	uint8_t to[ENTRY_HEADER_BYTES], again[ENTRY_HEADER_BYTES];
	size_t n_refused = 0;

	(void)state;
	entry_encode(&entry, to);
	for (size_t bit = 0; bit < sizeof(to) * 8; bit++) {
		to[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (entry_decode((struct bytes){ to, sizeof(to) }, &read) !=
		    ENTRY_SOUND) {
			n_refused++;
		} else {
			entry_encode(&read, again);
			assert_memory_equal(again, to, sizeof(to));
		}
		to[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/*
	 * All of magic, flags and length, and of the type all bits but two: a
	 * correction may look just like a decision, and is told apart by type.
	 */
	assert_in_range(n_refused, 4 * 8 + 6 + 8 + 16, 4 * 8 + 8 + 8 + 16);
}

static void an_entry_fills_its_bytes_exactly(void **state)
{
	struct entry entry = decision(), read;
	uint8_t to[ENTRY_HEADER_BYTES + 1] = { 0 };

	(void)state;
	entry_encode(&entry, to);
	for (size_t n = 0; n < ENTRY_HEADER_BYTES; n++)
		assert_int_equal(entry_decode((struct bytes){ to, n }, &read),
				 ENTRY_FAULT_LENGTH);
	assert_int_equal(entry_decode((struct bytes){ to, ENTRY_HEADER_BYTES + 1 },
				      &read), ENTRY_FAULT_LENGTH);
	assert_int_equal(entry_decode((struct bytes){ to, ENTRY_HEADER_BYTES },
				      &read), ENTRY_SOUND);
	put_be16(to + 6, ENTRY_HEADER_BYTES + 1);
	assert_int_equal(entry_decode((struct bytes){ to, ENTRY_HEADER_BYTES + 1 },
				      &read), ENTRY_FAULT_BODY);
}

static void types_from_one_to_nine_are_known_and_no_others(void **state)
{
	struct entry entry = decision(), read;
	uint8_t to[ENTRY_HEADER_BYTES];

	(void)state;
	entry_encode(&entry, to);
	for (unsigned type = 0; type < 256; type++) {
		enum entry_fault fault;

		to[4] = (uint8_t)type;
		fault = entry_decode((struct bytes){ to, sizeof(to) }, &read);
		assert_int_equal(fault == ENTRY_FAULT_TYPE, type < 1 || type > 9);
		assert_int_equal(strcmp(entry_type_name((enum entry_type)type),
					"unknown") == 0, type < 1 || type > 9);
	}
}

static void unknown_flags_are_refused(void **state)
{
	struct entry entry = decision(), read;
	uint8_t to[ENTRY_HEADER_BYTES];

	(void)state;
	entry_encode(&entry, to);
	for (unsigned flags = 2; flags < 256; flags++) {
		to[5] = (uint8_t)flags;
		assert_int_equal(entry_decode((struct bytes){ to, sizeof(to) },
					      &read), ENTRY_FAULT_FLAGS);
	}
}

static void a_decision_needs_all_its_fields(void **state)
{
	struct entry entry;
	uint8_t body[1] = { 1 };
	static const struct digest zero;

	(void)state;
	entry = decision();
	assert_int_equal(entry_check(&entry), ENTRY_SOUND);
	entry.policy_hash = zero;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_MISSING);
	entry = decision();
	entry.engine_id = zero;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_MISSING);
	entry = decision();
	entry.fields_root = zero;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_MISSING);
	entry = decision();
	entry.result_commit = zero;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_MISSING);
	entry = decision();
	entry.blob_bytes = 0;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_MISSING);
	entry = decision();
	entry.body = (struct bytes){ body, 1 };
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_BODY);
}

static void fields_without_use_for_a_type_must_be_zero(void **state)
{
	uint8_t body[4] = { 1, 2, 3, 4 };
	struct entry entry = with_body(ENTRY_KEY_ROTATION,
				       (struct bytes){ body, sizeof(body) });
	struct digest *const digests[] = {
		&entry.policy_hash, &entry.engine_id, &entry.fields_root,
		&entry.result_commit, &entry.kdf_salt, &entry.key_check,
		&entry.blob_hash,
	};

	(void)state;
	assert_int_equal(entry_check(&entry), ENTRY_SOUND);
	for (size_t i = 0; i < ARRAY_LENGTH(digests); i++) {
		digests[i]->bytes[31] = 1;
		assert_int_equal(entry_check(&entry), ENTRY_FAULT_FOREIGN);
		digests[i]->bytes[31] = 0;
	}
	entry.blob_bytes = 1;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_FOREIGN);
	entry.has_blob = true;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_FOREIGN);
	entry.has_blob = false;
	entry.blob_bytes = 0;
	entry.body.n = 0;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_BODY);
}

static void an_enactment_has_a_policy_and_a_blob(void **state)
{
	struct entry entry = decision();

	(void)state;
	entry.type = ENTRY_POLICY_PUBLISH;
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_FOREIGN);
	entry.fields_root = entry.result_commit = (struct digest){ { 0 } };
	assert_int_equal(entry_check(&entry), ENTRY_SOUND);
	entry.engine_id = (struct digest){ { 0 } };
	assert_int_equal(entry_check(&entry), ENTRY_SOUND);
	entry.policy_hash = (struct digest){ { 0 } };
	assert_int_equal(entry_check(&entry), ENTRY_FAULT_MISSING);
}

static void each_fault_has_its_own_words(void **state)
{
	(void)state;
	for (int a = ENTRY_SOUND; a <= ENTRY_FAULT_BODY; a++)
		for (int b = ENTRY_SOUND; b < a; b++)
			assert_string_not_equal(
				entry_fault_text((enum entry_fault)a),
				entry_fault_text((enum entry_fault)b));
}

/* Section 9 of the format: salt_r and the result of its known answer. */
static void the_result_commitment_is_the_known_one(void **state)
{
	static const uint8_t result[] = { 'o', 'k' };
	uint8_t salt[32];
	char hex[65];
	struct digest commit;

	(void)state;
	assert_true(hex_parse("3325aea0ef9b3c2f802b647c6766a8a7"
			      "6fb40f577e12f14e9e0811ef14f258cd", 64, salt, 32));
	commit = entry_result_commit(salt, (struct bytes){ result, 2 });
	hex_print(commit.bytes, DIGEST_BYTES, hex);
	assert_string_equal(hex, "7305315ac6fda171a8ac5d18f246ba7a"
				 "e3b7e8284b20747d8ed4ea37bc1f0332");
}

/*
 * `DE` alone in slot 3 of 16 under the key 00..1f; computed with Python and
 * `openssl enc`, which share no code with ours.
 */
static void the_fields_root_is_the_known_one(void **state)
{
	static const uint8_t country[] = { 'D', 'E' };
	struct bytes values[ENTRY_SLOTS_MAX] = { [3] = { country, 2 } };
	uint8_t key[32];
	char hex[65];
	struct digest root;

	(void)state;
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	root = entry_fields_root(key, values, 16);
	hex_print(root.bytes, DIGEST_BYTES, hex);
	assert_string_equal(hex, "441f7d9884312f0b57b77f4154a2c90d"
				 "28771551e078f28b6c36d031ca13db39");
}

static void the_fields_root_commits_to_place_value_and_number(void **state)
{
	static const uint8_t value[] = { 'x' };
	struct bytes values[ENTRY_SLOTS_MAX] = { { NULL, 0 } };
	const uint8_t key[32] = { 0 };
	struct digest seen[2 + ENTRY_SLOTS_MAX];
	size_t n_seen = 0;

	(void)state;
	seen[n_seen++] = entry_fields_root(key, values, 32);
	seen[n_seen++] = entry_fields_root(key, values, 64);
	for (size_t i = 0; i < ENTRY_SLOTS_MAX; i++) {
		values[i] = (struct bytes){ value, 1 };
		seen[n_seen++] = entry_fields_root(key, values, 64);
		values[i] = (struct bytes){ NULL, 0 };
	}
	for (size_t i = 0; i < n_seen; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(digest_equal(&seen[i], &seen[k]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_laid_out_as_specified),
		cmocka_unit_test(what_was_written_reads_back),
		cmocka_unit_test(no_flipped_bit_reads_as_the_same_entry),
		cmocka_unit_test(an_entry_fills_its_bytes_exactly),
		cmocka_unit_test(types_from_one_to_nine_are_known_and_no_others),
		cmocka_unit_test(unknown_flags_are_refused),
		cmocka_unit_test(a_decision_needs_all_its_fields),
		cmocka_unit_test(fields_without_use_for_a_type_must_be_zero),
		cmocka_unit_test(an_enactment_has_a_policy_and_a_blob),
		cmocka_unit_test(each_fault_has_its_own_words),
		cmocka_unit_test(the_result_commitment_is_the_known_one),
		cmocka_unit_test(the_fields_root_is_the_known_one),
		cmocka_unit_test(the_fields_root_commits_to_place_value_and_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
