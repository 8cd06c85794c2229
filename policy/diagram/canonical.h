/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_CANONICAL_H
#define PERMIT_DIAGRAM_CANONICAL_H

#include "policy/diagram/identity.h"
#include "policy/diagram/node.h"

/*
 * An edition's diagram over variables and values that are the same in every
 * edition that means the same by them: the working part of meaning.h.
 *
 *	own variables     "a date", "the same computed twice", ...
 *	   |  sorted by identity, equal ones joined, cut where either is cut,
 *	   v  values of enumerations in the order of their names
 *	canonical variables, in that order from top to bottom
 */
#define CANONICAL_VALUES_MAX 4096

struct canonical_variable {
	const char *identity;
	bool by_value;		/* a class for each value; otherwise one between cuts */
	enum fact_type type;
	const char *names[CLASSES_MAX]; /* by_value: of each class but unknown */
};

struct canonical {
	const struct edition *edition;
	struct identities identities;
	struct arena *scratch;
	int r;	/* sticky: MEANING_E_TOO_LARGE or -ENOMEM */

	struct edition form;	/* its variables alone, for the pool */
	struct variable variables[VARIABLES_MAX];
	struct canonical_variable names[VARIABLES_MAX];
	uint16_t of[VARIABLES_MAX];	/* of each of the edition's own */
	/* own class for each canonical class */
	uint8_t class[VARIABLES_MAX][CLASSES_MAX];

	struct node_pool pool;
	/* of the edition's questions and outputs; a terminal is TERMINAL | value */
	node_ref roots[QUESTIONS_MAX][OUTPUTS_MAX];
	uint32_t n_values;
	const char *values[CANONICAL_VALUES_MAX]; /* "is grant" */
};

/*
 * Brings the diagram of a loaded edition into canonical form, with at most
 * budget nodes. Returns NULL without memory; otherwise r says what went wrong.
 */
struct canonical *canonical_form(const struct edition *edition, uint32_t budget,
				 struct arena *scratch);

#endif
