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

#include "clients/audit/export.h"
#include "clients/audit/replay.h"
#include "clients/audit/verify.h"
#include "proto/caseref.h"
#include "proto/keyring.h"
#include "tests/support/daemon_case.h"
#include "tests/support/erase.h"

/*
 * usage: test_erasure [ROUNDS]
 *
 * Two roles make a case unreadable for ever, and everyone can see that they did.
 * ROUNDS is how many erasures are followed by a search for what could undo them.
 */
#define ROUNDS_DEFAULT 20

static unsigned n_rounds = ROUNDS_DEFAULT;

static const int both[2] = { 0, 1 };
static struct erase_roles roles;
static const char *options[] = { "--erasure-keys", roles.file, "--segment-bytes",
				 "1048576", NULL };

static int set_up(void **state)
{
	(void)state;
	permitd_init(d, NULL);
	erase_roles_init(&roles, d->folder);
	assert_true(permitd_start(d, options));
	permitd_enact(d, "2025-02-04");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	erase_roles_done(&roles);
	permitd_done(d);
	return 0;
}

static const char *at(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", d->store, name);
	return path;
}

/* ---- Cases ---- */

struct decided {
	char ref[CASEREF_CHARS + 1];
	char quoted[CASEREF_CHARS + 8];	/* ["ref"] */
	char id[33];
};

static void decide_for(struct decided *decided)
{
	char request[2048];

	snprintf(request, sizeof(request),
		 "{\"evaluate\":{\"policy\":\"ca-vtip\",\"question\":\"first-permit\","
		 "\"caseRef\":\"%s\",\"asOf\":\"2025-06-01\",\"named\":{" PERMITD_FACTS
		 "}}}", decided->ref);
	copy_decision_id(permitd_ask(d, request, NULL), decided->id);
}

static void new_case(struct decided *decided)
{
	uint8_t random[CASEREF_RANDOM_BYTES];

	random_bytes(random, sizeof(random));
	caseref_make(random, decided->ref);
	snprintf(decided->quoted, sizeof(decided->quoted), "[\"%s\"]", decided->ref);
	decide_for(decided);
}

static const char *get(const struct decided *decided)
{
	char request[128];

	snprintf(request, sizeof(request), "{\"getDecision\":{\"id\":\"%s\"}}",
		 decided->id);
	return permitd_ask(d, request, NULL);
}

static void assert_readable(const struct decided *decided)
{
	assert_holds(get(decided), decided->ref);
}

static void assert_erased(const struct decided *decided)
{
	assert_holds(get(decided), "CODE_ERASED");
}

static void erase_one(const struct decided *decided)
{
	assert_holds(erase_cases(d, &roles, decided->quoted, both),
		     "\"erased\":true");
}

/* ---- The auditor ---- */

static int verify(const char *path, struct verify_report *report,
		  struct finding *finding)
{
	struct verify_request request = { .path = path, .roles = &roles.vkeys };

	memset(finding, 0, sizeof(*finding));
	return verify_log(&request, report, finding);
}

static void assert_sound(uint64_t n_erased)
{
	struct verify_report report;
	struct finding finding;

	if (verify(d->store, &report, &finding) != 0)
		fail_msg("entry %llu %s", (unsigned long long)finding.entry,
			 finding.what);
	assert_int_equal(report.n_erased, n_erased);
}

/* Ring of one KEK again: what E4 leaves. */
static void assert_one_kek(void)
{
	struct stat status;

	assert_int_equal(stat(at("keys/keyring"), &status), 0);
	assert_int_equal(status.st_size, KEYRING_BYTES(1));
}

static void an_erased_case_is_gone_and_the_others_stay(void **state)
{
	struct decided one, other;

	(void)state;
	new_case(&one);
	new_case(&other);
	decide_for(&one);
	assert_readable(&one);
	erase_one(&one);
	assert_erased(&one);
	assert_readable(&other);
	assert_one_kek();
	assert_sound(2);
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	assert_true(permitd_start(d, options));
	assert_erased(&one);
	assert_readable(&other);
	assert_sound(2);
}

static void an_erased_case_may_begin_anew(void **state)
{
	struct decided one;
	char before[33];

	(void)state;
	new_case(&one);
	strcpy(before, one.id);
	erase_one(&one);
	decide_for(&one);
	assert_readable(&one);
	erase_one(&one);
	assert_erased(&one);
	assert_sound(2);
	assert_holds(erase_cases(d, &roles, one.quoted, both), "CODE_NOT_FOUND");
}

static void two_different_roles_must_sign(void **state)
{
	static const int wrong[][2] = { { 0, 0 }, { 1, 1 }, { 1, 0 } };
	struct decided one;

	(void)state;
	new_case(&one);
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		assert_holds(erase_cases(d, &roles, one.quoted, wrong[i]),
			     "CODE_NOT_ALLOWED");
	assert_readable(&one);
	assert_one_kek();
	assert_sound(0);
}

static void without_the_keys_of_the_roles_nothing_is_erased(void **state)
{
	struct decided one;

	(void)state;
	new_case(&one);
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	assert_true(permitd_start(d, NULL));
	assert_holds(erase_cases(d, &roles, one.quoted, both), "CODE_NOT_ALLOWED");
	assert_readable(&one);
}

static void the_database_is_made_again_without_what_was_erased(void **state)
{
	struct decided one, other;
	char from[PATH_MAX];

	(void)state;
	new_case(&one);
	new_case(&other);
	erase_one(&one);
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	strcpy(from, at("index"));
	assert_int_equal(rename(from, at("index.away")), 0);
	assert_true(permitd_start(d, options));
	assert_erased(&one);
	assert_readable(&other);
}

/* ---- Killed at each step ---- */

#ifdef PERMIT_FAULT_SWITCH
static void killed_at(const char *step, bool forward, bool lose_database)
{
	struct decided one, other;
	char from[PATH_MAX];

	new_case(&one);
	new_case(&other);
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	setenv("PERMITD_TEST_CRASH", step, 1);
	assert_true(permitd_start(d, options));
	assert_holds(erase_cases(d, &roles, one.quoted, both), "ended");
	permitd_hang_up(d);
	assert_int_equal(permitd_wait(d), 128 + SIGKILL);
	unsetenv("PERMITD_TEST_CRASH");
	if (lose_database) {
		strcpy(from, at("index"));
		assert_int_equal(rename(from, at(step)), 0);
	}
	assert_true(permitd_start(d, options));
	if (forward)
		assert_erased(&one);
	else
		assert_readable(&one);
	assert_readable(&other);
	assert_one_kek();
	decide_for(&other);
	assert_readable(&other);
}

static const struct {
	const char *name;
	bool forward;
} steps[] = {
	{ "ring", false },	{ "tombstone", true },	 { "rewrapped", true },
	{ "snapshot", true },	{ "marked", true },	 { "overwritten", true },
	{ "destroyed", true },
};

static void a_kill_at_any_step_leaves_it_done_or_not_begun(void **state)
{
	uint64_t n_erased = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
		killed_at(steps[i].name, steps[i].forward, false);
		n_erased += steps[i].forward;
		assert_sound(n_erased);
	}
}

static void so_it_does_when_the_database_is_lost_as_well(void **state)
{
	uint64_t n_erased = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
		killed_at(steps[i].name, steps[i].forward, true);
		n_erased += steps[i].forward;
		assert_sound(n_erased);
	}
}

#define KILLED                                                     \
	TEST(a_kill_at_any_step_leaves_it_done_or_not_begun),      \
	TEST(so_it_does_when_the_database_is_lost_as_well),
#else
static void a_build_for_use_has_no_switch_that_ends_it(void **state)
{
	struct decided one;

	(void)state;
	new_case(&one);
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	setenv("PERMITD_TEST_CRASH", "tombstone", 1);
	assert_true(permitd_start(d, options));
	erase_one(&one);
	unsetenv("PERMITD_TEST_CRASH");
	assert_erased(&one);
}

#define KILLED TEST(a_build_for_use_has_no_switch_that_ends_it),
#endif

/* ---- Nothing is left to find ---- */

struct secret {
	struct case_key key;
	struct entry entry;
	uint8_t leaf[ENTRY_HEADER_BYTES];
	uint8_t *blob;
};

/* The first decision of the log at `store`, opened with the keys there. */
static void take_secret(struct secret *secret)
{
	CLEANUP(audit_keys_close) struct audit_keys *keys = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	char why[AUDIT_KEYS_WHY_BYTES];
	struct source_item item;
	struct finding finding;

	assert_int_equal(audit_keys_open(at("keys"), NULL, &keys, why), 0);
	assert_int_equal(source_open(d->store, NULL, &source, &finding), 0);
	do {
		assert_int_equal(source_next(source, &item, &finding), 0);
		assert_int_equal(audit_keys_note(keys, &item), 0);
	} while (item.entry.type != ENTRY_DECISION || item.erased);
	assert_true(audit_keys_find(keys, &item, &secret->key));
	secret->entry = item.entry;
	memcpy(secret->leaf, item.leaf.data, ENTRY_HEADER_BYTES);
	secret->blob = malloc(item.blob.n);
	assert_non_null(secret->blob);
	memcpy(secret->blob, item.blob.data, item.blob.n);
}

static const struct secret *sought;
static size_t n_opening;

/*
 * Whether 32 bytes open the content: as the case's key, by the commitment that
 * the entry makes to it; or as the entry's own key.
 */
static bool opens(const uint8_t window[32], const struct seal_keys *right)
{
	return memcmp(window, sought->key.key, 32) == 0 ||
	       memcmp(window, right->aead, 32) == 0;
}

static int try_windows(const char *path, const struct stat *status, int type,
		       struct FTW *ftw)
{
	struct seal_keys right;
	uint8_t *data;
	FILE *file;
	size_t n;

	(void)ftw;
	if (type != FTW_F)
		return 0;
	seal_schedule(sought->key.key, &sought->entry.kdf_salt, sought->entry.seq,
		      sought->entry.entry_id, &right);
	data = malloc((size_t)status->st_size + 1);
	file = fopen(path, "rb");
	assert_true(data != NULL && file != NULL);
	n = fread(data, 1, (size_t)status->st_size, file);
	for (size_t i = 0; i + 32 <= n; i++)
		n_opening += opens(data + i, &right);
	fclose(file);
	free(data);
	return 0;
}

/* Every KEK of the ring as it is now, on every record of a key there is. */
static int try_records(const char *path, const struct stat *status, int type,
		       struct FTW *ftw)
{
	struct keyring ring;
	uint8_t root[SEAL_KEY_BYTES], file_bytes[KEYRING_MAX_BYTES];
	char line[ROOT_KEY_TEXT_BYTES + 1];
	uint8_t *data, pair[48];
	size_t n;
	FILE *file = fopen(at("keys/root.key"), "rb");

	(void)ftw;
	if (type != FTW_F)
		return fclose(file);
	assert_int_equal(fread(line, 1, sizeof(line), file), ROOT_KEY_TEXT_BYTES);
	fclose(file);
	assert_true(root_key_parse((struct bytes){ (uint8_t *)line,
						   ROOT_KEY_TEXT_BYTES }, root));
	file = fopen(at("keys/keyring"), "rb");
	n = fread(file_bytes, 1, sizeof(file_bytes), file);
	fclose(file);
	assert_int_equal(keyring_decode((struct bytes){ file_bytes, n }, root, &ring),
			 KEYRING_SOUND);
	data = malloc((size_t)status->st_size + 1);
	file = fopen(path, "rb");
	n = fread(data, 1, (size_t)status->st_size, file);
	for (size_t i = 4; i + 56 <= n; i++) {
		/* A record has its epoch before it, which is a small number. */
		if (data[i - 4] != 0 || data[i - 3] != 0 ||
		    memcmp(data + i, "\0\0\0\0\0\0\0\0", 8) == 0)
			continue;
		for (size_t k = 0; k < ring.n_keks; k++)
			if (seal_unwrap(ring.keks[k].key, data + i, 48, pair) &&
			    memcmp(pair, sought->key.key, 32) == 0)
				n_opening++;
	}
	fclose(file);
	free(data);
	return 0;
}

static size_t ways_into(const char *folder, const struct secret *secret)
{
	sought = secret;
	n_opening = 0;
	assert_int_equal(nftw(folder, try_windows, 8, FTW_PHYS), 0);
	assert_int_equal(nftw(folder, try_records, 8, FTW_PHYS), 0);
	return n_opening;
}

/* All but keys/, which is never in one backup with the log. */
static void back_up(char to[PATH_MAX])
{
	char command[4 * PATH_MAX];

	snprintf(to, PATH_MAX, "%s/backup", d->folder);
	snprintf(command, sizeof(command),
		 "mkdir -p %s && cp -r %s/log %s/index %s", to, d->store, d->store, to);
	assert_int_equal(system(command), 0);
}

/* Each round has a backup from just before, and the one that came before it. */
static void no_window_of_store_or_backup_opens_what_was_erased(void **state)
{
	struct decided one;
	char backup[PATH_MAX];

	(void)state;
	for (unsigned round = 0; round < n_rounds; round++) {
		struct secret secret = { .blob = NULL };

		new_case(&one);
		take_secret(&secret);
		back_up(backup);
		/* The search finds what is there: the record in the log opens it. */
		assert_in_range(ways_into(d->store, &secret), 1, 9);
		assert_in_range(ways_into(backup, &secret), 1, 9);
		erase_one(&one);
		assert_int_equal(ways_into(d->store, &secret), 0);
		assert_int_equal(ways_into(backup, &secret), 0);
		free(secret.blob);
	}
	assert_sound(n_rounds);
}

/* ---- What an auditor sees ---- */

static void an_export_has_none_of_what_was_erased(void **state)
{
	struct verify_report report;
	struct export_report exported;
	struct finding finding;
	struct decided one, other;
	char out[PATH_MAX], blob[PATH_MAX + 16];
	struct export_request request = { .store = d->store, .out = out };

	(void)state;
	snprintf(out, sizeof(out), "%s/export", d->folder);
	snprintf(blob, sizeof(blob), "%s/blob/001", out);
	new_case(&one);
	new_case(&other);
	assert_int_equal(export_log(&request, &exported, &finding), 0);
	assert_int_equal(access(blob, F_OK), 0);
	erase_one(&one);
	assert_int_equal(export_log(&request, &exported, &finding), 0);
	assert_int_not_equal(access(blob, F_OK), 0);
	assert_int_equal(verify(out, &report, &finding), 0);
	assert_int_equal(report.n_erased, 1);
	snprintf(blob, sizeof(blob), "%s/blob/002", out);
	assert_int_equal(unlink(blob), 0);
	assert_int_equal(verify(out, &report, &finding), AUDIT_FINDING);
	assert_int_equal(finding.entry, 2);
	assert_non_null(strstr(finding.what, "missing"));
}

static void a_listed_content_that_is_still_there_is_a_finding(void **state)
{
	struct verify_report report;
	struct finding finding;
	struct decided one;
	char command[4 * PATH_MAX], out[PATH_MAX];
	struct export_report exported;
	struct export_request request = { .store = d->store, .out = out };

	(void)state;
	snprintf(out, sizeof(out), "%s/export", d->folder);
	new_case(&one);
	assert_int_equal(export_log(&request, &exported, &finding), 0);
	snprintf(command, sizeof(command), "cp %s/blob/001 %s/kept", out, d->folder);
	assert_int_equal(system(command), 0);
	erase_one(&one);
	assert_int_equal(export_log(&request, &exported, &finding), 0);
	snprintf(command, sizeof(command), "mv %s/kept %s/blob/001", d->folder, out);
	assert_int_equal(system(command), 0);
	assert_int_equal(verify(out, &report, &finding), AUDIT_FINDING);
	assert_int_equal(finding.entry, 1);
	assert_non_null(strstr(finding.what, "still here"));
}

static void a_tombstone_of_other_roles_is_a_finding(void **state)
{
	struct erasure_keys swapped = { .eraser = roles.vkeys.protection,
					.protection = roles.vkeys.eraser };
	struct verify_request request = { .path = d->store, .roles = &swapped };
	struct verify_report report;
	struct finding finding;
	struct decided one;

	(void)state;
	new_case(&one);
	erase_one(&one);
	assert_int_equal(verify_log(&request, &report, &finding), AUDIT_FINDING);
	assert_int_equal(finding.entry, 2);
	assert_non_null(strstr(finding.what, "not signed by both roles"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(an_erased_case_is_gone_and_the_others_stay),
		TEST(an_erased_case_may_begin_anew),
		TEST(two_different_roles_must_sign),
		TEST(without_the_keys_of_the_roles_nothing_is_erased),
		TEST(the_database_is_made_again_without_what_was_erased),
		KILLED
		TEST(no_window_of_store_or_backup_opens_what_was_erased),
		TEST(an_export_has_none_of_what_was_erased),
		TEST(a_listed_content_that_is_still_there_is_a_finding),
		TEST(a_tombstone_of_other_roles_is_a_finding),
	};

	if (argc > 1)
		n_rounds = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
