/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/frame.h"
#include "tests/support/daemon_case.h"

/* The daemon among bad bytes, signals, limits and full disks. */

/* ---- Bytes that are no request ---- */

struct bad {
	const char *what;
	const char *bytes;
	size_t n;
	Permit__V1__Code code;
	bool survives;
};

#define BAD(what, bytes, code, survives)                                       \
	{                                                                      \
		what, bytes, sizeof(bytes) - 1, PERMIT__V1__CODE__CODE_##code, \
			survives                                               \
	}

/* Each begins with the id 7 where it can have one: 08 07. */
static const struct bad bad_frames[] = {
	BAD("a length of six bytes", "\xff\xff\xff\xff\xff\x01", MALFORMED_FRAME,
	    false),
	BAD("no body", "\x02\x08\x07", NO_BODY, true),
	BAD("a message that is cut off", "\x04\x08\x07\x4a\x05", MALFORMED_MESSAGE,
	    true),
	BAD("a field that there is not", "\x05\x08\x07\xf8\x01\x01", UNKNOWN_FIELD,
	    true),
	BAD("an overlong number", "\x05\x08\x87\x00\x4a\x00", OVERLONG_NUMBER,
	    true),
	BAD("a wrong wire type", "\x04\x08\x07\x48\x01", WRONG_WIRE_TYPE, true),
	BAD("the id twice", "\x06\x08\x07\x08\x07\x4a\x00", DUPLICATE_FIELD, true),
	BAD("a NUL in a text",
	    "\x09\x08\x07\x1a\x05\x0a\x03"
	    "a\0b",
	    BAD_TEXT, true),
};

static void each_bad_frame_has_its_own_error(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	static const char status[] = "\x04\x08\x08\x4a\x00";

	(void)state;
	arena_init(&arena, 64u * 1024 * 1024);
	for (size_t i = 0; i < ARRAY_LENGTH(bad_frames); i++) {
		const struct bad *bad = &bad_frames[i];
		const Permit__V1__Response *answer;
		int fd = raw_connect();

		assert_int_equal(send(fd, bad->bytes, bad->n, 0), bad->n);
		answer = raw_answer(fd, &arena);
		if (answer == NULL ||
		    answer->body_case != PERMIT__V1__RESPONSE__BODY_ERROR)
			fail_msg("%s was not refused", bad->what);
		if (answer->error->code != bad->code)
			fail_msg("%s: %s", bad->what, answer->error->message);
		assert_true(answer->last);
		send(fd, status, sizeof(status) - 1, MSG_NOSIGNAL);
		answer = raw_answer(fd, &arena);
		assert_int_equal(answer != NULL, bad->survives);
		close(fd);
	}
	assert_log_has(1);
}

static void a_message_over_the_limit_is_skipped_and_refused(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	uint8_t *bytes = calloc(1, 65537 + 3 + 5);
	const Permit__V1__Response *answer;
	size_t n = frame_header(65537, bytes);
	size_t sent = 0;
	int fd = raw_connect();

	(void)state;
	arena_init(&arena, 64u * 1024 * 1024);
	memcpy(bytes + n, "\x08\x07\x12", 3);
	memcpy(bytes + n + 65537, "\x04\x08\x08\x4a\x00", 5);
	while (sent < n + 65537 + 5) {
		ssize_t done = send(fd, bytes + sent, n + 65537 + 5 - sent,
				    MSG_NOSIGNAL);

		assert_true(done > 0);
		sent += (size_t)done;
	}
	answer = raw_answer(fd, &arena);
	assert_non_null(answer);
	assert_int_equal(answer->error->code, PERMIT__V1__CODE__CODE_TOO_LARGE);
	assert_int_equal(answer->id, 7);
	answer = raw_answer(fd, &arena);
	assert_non_null(answer);
	assert_int_equal(answer->body_case, PERMIT__V1__RESPONSE__BODY_STATUS);
	close(fd);
	free(bytes);
}

static void a_request_may_come_byte_by_byte(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	static const char status[] = "\x04\x08\x08\x4a\x00";
	const Permit__V1__Response *answer;
	int fd = raw_connect();

	(void)state;
	arena_init(&arena, 64u * 1024 * 1024);
	for (size_t i = 0; i < sizeof(status) - 1; i++) {
		assert_int_equal(send(fd, status + i, 1, 0), 1);
		pause_ms(2);
	}
	shutdown(fd, SHUT_WR);
	answer = raw_answer(fd, &arena);
	assert_non_null(answer);
	assert_int_equal(answer->id, 8);
	assert_null(raw_answer(fd, &arena));
	close(fd);
}

static void a_client_that_leaves_in_the_middle_disturbs_nobody(void **state)
{
	int fd = raw_connect();

	(void)state;
	assert_int_equal(send(fd, "\x7f\x08\x07", 3, 0), 3);
	close(fd);
	assert_holds(permitd_ask(d, PERMITD_EVALUATE(""), NULL),
		     "\"recorded\":true");
}

/* ---- Process ---- */

static void a_second_daemon_on_the_store_is_refused_and_told_by_whom(void **state)
{
	struct permitd other;
	char expected[64];

	(void)state;
	permitd_init(&other, NULL);
	snprintf(other.store, sizeof(other.store), "%s", d->store);
	assert_int_equal(permitd_run(&other, NULL), 1);
	snprintf(expected, sizeof(expected), "in use by process %ld", (long)d->pid);
	assert_holds(permitd_journal(&other), expected);
	permitd_done(&other);
	permitd_ask(d, "{\"status\":{}}", NULL);
}

static void a_socket_that_was_left_behind_is_not_in_the_way(void **state)
{
	struct stat st;

	(void)state;
	permitd_stop(d, SIGKILL);
	assert_int_equal(lstat(d->socket, &st), 0);
	assert_true(permitd_start(d, NULL));
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	assert_int_not_equal(lstat(d->socket, &st), 0);
}

static void a_socket_that_is_served_is_left_alone(void **state)
{
	struct permitd other;

	(void)state;
	permitd_init(&other, NULL);
	snprintf(other.socket, sizeof(other.socket), "%s", d->socket);
	assert_int_equal(permitd_run(&other, NULL), 1);
	assert_holds(permitd_journal(&other), "another process answers");
	permitd_done(&other);
	permitd_hang_up(d);
	permitd_ask(d, "{\"status\":{}}", NULL);
}

static void the_socket_is_for_owner_and_group_alone(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(lstat(d->socket, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(stat(d->store, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
}

static void sigterm_answers_what_came_and_ends_with_0(void **state)
{
	CLEANUP(arena_done) struct arena arena;
	const Permit__V1__Response *answer;
	int fd = raw_connect();

	(void)state;
	arena_init(&arena, 64u * 1024 * 1024);
	/* The daemon is held while both come in, so that it finds them together. */
	kill(d->pid, SIGSTOP);
	assert_int_equal(send(fd, "\x04\x08\x08\x4a\x00", 5, 0), 5);
	kill(d->pid, SIGTERM);
	kill(d->pid, SIGCONT);
	answer = raw_answer(fd, &arena);
	assert_non_null(answer);
	assert_int_equal(answer->id, 8);
	assert_null(raw_answer(fd, &arena));
	close(fd);
	assert_int_equal(permitd_wait(d), 0);
}

static void write_config(const char *text, char path[PATH_MAX])
{
	FILE *file;

	snprintf(path, PATH_MAX, "%s/permitd.conf", d->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void wait_for_journal(const char *text)
{
	for (int i = 0; i < 2000 && strstr(permitd_journal(d), text) == NULL; i++)
		pause_ms(5);
	assert_holds(permitd_journal(d), text);
}

static void sighup_brings_new_limits_into_force(void **state)
{
	char path[PATH_MAX];
	const char *options[] = { "--config", path, NULL };

	(void)state;
	permitd_stop(d, SIGTERM);
	write_config("max-streams = 1\n", path);
	assert_true(permitd_start(d, options));
	write_config("max-streams = 2\nsegment-bytes = 65536\n", path);
	kill(d->pid, SIGHUP);
	wait_for_journal(
		"segment-bytes has a new value, which waits for a restart");
	wait_for_journal("the configuration was read again");
	write_config("max-streams = 0\n", path);
	kill(d->pid, SIGHUP);
	wait_for_journal(
		"permitd.conf:1: max-streams must be a number from 1 to 4096");
	assert_holds(permitd_ask(d, "{\"status\":{}}", NULL), "\"version\"");
}

static void clients_over_the_limit_wait_until_one_leaves(void **state)
{
	const char *options[] = { "--max-connections", "2", NULL };
	CLEANUP(arena_done) struct arena arena;
	int fds[3];

	(void)state;
	arena_init(&arena, 64u * 1024 * 1024);
	permitd_stop(d, SIGTERM);
	assert_true(permitd_start(d, options));
	permitd_hang_up(d);
	for (int i = 0; i < 3; i++) {
		fds[i] = raw_connect();
		assert_int_equal(send(fds[i], "\x04\x08\x08\x4a\x00", 5, 0), 5);
	}
	assert_non_null(raw_answer(fds[0], &arena));
	assert_non_null(raw_answer(fds[1], &arena));
	pause_ms(50);
	assert_int_equal(recv(fds[2], (char[1]){ 0 }, 1, MSG_DONTWAIT), -1);
	close(fds[0]);
	assert_non_null(raw_answer(fds[2], &arena));
	close(fds[1]);
	close(fds[2]);
}

static void a_slow_message_ends_its_connection_and_no_other(void **state)
{
	const char *options[] = { "--slow-timeout", "1", NULL };
	CLEANUP(arena_done) struct arena arena;
	int fd;

	(void)state;
	arena_init(&arena, 64u * 1024 * 1024);
	permitd_stop(d, SIGTERM);
	assert_true(permitd_start(d, options));
	fd = raw_connect();
	assert_int_equal(send(fd, "\x7f\x08\x07", 3, 0), 3);
	assert_null(raw_answer(fd, &arena));
	close(fd);
	assert_holds(permitd_ask(d, "{\"status\":{}}", NULL), "\"version\"");
}

static void without_descriptors_clients_are_turned_away_and_others_served(
	void **state)
{
	struct rlimit limit = { .rlim_cur = 20, .rlim_max = 4096 };
	int fds[32];

	(void)state;
	assert_int_equal(prlimit(d->pid, RLIMIT_NOFILE, &limit, NULL), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
		fds[i] = raw_connect();
	wait_for_journal("no free file descriptor");
	assert_holds(permitd_ask(d, "{\"status\":{}}", NULL), "\"version\"");
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
		close(fds[i]);
	permitd_hang_up(d);
	limit.rlim_cur = 4096;
	assert_int_equal(prlimit(d->pid, RLIMIT_NOFILE, &limit, NULL), 0);
	pause_ms(300);
	assert_holds(permitd_ask(d, "{\"status\":{}}", NULL), "\"version\"");
}

/* ---- Room ---- */

static void set_file_limit(rlim_t n_bytes)
{
	struct rlimit limit = { .rlim_cur = n_bytes, .rlim_max = RLIM_INFINITY };

	assert_int_equal(prlimit(d->pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

static void without_room_nothing_is_decided_and_nothing_is_lost(void **state)
{
	/*
	 * A decision takes five blocks of 512 bytes. Of this size none ends with the
	 * last byte of a file, which is the one byte that the limit forbids.
	 */
	const char *options[] = { "--segment-bytes", "8389632", NULL };
	unsigned n = 0;
	char expected[64];

	(void)state;
	permitd_stop(d, SIGTERM);
	permitd_done(d);
	permitd_init(d, NULL);
	assert_true(permitd_start(d, options));
	permitd_enact(d, "2025-02-04");
	/* What is laid out can be filled, but no further segment be made. */
	set_file_limit(8389631);
	while (n < 32000 && strstr(permitd_ask(d, PERMITD_EVALUATE(""), NULL),
				  "\"recorded\":true") != NULL)
		n++;
	assert_holds(permitd_ask(d, PERMITD_EVALUATE(""), NULL),
		     "\"code\":\"CODE_DISK_FULL\"");
	assert_holds(permitd_ask(d, "{\"status\":{}}", NULL), "\"diskFull\":true");
	assert_holds(permitd_ask(d, PERMITD_EVALUATE("\"whatIf\":true,"), NULL),
		     "\"outcome\":\"OUTCOME_GRANT\"");
	set_file_limit(RLIM_INFINITY);
	snprintf(expected, sizeof(expected), "\"logIndex\":\"%u\"", n + 1);
	assert_holds(permitd_ask(d, PERMITD_EVALUATE(""), NULL), expected);
	assert_lacks(permitd_ask(d, "{\"status\":{}}", NULL), "\"diskFull\"");
}

static void a_small_map_grows_by_itself(void **state)
{
	const char *options[] = { "--map-bytes", "262144", "--index-batch", "1",
				  NULL };

	(void)state;
	permitd_stop(d, SIGTERM);
	permitd_done(d);
	permitd_init(d, NULL);
	assert_true(permitd_start(d, options));
	assert_holds(permitd_enact(d, "2025-02-04"), "\"enactPolicy\"");
	assert_holds(permitd_enact(d, "2024-03-15"), "\"enactPolicy\"");
	assert_holds(permitd_enact(d, "2023-06-22"), "\"enactPolicy\"");
	for (int i = 0; i < 50; i++)
		permitd_ask(d, PERMITD_EVALUATE(""), NULL);
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	assert_true(permitd_start(d, options));
	assert_log_has(53);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_EDITION(each_bad_frame_has_its_own_error),
		WITH_EDITION(a_message_over_the_limit_is_skipped_and_refused),
		ON_EMPTY(a_request_may_come_byte_by_byte),
		WITH_EDITION(a_client_that_leaves_in_the_middle_disturbs_nobody),
		ON_EMPTY(a_second_daemon_on_the_store_is_refused_and_told_by_whom),
		ON_EMPTY(a_socket_that_was_left_behind_is_not_in_the_way),
		ON_EMPTY(a_socket_that_is_served_is_left_alone),
		ON_EMPTY(the_socket_is_for_owner_and_group_alone),
		ON_EMPTY(sigterm_answers_what_came_and_ends_with_0),
		ON_EMPTY(sighup_brings_new_limits_into_force),
		ON_EMPTY(clients_over_the_limit_wait_until_one_leaves),
		ON_EMPTY(a_slow_message_ends_its_connection_and_no_other),
		ON_EMPTY(
			without_descriptors_clients_are_turned_away_and_others_served),
		ON_EMPTY(without_room_nothing_is_decided_and_nothing_is_lost),
		ON_EMPTY(a_small_map_grows_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
