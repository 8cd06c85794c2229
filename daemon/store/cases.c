/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/cases.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/durable.h"

/*
 * The table "casekeys": case id -> case key record (proto/seal.h). In front of
 * it stand rows that the database has not heard of:
 *
 *	rows  [ 0 ............ n_durable )[ ....... n )
 *	        in the log                  in no log yet
 *
 * Ids are keyed hashes, so their first bytes serve as a hash, and no client can
 * choose ones that collide.
 */
struct row {
	uint8_t id[SEAL_CASE_ID_BYTES];
	uint8_t record[CASE_RECORD_BYTES];
};

struct cases {
	struct lmdb *lmdb;
	const struct keystore *keystore;
	struct row *rows;
	uint32_t *places;	/* row + 1, or 0; 2 * cap of them */
	size_t n;
	size_t n_durable;
	size_t cap;
};

#define CASES_CAP_FIRST 256u
#define CASES_CAP_MAX (1u << 24)

int cases_open(struct lmdb *lmdb, const struct keystore *keystore,
	       struct cases **ret_cases)
{
	struct cases *cases = calloc(1, sizeof(*cases));

	if (cases == NULL)
		return -ENOMEM;
	cases->lmdb = lmdb;
	cases->keystore = keystore;
	*ret_cases = cases;
	return 0;
}

void cases_close(struct cases **cases)
{
	if (*cases == NULL)
		return;
	free((*cases)->rows);
	free((*cases)->places);
	free(*cases);
	*cases = NULL;
}

int cases_count(struct lmdb *lmdb, uint64_t *ret_n)
{
	CLEANUP(txn_abort) struct txn txn = txn_begin_read(lmdb);

	return txn_count(&txn, TABLE_CASE_KEYS, ret_n);
}

void cases_id(const struct cases *cases, struct bytes case_ref,
	      uint8_t ret_id[SEAL_CASE_ID_BYTES])
{
	keyring_case_id(&cases->keystore->ring, case_ref, ret_id);
}

/* ---- Rows in memory ---- */

/* The place of an id, or the empty one where it would be. */
static uint32_t *place_of(const struct cases *cases, const uint8_t *id)
{
	size_t mask = 2 * cases->cap - 1;
	size_t i = (size_t)get_be64(id) & mask;

	while (cases->places[i] != 0 &&
	       memcmp(cases->rows[cases->places[i] - 1].id, id,
		      SEAL_CASE_ID_BYTES) != 0)
		i = (i + 1) & mask;
	return &cases->places[i];
}

static void place_all(struct cases *cases)
{
	memset(cases->places, 0, 2 * cases->cap * sizeof(*cases->places));
	for (size_t i = 0; i < cases->n; i++)
		*place_of(cases, cases->rows[i].id) = (uint32_t)i + 1;
}

static int grow(struct cases *cases)
{
	size_t cap = cases->cap == 0 ? CASES_CAP_FIRST : 2 * cases->cap;
	uint32_t *places;
	struct row *rows;

	if (cap > CASES_CAP_MAX)
		return -ENOMEM;
	rows = realloc(cases->rows, cap * sizeof(*rows));
	if (rows == NULL)
		return -ENOMEM;
	cases->rows = rows;
	places = realloc(cases->places, 2 * cap * sizeof(*places));
	if (places == NULL)
		return -ENOMEM;
	cases->places = places;
	cases->cap = cap;
	place_all(cases);
	return 0;
}

static int add(struct cases *cases, const uint8_t *id, const uint8_t *record)
{
	uint32_t *place;
	int r = cases->n == cases->cap ? grow(cases) : 0;

	if (r != 0)
		return r;
	place = place_of(cases, id);
	if (*place == 0) {
		memcpy(cases->rows[cases->n].id, id, SEAL_CASE_ID_BYTES);
		*place = (uint32_t)++cases->n;
	}
	memcpy(cases->rows[*place - 1].record, record, CASE_RECORD_BYTES);
	return 0;
}

static const uint8_t *find_row(const struct cases *cases, const uint8_t *id)
{
	uint32_t place = cases->n == 0 ? 0 : *place_of(cases, id);

	return place == 0 ? NULL : cases->rows[place - 1].record;
}

void cases_appended(struct cases *cases)
{
	cases->n_durable = cases->n;
}

void cases_refused(struct cases *cases)
{
	if (cases->n == cases->n_durable)
		return;
	cases->n = cases->n_durable;
	place_all(cases);
}

/* ---- Finding a key ---- */

static int find_record(struct cases *cases, const uint8_t *id,
		       uint8_t ret_record[CASE_RECORD_BYTES])
{
	const uint8_t *row = find_row(cases, id);
	struct bytes value;
	int r;

	if (row != NULL) {
		memcpy(ret_record, row, CASE_RECORD_BYTES);
		return 0;
	}
	r = lmdb_standing(cases->lmdb, TABLE_CASE_KEYS,
			  (struct bytes){ id, SEAL_CASE_ID_BYTES }, &value);
	if (r == LMDB_E_ABSENT)
		return CASES_E_ABSENT;
	if (r == 0 && value.n != CASE_RECORD_BYTES)
		return -EBADMSG;
	if (r == 0)
		memcpy(ret_record, value.data, CASE_RECORD_BYTES);
	return r;
}

int cases_key(struct cases *cases, const uint8_t id[SEAL_CASE_ID_BYTES],
	      struct case_key *ret_key)
{
	const struct keyring *ring = &cases->keystore->ring;
	uint8_t record[CASE_RECORD_BYTES];
	int r = find_record(cases, id, record);

	if (r != 0)
		return r;
	if (keyring_open_case(ring, record, id, ret_key))
		return 0;
	return keyring_find(ring, case_record_epoch(record)) == NULL
		       ? CASES_E_NO_KEK
		       : -EBADMSG;
}

/* ---- Sealing and opening ---- */

static int make_key(struct cases *cases, const uint8_t *id, struct case_key *ret_key,
		    uint8_t ret_record[CASE_RECORD_BYTES])
{
	const struct kek *kek = keyring_newest(&cases->keystore->ring);
	struct case_key key = { .epoch = kek->epoch };
	int r;

	random_bytes(key.key, sizeof(key.key));
	memcpy(key.id, id, SEAL_CASE_ID_BYTES);
	case_key_wrap(&key, kek->key, ret_record);
	r = add(cases, id, ret_record);
	if (r == 0)
		*ret_key = key;
	case_key_done(&key);
	return r;
}

int cases_seal(struct cases *cases, struct content_decision *content,
	       const struct bytes *slots, size_t n_slots, struct entry *entry,
	       uint8_t *to)
{
	CLEANUP(case_key_done) struct case_key key = { .epoch = 0 };
	uint8_t link[SEAL_CASE_ID_BYTES], record[CASE_RECORD_BYTES];
	struct sealing sealing = { .key = &key, .link = link, .content = content,
				   .slots = slots, .n_slots = n_slots };
	int r;

	cases_id(cases, content->case_ref, content->case_id);
	r = cases_key(cases, content->case_id, &key);
	if (r == CASES_E_ABSENT) {
		r = make_key(cases, content->case_id, &key, record);
		sealing.record = record;
	}
	if (r != 0)
		return r < 0 ? r : -EBADMSG;
	keyring_mask(&cases->keystore->ring, entry->entry_id, content->case_id,
		     link);
	return sealed_write(&sealing, entry, to) == BLOB_SOUND ? 0 : -EINVAL;
}

int cases_read(struct cases *cases, struct bytes leaf, const struct entry *entry,
	       struct bytes blob, uint8_t *to, struct content_decision *ret)
{
	CLEANUP(case_key_done) struct case_key key = { .epoch = 0 };
	uint8_t id[SEAL_CASE_ID_BYTES];
	struct sealed sealed;
	int r;

	if (!blob_is_sealed(blob))
		return blob_decision_decode(blob, ret) == BLOB_SOUND ? 0 : -EBADMSG;
	if (!sealed_split(blob, &sealed))
		return -EBADMSG;
	keyring_mask(&cases->keystore->ring, entry->entry_id, sealed.link, id);
	r = cases_key(cases, id, &key);
	if (r != 0)
		return r;
	return sealed_read(leaf, entry, blob, &key, to, ret) == SEALED_SOUND
		       ? 0
		       : -EBADMSG;
}

/* ---- Reading the log again ---- */

int cases_adopt(struct cases *cases, const struct entry *entry, struct bytes blob)
{
	CLEANUP(case_key_done) struct case_key key = { .epoch = 0 };
	const struct keyring *ring = &cases->keystore->ring;
	uint8_t id[SEAL_CASE_ID_BYTES], known[CASE_RECORD_BYTES];
	struct sealed sealed;
	int r;

	if (!blob_is_sealed(blob) || !sealed_split(blob, &sealed) ||
	    sealed.record == NULL)
		return 0;
	keyring_mask(ring, entry->entry_id, sealed.link, id);
	/* Wrapped again since: what is known is newer than what the log holds. */
	r = find_record(cases, id, known);
	if (r < 0 || (r == 0 && case_record_epoch(known) >=
					case_record_epoch(sealed.record)))
		return r;
	/* Under a KEK that is gone: the key is among those wrapped again since. */
	if (!keyring_open_case(ring, sealed.record, id, &key))
		return 0;
	r = add(cases, id, sealed.record);
	cases_appended(cases);
	return r;
}

struct restoring {
	struct bytes rows;
};

static void write_snapshot(struct txn *txn, void *context)
{
	const struct restoring *restoring = context;

	for (size_t at = 0; at < restoring->rows.n; at += SNAPSHOT_ROW_BYTES) {
		const uint8_t *row = restoring->rows.data + at;

		txn_put(txn, TABLE_CASE_KEYS,
			(struct bytes){ row, SEAL_CASE_ID_BYTES },
			(struct bytes){ row + SEAL_CASE_ID_BYTES,
					CASE_RECORD_BYTES });
	}
}

int cases_restore(struct cases *cases)
{
	CLEANUP(durable_free) struct bytes file = { NULL, 0 };
	struct restoring restoring;
	int r = keystore_get_cases(cases->keystore, &file, &restoring.rows);

	if (r != 0 || restoring.rows.n == 0)
		return r;
	return lmdb_write(cases->lmdb, write_snapshot, &restoring);
}

/* ---- Writing ---- */

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return memcmp(x->id, y->id, SEAL_CASE_ID_BYTES);
}

static void write_rows(struct txn *txn, void *context)
{
	const struct cases *cases = context;

	for (size_t i = 0; i < cases->n_durable; i++)
		txn_put(txn, TABLE_CASE_KEYS,
			(struct bytes){ cases->rows[i].id, SEAL_CASE_ID_BYTES },
			(struct bytes){ cases->rows[i].record,
					CASE_RECORD_BYTES });
}

int cases_flush(struct cases *cases)
{
	int r;

	if (cases->n_durable == 0)
		return 0;
	/* In the order of the table, so that its pages are visited once. */
	qsort(cases->rows, cases->n_durable, sizeof(*cases->rows), compare_rows);
	place_all(cases);
	r = lmdb_write(cases->lmdb, write_rows, cases);
	if (r != 0)
		return r;
	memmove(cases->rows, cases->rows + cases->n_durable,
		(cases->n - cases->n_durable) * sizeof(*cases->rows));
	cases->n -= cases->n_durable;
	cases->n_durable = 0;
	place_all(cases);
	return 0;
}
