/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/supervisor.h"

#define FIRST_FD 3 /* SD_LISTEN_FDS_START */

/* The number in an environment variable; 0 for none and for anything else. */
static uint64_t number_of(const char *name)
{
	const char *text = getenv(name);
	unsigned long long number;
	char *end;

	if (text == NULL || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	number = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' ? number : 0;
}

/* A path, or "@name" for a name that is in no folder. */
static bool notify_address(struct sockaddr_un *address, socklen_t *length)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t n = name != NULL ? strlen(name) : 0;

	if (n < 2 || n >= sizeof(address->sun_path) ||
	    (name[0] != '/' && name[0] != '@'))
		return false;
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, name, n);
	if (name[0] == '@')
		address->sun_path[0] = '\0';
	*length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	return true;
}

bool supervisor_tell(const char *state)
{
	struct sockaddr_un address;
	socklen_t length;
	ssize_t sent;
	int fd;

	if (!notify_address(&address, &length))
		return false;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		      (const struct sockaddr *)&address, length);
	close(fd);
	return sent == (ssize_t)strlen(state);
}

static bool socket_option_is(int fd, int option, int expected)
{
	socklen_t length = sizeof(int);
	int value;

	return getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 &&
	       value == expected;
}

static int prepare(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return -errno;
	return 0;
}

int supervisor_socket(int *ret_fd)
{
	uint64_t n = number_of("LISTEN_FDS");
	int r;

	if (n == 0 || number_of("LISTEN_PID") != (uint64_t)getpid())
		return SUPERVISOR_E_NONE;
	if (n > 1)
		return SUPERVISOR_E_MANY;
	if (!socket_option_is(FIRST_FD, SO_DOMAIN, AF_UNIX) ||
	    !socket_option_is(FIRST_FD, SO_TYPE, SOCK_STREAM) ||
	    !socket_option_is(FIRST_FD, SO_ACCEPTCONN, 1))
		return SUPERVISOR_E_KIND;
	r = prepare(FIRST_FD);
	if (r == 0)
		*ret_fd = FIRST_FD;
	return r;
}

uint64_t supervisor_watchdog_ms(void)
{
	uint64_t pid = number_of("WATCHDOG_PID");

	if (pid != 0 && pid != (uint64_t)getpid())
		return 0;
	return number_of("WATCHDOG_USEC") / 1000;
}
