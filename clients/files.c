/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/files.h"

static void close_fd(int *fd)
{
	if (*fd > STDIN_FILENO)
		close(*fd);
	*fd = -1;
}

static enum exit_code failed(const struct output_stream *out, const char *verb,
			     const char *path, int error)
{
	enum exit_code code = EXIT_FAILED;

	if (error == ENOENT || error == ENOTDIR)
		code = EXIT_NOT_FOUND;
	else if (error == EACCES || error == EPERM)
		code = EXIT_NOT_ALLOWED;
	else if (error == EISDIR)
		code = EXIT_NOT_VALID;
	return output_error(out, code, "cannot %s %s: %s", verb, path,
			    strerror(error));
}

static int read_all(int fd, size_t max_bytes, uint8_t *to, size_t *ret_n)
{
	size_t n = 0;
	ssize_t got;

	for (;;) {
		got = read(fd, to + n, max_bytes + 1 - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0 || n + (size_t)got > max_bytes)
			break;
		n += (size_t)got;
	}
	*ret_n = n;
	return got == 0 ? 0 : EFBIG;
}

/* What is asked of the arena: the file's own size where that is known. */
static size_t room_for(int fd, size_t max_bytes)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode) || stat.st_size < 0 ||
	    (size_t)stat.st_size > max_bytes)
		return max_bytes;
	return (size_t)stat.st_size;
}

enum exit_code files_read(const struct output_stream *out, const char *path,
			 size_t max_bytes, struct arena *arena,
			 struct bytes *ret_bytes)
{
	bool from_stdin = strcmp(path, "-") == 0;
	CLEANUP(close_fd)
	int fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	size_t room;
	uint8_t *to;
	int error;

	if (fd < 0)
		return failed(out, "read", path, errno);
	room = room_for(fd, max_bytes);
	to = arena_alloc(arena, room + 1);
	if (to == NULL)
		return failed(out, "read", path, ENOMEM);
	error = read_all(fd, room, to, &n);
	if (error == EFBIG)
		return output_error(out, EXIT_NOT_VALID,
				    "%s is longer than %zu bytes, the limit",
				    from_stdin ? "standard input" : path,
				    max_bytes);
	if (error != 0)
		return failed(out, "read", path, error);
	*ret_bytes = (struct bytes){ to, n };
	return EXIT_DONE;
}

static int write_all(int fd, struct bytes content)
{
	ssize_t n;

	while (content.n > 0) {
		n = write(fd, content.data, content.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		content.data += n;
		content.n -= (size_t)n;
	}
	return fsync(fd) == 0 ? 0 : errno;
}

static int sync_folder_of(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	CLEANUP(close_fd) int fd = -1;

	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		snprintf(folder, sizeof(folder), "%.*s/", (int)(slash - path),
			 path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0 ? 0 : errno;
}

enum exit_code files_write(const struct output_stream *out, const char *path,
			  struct bytes content)
{
	char beside[4096];
	CLEANUP(close_fd) int fd = -1;
	int error;

	if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside))
		return failed(out, "write", path, ENAMETOOLONG);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return failed(out, "write", beside, errno);
	error = write_all(fd, content);
	if (error == 0 && rename(beside, path) != 0)
		error = errno;
	if (error == 0)
		error = sync_folder_of(path);
	if (error == 0)
		return EXIT_DONE;
	unlink(beside);
	return failed(out, "write", path, error);
}

enum exit_code folder_make(const struct output_stream *out, const char *path)
{
	char part[4096];
	char *slash;

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return failed(out, "make", path, ENAMETOOLONG);
	for (slash = strchr(part + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return failed(out, "make", part, errno);
		*slash = '/';
	}
	if (mkdir(part, 0777) != 0 && errno != EEXIST)
		return failed(out, "make", part, errno);
	return EXIT_DONE;
}

const char *path_join(struct arena *arena, const char *folder, const char *name)
{
	size_t n = strlen(folder);
	size_t n_name = strlen(name);
	char *path;

	while (n > 1 && folder[n - 1] == '/')
		n--;
	path = arena_alloc(arena, n + 1 + n_name + 1);
	if (path == NULL)
		return NULL;
	memcpy(path, folder, n);
	path[n] = '/';
	memcpy(path + n + 1, name, n_name);
	return path;
}

const char *entry_path(struct arena *arena, const char *receipt)
{
	static const char of_receipt[] = ".tlog-proof", of_entry[] = ".entry";
	size_t n = strlen(receipt), n_suffix = sizeof(of_receipt) - 1;
	char *path = arena_alloc(arena, n + sizeof(of_entry));

	if (path == NULL)
		return NULL;
	if (n > n_suffix && strcmp(receipt + n - n_suffix, of_receipt) == 0)
		n -= n_suffix;
	memcpy(path, receipt, n);
	memcpy(path + n, of_entry, sizeof(of_entry));
	return path;
}
