/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/tile_walk.h"

#include <errno.h>
#include <string.h>

int read_needed(int folder_fd, const char *path, size_t max_bytes, uint64_t entry,
		struct buffer *ret_content, struct finding *ret_finding)
{
	int r = folder_read(folder_fd, path, max_bytes, ret_content);

	if (r == -ENOENT || r == -ENOTDIR)
		return finding_at(ret_finding, entry, path, finding_get_again,
				  "the file is missing");
	if (r == -EFBIG || r == -EINVAL || r == -ELOOP)
		return finding_at(ret_finding, entry, path, finding_get_again,
				  "it is longer than it can be, or no file at all");
	return r;
}

unsigned tile_width_at(uint64_t size, unsigned level, uint64_t n)
{
	uint64_t n_full = tile_count(size, level);

	if (n < n_full)
		return TILE_WIDTH;
	return n == n_full ? tile_partial_width(size, level) : 0;
}

/* The first entry below slot i of tile n. */
static uint64_t first_entry(unsigned level, uint64_t n, unsigned slot)
{
	return (n * TILE_WIDTH + slot) << (8 * level);
}

static struct digest slot_of(const uint8_t *hashes, unsigned slot)
{
	struct digest digest;

	memcpy(digest.bytes, hashes + (size_t)slot * DIGEST_BYTES, DIGEST_BYTES);
	return digest;
}

/* Root of a perfect subtree; width is a power of two. */
static struct digest perfect_root(const uint8_t *hashes, unsigned width)
{
	struct digest nodes[TILE_WIDTH];

	for (unsigned i = 0; i < width; i++)
		nodes[i] = slot_of(hashes, i);
	for (; width > 1; width /= 2)
		for (unsigned i = 0; i < width / 2; i++)
			nodes[i] = merkle_node(&nodes[2 * i], &nodes[2 * i + 1]);
	return nodes[0];
}

static int read_tile(struct tile_walk *walk, unsigned level, uint64_t n,
		     unsigned width, uint8_t *to, struct finding *finding)
{
	char path[TILE_PATH_BYTES];
	uint64_t entry = first_entry(level, n, 0);
	int r;

	tile_path(level, n, width, path);
	r = read_needed(walk->folder_fd, path, TILE_BYTES, entry, &walk->file,
			finding);
	if (r != 0)
		return r;
	if (walk->file.n != (size_t)width * DIGEST_BYTES)
		return finding_at(finding, entry, path, finding_get_again,
				  "it is %zu bytes long, not %u hashes of 32",
				  walk->file.n, width);
	memcpy(to, walk->file.data, walk->file.n);
	return 0;
}

/* The partial tiles are the tree's frontier, 8 of its levels at a time. */
static struct digest edge_root(const struct tile_walk *walk)
{
	struct merkle_frontier frontier = { .size = walk->size };
	size_t n = 0;

	for (unsigned level = TILE_LEVELS; level-- > 0;) {
		unsigned width = tile_partial_width(walk->size, level);
		unsigned at = 0;

		for (unsigned part = TILE_WIDTH / 2; part > 0; part /= 2) {
			if ((width & part) == 0)
				continue;
			frontier.nodes[n++] = perfect_root(
				walk->edge[level] + (size_t)at * DIGEST_BYTES, part);
			at += part;
		}
	}
	return merkle_frontier_root(&frontier);
}

/* ---- An edge that is not the checkpoint's: who is to blame? ---- */

static int blame_entry(struct tile_walk *walk, unsigned width, struct finding *finding)
{
	uint64_t n = tile_count(walk->size, 0);
	char tile[TILE_PATH_BYTES], path[TILE_PATH_BYTES];
	struct bytes entry;
	size_t at = 0;
	int r;

	tile_path(0, n, width, tile);
	tile_bundle_path(n, width, path);
	r = read_needed(walk->folder_fd, path, BUNDLE_MAX_BYTES,
			n * TILE_WIDTH, &walk->file, finding);
	for (unsigned i = 0; r == 0 && i < width; i++) {
		struct digest leaf, slot = slot_of(walk->edge[0], i);

		if (!tile_bundle_next(buffer_bytes(&walk->file), &at, &entry))
			return 0;
		leaf = merkle_leaf(entry);
		if (!digest_equal(&leaf, &slot))
			return finding_at(finding, n * TILE_WIDTH + i, tile,
					  finding_get_again,
					  "its hash is not that of the entry in %s, "
					  "and the signed tree holds neither file "
					  "as it is", path);
	}
	return r;
}

static int blame_tile(struct tile_walk *walk, unsigned level, unsigned width,
		      struct finding *finding)
{
	uint64_t n = tile_count(walk->size, level);
	uint8_t below[TILE_BYTES];
	char path[TILE_PATH_BYTES], child[TILE_PATH_BYTES];
	int r = 0;

	tile_path(level, n, width, path);
	for (unsigned i = 0; r == 0 && i < width; i++) {
		struct digest root, slot = slot_of(walk->edge[level], i);

		r = read_tile(walk, level - 1, n * TILE_WIDTH + i, TILE_WIDTH, below,
			      finding);
		root = perfect_root(below, TILE_WIDTH);
		if (r != 0 || digest_equal(&root, &slot))
			continue;
		tile_path(level - 1, n * TILE_WIDTH + i, 0, child);
		return finding_at(finding, first_entry(level, n, i), path,
				  finding_get_again,
				  "its hash number %u is not that of %s", i, child);
	}
	return r;
}

static int blame_edge(struct tile_walk *walk, struct finding *finding)
{
	for (unsigned level = TILE_LEVELS; level-- > 0;) {
		unsigned width = tile_partial_width(walk->size, level);
		int r;

		if (width == 0)
			continue;
		r = level == 0 ? blame_entry(walk, width, finding) :
				 blame_tile(walk, level, width, finding);
		if (r != 0)
			return r;
	}
	return finding_say(finding, FOLDER_CHECKPOINT, finding_do_not_trust,
			   "the tree of the tiles has another root than the one "
			   "that was signed");
}

int tile_walk_open(struct tile_walk *walk, int folder_fd,
		   const struct checkpoint *checkpoint, struct finding *ret_finding)
{
	struct digest root;
	int r = 0;

	memset(walk, 0, sizeof(*walk));
	walk->folder_fd = folder_fd;
	walk->size = checkpoint->size;
	for (unsigned level = TILE_LEVELS; r == 0 && level-- > 0;) {
		unsigned width = tile_partial_width(walk->size, level);

		if (width > 0)
			r = read_tile(walk, level, tile_count(walk->size, level),
				      width, walk->edge[level], ret_finding);
	}
	if (r != 0)
		return r;
	root = edge_root(walk);
	return digest_equal(&root, &checkpoint->root) ?
		       0 : blame_edge(walk, ret_finding);
}

void tile_walk_done(struct tile_walk *walk)
{
	buffer_done(&walk->file);
}

/* ---- Downwards ---- */

/* The tile of a level that an entry is below. */
static uint64_t tile_of(unsigned level, uint64_t index)
{
	return level + 1 < TILE_LEVELS ? index >> (8 * (level + 1)) : 0;
}

static bool holds(const struct tile_walk *walk, unsigned level, uint64_t n)
{
	return n == tile_count(walk->size, level) ||
	       (walk->full[level].held && walk->full[level].n == n);
}

static const uint8_t *hashes_of(const struct tile_walk *walk, unsigned level,
				uint64_t n)
{
	return n == tile_count(walk->size, level) ? walk->edge[level] :
						    walk->full[level].hashes;
}

/* Loads a full tile whose parent is held. */
static int load(struct tile_walk *walk, unsigned level, uint64_t n,
		struct finding *finding)
{
	const uint8_t *above = hashes_of(walk, level + 1, n / TILE_WIDTH);
	struct digest expected = slot_of(above, (unsigned)(n % TILE_WIDTH));
	struct digest root;
	char path[TILE_PATH_BYTES];
	int r;

	walk->full[level].held = false;
	r = read_tile(walk, level, n, TILE_WIDTH, walk->full[level].hashes, finding);
	if (r != 0)
		return r;
	root = perfect_root(walk->full[level].hashes, TILE_WIDTH);
	if (!digest_equal(&root, &expected)) {
		tile_path(level, n, 0, path);
		return finding_at(finding, first_entry(level, n, 0), path,
				  finding_get_again,
				  "it is not the tile that was signed");
	}
	walk->full[level].held = true;
	walk->full[level].n = n;
	return 0;
}

int tile_walk_leaf(struct tile_walk *walk, uint64_t index, struct digest *ret_leaf,
		   struct finding *ret_finding)
{
	unsigned top = 0;
	int r = 0;

	while (!holds(walk, top, tile_of(top, index)))
		top++;
	while (r == 0 && top > 0) {
		top--;
		r = load(walk, top, tile_of(top, index), ret_finding);
	}
	if (r == 0)
		*ret_leaf = slot_of(hashes_of(walk, 0, index / TILE_WIDTH),
				    (unsigned)(index % TILE_WIDTH));
	return r;
}
