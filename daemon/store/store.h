/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_STORE_H
#define PERMIT_STORE_STORE_H

#include "daemon/store/cases.h"
#include "daemon/store/editions.h"
#include "daemon/store/high_water.h"
#include "daemon/store/index.h"
#include "daemon/store/lock.h"
#include "daemon/store/log.h"

/*
 * Everything that lasts, in one folder:
 *
 *	lock		who holds the store
 *	keys/log.key	signs the log's checkpoints
 *	keys/keyring	opens the keys of the cases; see keystore.h
 *	log/NNNNNNNN.seg	the log: the truth
 *	high-water	how far the log had come; better kept elsewhere
 *	index/data.mdb	editions, keys of cases, and where things stand in the log
 *
 * The log is written first. Whatever the database has not heard of when the
 * process ends is read from the log at the next start; whatever contradicts the
 * log is refused.
 */
struct store {
	struct lock lock;
	struct lmdb *lmdb;
	struct index *index;
	struct editions *editions;
	struct keystore *keystore;
	struct cases *cases;
	struct log *log;
	struct high_water high_water;
	uint64_t marked; /* entries that the high-water file knows of */
	struct log_reader *reader; /* of single entries */
	char *folder;
	size_t index_batch; /* entries in memory before they are written */
};

struct store_options {
	const char *folder; /* made when absent, but not its parents */
	const char *origin; /* name of the log */
	const char *root_key; /* file that seals the keyring; "": beside it */
	uint64_t segment_bytes;
	size_t map_bytes; /* of the database, at first */
	size_t index_batch;
	const char *high_water; /* file; "" or NULL: in the store's folder */
	const char *accept_rollback; /* entries of a log that may go on; or NULL */
	uint64_t now_ms;
	size_t max_loaded; /* compiled editions in memory */
};

#define STORE_TEXT_BYTES 512

/* What opening found, in words for the daemon to say. */
struct store_report {
	bool created;
	bool cut;		     /* an unfinished group at the log's end */
	bool root_beside;	     /* the root key lies beside the keyring */
	bool new_keyring;	     /* made just now */
	bool resumed;		     /* an erasure that was interrupted */
	bool accepted;		     /* a rollback, by hand; the text says which */
	uint64_t n_read;	     /* entries that were read from the log again */
	char text[STORE_TEXT_BYTES]; /* why it was refused; what was cut */
};

#define STORE_E_REFUSED 1 /* it cannot be opened as it is; see the report */
#define STORE_E_NO_ROOM 2 /* the disk is full; nothing was changed */
#define STORE_E_UNFIT 3	  /* more than one group of the log can hold */

/*
 * Opens the store, or makes an empty one where there is none.
 * Returns 0, STORE_E_REFUSED with a sentence in the report, or -errno, likewise
 * with a sentence. The report is always set.
 */
MUST_USE int store_open(const struct store_options *options,
			struct store *ret_store, struct store_report *ret_report);

/*
 * Ends everything. What the index has in memory is read from the log at the next
 * start, unless store_index wrote it. Accepts a store that is all zero.
 */
void store_close(struct store *store);

/* The content of a decision, to be sealed when its entry's number is known. */
struct store_content {
	struct content_decision content; /* must pass blob_sealed_check */
	struct bytes slots[ENTRY_SLOTS_MAX];
	size_t n_slots;
	uint8_t *space;	/* SEALED_BYTES(blob_sealed_bytes(&content), true) */
};

/*
 * Appends the entries to the log as one group, durably, and adds them to the
 * index. rows[i] belongs to items[i], whose entry_id is the one that counts. An
 * item with contents[i] gets its blob here, sealed for its case, and its row the
 * case; contents is NULL when none has. Views need not outlive the call.
 *
 * Returns 0; STORE_E_NO_ROOM or STORE_E_UNFIT, after which nothing was changed;
 * or -errno: then the disk is in doubt and the daemon must exit.
 */
MUST_USE int store_append(struct store *store, struct log_item *items,
			  struct index_row *rows,
			  struct store_content *const *contents, size_t n);

/*
 * Writes the index when enough has come together, or, with `all`, whatever
 * there is. A full disk is no error: it is tried again later. Returns 0 or -errno.
 */
MUST_USE int store_index(struct store *store, bool all);

/*
 * Lets the high-water file know how far the log has come, durably. To be called
 * every second and at the end: what is older than a second cannot be rolled back
 * unseen. Returns 0, also when nothing is new, or -errno.
 */
MUST_USE int store_mark(struct store *store);

/*
 * An entry of the log, with its record. Views last until the next call.
 * Returns 0, STORE_E_REFUSED when the log is damaged there, with ret_text (of
 * STORE_TEXT_BYTES) saying how, or -errno. seq must be below index_size().
 */
MUST_USE int store_read(struct store *store, uint64_t seq,
			struct segment_record *ret_record,
			struct segment_item *ret_item, char *ret_text);

/* Free bytes for this process in the store's file system. Returns 0 or -errno. */
MUST_USE int store_free_bytes(const struct store *store, uint64_t *ret_bytes);

#endif
