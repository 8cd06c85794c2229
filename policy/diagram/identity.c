/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/identity.h"

#include <errno.h>
#include <string.h>

#include "policy/base/text.h"

struct op_text {
	const char *name;
	bool any_order; /* of arguments */
};

static const struct op_text op_texts[N_EXPRESSION_OPS] = {
	[EXPR_ADD_DURATION] = { "add-duration", false },
	[EXPR_SUBTRACT_DURATION] = { "subtract-duration", false },
	[EXPR_ADD] = { "add", true },
	[EXPR_SUBTRACT] = { "subtract", false },
	[EXPR_EQUAL] = { "equal", true },
	[EXPR_NOT_EQUAL] = { "not-equal", true },
	[EXPR_LESS] = { "less", false },
	[EXPR_LESS_EQUAL] = { "less-equal", false },
	/* written as the two above, with the arguments the other way round */
	[EXPR_GREATER] = { "less", false },
	[EXPR_GREATER_EQUAL] = { "less-equal", false },
	[EXPR_AND] = { "and", true },
	[EXPR_OR] = { "or", true },
	[EXPR_NOT] = { "not", false },
	[EXPR_IF] = { "if", false },
	[EXPR_MIN] = { "min", true },
	[EXPR_MAX] = { "max", true },
	[EXPR_DAYS_BETWEEN] = { "days-between", false },
	[EXPR_MONTHS_BETWEEN] = { "months-between", false },
	[EXPR_YEARS_BETWEEN] = { "years-between", false },
	[EXPR_DATE] = { "date", false },
	[EXPR_YEAR_OF] = { "year-of", false },
	[EXPR_MONTH_OF] = { "month-of", false },
	[EXPR_DAY_OF] = { "day-of", false },
	[EXPR_DAY_OF_YEAR] = { "day-of-year", false },
	[EXPR_DAY_OF_WEEK] = { "day-of-week", false },
	[EXPR_CONTINUOUS_SINCE] = { "continuous-since", false },
	[EXPR_CONTINUOUS_MONTHS] = { "continuous-months", false },
};

static const char *const type_names[] = {
	[FACT_BOOLEAN] = "boolean",   [FACT_ENUMERATION] = "enumeration",
	[FACT_SET] = "set",	      [FACT_INTEGER] = "integer",
	[FACT_DATE] = "date",	      [FACT_DURATION] = "duration",
	[FACT_PERIODS] = "periods",
};

static const char *const unit_names[] = {
	[DURATION_DAYS] = " days",
	[DURATION_MONTHS] = " months",
	[DURATION_YEARS] = " years",
};

/* The text of a builder, unless it is too long to be carried on. */
static int finish(struct builder *builder, const char **ret_text)
{
	const char *text;

	if (builder->n > IDENTITY_MAX_BYTES)
		return IDENTITY_E_TOO_LONG;
	text = builder_text(builder);
	if (text == NULL)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}

/* ---- Expressions ---- */

static void write_fact(struct builder *text, const struct fact *fact)
{
	builder_format(text, "(fact %s %s%s)", fact->key, type_names[fact->type],
		       fact->type == FACT_DURATION ?
			       unit_names[fact->duration_unit] :
			       "");
}

static void write_kinds(struct builder *text, const struct fact *fact,
			const char *label, uint64_t kinds)
{
	for (uint8_t i = 0; i < fact->n_values; i++)
		if ((kinds >> i & 1) != 0)
			builder_format(text, " %s %s", label, fact->values[i]);
}

/* The kinds that are named, and those that the fact says never break. */
static void write_periods(struct builder *text, const struct fact *fact,
			  const struct expression *e)
{
	builder_format(text, "(periods %s", fact->key);
	write_kinds(text, fact, "counts", (uint64_t)e->number);
	write_kinds(text, fact, "neutral", fact->neutral_kinds);
	builder_string(text, ")");
}

static void write_leaf(struct builder *text, const struct edition *edition,
		       const struct expression *e)
{
	char duration[DURATION_TEXT_BYTES];

	if (e->op == EXPR_CONSTANT) {
		builder_format(text, "(%s %lld)", type_names[e->type],
			       (long long)e->number);
	} else if (e->op == EXPR_FACT) {
		write_fact(text, &edition->facts[e->index]);
	} else if (e->op == EXPR_PERIODS) {
		write_periods(text, &edition->facts[e->index], e);
	} else if (e->op == EXPR_DECISION_DATE) {
		builder_string(text, "(decision.date)");
	} else {
		duration_print(e->duration, duration);
		builder_format(text, "(duration %s)", duration);
	}
}

static int expression_text(struct identities *identities,
			   const struct expression *e, const char **ret_text);

static void reverse(const char **texts, uint8_t n)
{
	for (uint8_t i = 0; i < n / 2; i++) {
		const char *text = texts[i];

		texts[i] = texts[n - 1 - i];
		texts[n - 1 - i] = text;
	}
}

static void sort(const char **texts, uint8_t n)
{
	for (uint8_t i = 1; i < n; i++)
		for (uint8_t j = i; j > 0 && strcmp(texts[j - 1], texts[j]) > 0;
		     j--) {
			const char *text = texts[j];

			texts[j] = texts[j - 1];
			texts[j - 1] = text;
		}
}

static int operation_text(struct identities *identities,
			  const struct expression *e, const char **ret_text)
{
	const char *args[EXPRESSION_ARGS_MAX];
	struct builder text;

	for (uint8_t i = 0; i < e->n_args; i++) {
		int r = expression_text(identities, e->args[i], &args[i]);

		if (r != 0)
			return r;
	}
	if (op_texts[e->op].any_order)
		sort(args, e->n_args);
	if (e->op == EXPR_GREATER || e->op == EXPR_GREATER_EQUAL)
		reverse(args, e->n_args);
	builder_init(&text, identities->arena);
	builder_format(&text, "(%s", op_texts[e->op].name);
	for (uint8_t i = 0; i < e->n_args; i++) {
		builder_string(&text, " ");
		builder_string(&text, args[i]);
	}
	builder_string(&text, ")");
	return finish(&text, ret_text);
}

static int expression_text(struct identities *identities,
			   const struct expression *e, const char **ret_text)
{
	struct builder text;

	if (e->op == EXPR_DERIVED)
		return identity_of_derived(identities, e->index, ret_text);
	if (op_texts[e->op].name != NULL)
		return operation_text(identities, e, ret_text);
	builder_init(&text, identities->arena);
	write_leaf(&text, identities->edition, e);
	return finish(&text, ret_text);
}

/* ---- Variables ---- */

void identities_init(struct identities *identities, const struct edition *edition,
		     struct arena *arena)
{
	*identities = (struct identities){ .edition = edition, .arena = arena };
}

int identity_of_derived(struct identities *identities, uint16_t derived,
			const char **ret_text)
{
	const struct derived *d = &identities->edition->derived[derived];
	const char *expression;
	struct builder text;
	int r = 0;

	if (identities->derived[derived] == NULL) {
		r = expression_text(identities, d->expression, &expression);
		if (r != 0)
			return r;
		builder_init(&text, identities->arena);
		builder_format(&text, "(derived %s %lld..%lld %s)",
			       type_names[d->type], (long long)d->minimum,
			       (long long)d->maximum, expression);
		r = finish(&text, &identities->derived[derived]);
	}
	if (r == 0)
		*ret_text = identities->derived[derived];
	return r;
}

int identity_of_variable(struct identities *identities, uint16_t variable,
			 const char **ret_text)
{
	const struct variable *v = &identities->edition->variables[variable];
	const struct fact *fact;
	struct builder text;

	if (v->kind == VARIABLE_DERIVED)
		return identity_of_derived(identities, v->index, ret_text);
	fact = &identities->edition->facts[v->index];
	builder_init(&text, identities->arena);
	if (v->kind == VARIABLE_ELEMENT)
		builder_format(&text, "(element %s %s)", fact->key,
			       fact->values[v->element]);
	else
		write_fact(&text, fact);
	return finish(&text, ret_text);
}

const char *variable_identity(const struct edition *edition, uint16_t variable,
			      struct arena *arena)
{
	struct identities identities;
	const char *text;

	identities_init(&identities, edition, arena);
	return identity_of_variable(&identities, variable, &text) == 0 ? text : NULL;
}
