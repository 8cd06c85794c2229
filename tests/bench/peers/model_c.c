/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/peers/model.h"

/*
 * The tables in C, twice. Conditions are what a programmer would write by hand:
 * one `if` a row, in order of precedence. Columns are what is fastest for flat
 * tables: each class of an input selects the rows that it fits, a conjunction
 * of the selections leaves the row.
 *
 * A case gives v[variable], the class of a variable or whether an element is
 * held, and s[variable], the elements of a set as bits.
 */

/* ---- Conditions ---- */

static void write_set_condition(const struct cell *cell, FILE *to)
{
	unsigned long long mask = cell->test->mask;

	switch (cell->test->op) {
	case TEST_SET_ANY:
		fprintf(to, "(%s & 0x%llxu) != 0", cell->name, mask);
		break;
	case TEST_SET_ALL:
		fprintf(to, "(%s & 0x%llxu) == 0x%llxu", cell->name, mask, mask);
		break;
	case TEST_SET_NONE:
		fprintf(to, "(%s & 0x%llxu) == 0", cell->name, mask);
		break;
	case TEST_SET_ONLY:
		fprintf(to, "(%s & ~0x%llxu) == 0", cell->name, mask);
		break;
	case TEST_ANY:
	case TEST_CLASSES:
		break;
	}
}

static void write_condition(const struct cell *cell, FILE *to)
{
	const char *or = "";

	if (cell->set) {
		write_set_condition(cell, to);
		return;
	}
	fprintf(to, "(");
	for (unsigned c = 0; c <= cell->n; c++) {
		unsigned bit = c == cell->n ? VALUE_NONE : c;

		if ((cell->test->mask >> bit & 1) == 0)
			continue;
		fprintf(to, "%s%s == %u", or, cell->name, bit);
		or = " || ";
	}
	fprintf(to, ")");
}

static void write_row_condition(const struct model *model, const struct table *table,
				const struct row *row, FILE *to)
{
	const char *and = "";

	for (unsigned i = 0; i < table->n_inputs; i++) {
		struct cell cell = model_cell(model, table, row, i);

		if (cell.test->op == TEST_ANY)
			continue;
		fprintf(to, "%s", and);
		write_condition(&cell, to);
		and = " && ";
	}
	if (and[0] == '\0')
		fprintf(to, "1");
}

static void write_outputs(const struct model *model, const struct table *table,
			  const struct row *row, FILE *to)
{
	for (unsigned o = 0; o < table->n_outputs; o++) {
		unsigned value = row->values[o];

		if (!table->outputs[o].collected)
			fprintf(to, " t%uo%u = %u;", model_index(model, table), o, value);
		else if (value != VALUE_NONE)
			fprintf(to, " t%uo%u |= 1u << %u;", model_index(model, table), o,
				value);
	}
}

/* Names for the inputs, so that conditions read like a programmer's. */
static void write_names(const struct model *model, FILE *to)
{
	const struct edition *edition = model->edition;

	for (unsigned i = 0; i < model->question->n_needed; i++) {
		unsigned t = model->question->needed[i];

		for (unsigned o = 0; o < edition->tables[t].n_outputs; o++)
			fprintf(to, "\tunsigned t%uo%u = 0;\n", t, o);
	}
	for (unsigned v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind != VARIABLE_ELEMENT)
			fprintf(to, "\tconst unsigned v%u = v[%u];\n", v, v);
		else if (edition->variables[v].element == 0)
			fprintf(to, "\tconst unsigned s%u = s[%u];\n", v, v);
	fprintf(to, "\n");
	for (unsigned v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind != VARIABLE_ELEMENT)
			fprintf(to, "\t(void)v%u;\n", v);
		else if (edition->variables[v].element == 0)
			fprintf(to, "\t(void)s%u;\n", v);
}

static void write_end(const struct model *model, FILE *to)
{
	fprintf(to, "\treturn t%uo%u;\n}\n", model->question->table,
		model->question->outcome);
}

static void write_table(const struct model *model, const struct table *table, FILE *to)
{
	uint8_t order[ROWS_MAX];

	model_order(table, order);
	for (unsigned i = 0; i < table->n_rows; i++) {
		const struct row *row = &table->rows[order[i]];

		fprintf(to, "\t%sif (", i > 0 && table->hit != HIT_COLLECT ? "else " : "");
		write_row_condition(model, table, row, to);
		fprintf(to, ") {");
		write_outputs(model, table, row, to);
		fprintf(to, " }\n");
	}
}

void write_conditions(const struct model *model, FILE *to)
{
	fprintf(to, "static unsigned conditions(const unsigned char *v, "
		    "const unsigned *s)\n{\n");
	write_names(model, to);
	for (unsigned i = 0; i < model->question->n_needed; i++)
		write_table(model, &model->edition->tables[model->question->needed[i]],
			    to);
	write_end(model, to);
}

/* ---- Columns ---- */

static bool set_fits(const struct test *test, uint64_t set)
{
	switch (test->op) {
	case TEST_SET_ANY:
		return (set & test->mask) != 0;
	case TEST_SET_ALL:
		return (set & test->mask) == test->mask;
	case TEST_SET_NONE:
		return (set & test->mask) == 0;
	case TEST_SET_ONLY:
		return (set & ~test->mask) == 0;
	case TEST_ANY:
	case TEST_CLASSES:
		break;
	}
	return true;
}

/* Rows, as bits in order of precedence, that a class or a set's content fits. */
static uint64_t rows_that_fit(const struct model *model, const struct table *table,
			      const uint8_t *order, unsigned input, uint64_t content)
{
	uint64_t rows = 0;

	for (unsigned i = 0; i < table->n_rows; i++) {
		struct cell cell =
			model_cell(model, table, &table->rows[order[i]], input);
		bool fits = cell.test->op == TEST_ANY ? true :
			    cell.set ? set_fits(cell.test, content) :
				       (cell.test->mask >> content & 1) != 0;

		rows |= (uint64_t)fits << i;
	}
	return rows;
}

static void write_column(const struct model *model, const struct table *table,
			 const uint8_t *order, unsigned input, FILE *to)
{
	struct cell cell = model_cell(model, table, &table->rows[0], input);
	unsigned n = cell.set ? 1u << cell.n : cell.n;

	fprintf(to, "\tstatic const unsigned long long column%u_%u[%u] = {",
		model_index(model, table), input,
		cell.input->kind == INPUT_OUTPUT && !cell.set ? 64 : n);
	for (unsigned c = 0; c < n; c++)
		fprintf(to, "%s0x%llxu,", c % 8 == 0 ? "\n\t\t" : " ",
			(unsigned long long)rows_that_fit(model, table, order, input, c));
	if (cell.input->kind == INPUT_OUTPUT && !cell.set)
		fprintf(to, "\n\t\t[%d] = 0x%llxu,", VALUE_NONE,
			(unsigned long long)rows_that_fit(model, table, order, input,
							  VALUE_NONE));
	fprintf(to, "\n\t};\n");
}

static void write_values(const struct model *model, const struct table *table,
			 const uint8_t *order, FILE *to)
{
	unsigned t = model_index(model, table);

	for (unsigned o = 0; o < table->n_outputs; o++) {
		fprintf(to, "\tstatic const unsigned value%u_%u[%u] = {", t, o,
			table->n_rows);
		for (unsigned i = 0; i < table->n_rows; i++) {
			unsigned value = table->rows[order[i]].values[o];

			if (table->hit == HIT_COLLECT)
				value = value == VALUE_NONE ? 0 : 1u << value;
			fprintf(to, " %u,", value);
		}
		fprintf(to, " };\n");
	}
}

static void write_lookup(const struct model *model, const struct table *table, FILE *to)
{
	unsigned t = model_index(model, table);

	fprintf(to, "\tunsigned long long rows%u = ~0ull;\n", t);
	for (unsigned i = 0; i < table->n_inputs; i++)
		fprintf(to, "\trows%u &= column%u_%u[%s];\n", t, t, i,
			model_cell(model, table, &table->rows[0], i).name);
	if (table->hit == HIT_COLLECT) {
		fprintf(to, "\trows%u &= (1ull << %u) - 1;\n", t, table->n_rows);
		fprintf(to, "\tfor (; rows%u != 0; rows%u &= rows%u - 1)\n"
			    "\t\tt%uo0 |= value%u_0[__builtin_ctzll(rows%u)];\n",
			t, t, t, t, t, t);
		return;
	}
	for (unsigned o = 0; o < table->n_outputs; o++)
		fprintf(to, "\tt%uo%u = value%u_%u[__builtin_ctzll(rows%u)];\n", t, o, t,
			o, t);
}

void write_columns(const struct model *model, FILE *to)
{
	const struct question *question = model->question;
	uint8_t order[ROWS_MAX];

	fprintf(to, "static unsigned columns(const unsigned char *v, "
		    "const unsigned *s)\n{\n");
	for (unsigned i = 0; i < question->n_needed; i++) {
		const struct table *table =
			&model->edition->tables[question->needed[i]];

		model_order(table, order);
		for (unsigned input = 0; input < table->n_inputs; input++)
			write_column(model, table, order, input, to);
		write_values(model, table, order, to);
	}
	write_names(model, to);
	for (unsigned i = 0; i < question->n_needed; i++)
		write_lookup(model, &model->edition->tables[question->needed[i]], to);
	write_end(model, to);
}
