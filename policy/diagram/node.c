/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/node.h"

#include <errno.h>
#include <string.h>

#define NODES_FIRST 1024u	/* room at first; doubled as needed */
#define MEMO_FIRST 4096u	/* grows with the nodes ... */
#define MEMO_MAX (1u << 16)	/* lossy: a forgotten result is computed again */
#define MEMO_MAP 0x40000000u	/* marks the memo's third key as the number of a map */

#define MEMO_APPLY 0x20000000u	/* marks it as the number of an apply */

struct node_memo {
	node_ref a;
	node_ref b;
	node_ref c;
	node_ref result;
	bool set;
};

static uint32_t mix(uint32_t hash, uint32_t value)
{
	hash ^= value;
	hash *= 0x9e3779b1u;
	return hash ^ (hash >> 15);
}

static const node_ref *children_of(const struct node_pool *pool, node_ref node)
{
	return &pool->children[pool->first_child[node]];
}

static uint8_t n_classes(const struct node_pool *pool, uint16_t variable)
{
	return pool->edition->variables[variable].n_classes;
}

static void take_order(struct node_pool *pool, const uint16_t *order)
{
	for (uint16_t i = 0; i < pool->edition->n_variables; i++)
		pool->position[order[i]] = i;
}

int node_pool_init(struct node_pool *pool, const struct edition *edition,
		   const uint16_t *order, uint32_t budget, struct arena *scratch)
{
	*pool = (struct node_pool){
		.edition = edition,
		.scratch = scratch,
		.budget = budget,
		.n_nodes_max = NODES_FIRST,
		.n_children_max = NODES_FIRST * 4,
		.n_buckets = NODES_FIRST * 2,
		.n_memo = MEMO_FIRST,
	};
	take_order(pool, order);
	pool->variable = arena_array(scratch, pool->n_nodes_max, sizeof(uint16_t));
	pool->first_child = arena_array(scratch, pool->n_nodes_max, sizeof(uint32_t));
	pool->children = arena_array(scratch, pool->n_children_max, sizeof(node_ref));
	pool->buckets = arena_array(scratch, pool->n_buckets, sizeof(uint32_t));
	pool->memo = arena_array(scratch, pool->n_memo, sizeof(struct node_memo));
	if (pool->variable == NULL || pool->first_child == NULL ||
	    pool->children == NULL || pool->buckets == NULL || pool->memo == NULL)
		return -ENOMEM;
	return 0;
}

void node_pool_restart(struct node_pool *pool, const uint16_t *order, uint32_t budget)
{
	pool->failed = NODE_FINE;
	pool->budget = budget;
	pool->n_nodes = 0;
	pool->n_children = 0;
	pool->n_maps = 0;
	memset(pool->buckets, 0, pool->n_buckets * sizeof(*pool->buckets));
	memset(pool->memo, 0, pool->n_memo * sizeof(*pool->memo));
	take_order(pool, order);
}

/* ---- Room ---- */

/*
 * A copy of an array with twice the room. Without memory the old one stays, so
 * that operations under way can still read it until they see the failure.
 */
static void *doubled(struct node_pool *pool, void *old, uint32_t n, size_t size)
{
	void *new = arena_array(pool->scratch, (size_t)n * 2, size);

	if (new == NULL) {
		pool->failed = NODE_NO_MEMORY;
		return old;
	}
	memcpy(new, old, (size_t)n * size);
	return new;
}

static uint32_t hash_node(uint16_t variable, const node_ref *children, uint8_t n)
{
	uint32_t hash = mix(0x811c9dc5u, variable);

	for (uint8_t i = 0; i < n; i++)
		hash = mix(hash, children[i]);
	return hash;
}

static void rehash(struct node_pool *pool)
{
	uint32_t n_buckets = pool->n_buckets * 2;
	uint32_t *buckets = arena_array(pool->scratch, n_buckets, sizeof(uint32_t));

	if (buckets == NULL) {
		pool->failed = NODE_NO_MEMORY;
		return;
	}
	for (uint32_t node = 0; node < pool->n_nodes; node++) {
		uint16_t variable = pool->variable[node];
		uint32_t at = hash_node(variable, children_of(pool, node),
					n_classes(pool, variable));

		while (buckets[at & (n_buckets - 1)] != 0)
			at++;
		buckets[at & (n_buckets - 1)] = node + 1;
	}
	pool->buckets = buckets;
	pool->n_buckets = n_buckets;
}

/* What was remembered is lost, and soon learnt again. */
static void grow_memo(struct node_pool *pool)
{
	struct node_memo *memo;

	if (pool->n_memo == MEMO_MAX)
		return;
	memo = arena_array(pool->scratch, (size_t)pool->n_memo * 2, sizeof(*memo));
	if (memo == NULL) {
		pool->failed = NODE_NO_MEMORY;
		return;
	}
	pool->memo = memo;
	pool->n_memo *= 2;
}

static void make_room(struct node_pool *pool, uint8_t n)
{
	if (pool->n_nodes >= pool->budget) {
		pool->failed = NODE_OVER_BUDGET;
		return;
	}
	if (pool->n_nodes == pool->n_nodes_max) {
		pool->variable = doubled(pool, pool->variable, pool->n_nodes_max,
					 sizeof(uint16_t));
		pool->first_child = doubled(pool, pool->first_child, pool->n_nodes_max,
					    sizeof(uint32_t));
		pool->n_nodes_max *= 2;
	}
	if (pool->n_children + n > pool->n_children_max) {
		pool->children = doubled(pool, pool->children, pool->n_children_max,
					 sizeof(node_ref));
		pool->n_children_max *= 2;
	}
	if (pool->failed == NODE_FINE && pool->n_nodes * 2 >= pool->n_buckets) {
		rehash(pool);
		grow_memo(pool);
	}
}

/* ---- Making nodes ---- */

static bool same_children(const node_ref *children, uint8_t n)
{
	for (uint8_t i = 1; i < n; i++)
		if (children[i] != children[0])
			return false;
	return true;
}

static bool is_node(const struct node_pool *pool, uint32_t node, uint16_t variable,
		    const node_ref *children, uint8_t n)
{
	return pool->variable[node] == variable &&
	       memcmp(children_of(pool, node), children, n * sizeof(node_ref)) == 0;
}

node_ref node_make(struct node_pool *pool, uint16_t variable, const node_ref *children)
{
	uint8_t n = n_classes(pool, variable);
	uint32_t at;

	if (same_children(children, n))
		return children[0];
	if (pool->failed == NODE_FINE)
		make_room(pool, n);
	if (pool->failed != NODE_FINE)
		return NODE_FALSE;
	at = hash_node(variable, children, n);
	for (;; at++) {
		uint32_t found = pool->buckets[at & (pool->n_buckets - 1)];

		if (found == 0)
			break;
		if (is_node(pool, found - 1, variable, children, n))
			return found - 1;
	}
	pool->buckets[at & (pool->n_buckets - 1)] = pool->n_nodes + 1;
	pool->variable[pool->n_nodes] = variable;
	pool->first_child[pool->n_nodes] = pool->n_children;
	memcpy(&pool->children[pool->n_children], children, n * sizeof(node_ref));
	pool->n_children += n;
	return pool->n_nodes++;
}

node_ref node_test(struct node_pool *pool, uint16_t variable, uint64_t mask)
{
	node_ref children[CLASSES_MAX];

	for (uint8_t i = 0; i < n_classes(pool, variable); i++)
		children[i] = (mask >> i & 1) != 0 ? NODE_TRUE : NODE_FALSE;
	return node_make(pool, variable, children);
}

/* ---- Operations ---- */

static struct node_memo *memo_of(struct node_pool *pool, node_ref a, node_ref b,
				 node_ref c)
{
	uint32_t hash = mix(mix(mix(0, a), b), c);

	return &pool->memo[hash & (pool->n_memo - 1)];
}

static bool memo_holds(const struct node_memo *memo, node_ref a, node_ref b, node_ref c)
{
	return memo->set && memo->a == a && memo->b == b && memo->c == c;
}

static uint16_t position_of(const struct node_pool *pool, node_ref node)
{
	return node_is_terminal(node) ? UINT16_MAX :
					pool->position[pool->variable[node]];
}

/* The part of a node for one class of the variable at that position. */
static node_ref cofactor(const struct node_pool *pool, node_ref node, uint16_t position,
			 uint8_t class)
{
	if (position_of(pool, node) != position)
		return node;
	return children_of(pool, node)[class];
}

static uint16_t top_of(const struct node_pool *pool, node_ref a, node_ref b, node_ref c)
{
	node_ref top = a;

	if (position_of(pool, b) < position_of(pool, top))
		top = b;
	if (position_of(pool, c) < position_of(pool, top))
		top = c;
	return pool->variable[top];
}

node_ref node_if(struct node_pool *pool, node_ref condition, node_ref yes, node_ref no)
{
	struct node_memo *memo;
	node_ref children[CLASSES_MAX];
	node_ref result;
	uint16_t top, position;

	if (condition == NODE_TRUE || yes == no)
		return yes;
	if (condition == NODE_FALSE)
		return no;
	if (yes == NODE_TRUE && no == NODE_FALSE)
		return condition;
	if (pool->failed != NODE_FINE)
		return NODE_FALSE;
	memo = memo_of(pool, condition, yes, no);
	if (memo_holds(memo, condition, yes, no))
		return memo->result;
	top = top_of(pool, condition, yes, no);
	position = pool->position[top];
	for (uint8_t i = 0; i < n_classes(pool, top); i++)
		children[i] = node_if(pool, cofactor(pool, condition, position, i),
				      cofactor(pool, yes, position, i),
				      cofactor(pool, no, position, i));
	result = node_make(pool, top, children);
	memo = memo_of(pool, condition, yes, no);
	*memo = (struct node_memo){ condition, yes, no, result, true };
	return result;
}

static node_ref map_node(struct node_pool *pool, node_ref node, terminal_map map,
			 uint64_t argument, uint32_t number)
{
	struct node_memo *memo;
	node_ref children[CLASSES_MAX];
	node_ref result;

	if (node_is_terminal(node))
		return map(node, argument);
	if (pool->failed != NODE_FINE)
		return NODE_FALSE;
	memo = memo_of(pool, node, number, MEMO_MAP);
	if (memo_holds(memo, node, number, MEMO_MAP))
		return memo->result;
	for (uint8_t i = 0; i < n_classes(pool, pool->variable[node]); i++)
		children[i] = map_node(pool, children_of(pool, node)[i], map, argument,
				       number);
	result = node_make(pool, pool->variable[node], children);
	memo = memo_of(pool, node, number, MEMO_MAP);
	*memo = (struct node_memo){ node, number, MEMO_MAP, result, true };
	return result;
}

node_ref node_map(struct node_pool *pool, node_ref node, terminal_map map,
		  uint64_t argument)
{
	return map_node(pool, node, map, argument, pool->n_maps++);
}

struct applying {
	struct node_pool *pool;
	terminal_pair pair;
	void *context;
	uint32_t mark;	/* of this apply in the memo */
};

static node_ref apply_nodes(const struct applying *applying, node_ref a, node_ref b)
{
	struct node_pool *pool = applying->pool;
	struct node_memo *memo;
	node_ref children[CLASSES_MAX];
	node_ref result;
	uint16_t top, position;

	if (node_is_terminal(a) && node_is_terminal(b))
		return applying->pair(applying->context, a, b);
	if (pool->failed != NODE_FINE)
		return NODE_FALSE;
	memo = memo_of(pool, a, b, applying->mark);
	if (memo_holds(memo, a, b, applying->mark))
		return memo->result;
	top = top_of(pool, a, b, b);
	position = pool->position[top];
	for (uint8_t i = 0; i < n_classes(pool, top); i++)
		children[i] = apply_nodes(applying, cofactor(pool, a, position, i),
					  cofactor(pool, b, position, i));
	result = node_make(pool, top, children);
	*memo = (struct node_memo){ a, b, applying->mark, result, true };
	return result;
}

node_ref node_apply(struct node_pool *pool, node_ref a, node_ref b, terminal_pair pair,
		    void *context)
{
	const struct applying applying = { pool, pair, context,
					   MEMO_APPLY | pool->n_maps++ };

	return apply_nodes(&applying, a, b);
}

void node_witness(const struct node_pool *pool, node_ref node,
		  struct diagram_case *ret_case)
{
	memset(ret_case->classes, CASE_ANY, sizeof(ret_case->classes));
	while (!node_is_terminal(node)) {
		const node_ref *children = children_of(pool, node);
		uint8_t class = 0;

		/* reduced: a node other than NODE_FALSE has a child other than it */
		while (children[class] == NODE_FALSE)
			class++;
		ret_case->classes[pool->variable[node]] = class;
		node = children[class];
	}
}
