/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/evaluate.h"
#include "policy/language/policy.h"
#include "tests/support/chance.h"
#include "tests/support/files.h"

/*
 * The table walk against the diagram walk, on every edition that is shipped:
 * a million cases by chance, and then every case there is.
 */
#define RANDOM_CASES 1000000

static unsigned long n_random = RANDOM_CASES;

struct subject {
	const struct edition *edition;
	const struct question *question;
	struct table_result results[TABLES_MAX];
	struct known known;
	struct chance chance;
	unsigned long n_cases;
	unsigned long n_ways;
	unsigned long n_split;
};

/* ---- Shipped editions ---- */

typedef void (*for_question)(struct subject *subject);

static void each_question(struct bytes vocabulary, const char *path,
			  struct subject *subject, for_question call)
{
	static struct diagnostics diagnostics;
	CLEANUP(arena_done) struct arena arena;
	struct bytes document = file_read(path);

	arena_init(&arena, POLICY_ARENA_BYTES);
	assert_int_equal(policy_load(vocabulary, document, &arena, &subject->edition,
				     &diagnostics), 0);
	file_done(&document);
	for (uint16_t q = 0; q < subject->edition->n_questions; q++) {
		subject->question = &subject->edition->questions[q];
		call(subject);
	}
}

static unsigned each_edition(struct bytes vocabulary, const char *name,
			     struct subject *subject, for_question call)
{
	struct file_names names;
	char folder[128];
	char path[384];
	unsigned n = 0;

	snprintf(folder, sizeof(folder), "policy/tables/%s", name);
	file_names_read(&names, folder, ".md");
	for (size_t i = 0; i < names.n; i++) {
		if (strcmp(names.at[i], "README.md") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, names.at[i]);
		if (call != NULL)
			each_question(vocabulary, path, subject, call);
		n++;
	}
	file_names_done(&names);
	return n;
}

static unsigned every_edition(struct subject *subject, for_question call)
{
	struct bytes vocabulary = file_read("policy/tables/vocabulary.md");
	struct file_names names;
	unsigned n = 0;

	file_names_read(&names, "policy/tables", "");
	for (size_t i = 0; i < names.n; i++)
		if (strchr(names.at[i], '.') == NULL)
			n += each_edition(vocabulary, names.at[i], subject, call);
	file_names_done(&names);
	file_done(&vocabulary);
	return n;
}

/* ---- One case, or many alike ---- */

static node_ref walk(const struct edition *edition, node_ref node,
		     const struct known *known)
{
	const struct diagram *diagram = edition->diagram;

	while (!node_is_terminal(node)) {
		uint64_t class = known->classes[diagram->variable[node]];

		node = diagram->children[diagram->first_child[node] +
					 (unsigned)__builtin_ctzll(class)];
	}
	return node;
}

/* The table walk is sure of the output's value, and it is this one. */
static bool gives(const struct subject *subject, uint8_t output, node_ref terminal)
{
	const struct table_result *result = &subject->results[subject->question->table];
	const struct table *table = &subject->edition->tables[subject->question->table];
	uint64_t value = terminal & ~TERMINAL;

	if (table->outputs[output].collected)
		return result->possible[output] == value &&
		       result->certain[output] == value;
	if (terminal == TERMINAL_NONE)
		value = VALUE_NONE;
	assert_true(value <= VALUE_NONE);
	return result->possible[output] == UINT64_C(1) << value;
}

/* ---- Cases by chance ---- */

static void random_case(struct subject *subject)
{
	for (uint16_t v = 0; v < subject->edition->n_variables; v++)
		subject->known.classes[v] =
			UINT64_C(1) << chance_below(
				&subject->chance,
				subject->edition->variables[v].n_classes);
}

static void random_cases(struct subject *subject)
{
	const struct edition *edition = subject->edition;
	const struct question *question = subject->question;
	const node_ref *roots = edition->diagram->roots[question - edition->questions];
	unsigned long n = n_random;

	for (unsigned long i = 0; i < n; i++) {
		random_case(subject);
		if (walk(edition, roots[0], &subject->known) == TERMINAL_IMPOSSIBLE)
			continue;
		evaluate_tables(edition, question, &subject->known, subject->results);
		for (uint8_t o = 0; o < edition->tables[question->table].n_outputs; o++)
			assert_true(gives(subject, o,
					  walk(edition, roots[o], &subject->known)));
		subject->n_cases++;
	}
}

static void count_questions(struct subject *subject)
{
	subject->n_ways++;
}

static void both_walks_agree_on_a_million_cases_by_chance(void **state)
{
	static struct subject subject;
	unsigned n_editions;

	(void)state;
	subject = (struct subject){ 0 };
	every_edition(&subject, count_questions);
	/* a part of those drawn cannot occur: half as many again are enough */
	n_random = n_random * 3 / 2 / subject.n_ways;
	n_editions = every_edition(&subject, random_cases);
	print_message("# %u editions, %lu cases\n", n_editions, subject.n_cases);
	assert_true(n_editions >= 10);
}

/* ---- Every case ---- */

static bool is_open(const struct subject *subject, unsigned variable)
{
	uint64_t classes = subject->known.classes[variable];

	return (classes & (classes - 1)) != 0;
}

/* An open variable that a row tests, or -1. */
static int open_in_row(const struct subject *subject, const struct table *table,
		       const struct row *row)
{
	for (uint8_t i = 0; i < table->n_inputs; i++) {
		const struct input *input = &table->inputs[i];
		unsigned n = input->kind == INPUT_OUTPUT ? 0 :
			     input->kind == INPUT_SET	 ? input->n_elements :
							   1;

		for (unsigned e = 0; e < n && row->tests[i].op != TEST_ANY; e++)
			if (is_open(subject, input->index + e))
				return (int)(input->index + e);
	}
	return -1;
}

/* An open variable of a row that may or may not match, or -1. */
static int open_variable(const struct subject *subject)
{
	const struct question *question = subject->question;

	for (uint8_t i = 0; i < question->n_needed; i++) {
		uint8_t t = question->needed[i];
		const struct table *table = &subject->edition->tables[t];

		for (uint8_t r = 0; r < table->n_rows; r++) {
			int found = open_in_row(subject, table, &table->rows[r]);

			if (subject->results[t].matches[r] == MATCH_MAYBE && found >= 0)
				return found;
		}
	}
	return -1;
}

/*
 * A way through the diagram stands for all cases whose classes lie on it. Where
 * the table walk is not sure of them together, because only several tables at
 * once hold them together, an open variable is cut, class by class, until it is.
 */
static void check_way(struct subject *subject, uint8_t output, node_ref terminal)
{
	uint64_t open;
	int variable;

	evaluate_tables(subject->edition, subject->question, &subject->known,
			subject->results);
	if (gives(subject, output, terminal)) {
		subject->n_ways++;
		return;
	}
	variable = open_variable(subject);
	assert_true(variable >= 0);
	subject->n_split++;
	open = subject->known.classes[variable];
	for (uint64_t left = open; left != 0; left &= left - 1) {
		subject->known.classes[variable] = left & -left;
		check_way(subject, output, terminal);
	}
	subject->known.classes[variable] = open;
}

static void follow(struct subject *subject, uint8_t output, node_ref node)
{
	const struct diagram *diagram = subject->edition->diagram;
	const node_ref *children;
	uint16_t variable;
	uint64_t all;

	if (node == TERMINAL_IMPOSSIBLE)
		return;
	if (node_is_terminal(node)) {
		check_way(subject, output, node);
		return;
	}
	children = &diagram->children[diagram->first_child[node]];
	variable = diagram->variable[node];
	all = subject->known.classes[variable];
	for (uint64_t left = all; left != 0;) {
		node_ref child = children[__builtin_ctzll(left)];
		uint64_t alike = 0;

		for (uint64_t rest = left; rest != 0; rest &= rest - 1)
			if (children[__builtin_ctzll(rest)] == child)
				alike |= rest & -rest;
		subject->known.classes[variable] = alike;
		follow(subject, output, child);
		left &= ~alike;
	}
	subject->known.classes[variable] = all;
}

static void all_cases(struct subject *subject)
{
	const struct edition *edition = subject->edition;
	const struct question *question = subject->question;
	size_t q = (size_t)(question - edition->questions);

	for (uint16_t v = 0; v < edition->n_variables; v++)
		subject->known.classes[v] =
			(UINT64_C(1) << edition->variables[v].n_classes) - 1;
	for (uint8_t o = 0; o < edition->tables[question->table].n_outputs; o++)
		follow(subject, o, edition->diagram->roots[q][o]);
}

static void both_walks_agree_on_every_case(void **state)
{
	static struct subject subject;
	unsigned n_editions;

	(void)state;
	subject = (struct subject){ 0 };
	n_editions = every_edition(&subject, all_cases);
	print_message("# %u editions, %lu ways, cut %lu times\n", n_editions,
		      subject.n_ways, subject.n_split);
	assert_true(n_editions >= 10);
}

/* An argument asks for a longer campaign: that many cases by chance. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_walks_agree_on_a_million_cases_by_chance),
		cmocka_unit_test(both_walks_agree_on_every_case),
	};

	if (argc > 1)
		n_random = strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
