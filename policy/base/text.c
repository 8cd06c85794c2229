/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/base/text.h"

struct text text_of(const char *string)
{
	return (struct text){ string, strlen(string) };
}

bool text_equal(struct text text, const char *string)
{
	return strlen(string) == text.n && memcmp(text.at, string, text.n) == 0;
}

struct text text_trim(struct text text)
{
	while (text.n > 0 && text.at[0] == ' ') {
		text.at++;
		text.n--;
	}
	while (text.n > 0 && text.at[text.n - 1] == ' ')
		text.n--;
	return text;
}

bool text_cut(struct text *rest, char separator, struct text *ret_piece)
{
	const char *end;
	size_t n;

	if (rest->at == NULL)
		return false;
	end = rest->n == 0 ? NULL : memchr(rest->at, separator, rest->n);
	n = end == NULL ? rest->n : (size_t)(end - rest->at);
	*ret_piece = text_trim((struct text){ rest->at, n });
	rest->at = end == NULL ? NULL : end + 1;
	rest->n -= end == NULL ? n : n + 1;
	return true;
}

#define NUMBER_DIGITS_MAX 12

bool text_number(struct text text, int64_t *ret_number)
{
	bool negative = text.n > 0 && text.at[0] == '-';
	struct text digits = { text.at + negative, text.n - negative };
	int64_t number = 0;

	if (digits.n == 0 || digits.n > NUMBER_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.at[i] < '0' || digits.at[i] > '9')
			return false;
		number = number * 10 + (digits.at[i] - '0');
	}
	if (digits.at[0] == '0' && (digits.n > 1 || negative))
		return false;
	*ret_number = negative ? -number : number;
	return true;
}

static size_t utf8_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t utf8_read(const char *at, size_t n, uint32_t *ret_code_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code_point;
	size_t length;

	length = n == 0 ? 0 : utf8_length((uint8_t)at[0]);
	if (length == 0 || length > n)
		return 0;
	code_point = (uint8_t)at[0];
	if (length > 1)
		code_point &= 0x7fu >> length;
	for (size_t i = 1; i < length; i++) {
		if (((uint8_t)at[i] & 0xc0) != 0x80)
			return 0;
		code_point = code_point << 6 | ((uint8_t)at[i] & 0x3fu);
	}
	if (code_point < smallest[length] || code_point > 0x10ffff ||
	    (code_point >= 0xd800 && code_point <= 0xdfff))
		return 0;
	*ret_code_point = code_point;
	return length;
}

struct range {
	uint32_t first;
	uint32_t last;
};

static bool in_ranges(const struct range *ranges, size_t n, uint32_t code_point)
{
	for (size_t i = 0; i < n; i++)
		if (code_point >= ranges[i].first && code_point <= ranges[i].last)
			return true;
	return false;
}

unsigned utf8_width(uint32_t code_point)
{
	static const struct range none[] = {
		{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x0300, 0x036f },
		{ 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x064b, 0x065f },
		{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f },
		{ 0x202a, 0x202e }, { 0x2060, 0x206f }, { 0x20d0, 0x20ff },
		{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
	};
	static const struct range wide[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff },
		{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xa000, 0xa4cf },
		{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
		{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
	};

	if (in_ranges(none, ARRAY_LENGTH(none), code_point))
		return 0;
	return in_ranges(wide, ARRAY_LENGTH(wide), code_point) ? 2 : 1;
}

/* U+00C0 to U+00FF, without accents; * stands for what is no letter. */
static const char latin_1[] = "aaaaaaaceeeeiiiidnooooo*ouuuuyts"
			      "aaaaaaaceeeeiiiidnooooo*ouuuuyty";

/* U+0100 to U+017F, by the first code point of each letter. */
static const struct {
	uint32_t first;
	char letter;
} latin_a[] = {
	{ 0x100, 'a' }, { 0x106, 'c' }, { 0x10e, 'd' }, { 0x112, 'e' },
	{ 0x11c, 'g' }, { 0x124, 'h' }, { 0x128, 'i' }, { 0x134, 'j' },
	{ 0x136, 'k' }, { 0x139, 'l' }, { 0x143, 'n' }, { 0x14c, 'o' },
	{ 0x154, 'r' }, { 0x15a, 's' }, { 0x162, 't' }, { 0x168, 'u' },
	{ 0x174, 'w' }, { 0x176, 'y' }, { 0x179, 'z' }, { 0x17f, 's' },
};

uint32_t utf8_fold(uint32_t code_point)
{
	char letter = 'a';

	if (code_point >= 'A' && code_point <= 'Z')
		return code_point + ('a' - 'A');
	if (code_point >= 0x300 && code_point <= 0x36f)
		return 0;
	if (code_point < 0xc0 || code_point > 0x17f)
		return code_point;
	if (code_point < 0x100) {
		letter = latin_1[code_point - 0xc0];
		return letter == '*' ? code_point : (uint32_t)letter;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(latin_a); i++)
		if (latin_a[i].first <= code_point)
			letter = latin_a[i].letter;
	return (uint32_t)letter;
}

#define DISTANCE_BYTES 63

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows of its matrix at a time. */
unsigned text_distance(struct text a, struct text b)
{
	unsigned rows[3][DISTANCE_BYTES + 1];
	size_t n_a = a.n < DISTANCE_BYTES ? a.n : DISTANCE_BYTES;
	size_t n_b = b.n < DISTANCE_BYTES ? b.n : DISTANCE_BYTES;

	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n_a; i++) {
		const unsigned *above = rows[(i - 1) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];
		unsigned *row = rows[i % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n_b; j++) {
			row[j] = above[j - 1] + (a.at[i - 1] != b.at[j - 1]);
			row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] &&
			    a.at[i - 2] == b.at[j - 1])
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

void builder_init(struct builder *builder, struct arena *arena)
{
	*builder = (struct builder){ .arena = arena };
}

#define BUILDER_FIRST_BYTES 64

/* Room for n more bytes and a NUL. */
static bool builder_reserve(struct builder *builder, size_t n)
{
	size_t room = builder->room == 0 ? BUILDER_FIRST_BYTES : builder->room;
	char *at;

	if (builder->failed)
		return false;
	while (room < builder->n + n + 1)
		room *= 2;
	if (room == builder->room)
		return true;
	at = arena_alloc(builder->arena, room);
	if (at == NULL) {
		builder->failed = true;
		return false;
	}
	if (builder->n > 0)
		memcpy(at, builder->at, builder->n);
	builder->at = at;
	builder->room = room;
	return true;
}

void builder_add(struct builder *builder, const char *at, size_t n)
{
	if (n == 0 || !builder_reserve(builder, n))
		return;
	memcpy(builder->at + builder->n, at, n);
	builder->n += n;
}

void builder_string(struct builder *builder, const char *string)
{
	builder_add(builder, string, strlen(string));
}

void builder_format(struct builder *builder, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n <= 0 || !builder_reserve(builder, (size_t)n))
		return;
	va_start(args, format);
	vsnprintf(builder->at + builder->n, (size_t)n + 1, format, args);
	va_end(args);
	builder->n += (size_t)n;
}

const char *builder_text(struct builder *builder)
{
	if (!builder_reserve(builder, 0))
		return NULL;
	builder->at[builder->n] = '\0';
	return builder->at;
}
