/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/residual.h"

#include <errno.h>
#include <string.h>

#define NODES_FEWEST 256u

struct residual_memo {
	node_ref node;
	uint32_t key;	/* variable and child, + 1; 0: nothing */
	node_ref result;
};

struct residual_copied {
	node_ref from;
	bool set;
	node_ref to;
};

static uint32_t mix(uint32_t hash, uint32_t value)
{
	hash ^= value;
	hash *= 0x9e3779b1u;
	return hash ^ (hash >> 15);
}

static uint64_t open_facts_behind(const struct residual *residual, uint16_t variable)
{
	const struct variable *v = &residual->edition->variables[variable];

	if (v->kind == VARIABLE_DERIVED)
		return residual->edition->derived[v->index].facts & residual->open;
	return 1ull << v->index & residual->open;
}

/* A few times what the whole edition has; a power of two. */
static uint32_t room_for(const struct edition *edition)
{
	uint32_t n = NODES_FEWEST;

	while (n < RESIDUAL_NODES_MAX && n / 4 < edition->diagram->n_nodes)
		n *= 2;
	return n;
}

static uint32_t n_children_max(const struct residual *residual)
{
	return residual->n_nodes_max * 4;
}

/* Of the table by which equal nodes are found, and of the lossy memo. */
static uint32_t n_buckets(const struct residual *residual)
{
	return residual->n_nodes_max * 2;
}

/* The edition's nodes that are copied, in a table of twice the size. */
static uint32_t n_copied_max(const struct residual *residual)
{
	return residual->n_nodes_max;
}

int residual_init(struct residual *residual, const struct edition *edition,
		  const struct known *known, uint64_t open, struct arena *arena)
{
	uint32_t n = room_for(edition);

	*residual = (struct residual){
		.edition = edition,
		.known = known,
		.open = open,
		.n_nodes_max = n,
	};
	residual->nodes = arena_array(arena, n, sizeof(struct residual_node));
	residual->children = arena_array(arena, n_children_max(residual),
					 sizeof(node_ref));
	residual->buckets = arena_array(arena, n_buckets(residual), sizeof(uint16_t));
	residual->memo = arena_array(arena, n_buckets(residual),
				     sizeof(struct residual_memo));
	residual->copied = arena_array(arena, (size_t)2 * n_copied_max(residual),
				       sizeof(struct residual_copied));
	if (residual->nodes == NULL || residual->children == NULL ||
	    residual->buckets == NULL || residual->memo == NULL ||
	    residual->copied == NULL)
		return -ENOMEM;
	for (uint16_t v = 0; v < edition->n_variables; v++)
		residual->facts_of[v] = open_facts_behind(residual, v);
	return 0;
}

uint8_t residual_n_classes(const struct residual *residual, uint16_t variable)
{
	return (uint8_t)__builtin_popcountll(residual->known->classes[variable]);
}

const node_ref *residual_children(const struct residual *residual, node_ref node)
{
	return &residual->children[residual->nodes[node].first_child];
}

node_ref residual_value(const struct residual *residual, node_ref node)
{
	return node_is_terminal(node) ? node : residual->nodes[node].value;
}

uint64_t residual_facts(const struct residual *residual, node_ref node)
{
	return node_is_terminal(node) ? 0 : residual->nodes[node].facts;
}

/* ---- Making nodes ---- */

static void add_child(const struct residual *residual, struct residual_node *node,
		      node_ref child)
{
	const struct residual_node *below;
	node_ref value = residual_value(residual, child);

	if (value != TERMINAL_IMPOSSIBLE)
		node->value = node->value == TERMINAL_IMPOSSIBLE ||
					      node->value == value ?
				      value :
				      RESIDUAL_OPEN;
	if (node_is_terminal(child)) {
		node->impossible = node->impossible || child == TERMINAL_IMPOSSIBLE;
		return;
	}
	below = &residual->nodes[child];
	node->impossible = node->impossible || below->impossible;
	node->tied = node->tied || below->tied;
	node->blind = node->blind || below->blind;
	node->facts |= below->facts;
	for (size_t i = 0; i < RESIDUAL_WORDS; i++)
		node->variables[i] |= below->variables[i];
}

static void describe(const struct residual *residual, struct residual_node *node,
		     const node_ref *children, uint8_t n)
{
	uint64_t facts = residual->facts_of[node->variable];

	node->value = TERMINAL_IMPOSSIBLE;
	node->facts = facts;
	node->tied = (facts & (facts - 1)) != 0;
	node->blind = facts == 0;
	node->variables[node->variable / 64] |= 1ull << (node->variable % 64);
	for (uint8_t i = 0; i < n; i++)
		add_child(residual, node, children[i]);
}

static uint32_t bucket_of(const struct residual *residual, uint16_t variable,
			  const node_ref *children, uint8_t n)
{
	uint32_t at = mix(0x811c9dc5u, variable);

	for (uint8_t i = 0; i < n; i++)
		at = mix(at, children[i]);
	for (;; at++) {
		uint16_t found = residual->buckets[at & (n_buckets(residual) - 1)];

		if (found == 0 ||
		    (residual->nodes[found - 1].variable == variable &&
		     memcmp(residual_children(residual, found - 1u), children,
			    n * sizeof(node_ref)) == 0))
			return at & (n_buckets(residual) - 1);
	}
}

static node_ref make(struct residual *residual, uint16_t variable,
		     const node_ref *children)
{
	uint8_t n = residual_n_classes(residual, variable);
	uint8_t same = 1;
	struct residual_node *node;
	uint32_t bucket;

	while (same < n && children[same] == children[0])
		same++;
	if (same == n)
		return children[0];
	bucket = bucket_of(residual, variable, children, n);
	if (residual->buckets[bucket] != 0)
		return residual->buckets[bucket] - 1u;
	if (residual->n_nodes == residual->n_nodes_max ||
	    residual->n_children + n > n_children_max(residual)) {
		residual->full = true;
		return TERMINAL_IMPOSSIBLE;
	}
	node = &residual->nodes[residual->n_nodes];
	node->variable = variable;
	node->first_child = residual->n_children;
	memcpy(&residual->children[residual->n_children], children,
	       n * sizeof(node_ref));
	residual->n_children += n;
	describe(residual, node, children, n);
	residual->buckets[bucket] = (uint16_t)(residual->n_nodes + 1);
	return residual->n_nodes++;
}

/* ---- Out of the edition's diagram ---- */

static struct residual_copied *copied_of(const struct residual *residual, node_ref from)
{
	for (uint32_t at = mix(0, from);; at++) {
		struct residual_copied *copied =
			&residual->copied[at & (2 * n_copied_max(residual) - 1)];

		if (!copied->set || copied->from == from)
			return copied;
	}
}

static node_ref copy(struct residual *residual, node_ref from)
{
	const struct diagram *diagram = residual->edition->diagram;
	struct residual_copied *copied;
	node_ref children[CLASSES_MAX] = { 0 };
	const node_ref *branches;
	uint64_t classes;
	uint16_t variable;
	uint8_t n = 0;
	node_ref to;

	if (node_is_terminal(from))
		return from;
	copied = copied_of(residual, from);
	if (copied->set)
		return copied->to;
	if (residual->full || residual->n_copied == n_copied_max(residual)) {
		residual->full = true;
		return TERMINAL_IMPOSSIBLE;
	}
	variable = diagram->variable[from];
	classes = residual->known->classes[variable];
	branches = &diagram->children[diagram->first_child[from]];
	for (; classes != 0; classes &= classes - 1)
		children[n++] = copy(residual, branches[__builtin_ctzll(classes)]);
	to = make(residual, variable, children);
	/* what came below may have taken the place that was free */
	copied = copied_of(residual, from);
	*copied = (struct residual_copied){ from, true, to };
	residual->n_copied++;
	return to;
}

node_ref residual_of(struct residual *residual, node_ref root)
{
	return copy(residual, root);
}

/* ---- Learning a class ---- */

node_ref residual_restrict(struct residual *residual, node_ref node, uint16_t variable,
			   uint8_t child)
{
	uint32_t key = (uint32_t)variable * CLASSES_MAX + child + 1u;
	struct residual_memo *memo;
	node_ref children[CLASSES_MAX] = { 0 };
	uint16_t top;
	uint8_t n;
	node_ref result;

	if (node_is_terminal(node) || !residual_has(&residual->nodes[node], variable))
		return node;
	top = residual->nodes[node].variable;
	if (top == variable)
		return residual_children(residual, node)[child];
	memo = &residual->memo[mix(mix(0, node), key) & (n_buckets(residual) - 1)];
	if (memo->key == key && memo->node == node)
		return memo->result;
	n = residual_n_classes(residual, top);
	for (uint8_t i = 0; i < n; i++)
		children[i] = residual_restrict(residual,
						residual_children(residual, node)[i],
						variable, child);
	result = make(residual, top, children);
	*memo = (struct residual_memo){ node, key, result };
	return result;
}
