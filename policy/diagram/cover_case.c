/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/decide.h"
#include "policy/diagram/cover.h"
#include "policy/diagram/prover.h"
#include "policy/settle.h"

/* Cases looked into for one side before it is given up. */
#define TRIES_MAX 64

/* One side that is looked for. */
struct seeking {
	struct cover *cover;
	const struct cover_side *side;
	const struct question *question;
	/* the edition's, or cut once more so that a class is a number at the edge */
	struct variable variables[VARIABLES_MAX];
	int64_t cuts[CLASSES_MAX];
	uint8_t class; /* of the side, by those variables */
	struct theorem_case shown;
	unsigned n_tries;
	struct arena *scratch;
	uint64_t *visited;
	struct settled *settled;
	struct decision *decision;
};

/* ---- The edge of a class ---- */

/* The number of the class that lies beside the class across; false: no such. */
static bool edge_of(const struct variable *v, const struct cover_side *side,
		    int64_t *ret_first, int64_t *ret_end)
{
	uint8_t across = (uint8_t)__builtin_ctz(side->across);
	uint8_t n_cuts = (uint8_t)(v->n_classes - 1 - v->has_unknown);
	bool numbers = v->kind != VARIABLE_ELEMENT && side->class <= n_cuts &&
		       across <= n_cuts && v->cuts != NULL &&
		       (side->across & (side->across - 1)) == 0;

	if (!numbers || (across != side->class + 1 && across + 1 != side->class))
		return false;
	*ret_end = across > side->class ? v->cuts[side->class]
					: v->cuts[side->class - 1] + 1;
	*ret_first = *ret_end - 1;
	return true;
}

/* Cuts the class once more, at a number inside it. Returns whether it did. */
static bool cut_class(struct seeking *seeking, int64_t cut)
{
	struct variable *v = &seeking->variables[seeking->side->variable];
	uint8_t n_cuts = (uint8_t)(v->n_classes - 1 - v->has_unknown);
	uint8_t at = 0;

	if (v->n_classes == CLASSES_MAX)
		return false;
	while (at < n_cuts && v->cuts[at] < cut)
		at++;
	if (at < n_cuts && v->cuts[at] == cut)
		return false;
	memmove(seeking->cuts, v->cuts, at * sizeof(int64_t));
	seeking->cuts[at] = cut;
	for (uint8_t i = at; i < n_cuts; i++)
		seeking->cuts[i + 1] = v->cuts[i];
	v->cuts = seeking->cuts;
	v->n_classes++;
	return true;
}

/* Leaves of the class only the number at the edge, where it has one. */
static void go_to_edge(struct seeking *seeking)
{
	const struct edition *edition = seeking->cover->edition;
	const struct cover_side *side = seeking->side;
	const struct variable *v = &edition->variables[side->variable];
	int64_t first;
	int64_t end;

	memcpy(seeking->variables, edition->variables,
	       edition->n_variables * sizeof(*v));
	seeking->class = side->class;
	if (!edge_of(v, side, &first, &end))
		return;
	if (side->across >> side->class > 1) {
		/* what is below the edge becomes a class of its own */
		if (cut_class(seeking, first))
			seeking->class++;
	} else {
		(void)cut_class(seeking, end);
	}
}

static void go_anywhere(struct seeking *seeking)
{
	const struct edition *edition = seeking->cover->edition;

	memcpy(seeking->variables, edition->variables,
	       edition->n_variables * sizeof(*edition->variables));
	seeking->class = seeking->side->class;
}

/* ---- Trying ---- */

/* What is known of a case that both evaluators decide alike; false without. */
static int know(struct seeking *seeking, const struct facts *facts, bool *ret_known)
{
	const struct edition *edition = seeking->cover->edition;
	int row;
	int r = decide(edition, seeking->question, facts, seeking->scratch,
		       seeking->decision, &row);

	*ret_known = r == 0 && seeking->decision->agreed;
	if (r < 0)
		return r;
	return !*ret_known ? 0
			   : settle(edition, seeking->question, facts,
				    seeking->scratch, seeking->settled);
}

static int covers(struct seeking *seeking, const struct facts *facts, bool *ret_covers)
{
	struct cover_result result;
	int r = know(seeking, facts, ret_covers);

	*ret_covers = r == 0 && *ret_covers &&
		      cover_matters(seeking->cover, seeking->side,
				    &seeking->settled->known, seeking->visited,
				    &result);
	return r;
}

/* Memory of one try; false when there is none. */
static bool begin_try(struct seeking *seeking)
{
	struct arena *scratch = seeking->scratch;

	arena_reset(scratch);
	seeking->visited = diagram_visited(seeking->cover->edition, scratch);
	seeking->settled = arena_alloc(scratch, sizeof(*seeking->settled));
	seeking->decision = arena_alloc(scratch, sizeof(*seeking->decision));
	return seeking->visited != NULL && seeking->settled != NULL &&
	       seeking->decision != NULL;
}

static struct facts *find_answers(struct seeking *seeking, uint8_t output,
				  const struct facts *other, uint64_t differ)
{
	const struct edition *edition = seeking->cover->edition;
	uint16_t v = seeking->side->variable;

	seeking->shown.shown.classes[v] = seeking->class;
	seeking->shown.complete = seeking->shown.shown;
	for (uint16_t i = 0; i < edition->n_variables; i++)
		if (seeking->shown.complete.classes[i] == CASE_ANY)
			seeking->shown.complete.classes[i] = 0;
	return facts_of_case(edition, seeking->variables, seeking->side->question,
			     output, &seeking->shown, other, differ,
			     seeking->cover->arena, seeking->scratch);
}

static uint64_t terminal_value(node_ref terminal)
{
	return terminal == TERMINAL_NONE ? VALUE_NONE : terminal & ~TERMINAL;
}

/* ---- An example with one thing changed ---- */

static bool take_point(const struct fact *fact, const struct answer *answer,
		       int64_t *ret_point)
{
	if (answer->state != ANSWER_VALUE)
		return false;
	switch (fact->type) {
	case FACT_INTEGER:
	case FACT_DURATION:
		*ret_point = answer->number;
		return true;
	case FACT_DATE:
		*ret_point = answer->date.first;
		return answer->date.first == answer->date.last;
	case FACT_BOOLEAN:
	case FACT_ENUMERATION:
	case FACT_SET:
	case FACT_PERIODS:
		break;
	}
	return false;
}

static void put_point(const struct fact *fact, struct answer *answer, int64_t point)
{
	if (fact->type == FACT_DATE) {
		answer->date.first = (day_t)point;
		answer->date.last = (day_t)point;
	} else {
		answer->number = point;
	}
}

static int probe(struct seeking *seeking, struct facts *facts, uint16_t f,
		 int64_t point, bool *ret_covers)
{
	put_point(&seeking->cover->edition->facts[f], &facts->answers[f], point);
	if (!begin_try(seeking))
		return -ENOMEM;
	return covers(seeking, facts, ret_covers);
}

/*
 * Moves a number or day towards the base's as far as the case covers the side: a
 * yes or no that is computed from days turns at one of them.
 */
static int approach(struct seeking *seeking, const struct facts *base,
		    struct facts *facts, uint16_t f)
{
	const struct fact *fact = &seeking->cover->edition->facts[f];
	int64_t beyond;
	int64_t here;
	bool still;
	int r;

	if (!take_point(fact, &base->answers[f], &beyond) ||
	    !take_point(fact, &facts->answers[f], &here) || here == beyond)
		return 0;
	r = probe(seeking, facts, f, beyond, &still);
	if (r != 0 || still)
		return r;
	while (r == 0 && (here - beyond > 1 || beyond - here > 1)) {
		int64_t middle = beyond + (here - beyond) / 2;

		r = probe(seeking, facts, f, middle, &still);
		if (still)
			here = middle;
		else
			beyond = middle;
	}
	put_point(fact, &facts->answers[f], here);
	return r;
}

static bool is_derived_boolean(const struct seeking *seeking)
{
	const struct edition *edition = seeking->cover->edition;
	const struct variable *v = &edition->variables[seeking->side->variable];

	return v->kind == VARIABLE_DERIVED &&
	       edition->derived[v->index].type == FACT_BOOLEAN;
}

static int change_example(struct seeking *seeking, const struct cover_base *base,
			  struct facts **ret_facts)
{
	const struct edition *edition = seeking->cover->edition;
	const struct cover_side *side = seeking->side;
	uint64_t differ = facts_behind(edition, side->variable);
	struct known known = base->known;
	struct cover_result result;
	struct facts *facts;
	bool done;
	int r;

	*ret_facts = NULL;
	if (!begin_try(seeking))
		return -ENOMEM;
	known.classes[side->variable] = 1ull << side->class;
	if (!cover_matters(seeking->cover, side, &known, seeking->visited, &result))
		return 0;
	for (uint16_t v = 0; v < edition->n_variables; v++) {
		uint64_t classes = known.classes[v];

		seeking->shown.shown.classes[v] =
			(classes & (classes - 1)) == 0
				? (uint8_t)__builtin_ctzll(classes)
				: CASE_ANY;
	}
	seeking->shown.value = terminal_value(result.terminal);
	facts = find_answers(seeking, result.output, base->facts, differ);
	if (facts == NULL)
		return 0;
	for (uint16_t f = 0; f < edition->n_facts; f++)
		if ((differ >> f & 1) == 0)
			facts->answers[f] = base->facts->answers[f];
	r = covers(seeking, facts, &done);
	for (uint16_t f = 0; f < edition->n_facts && r == 0 && done; f++)
		if ((differ >> f & 1) != 0 && is_derived_boolean(seeking))
			r = approach(seeking, base->facts, facts, f);
	if (r == 0 && done)
		*ret_facts = facts;
	return r;
}

static int change_examples(struct seeking *seeking, struct facts **ret_facts)
{
	int r = 0;

	*ret_facts = NULL;
	for (size_t i = 0; i < seeking->cover->n_bases && r == 0 &&
			   *ret_facts == NULL;
	     i++)
		if (seeking->cover->bases[i].question == seeking->side->question)
			r = change_example(seeking, &seeking->cover->bases[i],
					   ret_facts);
	return r;
}

/* ---- A case made up ---- */

/* Leaves out, the most burdensome first, what the case does not need. */
static int drop_answers(struct seeking *seeking, struct facts *facts)
{
	const struct edition *edition = seeking->cover->edition;
	int r = 0;

	for (int sensitivity = 3; sensitivity >= 0; sensitivity--)
		for (uint16_t f = 0; f < edition->n_facts && r == 0; f++) {
			struct answer kept = facts->answers[f];
			bool still;

			if (kept.state == ANSWER_ABSENT ||
			    edition->facts[f].sensitivity != sensitivity)
				continue;
			facts->answers[f] = (struct answer){ 0 };
			if (!begin_try(seeking))
				return -ENOMEM;
			r = covers(seeking, facts, &still);
			if (r == 0 && !still)
				facts->answers[f] = kept;
		}
	return r;
}

/* The value of an output for a case; CASE_ANY is the first class. */
static uint64_t value_at(const struct seeking *seeking, uint8_t output,
			 const struct diagram_case *shown)
{
	const struct diagram *diagram = seeking->cover->edition->diagram;
	node_ref node = diagram->roots[seeking->side->question][output];

	while (!node_is_terminal(node)) {
		uint8_t class = shown->classes[diagram->variable[node]];

		node = diagram->children[diagram->first_child[node] +
					 (class == CASE_ANY ? 0 : class)];
	}
	return terminal_value(node);
}

/* Facts behind what the base fixes: they stay as they are there. */
static uint64_t fixed_facts(const struct seeking *seeking,
			    const struct cover_base *base)
{
	const struct edition *edition = seeking->cover->edition;
	uint64_t facts = 0;

	for (uint16_t v = 0; base != NULL && v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_DERIVED &&
		    (seeking->question->derived >> edition->variables[v].index & 1))
			facts |= facts_behind(edition, v);
	return facts & ~facts_behind(edition, seeking->side->variable);
}

/*
 * A case from the diagram, with the derived facts that are fixed. With a base
 * their facts are as they are there. *ret_tried is what was tried, if anything.
 */
static int make_up(struct seeking *seeking, const struct known *fixed,
		   const struct cover_base *base, struct diagram_case *ret_tried,
		   struct facts **ret_facts)
{
	struct diagram_case pair[2];
	struct facts *facts;
	uint8_t output;
	bool done;
	int r = cover_pair(seeking->cover->edition, seeking->side, fixed,
			   seeking->scratch, pair, &output);

	*ret_facts = NULL;
	memset(ret_tried, CASE_ANY, sizeof(*ret_tried));
	if (r <= 0)
		return r;
	if (!begin_try(seeking))
		return -ENOMEM;
	*ret_tried = pair[0];
	seeking->shown.shown = pair[0];
	seeking->shown.value = value_at(seeking, output, &pair[0]);
	facts = find_answers(seeking, output, base == NULL ? NULL : base->facts,
			     ~fixed_facts(seeking, base));
	if (facts == NULL)
		return 0;
	for (uint16_t f = 0; f < seeking->cover->edition->n_facts; f++)
		if ((seeking->question->facts >> f & 1) == 0)
			facts->answers[f] = (struct answer){ 0 };
	r = covers(seeking, facts, &done);
	if (r == 0 && done) {
		r = drop_answers(seeking, facts);
		*ret_facts = facts;
	}
	return r;
}

/* A derived fact that the case needs and that is not fixed; -1: none. */
static int free_derived(const struct seeking *seeking, const struct known *fixed,
			const struct diagram_case *tried)
{
	const struct edition *edition = seeking->cover->edition;

	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_DERIVED &&
		    v != seeking->side->variable &&
		    tried->classes[v] != CASE_ANY &&
		    (fixed->classes[v] & (fixed->classes[v] - 1)) != 0)
			return v;
	return -1;
}

/*
 * The diagram's case may have derived facts that go together on no calendar. So
 * they are fixed one after the other, in each of their classes: the depth is
 * their number.
 */
static int divide(struct seeking *seeking, struct known *fixed,
		  struct facts **ret_facts)
{
	const struct edition *edition = seeking->cover->edition;
	struct diagram_case tried;
	uint64_t all;
	int v;
	int r;

	*ret_facts = NULL;
	if (seeking->n_tries++ >= TRIES_MAX)
		return 0;
	r = make_up(seeking, fixed, NULL, &tried, ret_facts);
	v = free_derived(seeking, fixed, &tried);
	if (r != 0 || *ret_facts != NULL || v < 0)
		return r;
	all = fixed->classes[v];
	for (uint8_t c = 0; c < edition->variables[v].n_classes && r == 0 &&
			    *ret_facts == NULL;
	     c++) {
		fixed->classes[v] = 1ull << c;
		r = divide(seeking, fixed, ret_facts);
	}
	fixed->classes[v] = all;
	return r;
}

static int make_up_from_bases(struct seeking *seeking, struct facts **ret_facts)
{
	struct diagram_case tried;
	int r = 0;

	*ret_facts = NULL;
	for (size_t i = 0; i < seeking->cover->n_bases && r == 0 &&
			   *ret_facts == NULL;
	     i++) {
		const struct cover_base *base = &seeking->cover->bases[i];

		if (base->question == seeking->side->question)
			r = make_up(seeking, &base->known, base, &tried, ret_facts);
	}
	return r;
}

static int make_up_any(struct seeking *seeking, struct facts **ret_facts)
{
	struct diagram_case tried;
	struct known fixed;
	int r;

	memset(&fixed, 0xff, sizeof(fixed));
	r = make_up(seeking, NULL, NULL, &tried, ret_facts);
	if (r == 0 && *ret_facts == NULL)
		r = make_up_from_bases(seeking, ret_facts);
	if (r == 0 && *ret_facts == NULL)
		r = divide(seeking, &fixed, ret_facts);
	return r;
}

/* ---- Seeking ---- */

/* At the edge if that can be, else anywhere in the class. */
static int seek(struct seeking *seeking, struct facts **ret_facts)
{
	void (*const places[])(struct seeking *) = { go_to_edge, go_anywhere };
	int r = 0;

	*ret_facts = NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(places) && r == 0 && *ret_facts == NULL;
	     i++) {
		places[i](seeking);
		r = change_examples(seeking, ret_facts);
		if (r == 0 && *ret_facts == NULL)
			r = make_up_any(seeking, ret_facts);
	}
	return r;
}

static int find(struct cover *cover, struct cover_side *side)
{
	struct seeking *seeking = arena_alloc(cover->arena, sizeof(*seeking));
	struct facts *facts = NULL;
	int r;

	if (seeking == NULL)
		return -ENOMEM;
	*seeking = (struct seeking){
		.cover = cover,
		.side = side,
		.question = &cover->edition->questions[side->question],
		.scratch = cover->scratch,
	};
	r = seek(seeking, &facts);
	if (r == 0 && facts != NULL)
		r = cover_add(cover, side->question, facts, side);
	if (r == 0 && facts == NULL)
		side->state = COVER_UNREACHED;
	return r;
}

/* One pass over the sides in a state. */
static int fill(struct cover *cover, int question, enum cover_state state)
{
	for (size_t i = 0; i < cover->n_sides; i++) {
		struct cover_side *side = &cover->sides[i];
		int r;

		if (side->state != state ||
		    (question >= 0 && side->question != question))
			continue;
		if (cover->n_bases == EXAMPLES_MAX)
			return 0;
		r = find(cover, side);
		if (r != 0)
			return r;
	}
	return 0;
}

/* What was not found from the examples may be found from what was found. */
int cover_fill(struct cover *cover, int question)
{
	int r = fill(cover, question, COVER_MISSING);
	size_t n_bases = 0;

	while (r == 0 && n_bases != cover->n_bases) {
		n_bases = cover->n_bases;
		r = fill(cover, question, COVER_UNREACHED);
	}
	return r;
}
