/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/diagram/align.h"
#include "policy/diagram/prove.h"
#include "policy/language/policy.h"
#include "tests/support/files.h"
#include "tests/support/oracle.h"
#include "tests/support/random_edition.h"

/*
 * Our diagrams against BuDDy's, on editions as large as law and on every edition
 * that is shipped: what is complete, what collides, what a result depends on,
 * and whether two editions mean the same.
 */
#define EDITIONS 1200
#define STAKES_EACH 8

static unsigned n_editions = EDITIONS;
static struct arena arena;
static struct arena scratch;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, POLICY_ARENA_BYTES);
	arena_init(&scratch, PROVE_SCRATCH_BYTES);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	arena_done(&scratch);
	return 0;
}

/* ---- Findings ---- */

struct found {
	bool gap[TABLES_MAX];
	bool overlap[TABLES_MAX];
	bool dead[TABLES_MAX][ROWS_MAX];
};

static void note(struct found *found, const struct table_finding *finding)
{
	switch (finding->kind) {
	case FINDING_GAP:
		found->gap[finding->table] = true;
		break;
	case FINDING_OVERLAP:
		found->overlap[finding->table] = true;
		break;
	case FINDING_DEAD_ROW:
		found->dead[finding->table][finding->row] = true;
		break;
	case FINDING_TOO_LARGE:
	case FINDING_NO_CASE:
		fail();
	}
}

/* What was found is true; nothing else is, unless there was no room for more. */
static void check_findings(const struct oracle *oracle, const struct edition *edition,
			   const struct table_finding *findings, size_t n)
{
	bool all = n < FINDINGS_MAX;
	static struct found found;

	memset(&found, 0, sizeof(found));
	for (size_t i = 0; i < n; i++)
		note(&found, &findings[i]);
	for (unsigned t = 0; t < edition->n_tables; t++) {
		if (all || found.gap[t])
			assert_int_equal(found.gap[t], oracle_gap(oracle, t));
		if (all || found.overlap[t])
			assert_int_equal(found.overlap[t], oracle_overlap(oracle, t));
		for (unsigned r = 0; r < edition->tables[t].n_rows; r++)
			if (all || found.dead[t][r])
				assert_int_equal(found.dead[t][r],
						 !oracle_reached(oracle, t, r));
	}
}

/* ---- One change in one row ---- */

enum change { CHANGE_CELL, CHANGE_DROP, CHANGE_VALUES, N_CHANGES };

static void change_row(struct chance *chance, struct table *table, struct row *rows,
		       enum change change)
{
	unsigned r = chance_below(chance, table->n_rows);

	switch (change) {
	case CHANGE_CELL:
		rows[r].tests[chance_below(chance, table->n_inputs)] =
			(struct test){ .op = TEST_ANY };
		break;
	case CHANGE_DROP:
		table->n_rows--;
		memmove(&rows[r], &rows[r + 1], (table->n_rows - r) * sizeof(*rows));
		break;
	case CHANGE_VALUES:
		for (unsigned o = 0; o < table->n_outputs; o++)
			rows[r].values[o] = (uint8_t)chance_below(
				chance, table->outputs[o].n_values);
		break;
	case N_CHANGES:
		fail();
	}
}

/* A copy that differs in a row of a table by chance; without a diagram. */
static struct edition *changed(struct chance *chance, const struct edition *edition,
			       enum change change)
{
	struct edition *copy = arena_alloc(&arena, sizeof(*copy));
	struct table *tables = arena_array(&arena, TABLES_MAX, sizeof(*tables));
	struct row *rows = arena_array(&arena, ROWS_MAX, sizeof(*rows));
	struct table *table;

	assert_true(copy != NULL && tables != NULL && rows != NULL);
	*copy = *edition;
	copy->diagram = NULL;
	copy->tables = memcpy(tables, edition->tables,
			      edition->n_tables * sizeof(*tables));
	do /* a collecting table may have lost all its rows */
		table = &tables[chance_below(chance, edition->n_tables)];
	while (table->n_rows == 0);
	table->rows = memcpy(rows, table->rows, table->n_rows * sizeof(*rows));
	change_row(chance, table, rows, change);
	return copy;
}

/*
 * Rows at all events have too many faults to list; of complete ones some are
 * dead; an edition without any, changed in one row, has one or two.
 */
static struct edition *faulty(struct chance *chance)
{
	enum random_rows rows = chance_once_in(chance, 4) ? ROWS_WILD : ROWS_COMPLETE;
	struct edition *edition = random_layered_edition(chance, rows, &arena);
	const struct edition *sound;

	if (rows == ROWS_WILD || chance_once_in(chance, 4))
		return edition;
	sound = random_make_sound(edition, &arena, &scratch);
	if (sound == NULL)
		return edition;
	return changed(chance, sound, (enum change)chance_below(chance, N_CHANGES));
}

static void both_find_the_same_gaps_overlaps_and_dead_rows(void **state)
{
	unsigned n_listed = 0;
	unsigned n_sound = 0;

	(void)state;
	for (unsigned seed = 0; seed < n_editions; seed++) {
		struct chance chance = { seed };
		struct table_finding findings[FINDINGS_MAX];
		struct oracle *oracle;
		struct edition *edition;
		size_t n = 0;

		arena_reset(&arena);
		edition = faulty(&chance);
		arena_reset(&scratch);
		assert_int_equal(diagram_build(edition, &arena, &scratch, findings, &n,
					       &edition->diagram), 0);
		oracle_world(edition, NULL);
		oracle = oracle_new(edition);
		if (!oracle_any(oracle))
			assert_int_equal(findings[0].kind, FINDING_NO_CASE);
		else
			check_findings(oracle, edition, findings, n);
		n_listed += n > 0 && n < FINDINGS_MAX;
		n_sound += n == 0;
		oracle_end();
	}
	print_message("# %u editions: %u with a full list of faults, %u with none\n",
		      n_editions, n_listed, n_sound);
	assert_true(n_listed > n_editions / 8);
}

/* ---- Results, independence ---- */

static void check_results(const struct oracle *oracle, const struct edition *edition)
{
	for (unsigned q = 0; q < edition->n_questions; q++) {
		unsigned table = edition->questions[q].table;

		for (unsigned o = 0; o < edition->tables[table].n_outputs; o++)
			assert_true(oracle_agrees(oracle, q, o));
	}
}

/* Returns whether the output depends on them. */
static bool check_stake(const struct oracle *oracle, const struct edition *edition,
			unsigned question, unsigned output,
			const bool at_stake[VARIABLES_MAX])
{
	static struct diagram_case pair[2];
	uint64_t cost = 0;
	int r = depends_on(edition, edition->diagram->roots[question][output], at_stake,
			   &scratch, pair, &cost);

	assert_true(r >= 0);
	assert_int_equal(r, oracle_depends(oracle, question, output, at_stake));
	return r == 1;
}

static void random_stake(struct chance *chance, const struct edition *edition,
			 bool at_stake[VARIABLES_MAX])
{
	unsigned n = 1 + chance_below(chance, 3);

	memset(at_stake, 0, VARIABLES_MAX * sizeof(*at_stake));
	while (n-- > 0)
		at_stake[chance_below(chance, edition->n_variables)] = true;
}

struct totals {
	unsigned editions;
	unsigned stakes;
	unsigned depend;
};

static void check_edition(struct chance *chance, const struct edition *edition,
			  struct totals *totals)
{
	bool at_stake[VARIABLES_MAX];
	struct oracle *oracle;

	oracle_world(edition, edition->diagram->order);
	oracle = oracle_new(edition);
	check_results(oracle, edition);
	for (unsigned i = 0; i < STAKES_EACH; i++) {
		unsigned q = chance_below(chance, edition->n_questions);
		const struct table *table =
			&edition->tables[edition->questions[q].table];

		random_stake(chance, edition, at_stake);
		totals->depend += check_stake(oracle, edition, q,
					      chance_below(chance, table->n_outputs),
					      at_stake);
		totals->stakes++;
	}
	totals->editions++;
	oracle_end();
}

static void both_give_the_same_results_and_dependences(void **state)
{
	struct totals totals = { 0 };

	(void)state;
	for (unsigned seed = 0; seed < n_editions; seed++) {
		struct chance chance = { seed };
		struct edition *wild;
		const struct edition *edition;

		arena_reset(&arena);
		arena_reset(&scratch);
		wild = random_layered_edition(&chance, ROWS_COMPLETE, &arena);
		edition = random_make_sound(wild, &arena, &scratch);
		if (edition != NULL)
			check_edition(&chance, edition, &totals);
	}
	print_message("# %u editions, %u sets of variables, %u matter\n",
		      totals.editions, totals.stakes, totals.depend);
	assert_true(totals.editions > n_editions / 2);
	assert_in_range(totals.depend, totals.stakes / 10, totals.stakes * 9 / 10);
}

/* ---- Editions that mean the same, or do not ---- */

static void import_side(const struct alignment *alignment, unsigned side,
			struct node_pool *pool, node_ref roots[OUTPUTS_MAX])
{
	struct align_import import = { .alignment = alignment, .side = side,
				       .pool = pool };
	const struct edition *edition = alignment->sides[side].edition;
	const struct table *table = &edition->tables[edition->questions[0].table];

	assert_int_equal(align_begin(&import), 0);
	for (unsigned o = 0; o < table->n_outputs; o++)
		roots[o] = align_root(&import, edition->diagram->roots[0][o]);
}

/* Returns how many outputs are the same. */
static unsigned check_meaning(const struct edition *a, const struct edition *b)
{
	const struct table *table = &a->tables[a->questions[0].table];
	const struct alignment *alignment;
	struct oracle *oracles[2];
	struct node_pool pool;
	node_ref roots[2][OUTPUTS_MAX];
	const char *name;
	unsigned n_same = 0;

	arena_reset(&scratch);
	assert_int_equal(align(a, b, &arena, &alignment, &name), 0);
	assert_int_equal(align_pool(alignment, &scratch, &pool), 0);
	oracle_world(a, a->diagram->order);
	oracles[0] = oracle_new(a);
	oracles[1] = oracle_new(b);
	import_side(alignment, 0, &pool, roots[0]);
	import_side(alignment, 1, &pool, roots[1]);
	assert_int_equal(pool.failed, NODE_FINE);
	for (unsigned o = 0; o < table->n_outputs; o++) {
		bool same = roots[0][o] == roots[1][o];

		assert_int_equal(same, oracle_same(oracles[0], oracles[1], 0, o));
		n_same += same;
	}
	oracle_end();
	return n_same;
}

/* Two computations that say the same are one variable to us, and two to BuDDy. */
static bool has_twins(const struct edition *edition)
{
	for (uint16_t v = 0; v < edition->n_variables; v++)
		for (uint16_t w = 0; w < v; w++)
			if (strcmp(variable_identity(edition, v, &arena),
				   variable_identity(edition, w, &arena)) == 0)
				return true;
	return false;
}

static void both_tell_which_editions_mean_the_same(void **state)
{
	unsigned n_pairs = 0;
	unsigned n_outputs = 0;
	unsigned n_same = 0;

	(void)state;
	for (unsigned seed = 0; seed < n_editions; seed++) {
		struct chance chance = { seed };
		const struct edition *edition;
		const struct edition *other;

		arena_reset(&arena);
		edition = random_make_sound(
			random_layered_edition(&chance, ROWS_COMPLETE, &arena), &arena,
			&scratch);
		if (edition == NULL || has_twins(edition))
			continue;
		other = random_make_sound(changed(&chance, edition, CHANGE_VALUES),
					  &arena, &scratch);
		if (other == NULL)
			continue;
		n_same += check_meaning(edition, other);
		n_outputs += edition->tables[edition->n_tables - 1].n_outputs;
		n_pairs++;
	}
	print_message("# %u pairs, %u outputs, %u the same\n", n_pairs, n_outputs,
		      n_same);
	assert_true(n_pairs > n_editions / 4);
	assert_in_range(n_same, n_outputs / 10, n_outputs * 9 / 10);
}

/* ---- What is shipped ---- */

static const struct edition *load(struct bytes vocabulary, const char *path)
{
	static struct diagnostics diagnostics;
	struct bytes document = file_read(path);
	const struct edition *edition;

	arena_reset(&arena);
	arena_reset(&scratch);
	assert_int_equal(policy_load(vocabulary, document, &arena, &edition,
				     &diagnostics), 0);
	file_done(&document);
	return edition;
}

static void variables_of(const struct edition *edition, unsigned fact,
			 bool at_stake[VARIABLES_MAX])
{
	memset(at_stake, 0, VARIABLES_MAX * sizeof(*at_stake));
	for (unsigned v = 0; v < edition->n_variables; v++)
		at_stake[v] = edition->variables[v].kind != VARIABLE_DERIVED &&
			      edition->variables[v].index == fact;
}

/* Each fact in turn, for each output of each question. */
static void check_facts(const struct oracle *oracle, const struct edition *edition,
			struct totals *totals)
{
	bool at_stake[VARIABLES_MAX];

	for (unsigned f = 0; f < edition->n_facts; f++) {
		variables_of(edition, f, at_stake);
		for (unsigned q = 0; q < edition->n_questions; q++) {
			unsigned t = edition->questions[q].table;

			for (unsigned o = 0; o < edition->tables[t].n_outputs; o++) {
				totals->depend += check_stake(oracle, edition, q, o,
							      at_stake);
				totals->stakes++;
			}
		}
	}
}

static void check_tables(const struct oracle *oracle, const struct edition *edition)
{
	for (unsigned t = 0; t < edition->n_tables; t++) {
		assert_false(oracle_gap(oracle, t));
		assert_false(oracle_overlap(oracle, t));
		for (unsigned r = 0; r < edition->tables[t].n_rows; r++)
			assert_true(oracle_reached(oracle, t, r));
	}
}

static void check_shipped(struct bytes vocabulary, const char *path,
			  struct totals *totals)
{
	const struct edition *edition = load(vocabulary, path);
	struct oracle *oracle;

	oracle_world(edition, edition->diagram->order);
	oracle = oracle_new(edition);
	check_tables(oracle, edition);
	check_results(oracle, edition);
	check_facts(oracle, edition, totals);
	oracle_end();
	totals->editions++;
}

static void check_folder(struct bytes vocabulary, const char *name,
			 struct totals *totals)
{
	struct file_names names;
	char folder[128];
	char path[384];

	snprintf(folder, sizeof(folder), "policy/tables/%s", name);
	file_names_read(&names, folder, ".md");
	for (size_t i = 0; i < names.n; i++) {
		if (strcmp(names.at[i], "README.md") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, names.at[i]);
		check_shipped(vocabulary, path, totals);
	}
	file_names_done(&names);
}

static void both_agree_on_every_edition_that_is_shipped(void **state)
{
	struct bytes vocabulary = file_read("policy/tables/vocabulary.md");
	struct totals totals = { 0 };
	struct file_names names;

	(void)state;
	file_names_read(&names, "policy/tables", "");
	for (size_t i = 0; i < names.n; i++)
		if (strchr(names.at[i], '.') == NULL)
			check_folder(vocabulary, names.at[i], &totals);
	file_names_done(&names);
	file_done(&vocabulary);
	print_message("# %u editions, %u facts and outputs, %u depend\n",
		      totals.editions, totals.stakes, totals.depend);
	assert_true(totals.editions >= 10);
	assert_true(totals.depend > 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_find_the_same_gaps_overlaps_and_dead_rows),
		cmocka_unit_test(both_give_the_same_results_and_dependences),
		cmocka_unit_test(both_tell_which_editions_mean_the_same),
		cmocka_unit_test(both_agree_on_every_edition_that_is_shipped),
	};

	if (argc > 1)
		n_editions = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, begin, end);
}
