/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_LOCK_H
#define PERMIT_STORE_LOCK_H

#include <sys/types.h>

#include "policy/base/bytes.h"

/*
 * The claim of one process on one store: an flock on a file that names the
 * holder. The system gives it back however the process ends, so it is never
 * left behind, and the file is never deleted.
 */
struct lock {
	int fd; /* -1 when not held */
};

#define LOCK_NONE        \
	{                \
		.fd = -1 \
	}

#define LOCK_E_HELD \
	1 /* by another process; ret_pid says which, 0 when unreadable */

/*
 * Takes the lock and writes our process id into the file, which is made when
 * absent. Returns 0, LOCK_E_HELD or -errno.
 */
MUST_USE int lock_take(const char *path, struct lock *ret_lock, pid_t *ret_pid);

/* Accepts a lock that is not held. */
void lock_release(struct lock *lock);

/*
 * Says whether a file system keeps locks and memory maps only for one machine's
 * view of a file: network file systems, on which a store would break. Returns 0
 * with ret_name NULL for a local one, else its name; or -errno.
 */
MUST_USE int lock_network_file_system(const char *folder, const char **ret_name);

#endif
