/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/borrow.h"
#include "proto/frame.h"
#include "proto/message.h"
#include "proto/request.h"

#define CODE(name) PERMIT__V1__CODE__CODE_##name
#define FACTS_FOR_TEST 65

/* A request with one evaluation, valid until a test breaks it. */
struct fixture {
	struct arena arena;
	Permit__V1__Request request;
	Permit__V1__EvaluateRequest evaluate;
	Permit__V1__NamedFacts named;
	Permit__V1__NamedFact fact[FACTS_FOR_TEST];
	Permit__V1__NamedFact *facts[FACTS_FOR_TEST];
	char keys[FACTS_FOR_TEST][8];
	struct refusal refusal;
	const Permit__V1__Request *read;
};

static struct fixture f;

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	arena_init(&f.arena, REQUEST_ARENA_BYTES);
	permit__v1__request__init(&f.request);
	permit__v1__evaluate_request__init(&f.evaluate);
	permit__v1__named_facts__init(&f.named);
	for (size_t i = 0; i < FACTS_FOR_TEST; i++) {
		permit__v1__named_fact__init(&f.fact[i]);
		f.keys[i][0] = 'k';
		f.keys[i][1] = (char)('a' + i / 10);
		f.keys[i][2] = (char)('a' + i % 10);
		f.fact[i].key = f.keys[i];
		f.fact[i].answer_case = PERMIT__V1__NAMED_FACT__ANSWER_VALUE;
		f.fact[i].value = borrow_text("yes");
		f.facts[i] = &f.fact[i];
	}
	f.named.facts = f.facts;
	f.named.n_facts = 2;
	f.evaluate.policy = borrow_text("ca-vtip");
	f.evaluate.question = borrow_text("first-permit");
	f.evaluate.case_ref = borrow_text("000000000000");
	f.evaluate.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_NAMED;
	f.evaluate.named = &f.named;
	f.request.id = 7;
	f.request.body_case = PERMIT__V1__REQUEST__BODY_EVALUATE;
	f.request.evaluate = &f.evaluate;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&f.arena);
	return 0;
}

/* The payload of the request, as a client would send it. */
static struct bytes payload_of_request(void)
{
	static uint8_t payload[REQUEST_ENACT_MAX_BYTES * 2];
	size_t n = protobuf_c_message_pack(&f.request.base, payload);

	return (struct bytes){ payload, n };
}

static int read_request(void)
{
	arena_reset(&f.arena);
	memset(&f.refusal, 0, sizeof(f.refusal));
	return request_read(payload_of_request(), &f.arena, &f.read, &f.refusal);
}

static void assert_taken(void)
{
	if (read_request() != 0)
		fail_msg("%s: %s", f.refusal.field, f.refusal.message);
}

static void assert_refused(Permit__V1__Code code, const char *field)
{
	assert_int_equal(read_request(), REQUEST_REFUSED);
	assert_string_equal(refusal_code_name(f.refusal.code),
			    refusal_code_name(code));
	assert_string_equal(f.refusal.field, field);
	assert_true(f.refusal.message[0] != '\0');
}

/* ---- Evaluate ---- */

static void a_valid_request_is_taken_as_it_was_sent(void **state)
{
	(void)state;
	assert_taken();
	assert_int_equal(f.read->id, 7);
	assert_string_equal(f.read->evaluate->question, "first-permit");
	assert_string_equal(f.read->evaluate->named->facts[1]->value, "yes");
	assert_string_equal(request_body_name(f.read), "evaluate");
}

static void a_request_without_a_body_is_refused(void **state)
{
	(void)state;
	f.request.body_case = PERMIT__V1__REQUEST__BODY__NOT_SET;
	assert_refused(CODE(NO_BODY), "body");
}

static void policy_and_question_are_required(void **state)
{
	(void)state;
	f.evaluate.policy = borrow_text("");
	assert_refused(CODE(MISSING_FIELD), "evaluate.policy");
	f.evaluate.policy = borrow_text("p");
	f.evaluate.question = borrow_text("");
	assert_refused(CODE(MISSING_FIELD), "evaluate.question");
}

static void a_name_is_48_bytes_of_ascii_without_spaces(void **state)
{
	char name[50];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[49] = '\0';
	f.evaluate.policy = name;
	assert_refused(CODE(OUT_OF_RANGE), "evaluate.policy");
	name[48] = '\0';
	assert_taken();
	f.evaluate.policy = borrow_text("a b");
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.policy");
	f.evaluate.policy = borrow_text("caf\xc3\xa9");
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.policy");
}

static void a_decision_needs_a_valid_case_reference_and_a_what_if_none(void **state)
{
	(void)state;
	f.evaluate.case_ref = borrow_text("000000000001");
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.case_ref");
	f.evaluate.case_ref = borrow_text("");
	assert_refused(CODE(MISSING_FIELD), "evaluate.case_ref");
	f.evaluate.what_if = true;
	assert_taken();
	f.evaluate.case_ref = borrow_text("000000000001");
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.case_ref");
}

static void a_date_must_exist(void **state)
{
	(void)state;
	f.evaluate.as_of = borrow_text("2025-02-29");
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.as_of");
	f.evaluate.as_of = borrow_text("2024-02-29");
	assert_taken();
	assert_int_equal(request_day(f.read->evaluate->as_of, 5), 19782);
	assert_int_equal(request_day("", 5), 5);
	f.fact[1].dated = borrow_text("2025-2-1");
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.named.facts[1].dated");
}

static void a_request_id_has_16_bytes_or_none(void **state)
{
	uint8_t id[17] = { 1 };

	(void)state;
	f.evaluate.request_id = (ProtobufCBinaryData){ 15, id };
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.request_id");
	f.evaluate.request_id.len = 17;
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.request_id");
	f.evaluate.request_id.len = 16;
	assert_taken();
}

static void each_language_may_be_named_once(void **state)
{
	Permit__V1__Language languages[] = {
		PERMIT__V1__LANGUAGE__LANGUAGE_EN, PERMIT__V1__LANGUAGE__LANGUAGE_IT,
		PERMIT__V1__LANGUAGE__LANGUAGE_EN,
	};

	(void)state;
	f.evaluate.languages = languages;
	f.evaluate.n_languages = 2;
	assert_taken();
	f.evaluate.n_languages = 3;
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.languages");
	languages[0] = PERMIT__V1__LANGUAGE__LANGUAGE_UNSPECIFIED;
	f.evaluate.n_languages = 1;
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.languages");
}

static void packed_facts_name_their_edition(void **state)
{
	Permit__V1__PackedFacts packed;
	uint8_t hash[33] = { 0 };

	(void)state;
	permit__v1__packed_facts__init(&packed);
	f.evaluate.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_PACKED;
	f.evaluate.packed = &packed;
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.packed.edition_hash");
	packed.edition_hash = (ProtobufCBinaryData){ 31, hash };
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.packed.edition_hash");
	packed.edition_hash.len = 33;
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.packed.edition_hash");
	packed.edition_hash.len = 32;
	assert_taken();
}

/* ---- Named facts ---- */

static void a_fact_has_exactly_one_answer_that_is_meant(void **state)
{
	(void)state;
	f.fact[1].answer_case = PERMIT__V1__NAMED_FACT__ANSWER__NOT_SET;
	assert_refused(CODE(MISSING_FIELD), "evaluate.named.facts[1].value");
	f.fact[1].answer_case = PERMIT__V1__NAMED_FACT__ANSWER_NOT_KNOWN;
	f.fact[1].not_known = false;
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.named.facts[1].not_known");
	f.fact[1].not_known = true;
	assert_taken();
	f.fact[1].answer_case = PERMIT__V1__NAMED_FACT__ANSWER_DECLINED;
	f.fact[1].declined = false;
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.named.facts[1].declined");
	f.fact[1].declined = true;
	assert_taken();
}

static void a_fact_without_a_key_is_refused(void **state)
{
	(void)state;
	f.fact[0].key = borrow_text("");
	assert_refused(CODE(MISSING_FIELD), "evaluate.named.facts[0].key");
}

static void a_fact_answered_twice_is_a_contradiction(void **state)
{
	(void)state;
	f.fact[1].key = f.fact[0].key;
	assert_refused(CODE(CONTRADICTION), f.fact[0].key);
}

static void no_more_than_64_facts_are_taken(void **state)
{
	(void)state;
	f.named.n_facts = 64;
	assert_taken();
	f.named.n_facts = 65;
	assert_refused(CODE(OUT_OF_RANGE), "evaluate.named.facts");
}

static void a_value_has_at_most_4096_bytes(void **state)
{
	static char value[4098];

	(void)state;
	memset(value, 'x', 4097);
	f.fact[0].value = value;
	assert_refused(CODE(OUT_OF_RANGE), "evaluate.named.facts[0].value");
	value[4096] = '\0';
	assert_taken();
}

/* Whatever else is right or wrong with the request, the fact is named. */
static void testimony_is_refused_by_name_in_every_spelling(void **state)
{
	static const char *const names[] = {
		"police_report_filed", "willing_to_testify", "Police-Report-Filed",
		"lea_endorsement", "trafficker_convicted", "x.cooperation",
		"investigation_open", "denuncia", "refused_reasonable_request",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		f.fact[1].key = borrow_text(names[i]);
		f.fact[1].value = borrow_text("the secret value");
		assert_refused(CODE(TESTIMONY_FACT), names[i]);
		assert_null(strstr(f.refusal.message, "secret"));
	}
}

/* ---- The other bodies ---- */

static void an_enactment_needs_a_document_of_at_most_a_mebibyte(void **state)
{
	static char document[1024 * 1024 + 2];
	Permit__V1__EnactPolicyRequest enact;

	(void)state;
	permit__v1__enact_policy_request__init(&enact);
	f.request.body_case = PERMIT__V1__REQUEST__BODY_ENACT_POLICY;
	f.request.enact_policy = &enact;
	assert_refused(CODE(MISSING_FIELD), "enact_policy.document");
	memset(document, 'x', sizeof(document) - 1);
	document[sizeof(document) - 1] = '\0';
	enact.document = document;
	assert_refused(CODE(OUT_OF_RANGE), "enact_policy.document");
	document[1024 * 1024] = '\0';
	assert_taken();
	enact.vocabulary = document;
	assert_refused(CODE(TOO_LARGE), "enact_policy");
}

static void an_edition_is_asked_for_in_one_way(void **state)
{
	Permit__V1__GetEditionRequest get;
	Permit__V1__EditionName name;
	uint8_t hash[32] = { 0 };

	(void)state;
	permit__v1__get_edition_request__init(&get);
	permit__v1__edition_name__init(&name);
	f.request.body_case = PERMIT__V1__REQUEST__BODY_GET_EDITION;
	f.request.get_edition = &get;
	assert_refused(CODE(MISSING_FIELD), "get_edition");
	get.which_case = PERMIT__V1__GET_EDITION_REQUEST__WHICH_HASH;
	get.hash = (ProtobufCBinaryData){ 31, hash };
	assert_refused(CODE(VALUE_NOT_VALID), "get_edition.hash");
	get.hash.len = 32;
	assert_taken();
	get.which_case = PERMIT__V1__GET_EDITION_REQUEST__WHICH_NAME;
	get.name = &name;
	name.policy = borrow_text("p");
	assert_refused(CODE(MISSING_FIELD), "get_edition.name.name");
	name.name = borrow_text("2025-02-04");
	assert_taken();
}

static void a_case_is_asked_for_by_its_reference(void **state)
{
	Permit__V1__GetCaseRequest get;

	(void)state;
	permit__v1__get_case_request__init(&get);
	f.request.body_case = PERMIT__V1__REQUEST__BODY_GET_CASE;
	f.request.get_case = &get;
	assert_refused(CODE(MISSING_FIELD), "get_case.case_ref");
	get.case_ref = borrow_text("000000000001");
	assert_refused(CODE(VALUE_NOT_VALID), "get_case.case_ref");
	get.case_ref = borrow_text("000000000000");
	assert_taken();
	get.count = REQUEST_CASE_DECISIONS_MAX;
	assert_taken();
	get.count++;
	assert_refused(CODE(OUT_OF_RANGE), "get_case.count");
}

static void a_decision_is_asked_for_by_id_or_index(void **state)
{
	Permit__V1__GetDecisionRequest get;

	(void)state;
	permit__v1__get_decision_request__init(&get);
	f.request.body_case = PERMIT__V1__REQUEST__BODY_GET_DECISION;
	f.request.get_decision = &get;
	assert_refused(CODE(MISSING_FIELD), "get_decision");
	get.which_case = PERMIT__V1__GET_DECISION_REQUEST__WHICH_ID;
	get.id = borrow_text("0123456789abcdef0123456789abcde");
	assert_refused(CODE(VALUE_NOT_VALID), "get_decision.id");
	get.id = borrow_text("0123456789abcdef0123456789abcdeF");
	assert_refused(CODE(VALUE_NOT_VALID), "get_decision.id");
	get.id = borrow_text("0123456789abcdef0123456789abcdef");
	assert_taken();
	get.which_case = PERMIT__V1__GET_DECISION_REQUEST__WHICH_LOG_INDEX;
	get.log_index = 0;
	assert_taken();
}

static void describe_needs_a_policy_and_not_a_question(void **state)
{
	Permit__V1__DescribeRequest describe;

	(void)state;
	permit__v1__describe_request__init(&describe);
	f.request.body_case = PERMIT__V1__REQUEST__BODY_DESCRIBE;
	f.request.describe = &describe;
	assert_refused(CODE(MISSING_FIELD), "describe.policy");
	describe.policy = borrow_text("p");
	assert_taken();
	describe.question = borrow_text("a b");
	assert_refused(CODE(VALUE_NOT_VALID), "describe.question");
}

/* ---- Sizes ---- */

/* An evaluation padded by one value to exactly n bytes. */
static int read_of_size(size_t n)
{
	static char value[REQUEST_MAX_BYTES + 1];
	size_t n_bare;

	memset(value, 0, sizeof(value));
	value[0] = 'x';
	memset(value, 'x', 60000);
	f.fact[0].value = value;
	n_bare = protobuf_c_message_get_packed_size(&f.request.base);
	memset(value, 'x', 60000 + n - n_bare);
	assert_int_equal(protobuf_c_message_get_packed_size(&f.request.base), n);
	return read_request();
}

static void a_request_has_at_most_64_kib(void **state)
{
	(void)state;
	assert_int_equal(read_of_size(REQUEST_MAX_BYTES), REQUEST_REFUSED);
	assert_int_equal(f.refusal.code, CODE(OUT_OF_RANGE));	/* the value */
	assert_int_equal(read_of_size(REQUEST_MAX_BYTES + 1), REQUEST_REFUSED);
	assert_int_equal(f.refusal.code, CODE(TOO_LARGE));
}

static struct bytes head_of(const char *bytes, size_t n)
{
	return (struct bytes){ (const uint8_t *)bytes, n };
}

static void only_an_enactment_may_be_large(void **state)
{
	(void)state;
	assert_true(request_may_be_large(head_of("\x08\x07\x22\x80\x80\x04", 6)));
	assert_true(request_may_be_large(head_of("\x22\x80\x80\x04", 4)));
	assert_false(request_may_be_large(head_of("\x08\x07\x12\x80\x80\x04", 6)));
	assert_false(request_may_be_large(head_of("\x08\x07", 2)));
	assert_false(request_may_be_large(head_of("\x08", 1)));
	assert_false(request_may_be_large(head_of("", 0)));
}

static void the_id_is_found_at_the_head(void **state)
{
	(void)state;
	assert_int_equal(request_id_of(head_of("\x08\x87\x01\x22", 4)), 135);
	assert_int_equal(request_id_of(head_of("\x22\x00", 2)), 0);
	assert_int_equal(request_id_of(head_of("\x08\x87", 2)), 0);
	assert_int_equal(request_id_of(head_of("", 0)), 0);
}

static void too_little_memory_is_no_refusal(void **state)
{
	(void)state;
	arena_done(&f.arena);
	arena_init(&f.arena, 16);
	assert_int_equal(request_read(payload_of_request(), &f.arena, &f.read,
				      &f.refusal), -ENOMEM);
}

/* ---- Refusals as answers ---- */

static void a_refusal_reaches_the_client_with_its_nearest_names(void **state)
{
	const Permit__V1__Response *response;
	struct frame_reader reader = { .max_bytes = 4096 };
	struct frame frame;
	struct bytes sent;

	(void)state;
	refusal_set(&f.refusal, CODE(UNKNOWN_FACT), "ident.statu", "no %s", "such");
	refusal_offer(&f.refusal, "ident.statu", "family.ties");
	refusal_offer(&f.refusal, "ident.statu", "ident.date");
	refusal_offer(&f.refusal, "ident.statu", "ident.body");
	refusal_offer(&f.refusal, "ident.statu", "ident.status");
	refusal_offer(&f.refusal, "ident.statu", "ident.state");
	assert_int_equal(response_refuse(9, &f.refusal, &f.arena, &sent), 0);
	assert_int_equal(frame_next(&reader, sent, &frame), FRAME_OK);
	assert_int_equal(response_read(frame.payload, &f.arena, &response,
				       &f.refusal), 0);
	assert_int_equal(response->id, 9);
	assert_true(response->last);
	assert_int_equal(response->error->code, CODE(UNKNOWN_FACT));
	assert_string_equal(response->error->message, "no such");
	assert_string_equal(response->error->field, "ident.statu");
	assert_int_equal(response->error->n_nearest, 3);
	assert_string_equal(response->error->nearest[0], "ident.status");
	assert_string_equal(response->error->nearest[1], "ident.state");
}

static void an_answer_without_a_body_is_refused(void **state)
{
	const Permit__V1__Response *response;

	(void)state;
	assert_int_equal(response_read(head_of("\x08\x01", 2), &f.arena, &response,
				       &f.refusal), MESSAGE_REFUSED);
	assert_int_equal(f.refusal.code, CODE(NO_BODY));
}

static void a_long_text_is_cut_between_characters(void **state)
{
	char text[400];

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		size_t n = shift;

		memset(text, 'x', shift);
		for (; n + 4 < sizeof(text); n += 4)
			memcpy(&text[n], "\xf0\x9f\x98\x80", 4);
		text[n] = '\0';
		refusal_set(&f.refusal, CODE(INTERNAL), text, "%s", text);
		assert_int_equal(strlen(f.refusal.message) % 4, shift);
		assert_int_equal(strlen(f.refusal.field) % 4, shift);
		assert_true(strlen(f.refusal.message) > REFUSAL_MESSAGE_BYTES - 6);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_valid_request_is_taken_as_it_was_sent),
		TEST(a_request_without_a_body_is_refused),
		TEST(policy_and_question_are_required),
		TEST(a_name_is_48_bytes_of_ascii_without_spaces),
		TEST(a_decision_needs_a_valid_case_reference_and_a_what_if_none),
		TEST(a_date_must_exist),
		TEST(a_request_id_has_16_bytes_or_none),
		TEST(each_language_may_be_named_once),
		TEST(packed_facts_name_their_edition),
		TEST(a_fact_has_exactly_one_answer_that_is_meant),
		TEST(a_fact_without_a_key_is_refused),
		TEST(a_fact_answered_twice_is_a_contradiction),
		TEST(no_more_than_64_facts_are_taken),
		TEST(a_value_has_at_most_4096_bytes),
		TEST(testimony_is_refused_by_name_in_every_spelling),
		TEST(an_enactment_needs_a_document_of_at_most_a_mebibyte),
		TEST(an_edition_is_asked_for_in_one_way),
		TEST(a_case_is_asked_for_by_its_reference),
		TEST(a_decision_is_asked_for_by_id_or_index),
		TEST(describe_needs_a_policy_and_not_a_question),
		TEST(a_request_has_at_most_64_kib),
		TEST(only_an_enactment_may_be_large),
		TEST(the_id_is_found_at_the_head),
		TEST(too_little_memory_is_no_refusal),
		TEST(a_refusal_reaches_the_client_with_its_nearest_names),
		TEST(an_answer_without_a_body_is_refused),
		TEST(a_long_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
