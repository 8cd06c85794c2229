/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clients/permit/words.h"

static void assert_day(const char *text, enum language language, const char *expected)
{
	char to[DAY_TEXT_BYTES];

	assert_string_equal(day_in(text, language, to), expected);
}

static void a_day_is_written_as_people_write_it(void **state)
{
	(void)state;
	assert_day("2025-03-01", LANGUAGE_EN, "1 March 2025");
	assert_day("2025-03-01", LANGUAGE_FR, "1er mars 2025");
	assert_day("2025-03-11", LANGUAGE_FR, "11 mars 2025");
	assert_day("2025-03-01", LANGUAGE_DE, "1. März 2025");
	assert_day("2025-12-31", LANGUAGE_DE, "31. Dezember 2025");
	assert_day("2025-03-01", LANGUAGE_IT, "1 marzo 2025");
}

static void what_is_no_whole_day_stays_as_it_is(void **state)
{
	static const char *const texts[] = { "2025-03", "2025-02-30", "12 months", "",
					     "-", "2025-03-01..2025-04-01" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_day(texts[i], LANGUAGE_FR, texts[i]);
}

/* No two months of a language are one, and the longest day has room. */
static void every_month_of_every_language_has_its_name(void **state)
{
	(void)state;
	for (int language = 0; language < N_LANGUAGES; language++) {
		char seen[12][DAY_TEXT_BYTES];

		for (int month = 1; month <= 12; month++) {
			char text[32], to[DAY_TEXT_BYTES];

			snprintf(text, sizeof(text), "2199-%02d-28", month);
			snprintf(seen[month - 1], DAY_TEXT_BYTES, "%s",
				 day_in(text, (enum language)language, to));
			assert_non_null(strstr(seen[month - 1], " 2199"));
			assert_true(strlen(seen[month - 1]) < DAY_TEXT_BYTES - 1);
			for (int other = 1; other < month; other++)
				assert_string_not_equal(seen[month - 1],
							seen[other - 1]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_written_as_people_write_it),
		cmocka_unit_test(what_is_no_whole_day_stays_as_it_is),
		cmocka_unit_test(every_month_of_every_language_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
