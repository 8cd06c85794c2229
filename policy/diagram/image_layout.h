/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_IMAGE_LAYOUT_H
#define PERMIT_DIAGRAM_IMAGE_LAYOUT_H

#include "policy/diagram/image.h"
#include "policy/diagram/node.h"

/* How images are made, and the layout that writer and reader share. */

/* What an image is made from. */
struct image_source {
	const struct node_pool *pool;
	const uint16_t *order;
	node_ref roots[QUESTIONS_MAX][OUTPUTS_MAX];
	node_ref possible;
};

/*
 * Numbers the nodes below the roots from 1, in the order of their meeting;
 * numbers has room for each node of the pool and is zero. Returns how many.
 */
uint32_t image_number(const struct image_source *source, uint32_t *numbers);

/*
 * Writes the image of the nodes that image_number found, and opens it. Returns
 * 0 or -ENOMEM.
 */
MUST_USE int image_write(const struct image_source *source, const uint32_t *numbers,
			 uint32_t n_nodes, struct arena *arena,
			 const struct diagram **ret_diagram);

/* The part of the layout that the writer and the reader share. */
struct image_header {
	uint8_t magic[8];
	uint32_t version;
	uint32_t n_bytes;
	uint64_t checksum;
	uint32_t n_nodes;
	uint32_t n_children;
	uint32_t n_cuts;
	uint16_t n_variables;
	uint16_t n_questions;
	node_ref possible;
	uint32_t zero;
};

struct image_variable {
	uint8_t kind;
	uint8_t element;
	uint16_t index;
	uint8_t n_classes;
	uint8_t has_unknown;
	uint16_t at_position;
};

/* Where the parts begin, and where the last one ends. */
struct image_parts {
	uint64_t roots;
	uint64_t variables;
	uint64_t cuts;
	uint64_t first_child;
	uint64_t children;
	uint64_t variable;
	uint64_t end;
};

struct image_parts image_parts(const struct image_header *header);

/* Cuts that are stored: an element of a set is held or not, and has none. */
uint8_t image_cuts(const struct variable *variable);

#define IMAGE_MAGIC_TEXT "pdiagram"
#define IMAGE_CHECKED_FROM 24 /* bytes before this are not in the checksum */

/* Of n bytes, a multiple of 8, at an aligned address. */
uint64_t image_checksum(const uint8_t *data, size_t n);

#endif
