/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/order.h"

struct ordering {
	const struct edition *edition;
	uint16_t *order;
	uint16_t n;
	bool ordered[VARIABLES_MAX];
	bool seen[TABLES_MAX];
};

static void add_variable(struct ordering *ordering, uint16_t variable)
{
	if (ordering->ordered[variable])
		return;
	ordering->ordered[variable] = true;
	ordering->order[ordering->n++] = variable;
}

static void add_table(struct ordering *ordering, const struct table *table)
{
	for (uint8_t i = 0; i < table->n_inputs; i++) {
		const struct input *input = &table->inputs[i];

		switch (input->kind) {
		case INPUT_VARIABLE:
			add_variable(ordering, input->index);
			break;
		case INPUT_SET:
			for (uint8_t e = 0; e < input->n_elements; e++)
				add_variable(ordering, (uint16_t)(input->index + e));
			break;
		case INPUT_OUTPUT:
			if (ordering->seen[input->index])
				break;
			ordering->seen[input->index] = true;
			add_table(ordering, &ordering->edition->tables[input->index]);
			break;
		}
	}
}

static void add_constraints(struct ordering *ordering)
{
	if (ordering->edition->constraints != NULL)
		add_table(ordering, ordering->edition->constraints);
}

void order_variables(const struct edition *edition, const struct order_plan *plan,
		     uint16_t order[VARIABLES_MAX])
{
	struct ordering ordering = { .edition = edition, .order = order };
	uint16_t n = edition->n_questions;

	if (plan->constraints_first)
		add_constraints(&ordering);
	for (uint16_t i = 0; i < n; i++) {
		uint16_t step = plan->backwards ? (uint16_t)(n - i) : i;
		uint16_t q = (uint16_t)((plan->first + step) % n);

		add_table(&ordering, &edition->tables[edition->questions[q].table]);
	}
	add_constraints(&ordering);
	for (uint16_t i = 0; i < edition->n_variables; i++)
		add_variable(&ordering, i);
}

uint8_t order_plans(const struct edition *edition,
		    struct order_plan plans[ORDER_PLANS_MAX])
{
	uint8_t n_questions = (uint8_t)edition->n_questions;
	uint8_t n = 0;

	plans[n++] = (struct order_plan){ 0 };
	if (edition->constraints != NULL)
		plans[n++] = (struct order_plan){ .constraints_first = true };
	for (uint8_t q = 1; q < n_questions; q++)
		plans[n++] = (struct order_plan){ .first = q };
	/* of one or two questions the circle is the same both ways */
	for (uint8_t q = 0; n_questions > 2 && q < n_questions; q++)
		plans[n++] = (struct order_plan){ .first = q, .backwards = true };
	return n;
}
