/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/property/compare.h"

/*
 * Small policies, one for each thing that is easy to get wrong, over the small
 * vocabulary, held to the naive evaluator. An argument multiplies the cases.
 */
static unsigned factor = 1;
static char *vocabulary;

/* Complete and open cases, months and interviews of its one question. */
static void hold(const char *tables, unsigned n)
{
	static struct subject subject;
	const struct question *question;

	subject_compose(&subject, vocabulary, tables);
	question = &subject.edition->questions[0];
	compare_products(&subject, question, 4 * n * factor);
	for (unsigned i = 0; i < n * factor; i++) {
		cases_next(&subject.cases);
		compare_open(&subject, question);
		cases_next(&subject.cases);
		compare_interview(&subject, question, i % 2 == 1);
		cases_next(&subject.cases);
		compare_circumstances(&subject, question);
		for (size_t f = 0; f < subject.edition->n_facts; f++) {
			if (subject.edition->facts[f].type != FACT_DATE)
				continue;
			cases_next(&subject.cases);
			compare_open_date(&subject, question, f, true, 0);
		}
	}
	print_message("# %lu complete cases, %lu open ones with %lu completions and "
		      "%lu asks, %lu excluded, %lu idle facts\n",
		      subject.n_complete, subject.n_open, subject.n_completions,
		      subject.n_asks, subject.n_contradictions, subject.n_idle);
	subject_done(&subject);
}

/* ---- Hit policies ---- */

static const char priority[] =
	"## first-permit\n\n"
	"| P | `ident.status` | `children` | `needs` | outcome | length | source | id |\n"
	"|---|---|---|---|---|---|---|---|\n"
	"| | | | | refer, grant, no-route | P6M, P12M | | |\n"
	"| | in | in | in | out | out | # | # |\n"
	"| 1 | possible | >= 3 | - | grant | P12M | LAW 1 | a-1 |\n"
	"| 2 | - | [2..4] | housing | grant | P12M | LAW 1 | a-2 |\n"
	"| 3 | confirmed | - | all(housing, health) | refer | - | LAW 1 | a-3 |\n"
	"| 4 | not(none) | (4..9) | only(advice) | refer | - | LAW 1 | a-4 |\n"
	"| 5 | - | - | - | no-route | - | LAW 1 | a-5 |\n";

static void a_higher_rank_hides_a_lower_one(void **state)
{
	(void)state;
	hold(priority, 60);
}

static const char collected[] =
	"## grounds\n\n"
	"| C | `needs` | `presence.here` | `children` | ground | source | id |\n"
	"|---|---|---|---|---|---|---|\n"
	"| | | | | care, family, stay | | |\n"
	"| | in | in | in | out | # | # |\n"
	"| 1 | health | - | - | care | LAW 1 | c-1 |\n"
	"| 2 | housing, advice | - | - | stay | LAW 1 | c-2 |\n"
	"| 3 | - | - | > 0 | family | LAW 1 | c-3 |\n"
	"| 4 | none | yes | - | stay | LAW 1 | c-4 |\n\n"
	"## first-permit\n\n"
	"| F | `grounds.ground` | outcome | length | source | id |\n"
	"|---|---|---|---|---|---|\n"
	"| | | grant, refer, no-route | P6M, P12M | | |\n"
	"| | in | out | out | # | # |\n"
	"| 1 | all(care, family) | grant | P12M | LAW 1 | q-1 |\n"
	"| 2 | only(stay) | refer | - | LAW 1 | q-2 |\n"
	"| 3 | not(stay) | grant | P6M | LAW 1 | q-3 |\n"
	"| 4 | - | no-route | - | LAW 1 | q-4 |\n\n"
	"First hit: the rows are weighed in this order.\n";

static void a_collected_set_is_read_as_a_set(void **state)
{
	(void)state;
	hold(collected, 60);
}

static const char agreeing[] =
	"## first-permit\n\n"
	"| A | `ident.status` | `colour` | `stay` | outcome | length | source | id |\n"
	"|---|---|---|---|---|---|---|---|\n"
	"| | | | | grant, refer | P6M, P12M | | |\n"
	"| | in | in | in | out | out | # | # |\n"
	"| 1 | possible | - | >= P180D | grant | P6M | LAW 1 | a-1 |\n"
	"| 2 | - | red | [P180D..P365D) | grant | P6M | LAW 1 | a-2 |\n"
	"| 3 | not(possible) | red | >= P365D | refer | - | LAW 1 | a-3 |\n"
	"| 4 | not(possible) | blue | - | refer | - | LAW 1 | a-4 |\n"
	"| 5 | - | - | < P180D | refer | - | LAW 1 | a-5 |\n";

static void rows_that_agree_are_all_named(void **state)
{
	(void)state;
	hold(agreeing, 60);
}

/* ---- Unknown, constraints ---- */

static const char unknown[] =
	"## first-permit\n\n"
	"| U | `colour` | `presence.here` | `children` | outcome | length | source | id |\n"
	"|---|---|---|---|---|---|---|---|\n"
	"| | | | | grant, refer | P6M, P12M | | |\n"
	"| | in | in | in | out | out | # | # |\n"
	"| 1 | unknown | yes | - | grant | P6M | LAW 1 | u-1 |\n"
	"| 2 | unknown | no | - | refer | - | LAW 1 | u-2 |\n"
	"| 3 | red | - | < 2 | grant | P12M | LAW 1 | u-3 |\n"
	"| 4 | red | - | >= 2, unknown | grant | P6M | LAW 1 | u-4 |\n"
	"| 5 | not(red) | - | - | refer | - | LAW 1 | u-5 |\n";

static void not_knowing_is_an_answer_where_a_cell_says_so(void **state)
{
	(void)state;
	hold(unknown, 80);
}

/* Here goes with blue, away with red: neither fact can change alone. */
static const char tied[] =
	"## Constraints\n\n"
	"| never | `presence.here` | `colour` | why |\n|---|---|---|---|\n"
	"| | in | in | # |\n"
	"| 1 | yes | red | tied |\n| 2 | no | blue | tied |\n\n"
	"## first-permit\n\n"
	"| U | `colour` | `ident.status` | outcome | length | source | id |\n"
	"|---|---|---|---|---|---|---|\n"
	"| | | | grant, refer | P6M, P12M | | |\n"
	"| | in | in | out | out | # | # |\n"
	"| 1 | red | possible, confirmed | grant | P6M | LAW 1 | x-1 |\n"
	"| 2 | blue | possible, confirmed | refer | - | LAW 1 | x-2 |\n"
	"| 3 | - | none, final_negative | refer | - | LAW 1 | x-3 |\n";

static void facts_that_constraints_tie_are_still_settled(void **state)
{
	(void)state;
	hold(tied, 60);
}

/* ---- Dates and periods ---- */

static const char dates[] =
	"## Derived facts\n\n"
	"| name | type | values | expression | source |\n|---|---|---|---|---|\n"
	"| early | boolean | | application.received <= permit.valid_until | LAW 1 |\n"
	"| late | boolean | | permit.valid_until < application.received | LAW 1 |\n"
	"| gone | integer | -3000..3000 months | months between(permit.valid_until, "
	"decision.date) | LAW 1 |\n"
	"| safe | date | | last safe day(permit.valid_until, P1M) | LAW 1 |\n"
	"| edge | date | | latest(safe, application.received + P1Y) | LAW 1 |\n"
	"| odd | boolean | | day of week(application.received) >= 6 or "
	"month of(permit.valid_until) = 2 | LAW 1 |\n\n"
	"## first-permit\n\n"
	"| U | `early` | `late` | `gone` | `odd` | outcome | until | source | id |\n"
	"|---|---|---|---|---|---|---|---|---|\n"
	"| | | | | | grant, wait, refer, no-route | `safe`, `edge` | | |\n"
	"| | in | in | in | in | out | out | # | # |\n"
	"| 1 | yes | no | < 0 | - | wait | `safe` | LAW 1 | d-1 |\n"
	"| 2 | yes | no | [0..12] | no | wait | `edge` | LAW 1 | d-2 |\n"
	"| 3 | yes | no | [0..12] | yes | grant | - | LAW 1 | d-3 |\n"
	"| 4 | yes | no | > 12 | - | grant | - | LAW 1 | d-4 |\n"
	"| 5 | no | yes | - | - | refer | - | LAW 1 | d-5 |\n"
	"| 6 | yes | yes | - | - | no-route | - | LAW 1 | d-6 |\n"
	"| 7 | no | no | - | - | no-route | - | LAW 1 | d-7 |\n";

static void a_month_and_a_day_decide_alike(void **state)
{
	(void)state;
	hold(dates, 40);
}

static const char periods[] =
	"## Derived facts\n\n"
	"| name | type | values | expression | source |\n|---|---|---|---|---|\n"
	"| since | date | | continuous since(permit.history[trp], permit.history[other], "
	"P1M, P30D, decision.date) | LAW 1 |\n"
	"| months | integer | 0..1200 months | continuous months(permit.history, "
	"permit.history[trp], P10D, P180D, application.received) | LAW 1 |\n"
	"| reached | date | | since + P3Y | LAW 1 |\n\n"
	"## first-permit\n\n"
	"| U | `months` | `reached` | outcome | until | source | id |\n"
	"|---|---|---|---|---|---|---|\n"
	"| | | | grant, wait, refer | `reached` | | |\n"
	"| | in | in | out | out | # | # |\n"
	"| 1 | < 12 | - | refer | - | LAW 1 | p-1 |\n"
	"| 2 | [12..36) | >= 2024-02-29 | wait | `reached` | LAW 1 | p-2 |\n"
	"| 3 | [12..36) | < 2024-02-29 | refer | - | LAW 1 | p-3 |\n"
	"| 4 | >= 36 | - | grant | - | LAW 1 | p-4 |\n";

static void residence_counts_to_the_day(void **state)
{
	(void)state;
	hold(periods, 150);
}

/* ---- Several open dates ---- */

static struct decision decide_open(struct subject *subject, const char *received,
				   const char *valid_until)
{
	const struct edition *edition = subject->edition;
	struct facts facts = { .as_of = naive_day("2025-02-04") + DAY_MIN };
	int r = edition_find_fact(edition, "application.received");
	int v = edition_find_fact(edition, "permit.valid_until");
	struct decision decision;
	int row;

	arena_reset(&subject->deciding);
	if (received != NULL)
		assert_true(date_parse_span(received, strlen(received),
					    &facts.answers[r].date.first,
					    &facts.answers[r].date.last));
	if (valid_until != NULL)
		assert_true(date_parse_span(valid_until, strlen(valid_until),
					    &facts.answers[v].date.first,
					    &facts.answers[v].date.last));
	facts.answers[r].state = received != NULL ? ANSWER_VALUE : ANSWER_ABSENT;
	facts.answers[v].state = valid_until != NULL ? ANSWER_VALUE : ANSWER_ABSENT;
	assert_int_equal(decide(edition, &edition->questions[0], &facts,
				&subject->deciding, &decision, &row), 0);
	return decision;
}

/* Bits of outcomes by name. */
static bool may(const struct decision *decision, const char *outcome)
{
	const struct output *output = decision->outputs[0].output;

	for (unsigned i = 0; i < output->n_values; i++)
		if (strcmp(output->values[i], outcome) == 0)
			return (decision->outputs[0].possible >> i & 1) != 0;
	fail_msg("no outcome %s", outcome);
	return false;
}

static void two_open_dates_stay_tied_to_each_other(void **state)
{
	static struct subject subject;
	/* with both open to every day the boxes run out, and more seems possible */
	static const char *const open[][2] = {
		{ "2025-01", "2025-01" }, { "2025-01", NULL }, { NULL, "2024-02" },
	};

	(void)state;
	subject_compose(&subject, vocabulary, dates);
	for (size_t i = 0; i < ARRAY_LENGTH(open); i++) {
		struct decision decision = decide_open(&subject, open[i][0], open[i][1]);

		assert_true(may(&decision, "refer"));
		assert_true(may(&decision, "grant") || may(&decision, "wait"));
		/* early and late say the opposite of each other on every day */
		assert_false(may(&decision, "no-route"));
		assert_int_equal(decision.outcome, OUTCOME_ASK);
	}
	subject_done(&subject);
}

static void more_boxes_than_allowed_only_ask_more(void **state)
{
	static struct subject subject;
	struct decision decision;

	(void)state;
	subject_compose(&subject, vocabulary, dates);
	decision = decide_open(&subject, NULL, NULL);
	assert_int_equal(decision.outcome, OUTCOME_ASK);
	assert_true(decision.agreed);
	assert_true(may(&decision, "grant") && may(&decision, "wait") &&
		    may(&decision, "refer"));
	subject_done(&subject);
}

static void a_date_among_several_possible_ones_is_not_settled(void **state)
{
	static struct subject subject;
	struct decision decision;

	(void)state;
	subject_compose(&subject, vocabulary, dates);
	/* up to 4 March one date, from then on the other */
	decision = decide_open(&subject, "2025-01-06", "2025-03");
	assert_int_equal(decision.outputs[1].possible & 3, 3);
	assert_false(decision.outputs[1].settled);
	assert_false(decision.outputs[1].has_day);
	/* one known date, or none at all */
	decision = decide_open(&subject, NULL, "2025-06-01");
	assert_int_equal(decision.outputs[1].possible, 1 | 1ull << VALUE_NONE);
	assert_false(decision.outputs[1].settled);
	assert_false(decision.outputs[1].has_day);
	subject_done(&subject);
}

static void unknown_periods_leave_every_length_possible(void **state)
{
	static struct subject subject;
	struct decision decision;

	(void)state;
	subject_compose(&subject, vocabulary, periods);
	decision = decide_open(&subject, "2025-02-01", NULL);
	assert_true(may(&decision, "grant") && may(&decision, "wait") &&
		    may(&decision, "refer"));
	assert_int_equal(decision.n_open, 1);
	assert_int_equal(decision.open[0],
			 edition_find_fact(subject.edition, "permit.history"));
	subject_done(&subject);
}

static int read_vocabulary(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/support/small/vocabulary.md",
		 top == NULL ? "." : top);
	vocabulary = read_text(path);
	return 0;
}

static int forget_vocabulary(void **state)
{
	(void)state;
	free(vocabulary);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_higher_rank_hides_a_lower_one),
		cmocka_unit_test(a_collected_set_is_read_as_a_set),
		cmocka_unit_test(rows_that_agree_are_all_named),
		cmocka_unit_test(not_knowing_is_an_answer_where_a_cell_says_so),
		cmocka_unit_test(facts_that_constraints_tie_are_still_settled),
		cmocka_unit_test(a_month_and_a_day_decide_alike),
		cmocka_unit_test(residence_counts_to_the_day),
		cmocka_unit_test(two_open_dates_stay_tied_to_each_other),
		cmocka_unit_test(more_boxes_than_allowed_only_ask_more),
		cmocka_unit_test(a_date_among_several_possible_ones_is_not_settled),
		cmocka_unit_test(unknown_periods_leave_every_length_possible),
	};

	if (argc > 1)
		factor = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, read_vocabulary, forget_vocabulary);
}
