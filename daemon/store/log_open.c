/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/log_state.h"

/*
 * Finding out, at the start, what is in the log and whether all of it fits
 * together. Each case has one answer:
 *
 *	zeros after the last record            the end
 *	an incomplete record, zeros behind     was never acknowledged: set to zero
 *	a damaged record, a sound one behind   refused
 *	a record that continues no other       refused
 *	a file missing between others          refused
 *	no record where the caller knows one   refused: rolled back
 *	another key, or no signature           refused
 *
 * An incomplete record and an acknowledged one that was damaged later look the
 * same when they are the last. The mark that the caller keeps tells them apart.
 */

/* What is found at opening: the last record, and what follows it. */
struct scan {
	struct segment_state state;
	struct log_mark mark;
	uint64_t n_last_bytes;		/* of the last record; 0: none */
	struct log_position end;
	bool unfinished;
	struct merkle_frontier before;	/* of the last record */
	char note[CHECKPOINT_NOTE_BYTES];
	size_t n_note;
};

static int refuse(struct log_report *report, enum segment_fault fault,
		  struct log_position position, const char *what)
{
	log_problem_say(&report->problem, position, fault, what);
	return LOG_E_REFUSED;
}

static bool options_are_valid(const struct log_options *options)
{
	return note_name_is_ours(options->origin) &&
	       options->segment_bytes >= SEGMENT_MIN_BYTES &&
	       options->segment_bytes <= SEGMENT_MAX_BYTES &&
	       options->segment_bytes % SEGMENT_ALIGN_BYTES == 0;
}

static int verify_record(const struct segment_record *record, struct scan *scan,
			 struct log_report *report)
{
	enum segment_fault fault = segment_verify(record, NULL, &scan->state);
	char what[160];

	if (fault == SEGMENT_SOUND)
		return 0;
	snprintf(what, sizeof(what), "the record %s (entry %llu)",
		 segment_fault_text(fault),
		 (unsigned long long)scan->state.n_entry);
	return refuse(report, fault, record->position, what);
}

/* The first record read must be the one that the caller knows, if any. */
static int begin_scan(const struct segment_record *record,
		      const struct log_mark *known, struct scan *scan,
		      struct log_report *report)
{
	if (known != NULL &&
	    (record->position.segment != known->position.segment ||
	     record->position.offset != known->position.offset ||
	     record->first_seq + record->n_items != known->size ||
	     !digest_equal(&record->hash, &known->hash)))
		return refuse(report, SEGMENT_FAULT_CHAIN, known->position,
			      "here stands another record than the one that "
			      "was written: the log was replaced");
	if (record->position.segment == 0 && record->position.offset == 0)
		segment_state_init(&scan->state);
	else
		segment_state_before(record, &scan->state);
	return 0;
}

static int note_record(const struct segment_record *record, struct scan *scan,
		       struct log_report *report)
{
	if (record->note.n >= sizeof(scan->note))
		return refuse(report, SEGMENT_FAULT_CHECKPOINT, record->position,
			      "the record has a checkpoint that is too long");
	memcpy(scan->note, record->note.data, record->note.n);
	scan->n_note = record->note.n;
	scan->before = record->before;
	scan->n_last_bytes = record->n_bytes;
	scan->mark = (struct log_mark){
		.position = record->position,
		.size = record->first_seq + record->n_items,
		.hash = record->hash,
	};
	return 0;
}

static int scan_from(const char *folder, struct log_position from,
		     const struct log_mark *known, struct scan *scan,
		     struct log_report *report)
{
	CLEANUP(log_reader_close) struct log_reader *reader = NULL;
	struct segment_record record;
	int r = log_reader_open(folder, from, &reader);

	*scan = (struct scan){ .n_note = 0 };
	while (r == 0) {
		r = log_reader_next(reader, &record, &report->problem);
		if (r == 0 && scan->n_last_bytes == 0)
			r = begin_scan(&record, known, scan, report);
		else if (r == LOG_READER_BAD)
			r = LOG_E_REFUSED;
		else if (r == LOG_READER_END)
			break;
		if (r == 0)
			r = verify_record(&record, scan, report);
		if (r == 0)
			r = note_record(&record, scan, report);
	}
	if (r != LOG_READER_END)
		return r;
	scan->end = log_reader_position(reader);
	scan->unfinished = log_reader_unfinished(reader);
	return 0;
}

/*
 * Finds the last record. Without a mark, reading begins with the last file that
 * has a record: the one before the last, when that was just begun.
 */
static int scan_log(const struct log *log, const struct log_mark *known,
		    struct scan *scan, struct log_report *report)
{
	uint32_t segment = log->segments.n_files - 1;
	struct log_position from = { segment, 0, 0 };
	int r;

	if (known != NULL) {
		r = scan_from(log->folder, known->position, known, scan, report);
		if (r != 0 || scan->n_last_bytes > 0)
			return r;
		return refuse(report, SEGMENT_FAULT_CHAIN, known->position,
			      "the log ends before the last record that was "
			      "written: it was rolled back");
	}
	for (;; from.segment--) {
		r = scan_from(log->folder, from, NULL, scan, report);
		if (r != 0 || scan->n_last_bytes > 0 || from.segment == 0)
			return r;
	}
}

static int load_key(struct log *log, const struct log_options *options,
		    bool may_create, struct log_report *report)
{
	struct log_position start = { 0, 0, 0 };
	int r = signer_load(options->key_file, NOTE_KEY_ED25519, options->origin,
			    &log->signer);

	if (r == SIGNER_E_ABSENT && may_create) {
		r = signer_create(options->key_file, NOTE_KEY_ED25519, options->origin,
				  &log->signer);
		report->created = r == 0;
	}
	if (r == -ENOSPC || r == -EDQUOT)
		return LOG_E_NO_ROOM;
	if (r == SIGNER_E_ABSENT)
		return refuse(report, SEGMENT_FAULT_SIGNATURE, start,
			      "the log has entries, but its key file is missing");
	if (r == SIGNER_E_OPEN_TO_OTHERS)
		return refuse(report, SEGMENT_FAULT_SIGNATURE, start,
			      "the key file must belong to this user and be "
			      "closed to all others (mode 0600)");
	if (r == SIGNER_E_FORMAT)
		return refuse(report, SEGMENT_FAULT_SIGNATURE, start,
			      "the key file holds no key of this log's name");
	return r;
}

/* There is no segment file at all. */
static int start_log(struct log *log, const struct log_options *options,
		     struct log_report *report)
{
	struct signer signer = { 0 };
	int r = signer_load(options->key_file, NOTE_KEY_ED25519, options->origin,
			    &signer);

	/*
	 * The first file is older than the key, so a key alone has lost its
	 * log; to begin again under it would contradict what it has signed.
	 */
	if (r != SIGNER_E_ABSENT) {
		signer_done(&signer);
		if (r < 0)
			return r;
		return refuse(report, SEGMENT_FAULT_CHAIN,
			      (struct log_position){ 0, 0, 0 },
			      "the key file of a log is there, but not its "
			      "segment files");
	}
	r = segments_make_room(&log->segments, SEGMENT_ALIGN_BYTES);
	return r == SEGMENTS_E_NO_ROOM ? LOG_E_NO_ROOM : r;
}

/* An empty log has a checkpoint, too: of nothing. */
static int sign_empty(struct log *log)
{
	struct checkpoint checkpoint = { .size = 0 };

	snprintf(checkpoint.origin, sizeof(checkpoint.origin), "%s",
		 log->signer.vkey.name);
	checkpoint.root = merkle_frontier_root(&log->state.frontier);
	return checkpoint_sign(&checkpoint, &log->signer.key, &log->signer.vkey,
			       log->note, &log->n_note);
}

/* The signature over the last record's tree vouches for all before it. */
static int check_signature(const struct log *log, const struct scan *scan,
			   struct log_report *report)
{
	struct bytes note = { (const uint8_t *)scan->note, scan->n_note };
	struct checkpoint checkpoint;

	if (checkpoint_open(note, &log->signer.vkey, &checkpoint) == 0)
		return 0;
	return refuse(report, SEGMENT_FAULT_SIGNATURE, scan->mark.position,
		      "the record has a checkpoint that this log's key has "
		      "not signed");
}

static int resume(struct log *log, const struct scan *scan,
		  struct log_report *report)
{
	bool same_file = scan->n_last_bytes > 0 &&
			 scan->mark.position.segment == scan->end.segment;
	int r = segments_resume(&log->segments, scan->end.offset,
				same_file ? scan->n_last_bytes : 0,
				scan->unfinished);

	if (r != 0)
		return r;
	if (scan->unfinished) {
		report->cut = true;
		report->cut_at = scan->end;
	}
	log->state = scan->state;
	log->mark = scan->mark;
	r = merkle_tree_build(&log->tree, &log->state.frontier, NULL, 0);
	if (r != 0 || scan->n_last_bytes == 0)
		return r != 0 ? r : sign_empty(log);
	memcpy(log->note, scan->note, scan->n_note);
	log->n_note = scan->n_note;
	return 0;
}

static int check_known(const struct log *log, const struct log_mark *known,
		       struct log_report *report)
{
	if (known == NULL || known->position.segment < log->segments.n_files)
		return 0;
	return refuse(report, SEGMENT_FAULT_CHAIN, known->position,
		      "the file of the last record that was written is "
		      "missing: the log was rolled back");
}

static int open_files(struct log *log, const struct log_options *options,
		      struct log_report *report)
{
	uint32_t gap;
	int r = segments_open(&log->segments, log->folder,
			      options->segment_bytes, &gap);

	if (r == SEGMENTS_E_BUSY)
		return LOG_E_BUSY;
	if (r == SEGMENTS_E_GAP)
		return refuse(report, SEGMENT_FAULT_CHAIN,
			      (struct log_position){ gap, 0, 0 },
			      "the file is missing, and later ones are there");
	return r;
}

static int open_log(struct log *log, const struct log_options *options,
		    struct log_report *report)
{
	const struct log_mark *known = options->known;
	struct scan scan;
	int r;

	if (known != NULL && known->size == 0)
		known = NULL;
	log->folder = strdup(options->folder);
	if (log->folder == NULL)
		return -ENOMEM;
	r = open_files(log, options, report);
	if (r == 0)
		r = check_known(log, known, report);
	if (r == 0 && log->segments.n_files == 0)
		r = start_log(log, options, report);
	if (r == 0)
		r = scan_log(log, known, &scan, report);
	if (r != 0)
		return r;
	r = load_key(log, options, scan.n_last_bytes == 0, report);
	if (r == 0 && scan.n_last_bytes > 0)
		r = check_signature(log, &scan, report);
	return r == 0 ? resume(log, &scan, report) : r;
}

int log_open(const struct log_options *options, struct log **ret_log,
	     struct log_report *ret_report)
{
	CLEANUP(log_close) struct log *log = NULL;
	int r;

	*ret_report = (struct log_report){ .created = false };
	if (!options_are_valid(options))
		return -EINVAL;
	r = digest_start();
	if (r != 0)
		return r;
	log = calloc(1, sizeof(*log));
	if (log == NULL)
		return -ENOMEM;
	log->segments.folder_fd = log->segments.fd = log->segments.next_fd = -1;
	r = open_log(log, options, ret_report);
	if (r == 0) {
		*ret_log = log;
		log = NULL;
	}
	return r;
}
