/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/language/policy.h"
#include "proto/borrow.h"
#include "proto/message.h"
#include "proto/packed.h"
#include "proto/wire.h"
#include "tests/support/small_policy.h"

#define CODE(name) PERMIT__V1__CODE__CODE_##name
#define AS_OF 20148	/* 2025-03-01 */

static struct arena law;
static struct arena arena;
static const struct edition *edition;
static struct refusal refusal;

/* One request whose facts each test sets. */
static Permit__V1__EvaluateRequest request;
static Permit__V1__NamedFacts named;
static Permit__V1__NamedFact fact[8];
static Permit__V1__NamedFact *facts_list[8];

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
	arena_init(&arena, 2 * DECIDE_ARENA_BYTES);
	memset(&refusal, 0, sizeof(refusal));
	permit__v1__evaluate_request__init(&request);
	permit__v1__named_facts__init(&named);
	named.facts = facts_list;
	request.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_NAMED;
	request.named = &named;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void answer(const char *key, const char *value)
{
	size_t i = named.n_facts++;

	permit__v1__named_fact__init(&fact[i]);
	facts_list[i] = &fact[i];
	fact[i].key = borrow_text(key);
	fact[i].answer_case = PERMIT__V1__NAMED_FACT__ANSWER_VALUE;
	fact[i].value = borrow_text(value);
}

static int read_into(struct facts *facts, uint64_t *unused)
{
	return wire_read_facts(&request, edition, AS_OF, &arena, facts, unused,
			       &refusal);
}

static struct facts read_facts(void)
{
	struct facts facts;
	uint64_t unused;

	if (read_into(&facts, &unused) != 0)
		fail_msg("%s: %s", refusal.field, refusal.message);
	return facts;
}

/* ---- Named facts ---- */

static void named_facts_become_answers_with_their_sources(void **state)
{
	struct facts facts;

	(void)state;
	answer("ident.status", "possible");
	fact[0].source = PERMIT__V1__SOURCE__SOURCE_PROFESSIONAL;
	fact[0].basis = PERMIT__V1__BASIS__BASIS_DOCUMENTED;
	fact[0].dated = borrow_text("2025-02-28");
	answer("children", "3");
	answer("needs", "");
	fact[2].answer_case = PERMIT__V1__NAMED_FACT__ANSWER_DECLINED;
	fact[2].declined = true;
	answer("stay", "not known");
	facts = read_facts();
	assert_int_equal(facts.as_of, AS_OF);
	assert_int_equal(facts.answers[SMALL_IDENT_STATUS].state, ANSWER_VALUE);
	assert_int_equal(facts.answers[SMALL_IDENT_STATUS].number, 1);
	assert_int_equal(facts.answers[SMALL_IDENT_STATUS].source,
			 SOURCE_PROFESSIONAL);
	assert_int_equal(facts.answers[SMALL_IDENT_STATUS].basis, BASIS_DOCUMENTED);
	assert_true(facts.answers[SMALL_IDENT_STATUS].has_dated);
	assert_int_equal(facts.answers[SMALL_IDENT_STATUS].dated, AS_OF - 1);
	assert_int_equal(facts.answers[SMALL_CHILDREN].number, 3);
	assert_false(facts.answers[SMALL_CHILDREN].has_dated);
	assert_int_equal(facts.answers[SMALL_NEEDS].state, ANSWER_DECLINED);
	assert_int_equal(facts.answers[SMALL_STAY].state, ANSWER_NOT_KNOWN);
	assert_int_equal(facts.answers[SMALL_PRESENCE_HERE].state, ANSWER_ABSENT);
}

static void a_request_without_facts_has_none(void **state)
{
	struct facts facts;

	(void)state;
	request.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS__NOT_SET;
	facts = read_facts();
	for (size_t i = 0; i < FACTS_MAX; i++)
		assert_int_equal(facts.answers[i].state, ANSWER_ABSENT);
}

static void assert_refused(Permit__V1__Code code, const char *field)
{
	struct facts facts;
	uint64_t unused;

	assert_int_equal(read_into(&facts, &unused), WIRE_REFUSED);
	assert_string_equal(refusal_code_name(refusal.code), refusal_code_name(code));
	assert_string_equal(refusal.field, field);
}

static void an_unknown_fact_is_refused_with_the_nearest_names(void **state)
{
	(void)state;
	answer("ident.statu", "possible");
	assert_refused(CODE(UNKNOWN_FACT), "ident.statu");
	assert_true(refusal.n_nearest >= 1);
	assert_string_equal(refusal.nearest[0], "ident.status");
}

/* Of each type a value that is none; the message says what would be one. */
static void a_value_that_is_none_is_refused_with_what_was_expected(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		Permit__V1__Code code;
		const char *expected;
	} tries[] = {
		{ "presence.here", "secret", CODE(VALUE_NOT_VALID), "yes or no" },
		{ "ident.status", "secret", CODE(VALUE_NOT_VALID),
		  "none, possible, confirmed, final_negative" },
		{ "needs", "secret", CODE(VALUE_NOT_VALID), "housing, health, advice" },
		{ "children", "secret", CODE(VALUE_NOT_VALID), "whole number" },
		{ "children", "21", CODE(OUT_OF_RANGE), "0 to 20 children" },
		{ "permit.valid_until", "secret", CODE(VALUE_NOT_VALID), "2025-02-04" },
		{ "permit.valid_until", "2025-02-30", CODE(OUT_OF_RANGE), "2199-12-31" },
		{ "stay", "P6M", CODE(VALUE_NOT_VALID), "P6D" },
		{ "stay", "P3651D", CODE(OUT_OF_RANGE), "0 to 3650" },
		{ "permit.history", "secret", CODE(VALUE_NOT_VALID), "trp, other" },
		{ "colour", "secret", CODE(VALUE_NOT_VALID), "red, blue" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(tries); i++) {
		named.n_facts = 0;
		answer(tries[i].key, tries[i].value);
		assert_refused(tries[i].code, tries[i].key);
		if (strstr(refusal.message, tries[i].expected) == NULL)
			fail_msg("try %zu: %s", i, refusal.message);
		assert_null(strstr(refusal.message, "secret"));
	}
}

static void more_than_64_periods_are_refused(void **state)
{
	static char periods[65 * 32];
	size_t n = 0;

	(void)state;
	for (int year = 1900; year < 1965; year++)
		n += (size_t)snprintf(&periods[n], sizeof(periods) - n,
				      "%strp %d-01-01..%d-01-02", n > 0 ? ", " : "",
				      year, year);
	answer("permit.history", periods);
	assert_refused(CODE(OUT_OF_RANGE), "permit.history");
	*strrchr(periods, ',') = '\0';
	assert_int_equal(read_facts().answers[SMALL_PERMIT_HISTORY].periods.n, 64);
}

/* ---- What is left out ---- */

static void a_fact_that_nothing_reads_is_checked_and_left_out(void **state)
{
	struct facts facts;
	uint64_t unused;

	(void)state;
	answer("colour", "red");
	answer("contact.route", "post");
	answer("ident.body", "court");
	answer("children", "1");
	answer("application.received", "2025-02-01");
	assert_int_equal(read_into(&facts, &unused), 0);
	assert_int_equal(unused, 1u << SMALL_COLOUR | 1u << SMALL_CONTACT_ROUTE);
	assert_int_equal(facts.answers[SMALL_COLOUR].state, ANSWER_ABSENT);
	assert_int_equal(facts.answers[SMALL_CONTACT_ROUTE].state, ANSWER_ABSENT);
	/* evidence is kept for the letter */
	assert_int_equal(facts.answers[SMALL_IDENT_BODY].state, ANSWER_VALUE);
	assert_int_equal(facts.answers[SMALL_CHILDREN].state, ANSWER_VALUE);
}

/* ---- When the application was received ---- */

static void the_application_date_is_found_before_and_after_reading(void **state)
{
	struct wire_span span;
	struct facts facts;

	(void)state;
	answer("children", "1");
	answer("application.received", "2025-02");
	assert_int_equal(wire_named_received(&request, &span, &refusal), 0);
	assert_true(span.has);
	assert_int_equal(span.first, 20120);
	assert_int_equal(span.last, 20147);
	facts = read_facts();
	span = wire_received(edition, &facts);
	assert_true(span.has);
	assert_int_equal(span.first, 20120);
	assert_int_equal(span.last, 20147);
}

static void no_application_date_is_none_and_a_wrong_one_is_refused(void **state)
{
	static const char *const silent[] = { "not known", "declined" };
	struct wire_span span;
	struct facts facts;

	(void)state;
	assert_int_equal(wire_named_received(&request, &span, &refusal), 0);
	assert_false(span.has);
	for (size_t i = 0; i < ARRAY_LENGTH(silent); i++) {
		named.n_facts = 0;
		answer("application.received", silent[i]);
		assert_int_equal(wire_named_received(&request, &span, &refusal), 0);
		assert_false(span.has);
		facts = read_facts();
		assert_false(wire_received(edition, &facts).has);
	}
	named.n_facts = 0;
	answer("application.received", "2025-02-30");
	assert_int_equal(wire_named_received(&request, &span, &refusal),
			 WIRE_REFUSED);
	assert_int_equal(refusal.code, CODE(VALUE_NOT_VALID));
	request.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS__NOT_SET;
	request.named = NULL;
	assert_int_equal(wire_named_received(&request, &span, &refusal), 0);
}

/* ---- Packed facts ---- */

static void put_packed(Permit__V1__PackedFacts *packed, const char *bytes, size_t n)
{
	permit__v1__packed_facts__init(packed);
	packed->values = borrow_bytes((struct bytes){ (const uint8_t *)bytes, n });
	request.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_PACKED;
	request.packed = packed;
}

static void packed_and_named_facts_are_the_same_case(void **state)
{
	Permit__V1__PackedFacts packed;
	struct facts by_name;
	struct facts by_index;
	uint8_t bytes[1000];
	size_t n;

	(void)state;
	answer("ident.status", "confirmed");
	answer("needs", "housing, advice");
	answer("stay", "P10D");
	answer("permit.history", "trp 2024-01-01..2024-12-31");
	answer("permit.valid_until", "2025-02");
	by_name = read_facts();
	n = (size_t)(packed_put(edition, PACKED_PLAIN, &by_name, bytes, NULL) - bytes);
	assert_true(n <= packed_room(edition, &by_name));
	put_packed(&packed, (const char *)bytes, n);
	by_index = read_facts();
	for (size_t i = 0; i < N_SMALL_FACTS; i++)
		assert_string_equal(fact_print(&edition->facts[i],
					       &by_name.answers[i], &arena),
				    fact_print(&edition->facts[i],
					       &by_index.answers[i], &arena));
}

static void packed_facts_are_refused_by_name_where_there_is_one(void **state)
{
	Permit__V1__PackedFacts packed;

	(void)state;
	put_packed(&packed, "\x00", 1);
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.packed.values");
	put_packed(&packed, "\x01", 1);
	assert_refused(CODE(VALUE_NOT_VALID), "ident.status");
	put_packed(&packed, "\x01\x08", 2);
	assert_refused(CODE(VALUE_NOT_VALID), "ident.status");
	put_packed(&packed, "\x11\x2a", 2);
	assert_refused(CODE(OUT_OF_RANGE), "children");
	put_packed(&packed, "\x2f", 1);
	assert_refused(CODE(UNKNOWN_FACT), "evaluate.packed.values");
}

/* ---- Contradictions ---- */

static void a_contradiction_says_why_it_cannot_be(void **state)
{
	struct decision decision;
	struct facts facts;
	int row = -2;

	(void)state;
	answer("ident.status", "final_negative");
	answer("children", "6");
	facts = read_facts();
	assert_int_equal(decide(edition, &edition->questions[0], &facts, &arena,
				&decision, &row), DECIDE_E_CONTRADICTION);
	wire_contradiction(edition, row, &refusal);
	assert_int_equal(refusal.code, CODE(CONTRADICTION));
	assert_non_null(strstr(refusal.message, "an example of what cannot be"));
	wire_contradiction(edition, -1, &refusal);
	assert_int_equal(refusal.code, CODE(CONTRADICTION));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(named_facts_become_answers_with_their_sources),
		TEST(a_request_without_facts_has_none),
		TEST(an_unknown_fact_is_refused_with_the_nearest_names),
		TEST(a_value_that_is_none_is_refused_with_what_was_expected),
		TEST(more_than_64_periods_are_refused),
		TEST(a_fact_that_nothing_reads_is_checked_and_left_out),
		TEST(the_application_date_is_found_before_and_after_reading),
		TEST(no_application_date_is_none_and_a_wrong_one_is_refused),
		TEST(packed_and_named_facts_are_the_same_case),
		TEST(packed_facts_are_refused_by_name_where_there_is_one),
		TEST(a_contradiction_says_why_it_cannot_be),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
