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

/* As subject_init for tables alone: puts a header, a source and texts around them. */
void subject_compose(struct subject *subject, const char *vocabulary,
		     const char *tables);

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
 * Opens up to four facts of the case that can be enumerated, decides every
 * completion by the naive evaluator, and holds decide() to it: ask exactly when
 * outcomes differ, the values of every output, the facts that matter.
 */
void compare_open(struct subject *subject, const struct question *question);

/*
 * Opens one date of the case, to its month or wholly: then every day is tried
 * for n_years around the decision, and one in twenty of all others.
 */
void compare_open_date(struct subject *subject, const struct question *question,
		       size_t fact, bool month, int n_years);

/*
 * Answers what decide() asks for, from the case, the least burden first or
 * last: no answer may add a value to an output, and the end must be what the
 * naive evaluator says of the case.
 */
void compare_interview(struct subject *subject, const struct question *question,
		       bool last_first);

/*
 * Says otherwise who said what, when and how well it is shown; answers
 * evidence and contact facts otherwise; declines instead of not knowing:
 * nothing that a person is told may change.
 */
void compare_circumstances(struct subject *subject, const struct question *question);

/* Says whether two decisions are the same in all that a person is told. */
bool same_decision(const struct decision *a, const struct decision *b);

/* The case, for whoever has to find out why it failed. */
void print_case(const struct subject *subject, const struct question *question,
		const struct opened *opened);

/* assert_true, with the case when it fails. */
#define HOLDS(condition, subject, question, opened)                                  \
	do {                                                                         \
		bool holds_ = (condition);                                           \
		if (!holds_)                                                         \
			print_case(subject, question, opened);                       \
		_assert_true(holds_, #condition, __FILE__, __LINE__);                \
	} while (0)

#endif
