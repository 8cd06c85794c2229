/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LANGUAGE_COLUMNS_H
#define PERMIT_LANGUAGE_COLUMNS_H

#include "policy/language/document.h"

/*
 * Most sections hold plain tables whose columns have names: facts, sources,
 * texts, examples. Each kind is described by its columns, and a row is read by
 * calling each column's reader on its cell, in the order of the description.
 */
struct column {
	const char *name;
	bool required;		/* the column must be there, and its cells filled */
	/* called for filled cells; row is the object being read */
	void (*read)(struct loader *loader, const struct cell *cell, void *row);
};

#define COLUMNS_MAX 16

/* Where each described column stands in a table. */
struct columns {
	const struct column *described;
	size_t n;
	int at[COLUMNS_MAX];	/* -1: the table does not have it */
};

/*
 * Finds the described columns in a table. Notes unknown, double and missing
 * ones; false when a required one is missing.
 */
bool columns_find(struct loader *loader, const struct grid *grid,
		  const struct column *described, size_t n, struct columns *ret_columns);

/* Reads a line. False when a required cell is empty. */
bool columns_read(struct loader *loader, const struct columns *columns,
		  const struct line *line, void *row);

/* The cell of a described column; NULL when the table has none. */
const struct cell *columns_cell(const struct columns *columns, const struct line *line,
				size_t described);

/* One of a few fixed words, for columns such as class and mark. */
struct word {
	const char *text;
	int value;
};

/* Looks a cell up; notes a mistake and returns false when it is none of them. */
bool word_read(struct loader *loader, const struct cell *cell, const struct word *words,
	       size_t n, int *ret_value);

/*
 * Whether a name has the form of its kind: lower-case letters, digits and the
 * characters of `joins` between them, beginning with a letter.
 */
bool name_is_plain(struct text name, const char *joins);

/* Without the backticks around it, if any. */
struct text without_backticks(struct text text);

/* "a `b`" and "`b`": what a message shows of a cell. */
#define SHOW(text) (int)(text).n, (text).at

#endif
