/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/text.h"
#include "policy/card.h"
#include "policy/language/policy.h"
#include "tests/support/brute.h"
#include "tests/support/card_turns.h"
#include "tests/support/files.h"

#define CARDS "tests/golden/card/"

/* ---- A card ---- */

struct made {
	struct arena arena;
	struct arena scratch;
	const struct edition *edition;
	struct card *card;
};

static void made_done(struct made *made)
{
	arena_done(&made->arena);
	arena_done(&made->scratch);
}

static void make(struct made *made, const char *vocabulary, struct bytes policy)
{
	CLEANUP(file_done) struct bytes words = file_read(vocabulary);
	struct diagnostics *diagnostics;

	arena_init(&made->arena, POLICY_ARENA_BYTES);
	arena_init(&made->scratch, PROVE_SCRATCH_BYTES);
	diagnostics = arena_alloc(&made->arena, sizeof(*diagnostics));
	if (policy_load(words, policy, &made->arena, &made->edition, diagnostics) !=
	    0)
		fail_msg("%u: %s %s", diagnostics->items[0].place.line,
			 diagnostics->items[0].message,
			 diagnostics->items[0].expected);
	made->card = arena_alloc(&made->arena, sizeof(*made->card));
	assert_int_equal(card_make(made->edition, &made->arena, &made->scratch,
				   made->card),
			 0);
}

static void make_file(struct made *made, const char *vocabulary, const char *path)
{
	CLEANUP(file_done) struct bytes policy = file_read(path);

	make(made, vocabulary, policy);
}

/* ---- One change, one answer ---- */

/* Replaces what stands there once. */
static void apply(char *text, size_t room, const struct change *change)
{
	char *at = strstr(text, change->from);
	size_t n = strlen(change->from);
	size_t n_to = strlen(change->to);

	if (n == 0)
		return;
	if (at == NULL || strstr(at + 1, change->from) != NULL)
		fail_msg("not there once: %s", change->from);
	assert_true(strlen(text) + n_to + 1 < room);
	memmove(at + n_to, at + n, strlen(at + n) + 1);
	memcpy(at, change->to, n_to);
}

static void make_turn(struct made *made, const struct turn *turn)
{
	CLEANUP(file_done) struct bytes sound = file_read(CARDS "01-yes.md");
	char text[16384];

	assert_true(sound.n < sizeof(text));
	memcpy(text, sound.data, sound.n + 1);
	for (size_t i = 0;
	     i < ARRAY_LENGTH(turn->changes) && turn->changes[i].from != NULL; i++)
		apply(text, sizeof(text), &turn->changes[i]);
	if (strstr(text, "| r-3 |") != NULL)
		apply(text, sizeof(text), &text_of_r_3);
	make(made, CARDS "vocabulary.md",
	     (struct bytes){ (const uint8_t *)text, strlen(text) });
}

static void each_answer_is_what_the_law_makes_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(turns); i++) {
		CLEANUP(made_done) struct made made = { 0 };

		make_turn(&made, &turns[i]);
		if (made.card->answers[turns[i].line].verdict != turns[i].verdict)
			fail_msg("%s: %s is %d and not %d", turns[i].name,
				 card_line_texts[turns[i].line].name,
				 (int)made.card->answers[turns[i].line].verdict,
				 (int)turns[i].verdict);
	}
}

/* ---- Cases are true ---- */

static bool fits(const struct edition *edition, const struct diagram_case *shown,
		 const struct brute_case *c)
{
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (shown->classes[v] != CASE_ANY &&
		    shown->classes[v] != c->classes[v])
			return false;
	return true;
}

static uint64_t brute_value(const struct edition *edition, uint16_t question,
			    uint8_t output, const struct brute_case *c)
{
	struct brute_table results[TABLES_MAX];

	brute_tables(edition, c, results);
	return results[edition->questions[question].table].values[output];
}

/*
 * Every case that fits what is shown has the value, and with any answer less
 * some has another.
 */
static void check_shown(const struct edition *edition, const struct card_case *of)
{
	struct brute_case c = { { 0 } };
	bool any = false;

	assert_true(of->shown->agreed);
	do {
		if (!fits(edition, &of->shown->shown, &c) ||
		    !brute_possible(edition, &c))
			continue;
		any = true;
		assert_int_equal(brute_value(edition, of->question, of->output, &c),
				 of->shown->value);
	} while (brute_next(edition, &c));
	assert_true(any);
}

static void what_is_shown_of_a_case_decides_it(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(turns); i++) {
		CLEANUP(made_done) struct made made = { 0 };
		const struct card_answer *answer;

		make_turn(&made, &turns[i]);
		answer = &made.card->answers[turns[i].line];
		for (size_t p = 0; p < answer->n_points; p++)
			for (uint8_t k = 0; k < answer->points[p].n_cases; k++, n++)
				check_shown(made.edition,
					    &answer->points[p].cases[k]);
	}
	assert_true(n > 20);
}

static void a_case_is_shown_with_no_answer_that_it_can_do_without(void **state)
{
	CLEANUP(made_done) struct made made = { 0 };
	const struct card_point *point;
	unsigned n_given = 0;

	(void)state;
	make_file(&made, CARDS "vocabulary.md", CARDS "02-no.md");
	point = &made.card->answers[CARD_NON_PUNISHMENT].points[0];
	assert_int_equal(point->n_cases, 2);
	for (uint16_t v = 0; v < made.edition->n_variables; v++)
		n_given += point->cases[1].shown->shown.classes[v] != CASE_ANY;
	/* here, found and the theft; the link, which no table reads, is none */
	assert_int_equal(n_given, 3);
	assert_int_not_equal(point->cases[0].shown->value,
			     point->cases[1].shown->value);
}

/* ---- Against loops over every case ---- */

#define FIXED_MAX 64

/* The answers that never change, as a number. */
static size_t fixed_part(const struct edition *edition, const struct brute_case *c)
{
	size_t part = 0;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		if (variable->kind != VARIABLE_DERIVED &&
		    edition->facts[variable->index].changes == CHANGES_NEVER)
			part = part * variable->n_classes + c->classes[v];
	}
	assert_true(part < FIXED_MAX);
	return part;
}

static bool comes_to(const struct edition *edition, const struct brute_case *c,
		     const char *question, const char *outcome)
{
	int q = edition_find_question(edition, question);
	const struct question *of = &edition->questions[q];
	const struct output *output =
		&edition->tables[of->table].outputs[of->outcome];
	uint64_t value = brute_value(edition, (uint16_t)q, of->outcome, c);

	return strcmp(output->values[value], outcome) == 0;
}

struct reach {
	bool granted;
	bool referred;
	bool renewed[2]; /* by right, at all */
	bool permanent[2];
};

static void reach_all(const struct edition *edition, struct reach *reach,
		      bool renewal)
{
	struct brute_case c = { { 0 } };

	do {
		struct reach *of = &reach[fixed_part(edition, &c)];
		bool right, all;

		if (!brute_possible(edition, &c))
			continue;
		of->granted |= comes_to(edition, &c, "first-permit", "grant");
		of->referred |= comes_to(edition, &c, "first-permit", "refer");
		right = comes_to(edition, &c, "permanence", "grant");
		all = right || comes_to(edition, &c, "permanence", "refer") ||
		      comes_to(edition, &c, "permanence", "wait");
		of->permanent[0] |= right;
		of->permanent[1] |= all;
		right = !renewal || comes_to(edition, &c, "renewal", "grant");
		all = right || comes_to(edition, &c, "renewal", "refer");
		of->renewed[0] |= right;
		of->renewed[1] |= all;
	} while (brute_next(edition, &c));
}

static enum card_verdict path_by_loop(const struct edition *edition)
{
	struct reach reach[FIXED_MAX] = { { 0 } };
	unsigned n_granted = 0, n_referred = 0;
	unsigned n[2] = { 0, 0 };

	reach_all(edition, reach, edition->report->lines[REPORT_RENEWAL].said);
	for (size_t i = 0; i < FIXED_MAX; i++) {
		n_granted += reach[i].granted;
		n_referred += reach[i].referred;
		for (int path = 0; path < 2; path++)
			n[path] += reach[i].granted && reach[i].renewed[path] &&
				   reach[i].permanent[path];
	}
	if (n_granted == 0)
		return n_referred > 0 ? CARD_IN_PART : CARD_NO;
	return n[1] < n_granted ? CARD_NO
	       : n[0] < n_granted ? CARD_IN_PART
				  : CARD_YES;
}

static void the_path_is_what_a_loop_over_every_case_finds(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(turns); i++) {
		CLEANUP(made_done) struct made made = { 0 };

		if (turns[i].line != CARD_PERMANENCE ||
		    turns[i].verdict == CARD_NOT_SAID)
			continue;
		make_turn(&made, &turns[i]);
		assert_int_equal(path_by_loop(made.edition), turns[i].verdict);
		n++;
	}
	assert_true(n >= 6);
}

static bool is_linked(const struct edition *edition, const struct brute_case *c)
{
	int link = edition_find_fact(edition, "link");

	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_FACT &&
		    edition->variables[v].index == link)
			return c->classes[v] == 0;
	return true;
}

/* Alike but in what the Report calls offences. */
static bool alike(const struct edition *edition, const struct brute_case *a,
		  const struct brute_case *b)
{
	const struct report_test *test =
		&edition->report->lines[REPORT_OFFENCES].tests[0];

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];
		bool stake = variable->kind == VARIABLE_ELEMENT &&
			     variable->index == test->index &&
			     (test->values >> variable->element & 1) != 0;

		if (!stake && a->classes[v] != b->classes[v])
			return false;
	}
	return true;
}

/* Bit 0: some outcome differs; bit 1: some other output does. */
static unsigned differences(const struct edition *edition,
			    const struct brute_case *a, const struct brute_case *b)
{
	unsigned found = 0;

	for (uint16_t q = 0; q < edition->n_questions; q++) {
		const struct question *question = &edition->questions[q];

		for (uint8_t o = 0; o < edition->tables[question->table].n_outputs;
		     o++)
			if (brute_value(edition, q, o, a) !=
			    brute_value(edition, q, o, b))
				found |= o == question->outcome ? 1u : 2u;
	}
	return found;
}

static enum card_verdict punishment_by_loop(const struct edition *edition)
{
	struct brute_case a = { { 0 } };
	unsigned found = 0;

	do {
		struct brute_case b = { { 0 } };

		if (!brute_possible(edition, &a) || !is_linked(edition, &a))
			continue;
		do
			if (alike(edition, &a, &b) && brute_possible(edition, &b))
				found |= differences(edition, &a, &b);
		while (brute_next(edition, &b));
	} while (brute_next(edition, &a));
	return (found & 1) != 0	  ? CARD_NO
	       : (found & 2) != 0 ? CARD_IN_PART
				  : CARD_YES;
}

static void non_punishment_is_what_a_loop_over_every_pair_finds(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(turns); i++) {
		CLEANUP(made_done) struct made made = { 0 };

		if (turns[i].line != CARD_NON_PUNISHMENT ||
		    turns[i].verdict == CARD_NOT_SAID)
			continue;
		make_turn(&made, &turns[i]);
		assert_int_equal(punishment_by_loop(made.edition),
				 turns[i].verdict);
		n++;
	}
	assert_true(n >= 3);
}

/* ---- How long ---- */

static void assert_wait(const struct card *card, uint8_t i, int count,
			enum duration_unit unit, bool everybody)
{
	assert_true(i < card->n_waits);
	assert_int_equal(card->waits[i].after.count, count);
	if (count > 0)
		assert_int_equal(card->waits[i].after.unit, unit);
	assert_int_equal(card->waits[i].everybody, everybody);
}

static void the_time_to_permanence_is_that_of_the_law(void **state)
{
	CLEANUP(made_done) struct made made = { 0 };

	(void)state;
	make_file(&made, CARDS "vocabulary.md", CARDS "01-yes.md");
	assert_int_equal(made.card->n_waits, 2);
	assert_wait(made.card, 0, 3, DURATION_YEARS, false);
	assert_wait(made.card, 1, 5, DURATION_YEARS, true);
}

static void what_needs_no_time_is_had_at_once(void **state)
{
	static const struct turn turn = {
		"no time", CARD_PERMANENCE, CARD_YES,
		{ { "| 1 | near | yes | - | grant | - | ACT 4 | p-1 |\n"
		    "| 2 | near | no | - | wait | `time.third` | ACT 4 | p-2 |",
		    "| 1 | near | yes | - | grant | - | ACT 4 | p-1 |\n"
		    "| 2 | near | no | - | grant | - | ACT 4 | p-2 |" },
		  { "`time.third`, `time.fifth`", "`time.fifth`" } },
	};
	CLEANUP(made_done) struct made made = { 0 };

	(void)state;
	make_turn(&made, &turn);
	assert_int_equal(made.card->n_waits, 2);
	assert_wait(made.card, 0, 0, DURATION_DAYS, false);
	assert_wait(made.card, 1, 5, DURATION_YEARS, true);
}

static void days_and_years_are_never_compared(void **state)
{
	static const struct turn turn = {
		"days", CARD_PERMANENCE, CARD_YES,
		{ { "since + P3Y", "since + P1000D" } },
	};
	CLEANUP(made_done) struct made made = { 0 };

	(void)state;
	make_turn(&made, &turn);
	assert_int_equal(made.card->n_waits, 0);
	assert_int_equal(made.card->n_renewals, 0);
}

static void a_residence_that_is_not_said_is_not_guessed(void **state)
{
	static const struct turn turn = {
		"silent", CARD_PERMANENCE, CARD_YES,
		{ { "| residence | time.three; time.five | ACT 4 |\n", "" } },
	};
	CLEANUP(made_done) struct made made = { 0 };

	(void)state;
	make_turn(&made, &turn);
	assert_int_equal(made.card->n_waits, 0);
	assert_non_null(strstr(made.card->answers[CARD_PERMANENCE].points[2].text,
			       "does not say"));
}

static void check_counting(const struct counting *counting)
{
	CLEANUP(made_done) struct made made = { 0 };
	CLEANUP(file_done) struct bytes sound = file_read(CARDS "01-yes.md");
	char text[16384], first[64], grant[64], renewal[64], row[64];
	const struct change changes[] = {
		{ "P12M, P6M, P180D", first },
		{ "| grant | P12M | at_least |", grant },
		{ "| grant, refer | P2Y |", renewal },
		{ "| grant | P2Y | ACT 3 |", row },
	};

	snprintf(first, sizeof(first), "%s", counting->first);
	snprintf(grant, sizeof(grant), "| grant | %s | at_least |", counting->first);
	snprintf(renewal, sizeof(renewal), "| grant, refer | %s |",
		 counting->renewal);
	snprintf(row, sizeof(row), "| grant | %s | ACT 3 |", counting->renewal);
	memcpy(text, sound.data, sound.n + 1);
	for (size_t i = 0; i < ARRAY_LENGTH(changes); i++)
		apply(text, sizeof(text), &changes[i]);
	make(&made, CARDS "vocabulary.md",
	     (struct bytes){ (const uint8_t *)text, strlen(text) });
	assert_int_equal(made.card->n_renewals, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(made.card->renewals[i].n, counting->n[i]);
		assert_int_equal(made.card->renewals[i].at_most, counting->at_most);
	}
}

static void renewals_are_counted_in_the_laws_own_units(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(countings); i++)
		check_counting(&countings[i]);
}

static void whole_months_are_marks_of_time_too(void **state)
{
	static const struct turn turn = {
		"months", CARD_PERMANENCE, CARD_YES,
		{ { "| time.three | boolean | | decision.date >= time.third |",
		    "| time.three | integer | 0..1200 months | "
		    "months between(since, decision.date) |" },
		  { "| 1 | near | yes | - | grant | - | ACT 4 | p-1 |\n"
		    "| 2 | near | no | - | wait |",
		    "| 1 | near | >= 30 | - | grant | - | ACT 4 | p-1 |\n"
		    "| 2 | near | < 30 | - | wait |" },
		  { "| 1 | no | yes | five years are more than three |",
		    "| 1 | < 30 | yes | five years are more than three |" } },
	};
	CLEANUP(made_done) struct made made = { 0 };

	(void)state;
	make_turn(&made, &turn);
	assert_int_equal(made.card->n_waits, 2);
	assert_wait(made.card, 0, 30, DURATION_MONTHS, false);
	assert_wait(made.card, 1, 5, DURATION_YEARS, true);
}

/* ---- Shipped editions ---- */

static void an_edition_without_the_section_says_so_and_guesses_nothing(void **state)
{
	CLEANUP(made_done) struct made made = { 0 };

	(void)state;
	make_file(&made, "tests/golden/policy/vocabulary.md",
		  "tests/golden/policy/short.md");
	assert_int_equal(made.card->answers[CARD_PERMANENCE].verdict, CARD_NOT_SAID);
	assert_int_equal(made.card->answers[CARD_HEALTH].verdict, CARD_NOT_SAID);
	assert_int_equal(made.card->answers[CARD_NON_PUNISHMENT].verdict,
			 CARD_NOT_SAID);
	assert_int_equal(made.card->answers[CARD_REFLECTION].verdict, CARD_NOT_SAID);
	assert_int_equal(made.card->answers[CARD_UNCONDITIONAL].verdict, CARD_YES);
}

static void a_law_that_asks_for_testimony_is_not_unconditional(void **state)
{
	CLEANUP(made_done) struct made made = { 0 };
	const struct card_answer *answer;
	unsigned n_pairs = 0;

	(void)state;
	make_file(&made, "policy/tables/vocabulary.md",
		  "policy/tables/analysis/us-t-as-written.md");
	answer = &made.card->answers[CARD_UNCONDITIONAL];
	assert_int_equal(answer->verdict, CARD_NO);
	for (size_t p = 0; p < answer->n_points; p++)
		n_pairs += answer->points[p].n_cases == 2 &&
			   answer->points[p].cases[0].shown->agreed &&
			   answer->points[p].cases[1].shown->agreed;
	assert_true(n_pairs >= 3);
}

/*
 * What no edition may leave open: that it asks for no testimony. Canada's and
 * the model's have an answer to every line.
 */
static void every_edition_says_where_its_answers_stand(void **state)
{
	struct file_names names;

	(void)state;
	law_read(&names);
	for (size_t i = 0; i < names.n; i++) {
		CLEANUP(made_done) struct made made = { 0 };
		bool all = strstr(names.at[i], "/canada/") != NULL ||
			   strstr(names.at[i], "/model/") != NULL;

		make_file(&made, "policy/tables/vocabulary.md", names.at[i]);
		for (int line = 0; all && line < N_CARD_LINES; line++)
			assert_int_not_equal(made.card->answers[line].verdict,
					     CARD_NOT_SAID);
		assert_int_equal(made.card->answers[CARD_UNCONDITIONAL].verdict,
				 CARD_YES);
	}
	file_names_done(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_is_what_the_law_makes_it),
		cmocka_unit_test(what_is_shown_of_a_case_decides_it),
		cmocka_unit_test(
			a_case_is_shown_with_no_answer_that_it_can_do_without),
		cmocka_unit_test(the_path_is_what_a_loop_over_every_case_finds),
		cmocka_unit_test(non_punishment_is_what_a_loop_over_every_pair_finds),
		cmocka_unit_test(the_time_to_permanence_is_that_of_the_law),
		cmocka_unit_test(what_needs_no_time_is_had_at_once),
		cmocka_unit_test(days_and_years_are_never_compared),
		cmocka_unit_test(a_residence_that_is_not_said_is_not_guessed),
		cmocka_unit_test(renewals_are_counted_in_the_laws_own_units),
		cmocka_unit_test(whole_months_are_marks_of_time_too),
		cmocka_unit_test(
			an_edition_without_the_section_says_so_and_guesses_nothing),
		cmocka_unit_test(
			a_law_that_asks_for_testimony_is_not_unconditional),
		cmocka_unit_test(
			every_edition_says_where_its_answers_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
