/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_TILE_WALK_H
#define PERMIT_AUDIT_TILE_WALK_H

#include "clients/audit/finding.h"
#include "clients/audit/folder.h"
#include "proto/note.h"

/*
 * The tiles of an export, believed from the checkpoint downwards:
 *
 *	checkpoint's root <- partial tiles of all levels, the edge
 *	slot of a tile    <- root of the full tile below it
 *	slot of level 0   <- hash of the entry
 *
 * So the first file that does not fit is the one that was changed, not one
 * that is above it. One full tile of each level is kept, which is enough when
 * entries are read in order.
 */
struct tile_walk {
	int folder_fd;	/* borrowed */
	uint64_t size;
	struct {
		bool held;
		uint64_t n;
		uint8_t hashes[TILE_BYTES];
	} full[TILE_LEVELS];
	uint8_t edge[TILE_LEVELS][TILE_BYTES];
	struct buffer file;
};

/*
 * Reads the edge and holds it against the checkpoint. Returns 0, AUDIT_FINDING
 * or -errno. The walk is to be ended whatever comes.
 */
MUST_USE int tile_walk_open(struct tile_walk *walk, int folder_fd,
			    const struct checkpoint *checkpoint,
			    struct finding *ret_finding);

void tile_walk_done(struct tile_walk *walk);

/* The hash of the entry at this index, below the walk's size. Returns likewise. */
MUST_USE int tile_walk_leaf(struct tile_walk *walk, uint64_t index,
			    struct digest *ret_leaf, struct finding *ret_finding);

/*
 * Reads a file that must be there. Returns 0, AUDIT_FINDING when it is absent,
 * too long or no file, or -errno. The entry is the first that it is about.
 */
MUST_USE int read_needed(int folder_fd, const char *path, size_t max_bytes,
			 uint64_t entry, struct buffer *ret_content,
			 struct finding *ret_finding);

/* Width of a tile or bundle in a log of this size, 1..256; 0 when behind it. */
unsigned tile_width_at(uint64_t size, unsigned level, uint64_t n);

#endif
