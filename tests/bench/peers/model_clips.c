/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/peers/model.h"

/*
 * One rule a row. Salience runs the tables in order and rows by precedence; a
 * rule of a table that gives one value asks that there is none yet.
 *
 *	(defrule t2r0 (declare (salience 1200)) (not (t2 done)) (v3 c1|c2)
 *		=> (assert (t2 done) (t2o0 c1)))
 */
#define ROWS_A_TABLE 100

static void write_names(const struct cell *cell, const char *prefix, const char *between,
			FILE *to)
{
	const char *or = "";

	for (unsigned c = 0; c < cell->n; c++)
		if ((cell->test->mask >> c & 1) != 0) {
			fprintf(to, "%s%s%u", or, prefix, c);
			or = between;
		}
	if (!cell->set && (cell->test->mask >> VALUE_NONE & 1) != 0)
		fprintf(to, "%snone", or);
}

static void write_pattern(const struct cell *cell, FILE *to)
{
	const char *kind = cell->input->kind == INPUT_SET ? "e" : "c";

	switch (cell->test->op) {
	case TEST_ANY:
		return;
	case TEST_CLASSES:
	case TEST_SET_ANY:
		/* of a set one element is enough, however many there are */
		fprintf(to, cell->set ? " (exists (%s " : " (%s ", cell->name);
		write_names(cell, kind, "|", to);
		fprintf(to, cell->set ? "))" : ")");
		return;
	case TEST_SET_ALL:
		for (unsigned c = 0; c < cell->n; c++)
			if ((cell->test->mask >> c & 1) != 0)
				fprintf(to, " (%s %s%u)", cell->name, kind, c);
		return;
	case TEST_SET_NONE:
		fprintf(to, " (not (%s ", cell->name);
		write_names(cell, kind, "|", to);
		fprintf(to, "))");
		return;
	case TEST_SET_ONLY:
		fprintf(to, " (not (%s ", cell->name);
		if (cell->test->mask == 0)
			fprintf(to, "?");
		else
			fprintf(to, "~");
		write_names(cell, kind, "&~", to);
		fprintf(to, "))");
		return;
	}
}

static void write_rule(const struct model *model, const struct table *table, unsigned row,
		       int salience, FILE *to)
{
	unsigned t = model_index(model, table);
	bool single = table->hit != HIT_COLLECT;

	fprintf(to, "(defrule t%ur%u (declare (salience %d))", t, row, salience);
	if (single)
		fprintf(to, " (not (t%u done))", t);
	else
		fprintf(to, " (begin now)");
	for (unsigned i = 0; i < table->n_inputs; i++) {
		struct cell cell = model_cell(model, table, &table->rows[row], i);

		write_pattern(&cell, to);
	}
	fprintf(to, "\n\t=>");
	if (single)
		fprintf(to, " (assert (t%u done))", t);
	for (unsigned o = 0; o < table->n_outputs; o++) {
		unsigned value = table->rows[row].values[o];

		if (value != VALUE_NONE)
			fprintf(to, " (assert (t%uo%u c%u))", t, o, value);
		else if (single)
			fprintf(to, " (assert (t%uo%u none))", t, o);
	}
	if (t == model->question->table)
		fprintf(to, " (bind ?*outcome* c%u)",
			table->rows[row].values[model->question->outcome]);
	fprintf(to, ")\n");
}

void write_clips(const struct model *model, FILE *to)
{
	const struct question *question = model->question;
	uint8_t order[ROWS_MAX];

	fprintf(to, "(defglobal ?*outcome* = none)\n");
	for (unsigned i = 0; i < question->n_needed; i++) {
		const struct table *table =
			&model->edition->tables[question->needed[i]];
		int salience = (int)(question->n_needed - i) * ROWS_A_TABLE;

		model_order(table, order);
		for (unsigned r = 0; r < table->n_rows; r++)
			write_rule(model, table, order[r], salience - (int)r, to);
	}
}
