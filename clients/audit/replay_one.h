/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_REPLAY_ONE_H
#define PERMIT_AUDIT_REPLAY_ONE_H

#include "clients/audit/content.h"
#include "clients/audit/folder.h"
#include "clients/audit/replay.h"

/*
 * One decision to be made again. The reader fills what is above the line, and a
 * worker what is below it, so that neither waits for a lock on the way.
 */
struct replay_case {
	struct source_item item;	/* its views point into bytes */
	struct buffer bytes;
	bool has_key;
	struct case_key key;	/* a secret, wiped when the case is done */
	/* ---- */
	int r;	/* 0, or -errno: there is no verdict, and the replay cannot go on */
	enum replay_verdict verdict;
	char parts[REPLAY_PARTS_BYTES];
};

/* Copies an entry into a case and looks up its key. Returns 0 or -ENOMEM. */
MUST_USE int replay_case_take(struct replay_case *one,
			      const struct audit_keys *keys,
			      const struct source_item *item);
void replay_case_done(struct replay_case *one);

/* What a thread needs for itself: its own editions, loaded when first used. */
struct replay_worker {
	struct enacted enacted;
	struct arena arena;	/* for one decision at a time */
	struct buffer space;	/* for one opened content */
};

void replay_worker_init(struct replay_worker *worker);
void replay_worker_done(struct replay_worker *worker);

/*
 * Decides the case again and sets its verdict, which depends on the case and on
 * the editions alone; or its error, -ENOMEM, which may pass: it is no finding.
 */
void replay_worker_decide(struct replay_worker *worker, struct replay_case *one);

#endif
