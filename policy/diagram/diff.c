/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/diff.h"

#include <errno.h>
#include <string.h>

#include "policy/diagram/differ.h"

bool differ_fine(struct differ *differ)
{
	if (differ->r == 0 && differ->pool.failed == NODE_NO_MEMORY)
		differ->r = -ENOMEM;
	if (differ->r == 0 && differ->pool.failed == NODE_OVER_BUDGET)
		differ->r = DIFF_E_TOO_LARGE;
	return differ->r == 0;
}

void differ_measure(struct differ *differ, node_ref region, struct share *ret_share)
{
	if (differ_fine(differ))
		differ->r = shares_of(&differ->shares, region, differ->either,
				      ret_share);
}

/* ---- Equivalence ---- */

struct telling {
	const struct results *results;
};

static node_ref tell(void *context, node_ref result, node_ref same)
{
	const struct telling *telling = context;

	(void)same;
	return result == TERMINAL_IMPOSSIBLE ?
		       result :
		       TERMINAL | telling->results->meaning[result & ~TERMINAL];
}

/* What the results of a side say, where both sides take the case for possible. */
static node_ref said(struct differ *differ, unsigned side, node_ref results)
{
	struct telling telling = { differ->results[side] };
	node_ref node = node_apply(&differ->pool, results, TERMINAL_IMPOSSIBLE, tell,
				   &telling);

	return node_if(&differ->pool, differ->both, node, TERMINAL_IMPOSSIBLE);
}

/* ---- Questions ---- */

static void facts_only(struct differ *differ, unsigned side)
{
	const struct edition *mine = differ_edition(differ, side);
	const struct edition *other = differ_edition(differ, !side);
	uint64_t asked = mine->questions[differ->question->own[side]].facts;
	uint64_t there = other->questions[differ->question->own[!side]].facts;

	for (uint16_t f = 0; f < mine->n_facts; f++) {
		int same = edition_find_fact(other, mine->facts[f].key);

		if ((asked >> f & 1) != 0 && (same < 0 || (there >> same & 1) == 0))
			differ->question->facts_only[side] |= 1ull << f;
	}
}

/* Outputs, values and results of both sides; false once something failed. */
static bool prepare(struct differ *differ, node_ref results[2])
{
	size_t n;

	differ_add_outputs(differ, 0);
	differ_add_outputs(differ, 1);
	facts_only(differ, 0);
	facts_only(differ, 1);
	differ->n_meanings = 0;
	for (uint8_t o = 0; o < differ->question->n_outputs && differ->r == 0; o++)
		differ_number_values(differ, &differ->question->outputs[o]);
	for (unsigned s = 0; s < 2 && differ_fine(differ); s++) {
		struct results *all = differ->results[s];

		results[s] = differ_gather(differ, s);
		for (uint16_t i = 0; i < all->n; i++)
			all->meaning[i] = differ_meaning(differ, s, &all->at[i]);
	}
	if (!differ_fine(differ))
		return false;
	n = (size_t)differ->results[0]->n * differ->results[1]->n;
	differ->pair_ids = arena_array(differ->scratch, n, sizeof(uint16_t));
	differ->n_pairs = 0;
	if (differ->pair_ids == NULL)
		differ->r = -ENOMEM;
	return differ->r == 0;
}

static bool has_one_sided_output(const struct diff_question *question)
{
	for (uint8_t o = 0; o < question->n_outputs; o++)
		if (question->outputs[o].own[0] < 0 || question->outputs[o].own[1] < 0)
			return true;
	return false;
}

static void compare_question(struct differ *differ)
{
	struct diff_question *question = differ->question;
	uint32_t before = differ->pool.n_nodes;
	node_ref results[2];
	node_ref met;

	if (!prepare(differ, results))
		return;
	if (has_one_sided_output(question))
		differ->diff->equivalent = false;
	if (said(differ, 0, results[0]) != said(differ, 1, results[1])) {
		differ->diff->equivalent = false;
		met = node_apply(&differ->pool, results[0], results[1], differ_meet,
				 differ);
		differ_show_classes(differ, met);
		if (differ_fine(differ))
			differ_keep_classes(differ);
	}
	question->n_nodes = differ->pool.n_nodes - before;
	(void)differ_fine(differ);
}

/* ---- The whole ---- */

static void compare_possible(struct differ *differ)
{
	struct diagram_case path;

	for (unsigned s = 0; s < 2; s++)
		differ->possible[s] =
			align_possible(differ->alignment, s, &differ->pool);
	differ->both = node_and(&differ->pool, differ->possible[0],
				differ->possible[1]);
	differ->either = node_or(&differ->pool, differ->possible[0],
				 differ->possible[1]);
	for (unsigned s = 0; s < 2 && differ_fine(differ); s++) {
		node_ref only = node_and(&differ->pool, differ->possible[s],
					 node_not(&differ->pool,
						  differ->possible[!s]));

		differ_measure(differ, only, &differ->diff->possible_only[s]);
		if (only == NODE_FALSE || !differ_fine(differ))
			continue;
		differ->diff->equivalent = false;
		differ->r = shortest_case(&differ->pool, only, NODE_TRUE,
					  differ->work, &path,
					  &differ->diff->possible_example[s]);
	}
}

/* The questions of the first side, then those that only the second has. */
static void list_questions(struct differ *differ, const char *name)
{
	struct diff *diff = differ->diff;

	for (unsigned s = 0; s < 2; s++) {
		const struct edition *mine = differ_edition(differ, s);
		const struct edition *other = differ_edition(differ, !s);

		for (uint16_t q = 0; q < mine->n_questions; q++) {
			const char *own = mine->questions[q].name;
			int there = edition_find_question(other, own);
			struct diff_question *question;

			if ((s == 1 && there >= 0) ||
			    (name != NULL && strcmp(name, own) != 0))
				continue;
			question = &diff->questions[diff->n_questions++];
			question->name = own;
			question->own[s] = (int16_t)q;
			question->own[!s] = (int16_t)there;
		}
	}
	if (diff->n_questions == 0)
		differ->r = DIFF_E_NO_QUESTION;
}

static bool begin(struct differ *differ)
{
	struct arena *scratch = differ->scratch;

	for (unsigned s = 0; s < 2; s++) {
		arena_reset(scratch);
		differ->r = row_diagram(differ_edition(differ, s), differ->arena, scratch,
					&differ->rows[s]);
		if (differ->r != 0)
			return false;
	}
	arena_reset(scratch);
	differ->r = align_pool(differ->alignment, scratch, &differ->pool);
	differ->shares = (struct shares){ .pool = &differ->pool, .arena = scratch };
	differ->results[0] = arena_alloc(scratch, sizeof(struct results));
	differ->results[1] = arena_alloc(scratch, sizeof(struct results));
	differ->meanings = arena_array(scratch, 2 * DIFF_RESULTS_MAX,
				       sizeof(struct meaning));
	differ->classes = arena_array(scratch, DIFF_CLASSES_MAX,
				      sizeof(*differ->classes));
	if (differ->results[0] == NULL || differ->results[1] == NULL ||
	    differ->meanings == NULL || differ->classes == NULL)
		differ->r = -ENOMEM;
	return differ->r == 0;
}

static void compare(struct differ *differ, const char *name)
{
	list_questions(differ, name);
	if (differ->r != 0 || !begin(differ))
		return;
	compare_possible(differ);
	for (uint8_t i = 0; i < differ->diff->n_questions && differ_fine(differ); i++) {
		differ->question = &differ->diff->questions[i];
		if (differ->question->own[0] >= 0 && differ->question->own[1] >= 0)
			compare_question(differ);
		else
			differ->diff->equivalent = false;
	}
}

int diff(const struct alignment *alignment, const char *question,
	 struct arena *arena, struct arena *scratch, const struct diff **ret_diff)
{
	struct differ *differ = arena_alloc(arena, sizeof(*differ));
	struct diff *diff = arena_alloc(arena, sizeof(*diff));
	struct arena work;
	int r;

	if (differ == NULL || diff == NULL)
		return -ENOMEM;
	diff->alignment = alignment;
	diff->equivalent = true;
	arena_init(&work, scratch->cap_bytes);
	*differ = (struct differ){
		.alignment = alignment,
		.arena = arena,
		.scratch = scratch,
		.work = &work,
		.diff = diff,
	};
	compare(differ, question);
	arena_done(&work);
	r = differ->r;
	if (r == 0)
		*ret_diff = diff;
	return r;
}
