/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/tiles.h"

#include <stdio.h>
#include <string.h>

/* Hashes that a level has in a log of this size: 256^level leaves each. */
static uint64_t level_hashes(uint64_t size, unsigned level)
{
	return level < TILE_LEVELS ? size >> (8 * level) : 0;
}

uint64_t tile_count(uint64_t size, unsigned level)
{
	return level_hashes(size, level) / TILE_WIDTH;
}

unsigned tile_partial_width(uint64_t size, unsigned level)
{
	return (unsigned)(level_hashes(size, level) % TILE_WIDTH);
}

/*
 * Groups of three digits, the higher ones marked with an x, so that no folder
 * ever holds more than a thousand names: 1234067 is x001/x234/067.
 */
static size_t print_number(uint64_t n, char *to, size_t room)
{
	char groups[7][4];	/* three digits and a NUL; 2^64 has seven groups */
	size_t n_groups = 0, length = 0;

	do {
		snprintf(groups[n_groups++], sizeof(groups[0]), "%03u",
			 (unsigned)(n % 1000));
		n /= 1000;
	} while (n > 0);
	while (n_groups-- > 1)
		length += (size_t)snprintf(to + length, room - length, "x%s/",
					   groups[n_groups]);
	length += (size_t)snprintf(to + length, room - length, "%s", groups[0]);
	return length;
}

static void print_path(const char *folder, uint64_t n, unsigned width,
		       char to[TILE_PATH_BYTES])
{
	size_t length = (size_t)snprintf(to, TILE_PATH_BYTES, "tile/%s/", folder);

	length += print_number(n, to + length, TILE_PATH_BYTES - length);
	if (width > 0 && width < TILE_WIDTH)
		snprintf(to + length, TILE_PATH_BYTES - length, ".p/%u", width);
}

void tile_path(unsigned level, uint64_t n, unsigned width,
	       char to[TILE_PATH_BYTES])
{
	char folder[16];

	snprintf(folder, sizeof(folder), "%u", level);
	print_path(folder, n, width, to);
}

void tile_bundle_path(uint64_t n, unsigned width, char to[TILE_PATH_BYTES])
{
	print_path("entries", n, width, to);
}

bool tile_encode(const struct merkle_tree *tree, unsigned level, uint64_t n,
		 unsigned width, uint8_t *to)
{
	struct digest node;

	if (level >= TILE_LEVELS)
		return false;
	for (unsigned i = 0; i < width; i++) {
		if (!merkle_tree_node(tree, 8 * level, n * TILE_WIDTH + i, &node))
			return false;
		memcpy(to + i * DIGEST_BYTES, node.bytes, DIGEST_BYTES);
	}
	return true;
}

size_t tile_bundle_add(struct bytes entry, uint8_t *to)
{
	put_be16(to, (uint16_t)entry.n);
	if (entry.n > 0)
		memcpy(to + 2, entry.data, entry.n);
	return tile_bundle_bytes(entry.n);
}

bool tile_bundle_next(struct bytes bundle, size_t *at, struct bytes *ret_entry)
{
	size_t n_left = bundle.n - *at, n;

	if (n_left < 2)
		return false;
	n = get_be16(bundle.data + *at);
	if (n > n_left - 2)
		return false;
	*ret_entry = (struct bytes){ bundle.data + *at + 2, n };
	*at += tile_bundle_bytes(n);
	return true;
}
