/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/result.h"

#include <string.h>

#include "proto/packed.h"
#include "proto/varint.h"

/* ---- Facts ---- */

size_t result_slots(const struct edition *edition)
{
	if (edition->n_facts <= 16)
		return 16;
	return edition->n_facts <= 32 ? 32 : 64;
}

struct bytes result_facts_write(const struct edition *edition,
				const struct facts *facts, struct arena *arena,
				struct bytes slots[RESULT_SLOTS_MAX])
{
	uint8_t *start = arena_alloc(arena, 1 + VARINT_MAX_BYTES +
						packed_room(edition, facts));
	uint8_t *to = start;

	if (start == NULL)
		return (struct bytes){ NULL, 0 };
	if (slots != NULL)
		memset(slots, 0, RESULT_SLOTS_MAX * sizeof(slots[0]));
	*to++ = RESULT_FACTS_VERSION;
	to = varint_write(to, zigzag(facts->as_of));
	to = packed_put(edition, PACKED_WITH_SOURCE, facts, to, slots);
	return (struct bytes){ start, (size_t)(to - start) };
}

/* ---- Reading numbers ---- */

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

/* A number up to a limit. After a failure every number is 0. */
static uint64_t take(struct cursor *from, uint64_t max)
{
	uint64_t value = 0;

	if (!from->failed &&
	    varint_read(&from->at, from->end, &value) == VARINT_OK && value <= max)
		return value;
	from->failed = true;
	return 0;
}

static uint8_t take_byte(struct cursor *from, uint8_t max)
{
	if (!from->failed && from->at != from->end && *from->at <= max)
		return *from->at++;
	from->failed = true;
	return 0;
}

static day_t take_day(struct cursor *from)
{
	int64_t day = unzigzag(take(from, UINT32_MAX));

	if (day < DAY_MIN || day > DAY_MAX)
		from->failed = true;
	return (day_t)day;
}

enum result_error result_facts_read(const struct edition *edition,
				    struct bytes from, struct arena *arena,
				    struct facts *ret_facts)
{
	struct cursor cursor = { from.data, from.data, false };
	struct bytes answers;
	int fact;

	if (from.n == 0)
		return RESULT_E_MALFORMED;
	cursor.end += from.n;
	if (*cursor.at++ != RESULT_FACTS_VERSION)
		return RESULT_E_VERSION;
	ret_facts->as_of = take_day(&cursor);
	if (cursor.failed)
		return RESULT_E_MALFORMED;
	answers = (struct bytes){ cursor.at, (size_t)(cursor.end - cursor.at) };
	switch (packed_read(edition, PACKED_WITH_SOURCE, answers, arena, ret_facts,
			    &fact)) {
	case PACKED_OK:
		return RESULT_OK;
	case PACKED_E_NO_ROOM:
		return RESULT_E_NO_ROOM;
	case PACKED_E_MALFORMED:
	case PACKED_E_UNKNOWN_FACT:
	case PACKED_E_VALUE:
	case PACKED_E_RANGE:
		break;
	}
	return RESULT_E_MALFORMED;
}

/* ---- Decisions ---- */

/* Longest of each part, outputs and rows counted below. */
#define HEAD_BYTES (5 * VARINT_MAX_BYTES + 4)
#define OUTPUT_BYTES (1 + 2 * VARINT_MAX_BYTES)
#define ROW_BYTES (2 * VARINT_MAX_BYTES)
#define OPEN_BYTES (2 * (VARINT_MAX_BYTES + FACTS_MAX) + 2)

static uint8_t *put_output(const struct decided_output *output, uint8_t *to)
{
	bool has_day = output->settled && output->has_day;

	*to++ = (uint8_t)((output->settled ? 1 : 0) | (has_day ? 2 : 0));
	to = varint_write(to, output->settled ? output->value : output->possible);
	return has_day ? varint_write(to, zigzag(output->day)) : to;
}

static uint8_t *put_list(const uint8_t *items, uint8_t n, uint8_t *to)
{
	to = varint_write(to, n);
	memcpy(to, items, n);
	return to + n;
}

struct bytes result_write(const struct decision *decision, struct arena *arena)
{
	size_t question = (size_t)(decision->question - decision->edition->questions);
	size_t n_outputs = decision->n_outputs;
	size_t n_rows = decision->n_rows;
	uint8_t *start = arena_alloc(arena, HEAD_BYTES + OPEN_BYTES +
						n_outputs * OUTPUT_BYTES +
						n_rows * ROW_BYTES);
	uint8_t *to = start;

	if (start == NULL)
		return (struct bytes){ NULL, 0 };
	*to++ = RESULT_VERSION;
	to = varint_write(to, question);
	*to++ = (uint8_t)decision->outcome;
	*to++ = decision->agreed;
	to = varint_write(to, zigzag(decision->as_of));
	to = varint_write(to, decision->n_outputs);
	for (uint8_t i = 0; i < decision->n_outputs; i++)
		to = put_output(&decision->outputs[i], to);
	to = varint_write(to, decision->n_rows);
	for (uint16_t i = 0; i < decision->n_rows; i++) {
		const struct decided_row *row = &decision->rows[i];

		to = varint_write(to, row->table);
		to = varint_write(to, (uint64_t)row->row << 1 | row->certain);
	}
	to = varint_write(to, decision->facts_used);
	to = put_list(decision->open, decision->n_open, to);
	to = put_list(decision->open_outputs, decision->n_open_outputs, to);
	*to++ = decision->questions_left;
	*to++ = decision->not_asked;
	return (struct bytes){ start, (size_t)(to - start) };
}

/* Bits of an output's values, and the one for "no value". */
static uint64_t value_bits(const struct output *output)
{
	uint64_t bits = (1ull << output->n_values) - 1;

	return output->collected ? bits : bits | 1ull << VALUE_NONE;
}

static bool value_exists(const struct output *output, uint64_t value)
{
	if (output->collected)
		return (value & ~value_bits(output)) == 0;
	return value < output->n_values || value == VALUE_NONE;
}

static bool is_date(const struct output *output, uint64_t value)
{
	return !output->collected && value < output->n_values &&
	       output->derived[value] >= 0;
}

static void take_output(struct cursor *from, const struct output *output,
			struct decided_output *decided)
{
	uint8_t flags = take_byte(from, 3);
	uint64_t value = take(from, UINT64_MAX);

	*decided = (struct decided_output){
		.output = output,
		.settled = (flags & 1) != 0,
		.has_day = (flags & 2) != 0,
	};
	if (!decided->settled) {
		decided->possible = value;
		if (decided->has_day || (value & ~value_bits(output)) != 0)
			from->failed = true;
		return;
	}
	if (!value_exists(output, value)) {
		from->failed = true;
		return;
	}
	decided->value = value;
	decided->possible = output->collected ? value : 1ull << value;
	/* a settled date has its day, and nothing else has one */
	if (decided->has_day != is_date(output, value))
		from->failed = true;
	if (decided->has_day)
		decided->day = take_day(from);
}

static struct decided_row take_row(struct cursor *from, const struct edition *edition)
{
	struct decided_row row = { 0 };
	uint64_t which;

	row.table = (uint8_t)take(from, edition->n_tables - 1u);
	which = take(from, 2u * ROWS_MAX);
	if (which >> 1 >= edition->tables[row.table].n_rows) {
		from->failed = true;
		which = 0;
	}
	row.row = (uint8_t)(which >> 1);
	row.certain = which & 1;
	return row;
}

/* Different facts, none of those in *seen, which gets them. */
static uint8_t take_list(struct cursor *from, const struct edition *edition,
			 uint64_t *seen, uint8_t items[FACTS_MAX])
{
	uint8_t n = (uint8_t)take(from, FACTS_MAX);

	for (uint8_t i = 0; i < n; i++) {
		items[i] = take_byte(from, FACTS_MAX - 1);
		if (items[i] >= edition->n_facts || (*seen >> items[i] & 1) != 0)
			from->failed = true;
		*seen |= 1ull << items[i];
	}
	return n;
}

static enum result_error take_rows(struct cursor *from, struct arena *arena,
				   struct decision *decision)
{
	uint64_t n = take(from, TABLES_MAX * ROWS_MAX);
	struct decided_row *rows;

	/* a row takes two bytes, so a hostile count costs no memory */
	if (from->failed || n > (size_t)(from->end - from->at) / 2)
		return RESULT_E_MALFORMED;
	rows = arena_array(arena, (size_t)n, sizeof(*rows));
	if (rows == NULL)
		return RESULT_E_NO_ROOM;
	for (size_t i = 0; i < n; i++)
		rows[i] = take_row(from, decision->edition);
	decision->rows = rows;
	decision->n_rows = (uint16_t)n;
	return RESULT_OK;
}

static void take_head(struct cursor *from, struct decision *decision)
{
	const struct edition *edition = decision->edition;
	const struct table *table;

	decision->question =
		&edition->questions[take(from, edition->n_questions - 1u)];
	decision->outcome = (enum outcome)take_byte(from, N_OUTCOMES - 1);
	decision->agreed = take_byte(from, 1) != 0;
	decision->as_of = take_day(from);
	decision->n_outputs = (uint8_t)take(from, OUTPUTS_MAX);
	table = &edition->tables[decision->question->table];
	if (decision->n_outputs != table->n_outputs)
		from->failed = true;
	for (uint8_t i = 0; i < table->n_outputs; i++)
		take_output(from, &table->outputs[i], &decision->outputs[i]);
}

static uint64_t fact_bits(const struct edition *edition)
{
	return edition->n_facts == 64 ? UINT64_MAX : (1ull << edition->n_facts) - 1;
}

bool result_outcome_read(struct bytes from, enum outcome *ret_outcome)
{
	struct cursor cursor = { from.data, from.data, false };
	uint8_t outcome;

	if (from.n == 0 || from.data[0] != RESULT_VERSION)
		return false;
	cursor.end += from.n;
	cursor.at++;
	take(&cursor, QUESTIONS_MAX - 1);
	outcome = take_byte(&cursor, N_OUTCOMES - 1);
	if (cursor.failed)
		return false;
	*ret_outcome = (enum outcome)outcome;
	return true;
}

enum result_error result_read(const struct edition *edition, struct bytes from,
			      struct arena *arena, struct decision *ret_decision)
{
	struct cursor cursor = { from.data, from.data, false };
	enum result_error error;
	uint64_t seen = 0;

	if (from.n == 0 || edition->n_questions == 0)
		return RESULT_E_MALFORMED;
	cursor.end += from.n;
	if (*cursor.at++ != RESULT_VERSION)
		return RESULT_E_VERSION;
	*ret_decision = (struct decision){ .edition = edition };
	take_head(&cursor, ret_decision);
	error = take_rows(&cursor, arena, ret_decision);
	if (error != RESULT_OK)
		return error;
	ret_decision->facts_used = take(&cursor, fact_bits(edition));
	ret_decision->n_open = take_list(&cursor, edition, &seen, ret_decision->open);
	ret_decision->n_open_outputs = take_list(&cursor, edition, &seen,
						 ret_decision->open_outputs);
	ret_decision->questions_left = take_byte(&cursor, FACTS_MAX);
	ret_decision->not_asked = take_byte(&cursor, FACTS_MAX);
	if (cursor.failed || cursor.at != cursor.end)
		return RESULT_E_MALFORMED;
	return RESULT_OK;
}
