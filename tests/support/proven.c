/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/decide.h"
#include "tests/support/files.h"
#include "tests/support/proven.h"

void proven_done(struct proven *proven)
{
	arena_done(&proven->arena);
	arena_done(&proven->scratch);
}

void proven_begin(struct proven *proven)
{
	arena_init(&proven->arena, POLICY_ARENA_BYTES);
	arena_init(&proven->scratch, PROVE_SCRATCH_BYTES);
}

void proven_load(struct proven *proven, const char *vocabulary, const char *policy)
{
	CLEANUP(file_done) struct bytes words = file_read(vocabulary);
	CLEANUP(file_done) struct bytes document = file_read(policy);
	struct diagnostics *diagnostics = arena_alloc(&proven->arena,
						      sizeof(*diagnostics));

	if (policy_load(words, document, &proven->arena, &proven->edition,
			diagnostics) != 0)
		fail_msg("%s: %s", policy,
			 diagnostic_text(&diagnostics->items[0], policy, document,
					 &proven->arena));
}

void proven_prove(struct proven *proven)
{
	proven->theorems = arena_array(&proven->arena, THEOREMS_MAX,
				       sizeof(*proven->theorems));
	assert_non_null(proven->theorems);
	assert_int_equal(prove(proven->edition, &proven->arena, &proven->scratch,
			       proven->theorems, &proven->n),
			 0);
	assert_true(proven->n <= THEOREMS_MAX);
}

struct thawed *thaw(const struct edition *edition, struct arena *arena)
{
	struct thawed *thawed = arena_alloc(arena, sizeof(*thawed));
	size_t last = edition->n_tables - 1u;
	size_t n_bytes = edition->diagram->n_children * sizeof(node_ref);

	assert_non_null(thawed);
	thawed->edition = *edition;
	memcpy(thawed->facts, edition->facts,
	       edition->n_facts * sizeof(struct fact));
	memcpy(thawed->tables, edition->tables,
	       edition->n_tables * sizeof(struct table));
	memcpy(thawed->rows, edition->tables[last].rows,
	       edition->tables[last].n_rows * sizeof(struct row));
	thawed->diagram = *edition->diagram;
	thawed->children = arena_alloc(arena, n_bytes);
	assert_non_null(thawed->children);
	memcpy(thawed->children, edition->diagram->children, n_bytes);
	thawed->tables[last].rows = thawed->rows;
	thawed->diagram.children = thawed->children;
	thawed->edition.facts = thawed->facts;
	thawed->edition.tables = thawed->tables;
	thawed->edition.diagram = &thawed->diagram;
	return thawed;
}

void write_facts(struct builder *text, const struct edition *edition,
		 uint64_t facts)
{
	for (unsigned f = 0; f < edition->n_facts; f++)
		if ((facts >> f & 1) != 0)
			builder_format(text, " %s", edition->facts[f].key);
}

const char *proven_failures(struct proven *proven)
{
	const struct edition *edition = proven->edition;
	struct builder text;

	builder_init(&text, &proven->arena);
	for (size_t i = 0; i < proven->n; i++) {
		const struct theorem *t = &proven->theorems[i];
		const struct counterexample *example = t->counterexample;
		const struct question *q = NULL;

		assert_int_equal(t->holds, example == NULL);
		if (t->holds)
			continue;
		builder_format(&text, "%s %s", theorem_texts[t->kind].obligation,
			       theorem_texts[t->kind].name);
		if (t->question >= 0)
			q = &edition->questions[t->question];
		if (q != NULL)
			builder_format(
				&text, ", %s %s", q->name,
				edition->tables[q->table].outputs[t->output].name);
		builder_format(&text, ": %s", example->what);
		if (example->table >= 0)
			builder_format(&text, " in %s",
				       edition->tables[example->table].name);
		if (example->row >= 0)
			builder_format(&text, " row %s",
				       edition->tables[example->table]
					       .rows[example->row]
					       .id);
		if (example->n_cases == 1)
			builder_string(&text, "one case");
		if (example->n_cases == 2)
			builder_string(&text, "two cases that differ in");
		write_facts(&text, edition, example->differ);
		builder_string(&text, "\n");
	}
	if (text.n == 0)
		builder_string(&text, "everything holds\n");
	return builder_text(&text);
}

static bool same_answer(const struct fact *fact, const struct answer *a,
			const struct answer *b)
{
	if (a->state != b->state || a->state != ANSWER_VALUE)
		return a->state == b->state;
	switch (fact->type) {
	case FACT_SET:
		return a->set == b->set;
	case FACT_DATE:
		return a->date.first == b->date.first;
	case FACT_PERIODS:
		return a->periods.n == b->periods.n &&
		       a->periods.items == b->periods.items;
	case FACT_BOOLEAN:
	case FACT_ENUMERATION:
	case FACT_INTEGER:
	case FACT_DURATION:
		break;
	}
	return a->number == b->number;
}

void proven_check_answers(const struct proven *proven,
			  const struct theorem *theorem)
{
	const struct counterexample *example = theorem->counterexample;
	CLEANUP(arena_done) struct arena arena;

	arena_init(&arena, 2 * DECIDE_ARENA_BYTES);
	for (unsigned i = 0; i < example->n_cases; i++) {
		struct decision decision;
		int row;

		assert_int_equal(
			decide(proven->edition,
			       &proven->edition->questions[theorem->question],
			       example->cases[i].facts, &arena, &decision, &row),
			0);
		assert_true(decision.agreed);
		assert_true(decision.outputs[theorem->output].settled);
		assert_int_equal(decision.outputs[theorem->output].value,
				 example->cases[i].value);
	}
	for (unsigned f = 0; example->n_cases == 2 && f < proven->edition->n_facts;
	     f++)
		if ((example->differ >> f & 1) == 0)
			assert_true(
				same_answer(&proven->edition->facts[f],
					    &example->cases[0].facts->answers[f],
					    &example->cases[1].facts->answers[f]));
}
