/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/blob.h"

#include <stddef.h>
#include <string.h>

#include "policy/base/text.h"

/*
 * Both contents are one table each, and one pair of functions reads and writes
 * them all, so that what is written and what is accepted cannot drift apart.
 */
#define FIELD_HEADER_BYTES 6	/* u16 tag, u32 length */

static const uint8_t magic[4] = { 'P', 'D', 'B', '1' };

enum shape {
	SHAPE_TEXT,	/* struct bytes, UTF-8 without control characters */
	SHAPE_BYTES,	/* struct bytes, anything */
	SHAPE_U8,
	SHAPE_DAY,	/* day_t, a day of the calendar */
	SHAPE_DAY_OR_NONE,
	SHAPE_U64,
	SHAPE_SECRET,	/* uint8_t[32] */
	SHAPE_CASE_ID,	/* uint8_t[BLOB_CASE_ID_BYTES] */
};

struct field {
	uint16_t tag;
	enum shape shape;
	size_t at;		/* in the content's structure */
	size_t min_bytes;	/* of text and bytes */
	size_t max_bytes;
};

/* What a content is made of, in the order of its tags. */
struct layout {
	const struct field *fields;
	size_t n_fields;
};

#define DECISION(member) offsetof(struct content_decision, member)
#define ENACTMENT(member) offsetof(struct content_enactment, member)

static const struct field decision_fields[] = {
	{ 1, SHAPE_TEXT, DECISION(case_ref), 0, BLOB_NAME_MAX_BYTES },
	{ 2, SHAPE_TEXT, DECISION(request_id), 0, BLOB_NAME_MAX_BYTES },
	{ 3, SHAPE_TEXT, DECISION(policy_id), 1, BLOB_NAME_MAX_BYTES },
	{ 4, SHAPE_TEXT, DECISION(question), 1, BLOB_NAME_MAX_BYTES },
	{ 5, SHAPE_U8, DECISION(actor_role), 0, 0 },
	{ 6, SHAPE_DAY_OR_NONE, DECISION(received_on), 0, 0 },
	{ 7, SHAPE_DAY, DECISION(decided_on), 0, 0 },
	{ 8, SHAPE_DAY, DECISION(in_force_on), 0, 0 },
	{ 9, SHAPE_U64, DECISION(recorded_ms), 0, 0 },
	{ 10, SHAPE_U64, DECISION(clock_ms), 0, 0 },
	{ 11, SHAPE_SECRET, DECISION(k_salt), 0, 0 },
	{ 12, SHAPE_SECRET, DECISION(salt_r), 0, 0 },
	{ 13, SHAPE_BYTES, DECISION(facts), 0, BLOB_FACTS_MAX_BYTES },
	{ 14, SHAPE_BYTES, DECISION(result), 1, BLOB_RESULT_MAX_BYTES },
};

/* The same without tags 11 and 12, and with the case id. */
static const struct field sealed_fields[] = {
	{ 1, SHAPE_TEXT, DECISION(case_ref), 0, BLOB_NAME_MAX_BYTES },
	{ 2, SHAPE_TEXT, DECISION(request_id), 0, BLOB_NAME_MAX_BYTES },
	{ 3, SHAPE_TEXT, DECISION(policy_id), 1, BLOB_NAME_MAX_BYTES },
	{ 4, SHAPE_TEXT, DECISION(question), 1, BLOB_NAME_MAX_BYTES },
	{ 5, SHAPE_U8, DECISION(actor_role), 0, 0 },
	{ 6, SHAPE_DAY_OR_NONE, DECISION(received_on), 0, 0 },
	{ 7, SHAPE_DAY, DECISION(decided_on), 0, 0 },
	{ 8, SHAPE_DAY, DECISION(in_force_on), 0, 0 },
	{ 9, SHAPE_U64, DECISION(recorded_ms), 0, 0 },
	{ 10, SHAPE_U64, DECISION(clock_ms), 0, 0 },
	{ 13, SHAPE_BYTES, DECISION(facts), 0, BLOB_FACTS_MAX_BYTES },
	{ 14, SHAPE_BYTES, DECISION(result), 1, BLOB_RESULT_MAX_BYTES },
	{ 15, SHAPE_CASE_ID, DECISION(case_id), 0, 0 },
};

static const struct field enactment_fields[] = {
	{ 32, SHAPE_TEXT, ENACTMENT(policy_id), 1, BLOB_NAME_MAX_BYTES },
	{ 33, SHAPE_TEXT, ENACTMENT(edition), 1, BLOB_NAME_MAX_BYTES },
	{ 34, SHAPE_DAY, ENACTMENT(in_force_on), 0, 0 },
	{ 35, SHAPE_U64, ENACTMENT(recorded_ms), 0, 0 },
	{ 36, SHAPE_BYTES, ENACTMENT(bundle), 1, BLOB_BUNDLE_MAX_BYTES },
};

static const struct layout decision_layout = {
	decision_fields, ARRAY_LENGTH(decision_fields)
};
static const struct layout sealed_layout = {
	sealed_fields, ARRAY_LENGTH(sealed_fields)
};
static const struct layout enactment_layout = {
	enactment_fields, ARRAY_LENGTH(enactment_fields)
};

const char *blob_fault_text(enum blob_fault fault)
{
	switch (fault) {
	case BLOB_SOUND:
		return "is sound";
	case BLOB_FAULT_MAGIC:
		return "does not begin like a blob";
	case BLOB_FAULT_KIND:
		return "is sealed or of an unknown kind";
	case BLOB_FAULT_FIELD:
		return "lacks a field, or has one out of order";
	case BLOB_FAULT_LENGTH:
		return "has a field that is too short or too long";
	case BLOB_FAULT_VALUE:
		return "has a field whose value is not allowed";
	case BLOB_FAULT_TRAILING:
		return "goes on after its last field";
	}
	return "is of unknown soundness";
}

static bool is_text(struct bytes text)
{
	uint32_t c;
	size_t step;

	for (size_t at = 0; at < text.n; at += step) {
		step = utf8_read((const char *)text.data + at, text.n - at, &c);
		if (step == 0 || c < 0x20 || c == 0x7f)
			return false;
	}
	return true;
}

static size_t value_bytes(const struct field *field, const void *value)
{
	switch (field->shape) {
	case SHAPE_TEXT:
	case SHAPE_BYTES:
		return ((const struct bytes *)value)->n;
	case SHAPE_U8:
		return 1;
	case SHAPE_DAY:
	case SHAPE_DAY_OR_NONE:
		return 4;
	case SHAPE_U64:
		return 8;
	case SHAPE_SECRET:
		return 32;
	case SHAPE_CASE_ID:
		return BLOB_CASE_ID_BYTES;
	}
	return 0;
}

/* What a value must keep to, whether it is written or was read. */
static enum blob_fault check_value(const struct field *field, const void *value)
{
	struct bytes bytes;
	day_t day;

	switch (field->shape) {
	case SHAPE_TEXT:
	case SHAPE_BYTES:
		bytes = *(const struct bytes *)value;
		if (bytes.n < field->min_bytes || bytes.n > field->max_bytes)
			return BLOB_FAULT_LENGTH;
		if (field->shape == SHAPE_TEXT && !is_text(bytes))
			return BLOB_FAULT_VALUE;
		return BLOB_SOUND;
	case SHAPE_DAY:
	case SHAPE_DAY_OR_NONE:
		day = *(const day_t *)value;
		if (field->shape == SHAPE_DAY_OR_NONE && day == BLOB_NO_DAY)
			return BLOB_SOUND;
		return day >= DAY_MIN && day <= DAY_MAX ? BLOB_SOUND :
							  BLOB_FAULT_VALUE;
	case SHAPE_U8:
	case SHAPE_U64:
	case SHAPE_SECRET:
	case SHAPE_CASE_ID:
		break;
	}
	return BLOB_SOUND;
}

static void put_value(const struct field *field, const void *value, uint8_t *to)
{
	const struct bytes *bytes = value;

	switch (field->shape) {
	case SHAPE_TEXT:
	case SHAPE_BYTES:
		if (bytes->n > 0)
			memcpy(to, bytes->data, bytes->n);
		break;
	case SHAPE_U8:
		*to = *(const uint8_t *)value;
		break;
	case SHAPE_DAY:
	case SHAPE_DAY_OR_NONE:
		put_be32(to, (uint32_t)*(const day_t *)value);
		break;
	case SHAPE_U64:
		put_be64(to, *(const uint64_t *)value);
		break;
	case SHAPE_SECRET:
		memcpy(to, value, 32);
		break;
	case SHAPE_CASE_ID:
		memcpy(to, value, BLOB_CASE_ID_BYTES);
		break;
	}
}

/* False when the bytes are not as many as the shape has. */
static bool get_value(const struct field *field, struct bytes from, void *value)
{
	switch (field->shape) {
	case SHAPE_TEXT:
	case SHAPE_BYTES:
		*(struct bytes *)value = from;
		return true;
	case SHAPE_U8:
		if (from.n != 1)
			return false;
		*(uint8_t *)value = from.data[0];
		return true;
	case SHAPE_DAY:
	case SHAPE_DAY_OR_NONE:
		if (from.n != 4)
			return false;
		*(day_t *)value = (day_t)get_be32(from.data);
		return true;
	case SHAPE_U64:
		if (from.n != 8)
			return false;
		*(uint64_t *)value = get_be64(from.data);
		return true;
	case SHAPE_SECRET:
		if (from.n != 32)
			return false;
		memcpy(value, from.data, 32);
		return true;
	case SHAPE_CASE_ID:
		if (from.n != BLOB_CASE_ID_BYTES)
			return false;
		memcpy(value, from.data, BLOB_CASE_ID_BYTES);
		return true;
	}
	return false;
}

/* Of the fields alone, as are the two functions for writing and reading. */
static size_t layout_bytes(const struct layout *layout, const void *content)
{
	size_t n = 0;

	for (size_t i = 0; i < layout->n_fields; i++) {
		const struct field *field = &layout->fields[i];

		n += FIELD_HEADER_BYTES +
		     value_bytes(field, (const char *)content + field->at);
	}
	return n;
}

static enum blob_fault layout_encode(const struct layout *layout,
				     const void *content, uint8_t *to)
{
	for (size_t i = 0; i < layout->n_fields; i++) {
		const struct field *field = &layout->fields[i];
		const void *value = (const char *)content + field->at;
		enum blob_fault fault = check_value(field, value);
		size_t n = value_bytes(field, value);

		if (fault != BLOB_SOUND)
			return fault;
		put_be16(to, field->tag);
		put_be32(to + 2, (uint32_t)n);
		put_value(field, value, to + FIELD_HEADER_BYTES);
		to += FIELD_HEADER_BYTES + n;
	}
	return BLOB_SOUND;
}

/* Reads one field off the front of *rest. */
static enum blob_fault decode_field(const struct field *field,
				    struct bytes *rest, void *value)
{
	size_t n;
	struct bytes from;

	if (rest->n < FIELD_HEADER_BYTES || get_be16(rest->data) != field->tag)
		return BLOB_FAULT_FIELD;
	n = get_be32(rest->data + 2);
	if (n > rest->n - FIELD_HEADER_BYTES)
		return BLOB_FAULT_LENGTH;
	from = (struct bytes){ rest->data + FIELD_HEADER_BYTES, n };
	if (!get_value(field, from, value))
		return BLOB_FAULT_LENGTH;
	rest->data += FIELD_HEADER_BYTES + n;
	rest->n -= FIELD_HEADER_BYTES + n;
	return check_value(field, value);
}

static enum blob_fault layout_decode(const struct layout *layout,
				     struct bytes rest, void *content)
{
	for (size_t i = 0; i < layout->n_fields; i++) {
		const struct field *field = &layout->fields[i];
		enum blob_fault fault = decode_field(
			field, &rest, (char *)content + field->at);

		if (fault != BLOB_SOUND)
			return fault;
	}
	return rest.n == 0 ? BLOB_SOUND : BLOB_FAULT_TRAILING;
}

/* ---- In clear: with the header before the fields ---- */

static bool has_magic(struct bytes blob)
{
	return blob.n >= BLOB_HEADER_BYTES &&
	       memcmp(blob.data, magic, sizeof(magic)) == 0;
}

static enum blob_fault encode_clear(const struct layout *layout,
				    const void *content, uint8_t *to)
{
	memcpy(to, magic, sizeof(magic));
	to[4] = BLOB_CLEAR;
	return layout_encode(layout, content, to + BLOB_HEADER_BYTES);
}

static enum blob_fault decode_clear(const struct layout *layout,
				    struct bytes blob, void *content)
{
	struct bytes fields;

	if (!has_magic(blob))
		return BLOB_FAULT_MAGIC;
	if (blob.data[4] != BLOB_CLEAR)
		return BLOB_FAULT_KIND;
	fields.data = blob.data + BLOB_HEADER_BYTES;
	fields.n = blob.n - BLOB_HEADER_BYTES;
	return layout_decode(layout, fields, content);
}

bool blob_is_sealed(struct bytes blob)
{
	return has_magic(blob) && blob.data[4] == BLOB_SEALED;
}

size_t blob_sealed_bytes(const struct content_decision *content)
{
	return layout_bytes(&sealed_layout, content);
}

enum blob_fault blob_sealed_check(const struct content_decision *content)
{
	enum blob_fault fault = BLOB_SOUND;

	for (size_t i = 0; i < sealed_layout.n_fields && fault == BLOB_SOUND; i++)
		fault = check_value(&sealed_fields[i],
				    (const char *)content + sealed_fields[i].at);
	return fault;
}

enum blob_fault blob_sealed_encode(const struct content_decision *content,
				   uint8_t *to)
{
	return layout_encode(&sealed_layout, content, to);
}

enum blob_fault blob_sealed_decode(struct bytes plain, struct content_decision *ret)
{
	struct content_decision content = { .actor_role = 0 };
	enum blob_fault fault = layout_decode(&sealed_layout, plain, &content);

	if (fault == BLOB_SOUND)
		*ret = content;
	return fault;
}

size_t blob_decision_bytes(const struct content_decision *content)
{
	return BLOB_HEADER_BYTES + layout_bytes(&decision_layout, content);
}

size_t blob_enactment_bytes(const struct content_enactment *content)
{
	return BLOB_HEADER_BYTES + layout_bytes(&enactment_layout, content);
}

enum blob_fault blob_decision_encode(const struct content_decision *content,
				     uint8_t *to)
{
	return encode_clear(&decision_layout, content, to);
}

enum blob_fault blob_enactment_encode(const struct content_enactment *content,
				      uint8_t *to)
{
	return encode_clear(&enactment_layout, content, to);
}

enum blob_fault blob_decision_decode(struct bytes blob,
				     struct content_decision *ret)
{
	struct content_decision content = { .actor_role = 0 };
	enum blob_fault fault = decode_clear(&decision_layout, blob, &content);

	if (fault == BLOB_SOUND)
		*ret = content;
	return fault;
}

enum blob_fault blob_enactment_decode(struct bytes blob,
				      struct content_enactment *ret)
{
	struct content_enactment content;
	enum blob_fault fault = decode_clear(&enactment_layout, blob, &content);

	if (fault == BLOB_SOUND)
		*ret = content;
	return fault;
}
