/* SPDX-License-Identifier: Apache-2.0 */
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

#include "clients/audit/export.h"
#include "clients/audit/replay.h"
#include "clients/audit/verify.h"
#include "tests/support/audit_log.h"

static struct finding finding;
static struct verify_report verified;
static struct replay_report replayed;
static struct export_report exported;

static int verify(const char *path)
{
	const struct verify_request request = { .path = path };

	memset(&finding, 0, sizeof(finding));
	return verify_log(&request, &verified, &finding);
}

static int replay(const char *path)
{
	const struct replay_request request = { .path = path, .to = UINT64_MAX };

	memset(&finding, 0, sizeof(finding));
	return replay_log(&request, &replayed, &finding);
}

static int export(const struct audit_log *log)
{
	const struct export_request request = { .store = log->store,
						.out = log->out };

	memset(&finding, 0, sizeof(finding));
	return export_log(&request, &exported, &finding);
}

static void a_sound_store_verifies(void **state)
{
	struct audit_log *log = *state;
	int r;

	audit_log_begin(log);
	audit_log_fill(log, 20);
	r = verify(log->store);
	if (r != 0)
		print_message("%d %s: %s\n", r, finding.file, finding.what);
	assert_int_equal(r, 0);
	assert_int_equal(verified.head.size, 42);
	assert_int_equal(verified.n_of_type[ENTRY_DECISION], 40);
	assert_int_equal(verified.n_of_type[ENTRY_POLICY_PUBLISH], 2);
}

static void its_export_verifies_and_has_the_same_root(void **state)
{
	struct audit_log *log = *state;
	struct digest root = verified.head.root;
	int r = export(log);

	if (r != 0)
		print_message("%d %s: %s\n", r, finding.file, finding.what);
	assert_int_equal(r, 0);
	r = verify(log->out);
	if (r != 0)
		print_message("%d %s: %s\n", r, finding.file, finding.what);
	assert_int_equal(r, 0);
	assert_memory_equal(&root, &verified.head.root, sizeof(root));
}

static void every_decision_replays_the_same(void **state)
{
	struct audit_log *log = *state;

	assert_int_equal(replay(log->out), 0);
	assert_int_equal(replayed.n_same, 40);
	assert_int_equal(replayed.n_different + replayed.n_undecidable, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_store_verifies),
		cmocka_unit_test(its_export_verifies_and_has_the_same_root),
		cmocka_unit_test(every_decision_replays_the_same),
	};

	return cmocka_run_group_tests(tests, audit_log_setup, audit_log_teardown);
}
