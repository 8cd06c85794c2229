/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "clients/proofcheck/proofcheck.h"

static uint64_t below(int n)
{
	return ((uint64_t)1 << n) - 1;
}

/* Numbers, durations in one unit and dates are in the order of their digits. */
int64_t number_in(const char *text)
{
	int64_t number = 0;

	for (const char *at = text; *at != '\0' && number < INT64_MAX / 100; at++)
		if (isdigit((unsigned char)*at))
			number = number * 10 + (*at - '0');
	return *text == '-' ? -number : number;
}

/*
 * The classes of a fact in the words of the package: all its values, or of what is
 * counted the least of each class, from the least that the document allows.
 */
void read_classes(struct subject *s, char *rest)
{
	int64_t last = 0;
	int n = 0;
	char *word;

	for (; (word = strsep(&rest, " ")) && strcmp(word, "unknown") != 0; n++) {
		int64_t number = number_in(word);
		bool good = n < s->n_known && strcmp(word, s->values[n]) == 0;

		if (s->counted)
			good = number <= s->high &&
			       (n == 0 ? number == s->low : number > last);
		need(good && n < VALUES, "`%s`: no class of `%s` here", word, s->name);
		last = number;
		s->values[n] = word;
	}
	need(n > 0 && n >= s->n_known && rest == NULL, "a class of `%s` is missing",
	     s->name);
	s->values[n] = word;
	s->n_known = n;
	s->n_values = n + (word != NULL);
}

/* The text of the number, the duration or the day that comes next. */
static const char *successor(const char *text, char next[40])
{
	struct tm day = { 0 };
	const char *before = *text == 'P' ? "P" : "";
	char unit[2] = "";
	int64_t number = 0;
	int year;

	if (sscanf(text, "%4d-%2d-%2d", &year, &day.tm_mon, &day.tm_mday) == 3) {
		day.tm_year = year - 1900;
		day.tm_mon--;
		day.tm_mday++;
		timegm(&day);
		strftime(next, 40, "%Y-%m-%d", &day);
	} else {
		sscanf(text + (*text == 'P'), "%18" SCNd64 "%1s", &number, unit);
		snprintf(next, 40, "%s%" PRId64 "%s", before, number + 1, unit);
	}
	return next;
}

/* The class that begins with this value, or after it. */
static int class_at(struct subject *s, const char *text, bool after)
{
	char next[40];
	int class;

	if (after)
		text = successor(text, next);
	class = value_index(s->values, s->n_values, text);
	if (class < 0 && s->counted && number_in(text) > s->high)
		return s->n_known;
	need(class >= 0, "no class of `%s` begins with `%s`", s->name, text);
	if (class == s->n_known)
		s->unknown_read = true;
	return class;
}

/* "a", "< 3", "[14..18)" */
static uint64_t item_classes(struct subject *s, char *item)
{
	char *dots = strstr(item, ".."), *number = item + strspn(item, "<>= [(");
	bool equal = *item != '\0' && item[1] == '=', opens_after = *item == '(';
	int from = 0, to = s->n_known;

	if (dots != NULL) {
		char *end = strpbrk(dots, ")]");
		bool ends_after = end != NULL && *end == ']';

		need(end != NULL, "`%s` does not end", item);
		*dots = *end = '\0';
		from = class_at(s, number, opens_after);
		to = class_at(s, dots + 2, ends_after);
	} else if (*item == '<') {
		to = class_at(s, number, equal);
	} else if (*item == '>') {
		from = class_at(s, number, !equal);
	} else {
		from = class_at(s, item, false);
		to = s->counted && from < to ? class_at(s, item, true) : from + 1;
	}
	return below(to) & ~below(from);
}

/* "-" apart, which is no test. */
struct test read_cell(struct subject *s, char *cell)
{
	static const char *const before[] = { "", "all(", "not(", "only(" };
	enum { PLAIN, HOLDS_ALL, NOT, ONLY } form = ONLY;
	bool set = is(s, "set"), none = set && strcmp(cell, "none") == 0;
	struct test test = { SOME, s, 0 };
	char *close = NULL, *item;

	for (int v = 0; v < s->n_known; v++)
		need(s->holds[v] != 0, "the classes of `%s` are missing", s->name);
	while (strncmp(cell, before[form], strlen(before[form])) != 0)
		form--;
	if (form != PLAIN) {
		cell += strlen(before[form]);
		close = strrchr(cell, ')');
		need(close != NULL, "`%s` does not end", cell);
		*close++ = '\0';
	}
	while (!none && (item = strsep(&cell, ",")) != NULL)
		test.values |= item_classes(s, item + (*item == ' '));
	if (none || form == ONLY || (form == NOT && !set))
		test.values = below(s->n_known) & ~test.values;
	if (close != NULL && strcmp(close, ", unknown") == 0)
		test.values |= item_classes(s, close + 2);
	if (set && form != PLAIN)
		test.clause = form == HOLDS_ALL ? ALL : NONE;
	if (none)
		test.clause = NONE;
	return test;
}
