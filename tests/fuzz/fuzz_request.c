/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "proto/json.h"
#include "proto/message.h"
#include "proto/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A request that was taken survives its JSON form and comes back as it was. */
static void there_and_back(const Permit__V1__Request *request, struct arena *arena)
{
	json_t *json = json_from_message(&request->base);
	ProtobufCMessage *message;
	struct refusal refusal;
	struct bytes before;
	struct bytes after;
	int r;

	if (json == NULL)
		abort();
	r = json_to_message(json, request->base.descriptor, arena, &message, &refusal);
	json_decref(json);
	if (r != 0 || message_frame(&request->base, arena, &before) != 0 ||
	    message_frame(message, arena, &after) != 0 || before.n != after.n)
		abort();
	for (size_t i = 0; i < before.n; i++)
		if (before.data[i] != after.data[i])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const Permit__V1__Request *request;
	struct bytes payload = { data, size };
	struct refusal refusal;
	struct arena arena;

	arena_init(&arena, 4 * REQUEST_ARENA_BYTES);
	switch (request_read(payload, &arena, &request, &refusal)) {
	case 0:
		there_and_back(request, &arena);
		break;
	case REQUEST_REFUSED:
		if (refusal.code == PERMIT__V1__CODE__CODE_UNSPECIFIED)
			abort();
		break;
	default:
		abort();	/* the arena is large enough for any request */
	}
	arena_done(&arena);
	return 0;
}
