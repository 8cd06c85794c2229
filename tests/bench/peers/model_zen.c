/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/diagram/walk.h"
#include "tests/bench/peers/model.h"

/* ---- zen-engine: a graph of decision tables, one behind the other ---- */

static void write_quoted(const struct cell *cell, const char *prefix, FILE *to)
{
	const char *comma = "";

	for (unsigned c = 0; c < cell->n; c++)
		if ((cell->test->mask >> c & 1) != 0) {
			fprintf(to, "%s\\\"%s%u\\\"", comma, prefix, c);
			comma = ", ";
		}
	if (!cell->set && (cell->test->mask >> VALUE_NONE & 1) != 0)
		fprintf(to, "%s\\\"none\\\"", comma);
}

static void write_zen_cell(const struct cell *cell, FILE *to)
{
	bool output = cell->input->kind == INPUT_OUTPUT;
	const char *prefix = cell->input->kind == INPUT_SET ? "e" : "c";
	const char *item = output && cell->set ? "#.o0" : "#";
	const char *comma = "";

	switch (cell->test->op) {
	case TEST_ANY:
		return;
	case TEST_CLASSES:
		write_quoted(cell, prefix, to);
		return;
	case TEST_SET_ANY:
	case TEST_SET_NONE:
		fprintf(to, "%s($, %s in [", cell->test->op == TEST_SET_ANY ? "some" : "none",
			item);
		write_quoted(cell, prefix, to);
		fprintf(to, "])");
		return;
	case TEST_SET_ONLY:
		fprintf(to, "all($, %s in [", item);
		write_quoted(cell, prefix, to);
		fprintf(to, "])");
		return;
	case TEST_SET_ALL:
		for (unsigned c = 0; c < cell->n; c++)
			if ((cell->test->mask >> c & 1) != 0) {
				fprintf(to, "%ssome($, %s == \\\"%s%u\\\")", comma, item,
					prefix, c);
				comma = " and ";
			}
		return;
	}
}

static void write_zen_rule(const struct model *model, const struct table *table,
			   unsigned row, FILE *to)
{
	fprintf(to, "{\"_id\":\"r%u\"", row);
	for (unsigned i = 0; i < table->n_inputs; i++) {
		struct cell cell = model_cell(model, table, &table->rows[row], i);

		fprintf(to, ",\"i%u\":\"", i);
		write_zen_cell(&cell, to);
		fprintf(to, "\"");
	}
	for (unsigned o = 0; o < table->n_outputs; o++) {
		unsigned value = table->rows[row].values[o];

		if (value == VALUE_NONE)
			fprintf(to, ",\"p%u\":\"\\\"none\\\"\"", o);
		else
			fprintf(to, ",\"p%u\":\"\\\"c%u\\\"\"", o, value);
	}
	fprintf(to, "}");
}

static void write_zen_table(const struct model *model, const struct table *table, FILE *to)
{
	unsigned t = model_index(model, table);
	uint8_t order[ROWS_MAX];

	fprintf(to, "{\"id\":\"t%u\",\"name\":\"t%u\",\"type\":\"decisionTableNode\","
		    "\"content\":{\"hitPolicy\":\"%s\",\"passThrough\":true,"
		    "\"inputField\":null,\"outputPath\":\"t%u\",\"executionMode\":"
		    "\"single\",\"inputs\":[",
		t, t, table->hit == HIT_COLLECT ? "collect" : "first", t);
	for (unsigned i = 0; i < table->n_inputs; i++) {
		const struct input *in = &table->inputs[i];
		struct cell cell = model_cell(model, table, &table->rows[0], i);

		fprintf(to, "%s{\"id\":\"i%u\",\"name\":\"i%u\",\"field\":\"", i > 0 ? "," : "",
			i, i);
		if (in->kind != INPUT_OUTPUT)
			fprintf(to, "%s\"}", cell.name);
		else if (cell.set)
			fprintf(to, "t%u\"}", in->index);
		else
			fprintf(to, "t%u.o%u\"}", in->index, in->output);
	}
	fprintf(to, "],\"outputs\":[");
	for (unsigned o = 0; o < table->n_outputs; o++)
		fprintf(to, "%s{\"id\":\"p%u\",\"name\":\"o%u\",\"field\":\"o%u\"}",
			o > 0 ? "," : "", o, o, o);
	fprintf(to, "],\"rules\":[");
	model_order(table, order);
	for (unsigned r = 0; r < table->n_rows; r++) {
		fprintf(to, "%s", r > 0 ? ",\n" : "");
		write_zen_rule(model, table, order[r], to);
	}
	fprintf(to, "]}}");
}

void write_zen(const struct model *model, FILE *to)
{
	const struct question *question = model->question;
	char from[16] = "in";

	fprintf(to, "{\"contentType\":\"application/vnd.gorules.decision\",\"nodes\":["
		    "{\"id\":\"in\",\"name\":\"in\",\"type\":\"inputNode\"},\n"
		    "{\"id\":\"out\",\"name\":\"out\",\"type\":\"outputNode\"}");
	for (unsigned i = 0; i < question->n_needed; i++) {
		fprintf(to, ",\n");
		write_zen_table(model, &model->edition->tables[question->needed[i]], to);
	}
	fprintf(to, "],\"edges\":[");
	for (unsigned i = 0; i < question->n_needed; i++) {
		fprintf(to, "{\"id\":\"x%u\",\"type\":\"edge\",\"sourceId\":\"%s\","
			    "\"targetId\":\"t%u\"},\n",
			i, from, question->needed[i]);
		snprintf(from, sizeof(from), "t%u", question->needed[i]);
	}
	fprintf(to, "{\"id\":\"x\",\"type\":\"edge\",\"sourceId\":\"%s\",\"targetId\":"
		    "\"out\"}]}\n",
		from);
}

/* ---- Cedar: a policy for each way to a grant ---- */

struct way {
	const struct model *model;
	FILE *to;
	node_ref grant;
	unsigned n;
	unsigned length;
	unsigned variables[VARIABLES_MAX];
	uint64_t classes[VARIABLES_MAX];
};

static void write_step(const struct way *way, unsigned at)
{
	unsigned v = way->variables[at];
	const struct variable *variable = &way->model->edition->variables[v];
	const char *comma = "";

	if (variable->kind == VARIABLE_ELEMENT) {
		fprintf(way->to, "%scontext.s%u.contains(\"e%u\")",
			way->classes[at] == 1 ? "!" : "", v - variable->element,
			variable->element);
		return;
	}
	fprintf(way->to, "[");
	for (unsigned c = 0; c < variable->n_classes; c++)
		if ((way->classes[at] >> c & 1) != 0) {
			fprintf(way->to, "%s\"c%u\"", comma, c);
			comma = ",";
		}
	fprintf(way->to, "].contains(context.v%u)", v);
}

static void write_way(struct way *way)
{
	way->n++;
	fprintf(way->to, "permit(principal, action, resource) when { true");
	for (unsigned i = 0; i < way->length; i++) {
		fprintf(way->to, " && ");
		write_step(way, i);
	}
	fprintf(way->to, " };\n");
}

static void follow(struct way *way, node_ref node)
{
	const struct edition *edition = way->model->edition;
	const struct diagram *diagram = edition->diagram;
	const node_ref *children;
	unsigned n;

	if (node == way->grant)
		write_way(way);
	if (node_is_terminal(node))
		return;
	children = &diagram->children[diagram->first_child[node]];
	n = edition->variables[diagram->variable[node]].n_classes;
	way->variables[way->length] = diagram->variable[node];
	for (unsigned c = 0; c < n; c++) {
		uint64_t alike = 0;
		bool first = true;

		for (unsigned other = 0; other < n; other++)
			if (children[other] == children[c]) {
				alike |= 1ull << other;
				first = first && other >= c;
			}
		if (!first)
			continue;
		way->classes[way->length++] = alike;
		follow(way, children[c]);
		way->length--;
	}
}

void write_cedar(const struct model *model, FILE *to)
{
	const struct edition *edition = model->edition;
	const struct output *outcome =
		&edition->tables[model->question->table].outputs[model->question->outcome];
	struct way way = { .model = model, .to = to };
	node_ref root = edition->diagram->roots[model->question - edition->questions]
					       [model->question->outcome];

	for (unsigned v = 0; v < outcome->n_values; v++)
		if (strcmp(outcome->values[v], outcome_names[OUTCOME_GRANT]) == 0)
			way.grant = TERMINAL | v;
	fprintf(to, "// grant is c%u\n", (unsigned)(way.grant & 0xff));
	follow(&way, root);
	fprintf(to, "// %u ways\n", way.n);
}
