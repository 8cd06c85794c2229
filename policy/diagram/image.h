/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_IMAGE_H
#define PERMIT_DIAGRAM_IMAGE_H

#include "policy/diagram/diagram.h"

/*
 * The bytes of a diagram. They hold offsets and no addresses, so that they mean
 * the same wherever they lie: every diagram is a view of such bytes, whether
 * they were built a moment ago or stand in a file that is mapped into memory.
 *
 * Nodes are read where they lie, so numbers are in the byte order of the machine
 * that made it. One of the other order has another version, as it is read here, and
 * the diagram is built anew. Each part begins at a multiple of 8 bytes:
 *
 *	 0	"pdiagram"
 *	 8	u32 version, u32 length of the whole
 *	16	u64 checksum of all that follows
 *	24	u32 nodes, u32 children, u32 cuts, u16 variables, u16 questions
 *	40	u32 `possible`, u32 zero
 *	48	u32 roots[questions][OUTPUTS_MAX]
 *		variables, 8 bytes each: u8 kind, u8 element, u16 index,
 *			u8 classes, u8 has an unknown class, u16 the variable
 *			that stands at this position of the order
 *		i64 cuts, those of the first variable first
 *		u32 first child[nodes], u32 children, u16 variable[nodes]
 *
 * The children of a node follow those of the node before it. There is one form
 * for each diagram and order, and any change of one byte is refused.
 */
#define IMAGE_VERSION 1
#define IMAGE_ALIGNMENT 8

enum image_fault {
	IMAGE_SOUND,
	IMAGE_NO_ROOM,	       /* the arena is full; nothing is wrong with the image */
	IMAGE_MISALIGNED,      /* it must lie at a multiple of IMAGE_ALIGNMENT */
	IMAGE_SHORT,	       /* not even a header */
	IMAGE_MAGIC,	       /* it begins as something else */
	IMAGE_OTHER_VERSION,
	IMAGE_CUT,	       /* longer or shorter than it says */
	IMAGE_CHECKSUM,
	IMAGE_LAYOUT,	       /* counts beyond the limits, or that do not add up */
	IMAGE_OTHER_EDITION,   /* other questions, variables, classes or cuts */
	IMAGE_ORDER,	       /* a variable twice in the order */
	IMAGE_NODE,	       /* of no variable, or its children lie elsewhere */
	IMAGE_CHILD,	       /* no node, or one that does not stand lower */
	IMAGE_ROOT,	       /* no node */
	IMAGE_TERMINAL,	       /* a value that the output cannot have */
	N_IMAGE_FAULTS,
};

/* "its checksum is wrong": the end of a sentence about a stored diagram. */
const char *image_fault_text(enum image_fault fault);

/*
 * Makes a diagram of an edition from an image, in place: it borrows the bytes,
 * and the arena holds only what has a fixed size. Everything is checked once,
 * so that no walk, from any root, along any classes of the edition's variables,
 * can leave the image, go in a circle, or end in a value that is none. Scratch
 * may be given back afterwards, and may be the arena.
 *
 * It is not checked that the diagram says what the tables say: bytes that
 * someone made up with care pass. The table walk beside every decision is there
 * for that.
 */
MUST_USE enum image_fault image_open(struct bytes image, const struct edition *edition,
				     struct arena *scratch, struct arena *arena,
				     struct diagram **ret_diagram);

/* The same image elsewhere: the diagram goes on in these bytes, unchecked. */
void image_move(struct diagram *diagram, struct bytes image);

#endif
