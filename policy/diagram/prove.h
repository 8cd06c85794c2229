/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_PROVE_H
#define PERMIT_DIAGRAM_PROVE_H

#include "policy/diagram/diagram.h"
#include "policy/diagram/share.h"

/*
 * What an edition cannot do. Each theorem speaks of every case at once and is
 * decided on the diagram; where one fails there are two cases that show it.
 *
 * A case is a class for each variable that the constraints allow. That is more
 * than can happen: derived facts that share a date are taken to vary freely. So
 * a theorem that holds is true of every real case. One that fails is shown by a
 * pair in classes, and by dates too where some are found (theorem_case.facts).
 * THEOREM_LEARNING, THEOREM_CHILD and THEOREM_WAY_OUT say that some other case
 * exists; of what derived facts separate they are true in classes only.
 *
 * Results have an order, from the person's side:
 *
 *	grant > wait > refer > no-route > adverse
 *
 * A grant is what was asked for. Wait is a grant with a date on it, which the
 * person can rely on; refer may still become anything, but a person looks at
 * the whole case; no-route ends here, with other ways named; adverse is against
 * the person. `no value` ranks with no-route.
 */
enum theorem_kind {
	/* P0. No fact, derived fact, table, output, value or row is named testimony. */
	THEOREM_NO_TESTIMONY,
	/*
	 * P1. Facts with such a name or class, were there any, change no output,
	 * and no constraint ties them to others, which would tell what can be the
	 * case. What is asked follows: the facts that can still matter are read off
	 * the same diagram, and a fact that no output depends on stands on none of
	 * its nodes. The edition chosen follows from two dates alone, that of the
	 * application and that of the decision (enum selected_by has no third).
	 */
	THEOREM_TESTIMONY,
	/*
	 * P1, P2, P3. Nor do they change which rows of the question's table are
	 * shown: the person's reason is the row's, also where outputs are alike.
	 */
	THEOREM_TESTIMONY_ROW,
	/* P2. Nor do facts whose question or values tell of criminal justice. */
	THEOREM_PROXY,
	THEOREM_PROXY_ROW,
	/*
	 * P3. Nor do facts of class evidence or hidden. Source, basis and date of
	 * an answer are no variable and no operand, so nothing can depend on them.
	 */
	THEOREM_EVIDENCE,
	THEOREM_EVIDENCE_ROW,
	/*
	 * P4. No case is adverse with a fact unknown that is not adverse with some
	 * value of it, all else equal.
	 */
	THEOREM_UNKNOWN,
	/*
	 * P4. What follows while a fact is unknown is refer, or follows from some
	 * value of it too: learning the value narrows. Facts that no table tests
	 * for `unknown` are completed, so for them it is true by construction.
	 */
	THEOREM_LEARNING,
	/*
	 * P5. No value of a + fact makes a case adverse that is not so with another
	 * of its values, all else equal.
	 */
	THEOREM_PROTECTION,
	/* P5. One more element of a + set never gives a result of lower rank. */
	THEOREM_GAIN,
	/*
	 * P5. No child's case is adverse where the adult's is not, whatever the
	 * facts say that a constraint ties to age.group (assessments for a child).
	 */
	THEOREM_CHILD_ADVERSE,
	/*
	 * P5. A child in the same case reaches, with some value of the tied facts,
	 * a result of no lower rank than an adult. Cases that the constraints allow
	 * for no child are left out.
	 */
	THEOREM_CHILD,
	/* P6. No gap, no overlap, no dead row; each case has a value. */
	THEOREM_COMPLETE,
	/* P7. Each adverse row has a source, and a reason in every language. */
	THEOREM_REASON,
	/* P7. No adverse row, nor a row that gives what it tests, reads a + fact. */
	THEOREM_FAVOURABLE,
	/*
	 * P7. From each adverse case some change reaches a better result: of facts
	 * that the vocabulary says the person, others or time can change, or of the
	 * day of decision. What never changes, such as age.group, is no way out.
	 */
	THEOREM_WAY_OUT,
	N_THEOREM_KINDS,
};

struct theorem_text {
	const char *obligation; /* "P5" */
	const char *name;	/* "child-rank": stable, for programs */
	const char *statement;	/* one sentence that is true when it holds */
};

extern const struct theorem_text theorem_texts[N_THEOREM_KINDS];

/* A row, as indices of the edition. */
struct theorem_row {
	uint8_t table;
	uint8_t row;
};

#define THEOREM_ROWS_MAX 64

/* One side of a counterexample, decided again by the table walk. */
struct theorem_case {
	struct diagram_case shown;    /* what decides; CASE_ANY: each will do */
	struct diagram_case complete; /* one case of those, the one decided again */
	uint64_t value;		      /* of the output: index, mask or VALUE_NONE */
	bool agreed;		      /* the table walk gives that value too */
	uint8_t n_rows;
	struct theorem_row
		rows[THEOREM_ROWS_MAX]; /* on the way, the question's last */
	const struct facts *facts; /* answers of such a case; NULL: none found */
};

/*
 * Why a theorem fails. A pair differs in the facts of `differ` alone; some
 * failures are seen in one case, or in a row or a name, without any.
 */
struct counterexample {
	uint8_t n_cases; /* 0..2; the second is the worse one */
	struct theorem_case cases[2];
	uint64_t differ;  /* facts behind what differs, as bits */
	const char *what; /* "the name `police_report`"; "" with cases */
	int16_t table;	  /* the row at fault, or -1 */
	int16_t row;
};

/* A fact or a row, and the share of cases in which it depends or is depended on. */
struct theorem_share {
	uint8_t index; /* of the edition's facts, or of the question's rows */
	struct share share;
};

struct theorem {
	enum theorem_kind kind;
	int16_t question; /* -1: of the whole edition */
	int8_t output;	  /* of the question's table, or -1 */
	bool holds;
	/*
	 * The facts it is about, as bits; P1 to P5. It says most where there are
	 * some: of no fact it is true and says that none of the kind exists.
	 */
	uint64_t about;
	uint64_t cost; /* nodes, and pairs of nodes, looked at */
	const struct counterexample *counterexample; /* NULL when it holds */
	/*
	 * P1 to P3 when they fail by cases: for which share of the cases, told
	 * apart by all other facts, what it is about changes the result; each of
	 * its facts alone, all others equal; and each row of a theorem of rows.
	 */
	struct share share;
	uint8_t n_by_fact;
	uint8_t n_by_row;
	const struct theorem_share *by_fact;
	const struct theorem_share *by_row;
};

#define THEOREMS_MAX (5 + QUESTIONS_MAX * (4 * OUTPUTS_MAX + N_THEOREM_KINDS))

/*
 * Whether what the output behind a root gives depends on variables at stake:
 * two cases that can occur, alike in all other variables, have different
 * values. Returns 1 with the pair (CASE_ANY where each class will do for both),
 * 0, or -ENOMEM. Adds to *cost. Uses scratch and leaves it.
 */
MUST_USE int depends_on(const struct edition *edition, node_ref root,
			const bool at_stake[VARIABLES_MAX], struct arena *scratch,
			struct diagram_case ret_pair[2], uint64_t *cost);

/*
 * Proves or refutes every theorem of a loaded edition. Counterexamples live in
 * the arena; scratch is reset on the way and may be given back afterwards.
 * Returns 0 or -ENOMEM: then nothing is proven.
 */
#define PROVE_SCRATCH_BYTES (256u * 1024 * 1024)

MUST_USE int prove(const struct edition *edition, struct arena *arena,
		   struct arena *scratch, struct theorem results[THEOREMS_MAX],
		   size_t *ret_n);

#endif
