/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_ALIGN_H
#define PERMIT_DIAGRAM_ALIGN_H

#include "policy/diagram/identity.h"
#include "policy/diagram/node.h"

/*
 * Two editions over common variables, so that their diagrams can stand in one
 * pool, where two functions are equal exactly when their references are.
 *
 *	a:      |-- 0 --|------ 1 ------|	its own classes
 *	b:      |----- 0 -----|--- 1 ---|
 *	joint:  |   0   |  1  |    2    |	cut wherever one of them is cut
 *
 * Variables are common when they have the same identity: what they are, not
 * what they are called. A variable that only one side tests is a joint one all
 * the same; it changes nothing on the other side.
 */

/* In place of a class of a side's own: */
#define ALIGN_NO_CLASS 255 /* the side cannot be told this: no value of its fact */
#define ALIGN_OPEN 254	   /* unknown, which it does not test: it is completed */

#define ALIGN_NO_VARIABLE UINT16_MAX

struct aligned_side {
	const struct edition *edition;
	uint16_t joint[VARIABLES_MAX]; /* of each of its own variables */
	uint16_t own[VARIABLES_MAX];   /* of each joint one, or ALIGN_NO_VARIABLE */
	/* its own class for each joint class; 0 where it has no such variable */
	uint8_t class[VARIABLES_MAX][CLASSES_MAX];
};

struct alignment {
	/*
	 * Variables, facts and derived facts alone: what node_pool_init and
	 * diagram_case_text need. Where the editions use one name for two things
	 * the name here says whose it is. More than FACTS_MAX facts may be in it.
	 */
	struct edition joint;
	uint16_t order[VARIABLES_MAX]; /* of the joint variables, top first */
	struct aligned_side sides[2];
};

/*
 * Aligns two loaded editions. Everything lives in the arena and borrows from
 * both editions.
 *
 * Returns 0; ALIGN_E_VARIABLES when together they have more than VARIABLES_MAX
 * variables; ALIGN_E_CLASSES when together they tell more than CLASSES_MAX
 * classes of one variable apart, or give a set more than VALUES_MAX elements;
 * IDENTITY_E_TOO_LONG; -ENOMEM. *ret_name is the variable at fault, "" where there is none.
 */
#define ALIGN_E_VARIABLES 2
#define ALIGN_E_CLASSES 3

MUST_USE int align(const struct edition *a, const struct edition *b,
		   struct arena *arena, const struct alignment **ret_alignment,
		   const char **ret_name);

/* A pool over the joint variables. Returns 0 or -ENOMEM. */
MUST_USE int align_pool(const struct alignment *alignment, struct arena *scratch,
			struct node_pool *ret_pool);

/* A value that is not settled, because completions of an open fact differ. */
#define TERMINAL_OPEN (TERMINAL | 0x7ffffffcu)

/*
 * Brings diagrams of one side into a pool of the alignment. `map` says what a
 * terminal other than TERMINAL_IMPOSSIBLE becomes there (NULL: itself), and
 * `merge` what is left of two that differ, once an unknown fact is completed
 * in every way (NULL: TERMINAL_OPEN). TERMINAL_IMPOSSIBLE never reaches them.
 */
struct align_import {
	const struct alignment *alignment;
	unsigned side; /* 0 or 1 */
	struct node_pool *pool;
	const struct diagram *diagram; /* over the side's own variables */
	node_ref (*map)(void *context, node_ref terminal);
	node_ref (*merge)(void *context, node_ref a, node_ref b);
	void *context;
	node_ref *done; /* of each node of the diagram, + 1; set by align_begin */
};

/*
 * Prepares the import of any number of roots of import->diagram, which it sets
 * to that of the side's edition when it is NULL. Returns 0 or -ENOMEM.
 */
MUST_USE int align_begin(struct align_import *import);

/*
 * The function behind a root, over the joint variables. What the side cannot be
 * told is TERMINAL_IMPOSSIBLE. Failures are those of the pool.
 */
node_ref align_root(struct align_import *import, node_ref root);

/* Boolean: the side can be told the case, and its constraints allow it. */
node_ref align_possible(const struct alignment *alignment, unsigned side,
			struct node_pool *pool);

#endif
