/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/carry.h"

#include <errno.h>
#include <string.h>

static bool is_same_fact(const struct fact *a, const struct fact *b)
{
	return a->type == b->type && strcmp(a->key, b->key) == 0 &&
	       (a->type != FACT_DURATION || a->duration_unit == b->duration_unit);
}

static int8_t find_value(const struct fact *fact, const char *value)
{
	for (uint8_t i = 0; i < fact->n_values; i++)
		if (strcmp(fact->values[i], value) == 0)
			return (int8_t)i;
	return -1;
}

void carry_init(struct carry *carry, const struct edition *from,
		const struct edition *to)
{
	carry->from = from;
	carry->to = to;
	memset(carry->fact, -1, sizeof(carry->fact));
	memset(carry->value, -1, sizeof(carry->value));
	for (uint16_t t = 0; t < to->n_facts; t++)
		for (uint16_t f = 0; f < from->n_facts; f++) {
			const struct fact *fact = &from->facts[f];

			if (!is_same_fact(fact, &to->facts[t]))
				continue;
			carry->fact[t] = (int8_t)f;
			for (uint8_t v = 0; v < fact->n_values; v++)
				carry->value[f][v] = find_value(&to->facts[t],
								fact->values[v]);
		}
}

static bool carry_set(const int8_t *values, struct answer *answer)
{
	uint64_t set = 0;

	for (uint8_t v = 0; v < VALUES_MAX; v++) {
		if ((answer->set >> v & 1) == 0)
			continue;
		if (values[v] < 0)
			return false;
		set |= 1ull << values[v];
	}
	answer->set = set;
	return true;
}

/* 1: carried; 0: cannot be said; -ENOMEM. */
static int carry_periods(const int8_t *values, struct answer *answer,
			 struct arena *arena)
{
	size_t n = answer->periods.n;
	struct period *items;

	if (n == 0)
		return 1;
	items = arena_array(arena, n, sizeof(*items));
	if (items == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		items[i] = answer->periods.items[i];
		if (values[items[i].kind] < 0)
			return 0;
		items[i].kind = (uint8_t)values[items[i].kind];
	}
	answer->periods.items = items;
	return 1;
}

static int carry_answer(const struct fact *fact, const int8_t *values,
			struct answer *answer, struct arena *arena)
{
	switch (fact->type) {
	case FACT_BOOLEAN:
	case FACT_DATE:
		break;
	case FACT_ENUMERATION:
		if (values[answer->number] < 0)
			return 0;
		answer->number = values[answer->number];
		break;
	case FACT_SET:
		return carry_set(values, answer);
	case FACT_INTEGER:
	case FACT_DURATION:
		return answer->number >= fact->minimum &&
		       answer->number <= fact->maximum;
	case FACT_PERIODS:
		return carry_periods(values, answer, arena);
	}
	return 1;
}

int carry_facts(const struct carry *carry, const struct facts *facts,
		struct arena *arena, struct facts *ret_facts)
{
	int n_lost = 0;

	memset(ret_facts->answers, 0,
	       carry->to->n_facts * sizeof(ret_facts->answers[0]));
	ret_facts->as_of = facts->as_of;
	for (uint16_t t = 0; t < carry->to->n_facts; t++) {
		struct answer *answer = &ret_facts->answers[t];
		int8_t f = carry->fact[t];
		int r;

		if (f < 0)
			continue;
		*answer = facts->answers[f];
		if (answer->state != ANSWER_VALUE)
			continue;
		r = carry_answer(&carry->to->facts[t], carry->value[f], answer, arena);
		if (r < 0)
			return r;
		if (r > 0)
			continue;
		memset(answer, 0, sizeof(*answer));
		n_lost++;
	}
	return n_lost;
}
