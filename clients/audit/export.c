/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/export.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/audit/folder.h"
#include "clients/audit/progress.h"
#include "proto/blob.h"

/*
 * What grows while entries go by: one tile of each level, one bundle. A tile
 * that is full is written, and its root becomes a hash of the level above.
 */
struct exporter {
	int folder_fd;
	uint64_t old_size;
	struct digest old_root;
	struct merkle_frontier frontier;
	struct {
		uint64_t n;
		unsigned width;
		struct merkle_frontier frontier;	/* its own root */
		uint8_t hashes[TILE_BYTES];
	} tiles[TILE_LEVELS];
	struct buffer bundle;
	struct buffer existing;
	struct finding *finding;
};

/* Writes a file, unless the old checkpoint covers it: then it must be the same. */
static int put(struct exporter *exporter, const char *path, struct bytes content,
	       bool covered)
{
	int r = -ENOENT;

	if (covered)
		r = folder_read(exporter->folder_fd, path, content.n,
				&exporter->existing);
	if (r == -ENOENT)
		return folder_write(exporter->folder_fd, path, content);
	if (r != 0 && r != -EFBIG)
		return r;
	if (r == 0 && exporter->existing.n == content.n &&
	    (content.n == 0 || memcmp(exporter->existing.data, content.data,
				      content.n) == 0))
		return 0;
	return finding_say(exporter->finding, path, finding_do_not_trust,
			   "what was exported before is not what the log says now");
}

static int put_tile(struct exporter *exporter, unsigned level, bool covered)
{
	unsigned width = exporter->tiles[level].width;
	char path[TILE_PATH_BYTES];

	tile_path(level, exporter->tiles[level].n, width % TILE_WIDTH, path);
	return put(exporter, path,
		   (struct bytes){ exporter->tiles[level].hashes,
				   (size_t)width * DIGEST_BYTES }, covered);
}

static int put_bundle(struct exporter *exporter, bool covered)
{
	char path[TILE_PATH_BYTES];

	tile_bundle_path(exporter->tiles[0].n, exporter->tiles[0].width % TILE_WIDTH,
			 path);
	return put(exporter, path, buffer_bytes(&exporter->bundle), covered);
}

/* Adds a hash to a level, and to those above as long as tiles get full. */
static int add_hash(struct exporter *exporter, struct digest hash)
{
	int r = 0;

	for (unsigned level = 0; r == 0 && level < TILE_LEVELS; level++) {
		unsigned width = exporter->tiles[level].width++;

		memcpy(exporter->tiles[level].hashes + (size_t)width * DIGEST_BYTES,
		       hash.bytes, DIGEST_BYTES);
		merkle_frontier_add(&exporter->tiles[level].frontier, &hash);
		if (width + 1 < TILE_WIDTH)
			break;
		r = put_tile(exporter, level,
			     exporter->frontier.size <= exporter->old_size);
		hash = merkle_frontier_root(&exporter->tiles[level].frontier);
		exporter->tiles[level].frontier.size = 0;
		exporter->tiles[level].width = 0;
		exporter->tiles[level].n++;
	}
	return r;
}

static int add_to_bundle(struct exporter *exporter, struct bytes leaf)
{
	size_t n = exporter->bundle.n + tile_bundle_bytes(leaf.n);
	int r = 0;

	if (n > exporter->bundle.room)
		r = buffer_reserve(&exporter->bundle, 2 * n);
	if (r != 0)
		return r;
	exporter->bundle.n += tile_bundle_add(leaf, exporter->bundle.data +
							    exporter->bundle.n);
	if (exporter->tiles[0].width + 1 < TILE_WIDTH)
		return 0;
	exporter->tiles[0].width++;
	r = put_bundle(exporter, exporter->frontier.size <= exporter->old_size);
	exporter->tiles[0].width--;
	exporter->bundle.n = 0;
	return r;
}

static int put_policy(struct exporter *exporter, const struct source_item *item,
		      bool covered)
{
	char path[FOLDER_PATH_BYTES];
	struct content_enactment content;
	struct digest hash;

	if (blob_enactment_decode(item->blob, &content) == BLOB_SOUND) {
		hash = digest_of(content.bundle);
		folder_policy_path(&hash, path);
		if (digest_equal(&hash, &item->entry.policy_hash))
			return put(exporter, path, content.bundle, covered);
	}
	return finding_at(exporter->finding, item->entry.seq, item->blob_file,
			  finding_do_not_trust,
			  "its edition is not the one whose hash it names");
}

static int put_blob(struct exporter *exporter, const struct source_item *item)
{
	bool covered = item->entry.seq < exporter->old_size;
	char path[FOLDER_PATH_BYTES];
	int r = 0;

	if (item->erased) {
		/* An earlier export may have had it. */
		folder_blob_path(item->entry.seq, path);
		r = folder_remove(exporter->folder_fd, path);
	} else if (item->entry.has_blob) {
		folder_blob_path(item->entry.seq, path);
		r = put(exporter, path, item->blob, covered);
	}
	if (r == 0 && item->entry.type == ENTRY_POLICY_PUBLISH)
		r = put_policy(exporter, item, covered);
	return r;
}

/* Where the earlier export ended, the log must have its root. */
static int check_old(struct exporter *exporter)
{
	struct digest root;

	if (exporter->old_size == 0 ||
	    exporter->frontier.size != exporter->old_size)
		return 0;
	root = merkle_frontier_root(&exporter->frontier);
	if (digest_equal(&root, &exporter->old_root))
		return 0;
	return finding_say(exporter->finding, FOLDER_CHECKPOINT, finding_do_not_trust,
			   "the log does not continue the tree that was exported "
			   "before: its past was changed");
}

static int take(struct exporter *exporter, const struct source_item *item)
{
	struct digest leaf = merkle_leaf(item->leaf);
	int r;

	merkle_frontier_add(&exporter->frontier, &leaf);
	r = check_old(exporter);
	if (r == 0)
		r = add_to_bundle(exporter, item->leaf);
	if (r == 0)
		r = add_hash(exporter, leaf);
	return r != 0 ? r : put_blob(exporter, item);
}

static int put_partial(struct exporter *exporter)
{
	bool covered = exporter->frontier.size == exporter->old_size;
	int r = 0;

	if (exporter->tiles[0].width > 0)
		r = put_bundle(exporter, covered);
	for (unsigned level = 0; r == 0 && level < TILE_LEVELS; level++)
		if (exporter->tiles[level].width > 0)
			r = put_tile(exporter, level, covered);
	return r;
}

/* All else is durable before the checkpoint says that it is there. */
static int finish(struct exporter *exporter, const struct source_head *head)
{
	int r;

	if (exporter->frontier.size < exporter->old_size)
		return finding_say(exporter->finding, FOLDER_CHECKPOINT,
				   finding_do_not_trust,
				   "%llu entries were exported before, and the log "
				   "has %llu only: it was cut short or rolled back",
				   (unsigned long long)exporter->old_size,
				   (unsigned long long)exporter->frontier.size);
	r = put_partial(exporter);
	if (r == 0)
		r = folder_sync(exporter->folder_fd);
	/* Of the same tree: witnesses may have signed the one that is there. */
	if (r == 0 && exporter->frontier.size != exporter->old_size)
		r = folder_write(exporter->folder_fd, FOLDER_CHECKPOINT, head->note);
	return r != 0 ? r : folder_sync(exporter->folder_fd);
}

/* Takes the first entry, which was read already, and all that follow. */
static int copy(struct exporter *exporter, struct source *source,
		struct source_item *item, const struct output_stream *out)
{
	struct source_head head;
	struct progress progress;
	int r = 0;

	progress_init(&progress, out, "exported entries");
	while (r == 0) {
		r = take(exporter, item);
		progress_tell(&progress, item->entry.seq + 1, 0);
		if (r == 0)
			r = source_next(source, item, exporter->finding);
	}
	progress_done(&progress);
	if (r != AUDIT_END)
		return r;
	source_head(source, &head);
	return finish(exporter, &head);
}

/* ---- The folder ---- */

static int is_empty(int folder_fd, bool *ret_empty)
{
	int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *file;

	if (listing == NULL) {
		int r = -errno;

		close_folder(&fd);
		return r;
	}
	*ret_empty = true;
	while ((file = readdir(listing)) != NULL)
		if (strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0)
			*ret_empty = false;
	closedir(listing);
	return 0;
}

static struct bytes key_line(const struct vkey *vkey,
			     char line[VKEY_TEXT_BYTES + 1])
{
	vkey_print(vkey, line);
	strcat(line, "\n");
	return (struct bytes){ (const uint8_t *)line, strlen(line) };
}

/* A folder that is not empty must be an export of this log: its key is there. */
static int read_old(struct exporter *exporter, const struct vkey *vkey)
{
	char line[VKEY_TEXT_BYTES + 1];
	struct bytes key = key_line(vkey, line);
	struct buffer *existing = &exporter->existing;
	struct checkpoint checkpoint;
	int r = folder_read(exporter->folder_fd, FOLDER_VKEYS, NOTE_MAX_BYTES,
			    existing);

	if (r == -ENOENT ||
	    (r == 0 && (existing->n != key.n ||
			memcmp(existing->data, key.data, key.n) != 0)))
		return EXPORT_E_FOREIGN;
	if (r == 0)
		r = folder_read(exporter->folder_fd, FOLDER_CHECKPOINT,
				NOTE_MAX_BYTES, existing);
	if (r == -ENOENT)
		return 0;	/* interrupted before the first checkpoint */
	if (r != 0)
		return r;
	if (checkpoint_open(buffer_bytes(existing), vkey, &checkpoint) != 0)
		return finding_say(exporter->finding, FOLDER_CHECKPOINT,
				   finding_do_not_trust,
				   "the checkpoint of the earlier export is not "
				   "signed by the log's key");
	exporter->old_size = checkpoint.size;
	exporter->old_root = checkpoint.root;
	return 0;
}

static int open_out(struct exporter *exporter, const char *path,
		    const struct vkey *vkey)
{
	char line[VKEY_TEXT_BYTES + 1];
	bool empty;
	int r;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -errno;
	exporter->folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (exporter->folder_fd < 0)
		return errno == ENOTDIR ? EXPORT_E_FOREIGN : -errno;
	if (flock(exporter->folder_fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	r = is_empty(exporter->folder_fd, &empty);
	if (r != 0)
		return r;
	if (!empty)
		return read_old(exporter, vkey);
	if (fchmod(exporter->folder_fd, 0700) != 0)
		return -errno;
	return folder_write(exporter->folder_fd, FOLDER_VKEYS,
			    key_line(vkey, line));
}

static void exporter_done(struct exporter *exporter)
{
	close_folder(&exporter->folder_fd);
	buffer_done(&exporter->bundle);
	buffer_done(&exporter->existing);
}

int export_log(const struct export_request *request,
	       struct export_report *ret_report, struct finding *ret_finding)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(exporter_done) struct exporter exporter = { .folder_fd = -1 };
	struct source_item item;
	int r;

	exporter.finding = ret_finding;
	*ret_report = (struct export_report){ .path = request->store };
	r = source_open(request->store, request->vkey, &source, ret_finding);
	if (r != 0)
		return r;
	source_head(source, &ret_report->head);
	if (ret_report->head.kind != SOURCE_STORE)
		return -EINVAL;
	ret_report->key = *source_key(source);
	r = source_next(source, &item, ret_finding);
	if (r != 0)
		return r == AUDIT_END ? EXPORT_E_EMPTY : r;
	ret_report->path = request->out;
	r = open_out(&exporter, request->out, &ret_report->key.vkey);
	if (r == 0)
		r = copy(&exporter, source, &item, request->progress);
	ret_report->old_size = exporter.old_size;
	source_head(source, &ret_report->head);
	ret_report->head.note = (struct bytes){ NULL, 0 };
	return r;
}
