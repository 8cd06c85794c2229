/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store/lmdb.h"
#include "daemon/store/lock.h"

static char folder[64];
static struct lmdb *lmdb;

static int make(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/permitd-lmdb-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	return lmdb_open(folder, LMDB_MAP_MIN_BYTES, &lmdb);
}

static int end(void **state)
{
	char command[128];

	(void)state;
	lmdb_close(&lmdb);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static struct bytes text(const char *from)
{
	return (struct bytes){ (const uint8_t *)from, strlen(from) };
}

/* ---- Steps ---- */

static void put_three(struct txn *txn, void *context)
{
	(void)context;
	txn_put(txn, TABLE_IDS, text("b"), text("1"));
	txn_put(txn, TABLE_IDS, text("d"), text("2"));
	txn_put(txn, TABLE_IDS, text("f"), text(""));
}

static void put_and_give_up(struct txn *txn, void *context)
{
	(void)context;
	txn_put(txn, TABLE_IDS, text("b"), text("1"));
	txn_fail(txn, 77);
	txn_put(txn, TABLE_IDS, text("d"), text("2"));
}

struct many {
	size_t n;
	size_t n_runs;
};

static void put_many(struct txn *txn, void *context)
{
	struct many *many = context;
	uint8_t value[1000] = { 0 };
	uint8_t key[8];

	many->n_runs++;
	for (size_t i = 0; i < many->n; i++) {
		put_be64(key, i);
		txn_put(txn, TABLE_RECORDS, (struct bytes){ key, 8 },
			(struct bytes){ value, sizeof(value) });
	}
}

static uint64_t count(enum lmdb_table table)
{
	CLEANUP(txn_abort) struct txn txn = txn_begin_read(lmdb);
	uint64_t n;

	assert_int_equal(txn_count(&txn, table, &n), 0);
	return n;
}

/* ---- Tests ---- */

static void what_was_put_is_there_after_opening_again(void **state)
{
	CLEANUP(txn_abort) struct txn txn = { 0 };
	struct bytes value;

	(void)state;
	assert_int_equal(lmdb_write(lmdb, put_three, NULL), 0);
	lmdb_close(&lmdb);
	assert_int_equal(lmdb_open(folder, LMDB_MAP_MIN_BYTES, &lmdb), 0);
	txn = txn_begin_read(lmdb);
	assert_int_equal(txn_get(&txn, TABLE_IDS, text("d"), &value), 0);
	assert_int_equal(value.n, 1);
	assert_memory_equal(value.data, "2", 1);
	assert_int_equal(txn_get(&txn, TABLE_IDS, text("f"), &value), 0);
	assert_int_equal(value.n, 0);
	assert_int_equal(txn_get(&txn, TABLE_IDS, text("e"), &value),
			 LMDB_E_ABSENT);
	assert_int_equal(txn_get(&txn, TABLE_CASES, text("d"), &value),
			 LMDB_E_ABSENT);
}

static void a_step_that_gives_up_takes_everything_back(void **state)
{
	(void)state;
	assert_int_equal(lmdb_write(lmdb, put_and_give_up, NULL), 77);
	assert_int_equal(count(TABLE_IDS), 0);
}

static void neighbours_are_found_on_both_sides(void **state)
{
	static const struct {
		const char *key;
		const char *from; /* NULL: none */
		const char *upto;
	} cases[] = {
		{ "a", "b", NULL }, { "b", "b", "b" }, { "c", "d", "b" },
		{ "d", "d", "d" },  { "f", "f", "f" }, { "g", NULL, "f" },
	};
	CLEANUP(txn_abort) struct txn txn = { 0 };
	struct bytes key;
	struct bytes value;

	(void)state;
	assert_int_equal(lmdb_write(lmdb, put_three, NULL), 0);
	txn = txn_begin_read(lmdb);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		int r = txn_get_from(&txn, TABLE_IDS, text(cases[i].key), &key,
				     &value);

		assert_int_equal(r, cases[i].from == NULL ? LMDB_E_ABSENT : 0);
		if (r == 0)
			assert_memory_equal(key.data, cases[i].from, 1);
		r = txn_get_upto(&txn, TABLE_IDS, text(cases[i].key), &key, &value);
		assert_int_equal(r, cases[i].upto == NULL ? LMDB_E_ABSENT : 0);
		if (r == 0)
			assert_memory_equal(key.data, cases[i].upto, 1);
	}
}

static void a_full_map_grows_and_the_steps_run_again(void **state)
{
	struct many many = { .n = 2000 };

	(void)state;
	assert_int_equal(lmdb_map_bytes(lmdb), LMDB_MAP_MIN_BYTES);
	assert_int_equal(lmdb_write(lmdb, put_many, &many), 0);
	assert_true(many.n_runs > 1);
	assert_int_equal(count(TABLE_RECORDS), 2000);
	assert_true(lmdb_map_bytes(lmdb) >= 2000 * 1000);
	lmdb_close(&lmdb);
	assert_int_equal(lmdb_open(folder, LMDB_MAP_MIN_BYTES, &lmdb), 0);
	assert_int_equal(count(TABLE_RECORDS), 2000);
}

static void a_full_disk_is_told_and_changes_nothing(void **state)
{
	struct rlimit before;
	struct rlimit limit;
	struct many many = { .n = 1000 };

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(lmdb_write(lmdb, put_three, NULL), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 2 * 4096; /* the meta pages can be written, nothing else */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(lmdb_write(lmdb, put_many, &many), LMDB_E_NO_ROOM);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(count(TABLE_RECORDS), 0);
	assert_int_equal(count(TABLE_IDS), 3);
	assert_int_equal(lmdb_write(lmdb, put_many, &many), 0);
	assert_int_equal(count(TABLE_RECORDS), 1000);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	char path[128];
	FILE *file;

	(void)state;
	lmdb_close(&lmdb);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 4096; i++)
		fputs("not", file);
	fclose(file);
	assert_int_equal(lmdb_open(folder, LMDB_MAP_MIN_BYTES, &lmdb), -EBADMSG);
	assert_null(lmdb);
}

/* ---- The lock beside it ---- */

static void a_lock_that_is_held_names_its_holder(void **state)
{
	CLEANUP(lock_release) struct lock lock = LOCK_NONE;
	CLEANUP(lock_release) struct lock other = LOCK_NONE;
	char path[128];
	pid_t pid = -1;

	(void)state;
	snprintf(path, sizeof(path), "%s/lock", folder);
	assert_int_equal(lock_take(path, &lock, &pid), 0);
	assert_int_equal(lock_take(path, &other, &pid), LOCK_E_HELD);
	assert_int_equal(pid, getpid());
	lock_release(&lock);
	assert_int_equal(lock_take(path, &other, &pid), 0);
}

static void a_local_file_system_is_told_from_none(void **state)
{
	const char *name = "";

	(void)state;
	assert_int_equal(lock_network_file_system(folder, &name), 0);
	assert_null(name);
	assert_int_equal(lock_network_file_system("/does/not/exist", &name),
			 -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_put_is_there_after_opening_again),
		TEST(a_step_that_gives_up_takes_everything_back),
		TEST(neighbours_are_found_on_both_sides),
		TEST(a_full_map_grows_and_the_steps_run_again),
		TEST(a_full_disk_is_told_and_changes_nothing),
		TEST(a_file_that_is_no_database_is_refused),
		TEST(a_lock_that_is_held_names_its_holder),
		TEST(a_local_file_system_is_told_from_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
