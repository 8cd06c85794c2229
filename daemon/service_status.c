/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/engine.h"
#include "daemon/service_state.h"

static uint64_t count_policies(const struct editions *editions)
{
	const char *last = "";
	uint64_t n = 0;

	for (size_t i = 0; i < editions_count(editions); i++) {
		const char *policy = editions_at(editions, i)->policy_id;

		n += strcmp(policy, last) != 0;
		last = policy;
	}
	return n;
}

static int put_log(struct service *service, struct arena *arena,
		   Permit__V1__StatusResponse *status)
{
	struct log_head head;
	char *key = arena_alloc(arena, VKEY_TEXT_BYTES);

	log_head(service->store->log, &head);
	status->checkpoint = note_copy(head.note, arena);
	status->log_origin = arena_text(arena, head.vkey->name,
					strlen(head.vkey->name));
	if (key == NULL || status->checkpoint == NULL || status->log_origin == NULL)
		return -ENOMEM;
	vkey_print(head.vkey, key);
	status->verifier_key = key;
	status->tree_size = head.size;
	return 0;
}

int serve_status(struct service *service, struct call *call)
{
	static char version[] = ENGINE_VERSION;
	const struct editions *editions = service->store->editions;
	Permit__V1__Response response;
	Permit__V1__StatusResponse status;
	int r;

	permit__v1__response__init(&response);
	permit__v1__status_response__init(&status);
	r = put_log(service, &call->workspace->arena, &status);
	if (r == 0)
		r = store_free_bytes(service->store, &status.free_bytes);
	if (r != 0)
		return r;
	status.version = version;
	status.engine_id.data = service->engine.bytes;
	status.engine_id.len = DIGEST_BYTES;
	status.started_ms = service->started_ms;
	status.now_ms = call->now_ms;
	status.n_policies = count_policies(editions);
	status.n_editions = editions_count(editions);
	status.n_decisions_recorded = service->n_recorded;
	status.n_requests_refused = service->n_refused;
	status.n_disagreements = service->n_disagreements;
	status.disk_full = service->disk_full;
	status.n_connections = service->n_connections;
	response.body_case = PERMIT__V1__RESPONSE__BODY_STATUS;
	response.status = &status;
	return answer(service, call, &response);
}
