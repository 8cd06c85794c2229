/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/logging.h"
#include "daemon/service_state.h"
#include "proto/blob.h"
#include "proto/result.h"

/* ---- Reading a decision back ---- */

static int damaged(uint64_t seq, const char *why)
{
	logging(LOGGING_ERROR, "entry %llu of the log cannot be read: %s",
		(unsigned long long)seq, why);
	return RECORDED_DAMAGED;
}

static int copy(struct bytes from, struct arena *arena, struct bytes *ret_copy)
{
	const char *text = arena_text(arena, (const char *)from.data, from.n);

	*ret_copy = (struct bytes){ (const uint8_t *)text, from.n };
	return text == NULL ? -ENOMEM : 0;
}

/* What the log holds of the entry, copied: its views end with the next reading. */
struct raw {
	struct bytes entry;
	struct bytes blob;
	const char *note;
	const char *receipt;
	uint64_t tree_size;
};

static int read_raw(struct service *service, uint64_t seq, struct arena *arena,
		    struct raw *ret_raw)
{
	char text[STORE_TEXT_BYTES];
	struct segment_record record;
	struct segment_item item;
	int r = store_read(service->store, seq, &record, &item, text);

	if (r == STORE_E_REFUSED)
		return damaged(seq, text);
	if (r == 0)
		r = copy(item.entry, arena, &ret_raw->entry);
	if (r == 0)
		r = copy(item.blob, arena, &ret_raw->blob);
	if (r == 0)
		r = receipt_then(&record, seq, arena, &ret_raw->receipt);
	if (r != 0)
		return r;
	ret_raw->note = note_copy(record.note, arena);
	ret_raw->tree_size = record.first_seq + record.n_items;
	return ret_raw->note == NULL ? -ENOMEM : 0;
}

static int load_recorded_edition(struct service *service, const struct entry *entry,
				 struct recorded *recorded)
{
	const struct edition_info *info = editions_by_hash(service->store->editions,
							   &entry->policy_hash);
	int r;

	if (info == NULL)
		return damaged(entry->seq, "its edition is not here");
	r = load_edition(service, info, &recorded->edition);
	recorded->edition_hash = info->hash;
	recorded->record.edition_recorded_ms = info->recorded_ms;
	return r;
}

/* The facts, written again, give the commitment of the entry. */
static int check_fields(const struct content_decision *content,
			const struct entry *entry, struct arena *arena,
			const struct recorded *recorded)
{
	struct bytes slots[RESULT_SLOTS_MAX] = { { 0 } };
	struct digest root;

	if (result_facts_write(recorded->edition, &recorded->facts, arena, slots)
		    .data == NULL)
		return -ENOMEM;
	root = entry_fields_root(content->k_salt, slots,
				 result_slots(recorded->edition));
	if (digest_equal(&root, &entry->fields_root))
		return 0;
	return damaged(entry->seq, "its facts are not those it commits to");
}

static int read_content(const struct content_decision *content,
			const struct entry *entry, struct arena *arena,
			struct recorded *recorded)
{
	uint64_t seq = entry->seq;

	recorded->facts_bytes = content->facts;
	recorded->policy_id = arena_text(
		arena, (const char *)content->policy_id.data, content->policy_id.n);
	recorded->case_ref = arena_text(arena, (const char *)content->case_ref.data,
					content->case_ref.n);
	if (recorded->policy_id == NULL || recorded->case_ref == NULL)
		return -ENOMEM;
	if (result_facts_read(recorded->edition, content->facts, arena,
			      &recorded->facts) != RESULT_OK)
		return damaged(
			seq, "its facts are not in a form that this release knows");
	if (result_read(recorded->edition, content->result, arena,
			&recorded->decision) != RESULT_OK)
		return damaged(
			seq, "its result is not in a form that this release knows");
	recorded->record.received = wire_received(recorded->edition,
						  &recorded->facts);
	return check_fields(content, entry, arena, recorded);
}

/* Opens what was sealed, or reads what is in clear; views into the arena. */
static int open_content(struct service *service, const struct entry *entry,
			const struct raw *raw, struct arena *arena,
			struct content_decision *ret)
{
	uint8_t *space = arena_alloc(arena, raw->blob.n + 1);
	int r = space == NULL ? -ENOMEM :
		cases_read(service->store->cases, raw->entry, entry, raw->blob,
			   space, ret);

	if (r == CASES_E_ABSENT || r == CASES_E_NO_KEK)
		return damaged(entry->seq, "the key of its case is not here");
	if (r == -EBADMSG)
		return damaged(entry->seq, "its content does not open");
	return r;
}

int recorded_read(struct service *service, uint64_t seq, struct arena *arena,
		  struct recorded *ret_recorded)
{
	struct recorded *recorded = ret_recorded;
	struct content_decision content;
	struct entry entry;
	struct raw raw = { .tree_size = 0 };
	int r = read_raw(service, seq, arena, &raw);

	if (r != 0)
		return r;
	if (entry_decode(raw.entry, &entry) != ENTRY_SOUND || entry.seq != seq)
		return damaged(seq, "its bytes are no entry of that number");
	if (entry.type != ENTRY_DECISION)
		return RECORDED_NO_DECISION;
	if (raw.blob.n == 0)
		return RECORDED_ERASED;
	r = open_content(service, &entry, &raw, arena, &content);
	if (r != 0)
		return r;
	*recorded = (struct recorded){ .entry = raw.entry, .blob = raw.blob };
	r = load_recorded_edition(service, &entry, recorded);
	if (r == 0)
		r = read_content(&content, &entry, arena, recorded);
	memcpy(recorded->entry_id, entry.entry_id, ENTRY_ID_BYTES);
	recorded->record.edition_hash = recorded->edition_hash.bytes;
	recorded->record.recorded = true;
	recorded->record.entry_id = recorded->entry_id;
	recorded->record.decision_recorded_ms = entry.time_ms;
	recorded->record.log_index = seq;
	recorded->record.tree_size = raw.tree_size;
	recorded->record.checkpoint = raw.note;
	recorded->record.receipt = raw.receipt;
	recorded->record.entry = raw.entry;
	return r;
}

/* ---- The same request once more ---- */

/* Whether the facts of the request are those that were recorded, to the byte. */
static int compare_facts(const struct recorded *recorded,
			 const Permit__V1__EvaluateRequest *request,
			 struct arena *arena, bool *ret_same)
{
	struct refusal refusal;
	struct facts facts;
	struct bytes bytes;
	uint64_t unused;
	int r = wire_read_facts(request, recorded->edition,
				recorded->decision.as_of, arena, &facts, &unused,
				&refusal);

	*ret_same = false;
	if (r == WIRE_REFUSED)
		return 0;
	if (r != 0)
		return r;
	bytes = result_facts_write(recorded->edition, &facts, arena, NULL);
	if (bytes.data == NULL)
		return -ENOMEM;
	*ret_same = bytes.n == recorded->facts_bytes.n &&
		    memcmp(bytes.data, recorded->facts_bytes.data, bytes.n) == 0;
	return 0;
}

static bool is_same_case(const struct recorded *recorded,
			 const Permit__V1__EvaluateRequest *request)
{
	const struct decision *decision = &recorded->decision;
	bool packed = request->facts_case ==
		      PERMIT__V1__EVALUATE_REQUEST__FACTS_PACKED;

	if (packed && memcmp(request->packed->edition_hash.data,
			     recorded->edition_hash.bytes, DIGEST_BYTES) != 0)
		return false;
	return strcmp(request->policy, recorded->policy_id) == 0 &&
	       strcmp(request->question, decision->question->name) == 0 &&
	       strcmp(request->case_ref, recorded->case_ref) == 0 &&
	       request_day(request->as_of, decision->as_of) == decision->as_of;
}

static int answer_as_then(struct service *service, struct call *call,
			  const struct recorded *recorded)
{
	struct queued *again = arena_alloc(&call->workspace->arena, sizeof(*again));

	if (again == NULL)
		return -ENOMEM;
	*again = (struct queued){ .call = call,
				  .decision = recorded->decision,
				  .record = recorded->record };
	return answer_decision(service, again);
}

int answer_again(struct service *service, struct call *call, uint64_t seq)
{
	const Permit__V1__EvaluateRequest *request = call->request->evaluate;
	struct recorded recorded;
	bool same = false;
	int r = recorded_read(service, seq, &call->workspace->arena, &recorded);

	if (r > 0)
		return answer_internal(service, call,
				       "the recorded decision is not readable");
	if (r == 0 && is_same_case(&recorded, request))
		r = compare_facts(&recorded, request, &call->workspace->arena,
				  &same);
	if (r != 0)
		return r;
	if (!same)
		return answer_no(
			service, call, CONFLICT, "evaluate.request_id",
			"This request id was used before, for another request.");
	return answer_as_then(service, call, &recorded);
}

/* ---- GetDecision ---- */

static int find_decision(struct service *service,
			 const Permit__V1__GetDecisionRequest *request,
			 uint64_t *ret_seq)
{
	uint8_t id[ENTRY_ID_BYTES];

	if (request->which_case ==
	    PERMIT__V1__GET_DECISION_REQUEST__WHICH_LOG_INDEX) {
		*ret_seq = request->log_index;
		return request->log_index < index_size(service->store->index)
			       ? 0
			       : INDEX_E_ABSENT;
	}
	if (!hex_parse(request->id, strlen(request->id), id, sizeof(id)))
		return INDEX_E_ABSENT;
	return index_by_id(service->store->index, id, ret_seq);
}

static int answer_recorded(struct service *service, struct call *call,
			   struct recorded *recorded)
{
	const Permit__V1__GetDecisionRequest *request = call->request->get_decision;
	struct arena *arena = &call->workspace->arena;
	Permit__V1__Response response;
	Permit__V1__GetDecisionResponse body;
	Permit__V1__Decision decision;
	Permit__V1__NamedFacts facts;
	int r;

	permit__v1__response__init(&response);
	permit__v1__get_decision_response__init(&body);
	permit__v1__decision__init(&decision);
	permit__v1__named_facts__init(&facts);
	r = wire_put_decision(
		&recorded->decision, &recorded->record,
		wire_languages(request->languages, request->n_languages), arena,
		&decision);
	if (r == 0)
		r = wire_put_facts(recorded->edition, &recorded->facts, arena,
				   &facts);
	if (r != 0)
		return r;
	body.decision = &decision;
	body.facts = &facts;
	body.case_ref = arena_text(arena, recorded->case_ref,
				   strlen(recorded->case_ref));
	body.entry.data = (uint8_t *)(uintptr_t)recorded->entry.data;
	body.entry.len = recorded->entry.n;
	body.blob.data = (uint8_t *)(uintptr_t)recorded->blob.data;
	body.blob.len = recorded->blob.n;
	if (body.case_ref == NULL)
		return -ENOMEM;
	response.body_case = PERMIT__V1__RESPONSE__BODY_GET_DECISION;
	response.get_decision = &body;
	return answer(service, call, &response);
}

int serve_get_decision(struct service *service, struct call *call)
{
	struct recorded *recorded = arena_alloc(&call->workspace->arena,
						sizeof(*recorded));
	uint64_t seq;
	int r;

	if (recorded == NULL)
		return -ENOMEM;
	r = find_decision(service, call->request->get_decision, &seq);
	if (r == 0) {
		r = recorded_read(service, seq, &call->workspace->arena, recorded);
		if (r == RECORDED_DAMAGED)
			return answer_internal(service, call,
					       "the log is damaged there");
	}
	if (r == RECORDED_ERASED)
		return answer_no(service, call, ERASED, "get_decision",
				 "The content of this decision was erased.");
	if (r > 0)
		return answer_no(service, call, NOT_FOUND, "get_decision",
				 "There is no such decision in this log.");
	return r != 0 ? r : answer_recorded(service, call, recorded);
}
