/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_SETTLE_H
#define PERMIT_SETTLE_H

#include "policy/derive.h"
#include "policy/diagram/walk.h"

/*
 * From answers to the values that each output can still take.
 *
 * Open facts that only tables read are completed by the diagram, which knows
 * every combination. Open dates and numbers behind derived facts tie several
 * variables together (one date can make an application late and a permit
 * short), so their ranges are cut into boxes:
 *
 *	+-----------+-----+--+--+	a box whose outcomes were all seen is done,
 *	|           |     |  |  |	one in which every derived fact has one class
 *	|   done    |     +--+--+	is a real case and adds its outcomes,
 *	|           |     |  |  |	any other is cut in half
 *	+-----------+-----+--+--+
 *
 * That is exact, and ends soon because boxes shrink only along the days on
 * which something changes.
 */
struct settled {
	struct known known;			/* classes that each variable may have */
	struct span of_derived[DERIVED_MAX];
	struct reach reach[OUTPUTS_MAX];	/* no terminal at all: a contradiction */
	uint64_t open;				/* facts without a known value, as bits */
};

/*
 * Boxes looked at before the rest is taken as it stands: what is possible then
 * holds all that is, and perhaps more, so a decision can only become an ask.
 */
#define SETTLE_BOXES_MAX 20000

/* Returns 0 or -ENOMEM. */
MUST_USE int settle(const struct edition *edition, const struct question *question,
		    const struct facts *facts, struct arena *arena,
		    struct settled *ret_settled);

#endif
