/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/language/policy.h"
#include "proto/packed.h"
#include "proto/result.h"
#include "tests/support/small_policy.h"

static struct arena law;
static struct arena arena;
static const struct edition *edition;

/* Cases that between them hold every type, state and outcome. */
static const char *const cases[] = {
	"",
	"ident.status = possible; presence.here = yes; needs = housing, advice",
	("ident.status = confirmed; presence.here = yes; needs = none; stay = P10D; "
	 "application.received = 2025-02-10; permit.valid_until = 2025-02-01; "
	 "permit.history = none"),
	("ident.status = confirmed; presence.here = yes; needs = none; stay = P10D; "
	 "application.received = 2025-01; permit.valid_until = 2025-02-01; "
	 "permit.history = trp 2020-01-01..2020-12-31, other 2021-01-01..2025-12-31"),
	"ident.status = none; children = 20",
	("ident.status = not known; presence.here = declined; children = 0; "
	 "ident.body = court; contact.route = post; colour = blue; stay = P3650D"),
	"application.received = 1900-01-01; permit.valid_until = 2199-12-31",
};

static int load(void **state)
{
	(void)state;
	arena_init(&law, POLICY_ARENA_BYTES);
	edition = small_policy(&law);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	arena_done(&law);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, DECIDE_ARENA_BYTES);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static struct facts case_of(size_t i)
{
	struct facts facts = small_facts(edition, &arena, cases[i]);

	facts.answers[SMALL_IDENT_STATUS].source = SOURCE_REGISTER;
	facts.answers[SMALL_IDENT_STATUS].basis = BASIS_ASSESSED;
	facts.answers[SMALL_CHILDREN].has_dated = true;
	facts.answers[SMALL_CHILDREN].dated = -5;
	return facts;
}

static struct bytes facts_bytes(size_t i)
{
	struct facts facts = case_of(i);
	struct bytes bytes = result_facts_write(edition, &facts, &arena, NULL);

	assert_non_null(bytes.data);
	return bytes;
}

static void assert_same_bytes(struct bytes a, struct bytes b)
{
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.data, b.data, a.n);
}

/* ---- Facts ---- */

static void facts_come_back_as_they_were_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct facts facts = case_of(i);
		struct facts read;

		assert_int_equal(result_facts_read(edition, facts_bytes(i), &arena,
						   &read), RESULT_OK);
		assert_int_equal(read.as_of, facts.as_of);
		for (size_t k = 0; k < N_SMALL_FACTS; k++) {
			const struct answer *a = &facts.answers[k];
			const struct answer *b = &read.answers[k];

			assert_int_equal(a->state, b->state);
			if (a->state == ANSWER_ABSENT)
				continue;
			assert_int_equal(a->source, b->source);
			assert_int_equal(a->basis, b->basis);
			assert_int_equal(a->has_dated, b->has_dated);
			assert_int_equal(a->dated, b->dated);
			assert_string_equal(fact_print(&edition->facts[k], a, &arena),
					    fact_print(&edition->facts[k], b, &arena));
		}
	}
}

static void the_layout_is_what_the_header_says(void **state)
{
	/* version; as of 20148; ident.status possible, register, assessed;
	   presence.here declined; children 3 dated five days before 1970 */
	static const uint8_t expected[] = {
		1, 0xe8, 0xba, 0x02, 0 << 2 | 1, 2, 1 | 3 << 4,
		2 << 2 | 3, 0, 4 << 2 | 1, 6, 0x40, 9,
	};
	struct facts facts = small_facts(edition, &arena,
					 "ident.status = possible; children = 3; "
					 "presence.here = declined");

	(void)state;
	facts.answers[SMALL_IDENT_STATUS].source = SOURCE_REGISTER;
	facts.answers[SMALL_IDENT_STATUS].basis = BASIS_ASSESSED;
	facts.answers[SMALL_CHILDREN].has_dated = true;
	facts.answers[SMALL_CHILDREN].dated = -5;
	assert_same_bytes(result_facts_write(edition, &facts, &arena, NULL),
			  (struct bytes){ expected, sizeof(expected) });
}

static void each_answer_has_its_slot_and_no_answer_an_empty_one(void **state)
{
	struct bytes slots[RESULT_SLOTS_MAX];
	struct facts facts = case_of(4);
	struct bytes bytes = result_facts_write(edition, &facts, &arena, slots);
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < RESULT_SLOTS_MAX; i++) {
		bool answered = i < N_SMALL_FACTS &&
				facts.answers[i].state != ANSWER_ABSENT;

		assert_int_equal(slots[i].n > 0, answered);
		n += slots[i].n;
	}
	assert_int_equal(n, bytes.n - 4);
	assert_int_equal(result_slots(edition), 16);
}

static void slots_depend_on_the_edition_alone(void **state)
{
	struct edition sized = *edition;

	(void)state;
	sized.n_facts = 16;
	assert_int_equal(result_slots(&sized), 16);
	sized.n_facts = 17;
	assert_int_equal(result_slots(&sized), 32);
	sized.n_facts = 32;
	assert_int_equal(result_slots(&sized), 32);
	sized.n_facts = 33;
	assert_int_equal(result_slots(&sized), 64);
}

static enum result_error read_facts(const uint8_t *bytes, size_t n)
{
	struct facts read;

	return result_facts_read(edition, (struct bytes){ bytes, n }, &arena, &read);
}

static void facts_of_another_version_are_told_from_broken_ones(void **state)
{
	static const uint8_t newer[] = { 2, 0 };
	static const uint8_t no_day[] = { 1 };

	(void)state;
	assert_int_equal(read_facts(newer, 2), RESULT_E_VERSION);
	assert_int_equal(read_facts(no_day, 1), RESULT_E_MALFORMED);
	assert_int_equal(read_facts(NULL, 0), RESULT_E_MALFORMED);
}

/* One case has one encoding: whatever is read is written again as it was. */
static void facts_that_are_read_have_no_other_encoding(void **state)
{
	uint64_t seed = 1;
	size_t n_read = 0;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t bytes[256];
		struct bytes from = facts_bytes(i % ARRAY_LENGTH(cases));
		struct facts read;

		memcpy(bytes, from.data, from.n);
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		bytes[(seed >> 33) % from.n] ^= (uint8_t)(1u << (seed >> 20) % 8);
		from = (struct bytes){ bytes, from.n - (seed >> 50) % 3 % from.n };
		if (result_facts_read(edition, from, &arena, &read) == RESULT_OK) {
			n_read++;
			assert_same_bytes(result_facts_write(edition, &read, &arena,
							     NULL), from);
		}
		arena_reset(&arena);
	}
	assert_true(n_read > 500);
}

/* ---- Packed facts ---- */

static enum packed_error packed(const char *bytes, size_t n, int *ret_fact)
{
	struct facts facts;

	return packed_read(edition, PACKED_PLAIN,
			   (struct bytes){ (const uint8_t *)bytes, n }, &arena,
			   &facts, ret_fact);
}

static void packed_facts_are_refused_with_the_fact_at_fault(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum packed_error error;
		int fact;
	} tries[] = {
		{ "", 0, PACKED_OK, -1 },
		{ "\x01\x02", 2, PACKED_OK, -1 },
		{ "\x02\x07", 2, PACKED_OK, -1 },	/* not known, declined */
		{ "\x00\x02", 2, PACKED_E_MALFORMED, -1 },	/* state absent */
		{ "\x81\x00\x02", 3, PACKED_E_MALFORMED, -1 },	/* overlong */
		{ "\x01\x82\x00", 3, PACKED_E_MALFORMED, 0 },
		{ "\x01", 1, PACKED_E_MALFORMED, 0 },		/* cut off */
		{ "\x07\x03", 2, PACKED_E_MALFORMED, -1 },	/* descending */
		{ "\x03\x03", 2, PACKED_E_MALFORMED, -1 },	/* twice */
		{ "\x2b", 1, PACKED_OK, -1 },			/* the last fact */
		{ "\x2f", 1, PACKED_E_UNKNOWN_FACT, -1 },
		{ "\x01\x08", 2, PACKED_E_VALUE, 0 },		/* a fifth value */
		{ "\x01\x01", 2, PACKED_E_VALUE, 0 },		/* value -1 */
		{ "\x0d\x07", 2, PACKED_OK, -1 },		/* the whole set */
		{ "\x0d\x08", 2, PACKED_E_VALUE, 3 },
		{ "\x11\x28", 2, PACKED_OK, -1 },		/* 20 children */
		{ "\x11\x2a", 2, PACKED_E_RANGE, 4 },
		{ "\x15\x00\x00", 3, PACKED_OK, -1 },		/* 1970-01-01 */
		{ "\x15\x00\x1e", 3, PACKED_OK, -1 },		/* 1970-01 */
		{ "\x21\x00", 2, PACKED_OK, -1 },		/* no periods */
		{ "\x21\x01\x00\x00\x05", 5, PACKED_OK, -1 },
		{ "\x21\x01\x02\x00\x05", 5, PACKED_E_VALUE, 8 },
		{ "\x21\x02\x00\x00\x05\x00\x0a\x05", 8, PACKED_E_VALUE, 8 },
		{ "\x21\x41", 2, PACKED_E_VALUE, 8 },		/* 65 periods */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(tries); i++) {
		int fact = -2;

		if (packed(tries[i].bytes, tries[i].n, &fact) != tries[i].error ||
		    fact != tries[i].fact)
			fail_msg("try %zu: fact %d", i, fact);
	}
}

static void packed_days_stay_in_the_calendar(void **state)
{
	uint8_t bytes[16] = { 0x15 };
	static const int64_t days[] = { DAY_MIN, DAY_MAX, DAY_MIN - 1, DAY_MAX + 1,
					INT64_MIN, INT64_MAX };
	int fact;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(days); i++) {
		uint64_t raw = ((uint64_t)days[i] << 1) ^ (days[i] < 0 ? UINT64_MAX : 0);
		size_t n = 1;

		for (; raw >= 0x80; raw >>= 7)
			bytes[n++] = (uint8_t)(raw | 0x80);
		bytes[n++] = (uint8_t)raw;
		bytes[n++] = 0;
		assert_int_equal(packed((const char *)bytes, n, &fact),
				 i < 2 ? PACKED_OK : PACKED_E_MALFORMED);
	}
}

static void a_full_arena_is_told_from_a_broken_list(void **state)
{
	struct arena small;
	struct facts facts;
	int fact;

	(void)state;
	arena_init(&small, 8);
	assert_int_equal(packed_read(edition, PACKED_PLAIN,
				     (struct bytes){ (const uint8_t *)"\x21\x01\x00\x00\x05",
						     5 },
				     &small, &facts, &fact), PACKED_E_NO_ROOM);
	arena_done(&small);
}

/* ---- Decisions ---- */

static struct decision decide_case(size_t i)
{
	struct facts facts = small_facts(edition, &arena, cases[i]);
	struct decision decision;
	int row;

	assert_int_equal(decide(edition, &edition->questions[0], &facts, &arena,
				&decision, &row), 0);
	return decision;
}

static struct bytes decision_bytes(size_t i)
{
	struct decision decision = decide_case(i);
	struct bytes bytes = result_write(&decision, &arena);

	assert_non_null(bytes.data);
	return bytes;
}

static void assert_same_output(const struct decided_output *a,
			       const struct decided_output *b)
{
	assert_ptr_equal(a->output, b->output);
	assert_int_equal(a->settled, b->settled);
	assert_int_equal(a->possible, b->possible);
	if (a->settled)
		assert_string_equal(decided_output_text(a, &arena),
				    decided_output_text(b, &arena));
}

static void decisions_come_back_as_they_were_written(void **state)
{
	unsigned outcomes = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct decision made = decide_case(i);
		struct decision read;

		assert_int_equal(result_read(edition, decision_bytes(i), &arena,
					     &read), RESULT_OK);
		assert_ptr_equal(read.question, made.question);
		assert_int_equal(read.outcome, made.outcome);
		assert_int_equal(read.agreed, made.agreed);
		assert_int_equal(read.as_of, made.as_of);
		assert_int_equal(read.n_outputs, made.n_outputs);
		for (uint8_t o = 0; o < made.n_outputs; o++)
			assert_same_output(&made.outputs[o], &read.outputs[o]);
		assert_int_equal(read.n_rows, made.n_rows);
		for (uint16_t r = 0; r < made.n_rows; r++) {
			assert_int_equal(read.rows[r].table, made.rows[r].table);
			assert_int_equal(read.rows[r].row, made.rows[r].row);
			assert_int_equal(read.rows[r].certain, made.rows[r].certain);
		}
		assert_int_equal(read.facts_used, made.facts_used);
		assert_int_equal(read.n_open, made.n_open);
		assert_memory_equal(read.open, made.open, made.n_open);
		assert_int_equal(read.n_open_outputs, made.n_open_outputs);
		outcomes |= 1u << made.outcome;
	}
	/* the cases are worth something: ask, grant, wait and refer are there */
	assert_int_equal(outcomes, 1u << OUTCOME_ASK | 1u << OUTCOME_GRANT |
				   1u << OUTCOME_WAIT | 1u << OUTCOME_REFER);
}

static void the_same_case_gives_the_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_same_bytes(decision_bytes(i), decision_bytes(i));
}

static void decisions_that_differ_have_other_bytes(void **state)
{
	struct decision decision = decide_case(1);
	struct bytes bytes = result_write(&decision, &arena);
	struct bytes other;

	(void)state;
	decision.agreed = !decision.agreed;
	other = result_write(&decision, &arena);
	assert_memory_not_equal(bytes.data, other.data, bytes.n);
	decision.agreed = !decision.agreed;
	decision.as_of++;
	other = result_write(&decision, &arena);
	assert_memory_not_equal(bytes.data, other.data, bytes.n);
	decision.as_of--;
	decision.facts_used ^= 1;
	other = result_write(&decision, &arena);
	assert_memory_not_equal(bytes.data, other.data, bytes.n);
}

static void a_decision_that_is_cut_off_or_longer_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct bytes whole = decision_bytes(i);
		uint8_t longer[512];
		struct decision read;

		for (size_t n = 0; n < whole.n; n++)
			assert_int_equal(result_read(edition,
						     (struct bytes){ whole.data, n },
						     &arena, &read),
					 RESULT_E_MALFORMED);
		memcpy(longer, whole.data, whole.n);
		longer[whole.n] = 0;
		assert_int_equal(result_read(edition,
					     (struct bytes){ longer, whole.n + 1 },
					     &arena, &read), RESULT_E_MALFORMED);
		longer[0] = RESULT_VERSION + 1;
		assert_int_equal(result_read(edition,
					     (struct bytes){ longer, whole.n },
					     &arena, &read), RESULT_E_VERSION);
	}
}

static enum result_error read_again(const struct decision *decision)
{
	struct decision read;

	return result_read(edition, result_write(decision, &arena), &arena, &read);
}

/* A settled date has its day, and no fact is open twice. */
static void a_decision_that_decide_never_gives_is_refused(void **state)
{
	struct decision waiting = decide_case(2);
	struct decision asking = decide_case(0);

	(void)state;
	assert_int_equal(waiting.outcome, OUTCOME_WAIT);
	assert_true(waiting.outputs[2].has_day);
	assert_int_equal(read_again(&waiting), RESULT_OK);
	waiting.outputs[2].has_day = false;
	assert_int_equal(read_again(&waiting), RESULT_E_MALFORMED);
	waiting.outputs[2].has_day = true;
	waiting.outputs[1].has_day = true;
	assert_int_equal(read_again(&waiting), RESULT_E_MALFORMED);
	assert_true(asking.n_open >= 2);
	assert_int_equal(read_again(&asking), RESULT_OK);
	asking.open[1] = asking.open[0];
	assert_int_equal(read_again(&asking), RESULT_E_MALFORMED);
	asking.n_open = 1;
	asking.n_open_outputs = 1;
	asking.open_outputs[0] = asking.open[0];
	assert_int_equal(read_again(&asking), RESULT_E_MALFORMED);
	asking.open_outputs[0] = N_SMALL_FACTS;
	assert_int_equal(read_again(&asking), RESULT_E_MALFORMED);
}

static void decisions_that_are_read_have_no_other_encoding(void **state)
{
	uint64_t seed = 7;
	size_t n_read = 0;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		uint8_t bytes[512];
		struct bytes from = decision_bytes(i % ARRAY_LENGTH(cases));
		struct decision read;

		memcpy(bytes, from.data, from.n);
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		bytes[(seed >> 33) % from.n] ^= (uint8_t)(1u << (seed >> 20) % 8);
		from.data = bytes;
		if (result_read(edition, from, &arena, &read) == RESULT_OK) {
			n_read++;
			assert_same_bytes(result_write(&read, &arena), from);
		}
		arena_reset(&arena);
	}
	assert_true(n_read > 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(facts_come_back_as_they_were_written),
		TEST(the_layout_is_what_the_header_says),
		TEST(each_answer_has_its_slot_and_no_answer_an_empty_one),
		TEST(slots_depend_on_the_edition_alone),
		TEST(facts_of_another_version_are_told_from_broken_ones),
		TEST(facts_that_are_read_have_no_other_encoding),
		TEST(packed_facts_are_refused_with_the_fact_at_fault),
		TEST(packed_days_stay_in_the_calendar),
		TEST(a_full_arena_is_told_from_a_broken_list),
		TEST(decisions_come_back_as_they_were_written),
		TEST(the_same_case_gives_the_same_bytes),
		TEST(decisions_that_differ_have_other_bytes),
		TEST(a_decision_that_is_cut_off_or_longer_is_refused),
		TEST(a_decision_that_decide_never_gives_is_refused),
		TEST(decisions_that_are_read_have_no_other_encoding),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
