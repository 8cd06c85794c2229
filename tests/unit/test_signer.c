/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/signer.h"

#define NAME "example.org/test/log"

struct place {
	char folder[64];
	char key[80];
	char public_half[88];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->folder, "/tmp/permit-key-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->key, sizeof(place->key), "%s/key", place->folder);
	snprintf(place->public_half, sizeof(place->public_half), "%s.pub",
		 place->key);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	unlink(place->key);
	unlink(place->public_half);
	/* Nothing else may be left: no half-written file, no copy of the key. */
	assert_int_equal(rmdir(place->folder), 0);
	free(place);
	return 0;
}

static void put_key(const struct place *place, const char *text, mode_t mode)
{
	int fd = open(place->key, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void a_created_key_loads_again_as_the_same_key(void **state)
{
	struct place *place = *state;
	struct signer one, two;

	assert_int_equal(signer_create(place->key, NOTE_KEY_ED25519, NAME, &one), 0);
	assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, NAME, &two), 0);
	assert_memory_equal(&one.vkey, &two.vkey, sizeof(one.vkey));
	assert_string_equal(one.vkey.name, NAME);
	signer_done(&one);
	signer_done(&two);
	signer_done(&two);
}

static void only_its_owner_may_read_the_key_but_all_its_public_half(void **state)
{
	struct place *place = *state;
	char text[VKEY_TEXT_BYTES + 2] = { 0 }, expected[VKEY_TEXT_BYTES];
	struct signer signer;
	struct stat status;
	mode_t before = umask(0);
	FILE *file;

	assert_int_equal(signer_create(place->key, NOTE_KEY_ED25519, NAME, &signer), 0);
	umask(before);
	assert_int_equal(stat(place->key, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(stat(place->public_half, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	file = fopen(place->public_half, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	vkey_print(&signer.vkey, expected);
	assert_memory_equal(text, expected, strlen(expected));
	assert_string_equal(text + strlen(expected), "\n");
	signer_done(&signer);
}

static void a_key_is_never_replaced(void **state)
{
	struct place *place = *state;
	struct signer one, two;

	assert_int_equal(signer_create(place->key, NOTE_KEY_ED25519, NAME, &one), 0);
	assert_int_equal(signer_create(place->key, NOTE_KEY_ED25519, NAME, &two), -EEXIST);
	assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, NAME, &two), 0);
	assert_memory_equal(&one.vkey, &two.vkey, sizeof(one.vkey));
	signer_done(&one);
	signer_done(&two);
}

static void two_keys_are_never_the_same(void **state)
{
	struct place *place = *state;
	struct signer one, two;

	assert_int_equal(signer_create(place->key, NOTE_KEY_ED25519, NAME, &one), 0);
	assert_int_equal(unlink(place->key), 0);
	assert_int_equal(signer_create(place->key, NOTE_KEY_ED25519, NAME, &two), 0);
	assert_memory_not_equal(one.vkey.public_key, two.vkey.public_key, 32);
	signer_done(&one);
	signer_done(&two);
}

static void a_key_that_others_could_touch_is_refused(void **state)
{
	struct place *place = *state;
	struct signer signer;

	assert_int_equal(signer_create(place->key, NOTE_KEY_ED25519, NAME, &signer), 0);
	signer_done(&signer);
	for (mode_t bit = 1; bit < 0100; bit <<= 1) {
		assert_int_equal(chmod(place->key, 0600 | bit), 0);
		assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, NAME, &signer),
				 SIGNER_E_OPEN_TO_OTHERS);
	}
	assert_int_equal(chmod(place->key, 0400), 0);
	assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, NAME, &signer), 0);
	signer_done(&signer);
}

/* Seed 00..1f, whose public key stands in the format's known answer. */
#define SEED_LINE(name, id, end) \
	"PRIVATE+KEY+" name "+" id "+" \
	"AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f" end
#define LOG1 "example.org/permit/log1"

static void a_key_of_another_tool_is_read(void **state)
{
	struct place *place = *state;
	char text[VKEY_TEXT_BYTES];
	struct signer signer;

	put_key(place, SEED_LINE(LOG1, "1111dfce", "\n"), 0600);
	assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, LOG1, &signer), 0);
	vkey_print(&signer.vkey, text);
	assert_string_equal(text, LOG1 "+1111dfce+"
			    "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
	signer_done(&signer);
}

static void what_is_no_key_of_this_name_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "\n", "PRIVATE+KEY+", SEED_LINE(LOG1, "1111dfce", ""),
		SEED_LINE(LOG1, "1111dfcf", "\n"),
		SEED_LINE("example.org/permit/log2", "1111dfce", "\n"),
		SEED_LINE(LOG1, "1111dfce", "\n\n"),
		SEED_LINE(LOG1, "1111dfce", "AAAA\n"),
		"PRIVATE+KEY+" LOG1 "+1111dfce+AQAB\n",
	};
	struct place *place = *state;
	struct signer signer;

	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		put_key(place, wrong[i], 0600);
		assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, LOG1, &signer),
				 SIGNER_E_FORMAT);
	}
}

static void what_is_no_regular_file_is_refused(void **state)
{
	struct place *place = *state;
	struct signer signer;

	assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, NAME, &signer),
			 SIGNER_E_ABSENT);
	assert_int_equal(symlink("/dev/null", place->key), 0);
	assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, NAME, &signer),
			 SIGNER_E_FORMAT);
	assert_int_equal(unlink(place->key), 0);
	/* Not even a link to a good key: whoever owns the link could move it. */
	put_key(place, SEED_LINE(LOG1, "1111dfce", "\n"), 0600);
	assert_int_equal(rename(place->key, place->public_half), 0);
	assert_int_equal(symlink(place->public_half, place->key), 0);
	assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, LOG1, &signer),
			 SIGNER_E_FORMAT);
	assert_int_equal(unlink(place->key), 0);
	assert_int_equal(mkfifo(place->key, 0600), 0);
	assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, NAME, &signer),
			 SIGNER_E_FORMAT);
}

static void names_that_are_not_ours_are_refused(void **state)
{
	struct place *place = *state;
	struct signer signer;

	assert_int_equal(signer_create(place->key, NOTE_KEY_ED25519, "Our Log",
				       &signer), -EINVAL);
	assert_int_equal(signer_create(place->key, NOTE_KEY_ED25519, "", &signer), -EINVAL);
	assert_int_equal(signer_load(place->key, NOTE_KEY_ED25519, "Our Log", &signer),
			 -EINVAL);
	assert_int_not_equal(access(place->key, F_OK), 0);
}

#define WITH_PLACE(test) \
	cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PLACE(a_created_key_loads_again_as_the_same_key),
		WITH_PLACE(
			only_its_owner_may_read_the_key_but_all_its_public_half),
		WITH_PLACE(a_key_is_never_replaced),
		WITH_PLACE(two_keys_are_never_the_same),
		WITH_PLACE(a_key_that_others_could_touch_is_refused),
		WITH_PLACE(a_key_of_another_tool_is_read),
		WITH_PLACE(what_is_no_key_of_this_name_is_refused),
		WITH_PLACE(what_is_no_regular_file_is_refused),
		WITH_PLACE(names_that_are_not_ours_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
