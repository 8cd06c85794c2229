/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_FAULT_H
#define PERMIT_FAULT_H

#include "policy/edition.h"

/*
 * A switch for tests: it makes one of the two evaluators wrong, to show that
 * the daemon notices. Only a build that was configured with
 * --enable-fault-switch or --enable-sanitizers has it; in any other the edition
 * is what it is, whatever the environment says.
 *
 *	PERMITD_TEST_WRONG_EVALUATOR=table	every row gives the next outcome
 *	PERMITD_TEST_WRONG_EVALUATOR=diagram	every case has the last outcome
 *
 * Returns the edition, or a bent copy of it in the arena that borrows from it;
 * NULL when the arena is full.
 */
#ifdef PERMIT_FAULT_SWITCH
/*
 * Ends the process here, as a power cut would, when the environment says
 * PERMITD_TEST_CRASH=<this step>.
 */
void fault_crash(const char *step);

const struct edition *fault_edition(const struct edition *edition,
				    struct arena *arena);
#else
static inline void fault_crash(const char *step)
{
	(void)step;
}

static inline const struct edition *fault_edition(const struct edition *edition,
						  struct arena *arena)
{
	(void)arena;
	return edition;
}
#endif

#endif
