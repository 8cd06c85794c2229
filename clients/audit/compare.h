/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_COMPARE_H
#define PERMIT_AUDIT_COMPARE_H

#include "clients/audit/source.h"
#include "clients/output.h"

/*
 * Two copies of a log, each a store, an export, or a checkpoint alone: is one of
 * them the beginning of the other? If not, the log has told two stories, and both
 * are signed.
 */
enum compare_result {
	COMPARE_SAME,
	COMPARE_A_AHEAD,	/* A is B, and more */
	COMPARE_B_AHEAD,
	COMPARE_SPLIT,
	/* the larger is a checkpoint alone, and does not say how it came about */
	COMPARE_UNKNOWN,
};

#define COMPARE_SIDES 2

struct compare_request {
	const char *paths[COMPARE_SIDES];
	const char *vkey;	/* NULL: the one beside a log */
	const struct output_stream *progress;	/* NULL: silent */
};

struct compare_report {
	enum compare_result result;
	unsigned side;		/* whose finding it is, with AUDIT_FINDING */
	struct source_key key;
	uint64_t sizes[COMPARE_SIDES];
	struct digest roots[COMPARE_SIDES];
	bool has_entry;		/* of a split ... */
	uint64_t entry;		/* ... the first entry that differs */
};

/*
 * Reads both as far as is needed; what is read is verified as source_next does.
 * Returns 0; AUDIT_FINDING when one side is not sound in itself; -ENOKEY when
 * both are checkpoints and no key was given; or as source_open, with `side` set.
 */
MUST_USE int compare_logs(const struct compare_request *request,
			  struct compare_report *ret_report,
			  struct finding *ret_finding);

#endif
