/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/audit/replay.h"
#include "clients/audit/verify.h"
#include "tests/support/daemon_case.h"

/* What a daemon with its keys still answers, and what without them no one reads. */

#define REQUEST_ID "\"requestId\":\"AAECAwQFBgcICQoLDA0ODw==\","
#define REQUEST_ID_HEX "000102030405060708090a0b0c0d0e0f"

static const char *at(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", d->store, name);
	return path;
}

static void decide(char id[33])
{
	const char *answer = permitd_ask(d, PERMITD_EVALUATE(REQUEST_ID), NULL);

	assert_holds(answer, "\"outcome\":\"OUTCOME_GRANT\"");
	copy_decision_id(answer, id);
}

static void stop(void)
{
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
}

static void refuses_to_start(const char *because)
{
	assert_int_equal(permitd_run(d, NULL), 1);
	assert_holds(permitd_journal(d), because);
}

static void assert_still_known(const char *id)
{
	char request[128], again[33];

	snprintf(request, sizeof(request), "{\"getDecision\":{\"id\":\"%s\"}}", id);
	assert_holds(permitd_ask(d, request, NULL),
		     "\"caseRef\":\"" PERMITD_CASE_REF "\"");
	decide(again);
	assert_string_equal(again, id);
}

/* ---- What is on the disk ---- */

static const char *wanted;
static size_t n_wanted;
static size_t n_found;

static int look_into(const char *path, const struct stat *status, int type,
		     struct FTW *ftw)
{
	FILE *file;
	uint8_t *data;
	size_t n;

	(void)ftw;
	if (type != FTW_F)
		return 0;
	data = malloc((size_t)status->st_size + 1);
	file = fopen(path, "rb");
	assert_true(data != NULL && file != NULL);
	n = fread(data, 1, (size_t)status->st_size, file);
	if (memmem(data, n, wanted, n_wanted) != NULL)
		n_found++;
	fclose(file);
	free(data);
	return 0;
}

/* Files of the store that have these bytes. */
static size_t files_with(const void *bytes, size_t n)
{
	wanted = bytes;
	n_wanted = n;
	n_found = 0;
	assert_int_equal(nftw(d->store, look_into, 8, FTW_PHYS), 0);
	return n_found;
}

static void no_file_of_the_store_names_a_case(void **state)
{
	char id[33];

	(void)state;
	decide(id);
	stop();
	assert_int_equal(files_with(PERMITD_CASE_REF, strlen(PERMITD_CASE_REF)), 0);
	assert_int_equal(files_with(REQUEST_ID_HEX, strlen(REQUEST_ID_HEX)), 0);
	/* The search finds what is there: an edition is public. */
	assert_in_range(files_with("ca-vtip", 7), 1, 99);
}

/* ---- What a restart needs ---- */

static void a_sealed_decision_is_answered_after_a_restart(void **state)
{
	char id[33];

	(void)state;
	decide(id);
	assert_still_known(id);
	stop();
	assert_true(permitd_start(d, NULL));
	assert_still_known(id);
}

static void a_killed_daemon_finds_the_key_in_the_log(void **state)
{
	char id[33];

	(void)state;
	decide(id);
	assert_int_equal(permitd_stop(d, SIGKILL), 128 + SIGKILL);
	assert_true(permitd_start(d, NULL));
	assert_still_known(id);
}

static void the_database_is_made_again_from_log_and_keyring(void **state)
{
	char id[33], from[PATH_MAX];

	(void)state;
	decide(id);
	stop();
	strcpy(from, at("index"));
	assert_int_equal(rename(from, at("index.away")), 0);
	assert_true(permitd_start(d, NULL));
	assert_still_known(id);
}

static void without_its_keyring_the_store_is_refused(void **state)
{
	char id[33], from[PATH_MAX];

	(void)state;
	decide(id);
	stop();
	strcpy(from, at("keys/keyring"));
	assert_int_equal(rename(from, at("keys/keyring.away")), 0);
	refuses_to_start("the keyring");
	strcpy(from, at("index"));
	assert_int_equal(rename(from, at("index.away")), 0);
	refuses_to_start("the key of its case is not here");
}

static void another_root_key_is_refused(void **state)
{
	char id[33];
	static const char line[] = "00000000000000000000000000000000"
				   "00000000000000000000000000000000\n";
	FILE *file;

	(void)state;
	decide(id);
	stop();
	file = fopen(at("keys/root.key"), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(line, 1, 64, file), 64);
	fclose(file);
	refuses_to_start("is no root key");
	file = fopen(at("keys/root.key"), "w");
	fputs(line, file);
	fclose(file);
	refuses_to_start("is sealed by another root key");
	assert_int_equal(chmod(at("keys/root.key"), 0644), 0);
	refuses_to_start("closed to others");
}

/* How often the journal has warned of a root key that lies beside the ring. */
static size_t warnings(void)
{
	const char *at_warning = permitd_journal(d);
	size_t n = 0;

	while ((at_warning = strstr(at_warning, "beside the keyring")) != NULL) {
		at_warning++;
		n++;
	}
	return n;
}

static void a_root_key_from_elsewhere_serves_as_well(void **state)
{
	char id[33], from[PATH_MAX], elsewhere[PATH_MAX];
	const char *options[] = { "--root-key", elsewhere, NULL };
	size_t n_before = warnings();

	(void)state;
	decide(id);
	stop();
	snprintf(elsewhere, sizeof(elsewhere), "%s/credential", d->folder);
	strcpy(from, at("keys/root.key"));
	assert_int_equal(rename(from, elsewhere), 0);
	refuses_to_start("--root-key");
	assert_true(permitd_start(d, options));
	assert_int_equal(warnings(), n_before);
	assert_still_known(id);
}

/* ---- The auditor ---- */

static void replay(struct audit_keys *keys, struct replay_report *report)
{
	struct replay_request request = { .path = d->store, .keys = keys,
					  .to = UINT64_MAX };
	struct finding finding;

	assert_int_equal(replay_log(&request, report, &finding), 0);
}

static void a_replay_opens_with_the_keys_alone(void **state)
{
	CLEANUP(audit_keys_close) struct audit_keys *keys = NULL;
	char id[33], why[AUDIT_KEYS_WHY_BYTES];
	struct replay_report report;

	(void)state;
	decide(id);
	replay(NULL, &report);
	assert_int_equal(report.n_sealed, 1);
	assert_int_equal(report.n_same, 0);
	assert_int_equal(audit_keys_open(at("keys"), NULL, &keys, why), 0);
	replay(keys, &report);
	assert_int_equal(report.n_sealed, 0);
	assert_int_equal(report.n_same, 1);
	assert_int_equal(report.n_undecidable, 0);
}

static void the_log_verifies_with_keys_and_without(void **state)
{
	CLEANUP(audit_keys_close) struct audit_keys *keys = NULL;
	char id[33], why[AUDIT_KEYS_WHY_BYTES];
	struct verify_request request = { .path = d->store };
	struct verify_report report;
	struct finding finding;

	(void)state;
	decide(id);
	assert_int_equal(verify_log(&request, &report, &finding), 0);
	assert_int_equal(report.n_sealed, 1);
	assert_int_equal(audit_keys_open(at("keys"), NULL, &keys, why), 0);
	request.keys = keys;
	assert_int_equal(verify_log(&request, &report, &finding), 0);
	assert_int_equal(report.n_sealed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_EDITION(no_file_of_the_store_names_a_case),
		WITH_EDITION(a_sealed_decision_is_answered_after_a_restart),
		WITH_EDITION(a_killed_daemon_finds_the_key_in_the_log),
		WITH_EDITION(the_database_is_made_again_from_log_and_keyring),
		WITH_EDITION(without_its_keyring_the_store_is_refused),
		WITH_EDITION(another_root_key_is_refused),
		WITH_EDITION(a_root_key_from_elsewhere_serves_as_well),
		WITH_EDITION(a_replay_opens_with_the_keys_alone),
		WITH_EDITION(the_log_verifies_with_keys_and_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
