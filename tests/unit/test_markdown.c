/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/language/markdown.h"

#define N_THREADS 4
#define MEMORY_BYTES (1024u * 1024)

static const char document[] = "| a | b |\n|---|---|\n| 1 | 2 |\n";

static bool finds_a_table(void)
{
	const struct bytes source = { (const uint8_t *)document, sizeof(document) - 1 };
	struct arena memory;
	cmark_node *node;
	bool found;

	arena_init(&memory, MEMORY_BYTES);
	node = markdown_parse(source, &memory);
	found = node != NULL && cmark_node_first_child(node) != NULL &&
		strcmp(cmark_node_get_type_string(cmark_node_first_child(node)),
		       "table") == 0;
	arena_done(&memory);
	return found;
}

static pthread_barrier_t start;

static void *parse_at_once(void *ret_found)
{
	pthread_barrier_wait(&start);
	*(bool *)ret_found = finds_a_table();
	return NULL;
}

/* The exit code of a process that has parsed nothing before: 0 when all found it. */
static int parse_first_in_threads(void)
{
	pthread_t threads[N_THREADS];
	bool found[N_THREADS] = { false };
	int n_found = 0;

	if (pthread_barrier_init(&start, NULL, N_THREADS) != 0)
		return 2;
	for (int i = 0; i < N_THREADS; i++)
		if (pthread_create(&threads[i], NULL, parse_at_once, &found[i]) != 0)
			return 2;
	for (int i = 0; i < N_THREADS; i++) {
		pthread_join(threads[i], NULL);
		n_found += found[i];
	}
	return n_found == N_THREADS ? 0 : 1;
}

/* Before the other test: what is made once must not be made yet. */
static void the_first_documents_of_several_threads_have_their_tables(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (child == 0)
			_exit(parse_first_in_threads());
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
}

static void a_document_that_does_not_fit_is_refused(void **state)
{
	const struct bytes source = { (const uint8_t *)document, sizeof(document) - 1 };
	struct arena memory;

	(void)state;
	assert_true(finds_a_table());
	arena_init(&memory, ARENA_OVERHEAD_BYTES + 256);
	assert_null(markdown_parse(source, &memory));
	arena_done(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_first_documents_of_several_threads_have_their_tables),
		cmocka_unit_test(a_document_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
