/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/prescan.h"

#include <stdio.h>
#include <string.h>

#include "policy/base/text.h"
#include "proto/varint.h"

enum wire_type { WIRE_VARINT, WIRE_FIXED64, WIRE_LENGTH, WIRE_FIXED32 = 5 };

/*
 * One message on the way down. The levels stand in an array, so that nesting
 * costs no stack and a refusal can name the path.
 */
struct level {
	const ProtobufCMessageDescriptor *descriptor;
	const uint8_t *at;
	const uint8_t *end;
	const ProtobufCFieldDescriptor *field;	/* being read */
	uint64_t seen;		/* bit i: field i of the descriptor */
	uint32_t element;	/* of the repeated field being read, from 0 */
	uint32_t counts[PRESCAN_DESCRIPTOR_FIELDS_MAX];
};

struct scan {
	struct level levels[PRESCAN_DEPTH_MAX];
	size_t depth;		/* levels in use */
	size_t n_fields;
	size_t n_fields_max;
	struct refusal *refusal;
};

/* ---- Refusing ---- */

static void put_path(const struct scan *scan, char *to, size_t room)
{
	size_t n = 0;

	to[0] = '\0';
	for (size_t i = 0; i < scan->depth && n < room; i++) {
		const struct level *level = &scan->levels[i];
		int wrote;

		if (level->field == NULL)
			break;
		if (level->field->label == PROTOBUF_C_LABEL_REPEATED)
			wrote = snprintf(to + n, room - n, "%s%s[%u]",
					 i > 0 ? "." : "", level->field->name,
					 level->element);
		else
			wrote = snprintf(to + n, room - n, "%s%s",
					 i > 0 ? "." : "", level->field->name);
		n += wrote > 0 ? (size_t)wrote : 0;
	}
}

static bool refuse(struct scan *scan, Permit__V1__Code code, const char *message)
{
	put_path(scan, scan->refusal->field, sizeof(scan->refusal->field));
	refusal_set(scan->refusal, code, scan->refusal->field, "%s", message);
	return false;
}

#define REFUSE(scan, code, message) \
	refuse(scan, PERMIT__V1__CODE__CODE_##code, message)

/* ---- Numbers ---- */

static bool read_varint(struct scan *scan, const uint8_t **at, const uint8_t *end,
			uint64_t *ret_value)
{
	switch (varint_read(at, end, ret_value)) {
	case VARINT_OK:
		return true;
	case VARINT_CUT:
		return REFUSE(scan, MALFORMED_MESSAGE,
			      "the message ends inside a number");
	case VARINT_OVERLONG:
		break;
	}
	return REFUSE(scan, OVERLONG_NUMBER,
		      "a number takes more bytes than it needs, or more than 64 bits");
}

static bool count_field(struct scan *scan)
{
	if (++scan->n_fields <= scan->n_fields_max)
		return true;
	return REFUSE(scan, TOO_MANY_FIELDS,
		      "the message has too many fields; send less at once");
}

/* Says whether a varint is a value of the field's type. */
static bool check_number(struct scan *scan, const ProtobufCFieldDescriptor *field,
			 uint64_t value)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_BOOL:
		if (value <= 1)
			return true;
		return REFUSE(scan, VALUE_NOT_VALID, "neither true nor false");
	case PROTOBUF_C_TYPE_ENUM:
		if (value <= INT32_MAX && protobuf_c_enum_descriptor_get_value(
						  field->descriptor, (int)value))
			return true;
		return REFUSE(scan, VALUE_NOT_VALID,
			      "not one of the values that the schema has here");
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_SINT32:
		if (value <= UINT32_MAX)
			return true;
		return REFUSE(scan, OUT_OF_RANGE, "more than 32 bits");
	case PROTOBUF_C_TYPE_INT32:
		if (value <= INT32_MAX || value >= (uint64_t)(int64_t)INT32_MIN)
			return true;
		return REFUSE(scan, OUT_OF_RANGE, "more than 32 bits");
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		break;
	}
	return true;
}

static enum wire_type wire_type_of(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return WIRE_FIXED32;
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return WIRE_FIXED64;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return WIRE_LENGTH;
	case PROTOBUF_C_TYPE_BOOL:
	case PROTOBUF_C_TYPE_ENUM:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_UINT64:
		break;
	}
	return WIRE_VARINT;
}

static bool skip_fixed(struct scan *scan, const uint8_t **at, const uint8_t *end,
		       size_t n)
{
	if ((size_t)(end - *at) < n)
		return REFUSE(scan, MALFORMED_MESSAGE,
			      "the message ends inside a number");
	*at += n;
	return true;
}

/* One number of a field, in its own wire type. */
static bool scan_number(struct scan *scan, const ProtobufCFieldDescriptor *field,
			const uint8_t **at, const uint8_t *end)
{
	uint64_t value;

	switch (wire_type_of(field)) {
	case WIRE_FIXED32:
		return skip_fixed(scan, at, end, 4);
	case WIRE_FIXED64:
		return skip_fixed(scan, at, end, 8);
	case WIRE_VARINT:
	case WIRE_LENGTH:
		break;
	}
	return read_varint(scan, at, end, &value) && check_number(scan, field, value);
}

/* ---- What has a length ---- */

bool prescan_is_text(struct bytes text)
{
	size_t i = 0;

	while (i < text.n) {
		uint32_t code_point;
		size_t n;

		if (text.data[i] != 0 && text.data[i] < 0x80) {
			i++;
			continue;
		}
		if (text.data[i] == 0)
			return false;
		n = utf8_read((const char *)text.data + i, text.n - i, &code_point);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

/* Numbers of a repeated field behind one length. */
static bool scan_packed(struct scan *scan, struct level *level, struct bytes value)
{
	const uint8_t *at = value.data;
	const uint8_t *end = value.data + value.n;

	for (; at < end; level->element++)
		if (!count_field(scan) || !scan_number(scan, level->field, &at, end))
			return false;
	return true;
}

static bool enter(struct scan *scan, const ProtobufCMessageDescriptor *descriptor,
		  struct bytes message)
{
	struct level *level = &scan->levels[scan->depth];

	if (scan->depth == PRESCAN_DEPTH_MAX)
		return REFUSE(scan, TOO_DEEP, "messages are nested too deep here");
	memset(level, 0, sizeof(*level));
	level->descriptor = descriptor;
	level->at = message.data;
	level->end = message.data + message.n;
	scan->depth++;
	return true;
}

static bool scan_length(struct scan *scan, struct level *level)
{
	const ProtobufCFieldDescriptor *field = level->field;
	struct bytes value;
	uint64_t n;

	if (!read_varint(scan, &level->at, level->end, &n))
		return false;
	if (n > (uint64_t)(level->end - level->at))
		return REFUSE(scan, MALFORMED_MESSAGE,
			      "the message ends inside this field");
	value = (struct bytes){ level->at, (size_t)n };
	level->at += n;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return enter(scan, field->descriptor, value);
	if (field->type == PROTOBUF_C_TYPE_STRING && !prescan_is_text(value))
		return REFUSE(scan, BAD_TEXT,
			      "text must be UTF-8 and must not hold a NUL");
	if (wire_type_of(field) != WIRE_LENGTH)
		return scan_packed(scan, level, value);
	return true;
}

/* ---- Fields ---- */

/* Fields that the message may have once: the field, or all of its oneof. */
static uint64_t exclusive(const struct level *level, unsigned index)
{
	const ProtobufCFieldDescriptor *fields = level->descriptor->fields;
	uint64_t bits = 1ull << index;

	if ((fields[index].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
		return bits;
	for (unsigned i = 0; i < level->descriptor->n_fields; i++)
		if ((fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
		    fields[i].quantifier_offset == fields[index].quantifier_offset)
			bits |= 1ull << i;
	return bits;
}

/* Sets the field being read, and which element of it. */
static bool note_field(struct scan *scan, struct level *level)
{
	unsigned index = (unsigned)(level->field - level->descriptor->fields);

	if (level->field->label == PROTOBUF_C_LABEL_REPEATED)
		level->element = level->counts[index]++;
	else if ((level->seen & exclusive(level, index)) != 0)
		return REFUSE(scan, DUPLICATE_FIELD,
			      "set twice, or two alternatives set at once");
	level->seen |= 1ull << index;
	return true;
}

static bool scan_field(struct scan *scan, struct level *level)
{
	enum wire_type expected;
	uint64_t key;
	unsigned type;

	level->field = NULL;
	if (!count_field(scan) || !read_varint(scan, &level->at, level->end, &key))
		return false;
	type = (unsigned)(key & 7);
	if (key >> 3 == 0 || key > UINT32_MAX || type == 3 || type == 4 || type > 5)
		return REFUSE(scan, MALFORMED_MESSAGE,
			      "no field of a protobuf message begins here");
	level->field = protobuf_c_message_descriptor_get_field(level->descriptor,
							       (unsigned)(key >> 3));
	if (level->field == NULL) {
		refuse(scan, PERMIT__V1__CODE__CODE_UNKNOWN_FIELD, "");
		refusal_set(scan->refusal, PERMIT__V1__CODE__CODE_UNKNOWN_FIELD,
			    scan->refusal->field,
			    "field number %u is not in the schema of %s; leave it "
			    "out", (unsigned)(key >> 3), level->descriptor->name);
		return false;
	}
	if (!note_field(scan, level))
		return false;
	expected = wire_type_of(level->field);
	if (type == WIRE_LENGTH && (expected == WIRE_LENGTH ||
				    level->field->label == PROTOBUF_C_LABEL_REPEATED))
		return scan_length(scan, level);
	if (type != expected)
		return REFUSE(scan, WRONG_WIRE_TYPE,
			      "not encoded as the schema says");
	return scan_number(scan, level->field, &level->at, level->end);
}

bool prescan(const ProtobufCMessageDescriptor *descriptor, struct bytes message,
	     size_t n_fields_max, struct refusal *ret_refusal)
{
	struct scan scan;
	static const uint8_t empty;

	scan.depth = 0;
	scan.n_fields = 0;
	scan.n_fields_max = n_fields_max;
	scan.refusal = ret_refusal;
	if (message.n == 0)
		message.data = &empty;
	if (!enter(&scan, descriptor, message))
		return false;
	while (scan.depth > 0) {
		struct level *level = &scan.levels[scan.depth - 1];

		if (level->at == level->end)
			scan.depth--;
		else if (!scan_field(&scan, level))
			return false;
	}
	return true;
}
