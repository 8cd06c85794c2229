/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/buffer.h"

static void put(struct buffer *buffer, const char *text)
{
	uint8_t *to = buffer_reserve(buffer, strlen(text));

	assert_non_null(to);
	memcpy(to, text, strlen(text));
	buffer_add(buffer, strlen(text));
}

static void assert_waiting(const struct buffer *buffer, const char *text)
{
	struct bytes waiting = buffer_waiting(buffer);

	assert_int_equal(waiting.n, strlen(text));
	assert_memory_equal(waiting.data, text, waiting.n);
}

static void bytes_come_out_in_the_order_they_went_in(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	put(&buffer, "one ");
	put(&buffer, "two");
	assert_waiting(&buffer, "one two");
	buffer_drop(&buffer, 4);
	assert_waiting(&buffer, "two");
	put(&buffer, " three");
	assert_waiting(&buffer, "two three");
	buffer_done(&buffer);
}

static void what_waits_survives_growing_and_moving_up(void **state)
{
	struct buffer buffer = { 0 };
	size_t n = 0;

	(void)state;
	put(&buffer, "ab");
	buffer_drop(&buffer, 1);
	for (n = 1; n < 100000; n *= 2) {
		uint8_t *to = buffer_reserve(&buffer, n);

		assert_non_null(to);
		memset(to, 'x', n);
		assert_waiting(&buffer, "b");
	}
	buffer_done(&buffer);
}

static void a_large_buffer_is_given_back_when_it_is_empty_and_a_small_one_kept(
	void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	assert_non_null(buffer_reserve(&buffer, BUFFER_KEPT_BYTES));
	buffer_add(&buffer, BUFFER_KEPT_BYTES);
	buffer_drop(&buffer, BUFFER_KEPT_BYTES - 1);
	assert_int_equal(buffer.end - buffer.at, 1);
	buffer_drop(&buffer, 1);
	assert_int_equal(buffer.cap, BUFFER_KEPT_BYTES);
	assert_non_null(buffer_reserve(&buffer, BUFFER_KEPT_BYTES + 1));
	buffer_add(&buffer, BUFFER_KEPT_BYTES + 1);
	buffer_drop(&buffer, BUFFER_KEPT_BYTES + 1);
	assert_int_equal(buffer.cap, 0);
	buffer_done(&buffer);
}

static void more_than_memory_can_hold_is_refused(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	put(&buffer, "kept");
	assert_null(buffer_reserve(&buffer, SIZE_MAX));
	assert_null(buffer_reserve(&buffer, SIZE_MAX / 2));
	assert_waiting(&buffer, "kept");
	buffer_done(&buffer);
	buffer_done(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_out_in_the_order_they_went_in),
		cmocka_unit_test(what_waits_survives_growing_and_moving_up),
		cmocka_unit_test(
			a_large_buffer_is_given_back_when_it_is_empty_and_a_small_one_kept),
		cmocka_unit_test(more_than_memory_can_hold_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
