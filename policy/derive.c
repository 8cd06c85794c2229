/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/derive.h"

/* Far outside every range of the language, near enough to add without overflow. */
#define NUMBER_LIMIT ((int64_t)1 << 40)

struct derivation {
	const struct derive_input *input;
	const struct span *of_derived;
};

static const struct span truth = { 1, 1 };
static const struct span falsehood = { 0, 0 };
static const struct span either = { 0, 1 };

static struct span point(int64_t number)
{
	return (struct span){ number, number };
}

static int64_t clamp(int64_t number, int64_t low, int64_t high)
{
	return number < low ? low : number > high ? high : number;
}

static struct span span_clamp(struct span span, int64_t low, int64_t high)
{
	return (struct span){ clamp(span.low, low, high), clamp(span.high, low, high) };
}

static struct span days(struct span span)
{
	return span_clamp(span, DAY_MIN, DAY_MAX);
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- What an answer says ---- */

struct span fact_domain(const struct fact *fact)
{
	switch (fact->type) {
	case FACT_BOOLEAN:
		return either;
	case FACT_ENUMERATION:
		return (struct span){ 0, fact->n_values - 1 };
	case FACT_INTEGER:
	case FACT_DURATION:
		return (struct span){ fact->minimum, fact->maximum };
	case FACT_DATE:
		return (struct span){ DAY_MIN, DAY_MAX };
	case FACT_SET:
	case FACT_PERIODS:
		break;
	}
	return falsehood;
}

static struct span answer_span(const struct fact *fact, const struct answer *answer)
{
	if (answer->state != ANSWER_VALUE)
		return fact_domain(fact);
	switch (fact->type) {
	case FACT_DATE:
		return (struct span){ answer->date.first, answer->date.last };
	case FACT_BOOLEAN:
	case FACT_ENUMERATION:
	case FACT_INTEGER:
	case FACT_DURATION:
		return point(answer->number);
	case FACT_SET:
	case FACT_PERIODS:
		break;
	}
	return falsehood;
}

void derive_begin(struct derive_input *input, const struct edition *edition,
		  const struct facts *facts, uint64_t wanted)
{
	input->edition = edition;
	input->facts = facts;
	input->decision = point(facts->as_of);
	for (uint64_t left = wanted; left != 0; left &= left - 1) {
		int i = __builtin_ctzll(left);

		input->of_fact[i] = answer_span(&edition->facts[i], &facts->answers[i]);
	}
}

/* ---- Continuous residence ---- */

static bool kind_counts(const struct expression *periods, uint8_t kind)
{
	/* 0 stands for every kind, so that a plain name counts all periods */
	return periods->number == 0 || ((uint64_t)periods->number >> kind & 1) != 0;
}

/*
 * The first day of the run of permits that reaches `on`:
 *
 *	|---- permit ----| gap |-- permit --|      gap      |on
 *	^ since                                allowed, or no stretch at all
 *
 * The items are sorted by their first day and do not overlap.
 */
static day_t stretch_begin(const struct expression *periods,
			   const struct answer *history, struct duration gap, day_t on)
{
	day_t since = on;
	bool reached = false;

	for (size_t i = history->periods.n; i > 0; i--) {
		const struct period *period = &history->periods.items[i - 1];
		/* the day itself needs a permit; a permit is met the day before it */
		day_t meets = reached ? since - 1 : on;

		if (period->from > on || !kind_counts(periods, period->kind))
			continue;
		if (date_add(period->to, gap, 1) < meets)
			break;
		since = period->from;
		reached = true;
	}
	return reached ? since : on;
}

/*
 * An absence of a breaking kind that is longer than allowed ends the stretch:
 * it begins again on the day after the return. Absence of exactly the allowed
 * length (1 to 31 January for P1M) does not.
 */
static day_t after_absences(const struct derive_input *input,
			    const struct expression *absences, struct duration allowed,
			    day_t since, day_t on)
{
	const struct fact *fact = &input->edition->facts[absences->index];
	const struct answer *answer = &input->facts->answers[absences->index];

	for (size_t i = 0; i < answer->periods.n; i++) {
		const struct period *absence = &answer->periods.items[i];

		if ((fact->neutral_kinds >> absence->kind & 1) != 0 ||
		    !kind_counts(absences, absence->kind))
			continue;
		if (absence->to < since || absence->from > on ||
		    absence->to < date_add(absence->from, allowed, 1))
			continue;
		since = absence->to >= on ? on : absence->to + 1;
	}
	return since;
}

static day_t since_on(const struct derivation *derivation,
		      const struct expression *call, int64_t on)
{
	const struct facts *facts = derivation->input->facts;
	day_t day = stretch_begin(call->args[0], &facts->answers[call->args[0]->index],
				  call->args[2]->duration, (day_t)on);

	return after_absences(derivation->input, call->args[1],
			      call->args[3]->duration, day, (day_t)on);
}

/*
 * A later day never belongs to a stretch that began earlier, so the ends are
 * enough.
 */
static struct span continuous_since(const struct derivation *derivation,
				    const struct expression *call, struct span on)
{
	const struct answer *answers = derivation->input->facts->answers;

	if (answers[call->args[0]->index].state != ANSWER_VALUE ||
	    answers[call->args[1]->index].state != ANSWER_VALUE)
		return (struct span){ DAY_MIN, on.high };
	if (span_is_point(on))
		return point(since_on(derivation, call, on.low));
	return (struct span){ since_on(derivation, call, on.low),
			      since_on(derivation, call, on.high) };
}

/* ---- Operators ---- */

/* What every operator gets: its expression and the spans of its arguments. */
#define OPERATOR(name)                                                               \
	static struct span name(const struct derivation *derivation,                 \
				const struct expression *expression,                 \
				const struct span *args)
#define UNUSED(name) ((void)(name))

static struct span less(struct span a, struct span b)
{
	return a.high < b.low ? truth : a.low >= b.high ? falsehood : either;
}

static struct span less_equal(struct span a, struct span b)
{
	return a.high <= b.low ? truth : a.low > b.high ? falsehood : either;
}

static struct span negate(struct span a)
{
	return (struct span){ 1 - a.high, 1 - a.low };
}

static struct span equal(struct span a, struct span b)
{
	if (a.high < b.low || a.low > b.high)
		return falsehood;
	return span_is_point(a) && span_is_point(b) ? truth : either;
}

OPERATOR(compare)
{
	UNUSED(derivation);
	if (expression->op == EXPR_LESS)
		return less(args[0], args[1]);
	if (expression->op == EXPR_LESS_EQUAL)
		return less_equal(args[0], args[1]);
	if (expression->op == EXPR_GREATER)
		return less(args[1], args[0]);
	if (expression->op == EXPR_GREATER_EQUAL)
		return less_equal(args[1], args[0]);
	if (expression->op == EXPR_EQUAL)
		return equal(args[0], args[1]);
	return negate(equal(args[0], args[1]));
}

/* `and` of booleans is their minimum. */
OPERATOR(minimum)
{
	struct span result = args[0];

	UNUSED(derivation);
	for (size_t i = 1; i < expression->n_args; i++) {
		result.low = smaller(result.low, args[i].low);
		result.high = smaller(result.high, args[i].high);
	}
	return result;
}

OPERATOR(maximum)
{
	struct span result = args[0];

	UNUSED(derivation);
	for (size_t i = 1; i < expression->n_args; i++) {
		result.low = larger(result.low, args[i].low);
		result.high = larger(result.high, args[i].high);
	}
	return result;
}

OPERATOR(complement)
{
	UNUSED(derivation);
	UNUSED(expression);
	return negate(args[0]);
}

OPERATOR(choose)
{
	UNUSED(derivation);
	UNUSED(expression);
	if (span_is_point(args[0]))
		return args[0].low != 0 ? args[1] : args[2];
	return (struct span){ smaller(args[1].low, args[2].low),
			      larger(args[1].high, args[2].high) };
}

OPERATOR(add)
{
	struct span result = args[0];

	UNUSED(derivation);
	for (size_t i = 1; i < expression->n_args; i++) {
		bool plus = expression->op == EXPR_ADD;

		result.low += plus ? args[i].low : -args[i].high;
		result.high += plus ? args[i].high : -args[i].low;
	}
	return span_clamp(result, -NUMBER_LIMIT, NUMBER_LIMIT);
}

/* ---- Dates ---- */

/* Adding a duration never changes the order of two days, so the ends are enough. */
OPERATOR(shift)
{
	struct duration duration = expression->args[1]->duration;
	int32_t n_times = expression->op == EXPR_ADD_DURATION ? 1 : -1;
	struct span date = days(args[0]);

	UNUSED(derivation);
	return (struct span){ date_add((day_t)date.low, duration, n_times),
			      date_add((day_t)date.high, duration, n_times) };
}

static int64_t units_between(enum expression_op op, int64_t from, int64_t to)
{
	if (op == EXPR_DAYS_BETWEEN)
		return to - from;
	if (op == EXPR_MONTHS_BETWEEN)
		return date_months_between((day_t)from, (day_t)to);
	return date_years_between((day_t)from, (day_t)to);
}

OPERATOR(between)
{
	struct span from = days(args[0]);
	struct span to = days(args[1]);

	UNUSED(derivation);
	return (struct span){ units_between(expression->op, from.high, to.low),
			      units_between(expression->op, from.low, to.high) };
}

static day_t day_of_parts(int64_t year, int64_t month, int64_t day)
{
	struct civil civil = {
		.year = (int32_t)clamp(year, 1900, 2199),
		.month = (int32_t)clamp(month, 1, 12),
		.day = (int32_t)clamp(day, 1, 31),
	};

	while (!date_exists(civil))
		civil.day--;
	return date_day(civil);
}

OPERATOR(date_of_parts)
{
	UNUSED(derivation);
	UNUSED(expression);
	return (struct span){ day_of_parts(args[0].low, args[1].low, args[2].low),
			      day_of_parts(args[0].high, args[1].high, args[2].high) };
}

static int64_t part_of(enum expression_op op, day_t day)
{
	struct civil civil = date_civil(day);

	if (op == EXPR_YEAR_OF)
		return civil.year;
	if (op == EXPR_MONTH_OF)
		return civil.month;
	if (op == EXPR_DAY_OF)
		return civil.day;
	if (op == EXPR_DAY_OF_YEAR)
		return day - date_day((struct civil){ civil.year, 1, 1 }) + 1;
	/* 1970-01-01 was a Thursday, and Monday is 1 */
	return ((day + 3) % 7 + 7) % 7 + 1;
}

static struct span range_of_part(enum expression_op op)
{
	if (op == EXPR_MONTH_OF)
		return (struct span){ 1, 12 };
	if (op == EXPR_DAY_OF)
		return (struct span){ 1, 31 };
	return op == EXPR_DAY_OF_WEEK ? (struct span){ 1, 7 } : (struct span){ 1, 366 };
}

/*
 * A part of the date only grows from one day to another when they lie in the
 * same week, month or year: then the ends are enough.
 */
static bool part_grows(enum expression_op op, day_t low, day_t high)
{
	struct civil a = date_civil(low);
	struct civil b = date_civil(high);

	if (op == EXPR_YEAR_OF)
		return true;
	if (op == EXPR_DAY_OF_WEEK)
		return high - low < 7 && part_of(op, low) <= part_of(op, high);
	return a.year == b.year && (op != EXPR_DAY_OF || a.month == b.month);
}

OPERATOR(calendar)
{
	struct span date = days(args[0]);
	enum expression_op op = expression->op;

	UNUSED(derivation);
	if (!part_grows(op, (day_t)date.low, (day_t)date.high))
		return range_of_part(op);
	return (struct span){ part_of(op, (day_t)date.low),
			      part_of(op, (day_t)date.high) };
}

OPERATOR(continuous)
{
	struct span on = days(args[4]);
	struct span since = continuous_since(derivation, expression, on);

	if (expression->op == EXPR_CONTINUOUS_SINCE)
		return since;
	/* no stretch begins after its day */
	return (struct span){
		larger(0, date_months_between((day_t)since.high, (day_t)on.low)),
		date_months_between((day_t)since.low, (day_t)on.high),
	};
}

/* ---- Leaves ---- */

OPERATOR(constant)
{
	UNUSED(derivation);
	UNUSED(args);
	return point(expression->number);
}

OPERATOR(answered)
{
	UNUSED(args);
	return derivation->input->of_fact[expression->index];
}

OPERATOR(derived_before)
{
	UNUSED(args);
	return derivation->of_derived[expression->index];
}

OPERATOR(decision_date)
{
	UNUSED(expression);
	UNUSED(args);
	return derivation->input->decision;
}

/* Durations and periods have no span: the operators read them themselves. */
OPERATOR(read_by_user)
{
	UNUSED(derivation);
	UNUSED(expression);
	UNUSED(args);
	return falsehood;
}

static struct span (*const operators[N_EXPRESSION_OPS])(const struct derivation *,
							const struct expression *,
							const struct span *) = {
	[EXPR_CONSTANT] = constant,
	[EXPR_FACT] = answered,
	[EXPR_PERIODS] = read_by_user,
	[EXPR_DERIVED] = derived_before,
	[EXPR_DECISION_DATE] = decision_date,
	[EXPR_DURATION] = read_by_user,
	[EXPR_ADD_DURATION] = shift,
	[EXPR_SUBTRACT_DURATION] = shift,
	[EXPR_ADD] = add,
	[EXPR_SUBTRACT] = add,
	[EXPR_EQUAL] = compare,
	[EXPR_NOT_EQUAL] = compare,
	[EXPR_LESS] = compare,
	[EXPR_LESS_EQUAL] = compare,
	[EXPR_GREATER] = compare,
	[EXPR_GREATER_EQUAL] = compare,
	[EXPR_AND] = minimum,
	[EXPR_OR] = maximum,
	[EXPR_NOT] = complement,
	[EXPR_IF] = choose,
	[EXPR_MIN] = minimum,
	[EXPR_MAX] = maximum,
	[EXPR_DAYS_BETWEEN] = between,
	[EXPR_MONTHS_BETWEEN] = between,
	[EXPR_YEARS_BETWEEN] = between,
	[EXPR_DATE] = date_of_parts,
	[EXPR_YEAR_OF] = calendar,
	[EXPR_MONTH_OF] = calendar,
	[EXPR_DAY_OF] = calendar,
	[EXPR_DAY_OF_YEAR] = calendar,
	[EXPR_DAY_OF_WEEK] = calendar,
	[EXPR_CONTINUOUS_SINCE] = continuous,
	[EXPR_CONTINUOUS_MONTHS] = continuous,
};

/* The loader bounds the depth (EXPRESSION_DEPTH_MAX), so the recursion is small. */
static struct span evaluate(const struct derivation *derivation,
			    const struct expression *expression)
{
	struct span args[EXPRESSION_ARGS_MAX];

	if (expression->n_args == 0)
		return operators[expression->op](derivation, expression, NULL);
	for (size_t i = 0; i < expression->n_args; i++)
		args[i] = evaluate(derivation, expression->args[i]);
	return operators[expression->op](derivation, expression, args);
}

void derive_all(const struct derive_input *input, uint64_t wanted,
		struct span of_derived[DERIVED_MAX])
{
	const struct derivation derivation = { input, of_derived };

	for (size_t i = 0; i < input->edition->n_derived; i++) {
		const struct derived *derived = &input->edition->derived[i];

		if ((wanted >> i & 1) == 0)
			continue;
		of_derived[i] = span_clamp(evaluate(&derivation, derived->expression),
					   derived->minimum, derived->maximum);
	}
}

/* ---- What the day of decision moves ---- */

static bool reads_day(const struct expression *expression, uint64_t with_day,
		      uint64_t moving)
{
	if (expression->op == EXPR_DECISION_DATE)
		return true;
	if (expression->op == EXPR_FACT && (with_day >> expression->index & 1) != 0)
		return true;
	if (expression->op == EXPR_DERIVED && (moving >> expression->index & 1) != 0)
		return true;
	for (size_t i = 0; i < expression->n_args; i++)
		if (reads_day(expression->args[i], with_day, moving))
			return true;
	return false;
}

uint64_t derive_moving(const struct edition *edition, uint64_t with_day)
{
	uint64_t moving = 0;

	for (uint16_t d = 0; d < edition->n_derived; d++)
		if (reads_day(edition->derived[d].expression, with_day, moving))
			moving |= 1ull << d;
	return moving;
}
