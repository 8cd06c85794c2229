/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/arena.h"
#include "policy/base/bytes.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#endif

#define LARGE_CAP ((size_t)8 * 1024 * 1024)

static bool all_zero(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (data[i] != 0)
			return false;
	}
	return true;
}

static void nothing_is_taken_before_the_first_use(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, LARGE_CAP);
	assert_null(arena.blocks);
	assert_int_equal(arena.taken_bytes, 0);
	arena_reset(&arena);
	arena_done(&arena);
	arena_done(&arena);
}

static void memory_is_aligned_zeroed_and_apart(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	uint8_t *objects[200];

	(void)state;
	arena_init(&arena, LARGE_CAP);
	for (size_t n = 0; n < ARRAY_LENGTH(objects); n++) {
		objects[n] = arena_alloc(&arena, n);
		assert_non_null(objects[n]);
		assert_int_equal((uintptr_t)objects[n] % alignof(max_align_t), 0);
		assert_true(all_zero(objects[n], n));
		memset(objects[n], (int)n, n);
	}
	for (size_t n = 0; n < ARRAY_LENGTH(objects); n++) {
		for (size_t i = 0; i < n; i++)
			assert_int_equal(objects[n][i], n);
	}
}

static void empty_objects_differ(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	void *first, *second;

	(void)state;
	arena_init(&arena, LARGE_CAP);
	first = arena_alloc(&arena, 0);
	second = arena_alloc(&arena, 0);
	assert_non_null(first);
	assert_non_null(second);
	assert_ptr_not_equal(first, second);
}

/* The cap counts what the block costs, so that it bounds what the system gives. */
static void the_cap_holds_to_the_byte(void **state)
{
	static const size_t sizes[] = {
		16, 4096, ARENA_FIRST_BLOCK_BYTES - ARENA_OVERHEAD_BYTES,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		size_t n = sizes[i];
		CLEANUP(arena_done) struct arena below, at, above;

		arena_init(&below, ARENA_OVERHEAD_BYTES + n);
		assert_non_null(arena_alloc(&below, n - 1));
		arena_init(&at, ARENA_OVERHEAD_BYTES + n);
		assert_non_null(arena_alloc(&at, n));
		assert_int_equal(at.taken_bytes, at.cap_bytes);
		assert_null(arena_alloc(&at, 1));
		arena_init(&above, ARENA_OVERHEAD_BYTES + n);
		assert_null(arena_alloc(&above, n + 1));
		assert_non_null(arena_alloc(&above, n));
	}
}

static void the_cap_holds_to_the_byte_in_a_later_block(void **state)
{
	size_t n = 2 * ARENA_FIRST_BLOCK_BYTES;
	size_t cap = ARENA_FIRST_BLOCK_BYTES + ARENA_OVERHEAD_BYTES + n;
	CLEANUP(arena_done) struct arena at, above;

	(void)state;
	arena_init(&at, cap);
	assert_non_null(arena_alloc(&at, n));
	assert_int_equal(at.taken_bytes, cap);
	arena_init(&above, cap);
	assert_null(arena_alloc(&above, n + 1));
}

/* So that an edition of megabytes has tens of blocks, not thousands. */
static void each_block_is_twice_the_one_before(void **state)
{
	CLEANUP(arena_done) struct arena arena;

	(void)state;
	arena_init(&arena, LARGE_CAP);
	while (arena.taken_bytes <= ARENA_FIRST_BLOCK_BYTES)
		assert_non_null(arena_alloc(&arena, 1000));
	assert_int_equal(arena.taken_bytes, 3 * ARENA_FIRST_BLOCK_BYTES);
}

static void an_arena_without_room_for_a_block_gives_nothing(void **state)
{
	(void)state;
	for (size_t cap = 0; cap <= ARENA_OVERHEAD_BYTES + 15; cap++) {
		CLEANUP(arena_done) struct arena arena;

		arena_init(&arena, cap);
		assert_null(arena_alloc(&arena, 1));
		assert_true(arena.taken_bytes <= cap);
	}
}

static void the_system_never_gives_more_than_the_cap(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	size_t n = 1;

	(void)state;
	arena_init(&arena, LARGE_CAP);
	while (arena_alloc(&arena, n) != NULL) {
		assert_true(arena.used_bytes <= arena.taken_bytes);
		assert_true(arena.taken_bytes <= LARGE_CAP);
		n = n * 3 / 2 + 1;
	}
	while (arena_alloc(&arena, 1024) != NULL)
		;
	assert_true(arena.taken_bytes <= LARGE_CAP);
	assert_true(arena.taken_bytes > LARGE_CAP - 2048);
}

static void an_object_larger_than_a_block_has_one_of_its_own(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	size_t n = 5 * 1024 * 1024;
	uint8_t *large;

	(void)state;
	arena_init(&arena, LARGE_CAP);
	large = arena_alloc(&arena, n);
	assert_non_null(large);
	assert_true(all_zero(large, n));
	assert_non_null(arena_alloc(&arena, 100));
}

/* A refusal that depended on earlier requests could change a decision. */
static void a_warm_arena_refuses_what_a_fresh_one_refuses(void **state)
{
	static const size_t firsts[] = { 1, 60000, 70000, 300000 };
	size_t cap = 1024 * 1024;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(firsts); i++) {
		for (size_t n = 1; n < 2 * cap; n = n * 5 / 4 + 1) {
			CLEANUP(arena_done) struct arena fresh, warm;

			arena_init(&fresh, cap);
			arena_init(&warm, cap);
			assert_non_null(arena_alloc(&warm, firsts[i]));
			(void)arena_alloc(&warm, 200000);
			arena_reset(&warm);
			assert_int_equal(arena_alloc(&warm, n) == NULL,
					 arena_alloc(&fresh, n) == NULL);
			assert_int_equal(warm.taken_bytes, fresh.taken_bytes);
		}
	}
}

static void a_warm_arena_asks_for_no_more_memory(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	struct arena_block *block;
	uint8_t *object;

	(void)state;
	arena_init(&arena, LARGE_CAP);
	object = arena_alloc(&arena, 1000);
	assert_non_null(object);
	memset(object, 0xff, 1000);
	assert_non_null(arena_alloc(&arena, 100000));
	arena_reset(&arena);
	block = arena.blocks;
	assert_non_null(block);
	assert_int_equal(arena.used_bytes, 0);
	assert_int_equal(arena.taken_bytes, ARENA_FIRST_BLOCK_BYTES);

	assert_ptr_equal(arena_alloc(&arena, 1000), object);
	assert_true(all_zero(object, 1000));
	assert_ptr_equal(arena.blocks, block);
}

static void sizes_that_overflow_are_refused(void **state)
{
	CLEANUP(arena_done) struct arena arena;

	(void)state;
	arena_init(&arena, SIZE_MAX);
	for (size_t less = 0; less < 100; less++)
		assert_null(arena_alloc(&arena, SIZE_MAX - less));
	assert_null(arena_array(&arena, SIZE_MAX / 2 + 1, 2));
	assert_null(arena_array(&arena, 2, SIZE_MAX / 2 + 1));
	assert_null(arena_array(&arena, (size_t)1 << 32, (size_t)1 << 32));
	assert_null(arena_text(&arena, "", SIZE_MAX));
	assert_non_null(arena_array(&arena, 3, 5));
	assert_non_null(arena_array(&arena, 0, SIZE_MAX));
	assert_non_null(arena_array(&arena, SIZE_MAX, 0));
}

/* The system has no half of the address space to give. */
static void memory_that_the_system_lacks_is_refused(void **state)
{
	CLEANUP(arena_done) struct arena arena;

	(void)state;
	arena_init(&arena, SIZE_MAX);
	assert_non_null(arena_alloc(&arena, 1));
	assert_null(arena_alloc(&arena, SIZE_MAX / 2));
	assert_int_equal(arena.taken_bytes, ARENA_FIRST_BLOCK_BYTES);
	assert_non_null(arena_alloc(&arena, 1));
}

static void a_text_is_copied_and_ended(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	char source[] = "grantwait";
	char *copy;

	(void)state;
	arena_init(&arena, LARGE_CAP);
	copy = arena_text(&arena, source, 5);
	memset(source, 'x', sizeof(source));
	assert_string_equal(copy, "grant");
	assert_string_equal(arena_text(&arena, NULL, 0), "");
	arena_done(&arena);
	arena_init(&arena, ARENA_OVERHEAD_BYTES + 16);
	assert_null(arena_text(&arena, source, 16));
	assert_non_null(arena_text(&arena, "fifteen letters", 15));
}

#ifdef WITH_ASAN
static void what_was_not_handed_out_is_poisoned(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	char *object;

	(void)state;
	arena_init(&arena, LARGE_CAP);
	object = arena_alloc(&arena, 13);
	assert_false(__asan_address_is_poisoned(object));
	assert_false(__asan_address_is_poisoned(object + 12));
	assert_true(__asan_address_is_poisoned(object + 13));
	assert_true(__asan_address_is_poisoned(object + 16));
	arena_reset(&arena);
	assert_true(__asan_address_is_poisoned(object));
}
#endif

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_taken_before_the_first_use),
		cmocka_unit_test(memory_is_aligned_zeroed_and_apart),
		cmocka_unit_test(empty_objects_differ),
		cmocka_unit_test(the_cap_holds_to_the_byte),
		cmocka_unit_test(the_cap_holds_to_the_byte_in_a_later_block),
		cmocka_unit_test(each_block_is_twice_the_one_before),
		cmocka_unit_test(an_arena_without_room_for_a_block_gives_nothing),
		cmocka_unit_test(the_system_never_gives_more_than_the_cap),
		cmocka_unit_test(an_object_larger_than_a_block_has_one_of_its_own),
		cmocka_unit_test(a_warm_arena_refuses_what_a_fresh_one_refuses),
		cmocka_unit_test(a_warm_arena_asks_for_no_more_memory),
		cmocka_unit_test(sizes_that_overflow_are_refused),
		cmocka_unit_test(memory_that_the_system_lacks_is_refused),
		cmocka_unit_test(a_text_is_copied_and_ended),
#ifdef WITH_ASAN
		cmocka_unit_test(what_was_not_handed_out_is_poisoned),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
