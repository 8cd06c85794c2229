/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * A segment file is made of zeros and has its full size before the first
 * record goes in. Records follow each other from the start; the first zeros
 * where a record would begin are the end. A record never crosses files.
 *
 *	00000000.seg                            00000001.seg
 *	+--------+------------+-----+-------+   +--------+----+-------------+
 *	| record | record     | rec | zeros |   | record | re | zeros       |
 *	+--------+------------+-----+-------+   +--------+----+-------------+
 *	0        512 n        512 m             0
 *
 * One record, integers big-endian:
 *
 *	  0   4  magic "PDR1"
 *	  4   2  version 2
 *	  6   2  zero
 *	  8   4  number of the segment  } a record copied elsewhere
 *	 12   4  number of items        }
 *	 16   8  offset in the segment  } is not valid there
 *	 24   8  first_seq: the size of the tree before
 *	 32   4  length of the record, from the magic to the hash
 *	 36   4  length of the note
 *	 40  32  hash of the record before; zero in the first of a log
 *	 72      items: each u32 length, entry, u32 length, blob
 *	         frontier before: 32 bytes for each bit set in first_seq
 *	         note: the checkpoint, signed over the tree with these items
 *	     32  hash: SHA-256 of all the above, without the bytes of blobs
 *	         zeros up to the next multiple of 512
 *
 * Blobs are covered by their digests, which stand in the entries. So a blob can
 * be erased, which sets its bytes to zero, and nothing else changes: chain, tree
 * and signatures stand. A record of version 1 has a hash over all bytes.
 *
 * The hash covers the hash of the record before, so no record can be dropped,
 * moved or swapped. It is no proof of origin; the signed note is: frontier and
 * entries must give its root. Records start at sectors, so that writing one
 * never touches a sector that holds another.
 */
static const uint8_t magic[4] = { 'P', 'D', 'R', '1' };

#define RECORD_VERSION 2
#define RECORD_VERSION_WHOLE 1	/* its hash covers the blobs, too */
#define ITEM_HEADER_BYTES 8	/* the two lengths */

const char *segment_fault_text(enum segment_fault fault)
{
	switch (fault) {
	case SEGMENT_SOUND:
		return "is sound";
	case SEGMENT_FAULT_MAGIC:
		return "does not begin like a record";
	case SEGMENT_FAULT_VERSION:
		return "is of an unknown version";
	case SEGMENT_FAULT_POSITION:
		return "belongs to another place";
	case SEGMENT_FAULT_LENGTH:
		return "has lengths that do not fit";
	case SEGMENT_FAULT_HASH:
		return "has a wrong checksum";
	case SEGMENT_FAULT_PADDING:
		return "is not followed by zeros";
	case SEGMENT_FAULT_CHAIN:
		return "does not continue the record before it";
	case SEGMENT_FAULT_ENTRY:
		return "has an entry that is not valid";
	case SEGMENT_FAULT_SEQ:
		return "has an entry whose number is not its place";
	case SEGMENT_FAULT_TIME:
		return "has an entry older than the one before it";
	case SEGMENT_FAULT_BLOB:
		return "has a blob that is not the one of its entry";
	case SEGMENT_FAULT_FRONTIER:
		return "does not continue the tree of the record before it";
	case SEGMENT_FAULT_CHECKPOINT:
		return "has no checkpoint of its tree";
	case SEGMENT_FAULT_ROOT:
		return "has a checkpoint of other entries";
	case SEGMENT_FAULT_SIGNATURE:
		return "has a checkpoint that this log's key has not signed";
	}
	return "is of unknown soundness";
}

void segment_name(uint32_t segment, char to[SEGMENT_NAME_BYTES])
{
	/* Eight digits are enough: the segments would fill 6 PiB. */
	snprintf(to, SEGMENT_NAME_BYTES, "%08" PRIu32 ".seg",
		 segment % 100000000);
}

bool segment_name_parse(const char *name, uint32_t *ret_segment)
{
	uint32_t segment = 0;

	if (strlen(name) != SEGMENT_NAME_BYTES - 1 ||
	    strcmp(name + 8, ".seg") != 0)
		return false;
	for (size_t i = 0; i < 8; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
		segment = segment * 10 + (uint32_t)(name[i] - '0');
	}
	*ret_segment = segment;
	return true;
}

static uint64_t padded(uint64_t n)
{
	return (n + SEGMENT_ALIGN_BYTES - 1) / SEGMENT_ALIGN_BYTES *
	       SEGMENT_ALIGN_BYTES;
}

static uint64_t record_bytes(const struct segment_batch *batch)
{
	uint64_t n = SEGMENT_HEADER_BYTES + DIGEST_BYTES + batch->note.n;

	n += merkle_frontier_nodes(batch->before->size) * DIGEST_BYTES;
	for (uint32_t i = 0; i < batch->n_items; i++)
		n += ITEM_HEADER_BYTES + batch->items[i].entry.n +
		     batch->items[i].blob.n;
	return n;
}

uint64_t segment_encoded_bytes(const struct segment_batch *batch)
{
	return padded(record_bytes(batch));
}

static uint8_t *put_bytes(uint8_t *to, struct bytes bytes)
{
	if (bytes.n > 0)
		memcpy(to, bytes.data, bytes.n);
	return to + bytes.n;
}

static uint8_t *put_counted(uint8_t *to, struct bytes bytes)
{
	put_be32(to, (uint32_t)bytes.n);
	return put_bytes(to + 4, bytes);
}

/*
 * Walks the items by their lengths, which are not yet known to be right: what
 * does not fit is hashed as it stands, and the hash is then another one.
 */
static struct digest hash_without_blobs(const uint8_t *record, size_t n,
					uint32_t n_items)
{
	size_t from = 0, at = SEGMENT_HEADER_BYTES;

	digest_begin();
	for (uint32_t i = 0; i < n_items && n - at >= ITEM_HEADER_BYTES; i++) {
		size_t n_entry = get_be32(record + at), n_blob;

		if (n_entry > n - at - ITEM_HEADER_BYTES)
			break;
		at += 4 + n_entry;
		n_blob = get_be32(record + at);
		at += 4;
		if (n_blob > n - at)
			break;
		digest_add((struct bytes){ record + from, at - from });
		at += n_blob;
		from = at;
	}
	digest_add((struct bytes){ record + from, n - from });
	return digest_end();
}

struct digest segment_encode(const struct segment_batch *batch, uint8_t *to)
{
	uint64_t n = record_bytes(batch);
	uint8_t *at = to + SEGMENT_HEADER_BYTES;
	struct digest hash;

	memcpy(to, magic, sizeof(magic));
	put_be16(to + 4, RECORD_VERSION);
	put_be16(to + 6, 0);
	put_be32(to + 8, batch->segment);
	put_be32(to + 12, batch->n_items);
	put_be64(to + 16, batch->offset);
	put_be64(to + 24, batch->before->size);
	put_be32(to + 32, (uint32_t)n);
	put_be32(to + 36, (uint32_t)batch->note.n);
	memcpy(to + 40, batch->previous.bytes, DIGEST_BYTES);
	for (uint32_t i = 0; i < batch->n_items; i++) {
		at = put_counted(at, batch->items[i].entry);
		at = put_counted(at, batch->items[i].blob);
	}
	for (size_t i = 0; i < merkle_frontier_nodes(batch->before->size); i++) {
		memcpy(at, batch->before->nodes[i].bytes, DIGEST_BYTES);
		at += DIGEST_BYTES;
	}
	at = put_bytes(at, batch->note);
	hash = hash_without_blobs(to, (size_t)(at - to), batch->n_items);
	memcpy(at, hash.bytes, DIGEST_BYTES);
	memset(to + n, 0, padded(n) - n);
	return hash;
}

bool segment_peek(const uint8_t *head, uint64_t *ret_bytes)
{
	uint32_t n = get_be32(head + 32);

	if (memcmp(head, magic, sizeof(magic)) != 0 ||
	    n < SEGMENT_HEADER_BYTES + DIGEST_BYTES)
		return false;
	*ret_bytes = padded(n);
	return true;
}

static bool is_zero(const uint8_t *data, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		if (data[i] != 0)
			return false;
	return true;
}

/* No blob begins with a zero. */
static bool is_erased(struct bytes blob)
{
	return blob.n > 0 && blob.data[0] == 0 && is_zero(blob.data, blob.n);
}

bool segment_next_item(const struct segment_record *record, size_t *at,
		       struct segment_item *ret_item)
{
	const uint8_t *from = record->items.data + *at;
	size_t n_left = record->items.n - *at, n_entry, n_blob;

	if (n_left < ITEM_HEADER_BYTES)
		return false;
	n_entry = get_be32(from);
	if (n_entry > n_left - ITEM_HEADER_BYTES)
		return false;
	n_blob = get_be32(from + 4 + n_entry);
	if (n_blob > n_left - ITEM_HEADER_BYTES - n_entry)
		return false;
	ret_item->entry = (struct bytes){ from + 4, n_entry };
	ret_item->blob = (struct bytes){ from + ITEM_HEADER_BYTES + n_entry,
					 n_blob };
	ret_item->erased = is_erased(ret_item->blob);
	if (ret_item->erased)
		ret_item->blob.n = 0;
	*at += ITEM_HEADER_BYTES + n_entry + n_blob;
	return true;
}

uint64_t segment_blob_offset(const struct segment_record *record,
			     const struct segment_item *item)
{
	return record->position.offset + SEGMENT_HEADER_BYTES +
	       (uint64_t)(item->blob.data - record->items.data);
}

/* Whether the items fill their place, as many as there should be. */
static bool items_fit(const struct segment_record *record)
{
	struct segment_item item;
	uint32_t n_items = 0;
	size_t at = 0;

	while (segment_next_item(record, &at, &item))
		n_items++;
	return at == record->items.n && n_items == record->n_items;
}

#define BLOB_HASH_AT 240	/* in an entry */

/*
 * Each blob is the one of its entry, or erased. Part of the checksum: where a
 * write was cut short, blobs are what is missing most likely.
 */
static bool blobs_are_whole(struct segment_record *record)
{
	struct segment_item item;
	size_t at = 0;

	while (segment_next_item(record, &at, &item)) {
		struct digest hash;

		if (item.erased)
			record->n_erased++;
		if (item.blob.n == 0)
			continue;
		hash = digest_of(item.blob);
		if (item.entry.n < ENTRY_HEADER_BYTES ||
		    memcmp(item.entry.data + BLOB_HASH_AT, hash.bytes,
			   DIGEST_BYTES) != 0)
			return false;
	}
	return true;
}

/* Takes apart what the hash has proven to be as it was written. */
static enum segment_fault read_parts(const uint8_t *data, uint64_t n,
				     struct segment_record *record)
{
	uint64_t n_note = get_be32(data + 36);
	size_t n_nodes = merkle_frontier_nodes(record->first_seq);
	uint64_t n_rest = n_nodes * DIGEST_BYTES + n_note + DIGEST_BYTES;
	const uint8_t *at = data + SEGMENT_HEADER_BYTES;

	if (n < SEGMENT_HEADER_BYTES + n_rest || record->n_items == 0 ||
	    record->n_items > SEGMENT_ENTRIES_MAX)
		return SEGMENT_FAULT_LENGTH;
	record->items = (struct bytes){ at, n - SEGMENT_HEADER_BYTES - n_rest };
	at += record->items.n;
	record->before.size = record->first_seq;
	for (size_t i = 0; i < n_nodes; i++, at += DIGEST_BYTES)
		memcpy(record->before.nodes[i].bytes, at, DIGEST_BYTES);
	record->note = (struct bytes){ at, n_note };
	return items_fit(record) ? SEGMENT_SOUND : SEGMENT_FAULT_LENGTH;
}

enum segment_fault segment_decode(struct bytes from, uint32_t segment,
				  uint64_t offset,
				  struct segment_record *ret_record)
{
	struct segment_record record = { .position = { segment, offset, 0 } };
	const uint8_t *data = from.data;
	enum segment_fault fault;
	uint64_t n;

	if (from.n < SEGMENT_HEADER_BYTES || !segment_peek(data, &record.n_bytes))
		return SEGMENT_FAULT_MAGIC;
	record.hashed_whole = get_be16(data + 4) == RECORD_VERSION_WHOLE;
	if ((get_be16(data + 4) != RECORD_VERSION && !record.hashed_whole) ||
	    get_be16(data + 6) != 0)
		return SEGMENT_FAULT_VERSION;
	if (get_be32(data + 8) != segment || get_be64(data + 16) != offset)
		return SEGMENT_FAULT_POSITION;
	if (record.n_bytes > from.n)
		return SEGMENT_FAULT_LENGTH;
	n = get_be32(data + 32);
	record.n_items = get_be32(data + 12);
	record.hash = record.hashed_whole ?
		digest_of((struct bytes){ data, n - DIGEST_BYTES }) :
		hash_without_blobs(data, n - DIGEST_BYTES, record.n_items);
	if (memcmp(record.hash.bytes, data + n - DIGEST_BYTES, DIGEST_BYTES) != 0)
		return SEGMENT_FAULT_HASH;
	if (!is_zero(data + n, record.n_bytes - n))
		return SEGMENT_FAULT_PADDING;
	record.first_seq = get_be64(data + 24);
	memcpy(record.previous.bytes, data + 40, DIGEST_BYTES);
	fault = read_parts(data, n, &record);
	if (fault == SEGMENT_SOUND && !blobs_are_whole(&record))
		fault = SEGMENT_FAULT_BLOB;
	if (fault == SEGMENT_SOUND)
		*ret_record = record;
	return fault;
}

void segment_state_init(struct segment_state *state)
{
	*state = (struct segment_state){ .time_ms = 0 };
}

void segment_state_before(const struct segment_record *record,
			  struct segment_state *ret_state)
{
	*ret_state = (struct segment_state){
		.hash = record->previous,
		.frontier = record->before,
	};
}

static bool frontier_equal(const struct merkle_frontier *a,
			   const struct merkle_frontier *b)
{
	return a->size == b->size &&
	       memcmp(a->nodes, b->nodes,
		      merkle_frontier_nodes(a->size) * DIGEST_BYTES) == 0;
}

static enum segment_fault verify_item(const struct segment_item *item,
				      struct segment_state *state)
{
	struct entry entry;
	struct digest leaf, blob_hash;

	state->n_entry = state->frontier.size;
	if (entry_decode(item->entry, &entry) != ENTRY_SOUND)
		return SEGMENT_FAULT_ENTRY;
	if (entry.seq != state->frontier.size)
		return SEGMENT_FAULT_SEQ;
	if (entry.time_ms < state->time_ms)
		return SEGMENT_FAULT_TIME;
	if (item->erased ? !entry.has_blob : entry.blob_bytes != item->blob.n)
		return SEGMENT_FAULT_BLOB;
	if (entry.has_blob && !item->erased) {
		blob_hash = digest_of(item->blob);
		if (!digest_equal(&blob_hash, &entry.blob_hash))
			return SEGMENT_FAULT_BLOB;
	}
	leaf = merkle_leaf(item->entry);
	merkle_frontier_add(&state->frontier, &leaf);
	state->time_ms = entry.time_ms;
	return SEGMENT_SOUND;
}

static enum segment_fault open_checkpoint(struct bytes note,
					  const struct vkey *vkey,
					  struct checkpoint *ret)
{
	struct bytes text;
	int r;

	if (vkey == NULL)
		return note_text(note, &text) == 0 &&
		       checkpoint_parse(text, ret) ? SEGMENT_SOUND :
						     SEGMENT_FAULT_CHECKPOINT;
	r = checkpoint_open(note, vkey, ret);
	if (r == NOTE_E_FORMAT)
		return SEGMENT_FAULT_CHECKPOINT;
	return r == 0 ? SEGMENT_SOUND : SEGMENT_FAULT_SIGNATURE;
}

static enum segment_fault verify_tree(const struct segment_record *record,
				      const struct vkey *vkey,
				      const struct merkle_frontier *frontier)
{
	struct checkpoint checkpoint;
	struct digest root = merkle_frontier_root(frontier);
	enum segment_fault fault = open_checkpoint(record->note, vkey, &checkpoint);

	if (fault != SEGMENT_SOUND)
		return fault;
	if (checkpoint.size != frontier->size)
		return SEGMENT_FAULT_CHECKPOINT;
	return digest_equal(&checkpoint.root, &root) ? SEGMENT_SOUND :
						       SEGMENT_FAULT_ROOT;
}

enum segment_fault segment_verify(const struct segment_record *record,
				  const struct vkey *vkey,
				  struct segment_state *state)
{
	struct segment_state after = *state;
	struct segment_item item;
	enum segment_fault fault = SEGMENT_SOUND;
	size_t at = 0;

	state->n_entry = record->first_seq;
	if (!digest_equal(&record->previous, &state->hash))
		return SEGMENT_FAULT_CHAIN;
	if (!frontier_equal(&record->before, &state->frontier))
		return SEGMENT_FAULT_FRONTIER;
	while (fault == SEGMENT_SOUND && segment_next_item(record, &at, &item))
		fault = verify_item(&item, &after);
	if (fault == SEGMENT_SOUND)
		fault = verify_tree(record, vkey, &after.frontier);
	if (fault != SEGMENT_SOUND) {
		state->n_entry = after.n_entry;
		return fault;
	}
	after.hash = record->hash;
	*state = after;
	return SEGMENT_SOUND;
}
