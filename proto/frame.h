/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_FRAME_H
#define PERMIT_PROTO_FRAME_H

#include "policy/base/bytes.h"

/*
 * Messages in a stream: each behind its length in bytes, a varint (the
 * standard delimited form of protobuf). Nothing is copied or kept: the caller
 * buffers the stream, and drops what frame_next says is done with.
 *
 *	stream  | varint n | n bytes | varint m | m bytes ...
 */
#define FRAME_HEADER_MAX_BYTES 5	/* lengths are below 2^32 */

/*
 * How much of a message must have come before its size can be judged: enough
 * for the id and the field number of the body.
 */
#define FRAME_HEAD_BYTES 16

struct frame_reader {
	size_t max_bytes;	/* a longer payload is refused ... */
	size_t max_large_bytes;	/* ... unless its head says it may be large */
	bool (*may_be_large)(struct bytes head);	/* NULL: none may */
	uint64_t n_skip;	/* rest of a refused frame, still to be dropped */
};

struct frame {
	struct bytes payload;	/* a view into the stream; of a refused one its head */
	uint64_t n_payload;	/* as announced */
	size_t n_done;		/* the caller may drop this much of the stream */
	size_t n_wanted;	/* FRAME_MORE: call again once this much is there */
};

enum frame_status {
	FRAME_OK = 0,
	FRAME_MORE,	/* the stream ends inside a frame, or between two */
	FRAME_TOO_LARGE,	/* over the limit; the rest is skipped, call again */
	FRAME_MALFORMED,	/* no length stands here: the stream is lost */
};

/*
 * Looks for the next frame at the start of the stream. The payload stays valid
 * as long as the caller's buffer does; n_done counts it, so answer or copy
 * first, drop n_done bytes, call again with the rest. n_done can be positive
 * with FRAME_MORE too, while a refused frame is skipped. n_wanted counts from
 * the start of the stream that is left after dropping n_done.
 */
MUST_USE enum frame_status frame_next(struct frame_reader *reader,
				      struct bytes stream, struct frame *ret_frame);

/* Writes the length of a payload (below 2^32); returns how many bytes it took. */
size_t frame_header(size_t n_payload, uint8_t to[FRAME_HEADER_MAX_BYTES]);

#endif
