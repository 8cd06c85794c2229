/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_TRUST_H
#define PERMIT_PROTO_TRUST_H

#include "proto/note.h"

/*
 * Whom a reader of checkpoints trusts (C2SP tlog-policy): the logs, the
 * witnesses, and how many of them must have seen a checkpoint.
 *
 *	log     permitd.local/log+1111dfce+AQOh...
 *	witness auditor auditor.example/w1+15cfbe2c+BCms...
 *	witness court   court.example/w1+...
 *	group   outside 1 auditor court		k, any or all of the members
 *	quorum  outside				or none
 *
 * A name stands before it is used, so a policy can hold no cycle. A word more
 * after a key is the place to find it at, and is not looked at. # begins a
 * comment.
 */
#define TRUST_MAX_BYTES 65536
#define TRUST_LOGS_MAX 16
#define TRUST_NODES_MAX 64	/* witnesses and groups together */
#define TRUST_NAME_BYTES 64
#define TRUST_NO_QUORUM TRUST_NODES_MAX

/* A witness, or a group of those that stand before it. */
struct trust_node {
	char name[TRUST_NAME_BYTES];
	bool is_group;
	struct vkey key;	/* of a witness */
	uint64_t members;	/* of a group, a bit for each node */
	unsigned needed;	/* how many of them */
};

struct trust {
	struct vkey logs[TRUST_LOGS_MAX];
	size_t n_logs;
	struct trust_node nodes[TRUST_NODES_MAX];
	size_t n_nodes;
	size_t quorum;		/* a node, or TRUST_NO_QUORUM */
};

#define TRUST_WHY_BYTES 160
#define TRUST_E_MISTAKE 1	/* ret_why says where and what */

/*
 * Reads a policy. What it does not understand it refuses, so that no demand is
 * passed over. Returns 0 or TRUST_E_MISTAKE with a sentence in ret_why.
 */
MUST_USE int trust_parse(struct bytes text, struct trust *ret_trust,
			 char ret_why[TRUST_WHY_BYTES]);

/* Trusts one log and asks for no witness. */
void trust_log_only(const struct vkey *log, struct trust *ret_trust);

/* Who has seen a checkpoint. */
struct trust_seen {
	const struct vkey *log;	/* whose it is; lives as long as the policy */
	uint64_t nodes;		/* witnesses that signed, groups that are complete */
	uint64_t time_s[TRUST_NODES_MAX];	/* when a witness signed */
};

#define TRUST_E_QUORUM 4

/*
 * Opens a checkpoint of one of the logs. Every signature under a key of the
 * policy must be good, the log's must be there, and the quorum must be complete:
 * a policy that asks for witnesses is never satisfied by their absence.
 *
 * Returns 0, NOTE_E_FORMAT, NOTE_E_SIGNATURE, NOTE_E_UNSIGNED (not by a log of
 * the policy) or TRUST_E_QUORUM, with which everything is set all the same.
 */
MUST_USE int trust_open(const struct trust *trust, struct bytes note,
			struct checkpoint *ret_checkpoint,
			struct trust_seen *ret_seen);

static inline bool trust_has(const struct trust_seen *seen, size_t node)
{
	return seen->nodes >> node & 1;
}

#endif
