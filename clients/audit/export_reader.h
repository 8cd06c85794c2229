/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_EXPORT_READER_H
#define PERMIT_AUDIT_EXPORT_READER_H

#include "clients/audit/source_kinds.h"
#include "clients/audit/tile_walk.h"

/* What the two files that read an export share. */
struct export_reader {
	int folder_fd;
	struct checkpoint checkpoint;
	struct buffer note;
	struct tile_walk walk;
	uint64_t next;		/* entry */
	uint64_t time_ms;	/* of the one before */
	struct buffer bundle;
	size_t bundle_at;
	char bundle_file[TILE_PATH_BYTES];
	struct buffer blob;
	struct buffer other;	/* policies, and files of earlier exports */
	struct buffer has_blob;	/* a bit for each entry */
	struct buffer policies;	/* hashes, one after the other */
	uint64_t n_other;
	char first_other[FINDING_FILE_BYTES];
};

static inline bool export_has_blob(const struct export_reader *reader, uint64_t seq)
{
	return seq / 8 < reader->has_blob.n &&
	       (reader->has_blob.data[seq / 8] >> (seq % 8) & 1) != 0;
}

#endif
