/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/fault.h"

/* Without the switch there is nothing here, not even its name. */
#ifdef PERMIT_FAULT_SWITCH

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/logging.h"
#include "policy/diagram/diagram.h"

/* Every row of the question's table gives the outcome after its own. */
static bool bend_table(struct table *table, uint8_t outcome, struct arena *arena)
{
	struct row *rows = arena_array(arena, table->n_rows, sizeof(*rows));

	if (rows == NULL)
		return false;
	memcpy(rows, table->rows, table->n_rows * sizeof(*rows));
	for (uint8_t r = 0; r < table->n_rows; r++)
		rows[r].values[outcome] = (uint8_t)((rows[r].values[outcome] + 1) %
						    table->outputs[outcome].n_values);
	table->rows = rows;
	return true;
}

static bool bend_tables(struct edition *edition, struct arena *arena)
{
	struct table *tables = arena_array(arena, edition->n_tables,
					   sizeof(*tables));
	bool done = tables != NULL;

	if (!done)
		return false;
	memcpy(tables, edition->tables, edition->n_tables * sizeof(*tables));
	for (uint16_t q = 0; q < edition->n_questions && done; q++)
		done = bend_table(&tables[edition->questions[q].table],
				  edition->questions[q].outcome, arena);
	edition->tables = tables;
	return done;
}

/* Whatever the case, the diagram comes to the last outcome of the table. */
static bool bend_diagram(struct edition *edition, struct arena *arena)
{
	struct diagram *diagram = arena_alloc(arena, sizeof(*diagram));

	if (diagram == NULL)
		return false;
	*diagram = *edition->diagram;
	for (uint16_t q = 0; q < edition->n_questions; q++) {
		const struct question *question = &edition->questions[q];
		const struct output *outcome =
			&edition->tables[question->table].outputs[question->outcome];

		diagram->roots[q][question->outcome] =
			TERMINAL | (node_ref)(outcome->n_values - 1);
	}
	edition->diagram = diagram;
	return true;
}

void fault_crash(const char *step)
{
	const char *wanted = getenv("PERMITD_TEST_CRASH");

	if (wanted != NULL && strcmp(wanted, step) == 0)
		raise(SIGKILL);
}

const struct edition *fault_edition(const struct edition *edition,
				    struct arena *arena)
{
	const char *which = getenv("PERMITD_TEST_WRONG_EVALUATOR");
	struct edition *bent;
	bool done;

	if (which == NULL)
		return edition;
	logging(LOGGING_WARNING,
		"a test has made the %s evaluator wrong: no decision is right",
		which);
	bent = arena_alloc(arena, sizeof(*bent));
	if (bent == NULL)
		return NULL;
	*bent = *edition;
	done = strcmp(which, "table") == 0 ? bend_tables(bent, arena)
					   : bend_diagram(bent, arena);
	return done ? bent : NULL;
}

#endif
