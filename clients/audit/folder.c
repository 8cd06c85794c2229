/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void buffer_done(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ NULL, 0, 0 };
}

int buffer_reserve(struct buffer *buffer, size_t n)
{
	uint8_t *data;

	if (n <= buffer->room)
		return 0;
	data = realloc(buffer->data, n);
	if (data == NULL)
		return -ENOMEM;
	buffer->data = data;
	buffer->room = n;
	return 0;
}

void close_folder(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int read_whole(int fd, size_t n, struct buffer *buffer)
{
	ssize_t n_read;

	buffer->n = 0;
	while (buffer->n < n) {
		n_read = read(fd, buffer->data + buffer->n, n - buffer->n);
		if (n_read < 0 && errno == EINTR)
			continue;
		if (n_read < 0)
			return -errno;
		if (n_read == 0)
			break;
		buffer->n += (size_t)n_read;
	}
	return 0;
}

int folder_read(int folder_fd, const char *path, size_t max_bytes,
		struct buffer *ret_content)
{
	/* A pipe in the place of a file must not keep us waiting. */
	CLEANUP(close_folder) int fd =
		openat(folder_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	int r;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if ((uint64_t)status.st_size > max_bytes)
		return -EFBIG;
	r = buffer_reserve(ret_content, (size_t)status.st_size + 1);
	return r != 0 ? r : read_whole(fd, (size_t)status.st_size, ret_content);
}

static int make_folders(int folder_fd, const char *path)
{
	char part[FOLDER_PATH_BYTES + 8];
	char *slash;

	snprintf(part, sizeof(part), "%s", path);
	for (slash = strchr(part, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(folder_fd, part, 0700) != 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int open_new(int folder_fd, const char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(folder_fd, path, flags, 0600);

	if (fd < 0 && errno == ENOENT) {
		int r = make_folders(folder_fd, path);

		if (r != 0)
			return r;
		fd = openat(folder_fd, path, flags, 0600);
	}
	return fd < 0 ? -errno : fd;
}

static int write_whole(int fd, struct bytes content)
{
	ssize_t n;

	while (content.n > 0) {
		n = write(fd, content.data, content.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		content.data += n;
		content.n -= (size_t)n;
	}
	return 0;
}

int folder_write(int folder_fd, const char *path, struct bytes content)
{
	char beside[FOLDER_PATH_BYTES + 8];
	CLEANUP(close_folder) int fd = -1;
	int r;

	snprintf(beside, sizeof(beside), "%s.new", path);
	fd = open_new(folder_fd, beside);
	if (fd < 0)
		return fd;
	r = write_whole(fd, content);
	if (r == 0 && renameat(folder_fd, beside, folder_fd, path) != 0)
		r = -errno;
	if (r != 0)
		unlinkat(folder_fd, beside, 0);
	return r;
}

int folder_sync(int folder_fd)
{
	return syncfs(folder_fd) == 0 ? 0 : -errno;
}

/* A bundle's path has the same number behind another folder's name. */
bool folder_lacks(int folder_fd, const char *path)
{
	return faccessat(folder_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	       (errno == ENOENT || errno == ENOTDIR);
}

int folder_remove(int folder_fd, const char *path)
{
	if (unlinkat(folder_fd, path, 0) == 0 || errno == ENOENT || errno == ENOTDIR)
		return 0;
	return -errno;
}

void folder_blob_path(uint64_t seq, char to[FOLDER_PATH_BYTES])
{
	char path[TILE_PATH_BYTES];

	tile_bundle_path(seq, 0, path);
	snprintf(to, FOLDER_PATH_BYTES, "blob/%s", path + strlen("tile/entries/"));
}

void folder_policy_path(const struct digest *hash, char to[FOLDER_PATH_BYTES])
{
	char digits[2 * DIGEST_BYTES + 1];

	hex_print(hash->bytes, DIGEST_BYTES, digits);
	snprintf(to, FOLDER_PATH_BYTES, "policy/%s", digits);
}

/*
 * Reads "x001/x234/067" and "067.p/9" loosely: whether it is the one written
 * form is seen by writing it again.
 */
static void read_number(const char *at, struct folder_name *name)
{
	for (; *at != '\0' && *at != '.'; at++)
		if (*at >= '0' && *at <= '9')
			name->n = name->n * 10 + (uint64_t)(*at - '0');
	if (strncmp(at, ".p/", 3) == 0)
		name->width = (unsigned)strtoul(at + 3, NULL, 10);
}

static struct folder_name read_loosely(const char *path)
{
	struct folder_name name = { .kind = FOLDER_OTHER };
	const char *rest = strchr(path, '/');

	if (strcmp(path, FOLDER_CHECKPOINT) == 0 || strcmp(path, FOLDER_VKEYS) == 0)
		name.kind = FOLDER_TOP;
	if (rest == NULL)
		return name;
	if (strncmp(path, "blob/", 5) == 0) {
		name.kind = FOLDER_BLOB;
		read_number(rest, &name);
	} else if (strncmp(path, "policy/", 7) == 0) {
		if (hex_parse(rest + 1, strlen(rest + 1), name.hash.bytes,
			      DIGEST_BYTES))
			name.kind = FOLDER_POLICY;
	} else if (strncmp(path, "tile/entries/", 13) == 0) {
		name.kind = FOLDER_BUNDLE;
		read_number(path + 13, &name);
	} else if (strncmp(path, "tile/", 5) == 0 && strchr(rest + 1, '/') != NULL) {
		name.kind = FOLDER_TILE;
		name.level = (unsigned)strtoul(rest + 1, NULL, 10);
		read_number(strchr(rest + 1, '/'), &name);
	}
	return name;
}

static void write_again(const struct folder_name *name, char to[FOLDER_PATH_BYTES])
{
	switch (name->kind) {
	case FOLDER_TILE:
		tile_path(name->level, name->n, name->width, to);
		break;
	case FOLDER_BUNDLE:
		tile_bundle_path(name->n, name->width, to);
		break;
	case FOLDER_BLOB:
		folder_blob_path(name->n, to);
		break;
	case FOLDER_POLICY:
		folder_policy_path(&name->hash, to);
		break;
	case FOLDER_OTHER:
	case FOLDER_TOP:
		to[0] = '\0';
		break;
	}
}

struct folder_name folder_name_read(const char *path)
{
	struct folder_name name = read_loosely(path);
	char again[FOLDER_PATH_BYTES];

	if (name.kind == FOLDER_TOP || name.kind == FOLDER_OTHER)
		return name;
	write_again(&name, again);
	if (strcmp(again, path) != 0 || name.level >= TILE_LEVELS ||
	    name.width >= TILE_WIDTH)
		name.kind = FOLDER_OTHER;
	return name;
}
