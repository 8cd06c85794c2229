/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROOFCHECK_H
#define PROOFCHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A second opinion on what an edition cannot do, for whoever does not trust the
 * prover: nothing is shared with it. Tables are read, diagrams built and theorems
 * proven again, one package at a time. README.md is the package's format.
 */
enum { FACTS = 64, SUBJECTS = 256, VALUES = 32, CLASSES = 32, LEVELS = 256 };
enum { TABLES = 49, COLUMNS = 64, INPUTS = 8, OUTPUTS = 8, ROWS = 64 };
enum { CELL_BYTES = 1001, NAME_BYTES = 128, VALUE_BYTES = 64 };
#define PACKAGE_MAX_BYTES (8u << 20)

/*
 * Checks a package and reports. The bytes are changed; bytes[n] must be there.
 * Returns 0 when all was confirmed, 1 when not, 6 when the package was refused.
 */
int proofcheck(const char *name, char *bytes, size_t n, FILE *out);

/* ---- package.c: lines of the package, its claims, the report ---- */
extern struct cursor {
	char *at, *end;
	unsigned line;	/* where a mistake would be */
} cursor;

char *next_line(void);

/* Ends the check by a jump, unless the package is as it should be. */
_Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define need(good, ...) ((good) ? (void)0 : refuse(__VA_ARGS__))

/* The package's next root must be of that output, and this diagram. */
void compare(const char *output, int diagram);

/*
 * A theorem fails where `bad` is true, or because of `why` unless that is NULL;
 * the package's next claim must be just that. `about` is an output, or "-".
 */
void conclude(const char *theorem, const char *about, int bad, const char *why);

/* ---- tables.c: Markdown tables, and what they say ---- */
enum type { BOOLEAN, ENUMERATION, SET, INTEGER, DATE, DURATION, PERIODS };

/*
 * What a cell can read: a fact, a derived fact, an output of a table. A date is
 * the number 20250204, a duration its count. Class i of what has no values by
 * name holds the numbers n with cuts[i - 1] <= n < cuts[i].
 */
extern struct subject {
	char name[NAME_BYTES];		/* of an output: "table.output" */
	char *class, *direction;	/* "ordinary", "+"; NULL of what is no fact */
	struct table *table;		/* whose output it is, or NULL */
	int output;
	enum type type;
	char unit;			/* of a duration: D M Y */
	int n_values, n_cuts;
	char *values[VALUES];
	int64_t low, high, cuts[CLASSES];
	uint64_t facts;			/* itself, or what it is derived from: bits */
	bool proxy;			/* its words tell of criminal justice */
	bool read, unknown;		/* by a cell; for `unknown`: the last class */
	int level[VALUES];		/* of it or each element; -1: none */
} subjects[SUBJECTS];			/* the facts first */
extern int n_facts, n_subjects, n_tables;

enum { NONE = 63 };			/* the output "-" */

extern struct table {
	const char *name;
	char hit;			/* U A P C F; N: the constraints, "never" */
	struct grid *grid;
	int outcome;			/* of a question, an output; else -1 */
	int first, n_rows;		/* lines of the grid */
	int n_inputs, n_outputs;
	struct subject *inputs[INPUTS], *outputs[OUTPUTS];
	int in[INPUTS], out[OUTPUTS];	/* their columns */
	int state, result[OUTPUTS], reached[ROWS];	/* theorems.c */
} tables[TABLES];

void tables_begin(void);
void read_document(size_t n_bytes);	/* from next_line() on */
void tables_read(void);			/* what the documents say */
struct subject *find_subject(const char *name);
int value_index(char *const *values, int n, const char *text);
const char *cell(const struct table *table, int row, int column);
int output_value(const struct table *table, int row, int output);
const char *row_id(const struct table *table, int row);
bool is_reasoned(const struct table *table, int row);	/* source and texts */
bool tells(const char *text, bool name);	/* of testimony; names more easily */

/* ---- cells.c: what cells match, and the classes they cut facts into ---- */
struct test {
	enum clause { ANY, SOME, NOT, ALL, ONLY } clause;
	uint64_t mask;	/* of classes, elements or values */
};

struct test read_cell(struct subject *subject, const char *cell);
int n_classes(const struct subject *subject);
const char *class_text(const struct subject *subject, int class);

/* ---- diagram.c: a diagram is a number, below zero a leaf, else a node ---- */
#define LEAF(value) (-1 - (value))
#define FALSE LEAF(0)
#define TRUE LEAF(1)
enum { NEVER = 1 << 30, NO_ROW, CONFLICT };	/* values beside those of outputs */

enum operation {
	AND, OR, BUT_NOT,	/* of conditions; OR joins collected values, too */
	DIFFER, EQUAL, HOLDS,	/* of two values; the first set holds the second */
	WHERE,			/* the second where the first is true, else NO_ROW */
	FIRST,			/* the first, or where that is NO_ROW the second */
	MERGE,			/* the one value of both; NEVER yields, two CONFLICT */
};

extern struct level {
	struct subject *subject;
	int element;		/* of a set, else 0 */
} levels[LEVELS];		/* top first, as the package orders them */
extern int n_levels, n_nodes;

void diagram_begin(void);
int make_node(int level, const int *children);
int in_classes(int level, uint64_t mask);
int apply(enum operation operation, int a, int b);
int project(enum operation join, int diagram, const bool over[LEVELS]);
const char *case_text(int condition);

void prove_all(void);	/* theorems.c: from tables to diagrams, and P0 to P7 */

#endif
