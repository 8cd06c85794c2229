/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/fact.h"

#include <stdio.h>
#include <string.h>

/* The words that every fact takes, whatever its type. */
static const char not_known[] = "not known";
static const char declined[] = "declined";
static const char empty_set[] = "none";

static bool equal(struct bytes text, const char *word)
{
	return text.n == strlen(word) && memcmp(text.data, word, text.n) == 0;
}

static struct bytes trim(struct bytes text)
{
	while (text.n > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = (struct bytes){ text.data + 1, text.n - 1 };
	while (text.n > 0 &&
	       (text.data[text.n - 1] == ' ' || text.data[text.n - 1] == '\t'))
		text.n--;
	return text;
}

/* Cuts the piece before the first separator off the front, trimmed. */
static struct bytes cut(struct bytes *rest, const char *separator)
{
	size_t width = strlen(separator);
	struct bytes piece = *rest;

	for (size_t i = 0; i + width <= rest->n; i++)
		if (memcmp(rest->data + i, separator, width) == 0) {
			piece.n = i;
			break;
		}
	if (piece.n == rest->n) {
		*rest = (struct bytes){ NULL, 0 };
	} else {
		rest->data += piece.n + width;
		rest->n -= piece.n + width;
	}
	return trim(piece);
}

static const char *chars(struct bytes text)
{
	return (const char *)text.data;
}

static int find_value(const struct fact *fact, struct bytes name)
{
	for (uint8_t i = 0; i < fact->n_values; i++)
		if (equal(name, fact->values[i]))
			return i;
	return -1;
}

/* ---- Reading ---- */

static enum fact_error parse_boolean(struct bytes text, struct answer *answer)
{
	if (!equal(text, "yes") && !equal(text, "no"))
		return FACT_E_NOT_A_VALUE;
	answer->number = equal(text, "yes");
	return FACT_OK;
}

static enum fact_error parse_enumeration(const struct fact *fact, struct bytes text,
					 struct answer *answer)
{
	int value = find_value(fact, text);

	if (value < 0)
		return FACT_E_NOT_A_VALUE;
	answer->number = value;
	return FACT_OK;
}

/* "b, a" and "a, b" are one set; an element twice is a slip of the pen. */
static enum fact_error parse_set(const struct fact *fact, struct bytes text,
				 struct answer *answer)
{
	uint64_t set = 0;

	if (equal(text, empty_set)) {
		answer->set = 0;
		return FACT_OK;
	}
	do {
		int value = find_value(fact, cut(&text, ","));

		if (value < 0 || (set >> value & 1) != 0)
			return FACT_E_NOT_A_VALUE;
		set |= 1ull << value;
	} while (text.data != NULL);
	answer->set = set;
	return FACT_OK;
}

/* Digits with an optional minus, no leading zeros, few enough not to overflow. */
static bool parse_number(struct bytes text, int64_t *ret_number)
{
	bool negative = text.n > 0 && text.data[0] == '-';
	size_t first = negative ? 1 : 0;
	int64_t number = 0;

	if (text.n == first || text.n > first + 15 ||
	    (text.data[first] == '0' && (text.n > first + 1 || negative)))
		return false;
	for (size_t i = first; i < text.n; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = number * 10 + (text.data[i] - '0');
	}
	*ret_number = negative ? -number : number;
	return true;
}

static enum fact_error in_range(const struct fact *fact, int64_t number)
{
	return number < fact->minimum || number > fact->maximum ? FACT_E_OUT_OF_RANGE :
								  FACT_OK;
}

static enum fact_error parse_integer(const struct fact *fact, struct bytes text,
				     struct answer *answer)
{
	if (!parse_number(text, &answer->number))
		return FACT_E_NOT_A_VALUE;
	return in_range(fact, answer->number);
}

static enum fact_error parse_duration(const struct fact *fact, struct bytes text,
				      struct answer *answer)
{
	struct duration duration;

	if (text.n == 0 || !duration_parse(chars(text), text.n, &duration))
		return FACT_E_NOT_A_VALUE;
	if (duration.unit != fact->duration_unit)
		return FACT_E_UNIT;
	answer->number = duration.count;
	return in_range(fact, duration.count);
}

/* Four digits, two, two: a day that the calendar or our range does not have. */
static bool looks_like_date(struct bytes text)
{
	static const char form[] = "0000-00-00";

	if (text.n != 7 && text.n != 10)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		bool digit = text.data[i] >= '0' && text.data[i] <= '9';

		if (form[i] == '0' ? !digit : text.data[i] != '-')
			return false;
	}
	return true;
}

static enum fact_error parse_date(struct bytes text, struct answer *answer)
{
	day_t first, last;

	if (text.n == 0 || !date_parse_span(chars(text), text.n, &first, &last))
		return looks_like_date(text) ? FACT_E_OUT_OF_RANGE : FACT_E_NOT_A_VALUE;
	answer->date.first = first;
	answer->date.last = last;
	return FACT_OK;
}

/* ---- Periods ---- */

static enum fact_error parse_period(const struct fact *fact, struct bytes text,
				    struct period *ret_period)
{
	struct bytes kind = cut(&text, " ");
	struct bytes from = cut(&text, "..");
	struct bytes to = trim(text);
	int value = find_value(fact, kind);

	if (value < 0 || from.n == 0 || to.n == 0)
		return FACT_E_NOT_A_VALUE;
	if (!date_parse(chars(from), from.n, &ret_period->from) ||
	    !date_parse(chars(to), to.n, &ret_period->to))
		return looks_like_date(from) && looks_like_date(to) ?
			       FACT_E_OUT_OF_RANGE :
			       FACT_E_NOT_A_VALUE;
	ret_period->kind = (uint8_t)value;
	return FACT_OK;
}

static void insert_sorted(struct period *items, size_t n, struct period period)
{
	size_t at = n;

	for (; at > 0 && items[at - 1].from > period.from; at--)
		items[at] = items[at - 1];
	items[at] = period;
}

/* Each ends no earlier than it begins, and before the next begins. */
static enum fact_error check_periods(const struct period *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].to < items[i].from ||
		    (i > 0 && items[i].from <= items[i - 1].to))
			return FACT_E_PERIODS;
	return FACT_OK;
}

static enum fact_error parse_periods(const struct fact *fact, struct bytes text,
				     struct arena *arena, struct answer *answer)
{
	struct period items[PERIODS_MAX];
	struct period *kept;
	enum fact_error error;
	size_t n = 0;

	while (!equal(text, empty_set) && text.data != NULL) {
		struct period period;

		if (n == PERIODS_MAX)
			return FACT_E_TOO_MANY;
		error = parse_period(fact, cut(&text, ","), &period);
		if (error != FACT_OK)
			return error;
		insert_sorted(items, n++, period);
	}
	error = check_periods(items, n);
	if (error != FACT_OK)
		return error;
	kept = arena_array(arena, n, sizeof(*kept));
	if (kept == NULL)
		return FACT_E_NO_ROOM;
	if (n > 0)
		memcpy(kept, items, n * sizeof(*kept));
	answer->periods.items = kept;
	answer->periods.n = n;
	return FACT_OK;
}

static enum fact_error parse_value(const struct fact *fact, struct bytes text,
				   struct arena *arena, struct answer *answer)
{
	switch (fact->type) {
	case FACT_BOOLEAN:
		return parse_boolean(text, answer);
	case FACT_ENUMERATION:
		return parse_enumeration(fact, text, answer);
	case FACT_SET:
		return parse_set(fact, text, answer);
	case FACT_INTEGER:
		return parse_integer(fact, text, answer);
	case FACT_DATE:
		return parse_date(text, answer);
	case FACT_DURATION:
		return parse_duration(fact, text, answer);
	case FACT_PERIODS:
		return parse_periods(fact, text, arena, answer);
	}
	return FACT_E_NOT_A_VALUE;
}

enum fact_error fact_parse(const struct fact *fact, struct bytes text,
			   struct arena *arena, struct answer *ret_answer)
{
	struct answer answer = *ret_answer;
	enum fact_error error;

	text = trim(text);
	if (text.n == 0)
		return FACT_E_NOT_A_VALUE;
	if (equal(text, not_known) || equal(text, declined)) {
		ret_answer->state = equal(text, declined) ? ANSWER_DECLINED :
							    ANSWER_NOT_KNOWN;
		return FACT_OK;
	}
	error = parse_value(fact, text, arena, &answer);
	if (error != FACT_OK)
		return error;
	answer.state = ANSWER_VALUE;
	*ret_answer = answer;
	return FACT_OK;
}

/* ---- Writing ---- */

static const char *print_set(const struct fact *fact, uint64_t set, struct arena *arena)
{
	char text[VALUES_MAX * (NAME_MAX_BYTES + 2)];
	size_t n = 0;

	if (set == 0)
		return empty_set;
	for (uint8_t i = 0; i < fact->n_values; i++)
		if ((set >> i & 1) != 0)
			n += (size_t)snprintf(&text[n], sizeof(text) - n, "%s%s",
					      n == 0 ? "" : ", ", fact->values[i]);
	return arena_text(arena, text, n);
}

static const char *print_date(day_t first, day_t last, struct arena *arena)
{
	char text[DATE_TEXT_BYTES];

	date_print(first, text);
	/* a span of more than a day is a whole month, "2025-02" */
	return arena_text(arena, text, first == last ? DATE_TEXT_BYTES - 1 : 7);
}

static const char *print_periods(const struct fact *fact, const struct answer *answer,
				 struct arena *arena)
{
	size_t size = answer->periods.n * (NAME_MAX_BYTES + 2 * DATE_TEXT_BYTES + 5) + 1;
	char *text = arena_alloc(arena, size);
	size_t n = 0;

	if (text == NULL || answer->periods.n == 0)
		return text == NULL ? NULL : empty_set;
	for (size_t i = 0; i < answer->periods.n; i++) {
		const struct period *period = &answer->periods.items[i];
		char from[DATE_TEXT_BYTES], to[DATE_TEXT_BYTES];

		date_print(period->from, from);
		date_print(period->to, to);
		n += (size_t)snprintf(&text[n], size - n, "%s%s %s..%s",
				      i == 0 ? "" : ", ", fact->values[period->kind],
				      from, to);
	}
	return text;
}

static const char *print_number(const struct fact *fact, int64_t number,
				struct arena *arena)
{
	char text[DURATION_TEXT_BYTES + 8];

	if (fact->type == FACT_DURATION)
		duration_print((struct duration){ (int32_t)number, fact->duration_unit },
			       text);
	else
		snprintf(text, sizeof(text), "%lld", (long long)number);
	return arena_text(arena, text, strlen(text));
}

const char *fact_print(const struct fact *fact, const struct answer *answer,
		       struct arena *arena)
{
	switch (answer->state) {
	case ANSWER_ABSENT:
		return "";
	case ANSWER_NOT_KNOWN:
		return not_known;
	case ANSWER_DECLINED:
		return declined;
	case ANSWER_VALUE:
		break;
	}
	switch (fact->type) {
	case FACT_BOOLEAN:
		return answer->number != 0 ? "yes" : "no";
	case FACT_ENUMERATION:
		return fact->values[answer->number];
	case FACT_SET:
		return print_set(fact, answer->set, arena);
	case FACT_INTEGER:
	case FACT_DURATION:
		return print_number(fact, answer->number, arena);
	case FACT_DATE:
		return print_date(answer->date.first, answer->date.last, arena);
	case FACT_PERIODS:
		return print_periods(fact, answer, arena);
	}
	return NULL;
}

/* ---- Checking ---- */

static bool day_is_valid(int64_t day)
{
	return day >= DAY_MIN && day <= DAY_MAX;
}

/* A day, or a whole calendar month. */
static enum fact_error check_date(day_t first, day_t last)
{
	struct civil civil;
	day_t next;

	if (!day_is_valid(first) || !day_is_valid(last))
		return FACT_E_OUT_OF_RANGE;
	if (first == last)
		return FACT_OK;
	civil = date_civil(first);
	next = date_add(first, (struct duration){ 1, DURATION_MONTHS }, 1);
	/* in the last month of the calendar the next one is not to be had */
	if (civil.day != 1 || last != (civil.year == 2199 && civil.month == 12 ?
					       DAY_MAX :
					       next - 1))
		return FACT_E_NOT_A_VALUE;
	return FACT_OK;
}

static enum fact_error check_period_list(const struct fact *fact,
					 const struct answer *answer)
{
	if (answer->periods.n > PERIODS_MAX)
		return FACT_E_TOO_MANY;
	for (size_t i = 0; i < answer->periods.n; i++) {
		const struct period *period = &answer->periods.items[i];

		if (period->kind >= fact->n_values)
			return FACT_E_NOT_A_VALUE;
		if (!day_is_valid(period->from) || !day_is_valid(period->to))
			return FACT_E_OUT_OF_RANGE;
	}
	return check_periods(answer->periods.items, answer->periods.n);
}

enum fact_error fact_check(const struct fact *fact, const struct answer *answer)
{
	if (answer->state != ANSWER_VALUE)
		return FACT_OK;
	switch (fact->type) {
	case FACT_BOOLEAN:
		return answer->number == 0 || answer->number == 1 ? FACT_OK :
								    FACT_E_NOT_A_VALUE;
	case FACT_ENUMERATION:
		return answer->number >= 0 && answer->number < fact->n_values ?
			       FACT_OK :
			       FACT_E_NOT_A_VALUE;
	case FACT_SET:
		return answer->set >> fact->n_values == 0 ? FACT_OK : FACT_E_NOT_A_VALUE;
	case FACT_INTEGER:
	case FACT_DURATION:
		return in_range(fact, answer->number);
	case FACT_DATE:
		return check_date(answer->date.first, answer->date.last);
	case FACT_PERIODS:
		return check_period_list(fact, answer);
	}
	return FACT_E_NOT_A_VALUE;
}
