/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/json.h"
#include "proto/message.h"

#define CODE(name) PERMIT__V1__CODE__CODE_##name

static struct arena arena;
static struct refusal refusal;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 16u * 1024 * 1024);
	memset(&refusal, 0, sizeof(refusal));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static int read_text(const char *text, const ProtobufCMessageDescriptor *descriptor,
		     ProtobufCMessage **message)
{
	json_t *json = json_loads(text, JSON_ALLOW_NUL, NULL);
	int r;

	assert_non_null(json);
	r = json_to_message(json, descriptor, &arena, message, &refusal);
	json_decref(json);
	return r;
}

static void assert_text(const ProtobufCMessage *message, const char *expected)
{
	json_t *json = json_from_message(message);
	char *text;

	assert_non_null(json);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	assert_string_equal(text, expected);
	free(text);
}

/* ---- The form ---- */

static void a_request_has_the_form_that_proto3_gives_it(void **state)
{
	static const char text[] =
		"{\"id\":\"18446744073709551615\",\"evaluate\":{\"policy\":\"p\","
		"\"caseRef\":\"c\",\"whatIf\":true,\"requestId\":\"AAEC/w==\","
		"\"named\":{\"facts\":[{\"key\":\"k\",\"notKnown\":true,"
		"\"source\":\"SOURCE_REGISTER\"},{\"key\":\"l\",\"value\":\"\"}]},"
		"\"languages\":[\"LANGUAGE_EN\",\"LANGUAGE_FR\"]}}";
	const Permit__V1__Request *request;
	ProtobufCMessage *message;

	(void)state;
	assert_int_equal(read_text(text, &permit__v1__request__descriptor, &message),
			 0);
	request = (const Permit__V1__Request *)message;
	assert_true(request->id == UINT64_MAX);
	assert_int_equal(request->evaluate->request_id.len, 4);
	assert_int_equal(request->evaluate->request_id.data[3], 255);
	assert_int_equal(request->evaluate->named->facts[1]->answer_case,
			 PERMIT__V1__NAMED_FACT__ANSWER_VALUE);
	assert_text(message, text);
}

static void both_spellings_numbers_and_nulls_are_read(void **state)
{
	ProtobufCMessage *message;

	(void)state;
	assert_int_equal(read_text("{\"id\":5,\"evaluate\":{\"case_ref\":\"c\","
				   "\"question\":null,\"languages\":[2]}}",
				   &permit__v1__request__descriptor, &message), 0);
	assert_text(message, "{\"id\":\"5\",\"evaluate\":{\"caseRef\":\"c\","
			     "\"languages\":[\"LANGUAGE_FR\"]}}");
}

static void defaults_are_left_out_and_chosen_alternatives_are_not(void **state)
{
	Permit__V1__GetDecisionRequest get;

	(void)state;
	permit__v1__get_decision_request__init(&get);
	assert_text(&get.base, "{}");
	get.which_case = PERMIT__V1__GET_DECISION_REQUEST__WHICH_LOG_INDEX;
	assert_text(&get.base, "{\"logIndex\":\"0\"}");
}

static void negative_numbers_survive(void **state)
{
	ProtobufCMessage *message;

	(void)state;
	assert_int_equal(read_text("{\"minimum\":\"-9223372036854775808\","
				   "\"maximum\":-3}",
				   &permit__v1__fact_description__descriptor,
				   &message), 0);
	assert_text(message, "{\"minimum\":\"-9223372036854775808\","
			     "\"maximum\":\"-3\"}");
}

/* ---- What is refused ---- */

static void what_the_schema_does_not_have_is_refused_with_its_path(void **state)
{
	static const struct {
		const char *text;
		Permit__V1__Code code;
		const char *field;
	} tries[] = {
		{ "[]", CODE(VALUE_NOT_VALID), "" },
		{ "{\"evaluate\":{\"polcy\":\"p\"}}", CODE(UNKNOWN_FIELD),
		  "evaluate.polcy" },
		{ "{\"evaluate\":{\"policy\":5}}", CODE(VALUE_NOT_VALID),
		  "evaluate.policy" },
		{ "{\"evaluate\":{\"policy\":\"a\\u0000b\"}}", CODE(BAD_TEXT),
		  "evaluate.policy" },
		{ "{\"evaluate\":{\"whatIf\":1}}", CODE(VALUE_NOT_VALID),
		  "evaluate.whatIf" },
		{ "{\"evaluate\":{\"named\":{\"facts\":[{},{\"source\":\"X\"}]}}}",
		  CODE(VALUE_NOT_VALID), "evaluate.named.facts[1].source" },
		{ "{\"evaluate\":{\"named\":{\"facts\":{}}}}", CODE(VALUE_NOT_VALID),
		  "evaluate.named.facts" },
		{ "{\"evaluate\":{\"named\":{\"facts\":[null]}}}",
		  CODE(VALUE_NOT_VALID), "evaluate.named.facts[0]" },
		{ "{\"evaluate\":{\"named\":{},\"packed\":{}}}",
		  CODE(DUPLICATE_FIELD), "evaluate.packed" },
		{ "{\"evaluate\":{\"caseRef\":\"a\",\"case_ref\":\"a\"}}",
		  CODE(DUPLICATE_FIELD), "evaluate.case_ref" },
		{ "{\"evaluate\":{\"requestId\":\"AA\"}}", CODE(VALUE_NOT_VALID),
		  "evaluate.requestId" },
		{ "{\"evaluate\":{\"languages\":[9]}}", CODE(VALUE_NOT_VALID),
		  "evaluate.languages[0]" },
		{ "{\"id\":-1}", CODE(OUT_OF_RANGE), "id" },
		{ "{\"id\":\"18446744073709551616\"}", CODE(OUT_OF_RANGE), "id" },
		{ "{\"id\":\"1x\"}", CODE(VALUE_NOT_VALID), "id" },
		{ "{\"id\":\"1-1\"}", CODE(VALUE_NOT_VALID), "id" },
		{ "{\"id\":\"\"}", CODE(VALUE_NOT_VALID), "id" },
		{ "{\"id\":1.5}", CODE(VALUE_NOT_VALID), "id" },
		{ "{\"status\":true}", CODE(VALUE_NOT_VALID), "status" },
	};
	ProtobufCMessage *message;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(tries); i++) {
		assert_int_equal(read_text(tries[i].text,
					   &permit__v1__request__descriptor,
					   &message), JSON_REFUSED);
		if (refusal.code != tries[i].code ||
		    strcmp(refusal.field, tries[i].field) != 0)
			fail_msg("%s: %s in %s", tries[i].text,
				 refusal_code_name(refusal.code), refusal.field);
	}
}

static void a_misspelt_name_gets_the_nearest_one(void **state)
{
	ProtobufCMessage *message;

	(void)state;
	assert_int_equal(read_text("{\"evaluat\":{}}",
				   &permit__v1__request__descriptor, &message),
			 JSON_REFUSED);
	assert_string_equal(refusal.nearest[0], "evaluate");
	assert_int_equal(read_text("{\"languages\":[\"LANGUAGE_ENG\"]}",
				   &permit__v1__describe_request__descriptor,
				   &message), JSON_REFUSED);
	assert_string_equal(refusal.nearest[0], "LANGUAGE_EN");
}

static void a_number_of_32_bits_ends_where_it_ends(void **state)
{
	const ProtobufCMessageDescriptor *diagnostic =
		&permit__v1__diagnostic__descriptor;
	ProtobufCMessage *message;

	(void)state;
	assert_int_equal(read_text("{\"line\":4294967295}", diagnostic, &message), 0);
	assert_text(message, "{\"line\":4294967295}");
	assert_int_equal(read_text("{\"line\":4294967296}", diagnostic, &message),
			 JSON_REFUSED);
	assert_int_equal(refusal.code, CODE(OUT_OF_RANGE));
	assert_int_equal(read_text("{\"line\":-1}", diagnostic, &message),
			 JSON_REFUSED);
}

static void a_full_arena_is_no_refusal(void **state)
{
	ProtobufCMessage *message;

	(void)state;
	arena_done(&arena);
	arena_init(&arena, 16);
	assert_int_equal(read_text("{\"evaluate\":{\"policy\":\"p\"}}",
				   &permit__v1__request__descriptor, &message), -12);
}

/* ---- Every message type ---- */

static void fill(const ProtobufCMessageDescriptor *descriptor, unsigned which,
		 uint8_t *message);

/* Puts something that is not the default into a place for one value. */
static void fill_value(const ProtobufCFieldDescriptor *field, unsigned which,
		       uint8_t *at)
{
	const ProtobufCEnumDescriptor *values = field->descriptor;
	ProtobufCBinaryData bytes = { 3, (uint8_t *)arena_text(&arena, "\x80\xff\x01", 3) };
	char *text = arena_text(&arena, "\xc3\xa9 \"quoted\"\n", 12);
	protobuf_c_boolean yes = 1;
	int64_t number = field->id + 1000;
	ProtobufCMessage *message;

	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_BOOL:
		memcpy(at, &yes, sizeof(yes));
		return;
	case PROTOBUF_C_TYPE_ENUM:
		memcpy(at, &values->values[1].value, 4);
		return;
	case PROTOBUF_C_TYPE_UINT32:
		memcpy(at, &(uint32_t){ field->id }, 4);
		return;
	case PROTOBUF_C_TYPE_STRING:
		memcpy(at, &text, sizeof(text));
		return;
	case PROTOBUF_C_TYPE_BYTES:
		memcpy(at, &bytes, sizeof(bytes));
		return;
	case PROTOBUF_C_TYPE_MESSAGE:
		message = arena_alloc(&arena, ((const ProtobufCMessageDescriptor *)
					       field->descriptor)->sizeof_message);
		fill(field->descriptor, which, (uint8_t *)message);
		memcpy(at, &message, sizeof(message));
		return;
	default:
		memcpy(at, &number, sizeof(number));
	}
}

static void fill_field(const ProtobufCFieldDescriptor *field, unsigned which,
		       uint8_t *message)
{
	static const size_t element_bytes = 16;	/* no element is larger */
	size_t n = 1;
	uint8_t *item;

	if (field->label != PROTOBUF_C_LABEL_REPEATED) {
		fill_value(field, which, message + field->offset);
		return;
	}
	item = arena_alloc(&arena, element_bytes);
	fill_value(field, which, item);
	memcpy(message + field->offset, &item, sizeof(item));
	memcpy(message + field->quantifier_offset, &n, sizeof(n));
}

/* Sets every field; of a oneof's members the one numbered `which`, in turn. */
static void fill(const ProtobufCMessageDescriptor *descriptor, unsigned which,
		 uint8_t *message)
{
	unsigned n_members = 0;
	unsigned member = 0;

	protobuf_c_message_init(descriptor, message);
	for (unsigned i = 0; i < descriptor->n_fields; i++)
		n_members += (descriptor->fields[i].flags &
			      PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &descriptor->fields[i];

		if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
			if (member++ != which % n_members)
				continue;
			memcpy(message + field->quantifier_offset, &field->id, 4);
		}
		fill_field(field, which, message);
	}
}

static void there_and_back(const ProtobufCMessageDescriptor *descriptor,
			   unsigned which)
{
	ProtobufCMessage *message = arena_alloc(&arena, descriptor->sizeof_message);
	ProtobufCMessage *again;
	struct bytes before;
	struct bytes after;
	json_t *json;

	fill(descriptor, which, (uint8_t *)message);
	json = json_from_message(message);
	assert_non_null(json);
	if (json_to_message(json, descriptor, &arena, &again, &refusal) != 0)
		fail_msg("%s: %s", refusal.field, refusal.message);
	json_decref(json);
	assert_int_equal(message_frame(message, &arena, &before), 0);
	assert_int_equal(message_frame(again, &arena, &after), 0);
	assert_true(before.n > 4);
	assert_int_equal(before.n, after.n);
	assert_memory_equal(before.data, after.data, before.n);
}

/* Each body of the envelope, and within it each alternative in turn. */
static void every_message_comes_back_from_its_json_as_it_was(void **state)
{
	(void)state;
	for (unsigned which = 0; which < 27; which++) {
		there_and_back(&permit__v1__request__descriptor, which);
		there_and_back(&permit__v1__response__descriptor, which);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_has_the_form_that_proto3_gives_it),
		TEST(both_spellings_numbers_and_nulls_are_read),
		TEST(defaults_are_left_out_and_chosen_alternatives_are_not),
		TEST(negative_numbers_survive),
		TEST(what_the_schema_does_not_have_is_refused_with_its_path),
		TEST(a_misspelt_name_gets_the_nearest_one),
		TEST(a_number_of_32_bits_ends_where_it_ends),
		TEST(a_full_arena_is_no_refusal),
		TEST(every_message_comes_back_from_its_json_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
