/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/supervisor.h"

#define HANDED_OVER 3

static char folder[] = "/tmp/permit-supervisor-XXXXXX";
static char path[sizeof(folder) + 16];

static int bound_socket(int type, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				       strlen(name));
	int fd = socket(AF_UNIX, type, 0);

	memcpy(address.sun_path, name, strlen(name));
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	return fd;
}

static int begin(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return 0;
}

static int end(void **state)
{
	(void)state;
	close(HANDED_OVER);
	unlink(path);
	rmdir(folder);
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	return 0;
}

/* ---- What it says ---- */

static void check_told(const char *name)
{
	char text[64] = "";
	int fd = bound_socket(SOCK_DGRAM, name);

	setenv("NOTIFY_SOCKET", name, 1);
	assert_true(supervisor_tell("READY=1\nSTATUS=answering"));
	assert_int_equal(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT), 24);
	assert_string_equal(text, "READY=1\nSTATUS=answering");
	close(fd);
}

static void a_supervisor_at_a_path_is_told(void **state)
{
	(void)state;
	check_told(path);
}

static void a_supervisor_without_a_folder_is_told(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "@permit-supervisor-%ld", (long)getpid());
	check_told(name);
}

static void nobody_is_told_when_nobody_listens(void **state)
{
	static const char *const names[] = { "", "/", "relative", "@" };

	(void)state;
	assert_false(supervisor_tell("READY=1"));
	setenv("NOTIFY_SOCKET", path, 1);
	assert_false(supervisor_tell("READY=1"));
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		assert_false(supervisor_tell("READY=1"));
	}
}

static void a_path_longer_than_an_address_is_nobody(void **state)
{
	char name[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	setenv("NOTIFY_SOCKET", name, 1);
	assert_false(supervisor_tell("READY=1"));
}

/* ---- What it hands over ---- */

static void hand_over(int fd, const char *n, long pid)
{
	char text[24];

	if (fd != HANDED_OVER) {
		assert_int_equal(dup2(fd, HANDED_OVER), HANDED_OVER);
		close(fd);
	}
	snprintf(text, sizeof(text), "%ld", pid);
	setenv("LISTEN_FDS", n, 1);
	setenv("LISTEN_PID", text, 1);
}

static int listening_socket(void)
{
	int fd = bound_socket(SOCK_STREAM, path);

	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void a_listening_socket_is_taken_over(void **state)
{
	int fd = -1;

	(void)state;
	hand_over(listening_socket(), "1", getpid());
	assert_int_equal(supervisor_socket(&fd), 0);
	assert_int_equal(fd, HANDED_OVER);
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

static void without_a_socket_there_is_none(void **state)
{
	static const char *const numbers[] = { "0", "", "one", "-1", "1x",
					       "99999999999999999999" };
	int fd = -1;

	(void)state;
	assert_int_equal(supervisor_socket(&fd), SUPERVISOR_E_NONE);
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		setenv("LISTEN_FDS", numbers[i], 1);
		assert_int_equal(supervisor_socket(&fd), SUPERVISOR_E_NONE);
	}
	assert_int_equal(fd, -1);
}

static void what_was_handed_to_another_process_is_not_taken(void **state)
{
	int fd = -1;

	(void)state;
	hand_over(listening_socket(), "1", getppid());
	assert_int_equal(supervisor_socket(&fd), SUPERVISOR_E_NONE);
}

static void two_sockets_are_one_too_many(void **state)
{
	int fd = -1;

	(void)state;
	hand_over(listening_socket(), "2", getpid());
	assert_int_equal(supervisor_socket(&fd), SUPERVISOR_E_MANY);
}

static void another_kind_of_socket_is_refused(void **state)
{
	int fd = -1;

	(void)state;
	hand_over(bound_socket(SOCK_DGRAM, path), "1", getpid());
	assert_int_equal(supervisor_socket(&fd), SUPERVISOR_E_KIND);
	unlink(path);
	hand_over(bound_socket(SOCK_STREAM, path), "1", getpid());
	assert_int_equal(supervisor_socket(&fd), SUPERVISOR_E_KIND);
	hand_over(open("/dev/null", O_RDONLY), "1", getpid());
	assert_int_equal(supervisor_socket(&fd), SUPERVISOR_E_KIND);
	hand_over(socket(AF_INET, SOCK_STREAM, 0), "1", getpid());
	assert_int_equal(supervisor_socket(&fd), SUPERVISOR_E_KIND);
}

/* ---- How long it waits ---- */

static void the_time_it_waits_is_read(void **state)
{
	char text[24];

	(void)state;
	assert_int_equal(supervisor_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(supervisor_watchdog_ms(), 30000);
	snprintf(text, sizeof(text), "%ld", (long)getpid());
	setenv("WATCHDOG_PID", text, 1);
	assert_int_equal(supervisor_watchdog_ms(), 30000);
	snprintf(text, sizeof(text), "%ld", (long)getppid());
	setenv("WATCHDOG_PID", text, 1);
	assert_int_equal(supervisor_watchdog_ms(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_supervisor_at_a_path_is_told),
		TEST(a_supervisor_without_a_folder_is_told),
		TEST(nobody_is_told_when_nobody_listens),
		TEST(a_path_longer_than_an_address_is_nobody),
		TEST(a_listening_socket_is_taken_over),
		TEST(without_a_socket_there_is_none),
		TEST(what_was_handed_to_another_process_is_not_taken),
		TEST(two_sockets_are_one_too_many),
		TEST(another_kind_of_socket_is_refused),
		TEST(the_time_it_waits_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
