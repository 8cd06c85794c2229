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
	struct arena *arena;
	struct derive_input input;
	struct settled *settled;
	struct reach found[OUTPUTS_MAX];	/* of the box looked into */
	uint64_t *visited;
	uint8_t n_cut;
	uint8_t cut[CUT_FACTS_MAX];	/* facts whose spans are cut */
	uint64_t cut_facts;		/* the same as bits */
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
	if ((settling->question->derived >> variable->index & 1) == 0)
		return all_classes(variable);
	return classes_of_span(variable, of_derived[variable->index]);
}

static void know_all(const struct settling *settling, const struct span *of_derived,
		     struct known *known)
{
	const struct edition *edition = settling->edition;

	for (uint16_t v = 0; v < edition->n_variables; v++)
		known->classes[v] = classes_of_variable(
			settling, &edition->variables[v], of_derived);
}

/* ---- Reach ---- */

static uint8_t n_outputs(const struct settling *settling)
{
	return settling->edition->tables[settling->question->table].n_outputs;
}

static void reach_outputs(struct settling *settling, const struct known *known)
{
	const struct edition *edition = settling->edition;
	size_t q = (size_t)(settling->question - edition->questions);

	for (uint8_t o = 0; o < n_outputs(settling); o++)
		diagram_reach(edition, edition->diagram->roots[q][o], known,
			      settling->visited, &settling->found[o]);
}

/* ---- Boxes ---- */

static void enter_box(struct settling *settling, const struct box *box,
		      struct span *of_derived, struct known *known)
{
	for (uint8_t i = 0; i < settling->n_cut; i++)
		settling->input.of_fact[settling->cut[i]] = box->spans[i];
	derive_all(&settling->input, settling->question->derived, of_derived);
	know_all(settling, of_derived, known);
}

/*
 * Every variable behind which a cut fact stands has one class: then all cases
 * of the box look alike to the tables.
 */
static bool box_is_one_case(const struct settling *settling, const struct known *known)
{
	const struct edition *edition = settling->edition;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];
		uint64_t classes = known->classes[v] & ~unknown_class(variable);
		uint64_t behind;

		if ((classes & (classes - 1)) == 0 || variable->kind == VARIABLE_ELEMENT)
			continue;
		if (variable->kind == VARIABLE_DERIVED &&
		    (settling->question->derived >> variable->index & 1) == 0)
			continue;
		behind = variable->kind == VARIABLE_DERIVED ?
				 edition->derived[variable->index].facts :
				 1ull << variable->index;
		if ((behind & settling->cut_facts) != 0)
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

/* Everything that the box can give was already seen. */
static bool box_is_seen(const struct settling *settling)
{
	for (uint8_t o = 0; o < n_outputs(settling); o++)
		if (!reach_within(&settling->found[o], &settling->settled->reach[o]))
			return false;
	return true;
}

static void take_box(struct settling *settling)
{
	for (uint8_t o = 0; o < n_outputs(settling); o++) {
		const struct reach *found = &settling->found[o];
		struct reach *reach = &settling->settled->reach[o];

		for (size_t i = 0; i < found->n; i++)
			reach_add(reach, found->terminals[i]);
		reach->too_many = reach->too_many || found->too_many;
	}
}

static void search(struct settling *settling, struct box *waiting)
{
	struct span of_derived[DERIVED_MAX];
	struct known known;
	size_t n_waiting = 1;
	size_t n_looked = 0;

	while (n_waiting > 0) {
		struct box box = waiting[--n_waiting];
		int cut_at = widest(settling, &box);
		int64_t middle;

		enter_box(settling, &box, of_derived, &known);
		reach_outputs(settling, &known);
		if (box_is_seen(settling))
			continue;
		if (cut_at < 0 || n_looked++ >= SETTLE_BOXES_MAX ||
		    n_waiting + 2 > BOXES_WAITING_MAX ||
		    box_is_one_case(settling, &known)) {
			take_box(settling);
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

/* ---- Settling ---- */

static bool is_open(const struct settling *settling, uint8_t fact)
{
	const struct answer *answer = &settling->facts->answers[fact];

	if (answer->state != ANSWER_VALUE)
		return true;
	return settling->edition->facts[fact].type == FACT_DATE &&
	       answer->date.first != answer->date.last;
}

static void find_cut_facts(struct settling *settling)
{
	const struct edition *edition = settling->edition;
	uint64_t behind = 0;

	for (uint16_t d = 0; d < edition->n_derived; d++)
		if ((settling->question->derived >> d & 1) != 0)
			behind |= edition->derived[d].facts;
	for (uint8_t i = 0; i < edition->n_facts; i++) {
		if (!is_open(settling, i))
			continue;
		settling->settled->open |= 1ull << i;
		if ((behind >> i & 1) != 0 && settling->n_cut < CUT_FACTS_MAX &&
		    edition->facts[i].type != FACT_PERIODS) {
			settling->cut[settling->n_cut++] = i;
			settling->cut_facts |= 1ull << i;
		}
	}
}

/* What is known with every open fact at its full range. */
static void settle_whole(struct settling *settling)
{
	struct settled *settled = settling->settled;

	derive_begin(&settling->input, settling->edition, settling->facts);
	derive_all(&settling->input, settling->question->derived, settled->of_derived);
	know_all(settling, settled->of_derived, &settled->known);
}

int settle(const struct edition *edition, const struct question *question,
	   const struct facts *facts, struct arena *arena, struct settled *ret_settled)
{
	struct settling settling = {
		.edition = edition,
		.question = question,
		.facts = facts,
		.arena = arena,
		.settled = ret_settled,
	};
	struct box *waiting;

	memset(ret_settled, 0, sizeof(*ret_settled));
	settling.visited = diagram_visited(edition, arena);
	if (settling.visited == NULL)
		return -ENOMEM;
	find_cut_facts(&settling);
	settle_whole(&settling);
	if (settling.n_cut == 0) {
		reach_outputs(&settling, &ret_settled->known);
		take_box(&settling);
		return 0;
	}
	waiting = arena_array(arena, BOXES_WAITING_MAX, sizeof(*waiting));
	if (waiting == NULL)
		return -ENOMEM;
	for (uint8_t i = 0; i < settling.n_cut; i++)
		waiting[0].spans[i] = settling.input.of_fact[settling.cut[i]];
	search(&settling, waiting);
	return 0;
}
