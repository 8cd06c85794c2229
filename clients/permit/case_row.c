/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/case_row.h"

#include <errno.h>

#include "policy/base/text.h"
#include "policy/decide.h"

static const char *facts_text(const struct edition *edition,
			      const struct facts *facts, struct arena *arena)
{
	struct builder text;

	builder_init(&text, arena);
	for (uint16_t f = 0; f < edition->n_facts; f++) {
		const char *value;

		if (facts->answers[f].state == ANSWER_ABSENT)
			continue;
		value = fact_print(&edition->facts[f], &facts->answers[f], arena);
		if (value == NULL)
			return NULL;
		builder_format(&text, "%s%s = %s", text.n > 0 ? "; " : "",
			       edition->facts[f].key, value);
	}
	return builder_text(&text);
}

static bool is_said(const struct decision *decision, uint8_t output)
{
	const struct decided_output *decided = &decision->outputs[output];

	return output != decision->question->outcome && decided->settled &&
	       (decided->output->collected || decided->value != VALUE_NONE);
}

static const char *expected_text(const struct decision *decision,
				 struct arena *arena)
{
	unsigned n = 0;
	struct builder text;

	builder_init(&text, arena);
	builder_string(&text, outcome_names[decision->outcome]);
	for (uint8_t o = 0; o < decision->n_outputs; o++) {
		const char *value;

		if (!is_said(decision, o))
			continue;
		value = decided_output_text(&decision->outputs[o], arena);
		if (value == NULL)
			return NULL;
		builder_format(&text, "; %s = %s", decision->outputs[o].output->name,
			       value);
		n++;
	}
	for (uint16_t i = 0; i < decision->n_rows && n < EXPECTATIONS_MAX; i++) {
		const struct decided_row *row = &decision->rows[i];

		if (!row->certain || row->table != decision->question->table)
			continue;
		builder_format(
			&text, "; row = %s",
			decision->edition->tables[row->table].rows[row->row].id);
		n++;
	}
	return builder_text(&text);
}

int case_row_make(const struct edition *edition, const struct cover_base *base,
		  struct arena *arena, struct case_row *ret_row)
{
	const struct question *question = &edition->questions[base->question];
	struct decision *decision = arena_alloc(arena, sizeof(*decision));
	int row;
	int r;

	if (decision == NULL)
		return -ENOMEM;
	r = decide(edition, question, base->facts, arena, decision, &row);
	if (r != 0) /* it was decided when it was found */
		return -ENOMEM;
	ret_row->question = question->name;
	date_print(base->facts->as_of, ret_row->as_of);
	ret_row->facts = facts_text(edition, base->facts, arena);
	ret_row->expected = expected_text(decision, arena);
	return ret_row->facts == NULL || ret_row->expected == NULL ? -ENOMEM : 0;
}
