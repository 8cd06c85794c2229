/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_LAW_WORDS_H
#define PERMIT_CLIENTS_LAW_WORDS_H

#include "policy/edition.h"

/*
 * Words for rows, facts and answers of an edition, for reports about a policy.
 * Each text lives in the arena; "(too long to show)" where it had no room.
 */

/* "IRPA 24(1); PAGE the second step unverified": as the row has them. */
const char *law_citations(const struct row *row, struct arena *arena);

/* Keys of the facts in a bit set, separated by commas. */
const char *law_facts(const struct edition *edition, uint64_t facts,
		      struct arena *arena);

/* "2025-02-04: here = yes; risk = serious" */
const char *law_answers(const struct edition *edition, const struct facts *facts,
			struct arena *arena);

/* "row fp-1 of first-permit, line 41: IRPA 24(1)" */
const char *law_row(const struct table *table, const struct row *row,
		    struct arena *arena);

/* The text, or the words that say that there was no room for it. */
const char *law_or_cut(const char *text);

#endif
