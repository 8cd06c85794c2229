/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/overlay.h"

/*
 * Two hash tables with open addressing over one array of rows. They are never
 * more than half full, and nothing is ever taken out of them but all at once.
 */
#define ROWS_AT_FIRST 1024

void overlay_init(struct overlay *overlay, uint64_t first_seq)
{
	*overlay = (struct overlay){ .first_seq = first_seq };
	random_bytes((uint8_t *)overlay->keys, sizeof(overlay->keys));
}

void overlay_done(struct overlay *overlay)
{
	free(overlay->rows);
	free(overlay->records);
	free(overlay->by_id);
	free(overlay->by_request);
	*overlay = (struct overlay){ 0 };
}

void overlay_clear(struct overlay *overlay, uint64_t first_seq)
{
	overlay->first_seq = first_seq;
	overlay->n_rows = 0;
	overlay->n_records = 0;
	if (overlay->cap_rows == 0)
		return;
	memset(overlay->by_id, 0, 2 * overlay->cap_rows * sizeof(uint32_t));
	memset(overlay->by_request, 0, 2 * overlay->cap_rows * sizeof(uint32_t));
}

static size_t place_of(const struct overlay *overlay, const uint8_t id[16])
{
	__uint128_t product = (__uint128_t)(get_be64(id) ^ overlay->keys[0]) *
			      (get_be64(id + 8) ^ overlay->keys[1]);
	uint64_t mixed = (uint64_t)product ^ (uint64_t)(product >> 64);

	return (size_t)(mixed & (2 * overlay->cap_rows - 1));
}

static const uint8_t *id_of(const struct overlay_row *row, bool request)
{
	return request ? row->request_id : row->entry_id;
}

/* Where the id is, or the free place where it would be put. */
static size_t find(const struct overlay *overlay, const uint32_t *table,
		   bool request, const uint8_t id[16])
{
	size_t mask = 2 * overlay->cap_rows - 1;
	size_t at = place_of(overlay, id);

	while (table[at] != 0 &&
	       memcmp(id_of(&overlay->rows[table[at] - 1], request), id, 16) != 0)
		at = (at + 1) & mask;
	return at;
}

static void enter(struct overlay *overlay, size_t i)
{
	const struct overlay_row *row = &overlay->rows[i];
	size_t at = find(overlay, overlay->by_id, false, row->entry_id);

	if (overlay->by_id[at] == 0)
		overlay->by_id[at] = (uint32_t)i + 1;
	if (!row->has_request)
		return;
	at = find(overlay, overlay->by_request, true, row->request_id);
	if (overlay->by_request[at] == 0)
		overlay->by_request[at] = (uint32_t)i + 1;
}

static int grow_tables(struct overlay *overlay, size_t cap_rows)
{
	uint32_t *by_id = calloc(2 * cap_rows, sizeof(*by_id));
	uint32_t *by_request = calloc(2 * cap_rows, sizeof(*by_request));

	if (by_id == NULL || by_request == NULL) {
		free(by_id);
		free(by_request);
		return -ENOMEM;
	}
	free(overlay->by_id);
	free(overlay->by_request);
	overlay->by_id = by_id;
	overlay->by_request = by_request;
	overlay->cap_rows = cap_rows;
	for (size_t i = 0; i < overlay->n_rows; i++)
		enter(overlay, i);
	return 0;
}

static int reserve_rows(struct overlay *overlay, size_t n_rows)
{
	size_t cap = overlay->cap_rows == 0 ? ROWS_AT_FIRST : overlay->cap_rows;
	struct overlay_row *rows;

	while (cap < n_rows)
		cap *= 2;
	if (cap == overlay->cap_rows)
		return 0;
	if (cap > OVERLAY_ROWS_MAX)
		return -ENOMEM;
	rows = reallocarray(overlay->rows, cap, sizeof(*rows));
	if (rows == NULL)
		return -ENOMEM;
	overlay->rows = rows;
	return grow_tables(overlay, cap);
}

static int reserve_record(struct overlay *overlay)
{
	size_t cap = overlay->cap_records == 0 ? 64 : 2 * overlay->cap_records;
	struct overlay_record *records;

	if (overlay->n_records < overlay->cap_records)
		return 0;
	records = reallocarray(overlay->records, cap, sizeof(*records));
	if (records == NULL)
		return -ENOMEM;
	overlay->records = records;
	overlay->cap_records = cap;
	return 0;
}

static bool row_is_sound(const struct index_row *row)
{
	return (row->request_id.n == 0 ||
		row->request_id.n == INDEX_REQUEST_ID_BYTES) &&
	       row->case_id.n <= INDEX_CASE_ID_MAX_BYTES;
}

static void copy_row(struct overlay_row *to, const struct index_row *from)
{
	*to = (struct overlay_row){ .has_request = from->request_id.n != 0,
				    .has_case = from->case_id.n != 0 };
	memcpy(to->entry_id, from->entry_id, ENTRY_ID_BYTES);
	if (to->has_request)
		memcpy(to->request_id, from->request_id.data,
		       INDEX_REQUEST_ID_BYTES);
	if (to->has_case)
		memcpy(to->case_id, from->case_id.data, from->case_id.n);
}

int overlay_add(struct overlay *overlay, struct log_position position,
		const struct index_row *rows, size_t n_rows)
{
	int r;

	for (size_t i = 0; i < n_rows; i++)
		if (!row_is_sound(&rows[i]))
			return -EBADMSG;
	r = reserve_rows(overlay, overlay->n_rows + n_rows);
	if (r == 0)
		r = reserve_record(overlay);
	if (r != 0)
		return r;
	position.index_in_batch = 0;
	overlay->records[overlay->n_records++] = (struct overlay_record){
		.first_seq = overlay->first_seq + overlay->n_rows,
		.position = position,
	};
	for (size_t i = 0; i < n_rows; i++) {
		copy_row(&overlay->rows[overlay->n_rows], &rows[i]);
		enter(overlay, overlay->n_rows++);
	}
	return 0;
}

bool overlay_by_id(const struct overlay *overlay,
		   const uint8_t entry_id[ENTRY_ID_BYTES], uint64_t *ret_seq)
{
	uint32_t found;

	if (overlay->n_rows == 0)
		return false;
	found = overlay->by_id[find(overlay, overlay->by_id, false, entry_id)];
	if (found == 0)
		return false;
	*ret_seq = overlay->first_seq + found - 1;
	return true;
}

bool overlay_by_request(const struct overlay *overlay,
			const uint8_t request_id[INDEX_REQUEST_ID_BYTES],
			uint64_t *ret_seq)
{
	uint32_t found;

	if (overlay->n_rows == 0)
		return false;
	found = overlay->by_request[find(overlay, overlay->by_request, true,
					 request_id)];
	if (found == 0)
		return false;
	*ret_seq = overlay->first_seq + found - 1;
	return true;
}

bool overlay_position(const struct overlay *overlay, uint64_t seq,
		      struct log_position *ret_position)
{
	size_t low = 0;
	size_t high = overlay->n_records;

	if (seq < overlay->first_seq || seq - overlay->first_seq >= overlay->n_rows)
		return false;
	/* records[low].first_seq <= seq < records[high].first_seq */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (overlay->records[middle].first_seq <= seq)
			low = middle;
		else
			high = middle;
	}
	*ret_position = overlay->records[low].position;
	ret_position->index_in_batch = (uint32_t)(seq -
						  overlay->records[low].first_seq);
	return true;
}
