/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/timeline.h"

#include <errno.h>
#include <string.h>

#include "policy/settle.h"

/* Boxes for one stretch: more are better spent on its halves. */
#define BOXES_PER_STRETCH 64

struct walk {
	const struct timeline_request *request;
	struct facts *facts; /* as they are on the day looked at */
	struct arena *arena;
	struct arena *scratch;
	struct timeline *timeline;
	struct timeline_span *spans;
	uint64_t moving; /* derived facts that the day moves, as bits */
	bool open;	 /* an open fact stands behind a derived one */
};

/* ---- The facts on a day ---- */

static int go_on(const struct timeline_request *request, struct arena *arena,
		 struct answer *answer)
{
	size_t n = answer->periods.n;
	struct period *items;

	if (answer->state != ANSWER_VALUE || n == 0 ||
	    answer->periods.items[n - 1].to < request->facts->as_of)
		return 0;
	items = arena_array(arena, n, sizeof(*items));
	if (items == NULL)
		return -ENOMEM;
	memcpy(items, answer->periods.items, n * sizeof(*items));
	items[n - 1].to = DAY_MAX;
	answer->periods.items = items;
	return 0;
}

static void put_day(const struct timeline_request *request, day_t day,
		    struct facts *facts)
{
	facts->as_of = day;
	for (uint16_t i = 0; i < request->edition->n_facts; i++) {
		struct answer *answer = &facts->answers[i];

		if ((request->with_day >> i & 1) == 0)
			continue;
		*answer = (struct answer){ .state = ANSWER_VALUE };
		answer->date.first = answer->date.last = day;
	}
}

static struct facts *facts_of(const struct timeline_request *request, day_t day,
			      struct arena *arena)
{
	struct facts *facts = arena_alloc(arena, sizeof(*facts));

	if (facts == NULL)
		return NULL;
	*facts = *request->facts;
	for (uint16_t i = 0; i < request->edition->n_facts; i++)
		if ((request->goes_on >> i & 1) != 0 &&
		    go_on(request, arena, &facts->answers[i]) != 0)
			return NULL;
	put_day(request, day, facts);
	return facts;
}

const struct facts *timeline_facts(const struct timeline_request *request, day_t day,
				   struct arena *arena)
{
	return facts_of(request, day, arena);
}

/* ---- Days that are alike ---- */

static bool outputs_alike(const struct decided_output *a,
			  const struct decided_output *b)
{
	return a->settled == b->settled && a->possible == b->possible &&
	       a->value == b->value && a->has_day == b->has_day;
}

/* The certain rows of the question's own table, as bits. */
static uint64_t own_rows(const struct decision *decision)
{
	uint64_t rows = 0;

	for (uint16_t i = 0; i < decision->n_rows; i++)
		if (decision->rows[i].table == decision->question->table &&
		    decision->rows[i].certain)
			rows |= 1ull << decision->rows[i].row;
	return rows;
}

static bool decisions_alike(const struct walk *walk, const struct decision *a,
			    const struct decision *b)
{
	if (a->outcome != b->outcome || a->agreed != b->agreed)
		return false;
	for (uint8_t o = 0; o < a->n_outputs; o++)
		if (!outputs_alike(&a->outputs[o], &b->outputs[o]))
			return false;
	return walk->open || own_rows(a) == own_rows(b);
}

static bool spans_alike(const struct walk *walk, const struct timeline_span *a,
			const struct timeline_span *b)
{
	if (a->state != b->state)
		return false;
	return a->state != TIMELINE_DECIDED ||
	       decisions_alike(walk, a->decision, b->decision);
}

/* ---- Spans ---- */

static const struct decision *keep(const struct walk *walk,
				   const struct decision *decision)
{
	struct decision *copy = arena_alloc(walk->arena, sizeof(*copy));
	size_t n_bytes = decision->n_rows * sizeof(*decision->rows);
	struct decided_row *rows = arena_alloc(walk->arena, n_bytes);

	if (copy == NULL || rows == NULL)
		return NULL;
	*copy = *decision;
	if (decision->n_rows > 0)
		memcpy(rows, decision->rows, n_bytes);
	copy->rows = rows;
	return copy;
}

/* Adds days behind the others, to the last span if they are like it. */
static int append(struct walk *walk, struct timeline_span *span)
{
	struct timeline *timeline = walk->timeline;
	struct timeline_span *before =
		timeline->n > 0 ? &walk->spans[timeline->n - 1] : NULL;

	if (before != NULL && timeline->n == TIMELINE_SPANS_MAX) {
		span->state = TIMELINE_NOT_SETTLED;
		span->decision = NULL;
	}
	if (before != NULL && spans_alike(walk, before, span)) {
		before->last = span->last;
		return 0;
	}
	if (span->decision != NULL) {
		span->decision = keep(walk, span->decision);
		if (span->decision == NULL)
			return -ENOMEM;
	}
	walk->spans[timeline->n++] = *span;
	return 0;
}

static bool is_spent(const struct walk *walk)
{
	return walk->timeline->n_steps >= TIMELINE_STEPS_MAX ||
	       walk->timeline->n > TIMELINE_SPANS_MAX;
}

/* Decides the first day for all of them. */
static int append_alike(struct walk *walk, struct span days)
{
	const struct timeline_request *request = walk->request;
	struct timeline_span span = { (day_t)days.low, (day_t)days.high,
				      TIMELINE_DECIDED, NULL, 0, { 0 } };
	struct decision decision;
	int row;
	int r;

	arena_reset(walk->scratch);
	put_day(request, span.first, walk->facts);
	r = decide(request->edition, request->question, walk->facts, walk->scratch,
		   &decision, &row);
	if (r < 0)
		return r;
	if (r == DECIDE_E_CONTRADICTION)
		span.state = TIMELINE_CONTRADICTION;
	else
		span.decision = &decision;
	return append(walk, &span);
}

static int append_not_settled(struct walk *walk, struct span days)
{
	struct timeline_span span = { (day_t)days.low, (day_t)days.high,
				      TIMELINE_NOT_SETTLED, NULL, 0, { 0 } };

	return append(walk, &span);
}

/* ---- Cutting ---- */

static int are_alike(struct walk *walk, struct span days, bool *ret_alike)
{
	const struct timeline_request *request = walk->request;
	struct settle_days over = { days, request->with_day, BOXES_PER_STRETCH };
	struct settled *settled;
	int r;

	arena_reset(walk->scratch);
	settled = arena_alloc(walk->scratch, sizeof(*settled));
	if (settled == NULL)
		return -ENOMEM;
	put_day(request, (day_t)days.low, walk->facts);
	/* a single day is decided anyway; only what it costs is asked for here */
	if (span_is_point(days))
		over.max_boxes = SETTLE_BOXES_MAX;
	r = settle_days(request->edition, request->question, walk->facts, &over,
			walk->scratch, settled);
	walk->timeline->n_steps += 1 + settled->n_boxes;
	*ret_alike = settled->steady;
	return r;
}

/* Days are halved at most 14 times, so the recursion is small. */
static int look_at(struct walk *walk, struct span days)
{
	int64_t middle = days.low + (days.high - days.low) / 2;
	bool alike = true;
	int r = 0;

	if (is_spent(walk))
		return append_not_settled(walk, days);
	if (walk->open || !span_is_point(days))
		r = are_alike(walk, days, &alike);
	else
		walk->timeline->n_steps++;
	if (r != 0)
		return r;
	if (alike)
		return append_alike(walk, days);
	r = look_at(walk, (struct span){ days.low, middle });
	return r != 0 ? r : look_at(walk, (struct span){ middle + 1, days.high });
}

/* ---- Days of outputs ---- */

static struct span day_over(struct walk *walk, int16_t derived, struct span days)
{
	const struct timeline_request *request = walk->request;
	struct span of_derived[DERIVED_MAX];
	struct derive_input input;

	put_day(request, (day_t)days.low, walk->facts);
	derive_begin(&input, request->edition, walk->facts, request->question->facts);
	input.decision = days;
	for (uint16_t i = 0; i < request->edition->n_facts; i++)
		if ((request->with_day >> i & 1) != 0)
			input.of_fact[i] = days;
	derive_all(&input, request->question->derived, of_derived);
	return of_derived[derived];
}

/* The derived date is this day on all of the days. */
static bool stays(struct walk *walk, int16_t derived, struct span days, day_t day)
{
	struct span over = day_over(walk, derived, days);
	int64_t middle = days.low + (days.high - days.low) / 2;

	if (span_is_point(over))
		return over.low == day;
	if (span_is_point(days) || over.low > day || over.high < day)
		return false;
	return stays(walk, derived, (struct span){ days.low, middle }, day) &&
	       stays(walk, derived, (struct span){ middle + 1, days.high }, day);
}

static void put_moving(struct walk *walk, struct timeline_span *span)
{
	struct span days = { span->first, span->last };

	if (span->state != TIMELINE_DECIDED)
		return;
	for (uint8_t o = 0; o < span->decision->n_outputs; o++) {
		const struct decided_output *output = &span->decision->outputs[o];
		int16_t derived;

		if (!output->has_day)
			continue;
		derived = output->output->derived[output->value];
		if ((walk->moving >> derived & 1) == 0 ||
		    stays(walk, derived, days, output->day))
			continue;
		span->moving |= (uint8_t)(1u << o);
		span->last_days[o] = (day_t)day_over(
			walk, derived, (struct span){ span->last, span->last }).low;
	}
}

/* ---- The timeline ---- */

static bool is_open(const struct walk *walk, uint16_t fact)
{
	const struct answer *answer = &walk->facts->answers[fact];

	if (answer->state != ANSWER_VALUE)
		return true;
	return walk->request->edition->facts[fact].type == FACT_DATE &&
	       answer->date.first != answer->date.last;
}

static bool any_open(const struct walk *walk)
{
	const struct timeline_request *request = walk->request;
	uint64_t behind = settle_derived_from(request->edition, request->question);

	for (uint16_t i = 0; i < request->edition->n_facts; i++)
		if ((behind >> i & 1) != 0 && is_open(walk, i))
			return true;
	return false;
}

int timeline(const struct timeline_request *request, struct arena *arena,
	     struct arena *scratch, struct timeline *ret_timeline)
{
	struct walk walk = {
		.request = request,
		.arena = arena,
		.scratch = scratch,
		.timeline = ret_timeline,
		.moving = derive_moving(request->edition, request->with_day),
	};
	int r;

	if (request->from > request->to || request->from < DAY_MIN ||
	    request->to > DAY_MAX || request->to - request->from >= TIMELINE_DAYS_MAX)
		return TIMELINE_E_DAYS;
	*ret_timeline = (struct timeline){ 0 };
	walk.facts = facts_of(request, request->from, arena);
	walk.spans = arena_array(arena, TIMELINE_SPANS_MAX + 1, sizeof(*walk.spans));
	if (walk.facts == NULL || walk.spans == NULL)
		return -ENOMEM;
	walk.open = any_open(&walk);
	r = look_at(&walk, (struct span){ request->from, request->to });
	ret_timeline->spans = walk.spans;
	ret_timeline->complete = true;
	for (size_t i = 0; r == 0 && i < ret_timeline->n; i++) {
		put_moving(&walk, &walk.spans[i]);
		if (walk.spans[i].state == TIMELINE_NOT_SETTLED)
			ret_timeline->complete = false;
	}
	return r;
}

/* ---- Causes ---- */

static int known_on(const struct timeline_request *request, day_t day,
		    struct arena *scratch, struct known *ret_known)
{
	const struct facts *facts = facts_of(request, day, scratch);
	struct settled *settled = arena_alloc(scratch, sizeof(*settled));
	int r;

	if (facts == NULL || settled == NULL)
		return -ENOMEM;
	r = settle(request->edition, request->question, facts, scratch, settled);
	*ret_known = settled->known;
	return r;
}

/* Variables that matter to some output between the two days. */
static int matters_between(const struct timeline_request *request,
			   const struct known *both, struct arena *scratch,
			   bool matters[VARIABLES_MAX])
{
	const struct edition *edition = request->edition;
	size_t q = (size_t)(request->question - edition->questions);
	uint8_t n_outputs = edition->tables[request->question->table].n_outputs;
	int r = 0;

	for (uint8_t o = 0; r == 0 && o < n_outputs; o++) {
		bool here[VARIABLES_MAX] = { false };

		r = diagram_matters(edition, edition->diagram->roots[q][o], both,
				    scratch, here);
		for (uint16_t v = 0; v < edition->n_variables; v++)
			matters[v] = matters[v] || here[v];
	}
	return r;
}

int timeline_cause(const struct timeline_request *request, day_t first,
		   struct arena *scratch, struct timeline_cause *ret_cause)
{
	const struct edition *edition = request->edition;
	bool matters[VARIABLES_MAX] = { false };
	struct known before;
	struct known after;
	struct known both;
	int r;

	arena_reset(scratch);
	r = known_on(request, first - 1, scratch, &before);
	if (r == 0)
		r = known_on(request, first, scratch, &after);
	if (r != 0)
		return r;
	for (uint16_t v = 0; v < edition->n_variables; v++)
		both.classes[v] = before.classes[v] | after.classes[v];
	r = matters_between(request, &both, scratch, matters);
	*ret_cause = (struct timeline_cause){ 0 };
	for (uint16_t v = 0; r == 0 && v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		if (matters[v] && variable->kind == VARIABLE_DERIVED &&
		    before.classes[v] != after.classes[v])
			ret_cause->derived |= 1ull << variable->index;
	}
	for (uint16_t d = 0; d < edition->n_derived; d++)
		if ((ret_cause->derived >> d & 1) != 0)
			ret_cause->facts |= edition->derived[d].facts &
					    ~request->with_day;
	return r;
}
