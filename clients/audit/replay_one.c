/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/replay_one.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clients/audit/replay_compare.h"
#include "proto/result.h"

/* ---- A case ---- */

int replay_case_take(struct replay_case *one, const struct audit_keys *keys,
		     const struct source_item *item)
{
	size_t n = item->leaf.n + item->blob.n;

	if (buffer_reserve(&one->bytes, n + 1) != 0)
		return -ENOMEM;
	memcpy(one->bytes.data, item->leaf.data, item->leaf.n);
	if (item->blob.n > 0)
		memcpy(one->bytes.data + item->leaf.n, item->blob.data, item->blob.n);
	one->item = *item;
	one->item.leaf.data = one->bytes.data;
	one->item.blob.data = one->bytes.data + item->leaf.n;
	one->item.entry.body = (struct bytes){ NULL, 0 };	/* decisions have none */
	one->has_key = keys != NULL && !item->erased &&
		       audit_keys_find(keys, item, &one->key);
	one->parts[0] = '\0';
	return 0;
}

void replay_case_done(struct replay_case *one)
{
	case_key_done(&one->key);
	buffer_done(&one->bytes);
}

/* ---- A worker ---- */

void replay_worker_init(struct replay_worker *worker)
{
	*worker = (struct replay_worker){ .space = { .data = NULL } };
	enacted_init(&worker->enacted);
	arena_init(&worker->arena, 2 * DECIDE_ARENA_BYTES);
}

void replay_worker_done(struct replay_worker *worker)
{
	if (worker->space.data != NULL)
		secret_wipe(worker->space.data, worker->space.room);
	buffer_done(&worker->space);
	arena_done(&worker->arena);
	enacted_done(&worker->enacted);
}

/* One decision on its way to a verdict. */
struct again {
	const struct edition *edition;
	const struct question *question;
	struct content_decision content;
	struct facts facts;
	struct decision decision;
	char *parts;	/* of the case */
	int r;		/* as there */
};

static enum replay_verdict undecidable(struct again *again, const char *why)
{
	snprintf(again->parts, REPLAY_PARTS_BYTES, "%s", why);
	return REPLAY_UNDECIDABLE;
}

/* What failed says nothing of the log; the verdict is not looked at. */
static enum replay_verdict failed(struct again *again, int r)
{
	again->r = r;
	return REPLAY_UNDECIDABLE;
}

/* The edition, question and facts of a decision; REPLAY_SAME: go on. */
static enum replay_verdict prepare(struct replay_worker *worker,
				   const struct replay_case *one,
				   struct again *again)
{
	struct enacted_edition *enacted =
		enacted_find(&worker->enacted, &one->item.entry.policy_hash);
	char why[ENACTED_WHY_BYTES], name[BLOB_NAME_MAX_BYTES + 1];
	enum result_error error;
	const char *fault;
	int question;
	int r = content_open(&one->item, one->has_key ? &one->key : NULL,
			     &worker->space, &again->content, &fault);

	if (r == CONTENT_E_SEALED)
		return REPLAY_SEALED;
	if (r == CONTENT_E_ERASED)
		return REPLAY_ERASED;
	if (r < 0)
		return failed(again, r);
	if (r != 0)
		return undecidable(again, "its content cannot be read");
	if (enacted == NULL)
		return undecidable(again, "no entry before it enacted its edition");
	r = enacted_load(&worker->enacted, enacted, &again->edition, why);
	if (r < 0)
		return failed(again, r);
	if (r != 0)
		return undecidable(again, "this release cannot load its edition");
	snprintf(name, sizeof(name), "%.*s", (int)again->content.question.n,
		 (const char *)again->content.question.data);
	question = edition_find_question(again->edition, name);
	if (question < 0)
		return undecidable(again, "its edition has no such question");
	again->question = &again->edition->questions[question];
	error = result_facts_read(again->edition, again->content.facts,
				  &worker->arena, &again->facts);
	if (error == RESULT_E_NO_ROOM)
		return failed(again, -ENOMEM);
	if (error != RESULT_OK)
		return undecidable(again, "its facts cannot be read");
	/* The date that the entry says it was decided for is the one that counts. */
	again->facts.as_of = again->content.decided_on;
	return REPLAY_SAME;
}

static enum replay_verdict compare(struct replay_worker *worker,
				   struct again *again)
{
	struct bytes now = result_write(&again->decision, &worker->arena);
	const struct bytes *recorded = &again->content.result;
	struct decision decision;
	enum result_error error;

	if (now.data == NULL)
		return failed(again, -ENOMEM);
	if (now.n == recorded->n && memcmp(now.data, recorded->data, now.n) == 0)
		return REPLAY_SAME;
	error = result_read(again->edition, *recorded, &worker->arena, &decision);
	if (error == RESULT_E_NO_ROOM)
		return failed(again, -ENOMEM);
	if (error == RESULT_OK)
		replay_compare(&decision, &again->decision, again->parts);
	else
		snprintf(again->parts, REPLAY_PARTS_BYTES,
			 "the recorded result cannot be read with its edition");
	return REPLAY_DIFFERENT;
}

static enum replay_verdict decide_again(struct replay_worker *worker,
					const struct replay_case *one,
					struct again *again)
{
	enum replay_verdict verdict = prepare(worker, one, again);
	int row;

	if (verdict != REPLAY_SAME)
		return verdict;
	switch (decide(again->edition, again->question, &again->facts,
		       &worker->arena, &again->decision, &row)) {
	case 0:
		return compare(worker, again);
	case DECIDE_E_CONTRADICTION:
		return undecidable(again, "its facts contradict each other now");
	default:
		return failed(again, -ENOMEM);
	}
}

void replay_worker_decide(struct replay_worker *worker, struct replay_case *one)
{
	struct again again = { .parts = one->parts };

	arena_reset(&worker->arena);
	one->verdict = decide_again(worker, one, &again);
	one->r = again.r;
	if (one->has_key)
		case_key_done(&one->key);
	one->has_key = false;
}
