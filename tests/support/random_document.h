/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_RANDOM_DOCUMENT_H
#define PERMIT_TESTS_RANDOM_DOCUMENT_H

#include "policy/base/text.h"
#include "tests/support/random_edition.h"

/*
 * What a loader refuses but theorems speak of: classes, directions and words by
 * chance, the name of the age group.
 */
struct random_traits {
	enum fact_class classes[FACTS_MAX];
	enum fact_direction directions[FACTS_MAX];
	bool proxies[FACTS_MAX]; /* the label speaks of police */
	int age;		 /* the fact that is age.group, or -1 */
};

void random_traits(struct chance *chance, const struct edition *edition,
		   struct random_traits *ret_traits);

/* A random edition as documents; without traits (NULL) all facts are neutral. */
void random_vocabulary(const struct edition *edition,
		       const struct random_traits *traits, int age,
		       struct builder *to);
void random_policy(const struct edition *edition, int age, struct builder *to);

#endif
