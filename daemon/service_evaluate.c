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
	uint8_t kdf_salt[32];
};

/* The content has the request's id in hexadecimal digits. */
#define REQUEST_ID_TEXT_BYTES (2 * REQUEST_ID_BYTES + 1)

/* What is sealed, but for facts and result. NULL when the arena is full. */
static struct store_content *begin_content(const struct evaluation *e,
					   struct arena *arena)
{
	struct wire_span received = e->queued->record.received;
	struct store_content *content = arena_alloc(arena, sizeof(*content));
	char *request_id = arena_alloc(arena, REQUEST_ID_TEXT_BYTES);

	if (content == NULL || request_id == NULL)
		return NULL;
	hex_print(e->request->request_id.data, e->request->request_id.len,
		  request_id);
	*content = (struct store_content){ .content = {
		.case_ref = text_bytes(e->request->case_ref),
		.request_id = text_bytes(request_id),
		.policy_id = text_bytes(e->governing.edition->policy_id),
		.question = text_bytes(e->governing.question->name),
		.received_on = received.has && received.first == received.last
				       ? received.first
				       : BLOB_NO_DAY,
		.decided_on = e->as_of,
		.in_force_on = e->governing.edition->in_force_from,
		.recorded_ms = e->governing.info->recorded_ms,
		.clock_ms = e->call->now_ms,
	} };
	return content;
}

/*
 * All that is sealed when the entry gets its number. -EINVAL when it breaks a
 * limit, which checking the request has ruled out.
 */
static int make_content(struct evaluation *e, struct store_content **ret_content)
{
	struct arena *arena = &e->call->workspace->arena;
	const struct edition *edition = e->governing.edition;
	struct store_content *content = begin_content(e, arena);

	if (content == NULL)
		return -ENOMEM;
	content->content.facts = result_facts_write(edition, &e->facts, arena,
						    content->slots);
	content->n_slots = result_slots(edition);
	content->content.result = result_write(&e->queued->decision, arena);
	if (content->content.facts.data == NULL ||
	    content->content.result.data == NULL)
		return -ENOMEM;
	if (blob_sealed_check(&content->content) != BLOB_SOUND)
		return -EINVAL;
	content->space = arena_alloc(
		arena, SEALED_BYTES(blob_sealed_bytes(&content->content), true));
	*ret_content = content;
	return content->space == NULL ? -ENOMEM : 0;
}

static int record(struct service *service, struct evaluation *e)
{
	struct index_row row = {
		.request_id = { e->request->request_id.data,
				e->request->request_id.len },
	};
	struct log_item item = { .entry = {
					 .type = ENTRY_DECISION,
					 .time_ms = e->call->now_ms,
					 .policy_hash = e->governing.info->hash,
					 .engine_id = service->engine,
				 } };
	struct store_content *content;
	struct secrets secrets;
	int r = make_content(e, &content);

	if (r == -EINVAL)
		return answer_internal(service, e->call,
				       "a decision does not fit its entry");
	if (r != 0)
		return r;
	random_bytes((uint8_t *)&secrets, sizeof(secrets));
	memcpy(e->queued->entry_id, secrets.entry_id, ENTRY_ID_BYTES);
	memcpy(item.entry.entry_id, secrets.entry_id, ENTRY_ID_BYTES);
	memcpy(item.entry.kdf_salt.bytes, secrets.kdf_salt, DIGEST_BYTES);
	return queue_decision(service, e->queued, &item, &row, content);
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
