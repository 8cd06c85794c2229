/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/segments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * How a file comes to be:
 *
 *	next.tmp   reserved with fallocate, then filled with zeros by pieces
 *	next.seg   complete and synced; the name is, too
 *	00000007.seg   taken into use: renamed, the folder synced
 *
 * A crash leaves next.tmp (made anew), or next.seg (used), or a last file full
 * of zeros (an empty segment).
 */
#define NEXT_UNFINISHED "next.tmp"
#define NEXT "next.seg"
#define PIECE_BYTES 1048576	/* zeros written at least, each time */

static const uint8_t zeros[65536];

static int pwrite_all(int fd, const uint8_t *data, uint64_t n, uint64_t offset)
{
	while (n > 0) {
		ssize_t n_written = pwrite(fd, data, n, (off_t)offset);

		if (n_written < 0 && errno == EINTR)
			continue;
		if (n_written < 0)
			return -errno;
		data += n_written;
		offset += (uint64_t)n_written;
		n -= (uint64_t)n_written;
	}
	return 0;
}

static int write_zeros(int fd, uint64_t offset, uint64_t end)
{
	int r = 0;

	while (r == 0 && offset < end) {
		uint64_t n = end - offset;

		if (n > sizeof(zeros))
			n = sizeof(zeros);
		r = pwrite_all(fd, zeros, n, offset);
		offset += n;
	}
	return r;
}

static int sync_fd(int fd)
{
	return fsync(fd) == 0 ? 0 : -errno;
}

/* No space, no quota, or a limit on the size of files: all can be mended. */
static bool is_no_room(int r)
{
	return r == -ENOSPC || r == -EDQUOT || r == -EFBIG;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The name of the folder must last as long as what is in it. */
static int open_folder(const char *folder, int *ret_fd)
{
	bool made = mkdir(folder, 0750) == 0;
	int fd, parent, r = 0;

	if (!made && errno != EEXIST)
		return -errno;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	if (!made)
		return 0;
	parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return -errno;
	r = sync_fd(parent);
	close(parent);
	return r;
}

/* The files must be numbered 0, 1, 2 ... without a gap. */
static int count_files(int folder_fd, uint32_t *ret_n, uint32_t *ret_highest)
{
	int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *file;
	uint32_t segment;

	if (folder == NULL) {
		int r = -errno;

		close_fd(&fd);
		return r;
	}
	*ret_n = *ret_highest = 0;
	while ((file = readdir(folder)) != NULL) {
		if (!segment_name_parse(file->d_name, &segment))
			continue;
		++*ret_n;
		if (segment > *ret_highest)
			*ret_highest = segment;
	}
	closedir(folder);
	return 0;
}

static int find_gap(int folder_fd, uint32_t *ret_gap)
{
	char name[SEGMENT_NAME_BYTES];

	for (*ret_gap = 0;; ++*ret_gap) {
		segment_name(*ret_gap, name);
		if (faccessat(folder_fd, name, F_OK, 0) != 0)
			return SEGMENTS_E_GAP;
	}
}

/* A next.seg of another size was made under other options. */
static int adopt_next(struct segments *segments)
{
	struct stat status;
	int fd = segments->folder_fd;

	if (unlinkat(fd, NEXT_UNFINISHED, 0) != 0 && errno != ENOENT)
		return -errno;
	if (fstatat(fd, NEXT, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISREG(status.st_mode) &&
	    (uint64_t)status.st_size == segments->new_bytes)
		segments->next_ready = true;
	else if (unlinkat(fd, NEXT, 0) != 0)
		return -errno;
	return 0;
}

int segments_open(struct segments *segments, const char *folder,
		  uint64_t new_bytes, uint32_t *ret_gap)
{
	uint32_t highest = 0;
	int r;

	*segments = (struct segments){
		.folder_fd = -1, .fd = -1, .next_fd = -1, .new_bytes = new_bytes,
	};
	r = open_folder(folder, &segments->folder_fd);
	if (r != 0)
		return r;
	if (flock(segments->folder_fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? SEGMENTS_E_BUSY : -errno;
	r = count_files(segments->folder_fd, &segments->n_files, &highest);
	if (r != 0)
		return r;
	if (segments->n_files > 0 && highest != segments->n_files - 1)
		return find_gap(segments->folder_fd, ret_gap);
	return adopt_next(segments);
}

void segments_close(struct segments *segments)
{
	close_fd(&segments->fd);
	close_fd(&segments->next_fd);
	close_fd(&segments->folder_fd);
}

/* Opens the last file for writing. */
static int open_last(struct segments *segments)
{
	char name[SEGMENT_NAME_BYTES];
	struct stat status;

	segment_name(segments->n_files - 1, name);
	close_fd(&segments->fd);
	segments->fd = openat(segments->folder_fd, name,
			      O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (segments->fd < 0 || fstat(segments->fd, &status) != 0)
		return -errno;
	segments->file_bytes = (uint64_t)status.st_size;
	segments->offset = 0;
	return 0;
}

static int write_again(int fd, uint64_t offset, uint64_t n)
{
	uint8_t *data = malloc(n);
	uint64_t n_read = 0;
	int r = data != NULL ? 0 : -ENOMEM;

	while (r == 0 && n_read < n) {
		ssize_t now = pread(fd, data + n_read, n - n_read,
				    (off_t)(offset + n_read));

		if (now < 0 && errno == EINTR)
			continue;
		if (now <= 0)
			r = now < 0 ? -errno : -EIO;
		else
			n_read += (uint64_t)now;
	}
	if (r == 0)
		r = pwrite_all(fd, data, n, offset);
	free(data);
	return r;
}

int segments_resume(struct segments *segments, uint64_t offset,
		    uint64_t last_bytes, bool cut)
{
	int r = open_last(segments);

	if (r == 0 && last_bytes > 0)
		r = write_again(segments->fd, offset - last_bytes, last_bytes);
	if (r == 0 && cut)
		r = write_zeros(segments->fd, offset, segments->file_bytes);
	if (r == 0)
		r = sync_fd(segments->fd);
	segments->offset = offset;
	return r;
}

/* A next.tmp whose room is reserved, where the file system can do that. */
static int begin_next(struct segments *segments)
{
	int fd = openat(segments->folder_fd, NEXT_UNFINISHED,
			O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0640);

	if (fd < 0)
		return -errno;
	segments->next_fd = fd;
	segments->next_filled = 0;
	do
		errno = 0;
	while (fallocate(fd, 0, 0, (off_t)segments->new_bytes) != 0 &&
	       errno == EINTR);
	return errno == EOPNOTSUPP ? 0 : -errno;
}

static int finish_next(struct segments *segments)
{
	int r = sync_fd(segments->next_fd);

	if (r != 0)
		return r;
	close_fd(&segments->next_fd);
	if (renameat(segments->folder_fd, NEXT_UNFINISHED, segments->folder_fd,
		     NEXT) != 0)
		return -errno;
	r = sync_fd(segments->folder_fd);
	if (r == 0)
		segments->next_ready = true;
	return r;
}

static int fill_next(struct segments *segments, uint64_t n_bytes)
{
	uint64_t end = segments->next_filled + n_bytes;
	int r = 0;

	if (segments->next_ready)
		return 0;
	if (segments->next_fd < 0)
		r = begin_next(segments);
	if (end > segments->new_bytes)
		end = segments->new_bytes;
	if (r == 0)
		r = write_zeros(segments->next_fd, segments->next_filled, end);
	if (r == 0 && fdatasync(segments->next_fd) != 0)
		r = -errno;
	if (r != 0)
		return r;
	segments->next_filled = end;
	return end == segments->new_bytes ? finish_next(segments) : 0;
}

/* n_bytes more of the next file. Without room, none of it stays on the disk. */
static int prepare_next(struct segments *segments, uint64_t n_bytes)
{
	int r = fill_next(segments, n_bytes);

	if (!is_no_room(r))
		return r;
	close_fd(&segments->next_fd);
	if (unlinkat(segments->folder_fd, NEXT_UNFINISHED, 0) != 0 &&
	    errno != ENOENT)
		return -errno;
	return SEGMENTS_E_NO_ROOM;
}

static int enter_next(struct segments *segments)
{
	char name[SEGMENT_NAME_BYTES];
	int r;

	segment_name(segments->n_files, name);
	if (renameat(segments->folder_fd, NEXT, segments->folder_fd, name) != 0)
		return -errno;
	segments->next_ready = false;
	segments->n_files++;
	r = sync_fd(segments->folder_fd);
	return r == 0 ? open_last(segments) : r;
}

int segments_make_room(struct segments *segments, uint64_t n_bytes)
{
	bool fits = segments->fd >= 0 && segments->offset <= segments->file_bytes &&
		    n_bytes <= segments->file_bytes - segments->offset;
	uint64_t piece = 2 * n_bytes > PIECE_BYTES ? 2 * n_bytes : PIECE_BYTES;
	int r;

	if (fits) {
		/* Twice as fast as it is used up: complete when half is. */
		r = prepare_next(segments, piece);
		return r == SEGMENTS_E_NO_ROOM ? 0 : r;
	}
	r = prepare_next(segments, segments->new_bytes);
	return r == 0 ? enter_next(segments) : r;
}

int segments_write(struct segments *segments, const uint8_t *data,
		   uint64_t n_bytes)
{
	int r = pwrite_all(segments->fd, data, n_bytes, segments->offset);

	if (r != 0)
		return r;
	if (fdatasync(segments->fd) != 0)
		return -errno;
	segments->offset += n_bytes;
	return 0;
}
