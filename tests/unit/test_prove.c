/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/text.h"
#include "policy/diagram/prove.h"
#include "policy/language/policy.h"
#include "tests/support/brute_theorems.h"
#include "tests/support/files.h"
#include "tests/support/random_edition.h"

#define GOLDEN "tests/golden/prove"
#define TABLES "policy/tables"

/* An edition and what was proven of it. */
struct proven {
	struct arena arena;
	struct arena scratch;
	const struct edition *edition;
	struct theorem *theorems;
	size_t n;
};

static void proven_done(struct proven *proven)
{
	arena_done(&proven->arena);
	arena_done(&proven->scratch);
}

static void begin(struct proven *proven)
{
	arena_init(&proven->arena, POLICY_ARENA_BYTES);
	arena_init(&proven->scratch, PROVE_SCRATCH_BYTES);
}

static void load(struct proven *proven, const char *vocabulary, const char *policy)
{
	CLEANUP(file_done) struct bytes words = file_read(vocabulary);
	CLEANUP(file_done) struct bytes document = file_read(policy);
	struct diagnostics *diagnostics = arena_alloc(&proven->arena,
						      sizeof(*diagnostics));

	if (policy_load(words, document, &proven->arena, &proven->edition,
			diagnostics) != 0)
		fail_msg("%s: %s", policy,
			 diagnostic_text(&diagnostics->items[0], policy, document,
					 &proven->arena));
}

static void prove_all(struct proven *proven)
{
	proven->theorems = arena_array(&proven->arena, THEOREMS_MAX,
				       sizeof(*proven->theorems));
	assert_non_null(proven->theorems);
	assert_int_equal(prove(proven->edition, &proven->arena, &proven->scratch,
			       proven->theorems, &proven->n),
			 0);
	assert_true(proven->n <= THEOREMS_MAX);
}

/* ---- Editions that no loader would give ---- */

/* A copy of an edition that may be changed. */
struct thawed {
	struct edition edition;
	struct fact facts[FACTS_MAX];
	struct table tables[TABLES_MAX];
	struct row rows[ROWS_MAX]; /* of the last table, a question's */
	struct diagram diagram;
	node_ref *children;
};

static struct thawed *thaw(const struct edition *edition, struct arena *arena)
{
	struct thawed *thawed = arena_alloc(arena, sizeof(*thawed));
	size_t last = edition->n_tables - 1u;
	size_t n_bytes = edition->diagram->n_children * sizeof(node_ref);

	assert_non_null(thawed);
	thawed->edition = *edition;
	memcpy(thawed->facts, edition->facts,
	       edition->n_facts * sizeof(struct fact));
	memcpy(thawed->tables, edition->tables,
	       edition->n_tables * sizeof(struct table));
	memcpy(thawed->rows, edition->tables[last].rows,
	       edition->tables[last].n_rows * sizeof(struct row));
	thawed->diagram = *edition->diagram;
	thawed->children = arena_alloc(arena, n_bytes);
	assert_non_null(thawed->children);
	memcpy(thawed->children, edition->diagram->children, n_bytes);
	thawed->tables[last].rows = thawed->rows;
	thawed->diagram.children = thawed->children;
	thawed->edition.facts = thawed->facts;
	thawed->edition.tables = thawed->tables;
	thawed->edition.diagram = &thawed->diagram;
	return thawed;
}

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

static void write_differ(struct builder *text, const struct edition *edition,
			 uint64_t differ)
{
	for (unsigned f = 0; f < edition->n_facts; f++)
		if ((differ >> f & 1) != 0)
			builder_format(text, " %s", edition->facts[f].key);
}

/* "P5 child-rank, permit outcome: differ in age.group", a line for each failure. */
static const char *failures(struct proven *proven)
{
	const struct edition *edition = proven->edition;
	struct builder text;

	builder_init(&text, &proven->arena);
	for (size_t i = 0; i < proven->n; i++) {
		const struct theorem *t = &proven->theorems[i];
		const struct counterexample *example = t->counterexample;
		const struct question *q = NULL;

		assert_int_equal(t->holds, example == NULL);
		if (t->holds)
			continue;
		builder_format(&text, "%s %s", theorem_texts[t->kind].obligation,
			       theorem_texts[t->kind].name);
		if (t->question >= 0)
			q = &edition->questions[t->question];
		if (q != NULL)
			builder_format(
				&text, ", %s %s", q->name,
				edition->tables[q->table].outputs[t->output].name);
		builder_format(&text, ": %s", example->what);
		if (example->table >= 0)
			builder_format(&text, " in %s",
				       edition->tables[example->table].name);
		if (example->row >= 0)
			builder_format(&text, " row %s",
				       edition->tables[example->table]
					       .rows[example->row]
					       .id);
		if (example->n_cases == 1)
			builder_string(&text, "one case");
		if (example->n_cases == 2)
			builder_string(&text, "two cases that differ in");
		write_differ(&text, edition, example->differ);
		builder_string(&text, "\n");
	}
	if (text.n == 0)
		builder_string(&text, "everything holds\n");
	return builder_text(&text);
}

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

	begin(&proven);
	snprintf(path, sizeof(path), GOLDEN "/%s", name);
	load(&proven, GOLDEN "/vocabulary.md", path);
	if (turn != NULL) {
		struct thawed *thawed = thaw(proven.edition, &proven.arena);

		turn->turn(thawed);
		proven.edition = &thawed->edition;
	}
	memcpy(strrchr(path, '.'), ".txt", sizeof(".txt"));
	CLEANUP(file_done) struct bytes expected = file_read(path);

	prove_all(&proven);

	if (strcmp(failures(&proven), (const char *)expected.data) != 0)
		fail_msg("%s: this came:\n%s", name, failures(&proven));
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
	begin(&proven);
	load(&proven, GOLDEN "/vocabulary.md", GOLDEN "/13-child-worse.md");
	prove_all(&proven);
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
	begin(&proven);
	load(&proven, GOLDEN "/vocabulary.md", GOLDEN "/21-stored-wrong.md");
	thawed = thaw(proven.edition, &proven.arena);
	bend_a_branch(thawed);
	proven.edition = &thawed->edition;
	prove_all(&proven);
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
	begin(&proven);
	load(&proven, GOLDEN "/vocabulary.md", GOLDEN "/13-child-worse.md");
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

/* ---- Canada ---- */

static void write_kind(struct builder *text, const struct proven *proven,
		       enum theorem_kind kind)
{
	unsigned n_hold = 0;
	unsigned n = 0;
	uint64_t about = 0;

	for (size_t i = 0; i < proven->n; i++) {
		if (proven->theorems[i].kind != kind)
			continue;
		n++;
		n_hold += proven->theorems[i].holds;
		about |= proven->theorems[i].about;
	}
	builder_format(text, "%s %s: %u of %u hold", theorem_texts[kind].obligation,
		       theorem_texts[kind].name, n_hold, n);
	if (about != 0)
		builder_string(text, ", about");
	write_differ(text, proven->edition, about);
	builder_string(text, "\n");
}

static void prove_edition(struct builder *text, const char *name)
{
	CLEANUP(proven_done) struct proven proven;
	char path[256];

	begin(&proven);
	snprintf(path, sizeof(path), TABLES "/canada/%s", name);
	load(&proven, TABLES "/vocabulary.md", path);
	prove_all(&proven);
	builder_format(text, "%s\n", name);
	for (int kind = 0; kind < N_THEOREM_KINDS; kind++)
		write_kind(text, &proven, (enum theorem_kind)kind);
	builder_format(text, "%s\n", failures(&proven));
}

static void what_holds_of_canada_is_as_recorded(void **state)
{
	CLEANUP(file_done) struct bytes expected = file_read(GOLDEN "/canada.txt");
	CLEANUP(arena_done) struct arena arena;
	struct file_names names;
	struct builder text;

	(void)state;
	arena_init(&arena, 1u << 20);
	builder_init(&text, &arena);
	file_names_read(&names, TABLES "/canada", ".md");
	for (size_t i = 0; i < names.n; i++)
		if (strncmp(names.at[i], "ca-", 3) == 0)
			prove_edition(&text, names.at[i]);
	file_names_done(&names);
	if (strcmp(builder_text(&text), (const char *)expected.data) != 0)
		fail_msg("this came:\n%s", builder_text(&text));
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

		begin(&proven);
		proven.edition = random_sound_edition(&chance, &proven.arena,
						      &proven.scratch);
		if (proven.edition != NULL) {
			thawed = thaw(proven.edition, &proven.arena);
			decorate(&chance, thawed);
			proven.edition = &thawed->edition;
			prove_all(&proven);
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
		cmocka_unit_test(what_holds_of_canada_is_as_recorded),
		cmocka_unit_test(theorems_are_what_loops_over_all_pairs_find),
	};

	if (argc > 1)
		n_editions = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
