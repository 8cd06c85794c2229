/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/merkle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS 64

struct digest merkle_leaf(struct bytes entry)
{
	static const uint8_t prefix[1] = { 0 };
	const struct bytes parts[] = { { prefix, 1 }, entry };

	return digest_of_parts(parts, 2);
}

struct digest merkle_node(const struct digest *left, const struct digest *right)
{
	uint8_t pair[1 + 2 * DIGEST_BYTES];

	pair[0] = 1;
	memcpy(pair + 1, left->bytes, DIGEST_BYTES);
	memcpy(pair + 1 + DIGEST_BYTES, right->bytes, DIGEST_BYTES);
	return digest_of((struct bytes){ pair, sizeof(pair) });
}

/*
 * Adding a leaf is adding one to a binary number: each one bit at the end of
 * size is a subtree that the new leaf completes, as a carry.
 */
void merkle_frontier_add(struct merkle_frontier *frontier,
			 const struct digest *leaf)
{
	size_t n = merkle_frontier_nodes(frontier->size);
	struct digest node = *leaf;

	for (uint64_t rest = frontier->size; (rest & 1) != 0; rest >>= 1)
		node = merkle_node(&frontier->nodes[--n], &node);
	frontier->nodes[n] = node;
	frontier->size++;
}

struct digest merkle_frontier_root(const struct merkle_frontier *frontier)
{
	size_t n = merkle_frontier_nodes(frontier->size);
	struct digest root;

	if (n == 0)
		return digest_of((struct bytes){ NULL, 0 });
	root = frontier->nodes[--n];
	while (n > 0)
		root = merkle_node(&frontier->nodes[--n], &root);
	return root;
}

void merkle_tree_init(struct merkle_tree *tree)
{
	*tree = (struct merkle_tree){ 0 };
}

void merkle_tree_done(struct merkle_tree *tree)
{
	free(tree->nodes);
	merkle_tree_init(tree);
}

/* Complete nodes of a level that are not left of the first leaf. */
static size_t level_nodes(const struct merkle_tree *tree, unsigned level)
{
	return (size_t)((tree->end >> level) - (tree->before.size >> level));
}

/* The node of the frontier at a level whose bit is set in its size. */
static const struct digest *frontier_node(const struct merkle_frontier *frontier,
					  unsigned level)
{
	return &frontier->nodes[merkle_frontier_nodes(
		level < 63 ? frontier->size >> (level + 1) : 0)];
}

bool merkle_tree_node(const struct merkle_tree *tree, unsigned level,
		      uint64_t index, struct digest *ret_node)
{
	uint64_t first;

	if (level >= LEVELS || index >= tree->end >> level)
		return false;
	first = tree->before.size >> level;
	if (index >= first) {
		*ret_node = tree->nodes[tree->level_at[level] + index - first];
		return true;
	}
	if (index != first - 1 || (first & 1) == 0)
		return false;
	*ret_node = *frontier_node(&tree->before, level);
	return true;
}

/* Every node of a level from its two children, one level below. */
static void build_level(struct merkle_tree *tree, unsigned level)
{
	uint64_t first = tree->before.size >> level;
	struct digest *to = tree->nodes + tree->level_at[level];
	const struct digest *below = tree->nodes + tree->level_at[level - 1];
	uint64_t below_first = tree->before.size >> (level - 1);
	size_t n = level_nodes(tree, level);

	for (size_t i = 0; i < n; i++) {
		uint64_t left = (first + i) * 2;
		/* Only the very first left child can be older than the leaves. */
		const struct digest *old =
			left < below_first ?
				frontier_node(&tree->before, level - 1) :
				below + (left - below_first);

		to[i] = merkle_node(old, below + (left + 1 - below_first));
	}
}

int merkle_tree_build(struct merkle_tree *tree,
		      const struct merkle_frontier *before,
		      const struct digest *leaves, size_t n_leaves)
{
	size_t n_nodes = 2 * n_leaves + LEVELS;	/* halves, and one carry each */
	struct merkle_frontier first = *before;	/* may be the tree's own */
	size_t at = 0;

	if (n_leaves > SIZE_MAX / (4 * sizeof(*leaves)))
		return -ENOMEM;
	if (tree->cap_nodes < n_nodes) {
		merkle_tree_done(tree);
		tree->nodes = calloc(n_nodes, sizeof(*tree->nodes));
		if (tree->nodes == NULL)
			return -ENOMEM;
		tree->cap_nodes = n_nodes;
	}
	tree->before = first;
	tree->end = first.size + n_leaves;
	for (unsigned level = 0; level < LEVELS; level++) {
		tree->level_at[level] = at;
		at += level_nodes(tree, level);
	}
	if (n_leaves > 0)
		memcpy(tree->nodes, leaves, n_leaves * sizeof(*leaves));
	for (unsigned level = 1; level < LEVELS; level++)
		build_level(tree, level);
	return 0;
}

void merkle_tree_frontier(const struct merkle_tree *tree,
			  struct merkle_frontier *ret_frontier)
{
	struct merkle_frontier frontier = { .size = tree->end };
	size_t n = 0;

	for (unsigned level = LEVELS; level-- > 0;) {
		uint64_t n_complete = tree->end >> level;

		if ((n_complete & 1) != 0 &&
		    merkle_tree_node(tree, level, n_complete - 1,
				     &frontier.nodes[n]))
			n++;
	}
	*ret_frontier = frontier;
}

/*
 * MTH(D[begin:end]) of a range that begins at a multiple of some power of two
 * not below its length, as all ranges of proofs do: perfect subtrees, one for
 * each bit of the length, folded from the right.
 */
static bool range_root(const struct merkle_tree *tree, uint64_t begin,
		       uint64_t end, struct digest *ret_root)
{
	struct digest root;
	bool started = false;

	for (unsigned level = 0; begin < end; level++) {
		struct digest node;

		if (((end - begin) >> level & 1) == 0)
			continue;
		if (!merkle_tree_node(tree, level, (end >> level) - 1, &node))
			return false;
		root = started ? merkle_node(&node, &root) : node;
		started = true;
		end -= (uint64_t)1 << level;
	}
	if (started)
		*ret_root = root;
	return started;
}

bool merkle_tree_root(const struct merkle_tree *tree, uint64_t size,
		      struct digest *ret_root)
{
	if (size > tree->end)
		return false;
	if (size == 0) {
		*ret_root = digest_of((struct bytes){ NULL, 0 });
		return true;
	}
	return range_root(tree, 0, size, ret_root);
}

/* The largest power of two below n, n > 1. */
static uint64_t split(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* The definitions give the deepest hash first, the walk meets it last. */
static void path_reverse(struct merkle_path *path)
{
	for (size_t i = 0; i < path->n / 2; i++) {
		struct digest other = path->hashes[path->n - 1 - i];

		path->hashes[path->n - 1 - i] = path->hashes[i];
		path->hashes[i] = other;
	}
}

bool merkle_tree_inclusion(const struct merkle_tree *tree, uint64_t index,
			   uint64_t size, struct merkle_path *ret_path)
{
	uint64_t begin = 0, end = size;
	struct merkle_path path = { 0 };

	if (index >= size || size > tree->end)
		return false;
	while (end - begin > 1) {
		uint64_t middle = begin + split(end - begin);
		bool left = index < middle;

		if (!range_root(tree, left ? middle : begin, left ? end : middle,
				&path.hashes[path.n++]))
			return false;
		if (left)
			end = middle;
		else
			begin = middle;
	}
	path_reverse(&path);
	*ret_path = path;
	return true;
}

bool merkle_tree_consistency(const struct merkle_tree *tree, uint64_t old_size,
			     uint64_t size, struct merkle_path *ret_path)
{
	uint64_t begin = 0, end = size;
	struct merkle_path path = { 0 };

	if (old_size == 0 || old_size > size || size > tree->end)
		return false;
	while (end != old_size) {
		uint64_t middle = begin + split(end - begin);
		bool left = old_size <= middle;

		if (!range_root(tree, left ? middle : begin, left ? end : middle,
				&path.hashes[path.n++]))
			return false;
		if (left)
			end = middle;
		else
			begin = middle;
	}
	/* An old tree that is itself a node is known to whoever asks. */
	if (begin != 0 &&
	    !range_root(tree, begin, end, &path.hashes[path.n++]))
		return false;
	path_reverse(&path);
	*ret_path = path;
	return true;
}

/* One step up the tree; after a left sibling also up all the edges above. */
static void climb(uint64_t *index, uint64_t *last, bool right)
{
	if (right)
		while ((*index & 1) == 0 && *index != 0) {
			*index >>= 1;
			*last >>= 1;
		}
	*index >>= 1;
	*last >>= 1;
}

bool merkle_verify_inclusion(uint64_t index, uint64_t size,
			     const struct digest *leaf,
			     const struct merkle_path *path,
			     const struct digest *root)
{
	uint64_t last;
	struct digest hash = *leaf;

	if (index >= size || path->n > MERKLE_INCLUSION_MAX)
		return false;
	last = size - 1;
	for (size_t i = 0; i < path->n; i++) {
		bool right = (index & 1) != 0 || index == last;

		if (last == 0)
			return false;
		hash = right ? merkle_node(&path->hashes[i], &hash) :
			       merkle_node(&hash, &path->hashes[i]);
		climb(&index, &last, right);
	}
	return last == 0 && digest_equal(&hash, root);
}

bool merkle_verify_consistency(uint64_t old_size, uint64_t size,
			       const struct digest *old_root,
			       const struct digest *root,
			       const struct merkle_path *path)
{
	bool is_node = (old_size & (old_size - 1)) == 0;
	size_t i = is_node ? 0 : 1;	/* a node needs no first hash */
	uint64_t index = old_size - 1, last = size - 1;
	struct digest old_hash, hash;

	if (old_size == 0 || old_size > size ||
	    path->n > MERKLE_CONSISTENCY_MAX)
		return false;
	if (old_size == size)
		return path->n == 0 && digest_equal(old_root, root);
	if (path->n == 0)
		return false;
	while ((index & 1) != 0) {
		index >>= 1;
		last >>= 1;
	}
	old_hash = hash = is_node ? *old_root : path->hashes[0];
	for (; i < path->n; i++) {
		bool right = (index & 1) != 0 || index == last;

		if (last == 0)
			return false;
		if (right)
			old_hash = merkle_node(&path->hashes[i], &old_hash);
		hash = right ? merkle_node(&path->hashes[i], &hash) :
			       merkle_node(&hash, &path->hashes[i]);
		climb(&index, &last, right);
	}
	return last == 0 && digest_equal(&old_hash, old_root) &&
	       digest_equal(&hash, root);
}
