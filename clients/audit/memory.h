/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_MEMORY_H
#define PERMIT_AUDIT_MEMORY_H

#include "clients/audit/finding.h"
#include "proto/merkle.h"
#include "proto/note.h"

/*
 * The last checkpoint of each log that was found sound, as it was signed, in a
 * folder of the auditor. It is what tells a log that was cut short, or written
 * anew, from one that grew: a log by itself cannot.
 *
 *	<16 digits of the name's hash>-<8 of the key's ID>.checkpoint
 */
#define MEMORY_NAME_BYTES 40

struct memory {
	int folder_fd;	/* -1: nothing is remembered */
	char name[MEMORY_NAME_BYTES];
	bool known;	/* this log was verified before ... */
	struct checkpoint last;	/* ... with this tree */
	bool other_key;	/* a log of this name was, under another key */
};

#define MEMORY_NONE { .folder_fd = -1 }

/*
 * Opens the folder, made when absent, and reads what it holds of this log. With
 * folder NULL nothing is remembered. Returns 0, AUDIT_FINDING when what was kept
 * cannot be what the log signed, or -errno.
 */
MUST_USE int memory_open(const char *folder, const struct vkey *log,
			 struct memory *ret_memory, struct finding *ret_finding);

/* Accepts MEMORY_NONE, and a memory that was closed. */
void memory_close(struct memory *memory);

/*
 * Holds the tree of the first entries against what is known of it: to be called
 * for each size. Returns 0 or AUDIT_FINDING.
 */
MUST_USE int memory_check(const struct memory *memory,
			  const struct merkle_frontier *frontier,
			  struct finding *ret_finding);

/* Whether a log of this size is all there. Returns 0 or AUDIT_FINDING. */
MUST_USE int memory_check_size(const struct memory *memory, uint64_t size,
			       struct finding *ret_finding);

/*
 * Remembers the checkpoint, unless a larger one is known by now; durable when
 * this returns 0. Else -errno.
 */
MUST_USE int memory_keep(const struct memory *memory, const struct vkey *log,
			 struct bytes note);

#endif
