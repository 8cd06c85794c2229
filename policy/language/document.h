/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LANGUAGE_DOCUMENT_H
#define PERMIT_LANGUAGE_DOCUMENT_H

#include "policy/language/loader.h"

/*
 * A Markdown document as the dialect sees it: headings, tables and prose, in
 * order. libcmark-gfm says where blocks begin; cells are cut from the source
 * lines here, because cmark drops surplus cells and fills up missing ones.
 */

#define TABLE_COLUMNS_MAX 64
#define DOCUMENT_ROWS_MAX 10000

/* A cell: trimmed, with `\|` and `\\` undone, and where it stands. */
struct cell {
	struct text text;	/* NUL-terminated too */
	struct text source;	/* as in the document */
	struct place place;
};

struct line {
	const struct cell *cells;	/* n_columns of the grid */
	struct place place;		/* the whole line */
};

/* A table; the line of dashes is not kept. */
struct grid {
	size_t n_columns;
	size_t n_lines;
	struct line header;
	const struct line *lines;
};

enum block_kind { BLOCK_HEADING, BLOCK_GRID, BLOCK_PROSE };

struct block {
	enum block_kind kind;
	int level;			/* of a heading, from 1 */
	bool paragraph;			/* prose that is a paragraph, not a list or code */
	const char *text;		/* heading or prose, in canonical form */
	const struct grid *grid;
	struct place place;
	const struct block *next;
};

struct document {
	struct bytes source;		/* with LF alone at the ends of lines */
	const struct block *blocks;
};

/*
 * Reads a document and notes every mistake in its form. What could be read is
 * returned in any case, so that one run finds as much as it can; lines of
 * tables that have a mistake are left out.
 */
const struct document *document_read(struct loader *loader, struct bytes source);

/*
 * Cuts one line of a table into cells, into room for TABLE_COLUMNS_MAX. Notes
 * mistakes. Returns the number of cells, or 0 when the line is not a row; more
 * cells than there is room for are counted and not stored.
 */
size_t row_split(struct loader *loader, struct text line, uint32_t line_number,
		 struct cell cells[TABLE_COLUMNS_MAX]);

/* The place of n bytes of a cell's text, from offset on. */
struct place cell_place(const struct cell *cell, size_t offset, size_t n);

/* The place of a piece of a cell's text. */
struct place piece_place(const struct cell *cell, struct text piece);

/* A piece of a document between two headings of the second level. */
struct section {
	const char *title;		/* "" for what stands before the first */
	struct place place;
	const struct block *first;	/* the block after the heading */
	const struct block *end;	/* the next section's heading, or NULL */
};

/* The sections of a document, the first being what stands before any. */
size_t document_sections(struct loader *loader, const struct document *document,
			 const struct section **ret_sections);

#endif
