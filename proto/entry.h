/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_ENTRY_H
#define PERMIT_PROTO_ENTRY_H

#include "proto/digest.h"

/*
 * One leaf of the log: a header of 272 bytes that holds digests and public
 * references only, and a public body for some types. What was asked and
 * answered lies in the blob beside it (proto/blob.h). The layout is drawn in
 * entry.c; the leaf hash is merkle_leaf over exactly these bytes.
 */
#define ENTRY_HEADER_BYTES 272
#define ENTRY_MAX_BYTES 4096
#define ENTRY_ID_BYTES 16
#define ENTRY_BODY_MAX_BYTES (ENTRY_MAX_BYTES - ENTRY_HEADER_BYTES)

enum entry_type {
	ENTRY_DECISION = 1,
	ENTRY_POLICY_PUBLISH = 2,	/* an edition is enacted */
	ENTRY_ENGINE_RELEASE = 3,
	ENTRY_KEY_ROTATION = 4,
	ENTRY_ERASURE = 5,
	ENTRY_REPLAY = 6,
	ENTRY_CORRECTION = 7,
	ENTRY_BOOT = 8,
	ENTRY_CONFIG = 9,
};

struct entry {
	enum entry_type type;
	bool has_blob;
	uint64_t seq;		/* the index of the leaf */
	uint64_t time_ms;	/* UTC, since 1970 */
	uint8_t entry_id[ENTRY_ID_BYTES]; /* random, linked to nothing */
	struct digest policy_hash;	/* of the exact bundle bytes */
	struct digest engine_id;
	struct digest fields_root;	/* entry_fields_root */
	struct digest result_commit;	/* entry_result_commit */
	struct digest kdf_salt;		/* random, to seal the blob with */
	struct digest key_check;	/* zero while blobs are in clear */
	uint64_t blob_bytes;
	struct digest blob_hash;
	struct bytes body;	/* borrowed; empty for decisions */
};

/* What is wrong with an entry. 0 is nothing. */
enum entry_fault {
	ENTRY_SOUND = 0,
	ENTRY_FAULT_LENGTH,	/* not as long as it says, or over the limit */
	ENTRY_FAULT_MAGIC,
	ENTRY_FAULT_TYPE,
	ENTRY_FAULT_FLAGS,
	ENTRY_FAULT_MISSING,	/* a field that this type needs is zero */
	ENTRY_FAULT_FOREIGN,	/* a field without use for this type is not */
	ENTRY_FAULT_BODY,	/* a body where the type has none, or none */
};

/* "has an unknown type": continues a sentence that begins with the entry. */
const char *entry_fault_text(enum entry_fault fault);

/* "decision", "policy-publish" ...: the word of log and tools for a type. */
const char *entry_type_name(enum entry_type type);

/* Whether the entry can be written: its type's rules, the body's length. */
MUST_USE enum entry_fault entry_check(const struct entry *entry);

/* Header and body together. */
static inline size_t entry_bytes(const struct entry *entry)
{
	return ENTRY_HEADER_BYTES + entry->body.n;
}

/* Writes entry_bytes() bytes. The entry must pass entry_check. */
void entry_encode(const struct entry *entry, uint8_t *to);

/*
 * Reads an entry that fills `from` exactly and passes entry_check. The body is
 * a view into `from`. ret_entry is set only when ENTRY_SOUND is returned.
 */
MUST_USE enum entry_fault entry_decode(struct bytes from,
				       struct entry *ret_entry);

/*
 * Commits to each field of a case on its own, so that one can be shown to a
 * court without the others. Slot i is the value of field i, empty when absent;
 * n_slots must be 16, 32 or 64, whatever is present, so that the number says
 * nothing. Salts come from the key stream under k_salt:
 *
 *	salt_i = keystream(k_salt)[32 i : 32 i + 32]
 *	leaf_i = SHA-256(0x00 || u16 i || salt_i || value_i)
 *	root   = SHA-256(0x02 || leaf_0 || ... || leaf_(n-1))
 */
#define ENTRY_SLOTS_MAX 64

struct digest entry_fields_root(const uint8_t k_salt[32],
				const struct bytes *values, size_t n_slots);

/* SHA-256("PDL1/result\0" || salt_r || result bytes). */
struct digest entry_result_commit(const uint8_t salt_r[32], struct bytes result);

#endif
