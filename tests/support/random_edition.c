/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/random_edition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTEGER_MAX 12

/* How many of each, at least and up to how many more. */
struct random_size {
	unsigned facts, more_facts;
	unsigned tables, more_tables;
	unsigned inputs, more_inputs;
	unsigned rows, more_rows;
	unsigned reach;		/* tables before one that it may read; 0: all */
};

static const struct random_size small = { .facts = 3, .more_facts = 2,
					  .tables = 2, .more_tables = 2,
					  .inputs = 1, .more_inputs = 2,
					  .rows = 2, .more_rows = 4 };
static const struct random_size layered = { .facts = 20, .more_facts = 20,
					    .tables = 9, .more_tables = 5,
					    .inputs = 2, .more_inputs = 3,
					    .rows = 4, .more_rows = 8, .reach = 4 };

struct maker {
	const struct random_size *size;
	unsigned n_tables;	/* that there will be */
	struct chance *chance;
	struct arena *arena;
	enum random_rows rows;
	struct edition *edition;
	struct fact facts[FACTS_MAX];
	struct derived derived[DERIVED_MAX];
	struct variable variables[VARIABLES_MAX];
	struct table tables[TABLES_MAX];
};

static void *get(struct maker *maker, size_t n, size_t size)
{
	void *memory = arena_array(maker->arena, n, size);

	if (memory == NULL)
		abort();
	return memory;
}

static const char *name(struct maker *maker, const char *prefix, unsigned number)
{
	char text[NAME_MAX_BYTES];

	snprintf(text, sizeof(text), "%s%u", prefix, number);
	return strcpy(get(maker, sizeof(text), 1), text);
}

static unsigned below(struct maker *maker, unsigned n)
{
	return chance_below(maker->chance, n);
}

/* Some bits of n, at least one; not all of them where n is more than one. */
static uint64_t some_bits(struct maker *maker, unsigned n)
{
	uint64_t all = (1ull << n) - 1;
	uint64_t bits;

	if (n == 1)
		return 1;
	do
		bits = chance_bits(maker->chance) & all;
	while (bits == 0 || bits == all);
	return bits;
}

/* ---- Facts and variables ---- */

static struct variable *add_variable(struct maker *maker, enum variable_kind kind,
				     unsigned index, unsigned n_classes)
{
	struct variable *v = &maker->variables[maker->edition->n_variables++];

	*v = (struct variable){ .kind = kind, .index = (uint16_t)index,
				.n_classes = (uint8_t)n_classes };
	return v;
}

/* Cuts at ascending numbers above low. */
static void cut(struct maker *maker, struct variable *v, int64_t low, int64_t step)
{
	int64_t *cuts = get(maker, v->n_classes, sizeof(*cuts));

	for (unsigned i = 0; i + 1 < v->n_classes; i++)
		cuts[i] = low += 1 + below(maker, (unsigned)step);
	v->cuts = cuts;
}

static void add_fact(struct maker *maker, enum fact_type type, unsigned n_values)
{
	unsigned index = maker->edition->n_facts++;
	struct fact *fact = &maker->facts[index];
	struct variable *v;

	*fact = (struct fact){ .key = name(maker, "fact", index), .type = type,
			       .used = true, .n_values = (uint8_t)n_values,
			       .sensitivity = (uint8_t)below(maker, 3),
			       .ask = (enum fact_ask)(index % (ASK_PERSON + 1)),
			       .changes = (enum fact_changes)(
				       index % (CHANGES_PERSON + 1)) };
	if (type == FACT_INTEGER)
		fact->maximum = INTEGER_MAX;
	for (unsigned i = 0; i < n_values; i++)
		fact->values[i] = name(maker, "value", i);
	if (type == FACT_DATE)
		return;
	for (unsigned i = 0; type == FACT_SET && i < n_values; i++)
		add_variable(maker, VARIABLE_ELEMENT, index, 2)->element = (uint8_t)i;
	if (type == FACT_SET)
		return;
	v = add_variable(maker, VARIABLE_FACT, index,
			 type == FACT_INTEGER ? 2 + below(maker, 2) : n_values);
	cut(maker, v, 0, type == FACT_INTEGER ? 4 : 1);
	if (below(maker, 4) == 0) {
		v->has_unknown = true;
		v->n_classes++;
	}
}

static void add_facts(struct maker *maker)
{
	unsigned n = maker->size->facts + below(maker, maker->size->more_facts + 1);

	for (unsigned i = 0; i < n; i++) {
		unsigned kind = below(maker, 8);

		if (kind < 2)
			add_fact(maker, FACT_BOOLEAN, 2);
		else if (kind < 4)
			add_fact(maker, FACT_ENUMERATION, 2 + below(maker, 3));
		else if (kind < 5)
			add_fact(maker, FACT_SET, 2 + below(maker, 2));
		else if (kind < 7)
			add_fact(maker, FACT_INTEGER, 0);
		else
			add_fact(maker, FACT_DATE, 0);
	}
}

/* ---- Derived facts ---- */

static const struct expression *leaf(struct maker *maker, enum fact_type type)
{
	struct expression *e = get(maker, 1, sizeof(*e));
	unsigned start = below(maker, maker->edition->n_facts);

	e->type = type;
	e->op = type == FACT_DATE ? EXPR_DECISION_DATE : EXPR_CONSTANT;
	e->number = below(maker, INTEGER_MAX);
	for (unsigned i = 0; i < maker->edition->n_facts; i++) {
		unsigned fact = (start + i) % maker->edition->n_facts;

		if (maker->facts[fact].type != type || below(maker, 4) == 0)
			continue;
		e->op = EXPR_FACT;
		e->index = (uint16_t)fact;
		break;
	}
	return e;
}

static const struct expression *with_args(struct maker *maker, enum expression_op op,
					  const struct expression *a,
					  const struct expression *b,
					  const struct expression *c)
{
	struct expression *e = get(maker, 1, sizeof(*e));

	*e = (struct expression){ .op = op, .args = { a, b, c },
				  .n_args = c != NULL ? 3 : b != NULL ? 2 : 1 };
	return e;
}

static const struct expression *number(struct maker *maker, unsigned depth)
{
	static const enum expression_op ops[] = { EXPR_ADD, EXPR_SUBTRACT, EXPR_MIN,
						  EXPR_MAX };

	if (below(maker, 3) == 0)
		return with_args(maker, EXPR_DAYS_BETWEEN, leaf(maker, FACT_DATE),
				 leaf(maker, FACT_DATE), NULL);
	if (depth == 0)
		return leaf(maker, FACT_INTEGER);
	return with_args(maker, ops[below(maker, 4)], number(maker, depth - 1),
			 number(maker, depth - 1), NULL);
}

static const struct expression *truth(struct maker *maker, unsigned depth)
{
	static const enum expression_op ops[] = { EXPR_LESS, EXPR_GREATER_EQUAL,
						  EXPR_EQUAL };

	if (depth == 0 || below(maker, 3) == 0)
		return with_args(maker, ops[below(maker, 3)], number(maker, 1),
				 number(maker, 1), NULL);
	if (below(maker, 4) == 0)
		return with_args(maker, EXPR_NOT, truth(maker, depth - 1), NULL, NULL);
	return with_args(maker, below(maker, 2) == 0 ? EXPR_AND : EXPR_OR,
			 truth(maker, depth - 1), truth(maker, depth - 1), NULL);
}

static uint64_t facts_read(const struct expression *e)
{
	uint64_t facts = e->op == EXPR_FACT ? 1ull << e->index : 0;

	for (unsigned i = 0; i < e->n_args; i++)
		facts |= facts_read(e->args[i]);
	return facts;
}

static void add_derived(struct maker *maker)
{
	unsigned n = below(maker, 4);

	for (unsigned i = 0; i < n; i++) {
		struct derived *d = &maker->derived[maker->edition->n_derived++];
		bool boolean = below(maker, 2) == 0;

		d->name = name(maker, "derived", i);
		d->type = boolean ? FACT_BOOLEAN : FACT_INTEGER;
		d->minimum = boolean ? 0 : -40;
		d->maximum = boolean ? 1 : 40;
		d->expression = boolean ? truth(maker, 2) : number(maker, 2);
		if (!boolean && below(maker, 3) == 0)
			d->expression = with_args(maker, EXPR_IF, truth(maker, 1),
						  number(maker, 1), d->expression);
		d->facts = facts_read(d->expression);
		cut(maker,
		    add_variable(maker, VARIABLE_DERIVED, i,
				 boolean ? 2 : 2 + below(maker, 2)),
		    boolean ? 0 : (int64_t)below(maker, 10) - 5, boolean ? 1 : 8);
	}
}

/* ---- Tables ---- */

/* Any variable; where tables reach only so far, one near the table's place. */
static unsigned near_variable(struct maker *maker, unsigned n_tables)
{
	unsigned n = maker->edition->n_variables;
	unsigned window = 2 * n / maker->n_tables + 1;

	if (maker->size->reach == 0)
		return below(maker, n);
	return (n_tables * n / maker->n_tables + below(maker, window)) % n;
}

static struct input random_input(struct maker *maker, unsigned n_tables)
{
	unsigned v = near_variable(maker, n_tables);
	unsigned reach = maker->size->reach;
	struct input input = { .kind = INPUT_VARIABLE, .index = (uint16_t)v };

	if (reach == 0 || reach > n_tables)
		reach = n_tables;
	if (n_tables > 0 && below(maker, 2) == 0) {
		input.kind = INPUT_OUTPUT;
		input.index = (uint16_t)(n_tables - reach + below(maker, reach));
		input.output = (uint8_t)below(
			maker, maker->tables[input.index].n_outputs);
	} else if (maker->variables[v].kind == VARIABLE_ELEMENT) {
		input.kind = INPUT_SET;
		input.index = (uint16_t)(v - maker->variables[v].element);
		input.n_elements = maker->facts[maker->variables[v].index].n_values;
	}
	return input;
}

/* What a cell can tell apart: classes, elements or values. */
static unsigned width(const struct maker *maker, const struct input *input)
{
	if (input->kind == INPUT_VARIABLE)
		return maker->variables[input->index].n_classes;
	if (input->kind == INPUT_SET)
		return input->n_elements;
	return maker->tables[input->index].outputs[input->output].n_values;
}

static bool is_set(const struct maker *maker, const struct input *input)
{
	return input->kind == INPUT_SET ||
	       (input->kind == INPUT_OUTPUT &&
		maker->tables[input->index].outputs[input->output].collected);
}

static struct test random_test(struct maker *maker, const struct input *input)
{
	static const enum test_op ops[] = { TEST_SET_ANY, TEST_SET_ALL, TEST_SET_NONE,
					    TEST_SET_ONLY };
	struct test test = { .op = TEST_CLASSES };

	if (below(maker, 3) == 0)
		return (struct test){ .op = TEST_ANY };
	test.mask = some_bits(maker, width(maker, input));
	if (is_set(maker, input))
		test.op = ops[below(maker, 4)];
	return test;
}

/* Cuts one row in two along one of its inputs; together they match the same. */
static void split_row(struct maker *maker, struct table *table, struct row *rows)
{
	struct row *row = &rows[below(maker, table->n_rows)];
	struct row *other = &rows[table->n_rows];
	unsigned at = below(maker, table->n_inputs);
	const struct input *input = &table->inputs[at];
	uint64_t none = input->kind == INPUT_OUTPUT ? 1ull << VALUE_NONE : 0;
	unsigned n = width(maker, input);
	uint64_t mask;

	if (row->tests[at].op != TEST_ANY || (n < 2 && !is_set(maker, input)))
		return;
	mask = some_bits(maker, n);
	*other = *row;
	table->n_rows++;
	if (is_set(maker, input)) {
		row->tests[at] = (struct test){ .op = TEST_SET_ANY, .mask = mask };
		other->tests[at] = (struct test){ .op = TEST_SET_NONE, .mask = mask };
		return;
	}
	row->tests[at] = (struct test){ .op = TEST_CLASSES, .mask = mask };
	other->tests[at] = (struct test){
		.op = TEST_CLASSES, .mask = (((1ull << n) - 1) & ~mask) | none
	};
}

static void fill_outputs(struct maker *maker, const struct table *table,
			 struct row *row)
{
	for (unsigned o = 0; o < table->n_outputs; o++)
		row->values[o] = o > 0 && below(maker, 6) == 0 ?
					 VALUE_NONE :
					 (uint8_t)below(maker, table->outputs[o].n_values);
	/* rows of one rank that may both match must agree */
	for (const struct row *r = table->rows;
	     maker->rows == ROWS_COMPLETE && table->hit == HIT_PRIORITY && r < row; r++)
		if (r->values[0] == row->values[0])
			memcpy(row->values, r->values, sizeof(row->values));
}

static void wild_rows(struct maker *maker, struct table *table, struct row *rows,
		      unsigned n)
{
	for (unsigned r = 0; r < n; r++) {
		struct row *row = &rows[table->n_rows++];

		for (unsigned i = 0; i < table->n_inputs; i++)
			row->tests[i] = random_test(maker, &table->inputs[i]);
		fill_outputs(maker, table, row);
	}
}

/* Rows that may overlap agree: each alternative row has the outputs of its twin. */
static void add_twins(struct maker *maker, struct table *table, struct row *rows)
{
	unsigned n = table->n_rows;

	for (unsigned r = 0; r < n; r++) {
		struct row *twin = &rows[table->n_rows];
		unsigned at = below(maker, table->n_inputs);

		if (below(maker, 2) == 0 || rows[r].tests[at].op != TEST_ANY)
			continue;
		*twin = rows[r];
		twin->tests[at] = random_test(maker, &table->inputs[at]);
		table->n_rows++;
	}
}

static void add_rows(struct maker *maker, struct table *table)
{
	struct row *rows = get(maker, ROWS_MAX, sizeof(*rows));
	unsigned n = maker->size->rows + below(maker, maker->size->more_rows + 1);

	table->rows = rows;
	if (maker->rows == ROWS_WILD || table->hit == HIT_COLLECT) {
		wild_rows(maker, table, rows, n);
	} else if (table->hit == HIT_PRIORITY || table->hit == HIT_FIRST) {
		wild_rows(maker, table, rows, n);
		fill_outputs(maker, table, &rows[table->n_rows++]);
	} else {
		table->n_rows = 1;
		for (unsigned i = 0; i < n; i++)
			split_row(maker, table, rows);
		for (unsigned r = 0; r < table->n_rows; r++)
			fill_outputs(maker, table, &rows[r]);
		if (table->hit == HIT_ANY)
			add_twins(maker, table, rows);
	}
	for (unsigned r = 0; r < table->n_rows; r++)
		rows[r].id = name(maker, "row", r);
}

static void add_table(struct maker *maker, bool question)
{
	unsigned index = maker->edition->n_tables;
	struct table *table = &maker->tables[index];

	table->name = name(maker, "table", index);
	table->hit = (enum hit_policy)below(maker, 5);
	if (question && table->hit == HIT_COLLECT)
		table->hit = HIT_UNIQUE;
	table->n_inputs = (uint8_t)(maker->size->inputs +
				    below(maker, maker->size->more_inputs + 1));
	for (unsigned i = 0; i < table->n_inputs; i++)
		table->inputs[i] = random_input(maker, index);
	table->n_outputs = table->hit == HIT_COLLECT ? 1 : (uint8_t)(1 + below(maker, 2));
	for (unsigned o = 0; o < table->n_outputs; o++) {
		struct output *output = &table->outputs[o];

		output->name = name(maker, "output", o);
		output->collected = table->hit == HIT_COLLECT;
		output->n_values = question && o == 0 ? OUTCOME_ASK :
							(uint8_t)(2 + below(maker, 3));
		for (unsigned i = 0; i < output->n_values; i++) {
			output->values[i] = question && o == 0 ?
						    outcome_names[i] :
						    name(maker, "value", i);
			output->derived[i] = -1;
		}
	}
	add_rows(maker, table);
	maker->edition->n_tables++;
}

static void add_constraints(struct maker *maker)
{
	struct table *never = get(maker, 1, sizeof(*never));
	struct row *rows = get(maker, ROWS_MAX, sizeof(*rows));

	if (below(maker, 2) == 0)
		return;
	never->name = "Constraints";
	never->n_inputs = 2;
	never->rows = rows;
	for (unsigned i = 0; i < never->n_inputs; i++)
		never->inputs[i] = random_input(maker, 0);
	wild_rows(maker, never, rows, 1 + below(maker, 3));
	maker->edition->constraints = never;
}

static void add_question(struct maker *maker)
{
	struct question *question = get(maker, 1, sizeof(*question));
	struct edition *edition = maker->edition;

	question->name = "question";
	question->table = (uint16_t)(edition->n_tables - 1);
	question->until = -1;
	question->n_needed = (uint8_t)edition->n_tables;
	for (unsigned t = 0; t < edition->n_tables; t++)
		question->needed[t] = (uint8_t)t;
	question->facts = (1ull << edition->n_facts) - 1;
	question->derived = (1ull << edition->n_derived) - 1;
	edition->questions = question;
	edition->n_questions = 1;
}

static struct edition *make(struct chance *chance, const struct random_size *size,
			    enum random_rows rows, struct arena *arena)
{
	struct maker *maker = arena_alloc(arena, sizeof(*maker));

	if (maker == NULL)
		abort();
	maker->size = size;
	maker->chance = chance;
	maker->arena = arena;
	maker->rows = rows;
	maker->edition = get(maker, 1, sizeof(*maker->edition));
	add_facts(maker);
	add_derived(maker);
	maker->edition->facts = maker->facts;
	maker->edition->derived = maker->derived;
	maker->edition->variables = maker->variables;
	maker->edition->tables = maker->tables;
	if (maker->edition->n_variables == 0)
		add_fact(maker, FACT_BOOLEAN, 2);
	maker->n_tables = size->tables + below(maker, size->more_tables + 1);
	for (unsigned t = 0; t < maker->n_tables; t++)
		add_table(maker, t + 1 == maker->n_tables);
	add_constraints(maker);
	add_question(maker);
	return maker->edition;
}

struct edition *random_edition(struct chance *chance, enum random_rows rows,
			       struct arena *arena)
{
	return make(chance, &small, rows, arena);
}

struct edition *random_layered_edition(struct chance *chance, enum random_rows rows,
				       struct arena *arena)
{
	return make(chance, &layered, rows, arena);
}

/* Takes out the rows that the findings name. */
static void drop_rows(struct maker *maker, const struct table_finding *findings, size_t n)
{
	static bool dead[TABLES_MAX][ROWS_MAX];

	memset(dead, 0, sizeof(dead));
	for (size_t i = 0; i < n; i++)
		dead[findings[i].table][findings[i].row] = true;
	for (unsigned t = 0; t < TABLES_MAX; t++) {
		struct table *table = &maker->tables[t];
		struct row *rows = get(maker, ROWS_MAX, sizeof(*rows));
		uint8_t n_rows = 0;

		for (unsigned r = 0; r < table->n_rows; r++)
			if (!dead[t][r])
				rows[n_rows++] = table->rows[r];
		table->rows = rows;
		table->n_rows = n_rows;
	}
}

const struct edition *random_sound_edition(struct chance *chance, struct arena *arena,
					   struct arena *scratch)
{
	return random_make_sound(random_edition(chance, ROWS_COMPLETE, arena), arena,
				 scratch);
}

const struct edition *random_make_sound(struct edition *edition, struct arena *arena,
					struct arena *scratch)
{
	struct maker maker = { .arena = arena };

	memcpy(maker.tables, edition->tables, sizeof(maker.tables));
	for (;;) {
		struct table_finding findings[FINDINGS_MAX];
		size_t n = 0;

		edition->tables = memcpy(get(&maker, TABLES_MAX, sizeof(struct table)),
					 maker.tables, sizeof(maker.tables));
		arena_reset(scratch);
		if (diagram_build(edition, arena, scratch, findings, &n,
				  &edition->diagram) != 0)
			abort();
		if (n == 0)
			return edition;
		for (size_t i = 0; i < n; i++)
			if (findings[i].kind != FINDING_DEAD_ROW)
				return NULL;
		drop_rows(&maker, findings, n);
	}
}
