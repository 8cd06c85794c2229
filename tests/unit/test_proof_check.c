/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "policy/language/policy.h"
#include "tests/support/files.h"
#include "tests/support/package.h"

#define CANADA "policy/tables/canada"
#define VOCABULARY "policy/tables/vocabulary.md"
#define PROVE "tests/golden/prove"

#define FORGED_MAX_BYTES 256

/* The package of a policy of tests/golden/prove. */
static char *small(const char *name)
{
	char path[FORGED_MAX_BYTES];

	snprintf(path, sizeof(path), PROVE "/%s.md", name);
	return package_of(PROVE "/vocabulary.md", path);
}

/* ---- What is true is confirmed ---- */

static void every_shipped_edition_is_confirmed(void **state)
{
	struct file_names names;
	clock_t used = 0;

	(void)state;
	law_read(&names);
	assert_true(names.n >= 10);
	for (size_t i = 0; i < names.n; i++) {
		char *package = package_of(VOCABULARY, names.at[i]);
		clock_t began = clock();
		char *report;
		int code;

		report = package_check(package, &code);
		used += clock() - began;
		if (code != 0)
			fail_msg("%s:\n%s", names.at[i], report);
		free(report);
		free(package);
	}
	print_message("# %zu editions checked in %ld ms\n", names.n,
		      (long)(used * 1000 / CLOCKS_PER_SEC));
	file_names_done(&names);
}

/* Of every obligation that a document which loads can fail, one. */
static const struct {
	const char *name;
	const char *theorem;
} failing[] = {
	{ "03-proxy", "P2 no-proxy permit.outcome" },
	{ "03-proxy", "P2 no-proxy-row permit.outcome" },
	{ "04-proxy-behind-tables", "P2 no-proxy permit.outcome" },
	{ "08-unknown-adverse", "P4 unknown permit.outcome" },
	{ "09-unknown-ends", "P4 learning other.outcome" },
	{ "10-help-withheld", "P5 protection permit.outcome" },
	{ "11-need-harms", "P5 gain permit.outcome" },
	{ "12-child-adverse", "P5 child-adverse permit.outcome" },
	{ "13-child-worse", "P5 child-rank permit.outcome" },
	{ "14-child-worse-tied", "P5 child-rank permit.outcome" },
	{ "19-no-way-out", "P7 way-out permit.outcome" },
};

static void a_theorem_said_to_fail_is_confirmed_as_failing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(failing); i++) {
		char line[FORGED_MAX_BYTES];
		char *package = small(failing[i].name);

		snprintf(line, sizeof(line), "confirmed      %s: fails ",
			 failing[i].theorem);
		package_says(package, 0, line);
		free(package);
	}
}

static void a_failing_theorem_said_to_hold_is_not_confirmed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(failing); i++) {
		char from[FORGED_MAX_BYTES], to[FORGED_MAX_BYTES];
		char *package = small(failing[i].name);
		char *forged;

		snprintf(from, sizeof(from), "claim %s fails", failing[i].theorem);
		snprintf(to, sizeof(to), "claim %s holds", failing[i].theorem);
		forged = replaced(package, from, to);
		snprintf(to, sizeof(to), "NOT confirmed  %s: it fails ",
			 failing[i].theorem);
		package_says(forged, 1, to);
		free(forged);
		free(package);
	}
}

/*
 * Documents that no loader would let through, under a package that says that
 * all is well: what fails is found in the tables alone.
 */
static const struct {
	const char *name;
	const char *from;
	const char *to;
	const char *line;
} turned[] = {
	{ "05-evidence-in-length", "| note.kind | enumeration | register, support | ordinary",
	  "| note.kind | enumeration | register, support | evidence",
	  "NOT confirmed  P3 evidence permit.length: it fails when here = yes" },
	{ "07-hidden", "| note.kind | enumeration | register, support | ordinary",
	  "| note.kind | enumeration | register, support | hidden",
	  "NOT confirmed  P3 evidence permit.outcome: it fails when here = yes" },
	{ "06-evidence-in-a-date", "| note.date | date |  | ordinary",
	  "| note.date | date |  | evidence",
	  "NOT confirmed  P3 evidence permit.until: it fails note.ends" },
	{ "02-testimony", "| office.letter | boolean |  | ordinary",
	  "| office.letter | boolean |  | testimony",
	  "NOT confirmed  P1 non-interference permit.outcome: it fails when here = yes" },
	{ "02-testimony", "| office.letter | boolean |  | ordinary",
	  "| office.letter | boolean |  | testimony",
	  "NOT confirmed  P0 no-testimony -: it fails office.letter" },
	{ "16-no-reason", "| p-1 | A reason. | Une raison. | Ein Grund. | Un motivo. |",
	  "| p-1 | A reason. | Une raison. | Ein Grund. |  |",
	  "NOT confirmed  P7 adverse-reason permit.outcome: it fails p-1" },
	{ "17-no-source", "| ACT 1 | p-1 |", "|  | p-1 |",
	  "NOT confirmed  P7 adverse-reason permit.outcome: it fails p-1" },
	{ "18-adverse-reads", "| bars | set | minor, serious | ordinary | A | serious",
	  "| bars | set | minor, serious | ordinary | + | serious",
	  "NOT confirmed  P7 adverse-reads permit.outcome: it fails bars" },
};

static const char *direction_of(const char *row)
{
	return strstr(row, "| + |") != NULL ? "+" : strstr(row, "| A |") != NULL ? "A" : "N";
}

/* The line "fact KEY CLASS DIRECTION" that a row of the vocabulary stands for. */
static void fact_line(const char *row, char line[FORGED_MAX_BYTES])
{
	static const char *const classes[] = { "ordinary", "evidence", "hidden",
					       "testimony" };
	size_t i = 0;

	while (strstr(row, classes[i]) == NULL)
		i++;
	snprintf(line, FORGED_MAX_BYTES, "fact %.*s %s", (int)strcspn(row + 2, " "),
		 row + 2, classes[i]);
	if (strchr("+A", direction_of(row)[0]) != NULL)
		snprintf(line + strlen(line), FORGED_MAX_BYTES - strlen(line), " %s",
			 direction_of(row));
}

static void what_fails_is_found_in_the_tables_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(turned); i++) {
		char before[FORGED_MAX_BYTES], after[FORGED_MAX_BYTES];
		char *package = small(turned[i].name);
		char *changed = replaced(package, turned[i].from, turned[i].to);
		char *forged = rehashed(changed);

		if (strstr(turned[i].from, "ordinary") != NULL) {
			char *facts = forged;

			fact_line(turned[i].from, before);
			fact_line(turned[i].to, after);
			forged = replaced(facts, before, after);
			free(facts);
		}
		package_says(forged, 1, turned[i].line);
		free(forged);
		free(changed);
		free(package);
	}
}

/* P6: the package's diagram is that of the tables as they were. */
static void a_table_made_incomplete_is_not_confirmed(void **state)
{
	static const struct {
		const char *name, *from, *to, *line;
	} cases[] = {
		{ "01-sound", "| 1 | no | - | - | no-route | - | ACT 1 | p-1 |",
		  "| 1 | no | light | - | no-route | - | ACT 1 | p-1 |",
		  "NOT confirmed  P6 complete permit.outcome: it fails when" },
		{ "01-sound", "| 1 | no | - | - | no-route | - | ACT 1 | p-1 |",
		  "| 1 | no | light | - | no-route | - | ACT 1 | p-1 |",
		  "NOT confirmed  P6 complete -: it fails permit" },
		{ "01-sound", "| 2 | yes | light | - | grant | P12M | ACT 2 | p-2 |",
		  "| 2 | - | light | - | grant | P12M | ACT 2 | p-2 |",
		  "NOT confirmed  P6 complete -: it fails p-2" },
		{ "01-sound", "| 2 | - | - | light | ACT 2 | w-2 |",
		  "| 2 | - | - | grave | ACT 2 | w-2 |",
		  "NOT confirmed  P6 complete -: it fails" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char *package = small(cases[i].name);
		char *changed = replaced(package, cases[i].from, cases[i].to);
		char *forged = rehashed(changed);

		package_says(forged, 1, cases[i].line);
		free(forged);
		free(changed);
		free(package);
	}
}

/* ---- Forgeries ---- */

static const struct {
	const char *what;
	const char *from;
	const char *to;
	int code;
	const char *line;
} forgeries[] = {
	{ "a row changed", "| 1 | no | - | - | no-route |", "| 1 | no | - | - | refer |",
	  6, ":3: refused: the hash of these documents is another" },
	{ "a child of a node changed", "node 5 =never =2 =2", "node 5 =never =2 =1", 1,
	  "NOT confirmed  diagram permit.outcome: it is not that of the tables" },
	{ "a claim left out", "claim P5 gain permit.outcome holds\n", "", 6,
	  "refused: expected `claim P5 gain permit.outcome`" },
	{ "a claim turned to fails", "P5 gain permit.outcome holds",
	  "P5 gain permit.outcome fails", 1,
	  "NOT confirmed  P5 gain permit.outcome: it holds" },
	{ "the class of a fact", "fact here ordinary A", "fact here evidence A", 6,
	  "refused: expected `fact here ordinary A`, not `fact here evidence A`" },
	{ "the direction of a fact", "fact here ordinary A", "fact here ordinary N", 6,
	  "refused: expected `fact here ordinary A`" },
	{ "a value missing", "variable risk none_known possible serious",
	  "variable risk none_known possible", 6,
	  "refused: a class of `risk` is missing" },
	{ "a value turned into another", "variable risk none_known possible serious",
	  "variable risk none_known serious possible", 6,
	  "refused: `serious`: no class of `risk` here" },
	{ "a fact that is none", "variable here", "variable there", 6,
	  "refused: expected a fact that is read, with its classes" },
	{ "a variable a second time", "variable risk none_known possible serious",
	  "variable here no yes", 6, "refused: no such element, or the second time" },
	{ "unknown, which no cell reads", "variable risk none_known possible serious",
	  "variable risk none_known possible serious unknown", 6,
	  "refused: no cell reads whether `risk` is unknown" },
	{ "a fact under the name of another", "variable here", "variable contact", 6,
	  "refused: `no`: no class of `contact` here" },
	{ "another form", "permitd evidence 1", "permitd evidence 2", 6,
	  ":1: refused: this is no evidence package" },
	{ "more behind the end", "\nend\n", "\nend\nend\n", 6,
	  "refused: expected `end`, and nothing after it" },
	{ "one claim more", "\nend\n", "\nclaim P8 kindness - holds\nend\n", 6,
	  "refused: expected `end`" },
	{ "a root of another output", "root permit.length", "root permit.outcome", 6,
	  "refused: expected `root permit.length`" },
	{ "a node that is not there", "root possible 2", "root possible 99", 6,
	  "refused: `99` is no number below" },
};

static void each_forgery_is_refused_by_its_name(void **state)
{
	char *package = small("01-sound");

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(forgeries); i++) {
		char *forged = replaced(package, forgeries[i].from, forgeries[i].to);

		package_says(forged, forgeries[i].code, forgeries[i].line);
		free(forged);
	}
	free(package);
}

/* Cuts at which numbers and dates are told apart. */
static void a_cut_moved_or_removed_is_refused(void **state)
{
	char *package = package_of(VOCABULARY, CANADA "/ca-vtip-2025-02-04.md");
	char *forged = replaced(package, "ca.removal_order_date 1900-01-01 2024-03-15",
				"ca.removal_order_date 1900-01-01 2024-03-16");

	(void)state;
	package_says(forged, 6, "refused: no class of `ca.removal_order_date` begins "
				"with `2024-03-15`");
	free(forged);
	forged = replaced(package, "ca.removal_order_date 1900-01-01 2024-03-15",
			  "ca.removal_order_date 1900-01-01");
	package_says(forged, 6, "refused: no class of `ca.removal_order_date` begins "
				"with `2024-03-15`");
	free(forged);
	forged = replaced(package, "ca.removal_order_date 1900-01-01",
			  "ca.removal_order_date 1900-01-02");
	package_says(forged, 6, "refused: `1900-01-02`: no class of "
				"`ca.removal_order_date` here");
	free(forged);
	free(package);
}

/* Cells that match the same, however they draw the line. */
static void a_cell_is_read_alike_however_it_is_written(void **state)
{
	static const char *const cells[][3] = {
		{ "canada/ca-vtip-2025-02-04", "| >= 2024-03-15 |", "| > 2024-03-14 |" },
		{ "canada/ca-vtip-2025-02-04", "| >= 2024-03-15 |",
		  "| [2024-03-15..2199-12-31] |" },
		{ "canada/ca-vtip-2025-02-04", "| >= 2024-03-15 |",
		  "| (2024-03-14..2199-12-31] |" },
		{ "canada/ca-vtip-2025-02-04", "| < 2024-03-15 |", "| <= 2024-03-14 |" },
		{ "canada/ca-vtip-2025-02-04", "| < 2024-03-15 |",
		  "| not(>= 2024-03-15) |" },
		{ "canada/ca-vtip-2025-02-04", "| < 2024-03-15 |",
		  "| [1900-01-01..2024-03-15) |" },
		{ "analysis/us-t-as-written", "| > 90 | <= 90 |", "| >= 91 | < 91 |" },
		{ "analysis/us-t-as-written", "| > 90 | <= 90 |",
		  "| not([0..90]) | [0..90] |" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cells); i++) {
		char path[FORGED_MAX_BYTES];
		char *package, *changed, *forged;

		snprintf(path, sizeof(path), "policy/tables/%s.md", cells[i][0]);
		package = package_of(VOCABULARY, path);
		changed = replaced(package, cells[i][1], cells[i][2]);
		forged = rehashed(changed);
		package_says(forged, 0, " confirmed");
		free(forged);
		free(changed);
		free(package);
	}
}

static void the_diagram_of_another_edition_is_not_confirmed(void **state)
{
	char *one = package_of(VOCABULARY, CANADA "/ca-vtip-2025-02-04.md");
	char *other = package_of(VOCABULARY, CANADA "/ca-vtip-2024-03-15.md");
	char *mixed;
	int code;
	char *report;

	(void)state;
	*strstr(one, "\nvariables ") = '\0';
	if (asprintf(&mixed, "%s%s", one, strstr(other, "\nvariables ")) < 0)
		fail();
	report = package_check(mixed, &code);
	assert_int_not_equal(code, 0);
	free(report);
	free(mixed);
	free(one);
	free(other);
}

/* Wherever a file was cut, that is said; the end of one line apart. */
static void a_truncated_package_is_refused_wherever_it_was_cut(void **state)
{
	char *package = small("01-sound");
	size_t n = strlen(package);

	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		char *report, *start = strndup(package, cut);
		int code;

		report = package_check(start, &code);
		if (code != 6)
			fail_msg("cut at %zu ends with %d:\n%s", cut, code, report);
		free(report);
		free(start);
	}
	free(package);
}

/* Not one bit of what the package says of its documents can be another. */
static void a_package_with_one_bit_turned_is_never_confirmed(void **state)
{
	char *package = small("01-sound");
	size_t n = strlen(package);

	(void)state;
	for (size_t i = (size_t)(strstr(package, "\nfact ") - package); i < n; i++) {
		char *report;
		int code;

		package[i] ^= 1;
		report = package_check(package, &code);
		if (code == 0)
			fail_msg("a bit of byte %zu:\n%s", i, report);
		free(report);
		package[i] ^= 1;
	}
	free(package);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shipped_edition_is_confirmed),
		cmocka_unit_test(a_theorem_said_to_fail_is_confirmed_as_failing),
		cmocka_unit_test(a_failing_theorem_said_to_hold_is_not_confirmed),
		cmocka_unit_test(what_fails_is_found_in_the_tables_alone),
		cmocka_unit_test(a_table_made_incomplete_is_not_confirmed),
		cmocka_unit_test(each_forgery_is_refused_by_its_name),
		cmocka_unit_test(a_cut_moved_or_removed_is_refused),
		cmocka_unit_test(a_cell_is_read_alike_however_it_is_written),
		cmocka_unit_test(the_diagram_of_another_edition_is_not_confirmed),
		cmocka_unit_test(a_truncated_package_is_refused_wherever_it_was_cut),
		cmocka_unit_test(a_package_with_one_bit_turned_is_never_confirmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
