/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/merkle.h"

#define N_MAX 130

/*
 * The definitions of RFC 6962 section 2.1, word for word: slow, recursive, and
 * sharing nothing with merkle.c but SHA-256.
 */
static struct digest leaves[N_MAX];

static struct digest plain_node(struct digest left, struct digest right)
{
	uint8_t one = 1;

	return digest_of_parts((const struct bytes[]){ { &one, 1 },
						       { left.bytes, 32 },
						       { right.bytes, 32 } },
			       3);
}

static size_t plain_split(size_t n)
{
	size_t k = 1;

	while (2 * k < n)
		k *= 2;
	return k;
}

static struct digest plain_root(size_t begin, size_t end)
{
	size_t k;

	if (begin == end)
		return digest_of((struct bytes){ NULL, 0 });
	if (end - begin == 1)
		return leaves[begin];
	k = plain_split(end - begin);
	return plain_node(plain_root(begin, begin + k), plain_root(begin + k, end));
}

static void plain_add(struct merkle_path *path, size_t begin, size_t end)
{
	path->hashes[path->n++] = plain_root(begin, end);
}

static void plain_path(size_t m, size_t begin, size_t end,
		       struct merkle_path *path)
{
	size_t k;

	if (end - begin == 1)
		return;
	k = plain_split(end - begin);
	if (m < k) {
		plain_path(m, begin, begin + k, path);
		plain_add(path, begin + k, end);
	} else {
		plain_path(m - k, begin + k, end, path);
		plain_add(path, begin, begin + k);
	}
}

static void plain_sub(size_t m, size_t begin, size_t end, bool whole,
		      struct merkle_path *path)
{
	size_t k;

	if (m == end - begin) {
		if (!whole)
			plain_add(path, begin, end);
		return;
	}
	k = plain_split(end - begin);
	if (m <= k) {
		plain_sub(m, begin, begin + k, whole, path);
		plain_add(path, begin + k, end);
	} else {
		plain_sub(m - k, begin + k, end, false, path);
		plain_add(path, begin, begin + k);
	}
}

static int make_leaves(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_MAX; i++) {
		uint8_t data[2] = { (uint8_t)i, 0x5a };

		leaves[i] = merkle_leaf((struct bytes){ data, sizeof(data) });
	}
	return 0;
}

static void assert_digest(struct digest got, const char *hex)
{
	char text[2 * DIGEST_BYTES + 1];

	hex_print(got.bytes, DIGEST_BYTES, text);
	assert_string_equal(text, hex);
}

static void assert_path(const struct merkle_path *got,
			const struct merkle_path *expected)
{
	assert_int_equal(got->n, expected->n);
	for (size_t i = 0; i < got->n; i++)
		assert_memory_equal(got->hashes[i].bytes,
				    expected->hashes[i].bytes, DIGEST_BYTES);
}

/* The whole tree of the first n leaves. */
static void build_whole(struct merkle_tree *tree, size_t n)
{
	const struct merkle_frontier nothing = { .size = 0 };

	merkle_tree_init(tree);
	assert_int_equal(merkle_tree_build(tree, &nothing, leaves, n), 0);
}

static struct merkle_frontier frontier_of(size_t n)
{
	struct merkle_frontier frontier = { .size = 0 };

	for (size_t i = 0; i < n; i++)
		merkle_frontier_add(&frontier, &leaves[i]);
	return frontier;
}

/* From transparency-dev/merkle, testonly/constants.go, Apache-2.0. */
static const char *const known_leaves[] = {
	"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
	"606162636465666768696a6b6c6d6e6f",
};
static const char *const known_roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static struct digest known_leaf(size_t i)
{
	uint8_t data[16];
	size_t n = strlen(known_leaves[i]) / 2;

	assert_true(hex_parse(known_leaves[i], 2 * n, data, n));
	return merkle_leaf((struct bytes){ data, n });
}

static void the_published_roots_come_out(void **state)
{
	struct merkle_frontier frontier = { .size = 0 };

	(void)state;
	assert_digest(merkle_frontier_root(&frontier), known_roots[0]);
	for (size_t i = 0; i < 8; i++) {
		struct digest leaf = known_leaf(i);

		merkle_frontier_add(&frontier, &leaf);
		assert_digest(merkle_frontier_root(&frontier),
			      known_roots[i + 1]);
	}
}

static const char node_2_4[] =
	"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
static const char node_4_6[] =
	"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
static const char node_6_8[] =
	"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
static const char node_4_7[] =
	"837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e";

static void the_published_proofs_come_out(void **state)
{
	const struct merkle_frontier nothing = { .size = 0 };
	struct digest known[8];
	struct merkle_tree tree;
	struct merkle_path path;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		known[i] = known_leaf(i);
	merkle_tree_init(&tree);
	assert_int_equal(merkle_tree_build(&tree, &nothing, known, 8), 0);
	assert_true(merkle_tree_inclusion(&tree, 5, 8, &path));
	assert_int_equal(path.n, 3);
	assert_memory_equal(path.hashes[0].bytes, known[4].bytes, 32);
	assert_digest(path.hashes[1], node_6_8);
	assert_digest(path.hashes[2], known_roots[4]);
	assert_true(merkle_tree_inclusion(&tree, 3, 7, &path));
	assert_int_equal(path.n, 3);
	assert_memory_equal(path.hashes[0].bytes, known[2].bytes, 32);
	assert_digest(path.hashes[1], known_roots[2]);
	assert_digest(path.hashes[2], node_4_7);
	assert_true(merkle_tree_consistency(&tree, 6, 8, &path));
	assert_int_equal(path.n, 3);
	assert_digest(path.hashes[0], node_4_6);
	assert_digest(path.hashes[1], node_6_8);
	assert_digest(path.hashes[2], known_roots[4]);
	assert_true(merkle_tree_consistency(&tree, 2, 5, &path));
	assert_int_equal(path.n, 2);
	assert_digest(path.hashes[0], node_2_4);
	merkle_tree_done(&tree);
}

static void roots_and_proofs_are_those_of_the_definitions(void **state)
{
	struct merkle_tree tree;

	(void)state;
	build_whole(&tree, N_MAX);
	for (size_t n = 1; n <= N_MAX; n++) {
		struct digest root, expected = plain_root(0, n);

		assert_true(merkle_tree_root(&tree, n, &root));
		assert_true(digest_equal(&root, &expected));
		for (size_t m = 0; m < n; m++) {
			struct merkle_path path, plain = { 0 };

			plain_path(m, 0, n, &plain);
			assert_true(merkle_tree_inclusion(&tree, m, n, &path));
			assert_path(&path, &plain);
			assert_true(merkle_verify_inclusion(m, n, &leaves[m],
							    &path, &root));
		}
	}
	merkle_tree_done(&tree);
}

static void consistency_proofs_are_those_of_the_definition(void **state)
{
	struct merkle_tree tree;

	(void)state;
	build_whole(&tree, N_MAX);
	for (size_t n = 1; n <= N_MAX; n++) {
		struct digest root = plain_root(0, n);

		for (size_t m = 1; m <= n; m++) {
			struct merkle_path path, plain = { 0 };
			struct digest old_root;

			assert_true(merkle_tree_root(&tree, m, &old_root));
			plain_sub(m, 0, n, true, &plain);
			assert_true(merkle_tree_consistency(&tree, m, n, &path));
			assert_path(&path, &plain);
			assert_true(merkle_verify_consistency(
				m, n, &old_root, &root, &path));
		}
	}
	merkle_tree_done(&tree);
}

/* A group added to any tree knows as much as is needed about itself. */
static void a_group_proves_its_own_leaves_and_that_it_continues(void **state)
{
	struct merkle_tree tree, whole;

	(void)state;
	merkle_tree_init(&tree);
	build_whole(&whole, N_MAX);
	for (size_t first = 0; first < 70; first++) {
		struct merkle_frontier before = frontier_of(first);

		for (size_t n = 0; n <= 33; n++) {
			struct merkle_frontier after;
			struct merkle_frontier expected = frontier_of(first + n);
			struct merkle_path path, other;

			assert_int_equal(merkle_tree_build(&tree, &before,
							   leaves + first, n), 0);
			merkle_tree_frontier(&tree, &after);
			assert_int_equal(after.size, expected.size);
			assert_memory_equal(
				after.nodes, expected.nodes,
				merkle_frontier_nodes(after.size) * DIGEST_BYTES);
			for (size_t i = first; i < first + n; i++) {
				assert_true(merkle_tree_inclusion(
					&tree, i, first + n, &path));
				assert_true(merkle_tree_inclusion(
					&whole, i, first + n, &other));
				assert_path(&path, &other);
			}
			if (first == 0)
				continue;
			assert_true(merkle_tree_consistency(&tree, first,
							    first + n, &path));
			assert_true(merkle_tree_consistency(&whole, first,
							    first + n, &other));
			assert_path(&path, &other);
		}
	}
	merkle_tree_done(&tree);
	merkle_tree_done(&whole);
}

static void a_tree_does_not_guess_what_it_does_not_hold(void **state)
{
	struct merkle_frontier before = frontier_of(6);
	struct merkle_tree tree;
	struct merkle_path path;
	struct digest node;

	(void)state;
	merkle_tree_init(&tree);
	assert_int_equal(merkle_tree_build(&tree, &before, leaves + 6, 4), 0);
	assert_true(merkle_tree_node(&tree, 2, 0, &node));
	assert_true(merkle_tree_node(&tree, 1, 2, &node));
	assert_false(merkle_tree_node(&tree, 0, 5, &node));
	assert_false(merkle_tree_node(&tree, 1, 1, &node));
	assert_false(merkle_tree_node(&tree, 0, 10, &node));
	assert_false(merkle_tree_node(&tree, 64, 0, &node));
	assert_false(merkle_tree_inclusion(&tree, 5, 10, &path));
	assert_false(merkle_tree_inclusion(&tree, 10, 10, &path));
	assert_false(merkle_tree_inclusion(&tree, 9, 11, &path));
	assert_false(merkle_tree_consistency(&tree, 5, 10, &path));
	assert_false(merkle_tree_consistency(&tree, 0, 10, &path));
	assert_false(merkle_tree_consistency(&tree, 10, 9, &path));
	assert_false(merkle_tree_consistency(&tree, 6, 11, &path));
	merkle_tree_done(&tree);
}

static void every_flipped_bit_of_a_proof_is_refused(void **state)
{
	struct merkle_tree tree;
	struct merkle_path path;
	struct digest root = plain_root(0, 13), old_root = plain_root(0, 6);

	(void)state;
	build_whole(&tree, 13);
	assert_true(merkle_tree_inclusion(&tree, 5, 13, &path));
	for (size_t bit = 0; bit < path.n * 256; bit++) {
		struct merkle_path bad = path;

		bad.hashes[bit / 256].bytes[bit / 8 % 32] ^=
			(uint8_t)(1 << bit % 8);
		assert_false(merkle_verify_inclusion(5, 13, &leaves[5], &bad,
						     &root));
	}
	assert_true(merkle_tree_consistency(&tree, 6, 13, &path));
	for (size_t bit = 0; bit < path.n * 256; bit++) {
		struct merkle_path bad = path;

		bad.hashes[bit / 256].bytes[bit / 8 % 32] ^=
			(uint8_t)(1 << bit % 8);
		assert_false(merkle_verify_consistency(6, 13, &old_root, &root,
						       &bad));
	}
	merkle_tree_done(&tree);
}

static void a_proof_holds_for_no_other_place_or_length(void **state)
{
	struct merkle_tree tree;
	struct merkle_path path;
	struct digest root = plain_root(0, 13);

	(void)state;
	build_whole(&tree, 13);
	assert_true(merkle_tree_inclusion(&tree, 5, 13, &path));
	for (uint64_t index = 0; index < 20; index++)
		assert_int_equal(merkle_verify_inclusion(index, 13, &leaves[5],
							 &path, &root),
				 index == 5);
	path.n--;
	assert_false(merkle_verify_inclusion(5, 13, &leaves[5], &path, &root));
	path.n += 2;
	path.hashes[path.n - 1] = root;
	assert_false(merkle_verify_inclusion(5, 13, &leaves[5], &path, &root));
	merkle_tree_done(&tree);
}

static void the_edges_of_verification_fail_closed(void **state)
{
	struct merkle_path path = { 0 };
	struct digest one = plain_root(0, 1), two = plain_root(0, 2);

	(void)state;
	assert_false(merkle_verify_inclusion(0, 0, &leaves[0], &path, &one));
	assert_true(merkle_verify_inclusion(0, 1, &leaves[0], &path, &one));
	assert_false(merkle_verify_consistency(0, 2, &one, &two, &path));
	assert_false(merkle_verify_consistency(1, 2, &one, &two, &path));
	assert_false(merkle_verify_consistency(2, 1, &two, &one, &path));
	assert_true(merkle_verify_consistency(2, 2, &two, &two, &path));
	assert_false(merkle_verify_consistency(2, 2, &one, &two, &path));
	path.n = 1;
	path.hashes[0] = leaves[1];
	assert_true(merkle_verify_consistency(1, 2, &one, &two, &path));
	assert_false(merkle_verify_consistency(2, 2, &two, &two, &path));
	path.n = MERKLE_INCLUSION_MAX + 1;
	assert_false(merkle_verify_inclusion(0, UINT64_MAX, &leaves[0], &path,
					     &one));
	path.n = MERKLE_CONSISTENCY_MAX + 1;
	assert_false(merkle_verify_consistency(1, UINT64_MAX, &one, &two, &path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_roots_come_out),
		cmocka_unit_test(the_published_proofs_come_out),
		cmocka_unit_test(roots_and_proofs_are_those_of_the_definitions),
		cmocka_unit_test(consistency_proofs_are_those_of_the_definition),
		cmocka_unit_test(
			a_group_proves_its_own_leaves_and_that_it_continues),
		cmocka_unit_test(a_tree_does_not_guess_what_it_does_not_hold),
		cmocka_unit_test(every_flipped_bit_of_a_proof_is_refused),
		cmocka_unit_test(a_proof_holds_for_no_other_place_or_length),
		cmocka_unit_test(the_edges_of_verification_fail_closed),
	};

	return cmocka_run_group_tests(tests, make_leaves, NULL);
}
