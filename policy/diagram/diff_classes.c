/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/diagram/differ.h"
#include "policy/diagram/prover.h"

/* ---- Classes ---- */

static bool is_outcome(const struct differ *differ, const struct diff_output *output)
{
	const struct edition *edition = differ_edition(differ, 0);

	return output->own[0] ==
	       (int8_t)edition->questions[differ->question->own[0]].outcome;
}

/* The rank of the outcome on a side; -1 where it is left open. */
static int rank_on(const struct differ *differ, const struct diff_class *class,
		   unsigned side)
{
	const struct edition *edition = differ_edition(differ, side);
	uint16_t q = (uint16_t)differ->question->own[side];
	uint64_t value = class->results[side].values[edition->questions[q].outcome];

	if (value == DIFF_OPEN)
		return -1;
	return (int)rank_of(edition, q,
			    value == VALUE_NONE ? TERMINAL_NONE :
						  TERMINAL | (node_ref)value);
}

static void compare_results(struct differ *differ, struct diff_class *class,
			    const struct meaning *a, const struct meaning *b)
{
	int before = rank_on(differ, class, 0);
	int after = rank_on(differ, class, 1);

	class->direction = DIFF_OTHER;
	for (uint8_t o = 0; o < differ->question->n_outputs; o++) {
		if (a->of[o] == b->of[o])
			continue;
		class->changed |= 1u << o;
		if (!is_outcome(differ, &differ->question->outputs[o]) ||
		    before < 0 || after < 0 || before == after)
			continue;
		class->direction = after < before ? DIFF_WORSE : DIFF_BETTER;
	}
}

/* Where two results meet: 0 where nothing changes, else 1 + the class. */
node_ref differ_meet(void *context, node_ref a, node_ref b)
{
	struct differ *differ = context;
	struct results **results = differ->results;
	uint16_t *id;
	struct diff_class *class;
	uint16_t said_by[2];

	if (a == TERMINAL_IMPOSSIBLE || b == TERMINAL_IMPOSSIBLE)
		return TERMINAL;
	a &= ~TERMINAL;
	b &= ~TERMINAL;
	said_by[0] = results[0]->meaning[a];
	said_by[1] = results[1]->meaning[b];
	if (said_by[0] == said_by[1])
		return TERMINAL;
	id = &differ->pair_ids[(size_t)a * results[1]->n + b];
	if (*id != 0)
		return TERMINAL | *id;
	if (differ->n_pairs == DIFF_CLASSES_MAX) {
		differ->pool.failed = NODE_OVER_BUDGET;
		return TERMINAL;
	}
	class = arena_alloc(differ->scratch, sizeof(*class));
	if (class == NULL) {
		differ->pool.failed = NODE_NO_MEMORY;
		return TERMINAL;
	}
	differ->classes[differ->n_pairs++] = class;
	*id = differ->n_pairs;
	class->results[0] = results[0]->at[a];
	class->results[1] = results[1]->at[b];
	compare_results(differ, class, &differ->meanings[said_by[0]],
			&differ->meanings[said_by[1]]);
	return TERMINAL | *id;
}

static node_ref is_terminal(node_ref terminal, uint64_t wanted)
{
	return terminal == wanted ? NODE_TRUE : NODE_FALSE;
}

static void show_class(struct differ *differ, struct diff_class *class,
		       node_ref region)
{
	struct diagram_case path;

	arena_reset(differ->work);
	differ_measure(differ, region, &class->share);
	if (!differ_fine(differ))
		return;
	differ->r = shortest_case(&differ->pool, region, differ->both, differ->work,
				  &path, &class->shown);
	if (differ->r == 0)
		differ->r = decide_sides(differ->alignment, differ->question, &path,
					 differ->arena, differ->work, class);
}

void differ_show_classes(struct differ *differ, node_ref met)
{
	node_ref by_direction[N_DIFF_DIRECTIONS];
	node_ref changed = NODE_FALSE;

	for (int d = 0; d < N_DIFF_DIRECTIONS; d++)
		by_direction[d] = NODE_FALSE;
	for (uint16_t i = 0; i < differ->n_pairs && differ_fine(differ); i++) {
		struct diff_class *class = differ->classes[i];
		node_ref region = node_map(&differ->pool, met, is_terminal,
					   TERMINAL | (i + 1u));

		by_direction[class->direction] = node_or(
			&differ->pool, by_direction[class->direction], region);
		show_class(differ, class, region);
	}
	for (int d = 0; d < N_DIFF_DIRECTIONS; d++) {
		changed = node_or(&differ->pool, changed, by_direction[d]);
		differ_measure(differ, by_direction[d], &differ->question->by_direction[d]);
	}
	differ_measure(differ, changed, &differ->question->changed);
}

/* ---- Order ---- */

struct ranked {
	struct diff_class *class;
	int before;
	int after;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Worse first: by what is left, then by what is lost; then by share and row. */
static int compare_ranked(const struct ranked *x, const struct ranked *y)
{
	int order = (int)x->class->direction - (int)y->class->direction;

	if (order == 0)
		order = x->after - y->after;
	if (order == 0)
		order = y->before - x->before;
	if (order == 0)
		order = compare_numbers(y->class->share.parts, x->class->share.parts);
	for (unsigned s = 0; s < 2 && order == 0; s++)
		order = compare_numbers(x->class->results[s].row,
					y->class->results[s].row);
	return order != 0 ? order :
			    memcmp(x->class->results, y->class->results,
				   sizeof(x->class->results));
}

/* There are few, mostly; a sort that is short will do. */
static void sort(struct ranked *ranked, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct ranked taken = ranked[i];
		size_t at = i;

		for (; at > 0 && compare_ranked(&ranked[at - 1], &taken) > 0; at--)
			ranked[at] = ranked[at - 1];
		ranked[at] = taken;
	}
}

void differ_keep_classes(struct differ *differ)
{
	size_t n = differ->n_pairs;
	struct ranked *ranked = arena_array(differ->scratch, n + 1, sizeof(*ranked));
	struct diff_class *classes = arena_array(differ->arena, n + 1,
						 sizeof(*classes));

	if (ranked == NULL || classes == NULL) {
		differ->r = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n; i++)
		ranked[i] = (struct ranked){
			differ->classes[i],
			rank_on(differ, differ->classes[i], 0),
			rank_on(differ, differ->classes[i], 1),
		};
	sort(ranked, n);
	for (size_t i = 0; i < n; i++)
		classes[i] = *ranked[i].class;
	differ->question->classes = classes;
	differ->question->n_classes = (uint16_t)n;
}
