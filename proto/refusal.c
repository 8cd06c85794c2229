/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/refusal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/base/text.h"
#include "proto/borrow.h"

/* A text that was cut may end inside a character: that piece goes too. */
static void end_whole(char *text, size_t room, int n_wanted)
{
	size_t n = room - 1;

	if (n_wanted < 0)
		text[0] = '\0';
	if (n_wanted < (int)room)
		return;
	for (size_t back = 1; back < 4; back++) {
		uint32_t code_point;
		uint8_t byte = (uint8_t)text[n - back];

		if (byte < 0x80)
			return;
		if (byte >= 0xc0) {
			if (utf8_read(&text[n - back], back, &code_point) == 0)
				text[n - back] = '\0';
			return;
		}
	}
}

void refusal_set(struct refusal *refusal, Permit__V1__Code code, const char *field,
		 const char *format, ...)
{
	va_list args;
	int n;

	refusal->code = code;
	refusal->n_nearest = 0;
	va_start(args, format);
	n = vsnprintf(refusal->message, sizeof(refusal->message), format, args);
	va_end(args);
	end_whole(refusal->message, sizeof(refusal->message), n);
	if (field == refusal->field)
		return;
	n = snprintf(refusal->field, sizeof(refusal->field), "%s", field);
	end_whole(refusal->field, sizeof(refusal->field), n);
}

/* A name further away than half of what was written is no help. */
static bool is_near(const char *wanted, unsigned distance)
{
	return distance <= strlen(wanted) / 2 + 1;
}

void refusal_offer(struct refusal *refusal, const char *wanted, const char *name)
{
	unsigned distance = text_distance(text_of(wanted), text_of(name));
	size_t at = refusal->n_nearest;

	if (!is_near(wanted, distance))
		return;
	while (at > 0 && text_distance(text_of(wanted),
				       text_of(refusal->nearest[at - 1])) > distance)
		at--;
	if (at == REFUSAL_NEAREST_MAX)
		return;
	if (refusal->n_nearest < REFUSAL_NEAREST_MAX)
		refusal->n_nearest++;
	for (size_t i = refusal->n_nearest - 1; i > at; i--)
		refusal->nearest[i] = refusal->nearest[i - 1];
	refusal->nearest[at] = name;
}

const char *refusal_code_name(Permit__V1__Code code)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
		&permit__v1__code__descriptor, (int)code);

	return value == NULL ? "CODE_UNSPECIFIED" : value->name;
}

void refusal_error(struct refusal *refusal, Permit__V1__Error *ret_error)
{
	union {
		const char **in;
		char **out;
	} nearest = { .in = refusal->nearest };

	permit__v1__error__init(ret_error);
	ret_error->code = refusal->code;
	ret_error->message = borrow_text(refusal->message);
	ret_error->field = borrow_text(refusal->field);
	ret_error->n_nearest = refusal->n_nearest;
	ret_error->nearest = nearest.out;
}
