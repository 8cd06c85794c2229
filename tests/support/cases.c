/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/cases.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEW 5		/* values by chance in a product */
#define ALL_MAX 256

static unsigned below(struct cases *cases, size_t n)
{
	return chance_below(&cases->chance, (uint32_t)n);
}

/* ---- What the text names ---- */

static void take_word(struct cases *cases, const char *at, size_t n)
{
	char word[16];

	if (n == 0 || n >= sizeof(word))
		return;
	memcpy(word, at, n);
	word[n] = '\0';
	if (word[0] == 'P' && isdigit((unsigned char)word[1])) {
		if (cases->n_durations < CASES_WORDS)
			strcpy(cases->durations[cases->n_durations++], word);
	} else if (n == 10 && word[4] == '-' && isdigit((unsigned char)word[0])) {
		if (cases->n_days < CASES_WORDS)
			cases->days[cases->n_days++] = naive_day(word);
	} else if (n < 6 && strspn(word, "0123456789") == n) {
		if (cases->n_numbers < CASES_WORDS)
			cases->numbers[cases->n_numbers++] = atoi(word);
	}
}

static void take_words(struct cases *cases, const char *text)
{
	while (*text != '\0') {
		size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz_PDMY0123456789-");

		take_word(cases, text, n);
		text += n == 0 ? 1 : n;
	}
}

static void take_table(struct cases *cases, const struct naive_table *table)
{
	for (size_t r = 0; r < table->n_rows; r++)
		for (size_t i = 1; i < table->n_columns; i++)
			if (strcmp(table->marks[i], "in") == 0)
				take_words(cases, table->cells[r][i]);
}

void cases_init(struct cases *cases, const struct naive_policy *policy,
		unsigned long seed)
{
	memset(cases, 0, sizeof(*cases));
	cases->policy = policy;
	cases->chance.state = seed;
	for (size_t i = 0; i < policy->n_derived; i++)
		take_words(cases, policy->derived[i].expression);
	for (size_t i = 0; i < policy->n_tables; i++)
		take_table(cases, &policy->tables[i]);
	take_table(cases, &policy->constraints);
	strcpy(cases->durations[cases->n_durations == CASES_WORDS ?
					CASES_WORDS - 1 :
					cases->n_durations++],
	       "P0D");
}

/* ---- Values ---- */

static const char *type_of(const struct cases *cases, size_t fact)
{
	return cases->policy->facts[fact].type;
}

static bool is_type(const struct cases *cases, size_t fact, const char *type)
{
	return strcmp(type_of(cases, fact), type) == 0;
}

static size_t n_words(const struct cases *cases, size_t fact)
{
	size_t n = 1;

	for (const char *at = cases->policy->facts[fact].values; *at != '\0'; at++)
		n += *at == ',';
	return n;
}

/* The i-th of "a, b, c". */
static const char *word(const struct cases *cases, size_t fact, size_t i, char to[64])
{
	const char *at = cases->policy->facts[fact].values;

	while (i-- > 0)
		at = strchr(at, ',') + 1;
	at += strspn(at, " ");
	snprintf(to, 64, "%.*s", (int)strcspn(at, ",! "), at);
	return to;
}

static void put_set(struct cases *cases, size_t fact, unsigned long elements)
{
	char *to = cases->values[fact];
	char element[64];

	to[0] = '\0';
	for (size_t i = 0; i < n_words(cases, fact); i++)
		if ((elements >> i & 1) != 0)
			sprintf(to + strlen(to), "%s%s", to[0] == '\0' ? "" : ", ",
				word(cases, fact, i, element));
	if (to[0] == '\0')
		strcpy(to, "none");
}

static int near_constant(struct cases *cases, int low, int high)
{
	int n = low + (int)below(cases, (size_t)(high - low) + 1);

	if (cases->n_numbers > 0 && below(cases, 4) > 0)
		n = cases->numbers[below(cases, cases->n_numbers)] +
		    (int)below(cases, 3) - 1;
	if (below(cases, 8) == 0)
		n = below(cases, 2) == 0 ? low : high;
	return n < low ? low : n > high ? high : n;
}

static void put_number(struct cases *cases, size_t fact)
{
	const char *values = cases->policy->facts[fact].values;
	int low, high, n;

	if (sscanf(values, "%d..%d", &low, &high) != 2)
		naive_fail("a range", values);
	n = near_constant(cases, low, high);
	if (is_type(cases, fact, "integer"))
		sprintf(cases->values[fact], "%d", n);
	else
		sprintf(cases->values[fact], "P%d%c", n,
			strstr(values, "year") != NULL	? 'Y' :
			strstr(values, "month") != NULL ? 'M' :
							  'D');
}

/* A day that matters: the decision's, one of the text, or one of another fact. */
static int some_day(struct cases *cases, size_t fact)
{
	size_t start = below(cases, NAIVE_FACTS);

	if (cases->n_days > 0 && below(cases, 4) == 0)
		return cases->days[below(cases, cases->n_days)];
	for (size_t i = 0; i < NAIVE_FACTS && below(cases, 3) > 0; i++) {
		size_t other = (start + i) % NAIVE_FACTS;

		if (other < cases->policy->n_facts && other != fact &&
		    is_type(cases, other, "date") && cases->values[other][0] != '\0')
			return naive_day(cases->values[other]);
	}
	return naive_day(cases->as_of);
}

static int near_limit(struct cases *cases, int day)
{
	const char *duration = cases->durations[below(cases, cases->n_durations)];

	if (below(cases, 8) == 0)
		return day - (int)below(cases, 3000);
	return naive_add(day, duration, below(cases, 3) == 0 ? 1 : -1) +
	       (int)below(cases, 3) - 1;
}

static void put_periods(struct cases *cases, size_t fact)
{
	int day = naive_day(cases->as_of);
	int at = near_limit(cases, day);
	int end = day + (int)below(cases, 4) - 1;
	char *to = cases->values[fact];
	char kind[64], from_text[NAIVE_TEXT], to_text[NAIVE_TEXT];

	to[0] = '\0';
	if (at >= end)
		at = end - (int)below(cases, 800);
	/* what stands before the last stretch */
	if (below(cases, 3) == 0)
		at -= 100;
	for (unsigned n = 1 + below(cases, 4); n > 0 && at <= end; n--) {
		int last = at + (int)below(cases, 700);

		if (last > end || n == 1)
			last = end;
		if (below(cases, 4) == 0)
			last = naive_add(at, cases->durations[below(
						     cases, cases->n_durations)],
					 1) + (int)below(cases, 2);
		naive_date(at, from_text);
		naive_date(last, to_text);
		word(cases, fact, below(cases, 3) > 0 ? 0 : below(cases, n_words(cases, fact)),
		     kind);
		sprintf(to + strlen(to), "%s%s %s..%s", to[0] == '\0' ? "" : ", ", kind,
			from_text, to_text);
		at = last + 1 + (below(cases, 3) == 0 ? (int)below(cases, 3) : 0);
	}
	if (to[0] == '\0' || below(cases, 8) == 0)
		strcpy(to, "none");
}

/* Stays abroad: mostly none, else short ones of any kind. */
static void put_absences(struct cases *cases, size_t fact)
{
	put_periods(cases, fact);
	if (below(cases, 2) == 0)
		strcpy(cases->values[fact], "none");
}

void cases_vary(struct cases *cases, size_t fact)
{
	char text[NAIVE_TEXT];

	if (is_type(cases, fact, "boolean")) {
		strcpy(cases->values[fact], below(cases, 2) == 0 ? "no" : "yes");
	} else if (is_type(cases, fact, "enumeration")) {
		word(cases, fact, below(cases, n_words(cases, fact)),
		     cases->values[fact]);
	} else if (is_type(cases, fact, "set")) {
		unsigned choice = below(cases, 4);
		unsigned long bits = 1ul << below(cases, n_words(cases, fact));

		put_set(cases, fact,
			choice == 0 ? 0 :
			choice == 1 ? chance_bits(&cases->chance) :
				      bits);
	} else if (is_type(cases, fact, "date")) {
		naive_date(near_limit(cases, some_day(cases, fact)), text);
		strcpy(cases->values[fact], text);
	} else if (!is_type(cases, fact, "periods")) {
		put_number(cases, fact);
	} else if (strchr(cases->policy->facts[fact].values, '!') != NULL) {
		put_absences(cases, fact);
	} else {
		put_periods(cases, fact);
	}
}

void cases_next(struct cases *cases)
{
	static const char *const days[] = { "2024-02-29", "2025-02-28", "2024-12-31",
					    "2023-03-01", "2021-08-31" };
	char text[NAIVE_TEXT];
	int day = naive_day("2004-01-01") + (int)below(cases, 9000);

	naive_date(day, text);
	strcpy(cases->as_of,
	       below(cases, 3) == 0 ? days[below(cases, 5)] : text);
	for (size_t i = 0; i < cases->policy->n_facts; i++)
		cases->values[i][0] = '\0';
	for (size_t i = 0; i < cases->policy->n_facts; i++)
		cases_vary(cases, i);
}

struct naive_case cases_case(const struct cases *cases)
{
	struct naive_case c = { .as_of = cases->as_of };

	for (size_t i = 0; i < cases->policy->n_facts; i++)
		c.values[i] = cases->values[i];
	return c;
}

/* ---- Products ---- */

size_t cases_n_values(const struct cases *cases, size_t fact)
{
	if (is_type(cases, fact, "boolean"))
		return 2;
	if (is_type(cases, fact, "enumeration"))
		return n_words(cases, fact);
	if (is_type(cases, fact, "set"))
		return n_words(cases, fact) + 2;
	return FEW;
}

void cases_put(struct cases *cases, size_t fact, size_t i)
{
	if (is_type(cases, fact, "set"))
		put_set(cases, fact,
			i == 0			       ? 0 :
			i <= n_words(cases, fact) ? 1ul << (i - 1) :
							 ~0ul);
	else if (is_type(cases, fact, "boolean") || is_type(cases, fact, "enumeration"))
		cases_put_any(cases, fact, i);
	else
		cases_vary(cases, fact);
}

size_t cases_n_all(const struct cases *cases, size_t fact)
{
	int low, high;

	if (is_type(cases, fact, "set"))
		return n_words(cases, fact) < 8 ? 1u << n_words(cases, fact) : 0;
	if (is_type(cases, fact, "integer"))
		return sscanf(cases->policy->facts[fact].values, "%d..%d", &low,
			      &high) == 2 && high - low < ALL_MAX ?
			       (size_t)(high - low) + 1 :
			       0;
	if (is_type(cases, fact, "boolean") || is_type(cases, fact, "enumeration"))
		return cases_n_values(cases, fact);
	return 0;
}

void cases_put_any(struct cases *cases, size_t fact, size_t i)
{
	if (is_type(cases, fact, "boolean"))
		strcpy(cases->values[fact], i == 0 ? "no" : "yes");
	else if (is_type(cases, fact, "enumeration"))
		word(cases, fact, i, cases->values[fact]);
	else if (is_type(cases, fact, "set"))
		put_set(cases, fact, i);
	else
		sprintf(cases->values[fact], "%d",
			atoi(cases->policy->facts[fact].values) + (int)i);
}
