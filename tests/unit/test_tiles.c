/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/tiles.h"

static void widths_are_those_of_the_specification(void **state)
{
	(void)state;
	assert_int_equal(tile_count(70000, 0), 273);
	assert_int_equal(tile_partial_width(70000, 0), 112);
	assert_int_equal(tile_count(70000, 1), 1);
	assert_int_equal(tile_partial_width(70000, 1), 17);
	assert_int_equal(tile_count(70000, 2), 0);
	assert_int_equal(tile_partial_width(70000, 2), 1);
	assert_int_equal(tile_partial_width(70000, 3), 0);
	assert_int_equal(tile_count(256, 0), 1);
	assert_int_equal(tile_partial_width(256, 0), 0);
	assert_int_equal(tile_partial_width(256, 1), 1);
	assert_int_equal(tile_partial_width(255, 0), 255);
	assert_int_equal(tile_count(0, 0), 0);
	assert_int_equal(tile_partial_width(UINT64_MAX, 7), 255);
	assert_int_equal(tile_partial_width(UINT64_MAX, 8), 0);
}

static void paths_have_groups_of_three_digits(void **state)
{
	char path[TILE_PATH_BYTES];

	(void)state;
	tile_path(0, 1234067, 0, path);
	assert_string_equal(path, "tile/0/x001/x234/067");
	tile_path(1, 0, 0, path);
	assert_string_equal(path, "tile/1/000");
	tile_path(0, 999, 1, path);
	assert_string_equal(path, "tile/0/999.p/1");
	tile_path(0, 1000, 255, path);
	assert_string_equal(path, "tile/0/x001/000.p/255");
	tile_path(2, 273, 256, path);
	assert_string_equal(path, "tile/2/273");
	tile_bundle_path(273, 112, path);
	assert_string_equal(path, "tile/entries/273.p/112");
	tile_bundle_path(UINT64_MAX, 255, path);
	assert_string_equal(path, "tile/entries/x018/x446/x744/x073/x709/x551/"
				  "615.p/255");
}

/* Each hash of a tile must be the root of the leaves that it stands for. */
static void a_tile_holds_the_roots_of_its_leaves(void **state)
{
	enum { N = 600 };
	static struct digest leaves[N];
	const struct merkle_frontier nothing = { .size = 0 };
	uint8_t tile[TILE_BYTES];
	struct merkle_tree tree;

	(void)state;
	merkle_tree_init(&tree);
	for (size_t i = 0; i < N; i++)
		leaves[i] = merkle_leaf((struct bytes){ (uint8_t *)&i,
							sizeof(i) });
	assert_int_equal(merkle_tree_build(&tree, &nothing, leaves, N), 0);
	assert_true(tile_encode(&tree, 0, 1, TILE_WIDTH, tile));
	assert_memory_equal(tile, leaves[256].bytes, 32);
	assert_memory_equal(tile + 255 * 32, leaves[511].bytes, 32);
	assert_true(tile_encode(&tree, 0, 2, 88, tile));
	assert_memory_equal(tile + 87 * 32, leaves[599].bytes, 32);
	assert_false(tile_encode(&tree, 0, 2, 89, tile));
	assert_true(tile_encode(&tree, 1, 0, 2, tile));
	for (size_t i = 0; i < 2; i++) {
		struct merkle_frontier part = { .size = 0 };
		struct digest root;

		for (size_t k = 0; k < 256; k++)
			merkle_frontier_add(&part, &leaves[i * 256 + k]);
		root = merkle_frontier_root(&part);
		assert_memory_equal(tile + i * 32, root.bytes, 32);
	}
	assert_false(tile_encode(&tree, 1, 0, 3, tile));
	assert_false(tile_encode(&tree, TILE_LEVELS, 0, 1, tile));
	merkle_tree_done(&tree);
}

static void a_bundle_reads_back_what_went_in(void **state)
{
	static uint8_t large[TILE_ENTRY_MAX_BYTES];
	uint8_t *bundle = malloc(3 * 2 + 5 + sizeof(large));
	struct bytes entry;
	size_t n = 0, at = 0;

	(void)state;
	assert_non_null(bundle);
	memset(large, 'z', sizeof(large));
	n += tile_bundle_add((struct bytes){ (const uint8_t *)"hello", 5 },
			     bundle + n);
	n += tile_bundle_add((struct bytes){ NULL, 0 }, bundle + n);
	n += tile_bundle_add((struct bytes){ large, sizeof(large) }, bundle + n);
	assert_int_equal(n, 3 * 2 + 5 + sizeof(large));
	assert_true(tile_bundle_next((struct bytes){ bundle, n }, &at, &entry));
	assert_int_equal(entry.n, 5);
	assert_memory_equal(entry.data, "hello", 5);
	assert_true(tile_bundle_next((struct bytes){ bundle, n }, &at, &entry));
	assert_int_equal(entry.n, 0);
	assert_true(tile_bundle_next((struct bytes){ bundle, n }, &at, &entry));
	assert_int_equal(entry.n, sizeof(large));
	assert_memory_equal(entry.data, large, sizeof(large));
	assert_false(tile_bundle_next((struct bytes){ bundle, n }, &at, &entry));
	assert_int_equal(at, n);
	free(bundle);
}

static void a_bundle_that_is_cut_off_does_not_end_at_its_length(void **state)
{
	static const uint8_t bundle[] = { 0, 1, 'a', 0, 2, 'b', 'c' };

	(void)state;
	for (size_t n = 0; n <= sizeof(bundle); n++) {
		uint8_t *cut = malloc(n > 0 ? n : 1);
		struct bytes entry;
		size_t at = 0;

		assert_non_null(cut);
		memcpy(cut, bundle, n);
		while (tile_bundle_next((struct bytes){ cut, n }, &at, &entry))
			continue;
		assert_int_equal(at == n, n == 0 || n == 3 || n == 7);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_are_those_of_the_specification),
		cmocka_unit_test(paths_have_groups_of_three_digits),
		cmocka_unit_test(a_tile_holds_the_roots_of_its_leaves),
		cmocka_unit_test(a_bundle_reads_back_what_went_in),
		cmocka_unit_test(
			a_bundle_that_is_cut_off_does_not_end_at_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
