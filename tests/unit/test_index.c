/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/store/index.h"

static char folder[64];
static struct lmdb *lmdb;
static struct index *entries;

static int make(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/permitd-index-XXXXXX");
	if (mkdtemp(folder) == NULL ||
	    lmdb_open(folder, LMDB_MAP_MIN_BYTES, &lmdb) != 0)
		return -1;
	return index_open(lmdb, &entries);
}

static int end(void **state)
{
	char command[128];

	(void)state;
	index_close(&entries);
	lmdb_close(&lmdb);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

/* ---- Entries whose ids follow from their numbers ---- */

#define CASES 7

static void id_of(uint64_t seq, uint8_t kind, uint8_t to[16])
{
	memset(to, kind, 16);
	put_be64(to + 4, seq * 0x9e3779b97f4a7c15ull);
}

static const char *case_of(uint64_t seq)
{
	static const char *const cases[CASES] = {
		"A", "AB", "ABC", "B", "C", "CC", "LONGEST-REFERENCE-OF-24B"
	};

	return cases[seq % CASES];
}

static struct log_position position_of(uint64_t first_seq)
{
	return (struct log_position){ .segment = (uint32_t)(first_seq / 100),
				      .offset = first_seq * 512 };
}

/* A record with the next n entries; every second one has a request id. */
static void add_record(size_t n)
{
	uint64_t first = index_size(entries);
	struct index_row rows[64] = { 0 };
	uint8_t request_ids[64][16];

	for (size_t i = 0; i < n; i++) {
		id_of(first + i, 1, rows[i].entry_id);
		id_of(first + i, 2, request_ids[i]);
		if ((first + i) % 2 == 0)
			rows[i].request_id = (struct bytes){ request_ids[i], 16 };
		rows[i].case_id = (struct bytes){ (const uint8_t *)case_of(first +
									    i),
						   strlen(case_of(first + i)) };
	}
	assert_int_equal(index_add_record(entries, position_of(first), rows, n), 0);
}

static void flush(void)
{
	struct log_mark mark = { .position = position_of(1),
				 .size = index_size(entries) };

	assert_int_equal(index_flush(entries, &mark), 0);
	assert_int_equal(index_pending(entries), 0);
}

static void reopen(void)
{
	index_close(&entries);
	assert_int_equal(index_open(lmdb, &entries), 0);
}

static void assert_finds(uint64_t seq, uint64_t first_of_record)
{
	struct log_position position;
	uint8_t id[16];
	uint64_t found = UINT64_MAX;

	id_of(seq, 1, id);
	assert_int_equal(index_by_id(entries, id, &found), 0);
	assert_int_equal(found, seq);
	id_of(seq, 2, id);
	assert_int_equal(
		index_by_request(entries, (struct bytes){ id, 16 }, &found),
		seq % 2 == 0 ? 0 : INDEX_E_ABSENT);
	assert_int_equal(found, seq);
	assert_int_equal(index_position(entries, seq, &position), 0);
	assert_int_equal(position.offset, first_of_record * 512);
	assert_int_equal(position.segment, first_of_record / 100);
	assert_int_equal(position.index_in_batch, seq - first_of_record);
}

/* ---- Tests ---- */

static void entries_are_found_in_memory_and_in_the_database(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		add_record(40);
	flush();
	for (int i = 0; i < 100; i++)
		add_record(3);
	assert_int_equal(index_size(entries), 4300);
	assert_int_equal(index_pending(entries), 300);
	for (uint64_t seq = 0; seq < 4000; seq += 13)
		assert_finds(seq, seq / 40 * 40);
	for (uint64_t seq = 4000; seq < 4300; seq++)
		assert_finds(seq, 4000 + (seq - 4000) / 3 * 3);
}

static void what_was_not_written_is_forgotten_and_the_mark_says_so(void **state)
{
	struct log_mark mark;

	(void)state;
	assert_false(index_mark(entries, &mark));
	add_record(5);
	flush();
	add_record(2);
	reopen();
	assert_true(index_mark(entries, &mark));
	assert_int_equal(mark.size, 5);
	assert_int_equal(mark.position.offset, position_of(1).offset);
	assert_int_equal(index_size(entries), 5);
	assert_finds(4, 0);
}

static void what_is_not_there_is_absent(void **state)
{
	struct log_position position;
	uint8_t id[16];
	uint64_t seq;

	(void)state;
	id_of(3, 1, id);
	assert_int_equal(index_by_id(entries, id, &seq), INDEX_E_ABSENT);
	add_record(3);
	assert_int_equal(index_by_id(entries, id, &seq), INDEX_E_ABSENT);
	assert_int_equal(index_position(entries, 3, &position), INDEX_E_ABSENT);
	flush();
	assert_int_equal(index_by_id(entries, id, &seq), INDEX_E_ABSENT);
	assert_int_equal(index_position(entries, 3, &position), INDEX_E_ABSENT);
	assert_int_equal(index_by_request(entries, (struct bytes){ id, 15 }, &seq),
			 INDEX_E_ABSENT);
}

static void a_case_has_its_entries_in_order_and_no_others(void **state)
{
	uint64_t seqs[100];
	size_t n;

	(void)state;
	for (int i = 0; i < 7; i++)
		add_record(10);
	flush();
	for (int i = 0; i < 7; i++)
		add_record(10);
	for (uint64_t which = 0; which < CASES; which++) {
		struct bytes ref = { (const uint8_t *)case_of(which),
				     strlen(case_of(which)) };

		assert_int_equal(index_by_case(entries, ref, 0, seqs, 100, &n), 0);
		assert_int_equal(n, 20);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(seqs[i], which + i * CASES);
		assert_int_equal(index_by_case(entries, ref, 8, seqs, 5, &n), 0);
		assert_int_equal(n, 5);
		assert_true(seqs[0] >= 8 && seqs[0] < 8 + CASES);
	}
	assert_int_equal(index_by_case(entries,
				       (struct bytes){ (const uint8_t *)"Z", 1 }, 0,
				       seqs, 100, &n),
			 0);
	assert_int_equal(n, 0);
}

static void a_row_over_a_limit_adds_nothing(void **state)
{
	static const uint8_t long_ref[INDEX_CASE_ID_MAX_BYTES + 1];
	struct index_row rows[2] = { 0 };

	(void)state;
	rows[1].case_id = (struct bytes){ long_ref, sizeof(long_ref) };
	assert_int_equal(index_add_record(entries, position_of(0), rows, 2),
			 -EBADMSG);
	assert_int_equal(index_size(entries), 0);
	rows[1].case_id.n--;
	rows[1].request_id = (struct bytes){ long_ref, 15 };
	assert_int_equal(index_add_record(entries, position_of(0), rows, 2),
			 -EBADMSG);
	assert_int_equal(index_size(entries), 0);
}

static void a_mark_for_another_number_of_entries_is_refused(void **state)
{
	struct log_mark mark = { .size = 4 };

	(void)state;
	add_record(5);
	assert_int_equal(index_flush(entries, &mark), -EINVAL);
	assert_int_equal(index_pending(entries), 5);
}

static void forget_an_id(struct txn *txn, void *context)
{
	static const uint8_t mark[56] = { 0, 0, 0, 1, [23] = 6 };

	(void)context;
	txn_put(txn, TABLE_META, (struct bytes){ (const uint8_t *)"log-mark", 8 },
		(struct bytes){ mark, sizeof(mark) });
}

static void an_index_whose_tables_disagree_is_refused(void **state)
{
	(void)state;
	add_record(5);
	flush();
	assert_int_equal(lmdb_write(lmdb, forget_an_id, NULL), 0);
	index_close(&entries);
	assert_int_equal(index_open(lmdb, &entries), INDEX_E_DAMAGED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_are_found_in_memory_and_in_the_database),
		TEST(what_was_not_written_is_forgotten_and_the_mark_says_so),
		TEST(what_is_not_there_is_absent),
		TEST(a_case_has_its_entries_in_order_and_no_others),
		TEST(a_row_over_a_limit_adds_nothing),
		TEST(a_mark_for_another_number_of_entries_is_refused),
		TEST(an_index_whose_tables_disagree_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
