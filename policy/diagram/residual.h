/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_RESIDUAL_H
#define PERMIT_DIAGRAM_RESIDUAL_H

#include "policy/diagram/walk.h"

/*
 * What is left of a diagram once some facts are known: a small one of its own,
 * over the open variables and the classes that they may still have. Equal
 * nodes are one node, so two states of a case that leave the same to be
 * decided are the same reference.
 *
 * Errors are sticky: once its room is used, `full` is set, every new node is
 * TERMINAL_IMPOSSIBLE, and what was computed may not be used.
 */
#define RESIDUAL_NODES_MAX 4096u

#define RESIDUAL_WORDS (VARIABLES_MAX / 64)

struct residual_node {
	uint16_t variable;
	bool impossible;	/* some case below cannot occur */
	bool tied;		/* a variable below needs several open facts */
	bool blind;		/* a variable below is open and no open fact tells it */
	uint32_t first_child;
	node_ref value;		/* of every case below that can occur; RESIDUAL_OPEN
				   when there are several */
	uint64_t facts;		/* open facts behind the variables below, as bits */
	uint64_t variables[RESIDUAL_WORDS];
};

#define RESIDUAL_OPEN (TERMINAL | 0x7ffffffcu)

struct residual {
	const struct edition *edition;
	const struct known *known;
	uint64_t open;			/* facts without a known value, as bits */
	uint64_t facts_of[VARIABLES_MAX];	/* open facts behind each variable */
	bool full;
	uint32_t n_nodes;
	uint32_t n_nodes_max;		/* room; at most RESIDUAL_NODES_MAX */
	struct residual_node *nodes;
	uint32_t n_children;
	node_ref *children;
	uint16_t *buckets;		/* node + 1, open addressing */
	struct residual_memo *memo;
	struct residual_copied *copied;	/* which of the edition's nodes became which */
	uint32_t n_copied;
};

/* `known` must outlive the residual. Returns 0 or -ENOMEM. */
MUST_USE int residual_init(struct residual *residual, const struct edition *edition,
			   const struct known *known, uint64_t open,
			   struct arena *arena);

/* What is left below a node of the edition's diagram. */
node_ref residual_of(struct residual *residual, node_ref root);

/* How many classes a variable may still have: a node has a child for each. */
uint8_t residual_n_classes(const struct residual *residual, uint16_t variable);

/* The children of a node that is no terminal, in the order of the classes. */
const node_ref *residual_children(const struct residual *residual, node_ref node);

/* What is left of a node once the variable has the class of that number. */
node_ref residual_restrict(struct residual *residual, node_ref node, uint16_t variable,
			   uint8_t child);

/*
 * The value of every case below that can occur: TERMINAL_IMPOSSIBLE when none
 * can, RESIDUAL_OPEN when there are several values.
 */
node_ref residual_value(const struct residual *residual, node_ref node);

/* Open facts below a node, as bits. */
uint64_t residual_facts(const struct residual *residual, node_ref node);

static inline bool residual_has(const struct residual_node *node, uint16_t variable)
{
	return (node->variables[variable / 64] >> (variable % 64) & 1) != 0;
}

#endif
