/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_NAIVE_CASES_H
#define PERMIT_TESTS_NAIVE_CASES_H

#include "policy/diagram/prove.h"
#include "tests/support/naive.h"

/*
 * Decides the cases of a failed theorem by the naive evaluator: each must be one
 * that can occur, and must give the value that the prover says, so that a pair
 * differs in truth. The test fails otherwise. What no answer is needed for is
 * filled in by chance until the case can occur.
 */
void naive_check_pair(const struct naive_policy *naive, const struct edition *edition,
		      const struct theorem *theorem);

#endif
