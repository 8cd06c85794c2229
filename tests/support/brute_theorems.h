/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_BRUTE_THEOREMS_H
#define PERMIT_TESTS_BRUTE_THEOREMS_H

#include "policy/diagram/prove.h"
#include "tests/support/brute.h"

/*
 * The theorems by loops over every pair of cases: what the prover is held
 * against. Knows no diagram.
 */
#define SPACE_MAX 700

struct space {
	const struct edition *edition;
	unsigned n;
	struct brute_case cases[SPACE_MAX];
	bool possible[SPACE_MAX];
	bool broken; /* some possible case meets a gap or an overlap */
	struct brute_table at[SPACE_MAX][4]; /* results of each question's table */
};

/* False where there are more than SPACE_MAX cases, or more than 4 questions. */
bool space_of(const struct edition *edition, struct space *space);

/* Whether a theorem of kinds that speak of cases is true; P1 to P3 of `about`. */
bool space_proves(const struct space *space, const struct theorem *theorem);

/* The case allows no doubt that the theorem is false: its values, and all it says. */
bool space_refutes(const struct space *space, const struct theorem *theorem);

/*
 * The share of the cases in which the facts change what a theorem of P1 to P3
 * looks at, in parts of SHARE_ALL, a few too few.
 */
uint64_t space_share(const struct space *space, const struct theorem *theorem,
		     uint64_t facts);

#endif
