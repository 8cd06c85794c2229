/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/rebuild.h"
#include "proto/blob.h"

static int refuse(struct store_report *report, uint64_t seq, const char *why)
{
	snprintf(report->text, sizeof(report->text),
		 "entry %llu of the log cannot be explained: %s",
		 (unsigned long long)seq, why);
	return STORE_E_REFUSED;
}

/* One record's rows, and the ids that they point to. */
struct rows {
	struct index_row rows[SEGMENT_ENTRIES_MAX];
	uint8_t request_ids[SEGMENT_ENTRIES_MAX][INDEX_REQUEST_ID_BYTES];
	uint8_t case_ids[SEGMENT_ENTRIES_MAX][SEAL_CASE_ID_BYTES];
	uint8_t *space;		/* to open one blob in */
	size_t n_space;
};

static int make_space(struct rows *rows, size_t n)
{
	uint8_t *space = n <= rows->n_space ? rows->space : realloc(rows->space, n);

	if (space == NULL && n > 0)
		return -ENOMEM;
	rows->space = space;
	if (n > rows->n_space)
		rows->n_space = n;
	return 0;
}

/* The content, from the blob in clear or opened with its case's key. */
static int open_content(struct store *store, const struct entry *entry,
			const struct segment_item *item, struct rows *rows,
			struct content_decision *ret, struct store_report *report)
{
	int r = make_space(rows, item->blob.n);

	if (r == 0)
		r = cases_adopt(store->cases, entry, item->blob);
	if (r == 0)
		r = cases_read(store->cases, item->entry, entry, item->blob,
			       rows->space, ret);
	if (r == CASES_E_ABSENT || r == CASES_E_NO_KEK)
		return refuse(report, entry->seq,
			      "it is sealed, and the key of its case is not here; "
			      "restore keys/keyring and keys/cases");
	if (r == -EBADMSG)
		return refuse(report, entry->seq, "its content does not open");
	return r;
}

static int read_decision(struct store *store, const struct entry *entry,
			 const struct segment_item *item, struct rows *rows, size_t i,
			 struct store_report *report)
{
	struct content_decision content;
	int r;

	if (item->erased)
		return 0;
	r = open_content(store, entry, item, rows, &content, report);
	if (r != 0)
		return r;
	cases_id(store->cases, content.case_ref, rows->case_ids[i]);
	rows->rows[i].case_id = (struct bytes){ rows->case_ids[i],
						SEAL_CASE_ID_BYTES };
	if (content.request_id.n == 0)
		return 0;
	if (!hex_parse((const char *)content.request_id.data, content.request_id.n,
		       rows->request_ids[i], INDEX_REQUEST_ID_BYTES))
		return refuse(report, entry->seq,
			      "its request id is not in hexadecimal digits");
	rows->rows[i].request_id = (struct bytes){ rows->request_ids[i],
						   INDEX_REQUEST_ID_BYTES };
	return 0;
}

/*
 * What stands in the log was proven when it was enacted, by the engine of that
 * day, and decisions rest on it. It is not proven again here: a newer engine that
 * proves more must not lose an edition that is in force.
 */
static int read_enactment(struct store *store, const struct entry *entry,
			  const struct segment_item *item,
			  struct store_report *report)
{
	struct content_enactment content;
	struct enactment enactment = { .hash = entry->policy_hash,
				       .seq = entry->seq };
	enum blob_fault fault = blob_enactment_decode(item->blob, &content);
	int r;

	if (fault != BLOB_SOUND)
		return refuse(report, entry->seq, blob_fault_text(fault));
	enactment.recorded_ms = content.recorded_ms;
	r = editions_adopt(store->editions, content.bundle, &enactment);
	if (r == -EBADMSG)
		return refuse(
			report, entry->seq,
			"the edition in it is not the one that it names, or does "
			"not compile");
	return r == EDITIONS_E_NO_ROOM ? STORE_E_NO_ROOM : r;
}

static int read_item(struct store *store, const struct segment_item *item,
		     uint64_t seq, struct rows *rows, size_t i,
		     struct store_report *report)
{
	struct entry entry;
	enum entry_fault fault = entry_decode(item->entry, &entry);

	if (fault != ENTRY_SOUND)
		return refuse(report, seq, entry_fault_text(fault));
	if (entry.seq != seq)
		return refuse(report, seq, "it has another number");
	rows->rows[i] = (struct index_row){ 0 };
	memcpy(rows->rows[i].entry_id, entry.entry_id, ENTRY_ID_BYTES);
	switch (entry.type) {
	case ENTRY_DECISION:
		return read_decision(store, &entry, item, rows, i, report);
	case ENTRY_POLICY_PUBLISH:
		return read_enactment(store, &entry, item, report);
	case ENTRY_ENGINE_RELEASE:
	case ENTRY_KEY_ROTATION:
	case ENTRY_ERASURE:
	case ENTRY_REPLAY:
	case ENTRY_CORRECTION:
	case ENTRY_BOOT:
	case ENTRY_CONFIG:
		break;
	}
	return 0;
}

static int add_record(struct store *store, const struct segment_record *record,
		      struct rows *rows, struct store_report *report)
{
	struct segment_item item;
	size_t at = 0;
	size_t n = 0;
	int r = 0;

	while (r == 0 && segment_next_item(record, &at, &item)) {
		r = read_item(store, &item, record->first_seq + n, rows, n, report);
		n++;
	}
	if (r == 0)
		r = index_add_record(store->index, record->position, rows->rows, n);
	if (r == -EBADMSG)
		return refuse(
			report, record->first_seq,
			"an id or a case reference in its record is too long");
	if (r == 0)
		report->n_read += n;
	return r;
}

/* A log that is read from its beginning does not have to fit into memory. */
static int flush_now_and_then(struct store *store,
			      const struct segment_record *record)
{
	struct log_mark mark = { .position = record->position,
				 .size = index_size(store->index),
				 .hash = record->hash };
	int r;

	if (index_pending(store->index) < store->index_batch)
		return 0;
	r = cases_flush(store->cases);
	if (r == 0)
		r = index_flush(store->index, &mark);
	return r == LMDB_E_NO_ROOM ? STORE_E_NO_ROOM : r;
}

static int read_on(struct store *store, struct log_reader *reader,
		   struct rows *rows, struct store_report *report)
{
	struct segment_record record;
	struct log_problem problem;
	int r;

	for (;;) {
		r = log_reader_next(reader, &record, &problem);
		if (r == LOG_READER_END)
			return 0;
		if (r == LOG_READER_BAD) {
			snprintf(report->text, sizeof(report->text), "%s",
				 problem.text);
			return STORE_E_REFUSED;
		}
		/* The first record is the last that the index knows. */
		if (r == 0 && record.first_seq >= index_size(store->index)) {
			r = add_record(store, &record, rows, report);
			if (r == 0)
				r = flush_now_and_then(store, &record);
		}
		if (r != 0)
			return r;
	}
}

int rebuild_index(struct store *store, struct store_report *report)
{
	struct log_mark mark = { 0 };
	struct log_reader *reader;
	struct rows *rows;
	int r;

	if (!index_mark(store->index, &mark))
		mark = (struct log_mark){ 0 };
	r = log_reader_open(log_folder(store->log), mark.position, &reader);
	if (r != 0)
		return r;
	rows = malloc(sizeof(*rows));
	if (rows != NULL) {
		rows->space = NULL;
		rows->n_space = 0;
	}
	r = rows == NULL ? -ENOMEM : read_on(store, reader, rows, report);
	if (rows != NULL && rows->space != NULL) {
		secret_wipe(rows->space, rows->n_space);
		free(rows->space);
	}
	free(rows);
	log_reader_close(&reader);
	return r;
}
