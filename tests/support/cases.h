/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_CASES_H
#define PERMIT_TESTS_CASES_H

#include "tests/support/chance.h"
#include "tests/support/naive.h"

/*
 * Complete cases for the facts of a policy, chosen so that they stand on the
 * limits that its text names: each date a duration of the text away from
 * another date, to the day, the day before and the day after.
 */
#define CASES_VALUE 2048
#define CASES_WORDS 64

struct cases {
	const struct naive_policy *policy;
	struct chance chance;
	size_t n_durations;
	char durations[CASES_WORDS][16];	/* that the text names */
	size_t n_days;
	int days[CASES_WORDS];			/* likewise */
	size_t n_numbers;
	int numbers[CASES_WORDS];
	char as_of[16];
	char values[NAIVE_FACTS][CASES_VALUE];
};

/* Reads the constants of the text. Decisions fall on or after `from`. */
void cases_init(struct cases *cases, const struct naive_policy *policy,
		unsigned long seed);

/* A new value for every fact, and a new day of decision. */
void cases_next(struct cases *cases);

/* A new value for one fact. */
void cases_vary(struct cases *cases, size_t fact);

/* The case as the naive evaluator takes it; borrowed until the next change. */
struct naive_case cases_case(const struct cases *cases);

/*
 * How many values of a fact are worth a place in a product, and the i-th of
 * them put into the case: every value of a boolean or enumeration; of a set
 * none, each alone, all; of others a few by chance.
 */
size_t cases_n_values(const struct cases *cases, size_t fact);
void cases_put(struct cases *cases, size_t fact, size_t i);

/* Every value of a boolean, enumeration, set or integer; 0 for other types. */
size_t cases_n_all(const struct cases *cases, size_t fact);
void cases_put_any(struct cases *cases, size_t fact, size_t i);

#endif
