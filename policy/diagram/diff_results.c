/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/diagram/differ.h"

/* ---- Outputs and their values ---- */

static const struct output *output_of(const struct differ *differ, unsigned side,
				      const struct diff_output *output)
{
	return output->own[side] < 0 ?
		       NULL :
		       &differ_table(differ, side)->outputs[output->own[side]];
}

void differ_add_outputs(struct differ *differ, unsigned side)
{
	struct diff_question *question = differ->question;
	const struct table *table = differ_table(differ, side);

	for (uint8_t o = 0; o < table->n_outputs; o++) {
		struct diff_output *output = question->outputs;
		uint8_t i = 0;

		while (i < question->n_outputs &&
		       strcmp(output[i].name, table->outputs[o].name) != 0)
			i++;
		if (i == question->n_outputs) {
			question->n_outputs++;
			output[i].name = table->outputs[o].name;
			output[i].own[!side] = -1;
		}
		output[i].own[side] = (int8_t)o;
	}
}

/* The text of a value, or what a derived date computes. */
static const char *value_key(struct differ *differ, unsigned side,
			     const struct output *output, uint8_t value)
{
	struct identities identities;
	const char *text = output->values[value];

	if (output->derived[value] < 0)
		return text;
	identities_init(&identities, differ_edition(differ, side), differ->scratch);
	differ->r = identity_of_derived(&identities, (uint16_t)output->derived[value],
					&text);
	if (differ->r == IDENTITY_E_TOO_LONG)
		differ->r = DIFF_E_TOO_LARGE;
	return text;
}

void differ_number_values(struct differ *differ, struct diff_output *output)
{
	const char *keys[2 * VALUES_MAX];
	uint8_t n = 0;

	for (unsigned s = 0; s < 2; s++) {
		const struct output *own = output_of(differ, s, output);

		for (uint8_t v = 0; own != NULL && v < own->n_values; v++) {
			const char *key = value_key(differ, s, own, v);
			uint8_t i = 0;

			while (i < n && strcmp(keys[i], key) != 0)
				i++;
			if (i == n)
				keys[n++] = key;
			output->meaning[s][v] = i;
		}
	}
}

static uint64_t meaning_of(const struct diff_output *output, unsigned side,
			   const struct output *own, uint64_t value)
{
	uint64_t set = 0;

	if (value == DIFF_OPEN)
		return MEANING_OPEN;
	if (!own->collected)
		return value >= own->n_values ? MEANING_NONE :
						output->meaning[side][value];
	for (uint8_t v = 0; v < own->n_values; v++)
		if ((value >> v & 1) != 0)
			set |= 1ull << output->meaning[side][v];
	return set;
}

/* The number of what a result says, of the outputs that both sides have. */
uint16_t differ_meaning(struct differ *differ, unsigned side,
			     const struct diff_result *result)
{
	struct meaning meaning = { { 0 } };
	uint16_t i = 0;

	for (uint8_t o = 0; o < differ->question->n_outputs; o++) {
		const struct diff_output *output = &differ->question->outputs[o];

		if (output->own[0] >= 0 && output->own[1] >= 0)
			meaning.of[o] = meaning_of(
				output, side, output_of(differ, side, output),
				result->values[output->own[side]]);
	}
	while (i < differ->n_meanings &&
	       memcmp(&differ->meanings[i], &meaning, sizeof(meaning)) != 0)
		i++;
	if (i == differ->n_meanings)
		differ->meanings[differ->n_meanings++] = meaning;
	return i;
}

/* ---- Results of one side ---- */

struct gathering {
	struct differ *differ;
	unsigned side;
	uint8_t output; /* OUTPUTS_MAX: the row */
};

static uint64_t value_of(node_ref terminal)
{
	return terminal == TERMINAL_NONE ? VALUE_NONE :
	       terminal == TERMINAL_OPEN ? DIFF_OPEN :
					   terminal & ~TERMINAL;
}

static node_ref intern(struct gathering *gathering, const struct diff_result *result)
{
	struct results *results = gathering->differ->results[gathering->side];
	uint16_t i = 0;

	while (i < results->n && memcmp(&results->at[i], result, sizeof(*result)) != 0)
		i++;
	if (i == DIFF_RESULTS_MAX) {
		gathering->differ->pool.failed = NODE_OVER_BUDGET;
		return NODE_FALSE;
	}
	if (i == results->n)
		results->at[results->n++] = *result;
	return TERMINAL | i;
}

/* A result with one output more. What is impossible is so for each of them. */
static node_ref add_output(void *context, node_ref result, node_ref terminal)
{
	struct gathering *gathering = context;
	const struct row_diagram *rows = &gathering->differ->rows[gathering->side];
	uint16_t question =
		(uint16_t)gathering->differ->question->own[gathering->side];
	struct diff_result with;

	if (result == TERMINAL_IMPOSSIBLE || terminal == TERMINAL_IMPOSSIBLE)
		return TERMINAL_IMPOSSIBLE;
	with = gathering->differ->results[gathering->side]->at[result & ~TERMINAL];
	if (gathering->output < OUTPUTS_MAX)
		with.values[gathering->output] = value_of(terminal);
	else if (terminal != TERMINAL_OPEN)
		with.row = rows->row_of[question][value_of(terminal)];
	return intern(gathering, &with);
}

static node_ref import(struct differ *differ, unsigned side,
		       const struct diagram *diagram, uint8_t output)
{
	struct align_import import = {
		.alignment = differ->alignment,
		.side = side,
		.pool = &differ->pool,
		.diagram = diagram,
	};

	if (align_begin(&import) != 0) {
		differ->pool.failed = NODE_NO_MEMORY;
		return NODE_FALSE;
	}
	return align_root(&import,
			  diagram->roots[differ->question->own[side]][output]);
}

/*
 * Every output of the question and the row in one diagram: its terminals are
 * results. Results that no case has in the end are left in the list.
 */
node_ref differ_gather(struct differ *differ, unsigned side)
{
	const struct row_diagram *rows = &differ->rows[side];
	struct gathering gathering = { .differ = differ, .side = side };
	struct diff_result none;
	node_ref all;

	memset(&none, 0, sizeof(none));
	none.row = DIFF_SEVERAL_ROWS;
	differ->results[side]->n = 0;
	all = intern(&gathering, &none);
	for (uint8_t o = 0; o < differ_table(differ, side)->n_outputs; o++) {
		gathering.output = o;
		all = node_apply(&differ->pool, all,
				 import(differ, side,
					differ_edition(differ, side)->diagram, o),
				 add_output, &gathering);
	}
	gathering.output = OUTPUTS_MAX;
	if (rows->diagram != NULL && rows->has[differ->question->own[side]])
		all = node_apply(&differ->pool, all,
				 import(differ, side, rows->diagram, 0), add_output,
				 &gathering);
	return all;
}
