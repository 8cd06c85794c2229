/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_BUFFER_H
#define PERMIT_BUFFER_H

#include "policy/base/bytes.h"

/*
 * Bytes on their way in or out of a connection, in one piece:
 *
 *	data      at            end           cap
 *	| used up | waiting     | free        |
 *
 * Small buffers are kept, large ones given back as soon as they are empty.
 */
struct buffer {
	uint8_t *data;
	size_t at;
	size_t end;
	size_t cap;
};

#define BUFFER_KEPT_BYTES 65536

/* Accepts a buffer that is all zero, which is an empty one. */
void buffer_done(struct buffer *buffer);

/* Room for n more bytes behind the waiting ones, or NULL without memory. */
uint8_t *buffer_reserve(struct buffer *buffer, size_t n);

/* n of the reserved bytes were written. */
void buffer_add(struct buffer *buffer, size_t n);

/* The first n of the waiting bytes are used up. */
void buffer_drop(struct buffer *buffer, size_t n);

static inline struct bytes buffer_waiting(const struct buffer *buffer)
{
	return (struct bytes){ buffer->data + buffer->at,
			       buffer->end - buffer->at };
}

#endif
