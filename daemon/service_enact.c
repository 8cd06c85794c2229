/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/logging.h"
#include "daemon/service_info.h"
#include "daemon/service_state.h"
#include "policy/language/policy.h"
#include "proto/blob.h"
#include "proto/meaning.h"

/*
 * An edition comes into the store: read, checked, compiled and proven, then one
 * entry of the log with the bundle beside it, then the database. The log's
 * commit is the enactment; what the database misses is read from the log at the
 * next start, and what stands in the log is not proven again there.
 */
struct enacting {
	struct call *call;
	const Permit__V1__EnactPolicyRequest *request;
	struct bytes vocabulary;
	struct bytes policy;
	struct arena compiling; /* POLICY_ARENA_BYTES, for this alone */
	const struct edition *edition;
	struct bytes bundle;
	struct digest hash;
	struct diagnostics diagnostics;
	uint32_t n_theorems; /* all of which hold; 0 until they are proven */
};

static struct bytes text_bytes(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

/* ---- Reading ---- */

/* The vocabulary that was enacted last stands in for one that is not sent. */
static int find_vocabulary(struct service *service, struct enacting *e)
{
	const struct edition_info *info = editions_newest(service->store->editions);
	struct bytes bundle;
	struct bytes policy;
	int r;

	e->vocabulary = text_bytes(e->request->vocabulary);
	if (e->vocabulary.n != 0 || info == NULL)
		return 0;
	r = editions_bundle(service->store->editions, info,
			    &e->call->workspace->arena, &bundle);
	if (r == 0 && !policy_unbundle(bundle, &e->vocabulary, &policy))
		r = -EBADMSG;
	return r;
}

static int compile(struct enacting *e)
{
	int r = policy_load(e->vocabulary, e->policy, &e->compiling, &e->edition,
			    &e->diagnostics);

	if (r == 0)
		r = policy_bundle(e->vocabulary, e->policy, &e->compiling,
				  &e->bundle, &e->diagnostics);
	if (r == 0)
		e->hash = digest_of(e->bundle);
	return r;
}

static int answer_diagnostics(struct service *service, struct enacting *e)
{
	struct arena *arena = &e->call->workspace->arena;
	Permit__V1__Response response;
	Permit__V1__Error error;
	int r;

	refusal_set(&e->call->refusal, PERMIT__V1__CODE__CODE_POLICY_NOT_VALID, "",
		    "The policy has %zu mistake%s; nothing was changed.",
		    e->diagnostics.n, e->diagnostics.n == 1 ? "" : "s");
	permit__v1__response__init(&response);
	permit__v1__error__init(&error);
	refusal_error(&e->call->refusal, &error);
	r = wire_put_diagnostics(
		&e->diagnostics,
		(struct wire_document){ e->policy, e->request->document_name },
		(struct wire_document){ e->vocabulary,
					e->request->vocabulary_name },
		arena, &error);
	if (r != 0)
		return r;
	service->n_refused++;
	response.body_case = PERMIT__V1__RESPONSE__BODY_ERROR;
	response.error = &error;
	return answer(service, e->call, &response);
}

/* ---- Answering ---- */

/* The edition that it follows, when that means the same; else NULL. */
static const struct edition_info *same_before(const struct service *service,
					      const struct edition_info *info)
{
	const struct edition_info *before =
		editions_on(service->store->editions, info->policy_id,
			    info->in_force_from - 1);

	return before != NULL && meaning_equal(&before->meaning, &info->meaning)
		       ? before
		       : NULL;
}

static int answer_enacted(struct service *service, struct enacting *e,
			  const struct edition_info *info, bool already)
{
	const struct edition_info *same = same_before(service, info);
	struct arena *arena = &e->call->workspace->arena;
	Permit__V1__Response response;
	Permit__V1__EnactPolicyResponse body;
	struct log_head head;

	log_head(service->store->log, &head);
	permit__v1__response__init(&response);
	permit__v1__enact_policy_response__init(&body);
	body.edition = answer_info(info, arena);
	body.already_enacted = already;
	body.n_theorems = e->n_theorems;
	if (same != NULL)
		body.editorial_change_of = (char *)(uintptr_t)same->name;
	body.log_index = info->seq;
	body.tree_size = head.size;
	body.checkpoint = note_copy(head.note, arena);
	if (body.edition == NULL || body.checkpoint == NULL)
		return -ENOMEM;
	response.body_case = PERMIT__V1__RESPONSE__BODY_ENACT_POLICY;
	response.enact_policy = &body;
	return answer(service, e->call, &response);
}

static int answer_checked(struct service *service, struct enacting *e)
{
	const struct edition_info draft = {
		.hash = e->hash,
		.policy_id = e->edition->policy_id,
		.name = e->edition->name,
		.title = e->edition->title,
		.jurisdiction = e->edition->jurisdiction,
		.in_force_from = e->edition->in_force_from,
	};
	struct edition_info info = draft;
	int r = meaning_digest(e->edition, &info.meaning);

	if (r != 0)
		return r;
	for (size_t i = 0; i < e->edition->n_questions; i++)
		info.questions[info.n_questions++] = e->edition->questions[i].name;
	return answer_enacted(service, e, &info, false);
}

static int answer_full(struct service *service, struct enacting *e)
{
	service->disk_full = true;
	return answer_no(service, e->call, DISK_FULL, "",
			 "Not enacted: there is no room to record it.");
}

/* ---- Recording ---- */

static int make_blob(struct enacting *e, struct bytes *ret_blob)
{
	struct content_enactment content = {
		.policy_id = text_bytes(e->edition->policy_id),
		.edition = text_bytes(e->edition->name),
		.in_force_on = e->edition->in_force_from,
		.recorded_ms = e->call->now_ms,
		.bundle = e->bundle,
	};
	size_t n = blob_enactment_bytes(&content);
	uint8_t *data = arena_alloc(&e->compiling, n);

	if (data == NULL)
		return -ENOMEM;
	if (blob_enactment_encode(&content, data) != BLOB_SOUND)
		return -EINVAL;
	*ret_blob = (struct bytes){ data, n };
	return 0;
}

/*
 * Log and database each take the bundle once. Both are asked for the room before,
 * so that the log does not say what the database then cannot hold.
 */
static int has_room(struct service *service, const struct enacting *e,
		    bool *ret_room)
{
	uint64_t n_free;
	int r = store_free_bytes(service->store, &n_free);

	*ret_room = r == 0 && n_free / 4 > e->bundle.n;
	return r;
}

static int append(struct service *service, struct enacting *e, uint64_t *ret_seq)
{
	struct index_row row = { 0 };
	struct log_item item = { .entry = {
					 .type = ENTRY_POLICY_PUBLISH,
					 .time_ms = e->call->now_ms,
					 .policy_hash = e->hash,
					 .engine_id = service->engine,
				 } };
	int r = make_blob(e, &item.blob);

	if (r == 0)
		r = service_commit(service);
	if (r != 0)
		return r;
	random_bytes(item.entry.entry_id, ENTRY_ID_BYTES);
	random_bytes(item.entry.kdf_salt.bytes, DIGEST_BYTES);
	r = store_append(service->store, &item, &row, NULL, 1);
	*ret_seq = item.entry.seq;
	return r == -ENOMEM ? -EIO : r;
}

static int enact(struct service *service, struct enacting *e)
{
	struct enactment enactment = { .hash = e->hash,
				       .recorded_ms = e->call->now_ms };
	const struct edition_info *info;
	bool room;
	int r = has_room(service, e, &room);

	if (r == 0 && !room)
		return answer_full(service, e);
	if (r == 0)
		r = append(service, e, &enactment.seq);
	if (r == STORE_E_NO_ROOM)
		return answer_full(service, e);
	if (r == STORE_E_UNFIT)
		return answer_no(
			service, e->call, OUT_OF_RANGE, "enact_policy.document",
			"The edition is larger than a segment of this log.");
	if (r != 0)
		return r;
	r = editions_add(service->store->editions, e->edition, e->bundle,
			 &enactment, &info);
	if (r != 0) {
		logging(LOGGING_ERROR,
			"an edition is in the log, but not in the database; "
			"the next start will put it there");
		return -EIO;
	}
	logging(LOGGING_NOTICE, "enacted %s, edition %s, as entry %llu",
		info->policy_id, info->name, (unsigned long long)info->seq);
	return answer_enacted(service, e, info, false);
}

static int decide_what_to_do(struct service *service, struct enacting *e)
{
	const struct editions *editions = service->store->editions;
	const struct edition_info *info = editions_by_hash(editions, &e->hash);
	int r;

	if (e->edition->kind == EDITION_ANALYSIS)
		return answer_no(service, e->call, ANALYSIS_DOCUMENT,
				 "enact_policy.document",
				 "An analysis document shows a law as it is written; "
				 "it is never enacted.");
	if (info != NULL)
		return answer_enacted(service, e, info, true);
	r = editions_may_enact(editions, e->edition, &info);
	if (r == EDITIONS_E_CONFLICT)
		return answer_no(
			service, e->call, CONFLICT, "enact_policy.document",
			"The edition %s of %s has the same %s and other content; "
			"editions never change.",
			info->name, info->policy_id,
			info->in_force_from == e->edition->in_force_from ? "date"
									 : "name");
	if (r == 0)
		r = require_proof(service, e->call, e->edition, &e->n_theorems);
	if (r == PROOF_ANSWERED)
		return 0;
	if (r != 0)
		return r;
	return e->request->check_only ? answer_checked(service, e)
				      : enact(service, e);
}

int serve_enact_policy(struct service *service, struct call *call)
{
	struct enacting *e = arena_alloc(&call->workspace->arena, sizeof(*e));
	int r;

	if (e == NULL)
		return -ENOMEM;
	e->call = call;
	e->request = call->request->enact_policy;
	e->policy = text_bytes(e->request->document);
	arena_init(&e->compiling, POLICY_ARENA_BYTES);
	r = find_vocabulary(service, e);
	if (r == -EBADMSG)
		return answer_internal(service, call,
				       "an edition in the database is "
				       "damaged");
	if (r == 0)
		r = compile(e);
	if (r == POLICY_E_NOT_VALID)
		r = answer_diagnostics(service, e);
	else if (r == 0)
		r = decide_what_to_do(service, e);
	arena_done(&e->compiling);
	return r;
}
