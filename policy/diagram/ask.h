/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_ASK_H
#define PERMIT_DIAGRAM_ASK_H

#include "policy/diagram/residual.h"

/*
 * What to ask, and how long it can take.
 *
 * Listed are facts that together settle the value and of which none can be left
 * out: with all the others known, two cases that can occur still have different
 * values. Where constraints tie facts together, so that one tells another, the
 * lighter are kept.
 *
 * The order is the one in which they are asked:
 *
 *	1. least burden: sensitivity, then whom to ask
 *	2. of equal burden, the one that settles most: at most ASK_AHEAD_MAX facts
 *	   left, the one after which the burden of all further questions is least,
 *	   taken over every way in which they can go, each class of an answer as
 *	   likely as another; with more, the one after whose worst answer the
 *	   fewest facts are left, and after all its answers together
 *	3. the vocabulary's order
 *
 * No order can do better on the first point: in no case is a question asked
 * that is heavier than the heaviest in the lightest set of answers that proves
 * the result (where constraints tie nothing). Its price is that a heavy
 * question which would have made lighter ones needless comes after them.
 * No strategy can be lighter than every fixed order in every case, since which
 * of two equal questions settles it only its answers tell, and least burden
 * first is not always the least sum. tests/property/test_ask measures it: over
 * all its cases the sum is below that of each of five fixed orders, while one
 * edition with one order is now and then lighter (4 of 540).
 */
#define ASK_AHEAD_MAX 5u

/*
 * The burden of a question, for sums: each step of sensitivity weighs eight
 * times the one before, and within it whom to ask counts from 1 for the
 * register to 6 for the person. A heavier burden by the order above is a
 * larger number.
 */
uint32_t fact_burden(const struct fact *fact);

struct ask {
	uint8_t n;
	uint8_t facts[FACTS_MAX];	/* in the order to ask */
	/*
	 * The most questions until the value is proven, when each answer is
	 * known. No case needs more, and it falls with every such answer. Exact
	 * as long as no variable needs several open facts (a derived fact of two
	 * open dates) and RESIDUAL_NODES_MAX holds all states of the interview;
	 * else the number of facts that are left.
	 */
	uint8_t questions_left;
};

/* A strategy for one case; lives in the arena. */
struct asking {
	struct residual left;
	uint64_t can_ask;	/* open facts that were not asked yet, as bits */
	struct ask_state *states;	/* of each node of `left` */
	struct ask_pair *pairs;
	uint32_t n_pairs;
	uint32_t search;	/* number of the search that `pairs` belong to */
	uint64_t unknown;	/* facts taken as unknown in it, as bits */
};

/*
 * `open` and `can_ask` are facts as bits; `known` must outlive the strategy.
 * Returns 0 or -ENOMEM.
 */
MUST_USE int asking_init(struct asking *asking, const struct edition *edition,
			 const struct known *known, uint64_t open, uint64_t can_ask,
			 struct arena *arena);

/*
 * The facts that can still change the value below a root of the edition's
 * diagram, as bits. False when the case leaves too much for a residual.
 */
bool ask_facts(struct asking *asking, node_ref root, uint64_t *ret_facts);

/*
 * The order in which to ask facts that can still change the value below a
 * root. Look for the facts of all roots first: the states of an interview may
 * use up the residual.
 */
void ask(struct asking *asking, node_ref root, uint64_t facts, struct ask *ret_ask);

/* Sorts facts, given as bits, by burden and then the vocabulary's order. */
uint8_t ask_sort(const struct edition *edition, uint64_t facts,
		 uint8_t ret_facts[FACTS_MAX]);

#endif
