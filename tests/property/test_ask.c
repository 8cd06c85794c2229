/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/decide.h"
#include "policy/diagram/ask.h"
#include "tests/support/random_edition.h"

/*
 * Interviews with people whose true answers are hidden, against interviews in
 * fixed orders, which ask one fact after the other until the result is proven.
 * An argument asks for another number of editions.
 */
#define EDITIONS 120
#define CASES_EACH 10
#define RANDOM_ORDERS 3
#define N_ORDERS (2 + RANDOM_ORDERS)	/* the vocabulary's, by burden, by chance */

static unsigned n_editions = EDITIONS;

struct totals {
	unsigned cases;
	unsigned asked;
	unsigned long burden;
	unsigned long fixed[N_ORDERS];
	unsigned lighter[N_ORDERS];	/* editions in which the fixed order was */
	unsigned editions;
	unsigned free;		/* of them without ties, held to the heaviest question */
};

struct interview {
	unsigned n_asked;
	unsigned long burden;
	uint32_t heaviest;
	enum outcome outcome;
};

static void random_case(struct chance *chance, const struct edition *edition,
			struct facts *facts)
{
	*facts = (struct facts){ 0 };
	assert_true(date_parse("2025-02-14", 10, &facts->as_of));
	for (unsigned f = 0; f < edition->n_facts; f++) {
		const struct fact *fact = &edition->facts[f];
		struct answer *answer = &facts->answers[f];

		answer->state = ANSWER_VALUE;
		if (fact->type == FACT_DATE)
			answer->date.first = answer->date.last =
				facts->as_of - 20 + (day_t)chance_below(chance, 40);
		else if (fact->type == FACT_SET)
			answer->set = chance_below(chance, 1u << fact->n_values);
		else
			answer->number = chance_below(
				chance, fact->type == FACT_INTEGER ?
						(unsigned)fact->maximum + 1 :
						fact->n_values);
	}
}

static bool decided(const struct edition *edition, const struct facts *facts,
		    struct arena *arena, struct decision *decision)
{
	int row;

	arena_reset(arena);
	return decide(edition, edition->questions, facts, arena, decision, &row) == 0;
}

static void answer(const struct edition *edition, uint8_t fact,
		   const struct facts *truth, struct facts *facts,
		   struct interview *interview)
{
	uint32_t burden = fact_burden(&edition->facts[fact]);

	facts->answers[fact] = truth->answers[fact];
	interview->n_asked++;
	interview->burden += burden;
	if (burden > interview->heaviest)
		interview->heaviest = burden;
}

/* Asks what the decisions say, and holds them to what they promise. */
static struct interview led(const struct edition *edition, const struct facts *truth,
			    struct arena *arena)
{
	struct facts facts = { .as_of = truth->as_of };
	struct interview interview = { 0 };
	struct decision decision;
	unsigned promised = FACTS_MAX + 1;

	for (;;) {
		assert_true(decided(edition, &facts, arena, &decision));
		if (decision.outcome != OUTCOME_ASK)
			break;
		assert_true(decision.questions_left < promised);
		assert_true(decision.questions_left > 0);
		promised = decision.questions_left;
		answer(edition, decision.open[0], truth, &facts, &interview);
	}
	assert_int_equal(decision.questions_left, 0);
	interview.outcome = decision.outcome;
	return interview;
}

static struct interview in_order(const struct edition *edition,
				 const struct facts *truth, const uint8_t *order,
				 struct arena *arena)
{
	struct facts facts = { .as_of = truth->as_of };
	struct interview interview = { 0 };
	struct decision decision;

	for (unsigned i = 0;; i++) {
		assert_true(decided(edition, &facts, arena, &decision));
		if (decision.outcome != OUTCOME_ASK)
			break;
		answer(edition, order[i], truth, &facts, &interview);
	}
	interview.outcome = decision.outcome;
	return interview;
}

/* Facts of the question in N_ORDERS orders. */
static void make_orders(struct chance *chance, const struct edition *edition,
			uint8_t orders[N_ORDERS][FACTS_MAX])
{
	uint64_t facts = edition->questions[0].facts;
	uint8_t n = ask_sort(edition, facts, orders[1]);

	for (uint8_t f = 0, at = 0; f < edition->n_facts; f++)
		if ((facts >> f & 1) != 0)
			orders[0][at++] = f;
	for (unsigned o = 2; o < N_ORDERS; o++) {
		memcpy(orders[o], orders[0], FACTS_MAX);
		for (unsigned i = n; i > 1; i--) {
			unsigned j = chance_below(chance, i);
			uint8_t swap = orders[o][i - 1];

			orders[o][i - 1] = orders[o][j];
			orders[o][j] = swap;
		}
	}
}

/* Neither constraints nor one fact behind several variables tie anything. */
static bool is_free(const struct edition *edition)
{
	return edition->constraints == NULL && edition->n_derived == 0;
}

static void check_edition(struct chance *chance, const struct edition *edition,
			  struct arena *arena, struct totals *totals)
{
	uint8_t orders[N_ORDERS][FACTS_MAX] = { 0 };
	unsigned long burden = 0;
	unsigned long fixed[N_ORDERS] = { 0 };

	make_orders(chance, edition, orders);
	for (unsigned i = 0; i < CASES_EACH; i++) {
		struct decision decision;
		struct interview mine;
		struct facts truth;

		random_case(chance, edition, &truth);
		if (!decided(edition, &truth, arena, &decision))
			continue;
		mine = led(edition, &truth, arena);
		assert_true(decided(edition, &truth, arena, &decision));
		assert_int_equal(mine.outcome, decision.outcome);
		burden += mine.burden;
		totals->asked += mine.n_asked;
		totals->cases++;
		for (unsigned o = 0; o < N_ORDERS; o++) {
			struct interview other = in_order(edition, &truth, orders[o],
							  arena);

			assert_int_equal(other.outcome, mine.outcome);
			fixed[o] += other.burden;
			if (is_free(edition))
				assert_true(mine.heaviest <= other.heaviest);
		}
	}
	for (unsigned o = 0; o < N_ORDERS; o++) {
		totals->fixed[o] += fixed[o];
		totals->lighter[o] += fixed[o] < burden;
	}
	totals->burden += burden;
	totals->editions++;
	totals->free += is_free(edition);
}

static void asking_what_matters_is_no_heavier_than_any_fixed_order(void **state)
{
	CLEANUP(arena_done) struct arena arena, scratch, deciding;
	struct totals totals = { 0 };

	(void)state;
	arena_init(&arena, 64u << 20);
	arena_init(&scratch, 256u << 20);
	arena_init(&deciding, DECIDE_ARENA_BYTES);
	for (unsigned seed = 0; seed < n_editions; seed++) {
		struct chance chance = { seed };
		const struct edition *edition;

		arena_reset(&arena);
		edition = random_sound_edition(&chance, &arena, &scratch);
		if (edition != NULL)
			check_edition(&chance, edition, &deciding, &totals);
	}
	print_message("# %u cases, %u questions, burden %lu; %u editions, %u "
		      "without ties\n", totals.cases, totals.asked, totals.burden,
		      totals.editions, totals.free);
	for (unsigned o = 0; o < N_ORDERS; o++) {
		print_message("# fixed order %u: burden %lu, lighter in %u editions\n",
			      o, totals.fixed[o], totals.lighter[o]);
		assert_true(totals.burden <= totals.fixed[o]);
	}
	assert_true(totals.cases > n_editions);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asking_what_matters_is_no_heavier_than_any_fixed_order),
	};

	if (argc > 1)
		n_editions = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
