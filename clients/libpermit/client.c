/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "clients/libpermit/client.h"
#include "proto/frame.h"
#include "proto/json.h"
#include "proto/message.h"
#include "proto/request.h"

/* What one answer may take, unpacked, and the request that led to it. */
#define CLIENT_ARENA_BYTES (4u * RESPONSE_MAX_BYTES)
#define CLIENT_FIRST_BYTES 4096u

struct permit_client {
	int fd;
	uint64_t id;	    /* of the last request */
	bool more;	    /* its last answer has not come */
	struct arena arena; /* the last answer */
	struct frame_reader reader;
	uint8_t *stream; /* what came and was not read yet */
	size_t n_stream;
	size_t n_room;
	size_t n_done; /* of the stream, dropped before the next read */
	char problem[512];
};

static void set_timeouts(int fd, unsigned timeout_ms)
{
	struct timeval timeout = {
		.tv_sec = (time_t)(timeout_ms / 1000),
		.tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000,
	};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

static int open_socket(const char *path, unsigned timeout_ms)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	set_timeouts(fd, timeout_ms);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

int permit_connect(const char *socket_path, unsigned timeout_ms,
		   struct permit_client **ret_client)
{
	int fd = open_socket(socket_path, timeout_ms);
	struct permit_client *client;

	if (fd < 0)
		return fd;
	client = calloc(1, sizeof(*client));
	if (client == NULL) {
		close(fd);
		return -ENOMEM;
	}
	client->fd = fd;
	arena_init(&client->arena, CLIENT_ARENA_BYTES);
	client->reader.max_bytes = RESPONSE_MAX_BYTES;
	*ret_client = client;
	return 0;
}

void permit_close(struct permit_client **client)
{
	if (*client == NULL)
		return;
	if ((*client)->fd >= 0)
		close((*client)->fd);
	arena_done(&(*client)->arena);
	free((*client)->stream);
	free(*client);
	*client = NULL;
}

const char *permit_problem(const struct permit_client *client)
{
	return client->problem;
}

PRINTF_LIKE(3, 4)
static int fail(struct permit_client *client, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(client->problem, sizeof(client->problem), format, args);
	va_end(args);
	return code;
}

/* Nothing that comes later could be told apart from what was asked for. */
static int lost(struct permit_client *client, int code, const char *why)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->more = false;
	return fail(client, code, "%s", why);
}

/* After a failed send or receive, with errno. */
static int broken(struct permit_client *client)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return lost(client, -ETIMEDOUT,
			    "the daemon did not answer in time");
	if (errno == EPIPE || errno == ECONNRESET)
		return lost(client, PERMIT_E_LOST,
			    "the daemon ended the connection");
	return lost(client, -EIO, strerror(errno));
}

static int send_all(struct permit_client *client, struct bytes frame)
{
	ssize_t n;

	while (frame.n > 0) {
		n = send(client->fd, frame.data, frame.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return broken(client);
		frame.data += n;
		frame.n -= (size_t)n;
	}
	return 0;
}

static void drop(struct permit_client *client)
{
	client->n_stream -= client->n_done;
	if (client->n_stream > 0)
		memmove(client->stream, client->stream + client->n_done,
			client->n_stream);
	client->n_done = 0;
}

static int receive(struct permit_client *client, size_t n_wanted)
{
	size_t room = n_wanted < CLIENT_FIRST_BYTES ? CLIENT_FIRST_BYTES : n_wanted;
	uint8_t *grown;
	ssize_t n;

	if (room > client->n_room) {
		grown = realloc(client->stream, room);
		if (grown == NULL)
			return lost(client, -ENOMEM, "out of memory");
		client->stream = grown;
		client->n_room = room;
	}
	do
		n = recv(client->fd, client->stream + client->n_stream,
			 client->n_room - client->n_stream, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return broken(client);
	if (n == 0)
		return lost(client, PERMIT_E_LOST,
			    "the daemon ended the connection");
	client->n_stream += (size_t)n;
	return 0;
}

static int next_payload(struct permit_client *client, struct bytes *ret_payload)
{
	struct frame frame;
	int r;

	for (;;) {
		drop(client);
		switch (frame_next(
			&client->reader,
			(struct bytes){ client->stream, client->n_stream },
			&frame)) {
		case FRAME_OK:
			client->n_done = frame.n_done;
			*ret_payload = frame.payload;
			return 0;
		case FRAME_MORE:
			r = receive(client, frame.n_wanted);
			if (r != 0)
				return r;
			break;
		case FRAME_TOO_LARGE:
		case FRAME_MALFORMED:
			return lost(client, PERMIT_E_LOST,
				    "what answers there does not speak the "
				    "protocol of permitd");
		}
	}
}

int permit_next(struct permit_client *client,
		const struct Permit__V1__Response **ret_response)
{
	const struct Permit__V1__Response *response;
	struct refusal refusal;
	struct bytes payload;
	int r;

	if (!client->more)
		return fail(client, -ENODATA, "there is no further answer");
	arena_reset(&client->arena);
	r = next_payload(client, &payload);
	if (r != 0)
		return r;
	r = response_read(payload, &client->arena, &response, &refusal);
	if (r < 0)
		return lost(client, r, "out of memory");
	if (r > 0)
		return lost(client, PERMIT_E_LOST, refusal.message);
	/* A daemon that could not read the request answers with id 0. */
	if (response->id != client->id && response->id != 0)
		return lost(client, PERMIT_E_LOST,
			    "the daemon answered another request");
	client->more = !response->last;
	*ret_response = response;
	if (response->body_case != PERMIT__V1__RESPONSE__BODY_ERROR)
		return 0;
	return fail(client, PERMIT_E_REFUSED, "%s", response->error->message);
}

int permit_call(struct permit_client *client, struct Permit__V1__Request *request,
		const struct Permit__V1__Response **ret_response)
{
	struct bytes frame;
	int r;

	if (client->fd < 0)
		return fail(client, PERMIT_E_LOST, "the connection is closed");
	if (client->more)
		return lost(client, PERMIT_E_LOST,
			    "the answer before was not read to its end");
	arena_reset(&client->arena);
	request->id = ++client->id;
	r = message_frame(&request->base, &client->arena, &frame);
	if (r == -EMSGSIZE || (r == 0 && frame.n > REQUEST_ENACT_MAX_BYTES))
		return fail(client, PERMIT_E_NOT_VALID, "the request is too large");
	if (r != 0)
		return fail(client, r, "out of memory");
	r = send_all(client, frame);
	if (r != 0)
		return r;
	client->more = true;
	return permit_next(client, ret_response);
}

static int send_json(struct permit_client *client, const json_t *json,
		     const struct Permit__V1__Response **ret_response)
{
	struct arena arena;
	ProtobufCMessage *request;
	struct refusal refusal;
	int r;

	arena_init(&arena, CLIENT_ARENA_BYTES);
	r = json_to_message(json, &permit__v1__request__descriptor, &arena,
			    &request, &refusal);
	if (r > 0)
		r = fail(client, PERMIT_E_NOT_VALID, "%s: %s", refusal.field,
			 refusal.message);
	else if (r < 0)
		r = fail(client, r, "out of memory");
	else
		r = permit_call(client, (struct Permit__V1__Request *)request,
				ret_response);
	arena_done(&arena);
	return r;
}

int permit_call_json(struct permit_client *client, const char *request,
		     char **ret_answer)
{
	const struct Permit__V1__Response *response;
	json_error_t error;
	json_t *json;
	int r;

	*ret_answer = NULL;
	json = json_loads(request, JSON_REJECT_DUPLICATES, &error);
	if (json == NULL)
		return fail(client, PERMIT_E_NOT_VALID, "line %d, column %d: %s",
			    error.line, error.column, error.text);
	r = send_json(client, json, &response);
	json_decref(json);
	if (r != 0 && r != PERMIT_E_REFUSED)
		return r;
	json = json_from_message(&response->base);
	if (json != NULL)
		*ret_answer = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return *ret_answer != NULL ? r : fail(client, -ENOMEM, "out of memory");
}
