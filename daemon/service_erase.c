/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/logging.h"
#include "daemon/service_state.h"
#include "daemon/store/erasure.h"

/*
 * Two requests make one erasure: the first is told what the two roles have to
 * sign, which is the list of entries as it stands; the second brings it signed.
 * Whatever was recorded between them makes the list another one, and it is
 * refused.
 */
#define HORIZON_MS (30ull * 24 * 3600 * 1000)	/* for backups to run out */

struct erasing {
	struct call *call;
	const Permit__V1__EraseCasesRequest *request;
	uint64_t *seqs;
	size_t n_seqs;
	uint32_t epoch;
};

static void erasing_done(struct erasing *e)
{
	free(e->seqs);
}

/* ---- What it would be ---- */

static int list_entries(struct service *service, struct erasing *e)
{
	const Permit__V1__EraseCasesRequest *request = e->request;
	uint8_t *ids = arena_alloc(&e->call->workspace->arena,
				   request->n_case_refs * SEAL_CASE_ID_BYTES);

	if (ids == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < request->n_case_refs; i++) {
		const char *ref = request->case_refs[i];

		cases_id(service->store->cases,
			 (struct bytes){ (const uint8_t *)ref, strlen(ref) },
			 ids + i * SEAL_CASE_ID_BYTES);
	}
	e->epoch = keyring_newest(&service->store->keystore->ring)->epoch;
	return erasure_list(service->store, ids, request->n_case_refs, &e->seqs,
			    &e->n_seqs);
}

static int refuse_list(struct service *service, struct call *call, int r)
{
	switch (r) {
	case ERASURE_E_NONE:
		return answer_no(service, call, NOT_FOUND, "erase_cases.case_refs",
				 "One of the cases has no entry in this log, or was "
				 "erased before.");
	case ERASURE_E_HELD:
		return answer_no(service, call, HELD, "erase_cases.case_refs",
				 "One of the cases must be kept: it is under a legal "
				 "hold, or may not be erased before a date.");
	case ERASURE_E_CLEAR:
		return answer_no(service, call, CONFLICT, "erase_cases.case_refs",
				 "One of the cases has entries from before contents "
				 "were sealed; they cannot be erased.");
	default:
		return r < 0 ? r : -EIO;
	}
}

static size_t parts_of(const struct erasing *e)
{
	return (e->n_seqs + TOMBSTONE_INDEXES_MAX - 1) / TOMBSTONE_INDEXES_MAX;
}

/* One part, but for its id and horizon, which the first request has set. */
static void make_part(const struct erasing *e, size_t part,
		      struct tombstone *tombstone)
{
	size_t from = part * TOMBSTONE_INDEXES_MAX;
	size_t n = e->n_seqs - from;

	tombstone->part = (uint16_t)part;
	tombstone->parts = (uint16_t)parts_of(e);
	tombstone->reason = (uint16_t)e->request->reason;
	tombstone->old_epoch = e->epoch;
	tombstone->new_epoch = e->epoch + 1;
	tombstone->n_indexes = n < TOMBSTONE_INDEXES_MAX ? n :
							   TOMBSTONE_INDEXES_MAX;
	memcpy(tombstone->indexes, e->seqs + from,
	       tombstone->n_indexes * sizeof(uint64_t));
}

/* ---- The answers ---- */

static int answer_statements(struct service *service, struct erasing *e)
{
	struct arena *arena = &e->call->workspace->arena;
	size_t n = parts_of(e);
	ProtobufCBinaryData *parts = arena_array(arena, n, sizeof(*parts));
	struct tombstone *tombstone = arena_alloc(arena, sizeof(*tombstone));
	Permit__V1__EraseCasesResponse body;
	Permit__V1__Response response;
	struct log_head head;

	if (parts == NULL || tombstone == NULL)
		return -ENOMEM;
	log_head(service->store->log, &head);
	permit__v1__response__init(&response);
	permit__v1__erase_cases_response__init(&body);
	random_bytes(tombstone->id, sizeof(tombstone->id));
	tombstone->backup_horizon_ms = e->call->now_ms + HORIZON_MS;
	for (size_t i = 0; i < n; i++) {
		make_part(e, i, tombstone);
		parts[i].data = arena_alloc(arena,
					    TOMBSTONE_BYTES(TOMBSTONE_INDEXES_MAX));
		if (parts[i].data == NULL)
			return -ENOMEM;
		parts[i].len = tombstone_encode(tombstone, parts[i].data);
	}
	body.n_statements = n;
	body.statements = parts;
	body.log_origin = (char *)(uintptr_t)head.vkey->name;
	body.n_entries = e->n_seqs;
	body.backup_horizon_ms = tombstone->backup_horizon_ms;
	response.body_case = PERMIT__V1__RESPONSE__BODY_ERASE_CASES;
	response.erase_cases = &body;
	return answer(service, e->call, &response);
}

static int answer_erased(struct service *service, struct erasing *e, uint64_t seq)
{
	Permit__V1__EraseCasesResponse body;
	Permit__V1__Response response;
	struct log_head head;

	log_head(service->store->log, &head);
	permit__v1__response__init(&response);
	permit__v1__erase_cases_response__init(&body);
	body.log_origin = (char *)(uintptr_t)head.vkey->name;
	body.n_entries = e->n_seqs;
	body.erased = true;
	body.log_index = seq;
	body.tree_size = head.size;
	body.checkpoint = note_copy(head.note, &e->call->workspace->arena);
	if (body.checkpoint == NULL)
		return -ENOMEM;
	response.body_case = PERMIT__V1__RESPONSE__BODY_ERASE_CASES;
	response.erase_cases = &body;
	return answer(service, e->call, &response);
}

/* ---- The second request ---- */

/* Whether a signed statement is this part of the list as it stands now. */
static bool is_current(const struct erasing *e, size_t part, struct bytes signed_body,
		       const struct tombstone *first, struct arena *arena)
{
	struct tombstone *now = arena_alloc(arena, sizeof(*now));
	uint8_t *again = arena_alloc(arena, TOMBSTONE_BYTES(TOMBSTONE_INDEXES_MAX));
	size_t n;

	if (now == NULL || again == NULL)
		return false;
	memcpy(now->id, first->id, sizeof(now->id));
	now->backup_horizon_ms = first->backup_horizon_ms;
	make_part(e, part, now);
	n = tombstone_encode(now, again);
	return signed_body.n == n + (size_t)2 * TOMBSTONE_SIGNED_BYTES &&
	       memcmp(signed_body.data, again, n) == 0;
}

static bool all_current(const struct erasing *e, const struct bytes *bodies)
{
	struct arena *arena = &e->call->workspace->arena;
	struct tombstone *first = arena_alloc(arena, sizeof(*first));

	if (first == NULL || e->request->n_statements != parts_of(e) ||
	    !tombstone_decode(bodies[0], true, UINT64_MAX, first))
		return false;
	for (size_t i = 0; i < e->request->n_statements; i++)
		if (!is_current(e, i, bodies[i], first, arena))
			return false;
	return true;
}

static int erase(struct service *service, struct erasing *e,
		 const struct bytes *bodies)
{
	uint64_t seq;
	int r = erasure_run(service->store, bodies, e->request->n_statements,
			    e->call->now_ms, &seq);

	if (r == ERASURE_E_NO_ROOM) {
		service->disk_full = true;
		return answer_no(service, e->call, DISK_FULL, "",
				 "Not erased: there is no room to record it.");
	}
	if (r != 0) {
		logging(LOGGING_ERROR, "an erasure was interrupted (%s): stopping; "
			"the next start goes on with it", strerror(-r));
		return r == -ENOMEM ? -EIO : r;
	}
	logging(LOGGING_NOTICE, "erased the contents of %zu entries; the tombstone "
		"is entry %llu. Back up keys/ again: older copies open nothing",
		e->n_seqs, (unsigned long long)seq);
	return answer_erased(service, e, seq);
}

static int check_and_erase(struct service *service, struct erasing *e)
{
	const Permit__V1__EraseCasesRequest *request = e->request;
	struct bytes *bodies = arena_array(&e->call->workspace->arena,
					   request->n_statements, sizeof(*bodies));
	struct log_head head;

	if (bodies == NULL)
		return -ENOMEM;
	log_head(service->store->log, &head);
	for (size_t i = 0; i < request->n_statements; i++)
		bodies[i] = (struct bytes){ request->statements[i].data,
					    request->statements[i].len };
	if (!all_current(e, bodies))
		return answer_no(service, e->call, CONFLICT,
				 "erase_cases.statements",
				 "This is not what would be erased now; ask again for "
				 "what is to be signed.");
	for (size_t i = 0; i < request->n_statements; i++)
		if (!tombstone_verify(bodies[i], head.vkey->name,
				      service->erasure_keys)) {
			logging(LOGGING_WARNING, "an erasure was refused: it was not "
				"signed by both roles");
			return answer_no(service, e->call, NOT_ALLOWED,
					 "erase_cases.statements",
					 "Both roles must have signed each "
					 "statement, with the keys that the daemon "
					 "knows.");
		}
	return erase(service, e, bodies);
}

int serve_erase_cases(struct service *service, struct call *call)
{
	CLEANUP(erasing_done) struct erasing e = {
		.call = call, .request = call->request->erase_cases
	};
	int r;

	if (service->erasure_keys == NULL)
		return answer_no(service, call, NOT_ALLOWED, "",
				 "Nothing can be erased here: the daemon has no keys "
				 "of the two roles (erasure-keys).");
	r = service_commit(service);
	if (r == 0)
		r = list_entries(service, &e);
	if (r != 0)
		return refuse_list(service, call, r);
	if (parts_of(&e) > REQUEST_STATEMENTS_MAX)
		return answer_no(service, call, OUT_OF_RANGE,
				 "erase_cases.case_refs",
				 "These are too many entries for one erasure; name "
				 "fewer cases.");
	return e.request->n_statements == 0 ? answer_statements(service, &e) :
					      check_and_erase(service, &e);
}
