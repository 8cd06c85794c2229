/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/columns.h"

static int described_index(const struct columns *columns, struct text name)
{
	for (size_t i = 0; i < columns->n; i++)
		if (text_equal(name, columns->described[i].name))
			return (int)i;
	return -1;
}

static void column_unknown(struct loader *loader, const struct columns *columns,
			   const struct cell *cell)
{
	struct choices choices;

	choices_init(&choices, loader, cell->text);
	for (size_t i = 0; i < columns->n; i++)
		choices_add(&choices, columns->described[i].name);
	mistake(loader, M_COLUMN_UNKNOWN, cell->place, choices_text(&choices),
		"no column `%.*s` in this table", SHOW(cell->text));
}

bool columns_find(struct loader *loader, const struct grid *grid,
		  const struct column *described, size_t n, struct columns *ret_columns)
{
	struct columns columns = { .described = described, .n = n };
	bool misnamed = false;
	bool good = true;

	for (size_t i = 0; i < n; i++)
		columns.at[i] = -1;
	for (size_t c = 0; c < grid->n_columns; c++) {
		const struct cell *cell = &grid->header.cells[c];
		int i = described_index(&columns, cell->text);

		misnamed = misnamed || i < 0;
		if (i < 0)
			column_unknown(loader, &columns, cell);
		else if (columns.at[i] >= 0)
			mistake(loader, M_COLUMN_TWICE, cell->place, NULL,
				"a second column `%s`", described[i].name);
		else
			columns.at[i] = (int)c;
	}
	for (size_t i = 0; i < n; i++) {
		if (!described[i].required || columns.at[i] >= 0)
			continue;
		if (!misnamed)
			mistake(loader, M_COLUMN_MISSING, grid->header.place, NULL,
				"this table lacks the column `%s`", described[i].name);
		good = false;
	}
	if (!good)
		loader_skipped(loader);
	*ret_columns = columns;
	return good;
}

const struct cell *columns_cell(const struct columns *columns, const struct line *line,
				size_t described)
{
	int at = columns->at[described];

	return at < 0 ? NULL : &line->cells[at];
}

bool columns_read(struct loader *loader, const struct columns *columns,
		  const struct line *line, void *row)
{
	bool good = true;

	for (size_t i = 0; i < columns->n; i++) {
		const struct column *column = &columns->described[i];
		const struct cell *cell = columns_cell(columns, line, i);

		if (cell == NULL)
			continue;
		if (cell->text.n > 0) {
			column->read(loader, cell, row);
		} else if (column->required) {
			mistake(loader, M_CELL_EMPTY, cell->place, NULL,
				"an empty cell in the column `%s`", column->name);
			good = false;
		}
	}
	return good;
}

bool word_read(struct loader *loader, const struct cell *cell, const struct word *words,
	       size_t n, int *ret_value)
{
	struct choices choices;

	choices_init(&choices, loader, cell->text);
	for (size_t i = 0; i < n; i++) {
		if (text_equal(cell->text, words[i].text)) {
			*ret_value = words[i].value;
			return true;
		}
		choices_add(&choices, words[i].text);
	}
	mistake(loader, M_WORD_UNKNOWN, cell->place, choices_text(&choices),
		"`%.*s` is none of the words of this column", SHOW(cell->text));
	return false;
}

bool name_is_plain(struct text name, const char *joins)
{
	bool joined = true;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.at[i];
		bool letter = c >= 'a' && c <= 'z';
		bool digit = c >= '0' && c <= '9';

		if (!letter && (i == 0 || !digit) &&
		    (joined || c == '\0' || strchr(joins, c) == NULL))
			return false;
		joined = !letter && !digit;
	}
	return name.n > 0 && name.n <= NAME_MAX_BYTES && !joined;
}

struct text without_backticks(struct text text)
{
	if (text.n >= 2 && text.at[0] == '`' && text.at[text.n - 1] == '`')
		return (struct text){ text.at + 1, text.n - 2 };
	return text;
}
