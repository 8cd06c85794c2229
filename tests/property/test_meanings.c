/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/diagram/identity.h"
#include "policy/diagram/meaning.h"
#include "policy/diagram/walk.h"
#include "tests/support/brute.h"
#include "tests/support/random_edition.h"

/*
 * Random editions, each beside a copy with one change: their meanings are equal
 * bytes exactly when a loop over every case finds no other result.
 */
static unsigned n_rounds = 1500;

#define ARENA_BYTES (64 * 1024 * 1024)

/* The copy, and where its variables and classes come from. */
struct twin {
	const struct edition *original;
	struct edition edition;
	struct table tables[TABLES_MAX];
	struct table never;
	struct row rows[TABLES_MAX + 1][ROWS_MAX];
	struct variable variables[VARIABLES_MAX];
	int64_t cuts[CLASSES_MAX];
	uint16_t variable_of[VARIABLES_MAX];		/* the original's, by the copy's */
	uint8_t class_of[VARIABLES_MAX][CLASSES_MAX];	/* likewise */
};

static struct chance chance;

static unsigned below(unsigned n)
{
	return chance_below(&chance, n);
}

static void copy_table(struct table *to, const struct table *from, struct row *rows)
{
	memcpy(rows, from->rows, from->n_rows * sizeof(*rows));
	*to = *from;
	to->rows = rows;
}

static void copy_edition(struct twin *twin, const struct edition *original)
{
	twin->original = original;
	twin->edition = *original;
	twin->edition.tables = twin->tables;
	twin->edition.variables = twin->variables;
	memcpy(twin->variables, original->variables,
	       original->n_variables * sizeof(twin->variables[0]));
	for (unsigned t = 0; t < original->n_tables; t++)
		copy_table(&twin->tables[t], &original->tables[t], twin->rows[t]);
	if (original->constraints != NULL) {
		copy_table(&twin->never, original->constraints,
			   twin->rows[TABLES_MAX]);
		twin->edition.constraints = &twin->never;
	}
	for (unsigned v = 0; v < original->n_variables; v++) {
		twin->variable_of[v] = (uint16_t)v;
		for (unsigned c = 0; c < CLASSES_MAX; c++)
			twin->class_of[v][c] = (uint8_t)c;
	}
}

/* ---- Changes of layout ---- */

static void reverse_rows(struct twin *twin)
{
	unsigned t = below(twin->edition.n_tables);
	struct table *table = &twin->tables[t];

	if (table->hit == HIT_PRIORITY || table->hit == HIT_FIRST)
		return;
	for (unsigned i = 0; i < table->n_rows / 2u; i++) {
		struct row row = twin->rows[t][i];

		twin->rows[t][i] = twin->rows[t][table->n_rows - 1 - i];
		twin->rows[t][table->n_rows - 1 - i] = row;
	}
}

static void split_row(struct twin *twin)
{
	unsigned t = below(twin->edition.n_tables);
	struct table *table = &twin->tables[t];
	unsigned r = below(table->n_rows);
	unsigned i = below(table->n_inputs);
	struct row *row = &twin->rows[t][r];
	unsigned n;

	if (table->n_rows == ROWS_MAX || table->inputs[i].kind != INPUT_VARIABLE ||
	    row->tests[i].op != TEST_ANY)
		return;
	n = twin->variables[table->inputs[i].index].n_classes;
	memmove(&row[1], row, (table->n_rows - r) * sizeof(*row));
	table->n_rows++;
	row[0].tests[i] = (struct test){ .op = TEST_CLASSES, .mask = 1 };
	row[1].tests[i] = (struct test){ .op = TEST_CLASSES,
					 .mask = ((1ull << n) - 1) & ~1ull };
}

static void rename_all(struct twin *twin)
{
	for (unsigned t = 0; t + 1u < twin->edition.n_tables; t++) {
		twin->tables[t].name = "renamed";
		for (unsigned o = 0; o < twin->tables[t].n_outputs; o++)
			twin->tables[t].outputs[o].name = "renamed";
	}
	for (unsigned t = 0; t < twin->edition.n_tables; t++)
		for (unsigned r = 0; r < twin->tables[t].n_rows; r++)
			twin->rows[t][r].id = "renamed";
}

/* Calls work on each table, the constraints last. */
static void each_table(struct twin *twin, unsigned argument,
		       void (*work)(struct twin *, struct table *, struct row *, unsigned))
{
	for (unsigned t = 0; t < twin->edition.n_tables; t++)
		work(twin, &twin->tables[t], twin->rows[t], argument);
	if (twin->edition.constraints != NULL)
		work(twin, &twin->never, twin->rows[TABLES_MAX], argument);
}

static void move_inputs(struct twin *twin, struct table *table, struct row *rows,
			unsigned by)
{
	unsigned n = twin->edition.n_variables;

	(void)rows;
	for (unsigned i = 0; i < table->n_inputs; i++)
		if (table->inputs[i].kind != INPUT_OUTPUT)
			table->inputs[i].index =
				(uint16_t)((table->inputs[i].index + n - by) % n);
}

/* The variables in another order; those of one set stay together. */
static void turn_variables(struct twin *twin)
{
	unsigned n = twin->edition.n_variables;
	unsigned by = below(n);

	if (twin->original->variables[by].kind == VARIABLE_ELEMENT &&
	    twin->original->variables[by].element > 0)
		return;
	for (unsigned v = 0; v < n; v++) {
		twin->variable_of[v] = (uint16_t)((v + by) % n);
		twin->variables[v] = twin->original->variables[(v + by) % n];
	}
	each_table(twin, by, move_inputs);
}

/* A mask in which bit `class` stands twice. */
static uint64_t doubled_bit(uint64_t mask, unsigned class)
{
	uint64_t low = mask & ((2ull << class) - 1);

	return low | (mask >> class & 1) << (class + 1) |
	       (mask & ~((2ull << class) - 1)) << 1;
}

struct cut {
	unsigned variable;
	unsigned class;
};
static struct cut cut;

static void double_masks(struct twin *twin, struct table *table, struct row *rows,
			 unsigned argument)
{
	(void)twin;
	(void)argument;
	for (unsigned r = 0; r < table->n_rows; r++)
		for (unsigned i = 0; i < table->n_inputs; i++)
			if (table->inputs[i].kind == INPUT_VARIABLE &&
			    table->inputs[i].index == cut.variable)
				rows[r].tests[i].mask = doubled_bit(
					rows[r].tests[i].mask, cut.class);
}

static bool is_cut_by_number(const struct edition *edition, const struct variable *v)
{
	enum fact_type type = v->kind == VARIABLE_DERIVED ?
				      edition->derived[v->index].type :
				      edition->facts[v->index].type;

	return type == FACT_INTEGER;
}

/* A cut within a class, on which nothing depends. */
static void add_cut(struct twin *twin)
{
	unsigned v = below(twin->edition.n_variables);
	struct variable *variable = &twin->variables[v];
	unsigned n_cuts = variable->n_classes - 1u - variable->has_unknown;
	unsigned class = below(n_cuts + 1);
	int64_t at;

	if (!is_cut_by_number(twin->original, variable))
		return;
	at = class > 0 ? variable->cuts[class - 1] + 1 : variable->cuts[0] - 1;
	if (class > 0 && class < n_cuts && at == variable->cuts[class])
		return;
	memcpy(twin->cuts, variable->cuts, class * sizeof(int64_t));
	twin->cuts[class] = at;
	memcpy(&twin->cuts[class + 1], &variable->cuts[class],
	       (n_cuts - class) * sizeof(int64_t));
	variable->cuts = twin->cuts;
	variable->n_classes++;
	for (unsigned c = 0; c < variable->n_classes; c++)
		twin->class_of[v][c] = (uint8_t)(c > class ? c - 1 : c);
	cut = (struct cut){ v, class };
	each_table(twin, 0, double_masks);
}

/* ---- Changes of what is said ---- */

static void change_value(struct twin *twin)
{
	unsigned t = below(twin->edition.n_tables);
	const struct table *table = &twin->tables[t];
	unsigned o = below(table->n_outputs);

	twin->rows[t][below(table->n_rows)].values[o] =
		(uint8_t)below(table->outputs[o].n_values);
}

static void change_cell(struct twin *twin)
{
	unsigned t = below(twin->edition.n_tables);
	const struct table *table = &twin->tables[t];
	struct test *test = &twin->rows[t][below(table->n_rows)]
				     .tests[below(table->n_inputs)];

	if (test->op != TEST_ANY)
		test->mask ^= 1ull << below(3);
}

/* A gap or an overlap that a change made is mended: the first row that matches. */
static void first_hit(struct twin *twin)
{
	for (unsigned t = 0; t < twin->edition.n_tables; t++) {
		struct table *table = &twin->tables[t];
		struct row *last = &twin->rows[t][table->n_rows];

		if (table->hit == HIT_COLLECT || table->hit == HIT_PRIORITY)
			continue;
		table->hit = HIT_FIRST;
		if (table->n_rows == ROWS_MAX)
			continue;
		*last = (struct row){ .id = "last" };
		table->n_rows++;
	}
}

static void change_constraint(struct twin *twin)
{
	if (twin->edition.constraints != NULL)
		twin->rows[TABLES_MAX][0].tests[0].mask ^= 1ull << below(3);
}

/* ---- The judge ---- */

static const struct table *asked(const struct edition *edition)
{
	return &edition->tables[edition->questions[0].table];
}

static bool same_results(const struct edition *a, const struct brute_case *case_a,
			 const struct edition *b, const struct brute_case *case_b)
{
	static struct brute_table results[2][TABLES_MAX];
	bool possible = brute_possible(a, case_a);

	if (possible != brute_possible(b, case_b))
		return false;
	if (!possible)
		return true;
	brute_tables(a, case_a, results[0]);
	brute_tables(b, case_b, results[1]);
	return memcmp(results[0][a->questions[0].table].values,
		      results[1][b->questions[0].table].values,
		      asked(a)->n_outputs * sizeof(uint64_t)) == 0;
}

static bool is_the_same_everywhere(const struct twin *twin)
{
	struct brute_case mine = { { 0 } };

	do {
		struct brute_case theirs = { { 0 } };

		for (unsigned v = 0; v < twin->edition.n_variables; v++)
			theirs.classes[twin->variable_of[v]] =
				twin->class_of[v][mine.classes[v]];
		if (!same_results(twin->original, &theirs, &twin->edition, &mine))
			return false;
	} while (brute_next(&twin->edition, &mine));
	return true;
}

/* Two computations that are the same are one variable to the meaning alone. */
static bool has_doubles(const struct edition *edition, struct arena *arena)
{
	for (uint16_t a = 0; a < edition->n_variables; a++)
		for (uint16_t b = 0; b < a; b++)
			if (strcmp(variable_identity(edition, a, arena),
				   variable_identity(edition, b, arena)) == 0)
				return true;
	return false;
}

/* Of a C table every row may be dead, and taken out. */
static bool has_empty_table(const struct edition *edition)
{
	for (unsigned t = 0; t < edition->n_tables; t++)
		if (edition->tables[t].n_rows == 0)
			return true;
	return false;
}

static uint64_t n_cases(const struct edition *edition)
{
	uint64_t n = 1;

	for (unsigned v = 0; v < edition->n_variables; v++)
		n *= edition->variables[v].n_classes;
	return n;
}

/* ---- The property ---- */

static void (*const changes[])(struct twin *twin) = {
	reverse_rows, split_row,   rename_all,	turn_variables,
	add_cut,      change_value, change_cell, change_constraint,
};

/* Builds the copy's diagram. False where it is no sound edition. */
static bool build(struct twin *twin, struct arena *arena)
{
	static struct table_finding findings[FINDINGS_MAX];
	size_t n = 0;

	assert_int_equal(diagram_build(&twin->edition, arena, arena, findings, &n,
				       &twin->edition.diagram),
			 0);
	for (size_t i = 0; i < n; i++)
		if (findings[i].kind != FINDING_DEAD_ROW)
			return false;
	return n == 0;
}

static void one_round(unsigned seed, struct twin *twin, unsigned counts[2])
{
	CLEANUP(arena_done) struct arena arena;
	CLEANUP(arena_done) struct arena scratch;
	const struct edition *edition;
	struct bytes a, b;
	unsigned change;
	bool same;

	arena_init(&arena, ARENA_BYTES);
	arena_init(&scratch, ARENA_BYTES);
	chance = (struct chance){ seed };
	edition = random_sound_edition(&chance, &arena, &scratch);
	if (edition == NULL || n_cases(edition) > 20000 ||
	    has_doubles(edition, &arena) || has_empty_table(edition))
		return;
	copy_edition(twin, edition);
	change = below(ARRAY_LENGTH(changes));
	changes[change](twin);
	if (changes[change] == change_cell)
		first_hit(twin);
	if (!build(twin, &arena))
		return;
	assert_int_equal(meaning_write(edition, &arena, &arena, &a), 0);
	assert_int_equal(meaning_write(&twin->edition, &arena, &arena, &b), 0);
	same = a.n == b.n && memcmp(a.data, b.data, a.n) == 0;
	if (same != is_the_same_everywhere(twin))
		fail_msg("seed %u, change %u: said to be %s\n%s\n%s", seed, change,
			 same ? "the same" : "another", (const char *)a.data,
			 (const char *)b.data);
	if (changes[change] != change_value && changes[change] != change_cell &&
	    changes[change] != change_constraint)
		assert_true(same);
	counts[same]++;
}

static void equal_bytes_are_equal_results(void **state)
{
	struct twin *twin = calloc(1, sizeof(*twin));
	unsigned counts[2] = { 0, 0 };

	(void)state;
	assert_non_null(twin);
	for (unsigned seed = 0; seed < n_rounds; seed++)
		one_round(seed, twin, counts);
	free(twin);
	print_message("%u the same, %u another\n", counts[1], counts[0]);
	assert_true(counts[0] > n_rounds / 50);
	assert_true(counts[1] > n_rounds / 10);
}

/* ---- The walk of one case ---- */

static node_ref terminal_of(const struct output *output, uint64_t value)
{
	if (!output->collected && value == VALUE_NONE)
		return TERMINAL_NONE;
	return TERMINAL | (node_ref)value;
}

static void walk_all_cases(const struct edition *edition)
{
	static struct brute_table results[TABLES_MAX];
	const struct diagram *diagram = edition->diagram;
	const struct table *table = asked(edition);
	struct brute_case c = { { 0 } };

	do {
		bool possible = brute_possible(edition, &c);

		brute_tables(edition, &c, results);
		assert_int_equal(diagram_value(diagram, diagram->possible, c.classes),
				 TERMINAL | (node_ref)possible);
		for (unsigned o = 0; o < table->n_outputs; o++) {
			uint64_t value = results[edition->questions[0].table].values[o];

			assert_int_equal(diagram_value(diagram, diagram->roots[0][o],
						       c.classes),
					 possible ? terminal_of(&table->outputs[o],
								value) :
						    TERMINAL_IMPOSSIBLE);
		}
	} while (brute_next(edition, &c));
}

static void every_case_ends_in_the_value_that_its_rows_give(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < n_rounds / 5; seed++) {
		CLEANUP(arena_done) struct arena arena;
		CLEANUP(arena_done) struct arena scratch;
		const struct edition *edition;

		arena_init(&arena, ARENA_BYTES);
		arena_init(&scratch, ARENA_BYTES);
		chance = (struct chance){ seed };
		edition = random_sound_edition(&chance, &arena, &scratch);
		if (edition != NULL && n_cases(edition) <= 20000)
			walk_all_cases(edition);
	}
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_ends_in_the_value_that_its_rows_give),
		cmocka_unit_test(equal_bytes_are_equal_results),
	};

	if (argc > 1)
		n_rounds = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
