/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

struct range {
	int64_t low, high;	/* low <= number < high */
};

/* The next number; of a date, the next day. */
static int64_t after(const struct subject *s, int64_t number)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year = number / 10000, month = number / 100 % 100;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (s->type != DATE || number % 100 < days[month - 1] + (leap && month == 2))
		return number + 1;
	return month < 12 ? number / 100 * 100 + 101 : (year + 1) * 10000 + 101;
}

static int64_t literal(const struct subject *s, const char *text)
{
	int64_t number = value_index(s->values, s->n_values, text);
	int used = 0, year, month = 0, day;
	char unit = '\0';

	if (number >= 0)
		return number;
	if (s->table != NULL && s->type != SET && strcmp(text, "none") == 0)
		return NONE;
	if (s->type == DATE) {
		sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used);
		need(used > 0 && month >= 1 && month <= 12, "`%s` is no date", text);
		number = year * 10000 + month * 100 + day;
	} else if (s->type == DURATION) {
		sscanf(text, "P%9" SCNd64 "%c%n", &number, &unit, &used);
	} else if (s->type == INTEGER) {
		sscanf(text, "%9" SCNd64 "%n", &number, &used);
	}
	need(used > 0 && text[used] == '\0' && number >= s->low && number <= s->high &&
	     (s->type != DURATION || unit == s->unit), "`%s` cannot be `%s`", s->name, text);
	return number;
}

static void cut(struct subject *s, int64_t at)
{
	int i = s->n_cuts;

	for (int c = 0; c < s->n_cuts; c++)
		if (s->cuts[c] == at)
			return;
	if (s->n_values > 0 || at <= s->low || at > s->high)
		return;
	need(++s->n_cuts < CLASSES, "`%s` has more than %d classes", s->name, CLASSES);
	for (; i > 0 && s->cuts[i - 1] > at; i--)
		s->cuts[i] = s->cuts[i - 1];
	s->cuts[i] = at;
}

/* "a", "< 3", "[14..18)" */
static struct range read_item(const struct subject *s, char *item)
{
	struct range range = { s->low, after(s, s->high) };
	char *dots = strstr(item, ".."), *last = strpbrk(item, "])");
	bool before = *item == '<', equal = *item != '\0' && item[1] == '=';

	if (before || *item == '>') {
		int64_t number = literal(s, item + strcspn(item, " ") + 1);

		*(before ? &range.high : &range.low) = before == equal ? after(s, number)
								       : number;
	} else if (dots != NULL && last != NULL) {
		bool opens_after = *item == '(', ends_after = *last == ']';

		*dots = *last = '\0';
		range = (struct range){ literal(s, item + 1), literal(s, dots + 2) };
		range.low = opens_after ? after(s, range.low) : range.low;
		range.high = ends_after ? after(s, range.high) : range.high;
	} else {
		range.low = literal(s, item);
		range.high = after(s, range.low);
	}
	return range;
}

static int n_known(const struct subject *s)
{
	return s->n_values > 0 ? s->n_values : s->n_cuts + 1;
}

int n_classes(const struct subject *s)
{
	return s->type == SET ? 2 : n_known(s) + s->unknown;
}

static int64_t first_number(const struct subject *s, int class)
{
	return s->n_values > 0 ? class : class == 0 ? s->low : s->cuts[class - 1];
}

static uint64_t mask_of(struct subject *s, struct range range)
{
	uint64_t mask = s->table != NULL && range.low == NONE ? (uint64_t)1 << NONE : 0;

	cut(s, range.low);
	cut(s, range.high);
	for (int i = 0; i < n_known(s); i++)
		if (range.low <= first_number(s, i) && first_number(s, i) < range.high)
			mask |= (uint64_t)1 << i;
	return mask;
}

static uint64_t others(const struct subject *s, uint64_t mask)
{
	return ~mask & (((uint64_t)1 << n_known(s)) - 1);
}

/*
 * Cuts the subject where what the cell matches begins and ends. The mask is right
 * once every cell has been read, and says what is not matched of `only(`.
 */
struct test read_cell(struct subject *s, const char *cell)
{
	static const char *const before[] = { "-", "", "not(", "all(", "only(" };
	struct test test = { ONLY, 0 };
	char text[CELL_BYTES], *rest = text, *close, *item;
	bool unknown = false;

	snprintf(text, sizeof(text), "%s", cell);
	if (strcmp(text, "-") == 0 || (s->type == SET && strcmp(text, "none") == 0))
		return (struct test){ *text == '-' ? ANY : ONLY, others(s, 0) };
	while (strncmp(text, before[test.clause], strlen(before[test.clause])) != 0)
		test.clause--;
	if (test.clause > SOME) {
		rest += strlen(before[test.clause]);
		close = strrchr(rest, ')');
		need(close != NULL, "`%s` is no test", cell);
		unknown = strcmp(close, "), unknown") == 0;
		need(unknown || close[1] == '\0', "`%s` is no test", cell);
		*close = '\0';
	}
	while ((item = strsep(&rest, ",")) != NULL) {
		item += *item == ' ';
		if (s->table == NULL && strcmp(item, "unknown") == 0)
			unknown = true;
		else
			test.mask |= mask_of(s, read_item(s, item));
	}
	if (test.clause == ONLY || (test.clause == NOT && s->type != SET))
		test.mask = others(s, test.mask);
	need(!unknown || (s->table == NULL && s->type != SET), "`%s` is never unknown",
	     s->name);
	s->unknown = s->unknown || unknown;
	test.mask |= unknown ? (uint64_t)1 << n_known(s) : 0;
	return test;
}

/* A class by its least number, or by its name. */
const char *class_text(const struct subject *s, int class)
{
	static char text[40];
	int64_t number = class < n_known(s) ? first_number(s, class) : 0;

	if (class == n_known(s))
		return "unknown";
	if (s->n_values > 0)
		return s->values[class];
	if (s->type == DATE)
		snprintf(text, sizeof(text), "%04d-%02d-%02d", (int)(number / 10000),
			 (int)(number / 100 % 100), (int)(number % 100));
	else if (s->type == DURATION)
		snprintf(text, sizeof(text), "P%" PRId64 "%c", number, s->unit);
	else
		snprintf(text, sizeof(text), "%" PRId64, number);
	return text;
}
