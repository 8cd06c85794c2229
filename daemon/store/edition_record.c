/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/store/edition_record.h"

#define RECORD_VERSION 1
#define FIXED_BYTES (1 + 4 + 4 + 8 + 8)

/* ---- Writing ---- */

static uint8_t *put_text(uint8_t *to, const char *text)
{
	size_t n = strlen(text);

	put_be16(to, (uint16_t)n);
	memcpy(to + 2, text, n);
	return to + 2 + n;
}

static size_t record_bytes(const struct edition_info *info)
{
	size_t n = FIXED_BYTES + 4 * 2 + strlen(info->policy_id) +
		   strlen(info->name) + strlen(info->title) +
		   strlen(info->jurisdiction) + 1;

	for (size_t i = 0; i < info->n_questions; i++)
		n += 2 + strlen(info->questions[i]);
	return n;
}

int edition_record_encode(const struct edition_info *info, struct arena *arena,
			  struct bytes *ret_record)
{
	size_t n = record_bytes(info);
	uint8_t *data = arena_alloc(arena, n);
	uint8_t *to = data;

	if (data == NULL)
		return -ENOMEM;
	*to = RECORD_VERSION;
	put_be32(to + 1, info->vocabulary);
	put_be32(to + 5, (uint32_t)info->in_force_from);
	put_be64(to + 9, info->recorded_ms);
	put_be64(to + 17, info->seq);
	to = put_text(to + FIXED_BYTES, info->policy_id);
	to = put_text(to, info->name);
	to = put_text(to, info->title);
	to = put_text(to, info->jurisdiction);
	*to++ = info->n_questions;
	for (size_t i = 0; i < info->n_questions; i++)
		to = put_text(to, info->questions[i]);
	*ret_record = (struct bytes){ data, n };
	return 0;
}

/* ---- Reading ---- */

/*
 * What is left to read; the first thing that is not there makes it an error for
 * good.
 */
struct cursor {
	struct bytes rest;
	struct arena *arena;
	int error;
};

static const uint8_t *take(struct cursor *cursor, size_t n)
{
	static const uint8_t zeros[8];
	const uint8_t *taken = cursor->rest.data;

	if (cursor->error == 0 && cursor->rest.n < n)
		cursor->error = -EBADMSG;
	if (cursor->error != 0)
		return n <= sizeof(zeros) ? zeros : NULL;
	cursor->rest.data += n;
	cursor->rest.n -= n;
	return taken;
}

static const char *take_text(struct cursor *cursor)
{
	size_t n = get_be16(take(cursor, 2));
	const uint8_t *text = take(cursor, n);
	const char *copy;

	if (cursor->error != 0)
		return "";
	copy = arena_text(cursor->arena, (const char *)text, n);
	if (copy == NULL)
		cursor->error = -ENOMEM;
	return copy == NULL ? "" : copy;
}

int edition_record_decode(struct bytes record, struct arena *arena,
			  struct edition_info *ret_info)
{
	struct cursor cursor = { .rest = record, .arena = arena };
	struct edition_info info = { 0 };

	if (*take(&cursor, 1) != RECORD_VERSION)
		return -EBADMSG;
	info.vocabulary = get_be32(take(&cursor, 4));
	info.in_force_from = (day_t)get_be32(take(&cursor, 4));
	info.recorded_ms = get_be64(take(&cursor, 8));
	info.seq = get_be64(take(&cursor, 8));
	info.policy_id = take_text(&cursor);
	info.name = take_text(&cursor);
	info.title = take_text(&cursor);
	info.jurisdiction = take_text(&cursor);
	info.n_questions = *take(&cursor, 1);
	if (info.n_questions > QUESTIONS_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < info.n_questions; i++)
		info.questions[i] = take_text(&cursor);
	if (cursor.error == 0 && cursor.rest.n != 0)
		cursor.error = -EBADMSG;
	if (cursor.error != 0)
		return cursor.error;
	*ret_info = info;
	return 0;
}
