/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_H
#define PERMIT_DIAGRAM_H

#include "policy/edition.h"

/*
 * The decision diagram of an edition: reduced, ordered, multi-valued,
 * multi-terminal, over the edition's variables. One root for each output of
 * each question; nodes are shared between them.
 *
 *	variable 3 --class 0--> variable 7 --> ... --> value of the output
 *	           --class 1--> IMPOSSIBLE (a constraint excludes it)
 *
 * Every path meets a variable at most once, so every path to a value other
 * than IMPOSSIBLE is a case that can occur.
 */
typedef uint32_t node_ref;

#define DIAGRAM_NODES_MAX (1u << 20)	/* budget, with an error that names the table */

/* A view of an image (policy/diagram/image.h), which holds the nodes. */
struct diagram {
	struct bytes image;
	uint32_t n_nodes;
	const uint16_t *variable;	/* of node i */
	const uint32_t *first_child;	/* of node i, in children */
	uint32_t n_children;
	const node_ref *children;
	uint16_t order[VARIABLES_MAX];		/* variables, top first */
	uint16_t position[VARIABLES_MAX];	/* of each variable in that order */
	node_ref roots[QUESTIONS_MAX][OUTPUTS_MAX];
	node_ref possible;		/* boolean: the constraints allow it */
};

/* A terminal holds an output's value, or a collected set's mask (at most 30 bits). */
#define TERMINAL 0x80000000u
#define TERMINAL_IMPOSSIBLE (TERMINAL | 0x7fffffffu)
#define TERMINAL_NONE (TERMINAL | 0x7ffffffeu)	/* VALUE_NONE */
#define TERMINAL_NO_ROW (TERMINAL | 0x7ffffffdu)	/* a gap; never in a loaded edition */

static inline bool node_is_terminal(node_ref node)
{
	return (node & TERMINAL) != 0;
}

/* Cases that can occur: a class for each variable, CASE_ANY where each will do. */
#define CASE_ANY 255

struct diagram_case {
	uint8_t classes[VARIABLES_MAX];
};

enum finding_kind {
	FINDING_GAP,		/* a case that no row of the table matches */
	FINDING_OVERLAP,	/* a case that row and other both match (U), or that
				   they match with different outputs (A) */
	FINDING_DEAD_ROW,	/* no case reaches the row */
	FINDING_TOO_LARGE,	/* the table takes the diagram over its budget; it is
				   the only finding then */
	FINDING_NO_CASE,	/* the constraints exclude every case */
};

#define FINDING_CONSTRAINTS 255	/* instead of a table: the constraints do it */

struct table_finding {
	enum finding_kind kind;
	uint8_t table;
	uint8_t row;
	uint8_t other;
	struct diagram_case example;	/* of a gap or an overlap */
};

#define FINDINGS_MAX 32

/*
 * Builds the diagram, the smallest that several orders of the variables give,
 * and looks for gaps, overlaps and dead rows in every table, modulo
 * constraints. The diagram lives in the arena; working memory comes from
 * scratch and may be given back afterwards.
 *
 * Returns 0 with n_findings == 0 and *ret_diagram set; 0 with findings (then
 * *ret_diagram is NULL: the edition must be refused); or -ENOMEM.
 */
MUST_USE int diagram_build(const struct edition *edition, struct arena *arena,
			   struct arena *scratch, struct table_finding findings[FINDINGS_MAX],
			   size_t *ret_n_findings, const struct diagram **ret_diagram);

/* The same with another budget than DIAGRAM_NODES_MAX, of at least one node. */
MUST_USE int diagram_build_within(const struct edition *edition, uint32_t budget,
				  struct arena *arena, struct arena *scratch,
				  struct table_finding findings[FINDINGS_MAX],
				  size_t *ret_n_findings,
				  const struct diagram **ret_diagram);

/*
 * Writes the part of a case that is given as a person would say it: "ident.status = possible; residence.months in [36..60)". In the arena;
 * NULL when it is full.
 */
const char *diagram_case_text(const struct edition *edition,
			      const struct diagram_case *example, struct arena *arena);

#endif
