/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_PROVEN_H
#define PERMIT_TESTS_PROVEN_H

#include "policy/base/text.h"
#include "policy/diagram/prove.h"
#include "policy/language/policy.h"

/* An edition and what was proven of it. The test fails where that cannot be. */
struct proven {
	struct arena arena;
	struct arena scratch;
	const struct edition *edition;
	struct theorem *theorems;
	size_t n;
};

void proven_begin(struct proven *proven);
void proven_done(struct proven *proven);

/* Documents are paths of the source tree. */
void proven_load(struct proven *proven, const char *vocabulary, const char *policy);

/* Proves the edition; it may have been replaced by a thawed one before. */
void proven_prove(struct proven *proven);

/* "P5 child-rank, permit outcome: two cases that differ in age.group", line by line. */
const char *proven_failures(struct proven *proven);

/*
 * Holds the answers of a counterexample's cases against it: both evaluators
 * come to the value, and nothing differs but what is at stake.
 */
void proven_check_answers(const struct proven *proven,
			  const struct theorem *theorem);

/* The keys of the facts, each after a space. */
void write_facts(struct builder *text, const struct edition *edition,
		 uint64_t facts);

/* A copy of an edition that may be changed. */
struct thawed {
	struct edition edition;
	struct fact facts[FACTS_MAX];
	struct table tables[TABLES_MAX];
	struct row rows[ROWS_MAX]; /* of the last table, a question's */
	struct diagram diagram;
	node_ref *children;
};

struct thawed *thaw(const struct edition *edition, struct arena *arena);

#endif
