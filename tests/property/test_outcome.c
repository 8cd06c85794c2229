/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/carry.h"
#include "policy/decide.h"
#include "policy/language/policy.h"
#include "policy/outcome.h"
#include "tests/support/chance.h"
#include "tests/support/files.h"

/*
 * The walk for an outcome alone against decide(): on the examples of editions, with
 * answers left out, taken from one another, or not known.
 */
#define TABLES "policy/tables"
#define VARIANTS 12

static struct arena arenas[3];
static size_t n_found;
static size_t n_settled;

static const struct edition *load(const char *path, struct arena *arena)
{
	static struct diagnostics diagnostics;
	CLEANUP(file_done) struct bytes vocabulary =
		file_read(TABLES "/vocabulary.md");
	CLEANUP(file_done) struct bytes policy = file_read(path);
	const struct edition *edition = NULL;

	memset(&diagnostics, 0, sizeof(diagnostics));
	arena_reset(arena);
	assert_int_equal(policy_load(vocabulary, policy, arena, &edition,
				     &diagnostics), 0);
	return edition;
}

static void vary(struct chance *chance, const struct edition *edition,
		 struct facts *facts)
{
	const struct example *other =
		&edition->examples[chance_below(chance, edition->n_examples)];

	for (uint16_t f = 0; f < edition->n_facts; f++)
		switch (chance_below(chance, 8)) {
		case 0:
			facts->answers[f].state = ANSWER_ABSENT;
			break;
		case 1:
			if (facts->answers[f].state != ANSWER_ABSENT)
				facts->answers[f].state = ANSWER_NOT_KNOWN;
			break;
		case 2:
		case 3:
			facts->answers[f] = other->facts.answers[f];
			break;
		default:
			break;
		}
}

static void compare(const struct edition *edition, const struct question *question,
		    const struct facts *facts, struct outcome_finder *finder)
{
	enum outcome found = OUTCOME_ASK;
	bool is_found = outcome_find(finder, facts, &found);
	struct decision decision;
	int row;
	int r;

	arena_reset(&arenas[1]);
	r = decide(edition, question, facts, &arenas[1], &decision, &row);
	n_found += is_found;
	n_settled += r == 0 && decision.outcome != OUTCOME_ASK;
	if (!is_found)
		return;
	if (r != 0 || decision.outcome != found)
		fail_msg("%s: %s, not %s", question->name, outcome_names[found],
			 r != 0 ? "a contradiction" :
				  outcome_names[decision.outcome]);
}

static void check_edition(const char *path)
{
	const struct edition *edition = load(path, &arenas[0]);
	static struct outcome_finder finder;
	struct chance chance = { 20261124 };

	for (uint16_t i = 0; i < edition->n_examples; i++) {
		const struct example *example = &edition->examples[i];
		const struct question *question =
			&edition->questions[example->question];

		arena_reset(&arenas[2]);
		assert_int_equal(outcome_finder_init(&finder, edition, question,
						     &arenas[2]), 0);
		compare(edition, question, &example->facts, &finder);
		for (int n = 0; n < VARIANTS; n++) {
			struct facts facts = example->facts;

			vary(&chance, edition, &facts);
			compare(edition, question, &facts, &finder);
		}
	}
}

static void what_is_found_is_what_is_decided(void **state)
{
	(void)state;
	check_edition(TABLES "/canada/ca-vtip-2006-05-11.md");
	check_edition(TABLES "/canada/ca-vtip-2025-02-04.md");
	check_edition(TABLES "/canada/ca-vtip-2026-03-26.md");
	check_edition(TABLES "/model/model-protection-2026-12-01.md");
	printf("%zu cases settled, %zu of them seen by the walk\n", n_settled, n_found);
	/* Else it would not be worth having. */
	assert_true(n_found * 10 >= n_settled * 7);
}

/* Another question of the same edition begins at another root. */
static void each_question_has_its_own_way(void **state)
{
	const struct edition *edition =
		load(TABLES "/canada/ca-vtip-2025-02-04.md", &arenas[0]);
	static struct outcome_finder first, second;

	(void)state;
	arena_reset(&arenas[2]);
	assert_int_equal(outcome_finder_init(&first, edition, &edition->questions[0],
					     &arenas[2]), 0);
	assert_int_equal(outcome_finder_init(&second, edition, &edition->questions[1],
					     &arenas[2]), 0);
	assert_int_not_equal(first.root, second.root);
}

static int begin(void **state)
{
	(void)state;
	arena_init(&arenas[0], POLICY_ARENA_BYTES);
	arena_init(&arenas[1], DECIDE_ARENA_BYTES);
	arena_init(&arenas[2], DECIDE_ARENA_BYTES);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arenas[0]);
	arena_done(&arenas[1]);
	arena_done(&arenas[2]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_is_what_is_decided),
		cmocka_unit_test(each_question_has_its_own_way),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
