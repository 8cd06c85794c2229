/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

/*
 * A node asks whether a variable is in one of its classes: in the first, and if
 * not in the second, up to the last but one. Equal nodes are one node, and none
 * has equal branches: two diagrams are one function exactly when they are the same
 * number.
 */
enum { NODES = 1 << 21, BUCKETS = 1 << 16, MEMOS = 1 << 16 };
enum { LEVELS = VARIABLES * VALUES, QUANTIFIED = -3 };

static struct node {
	int level, no, yes;
	int next;	/* in its bucket */
} nodes[NODES];
static int n_nodes, buckets[BUCKETS], n_quantified;

/* Results to be met again; a later one takes the place of an earlier. */
static struct memo {
	int a, b, c, result;
} memos[MEMOS];

static int variable_of[LEVELS], n_levels;
struct variable variables[VARIABLES];
int n_variables;

void diagram_begin(void)
{
	n_variables = n_levels = n_quantified = 0;
	n_nodes = 1;
	memset(buckets, -1, sizeof(buckets));
	memset(memos, 0, sizeof(memos));
}

static unsigned mix(int a, int b, int c)
{
	unsigned hash = (unsigned)a * 0x9e3779b1u ^ (unsigned)b;

	hash = (hash ^ hash >> 15) * 0x85ebca6bu ^ (unsigned)c;
	return (hash ^ hash >> 13) * 0xc2b2ae35u >> 8;
}

static int level_of(int diagram)
{
	return diagram < 0 ? LEVELS : nodes[diagram].level;
}

static int make_node(int level, int no, int yes)
{
	int *bucket = &buckets[mix(level, no, yes) % BUCKETS];

	need(level_of(no) > level && level_of(yes) > level, "nodes out of order");
	if (no == yes)
		return no;
	for (int i = *bucket; i >= 0; i = nodes[i].next) {
		const struct node *node = &nodes[i];

		if (node->level == level && node->no == no && node->yes == yes)
			return i;
	}
	need(n_nodes < NODES, "more than %d nodes", NODES);
	nodes[n_nodes] = (struct node){ level, no, yes, *bucket };
	return *bucket = n_nodes++;
}

/* ---- Variables ---- */
int choose(const struct variable *variable, const int *by_class)
{
	int diagram = by_class[variable->n_classes - 1];

	for (int class = variable->n_classes - 2; class >= 0; class--)
		diagram = make_node(variable->level + class, diagram,
				    by_class[class]);
	return diagram;
}

void add_variable(struct subject *subject, int element)
{
	struct variable *variable = &variables[n_variables];
	int n_classes = element < 0 ? subject->n_values : 2, by_class[VALUES + 1];
	int *holds = element < 0 ? subject->holds : &subject->holds[element];

	*variable = (struct variable){ subject, element, n_classes, n_levels };
	for (int class = 0; class < n_classes; class++) {
		for (int i = 0; i < n_classes; i++)
			by_class[i] = i == class ? TRUE : FALSE;
		holds[element < 0 ? class : 0] = choose(variable, by_class);
		if (class < n_classes - 1)
			variable_of[n_levels++] = n_variables;
	}
	n_variables++;
}

/* ---- Operations, on every case at once ---- */
static int branch(int diagram, int level, bool yes)
{
	if (level_of(diagram) != level)
		return diagram;
	return yes ? nodes[diagram].yes : nodes[diagram].no;
}

int either_or(int condition, int a, int b)
{
	struct memo *memo = &memos[mix(condition, a, b) % MEMOS];
	int level = level_of(condition), no;

	if (condition < 0 || a == b)
		return condition == FALSE ? b : a;
	if (memo->a == condition && memo->b == a && memo->c == b)
		return memo->result;
	level = level_of(a) < level ? level_of(a) : level;
	level = level_of(b) < level ? level_of(b) : level;
	no = either_or(branch(condition, level, false), branch(a, level, false),
		       branch(b, level, false));
	no = make_node(level, no, either_or(branch(condition, level, true),
					    branch(a, level, true),
					    branch(b, level, true)));
	*memo = (struct memo){ condition, a, b, no };
	return no;
}

/* The number, which no condition has, keeps the results of one call apart. */
static int some_below(int diagram, const bool *over, int number)
{
	struct memo *memo = &memos[mix(number, diagram, 0) % MEMOS];
	int no, yes, result, level = level_of(diagram);

	if (diagram < 0)
		return diagram;
	if (memo->a == number && memo->b == diagram)
		return memo->result;
	no = some_below(nodes[diagram].no, over, number);
	yes = some_below(nodes[diagram].yes, over, number);
	result = over[variable_of[level]] ? either(no, yes) : make_node(level, no, yes);
	*memo = (struct memo){ number, diagram, 0, result };
	return result;
}

int some_of(int condition, const bool over[VARIABLES])
{
	return some_below(condition, over, QUANTIFIED - n_quantified++);
}

const char *case_text(int condition)
{
	static char text[8192];
	size_t used = 0;

	while (condition >= 0 && used < sizeof(text)) {
		int level = nodes[condition].level;
		const struct variable *v = &variables[variable_of[level]];
		bool yes = nodes[condition].yes != FALSE;
		bool last = !yes && level == v->level + v->n_classes - 2;
		int value = v->element < 0 ? level - v->level + last : v->element;
		const char *relation = yes || last ? "=" : "not";

		if (v->element >= 0)
			relation = last ? "with" : "without";
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s %s %s %s", used == 0 ? "when" : ";",
					 v->subject->name, relation,
					 v->subject->values[value]);
		condition = yes ? nodes[condition].yes : nodes[condition].no;
	}
	return used == 0 ? "in every case" : text;
}
