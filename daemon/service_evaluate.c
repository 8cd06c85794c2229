/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/fault.h"
#include "daemon/service_state.h"
#include "proto/blob.h"
#include "proto/result.h"

/*
 * One question, on its way:
 *
 *	facts -> edition -> facts in its terms -> decision -> answer
 *	                                             \-> entry and blob -> queue
 */
struct evaluation {
	struct call *call;
	const Permit__V1__EvaluateRequest *request;
	day_t as_of;
	struct governing governing;
	struct facts facts;
	uint64_t unused;
	struct queued *queued;
};

#define EVALUATION_REFUSED 1 /* the call's refusal says why */

static struct bytes text_bytes(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

/* ---- The edition and the facts ---- */

static int read_facts(struct evaluation *e)
{
	int r = wire_read_facts(e->request, e->governing.edition, e->as_of,
				&e->call->workspace->arena, &e->facts, &e->unused,
				&e->call->refusal);

	return r == WIRE_REFUSED ? EVALUATION_REFUSED : r;
}

static int refuse(struct evaluation *e, Permit__V1__Code code, const char *field,
		  const char *message)
{
	refusal_set(&e->call->refusal, code, field, "%s", message);
	return EVALUATION_REFUSED;
}

/* Packed facts name their edition; it must be the one that governs. */
static int prepare_packed(struct service *service, struct evaluation *e)
{
	static const char field[] = "evaluate.packed.edition_hash";
	struct governing governing;
	struct digest hash;
	int r;

	memcpy(hash.bytes, e->request->packed->edition_hash.data, DIGEST_BYTES);
	e->governing.info = editions_by_hash(service->store->editions, &hash);
	if (e->governing.info == NULL)
		return refuse(e, PERMIT__V1__CODE__CODE_UNKNOWN_EDITION, field,
			      "There is no such edition here.");
	r = load_edition(service, e->governing.info, &e->governing.edition);
	if (r == 0)
		r = read_facts(e);
	if (r != 0)
		return r;
	r = govern(service, e->call, e->request, e->as_of,
		   wire_received(e->governing.edition, &e->facts), &governing);
	if (r == GOVERNING_REFUSED)
		return EVALUATION_REFUSED;
	if (r != 0)
		return r;
	if (governing.info != e->governing.info)
		return refuse(
			e, PERMIT__V1__CODE__CODE_OTHER_EDITION, field,
			"Another edition governs on that date; Describe says which.");
	e->governing = governing;
	return 0;
}

static int prepare_named(struct service *service, struct evaluation *e)
{
	struct wire_span received;
	int r = wire_named_received(e->request, &received, &e->call->refusal);

	if (r == WIRE_REFUSED)
		return EVALUATION_REFUSED;
	if (r == 0)
		r = govern(service, e->call, e->request, e->as_of, received,
			   &e->governing);
	if (r == GOVERNING_REFUSED)
		return EVALUATION_REFUSED;
	return r != 0 ? r : read_facts(e);
}

static int prepare(struct service *service, struct evaluation *e)
{
	if (e->request->facts_case == PERMIT__V1__EVALUATE_REQUEST__FACTS_PACKED)
		return prepare_packed(service, e);
	return prepare_named(service, e);
}

/* ---- The decision ---- */

static int decide_it(struct evaluation *e)
{
	struct arena *arena = &e->call->workspace->arena;
	const struct edition *edition = fault_edition(e->governing.edition, arena);
	struct queued *queued = e->queued;
	int row;
	int r;

	if (edition == NULL)
		return -ENOMEM;
	r = decide(edition, e->governing.question, &e->facts, arena,
		   &queued->decision, &row);
	if (r == DECIDE_E_CONTRADICTION) {
		wire_contradiction(e->governing.edition, row, &e->call->refusal);
		return EVALUATION_REFUSED;
	}
	if (r != 0)
		return r;
	queued->edition_hash = e->governing.info->hash;
	queued->record = (struct wire_record){
		.edition_hash = queued->edition_hash.bytes,
		.edition_recorded_ms = e->governing.info->recorded_ms,
		.received = wire_received(e->governing.edition, &e->facts),
		.unused = e->unused,
		.recorded = !e->request->what_if,
		.entry_id = queued->entry_id,
	};
	return 0;
}

/* ---- The entry ---- */

/* Everything of one entry that nobody may guess, drawn at once. */
struct secrets {
	uint8_t entry_id[ENTRY_ID_BYTES];
	uint8_t k_salt[32];
	uint8_t salt_r[32];
	uint8_t kdf_salt[32];
};

/* The blob has the request's id in hexadecimal digits. */
#define REQUEST_ID_TEXT_BYTES (2 * REQUEST_ID_BYTES + 1)

/* What the blob holds, but for facts and result. */
static struct content_decision content_of(const struct evaluation *e,
					  const struct secrets *secrets,
					  char request_id[REQUEST_ID_TEXT_BYTES])
{
	struct wire_span received = e->queued->record.received;
	struct content_decision content = {
		.case_ref = text_bytes(e->request->case_ref),
		.policy_id = text_bytes(e->governing.edition->policy_id),
		.question = text_bytes(e->governing.question->name),
		.received_on = received.has && received.first == received.last
				       ? received.first
				       : BLOB_NO_DAY,
		.decided_on = e->as_of,
		.in_force_on = e->governing.edition->in_force_from,
		.recorded_ms = e->governing.info->recorded_ms,
		.clock_ms = e->call->now_ms,
	};

	hex_print(e->request->request_id.data, e->request->request_id.len,
		  request_id);
	content.request_id = text_bytes(request_id);
	memcpy(content.k_salt, secrets->k_salt, sizeof(content.k_salt));
	memcpy(content.salt_r, secrets->salt_r, sizeof(content.salt_r));
	return content;
}

static int encode_blob(const struct content_decision *content, struct arena *arena,
		       struct bytes *ret_blob)
{
	size_t n = blob_decision_bytes(content);
	uint8_t *data = arena_alloc(arena, n);

	if (data == NULL)
		return -ENOMEM;
	/* Lengths and dates were checked when the request was read. */
	if (blob_decision_encode(content, data) != BLOB_SOUND)
		return -EINVAL;
	*ret_blob = (struct bytes){ data, n };
	return 0;
}

static int make_item(struct service *service, struct evaluation *e,
		     const struct secrets *secrets, struct log_item *ret_item)
{
	struct arena *arena = &e->call->workspace->arena;
	const struct edition *edition = e->governing.edition;
	char request_id[REQUEST_ID_TEXT_BYTES];
	struct content_decision content = content_of(e, secrets, request_id);
	struct bytes slots[RESULT_SLOTS_MAX] = { { 0 } };
	struct log_item item = { .entry = {
					 .type = ENTRY_DECISION,
					 .time_ms = e->call->now_ms,
					 .policy_hash = e->governing.info->hash,
					 .engine_id = service->engine,
				 } };
	int r;

	content.facts = result_facts_write(edition, &e->facts, arena, slots);
	content.result = result_write(&e->queued->decision, arena);
	if (content.facts.data == NULL || content.result.data == NULL)
		return -ENOMEM;
	r = encode_blob(&content, arena, &item.blob);
	if (r != 0)
		return r;
	memcpy(item.entry.entry_id, secrets->entry_id, ENTRY_ID_BYTES);
	memcpy(item.entry.kdf_salt.bytes, secrets->kdf_salt, DIGEST_BYTES);
	item.entry.fields_root = entry_fields_root(secrets->k_salt, slots,
						   result_slots(edition));
	item.entry.result_commit = entry_result_commit(secrets->salt_r,
						       content.result);
	*ret_item = item;
	return 0;
}

static int record(struct service *service, struct evaluation *e)
{
	struct index_row row = {
		.request_id = { e->request->request_id.data,
				e->request->request_id.len },
		.case_ref = text_bytes(e->request->case_ref),
	};
	struct secrets secrets;
	struct log_item item;
	int r;

	random_bytes((uint8_t *)&secrets, sizeof(secrets));
	memcpy(e->queued->entry_id, secrets.entry_id, ENTRY_ID_BYTES);
	r = make_item(service, e, &secrets, &item);
	if (r == -EINVAL)
		return answer_internal(service, e->call,
				       "a decision does not fit its entry");
	if (r != 0)
		return r;
	return queue_decision(service, e->queued, &item, &row);
}

/* ---- The request ---- */

/* Whether this very request was recorded before: then ret_seq says where. */
static int find_again(struct service *service, const struct evaluation *e,
		      bool *ret_found, uint64_t *ret_seq)
{
	struct bytes id = { e->request->request_id.data,
			    e->request->request_id.len };
	int r;

	*ret_found = false;
	if (id.n == 0 || e->request->what_if)
		return 0;
	if (queue_has_request(service, id)) {
		r = service_commit(service);
		if (r != 0)
			return r;
	}
	r = index_by_request(service->store->index, id, ret_seq);
	*ret_found = r == 0;
	return r == INDEX_E_ABSENT ? 0 : r;
}

int serve_evaluate(struct service *service, struct call *call)
{
	struct arena *arena = &call->workspace->arena;
	struct evaluation *e = arena_alloc(arena, sizeof(*e));
	uint64_t seq;
	bool again;
	int r;

	if (e == NULL)
		return -ENOMEM;
	e->call = call;
	e->request = call->request->evaluate;
	e->as_of = request_day(e->request->as_of, clock_day(call->now_ms));
	e->queued = arena_alloc(arena, sizeof(*e->queued));
	if (e->queued == NULL)
		return -ENOMEM;
	e->queued->call = call;
	r = find_again(service, e, &again, &seq);
	if (r == 0 && again)
		return answer_again(service, call, seq);
	if (r == 0)
		r = prepare(service, e);
	if (r == 0)
		r = decide_it(e);
	if (r == EVALUATION_REFUSED)
		return answer_refused(service, call);
	if (r != 0)
		return r;
	if (!e->request->what_if)
		return record(service, e);
	note_disagreement(service, e->queued);
	return answer_decision(service, e->queued);
}
