/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "proto/keyring.h"
#include "proto/merkle.h"
#include "proto/sealed.h"

static void fill(uint8_t *to, size_t n, uint8_t first)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(first + i);
}

static void assert_hex(const uint8_t *got, size_t n, const char *expected)
{
	char hex[2 * 64 + 1];

	assert_in_range(n, 1, 64);
	hex_print(got, n, hex);
	assert_string_equal(hex, expected);
}

/* The known answer of the format: K_case 00..1f, case id 50..5f. */
static struct case_key known_key(void)
{
	struct case_key key = { .epoch = 1 };

	fill(key.key, sizeof(key.key), 0);
	fill(key.id, sizeof(key.id), 0x50);
	return key;
}

/* seq 5, entry id 40..4f, kdf_salt 20..3f. */
static struct entry known_entry(void)
{
	struct entry entry = { .type = ENTRY_DECISION,
			       .seq = 5,
			       .time_ms = 1700000000000 };

	fill(entry.entry_id, sizeof(entry.entry_id), 0x40);
	fill(entry.kdf_salt.bytes, DIGEST_BYTES, 0x20);
	memset(entry.policy_hash.bytes, 0x22, DIGEST_BYTES);
	memset(entry.engine_id.bytes, 0x33, DIGEST_BYTES);
	return entry;
}

static struct seal_keys known_keys(void)
{
	struct case_key key = known_key();
	struct entry entry = known_entry();
	struct seal_keys keys;

	seal_schedule(key.key, &entry.kdf_salt, entry.seq, entry.entry_id, &keys);
	return keys;
}

static void the_key_schedule_gives_the_known_answer(void **state)
{
	struct seal_keys keys = known_keys();

	(void)state;
	assert_hex(keys.aead, 32, "775d69e69f64b1f14f977b78e64e8743"
				  "44bf1b90c1c0eac70981bb5217921835");
	assert_hex(keys.nonce, 12, "c4a2bf5e6b4906e515620280");
	assert_hex(keys.check, 32, "9b03f7081b5a8f59ec2d4028cbbe0bf1"
				   "b078d91df4bcf00bbf42c090580fe741");
	assert_hex(keys.k_salt, 32, "32cde7f081f1dd44d25b63cc187c51f5"
				    "f1bee98b917957488fc9c4913552cb2e");
	assert_hex(keys.salt_r, 32, "3325aea0ef9b3c2f802b647c6766a8a7"
				    "6fb40f577e12f14e9e0811ef14f258cd");
}

static void the_commitments_give_the_known_answers(void **state)
{
	static const uint8_t value[2] = { 'D', 'E' };
	struct seal_keys keys = known_keys();
	struct bytes slots[16] = { [3] = { value, 2 } };
	struct bytes result = { (const uint8_t *)"ok", 2 };
	uint8_t salts[16 * 32];
	struct digest commit = entry_result_commit(keys.salt_r, result);
	struct digest root = entry_fields_root(keys.k_salt, slots, 16);

	(void)state;
	assert_hex(commit.bytes, 32, "7305315ac6fda171a8ac5d18f246ba7a"
				     "e3b7e8284b20747d8ed4ea37bc1f0332");
	/* Salts from the key stream, and one flat list: made by openssl enc. */
	keystream(keys.k_salt, salts, sizeof(salts));
	assert_hex(salts + 96, 32, "cee804b1008f92a5eebd24765efb37f5"
				   "0baeabb8ea580dcd02fbedf824632cb9");
	assert_hex(root.bytes, 32, "f7ee523c1ed01a604c37b9cf3c4e5af7"
				   "668db7692e1cf83fa28c7f445cd8b4d1");
}

/* The other form that the format allows: HMAC salts under an RFC 6962 tree. */
static void the_form_as_a_tree_would_give_its_known_answer(void **state)
{
	struct seal_keys keys = known_keys();
	struct merkle_frontier tree = { .size = 0 };
	struct hmac_key salt_key;
	struct digest root, salt;

	(void)state;
	hmac_key_init(&salt_key, keys.k_salt);
	for (uint16_t i = 0; i < 16; i++) {
		uint8_t leaf[36];
		struct digest hash;

		put_be16(leaf, i);
		salt = hmac_of(&salt_key, (struct bytes){ leaf, 2 });
		memcpy(leaf + 2, salt.bytes, 32);
		memcpy(leaf + 34, "DE", 2);
		if (i == 3)
			assert_hex(salt.bytes, 32,
				   "5ac8b1632519f89ed850aba7b39a19bc"
				   "731ef4b6f2d9576187b332179a45b452");
		hash = merkle_leaf((struct bytes){ leaf, i == 3 ? 36 : 34 });
		merkle_frontier_add(&tree, &hash);
	}
	root = merkle_frontier_root(&tree);
	assert_hex(root.bytes, 32, "be85dd0d83ea3d7a797236b118662d96"
				   "33fbfab5acaee479e5a2ae26366e0778");
}

static void a_case_key_is_wrapped_to_the_known_answer(void **state)
{
	uint8_t kek[32], record[CASE_RECORD_BYTES];
	struct case_key key = known_key(), again;

	(void)state;
	fill(kek, sizeof(kek), 0x80);
	key.retention = 7;
	key.not_before_ms = 0x0102030405060708;
	key.hold = true;
	case_key_wrap(&key, kek, record);
	assert_hex(record, 4, "00000001");
	assert_hex(record + 4, 56,
		   "e3520514ed89e425beb77ff7f9d322a82d56901654b066e0d1f473db"
		   "e5dffca1328954b2891f71b2cddba5aa96824bda7763d14b5ef53c14");
	assert_hex(record + 60, 10, "07010203040506070801");
	assert_true(case_key_unwrap(record, kek, &again));
	assert_memory_equal(again.key, key.key, sizeof(key.key));
	assert_memory_equal(again.id, key.id, sizeof(key.id));
	assert_int_equal(again.epoch, 1);
	assert_int_equal(again.retention, 7);
	assert_int_equal(again.not_before_ms, key.not_before_ms);
	assert_true(again.hold);
}

static void no_flipped_bit_of_a_wrapped_key_unwraps(void **state)
{
	uint8_t kek[32], record[CASE_RECORD_BYTES];
	struct case_key key = known_key(), again;

	(void)state;
	fill(kek, sizeof(kek), 0x80);
	case_key_wrap(&key, kek, record);
	for (size_t bit = 4 * 8; bit < 60 * 8; bit++) {
		record[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(case_key_unwrap(record, kek, &again));
		record[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	record[69] = 2;
	assert_false(case_key_unwrap(record, kek, &again));
}

/* Ours is written over single blocks; OpenSSL's is the one to agree with. */
static void wrapping_agrees_with_the_library(void **state)
{
	uint8_t kek[32], plain[SEAL_WRAP_MAX_BYTES], wrapped[80], theirs[80];
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-WRAP", NULL);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int n_done;

	(void)state;
	EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	for (size_t n = 16; n <= sizeof(plain); n += 8) {
		random_bytes(kek, sizeof(kek));
		random_bytes(plain, sizeof(plain));
		assert_int_equal(EVP_EncryptInit_ex2(context, cipher, kek, NULL,
						     NULL), 1);
		assert_int_equal(EVP_EncryptUpdate(context, theirs, &n_done, plain,
						   (int)n), 1);
		seal_wrap(kek, plain, n, wrapped);
		assert_int_equal(n_done, SEAL_WRAP_BYTES(n));
		assert_memory_equal(wrapped, theirs, SEAL_WRAP_BYTES(n));
		assert_true(seal_unwrap(kek, wrapped, n, theirs));
		assert_memory_equal(theirs, plain, n);
	}
	EVP_CIPHER_CTX_free(context);
	EVP_CIPHER_free(cipher);
}

/* ---- A sealed decision ---- */

static struct bytes text(const char *string)
{
	return (struct bytes){ (const uint8_t *)string, strlen(string) };
}

struct sealed_case {
	struct case_key key;
	struct entry entry;
	uint8_t leaf[ENTRY_HEADER_BYTES];
	uint8_t blob[1024];
	uint8_t plain[1024];
};

static const uint8_t known_link[SEAL_CASE_ID_BYTES] = "sixteen octets!";

static void seal_decision(struct sealed_case *c, const uint8_t *record)
{
	static const uint8_t value[2] = { 'D', 'E' };
	struct bytes slots[16] = { [3] = { value, 2 } };
	struct content_decision content = {
		.case_ref = text("R7KQ-M2XD-4HTN-9VWF"),
		.policy_id = text("ca-vtip"),
		.question = text("first-permit"),
		.received_on = BLOB_NO_DAY,
		.facts = text("facts"),
		.result = text("ok"),
	};
	struct sealing sealing = { .key = &c->key, .link = known_link,
				   .record = record, .content = &content,
				   .slots = slots, .n_slots = 16 };

	c->key = known_key();
	c->entry = known_entry();
	memcpy(content.case_id, c->key.id, sizeof(content.case_id));
	assert_int_equal(sealed_write(&sealing, &c->entry, c->blob), BLOB_SOUND);
	assert_int_equal(c->entry.blob_bytes,
			 SEALED_BYTES(blob_sealed_bytes(&content), record != NULL));
	c->entry.blob_hash = digest_of((struct bytes){ c->blob,
						       c->entry.blob_bytes });
	assert_int_equal(entry_check(&c->entry), ENTRY_SOUND);
	entry_encode(&c->entry, c->leaf);
}

static enum sealed_fault open_decision(struct sealed_case *c,
				       struct content_decision *ret)
{
	return sealed_read((struct bytes){ c->leaf, sizeof(c->leaf) }, &c->entry,
			   (struct bytes){ c->blob, c->entry.blob_bytes }, &c->key,
			   c->plain, ret);
}

static void what_was_sealed_opens_again(void **state)
{
	struct seal_keys keys = known_keys();
	struct content_decision content;
	struct sealed_case c;

	(void)state;
	seal_decision(&c, NULL);
	assert_hex(c.entry.fields_root.bytes, 32,
		   "f7ee523c1ed01a604c37b9cf3c4e5af7668db7692e1cf83fa28c7f445cd8b4d1");
	assert_hex(c.entry.key_check.bytes, 32,
		   "9b03f7081b5a8f59ec2d4028cbbe0bf1b078d91df4bcf00bbf42c090580fe741");
	assert_int_equal(open_decision(&c, &content), SEALED_SOUND);
	assert_memory_equal(content.case_ref.data, "R7KQ-M2XD-4HTN-9VWF", 19);
	assert_memory_equal(content.result.data, "ok", 2);
	assert_memory_equal(content.k_salt, keys.k_salt, 32);
	assert_memory_equal(content.salt_r, keys.salt_r, 32);
	assert_memory_equal(content.case_id, c.key.id, SEAL_CASE_ID_BYTES);
}

static void nothing_of_the_content_is_left_in_clear(void **state)
{
	struct sealed_case c;

	(void)state;
	seal_decision(&c, NULL);
	assert_null(memmem(c.blob, c.entry.blob_bytes, "R7KQ", 4));
	assert_null(memmem(c.blob, c.entry.blob_bytes, "ca-vtip", 7));
	assert_null(memmem(c.blob, c.entry.blob_bytes, "facts", 5));
	assert_null(memmem(c.blob, c.entry.blob_bytes, c.key.id,
			   SEAL_CASE_ID_BYTES));
}

/* Bits of the link and of the record are held by blob_hash, not by the cipher. */
static void no_flipped_bit_of_text_or_entry_opens(void **state)
{
	struct content_decision content;
	struct sealed_case c;

	(void)state;
	seal_decision(&c, NULL);
	for (size_t bit = 0; bit < 240 * 8; bit++) {
		c.leaf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(open_decision(&c, &content), SEALED_FAULT_TEXT);
		c.leaf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = SEALED_HEADER_BYTES * 8; bit < c.entry.blob_bytes * 8;
	     bit++) {
		c.blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(open_decision(&c, &content), SEALED_FAULT_TEXT);
		c.blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(open_decision(&c, &content), SEALED_SOUND);
}

static void another_key_is_told_by_the_commitment(void **state)
{
	struct content_decision content;
	struct sealed_case c;

	(void)state;
	seal_decision(&c, NULL);
	c.key.key[31] ^= 1;
	assert_int_equal(open_decision(&c, &content), SEALED_FAULT_KEY);
	c.key.key[31] ^= 1;
	c.key.id[0] ^= 1;
	assert_int_equal(open_decision(&c, &content), SEALED_FAULT_CASE);
	c.key.id[0] ^= 1;
	c.entry.result_commit.bytes[0] ^= 1;
	assert_int_equal(open_decision(&c, &content), SEALED_FAULT_RESULT);
}

static void a_blob_is_taken_apart_in_one_way_only(void **state)
{
	uint8_t record[CASE_RECORD_BYTES];
	struct sealed_case with, without;
	struct sealed sealed;

	(void)state;
	memset(record, 0xab, sizeof(record));
	seal_decision(&without, NULL);
	seal_decision(&with, record);
	assert_int_equal(with.entry.blob_bytes,
			 without.entry.blob_bytes + CASE_RECORD_BYTES);
	assert_true(sealed_split((struct bytes){ with.blob, with.entry.blob_bytes },
				 &sealed));
	assert_memory_equal(sealed.record, record, sizeof(record));
	assert_memory_equal(sealed.link, known_link, SEAL_CASE_ID_BYTES);
	assert_true(sealed_split((struct bytes){ with.blob, SEALED_BYTES(0, true) },
				 &sealed));
	assert_int_equal(sealed.text.n, 0);
	assert_false(sealed_split((struct bytes){ with.blob,
						  SEALED_BYTES(0, true) - 1 },
				  &sealed));
	with.blob[5] = 2;
	assert_false(sealed_split((struct bytes){ with.blob, with.entry.blob_bytes },
				  &sealed));
	assert_false(sealed_split((struct bytes){ without.blob,
						  SEALED_BYTES(0, false) - 1 },
				  &sealed));
	without.blob[4] = BLOB_CLEAR;
	assert_false(sealed_split((struct bytes){ without.blob,
						  without.entry.blob_bytes },
				  &sealed));
}

/* ---- The keyring ---- */

static void a_keyring_reads_back_under_its_root_key_only(void **state)
{
	uint8_t root[32] = { 1 }, other[32] = { 2 }, file[KEYRING_MAX_BYTES];
	struct keyring ring, again;

	(void)state;
	keyring_make(&ring);
	while (ring.n_keks < KEYRING_KEYS_MAX)
		keyring_add(&ring);
	keyring_encode(&ring, root, file);
	assert_int_equal(keyring_decode((struct bytes){ file, sizeof(file) }, root,
					&again), KEYRING_SOUND);
	assert_memory_equal(again.link_key, ring.link_key, sizeof(ring.link_key));
	for (size_t i = 0; i < KEYRING_KEYS_MAX; i++) {
		assert_int_equal(again.keks[i].epoch, i + 1);
		assert_memory_equal(again.keks[i].key, ring.keks[i].key,
				    SEAL_KEY_BYTES);
	}
	assert_int_equal(keyring_newest(&again)->epoch, KEYRING_KEYS_MAX);
	assert_int_equal(keyring_decode((struct bytes){ file, sizeof(file) }, other,
					&again), KEYRING_FAULT_ROOT);
	assert_in_range(KEYRING_MAX_BYTES, 1, 4096);
}

static void no_flipped_bit_of_a_keyring_is_accepted(void **state)
{
	uint8_t root[32] = { 1 }, file[KEYRING_BYTES(2)];
	struct keyring ring, again;

	(void)state;
	keyring_make(&ring);
	keyring_add(&ring);
	keyring_encode(&ring, root, file);
	for (size_t bit = 0; bit < sizeof(file) * 8; bit++) {
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(keyring_decode((struct bytes){ file,
								    sizeof(file) },
						    root, &again), KEYRING_SOUND);
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(keyring_decode((struct bytes){ file, sizeof(file) - 1 },
					root, &again), KEYRING_FAULT_FORM);
}

static void a_link_says_the_case_to_those_with_the_key_alone(void **state)
{
	uint8_t one[16], two[16], id[16], back[16], other_id[16];
	uint8_t entry_one[16] = { 1 }, entry_two[16] = { 2 };
	struct keyring ring, other;

	(void)state;
	keyring_make(&ring);
	keyring_make(&other);
	keyring_case_id(&ring, text("R7KQ-M2XD-4HTN-9VWF"), id);
	keyring_case_id(&other, text("R7KQ-M2XD-4HTN-9VWF"), other_id);
	assert_memory_not_equal(id, other_id, sizeof(id));
	keyring_mask(&ring, entry_one, id, one);
	keyring_mask(&ring, entry_two, id, two);
	assert_memory_not_equal(one, two, sizeof(one));
	keyring_mask(&ring, entry_one, one, back);
	assert_memory_equal(back, id, sizeof(id));
	keyring_mask(&other, entry_one, one, back);
	assert_memory_not_equal(back, id, sizeof(id));
}

static void a_case_key_opens_with_the_kek_of_its_epoch_alone(void **state)
{
	uint8_t record[CASE_RECORD_BYTES];
	struct case_key key = known_key(), again;
	struct keyring ring;

	(void)state;
	keyring_make(&ring);
	case_key_wrap(&key, ring.keks[0].key, record);
	assert_true(keyring_open_case(&ring, record, key.id, &again));
	assert_memory_equal(again.key, key.key, sizeof(key.key));
	key.id[0] ^= 1;
	assert_false(keyring_open_case(&ring, record, key.id, &again));
	key.id[0] ^= 1;
	keyring_add(&ring);
	assert_true(keyring_open_case(&ring, record, key.id, &again));
	ring.keks[0] = ring.keks[1];
	ring.n_keks = 1;
	assert_false(keyring_open_case(&ring, record, key.id, &again));
}

static void a_root_key_is_one_line_of_digits(void **state)
{
	uint8_t root[32], again[32];
	char line[ROOT_KEY_TEXT_BYTES + 1];

	(void)state;
	fill(root, sizeof(root), 0xe0);
	root_key_print(root, line);
	assert_true(root_key_parse(text(line), again));
	assert_memory_equal(again, root, sizeof(root));
	line[0] = 'E';
	assert_false(root_key_parse(text(line), again));
	line[0] = 'e';
	line[ROOT_KEY_TEXT_BYTES - 1] = '\0';
	assert_false(root_key_parse(text(line), again));
}

static void a_snapshot_holds_its_rows_in_order_and_whole(void **state)
{
	uint8_t file[SNAPSHOT_BYTES(2)];
	uint8_t *rows = file + SNAPSHOT_HEADER_BYTES;
	struct bytes read;
	uint32_t epoch;

	(void)state;
	snapshot_begin(9, 2, file);
	memset(rows, 1, SNAPSHOT_ROW_BYTES);
	memset(rows + SNAPSHOT_ROW_BYTES, 2, SNAPSHOT_ROW_BYTES);
	snapshot_end(file, 2);
	assert_true(snapshot_read((struct bytes){ file, sizeof(file) }, &epoch,
				  &read));
	assert_int_equal(epoch, 9);
	assert_int_equal(read.n, 2 * SNAPSHOT_ROW_BYTES);
	for (size_t bit = 0; bit < sizeof(file) * 8; bit++) {
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(snapshot_read((struct bytes){ file, sizeof(file) },
					   &epoch, &read));
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_false(snapshot_read((struct bytes){ file, sizeof(file) - 1 }, &epoch,
				   &read));
	memset(rows, 2, SNAPSHOT_ROW_BYTES);
	snapshot_end(file, 2);
	assert_false(snapshot_read((struct bytes){ file, sizeof(file) }, &epoch,
				   &read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_schedule_gives_the_known_answer),
		cmocka_unit_test(the_commitments_give_the_known_answers),
		cmocka_unit_test(the_form_as_a_tree_would_give_its_known_answer),
		cmocka_unit_test(a_case_key_is_wrapped_to_the_known_answer),
		cmocka_unit_test(no_flipped_bit_of_a_wrapped_key_unwraps),
		cmocka_unit_test(wrapping_agrees_with_the_library),
		cmocka_unit_test(what_was_sealed_opens_again),
		cmocka_unit_test(nothing_of_the_content_is_left_in_clear),
		cmocka_unit_test(no_flipped_bit_of_text_or_entry_opens),
		cmocka_unit_test(another_key_is_told_by_the_commitment),
		cmocka_unit_test(a_blob_is_taken_apart_in_one_way_only),
		cmocka_unit_test(a_keyring_reads_back_under_its_root_key_only),
		cmocka_unit_test(no_flipped_bit_of_a_keyring_is_accepted),
		cmocka_unit_test(a_link_says_the_case_to_those_with_the_key_alone),
		cmocka_unit_test(a_case_key_opens_with_the_kek_of_its_epoch_alone),
		cmocka_unit_test(a_root_key_is_one_line_of_digits),
		cmocka_unit_test(a_snapshot_holds_its_rows_in_order_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
