/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_REPORT_H
#define PERMIT_REPORT_H

#include "policy/edition.h"

/*
 * Where the answers of the report card stand in an edition, as its section
 * `Report` says: no name of a question, fact or value means anything by itself.
 * See policy/card.h.
 */
enum report_line {
	REPORT_FIRST_PERMIT,	/* question, length, bound */
	REPORT_RENEWAL,		/* question, length, bound */
	REPORT_PERMANENCE,	/* question */
	REPORT_RESIDENCE,	/* derived facts that count time towards permanence */
	REPORT_HOLDING,		/* what is true of who has just been given a permit */
	REPORT_HEALTH,		/* question, the output, the values that are care */
	REPORT_OFFENCES,	/* facts and the values that tell of offences */
	REPORT_LINK,		/* what says that trafficking caused them */
	REPORT_REFLECTION,	/* rows that give a time to reflect; without any: none */
	REPORT_PENDING,		/* status while an application in time is decided */
	N_REPORT_LINES,
};

extern const char *const report_line_names[N_REPORT_LINES];	/* "first permit" ... */

/* What becomes of the status of who has applied in time, until it is decided. */
enum report_pending {
	PENDING_NOT_SAID,
	PENDING_CONTINUES,
	PENDING_ENDS,
	N_REPORT_PENDING,
};

extern const char *const report_pending_names[N_REPORT_PENDING];

/* A fact or derived fact, and some of its values as bits: no is 0, yes is 1. */
struct report_test {
	bool derived;
	uint16_t index;		/* of facts or derived */
	uint64_t values;	/* of a set: its elements; 0 is the empty set */
};

struct report_row {
	uint8_t question;
	uint8_t row;		/* of the question's table */
};

#define REPORT_TESTS_MAX 16
#define REPORT_ROWS_MAX 16

struct report_entry {
	bool said;		/* the section has this line */
	int16_t question;	/* or -1 */
	int8_t length;		/* output of the question that holds a duration, or -1 */
	int8_t bound;		/* output that says how far it binds, or -1 */
	int8_t care;		/* output of REPORT_HEALTH, or -1 */
	uint64_t values;	/* of that output, as bits */
	enum report_pending pending;	/* of REPORT_PENDING */
	uint8_t n_tests;
	struct report_test tests[REPORT_TESTS_MAX];
	uint8_t n_rows;
	struct report_row rows[REPORT_ROWS_MAX];
	uint8_t n_citations;
	struct citation citations[CITATIONS_MAX];
	struct place place;
};

/* Of an edition; edition->report is NULL without the section. */
struct report {
	struct report_entry lines[N_REPORT_LINES];
};

/*
 * The time after which a boolean derived fact turns true: it says that the date
 * of decision has reached some date plus a duration. False for any other form.
 */
MUST_USE bool report_wait(const struct derived *derived, uint16_t index,
			  struct duration *ret_wait);

/* The unit that an integer derived fact counts time in. False when it does not. */
MUST_USE bool report_unit(const struct derived *derived, uint16_t index,
			  enum duration_unit *ret_unit);

#endif
