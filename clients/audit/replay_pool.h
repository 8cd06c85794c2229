/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_REPLAY_POOL_H
#define PERMIT_AUDIT_REPLAY_POOL_H

#include "clients/audit/replay_one.h"
#include "clients/audit/replay_state.h"

/*
 * Threads that decide a batch of cases while the caller reads the next one:
 *
 *	reader   | read A | read B  | take A, read C | take B ...
 *	workers           | A       | B              | C
 *
 * A batch is in the order of the log, and verdicts stay in their cases. So what
 * the caller counts does not depend on how many threads there are.
 */
#define REPLAY_BATCH_CASES 512

struct replay_batch {
	struct replay_case *cases;	/* REPLAY_BATCH_CASES of them */
	size_t n;
	struct replay_mark mark;	/* of the entries up to its last case */
};

struct replay_pool;

/* Returns 0, -ENOMEM or -EAGAIN when the system gives no thread. */
MUST_USE int replay_pool_open(unsigned n_jobs, struct replay_pool **ret_pool);

/* Waits for the batch at work. Accepts NULL, and a pointer to NULL. */
void replay_pool_close(struct replay_pool **pool);

/* Gives a batch to the threads, which must be idle; it is theirs until the wait. */
void replay_pool_start(struct replay_pool *pool, struct replay_batch *batch);

/* Returns the batch that was given, decided; NULL when there was none. */
struct replay_batch *replay_pool_wait(struct replay_pool *pool);

/* Tells every thread of an edition. They must be idle. Returns 0 or -ENOMEM. */
MUST_USE int replay_pool_enact(struct replay_pool *pool, const struct digest *hash,
			       uint64_t seq, uint64_t recorded_ms,
			       struct bytes bundle);

#endif
