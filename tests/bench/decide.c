/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/carry.h"
#include "policy/decide.h"
#include "policy/language/policy.h"
#include "policy/diagram/diagram.h"
#include "policy/outcome.h"
#include "proto/result.h"

/*
 * Decisions a second in one process: every example of an edition in turn, with
 * rows, both evaluators, and what is still open. Also the cost of loading, and what
 * a backtest does with a recorded decision once its bytes are read: facts from
 * bytes, carried to the draft, the outcome alone.
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

/* ---- Recorded decisions ---- */

struct recording {
	const struct edition *edition;
	struct arena arena;	/* of one decision */
	struct arena kept;
	struct bytes facts[EXAMPLES_MAX];
	const struct question *questions[EXAMPLES_MAX];
	struct facts facts_of[2];	/* as recorded; as carried */
	struct carry carry;
	struct outcome_finder finders[QUESTIONS_MAX];
	uint16_t n;
};

/* The settled examples, as a log holds them. */
static void record_all(struct recording *recording)
{
	const struct edition *edition = recording->edition;

	for (uint16_t i = 0; i < edition->n_examples; i++) {
		const struct example *example = &edition->examples[i];

		if (example->outcome == OUTCOME_ASK)
			continue;
		recording->questions[recording->n] =
			&edition->questions[example->question];
		recording->facts[recording->n++] = result_facts_write(
			edition, &example->facts, &recording->kept, NULL);
	}
}

static void look_through(struct recording *recording)
{
	const struct edition *edition = recording->edition;

	for (uint16_t i = 0; i < recording->n; i++) {
		const struct question *question = recording->questions[i];
		enum outcome outcome;

		arena_reset(&recording->arena);
		if (result_facts_read(edition, recording->facts[i], &recording->arena,
				      &recording->facts_of[0]) != RESULT_OK ||
		    carry_facts(&recording->carry, &recording->facts_of[0],
				&recording->arena, &recording->facts_of[1]) != 0 ||
		    !outcome_find(&recording->finders[question - edition->questions],
				  &recording->facts_of[1], &outcome)) {
			fprintf(stderr, "decide: example %u is not settled\n", i);
			exit(1);
		}
	}
}

static void measure_recorded(const struct edition *edition, size_t rounds)
{
	static struct recording recording;
	double rates[ROUNDS_MAX];

	recording.edition = edition;
	arena_init(&recording.arena, DECIDE_ARENA_BYTES);
	arena_init(&recording.kept, DECIDE_ARENA_BYTES);
	carry_init(&recording.carry, edition, edition);
	for (uint16_t q = 0; q < edition->n_questions; q++)
		if (outcome_finder_init(&recording.finders[q], edition,
					&edition->questions[q], &recording.kept) != 0)
			exit(1);
	record_all(&recording);
	for (size_t i = 0; i < rounds; i++) {
		int64_t begin = now_ns();
		size_t n = 0;

		for (; now_ns() - begin < ROUND_NS; n += recording.n)
			look_through(&recording);
		rates[i] = (double)n * 1e9 / (double)(now_ns() - begin);
	}
	print_median("recorded, outcome alone/s", rates, rounds);
	arena_done(&recording.arena);
	arena_done(&recording.kept);
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
	measure_recorded(edition, rounds);
	arena_done(&arena);
	return 0;
}
