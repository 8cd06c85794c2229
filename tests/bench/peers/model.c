/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/diagram/walk.h"
#include "policy/language/policy.h"
#include "tests/bench/peers/model.h"
#include "tests/support/chance.h"

/*
 *	model VOCABULARY POLICY QUESTION CASES FOLDER
 *
 * Writes the question for the other engines into the folder, and cases by
 * chance with their outcome: cases.bin for C, cases.json for JavaScript.
 */

struct cell model_cell(const struct model *model, const struct table *table,
		       const struct row *row, unsigned input)
{
	const struct input *in = &table->inputs[input];
	struct cell cell = { .input = in, .test = &row->tests[input] };
	const struct output *output;

	switch (in->kind) {
	case INPUT_VARIABLE:
		cell.n = model->edition->variables[in->index].n_classes;
		snprintf(cell.name, sizeof(cell.name), "v%u", in->index);
		break;
	case INPUT_SET:
		cell.n = in->n_elements;
		cell.set = true;
		snprintf(cell.name, sizeof(cell.name), "s%u", in->index);
		break;
	case INPUT_OUTPUT:
		output = &model->edition->tables[in->index].outputs[in->output];
		cell.n = output->n_values;
		cell.set = output->collected;
		snprintf(cell.name, sizeof(cell.name), "t%uo%u", in->index, in->output);
		break;
	}
	return cell;
}

unsigned model_index(const struct model *model, const struct table *table)
{
	return (unsigned)(table - model->edition->tables);
}

void model_order(const struct table *table, uint8_t order[ROWS_MAX])
{
	uint8_t n = 0;

	for (unsigned value = 0; value <= VALUE_NONE; value++)
		for (uint8_t r = 0; r < table->n_rows; r++)
			if (table->hit != HIT_PRIORITY ? value == 0 :
							 table->rows[r].values[0] == value)
				order[n++] = r;
}

/* ---- Cases ---- */

static unsigned walk(const struct edition *edition, node_ref node,
		     const uint8_t *classes)
{
	const struct diagram *diagram = edition->diagram;

	while (!node_is_terminal(node))
		node = diagram->children[diagram->first_child[node] +
					 classes[diagram->variable[node]]];
	return node == TERMINAL_IMPOSSIBLE ? 255 : node & 0xff;
}

static void write_json_case(const struct edition *edition, const uint8_t *classes,
			    unsigned outcome, FILE *to)
{
	const char *comma = "";

	fprintf(to, "{\"outcome\":\"c%u\",\"context\":{", outcome);
	for (unsigned v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];
		const struct fact *fact = &edition->facts[variable->index];
		const char *inner = "";

		if (variable->kind != VARIABLE_ELEMENT) {
			fprintf(to, "%s\"v%u\":\"c%u\"", comma, v, classes[v]);
			comma = ",";
			continue;
		}
		if (variable->element > 0)
			continue;
		fprintf(to, "%s\"s%u\":[", comma, v);
		comma = ",";
		for (unsigned e = 0; e < fact->n_values; e++)
			if (classes[v + e] == 1) {
				fprintf(to, "%s\"e%u\"", inner, e);
				inner = ",";
			}
		fprintf(to, "]");
	}
	fprintf(to, "}}");
}

static void write_cases(const struct model *model, unsigned n_cases, FILE *bin,
			FILE *json)
{
	const struct edition *edition = model->edition;
	node_ref root = edition->diagram->roots[model->question - edition->questions]
					       [model->question->outcome];
	uint32_t header[2] = { n_cases, edition->n_variables };
	struct chance chance = { 1 };

	fwrite(header, sizeof(header), 1, bin);
	fprintf(json, "[\n");
	for (unsigned n = 0; n < n_cases;) {
		uint8_t classes[VARIABLES_MAX + 1];
		unsigned outcome;

		for (unsigned v = 0; v < edition->n_variables; v++)
			classes[v] = (uint8_t)chance_below(
				&chance, edition->variables[v].n_classes);
		outcome = walk(edition, root, classes);
		if (outcome == 255)
			continue;
		classes[edition->n_variables] = (uint8_t)outcome;
		fwrite(classes, edition->n_variables + 1u, 1, bin);
		if (n > 0)
			fprintf(json, ",\n");
		write_json_case(edition, classes, outcome, json);
		n++;
	}
	fprintf(json, "\n]\n");
}

/* Where zen-engine's result has the outcome. */
static void write_outcome(const struct model *model, FILE *to)
{
	fprintf(to, "{\"table\":\"t%u\",\"output\":\"o%u\"}\n", model->question->table,
		model->question->outcome);
}

/* ---- The program ---- */

static struct bytes read_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	uint8_t *data = malloc(DOCUMENT_MAX_BYTES);
	size_t n;

	if (file == NULL || data == NULL) {
		fprintf(stderr, "model: %s: %s\n", name, strerror(errno));
		exit(1);
	}
	n = fread(data, 1, DOCUMENT_MAX_BYTES, file);
	fclose(file);
	return (struct bytes){ data, n };
}

static FILE *create(const char *folder, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wb");
	if (file == NULL) {
		fprintf(stderr, "model: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return file;
}

static void write_one(const struct model *model, const char *folder, const char *name,
		      void (*write)(const struct model *, FILE *))
{
	FILE *file = create(folder, name);

	write(model, file);
	if (fclose(file) != 0) {
		fprintf(stderr, "model: %s/%s: %s\n", folder, name, strerror(errno));
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static struct diagnostics diagnostics;
	struct arena arena;
	struct model model;
	int question;
	FILE *bin;
	FILE *json;

	if (argc != 6) {
		fprintf(stderr, "usage: model VOCABULARY POLICY QUESTION CASES FOLDER\n");
		return 2;
	}
	arena_init(&arena, POLICY_ARENA_BYTES);
	if (policy_load(read_file(argv[1]), read_file(argv[2]), &arena, &model.edition,
			&diagnostics) != 0)
		return 1;
	question = edition_find_question(model.edition, argv[3]);
	if (question < 0)
		return 1;
	model.question = &model.edition->questions[question];
	write_one(&model, argv[5], "conditions.h", write_conditions);
	write_one(&model, argv[5], "columns.h", write_columns);
	write_one(&model, argv[5], "model.clp", write_clips);
	write_one(&model, argv[5], "model.zen.json", write_zen);
	write_one(&model, argv[5], "model.cedar", write_cedar);
	write_one(&model, argv[5], "outcome.json", write_outcome);
	bin = create(argv[5], "cases.bin");
	json = create(argv[5], "cases.json");
	write_cases(&model, (unsigned)strtoul(argv[4], NULL, 10), bin, json);
	return fclose(bin) != 0 || fclose(json) != 0;
}
