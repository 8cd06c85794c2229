/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_BASE_BYTES_H
#define PERMIT_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A result that the caller must look at. */
#define MUST_USE __attribute__((warn_unused_result))

/* Ends a local object on every way out: CLEANUP(arena_done) struct arena a; */
#define CLEANUP(done) __attribute__((cleanup(done)))

/* Lets the compiler check a format string against its arguments. */
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/*
 * A borrowed view of bytes. It never owns them: whoever hands one out says how
 * long it stays valid.
 */
struct bytes {
	const uint8_t *data;
	size_t n;
};

/* Big-endian integers, as every layout of proto/ stores them. */
static inline void put_be16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static inline void put_be32(uint8_t *to, uint32_t value)
{
	put_be16(to, (uint16_t)(value >> 16));
	put_be16(to + 2, (uint16_t)value);
}

static inline void put_be64(uint8_t *to, uint64_t value)
{
	put_be32(to, (uint32_t)(value >> 32));
	put_be32(to + 4, (uint32_t)value);
}

static inline uint16_t get_be16(const uint8_t *from)
{
	return (uint16_t)((from[0] << 8) | from[1]);
}

static inline uint32_t get_be32(const uint8_t *from)
{
	return ((uint32_t)get_be16(from) << 16) | get_be16(from + 2);
}

static inline uint64_t get_be64(const uint8_t *from)
{
	return ((uint64_t)get_be32(from) << 32) | get_be32(from + 4);
}

#endif
