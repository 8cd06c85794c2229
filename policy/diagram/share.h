/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_SHARE_H
#define PERMIT_DIAGRAM_SHARE_H

#include "policy/diagram/node.h"

/*
 * For which share of the cases that can occur a condition holds.
 *
 * A case is a class for each variable of the pool, and every class counts alike:
 * "possible" as much as "confirmed", "at least 36 months" as much as "exactly
 * 35". So a share counts the cases that the law tells apart. It says nothing of
 * how many people are in such a case, and must not be shown as if it did.
 */
#define SHARE_ALL UINT64_C(1000000000000000000)

/* To be said wherever shares are shown. */
#define SHARE_MEANING \
	"Shares count the cases that the law tells apart, each alike; not people."

struct share {
	/*
	 * Parts of SHARE_ALL, cut and not rounded. 0 only when no case is in it
	 * and SHARE_ALL only when all are: what is nearly so is 1 part, or 1 less.
	 */
	uint64_t parts;
};

/*
 * The share of the cases in `of` that are in `node` too; both are boolean nodes
 * of the pool, and `of` is mostly what the constraints allow. No case in `of`
 * gives none. Integers alone, so that every machine gives the same parts: the
 * weight of a node is kept in units of 2^-120 and cut once for each variable on
 * the way, which leaves 18 exact digits as long as `of` is more than 2^-50 of
 * all combinations.
 *
 * Visits each node of both once. Returns 0 or -ENOMEM, also when the pool has
 * failed before or fails now.
 */
MUST_USE int share_of(struct node_pool *pool, node_ref node, node_ref of,
		      struct arena *scratch, struct share *ret_share);

/*
 * The same for many conditions in one pool, which weighs each node once. A
 * struct shares holds weights in the arena; it starts with a pool and an arena
 * and all else zero, and is given up by forgetting it.
 */
struct shares {
	struct node_pool *pool;
	struct arena *arena;
	struct share_weight *weights;
	uint32_t n_weights;
};

MUST_USE int shares_of(struct shares *shares, node_ref node, node_ref of,
		       struct share *ret_share);

/*
 * "none", "all", "12.5 %" with three digits from 1 % on, "1 in 40,000" below
 * with two digits of the number. Rounded half up, but to "less than 100 %", and
 * to "less than 1 in 10^17", what would else read as all or is a single part.
 */
#define SHARE_TEXT_BYTES 40

void share_print(struct share share, char to[SHARE_TEXT_BYTES]);

#endif
