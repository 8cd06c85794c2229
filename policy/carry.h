/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CARRY_H
#define PERMIT_CARRY_H

#include "policy/edition.h"

/*
 * Answers given under one edition as another edition of the policy reads them:
 * facts by key and type, values, elements and kinds of period by name, durations
 * in the same unit. What the other cannot say (a value that it does not have, a
 * number out of its range) is absent there, as if it had never been asked.
 *
 * The way from one edition to another is worked out once, by carry_init.
 */
struct carry {
	const struct edition *from;
	const struct edition *to;
	int8_t fact[FACTS_MAX]; /* of `from`, for each of `to`; -1: none */
	/* of `to`, for each value of the fact of `from`; -1: none */
	int8_t value[FACTS_MAX][VALUES_MAX];
};

void carry_init(struct carry *carry, const struct edition *from,
		const struct edition *to);

/*
 * Carries answers over; the day of decision stays. Returns how many answers
 * could not be said. Periods live in the arena; -ENOMEM when it is full.
 */
MUST_USE int carry_facts(const struct carry *carry, const struct facts *facts,
			 struct arena *arena, struct facts *ret_facts);

#endif
