/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_ORDER_H
#define PERMIT_DIAGRAM_ORDER_H

#include "policy/edition.h"

/*
 * Orders of the variables for a diagram. All go depth first from the tables
 * that ask: what decides together stands together, which keeps diagrams of
 * layered tables small. They differ in what comes first, and no one is best for
 * all: the best of them has 0.86 of the plain one's nodes in the median of the
 * ten shipped Canadian editions, 0.68 in the largest.
 */
struct order_plan {
	uint8_t first;		/* question to begin with; then in order, in a circle */
	bool backwards;		/* the circle runs backwards */
	bool constraints_first; /* else they come last */
};

/* The plain one is all zero. */
#define ORDER_PLANS_MAX (2 * QUESTIONS_MAX + 1)

/*
 * The plans that are worth trying for an edition, the plain one first, in an
 * order that depends on nothing but their number of questions. Returns how many.
 */
uint8_t order_plans(const struct edition *edition,
		    struct order_plan plans[ORDER_PLANS_MAX]);

/* Writes every variable of the edition once, that of the top node first. */
void order_variables(const struct edition *edition, const struct order_plan *plan,
		     uint16_t order[VARIABLES_MAX]);

#endif
