/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_SEALED_H
#define PERMIT_PROTO_SEALED_H

#include "proto/blob.h"
#include "proto/entry.h"
#include "proto/seal.h"

/*
 * A decision's blob, sealed for its case:
 *
 *	 0   4  magic "PDB1"
 *	 4   1  kind 1
 *	 5   1  flags: bit 0, the case key record follows; the others are zero
 *	 6  16  link: the case id, masked (keyring_mask)
 *	22   n  ciphertext of the content's fields (blob_sealed_encode)
 *	    16  tag
 *	    70  the case key record (seal.h), with the first entry of a case
 *
 * So the key of a case is durable with the first entry that needs it, in the
 * same write. The additional data of the cipher are bytes 0..239 of the entry,
 * which is all but blob_hash; that one covers all of the above.
 */
#define SEALED_HEADER_BYTES 22
#define SEALED_BYTES(n_plain, with_record)                       \
	(SEALED_HEADER_BYTES + (n_plain) + SEAL_TAG_BYTES +      \
	 ((with_record) ? (size_t)CASE_RECORD_BYTES : (size_t)0))

/* What sealing an entry needs, besides the entry. */
struct sealing {
	const struct case_key *key;
	const uint8_t *link;	/* SEAL_CASE_ID_BYTES */
	const uint8_t *record;	/* CASE_RECORD_BYTES, or NULL */
	struct content_decision *content;	/* case_id must be the key's */
	const struct bytes *slots;	/* of the facts; see entry_fields_root */
	size_t n_slots;
};

/*
 * Seals the content of an entry whose number, time and kdf_salt are set. Sets
 * the rest of what depends on it: fields_root, result_commit, key_check,
 * has_blob, blob_bytes; and the two salts in the content. blob_hash is left to
 * whoever appends the entry, and hashes every blob. `to` has
 * SEALED_BYTES(blob_sealed_bytes(content), record != NULL) bytes.
 *
 * Returns BLOB_SOUND, or the limit that the content breaks.
 */
MUST_USE enum blob_fault sealed_write(const struct sealing *sealing,
				      struct entry *entry, uint8_t *to);

/* A sealed blob, taken apart. Views into the blob. */
struct sealed {
	const uint8_t *link;
	struct bytes text;
	const uint8_t *tag;
	const uint8_t *record;	/* NULL: none */
};

/* False when it is none. */
MUST_USE bool sealed_split(struct bytes blob, struct sealed *ret_sealed);

enum sealed_fault {
	SEALED_SOUND = 0,
	SEALED_FAULT_FORM,	/* not a sealed blob */
	SEALED_FAULT_KEY,	/* the entry commits to another key */
	SEALED_FAULT_TEXT,	/* blob or entry were changed */
	SEALED_FAULT_CONTENT,	/* what was sealed is no content */
	SEALED_FAULT_CASE,	/* of another case than the key */
	SEALED_FAULT_RESULT,	/* not the result that the entry commits to */
};

/* "was sealed with another key": continues "the blob of entry 7 ...". */
const char *sealed_fault_text(enum sealed_fault fault);

/*
 * Opens the blob of an entry, given by its own bytes and as it reads. `to` has
 * room for blob.n bytes; the content's views point into it. Everything but
 * fields_root is checked, for which the edition is needed: k_salt and salt_r of
 * the content are those of the key schedule.
 */
MUST_USE enum sealed_fault sealed_read(struct bytes leaf, const struct entry *entry,
				       struct bytes blob, const struct case_key *key,
				       uint8_t *to, struct content_decision *ret);

#endif
