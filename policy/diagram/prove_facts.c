/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/decide.h"
#include "policy/derive.h"
#include "policy/diagram/prover.h"

/*
 * From classes to answers that a person could give. A fact that tables read
 * takes a number of its class. Dates behind derived facts are searched for as
 * settle() does: a box of ranges is cut in half until every derived fact has
 * the class wanted all over it, or some has not at all. Histories are tried
 * from a short list: none, and whole years up to the day of decision.
 */
#define BOXES_MAX 8000
#define HISTORY_YEARS_MAX 12

struct realising {
	const struct edition *edition;
	const struct variable *variables; /* the edition's, cut as the case is */
	const struct question *question;
	const struct theorem_case *shown;
	struct facts *facts;
	struct derive_input input;
	struct span of_derived[DERIVED_MAX];
	uint64_t searched; /* facts whose range is searched, as bits */
	unsigned n_boxes;
};

/* ---- Facts that tables read ---- */

static struct span class_span(const struct fact *fact,
			      const struct variable *variable, uint8_t class)
{
	struct span span = fact_domain(fact);
	uint8_t n_cuts = (uint8_t)(variable->n_classes - 1 - variable->has_unknown);

	if (class > 0 && variable->cuts[class - 1] > span.low)
		span.low = variable->cuts[class - 1];
	if (class < n_cuts && variable->cuts[class] - 1 < span.high)
		span.high = variable->cuts[class] - 1;
	return span;
}

/* The least number of the range, or the day nearest to that of decision. */
static void take_number(struct realising *realising, uint16_t f)
{
	struct span span = realising->input.of_fact[f];
	struct answer *answer = &realising->facts->answers[f];
	day_t day = realising->facts->as_of;

	answer->state = ANSWER_VALUE;
	if (realising->edition->facts[f].type != FACT_DATE) {
		answer->number = span.low;
		return;
	}
	if (day < span.low)
		day = (day_t)span.low;
	if (day > span.high)
		day = (day_t)span.high;
	answer->date.first = day;
	answer->date.last = day;
}

/* Gives a tested fact its class: a range, the elements held, or not known. */
static void take_class(struct realising *realising, uint16_t v)
{
	const struct variable *variable = &realising->variables[v];
	const struct fact *fact = &realising->edition->facts[variable->index];
	struct answer *answer = &realising->facts->answers[variable->index];
	uint8_t class = realising->shown->complete.classes[v];

	if (variable->kind == VARIABLE_ELEMENT) {
		answer->state = ANSWER_VALUE;
		answer->set |= (uint64_t) class << variable->element;
		return;
	}
	if (variable->has_unknown && class == variable->n_classes - 1) {
		answer->state = ANSWER_NOT_KNOWN;
		return;
	}
	realising->input.of_fact[variable->index] = class_span(fact, variable,
							       class);
	take_number(realising, variable->index);
}

/* ---- Dates and numbers that derived facts read ---- */

/* +1: every derived fact has its class all over the box; -1: one has it nowhere. */
static int box_fits(struct realising *realising)
{
	const struct edition *edition = realising->edition;
	int fits = 1;

	derive_all(&realising->input, realising->question->derived,
		   realising->of_derived);
	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &realising->variables[v];
		struct span span;
		uint8_t wanted = realising->shown->shown.classes[v];

		if (variable->kind != VARIABLE_DERIVED || wanted == CASE_ANY ||
		    (realising->question->derived >> variable->index & 1) == 0)
			continue;
		span = realising->of_derived[variable->index];
		if (variable_class(variable, span.low) > wanted ||
		    variable_class(variable, span.high) < wanted)
			return -1;
		if (variable_class(variable, span.low) != wanted ||
		    variable_class(variable, span.high) != wanted)
			fits = 0;
	}
	return fits;
}

static int widest(const struct realising *realising)
{
	int64_t width = 0;
	int found = -1;

	for (uint16_t f = 0; f < realising->edition->n_facts; f++) {
		struct span span = realising->input.of_fact[f];

		if ((realising->searched >> f & 1) == 0 ||
		    span.high - span.low <= width)
			continue;
		width = span.high - span.low;
		found = f;
	}
	return found;
}

/*
 * Leaves a box that fits in of_fact. The half nearer to the day of decision is
 * looked into first: what is found reads like a case of today. The depth is
 * that of halving each range, at most 41 times for each of the facts.
 */
static bool search_box(struct realising *realising)
{
	int fits = box_fits(realising);
	struct span whole, half[2];
	int64_t middle;
	int fact, near;

	if (fits != 0)
		return fits > 0;
	fact = widest(realising);
	if (fact < 0 || realising->n_boxes++ >= BOXES_MAX)
		return false;
	whole = realising->input.of_fact[fact];
	middle = whole.low + (whole.high - whole.low) / 2;
	half[0] = (struct span){ whole.low, middle };
	half[1] = (struct span){ middle + 1, whole.high };
	near = realising->facts->as_of > middle;
	for (int i = 0; i < 2; i++) {
		realising->input.of_fact[fact] = half[i == 0 ? near : !near];
		if (search_box(realising))
			return true;
	}
	realising->input.of_fact[fact] = whole;
	return false;
}

static void take_box(struct realising *realising)
{
	for (uint16_t f = 0; f < realising->edition->n_facts; f++)
		if ((realising->searched >> f & 1) != 0)
			take_number(realising, f);
}

/* ---- Histories ---- */

/* A stretch of whole years of one kind, up to the day of decision and beyond. */
static bool take_history(struct realising *realising, uint64_t histories, int years,
			 uint8_t kind, struct period *period)
{
	const struct duration length = { years, DURATION_YEARS };
	const struct duration margin = { 1, DURATION_MONTHS };
	bool takes = years == 0;

	*period = (struct period){
		.from = date_add(date_add(realising->facts->as_of, length, -1),
				 margin, -1),
		.to = date_add(realising->facts->as_of, margin, 1),
		.kind = kind,
	};
	for (uint16_t f = 0; f < realising->edition->n_facts; f++) {
		const struct fact *fact = &realising->edition->facts[f];
		struct answer *answer = &realising->facts->answers[f];
		bool held = years > 0 && fact->neutral_kinds == 0 &&
			    kind < fact->n_values;

		if ((histories >> f & 1) == 0)
			continue;
		answer->state = ANSWER_VALUE;
		answer->periods.items = held ? period : NULL;
		answer->periods.n = held;
		takes = takes || held;
	}
	return takes;
}

static bool search_histories(struct realising *realising, uint64_t histories,
			     struct period *period)
{
	if (histories == 0)
		return search_box(realising);
	for (int years = 0; years <= HISTORY_YEARS_MAX; years++)
		for (uint8_t kind = 0; kind < (years == 0 ? 1 : VALUES_MAX); kind++)
			if (take_history(realising, histories, years, kind,
					 period) &&
			    search_box(realising))
				return true;
	return false;
}

/* ---- Cases ---- */

static uint64_t facts_of_derived(const struct realising *realising)
{
	uint64_t facts = 0;

	for (uint16_t d = 0; d < realising->edition->n_derived; d++)
		if ((realising->question->derived >> d & 1) != 0)
			facts |= realising->edition->derived[d].facts;
	return facts;
}

/* What is not at stake is as in the other case of the pair. */
static uint64_t pin(struct realising *realising, const struct facts *other,
		    uint64_t differ)
{
	uint64_t pinned = 0;

	for (uint16_t f = 0; other != NULL && f < realising->edition->n_facts;
	     f++) {
		const struct answer *answer = &other->answers[f];
		enum fact_type type = realising->edition->facts[f].type;

		if ((differ >> f & 1) != 0 || answer->state != ANSWER_VALUE)
			continue;
		pinned |= 1ull << f;
		realising->facts->answers[f] = *answer;
		if (type == FACT_DATE)
			realising->input.of_fact[f] = (struct span){
				answer->date.first, answer->date.last
			};
		else if (type != FACT_SET && type != FACT_PERIODS)
			realising->input.of_fact[f] =
				(struct span){ answer->number, answer->number };
	}
	return pinned;
}

static bool find_answers(struct realising *realising, const struct facts *other,
			 uint64_t differ, struct period *period)
{
	const struct edition *edition = realising->edition;
	uint64_t read = facts_of_derived(realising);
	uint64_t histories = 0;
	uint64_t pinned;

	derive_begin(&realising->input, edition, realising->facts,
		     edition_all_facts(edition));
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (realising->variables[v].kind != VARIABLE_DERIVED)
			take_class(realising, v);
	pinned = pin(realising, other, differ);
	for (uint16_t f = 0; f < edition->n_facts; f++) {
		if ((read & ~pinned & 1ull << f) == 0)
			continue;
		if (edition->facts[f].type == FACT_PERIODS)
			histories |= 1ull << f;
		else if (realising->facts->answers[f].state != ANSWER_NOT_KNOWN)
			realising->searched |= 1ull << f;
	}
	if (!search_histories(realising, histories, period))
		return false;
	take_box(realising);
	return true;
}

/* decide() comes to the value with both evaluators. */
static bool is_decided(const struct edition *edition,
		       const struct question *question, uint8_t output,
		       const struct theorem_case *shown, const struct facts *facts,
		       struct arena *scratch)
{
	struct decision *decision = arena_alloc(scratch, sizeof(*decision));
	int row;

	return decision != NULL &&
	       decide(edition, question, facts, scratch, decision, &row) == 0 &&
	       decision->agreed && decision->outputs[output].settled &&
	       decision->outputs[output].value == shown->value;
}

struct facts *facts_of_case(const struct edition *edition,
			    const struct variable *variables, uint16_t q,
			    uint8_t output, const struct theorem_case *shown,
			    const struct facts *other, uint64_t differ,
			    struct arena *arena, struct arena *scratch)
{
	const struct question *question = &edition->questions[q];
	struct realising *realising = arena_alloc(scratch, sizeof(*realising));
	struct facts *facts = arena_alloc(arena, sizeof(*facts));
	struct period *period = arena_alloc(arena, sizeof(*period));

	if (realising == NULL || facts == NULL || period == NULL)
		return NULL;
	facts->as_of = other != NULL ? other->as_of : edition->in_force_from;
	realising->edition = edition;
	realising->variables = variables;
	realising->question = question;
	realising->shown = shown;
	realising->facts = facts;
	realising->input.facts = facts;
	if (!find_answers(realising, other, differ, period) ||
	    !is_decided(edition, question, output, shown, facts, scratch))
		return NULL;
	return facts;
}

void find_facts(const struct edition *edition, uint16_t question, uint8_t output,
		struct counterexample *example, struct arena *arena,
		struct arena *scratch)
{
	const struct facts *facts[2] = { NULL, NULL };

	for (uint8_t i = 0; i < example->n_cases; i++) {
		facts[i] = facts_of_case(edition, edition->variables, question,
					 output, &example->cases[i], facts[0],
					 example->differ, arena, scratch);
		if (facts[i] == NULL)
			return;
	}
	for (uint8_t i = 0; i < example->n_cases; i++)
		example->cases[i].facts = facts[i];
}
