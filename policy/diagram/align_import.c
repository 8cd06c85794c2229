/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/diagram/align.h"

int align_pool(const struct alignment *alignment, struct arena *scratch,
	       struct node_pool *ret_pool)
{
	return node_pool_init(ret_pool, &alignment->joint, alignment->order,
			      DIAGRAM_NODES_MAX, scratch);
}

int align_begin(struct align_import *import)
{
	const struct edition *edition =
		import->alignment->sides[import->side].edition;

	if (import->diagram == NULL)
		import->diagram = edition->diagram;
	import->done = arena_array(import->pool->scratch,
				   import->diagram->n_nodes + 1u, sizeof(node_ref));
	return import->done == NULL ? -ENOMEM : 0;
}

/* ---- Completing an unknown fact ---- */

static node_ref merge_terminals(void *context, node_ref a, node_ref b)
{
	const struct align_import *import = context;

	if (a == b || b == TERMINAL_IMPOSSIBLE)
		return a;
	if (a == TERMINAL_IMPOSSIBLE)
		return b;
	return import->merge == NULL ? TERMINAL_OPEN :
				       import->merge(import->context, a, b);
}

static node_ref completed(struct align_import *import, const node_ref *children,
			  uint8_t n)
{
	node_ref result = TERMINAL_IMPOSSIBLE;

	for (uint8_t i = 0; i < n; i++)
		if (children[i] != result)
			result = node_apply(import->pool, result, children[i],
					    merge_terminals, import);
	return result;
}

/* ---- Import ---- */

/* The joint variable stands above all that the children read. */
static bool is_on_top(const struct node_pool *pool, uint16_t variable,
		      const node_ref *children, uint8_t n)
{
	for (uint8_t i = 0; i < n; i++)
		if (!node_is_terminal(children[i]) &&
		    pool->position[pool->variable[children[i]]] <=
			    pool->position[variable])
			return false;
	return true;
}

/* A node whose children may stand above it in the joint order. */
static node_ref join(struct node_pool *pool, uint16_t variable,
		     const node_ref *children, uint8_t n)
{
	node_ref result = TERMINAL_IMPOSSIBLE;

	if (is_on_top(pool, variable, children, n))
		return node_make(pool, variable, children);
	for (uint8_t i = 0; i < n; i++)
		result = node_if(pool, node_test(pool, variable, 1ull << i),
				 children[i], result);
	return result;
}

static node_ref map_terminal(const struct align_import *import, node_ref terminal)
{
	if (terminal == TERMINAL_IMPOSSIBLE || import->map == NULL)
		return terminal;
	return import->map(import->context, terminal);
}

/* The depth is that of the diagram, at most VARIABLES_MAX. */
static node_ref import_node(struct align_import *import, node_ref node)
{
	const struct aligned_side *side =
		&import->alignment->sides[import->side];
	const struct edition *joint = &import->alignment->joint;
	node_ref own[CLASSES_MAX], children[CLASSES_MAX];
	uint16_t variable;
	uint8_t n;

	if (node_is_terminal(node))
		return map_terminal(import, node);
	if (import->done[node] != 0 || import->pool->failed != NODE_FINE)
		return import->done[node] - 1;
	variable = side->joint[import->diagram->variable[node]];
	n = side->edition->variables[import->diagram->variable[node]].n_classes;
	for (uint8_t i = 0; i < n; i++)
		own[i] = import_node(
			import,
			import->diagram
				->children[import->diagram->first_child[node] + i]);
	for (uint8_t c = 0; c < joint->variables[variable].n_classes; c++) {
		uint8_t class = side->class[variable][c];

		children[c] = class == ALIGN_NO_CLASS ? TERMINAL_IMPOSSIBLE :
			      class == ALIGN_OPEN     ? completed(import, own, n) :
							own[class];
	}
	import->done[node] = join(import->pool, variable, children,
				  joint->variables[variable].n_classes) + 1;
	return import->done[node] - 1;
}

/* Boolean: each variable has a class that the side can be told. */
static node_ref sayable(const struct alignment *alignment, unsigned side,
			struct node_pool *pool)
{
	const struct edition *joint = &alignment->joint;
	node_ref result = NODE_TRUE;

	for (uint16_t i = joint->n_variables; i > 0; i--) {
		uint16_t v = alignment->order[i - 1];
		uint64_t mask = 0;

		for (uint8_t c = 0; c < joint->variables[v].n_classes; c++)
			if (alignment->sides[side].class[v][c] != ALIGN_NO_CLASS)
				mask |= 1ull << c;
		result = node_and(pool, node_test(pool, v, mask), result);
	}
	return result;
}

node_ref align_root(struct align_import *import, node_ref root)
{
	return node_if(import->pool,
		       sayable(import->alignment, import->side, import->pool),
		       import_node(import, root), TERMINAL_IMPOSSIBLE);
}

/* What the constraints exclude is impossible; all else may be. */
static node_ref exclude(void *context, node_ref terminal)
{
	(void)context;
	return terminal == NODE_TRUE ? NODE_TRUE : TERMINAL_IMPOSSIBLE;
}

static node_ref is_possible(node_ref terminal, uint64_t argument)
{
	(void)argument;
	return terminal == TERMINAL_IMPOSSIBLE ? NODE_FALSE : NODE_TRUE;
}

node_ref align_possible(const struct alignment *alignment, unsigned side,
			struct node_pool *pool)
{
	struct align_import import = {
		.alignment = alignment,
		.side = side,
		.pool = pool,
		.map = exclude,
	};

	if (align_begin(&import) != 0) {
		pool->failed = NODE_NO_MEMORY;
		return NODE_FALSE;
	}
	return node_map(pool,
			align_root(&import,
				   alignment->sides[side].edition->diagram->possible),
			is_possible, 0);
}
