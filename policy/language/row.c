/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/document.h"

/*
 * A bar ends a cell unless a backslash stands right before it, backticks or
 * not: that is how every forge cuts the row, so a reader there sees the cells
 * that are decided with.
 */
static size_t cell_end(struct text line, size_t at)
{
	while (at < line.n && (line.at[at] != '|' || line.at[at - 1] == '\\'))
		at++;
	return at;
}

static bool escape_is_known(char c)
{
	return c == '|' || c == '\\';
}

/* Undoes the escapes. */
static struct text unescape(struct loader *loader, struct text source,
			    struct place place)
{
	char *to = loader_alloc(loader, source.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < source.n; i++) {
		bool escape = source.at[i] == '\\';

		if (escape && (i + 1 == source.n || !escape_is_known(source.at[i + 1])))
			mistake(loader, M_CELL_ESCAPE,
				(struct place){ place.line,
						place.column + (uint32_t)i, 1 },
				NULL, "a backslash that escapes nothing");
		else if (escape)
			i++;
		if (source.at[i] == '|' && i >= 2 && source.at[i - 1] == '\\' &&
		    !escape)
			mistake(loader, M_CELL_ESCAPE,
				(struct place){ place.line,
						place.column + (uint32_t)i - 2, 3 },
				NULL, "a bar after two backslashes does not end the cell");
		to[n++] = source.at[i];
	}
	return (struct text){ to, n };
}

/* A tag would be swallowed on a forge, and the reader not see what it holds. */
static void check_tags(struct loader *loader, struct text source, struct place place)
{
	for (size_t i = 0; i + 1 < source.n; i++) {
		char c = source.at[i + 1];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (source.at[i] == '<' && (letter || c == '/' || c == '!' || c == '?'))
			mistake(loader, M_HTML,
				(struct place){ place.line,
						place.column + (uint32_t)i, 2 },
				NULL, "this reads as HTML");
	}
}

/* False when the cell is longer than any cell may be. */
static bool make_cell(struct loader *loader, struct text line, size_t from, size_t to,
		      uint32_t line_number, struct cell *ret_cell)
{
	struct text source = text_trim((struct text){ line.at + from, to - from });
	struct cell cell = { .source = source };

	if (source.n == 0)
		source.at = line.at + from + (to > from);
	cell.place.line = line_number;
	cell.place.column = (uint32_t)(source.at - line.at) + 1;
	cell.place.n_bytes = (uint32_t)source.n;
	if (source.n > CELL_MAX_BYTES) {
		mistake(loader, M_CELL_TOO_LONG, cell.place, NULL,
			"a cell of %zu bytes", source.n);
		return false;
	}
	check_tags(loader, source, cell.place);
	cell.text = unescape(loader, source, cell.place);
	*ret_cell = cell;
	return true;
}

size_t row_split(struct loader *loader, struct text line, uint32_t line_number,
		 struct cell cells[TABLE_COLUMNS_MAX])
{
	struct text row = text_trim(line);
	size_t from = (size_t)(row.at - line.at) + 1;
	size_t end = from - 1 + row.n;
	size_t n = 0;

	if (row.n < 2 || row.at[0] != '|' || row.at[row.n - 1] != '|' ||
	    row.at[row.n - 2] == '\\') {
		mistake(loader, M_ROW_PIPES,
			(struct place){ line_number, (uint32_t)from, (uint32_t)row.n },
			NULL, "a row of a table that does not stand between bars");
		return 0;
	}
	line.n = end;
	while (from < end) {
		size_t to = cell_end(line, from);

		if (n < TABLE_COLUMNS_MAX &&
		    !make_cell(loader, line, from, to, line_number, &cells[n]))
			return 0;
		n++;
		from = to + 1;
	}
	return n;
}

struct place cell_place(const struct cell *cell, size_t offset, size_t n)
{
	struct place place = cell->place;
	size_t at = 0;
	size_t start = 0;

	/* an escape is one byte longer in the source than in the text */
	for (size_t i = 0; i < offset + n && at < cell->source.n; i++) {
		if (i == offset)
			start = at;
		at += cell->source.at[at] == '\\' && at + 1 < cell->source.n &&
		      escape_is_known(cell->source.at[at + 1]) ? 2 : 1;
	}
	if (n == 0)
		start = at;
	place.column += (uint32_t)start;
	place.n_bytes = (uint32_t)(at - start);
	return place;
}

struct place piece_place(const struct cell *cell, struct text piece)
{
	return cell_place(cell, (size_t)(piece.at - cell->text.at), piece.n);
}
