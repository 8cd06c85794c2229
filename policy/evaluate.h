/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_EVALUATE_H
#define PERMIT_EVALUATE_H

#include "policy/diagram/walk.h"
#include "policy/edition.h"

/*
 * The table walk: rows against what is known, as a person reads a table. It
 * gives the rows for the explanation, and it is the second evaluator that the
 * diagram must agree with. For a known case it is exact; for an open one it
 * may take a row for possible that constraints or other tables exclude.
 */
enum match { MATCH_NO, MATCH_MAYBE, MATCH_YES };

struct table_result {
	uint8_t matches[ROWS_MAX];	/* enum match, after the hit policy */
	uint64_t possible[OUTPUTS_MAX];	/* values; of a collected output: may be held */
	uint64_t certain[OUTPUTS_MAX];	/* of a collected output: surely held */
};

/*
 * Walks the tables that the question needs, in order. results has an element
 * for each table of the edition; those of tables not needed are left alone.
 */
void evaluate_tables(const struct edition *edition, const struct question *question,
		     const struct known *known, struct table_result *results);

/*
 * Says whether a row of the constraints fits: MATCH_YES when the answers
 * contradict it whatever else is learnt.
 */
enum match evaluate_constraint(const struct edition *edition, uint8_t row,
			       const struct known *known);

#endif
