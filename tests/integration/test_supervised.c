/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/permitd.h"

/* The daemon under a supervisor: what it says of itself, and when. */

#define PATIENCE_MS 30000

static struct permitd permitd;
static int supervisor;
static char said[256];

static int begin(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	permitd_init(&permitd, NULL);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.90s/notify",
		 permitd.folder);
	supervisor = socket(AF_UNIX, SOCK_DGRAM, 0);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	unsetenv("WATCHDOG_PID");
	return bind(supervisor, (struct sockaddr *)&address, sizeof(address));
}

static int end(void **state)
{
	(void)state;
	close(supervisor);
	permitd_done(&permitd);
	return 0;
}

/* What it says next; "" when it says nothing. */
static const char *next(int timeout_ms)
{
	struct pollfd poll_fd = { .fd = supervisor, .events = POLLIN };
	ssize_t n = 0;

	if (poll(&poll_fd, 1, timeout_ms) == 1)
		n = recv(supervisor, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	return said;
}

static void it_is_ready_once_it_answers(void **state)
{
	(void)state;
	assert_true(permitd_start(&permitd, NULL));
	assert_string_equal(next(PATIENCE_MS), "READY=1\nSTATUS=answering");
}

static void it_shows_that_it_lives_each_second(void **state)
{
	(void)state;
	assert_true(permitd_start(&permitd, NULL));
	next(PATIENCE_MS);
	assert_string_equal(next(PATIENCE_MS), "WATCHDOG=1");
	assert_string_equal(next(PATIENCE_MS), "WATCHDOG=1");
}

static void it_says_nothing_more_when_nobody_waits_for_a_sign(void **state)
{
	(void)state;
	unsetenv("WATCHDOG_USEC");
	assert_true(permitd_start(&permitd, NULL));
	next(PATIENCE_MS);
	assert_string_equal(next(2500), "");
}

static void it_says_that_it_stops(void **state)
{
	(void)state;
	unsetenv("WATCHDOG_USEC");
	assert_true(permitd_start(&permitd, NULL));
	next(PATIENCE_MS);
	assert_int_equal(permitd_stop(&permitd, SIGTERM), 0);
	permitd.pid = 0;
	assert_string_equal(next(0), "STOPPING=1\nSTATUS=answering what is queued");
}

static void one_that_cannot_start_is_never_ready(void **state)
{
	(void)state;
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(permitd_run(&permitd,
				     (const char *const[]){ "--origin", "NO", NULL }),
			 1);
	assert_string_equal(next(0), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_ready_once_it_answers),
		TEST(it_shows_that_it_lives_each_second),
		TEST(it_says_nothing_more_when_nobody_waits_for_a_sign),
		TEST(it_says_that_it_stops),
		TEST(one_that_cannot_start_is_never_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
