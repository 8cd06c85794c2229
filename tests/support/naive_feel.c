/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/naive.h"

/* ---- The calendar, counted out ---- */

#define YEARS 300
#define DAYS_MAX 110000
#define NAIVE_PERIODS 64
#define NAIVE_PERIODS_TEXT 2048

static int number_of[YEARS][12][31];	/* + 1; 0 where there is no such day */
static short year_of[DAYS_MAX], month_of[DAYS_MAX], day_of[DAYS_MAX];
static int n_days;

static int month_length(int year, int month)
{
	if (month == 2)
		return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void count_days(void)
{
	for (int y = 1900; n_days == 0 || y < 1900 + YEARS; y++)
		for (int m = 1; m <= 12; m++)
			for (int d = 1; d <= month_length(y, m); d++) {
				year_of[n_days] = (short)y;
				month_of[n_days] = (short)m;
				day_of[n_days] = (short)d;
				number_of[y - 1900][m - 1][d - 1] = ++n_days;
			}
}

/* A day of the month that does not exist is the last; years end at both ends. */
static int day_number(int year, int month, int day)
{
	if (n_days == 0)
		count_days();
	if (year < 1900)
		return 0;
	if (year >= 1900 + YEARS)
		return n_days - 1;
	while (number_of[year - 1900][month - 1][day - 1] == 0)
		day--;
	return number_of[year - 1900][month - 1][day - 1] - 1;
}

int naive_day(const char *date)
{
	int y, m, d;

	if (sscanf(date, "%d-%d-%d", &y, &m, &d) != 3)
		naive_fail("a date", date);
	return day_number(y, m, d);
}

void naive_date(int day, char text[NAIVE_TEXT])
{
	day_number(1900, 1, 1);
	snprintf(text, NAIVE_TEXT, "%04d-%02d-%02d", year_of[day], month_of[day],
		 day_of[day]);
}

static int in_calendar(int day)
{
	return day < 0 ? 0 : day >= n_days ? n_days - 1 : day;
}

int naive_add(int day, const char *duration, int sign)
{
	int count = atoi(duration + 1) * sign;
	char unit = duration[strlen(duration) - 1];
	int y = year_of[day];
	int m = month_of[day];

	if (unit == 'D')
		return in_calendar(day + count);
	if (unit == 'Y')
		return day_number(y + count, m, day_of[day]);
	/* month by month */
	for (; count > 0; count--)
		y += m == 12, m = m % 12 + 1;
	for (; count < 0; count++)
		y -= m == 1, m = (m + 10) % 12 + 1;
	return day_number(y, m, day_of[day]);
}

/* The same day n months on, as a number that orders days; may not exist. */
static long months_on(int day, int n)
{
	int months = (year_of[day] * 12 + month_of[day] - 1) + n;
	int length = month_length(months / 12, months % 12 + 1);

	return months * 32L + (day_of[day] < length ? day_of[day] : length);
}

static int between(int from, int to, int months_each)
{
	int n = 0;

	if (to < from)
		return -between(to, from, months_each);
	while (months_on(from, (n + 1) * months_each) <= months_on(to, 0))
		n++;
	return n;
}

/* ---- Values ---- */

struct value {
	char kind;	/* n number, d day, b boolean, D duration, P periods */
	int number;
	char text[NAIVE_PERIODS_TEXT];	/* duration; periods, as the answer says */
	char kinds[NAIVE_TEXT];		/* "trp,other,"; "" for every kind */
	const struct naive_fact *fact;
};

struct reader {
	const struct naive_policy *policy;
	const struct naive_case *c;
	const char *at;
};

static struct value choice(struct reader *reader);

static struct value number(int n)
{
	return (struct value){ .kind = 'n', .number = n };
}

static struct value day(int n)
{
	return (struct value){ .kind = 'd', .number = n };
}

static struct value truth(bool yes)
{
	return (struct value){ .kind = 'b', .number = yes };
}

static struct value from_text(const char *type, const char *text)
{
	struct value value = { .kind = 'D' };

	if (strcmp(type, "boolean") == 0)
		return truth(strcmp(text, "yes") == 0);
	if (strcmp(type, "integer") == 0)
		return number(atoi(text));
	if (strcmp(type, "date") == 0)
		return day(naive_day(text));
	if (strcmp(type, "periods") == 0)
		value.kind = 'P';
	snprintf(value.text, sizeof(value.text), "%s", text);
	return value;
}

/* ---- Continuous residence, day by day ---- */

static bool has_kind(const char *kinds, const char *kind)
{
	char wanted[NAIVE_TEXT];

	snprintf(wanted, sizeof(wanted), "%s,", kind);
	return kinds[0] == '\0' || strstr(kinds, wanted) != NULL;
}

/* Reads the next period of an answer. False after the last. */
static bool next_period(const char **at, char kind[64], int *from, int *to)
{
	int n = 0;

	while (**at == ',' || **at == ' ')
		++*at;
	if (**at == '\0' || strcmp(*at, "none") == 0)
		return false;
	if (sscanf(*at, "%63s %n", kind, &n) != 1)
		naive_fail("a period", *at);
	*from = naive_day(*at + n);
	*to = naive_day(*at + n + 12);
	*at += n + 22;
	return true;
}

struct days {
	int n;
	int from[NAIVE_PERIODS];
	int to[NAIVE_PERIODS];
	int first;	/* before it nothing is covered */
};

static void read_days(const struct value *history, struct days *days)
{
	const char *at = history->text;
	char kind[64];
	int from, to;

	days->n = 0;
	days->first = n_days;
	while (next_period(&at, kind, &from, &to)) {
		if (!has_kind(history->kinds, kind))
			continue;
		days->from[days->n] = from;
		days->to[days->n++] = to;
		days->first = from < days->first ? from : days->first;
	}
}

static bool covered(const struct days *days, int on)
{
	for (int i = 0; i < days->n; i++)
		if (days->from[i] <= on && on <= days->to[i])
			return true;
	return false;
}

/* The last covered day up to `on`, or -1. */
static int last_covered(const struct days *days, int on)
{
	while (on >= days->first && !covered(days, on))
		on--;
	return on >= days->first ? on : -1;
}

static int stretch_begin(const struct value *history, const char *gap, int on)
{
	struct days days;
	int since;

	read_days(history, &days);
	since = last_covered(&days, on);
	if (since < 0 || naive_add(since, gap, 1) < on)
		return on;
	for (;;) {
		int before;

		while (covered(&days, since - 1))
			since--;
		before = last_covered(&days, since - 1);
		/* the days between lie within the gap */
		if (before < 0 || naive_add(before, gap, 1) < since - 1)
			return since;
		since = before;
	}
}

/* A kind whose name ends in `!` among the fact's kinds never breaks residence. */
static bool never_breaks(const struct naive_fact *fact, const char *kind)
{
	char marked[NAIVE_TEXT];

	snprintf(marked, sizeof(marked), "%s!", kind);
	return strstr(fact->values, marked) != NULL;
}

static int continuous_since(struct value *args)
{
	int on = args[4].number;
	int since = stretch_begin(&args[0], args[2].text, on);
	int begin = since;
	const char *at = args[1].text;
	char kind[64];
	int from, to;

	while (next_period(&at, kind, &from, &to)) {
		if (never_breaks(args[1].fact, kind) || !has_kind(args[1].kinds, kind))
			continue;
		/* longer: the day on which the allowed time is over is still away */
		if (to < naive_add(from, args[3].text, 1))
			continue;
		for (int away = from; away <= to; away++)
			if (away >= begin && away <= on)
				since = to + 1 > since ? to + 1 : since;
	}
	return since > on ? on : since;
}

/* ---- Functions ---- */

static struct value calendar_part(const char *name, int on)
{
	if (strcmp(name, "year of") == 0)
		return number(year_of[on]);
	if (strcmp(name, "month of") == 0)
		return number(month_of[on]);
	if (strcmp(name, "day of") == 0)
		return number(day_of[on]);
	if (strcmp(name, "day of year") == 0)
		return number(on - day_number(year_of[on], 1, 1) + 1);
	/* 1900-01-01 was a Monday */
	return number(on % 7 + 1);
}

static struct value extreme(const struct value *args, size_t n, int sign)
{
	struct value best = args[0];

	for (size_t i = 1; i < n; i++)
		if (args[i].number * sign > best.number * sign)
			best = args[i];
	return best;
}

static struct value call(struct reader *reader, const char *name, struct value *args,
			 size_t n)
{
	int a = args[0].number;
	int b = args[1].number;

	if (strcmp(name, "not") == 0)
		return truth(!a);
	if (strcmp(name, "days between") == 0)
		return number(b - a);
	if (strcmp(name, "months between") == 0)
		return number(between(a, b, 1));
	if (strcmp(name, "years between") == 0 || strcmp(name, "age in years") == 0)
		return number(between(a, b, 12));
	if (strcmp(name, "days until") == 0)
		return number(a - naive_day(reader->c->as_of));
	if (strcmp(name, "last safe day") == 0)
		return day(naive_add(a, args[1].text, -1));
	if (strcmp(name, "continuous since") == 0)
		return day(continuous_since(args));
	if (strcmp(name, "continuous months") == 0)
		return number(between(continuous_since(args), args[4].number, 1));
	if (strcmp(name, "earliest") == 0 || strcmp(name, "min") == 0)
		return extreme(args, n, -1);
	if (strcmp(name, "latest") == 0 || strcmp(name, "max") == 0)
		return extreme(args, n, 1);
	if (strcmp(name, "date") == 0)
		return day(day_number(a, b < 1 ? 1 : b > 12 ? 12 : b,
				      args[2].number < 1  ? 1 :
				      args[2].number > 31 ? 31 :
							    args[2].number));
	return calendar_part(name, a);
}

/* ---- Reading ---- */

static void skip_space(struct reader *reader)
{
	while (*reader->at == ' ')
		reader->at++;
}

static bool take(struct reader *reader, const char *symbol)
{
	size_t n = strlen(symbol);

	skip_space(reader);
	if (strncmp(reader->at, symbol, n) != 0)
		return false;
	/* a word ends where the next sign is none of a word's */
	if (isalpha((unsigned char)symbol[0]) &&
	    (isalnum((unsigned char)reader->at[n]) || strchr("_.", reader->at[n])) &&
	    reader->at[n] != '\0')
		return false;
	reader->at += n;
	return true;
}

static void need(struct reader *reader, const char *symbol)
{
	if (!take(reader, symbol))
		naive_fail(symbol, reader->at);
}

static void read_word(struct reader *reader, char *word)
{
	size_t n = 0;

	skip_space(reader);
	while (isalnum((unsigned char)*reader->at) || *reader->at == '_' ||
	       *reader->at == '.')
		word[n++] = *reader->at++;
	word[n] = '\0';
	if (n == 0)
		naive_fail("a word", reader->at);
}

static void read_kinds(struct reader *reader, struct value *value)
{
	while (!take(reader, "]")) {
		char word[NAIVE_TEXT];
		size_t n = strlen(value->kinds);

		read_word(reader, word);
		snprintf(value->kinds + n, sizeof(value->kinds) - n, "%s,", word);
		take(reader, ",");
	}
}

static struct value named(struct reader *reader, const char *name)
{
	const struct naive_fact *fact = naive_find_fact(reader->policy, name);
	const struct naive_derived *derived = naive_find_derived(reader->policy, name);
	char text[NAIVE_TEXT];
	struct value value;

	if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
		return truth(name[0] == 't');
	if (strcmp(name, "decision.date") == 0)
		return day(naive_day(reader->c->as_of));
	if (derived != NULL) {
		naive_derive(reader->policy, derived, reader->c, text);
		return from_text(derived->type, text);
	}
	if (fact == NULL)
		naive_fail("a name", name);
	value = from_text(fact->type, reader->c->values[fact - reader->policy->facts]);
	value.fact = fact;
	if (take(reader, "["))
		read_kinds(reader, &value);
	return value;
}

static struct value arguments(struct reader *reader, const char *name)
{
	struct value args[8] = { 0 };
	size_t n = 0;

	do
		args[n++] = choice(reader);
	while (take(reader, ","));
	need(reader, ")");
	return call(reader, name, args, n);
}

static struct value words(struct reader *reader)
{
	char name[NAIVE_TEXT];

	read_word(reader, name);
	if (name[0] == 'P' && isdigit((unsigned char)name[1]))
		return from_text("duration", name);
	for (;;) {
		size_t n = strlen(name);

		skip_space(reader);
		if (*reader->at == '(') {
			reader->at++;
			return arguments(reader, name);
		}
		if (!isalpha((unsigned char)*reader->at) || strchr(name, '.') != NULL ||
		    strcmp(name, "true") == 0 || strcmp(name, "false") == 0)
			return named(reader, name);
		/* a plain name before `and`, `or`, `then` or `else` is a fact's */
		if (naive_find_fact(reader->policy, name) != NULL ||
		    naive_find_derived(reader->policy, name) != NULL)
			return named(reader, name);
		name[n] = ' ';
		read_word(reader, &name[n + 1]);
	}
}

static struct value operand(struct reader *reader)
{
	struct value value;

	if (take(reader, "-")) {
		value = operand(reader);
		value.number = -value.number;
		return value;
	}
	if (take(reader, "(")) {
		value = choice(reader);
		need(reader, ")");
		return value;
	}
	skip_space(reader);
	if (isdigit((unsigned char)*reader->at)) {
		char *end;
		long n = strtol(reader->at, &end, 10);

		if (end - reader->at == 4 && *end == '-' && end[3] == '-') {
			value = day(naive_day(reader->at));
			reader->at += 10;
			return value;
		}
		reader->at = end;
		return number((int)n);
	}
	return words(reader);
}

static struct value sum(struct reader *reader)
{
	struct value left = operand(reader);

	for (;;) {
		int sign = take(reader, "+") ? 1 : take(reader, "-") ? -1 : 0;
		struct value right;

		if (sign == 0)
			return left;
		right = operand(reader);
		left.number = right.kind == 'D' ?
				      naive_add(left.number, right.text, sign) :
				      left.number + sign * right.number;
	}
}

static struct value comparison(struct reader *reader)
{
	int a, b;
	struct value left = sum(reader);

	a = left.number;
#define COMPARE(symbol, operator)                                                    \
	if (take(reader, symbol)) {                                                  \
		b = sum(reader).number;                                              \
		return truth(a operator b);                                          \
	}
	COMPARE("!=", !=)
	COMPARE("<=", <=)
	COMPARE(">=", >=)
	COMPARE("<", <)
	COMPARE(">", >)
	COMPARE("=", ==)
	return left;
}

static struct value both(struct reader *reader)
{
	struct value left = comparison(reader);

	while (take(reader, "and"))
		left.number &= comparison(reader).number;
	return left;
}

static struct value either(struct reader *reader)
{
	struct value left = both(reader);

	while (take(reader, "or"))
		left.number |= both(reader).number;
	return left;
}

static struct value choice(struct reader *reader)
{
	struct value condition, yes, no;

	if (!take(reader, "if"))
		return either(reader);
	condition = choice(reader);
	need(reader, "then");
	yes = choice(reader);
	need(reader, "else");
	no = choice(reader);
	return condition.number ? yes : no;
}

void naive_derive(const struct naive_policy *policy, const struct naive_derived *derived,
		  const struct naive_case *c, char text[NAIVE_TEXT])
{
	struct reader reader = { policy, c, derived->expression };
	struct value value;
	int low, high;

	day_number(1900, 1, 1);
	value = choice(&reader);
	skip_space(&reader);
	if (*reader.at != '\0')
		naive_fail("the end", reader.at);
	if (strcmp(derived->type, "boolean") == 0) {
		strcpy(text, value.number ? "yes" : "no");
	} else if (strcmp(derived->type, "date") == 0) {
		naive_date(value.number, text);
	} else {
		if (sscanf(derived->values, "%d..%d", &low, &high) != 2)
			naive_fail("a range", derived->values);
		snprintf(text, NAIVE_TEXT, "%d",
			 value.number < low  ? low :
			 value.number > high ? high :
					       value.number);
	}
}
