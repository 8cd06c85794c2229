/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "proto/frame.h"
#include "proto/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct frame_reader new_reader(void)
{
	return (struct frame_reader){ 64, 256, request_may_be_large, 0 };
}

/* Folds what comes out of a stream that arrives n_piece bytes at a time. */
static uint64_t fold(const uint8_t *data, size_t size, size_t n_piece)
{
	struct frame_reader reader = new_reader();
	uint64_t folded = 1;
	size_t begin = 0;

	for (size_t end = 0; end < size;) {
		enum frame_status status = FRAME_OK;

		end = size - end < n_piece ? size : end + n_piece;
		while (status != FRAME_MORE) {
			struct frame frame;

			status = frame_next(&reader,
					    (struct bytes){ data + begin, end - begin },
					    &frame);
			begin += frame.n_done;
			if (begin > end)
				abort();
			if (status == FRAME_MORE)
				break;
			folded = folded * 31 + (uint64_t)status;
			for (size_t i = 0; i < frame.payload.n; i++)
				folded = folded * 31 + frame.payload.data[i];
			if (status == FRAME_MALFORMED)
				return folded;
		}
	}
	return folded;
}

/* However the stream is cut, the same frames come out. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole;

	if (size == 0)
		return 0;
	whole = fold(data, size, size);
	for (size_t n_piece = 1; n_piece < 8; n_piece++)
		if (fold(data, size, n_piece) != whole)
			abort();
	return 0;
}
