/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/frame.h"
#include "proto/varint.h"

#define SMALL 300
#define LARGE 1000
#define STREAM_MAX 4096

/* What came out of a stream: "ok 3 <sum>", one item a frame. */
struct seen {
	size_t n;
	enum frame_status status[32];
	uint64_t n_payload[32];
	unsigned sum[32];
};

static bool begins_with_large(struct bytes head)
{
	return head.n > 0 && head.data[0] == 'L';
}

static struct frame_reader new_reader(void)
{
	return (struct frame_reader){
		.max_bytes = SMALL,
		.max_large_bytes = LARGE,
		.may_be_large = begins_with_large,
	};
}

static unsigned sum_of(struct bytes bytes)
{
	unsigned sum = 0;

	for (size_t i = 0; i < bytes.n; i++)
		sum = sum * 31 + bytes.data[i];
	return sum;
}

static void note(struct seen *seen, enum frame_status status,
		 const struct frame *frame)
{
	assert_true(seen->n < 32);
	seen->status[seen->n] = status;
	seen->n_payload[seen->n] = frame->n_payload;
	/* of a refused frame the head alone, the same wherever the cut was */
	seen->sum[seen->n++] = sum_of(frame->payload);
}

/* A connection that gets the stream in pieces of n_piece bytes after a first. */
static struct seen read_in_pieces(const uint8_t *stream, size_t n, size_t n_first,
				  size_t n_piece)
{
	struct frame_reader reader = new_reader();
	struct seen seen = { 0 };
	size_t begin = 0;
	size_t end = 0;

	while (end < n) {
		size_t more = end == 0 ? n_first : n_piece;
		enum frame_status status = FRAME_OK;

		end = n - end < more ? n : end + more;
		while (status != FRAME_MORE) {
			struct bytes left = { stream + begin, end - begin };
			struct frame frame;

			status = frame_next(&reader, left, &frame);
			begin += frame.n_done;
			assert_true(begin <= end);
			if (status == FRAME_MORE) {
				assert_true(frame.n_wanted > left.n - frame.n_done);
				continue;
			}
			note(&seen, status, &frame);
			if (status == FRAME_MALFORMED)
				return seen;
		}
	}
	return seen;
}

static size_t put_frame(uint8_t *to, size_t n_payload, char first)
{
	size_t n = frame_header(n_payload, to);

	for (size_t i = 0; i < n_payload; i++)
		to[n + i] = (uint8_t)(i * 7 + n_payload);
	if (n_payload > 0)
		to[n] = (uint8_t)first;
	return n + n_payload;
}

/* Small, empty, one over the limit, large, over the large limit, small. */
static size_t put_mixed_stream(uint8_t *to)
{
	size_t n = 0;

	n += put_frame(to + n, 3, 's');
	n += put_frame(to + n, 0, 's');
	n += put_frame(to + n, SMALL + 1, 's');
	n += put_frame(to + n, LARGE, 'L');
	n += put_frame(to + n, LARGE + 1, 'L');
	n += put_frame(to + n, SMALL, 's');
	return n;
}

/* TCP may cut the stream anywhere, so every cut must give the same frames. */
static void frames_do_not_depend_on_where_the_stream_is_cut(void **state)
{
	uint8_t stream[STREAM_MAX];
	size_t n = put_mixed_stream(stream);
	struct seen whole = read_in_pieces(stream, n, n, n);

	(void)state;
	assert_int_equal(whole.n, 6);
	for (size_t cut = 1; cut < n; cut++) {
		struct seen cut_once = read_in_pieces(stream, n, cut, n);
		struct seen in_pieces = read_in_pieces(stream, n, cut, cut);

		assert_memory_equal(&cut_once, &whole, sizeof(whole));
		assert_memory_equal(&in_pieces, &whole, sizeof(whole));
	}
}

static void a_payload_is_taken_up_to_the_limit_and_refused_above(void **state)
{
	static const enum frame_status expected[] = {
		FRAME_OK, FRAME_OK, FRAME_TOO_LARGE,
		FRAME_OK, FRAME_TOO_LARGE, FRAME_OK,
	};
	uint8_t stream[STREAM_MAX];
	size_t n = put_mixed_stream(stream);
	struct seen seen = read_in_pieces(stream, n, n, n);

	(void)state;
	assert_memory_equal(seen.status, expected, sizeof(expected));
	assert_int_equal(seen.n_payload[2], SMALL + 1);
	assert_int_equal(seen.n_payload[4], LARGE + 1);
}

static void a_frame_whose_head_is_not_there_yet_is_not_judged(void **state)
{
	struct frame_reader reader = new_reader();
	uint8_t stream[STREAM_MAX];
	size_t n_header = frame_header(SMALL + 1, stream);
	struct frame frame;

	(void)state;
	memset(stream + n_header, 'L', FRAME_HEAD_BYTES);
	assert_int_equal(frame_next(&reader,
				    (struct bytes){ stream, n_header +
						    FRAME_HEAD_BYTES - 1 },
				    &frame), FRAME_MORE);
	assert_int_equal(frame.n_wanted, n_header + FRAME_HEAD_BYTES);
}

static void a_refused_frame_is_dropped_without_being_held(void **state)
{
	struct frame_reader reader = new_reader();
	uint8_t stream[64];
	size_t n_header = frame_header(UINT32_MAX, stream);
	struct frame frame;

	(void)state;
	memset(stream + n_header, 's', FRAME_HEAD_BYTES);
	assert_int_equal(frame_next(&reader,
				    (struct bytes){ stream, n_header +
						    FRAME_HEAD_BYTES },
				    &frame), FRAME_TOO_LARGE);
	assert_int_equal(frame.n_done, n_header + FRAME_HEAD_BYTES);
	assert_int_equal(reader.n_skip, UINT32_MAX - FRAME_HEAD_BYTES);
	assert_int_equal(frame_next(&reader, (struct bytes){ stream, 64 }, &frame),
			 FRAME_MORE);
	assert_int_equal(frame.n_done, 64);
	assert_int_equal(reader.n_skip, UINT32_MAX - FRAME_HEAD_BYTES - 64);
}

static enum frame_status status_of(const char *stream, size_t n)
{
	struct frame_reader reader = new_reader();
	struct frame frame;

	return frame_next(&reader, (struct bytes){ (const uint8_t *)stream, n },
			  &frame);
}

static void a_length_that_is_no_shortest_varint_of_32_bits_ends_the_stream(void **state)
{
	(void)state;
	assert_int_equal(status_of("\x80\x00", 2), FRAME_MALFORMED);
	assert_int_equal(status_of("\x83\x80\x00" "abc", 6), FRAME_MALFORMED);
	assert_int_equal(status_of("\xff\xff\xff\xff\x10", 5), FRAME_MALFORMED);
	assert_int_equal(status_of("\xff\xff\xff\xff\xff\x01", 6), FRAME_MALFORMED);
	assert_int_equal(status_of("\xff\xff\xff\xff\x0f", 5), FRAME_MORE);
	assert_int_equal(status_of("\xff\xff\xff\xff", 4), FRAME_MORE);
	assert_int_equal(status_of("", 0), FRAME_MORE);
}

/* ---- Varints ---- */

static enum varint_status read_one(const uint8_t *bytes, size_t n, uint64_t *ret)
{
	const uint8_t *at = bytes;
	enum varint_status status = varint_read(&at, bytes + n, ret);

	if (status == VARINT_OK)
		assert_ptr_equal(at, bytes + n);
	else
		assert_ptr_equal(at, bytes);
	return status;
}

static void a_number_is_read_as_it_was_written(void **state)
{
	uint8_t bytes[VARINT_MAX_BYTES];

	(void)state;
	for (unsigned shift = 0; shift < 64; shift++)
		for (uint64_t off = 0; off < 3; off++) {
			uint64_t value = (1ull << shift) + off - 1;
			size_t n = (size_t)(varint_write(bytes, value) - bytes);
			uint64_t read;

			assert_int_equal(read_one(bytes, n, &read), VARINT_OK);
			assert_true(read == value);
			assert_int_equal(read_one(bytes, n - 1, &read), VARINT_CUT);
		}
}

static void a_number_in_more_bytes_than_it_needs_is_refused(void **state)
{
	static const uint8_t zero_in_two[] = { 0x80, 0 };
	static const uint8_t ten_bytes[] = { 255, 255, 255, 255, 255,
					     255, 255, 255, 255, 1 };
	static const uint8_t more_bits[] = { 255, 255, 255, 255, 255,
					     255, 255, 255, 255, 2 };
	static const uint8_t eleven[] = { 255, 255, 255, 255, 255, 255,
					  255, 255, 255, 129, 0 };
	uint64_t read;

	(void)state;
	assert_int_equal(read_one(zero_in_two, 2, &read), VARINT_OVERLONG);
	assert_int_equal(read_one(ten_bytes, 10, &read), VARINT_OK);
	assert_true(read == UINT64_MAX);
	assert_int_equal(read_one(more_bits, 10, &read), VARINT_OVERLONG);
	assert_int_equal(read_one(eleven, 11, &read), VARINT_OVERLONG);
}

static void signs_come_back_from_zigzag(void **state)
{
	static const int64_t numbers[] = { 0, -1, 1, -2, INT64_MAX, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
		assert_true(unzigzag(zigzag(numbers[i])) == numbers[i]);
	assert_true(zigzag(-1) == 1);
	assert_true(zigzag(1) == 2);
	assert_true(zigzag(INT64_MIN) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_do_not_depend_on_where_the_stream_is_cut),
		cmocka_unit_test(
			a_payload_is_taken_up_to_the_limit_and_refused_above),
		cmocka_unit_test(a_frame_whose_head_is_not_there_yet_is_not_judged),
		cmocka_unit_test(a_refused_frame_is_dropped_without_being_held),
		cmocka_unit_test(
			a_length_that_is_no_shortest_varint_of_32_bits_ends_the_stream),
		cmocka_unit_test(a_number_is_read_as_it_was_written),
		cmocka_unit_test(a_number_in_more_bytes_than_it_needs_is_refused),
		cmocka_unit_test(signs_come_back_from_zigzag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
