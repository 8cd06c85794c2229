/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/report.h"

const char *const report_line_names[N_REPORT_LINES] = {
	[REPORT_FIRST_PERMIT] = "first permit",
	[REPORT_RENEWAL] = "renewal",
	[REPORT_PERMANENCE] = "permanence",
	[REPORT_RESIDENCE] = "residence",
	[REPORT_HOLDING] = "holding",
	[REPORT_HEALTH] = "health care",
	[REPORT_OFFENCES] = "offences",
	[REPORT_LINK] = "caused by trafficking",
	[REPORT_REFLECTION] = "reflection",
	[REPORT_PENDING] = "pending",
};

const char *const report_pending_names[N_REPORT_PENDING] = {
	[PENDING_NOT_SAID] = "not said",
	[PENDING_CONTINUES] = "continues",
	[PENDING_ENDS] = "ends",
};

/* A derived fact may stand for what it computes, any number of times. */
static const struct expression *behind(const struct derived *derived,
				       const struct expression *e)
{
	while (e->op == EXPR_DERIVED)
		e = derived[e->index].expression;
	return e;
}

/* "some date + P3Y", where that date is not itself a shifted one. */
static bool shift_of(const struct derived *derived, const struct expression *e,
		     struct duration *ret_shift)
{
	const struct expression *base;

	e = behind(derived, e);
	if (e->op != EXPR_ADD_DURATION)
		return false;
	base = behind(derived, e->args[0]);
	if (base->op == EXPR_ADD_DURATION || base->op == EXPR_SUBTRACT_DURATION)
		return false;
	*ret_shift = e->args[1]->duration;
	return true;
}

bool report_wait(const struct derived *derived, uint16_t index,
		 struct duration *ret_wait)
{
	const struct expression *e = derived[index].expression;

	if (e->op == EXPR_GREATER_EQUAL && e->args[0]->op == EXPR_DECISION_DATE)
		return shift_of(derived, e->args[1], ret_wait);
	if (e->op == EXPR_LESS_EQUAL && e->args[1]->op == EXPR_DECISION_DATE)
		return shift_of(derived, e->args[0], ret_wait);
	return false;
}

bool report_unit(const struct derived *derived, uint16_t index,
		 enum duration_unit *ret_unit)
{
	static const struct {
		enum expression_op op;
		enum duration_unit unit;
	} units[] = {
		{ EXPR_DAYS_BETWEEN, DURATION_DAYS },
		{ EXPR_MONTHS_BETWEEN, DURATION_MONTHS },
		{ EXPR_CONTINUOUS_MONTHS, DURATION_MONTHS },
		{ EXPR_YEARS_BETWEEN, DURATION_YEARS },
	};
	const struct expression *e = behind(derived, derived[index].expression);

	for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
		if (units[i].op != e->op)
			continue;
		*ret_unit = units[i].unit;
		return true;
	}
	return false;
}
