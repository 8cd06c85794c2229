/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_PROVE_SAVE_H
#define PERMIT_CLIENTS_PROVE_SAVE_H

#include <stdio.h>

#include "policy/diagram/prove.h"

/*
 * Writes the counterexamples of one policy as Markdown: a table of examples,
 * which an author may paste into the policy's own and then say there what should
 * follow, and below it in words the cases for which no answers were found.
 * `expected` is what the edition decides now, so the rows pass as they stand.
 *
 * Returns 0; or -1 when memory ran out or `to` does not take it. Uses scratch.
 */
MUST_USE int prove_save(FILE *to, const struct edition *edition,
			const struct theorem *theorems, size_t n,
			struct arena *scratch);

#endif
