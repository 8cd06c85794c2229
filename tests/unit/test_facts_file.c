/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clients/facts_file.h"

struct fixture {
	struct arena arena;
	struct facts_file file;
	struct facts_fault fault;
};

static struct fixture *fixture_of(void **state)
{
	return *state;
}

static int setup(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	arena_init(&fixture.arena, 1024 * 1024);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	arena_done(&fixture_of(state)->arena);
	return 0;
}

static int read_text(struct fixture *fixture, const char *text)
{
	return facts_file_read(
		(struct bytes){ (const uint8_t *)text, strlen(text) },
		&fixture->arena, &fixture->file, &fixture->fault);
}

/* The file is refused at this place, and the message has these words. */
static void assert_refused(struct fixture *fixture, const char *text, uint32_t line,
			   uint32_t column, const char *words)
{
	assert_int_equal(read_text(fixture, text), FACTS_FILE_E_NOT_VALID);
	assert_non_null(strstr(fixture->fault.message, words));
	assert_int_equal(fixture->fault.place.line, line);
	assert_int_equal(fixture->fault.place.column, column);
}

static void a_line_is_a_key_a_value_and_where_it_comes_from(void **state)
{
	struct fixture *fixture = fixture_of(state);
	const struct facts_item *item = &fixture->file.items[0];
	day_t day = date_day((struct civil){ 2025, 1, 20 });

	assert_int_equal(read_text(fixture,
				   "# who says so\n\n"
				   "  ident.status = possible  @ 2025-01-20 "
				   "authority   documented \r\n"),
			 0);
	assert_int_equal(fixture->file.n, 1);
	assert_string_equal(item->key, "ident.status");
	assert_string_equal(item->value, "possible");
	assert_int_equal(item->state, ANSWER_VALUE);
	assert_int_equal(item->source, SOURCE_AUTHORITY);
	assert_int_equal(item->basis, BASIS_DOCUMENTED);
	assert_true(item->has_dated);
	assert_int_equal(item->dated, day);
	assert_int_equal(item->key_place.line, 3);
	assert_int_equal(item->key_place.column, 3);
	assert_int_equal(item->value_place.column, 18);
}

static void what_is_not_known_or_declined_has_no_value(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_int_equal(read_text(fixture, "a = not known\nb = declined @ person"),
			 0);
	assert_int_equal(fixture->file.items[0].state, ANSWER_NOT_KNOWN);
	assert_null(fixture->file.items[0].value);
	assert_int_equal(fixture->file.items[1].state, ANSWER_DECLINED);
	assert_int_equal(fixture->file.items[1].source, SOURCE_PERSON);
}

static void an_empty_file_says_that_nothing_was_asked(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_int_equal(read_text(fixture, ""), 0);
	assert_int_equal(fixture->file.n, 0);
	assert_int_equal(read_text(fixture, "# nothing\n\n   \n"), 0);
	assert_int_equal(fixture->file.n, 0);
}

static void a_mistake_is_told_with_its_line_and_column(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_refused(fixture, "a = 1\nb is 2\n", 2, 1, "key = value");
	assert_refused(fixture, "a = 1\n b =\n", 2, 2, "has no value");
	assert_refused(fixture, "a = @ person\n", 1, 1, "has no value");
	assert_refused(fixture, "a = 1\na = 2\n", 2, 1, "first in line 1");
	assert_refused(fixture, "Ident.Status = possible\n", 1, 1, "no name");
	assert_refused(fixture, "= possible\n", 1, 1, "no name");
	assert_refused(fixture, "a = 1 @ persn\n", 1, 9,
		       "no source, basis or date");
	assert_refused(fixture, "a = 1 @ 2025-02-30\n", 1, 9, "no source, basis");
	assert_refused(fixture, "a = 1 @\n", 1, 8, "belongs behind @");
	assert_refused(fixture, "a = 1 @ person officer\n", 1, 16,
		       "a second source");
	assert_refused(fixture, "a = 1 @ stated assessed\n", 1, 16, "a second");
	assert_refused(fixture, "a = 1\nb = \xff\n", 2, 5, "UTF-8");
}

static void testimony_is_refused_by_its_name_and_its_value_is_not_repeated(
	void **state)
{
	static const char *const names[] = {
		"proceedings_concluded", "testified", "willing_to_cooperate",
		"police_report_filed",	 "denuncia",  "trafficker_convicted",
	};
	struct fixture *fixture = fixture_of(state);
	char text[128];
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(names); i++) {
		snprintf(text, sizeof(text), "a = 1\n%s = secretvalue\n", names[i]);
		assert_refused(fixture, text, 2, 1, names[i]);
		assert_true(fixture->fault.testimony);
		assert_null(strstr(fixture->fault.message, "secretvalue"));
		snprintf(text, sizeof(text), "{\"%s\": \"secretvalue\"}", names[i]);
		assert_refused(fixture, text, 1, 3, names[i]);
		assert_true(fixture->fault.testimony);
	}
	assert_refused(fixture, "a = 1\na = secretvalue\n", 2, 1, "twice");
	assert_false(fixture->fault.testimony);
}

static size_t many(char *text, size_t room, unsigned n_answers)
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < n_answers; i++)
		n += (size_t)snprintf(text + n, room - n, "fact.number%u = yes\n",
				      i);
	return n;
}

static void a_file_holds_sixty_four_answers_and_not_one_more(void **state)
{
	struct fixture *fixture = fixture_of(state);
	char text[4096];

	many(text, sizeof(text), FACTS_MAX - 1);
	assert_int_equal(read_text(fixture, text), 0);
	many(text, sizeof(text), FACTS_MAX);
	assert_int_equal(read_text(fixture, text), 0);
	assert_int_equal(fixture->file.n, FACTS_MAX);
	many(text, sizeof(text), FACTS_MAX + 1);
	assert_refused(fixture, text, FACTS_MAX + 1, 1, "more than 64");
}

static void a_name_has_forty_eight_bytes_at_most(void **state)
{
	struct fixture *fixture = fixture_of(state);
	char text[128];

	snprintf(text, sizeof(text), "%.*s = yes", NAME_MAX_BYTES,
		 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffff");
	assert_int_equal(read_text(fixture, text), 0);
	snprintf(text, sizeof(text), "%.*s = yes", NAME_MAX_BYTES + 1,
		 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffff");
	assert_refused(fixture, text, 1, 1, "no name");
}

static void json_gives_the_same_answers(void **state)
{
	struct fixture *fixture = fixture_of(state);
	const struct facts_item *items = fixture->file.items;

	assert_int_equal(read_text(fixture,
				   "\n {\"a\": \"possible\", \"b\": true, "
				   "\"c\": false, \"d\": -3, \"e\": [], "
				   "\"f\": [\"x\", \"y\"], \"g\": \"not known\",\n"
				   "\"h\": {\"source\": \"register\", "
				   "\"value\": 4, \"basis\": \"stated\", "
				   "\"date\": \"2025-01-20\"}}"),
			 0);
	assert_int_equal(fixture->file.n, 8);
	assert_string_equal(items[0].value, "possible");
	assert_string_equal(items[1].value, "yes");
	assert_string_equal(items[2].value, "no");
	assert_string_equal(items[3].value, "-3");
	assert_string_equal(items[4].value, "none");
	assert_string_equal(items[5].value, "x, y");
	assert_int_equal(items[6].state, ANSWER_NOT_KNOWN);
	assert_string_equal(items[7].value, "4");
	assert_int_equal(items[7].source, SOURCE_REGISTER);
	assert_int_equal(items[7].basis, BASIS_STATED);
	assert_true(items[7].has_dated);
	assert_int_equal(items[7].key_place.line, 3);
	assert_int_equal(items[7].key_place.column, 2);
}

static void json_that_is_none_is_refused_without_repeating_it(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_refused(fixture, "{\"a\": secretvalue}", 1, 17, "no JSON");
	assert_null(strstr(fixture->fault.message, "secretvalue"));
	assert_refused(fixture, "{\"a\": null}", 1, 3, "needs a text");
	assert_refused(fixture, "{\"a\": 1.5}", 1, 3, "needs a text");
	assert_refused(fixture, "{\"a\": [1]}", 1, 3, "needs a text");
	assert_refused(fixture, "{\"a\": {\"source\": \"person\"}}", 1, 3,
		       "no value");
	assert_refused(fixture, "{\"a\": {\"value\": 1, \"x\": 2}}", 1, 3, "\"x\"");
	assert_refused(fixture, "{\"a\": {\"value\": 1, \"source\": \"me\"}}", 1, 3,
		       "no source");
	assert_int_equal(read_text(fixture, "{\"a\": 1, \"a\": 2}"),
			 FACTS_FILE_E_NOT_VALID);
	assert_int_equal(read_text(fixture, "{\"a\": 1} x"),
			 FACTS_FILE_E_NOT_VALID);
}

static void an_arena_that_is_full_is_no_mistake_of_the_file(void **state)
{
	struct fixture *fixture = fixture_of(state);

	arena_done(&fixture->arena);
	arena_init(&fixture->arena, 16);
	assert_int_equal(read_text(fixture, "some.name.that.is.long = yes\n"), -12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_a_key_a_value_and_where_it_comes_from),
		TEST(what_is_not_known_or_declined_has_no_value),
		TEST(an_empty_file_says_that_nothing_was_asked),
		TEST(a_mistake_is_told_with_its_line_and_column),
		TEST(testimony_is_refused_by_its_name_and_its_value_is_not_repeated),
		TEST(a_file_holds_sixty_four_answers_and_not_one_more),
		TEST(a_name_has_forty_eight_bytes_at_most),
		TEST(json_gives_the_same_answers),
		TEST(json_that_is_none_is_refused_without_repeating_it),
		TEST(an_arena_that_is_full_is_no_mistake_of_the_file),
	};

	return cmocka_run_group_tests_name("facts_file", tests, NULL, NULL);
}
