/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/segment.h"

#define SEGMENT 7
#define OFFSET 1024
#define FIRST 5		/* entries before the record: a frontier of two nodes */
#define N_ITEMS 3

/* A record made by hand, so that each part of it can be made wrong. */
struct made {
	struct entry entries[N_ITEMS];
	uint8_t encoded[N_ITEMS][ENTRY_HEADER_BYTES];
	uint8_t blobs[N_ITEMS][8];
	struct segment_item items[N_ITEMS];
	struct merkle_frontier before;
	struct checkpoint checkpoint;
	struct ed25519_key key;
	struct vkey vkey;
	char note[CHECKPOINT_NOTE_BYTES];
	struct segment_batch batch;
	struct segment_state state;	/* what the record must follow */
	uint8_t bytes[8192];
	size_t n;
};

static int make(void **state)
{
	static const uint8_t seed[ED25519_SEED_BYTES] = { 1, 2, 3 };
	struct made *made = calloc(1, sizeof(*made));

	assert_non_null(made);
	assert_int_equal(ed25519_init(&made->key, seed), 0);
	assert_true(vkey_make("test/log", NOTE_KEY_ED25519, made->key.public_key,
			      &made->vkey));
	for (size_t i = 0; i < FIRST; i++) {
		struct digest leaf = { { (uint8_t)i } };

		merkle_frontier_add(&made->before, &leaf);
	}
	for (size_t i = 0; i < N_ITEMS; i++) {
		struct entry *entry = &made->entries[i];
		struct bytes blob = { made->blobs[i], i };

		memset(made->blobs[i], 'a', 8);
		*entry = (struct entry){ .type = ENTRY_BOOT, .seq = FIRST + i,
					 .time_ms = 100 + i };
		if (i > 0) {
			entry->type = ENTRY_CONFIG;
			entry->has_blob = true;
			entry->blob_bytes = i;
			entry->blob_hash = digest_of(blob);
		}
		entry_encode(entry, made->encoded[i]);
		made->items[i].entry = (struct bytes){ made->encoded[i],
						       ENTRY_HEADER_BYTES };
		made->items[i].blob = blob;
	}
	made->state = (struct segment_state){ .frontier = made->before,
					      .time_ms = 100 };
	memset(made->state.hash.bytes, 0x99, DIGEST_BYTES);
	strcpy(made->checkpoint.origin, "test/log");
	*state = made;
	return 0;
}

static int unmake(void **state)
{
	struct made *made = *state;

	ed25519_done(&made->key);
	free(made);
	return 0;
}

/* Signs and encodes what the items now are. */
static void seal(struct made *made)
{
	struct merkle_frontier after = made->before;
	size_t n_note;

	for (size_t i = 0; i < N_ITEMS; i++) {
		struct digest leaf = merkle_leaf(made->items[i].entry);

		merkle_frontier_add(&after, &leaf);
	}
	if (made->checkpoint.size == 0) {
		made->checkpoint.size = after.size;
		made->checkpoint.root = merkle_frontier_root(&after);
	}
	assert_int_equal(checkpoint_sign(&made->checkpoint, &made->key,
					 &made->vkey, made->note, &n_note), 0);
	made->batch = (struct segment_batch){
		.segment = SEGMENT, .offset = OFFSET,
		.previous = made->state.hash, .before = &made->before,
		.items = made->items, .n_items = N_ITEMS,
		.note = { (const uint8_t *)made->note, n_note },
	};
	made->n = segment_encoded_bytes(&made->batch);
	assert_in_range(made->n, 1, sizeof(made->bytes));
	segment_encode(&made->batch, made->bytes);
}

static enum segment_fault decode(const struct made *made,
				 struct segment_record *ret_record)
{
	return segment_decode((struct bytes){ made->bytes, made->n }, SEGMENT,
			      OFFSET, ret_record);
}

static enum segment_fault judge(struct made *made)
{
	struct segment_state state = made->state;
	struct segment_record record;
	enum segment_fault fault;

	seal(made);
	fault = decode(made, &record);
	if (fault != SEGMENT_SOUND)
		return fault;
	fault = segment_verify(&record, &made->vkey, &state);
	/* A fault must leave everything but the name of the entry alone. */
	if (fault != SEGMENT_SOUND) {
		made->state.n_entry = state.n_entry;
		assert_memory_equal(&state, &made->state, sizeof(state));
	}
	return fault;
}

static void a_record_reads_back_as_it_was_written(void **state)
{
	struct made *made = *state;
	struct segment_record record;
	struct segment_item item;
	size_t at = 0;

	seal(made);
	assert_int_equal(decode(made, &record), SEGMENT_SOUND);
	assert_int_equal(record.n_bytes, made->n);
	assert_int_equal(record.n_bytes % SEGMENT_ALIGN_BYTES, 0);
	assert_int_equal(record.first_seq, FIRST);
	assert_int_equal(record.n_items, N_ITEMS);
	assert_int_equal(record.position.segment, SEGMENT);
	assert_int_equal(record.position.offset, OFFSET);
	assert_true(digest_equal(&record.previous, &made->state.hash));
	assert_memory_equal(record.before.nodes, made->before.nodes,
			    2 * DIGEST_BYTES);
	for (size_t i = 0; i < N_ITEMS; i++) {
		assert_true(segment_next_item(&record, &at, &item));
		assert_int_equal(item.entry.n, ENTRY_HEADER_BYTES);
		assert_memory_equal(item.entry.data, made->encoded[i],
				    ENTRY_HEADER_BYTES);
		assert_int_equal(item.blob.n, i);
	}
	assert_false(segment_next_item(&record, &at, &item));
}

static void every_flipped_bit_of_a_record_is_refused(void **state)
{
	struct made *made = *state;
	struct segment_record record;

	seal(made);
	for (size_t bit = 0; bit < made->n * 8; bit++) {
		made->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(decode(made, &record), SEGMENT_SOUND);
		made->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(decode(made, &record), SEGMENT_SOUND);
}

static void a_record_is_valid_in_its_place_only(void **state)
{
	struct made *made = *state;
	struct segment_record record;
	struct bytes bytes;

	seal(made);
	bytes = (struct bytes){ made->bytes, made->n };
	assert_int_equal(segment_decode(bytes, SEGMENT + 1, OFFSET, &record),
			 SEGMENT_FAULT_POSITION);
	assert_int_equal(segment_decode(bytes, SEGMENT, OFFSET + 512, &record),
			 SEGMENT_FAULT_POSITION);
}

static void a_record_cut_off_anywhere_is_refused(void **state)
{
	struct made *made = *state;
	struct segment_record record;

	seal(made);
	for (size_t k = 0; k < made->n; k++) {
		uint8_t *cut = malloc(k > 0 ? k : 1);

		assert_non_null(cut);
		memcpy(cut, made->bytes, k);
		assert_int_not_equal(segment_decode((struct bytes){ cut, k },
						    SEGMENT, OFFSET, &record),
				     SEGMENT_SOUND);
		free(cut);
	}
}

/* As whoever can hash would do it. */
static void put_hash(struct made *made)
{
	size_t n = get_be32(made->bytes + 32);
	struct digest hash = digest_of((struct bytes){ made->bytes, n - 32 });

	memcpy(made->bytes + n - 32, hash.bytes, 32);
}

static void another_version_is_refused(void **state)
{
	struct made *made = *state;
	struct segment_record record;

	for (size_t i = 4; i < 8; i++) {
		seal(made);
		made->bytes[i] ^= 2;
		put_hash(made);
		assert_int_equal(decode(made, &record), SEGMENT_FAULT_VERSION);
	}
}

static void a_record_has_at_most_4096_items(void **state)
{
	struct made *made = *state;
	struct segment_item *items = calloc(4097, sizeof(*items));
	struct segment_record record;
	struct bytes bytes;

	assert_non_null(items);
	seal(made);
	made->batch.items = items;
	for (uint32_t n = 4096; n <= 4097; n++) {
		made->batch.n_items = n;
		bytes.n = segment_encoded_bytes(&made->batch);
		bytes.data = malloc(bytes.n);
		assert_non_null(bytes.data);
		segment_encode(&made->batch, (uint8_t *)(uintptr_t)bytes.data);
		assert_int_equal(segment_decode(bytes, SEGMENT, OFFSET, &record),
				 n == 4096 ? SEGMENT_SOUND : SEGMENT_FAULT_LENGTH);
		free((void *)(uintptr_t)bytes.data);
	}
	free(items);
}

/* The parts must add up, whatever the checksum says. */
static void lengths_that_do_not_add_up_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} changes[] = {
		{ 12, 0 }, { 12, N_ITEMS - 1 }, { 12, N_ITEMS + 1 },
		{ 12, SEGMENT_ENTRIES_MAX + 1 }, { 36, 0 }, { 36, 1 },
		{ 36, UINT32_MAX }, { 72, 0 }, { 72, ENTRY_HEADER_BYTES + 1 },
		{ 72, UINT32_MAX }, { 72 + 4 + ENTRY_HEADER_BYTES, UINT32_MAX },
		{ 28, 0 }, { 28, 7 },
	};
	struct made *made = *state;
	struct segment_record record;

	for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
		seal(made);
		put_be32(made->bytes + changes[i].at, changes[i].value);
		made->bytes[5] = 1;	/* the hash over all bytes */
		put_hash(made);
		assert_int_equal(decode(made, &record), SEGMENT_FAULT_LENGTH);
	}
}

static void a_record_of_the_first_version_is_still_read(void **state)
{
	struct made *made = *state;
	struct segment_record record;

	seal(made);
	made->bytes[5] = 1;
	assert_int_equal(decode(made, &record), SEGMENT_FAULT_HASH);
	put_hash(made);
	assert_int_equal(decode(made, &record), SEGMENT_SOUND);
	assert_true(record.hashed_whole);
}

/* Where the blob of the last item stands: one of 'a', N_ITEMS - 1 bytes. */
static void erase_last(struct made *made, struct segment_record *ret_record)
{
	struct segment_item item = { .erased = false };
	struct segment_record record;
	size_t at = 0;

	seal(made);
	assert_int_equal(decode(made, &record), SEGMENT_SOUND);
	while (segment_next_item(&record, &at, &item))
		;
	memset(made->bytes + segment_blob_offset(&record, &item) - OFFSET, 0,
	       item.blob.n);
	assert_int_equal(decode(made, ret_record), SEGMENT_SOUND);
	assert_true(digest_equal(&ret_record->hash, &record.hash));
}

static void a_blob_is_erased_and_the_record_stands(void **state)
{
	struct made *made = *state;
	struct segment_state after = made->state;
	struct segment_record record;
	struct segment_item item;
	size_t at = 0;

	erase_last(made, &record);
	assert_int_equal(record.n_erased, 1);
	assert_int_equal(segment_verify(&record, &made->vkey, &after),
			 SEGMENT_SOUND);
	for (size_t i = 0; i < N_ITEMS; i++) {
		assert_true(segment_next_item(&record, &at, &item));
		assert_int_equal(item.erased, i == N_ITEMS - 1);
		assert_int_equal(item.blob.n, item.erased ? 0 : i);
	}
}

/* Half erased is damaged: a blob is whole, or gone. */
static void no_bit_of_an_erased_blob_may_be_left(void **state)
{
	struct made *made = *state;
	struct segment_record record;
	struct segment_item item = { .erased = false };
	size_t at = 0;
	uint8_t *blob;

	erase_last(made, &record);
	while (segment_next_item(&record, &at, &item))
		;
	blob = made->bytes + segment_blob_offset(&record, &item) - OFFSET;
	for (size_t bit = 0; bit < (N_ITEMS - 1) * 8; bit++) {
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(decode(made, &record), SEGMENT_FAULT_BLOB);
		blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void a_sound_record_moves_the_state_behind_it(void **state)
{
	struct made *made = *state;
	struct segment_state after = made->state;
	struct segment_record record;

	seal(made);
	assert_int_equal(decode(made, &record), SEGMENT_SOUND);
	assert_int_equal(segment_verify(&record, &made->vkey, &after),
			 SEGMENT_SOUND);
	assert_int_equal(after.frontier.size, FIRST + N_ITEMS);
	assert_int_equal(after.time_ms, 102);
	assert_true(digest_equal(&after.hash, &record.hash));
	segment_state_before(&record, &after);
	assert_int_equal(segment_verify(&record, NULL, &after), SEGMENT_SOUND);
}

static void each_lie_of_a_well_formed_record_is_named(void **state)
{
	struct made *made = *state;
	struct entry *entry = &made->entries[1];

	assert_int_equal(judge(made), SEGMENT_SOUND);
	entry->seq++;
	entry_encode(entry, made->encoded[1]);
	assert_int_equal(judge(made), SEGMENT_FAULT_SEQ);
	assert_int_equal(made->state.n_entry, FIRST + 1);
	entry->seq--;
	entry->time_ms = 99;
	entry_encode(entry, made->encoded[1]);
	assert_int_equal(judge(made), SEGMENT_FAULT_TIME);
	entry->time_ms = 101;
	entry->blob_hash.bytes[0] ^= 1;
	entry_encode(entry, made->encoded[1]);
	assert_int_equal(judge(made), SEGMENT_FAULT_BLOB);
	entry->blob_hash.bytes[0] ^= 1;
	entry->blob_bytes++;
	entry_encode(entry, made->encoded[1]);
	assert_int_equal(judge(made), SEGMENT_FAULT_BLOB);
	entry->blob_bytes--;
	entry_encode(entry, made->encoded[1]);
	made->encoded[1][4] = 77;
	assert_int_equal(judge(made), SEGMENT_FAULT_ENTRY);
	entry_encode(entry, made->encoded[1]);
	assert_int_equal(judge(made), SEGMENT_SOUND);
}

static void a_record_that_follows_another_tree_is_refused(void **state)
{
	struct made *made = *state;
	struct segment_state other = made->state;
	struct segment_record record;

	seal(made);
	assert_int_equal(decode(made, &record), SEGMENT_SOUND);
	other.hash.bytes[0] ^= 1;
	assert_int_equal(segment_verify(&record, NULL, &other),
			 SEGMENT_FAULT_CHAIN);
	other = made->state;
	other.frontier.nodes[1].bytes[31] ^= 1;
	assert_int_equal(segment_verify(&record, NULL, &other),
			 SEGMENT_FAULT_FRONTIER);
	other = made->state;
	other.frontier.size--;
	assert_int_equal(segment_verify(&record, NULL, &other),
			 SEGMENT_FAULT_FRONTIER);
}

static void a_checkpoint_of_another_tree_or_key_is_refused(void **state)
{
	struct made *made = *state;
	struct segment_state after = made->state;
	struct segment_record record;
	struct vkey other = made->vkey;

	assert_int_equal(judge(made), SEGMENT_SOUND);
	made->checkpoint.root.bytes[5] ^= 1;
	assert_int_equal(judge(made), SEGMENT_FAULT_ROOT);
	made->checkpoint.root.bytes[5] ^= 1;
	made->checkpoint.size++;
	assert_int_equal(judge(made), SEGMENT_FAULT_CHECKPOINT);
	made->checkpoint.size--;
	other.id[0] ^= 1;
	seal(made);
	assert_int_equal(decode(made, &record), SEGMENT_SOUND);
	assert_int_equal(segment_verify(&record, &other, &after),
			 SEGMENT_FAULT_SIGNATURE);
	made->batch.note.n--;
	segment_encode(&made->batch, made->bytes);
	assert_int_equal(decode(made, &record), SEGMENT_SOUND);
	assert_int_equal(segment_verify(&record, &made->vkey, &after),
			 SEGMENT_FAULT_CHECKPOINT);
	assert_int_equal(segment_verify(&record, NULL, &after),
			 SEGMENT_FAULT_CHECKPOINT);
}

static void names_of_segments_have_eight_digits(void **state)
{
	static const char *const wrong[] = {
		"", "0.seg", "0000000.seg", "000000000.seg", "00000000.tmp",
		"0000000x.seg", "next.seg", "00000000.segx", "-0000001.seg",
	};
	char name[SEGMENT_NAME_BYTES];
	uint32_t segment;

	(void)state;
	segment_name(7, name);
	assert_string_equal(name, "00000007.seg");
	assert_true(segment_name_parse("00000007.seg", &segment));
	assert_int_equal(segment, 7);
	assert_true(segment_name_parse("99999999.seg", &segment));
	assert_int_equal(segment, 99999999);
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		assert_false(segment_name_parse(wrong[i], &segment));
}

static void each_fault_has_its_own_words(void **state)
{
	(void)state;
	for (int a = SEGMENT_SOUND; a <= SEGMENT_FAULT_SIGNATURE; a++)
		for (int b = SEGMENT_SOUND; b < a; b++)
			assert_string_not_equal(
				segment_fault_text((enum segment_fault)a),
				segment_fault_text((enum segment_fault)b));
}

#define WITH_RECORD(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RECORD(a_record_reads_back_as_it_was_written),
		WITH_RECORD(every_flipped_bit_of_a_record_is_refused),
		WITH_RECORD(a_record_is_valid_in_its_place_only),
		WITH_RECORD(a_record_cut_off_anywhere_is_refused),
		WITH_RECORD(another_version_is_refused),
		WITH_RECORD(a_record_of_the_first_version_is_still_read),
		WITH_RECORD(a_blob_is_erased_and_the_record_stands),
		WITH_RECORD(no_bit_of_an_erased_blob_may_be_left),
		WITH_RECORD(a_record_has_at_most_4096_items),
		WITH_RECORD(lengths_that_do_not_add_up_are_refused),
		WITH_RECORD(a_sound_record_moves_the_state_behind_it),
		WITH_RECORD(each_lie_of_a_well_formed_record_is_named),
		WITH_RECORD(a_record_that_follows_another_tree_is_refused),
		WITH_RECORD(a_checkpoint_of_another_tree_or_key_is_refused),
		cmocka_unit_test(names_of_segments_have_eight_digits),
		cmocka_unit_test(each_fault_has_its_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
