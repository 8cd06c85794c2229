/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_EXPLAIN_H
#define PERMIT_DIAGRAM_EXPLAIN_H

#include "policy/decide.h"

/*
 * Why a case came out as it did, and what would let it come out better. Both
 * ask settle(), which knows every completion of what is left open, so what they
 * say is exact as far as a decision is.
 */

/*
 * A sufficient reason: answers of the case that force its outcome by
 * themselves, whatever all the others are, and of which none can be left out.
 * There can be several; this one keeps the answers that the matched rows read,
 * and of those the ones that stand first in the vocabulary.
 *
 * The decision is the case's own, and definite: for OUTCOME_ASK nothing is
 * forced, and the result is no fact at all. Scratch is given back each time.
 * Returns 0 or -ENOMEM.
 */
MUST_USE int explain_reason(const struct facts *facts, const struct decision *decision,
			    struct arena *scratch, uint64_t *ret_facts);

/* Changes in one set, and sets that are told. */
#define CHANGES_MAX 3
#define CHANGE_SETS_MAX 8

struct change {
	uint8_t fact;
	struct answer answer;	/* what it would be instead */
};

/* Changes that together lead to another outcome, and none of which can be left out. */
struct change_set {
	uint8_t n;
	struct change changes[CHANGES_MAX];
	enum outcome outcome;
};

struct way_out {
	uint8_t n;
	struct change_set sets[CHANGE_SETS_MAX];	/* the lightest first */
	bool more;		/* there are others of the same number of changes */
	bool dates;		/* other dates alone would do it: see the time line */
};

/*
 * The cheapest sets of changes after which the case has one of the outcomes,
 * given as bits (1 << OUTCOME_GRANT): those with the fewest changes, lightest
 * burden first, then the vocabulary's order.
 *
 * A fact changes only where the vocabulary says that it can, whether it was
 * answered or not, and only if tables read it by itself. Dates and periods are
 * left to the time line. What is open stays open: a set must reach the outcome
 * whatever the rest turns out to be. Of a number, one answer for each class is
 * tried; of a set with more than SET_TOGGLES_MAX elements, what differs in one
 * or two of them; at most 64 answers of one fact. For each set of facts the first answers that do it are told:
 * those that differ least, in the order of the values.
 *
 * None within CHANGES_MAX changes gives n == 0. Scratch is given back each
 * time. Returns 0; DECIDE_E_CONTRADICTION when the case cannot occur; -ENOMEM.
 */
#define SET_TOGGLES_MAX 6

MUST_USE int explain_way_out(const struct edition *edition,
			     const struct question *question,
			     const struct facts *facts, uint32_t outcomes,
			     struct arena *scratch, struct way_out *ret_way_out);

/*
 * Outcomes that are better for the person than this one, as bits: those that
 * stand before it in enum outcome, but never OUTCOME_NO_ROUTE.
 */
uint32_t explain_better(enum outcome outcome);

#endif
