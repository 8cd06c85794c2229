/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_VERIFY_H
#define PERMIT_AUDIT_VERIFY_H

#include "clients/audit/keys.h"
#include "clients/output.h"
#include "proto/trust.h"
#include "proto/tombstone.h"

#define VERIFY_TYPES (ENTRY_CONFIG + 1)

struct verify_request {
	const char *path;	/* a store's folder or an export's */
	const char *vkey;	/* NULL: the one beside the log */
	struct audit_keys *keys;	/* borrowed; NULL: none */
	const struct erasure_keys *roles;	/* NULL: not known */
	uint64_t expect_size;	/* entries there must be at least */
	const struct trust *trust;	/* NULL: no witness is asked for */
	const char *memory;	/* see memory_open; NULL: remember nothing */
	const struct output_stream *progress;	/* NULL: silent */
};

/* What was found out, as far as verification came. */
struct verify_report {
	bool opened;		/* the fields below hold something */
	struct source_key key;
	struct source_head head;	/* its note is gone, but for ... */
	char note[NOTE_MAX_BYTES];	/* ... this, when the log is sound */
	size_t n_note;
	uint64_t n_read;	/* entries */
	uint64_t n_of_type[VERIFY_TYPES];
	uint64_t n_erased;	/* contents, each covered by a tombstone */
	uint64_t n_tombstones;
	bool signers_checked;	/* of the tombstones */
	uint64_t n_sealed;	/* decisions whose content was not opened */
	uint64_t first_ms;
	uint64_t last_ms;
	struct trust_seen seen;	/* with a trust, when the log is sound */
	bool remembered;	/* what was found sound is, durably ... */
	bool known;		/* ... and was before, with this many entries */
	uint64_t known_size;
	bool other_key;		/* see struct memory */
};

/*
 * Verifies everything that can be verified without the daemon, and stops at
 * the first thing that is wrong. With a memory the log must also continue what was
 * found sound before, and what is found sound now is remembered, durably, before
 * this returns. Returns 0, AUDIT_FINDING, or as source_open, or -EROFS when
 * nothing can be kept in the folder of the memory; ret_report is always set.
 */
MUST_USE int verify_log(const struct verify_request *request,
			struct verify_report *ret_report,
			struct finding *ret_finding);

#endif
