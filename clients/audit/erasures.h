/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_ERASURES_H
#define PERMIT_AUDIT_ERASURES_H

#include "clients/audit/folder.h"
#include "clients/audit/source.h"
#include "proto/tombstone.h"

/*
 * Which contents are gone, and which of them a tombstone says to be: the two
 * must be the same. A content that is gone without one was lost or hidden; one
 * that is there in spite of one was not erased.
 */
struct erasures {
	const struct erasure_keys *keys;	/* of the roles; NULL: not known */
	const char *origin;	/* of the log */
	bool in_files;	/* each content has a file of its own: an export */
	struct buffer absent;	/* uint64_t each, ascending */
	struct buffer listed;	/* uint64_t each */
	uint64_t n_tombstones;
	/* of an erasure in several parts: the one before */
	bool unfinished;
	struct tombstone last;
};

void erasures_init(struct erasures *erasures, const struct erasure_keys *keys,
		   const char *origin, bool in_files);
void erasures_done(struct erasures *erasures);

/* Takes the next entry. Returns 0, AUDIT_FINDING or -ENOMEM. */
MUST_USE int erasures_take(struct erasures *erasures,
			   const struct source_item *item,
			   struct finding *ret_finding);

/* After the last entry. Returns 0 or AUDIT_FINDING. */
MUST_USE int erasures_check(struct erasures *erasures, struct finding *ret_finding);

/* Contents that are gone, so far. */
uint64_t erasures_count(const struct erasures *erasures);

#endif
