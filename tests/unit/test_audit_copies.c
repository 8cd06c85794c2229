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

#include "clients/audit/compare.h"
#include "clients/audit/memory.h"
#include "tests/support/audit_run.h"
#include "tests/support/audit_try.h"

/* Copies of a log beside each other, and beside what is remembered of it. */

/* ---- Logs with two pasts ---- */

static char segment[128];
static struct bytes kept;

/* Keeps the store as it is, to go back to it. */
static void keep(const struct audit_log *log)
{
	snprintf(segment, sizeof(segment), "%s/log/00000000.seg", log->store);
	free((void *)(uintptr_t)kept.data);
	kept = audit_file_read(segment);
}

static void go_back(struct audit_log *log)
{
	audit_file_write(segment, kept);
	audit_log_reopen(log);
}

static void export_to(struct audit_log *log, const char *name)
{
	snprintf(log->out, sizeof(log->out), "%s/%s", log->root, name);
	assert_int_equal(audit_export(log), 0);
}

/* Exports "a" and "b" have 4 entries in common, and then more of their own. */
static void two_pasts(struct audit_log *log, size_t n_a, size_t n_b)
{
	audit_log_begin(log);
	audit_log_boot(log, 4);
	keep(log);
	audit_log_boot(log, n_a);
	export_to(log, "a");
	go_back(log);
	audit_log_boot(log, n_b);
	export_to(log, "b");
}

/* ---- compare ---- */

static struct compare_report compared;
static struct finding finding;

/* Each @ is the folder of the log. */
static int compare(const struct audit_log *log, const char *a, const char *b,
		   const char *vkey)
{
	char paths[2][128];
	const struct compare_request request = { { paths[0], paths[1] }, vkey, NULL };

	snprintf(paths[0], sizeof(paths[0]), "%s/%s", log->root, a);
	snprintf(paths[1], sizeof(paths[1]), "%s/%s", log->root, b);
	memset(&finding, 0, sizeof(finding));
	return compare_logs(&request, &compared, &finding);
}

static void assert_compares(const struct audit_log *log, const char *a, const char *b,
			    enum compare_result expected)
{
	assert_int_equal(compare(log, a, b, NULL), 0);
	assert_int_equal(compared.result, expected);
}

static void a_copy_and_its_store_are_the_same_log(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 5);
	export_to(log, "a");
	assert_compares(log, "a", "store", COMPARE_SAME);
	assert_compares(log, "store", "a", COMPARE_SAME);
	assert_compares(log, "a", "a/checkpoint", COMPARE_SAME);
	assert_int_equal(compared.sizes[0], 12);
	assert_int_equal(compared.sizes[1], 12);
}

static void the_longer_of_two_copies_is_named(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_boot(log, 300);
	export_to(log, "a");
	audit_log_boot(log, 1);
	assert_compares(log, "a", "store", COMPARE_B_AHEAD);
	assert_compares(log, "store", "a", COMPARE_A_AHEAD);
	assert_compares(log, "a/checkpoint", "store", COMPARE_B_AHEAD);
	assert_compares(log, "store", "a/checkpoint", COMPARE_A_AHEAD);
	assert_int_equal(compared.sizes[0], 301);
	assert_int_equal(compared.sizes[1], 300);
}

static void a_split_view_is_named_with_the_first_entry_that_differs(void **state)
{
	static const struct { size_t n_a, n_b; } sizes[] = { { 1, 1 }, { 3, 1 },
							     { 1, 300 } };

	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		struct audit_log *log = *state;

		two_pasts(log, sizes[i].n_a, sizes[i].n_b);
		assert_compares(log, "a", "b", COMPARE_SPLIT);
		assert_true(compared.has_entry);
		assert_int_equal(compared.entry, 4);
		assert_compares(log, "b", "a", COMPARE_SPLIT);
		assert_int_equal(compared.entry, 4);
	}
}

static void a_checkpoint_alone_shows_a_split_view_too(void **state)
{
	struct audit_log *log = *state;

	two_pasts(log, 3, 5);
	assert_compares(log, "a/checkpoint", "b", COMPARE_SPLIT);
	assert_false(compared.has_entry);
	assert_compares(log, "b", "a/checkpoint", COMPARE_SPLIT);
	two_pasts(log, 3, 3);
	assert_compares(log, "a", "b/checkpoint", COMPARE_SPLIT);
}

static void a_larger_checkpoint_alone_says_nothing(void **state)
{
	struct audit_log *log = *state;

	two_pasts(log, 3, 5);
	assert_compares(log, "a", "b/checkpoint", COMPARE_UNKNOWN);
	assert_compares(log, "b/checkpoint", "a", COMPARE_UNKNOWN);
}

static void two_checkpoints_need_a_key(void **state)
{
	struct audit_log *log = *state;
	char vkey[VKEY_TEXT_BYTES];
	struct log_head head;

	two_pasts(log, 3, 3);
	log_head(log->log, &head);
	vkey_print(head.vkey, vkey);
	assert_int_equal(compare(log, "a/checkpoint", "b/checkpoint", NULL), -ENOKEY);
	assert_int_equal(compare(log, "a/checkpoint", "b/checkpoint", "none"), -EDOM);
	assert_int_equal(compare(log, "a/checkpoint", "b/checkpoint", vkey), 0);
	assert_int_equal(compared.result, COMPARE_SPLIT);
	assert_int_equal(compare(log, "a/checkpoint", "a/checkpoint", vkey), 0);
	assert_int_equal(compared.result, COMPARE_SAME);
}

static void what_is_not_sound_is_not_compared(void **state)
{
	struct audit_log *log = *state;

	two_pasts(log, 3, 5);
	audit_flip(log, "tile/entries/000.p/9", 8000);
	assert_int_equal(compare(log, "a", "b", NULL), AUDIT_FINDING);
	assert_int_equal(compared.side, 1);
	assert_string_equal(finding.file, "tile/entries/000.p/9");
	audit_flip(log, "tile/entries/000.p/9", 8000);
	audit_flip(log, "checkpoint", 200);
	assert_int_equal(compare(log, "a", "b/checkpoint", NULL), AUDIT_FINDING);
	assert_int_equal(compare(log, "a", "none", NULL), -ENOENT);
	assert_int_equal(compared.side, 1);
}

static void logs_of_different_keys_are_no_copies(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_boot(log, 3);
	export_to(log, "a");
	audit_run(log, "--version >/dev/null; mv @/a @.other");
	audit_log_begin(log);
	audit_log_boot(log, 3);
	audit_run(log, "--version >/dev/null; mv @.other @/a");
	assert_int_equal(compare(log, "a", "store", NULL), AUDIT_FINDING);
	assert_non_null(strstr(finding.what, "different keys"));
}

static void the_command_says_what_it_found(void **state)
{
	struct audit_log *log = *state;

	two_pasts(log, 3, 5);
	audit_run(log, "compare @/a @/b");
	assert_says(1, "Split view");
	assert_says(1, "first different   4");
	audit_run(log, "compare @/a @/b --json");
	assert_says(1, "\"result\": \"split\"");
	audit_run(log, "compare @/store @/b --plain");
	assert_says(0, "Both are the same log.\n");
	audit_run(log, "compare @/a @/b/checkpoint");
	assert_says(6, "a checkpoint alone");
	audit_run(log, "compare @/a/checkpoint @/b/checkpoint 2>&1");
	assert_says(2, "--vkey");
}

/* ---- What is remembered ---- */

static char memory[128];

static int verify(const struct audit_log *log, const char *name)
{
	char path[128];
	const struct verify_request request = { .path = path, .memory = memory };

	snprintf(path, sizeof(path), "%s/%s", log->root, name);
	snprintf(memory, sizeof(memory), "%s/state/of/auditor", log->root);
	memset(&audit_try, 0, sizeof(audit_try));
	audit_try.r = verify_log(&request, &audit_try.verified, &audit_try.finding);
	return audit_try.r;
}

static void a_log_is_remembered_and_may_grow(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 5);
	assert_int_equal(verify(log, "store"), 0);
	assert_true(audit_try.verified.remembered);
	assert_false(audit_try.verified.known);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(verify(log, "store"), 0);
		assert_true(audit_try.verified.known);
		assert_int_equal(audit_try.verified.known_size, 12 + i);
		audit_log_boot(log, 1);
		assert_int_equal(verify(log, "store"), 0);
		assert_int_equal(audit_try.verified.known_size, 12 + i);
	}
}

static void a_store_and_its_export_are_one_log(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 5);
	export_to(log, "a");
	assert_int_equal(verify(log, "store"), 0);
	assert_int_equal(verify(log, "a"), 0);
	assert_int_equal(audit_try.verified.known_size, 12);
}

static void a_log_that_was_rolled_back_is_named(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_boot(log, 4);
	keep(log);
	export_to(log, "a");
	audit_log_boot(log, 1);
	assert_int_equal(verify(log, "store"), 0);
	assert_int_equal(verify(log, "a"), AUDIT_FINDING);
	assert_non_null(strstr(audit_try.finding.what,
			       "rolled back: the log has 4 entries, and had 5"));
	go_back(log);
	assert_int_equal(verify(log, "store"), AUDIT_FINDING);
	/* What was known is not forgotten over it. */
	audit_log_boot(log, 1);
	assert_int_equal(verify(log, "store"), AUDIT_FINDING);
	assert_non_null(strstr(audit_try.finding.what, "split view: the first 5"));
}

static void a_log_with_another_past_is_named(void **state)
{
	struct audit_log *log = *state;

	two_pasts(log, 3, 300);
	assert_int_equal(verify(log, "a"), 0);
	assert_int_equal(verify(log, "b"), AUDIT_FINDING);
	assert_non_null(strstr(audit_try.finding.what, "split view: the first 7"));
	assert_false(audit_try.verified.remembered);
	assert_int_equal(verify(log, "a"), 0);
}

static void another_key_under_the_same_name_is_said(void **state)
{
	struct audit_log *log = *state;
	struct memory open = MEMORY_NONE;
	uint8_t public_key[ED25519_PUBLIC_BYTES] = { 1 };
	struct vkey vkey;

	audit_log_begin(log);
	audit_log_boot(log, 3);
	assert_int_equal(verify(log, "store"), 0);
	assert_false(audit_try.verified.other_key);
	assert_true(vkey_make(audit_try.verified.key.vkey.name, NOTE_KEY_ED25519,
			      public_key, &vkey));
	assert_int_equal(memory_open(memory, &vkey, &open, &finding), 0);
	assert_true(open.other_key);
	assert_false(open.known);
	memory_close(&open);
}

static void a_memory_that_was_changed_is_a_finding(void **state)
{
	struct audit_log *log = *state;
	struct memory open = MEMORY_NONE;
	char path[256];
	struct bytes note;

	audit_log_begin(log);
	audit_log_boot(log, 3);
	assert_int_equal(verify(log, "store"), 0);
	assert_int_equal(memory_open(memory, &audit_try.verified.key.vkey, &open,
				     &finding), 0);
	snprintf(path, sizeof(path), "%s/%s", memory, open.name);
	memory_close(&open);
	note = audit_file_read(path);
	((uint8_t *)(uintptr_t)note.data)[30] ^= 1;
	audit_file_write(path, note);
	free((void *)(uintptr_t)note.data);
	assert_int_equal(verify(log, "store"), AUDIT_FINDING);
	assert_non_null(strstr(audit_try.finding.what, "no checkpoint that its key"));
}

static void an_empty_log_leaves_nothing_to_remember(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	assert_int_equal(verify(log, "store"), 0);
	assert_false(audit_try.verified.remembered);
}

static void the_command_remembers_unless_it_cannot(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_boot(log, 3);
	audit_run(log, "verify @/store");
	assert_says(0, "this log, from now on");
	audit_run(log, "verify @/store");
	assert_says(0, "it continues the 3 entries of last time");
	audit_run(log, "verify @/store --state @/other --json");
	assert_says(0, "\"known_size\": null");
	audit_run(log, "verify @/store --state @/store/keys/log.key 2>&1");
	assert_says(70, "nothing can be remembered in the folder");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_and_its_store_are_the_same_log),
		cmocka_unit_test(the_longer_of_two_copies_is_named),
		cmocka_unit_test(
			a_split_view_is_named_with_the_first_entry_that_differs),
		cmocka_unit_test(a_checkpoint_alone_shows_a_split_view_too),
		cmocka_unit_test(a_larger_checkpoint_alone_says_nothing),
		cmocka_unit_test(two_checkpoints_need_a_key),
		cmocka_unit_test(what_is_not_sound_is_not_compared),
		cmocka_unit_test(logs_of_different_keys_are_no_copies),
		cmocka_unit_test(the_command_says_what_it_found),
		cmocka_unit_test(a_log_is_remembered_and_may_grow),
		cmocka_unit_test(a_store_and_its_export_are_one_log),
		cmocka_unit_test(a_log_that_was_rolled_back_is_named),
		cmocka_unit_test(a_log_with_another_past_is_named),
		cmocka_unit_test(another_key_under_the_same_name_is_said),
		cmocka_unit_test(a_memory_that_was_changed_is_a_finding),
		cmocka_unit_test(an_empty_log_leaves_nothing_to_remember),
		cmocka_unit_test(the_command_remembers_unless_it_cannot),
	};
	int r = cmocka_run_group_tests(tests, audit_log_setup, audit_log_teardown);

	free((void *)(uintptr_t)kept.data);
	return r;
}
