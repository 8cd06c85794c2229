/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/diagram/differ.h"

/*
 * The diagram of an edition tells values apart and not rows. So it is built once
 * more for an edition that is the same but for the tables of its questions,
 * which have one output: the row.
 */
struct rowing {
	struct edition edition;
	struct table tables[TABLES_MAX];
	struct question questions[QUESTIONS_MAX];
	struct row rows[QUESTIONS_MAX][ROWS_MAX];
};

static bool is_read(const struct edition *edition, uint16_t table)
{
	for (uint16_t t = 0; t < edition->n_tables; t++)
		for (uint8_t i = 0; i < edition->tables[t].n_inputs; i++)
			if (edition->tables[t].inputs[i].kind == INPUT_OUTPUT &&
			    edition->tables[t].inputs[i].index == table)
				return true;
	return false;
}

/*
 * Under A the first row that says the same stands for a row: they may overlap.
 * Under P a row's place in the order of rank does, which becomes its rank, and
 * under each other policy the row itself.
 */
static uint8_t first_alike(const struct table *table, uint8_t row)
{
	uint8_t first = 0;

	while (memcmp(table->rows[first].values, table->rows[row].values,
		      table->n_outputs) != 0)
		first++;
	return first;
}

static uint8_t row_value(const struct table *table, uint8_t row)
{
	uint8_t before = 0;

	if (table->hit != HIT_PRIORITY)
		return table->hit == HIT_ANY ? first_alike(table, row) : row;
	/* rows of one rank that both match say the same, so the first will do */
	for (uint8_t r = 0; r < table->n_rows; r++)
		if (table->rows[r].values[0] < table->rows[row].values[0] ||
		    (table->rows[r].values[0] == table->rows[row].values[0] &&
		     r < first_alike(table, row)))
			before++;
	return before;
}

/* Points the question at a table of its rows; false without room for one. */
static bool ask_for_rows(struct rowing *rowing, const struct edition *edition,
			 uint16_t q, uint8_t row_of[ROWS_MAX])
{
	uint16_t index = edition->questions[q].table;
	const struct table *table = &edition->tables[index];
	struct table *asked;

	if (table->hit == HIT_COLLECT)
		return false;
	if (is_read(edition, index)) {
		if (rowing->edition.n_tables == TABLES_MAX)
			return false;
		index = rowing->edition.n_tables++;
	}
	asked = &rowing->tables[index];
	*asked = *table;
	asked->n_outputs = 1;
	asked->outputs[0] = (struct output){ .name = "row",
					     .n_values = VALUE_NONE };
	asked->rows = rowing->rows[q];
	for (uint8_t r = 0; r < table->n_rows; r++) {
		uint8_t value = row_value(table, r);

		rowing->rows[q][r] = table->rows[r];
		rowing->rows[q][r].values[0] = value;
		row_of[value] = table->hit == HIT_PRIORITY ? first_alike(table, r) :
							     value;
	}
	rowing->questions[q].table = index;
	return true;
}

int row_diagram(const struct edition *edition, struct arena *arena,
		struct arena *scratch, struct row_diagram *ret_rows)
{
	struct rowing *rowing = arena_alloc(scratch, sizeof(*rowing));
	struct table_finding findings[FINDINGS_MAX];
	size_t n_findings = 0;
	int r;

	memset(ret_rows, 0, sizeof(*ret_rows));
	if (rowing == NULL)
		return -ENOMEM;
	rowing->edition = *edition;
	memcpy(rowing->tables, edition->tables,
	       edition->n_tables * sizeof(*rowing->tables));
	memcpy(rowing->questions, edition->questions,
	       edition->n_questions * sizeof(*rowing->questions));
	rowing->edition.tables = rowing->tables;
	rowing->edition.questions = rowing->questions;
	for (uint16_t q = 0; q < edition->n_questions; q++)
		ret_rows->has[q] = ask_for_rows(rowing, edition, q,
						ret_rows->row_of[q]);
	r = diagram_build(&rowing->edition, arena, scratch, findings, &n_findings,
			  &ret_rows->diagram);
	if (r == 0 && n_findings > 0)
		ret_rows->diagram = NULL;
	return r;
}
