/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/document.h"
#include "policy/language/markdown.h"
#include "policy/language/prose.h"

/* ---- Bytes ---- */

static bool is_hidden(uint32_t c)
{
	return c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || c == 0x2028 || c == 0x2029;
}

static void check_character(struct loader *loader, uint32_t c, struct place place)
{
	if (c == '\t')
		mistake(loader, M_TAB, place, NULL, "a tab, whose width nobody knows");
	else if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		mistake(loader, M_CONTROL, place, NULL, "a control character, U+%04X",
			(unsigned)c);
	else if (is_hidden(c))
		mistake(loader, M_HIDDEN, place, NULL,
			"a character that cannot be seen, U+%04X", (unsigned)c);
}

/* Checks every character, and drops the CR of each CR LF. False: not UTF-8. */
static bool clean_source(struct loader *loader, struct bytes source,
			 struct bytes *ret_clean)
{
	const char *at = (const char *)source.data;
	char *to = loader_alloc(loader, source.n + 1, 1);
	struct place place = { 1, 1, 1 };
	size_t n = 0;

	for (size_t i = 0, length; i < source.n; i += length) {
		uint32_t c;

		length = utf8_read(at + i, source.n - i, &c);
		if (length == 0) {
			mistake(loader, M_NOT_UTF8, place, NULL, "not UTF-8");
			return false;
		}
		if (c == '\r' && i + 1 < source.n && at[i + 1] == '\n')
			continue;
		memcpy(to + n, at + i, length);
		n += length;
		place.n_bytes = (uint32_t)length;
		if (c != '\n')
			check_character(loader, c, place);
		place.column = c == '\n' ? 1 : place.column + (uint32_t)length;
		place.line += c == '\n';
	}
	*ret_clean = (struct bytes){ (const uint8_t *)to, n };
	return true;
}

static struct lines split_lines(struct loader *loader, struct bytes source)
{
	struct text rest = { (const char *)source.data, source.n };
	struct text *lines;
	size_t n = 1;

	for (size_t i = 0; i < source.n; i++)
		n += source.data[i] == '\n';
	lines = loader_alloc(loader, n, sizeof(*lines));
	for (size_t i = 0; i < n; i++) {
		const char *end = rest.n == 0 ? NULL : memchr(rest.at, '\n', rest.n);

		lines[i].at = rest.at;
		lines[i].n = end == NULL ? rest.n : (size_t)(end - rest.at);
		rest.at += lines[i].n + (end != NULL);
		rest.n -= lines[i].n + (end != NULL);
	}
	return (struct lines){ lines, n };
}

/* ---- Blocks ---- */

struct reading {
	struct loader *loader;
	struct lines lines;
	size_t n_rows;
	const struct block **tail;
};

static struct place line_place(struct text line, size_t number)
{
	struct text trimmed = text_trim(line);

	return (struct place){ (uint32_t)number, (uint32_t)(trimmed.at - line.at) + 1,
			       (uint32_t)trimmed.n };
}

static struct block *add_block(struct reading *reading, enum block_kind kind,
			       size_t line)
{
	struct block *block = loader_alloc(reading->loader, 1, sizeof(*block));

	block->kind = kind;
	block->place = line_place(lines_get(&reading->lines, line), line);
	*reading->tail = block;
	reading->tail = &block->next;
	return block;
}

/* Words of a heading, without its marks and with single spaces. */
static const char *heading_text(struct loader *loader, struct text line)
{
	struct builder words;
	struct text word;

	line = text_trim(line);
	while (line.n > 0 && line.at[0] == '#')
		line = (struct text){ line.at + 1, line.n - 1 };
	line = text_trim(line);
	for (size_t n = line.n; n > 0 && line.at[n - 1] == '#'; n--)
		if (n == 1 || line.at[n - 2] == ' ')
			line = text_trim((struct text){ line.at, n - 1 });
	loader_builder(loader, &words);
	while (text_cut(&line, ' ', &word))
		if (word.n > 0)
			builder_format(&words, "%s%.*s", words.n == 0 ? "" : " ",
				       (int)word.n, word.at);
	return loader_built(loader, &words);
}

static void read_heading(struct reading *reading, cmark_node *node)
{
	size_t number = (size_t)cmark_node_get_start_line(node);
	struct text line = lines_get(&reading->lines, number);
	struct text trimmed = text_trim(line);
	struct block *block;

	if (trimmed.n == 0 || trimmed.at[0] != '#') {
		mistake(reading->loader, M_HEADING_UNDERLINED, line_place(line, number),
			NULL, "a line under this text makes it a heading");
		return;
	}
	block = add_block(reading, BLOCK_HEADING, number);
	block->level = cmark_node_get_heading_level(node);
	block->text = heading_text(reading->loader, line);
}

static void check_not_table(struct reading *reading, cmark_node *node)
{
	size_t last = (size_t)cmark_node_get_end_line(node);

	for (size_t i = (size_t)cmark_node_get_start_line(node); i <= last; i++) {
		struct text line = lines_get(&reading->lines, i);
		struct text trimmed = text_trim(line);

		if (trimmed.n > 0 && trimmed.at[0] == '|') {
			mistake(reading->loader, M_TABLE_NOT_FORMED, line_place(line, i),
				NULL, "this looks like a table, but is read as prose");
			return;
		}
	}
}

static void read_prose(struct reading *reading, cmark_node *node)
{
	struct block *block = add_block(reading, BLOCK_PROSE,
					(size_t)cmark_node_get_start_line(node));

	block->paragraph = cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH;
	if (block->paragraph)
		check_not_table(reading, node);
	block->text = prose_text(reading->loader, &reading->lines, node);
}

/* ---- Tables ---- */

static const struct cell *keep_cells(struct loader *loader, const struct cell *cells,
				     size_t n)
{
	struct cell *kept = loader_alloc(loader, n, sizeof(*kept));

	memcpy(kept, cells, n * sizeof(*kept));
	return kept;
}

/* Reads one line as a row of n_columns; false when it is none. */
static bool read_row(struct reading *reading, size_t number, size_t n_columns,
		     struct line *ret_line)
{
	struct text line = lines_get(&reading->lines, number);
	struct cell cells[TABLE_COLUMNS_MAX];
	struct place place = line_place(line, number);
	size_t n = row_split(reading->loader, line, (uint32_t)number, cells);

	if (n == 0)
		return false;
	if (n > n_columns) {
		mistake(reading->loader, M_ROW_TOO_LONG,
			n_columns < TABLE_COLUMNS_MAX ? cells[n_columns].place : place,
			NULL, "%zu cells in a table of %zu columns", n, n_columns);
		return false;
	}
	if (n < n_columns) {
		place.column += place.n_bytes - 1;
		place.n_bytes = 1;
		mistake(reading->loader, M_ROW_TOO_SHORT, place, NULL,
			"%zu cells in a table of %zu columns", n, n_columns);
		return false;
	}
	ret_line->cells = keep_cells(reading->loader, cells, n);
	ret_line->place = place;
	return true;
}

static size_t count_children(cmark_node *node)
{
	size_t n = 0;

	for (cmark_node *c = cmark_node_first_child(node); c; c = cmark_node_next(c))
		n++;
	return n;
}

/* The header stands two lines above the first row; cmark misplaces some. */
static size_t header_line(cmark_node *table)
{
	cmark_node *row = cmark_node_next(cmark_node_first_child(table));

	if (row != NULL)
		return (size_t)cmark_node_get_start_line(row) - 2;
	return (size_t)cmark_node_get_end_line(table) - 1;
}

/* Reads the header of a table, and says how many columns it has; 0 for none. */
static size_t read_table_header(struct reading *reading, size_t number,
				struct line *ret_header)
{
	struct text line = lines_get(&reading->lines, number);
	struct cell cells[TABLE_COLUMNS_MAX];
	size_t n;

	ret_header->place = line_place(line, number);
	if (text_trim(lines_get(&reading->lines, number - 1)).n > 0)
		mistake(reading->loader, M_TABLE_BLANK_LINE, ret_header->place, NULL,
			"a table right below other text");
	n = row_split(reading->loader, line, (uint32_t)number, cells);
	if (n > TABLE_COLUMNS_MAX) {
		mistake(reading->loader, M_TABLE_COLUMNS, ret_header->place, NULL,
			"a table of %zu columns", n);
		return 0;
	}
	if (n > 0)
		ret_header->cells = keep_cells(reading->loader, cells, n);
	return n;
}

static void count_rows(struct reading *reading, size_t n, struct place place)
{
	bool within = reading->n_rows <= DOCUMENT_ROWS_MAX;

	reading->n_rows += n;
	if (within && reading->n_rows > DOCUMENT_ROWS_MAX)
		mistake(reading->loader, M_DOCUMENT_ROWS, place, NULL,
			"the rows of all tables up to here are more than %d",
			DOCUMENT_ROWS_MAX);
}

static void read_table(struct reading *reading, cmark_node *node)
{
	cmark_node *row = cmark_node_next(cmark_node_first_child(node));
	struct grid *grid = loader_alloc(reading->loader, 1, sizeof(*grid));
	size_t n_rows = count_children(node) - 1;
	size_t number = header_line(node);
	struct line *lines = loader_alloc(reading->loader, n_rows, sizeof(*lines));
	struct block *block;

	grid->n_columns = read_table_header(reading, number, &grid->header);
	if (grid->n_columns == 0)
		return;
	count_rows(reading, n_rows, grid->header.place);
	for (; row != NULL; row = cmark_node_next(row))
		if (read_row(reading, (size_t)cmark_node_get_start_line(row),
			     grid->n_columns, &lines[grid->n_lines]))
			grid->n_lines++;
	grid->lines = lines;
	block = add_block(reading, BLOCK_GRID, number);
	block->grid = grid;
}

/* ---- The document ---- */

/* The next node in the order of the text; NULL after the last. */
static cmark_node *node_after(cmark_node *node)
{
	if (cmark_node_first_child(node) != NULL)
		return cmark_node_first_child(node);
	while (node != NULL && cmark_node_next(node) == NULL)
		node = cmark_node_parent(node);
	return node == NULL ? NULL : cmark_node_next(node);
}

static void check_html(struct reading *reading, cmark_node *root)
{
	for (cmark_node *node = root; node != NULL; node = node_after(node)) {
		int line = cmark_node_get_start_line(node);
		int column = cmark_node_get_start_column(node);
		struct place place = { (uint32_t)(line < 1 ? 1 : line),
				       (uint32_t)(column < 1 ? 1 : column), 1 };

		if (cmark_node_get_type(node) == CMARK_NODE_HTML_INLINE)
			mistake(reading->loader, M_HTML, place, NULL,
				"HTML in a policy");
	}
}

static bool starts_link_definition(struct text line)
{
	size_t i = 0;

	while (i < line.n && strchr(" >*+-.)0123456789", line.at[i]) != NULL)
		i++;
	if (i == line.n || line.at[i] != '[')
		return false;
	for (; i + 1 < line.n; i++)
		if (line.at[i] == ']' && line.at[i + 1] == ':')
			return true;
	return false;
}

/* Markdown shows these nowhere: they would be words that nobody sees. */
static void check_link_definitions(struct reading *reading)
{
	for (size_t i = 1; i <= reading->lines.n; i++) {
		struct text line = lines_get(&reading->lines, i);

		if (starts_link_definition(line))
			mistake(reading->loader, M_LINK_DEFINITION, line_place(line, i),
				NULL, "a link definition, which no reader sees");
	}
}

static void read_blocks(struct reading *reading, cmark_node *root)
{
	cmark_node *node;

	for (node = cmark_node_first_child(root); node; node = cmark_node_next(node)) {
		if (cmark_node_get_type(node) == CMARK_NODE_HEADING)
			read_heading(reading, node);
		else if (strcmp(cmark_node_get_type_string(node), "table") == 0)
			read_table(reading, node);
		else
			read_prose(reading, node);
	}
}

const struct document *document_read(struct loader *loader, struct bytes source)
{
	struct document *document = loader_alloc(loader, 1, sizeof(*document));
	struct reading reading = { .loader = loader, .tail = &document->blocks };
	cmark_node *root;

	loader->incomplete = false;
	if (source.n > DOCUMENT_MAX_BYTES) {
		mistake(loader, M_DOCUMENT_TOO_LONG, (struct place){ 1, 1, 1 }, NULL,
			"a document of %zu bytes", source.n);
		return document;
	}
	if (!clean_source(loader, source, &document->source))
		return document;
	reading.lines = split_lines(loader, document->source);
	arena_reset(&loader->scratch);
	root = markdown_parse(document->source, &loader->scratch);
	if (root == NULL) {
		mistake(loader, M_DOCUMENT_TOO_COMPLEX, (struct place){ 1, 1, 1 }, NULL,
			"a document that takes more memory than any law");
		return document;
	}
	check_html(&reading, root);
	check_link_definitions(&reading);
	read_blocks(&reading, root);
	return document;
}

size_t document_sections(struct loader *loader, const struct document *document,
			 const struct section **ret_sections)
{
	struct section *sections;
	size_t n = 1;

	for (const struct block *b = document->blocks; b != NULL; b = b->next)
		n += b->kind == BLOCK_HEADING && b->level == 2;
	sections = loader_alloc(loader, n, sizeof(*sections));
	sections[0] = (struct section){ .title = "", .first = document->blocks,
					.place = { 1, 1, 1 } };
	n = 1;
	for (const struct block *b = document->blocks; b != NULL; b = b->next) {
		if (b->kind != BLOCK_HEADING || b->level != 2)
			continue;
		sections[n - 1].end = b;
		sections[n++] = (struct section){ .title = b->text, .place = b->place,
						  .first = b->next };
	}
	*ret_sections = sections;
	return n;
}
