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

#include "proto/signer.h"
#include "proto/tiles.h"
#include "tests/support/audit_try.h"

/*
 * A log of 42 entries: two enactments, forty decisions. Whatever is changed in
 * its export must be found, and by its name.
 */
#define SIZE 42
#define BUNDLE "tile/entries/000.p/42"
#define TILE "tile/0/000.p/42"
#define SLOT (2 + ENTRY_HEADER_BYTES)	/* of a decision in a bundle */

static struct audit_log *exported(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_fill(log, 20);
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(audit_verify(log->out, NULL, SIZE), 0);
	return log;
}

static int verify(const struct audit_log *log)
{
	return audit_verify(log->out, NULL, 0);
}

static void replace(const struct audit_log *log, const char *name, const void *data,
		    size_t n)
{
	audit_file_write(audit_out_path(log, name), (struct bytes){ data, n });
}

/* The bundle's bytes, to be changed and freed. */
static uint8_t *bundle_of(const struct audit_log *log, size_t *ret_n)
{
	struct bytes bundle = audit_file_read(audit_out_path(log, BUNDLE));

	*ret_n = bundle.n;
	return (uint8_t *)(uintptr_t)bundle.data;
}

/* ---- Files that were changed ---- */

static void a_bit_of_an_entry_is_found(void **state)
{
	struct audit_log *log = exported(state);

	audit_flip(log, BUNDLE, 8 * (5 * SLOT + 100));
	verify(log);
	assert_true(audit_found(5, BUNDLE, "not the entry that was signed"));
}

static void a_bit_of_a_blob_is_found(void **state)
{
	struct audit_log *log = exported(state);

	audit_flip(log, "blob/007", 333);
	verify(log);
	assert_true(audit_found(7, "blob/007", "not the one that was recorded"));
}

static void a_bit_of_a_tile_is_found(void **state)
{
	struct audit_log *log = exported(state);

	audit_flip(log, TILE, 8 * (3 * DIGEST_BYTES) + 5);
	verify(log);
	assert_true(audit_found(3, TILE, BUNDLE));
}

static void a_bit_of_the_signed_text_is_found(void **state)
{
	struct audit_log *log = exported(state);

	/* the last digit of the size, behind the origin's line */
	audit_flip(log, "checkpoint", 8 * (strlen("example.org/test/log\n") + 1));
	verify(log);
	assert_true(audit_found(AUDIT_NO_ENTRY, "checkpoint", "signature is wrong"));
}

static void a_bit_of_a_policy_is_found(void **state)
{
	struct audit_log *log = exported(state);
	char digits[2 * DIGEST_BYTES + 1], path[96];

	hex_print(log->editions[1].hash.bytes, DIGEST_BYTES, digits);
	snprintf(path, sizeof(path), "policy/%s", digits);
	audit_flip(log, path, 4000);
	verify(log);
	assert_true(audit_found(1, path, "not the edition that was enacted"));
}

static void a_bit_of_the_key_is_found(void **state)
{
	struct audit_log *log = exported(state);

	audit_flip(log, "vkeys", 8 * strlen("example.org/test/log+0123"));
	verify(log);
	assert_true(audit_found(AUDIT_NO_ENTRY, "vkeys", "one key on one line"));
}

/* ---- Entries that were moved ---- */

static void an_entry_that_was_removed_is_found(void **state)
{
	struct audit_log *log = exported(state);
	size_t n, at = 0;
	uint8_t *bundle = bundle_of(log, &n);
	struct bytes entry;

	for (int i = 0; i < 5; i++)
		assert_true(tile_bundle_next((struct bytes){ bundle, n }, &at, &entry));
	memmove(bundle + at, bundle + at + SLOT, n - at - SLOT);
	replace(log, BUNDLE, bundle, n - SLOT);
	free(bundle);
	verify(log);
	assert_true(audit_found(5, BUNDLE, "removed"));
}

static void the_last_entry_that_was_removed_is_found(void **state)
{
	struct audit_log *log = exported(state);
	size_t n;
	uint8_t *bundle = bundle_of(log, &n);

	replace(log, BUNDLE, bundle, n - SLOT);
	free(bundle);
	verify(log);
	assert_true(audit_found(41, BUNDLE, "ends before this entry"));
}

static void an_entry_that_was_duplicated_is_found(void **state)
{
	struct audit_log *log = exported(state);
	size_t n;
	uint8_t *bundle = bundle_of(log, &n);
	uint8_t *longer = malloc(n + SLOT);

	assert_non_null(longer);
	memcpy(longer, bundle, n);
	memcpy(longer + n, bundle + n - SLOT, SLOT);
	replace(log, BUNDLE, longer, n + SLOT);
	free(bundle);
	free(longer);
	verify(log);
	assert_true(audit_found(41, BUNDLE, "more than the entries"));
}

static void entries_that_were_swapped_are_found(void **state)
{
	struct audit_log *log = exported(state);
	uint8_t entry[SLOT];
	size_t n;
	uint8_t *bundle = bundle_of(log, &n);

	memcpy(entry, bundle + 8 * SLOT, SLOT);
	memcpy(bundle + 8 * SLOT, bundle + 9 * SLOT, SLOT);
	memcpy(bundle + 9 * SLOT, entry, SLOT);
	replace(log, BUNDLE, bundle, n);
	free(bundle);
	verify(log);
	assert_true(audit_found(8, BUNDLE, "moved"));
}

/* Entry and tile agree; only the signed root knows better. */
static void an_entry_changed_together_with_its_tile_is_found(void **state)
{
	struct audit_log *log = exported(state);
	size_t n;
	uint8_t *bundle = bundle_of(log, &n);
	struct bytes tile = audit_file_read(audit_out_path(log, TILE));
	uint8_t *hashes = (uint8_t *)(uintptr_t)tile.data;
	struct digest leaf;

	bundle[5 * SLOT + 100] ^= 1;
	leaf = merkle_leaf((struct bytes){ bundle + 5 * SLOT + 2,
					   ENTRY_HEADER_BYTES });
	memcpy(hashes + 5 * DIGEST_BYTES, leaf.bytes, DIGEST_BYTES);
	replace(log, BUNDLE, bundle, n);
	replace(log, TILE, hashes, tile.n);
	free(bundle);
	free(hashes);
	verify(log);
	assert_true(audit_found(AUDIT_NO_ENTRY, "checkpoint", "another root"));
}

/* ---- Files that are missing, or of another log ---- */

static void each_missing_file_is_found(void **state)
{
	static const struct {
		const char *file;
		uint64_t entry;
	} files[] = {
		{ "checkpoint", AUDIT_NO_ENTRY }, { "vkeys", AUDIT_NO_ENTRY },
		{ TILE, 0 }, { BUNDLE, 0 }, { "blob/000", 0 }, { "blob/041", 41 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
		struct audit_log *log = exported(state);

		assert_int_equal(unlink(audit_out_path(log, files[i].file)), 0);
		verify(log);
		assert_true(audit_found(files[i].entry, files[i].file, "missing"));
	}
}

static void a_log_that_was_cut_short_shows_against_the_expected_size(void **state)
{
	struct audit_log *log = exported(state);

	assert_int_equal(audit_verify(log->out, NULL, SIZE), 0);
	assert_int_equal(audit_verify(log->out, NULL, SIZE + 1), AUDIT_FINDING);
	assert_true(audit_found(AUDIT_NO_ENTRY, "", "43 were expected"));
}

static void another_key_than_the_one_given_is_found(void **state)
{
	struct audit_log *log = exported(state);
	static const char other[] = "example.org/permit/log1+1111dfce+"
				    "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

	audit_verify(log->out, other, 0);
	assert_true(audit_found(AUDIT_NO_ENTRY, "vkeys", "another key"));
	assert_int_equal(unlink(audit_out_path(log, "vkeys")), 0);
	audit_verify(log->out, other, 0);
	assert_int_equal(audit_try.r, AUDIT_FINDING);
	assert_string_equal(audit_try.finding.file, "checkpoint");
	assert_int_equal(audit_verify(log->out, "no key", 0), -EDOM);
}

static void the_key_that_was_given_is_enough(void **state)
{
	struct audit_log *log = exported(state);
	struct log_head head;
	char vkey[VKEY_TEXT_BYTES];

	log_head(log->log, &head);
	vkey_print(head.vkey, vkey);
	assert_int_equal(unlink(audit_out_path(log, "vkeys")), 0);
	assert_int_equal(audit_verify(log->out, vkey, SIZE), 0);
	assert_true(audit_try.verified.key.from_outside);
}

static void an_edition_that_was_replaced_is_found(void **state)
{
	struct audit_log *log = exported(state);
	struct bytes other = audit_file_read(audit_out_path(log, "blob/001"));

	replace(log, "blob/000", other.data, other.n);
	free((void *)(uintptr_t)other.data);
	verify(log);
	assert_true(audit_found(0, "blob/000", "not the one that was recorded"));
}

static void a_file_that_nothing_vouches_for_is_counted(void **state)
{
	struct audit_log *log = exported(state);

	replace(log, "blob/letter", "x", 1);
	assert_int_equal(verify(log), 0);
	assert_int_equal(audit_try.verified.head.n_other, 1);
	assert_string_equal(audit_try.verified.head.other, "blob/letter");
}

/* ---- Under a good signature ---- */

static void what_a_signed_log_may_not_say_is_found(void **state)
{
	static const struct {
		enum audit_fault fault;
		const char *what;
	} cases[] = {
		{ AUDIT_RESULT_COMMIT, "result_commit" },
		{ AUDIT_FIELDS_ROOT, "fields_root" },
		{ AUDIT_QUESTION, "another question" },
		{ AUDIT_EDITION, "no entry before it has enacted" },
		{ AUDIT_BLOB, "too short or too long" },
	};
	struct audit_log *log = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		audit_log_begin(log);
		audit_log_enact(log, 0, AUDIT_SOUND);
		audit_log_decide(log, 0, 3, AUDIT_SOUND);
		audit_log_decide(log, 0, 1, cases[i].fault);
		audit_log_decide(log, 0, 3, AUDIT_SOUND);
		audit_verify(log->store, NULL, 0);
		assert_true(audit_found(4, "log/00000000.seg, byte ", cases[i].what));
		assert_int_equal(audit_export(log), 0);
		verify(log);
		assert_true(audit_found(4, "blob/004", cases[i].what));
	}
}

static void a_bundle_that_is_not_the_edition_it_names_is_found(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_enact(log, 0, AUDIT_BUNDLE);
	audit_verify(log->store, NULL, 0);
	assert_true(audit_found(0, "log/00000000.seg", "whose hash it names"));
	assert_int_equal(audit_export(log), AUDIT_FINDING);
	assert_true(audit_found(0, "log/00000000.seg", "whose hash it names"));
}

static void an_edition_enacted_after_its_decision_is_found(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_enact(log, 0, AUDIT_SOUND);
	audit_log_decide(log, 1, 1, AUDIT_SOUND);
	audit_log_enact(log, 1, AUDIT_SOUND);
	audit_verify(log->store, NULL, 0);
	assert_true(audit_found(1, "log/00000000.seg", "no entry before it"));
}

/* Makes tile and checkpoint fit the bundle, with the log's own key. */
static void sign_again(const struct audit_log *log, const uint8_t *bundle, size_t n)
{
	struct merkle_frontier frontier = { .size = 0 };
	struct checkpoint checkpoint = { .origin = "example.org/test/log",
					 .size = SIZE };
	uint8_t hashes[SIZE * DIGEST_BYTES];
	char note[CHECKPOINT_NOTE_BYTES];
	struct signer signer;
	struct bytes entry;
	size_t at = 0, n_note;

	while (tile_bundle_next((struct bytes){ bundle, n }, &at, &entry)) {
		struct digest leaf = merkle_leaf(entry);

		memcpy(hashes + frontier.size * DIGEST_BYTES, leaf.bytes,
		       DIGEST_BYTES);
		merkle_frontier_add(&frontier, &leaf);
	}
	checkpoint.root = merkle_frontier_root(&frontier);
	assert_int_equal(signer_load(audit_path(log, "store/keys/log.key"), NOTE_KEY_ED25519, checkpoint.origin, &signer), 0);
	assert_int_equal(checkpoint_sign(&checkpoint, &signer.key, &signer.vkey, note,
					 &n_note), 0);
	signer_done(&signer);
	replace(log, BUNDLE, bundle, n);
	replace(log, TILE, hashes, sizeof(hashes));
	replace(log, "checkpoint", note, n_note);
}

static void what_a_signed_entry_may_not_be_is_found(void **state)
{
	static const struct {
		size_t at;	/* a byte of the header */
		uint8_t value;
		const char *what;
	} cases[] = {
		{ 0, 'Q', "does not begin like an entry" },
		{ 4, 99, "has an unknown type" },
		{ 5, 3, "has an unknown flag" },
		{ 7, 0, "is not as long as it says" },
		{ 15, 7, "says to be entry 7" },
		{ 18, 0, "older than the entry before it" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct audit_log *log = exported(state);
		size_t n;
		uint8_t *bundle = bundle_of(log, &n);

		bundle[6 * SLOT + 2 + cases[i].at] = cases[i].value;
		sign_again(log, bundle, n);
		free(bundle);
		verify(log);
		assert_true(audit_found(6, BUNDLE, cases[i].what));
	}
}

/* ---- The store's own files ---- */

static void a_store_that_its_key_has_not_signed_is_found(void **state)
{
	struct audit_log *log = *state;
	static const char other[] = "example.org/permit/log1+1111dfce+"
				    "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n";

	audit_log_begin(log);
	audit_log_fill(log, 3);
	audit_file_write(audit_path(log, "store/keys/log.key.pub"),
			 (struct bytes){ (const uint8_t *)other, strlen(other) });
	audit_verify(log->store, NULL, 0);
	assert_true(audit_found(0, "log/00000000.seg", "key has not signed"));
}

static void a_damaged_record_of_a_store_is_found(void **state)
{
	struct audit_log *log = *state;
	char segment[128];
	struct bytes content;
	uint8_t *data;

	audit_log_begin(log);
	audit_log_fill(log, 20);
	snprintf(segment, sizeof(segment), "%s/log/00000000.seg", log->store);
	content = audit_file_read(segment);
	data = (uint8_t *)(uintptr_t)content.data;
	data[300] ^= 1;
	audit_file_write(segment, content);
	audit_verify(log->store, NULL, 0);
	assert_true(audit_found(0, "log/00000000.seg", "checksum"));
	assert_int_equal(audit_export(log), AUDIT_FINDING);
	free(data);
}

static void a_last_group_that_is_damaged_shows(void **state)
{
	struct audit_log *log = *state;
	char segment[128];
	struct bytes content;
	uint8_t *data;
	struct log_head head;

	audit_log_begin(log);
	audit_log_fill(log, 1);
	log_head(log->log, &head);
	snprintf(segment, sizeof(segment), "%s/log/00000000.seg", log->store);
	content = audit_file_read(segment);
	data = (uint8_t *)(uintptr_t)content.data;
	data[head.mark.position.offset + 300] ^= 1;
	audit_file_write(segment, content);
	free(data);
	assert_int_equal(audit_verify(log->store, NULL, 0), 0);
	assert_true(audit_try.verified.head.unfinished);
	assert_int_equal(audit_verify(log->store, NULL, 4), AUDIT_FINDING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bit_of_an_entry_is_found),
		cmocka_unit_test(a_bit_of_a_blob_is_found),
		cmocka_unit_test(a_bit_of_a_tile_is_found),
		cmocka_unit_test(a_bit_of_the_signed_text_is_found),
		cmocka_unit_test(a_bit_of_a_policy_is_found),
		cmocka_unit_test(a_bit_of_the_key_is_found),
		cmocka_unit_test(an_entry_that_was_removed_is_found),
		cmocka_unit_test(the_last_entry_that_was_removed_is_found),
		cmocka_unit_test(an_entry_that_was_duplicated_is_found),
		cmocka_unit_test(entries_that_were_swapped_are_found),
		cmocka_unit_test(an_entry_changed_together_with_its_tile_is_found),
		cmocka_unit_test(each_missing_file_is_found),
		cmocka_unit_test(
			a_log_that_was_cut_short_shows_against_the_expected_size),
		cmocka_unit_test(another_key_than_the_one_given_is_found),
		cmocka_unit_test(the_key_that_was_given_is_enough),
		cmocka_unit_test(an_edition_that_was_replaced_is_found),
		cmocka_unit_test(a_file_that_nothing_vouches_for_is_counted),
		cmocka_unit_test(what_a_signed_log_may_not_say_is_found),
		cmocka_unit_test(a_bundle_that_is_not_the_edition_it_names_is_found),
		cmocka_unit_test(an_edition_enacted_after_its_decision_is_found),
		cmocka_unit_test(what_a_signed_entry_may_not_be_is_found),
		cmocka_unit_test(a_store_that_its_key_has_not_signed_is_found),
		cmocka_unit_test(a_damaged_record_of_a_store_is_found),
		cmocka_unit_test(a_last_group_that_is_damaged_shows),
	};

	return cmocka_run_group_tests(tests, audit_log_setup, audit_log_teardown);
}
