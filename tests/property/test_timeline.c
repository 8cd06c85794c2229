/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/settle.h"
#include "policy/timeline.h"
#include "tests/property/compare.h"
#include "tests/support/random_edition.h"

/*
 * Timelines against deciding every single day of 15 years. An argument
 * multiplies the number of cases.
 */
#define CASES_A_QUESTION 1	/* of each edition there is; an argument multiplies it */
#define TRIES 12
#define CASES_COMPOSED 20
#define EDITIONS 100
#define STRETCHES 3000
#define SAMPLES 10

/* Derived facts that no law would write: every operator, on the day itself. */
static const char operators[] =
	"## Derived facts\n\n"
	"| name | type | values | expression | source |\n|---|---|---|---|---|\n"
	"| d.week | integer | 1..7 | day of week(decision.date) | LAW 1 |\n"
	"| d.day | integer | 1..31 | day of(decision.date) | LAW 1 |\n"
	"| d.year | integer | 1..366 | day of year(decision.date) | LAW 1 |\n"
	"| d.month | integer | 1..12 | month of(decision.date) | LAW 1 |\n"
	"| d.since | date | | continuous since(permit.history[trp], "
	"permit.history[other], P1M, P30D, decision.date) | LAW 1 |\n"
	"| d.held | integer | 0..3600 months | continuous months(permit.history, "
	"permit.history, P0D, P0D, decision.date) | LAW 1 |\n"
	"| d.later | date | | latest(decision.date + P6M, permit.valid_until) | LAW 1 |\n"
	"| d.between | integer | -9999..9999 months | months between("
	"application.received, decision.date) | LAW 1 |\n"
	"| d.odd | boolean | | (d.month = children or d.day = 29) and "
	"not(application.received > decision.date) | LAW 1 |\n"
	"| d.pick | date | | if d.odd then permit.valid_until - P1M else d.since | LAW 1 |\n"
	"| d.sum | integer | -99..99 | d.week + d.month - children | LAW 1 |\n\n"
	"## odd-days\n\n"
	"| U | `d.odd` | `d.sum` | `d.held` | outcome | until | source | id |\n"
	"|---|---|---|---|---|---|---|---|\n"
	"| | | | | grant, wait, refer, no-route | `d.later`, `d.pick` | | |\n"
	"| | in | in | in | out | out | # | # |\n"
	"| 1 | yes | - | - | wait | `d.pick` | LAW 1 | o-1 |\n"
	"| 2 | no | < 3 | < 36 | refer | - | LAW 1 | o-2 |\n"
	"| 3 | no | < 3 | >= 36 | grant | - | LAW 1 | o-3 |\n"
	"| 4 | no | >= 3 | - | no-route | - | LAW 1 | o-4 |\n\n"
	"## long-days\n\n"
	"| U | `d.between` | `d.held` | outcome | until | source | id |\n"
	"|---|---|---|---|---|---|---|\n"
	"| | | | grant, wait, refer | `d.later`, `d.since` | | |\n"
	"| | in | in | out | out | # | # |\n"
	"| 1 | < 0 | - | wait | `d.later` | LAW 1 | l-1 |\n"
	"| 2 | [0..6) | - | wait | `d.since` | LAW 1 | l-2 |\n"
	"| 3 | >= 6 | < 12 | refer | - | LAW 1 | l-3 |\n"
	"| 4 | [6..40) | >= 12 | grant | - | LAW 1 | l-4 |\n"
	"| 5 | >= 40 | >= 12 | refer | `d.later` | LAW 1 | l-5 |\n";

static unsigned factor = 1;
static char *vocabulary;
static char *small_vocabulary;
static glob_t documents;

static struct {
	unsigned long cases, open, days, spans, steps, most_steps, not_settled;
} totals;

/* ---- One case ---- */

struct try {
	struct timeline_request request;
	struct timeline timeline;
	struct arena arena;
	struct arena scratch;
	bool rows; /* rows are compared: nothing behind derived facts is open */
};

/* The facts on a day, as the header of the timeline says them. */
static struct facts facts_on(const struct timeline_request *request, day_t day)
{
	static struct period items[FACTS_MAX][PERIODS_MAX];
	struct facts facts = *request->facts;

	facts.as_of = day;
	for (size_t i = 0; i < request->edition->n_facts; i++) {
		struct answer *answer = &facts.answers[i];

		if ((request->with_day >> i & 1) != 0) {
			answer->state = ANSWER_VALUE;
			answer->date.first = answer->date.last = day;
		}
		if ((request->goes_on >> i & 1) == 0 ||
		    answer->state != ANSWER_VALUE || answer->periods.n == 0)
			continue;
		memcpy(items[i], answer->periods.items,
		       answer->periods.n * sizeof(items[i][0]));
		if (items[i][answer->periods.n - 1].to >= request->facts->as_of)
			items[i][answer->periods.n - 1].to = DAY_MAX;
		answer->periods.items = items[i];
	}
	return facts;
}

static bool same_output(const struct decided_output *a,
			const struct decided_output *b)
{
	return a->settled == b->settled && a->possible == b->possible &&
	       a->value == b->value && a->has_day == b->has_day;
}

static uint64_t certain_rows(const struct decision *decision)
{
	uint64_t rows = 0;

	for (unsigned i = 0; i < decision->n_rows; i++)
		if (decision->rows[i].certain &&
		    decision->rows[i].table == decision->question->table)
			rows |= 1ull << decision->rows[i].row;
	return rows;
}

static bool alike(const struct try *try, const struct decision *a,
		  const struct decision *b)
{
	bool same = a->outcome == b->outcome && a->agreed == b->agreed;

	for (unsigned o = 0; o < a->n_outputs; o++)
		same = same && same_output(&a->outputs[o], &b->outputs[o]);
	return same && (!try->rows || certain_rows(a) == certain_rows(b));
}

static void check_day(struct try *try, const struct timeline_span *span, day_t day,
		      uint8_t *moved)
{
	struct facts facts = facts_on(&try->request, day);
	struct decision decision;
	int row;
	int r;

	arena_reset(&try->scratch);
	r = decide(try->request.edition, try->request.question, &facts,
		   &try->scratch, &decision, &row);
	totals.days++;
	if (span->state == TIMELINE_CONTRADICTION) {
		assert_int_equal(r, DECIDE_E_CONTRADICTION);
		return;
	}
	assert_int_equal(r, 0);
	assert_true(alike(try, span->decision, &decision));
	for (unsigned o = 0; o < decision.n_outputs; o++) {
		if (!decision.outputs[o].has_day)
			continue;
		if (decision.outputs[o].day != span->decision->outputs[o].day)
			*moved |= (uint8_t)(1u << o);
		if (day == span->last && (span->moving >> o & 1) != 0)
			assert_int_equal(span->last_days[o],
					 decision.outputs[o].day);
	}
}

static void check_span(struct try *try, size_t i)
{
	const struct timeline_span *span = &try->timeline.spans[i];
	const struct timeline_span *before = i > 0 ? span - 1 : NULL;
	uint8_t moved = 0;

	assert_true(span->first <= span->last);
	assert_int_equal(span->first,
			 before == NULL ? try->request.from : before->last + 1);
	if (before != NULL && before->state == span->state)
		assert_true(span->state == TIMELINE_DECIDED &&
			    !alike(try, before->decision, span->decision));
	if (span->state == TIMELINE_NOT_SETTLED) {
		assert_false(try->timeline.complete);
		return;
	}
	for (day_t day = span->first; day <= span->last; day++)
		check_day(try, span, day, &moved);
	assert_int_equal(span->moving, moved);
}

static bool is_open(const struct timeline_request *request, size_t fact)
{
	const struct answer *answer = &request->facts->answers[fact];

	if ((request->with_day >> fact & 1) != 0)
		return false;
	return answer->state != ANSWER_VALUE ||
	       (request->edition->facts[fact].type == FACT_DATE &&
		answer->date.first != answer->date.last);
}

static bool compares_rows(const struct timeline_request *request)
{
	for (size_t d = 0; d < request->edition->n_derived; d++)
		for (size_t f = 0; f < request->edition->n_facts; f++)
			if ((request->question->derived >> d & 1) != 0 &&
			    (request->edition->derived[d].facts >> f & 1) != 0 &&
			    is_open(request, f))
				return false;
	return true;
}

static void check_timeline(const struct timeline_request *request)
{
	struct try try = { .request = *request };
	const struct timeline *timeline_ = &try.timeline;

	arena_init(&try.arena, 32u << 20);
	arena_init(&try.scratch, DECIDE_ARENA_BYTES);
	try.rows = compares_rows(request);
	assert_int_equal(timeline(request, &try.arena, &try.scratch, &try.timeline),
			 0);
	assert_int_equal(timeline_->spans[timeline_->n - 1].last, request->to);
	for (size_t i = 0; i < timeline_->n; i++)
		check_span(&try, i);
	totals.cases++;
	totals.open += !try.rows;
	totals.spans += timeline_->n;
	totals.steps += timeline_->n_steps;
	totals.not_settled += !timeline_->complete;
	if (timeline_->n_steps > totals.most_steps)
		totals.most_steps = timeline_->n_steps;
	arena_done(&try.arena);
	arena_done(&try.scratch);
}

static void say_totals(const char *what)
{
	print_message("# %s: %lu cases (%lu with open facts), %lu days, %lu spans, "
		      "%lu steps (at most %lu), %lu not settled\n",
		      what, totals.cases, totals.open, totals.days, totals.spans,
		      totals.steps, totals.most_steps, totals.not_settled);
	assert_true(totals.cases > 0 && totals.spans > totals.cases);
	memset(&totals, 0, sizeof(totals));
}

/* ---- Cases of policies ---- */

static uint64_t bit_of(struct subject *subject, const char *key)
{
	int fact = edition_find_fact(subject->edition, key);

	return fact < 0 || chance_once_in(&subject->cases.chance, 2)
		       ? 0
		       : 1ull << fact;
}

/* One to three facts, the first of which the day is held against. */
static void open_some(struct subject *subject, uint64_t behind,
		      struct opened *opened)
{
	struct chance *chance = &subject->cases.chance;
	unsigned n = 1 + chance_below(chance, 3);
	uint16_t n_facts = subject->edition->n_facts;

	opened->n = 0;
	while (behind != 0 && opened->n < n) {
		unsigned fact = chance_below(chance, n_facts);

		if (opened->n == 0 && (behind >> fact & 1) == 0)
			continue;
		opened->facts[opened->n] = fact;
		opened->states[opened->n++] =
			chance_once_in(chance, 2) ? ANSWER_ABSENT : ANSWER_DECLINED;
	}
}

/* A date of the case that is known to its month alone. */
static void open_month(struct subject *subject, struct facts *facts)
{
	uint32_t fact = chance_below(&subject->cases.chance,
				     subject->edition->n_facts);
	struct answer *answer = &facts->answers[fact];
	struct civil civil;

	if (subject->edition->facts[fact].type != FACT_DATE ||
	    answer->state != ANSWER_VALUE)
		return;
	civil = date_civil(answer->date.first);
	answer->date.first = date_day((struct civil){ civil.year, civil.month, 1 });
	answer->date.last =
		date_add(answer->date.first, (struct duration){ 1, DURATION_MONTHS },
			 1) - 1;
}

static void next_request(struct subject *subject, const struct question *question,
			 bool open, struct facts *facts,
			 struct timeline_request *request)
{
	struct opened opened = { 0 };

	cases_next(&subject->cases);
	arena_reset(&subject->deciding);
	if (open)
		open_some(subject, settle_derived_from(subject->edition, question),
			  &opened);
	answers_of(subject, &opened, facts);
	if (open)
		open_month(subject, facts);
	*request = (struct timeline_request){
		.edition = subject->edition,
		.question = question,
		.facts = facts,
		.from = (day_t)(facts->as_of -
				(int)chance_below(&subject->cases.chance, 3000)),
		.with_day = bit_of(subject, "application.received"),
		.goes_on = bit_of(subject, "permit.history"),
	};
	request->to = request->from + TIMELINE_DAYS - 1;
}

/* Most cases look alike for ever: a few are tried for one that does not. */
static void check_case(struct subject *subject, const struct question *question)
{
	CLEANUP(arena_done) struct arena arena, scratch;
	struct timeline_request request;
	struct facts facts;
	struct timeline found;
	bool open = chance_once_in(&subject->cases.chance, 3);

	arena_init(&arena, 32u << 20);
	arena_init(&scratch, DECIDE_ARENA_BYTES);
	for (unsigned n = 0; n < TRIES; n++) {
		arena_reset(&arena);
		next_request(subject, question, open, &facts, &request);
		assert_int_equal(timeline(&request, &arena, &scratch, &found), 0);
		if (found.n > 1)
			break;
	}
	check_timeline(&request);
}

static void every_day_of_a_policy_is_as_its_span_says(void **state)
{
	static struct subject subject;

	(void)state;
	for (size_t i = 0; i < documents.gl_pathc; i++) {
		char *policy = read_text(documents.gl_pathv[i]);

		subject_init(&subject, vocabulary, policy);
		for (size_t q = 0; q < subject.edition->n_questions; q++)
			for (unsigned k = 0; k < CASES_A_QUESTION * factor; k++)
				check_case(&subject, &subject.edition->questions[q]);
		subject_done(&subject);
		free(policy);
	}
	say_totals("policies");
}

static void every_day_under_odd_rules_is_as_its_span_says(void **state)
{
	static struct subject subject;

	(void)state;
	subject_compose(&subject, small_vocabulary, operators);
	for (unsigned k = 0; k < CASES_COMPOSED * factor; k++)
		check_case(&subject, &subject.edition->questions[k % 2]);
	subject_done(&subject);
	say_totals("odd rules");
}

/* ---- Editions by chance ---- */

static void random_facts(struct chance *chance, const struct edition *edition,
			 struct facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	assert_true(date_parse("2025-02-14", 10, &facts->as_of));
	for (unsigned f = 0; f < edition->n_facts; f++) {
		const struct fact *fact = &edition->facts[f];
		struct answer *answer = &facts->answers[f];

		if (fact->type == FACT_PERIODS || chance_once_in(chance, 4))
			continue;
		answer->state = ANSWER_VALUE;
		if (fact->type == FACT_DATE)
			answer->date.first = answer->date.last =
				facts->as_of + (day_t)chance_below(chance, 900) -
				300;
		else if (fact->type == FACT_SET)
			answer->set = chance_below(chance, 1u << fact->n_values);
		else
			answer->number =
				fact_domain(fact).low +
				chance_below(chance, (uint32_t)(fact_domain(fact).high -
								fact_domain(fact).low + 1));
	}
}

static void every_day_of_an_edition_by_chance_is_as_its_span_says(void **state)
{
	CLEANUP(arena_done) struct arena arena, scratch;

	(void)state;
	arena_init(&arena, 64u << 20);
	arena_init(&scratch, 256u << 20);
	for (unsigned seed = 0; seed < EDITIONS * factor; seed++) {
		struct chance chance = { seed };
		const struct edition *edition;
		uint64_t with_day = 0;
		struct facts facts;

		arena_reset(&arena);
		edition = random_sound_edition(&chance, &arena, &scratch);
		if (edition == NULL)
			continue;
		random_facts(&chance, edition, &facts);
		for (unsigned f = 0; f < edition->n_facts; f++)
			if (edition->facts[f].type == FACT_DATE &&
			    chance_once_in(&chance, 3))
				with_day |= 1ull << f;
		if ((derive_moving(edition, with_day) &
		     edition->questions->derived) == 0)
			continue;
		check_timeline(&(struct timeline_request){
			.edition = edition,
			.question = edition->questions,
			.facts = &facts,
			.from = facts.as_of - 300,
			.to = facts.as_of - 300 + TIMELINE_DAYS - 1,
			.with_day = with_day,
		});
	}
	say_totals("editions by chance");
}

/* ---- Derived facts over a stretch of days ---- */

static void derive(const struct subject *subject, const struct facts *facts,
		   struct span days, struct span spans[DERIVED_MAX])
{
	struct derive_input input;

	derive_begin(&input, subject->edition, facts,
		     edition_all_facts(subject->edition));
	input.decision = days;
	derive_all(&input, (1ull << subject->edition->n_derived) - 1, spans);
}

static void check_stretch(struct subject *subject)
{
	static const int widths[] = { 1, 6, 7, 27, 31, 365, 4000 };
	struct chance *chance = &subject->cases.chance;
	uint64_t moving = derive_moving(subject->edition, 0);
	struct span over[DERIVED_MAX];
	struct opened opened = { 0 };
	struct facts facts;
	struct span days;

	cases_next(&subject->cases);
	arena_reset(&subject->deciding);
	if (chance_once_in(chance, 2))
		open_some(subject, ~0ull, &opened);
	answers_of(subject, &opened, &facts);
	days.low = facts.as_of - (int64_t)chance_below(chance, 1000);
	days.high = days.low + widths[chance_below(chance, ARRAY_LENGTH(widths))];
	derive(subject, &facts, days, over);
	for (unsigned k = 0; k < SAMPLES; k++) {
		struct span on[DERIVED_MAX];
		int64_t day = days.low + chance_below(chance, (uint32_t)(days.high -
									 days.low + 1));

		derive(subject, &facts, (struct span){ day, day }, on);
		for (size_t d = 0; d < subject->edition->n_derived; d++) {
			assert_true(over[d].low <= on[d].low);
			assert_true(over[d].high >= on[d].high);
			if ((moving >> d & 1) == 0)
				assert_true(over[d].low == on[d].low &&
					    over[d].high == on[d].high);
		}
	}
}

static void a_stretch_of_days_holds_what_each_of_them_gives(void **state)
{
	static struct subject subject;

	(void)state;
	subject_compose(&subject, small_vocabulary, operators);
	for (unsigned n = 0; n < STRETCHES * factor; n++)
		check_stretch(&subject);
	subject_done(&subject);
}

static int find_documents(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	(void)state;
	if (top == NULL)
		top = ".";
	snprintf(path, sizeof(path), "%s/policy/tables/vocabulary.md", top);
	vocabulary = read_text(path);
	snprintf(path, sizeof(path), "%s/tests/support/small/vocabulary.md", top);
	small_vocabulary = read_text(path);
	snprintf(path, sizeof(path), "%s/policy/tables/*/*-[0-9]*.md", top);
	return glob(path, 0, NULL, &documents);
}

static int forget_documents(void **state)
{
	(void)state;
	free(vocabulary);
	free(small_vocabulary);
	globfree(&documents);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stretch_of_days_holds_what_each_of_them_gives),
		cmocka_unit_test(every_day_under_odd_rules_is_as_its_span_says),
		cmocka_unit_test(every_day_of_an_edition_by_chance_is_as_its_span_says),
		cmocka_unit_test(every_day_of_a_policy_is_as_its_span_says),
	};

	if (argc > 1)
		factor = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, find_documents, forget_documents);
}
