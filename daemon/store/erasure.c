/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/erasure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/fault.h"

/* ---- What belongs to cases ---- */

#define SEQS_AT_ONCE 256

struct seqs {
	uint64_t *at;
	size_t n;
	size_t cap;
};

static void seqs_done(struct seqs *seqs)
{
	free(seqs->at);
}

static int seqs_reserve(struct seqs *seqs, size_t n)
{
	uint64_t *at;

	if (n <= seqs->cap)
		return 0;
	at = realloc(seqs->at, 2 * n * sizeof(*at));
	if (at == NULL)
		return -ENOMEM;
	seqs->at = at;
	seqs->cap = 2 * n;
	return 0;
}

static int add_case(struct store *store, const uint8_t *id, struct seqs *seqs)
{
	struct bytes key = { id, SEAL_CASE_ID_BYTES };
	uint64_t from = 0;
	size_t n;
	int r;

	do {
		r = seqs_reserve(seqs, seqs->n + SEQS_AT_ONCE);
		if (r == 0)
			r = index_by_case(store->index, key, from,
					  seqs->at + seqs->n, SEQS_AT_ONCE, &n);
		if (r != 0)
			return r;
		seqs->n += n;
		if (n > 0)
			from = seqs->at[seqs->n - 1] + 1;
	} while (n == SEQS_AT_ONCE);
	return 0;
}

static int compare_seqs(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The case must have a key, and nothing may forbid to destroy it. */
static int check_case(struct store *store, const uint8_t *id)
{
	struct case_key key;
	struct log_head head;
	bool kept;
	int r = cases_key(store->cases, id, &key);

	if (r == CASES_E_ABSENT)
		return ERASURE_E_NONE;
	if (r != 0)
		return r < 0 ? r : -EBADMSG;
	log_head(store->log, &head);
	kept = key.hold || key.not_before_ms > head.time_ms;
	case_key_done(&key);
	return kept ? ERASURE_E_HELD : 0;
}

/* What was written in clear cannot be taken back. */
static int check_entry(struct store *store, uint64_t seq)
{
	char text[STORE_TEXT_BYTES];
	struct segment_record record;
	struct segment_item item;
	int r = store_read(store, seq, &record, &item, text);

	if (r != 0)
		return r < 0 ? r : -EBADMSG;
	return record.hashed_whole || !blob_is_sealed(item.blob) ? ERASURE_E_CLEAR :
								     0;
}

int erasure_list(struct store *store, const uint8_t *ids, size_t n_ids,
		 uint64_t **ret_seqs, size_t *ret_n)
{
	CLEANUP(seqs_done) struct seqs seqs = { .n = 0 };
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < n_ids && r == 0; i++) {
		r = check_case(store, ids + i * SEAL_CASE_ID_BYTES);
		if (r == 0)
			r = add_case(store, ids + i * SEAL_CASE_ID_BYTES, &seqs);
	}
	for (size_t i = 0; i < seqs.n && r == 0; i++)
		r = check_entry(store, seqs.at[i]);
	if (r != 0)
		return r;
	if (seqs.n == 0)
		return ERASURE_E_NONE;
	qsort(seqs.at, seqs.n, sizeof(*seqs.at), compare_seqs);
	/* A reference that was given twice. */
	for (size_t i = 0; i < seqs.n; i++)
		if (n == 0 || seqs.at[n - 1] != seqs.at[i])
			seqs.at[n++] = seqs.at[i];
	*ret_seqs = seqs.at;
	*ret_n = n;
	seqs.at = NULL;
	return 0;
}

/* ---- What goes, and what is kept ---- */

/* One entry whose content goes, with the index rows that lead to it. */
struct going {
	uint64_t seq;
	struct log_position position;
	uint64_t offset;	/* of its blob in the file */
	uint64_t n_bytes;
	bool erased;		/* already */
	uint8_t case_id[SEAL_CASE_ID_BYTES];
	bool has_request;
	uint8_t request_id[INDEX_REQUEST_ID_BYTES];
};

struct work {
	struct store *store;
	struct going *going;
	size_t n_going;
	uint8_t *kept;		/* the snapshot of the keys that stay */
	uint64_t n_kept;
};

static void work_done(struct work *work)
{
	free(work->going);
	free(work->kept);
}

/* The ids under which the index knows the entry. It may not open any more. */
static int find_ids(struct store *store, const struct entry *entry,
		    const struct segment_item *item, struct going *going)
{
	struct content_decision content;
	struct sealed sealed;
	uint8_t *space;
	int r;

	if (!sealed_split(item->blob, &sealed))
		return -EBADMSG;
	keyring_mask(&store->keystore->ring, entry->entry_id, sealed.link,
		     going->case_id);
	space = malloc(item->blob.n);
	if (space == NULL)
		return -ENOMEM;
	r = cases_read(store->cases, item->entry, entry, item->blob, space,
		       &content);
	if (r == 0)
		going->has_request = hex_parse(
			(const char *)content.request_id.data,
			content.request_id.n, going->request_id,
			sizeof(going->request_id));
	secret_wipe(space, item->blob.n);
	free(space);
	return r < 0 ? r : 0;
}

static int find_going(struct store *store, uint64_t seq, struct going *going)
{
	char text[STORE_TEXT_BYTES];
	struct segment_record record;
	struct segment_item item;
	struct entry entry;
	int r = store_read(store, seq, &record, &item, text);

	if (r != 0)
		return r < 0 ? r : -EBADMSG;
	if (entry_decode(item.entry, &entry) != ENTRY_SOUND)
		return -EBADMSG;
	*going = (struct going){ .seq = seq,
				 .position = record.position,
				 .offset = segment_blob_offset(&record, &item),
				 .n_bytes = entry.blob_bytes,
				 .erased = item.erased };
	return item.erased ? 0 : find_ids(store, &entry, &item, going);
}

static bool goes(const struct work *work, const uint8_t *id)
{
	for (size_t i = 0; i < work->n_going; i++)
		if (!work->going[i].erased &&
		    memcmp(work->going[i].case_id, id, SEAL_CASE_ID_BYTES) == 0)
			return true;
	return false;
}

/* ---- Wrapping again ---- */

/*
 * A key under a KEK that is gone is open to nobody; it is left out. One that
 * its own KEK does not open is damage, and then nothing may be destroyed.
 */
static int keep_row(struct work *work, const uint8_t *id,
		    const uint8_t record[CASE_RECORD_BYTES])
{
	const struct keyring *ring = &work->store->keystore->ring;
	const struct kek *newest = keyring_newest(ring);
	uint8_t *row = work->kept + SNAPSHOT_HEADER_BYTES +
		       work->n_kept * SNAPSHOT_ROW_BYTES;
	struct case_key key;

	if (goes(work, id) || keyring_find(ring, case_record_epoch(record)) == NULL)
		return 0;
	if (!keyring_open_case(ring, record, id, &key))
		return -EBADMSG;
	key.epoch = newest->epoch;
	memcpy(row, id, SEAL_CASE_ID_BYTES);
	case_key_wrap(&key, newest->key, row + SEAL_CASE_ID_BYTES);
	case_key_done(&key);
	work->n_kept++;
	return 0;
}

static int wrap_again(struct work *work)
{
	CLEANUP(txn_abort) struct txn txn = txn_begin_read(work->store->lmdb);
	uint8_t from[SEAL_CASE_ID_BYTES] = { 0 };
	struct bytes key, value;
	uint64_t n;
	int r = txn_count(&txn, TABLE_CASE_KEYS, &n);

	if (r != 0)
		return r;
	work->kept = malloc(SNAPSHOT_BYTES(n));
	if (work->kept == NULL)
		return -ENOMEM;
	for (uint64_t i = 0; i < n; i++) {
		r = txn_get_from(&txn, TABLE_CASE_KEYS,
				 (struct bytes){ from, sizeof(from) }, &key, &value);
		if (r == LMDB_E_ABSENT)
			break;
		if (r == 0 && (key.n != SEAL_CASE_ID_BYTES ||
			       value.n != CASE_RECORD_BYTES))
			r = -EBADMSG;
		if (r == 0)
			r = keep_row(work, key.data, value.data);
		if (r != 0)
			return r;
		memcpy(from, key.data, sizeof(from));
		/* The next id there can be; none comes after the last. */
		for (size_t k = sizeof(from); k-- > 0 && ++from[k] == 0;)
			;
	}
	snapshot_begin(keyring_newest(&work->store->keystore->ring)->epoch,
		       work->n_kept, work->kept);
	snapshot_end(work->kept, work->n_kept);
	return 0;
}

static void write_again(struct txn *txn, void *context)
{
	const struct work *work = context;

	txn_clear(txn, TABLE_CASE_KEYS);
	for (uint64_t i = 0; i < work->n_kept; i++) {
		const uint8_t *row = work->kept + SNAPSHOT_HEADER_BYTES +
				     i * SNAPSHOT_ROW_BYTES;

		txn_put(txn, TABLE_CASE_KEYS,
			(struct bytes){ row, SEAL_CASE_ID_BYTES },
			(struct bytes){ row + SEAL_CASE_ID_BYTES,
					CASE_RECORD_BYTES });
	}
	for (size_t i = 0; i < work->n_going; i++) {
		const struct going *going = &work->going[i];

		if (!going->erased)
			index_forget(txn,
				     (struct bytes){ going->case_id,
						     SEAL_CASE_ID_BYTES },
				     going->seq,
				     (struct bytes){ going->request_id,
						     going->has_request ?
						     INDEX_REQUEST_ID_BYTES : 0 });
	}
}

/* A commit of its own, after which the one before it stands on two meta pages. */
static void write_epoch(struct txn *txn, void *context)
{
	const struct work *work = context;
	uint8_t epoch[4];

	put_be32(epoch, keyring_newest(&work->store->keystore->ring)->epoch);
	txn_put(txn, TABLE_META, (struct bytes){ (const uint8_t *)"keyepoch", 8 },
		(struct bytes){ epoch, sizeof(epoch) });
}

/* ---- Overwriting ---- */

static int overwrite_at(int fd, uint64_t offset, uint64_t n)
{
	static const uint8_t zeros[4096];

	while (n > 0) {
		size_t n_now = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);
		ssize_t n_done = pwrite(fd, zeros, n_now, (off_t)offset);

		if (n_done < 0 && errno == EINTR)
			continue;
		if (n_done <= 0)
			return n_done < 0 ? -errno : -EIO;
		offset += (uint64_t)n_done;
		n -= (uint64_t)n_done;
	}
	return fdatasync(fd) == 0 ? 0 : -errno;
}

static int overwrite(const struct store *store, const struct going *going)
{
	char name[SEGMENT_NAME_BYTES];
	int folder = open(log_folder(store->log), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd, r;

	if (folder < 0)
		return -errno;
	segment_name(going->position.segment, name);
	fd = openat(folder, name, O_WRONLY | O_CLOEXEC);
	r = fd < 0 ? -errno : overwrite_at(fd, going->offset, going->n_bytes);
	if (fd >= 0)
		close(fd);
	close(folder);
	return r;
}

static int overwrite_all(struct work *work)
{
	struct store *store = work->store;
	int r = 0;

	for (size_t i = 0; i < work->n_going && r == 0; i++)
		if (!work->going[i].erased)
			r = overwrite(store, &work->going[i]);
	/* It may hold what was overwritten. */
	log_reader_close(&store->reader);
	if (r == 0)
		r = log_reader_open(log_folder(store->log),
				    (struct log_position){ 0 }, &store->reader);
	return r;
}

/* ---- The steps ---- */

static int replace_ring(struct store *store, bool only_newest)
{
	CLEANUP(keyring_done) struct keyring ring = store->keystore->ring;

	if (!only_newest) {
		keyring_add(&ring);
	} else {
		ring.keks[0] = *keyring_newest(&ring);
		ring.n_keks = 1;
	}
	return keystore_replace(store->keystore, &ring);
}

static int database(struct work *work, void (*steps)(struct txn *, void *))
{
	int r = lmdb_write(work->store->lmdb, steps, work);

	return r == LMDB_E_NO_ROOM ? -ENOSPC : r;
}

/* All that follows the tombstones; done twice, it changes nothing more. */
static int finish(struct work *work)
{
	struct bytes snapshot;
	int r = cases_flush(work->store->cases);

	if (r == 0)
		r = wrap_again(work);
	if (r == 0)
		r = database(work, write_again);
	if (r != 0)
		return r > 0 ? -ENOSPC : r;
	fault_crash("rewrapped");
	snapshot = (struct bytes){ work->kept, SNAPSHOT_BYTES(work->n_kept) };
	r = keystore_put_cases(work->store->keystore, snapshot);
	fault_crash("snapshot");
	if (r == 0)
		r = database(work, write_epoch);
	fault_crash("marked");
	if (r == 0)
		r = overwrite_all(work);
	fault_crash("overwritten");
	if (r == 0)
		r = replace_ring(work->store, true);
	fault_crash("destroyed");
	return r;
}

/* Adds what one tombstone lists. */
static int add_tombstone(struct work *work, struct bytes body, uint64_t seq)
{
	struct tombstone tombstone;
	struct going *going;
	int r = 0;

	if (!tombstone_decode(body, true, seq, &tombstone))
		return -EBADMSG;
	going = realloc(work->going, (work->n_going + tombstone.n_indexes) *
					     sizeof(*going));
	if (going == NULL)
		return -ENOMEM;
	work->going = going;
	for (size_t i = 0; i < tombstone.n_indexes && r == 0; i++)
		r = find_going(work->store, tombstone.indexes[i],
			       &going[work->n_going++]);
	return r;
}

static int append(struct store *store, const struct bytes *bodies, size_t n_bodies,
		  uint64_t time_ms, uint64_t *ret_seq)
{
	struct log_item *items = calloc(n_bodies, sizeof(*items));
	struct index_row *rows = calloc(n_bodies, sizeof(*rows));
	int r = items == NULL || rows == NULL ? -ENOMEM : 0;

	for (size_t i = 0; i < n_bodies && r == 0; i++) {
		items[i].entry = (struct entry){ .type = ENTRY_ERASURE,
						 .time_ms = time_ms,
						 .body = bodies[i] };
		random_bytes(items[i].entry.entry_id, ENTRY_ID_BYTES);
	}
	if (r == 0)
		r = store_append(store, items, rows, NULL, n_bodies);
	if (r == 0)
		*ret_seq = items[0].entry.seq;
	free(items);
	free(rows);
	return r;
}

int erasure_run(struct store *store, const struct bytes *bodies, size_t n_bodies,
		uint64_t time_ms, uint64_t *ret_seq)
{
	CLEANUP(work_done) struct work work = { .store = store };
	int r = store_index(store, true);

	if (r != 0)
		return r;
	if (index_pending(store->index) != 0)
		return ERASURE_E_NO_ROOM;
	r = replace_ring(store, false);
	if (r != 0)
		return r;
	fault_crash("ring");
	r = append(store, bodies, n_bodies, time_ms, ret_seq);
	fault_crash("tombstone");
	if (r == STORE_E_NO_ROOM) {
		struct keyring ring = store->keystore->ring;

		ring.n_keks--;
		r = keystore_replace(store->keystore, &ring);
		keyring_done(&ring);
		return r == 0 ? ERASURE_E_NO_ROOM : r;
	}
	for (size_t i = 0; i < n_bodies && r == 0; i++)
		r = add_tombstone(&work, bodies[i], *ret_seq + i);
	if (r == 0)
		r = finish(&work);
	return r > 0 ? -EBADMSG : r;
}

/* ---- Going on ---- */

/* The tombstones of an erasure are the last entries while it is under way. */
static int find_tombstones(struct work *work, bool *ret_found)
{
	struct store *store = work->store;
	uint32_t epoch = keyring_newest(&store->keystore->ring)->epoch;
	uint64_t seq = index_size(store->index);
	uint16_t part = 1;
	int r = 0;

	*ret_found = false;
	while (r == 0 && part > 0 && seq-- > 0) {
		char text[STORE_TEXT_BYTES];
		struct segment_record record;
		struct segment_item item;
		struct tombstone tombstone;
		struct entry entry;
		uint8_t body[ENTRY_BODY_MAX_BYTES];

		r = store_read(store, seq, &record, &item, text);
		if (r != 0)
			return r < 0 ? r : -EBADMSG;
		if (entry_decode(item.entry, &entry) != ENTRY_SOUND ||
		    entry.type != ENTRY_ERASURE ||
		    !tombstone_decode(entry.body, true, seq, &tombstone) ||
		    tombstone.new_epoch != epoch)
			return *ret_found ? -EBADMSG : 0;
		*ret_found = true;
		part = tombstone.part;
		/* Its view ends with the next reading. */
		memcpy(body, entry.body.data, entry.body.n);
		r = add_tombstone(work, (struct bytes){ body, entry.body.n }, seq);
	}
	return r;
}

int erasure_resume(struct store *store, bool *ret_done)
{
	CLEANUP(work_done) struct work work = { .store = store };
	struct keyring *ring = &store->keystore->ring;
	bool found;
	int r;

	*ret_done = ring->n_keks > 1;
	if (!*ret_done)
		return 0;
	r = find_tombstones(&work, &found);
	if (r == 0 && found)
		return finish(&work);
	if (r == 0) {
		CLEANUP(keyring_done) struct keyring before = *ring;

		before.n_keks--;
		r = keystore_replace(store->keystore, &before);
	}
	return r;
}
