/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/timeline.h"

/* ---- Decisions made by hand ---- */

static const struct output outcome_output = {
	.name = "outcome",
	.values = { "grant", "wait", "refer", "no-route", "adverse" },
	.n_values = 5,
	.derived = { -1, -1, -1, -1, -1 },
};
static const struct output care = {
	.name = "care",
	.values = { "full", "some", "nothing" },
	.n_values = 3,
	.derived = { -1, -1, -1 },
};
static const struct output length = {
	.name = "length",
	.values = { "P1Y", "P6M" },
	.n_values = 2,
	.derived = { -1, -1 },
};
static const struct output until = {
	.name = "until",
	.values = { "first", "second" },
	.n_values = 2,
	.derived = { 0, 1 },
};
static const struct output rights = {
	.name = "rights",
	.values = { "work", "school", "health" },
	.n_values = 3,
	.derived = { -1, -1, -1 },
	.collected = true,
};
static const struct question question = { .name = "first-permit", .outcome = 0 };

/* Which of the outcomes an open case may still have, in the order of the values. */
enum { MAY_GRANT = 1, MAY_WAIT = 2, MAY_ADVERSE = 16 };

static struct decision decided(enum outcome outcome)
{
	return (struct decision){
		.question = &question,
		.outcome = outcome,
		.n_outputs = 1,
		.outputs = { { .output = &outcome_output, .settled = true,
			       .possible = 1, .value = 0 } },
	};
}

static struct decision open_between(uint64_t possible)
{
	struct decision decision = decided(OUTCOME_ASK);

	decision.outputs[0].settled = false;
	decision.outputs[0].possible = possible;
	return decision;
}

/* A grant with a second output that has, or may have, these values. */
static struct decision grant_with(const struct output *output, uint64_t possible)
{
	struct decision decision = decided(OUTCOME_GRANT);

	decision.n_outputs = 2;
	decision.outputs[1] = (struct decided_output){
		.output = output,
		.settled = true,
		.possible = possible,
		.value = possible,
	};
	return decision;
}

static enum timeline_order compare(struct decision a, struct decision b)
{
	const struct timeline_span spans[] = {
		{ .state = TIMELINE_DECIDED, .decision = &a },
		{ .state = TIMELINE_DECIDED, .decision = &b },
	};

	return timeline_compare(&spans[0], &spans[1]);
}

/* ---- Which result is better ---- */

static void outcomes_stand_in_the_order_of_the_law(void **state)
{
	static const enum outcome best_first[] = { OUTCOME_GRANT, OUTCOME_WAIT,
						   OUTCOME_REFER, OUTCOME_NO_ROUTE,
						   OUTCOME_ADVERSE };

	(void)state;
	for (int i = 0; i < 5; i++)
		for (int k = 0; k < 5; k++)
			assert_int_equal(compare(decided(best_first[i]),
						 decided(best_first[k])),
					 i == k ? TIMELINE_SAME :
					 i < k  ? TIMELINE_WORSE :
						  TIMELINE_BETTER);
}

static void a_result_that_is_open_is_neither_better_nor_worse(void **state)
{
	(void)state;
	assert_int_equal(compare(open_between(MAY_GRANT | MAY_WAIT),
				 decided(OUTCOME_ADVERSE)),
			 TIMELINE_OTHER);
	assert_int_equal(compare(decided(OUTCOME_GRANT), open_between(MAY_GRANT)),
			 TIMELINE_OTHER);
}

static void of_equal_outcomes_the_outputs_tell(void **state)
{
	(void)state;
	assert_int_equal(compare(grant_with(&care, 1), grant_with(&care, 1)),
			 TIMELINE_SAME);
	assert_int_equal(compare(grant_with(&care, 1), grant_with(&care, 2)),
			 TIMELINE_WORSE);
	assert_int_equal(compare(grant_with(&care, 4), grant_with(&care, 2)),
			 TIMELINE_BETTER);
	/* may be full or none; is some */
	assert_int_equal(compare(grant_with(&care, 5), grant_with(&care, 2)),
			 TIMELINE_OTHER);
	/* may be full or some; is some */
	assert_int_equal(compare(grant_with(&care, 3), grant_with(&care, 2)),
			 TIMELINE_WORSE);
}

static void what_has_no_order_is_only_other(void **state)
{
	(void)state;
	assert_int_equal(compare(grant_with(&length, 1), grant_with(&length, 2)),
			 TIMELINE_OTHER);
	assert_int_equal(compare(grant_with(&until, 1), grant_with(&until, 2)),
			 TIMELINE_OTHER);
	assert_int_equal(compare(grant_with(&rights, 1), grant_with(&rights, 3)),
			 TIMELINE_OTHER);
	assert_int_equal(compare(grant_with(&care, 1),
				 grant_with(&care, 1ull << VALUE_NONE)),
			 TIMELINE_OTHER);
	assert_int_equal(compare(grant_with(&care, 1), grant_with(&care, 0)),
			 TIMELINE_OTHER);
}

static void outputs_that_disagree_are_other(void **state)
{
	struct decision a = grant_with(&care, 1);
	struct decision b = grant_with(&care, 2);

	(void)state;
	a.n_outputs = b.n_outputs = 3;
	a.outputs[2] = b.outputs[1];
	b.outputs[2] = a.outputs[1];
	assert_int_equal(compare(a, b), TIMELINE_OTHER);
	b.outputs[2] = b.outputs[1];
	assert_int_equal(compare(a, b), TIMELINE_WORSE);
}

/* ---- Windows and days ---- */

struct line {
	struct decision decisions[8];
	struct timeline_span spans[8];
	struct timeline timeline;
};

/* A span of ten days for each decision. */
static void add(struct line *line, struct decision decision)
{
	size_t n = line->timeline.n++;

	line->decisions[n] = decision;
	line->spans[n] = (struct timeline_span){
		.first = (day_t)(10 * n),
		.last = (day_t)(10 * n + 9),
		.state = TIMELINE_DECIDED,
		.decision = &line->decisions[n],
	};
	line->timeline.spans = line->spans;
}

static void add_unsettled(struct line *line, enum timeline_state state)
{
	add(line, decided(OUTCOME_GRANT));
	line->spans[line->timeline.n - 1].state = state;
	line->spans[line->timeline.n - 1].decision = NULL;
}

static void the_best_window_begins_first_and_goes_on_while_nothing_is_lost(void **state)
{
	struct line line = { .timeline = { .n = 0 } };
	struct timeline_window window;

	(void)state;
	add(&line, decided(OUTCOME_WAIT));
	add(&line, grant_with(&care, 2));
	add(&line, grant_with(&care, 2));
	add(&line, grant_with(&care, 4));
	add(&line, grant_with(&care, 2));
	assert_true(timeline_best(&line.timeline, &window));
	assert_int_equal(window.begin, 1);
	assert_int_equal(window.end, 3);
	assert_int_equal(window.first, 10);
	assert_int_equal(window.last, 29);

	/* a better one later is the best one */
	add(&line, grant_with(&care, 1));
	assert_true(timeline_best(&line.timeline, &window));
	assert_int_equal(window.begin, 5);
	assert_int_equal(window.end, 6);
}

static void a_day_that_is_not_settled_ends_the_window(void **state)
{
	struct line line = { .timeline = { .n = 0 } };
	struct timeline_window window;

	(void)state;
	add_unsettled(&line, TIMELINE_CONTRADICTION);
	add(&line, decided(OUTCOME_REFER));
	add_unsettled(&line, TIMELINE_NOT_SETTLED);
	add(&line, decided(OUTCOME_REFER));
	assert_true(timeline_best(&line.timeline, &window));
	assert_int_equal(window.begin, 1);
	assert_int_equal(window.end, 2);
}

static void without_a_definite_day_there_is_no_window(void **state)
{
	struct line line = { .timeline = { .n = 0 } };
	struct timeline_window window = { .begin = 77 };

	(void)state;
	assert_false(timeline_best(&line.timeline, &window));
	add(&line, open_between(MAY_GRANT));
	add_unsettled(&line, TIMELINE_NOT_SETTLED);
	assert_false(timeline_best(&line.timeline, &window));
	assert_int_equal(window.begin, 77);
}

static void the_earliest_day_may_be_one_that_is_still_open(void **state)
{
	struct line line = { .timeline = { .n = 0 } };

	(void)state;
	add_unsettled(&line, TIMELINE_NOT_SETTLED);
	add(&line, open_between(MAY_WAIT | MAY_ADVERSE));
	add(&line, open_between(MAY_GRANT | MAY_WAIT));
	add(&line, decided(OUTCOME_GRANT));
	assert_ptr_equal(timeline_earliest(&line.timeline, OUTCOME_GRANT, false),
			 &line.spans[3]);
	assert_ptr_equal(timeline_earliest(&line.timeline, OUTCOME_GRANT, true),
			 &line.spans[2]);
	assert_ptr_equal(timeline_earliest(&line.timeline, OUTCOME_WAIT, true),
			 &line.spans[1]);
	assert_null(timeline_earliest(&line.timeline, OUTCOME_REFER, true));
}

static void an_outcome_is_better_than_what_is_settled_alone(void **state)
{
	struct line line = { .timeline = { .n = 0 } };

	(void)state;
	add(&line, decided(OUTCOME_WAIT));
	add_unsettled(&line, TIMELINE_CONTRADICTION);
	add(&line, open_between(MAY_GRANT));
	assert_true(timeline_is_better(OUTCOME_GRANT, &line.spans[0]));
	assert_false(timeline_is_better(OUTCOME_WAIT, &line.spans[0]));
	assert_false(timeline_is_better(OUTCOME_ASK, &line.spans[0]));
	assert_false(timeline_is_better(OUTCOME_GRANT, &line.spans[1]));
	/* open is no worse than no route */
	assert_true(timeline_is_better(OUTCOME_REFER, &line.spans[2]));
	assert_false(timeline_is_better(OUTCOME_NO_ROUTE, &line.spans[2]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_stand_in_the_order_of_the_law),
		cmocka_unit_test(a_result_that_is_open_is_neither_better_nor_worse),
		cmocka_unit_test(of_equal_outcomes_the_outputs_tell),
		cmocka_unit_test(what_has_no_order_is_only_other),
		cmocka_unit_test(outputs_that_disagree_are_other),
		cmocka_unit_test(
			the_best_window_begins_first_and_goes_on_while_nothing_is_lost),
		cmocka_unit_test(a_day_that_is_not_settled_ends_the_window),
		cmocka_unit_test(without_a_definite_day_there_is_no_window),
		cmocka_unit_test(the_earliest_day_may_be_one_that_is_still_open),
		cmocka_unit_test(an_outcome_is_better_than_what_is_settled_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
