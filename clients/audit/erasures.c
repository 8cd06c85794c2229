/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/erasures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void erasures_init(struct erasures *erasures, const struct erasure_keys *keys,
		   const char *origin, bool in_files)
{
	*erasures = (struct erasures){ .keys = keys, .origin = origin,
				       .in_files = in_files };
}

void erasures_done(struct erasures *erasures)
{
	buffer_done(&erasures->absent);
	buffer_done(&erasures->listed);
}

uint64_t erasures_count(const struct erasures *erasures)
{
	return erasures->absent.n / sizeof(uint64_t);
}

static int add(struct buffer *to, uint64_t seq)
{
	int r = 0;

	if (to->n + sizeof(seq) > to->room)
		r = buffer_reserve(to, 2 * to->n + 64 * sizeof(seq));
	if (r != 0)
		return r;
	memcpy(to->data + to->n, &seq, sizeof(seq));
	to->n += sizeof(seq);
	return 0;
}

static int wrong(const struct source_item *item, const char *what,
		 struct finding *finding)
{
	return finding_at(finding, item->entry.seq, item->file,
			  finding_do_not_trust, "%s", what);
}

/* The parts of one erasure follow each other, and none is missing. */
static bool continues(const struct erasures *erasures,
		      const struct tombstone *tombstone)
{
	const struct tombstone *last = &erasures->last;

	if (!erasures->unfinished)
		return tombstone->part == 0;
	return tombstone->part == last->part + 1 &&
	       tombstone->parts == last->parts &&
	       tombstone->reason == last->reason &&
	       tombstone->old_epoch == last->old_epoch &&
	       tombstone->backup_horizon_ms == last->backup_horizon_ms &&
	       memcmp(tombstone->id, last->id, TOMBSTONE_ID_BYTES) == 0 &&
	       tombstone->indexes[0] > last->indexes[last->n_indexes - 1];
}

static int take_tombstone(struct erasures *erasures, const struct source_item *item,
			  struct finding *finding)
{
	struct tombstone tombstone;
	int r = 0;

	if (!tombstone_decode(item->entry.body, true, item->entry.seq, &tombstone))
		return wrong(item, "it is no tombstone of an erasure", finding);
	if (!continues(erasures, &tombstone))
		return wrong(item, "a part of its erasure is missing, or is of "
			     "another", finding);
	if (erasures->keys != NULL &&
	    !tombstone_verify(item->entry.body, erasures->origin, erasures->keys))
		return wrong(item, "its erasure was not signed by both roles",
			     finding);
	for (size_t i = 0; i < tombstone.n_indexes && r == 0; i++)
		r = add(&erasures->listed, tombstone.indexes[i]);
	erasures->n_tombstones++;
	erasures->unfinished = tombstone.part + 1 < tombstone.parts;
	erasures->last = tombstone;
	return r;
}

int erasures_take(struct erasures *erasures, const struct source_item *item,
		  struct finding *ret_finding)
{
	if (item->entry.type == ENTRY_ERASURE)
		return take_tombstone(erasures, item, ret_finding);
	if (erasures->unfinished)
		return wrong(item, "a part of the erasure before it is missing",
			     ret_finding);
	return item->erased ? add(&erasures->absent, item->entry.seq) : 0;
}

static int compare(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static uint64_t at(const struct buffer *buffer, size_t i)
{
	uint64_t seq = UINT64_MAX;	/* behind the last */

	if ((i + 1) * sizeof(seq) <= buffer->n)
		memcpy(&seq, buffer->data + i * sizeof(seq), sizeof(seq));
	return seq;
}

static int name(const struct erasures *erasures, uint64_t absent, uint64_t listed,
		struct finding *finding)
{
	char file[FOLDER_PATH_BYTES] = "";

	if (erasures->in_files)
		folder_blob_path(absent < listed ? absent : listed, file);
	if (absent < listed)
		return finding_at(finding, absent, file, finding_get_again,
				  "its content is missing, and no tombstone says that "
				  "it was erased");
	return finding_at(finding, listed, file, finding_do_not_trust,
			  "a tombstone says that its content was erased, and it is "
			  "still here");
}

int erasures_check(struct erasures *erasures, struct finding *ret_finding)
{
	size_t n_absent = erasures->absent.n / sizeof(uint64_t);
	size_t n_listed = erasures->listed.n / sizeof(uint64_t);
	size_t i = 0, k = 0;

	if (erasures->unfinished)
		return finding_say(ret_finding, "", finding_do_not_trust,
				   "the last erasure lacks parts of its tombstone");
	if (n_listed > 0)
		qsort(erasures->listed.data, n_listed, sizeof(uint64_t), compare);
	while (i < n_absent || k < n_listed) {
		uint64_t absent = at(&erasures->absent, i);
		uint64_t listed = at(&erasures->listed, k);

		if (absent != listed)
			return name(erasures, absent, listed, ret_finding);
		i++;
		/* An entry is erased once, but may be listed by more than one. */
		while (k < n_listed && at(&erasures->listed, k) == listed)
			k++;
	}
	return 0;
}
