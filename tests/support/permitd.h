/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_PERMITD_H
#define PERMIT_TESTS_PERMITD_H

#include <limits.h>
#include <sys/types.h>

#include "clients/libpermit/client.h"
#include "policy/base/bytes.h"

/*
 * A permitd of its own for a test: the program that was built, on a store in a
 * folder that is removed at the end. What goes wrong here ends the test program.
 */
struct permitd {
	char folder[PATH_MAX / 4];
	char store[PATH_MAX / 2];
	char socket[108]; /* of a sockaddr_un */
	char journal[PATH_MAX / 2];
	pid_t pid; /* 0: not running */
	struct permit_client *client;
};

#define PERMITD_OPTIONS_MAX 16

/* Makes the folder. `below` is where, NULL for the usual place. */
void permitd_init(struct permitd *d, const char *below);

/* Kills it if it runs, and removes the folder. */
void permitd_done(struct permitd *d);

/*
 * Starts it with more options (NULL after the last) and waits until it
 * answers. Returns false when it ends by itself instead; then it is still to be
 * waited for by permitd_wait.
 */
bool permitd_start(struct permitd *d, const char *const *options);

/* Starts it, and returns as permitd_wait when it has ended by itself. */
int permitd_run(struct permitd *d, const char *const *options);

/* Waits for its end; returns the exit status, or 128 + signal. */
int permitd_wait(struct permitd *d);

/* Sends the signal, then as permitd_wait. */
int permitd_stop(struct permitd *d, int signal_number);

/*
 * Sends a request in JSON and gives back the answer's JSON, which lives until
 * the next call. ret_code, unless NULL, is what permit_call_json returned.
 */
const char *permitd_ask(struct permitd *d, const char *request, int *ret_code);

/* Closes the connection; the next permitd_ask opens another. */
void permitd_hang_up(struct permitd *d);

/* Enacts an edition of policy/tables/canada ("2025-02-04"); gives the answer. */
const char *permitd_enact(struct permitd *d, const char *edition);

/* What it has written to standard error so far. Lives until the next call. */
const char *permitd_journal(struct permitd *d);

/* A file of the source tree, with a NUL behind it, from malloc. */
char *permitd_source_file(const char *name, size_t *ret_n);

/* A request for a decision, in JSON: settled by these facts. */
#define PERMITD_CASE_REF "2VPBFJNMQCVZ"
#define PERMITD_FACTS                                                   \
	"\"facts\":[{\"key\":\"ident.status\",\"value\":\"possible\"}," \
	"{\"key\":\"presence.in_country\",\"value\":\"yes\"},"          \
	"{\"key\":\"ca.compliance\",\"value\":\"no\"},"                 \
	"{\"key\":\"ca.bars\",\"value\":\"s41\"},"                      \
	"{\"key\":\"ca.procedures\",\"value\":\"none\"},"               \
	"{\"key\":\"ca.designated\",\"value\":\"no\"}]"
#define PERMITD_EVALUATE(more)                                                 \
	"{\"evaluate\":{\"policy\":\"ca-vtip\",\"question\":\"first-permit\"," \
	"\"caseRef\":\"" PERMITD_CASE_REF "\",\"asOf\":\"2025-06-01\"," more   \
	"\"named\":{" PERMITD_FACTS "}}}"

#endif
