/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/carding.h"

/*
 * A case that was found is given more answers than its result needs. What is
 * shown is the least of them: without any one of those, the result might be
 * another. Cases that cannot occur do not count.
 */
struct shrinking {
	struct conditions conditions;
	struct key_set certain; /* nodes that are true in every completion */
	uint32_t round;		/* of the question, so that the set need not be new */
};

static node_ref gives_value(node_ref terminal, uint64_t value)
{
	uint64_t given = terminal == TERMINAL_NONE ? VALUE_NONE
						   : terminal & ~TERMINAL;

	return terminal == TERMINAL_IMPOSSIBLE || given == value ? NODE_TRUE
								 : NODE_FALSE;
}

static bool always(struct shrinking *shrinking, node_ref node,
		   const struct diagram_case *given)
{
	const struct node_pool *pool = &shrinking->conditions.pool;
	uint64_t key = ((uint64_t)shrinking->round << 32 | node) + 1;
	struct key_entry *entry;
	uint16_t variable;

	if (node_is_terminal(node))
		return node == NODE_TRUE;
	entry = key_set_find(&shrinking->certain, key);
	if (entry == NULL || entry->key == key)
		return entry != NULL;
	variable = pool->variable[node];
	for (uint8_t i = 0; i < pool->edition->variables[variable].n_classes; i++)
		if ((given->classes[variable] == CASE_ANY ||
		     given->classes[variable] == i) &&
		    !always(shrinking,
			    pool->children[pool->first_child[node] + i], given))
			return false;
	entry = key_set_find(&shrinking->certain, key);
	if (entry != NULL)
		key_set_keep(&shrinking->certain, entry, key, 0);
	return true;
}

static bool all_always(struct shrinking *shrinking, const node_ref *conditions,
		       const struct counterexample *example)
{
	for (uint8_t i = 0; i < example->n_cases; i++) {
		shrinking->round++;
		if (!always(shrinking, conditions[i], &example->cases[i].shown))
			return false;
	}
	return true;
}

static bool alike(const struct counterexample *example, uint16_t v)
{
	return example->n_cases < 2 || example->cases[0].shown.classes[v] ==
					       example->cases[1].shown.classes[v];
}

static void shrink(struct shrinking *shrinking, struct counterexample *example,
		   uint16_t question, uint8_t output, const bool *keep)
{
	struct conditions *conditions = &shrinking->conditions;
	const struct edition *edition = conditions->pool.edition;
	node_ref root = conditions_import(
		conditions, edition->diagram->roots[question][output]);
	node_ref holds[2];

	for (uint8_t i = 0; i < example->n_cases; i++)
		holds[i] = node_map(&conditions->pool, root, gives_value,
				    example->cases[i].value);
	for (uint16_t v = 0; v < edition->n_variables; v++) {
		uint8_t class = example->cases[0].shown.classes[v];

		if (class == CASE_ANY || !alike(example, v) ||
		    (keep != NULL && keep[v]))
			continue;
		for (uint8_t i = 0; i < example->n_cases; i++)
			example->cases[i].shown.classes[v] = CASE_ANY;
		if (all_always(shrinking, holds, example))
			continue;
		for (uint8_t i = 0; i < example->n_cases; i++)
			example->cases[i].shown.classes[v] = class;
	}
}

const struct counterexample *carding_show(struct carding *carding, uint16_t question,
					  uint8_t output,
					  const struct diagram_case *cases,
					  uint8_t n, const bool *keep)
{
	struct proof *proof = &carding->proof;
	struct counterexample *example =
		counterexample_of(carding->edition, question, output, cases, n,
				  proof->arena, proof->scratch);
	struct shrinking *shrinking = arena_alloc(proof->scratch,
						  sizeof(*shrinking));

	if (example == NULL || shrinking == NULL ||
	    conditions_init(&shrinking->conditions, carding->edition,
			    proof->scratch) != 0) {
		proof->r = -ENOMEM;
		return NULL;
	}
	shrinking->certain.scratch = proof->scratch;
	shrink(shrinking, example, question, output, keep);
	if (shrinking->conditions.pool.failed != NODE_FINE ||
	    shrinking->certain.failed)
		proof->r = -ENOMEM;
	return example;
}

bool carding_worse_first(const struct carding *carding, uint16_t question,
			 uint8_t output, const struct counterexample *example)
{
	return output == carding->edition->questions[question].outcome &&
	       example->n_cases == 2 &&
	       rank_of(carding->edition, question,
		       TERMINAL | (node_ref)example->cases[0].value) <
		       rank_of(carding->edition, question,
			       TERMINAL | (node_ref)example->cases[1].value);
}

void carding_case(struct card_point *point, const char *role, uint16_t question,
		  uint8_t output, const struct theorem_case *shown)
{
	point->cases[point->n_cases++] =
		(struct card_case){ role, question, output, shown };
}

/*
 * Two steps in one life: what the first is shown with includes what the second
 * needs and what did not change between them.
 */
void carding_steps(struct carding *carding, struct card_point *point,
		   const struct card_case steps[2],
		   const struct diagram_case cases[2], const bool *moves)
{
	const struct counterexample *examples[2] = { NULL, NULL };
	bool keep[VARIABLES_MAX] = { false };

	for (int i = 1; i >= 0; i--) {
		examples[i] = carding_show(carding, steps[i].question,
					   steps[i].output, &cases[i], 1,
					   i == 0 ? keep : NULL);
		if (examples[i] == NULL)
			return;
		for (uint16_t v = 0; v < carding->edition->n_variables; v++)
			keep[v] = !moves[v] &&
				  examples[i]->cases[0].shown.classes[v] != CASE_ANY;
	}
	for (int i = 0; i < 2; i++)
		carding_case(point, steps[i].role, steps[i].question,
			     steps[i].output, &examples[i]->cases[0]);
}
