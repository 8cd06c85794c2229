/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_DIFFER_H
#define PERMIT_DIAGRAM_DIFFER_H

#include "policy/diagram/diff.h"

/* What the parts of diff() share; diff.h is for everyone else. */

/* ---- Rows (diff_rows.c) ---- */

/*
 * The row of a question's table that a case reaches, for each question of an
 * edition: roots[q][0] of a diagram over the edition's variables, whose terminals
 * are indices of row_of[q], 63 as TERMINAL_NONE. has[q] is false where there is
 * none: the table is C, or other tables read it and there is no room for
 * another.
 */
struct row_diagram {
	const struct diagram *diagram; /* NULL: of no question at all */
	bool has[QUESTIONS_MAX];
	uint8_t row_of[QUESTIONS_MAX][ROWS_MAX];
};

/* Returns 0 or -ENOMEM. */
MUST_USE int row_diagram(const struct edition *edition, struct arena *arena,
			 struct arena *scratch, struct row_diagram *ret_rows);

/* What a result says in words that both sides share: a number an output. */
struct meaning {
	uint64_t of[DIFF_OUTPUTS_MAX];
};

#define MEANING_NONE (UINT64_C(1) << 62)
#define MEANING_OPEN (UINT64_C(1) << 63)

/* What one side can give in answer to the question at hand. */
struct results {
	uint16_t n;
	struct diff_result at[DIFF_RESULTS_MAX];
	uint16_t meaning[DIFF_RESULTS_MAX];
};

struct differ {
	const struct alignment *alignment;
	struct arena *arena;
	struct arena *scratch; /* the pool, for the whole diff */
	struct arena *work;    /* reset for each class */
	struct diff *diff;
	struct node_pool pool;
	struct shares shares;
	struct row_diagram rows[2];
	node_ref possible[2];
	node_ref both;
	node_ref either;
	int r; /* sticky */

	/* the question at hand */
	struct diff_question *question;
	struct results *results[2];
	struct meaning *meanings;
	uint16_t n_meanings;
	uint16_t *pair_ids; /* of each two results, + 1; 0: not met */
	uint16_t n_pairs;
	struct diff_class **classes; /* of each pair */
};

static inline const struct edition *differ_edition(const struct differ *differ, unsigned side)
{
	return differ->alignment->sides[side].edition;
}

static inline const struct table *differ_table(const struct differ *differ, unsigned side)
{
	const struct edition *edition = differ_edition(differ, side);

	return &edition->tables[edition->questions[differ->question->own[side]].table];
}

/* Notes what went wrong in the pool; false once anything did. */
bool differ_fine(struct differ *differ);

/* The share of a boolean node, unless something went wrong. */
void differ_measure(struct differ *differ, node_ref region, struct share *ret_share);

/* ---- What each side gives (diff_results.c) ---- */

/* Adds the outputs of a side to those of the question. */
void differ_add_outputs(struct differ *differ, unsigned side);

/* Gives equal numbers to values that mean the same on both sides. */
void differ_number_values(struct differ *differ, struct diff_output *output);

/* The number of what a result says, of the outputs that both sides have. */
uint16_t differ_meaning(struct differ *differ, unsigned side,
			const struct diff_result *result);

/*
 * Every output of the question and the row in one diagram: its terminals are
 * results. Results that no case has in the end are left in the list.
 */
node_ref differ_gather(struct differ *differ, unsigned side);

/* ---- Classes (diff_classes.c) ---- */

/* Where two results meet: 0 where nothing changes, else 1 + the class. */
node_ref differ_meet(void *context, node_ref a, node_ref b);

/* Shares, examples and sides of every class that was met. */
void differ_show_classes(struct differ *differ, node_ref met);

/* Keeps the classes in order: worse first. */
void differ_keep_classes(struct differ *differ);

/* ---- Examples (diff_case.c) ---- */

/*
 * A case of a boolean node other than NODE_FALSE with as few variables as a
 * path can have in ret_path, and in ret_shown those of them that decide, given
 * that the case is in `within`: what is left out may be anything.
 */
MUST_USE int shortest_case(struct node_pool *pool, node_ref node, node_ref within,
			   struct arena *work, struct diagram_case *ret_path,
			   struct diagram_case *ret_shown);

/*
 * Decides the case of a class again by the tables of both sides, and looks for
 * answers. `path` gives every variable that matters on either side.
 */
MUST_USE int decide_sides(const struct alignment *alignment,
			  const struct diff_question *question,
			  const struct diagram_case *path, struct arena *arena,
			  struct arena *work, struct diff_class *io_class);

#endif
