/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_REPLAY_COMPARE_H
#define PERMIT_AUDIT_REPLAY_COMPARE_H

#include "clients/audit/replay.h"
#include "policy/decide.h"

/*
 * Says in which parts a recorded result and the one of today differ: outcome,
 * rows, names of outputs. The values of outputs are left out, because a day in
 * them can be a fact of the case.
 */
void replay_compare(const struct decision *recorded, const struct decision *now,
		    char to[REPLAY_PARTS_BYTES]);

#endif
