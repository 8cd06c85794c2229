/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_DIAGRAM_RECORD_H
#define PERMIT_STORE_DIAGRAM_RECORD_H

#include "policy/base/arena.h"
#include "proto/digest.h"

/*
 * The bytes of TABLE_DIAGRAMS: what was computed once from an edition and is
 * the same as long as the engine is.
 *
 *	 0	SHA-256 of the edition's hash and all that follows
 *	32	u32 version (big-endian), u32 zero
 *	40	the engine's id
 *	72	the edition's semantic identity, or zero
 *	104	the diagram's image (policy/diagram/image.h)
 *
 * LMDB puts a value of more than half a page (2 KiB mostly) on pages of its own,
 * 16 bytes behind their beginning, so that such an image is aligned as it must
 * be. Smaller ones lie at any even address, and mostly have to be copied.
 */
#define DIAGRAM_RECORD_VERSION 1
#define DIAGRAM_RECORD_BYTES 104 /* before the image */

struct diagram_record {
	struct digest meaning;
	struct bytes image; /* within the record */
};

enum diagram_record_fault {
	DIAGRAM_RECORD_SOUND,
	DIAGRAM_RECORD_SHORT,
	DIAGRAM_RECORD_DAMAGED, /* or another edition's */
	DIAGRAM_RECORD_OTHER_VERSION,
	DIAGRAM_RECORD_OTHER_ENGINE,
	N_DIAGRAM_RECORD_FAULTS,
};

/* "it is damaged": the end of a sentence about the record. */
const char *diagram_record_fault_text(enum diagram_record_fault fault);

/* The record of this engine in the arena. Returns 0 or -ENOMEM. */
MUST_USE int diagram_record_encode(const struct diagram_record *record,
				   const struct digest *edition, struct arena *arena,
				   struct bytes *ret_bytes);

/* Borrows from the bytes. The image in it is not looked at. */
MUST_USE enum diagram_record_fault
diagram_record_decode(struct bytes bytes, const struct digest *edition,
		      struct diagram_record *ret_record);

#endif
