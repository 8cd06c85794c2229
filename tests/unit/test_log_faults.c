/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/log_fixture.h"

/*
 * Five groups of two small entries in the first segment: what stands where, and
 * the bytes of the whole file, to start each damage from.
 */
struct five {
	struct log_head heads[5];
	uint64_t at[6];		/* of the records, and of the end */
	uint8_t file[SEGMENT_MIN_BYTES];
};

static struct five five;

static void write_five(struct log_fixture *fixture)
{
	assert_int_equal(log_fixture_open(fixture), 0);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(log_fixture_append(fixture->log, 2, 20), 0);
		five.heads[i] = log_fixture_head(fixture->log);
		five.at[i] = five.heads[i].mark.position.offset;
	}
	five.at[5] = five.at[4] + (five.at[4] - five.at[3]);
	log_fixture_read(fixture, 0, 0, five.file, sizeof(five.file));
	assert_memory_equal(five.file + five.at[4], "PDR1", 4);
	assert_int_equal(five.file[five.at[5]], 0);
	log_close(&fixture->log);
}

static void put_file(struct log_fixture *fixture, const uint8_t *file)
{
	log_close(&fixture->log);
	log_fixture_write(fixture, 0, 0, file, sizeof(five.file));
}

/* The last group is gone, said so, and the log goes on in its place. */
static void assert_cut(struct log_fixture *fixture)
{
	uint8_t rest[SEGMENT_MIN_BYTES];
	static const uint8_t zeros[SEGMENT_MIN_BYTES];

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, 8);
	assert_int_equal(fixture->report.cut_at.offset,
			 fixture->report.cut ? five.at[4] : 0);
	log_fixture_read(fixture, 0, 0, rest, sizeof(rest));
	assert_memory_equal(rest + five.at[4], zeros, sizeof(rest) - five.at[4]);
}

static uint64_t record_length(const uint8_t *record)
{
	return get_be32(record + 32);
}

static void a_tail_torn_at_any_byte_is_cut_off(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t torn[SEGMENT_MIN_BYTES];
	uint64_t n;

	write_five(fixture);
	n = record_length(five.file + five.at[4]);
	for (uint64_t k = 0; k < n; k++) {
		memcpy(torn, five.file, sizeof(torn));
		memset(torn + five.at[4] + k, 0, sizeof(torn) - five.at[4] - k);
		/* A hash may end in zeros: then nothing is missing. */
		if (memcmp(torn, five.file, sizeof(torn)) == 0)
			continue;
		put_file(fixture, torn);
		assert_cut(fixture);
		assert_int_equal(fixture->report.cut, k > 0);
	}
	assert_int_equal(log_fixture_append(fixture->log, 1, 20), 0);
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, 9);
	put_file(fixture, five.file);
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, 10);
}

/* Sectors of one write reach the disk in any order. */
static void a_tail_with_any_sectors_missing_is_cut_off(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t torn[SEGMENT_MIN_BYTES];
	unsigned n_sectors;

	write_five(fixture);
	n_sectors = (unsigned)((record_length(five.file + five.at[4]) + 511) / 512);
	assert_in_range(n_sectors, 2, 8);
	for (unsigned there = 0; there < (1U << n_sectors) - 1; there++) {
		memcpy(torn, five.file, sizeof(torn));
		for (unsigned i = 0; i < n_sectors; i++)
			if ((there >> i & 1) == 0)
				memset(torn + five.at[4] + i * 512, 0, 512);
		put_file(fixture, torn);
		assert_cut(fixture);
		assert_int_equal(fixture->report.cut, there != 0);
	}
}

/* With the mark, the same damage is known to be no unfinished write. */
static void an_acknowledged_record_is_never_cut_off(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t torn[SEGMENT_MIN_BYTES];
	uint64_t n;

	write_five(fixture);
	fixture->options.known = &five.heads[4].mark;
	n = record_length(five.file + five.at[4]);
	for (uint64_t k = 0; k < n; k += 13) {
		memcpy(torn, five.file, sizeof(torn));
		memset(torn + five.at[4] + k, 0, sizeof(torn) - five.at[4] - k);
		put_file(fixture, torn);
		assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	}
	put_file(fixture, five.file);
	assert_int_equal(log_fixture_open(fixture), 0);
}

static void damage_before_the_end_is_refused_at_every_byte(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t damaged[SEGMENT_MIN_BYTES];

	write_five(fixture);
	for (uint64_t at = five.at[2]; at < five.at[3]; at++) {
		memcpy(damaged, five.file, sizeof(damaged));
		damaged[at] ^= (uint8_t)(1 << at % 8);
		put_file(fixture, damaged);
		assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
		assert_int_equal(fixture->report.problem.position.offset,
				 five.at[2]);
		assert_non_null(strstr(fixture->report.problem.text,
				       "00000000.seg, byte "));
	}
	put_file(fixture, five.file);
	assert_int_equal(log_fixture_open(fixture), 0);
}

static void a_record_set_to_zero_is_refused_when_others_follow(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t damaged[SEGMENT_MIN_BYTES];

	write_five(fixture);
	memcpy(damaged, five.file, sizeof(damaged));
	memset(damaged + five.at[2], 0, five.at[3] - five.at[2]);
	put_file(fixture, damaged);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	memset(damaged, 0, five.at[1]);
	put_file(fixture, damaged);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
}

static void a_record_in_another_place_is_refused(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t moved[SEGMENT_MIN_BYTES];
	uint64_t n;

	write_five(fixture);
	n = five.at[3] - five.at[2];
	memcpy(moved, five.file, sizeof(moved));
	memcpy(moved + five.at[2], five.file + five.at[3], n);
	memcpy(moved + five.at[3], five.file + five.at[2], n);
	put_file(fixture, moved);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_int_equal(fixture->report.problem.fault, SEGMENT_FAULT_POSITION);
}

/* Whoever only reads records must see it, too. */
static void assert_reader_stops(const struct log_fixture *fixture,
				enum segment_fault fault)
{
	CLEANUP(log_reader_close) struct log_reader *reader = NULL;
	struct segment_record record;
	struct log_problem problem;
	int r;

	assert_int_equal(log_reader_open(fixture->folder,
					 (struct log_position){ 0, 0, 0 },
					 &reader), 0);
	do
		r = log_reader_next(reader, &record, &problem);
	while (r == 0);
	assert_int_equal(r, LOG_READER_BAD);
	assert_int_equal(problem.fault, fault);
}

/* Another log under the same key, with the same places, is still another. */
static void a_record_of_another_history_is_refused(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t spliced[SEGMENT_MIN_BYTES], other[SEGMENT_MIN_BYTES];

	write_five(fixture);
	memcpy(other, five.file, sizeof(other));
	memset(spliced, 0, sizeof(spliced));
	memcpy(spliced, five.file, five.at[2]);
	put_file(fixture, spliced);
	assert_int_equal(log_fixture_open(fixture), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(log_fixture_append(fixture->log, 2, 20), 0);
	log_fixture_read(fixture, 0, 0, spliced, sizeof(spliced));
	memcpy(spliced + five.at[3], other + five.at[3],
	       five.at[5] - five.at[3]);
	put_file(fixture, spliced);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_int_equal(fixture->report.problem.fault, SEGMENT_FAULT_CHAIN);
	assert_reader_stops(fixture, SEGMENT_FAULT_CHAIN);
}

static void yesterdays_log_is_refused(void **state)
{
	struct log_fixture *fixture = *state;
	uint8_t old[SEGMENT_MIN_BYTES];

	write_five(fixture);
	memcpy(old, five.file, sizeof(old));
	memset(old + five.at[3], 0, sizeof(old) - five.at[3]);
	fixture->options.known = &five.heads[4].mark;
	put_file(fixture, old);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_non_null(strstr(fixture->report.problem.text, "rolled back"));
	fixture->options.known = &five.heads[3].mark;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	fixture->options.known = &five.heads[2].mark;
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 2, 20), 0);
	/* The same place, the same size, but another record. */
	fixture->options.known = &five.heads[3].mark;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_non_null(strstr(fixture->report.problem.text, "replaced"));
}

static void a_mark_that_is_wrong_in_any_part_is_refused(void **state)
{
	struct log_fixture *fixture = *state;
	struct log_mark mark;

	write_five(fixture);
	fixture->options.known = &mark;
	mark = five.heads[4].mark;
	mark.size--;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	mark = five.heads[4].mark;
	mark.hash.bytes[31] ^= 1;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	mark = five.heads[4].mark;
	mark.position.offset = five.at[3];
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	mark.position.offset = five.at[4] + 1;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	mark.position.offset = UINT64_MAX - 100;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	mark = five.heads[4].mark;
	assert_int_equal(log_fixture_open(fixture), 0);
}

static void fill_segments(struct log_fixture *fixture)
{
	assert_int_equal(log_fixture_open(fixture), 0);
	for (int i = 0; i < 40; i++)
		assert_int_equal(log_fixture_append(fixture->log, 4, 2000), 0);
	five.heads[0] = log_fixture_head(fixture->log);
	assert_in_range(five.heads[0].mark.position.segment, 4, 9);
	log_close(&fixture->log);
}

static void a_missing_file_is_refused(void **state)
{
	struct log_fixture *fixture = *state;
	uint32_t last;

	fill_segments(fixture);
	last = five.heads[0].mark.position.segment;
	assert_int_equal(unlink(log_fixture_segment(fixture, 1)), 0);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_non_null(strstr(fixture->report.problem.text, "00000001.seg"));
	for (uint32_t i = 2; i <= last; i++)
		assert_int_equal(unlink(log_fixture_segment(fixture, i)), 0);
	fixture->options.known = &five.heads[0].mark;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_non_null(strstr(fixture->report.problem.text, "rolled back"));
	assert_int_equal(unlink(log_fixture_segment(fixture, 0)), 0);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	/* Even without the mark: the key has signed what is not there. */
	fixture->options.known = NULL;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
}

static void a_shortened_file_is_refused(void **state)
{
	struct log_fixture *fixture = *state;

	write_five(fixture);
	assert_int_equal(truncate(log_fixture_segment(fixture, 0),
				  (off_t)(five.at[4] + 512)), 0);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_int_equal(fixture->report.problem.fault, SEGMENT_FAULT_LENGTH);
}

/* A crash between taking the next file into use and its first record. */
static void an_empty_last_file_is_no_damage(void **state)
{
	struct log_fixture *fixture = *state;
	static const uint8_t zeros[SEGMENT_MIN_BYTES];
	struct log_head head;
	FILE *file;

	write_five(fixture);
	file = fopen(log_fixture_segment(fixture, 1), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(zeros, sizeof(zeros), 1, file), 1);
	fclose(file);
	assert_int_equal(log_fixture_open(fixture), 0);
	head = log_fixture_head(fixture->log);
	assert_int_equal(head.size, 10);
	assert_int_equal(log_fixture_append(fixture->log, 2, 20), 0);
	assert_int_equal(log_fixture_head(fixture->log).mark.position.segment, 1);
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, 12);
}

/* A file that was left behind was whole: its end is no place for a tear. */
static void a_torn_record_in_a_file_left_behind_is_refused(void **state)
{
	struct log_fixture *fixture = *state;
	static const uint8_t zeros[SEGMENT_MIN_BYTES];
	FILE *file;

	write_five(fixture);
	file = fopen(log_fixture_segment(fixture, 1), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(zeros, sizeof(zeros), 1, file), 1);
	fclose(file);
	log_fixture_write(fixture, 0, five.at[4] + 600, zeros, 1000);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_int_equal(fixture->report.problem.fault, SEGMENT_FAULT_HASH);
}

static void another_key_is_refused(void **state)
{
	struct log_fixture *fixture = *state;
	struct log_fixture *other;

	write_five(fixture);
	assert_int_equal(log_fixture_setup((void **)&other), 0);
	assert_int_equal(log_fixture_open(other), 0);
	fixture->options.key_file = other->key_file;
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_int_equal(fixture->report.problem.fault, SEGMENT_FAULT_SIGNATURE);
	fixture->options.key_file = fixture->key_file;
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_teardown((void **)&other), 0);
}

static void a_key_that_is_missing_or_open_to_others_is_refused(void **state)
{
	struct log_fixture *fixture = *state;

	write_five(fixture);
	assert_int_equal(chmod(fixture->key_file, 0640), 0);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_int_equal(chmod(fixture->key_file, 0604), 0);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_int_equal(chmod(fixture->key_file, 0600), 0);
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(unlink(fixture->key_file), 0);
	assert_int_equal(log_fixture_open(fixture), LOG_E_REFUSED);
	assert_non_null(strstr(fixture->report.problem.text, "key file"));
	assert_int_not_equal(access(fixture->key_file, F_OK), 0);
}

/* Files may not grow beyond this: the system's own way to run out of room. */
static void limit_files(rlim_t n_bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = n_bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void no_room_leaves_the_log_as_it_was_until_there_is_some(void **state)
{
	struct log_fixture *fixture = *state;
	struct log_head head = { 0 };
	size_t n_appended = 0;
	char path[128];
	int r = 0;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 1, 20), 0);
	fixture->options.segment_bytes = 2 * SEGMENT_MIN_BYTES;
	assert_int_equal(log_fixture_open(fixture), 0);
	limit_files(SEGMENT_MIN_BYTES);
	while (r == 0) {
		head = log_fixture_head(fixture->log);
		r = log_fixture_append(fixture->log, 1, 3000);
		n_appended += r == 0;
	}
	assert_int_equal(r, LOG_E_NO_ROOM);
	/* The file in use was filled to its end all the same. */
	assert_in_range(n_appended, 14, 16);
	assert_int_equal(log_fixture_head(fixture->log).size, head.size);
	assert_int_equal(log_fixture_append(fixture->log, 1, 3000),
			 LOG_E_NO_ROOM);
	/* What could not be finished is given back to the disk. */
	snprintf(path, sizeof(path), "%s/next.tmp", fixture->folder);
	assert_int_not_equal(access(path, F_OK), 0);
	limit_files(RLIM_INFINITY);
	assert_int_equal(log_fixture_append(fixture->log, 1, 3000), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, head.size + 1);
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, head.size + 1);
}

static void a_new_log_without_room_is_not_begun(void **state)
{
	struct log_fixture *fixture = *state;

	limit_files(SEGMENT_MIN_BYTES - 1);
	assert_int_equal(log_fixture_open(fixture), LOG_E_NO_ROOM);
	assert_int_not_equal(access(fixture->key_file, F_OK), 0);
	limit_files(RLIM_INFINITY);
	assert_int_equal(log_fixture_open(fixture), 0);
}

static void a_write_that_fails_is_final(void **state)
{
	struct log_fixture *fixture = *state;

	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_append(fixture->log, 1, 20), 0);
	limit_files(1024);
	assert_int_equal(log_fixture_append(fixture->log, 1, 3000), -EFBIG);
	limit_files(RLIM_INFINITY);
	assert_int_equal(log_fixture_append(fixture->log, 1, 20), -EFBIG);
	assert_int_equal(log_fixture_head(fixture->log).size, 1);
	assert_int_equal(log_fixture_open(fixture), 0);
	assert_int_equal(log_fixture_head(fixture->log).size, 1);
	assert_int_equal(log_fixture_append(fixture->log, 1, 20), 0);
}

#define WITH_LOG(test) \
	cmocka_unit_test_setup_teardown(test, log_fixture_setup, \
					log_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LOG(a_tail_torn_at_any_byte_is_cut_off),
		WITH_LOG(a_tail_with_any_sectors_missing_is_cut_off),
		WITH_LOG(an_acknowledged_record_is_never_cut_off),
		WITH_LOG(damage_before_the_end_is_refused_at_every_byte),
		WITH_LOG(a_record_set_to_zero_is_refused_when_others_follow),
		WITH_LOG(a_record_in_another_place_is_refused),
		WITH_LOG(a_record_of_another_history_is_refused),
		WITH_LOG(yesterdays_log_is_refused),
		WITH_LOG(a_mark_that_is_wrong_in_any_part_is_refused),
		WITH_LOG(a_missing_file_is_refused),
		WITH_LOG(a_shortened_file_is_refused),
		WITH_LOG(an_empty_last_file_is_no_damage),
		WITH_LOG(a_torn_record_in_a_file_left_behind_is_refused),
		WITH_LOG(another_key_is_refused),
		WITH_LOG(a_key_that_is_missing_or_open_to_others_is_refused),
		WITH_LOG(no_room_leaves_the_log_as_it_was_until_there_is_some),
		WITH_LOG(a_new_log_without_room_is_not_begun),
		WITH_LOG(a_write_that_fails_is_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
