/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CARD_H
#define PERMIT_CARD_H

#include "policy/diagram/prove.h"
#include "policy/report.h"

/*
 * The report card of an edition: what the conference of 2014 asked of every
 * state, each answer proven on the diagram or shown by cases that the table
 * walk decides again. Where the answers stand in an edition its section
 * `Report` says (policy/report.h); what that does not say is not guessed.
 */
enum card_line {
	CARD_UNCONDITIONAL,
	CARD_PERMANENCE,
	CARD_HEALTH,
	CARD_NON_PUNISHMENT,
	CARD_CHILD,
	CARD_REFLECTION,
	CARD_MISSING,
	N_CARD_LINES,
};

struct card_line_text {
	const char *name;     /* "non-punishment": stable, for programs */
	const char *question; /* as people ask it */
};

extern const struct card_line_text card_line_texts[N_CARD_LINES];

enum card_verdict {
	CARD_YES,
	CARD_IN_PART,
	CARD_NO,
	CARD_NOT_SAID, /* the edition does not say where to look */
	N_CARD_VERDICTS,
};

/* How a point is known. */
enum card_mark {
	CARD_PROVEN,	/* of every case, on the diagram */
	CARD_BY_DESIGN, /* no edition that loads is otherwise */
	CARD_SHOWN,	/* the cases or rows show it: against the answer */
	CARD_STATED,	/* read from the edition */
	N_CARD_MARKS,
};

extern const char *const card_mark_names[N_CARD_MARKS]; /* "proven" ... */

/* A case, as one question of the edition decides it. */
struct card_case {
	const char *role; /* "granted a first permit" */
	uint16_t question;
	uint8_t output; /* the one that counts here */
	const struct theorem_case *shown;
};

#define CARD_ROWS_MAX 16

struct card_point {
	enum card_mark mark;
	const char *theorem; /* stable, for programs: "P1 non-interference" */
	const char *text;    /* one sentence */
	uint64_t cost;	     /* nodes, and pairs of nodes, looked at */
	uint8_t n_cases;
	struct card_case cases[2]; /* the second is the worse, or the later one */
	uint8_t n_rows;
	struct theorem_row rows[CARD_ROWS_MAX]; /* that say it */
	const struct report_entry *declared;	/* the line it rests on, or NULL */
};

#define CARD_POINTS_MAX 64

struct card_answer {
	enum card_verdict verdict;
	const char *summary; /* one or two sentences */
	size_t n_points;
	struct card_point points[CARD_POINTS_MAX];
};

/* How long a permit lasts that a row grants. */
struct card_term {
	uint8_t row;
	struct duration length;
	const char *bound; /* as the policy has it: "up_to"; "" without one */
};

/* A row of a question's table gives that outcome. */
bool card_row_gives(const struct edition *edition, const struct report_row *row,
		    enum outcome outcome);

/* False when the row grants nothing, or no length that is a duration. */
MUST_USE bool card_term_of(const struct edition *edition,
			   const struct report_entry *permit, uint8_t row,
			   struct card_term *ret_term);

/* "12 months (at least)", in the arena; NULL when it is full. */
const char *card_term_text(const struct card_term *term, struct arena *arena);

/* The different terms of the rows of a permit's question. Returns how many. */
uint8_t card_terms(const struct edition *edition, const struct report_entry *permit,
		   struct card_term terms[ROWS_MAX]);

/* After which time permanence is granted, at the earliest. */
struct card_wait {
	struct duration after; /* count 0: at once */
	bool everybody;	       /* all who come there by right have by then */
};

/* How many renewals a time takes, with permits of the lengths of two rows. */
struct card_renewals {
	struct duration after;
	struct card_term first;
	struct card_term renewal;
	/* or -1: the units do not compare, for 180 days are never six months */
	int32_t n;
	/* the first permit is counted as nothing, being in such a unit: at most n */
	bool at_most;
};

#define CARD_WAITS_MAX 16
#define CARD_RENEWALS_MAX 64

struct card {
	const struct edition *edition;
	struct card_answer answers[N_CARD_LINES];
	uint8_t n_waits;
	struct card_wait waits[CARD_WAITS_MAX];
	uint8_t n_renewals;
	struct card_renewals renewals[CARD_RENEWALS_MAX];
	unsigned n_rows;
	unsigned n_unverified; /* rows that cite what was not checked */
	size_t n_theorems;     /* of prove() */
	size_t n_failed;
};

/*
 * Fills the card of a loaded edition; everything in it lives in the arena.
 * scratch is reset on the way, with room as for prove(). Returns 0 or -ENOMEM:
 * then nothing is said.
 */
MUST_USE int card_make(const struct edition *edition, struct arena *arena,
		       struct arena *scratch, struct card *ret_card);

#endif
