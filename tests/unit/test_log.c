/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/log_fixture.h"

static void a_new_log_is_empty_and_signed(void **state)
{
	struct log_fixture *fixture = *state;
	struct checkpoint checkpoint;
	struct log_head head;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_true(fixture->report.created);
	assert_false(fixture->report.cut);
	head = log_fixture_head(fixture->log);
	assert_int_equal(head.size, 0);
	assert_int_equal(head.mark.size, 0);
	assert_int_equal(checkpoint_open(head.note, head.vkey, &checkpoint), 0);
	assert_int_equal(checkpoint.size, 0);
	assert_string_equal(checkpoint.origin, fixture->options.origin);
}

static void what_was_appended_is_there_after_opening_again(void **state)
{
	struct log_fixture *fixture = *state;
	struct log_head before, after;
	char note[CHECKPOINT_NOTE_BYTES];

	assert_int_equal(log_fixture_open(fixture), 0);
	for (size_t i = 1; i <= 9; i++)
		assert_int_equal(log_fixture_append(fixture->log, i, 100), 0);
	before = log_fixture_head(fixture->log);
	memcpy(note, before.note.data, before.note.n);
	assert_int_equal(before.size, 45);
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_false(fixture->report.created);
	assert_false(fixture->report.cut);
	after = log_fixture_head(fixture->log);
	assert_int_equal(after.size, 45);
	assert_true(digest_equal(&after.root, &before.root));
	assert_int_equal(after.note.n, before.note.n);
	assert_memory_equal(after.note.data, note, after.note.n);
	assert_true(digest_equal(&after.mark.hash, &before.mark.hash));
	assert_int_equal(log_fixture_append(fixture->log, 3, 100), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, 48);
}

/* The mark leads to the last record, so nothing before it need be read. */
static void opening_at_the_mark_gives_the_same_tree(void **state)
{
	struct log_fixture *fixture = *state;
	struct log_head before, after;
	uint8_t damage = 0xff;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 3, 50), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(log_fixture_append(fixture->log, 7, 50), 0);
	before = log_fixture_head(fixture->log);
	fixture->options.known = &before.mark;
	log_fixture_write(fixture, 0, 300, &damage, 1);
	assert_int_equal(log_fixture_open(fixture), 0);
	after = log_fixture_head(fixture->log);
	assert_int_equal(after.size, 38);
	assert_true(digest_equal(&after.root, &before.root));
	assert_int_equal(log_fixture_append(fixture->log, 1, 50), 0);
	fixture->options.known = NULL;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
}

/* The caller's mark may be older than the last record. */
static void records_after_the_mark_are_found(void **state)
{
	struct log_fixture *fixture = *state;
	struct log_mark mark;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 2, 50), 0);
	mark = log_fixture_head(fixture->log).mark;
	for (int i = 0; i < 40; i++)
		assert_int_equal(log_fixture_append(fixture->log, 4, 1000), 0);
	assert_true(log_fixture_head(fixture->log).mark.position.segment > 2);
	fixture->options.known = &mark;
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, 162);
}

static void every_receipt_of_a_group_verifies(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t blob[6][40];
	struct log_item items[6];
	struct log_head head;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 5, 50), 0);
	for (size_t i = 0; i < 6; i++)
		items[i] = log_fixture_item(blob[i], 40, (uint8_t)i);
	assert_int_equal(log_append(fixture->log, items, 6), 0);
	head = log_fixture_head(fixture->log);
	for (size_t i = 0; i < 6; i++) {
		uint8_t bytes[ENTRY_MAX_BYTES];
		struct bytes entry = { bytes, ENTRY_HEADER_BYTES };
		char *text = malloc(RECEIPT_MAX_BYTES);
		struct receipt receipt;
		struct checkpoint checkpoint;

		assert_non_null(text);
		assert_int_equal(items[i].entry.seq, 5 + i);
		assert_int_equal(items[i].ret_position.index_in_batch, i);
		entry_encode(&items[i].entry, bytes);
		assert_int_equal(log_receipt(fixture->log, 5 + i, &receipt), 0);
		receipt_print(&receipt, text);
		assert_int_equal(receipt_verify(
			(struct bytes){ (uint8_t *)text, receipt_bytes(&receipt) },
			entry, head.vkey, &checkpoint), 0);
		assert_int_equal(checkpoint.size, 11);
		bytes[24] ^= 1;
		assert_int_equal(receipt_verify(
			(struct bytes){ (uint8_t *)text, receipt_bytes(&receipt) },
			entry, head.vkey, &checkpoint), RECEIPT_E_PROOF);
		free(text);
	}
	assert_int_equal(log_receipt(fixture->log, 4, &(struct receipt){ 0 }),
			 -ERANGE);
	assert_int_equal(log_receipt(fixture->log, 11, &(struct receipt){ 0 }),
			 -ERANGE);
}

/* An old entry needs its record alone, and no other file or index. */
static void an_old_entry_has_a_receipt_from_its_record(void **state)
{
	struct log_fixture *fixture = *state;
	CLEANUP(log_reader_close) struct log_reader *reader = NULL;
	CLEANUP(merkle_tree_done) struct merkle_tree tree = { 0 };
	uint8_t blob[3][30];
	struct log_item items[3];
	struct segment_record record;
	struct segment_item item;
	struct log_problem problem;
	struct receipt receipt;
	struct checkpoint checkpoint;
	struct digest leaf;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 11, 50), 0);
	for (size_t i = 0; i < 3; i++)
		items[i] = log_fixture_item(blob[i], 30, (uint8_t)(i + 1));
	assert_int_equal(log_append(fixture->log, items, 3), 0);
	for (int i = 0; i < 60; i++)
		assert_int_equal(log_fixture_append(fixture->log, 9, 400), 0);
	assert_int_equal(log_reader_open(fixture->folder,
					 (struct log_position){ 0, 0, 0 },
					 &reader), 0);
	assert_int_equal(log_reader_entry(reader, items[1].ret_position, &record,
					  &item, &problem), 0);
	assert_int_equal(item.blob.n, 30);
	assert_memory_equal(item.blob.data, blob[1], 30);
	assert_int_equal(receipt_from_record(&record, 1, &tree, &receipt), 0);
	assert_int_equal(receipt.index, 12);
	assert_int_equal(checkpoint_open(
		receipt.note, log_fixture_head(fixture->log).vkey, &checkpoint), 0);
	leaf = merkle_leaf(item.entry);
	assert_true(merkle_verify_inclusion(12, checkpoint.size, &leaf,
					    &receipt.path, &checkpoint.root));
	assert_int_equal(receipt_from_record(&record, 3, &tree, &receipt),
			 -ERANGE);
}

/* Each record, from the first to the last, as an auditor reads them. */
static uint64_t verify_all(const struct log_fixture *fixture,
			   const struct vkey *vkey)
{
	CLEANUP(log_reader_close) struct log_reader *reader = NULL;
	struct segment_record record;
	struct segment_state audit;
	struct log_problem problem;
	int r;

	segment_state_init(&audit);
	assert_int_equal(log_reader_open(fixture->folder,
					 (struct log_position){ 0, 0, 0 },
					 &reader), 0);
	while ((r = log_reader_next(reader, &record, &problem)) == 0)
		assert_int_equal(segment_verify(&record, vkey, &audit),
				 SEGMENT_SOUND);
	assert_int_equal(r, LOG_READER_END);
	assert_false(log_reader_unfinished(reader));
	return audit.frontier.size;
}

static void many_segments_read_as_one_log(void **state)
{
	struct log_fixture *fixture = *state;
	struct log_head head;

	assert_int_equal(log_fixture_open(fixture), 0);
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(log_fixture_append(fixture->log, 1 + i % 3,
						    1 + i * 7 % 2000), 0);
	head = log_fixture_head(fixture->log);
	assert_true(head.mark.position.segment >= 8);
	assert_int_equal(verify_all(fixture, head.vkey), head.size);
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, 600);
}

/* What may be in a group is known beforehand: this and not one byte more. */
static size_t largest_blob(const struct log *log)
{
	size_t n = 0;

	for (size_t step = SEGMENT_MIN_BYTES; step > 0; step /= 2)
		if (log_group_fits(log, 1, ENTRY_HEADER_BYTES + n + step))
			n += step;
	return n;
}

static void the_largest_group_fits_and_one_byte_more_does_not(void **state)
{
	struct log_fixture *fixture = *state;
	struct log_head head;
	size_t n;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 1, 100), 0);
	n = largest_blob(fixture->log);
	assert_in_range(n, SEGMENT_MIN_BYTES - 3500, SEGMENT_MIN_BYTES);
	assert_int_equal(log_fixture_append(fixture->log, 1, n - 1), 0);
	assert_int_equal(log_fixture_append(fixture->log, 1, n), 0);
	head = log_fixture_head(fixture->log);
	assert_int_equal(log_fixture_append(fixture->log, 1, n + 1), LOG_E_UNFIT);
	assert_int_equal(log_fixture_head(fixture->log).size, head.size);
	assert_int_equal(log_fixture_append(fixture->log, 1, 10), 0);
	assert_int_equal(verify_all(fixture, head.vkey), 4);
}

static void a_group_has_at_most_4096_entries(void **state)
{
	struct log_fixture *fixture = *state;

	fixture->options.segment_bytes = 16 * 1024 * 1024;
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 4097, 1), LOG_E_UNFIT);
	assert_int_equal(log_fixture_append(fixture->log, 4096, 1), 0);
	assert_int_equal(log_fixture_append(fixture->log, 4095, 1), 0);
	assert_int_equal(log_append(fixture->log, NULL, 0), LOG_E_UNFIT);
	assert_true(log_group_fits(fixture->log, 4096, 1));
	assert_false(log_group_fits(fixture->log, 4097, 1));
	assert_false(log_group_fits(fixture->log, 0, 1));
	assert_false(log_group_fits(fixture->log, 1, SIZE_MAX));
	assert_int_equal(log_fixture_head(fixture->log).size, 8191);
}

static void an_entry_that_breaks_its_type_leaves_the_log_as_it_was(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t blob[2][10];
	struct log_item items[2];

	assert_int_equal(log_fixture_open(fixture), 0);
	items[0] = log_fixture_item(blob[0], 10, 1);
	items[1] = log_fixture_item(blob[1], 10, 1);
	items[1].entry.policy_hash = (struct digest){ { 0 } };
	assert_int_equal(log_append(fixture->log, items, 2), LOG_E_UNFIT);
	assert_int_equal(log_fixture_head(fixture->log).size, 0);
	assert_int_equal(log_append(fixture->log, items, 1), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, 1);
}

static void time_never_runs_backwards(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t blob[10];
	struct log_item item;

	assert_int_equal(log_fixture_open(fixture), 0);
	item = log_fixture_item(blob, 10, 1);
	item.entry.time_ms = 5000;
	assert_int_equal(log_append(fixture->log, &item, 1), 0);
	item.entry.time_ms = 4000;
	assert_int_equal(log_append(fixture->log, &item, 1), 0);
	assert_int_equal(item.entry.time_ms, 5000);
	assert_int_equal(log_fixture_open(fixture), 0);
	item.entry.time_ms = 3000;
	assert_int_equal(log_append(fixture->log, &item, 1), 0);
	assert_int_equal(item.entry.time_ms, 5000);
	item.entry.time_ms = 5001;
	assert_int_equal(log_append(fixture->log, &item, 1), 0);
	assert_int_equal(item.entry.time_ms, 5001);
}

static void a_second_writer_is_turned_away(void **state)
{
	struct log_fixture *fixture = *state;
	struct log *second = NULL;
	struct log_report report;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_open(&fixture->options, &second, &report),
			 LOG_E_BUSY);
	assert_null(second);
}

static void options_out_of_range_are_refused(void **state)
{
	struct log_fixture *fixture = *state;

	fixture->options.segment_bytes = SEGMENT_MIN_BYTES - 512;
	assert_int_equal(log_fixture_open(fixture), -EINVAL);
	fixture->options.segment_bytes = SEGMENT_MIN_BYTES + 1;
	assert_int_equal(log_fixture_open(fixture), -EINVAL);
	fixture->options.segment_bytes = SEGMENT_MAX_BYTES + 512ULL;
	assert_int_equal(log_fixture_open(fixture), -EINVAL);
	fixture->options.segment_bytes = SEGMENT_MIN_BYTES;
	fixture->options.origin = "Not Ours";
	assert_int_equal(log_fixture_open(fixture), -EINVAL);
	fixture->options.origin = "a";
	assert_int_equal(log_fixture_open(fixture), 0);
}

static void the_size_of_segments_may_change(void **state)
{
	struct log_fixture *fixture = *state;
	struct stat status;
	struct log_head head;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 9, 4000), 0);
	fixture->options.segment_bytes = 2 * SEGMENT_MIN_BYTES;
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 20, 5000), 0);
	assert_int_equal(stat(log_fixture_segment(fixture, 1), &status), 0);
	assert_int_equal(status.st_size, 2 * SEGMENT_MIN_BYTES);
	fixture->options.segment_bytes = SEGMENT_MIN_BYTES;
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 9, 4000), 0);
	head = log_fixture_head(fixture->log);
	assert_int_equal(verify_all(fixture, head.vkey), 38);
}

/* A reader beside the writer sees only whole, sound, signed records. */
static void a_reader_keeps_up_with_a_writer(void **state)
{
	struct log_fixture *fixture = *state;
	CLEANUP(log_reader_close) struct log_reader *reader = NULL;
	struct segment_state audit;
	struct segment_record record;
	struct log_problem problem;
	struct vkey vkey;
	int r = 0, status = 1;
	pid_t writer;

	assert_int_equal(log_fixture_open(fixture), 0);
	vkey = *log_fixture_head(fixture->log).vkey;
	writer = fork();
	assert_true(writer >= 0);
	if (writer == 0) {
		for (size_t i = 0; i < 400 && r == 0; i++)
			r = log_fixture_append(fixture->log, 1 + i % 4,
					       i * 13 % 3000 + 1);
		_exit(r == 0 ? 0 : 1);
	}
	segment_state_init(&audit);
	assert_int_equal(log_reader_open(fixture->folder,
					 (struct log_position){ 0, 0, 0 },
					 &reader), 0);
	while (audit.frontier.size < 1000) {
		r = log_reader_next(reader, &record, &problem);
		if (r == LOG_READER_END)
			continue;
		assert_int_equal(r, 0);
		assert_int_equal(segment_verify(&record, &vkey, &audit),
				 SEGMENT_SOUND);
	}
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
	assert_int_equal(log_reader_next(reader, &record, &problem),
			 LOG_READER_END);
}

#define WITH_LOG(test) \
	cmocka_unit_test_setup_teardown(test, log_fixture_setup, \
					log_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LOG(a_new_log_is_empty_and_signed),
		WITH_LOG(what_was_appended_is_there_after_opening_again),
		WITH_LOG(opening_at_the_mark_gives_the_same_tree),
		WITH_LOG(records_after_the_mark_are_found),
		WITH_LOG(every_receipt_of_a_group_verifies),
		WITH_LOG(an_old_entry_has_a_receipt_from_its_record),
		WITH_LOG(many_segments_read_as_one_log),
		WITH_LOG(the_largest_group_fits_and_one_byte_more_does_not),
		WITH_LOG(a_group_has_at_most_4096_entries),
		WITH_LOG(an_entry_that_breaks_its_type_leaves_the_log_as_it_was),
		WITH_LOG(time_never_runs_backwards),
		WITH_LOG(a_second_writer_is_turned_away),
		WITH_LOG(options_out_of_range_are_refused),
		WITH_LOG(the_size_of_segments_may_change),
		WITH_LOG(a_reader_keeps_up_with_a_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
