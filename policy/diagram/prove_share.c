/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "policy/diagram/prover.h"

/*
 * How much depends on what is at stake. A split is a condition that a result
 * fulfils or not; over cases x that differ in nothing at stake, the share
 *
 *	| x with some choice that fulfils a split, and some that does not |
 *	-----------------------------------------------------------------
 *	|              x with some choice that is possible               |
 */
struct counting {
	struct proof *proof;
	struct conditions *conditions;
	const node_ref *splits;
	uint8_t n_splits;
	node_ref possible;
};

static node_ref varies(const struct counting *counting, node_ref split,
		       const bool at_stake[VARIABLES_MAX])
{
	struct conditions *conditions = counting->conditions;
	struct node_pool *pool = &conditions->pool;
	node_ref without = node_and(pool, counting->possible, node_not(pool, split));

	return node_and(pool, conditions_some(conditions, split, at_stake),
			conditions_some(conditions, without, at_stake));
}

static struct share share_by(const struct counting *counting, const node_ref *splits,
			     uint8_t n, uint64_t facts)
{
	struct conditions *conditions = counting->conditions;
	struct node_pool *pool = &conditions->pool;
	bool at_stake[VARIABLES_MAX] = { false };
	struct share share = { 0 };
	node_ref some = NODE_FALSE;
	node_ref of;

	stake_variables(pool->edition, facts, at_stake);
	for (uint8_t i = 0; i < n; i++)
		some = node_or(pool, some, varies(counting, splits[i], at_stake));
	of = conditions_some(conditions, counting->possible, at_stake);
	if (share_of(pool, some, of, counting->proof->scratch, &share) != 0)
		counting->proof->r = -ENOMEM;
	return share;
}

static void count_facts(const struct counting *counting, struct theorem *theorem)
{
	const struct edition *edition = counting->proof->edition;
	struct theorem_share *shares =
		arena_array(counting->proof->arena,
			    (size_t)__builtin_popcountll(theorem->about),
			    sizeof(*shares));

	if (shares == NULL) {
		counting->proof->r = -ENOMEM;
		return;
	}
	for (uint16_t f = 0; f < edition->n_facts; f++) {
		if ((theorem->about >> f & 1) == 0)
			continue;
		shares[theorem->n_by_fact++] = (struct theorem_share){
			.index = (uint8_t)f,
			.share = share_by(counting, counting->splits,
					  counting->n_splits, 1ull << f),
		};
	}
	theorem->by_fact = shares;
}

static void count_rows(const struct counting *counting, struct theorem *theorem)
{
	struct theorem_share *shares = arena_array(counting->proof->arena,
						   counting->n_splits,
						   sizeof(*shares));

	if (shares == NULL) {
		counting->proof->r = -ENOMEM;
		return;
	}
	for (uint8_t r = 0; r < counting->n_splits; r++)
		shares[theorem->n_by_row++] = (struct theorem_share){
			.index = r,
			.share = share_by(counting, &counting->splits[r], 1,
					  theorem->about),
		};
	theorem->by_row = shares;
}

static struct counting counting_of(struct proof *proof, struct conditions *conditions,
				   const node_ref *splits, uint8_t n)
{
	const struct diagram *diagram = conditions->pool.edition->diagram;

	return (struct counting){
		.proof = proof,
		.conditions = conditions,
		.splits = splits,
		.n_splits = n,
		.possible = conditions_import(conditions, diagram->possible),
	};
}

void count_shares(struct proof *proof, struct conditions *conditions,
		  const node_ref *splits, uint8_t n, struct theorem *theorem)
{
	struct counting counting = counting_of(proof, conditions, splits, n);

	theorem->share = share_by(&counting, splits, n, theorem->about);
	count_facts(&counting, theorem);
}

void count_row_shares(struct proof *proof, struct conditions *conditions,
		      const node_ref *rows, uint8_t n, struct theorem *theorem)
{
	struct counting counting = counting_of(proof, conditions, rows, n);

	count_shares(proof, conditions, rows, n, theorem);
	if (proof->r == 0)
		count_rows(&counting, theorem);
}
