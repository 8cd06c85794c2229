/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clients/audit/content.h"
#include "clients/audit/progress.h"
#include "clients/audit/replay_compare.h"
#include "proto/result.h"

struct replay {
	const struct replay_request *request;
	struct replay_report *report;
	struct enacted enacted;
	struct arena arena;	/* for one decision at a time */
};

/* One decision on its way to a verdict. */
struct again {
	const struct edition *edition;
	const struct question *question;
	struct content_decision content;
	struct facts facts;
	struct decision decision;
	char parts[REPLAY_PARTS_BYTES];
};

static enum replay_verdict undecidable(struct again *again, const char *why)
{
	snprintf(again->parts, sizeof(again->parts), "%s", why);
	return REPLAY_UNDECIDABLE;
}

/* The edition, question and facts of a decision; REPLAY_SAME: go on. */
static enum replay_verdict prepare(struct replay *replay,
				   const struct source_item *item,
				   struct again *again)
{
	struct enacted_edition *enacted =
		enacted_find(&replay->enacted, &item->entry.policy_hash);
	char why[ENACTED_WHY_BYTES], name[BLOB_NAME_MAX_BYTES + 1];
	const char *fault;
	int question;
	int r = content_read(replay->request->keys, item, &again->content, &fault);

	if (r == CONTENT_E_SEALED)
		return REPLAY_SEALED;
	if (r == CONTENT_E_ERASED)
		return REPLAY_ERASED;
	if (r != 0)
		return undecidable(again, "its content cannot be read");
	if (enacted == NULL)
		return undecidable(again, "no entry before it enacted its edition");
	if (enacted_load(&replay->enacted, enacted, &again->edition, why) != 0)
		return undecidable(again, "this release cannot load its edition");
	snprintf(name, sizeof(name), "%.*s", (int)again->content.question.n,
		 (const char *)again->content.question.data);
	question = edition_find_question(again->edition, name);
	if (question < 0)
		return undecidable(again, "its edition has no such question");
	again->question = &again->edition->questions[question];
	if (result_facts_read(again->edition, again->content.facts, &replay->arena,
			      &again->facts) != RESULT_OK)
		return undecidable(again, "its facts cannot be read");
	/* The date that the entry says it was decided for is the one that counts. */
	again->facts.as_of = again->content.decided_on;
	return REPLAY_SAME;
}

static enum replay_verdict compare(struct replay *replay, struct again *again)
{
	struct bytes now = result_write(&again->decision, &replay->arena);
	const struct bytes *recorded = &again->content.result;
	struct decision decision;

	if (now.data == NULL)
		return undecidable(again, "the memory for one decision is used up");
	if (now.n == recorded->n && memcmp(now.data, recorded->data, now.n) == 0)
		return REPLAY_SAME;
	if (result_read(again->edition, *recorded, &replay->arena, &decision) ==
	    RESULT_OK)
		replay_compare(&decision, &again->decision, again->parts);
	else
		snprintf(again->parts, sizeof(again->parts),
			 "the recorded result cannot be read with its edition");
	return REPLAY_DIFFERENT;
}

static enum replay_verdict decide_again(struct replay *replay,
					const struct source_item *item,
					struct again *again)
{
	enum replay_verdict verdict = prepare(replay, item, again);
	int row;

	if (verdict != REPLAY_SAME)
		return verdict;
	switch (decide(again->edition, again->question, &again->facts,
		       &replay->arena, &again->decision, &row)) {
	case 0:
		return compare(replay, again);
	case DECIDE_E_CONTRADICTION:
		return undecidable(again, "its facts contradict each other now");
	default:
		return undecidable(again, "the memory for one decision is used up");
	}
}

static void note_verdict(struct replay_report *report, uint64_t entry,
			 enum replay_verdict verdict, const char *parts)
{
	struct replay_difference *named;

	if (verdict == REPLAY_SAME) {
		report->n_same++;
		return;
	}
	if (verdict == REPLAY_DIFFERENT)
		report->n_different++;
	else if (verdict == REPLAY_SEALED)
		report->n_sealed++;
	else if (verdict == REPLAY_ERASED)
		report->n_erased++;
	else
		report->n_undecidable++;
	if (verdict == REPLAY_SEALED || verdict == REPLAY_ERASED ||
	    report->n_named == REPLAY_NAMED_MAX)
		return;
	named = &report->named[report->n_named++];
	named->entry = entry;
	named->verdict = verdict;
	memcpy(named->parts, parts, sizeof(named->parts));
}

/* An edition whose bundle is another one is left out: nothing can use it. */
static int take_edition(struct replay *replay, const struct source_item *item)
{
	struct content_enactment content;
	struct digest hash;

	if (blob_enactment_decode(item->blob, &content) != BLOB_SOUND)
		return 0;
	hash = digest_of(content.bundle);
	if (!digest_equal(&hash, &item->entry.policy_hash))
		return 0;
	return enacted_add(&replay->enacted, &hash, item->entry.seq,
			   content.recorded_ms, content.bundle);
}

static int take(struct replay *replay, const struct source_item *item)
{
	uint64_t seq = item->entry.seq;
	struct again again;
	enum replay_verdict verdict;
	int r = replay->request->keys == NULL ? 0 :
		audit_keys_note(replay->request->keys, item);

	if (r != 0)
		return r;
	if (item->entry.type == ENTRY_POLICY_PUBLISH)
		return take_edition(replay, item);
	if (item->entry.type != ENTRY_DECISION || seq < replay->request->from)
		return 0;
	memset(&again, 0, sizeof(again));
	arena_reset(&replay->arena);
	verdict = decide_again(replay, item, &again);
	note_verdict(replay->report, seq, verdict, again.parts);
	return 0;
}

static int replay_entries(struct replay *replay, struct source *source,
			  struct finding *finding)
{
	struct progress progress;
	struct source_item item;
	int r = 0;

	progress_init(&progress, replay->request->progress, "replayed entries");
	while (r == 0) {
		r = source_next(source, &item, finding);
		if (r == 0 && item.entry.seq > replay->request->to)
			r = AUDIT_END;
		if (r != 0)
			break;
		r = take(replay, &item);
		progress_tell(&progress, item.entry.seq + 1, source_expected(source));
	}
	progress_done(&progress);
	return r == AUDIT_END ? 0 : r;
}

int replay_log(const struct replay_request *request,
	       struct replay_report *ret_report, struct finding *ret_finding)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct replay replay = { .request = request, .report = ret_report };
	int r;

	memset(ret_report, 0, sizeof(*ret_report));
	r = source_open(request->path, request->vkey, &source, ret_finding);
	if (r != 0)
		return r;
	enacted_init(&replay.enacted);
	arena_init(&replay.arena, 2 * DECIDE_ARENA_BYTES);
	r = replay_entries(&replay, source, ret_finding);
	arena_done(&replay.arena);
	enacted_done(&replay.enacted);
	ret_report->opened = true;
	ret_report->key = *source_key(source);
	source_head(source, &ret_report->head);
	ret_report->head.note = (struct bytes){ NULL, 0 };
	return r;
}
