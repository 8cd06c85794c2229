/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/property/compare.h"

/*
 * Every policy document in policy/tables, every question, against the naive
 * evaluator. An argument multiplies the number of cases.
 */
#define PRODUCT_CASES 60

static unsigned factor = 1;
static char *vocabulary;
static glob_t documents;

/* Runs a comparison for every question of every document, n times each. */
static void for_every_question(void (*compare)(struct subject *,
					       const struct question *),
			       unsigned n, const char *what)
{
	static struct subject subject;
	unsigned long n_complete = 0, n_open = 0, n_completions = 0, n_asks = 0;

	for (size_t i = 0; i < documents.gl_pathc; i++) {
		char *policy = read_text(documents.gl_pathv[i]);

		subject_init(&subject, vocabulary, policy);
		for (size_t q = 0; q < subject.edition->n_questions; q++)
			for (unsigned k = 0; k < n; k++)
				compare(&subject, &subject.edition->questions[q]);
		n_complete += subject.n_complete;
		n_open += subject.n_open;
		n_completions += subject.n_completions;
		n_asks += subject.n_asks;
		subject_done(&subject);
		free(policy);
	}
	print_message("# %s: %lu complete cases, %lu open ones with %lu completions "
		      "and %lu asks\n",
		      what, n_complete, n_open, n_completions, n_asks);
	assert_true(n_complete + n_open > 0);
}

static void products(struct subject *subject, const struct question *question)
{
	compare_products(subject, question, PRODUCT_CASES);
}

static void complete_cases_are_decided_as_the_text_says(void **state)
{
	(void)state;
	for_every_question(products, factor, "products");
}

static void open_case(struct subject *subject, const struct question *question)
{
	cases_next(&subject->cases);
	compare_open(subject, question);
}

static void what_is_possible_is_what_some_completion_gives(void **state)
{
	(void)state;
	for_every_question(open_case, 10 * factor, "open facts");
}

static bool next_date(struct subject *subject, const struct question *question,
		      size_t *ret_fact)
{
	size_t n = subject->edition->n_facts;
	size_t start = chance_below(&subject->cases.chance, (uint32_t)n);

	for (size_t i = 0; i < n; i++) {
		*ret_fact = (start + i) % n;
		if (subject->edition->facts[*ret_fact].type == FACT_DATE &&
		    (question->facts >> *ret_fact & 1) != 0)
			return true;
	}
	return false;
}

/* A case in which, if possible, something depends on the date. */
static bool next_case_with_date(struct subject *subject, const struct question *question,
				size_t *ret_fact)
{
	for (unsigned tries = 0; tries < 200; tries++) {
		struct opened opened = { .n = 1 };
		struct decision decision;
		struct facts facts;
		int row;

		cases_next(&subject->cases);
		if (!next_date(subject, question, ret_fact))
			return false;
		opened.facts[0] = *ret_fact;
		arena_reset(&subject->deciding);
		answers_of(subject, &opened, &facts);
		if (decide(subject->edition, question, &facts, &subject->deciding,
			   &decision, &row) == 0 && decision.outcome == OUTCOME_ASK)
			return true;
	}
	return true;
}

static void month(struct subject *subject, const struct question *question)
{
	bool any = chance_once_in(&subject->cases.chance, 4);
	size_t fact;

	cases_next(&subject->cases);
	if (any ? next_date(subject, question, &fact) :
		  next_case_with_date(subject, question, &fact))
		compare_open_date(subject, question, fact, true, 0);
}

static void a_month_stands_for_each_of_its_days(void **state)
{
	(void)state;
	for_every_question(month, 20 * factor, "months");
}

/* Thousands of days for each: one question in four is enough. */
static void date(struct subject *subject, const struct question *question)
{
	size_t fact;

	if (chance_once_in(&subject->cases.chance, 4) &&
	    next_case_with_date(subject, question, &fact))
		compare_open_date(subject, question, fact, false, 6);
}

static void an_open_date_stands_for_every_day(void **state)
{
	(void)state;
	for_every_question(date, factor, "dates");
}

static void interview(struct subject *subject, const struct question *question)
{
	cases_next(&subject->cases);
	compare_interview(subject, question, false);
	compare_interview(subject, question, true);
}

static void answers_only_narrow_and_end_at_the_truth(void **state)
{
	(void)state;
	for_every_question(interview, 10 * factor, "interviews");
}

static void circumstances(struct subject *subject, const struct question *question)
{
	cases_next(&subject->cases);
	compare_circumstances(subject, question);
	subject->n_open++;
}

static void who_says_it_and_how_changes_nothing(void **state)
{
	(void)state;
	for_every_question(circumstances, 100 * factor, "circumstances");
}

static int find_documents(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	(void)state;
	if (top == NULL)
		top = ".";
	snprintf(path, sizeof(path), "%s/policy/tables/vocabulary.md", top);
	vocabulary = read_text(path);
	snprintf(path, sizeof(path), "%s/policy/tables/*/*-[0-9]*.md", top);
	return glob(path, 0, NULL, &documents);
}

static int forget_documents(void **state)
{
	(void)state;
	free(vocabulary);
	globfree(&documents);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(complete_cases_are_decided_as_the_text_says),
		cmocka_unit_test(what_is_possible_is_what_some_completion_gives),
		cmocka_unit_test(a_month_stands_for_each_of_its_days),
		cmocka_unit_test(an_open_date_stands_for_every_day),
		cmocka_unit_test(answers_only_narrow_and_end_at_the_truth),
		cmocka_unit_test(who_says_it_and_how_changes_nothing),
	};

	if (argc > 1)
		factor = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, find_documents, forget_documents);
}
