/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/property/compare.h"

/*
 * Every policy document in policy/tables, every question, against the naive
 * evaluator. An argument multiplies the number of cases.
 */
#define PRODUCT_CASES 60

static unsigned factor = 1;
static char *vocabulary;
static glob_t documents;

static void complete_cases_are_decided_as_the_text_says(void **state)
{
	unsigned long n_complete = 0;
	unsigned long n_contradictions = 0;

	(void)state;
	for (size_t i = 0; i < documents.gl_pathc; i++) {
		static struct subject subject;
		char *policy = read_text(documents.gl_pathv[i]);

		subject_init(&subject, vocabulary, policy);
		for (size_t q = 0; q < subject.edition->n_questions; q++)
			compare_products(&subject, &subject.edition->questions[q],
					 PRODUCT_CASES * factor);
		n_complete += subject.n_complete;
		n_contradictions += subject.n_contradictions;
		subject_done(&subject);
		free(policy);
	}
	print_message("# %lu cases, %lu of them excluded by constraints\n", n_complete,
		      n_contradictions);
	assert_true(n_complete > 0);
}

static int find_documents(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	(void)state;
	if (top == NULL)
		top = ".";
	snprintf(path, sizeof(path), "%s/policy/tables/vocabulary.md", top);
	vocabulary = read_text(path);
	snprintf(path, sizeof(path), "%s/policy/tables/*/*-[0-9]*.md", top);
	return glob(path, 0, NULL, &documents);
}

static int forget_documents(void **state)
{
	(void)state;
	free(vocabulary);
	globfree(&documents);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(complete_cases_are_decided_as_the_text_says),
	};

	if (argc > 1)
		factor = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, find_documents, forget_documents);
}
