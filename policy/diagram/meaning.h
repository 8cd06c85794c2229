/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_MEANING_H
#define PERMIT_DIAGRAM_MEANING_H

#include "policy/edition.h"

/*
 * What an edition means, as bytes: its questions, which date selects the
 * edition for each, the names of their outputs, and for each output the
 * function from answers to values. Nothing else is in it: not how tables are
 * laid out, rows ordered or named, what intermediate tables there are, texts,
 * sources, routes, facts on which nothing depends, nor cuts that make no
 * difference. The SHA-256 of these bytes is the edition's semantic identity.
 *
 *	permitd meaning 1
 *	question renewal decision
 *	output outcome n0
 *	node 0 v1 n1 t0		the first variable below; a child for each class
 *	...
 *	value 0 is grant
 *	variable (fact application.received date) 2019-06-21 unknown
 *
 * Variables are what they are and not what they are called (identity.h), in
 * the order of that text; numbers are given in the order of first meeting.
 * So there is one form, and two editions of equal bytes give the same values
 * for every answer to every fact.
 *
 * The other way round it holds of all cases in classes: editions of unequal
 * bytes differ in some combination of classes of their variables. Derived facts
 * that share a date may exclude that combination, and two computations that
 * come to the same are told apart when they are written differently.
 */
#define MEANING_NODES_MAX (1u << 16)

/*
 * Writes the meaning of a loaded edition into the arena. Scratch may be given
 * back afterwards.
 *
 * Returns 0; MEANING_E_TOO_LARGE when the one order that all editions share
 * takes more than MEANING_NODES_MAX nodes, or some name or set of values too
 * many bytes: then nothing is said of its identity; or -ENOMEM.
 */
#define MEANING_E_TOO_LARGE 1

MUST_USE int meaning_write(const struct edition *edition, struct arena *arena,
			   struct arena *scratch, struct bytes *ret_meaning);

/* The same with another budget of nodes. */
MUST_USE int meaning_write_within(const struct edition *edition, uint32_t budget,
				  struct arena *arena, struct arena *scratch,
				  struct bytes *ret_meaning);

#endif
