/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_NAIVE_H
#define PERMIT_TESTS_NAIVE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A second evaluator, written from policy/tables/README.md and sharing nothing
 * with policy/: it reads the Markdown by splitting lines at `|`, keeps every
 * cell as the text that stands there, and reads that text anew for each case.
 * Slow and plain, for complete cases only, and only for documents that the
 * loader has accepted: it ends the program at whatever it cannot read.
 */
#define NAIVE_FACTS 64
#define NAIVE_DERIVED 64
#define NAIVE_TABLES 48
#define NAIVE_ROWS 64
#define NAIVE_COLUMNS 24
#define NAIVE_TEXT 512

struct naive_fact {
	const char *key;
	const char *type;
	const char *values;
};

struct naive_derived {
	const char *name;
	const char *type;
	const char *values;
	const char *expression;
};

struct naive_table {
	const char *name;
	char hit;
	size_t n_columns;
	size_t n_rows;
	const char *heads[NAIVE_COLUMNS];	/* without backticks */
	const char *allowed[NAIVE_COLUMNS];
	const char *marks[NAIVE_COLUMNS];	/* in, out, # */
	const char *cells[NAIVE_ROWS][NAIVE_COLUMNS];
};

struct naive_policy {
	char *texts[2];		/* the documents, cut into the strings above */
	size_t n_facts;
	size_t n_derived;
	size_t n_tables;
	struct naive_fact facts[NAIVE_FACTS];	/* the vocabulary's first */
	struct naive_derived derived[NAIVE_DERIVED];
	struct naive_table tables[NAIVE_TABLES];
	struct naive_table constraints;
};

/*
 * A complete case: for each fact a value as section 6 writes it. A fact that is
 * not known has a value all the same, which only derived facts see.
 */
struct naive_case {
	const char *as_of;
	const char *values[NAIVE_FACTS];
	bool not_known[NAIVE_FACTS];
};

struct naive_result {
	bool possible;		/* no constraint excludes the case */
	const struct naive_table *table;
	/* by column, those of outputs alone are set; none where it is not possible */
	char outputs[NAIVE_COLUMNS][NAIVE_TEXT];
	const char *written[NAIVE_COLUMNS];	/* the cell that gave it, not of C tables */
	const char *outcome;
	size_t n_rows;
	const char *rows[NAIVE_TABLES * NAIVE_ROWS];	/* ids, of tables on the way */
};

/* Reads both documents. Give it back with naive_free. */
struct naive_policy *naive_read(const char *vocabulary, const char *policy);
void naive_free(struct naive_policy *policy);

/* The fact, derived fact or table of that name, or NULL. */
const struct naive_fact *naive_find_fact(const struct naive_policy *policy,
					 const char *key);
const struct naive_derived *naive_find_derived(const struct naive_policy *policy,
					       const char *name);
const struct naive_table *naive_find_table(const struct naive_policy *policy,
					   const char *name, size_t n);

/* Decides one question for a complete case. */
void naive_decide(const struct naive_policy *policy, const char *question,
		  const struct naive_case *c, struct naive_result *result);

/* The value of a derived fact as text: "yes", "12", "2025-02-04". */
void naive_derive(const struct naive_policy *policy, const struct naive_derived *derived,
		  const struct naive_case *c, char text[NAIVE_TEXT]);

/* Days of a calendar that was counted out one by one from 1900-01-01. */
int naive_day(const char *date);
void naive_date(int day, char text[NAIVE_TEXT]);

/* "P6M" after (or, with -1, before) a day; the last day of a shorter month. */
int naive_add(int day, const char *duration, int sign);

/* Ends the program. */
_Noreturn void naive_fail(const char *what, const char *text);

#endif
