/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/base/date.h"

#define DAYS_OF_1_YEAR 365
#define DAYS_OF_4_YEARS (4 * DAYS_OF_1_YEAR + 1)
#define DAYS_OF_100_YEARS (25 * DAYS_OF_4_YEARS - 1)
#define DAYS_OF_400_YEARS (4 * DAYS_OF_100_YEARS + 1)

/* From 1 January of the year 1, where the cycle of 400 years starts, to 1970. */
#define DAYS_BEFORE_1970 719162

/* Before the first of each month of a common year. */
static const int32_t days_before_month[] = {
	0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365,
};

static bool is_leap_year(int32_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t days_before(int32_t year, int32_t month)
{
	return days_before_month[month - 1] + (month > 2 && is_leap_year(year));
}

static int32_t days_in_month(int32_t year, int32_t month)
{
	return days_before_month[month] - days_before_month[month - 1] +
	       (month == 2 && is_leap_year(year));
}

static int64_t at_most(int64_t value, int64_t limit)
{
	return value < limit ? value : limit;
}

static day_t in_range(int64_t day)
{
	if (day < DAY_MIN)
		return DAY_MIN;
	return (day_t)at_most(day, DAY_MAX);
}

/* Division that rounds down, so that days before the year 1 need no case. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The last day of a leap cycle would start a fifth century or year: at_most. */
struct civil date_civil(day_t day)
{
	int64_t rest = (int64_t)day + DAYS_BEFORE_1970;
	int64_t cycles = floor_div(rest, DAYS_OF_400_YEARS);
	int64_t centuries, quads, years;
	struct civil civil;

	rest -= cycles * DAYS_OF_400_YEARS;
	centuries = at_most(rest / DAYS_OF_100_YEARS, 3);
	rest -= centuries * DAYS_OF_100_YEARS;
	quads = rest / DAYS_OF_4_YEARS;
	rest -= quads * DAYS_OF_4_YEARS;
	years = at_most(rest / DAYS_OF_1_YEAR, 3);
	rest -= years * DAYS_OF_1_YEAR;

	civil.year = (int32_t)(400 * cycles + 100 * centuries + 4 * quads + years) + 1;
	/* No month is longer than 31 days, so this is never behind the month sought. */
	civil.month = (int32_t)(rest / 31) + 1;
	while (civil.month < 12 && rest >= days_before(civil.year, civil.month + 1))
		civil.month++;
	civil.day = (int32_t)rest - days_before(civil.year, civil.month) + 1;
	return civil;
}

day_t date_day(struct civil civil)
{
	int64_t years = (int64_t)civil.year - 1;
	int64_t day = years * DAYS_OF_1_YEAR + floor_div(years, 4) -
		      floor_div(years, 100) + floor_div(years, 400);

	day += days_before(civil.year, civil.month) + civil.day - 1;
	return (day_t)(day - DAYS_BEFORE_1970);
}

bool date_exists(struct civil civil)
{
	return civil.year >= 1 && civil.year <= 9999 &&
	       civil.month >= 1 && civil.month <= 12 && civil.day >= 1 &&
	       civil.day <= days_in_month(civil.year, civil.month);
}

/* Months counted from January of the year 0. */
static int64_t month_number(struct civil civil)
{
	return (int64_t)civil.year * 12 + civil.month - 1;
}

#define MONTH_MIN (1900 * 12 + 0)	/* of DAY_MIN */
#define MONTH_MAX (2199 * 12 + 11)	/* of DAY_MAX */

static day_t add_months(day_t day, int64_t n_months)
{
	struct civil civil = date_civil(day);
	int64_t month = month_number(civil) + n_months;

	if (month < MONTH_MIN)
		return DAY_MIN;
	if (month > MONTH_MAX)
		return DAY_MAX;
	civil.year = (int32_t)(month / 12);
	civil.month = (int32_t)(month % 12) + 1;
	civil.day = (int32_t)at_most(civil.day,
				     days_in_month(civil.year, civil.month));
	return date_day(civil);
}

day_t date_add(day_t day, struct duration duration, int32_t n_times)
{
	int64_t count = (int64_t)duration.count * n_times;

	switch (duration.unit) {
	case DURATION_DAYS:
		return in_range(day + count);
	case DURATION_MONTHS:
		return add_months(day, count);
	case DURATION_YEARS:
		return add_months(day, 12 * count);
	}
	return day;
}

/*
 * The day of the month counts as reached on the last day of a month that is too
 * short for it, so that date_months_between and date_add agree.
 */
int32_t date_months_between(day_t from, day_t to)
{
	struct civil a = date_civil(from);
	struct civil b = date_civil(to);
	int64_t n_months = month_number(b) - month_number(a);

	if (to < from)
		return -date_months_between(to, from);
	if (at_most(a.day, days_in_month(b.year, b.month)) > b.day)
		n_months--;
	return (int32_t)n_months;
}

int32_t date_years_between(day_t from, day_t to)
{
	return date_months_between(from, to) / 12;
}

/* Reads exactly n digits. */
static bool read_digits(const char *text, size_t n, int32_t *ret_number)
{
	int32_t number = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = 10 * number + (text[i] - '0');
	}
	*ret_number = number;
	return true;
}

bool date_parse(const char *text, size_t n, day_t *ret_day)
{
	struct civil civil;
	day_t day;

	if (n != DATE_TEXT_BYTES - 1 || text[4] != '-' || text[7] != '-' ||
	    !read_digits(text, 4, &civil.year) ||
	    !read_digits(text + 5, 2, &civil.month) ||
	    !read_digits(text + 8, 2, &civil.day) || !date_exists(civil))
		return false;
	day = date_day(civil);
	if (day < DAY_MIN || day > DAY_MAX)
		return false;
	*ret_day = day;
	return true;
}

bool date_parse_span(const char *text, size_t n, day_t *ret_first, day_t *ret_last)
{
	char first[DATE_TEXT_BYTES] = "YYYY-MM-01";
	struct civil civil;

	if (n != strlen("YYYY-MM")) {
		if (!date_parse(text, n, ret_first))
			return false;
		*ret_last = *ret_first;
		return true;
	}
	memcpy(first, text, n);
	if (!date_parse(first, strlen(first), ret_first))
		return false;
	civil = date_civil(*ret_first);
	*ret_last = *ret_first + days_in_month(civil.year, civil.month) - 1;
	return true;
}

/* Writes exactly n digits. */
static void write_digits(char *to, size_t n, int32_t number)
{
	while (n-- > 0) {
		to[n] = (char)('0' + number % 10);
		number /= 10;
	}
}

void date_print(day_t day, char to[DATE_TEXT_BYTES])
{
	struct civil civil = date_civil(in_range(day));

	memcpy(to, "YYYY-MM-DD", DATE_TEXT_BYTES);
	write_digits(to, 4, civil.year);
	write_digits(to + 5, 2, civil.month);
	write_digits(to + 8, 2, civil.day);
}

static bool unit_of(char letter, enum duration_unit *ret_unit)
{
	static const char letters[] = { 'D', 'M', 'Y' };

	for (size_t i = 0; i < ARRAY_LENGTH(letters); i++) {
		if (letters[i] == letter) {
			*ret_unit = (enum duration_unit)i;
			return true;
		}
	}
	return false;
}

bool duration_parse(const char *text, size_t n, struct duration *ret_duration)
{
	struct duration duration;
	size_t n_digits = n - strlen("PD");

	if (n < strlen("P0D") || n > strlen("P10000D") || text[0] != 'P' ||
	    (text[1] == '0' && n_digits > 1) ||
	    !read_digits(text + 1, n_digits, &duration.count) ||
	    duration.count > DURATION_COUNT_MAX ||
	    !unit_of(text[n - 1], &duration.unit))
		return false;
	*ret_duration = duration;
	return true;
}

void duration_print(struct duration duration, char to[DURATION_TEXT_BYTES])
{
	size_t n_digits = 1;

	for (int32_t rest = duration.count; rest >= 10; rest /= 10)
		n_digits++;
	to[0] = 'P';
	write_digits(to + 1, n_digits, duration.count);
	to[n_digits + 1] = "DMY"[duration.unit];
	to[n_digits + 2] = '\0';
}
