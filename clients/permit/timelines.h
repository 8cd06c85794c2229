/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_TIMELINES_H
#define PERMIT_CLIENTS_TIMELINES_H

#include "clients/permit/case_facts.h"
#include "clients/policy_file.h"
#include "policy/timeline.h"
#include "proto/caseref.h"

/* What comes of one question of a policy, day by day. */
struct question_timeline {
	struct timeline_request request;
	struct timeline timeline;
	/* as it would be if nothing went on; empty when nothing is taken to */
	struct timeline ended;
	struct timeline_cause *causes; /* of the first day of each span but the first */
};

/* One case over years, under one edition. */
struct timelines {
	const struct invocation *in;
	struct policy_file policy;
	struct case_facts file;
	struct permit_client *client; /* NULL when no daemon was asked */
	struct arena arena;
	struct arena scratch;
	const struct edition *edition;
	struct facts facts; /* as_of: the first day */
	day_t last;
	enum language language;
	char case_ref[CASEREF_TEXT_BYTES]; /* of a recorded decision, else "" */
	size_t n;
	struct question_timeline items[QUESTIONS_MAX];
};

/* Accepts an object that is all zero. */
void timelines_done(struct timelines *timelines);

/*
 * Takes policy, facts, day and language from the command line, or all of them
 * from the recorded decision that its operand names, and asks the daemon for
 * what is not in a file. Says what is wrong.
 */
enum exit_code timelines_open(const struct invocation *in,
			      struct timelines *ret_timelines);

/*
 * Makes the timelines of the questions asked for. On each day the application
 * is one made on that day, and permits that run are renewed without a gap,
 * unless --as-it-stands is given. Says what is wrong.
 */
enum exit_code timelines_make(struct timelines *timelines);

/* Whether the policy's section Report names the question as the renewal. */
bool timelines_is_renewal(const struct question_timeline *item);

#endif
