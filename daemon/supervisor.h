/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_SUPERVISOR_H
#define PERMIT_SUPERVISOR_H

#include "policy/base/bytes.h"

/*
 * What the daemon and whoever started it tell each other, by the protocols of
 * systemd: sd_notify(3), sd_listen_fds(3) and sd_watchdog_enabled(3). Without
 * their environment variables nothing happens.
 */

/*
 * Sends lines as "READY=1\nSTATUS=...". False when nobody listens or the message
 * could not be sent: the daemon goes on as well without a listener.
 */
bool supervisor_tell(const char *state);

#define SUPERVISOR_E_NONE 1 /* no socket was handed over */
#define SUPERVISOR_E_MANY 2 /* more than one was */
#define SUPERVISOR_E_KIND 3 /* not a listening Unix stream socket */

/*
 * The socket to serve on that was handed over, made non-blocking and closed on
 * exec; the caller owns it, but its name belongs to who made it. What was handed
 * over for another process is not for us. Returns 0, a code above or -errno.
 */
MUST_USE int supervisor_socket(int *ret_fd);

/*
 * How long the supervisor waits for "WATCHDOG=1" before it takes the daemon for
 * stuck, in ms; 0 when it does not wait at all, or not for this process.
 */
uint64_t supervisor_watchdog_ms(void);

#endif
