/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/decide.h"
#include "policy/diagram/walk.h"
#include "policy/language/policy.h"
#include "tests/bench/peers/clips.h"

/*
 *	time VOCABULARY POLICY QUESTION FOLDER ROUNDS
 *
 * Nanoseconds for one outcome, of every way to get it that is written in C. All
 * of them answer the same cases, and each answer is compared. columns() and
 * conditions() are written by `model`; `run` includes them in front of this.
 */
#define ROUND_NS 300000000ll
#define ROUNDS_MAX 101

struct cases {
	uint32_t n;
	uint32_t n_variables;
	uint8_t *classes;	/* n_variables of each case, then its outcome */
	unsigned (*sets)[VARIABLES_MAX];
};

static const struct edition *edition;
static node_ref root;
static struct cases cases;

static const uint8_t *case_at(size_t i)
{
	return &cases.classes[i * (cases.n_variables + 1)];
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- Ours ---- */

static unsigned by_diagram(size_t i)
{
	const struct diagram *diagram = edition->diagram;
	const uint8_t *classes = case_at(i);
	node_ref node = root;

	while (!node_is_terminal(node))
		node = diagram->children[diagram->first_child[node] +
					 classes[diagram->variable[node]]];
	return node & 0xff;
}

/* ---- By hand ---- */

static unsigned by_conditions(size_t i)
{
	return conditions(case_at(i), cases.sets[i]);
}

static unsigned by_columns(size_t i)
{
	return columns(case_at(i), cases.sets[i]);
}

/* ---- CLIPS ---- */

static void assert_case(const uint8_t *classes)
{
	char name[16];
	char value[16];

	clips_assert("begin", "now");
	for (unsigned v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		if (variable->kind != VARIABLE_ELEMENT) {
			snprintf(name, sizeof(name), "v%u", v);
			snprintf(value, sizeof(value), "c%u", classes[v]);
		} else {
			snprintf(name, sizeof(name), "s%u", v - variable->element);
			snprintf(value, sizeof(value), "e%u", variable->element);
		}
		if (variable->kind != VARIABLE_ELEMENT || classes[v] == 1)
			clips_assert(name, value);
	}
}

static unsigned by_clips(size_t i)
{
	clips_reset();
	assert_case(case_at(i));
	return clips_outcome();
}

/* ---- Rounds ---- */

struct way {
	const char *name;
	unsigned (*outcome)(size_t i);
	double ns[ROUNDS_MAX];
};

static struct way ways[] = {
	{ "diagram", by_diagram, { 0 } },
	{ "conditions", by_conditions, { 0 } },
	{ "columns", by_columns, { 0 } },
	{ "CLIPS", by_clips, { 0 } },
};
#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

static void check(const struct way *way)
{
	size_t n = cases.n > 2000 ? 2000 : cases.n;

	for (size_t i = 0; i < n; i++) {
		unsigned outcome = way->outcome(i);

		if (outcome == case_at(i)[cases.n_variables])
			continue;
		fprintf(stderr, "time: %s says %u of case %zu, which is %u\n", way->name,
			outcome, i, case_at(i)[cases.n_variables]);
		exit(1);
	}
}

static double measure(const struct way *way)
{
	static volatile unsigned sink;
	int64_t begun = now_ns();
	int64_t end = begun + ROUND_NS;
	uint64_t n = 0;
	size_t i = 0;
	int64_t now;

	do {
		for (unsigned k = 0; k < 64; k++) {
			sink += way->outcome(i);
			i = i + 1 == cases.n ? 0 : i + 1;
		}
		n += 64;
		now = now_ns();
	} while (now < end);
	return (double)(now - begun) / (double)n;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* ---- Files ---- */

static void *need(void *pointer, const char *what)
{
	if (pointer != NULL)
		return pointer;
	fprintf(stderr, "time: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct bytes read_file(const char *name)
{
	FILE *file = need(fopen(name, "rb"), name);
	uint8_t *data = need(malloc(DOCUMENT_MAX_BYTES), name);
	size_t n = fread(data, 1, DOCUMENT_MAX_BYTES, file);

	fclose(file);
	return (struct bytes){ data, n };
}

static void read_cases(const char *folder)
{
	char path[4096];
	uint32_t header[2];
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), "%s/cases.bin", folder);
	file = need(fopen(path, "rb"), path);
	if (fread(header, sizeof(header), 1, file) != 1)
		exit(1);
	cases.n = header[0];
	cases.n_variables = header[1];
	n = (size_t)cases.n * (cases.n_variables + 1);
	cases.classes = need(malloc(n), "cases");
	cases.sets = need(calloc(cases.n, sizeof(*cases.sets)), "cases");
	if (fread(cases.classes, 1, n, file) != n)
		exit(1);
	fclose(file);
	for (size_t i = 0; i < cases.n; i++)
		for (unsigned v = 0; v < edition->n_variables; v++)
			if (edition->variables[v].kind == VARIABLE_ELEMENT)
				cases.sets[i][v - edition->variables[v].element] |=
					(unsigned)case_at(i)[v]
					<< edition->variables[v].element;
}

static void load(char **argv)
{
	static struct diagnostics diagnostics;
	static struct arena arena;
	int question;

	arena_init(&arena, POLICY_ARENA_BYTES);
	if (policy_load(read_file(argv[1]), read_file(argv[2]), &arena, &edition,
			&diagnostics) != 0)
		exit(1);
	question = edition_find_question(edition, argv[3]);
	if (question < 0)
		exit(1);
	root = edition->diagram->roots[question][edition->questions[question].outcome];
}

int main(int argc, char **argv)
{
	char path[4096];
	size_t n_rounds;

	if (argc != 6) {
		fprintf(stderr,
			"usage: time VOCABULARY POLICY QUESTION FOLDER ROUNDS\n");
		return 2;
	}
	load(argv);
	read_cases(argv[4]);
	n_rounds = strtoul(argv[5], NULL, 10);
	if (n_rounds < 1 || n_rounds > ROUNDS_MAX)
		n_rounds = 5;
	snprintf(path, sizeof(path), "%s/model.clp", argv[4]);
	clips_open(path);
	for (size_t w = 0; w < N_WAYS; w++)
		check(&ways[w]);
	for (size_t round = 0; round < n_rounds; round++)
		for (size_t w = 0; w < N_WAYS; w++)
			ways[w].ns[round] = measure(&ways[w]);
	for (size_t w = 0; w < N_WAYS; w++) {
		qsort(ways[w].ns, n_rounds, sizeof(double), by_size);
		printf("%s %.1f\n", ways[w].name, ways[w].ns[n_rounds / 2]);
	}
	clips_close();
	return 0;
}
