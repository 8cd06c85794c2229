/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_DIFF_H
#define PERMIT_DIAGRAM_DIFF_H

#include "policy/diagram/align.h"
#include "policy/diagram/prove.h"
#include "policy/diagram/share.h"

/*
 * What changes from one edition to another, for every case at once: a walk
 * through both diagrams over common variables. Questions and outputs belong
 * together by name, values by what they say, and a value that is a derived date
 * by what it computes.
 *
 * Cases are joint ones, as prove.h has them: a class for each variable, where
 * derived facts that share a date are taken to vary freely. So "equivalent" is
 * true of every real case, and a change may lie where no real case is; where
 * answers were found (diff_class.facts) there is one.
 *
 * Shares are of the cases that either edition takes for possible.
 */
enum diff_direction {
	DIFF_WORSE,  /* the outcome ranks lower than before */
	DIFF_OTHER,  /* another output, or what has no rank: an outcome left open */
	DIFF_BETTER, /* it ranks higher */
	N_DIFF_DIRECTIONS,
};

extern const char *const diff_direction_names[N_DIFF_DIRECTIONS];

/* In place of a row: of a C table, or of an open fact, several. */
#define DIFF_SEVERAL_ROWS 255

/* In place of a value: it is left open, for a fact that is unknown matters. */
#define DIFF_OPEN (UINT64_MAX - 1)

/* What one side gives for a class of cases. Without padding: bytes compare. */
struct diff_result {
	/* of the question's table; under A the first of those that say the same */
	uint64_t row;
	/* of each output of the table: an index, a mask, VALUE_NONE or DIFF_OPEN */
	uint64_t values[OUTPUTS_MAX];
};

/* An output by name. */
struct diff_output {
	const char *name;
	int8_t own[2]; /* -1 where a side does not have it */
	/* of each value of each side: equal numbers mean the same */
	uint8_t meaning[2][VALUES_MAX];
};

#define DIFF_OUTPUTS_MAX (2 * OUTPUTS_MAX)

/* The cases in which both sides decide by the same rows, and differently. */
struct diff_class {
	struct diff_result results[2];
	uint32_t changed; /* bit i: outputs[i] of the question */
	enum diff_direction direction;
	struct share share;
	/*
	 * One case. Over the joint variables: what decides, CASE_ANY where each
	 * class will do. On each side: that case decided again by the tables.
	 */
	struct diagram_case shown;
	struct theorem_case cases[2];
	/*
	 * Answers that a person could give, on each side those that it reads;
	 * NULL: none found.
	 */
	const struct facts *facts[2];
};

struct diff_question {
	const char *name;
	int16_t own[2]; /* index of each side's questions, or -1: only the other's */
	uint8_t n_outputs;
	struct diff_output outputs[DIFF_OUTPUTS_MAX];
	/* Bit i: fact i of that side, which the other side never reads here. */
	uint64_t facts_only[2];
	uint16_t n_classes;
	const struct diff_class *classes; /* worst first, then by share */
	struct share changed;		  /* all classes together */
	struct share by_direction[N_DIFF_DIRECTIONS];
	uint32_t n_nodes; /* pairs of nodes looked at */
};

#define DIFF_QUESTIONS_MAX (2 * QUESTIONS_MAX)

struct diff {
	const struct alignment *alignment;
	uint8_t n_questions;
	struct diff_question questions[DIFF_QUESTIONS_MAX];
	/* Cases that only this side takes for possible. */
	struct share possible_only[2];
	struct diagram_case possible_example[2]; /* where there is one */
	/*
	 * Every question and output compared gives the same result for every
	 * case, neither side has one that the other lacks, and both take the same
	 * cases for possible. It is decided by comparing roots in one pool.
	 */
	bool equivalent;
};

/* Classes of one question, and results of one side, at most. */
#define DIFF_CLASSES_MAX 8192
#define DIFF_RESULTS_MAX 2048

/*
 * Compares the two sides of an alignment: all questions, or the one of that
 * name (NULL: all). The diff lives in the arena and borrows from the alignment;
 * scratch is reset on the way and may be given back afterwards: it must not
 * hold anything.
 *
 * Returns 0; DIFF_E_TOO_LARGE when the diagrams together take more than the
 * budget of nodes, or there are more classes or results than the limits above;
 * DIFF_E_NO_QUESTION when neither side has one of that name; -ENOMEM.
 */
#define DIFF_E_TOO_LARGE 1
#define DIFF_E_NO_QUESTION 2
#define DIFF_SCRATCH_BYTES (512u * 1024 * 1024)

MUST_USE int diff(const struct alignment *alignment, const char *question,
		  struct arena *arena, struct arena *scratch,
		  const struct diff **ret_diff);

/*
 * What a side's value says: as written, "a, b" or "none" of a collected output,
 * "-" for no value, "ask" for DIFF_OPEN. In the arena; NULL when it is full.
 */
const char *diff_value_text(const struct diff *diff,
			    const struct diff_question *question, uint8_t output,
			    unsigned side, uint64_t value, struct arena *arena);

#endif
