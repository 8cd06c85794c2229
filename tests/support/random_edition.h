/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_RANDOM_EDITION_H
#define PERMIT_TESTS_RANDOM_EDITION_H

#include "policy/diagram/diagram.h"
#include "tests/support/chance.h"

/*
 * Small editions by chance: facts of every type that tables or derived facts
 * read, two to four layers of tables of every hit policy, constraints. What no
 * lawyer would write is what shows where an evaluator is wrong.
 */
enum random_rows {
	/* U tables by cutting all cases into rows, others with a last row for all */
	ROWS_COMPLETE,
	/* any rows at all: with gaps, overlaps and dead rows */
	ROWS_WILD,
};

/* Without its diagram. The arena must be large enough; ends the program if not. */
struct edition *random_edition(struct chance *chance, enum random_rows rows,
			       struct arena *arena);

/*
 * Likewise, of the size that law has: 20 to 40 facts in 9 to 14 tables, each of
 * which reads facts of its neighbourhood and tables not far before it.
 */
struct edition *random_layered_edition(struct chance *chance, enum random_rows rows,
				       struct arena *arena);

/*
 * As random_edition with complete rows, and with its diagram: dead rows are
 * taken out until the edition has no finding. NULL where something else is
 * wrong with it, such as constraints that exclude every case.
 */
const struct edition *random_sound_edition(struct chance *chance, struct arena *arena,
					   struct arena *scratch);

/* Does that to an edition of complete rows, whose tables it changes. */
const struct edition *random_make_sound(struct edition *edition, struct arena *arena,
					struct arena *scratch);

#endif
