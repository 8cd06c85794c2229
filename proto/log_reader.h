/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_LOG_READER_H
#define PERMIT_PROTO_LOG_READER_H

#include "proto/segment.h"

/*
 * Reads the segment files of a log, record after record, without the daemon
 * and also while it writes. Used by the daemon for its indexes, by ReadLog and
 * by permit-audit.
 *
 * What is handed out is on disk: the reader syncs what it has read before it
 * believes it, because a daemon may have written a signed checkpoint that a
 * power cut could still take back.
 */
struct log_reader;

/* Why reading stopped, in words, with file and offset. */
struct log_problem {
	enum segment_fault fault;
	struct log_position position;
	char text[256];
};

#define LOG_READER_END 1	/* nothing more yet; may be asked again */
#define LOG_READER_BAD 2	/* the log is damaged here; see ret_problem */

/*
 * Opens the folder of the segment files. Reading begins with the record at
 * `from` (index_in_batch is ignored); {0} is the beginning of the log.
 * Returns 0, -ENOENT without such a folder, or another -errno.
 */
MUST_USE int log_reader_open(const char *folder, struct log_position from,
			     struct log_reader **ret_reader);

/* Accepts NULL, and a pointer to NULL. */
void log_reader_close(struct log_reader **reader);

/*
 * The next record, decoded; records after the first are also checked to be the
 * successor of the one before. Its views last until the next call. Entries and
 * signature are up to the caller: see segment_verify.
 *
 * Returns 0, LOG_READER_END, LOG_READER_BAD with ret_problem filled, or -errno.
 * A last record that is not complete (yet) is an END, and counted as
 * log_reader_unfinished: it was never acknowledged.
 */
MUST_USE int log_reader_next(struct log_reader *reader,
			     struct segment_record *ret_record,
			     struct log_problem *ret_problem);

/* Whether bytes that are no complete record follow the last one. */
bool log_reader_unfinished(const struct log_reader *reader);

/* Where the next record is, or will be written. */
struct log_position log_reader_position(const struct log_reader *reader);

/* Fills a problem: "00000003.seg, byte 4096: " and then what is wrong. */
void log_problem_say(struct log_problem *problem, struct log_position position,
		     enum segment_fault fault, const char *what);

/*
 * Reads one entry by its position, as the indexes store it: a reader opened
 * for the purpose. ret_record is as in log_reader_next; ret_item is the entry.
 * Returns 0, LOG_READER_END when the position lies behind the log,
 * LOG_READER_BAD or -errno.
 */
MUST_USE int log_reader_entry(struct log_reader *reader,
			      struct log_position position,
			      struct segment_record *ret_record,
			      struct segment_item *ret_item,
			      struct log_problem *ret_problem);

#endif
