/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/diagram/prover.h"

/* Theorems about the person: what is unknown, what helps, who is a child. */

/* ---- Ranks ---- */

static enum rank rank_of_value(const struct output *outcome, uint64_t value)
{
	static const enum rank ranks[] = {
		[OUTCOME_GRANT] = RANK_GRANT,
		[OUTCOME_WAIT] = RANK_WAIT,
		[OUTCOME_REFER] = RANK_REFER,
		[OUTCOME_NO_ROUTE] = RANK_NO_ROUTE,
		[OUTCOME_ADVERSE] = RANK_ADVERSE,
	};

	for (unsigned i = 0; value < outcome->n_values && i < ARRAY_LENGTH(ranks);
	     i++)
		if (strcmp(outcome->values[value], outcome_names[i]) == 0)
			return ranks[i];
	return RANK_NO_ROUTE;
}

static const struct output *outcome_of(const struct edition *edition,
				       uint16_t question)
{
	const struct question *q = &edition->questions[question];

	return &edition->tables[q->table].outputs[q->outcome];
}

enum rank rank_of(const struct edition *edition, uint16_t question,
		  node_ref terminal)
{
	return rank_of_value(outcome_of(edition, question), terminal & ~TERMINAL);
}

static node_ref is_value(node_ref terminal, uint64_t values)
{
	uint64_t value = terminal == TERMINAL_NONE ? VALUE_NONE
						   : terminal & ~TERMINAL;

	if (value > VALUE_NONE)
		return NODE_FALSE;
	return (values >> value & 1) != 0 ? NODE_TRUE : NODE_FALSE;
}

node_ref condition_rank(struct conditions *conditions, uint16_t question,
			unsigned ranks)
{
	const struct edition *edition = conditions->pool.edition;
	const struct question *q = &edition->questions[question];
	node_ref root = edition->diagram->roots[question][q->outcome];
	uint64_t values = 0;

	for (unsigned value = 0; value <= VALUE_NONE; value++)
		if ((ranks >> rank_of(edition, question, TERMINAL | value) & 1) !=
		    0)
			values |= 1ull << value;
	return node_map(&conditions->pool, conditions_import(conditions, root),
			is_value, values);
}

/* ---- Pairs ---- */

struct ranking {
	const struct edition *edition;
	uint16_t question;
};

static bool turns_adverse(const void *context, node_ref a, node_ref b)
{
	const struct ranking *ranking = context;

	return rank_of(ranking->edition, ranking->question, b) == RANK_ADVERSE &&
	       rank_of(ranking->edition, ranking->question, a) != RANK_ADVERSE;
}

static bool turns_worse(const void *context, node_ref a, node_ref b)
{
	const struct ranking *ranking = context;

	return rank_of(ranking->edition, ranking->question, b) <
	       rank_of(ranking->edition, ranking->question, a);
}

/* One theorem of a question, proven fact by fact until one fails. */
struct trial {
	struct proof *proof;
	struct ranking ranking;
	struct pair_search search;
	const struct counterexample *found;
	uint64_t about;
};

static uint8_t outcome_index(const struct proof *proof, uint16_t question)
{
	return proof->edition->questions[question].outcome;
}

static void trial_begin(struct trial *trial, struct proof *proof, uint16_t question,
			bad_pair bad)
{
	const struct edition *edition = proof->edition;

	*trial = (struct trial){
		.proof = proof,
		.ranking = { edition, question },
		.search = {
			.edition = edition,
			.root = edition->diagram->roots[question]
					[outcome_index(proof, question)],
			.bad = bad,
		},
	};
}

/* Searches with the relations as they are, then forgets them. */
static void trial_run(struct trial *trial)
{
	struct proof *proof = trial->proof;
	uint16_t question = trial->ranking.question;
	struct diagram_case pair[2];
	int r;

	arena_reset(proof->scratch);
	trial->search.scratch = proof->scratch;
	trial->search.context = &trial->ranking;
	r = pair_search(&trial->search, pair);
	if (r < 0)
		proof->r = r;
	if (r == 1)
		trial->found = proof_cases(proof, question,
					   outcome_index(proof, question), pair, 2);
	memset(trial->search.relations, 0, sizeof(trial->search.relations));
}

static bool trial_open(const struct trial *trial)
{
	return trial->found == NULL && trial->proof->r == 0;
}

static void trial_end(struct trial *trial, enum theorem_kind kind)
{
	proof_add(trial->proof, kind, trial->ranking.question,
		  outcome_index(trial->proof, trial->ranking.question),
		  trial->search.cost, trial->found)
		->about = trial->about;
}

/* ---- P4 ---- */

static void relate_unknown(const struct variable *variable,
			   struct relation *ret_relation)
{
	uint8_t unknown = (uint8_t)(variable->n_classes - 1);

	*ret_relation = (struct relation){ { 0 } };
	for (uint8_t i = 0; i < unknown; i++)
		ret_relation->to[i] = 1u << unknown;
}

static void prove_never_adverse(struct proof *proof, uint16_t question)
{
	const struct edition *edition = proof->edition;
	struct relation relation;
	struct trial trial;

	trial_begin(&trial, proof, question, turns_adverse);
	for (uint16_t v = 0; trial_open(&trial) && v < edition->n_variables; v++) {
		if (!edition->variables[v].has_unknown)
			continue;
		relate_unknown(&edition->variables[v], &relation);
		trial.about |= facts_behind(edition, v);
		trial.search.relations[v] = &relation;
		trial_run(&trial);
	}
	trial_end(&trial, THEOREM_UNKNOWN);
}

/*
 * Where the fact is unknown the result has the rank, and with no known value
 * has it, though some value is possible.
 */
static node_ref learning_widens(struct conditions *conditions, uint16_t question,
				uint16_t variable, unsigned ranks)
{
	struct node_pool *pool = &conditions->pool;
	uint64_t unknown = 1ull
			   << (pool->edition->variables[variable].n_classes - 1);
	node_ref is_unknown = node_test(pool, variable, unknown);
	node_ref known = node_not(pool, is_unknown);
	node_ref ranked = condition_rank(conditions, question, ranks);
	node_ref possible = condition_rank(conditions, question, RANKS_ALL);
	bool one[VARIABLES_MAX] = { false };
	node_ref with_unknown, with_known, some_known;

	one[variable] = true;
	with_unknown = conditions_some(conditions,
				       node_and(pool, is_unknown, ranked), one);
	with_known = conditions_some(conditions, node_and(pool, known, ranked),
				     one);
	some_known = conditions_some(conditions, node_and(pool, known, possible),
				     one);
	return node_and(pool, node_and(pool, with_unknown, some_known),
			node_not(pool, with_known));
}

static const struct counterexample *show_learning(struct proof *proof,
						  struct conditions *conditions,
						  uint16_t question,
						  uint16_t variable, node_ref where)
{
	struct node_pool *pool = &conditions->pool;
	uint8_t unknown = (uint8_t)(pool->edition->variables[variable].n_classes -
				    1);
	struct diagram_case pair[2];

	memset(pair, CASE_ANY, sizeof(pair));
	conditions_complete(conditions, where, &pair[0]);
	conditions_complete(
		conditions,
		node_and(pool, node_test(pool, variable, (1ull << unknown) - 1),
			 condition_rank(conditions, question, RANKS_ALL)),
		&pair[0]);
	pair[1] = pair[0];
	pair[1].classes[variable] = unknown;
	return proof_cases(proof, question, outcome_index(proof, question), pair,
			   2);
}

static void prove_learning(struct proof *proof, uint16_t question)
{
	const struct edition *edition = proof->edition;
	const struct counterexample *found = NULL;
	struct conditions conditions;
	uint64_t cost = 0;
	uint64_t about = 0;

	for (uint16_t v = 0; v < edition->n_variables && found == NULL; v++) {
		if (!edition->variables[v].has_unknown)
			continue;
		about |= facts_behind(edition, v);
		if (!proof_conditions(proof, &conditions))
			return;
		for (enum rank rank = 0; rank < N_RANKS && found == NULL; rank++) {
			node_ref where = NODE_FALSE;

			if (rank != RANK_REFER)
				where = learning_widens(&conditions, question, v,
							1u << rank);
			if (where != NODE_FALSE &&
			    conditions.pool.failed == NODE_FINE)
				found = show_learning(proof, &conditions, question,
						      v, where);
		}
		cost += proof_conditions_end(proof, &conditions);
	}
	proof_add(proof, THEOREM_LEARNING, question, outcome_index(proof, question),
		  cost, found)
		->about = about;
}

void prove_unknown(struct proof *proof, uint16_t question)
{
	prove_never_adverse(proof, question);
	prove_learning(proof, question);
}

/* ---- P5: facts that can only help ---- */

static bool free_fact(struct trial *trial, uint16_t fact)
{
	const struct edition *edition = trial->proof->edition;
	bool any = false;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		if ((facts_behind(edition, v) >> fact & 1) == 0)
			continue;
		trial->search.relations[v] = &relation_free;
		trial->about |= 1ull << fact;
		any = true;
	}
	return any;
}

static void prove_never_turns(struct proof *proof, uint16_t question)
{
	const struct edition *edition = proof->edition;
	struct trial trial;

	trial_begin(&trial, proof, question, turns_adverse);
	for (uint16_t f = 0; trial_open(&trial) && f < edition->n_facts; f++)
		if (edition->facts[f].direction == DIRECTION_FAVOURABLE &&
		    free_fact(&trial, f))
			trial_run(&trial);
	trial_end(&trial, THEOREM_PROTECTION);
}

static void prove_gain(struct proof *proof, uint16_t question)
{
	static const struct relation gain = { .to = { 1u << 1 } };
	const struct edition *edition = proof->edition;
	struct trial trial;

	trial_begin(&trial, proof, question, turns_worse);
	for (uint16_t v = 0; trial_open(&trial) && v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		if (variable->kind != VARIABLE_ELEMENT ||
		    edition->facts[variable->index].direction !=
			    DIRECTION_FAVOURABLE)
			continue;
		trial.search.relations[v] = &gain;
		trial.about |= facts_behind(edition, v);
		trial_run(&trial);
	}
	trial_end(&trial, THEOREM_GAIN);
}

void prove_protection(struct proof *proof, uint16_t question)
{
	prove_never_turns(proof, question);
	prove_gain(proof, question);
}

/* ---- P5: children ---- */

struct childhood {
	int variable;	/* of age.group, or -1 */
	uint32_t adult; /* classes, as bits */
	uint32_t child;
	bool moves[VARIABLES_MAX]; /* that one and those tied to it */
	uint64_t facts;		   /* behind those */
};

/* The facts that a row of the constraints ties to the variable. */
static void find_tied(const struct edition *edition, struct childhood *childhood)
{
	const struct table *never = edition->constraints;
	uint64_t tied = 0;

	for (uint8_t r = 0; never != NULL && r < never->n_rows; r++) {
		bool tests_age = false;
		uint64_t facts = 0;

		for (uint8_t i = 0; i < never->n_inputs; i++) {
			if (never->rows[r].tests[i].op == TEST_ANY)
				continue;
			facts |= facts_behind(edition, never->inputs[i].index);
			if (never->inputs[i].index == childhood->variable)
				tests_age = true;
		}
		if (tests_age)
			tied |= facts;
	}
	tied |= facts_behind(edition, (uint16_t)childhood->variable);
	for (uint16_t v = 0; v < edition->n_variables; v++)
		childhood->moves[v] = (facts_behind(edition, v) & tied) != 0;
	childhood->facts = tied;
}

static void find_childhood(const struct edition *edition,
			   struct childhood *childhood)
{
	int fact = edition_find_fact(edition, AGE_FACT);

	*childhood = (struct childhood){ .variable = -1 };
	for (uint16_t v = 0; fact >= 0 && v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_FACT &&
		    edition->variables[v].index == fact)
			childhood->variable = v;
	if (childhood->variable < 0)
		return;
	for (uint8_t i = 0; i < edition->facts[fact].n_values; i++)
		if (strcmp(edition->facts[fact].values[i], AGE_ADULT) == 0)
			childhood->adult |= 1u << i;
		else
			childhood->child |= 1u << i;
	find_tied(edition, childhood);
}

static void prove_child_adverse(struct proof *proof, uint16_t question,
				const struct childhood *childhood)
{
	struct relation grows = { { 0 } };
	struct trial trial;

	trial_begin(&trial, proof, question, turns_adverse);
	for (uint16_t v = 0; v < proof->edition->n_variables; v++)
		if (childhood->moves[v])
			trial.search.relations[v] = &relation_free;
	if (childhood->variable >= 0) {
		for (uint8_t i = 0; i < CLASSES_MAX; i++)
			if ((childhood->adult >> i & 1) != 0)
				grows.to[i] = childhood->child;
		trial.search.relations[childhood->variable] = &grows;
		trial.about = childhood->facts;
		trial_run(&trial);
	}
	trial_end(&trial, THEOREM_CHILD_ADVERSE);
}

static node_ref of_age(struct conditions *conditions,
		       const struct childhood *childhood, uint32_t classes,
		       uint16_t question, unsigned ranks)
{
	struct node_pool *pool = &conditions->pool;

	return node_and(pool,
			node_test(pool, (uint16_t)childhood->variable, classes),
			condition_rank(conditions, question, ranks));
}

/* Where an adult reaches the rank and a child, who is possible, does not. */
static node_ref child_is_worse(struct conditions *conditions,
			       const struct childhood *childhood, uint16_t question,
			       enum rank rank)
{
	struct node_pool *pool = &conditions->pool;
	unsigned from = RANKS_FROM(rank);
	node_ref adult = conditions_some(
		conditions,
		of_age(conditions, childhood, childhood->adult, question, from),
		childhood->moves);
	node_ref child = conditions_some(
		conditions,
		of_age(conditions, childhood, childhood->child, question, from),
		childhood->moves);
	node_ref possible = conditions_some(conditions,
					    of_age(conditions, childhood,
						   childhood->child, question,
						   RANKS_ALL),
					    childhood->moves);

	return node_and(pool, node_and(pool, adult, possible),
			node_not(pool, child));
}

/* The adult, and the child who does best in the same case. */
static const struct counterexample *show_child(struct proof *proof,
					       struct conditions *conditions,
					       const struct childhood *childhood,
					       uint16_t question, enum rank rank,
					       node_ref where)
{
	struct diagram_case pair[2];

	memset(pair, CASE_ANY, sizeof(pair));
	conditions_complete(conditions, where, &pair[0]);
	conditions_complete(conditions,
			    of_age(conditions, childhood, childhood->adult,
				   question, RANKS_FROM(rank)),
			    &pair[0]);
	pair[1] = pair[0];
	for (uint16_t v = 0; v < proof->edition->n_variables; v++)
		if (childhood->moves[v])
			pair[1].classes[v] = CASE_ANY;
	while (rank-- > 0)
		if (conditions_complete(conditions,
					of_age(conditions, childhood,
					       childhood->child, question,
					       RANKS_FROM(rank)),
					&pair[1]))
			break;
	return proof_cases(proof, question, outcome_index(proof, question), pair,
			   2);
}

static void prove_child_rank(struct proof *proof, uint16_t question,
			     const struct childhood *childhood)
{
	const struct counterexample *found = NULL;
	struct conditions conditions;
	uint64_t cost = 0;

	if (childhood->variable >= 0) {
		if (!proof_conditions(proof, &conditions))
			return;
		for (enum rank rank = RANK_NO_ROUTE;
		     rank < N_RANKS && found == NULL; rank++) {
			node_ref where = child_is_worse(&conditions, childhood,
							question, rank);

			if (where != NODE_FALSE &&
			    conditions.pool.failed == NODE_FINE)
				found = show_child(proof, &conditions, childhood,
						   question, rank, where);
		}
		cost = proof_conditions_end(proof, &conditions);
	}
	proof_add(proof, THEOREM_CHILD, question, outcome_index(proof, question),
		  cost, found)
		->about = childhood->facts;
}

void prove_child(struct proof *proof, uint16_t question)
{
	struct childhood childhood;

	find_childhood(proof->edition, &childhood);
	prove_child_adverse(proof, question, &childhood);
	if (proof->r == 0)
		prove_child_rank(proof, question, &childhood);
}
