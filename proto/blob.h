/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_BLOB_H
#define PERMIT_PROTO_BLOB_H

#include "policy/base/date.h"

/*
 * What stands beside an entry: the content that the entry's digests commit to.
 *
 *	magic "PDB1"	4 bytes
 *	kind		1 byte: 0 in clear; 1 sealed (proto/sealed.h)
 *	content		fields, in the order of their tags, each
 *			u16 tag, u32 length, bytes
 *
 * Every field of a content is there exactly once, in ascending order; integers
 * are big-endian; nothing follows. So a content has exactly one encoding, and
 * its bytes can be hashed.
 */
#define BLOB_HEADER_BYTES 5
#define BLOB_NAME_MAX_BYTES 64	/* case reference, ids, names: UTF-8 text */
#define BLOB_FACTS_MAX_BYTES 262144
#define BLOB_RESULT_MAX_BYTES 262144
#define BLOB_BUNDLE_MAX_BYTES 8388608
#define BLOB_CASE_ID_BYTES 16	/* as SEAL_CASE_ID_BYTES */
#define BLOB_MAX_BYTES (BLOB_BUNDLE_MAX_BYTES + 1024)

enum blob_kind { BLOB_CLEAR = 0, BLOB_SEALED = 1 };

/* A date that does not apply, where a content allows it. */
#define BLOB_NO_DAY INT32_MIN

/*
 * The content of a decision. All views are borrowed: when encoding from the
 * caller, after decoding from the blob.
 */
struct content_decision {
	struct bytes case_ref;		/* 0..64 bytes */
	struct bytes request_id;	/* 0..64 bytes */
	struct bytes policy_id;		/* 1..64 bytes */
	struct bytes question;		/* 1..64 bytes */
	uint8_t actor_role;
	day_t received_on;		/* application received, or BLOB_NO_DAY */
	day_t decided_on;		/* as-of */
	day_t in_force_on;		/* the edition's first day in force */
	uint64_t recorded_ms;		/* when the daemon knew the edition */
	uint64_t clock_ms;		/* the one clock of this evaluation */
	uint8_t k_salt[32];		/* hides the field leaves */
	uint8_t salt_r[32];		/* hides the result commitment */
	uint8_t case_id[BLOB_CASE_ID_BYTES];	/* when sealed; else zero */
	struct bytes facts;	/* 0..BLOB_FACTS_MAX_BYTES, opaque here */
	struct bytes result;	/* 1..BLOB_RESULT_MAX_BYTES, opaque here */
};

/* The content of an enactment (entry type 2). Views as above. */
struct content_enactment {
	struct bytes policy_id;		/* 1..64 bytes */
	struct bytes edition;		/* its name, 1..64 bytes */
	day_t in_force_on;
	uint64_t recorded_ms;
	struct bytes bundle;		/* 1..BLOB_BUNDLE_MAX_BYTES */
};

/* What is wrong with a blob. 0 is nothing. */
enum blob_fault {
	BLOB_SOUND = 0,
	BLOB_FAULT_MAGIC,
	BLOB_FAULT_KIND,	/* not in clear */
	BLOB_FAULT_FIELD,	/* missing, repeated, unknown or out of order */
	BLOB_FAULT_LENGTH,	/* a field is cut off, too short or too long */
	BLOB_FAULT_VALUE,	/* not UTF-8, or a date outside the calendar */
	BLOB_FAULT_TRAILING,	/* bytes after the last field */
};

/* "is sealed or of an unknown kind": continues "the blob of entry 7 ...". */
const char *blob_fault_text(enum blob_fault fault);

/* Whether the bytes begin like a sealed blob; one in clear or damaged does not. */
bool blob_is_sealed(struct bytes blob);

/*
 * What is sealed of a decision: its fields without the header of a blob, and
 * without the two salts, which both ends derive from the key; and the case id.
 */
size_t blob_sealed_bytes(const struct content_decision *content);

/* Whether blob_sealed_encode would take it. */
MUST_USE enum blob_fault blob_sealed_check(const struct content_decision *content);

MUST_USE enum blob_fault blob_sealed_encode(const struct content_decision *content,
					    uint8_t *to);

/* As the functions below; the salts are left zero. */
MUST_USE enum blob_fault blob_sealed_decode(struct bytes plain,
					    struct content_decision *ret);

/* Length of the blob in bytes. */
size_t blob_decision_bytes(const struct content_decision *content);
size_t blob_enactment_bytes(const struct content_enactment *content);

/*
 * Writes the blob, exactly as long as the functions above say. BLOB_SOUND, or
 * the limit that the content breaks, and then nothing of use was written.
 */
MUST_USE enum blob_fault blob_decision_encode(
	const struct content_decision *content, uint8_t *to);
MUST_USE enum blob_fault blob_enactment_encode(
	const struct content_enactment *content, uint8_t *to);

/* Reads a blob. The outputs are set only when BLOB_SOUND is returned. */
MUST_USE enum blob_fault blob_decision_decode(struct bytes blob,
					      struct content_decision *ret);
MUST_USE enum blob_fault blob_enactment_decode(struct bytes blob,
					       struct content_enactment *ret);

#endif
