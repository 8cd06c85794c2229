/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/text.h"
#include "policy/language/mistake.h"
#include "policy/language/policy.h"
#include "tests/support/files.h"

#define ERRORS "tests/golden/errors"
#define SHORT "tests/golden/policy/short.md"
#define VOCABULARY "tests/golden/policy/vocabulary.md"

/* Kinds of mistakes met so far, by every test of this program. */
static bool met[N_MISTAKES];

static void meet(const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->n; i++)
		for (int k = 0; k < N_MISTAKES; k++)
			if (strcmp(diagnostics->items[i].code, mistake_kinds[k].code) == 0)
				met[k] = true;
}

/* Loads a document, as the vocabulary when it is one, and writes what is wrong. */
static const char *load_text(struct bytes document, const char *name,
			     struct arena *arena)
{
	bool is_vocabulary = strstr((const char *)document.data, "| vocabulary | |");
	CLEANUP(file_done) struct bytes other =
		file_read(is_vocabulary ? SHORT : VOCABULARY);
	struct diagnostics *diagnostics = arena_alloc(arena, sizeof(*diagnostics));
	const struct edition *edition = NULL;
	struct builder text;

	assert_int_equal(policy_load(is_vocabulary ? document : other,
				     is_vocabulary ? other : document, arena, &edition,
				     diagnostics),
			 POLICY_E_NOT_VALID);
	assert_null(edition);
	meet(diagnostics);
	builder_init(&text, arena);
	for (size_t i = 0; i < diagnostics->n; i++) {
		assert_int_equal(diagnostics->items[i].in_vocabulary, is_vocabulary);
		builder_string(&text, diagnostic_text(&diagnostics->items[i], name,
						      document, arena));
	}
	return builder_text(&text);
}

/* "012-cell-value.md" is about cell-value, and says so first. */
static void check_golden(const char *name)
{
	CLEANUP(arena_done) struct arena arena;
	char path[256];
	char code[64] = "[";
	const char *text;

	arena_init(&arena, POLICY_ARENA_BYTES);
	snprintf(path, sizeof(path), ERRORS "/%s", name);
	CLEANUP(file_done) struct bytes document = file_read(path);
	memcpy(strrchr(path, '.'), ".txt", sizeof(".txt"));
	CLEANUP(file_done) struct bytes expected = file_read(path);

	text = load_text(document, name, &arena);

	if (strcmp(text, (const char *)expected.data) != 0)
		fail_msg("%s: this came:\n%s", name, text);
	strncat(code, name + 4, strlen(name) - strlen("012-.md"));
	strcat(code, "]\n");
	if (strstr(text, code) == NULL || strstr(text, code) > strchr(text, '\n'))
		fail_msg("%s does not say %s first", name, code);
}

static void every_mistake_is_said_as_its_golden_text(void **state)
{
	struct file_names names;

	(void)state;
	file_names_read(&names, ERRORS, ".md");
	assert_true(names.n > 100);
	for (size_t i = 0; i < names.n; i++)
		check_golden(names.at[i]);
	file_names_done(&names);
}

/* ---- Documents too large to keep as files ---- */

static struct builder large;
static struct arena large_arena;

static int begin_large(void **state)
{
	(void)state;
	arena_init(&large_arena, POLICY_ARENA_BYTES);
	builder_init(&large, &large_arena);
	return 0;
}

static int end_large(void **state)
{
	(void)state;
	arena_done(&large_arena);
	return 0;
}

/* Whether loading what was built notes that kind of mistake. */
static bool notes(enum mistake kind)
{
	struct bytes document = { (const uint8_t *)builder_text(&large), large.n };
	const char *text = load_text(document, "large.md", &large_arena);
	char code[64];

	snprintf(code, sizeof(code), "[%s]\n", mistake_kinds[kind].code);
	return strstr(text, code) != NULL;
}

static void add_lines(size_t n, const char *line)
{
	for (size_t i = 0; i < n; i++)
		builder_string(&large, line);
}

static void a_document_of_a_mebibyte_is_read(void **state)
{
	(void)state;
	add_lines(DOCUMENT_MAX_BYTES / 64,
		  "all good words, that make a very long line of sixty-four bytes.\n");
	assert_int_equal(large.n, DOCUMENT_MAX_BYTES);
	assert_false(notes(M_DOCUMENT_TOO_LONG));
}

static void a_byte_more_than_a_mebibyte_is_refused(void **state)
{
	(void)state;
	add_lines(DOCUMENT_MAX_BYTES + 1, "x");
	assert_true(notes(M_DOCUMENT_TOO_LONG));
}

static void a_mebibyte_of_brackets_is_refused_and_costs_no_crash(void **state)
{
	(void)state;
	add_lines(DOCUMENT_MAX_BYTES, "[");
	assert_true(notes(M_DOCUMENT_TOO_COMPLEX));
}

static void ten_thousand_rows_are_read(void **state)
{
	(void)state;
	add_lines(1, "# T\n\n## words\n\n| a |\n|---|\n");
	add_lines(10000, "| b |\n");
	assert_false(notes(M_DOCUMENT_ROWS));
}

static void a_row_more_than_ten_thousand_is_refused(void **state)
{
	(void)state;
	add_lines(1, "# T\n\n## words\n\n| a |\n|---|\n");
	add_lines(10001, "| b |\n");
	assert_true(notes(M_DOCUMENT_ROWS));
}

static void reading_stops_at_the_hundredth_mistake(void **state)
{
	(void)state;
	add_lines(98, "\t\n");
	assert_false(notes(M_TOO_MANY_MISTAKES));
	builder_init(&large, &large_arena);
	add_lines(99, "\t\n");
	assert_true(notes(M_TOO_MANY_MISTAKES));
}

/* ---- A table with more cases than any diagram holds ---- */

#define LARGE_SETS 8
#define LARGE_VALUES 30
#define LARGE_ROWS 40

static void add_sets(void)
{
	static const char *const languages[] = { "en", "fr", "de", "it" };

	add_lines(1, "## Facts\n\n| key | type | values | class | direction | adverse "
		     "| sensitivity | ask | changes | stage | core |\n"
		     "|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (int f = 0; f < LARGE_SETS; f++) {
		builder_format(&large, "| s%d | set | v0", f);
		for (int v = 1; v < LARGE_VALUES; v++)
			builder_format(&large, ", v%d", v);
		add_lines(1, " | ordinary | N | | 0 | file | never | I | no |\n");
	}
	add_lines(1, "\n## Questions\n\n");
	for (size_t i = 0; i < ARRAY_LENGTH(languages); i++) {
		builder_format(&large, "### %s\n\n| key | label | question | why |\n"
			       "|---|---|---|---|\n", languages[i]);
		for (int f = 0; f < LARGE_SETS; f++)
			builder_format(&large, "| s%d | a | b | c |\n", f);
		add_lines(1, "\n");
	}
	add_lines(1, "## Values\n\n| key | value | en | fr | de | it |\n"
		     "|---|---|---|---|---|---|\n");
	for (int f = 0; f < LARGE_SETS; f++)
		for (int v = 0; v < LARGE_VALUES; v++)
			builder_format(&large, "| s%d | v%d | a | b | c | d |\n", f, v);
}

static void add_large_table(void)
{
	add_lines(1, "\n## first\n\n| P |");
	for (int f = 0; f < LARGE_SETS; f++)
		builder_format(&large, " `s%d` |", f);
	add_lines(1, " outcome | source | id |\n|");
	add_lines(LARGE_SETS + 4, "---|");
	add_lines(1, "\n|");
	add_lines(LARGE_SETS + 1, " |");
	add_lines(1, " grant, refer | | |\n| |");
	add_lines(LARGE_SETS, " in |");
	add_lines(1, " out | # | # |\n");
	for (int r = 1; r <= LARGE_ROWS; r++) {
		builder_format(&large, "| %d |", r);
		for (int f = 0; f < LARGE_SETS; f++)
			builder_format(&large, " v%d |",
				       (r * (7 + 5 * f) + r * r * f) % LARGE_VALUES);
		builder_format(&large, " grant | ACT 1 | f-%d |\n", r);
	}
	builder_format(&large, "| %d |", LARGE_ROWS + 1);
	add_lines(LARGE_SETS, " - |");
	builder_format(&large, " refer | ACT 1 | f-%d |\n", LARGE_ROWS + 1);
	add_lines(1, "\n## Texts\n\n| id | en | fr | de | it |\n|---|---|---|---|---|\n");
	for (int r = 1; r <= LARGE_ROWS + 1; r++)
		builder_format(&large, "| f-%d | a | b | c | d |\n", r);
}

static void a_table_beyond_the_diagrams_budget_is_named(void **state)
{
	CLEANUP(file_done) struct bytes document = file_read(SHORT);
	const char *text = (const char *)document.data;

	(void)state;
	builder_add(&large, text, (size_t)(strstr(text, "## first") - text));
	add_sets();
	add_large_table();
	assert_true(notes(M_TABLE_TOO_LARGE));
}

/* ---- All of them ---- */

/* Runs last: the tests before it met their mistakes. */
static void every_kind_of_mistake_has_an_example(void **state)
{
	size_t n = 0;

	(void)state;
	for (int k = 0; k < N_MISTAKES; k++) {
		n += met[k];
		if (!met[k])
			print_error("no example of %s\n", mistake_kinds[k].code);
	}
	assert_int_equal(n, N_MISTAKES);
	assert_true(n >= 60);
}

static void no_two_kinds_share_a_code(void **state)
{
	(void)state;
	for (int a = 0; a < N_MISTAKES; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(mistake_kinds[a].code,
						mistake_kinds[b].code);
}

#define LARGE(test) cmocka_unit_test_setup_teardown(test, begin_large, end_large)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mistake_is_said_as_its_golden_text),
		LARGE(a_document_of_a_mebibyte_is_read),
		LARGE(a_byte_more_than_a_mebibyte_is_refused),
		LARGE(a_mebibyte_of_brackets_is_refused_and_costs_no_crash),
		LARGE(ten_thousand_rows_are_read),
		LARGE(a_row_more_than_ten_thousand_is_refused),
		LARGE(reading_stops_at_the_hundredth_mistake),
		LARGE(a_table_beyond_the_diagrams_budget_is_named),
		cmocka_unit_test(every_kind_of_mistake_has_an_example),
		cmocka_unit_test(no_two_kinds_share_a_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
