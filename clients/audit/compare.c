/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/audit/folder.h"
#include "clients/audit/progress.h"
#include "proto/merkle.h"

/* One of the two. Without a source it is a checkpoint alone. */
struct side {
	const char *path;
	struct source *source;
	struct source_key key;
	struct buffer note;	/* of a checkpoint alone */
	uint64_t size;
	struct digest root;
	struct merkle_frontier frontier;	/* of the entries read so far */
	struct source_item item;	/* the last of them */
	bool at_end;
};

struct compare {
	struct side sides[COMPARE_SIDES];
	struct compare_report *report;
	struct progress progress;
	struct finding *finding;
};

static void compare_done(struct compare *compare)
{
	for (unsigned i = 0; i < COMPARE_SIDES; i++) {
		source_close(&compare->sides[i].source);
		buffer_done(&compare->sides[i].note);
	}
}

/* ---- Opening ---- */

static int open_side(struct side *side, const char *vkey, struct finding *finding)
{
	struct stat status;
	int r;

	if (stat(side->path, &status) != 0)
		return -errno;
	if (S_ISREG(status.st_mode))
		return folder_read(AT_FDCWD, side->path, NOTE_MAX_BYTES, &side->note);
	r = source_open(side->path, vkey, &side->source, finding);
	if (r == 0)
		side->key = *source_key(side->source);
	return r;
}

static bool same_key(const struct vkey *a, const struct vkey *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       memcmp(a->public_key, b->public_key, ED25519_PUBLIC_BYTES) == 0;
}

/* The key that both are held against: the one given, or that of a log. */
static int choose_key(struct compare *compare, const char *vkey)
{
	struct source_key *key = &compare->report->key;
	const struct side *a = &compare->sides[0], *b = &compare->sides[1];

	if (a->source == NULL && b->source == NULL && vkey == NULL)
		return -ENOKEY;
	if (vkey != NULL) {
		key->from_outside = true;
		return vkey_parse(vkey, strlen(vkey), &key->vkey) ? 0 : -EDOM;
	}
	*key = a->source != NULL ? a->key : b->key;
	if (a->source == NULL || b->source == NULL ||
	    same_key(&a->key.vkey, &b->key.vkey))
		return 0;
	compare->report->side = 1;
	return finding_say(compare->finding, "", finding_ask_key,
			   "the two are logs of different keys: %s and %s",
			   a->key.vkey.name, b->key.vkey.name);
}

static int open_checkpoint(struct compare *compare, struct side *side)
{
	struct checkpoint checkpoint;

	if (checkpoint_open(buffer_bytes(&side->note), &compare->report->key.vkey,
			    &checkpoint) != 0)
		return finding_say(compare->finding, "", finding_ask_key,
				   "it is no checkpoint that the log's key has signed");
	side->size = checkpoint.size;
	side->root = checkpoint.root;
	return 0;
}

static int open_both(struct compare *compare, const struct compare_request *request)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < COMPARE_SIDES; i++) {
		compare->report->side = i;
		compare->sides[i].path = request->paths[i];
		r = open_side(&compare->sides[i], request->vkey, compare->finding);
	}
	if (r == 0)
		r = choose_key(compare, request->vkey);
	for (unsigned i = 0; r == 0 && i < COMPARE_SIDES; i++) {
		compare->report->side = i;
		if (compare->sides[i].source == NULL)
			r = open_checkpoint(compare, &compare->sides[i]);
	}
	return r;
}

/* ---- Reading ---- */

/* The next entry of a side, or its end, where its size and root are known. */
static int step(struct compare *compare, unsigned i)
{
	struct side *side = &compare->sides[i];
	struct digest leaf;
	int r = source_next(side->source, &side->item, compare->finding);

	compare->report->side = i;
	if (r == 0) {
		leaf = merkle_leaf(side->item.leaf);
		merkle_frontier_add(&side->frontier, &leaf);
		progress_tell(&compare->progress, side->frontier.size,
			      source_expected(side->source));
	}
	if (r != AUDIT_END)
		return r;
	side->size = side->frontier.size;
	side->root = merkle_frontier_root(&side->frontier);
	side->at_end = true;
	return 0;
}

static int read_to_end(struct compare *compare, unsigned i)
{
	int r = 0;

	while (r == 0 && !compare->sides[i].at_end)
		r = step(compare, i);
	return r;
}

static bool same_entry(const struct side *a, const struct side *b)
{
	return a->item.leaf.n == b->item.leaf.n &&
	       memcmp(a->item.leaf.data, b->item.leaf.data, a->item.leaf.n) == 0;
}

static enum compare_result by_size(uint64_t a, uint64_t b)
{
	return a == b ? COMPARE_SAME : a > b ? COMPARE_A_AHEAD : COMPARE_B_AHEAD;
}

static int compare_entries(struct compare *compare)
{
	struct side *a = &compare->sides[0], *b = &compare->sides[1];
	bool same = true;
	int r = 0;

	while (r == 0 && same && !a->at_end && !b->at_end) {
		r = step(compare, 0);
		if (r == 0)
			r = step(compare, 1);
		if (r == 0 && !a->at_end && !b->at_end)
			same = same_entry(a, b);
	}
	if (r == 0 && !same) {
		compare->report->has_entry = true;
		compare->report->entry = a->frontier.size - 1;
	}
	if (r == 0)
		r = read_to_end(compare, 0);
	if (r == 0)
		r = read_to_end(compare, 1);
	compare->report->result = same ? by_size(a->size, b->size) : COMPARE_SPLIT;
	return r;
}

/* Whether the checkpoint of `alone` is one that the log on side i went through. */
static int compare_checkpoint(struct compare *compare, unsigned i)
{
	struct side *log = &compare->sides[i];
	const struct side *alone = &compare->sides[1 - i];
	enum compare_result ahead = i == 0 ? COMPARE_A_AHEAD : COMPARE_B_AHEAD;
	struct digest root;
	bool same = true;
	int r = 0;

	while (r == 0 && !log->at_end && log->frontier.size < alone->size)
		r = step(compare, i);
	if (r == 0 && log->frontier.size == alone->size) {
		root = merkle_frontier_root(&log->frontier);
		same = digest_equal(&root, &alone->root);
	}
	if (r == 0)
		r = read_to_end(compare, i);
	if (log->size < alone->size)
		compare->report->result = COMPARE_UNKNOWN;
	else if (!same)
		compare->report->result = COMPARE_SPLIT;
	else
		compare->report->result = log->size == alone->size ? COMPARE_SAME :
								     ahead;
	return r;
}

static void compare_checkpoints(struct compare *compare)
{
	const struct side *a = &compare->sides[0], *b = &compare->sides[1];

	if (a->size != b->size)
		compare->report->result = COMPARE_UNKNOWN;
	else
		compare->report->result = digest_equal(&a->root, &b->root) ?
						  COMPARE_SAME : COMPARE_SPLIT;
}

static int compare_both(struct compare *compare)
{
	bool a = compare->sides[0].source != NULL;
	bool b = compare->sides[1].source != NULL;

	if (a && b)
		return compare_entries(compare);
	if (a || b)
		return compare_checkpoint(compare, a ? 0 : 1);
	compare_checkpoints(compare);
	return 0;
}

int compare_logs(const struct compare_request *request,
		 struct compare_report *ret_report, struct finding *ret_finding)
{
	CLEANUP(compare_done) struct compare compare = { .report = ret_report,
							 .finding = ret_finding };
	int r;

	*ret_report = (struct compare_report){ .result = COMPARE_UNKNOWN };
	r = open_both(&compare, request);
	if (r != 0)
		return r;
	progress_init(&compare.progress, request->progress, "compared entries");
	r = compare_both(&compare);
	progress_done(&compare.progress);
	for (unsigned i = 0; i < COMPARE_SIDES; i++) {
		ret_report->sizes[i] = compare.sides[i].size;
		ret_report->roots[i] = compare.sides[i].root;
	}
	return r;
}
