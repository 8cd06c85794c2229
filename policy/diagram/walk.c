/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/walk.h"

#include <errno.h>
#include <string.h>

/* Pairs of nodes remembered by one walk; more are taken to differ, which asks more. */
#define PAIRS_MAX (1u << 12)

struct pair {
	node_ref a;
	node_ref b;
	bool set;
	bool differ;
};

struct walk {
	const struct edition *edition;
	const struct diagram *diagram;
	const struct known *known;
	uint64_t *visited;	/* a bit per node */
	struct reach *reach;
	const bool *tied;
	struct pair *pairs;
	uint32_t n_pairs;
	bool *matters;
	bool *open;		/* variables with more than one class on the way */
};

static uint8_t n_classes(const struct walk *walk, uint16_t variable)
{
	return walk->edition->variables[variable].n_classes;
}

static const node_ref *children_of(const struct walk *walk, node_ref node)
{
	return &walk->diagram->children[walk->diagram->first_child[node]];
}

static bool allowed(const struct walk *walk, uint16_t variable, uint8_t class)
{
	return (walk->known->classes[variable] >> class & 1) != 0;
}

static size_t n_words(const struct edition *edition)
{
	return edition->diagram->n_nodes / 64 + 1;
}

uint64_t *diagram_visited(const struct edition *edition, struct arena *arena)
{
	return arena_array(arena, n_words(edition), sizeof(uint64_t));
}

static struct walk walk_begin(const struct edition *edition, const struct known *known,
			      uint64_t *visited)
{
	memset(visited, 0, n_words(edition) * sizeof(uint64_t));
	return (struct walk){
		.edition = edition,
		.diagram = edition->diagram,
		.known = known,
		.visited = visited,
	};
}

static bool is_open(const struct walk *walk, uint16_t variable)
{
	uint64_t classes = walk->known->classes[variable];

	return (classes & (classes - 1)) != 0;
}

/* True the first time a node is met. */
static bool visit(struct walk *walk, node_ref node)
{
	uint64_t bit = 1ull << (node % 64);
	bool first = (walk->visited[node / 64] & bit) == 0;

	walk->visited[node / 64] |= bit;
	return first;
}

/* ---- Values within reach ---- */

bool reach_add(struct reach *reach, node_ref terminal)
{
	for (size_t i = 0; i < reach->n; i++)
		if (reach->terminals[i] == terminal)
			return false;
	if (reach->n == REACH_MAX) {
		reach->too_many = true;
		return false;
	}
	reach->terminals[reach->n++] = terminal;
	return true;
}

bool reach_within(const struct reach *a, const struct reach *b)
{
	if (b->too_many)
		return true;
	if (a->too_many)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		size_t at = 0;

		while (at < b->n && b->terminals[at] != a->terminals[i])
			at++;
		if (at == b->n)
			return false;
	}
	return true;
}

static void reach_terminal(struct reach *reach, node_ref terminal)
{
	if (terminal == TERMINAL_IMPOSSIBLE)
		reach->impossible = true;
	else
		reach_add(reach, terminal);
}

static void collect(struct walk *walk, node_ref node)
{
	const node_ref *children;
	uint16_t variable;

	if (node_is_terminal(node)) {
		reach_terminal(walk->reach, node);
		return;
	}
	if (!visit(walk, node))
		return;
	variable = walk->diagram->variable[node];
	if (walk->tied != NULL && walk->tied[variable] && is_open(walk, variable))
		walk->reach->tied = true;
	children = children_of(walk, node);
	for (uint64_t left = walk->known->classes[variable]; left != 0; left &= left - 1)
		collect(walk, children[__builtin_ctzll(left)]);
}

/* Follows a node as far as the known classes determine the way. */
static node_ref descend(const struct edition *edition, node_ref node,
			const struct known *known)
{
	const struct diagram *diagram = edition->diagram;

	while (!node_is_terminal(node)) {
		uint64_t classes = known->classes[diagram->variable[node]];

		if ((classes & (classes - 1)) != 0)
			break;
		node = diagram->children[diagram->first_child[node] +
					 (uint32_t)__builtin_ctzll(classes)];
	}
	return node;
}

void diagram_reach(const struct edition *edition, node_ref root,
		   const struct known *known, const bool *tied, uint64_t *visited,
		   struct reach *ret_reach)
{
	struct walk walk;

	reach_begin(ret_reach);
	root = descend(edition, root, known);
	if (node_is_terminal(root)) {
		reach_terminal(ret_reach, root);
		return;
	}
	walk = walk_begin(edition, known, visited);
	walk.reach = ret_reach;
	walk.tied = tied;
	collect(&walk, root);
}

/* ---- What still matters ---- */

static uint16_t position_of(const struct walk *walk, node_ref node)
{
	return node_is_terminal(node) ?
		       UINT16_MAX :
		       walk->diagram->position[walk->diagram->variable[node]];
}

static struct pair *pair_of(struct walk *walk, node_ref a, node_ref b)
{
	uint32_t hash = (a * 0x9e3779b1u) ^ (b * 0x85ebca6bu);

	for (hash ^= hash >> 15;; hash++) {
		struct pair *pair = &walk->pairs[hash & (2 * PAIRS_MAX - 1)];

		if (!pair->set || (pair->a == a && pair->b == b))
			return pair;
	}
}

/* Some case below that fits and can occur has different values in a and in b. */
static bool differ(struct walk *walk, node_ref a, node_ref b)
{
	uint16_t pa = position_of(walk, a);
	uint16_t pb = position_of(walk, b);
	uint16_t top = pa < pb ? pa : pb;
	struct pair *pair;
	bool found = false;

	if (a == b || a == TERMINAL_IMPOSSIBLE || b == TERMINAL_IMPOSSIBLE)
		return false;
	if (top == UINT16_MAX)
		return true;
	pair = pair_of(walk, a, b);
	if (pair->set)
		return pair->differ;
	if (walk->n_pairs == PAIRS_MAX)
		return true;
	walk->n_pairs++;
	*pair = (struct pair){ a, b, true, false };
	for (uint8_t i = 0; i < CLASSES_MAX && !found; i++) {
		uint16_t variable = walk->diagram->order[top];

		if (i >= n_classes(walk, variable))
			break;
		if (allowed(walk, variable, i))
			found = differ(walk, pa == top ? children_of(walk, a)[i] : a,
				       pb == top ? children_of(walk, b)[i] : b);
	}
	pair->differ = found;
	return found;
}

static bool some_differ(struct walk *walk, node_ref node, uint16_t variable)
{
	const node_ref *children = children_of(walk, node);
	uint8_t n = n_classes(walk, variable);

	for (uint8_t i = 0; i < n; i++)
		for (uint8_t j = 0; j < i; j++)
			if (allowed(walk, variable, i) && allowed(walk, variable, j) &&
			    differ(walk, children[i], children[j]))
				return true;
	return false;
}

static void mark(struct walk *walk, node_ref node)
{
	uint16_t variable;

	if (node_is_terminal(node) || !visit(walk, node))
		return;
	variable = walk->diagram->variable[node];
	if (is_open(walk, variable)) {
		walk->open[variable] = true;
		if (!walk->matters[variable])
			walk->matters[variable] = some_differ(walk, node, variable);
	}
	for (uint8_t i = 0; i < n_classes(walk, variable); i++)
		if (allowed(walk, variable, i))
			mark(walk, children_of(walk, node)[i]);
}

int diagram_matters(const struct edition *edition, node_ref root,
		    const struct known *known, struct arena *arena,
		    bool matters[VARIABLES_MAX])
{
	bool open[VARIABLES_MAX] = { false };
	uint64_t *visited = diagram_visited(edition, arena);
	bool none = true;
	struct walk walk;

	memset(matters, 0, VARIABLES_MAX * sizeof(*matters));
	if (visited == NULL)
		return -ENOMEM;
	walk = walk_begin(edition, known, visited);
	walk.pairs = arena_array(arena, 2 * PAIRS_MAX, sizeof(struct pair));
	if (walk.pairs == NULL)
		return -ENOMEM;
	walk.matters = matters;
	walk.open = open;
	mark(&walk, root);
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		none = none && !matters[i];
	if (none)
		memcpy(matters, open, sizeof(open));
	return 0;
}
