/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/audit/source_kinds.h"
#include "proto/log_reader.h"

/* Records are proven whole, then their entries are handed out one by one. */
struct store_reader {
	struct log_reader *log;
	const struct vkey *vkey;
	struct segment_state state;
	struct segment_record record;
	size_t at;		/* in the record's items */
	uint64_t next;
	struct checkpoint checkpoint;
	uint8_t note[NOTE_MAX_BYTES];
	size_t n_note;
	bool unfinished;
};

int store_reader_open(const char *path, const struct vkey *vkey,
		      struct store_reader **ret_reader)
{
	struct store_reader *reader = calloc(1, sizeof(*reader));
	char folder[PATH_MAX];
	int r = reader != NULL ? 0 : -ENOMEM;

	if (r == 0 && snprintf(folder, sizeof(folder), "%s/%s", path,
			       STORE_LOG_FOLDER) >= (int)sizeof(folder))
		r = -ENAMETOOLONG;
	if (r == 0)
		r = log_reader_open(folder, (struct log_position){ 0 },
				    &reader->log);
	if (r != 0) {
		free(reader);
		return r;
	}
	reader->vkey = vkey;
	reader->checkpoint.root = digest_of((struct bytes){ NULL, 0 });
	segment_state_init(&reader->state);
	*ret_reader = reader;
	return 0;
}

void store_reader_close(struct store_reader **reader)
{
	if (*reader == NULL)
		return;
	log_reader_close(&(*reader)->log);
	free(*reader);
	*reader = NULL;
}

static void file_of(struct log_position position, char to[FINDING_FILE_BYTES])
{
	char name[SEGMENT_NAME_BYTES];

	segment_name(position.segment, name);
	snprintf(to, FINDING_FILE_BYTES, "%s/%s, byte %llu", STORE_LOG_FOLDER, name,
		 (unsigned long long)position.offset);
}

/* Whether a fault is about one entry of a record, not about the record. */
static bool is_of_entry(enum segment_fault fault)
{
	return fault == SEGMENT_FAULT_ENTRY || fault == SEGMENT_FAULT_SEQ ||
	       fault == SEGMENT_FAULT_TIME || fault == SEGMENT_FAULT_BLOB;
}

static int find_fault(const struct store_reader *reader,
		      const struct segment_record *record, enum segment_fault fault,
		      struct finding *finding)
{
	uint64_t entry = is_of_entry(fault) ? reader->state.n_entry :
					      record->first_seq;
	char file[FINDING_FILE_BYTES];

	file_of(record->position, file);
	return finding_at(finding, entry, file,
			  fault == SEGMENT_FAULT_SIGNATURE ? finding_ask_key :
							     finding_do_not_trust,
			  "the record of %u entries from %llu on %s",
			  record->n_items, (unsigned long long)record->first_seq,
			  segment_fault_text(fault));
}

/* The note was verified with the record; this only reads it. */
static void keep_checkpoint(struct store_reader *reader)
{
	struct bytes text;

	if (reader->record.note.n > sizeof(reader->note) ||
	    note_text(reader->record.note, &text) != 0 ||
	    !checkpoint_parse(text, &reader->checkpoint))
		return;
	memcpy(reader->note, reader->record.note.data, reader->record.note.n);
	reader->n_note = reader->record.note.n;
}

static int next_record(struct store_reader *reader, struct finding *finding)
{
	struct log_problem problem;
	enum segment_fault fault;
	int r = log_reader_next(reader->log, &reader->record, &problem);

	if (r == LOG_READER_END) {
		reader->record.n_items = 0;
		reader->unfinished = log_reader_unfinished(reader->log);
		return AUDIT_END;
	}
	if (r == LOG_READER_BAD) {
		char file[FINDING_FILE_BYTES];

		file_of(problem.position, file);
		return finding_at(finding, reader->next, file, finding_do_not_trust,
				  "%s", problem.text);
	}
	if (r != 0)
		return r;
	fault = segment_verify(&reader->record, reader->vkey, &reader->state);
	if (fault != SEGMENT_SOUND)
		return find_fault(reader, &reader->record, fault, finding);
	keep_checkpoint(reader);
	reader->at = 0;
	return 0;
}

int store_reader_next(struct store_reader *reader, struct source_item *ret_item,
		      struct finding *ret_finding)
{
	struct segment_item item;
	int r = 0;

	while (r == 0 && (reader->record.n_items == 0 ||
			  !segment_next_item(&reader->record, &reader->at, &item)))
		r = next_record(reader, ret_finding);
	if (r != 0)
		return r;
	file_of(reader->record.position, ret_item->file);
	strcpy(ret_item->blob_file, ret_item->file);
	/* segment_verify has decoded it before. */
	if (entry_decode(item.entry, &ret_item->entry) != ENTRY_SOUND)
		return -EIO;
	ret_item->leaf = item.entry;
	ret_item->blob = item.blob;
	ret_item->erased = item.erased;
	reader->next = ret_item->entry.seq + 1;
	return 0;
}

void store_reader_head(const struct store_reader *reader,
		       struct source_head *ret_head)
{
	*ret_head = (struct source_head){
		.kind = SOURCE_STORE,
		.size = reader->checkpoint.size,
		.root = reader->checkpoint.root,
		.note = { reader->note, reader->n_note },
		.unfinished = reader->unfinished,
	};
}
