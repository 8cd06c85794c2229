/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/logging.h"
#include "daemon/service_state.h"
#include "proto/message.h"

/*
 * Without memory for an answer nothing true can be said to this client: it is
 * cut off, and can ask again for what it did.
 */
void send_frame(struct service *service, struct client *client, struct bytes frame)
{
	uint8_t *to;

	(void)service;
	if (client == NULL || client->broken)
		return;
	to = buffer_reserve(&client->output, frame.n);
	if (to == NULL) {
		client->broken = true;
		return;
	}
	memcpy(to, frame.data, frame.n);
	buffer_add(&client->output, frame.n);
}

void call_is_answered(struct service *service, struct client *client)
{
	service->n_under_way--;
	if (client != NULL)
		client->n_under_way--;
}

static void note_time(struct service *service, const struct call *call)
{
	unsigned kind = call->request == NULL ? 0 : call->request->body_case;

	metrics_answered(&service->metrics, kind, clock_us() - call->begun_us);
}

int answer(struct service *service, struct call *call,
	   Permit__V1__Response *response)
{
	struct bytes frame;
	int r;

	response->id = call->request->id;
	response->last = true;
	r = message_frame(&response->base, &call->workspace->arena, &frame);
	if (r == -EMSGSIZE)
		return answer_internal(service, call,
				       "an answer is too large to be sent");
	if (r != 0)
		return r;
	send_frame(service, call->client, frame);
	note_time(service, call);
	call_is_answered(service, call->client);
	return 0;
}

int answer_refused(struct service *service, struct call *call)
{
	struct bytes frame;
	uint64_t id = call->request == NULL ? 0 : call->request->id;
	int r = response_refuse(id, &call->refusal, &call->workspace->arena,
				&frame);

	if (r != 0)
		return r;
	service->n_refused++;
	service->metrics.refused[call->refusal.code]++;
	note_time(service, call);
	send_frame(service, call->client, frame);
	call_is_answered(service, call->client);
	return 0;
}

int answer_internal(struct service *service, struct call *call, const char *reason)
{
	logging(LOGGING_ERROR, "a request could not be answered: %s", reason);
	return answer_no(service, call, INTERNAL, "",
			 "The daemon could not answer this; its journal says why.");
}

char *note_copy(struct bytes note, struct arena *arena)
{
	return arena_text(arena, (const char *)note.data, note.n);
}
