/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_LMDB_H
#define PERMIT_STORE_LMDB_H

#include "policy/base/bytes.h"

/*
 * The embedded database: named tables of bytes to bytes, sorted by key, with
 * one writer and transactions that are durable when they are committed.
 *
 * It holds nothing that cannot be rebuilt from the log. It is
 * opened without any option that trades durability for speed, once in a
 * process, and never across a fork.
 */
struct lmdb;

enum lmdb_table {
	TABLE_META,	/* 8-byte names -> marks and versions */
	TABLE_EDITIONS, /* hash -> what is known of an edition */
	TABLE_BUNDLES,	/* hash -> the edition's documents */
	TABLE_DIAGRAMS, /* hash -> its compiled diagram (diagram_record.h) */
	TABLE_IDS,	/* entry id -> seq */
	TABLE_RECORDS,	/* seq of a record's first entry -> position */
	TABLE_REQUESTS, /* request id -> seq */
	TABLE_CASES,	/* case, seq -> nothing */
	TABLE_CASE_KEYS, /* case id -> its wrapped key (cases.h) */
	N_TABLES,
};

#define LMDB_KEY_MAX_BYTES 64
#define LMDB_MAP_MIN_BYTES (256 * 1024)
#define LMDB_MAP_DEFAULT_BYTES (64 * 1024 * 1024)

#define LMDB_E_ABSENT 1	 /* no such key */
#define LMDB_E_NO_ROOM 2 /* the disk is full; nothing was changed */

/*
 * Opens the database in a folder that exists, and makes it when it is not
 * there. map_bytes is the size to begin with; it grows by itself. Returns 0,
 * LMDB_E_NO_ROOM or -errno: -EBADMSG for files that are no database of ours.
 */
MUST_USE int lmdb_open(const char *folder, size_t map_bytes,
		       struct lmdb **ret_lmdb);

/* Accepts a pointer to NULL. No transaction may be open. */
void lmdb_close(struct lmdb **lmdb);

/* Bytes of the map: how far the file can grow before the map does. */
size_t lmdb_map_bytes(const struct lmdb *lmdb);

/*
 * Values that are used where they lie, for longer than a transaction:
 *
 *	lmdb_standing	a value in the snapshot that stands between writes
 *	lmdb_write	ends that snapshot, writes, and begins the next one;
 *			then calls `renewed`, which must look each value up again
 *
 * A snapshot that stood through writes would keep every page that they free
 * from being used again, and the file would grow for ever. A map that grows
 * moves every value. So no view of one may be used while lmdb_write runs, and
 * after it only what `renewed` has looked up.
 */

/* Returns 0, LMDB_E_ABSENT or -errno. */
MUST_USE int lmdb_standing(struct lmdb *lmdb, enum lmdb_table table, struct bytes key,
			   struct bytes *ret_value);

/*
 * renewed is called at the end of each lmdb_write, whether it wrote or not. What
 * it returns other than 0 becomes the result of lmdb_write: the caller goes by
 * that as by any other -errno. There is one, or NULL.
 */
void lmdb_on_renewal(struct lmdb *lmdb, int (*renewed)(void *context), void *context);

/*
 * A run of steps with one sticky error. Views of values last until the
 * transaction ends.
 */
struct txn {
	struct lmdb *lmdb;
	void *handle; /* NULL once ended */
	bool writes;
	int error; /* of the first step that failed; see txn_error */
};

/*
 * A snapshot to read from. Ended by txn_abort; it must not live across a return
 * to the loop.
 */
struct txn txn_begin_read(struct lmdb *lmdb);

/* Accepts a transaction that was ended. */
void txn_abort(struct txn *txn);

/*
 * Runs the steps in a write transaction and commits it. When the map is full
 * it is made larger and the steps are run again from the start, so they must
 * not change anything but the transaction. A step that has found a reason of its
 * own to stop says so with txn_fail, and nothing is written.
 *
 * Returns 0, LMDB_E_NO_ROOM, the code given to txn_fail, or -errno, after which
 * it is not known what the disk holds. A write that a full disk cut short is
 * among these (LMDB says EIO), so look for room before.
 */
MUST_USE int lmdb_write(struct lmdb *lmdb,
			void (*steps)(struct txn *txn, void *context),
			void *context);

/* Sets the value of a key, replacing one that is there. */
void txn_put(struct txn *txn, enum lmdb_table table, struct bytes key,
	     struct bytes value);

/* Removes a key, which need not be there. */
void txn_delete(struct txn *txn, enum lmdb_table table, struct bytes key);

/* Removes all keys of a table. */
void txn_clear(struct txn *txn, enum lmdb_table table);

/* Makes lmdb_write end without a commit and return this code. */
void txn_fail(struct txn *txn, int code);

/* Returns 0, LMDB_E_ABSENT or -errno. */
MUST_USE int txn_get(struct txn *txn, enum lmdb_table table, struct bytes key,
		     struct bytes *ret_value);

/* The first pair whose key is `key` or comes after it. Likewise. */
MUST_USE int txn_get_from(struct txn *txn, enum lmdb_table table, struct bytes key,
			  struct bytes *ret_key, struct bytes *ret_value);

/* The last pair whose key is `key` or comes before it. Likewise. */
MUST_USE int txn_get_upto(struct txn *txn, enum lmdb_table table, struct bytes key,
			  struct bytes *ret_key, struct bytes *ret_value);

/* Number of pairs in a table. Returns 0 or -errno. */
MUST_USE int txn_count(struct txn *txn, enum lmdb_table table, uint64_t *ret_n);

#endif
