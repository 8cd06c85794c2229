/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"

/* Longest name of a field of ours, with its NUL; a test holds it. */
#define NAME_BYTES 64

/* "log_index" is "logIndex" in JSON. */
static void camel_name(const char *name, char to[NAME_BYTES])
{
	size_t n = 0;

	for (; *name != '\0' && n < NAME_BYTES - 1; name++) {
		if (*name == '_' && name[1] >= 'a' && name[1] <= 'z')
			to[n++] = (char)(*++name - 'a' + 'A');
		else
			to[n++] = *name;
	}
	to[n] = '\0';
}

static size_t element_bytes(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_ENUM:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return 4;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return 8;
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		break;
	}
	return sizeof(void *);
}

/* A value copied out of a message, or on its way into one. */
union value {
	int32_t i32;
	uint32_t u32;
	int64_t i64;
	uint64_t u64;
	protobuf_c_boolean yes;
	ProtobufCBinaryData bytes;
	const char *text;
	const ProtobufCMessage *message;
};

static bool is_oneof(const ProtobufCFieldDescriptor *field)
{
	return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

/* ---- From messages ---- */

static json_t *text_of_u64(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return json_string(text);
}

static json_t *text_of_i64(int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	return json_string(text);
}

static json_t *text_of_bytes(ProtobufCBinaryData bytes)
{
	char *text = malloc(BASE64_CHARS(bytes.len) + 1);
	json_t *json = NULL;

	if (text == NULL)
		return NULL;
	base64_print(bytes.data, bytes.len, text);
	json = json_string(text);
	free(text);
	return json;
}

static json_t *name_of_enum(const ProtobufCFieldDescriptor *field, int value)
{
	const ProtobufCEnumValue *known =
		protobuf_c_enum_descriptor_get_value(field->descriptor, value);

	return known == NULL ? json_integer(value) : json_string(known->name);
}

static json_t *put_value(const ProtobufCFieldDescriptor *field, const uint8_t *at)
{
	union value value = { 0 };

	memcpy(&value, at, element_bytes(field));
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
		return json_integer(value.i32);
	case PROTOBUF_C_TYPE_UINT32:
		return json_integer(value.u32);
	case PROTOBUF_C_TYPE_ENUM:
		return name_of_enum(field, value.i32);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
		return text_of_i64(value.i64);
	case PROTOBUF_C_TYPE_UINT64:
		return text_of_u64(value.u64);
	case PROTOBUF_C_TYPE_BOOL:
		return json_boolean(value.yes);
	case PROTOBUF_C_TYPE_STRING:
		return json_string(value.text == NULL ? "" : value.text);
	case PROTOBUF_C_TYPE_BYTES:
		return text_of_bytes(value.bytes);
	case PROTOBUF_C_TYPE_MESSAGE:
		return json_from_message(value.message);
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		break;
	}
	return NULL;	/* our schema has none of these; a test holds it */
}

static json_t *put_list(const ProtobufCFieldDescriptor *field, const uint8_t *items,
			size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *item = put_value(field, items + i * element_bytes(field));

		if (item == NULL || json_array_append_new(list, item) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* A singular field outside a oneof that says nothing. */
static bool is_default(const ProtobufCFieldDescriptor *field, const uint8_t *at)
{
	union value value = { 0 };

	memcpy(&value, at, element_bytes(field));
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return value.text == NULL || value.text[0] == '\0';
	if (field->type == PROTOBUF_C_TYPE_BYTES)
		return value.bytes.len == 0;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return value.message == NULL;
	for (size_t i = 0; i < element_bytes(field); i++)
		if (at[i] != 0)
			return false;
	return true;
}

/* Sets *ret_json to NULL where the field is left out. Returns 0 or -1. */
static int put_field(const ProtobufCFieldDescriptor *field, const uint8_t *message,
		     json_t **ret_json)
{
	const uint8_t *at = message + field->offset;
	const uint8_t *items;
	uint32_t which;
	size_t n;

	*ret_json = NULL;
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		memcpy(&n, message + field->quantifier_offset, sizeof(n));
		memcpy(&items, at, sizeof(items));
		if (n == 0)
			return 0;
		*ret_json = put_list(field, items, n);
		return *ret_json == NULL ? -1 : 0;
	}
	if (is_oneof(field)) {
		memcpy(&which, message + field->quantifier_offset, sizeof(which));
		if (which != field->id)
			return 0;
	} else if (is_default(field, at)) {
		return 0;
	}
	*ret_json = put_value(field, at);
	return *ret_json == NULL ? -1 : 0;
}

json_t *json_from_message(const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;
	json_t *object = json_object();

	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		char name[NAME_BYTES];
		json_t *json;

		if (put_field(&descriptor->fields[i], (const uint8_t *)message,
			      &json) != 0) {
			json_decref(object);
			return NULL;
		}
		camel_name(descriptor->fields[i].name, name);
		if (json != NULL && json_object_set_new(object, name, json) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* ---- To messages ---- */

struct reading {
	struct arena *arena;
	struct refusal *refusal;
	char path[REFUSAL_FIELD_BYTES];
	size_t n_path;
};

static int refuse(struct reading *reading, Permit__V1__Code code,
		  const char *expected)
{
	refusal_set(reading->refusal, code, reading->path, "expected %s", expected);
	return JSON_REFUSED;
}

#define REFUSE(reading, code, expected) \
	refuse(reading, PERMIT__V1__CODE__CODE_##code, expected)

/* Goes down to a name or an element; the caller sets n_path back. */
static void go_down(struct reading *reading, const char *before, const char *name,
		    size_t element)
{
	size_t room = sizeof(reading->path) - reading->n_path;
	int n;

	if (name != NULL)
		n = snprintf(reading->path + reading->n_path, room, "%s%s", before,
			     name);
	else
		n = snprintf(reading->path + reading->n_path, room, "[%zu]", element);
	if (n > 0)
		reading->n_path += (size_t)n < room ? (size_t)n : room - 1;
}

static void go_up(struct reading *reading, size_t n_path)
{
	reading->n_path = n_path;
	reading->path[n_path] = '\0';
}

/* An integer, as a number or as text in digits. */
static int take_integer(struct reading *reading, const json_t *json, int64_t min,
			uint64_t max, union value *value)
{
	const char *text = json_string_value(json);
	bool negative;
	char *end;

	errno = 0;
	if (json_is_integer(json)) {
		value->i64 = json_integer_value(json);
		negative = value->i64 < 0;
	} else if (text != NULL && strspn(text, "-0123456789") == strlen(text) &&
		   text[0] != '\0') {
		negative = text[0] == '-';
		if (negative)
			value->i64 = strtoll(text, &end, 10);
		else
			value->u64 = strtoull(text, &end, 10);
		if (*end != '\0' || end == text)
			return REFUSE(reading, VALUE_NOT_VALID, "a whole number");
	} else {
		return REFUSE(reading, VALUE_NOT_VALID, "a whole number");
	}
	if (errno == ERANGE || (negative ? value->i64 < min : value->u64 > max))
		return REFUSE(reading, OUT_OF_RANGE,
			      "a number that the field has room for");
	return 0;
}

static int take_enum(struct reading *reading, const json_t *json,
		     const ProtobufCFieldDescriptor *field, union value *value)
{
	const ProtobufCEnumDescriptor *descriptor = field->descriptor;
	const char *name = json_string_value(json);
	const ProtobufCEnumValue *known = NULL;

	if (name != NULL)
		known = protobuf_c_enum_descriptor_get_value_by_name(descriptor, name);
	else if (json_is_integer(json) && json_integer_value(json) >= 0 &&
		 json_integer_value(json) <= INT32_MAX)
		known = protobuf_c_enum_descriptor_get_value(
			descriptor, (int)json_integer_value(json));
	if (known != NULL) {
		value->i32 = known->value;
		return 0;
	}
	REFUSE(reading, VALUE_NOT_VALID, "the name of one of the field's values");
	for (unsigned i = 0; name != NULL && i < descriptor->n_values; i++)
		refusal_offer(reading->refusal, name, descriptor->values[i].name);
	return JSON_REFUSED;
}

static int take_text(struct reading *reading, const json_t *json, union value *value)
{
	const char *text = json_string_value(json);
	size_t n = json_string_length(json);

	if (text == NULL)
		return REFUSE(reading, VALUE_NOT_VALID, "text in quotes");
	if (strlen(text) != n)
		return REFUSE(reading, BAD_TEXT, "text without a NUL");
	value->text = arena_text(reading->arena, text, n);
	return value->text == NULL ? -ENOMEM : 0;
}

static int take_bytes(struct reading *reading, const json_t *json,
		      union value *value)
{
	const char *text = json_string_value(json);
	size_t n = json_string_length(json);
	uint8_t *data;
	size_t n_bytes;

	if (text == NULL)
		return REFUSE(reading, VALUE_NOT_VALID, "base64 in quotes");
	data = arena_alloc(reading->arena, n);
	if (data == NULL)
		return -ENOMEM;
	if (!base64_parse(text, n, data, n, &n_bytes))
		return REFUSE(reading, VALUE_NOT_VALID, "base64, padded");
	value->bytes = (ProtobufCBinaryData){ .len = n_bytes, .data = data };
	return 0;
}

static int take_message(struct reading *reading, const json_t *json,
			const ProtobufCMessageDescriptor *descriptor,
			ProtobufCMessage **ret_message);

static int take_value(struct reading *reading, const json_t *json,
		      const ProtobufCFieldDescriptor *field, union value *value)
{
	ProtobufCMessage *message;
	int r;

	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
		return take_integer(reading, json, INT32_MIN, INT32_MAX, value);
	case PROTOBUF_C_TYPE_UINT32:
		return take_integer(reading, json, 0, UINT32_MAX, value);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
		return take_integer(reading, json, INT64_MIN, INT64_MAX, value);
	case PROTOBUF_C_TYPE_UINT64:
		return take_integer(reading, json, 0, UINT64_MAX, value);
	case PROTOBUF_C_TYPE_ENUM:
		return take_enum(reading, json, field, value);
	case PROTOBUF_C_TYPE_BOOL:
		value->yes = json_is_true(json);
		if (json_is_boolean(json))
			return 0;
		return REFUSE(reading, VALUE_NOT_VALID, "true or false");
	case PROTOBUF_C_TYPE_STRING:
		return take_text(reading, json, value);
	case PROTOBUF_C_TYPE_BYTES:
		return take_bytes(reading, json, value);
	case PROTOBUF_C_TYPE_MESSAGE:
		r = take_message(reading, json, field->descriptor, &message);
		value->message = r == 0 ? message : NULL;
		return r;
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		break;
	}
	return REFUSE(reading, VALUE_NOT_VALID, "nothing here");
}

static int take_list(struct reading *reading, const json_t *json,
		     const ProtobufCFieldDescriptor *field, uint8_t *message)
{
	size_t n = json_array_size(json);
	size_t n_path = reading->n_path;
	size_t size = element_bytes(field);
	uint8_t *items;

	if (!json_is_array(json))
		return REFUSE(reading, VALUE_NOT_VALID, "a list in brackets");
	items = arena_array(reading->arena, n, size);
	if (items == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		union value value = { 0 };
		int r;

		go_down(reading, "", NULL, i);
		r = take_value(reading, json_array_get(json, i), field, &value);
		if (r != 0)
			return r;
		memcpy(items + i * size, &value, size);
		go_up(reading, n_path);
	}
	memcpy(message + field->offset, &items, sizeof(items));
	memcpy(message + field->quantifier_offset, &n, sizeof(n));
	return 0;
}

static int take_field(struct reading *reading, const json_t *json,
		      const ProtobufCFieldDescriptor *field, uint8_t *message,
		      uint64_t *seen)
{
	union value value = { 0 };
	uint32_t which = field->id;
	uint32_t before;
	int r;

	if (json_is_null(json))
		return 0;
	/* both spellings of one name */
	if ((*seen >> (which & 63) & 1) != 0)
		return REFUSE(reading, DUPLICATE_FIELD, "this field once");
	*seen |= 1ull << (which & 63);
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return take_list(reading, json, field, message);
	if (is_oneof(field)) {
		memcpy(&before, message + field->quantifier_offset, sizeof(before));
		if (before != 0)
			return REFUSE(reading, DUPLICATE_FIELD,
				      "one of several alternatives");
		memcpy(message + field->quantifier_offset, &which, sizeof(which));
	}
	r = take_value(reading, json, field, &value);
	if (r == 0)
		memcpy(message + field->offset, &value, element_bytes(field));
	return r;
}

static const ProtobufCFieldDescriptor *
find_field(const ProtobufCMessageDescriptor *descriptor, const char *name)
{
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		char camel[NAME_BYTES];

		camel_name(descriptor->fields[i].name, camel);
		if (strcmp(name, camel) == 0 ||
		    strcmp(name, descriptor->fields[i].name) == 0)
			return &descriptor->fields[i];
	}
	return NULL;
}

static int refuse_name(struct reading *reading, const char *name,
		       const ProtobufCMessageDescriptor *descriptor)
{
	refusal_set(reading->refusal, PERMIT__V1__CODE__CODE_UNKNOWN_FIELD,
		    reading->path, "%s has no such field", descriptor->short_name);
	for (unsigned i = 0; i < descriptor->n_fields; i++)
		refusal_offer(reading->refusal, name, descriptor->fields[i].name);
	return JSON_REFUSED;
}

static int take_fields(struct reading *reading, json_t *object,
		       const ProtobufCMessageDescriptor *descriptor,
		       uint8_t *message)
{
	size_t n_path = reading->n_path;
	uint64_t seen = 0;
	const char *name;
	json_t *json;

	json_object_foreach(object, name, json) {
		const ProtobufCFieldDescriptor *field = find_field(descriptor, name);
		int r;

		go_down(reading, n_path > 0 ? "." : "", name, 0);
		if (field == NULL)
			return refuse_name(reading, name, descriptor);
		r = take_field(reading, json, field, message, &seen);
		if (r != 0)
			return r;
		go_up(reading, n_path);
	}
	return 0;
}

static int take_message(struct reading *reading, const json_t *json,
			const ProtobufCMessageDescriptor *descriptor,
			ProtobufCMessage **ret_message)
{
	union {
		const json_t *lent;
		json_t *taken;	/* jansson iterates without const */
	} object = { .lent = json };
	ProtobufCMessage *message;
	int r;

	if (!json_is_object(json))
		return REFUSE(reading, VALUE_NOT_VALID, "an object in braces");
	message = arena_alloc(reading->arena, descriptor->sizeof_message);
	if (message == NULL)
		return -ENOMEM;
	protobuf_c_message_init(descriptor, message);
	r = take_fields(reading, object.taken, descriptor, (uint8_t *)message);
	if (r == 0)
		*ret_message = message;
	return r;
}

int json_to_message(const json_t *json, const ProtobufCMessageDescriptor *descriptor,
		    struct arena *arena, ProtobufCMessage **ret_message,
		    struct refusal *ret_refusal)
{
	struct reading reading = { .arena = arena, .refusal = ret_refusal };

	return take_message(&reading, json, descriptor, ret_message);
}
