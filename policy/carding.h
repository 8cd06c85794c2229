/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CARDING_H
#define PERMIT_CARDING_H

#include "policy/base/text.h"
#include "policy/card.h"
#include "policy/diagram/prover.h"

/* What the parts of the report card share; card.h is for everyone else. */
struct carding {
	const struct edition *edition;
	struct proof proof; /* arenas, and the sticky error */
	const struct theorem *theorems;
	size_t n_theorems;
	struct card *card;
};

/* The line of the Report; NULL when the edition does not have it. */
const struct report_entry *carding_line(const struct carding *carding,
					enum report_line line);

/*
 * Adds a point and returns it, to be filled further. Never NULL: what there is
 * no room for is not kept, and no answer has as many.
 */
struct card_point *carding_point(struct carding *carding, enum card_line line,
				 enum card_mark mark, const char *theorem,
				 const char *text);

/* ---- Cases (card_case.c) ---- */

/*
 * Decides one or two cases of a question's output again, looks for answers, and
 * shows each with no more than its result needs; `keep` says what is shown all
 * the same (NULL: nothing). NULL with the error noted, without memory.
 */
const struct counterexample *carding_show(struct carding *carding, uint16_t question,
					  uint8_t output,
					  const struct diagram_case *cases,
					  uint8_t n, const bool *keep);

/* A pair of outcomes of which the first is the worse. */
bool carding_worse_first(const struct carding *carding, uint16_t question,
			 uint8_t output, const struct counterexample *example);

void carding_case(struct card_point *point, const char *role, uint16_t question,
		  uint8_t output, const struct theorem_case *shown);

/*
 * Adds two cases of one person, the later one second, in which all is alike but
 * what moves. `steps` holds all but what is shown.
 */
void carding_steps(struct carding *carding, struct card_point *point,
		   const struct card_case steps[2],
		   const struct diagram_case cases[2], const bool *moves);

/* ---- Answers ---- */

/* Says an answer whole. */
void carding_answer(struct carding *carding, enum card_line line,
		    enum card_verdict verdict, const char *summary);

/* "this edition does not say": the summary where a line is missing. */
void carding_not_said(struct carding *carding, enum card_line line,
		      enum report_line missing);

/* "12 months (at least)". */
const char *carding_term(struct carding *carding, const struct card_term *term);

/* Months, or days. Which of the two is not lost: they never compare. */
int64_t carding_amount(struct duration duration);
bool carding_compares(struct duration a, struct duration b);

/* How many renewals of those terms take a person to that time, and the point. */
struct card_renewals carding_renewals(struct duration after,
				      const struct card_term *first,
				      const struct card_term *renewal);
void carding_point_renewals(struct carding *carding,
			    const struct card_renewals *count);

/* "ca.bars holds s34": a class of a variable. */
const char *carding_class(struct carding *carding, uint16_t variable,
			  uint8_t class);

/* Marks the variables that a test of the Report reads. */
void carding_variables(const struct edition *edition,
		       const struct report_test *test, bool marked[VARIABLES_MAX]);

/* Boolean: a case passes all tests of a line. */
node_ref carding_tests(struct conditions *conditions,
		       const struct report_entry *entry);

/* The parts. */
void card_permanence(struct carding *carding);	   /* card_path.c */
void card_health(struct carding *carding);	   /* card_rules.c */
void card_non_punishment(struct carding *carding); /* card_rules.c */

#endif
