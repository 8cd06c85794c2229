/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/index.h"
#include "daemon/store/overlay.h"

/*
 * Keys and values in the database, integers big-endian so that they sort:
 *
 *	meta      "log-mark"		u32 version, u32 segment, u64 offset,
 *					u64 size, hash[32]
 *	ids       entry id[16]		u64 seq
 *	requests  request id[16]	u64 seq
 *	records   u64 first seq		u32 segment, u64 offset
 *	cases     reference[24], u64 seq	nothing
 */
#define MARK_VERSION 1
#define MARK_BYTES 56
#define POSITION_BYTES 12
#define CASE_KEY_BYTES (INDEX_CASE_ID_MAX_BYTES + 8)

struct index {
	struct lmdb *lmdb;
	struct overlay overlay;
	struct log_mark mark; /* what the database holds; size 0: nothing */
};

static const struct bytes mark_key = { (const uint8_t *)"log-mark", 8 };

static void put_mark(const struct log_mark *mark, uint8_t to[MARK_BYTES])
{
	put_be32(to, MARK_VERSION);
	put_be32(to + 4, mark->position.segment);
	put_be64(to + 8, mark->position.offset);
	put_be64(to + 16, mark->size);
	memcpy(to + 24, mark->hash.bytes, DIGEST_BYTES);
}

static int get_mark(struct bytes from, struct log_mark *ret_mark)
{
	if (from.n != MARK_BYTES || get_be32(from.data) != MARK_VERSION)
		return INDEX_E_DAMAGED;
	*ret_mark = (struct log_mark){
		.position = { .segment = get_be32(from.data + 4),
			      .offset = get_be64(from.data + 8) },
		.size = get_be64(from.data + 16),
	};
	memcpy(ret_mark->hash.bytes, from.data + 24, DIGEST_BYTES);
	return 0;
}

/* Every entry has an id of its own, so their number must be the mark's. */
static int read_mark(struct lmdb *lmdb, struct log_mark *ret_mark)
{
	CLEANUP(txn_abort) struct txn txn = txn_begin_read(lmdb);
	struct log_mark mark = { 0 };
	struct bytes value;
	uint64_t n_ids;
	int r = txn_get(&txn, TABLE_META, mark_key, &value);

	if (r == 0)
		r = get_mark(value, &mark);
	else if (r == LMDB_E_ABSENT)
		r = 0;
	if (r == 0)
		r = txn_count(&txn, TABLE_IDS, &n_ids);
	if (r != 0)
		return r;
	if (n_ids != mark.size)
		return INDEX_E_DAMAGED;
	*ret_mark = mark;
	return 0;
}

int index_open(struct lmdb *lmdb, struct index **ret_index)
{
	struct index *index;
	struct log_mark mark;
	int r = read_mark(lmdb, &mark);

	if (r != 0)
		return r;
	index = calloc(1, sizeof(*index));
	if (index == NULL)
		return -ENOMEM;
	index->lmdb = lmdb;
	index->mark = mark;
	overlay_init(&index->overlay, mark.size);
	*ret_index = index;
	return 0;
}

void index_close(struct index **index)
{
	if (*index == NULL)
		return;
	overlay_done(&(*index)->overlay);
	free(*index);
	*index = NULL;
}

bool index_mark(const struct index *index, struct log_mark *ret_mark)
{
	if (index->mark.size == 0)
		return false;
	*ret_mark = index->mark;
	return true;
}

uint64_t index_size(const struct index *index)
{
	return index->mark.size + index->overlay.n_rows;
}

size_t index_pending(const struct index *index)
{
	return index->overlay.n_rows;
}

int index_add_record(struct index *index, struct log_position position,
		     const struct index_row *rows, size_t n_rows)
{
	return overlay_add(&index->overlay, position, rows, n_rows);
}

/* ---- Writing ---- */

struct flush {
	const struct overlay *overlay;
	const struct log_mark *mark;
	const struct overlay_row **rows; /* n_rows of them, to sort */
};

static int compare_ids(const void *a, const void *b)
{
	const struct overlay_row *const *x = a;
	const struct overlay_row *const *y = b;

	return memcmp((*x)->entry_id, (*y)->entry_id, ENTRY_ID_BYTES);
}

static int compare_requests(const void *a, const void *b)
{
	const struct overlay_row *const *x = a;
	const struct overlay_row *const *y = b;

	return memcmp((*x)->request_id, (*y)->request_id, INDEX_REQUEST_ID_BYTES);
}

static int compare_cases(const void *a, const void *b)
{
	const struct overlay_row *const *x = a;
	const struct overlay_row *const *y = b;
	int order = memcmp((*x)->case_id, (*y)->case_id,
			   INDEX_CASE_ID_MAX_BYTES);

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

static uint64_t seq_of(const struct overlay *overlay, const struct overlay_row *row)
{
	return overlay->first_seq + (uint64_t)(row - overlay->rows);
}

/*
 * In order of key, neighbours land on one page: a third of the time of putting
 * them as they came.
 */
static void sort_rows(const struct flush *flush,
		      int (*compare)(const void *, const void *))
{
	for (size_t i = 0; i < flush->overlay->n_rows; i++)
		flush->rows[i] = &flush->overlay->rows[i];
	qsort(flush->rows, flush->overlay->n_rows, sizeof(*flush->rows), compare);
}

static void put_seq(struct txn *txn, enum lmdb_table table, const uint8_t *key,
		    uint64_t seq)
{
	uint8_t value[8];

	put_be64(value, seq);
	txn_put(txn, table, (struct bytes){ key, 16 }, (struct bytes){ value, 8 });
}

static void write_ids(struct txn *txn, const struct flush *flush)
{
	sort_rows(flush, compare_ids);
	for (size_t i = 0; i < flush->overlay->n_rows; i++)
		put_seq(txn, TABLE_IDS, flush->rows[i]->entry_id,
			seq_of(flush->overlay, flush->rows[i]));
}

static void write_requests(struct txn *txn, const struct flush *flush)
{
	sort_rows(flush, compare_requests);
	for (size_t i = 0; i < flush->overlay->n_rows; i++)
		if (flush->rows[i]->has_request)
			put_seq(txn, TABLE_REQUESTS, flush->rows[i]->request_id,
				seq_of(flush->overlay, flush->rows[i]));
}

static void write_cases(struct txn *txn, const struct flush *flush)
{
	uint8_t key[CASE_KEY_BYTES];

	sort_rows(flush, compare_cases);
	for (size_t i = 0; i < flush->overlay->n_rows; i++) {
		if (!flush->rows[i]->has_case)
			continue;
		memcpy(key, flush->rows[i]->case_id, INDEX_CASE_ID_MAX_BYTES);
		put_be64(key + INDEX_CASE_ID_MAX_BYTES,
			 seq_of(flush->overlay, flush->rows[i]));
		txn_put(txn, TABLE_CASES, (struct bytes){ key, sizeof(key) },
			(struct bytes){ key, 0 });
	}
}

static void write_records(struct txn *txn, const struct flush *flush)
{
	uint8_t key[8];
	uint8_t value[POSITION_BYTES];

	for (size_t i = 0; i < flush->overlay->n_records; i++) {
		const struct overlay_record *record = &flush->overlay->records[i];

		put_be64(key, record->first_seq);
		put_be32(value, record->position.segment);
		put_be64(value + 4, record->position.offset);
		txn_put(txn, TABLE_RECORDS, (struct bytes){ key, sizeof(key) },
			(struct bytes){ value, sizeof(value) });
	}
}

static void write_all(struct txn *txn, void *context)
{
	const struct flush *flush = context;
	uint8_t mark[MARK_BYTES];

	write_ids(txn, flush);
	write_requests(txn, flush);
	write_cases(txn, flush);
	write_records(txn, flush);
	put_mark(flush->mark, mark);
	txn_put(txn, TABLE_META, mark_key, (struct bytes){ mark, sizeof(mark) });
}

int index_flush(struct index *index, const struct log_mark *mark)
{
	struct flush flush = { .overlay = &index->overlay, .mark = mark };
	int r;

	if (mark->size != index_size(index))
		return -EINVAL;
	if (index->overlay.n_rows == 0)
		return 0;
	flush.rows = calloc(index->overlay.n_rows, sizeof(struct overlay_row *));
	if (flush.rows == NULL)
		return -ENOMEM;
	r = lmdb_write(index->lmdb, write_all, &flush);
	free(flush.rows);
	if (r != 0)
		return r;
	index->mark = *mark;
	overlay_clear(&index->overlay, mark->size);
	return 0;
}

/* ---- Reading ---- */

static int get_seq(struct index *index, enum lmdb_table table,
		   const uint8_t key[16], uint64_t *ret_seq)
{
	CLEANUP(txn_abort) struct txn txn = txn_begin_read(index->lmdb);
	struct bytes value;
	int r = txn_get(&txn, table, (struct bytes){ key, 16 }, &value);

	if (r == LMDB_E_ABSENT)
		return INDEX_E_ABSENT;
	if (r != 0)
		return r;
	if (value.n != 8)
		return -EBADMSG;
	*ret_seq = get_be64(value.data);
	return 0;
}

int index_by_id(struct index *index, const uint8_t entry_id[ENTRY_ID_BYTES],
		uint64_t *ret_seq)
{
	if (overlay_by_id(&index->overlay, entry_id, ret_seq))
		return 0;
	return get_seq(index, TABLE_IDS, entry_id, ret_seq);
}

int index_by_request(struct index *index, struct bytes request_id,
		     uint64_t *ret_seq)
{
	if (request_id.n != INDEX_REQUEST_ID_BYTES)
		return INDEX_E_ABSENT;
	if (overlay_by_request(&index->overlay, request_id.data, ret_seq))
		return 0;
	return get_seq(index, TABLE_REQUESTS, request_id.data, ret_seq);
}

int index_position(struct index *index, uint64_t seq,
		   struct log_position *ret_position)
{
	CLEANUP(txn_abort) struct txn txn = { 0 };
	uint8_t wanted[8];
	struct bytes key;
	struct bytes value;
	int r;

	if (overlay_position(&index->overlay, seq, ret_position))
		return 0;
	if (seq >= index->mark.size)
		return INDEX_E_ABSENT;
	txn = txn_begin_read(index->lmdb);
	put_be64(wanted, seq);
	r = txn_get_upto(&txn, TABLE_RECORDS, (struct bytes){ wanted, 8 }, &key,
			 &value);
	if (r == LMDB_E_ABSENT)
		return -EBADMSG;
	if (r != 0)
		return r;
	if (key.n != 8 || value.n != POSITION_BYTES)
		return -EBADMSG;
	*ret_position = (struct log_position){
		.segment = get_be32(value.data),
		.offset = get_be64(value.data + 4),
		.index_in_batch = (uint32_t)(seq - get_be64(key.data)),
	};
	return 0;
}

void index_forget(struct txn *txn, struct bytes case_id, uint64_t seq,
		  struct bytes request_id)
{
	uint8_t key[CASE_KEY_BYTES] = { 0 };

	memcpy(key, case_id.data, case_id.n);
	put_be64(key + INDEX_CASE_ID_MAX_BYTES, seq);
	txn_delete(txn, TABLE_CASES, (struct bytes){ key, sizeof(key) });
	if (request_id.n > 0)
		txn_delete(txn, TABLE_REQUESTS, request_id);
}

/* One more entry of the case in the database, from *seq on. */
static int next_of_case(struct txn *txn, uint8_t wanted[CASE_KEY_BYTES],
			uint64_t *seq)
{
	struct bytes key;
	struct bytes value;
	int r;

	put_be64(wanted + INDEX_CASE_ID_MAX_BYTES, *seq);
	r = txn_get_from(txn, TABLE_CASES, (struct bytes){ wanted, CASE_KEY_BYTES },
			 &key, &value);
	if (r == LMDB_E_ABSENT)
		return INDEX_E_ABSENT;
	if (r != 0)
		return r;
	if (key.n != CASE_KEY_BYTES)
		return -EBADMSG;
	if (memcmp(key.data, wanted, INDEX_CASE_ID_MAX_BYTES) != 0)
		return INDEX_E_ABSENT;
	*seq = get_be64(key.data + INDEX_CASE_ID_MAX_BYTES);
	return 0;
}

static size_t case_in_overlay(const struct overlay *overlay,
			      const uint8_t *case_id, uint64_t from_seq,
			      uint64_t *ret_seqs, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < overlay->n_rows && n < max; i++) {
		const struct overlay_row *row = &overlay->rows[i];

		if (overlay->first_seq + i >= from_seq && row->has_case &&
		    memcmp(row->case_id, case_id, INDEX_CASE_ID_MAX_BYTES) == 0)
			ret_seqs[n++] = overlay->first_seq + i;
	}
	return n;
}

int index_by_case(struct index *index, struct bytes case_id, uint64_t from_seq,
		  uint64_t *ret_seqs, size_t max, size_t *ret_n)
{
	CLEANUP(txn_abort) struct txn txn = txn_begin_read(index->lmdb);
	uint8_t wanted[CASE_KEY_BYTES] = { 0 };
	uint64_t seq = from_seq;
	size_t n = 0;
	int r = 0;

	if (case_id.n == 0 || case_id.n > INDEX_CASE_ID_MAX_BYTES)
		return -EBADMSG;
	memcpy(wanted, case_id.data, case_id.n);
	while (n < max) {
		r = next_of_case(&txn, wanted, &seq);
		if (r != 0)
			break;
		ret_seqs[n++] = seq++;
	}
	if (r != 0 && r != INDEX_E_ABSENT)
		return r;
	*ret_n = n + case_in_overlay(&index->overlay, wanted, from_seq,
				     ret_seqs + n, max - n);
	return 0;
}
