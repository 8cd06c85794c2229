/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_SEGMENT_H
#define PERMIT_PROTO_SEGMENT_H

#include "proto/entry.h"
#include "proto/merkle.h"
#include "proto/note.h"

/*
 * The bytes of the log's segment files: records, one for each group commit.
 * The picture is in segment.c.
 *
 * A record can be judged by itself: it says where it stands, holds the frontier
 * of the tree before it, its entries with their blobs, and the checkpoint that
 * was signed after them. So one record gives the receipt of each entry in it,
 * and the last one gives the tree.
 */
#define SEGMENT_ALIGN_BYTES 512	/* records start at multiples of this */
#define SEGMENT_HEADER_BYTES 72
#define SEGMENT_ENTRIES_MAX 4096	/* entries in one record */
#define SEGMENT_MIN_BYTES 65536		/* size of a segment file */
#define SEGMENT_MAX_BYTES 1073741824
#define SEGMENT_NAME_BYTES 13		/* "00000000.seg" and a NUL */

/* Where an entry stands. For a whole record index_in_batch is 0. */
struct log_position {
	uint32_t segment;
	uint64_t offset;	/* of the record, in bytes */
	uint32_t index_in_batch;
};

/* A record that is known to be good: the last one, when the log is opened. */
struct log_mark {
	struct log_position position;	/* of the record */
	uint64_t size;		/* of the tree after it; 0: no record yet */
	struct digest hash;	/* its own, which covers those before */
};

struct segment_item {
	struct bytes entry;
	struct bytes blob;	/* may be empty */
	bool erased;	/* read: there was one, and its bytes were set to zero */
};

/* All that a record is made from. Everything is borrowed from the caller. */
struct segment_batch {
	uint32_t segment;
	uint64_t offset;
	struct digest previous;	/* hash of the record before; zero: none */
	const struct merkle_frontier *before;
	const struct segment_item *items;
	uint32_t n_items;	/* 1..SEGMENT_ENTRIES_MAX */
	struct bytes note;	/* the signed checkpoint */
};

/* A record as it was read. The views last as long as the bytes read. */
struct segment_record {
	struct log_position position;
	uint64_t first_seq;
	uint32_t n_items;
	uint64_t n_bytes;	/* in the file, padding included */
	bool hashed_whole;	/* of a version whose blobs cannot be erased */
	uint32_t n_erased;	/* items whose blob was erased */
	struct digest previous;
	struct digest hash;
	struct merkle_frontier before;
	struct bytes items;	/* see segment_next_item */
	struct bytes note;
};

/* What is wrong with a record. 0 is nothing. */
enum segment_fault {
	SEGMENT_SOUND = 0,
	SEGMENT_FAULT_MAGIC,
	SEGMENT_FAULT_VERSION,
	SEGMENT_FAULT_POSITION,	/* says it belongs elsewhere */
	SEGMENT_FAULT_LENGTH,	/* goes beyond the file, or its parts beyond it */
	SEGMENT_FAULT_HASH,
	SEGMENT_FAULT_PADDING,	/* not zero up to the next record */
	SEGMENT_FAULT_CHAIN,	/* not the successor of the record before it */
	SEGMENT_FAULT_ENTRY,	/* an entry is not sound */
	SEGMENT_FAULT_SEQ,	/* an entry's number is not its place */
	SEGMENT_FAULT_TIME,	/* time runs backwards */
	SEGMENT_FAULT_BLOB,	/* a blob is not the one of its entry */
	SEGMENT_FAULT_FRONTIER,	/* not the tree that the one before left */
	SEGMENT_FAULT_CHECKPOINT, /* the note is no checkpoint of this tree */
	SEGMENT_FAULT_ROOT,	/* the checkpoint has another root */
	SEGMENT_FAULT_SIGNATURE,	/* not signed by the log's key */
};

/* "has a wrong checksum": continues a sentence that begins with the record. */
const char *segment_fault_text(enum segment_fault fault);

/* "00000007.seg" */
void segment_name(uint32_t segment, char to[SEGMENT_NAME_BYTES]);

/* False for any other name. */
MUST_USE bool segment_name_parse(const char *name, uint32_t *ret_segment);

/* Bytes in the file, padding included. */
uint64_t segment_encoded_bytes(const struct segment_batch *batch);

/* Writes segment_encoded_bytes() bytes; returns the record's hash. */
struct digest segment_encode(const struct segment_batch *batch, uint8_t *to);

/*
 * Whether a record starts with these bytes, and how long it says to be, padding
 * included. For readers that must fetch the rest first; nothing is verified.
 * `head` must have SEGMENT_HEADER_BYTES.
 */
MUST_USE bool segment_peek(const uint8_t *head, uint64_t *ret_bytes);

/*
 * Reads the record at the start of `from`, which may be longer: form, place,
 * checksum and padding. What it says about entries and tree is not verified.
 * ret_record is set only when SEGMENT_SOUND is returned.
 */
MUST_USE enum segment_fault segment_decode(struct bytes from, uint32_t segment,
					   uint64_t offset,
					   struct segment_record *ret_record);

/*
 * Walks the items of a record: start with *at = 0. False at the end. Lengths
 * were checked by segment_decode.
 */
bool segment_next_item(const struct segment_record *record, size_t *at,
		       struct segment_item *ret_item);

/*
 * Where the blob of an item begins in its file, also of one that was erased:
 * there as many bytes may be set to zero as its entry says.
 */
uint64_t segment_blob_offset(const struct segment_record *record,
			     const struct segment_item *item);

/* What is carried from one record to the next while a log is verified. */
struct segment_state {
	struct digest hash;	/* of the record before; zero at the beginning */
	struct merkle_frontier frontier;
	uint64_t time_ms;	/* of the last entry */
	uint64_t n_entry;	/* seq of the entry a fault is about */
};

/* Before the first record of a log. */
void segment_state_init(struct segment_state *state);

/*
 * The state that a record claims to have found. Taken on trust when reading
 * starts in the middle; segment_verify of the record then proves the frontier
 * against the signed checkpoint.
 */
void segment_state_before(const struct segment_record *record,
			  struct segment_state *ret_state);

/*
 * Verifies everything that can be verified about a decoded record: that it
 * follows `state`, each entry and blob, the tree, the checkpoint, and, unless
 * vkey is NULL, the signature. Then moves the state behind the record; after a
 * fault the state's n_entry names the entry at fault, the rest is unchanged.
 */
MUST_USE enum segment_fault segment_verify(const struct segment_record *record,
					   const struct vkey *vkey,
					   struct segment_state *state);

#endif
