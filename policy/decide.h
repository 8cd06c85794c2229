/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DECIDE_H
#define PERMIT_DECIDE_H

#include "policy/edition.h"

/* One output of the question, or what is known of it. */
struct decided_output {
	const struct output *output;
	bool settled;		/* every completion of the open facts gives this value */
	uint64_t possible;	/* bit i: value i can still come out; VALUE_NONE is bit 63 */
	uint64_t value;		/* settled: the value's index, or a collected set's mask */
	bool has_day;		/* settled to a derived date that is known */
	day_t day;
};

/* A row on the way. */
struct decided_row {
	uint8_t table;
	uint8_t row;
	bool certain;		/* it matches whatever the open facts turn out to be */
};

/*
 * What follows for a case. Lives in the arena given to decide(); points into
 * the edition.
 */
struct decision {
	const struct edition *edition;
	const struct question *question;
	day_t as_of;
	enum outcome outcome;		/* OUTCOME_ASK unless every completion agrees */
	bool agreed;			/* both evaluators came to the same */
	uint8_t n_outputs;
	struct decided_output outputs[OUTPUTS_MAX];
	uint16_t n_rows;
	const struct decided_row *rows;	/* in order of evaluation, the question's last */
	uint64_t facts_used;		/* bit i: a row that matched, or that had to be passed
					   on the way to one, read the answer to fact i */
	uint64_t facts_unused;		/* bit i: answered, but this policy never reads it */

	/* facts that can still change the outcome, in the order to ask: see diagram/ask.h */
	uint8_t n_open;
	uint8_t open[FACTS_MAX];
	/* facts that can only change another output, least burden first */
	uint8_t n_open_outputs;
	uint8_t open_outputs[FACTS_MAX];

	/* questions at most until the outcome is proven, if each answer is known */
	uint8_t questions_left;
	/* facts of the question without an answer, none of which can change anything:
	   no output, whatever it turns out to be */
	uint8_t not_asked;
};

/*
 * Decides a question of an edition for a case.
 *
 * Absent, unknown and declined answers are completed in every way that the
 * constraints allow: the outcome is definite only if all completions give it.
 * A fact that a table tests for `unknown` is not completed once it was
 * answered so. Both evaluators run; when they differ the outcome is refer,
 * `agreed` is false, and no output is settled: what either found is possible.
 *
 * Returns 0; DECIDE_E_CONTRADICTION when no case that the constraints allow
 * fits the answers, with ret_row the constraint's index (or -1 where it takes
 * several together); -ENOMEM when the arena's cap is too low, for which
 * DECIDE_ARENA_BYTES is always enough.
 */
#define DECIDE_E_CONTRADICTION 1
#define DECIDE_ARENA_BYTES (4u * 1024 * 1024)

MUST_USE int decide(const struct edition *edition, const struct question *question,
		    const struct facts *facts, struct arena *arena,
		    struct decision *ret_decision, int *ret_row);

/*
 * Text of a settled output: the value as written, the day of a derived date,
 * a collected set as "a, b" or "none", "-" for no value. In the arena; NULL
 * when it is full.
 */
const char *decided_output_text(const struct decided_output *output,
				struct arena *arena);

/* The result of an example: what was expected and what came. */
struct example_result {
	bool passed;
	const char *message;	/* "" when passed; else "expected grant, got wait (row pr-3)" */
};

/* Decides an example of the edition. Returns 0 or -ENOMEM. */
MUST_USE int example_run(const struct edition *edition, const struct example *example,
			 struct arena *arena, struct example_result *ret_result);

#endif
