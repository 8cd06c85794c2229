/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/logging.h"
#include "daemon/service_state.h"

bool service_is_queued(const struct service *service)
{
	return service->n_queued != 0;
}

bool queue_has_request(const struct service *service, struct bytes request_id)
{
	for (size_t i = 0; i < service->n_queued; i++) {
		struct bytes id = service->rows[i].request_id;

		if (id.n == request_id.n &&
		    memcmp(id.data, request_id.data, id.n) == 0)
			return true;
	}
	return false;
}

int queue_decision(struct service *service, struct queued *queued,
		   const struct log_item *item, const struct index_row *row,
		   struct store_content *content)
{
	size_t n_bytes = entry_bytes(&item->entry) +
			 SEALED_BYTES(blob_sealed_bytes(&content->content), true);
	int r;

	if (service->n_queued == SEGMENT_ENTRIES_MAX ||
	    !log_group_fits(service->store->log, service->n_queued + 1,
			    service->n_queued_bytes + n_bytes)) {
		r = service_commit(service);
		if (r != 0)
			return r;
	}
	service->items[service->n_queued] = *item;
	service->rows[service->n_queued] = *row;
	service->contents[service->n_queued] = content;
	service->queued[service->n_queued] = queued;
	service->n_queued++;
	service->n_queued_bytes += n_bytes;
	queued->call->kept = true;
	return 0;
}

void note_disagreement(struct service *service, const struct queued *queued)
{
	const struct decision *decision = &queued->decision;
	const struct wire_record *record = &queued->record;
	char entry[48] = "not recorded";

	if (decision->agreed)
		return;
	service->n_disagreements++;
	if (record->recorded)
		snprintf(entry, sizeof(entry), "entry %llu",
			 (unsigned long long)record->log_index);
	logging(LOGGING_ERROR,
		"the two evaluators disagree: policy %s, edition %s, question %s, "
		"%s; referred to an officer",
		decision->edition->policy_id, decision->edition->name,
		decision->question->name, entry);
}

int answer_decision(struct service *service, struct queued *queued)
{
	struct arena *arena = &queued->call->workspace->arena;
	const Permit__V1__EvaluateRequest *request =
		queued->call->request->evaluate;
	Permit__V1__Response response;
	Permit__V1__EvaluateResponse evaluate;
	Permit__V1__Decision decision;
	int r;

	permit__v1__response__init(&response);
	permit__v1__evaluate_response__init(&evaluate);
	permit__v1__decision__init(&decision);
	r = wire_put_decision(
		&queued->decision, &queued->record,
		wire_languages(request->languages, request->n_languages), arena,
		&decision);
	if (r != 0)
		return r;
	evaluate.decision = &decision;
	response.body_case = PERMIT__V1__RESPONSE__BODY_EVALUATE;
	response.evaluate = &evaluate;
	return answer(service, queued->call, &response);
}

/*
 * The decision is durable, so it is no longer open whether to answer: a client for
 * whose answer there is no memory is cut off, and finds it by its request id.
 */
static void answer_or_cut(struct service *service, struct queued *queued,
			  const struct entry *entry)
{
	struct call *call = queued->call;

	if (receipt_now(service, entry, &call->workspace->arena,
			&queued->record) != 0 ||
	    answer_decision(service, queued) != 0) {
		if (call->client != NULL)
			call->client->broken = true;
		call_is_answered(service, call->client);
	}
}

static void answer_all(struct service *service)
{
	char checkpoint[CHECKPOINT_NOTE_BYTES];
	struct log_head head;

	log_head(service->store->log, &head);
	memcpy(checkpoint, head.note.data, head.note.n);
	checkpoint[head.note.n] = '\0';
	for (size_t i = 0; i < service->n_queued; i++) {
		struct queued *queued = service->queued[i];

		queued->record.decision_recorded_ms =
			service->items[i].entry.time_ms;
		queued->record.log_index = service->items[i].entry.seq;
		queued->record.tree_size = head.size;
		queued->record.checkpoint = checkpoint;
		note_disagreement(service, queued);
		answer_or_cut(service, queued, &service->items[i].entry);
	}
	service->n_recorded += service->n_queued;
}

static int refuse_all(struct service *service)
{
	int r = 0;

	for (size_t i = 0; i < service->n_queued && r == 0; i++) {
		service->queued[i]->record.recorded = false;
		note_disagreement(service, service->queued[i]);
		r = answer_no(service, service->queued[i]->call, DISK_FULL, "",
			      "Not decided: there is no room to record it.");
	}
	return r;
}

static void note_disk(struct service *service, bool full)
{
	if (full && !service->disk_full)
		logging(LOGGING_ERROR,
			"the disk is full: nothing is decided until there "
			"is room");
	if (!full && service->disk_full)
		logging(LOGGING_NOTICE, "there is room on the disk again");
	service->disk_full = full;
}

/* Sent or refused: the queue is empty again. */
static void empty_queue(struct service *service)
{
	for (size_t i = 0; i < service->n_queued; i++)
		call_end(service, service->queued[i]->call);
	service->n_queued = 0;
	service->n_queued_bytes = 0;
}

int service_commit(struct service *service)
{
	uint64_t begun_us = clock_us();
	int r;

	if (service->n_queued == 0)
		return 0;
	r = store_append(service->store, service->items, service->rows,
			 service->contents,
			 service->n_queued);
	if (r == 0) {
		metrics_committed(&service->metrics, service->n_queued,
				  clock_us() - begun_us);
		note_disk(service, false);
		answer_all(service);
	} else if (r == STORE_E_NO_ROOM) {
		note_disk(service, true);
		r = refuse_all(service);
	}
	if (r != 0) {
		logging(LOGGING_ERROR,
			"%zu decisions could not be recorded (%s): stopping, "
			"because what is on the disk is not known",
			service->n_queued,
			r < 0 ? strerror(-r) : "the log refuses the group");
		return r == -ENOMEM || r > 0 ? -EIO : r;
	}
	empty_queue(service);
	return 0;
}
