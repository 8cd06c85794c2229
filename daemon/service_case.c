/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/service_state.h"
#include "proto/message.h"

#define DECISIONS_USUAL 16
#define SEQS_AT_A_TIME 64

/* The entries of a case, the newest of them. */
struct newest {
	size_t wanted;
	uint64_t seqs[REQUEST_CASE_DECISIONS_MAX]; /* a ring */
	uint64_t n;				   /* of all */
};

static int find_newest(struct service *service, const char *case_ref,
		       struct newest *newest)
{
	uint8_t id[SEAL_CASE_ID_BYTES];
	uint64_t seqs[SEQS_AT_A_TIME];
	uint64_t from = 0;
	size_t n;
	int r;

	cases_id(service->store->cases,
		 (struct bytes){ (const uint8_t *)case_ref, strlen(case_ref) }, id);
	do {
		r = index_by_case(service->store->index,
				  (struct bytes){ id, sizeof(id) }, from, seqs,
				  SEQS_AT_A_TIME, &n);
		if (r != 0)
			return r;
		for (size_t i = 0; i < n; i++)
			newest->seqs[newest->n++ % newest->wanted] = seqs[i];
		from = n == 0 ? 0 : seqs[n - 1] + 1;
	} while (n == SEQS_AT_A_TIME);
	return 0;
}

/*
 * A copy that borrows from no edition: the next decision may be of another one,
 * and loading that may end the first.
 */
static int copy_decision(const Permit__V1__Decision *decision, struct arena *arena,
			 Permit__V1__Decision **ret_copy)
{
	size_t n = protobuf_c_message_get_packed_size(&decision->base);
	uint8_t *bytes = arena_alloc(arena, n + 1);
	ProtobufCMessage *copy;
	struct refusal refusal;
	int r;

	if (bytes == NULL)
		return -ENOMEM;
	protobuf_c_message_pack(&decision->base, bytes);
	r = message_read(&permit__v1__decision__descriptor,
			 (struct bytes){ bytes, n }, RESPONSE_FIELDS_MAX, arena,
			 &copy, &refusal);
	if (r != 0)
		return r == MESSAGE_REFUSED ? -EBADMSG : r;
	*ret_copy = (Permit__V1__Decision *)copy;
	return 0;
}

static int read_decision(struct service *service, uint64_t seq, struct arena *arena,
			 Permit__V1__Decision **ret_decision)
{
	struct recorded *recorded = arena_alloc(arena, sizeof(*recorded));
	Permit__V1__Decision decision;
	int r = recorded == NULL ? -ENOMEM
				 : recorded_read(service, seq, arena, recorded);

	if (r != 0)
		return r;
	recorded->record.receipt = "";
	recorded->record.checkpoint = "";
	recorded->record.entry = (struct bytes){ NULL, 0 };
	permit__v1__decision__init(&decision);
	r = wire_put_decision(&recorded->decision, &recorded->record,
			      wire_languages(NULL, 0), arena, &decision);
	return r != 0 ? r : copy_decision(&decision, arena, ret_decision);
}

static int answer_case(struct service *service, struct call *call,
		       const struct newest *newest)
{
	struct arena *arena = &call->workspace->arena;
	Permit__V1__Decision *decisions[REQUEST_CASE_DECISIONS_MAX];
	Permit__V1__GetCaseResponse body;
	Permit__V1__Response response;
	uint64_t n = newest->n < newest->wanted ? newest->n : newest->wanted;

	permit__v1__response__init(&response);
	permit__v1__get_case_response__init(&body);
	for (uint64_t i = 1; i <= n; i++) {
		uint64_t seq = newest->seqs[(newest->n - i) % newest->wanted];
		int r = read_decision(service, seq, arena,
				      &decisions[body.n_decisions]);

		if (r == RECORDED_DAMAGED)
			return answer_internal(service, call,
					       "the log is damaged there");
		if (r < 0)
			return r;
		body.n_decisions += r == 0;
	}
	body.decisions = decisions;
	body.n_recorded = newest->n;
	response.body_case = PERMIT__V1__RESPONSE__BODY_GET_CASE;
	response.get_case = &body;
	return answer(service, call, &response);
}

int serve_get_case(struct service *service, struct call *call)
{
	const Permit__V1__GetCaseRequest *request = call->request->get_case;
	struct newest newest = {
		.wanted = request->count == 0 ? DECISIONS_USUAL : request->count,
	};
	int r = find_newest(service, request->case_ref, &newest);

	if (r != 0)
		return r;
	if (newest.n == 0)
		return answer_no(
			service, call, NOT_FOUND, "get_case.case_ref",
			"Nothing is recorded about this case: it was never "
			"decided, or it was erased.");
	return answer_case(service, call, &newest);
}
