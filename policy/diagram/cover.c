/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/cover.h"

#include <errno.h>
#include <string.h>

#include "policy/base/text.h"
#include "policy/decide.h"
#include "policy/diagram/prover.h"
#include "policy/settle.h"

/* ---- Sides ---- */

static bool is_ordered(const struct edition *edition, const struct variable *v)
{
	enum fact_type type = v->kind == VARIABLE_DERIVED
				      ? edition->derived[v->index].type
				      : edition->facts[v->index].type;

	return v->kind != VARIABLE_ELEMENT && type != FACT_BOOLEAN &&
	       type != FACT_ENUMERATION;
}

static bool question_reads(const struct edition *edition,
			   const struct question *question, uint16_t variable)
{
	const struct variable *v = &edition->variables[variable];

	return v->kind == VARIABLE_DERIVED ? (question->derived >> v->index & 1) != 0
					   : (question->facts >> v->index & 1) != 0;
}

static bool values_differ(const void *context, node_ref a, node_ref b)
{
	(void)context;
	return a != b;
}

/* Both cases are in the class that is known, where one is. */
static void fix_derived(struct pair_search *search, const struct cover_side *side,
			const struct known *fixed, struct relation *relations)
{
	for (uint16_t v = 0; fixed != NULL && v < search->edition->n_variables; v++) {
		uint64_t classes = fixed->classes[v];

		if (search->edition->variables[v].kind != VARIABLE_DERIVED ||
		    v == side->variable || (classes & (classes - 1)) != 0)
			continue;
		relations->to[__builtin_ctzll(classes)] = (uint32_t)classes;
		search->relations[v] = relations++;
	}
}

int cover_pair(const struct edition *edition, const struct cover_side *side,
	       const struct known *fixed, struct arena *scratch,
	       struct diagram_case ret_pair[2], uint8_t *ret_output)
{
	uint16_t table = edition->questions[side->question].table;
	int r = 0;

	for (uint8_t o = 0; o < edition->tables[table].n_outputs && r == 0; o++) {
		struct relation step = { { 0 } };
		struct relation same[DERIVED_MAX] = { { { 0 } } };
		struct pair_search search = {
			.edition = edition,
			.root = edition->diagram->roots[side->question][o],
			.bad = values_differ,
			.scratch = scratch,
		};

		step.to[side->class] = side->across;
		fix_derived(&search, side, fixed, same);
		search.relations[side->variable] = &step;
		arena_reset(scratch);
		*ret_output = o;
		r = pair_search(&search, ret_pair);
	}
	return r;
}

struct siding {
	struct cover *cover;
	size_t room;
	int r; /* sticky */
};

/* Adds a side if it is one. */
static void try_side(struct siding *siding, struct cover_side side)
{
	struct cover *cover = siding->cover;
	struct diagram_case pair[2];
	uint8_t output;

	if (siding->r != 0)
		return;
	siding->r = cover_pair(cover->edition, &side, NULL, cover->scratch, pair,
				&output);
	if (siding->r == 1) {
		cover->sides[cover->n_sides++] = side;
		siding->r = 0;
	}
}

/* One for each neighbour, below and above. */
static void try_ordered(struct siding *siding, struct cover_side side, uint8_t n)
{
	if (side.class > 0) {
		side.across = 1u << (side.class - 1);
		try_side(siding, side);
	}
	if (side.class + 1 < n) {
		side.across = 1u << (side.class + 1);
		try_side(siding, side);
	}
}

static void try_variable(struct siding *siding, uint8_t question, uint16_t variable)
{
	const struct edition *edition = siding->cover->edition;
	const struct variable *v = &edition->variables[variable];
	uint8_t n_known = (uint8_t)(v->n_classes - v->has_unknown);
	uint32_t all = (uint32_t)((1ull << v->n_classes) - 1);

	for (uint8_t class = 0; class < v->n_classes; class++) {
		struct cover_side side = {
			.question = question,
			.variable = variable,
			.class = class,
			.across = all & ~(1u << class),
		};

		if (is_ordered(edition, v) && class < n_known)
			try_ordered(siding, side, n_known);
		else
			try_side(siding, side);
	}
}

static int find_sides(struct cover *cover)
{
	const struct edition *edition = cover->edition;
	struct siding siding = { .cover = cover };

	for (uint16_t v = 0; v < edition->n_variables; v++)
		siding.room += 2u * edition->variables[v].n_classes;
	siding.room *= edition->n_questions;
	cover->sides = arena_array(cover->arena, siding.room, sizeof(*cover->sides));
	if (cover->sides == NULL)
		return -ENOMEM;
	for (uint8_t q = 0; q < edition->n_questions; q++)
		for (uint16_t v = 0; v < edition->n_variables; v++)
			if (question_reads(edition, &edition->questions[q], v))
				try_variable(&siding, q, v);
	return siding.r;
}

/* ---- Where a side matters ---- */

static bool holds(const struct reach *reach, node_ref terminal)
{
	for (size_t i = 0; i < reach->n; i++)
		if (reach->terminals[i] == terminal)
			return true;
	return reach->too_many;
}

/* A step to one class across gives other values of the output alone. */
static bool step_changes(const struct cover *cover, const struct cover_side *side,
			 const struct known *known, uint8_t output,
			 node_ref terminal, uint64_t *visited)
{
	node_ref root = cover->edition->diagram->roots[side->question][output];
	struct known across = *known;

	for (uint32_t left = side->across; left != 0; left &= left - 1) {
		struct reach reach;

		across.classes[side->variable] = left & -left;
		diagram_reach(cover->edition, root, &across, NULL, visited, &reach);
		if (reach.n > 0 && !holds(&reach, terminal))
			return true;
	}
	return false;
}

bool cover_matters(const struct cover *cover, const struct cover_side *side,
		   const struct known *known, uint64_t *visited,
		   struct cover_result *ret_result)
{
	const struct edition *edition = cover->edition;
	uint16_t table = edition->questions[side->question].table;

	if (known->classes[side->variable] != 1ull << side->class)
		return false;
	for (uint8_t o = 0; o < edition->tables[table].n_outputs; o++) {
		struct reach reach;

		diagram_reach(edition, edition->diagram->roots[side->question][o],
			      known, NULL, visited, &reach);
		if (reach.n != 1 || reach.too_many ||
		    !step_changes(cover, side, known, o, reach.terminals[0],
				  visited))
			continue;
		*ret_result = (struct cover_result){ o, reach.terminals[0] };
		return true;
	}
	return false;
}

/* ---- Examples ---- */

static void mark_rows(struct cover *cover, const struct decision *decision)
{
	for (uint16_t i = 0; i < decision->n_rows; i++)
		if (decision->rows[i].certain)
			cover->rows[decision->rows[i].table]
				   [decision->rows[i].row] = true;
}

static void mark_sides(struct cover *cover, const struct cover_base *base,
		       uint64_t *visited)
{
	struct cover_result result;

	for (size_t i = 0; i < cover->n_sides; i++) {
		struct cover_side *side = &cover->sides[i];

		if (side->question == base->question && side->state != COVER_DONE &&
		    cover_matters(cover, side, &base->known, visited, &result))
			side->state = COVER_DONE;
	}
}

int cover_add(struct cover *cover, uint8_t question, const struct facts *facts,
	      const struct cover_side *side)
{
	const struct edition *edition = cover->edition;
	struct cover_base *base = &cover->bases[cover->n_bases];
	struct decision *decision;
	struct settled *settled;
	uint64_t *visited;
	int row;
	int r;

	arena_reset(cover->scratch);
	decision = arena_alloc(cover->scratch, sizeof(*decision));
	settled = arena_alloc(cover->scratch, sizeof(*settled));
	visited = diagram_visited(edition, cover->scratch);
	if (decision == NULL || settled == NULL || visited == NULL)
		return -ENOMEM;
	r = decide(edition, &edition->questions[question], facts, cover->scratch,
		   decision, &row);
	if (r == 0)
		r = settle(edition, &edition->questions[question], facts,
			   cover->scratch, settled);
	if (r != 0) /* a case that cannot occur shows nothing */
		return r < 0 ? r : 0;
	*base = (struct cover_base){ question, facts, settled->known, side };
	cover->n_bases++;
	mark_rows(cover, decision);
	mark_sides(cover, base, visited);
	return 0;
}

int cover_examples(const struct edition *edition, struct arena *arena,
		   struct arena *scratch, struct cover **ret_cover)
{
	struct cover *cover = arena_alloc(arena, sizeof(*cover));
	int r;

	if (cover == NULL)
		return -ENOMEM;
	cover->edition = edition;
	cover->arena = arena;
	cover->scratch = scratch;
	cover->bases = arena_array(arena, EXAMPLES_MAX, sizeof(*cover->bases));
	if (cover->bases == NULL)
		return -ENOMEM;
	r = find_sides(cover);
	for (uint16_t i = 0; i < edition->n_examples && r == 0; i++)
		r = cover_add(cover, edition->examples[i].question,
			      &edition->examples[i].facts, NULL);
	if (r == 0)
		*ret_cover = cover;
	return r;
}

size_t cover_count(const struct cover *cover, enum cover_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < cover->n_sides; i++)
		n += cover->sides[i].state == state;
	return n;
}

/* ---- Places and words ---- */

/* The cell tells the class from some class across. */
static bool cell_parts(const struct input *input, const struct test *test,
		       const struct edition *edition, const struct cover_side *side)
{
	const struct variable *v = &edition->variables[side->variable];

	if (test->op == TEST_ANY || input->kind == INPUT_OUTPUT)
		return false;
	if (input->kind == INPUT_SET)
		return side->variable >= input->index &&
		       side->variable < input->index + input->n_elements &&
		       ((test->mask >> v->element & 1) != 0 ||
			test->op == TEST_SET_ONLY);
	return input->index == side->variable &&
	       (test->mask >> side->class & 1) !=
		       ((test->mask & side->across) != 0);
}

static bool row_parts(const struct edition *edition, const struct table *table,
		      const struct row *row, const struct cover_side *side)
{
	for (uint8_t i = 0; i < table->n_inputs; i++)
		if (cell_parts(&table->inputs[i], &row->tests[i], edition, side))
			return true;
	return false;
}

struct cover_row cover_place(const struct cover *cover, const struct cover_side *side)
{
	const struct edition *edition = cover->edition;
	const struct question *question = &edition->questions[side->question];

	for (uint8_t i = 0; i < question->n_needed; i++) {
		uint8_t t = question->needed[i];

		for (uint8_t r = 0; r < edition->tables[t].n_rows; r++)
			if (row_parts(edition, &edition->tables[t],
				      &edition->tables[t].rows[r], side))
				return (struct cover_row){ t, r };
	}
	/* a constraint alone tests it: the question's table is where it shows */
	return (struct cover_row){ (uint8_t)question->table, 0 };
}

const char *cover_text(const struct cover *cover, const struct cover_side *side,
		       struct arena *arena)
{
	struct diagram_case here;
	struct diagram_case there;
	struct builder text;
	bool one = (side->across & (side->across - 1)) == 0;

	memset(&here, CASE_ANY, sizeof(here));
	there = here;
	here.classes[side->variable] = side->class;
	there.classes[side->variable] = (uint8_t)__builtin_ctz(side->across);
	builder_init(&text, arena);
	builder_string(&text, diagram_case_text(cover->edition, &here, arena));
	builder_format(&text, ", beside %s%s",
		       diagram_case_text(cover->edition, &there, arena),
		       one ? "" : " and others");
	return builder_text(&text);
}
