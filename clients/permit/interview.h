/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_INTERVIEW_H
#define PERMIT_CLIENTS_INTERVIEW_H

#include "clients/permit/evaluation.h"

/*
 * An interview about one case, line by line, on standard input and output.
 *
 * After every answer the daemon says which facts can still change the result,
 * least burden first; the first one without an answer is asked. When there is
 * none the result is proven, whatever the other answers would have been.
 */
struct interview {
	struct evaluation evaluation;
	struct case_facts facts; /* what was answered, in that order */
	size_t n_given;		 /* of them from a file: `back` stops there */
	char *line;		 /* what was typed last */
	size_t line_room;
};

/* Accepts an object that is all zero. */
void interview_done(struct interview *interview);

enum interview_step {
	INTERVIEW_ENDED,  /* nothing is left to ask */
	INTERVIEW_QUIT,	  /* the user wants no more, or the input has ended */
	INTERVIEW_FAILED, /* ret_code says how; it was told */
};

/*
 * Asks until nothing is left that could change the result. Then the evaluation
 * holds the decision that follows from the answers; nothing was recorded.
 */
enum interview_step interview_run(struct interview *interview,
				  enum exit_code *ret_code);

/* Takes the last answer back. False when there is none. */
bool interview_back(struct interview *interview);

/*
 * Shows a prompt and reads a line without the spaces around it; NULL at the end
 * of the input. The text lasts until the next call.
 */
const char *interview_read(struct interview *interview, const char *prompt);

/* The answers as a facts file, durably. Says what is wrong. */
enum exit_code interview_save(struct interview *interview, const char *path);

#endif
