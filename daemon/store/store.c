/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "daemon/store/erasure.h"
#include "daemon/store/guard.h"
#include "daemon/store/rebuild.h"
#include "daemon/store/store.h"

static const struct store store_none = { .lock = LOCK_NONE,
					 .high_water = HIGH_WATER_CLOSED };

PRINTF_LIKE(2, 3)
static void say(struct store_report *report, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(report->text, sizeof(report->text), format, arguments);
	va_end(arguments);
}

static int make_folder(const char *path)
{
	return mkdir(path, 0750) == 0 || errno == EEXIST ? 0 : -errno;
}

/* False when folder and name together are too long. */
static bool path_of(const struct store *store, const char *name, char to[PATH_MAX])
{
	int n = snprintf(to, PATH_MAX, "%s/%s", store->folder, name);

	return n > 0 && n < PATH_MAX;
}

/* ---- Opening, step by step ---- */

static int open_folder(struct store *store, struct store_report *report)
{
	static const char *const inner[] = { "index", "keys", "log" };
	const char *network = NULL;
	char path[PATH_MAX];
	int r = lock_network_file_system(store->folder, &network);

	if (r != 0) {
		say(report, "cannot use the folder %s: %s", store->folder,
		    strerror(-r));
		return r;
	}
	if (network != NULL) {
		say(report,
		    "%s is on a network file system (%s), on which neither locks "
		    "nor the database are safe; use a local disk",
		    store->folder, network);
		return STORE_E_REFUSED;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(inner) && r == 0; i++)
		r = path_of(store, inner[i], path) ? make_folder(path)
						   : -ENAMETOOLONG;
	if (r != 0)
		say(report, "cannot make a folder in %s: %s", store->folder,
		    strerror(-r));
	return r;
}

static int claim(struct store *store, struct store_report *report)
{
	char path[PATH_MAX];
	pid_t pid = 0;
	int r = make_folder(store->folder);

	if (r == 0)
		r = path_of(store, "lock", path) ? 0 : -ENAMETOOLONG;
	if (r == 0)
		r = lock_take(path, &store->lock, &pid);
	if (r == LOCK_E_HELD) {
		say(report,
		    "the store %s is in use by process %ld; one store has one daemon",
		    store->folder, (long)pid);
		return STORE_E_REFUSED;
	}
	if (r != 0)
		say(report, "cannot lock the store %s: %s", store->folder,
		    strerror(-r));
	return r;
}

static int open_index(struct store *store, const struct store_options *options,
		      struct store_report *report)
{
	char path[PATH_MAX];
	int r = path_of(store, "index", path) ? 0 : -ENAMETOOLONG;

	if (r == 0)
		r = lmdb_open(path, options->map_bytes, &store->lmdb);
	if (r == LMDB_E_NO_ROOM) {
		say(report, "the disk is full: no room to open %s", path);
		return STORE_E_REFUSED;
	}
	if (r == 0)
		r = index_open(store->lmdb, &store->index);
	if (r == 0)
		r = editions_open(store->lmdb, options->max_loaded,
				  &store->editions);
	if (r == INDEX_E_DAMAGED || r == -EBADMSG) {
		say(report,
		    "the database in %s is damaged. Move that folder away: it is "
		    "made again from the log",
		    path);
		return STORE_E_REFUSED;
	}
	if (r != 0)
		say(report, "cannot open the database in %s: %s", path,
		    strerror(-r));
	return r;
}

/*
 * Without a keyring nothing can be sealed; where something is, a new ring would
 * only hide that the right one is missing.
 */
static int open_keys(struct store *store, const struct store_options *options,
		     struct store_report *report)
{
	const char *root = options->root_key != NULL ? options->root_key : "";
	char folder[PATH_MAX];
	uint64_t n_keys = 0;
	int r = path_of(store, "keys", folder) ? 0 : -ENAMETOOLONG;

	if (r == 0)
		r = cases_count(store->lmdb, &n_keys);
	if (r == 0)
		r = keystore_open(folder, root, n_keys == 0, &store->keystore,
				  report->text);
	if (r == KEYSTORE_E_REFUSED)
		return STORE_E_REFUSED;
	if (r == 0)
		r = cases_open(store->lmdb, store->keystore, &store->cases);
	if (r == 0 && n_keys == 0)
		r = cases_restore(store->cases);
	if (r == -EBADMSG) {
		say(report, "%s/cases was changed since it was written; restore it",
		    folder);
		return STORE_E_REFUSED;
	}
	if (r != 0)
		say(report, "cannot open the keys in %s: %s", folder,
		    r == LMDB_E_NO_ROOM ? "the disk is full" : strerror(-r));
	if (store->keystore != NULL) {
		report->root_beside = store->keystore->root_beside;
		report->new_keyring = store->keystore->created;
	}
	return r > 0 ? STORE_E_REFUSED : r;
}

static int open_log(struct store *store, const struct store_options *options,
		    struct store_report *report)
{
	struct log_report found = { 0 };
	struct log_mark mark;
	char folder[PATH_MAX];
	char key[PATH_MAX];
	struct log_options log_options = {
		.folder = folder,
		.key_file = key,
		.origin = options->origin,
		.segment_bytes = options->segment_bytes,
		.known = index_mark(store->index, &mark) ? &mark : NULL,
	};
	int r = path_of(store, "log", folder) && path_of(store, "keys/log.key", key)
			? 0
			: -ENAMETOOLONG;

	if (r == 0)
		r = log_open(&log_options, &store->log, &found);
	report->created = found.created;
	report->cut = found.cut;
	if (r == LOG_E_NO_ROOM)
		say(report, "the disk is full: no room for the log in %s", folder);
	else if (r == LOG_E_BUSY)
		say(report, "another process has the log in %s open", folder);
	else if (r > 0)
		say(report, "%s", found.problem.text);
	else if (r < 0)
		say(report, "cannot open the log in %s: %s", folder, strerror(-r));
	else if (found.cut)
		say(report,
		    "an unfinished group at the end of segment %u, byte %llu, was "
		    "cut off",
		    found.cut_at.segment, (unsigned long long)found.cut_at.offset);
	return r > 0 ? STORE_E_REFUSED : r;
}

static int read_tail(struct store *store, struct store_report *report)
{
	struct log_head head;
	int r = rebuild_index(store, report);

	if (r == STORE_E_NO_ROOM) {
		say(report, "the disk is full: no room to index the log");
		return STORE_E_REFUSED;
	}
	if (r < 0)
		say(report, "cannot read the log in %s: %s", log_folder(store->log),
		    strerror(-r));
	if (r != 0)
		return r;
	log_head(store->log, &head);
	if (head.size != index_size(store->index)) {
		say(report, "the log has %llu entries, of which %llu could be read",
		    (unsigned long long)head.size,
		    (unsigned long long)index_size(store->index));
		return STORE_E_REFUSED;
	}
	r = log_reader_open(log_folder(store->log), (struct log_position){ 0 },
			    &store->reader);
	if (r != 0)
		say(report, "cannot read the log: %s", strerror(-r));
	return r;
}

static int go_on_erasing(struct store *store, struct store_report *report)
{
	int r = erasure_resume(store, &report->resumed);

	if (r < 0)
		say(report, "cannot go on with the erasure that was interrupted: %s",
		    strerror(-r));
	return r;
}

int store_open(const struct store_options *options, struct store *ret_store,
	       struct store_report *ret_report)
{
	struct store store = store_none;
	int r;

	*ret_report = (struct store_report){ 0 };
	store.index_batch = options->index_batch;
	store.folder = strdup(options->folder);
	r = store.folder == NULL ? -ENOMEM : claim(&store, ret_report);
	if (r == 0)
		r = open_folder(&store, ret_report);
	if (r == 0)
		r = open_index(&store, options, ret_report);
	if (r == 0)
		r = open_keys(&store, options, ret_report);
	if (r == 0)
		r = open_log(&store, options, ret_report);
	if (r == 0)
		r = read_tail(&store, ret_report);
	if (r == 0)
		r = guard_open(&store, options, ret_report);
	if (r == 0)
		r = go_on_erasing(&store, ret_report);
	if (r != 0) {
		store_close(&store);
		return r;
	}
	*ret_store = store;
	return 0;
}

void store_close(struct store *store)
{
	if (store->folder == NULL)
		return;
	log_reader_close(&store->reader);
	high_water_close(&store->high_water);
	log_close(&store->log);
	cases_close(&store->cases);
	keystore_close(&store->keystore);
	editions_close(&store->editions);
	index_close(&store->index);
	lmdb_close(&store->lmdb);
	lock_release(&store->lock);
	free(store->folder);
	*store = store_none;
}

/* ---- Use ---- */

static int seal_all(struct store *store, struct log_item *items,
		    struct index_row *rows, struct store_content *const *contents,
		    size_t n)
{
	int r = 0;

	log_number(store->log, items, n);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct store_content *content = contents[i];
		struct entry *entry = &items[i].entry;

		if (content == NULL)
			continue;
		r = cases_seal(store->cases, &content->content, content->slots,
			       content->n_slots, entry, content->space);
		items[i].blob = (struct bytes){ content->space, entry->blob_bytes };
		rows[i].case_id = (struct bytes){ content->content.case_id,
						  SEAL_CASE_ID_BYTES };
	}
	return r;
}

int store_append(struct store *store, struct log_item *items,
		 struct index_row *rows, struct store_content *const *contents,
		 size_t n)
{
	int r = contents == NULL ? 0 : seal_all(store, items, rows, contents, n);

	if (r == 0)
		r = log_append(store->log, items, n);
	if (r != 0)
		cases_refused(store->cases);
	if (r == LOG_E_NO_ROOM)
		return STORE_E_NO_ROOM;
	if (r == LOG_E_UNFIT)
		return STORE_E_UNFIT;
	if (r != 0)
		return r < 0 ? r : -EIO;
	cases_appended(store->cases);
	for (size_t i = 0; i < n; i++)
		memcpy(rows[i].entry_id, items[i].entry.entry_id, ENTRY_ID_BYTES);
	return index_add_record(store->index, items[0].ret_position, rows, n);
}

/* A generous guess of what the index takes for one entry, pages included. */
#define INDEX_ENTRY_BYTES 256
#define INDEX_SPARE_BYTES (1024 * 1024)

static int has_room_for_index(const struct store *store, bool *ret_room)
{
	uint64_t n_free;
	int r = store_free_bytes(store, &n_free);

	if (r == 0)
		*ret_room = n_free >=
			    index_pending(store->index) * INDEX_ENTRY_BYTES +
				    INDEX_SPARE_BYTES;
	return r;
}

int store_index(struct store *store, bool all)
{
	struct log_head head;
	bool room = false;
	int r;

	if (index_pending(store->index) == 0 ||
	    (!all && index_pending(store->index) < store->index_batch))
		return 0;
	r = has_room_for_index(store, &room);
	if (r != 0 || !room)
		return r;
	log_head(store->log, &head);
	/* The keys first: what is behind the mark is not read from the log again. */
	r = cases_flush(store->cases);
	if (r == 0)
		r = index_flush(store->index, &head.mark);
	return r == LMDB_E_NO_ROOM ? 0 : r;
}

int store_mark(struct store *store)
{
	struct log_head head;
	int r;

	log_head(store->log, &head);
	if (store->high_water.n_note > 0 && head.size == store->marked)
		return 0;
	r = high_water_put(&store->high_water, head.note);
	if (r == 0)
		store->marked = head.size;
	return r;
}

int store_read(struct store *store, uint64_t seq, struct segment_record *ret_record,
	       struct segment_item *ret_item, char *ret_text)
{
	struct log_position position;
	struct log_problem problem = { 0 };
	int r = index_position(store->index, seq, &position);

	if (r == INDEX_E_ABSENT)
		return -EINVAL;
	if (r != 0)
		return r;
	r = log_reader_entry(store->reader, position, ret_record, ret_item,
			     &problem);
	if (r == LOG_READER_END)
		snprintf(ret_text, STORE_TEXT_BYTES,
			 "entry %llu is no longer in the log",
			 (unsigned long long)seq);
	if (r == LOG_READER_BAD)
		snprintf(ret_text, STORE_TEXT_BYTES, "%s", problem.text);
	return r > 0 ? STORE_E_REFUSED : r;
}

int store_free_bytes(const struct store *store, uint64_t *ret_bytes)
{
	struct statvfs st;

	if (statvfs(store->folder, &st) != 0)
		return -errno;
	*ret_bytes = (uint64_t)st.f_bavail * st.f_frsize;
	return 0;
}
