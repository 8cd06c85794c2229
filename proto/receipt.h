/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_RECEIPT_H
#define PERMIT_PROTO_RECEIPT_H

#include "proto/merkle.h"
#include "proto/note.h"
#include "proto/segment.h"

/*
 * The receipt of an entry (C2SP tlog-proof): its index, its inclusion path and
 * the checkpoint that the path leads to. Whoever has the entry's bytes can
 * verify with it, and with the log's key alone, that the entry is in the log.
 */
#define RECEIPT_MAX_BYTES (64 + MERKLE_INCLUSION_MAX * 45 + NOTE_MAX_BYTES)

struct receipt {
	uint64_t index;
	struct merkle_path path;
	struct bytes note;	/* borrowed: the checkpoint, verbatim */
};

#define RECEIPT_E_FORMAT 1	/* not a receipt */
#define RECEIPT_E_NOTE 2	/* the checkpoint is not signed by the log */
#define RECEIPT_E_PROOF 3	/* the entry does not stand at this index */

/* Length of the text, without a NUL. */
size_t receipt_bytes(const struct receipt *receipt);

/* Writes receipt_bytes() bytes, no NUL. */
void receipt_print(const struct receipt *receipt, char *to);

/* Returns 0 or RECEIPT_E_FORMAT. The note is a view into `from`. */
MUST_USE int receipt_parse(struct bytes from, struct receipt *ret_receipt);

/*
 * Returns 0 when the entry is in the log that the key belongs to; or
 * RECEIPT_E_FORMAT, RECEIPT_E_NOTE, RECEIPT_E_PROOF.
 */
MUST_USE int receipt_verify(struct bytes from, struct bytes entry,
			    const struct vkey *log_key,
			    struct checkpoint *ret_checkpoint);

/*
 * The receipt of an entry from the one record it stands in: index_in_batch
 * counts from 0. The note is a view into the record. `tree` is working space
 * from merkle_tree_init; it may be used again.
 *
 * Returns 0, -ERANGE when the record has no such entry, or -ENOMEM.
 */
MUST_USE int receipt_from_record(const struct segment_record *record,
				 uint32_t index_in_batch,
				 struct merkle_tree *tree,
				 struct receipt *ret_receipt);

#endif
