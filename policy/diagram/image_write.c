/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/image_layout.h"

#include <errno.h>
#include <string.h>

/* ---- Which nodes, in which order ---- */

static uint8_t n_classes(const struct node_pool *pool, node_ref node)
{
	return pool->edition->variables[pool->variable[node]].n_classes;
}

static const node_ref *children_of(const struct node_pool *pool, node_ref node)
{
	return &pool->children[pool->first_child[node]];
}

/* What is met together on a walk comes to stand together. */
static void number_below(const struct node_pool *pool, node_ref node, uint32_t *numbers,
			 uint32_t *n)
{
	if (node_is_terminal(node) || numbers[node] != 0)
		return;
	numbers[node] = ++*n;
	for (uint8_t i = 0; i < n_classes(pool, node); i++)
		number_below(pool, children_of(pool, node)[i], numbers, n);
}

uint32_t image_number(const struct image_source *source, uint32_t *numbers)
{
	const struct node_pool *pool = source->pool;
	uint32_t n = 0;

	for (uint16_t q = 0; q < pool->edition->n_questions; q++)
		for (uint8_t o = 0; o < OUTPUTS_MAX; o++)
			number_below(pool, source->roots[q][o], numbers, &n);
	number_below(pool, source->possible, numbers, &n);
	return n;
}

/* ---- Writing ---- */

struct image_writer {
	const struct image_source *source;
	const uint32_t *numbers;
	node_ref *node_of;	/* of each number, less one */
	struct image_header header;
	struct image_parts parts;
	uint8_t *data;
};

static node_ref renumber(const struct image_writer *writer, node_ref node)
{
	return node_is_terminal(node) ? node : writer->numbers[node] - 1;
}

static void invert(struct image_writer *writer)
{
	const struct node_pool *pool = writer->source->pool;

	for (node_ref node = 0; node < pool->n_nodes; node++) {
		if (writer->numbers[node] == 0)
			continue;
		writer->node_of[writer->numbers[node] - 1] = node;
		writer->header.n_children += n_classes(pool, node);
	}
}

static void count(struct image_writer *writer, uint32_t n_nodes)
{
	const struct edition *edition = writer->source->pool->edition;
	struct image_header *header = &writer->header;

	memcpy(header->magic, IMAGE_MAGIC_TEXT, sizeof(header->magic));
	header->version = IMAGE_VERSION;
	header->n_nodes = n_nodes;
	header->n_variables = edition->n_variables;
	header->n_questions = edition->n_questions;
	header->possible = renumber(writer, writer->source->possible);
	for (uint16_t v = 0; v < edition->n_variables; v++)
		header->n_cuts += image_cuts(&edition->variables[v]);
	invert(writer);
	writer->parts = image_parts(header);
	header->n_bytes = (uint32_t)writer->parts.end;
}

static void put_roots(struct image_writer *writer)
{
	node_ref *roots = (void *)(writer->data + writer->parts.roots);

	for (uint16_t q = 0; q < writer->header.n_questions; q++)
		for (uint8_t o = 0; o < OUTPUTS_MAX; o++)
			*roots++ = renumber(writer, writer->source->roots[q][o]);
}

static void put_variables(struct image_writer *writer)
{
	const struct edition *edition = writer->source->pool->edition;
	struct image_variable *stored =
		(void *)(writer->data + writer->parts.variables);
	int64_t *cuts = (void *)(writer->data + writer->parts.cuts);

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		stored[v] = (struct image_variable){
			.kind = (uint8_t)variable->kind,
			.element = variable->element,
			.index = variable->index,
			.n_classes = variable->n_classes,
			.has_unknown = variable->has_unknown,
			.at_position = writer->source->order[v],
		};
		for (uint8_t i = 0; i < image_cuts(variable); i++)
			*cuts++ = variable->cuts[i];
	}
}

static void put_nodes(struct image_writer *writer)
{
	const struct node_pool *pool = writer->source->pool;
	uint32_t *first_child = (void *)(writer->data + writer->parts.first_child);
	node_ref *children = (void *)(writer->data + writer->parts.children);
	uint16_t *variable = (void *)(writer->data + writer->parts.variable);
	uint32_t n = 0;

	for (uint32_t i = 0; i < writer->header.n_nodes; i++) {
		node_ref node = writer->node_of[i];

		variable[i] = pool->variable[node];
		first_child[i] = n;
		for (uint8_t c = 0; c < n_classes(pool, node); c++)
			children[n++] = renumber(writer, children_of(pool, node)[c]);
	}
}

int image_write(const struct image_source *source, const uint32_t *numbers,
		uint32_t n_nodes, struct arena *arena,
		const struct diagram **ret_diagram)
{
	struct image_writer writer = { .source = source, .numbers = numbers };
	struct diagram *diagram;

	writer.node_of = arena_array(source->pool->scratch, n_nodes, sizeof(node_ref));
	if (writer.node_of == NULL)
		return -ENOMEM;
	count(&writer, n_nodes);
	writer.data = arena_alloc(arena, writer.parts.end);
	if (writer.data == NULL)
		return -ENOMEM;
	put_roots(&writer);
	put_variables(&writer);
	put_nodes(&writer);
	memcpy(writer.data, &writer.header, sizeof(writer.header));
	writer.header.checksum = image_checksum(writer.data + IMAGE_CHECKED_FROM,
						writer.parts.end - IMAGE_CHECKED_FROM);
	memcpy(writer.data, &writer.header, sizeof(writer.header));
	if (image_open((struct bytes){ writer.data, writer.parts.end },
		       source->pool->edition, source->pool->scratch, arena,
		       &diagram) != IMAGE_SOUND)
		return -ENOMEM;
	*ret_diagram = diagram;
	return 0;
}
