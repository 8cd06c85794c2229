/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/brute_theorems.h"
#include "tests/support/files.h"
#include "tests/support/proven.h"
#include "tests/support/random_edition.h"

#define GOLDEN "tests/golden/prove"

/* ---- Editions that no loader would give ---- */

static struct fact *fact_of(struct thawed *thawed, const char *key)
{
	return &thawed->facts[edition_find_fact(&thawed->edition, key)];
}

static void name_testimony(struct thawed *thawed)
{
	fact_of(thawed, "office.letter")->key = "police_report";
}

static void make_evidence(struct thawed *thawed)
{
	fact_of(thawed, "note.kind")->class = FACT_EVIDENCE;
	fact_of(thawed, "note.date")->class = FACT_EVIDENCE;
}

static void make_hidden(struct thawed *thawed)
{
	fact_of(thawed, "note.kind")->class = FACT_HIDDEN;
}

static void drop_constraints(struct thawed *thawed)
{
	thawed->edition.constraints = NULL;
}

static void drop_a_reason(struct thawed *thawed)
{
	thawed->rows[0].reason.in[LANGUAGE_IT] = "";
}

static void drop_sources(struct thawed *thawed)
{
	thawed->rows[0].n_citations = 0;
}

static void make_bars_favourable(struct thawed *thawed)
{
	fact_of(thawed, "bars")->direction = DIRECTION_FAVOURABLE;
}

static void empty_a_cell(struct thawed *thawed)
{
	thawed->rows[0].tests[0].op = TEST_ANY;
}

static void bend_a_branch(struct thawed *thawed)
{
	for (uint32_t i = 0; i < thawed->diagram.n_children; i++)
		if (node_is_terminal(thawed->children[i]))
			thawed->children[i] = TERMINAL_NO_ROW;
}

static const struct turn {
	const char *name;
	void (*turn)(struct thawed *thawed);
	bool no_space; /* its diagram is not that of its tables: no loop can tell */
} turns[] = {
	{ "02-testimony", name_testimony, false },
	{ "05-evidence-in-length", make_evidence, false },
	{ "06-evidence-in-a-date", make_evidence, false },
	{ "07-hidden", make_hidden, false },
	{ "22-evidence-through-a-date", make_evidence, false },
	{ "15-gap", drop_constraints, true },
	{ "16-no-reason", drop_a_reason, false },
	{ "17-no-source", drop_sources, false },
	{ "18-adverse-reads", make_bars_favourable, false },
	{ "20-overlap", empty_a_cell, true },
	{ "21-stored-wrong", bend_a_branch, true },
};

static const struct turn *turn_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(turns); i++)
		if (strncmp(turns[i].name, name, strlen(turns[i].name)) == 0)
			return &turns[i];
	return NULL;
}

/* ---- Golden policies ---- */

static bool speaks_of_cases(const struct theorem *theorem)
{
	return theorem->kind != THEOREM_NO_TESTIMONY &&
	       theorem->kind != THEOREM_REASON &&
	       theorem->kind != THEOREM_FAVOURABLE;
}

/* How often a theorem was held against the loops, and was false. */
struct tally {
	unsigned n_held[N_THEOREM_KINDS];
	unsigned n_false[N_THEOREM_KINDS];
};

static bool is_near(uint64_t parts, uint64_t counted)
{
	return parts <= counted + SPACE_MAX && counted <= parts + SPACE_MAX;
}

/* Shares are what counting gives, of all facts at stake and of each alone. */
static void count_shares(const struct space *space, const struct theorem *t,
			 const char *name)
{
	bool good = is_near(t->share.parts, space_share(space, t, t->about));

	for (unsigned i = 0; i < t->n_by_fact; i++)
		good = good &&
		       is_near(t->by_fact[i].share.parts,
			       space_share(space, t, 1ull << t->by_fact[i].index));
	if (!good)
		fail_msg("%s: %s counts a wrong share", name,
			 theorem_texts[t->kind].name);
}

/* Each verdict is that of the loops, and each counterexample is one to them. */
static void hold_against_loops(const struct proven *proven, const char *name,
			       struct tally *tally)
{
	static struct space space;

	if (!space_of(proven->edition, &space))
		return;
	for (size_t i = 0; i < proven->n; i++) {
		const struct theorem *t = &proven->theorems[i];

		if (!speaks_of_cases(t))
			continue;
		if (t->holds != space_proves(&space, t))
			fail_msg("%s: %s %s is said to %s", name,
				 theorem_texts[t->kind].name,
				 t->question < 0
					 ? ""
					 : proven->edition->questions[t->question]
						   .name,
				 t->holds ? "hold" : "fail");
		tally->n_held[t->kind]++;
		if (t->holds)
			continue;
		tally->n_false[t->kind]++;
		if (t->n_by_fact > 0)
			count_shares(&space, t, name);
		if (t->counterexample->n_cases > 0 && !space_refutes(&space, t))
			fail_msg("%s: %s has no true counterexample", name,
				 theorem_texts[t->kind].name);
	}
}

static void check_golden(const char *name)
{
	CLEANUP(proven_done) struct proven proven;
	const struct turn *turn = turn_of(name);
	struct tally tally = { { 0 }, { 0 } };
	char path[256];

	proven_begin(&proven);
	snprintf(path, sizeof(path), GOLDEN "/%s", name);
	proven_load(&proven, GOLDEN "/vocabulary.md", path);
	if (turn != NULL) {
		struct thawed *thawed = thaw(proven.edition, &proven.arena);

		turn->turn(thawed);
		proven.edition = &thawed->edition;
	}
	memcpy(strrchr(path, '.'), ".txt", sizeof(".txt"));
	CLEANUP(file_done) struct bytes expected = file_read(path);

	proven_prove(&proven);

	if (strcmp(proven_failures(&proven), (const char *)expected.data) != 0)
		fail_msg("%s: this came:\n%s", name, proven_failures(&proven));
	for (size_t i = 0; i < proven.n; i++)
		if (!proven.theorems[i].holds && (turn == NULL || !turn->no_space))
			proven_check_answers(&proven, &proven.theorems[i]);
	if (turn == NULL || !turn->no_space)
		hold_against_loops(&proven, name, &tally);
}

static void each_policy_fails_by_its_theorem_and_by_no_other(void **state)
{
	struct file_names names;
	size_t n = 0;

	(void)state;
	file_names_read(&names, GOLDEN, ".md");
	for (size_t i = 0; i < names.n; i++) {
		if (strcmp(names.at[i], "vocabulary.md") == 0)
			continue;
		check_golden(names.at[i]);
		n++;
	}
	assert_true(n >= 20);
	file_names_done(&names);
}

static const struct theorem *find(const struct proven *proven,
				  enum theorem_kind kind)
{
	size_t i = 0;

	while (i < proven->n && proven->theorems[i].kind != kind)
		i++;
	return i < proven->n ? &proven->theorems[i] : NULL;
}

static void the_pair_is_minimal_and_names_its_rows(void **state)
{
	CLEANUP(proven_done) struct proven proven;
	const struct counterexample *example;
	const struct table *table;
	const char *adult, *child;

	(void)state;
	proven_begin(&proven);
	proven_load(&proven, GOLDEN "/vocabulary.md", GOLDEN "/13-child-worse.md");
	proven_prove(&proven);
	example = find(&proven, THEOREM_CHILD)->counterexample;
	adult = diagram_case_text(proven.edition, &example->cases[0].shown,
				  &proven.arena);
	child = diagram_case_text(proven.edition, &example->cases[1].shown,
				  &proven.arena);
	table = &proven.edition->tables[example->cases[0].rows[0].table];
	assert_string_equal(adult, "age.group = adult; here = yes");
	assert_string_equal(child, "age.group = child; here = yes");
	assert_int_equal(example->cases[0].n_rows, 1);
	assert_int_equal(example->cases[1].n_rows, 1);
	assert_string_equal(table->rows[example->cases[0].rows[0].row].id, "p-1");
	assert_string_equal(table->rows[example->cases[1].rows[0].row].id, "p-2");
}

static void a_diagram_that_the_tables_contradict_is_told(void **state)
{
	CLEANUP(proven_done) struct proven proven;
	const struct theorem *theorem = NULL;
	struct thawed *thawed;

	(void)state;
	proven_begin(&proven);
	proven_load(&proven, GOLDEN "/vocabulary.md", GOLDEN "/21-stored-wrong.md");
	thawed = thaw(proven.edition, &proven.arena);
	bend_a_branch(thawed);
	proven.edition = &thawed->edition;
	proven_prove(&proven);
	for (size_t i = 0; i < proven.n; i++)
		if (proven.theorems[i].kind == THEOREM_COMPLETE &&
		    proven.theorems[i].question == 0)
			theorem = &proven.theorems[i];
	assert_false(theorem->holds);
	assert_false(theorem->counterexample->cases[0].agreed);
}

static void without_memory_nothing_is_proven(void **state)
{
	CLEANUP(proven_done) struct proven proven;
	CLEANUP(arena_done) struct arena small;
	static struct theorem theorems[THEOREMS_MAX];
	size_t n = 12345;
	int r = -1;

	(void)state;
	proven_begin(&proven);
	proven_load(&proven, GOLDEN "/vocabulary.md", GOLDEN "/13-child-worse.md");
	for (size_t cap = 1u << 10; cap < 1u << 18; cap *= 2) {
		arena_init(&small, cap);
		assert_int_equal(
			prove(proven.edition, &proven.arena, &small, theorems, &n),
			-12);
		arena_done(&small);
		arena_init(&small, cap / 1024);
		r = prove(proven.edition, &small, &proven.scratch, theorems, &n);
		assert_true(r == 0 || r == -12);
		arena_done(&small);
	}
	assert_int_equal(n, r == 0 ? n : 12345);
}

/* ---- Editions by chance ---- */

static unsigned n_editions = 400;

/* Classes and directions by chance, and a fact for each theorem to be about. */
static void decorate(struct chance *chance, struct thawed *thawed)
{
	for (unsigned f = 0; f < thawed->edition.n_facts; f++) {
		struct fact *fact = &thawed->facts[f];

		fact->class = (enum fact_class)(
			chance_once_in(chance, 4) ? 1 + chance_below(chance, 2)
						  : 0);
		fact->direction = (enum fact_direction)chance_below(chance, 3);
		if (chance_once_in(chance, 6))
			fact->key = "police_report";
		if (fact->type == FACT_ENUMERATION && chance_once_in(chance, 4))
			fact->values[1] = "court";
		if (fact->type == FACT_ENUMERATION &&
		    edition_find_fact(&thawed->edition, "age.group") < 0) {
			fact->key = "age.group";
			fact->values[0] = "adult";
		}
	}
}

static void theorems_are_what_loops_over_all_pairs_find(void **state)
{
	CLEANUP(proven_done) struct proven proven;
	struct tally tally = { { 0 }, { 0 } };

	(void)state;
	for (unsigned seed = 0; seed < n_editions; seed++) {
		struct chance chance = { seed };
		char name[32];
		struct thawed *thawed;

		proven_begin(&proven);
		proven.edition = random_sound_edition(&chance, &proven.arena,
						      &proven.scratch);
		if (proven.edition != NULL) {
			thawed = thaw(proven.edition, &proven.arena);
			decorate(&chance, thawed);
			proven.edition = &thawed->edition;
			proven_prove(&proven);
			snprintf(name, sizeof(name), "seed %u", seed);
			hold_against_loops(&proven, name, &tally);
		}
		proven_done(&proven);
	}
	for (int kind = 0; kind < N_THEOREM_KINDS; kind++) {
		print_message("# %s %s: %u, of which %u false\n",
			      theorem_texts[kind].obligation,
			      theorem_texts[kind].name, tally.n_held[kind],
			      tally.n_false[kind]);
		/* complete editions are all there are */
		if (tally.n_held[kind] > 0 && kind != THEOREM_COMPLETE)
			assert_true(tally.n_false[kind] > 0);
	}
}

/* An argument asks for a longer campaign: that many editions. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_policy_fails_by_its_theorem_and_by_no_other),
		cmocka_unit_test(the_pair_is_minimal_and_names_its_rows),
		cmocka_unit_test(a_diagram_that_the_tables_contradict_is_told),
		cmocka_unit_test(without_memory_nothing_is_proven),
		cmocka_unit_test(theorems_are_what_loops_over_all_pairs_find),
	};

	if (argc > 1)
		n_editions = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
