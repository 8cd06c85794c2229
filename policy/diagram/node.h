/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_NODE_H
#define PERMIT_DIAGRAM_NODE_H

#include "policy/diagram/diagram.h"

/*
 * The workshop in which diagrams are made: equal nodes are one node, so two
 * functions are equal exactly when their references are.
 *
 * Errors are sticky: once the arena is full or the budget is spent, every
 * function returns NODE_FALSE and `failed` says why. A run of operations is
 * checked once, at its end.
 */
enum node_failure { NODE_FINE, NODE_NO_MEMORY, NODE_OVER_BUDGET };

struct node_pool {
	const struct edition *edition;
	struct arena *scratch;
	enum node_failure failed;
	uint32_t n_nodes;
	uint32_t n_nodes_max;	/* room in the arrays below */
	uint32_t budget;
	uint16_t *variable;
	uint32_t *first_child;
	uint32_t n_children;
	uint32_t n_children_max;
	node_ref *children;
	uint32_t *buckets;	/* node + 1, open addressing */
	uint32_t n_buckets;	/* a power of two */
	struct node_memo *memo;
	uint32_t n_memo;
	uint32_t n_maps;	/* a number for each map and apply, for the memo */
	uint16_t position[VARIABLES_MAX];	/* of each variable, 0 at the top */
};

#define NODE_FALSE (TERMINAL | 0u)
#define NODE_TRUE (TERMINAL | 1u)

/* The order must hold every variable once. Returns 0 or -ENOMEM. */
MUST_USE int node_pool_init(struct node_pool *pool, const struct edition *edition,
			    const uint16_t *order, uint32_t budget,
			    struct arena *scratch);

/* Forgets every node and begins again in another order, with the room it has. */
void node_pool_restart(struct node_pool *pool, const uint16_t *order, uint32_t budget);

/* The node of a variable with a child for each of its classes, reduced. */
node_ref node_make(struct node_pool *pool, uint16_t variable, const node_ref *children);

/* Boolean: the variable's class is in the mask. */
node_ref node_test(struct node_pool *pool, uint16_t variable, uint64_t mask);

/* Where the boolean condition holds, yes; elsewhere no. */
node_ref node_if(struct node_pool *pool, node_ref condition, node_ref yes, node_ref no);

static inline node_ref node_and(struct node_pool *pool, node_ref a, node_ref b)
{
	return node_if(pool, a, b, NODE_FALSE);
}

static inline node_ref node_or(struct node_pool *pool, node_ref a, node_ref b)
{
	return node_if(pool, a, NODE_TRUE, b);
}

static inline node_ref node_not(struct node_pool *pool, node_ref a)
{
	return node_if(pool, a, NODE_FALSE, NODE_TRUE);
}

/* Applies a function of terminals to every terminal of a node. */
typedef node_ref (*terminal_map)(node_ref terminal, uint64_t argument);

node_ref node_map(struct node_pool *pool, node_ref node, terminal_map map,
		  uint64_t argument);

/* Applies a function of two terminals wherever a and b meet. */
typedef node_ref (*terminal_pair)(void *context, node_ref a, node_ref b);

node_ref node_apply(struct node_pool *pool, node_ref a, node_ref b, terminal_pair pair,
		    void *context);

/*
 * A case that satisfies a boolean node other than NODE_FALSE. Variables that
 * do not occur on the way are CASE_ANY.
 */
void node_witness(const struct node_pool *pool, node_ref node,
		  struct diagram_case *ret_case);

#endif
