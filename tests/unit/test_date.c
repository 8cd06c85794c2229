/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/date.h"

/* Days of the month by the rhyme, so that no table is shared with date.c. */
static int32_t month_length(int32_t year, int32_t month)
{
	if (month == 4 || month == 6 || month == 9 || month == 11)
		return 30;
	if (month != 2)
		return 31;
	if (year % 400 == 0)
		return 29;
	return year % 4 == 0 && year % 100 != 0 ? 29 : 28;
}

static struct civil next_day(struct civil civil)
{
	if (++civil.day <= month_length(civil.year, civil.month))
		return civil;
	civil.day = 1;
	if (++civil.month <= 12)
		return civil;
	civil.month = 1;
	civil.year++;
	return civil;
}

static day_t day_of(const char *text)
{
	day_t day;

	if (!date_parse(text, strlen(text), &day))
		fail_msg("not a date: %s", text);
	return day;
}

static struct duration duration_of(const char *text)
{
	struct duration duration;

	if (!duration_parse(text, strlen(text), &duration))
		fail_msg("not a duration: %s", text);
	return duration;
}

static void assert_date(day_t day, const char *text)
{
	char printed[DATE_TEXT_BYTES];

	date_print(day, printed);
	assert_string_equal(printed, text);
}

static void days_count_from_1970(void **state)
{
	(void)state;
	assert_int_equal(day_of("1970-01-01"), 0);
	assert_int_equal(day_of("1969-12-31"), -1);
	assert_int_equal(day_of("2000-03-01"), 11017);
	assert_int_equal(day_of("1900-01-01"), DAY_MIN);
	assert_int_equal(day_of("2199-12-31"), DAY_MAX);
}

static void every_day_of_three_centuries_round_trips(void **state)
{
	struct civil expected = { .year = 1900, .month = 1, .day = 1 };

	(void)state;
	for (day_t day = DAY_MIN; day <= DAY_MAX; day++) {
		struct civil civil = date_civil(day);
		char text[DATE_TEXT_BYTES];

		assert_int_equal(civil.year, expected.year);
		assert_int_equal(civil.month, expected.month);
		assert_int_equal(civil.day, expected.day);
		assert_int_equal(date_day(civil), day);
		date_print(day, text);
		assert_int_equal(day_of(text), day);
		expected = next_day(expected);
	}
	assert_int_equal(expected.year, 2200);
}

static void every_number_has_a_civil_date(void **state)
{
	static const day_t days[] = { INT32_MIN, -719163, -719162, INT32_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(days); i++) {
		struct civil civil = date_civil(days[i]);

		assert_in_range(civil.month, 1, 12);
		assert_in_range(civil.day, 1, month_length(civil.year, civil.month));
		assert_int_equal(date_day(civil), days[i]);
	}
	assert_int_equal(date_civil(-719163).year, 0);
}

/* Every month and day, existing or not, of years that differ in length. */
static void only_days_of_the_calendar_exist(void **state)
{
	static const int32_t years[] = {
		1900, 2000, 2023, 2024, 2100, 2400, 2500,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(years); i++) {
		for (int32_t month = -1; month <= 14; month++) {
			for (int32_t day = -1; day <= 33; day++) {
				struct civil civil = { years[i], month, day };
				bool exists = month >= 1 && month <= 12 &&
					day >= 1 &&
					day <= month_length(years[i], month);

				assert_int_equal(date_exists(civil), exists);
			}
		}
	}
}

static void years_exist_from_1_to_9999(void **state)
{
	(void)state;
	assert_false(date_exists((struct civil){ 0, 12, 31 }));
	assert_true(date_exists((struct civil){ 1, 1, 1 }));
	assert_true(date_exists((struct civil){ 9999, 12, 31 }));
	assert_false(date_exists((struct civil){ 10000, 1, 1 }));
}

static void only_one_form_of_a_date_is_read(void **state)
{
	static const char *const wrong[] = {
		"", "2025", "2025-02", "2025-2-04", "2025-02-4", "2025/02-04", "2025-02/04",
		"2025-02-04 ", " 2025-02-04", "2025-02-0a", "+025-02-04",
		"-025-02-04", "20250204", "2025-02-04T", "2025-02-29",
		"2024-02-30", "2025-00-10", "2025-13-10", "2025-04-31",
		"2025-01-00", "2025-01-32", "1899-12-31", "2200-01-01",
		"0000-01-01", "9999-12-31", "2025-1a-01", "202a-01-01",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		day_t day = 12345;

		if (date_parse(wrong[i], strlen(wrong[i]), &day))
			fail_msg("was read: %s", wrong[i]);
		assert_int_equal(day, 12345);
	}
}

static void a_day_out_of_range_is_printed_as_the_nearest(void **state)
{
	(void)state;
	assert_date(DAY_MIN, "1900-01-01");
	assert_date(DAY_MIN - 1, "1900-01-01");
	assert_date(INT32_MIN, "1900-01-01");
	assert_date(DAY_MAX, "2199-12-31");
	assert_date(DAY_MAX + 1, "2199-12-31");
	assert_date(INT32_MAX, "2199-12-31");
}

static void a_month_is_the_span_of_its_days(void **state)
{
	static const struct {
		const char *text, *first, *last;
	} spans[] = {
		{ "2025-02", "2025-02-01", "2025-02-28" },
		{ "2024-02", "2024-02-01", "2024-02-29" },
		{ "2025-04", "2025-04-01", "2025-04-30" },
		{ "2199-12", "2199-12-01", "2199-12-31" },
		{ "1900-01", "1900-01-01", "1900-01-31" },
		{ "2025-02-04", "2025-02-04", "2025-02-04" },
	};
	static const char *const wrong[] = {
		"2025", "2025-", "2025-0", "2025-00", "2025-13", "2025/02",
		"2200-01", "1899-12", "2025-02-29", "2025-02-", "",
	};
	day_t first, last;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(spans); i++) {
		const char *text = spans[i].text;

		assert_true(date_parse_span(text, strlen(text), &first, &last));
		assert_date(first, spans[i].first);
		assert_date(last, spans[i].last);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		first = last = 12345;
		if (date_parse_span(wrong[i], strlen(wrong[i]), &first, &last))
			fail_msg("was read: %s", wrong[i]);
		assert_int_equal(first, 12345);
		assert_int_equal(last, 12345);
	}
}

static void adding_keeps_the_day_or_takes_the_end_of_the_month(void **state)
{
	static const struct {
		const char *day, *duration;
		int32_t n_times;
		const char *result;
	} cases[] = {
		{ "2025-01-31", "P1M", 1, "2025-02-28" },
		{ "2024-01-31", "P1M", 1, "2024-02-29" },
		{ "2025-01-28", "P1M", 1, "2025-02-28" },
		{ "2025-01-31", "P1M", 2, "2025-03-31" },
		{ "2025-03-31", "P1M", -1, "2025-02-28" },
		{ "2025-12-31", "P2M", 1, "2026-02-28" },
		{ "2025-01-15", "P1M", -1, "2024-12-15" },
		{ "2025-01-15", "P13M", -1, "2023-12-15" },
		{ "2024-02-29", "P1Y", 1, "2025-02-28" },
		{ "2024-02-29", "P4Y", 1, "2028-02-29" },
		{ "2024-02-29", "P1Y", -1, "2023-02-28" },
		{ "2025-02-28", "P1Y", -1, "2024-02-28" },
		{ "2025-02-04", "P180D", 1, "2025-08-03" },
		{ "2025-02-04", "P6M", 1, "2025-08-04" },
		{ "2024-02-04", "P180D", 1, "2024-08-02" },
		{ "2025-02-04", "P180D", -1, "2024-08-08" },
		{ "2025-02-04", "P0D", 1, "2025-02-04" },
		{ "2025-02-04", "P0M", 7, "2025-02-04" },
		{ "2025-02-04", "P10000Y", 0, "2025-02-04" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_date(date_add(day_of(cases[i].day),
				     duration_of(cases[i].duration),
				     cases[i].n_times), cases[i].result);
}

static void adding_ends_at_the_ends_of_the_range(void **state)
{
	static const char *const longest[] = { "P10000D", "P10000M", "P10000Y" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(longest); i++) {
		struct duration duration = duration_of(longest[i]);

		assert_int_equal(date_add(0, duration, INT32_MAX), DAY_MAX);
		assert_int_equal(date_add(0, duration, INT32_MIN), DAY_MIN);
	}
	assert_date(date_add(DAY_MAX - 1, duration_of("P1D"), 1), "2199-12-31");
	assert_date(date_add(DAY_MAX, duration_of("P1D"), 1), "2199-12-31");
	assert_date(date_add(DAY_MIN, duration_of("P1D"), -1), "1900-01-01");
	assert_date(date_add(day_of("2199-11-30"), duration_of("P1M"), 1), "2199-12-30");
	assert_date(date_add(day_of("2199-12-01"), duration_of("P1M"), 1), "2199-12-31");
	assert_date(date_add(day_of("1900-02-01"), duration_of("P1M"), -1), "1900-01-01");
	assert_date(date_add(day_of("1900-01-31"), duration_of("P1M"), -1), "1900-01-01");
	assert_date(date_add(day_of("1900-02-15"), duration_of("P1M"), -1), "1900-01-15");
}

static void whole_months_are_counted_to_the_day(void **state)
{
	static const struct {
		const char *from, *to;
		int32_t n_months;
	} cases[] = {
		{ "2025-02-04", "2025-02-04", 0 },
		{ "2025-02-04", "2025-03-03", 0 },
		{ "2025-02-04", "2025-03-04", 1 },
		{ "2025-02-04", "2025-03-05", 1 },
		{ "2025-01-31", "2025-02-27", 0 },
		{ "2025-01-31", "2025-02-28", 1 },
		{ "2025-01-31", "2025-03-30", 1 },
		{ "2025-01-31", "2025-03-31", 2 },
		{ "2024-02-29", "2025-02-28", 12 },
		{ "2023-12-31", "2024-01-01", 0 },
		{ "2025-03-04", "2025-02-04", -1 },
		{ "2025-03-03", "2025-02-04", 0 },
		{ "2025-02-28", "2025-01-31", -1 },
		{ "1900-01-01", "2199-12-31", 3599 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_int_equal(date_months_between(day_of(cases[i].from),
						     day_of(cases[i].to)),
				 cases[i].n_months);
}

/* The largest n for which adding n months does not pass the day. */
static void months_between_is_the_inverse_of_adding(void **state)
{
	static const struct duration month = { 1, DURATION_MONTHS };
	day_t first = day_of("2023-12-01");

	(void)state;
	for (day_t from = first; from < first + 800; from++) {
		for (day_t to = from; to < from + 500; to += 1 + from % 3) {
			int32_t n = date_months_between(from, to);

			assert_true(date_add(from, month, n) <= to);
			assert_true(date_add(from, month, n + 1) > to);
			assert_int_equal(date_months_between(to, from), -n);
		}
	}
}

static void an_age_changes_on_the_birthday(void **state)
{
	day_t born = day_of("2008-02-29");

	(void)state;
	assert_int_equal(date_years_between(born, day_of("2026-02-27")), 17);
	assert_int_equal(date_years_between(born, day_of("2026-02-28")), 18);
	assert_int_equal(date_years_between(born, day_of("2028-02-28")), 19);
	assert_int_equal(date_years_between(born, day_of("2028-02-29")), 20);
	assert_int_equal(date_years_between(day_of("2026-02-28"), born), -18);
	assert_int_equal(date_years_between(born, born), 0);
}

static void every_duration_round_trips_in_its_unit(void **state)
{
	(void)state;
	for (int32_t count = 0; count <= DURATION_COUNT_MAX; count++) {
		for (int unit = DURATION_DAYS; unit <= DURATION_YEARS; unit++) {
			struct duration duration = {
				count, (enum duration_unit)unit,
			};
			char text[DURATION_TEXT_BYTES];
			struct duration read;

			duration_print(duration, text);
			read = duration_of(text);
			assert_int_equal(read.count, count);
			assert_int_equal(read.unit, unit);
		}
	}
}

static void only_one_form_of_a_duration_is_read(void **state)
{
	static const char *const wrong[] = {
		"", "P", "PD", "P1", "1D", "p1D", "P1d", "P1W", "P1D ", " P1D",
		"P-1D", "P+1D", "P01D", "P00D", "P1.5D", "P1Y6M", "PT1D", "PT5M",
		"P10001D", "P10001M", "P10001Y", "P99999Y", "P100000D", "P1:D",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		struct duration duration = { 12345, DURATION_DAYS };

		if (duration_parse(wrong[i], strlen(wrong[i]), &duration))
			fail_msg("was read: %s", wrong[i]);
		assert_int_equal(duration.count, 12345);
	}
}

static void durations_are_written_as_the_law_writes_them(void **state)
{
	static const char *const texts[] = {
		"P0D", "P9D", "P10D", "P180D", "P6M", "P3Y", "P9999M", "P10000Y",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		char text[DURATION_TEXT_BYTES];

		duration_print(duration_of(texts[i]), text);
		assert_string_equal(text, texts[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_count_from_1970),
		cmocka_unit_test(every_day_of_three_centuries_round_trips),
		cmocka_unit_test(every_number_has_a_civil_date),
		cmocka_unit_test(only_days_of_the_calendar_exist),
		cmocka_unit_test(years_exist_from_1_to_9999),
		cmocka_unit_test(only_one_form_of_a_date_is_read),
		cmocka_unit_test(a_day_out_of_range_is_printed_as_the_nearest),
		cmocka_unit_test(a_month_is_the_span_of_its_days),
		cmocka_unit_test(adding_keeps_the_day_or_takes_the_end_of_the_month),
		cmocka_unit_test(adding_ends_at_the_ends_of_the_range),
		cmocka_unit_test(whole_months_are_counted_to_the_day),
		cmocka_unit_test(months_between_is_the_inverse_of_adding),
		cmocka_unit_test(an_age_changes_on_the_birthday),
		cmocka_unit_test(every_duration_round_trips_in_its_unit),
		cmocka_unit_test(only_one_form_of_a_duration_is_read),
		cmocka_unit_test(durations_are_written_as_the_law_writes_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
