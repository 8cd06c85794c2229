/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/trust.h"

/* One log and three witnesses, with the seeds 0, 1, 2, 3 repeated. */
#define N_KEYS 4

static struct ed25519_key keys[N_KEYS];
static struct vkey vkeys[N_KEYS];
static char texts[N_KEYS][VKEY_TEXT_BYTES];

static int make_keys(void **state)
{
	uint8_t seed[ED25519_SEED_BYTES];
	char name[16];

	(void)state;
	for (size_t i = 0; i < N_KEYS; i++) {
		memset(seed, (int)i, sizeof(seed));
		snprintf(name, sizeof(name), "key.example/%zu", i);
		if (ed25519_init(&keys[i], seed) != 0 ||
		    !vkey_make(name, i == 0 ? NOTE_KEY_ED25519 : NOTE_KEY_COSIGNATURE,
			       keys[i].public_key, &vkeys[i]))
			return -1;
		vkey_print(&vkeys[i], texts[i]);
	}
	return 0;
}

static int end_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEYS; i++)
		ed25519_done(&keys[i]);
	return 0;
}

static char why[TRUST_WHY_BYTES];
static struct trust trust;

/* Each digit behind a $ is replaced by the key of that number. */
static int parse(const char *policy)
{
	char text[8192];
	size_t n = 0;

	for (; *policy != '\0'; policy++) {
		if (*policy == '$')
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
					      texts[*++policy - '0']);
		else
			text[n++] = *policy;
	}
	return trust_parse((struct bytes){ (const uint8_t *)text, n }, &trust, why);
}

#define WITNESSES "log $0\nwitness a $1\nwitness b $2\nwitness c $3\n"

static void must_parse(const char *policy)
{
	if (parse(policy) != 0)
		fail_msg("%s", why);
}

/* A checkpoint with the signatures of the log and of witnesses, as bits. */
static struct bytes sign(unsigned witnesses, uint64_t time_s)
{
	static char note[4096];
	struct checkpoint checkpoint = { .size = 7 };
	struct bytes text;
	size_t n, n_line;

	strcpy(checkpoint.origin, vkeys[0].name);
	assert_int_equal(checkpoint_sign(&checkpoint, &keys[0], &vkeys[0], note, &n),
			 0);
	assert_int_equal(note_text((struct bytes){ (uint8_t *)note, n }, &text), 0);
	for (size_t i = 1; i < N_KEYS; i++) {
		if ((witnesses >> i & 1) == 0)
			continue;
		assert_int_equal(cosignature_sign(text, &keys[i], &vkeys[i], time_s,
						  note + n, &n_line), 0);
		n += n_line;
	}
	return (struct bytes){ (uint8_t *)note, n };
}

static struct trust_seen seen;
static struct checkpoint checkpoint;

static int judge(unsigned witnesses)
{
	return trust_open(&trust, sign(witnesses, 1700000000), &checkpoint, &seen);
}

/* ---- Policies ---- */

static void a_policy_is_read_as_it_is_written(void **state)
{
	(void)state;
	must_parse("# who we trust\n\nlog $0 https://log.example/\n"
		   "witness a $1\t# the auditor\nwitness b $2 https://b.example/\n"
		   "group both all a b\nquorum both");
	assert_int_equal(trust.n_logs, 1);
	assert_int_equal(trust.n_nodes, 3);
	assert_string_equal(trust.nodes[1].name, "b");
	assert_int_equal(trust.nodes[2].members, 3);
	assert_int_equal(trust.nodes[2].needed, 2);
	assert_int_equal(trust.quorum, 2);
}

static void each_mistake_of_a_policy_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *policy;
		const char *why;
	} mistakes[] = {
		{ "quorum none\n", "without a log" },
		{ "log $0\n", "without a quorum" },
		{ "log $0\nquorum none\nquorum none\n", "line 3: one quorum" },
		{ "log $1\nquorum none\n", "line 1: this is no key of a log" },
		{ "log $0\nwitness a $0\nquorum a\n", "no key of a witness" },
		{ "log $0\nwitness a\nquorum a\n", "line 2: one key" },
		{ "log $0\nwitness none $1\nquorum none\n", "line 2: a name" },
		{ "log $0\nwitness a $1\nwitness a $2\nquorum a\n", "a meaning already" },
		{ "log $0\nwitness a $1\nwitness b $1\nquorum a\n", "the key of a again" },
		{ "log $0\nquorum a\nwitness a $1\n", "line 2: no witness or group" },
		{ "log $0\ngroup g any a\nwitness a $1\nquorum g\n", "line 2: a is no name" },
		{ WITNESSES "group g any a a\nquorum g\n", "stands here twice" },
		{ WITNESSES "group g 0 a b\nquorum g\n", "line 5: a group needs" },
		{ WITNESSES "group g 3 a b\nquorum g\n", "a group needs" },
		{ WITNESSES "group g 02 a b\nquorum g\n", "a group needs" },
		{ WITNESSES "group g most a b\nquorum g\n", "a group needs" },
		{ WITNESSES "group g any\nquorum g\n", "a group needs" },
		{ WITNESSES "quorum a b\n", "line 5: one quorum" },
		{ WITNESSES "extension x\nquorum none\n", "line 5: log, witness" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(mistakes); i++) {
		assert_int_equal(parse(mistakes[i].policy), TRUST_E_MISTAKE);
		if (strstr(why, mistakes[i].why) == NULL)
			fail_msg("%s: %s", mistakes[i].policy, why);
	}
}

static void a_policy_has_at_most_64_witnesses_and_groups(void **state)
{
	char policy[4096];
	size_t n = (size_t)snprintf(policy, sizeof(policy), WITNESSES);

	(void)state;
	for (unsigned i = 3; i < TRUST_NODES_MAX; i++)
		n += (size_t)snprintf(policy + n, sizeof(policy) - n,
				      "group g%u any a\n", i);
	snprintf(policy + n, sizeof(policy) - n, "quorum g63\n");
	must_parse(policy);
	snprintf(policy + n, sizeof(policy) - n, "group g any a\nquorum g63\n");
	assert_int_equal(parse(policy), TRUST_E_MISTAKE);
	assert_non_null(strstr(why, "more than 64"));
}

/* ---- Checkpoints ---- */

static void a_quorum_is_complete_with_so_many_and_not_with_fewer(void **state)
{
	(void)state;
	must_parse(WITNESSES "group g 2 a b c\nquorum g\n");
	assert_int_equal(judge(0), TRUST_E_QUORUM);
	assert_int_equal(judge(2), TRUST_E_QUORUM);
	assert_int_equal(judge(2 | 8), 0);
	assert_true(trust_has(&seen, 0) && !trust_has(&seen, 1) && trust_has(&seen, 2));
	assert_int_equal(seen.time_s[2], 1700000000);
	assert_int_equal(judge(2 | 4 | 8), 0);
}

static void groups_of_groups_count_as_one_each(void **state)
{
	(void)state;
	must_parse(WITNESSES "group ab any a b\ngroup all all ab c\nquorum all\n");
	assert_int_equal(judge(2 | 4), TRUST_E_QUORUM);
	assert_int_equal(judge(8), TRUST_E_QUORUM);
	assert_int_equal(judge(4 | 8), 0);
}

static void a_policy_without_a_quorum_asks_for_the_log_alone(void **state)
{
	(void)state;
	must_parse(WITNESSES "quorum none\n");
	assert_int_equal(judge(0), 0);
	assert_int_equal(checkpoint.size, 7);
	trust_log_only(&vkeys[0], &trust);
	assert_int_equal(judge(2), 0);
	assert_ptr_equal(seen.log, &trust.logs[0]);
}

static void one_wrong_cosignature_rejects_the_checkpoint(void **state)
{
	struct bytes note;

	(void)state;
	must_parse(WITNESSES "quorum none\n");
	note = sign(2 | 4, 1);
	for (size_t at = note.n - 20; at < note.n - 4; at++) {
		uint8_t *byte = (uint8_t *)(uintptr_t)&note.data[at];
		uint8_t was = *byte;

		*byte = was == 'A' ? 'B' : 'A';
		assert_int_equal(trust_open(&trust, note, &checkpoint, &seen),
				 NOTE_E_SIGNATURE);
		*byte = was;
	}
	assert_int_equal(trust_open(&trust, note, &checkpoint, &seen), 0);
}

static void witnesses_do_not_stand_in_for_the_log(void **state)
{
	(void)state;
	must_parse(WITNESSES "group g any a b c\nquorum g\n");
	/* Another log's key, and all witnesses: not by a log that is trusted. */
	memset(trust.logs[0].id, 0xee, NOTE_KEY_ID_BYTES);
	assert_int_equal(judge(2 | 4 | 8), NOTE_E_UNSIGNED);
}

static void the_latest_of_a_witness_signatures_counts(void **state)
{
	char note[4096];
	struct bytes first;
	size_t n, n_line;
	struct bytes text;

	(void)state;
	must_parse(WITNESSES "quorum a\n");
	first = sign(2, 2000);
	memcpy(note, first.data, n = first.n);
	assert_int_equal(note_text((struct bytes){ (uint8_t *)note, n }, &text), 0);
	assert_int_equal(cosignature_sign(text, &keys[1], &vkeys[1], 1000, note + n,
					  &n_line), 0);
	assert_int_equal(trust_open(&trust,
				    (struct bytes){ (uint8_t *)note, n + n_line },
				    &checkpoint, &seen), 0);
	assert_int_equal(seen.time_s[0], 2000);
}

static void the_known_cosignature_comes_out(void **state)
{
	static const char text[] =
		"example.org/permit/log1\n8\n"
		"XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";
	static const char expected[] =
		"\xe2\x80\x94 auditor.example/w1 Fc++LAAAAABlU/EAj4pOEcD0bXDH2lT8zA9X"
		"MoFno+3fWtpOkS9zwRA9vcv0ByHG3C1bH7h6qWkiG3YSL3ZnuGDKE6RCg+r3h7f6AQ"
		"==\n";
	char line[COSIGNATURE_LINE_BYTES];
	uint8_t seed[ED25519_SEED_BYTES];
	struct ed25519_key key;
	struct vkey vkey;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)(0x20 + i);
	assert_int_equal(ed25519_init(&key, seed), 0);
	assert_true(vkey_make("auditor.example/w1", NOTE_KEY_COSIGNATURE,
			      key.public_key, &vkey));
	assert_int_equal(cosignature_sign((struct bytes){ (const uint8_t *)text,
							  strlen(text) },
					  &key, &vkey, 1700000000, line, &n), 0);
	assert_string_equal(line, expected);
	assert_int_equal(n, strlen(expected));
	assert_int_equal(cosignature_sign((struct bytes){ (const uint8_t *)text, 9 },
					  &key, &vkey, (uint64_t)INT64_MAX + 1, line,
					  &n), -EIO);
	ed25519_done(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_is_read_as_it_is_written),
		cmocka_unit_test(each_mistake_of_a_policy_is_refused_with_its_line),
		cmocka_unit_test(a_policy_has_at_most_64_witnesses_and_groups),
		cmocka_unit_test(a_quorum_is_complete_with_so_many_and_not_with_fewer),
		cmocka_unit_test(groups_of_groups_count_as_one_each),
		cmocka_unit_test(a_policy_without_a_quorum_asks_for_the_log_alone),
		cmocka_unit_test(one_wrong_cosignature_rejects_the_checkpoint),
		cmocka_unit_test(witnesses_do_not_stand_in_for_the_log),
		cmocka_unit_test(the_latest_of_a_witness_signatures_counts),
		cmocka_unit_test(the_known_cosignature_comes_out),
	};

	return cmocka_run_group_tests(tests, make_keys, end_keys);
}
