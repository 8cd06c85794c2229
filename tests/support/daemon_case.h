/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_DAEMON_CASE_H
#define PERMIT_TESTS_DAEMON_CASE_H

#include "proto/message.h"
#include "tests/support/permitd.h"

/*
 * What the tests of the whole daemon share. Each test has a daemon and a store of
 * its own, `d`; whatever is not as it should be fails the test.
 */
extern struct permitd *const d;

/* cmocka's set-up and tear-down: an empty store, one with an edition, the end. */
int make(void **state);
int make_with_edition(void **state);
int end(void **state);

#define ON_EMPTY(test) cmocka_unit_test_setup_teardown(test, make, end)
#define WITH_EDITION(test) \
	cmocka_unit_test_setup_teardown(test, make_with_edition, end)

void assert_holds(const char *answer, const char *part);
void assert_lacks(const char *answer, const char *part);

/* Entries in the log, by Status. */
void assert_log_has(unsigned n);

/* A member of an answer: the text in quotes behind "name":. */
void copy_member(const char *answer, const char *name, char *to, size_t n);
void copy_decision_id(const char *answer, char to[33]);

void pause_ms(long ms);

/* The request that enacts a policy with the vocabulary of the tree; from malloc. */
char *enactment_of(const char *policy);

/* A connection without the client library. */
int raw_connect(void);

/* The next answer; NULL when the connection ended. In the arena. */
const Permit__V1__Response *raw_answer(int fd, struct arena *arena);

#endif
