/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_DURABLE_H
#define PERMIT_STORE_DURABLE_H

#include "policy/base/bytes.h"

/*
 * Small files that hold secrets: replaced as a whole, readable by their owner
 * alone, and gone when they are gone, as far as a file system lets anyone see
 * to that.
 */

/*
 * Writes a file with mode 0600: new file, fsync, rename over the old one, fsync
 * of the folder. The old one's bytes are overwritten afterwards, which is a best
 * effort: who must be sure destroys the key that they are sealed with.
 * Returns 0 or -errno, after which either the old or the new file is there.
 */
MUST_USE int durable_replace(const char *path, struct bytes content);

/* As durable_replace, but fails with -EEXIST when there is such a file. */
MUST_USE int durable_create(const char *path, struct bytes content);

#define DURABLE_E_ABSENT 1
#define DURABLE_E_OPEN_TO_OTHERS 2 /* others may read or write it */

/*
 * Reads a regular file into memory of its own, to be ended by durable_free. It
 * must belong to this process's user or to root, and others may neither read
 * nor write it; a group may read it, as service managers hand credentials out.
 * Returns 0, a code above, or -errno: -EFBIG for more than max_bytes.
 */
MUST_USE int durable_read(const char *path, size_t max_bytes,
			  struct bytes *ret_content);

/* The same for what others may read, but only its owner write. */
MUST_USE int durable_read_public(const char *path, size_t max_bytes,
				 struct bytes *ret_content);

/* Wipes the bytes. Accepts empty ones. */
void durable_free(struct bytes *content);

#endif
