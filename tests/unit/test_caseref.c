/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/caseref.h"

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* References that use every bit, from a fixed sequence. */
static void reference(unsigned number, char to[CASEREF_TEXT_BYTES])
{
	uint8_t random[CASEREF_RANDOM_BYTES];
	uint64_t bits = number * 0x9e3779b97f4a7c15ull + 12345;

	for (size_t i = 0; i < sizeof(random); i++)
		random[i] = (uint8_t)(bits >> (8 * i));
	caseref_make(random, to);
}

static void a_reference_that_was_made_is_valid(void **state)
{
	char text[CASEREF_TEXT_BYTES];

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		reference(i, text);
		assert_int_equal(strlen(text), CASEREF_CHARS);
		assert_true(caseref_valid(text, CASEREF_CHARS));
	}
}

static void every_random_bit_but_the_last_makes_another_reference(void **state)
{
	uint8_t random[CASEREF_RANDOM_BYTES] = { 0 };
	char zero[CASEREF_TEXT_BYTES];
	char other[CASEREF_TEXT_BYTES];

	(void)state;
	caseref_make(random, zero);
	assert_string_equal(zero, "000000000000");
	for (unsigned bit = 0; bit < 56; bit++) {
		memset(random, 0, sizeof(random));
		random[bit / 8] = (uint8_t)(0x80u >> bit % 8);
		caseref_make(random, other);
		assert_int_equal(strcmp(zero, other) != 0, bit < 55);
	}
}

static void any_one_changed_character_is_noticed(void **state)
{
	char text[CASEREF_TEXT_BYTES];

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		for (size_t at = 0; at < CASEREF_CHARS; at++)
			for (size_t letter = 0; letter < 32; letter++) {
				reference(i, text);
				if (text[at] == letters[letter])
					continue;
				text[at] = letters[letter];
				assert_false(caseref_valid(text, CASEREF_CHARS));
			}
}

static void any_two_characters_that_changed_places_are_noticed(void **state)
{
	char text[CASEREF_TEXT_BYTES];

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		for (size_t a = 0; a < CASEREF_CHARS; a++)
			for (size_t b = a + 1; b < CASEREF_CHARS; b++) {
				char kept;

				reference(i, text);
				if (text[a] == text[b])
					continue;
				kept = text[a];
				text[a] = text[b];
				text[b] = kept;
				assert_false(caseref_valid(text, CASEREF_CHARS));
			}
}

static void only_the_written_form_is_valid(void **state)
{
	(void)state;
	assert_true(caseref_valid("000000000000", 12));
	assert_false(caseref_valid("00000000000", 11));
	assert_false(caseref_valid("0000000000000", 13));
	assert_false(caseref_valid("O00000000000", 12));
	assert_false(caseref_valid("00000000000\0", 12));
	assert_false(caseref_valid("", 0));
}

static void what_a_person_types_is_read_as_meant(void **state)
{
	char text[CASEREF_TEXT_BYTES];
	char read[CASEREF_TEXT_BYTES];

	(void)state;
	assert_true(caseref_read("oOo0 0000-0000", read));
	assert_string_equal(read, "000000000000");
	for (unsigned i = 0; i < 200; i++) {
		reference(i, text);
		for (size_t at = 0; at < CASEREF_CHARS; at++)
			if (text[at] >= 'A')
				text[at] = (char)(text[at] - 'A' + 'a');
			else if (text[at] == '1')
				text[at] = 'l';
		assert_true(caseref_read(text, read));
		reference(i, text);
		assert_string_equal(read, text);
	}
}

static void what_is_no_reference_is_not_read(void **state)
{
	char read[CASEREF_TEXT_BYTES] = "untouched";

	(void)state;
	assert_false(caseref_read("", read));
	assert_false(caseref_read("00000000000", read));
	assert_false(caseref_read("0000000000000", read));
	assert_false(caseref_read("000000000001", read));
	assert_false(caseref_read("00000000000U", read));
	assert_string_equal(read, "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reference_that_was_made_is_valid),
		cmocka_unit_test(
			every_random_bit_but_the_last_makes_another_reference),
		cmocka_unit_test(any_one_changed_character_is_noticed),
		cmocka_unit_test(any_two_characters_that_changed_places_are_noticed),
		cmocka_unit_test(only_the_written_form_is_valid),
		cmocka_unit_test(what_a_person_types_is_read_as_meant),
		cmocka_unit_test(what_is_no_reference_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
