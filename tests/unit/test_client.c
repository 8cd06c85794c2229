/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/libpermit/client.h"
#include "proto/message.h"
#include "proto/permit/v1/permit.pb-c.h"

#define TIMEOUT_MS 300

/* Another end that says what a test tells it to, whatever it is asked. */
struct fixture {
	char folder[64];
	char path[96];
	struct arena arena;
	int listener;
	pid_t child;
	struct permit_client *client;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(fixture->folder, sizeof(fixture->folder),
		 "/tmp/permit-client-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/socket",
		 fixture->folder);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->path);
	arena_init(&fixture->arena, 64u * 1024 * 1024);
	fixture->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*state = fixture;
	if (bind(fixture->listener, (const struct sockaddr *)&address,
		 sizeof(address)) != 0)
		return -1;
	return listen(fixture->listener, 1);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	permit_close(&fixture->client);
	close(fixture->listener);
	if (fixture->child > 0)
		waitpid(fixture->child, NULL, 0);
	unlink(fixture->path);
	rmdir(fixture->folder);
	arena_done(&fixture->arena);
	free(fixture);
	return 0;
}

/* Writes the bytes in pieces of n_piece, then ends, or waits for the other end. */
static void serve(struct fixture *fixture, struct bytes bytes, size_t n_piece,
		  bool then_wait)
{
	uint8_t request[4096];
	size_t n;
	int fd;

	fixture->child = fork();
	assert_true(fixture->child >= 0);
	if (fixture->child > 0)
		return;
	fd = accept(fixture->listener, NULL, NULL);
	if (recv(fd, request, sizeof(request), 0) <= 0)
		_exit(1);
	while (bytes.n > 0) {
		n = bytes.n < n_piece ? bytes.n : n_piece;
		if (send(fd, bytes.data, n, MSG_NOSIGNAL) < 0)
			break;
		bytes.data += n;
		bytes.n -= n;
	}
	while (then_wait && recv(fd, request, sizeof(request), 0) > 0)
		;
	_exit(0);
}

static struct bytes status_frame(struct fixture *fixture, uint64_t id, bool last)
{
	static char version[] = "0.1.0";
	Permit__V1__StatusResponse status;
	Permit__V1__Response response;
	struct bytes frame;

	permit__v1__status_response__init(&status);
	status.version = version;
	permit__v1__response__init(&response);
	response.id = id;
	response.last = last;
	response.body_case = PERMIT__V1__RESPONSE__BODY_STATUS;
	response.status = &status;
	assert_int_equal(message_frame(&response.base, &fixture->arena, &frame), 0);
	return frame;
}

static struct bytes both(struct fixture *fixture, struct bytes a, struct bytes b)
{
	uint8_t *to = arena_alloc(&fixture->arena, a.n + b.n);

	assert_non_null(to);
	memcpy(to, a.data, a.n);
	memcpy(to + a.n, b.data, b.n);
	return (struct bytes){ to, a.n + b.n };
}

static int ask(struct fixture *fixture, const Permit__V1__Response **ret_response)
{
	Permit__V1__StatusRequest status;
	Permit__V1__Request request;

	if (fixture->client == NULL)
		assert_int_equal(
			permit_connect(fixture->path, TIMEOUT_MS, &fixture->client),
			0);
	permit__v1__status_request__init(&status);
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_STATUS;
	request.status = &status;
	return permit_call(fixture->client, &request, ret_response);
}

static void an_answer_does_not_depend_on_where_it_is_cut(void **state)
{
	struct fixture *fixture = *state;
	const Permit__V1__Response *response;

	serve(fixture, status_frame(fixture, 1, true), 1, true);
	assert_int_equal(ask(fixture, &response), 0);
	assert_int_equal(response->body_case, PERMIT__V1__RESPONSE__BODY_STATUS);
	assert_string_equal(response->status->version, "0.1.0");
	assert_int_equal(permit_next(fixture->client, &response), -ENODATA);
}

static void a_stream_is_read_to_its_last_answer(void **state)
{
	struct fixture *fixture = *state;
	const Permit__V1__Response *response;

	serve(fixture,
	      both(fixture, status_frame(fixture, 1, false),
		   status_frame(fixture, 1, true)),
	      1000, true);
	assert_int_equal(ask(fixture, &response), 0);
	assert_int_equal(permit_next(fixture->client, &response), 0);
	assert_int_equal(permit_next(fixture->client, &response), -ENODATA);
}

static void a_stream_that_was_not_read_to_its_end_closes_the_client(void **state)
{
	struct fixture *fixture = *state;
	const Permit__V1__Response *response;

	serve(fixture, status_frame(fixture, 1, false), 1000, true);
	assert_int_equal(ask(fixture, &response), 0);
	assert_int_equal(ask(fixture, &response), PERMIT_E_LOST);
	assert_int_equal(ask(fixture, &response), PERMIT_E_LOST);
}

static void a_refusal_is_told_and_the_answer_holds_it(void **state)
{
	struct fixture *fixture = *state;
	const Permit__V1__Response *response;
	struct refusal refusal;
	struct bytes frame;

	refusal_set(&refusal, PERMIT__V1__CODE__CODE_NOT_FOUND, "id",
		    "it is not here");
	assert_int_equal(response_refuse(1, &refusal, &fixture->arena, &frame), 0);
	serve(fixture, frame, 1000, true);
	assert_int_equal(ask(fixture, &response), PERMIT_E_REFUSED);
	assert_int_equal(response->error->code, PERMIT__V1__CODE__CODE_NOT_FOUND);
	assert_string_equal(permit_problem(fixture->client), "it is not here");
}

static void an_answer_to_another_request_is_not_taken(void **state)
{
	struct fixture *fixture = *state;
	const Permit__V1__Response *response;

	serve(fixture, status_frame(fixture, 2, true), 1000, true);
	assert_int_equal(ask(fixture, &response), PERMIT_E_LOST);
}

static void a_daemon_that_goes_away_in_an_answer_is_noticed(void **state)
{
	struct fixture *fixture = *state;
	const Permit__V1__Response *response;
	struct bytes frame = status_frame(fixture, 1, true);

	frame.n--;
	serve(fixture, frame, 1000, false);
	assert_int_equal(ask(fixture, &response), PERMIT_E_LOST);
}

static void something_else_on_the_socket_is_noticed(void **state)
{
	static const uint8_t noise[] = "\xff\xff\xff\xff\xff\xff\xff\xff";
	struct fixture *fixture = *state;
	const Permit__V1__Response *response;

	serve(fixture, (struct bytes){ noise, sizeof(noise) }, 1000, true);
	assert_int_equal(ask(fixture, &response), PERMIT_E_LOST);
}

static void a_daemon_that_says_nothing_is_not_waited_for_for_ever(void **state)
{
	struct fixture *fixture = *state;
	const Permit__V1__Response *response;

	serve(fixture, (struct bytes){ NULL, 0 }, 1, true);
	assert_int_equal(ask(fixture, &response), -ETIMEDOUT);
}

static void without_a_daemon_there_is_no_client(void **state)
{
	struct fixture *fixture = *state;
	char longest[200];

	close(fixture->listener);
	fixture->listener = -1;
	assert_int_equal(
		permit_connect(fixture->path, TIMEOUT_MS, &fixture->client),
		-ECONNREFUSED);
	assert_int_equal(permit_connect("/nowhere/socket", 0, &fixture->client),
			 -ENOENT);
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(permit_connect(longest, 0, &fixture->client),
			 -ENAMETOOLONG);
	assert_null(fixture->client);
}

static void json_goes_out_and_comes_back(void **state)
{
	struct fixture *fixture = *state;
	char *answer;

	serve(fixture, status_frame(fixture, 1, true), 7, true);
	assert_int_equal(
		permit_connect(fixture->path, TIMEOUT_MS, &fixture->client), 0);
	assert_int_equal(
		permit_call_json(fixture->client, "{\"status\": {}}", &answer), 0);
	assert_non_null(strstr(answer, "\"version\":\"0.1.0\""));
	free(answer);
}

static void json_that_is_no_request_is_not_sent(void **state)
{
	struct fixture *fixture = *state;
	char *answer = NULL;

	assert_int_equal(
		permit_connect(fixture->path, TIMEOUT_MS, &fixture->client), 0);
	assert_int_equal(
		permit_call_json(fixture->client, "{\"stats\": {}}", &answer),
		PERMIT_E_NOT_VALID);
	assert_null(answer);
	assert_int_equal(permit_call_json(fixture->client, "{", &answer),
			 PERMIT_E_NOT_VALID);
	assert_non_null(strstr(permit_problem(fixture->client), "line 1"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_does_not_depend_on_where_it_is_cut),
		TEST(a_stream_is_read_to_its_last_answer),
		TEST(a_stream_that_was_not_read_to_its_end_closes_the_client),
		TEST(a_refusal_is_told_and_the_answer_holds_it),
		TEST(an_answer_to_another_request_is_not_taken),
		TEST(a_daemon_that_goes_away_in_an_answer_is_noticed),
		TEST(something_else_on_the_socket_is_noticed),
		TEST(a_daemon_that_says_nothing_is_not_waited_for_for_ever),
		TEST(without_a_daemon_there_is_no_client),
		TEST(json_goes_out_and_comes_back),
		TEST(json_that_is_no_request_is_not_sent),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
