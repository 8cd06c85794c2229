/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/listener.h"

static const struct listener listener_none = LISTENER_NONE;

/* In a folder where anyone may write, anyone can put a socket of theirs. */
static int prepare_folder(const char *path)
{
	char copy[PATH_MAX];
	const char *folder;
	struct stat st;

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return -ENAMETOOLONG;
	folder = dirname(copy);
	if (mkdir(folder, 0750) != 0 && errno != EEXIST)
		return -errno;
	if (stat(folder, &st) != 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) || (st.st_mode & S_IWOTH) != 0)
		return LISTENER_E_FOLDER;
	return 0;
}

static int address_of(const char *path, struct sockaddr_un *ret_address)
{
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret_address->sun_path))
		return -ENAMETOOLONG;
	strcpy(ret_address->sun_path, path);
	return 0;
}

static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* Removes what a daemon left that did not end by itself. */
static int clear_path(const struct sockaddr_un *address)
{
	struct stat st;
	int fd;
	int r;

	if (lstat(address->sun_path, &st) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return LISTENER_E_OTHER;
	fd = new_socket();
	if (fd < 0)
		return fd;
	r = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0
		    ? 0
		    : errno;
	close(fd);
	if (r != ECONNREFUSED)
		return LISTENER_E_SERVED;
	return unlink(address->sun_path) == 0 ? 0 : -errno;
}

static int bind_and_listen(struct listener *listener,
			   const struct sockaddr_un *address)
{
	struct stat st;
	mode_t mask = umask(0117);
	int r = bind(listener->fd, (const struct sockaddr *)address,
		     sizeof(*address));

	if (r != 0)
		r = -errno;
	umask(mask);
	if (r != 0)
		return r;
	if (lstat(address->sun_path, &st) != 0 ||
	    listen(listener->fd, SOMAXCONN) != 0) {
		r = -errno;
		unlink(address->sun_path);
		return r;
	}
	listener->device = st.st_dev;
	listener->inode = st.st_ino;
	return 0;
}

static void take_reserve(struct listener *listener)
{
	if (listener->reserve_fd < 0)
		listener->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int listener_open(const char *path, struct listener *ret_listener)
{
	struct listener listener = listener_none;
	struct sockaddr_un address;
	int r = address_of(path, &address);

	if (r == 0)
		r = prepare_folder(path);
	if (r == 0)
		r = clear_path(&address);
	if (r != 0)
		return r;
	listener.path = path;
	listener.fd = new_socket();
	if (listener.fd < 0)
		return listener.fd;
	r = bind_and_listen(&listener, &address);
	if (r != 0) {
		close(listener.fd);
		return r;
	}
	take_reserve(&listener);
	*ret_listener = listener;
	return 0;
}

void listener_adopt(int fd, struct listener *ret_listener)
{
	struct listener listener = listener_none;

	listener.fd = fd;
	take_reserve(&listener);
	*ret_listener = listener;
}

void listener_close(struct listener *listener)
{
	struct stat st;

	if (listener->fd < 0)
		return;
	if (listener->path != NULL && lstat(listener->path, &st) == 0 &&
	    st.st_dev == listener->device && st.st_ino == listener->inode)
		unlink(listener->path);
	close(listener->fd);
	if (listener->reserve_fd >= 0)
		close(listener->reserve_fd);
	*listener = listener_none;
}

static int accept_one(struct listener *listener)
{
	int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void turn_away(struct listener *listener)
{
	int fd;

	if (listener->reserve_fd < 0)
		return;
	close(listener->reserve_fd);
	listener->reserve_fd = -1;
	fd = accept_one(listener);
	if (fd >= 0)
		close(fd);
}

int listener_accept(struct listener *listener, int *ret_fd)
{
	int fd;

	take_reserve(listener);
	fd = accept_one(listener);
	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	switch (-fd) {
	case EAGAIN:
	case EINTR:
	case ECONNABORTED:
		return LISTENER_E_NONE_WAITS;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		turn_away(listener);
		take_reserve(listener);
		return LISTENER_E_NO_DESCRIPTOR;
	default:
		return fd;
	}
}
