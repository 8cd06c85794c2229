/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/text.h"
#include "policy/language/policy.h"
#include "tests/support/chance.h"
#include "tests/support/files.h"

#define ANALYSIS "policy/tables/analysis"
#define GOLDEN "tests/golden/policy"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, POLICY_ARENA_BYTES);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static const char *print(struct bytes document)
{
	struct diagnostics *diagnostics = arena_alloc(&arena, sizeof(*diagnostics));
	struct bytes canonical;
	const char *text;

	if (policy_print(document, &arena, &canonical, diagnostics) != 0)
		fail_msg("%s", diagnostic_text(&diagnostics->items[0], "document",
					       document, &arena));
	text = arena_text(&arena, (const char *)canonical.data, canonical.n);
	assert_non_null(text);
	return text;
}

static void one_document(void (*work)(struct bytes document), const char *path)
{
	CLEANUP(file_done) struct bytes document = file_read(path);

	arena_reset(&arena);
	work(document);
}

/* Calls work on every document of the tree. */
static void each_document(void (*work)(struct bytes document))
{
	static const char *const folders[] = { "policy/tables", ANALYSIS, GOLDEN };
	struct file_names names;
	char path[256];

	law_read(&names);
	assert_true(names.n >= 10);
	for (size_t i = 0; i < names.n; i++)
		one_document(work, names.at[i]);
	file_names_done(&names);
	for (size_t f = 0; f < ARRAY_LENGTH(folders); f++) {
		file_names_read(&names, folders[f], ".md");
		for (size_t i = 0; i < names.n; i++) {
			if (strcmp(names.at[i], "README.md") == 0)
				continue;
			snprintf(path, sizeof(path), "%s/%s", folders[f], names.at[i]);
			one_document(work, path);
		}
		file_names_done(&names);
	}
}

/* ---- Canonical text is its own canonical form ---- */

static void check_twice(struct bytes document)
{
	const char *once = print(document);

	assert_string_equal(print(bytes_of(once)), once);
}

static void printing_twice_is_printing_once(void **state)
{
	(void)state;
	each_document(check_twice);
}

/* ---- Formatting ---- */

static struct chance luck = { 7 };

static uint32_t chance(uint32_t below)
{
	return chance_below(&luck, below);
}

static void add_spaces(struct builder *out, uint32_t below)
{
	for (uint32_t n = chance(below); n > 0; n--)
		builder_string(out, " ");
}

static bool is_dashes(struct text line)
{
	for (size_t i = 0; i < line.n; i++)
		if (strchr("|-: ", line.at[i]) == NULL)
			return false;
	return line.n > 2 && line.at[1] == '-';
}

/* Pads cells, and draws the line of dashes anew. */
static void reformat_row(struct builder *out, struct text line)
{
	bool dashes = is_dashes(line);

	for (size_t i = 0; i < line.n; i++) {
		bool bar = line.at[i] == '|' && (i == 0 || line.at[i - 1] != '\\');

		if (bar && i > 0 && !dashes)
			add_spaces(out, 4);
		if (dashes && line.at[i] == '-' && line.at[i - 1] == '|' &&
		    chance(3) == 0)
			builder_string(out, ":");
		builder_add(out, line.at + i, 1);
		if (line.at[i] == ' ' && !dashes)
			add_spaces(out, 3);
		if (bar && i + 1 < line.n && !dashes)
			add_spaces(out, 4);
		if (dashes && line.at[i] == '-')
			builder_string(out, chance(2) ? "-" : "");
	}
	add_spaces(out, 3);
}

/* Breaks a paragraph where what follows cannot begin a block of its own. */
static void reformat_prose(struct builder *out, struct text line)
{
	bool plain = line.n > 0 && ((line.at[0] >= 'a' && line.at[0] <= 'z') ||
				    (line.at[0] >= 'A' && line.at[0] <= 'Z'));

	for (size_t i = 0; i < line.n; i++) {
		bool letter = i + 1 < line.n && line.at[i + 1] >= 'a' &&
			      line.at[i + 1] <= 'z';

		if (line.at[i] == ' ' && plain && letter && chance(4) == 0)
			builder_string(out, "\n");
		else
			builder_add(out, line.at + i, 1);
	}
}

static const char *reformat(struct bytes document)
{
	struct text rest = { (const char *)document.data, document.n };
	const char *ending = chance(2) ? "\r\n" : "\n";
	struct builder out;

	builder_init(&out, &arena);
	while (rest.n > 0) {
		const char *stop = memchr(rest.at, '\n', rest.n);
		size_t n = stop == NULL ? rest.n : (size_t)(stop - rest.at);
		struct text line = { rest.at, n };

		if (n > 0 && line.at[0] == '|')
			reformat_row(&out, line);
		else
			reformat_prose(&out, line);
		builder_string(&out, ending);
		if (n == 0 && chance(3) == 0)
			builder_string(&out, ending);
		n += stop != NULL;
		rest.at += n;
		rest.n -= n;
	}
	return builder_text(&out);
}

static void check_reformatted(struct bytes document)
{
	const char *canonical = print(document);

	for (int i = 0; i < 5; i++)
		assert_string_equal(print(bytes_of(reformat(document))), canonical);
}

static void formatting_does_not_reach_the_canonical_form(void **state)
{
	(void)state;
	each_document(check_reformatted);
}

/* One table in a section, with one input cell and one expression. */
static const char *with_cell(const char *cell)
{
	struct builder text;

	builder_init(&text, &arena);
	builder_format(&text, "# T\n\n## first\n\n| U | `a` | b |\n|---|---|---|\n"
		       "| | | c |\n| | in | out |\n| 1 | %s | c |\n", cell);
	return print(bytes_of(builder_text(&text)));
}

static void cells_that_mean_the_same_print_the_same(void **state)
{
	static const char *const same[][2] = {
		{ "a, b", "a,b" }, { "a", "\"a\"" }, { "not(a, b)", "not( a ,b )" },
		{ "< 3", "<3" }, { ">= P6M", ">=P6M" }, { "[14..18)", "[ 14 .. 18 )" },
		{ "not(a), unknown", "not(a),unknown" }, { "all(a, b)", "all (a,b)" },
		{ "in_progress", "\"in_progress\"" }, { "-", " - " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(same); i++)
		assert_string_equal(with_cell(same[i][0]), with_cell(same[i][1]));
}

static void cells_that_differ_print_differently(void **state)
{
	static const char *const differ[][2] = {
		{ "a, b", "b, a" }, { "unknown", "\"unknown\"" }, { "< 3", "<= 3" },
		{ "[14..18)", "[14..18]" }, { "not(a)", "a" }, { "-", "\"-\"" },
		{ "not(a), unknown", "not(a)" }, { "all(a)", "only(a)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(differ); i++)
		assert_string_not_equal(with_cell(differ[i][0]), with_cell(differ[i][1]));
}

static void the_canonical_form_is_spelled_so(void **state)
{
	(void)state;
	assert_string_equal(
		print(bytes_of("# The   title ##\n\nSome\nprose.\n\n\n\n"
			       "## first\n\n"
			       "|U|   `a`|b|source|id|\n|:--|:-:|---|---|---|\n"
			       "|||c,d||\\\\x|\n||in|out|#|#|\n"
			       "|1|not( x,\"y\" )|c|A  1;B 2|i\\|j|\n")),
		"# The title\n\nSome prose.\n\n"
		"## first\n\n"
		"| U | `a` | b | source | id |\n|---|---|---|---|---|\n"
		"|  |  | c, d |  | \\\\x |\n|  | in | out | # | # |\n"
		"| 1 | not(x, y) | c | A 1; B 2 | i\\|j |\n");
	assert_string_equal(
		print(bytes_of("# T\n\n## Derived facts\n\n| expression |\n|---|\n"
			       "| if(a  < b)and not (c) then -3 else max( a,b )-P1D |\n")),
		"# T\n\n## Derived facts\n\n| expression |\n|---|\n"
		"| if (a < b) and not(c) then -3 else max(a, b) - P1D |\n");
}

static void prose_that_says_the_same_prints_the_same(void **state)
{
	static const char *const same[][2] = {
		{ "# T\n\na b\n", "# T #\n\na\nb\n" },
		{ "# T\n\n- a\n- b\n", "# T\n\n* a\n* b\n" },
		{ "# T\n\n- a b\n  - c\n", "# T\n\n+ a\n  b\n  + c\n" },
		{ "# T\n\n> a b\n", "# T\n\n> a\n> b\n" },
		{ "# T\n\n1. a\n2. b\n", "# T\n\n1) a\n1) b\n" },
		{ "# T\n\n___\n", "# T\n\n* * *\n" },
		{ "# T\n\na b\n", "# T\n\na  \nb\n\n\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(same); i++)
		assert_string_equal(print(bytes_of(same[i][0])),
				    print(bytes_of(same[i][1])));
}

static void lists_side_by_side_stay_apart(void **state)
{
	const char *two = print(bytes_of("# T\n\n- a\n- b\n\n* c\n"));

	(void)state;
	assert_string_not_equal(two, print(bytes_of("# T\n\n- a\n- b\n- c\n")));
	assert_string_equal(print(bytes_of(two)), two);
}

/* ---- Content ---- */

static void a_word_that_changes_changes_the_canonical_form(void **state)
{
	CLEANUP(file_done) struct bytes document = file_read(GOLDEN "/policy.md");
	char *changed = arena_text(&arena, (const char *)document.data, document.n);
	const char *before = print(document);

	(void)state;
	strstr(changed, "P12M")[1] = '2';
	assert_string_not_equal(print(bytes_of(changed)), before);
}

static void the_canonical_form_loads_as_the_document_does(void **state)
{
	CLEANUP(file_done) struct bytes vocabulary = file_read(GOLDEN "/vocabulary.md");
	CLEANUP(file_done) struct bytes policy = file_read(GOLDEN "/policy.md");
	struct diagnostics *diagnostics = arena_alloc(&arena, sizeof(*diagnostics));
	const struct edition *edition = NULL;

	(void)state;
	assert_int_equal(policy_load(bytes_of(print(vocabulary)),
				     bytes_of(print(policy)), &arena, &edition,
				     diagnostics), 0);
	assert_int_equal(edition->n_tables, 4);
}

/* ---- Bundles ---- */

static void a_bundle_gives_its_documents_back(void **state)
{
	CLEANUP(file_done) struct bytes vocabulary = file_read(GOLDEN "/vocabulary.md");
	CLEANUP(file_done) struct bytes policy = file_read(GOLDEN "/policy.md");
	struct diagnostics *diagnostics = arena_alloc(&arena, sizeof(*diagnostics));
	struct bytes bundle, first, second;

	(void)state;
	assert_int_equal(policy_bundle(vocabulary, policy, &arena, &bundle, diagnostics),
			 0);
	assert_true(policy_unbundle(bundle, &first, &second));
	assert_int_equal(first.n, strlen(print(vocabulary)));
	assert_memory_equal(first.data, print(vocabulary), first.n);
	assert_int_equal(second.n, strlen(print(policy)));
	assert_memory_equal(second.data, print(policy), second.n);
}

static void what_is_no_bundle_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "permitd bundle 1\n", "permitd bundle 2\n1\na1\nb",
		"permitd bundle 1\n1\na1\nbc", "permitd bundle 1\n1\na2\nb",
		"permitd bundle 1\n01\na1\nb", "permitd bundle 1\n-1\na1\nb",
		"permitd bundle 1\n1\na99999999999999999999\nb",
	};
	struct bytes first, second;

	(void)state;
	assert_true(policy_unbundle(bytes_of("permitd bundle 1\n1\na1\nb"), &first,
				    &second));
	assert_memory_equal(second.data, "b", second.n);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_false(policy_unbundle(bytes_of(texts[i]), &first, &second));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(printing_twice_is_printing_once),
		TEST(formatting_does_not_reach_the_canonical_form),
		TEST(cells_that_mean_the_same_print_the_same),
		TEST(cells_that_differ_print_differently),
		TEST(the_canonical_form_is_spelled_so),
		TEST(prose_that_says_the_same_prints_the_same),
		TEST(lists_side_by_side_stay_apart),
		TEST(a_word_that_changes_changes_the_canonical_form),
		TEST(the_canonical_form_loads_as_the_document_does),
		TEST(a_bundle_gives_its_documents_back),
		TEST(what_is_no_bundle_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
