/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/log_state.h"

/*
 * One group becomes one record (proto/segment.c draws it), in this order:
 *
 *	entries and blobs -> leaves -> root -> signed checkpoint -> record
 *	record read back from memory and verified by other code
 *	pwrite, fdatasync
 *	the head moves, answers may leave
 *
 * Two checkpoints that contradict each other must never be seen. A checkpoint is
 * signed before its record is written, but it stays in this process, and in
 * bytes that readers sync before they believe them, until the sync returned. If
 * the process ends before, then either the record is complete on disk, and is
 * the log from then on; or it is not, and is set to zero, durably, before
 * anything else is signed. So of two checkpoints for one size at most one was
 * ever on disk complete, and that one alone can have been shown.
 */
void log_close(struct log **log)
{
	if (*log == NULL)
		return;
	segments_close(&(*log)->segments);
	signer_done(&(*log)->signer);
	merkle_tree_done(&(*log)->tree);
	merkle_tree_done(&(*log)->next_tree);
	free((*log)->leaves.at);
	free((*log)->items.at);
	free((*log)->entries.at);
	free((*log)->record.at);
	free((*log)->folder);
	free(*log);
	*log = NULL;
}

bool log_group_fits(const struct log *log, size_t n_items, size_t n_bytes)
{
	/* The frontier at its largest, so that what fits today always will. */
	uint64_t fixed = SEGMENT_HEADER_BYTES + 64 * DIGEST_BYTES +
			 CHECKPOINT_NOTE_BYTES + DIGEST_BYTES;

	return n_items > 0 && n_items <= SEGMENT_ENTRIES_MAX &&
	       n_bytes <= log->segments.new_bytes &&
	       fixed + 8 * n_items + n_bytes <= log->segments.new_bytes;
}

static bool group_is_valid(const struct log *log, const struct log_item *items,
			   size_t n_items, size_t *ret_n_entries)
{
	size_t n_entries = 0, n_blobs = 0;

	if (n_items > SEGMENT_ENTRIES_MAX)
		return false;
	for (size_t i = 0; i < n_items; i++) {
		if (items[i].blob.n > SEGMENT_MAX_BYTES)
			return false;
		n_entries += entry_bytes(&items[i].entry);
		n_blobs += items[i].blob.n;
	}
	*ret_n_entries = n_entries;
	return log_group_fits(log, n_items, n_entries + n_blobs);
}

void log_number(const struct log *log, struct log_item *items, size_t n_items)
{
	uint64_t time_ms = log->state.time_ms;

	for (size_t i = 0; i < n_items; i++) {
		struct entry *entry = &items[i].entry;

		entry->seq = log->state.frontier.size + i;
		if (entry->time_ms < time_ms)
			entry->time_ms = time_ms;
		time_ms = entry->time_ms;
	}
}

/* What only the log can know about an entry, besides its number. */
static enum entry_fault complete_entry(struct log_item *item)
{
	struct entry *entry = &item->entry;

	entry->has_blob = item->blob.n > 0;
	entry->blob_bytes = item->blob.n;
	entry->blob_hash = entry->has_blob ? digest_of(item->blob) :
					     (struct digest){ { 0 } };
	return entry_check(entry);
}

/* What was in the space is not kept. */
static int make_space(struct space *space, size_t n_bytes)
{
	if (n_bytes <= space->n_bytes)
		return 0;
	free(space->at);
	space->n_bytes = 0;
	space->at = malloc(n_bytes);
	if (space->at == NULL)
		return -ENOMEM;
	space->n_bytes = n_bytes;
	return 0;
}

/* Encodes and hashes the entries. 0, LOG_E_UNFIT or -ENOMEM. */
static int build_items(struct log *log, struct log_item *items, size_t n_items,
		       size_t n_entries)
{
	uint8_t *at;
	int r = make_space(&log->entries, n_entries);

	if (r == 0)
		r = make_space(&log->leaves, n_items * sizeof(struct digest));
	if (r == 0)
		r = make_space(&log->items, n_items * sizeof(struct segment_item));
	if (r != 0)
		return r;
	log_number(log, items, n_items);
	at = log->entries.at;
	for (size_t i = 0; i < n_items; i++) {
		struct bytes entry = { at, entry_bytes(&items[i].entry) };
		struct segment_item item = { .entry = entry,
						     .blob = items[i].blob };

		if (complete_entry(&items[i]) != ENTRY_SOUND)
			return LOG_E_UNFIT;
		entry_encode(&items[i].entry, at);
		((struct segment_item *)log->items.at)[i] = item;
		((struct digest *)log->leaves.at)[i] = merkle_leaf(entry);
		at += entry.n;
	}
	return 0;
}

static int sign_tree(struct log *log, char note[CHECKPOINT_NOTE_BYTES],
		     size_t *ret_n)
{
	struct checkpoint checkpoint = { .size = log->next_tree.end };

	snprintf(checkpoint.origin, sizeof(checkpoint.origin), "%s",
		 log->signer.vkey.name);
	if (!merkle_tree_root(&log->next_tree, checkpoint.size, &checkpoint.root))
		return -EIO;
	return checkpoint_sign(&checkpoint, &log->signer.key, &log->signer.vkey,
			       note, ret_n);
}

/*
 * What goes to the disk, read as a reader would and hashed by other code: a bit
 * that flipped in memory since then is seen here, and not by an auditor.
 */
static int check_record(const struct segment_batch *batch, struct bytes record,
			struct segment_state *state,
			struct segment_record *ret_record)
{
	if (segment_decode(record, batch->segment, batch->offset, ret_record) !=
	    SEGMENT_SOUND)
		return -EIO;
	return segment_verify(ret_record, NULL, state) == SEGMENT_SOUND ? 0 : -EIO;
}

static int write_record(struct log *log, struct segment_batch *batch,
			struct segment_state *state,
			struct segment_record *ret_record)
{
	uint64_t n = segment_encoded_bytes(batch);
	int r = make_space(&log->record, n);

	if (r == 0)
		r = segments_make_room(&log->segments, n);
	if (r == SEGMENTS_E_NO_ROOM)
		return LOG_E_NO_ROOM;
	if (r != 0)
		return r;
	batch->segment = log->segments.n_files - 1;
	batch->offset = log->segments.offset;
	segment_encode(batch, log->record.at);
	r = check_record(batch, (struct bytes){ log->record.at, n }, state,
			 ret_record);
	return r == 0 ? segments_write(&log->segments, log->record.at, n) : r;
}

/* The disk has it: now the head may move. */
static void move_head(struct log *log, const struct segment_record *record,
		      const struct segment_state *state)
{
	struct merkle_tree tree = log->tree;

	log->tree = log->next_tree;
	log->next_tree = tree;
	log->state = *state;
	log->mark = (struct log_mark){
		.position = record->position,
		.size = state->frontier.size,
		.hash = record->hash,
	};
	memcpy(log->note, record->note.data, record->note.n);
	log->n_note = record->note.n;
}

static int append(struct log *log, struct log_item *items, size_t n_items)
{
	char note[CHECKPOINT_NOTE_BYTES];
	struct segment_state state = log->state;
	struct segment_record record;
	struct segment_batch batch;
	size_t n_entries, n_note;
	int r;

	if (!group_is_valid(log, items, n_items, &n_entries))
		return LOG_E_UNFIT;
	r = build_items(log, items, n_items, n_entries);
	if (r == 0)
		r = merkle_tree_build(&log->next_tree, &log->state.frontier,
				      log->leaves.at, n_items);
	if (r == 0)
		r = sign_tree(log, note, &n_note);
	if (r != 0)
		return r;
	batch = (struct segment_batch){
		.previous = log->state.hash,
		.before = &log->state.frontier,
		.items = log->items.at,
		.n_items = (uint32_t)n_items,
		.note = { (const uint8_t *)note, n_note },
	};
	r = write_record(log, &batch, &state, &record);
	if (r != 0)
		return r;
	move_head(log, &record, &state);
	for (uint32_t i = 0; i < n_items; i++) {
		items[i].ret_position = record.position;
		items[i].ret_position.index_in_batch = i;
	}
	return 0;
}

int log_append(struct log *log, struct log_item *items, size_t n_items)
{
	int r = log->error != 0 ? log->error : append(log, items, n_items);

	if (r < 0)
		log->error = r;
	return r;
}

void log_head(const struct log *log, struct log_head *ret_head)
{
	*ret_head = (struct log_head){
		.size = log->state.frontier.size,
		.root = merkle_frontier_root(&log->state.frontier),
		.note = { (const uint8_t *)log->note, log->n_note },
		.vkey = &log->signer.vkey,
		.mark = log->mark,
		.time_ms = log->state.time_ms,
	};
}

int log_receipt(const struct log *log, uint64_t seq, struct receipt *ret_receipt)
{
	struct receipt receipt = {
		.index = seq,
		.note = { (const uint8_t *)log->note, log->n_note },
	};

	if (seq < log->tree.before.size ||
	    !merkle_tree_inclusion(&log->tree, seq, log->tree.end, &receipt.path))
		return -ERANGE;
	*ret_receipt = receipt;
	return 0;
}

const char *log_folder(const struct log *log)
{
	return log->folder;
}
