/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LISTENER_H
#define PERMIT_LISTENER_H

#include <sys/types.h>

#include "policy/base/bytes.h"

/*
 * The socket that clients connect to, and the descriptor held in reserve for
 * the day when there is no other.
 */
struct listener {
	int fd;
	int reserve_fd;	  /* -1 while it cannot be had */
	dev_t device;	  /* of the socket's name, */
	ino_t inode;	  /* so that no other's is removed */
	const char *path; /* borrowed; NULL when the name is not ours */
};

#define LISTENER_NONE                      \
	{                                  \
		.fd = -1, .reserve_fd = -1 \
	}

#define LISTENER_E_SERVED 1 /* another process answers at this path */
#define LISTENER_E_OTHER 2  /* something that is no socket has this name */
#define LISTENER_E_FOLDER 3 /* others may write to its folder, or it is none */

/*
 * Makes the socket, mode 0660, and its folder with mode 0750 when that is absent. A
 * socket that nobody serves any more is replaced; the caller holds the store's
 * lock, so that no second daemon of the same store does the same. Returns 0, a
 * code above or -errno.
 */
MUST_USE int listener_open(const char *path, struct listener *ret_listener);

/*
 * Serves on a socket that listens already and that whoever started the daemon
 * made: its name stays when we leave. Takes over fd.
 */
void listener_adopt(int fd, struct listener *ret_listener);

/* Removes the socket's name if it is still ours. Accepts one that is closed. */
void listener_close(struct listener *listener);

#define LISTENER_E_NONE_WAITS 4	   /* no more clients for now */
#define LISTENER_E_NO_DESCRIPTOR 5 /* a client was turned away; try again later */

/*
 * Accepts one client: non-blocking, closed on exec. Without a free descriptor
 * the client is accepted by means of the reserve and closed at once, so that it
 * does not wait for nothing. Returns 0, a code above or -errno.
 */
MUST_USE int listener_accept(struct listener *listener, int *ret_fd);

#endif
