/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/base/text.h"
#include "policy/diagram/diff.h"
#include "policy/language/policy.h"

/*
 * Pairs of facts, x1 and y1 to xn and yn. One law grants when each x equals the y
 * of its number; the other pairs them from opposite ends. Each has a small diagram
 * in an order of its own, and there is none in which both have.
 */
#define PAIRS_MAX 20
#define GROUP 5 /* equal pairs that one table joins */

struct law {
	struct arena arena;
	const struct edition *edition;
};

static struct bytes built(struct builder *text)
{
	const char *at = builder_text(text);

	assert_non_null(at);
	return (struct bytes){ (const uint8_t *)at, strlen(at) };
}

static struct bytes vocabulary(unsigned n, struct arena *arena)
{
	static const char *const languages[] = { "en", "fr", "de", "it" };
	struct builder text;

	builder_init(&text, arena);
	builder_string(&text,
		       "# Pairs\n\n| vocabulary | |\n|---|---|\n| version | 1 |\n\n"
		       "## Facts\n\n| key | type | values | class | direction | adverse "
		       "| sensitivity | ask | changes | stage | core |\n"
		       "|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (unsigned i = 1; i <= n; i++)
		for (int side = 0; side < 2; side++)
			builder_format(&text,
				       "| %c%u | boolean |  | ordinary | N |  | 0 | file "
				       "| never | I R P | no |\n",
				       "xy"[side], i);
	builder_string(&text, "\n## Questions\n");
	for (int l = 0; l < 4; l++) {
		builder_format(&text,
			       "\n### %s\n\n| key | label | question | why |\n"
			       "|---|---|---|---|\n",
			       languages[l]);
		for (unsigned i = 1; i <= n; i++)
			builder_format(&text,
				       "| x%u | x | ? | . |\n| y%u | y | ? | . |\n", i,
				       i);
	}
	return built(&text);
}

/* Whether x of a pair equals the y that it goes with. */
static void put_equal(struct builder *text, unsigned x, unsigned y)
{
	builder_format(text,
		       "## same%u\n\n| U | `x%u` | `y%u` | is | source | id |\n"
		       "|---|---|---|---|---|---|\n| | | | same, other | | |\n"
		       "| | in | in | out | # | # |\n"
		       "| 1 | yes | yes | same | ACT 1 | s%u-1 |\n"
		       "| 2 | no | no | same | ACT 1 | s%u-2 |\n"
		       "| 3 | yes | no | other | ACT 1 | s%u-3 |\n"
		       "| 4 | no | yes | other | ACT 1 | s%u-4 |\n\n",
		       x, x, y, x, x, x, x);
}

/* Whether all of these are so. */
static void put_all(struct builder *text, const char *title, const char *what,
		    unsigned first, unsigned last, const char *yes, const char *no)
{
	builder_format(text, "## %s\n\n| P |", title);
	for (unsigned i = first; i <= last; i++)
		builder_format(text, " `%s%u.is` |", what, i);
	builder_format(text, " %s | source | id |\n|---|",
		       strcmp(yes, "grant") == 0 ? "outcome" : "is");
	for (unsigned i = first; i <= last; i++)
		builder_string(text, "---|");
	builder_string(text, "---|---|---|\n| |");
	for (unsigned i = first; i <= last; i++)
		builder_string(text, " |");
	builder_format(text, " %s, %s | | |\n| |", yes, no);
	for (unsigned i = first; i <= last; i++)
		builder_string(text, " in |");
	builder_string(text, " out | # | # |\n| 1 |");
	for (unsigned i = first; i <= last; i++)
		builder_string(text, " same |");
	builder_format(text, " %s | ACT 2 | %s-1 |\n| 2 |", yes, title);
	for (unsigned i = first; i <= last; i++)
		builder_string(text, " - |");
	builder_format(text, " %s | ACT 2 | %s-2 |\n\n", no, title);
}

static void put_text(struct builder *text, const char *table, unsigned number,
		     unsigned n_rows)
{
	for (unsigned row = 1; row <= n_rows; row++) {
		builder_format(text, "| %s", table);
		if (number > 0)
			builder_format(text, "%u", number);
		builder_format(text, "-%u | A reason. | Une raison. | Ein Grund. | "
				     "Un motivo. |\n", row);
	}
}

static struct bytes policy(unsigned n, bool crossed, struct arena *arena)
{
	unsigned groups = (n + GROUP - 1) / GROUP;
	struct builder text;
	char title[32];

	builder_init(&text, arena);
	builder_string(&text,
		       "# Pairs\n\n| policy | |\n|---|---|\n| id | xx-pairs |\n"
		       "| edition | 2025-01-01 |\n| jurisdiction | XX |\n"
		       "| in force from | 2025-01-01 |\n| selected by | decision |\n"
		       "| vocabulary | 1 |\n\n## Sources\n\n"
		       "| key | title | address | mark |\n|---|---|---|---|\n"
		       "| ACT | An act | https://example.org/act | V |\n\n");
	for (unsigned x = 1; x <= n; x++)
		put_equal(&text, x, crossed ? n + 1 - x : x);
	for (unsigned g = 1; g <= groups; g++) {
		snprintf(title, sizeof(title), "group%u", g);
		put_all(&text, title, "same", (g - 1) * GROUP + 1,
			g * GROUP < n ? g * GROUP : n, "same", "other");
	}
	put_all(&text, "first-permit", "group", 1, groups, "grant", "refer");
	builder_string(&text, "## Texts\n\n| id | en | fr | de | it |\n"
			      "|---|---|---|---|---|\n");
	for (unsigned x = 1; x <= n; x++)
		put_text(&text, "s", x, 4);
	for (unsigned g = 1; g <= groups; g++)
		put_text(&text, "group", g, 2);
	put_text(&text, "first-permit", 0, 2);
	return built(&text);
}

static void begin_law(struct law *law, unsigned n, bool crossed)
{
	struct diagnostics *diagnostics;

	arena_init(&law->arena, POLICY_ARENA_BYTES);
	diagnostics = arena_alloc(&law->arena, sizeof(*diagnostics));
	assert_non_null(diagnostics);
	if (policy_load(vocabulary(n, &law->arena), policy(n, crossed, &law->arena),
			&law->arena, &law->edition, diagnostics) != 0)
		fail_msg("%u: %s %s %s", diagnostics->items[0].place.line,
			 diagnostics->items[0].code, diagnostics->items[0].message,
			 diagnostics->items[0].expected);
}

static int diff_of(unsigned n, const char *question, bool *ret_equivalent)
{
	struct law straight, crossed;
	const struct alignment *alignment;
	const struct diff *found = NULL;
	struct arena arena, scratch;
	const char *name;
	int r;

	begin_law(&straight, n, false);
	begin_law(&crossed, n, true);
	arena_init(&arena, POLICY_ARENA_BYTES);
	arena_init(&scratch, DIFF_SCRATCH_BYTES);
	assert_int_equal(align(straight.edition, crossed.edition, &arena, &alignment,
			       &name),
			 0);
	r = diff(alignment, question, &arena, &scratch, &found);
	if (r == 0)
		*ret_equivalent = found->equivalent;
	else
		assert_null(found);
	arena_done(&arena);
	arena_done(&scratch);
	arena_done(&straight.arena);
	arena_done(&crossed.arena);
	return r;
}

/* ---- Limits ---- */

static void laws_that_no_small_diagram_holds_together_are_said_to_be_too_large(
	void **state)
{
	bool equivalent = true;

	(void)state;
	assert_int_equal(diff_of(PAIRS_MAX, NULL, &equivalent), DIFF_E_TOO_LARGE);
	assert_true(equivalent);
	assert_int_equal(diff_of(8, NULL, &equivalent), 0);
	assert_false(equivalent);
}

static void one_pair_is_the_same_from_either_end(void **state)
{
	bool equivalent = false;

	(void)state;
	assert_int_equal(diff_of(1, NULL, &equivalent), 0);
	assert_true(equivalent);
}

static void a_question_that_neither_law_has_is_said(void **state)
{
	bool equivalent;

	(void)state;
	assert_int_equal(diff_of(2, "renewal", &equivalent), DIFF_E_NO_QUESTION);
	assert_int_equal(diff_of(2, "first-permit", &equivalent), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			laws_that_no_small_diagram_holds_together_are_said_to_be_too_large),
		cmocka_unit_test(one_pair_is_the_same_from_either_end),
		cmocka_unit_test(a_question_that_neither_law_has_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
