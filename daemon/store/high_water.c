/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/high_water.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "PHW1"
#define SLOTS 2
#define SLOT_AT(i) ((off_t)(i) * 4096)
#define HEAD_BYTES 16
#define SLOT_BYTES (HEAD_BYTES + HIGH_WATER_NOTE_BYTES + DIGEST_BYTES)

static size_t slot_encode(uint64_t turn, struct bytes note, uint8_t to[SLOT_BYTES])
{
	size_t n = HEAD_BYTES + note.n;
	struct digest digest;

	memcpy(to, MAGIC, 4);
	put_be32(to + 4, (uint32_t)note.n);
	put_be64(to + 8, turn);
	memcpy(to + HEAD_BYTES, note.data, note.n);
	digest = digest_of((struct bytes){ to, n });
	memcpy(to + n, digest.bytes, DIGEST_BYTES);
	return n + DIGEST_BYTES;
}

/* False when the slot is not whole. */
static bool slot_decode(const uint8_t *slot, size_t n_slot, uint64_t *ret_turn,
			struct bytes *ret_note)
{
	size_t n_note = n_slot >= HEAD_BYTES ? get_be32(slot + 4) : 0;
	struct digest digest;

	if (n_slot < HEAD_BYTES || memcmp(slot, MAGIC, 4) != 0 || n_note == 0 ||
	    n_note > HIGH_WATER_NOTE_BYTES ||
	    n_slot < HEAD_BYTES + n_note + DIGEST_BYTES)
		return false;
	digest = digest_of((struct bytes){ slot, HEAD_BYTES + n_note });
	if (memcmp(digest.bytes, slot + HEAD_BYTES + n_note, DIGEST_BYTES) != 0)
		return false;
	*ret_turn = get_be64(slot + 8);
	*ret_note = (struct bytes){ slot + HEAD_BYTES, n_note };
	return true;
}

static int read_slots(struct high_water *high_water)
{
	uint8_t slot[SLOT_BYTES];
	struct bytes note;
	uint64_t turn;
	ssize_t n;

	for (unsigned i = 0; i < SLOTS; i++) {
		do
			n = pread(high_water->fd, slot, sizeof(slot), SLOT_AT(i));
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return -errno;
		if (!slot_decode(slot, (size_t)n, &turn, &note) || turn % SLOTS != i ||
		    (high_water->n_note > 0 && turn < high_water->turn))
			continue;
		high_water->turn = turn;
		high_water->n_note = note.n;
		memcpy(high_water->note, note.data, note.n);
	}
	return high_water->n_note > 0 ? 0 : HIGH_WATER_E_DAMAGED;
}

int high_water_open(const char *path, struct high_water *ret)
{
	struct high_water high_water = HIGH_WATER_CLOSED;
	struct stat status;
	int r;

	/* O_NONBLOCK: a pipe in its place must not hold up the start. */
	high_water.fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (high_water.fd < 0)
		return errno == ENOENT ? HIGH_WATER_E_ABSENT : -errno;
	r = fstat(high_water.fd, &status) != 0 ? -errno :
	    !S_ISREG(status.st_mode)	       ? HIGH_WATER_E_DAMAGED :
						 read_slots(&high_water);
	if (r != 0)
		high_water_close(&high_water);
	else
		*ret = high_water;
	return r;
}

static int sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd, r;

	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path + 1), path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fsync(fd) == 0 ? 0 : -errno;
	close(fd);
	return r;
}

int high_water_create(const char *path, struct high_water *ret)
{
	struct high_water high_water = HIGH_WATER_CLOSED;
	int r;

	high_water.fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (high_water.fd < 0)
		return -errno;
	r = sync_folder_of(path);
	if (r != 0)
		high_water_close(&high_water);
	else
		*ret = high_water;
	return r;
}

void high_water_close(struct high_water *high_water)
{
	if (high_water->fd >= 0)
		close(high_water->fd);
	high_water->fd = -1;
}

int high_water_put(struct high_water *high_water, struct bytes note)
{
	uint64_t turn = high_water->turn + 1;
	uint8_t slot[SLOT_BYTES];
	size_t n;
	ssize_t written;

	if (note.n == 0 || note.n > HIGH_WATER_NOTE_BYTES)
		return -EMSGSIZE;
	n = slot_encode(turn, note, slot);
	do
		written = pwrite(high_water->fd, slot, n, SLOT_AT(turn % SLOTS));
	while (written < 0 && errno == EINTR);
	if (written != (ssize_t)n)
		return written < 0 ? -errno : -EIO;
	if (fdatasync(high_water->fd) != 0)
		return -errno;
	high_water->turn = turn;
	high_water->n_note = note.n;
	memcpy(high_water->note, note.data, note.n);
	return 0;
}
