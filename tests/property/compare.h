/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_COMPARE_H
#define PERMIT_TESTS_COMPARE_H

#include "policy/decide.h"
#include "policy/language/policy.h"
#include "tests/support/cases.h"

/* One policy as both evaluators see it. */
struct subject {
	struct arena arena;
	struct arena deciding;
	const struct edition *edition;
	struct naive_policy *naive;
	struct cases cases;
	unsigned long n_complete;	/* complete cases compared */
	unsigned long n_open;		/* open cases */
	unsigned long n_completions;	/* of them, decided one by one */
	unsigned long n_asks;
	unsigned long n_contradictions;
	unsigned long n_idle;		/* facts asked for that no single change shows */
};

/* Loads the texts; a document that is refused fails the test with its mistake. */
void subject_init(struct subject *subject, const char *vocabulary, const char *policy);
void subject_done(struct subject *subject);

/* The whole of a file, owned by the caller. */
char *read_text(const char *path);

/*
 * Decides the case of subject->cases both ways: possible, outcome, outputs, and
 * the rows on the way must be the same.
 */
void compare_complete(struct subject *subject, const struct question *question);

/*
 * Complete cases of every kind for a question: for each table on the way the
 * product of the facts behind it, as far as `n_each` cases go, and as many
 * cases by chance.
 */
void compare_products(struct subject *subject, const struct question *question,
		      unsigned n_each);

/* Facts of a case that are left open, and how. */
struct opened {
	size_t n;
	size_t facts[FACTS_MAX];
	enum answer_state states[FACTS_MAX];	/* absent, not known or declined */
};

/* What the library is told of the case. */
void answers_of(struct subject *subject, const struct opened *opened,
		struct facts *facts);

/*
 * Opens facts that can be enumerated, decides every completion by the naive
 * evaluator, and holds decide() to it: ask exactly when outcomes differ, the
 * values of every output, the facts that matter.
 */
void compare_open(struct subject *subject, const struct question *question);

/* As compare_open for a date, known to the month or not at all. */
void compare_open_date(struct subject *subject, const struct question *question,
		       size_t fact, bool month);

/*
 * Answers what decide() asks for, from a complete case, in the order asked and
 * then in another: no answer may add an outcome, the end must be what the
 * naive evaluator says of the case, and it must be reached.
 */
void compare_interview(struct subject *subject, const struct question *question);

/* Says whether two decisions are the same in all that a person is told. */
bool same_decision(const struct decision *a, const struct decision *b);

#endif
