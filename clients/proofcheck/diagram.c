/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

/*
 * A node asks for the class of one fact and has a child for each. Equal nodes
 * are one node, and none has equal children alone: two diagrams are the same
 * function exactly when they are the same number.
 */
enum { NODES = 1 << 20, CHILDREN = 1 << 22, BUCKETS = 1 << 16, MEMOS = 1 << 18 };

static struct node {
	int level, first;	/* of its children */
	int next;		/* in its bucket */
} nodes[NODES];
static int children[CHILDREN], n_children, buckets[BUCKETS], n_projects;

/* Results to be met again; a later one takes the place of an earlier. */
static struct memo {
	int operation, a, b, result;
} memos[MEMOS];

struct level levels[LEVELS];
int n_levels, n_nodes;

void diagram_begin(void)
{
	n_levels = n_nodes = n_children = n_projects = 0;
	memset(buckets, -1, sizeof(buckets));
	memset(memos, -1, sizeof(memos));
}

static unsigned mix(unsigned hash, int value)
{
	hash = (hash ^ (unsigned)value) * 0x9e3779b1u;
	return hash ^ hash >> 15;
}

int make_node(int level, const int *child)
{
	int n = n_classes(levels[level].subject), *bucket;
	unsigned hash = mix(1, level);
	bool same = true;

	for (int i = 0; i < n; i++) {
		need(child[i] < 0 || nodes[child[i]].level > level, "nodes out of order");
		same = same && child[i] == child[0];
		hash = mix(hash, child[i]);
	}
	if (same)
		return child[0];
	bucket = &buckets[hash % BUCKETS];
	for (int i = *bucket; i >= 0; i = nodes[i].next)
		if (nodes[i].level == level &&
		    memcmp(&children[nodes[i].first], child, sizeof(int) * (size_t)n) == 0)
			return i;
	need(n_nodes < NODES && n_children + n <= CHILDREN, "more than %d nodes", NODES);
	nodes[n_nodes] = (struct node){ level, n_children, *bucket };
	memcpy(&children[n_children], child, sizeof(int) * (size_t)n);
	n_children += n;
	return *bucket = n_nodes++;
}

/* True where the class is in the mask. */
int in_classes(int level, uint64_t mask)
{
	int child[CLASSES];

	for (int i = 0; i < n_classes(levels[level].subject); i++)
		child[i] = (mask >> i & 1) != 0 ? TRUE : FALSE;
	return make_node(level, child);
}

static int result_of(enum operation operation, int a, int b)
{
	switch (operation) {
	case AND:
		return a & b;
	case OR:
		return a | b;
	case BUT_NOT:
		return a & ~b;
	case DIFFER:
		return a != b;
	case EQUAL:
		return a == b;
	case HOLDS:
		return a < NEVER && (a & b) == b;
	case WHERE:
		return a == 1 ? b : NO_ROW;
	case FIRST:
		return a == NO_ROW ? b : a;
	case MERGE:
		break;
	}
	return a == NEVER || a == b ? b : b == NEVER ? a : CONFLICT;
}

static struct memo *memo_of(int operation, int a, int b)
{
	struct memo *memo = &memos[mix(mix(mix(1, operation), a), b) % MEMOS];

	if (memo->operation != operation || memo->a != a || memo->b != b)
		*memo = (struct memo){ operation, a, b, INT32_MIN };
	return memo;
}

static int child_at(int diagram, int level, int class)
{
	if (diagram < 0 || nodes[diagram].level != level)
		return diagram;
	return children[nodes[diagram].first + class];
}

/* Applies an operation to the values of two diagrams, in every case at once. */
int apply(enum operation operation, int a, int b)
{
	int child[CLASSES], level, result;

	if (a < 0 && b < 0)
		return LEAF(result_of(operation, LEAF(a), LEAF(b)));
	result = memo_of((int)operation, a, b)->result;
	if (result != INT32_MIN)
		return result;
	level = nodes[a < 0 ? b : a].level;
	if (b >= 0 && nodes[b].level < level)
		level = nodes[b].level;
	for (int i = 0; i < n_classes(levels[level].subject); i++)
		child[i] = apply(operation, child_at(a, level, i), child_at(b, level, i));
	result = make_node(level, child);
	memo_of((int)operation, a, b)->result = result;
	return result;
}

/* The number of the projection, below zero, keeps its results apart. */
static int project_node(enum operation join, int diagram, const bool *over, int number)
{
	int child[CLASSES], level, result;

	if (diagram < 0)
		return diagram;
	result = memo_of(number, diagram, 0)->result;
	if (result != INT32_MIN)
		return result;
	level = nodes[diagram].level;
	for (int i = 0; i < n_classes(levels[level].subject); i++)
		child[i] = project_node(join, child_at(diagram, level, i), over, number);
	result = over[level] ? child[0] : make_node(level, child);
	for (int i = 1; over[level] && i < n_classes(levels[level].subject); i++)
		result = apply(join, result, child[i]);
	memo_of(number, diagram, 0)->result = result;
	return result;
}

/* Joins what a diagram gives for all classes of the facts at some levels. */
int project(enum operation join, int diagram, const bool over[LEVELS])
{
	return project_node(join, diagram, over, -2 - n_projects++);
}

/* A case in which the condition is true, as far as facts matter. */
const char *case_text(int condition)
{
	static char text[8192];
	size_t used = (size_t)snprintf(text, sizeof(text), "in every case");

	while (condition >= 0 && used < sizeof(text)) {
		const struct level *at = &levels[nodes[condition].level];
		const struct subject *s = at->subject;
		const char *is = s->n_values > 0 ? "=" : "from", *first = used == 13 ? "when" : ";";
		int class = 0;

		while (child_at(condition, nodes[condition].level, class) == FALSE)
			class++;
		if (s->type == SET)
			is = class == 0 ? "without" : "with";
		used = used == 13 ? 0 : used;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s %s %s %s",
					 first, s->name, is,
					 s->type == SET ? s->values[at->element]
							: class_text(s, class));
		condition = child_at(condition, nodes[condition].level, class);
	}
	return text;
}
