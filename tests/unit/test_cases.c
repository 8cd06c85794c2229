/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store/cases.h"
#include "daemon/store/durable.h"

static char folder[64];
static struct lmdb *lmdb;
static struct keystore *keystore;
static struct cases *cases;
static char why[KEYSTORE_TEXT_BYTES];

static void open_all(void)
{
	assert_int_equal(lmdb_open(folder, LMDB_MAP_MIN_BYTES, &lmdb), 0);
	assert_int_equal(keystore_open(folder, "", true, &keystore, why), 0);
	assert_int_equal(cases_open(lmdb, keystore, &cases), 0);
}

static void close_all(void)
{
	cases_close(&cases);
	keystore_close(&keystore);
	lmdb_close(&lmdb);
}

static int make(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/permitd-cases-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	open_all();
	return 0;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	close_all();
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static const char *in_folder(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* ---- Entries of cases ---- */

struct made {
	struct entry entry;
	uint8_t leaf[ENTRY_HEADER_BYTES];
	uint8_t blob[512];
};

static struct bytes text(const char *string)
{
	return (struct bytes){ (const uint8_t *)string, strlen(string) };
}

static void seal(const char *case_ref, struct made *made)
{
	static const struct bytes slots[16];
	struct content_decision content = { .case_ref = text(case_ref),
					    .policy_id = text("p"),
					    .question = text("q"),
					    .received_on = BLOB_NO_DAY,
					    .result = text("r") };

	made->entry = (struct entry){ .type = ENTRY_DECISION, .seq = 7 };
	random_bytes(made->entry.entry_id, ENTRY_ID_BYTES);
	random_bytes(made->entry.kdf_salt.bytes, DIGEST_BYTES);
	assert_int_equal(cases_seal(cases, &content, slots, 16, &made->entry,
				    made->blob), 0);
	entry_encode(&made->entry, made->leaf);
}

static int open_again(struct made *made)
{
	uint8_t space[512];
	struct content_decision content;
	int r = cases_read(cases, (struct bytes){ made->leaf, sizeof(made->leaf) },
			   &made->entry,
			   (struct bytes){ made->blob, made->entry.blob_bytes },
			   space, &content);

	if (r == 0)
		assert_memory_equal(content.result.data, "r", 1);
	return r;
}

static bool has_record(const struct made *made)
{
	struct sealed sealed;

	assert_true(sealed_split((struct bytes){ made->blob,
						 made->entry.blob_bytes }, &sealed));
	return sealed.record != NULL;
}

static void only_the_first_entry_of_a_case_carries_its_key(void **state)
{
	struct made first, second, other;

	(void)state;
	seal("ONE", &first);
	seal("ONE", &second);
	seal("TWO", &other);
	assert_true(has_record(&first));
	assert_false(has_record(&second));
	assert_true(has_record(&other));
	assert_int_equal(open_again(&first), 0);
	assert_int_equal(open_again(&second), 0);
}

/* Else the next entry of the case would rest on a key that no disk has. */
static void a_refused_group_takes_its_new_keys_back(void **state)
{
	struct made kept, refused, again;

	(void)state;
	seal("ONE", &kept);
	cases_appended(cases);
	seal("TWO", &refused);
	cases_refused(cases);
	assert_int_equal(open_again(&refused), CASES_E_ABSENT);
	assert_int_equal(open_again(&kept), 0);
	seal("TWO", &again);
	assert_true(has_record(&again));
}

static void the_database_has_the_keys_after_a_flush(void **state)
{
	struct made made[600];
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < 600; i++) {
		char ref[16];

		snprintf(ref, sizeof(ref), "CASE%zu", i);
		seal(ref, &made[i]);
	}
	cases_appended(cases);
	for (size_t i = 0; i < 600; i++)
		assert_int_equal(open_again(&made[i]), 0);
	assert_int_equal(cases_flush(cases), 0);
	close_all();
	open_all();
	assert_int_equal(cases_count(lmdb, &n), 0);
	assert_int_equal(n, 600);
	for (size_t i = 0; i < 600; i++)
		assert_int_equal(open_again(&made[i]), 0);
}

static void what_is_in_no_log_is_not_flushed(void **state)
{
	struct made durable, fresh;
	uint64_t n;

	(void)state;
	seal("ONE", &durable);
	cases_appended(cases);
	seal("TWO", &fresh);
	assert_int_equal(cases_flush(cases), 0);
	assert_int_equal(cases_count(lmdb, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(open_again(&fresh), 0);
	cases_refused(cases);
	assert_int_equal(open_again(&fresh), CASES_E_ABSENT);
	assert_int_equal(open_again(&durable), 0);
}

static void a_key_is_found_again_in_the_blob_that_carries_it(void **state)
{
	struct made first, second;

	(void)state;
	seal("ONE", &first);
	seal("ONE", &second);
	cases_close(&cases);
	assert_int_equal(cases_open(lmdb, keystore, &cases), 0);
	assert_int_equal(open_again(&second), CASES_E_ABSENT);
	assert_int_equal(cases_adopt(cases, &second.entry,
				     (struct bytes){ second.blob,
						     second.entry.blob_bytes }), 0);
	assert_int_equal(open_again(&second), CASES_E_ABSENT);
	assert_int_equal(cases_adopt(cases, &first.entry,
				     (struct bytes){ first.blob,
						     first.entry.blob_bytes }), 0);
	assert_int_equal(open_again(&second), 0);
}

static void keys_come_back_from_the_snapshot(void **state)
{
	uint8_t snapshot[SNAPSHOT_BYTES(1)];
	struct made made;
	struct sealed sealed;
	uint8_t *row = snapshot + SNAPSHOT_HEADER_BYTES;

	(void)state;
	seal("ONE", &made);
	assert_true(sealed_split((struct bytes){ made.blob, made.entry.blob_bytes },
				 &sealed));
	snapshot_begin(1, 1, snapshot);
	cases_id(cases, text("ONE"), row);
	memcpy(row + SEAL_CASE_ID_BYTES, sealed.record, CASE_RECORD_BYTES);
	snapshot_end(snapshot, 1);
	assert_int_equal(keystore_put_cases(keystore,
					    (struct bytes){ snapshot,
							    sizeof(snapshot) }), 0);
	cases_close(&cases);
	assert_int_equal(cases_open(lmdb, keystore, &cases), 0);
	assert_int_equal(cases_restore(cases), 0);
	assert_int_equal(open_again(&made), 0);
}

/* ---- The keyring's file ---- */

static void a_replaced_ring_is_the_one_found_next(void **state)
{
	struct keyring ring = keystore->ring;

	(void)state;
	keyring_add(&ring);
	assert_int_equal(keystore_replace(keystore, &ring), 0);
	close_all();
	open_all();
	assert_int_equal(keystore->ring.n_keks, 2);
	assert_memory_equal(&keystore->ring, &ring, sizeof(ring));
	keyring_done(&ring);
}

static void a_ring_is_made_only_where_it_may_be(void **state)
{
	struct keystore *other = NULL;

	(void)state;
	assert_int_equal(unlink(in_folder("keyring")), 0);
	assert_int_equal(keystore_open(folder, "", false, &other, why),
			 KEYSTORE_E_REFUSED);
	assert_non_null(strstr(why, "missing"));
	assert_int_equal(unlink(in_folder("root.key")), 0);
	assert_int_equal(keystore_open(folder, "", false, &other, why),
			 KEYSTORE_E_REFUSED);
	assert_int_equal(keystore_open(folder, "", true, &other, why), 0);
	assert_true(other->created);
	keystore_close(&other);
}

/* The bytes of the file before are still reachable by who held it open. */
static void an_old_file_of_secrets_is_overwritten(void **state)
{
	uint8_t left[16] = { 1 };
	FILE *old;

	(void)state;
	assert_int_equal(durable_replace(in_folder("secret"), text("one secret")), 0);
	old = fopen(in_folder("secret"), "rb");
	assert_non_null(old);
	assert_int_equal(durable_replace(in_folder("secret"), text("two")), 0);
	assert_int_equal(fread(left, 1, sizeof(left), old), 10);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(left[i], 0);
	fclose(old);
}

static void a_file_open_to_others_is_not_read(void **state)
{
	struct bytes content;

	(void)state;
	assert_int_equal(durable_replace(in_folder("secret"), text("secret")), 0);
	assert_int_equal(chmod(in_folder("secret"), 0640), 0);
	assert_int_equal(durable_read(in_folder("secret"), 6, &content), 0);
	durable_free(&content);
	assert_int_equal(durable_read(in_folder("secret"), 5, &content), -EFBIG);
	assert_int_equal(chmod(in_folder("secret"), 0620), 0);
	assert_int_equal(durable_read(in_folder("secret"), 6, &content),
			 DURABLE_E_OPEN_TO_OTHERS);
	assert_int_equal(chmod(in_folder("secret"), 0604), 0);
	assert_int_equal(durable_read(in_folder("secret"), 6, &content),
			 DURABLE_E_OPEN_TO_OTHERS);
	assert_int_equal(durable_read(in_folder("none"), 6, &content),
			 DURABLE_E_ABSENT);
	assert_int_equal(durable_create(in_folder("secret"), text("x")), -EEXIST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_the_first_entry_of_a_case_carries_its_key),
		TEST(a_refused_group_takes_its_new_keys_back),
		TEST(the_database_has_the_keys_after_a_flush),
		TEST(what_is_in_no_log_is_not_flushed),
		TEST(a_key_is_found_again_in_the_blob_that_carries_it),
		TEST(keys_come_back_from_the_snapshot),
		TEST(a_replaced_ring_is_the_one_found_next),
		TEST(a_ring_is_made_only_where_it_may_be),
		TEST(an_old_file_of_secrets_is_overwritten),
		TEST(a_file_open_to_others_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
