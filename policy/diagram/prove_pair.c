/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/diagram/prover.h"

#define KEYS_FIRST 1024u

const struct relation relation_free = { .to = { [0 ... CLASSES_MAX -
						 1] = UINT32_MAX } };

/* ---- A set of keys ---- */

static struct key_entry *entry_of(struct key_entry *entries, uint32_t room,
				  uint64_t key)
{
	uint64_t hash = key * 0x9e3779b97f4a7c15ull;

	for (hash ^= hash >> 29;; hash++) {
		struct key_entry *entry = &entries[hash & (room - 1)];

		if (entry->key == key || entry->key == 0)
			return entry;
	}
}

static void grow(struct key_set *set)
{
	uint32_t room = set->room == 0 ? KEYS_FIRST : set->room * 2;
	struct key_entry *entries = arena_array(set->scratch, room,
						sizeof(*entries));

	if (entries == NULL) {
		set->failed = true;
		return;
	}
	for (uint32_t i = 0; i < set->room; i++)
		if (set->entries[i].key != 0)
			*entry_of(entries, room,
				  set->entries[i].key) = set->entries[i];
	set->entries = entries;
	set->room = room;
}

struct key_entry *key_set_find(struct key_set *set, uint64_t key)
{
	if (!set->failed && set->n * 2 >= set->room)
		grow(set);
	return set->failed ? NULL : entry_of(set->entries, set->room, key);
}

void key_set_keep(struct key_set *set, struct key_entry *entry, uint64_t key,
		  uint32_t value)
{
	entry->key = key;
	entry->value = value;
	set->n++;
}

/* ---- Two walks at once ---- */

struct pair_walk {
	struct pair_search *search;
	const struct diagram *diagram;
	struct key_set done; /* pairs below which nothing bad is */
	struct diagram_case *pair;
	int lowest; /* position of the last variable at stake, or -1 */
};

static int lowest_at_stake(const struct pair_search *search)
{
	int lowest = -1;

	for (uint16_t v = 0; v < search->edition->n_variables; v++)
		if (search->relations[v] != NULL &&
		    search->edition->diagram->position[v] > lowest)
			lowest = search->edition->diagram->position[v];
	return lowest;
}

static uint16_t position_of(const struct pair_walk *walk, node_ref node)
{
	return node_is_terminal(node)
		       ? UINT16_MAX
		       : walk->diagram->position[walk->diagram->variable[node]];
}

static node_ref child_at(const struct pair_walk *walk, node_ref node,
			 uint16_t position, uint8_t class)
{
	if (position_of(walk, node) != position)
		return node;
	return walk->diagram->children[walk->diagram->first_child[node] + class];
}

static bool find_bad(struct pair_walk *walk, node_ref a, node_ref b);

static bool try_classes(struct pair_walk *walk, node_ref a, node_ref b,
			uint16_t position, uint8_t i, uint8_t j)
{
	uint16_t variable = walk->diagram->order[position];

	if (!find_bad(walk, child_at(walk, a, position, i),
		      child_at(walk, b, position, j)))
		return false;
	walk->pair[0].classes[variable] = i;
	walk->pair[1].classes[variable] = j;
	return true;
}

static bool find_below(struct pair_walk *walk, node_ref a, node_ref b,
		       uint16_t position)
{
	uint16_t variable = walk->diagram->order[position];
	uint8_t n = walk->search->edition->variables[variable].n_classes;
	const struct relation *relation = walk->search->relations[variable];

	/* alike where that will do: the pair found differs in little */
	for (uint8_t i = 0; i < n; i++)
		if ((relation == NULL || (relation->to[i] >> i & 1) != 0) &&
		    try_classes(walk, a, b, position, i, i))
			return true;
	for (uint8_t i = 0; relation != NULL && i < n; i++)
		for (uint8_t j = 0; j < n; j++)
			if (i != j && (relation->to[i] >> j & 1) != 0 &&
			    try_classes(walk, a, b, position, i, j))
				return true;
	return false;
}

/* The depth is that of the diagram, at most VARIABLES_MAX. */
static bool find_bad(struct pair_walk *walk, node_ref a, node_ref b)
{
	uint16_t pa = position_of(walk, a);
	uint16_t pb = position_of(walk, b);
	uint64_t key = ((uint64_t)a << 32 | b) + 1;
	struct key_entry *entry;

	if (a == TERMINAL_IMPOSSIBLE || b == TERMINAL_IMPOSSIBLE)
		return false;
	/* alike so far, and nothing below lets them differ */
	if (a == b && pa > walk->lowest)
		return false;
	if (pa == UINT16_MAX && pb == UINT16_MAX)
		return walk->search->bad(walk->search->context, a, b);
	entry = key_set_find(&walk->done, key);
	if (entry == NULL || entry->key == key)
		return false;
	walk->search->cost++;
	if (find_below(walk, a, b, pa < pb ? pa : pb))
		return true;
	entry = key_set_find(&walk->done, key);
	if (entry != NULL)
		key_set_keep(&walk->done, entry, key, 0);
	return false;
}

/* Variables at stake that neither walk met still have to be related as said. */
static void relate_rest(const struct pair_search *search, struct diagram_case *pair)
{
	for (uint16_t v = 0; v < search->edition->n_variables; v++) {
		const struct relation *relation = search->relations[v];

		if (relation == NULL || pair[0].classes[v] != CASE_ANY)
			continue;
		for (uint8_t i = 0; i < search->edition->variables[v].n_classes;
		     i++) {
			uint32_t to = relation->to[i];

			if (to == 0 || (to >> i & 1) != 0)
				continue;
			pair[0].classes[v] = i;
			pair[1].classes[v] = (uint8_t)__builtin_ctz(to);
			break;
		}
	}
}

int pair_search(struct pair_search *search, struct diagram_case ret_pair[2])
{
	struct pair_walk walk = {
		.search = search,
		.diagram = search->edition->diagram,
		.done = { .scratch = search->scratch },
		.pair = ret_pair,
		.lowest = lowest_at_stake(search),
	};
	bool found;

	memset(ret_pair, CASE_ANY, 2 * sizeof(*ret_pair));
	found = find_bad(&walk, search->root, search->root);
	if (walk.done.failed)
		return -ENOMEM;
	if (found)
		relate_rest(search, ret_pair);
	return found;
}

/* ---- Dependence ---- */

static bool differs(const void *context, node_ref a, node_ref b)
{
	(void)context;
	return a != b;
}

int depends_on(const struct edition *edition, node_ref root,
	       const bool at_stake[VARIABLES_MAX], struct arena *scratch,
	       struct diagram_case ret_pair[2], uint64_t *cost)
{
	struct pair_search search = {
		.edition = edition,
		.root = root,
		.bad = differs,
		.scratch = scratch,
	};
	int r;

	for (uint16_t v = 0; v < edition->n_variables; v++)
		search.relations[v] = at_stake[v] ? &relation_free : NULL;
	r = pair_search(&search, ret_pair);
	*cost += search.cost;
	return r;
}
