/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/text.h"

/* Writes a code point in the given number of bytes, however many it needs. */
static void encode(uint32_t point, size_t length, char *to)
{
	static const uint8_t leads[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };

	for (size_t i = length - 1; i > 0; i--) {
		to[i] = (char)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	to[0] = (char)(leads[length] | point);
}

static size_t shortest(uint32_t point)
{
	if (point < 0x80)
		return 1;
	if (point < 0x800)
		return 2;
	return point < 0x10000 ? 3 : 4;
}

static bool is_character(uint32_t point)
{
	return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

static void every_character_is_read_in_its_shortest_form_alone(void **state)
{
	static const uint32_t ends[] = { 0, 0x80, 0x800, 0x10000, 0x200000 };
	char text[4];

	(void)state;
	for (size_t length = 1; length <= 4; length++) {
		for (uint32_t point = 0; point < ends[length]; point++) {
			bool good = is_character(point) && shortest(point) == length;
			uint32_t read = UINT32_MAX;

			encode(point, length, text);
			if (utf8_read(text, length, &read) != (good ? length : 0) ||
			    (good && read != point))
				fail_msg("U+%04X in %zu bytes", point, length);
		}
	}
}

/* A heap copy of the exact length lets AddressSanitizer see a byte too far. */
static void a_character_cut_short_is_not_read(void **state)
{
	static const uint32_t points[] = { 0xe9, 0x20ac, 0x1f600 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(points); i++) {
		size_t length = shortest(points[i]);
		char whole[4];

		encode(points[i], length, whole);
		for (size_t n = 1; n < length; n++) {
			char *cut = malloc(n);
			uint32_t point;

			assert_non_null(cut);
			memcpy(cut, whole, n);
			assert_int_equal(utf8_read(cut, n, &point), 0);
			free(cut);
		}
	}
}

static void each_byte_must_have_its_place(void **state)
{
	static const char *const wrong[] = {
		"\x80", "\xbf", "\xc3(", "\xe2\x82(", "\xe2(\xac", "\xf0\x9f\x98(",
		"\xf0\x9f(\x80", "\xf0(\x98\x80", "\xf8\x88\x80", "\xfe", "\xff",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		uint32_t point;

		if (utf8_read(wrong[i], strlen(wrong[i]), &point) != 0)
			fail_msg("number %zu", i);
	}
}

static void a_letter_takes_the_columns_of_a_terminal(void **state)
{
	static const struct {
		uint32_t point;
		unsigned width;
	} cases[] = {
		{ 'a', 1 }, { 0xe9, 1 }, { 0x20ac, 1 }, { 0x300, 0 }, { 0x36f, 0 },
		{ 0x370, 1 }, { 0x5c45, 2 }, { 0x1f600, 2 }, { 0x1100, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		if (utf8_width(cases[i].point) != cases[i].width)
			fail_msg("U+%04X", cases[i].point);
}

static void letters_fold_to_what_a_reader_would_type(void **state)
{
	static const struct {
		uint32_t from, to;
	} cases[] = {
		{ 'A', 'a' }, { 'z', 'z' }, { 0xc9, 'e' }, { 0xe9, 'e' }, { 0xfc, 'u' },
		{ 0xd6, 'o' }, { 0xe7, 'c' }, { 0xf2, 'o' }, { 0x301, 0 }, { '_', '_' },
		{ 0x5c45, 0x5c45 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		if (utf8_fold(cases[i].from) != cases[i].to)
			fail_msg("U+%04X gives U+%04X", cases[i].from,
				 utf8_fold(cases[i].from));
}

static void a_slip_of_the_finger_is_one_mistake(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} cases[] = {
		{ "", "", 0 }, { "age", "age", 0 }, { "", "age", 3 },
		{ "age", "ages", 1 }, { "age", "ag", 1 }, { "age", "aga", 1 },
		{ "age", "aeg", 1 }, { "status", "sattus", 1 }, { "abcd", "badc", 2 },
		{ "presence.in_country", "presence.incountry", 1 }, { "abc", "xyz", 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text a = text_of(cases[i].a);
		struct text b = text_of(cases[i].b);

		if (text_distance(a, b) != cases[i].distance ||
		    text_distance(b, a) != cases[i].distance)
			fail_msg("%s and %s: %u", cases[i].a, cases[i].b,
				 text_distance(a, b));
	}
}

static void assert_text(struct text text, const char *expected)
{
	if (!text_equal(text, expected))
		fail_msg("\"%.*s\" is not \"%s\"", (int)text.n, text.at, expected);
}

static void a_list_is_cut_at_every_separator(void **state)
{
	struct text rest = text_of("a, b,,c ");
	struct text piece;

	(void)state;
	assert_true(text_cut(&rest, ',', &piece));
	assert_text(piece, "a");
	assert_true(text_cut(&rest, ',', &piece));
	assert_text(piece, "b");
	assert_true(text_cut(&rest, ',', &piece));
	assert_text(piece, "");
	assert_true(text_cut(&rest, ',', &piece));
	assert_text(piece, "c");
	assert_false(text_cut(&rest, ',', &piece));
}

static void text_that_does_not_fit_is_said_at_the_end(void **state)
{
	struct builder builder;
	struct arena arena;

	(void)state;
	arena_init(&arena, 64 * 1024 + 4096);
	builder_init(&builder, &arena);
	for (int i = 0; i < 100; i++)
		builder_format(&builder, "%d,", i);
	assert_int_equal(strlen(builder_text(&builder)), 290);
	for (int i = 0; i < 20000; i++)
		builder_string(&builder, "0123456789");
	assert_null(builder_text(&builder));
	arena_done(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_is_read_in_its_shortest_form_alone),
		cmocka_unit_test(a_character_cut_short_is_not_read),
		cmocka_unit_test(each_byte_must_have_its_place),
		cmocka_unit_test(a_letter_takes_the_columns_of_a_terminal),
		cmocka_unit_test(letters_fold_to_what_a_reader_would_type),
		cmocka_unit_test(a_slip_of_the_finger_is_one_mistake),
		cmocka_unit_test(a_list_is_cut_at_every_separator),
		cmocka_unit_test(text_that_does_not_fit_is_said_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
