/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_COVER_H
#define PERMIT_DIAGRAM_COVER_H

#include "policy/diagram/walk.h"

/*
 * How much of an edition its examples show.
 *
 * A row is covered by an example whose result surely rests on it.
 *
 * A boundary has sides. A side is a class of a variable, in a question, from
 * which a step across to another class can change a result: there are two cases
 * that can occur, one in the class and one across, alike in all other variables,
 * with different values of some output.
 *
 *	number or date		each cut that changes a result has two sides, the
 *				class just below it and the one just above
 *	boolean, enumeration,	each value is a side if some other value, all else
 *	element of a set	alike, gives another result
 *	unknown			a side likewise, where a cell tests for it
 *
 * A side is covered by an example that stands on it where it matters: the
 * example's answers put the variable into the class and settle the output, and
 * the step across, all else as in the example, gives other values alone. So a
 * boundary is covered when examples stand on both sides of it, each in a case
 * that it decides.
 *
 * All this is in classes, where derived facts that share a date vary freely.
 * A side may therefore be one that no dates reach; cover_fill says so.
 */
enum cover_state {
	COVER_MISSING, /* no example yet */
	COVER_DONE,
	COVER_UNREACHED, /* none, and no answers were found that stand on it */
};

struct cover_side {
	uint8_t question;
	uint8_t class;
	uint16_t variable;
	uint32_t across; /* classes on the other side, as bits */
	enum cover_state state;
};

struct cover_row {
	uint8_t table;
	uint8_t row;
};

/* A case that covers: an example's, or one that was found. */
struct cover_base {
	uint8_t question;
	const struct facts *facts;
	struct known known;
	const struct cover_side *side; /* it was found for; NULL: an example */
};

struct cover {
	const struct edition *edition;
	struct arena *arena;   /* what is found */
	struct arena *scratch; /* reset on the way */
	size_t n_sides;	       /* in order of question, variable, class */
	struct cover_side *sides;
	size_t n_bases; /* examples that can occur, then what was found */
	struct cover_base *bases;
	bool rows[TABLES_MAX][ROWS_MAX];
};

/*
 * Finds the sides of an edition and which of them, and which rows, its examples
 * cover. Everything lives in the arena. The scratch should have
 * PROVE_SCRATCH_BYTES and may be given back afterwards, unless cover_fill
 * follows. Returns 0 or -ENOMEM.
 */
MUST_USE int cover_examples(const struct edition *edition, struct arena *arena,
			    struct arena *scratch, struct cover **ret_cover);

/*
 * Looks for answers that a person could give and that cover the sides of a
 * question (-1: of all) that are missing: an example with one thing changed where
 * that will do, else a case made up, as near to the boundary as there are any.
 * Both evaluators decide them alike. They are added to the bases, as many as an
 * edition has room for beside its examples; what is left then stays missing.
 * Returns 0 or -ENOMEM.
 */
MUST_USE int cover_fill(struct cover *cover, int question);

/* Sides in a state. */
size_t cover_count(const struct cover *cover, enum cover_state state);

/* What a table says of a side: the row whose cell parts it from across. */
struct cover_row cover_place(const struct cover *cover, const struct cover_side *side);

/*
 * "residence.months in [36..60), towards >= 60". In the arena; NULL when it is
 * full.
 */
const char *cover_text(const struct cover *cover, const struct cover_side *side,
		       struct arena *arena);

/* ---- For the two files of this module ---- */

/* Where a side matters: the output that changes, and its value on the side. */
struct cover_result {
	uint8_t output;
	node_ref terminal;
};

/* Whether the side matters, and for which output, in what is known of a case. */
bool cover_matters(const struct cover *cover, const struct cover_side *side,
		   const struct known *known, uint64_t *visited,
		   struct cover_result *ret_result);

/*
 * Two cases, of the side and across it, whose other derived facts have the
 * classes that are known in `fixed` (NULL: any). Returns 1, 0 without any, or
 * -ENOMEM.
 */
MUST_USE int cover_pair(const struct edition *edition, const struct cover_side *side,
			const struct known *fixed, struct arena *scratch,
			struct diagram_case ret_pair[2], uint8_t *ret_output);

/* Counts a case; found for a side, or NULL. Returns 0 or -ENOMEM. */
MUST_USE int cover_add(struct cover *cover, uint8_t question,
		       const struct facts *facts, const struct cover_side *side);

#endif
