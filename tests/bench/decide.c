/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/decide.h"
#include "policy/language/policy.h"
#include "policy/diagram/diagram.h"

/*
 * Decisions a second in one process: every example of an edition in turn, with
 * rows, both evaluators, and what is still open. Also the cost of loading.
 *
 *	decide VOCABULARY POLICY [ROUNDS]
 *
 * Prints the median of the rounds, and the best and the worst beside it.
 */
#define ROUNDS_DEFAULT 7
#define ROUNDS_MAX 101
#define ROUND_NS 500000000ll
#define FILE_MAX_BYTES DOCUMENT_MAX_BYTES

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct bytes read_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	uint8_t *data = malloc(FILE_MAX_BYTES + 1);
	size_t n;

	if (file == NULL || data == NULL) {
		fprintf(stderr, "decide: %s: %s\n", name, strerror(errno));
		exit(1);
	}
	n = fread(data, 1, FILE_MAX_BYTES + 1, file);
	fclose(file);
	return (struct bytes){ data, n };
}

static const struct edition *load(struct bytes vocabulary, struct bytes policy,
				  struct arena *arena)
{
	static struct diagnostics diagnostics;
	const struct edition *edition;

	arena_reset(arena);
	if (policy_load(vocabulary, policy, arena, &edition, &diagnostics) != 0) {
		fprintf(stderr, "decide: the policy is not valid; see permit policy check\n");
		exit(1);
	}
	return edition;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void print_median(const char *what, double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_size);
	printf("%-28s %12.0f   (%.0f to %.0f, %zu rounds)\n", what, values[n / 2],
	       values[0], values[n - 1], n);
}

/* Which examples: those that need no further fact, or those that do. */
static size_t decide_all(const struct edition *edition, struct arena *arena, bool open)
{
	struct decision decision;
	size_t n = 0;
	int row;

	for (uint16_t i = 0; i < edition->n_examples; i++) {
		const struct example *example = &edition->examples[i];

		if ((example->outcome == OUTCOME_ASK) != open)
			continue;
		arena_reset(arena);
		if (decide(edition, &edition->questions[example->question],
			   &example->facts, arena, &decision, &row) != 0)
			exit(1);
		n++;
	}
	return n;
}

static void measure(const char *what, const struct edition *edition, bool open,
		    size_t rounds)
{
	double rates[ROUNDS_MAX];
	struct arena arena;

	arena_init(&arena, DECIDE_ARENA_BYTES);
	for (size_t i = 0; i < rounds; i++) {
		int64_t begin = now_ns();
		size_t n = 0;

		while (now_ns() - begin < ROUND_NS) {
			size_t decided = decide_all(edition, &arena, open);

			if (decided == 0)
				goto out;
			n += decided;
		}
		rates[i] = (double)n * 1e9 / (double)(now_ns() - begin);
	}
	print_median(what, rates, rounds);
out:
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : ROUNDS_DEFAULT;
	double loads[ROUNDS_MAX];
	struct bytes vocabulary, policy;
	const struct edition *edition = NULL;
	struct arena arena;

	if (argc < 3 || rounds == 0 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: decide VOCABULARY POLICY [ROUNDS, 1 to 101]\n");
		return 2;
	}
	vocabulary = read_file(argv[1]);
	policy = read_file(argv[2]);
	arena_init(&arena, POLICY_ARENA_BYTES);
	for (size_t i = 0; i < rounds; i++) {
		int64_t begin = now_ns();

		edition = load(vocabulary, policy, &arena);
		loads[i] = (double)(now_ns() - begin) / 1e3;
	}
	printf("%s %s: %u facts used, %u variables, %u tables, %u nodes\n",
	       edition->policy_id, edition->name, edition->n_used, edition->n_variables,
	       edition->n_tables, edition->diagram->n_nodes);
	print_median("load, us", loads, rounds);
	measure("settled cases, decisions/s", edition, false, rounds);
	measure("open cases, decisions/s", edition, true, rounds);
	arena_done(&arena);
	return 0;
}
