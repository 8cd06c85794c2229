/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/frame.h"

#include "proto/varint.h"

/* Drops what is left of a refused frame. */
static void skip(struct frame_reader *reader, struct bytes *stream,
		 struct frame *frame)
{
	size_t n = stream->n;

	if (reader->n_skip < n)
		n = (size_t)reader->n_skip;
	if (n == 0)
		return;
	reader->n_skip -= n;
	frame->n_done = n;
	stream->data += n;
	stream->n -= n;
}

static enum frame_status read_header(struct bytes stream, size_t *ret_header,
				     uint64_t *ret_payload)
{
	const uint8_t *at = stream.data;
	const uint8_t *end = stream.data;
	enum varint_status status;

	if (stream.n == 0)
		return FRAME_MORE;
	end += stream.n < FRAME_HEADER_MAX_BYTES ? stream.n : FRAME_HEADER_MAX_BYTES;
	status = varint_read(&at, end, ret_payload);
	if (status == VARINT_CUT && stream.n < FRAME_HEADER_MAX_BYTES)
		return FRAME_MORE;
	if (status != VARINT_OK || *ret_payload > UINT32_MAX)
		return FRAME_MALFORMED;
	*ret_header = (size_t)(at - stream.data);
	return FRAME_OK;
}

static bool too_large(const struct frame_reader *reader, const struct frame *frame)
{
	if (frame->n_payload <= reader->max_bytes)
		return false;
	return reader->may_be_large == NULL ||
	       frame->n_payload > reader->max_large_bytes ||
	       !reader->may_be_large(frame->payload);
}

enum frame_status frame_next(struct frame_reader *reader, struct bytes stream,
			     struct frame *ret_frame)
{
	struct frame *frame = ret_frame;
	enum frame_status status;
	size_t n_header;
	size_t n_head = FRAME_HEAD_BYTES;

	*frame = (struct frame){ .n_wanted = stream.n + 1 };
	skip(reader, &stream, frame);
	frame->n_wanted = stream.n + 1;
	status = read_header(stream, &n_header, &frame->n_payload);
	if (status != FRAME_OK)
		return status;
	if (frame->n_payload < n_head)
		n_head = (size_t)frame->n_payload;
	frame->n_wanted = n_header + n_head;
	if (stream.n < frame->n_wanted)
		return FRAME_MORE;
	frame->payload = (struct bytes){ stream.data + n_header, n_head };
	if (too_large(reader, frame)) {
		reader->n_skip = frame->n_payload - n_head;
		frame->n_done += frame->n_wanted;
		return FRAME_TOO_LARGE;
	}
	frame->n_wanted = n_header + (size_t)frame->n_payload;
	if (stream.n < frame->n_wanted)
		return FRAME_MORE;
	frame->payload.n = (size_t)frame->n_payload;
	frame->n_done += frame->n_wanted;
	return FRAME_OK;
}

size_t frame_header(size_t n_payload, uint8_t to[FRAME_HEADER_MAX_BYTES])
{
	return (size_t)(varint_write(to, n_payload) - to);
}
