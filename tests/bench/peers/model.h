/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_BENCH_MODEL_H
#define PERMIT_BENCH_MODEL_H

#include <stdio.h>

#include "policy/edition.h"

/*
 * One question of an edition, written for other engines. Each of them gets the
 * same tables over the same variables, already cut into classes: "v3" is in
 * class "c1", the set "s7" holds the elements "e0" and "e2". So what is
 * compared is deciding, and not reading dates.
 */
struct model {
	const struct edition *edition;
	const struct question *question;
};

/* A cell as the classes, elements or values that it names, and how. */
struct cell {
	const struct input *input;
	const struct test *test;
	unsigned n;	/* classes, elements or values that there are */
	bool set;	/* a set, or a collected output */
	char name[16];	/* "v3", "s7", "t2o0" */
};

struct cell model_cell(const struct model *model, const struct table *table,
		       const struct row *row, unsigned input);

/* Rows in the order in which they take precedence. */
void model_order(const struct table *table, uint8_t order[ROWS_MAX]);

/* Index of a table in the edition. */
unsigned model_index(const struct model *model, const struct table *table);

/* C: the same tables as conditions by hand, and as columns of row masks. */
void write_conditions(const struct model *model, FILE *to);
void write_columns(const struct model *model, FILE *to);
void write_clips(const struct model *model, FILE *to);	/* rules of CLIPS */
void write_zen(const struct model *model, FILE *to);	/* a graph of zen-engine */
/*
 * Policies of Cedar, which knows yes and no and no tables in layers: one for
 * each way through the diagram that ends in a grant.
 */
void write_cedar(const struct model *model, FILE *to);

#endif
