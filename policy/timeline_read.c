/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/timeline.h"

#include <string.h>

static int outcome_rank(enum outcome outcome)
{
	static const int ranks[N_OUTCOMES] = {
		[OUTCOME_GRANT] = 4,   [OUTCOME_WAIT] = 3,    [OUTCOME_REFER] = 2,
		[OUTCOME_NO_ROUTE] = 1, [OUTCOME_ADVERSE] = 0,
		/* what may still turn out well is no worse than no route */
		[OUTCOME_ASK] = 1,
	};

	return ranks[outcome];
}

static bool is_definite(const struct timeline_span *span)
{
	return span->state == TIMELINE_DECIDED &&
	       span->decision->outcome != OUTCOME_ASK;
}

/* ---- Outputs ---- */

/* Values have an order: neither sets, nor dates, nor durations. */
static bool has_order(const struct output *output)
{
	struct duration duration;

	if (output->collected)
		return false;
	for (uint8_t v = 0; v < output->n_values; v++)
		if (output->derived[v] >= 0 ||
		    duration_parse(output->values[v], strlen(output->values[v]),
				   &duration))
			return false;
	return true;
}

static uint8_t first_of(uint64_t values)
{
	uint8_t i = 0;

	while ((values >> i & 1) == 0)
		i++;
	return i;
}

static uint8_t last_of(uint64_t values)
{
	uint8_t i = 63;

	while ((values >> i & 1) == 0)
		i--;
	return i;
}

static enum timeline_order compare_output(const struct decided_output *a,
					  const struct decided_output *b)
{
	uint64_t none = 1ull << VALUE_NONE;
	int best, worst;

	if (a->possible == b->possible && a->value == b->value)
		return TIMELINE_SAME;
	if (!has_order(a->output) || a->possible == 0 || b->possible == 0 ||
	    ((a->possible | b->possible) & none) != 0)
		return TIMELINE_OTHER;
	best = first_of(b->possible) - first_of(a->possible);
	worst = last_of(b->possible) - last_of(a->possible);
	if (best >= 0 && worst >= 0)
		return TIMELINE_WORSE;
	return best <= 0 && worst <= 0 ? TIMELINE_BETTER : TIMELINE_OTHER;
}

static enum timeline_order compare_outputs(const struct decision *a,
					   const struct decision *b)
{
	enum timeline_order order = TIMELINE_SAME;

	for (uint8_t o = 0; o < a->n_outputs; o++) {
		enum timeline_order here = compare_output(&a->outputs[o],
							  &b->outputs[o]);

		if (here == TIMELINE_SAME)
			continue;
		if (order != TIMELINE_SAME && order != here)
			return TIMELINE_OTHER;
		order = here;
	}
	return order;
}

/* ---- Spans ---- */

enum timeline_order timeline_compare(const struct timeline_span *a,
				     const struct timeline_span *b)
{
	int rank;

	if (!is_definite(a) || !is_definite(b))
		return TIMELINE_OTHER;
	rank = outcome_rank(b->decision->outcome) - outcome_rank(a->decision->outcome);
	if (rank != 0)
		return rank > 0 ? TIMELINE_BETTER : TIMELINE_WORSE;
	return compare_outputs(a->decision, b->decision);
}

/* Days go on with the result: what comes is no worse, and as good an outcome. */
static bool goes_on(const struct timeline_span *best, const struct timeline_span *span)
{
	return is_definite(span) &&
	       span->decision->outcome == best->decision->outcome &&
	       timeline_compare(best, span) != TIMELINE_WORSE;
}

bool timeline_best(const struct timeline *timeline,
		   struct timeline_window *ret_window)
{
	const struct timeline_span *spans = timeline->spans;
	size_t best = timeline->n;
	size_t end;

	for (size_t i = 0; i < timeline->n; i++)
		if (is_definite(&spans[i]) &&
		    (best == timeline->n ||
		     timeline_compare(&spans[best], &spans[i]) == TIMELINE_BETTER))
			best = i;
	if (best == timeline->n)
		return false;
	end = best + 1;
	while (end < timeline->n && goes_on(&spans[best], &spans[end]))
		end++;
	*ret_window = (struct timeline_window){ best, end, spans[best].first,
						spans[end - 1].last };
	return true;
}

static bool may_be(const struct decision *decision, enum outcome outcome)
{
	const struct decided_output *output =
		&decision->outputs[decision->question->outcome];

	for (uint8_t v = 0; v < output->output->n_values; v++)
		if ((output->possible >> v & 1) != 0 &&
		    strcmp(output->output->values[v], outcome_names[outcome]) == 0)
			return true;
	return false;
}

const struct timeline_span *timeline_earliest(const struct timeline *timeline,
					      enum outcome outcome, bool possible)
{
	for (size_t i = 0; i < timeline->n; i++) {
		const struct timeline_span *span = &timeline->spans[i];

		if (span->state != TIMELINE_DECIDED)
			continue;
		if (span->decision->outcome == outcome)
			return span;
		if (possible && span->decision->outcome == OUTCOME_ASK &&
		    may_be(span->decision, outcome))
			return span;
	}
	return NULL;
}

bool timeline_is_better(enum outcome outcome, const struct timeline_span *than)
{
	if (outcome == OUTCOME_ASK || than->state != TIMELINE_DECIDED)
		return false;
	return outcome_rank(outcome) > outcome_rank(than->decision->outcome);
}
