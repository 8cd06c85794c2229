/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/message.h"
#include "proto/prescan.h"
#include "proto/varint.h"

#define CODE(name) PERMIT__V1__CODE__CODE_##name

/* ---- Bytes by hand ---- */

struct wire {
	size_t n;
	uint8_t bytes[100000];
};

static struct wire wire;

static void begin(void)
{
	wire.n = 0;
}

static void put(uint64_t value)
{
	wire.n = (size_t)(varint_write(wire.bytes + wire.n, value) - wire.bytes);
}

static void put_raw(const char *bytes, size_t n)
{
	memcpy(wire.bytes + wire.n, bytes, n);
	wire.n += n;
}

static void put_string(unsigned field, const char *text, size_t n)
{
	put(field << 3 | 2);
	put(n);
	put_raw(text, n);
}

/* Puts everything so far into a field. */
static void wrap(unsigned field)
{
	static struct wire inner;

	inner = wire;
	begin();
	put_string(field, (const char *)inner.bytes, inner.n);
}

static struct refusal refusal;

static bool scan_with(size_t n_fields_max)
{
	struct bytes message = { wire.bytes, wire.n };

	memset(&refusal, 0, sizeof(refusal));
	return prescan(&permit__v1__request__descriptor, message, n_fields_max,
		       &refusal);
}

static bool scan(void)
{
	return scan_with(PRESCAN_FIELDS_MAX);
}

static void assert_refused(Permit__V1__Code code, const char *field)
{
	assert_false(scan());
	assert_string_equal(refusal_code_name(refusal.code), refusal_code_name(code));
	assert_string_equal(refusal.field, field);
	assert_true(refusal.message[0] != '\0');
}

/* ---- What passes ---- */

static void an_empty_message_passes(void **state)
{
	(void)state;
	begin();
	assert_true(scan());
	assert_true(prescan(&permit__v1__request__descriptor,
			    (struct bytes){ NULL, 0 }, 0, &refusal));
}

static void a_full_message_passes(void **state)
{
	(void)state;
	begin();
	put_string(1, "ident.status", 12);
	put_string(2, "possible", 8);
	put(5 << 3);
	put(2);
	wrap(1);	/* NamedFacts.facts */
	wrap(7);	/* EvaluateRequest.named */
	put_string(1, "ca-vtip", 7);
	put_string(9, "\x01\x02", 2);	/* languages, packed */
	put(9 << 3);
	put(3);				/* and one more, alone */
	wrap(2);
	put(1 << 3);
	put(UINT64_MAX);
	assert_true(scan());
}

/* ---- What does not ---- */

static void a_number_in_more_bytes_than_it_needs_is_refused(void **state)
{
	(void)state;
	begin();
	put_raw("\x08\x81\x00", 3);
	assert_refused(CODE(OVERLONG_NUMBER), "id");
	begin();
	put_raw("\x88\x00\x01", 3);	/* the key itself */
	assert_refused(CODE(OVERLONG_NUMBER), "");
	begin();
	put_raw("\x12\x81\x00\x08", 4);	/* a length */
	assert_refused(CODE(OVERLONG_NUMBER), "evaluate");
	begin();
	put_raw("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11);
	assert_refused(CODE(OVERLONG_NUMBER), "id");
}

static void a_message_that_is_cut_off_is_refused_at_every_byte(void **state)
{
	size_t n;

	(void)state;
	begin();
	put_string(1, "ident.status", 12);
	put_string(2, "possible", 8);
	wrap(1);
	wrap(7);
	wrap(2);
	assert_true(scan());
	n = wire.n;
	for (wire.n = 1; wire.n < n; wire.n++) {
		assert_false(scan());
		assert_int_equal(refusal.code, CODE(MALFORMED_MESSAGE));
	}
}

static void groups_and_unknown_wire_types_are_refused(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 8; type++) {
		begin();
		put(1 << 3 | type);
		put_raw("\0\0\0\0\0\0\0\0", type == 0 ? 1 : type == 1 ? 8 :
			type == 2 ? 1 : 4);
		assert_int_equal(scan(), type == 0);
		if (type != 0 && type != 1 && type != 2 && type != 5)
			assert_refused(CODE(MALFORMED_MESSAGE), "");
		else if (type != 0)
			assert_refused(CODE(WRONG_WIRE_TYPE), "id");
	}
}

static void field_number_0_is_refused(void **state)
{
	(void)state;
	begin();
	put_raw("\x00\x01", 2);
	assert_refused(CODE(MALFORMED_MESSAGE), "");
}

static void an_unknown_field_is_refused_with_its_number(void **state)
{
	(void)state;
	begin();
	put(100 << 3);
	put(1);
	assert_refused(CODE(UNKNOWN_FIELD), "");
	assert_non_null(strstr(refusal.message, "100"));
	begin();
	put(60 << 3);
	put(1);
	wrap(7);
	wrap(2);
	assert_refused(CODE(UNKNOWN_FIELD), "evaluate.named");
	begin();
	put(((uint64_t)UINT32_MAX + 1) << 3);
	put(1);
	assert_refused(CODE(MALFORMED_MESSAGE), "");
}

static void a_singular_field_twice_is_refused(void **state)
{
	(void)state;
	begin();
	put_raw("\x08\x01\x08\x01", 4);
	assert_refused(CODE(DUPLICATE_FIELD), "id");
	begin();
	put_string(1, "a", 1);
	put_string(1, "a", 1);
	wrap(2);
	assert_refused(CODE(DUPLICATE_FIELD), "evaluate.policy");
}

static void two_alternatives_at_once_are_refused(void **state)
{
	(void)state;
	begin();
	put_string(3, "", 0);
	put_string(9, "", 0);
	assert_refused(CODE(DUPLICATE_FIELD), "status");
	begin();
	put_string(2, "yes", 3);
	put_raw("\x18\x01", 2);	/* not_known */
	wrap(1);
	wrap(7);
	wrap(2);
	assert_refused(CODE(DUPLICATE_FIELD), "evaluate.named.facts[0].not_known");
}

static void text_with_a_nul_or_not_utf8_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} bad[] = {
		{ "DE\0FR", 5 }, { "\0", 1 }, { "\xff", 1 }, { "\xc0\x80", 2 },
		{ "\xed\xa0\x80", 3 }, { "\xf4\x90\x80\x80", 4 }, { "a\xc3", 2 },
		{ "\xe0\x80\x80", 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		begin();
		put_string(1, bad[i].text, bad[i].n);
		wrap(2);
		assert_refused(CODE(BAD_TEXT), "evaluate.policy");
	}
	begin();
	put_string(1, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9);
	wrap(2);
	assert_true(scan());
}

/* A length is not text: bytes may hold anything. */
static void bytes_may_hold_anything(void **state)
{
	(void)state;
	begin();
	put_string(6, "\0\xff\xc0\0", 4);	/* request_id */
	wrap(2);
	assert_true(scan());
}

static void a_value_that_an_enumeration_does_not_have_is_refused(void **state)
{
	(void)state;
	begin();
	put_string(1, "k", 1);
	put(5 << 3);	/* source */
	put(8);
	wrap(1);
	wrap(7);
	wrap(2);
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.named.facts[0].source");
	begin();
	put_string(9, "\x01\x05", 2);	/* languages */
	wrap(2);
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.languages[1]");
}

static void a_boolean_is_0_or_1(void **state)
{
	(void)state;
	begin();
	put_raw("\x28\x01", 2);		/* what_if */
	wrap(2);
	assert_true(scan());
	begin();
	put_raw("\x28\x02", 2);
	wrap(2);
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.what_if");
}

static void a_refusal_names_the_element_of_a_list(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < 3; i++) {
		put(1 << 3 | 2);
		put(0);
	}
	put(1 << 3 | 2);
	put(2);
	put_raw("\x28\x63", 2);		/* source 99 of the fourth */
	wrap(7);
	wrap(2);
	assert_refused(CODE(VALUE_NOT_VALID), "evaluate.named.facts[3].source");
}

/* ---- Limits ---- */

/* The request, the evaluation, its facts, and n of them. */
static bool scan_facts(size_t n)
{
	begin();
	for (size_t i = 0; i < n; i++) {
		put(1 << 3 | 2);
		put(0);
	}
	wrap(7);
	wrap(2);
	return scan();
}

static void fields_are_counted_in_all_messages_together(void **state)
{
	(void)state;
	assert_true(scan_facts(PRESCAN_FIELDS_MAX - 3));
	assert_true(scan_facts(PRESCAN_FIELDS_MAX - 2));
	assert_false(scan_facts(PRESCAN_FIELDS_MAX - 1));
	assert_int_equal(refusal.code, CODE(TOO_MANY_FIELDS));
}

static bool scan_languages(size_t n)
{
	static char languages[PRESCAN_FIELDS_MAX];

	memset(languages, 1, sizeof(languages));
	begin();
	put_string(9, languages, n);
	wrap(2);
	return scan();
}

static void elements_behind_one_length_are_counted_too(void **state)
{
	(void)state;
	assert_true(scan_languages(PRESCAN_FIELDS_MAX - 2));
	assert_false(scan_languages(PRESCAN_FIELDS_MAX - 1));
	assert_int_equal(refusal.code, CODE(TOO_MANY_FIELDS));
}

/* A type that holds itself, as our schema never does: only so is depth reached. */
static const ProtobufCMessageDescriptor nested;

static const ProtobufCFieldDescriptor nested_fields[] = {
	{ .name = "in", .id = 1, .label = PROTOBUF_C_LABEL_NONE,
	  .type = PROTOBUF_C_TYPE_MESSAGE, .descriptor = &nested },
};

static const ProtobufCIntRange nested_ranges[] = { { 1, 0 }, { 0, 1 } };

static const ProtobufCMessageDescriptor nested = {
	.magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
	.name = "nested",
	.n_fields = 1,
	.fields = nested_fields,
	.n_field_ranges = 1,
	.field_ranges = nested_ranges,
};

static bool scan_nested(size_t depth)
{
	begin();
	for (size_t i = 1; i < depth; i++)
		wrap(1);
	return prescan(&nested, (struct bytes){ wire.bytes, wire.n }, 100000,
		       &refusal);
}

static void nesting_is_refused_below_the_sixteenth_level(void **state)
{
	(void)state;
	assert_true(scan_nested(PRESCAN_DEPTH_MAX - 1));
	assert_true(scan_nested(PRESCAN_DEPTH_MAX));
	assert_false(scan_nested(PRESCAN_DEPTH_MAX + 1));
	assert_int_equal(refusal.code, CODE(TOO_DEEP));
	/* deep enough to overflow the stack of an unpacker that recurses */
	assert_false(scan_nested(9000));
	assert_int_equal(refusal.code, CODE(TOO_DEEP));
}

/* ---- What the scan and the JSON form take for granted of our schema ---- */

static size_t check_descriptor(const ProtobufCMessageDescriptor *descriptor,
			       size_t depth)
{
	size_t deepest = depth;

	assert_true(depth < 8);	/* no message type holds itself */
	assert_true(descriptor->n_fields <= PRESCAN_DESCRIPTOR_FIELDS_MAX);
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
		size_t below = depth;

		assert_true(field->id < 64);
		assert_true(strlen(field->name) < 63);
		assert_true(field->type != PROTOBUF_C_TYPE_FLOAT &&
			    field->type != PROTOBUF_C_TYPE_DOUBLE);
		if (field->type == PROTOBUF_C_TYPE_MESSAGE)
			below = check_descriptor(field->descriptor, depth + 1);
		deepest = below > deepest ? below : deepest;
	}
	return deepest;
}

static void the_schema_is_shallow_and_its_messages_are_small(void **state)
{
	(void)state;
	assert_int_equal(check_descriptor(&permit__v1__request__descriptor, 1), 4);
	assert_int_equal(check_descriptor(&permit__v1__response__descriptor, 1), 5);
}

/* ---- Memory ---- */

/* Whatever passes the scan is unpacked: the budget is never what fails. */
static void no_message_that_passes_runs_out_of_its_budget(void **state)
{
	struct arena arena;
	ProtobufCMessage *message;

	(void)state;
	arena_init(&arena, 4u * 1024 * 1024);
	assert_true(scan_facts(PRESCAN_FIELDS_MAX - 2));
	assert_int_equal(message_read(&permit__v1__request__descriptor,
				      (struct bytes){ wire.bytes, wire.n },
				      PRESCAN_FIELDS_MAX, &arena, &message, &refusal),
			 0);
	arena_reset(&arena);
	assert_true(scan_languages(PRESCAN_FIELDS_MAX - 2));
	assert_int_equal(message_read(&permit__v1__request__descriptor,
				      (struct bytes){ wire.bytes, wire.n },
				      PRESCAN_FIELDS_MAX, &arena, &message, &refusal),
			 0);
	assert_int_equal(((Permit__V1__Request *)message)->evaluate->n_languages,
			 PRESCAN_FIELDS_MAX - 2);
	arena_done(&arena);
}

static void a_full_arena_is_told_from_a_refusal(void **state)
{
	struct arena arena;
	ProtobufCMessage *message;

	(void)state;
	arena_init(&arena, 20000);
	assert_true(scan_facts(1000));
	assert_int_equal(message_read(&permit__v1__request__descriptor,
				      (struct bytes){ wire.bytes, wire.n },
				      PRESCAN_FIELDS_MAX, &arena, &message, &refusal),
			 -12);
	arena_done(&arena);
}

/* ---- Mutations ---- */

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/*
 * The scan is stricter than protobuf-c: whatever it lets pass, the unpacker
 * takes, and packs into a message that the scan lets pass again.
 */
static void what_passes_can_be_unpacked_however_it_was_mutated(void **state)
{
	static struct wire base;
	uint64_t seed = 88172645463325252ull;
	size_t n_passed = 0;
	struct arena arena;

	(void)state;
	begin();
	put_string(1, "ident.status", 12);
	put_string(2, "possible", 8);
	put_raw("\x28\x02", 2);
	wrap(1);
	wrap(7);
	put_string(1, "ca-vtip", 7);
	put_string(9, "\x01\x02", 2);
	wrap(2);
	base = wire;
	arena_init(&arena, 8u * 1024 * 1024);
	for (unsigned i = 0; i < 200000; i++) {
		ProtobufCMessage *message;

		wire = base;
		for (uint64_t n = next_random(&seed) % 3 + 1; n > 0; n--)
			wire.bytes[next_random(&seed) % wire.n] =
				(uint8_t)next_random(&seed);
		if (!scan()) {
			assert_int_not_equal(refusal.code, CODE(UNSPECIFIED));
			continue;
		}
		n_passed++;
		assert_int_equal(message_read(&permit__v1__request__descriptor,
					      (struct bytes){ wire.bytes, wire.n },
					      PRESCAN_FIELDS_MAX, &arena, &message,
					      &refusal), 0);
		wire.n = protobuf_c_message_pack(message, wire.bytes);
		assert_true(scan());
		arena_reset(&arena);
	}
	assert_true(n_passed > 1000);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_message_passes),
		cmocka_unit_test(a_full_message_passes),
		cmocka_unit_test(a_number_in_more_bytes_than_it_needs_is_refused),
		cmocka_unit_test(a_message_that_is_cut_off_is_refused_at_every_byte),
		cmocka_unit_test(groups_and_unknown_wire_types_are_refused),
		cmocka_unit_test(field_number_0_is_refused),
		cmocka_unit_test(an_unknown_field_is_refused_with_its_number),
		cmocka_unit_test(a_singular_field_twice_is_refused),
		cmocka_unit_test(two_alternatives_at_once_are_refused),
		cmocka_unit_test(text_with_a_nul_or_not_utf8_is_refused),
		cmocka_unit_test(bytes_may_hold_anything),
		cmocka_unit_test(
			a_value_that_an_enumeration_does_not_have_is_refused),
		cmocka_unit_test(a_boolean_is_0_or_1),
		cmocka_unit_test(a_refusal_names_the_element_of_a_list),
		cmocka_unit_test(fields_are_counted_in_all_messages_together),
		cmocka_unit_test(elements_behind_one_length_are_counted_too),
		cmocka_unit_test(nesting_is_refused_below_the_sixteenth_level),
		cmocka_unit_test(the_schema_is_shallow_and_its_messages_are_small),
		cmocka_unit_test(no_message_that_passes_runs_out_of_its_budget),
		cmocka_unit_test(a_full_arena_is_told_from_a_refusal),
		cmocka_unit_test(what_passes_can_be_unpacked_however_it_was_mutated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
