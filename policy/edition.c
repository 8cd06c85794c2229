/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/edition.h"

#include <string.h>

const char *const outcome_names[N_OUTCOMES] = {
	[OUTCOME_GRANT] = "grant",
	[OUTCOME_WAIT] = "wait",
	[OUTCOME_REFER] = "refer",
	[OUTCOME_NO_ROUTE] = "no-route",
	[OUTCOME_ADVERSE] = "adverse",
	[OUTCOME_ASK] = "ask",
};

int edition_find_fact(const struct edition *edition, const char *key)
{
	for (uint16_t i = 0; i < edition->n_facts; i++)
		if (strcmp(edition->facts[i].key, key) == 0)
			return i;
	return -1;
}

int edition_find_question(const struct edition *edition, const char *name)
{
	for (uint16_t i = 0; i < edition->n_questions; i++)
		if (strcmp(edition->questions[i].name, name) == 0)
			return i;
	return -1;
}

int edition_find_table(const struct edition *edition, const char *name)
{
	for (uint16_t i = 0; i < edition->n_tables; i++)
		if (strcmp(edition->tables[i].name, name) == 0)
			return i;
	return -1;
}

uint8_t variable_class(const struct variable *variable, int64_t number)
{
	uint8_t n_cuts = (uint8_t)(variable->n_classes - 1 - variable->has_unknown);
	uint8_t class = 0;

	while (class < n_cuts && variable->cuts[class] <= number)
		class++;
	return class;
}
