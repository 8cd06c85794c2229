/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_BRUTE_H
#define PERMIT_TESTS_BRUTE_H

#include "policy/edition.h"

/*
 * Evaluates compiled tables for one complete case, row by row, with a loop over
 * every row and no cleverness: what the diagram and the table walk are held
 * against. A case is a class for each variable.
 */
struct brute_case {
	uint8_t classes[VARIABLES_MAX];
};

struct brute_table {
	bool matches[ROWS_MAX];		/* before the hit policy */
	bool taken[ROWS_MAX];		/* after it */
	bool gap;			/* no row matches, and the table is not C */
	bool overlap;			/* more rows match than the hit policy allows */
	/* index of the value or VALUE_NONE; of a collected output its values as bits */
	uint64_t values[OUTPUTS_MAX];
};

/* The constraints allow the case. */
bool brute_possible(const struct edition *edition, const struct brute_case *c);

/* Evaluates every table in the edition's order. */
void brute_tables(const struct edition *edition, const struct brute_case *c,
		  struct brute_table results[TABLES_MAX]);

/* Sets on_the_way of the tables that rows which are read test, and of its own. */
void brute_way(const struct edition *edition, const struct question *question,
	       const struct brute_table *results, bool on_the_way[TABLES_MAX]);

/*
 * The value of a derived fact for numbers of the facts. Knows arithmetic,
 * comparison, logic, choice, and days between two dates; anything else ends
 * the program.
 */
int64_t brute_derived(const struct edition *edition, uint16_t derived,
		      const int64_t numbers[FACTS_MAX], day_t as_of);

/* The next case in counting order over all variables; false after the last. */
bool brute_next(const struct edition *edition, struct brute_case *c);

#endif
