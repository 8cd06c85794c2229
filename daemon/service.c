/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "daemon/clock.h"
#include "daemon/engine.h"
#include "daemon/logging.h"
#include "daemon/service.h"
#include "daemon/service_state.h"
#include "proto/message.h"

#define POOL_MAX 1024 /* workspaces kept, each with one block of its arena */

static int (*const handlers[])(struct service *, struct call *) = {
	[PERMIT__V1__REQUEST__BODY_EVALUATE] = serve_evaluate,
	[PERMIT__V1__REQUEST__BODY_DESCRIBE] = serve_describe,
	[PERMIT__V1__REQUEST__BODY_ENACT_POLICY] = serve_enact_policy,
	[PERMIT__V1__REQUEST__BODY_LIST_EDITIONS] = serve_list_editions,
	[PERMIT__V1__REQUEST__BODY_GET_EDITION] = serve_get_edition,
	[PERMIT__V1__REQUEST__BODY_GET_DECISION] = serve_get_decision,
	[PERMIT__V1__REQUEST__BODY_GET_CASE] = serve_get_case,
	[PERMIT__V1__REQUEST__BODY_READ_LOG] = serve_read_log,
	[PERMIT__V1__REQUEST__BODY_STATUS] = serve_status,
	[PERMIT__V1__REQUEST__BODY_ERASE_CASES] = serve_erase_cases,
};

int service_open(const struct service_options *options,
		 struct service **ret_service)
{
	struct service *service = calloc(1, sizeof(*service));

	if (service == NULL)
		return -ENOMEM;
	service->store = options->store;
	service->limits = options->limits;
	service->erasure_keys = options->erasure_keys;
	service->engine = engine_id();
	service->started_ms = clock_ms();
	service->items = calloc(SEGMENT_ENTRIES_MAX, sizeof(*service->items));
	service->rows = calloc(SEGMENT_ENTRIES_MAX, sizeof(*service->rows));
	service->contents = calloc(SEGMENT_ENTRIES_MAX, sizeof(*service->contents));
	service->queued = calloc(SEGMENT_ENTRIES_MAX, sizeof(*service->queued));
	if (service->items == NULL || service->rows == NULL ||
	    service->contents == NULL || service->queued == NULL) {
		service_close(&service);
		return -ENOMEM;
	}
	*ret_service = service;
	return 0;
}

static void workspace_free(struct workspace *workspace)
{
	arena_done(&workspace->arena);
	free(workspace);
}

void service_close(struct service **service)
{
	struct service *s = *service;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_queued; i++)
		workspace_free(s->queued[i]->call->workspace);
	while (s->pool != NULL) {
		struct workspace *workspace = s->pool;

		s->pool = workspace->next;
		workspace_free(workspace);
	}
	free(s->items);
	free(s->rows);
	free(s->contents);
	free(s->queued);
	free(s);
	*service = NULL;
}

/* ---- The memory of a request ---- */

static struct call *call_begin(struct service *service, struct client *client)
{
	struct workspace *workspace = service->pool;
	struct call *call;

	if (workspace != NULL) {
		service->pool = workspace->next;
		service->n_pool--;
	} else {
		workspace = calloc(1, sizeof(*workspace));
		if (workspace == NULL)
			return NULL;
		arena_init(&workspace->arena, SERVICE_ARENA_BYTES);
	}
	call = arena_alloc(&workspace->arena, sizeof(*call));
	if (call == NULL) {
		workspace_free(workspace);
		return NULL;
	}
	call->client = client;
	call->workspace = workspace;
	call->now_ms = clock_ms();
	call->begun_us = clock_us();
	return call;
}

void call_end(struct service *service, struct call *call)
{
	struct workspace *workspace = call->workspace;

	if (service->n_pool >= POOL_MAX) {
		workspace_free(workspace);
		return;
	}
	arena_reset(&workspace->arena);
	workspace->next = service->pool;
	service->pool = workspace;
	service->n_pool++;
}

/* ---- From bytes to a handler ---- */

static bool is_overloaded(const struct service *service)
{
	return service->n_under_way > service->limits->requests ||
	       service->buffered_bytes > service->limits->buffered_bytes;
}

/* Hands a request on. One that needs too much memory is refused, no more. */
static int serve(struct service *service, struct call *call)
{
	int r;

	service->metrics.requests[call->request->body_case]++;
	if (service->stopping)
		return answer_no(
			service, call, STOPPING, "",
			"The daemon is stopping; ask again when it is back.");
	if (is_overloaded(service))
		return answer_no(service, call, OVERLOADED, "",
				 "Too much is under way; ask again later.");
	r = handlers[call->request->body_case](service, call);
	if (r == -ENOMEM && !call->kept)
		return answer_internal(
			service, call,
			"it needs more memory than one request may have");
	return r;
}

/* The refusal of a request that could not be read: only its id may be known. */
static int refuse_unread(struct service *service, struct call *call,
			 struct bytes head)
{
	Permit__V1__Request *request = arena_alloc(&call->workspace->arena,
						   sizeof(*request));

	if (request == NULL)
		return -ENOMEM;
	permit__v1__request__init(request);
	request->id = request_id_of(head);
	call->request = request;
	return answer_refused(service, call);
}

/* A whole message, or with `refusal` the head of one whose size is refused. */
static int take_message(struct service *service, struct client *client,
			struct bytes payload, const struct refusal *refusal)
{
	struct call *call = call_begin(service, client);
	int r;

	if (call == NULL) {
		client->broken = true;
		return 0;
	}
	client->n_under_way++;
	service->n_under_way++;
	if (refusal != NULL) {
		call->refusal = *refusal;
		r = refuse_unread(service, call, payload);
	} else {
		r = request_read(payload, &call->workspace->arena, &call->request,
				 &call->refusal);
		if (r == REQUEST_REFUSED)
			r = refuse_unread(service, call, payload);
		else if (r == 0)
			r = serve(service, call);
	}
	if (r == -ENOMEM && !call->kept) {
		/*
		 * Not even a refusal has room: the connection is all there is
		 * to give.
		 */
		client->broken = true;
		call_is_answered(service, client);
		r = 0;
	}
	if (!call->kept)
		call_end(service, call);
	return r;
}

static int refuse_size(struct service *service, struct client *client,
		       const struct frame *frame)
{
	struct refusal refusal;
	bool large = request_may_be_large(frame->payload);

	refusal_set(&refusal, PERMIT__V1__CODE__CODE_TOO_LARGE, "",
		    "The message has %llu bytes; this kind may have %u.",
		    (unsigned long long)frame->n_payload,
		    large ? REQUEST_ENACT_MAX_BYTES : REQUEST_MAX_BYTES);
	return take_message(service, client, frame->payload, &refusal);
}

static int refuse_framing(struct service *service, struct client *client)
{
	static const struct bytes no_head = { (const uint8_t *)"", 0 };
	struct refusal refusal;
	int r;

	refusal_set(
		&refusal, PERMIT__V1__CODE__CODE_MALFORMED_FRAME, "",
		"What stands before the message is not its length; the connection "
		"ends.");
	r = take_message(service, client, no_head, &refusal);
	client->broken = true;
	return r;
}

void service_welcome(struct client *client)
{
	client->frames = (struct frame_reader){
		.max_bytes = REQUEST_MAX_BYTES,
		.max_large_bytes = REQUEST_ENACT_MAX_BYTES,
		.may_be_large = request_may_be_large,
	};
}

bool service_may_take(const struct service *service, const struct client *client)
{
	return !client->broken &&
	       client->n_under_way < service->limits->connection_requests &&
	       client->output.end - client->output.at <
		       service->limits->connection_output_bytes;
}

int service_input(struct service *service, struct client *client,
		  struct buffer *input, size_t *ret_wanted)
{
	struct frame frame;
	int r = 0;

	*ret_wanted = 0;
	while (r == 0 && service_may_take(service, client)) {
		switch (frame_next(&client->frames, buffer_waiting(input),
				   &frame)) {
		case FRAME_OK:
			r = take_message(service, client, frame.payload, NULL);
			break;
		case FRAME_TOO_LARGE:
			r = refuse_size(service, client, &frame);
			break;
		case FRAME_MALFORMED:
			return refuse_framing(service, client);
		case FRAME_MORE:
			buffer_drop(input, frame.n_done);
			*ret_wanted = frame.n_wanted;
			return 0;
		}
		buffer_drop(input, frame.n_done);
	}
	return r;
}

/* ---- The rest of a service's life ---- */

void service_forget(struct service *service, struct client *client)
{
	for (size_t i = 0; i < service->n_queued; i++)
		if (service->queued[i]->call->client == client)
			service->queued[i]->call->client = NULL;
	while (client->streams != NULL)
		stream_free(service, client, client->streams);
}

void service_stop(struct service *service)
{
	service->stopping = true;
}

int service_tidy(struct service *service, bool idle)
{
	int r = store_index(service->store, idle);

	if (r != 0)
		logging(LOGGING_ERROR, "the index cannot be written (error %d)",
			-r);
	return r;
}

void service_set_load(struct service *service, size_t n_connections,
		      uint64_t buffered_bytes)
{
	service->n_connections = n_connections;
	service->buffered_bytes = buffered_bytes;
}
