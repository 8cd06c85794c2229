/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_SMALL_POLICY_H
#define PERMIT_TESTS_SMALL_POLICY_H

#include "policy/edition.h"

/*
 * The policy of tests/support/small: one fact of each type and class, two
 * tables, a derived date as an output, a constraint and a route.
 */
enum small_fact {
	SMALL_IDENT_STATUS,
	SMALL_IDENT_BODY,	/* evidence */
	SMALL_PRESENCE_HERE,
	SMALL_NEEDS,
	SMALL_CHILDREN,
	SMALL_APPLICATION_RECEIVED,
	SMALL_PERMIT_VALID_UNTIL,
	SMALL_STAY,
	SMALL_PERMIT_HISTORY,
	SMALL_CONTACT_ROUTE,	/* hidden */
	SMALL_COLOUR,		/* no table reads it */
	N_SMALL_FACTS,
};

/* Loads it into an arena with POLICY_ARENA_BYTES, or fails the test. */
const struct edition *small_policy(struct arena *arena);

/* Reads "key = value; key = value" into facts as of 2025-03-01. */
struct facts small_facts(const struct edition *edition, struct arena *arena,
			 const char *text);

#endif
