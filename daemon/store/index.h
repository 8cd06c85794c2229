/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_INDEX_H
#define PERMIT_STORE_INDEX_H

#include "daemon/store/lmdb.h"
#include "proto/entry.h"
#include "proto/segment.h"

/*
 * Where things stand in the log: entry id -> seq, request id -> seq, case -> seqs,
 * seq -> position.
 *
 *	     in the database               in memory, not yet written
 *	[ 0 .............. mark.size )[ mark.size ........ head of the log )
 *
 * The log is the truth, so nothing is lost when the second part is: it is read
 * from the log again. That lets a decision be durable with one sync, and the
 * database be written for thousands of entries at once.
 */
struct index;

#define INDEX_CASE_ID_MAX_BYTES 24
#define INDEX_REQUEST_ID_BYTES 16

/* What is indexed of one entry. Views are copied. */
struct index_row {
	uint8_t entry_id[ENTRY_ID_BYTES];
	struct bytes request_id; /* empty, or INDEX_REQUEST_ID_BYTES */
	struct bytes case_id;	 /* keyed, never the reference; or empty */
};

#define INDEX_E_ABSENT 1
#define INDEX_E_DAMAGED 2 /* the tables do not agree with each other */

/*
 * Opens the index in a database, empty or as it was written last. Returns 0,
 * INDEX_E_DAMAGED or -errno. The database must outlive it.
 */
MUST_USE int index_open(struct lmdb *lmdb, struct index **ret_index);

/* Forgets what was not written; accepts a pointer to NULL. */
void index_close(struct index **index);

/* The log's head when the index was written last; false when it never was. */
bool index_mark(const struct index *index, struct log_mark *ret_mark);

/* Number of entries indexed, in the database and in memory. */
uint64_t index_size(const struct index *index);

/* Entries in memory only. */
size_t index_pending(const struct index *index);

/*
 * Adds the next record and its entries, in the order of the log. Returns 0,
 * -ENOMEM, or -EBADMSG when a row breaks a limit above; then nothing was added.
 */
MUST_USE int index_add_record(struct index *index, struct log_position position,
			      const struct index_row *rows, size_t n_rows);

/*
 * Writes what is in memory, in one transaction with the mark, which must be
 * the log's head of exactly index_size() entries. Returns 0, LMDB_E_NO_ROOM,
 * after which it may be tried again, or -errno.
 */
MUST_USE int index_flush(struct index *index, const struct log_mark *mark);

/*
 * A step of a transaction: forgets the case and the request id (or empty) of an
 * entry that is in the database. Its own id and its position stay.
 */
void index_forget(struct txn *txn, struct bytes case_id, uint64_t seq,
		  struct bytes request_id);

/* Returns 0, INDEX_E_ABSENT or -errno. */
MUST_USE int index_by_id(struct index *index,
			 const uint8_t entry_id[ENTRY_ID_BYTES], uint64_t *ret_seq);

/* Likewise. */
MUST_USE int index_by_request(struct index *index, struct bytes request_id,
			      uint64_t *ret_seq);

/* Where an entry stands. Likewise. */
MUST_USE int index_position(struct index *index, uint64_t seq,
			    struct log_position *ret_position);

/*
 * The entries of a case from `seq` on, ascending, at most max of them.
 * Returns 0 or -errno; -EBADMSG for an id over the limit.
 */
MUST_USE int index_by_case(struct index *index, struct bytes case_id,
			   uint64_t from_seq, uint64_t *ret_seqs, size_t max,
			   size_t *ret_n);

#endif
