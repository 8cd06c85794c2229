/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/audit/export_reader.h"

/*
 * The files that reading the entries did not touch: tiles and bundles of
 * earlier and smaller checkpoints, which must be beginnings of the ones of
 * today; contents and editions that no entry names; and what else lies there.
 */

/* Behind the checkpoint: an export that was interrupted leaves such files. */
static void count_other(struct export_reader *reader, const char *path)
{
	if (reader->n_other++ == 0)
		snprintf(reader->first_other, sizeof(reader->first_other), "%s",
			 path);
}

static bool is_begin(struct bytes whole, struct bytes part)
{
	return part.n <= whole.n &&
	       (part.n == 0 || memcmp(whole.data, part.data, part.n) == 0);
}

static int read_current(struct export_reader *reader,
			const struct folder_name *name, unsigned width,
			struct finding *finding)
{
	char path[TILE_PATH_BYTES];

	if (name->kind == FOLDER_TILE)
		tile_path(name->level, name->n, width, path);
	else
		tile_bundle_path(name->n, width, path);
	return read_needed(reader->folder_fd, path, BUNDLE_MAX_BYTES,
			   (name->n * TILE_WIDTH) << (8 * name->level),
			   &reader->bundle, finding);
}

/* Bytes of the first entries of the bundle that is held. */
static size_t bundle_length(const struct export_reader *reader, unsigned width)
{
	struct bytes entry;
	size_t at = 0;

	for (unsigned i = 0; i < width; i++)
		if (!tile_bundle_next(buffer_bytes(&reader->bundle), &at, &entry))
			break;
	return at;
}

/* A partial tile or bundle of an earlier checkpoint. */
static int check_earlier(struct export_reader *reader, const char *path,
			 const struct folder_name *name, struct finding *finding)
{
	unsigned width = tile_width_at(reader->checkpoint.size, name->level, name->n);
	size_t n;
	int r;

	if (name->width == width % TILE_WIDTH && width > 0)
		return 0;	/* read with the entries */
	if (width == 0 || name->width == 0 || name->width > width) {
		count_other(reader, path);
		return 0;
	}
	r = read_current(reader, name, width, finding);
	if (r == 0)
		r = folder_read(reader->folder_fd, path, BUNDLE_MAX_BYTES,
				&reader->other);
	if (r != 0)
		return r;
	n = name->kind == FOLDER_TILE ? (size_t)name->width * DIGEST_BYTES :
					bundle_length(reader, name->width);
	if (reader->other.n != n || !is_begin(buffer_bytes(&reader->bundle),
					      buffer_bytes(&reader->other)))
		return finding_at(finding,
				  (name->n * TILE_WIDTH) << (8 * name->level), path,
				  finding_get_again,
				  "it is of an earlier checkpoint, and the log of "
				  "today does not begin like it");
	return 0;
}

static int check_blob(struct export_reader *reader, const char *path, uint64_t seq,
		      struct finding *finding)
{
	if (export_has_blob(reader, seq))
		return 0;
	if (seq < reader->checkpoint.size)
		return finding_at(finding, seq, path, finding_do_not_trust,
				  "there is a content, and its entry has none");
	count_other(reader, path);
	return 0;
}

static bool is_enacted(const struct export_reader *reader, const struct digest *hash)
{
	for (size_t at = 0; at < reader->policies.n; at += DIGEST_BYTES)
		if (memcmp(reader->policies.data + at, hash->bytes,
			   DIGEST_BYTES) == 0)
			return true;
	return false;
}

static int check_file(struct export_reader *reader, const char *path,
		      struct finding *finding)
{
	struct folder_name name = folder_name_read(path);

	switch (name.kind) {
	case FOLDER_TOP:
		return 0;
	case FOLDER_TILE:
	case FOLDER_BUNDLE:
		return check_earlier(reader, path, &name, finding);
	case FOLDER_BLOB:
		return check_blob(reader, path, name.n, finding);
	case FOLDER_POLICY:
		if (is_enacted(reader, &name.hash))
			return 0;
		break;
	case FOLDER_OTHER:
		break;
	}
	count_other(reader, path);
	return 0;
}

static void close_listing(DIR **listing)
{
	if (*listing != NULL)
		closedir(*listing);
	*listing = NULL;
}

static int open_listing(int folder_fd, const char *path, DIR **ret_listing)
{
	int fd = openat(folder_fd, path[0] != '\0' ? path : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	*ret_listing = fdopendir(fd);
	if (*ret_listing != NULL)
		return 0;
	r = -errno;
	close(fd);
	return r;
}

/* No path of an export has more parts: "tile/entries/x001/.../067.p/9". */
#define DEPTH_MAX 12

static int check_folder(struct export_reader *reader, const char *path, int depth,
			struct finding *finding)
{
	CLEANUP(close_listing) DIR *listing = NULL;
	const struct dirent *file;
	char below[2 * FOLDER_PATH_BYTES + 256];
	struct stat status;
	int r = open_listing(reader->folder_fd, path, &listing);

	while (r == 0 && (file = readdir(listing)) != NULL) {
		if (strcmp(file->d_name, ".") == 0 || strcmp(file->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof(below), "%s%s%s", path,
			 path[0] != '\0' ? "/" : "", file->d_name);
		if (fstatat(reader->folder_fd, below, &status,
			    AT_SYMLINK_NOFOLLOW) != 0)
			r = -errno;
		else if (!S_ISDIR(status.st_mode))
			r = check_file(reader, below, finding);
		else if (depth == DEPTH_MAX || strlen(below) >= FOLDER_PATH_BYTES)
			count_other(reader, below);
		else
			r = check_folder(reader, below, depth + 1, finding);
	}
	return r;
}

int export_reader_rest(struct export_reader *reader, struct finding *ret_finding)
{
	return check_folder(reader, "", 0, ret_finding);
}
