/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/digest.h"

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int write_all(int fd, struct bytes content)
{
	while (content.n > 0) {
		ssize_t n = write(fd, content.data, content.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		content.data += n;
		content.n -= (size_t)n;
	}
	return fsync(fd) == 0 ? 0 : -errno;
}

static int sync_folder_of(const char *path)
{
	CLEANUP(close_file) int fd = -1;
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path + 1),
			 path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fsync(fd) == 0 ? 0 : -errno;
}

/* Whatever can be done to the bytes of a file that has no name any more. */
static void overwrite(int fd)
{
	static const uint8_t zeros[4096];
	struct stat status;
	off_t at = 0;

	if (fstat(fd, &status) != 0 || status.st_nlink != 0)
		return;
	while (at < status.st_size) {
		size_t n = status.st_size - at < (off_t)sizeof(zeros)
				   ? (size_t)(status.st_size - at)
				   : sizeof(zeros);
		ssize_t n_done = pwrite(fd, zeros, n, at);

		if (n_done <= 0)
			return;
		at += n_done;
	}
	if (fsync(fd) != 0)
		return;
}

static int write_new(const char *path, struct bytes content)
{
	CLEANUP(close_file) int fd = -1;

	if (unlink(path) != 0 && errno != ENOENT)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, 0600) != 0)
		return -errno;
	return write_all(fd, content);
}

static bool name_new(const char *path, char to[PATH_MAX])
{
	int n = snprintf(to, PATH_MAX, "%s.new", path);

	return n > 0 && n < PATH_MAX;
}

int durable_replace(const char *path, struct bytes content)
{
	CLEANUP(close_file) int old = -1;
	char fresh[PATH_MAX];
	int r;

	if (!name_new(path, fresh))
		return -ENAMETOOLONG;
	old = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	r = write_new(fresh, content);
	if (r == 0 && rename(fresh, path) != 0)
		r = -errno;
	if (r == 0)
		r = sync_folder_of(path);
	if (r == 0 && old >= 0)
		overwrite(old);
	return r;
}

int durable_create(const char *path, struct bytes content)
{
	char fresh[PATH_MAX];
	int r;

	if (!name_new(path, fresh))
		return -ENAMETOOLONG;
	r = write_new(fresh, content);
	if (r == 0 && link(fresh, path) != 0)
		r = -errno;
	unlink(fresh);
	return r == 0 ? sync_folder_of(path) : r;
}

static int check_file(int fd, mode_t forbidden, size_t max_bytes, size_t *ret_n)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if ((status.st_uid != geteuid() && status.st_uid != 0) ||
	    (status.st_mode & forbidden) != 0)
		return DURABLE_E_OPEN_TO_OTHERS;
	if (status.st_size < 0 || (uint64_t)status.st_size > max_bytes)
		return -EFBIG;
	*ret_n = (size_t)status.st_size;
	return 0;
}

static int read_all(int fd, size_t n, struct bytes *ret_content)
{
	uint8_t *data = malloc(n + 1);
	size_t n_read = 0;

	if (data == NULL)
		return -ENOMEM;
	while (n_read < n) {
		ssize_t n_now = read(fd, data + n_read, n - n_read);

		if (n_now < 0 && errno == EINTR)
			continue;
		if (n_now <= 0) {
			secret_wipe(data, n_read);
			free(data);
			return n_now < 0 ? -errno : -EIO;
		}
		n_read += (size_t)n_now;
	}
	*ret_content = (struct bytes){ data, n };
	return 0;
}

static int read_file(const char *path, mode_t forbidden, size_t max_bytes,
		     struct bytes *ret_content)
{
	/* O_NONBLOCK: a pipe in its place must not hold up the start. */
	CLEANUP(close_file) int fd =
		open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t n;
	int r;

	if (fd < 0)
		return errno == ENOENT ? DURABLE_E_ABSENT : -errno;
	r = check_file(fd, forbidden, max_bytes, &n);
	return r == 0 ? read_all(fd, n, ret_content) : r;
}

int durable_read(const char *path, size_t max_bytes, struct bytes *ret_content)
{
	return read_file(path, S_IWGRP | S_IRWXO, max_bytes, ret_content);
}

int durable_read_public(const char *path, size_t max_bytes,
			struct bytes *ret_content)
{
	return read_file(path, S_IWGRP | S_IWOTH, max_bytes, ret_content);
}

void durable_free(struct bytes *content)
{
	if (content->data == NULL)
		return;
	secret_wipe((void *)(uintptr_t)content->data, content->n);
	free((void *)(uintptr_t)content->data);
	*content = (struct bytes){ NULL, 0 };
}
