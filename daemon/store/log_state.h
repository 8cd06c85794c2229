/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_LOG_STATE_H
#define PERMIT_STORE_LOG_STATE_H

#include "daemon/store/log.h"
#include "daemon/store/segments.h"
#include "proto/signer.h"

/* For log.c, which appends, and log_open.c, which recovers; for no one else. */

/* Memory that is used again for each group, and only ever grows. */
struct space {
	void *at;
	size_t n_bytes;
};

/* All of it changes only after the disk did. */
struct log {
	struct segments segments;
	struct signer signer;
	char *folder;
	int error;			/* sticky: the disk is in doubt */
	struct segment_state state;	/* after the last record */
	struct log_mark mark;		/* the last record */
	struct merkle_tree tree;	/* the last group */
	char note[CHECKPOINT_NOTE_BYTES];
	size_t n_note;
	/* Working space of one group. */
	struct merkle_tree next_tree;
	struct space leaves;		/* struct digest */
	struct space items;		/* struct segment_item */
	struct space entries;		/* the bytes that are hashed */
	struct space record;		/* the bytes that are written */
};

#endif
