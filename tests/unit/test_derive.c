/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/derive.h"
#include "tests/property/compare.h"

/*
 * Every operator, against a calendar that was counted out day by day: for
 * known facts the value, for open ones a span that holds the value of every
 * completion.
 */
#define POINTS 3000
#define BOXES 800
#define SAMPLES 12

static const char operators[] =
	"## Derived facts\n\n"
	"| name | type | values | expression | source |\n|---|---|---|---|---|\n"
	"| o.plus | date | | application.received + P1M | LAW 1 |\n"
	"| o.minus | date | | permit.valid_until - P1Y | LAW 1 |\n"
	"| o.days | date | | application.received + P180D | LAW 1 |\n"
	"| o.between.d | integer | -99999..99999 days | "
	"days between(application.received, permit.valid_until) | LAW 1 |\n"
	"| o.between.m | integer | -9999..9999 months | "
	"months between(application.received, permit.valid_until) | LAW 1 |\n"
	"| o.between.y | integer | -300..300 years | "
	"years between(application.received, permit.valid_until) | LAW 1 |\n"
	"| o.age | integer | 0..17 years | age in years(permit.valid_until, "
	"decision.date) | LAW 1 |\n"
	"| o.until | integer | -99999..99999 days | days until(permit.valid_until) "
	"| LAW 1 |\n"
	"| o.safe | date | | last safe day(permit.valid_until, P6M) | LAW 1 |\n"
	"| o.first | date | | earliest(application.received, permit.valid_until, "
	"decision.date) | LAW 1 |\n"
	"| o.last | date | | latest(application.received, o.safe) | LAW 1 |\n"
	"| o.date | date | | date(year of(application.received), children, 31) "
	"| LAW 1 |\n"
	"| o.month | integer | 1..12 | month of(application.received) | LAW 1 |\n"
	"| o.day | integer | 1..31 | day of(application.received) | LAW 1 |\n"
	"| o.day.year | integer | 1..366 | day of year(application.received) | LAW 1 |\n"
	"| o.day.week | integer | 1..7 | day of week(application.received) | LAW 1 |\n"
	"| o.sum | integer | -99..99 | children + 3 - o.month | LAW 1 |\n"
	"| o.min | integer | -99..99 | min(children, o.sum, 7) | LAW 1 |\n"
	"| o.max | integer | -99..99 | max(o.sum, -3, 0 - children) | LAW 1 |\n"
	"| o.less | boolean | | application.received < permit.valid_until | LAW 1 |\n"
	"| o.less.equal | boolean | | application.received <= permit.valid_until | LAW 1 |\n"
	"| o.more | boolean | | o.sum > o.min | LAW 1 |\n"
	"| o.more.equal | boolean | | o.day.week >= children | LAW 1 |\n"
	"| o.equal | boolean | | o.month = children | LAW 1 |\n"
	"| o.differs | boolean | | o.day != children | LAW 1 |\n"
	"| o.logic | boolean | | (o.less or o.equal) and not(o.more) | LAW 1 |\n"
	"| o.choice | integer | -99..99 | if o.logic and presence.here then o.sum else "
	"o.day.week - 9 | LAW 1 |\n"
	"| o.since | date | | continuous since(permit.history[trp], "
	"permit.history[other], P1M, P30D, application.received) | LAW 1 |\n"
	"| o.stay | date | | continuous since(permit.history, permit.history[trp], "
	"P0D, P30D, application.received) | LAW 1 |\n"
	"| o.months | integer | 0..3600 months | continuous months(permit.history, "
	"permit.history, P0D, P0D, decision.date) | LAW 1 |\n\n"
	"## first-permit\n\n"
	"| U | `o.choice` | `o.since` | `o.months` | outcome | source | id |\n"
	"|---|---|---|---|---|---|---|\n"
	"| | | | | grant, refer, no-route | | |\n"
	"| | in | in | in | out | # | # |\n"
	"| 1 | < 0 | - | - | grant | LAW 1 | o-1 |\n"
	"| 2 | >= 0 | < 2020-01-01 | - | refer | LAW 1 | o-2 |\n"
	"| 3 | >= 0 | >= 2020-01-01 | < 36 | no-route | LAW 1 | o-3 |\n"
	"| 4 | >= 0 | >= 2020-01-01 | >= 36 | grant | LAW 1 | o-4 |\n";

static struct subject subject;

/* The value of a derived fact, as the naive evaluator says. */
static int64_t plain_value(size_t derived)
{
	const struct naive_derived *d = &subject.naive->derived[derived];
	struct naive_case c = cases_case(&subject.cases);
	char text[NAIVE_TEXT];

	naive_derive(subject.naive, d, &c, text);
	if (strcmp(d->type, "boolean") == 0)
		return strcmp(text, "yes") == 0;
	if (strcmp(d->type, "date") == 0)
		return naive_day(text) + DAY_MIN;
	return atoi(text);
}

static void derive(const struct facts *facts, struct derive_input *input,
		   struct span spans[DERIVED_MAX])
{
	derive_begin(input, subject.edition, facts,
		     edition_all_facts(subject.edition));
	derive_all(input, (1ull << subject.edition->n_derived) - 1, spans);
}

static void known_facts_give_the_plain_value(void **state)
{
	(void)state;
	for (unsigned n = 0; n < POINTS; n++) {
		struct span spans[DERIVED_MAX];
		struct derive_input input;
		struct facts facts;

		cases_next(&subject.cases);
		arena_reset(&subject.deciding);
		answers_of(&subject, NULL, &facts);
		derive(&facts, &input, spans);
		for (size_t d = 0; d < subject.edition->n_derived; d++) {
			if (!span_is_point(spans[d]) || spans[d].low != plain_value(d)) {
				print_case(&subject, subject.edition->questions, NULL);
				fail_msg("%s: %ld..%ld, not %ld",
					 subject.edition->derived[d].name,
					 (long)spans[d].low, (long)spans[d].high,
					 (long)plain_value(d));
			}
		}
	}
}

/* A span of days or numbers around the case's own value. */
static void widen(size_t fact, struct facts *facts, struct span *ret_span)
{
	static const int widths[] = { 0, 1, 5, 6, 7, 8, 27, 31, 365, 4000 };
	struct chance *chance = &subject.cases.chance;
	struct answer *answer = &facts->answers[fact];
	int64_t width = widths[chance_below(chance, ARRAY_LENGTH(widths))];

	if (subject.edition->facts[fact].type == FACT_DATE) {
		answer->date.first -= (day_t)chance_below(chance, (uint32_t)width + 1);
		answer->date.last = answer->date.first + (day_t)width;
		*ret_span = (struct span){ answer->date.first, answer->date.last };
	} else {
		answer->state = ANSWER_ABSENT;
		*ret_span = fact_domain(&subject.edition->facts[fact]);
	}
}

/* Puts one number of the span into the case. */
static void sample(size_t fact, struct span span)
{
	struct chance *chance = &subject.cases.chance;
	int64_t number = span.low + chance_below(chance,
						 (uint32_t)(span.high - span.low + 1));
	char text[NAIVE_TEXT];

	if (chance_once_in(chance, 4))
		number = chance_once_in(chance, 2) ? span.low : span.high;
	if (subject.edition->facts[fact].type == FACT_DATE) {
		naive_date((int)number - DAY_MIN, text);
		strcpy(subject.cases.values[fact], text);
	} else {
		cases_put_any(&subject.cases, fact, (size_t)number);
	}
}

static void a_span_holds_the_value_of_every_completion(void **state)
{
	static const char *const keys[] = { "application.received", "permit.valid_until",
					    "children", "presence.here" };
	struct span of_fact[ARRAY_LENGTH(keys)];
	size_t open[ARRAY_LENGTH(keys)];

	(void)state;
	for (unsigned n = 0; n < BOXES; n++) {
		struct span spans[DERIVED_MAX];
		struct derive_input input;
		struct facts facts;

		cases_next(&subject.cases);
		arena_reset(&subject.deciding);
		answers_of(&subject, NULL, &facts);
		for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
			open[i] = (size_t)edition_find_fact(subject.edition, keys[i]);
			widen(open[i], &facts, &of_fact[i]);
		}
		derive(&facts, &input, spans);
		for (unsigned k = 0; k < SAMPLES; k++) {
			for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
				sample(open[i], of_fact[i]);
			for (size_t d = 0; d < subject.edition->n_derived; d++) {
				assert_true(spans[d].low <= plain_value(d));
				assert_true(spans[d].high >= plain_value(d));
			}
		}
	}
}

/* ---- Each limit by name ---- */

static int64_t derived(const char *name, const char *key, const char *value)
{
	int fact = edition_find_fact(subject.edition, key);
	struct span spans[DERIVED_MAX];
	struct derive_input input;
	struct facts facts;

	strcpy(subject.cases.values[fact], value);
	arena_reset(&subject.deciding);
	answers_of(&subject, NULL, &facts);
	derive(&facts, &input, spans);
	for (size_t d = 0; d < subject.edition->n_derived; d++)
		if (strcmp(subject.edition->derived[d].name, name) == 0)
			return spans[d].low;
	fail_msg("no %s", name);
	return 0;
}

static int64_t since(const char *history)
{
	return derived("o.since", "permit.history", history) - DAY_MIN;
}

static void put_day(const char *received)
{
	cases_next(&subject.cases);
	strcpy(subject.cases.values[edition_find_fact(subject.edition,
						      "application.received")],
	       received);
}

static void a_gap_of_exactly_the_allowed_length_is_bridged(void **state)
{
	(void)state;
	put_day("2025-02-01");
	/* 1 to 31 January lies between: one month after 31 December is 31 January */
	assert_int_equal(since("trp 2024-01-01..2024-12-31, trp 2025-02-01..2025-03-01"),
			 naive_day("2024-01-01"));
	assert_int_equal(since("trp 2024-01-01..2024-12-30, trp 2025-02-01..2025-03-01"),
			 naive_day("2025-02-01"));
}

static void the_stretch_reaches_a_day_within_the_gap_after_it(void **state)
{
	(void)state;
	put_day("2025-02-10");
	assert_int_equal(since("trp 2024-01-01..2025-01-10"), naive_day("2024-01-01"));
	assert_int_equal(since("trp 2024-01-01..2025-01-09"), naive_day("2025-02-10"));
	assert_int_equal(since("none"), naive_day("2025-02-10"));
}

/* Periods of the kind trp stand for absences, which break residence. */
static void an_absence_of_exactly_the_allowed_length_breaks_nothing(void **state)
{
	static const char *const histories[] = {
		"other 2024-01-01..2024-06-30, trp 2024-07-01..2024-07-30, "
		"other 2024-07-31..2025-03-01",
		"other 2024-01-01..2024-06-30, trp 2024-07-01..2024-07-31, "
		"other 2024-08-01..2025-03-01",
	};

	(void)state;
	put_day("2025-02-10");
	assert_int_equal(derived("o.stay", "permit.history", histories[0]) - DAY_MIN,
			 naive_day("2024-01-01"));
	assert_int_equal(derived("o.stay", "permit.history", histories[1]) - DAY_MIN,
			 naive_day("2024-08-01"));
}

static void kinds_that_are_not_named_do_not_count(void **state)
{
	(void)state;
	put_day("2025-02-10");
	/* `other` does not break residence either */
	assert_int_equal(since("other 2023-01-01..2023-12-31, trp 2024-01-01..2025-02-28"),
			 naive_day("2024-01-01"));
}

static int compose(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	char *vocabulary;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/support/small/vocabulary.md",
		 top == NULL ? "." : top);
	vocabulary = read_text(path);
	subject_compose(&subject, vocabulary, operators);
	free(vocabulary);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	subject_done(&subject);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_facts_give_the_plain_value),
		cmocka_unit_test(a_span_holds_the_value_of_every_completion),
		cmocka_unit_test(a_gap_of_exactly_the_allowed_length_is_bridged),
		cmocka_unit_test(the_stretch_reaches_a_day_within_the_gap_after_it),
		cmocka_unit_test(an_absence_of_exactly_the_allowed_length_breaks_nothing),
		cmocka_unit_test(kinds_that_are_not_named_do_not_count),
	};

	return cmocka_run_group_tests(tests, compose, forget);
}
