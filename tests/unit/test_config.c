/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/config.h"

static char text[CONFIG_ERROR_BYTES];
static struct config config;

#define WORDS(...) ((const char *const[]){ "permitd", __VA_ARGS__ })
#define READ(...)                                          \
	config_read((int)ARRAY_LENGTH(WORDS(__VA_ARGS__)), \
		    (char *const *)(uintptr_t)WORDS(__VA_ARGS__), &config, text)
#define PLACES "--store", "s", "--socket", "k"

static void a_store_is_needed_and_a_socket_may_come_from_elsewhere(void **state)
{
	(void)state;
	assert_int_equal(READ("--socket=k"), CONFIG_E_WRONG);
	assert_int_equal(READ("--store", "s"), 0);
	assert_string_equal(config.socket, "");
	assert_int_equal(READ("--store=s", "--socket", "k"), 0);
	assert_string_equal(config.store, "s");
	assert_string_equal(config.socket, "k");
}

static void every_number_is_held_to_its_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < config_n_options; i++) {
		const struct config_option *option = &config_options[i];
		char at[128];

		if (option->maximum == 0)
			continue;
		snprintf(at, sizeof(at), "--%s=%llu", option->name,
			 (unsigned long long)option->minimum);
		assert_int_equal(READ(PLACES, at), 0);
		snprintf(at, sizeof(at), "--%s=%llu", option->name,
			 (unsigned long long)option->maximum);
		assert_int_equal(READ(PLACES, at), 0);
		snprintf(at, sizeof(at), "--%s=%llu", option->name,
			 (unsigned long long)option->maximum + 1);
		assert_int_equal(READ(PLACES, at), CONFIG_E_WRONG);
		assert_non_null(strstr(text, option->name));
		if (option->minimum == 0)
			continue;
		snprintf(at, sizeof(at), "--%s=%llu", option->name,
			 (unsigned long long)option->minimum - 1);
		assert_int_equal(READ(PLACES, at), CONFIG_E_WRONG);
	}
}

static void a_number_is_digits_and_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(READ(PLACES, "--max-streams", "-1"), CONFIG_E_WRONG);
	assert_int_equal(READ(PLACES, "--max-streams", "4k"), CONFIG_E_WRONG);
	assert_int_equal(READ(PLACES, "--max-streams", ""), CONFIG_E_WRONG);
	assert_int_equal(READ(PLACES, "--max-streams", "99999999999999999999999"),
			 CONFIG_E_WRONG);
	assert_int_equal(READ(PLACES, "--segment-bytes", "65537"), CONFIG_E_WRONG);
}

static void what_is_no_option_is_named(void **state)
{
	(void)state;
	assert_int_equal(READ(PLACES, "--color", "no"), CONFIG_E_WRONG);
	assert_non_null(strstr(text, "--color"));
	assert_int_equal(READ(PLACES, "stray"), CONFIG_E_WRONG);
	assert_int_equal(READ(PLACES, "--origin"), CONFIG_E_WRONG);
	assert_int_equal(READ("--help"), CONFIG_E_HELP);
	assert_int_equal(READ("--version"), CONFIG_E_VERSION);
}

static void a_text_has_a_longest_length(void **state)
{
	char longest[CONFIG_TEXT_BYTES + 1];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[CONFIG_TEXT_BYTES - 1] = '\0';
	assert_int_equal(READ(PLACES, "--origin", longest), 0);
	longest[CONFIG_TEXT_BYTES - 1] = 'a';
	longest[CONFIG_TEXT_BYTES] = '\0';
	assert_int_equal(READ(PLACES, "--origin", longest), CONFIG_E_WRONG);
}

static void write_file(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

static void the_command_line_goes_over_the_file(void **state)
{
	char path[] = "/tmp/permitd-config-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	write_file(path,
		   "# comment\n[permitd]\nstore = s\nsocket = k\nmax-streams = 3\n"
		   "max-requests = 5\n");
	assert_int_equal(READ("--config", path, "--max-streams", "4"), 0);
	assert_int_equal(config.limits.streams, 4);
	assert_int_equal(config.limits.requests, 5);
	write_file(path, "store = s\nsocket = k\nmax-stream = 3\n");
	assert_int_equal(READ("--config", path), CONFIG_E_WRONG);
	assert_non_null(strstr(text, ":3: there is no option max-stream"));
	write_file(path, "[other]\nstore = s\n");
	assert_int_equal(READ("--config", path), CONFIG_E_WRONG);
	assert_non_null(strstr(text, ":2: there is no section [other]"));
	unlink(path);
	assert_int_equal(READ("--config", path), CONFIG_E_WRONG);
}

static void a_reload_takes_what_may_change_and_names_the_rest(void **state)
{
	const char *names[4];
	struct config running;

	(void)state;
	assert_int_equal(READ(PLACES), 0);
	running = config;
	assert_int_equal(READ("--store", "other", "--socket", "k", "--max-streams",
			      "7", "--map-bytes", "262144"),
			 0);
	assert_int_equal(config_reload(&running, &config, names, 4), 2);
	assert_string_equal(names[0], "store");
	assert_string_equal(names[1], "map-bytes");
	assert_int_equal(running.limits.streams, 7);
	assert_string_equal(running.store, "s");
	assert_int_equal(running.map_bytes, 67108864);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_store_is_needed_and_a_socket_may_come_from_elsewhere),
		cmocka_unit_test(every_number_is_held_to_its_range),
		cmocka_unit_test(a_number_is_digits_and_nothing_else),
		cmocka_unit_test(what_is_no_option_is_named),
		cmocka_unit_test(a_text_has_a_longest_length),
		cmocka_unit_test(the_command_line_goes_over_the_file),
		cmocka_unit_test(a_reload_takes_what_may_change_and_names_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
