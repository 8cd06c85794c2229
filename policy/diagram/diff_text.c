/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/base/text.h"
#include "policy/diagram/diff.h"

const char *const diff_direction_names[N_DIFF_DIRECTIONS] = {
	[DIFF_WORSE] = "worse",
	[DIFF_OTHER] = "other",
	[DIFF_BETTER] = "better",
};

/* The other side gives the same name to another computation. */
static bool is_ambiguous(const struct diff_output *output, unsigned side,
			 const struct output *mine, const struct output *other,
			 uint64_t value)
{
	for (uint8_t v = 0; other != NULL && v < other->n_values; v++)
		if (mine->derived[value] >= 0 &&
		    strcmp(mine->values[value], other->values[v]) == 0 &&
		    output->meaning[side][value] != output->meaning[!side][v])
			return true;
	return false;
}

const char *diff_value_text(const struct diff *diff,
			    const struct diff_question *question, uint8_t output,
			    unsigned side, uint64_t value, struct arena *arena)
{
	const struct diff_output *o = &question->outputs[output];
	const struct output *own[2] = { NULL, NULL };
	struct builder text;

	for (unsigned s = 0; s < 2; s++) {
		const struct edition *edition = diff->alignment->sides[s].edition;

		if (o->own[s] >= 0)
			own[s] = &edition->tables[edition->questions[question->own[s]]
							  .table]
					  .outputs[o->own[s]];
	}
	if (value == DIFF_OPEN)
		return "ask";
	if (!own[side]->collected && value >= own[side]->n_values)
		return "-";
	if (own[side]->collected && value == 0)
		return "none";
	builder_init(&text, arena);
	for (uint8_t v = 0; own[side]->collected && v < own[side]->n_values; v++)
		if ((value >> v & 1) != 0)
			builder_format(&text, "%s%s", text.n > 0 ? ", " : "",
				       own[side]->values[v]);
	if (!own[side]->collected)
		builder_string(&text, own[side]->values[value]);
	if (!own[side]->collected &&
	    is_ambiguous(o, side, own[side], own[!side], value))
		builder_format(&text, " of %s",
			       diff->alignment->sides[side].edition->name);
	return builder_text(&text);
}
