/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_REPLAY_H
#define PERMIT_AUDIT_REPLAY_H

#include "clients/audit/keys.h"
#include "clients/output.h"

struct replay_request {
	const char *path;	/* a store's folder or an export's */
	const char *vkey;	/* NULL: the one beside the log */
	struct audit_keys *keys;	/* borrowed; NULL: none */
	uint64_t from;		/* first and last entry that count */
	uint64_t to;
	const char *state;	/* file of how far it has come; NULL: none */
	unsigned n_jobs;	/* threads, REPLAY_JOBS_MAX at most; 0: as cores */
	const struct output_stream *progress;	/* NULL: silent */
};

#define REPLAY_JOBS_MAX 256

enum replay_verdict {
	REPLAY_SAME,
	REPLAY_DIFFERENT,
	REPLAY_UNDECIDABLE,	/* it could not be decided again */
	REPLAY_SEALED,		/* no key opens it */
	REPLAY_ERASED,
};

#define REPLAY_PARTS_BYTES 400
#define REPLAY_NAMED_MAX 10

/* A decision that did not come out the same. Never holds a fact. */
struct replay_difference {
	uint64_t entry;
	enum replay_verdict verdict;
	char parts[REPLAY_PARTS_BYTES];	/* "outcome: recorded grant, now refer" */
};

struct replay_report {
	bool opened;		/* the fields below hold something */
	struct source_key key;
	struct source_head head;	/* its note is gone */
	uint64_t n_same;
	uint64_t n_different;
	uint64_t n_undecidable;
	uint64_t n_sealed;
	uint64_t n_erased;
	size_t n_named;		/* the first of those that are not the same */
	struct replay_difference named[REPLAY_NAMED_MAX];
};

/*
 * Decides each recorded decision again, with the facts, dates and edition that
 * were recorded, and compares the bytes of the result. The log's integrity is
 * checked on the way, as every source does. The report does not depend on n_jobs.
 *
 * With a state it goes on behind what an earlier one has done, and ends with the
 * report that it would have ended with then; the log is read from its beginning.
 *
 * Returns 0 when all could be looked at, whatever came out; AUDIT_FINDING when
 * the log is damaged, or the state is not one of it; -EROFS when no state can be
 * kept; else as source_open. ret_report is always set.
 */
MUST_USE int replay_log(const struct replay_request *request,
			struct replay_report *ret_report,
			struct finding *ret_finding);

#endif
