/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_OVERLAY_H
#define PERMIT_STORE_OVERLAY_H

#include "daemon/store/index.h"

/*
 * The part of the index that is in memory: the newest entries of the log, with
 * consecutive numbers, found by either of their ids.
 */
struct overlay_row {
	uint8_t entry_id[ENTRY_ID_BYTES];
	uint8_t request_id[INDEX_REQUEST_ID_BYTES];
	char case_id[INDEX_CASE_ID_MAX_BYTES]; /* padded with NUL */
	bool has_request;
	bool has_case;
};

struct overlay_record {
	uint64_t first_seq;
	struct log_position position;
};

struct overlay {
	uint64_t first_seq; /* of rows[0] */
	uint64_t keys[2];   /* no client can choose ids that collide */
	size_t n_rows;
	size_t cap_rows;
	size_t n_records;
	size_t cap_records;
	struct overlay_row *rows;
	struct overlay_record *records;
	uint32_t *by_id; /* row + 1, or 0; 2 * cap_rows places */
	uint32_t *by_request;
};

#define OVERLAY_ROWS_MAX (1u << 24)

void overlay_init(struct overlay *overlay, uint64_t first_seq);
void overlay_done(struct overlay *overlay);

/* Forgets all rows; the next one gets this number. Keeps the memory. */
void overlay_clear(struct overlay *overlay, uint64_t first_seq);

/* Returns 0, -ENOMEM or -EBADMSG, as index_add_record. */
MUST_USE int overlay_add(struct overlay *overlay, struct log_position position,
			 const struct index_row *rows, size_t n_rows);

/* False when it is not here. */
bool overlay_by_id(const struct overlay *overlay,
		   const uint8_t entry_id[ENTRY_ID_BYTES], uint64_t *ret_seq);
bool overlay_by_request(const struct overlay *overlay,
			const uint8_t request_id[INDEX_REQUEST_ID_BYTES],
			uint64_t *ret_seq);
bool overlay_position(const struct overlay *overlay, uint64_t seq,
		      struct log_position *ret_position);

#endif
