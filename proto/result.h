/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_RESULT_H
#define PERMIT_PROTO_RESULT_H

#include "policy/decide.h"

/*
 * The bytes that stand for a case and for its decision: what the log records
 * and what a replay compares. Both are read with the edition that they belong
 * to, whose hash the log entry carries. The same case gives the same bytes on
 * every machine.
 *
 *	facts	byte 1; varint as_of, zigzag; answers (packed.h, with source)
 *
 *	result	byte 1; varint question; byte outcome; byte agreed;
 *		varint as_of, zigzag; varint n_outputs, each:
 *			byte settled | has_day << 1
 *			varint value (settled) or possible (open)
 *			varint day, zigzag (has_day)
 *		varint n_rows, each: varint table; varint row << 1 | certain
 *		varint facts_used
 *		varint n, n bytes: open facts, in order
 *		varint n, n bytes: facts open for other outputs, in order
 *		byte questions_left; byte not_asked
 *
 * The first byte is the version of the layout.
 */
#define RESULT_VERSION 1
#define RESULT_FACTS_VERSION 1
#define RESULT_SLOTS_MAX FACTS_MAX

enum result_error {
	RESULT_OK = 0,
	RESULT_E_VERSION,	/* a layout that this release does not know */
	RESULT_E_MALFORMED,	/* not what the writers below write */
	RESULT_E_NO_ROOM,	/* the arena's cap */
};

/*
 * Bytes of the facts, in the arena; NULL data when it is full. slots, when not
 * NULL, gets for each fact a view of its answer, empty when absent: the slots
 * of entry_fields_root.
 */
struct bytes result_facts_write(const struct edition *edition,
				const struct facts *facts, struct arena *arena,
				struct bytes slots[RESULT_SLOTS_MAX]);

/* Slots of an edition, whatever is answered: 16, 32 or 64. */
size_t result_slots(const struct edition *edition);

MUST_USE enum result_error result_facts_read(const struct edition *edition,
					     struct bytes from, struct arena *arena,
					     struct facts *ret_facts);

/* Bytes of the decision, in the arena; NULL data when it is full. */
struct bytes result_write(const struct decision *decision, struct arena *arena);

/*
 * Only the recorded outcome, without looking at the rest of the bytes. False
 * when there is none.
 */
MUST_USE bool result_outcome_read(struct bytes from, enum outcome *ret_outcome);

/*
 * Reads a decision back, as far as the bytes hold it: facts_unused is empty,
 * and value and day are only set where they say something.
 */
MUST_USE enum result_error result_read(const struct edition *edition,
				       struct bytes from, struct arena *arena,
				       struct decision *ret_decision);

#endif
