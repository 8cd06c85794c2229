/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/derive.h"
#include "policy/diagram/prover.h"

/* Theorems about tables: that they are complete, and what adverse rows rest on. */

/* ---- P6 ---- */

static const char *const finding_texts[] = {
	[FINDING_GAP] = "no row matches when",
	[FINDING_OVERLAP] = "two rows match when",
	[FINDING_DEAD_ROW] = "no case reaches the row",
	[FINDING_TOO_LARGE] = "the diagram is too large",
	[FINDING_NO_CASE] = "the constraints exclude every case",
};

static const struct counterexample *blame_finding(struct proof *proof,
						  const struct table_finding *finding)
{
	bool has_case = finding->kind == FINDING_GAP ||
			finding->kind == FINDING_OVERLAP;
	const char *text = has_case ? diagram_case_text(proof->edition,
							&finding->example,
							proof->scratch)
				    : "";
	bool has_row = finding->kind == FINDING_OVERLAP ||
		       finding->kind == FINDING_DEAD_ROW;
	bool has_table = finding->kind != FINDING_NO_CASE &&
			 finding->table != FINDING_CONSTRAINTS;

	return proof_blame(proof,
			   proof_say(proof, "%s%s%s", finding_texts[finding->kind],
				     has_case ? " " : "", text == NULL ? "" : text),
			   has_table ? finding->table : -1,
			   has_row ? finding->row : -1);
}

/* The tables are composed anew, and every row looked at again. */
static void prove_tables(struct proof *proof)
{
	const struct counterexample *found = NULL;
	const struct diagram *diagram = NULL;
	struct table_finding *findings;
	size_t n = 0;
	int r;

	arena_reset(proof->scratch);
	findings = arena_array(proof->scratch, FINDINGS_MAX, sizeof(*findings));
	if (findings == NULL) {
		proof->r = -ENOMEM;
		return;
	}
	r = diagram_build(proof->edition, proof->scratch, proof->scratch, findings,
			  &n, &diagram);
	if (r != 0) {
		proof->r = r;
		return;
	}
	if (n > 0)
		found = blame_finding(proof, &findings[0]);
	proof_add(proof, THEOREM_COMPLETE, -1, -1,
		  diagram == NULL ? 0 : diagram->n_nodes, found);
}

static node_ref has_value(node_ref terminal, uint64_t argument)
{
	(void)argument;
	return terminal == TERMINAL_IMPOSSIBLE || terminal == TERMINAL_NO_ROW
		       ? NODE_FALSE
		       : NODE_TRUE;
}

/* An output has a value just where the constraints allow the case. */
static const struct counterexample *find_gap(struct proof *proof,
					     struct conditions *conditions,
					     uint16_t question, uint8_t output)
{
	const struct diagram *diagram = proof->edition->diagram;
	struct node_pool *pool = &conditions->pool;
	node_ref root = conditions_import(conditions,
					  diagram->roots[question][output]);
	node_ref valued = node_map(pool, root, has_value, 0);
	node_ref possible = conditions_import(conditions, diagram->possible);
	struct diagram_case where;

	if (valued == possible || pool->failed != NODE_FINE)
		return NULL;
	memset(&where, CASE_ANY, sizeof(where));
	conditions_complete(
		conditions,
		node_if(pool, valued, node_not(pool, possible), possible), &where);
	return proof_cases(proof, question, output, &where, 1);
}

static void prove_values(struct proof *proof, uint16_t question)
{
	const struct edition *edition = proof->edition;
	uint8_t n = edition->tables[edition->questions[question].table].n_outputs;
	struct conditions conditions;

	if (!proof_conditions(proof, &conditions))
		return;
	for (uint8_t o = 0; o < n; o++) {
		uint64_t before = conditions.pool.n_nodes;
		const struct counterexample *found = find_gap(proof, &conditions,
							      question, o);

		proof_add(proof, THEOREM_COMPLETE, question, o,
			  conditions.pool.n_nodes - before, found);
	}
	proof_conditions_end(proof, &conditions);
}

void prove_complete(struct proof *proof)
{
	prove_tables(proof);
	for (uint16_t q = 0; proof->r == 0 && q < proof->edition->n_questions; q++)
		prove_values(proof, q);
}

/* ---- P7: what adverse rows rest on ---- */

static bool is_adverse(const struct proof *proof, uint16_t question,
		       const struct row *row)
{
	uint8_t value = row->values[proof->edition->questions[question].outcome];

	return value != VALUE_NONE &&
	       rank_of(proof->edition, question, TERMINAL | value) == RANK_ADVERSE;
}

static const char *lacks(const struct row *row)
{
	if (row->n_citations == 0)
		return "an adverse row without a source";
	for (size_t i = 0; i < N_LANGUAGES; i++)
		if (row->reason.in[i] == NULL || row->reason.in[i][0] == '\0')
			return "an adverse row without a reason in every language";
	return NULL;
}

static void prove_reason(struct proof *proof, uint16_t question)
{
	uint16_t t = proof->edition->questions[question].table;
	const struct table *table = &proof->edition->tables[t];
	const struct counterexample *found = NULL;

	for (uint8_t r = 0; r < table->n_rows && found == NULL; r++) {
		const char *what = NULL;

		if (is_adverse(proof, question, &table->rows[r]))
			what = lacks(&table->rows[r]);
		if (what != NULL)
			found = proof_blame(proof, what, t, r);
	}
	proof_add(proof, THEOREM_REASON, question,
		  proof->edition->questions[question].outcome, table->n_rows,
		  found);
}

/*
 * Rows that an adverse one rests on: itself, and in tables whose output it
 * tests each row that gives a value for which the test holds. A test for
 * absence holds because of rows that do not match, so it rests on all.
 */
struct resting {
	struct proof *proof;
	bool seen[TABLES_MAX][ROWS_MAX];
	uint64_t cost;
	int table; /* of the row found to read a + fact, or -1 */
	int row;
	uint64_t facts;
};

static void rest_on_row(struct resting *resting, uint16_t t, uint8_t r);

static void rest_on_output(struct resting *resting, const struct input *input,
			   const struct test *test)
{
	const struct table *table = &resting->proof->edition->tables[input->index];
	bool absence = test->op == TEST_SET_NONE || test->op == TEST_SET_ONLY;

	for (uint8_t r = 0; r < table->n_rows; r++)
		if (absence ||
		    (test->mask >> table->rows[r].values[input->output] & 1) != 0)
			rest_on_row(resting, input->index, r);
}

static uint64_t favourable(const struct edition *edition)
{
	uint64_t facts = 0;

	for (uint16_t f = 0; f < edition->n_facts; f++)
		if (edition->facts[f].direction == DIRECTION_FAVOURABLE)
			facts |= 1ull << f;
	return facts;
}

/* The depth is that of the tables, which never read each other in a circle. */
static void rest_on_row(struct resting *resting, uint16_t t, uint8_t r)
{
	const struct edition *edition = resting->proof->edition;
	const struct table *table = &edition->tables[t];

	if (resting->seen[t][r] || resting->table >= 0)
		return;
	resting->seen[t][r] = true;
	resting->cost++;
	for (uint8_t i = 0; i < table->n_inputs && resting->table < 0; i++) {
		const struct input *input = &table->inputs[i];
		const struct test *test = &table->rows[r].tests[i];
		uint64_t read;

		if (test->op == TEST_ANY)
			continue;
		if (input->kind == INPUT_OUTPUT) {
			rest_on_output(resting, input, test);
			continue;
		}
		read = facts_behind(edition, input->index) & favourable(edition);
		if (read == 0)
			continue;
		resting->table = t;
		resting->row = r;
		resting->facts = read;
	}
}

static void prove_reads(struct proof *proof, uint16_t question)
{
	const struct edition *edition = proof->edition;
	uint16_t t = edition->questions[question].table;
	struct resting *resting;
	const struct counterexample *found = NULL;

	arena_reset(proof->scratch);
	resting = arena_alloc(proof->scratch, sizeof(*resting));
	if (resting == NULL) {
		proof->r = -ENOMEM;
		return;
	}
	resting->proof = proof;
	resting->table = -1;
	for (uint8_t r = 0; r < edition->tables[t].n_rows; r++)
		if (is_adverse(proof, question, &edition->tables[t].rows[r]))
			rest_on_row(resting, t, r);
	if (resting->table >= 0)
		found = proof_blame(
			proof,
			proof_say(proof, "an adverse row rests on `%s`",
				  edition->facts[__builtin_ctzll(resting->facts)]
					  .key),
			resting->table, resting->row);
	proof_add(proof, THEOREM_FAVOURABLE, question,
		  edition->questions[question].outcome, resting->cost, found);
}

/* ---- P7: a way out ---- */

/* Whether the person, others or time can make the variable another one. */
static bool may_change(const struct edition *edition, uint16_t variable,
		       uint64_t moving)
{
	const struct variable *v = &edition->variables[variable];
	uint64_t facts = facts_behind(edition, variable);
	int age = edition_find_fact(edition, AGE_FACT);

	if (v->kind == VARIABLE_DERIVED && (moving >> v->index & 1) != 0)
		return true;
	for (uint16_t f = 0; f < edition->n_facts; f++)
		if ((facts >> f & 1) != 0 && f != age &&
		    edition->facts[f].changes != CHANGES_NEVER)
			return true;
	return false;
}

static void prove_way_out(struct proof *proof, uint16_t question)
{
	const struct edition *edition = proof->edition;
	uint8_t outcome = edition->questions[question].outcome;
	const struct counterexample *found = NULL;
	uint64_t moving = derive_moving(edition, 0);
	bool changes[VARIABLES_MAX] = { false };
	struct conditions conditions;
	struct diagram_case stuck;
	node_ref adverse, better, where;

	if (!proof_conditions(proof, &conditions))
		return;
	for (uint16_t v = 0; v < edition->n_variables; v++)
		changes[v] = may_change(edition, v, moving);
	adverse = condition_rank(&conditions, question, 1u << RANK_ADVERSE);
	better = condition_rank(&conditions, question, RANKS_FROM(RANK_NO_ROUTE));
	better = conditions_some(&conditions, better, changes);
	where = node_and(&conditions.pool, adverse,
			 node_not(&conditions.pool, better));
	if (where != NODE_FALSE && conditions.pool.failed == NODE_FINE) {
		memset(&stuck, CASE_ANY, sizeof(stuck));
		conditions_complete(&conditions, where, &stuck);
		found = proof_cases(proof, question, outcome, &stuck, 1);
	}
	proof_add(proof, THEOREM_WAY_OUT, question, outcome,
		  proof_conditions_end(proof, &conditions), found);
}

void prove_adverse(struct proof *proof, uint16_t question)
{
	prove_reason(proof, question);
	prove_reads(proof, question);
	if (proof->r == 0)
		prove_way_out(proof, question);
}
