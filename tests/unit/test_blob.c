/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/blob.h"

static struct bytes text(const char *string)
{
	return (struct bytes){ (const uint8_t *)string, strlen(string) };
}

static struct content_decision decision(void)
{
	struct content_decision content = {
		.case_ref = text("CA-7K3M-9"),
		.request_id = text("r1"),
		.policy_id = text("ca-vtip"),
		.question = text("first-permit"),
		.actor_role = 2,
		.received_on = BLOB_NO_DAY,
		.decided_on = 20000,
		.in_force_on = -5,
		.recorded_ms = 1700000000001,
		.clock_ms = 1700000000002,
		.facts = text("facts"),
		.result = text("result"),
	};

	memset(content.k_salt, 0xaa, sizeof(content.k_salt));
	memset(content.salt_r, 0xbb, sizeof(content.salt_r));
	return content;
}

/* What was encoded, in memory of exactly its length. */
static uint8_t *encode(const struct content_decision *content, size_t *ret_n)
{
	uint8_t *blob;

	*ret_n = blob_decision_bytes(content);
	blob = malloc(*ret_n);
	assert_non_null(blob);
	assert_int_equal(blob_decision_encode(content, blob), BLOB_SOUND);
	return blob;
}

static void assert_bytes(struct bytes got, struct bytes expected)
{
	assert_int_equal(got.n, expected.n);
	assert_memory_equal(got.data, expected.data, got.n);
}

static void a_decision_reads_back_as_it_was_written(void **state)
{
	struct content_decision content = decision(), again;
	size_t n;
	uint8_t *blob = encode(&content, &n);

	(void)state;
	assert_memory_equal(blob, "PDB1\0\0\1\0\0\0\x09" "CA-7K3M-9", 20);
	assert_int_equal(blob_decision_decode((struct bytes){ blob, n }, &again),
			 BLOB_SOUND);
	assert_bytes(again.case_ref, content.case_ref);
	assert_bytes(again.request_id, content.request_id);
	assert_bytes(again.policy_id, content.policy_id);
	assert_bytes(again.question, content.question);
	assert_bytes(again.facts, content.facts);
	assert_bytes(again.result, content.result);
	assert_int_equal(again.actor_role, 2);
	assert_int_equal(again.received_on, BLOB_NO_DAY);
	assert_int_equal(again.decided_on, 20000);
	assert_int_equal(again.in_force_on, -5);
	assert_int_equal(again.recorded_ms, content.recorded_ms);
	assert_int_equal(again.clock_ms, content.clock_ms);
	assert_memory_equal(again.k_salt, content.k_salt, 32);
	assert_memory_equal(again.salt_r, content.salt_r, 32);
	free(blob);
}

static void an_enactment_reads_back_as_it_was_written(void **state)
{
	struct content_enactment again, content = {
		.policy_id = text("ca-vtip"),
		.edition = text("2025-02-04"),
		.in_force_on = 20123,
		.recorded_ms = 1700000000001,
		.bundle = text("# Canada"),
	};
	size_t n = blob_enactment_bytes(&content);
	uint8_t *blob = malloc(n);

	(void)state;
	assert_non_null(blob);
	assert_int_equal(blob_enactment_encode(&content, blob), BLOB_SOUND);
	assert_int_equal(blob_enactment_decode((struct bytes){ blob, n }, &again),
			 BLOB_SOUND);
	assert_bytes(again.policy_id, content.policy_id);
	assert_bytes(again.edition, content.edition);
	assert_bytes(again.bundle, content.bundle);
	assert_int_equal(again.in_force_on, 20123);
	assert_int_equal(again.recorded_ms, content.recorded_ms);
	/* The two contents share no tag, so neither passes for the other. */
	assert_int_equal(blob_decision_decode((struct bytes){ blob, n },
					      &(struct content_decision){ 0 }),
			 BLOB_FAULT_FIELD);
	free(blob);
}

static void a_blob_cut_off_anywhere_is_refused(void **state)
{
	struct content_decision content = decision(), again;
	size_t n;
	uint8_t *blob = encode(&content, &n);

	(void)state;
	for (size_t k = 0; k < n; k++) {
		uint8_t *cut = malloc(k > 0 ? k : 1);

		assert_non_null(cut);
		memcpy(cut, blob, k);
		assert_int_not_equal(blob_decision_decode(
			(struct bytes){ cut, k }, &again), BLOB_SOUND);
		free(cut);
	}
	free(blob);
}

/* One content, one encoding: what can be read is what would be written. */
static void every_changed_bit_is_refused_or_seen(void **state)
{
	struct content_decision content = decision(), again;
	size_t n, n_again;
	uint8_t *blob = encode(&content, &n);

	(void)state;
	for (size_t bit = 0; bit < n * 8; bit++) {
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (blob_decision_decode((struct bytes){ blob, n }, &again) ==
		    BLOB_SOUND) {
			uint8_t *same = encode(&again, &n_again);

			assert_int_equal(n_again, n);
			assert_memory_equal(same, blob, n);
			free(same);
		}
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	free(blob);
}

static void each_fault_is_told_apart(void **state)
{
	struct content_decision content = decision(), again;
	size_t n = blob_decision_bytes(&content);
	uint8_t *blob = calloc(1, n + 1);

	(void)state;
	assert_non_null(blob);
	assert_int_equal(blob_decision_encode(&content, blob), BLOB_SOUND);
#define DECODE(n) blob_decision_decode((struct bytes){ blob, n }, &again)
	assert_int_equal(DECODE(n + 1), BLOB_FAULT_TRAILING);
	assert_int_equal(DECODE(n - 1), BLOB_FAULT_LENGTH);
	assert_int_equal(DECODE(4), BLOB_FAULT_MAGIC);
	blob[4] = BLOB_SEALED;
	assert_int_equal(DECODE(n), BLOB_FAULT_KIND);
	blob[4] = 2;
	assert_int_equal(DECODE(n), BLOB_FAULT_KIND);
	blob[4] = BLOB_CLEAR;
	blob[6] = 2;
	assert_int_equal(DECODE(n), BLOB_FAULT_FIELD);
	blob[6] = 1;
	blob[12] = '\n';
	assert_int_equal(DECODE(n), BLOB_FAULT_VALUE);
	blob[12] = 0xff;
	assert_int_equal(DECODE(n), BLOB_FAULT_VALUE);
	blob[12] = 'A';
	assert_int_equal(DECODE(n), BLOB_SOUND);
	blob[0] = 'X';
	assert_int_equal(DECODE(n), BLOB_FAULT_MAGIC);
	free(blob);
}

static enum blob_fault try_decision(const struct content_decision *content)
{
	uint8_t *blob = malloc(blob_decision_bytes(content));
	enum blob_fault fault;

	assert_non_null(blob);
	fault = blob_decision_encode(content, blob);
	free(blob);
	return fault;
}

static void names_have_their_limits(void **state)
{
	struct content_decision content;
	char name[BLOB_NAME_MAX_BYTES + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[BLOB_NAME_MAX_BYTES + 1] = '\0';
	content = decision();
	content.policy_id = text(name);
	assert_int_equal(try_decision(&content), BLOB_FAULT_LENGTH);
	content.policy_id.n = BLOB_NAME_MAX_BYTES;
	assert_int_equal(try_decision(&content), BLOB_SOUND);
	content.policy_id.n = 1;
	assert_int_equal(try_decision(&content), BLOB_SOUND);
	content.policy_id.n = 0;
	assert_int_equal(try_decision(&content), BLOB_FAULT_LENGTH);
	content = decision();
	content.case_ref = (struct bytes){ NULL, 0 };
	assert_int_equal(try_decision(&content), BLOB_SOUND);
	content.case_ref = text("a\x7f");
	assert_int_equal(try_decision(&content), BLOB_FAULT_VALUE);
}

static void facts_and_results_have_their_limits(void **state)
{
	struct content_decision content = decision();
	uint8_t *large = calloc(1, BLOB_FACTS_MAX_BYTES + 1);

	(void)state;
	assert_non_null(large);
	content.facts = (struct bytes){ large, BLOB_FACTS_MAX_BYTES };
	assert_int_equal(try_decision(&content), BLOB_SOUND);
	content.facts.n++;
	assert_int_equal(try_decision(&content), BLOB_FAULT_LENGTH);
	content.facts.n = 0;
	assert_int_equal(try_decision(&content), BLOB_SOUND);
	content.result = (struct bytes){ large, BLOB_RESULT_MAX_BYTES };
	assert_int_equal(try_decision(&content), BLOB_SOUND);
	content.result.n++;
	assert_int_equal(try_decision(&content), BLOB_FAULT_LENGTH);
	content.result.n = 0;
	assert_int_equal(try_decision(&content), BLOB_FAULT_LENGTH);
	free(large);
}

static void a_bundle_has_its_limits_and_fits_a_blob(void **state)
{
	uint8_t *large = calloc(1, BLOB_BUNDLE_MAX_BYTES + 1);
	uint8_t *blob = malloc(BLOB_MAX_BYTES + 1);
	struct content_enactment content = {
		.policy_id = text("p"),
		.edition = text("e"),
		.bundle = { large, BLOB_BUNDLE_MAX_BYTES },
	};

	(void)state;
	assert_true(large != NULL && blob != NULL);
	assert_in_range(blob_enactment_bytes(&content), 1, BLOB_MAX_BYTES);
	assert_int_equal(blob_enactment_encode(&content, blob), BLOB_SOUND);
	content.bundle.n++;
	assert_int_equal(blob_enactment_encode(&content, blob),
			 BLOB_FAULT_LENGTH);
	content.bundle.n = 0;
	assert_int_equal(blob_enactment_encode(&content, blob),
			 BLOB_FAULT_LENGTH);
	free(large);
	free(blob);
}

static void days_lie_in_the_calendar(void **state)
{
	struct content_decision content = decision();

	(void)state;
	content.decided_on = DAY_MIN;
	assert_int_equal(try_decision(&content), BLOB_SOUND);
	content.decided_on = DAY_MIN - 1;
	assert_int_equal(try_decision(&content), BLOB_FAULT_VALUE);
	content.decided_on = DAY_MAX;
	assert_int_equal(try_decision(&content), BLOB_SOUND);
	content.decided_on = DAY_MAX + 1;
	assert_int_equal(try_decision(&content), BLOB_FAULT_VALUE);
	content.decided_on = BLOB_NO_DAY;
	assert_int_equal(try_decision(&content), BLOB_FAULT_VALUE);
	content = decision();
	content.received_on = DAY_MAX + 1;
	assert_int_equal(try_decision(&content), BLOB_FAULT_VALUE);
}

static void each_fault_has_its_own_words(void **state)
{
	(void)state;
	for (int a = BLOB_SOUND; a <= BLOB_FAULT_TRAILING; a++)
		for (int b = BLOB_SOUND; b < a; b++)
			assert_string_not_equal(
				blob_fault_text((enum blob_fault)a),
				blob_fault_text((enum blob_fault)b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_decision_reads_back_as_it_was_written),
		cmocka_unit_test(an_enactment_reads_back_as_it_was_written),
		cmocka_unit_test(a_blob_cut_off_anywhere_is_refused),
		cmocka_unit_test(every_changed_bit_is_refused_or_seen),
		cmocka_unit_test(each_fault_is_told_apart),
		cmocka_unit_test(names_have_their_limits),
		cmocka_unit_test(facts_and_results_have_their_limits),
		cmocka_unit_test(a_bundle_has_its_limits_and_fits_a_blob),
		cmocka_unit_test(days_lie_in_the_calendar),
		cmocka_unit_test(each_fault_has_its_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
