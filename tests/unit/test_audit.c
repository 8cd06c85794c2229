/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/audit_try.h"

/* ---- Sound logs ---- */

static void a_sound_store_verifies(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 20);
	assert_int_equal(audit_verify(log->store, NULL, 42), 0);
	assert_int_equal(audit_try.verified.head.size, 42);
	assert_int_equal(audit_try.verified.n_of_type[ENTRY_DECISION], 40);
	assert_int_equal(audit_try.verified.n_of_type[ENTRY_POLICY_PUBLISH], 2);
	assert_false(audit_try.verified.key.from_outside);
}

static void its_export_verifies_and_has_the_same_root(void **state)
{
	struct audit_log *log = *state;
	struct digest root;

	audit_log_begin(log);
	audit_log_fill(log, 20);
	assert_int_equal(audit_verify(log->store, NULL, 0), 0);
	root = audit_try.verified.head.root;
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(audit_verify(log->out, NULL, 42), 0);
	assert_memory_equal(&root, &audit_try.verified.head.root, sizeof(root));
	assert_int_equal(audit_try.verified.head.n_other, 0);
}

static void a_log_without_entries_is_sound_and_has_nothing_to_export(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	assert_int_equal(audit_verify(log->store, NULL, 0), 0);
	assert_int_equal(audit_try.verified.head.size, 0);
	assert_int_equal(audit_export(log), EXPORT_E_EMPTY);
	assert_int_not_equal(access(log->out, F_OK), 0);
}

static void only_the_owner_can_open_an_export(void **state)
{
	struct audit_log *log = *state;
	struct stat status;

	audit_log_begin(log);
	audit_log_fill(log, 1);
	assert_int_equal(mkdir(log->out, 0755), 0);
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(stat(log->out, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_int_equal(stat(audit_out_path(log, "blob/002"), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

/* Sizes at which tiles begin, fill up, and reach the next level. */
static void exports_of_every_critical_size_verify(void **state)
{
	static const size_t sizes[] = { 1, 2, 255, 256, 257, 511, 512, 513 };
	struct audit_log *log = *state;

	audit_log_begin(log);
	for (size_t i = 0, size = 0; i < ARRAY_LENGTH(sizes); size = sizes[i++]) {
		audit_log_boot(log, sizes[i] - size);
		assert_int_equal(audit_export_fresh(log), 0);
		assert_int_equal(audit_verify(log->out, NULL, sizes[i]), 0);
		assert_int_equal(audit_try.verified.head.size, sizes[i]);
	}
}

static void a_log_of_three_levels_of_tiles_verifies(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_boot(log, 66000);
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(access(audit_out_path(log, "tile/2/000.p/1"), F_OK), 0);
	assert_int_equal(audit_verify(log->out, NULL, 66000), 0);
	audit_flip(log, "tile/0/100", 9);
	assert_int_equal(audit_verify(log->out, NULL, 0), AUDIT_FINDING);
	assert_true(audit_found(25600, "tile/0/100", "not the tile"));
	audit_flip(log, "tile/0/100", 9);
	audit_flip(log, "tile/1/000", 9);
	assert_int_equal(audit_verify(log->out, NULL, 0), AUDIT_FINDING);
	assert_true(audit_found(0, "tile/1/000", "not the tile"));
	audit_flip(log, "tile/1/000", 9);
	audit_flip(log, "tile/1/001.p/1", 9);
	assert_int_equal(audit_verify(log->out, NULL, 0), AUDIT_FINDING);
	assert_true(audit_found(65536, "tile/1/001.p/1", "tile/0/256"));
}

/* ---- Growing ---- */

static void an_export_grows_with_its_log(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 10);
	assert_int_equal(audit_export(log), 0);
	audit_log_decide(log, 0, 5, AUDIT_SOUND);
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(audit_try.exported.old_size, 22);
	assert_int_equal(access(audit_out_path(log, "tile/0/000.p/22"), F_OK), 0);
	assert_int_equal(audit_verify(log->out, NULL, 27), 0);
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(audit_verify(log->out, NULL, 27), 0);
}

static void a_tile_of_an_earlier_checkpoint_is_still_held_to_the_log(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 10);
	assert_int_equal(audit_export(log), 0);
	audit_log_decide(log, 0, 5, AUDIT_SOUND);
	assert_int_equal(audit_export(log), 0);
	audit_flip(log, "tile/0/000.p/22", 8);
	assert_int_equal(audit_verify(log->out, NULL, 0), AUDIT_FINDING);
	assert_true(audit_found(0, "tile/0/000.p/22", "earlier checkpoint"));
	audit_flip(log, "tile/0/000.p/22", 8);
	audit_flip(log, "tile/entries/000.p/22", 80);
	assert_int_equal(audit_verify(log->out, NULL, 0), AUDIT_FINDING);
	assert_true(audit_found(0, "tile/entries/000.p/22", "earlier checkpoint"));
}

static void a_log_that_was_rolled_back_does_not_extend_its_export(void **state)
{
	struct audit_log *log = *state;
	char segment[128];
	struct bytes before;

	audit_log_begin(log);
	audit_log_fill(log, 3);
	snprintf(segment, sizeof(segment), "%s/log/00000000.seg", log->store);
	before = audit_file_read(segment);
	audit_log_decide(log, 0, 3, AUDIT_SOUND);
	assert_int_equal(audit_export(log), 0);
	audit_file_write(segment, before);
	free((void *)(uintptr_t)before.data);
	assert_int_equal(audit_export(log), AUDIT_FINDING);
	assert_true(audit_found(AUDIT_NO_ENTRY, "checkpoint", "11 entries"));
	assert_int_equal(audit_verify(log->out, NULL, 11), 0);
}

static void a_log_with_another_past_does_not_extend_an_export(void **state)
{
	struct audit_log *log = *state;
	struct bytes before;
	char segment[128];

	audit_log_begin(log);
	audit_log_fill(log, 3);
	snprintf(segment, sizeof(segment), "%s/log/00000000.seg", log->store);
	before = audit_file_read(segment);
	audit_log_decide(log, 0, 3, AUDIT_SOUND);
	assert_int_equal(audit_export(log), 0);
	audit_file_write(segment, before);
	free((void *)(uintptr_t)before.data);
	audit_log_reopen(log);
	audit_log_decide(log, 1, 4, AUDIT_SOUND);
	assert_int_equal(audit_export(log), AUDIT_FINDING);
	assert_int_equal(audit_verify(log->out, NULL, 11), 0);
}

/* Without contents there is only the tree to tell. */
static void a_tree_with_another_past_does_not_extend_an_export(void **state)
{
	struct audit_log *log = *state;
	struct bytes before;
	char segment[128];

	audit_log_begin(log);
	audit_log_boot(log, 3);
	snprintf(segment, sizeof(segment), "%s/log/00000000.seg", log->store);
	before = audit_file_read(segment);
	audit_log_boot(log, 3);
	assert_int_equal(audit_export(log), 0);
	audit_file_write(segment, before);
	free((void *)(uintptr_t)before.data);
	audit_log_reopen(log);
	audit_log_boot(log, 5);
	assert_int_equal(audit_export(log), AUDIT_FINDING);
	assert_true(audit_found(AUDIT_NO_ENTRY, "checkpoint", "does not continue"));
	assert_int_equal(audit_verify(log->out, NULL, 6), 0);
}

static void an_export_that_was_interrupted_is_finished(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 10);
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(unlink(audit_out_path(log, "checkpoint")), 0);
	assert_int_equal(truncate(audit_out_path(log, "blob/004"), 3), 0);
	assert_int_equal(audit_verify(log->out, NULL, 0), AUDIT_FINDING);
	assert_true(audit_found(AUDIT_NO_ENTRY, "checkpoint", "missing"));
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(audit_verify(log->out, NULL, 22), 0);
}

static void a_folder_with_something_else_is_refused_and_left_alone(void **state)
{
	struct audit_log *log = *state;
	static const uint8_t letter[] = "dear all";

	audit_log_begin(log);
	audit_log_fill(log, 1);
	assert_int_equal(mkdir(log->out, 0755), 0);
	audit_file_write(audit_out_path(log, "letter"),
			 (struct bytes){ letter, sizeof(letter) });
	assert_int_equal(audit_export(log), EXPORT_E_FOREIGN);
	assert_int_not_equal(access(audit_out_path(log, "vkeys"), F_OK), 0);
}

/* ---- While a daemon writes ---- */

static void *append_for_a_while(void *context)
{
	struct audit_log *log = context;

	for (int i = 0; i < 150; i++)
		audit_log_decide(log, (size_t)i % 2, 1 + (size_t)i % 5, AUDIT_SOUND);
	digest_stop();
	return NULL;
}

static void reading_while_a_writer_appends_finds_nothing(void **state)
{
	struct audit_log *log = *state;
	uint64_t size = 0;
	pthread_t writer;

	audit_log_begin(log);
	audit_log_fill(log, 1);
	assert_int_equal(pthread_create(&writer, NULL, append_for_a_while, log), 0);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(audit_export(log), 0);
		assert_true(audit_try.exported.head.size >= size);
		size = audit_try.exported.head.size;
		assert_int_equal(audit_verify(log->out, NULL, size), 0);
		assert_int_equal(audit_verify(log->store, NULL, size), 0);
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(audit_verify(log->out, NULL, 454), 0);
}

/* ---- Replay ---- */

static void every_decision_replays_the_same(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 60);
	assert_int_equal(audit_replay(log->store, 0, UINT64_MAX), 0);
	assert_int_equal(audit_try.replayed.n_same, 120);
	assert_int_equal(audit_try.replayed.n_named, 0);
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(audit_replay(log->out, 0, UINT64_MAX), 0);
	assert_int_equal(audit_try.replayed.n_same, 120);
}

static void only_the_entries_asked_for_are_replayed(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 10);
	assert_int_equal(audit_replay(log->store, 5, 9), 0);
	assert_int_equal(audit_try.replayed.n_same, 5);
}

static void a_result_that_was_changed_replays_as_different(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 3);
	audit_log_decide(log, 1, 1, AUDIT_RESULT);
	audit_log_decide(log, 1, 1, AUDIT_SOUND);
	assert_int_equal(audit_verify(log->store, NULL, 0), 0);
	assert_int_equal(audit_replay(log->store, 0, UINT64_MAX), 0);
	assert_int_equal(audit_try.replayed.n_same, 7);
	assert_int_equal(audit_try.replayed.n_different, 1);
	assert_int_equal(audit_try.replayed.named[0].entry, 8);
	assert_int_equal(audit_try.replayed.named[0].verdict, REPLAY_DIFFERENT);
	assert_non_null(strstr(audit_try.replayed.named[0].parts,
			       "outcome: recorded refer, now"));
}

static void a_decision_without_its_edition_is_undecidable(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_enact(log, 0, AUDIT_SOUND);
	audit_log_decide(log, 0, 1, AUDIT_EDITION);
	assert_int_equal(audit_replay(log->store, 0, UINT64_MAX), 0);
	assert_int_equal(audit_try.replayed.n_undecidable, 1);
	assert_int_equal(audit_try.replayed.named[0].entry, 1);
}

/* More decisions than two batches hold; different ones in each of them. */
static void the_number_of_threads_changes_nothing_of_a_replay(void **state)
{
	static const unsigned jobs[] = { 2, 3, 7, 0 };
	struct audit_log *log = *state;
	struct replay_report alone;

	audit_log_begin(log);
	for (size_t i = 0; i < 12; i++) {
		audit_log_enact(log, i % 2, AUDIT_SOUND);
		audit_log_decide(log, i % 2, 99, AUDIT_SOUND);
		audit_log_decide(log, i % 2, 1, AUDIT_RESULT);
		audit_log_decide(log, i % 2, 1, AUDIT_EDITION);
	}
	assert_int_equal(audit_replay_on(log->store, 1), 0);
	alone = audit_try.replayed;
	assert_int_equal(alone.n_same, 1188);
	assert_int_equal(alone.n_different, 12);
	assert_int_equal(alone.n_undecidable, 12);
	for (size_t i = 0; i < ARRAY_LENGTH(jobs); i++) {
		assert_int_equal(audit_replay_on(log->store, jobs[i]), 0);
		assert_memory_equal(&audit_try.replayed, &alone, sizeof(alone));
	}
}

static void damage_behind_a_batch_ends_a_replay_at_its_entry(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 400);
	assert_int_equal(audit_export(log), 0);
	audit_flip(log, "blob/700", 100);
	assert_int_equal(audit_replay_on(log->out, 2), AUDIT_FINDING);
	assert_true(audit_found(700, "blob/700", ""));
	assert_int_equal(audit_try.replayed.n_same, 698);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_store_verifies),
		cmocka_unit_test(its_export_verifies_and_has_the_same_root),
		cmocka_unit_test(
			a_log_without_entries_is_sound_and_has_nothing_to_export),
		cmocka_unit_test(only_the_owner_can_open_an_export),
		cmocka_unit_test(exports_of_every_critical_size_verify),
		cmocka_unit_test(a_log_of_three_levels_of_tiles_verifies),
		cmocka_unit_test(an_export_grows_with_its_log),
		cmocka_unit_test(
			a_tile_of_an_earlier_checkpoint_is_still_held_to_the_log),
		cmocka_unit_test(
			a_log_that_was_rolled_back_does_not_extend_its_export),
		cmocka_unit_test(a_log_with_another_past_does_not_extend_an_export),
		cmocka_unit_test(
			a_tree_with_another_past_does_not_extend_an_export),
		cmocka_unit_test(an_export_that_was_interrupted_is_finished),
		cmocka_unit_test(
			a_folder_with_something_else_is_refused_and_left_alone),
		cmocka_unit_test(reading_while_a_writer_appends_finds_nothing),
		cmocka_unit_test(every_decision_replays_the_same),
		cmocka_unit_test(only_the_entries_asked_for_are_replayed),
		cmocka_unit_test(a_result_that_was_changed_replays_as_different),
		cmocka_unit_test(a_decision_without_its_edition_is_undecidable),
		cmocka_unit_test(the_number_of_threads_changes_nothing_of_a_replay),
		cmocka_unit_test(damage_behind_a_batch_ends_a_replay_at_its_entry),
	};

	return cmocka_run_group_tests(tests, audit_log_setup, audit_log_teardown);
}
