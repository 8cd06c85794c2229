/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/diagram/explain.h"
#include "tests/support/brute.h"
#include "tests/support/random_edition.h"

/*
 * Why, and why not, held against a loop over every complete case of editions by
 * chance: the reason alone forces the outcome, and no part of it does; the
 * changes lead where they say, and no smaller number of them leads there.
 */
#define EDITIONS 250
#define CASES_EACH 6
#define WHOLE_MAX 20000		/* complete cases of an edition */
#define OPTIONS_MAX 64
#define IMPOSSIBLE 255

struct option {
	int64_t number;		/* a set's elements as bits */
	bool unknown;		/* and the person does not know it */
};

/* Every complete case of an edition and its outcome. */
struct whole {
	const struct edition *edition;
	day_t as_of;
	unsigned n_options[FACTS_MAX];
	struct option options[FACTS_MAX][OPTIONS_MAX];
	unsigned n;
	uint8_t outcomes[WHOLE_MAX];
};

/* ---- Complete cases ---- */

static bool tests_unknown(const struct edition *edition, unsigned fact)
{
	for (unsigned v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_FACT &&
		    edition->variables[v].index == fact)
			return edition->variables[v].has_unknown;
	return false;
}

static bool add_options(struct whole *whole, unsigned fact)
{
	const struct fact *f = &whole->edition->facts[fact];
	bool unknown = tests_unknown(whole->edition, fact);
	int64_t high = f->type == FACT_SET     ? (1 << f->n_values) - 1 :
		       f->type == FACT_INTEGER ? f->maximum :
						 f->n_values - 1;

	if (f->type == FACT_DATE || f->type == FACT_PERIODS ||
	    (high + 1) * (1 + unknown) > OPTIONS_MAX)
		return false;
	for (int64_t number = 0; number <= high; number++)
		for (unsigned u = 0; u <= unknown; u++)
			whole->options[fact][whole->n_options[fact]++] =
				(struct option){ number, u == 1 };
	return true;
}

static uint8_t class_of(const struct whole *whole, const struct variable *v,
			const struct option *const *chosen, const int64_t *numbers)
{
	int64_t number = v->kind == VARIABLE_DERIVED ?
				 brute_derived(whole->edition, v->index, numbers,
					       whole->as_of) :
				 numbers[v->index];

	if (v->kind == VARIABLE_ELEMENT)
		return (uint8_t)(number >> v->element & 1);
	if (v->kind == VARIABLE_FACT && chosen[v->index]->unknown)
		return (uint8_t)(v->n_classes - 1);
	return variable_class(v, number);
}

static uint8_t outcome_of(const struct whole *whole, unsigned index)
{
	static struct brute_table results[TABLES_MAX];
	const struct edition *edition = whole->edition;
	const struct option *chosen[FACTS_MAX];
	int64_t numbers[FACTS_MAX];
	struct brute_case classes;

	for (unsigned f = 0; f < edition->n_facts; f++) {
		chosen[f] = &whole->options[f][index % whole->n_options[f]];
		numbers[f] = chosen[f]->number;
		index /= whole->n_options[f];
	}
	for (unsigned v = 0; v < edition->n_variables; v++)
		classes.classes[v] = class_of(whole, &edition->variables[v], chosen,
					      numbers);
	if (!brute_possible(edition, &classes))
		return IMPOSSIBLE;
	brute_tables(edition, &classes, results);
	return (uint8_t)results[edition->questions[0].table]
		.values[edition->questions[0].outcome];
}

/* False where there are too many, or dates. */
static bool whole_of(const struct edition *edition, day_t as_of, struct whole *whole)
{
	memset(whole, 0, sizeof(*whole));
	whole->edition = edition;
	whole->as_of = as_of;
	whole->n = 1;
	for (unsigned f = 0; f < edition->n_facts; f++) {
		if (!add_options(whole, f))
			return false;
		whole->n *= whole->n_options[f];
		if (whole->n > WHOLE_MAX)
			return false;
	}
	for (unsigned i = 0; i < whole->n; i++)
		whole->outcomes[i] = outcome_of(whole, i);
	return true;
}

static bool fits(const struct whole *whole, unsigned fact, unsigned option,
		 const struct answer *answer)
{
	const struct option *o = &whole->options[fact][option];
	bool unknown = tests_unknown(whole->edition, fact);

	switch (answer->state) {
	case ANSWER_ABSENT:
		return true;
	case ANSWER_NOT_KNOWN:
	case ANSWER_DECLINED:
		return !unknown || o->unknown;
	case ANSWER_VALUE:
		break;
	}
	return !o->unknown &&
	       o->number == (whole->edition->facts[fact].type == FACT_SET ?
				     (int64_t)answer->set :
				     answer->number);
}

/* Outcomes of all complete cases that fit the answers, as bits. */
static uint64_t outcomes_of(const struct whole *whole, const struct facts *facts)
{
	uint64_t seen = 0;

	for (unsigned i = 0; i < whole->n; i++) {
		unsigned rest = i;
		bool fit = whole->outcomes[i] != IMPOSSIBLE;

		for (unsigned f = 0; fit && f < whole->edition->n_facts; f++) {
			fit = fits(whole, f, rest % whole->n_options[f],
				   &facts->answers[f]);
			rest /= whole->n_options[f];
		}
		if (fit)
			seen |= 1ull << whole->outcomes[i];
	}
	return seen;
}

static void random_case(struct chance *chance, const struct whole *whole,
			struct facts *facts)
{
	*facts = (struct facts){ .as_of = whole->as_of };
	for (unsigned f = 0; f < whole->edition->n_facts; f++) {
		const struct option *option = &whole->options[f][chance_below(
			chance, whole->n_options[f])];
		struct answer *answer = &facts->answers[f];

		answer->state = option->unknown ? ANSWER_NOT_KNOWN : ANSWER_VALUE;
		if (whole->edition->facts[f].type == FACT_SET)
			answer->set = (uint64_t)option->number;
		else
			answer->number = option->number;
		if (chance_once_in(chance, 5))
			*answer = (struct answer){ .state = ANSWER_ABSENT };
	}
}

/* ---- What is held ---- */

struct totals {
	unsigned reasons;
	unsigned answers;	/* of the cases with a reason */
	unsigned told;		/* of them in the reason */
	unsigned ways;
	unsigned none;
};

static bool one(uint64_t bits)
{
	return bits != 0 && (bits & (bits - 1)) == 0;
}

static struct facts only(const struct facts *facts, uint64_t kept)
{
	struct facts some = *facts;

	for (unsigned f = 0; f < FACTS_MAX; f++)
		if ((kept >> f & 1) == 0)
			some.answers[f] = (struct answer){ .state = ANSWER_ABSENT };
	return some;
}

static void check_reason(const struct whole *whole, const struct facts *facts,
			 const struct decision *decision, struct arena *scratch,
			 struct totals *totals)
{
	uint64_t reason = UINT64_MAX;
	struct facts told;

	assert_int_equal(explain_reason(facts, decision, scratch, &reason), 0);
	told = only(facts, reason);
	assert_int_equal(outcomes_of(whole, &told), outcomes_of(whole, facts));
	for (unsigned f = 0; f < whole->edition->n_facts; f++) {
		totals->answers += facts->answers[f].state != ANSWER_ABSENT;
		if ((reason >> f & 1) == 0)
			continue;
		totals->told++;
		told = only(facts, reason & ~(1ull << f));
		assert_false(one(outcomes_of(whole, &told)));
	}
	totals->reasons++;
}

/* The numbers that are tried for a fact: one for each class, and every set. */
static unsigned tries(const struct whole *whole, unsigned fact, int64_t numbers[64])
{
	const struct edition *edition = whole->edition;
	unsigned n = 0;

	for (unsigned v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		if (variable->kind == VARIABLE_DERIVED || variable->index != fact)
			continue;
		if (variable->kind == VARIABLE_ELEMENT) {
			for (; n < 1u << edition->facts[fact].n_values; n++)
				numbers[n] = n;
			return n;
		}
		numbers[n++] = 0;
		for (; n < (unsigned)(variable->n_classes - variable->has_unknown); n++)
			numbers[n] = variable->cuts[n - 1];
		return n;
	}
	return 0;
}

/* Some change of n more facts from `from` on leads to one of the values. */
static bool leads(const struct whole *whole, struct facts *facts, unsigned from,
		  unsigned n, uint64_t values)
{
	if (n == 0) {
		uint64_t seen = outcomes_of(whole, facts);

		return one(seen) && (seen & values) != 0;
	}
	for (unsigned f = from; f < whole->edition->n_facts; f++) {
		struct answer before = facts->answers[f];
		int64_t numbers[64];
		unsigned n_tries = tries(whole, f, numbers);
		bool found = false;

		if (whole->edition->facts[f].changes == CHANGES_NEVER)
			continue;
		for (unsigned i = 0; i < n_tries && !found; i++) {
			facts->answers[f] = (struct answer){
				.state = ANSWER_VALUE, .number = numbers[i],
			};
			if (whole->edition->facts[f].type == FACT_SET)
				facts->answers[f] = (struct answer){
					.state = ANSWER_VALUE,
					.set = (uint64_t)numbers[i],
				};
			found = leads(whole, facts, f + 1, n - 1, values);
		}
		facts->answers[f] = before;
		if (found)
			return true;
	}
	return false;
}

static void check_set(const struct whole *whole, const struct facts *facts,
		      const struct change_set *set, uint64_t values)
{
	struct facts changed = *facts;
	uint64_t seen;

	for (unsigned i = 0; i < set->n; i++) {
		const struct change *change = &set->changes[i];

		assert_int_not_equal(whole->edition->facts[change->fact].changes,
				     CHANGES_NEVER);
		changed.answers[change->fact] = change->answer;
	}
	seen = outcomes_of(whole, &changed);
	assert_true(one(seen));
	assert_true((seen & values) != 0);
}

static void check_way_out(const struct whole *whole, const struct facts *facts,
			  const struct decision *decision, struct arena *scratch,
			  struct totals *totals)
{
	const struct question *question = decision->question;
	const struct output *output =
		&whole->edition->tables[question->table].outputs[question->outcome];
	uint32_t better = explain_better(decision->outcome);
	struct facts copy = *facts;
	struct way_out way;
	uint64_t values = 0;
	unsigned n;

	for (unsigned v = 0; v < output->n_values; v++)
		for (unsigned o = 0; o < OUTCOME_ASK; o++)
			if (strcmp(output->values[v], outcome_names[o]) == 0 &&
			    (better >> o & 1) != 0)
				values |= 1ull << v;
	assert_int_equal(explain_way_out(whole->edition, question, facts, better,
					 scratch, &way), 0);
	n = way.n > 0 ? way.sets[0].n : CHANGES_MAX + 1;
	for (unsigned k = 0; k < n; k++)
		assert_false(leads(whole, &copy, 0, k, values));
	for (unsigned i = 0; i < way.n; i++) {
		assert_int_equal(way.sets[i].n, n);
		check_set(whole, facts, &way.sets[i], values);
	}
	totals->ways += way.n > 0;
	totals->none += way.n == 0;
}

static void check_case(const struct whole *whole, const struct facts *facts,
		       struct arena *arena, struct arena *scratch,
		       struct totals *totals)
{
	struct decision decision;
	int row;

	arena_reset(arena);
	if (decide(whole->edition, whole->edition->questions, facts, arena, &decision,
		   &row) != 0)
		return;
	if (decision.outcome != OUTCOME_ASK)
		check_reason(whole, facts, &decision, scratch, totals);
	if (decision.outcome != OUTCOME_GRANT)
		check_way_out(whole, facts, &decision, scratch, totals);
}

static void reasons_force_and_changes_lead(void **state)
{
	CLEANUP(arena_done) struct arena arena, scratch, deciding, explaining;
	static struct whole whole;
	struct totals totals = { 0 };
	day_t as_of;

	(void)state;
	assert_true(date_parse("2025-02-14", 10, &as_of));
	arena_init(&arena, 64u << 20);
	arena_init(&scratch, 256u << 20);
	arena_init(&deciding, DECIDE_ARENA_BYTES);
	arena_init(&explaining, DECIDE_ARENA_BYTES);
	for (unsigned seed = 0; seed < EDITIONS; seed++) {
		struct chance chance = { seed };
		const struct edition *edition;

		arena_reset(&arena);
		edition = random_sound_edition(&chance, &arena, &scratch);
		if (edition == NULL || !whole_of(edition, as_of, &whole))
			continue;
		for (unsigned i = 0; i < CASES_EACH; i++) {
			struct facts facts;

			random_case(&chance, &whole, &facts);
			check_case(&whole, &facts, &deciding, &explaining, &totals);
		}
	}
	print_message("# %u reasons with %u of %u answers; %u ways to a better "
		      "outcome, %u cases without one\n", totals.reasons, totals.told,
		      totals.answers, totals.ways, totals.none);
	assert_true(totals.reasons > 100);
	assert_true(totals.told < totals.answers / 2);
	assert_true(totals.ways > 50);
	assert_true(totals.none > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_force_and_changes_lead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
