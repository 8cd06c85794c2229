/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store/high_water.h"

static char path[] = "/tmp/permit-water-XXXXXX/water";
#define FOLDER_BYTES (sizeof(path) - sizeof("/water"))
#define FILE_BYTES (4096 + 256)

static int make(void **state)
{
	(void)state;
	memset(path + FOLDER_BYTES - 6, 'X', 6);
	path[FOLDER_BYTES] = '\0';
	if (mkdtemp(path) == NULL)
		return -1;
	path[FOLDER_BYTES] = '/';
	return 0;
}

static int end(void **state)
{
	(void)state;
	unlink(path);
	path[FOLDER_BYTES] = '\0';
	rmdir(path);
	path[FOLDER_BYTES] = '/';
	return 0;
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void assert_note(const char *expected)
{
	struct high_water water = HIGH_WATER_CLOSED;

	assert_int_equal(high_water_open(path, &water), 0);
	assert_int_equal(water.n_note, strlen(expected));
	assert_memory_equal(water.note, expected, water.n_note);
	high_water_close(&water);
}

static void put(const char *note)
{
	struct high_water water = HIGH_WATER_CLOSED;

	assert_int_equal(high_water_open(path, &water), 0);
	assert_int_equal(high_water_put(&water, bytes_of(note)), 0);
	high_water_close(&water);
}

static void create(const char *note)
{
	struct high_water water = HIGH_WATER_CLOSED;

	assert_int_equal(high_water_create(path, &water), 0);
	assert_int_equal(high_water_put(&water, bytes_of(note)), 0);
	high_water_close(&water);
}

static void the_newest_note_is_read_back(void **state)
{
	(void)state;
	create("one");
	assert_note("one");
	put("two, longer");
	assert_note("two, longer");
	put("three");
	assert_note("three");
}

static void there_is_none_before_the_first_and_one_file_is_not_replaced(void **state)
{
	struct high_water water = HIGH_WATER_CLOSED;

	(void)state;
	assert_int_equal(high_water_open(path, &water), HIGH_WATER_E_ABSENT);
	create("one");
	assert_int_equal(high_water_create(path, &water), -EEXIST);
	assert_note("one");
}

static void a_note_has_1_to_1024_bytes(void **state)
{
	struct high_water water = HIGH_WATER_CLOSED;
	char note[HIGH_WATER_NOTE_BYTES + 2];

	(void)state;
	memset(note, 'n', sizeof(note));
	note[sizeof(note) - 1] = '\0';
	create("one");
	assert_int_equal(high_water_open(path, &water), 0);
	assert_int_equal(high_water_put(&water, bytes_of("")), -EMSGSIZE);
	assert_int_equal(high_water_put(&water, bytes_of(note)), -EMSGSIZE);
	note[HIGH_WATER_NOTE_BYTES] = '\0';
	assert_int_equal(high_water_put(&water, bytes_of(note)), 0);
	high_water_close(&water);
	assert_note(note);
}

/* Whatever a write that was cut off leaves of a slot, the other one is read. */
static void a_slot_with_one_bit_turned_over_gives_way_to_the_other(void **state)
{
	uint8_t file[FILE_BYTES] = { 0 };
	struct high_water water = HIGH_WATER_CLOSED;
	ssize_t n;
	int fd;

	(void)state;
	create("older");
	put("newer");
	fd = open(path, O_RDWR);
	n = read(fd, file, sizeof(file));
	assert_true(n > 16 + 5 + 32);
	/* The first was written as turn 1, so the newer one is in slot 0. */
	for (size_t bit = 0; bit < (16 + 5 + 32) * 8; bit++) {
		uint8_t byte = file[bit / 8] ^ (uint8_t)(1u << (bit % 8));

		assert_int_equal(pwrite(fd, &byte, 1, (off_t)bit / 8), 1);
		assert_note("older");
		assert_int_equal(pwrite(fd, &file[bit / 8], 1, (off_t)bit / 8), 1);
	}
	assert_note("newer");
	assert_int_equal(pwrite(fd, "x", 1, 4096 + 20), 1);
	assert_note("newer");
	assert_int_equal(pwrite(fd, "x", 1, 20), 1);
	assert_int_equal(high_water_open(path, &water), HIGH_WATER_E_DAMAGED);
	close(fd);
}

static void a_slot_in_the_place_of_the_other_is_none(void **state)
{
	struct high_water water = HIGH_WATER_CLOSED;
	uint8_t slot[64];
	int fd;

	(void)state;
	create("one");
	fd = open(path, O_RDWR);
	assert_true(pread(fd, slot, 16 + 3 + 32, 4096) == 16 + 3 + 32);
	assert_int_equal(pwrite(fd, slot, 16 + 3 + 32, 0), 16 + 3 + 32);
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_int_equal(high_water_open(path, &water), HIGH_WATER_E_DAMAGED);
	close(fd);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(the_newest_note_is_read_back),
		WITH_FOLDER(there_is_none_before_the_first_and_one_file_is_not_replaced),
		WITH_FOLDER(a_note_has_1_to_1024_bytes),
		WITH_FOLDER(a_slot_with_one_bit_turned_over_gives_way_to_the_other),
		WITH_FOLDER(a_slot_in_the_place_of_the_other_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
