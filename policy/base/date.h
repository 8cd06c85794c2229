/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_BASE_DATE_H
#define PERMIT_BASE_DATE_H

#include "policy/base/bytes.h"

/*
 * Civil days of the proleptic Gregorian calendar, counted from 1970-01-01.
 * There is no time of day and no time zone in the law that we decide.
 */
typedef int32_t day_t;

#define DAY_MIN ((day_t)-25567)	/* 1900-01-01, the earliest date accepted */
#define DAY_MAX ((day_t)84005)	/* 2199-12-31, the latest */

#define DATE_TEXT_BYTES 11	/* "2025-02-04" and its NUL */
#define DURATION_TEXT_BYTES 16	/* "P10000Y" and its NUL, with room */

struct civil {
	int32_t year;
	int32_t month;	/* 1..12 */
	int32_t day;	/* 1..31 */
};

/* The unit in which the law states a duration. Never converted. */
enum duration_unit { DURATION_DAYS, DURATION_MONTHS, DURATION_YEARS };

struct duration {
	int32_t count;	/* 0..10000 */
	enum duration_unit unit;
};

#define DURATION_COUNT_MAX 10000

/* Every day_t has a civil date, inside [DAY_MIN, DAY_MAX] or not. */
struct civil date_civil(day_t day);

/* The month and day must exist in the calendar; see date_exists. */
day_t date_day(struct civil civil);

/* Whether the calendar has this day; years are 1..9999. */
bool date_exists(struct civil civil);

/*
 * Adds a duration. Days are counted; months and years move the calendar month
 * and keep the day of the month. Where that day does not exist the result is
 * the last day of the month (31 January + P1M = 28 or 29 February): the
 * "end-of-month" rule, which FEEL and most administrative law share.
 * n_times may be negative to subtract. The result is kept in [DAY_MIN, DAY_MAX].
 */
day_t date_add(day_t day, struct duration duration, int32_t n_times);

/*
 * Whole months from one day to another: the largest n with from + n months
 * <= to. Negative when to is before from, so that months(a, b) counts as
 * -(months(b, a)). Years likewise.
 */
int32_t date_months_between(day_t from, day_t to);
int32_t date_years_between(day_t from, day_t to);

/*
 * Reads "2025-02-04". Returns false for any other form, for a day that does
 * not exist and for one outside [DAY_MIN, DAY_MAX].
 */
bool date_parse(const char *text, size_t n, day_t *ret_day);

/* Reads "2025-02" as its first and last day, or "2025-02-04" as both. */
bool date_parse_span(const char *text, size_t n, day_t *ret_first, day_t *ret_last);

/*
 * Writes "2025-02-04". A day outside [DAY_MIN, DAY_MAX] is written as the
 * nearest one inside, so that the text always has its length.
 */
void date_print(day_t day, char to[DATE_TEXT_BYTES]);

/*
 * Reads "P180D", "P6M" or "P3Y": one unit, count 0..DURATION_COUNT_MAX, no
 * leading zero. Whatever is read is printed again as the same text.
 */
bool duration_parse(const char *text, size_t n, struct duration *ret_duration);

void duration_print(struct duration duration, char to[DURATION_TEXT_BYTES]);

#endif
