/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/audit_try.h"

/*
 * A replay that was interrupted, and went on. Damage behind what is done
 * interrupts it at a place that is known.
 */
#define N_ENTRIES 1204	/* 2 enactments, 2 * 600 decisions, 2 that differ */
#define DAMAGED "blob/x001/100"

static char state_path[128];

static void begin(struct audit_log *log)
{
	audit_log_begin(log);
	audit_log_enact(log, 0, AUDIT_SOUND);
	audit_log_enact(log, 1, AUDIT_SOUND);
	audit_log_decide(log, 0, 1, AUDIT_RESULT);
	for (size_t i = 0; i < 24; i++)
		audit_log_decide(log, i % 2, 50, AUDIT_SOUND);
	audit_log_decide(log, 1, 1, AUDIT_RESULT);
	snprintf(state_path, sizeof(state_path), "%s", audit_path(log, "state"));
	unlink(state_path);
	assert_int_equal(audit_export_fresh(log), 0);
}

/* Entries that the state says are done. */
static uint64_t n_done(void)
{
	struct bytes state = audit_file_read(state_path);
	uint64_t n = get_be64(state.data + 36);

	free((void *)(uintptr_t)state.data);
	return n;
}

static void interrupt(struct audit_log *log)
{
	begin(log);
	audit_flip(log, DAMAGED, 77);
	assert_int_equal(audit_replay_resumed(log->out, state_path), AUDIT_FINDING);
	assert_true(audit_found(1100, DAMAGED, ""));
	assert_int_equal(n_done(), 1100);
	audit_flip(log, DAMAGED, 77);
}

static void an_interrupted_replay_ends_with_the_report_of_one_go(void **state)
{
	struct audit_log *log = *state;
	struct replay_report whole;

	interrupt(log);
	assert_int_equal(audit_replay(log->out, 0, UINT64_MAX), 0);
	whole = audit_try.replayed;
	assert_int_equal(whole.n_same, 1200);
	assert_int_equal(whole.n_named, 2);
	assert_int_equal(audit_replay_resumed(log->out, state_path), 0);
	assert_memory_equal(&audit_try.replayed, &whole, sizeof(whole));
	assert_int_equal(n_done(), N_ENTRIES);
	assert_int_equal(audit_replay_resumed(log->out, state_path), 0);
	assert_memory_equal(&audit_try.replayed, &whole, sizeof(whole));
}

/* The count of same ones is raised by hand, and is still raised at the end. */
static void what_was_done_is_not_done_again(void **state)
{
	struct audit_log *log = *state;
	struct bytes kept;
	struct digest sum;
	uint8_t *data;

	interrupt(log);
	kept = audit_file_read(state_path);
	data = (uint8_t *)(uintptr_t)kept.data;
	put_be64(data + 76, get_be64(data + 76) + 1000000);
	sum = digest_of((struct bytes){ data, kept.n - DIGEST_BYTES });
	memcpy(data + kept.n - DIGEST_BYTES, sum.bytes, DIGEST_BYTES);
	audit_file_write(state_path, kept);
	free(data);
	assert_int_equal(audit_replay_resumed(log->out, state_path), 0);
	assert_int_equal(audit_try.replayed.n_same, 1001200);
}

static void a_log_that_has_grown_is_replayed_on(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	assert_int_equal(audit_replay_resumed(log->store, state_path), 0);
	audit_log_decide(log, 0, 5, AUDIT_SOUND);
	assert_int_equal(audit_replay_resumed(log->store, state_path), 0);
	assert_int_equal(audit_try.replayed.n_same, 1205);
	assert_int_equal(n_done(), N_ENTRIES + 5);
}

static void each_changed_byte_of_a_state_is_refused(void **state)
{
	struct audit_log *log = *state;
	struct bytes kept;
	uint8_t *data;

	begin(log);
	assert_int_equal(audit_replay_resumed(log->store, state_path), 0);
	kept = audit_file_read(state_path);
	data = (uint8_t *)(uintptr_t)kept.data;
	for (size_t i = 0; i < kept.n; i++) {
		data[i] ^= 1;
		audit_file_write(state_path, kept);
		data[i] ^= 1;
		assert_int_equal(audit_replay_resumed(log->store, state_path),
				 AUDIT_FINDING);
		assert_true(audit_found(AUDIT_NO_ENTRY, state_path, "was changed"));
	}
	kept.n--;
	audit_file_write(state_path, kept);
	free(data);
	assert_int_equal(audit_replay_resumed(log->store, state_path),
			 AUDIT_FINDING);
}

static void a_state_of_another_range_is_refused(void **state)
{
	struct audit_log *log = *state;
	const struct replay_request request = {
		.path = log->store, .to = 7, .state = state_path,
	};

	begin(log);
	assert_int_equal(audit_replay_resumed(log->store, state_path), 0);
	audit_try.r = replay_log(&request, &audit_try.replayed, &audit_try.finding);
	assert_true(audit_found(AUDIT_NO_ENTRY, state_path, "another range"));
}

static void a_log_with_another_past_than_its_state_is_a_split_view(void **state)
{
	struct audit_log *log = *state;
	struct bytes before;
	char segment[128];

	begin(log);
	snprintf(segment, sizeof(segment), "%s/log/00000000.seg", log->store);
	before = audit_file_read(segment);
	audit_log_decide(log, 0, 5, AUDIT_SOUND);
	assert_int_equal(audit_replay_resumed(log->store, state_path), 0);
	audit_file_write(segment, before);
	free((void *)(uintptr_t)before.data);
	assert_int_equal(audit_replay_resumed(log->store, state_path),
			 AUDIT_FINDING);
	assert_true(audit_found(AUDIT_NO_ENTRY, state_path, "rolled back"));
	audit_log_reopen(log);
	audit_log_decide(log, 1, 5, AUDIT_SOUND);
	assert_int_equal(audit_replay_resumed(log->store, state_path),
			 AUDIT_FINDING);
	assert_true(audit_found(AUDIT_NO_ENTRY, state_path, "split view"));
	assert_int_equal(n_done(), N_ENTRIES + 5);
}

static void where_no_state_can_be_kept_the_replay_ends(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	snprintf(state_path, sizeof(state_path), "%s/nowhere/state", log->root);
	assert_int_equal(audit_replay_resumed(log->store, state_path), -EROFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_interrupted_replay_ends_with_the_report_of_one_go),
		cmocka_unit_test(what_was_done_is_not_done_again),
		cmocka_unit_test(a_log_that_has_grown_is_replayed_on),
		cmocka_unit_test(each_changed_byte_of_a_state_is_refused),
		cmocka_unit_test(a_state_of_another_range_is_refused),
		cmocka_unit_test(
			a_log_with_another_past_than_its_state_is_a_split_view),
		cmocka_unit_test(where_no_state_can_be_kept_the_replay_ends),
	};

	return cmocka_run_group_tests(tests, audit_log_setup, audit_log_teardown);
}
