/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_WALK_H
#define PERMIT_DIAGRAM_WALK_H

#include "policy/diagram/diagram.h"

/*
 * What is known of a case: for each variable the classes that it may still be
 * in, as bits. One bit is known, all bits are open; never empty.
 */
struct known {
	uint64_t classes[VARIABLES_MAX];
};

/*
 * The value of the output behind a root for one complete case, a class for each
 * variable: the walk that everything else is held against. It reads three words
 * a node and decides nothing but where to go.
 */
static inline node_ref diagram_value(const struct diagram *diagram, node_ref root,
				     const uint8_t classes[VARIABLES_MAX])
{
	while (!node_is_terminal(root))
		root = diagram->children[diagram->first_child[root] +
					 classes[diagram->variable[root]]];
	return root;
}

/* The distinct values that a walk met. */
#define REACH_MAX 64

struct reach {
	size_t n;
	bool too_many;		/* more than REACH_MAX: a collected output with many sets */
	bool impossible;	/* some case that fits cannot occur */
	bool tied;		/* the way branched on a variable that is tied to others */
	node_ref terminals[REACH_MAX];	/* TERMINAL_IMPOSSIBLE is never among them */
};

/* Nothing was met yet. The terminals themselves are left as they are. */
static inline void reach_begin(struct reach *reach)
{
	reach->n = 0;
	reach->too_many = false;
	reach->impossible = false;
	reach->tied = false;
}

/* Adds a terminal once. Returns true if it was new. */
bool reach_add(struct reach *reach, node_ref terminal);

/* Every terminal of a is also in b. */
bool reach_within(const struct reach *a, const struct reach *b);

/* A bit for each node, for the walk below, which clears it; NULL without room. */
uint64_t *diagram_visited(const struct edition *edition, struct arena *arena);

/*
 * All values that the output behind a root takes for the cases that fit what
 * is known and can occur. Exact as long as the open variables are independent:
 * every value found is then taken by such a case. `tied` says which are not
 * (NULL: none); ret_reach->tied whether that mattered. Visits each node once.
 */
void diagram_reach(const struct edition *edition, node_ref root,
		   const struct known *known, const bool *tied, uint64_t *visited,
		   struct reach *ret_reach);

/*
 * The variables that still matter below a root: those for which two cases that
 * fit, can occur, and differ in this variable alone have different values.
 * Where constraints tie variables together so that none can change alone, all
 * open variables on the way are given. Sets matters[variable]. Returns 0 or
 * -ENOMEM.
 */
MUST_USE int diagram_matters(const struct edition *edition, node_ref root,
			     const struct known *known, struct arena *arena,
			     bool matters[VARIABLES_MAX]);

#endif
