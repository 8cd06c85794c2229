/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_ORACLE_H
#define PERMIT_TESTS_ORACLE_H

#include "policy/diagram/diagram.h"

/*
 * The tables of an edition as binary decision diagrams of another library,
 * BuDDy, built by definition: a row is the conjunction of its cells, a table
 * the disjunction of its rows. What our diagram says is held against it.
 *
 * One finite domain a variable; codes that a domain has beyond its classes mean
 * its last class. BuDDy has one world a process: several oracles may be open in
 * it, over the same variables.
 */
struct oracle;

/*
 * Begins a world for the variables of an edition, laid out in this order (NULL:
 * as they are numbered), and ends it with every oracle in it.
 */
void oracle_world(const struct edition *edition, const uint16_t *order);
void oracle_end(void);

/* The tables and constraints of an edition with the world's variables. */
struct oracle *oracle_new(const struct edition *edition);

/* The constraints allow some case. */
bool oracle_any(const struct oracle *oracle);

/* Some possible case: no row matches; two rows collide; the row is taken. */
bool oracle_gap(const struct oracle *oracle, unsigned table);
bool oracle_overlap(const struct oracle *oracle, unsigned table);
bool oracle_reached(const struct oracle *oracle, unsigned table, unsigned row);

/*
 * The edition's diagram gives, for every case, the value that the tables give
 * to an output of a question, and IMPOSSIBLE exactly where constraints do not
 * allow it.
 */
bool oracle_agrees(const struct oracle *oracle, unsigned question, unsigned output);

/* Two possible cases that differ in the variables at stake alone differ in it. */
bool oracle_depends(const struct oracle *oracle, unsigned question, unsigned output,
		    const bool at_stake[VARIABLES_MAX]);

/* The output has the same value in both for every case, possible in both or none. */
bool oracle_same(const struct oracle *a, const struct oracle *b, unsigned question,
		 unsigned output);

#endif
