/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_CONTENT_H
#define PERMIT_AUDIT_CONTENT_H

#include "clients/audit/enacted.h"
#include "clients/audit/source.h"

/*
 * What the contents of entries must say, beyond being the bytes that were
 * recorded: an enactment's bundle is the edition it names; a decision's facts
 * and result are those it commits to, and read as such with an edition that
 * was enacted before it.
 */
struct content_checker {
	struct enacted enacted;
	struct arena arena;	/* for one entry at a time */
};

void content_checker_init(struct content_checker *checker);
void content_checker_done(struct content_checker *checker);

/*
 * Checks the next entry and, if it enacts an edition, remembers that one.
 * Returns 0, AUDIT_FINDING, or -errno.
 */
MUST_USE int content_check(struct content_checker *checker, struct source *source,
			   const struct source_item *item,
			   struct finding *ret_finding);

#endif
