/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_REPLAY_STATE_H
#define PERMIT_AUDIT_REPLAY_STATE_H

#include "clients/audit/replay.h"
#include "proto/merkle.h"

/*
 * How far a replay has come, in a file that is replaced as a whole, so that
 * whoever ends the replay finds the last one or the one before:
 *
 *	 0   4  magic "PRS1"
 *	 4  32  what is replayed: log's key, range, release, whether there are keys
 *	36   8  entries that are done
 *	44  32  root of their tree
 *	76  40  counts: same, different, undecidable, sealed, erased
 *	116  8  n, those that are named
 *	124  n * (8 entry, 8 verdict, 400 parts)
 *	    32  SHA-256 of all before it
 */
struct replay_mark {
	uint64_t n_done;
	struct digest root;
};

#define REPLAY_STATE_E_BAD 3	/* ret_why continues "the state ..." */

/*
 * Reads the state of a replay of this log and fills the counts of the report.
 * Returns 0; 0 with n_done 0 when there is no such file; the code above or
 * -errno.
 */
MUST_USE int replay_state_read(const struct replay_request *request,
			       const struct vkey *log, struct replay_mark *ret_mark,
			       struct replay_report *report, const char **ret_why);

/* Makes the state durable. Returns 0 or -errno. */
MUST_USE int replay_state_write(const struct replay_request *request,
				const struct vkey *log,
				const struct replay_mark *mark,
				const struct replay_report *report);

#endif
