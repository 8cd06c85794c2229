/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_OUTCOME_H
#define PERMIT_OUTCOME_H

#include "policy/derive.h"
#include "policy/diagram/node.h"

/*
 * The outcome of a question for many cases, and nothing else: a walk of the
 * diagram that works out the classes of a variable when it comes to it, and
 * ends when two outcomes are met. For looking through a log; decide() is what
 * decides.
 */
struct outcome_finder {
	const struct edition *edition;
	const struct question *question;
	node_ref root;
	enum outcome of_value[VALUES_MAX];	/* of the outcome's column */
	uint64_t behind_derived;		/* facts but periods that the derived read */
	uint64_t *visited[2];	/* a bit for each node: on a way of its own, on a tied one */

	/* of the case that is looked at */
	const struct facts *facts;
	struct derive_input input;
	bool has_derived;
	uint64_t tying;				/* of behind_derived, those that are open */
	struct span of_derived[DERIVED_MAX];
	uint64_t classes[VARIABLES_MAX];	/* 0: not worked out yet */
	node_ref found;				/* TERMINAL_IMPOSSIBLE: nothing yet */
	bool many;
	bool impossible;			/* some of the ways cannot occur */
	bool certain;	/* found on a way that some case surely takes */
};

/* The finder keeps memory of the arena. Returns 0 or -ENOMEM. */
MUST_USE int outcome_finder_init(struct outcome_finder *finder,
				 const struct edition *edition,
				 const struct question *question,
				 struct arena *arena);

/*
 * True, with what decide() would say, when every case that fits the answers has
 * one outcome. False when that cannot be seen in this way, or no case fits:
 * then decide() knows more.
 */
MUST_USE bool outcome_find(struct outcome_finder *finder, const struct facts *facts,
			   enum outcome *ret_outcome);

#endif
