/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/audit/export_reader.h"
#include "proto/blob.h"

static int open_checkpoint(struct export_reader *reader, const struct vkey *vkey,
			   struct finding *finding)
{
	int r = folder_read(reader->folder_fd, FOLDER_CHECKPOINT, NOTE_MAX_BYTES,
			    &reader->note);

	if (r == -ENOENT)
		return finding_say(finding, FOLDER_CHECKPOINT,
				   "Make the export again: it was interrupted, or "
				   "the file was lost.",
				   "the file is missing, so nothing here is signed");
	if (r == -EFBIG || r == -EINVAL)
		return finding_say(finding, FOLDER_CHECKPOINT, finding_get_again,
				   "it is no signed note");
	if (r != 0)
		return r;
	switch (checkpoint_open(buffer_bytes(&reader->note), vkey,
				&reader->checkpoint)) {
	case 0:
		return 0;
	case NOTE_E_FORMAT:
		return finding_say(finding, FOLDER_CHECKPOINT, finding_get_again,
				   "it is no checkpoint of the log %s", vkey->name);
	case NOTE_E_SIGNATURE:
		return finding_say(finding, FOLDER_CHECKPOINT, finding_get_again,
				   "its signature is wrong: the text was changed "
				   "after it was signed");
	default:
		return finding_say(finding, FOLDER_CHECKPOINT, finding_ask_key,
				   "the key %s has not signed it", vkey->name);
	}
}

int export_reader_open(int folder_fd, const struct vkey *vkey,
		       struct export_reader **ret_reader,
		       struct finding *ret_finding)
{
	struct export_reader *reader = calloc(1, sizeof(*reader));
	int r;

	if (reader == NULL) {
		close_folder(&folder_fd);
		return -ENOMEM;
	}
	reader->folder_fd = folder_fd;
	r = open_checkpoint(reader, vkey, ret_finding);
	if (r == 0)
		r = tile_walk_open(&reader->walk, folder_fd, &reader->checkpoint,
				   ret_finding);
	if (r != 0)
		export_reader_close(&reader);
	else
		*ret_reader = reader;
	return r;
}

void export_reader_close(struct export_reader **reader)
{
	struct export_reader *r = *reader;

	if (r == NULL)
		return;
	close_folder(&r->folder_fd);
	tile_walk_done(&r->walk);
	buffer_done(&r->note);
	buffer_done(&r->bundle);
	buffer_done(&r->blob);
	buffer_done(&r->other);
	buffer_done(&r->has_blob);
	buffer_done(&r->policies);
	free(r);
	*reader = NULL;
}

uint64_t export_reader_size(const struct export_reader *reader)
{
	return reader->checkpoint.size;
}

static int open_bundle(struct export_reader *reader, struct finding *finding)
{
	uint64_t n = reader->next / TILE_WIDTH;

	tile_bundle_path(n, tile_width_at(reader->checkpoint.size, 0, n),
			 reader->bundle_file);
	reader->bundle_at = 0;
	return read_needed(reader->folder_fd, reader->bundle_file, BUNDLE_MAX_BYTES,
			   reader->next, &reader->bundle, finding);
}

/* The next entry's bytes, which must be those that the tree holds. */
static int next_leaf(struct export_reader *reader, struct bytes *ret_leaf,
		     struct finding *finding)
{
	struct digest signed_leaf, leaf;
	int r = tile_walk_leaf(&reader->walk, reader->next, &signed_leaf, finding);

	if (r == 0 && reader->next % TILE_WIDTH == 0)
		r = open_bundle(reader, finding);
	if (r != 0)
		return r;
	if (!tile_bundle_next(buffer_bytes(&reader->bundle), &reader->bundle_at,
			      ret_leaf))
		return finding_at(finding, reader->next, reader->bundle_file,
				  finding_get_again,
				  "the file ends before this entry, or within it");
	leaf = merkle_leaf(*ret_leaf);
	if (!digest_equal(&leaf, &signed_leaf))
		return finding_at(finding, reader->next, reader->bundle_file,
				  finding_get_again,
				  "it is not the entry that was signed: changed, "
				  "removed, added or moved");
	return 0;
}

static int check_entry(const struct export_reader *reader,
		       const struct source_item *item, enum entry_fault fault,
		       struct finding *finding)
{
	if (fault != ENTRY_SOUND)
		return finding_at(finding, reader->next, item->file,
				  finding_do_not_trust, "it %s",
				  entry_fault_text(fault));
	if (item->entry.seq != reader->next)
		return finding_at(finding, reader->next, item->file,
				  finding_do_not_trust, "it says to be entry %llu",
				  (unsigned long long)item->entry.seq);
	if (item->entry.time_ms < reader->time_ms)
		return finding_at(finding, reader->next, item->file,
				  finding_do_not_trust,
				  "it is older than the entry before it");
	return 0;
}

static int mark_blob(struct export_reader *reader, uint64_t seq)
{
	size_t n = (size_t)(seq / 8) + 1;
	int r = buffer_reserve(&reader->has_blob, n < 4096 ? 4096 : 2 * n);

	if (r != 0)
		return r;
	if (n > reader->has_blob.n)
		memset(reader->has_blob.data + reader->has_blob.n, 0,
		       n - reader->has_blob.n);
	if (n > reader->has_blob.n)
		reader->has_blob.n = n;
	reader->has_blob.data[seq / 8] |= (uint8_t)(1u << (seq % 8));
	return 0;
}

static int read_blob(struct export_reader *reader, struct source_item *item,
		     struct finding *finding)
{
	struct digest hash;
	int r;

	folder_blob_path(reader->next, item->blob_file);
	item->blob = (struct bytes){ NULL, 0 };
	item->erased = item->entry.has_blob && item->entry.type == ENTRY_DECISION &&
		       folder_lacks(reader->folder_fd, item->blob_file);
	if (!item->entry.has_blob || item->erased)
		return 0;
	r = read_needed(reader->folder_fd, item->blob_file, BLOB_MAX_BYTES,
			reader->next, &reader->blob, finding);
	if (r != 0)
		return r;
	item->blob = buffer_bytes(&reader->blob);
	hash = digest_of(item->blob);
	if (item->blob.n != item->entry.blob_bytes ||
	    !digest_equal(&hash, &item->entry.blob_hash))
		return finding_at(finding, reader->next, item->blob_file,
				  finding_get_again,
				  "its content is not the one that was recorded");
	return mark_blob(reader, reader->next);
}

/* Behind the last entry of a bundle there is nothing. */
static int check_bundle_end(const struct export_reader *reader,
			    struct finding *finding)
{
	if (reader->next % TILE_WIDTH != 0 && reader->next != reader->checkpoint.size)
		return 0;
	if (reader->bundle_at == reader->bundle.n)
		return 0;
	return finding_at(finding, reader->next - 1, reader->bundle_file,
			  finding_get_again,
			  "the file holds more than the entries that were signed");
}

int export_reader_next(struct export_reader *reader, struct source_item *ret_item,
		       struct finding *ret_finding)
{
	enum entry_fault fault;
	int r;

	if (reader->next == reader->checkpoint.size)
		return AUDIT_END;
	r = next_leaf(reader, &ret_item->leaf, ret_finding);
	if (r != 0)
		return r;
	snprintf(ret_item->file, sizeof(ret_item->file), "%s", reader->bundle_file);
	fault = entry_decode(ret_item->leaf, &ret_item->entry);
	r = check_entry(reader, ret_item, fault, ret_finding);
	if (r == 0)
		r = read_blob(reader, ret_item, ret_finding);
	if (r != 0)
		return r;
	reader->next++;
	reader->time_ms = ret_item->entry.time_ms;
	return check_bundle_end(reader, ret_finding);
}

int export_reader_policy(struct export_reader *reader,
			 const struct source_item *item, struct bytes bundle,
			 struct finding *ret_finding)
{
	struct buffer *policies = &reader->policies;
	char path[FOLDER_PATH_BYTES];
	int r;

	folder_policy_path(&item->entry.policy_hash, path);
	r = read_needed(reader->folder_fd, path, BLOB_BUNDLE_MAX_BYTES,
			item->entry.seq, &reader->other, ret_finding);
	if (r != 0)
		return r;
	if (reader->other.n != bundle.n ||
	    memcmp(reader->other.data, bundle.data, bundle.n) != 0)
		return finding_at(ret_finding, item->entry.seq, path,
				  finding_get_again,
				  "it is not the edition that was enacted");
	if (policies->n == policies->room)
		r = buffer_reserve(policies, 2 * policies->n + 64 * DIGEST_BYTES);
	if (r != 0)
		return r;
	memcpy(policies->data + policies->n, item->entry.policy_hash.bytes,
	       DIGEST_BYTES);
	policies->n += DIGEST_BYTES;
	return 0;
}

void export_reader_head(const struct export_reader *reader,
			struct source_head *ret_head)
{
	*ret_head = (struct source_head){
		.kind = SOURCE_EXPORT,
		.size = reader->checkpoint.size,
		.root = reader->checkpoint.root,
		.note = buffer_bytes(&reader->note),
		.n_other = reader->n_other,
	};
	strcpy(ret_head->other, reader->first_other);
}
