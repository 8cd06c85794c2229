/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TIMELINE_H
#define PERMIT_TIMELINE_H

#include "policy/decide.h"

/*
 * What would be decided on each day of a stretch of time, in spans of days that
 * are alike:
 *
 *	2025-02-04         2026-03-06                       2028-05-06
 *	    |-- wait ----------|-- grant ------------------------|-- refer --->
 *
 * Exact, and without deciding day by day: a stretch of days on which every
 * derived fact stays within one class of its variable is alike throughout, any
 * other is cut in half. Where open facts stand behind derived facts settle.h
 * proves that days are alike; what it cannot prove is cut down to single days.
 *
 * The edition is the one given on all days, and no fact changes but by the day.
 */

/* The longest stretch: 30 years. What people are shown is half of it. */
#define TIMELINE_DAYS_MAX 10958
#define TIMELINE_DAYS 5479

/*
 * Stretches and boxes looked at before the rest is given as not settled. Cases
 * without open dates never come near it.
 */
#define TIMELINE_STEPS_MAX 200000
#define TIMELINE_SPANS_MAX 2000

/* Which days, and what else moves with them. */
struct timeline_request {
	const struct edition *edition;
	const struct question *question;
	const struct facts *facts; /* as_of: what is known is known on that day */
	day_t from;
	day_t to;

	/* bit i: fact i is a date, and on each day it is that day */
	uint64_t with_day;
	/*
	 * bit i: fact i holds periods, and the last of them goes on for ever if
	 * it has not ended before facts->as_of: permits renewed without a gap
	 */
	uint64_t goes_on;
};

enum timeline_state {
	TIMELINE_DECIDED,
	TIMELINE_CONTRADICTION, /* no case that the constraints allow fits */
	TIMELINE_NOT_SETTLED,	/* a limit was reached; nothing is said */
};

struct timeline_span {
	day_t first;
	day_t last;
	enum timeline_state state;
	const struct decision *decision; /* on the first day; else NULL */
	/* bit o: the day of output o is not the same on all days of the span */
	uint8_t moving;
	day_t last_days[OUTPUTS_MAX]; /* days of such outputs on the last day */
};

/*
 * The spans, ascending, without a gap. Two days are alike when they have the
 * same outcome and the same outputs, all but their days; and, as long as no
 * fact behind the question's derived facts is open, the same certain rows in
 * the question's own table. Neighbours are never alike.
 */
struct timeline {
	size_t n;
	const struct timeline_span *spans;
	uint32_t n_steps; /* stretches and boxes looked at */
	bool complete;	  /* every day is settled */
};

/*
 * Makes the timeline, in the arena. The scratch arena is reset on the way and
 * needs DECIDE_ARENA_BYTES. Returns 0; TIMELINE_E_DAYS when the days are out of
 * order, outside the calendar or too many; or -ENOMEM.
 */
#define TIMELINE_E_DAYS 1

MUST_USE int timeline(const struct timeline_request *request, struct arena *arena,
		      struct arena *scratch, struct timeline *ret_timeline);

/*
 * The facts as they are on a day: as_of, dates that move with it, periods that
 * go on. What decide() gives for them is what the timeline says of that day.
 * Periods live in the arena; NULL when it is full.
 */
const struct facts *timeline_facts(const struct timeline_request *request, day_t day,
				   struct arena *arena);

/* Why a day is not like the day before it. */
struct timeline_cause {
	uint64_t derived; /* bit i: derived fact i came into another class, and that
			     alone or with others changes the decision */
	uint64_t facts;	  /* bit i: fact i stands behind one of these, and does not
			     move with the day by itself: to change it moves the day */
};

/*
 * Finds the cause of the first day of a span. Where open facts hide it both
 * sets are empty. Returns 0 or -ENOMEM.
 */
MUST_USE int timeline_cause(const struct timeline_request *request, day_t first,
			    struct arena *scratch, struct timeline_cause *ret_cause);

/* ---- Reading a timeline (timeline_read.c) ---- */

/*
 * What the result of b is to the person, held against that of a. First the
 * outcome: grant before wait, refer, no-route, adverse. Of equal outcomes the
 * outputs, whose values stand in their order, the best for the person first;
 * durations have none. Whatever an open fact still decides is other.
 */
enum timeline_order {
	TIMELINE_SAME,
	TIMELINE_BETTER,
	TIMELINE_WORSE,
	TIMELINE_OTHER, /* neither, or both */
};

enum timeline_order timeline_compare(const struct timeline_span *a,
				     const struct timeline_span *b);

/* The first run of days with the best result that is reached. */
struct timeline_window {
	size_t begin; /* index of its first span */
	size_t end;   /* of the first span behind it; timeline.n when there is none */
	day_t first;
	day_t last;
};

/* False when no day has a definite outcome. */
bool timeline_best(const struct timeline *timeline,
		   struct timeline_window *ret_window);

/*
 * The first span whose outcome is this; with `possible` also one where it is
 * still open and may turn out so. NULL without one.
 */
const struct timeline_span *timeline_earliest(const struct timeline *timeline,
					      enum outcome outcome, bool possible);

/* The outcome is definite and better for the person than that of a span. */
bool timeline_is_better(enum outcome outcome, const struct timeline_span *than);

#endif
