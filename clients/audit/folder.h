/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_FOLDER_H
#define PERMIT_AUDIT_FOLDER_H

#include "proto/tiles.h"

/*
 * Files of an export, by their path inside it.
 *
 *	checkpoint		signed; written last
 *	vkeys			the log's key
 *	tile/<L>/<N>[.p/<W>]	256 hashes, or W
 *	tile/entries/<N>[.p/<W>]	256 entries, or W
 *	blob/<N>		the content of entry N
 *	policy/<64 digits>	an edition's bundle, by its hash
 */
#define FOLDER_PATH_BYTES 128
#define FOLDER_CHECKPOINT "checkpoint"
#define FOLDER_VKEYS "vkeys"

/* Bytes of one file at a time; the memory is used again. */
struct buffer {
	uint8_t *data;
	size_t n;
	size_t room;
};

void buffer_done(struct buffer *buffer);
MUST_USE int buffer_reserve(struct buffer *buffer, size_t n);

static inline struct bytes buffer_bytes(const struct buffer *buffer)
{
	return (struct bytes){ buffer->data, buffer->n };
}

/* 256 entries at most, each with its length. */
#define BUNDLE_MAX_BYTES (TILE_WIDTH * (2 + (size_t)TILE_ENTRY_MAX_BYTES))

void close_folder(int *fd);

/*
 * Reads a regular file of at most max_bytes. Returns 0, -ENOENT, -EFBIG for a
 * longer one, -EINVAL when it is no regular file, or another -errno.
 */
MUST_USE int folder_read(int folder_fd, const char *path, size_t max_bytes,
			 struct buffer *ret_content);

/* Whether there is no such file. */
bool folder_lacks(int folder_fd, const char *path);

/* Removes a file that is there, or is not. Returns 0 or -errno. */
MUST_USE int folder_remove(int folder_fd, const char *path);

/*
 * Writes a file whole, with the folders above it: beside it first, then
 * renamed over it. Nothing is durable before folder_sync.
 */
MUST_USE int folder_write(int folder_fd, const char *path, struct bytes content);

/* Makes all that was written there durable, folders included. */
MUST_USE int folder_sync(int folder_fd);

void folder_blob_path(uint64_t seq, char to[FOLDER_PATH_BYTES]);
void folder_policy_path(const struct digest *hash, char to[FOLDER_PATH_BYTES]);

enum folder_kind {
	FOLDER_OTHER,
	FOLDER_TILE,
	FOLDER_BUNDLE,
	FOLDER_BLOB,
	FOLDER_POLICY,
	FOLDER_TOP,	/* checkpoint and vkeys */
};

/* What a path means. Only paths in their one written form mean anything. */
struct folder_name {
	enum folder_kind kind;
	unsigned level;		/* of a tile */
	uint64_t n;		/* of a tile, bundle or blob */
	unsigned width;		/* of a partial tile or bundle; else 0 */
	struct digest hash;	/* of a policy */
};

struct folder_name folder_name_read(const char *path);

#endif
