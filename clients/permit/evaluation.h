/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_EVALUATION_H
#define PERMIT_CLIENTS_EVALUATION_H

#include "clients/permit/case_facts.h"
#include "clients/permit/daemon.h"
#include "proto/caseref.h"
#include "proto/request.h"

/*
 * One question about one case, asked of the daemon as often as it takes: the
 * command evaluate asks once, the interview after every answer.
 */
struct evaluation {
	const struct invocation *in;
	struct arena texts;		 /* request fields */
	struct permit_client *client;	 /* of evaluations */
	struct permit_client *describer; /* its answer stays while others come */
	const char *as_of;
	enum language language;
	char case_ref[CASEREF_TEXT_BYTES];
	uint8_t request_id[REQUEST_ID_BYTES];
	const Permit__V1__Decision *decision;	       /* of the last answer */
	const Permit__V1__DescribeResponse *described; /* NULL until asked for */
};

/* Accepts an object that is all zero. */
void evaluation_done(struct evaluation *evaluation);

/*
 * Takes policy, question, day, language and case from the command line; the
 * case gets a new random reference when none is given. Says what is wrong.
 */
enum exit_code evaluation_init(const struct invocation *in,
			       struct evaluation *ret_evaluation);

enum exit_code evaluation_connect(struct evaluation *evaluation);

/* Evaluates; says what is wrong. Without `record` nothing is kept. */
enum exit_code evaluation_ask(struct evaluation *evaluation,
			      const struct case_facts *facts, bool record);

/*
 * Describes the policy and the question in the edition that a day selects; ""
 * is today. Says what is wrong.
 */
enum exit_code evaluation_describe(struct evaluation *evaluation, const char *day);

/* Prints the decision, with the questions that are open. */
enum exit_code evaluation_show(struct evaluation *evaluation);

#endif
