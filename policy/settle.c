/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/settle.h"

#include <errno.h>
#include <string.h>

/* Depth of the stack of boxes: each cut of each of 64 facts halves 2^41 values. */
#define BOXES_WAITING_MAX 256

/* At most so many open facts are cut; more are taken as wholes. */
#define CUT_FACTS_MAX 8

struct box {
	struct span spans[CUT_FACTS_MAX];
};

struct settling {
	const struct edition *edition;
	const struct question *question;
	const struct facts *facts;
	const struct settle_days *over;
	uint64_t moving;		/* derived facts that the day moves, as bits */
	struct derive_input input;
	struct settled *settled;
	struct span of_derived[DERIVED_MAX];	/* in the box looked into, as is ... */
	struct known known;
	struct reach found[OUTPUTS_MAX];
	uint64_t *visited;
	uint8_t n_cut;
	uint8_t cut[CUT_FACTS_MAX];	/* facts whose spans are cut */
	uint64_t cut_facts;		/* the same as bits */
	uint64_t cut_derived;		/* derived facts that read one of them, as bits */
	uint16_t n_behind;
	uint16_t behind[VARIABLES_MAX];	/* variables that a cut fact stands behind */
	bool tied[VARIABLES_MAX];	/* the same, by variable */
};

/* ---- Classes that answers allow ---- */

static uint64_t all_classes(const struct variable *variable)
{
	return (1ull << variable->n_classes) - 1;
}

static uint64_t unknown_class(const struct variable *variable)
{
	return variable->has_unknown ? 1ull << (variable->n_classes - 1) : 0;
}

static uint64_t classes_of_span(const struct variable *variable, struct span span)
{
	uint8_t first = variable_class(variable, span.low);
	uint8_t last = variable_class(variable, span.high);

	return (2ull << last) - (1ull << first);
}

static uint64_t classes_of_fact(const struct settling *settling,
				const struct variable *variable)
{
	const struct answer *answer = &settling->facts->answers[variable->index];
	struct span span = settling->input.of_fact[variable->index];

	switch (answer->state) {
	case ANSWER_VALUE:
		return classes_of_span(variable, span);
	case ANSWER_NOT_KNOWN:
	case ANSWER_DECLINED:
		if (variable->has_unknown)
			return unknown_class(variable);
		break;
	case ANSWER_ABSENT:
		break;
	}
	return classes_of_span(variable, span) | unknown_class(variable);
}

static uint64_t classes_of_element(const struct settling *settling,
				   const struct variable *variable)
{
	const struct answer *answer = &settling->facts->answers[variable->index];

	if (answer->state != ANSWER_VALUE)
		return all_classes(variable);
	return (answer->set >> variable->element & 1) != 0 ? 2 : 1;
}

static uint64_t classes_of_variable(const struct settling *settling,
				    const struct variable *variable,
				    const struct span *of_derived)
{
	switch (variable->kind) {
	case VARIABLE_FACT:
		return classes_of_fact(settling, variable);
	case VARIABLE_ELEMENT:
		return classes_of_element(settling, variable);
	case VARIABLE_DERIVED:
		break;
	}
	return classes_of_span(variable, of_derived[variable->index]);
}

/* What the question does not read is left open: no table on its way tells. */
static bool is_read(const struct question *question, const struct variable *variable)
{
	uint64_t read = variable->kind == VARIABLE_DERIVED ? question->derived :
							     question->facts;

	return (read >> variable->index & 1) != 0;
}

static void know_all(struct settling *settling)
{
	const struct edition *edition = settling->edition;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		settling->known.classes[v] =
			is_read(settling->question, variable) ?
				classes_of_variable(settling, variable,
						    settling->of_derived) :
				all_classes(variable);
	}
}

/* ---- Reach ---- */

static uint8_t n_outputs(const struct settling *settling)
{
	return settling->edition->tables[settling->question->table].n_outputs;
}

static void reach_outputs(struct settling *settling)
{
	const struct edition *edition = settling->edition;
	size_t q = (size_t)(settling->question - edition->questions);

	for (uint8_t o = 0; o < n_outputs(settling); o++)
		diagram_reach(edition, edition->diagram->roots[q][o], &settling->known,
			      settling->tied, settling->visited, &settling->found[o]);
}

/* ---- Boxes ---- */

/* Only what a cut fact stands behind is another in each box. */
static void enter_box(struct settling *settling, const struct box *box)
{
	const struct edition *edition = settling->edition;

	for (uint8_t i = 0; i < settling->n_cut; i++)
		settling->input.of_fact[settling->cut[i]] = box->spans[i];
	derive_all(&settling->input, settling->cut_derived, settling->of_derived);
	for (uint16_t i = 0; i < settling->n_behind; i++) {
		uint16_t v = settling->behind[i];

		settling->known.classes[v] = classes_of_variable(
			settling, &edition->variables[v], settling->of_derived);
	}
}

/*
 * Every variable behind which a cut fact stands has one class: then all cases
 * of the box look alike to the tables.
 */
static bool box_is_one_case(const struct settling *settling)
{
	for (uint16_t i = 0; i < settling->n_behind; i++) {
		uint16_t v = settling->behind[i];
		const struct variable *variable = &settling->edition->variables[v];
		uint64_t classes = settling->known.classes[v] & ~unknown_class(variable);

		if ((classes & (classes - 1)) != 0)
			return false;
	}
	return true;
}

static int widest(const struct settling *settling, const struct box *box)
{
	int widest = -1;
	int64_t width = 0;

	for (uint8_t i = 0; i < settling->n_cut; i++)
		if (box->spans[i].high - box->spans[i].low > width) {
			widest = i;
			width = box->spans[i].high - box->spans[i].low;
		}
	return widest;
}

static void take_into(struct reach *reach, const struct reach *found)
{
	for (size_t i = 0; i < found->n; i++)
		reach_add(reach, found->terminals[i]);
	reach->too_many = reach->too_many || found->too_many;
}

/* What was found comes out on some day of some case in the box. */
static void take_possible(struct settling *settling)
{
	for (uint8_t o = 0; o < n_outputs(settling); o++)
		take_into(&settling->settled->reach[o], &settling->found[o]);
}

/* What was found comes out on every day of some case in the box. */
static void take_output(struct settling *settling, uint8_t output)
{
	take_into(&settling->settled->reach[output], &settling->found[output]);
	take_into(&settling->settled->always[output], &settling->found[output]);
}

static void take_box(struct settling *settling)
{
	for (uint8_t o = 0; o < n_outputs(settling); o++)
		take_output(settling, o);
}

/*
 * Whether looking closer can bring nothing new: every output has been seen with
 * all its values, or did not branch on what the cut facts tie together, or has
 * one value for every case of the box. What the last two found is taken.
 */
static bool box_is_done(struct settling *settling)
{
	bool done = true;

	for (uint8_t o = 0; o < n_outputs(settling); o++) {
		const struct reach *found = &settling->found[o];

		if (!found->tied ||
		    (found->n == 1 && !found->impossible && !found->too_many))
			take_output(settling, o);
		else if (!reach_within(found, &settling->settled->always[o]))
			done = false;
	}
	return done;
}

static void search(struct settling *settling, struct box *waiting)
{
	size_t n_waiting = 1;
	uint32_t *n_boxes = &settling->settled->n_boxes;

	while (n_waiting > 0) {
		struct box box = waiting[--n_waiting];
		int cut_at = widest(settling, &box);
		int64_t middle;

		enter_box(settling, &box);
		reach_outputs(settling);
		if (box_is_done(settling))
			continue;
		if (box_is_one_case(settling)) {
			take_box(settling);
			continue;
		}
		if (cut_at < 0 || (*n_boxes)++ >= settling->over->max_boxes ||
		    n_waiting + 2 > BOXES_WAITING_MAX) {
			take_possible(settling);
			continue;
		}
		middle = box.spans[cut_at].low +
			 (box.spans[cut_at].high - box.spans[cut_at].low) / 2;
		waiting[n_waiting] = box;
		waiting[n_waiting++].spans[cut_at].low = middle + 1;
		waiting[n_waiting] = box;
		waiting[n_waiting++].spans[cut_at].high = middle;
	}
}

/* ---- What is cut ---- */

static bool is_open(const struct settling *settling, uint8_t fact)
{
	const struct answer *answer = &settling->facts->answers[fact];

	if (answer->state != ANSWER_VALUE)
		return true;
	return settling->edition->facts[fact].type == FACT_DATE &&
	       answer->date.first != answer->date.last;
}

uint64_t settle_derived_from(const struct edition *edition,
			     const struct question *question)
{
	uint64_t facts = 0;

	for (uint16_t d = 0; d < edition->n_derived; d++)
		if ((question->derived >> d & 1) != 0)
			facts |= edition->derived[d].facts;
	return facts;
}

static void find_cut_facts(struct settling *settling)
{
	const struct edition *edition = settling->edition;
	uint64_t derived_from = settle_derived_from(edition, settling->question);

	for (uint8_t i = 0; i < edition->n_facts; i++) {
		if (!is_open(settling, i))
			continue;
		settling->settled->open |= 1ull << i;
		if ((derived_from >> i & 1) != 0 && settling->n_cut < CUT_FACTS_MAX &&
		    edition->facts[i].type != FACT_PERIODS) {
			settling->cut[settling->n_cut++] = i;
			settling->cut_facts |= 1ull << i;
		}
	}
}

static bool is_behind(const struct settling *settling, const struct variable *variable)
{
	if (variable->kind == VARIABLE_DERIVED)
		return (settling->cut_derived >> variable->index & 1) != 0;
	return variable->kind == VARIABLE_FACT &&
	       (settling->cut_facts >> variable->index & 1) != 0;
}

static void find_behind(struct settling *settling)
{
	const struct edition *edition = settling->edition;

	if (settling->cut_facts == 0)
		return;
	for (uint16_t d = 0; d < edition->n_derived; d++)
		if ((edition->derived[d].facts & settling->cut_facts) != 0)
			settling->cut_derived |= 1ull << d;
	settling->cut_derived &= settling->question->derived;
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (is_behind(settling, &edition->variables[v]))
			settling->behind[settling->n_behind++] = v;
	for (uint16_t i = 0; i < settling->n_behind; i++)
		settling->tied[settling->behind[i]] = true;
}

/* What is known with every open fact at its full range, and on all the days. */
static void settle_whole(struct settling *settling)
{
	struct settled *settled = settling->settled;
	const struct settle_days *over = settling->over;

	derive_begin(&settling->input, settling->edition, settling->facts,
		     settling->question->facts);
	settling->input.decision = over->days;
	for (uint16_t i = 0; i < settling->edition->n_facts; i++)
		if ((over->with_day >> i & 1) != 0)
			settling->input.of_fact[i] = over->days;
	derive_all(&settling->input, settling->question->derived, settling->of_derived);
	know_all(settling);
	memcpy(settled->of_derived, settling->of_derived,
	       settling->edition->n_derived * sizeof(settled->of_derived[0]));
	memcpy(settled->known.classes, settling->known.classes,
	       settling->edition->n_variables * sizeof(settled->known.classes[0]));
}

/* ---- Several days ---- */

static bool moves(const struct settling *settling, const struct variable *variable)
{
	uint64_t derived = settling->moving & settling->question->derived;

	switch (variable->kind) {
	case VARIABLE_DERIVED:
		return (derived >> variable->index & 1) != 0;
	case VARIABLE_FACT:
		return (settling->over->with_day >> variable->index & 1) != 0;
	case VARIABLE_ELEMENT:
		break;
	}
	return false;
}

/*
 * What the day moves has one class on all the days, unless a cut fact stands
 * behind it: then the boxes say what holds on every day.
 */
static bool classes_are_steady(const struct settling *settling)
{
	const struct edition *edition = settling->edition;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		uint64_t classes = settling->known.classes[v];

		if (moves(settling, &edition->variables[v]) && !settling->tied[v] &&
		    (classes & (classes - 1)) != 0)
			return false;
	}
	return true;
}

/* Whether the day of an output is known on all of the days, or on none. */
static bool day_is_steady(const struct settling *settling, uint8_t output)
{
	const struct edition *edition = settling->edition;
	const struct output *o =
		&edition->tables[settling->question->table].outputs[output];
	const struct reach *reach = &settling->settled->reach[output];
	uint64_t value = reach->n == 1 ? reach->terminals[0] & ~TERMINAL : VALUES_MAX;
	int16_t derived;

	if (o->collected || value >= o->n_values || o->derived[value] < 0)
		return true;
	derived = o->derived[value];
	return (edition->derived[derived].facts & settling->settled->open) == 0 ||
	       (settling->moving >> derived & 1) == 0 ||
	       span_is_point(settling->settled->of_derived[derived]);
}

static bool is_steady(const struct settling *settling)
{
	for (uint8_t o = 0; o < n_outputs(settling); o++) {
		const struct reach *reach = &settling->settled->reach[o];

		if (reach->too_many || !day_is_steady(settling, o) ||
		    !reach_within(reach, &settling->settled->always[o]))
			return false;
	}
	return true;
}

/* ---- Settling ---- */

static void begin_box(const struct settling *settling, struct box *box)
{
	for (uint8_t i = 0; i < settling->n_cut; i++)
		box->spans[i] = settling->input.of_fact[settling->cut[i]];
}

static int settle_all(struct settling *settling, struct arena *arena)
{
	struct box *waiting;

	reach_outputs(settling);
	if (settling->n_cut == 0 || box_is_done(settling)) {
		take_box(settling);
		return 0;
	}
	waiting = arena_array(arena, BOXES_WAITING_MAX, sizeof(*waiting));
	if (waiting == NULL)
		return -ENOMEM;
	begin_box(settling, &waiting[0]);
	search(settling, waiting);
	return 0;
}

static void begin_settled(struct settled *settled)
{
	for (uint8_t o = 0; o < OUTPUTS_MAX; o++) {
		reach_begin(&settled->reach[o]);
		reach_begin(&settled->always[o]);
	}
	settled->open = 0;
	settled->steady = false;
	settled->n_boxes = 0;
}

int settle_days(const struct edition *edition, const struct question *question,
		const struct facts *facts, const struct settle_days *over,
		struct arena *arena, struct settled *ret_settled)
{
	struct settling *settling = arena_alloc(arena, sizeof(*settling));
	bool one_day = span_is_point(over->days);
	int r;

	if (settling == NULL)
		return -ENOMEM;
	settling->edition = edition;
	settling->question = question;
	settling->facts = facts;
	settling->over = over;
	settling->settled = ret_settled;
	settling->visited = diagram_visited(edition, arena);
	if (settling->visited == NULL)
		return -ENOMEM;
	begin_settled(ret_settled);
	find_cut_facts(settling);
	find_behind(settling);
	settle_whole(settling);
	if (!one_day) {
		settling->moving = derive_moving(edition, over->with_day);
		if (!classes_are_steady(settling))
			return 0;
	}
	r = settle_all(settling, arena);
	ret_settled->steady = one_day || is_steady(settling);
	return r;
}

int settle(const struct edition *edition, const struct question *question,
	   const struct facts *facts, struct arena *arena, struct settled *ret_settled)
{
	const struct settle_days today = {
		.days = { facts->as_of, facts->as_of },
		.max_boxes = SETTLE_BOXES_MAX,
	};

	return settle_days(edition, question, facts, &today, arena, ret_settled);
}
