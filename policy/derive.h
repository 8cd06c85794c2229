/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DERIVE_H
#define PERMIT_DERIVE_H

#include "policy/edition.h"

/*
 * A number that lies between two others, both included: all that is known of a
 * fact or a derived fact. A known one has equal ends; booleans are 0 and 1,
 * dates are days.
 */
struct span {
	int64_t low;
	int64_t high;
};

static inline bool span_is_point(struct span span)
{
	return span.low == span.high;
}

/* What the derived facts are computed from. */
struct derive_input {
	const struct edition *edition;
	const struct facts *facts;
	struct span of_fact[FACTS_MAX];	/* number, date or duration; the domain when open */
	struct span decision;		/* the day of decision; a point unless widened */
};

/* The values that a fact without an answer can have. Sets and periods: 0..0. */
struct span fact_domain(const struct fact *fact);

/*
 * Fills of_fact from the answers, for the facts in the bit set `wanted`: points,
 * months as spans, domains; and the day of decision. The caller may then widen
 * any of them. Of other facts nothing is said.
 */
void derive_begin(struct derive_input *input, const struct edition *edition,
		  const struct facts *facts, uint64_t wanted);

/*
 * Computes derived facts in order, those in the bit set `wanted` and those
 * they read. Interval arithmetic: the result holds every value that the
 * derived fact takes for some choice of numbers within of_fact and of a day of
 * decision, and is exact when each of them is a point and periods are known.
 */
void derive_all(const struct derive_input *input, uint64_t wanted,
		struct span of_derived[DERIVED_MAX]);

/*
 * Derived facts whose value may be another one on another day of decision, as
 * bits: those that read it, or one of the facts in the bit set `with_day`,
 * directly or not.
 */
uint64_t derive_moving(const struct edition *edition, uint64_t with_day);

#endif
