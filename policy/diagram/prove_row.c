/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/diagram/prover.h"

/*
 * Which row of a question's table is shown, and so which reason. No diagram of
 * the edition says it: rows that give the same are one terminal there. So the
 * tables are composed once more, for a copy of the edition in which the
 * question's table collects the rows that match instead of giving outputs:
 *
 *	output 0: rows 0..29	output 1: rows 30..59	output 2: the rest
 *
 * and the hit policy is applied to their conditions. That costs a build, and is
 * done only where some variable is at stake.
 */
#define ROW_OUTPUTS \
	((ROWS_MAX + COLLECTED_VALUES_MAX - 1) / COLLECTED_VALUES_MAX)

struct row_diagram {
	struct proof *proof;
	struct edition edition; /* the copy; its diagram is that of the rows */
	struct question question;
	struct table tables[TABLES_MAX];
	struct row rows[ROWS_MAX];
	uint8_t n_rows;
	struct conditions conditions;
	node_ref shown[ROWS_MAX]; /* boolean; IMPOSSIBLE where a case is so */
	struct diagram over;	  /* the pool as a diagram, to search for pairs */
	struct edition searched;
};

/* ---- The copy ---- */

static void collect_rows(struct row_diagram *rows, const struct table *from)
{
	struct table *table = &rows->tables[rows->question.table];

	*table = *from;
	table->hit = HIT_COLLECT;
	table->n_outputs = ROW_OUTPUTS;
	table->rows = rows->rows;
	for (uint8_t o = 0; o < ROW_OUTPUTS; o++)
		table->outputs[o] = (struct output){
			.name = "rows",
			.collected = true,
			.n_values = COLLECTED_VALUES_MAX,
		};
	for (uint8_t r = 0; r < from->n_rows; r++) {
		rows->rows[r] = from->rows[r];
		memset(rows->rows[r].values, VALUE_NONE,
		       sizeof(rows->rows[r].values));
		rows->rows[r].values[r / COLLECTED_VALUES_MAX] =
			r % COLLECTED_VALUES_MAX;
	}
	rows->n_rows = from->n_rows;
}

/* Tables that the question does not need are left without rows. */
static void copy_edition(struct row_diagram *rows, uint16_t q)
{
	const struct edition *from = rows->proof->edition;

	rows->edition = *from;
	rows->question = from->questions[q];
	rows->edition.questions = &rows->question;
	rows->edition.n_questions = 1;
	rows->edition.tables = rows->tables;
	for (uint16_t t = 0; t < from->n_tables; t++)
		rows->tables[t] = (struct table){ .name = from->tables[t].name,
						  .hit = HIT_COLLECT };
	for (uint8_t i = 0; i < rows->question.n_needed; i++) {
		uint8_t t = rows->question.needed[i];

		rows->tables[t] = from->tables[t];
	}
	collect_rows(rows, &from->tables[rows->question.table]);
}

/* ---- Conditions ---- */

static node_ref holds_row(node_ref terminal, uint64_t row)
{
	return terminal != TERMINAL_IMPOSSIBLE && (terminal >> row & 1) != 0
		       ? NODE_TRUE
		       : NODE_FALSE;
}

/* Whether row k hides row r wherever both match. */
static bool hides(const struct table *table, uint8_t k, uint8_t r)
{
	if (table->hit == HIT_FIRST)
		return k < r;
	return table->hit == HIT_PRIORITY &&
	       table->rows[k].values[0] < table->rows[r].values[0];
}

static void apply_hit_policy(struct row_diagram *rows, const struct table *table,
			     const node_ref *matches)
{
	struct node_pool *pool = &rows->conditions.pool;
	node_ref possible = conditions_import(&rows->conditions,
					      rows->edition.diagram->possible);

	for (uint8_t r = 0; r < table->n_rows; r++) {
		node_ref hidden = NODE_FALSE;

		for (uint8_t k = 0; k < table->n_rows; k++)
			if (hides(table, k, r))
				hidden = node_or(pool, hidden, matches[k]);
		rows->shown[r] = node_if(pool, possible,
					 node_and(pool, matches[r],
						  node_not(pool, hidden)),
					 TERMINAL_IMPOSSIBLE);
	}
}

static void import_rows(struct row_diagram *rows, const struct table *table)
{
	const node_ref *roots = rows->edition.diagram->roots[0];
	node_ref matches[ROWS_MAX];

	for (uint8_t r = 0; r < table->n_rows; r++)
		matches[r] = node_map(
			&rows->conditions.pool,
			conditions_import(&rows->conditions,
					  roots[r / COLLECTED_VALUES_MAX]),
			holds_row, r % COLLECTED_VALUES_MAX);
	apply_hit_policy(rows, table, matches);
}

/* The pool's arrays are a diagram's, as long as nothing is made in it. */
static void look_at_pool(struct row_diagram *rows)
{
	const struct node_pool *pool = &rows->conditions.pool;

	rows->over = *rows->edition.diagram;
	rows->over.n_nodes = pool->n_nodes;
	rows->over.variable = pool->variable;
	rows->over.first_child = pool->first_child;
	rows->over.n_children = pool->n_children;
	rows->over.children = pool->children;
	rows->searched = rows->edition;
	rows->searched.diagram = &rows->over;
}

/* False where the tables cannot be composed, or with the error noted. */
static bool build_rows(struct row_diagram *rows, uint16_t question)
{
	struct proof *proof = rows->proof;
	const struct edition *edition = proof->edition;
	struct table_finding *findings = arena_array(proof->scratch, FINDINGS_MAX,
					       sizeof(*findings));
	size_t n = 0;

	copy_edition(rows, question);
	proof->r = findings == NULL ? -ENOMEM
				    : diagram_build(&rows->edition, proof->scratch,
						    proof->scratch, findings, &n,
						    &rows->edition.diagram);
	if (proof->r != 0 || rows->edition.diagram == NULL)
		return false;
	proof->r = conditions_init(&rows->conditions, &rows->edition,
				   proof->scratch);
	if (proof->r != 0)
		return false;
	import_rows(rows, &edition->tables[rows->question.table]);
	look_at_pool(rows);
	if (rows->conditions.pool.failed != NODE_FINE)
		proof->r = -ENOMEM;
	return proof->r == 0;
}

/* ---- The theorem ---- */

/* The walk of the tables shows just the rows that the conditions say. */
static bool rows_agree(const struct row_diagram *rows,
		       const struct theorem_case *shown)
{
	uint64_t walked = 0;
	uint64_t said = 0;

	for (uint8_t i = 0; i < shown->n_rows; i++)
		if (shown->rows[i].table == rows->question.table)
			walked |= 1ull << shown->rows[i].row;
	for (uint8_t r = 0; r < rows->n_rows; r++)
		if (terminal_of(&rows->searched, rows->shown[r], &shown->complete) ==
		    NODE_TRUE)
			said |= 1ull << r;
	return walked == said;
}

static const struct counterexample *show_rows(struct row_diagram *rows, uint16_t q,
					      const struct diagram_case pair[2])
{
	struct proof *proof = rows->proof;
	struct counterexample *example = counterexample_of(
		proof->edition, q, proof->edition->questions[q].outcome, pair, 2,
		proof->arena, proof->scratch);

	if (example == NULL) {
		proof->r = -ENOMEM;
		return NULL;
	}
	for (uint8_t i = 0; i < 2; i++)
		example->cases[i].agreed = example->cases[i].agreed &&
					   rows_agree(rows, &example->cases[i]);
	return example;
}

/* The first row that depends on what is at stake: 1, 0 or an error. */
static int search_rows(struct row_diagram *rows, uint64_t facts,
		       struct diagram_case pair[2], uint64_t *cost)
{
	int r = 0;

	for (uint8_t i = 0; r == 0 && i < rows->n_rows; i++)
		r = stake_search(&rows->searched, rows->shown[i], facts,
				 rows->proof->scratch, pair, cost);
	return r;
}

/* Where a case is impossible, no row counts as shown. */
static void count(struct row_diagram *rows, struct theorem *theorem)
{
	struct node_pool *pool = &rows->conditions.pool;
	node_ref splits[ROWS_MAX];

	for (uint8_t r = 0; r < rows->n_rows; r++)
		splits[r] = node_map(pool, rows->shown[r], holds_row, 0);
	count_row_shares(rows->proof, &rows->conditions, splits, rows->n_rows,
			 theorem);
}

static void prove_rows_of(struct row_diagram *rows, enum theorem_kind kind,
			  uint16_t question, uint64_t facts)
{
	struct proof *proof = rows->proof;
	const struct counterexample *example = NULL;
	uint8_t outcome = proof->edition->questions[question].outcome;
	struct diagram_case pair[2];
	struct theorem *theorem;
	uint64_t cost = 0;
	int r = 0;

	if (build_rows(rows, question))
		r = search_rows(rows, facts, pair, &cost);
	else if (proof->r == 0)
		example = proof_blame(proof, "the tables cannot be composed",
				      rows->question.table, -1);
	if (r < 0)
		proof->r = r;
	if (r == 1)
		example = show_rows(rows, question, pair);
	theorem = proof_add(proof, kind, question, outcome, cost, example);
	theorem->about = facts;
	if (r == 1 && proof->r == 0)
		count(rows, theorem);
}

void prove_row(struct proof *proof, enum theorem_kind kind, uint16_t question,
	       uint64_t facts)
{
	uint8_t outcome = proof->edition->questions[question].outcome;
	bool at_stake[VARIABLES_MAX] = { false };
	struct row_diagram *rows;

	if (!stake_variables(proof->edition, facts, at_stake)) {
		proof_add(proof, kind, question, outcome, 0, NULL)->about = facts;
		return;
	}
	arena_reset(proof->scratch);
	rows = arena_alloc(proof->scratch, sizeof(*rows));
	if (rows == NULL) {
		proof->r = -ENOMEM;
		return;
	}
	rows->proof = proof;
	prove_rows_of(rows, kind, question, facts);
}
