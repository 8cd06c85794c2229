/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_LOG_H
#define PERMIT_STORE_LOG_H

#include "proto/entry.h"
#include "proto/log_reader.h"
#include "proto/merkle.h"
#include "proto/note.h"
#include "proto/receipt.h"
#include "proto/segment.h"

/*
 * The one writer of the log. Entries go in by groups; a group is durable as a
 * whole, with the checkpoint signed over it, or it is not there.
 *
 * The segment files are the truth. Whatever else is kept about them, positions
 * and marks included, can be rebuilt by reading them.
 */
#define LOG_SEGMENT_BYTES_DEFAULT 67108864
#define LOG_ORIGIN_DEFAULT "permitd.local/log"

struct log;	/* opaque; owns its files and buffers */

struct log_options {
	const char *folder;	/* of the segment files; made when absent */
	const char *key_file;	/* see proto/signer.h */
	const char *origin;	/* name of the log and of its key */
	/*
	 * Size of a new segment file: a multiple of SEGMENT_ALIGN_BYTES from
	 * SEGMENT_MIN_BYTES to SEGMENT_MAX_BYTES. Also the limit of one group.
	 */
	uint64_t segment_bytes;
	/*
	 * The last record that the caller knows of, from log_head; NULL when it
	 * knows none. A log that does not contain it is refused: it was rolled
	 * back. Opening reads from there on only.
	 */
	const struct log_mark *known;
};

/* What opening found, for the daemon to say. */
struct log_report {
	bool created;		/* there was no log, and no key, before */
	bool cut;		/* an unfinished group was cut off ... */
	struct log_position cut_at;	/* ... here, and set to zero again */
	struct log_problem problem;	/* when refused: code and text */
};

#define LOG_E_NO_ROOM 1	/* no disk space for it; nothing was changed */
#define LOG_E_REFUSED 2	/* the files cannot be explained; see the report */
#define LOG_E_BUSY 3	/* another process has this log open */
#define LOG_E_UNFIT 4	/* too big for a record, or an entry is not valid */

/*
 * Opens the log, or makes an empty one with a new key where there is neither.
 * A group that was not completely written at the end is cut off: nobody was
 * told about it. Anything else that does not fit together is refused: damage
 * before the end, missing files, foreign signatures, a log shorter than
 * options->known.
 *
 * Returns 0, LOG_E_NO_ROOM, LOG_E_REFUSED, LOG_E_BUSY, or -errno (-EINVAL for
 * options out of range). ret_report is always set.
 */
MUST_USE int log_open(const struct log_options *options, struct log **ret_log,
		      struct log_report *ret_report);

/* Accepts a pointer to NULL. Everything acknowledged is on disk already. */
void log_close(struct log **log);

/*
 * One entry to append. The caller fills `entry` but for seq, has_blob,
 * blob_bytes and blob_hash, which the log sets, and time_ms, which the log
 * raises to that of the entry before when the clock ran back.
 */
struct log_item {
	struct entry entry;
	struct bytes blob;		/* borrowed; empty: none */
	struct log_position ret_position;	/* set when appended */
};

/*
 * Sets number and time of the entries as log_append will, for what must be known
 * before: the sealing of a blob covers them. Nothing may be appended between.
 */
void log_number(const struct log *log, struct log_item *items, size_t n_items);

/*
 * Adds the entries and moves the head, durably: once this returns 0 they
 * survive a power cut, and only then may an answer leave the daemon. They
 * become leaves in the order given, under one checkpoint.
 *
 * Returns 0; LOG_E_NO_ROOM, found before anything was written, which leaves the
 * log as it was; LOG_E_UNFIT likewise, when log_group_fits says no or
 * entry_check refuses an entry. Any -errno leaves the disk in doubt: it is
 * returned for ever after, and the daemon must exit.
 */
MUST_USE int log_append(struct log *log, struct log_item *items, size_t n_items);

/*
 * Whether a group with this many entries and this many bytes of entries and
 * blobs can be one log_append. Ask while collecting a group.
 */
bool log_group_fits(const struct log *log, size_t n_items, size_t n_bytes);

/* The tree as it stands on disk. All views last until the next log_append. */
struct log_head {
	uint64_t size;
	struct digest root;
	struct bytes note;		/* the signed checkpoint */
	const struct vkey *vkey;
	struct log_mark mark;		/* to be kept, for log_options.known */
	uint64_t time_ms;		/* of the last entry; 0: none */
};

void log_head(const struct log *log, struct log_head *ret_head);

/*
 * The receipt of an entry of the last group. For older ones read their record:
 * log_reader_entry and receipt_from_record. The note is a view as in log_head.
 * Returns 0, or -ERANGE for an entry of another group.
 */
MUST_USE int log_receipt(const struct log *log, uint64_t seq,
			 struct receipt *ret_receipt);

/* Folder of the segment files, for log_reader_open. Valid until log_close. */
const char *log_folder(const struct log *log);

#endif
