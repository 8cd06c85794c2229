/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/store/diagram_record.h"
#include "daemon/store/editions.h"
#include "policy/diagram/image_layout.h"
#include "policy/language/policy.h"
#include "proto/meaning.h"
#include "tests/support/files.h"

static char folder[64];
static struct lmdb *lmdb;
static struct editions *editions;
static struct arena arena;
static struct diagnostics diagnostics;

static int open_fresh(void)
{
	strcpy(folder, "/tmp/permitd-editions-XXXXXX");
	if (mkdtemp(folder) == NULL ||
	    lmdb_open(folder, LMDB_MAP_MIN_BYTES, &lmdb) != 0)
		return -1;
	return editions_open(lmdb, 2, &editions);
}

static int close_all(void)
{
	char command[128];

	editions_close(&editions);
	lmdb_close(&lmdb);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 4 * (size_t)POLICY_ARENA_BYTES);
	return open_fresh();
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	return close_all();
}

static void open_again(void)
{
	editions_close(&editions);
	lmdb_close(&lmdb);
	assert_int_equal(lmdb_open(folder, LMDB_MAP_MIN_BYTES, &lmdb), 0);
	assert_int_equal(editions_open(lmdb, 2, &editions), 0);
}

static const struct edition_info *add_file(const char *vocabulary, const char *policy)
{
	struct bytes v = file_read(vocabulary);
	struct bytes p = file_read(policy);
	struct enactment enactment = { .seq = editions_count(editions) + 1 };
	const struct edition_info *info;
	const struct edition *edition;
	struct bytes bundle;

	assert_int_equal(policy_load(v, p, &arena, &edition, &diagnostics), 0);
	assert_int_equal(policy_bundle(v, p, &arena, &bundle, &diagnostics), 0);
	enactment.hash = digest_of(bundle);
	assert_int_equal(editions_add(editions, edition, bundle, &enactment, &info), 0);
	file_done(&v);
	file_done(&p);
	return info;
}

/* An image that LMDB gives a page of its own, and one that it does not. */
static const struct edition_info *add_large(void)
{
	return add_file("policy/tables/vocabulary.md",
			"policy/tables/canada/ca-vtip-2026-03-26.md");
}

static const struct edition_info *add_small(void)
{
	return add_file("tests/support/small/vocabulary.md",
			"tests/support/small/policy.md");
}

static struct bytes stored_record(const struct digest *hash)
{
	struct bytes record;

	assert_int_equal(lmdb_standing(lmdb, TABLE_DIAGRAMS,
				       (struct bytes){ hash->bytes, DIGEST_BYTES },
				       &record),
			 0);
	return record;
}

static const struct edition *load(const struct edition_info *info)
{
	const struct edition *edition;

	assert_int_equal(editions_load(editions, info, &edition), 0);
	return edition;
}

static bool is_in_place(const struct edition *edition, const struct digest *hash)
{
	return edition->diagram->image.data ==
	       stored_record(hash).data + DIAGRAM_RECORD_BYTES;
}

/* ---- In place ---- */

static void a_large_diagram_is_used_where_it_lies(void **state)
{
	const struct edition_info *info = add_large();
	const struct edition *edition = load(info);

	(void)state;
	assert_true(is_in_place(edition, &info->hash));
	assert_ptr_not_equal(edition->diagram->children, NULL);
	assert_true((const uint8_t *)edition->diagram->children >
		    stored_record(&info->hash).data);
}

static void a_small_diagram_is_used_wherever_it_lies(void **state)
{
	const struct edition_info *info = add_small();
	const struct edition *edition = load(info);
	struct bytes record = stored_record(&info->hash);

	(void)state;
	assert_int_equal(edition->diagram->image.n, record.n - DIAGRAM_RECORD_BYTES);
	assert_memory_equal(edition->diagram->image.data,
			    record.data + DIAGRAM_RECORD_BYTES,
			    edition->diagram->image.n);
	assert_int_equal((uintptr_t)edition->diagram->image.data % IMAGE_ALIGNMENT, 0);
}

static void put_much(struct txn *txn, void *context)
{
	static uint8_t filler[256 * 1024];
	const uint8_t *key = context;

	txn_put(txn, TABLE_META, (struct bytes){ key, 1 },
		(struct bytes){ filler, sizeof(filler) });
}

/* The map is far too small for this, so it grows, and moves. */
static void a_diagram_in_use_follows_the_map(void **state)
{
	const struct edition_info *infos[] = { add_large(), add_small() };
	const struct edition *loaded[] = { load(infos[0]), load(infos[1]) };
	size_t map_bytes = lmdb_map_bytes(lmdb);
	struct bytes before[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		before[i].n = loaded[i]->diagram->image.n;
		before[i].data = memcpy(arena_alloc(&arena, before[i].n),
					loaded[i]->diagram->image.data, before[i].n);
	}
	for (uint8_t key = 0; key < 40; key++)
		assert_int_equal(lmdb_write(lmdb, put_much, &key), 0);
	assert_true(lmdb_map_bytes(lmdb) > 8 * map_bytes);
	assert_true(is_in_place(loaded[0], &infos[0]->hash));
	for (size_t i = 0; i < 2; i++) {
		struct diagram *again;

		assert_int_equal(loaded[i]->diagram->image.n, before[i].n);
		assert_memory_equal(loaded[i]->diagram->image.data, before[i].data,
				    before[i].n);
		/* every view into the image, not only its beginning */
		assert_int_equal(image_open(loaded[i]->diagram->image, loaded[i], &arena,
					    &arena, &again),
				 IMAGE_SOUND);
		assert_ptr_equal(again->children, loaded[i]->diagram->children);
		assert_ptr_equal(again->first_child, loaded[i]->diagram->first_child);
		assert_ptr_equal(again->variable, loaded[i]->diagram->variable);
	}
}

/* What is written again and again takes no more room while a diagram is in use. */
static void a_diagram_in_use_does_not_make_the_file_grow(void **state)
{
	const struct edition_info *info = add_large();
	const struct edition *edition = load(info);
	size_t map_bytes;
	uint8_t key = 7;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(lmdb_write(lmdb, put_much, &key), 0);
	map_bytes = lmdb_map_bytes(lmdb);
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(lmdb_write(lmdb, put_much, &key), 0);
	assert_int_equal(lmdb_map_bytes(lmdb), map_bytes);
	assert_true(is_in_place(edition, &info->hash));
}

/* ---- Meanings ---- */

static void a_meaning_is_known_again_after_opening(void **state)
{
	struct digest meaning = add_large()->meaning;
	struct digest expected;

	(void)state;
	assert_false(digest_is_zero(&meaning));
	open_again();
	assert_true(meaning_equal(&editions_at(editions, 0)->meaning, &meaning));
	assert_int_equal(meaning_digest(load(editions_at(editions, 0)), &expected), 0);
	assert_true(meaning_equal(&expected, &meaning));
}

static void no_meaning_equals_nothing(void **state)
{
	struct digest none = { { 0 } };

	(void)state;
	assert_false(meaning_equal(&none, &none));
}

/* ---- Damage ---- */

struct put {
	struct bytes key;
	struct bytes value;
};

static void put_record(struct txn *txn, void *context)
{
	const struct put *put = context;

	txn_put(txn, TABLE_DIAGRAMS, put->key, put->value);
}

static void replace(const struct digest *hash, struct bytes record)
{
	struct put put = { { hash->bytes, DIGEST_BYTES }, record };

	assert_int_equal(lmdb_write(lmdb, put_record, &put), 0);
}

/* A copy of the record with 8 spare bytes, to change. */
static uint8_t *copy_record(const struct digest *hash, struct bytes *ret_copy)
{
	struct bytes record = stored_record(hash);
	uint8_t *copy = arena_alloc(&arena, record.n + 8);

	assert_non_null(copy);
	memcpy(copy, record.data, record.n);
	*ret_copy = (struct bytes){ copy, record.n };
	return copy;
}

static void seal(const struct digest *hash, uint8_t *record, size_t n)
{
	const struct bytes parts[] = { { hash->bytes, DIGEST_BYTES },
				       { record + DIGEST_BYTES, n - DIGEST_BYTES } };
	struct digest sum = digest_of_parts(parts, 2);

	memcpy(record, sum.bytes, DIGEST_BYTES);
}

/*
 * The record is put in the place of the right one. At the next start the edition
 * has its meaning and its diagram all the same, and the record is as it was.
 */
static void is_mended(const struct edition_info *info, struct bytes bad)
{
	struct digest hash = info->hash;
	struct digest meaning = info->meaning;
	struct bytes right;

	copy_record(&hash, &right);
	editions_close(&editions);
	replace(&hash, bad);
	assert_int_equal(editions_open(lmdb, 2, &editions), 0);
	info = editions_by_hash(editions, &hash);
	assert_true(meaning_equal(&info->meaning, &meaning));
	assert_int_equal(load(info)->diagram->image.n, right.n - DIAGRAM_RECORD_BYTES);
	assert_int_equal(stored_record(&hash).n, right.n);
	assert_memory_equal(stored_record(&hash).data, right.data, right.n);
}

static void a_record_that_is_not_right_is_made_again(void **state)
{
	const struct digest hash = add_large()->hash;
	struct bytes record;
	uint8_t *copy;

	(void)state;
#define INFO editions_by_hash(editions, &hash)
	copy = copy_record(&hash, &record);
	is_mended(INFO, (struct bytes){ copy, 0 });
	is_mended(INFO, (struct bytes){ copy, DIAGRAM_RECORD_BYTES - 1 });
	is_mended(INFO, (struct bytes){ copy, record.n - 8 });
	copy[record.n / 2] ^= 1;
	is_mended(INFO, record);
	/* another version, another engine: of no use, though nothing is damaged */
	copy = copy_record(&hash, &record);
	copy[35]++;
	seal(&hash, copy, record.n);
	is_mended(INFO, record);
	copy = copy_record(&hash, &record);
	copy[40] ^= 1;
	seal(&hash, copy, record.n);
	is_mended(INFO, record);
}

static void a_record_of_another_edition_is_made_again(void **state)
{
	const struct digest small = add_small()->hash;
	const struct digest hash = add_large()->hash;
	struct bytes record;

	(void)state;
	copy_record(&small, &record);
	is_mended(INFO, record);
}

/* The record says what it should, and the image in it is none: seen at the load. */
static void an_image_that_is_not_right_is_made_again(void **state)
{
	struct digest hash = add_large()->hash;
	struct bytes record, right;
	uint8_t *copy;

	(void)state;
	copy_record(&hash, &right);
	copy = copy_record(&hash, &record);
	copy[DIAGRAM_RECORD_BYTES + 8]++;	/* its version */
	seal(&hash, copy, record.n);
	editions_close(&editions);
	replace(&hash, record);
	assert_int_equal(editions_open(lmdb, 2, &editions), 0);
	assert_int_not_equal(stored_record(&hash).data[DIAGRAM_RECORD_BYTES + 8],
			     right.data[DIAGRAM_RECORD_BYTES + 8]);
	assert_false(is_in_place(load(INFO), &hash));
	assert_memory_equal(stored_record(&hash).data, right.data, right.n);
}

static void put_edition_alone(struct txn *txn, void *context)
{
	const struct put *puts = context;

	txn_put(txn, TABLE_EDITIONS, puts[0].key, puts[0].value);
	txn_put(txn, TABLE_BUNDLES, puts[1].key, puts[1].value);
}

/* As a database is that an earlier release left. */
static void a_database_without_diagrams_gets_them(void **state)
{
	struct digest hash = add_large()->hash;
	struct digest meaning = editions_at(editions, 0)->meaning;
	struct put puts[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bytes value;

		puts[i].key = (struct bytes){ hash.bytes, DIGEST_BYTES };
		assert_int_equal(lmdb_standing(lmdb, i == 0 ? TABLE_EDITIONS : TABLE_BUNDLES,
					       puts[i].key, &value),
				 0);
		puts[i].value.n = value.n;
		puts[i].value.data = memcpy(arena_alloc(&arena, value.n), value.data,
					    value.n);
	}
	assert_int_equal(close_all(), 0);
	assert_int_equal(open_fresh(), 0);
	editions_close(&editions);
	assert_int_equal(lmdb_write(lmdb, put_edition_alone, puts), 0);
	assert_int_equal(editions_open(lmdb, 2, &editions), 0);
	assert_true(meaning_equal(&editions_at(editions, 0)->meaning, &meaning));
	open_again();
	assert_true(is_in_place(load(editions_at(editions, 0)), &hash));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(a_large_diagram_is_used_where_it_lies),
		TEST(a_small_diagram_is_used_wherever_it_lies),
		TEST(a_diagram_in_use_follows_the_map),
		TEST(a_diagram_in_use_does_not_make_the_file_grow),
		TEST(a_meaning_is_known_again_after_opening),
		TEST(no_meaning_equals_nothing),
		TEST(a_record_that_is_not_right_is_made_again),
		TEST(a_record_of_another_edition_is_made_again),
		TEST(an_image_that_is_not_right_is_made_again),
		TEST(a_database_without_diagrams_gets_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
