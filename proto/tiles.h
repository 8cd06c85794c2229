/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_TILES_H
#define PERMIT_PROTO_TILES_H

#include "proto/merkle.h"

/*
 * The static form of a log (C2SP tlog-tiles): files of 256 hashes or entries
 * that any web server or disk can carry. Tile n of level l holds, as hash i,
 * the root of the 256^l leaves that start at leaf (n * 256 + i) * 256^l.
 */
#define TILE_WIDTH 256
#define TILE_BYTES (TILE_WIDTH * DIGEST_BYTES)
#define TILE_LEVELS 8		/* 256^8 leaves are more than there can be */
#define TILE_PATH_BYTES 64	/* "tile/63/x001/.../067.p/255" and its NUL */
#define TILE_ENTRY_MAX_BYTES 65535

/* Full tiles of this level in a log of this size; the partial one is next. */
uint64_t tile_count(uint64_t size, unsigned level);

/* Width of the partial tile, 0..255; 0 means that there is none. */
unsigned tile_partial_width(uint64_t size, unsigned level);

/* "tile/<L>/<N>" or, for a width of 1..255, "tile/<L>/<N>.p/<W>". */
void tile_path(unsigned level, uint64_t n, unsigned width,
	       char to[TILE_PATH_BYTES]);

/* "tile/entries/<N>", likewise. */
void tile_bundle_path(uint64_t n, unsigned width, char to[TILE_PATH_BYTES]);

/*
 * Writes `width` hashes (1..256) of tile n. False when the tree does not hold
 * all of them.
 */
MUST_USE bool tile_encode(const struct merkle_tree *tree, unsigned level,
			  uint64_t n, unsigned width, uint8_t *to);

/* Bytes that an entry of n bytes takes in an entry bundle. */
static inline size_t tile_bundle_bytes(size_t n_entry_bytes)
{
	return 2 + n_entry_bytes;
}

/* Writes one entry, at most TILE_ENTRY_MAX_BYTES; returns the bytes written. */
size_t tile_bundle_add(struct bytes entry, uint8_t *to);

/*
 * Walks a bundle: start with *at = 0. False when the bytes are used up, and
 * when they do not end with an entry: then *at is not the bundle's length.
 */
MUST_USE bool tile_bundle_next(struct bytes bundle, size_t *at,
			       struct bytes *ret_entry);

#endif
