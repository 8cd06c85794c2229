/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

static void read_number(struct draft *draft, const struct draft_table *table,
			const struct cell *cell)
{
	unsigned number = table->table.n_rows + 1u;
	const char *expected = loader_format(draft->loader, "%u", number);

	if (!text_equal(cell->text, expected))
		mistake(draft->loader, M_ROW_NUMBER, cell->place,
			loader_format(draft->loader, "expected %u", number),
			"the row is numbered `%.*s`", SHOW(cell->text));
}

static const struct cell *annotation(const struct draft_table *table,
				     const struct line *line, enum annotation which)
{
	if (table->annotations[which] == NULL)
		return NULL;
	return &line->cells[table->annotation_columns[which]];
}

static void read_id(struct draft *draft, const struct draft_table *table,
		    const struct line *line, struct row *row)
{
	const struct cell *cell = annotation(table, line, ANNOTATION_ID);

	if (cell == NULL) {
		row->id = loader_format(draft->loader, "never-%u",
					table->table.n_rows + 1u);
		return;
	}
	row->id = loader_text(draft->loader, cell->text);
	check_word(draft, cell->text, cell->place);
	if (cell->text.n == 0) {
		mistake(draft->loader, M_ROW_ID, cell->place, NULL, "a row without an id");
		loader_skipped(draft->loader);
	} else if (!check_id(draft, cell)) {
		loader_skipped(draft->loader);
	}
}

static void read_source(struct draft *draft, const struct draft_table *table,
			const struct line *line, struct row *row)
{
	const struct cell *cell = annotation(table, line, ANNOTATION_SOURCE);

	if (cell == NULL)
		return;
	if (cell->text.n == 0) {
		mistake(draft->loader, M_ROW_SOURCE, cell->place, NULL,
			"row `%s` cites no source", row->id);
		return;
	}
	read_citations(draft, cell, row->citations, &row->n_citations);
	for (uint8_t i = 0; i < row->n_citations; i++)
		row->unverified = row->unverified || row->citations[i].unverified;
}

static void read_note(struct draft *draft, const struct draft_table *table,
		      const struct line *line, struct row *row)
{
	const struct cell *cell = annotation(table, line, ANNOTATION_NOTE);

	row->note = "";
	if (cell == NULL || cell->text.n == 0)
		return;
	row->note = loader_text(draft->loader, cell->text);
	check_text(draft, cell);
}

static void value_unknown(struct draft *draft, const struct cell *cell,
			  const struct output *output)
{
	struct choices choices;

	choices_init(&choices, draft->loader, cell->text);
	for (uint8_t i = 0; i < output->n_values; i++)
		choices_add(&choices, output->values[i]);
	mistake(draft->loader, M_OUTPUT_VALUE, cell->place, choices_text(&choices),
		"`%.*s` is not an allowed value of `%s`", SHOW(cell->text),
		output->name);
}

/* A derived date stands in backticks, a value does not: they may share a name. */
static uint8_t read_value(struct draft *draft, const struct draft_table *table,
			  const struct line *line, uint8_t index)
{
	const struct cell *cell = &line->cells[table->output_columns[index]];
	const struct output *output = &table->table.outputs[index];
	struct text value = without_backticks(cell->text);
	bool is_date = value.n < cell->text.n;

	if (text_equal(cell->text, "-"))
		return VALUE_NONE;
	if (value.n >= 2 && value.at[0] == '"' && value.at[value.n - 1] == '"')
		value = (struct text){ value.at + 1, value.n - 2 };
	for (uint8_t i = 0; i < output->n_values; i++)
		if (text_equal(value, output->values[i]) &&
		    is_date == (output->derived[i] >= 0))
			return i;
	if ((table->unsound_outputs >> index & 1) == 0)
		value_unknown(draft, cell, output);
	return VALUE_NONE;
}

static void read_row(struct draft *draft, struct draft_table *table,
		     const struct line *line)
{
	uint8_t r = table->table.n_rows;
	struct row *row = &table->rows[r];

	row->place = line->place;
	read_number(draft, table, &line->cells[0]);
	read_id(draft, table, line, row);
	read_source(draft, table, line, row);
	read_note(draft, table, line, row);
	for (uint8_t i = 0; i < table->table.n_inputs; i++)
		(void)compile_condition(draft, &table->subjects[i],
					&line->cells[table->subjects[i].column],
					&table->conditions[r].conditions[i]);
	for (uint8_t i = 0; i < table->table.n_outputs; i++)
		row->values[i] = read_value(draft, table, line, i);
	table->table.n_rows++;
}

void read_rows(struct draft *draft, struct draft_table *table)
{
	const struct grid *grid = table->grid;

	if (table->unsound)
		return;
	table->rows = loader_alloc(draft->loader, ROWS_MAX, sizeof(*table->rows));
	table->conditions = loader_alloc(draft->loader, ROWS_MAX,
					 sizeof(*table->conditions));
	table->table.rows = table->rows;
	if (grid->n_lines == table->first_row) {
		mistake(draft->loader, M_ROWS_MISSING, grid->header.place, NULL,
			"a table without rows");
		loader_skipped(draft->loader);
	}
	for (size_t i = table->first_row; i < grid->n_lines; i++) {
		if (table->table.n_rows == ROWS_MAX) {
			mistake(draft->loader, M_TOO_MANY, grid->lines[i].place, NULL,
				"more than %d rows", ROWS_MAX);
			return;
		}
		read_row(draft, table, &grid->lines[i]);
	}
}
