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

#include "proto/trust.h"
#include "tests/support/audit_run.h"
#include "tests/support/audit_try.h"

/* Witnesses of a log: what they sign, what they refuse, and who asks for them. */

static struct bytes kept;

static void begin(struct audit_log *log)
{
	audit_log_begin(log);
	audit_log_fill(log, 5);
	assert_int_equal(audit_export(log), 0);
}

/* The log's key and those of the files w1.key.pub ... wN.key.pub, k of N. */
static void write_trust(const struct audit_log *log, unsigned k, unsigned n)
{
	char text[2048], name[32], vkey[VKEY_TEXT_BYTES];
	struct log_head head;
	size_t at;

	log_head(log->log, &head);
	vkey_print(head.vkey, vkey);
	at = (size_t)snprintf(text, sizeof(text), "log %s\n", vkey);
	for (unsigned i = 1; i <= n; i++) {
		struct bytes public_key;

		snprintf(name, sizeof(name), "w%u.key.pub", i);
		public_key = audit_file_read(audit_path(log, name));
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "witness w%u %.*s", i, (int)public_key.n,
				       (const char *)public_key.data);
		free((void *)(uintptr_t)public_key.data);
	}
	at += (size_t)snprintf(text + at, sizeof(text) - at, "group all %u", k);
	for (unsigned i = 1; i <= n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " w%u", i);
	at += (size_t)snprintf(text + at, sizeof(text) - at, "\nquorum all\n");
	audit_file_write(audit_path(log, "trust"),
			 (struct bytes){ (const uint8_t *)text, at });
}

#define WITNESS(n, more)                                               \
	"witness @/export --key @/w" #n ".key --state @/state" #n " " more

static void witnesses_sign_an_export_and_a_quorum_is_complete(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_run(log, WITNESS(1, "--name one.example/w --add"));
	assert_says(0, "Signed, and added to the checkpoint.");
	audit_run(log, WITNESS(2, "--name two.example/w 2>&1 >/dev/null"));
	assert_says(0, "");
	write_trust(log, 2, 2);
	audit_run(log, "verify @/export --trust @/trust");
	assert_says(1, "too few witnesses have signed the checkpoint for the quorum");
	audit_run(log, WITNESS(2, "--add"));
	assert_says(0, "two.example/w+");
	audit_run(log, "verify @/export --trust @/trust");
	assert_says(0, "The log is sound");
	assert_says(0, "w2, 20");
	audit_run(log, "verify @/export --trust @/trust --json");
	assert_says(0, "\"name\": \"w1\"");
}

static void a_store_has_no_witnesses_so_a_quorum_fails(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_run(log, WITNESS(1, "--name one.example/w --add"));
	write_trust(log, 1, 1);
	audit_run(log, "verify @/store --trust @/trust");
	assert_says(1, "too few witnesses");
}

static void a_line_that_is_printed_is_the_line_that_is_added(void **state)
{
	struct audit_log *log = *state;
	struct bytes before, line;
	char *all;

	begin(log);
	audit_run(log, WITNESS(1, "--name one.example/w >@/line"));
	assert_says(0, "");
	before = audit_file_read(audit_out_path(log, "checkpoint"));
	line = audit_file_read(audit_path(log, "line"));
	all = malloc(before.n + line.n);
	memcpy(all, before.data, before.n);
	memcpy(all + before.n, line.data, line.n);
	audit_file_write(audit_out_path(log, "checkpoint"),
			 (struct bytes){ (uint8_t *)all, before.n + line.n });
	write_trust(log, 1, 1);
	audit_run(log, "verify @/export --trust @/trust");
	assert_says(0, "w1, 20");
	free(all);
	free((void *)(uintptr_t)before.data);
	free((void *)(uintptr_t)line.data);
}

static void a_witness_does_not_sign_another_past(void **state)
{
	struct audit_log *log = *state;
	char segment[128];

	audit_log_begin(log);
	audit_log_boot(log, 4);
	snprintf(segment, sizeof(segment), "%s/log/00000000.seg", log->store);
	kept = audit_file_read(segment);
	audit_log_boot(log, 2);
	assert_int_equal(audit_export(log), 0);
	audit_run(log, WITNESS(1, "--name one.example/w"));
	assert_says(0, "one.example/w ");
	audit_file_write(segment, kept);
	free((void *)(uintptr_t)kept.data);
	audit_log_reopen(log);
	audit_run(log, "witness @/store --key @/w1.key --state @/state1");
	assert_says(1, "rolled back");
	audit_log_boot(log, 5);
	audit_run(log, "witness @/store --key @/w1.key --state @/state1");
	assert_says(1, "Not signed.");
	assert_says(1, "split view");
	assert_null(strstr(audit_said.text, "\xe2\x80\x94"));
	audit_run(log, "witness @/store --key @/w1.key --state @/state1 --json");
	assert_says(1, "\"cosignature\": null");
}

static void a_witness_signs_nothing_that_is_not_sound(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_flip(log, "blob/003", 100);
	audit_run(log, WITNESS(1, "--name one.example/w --add"));
	assert_says(1, "Not signed.");
	assert_int_equal(audit_verify(log->out, NULL, 0), AUDIT_FINDING);
}

static void what_is_seen_is_remembered_before_it_is_signed(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_run(log, WITNESS(1, "--name one.example/w"));
	assert_says(0, "one.example/w ");
	audit_run(log, "witness @/export --key @/w1.key --state @/store/keys/log.key 2>&1");
	assert_says(70, "nothing can be remembered");
	assert_null(strstr(audit_said.text, "\xe2\x80\x94"));
}

static void cosignatures_stay_when_an_export_does_not_grow(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_run(log, WITNESS(1, "--name one.example/w --add"));
	write_trust(log, 1, 1);
	assert_int_equal(audit_export(log), 0);
	audit_run(log, "verify @/export --trust @/trust");
	assert_says(0, "w1, 20");
	audit_log_boot(log, 1);
	assert_int_equal(audit_export(log), 0);
	audit_run(log, "verify @/export --trust @/trust");
	assert_says(1, "too few witnesses");
}

static void a_key_is_made_once_and_kept_from_others(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_run(log, WITNESS(1, "2>&1"));
	assert_says(4, "there is no such key");
	audit_run(log, WITNESS(1, "--name 'One Witness' 2>&1"));
	assert_says(2, "a name has a-z");
	audit_run(log, WITNESS(1, "--name one.example/w"));
	assert_says(0, "one.example/w ");
	audit_run(log, WITNESS(1, "--name two.example/w 2>&1"));
	assert_says(6, "holds no key of a witness of that name");
	assert_int_equal(chmod(audit_path(log, "w1.key"), 0644), 0);
	audit_run(log, WITNESS(1, "2>&1"));
	assert_says(3, "mode 0600");
	audit_run(log, "witness @/export --key @/store/keys/log.key --state @/s 2>&1");
	assert_says(6, "holds no key of a witness");
	audit_run(log, "witness @/store --key @/w1.key --add 2>&1");
	assert_says(3, "mode 0600");
	assert_int_equal(chmod(audit_path(log, "w1.key"), 0600), 0);
	audit_run(log, "witness @/store --key @/w1.key --add 2>&1");
	assert_says(2, "--add adds to an export");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(witnesses_sign_an_export_and_a_quorum_is_complete),
		cmocka_unit_test(a_store_has_no_witnesses_so_a_quorum_fails),
		cmocka_unit_test(a_line_that_is_printed_is_the_line_that_is_added),
		cmocka_unit_test(a_witness_does_not_sign_another_past),
		cmocka_unit_test(a_witness_signs_nothing_that_is_not_sound),
		cmocka_unit_test(what_is_seen_is_remembered_before_it_is_signed),
		cmocka_unit_test(cosignatures_stay_when_an_export_does_not_grow),
		cmocka_unit_test(a_key_is_made_once_and_kept_from_others),
	};

	return cmocka_run_group_tests(tests, audit_log_setup, audit_log_teardown);
}
