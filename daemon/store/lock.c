/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "daemon/store/lock.h"

/* Numbers of the kernel's superblocks; not all stand in linux/magic.h. */
static const struct {
	uint32_t magic;
	const char *name;
} network_file_systems[] = {
	{ 0x00006969, "NFS" },	  { 0x0000517b, "SMB" },    { 0xff534d42, "CIFS" },
	{ 0xfe534d42, "SMB2" },	  { 0x0000564c, "NCP" },    { 0x5346414f, "AFS" },
	{ 0x6b414653, "kAFS" },	  { 0x73757245, "Coda" },   { 0x00c36400, "Ceph" },
	{ 0x01021997, "9p" },	  { 0x01161970, "GFS2" },   { 0x7461636f, "OCFS2" },
	{ 0x0bd00bd0, "Lustre" }, { 0x19830326, "BeeGFS" }, { 0x47504653, "GPFS" },
};

static pid_t read_pid(int fd)
{
	char text[24] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid;

	if (n <= 0)
		return 0;
	pid = strtol(text, NULL, 10);
	return pid > 0 ? (pid_t)pid : 0;
}

static int write_pid(int fd)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	/* In this order a file that is there needs no new room on a full disk. */
	if (pwrite(fd, text, (size_t)n, 0) != n)
		return errno != 0 ? -errno : -EIO;
	if (ftruncate(fd, n) != 0)
		return -errno;
	return 0;
}

int lock_take(const char *path, struct lock *ret_lock, pid_t *ret_pid)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		r = errno == EWOULDBLOCK ? LOCK_E_HELD : -errno;
		*ret_pid = read_pid(fd);
		close(fd);
		return r;
	}
	errno = 0;
	r = write_pid(fd);
	if (r != 0) {
		close(fd);
		return r;
	}
	*ret_lock = (struct lock){ .fd = fd };
	return 0;
}

void lock_release(struct lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}

int lock_network_file_system(const char *folder, const char **ret_name)
{
	struct statfs st;

	if (statfs(folder, &st) != 0)
		return -errno;
	*ret_name = NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(network_file_systems); i++)
		if ((uint32_t)st.f_type == network_file_systems[i].magic)
			*ret_name = network_file_systems[i].name;
	return 0;
}
