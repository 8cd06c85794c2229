/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_CASE_ROW_H
#define PERMIT_CLIENTS_CASE_ROW_H

#include "policy/diagram/cover.h"

/*
 * A case as a row of an Examples table: what is expected is what is decided now,
 * with the row of the question's own table.
 */
struct case_row {
	const char *question;
	char as_of[DATE_TEXT_BYTES];
	const char *facts;    /* "here = yes; risk = serious" */
	const char *expected; /* "grant; length = P12M; row = fp-1" */
};

/* The texts live in the arena. Returns 0 or -ENOMEM. */
MUST_USE int case_row_make(const struct edition *edition,
			   const struct cover_base *base, struct arena *arena,
			   struct case_row *ret_row);

#endif
