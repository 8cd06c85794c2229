/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/blob.h"
#include "proto/entry.h"
#include "proto/segment.h"
#include "proto/tiles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read must be written again byte for byte: one form for each value. */
static void must_be_same(struct bytes from, uint8_t *again, size_t n)
{
	if (n != from.n || memcmp(again, from.data, n) != 0)
		abort();
	free(again);
}

static void try_entry(struct bytes from)
{
	struct entry entry;
	uint8_t *again;

	if (entry_decode(from, &entry) != ENTRY_SOUND)
		return;
	again = malloc(entry_bytes(&entry));
	entry_encode(&entry, again);
	must_be_same(from, again, entry_bytes(&entry));
}

static void try_blob(struct bytes from)
{
	struct content_decision decision;
	struct content_enactment enactment;
	uint8_t *again;

	if (blob_decision_decode(from, &decision) == BLOB_SOUND) {
		again = malloc(blob_decision_bytes(&decision));
		if (blob_decision_encode(&decision, again) != BLOB_SOUND)
			abort();
		must_be_same(from, again, blob_decision_bytes(&decision));
	}
	if (blob_enactment_decode(from, &enactment) == BLOB_SOUND) {
		again = malloc(blob_enactment_bytes(&enactment));
		if (blob_enactment_encode(&enactment, again) != BLOB_SOUND)
			abort();
		must_be_same(from, again, blob_enactment_bytes(&enactment));
	}
}

/*
 * A record whose place and checksum are made right, as whoever wants to deceive
 * would do: otherwise no input would ever get behind them.
 */
static void try_record(struct bytes from)
{
	uint8_t *record = malloc(from.n);
	struct segment_record read;
	struct segment_state state;
	struct digest hash;
	uint32_t n;

	memcpy(record, from.data, from.n);
	n = get_be32(record + 32);
	if (n >= SEGMENT_HEADER_BYTES + DIGEST_BYTES && n <= from.n) {
		put_be32(record + 8, 0);
		put_be64(record + 16, 0);
		hash = digest_of((struct bytes){ record, n - DIGEST_BYTES });
		memcpy(record + n - DIGEST_BYTES, hash.bytes, DIGEST_BYTES);
	}
	if (segment_decode((struct bytes){ record, from.n }, 0, 0, &read) ==
	    SEGMENT_SOUND) {
		segment_state_before(&read, &state);
		if (segment_verify(&read, NULL, &state) == SEGMENT_SOUND &&
		    state.frontier.size != read.first_seq + read.n_items)
			abort();
	}
	free(record);
}

static void try_bundle(struct bytes from)
{
	struct bytes entry;
	size_t at = 0, n = 0;

	while (tile_bundle_next(from, &at, &entry)) {
		n += tile_bundle_bytes(entry.n);
		try_entry(entry);
	}
	if (at != n || at > from.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes from = { data, size };

	try_entry(from);
	try_blob(from);
	try_bundle(from);
	if (size >= SEGMENT_HEADER_BYTES)
		try_record(from);
	return 0;
}
