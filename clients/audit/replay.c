/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/audit/progress.h"
#include "clients/audit/replay_pool.h"
#include "clients/audit/replay_state.h"

struct replay {
	const struct replay_request *request;
	struct replay_report *report;
	struct replay_pool *pool;
	struct replay_batch batches[2];
	struct replay_batch *filling;	/* the other one is at work, or idle */
	struct merkle_frontier read;	/* of the entries read so far */
	struct replay_mark resumed;	/* what an earlier replay has done */
	struct replay_mark done;	/* all before it is counted */
	time_t kept_s;	/* when that was last written down; 0: not yet */
	int r;	/* the first failure of deciding, or of writing that */
};

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

static struct replay_mark mark_here(const struct replay *replay)
{
	return (struct replay_mark){ replay->read.size,
				     merkle_frontier_root(&replay->read) };
}

/* Writes down what is done: at once, each second, and at the end. */
static void keep(struct replay *replay, bool at_end)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (replay->request->state == NULL || replay->r != 0 ||
	    replay->done.n_done <= replay->resumed.n_done ||
	    (!at_end && replay->kept_s != 0 && now.tv_sec <= replay->kept_s))
		return;
	if (replay_state_write(replay->request, &replay->report->key.vkey,
			       &replay->done, replay->report) != 0)
		replay->r = -EROFS;
	replay->kept_s = now.tv_sec;
}

/* Counts the batch at work, in the order of the log. */
static void finish(struct replay *replay)
{
	struct replay_batch *batch = replay_pool_wait(replay->pool);

	if (batch == NULL)
		return;
	for (size_t i = 0; i < batch->n && replay->r == 0; i++)
		replay->r = batch->cases[i].r;
	for (size_t i = 0; i < batch->n && replay->r == 0; i++)
		note_verdict(replay->report, batch->cases[i].item.entry.seq,
			     batch->cases[i].verdict, batch->cases[i].parts);
	batch->n = 0;
	if (replay->r != 0)
		return;
	replay->done = batch->mark;
	keep(replay, false);
}

/* Gives away what was read, and goes on with the batch that comes back. */
static void hand_over(struct replay *replay)
{
	struct replay_batch *full = replay->filling;

	finish(replay);
	if (full->n == 0)
		return;
	full->mark = mark_here(replay);
	replay->filling = full == &replay->batches[0] ? &replay->batches[1] :
							&replay->batches[0];
	replay_pool_start(replay->pool, full);
}

static void finish_all(struct replay *replay)
{
	hand_over(replay);
	finish(replay);
}

/*
 * An edition whose bundle is another one is left out: nothing can use it. What
 * stands before the enactment is decided before it, as it was.
 */
static int take_edition(struct replay *replay, const struct source_item *item)
{
	struct content_enactment content;
	struct digest hash;

	if (blob_enactment_decode(item->blob, &content) != BLOB_SOUND)
		return 0;
	hash = digest_of(content.bundle);
	if (!digest_equal(&hash, &item->entry.policy_hash))
		return 0;
	finish_all(replay);
	return replay_pool_enact(replay->pool, &hash, item->entry.seq,
				 content.recorded_ms, content.bundle);
}

static int take_decision(struct replay *replay, const struct source_item *item)
{
	struct replay_batch *batch = replay->filling;
	int r = replay_case_take(&batch->cases[batch->n], replay->request->keys, item);

	if (r != 0)
		return r;
	batch->n++;
	if (batch->n == REPLAY_BATCH_CASES)
		hand_over(replay);
	return 0;
}

static int take(struct replay *replay, const struct source_item *item)
{
	int r = replay->request->keys == NULL ? 0 :
		audit_keys_note(replay->request->keys, item);

	if (r != 0)
		return r;
	if (item->entry.type == ENTRY_POLICY_PUBLISH)
		return take_edition(replay, item);
	if (item->entry.type != ENTRY_DECISION ||
	    item->entry.seq < replay->request->from ||
	    item->entry.seq < replay->resumed.n_done)
		return 0;
	return take_decision(replay, item);
}

static int say_other_past(const struct replay *replay, struct finding *finding)
{
	return finding_say(finding, replay->request->state, finding_do_not_trust,
			   "split view: the first %llu entries are not those that "
			   "were replayed before",
			   (unsigned long long)replay->resumed.n_done);
}

/* Entries that were replayed before must still be the ones that they were. */
static int grow(struct replay *replay, const struct source_item *item,
		struct finding *finding)
{
	struct digest leaf = merkle_leaf(item->leaf), root;

	merkle_frontier_add(&replay->read, &leaf);
	if (replay->read.size != replay->resumed.n_done)
		return 0;
	root = merkle_frontier_root(&replay->read);
	return digest_equal(&root, &replay->resumed.root) ?
		       0 : say_other_past(replay, finding);
}

static int check_size(const struct replay *replay, struct finding *finding)
{
	if (replay->read.size >= replay->resumed.n_done)
		return 0;
	return finding_say(finding, replay->request->state, finding_do_not_trust,
			   "rolled back: %llu entries were replayed before, and the "
			   "log has %llu", (unsigned long long)replay->resumed.n_done,
			   (unsigned long long)replay->read.size);
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
		r = grow(replay, &item, finding);
		if (r == 0)
			r = take(replay, &item);
		if (r == 0)
			r = replay->r;
		progress_tell(&progress, item.entry.seq + 1, source_expected(source));
	}
	finish_all(replay);
	progress_done(&progress);
	if (r == AUDIT_END && replay->r == 0) {
		r = check_size(replay, finding);
		replay->done = mark_here(replay);
	}
	if (r >= 0)
		keep(replay, true);
	return r == 0 || r == AUDIT_END ? replay->r : r;
}

static int open_batch(struct replay_batch *batch)
{
	batch->cases = calloc(REPLAY_BATCH_CASES, sizeof(*batch->cases));
	return batch->cases == NULL ? -ENOMEM : 0;
}

static void close_batch(struct replay_batch *batch)
{
	for (size_t i = 0; batch->cases != NULL && i < REPLAY_BATCH_CASES; i++)
		replay_case_done(&batch->cases[i]);
	free(batch->cases);
}

static void close_replay(struct replay *replay)
{
	replay_pool_close(&replay->pool);
	close_batch(&replay->batches[0]);
	close_batch(&replay->batches[1]);
}

static int open_replay(struct replay *replay)
{
	long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n_jobs = replay->request->n_jobs;
	int r = open_batch(&replay->batches[0]);

	if (n_jobs == 0)
		n_jobs = n_cores < 1 ? 1 :
			 n_cores > REPLAY_JOBS_MAX ? REPLAY_JOBS_MAX :
						     (unsigned)n_cores;
	replay->filling = &replay->batches[0];
	if (r == 0)
		r = open_batch(&replay->batches[1]);
	return r != 0 ? r : replay_pool_open(n_jobs, &replay->pool);
}

static int read_state(struct replay *replay, struct finding *finding)
{
	const char *why;
	int r;

	if (replay->request->state == NULL)
		return 0;
	r = replay_state_read(replay->request, &replay->report->key.vkey,
			      &replay->resumed, replay->report, &why);
	if (r != REPLAY_STATE_E_BAD)
		return r;
	return finding_say(finding, replay->request->state,
			   "Name the state of this replay, or another file to begin "
			   "again.", "the state %s", why);
}

int replay_log(const struct replay_request *request,
	       struct replay_report *ret_report, struct finding *ret_finding)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(close_replay) struct replay replay = { .request = request,
						       .report = ret_report };
	int r;

	memset(ret_report, 0, sizeof(*ret_report));
	r = source_open(request->path, request->vkey, &source, ret_finding);
	if (r != 0)
		return r;
	ret_report->key = *source_key(source);
	r = read_state(&replay, ret_finding);
	if (r == 0)
		r = open_replay(&replay);
	if (r != 0)
		return r;
	r = replay_entries(&replay, source, ret_finding);
	ret_report->opened = true;
	source_head(source, &ret_report->head);
	ret_report->head.note = (struct bytes){ NULL, 0 };
	return r;
}
