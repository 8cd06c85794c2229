/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_BASE_TEXT_H
#define PERMIT_BASE_TEXT_H

#include "policy/base/arena.h"
#include "policy/base/bytes.h"

/* A borrowed piece of UTF-8 text, without a NUL at its end. */
struct text {
	const char *at;
	size_t n;
};

struct text text_of(const char *string);

bool text_equal(struct text text, const char *string);

/* Without spaces at either end. */
struct text text_trim(struct text text);

/*
 * Cuts the piece before the next separator off the front of *rest, trimmed.
 * Returns false when nothing is left; "a,,b" gives three pieces, "" one empty.
 */
bool text_cut(struct text *rest, char separator, struct text *ret_piece);

/*
 * Reads a whole number: digits without leading zeros, `-` before them or not,
 * at most 12 of them. Returns false for anything else.
 */
bool text_number(struct text text, int64_t *ret_number);

/*
 * Reads one code point. Returns its length in bytes, 1..4; or 0 when the bytes
 * are not UTF-8 (overlong forms and surrogates are not).
 */
size_t utf8_read(const char *at, size_t n, uint32_t *ret_code_point);

/* Columns that a code point takes on a terminal: 0, 1 or 2. */
unsigned utf8_width(uint32_t code_point);

/*
 * Lower case without accents, for Latin letters; 0 for a combining accent.
 * Other code points are returned as they are.
 */
uint32_t utf8_fold(uint32_t code_point);

/*
 * How far two names are apart: letters to add, drop, change or swap, so that a
 * message can offer the nearest. Looks at the first 63 bytes.
 */
unsigned text_distance(struct text a, struct text b);

/*
 * Text that grows in an arena. A failure sticks: check once, at builder_text.
 */
struct builder {
	struct arena *arena;
	char *at;
	size_t n;
	size_t room;
	bool failed;
};

void builder_init(struct builder *builder, struct arena *arena);
void builder_add(struct builder *builder, const char *at, size_t n);
void builder_string(struct builder *builder, const char *string);
void builder_format(struct builder *builder, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* The text, NUL-terminated, in the arena; NULL when the arena was full. */
const char *builder_text(struct builder *builder);

#endif
