/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/image_layout.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof(struct image_header) == 48 && sizeof(struct image_variable) == 8,
	      "the layout of image.h");

const char *image_fault_text(enum image_fault fault)
{
	static const char *const texts[N_IMAGE_FAULTS] = {
		[IMAGE_SOUND] = "it is sound",
		[IMAGE_NO_ROOM] = "there is no memory for it",
		[IMAGE_MISALIGNED] = "it does not lie at a multiple of 8 bytes",
		[IMAGE_SHORT] = "it is shorter than its header",
		[IMAGE_MAGIC] = "it does not begin as a diagram does",
		[IMAGE_OTHER_VERSION] = "it has another version",
		[IMAGE_CUT] = "it is longer or shorter than it says",
		[IMAGE_CHECKSUM] = "its checksum is wrong",
		[IMAGE_LAYOUT] = "its counts do not add up",
		[IMAGE_OTHER_EDITION] = "it is of another edition",
		[IMAGE_ORDER] = "its order has a variable twice",
		[IMAGE_NODE] = "a node is of no variable, or out of place",
		[IMAGE_CHILD] = "a child is no node, or does not stand lower",
		[IMAGE_ROOT] = "a root is no node",
		[IMAGE_TERMINAL] = "a value is none of its output",
	};

	return texts[fault];
}

static uint64_t up_to_8(uint64_t n)
{
	return (n + 7) / 8 * 8;
}

uint8_t image_cuts(const struct variable *variable)
{
	if (variable->kind == VARIABLE_ELEMENT)
		return 0;
	return (uint8_t)(variable->n_classes - 1 - variable->has_unknown);
}

struct image_parts image_parts(const struct image_header *header)
{
	struct image_parts parts = { .roots = sizeof(*header) };

	parts.variables = parts.roots +
			  up_to_8((uint64_t)header->n_questions * OUTPUTS_MAX *
				  sizeof(node_ref));
	parts.cuts = parts.variables +
		     header->n_variables * sizeof(struct image_variable);
	parts.first_child = parts.cuts + header->n_cuts * sizeof(int64_t);
	parts.children = parts.first_child +
			 up_to_8(header->n_nodes * sizeof(uint32_t));
	parts.variable = parts.children +
			 up_to_8(header->n_children * sizeof(node_ref));
	parts.end = parts.variable + up_to_8(header->n_nodes * sizeof(uint16_t));
	return parts;
}

/*
 * Each step can be undone, so two runs of bytes that differ within one word of
 * eight never have the same sum, and others once in 2^64. It finds accidents;
 * whoever wants to deceive can compute it too.
 */
uint64_t image_checksum(const uint8_t *data, size_t n)
{
	uint64_t sum = 0x6a09e667f3bcc909ull;

	for (size_t at = 0; at < n; at += 8) {
		uint64_t word;

		memcpy(&word, data + at, sizeof(word));
		sum = (sum ^ word) * 0x9e3779b97f4a7c15ull;
		sum ^= sum >> 29;
	}
	return sum;
}

/* ---- Parts ---- */

static const struct image_header *header_of(struct bytes image)
{
	return (const void *)image.data;
}

static const void *part(struct bytes image, uint64_t at)
{
	return image.data + at;
}

void image_move(struct diagram *diagram, struct bytes image)
{
	struct image_parts parts = image_parts(header_of(image));

	diagram->image = image;
	diagram->first_child = part(image, parts.first_child);
	diagram->children = part(image, parts.children);
	diagram->variable = part(image, parts.variable);
}

/* ---- What can be told without the edition ---- */

static enum image_fault check_frame(struct bytes image)
{
	const struct image_header *header = header_of(image);

	if ((uintptr_t)image.data % IMAGE_ALIGNMENT != 0)
		return IMAGE_MISALIGNED;
	if (image.n < sizeof(*header))
		return IMAGE_SHORT;
	if (memcmp(header->magic, IMAGE_MAGIC_TEXT, sizeof(header->magic)) != 0)
		return IMAGE_MAGIC;
	if (header->version != IMAGE_VERSION)
		return IMAGE_OTHER_VERSION;
	if (header->n_bytes != image.n || image.n % 8 != 0)
		return IMAGE_CUT;
	if (image_checksum(image.data + IMAGE_CHECKED_FROM,
			   image.n - IMAGE_CHECKED_FROM) != header->checksum)
		return IMAGE_CHECKSUM;
	if (header->n_nodes > DIAGRAM_NODES_MAX ||
	    header->n_variables > VARIABLES_MAX ||
	    header->n_questions > QUESTIONS_MAX || header->zero != 0 ||
	    image_parts(header).end != image.n)
		return IMAGE_LAYOUT;
	return IMAGE_SOUND;
}

/* ---- Against the edition ---- */

static bool same_variable(const struct image_variable *stored,
			  const struct variable *variable)
{
	return stored->kind == variable->kind && stored->element == variable->element &&
	       stored->index == variable->index &&
	       stored->n_classes == variable->n_classes &&
	       stored->has_unknown == variable->has_unknown;
}

static enum image_fault check_variables(struct bytes image,
					const struct edition *edition)
{
	const struct image_header *header = header_of(image);
	struct image_parts parts = image_parts(header);
	const struct image_variable *stored = part(image, parts.variables);
	const int64_t *cuts = part(image, parts.cuts);
	uint64_t n_cuts = 0;

	if (header->n_variables != edition->n_variables ||
	    header->n_questions != edition->n_questions)
		return IMAGE_OTHER_EDITION;
	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];
		uint8_t n = image_cuts(variable);

		if (!same_variable(&stored[v], variable) ||
		    n_cuts + n > header->n_cuts ||
		    (n > 0 && memcmp(&cuts[n_cuts], variable->cuts,
				     n * sizeof(int64_t)) != 0))
			return IMAGE_OTHER_EDITION;
		n_cuts += n;
	}
	return n_cuts == header->n_cuts ? IMAGE_SOUND : IMAGE_LAYOUT;
}

static enum image_fault take_order(struct bytes image, struct diagram *diagram)
{
	const struct image_header *header = header_of(image);
	const struct image_variable *stored = part(image,
						   image_parts(header).variables);
	bool seen[VARIABLES_MAX] = { false };

	for (uint16_t i = 0; i < header->n_variables; i++) {
		uint16_t v = stored[i].at_position;

		if (v >= header->n_variables || seen[v])
			return IMAGE_ORDER;
		seen[v] = true;
		diagram->order[i] = v;
		diagram->position[v] = i;
	}
	return IMAGE_SOUND;
}

/* ---- Nodes ---- */

static bool stands_below(const struct diagram *diagram, uint16_t variable, node_ref child)
{
	return child < diagram->n_nodes &&
	       diagram->position[diagram->variable[child]] > diagram->position[variable];
}

static enum image_fault check_nodes(const struct diagram *diagram,
				    const struct edition *edition)
{
	uint64_t n_children = 0;

	for (uint32_t node = 0; node < diagram->n_nodes; node++) {
		if (diagram->variable[node] >= edition->n_variables ||
		    diagram->first_child[node] != n_children)
			return IMAGE_NODE;
		n_children += edition->variables[diagram->variable[node]].n_classes;
		if (n_children > diagram->n_children)
			return IMAGE_NODE;
	}
	if (n_children != diagram->n_children)
		return IMAGE_LAYOUT;
	for (uint32_t node = 0; node < diagram->n_nodes; node++) {
		uint16_t v = diagram->variable[node];
		const node_ref *children =
			&diagram->children[diagram->first_child[node]];

		for (uint8_t i = 0; i < edition->variables[v].n_classes; i++)
			if (!node_is_terminal(children[i]) &&
			    !stands_below(diagram, v, children[i]))
				return IMAGE_CHILD;
	}
	return IMAGE_SOUND;
}

/* ---- Values ---- */

/* The values that may stand below a root: those of an output, or yes and no. */
struct values {
	const struct diagram *diagram;
	const struct edition *edition;
	const struct output *output;	/* NULL: yes and no */
	uint32_t *seen;			/* by node: the number of the last root */
	uint32_t root;
};

static bool value_is_legal(const struct values *values, node_ref terminal)
{
	node_ref value = terminal & ~TERMINAL;

	if (values->output == NULL)
		return value <= 1;
	if (terminal == TERMINAL_IMPOSSIBLE)
		return true;
	if (values->output->collected)
		return value >> values->output->n_values == 0;
	return terminal == TERMINAL_NONE || value < values->output->n_values;
}

/* As deep as there are variables, since nodes were checked before. */
static bool values_are_legal(struct values *values, node_ref node)
{
	const struct diagram *diagram = values->diagram;
	const node_ref *children;
	uint8_t n;

	if (node_is_terminal(node))
		return value_is_legal(values, node);
	if (values->seen[node] == values->root)
		return true;
	values->seen[node] = values->root;
	children = &diagram->children[diagram->first_child[node]];
	n = values->edition->variables[diagram->variable[node]].n_classes;
	for (uint8_t i = 0; i < n; i++)
		if (!values_are_legal(values, children[i]))
			return false;
	return true;
}

static enum image_fault check_root(struct values *values, node_ref root)
{
	if (!node_is_terminal(root) && root >= values->diagram->n_nodes)
		return IMAGE_ROOT;
	values->root++;
	return values_are_legal(values, root) ? IMAGE_SOUND : IMAGE_TERMINAL;
}

static enum image_fault check_roots(const struct diagram *diagram,
				    const struct edition *edition,
				    struct arena *scratch)
{
	struct values values = { .diagram = diagram, .edition = edition };
	enum image_fault fault;

	values.seen = arena_array(scratch, diagram->n_nodes, sizeof(*values.seen));
	if (values.seen == NULL)
		return IMAGE_NO_ROOM;
	fault = check_root(&values, diagram->possible);
	for (uint16_t q = 0; q < edition->n_questions; q++) {
		const struct table *table = &edition->tables[edition->questions[q].table];

		for (uint8_t o = 0; o < OUTPUTS_MAX && fault == IMAGE_SOUND; o++) {
			node_ref root = diagram->roots[q][o];

			values.output = &table->outputs[o];
			if (o < table->n_outputs)
				fault = check_root(&values, root);
			else if (root != TERMINAL_NONE)
				fault = IMAGE_ROOT;
		}
	}
	return fault;
}

static void take_header(struct bytes image, struct diagram *diagram)
{
	const struct image_header *header = header_of(image);
	const node_ref *roots = part(image, image_parts(header).roots);

	diagram->n_nodes = header->n_nodes;
	diagram->n_children = header->n_children;
	diagram->possible = header->possible;
	for (uint16_t q = 0; q < header->n_questions; q++)
		memcpy(diagram->roots[q], &roots[q * OUTPUTS_MAX],
		       sizeof(diagram->roots[q]));
	image_move(diagram, image);
}

enum image_fault image_open(struct bytes image, const struct edition *edition,
			    struct arena *scratch, struct arena *arena,
			    struct diagram **ret_diagram)
{
	struct diagram *diagram;
	enum image_fault fault = check_frame(image);

	if (fault == IMAGE_SOUND)
		fault = check_variables(image, edition);
	if (fault != IMAGE_SOUND)
		return fault;
	diagram = arena_alloc(arena, sizeof(*diagram));
	if (diagram == NULL)
		return IMAGE_NO_ROOM;
	take_header(image, diagram);
	fault = take_order(image, diagram);
	if (fault == IMAGE_SOUND)
		fault = check_nodes(diagram, edition);
	if (fault == IMAGE_SOUND)
		fault = check_roots(diagram, edition, scratch);
	if (fault == IMAGE_SOUND)
		*ret_diagram = diagram;
	return fault;
}
