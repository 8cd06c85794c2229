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

	/* over several days of decision */
	struct reach always[OUTPUTS_MAX];	/* within reach: found on each day */
	bool steady;				/* proven: every day gives the same */
	uint32_t n_boxes;			/* looked at */
};

/*
 * Boxes looked at before the rest is taken as it stands: what is possible then
 * holds all that is, and perhaps more, so a decision can only become an ask.
 */
#define SETTLE_BOXES_MAX 20000

/* On the day facts->as_of. Returns 0 or -ENOMEM. */
MUST_USE int settle(const struct edition *edition, const struct question *question,
		    const struct facts *facts, struct arena *arena,
		    struct settled *ret_settled);

/* Days of decision that are looked at together. */
struct settle_days {
	struct span days;
	/* bit i: fact i, a date that was answered, is the day of decision itself */
	uint64_t with_day;
	uint32_t max_boxes;
};

/*
 * As settle, for all of these days at once. The day is one side more of each
 * box, and never cut: what holds in a box holds on every day. With `steady`
 * the reach of every output, and whether its day is known, is the same on each
 * of the days, and ret_settled->reach is it; without it reach is not to be
 * used, for it holds too much or was not looked for. When the question's
 * derived facts read no open fact, steady means that all that decide() says is
 * the same, but for days that move with the day of decision.
 *
 * Returns 0 or -ENOMEM.
 */
MUST_USE int settle_days(const struct edition *edition,
			 const struct question *question, const struct facts *facts,
			 const struct settle_days *over, struct arena *arena,
			 struct settled *ret_settled);

/* Facts that the question's derived facts read, as bits. */
uint64_t settle_derived_from(const struct edition *edition,
			     const struct question *question);

#endif
