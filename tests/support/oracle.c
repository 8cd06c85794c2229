/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/oracle.h"

#include <bdd.h>
#include <fdd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value of an output beside its own: "-", and what a gap leaves. */
#define NO_VALUE VALUES_MAX

struct oracle {
	const struct edition *edition;
	bool built[TABLES_MAX];
	BDD possible;
	BDD matches[TABLES_MAX][ROWS_MAX];
	BDD taken[TABLES_MAX][ROWS_MAX];
	/* the output has the value; a collected one holds it */
	BDD has[TABLES_MAX][OUTPUTS_MAX][VALUES_MAX + 1];
};

static int domain_of[VARIABLES_MAX];
static struct oracle *oracles[8];
static unsigned n_oracles;

static void stop(int code)
{
	fprintf(stderr, "BuDDy: %s\n", bdd_errstring(code));
	abort();
}

void oracle_world(const struct edition *edition, const uint16_t *order)
{
	bdd_init(20000, 5000);
	bdd_error_hook(stop);
	bdd_gbc_hook(NULL);
	bdd_setmaxincrease(200000);
	for (unsigned i = 0; i < edition->n_variables; i++) {
		unsigned v = order == NULL ? i : order[i];
		int n = edition->variables[v].n_classes;

		/* one call a domain: those of one call would interleave their bits */
		domain_of[v] = fdd_extdomain(&n, 1);
	}
}

void oracle_end(void)
{
	while (n_oracles > 0)
		free(oracles[--n_oracles]);
	bdd_done();
}

/*
 * Operations that keep their result until the world ends, which is soon: what
 * is never given back is never collected too early.
 */
static BDD keep(BDD node)
{
	return bdd_addref(node);
}

static BDD both(BDD a, BDD b)
{
	return keep(bdd_and(a, b));
}

static BDD either(BDD a, BDD b)
{
	return keep(bdd_or(a, b));
}

static BDD negated(BDD a)
{
	return keep(bdd_not(a));
}

/* ---- Cells ---- */

static BDD in_class(const struct edition *edition, unsigned variable, unsigned class)
{
	int domain = domain_of[variable];
	unsigned n = edition->variables[variable].n_classes;
	BDD result = keep(fdd_ithvar(domain, (int)class));
	BDD others = bddfalse;

	if (n == 1)
		return bddtrue;
	if (class + 1 < n)
		return result;
	/* the last class has the spare codes too */
	for (unsigned c = 0; c + 1 < n; c++)
		others = either(others, keep(fdd_ithvar(domain, (int)c)));
	return negated(others);
}

static BDD in_mask(const struct edition *edition, unsigned variable, uint64_t mask)
{
	BDD result = bddfalse;

	for (unsigned c = 0; c < edition->variables[variable].n_classes; c++)
		if ((mask >> c & 1) != 0)
			result = either(result, in_class(edition, variable, c));
	return result;
}

/* What a cell says of a set whose element e is held under holds[e]. */
static BDD of_set(const struct test *test, const BDD *holds, unsigned n)
{
	bool any = test->op == TEST_SET_ANY;
	BDD result = any ? bddfalse : bddtrue;

	for (unsigned e = 0; e < n; e++) {
		bool named = (test->mask >> e & 1) != 0;

		switch (test->op) {
		case TEST_SET_ANY:
			if (named)
				result = either(result, holds[e]);
			break;
		case TEST_SET_ALL:
			if (named)
				result = both(result, holds[e]);
			break;
		case TEST_SET_NONE:
			if (named)
				result = both(result, negated(holds[e]));
			break;
		case TEST_SET_ONLY:
			if (!named)
				result = both(result, negated(holds[e]));
			break;
		case TEST_ANY:
		case TEST_CLASSES:
			abort();
		}
	}
	return result;
}

static BDD of_output(const struct oracle *oracle, const struct input *input,
		     const struct test *test)
{
	const BDD *has = oracle->has[input->index][input->output];
	const struct output *output =
		&oracle->edition->tables[input->index].outputs[input->output];
	BDD result = bddfalse;

	if (test->op != TEST_CLASSES)
		return of_set(test, has, output->n_values);
	for (unsigned v = 0; v < output->n_values; v++)
		if ((test->mask >> v & 1) != 0)
			result = either(result, has[v]);
	if ((test->mask >> VALUE_NONE & 1) != 0)
		result = either(result, has[NO_VALUE]);
	return result;
}

static BDD of_cell(const struct oracle *oracle, const struct input *input,
		   const struct test *test)
{
	BDD holds[VALUES_MAX];

	if (test->op == TEST_ANY)
		return bddtrue;
	switch (input->kind) {
	case INPUT_VARIABLE:
		return in_mask(oracle->edition, input->index, test->mask);
	case INPUT_SET:
		for (unsigned e = 0; e < input->n_elements; e++)
			holds[e] = in_class(oracle->edition, input->index + e, 1);
		return of_set(test, holds, input->n_elements);
	case INPUT_OUTPUT:
		return of_output(oracle, input, test);
	}
	abort();
}

static BDD of_row(const struct oracle *oracle, const struct table *table,
		  const struct row *row)
{
	BDD result = bddtrue;

	for (unsigned i = 0; i < table->n_inputs; i++)
		result = both(result,
			      of_cell(oracle, &table->inputs[i], &row->tests[i]));
	return result;
}

/* ---- Tables ---- */

/* `other` takes the case away from `row`, should both match. */
static bool outranks(const struct table *table, unsigned other, unsigned row)
{
	if (table->hit == HIT_FIRST)
		return other < row;
	return table->hit == HIT_PRIORITY &&
	       table->rows[other].values[0] < table->rows[row].values[0];
}

static void take_value(struct oracle *oracle, unsigned t, unsigned r, unsigned o)
{
	const struct table *table = &oracle->edition->tables[t];
	unsigned v = table->rows[r].values[o];
	BDD taken = oracle->taken[t][r];
	BDD *has = oracle->has[t][o];

	if (table->outputs[o].collected) {
		if (v != VALUE_NONE)
			has[v] = either(has[v], taken);
		return;
	}
	/* where rows collide, which is found as a fault, the later one has its way */
	for (unsigned other = 0; other <= NO_VALUE; other++)
		has[other] = both(has[other], negated(taken));
	v = v == VALUE_NONE ? NO_VALUE : v;
	has[v] = either(has[v], taken);
}

static void build_rows(struct oracle *oracle, unsigned t)
{
	const struct table *table = &oracle->edition->tables[t];

	for (unsigned r = 0; r < table->n_rows; r++)
		oracle->matches[t][r] = of_row(oracle, table, &table->rows[r]);
	for (unsigned r = 0; r < table->n_rows; r++) {
		oracle->taken[t][r] = oracle->matches[t][r];
		for (unsigned other = 0; other < table->n_rows; other++)
			if (outranks(table, other, r))
				oracle->taken[t][r] =
					both(oracle->taken[t][r],
					     negated(oracle->matches[t][other]));
	}
	for (unsigned r = 0; r < table->n_rows; r++)
		for (unsigned o = 0; o < table->n_outputs; o++)
			take_value(oracle, t, r, o);
}

/* A table after those that it reads, in whatever order the document has them. */
static void build_table(struct oracle *oracle, unsigned t)
{
	const struct table *table = &oracle->edition->tables[t];

	if (oracle->built[t])
		return;
	oracle->built[t] = true;
	for (unsigned i = 0; i < table->n_inputs; i++)
		if (table->inputs[i].kind == INPUT_OUTPUT)
			build_table(oracle, table->inputs[i].index);
	build_rows(oracle, t);
}

struct oracle *oracle_new(const struct edition *edition)
{
	struct oracle *oracle = calloc(1, sizeof(*oracle));
	const struct table *never = edition->constraints;

	if (oracle == NULL || n_oracles == sizeof(oracles) / sizeof(oracles[0]))
		abort();
	oracles[n_oracles++] = oracle;
	oracle->edition = edition;
	oracle->possible = bddtrue;
	for (unsigned r = 0; never != NULL && r < never->n_rows; r++)
		oracle->possible = both(oracle->possible,
					negated(of_row(oracle, never, &never->rows[r])));
	/* BuDDy's false is 0, as calloc left every value of every output */
	for (unsigned t = 0; t < edition->n_tables; t++)
		build_table(oracle, t);
	return oracle;
}

/* ---- Answers about tables ---- */

static bool occurs(const struct oracle *oracle, BDD condition)
{
	return both(oracle->possible, condition) != bddfalse;
}

bool oracle_any(const struct oracle *oracle)
{
	return occurs(oracle, bddtrue);
}

bool oracle_gap(const struct oracle *oracle, unsigned table)
{
	BDD covered = bddfalse;

	if (oracle->edition->tables[table].hit == HIT_COLLECT)
		return false;
	for (unsigned r = 0; r < oracle->edition->tables[table].n_rows; r++)
		covered = either(covered, oracle->matches[table][r]);
	return occurs(oracle, negated(covered));
}

static bool may_both_match(const struct table *table, unsigned a, unsigned b)
{
	if (table->hit == HIT_COLLECT)
		return true;
	return table->hit != HIT_UNIQUE &&
	       memcmp(table->rows[a].values, table->rows[b].values,
		      table->n_outputs) == 0;
}

bool oracle_overlap(const struct oracle *oracle, unsigned table)
{
	const struct table *t = &oracle->edition->tables[table];

	for (unsigned a = 0; a < t->n_rows; a++)
		for (unsigned b = 0; b < a; b++)
			if (!may_both_match(t, a, b) &&
			    occurs(oracle, both(oracle->taken[table][a],
						oracle->taken[table][b])))
				return true;
	return false;
}

bool oracle_reached(const struct oracle *oracle, unsigned table, unsigned row)
{
	return occurs(oracle, oracle->taken[table][row]);
}

/* ---- Our diagram in BuDDy's terms ---- */

/* A condition that holds where a terminal is what is looked for. */
typedef bool (*wanted)(node_ref terminal, unsigned value);

static BDD import(const struct edition *edition, node_ref node, wanted want,
		  unsigned value, BDD *memo)
{
	const struct diagram *diagram = edition->diagram;
	unsigned variable;
	BDD result = bddfalse;

	if (node_is_terminal(node))
		return want(node, value) ? bddtrue : bddfalse;
	if (memo[node] >= 0)
		return memo[node];
	variable = diagram->variable[node];
	for (unsigned c = 0; c < edition->variables[variable].n_classes; c++)
		result = either(result,
				both(in_class(edition, variable, c),
				     import(edition,
					    diagram->children
						    [diagram->first_child[node] + c],
					    want, value, memo)));
	memo[node] = result;
	return result;
}

static BDD where(const struct edition *edition, node_ref root, wanted want,
		 unsigned value)
{
	size_t n = edition->diagram->n_nodes;
	BDD *memo = malloc((n + 1) * sizeof(*memo));
	BDD result;

	if (memo == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		memo[i] = -1;
	result = import(edition, root, want, value, memo);
	free(memo);
	return result;
}

static bool is_impossible(node_ref terminal, unsigned value)
{
	(void)value;
	return terminal == TERMINAL_IMPOSSIBLE;
}

static bool is_value(node_ref terminal, unsigned value)
{
	return terminal == (value == NO_VALUE ? TERMINAL_NONE : TERMINAL | value);
}

static bool holds_value(node_ref terminal, unsigned value)
{
	return terminal != TERMINAL_IMPOSSIBLE && (terminal >> value & 1) != 0;
}

bool oracle_agrees(const struct oracle *oracle, unsigned question, unsigned output)
{
	const struct edition *edition = oracle->edition;
	unsigned table = edition->questions[question].table;
	const struct output *o = &edition->tables[table].outputs[output];
	node_ref root = edition->diagram->roots[question][output];

	if (where(edition, root, is_impossible, 0) != negated(oracle->possible))
		return false;
	for (unsigned v = 0; v <= NO_VALUE; v++) {
		if (v >= o->n_values && (v != NO_VALUE || o->collected))
			continue;
		if (where(edition, root, o->collected ? holds_value : is_value, v) !=
		    both(oracle->possible, oracle->has[table][output][v]))
			return false;
	}
	return true;
}

/* ---- Independence and equivalence ---- */

bool oracle_depends(const struct oracle *oracle, unsigned question, unsigned output,
		    const bool at_stake[VARIABLES_MAX])
{
	const struct edition *edition = oracle->edition;
	unsigned table = edition->questions[question].table;
	const BDD *has = oracle->has[table][output];
	BDD stake = bddtrue;

	for (unsigned v = 0; v < edition->n_variables; v++)
		if (at_stake[v])
			stake = both(stake, keep(fdd_ithset(domain_of[v])));
	/* of some value: a case that has it beside one, alike but there, that has not */
	for (unsigned v = 0; v <= NO_VALUE; v++) {
		BDD with = both(oracle->possible, has[v]);
		BDD without = both(oracle->possible, negated(has[v]));

		if (both(keep(bdd_exist(with, stake)),
			 keep(bdd_exist(without, stake))) != bddfalse)
			return true;
	}
	return false;
}

bool oracle_same(const struct oracle *a, const struct oracle *b, unsigned question,
		 unsigned output)
{
	const BDD *of_a = a->has[a->edition->questions[question].table][output];
	const BDD *of_b = b->has[b->edition->questions[question].table][output];

	if (a->possible != b->possible)
		return false;
	for (unsigned v = 0; v <= NO_VALUE; v++)
		if (both(a->possible, of_a[v]) != both(b->possible, of_b[v]))
			return false;
	return true;
}
