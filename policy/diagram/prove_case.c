/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/diagram/prover.h"
#include "policy/evaluate.h"

uint64_t facts_behind(const struct edition *edition, uint16_t variable)
{
	const struct variable *v = &edition->variables[variable];

	if (v->kind == VARIABLE_DERIVED)
		return edition->derived[v->index].facts;
	return 1ull << v->index;
}

/* ---- Deciding again ---- */

static void know(const struct edition *edition, const struct diagram_case *complete,
		 struct known *ret_known)
{
	for (uint16_t v = 0; v < edition->n_variables; v++)
		ret_known->classes[v] = 1ull << complete->classes[v];
}

node_ref terminal_of(const struct edition *edition, node_ref node,
		     const struct diagram_case *complete)
{
	const struct diagram *diagram = edition->diagram;

	while (!node_is_terminal(node))
		node = diagram->children
			       [diagram->first_child[node] +
				complete->classes[diagram->variable[node]]];
	return node;
}

static uint64_t value_of(node_ref terminal)
{
	return terminal == TERMINAL_NONE ? VALUE_NONE : terminal & ~TERMINAL;
}

static bool walk_agrees(const struct edition *edition,
			const struct question *question, uint8_t output,
			const struct known *known,
			const struct table_result *result, uint64_t value)
{
	const struct table *never = edition->constraints;

	for (uint8_t r = 0; never != NULL && r < never->n_rows; r++)
		if (evaluate_constraint(edition, r, known) != MATCH_NO)
			return false;
	if (edition->tables[question->table].outputs[output].collected)
		return result->certain[output] == value &&
		       result->possible[output] == value;
	return value <= VALUE_NONE && result->possible[output] == 1ull << value;
}

/* ---- Rows on the way ---- */

static void mark_read(const struct table *table, const struct row *row,
		      bool on_the_way[TABLES_MAX])
{
	for (uint8_t i = 0; i < table->n_inputs; i++)
		if (table->inputs[i].kind == INPUT_OUTPUT &&
		    row->tests[i].op != TEST_ANY)
			on_the_way[table->inputs[i].index] = true;
}

void put_rows(const struct edition *edition, const struct question *question,
	      const struct table_result *results, struct theorem_case *shown)
{
	bool on_the_way[TABLES_MAX] = { false };
	struct theorem_row rows[THEOREM_ROWS_MAX];
	uint8_t n = 0;

	on_the_way[question->table] = true;
	for (uint8_t i = question->n_needed; i > 0; i--) {
		uint8_t t = question->needed[i - 1];
		const struct table *table = &edition->tables[t];

		for (uint8_t r = table->n_rows; on_the_way[t] && r > 0; r--) {
			if (results[t].matches[r - 1] != MATCH_YES)
				continue;
			mark_read(table, &table->rows[r - 1], on_the_way);
			if (n < THEOREM_ROWS_MAX)
				rows[n++] = (struct theorem_row){ t, (uint8_t)(r -
									       1) };
		}
	}
	for (uint8_t i = 0; i < n; i++)
		shown->rows[i] = rows[n - 1 - i];
	shown->n_rows = n;
}

/* ---- Counterexamples ---- */

/* Where each class will do the first does, in both cases alike. */
static void complete_case(const struct edition *edition, struct theorem_case *shown)
{
	shown->complete = shown->shown;
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (shown->complete.classes[v] == CASE_ANY)
			shown->complete.classes[v] = 0;
}

static bool decide_again(const struct edition *edition, uint16_t q, uint8_t output,
			 struct theorem_case *shown, struct arena *scratch)
{
	const struct question *question = &edition->questions[q];
	struct table_result *results = arena_array(scratch, TABLES_MAX,
						   sizeof(*results));
	struct known *known = arena_alloc(scratch, sizeof(*known));

	if (results == NULL || known == NULL)
		return false;
	know(edition, &shown->complete, known);
	shown->value = value_of(terminal_of(
		edition, edition->diagram->roots[q][output], &shown->complete));
	evaluate_tables(edition, question, known, results);
	shown->agreed = walk_agrees(edition, question, output, known,
				    &results[question->table], shown->value);
	put_rows(edition, question, results, shown);
	return true;
}

uint64_t differing_facts(const struct edition *edition,
			 const struct diagram_case *a, const struct diagram_case *b)
{
	uint64_t facts = 0;

	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (a->classes[v] != b->classes[v])
			facts |= facts_behind(edition, v);
	return facts;
}

/*
 * A variable that only one of the cases needs is given in both: then they are
 * seen to differ in the facts at stake and in nothing else.
 */
static void show_alike(const struct edition *edition, struct diagram_case *a,
		       struct diagram_case *b)
{
	for (uint16_t v = 0; v < edition->n_variables; v++) {
		if (a->classes[v] == CASE_ANY)
			a->classes[v] = b->classes[v];
		if (b->classes[v] == CASE_ANY)
			b->classes[v] = a->classes[v];
	}
}

/*
 * The table walk agrees and every output has a value: decide() may be asked,
 * which relies on a sound diagram.
 */
static bool may_decide(const struct edition *edition, uint16_t question,
		       const struct counterexample *example)
{
	uint16_t table = edition->questions[question].table;

	for (uint8_t i = 0; i < example->n_cases; i++) {
		if (!example->cases[i].agreed)
			return false;
		for (uint8_t o = 0; o < edition->tables[table].n_outputs; o++) {
			node_ref terminal = terminal_of(
				edition, edition->diagram->roots[question][o],
				&example->cases[i].complete);

			if (terminal == TERMINAL_NO_ROW ||
			    terminal == TERMINAL_IMPOSSIBLE)
				return false;
		}
	}
	return true;
}

struct counterexample *counterexample_of(const struct edition *edition,
					 uint16_t question, uint8_t output,
					 const struct diagram_case *cases,
					 uint8_t n, struct arena *arena,
					 struct arena *scratch)
{
	struct counterexample *example = arena_alloc(arena, sizeof(*example));

	if (example == NULL)
		return NULL;
	example->n_cases = n;
	example->what = "";
	example->table = -1;
	example->row = -1;
	for (uint8_t i = 0; i < n; i++)
		example->cases[i].shown = cases[i];
	if (n == 2)
		show_alike(edition, &example->cases[0].shown,
			   &example->cases[1].shown);
	for (uint8_t i = 0; i < n; i++) {
		complete_case(edition, &example->cases[i]);
		if (!decide_again(edition, question, output, &example->cases[i],
				  scratch))
			return NULL;
	}
	if (n == 2)
		example->differ = differing_facts(edition, &example->cases[0].shown,
						  &example->cases[1].shown);
	if (may_decide(edition, question, example))
		find_facts(edition, question, output, example, arena, scratch);
	return example;
}
