/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/diagram/image_layout.h"
#include "policy/diagram/order.h"

/*
 * A diagram is composed bottom up, table by table:
 *
 *	cells -> condition of a row -> rows by hit policy -> output of the table
 *
 * and a cell that reads another table's output asks that output's diagram.
 */
struct builder {
	const struct edition *edition;
	struct node_pool pool;
	uint16_t order[VARIABLES_MAX];
	bool checks;		/* looks for gaps, overlaps and dead rows too */
	node_ref possible;
	node_ref outputs[TABLES_MAX][OUTPUTS_MAX];
	bool built[TABLES_MAX];
	struct table_finding *findings;
	size_t n_findings;
	bool too_large;
	uint32_t *numbers;	/* of nodes in the diagram, + 1 */
	uint32_t n_numbers;
};

/* A diagram smaller than this is left in its plain order. */
#define WORTH_TRYING_NODES 64

/* ---- Conditions ---- */

static node_ref is_in_mask(node_ref terminal, uint64_t mask)
{
	uint64_t value = terminal == TERMINAL_NONE ? VALUE_NONE : terminal & ~TERMINAL;

	if (terminal == TERMINAL_NO_ROW || value > VALUE_NONE)
		return NODE_FALSE;
	return (mask >> value & 1) != 0 ? NODE_TRUE : NODE_FALSE;
}

static node_ref holds_any(node_ref terminal, uint64_t mask)
{
	return (terminal & ~TERMINAL & mask) != 0 ? NODE_TRUE : NODE_FALSE;
}

static node_ref holds_all(node_ref terminal, uint64_t mask)
{
	return (terminal & ~TERMINAL & mask) == mask ? NODE_TRUE : NODE_FALSE;
}

static node_ref test_output(struct builder *builder, node_ref output,
			    const struct test *test)
{
	struct node_pool *pool = &builder->pool;

	switch (test->op) {
	case TEST_ANY:
		break;
	case TEST_CLASSES:
		return node_map(pool, output, is_in_mask, test->mask);
	case TEST_SET_ANY:
		return node_map(pool, output, holds_any, test->mask);
	case TEST_SET_ALL:
		return node_map(pool, output, holds_all, test->mask);
	case TEST_SET_NONE:
		return node_not(pool, node_map(pool, output, holds_any, test->mask));
	case TEST_SET_ONLY:
		return node_not(pool, node_map(pool, output, holds_any, ~test->mask));
	}
	return NODE_TRUE;
}

/* Some (or, turned round, every) element in the mask is held. */
static node_ref elements(struct builder *builder, const struct input *input,
			 uint64_t mask, bool every)
{
	struct node_pool *pool = &builder->pool;
	node_ref result = every ? NODE_TRUE : NODE_FALSE;

	for (uint8_t e = input->n_elements; e > 0; e--) {
		node_ref held;

		if ((mask >> (e - 1) & 1) == 0)
			continue;
		held = node_test(pool, (uint16_t)(input->index + e - 1), 2);
		result = every ? node_and(pool, held, result) :
				 node_or(pool, held, result);
	}
	return result;
}

static node_ref test_set(struct builder *builder, const struct input *input,
			 const struct test *test)
{
	struct node_pool *pool = &builder->pool;

	switch (test->op) {
	case TEST_ANY:
	case TEST_CLASSES:
		break;
	case TEST_SET_ANY:
		return elements(builder, input, test->mask, false);
	case TEST_SET_ALL:
		return elements(builder, input, test->mask, true);
	case TEST_SET_NONE:
		return node_not(pool, elements(builder, input, test->mask, false));
	case TEST_SET_ONLY:
		return node_not(pool, elements(builder, input, ~test->mask, false));
	}
	return NODE_TRUE;
}

static node_ref test_input(struct builder *builder, const struct input *input,
			   const struct test *test)
{
	if (test->op == TEST_ANY)
		return NODE_TRUE;
	switch (input->kind) {
	case INPUT_VARIABLE:
		return node_test(&builder->pool, input->index, test->mask);
	case INPUT_SET:
		return test_set(builder, input, test);
	case INPUT_OUTPUT:
		return test_output(builder, builder->outputs[input->index][input->output],
				   test);
	}
	return NODE_TRUE;
}

static node_ref row_condition(struct builder *builder, const struct table *table,
			      const struct row *row)
{
	node_ref condition = NODE_TRUE;

	for (uint8_t i = table->n_inputs; i > 0; i--)
		condition = node_and(&builder->pool,
				     test_input(builder, &table->inputs[i - 1],
						&row->tests[i - 1]),
				     condition);
	return condition;
}

/* ---- Findings ---- */

static void add_finding(struct builder *builder, struct table_finding finding,
			node_ref where)
{
	if (builder->n_findings == FINDINGS_MAX || builder->pool.failed != NODE_FINE)
		return;
	if (node_is_terminal(where))
		memset(finding.example.classes, CASE_ANY, VARIABLES_MAX);
	else
		node_witness(&builder->pool, where, &finding.example);
	builder->findings[builder->n_findings++] = finding;
}

static bool same_values(const struct table *table, const struct row *a,
			const struct row *b)
{
	return memcmp(a->values, b->values, table->n_outputs) == 0;
}

/*
 * Whether two rows may match one case: never under U, with equal outputs under
 * A and, where neither has the higher rank, under P; always under C and F.
 */
static bool may_overlap(const struct table *table, const struct row *a,
			const struct row *b)
{
	switch (table->hit) {
	case HIT_UNIQUE:
		return false;
	case HIT_ANY:
		return same_values(table, a, b);
	case HIT_PRIORITY:
		return a->values[0] != b->values[0] || same_values(table, a, b);
	case HIT_COLLECT:
	case HIT_FIRST:
		break;
	}
	return true;
}

/* Where a row is reached no row before it may be, but those it may overlap. */
static void check_overlaps(struct builder *builder, uint8_t index,
			   const node_ref *reached, const uint8_t *order, uint8_t at)
{
	const struct table *table = &builder->edition->tables[index];
	uint8_t row = order[at];
	node_ref mine = node_and(&builder->pool, reached[row], builder->possible);

	for (uint8_t i = 0; i < at; i++) {
		uint8_t other = order[i];
		node_ref both;

		if (may_overlap(table, &table->rows[row], &table->rows[other]))
			continue;
		both = node_and(&builder->pool, mine, reached[other]);
		if (both == NODE_FALSE)
			continue;
		add_finding(builder,
			    (struct table_finding){ .kind = FINDING_OVERLAP, .table = index,
					      .row = row, .other = other },
			    both);
		return;
	}
}

static void check_gap(struct builder *builder, uint8_t index, node_ref covered)
{
	node_ref gap = node_and(&builder->pool, builder->possible,
				node_not(&builder->pool, covered));

	if (gap != NODE_FALSE)
		add_finding(builder,
			    (struct table_finding){ .kind = FINDING_GAP, .table = index }, gap);
}

static void check_dead(struct builder *builder, uint8_t index, uint8_t row,
		       node_ref reached)
{
	if (node_and(&builder->pool, reached, builder->possible) == NODE_FALSE)
		add_finding(builder,
			    (struct table_finding){ .kind = FINDING_DEAD_ROW, .table = index,
					      .row = row },
			    NODE_FALSE);
}

/* ---- Tables ---- */

static node_ref value_terminal(uint8_t value)
{
	return value == VALUE_NONE ? TERMINAL_NONE : TERMINAL | value;
}

static node_ref add_value(node_ref terminal, uint64_t mask)
{
	return terminal | (node_ref)mask;
}

/*
 * Where the row is reached its outputs hold; a collected output gains the
 * row's value. Rows come in order of precedence, so what an earlier one took
 * is no longer free.
 */
static void take_row(struct builder *builder, uint8_t index, const struct row *row,
		     node_ref reached)
{
	const struct table *table = &builder->edition->tables[index];
	struct node_pool *pool = &builder->pool;

	for (uint8_t o = 0; o < table->n_outputs; o++) {
		node_ref *output = &builder->outputs[index][o];
		node_ref value;

		if (table->hit != HIT_COLLECT)
			value = value_terminal(row->values[o]);
		else if (row->values[o] == VALUE_NONE)
			continue;
		else
			value = node_map(pool, *output, add_value,
					 1ull << row->values[o]);
		*output = node_if(pool, reached, value, *output);
	}
}

/* Rows in order of precedence: as written, or by the rank of the first output. */
static void row_order(const struct table *table, uint8_t order[ROWS_MAX])
{
	uint8_t n = 0;

	if (table->hit != HIT_PRIORITY) {
		for (uint8_t r = 0; r < table->n_rows; r++)
			order[n++] = r;
		return;
	}
	for (uint8_t value = 0; value <= VALUE_NONE; value++)
		for (uint8_t r = 0; r < table->n_rows; r++)
			if (table->rows[r].values[0] == value)
				order[n++] = r;
}

/* A row hides the next one in order: always under F, by a higher rank under P. */
static bool wins(const struct table *table, uint8_t row, uint8_t next)
{
	if (table->hit == HIT_PRIORITY)
		return table->rows[row].values[0] != table->rows[next].values[0];
	return table->hit == HIT_FIRST;
}

static void build_rows(struct builder *builder, uint8_t index)
{
	const struct table *table = &builder->edition->tables[index];
	struct node_pool *pool = &builder->pool;
	node_ref reached[ROWS_MAX];
	uint8_t order[ROWS_MAX];
	node_ref covered = NODE_FALSE;	/* by rows that come before */
	node_ref hidden = NODE_FALSE;	/* from this row, by those of them that win */

	for (uint8_t o = 0; o < table->n_outputs; o++)
		builder->outputs[index][o] =
			table->hit == HIT_COLLECT ? TERMINAL : TERMINAL_NO_ROW;
	row_order(table, order);
	for (uint8_t i = 0; i < table->n_rows; i++) {
		uint8_t r = order[i];
		node_ref condition = row_condition(builder, table, &table->rows[r]);

		if (i > 0 && wins(table, order[i - 1], r))
			hidden = covered;
		reached[r] = node_and(pool, condition, node_not(pool, hidden));
		if (builder->checks) {
			check_overlaps(builder, index, reached, order, i);
			check_dead(builder, index, r, reached[r]);
		}
		take_row(builder, index, &table->rows[r], reached[r]);
		covered = node_or(pool, covered, condition);
	}
	if (builder->checks && table->hit != HIT_COLLECT)
		check_gap(builder, index, covered);
}

/* Nothing found after the budget was spent is true: this finding stands alone. */
static void note_budget(struct builder *builder, uint8_t index)
{
	if (builder->pool.failed != NODE_OVER_BUDGET || builder->too_large)
		return;
	builder->too_large = true;
	builder->findings[0] = (struct table_finding){ .kind = FINDING_TOO_LARGE,
						 .table = index };
	builder->n_findings = 1;
}

/* Builds what the table reads, then the table. False once the budget is spent. */
static bool build_table(struct builder *builder, uint8_t index)
{
	const struct table *table = &builder->edition->tables[index];

	if (builder->built[index])
		return true;
	for (uint8_t i = 0; i < table->n_inputs; i++)
		if (table->inputs[i].kind == INPUT_OUTPUT &&
		    !build_table(builder, (uint8_t)table->inputs[i].index))
			return false;
	build_rows(builder, index);
	builder->built[index] = true;
	note_budget(builder, index);
	return builder->pool.failed == NODE_FINE;
}

static void build_constraints(struct builder *builder)
{
	const struct table *never = builder->edition->constraints;
	struct node_pool *pool = &builder->pool;

	builder->possible = NODE_TRUE;
	if (never == NULL)
		return;
	for (uint8_t r = 0; r < never->n_rows; r++)
		builder->possible =
			node_and(pool, builder->possible,
				 node_not(pool, row_condition(builder, never,
							      &never->rows[r])));
	note_budget(builder, FINDING_CONSTRAINTS);
	if (builder->possible == NODE_FALSE)
		add_finding(builder, (struct table_finding){ .kind = FINDING_NO_CASE },
			    NODE_FALSE);
}

/* Cases that cannot occur are cut off last, so that tables share more nodes. */
static void exclude_impossible(struct builder *builder)
{
	const struct edition *edition = builder->edition;

	for (uint16_t q = 0; q < edition->n_questions; q++) {
		uint16_t table = edition->questions[q].table;

		for (uint8_t o = 0; o < edition->tables[table].n_outputs; o++)
			builder->outputs[table][o] =
				node_if(&builder->pool, builder->possible,
					builder->outputs[table][o],
					TERMINAL_IMPOSSIBLE);
		for (uint8_t o = edition->tables[table].n_outputs; o < OUTPUTS_MAX; o++)
			builder->outputs[table][o] = TERMINAL_NONE;
		note_budget(builder, (uint8_t)table);
	}
}

/* ---- The smallest of several orders ---- */

/* Builds everything, in a pool that is empty. */
static void build(struct builder *builder)
{
	memset(builder->built, 0, sizeof(builder->built));
	build_constraints(builder);
	for (uint16_t i = 0; i < builder->edition->n_tables; i++)
		if (!build_table(builder, (uint8_t)i))
			break;
	exclude_impossible(builder);
}

/* The same in another order. What checks find was found before. */
static void build_again(struct builder *builder, const struct order_plan *plan,
			uint32_t budget)
{
	builder->checks = false;
	order_variables(builder->edition, plan, builder->order);
	node_pool_restart(&builder->pool, builder->order, budget);
	build(builder);
}

static struct image_source source_of(const struct builder *builder)
{
	const struct edition *edition = builder->edition;
	struct image_source source = { .pool = &builder->pool,
				       .order = builder->order,
				       .possible = builder->possible };

	for (uint16_t q = 0; q < edition->n_questions; q++)
		memcpy(source.roots[q], builder->outputs[edition->questions[q].table],
		       sizeof(source.roots[q]));
	return source;
}

/* Zero for each node of the pool; room that one order took serves the next. */
static uint32_t *numbers_for(struct builder *builder)
{
	uint32_t n = builder->pool.n_nodes;

	if (builder->numbers != NULL && builder->n_numbers >= n) {
		memset(builder->numbers, 0, n * sizeof(uint32_t));
		return builder->numbers;
	}
	builder->n_numbers = 2 * n;
	builder->numbers = arena_array(builder->pool.scratch, builder->n_numbers,
				       sizeof(uint32_t));
	return builder->numbers;
}

/* Nodes that the diagram will have, or UINT32_MAX where it took too many. */
static uint32_t size_of(struct builder *builder)
{
	struct image_source source = source_of(builder);
	uint32_t *numbers;

	if (builder->pool.failed != NODE_FINE)
		return UINT32_MAX;
	numbers = numbers_for(builder);
	return numbers == NULL ? UINT32_MAX : image_number(&source, numbers);
}

/*
 * A trial may work with twice the nodes that the plain order took: one that
 * needs more on the way seldom ends smaller, and none may cost the time that
 * the others save.
 */
static void try_orders(struct builder *builder)
{
	uint32_t budget = builder->pool.budget;
	uint32_t trial = builder->pool.n_nodes < budget / 2 ? 2 * builder->pool.n_nodes :
							       budget;
	uint32_t smallest = size_of(builder);
	struct order_plan plans[ORDER_PLANS_MAX];
	uint8_t n = order_plans(builder->edition, plans);
	uint8_t best = 0;

	if (smallest < WORTH_TRYING_NODES)
		return;
	for (uint8_t i = 1; i < n; i++) {
		uint32_t size;

		build_again(builder, &plans[i], trial);
		size = size_of(builder);
		if (size < smallest) {
			smallest = size;
			best = i;
		}
	}
	if (best != n - 1)
		build_again(builder, &plans[best], budget);
}

static int finish(struct builder *builder, struct arena *arena,
		  const struct diagram **ret_diagram)
{
	struct image_source source = source_of(builder);
	uint32_t n = size_of(builder);

	if (n == UINT32_MAX)
		return -ENOMEM;
	return image_write(&source, builder->numbers, n, arena, ret_diagram);
}

int diagram_build_within(const struct edition *edition, uint32_t budget,
			 struct arena *arena, struct arena *scratch,
			 struct table_finding findings[FINDINGS_MAX], size_t *ret_n_findings,
			 const struct diagram **ret_diagram)
{
	const struct order_plan plain = { 0 };
	struct builder *builder = arena_alloc(scratch, sizeof(*builder));
	int r;

	if (builder == NULL)
		return -ENOMEM;
	builder->edition = edition;
	builder->findings = findings;
	builder->checks = true;
	order_variables(edition, &plain, builder->order);
	r = node_pool_init(&builder->pool, edition, builder->order, budget, scratch);
	if (r != 0)
		return r;
	build(builder);
	if (builder->pool.failed == NODE_NO_MEMORY)
		return -ENOMEM;
	*ret_diagram = NULL;
	if (builder->n_findings == 0) {
		try_orders(builder);
		r = finish(builder, arena, ret_diagram);
	}
	if (r == 0)
		*ret_n_findings = builder->n_findings;
	return r;
}

int diagram_build(const struct edition *edition, struct arena *arena,
		  struct arena *scratch, struct table_finding findings[FINDINGS_MAX],
		  size_t *ret_n_findings, const struct diagram **ret_diagram)
{
	return diagram_build_within(edition, DIAGRAM_NODES_MAX, arena, scratch, findings,
				    ret_n_findings, ret_diagram);
}
