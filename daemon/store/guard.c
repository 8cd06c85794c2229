/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/guard.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUARD_ROLLED_BACK 2	/* the report says how; may be accepted */

PRINTF_LIKE(3, 4)
static int say(struct store_report *report, int r, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(report->text, sizeof(report->text), format, arguments);
	va_end(arguments);
	return r;
}

/* ---- What the file says, and what the log ---- */

/* Whether the log had this tree: its records end where checkpoints were signed. */
static int find_tree(struct store *store, const struct checkpoint *tree,
		     bool *ret_found, struct store_report *report)
{
	struct segment_record record;
	struct segment_item item;
	struct checkpoint then;
	struct bytes text;
	int r = store_read(store, tree->size - 1, &record, &item, report->text);

	*ret_found = r == 0 && record.first_seq + record.n_items == tree->size &&
		     note_text(record.note, &text) == 0 &&
		     checkpoint_parse(text, &then) &&
		     digest_equal(&then.root, &tree->root);
	return r;
}

static int compare(struct store *store, const char *path,
		   const struct checkpoint *water, struct store_report *report)
{
	unsigned long long size = (unsigned long long)index_size(store->index);
	bool found;
	int r;

	if (water->size > size)
		return say(report, GUARD_ROLLED_BACK,
			   "rollback detected: the log has %llu entries, and had %llu "
			   "(%s)", size, (unsigned long long)water->size, path);
	if (water->size == 0)
		return 0;
	r = find_tree(store, water, &found, report);
	if (r != 0 || found)
		return r;
	return say(report, GUARD_ROLLED_BACK,
		   "rollback detected: the first %llu of the log's %llu entries are not "
		   "those that were there (%s)", (unsigned long long)water->size, size,
		   path);
}

static int check(struct store *store, const char *path, struct store_report *report)
{
	const struct high_water *water = &store->high_water;
	const struct bytes note = { (const uint8_t *)water->note, water->n_note };
	struct checkpoint checkpoint;
	struct log_head head;

	log_head(store->log, &head);
	if (checkpoint_open(note, head.vkey, &checkpoint) != 0)
		return say(report, STORE_E_REFUSED,
			   "the high-water file %s is not of this log: its checkpoint is "
			   "not signed by %s", path, head.vkey->name);
	return compare(store, path, &checkpoint, report);
}

static int open_file(struct store *store, const char *path,
		     struct store_report *report)
{
	int r = high_water_open(path, &store->high_water);

	if (r == HIGH_WATER_E_DAMAGED)
		return say(report, GUARD_ROLLED_BACK,
			   "the high-water file %s is damaged, so nothing says how long "
			   "the log was", path);
	if (r == 0)
		return check(store, path, report);
	if (r == HIGH_WATER_E_ABSENT && index_size(store->index) > 0)
		return say(report, GUARD_ROLLED_BACK,
			   "the high-water file %s is missing, so nothing says how long "
			   "the log was", path);
	if (r == HIGH_WATER_E_ABSENT)
		r = high_water_create(path, &store->high_water);
	if (r == 0)
		r = store_mark(store);
	return r == 0 ? 0 : say(report, r, "cannot use the high-water file %s: %s",
				path, strerror(-r));
}

/* ---- Going on behind it, by hand ---- */

static bool is_accepted(const struct store *store, const struct store_options *options)
{
	char size[24];

	snprintf(size, sizeof(size), "%llu",
		 (unsigned long long)index_size(store->index));
	return options->accept_rollback != NULL &&
	       strcmp(options->accept_rollback, size) == 0;
}

/* The entry shows to any auditor that, and from where, the log was given up. */
static int append_entry(struct store *store, const struct store_options *options)
{
	char body[sizeof(GUARD_ACCEPTED) + HIGH_WATER_NOTE_BYTES] = GUARD_ACCEPTED;
	size_t n = strlen(body);
	struct index_row row = { 0 };
	struct log_item item = { .entry = { .type = ENTRY_CONFIG,
					    .time_ms = options->now_ms } };

	memcpy(body + n, store->high_water.note, store->high_water.n_note);
	item.entry.body = (struct bytes){ (const uint8_t *)body,
					  n + store->high_water.n_note };
	random_bytes(item.entry.entry_id, ENTRY_ID_BYTES);
	return store_append(store, &item, &row, NULL, 1);
}

/* A file that cannot be read is replaced; what was in it is in no entry then. */
static int replace_file(struct store *store, const char *path)
{
	if (store->high_water.fd >= 0)
		return 0;
	if (remove(path) != 0 && errno != ENOENT)
		return -errno;
	return high_water_create(path, &store->high_water);
}

static int accept(struct store *store, const char *path,
		  const struct store_options *options, struct store_report *report)
{
	int r = append_entry(store, options);

	if (r == 0)
		r = replace_file(store, path);
	if (r == 0)
		r = store_mark(store);
	if (r != 0)
		return say(report, r > 0 ? STORE_E_REFUSED : r,
			   "a rollback cannot be accepted: %s",
			   r > 0 ? "the disk is full" : strerror(-r));
	report->accepted = true;
	return 0;
}

int guard_open(struct store *store, const struct store_options *options,
	       struct store_report *report)
{
	char path[PATH_MAX];
	const char *given = options->high_water;
	size_t n;
	int r;

	if (given != NULL && given[0] != '\0')
		n = (size_t)snprintf(path, sizeof(path), "%s", given);
	else
		n = (size_t)snprintf(path, sizeof(path), "%s/high-water",
				     store->folder);
	if (n >= sizeof(path))
		return say(report, -ENAMETOOLONG, "the high-water file's name is too "
			   "long");
	r = open_file(store, path, report);
	if (r != GUARD_ROLLED_BACK)
		return r;
	if (is_accepted(store, options))
		return accept(store, path, options, report);
	n = strlen(report->text);
	snprintf(report->text + n, sizeof(report->text) - n,
		 ". Put the newest copy of the store back; if this one is the newest, "
		 "start once with --accept-rollback %llu, which is recorded",
		 (unsigned long long)index_size(store->index));
	return STORE_E_REFUSED;
}
