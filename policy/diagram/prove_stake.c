/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/diagram/prover.h"
#include "policy/testimony.h"

/* Independence, P1 to P3: what is at stake, and outputs that must not depend on it. */

/* ---- The facts at stake ---- */

/* By name, or by the class that an analysis document gives it. */
uint64_t facts_testimony(const struct edition *edition)
{
	uint64_t facts = 0;

	for (uint16_t f = 0; f < edition->n_facts; f++)
		if (edition->facts[f].class == FACT_TESTIMONY ||
		    testimony_name(edition->facts[f].key) != NULL)
			facts |= 1ull << f;
	return facts;
}

static bool tells(const struct texts *texts)
{
	size_t offset;

	for (size_t i = 0; i < N_LANGUAGES; i++)
		if (texts->in[i] != NULL &&
		    testimony_word(texts->in[i], strlen(texts->in[i]), &offset) !=
			    NULL)
			return true;
	return false;
}

/*
 * What only criminal justice can attest shows in the words of the question or
 * of a value, whatever the key is called. Values are looked through with the
 * long list of names, which knows courts and verdicts.
 *
 * A claim of the person's own, for wages or for harm done, is none of these as
 * long as its words do not say that a criminal case stands behind it: the person
 * alone brings it, and it asks nothing of them for anybody else.
 */
static uint64_t proxies(const struct edition *edition)
{
	uint64_t facts = 0;

	for (uint16_t f = 0; f < edition->n_facts; f++) {
		const struct fact *fact = &edition->facts[f];
		bool proxy = tells(&fact->label) || tells(&fact->question);

		for (uint8_t v = 0; v < fact->n_values; v++)
			proxy = proxy || testimony_name(fact->values[v]) != NULL ||
				tells(&fact->value_labels[v]);
		if (proxy)
			facts |= 1ull << f;
	}
	return facts & ~facts_testimony(edition);
}

static uint64_t kept_apart(const struct edition *edition)
{
	uint64_t facts = 0;

	for (uint16_t f = 0; f < edition->n_facts; f++)
		if (edition->facts[f].class == FACT_EVIDENCE ||
		    edition->facts[f].class == FACT_HIDDEN)
			facts |= 1ull << f;
	return facts;
}

static const struct {
	enum theorem_kind of_outputs;
	enum theorem_kind of_rows;
	uint64_t (*facts)(const struct edition *edition);
} stakes[] = {
	{ THEOREM_TESTIMONY, THEOREM_TESTIMONY_ROW, facts_testimony },
	{ THEOREM_PROXY, THEOREM_PROXY_ROW, proxies },
	{ THEOREM_EVIDENCE, THEOREM_EVIDENCE_ROW, kept_apart },
};

bool stake_variables(const struct edition *edition, uint64_t facts,
		     bool at_stake[VARIABLES_MAX])
{
	bool any = false;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		at_stake[v] = (facts_behind(edition, v) & facts) != 0;
		any = any || at_stake[v];
	}
	return any;
}

/* ---- Dependence ---- */

int stake_search(const struct edition *edition, node_ref root, uint64_t facts,
		 struct arena *scratch, struct diagram_case pair[2], uint64_t *cost)
{
	struct diagram_case single[2];
	bool at_stake[VARIABLES_MAX] = { false };
	int r;

	stake_variables(edition, facts, at_stake);
	r = depends_on(edition, root, at_stake, scratch, pair, cost);
	for (uint16_t f = 0; r == 1 && f < edition->n_facts; f++) {
		if ((facts >> f & 1) == 0)
			continue;
		stake_variables(edition, 1ull << f, at_stake);
		r = depends_on(edition, root, at_stake, scratch, single, cost);
		if (r == 1) {
			memcpy(pair, single, sizeof(single));
			return 1;
		}
		if (r == 0)
			r = 1;
	}
	return r;
}

/* A date that some row gives is computed from a fact at stake. */
static const char *dated_by(struct proof *proof, uint16_t question, uint8_t output,
			    uint64_t facts)
{
	const struct edition *edition = proof->edition;
	const struct table *table =
		&edition->tables[edition->questions[question].table];

	for (uint8_t r = 0; r < table->n_rows; r++) {
		uint8_t value = table->rows[r].values[output];
		const struct derived *derived;
		uint64_t read;

		if (value >= table->outputs[output].n_values ||
		    table->outputs[output].derived[value] < 0)
			continue;
		derived = &edition->derived[table->outputs[output].derived[value]];
		read = derived->facts & facts;
		if (read != 0)
			return proof_say(proof, "the date `%s`, which reads `%s`",
					 derived->name,
					 edition->facts[__builtin_ctzll(read)].key);
	}
	return NULL;
}

static node_ref is_value(node_ref terminal, uint64_t value)
{
	if (terminal == TERMINAL_NONE)
		return value == VALUE_NONE ? NODE_TRUE : NODE_FALSE;
	return terminal == (TERMINAL | value) ? NODE_TRUE : NODE_FALSE;
}

static node_ref holds_value(node_ref terminal, uint64_t value)
{
	return terminal != TERMINAL_IMPOSSIBLE && (terminal >> value & 1) != 0
		       ? NODE_TRUE
		       : NODE_FALSE;
}

/* For which share of the cases a value comes out or not by what is at stake. */
static void count_output(struct proof *proof, uint16_t question, uint8_t output,
			 struct theorem *theorem)
{
	const struct edition *edition = proof->edition;
	const struct output *of =
		&edition->tables[edition->questions[question].table].outputs[output];
	struct conditions conditions;
	node_ref splits[VALUES_MAX + 1];
	node_ref root;

	if (!proof_conditions(proof, &conditions))
		return;
	root = conditions_import(&conditions,
				 edition->diagram->roots[question][output]);
	for (uint8_t v = 0; v < of->n_values; v++)
		splits[v] = node_map(&conditions.pool, root,
				     of->collected ? holds_value : is_value, v);
	splits[of->n_values] = node_map(&conditions.pool, root, is_value,
					VALUE_NONE);
	count_shares(proof, &conditions, splits, (uint8_t)(of->n_values + 1),
		     theorem);
	proof_conditions_end(proof, &conditions);
}

static void prove_output(struct proof *proof, enum theorem_kind kind,
			 uint16_t question, uint8_t output, uint64_t facts)
{
	node_ref root = proof->edition->diagram->roots[question][output];
	const struct counterexample *example = NULL;
	struct theorem *theorem;
	const char *dated;
	struct diagram_case pair[2];
	uint64_t cost = 0;
	int r;

	arena_reset(proof->scratch);
	r = stake_search(proof->edition, root, facts, proof->scratch, pair, &cost);
	if (r < 0) {
		proof->r = r;
		return;
	}
	if (r == 1) {
		example = proof_cases(proof, question, output, pair, 2);
	} else {
		dated = dated_by(proof, question, output, facts);
		if (dated != NULL)
			example = proof_blame(proof, dated, -1, -1);
	}
	theorem = proof_add(proof, kind, question, output, cost, example);
	theorem->about = facts;
	if (r == 1 && proof->r == 0)
		count_output(proof, question, output, theorem);
}

void prove_independence(struct proof *proof, uint16_t question)
{
	const struct edition *edition = proof->edition;
	uint8_t n = edition->tables[edition->questions[question].table].n_outputs;

	for (size_t i = 0; i < ARRAY_LENGTH(stakes); i++) {
		uint64_t facts = stakes[i].facts(edition);

		for (uint8_t o = 0; o < n && proof->r == 0; o++)
			prove_output(proof, stakes[i].of_outputs, question, o,
				     facts);
		if (proof->r == 0)
			prove_row(proof, stakes[i].of_rows, question, facts);
	}
}

/*
 * A constraint that read such a fact would let it tell which answers to other
 * facts are still possible, and so decide a case in which they are open.
 */
static void prove_not_tied(struct proof *proof, enum theorem_kind kind,
			   uint64_t facts)
{
	const struct edition *edition = proof->edition;
	const struct counterexample *example = NULL;
	struct diagram_case pair[2];
	uint64_t cost = 0;
	uint64_t tied;
	int r;

	arena_reset(proof->scratch);
	r = stake_search(edition, edition->diagram->possible, facts, proof->scratch,
			 pair, &cost);
	if (r < 0)
		proof->r = r;
	tied = facts & differing_facts(edition, &pair[0], &pair[1]);
	if (r == 1)
		example = proof_blame(
			proof,
			proof_say(proof, "the constraints tie `%s` to other facts",
				  edition->facts[__builtin_ctzll(tied)].key),
			-1, -1);
	proof_add(proof, kind, -1, -1, cost, example)->about = facts;
}

void prove_untied(struct proof *proof)
{
	for (size_t i = 0; i < ARRAY_LENGTH(stakes); i++)
		prove_not_tied(proof, stakes[i].of_outputs,
			       stakes[i].facts(proof->edition));
}
