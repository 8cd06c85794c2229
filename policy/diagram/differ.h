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
