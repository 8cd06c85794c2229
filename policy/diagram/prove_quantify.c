/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/diagram/prover.h"

int conditions_init(struct conditions *conditions, const struct edition *edition,
		    struct arena *scratch)
{
	int r = node_pool_init(&conditions->pool, edition, edition->diagram->order,
			       DIAGRAM_NODES_MAX, scratch);

	if (r != 0)
		return r;
	conditions->imported = arena_array(scratch, edition->diagram->n_nodes + 1,
					   sizeof(node_ref));
	return conditions->imported == NULL ? -ENOMEM : 0;
}

node_ref conditions_import(struct conditions *conditions, node_ref root)
{
	const struct diagram *diagram = conditions->pool.edition->diagram;
	node_ref children[CLASSES_MAX];
	uint16_t variable;
	node_ref result;

	if (node_is_terminal(root))
		return root;
	if (conditions->imported[root] != 0)
		return conditions->imported[root] - 1;
	variable = diagram->variable[root];
	for (uint8_t i = 0;
	     i < conditions->pool.edition->variables[variable].n_classes; i++)
		children[i] = conditions_import(
			conditions,
			diagram->children[diagram->first_child[root] + i]);
	result = node_make(&conditions->pool, variable, children);
	conditions->imported[root] = result + 1;
	return result;
}

/* ---- Some choice of variables ---- */

struct choosing {
	struct node_pool *pool;
	const bool *variables;
	struct key_set done;
};

static node_ref some(struct choosing *choosing, node_ref node)
{
	struct node_pool *pool = choosing->pool;
	node_ref children[CLASSES_MAX];
	node_ref result = NODE_FALSE;
	struct key_entry *entry;
	uint16_t variable;
	uint8_t n;

	if (node_is_terminal(node) || pool->failed != NODE_FINE)
		return node;
	entry = key_set_find(&choosing->done, (uint64_t)node + 1);
	if (entry == NULL) {
		pool->failed = NODE_NO_MEMORY;
		return NODE_FALSE;
	}
	if (entry->key != 0)
		return entry->value;
	variable = pool->variable[node];
	n = pool->edition->variables[variable].n_classes;
	/* the pool's arrays move as it grows: each child is read anew */
	for (uint8_t i = 0; i < n; i++)
		children[i] = some(choosing,
				   pool->children[pool->first_child[node] + i]);
	if (!choosing->variables[variable])
		result = node_make(pool, variable, children);
	for (uint8_t i = 0; choosing->variables[variable] && i < n; i++)
		result = node_or(pool, result, children[i]);
	entry = key_set_find(&choosing->done, (uint64_t)node + 1);
	if (entry != NULL)
		key_set_keep(&choosing->done, entry, (uint64_t)node + 1, result);
	return result;
}

node_ref conditions_some(struct conditions *conditions, node_ref condition,
			 const bool variables[VARIABLES_MAX])
{
	struct choosing choosing = {
		.pool = &conditions->pool,
		.variables = variables,
		.done = { .scratch = conditions->pool.scratch },
	};

	return some(&choosing, condition);
}

/* ---- Completing a case ---- */

struct completing {
	const struct node_pool *pool;
	struct diagram_case *io_case;
	struct key_set dead; /* nodes below which no completion is */
};

static bool complete(struct completing *completing, node_ref node)
{
	const struct node_pool *pool = completing->pool;
	struct key_entry *entry;
	uint16_t variable;
	uint8_t given;

	if (node_is_terminal(node))
		return node == NODE_TRUE;
	entry = key_set_find(&completing->dead, (uint64_t)node + 1);
	if (entry == NULL || entry->key != 0)
		return false;
	variable = pool->variable[node];
	given = completing->io_case->classes[variable];
	for (uint8_t i = 0; i < pool->edition->variables[variable].n_classes; i++) {
		if (given != CASE_ANY && given != i)
			continue;
		if (complete(completing,
			     pool->children[pool->first_child[node] + i])) {
			completing->io_case->classes[variable] = i;
			return true;
		}
	}
	entry = key_set_find(&completing->dead, (uint64_t)node + 1);
	if (entry != NULL)
		key_set_keep(&completing->dead, entry, (uint64_t)node + 1, 0);
	return false;
}

bool conditions_complete(struct conditions *conditions, node_ref condition,
			 struct diagram_case *io_case)
{
	struct completing completing = {
		.pool = &conditions->pool,
		.io_case = io_case,
		.dead = { .scratch = conditions->pool.scratch },
	};
	bool found = complete(&completing, condition);

	if (completing.dead.failed)
		conditions->pool.failed = NODE_NO_MEMORY;
	return found;
}
