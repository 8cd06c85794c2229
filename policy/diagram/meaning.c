/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/meaning.h"

#include <errno.h>
#include <string.h>

#include "policy/base/text.h"
#include "policy/diagram/canonical.h"

struct writer {
	const struct canonical *canonical;
	struct builder text;
	uint32_t *node_number;	/* of each node of the pool, + 1 */
	node_ref *nodes;	/* in the order of their meeting */
	uint32_t n_nodes;
	uint32_t *value_number; /* of each value, + 1 */
	uint32_t *values;
	uint32_t n_values;
	bool used[VARIABLES_MAX];
	uint16_t number[VARIABLES_MAX]; /* among the used ones */
	/* bit i: some node tells class i from class i + 1 */
	uint32_t told_apart[VARIABLES_MAX];
};

static const node_ref *children_of(const struct writer *writer, node_ref node)
{
	const struct node_pool *pool = &writer->canonical->pool;

	return &pool->children[pool->first_child[node]];
}

static uint8_t known_classes(const struct writer *writer, uint16_t variable)
{
	const struct variable *v = &writer->canonical->variables[variable];

	return (uint8_t)(v->n_classes - v->has_unknown);
}

/* ---- Numbers, and what makes a difference ---- */

static void look_at(struct writer *writer, node_ref node)
{
	uint16_t variable = writer->canonical->pool.variable[node];
	const node_ref *children = children_of(writer, node);

	writer->used[variable] = true;
	for (uint8_t c = 0; c + 1 < known_classes(writer, variable); c++)
		if (children[c] != children[c + 1])
			writer->told_apart[variable] |= 1u << c;
}

/* As deep as there are variables. */
static void meet(struct writer *writer, node_ref node)
{
	const struct canonical *canonical = writer->canonical;
	node_ref value = node & ~TERMINAL;

	if (node_is_terminal(node)) {
		if (writer->value_number[value] != 0)
			return;
		writer->values[writer->n_values] = value;
		writer->value_number[value] = ++writer->n_values;
		return;
	}
	if (writer->node_number[node] != 0)
		return;
	writer->nodes[writer->n_nodes] = node;
	writer->node_number[node] = ++writer->n_nodes;
	look_at(writer, node);
	for (uint8_t c = 0;
	     c < canonical->variables[canonical->pool.variable[node]].n_classes; c++)
		meet(writer, children_of(writer, node)[c]);
}

/* ---- Lines ---- */

static void write_ref(struct writer *writer, node_ref node)
{
	if (node_is_terminal(node))
		builder_format(&writer->text, " t%u",
			       writer->value_number[node & ~TERMINAL] - 1);
	else
		builder_format(&writer->text, " n%u", writer->node_number[node] - 1);
}

/* Whether the class before this one is the same to every node. */
static bool is_merged(const struct writer *writer, uint16_t variable, uint8_t class)
{
	return !writer->canonical->names[variable].by_value && class > 0 &&
	       class < known_classes(writer, variable) &&
	       (writer->told_apart[variable] >> (class - 1) & 1) == 0;
}

static void write_node(struct writer *writer, uint32_t number)
{
	node_ref node = writer->nodes[number];
	uint16_t variable = writer->canonical->pool.variable[node];

	builder_format(&writer->text, "node %u v%u", number, writer->number[variable]);
	for (uint8_t c = 0; c < writer->canonical->variables[variable].n_classes; c++)
		if (!is_merged(writer, variable, c))
			write_ref(writer, children_of(writer, node)[c]);
	builder_string(&writer->text, "\n");
}

static void write_class(struct writer *writer, uint16_t variable, uint8_t class)
{
	const struct canonical_variable *named = &writer->canonical->names[variable];
	char day[DATE_TEXT_BYTES];
	int64_t cut;

	if (named->by_value) {
		builder_format(&writer->text, " %s", named->names[class]);
		return;
	}
	if (class == 0 || is_merged(writer, variable, class))
		return;
	cut = writer->canonical->variables[variable].cuts[class - 1];
	if (named->type == FACT_DATE) {
		date_print((day_t)cut, day);
		builder_format(&writer->text, " %s", day);
	} else {
		builder_format(&writer->text, " %lld", (long long)cut);
	}
}

static void write_variable(struct writer *writer, uint16_t variable)
{
	builder_format(&writer->text, "variable %s",
		       writer->canonical->names[variable].identity);
	for (uint8_t c = 0; c < known_classes(writer, variable); c++)
		write_class(writer, variable, c);
	builder_string(&writer->text,
		       writer->canonical->variables[variable].has_unknown ?
			       " unknown\n" :
			       "\n");
}

/* ---- Questions ---- */

static void sort_names(const char *const *names, uint8_t n, uint8_t *sorted)
{
	for (uint8_t i = 0; i < n; i++) {
		uint8_t at = i;

		for (; at > 0 && strcmp(names[sorted[at - 1]], names[i]) > 0; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = i;
	}
}

static const char *const selected_by_names[] = {
	[SELECTED_BY_APPLICATION] = "application",
	[SELECTED_BY_DECISION] = "decision",
};

static void write_question(struct writer *writer, uint8_t q)
{
	const struct edition *edition = writer->canonical->edition;
	const struct question *question = &edition->questions[q];
	const struct table *table = &edition->tables[question->table];
	const char *names[OUTPUTS_MAX];
	uint8_t sorted[OUTPUTS_MAX];

	builder_format(&writer->text, "question %s %s\n", question->name,
		       selected_by_names[question->selected_by]);
	for (uint8_t o = 0; o < table->n_outputs; o++)
		names[o] = table->outputs[o].name;
	sort_names(names, table->n_outputs, sorted);
	for (uint8_t o = 0; o < table->n_outputs; o++) {
		node_ref root = writer->canonical->roots[q][sorted[o]];

		meet(writer, root);
		builder_format(&writer->text, "output %s", names[sorted[o]]);
		write_ref(writer, root);
		builder_string(&writer->text, "\n");
	}
}

static void write_all(struct writer *writer)
{
	const struct canonical *canonical = writer->canonical;
	const struct edition *edition = canonical->edition;
	const char *names[QUESTIONS_MAX];
	uint8_t sorted[QUESTIONS_MAX];
	uint16_t n_used = 0;

	builder_string(&writer->text, "permitd meaning 1\n");
	for (uint8_t q = 0; q < edition->n_questions; q++)
		names[q] = edition->questions[q].name;
	sort_names(names, (uint8_t)edition->n_questions, sorted);
	for (uint8_t q = 0; q < edition->n_questions; q++)
		write_question(writer, sorted[q]);
	for (uint16_t v = 0; v < canonical->form.n_variables; v++)
		if (writer->used[v])
			writer->number[v] = n_used++;
	for (uint32_t i = 0; i < writer->n_nodes; i++)
		write_node(writer, i);
	for (uint32_t i = 0; i < writer->n_values; i++)
		builder_format(&writer->text, "value %u %s\n", i,
			       canonical->values[writer->values[i]]);
	for (uint16_t v = 0; v < canonical->form.n_variables; v++)
		if (writer->used[v])
			write_variable(writer, v);
}

static struct writer *new_writer(const struct canonical *canonical,
				 struct arena *arena)
{
	struct arena *scratch = canonical->scratch;
	struct writer *writer = arena_alloc(scratch, sizeof(*writer));
	size_t n_nodes = canonical->pool.n_nodes;
	size_t n_values = canonical->n_values;

	if (writer == NULL)
		return NULL;
	writer->canonical = canonical;
	builder_init(&writer->text, arena);
	writer->node_number = arena_array(scratch, n_nodes, sizeof(uint32_t));
	writer->nodes = arena_array(scratch, n_nodes, sizeof(node_ref));
	writer->value_number = arena_array(scratch, n_values, sizeof(uint32_t));
	writer->values = arena_array(scratch, n_values, sizeof(uint32_t));
	if (writer->node_number == NULL || writer->nodes == NULL ||
	    writer->value_number == NULL || writer->values == NULL)
		return NULL;
	return writer;
}

int meaning_write_within(const struct edition *edition, uint32_t budget,
			 struct arena *arena, struct arena *scratch,
			 struct bytes *ret_meaning)
{
	struct canonical *canonical = canonical_form(edition, budget, scratch);
	struct writer *writer;
	const char *text;

	if (canonical == NULL || canonical->r != 0)
		return canonical == NULL ? -ENOMEM : canonical->r;
	writer = new_writer(canonical, arena);
	if (writer == NULL)
		return -ENOMEM;
	write_all(writer);
	text = builder_text(&writer->text);
	if (text == NULL)
		return -ENOMEM;
	*ret_meaning = (struct bytes){ (const uint8_t *)text, writer->text.n };
	return 0;
}

int meaning_write(const struct edition *edition, struct arena *arena,
		  struct arena *scratch, struct bytes *ret_meaning)
{
	return meaning_write_within(edition, MEANING_NODES_MAX, arena, scratch,
				    ret_meaning);
}
