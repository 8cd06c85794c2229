/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/audit_run.h"

/* A receipt with its entry, and nothing else, against a key or a policy. */

#define WITNESS "auditor.example/w1"

static char vkey[VKEY_TEXT_BYTES];

static struct bytes read_entry(const struct audit_log *log, uint64_t seq)
{
	struct log_reader *reader;
	struct segment_record record;
	struct log_problem problem;
	struct segment_item item;
	struct bytes copy = { NULL, 0 };
	size_t at = 0;

	assert_int_equal(log_reader_open(audit_path(log, "store/log"),
					 (struct log_position){ 0 }, &reader), 0);
	do
		assert_int_equal(log_reader_next(reader, &record, &problem), 0);
	while (record.first_seq + record.n_items <= seq);
	for (uint64_t i = record.first_seq; i <= seq; i++)
		assert_true(segment_next_item(&record, &at, &item));
	copy.n = item.entry.n;
	copy.data = memcpy(malloc(copy.n), item.entry.data, copy.n);
	log_reader_close(&reader);
	return copy;
}

/* root/NAME.tlog-proof and .entry, of an entry of the last group. */
static void save(const struct audit_log *log, uint64_t seq, const char *name,
		 const char *more_lines)
{
	char path[64], text[8192];
	struct receipt receipt;
	struct bytes entry = read_entry(log, seq);
	size_t n;

	assert_int_equal(log_receipt(log->log, seq, &receipt), 0);
	n = receipt_bytes(&receipt);
	receipt_print(&receipt, text);
	n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", more_lines);
	snprintf(path, sizeof(path), "%s.tlog-proof", name);
	audit_file_write(audit_path(log, path),
			 (struct bytes){ (const uint8_t *)text, n });
	snprintf(path, sizeof(path), "%s.entry", name);
	audit_file_write(audit_path(log, path), entry);
	free((void *)(uintptr_t)entry.data);
}

/* A line of a witness with this seed under the log's last checkpoint. */
static void cosign(const struct audit_log *log, uint8_t seed_byte, char *to_line,
		   char to_vkey[VKEY_TEXT_BYTES])
{
	uint8_t seed[ED25519_SEED_BYTES];
	struct ed25519_key key;
	struct log_head head;
	struct vkey witness;
	struct bytes text;
	size_t n;

	memset(seed, seed_byte, sizeof(seed));
	log_head(log->log, &head);
	assert_int_equal(note_text(head.note, &text), 0);
	assert_int_equal(ed25519_init(&key, seed), 0);
	assert_true(vkey_make(WITNESS, NOTE_KEY_COSIGNATURE, key.public_key,
			      &witness));
	assert_int_equal(cosignature_sign(text, &key, &witness, 1700000000, to_line,
					  &n), 0);
	vkey_print(&witness, to_vkey);
	ed25519_done(&key);
}

static void begin(struct audit_log *log)
{
	struct log_head head;

	audit_log_begin(log);
	audit_log_fill(log, 5);
	log_head(log->log, &head);
	vkey_print(head.vkey, vkey);
}

static void prove(const struct audit_log *log, const char *arguments)
{
	char all[1024];

	snprintf(all, sizeof(all), "prove %s --vkey '%s' 2>&1", arguments, vkey);
	audit_run(log, all);
}

static void write_trust(const struct audit_log *log, const char *witness)
{
	char text[1024];
	int n = snprintf(text, sizeof(text),
			 "log %s\nwitness auditor %s\nquorum auditor\n", vkey,
			 witness);

	audit_file_write(audit_path(log, "trust"),
			 (struct bytes){ (const uint8_t *)text, (size_t)n });
}

/* ---- With the log's key ---- */

static void a_receipt_and_its_entry_are_proven(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	save(log, 11, "case", "");
	prove(log, "@/case.tlog-proof");
	assert_says(0, "Proven: this entry is in the log.");
	assert_says(0, "11, of 12");
	prove(log, "--json @/case.tlog-proof --entry @/case.entry");
	assert_says(0, "\"proven\": true");
	prove(log, "--plain @/case.tlog-proof");
	assert_says(0, "kind: decision\n");
}

static void a_receipt_proves_no_other_entry(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	save(log, 10, "first", "");
	save(log, 11, "second", "");
	prove(log, "@/first.tlog-proof --entry @/second.entry");
	assert_says(1, "Not proven.");
	assert_says(1, "it does not prove the entry in");
	prove(log, "--json @/first.tlog-proof --entry @/second.entry");
	assert_says(1, "\"proven\": false");
}

static void an_entry_with_one_bit_turned_over_is_not_proven(void **state)
{
	struct audit_log *log = *state;
	struct bytes entry;

	begin(log);
	save(log, 11, "case", "");
	entry = audit_file_read(audit_path(log, "case.entry"));
	((uint8_t *)(uintptr_t)entry.data)[150] ^= 1;
	audit_file_write(audit_path(log, "case.entry"), entry);
	free((void *)(uintptr_t)entry.data);
	prove(log, "@/case.tlog-proof");
	assert_says(1, "it does not prove the entry in");
}

static void the_receipt_of_another_log_is_not_proven(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	audit_log_begin(log);	/* the same name, another key */
	audit_log_fill(log, 5);
	save(log, 11, "case", "");
	prove(log, "@/case.tlog-proof");
	assert_says(1, "not signed by the log that is trusted here");
}

static void what_is_missing_or_no_receipt_is_said(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	save(log, 11, "case", "");
	audit_run(log, "prove @/case.tlog-proof 2>&1");
	assert_says(2, "give either --vkey");
	audit_run(log, "prove @/case.tlog-proof --vkey any 2>&1");
	assert_says(2, "no key of a log");
	prove(log, "@/none.tlog-proof");
	assert_says(4, "none.tlog-proof");
	prove(log, "@/case.tlog-proof --entry @/none.entry");
	assert_says(4, "none.entry");
	prove(log, "@/case.entry --entry @/case.entry");
	assert_says(1, "it is no receipt");
	prove(log, "@/case.tlog-proof --entry @/case.tlog-proof");
	assert_says(1, "case.tlog-proof");
}

/* ---- With witnesses ---- */

static void a_quorum_of_witnesses_is_asked_for(void **state)
{
	struct audit_log *log = *state;
	char line[COSIGNATURE_LINE_BYTES], witness[VKEY_TEXT_BYTES];

	begin(log);
	cosign(log, 1, line, witness);
	write_trust(log, witness);
	save(log, 11, "alone", "");
	save(log, 11, "witnessed", line);
	audit_run(log, "prove @/witnessed.tlog-proof --trust @/trust");
	assert_says(0, "auditor, 2023-11-14 22:13:20 UTC");
	audit_run(log, "prove @/witnessed.tlog-proof --trust @/trust --json");
	assert_says(0, "\"time_s\": 1700000000");
	audit_run(log, "prove @/alone.tlog-proof --trust @/trust");
	assert_says(1, "too few witnesses have signed the checkpoint");
}

static void a_wrong_cosignature_is_worse_than_none(void **state)
{
	struct audit_log *log = *state;
	char line[COSIGNATURE_LINE_BYTES], witness[VKEY_TEXT_BYTES];

	begin(log);
	cosign(log, 1, line, witness);
	write_trust(log, witness);
	line[strlen(line) - 10] = line[strlen(line) - 10] == 'A' ? 'B' : 'A';
	save(log, 11, "case", line);
	audit_run(log, "prove @/case.tlog-proof --trust @/trust");
	assert_says(1, "a signature of its checkpoint is wrong");
}

static void a_policy_that_is_none_is_refused_with_its_line(void **state)
{
	struct audit_log *log = *state;

	begin(log);
	save(log, 11, "case", "");
	write_trust(log, "nobody");
	audit_run(log, "prove @/case.tlog-proof --trust @/trust 2>&1");
	assert_says(6, "line 2: this is no key of a witness");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_receipt_and_its_entry_are_proven),
		cmocka_unit_test(a_receipt_proves_no_other_entry),
		cmocka_unit_test(an_entry_with_one_bit_turned_over_is_not_proven),
		cmocka_unit_test(the_receipt_of_another_log_is_not_proven),
		cmocka_unit_test(what_is_missing_or_no_receipt_is_said),
		cmocka_unit_test(a_quorum_of_witnesses_is_asked_for),
		cmocka_unit_test(a_wrong_cosignature_is_worse_than_none),
		cmocka_unit_test(a_policy_that_is_none_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, audit_log_setup, audit_log_teardown);
}
