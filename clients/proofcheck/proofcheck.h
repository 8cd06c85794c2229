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
enum { FACTS = 64, SUBJECTS = 256, VALUES = 32, VARIABLES = 256, NAME_BYTES = 128 };
enum { TABLES = 49, INPUTS = 8, OUTPUTS = 8, ROWS = 64 };
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
_Noreturn void refuse(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
#define need(good, ...) ((good) ? (void)0 : refuse(__VA_ARGS__))

/* The package's next root must have this name, and is compared with the diagram. */
void compare(const char *name, int diagram);

/*
 * A theorem fails where `bad` is true, or because of `why` unless that is NULL;
 * the package's next claim must be just that. `about` is an output, or "-".
 */
void conclude(const char *theorem, const char *about, int bad, const char *why);

/* ---- tables.c, cells.c: what the documents say ---- */

/* What a cell can read: a fact, a derived fact, an output of a table. */
extern struct subject {
	char name[NAME_BYTES];	/* of an output: "table.output" */
	const char *type, *class, *direction;
	uint64_t facts;		/* itself, or what it is derived from: bits */
	bool proxy;		/* its words tell of criminal justice */
	bool changes;		/* by the person, others or time, or with the day */
	struct table *table;	/* whose output it is, or NULL */
	int output;
	/*
	 * Elements of a set; values by name; of what is counted, from `low` to
	 * `high`, the least of each class. Behind those n_known may stand what is
	 * none of them: "unknown" of a fact, "none" of an output.
	 */
	char *values[VALUES + 1];
	int n_values, n_known;
	bool counted, unknown_read;
	int64_t low, high;
	int holds[VALUES + 1];	/* diagrams: where it has, or holds, the value */
} subjects[SUBJECTS];		/* the facts first */
extern int n_facts, n_subjects, n_tables;

extern struct table {
	const char *name;
	char hit;		/* U A P C F; n: the constraints, "never" */
	const struct line *marks;	/* of its columns; rows follow it */
	int n_rows, n_outputs;
	struct subject *outputs[OUTPUTS], *outcome;	/* of a question, or NULL */
	struct row {
		const char *id, *rests_on;	/* a fact that can only help */
		bool reasoned;	/* it has a source and texts */
		int n_tests, result[OUTPUTS];
		struct test {	/* holds one of these values, or all, or none */
			enum clause { SOME, ALL, NONE } clause;
			struct subject *subject;
			uint64_t values;
		} tests[INPUTS];
		int matched, reached;	/* theorems.c: where, as diagrams */
	} rows[ROWS];
	enum { WAITING, UNDER_WAY, BUILT } state;
} tables[TABLES];

void documents_read(const char *end);
void subjects_read(void);	/* facts, derived facts, and outputs of tables */
void tables_read(void);		/* the rows, which need the classes of facts */
struct subject *find_subject(const char *name);
int value_index(char *const *values, int n, const char *text);
bool is(const struct subject *subject, const char *type);
bool tells(const char *text, bool name);	/* of testimony */
int64_t number_in(const char *text);
void read_classes(struct subject *subject, char *words);
struct test read_cell(struct subject *subject, char *cell);

/* ---- diagram.c: a diagram is a number: below zero a leaf, above a node ---- */
#define LEAF(value) (-1 - (value))
#define FALSE LEAF(0)
#define TRUE LEAF(1)
enum { NO_VALUE = 62, NEVER };	/* leaves of the package beside those of values */

#define both(a, b) either_or(a, b, FALSE)
#define either(a, b) either_or(a, TRUE, b)
#define except(a, b) either_or(b, FALSE, a)

extern struct variable {	/* a fact, or an element of a set */
	struct subject *subject;
	int element;		/* or -1 */
	int n_classes, level;	/* of an element two: without it, with it */
} variables[VARIABLES];		/* top first, as the package orders them */
extern int n_variables;

void diagram_begin(void);

/* The next variable; from now on the subject holds its values somewhere. */
void add_variable(struct subject *subject, int element);

/* Goes on with one of these diagrams, by the class of the variable. */
int choose(const struct variable *variable, const int *by_class);

/* The one diagram where the condition is true, the other elsewhere. */
int either_or(int condition, int diagram, int otherwise);

/* Where the condition is true for some classes of these variables. */
int some_of(int condition, const bool over[VARIABLES]);

/* A case in which the condition is true, as far as facts matter. */
const char *case_text(int condition);

void prove_all(void);	/* theorems.c: from tables to diagrams, and P0 to P7 */

#endif
