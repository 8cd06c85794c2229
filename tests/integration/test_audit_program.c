/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include <cmocka.h>

#include "tests/support/audit_run.h"
#include "tests/support/audit_try.h"

/* permit-audit as people and scripts run it. */

static json_t *document(void)
{
	json_error_t error;
	json_t *all = json_loads(audit_said.text, 0, &error);

	if (all == NULL)
		print_message("%s\n%s\n", error.text, audit_said.text);
	assert_non_null(all);
	assert_int_equal(json_integer_value(json_object_get(all, "version")), 1);
	return all;
}

static json_int_t number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void begin(struct audit_log *log)
{
	audit_log_begin(log);
	audit_log_fill(log, 5);
}

static void a_store_is_exported_verified_and_replayed(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_run(log, "export --store @/store --out @/export 2>&1");
	assert_says(0, "12, 12 of them new");
	assert_says(0, "holds personal data");
	audit_run(log, "verify @/export");
	assert_says(0, "The log is sound");
	assert_says(0, "not checked against one from outside");
	assert_null(strchr(audit_said.text, '\033'));
	audit_run(log, "verify @/store --expect-size 12");
	assert_says(0, "The log is sound");
	audit_run(log, "replay @/export");
	assert_says(0, "Every decision comes out as it was recorded");
}

static void json_has_the_same_members_whatever_comes_out(void **state)
{
	struct audit_log *log = *state;
	json_t *all, *finding;

	begin(log);
	audit_run(log, "export --json --store @/store --out @/export 2>/dev/null");
	all = document();
	assert_int_equal(number(json_object_get(all, "log"), "size"), 12);
	assert_true(json_is_true(json_object_get(all, "personal_data")));
	json_decref(all);
	audit_run(log, "verify --json @/export");
	all = document();
	assert_true(json_is_true(json_object_get(all, "sound")));
	assert_true(json_is_null(json_object_get(all, "finding")));
	assert_int_equal(number(json_object_get(all, "counts"), "decision"), 10);
	json_decref(all);
	audit_run(log, "replay --json @/export");
	all = document();
	assert_int_equal(number(all, "same"), 10);
	assert_int_equal(number(all, "different"), 0);
	json_decref(all);
	audit_flip(log, "blob/003", 100);
	audit_run(log, "verify --json @/export");
	assert_int_equal(audit_said.code, 1);
	all = document();
	assert_true(json_is_false(json_object_get(all, "sound")));
	finding = json_object_get(all, "finding");
	assert_int_equal(number(finding, "entry"), 3);
	assert_string_equal(json_string_value(json_object_get(finding, "file")),
			    "blob/003");
	json_decref(all);
}

static void a_finding_names_entry_file_and_remedy(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	assert_int_equal(audit_export(log), 0);
	audit_flip(log, "blob/003", 100);
	audit_run(log, "verify --plain @/export");
	assert_says(1, "Entry 3 is not as it should be.\nfile: blob/003\n");
	assert_says(1, "what to do: ");
	assert_says(1, "3 entries before it were found sound");
	audit_run(log, "replay @/export");
	assert_says(1, "Entry 3 is not as it should be.");
}

static void a_different_result_is_named_by_rows_and_without_facts(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_log_decide(log, 1, 1, AUDIT_RESULT);
	audit_run(log, "replay --plain @/store");
	assert_says(1, "entry 12, different: outcome: recorded ");
}

static void each_kind_of_failure_has_its_exit_code(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_run(log, "verify @/nowhere 2>&1");
	assert_says(4, "no such folder");
	audit_run(log, "verify @ 2>&1");
	assert_says(6, "neither the folder of a store nor an export");
	audit_run(log, "verify @/store/keys/log.key 2>&1");
	assert_says(6, "neither");
	audit_run(log, "verify @/store --vkey nonsense 2>&1");
	assert_says(2, "--vkey is no key");
	audit_run(log, "verify @/store --expect-size twelve 2>&1");
	assert_says(2, "whole number");
	audit_run(log, "verify 2>&1");
	assert_says(2, "needs PATH");
	audit_run(log, "export --store @/store 2>&1");
	assert_says(2, "needs --out");
	audit_run(log, "replay @/store --from 3 --to 2 2>&1");
	assert_says(2, "behind --to");
	audit_run(log, "replay @/store --jobs 0 2>&1");
	assert_says(2, "1 to 256 threads");
	audit_run(log, "replay @/store --jobs 257 2>&1");
	assert_says(2, "1 to 256 threads");
	audit_run(log, "replay @/store --jobs 256");
	assert_says(0, "Every decision comes out as it was recorded");
	audit_run(log, "export --store @/store --out @/store 2>&1");
	assert_says(6, "something else than an export");
	audit_run(log, "verfy 2>&1");
	assert_says(2, "Did you mean permit-audit verify?");
	audit_log_begin(log);
	audit_run(log, "export --store @/store --out @/export 2>&1");
	assert_says(4, "nothing to export");
	assert_int_not_equal(access(log->out, F_OK), 0);
}

/* Killed wherever it was; it goes on until it has come to its end. */
static void a_replay_that_is_killed_again_and_again_says_the_same(void **state)
{
	struct audit_log *log = *state;
	char whole[sizeof(audit_said.text)];
	int n_killed = 0;

	begin(log);
	for (int i = 0; i < 40; i++)
		audit_log_decide(log, 1, 50, AUDIT_SOUND);
	audit_log_decide(log, 1, 1, AUDIT_RESULT);
	audit_run(log, "replay @/store");
	assert_says(1, "entry 2012, different");
	memcpy(whole, audit_said.text, sizeof(whole));
	for (unsigned ms = 20; ms < 60000; ms += ms / 2) {
		char line[128];

		snprintf(line, sizeof(line), "replay @/store --resume @/replay.state "
			 "--jobs 2 2>&1 & sleep %u.%03u; kill -9 $! 2>&1; wait $!",
			 ms / 1000, ms % 1000);
		audit_run(log, line);
		if (audit_said.code == 1)
			break;
		assert_null(strstr(audit_said.text, "entry"));
		n_killed++;
	}
	assert_true(n_killed > 0);
	audit_run(log, "replay @/store --resume @/replay.state");
	assert_int_equal(audit_said.code, 1);
	assert_string_equal(audit_said.text, whole);
}

static void help_begins_with_examples(void **state)
{
	const struct audit_log *log = *state;

	audit_run(log, "--help");
	assert_int_equal(audit_said.code, 0);
	assert_true(strstr(audit_said.text, "Examples") < strstr(audit_said.text, "Commands"));
	audit_run(log, "verify --help");
	assert_says(0, "--expect-size");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_is_exported_verified_and_replayed),
		cmocka_unit_test(json_has_the_same_members_whatever_comes_out),
		cmocka_unit_test(a_finding_names_entry_file_and_remedy),
		cmocka_unit_test(
			a_different_result_is_named_by_rows_and_without_facts),
		cmocka_unit_test(each_kind_of_failure_has_its_exit_code),
		cmocka_unit_test(
			a_replay_that_is_killed_again_and_again_says_the_same),
		cmocka_unit_test(help_begins_with_examples),
	};

	return cmocka_run_group_tests(tests, audit_log_setup, audit_log_teardown);
}
