/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/lmdb.h"

/*
 * LMDB's codes end here. MDB_MAP_FULL is kept apart until the transaction is
 * over, because the map can only grow while nothing uses it.
 */
struct lmdb {
	MDB_env *env;
	MDB_dbi tables[N_TABLES];
	size_t map_bytes;
	MDB_txn *standing; /* NULL until the first use; reset while a write runs */
	int (*renewed)(void *context);
	void *context;
};

static const char *const table_names[N_TABLES] = {
	[TABLE_META] = "meta",	     [TABLE_EDITIONS] = "editions",
	[TABLE_BUNDLES] = "bundles", [TABLE_DIAGRAMS] = "diagrams",
	[TABLE_IDS] = "ids",	     [TABLE_RECORDS] = "records",
	[TABLE_REQUESTS] = "requests", [TABLE_CASES] = "cases",
	[TABLE_CASE_KEYS] = "casekeys",
};

/* Below -10000, so that no errno and no code of a caller is ever taken for it. */
#define MAP_IS_FULL (-100000)

/* Zero, LMDB_E_ABSENT, LMDB_E_NO_ROOM, MAP_IS_FULL or -errno. */
static int code_of(int r)
{
	if (r == 0)
		return 0;
	if (r == MDB_NOTFOUND)
		return LMDB_E_ABSENT;
	if (r == MDB_MAP_FULL)
		return MAP_IS_FULL;
	if (r == ENOSPC || r == EDQUOT || r == EFBIG)
		return LMDB_E_NO_ROOM;
	if (r > 0)
		return -r;
	if (r == MDB_INVALID || r == MDB_CORRUPTED || r == MDB_VERSION_MISMATCH ||
	    r == MDB_INCOMPATIBLE || r == MDB_PAGE_NOTFOUND)
		return -EBADMSG;
	return -EIO;
}

static MDB_val val_of(struct bytes bytes)
{
	/* LMDB does not write through it. */
	return (MDB_val){ .mv_size = bytes.n,
			  .mv_data = (void *)(uintptr_t)bytes.data };
}

static struct bytes bytes_of(MDB_val val)
{
	return (struct bytes){ .data = val.mv_data, .n = val.mv_size };
}

static int open_tables(struct lmdb *lmdb)
{
	MDB_txn *handle;
	int r = mdb_txn_begin(lmdb->env, NULL, 0, &handle);

	if (r != 0)
		return code_of(r);
	for (size_t i = 0; i < N_TABLES; i++) {
		r = mdb_dbi_open(handle, table_names[i], MDB_CREATE,
				 &lmdb->tables[i]);
		if (r != 0) {
			mdb_txn_abort(handle);
			return code_of(r);
		}
	}
	return code_of(mdb_txn_commit(handle));
}

/* A file that was grown before needs a map of its size at least. */
static void note_map(struct lmdb *lmdb)
{
	MDB_envinfo info;

	if (mdb_env_info(lmdb->env, &info) == 0)
		lmdb->map_bytes = info.me_mapsize;
}

static int open_env(struct lmdb *lmdb, const char *folder)
{
	int r = mdb_env_create(&lmdb->env);

	if (r == 0)
		r = mdb_env_set_maxdbs(lmdb->env, N_TABLES);
	if (r == 0)
		r = mdb_env_set_mapsize(lmdb->env, lmdb->map_bytes);
	if (r == 0)
		r = mdb_env_open(lmdb->env, folder, MDB_NOTLS, 0600);
	if (r != 0)
		return code_of(r);
	note_map(lmdb);
	return open_tables(lmdb);
}

int lmdb_open(const char *folder, size_t map_bytes, struct lmdb **ret_lmdb)
{
	struct lmdb *lmdb = calloc(1, sizeof(*lmdb));
	int r;

	if (lmdb == NULL)
		return -ENOMEM;
	lmdb->map_bytes = map_bytes < LMDB_MAP_MIN_BYTES ? LMDB_MAP_MIN_BYTES
							 : map_bytes;
	r = open_env(lmdb, folder);
	if (r != 0) {
		lmdb_close(&lmdb);
		return r == MAP_IS_FULL ? -ENOMEM : r;
	}
	*ret_lmdb = lmdb;
	return 0;
}

void lmdb_close(struct lmdb **lmdb)
{
	if (*lmdb == NULL)
		return;
	if ((*lmdb)->standing != NULL)
		mdb_txn_abort((*lmdb)->standing);
	if ((*lmdb)->env != NULL)
		mdb_env_close((*lmdb)->env);
	free(*lmdb);
	*lmdb = NULL;
}

size_t lmdb_map_bytes(const struct lmdb *lmdb)
{
	return lmdb->map_bytes;
}

static struct txn begin(struct lmdb *lmdb, bool writes)
{
	struct txn txn = { .lmdb = lmdb, .writes = writes };
	MDB_txn *handle;
	int r = mdb_txn_begin(lmdb->env, NULL, writes ? 0 : MDB_RDONLY, &handle);

	if (r == 0)
		txn.handle = handle;
	else
		txn.error = code_of(r);
	return txn;
}

struct txn txn_begin_read(struct lmdb *lmdb)
{
	return begin(lmdb, false);
}

void txn_abort(struct txn *txn)
{
	if (txn->handle != NULL)
		mdb_txn_abort(txn->handle);
	txn->handle = NULL;
}

/* mdb_txn_commit frees the handle even when it fails. */
static int commit(struct txn *txn)
{
	int r;

	if (txn->error != 0) {
		txn_abort(txn);
		return txn->error;
	}
	r = mdb_txn_commit(txn->handle);
	txn->handle = NULL;
	return code_of(r);
}

static int grow(struct lmdb *lmdb)
{
	size_t larger;
	int r;

	if (__builtin_mul_overflow(lmdb->map_bytes, (size_t)2, &larger))
		return -ENOMEM;
	r = mdb_env_set_mapsize(lmdb->env, larger);
	if (r != 0)
		return code_of(r);
	lmdb->map_bytes = larger;
	return 0;
}

static int write_all(struct lmdb *lmdb, void (*steps)(struct txn *txn, void *context),
		     void *context)
{
	for (;;) {
		struct txn txn = begin(lmdb, true);
		int r;

		if (txn.error == 0)
			steps(&txn, context);
		r = commit(&txn);
		if (r != MAP_IS_FULL)
			return r;
		r = grow(lmdb);
		if (r != 0)
			return r;
	}
}

/* ---- The standing snapshot ---- */

int lmdb_standing(struct lmdb *lmdb, enum lmdb_table table, struct bytes key,
		  struct bytes *ret_value)
{
	MDB_val k = val_of(key);
	MDB_val v;
	int r = 0;

	if (lmdb->standing == NULL)
		r = mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &lmdb->standing);
	if (r == 0)
		r = mdb_get(lmdb->standing, lmdb->tables[table], &k, &v);
	if (r == 0)
		*ret_value = bytes_of(v);
	return code_of(r);
}

void lmdb_on_renewal(struct lmdb *lmdb, int (*renewed)(void *context), void *context)
{
	lmdb->renewed = renewed;
	lmdb->context = context;
}

static int renew(struct lmdb *lmdb)
{
	int r = mdb_txn_renew(lmdb->standing);

	if (r == 0)
		return lmdb->renewed == NULL ? 0 : lmdb->renewed(lmdb->context);
	mdb_txn_abort(lmdb->standing);
	lmdb->standing = NULL;
	return code_of(r);
}

int lmdb_write(struct lmdb *lmdb, void (*steps)(struct txn *txn, void *context),
	       void *context)
{
	int renewed = 0;
	int r;

	if (lmdb->standing != NULL)
		mdb_txn_reset(lmdb->standing);
	r = write_all(lmdb, steps, context);
	if (lmdb->standing != NULL)
		renewed = renew(lmdb);
	return renewed < 0 ? renewed : r;
}

void txn_fail(struct txn *txn, int code)
{
	if (txn->error == 0)
		txn->error = code;
}

void txn_put(struct txn *txn, enum lmdb_table table, struct bytes key,
	     struct bytes value)
{
	MDB_val k = val_of(key);
	MDB_val v = val_of(value);

	if (txn->error != 0)
		return;
	txn->error = code_of(
		mdb_put(txn->handle, txn->lmdb->tables[table], &k, &v, 0));
}

void txn_delete(struct txn *txn, enum lmdb_table table, struct bytes key)
{
	MDB_val k = val_of(key);
	int r;

	if (txn->error != 0)
		return;
	r = mdb_del(txn->handle, txn->lmdb->tables[table], &k, NULL);
	txn->error = r == MDB_NOTFOUND ? 0 : code_of(r);
}

void txn_clear(struct txn *txn, enum lmdb_table table)
{
	if (txn->error == 0)
		txn->error = code_of(
			mdb_drop(txn->handle, txn->lmdb->tables[table], 0));
}

int txn_get(struct txn *txn, enum lmdb_table table, struct bytes key,
	    struct bytes *ret_value)
{
	MDB_val k = val_of(key);
	MDB_val v;
	int r;

	if (txn->error != 0)
		return txn->error;
	r = code_of(mdb_get(txn->handle, txn->lmdb->tables[table], &k, &v));
	if (r == 0)
		*ret_value = bytes_of(v);
	return r;
}

/* Moves to the key or behind it; `back` asks for the pair before, unless equal. */
static int seek(MDB_cursor *cursor, struct bytes key, bool back, MDB_val *k,
		MDB_val *v)
{
	int r;

	*k = val_of(key);
	r = mdb_cursor_get(cursor, k, v, MDB_SET_RANGE);
	if (!back)
		return r;
	if (r == MDB_NOTFOUND)
		return mdb_cursor_get(cursor, k, v, MDB_LAST);
	if (r != 0)
		return r;
	if (k->mv_size == key.n && memcmp(k->mv_data, key.data, key.n) == 0)
		return 0;
	return mdb_cursor_get(cursor, k, v, MDB_PREV);
}

static int get_near(struct txn *txn, enum lmdb_table table, struct bytes key,
		    bool back, struct bytes *ret_key, struct bytes *ret_value)
{
	MDB_cursor *cursor;
	MDB_val k;
	MDB_val v;
	int r;

	if (txn->error != 0)
		return txn->error;
	r = mdb_cursor_open(txn->handle, txn->lmdb->tables[table], &cursor);
	if (r != 0)
		return code_of(r);
	r = seek(cursor, key, back, &k, &v);
	mdb_cursor_close(cursor);
	if (r != 0)
		return code_of(r);
	*ret_key = bytes_of(k);
	*ret_value = bytes_of(v);
	return 0;
}

int txn_get_from(struct txn *txn, enum lmdb_table table, struct bytes key,
		 struct bytes *ret_key, struct bytes *ret_value)
{
	return get_near(txn, table, key, false, ret_key, ret_value);
}

int txn_get_upto(struct txn *txn, enum lmdb_table table, struct bytes key,
		 struct bytes *ret_key, struct bytes *ret_value)
{
	return get_near(txn, table, key, true, ret_key, ret_value);
}

int txn_count(struct txn *txn, enum lmdb_table table, uint64_t *ret_n)
{
	MDB_stat stat;
	int r;

	if (txn->error != 0)
		return txn->error;
	r = code_of(mdb_stat(txn->handle, txn->lmdb->tables[table], &stat));
	if (r == 0)
		*ret_n = stat.ms_entries;
	return r;
}
