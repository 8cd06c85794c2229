/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_KNOWN_CASE_H
#define PERMIT_CLIENTS_KNOWN_CASE_H

#include "clients/permit/daemon.h"
#include "clients/policy_file.h"
#include "policy/decide.h"

/*
 * A case with the edition that governs it, to be reasoned about here: a
 * recorded decision, whose facts and edition the daemon gives, or a facts file
 * and a policy file, for which no daemon is needed. Nothing is recorded.
 */
struct known_case {
	const struct invocation *in;
	enum language language;
	struct arena texts;		/* of the facts */
	struct arena deciding;		/* of the last known_case_decide */
	struct policy_file file;	/* the edition */
	const struct question *question;
	struct facts facts;
	struct permit_client *client;	/* keeps `recorded` */
	struct permit_client *giver;	/* of the edition */
	const Permit__V1__GetDecisionResponse *recorded;	/* NULL for files */
};

/* Options that name a case, for struct command. */
#define TAKES_CASE                                                             \
	(TAKES_DAEMON | OPTION(OPTION_POLICY) | OPTION(OPTION_QUESTION) |      \
	 OPTION(OPTION_FACTS) | OPTION(OPTION_AS_OF) | OPTION(OPTION_LANG) |   \
	 OPTION(OPTION_VOCABULARY))

/* Accepts an object that is all zero. */
void known_case_done(struct known_case *known);

/*
 * The decision that the first operand names, or without one the files that
 * --policy, --question and --facts name. Says what is wrong.
 */
enum exit_code known_case_open(const struct invocation *in,
			       struct known_case *ret_known);

/* Puts the answers of a facts file over those of the case. Says what is wrong. */
enum exit_code known_case_change(struct known_case *known, const char *path);

/*
 * Decides the case with these facts; the decision lives until the next call.
 * EXIT_NOT_VALID with a message when the answers contradict each other.
 */
enum exit_code known_case_decide(struct known_case *known, const struct facts *facts,
				 struct decision *ret_decision);

#endif
