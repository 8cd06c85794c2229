/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_PACKED_H
#define PERMIT_PROTO_PACKED_H

#include "policy/edition.h"

/*
 * Answers by the index of their facts in one edition: what PackedFacts of
 * permit.proto carries and what the log records. The layout of an answer is
 * given at PackedFacts.values. Recorded answers have behind each value
 *
 *	byte	source | basis << 4 | has_dated << 6
 *	varint	dated, zigzag, if has_dated
 *
 * Integers are varints in their shortest form, indexes ascend, nothing
 * follows the last answer: so answers have one encoding and can be compared
 * by their bytes.
 */
enum packed_form { PACKED_PLAIN, PACKED_WITH_SOURCE };

enum packed_error {
	PACKED_OK = 0,
	PACKED_E_MALFORMED,	/* cut off, overlong, out of order, a state that is none */
	PACKED_E_UNKNOWN_FACT,	/* an index that the edition does not have */
	PACKED_E_VALUE,		/* not a value of its fact */
	PACKED_E_RANGE,		/* outside the fact's range */
	PACKED_E_NO_ROOM,	/* the arena's cap */
};

/*
 * Reads answers into ret_facts, whose other answers become absent; as_of is
 * left alone. Periods live in the arena. ret_fact is the index of the fact at
 * fault, -1 when there is none; ret_facts is then half filled.
 */
MUST_USE enum packed_error packed_read(const struct edition *edition,
				       enum packed_form form, struct bytes from,
				       struct arena *arena, struct facts *ret_facts,
				       int *ret_fact);

/* Enough room for packed_put. */
size_t packed_room(const struct edition *edition, const struct facts *facts);

/*
 * Writes the answers of a case, each one that fact_check accepts, and returns
 * the place behind them. slots, when not NULL, gets for each fact that was
 * answered a view of its bytes; others are left alone.
 */
uint8_t *packed_put(const struct edition *edition, enum packed_form form,
		    const struct facts *facts, uint8_t *to,
		    struct bytes slots[FACTS_MAX]);

#endif
