/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_SEGMENTS_H
#define PERMIT_STORE_SEGMENTS_H

#include "proto/segment.h"

/*
 * The files that the log writes to. Each has its full size and is made of zeros
 * before it is used, for two reasons: a sync then writes data only and no file
 * system metadata, and a full disk shows while there is still a file to write
 * to. So one more file is always being made: "next.seg", a piece with each
 * write, ready long before it is needed.
 */
struct segments {
	int folder_fd;		/* locked */
	uint64_t new_bytes;	/* size of new files */
	uint32_t n_files;
	int fd;			/* the last one, or -1 */
	uint64_t file_bytes;	/* its size */
	uint64_t offset;	/* where the next record goes */
	int next_fd;		/* being filled, or -1 */
	uint64_t next_filled;	/* bytes that are zero and on disk */
	bool next_ready;	/* "next.seg" is complete */
};

#define SEGMENTS_E_NO_ROOM 1
#define SEGMENTS_E_BUSY 2
#define SEGMENTS_E_GAP 3	/* a file between the first and last is missing */

/*
 * Opens the folder, made when absent, and locks it against other writers.
 * ret_gap is set with SEGMENTS_E_GAP: the first file that is missing.
 * Returns 0, SEGMENTS_E_BUSY, SEGMENTS_E_GAP or -errno. Whatever it returns,
 * segments_close may follow.
 */
MUST_USE int segments_open(struct segments *segments, const char *folder,
			   uint64_t new_bytes, uint32_t *ret_gap);

/* Accepts segments that are closed. */
void segments_close(struct segments *segments);

/*
 * Goes on writing at `offset` of the last file. The record before it, last_bytes
 * long (0: none in this file), is written again, because a sync that failed may
 * have left it in memory only, marked as clean. When cut, all that follows the
 * offset is set to zero. On disk when this returns 0, else -errno.
 */
MUST_USE int segments_resume(struct segments *segments, uint64_t offset,
			     uint64_t last_bytes, bool cut);

/*
 * Sees to it that n_bytes fit at the offset, in a new file if need be, and
 * goes on with the one after it. n_bytes must be at most new_bytes.
 * Returns 0; SEGMENTS_E_NO_ROOM, and nothing that is in use has changed; or
 * -errno.
 */
MUST_USE int segments_make_room(struct segments *segments, uint64_t n_bytes);

/*
 * Writes at the offset and syncs; then moves the offset. Room must have been
 * made. Returns 0, or -errno after which the disk is in doubt.
 */
MUST_USE int segments_write(struct segments *segments, const uint8_t *data,
			    uint64_t n_bytes);

#endif
