/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_MERKLE_H
#define PERMIT_PROTO_MERKLE_H

#include "proto/digest.h"

/*
 * The Merkle tree of RFC 6962 section 2.1: hashing, proofs, verification.
 *
 * A node is named by its level and its index there: node (l, i) is the root
 * of the 2^l leaves that start at leaf i * 2^l. Only such perfect subtrees are
 * ever stored; the ragged right edge is folded from them when it is needed.
 */
#define MERKLE_INCLUSION_MAX 64	/* hashes in an inclusion path */
#define MERKLE_CONSISTENCY_MAX 65	/* hashes in a consistency path */

struct merkle_path {
	size_t n;
	struct digest hashes[MERKLE_CONSISTENCY_MAX];
};

/*
 * What must be kept of a tree to let it grow: the perfect subtrees that it
 * falls apart into, largest first, one for each bit set in size.
 *
 *   size 7:   [0 1 2 3]  [4 5]  [6]
 */
struct merkle_frontier {
	uint64_t size;
	struct digest nodes[64];
};

/* How many nodes the frontier of a tree of this size has. */
static inline size_t merkle_frontier_nodes(uint64_t size)
{
	return (size_t)__builtin_popcountll(size);
}

struct digest merkle_leaf(struct bytes entry);
struct digest merkle_node(const struct digest *left, const struct digest *right);

/* Lets the tree grow by one leaf. The size must be below 2^63. */
void merkle_frontier_add(struct merkle_frontier *frontier,
			 const struct digest *leaf);

/* The root of the whole tree; SHA-256 of nothing for the empty one. */
struct digest merkle_frontier_root(const struct merkle_frontier *frontier);

/*
 * All nodes over the leaves [first, end), and left of them only the frontier
 * of the tree they were added to. That is enough to prove each of these leaves,
 * and to prove that the tree of `end` leaves continues the one of `first`.
 * With first = 0 it is the whole tree, and proves everything.
 */
struct merkle_tree {
	struct merkle_frontier before;	/* before.size is `first` */
	uint64_t end;
	struct digest *nodes;	/* level after level, owned */
	size_t cap_nodes;
	size_t level_at[64];	/* where in nodes a level starts */
};

/* An empty tree that owns nothing yet. */
void merkle_tree_init(struct merkle_tree *tree);

/* Accepts a tree that was ended before. */
void merkle_tree_done(struct merkle_tree *tree);

/*
 * Builds the tree that has n_leaves more than `before`. What the object held
 * is replaced, its memory is used again. Returns 0, or -ENOMEM, after which
 * the object is as merkle_tree_init left it.
 */
MUST_USE int merkle_tree_build(struct merkle_tree *tree,
			       const struct merkle_frontier *before,
			       const struct digest *leaves, size_t n_leaves);

/* False when the node is incomplete, or left of what the tree holds. */
MUST_USE bool merkle_tree_node(const struct merkle_tree *tree, unsigned level,
			       uint64_t index, struct digest *ret_node);

/* What the next leaves will be added to. */
void merkle_tree_frontier(const struct merkle_tree *tree,
			  struct merkle_frontier *ret_frontier);

/*
 * The root of the first `size` leaves, first <= size <= end. False when the
 * nodes are not held.
 */
MUST_USE bool merkle_tree_root(const struct merkle_tree *tree, uint64_t size,
			       struct digest *ret_root);

/*
 * PATH(index, D[0:size]). False when index >= size, size > end, or a node is
 * needed that this tree does not hold.
 */
MUST_USE bool merkle_tree_inclusion(const struct merkle_tree *tree,
				    uint64_t index, uint64_t size,
				    struct merkle_path *ret_path);

/*
 * PROOF(old_size, D[0:size]). False when old_size is 0 or above size, size is
 * above end, or a node is needed that this tree does not hold.
 */
MUST_USE bool merkle_tree_consistency(const struct merkle_tree *tree,
				      uint64_t old_size, uint64_t size,
				      struct merkle_path *ret_path);

/* True only if the leaf stands at this index of the tree with this root. */
MUST_USE bool merkle_verify_inclusion(uint64_t index, uint64_t size,
				      const struct digest *leaf,
				      const struct merkle_path *path,
				      const struct digest *root);

/*
 * True only if the tree of `size` leaves begins with that of `old_size`.
 * An old size of 0 is false: there was nothing to be consistent with.
 */
MUST_USE bool merkle_verify_consistency(uint64_t old_size, uint64_t size,
					const struct digest *old_root,
					const struct digest *root,
					const struct merkle_path *path);

#endif
