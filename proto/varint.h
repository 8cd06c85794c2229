/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_VARINT_H
#define PERMIT_PROTO_VARINT_H

#include "policy/base/bytes.h"

/*
 * Protobuf's variable-length integers: seven bits a byte, the lowest first,
 * the top bit set in all but the last. Only the shortest form is read, so that
 * a number has one encoding and the bytes can be compared.
 */
#define VARINT_MAX_BYTES 10

enum varint_status {
	VARINT_OK = 0,
	VARINT_CUT,		/* the bytes end inside it */
	VARINT_OVERLONG,	/* more bytes than it needs, or more than 64 bits */
};

/* Reads from *at, up to end, and moves *at behind it when VARINT_OK. */
static inline enum varint_status varint_read(const uint8_t **at,
					     const uint8_t *end,
					     uint64_t *ret_value)
{
	const uint8_t *from = *at;
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (from == end)
			return VARINT_CUT;
		value |= (uint64_t)(*from & 0x7f) << shift;
		if (*from++ >= 0x80)
			continue;
		/* a last byte of 0 adds nothing; the tenth has room for one bit */
		if ((shift > 0 && from[-1] == 0) || (shift == 63 && from[-1] > 1))
			return VARINT_OVERLONG;
		*at = from;
		*ret_value = value;
		return VARINT_OK;
	}
	return VARINT_OVERLONG;
}

/* Writes at most VARINT_MAX_BYTES and returns the place behind them. */
static inline uint8_t *varint_write(uint8_t *to, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*to++ = (uint8_t)(value | 0x80);
	*to++ = (uint8_t)value;
	return to;
}

/* Small numbers of either sign as small varints: 0, -1, 1, -2 ... */
static inline uint64_t zigzag(int64_t value)
{
	return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

static inline int64_t unzigzag(uint64_t value)
{
	return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

#endif
