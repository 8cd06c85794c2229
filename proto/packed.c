/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/packed.h"

#include <string.h>

#include "proto/varint.h"

/* Longest of what stands around a value, and of a value without periods. */
#define AROUND_BYTES (2 * VARINT_MAX_BYTES + 1)
#define SIMPLE_BYTES (2 * VARINT_MAX_BYTES)
#define PERIOD_BYTES (3 * VARINT_MAX_BYTES)

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

/* ---- Reading ---- */

/* After a failure every number is 0, and the failure is found at the end. */
static uint64_t take(struct cursor *from)
{
	uint64_t value = 0;

	if (varint_read(&from->at, from->end, &value) != VARINT_OK) {
		from->failed = true;
		from->at = from->end;
		return 0;
	}
	return value;
}

static day_t take_day(struct cursor *from)
{
	int64_t day = unzigzag(take(from));

	if (day < DAY_MIN || day > DAY_MAX) {
		from->failed = true;
		return DAY_MIN;
	}
	return (day_t)day;
}

/* A day that lies some days behind another. */
static day_t take_day_after(struct cursor *from, day_t first)
{
	uint64_t n_days = take(from);

	if (n_days > (uint64_t)(DAY_MAX - first)) {
		from->failed = true;
		return first;
	}
	return (day_t)(first + (day_t)n_days);
}

static enum packed_error take_periods(const struct fact *fact, struct cursor *from,
				      struct arena *arena, struct answer *answer)
{
	uint64_t n = take(from);
	struct period *items;

	if (n > PERIODS_MAX)
		return PACKED_E_VALUE;
	items = arena_array(arena, (size_t)n, sizeof(*items));
	if (items == NULL)
		return PACKED_E_NO_ROOM;
	for (size_t i = 0; i < n; i++) {
		uint64_t kind = take(from);

		if (kind >= fact->n_values)
			return PACKED_E_VALUE;
		items[i].kind = (uint8_t)kind;
		items[i].from = take_day(from);
		items[i].to = take_day_after(from, items[i].from);
	}
	answer->periods.items = items;
	answer->periods.n = (size_t)n;
	return PACKED_OK;
}

static enum packed_error take_value(const struct fact *fact, struct cursor *from,
				    struct arena *arena, struct answer *answer)
{
	switch (fact->type) {
	case FACT_BOOLEAN:
	case FACT_ENUMERATION:
	case FACT_INTEGER:
	case FACT_DURATION:
		answer->number = unzigzag(take(from));
		return PACKED_OK;
	case FACT_SET:
		answer->set = take(from);
		return PACKED_OK;
	case FACT_DATE:
		answer->date.first = take_day(from);
		answer->date.last = take_day_after(from, answer->date.first);
		return PACKED_OK;
	case FACT_PERIODS:
		break;
	}
	return take_periods(fact, from, arena, answer);
}

static void take_source(struct cursor *from, struct answer *answer)
{
	uint8_t about;

	if (from->at == from->end) {
		from->failed = true;
		return;
	}
	about = *from->at++;
	if (about >= 0x80 || (about & 15) > SOURCE_OFFICER)
		from->failed = true;
	answer->source = (enum answer_source)(about & 15);
	answer->basis = (enum answer_basis)(about >> 4 & 3);
	answer->has_dated = (about & 0x40) != 0;
	if (answer->has_dated)
		answer->dated = take_day(from);
}

static enum packed_error check_value(const struct fact *fact,
				     const struct answer *answer)
{
	switch (fact_check(fact, answer)) {
	case FACT_OK:
		return PACKED_OK;
	case FACT_E_OUT_OF_RANGE:
		return PACKED_E_RANGE;
	case FACT_E_NO_ROOM:
		return PACKED_E_NO_ROOM;
	case FACT_E_NOT_A_VALUE:
	case FACT_E_UNIT:
	case FACT_E_PERIODS:
	case FACT_E_TOO_MANY:
		break;
	}
	return PACKED_E_VALUE;
}

static enum packed_error take_answer(const struct fact *fact, enum packed_form form,
				     uint64_t state, struct cursor *from,
				     struct arena *arena, struct answer *answer)
{
	enum packed_error error = PACKED_OK;

	answer->state = (enum answer_state)state;
	if (state == ANSWER_VALUE)
		error = take_value(fact, from, arena, answer);
	if (form == PACKED_WITH_SOURCE)
		take_source(from, answer);
	if (from->failed)
		return PACKED_E_MALFORMED;
	return error != PACKED_OK ? error : check_value(fact, answer);
}

enum packed_error packed_read(const struct edition *edition, enum packed_form form,
			      struct bytes from, struct arena *arena,
			      struct facts *ret_facts, int *ret_fact)
{
	struct cursor cursor = { from.data, from.data, false };
	uint64_t next = 0;

	if (from.n > 0)
		cursor.end += from.n;
	memset(ret_facts->answers, 0,
	       edition->n_facts * sizeof(ret_facts->answers[0]));
	while (cursor.at != cursor.end) {
		uint64_t key = take(&cursor);
		uint64_t index = key >> 2;
		enum packed_error error;

		*ret_fact = -1;
		if (cursor.failed || (key & 3) == ANSWER_ABSENT || index < next)
			return PACKED_E_MALFORMED;
		if (index >= edition->n_facts)
			return PACKED_E_UNKNOWN_FACT;
		*ret_fact = (int)index;
		error = take_answer(&edition->facts[index], form, key & 3, &cursor,
				    arena, &ret_facts->answers[index]);
		if (error != PACKED_OK)
			return error;
		next = index + 1;
	}
	*ret_fact = -1;
	return PACKED_OK;
}

/* ---- Writing ---- */

static uint8_t *put_days(uint8_t *to, day_t first, day_t last)
{
	to = varint_write(to, zigzag(first));
	return varint_write(to, (uint64_t)(last - first));
}

static uint8_t *put_value(const struct fact *fact, const struct answer *answer,
			  uint8_t *to)
{
	switch (fact->type) {
	case FACT_BOOLEAN:
	case FACT_ENUMERATION:
	case FACT_INTEGER:
	case FACT_DURATION:
		return varint_write(to, zigzag(answer->number));
	case FACT_SET:
		return varint_write(to, answer->set);
	case FACT_DATE:
		return put_days(to, answer->date.first, answer->date.last);
	case FACT_PERIODS:
		break;
	}
	to = varint_write(to, answer->periods.n);
	for (size_t i = 0; i < answer->periods.n; i++) {
		const struct period *period = &answer->periods.items[i];

		to = varint_write(to, period->kind);
		to = put_days(to, period->from, period->to);
	}
	return to;
}

static uint8_t *put_source(const struct answer *answer, uint8_t *to)
{
	*to++ = (uint8_t)((unsigned)answer->source | (unsigned)answer->basis << 4 |
			  (answer->has_dated ? 0x40u : 0));
	if (answer->has_dated)
		to = varint_write(to, zigzag(answer->dated));
	return to;
}

/* Room that an answer can take. */
static size_t answer_room(const struct fact *fact, const struct answer *answer)
{
	size_t n = AROUND_BYTES + SIMPLE_BYTES;

	if (answer->state == ANSWER_ABSENT)
		return 0;
	if (answer->state == ANSWER_VALUE && fact->type == FACT_PERIODS)
		n += answer->periods.n * PERIOD_BYTES;
	return n;
}

size_t packed_room(const struct edition *edition, const struct facts *facts)
{
	size_t n = 0;

	for (uint16_t i = 0; i < edition->n_facts; i++)
		n += answer_room(&edition->facts[i], &facts->answers[i]);
	return n;
}

uint8_t *packed_put(const struct edition *edition, enum packed_form form,
		    const struct facts *facts, uint8_t *to,
		    struct bytes slots[FACTS_MAX])
{
	for (uint16_t i = 0; i < edition->n_facts; i++) {
		const struct answer *answer = &facts->answers[i];
		uint8_t *from = to;

		if (answer->state == ANSWER_ABSENT)
			continue;
		to = varint_write(to, (uint64_t)i << 2 | answer->state);
		if (answer->state == ANSWER_VALUE)
			to = put_value(&edition->facts[i], answer, to);
		if (form == PACKED_WITH_SOURCE)
			to = put_source(answer, to);
		if (slots != NULL)
			slots[i] = (struct bytes){ from, (size_t)(to - from) };
	}
	return to;
}
