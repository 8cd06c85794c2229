/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "policy/diagram/image_layout.h"
#include "policy/diagram/walk.h"
#include "policy/language/policy.h"
#include "tests/support/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_BYTES (16u * 1024 * 1024)
#define CASES 64

/* The edition that every input claims to be the diagram of. */
static const struct edition *edition_of_all(void)
{
	static struct arena arena;
	static struct diagnostics diagnostics;
	static const struct edition *edition;
	struct bytes vocabulary, policy;

	if (edition != NULL)
		return edition;
	vocabulary = file_read("tests/support/small/vocabulary.md");
	policy = file_read("tests/support/small/policy.md");
	arena_init(&arena, POLICY_ARENA_BYTES);
	if (policy_load(vocabulary, policy, &arena, &edition, &diagnostics) != 0)
		abort();
	file_done(&vocabulary);
	file_done(&policy);
	return edition;
}

/* What the walk of one case, or of all of them, meets is a value of the output. */
static void must_be_legal(const struct output *output, node_ref terminal)
{
	node_ref value = terminal & ~TERMINAL;

	if (terminal == TERMINAL_IMPOSSIBLE || terminal == TERMINAL_NONE)
		return;
	if (output->collected ? value >> output->n_values != 0 :
				value >= output->n_values)
		abort();
}

static void walk_cases(const struct edition *edition, const struct diagram *diagram,
		       node_ref root, const struct output *output)
{
	uint32_t state = root;

	for (unsigned i = 0; i < CASES; i++) {
		uint8_t classes[VARIABLES_MAX] = { 0 };

		for (uint16_t v = 0; v < edition->n_variables; v++) {
			state = state * 1664525u + 1013904223u;
			classes[v] = (uint8_t)((state >> 16) %
					       edition->variables[v].n_classes);
		}
		must_be_legal(output, diagram_value(diagram, root, classes));
	}
}

/* Whatever image is opened can be walked everywhere, with what we have for it. */
static void walk_everywhere(const struct edition *edition, struct diagram *diagram,
			    struct arena *arena)
{
	struct edition own = *edition;
	struct known known;
	struct reach reach;
	bool matters[VARIABLES_MAX];
	uint64_t *visited;

	own.diagram = diagram;
	visited = diagram_visited(&own, arena);
	for (uint16_t v = 0; v < own.n_variables; v++)
		known.classes[v] = (1ull << own.variables[v].n_classes) - 1;
	for (uint16_t q = 0; q < own.n_questions; q++) {
		const struct table *table = &own.tables[own.questions[q].table];

		for (uint8_t o = 0; o < table->n_outputs; o++) {
			node_ref root = diagram->roots[q][o];

			walk_cases(&own, diagram, root, &table->outputs[o]);
			diagram_reach(&own, root, &known, NULL, visited, &reach);
			for (size_t i = 0; i < reach.n; i++)
				must_be_legal(&table->outputs[o], reach.terminals[i]);
			if (diagram_matters(&own, root, &known, arena, matters) != 0)
				abort();
		}
	}
}

static void try_image(struct bytes image)
{
	CLEANUP(arena_done) struct arena arena;
	struct diagram *diagram;

	arena_init(&arena, ARENA_BYTES);
	if (image_open(image, edition_of_all(), &arena, &arena, &diagram) ==
	    IMAGE_SOUND)
		walk_everywhere(edition_of_all(), diagram, &arena);
}

/*
 * The bytes as they are; then with magic, version, length and checksum made
 * right, as whoever wants to deceive would do: otherwise no input would ever
 * get behind them.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_header header;
	uint8_t *copy = malloc(size);

	if (size > 0)
		memcpy(copy, data, size);
	try_image((struct bytes){ copy, size });
	if (size >= sizeof(header) && size % 8 == 0) {
		memcpy(&header, copy, sizeof(header));
		memcpy(header.magic, IMAGE_MAGIC_TEXT, sizeof(header.magic));
		header.version = IMAGE_VERSION;
		header.n_bytes = (uint32_t)size;
		header.checksum = image_checksum(copy + IMAGE_CHECKED_FROM,
						 size - IMAGE_CHECKED_FROM);
		memcpy(copy, &header, sizeof(header));
		try_image((struct bytes){ copy, size });
	}
	free(copy);
	return 0;
}
