/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

struct typing {
	struct draft *draft;
	struct loader *loader;
	const struct cell *cell;
};

static const char *const type_names[] = {
	[FACT_BOOLEAN] = "boolean", [FACT_ENUMERATION] = "enumeration",
	[FACT_SET] = "set", [FACT_INTEGER] = "integer", [FACT_DATE] = "date",
	[FACT_DURATION] = "duration", [FACT_PERIODS] = "periods",
};

static struct expression *new_expression(struct typing *typing, enum expression_op op,
					 enum fact_type type)
{
	struct expression *e = loader_alloc(typing->loader, 1, sizeof(*e));

	e->op = op;
	e->type = type;
	return e;
}

static struct place place_of(struct typing *typing, const struct node *node)
{
	return piece_place(typing->cell, node->source);
}

static const struct expression *type_node(struct typing *typing,
					  const struct node *node);

/* ---- Names and literals ---- */

static const struct expression *type_literal(struct typing *typing, struct text word)
{
	struct expression literal = { .op = EXPR_CONSTANT };
	struct expression *e;
	day_t day;

	if (text_equal(word, "true") || text_equal(word, "false")) {
		literal.type = FACT_BOOLEAN;
		literal.number = word.n == strlen("true");
	} else if (text_number(word, &literal.number)) {
		literal.type = FACT_INTEGER;
	} else if (date_parse(word.at, word.n, &day)) {
		literal.type = FACT_DATE;
		literal.number = day;
	} else if (duration_parse(word.at, word.n, &literal.duration)) {
		literal.op = EXPR_DURATION;
		literal.type = FACT_DURATION;
	} else {
		return NULL;
	}
	e = new_expression(typing, literal.op, literal.type);
	*e = literal;
	return e;
}

static const struct expression *type_fact(struct typing *typing, const struct node *node,
					  int index)
{
	const struct fact *fact = &typing->draft->facts[index];
	struct expression *e;

	if ((typing->draft->unsound_facts >> index & 1) != 0)
		return NULL;
	if (fact->class == FACT_EVIDENCE || fact->class == FACT_HIDDEN) {
		mistake(typing->loader, M_INPUT_CLOSED, place_of(typing, node), NULL,
			"`%s` is kept for letters and procedure, not to decide",
			fact->key);
		return NULL;
	}
	if (fact->type == FACT_ENUMERATION || fact->type == FACT_SET) {
		mistake(typing->loader, M_EXPRESSION_FACT, place_of(typing, node), NULL,
			"`%s` is of type %s, which no expression reads", fact->key,
			type_names[fact->type]);
		return NULL;
	}
	e = new_expression(typing, fact->type == FACT_PERIODS ? EXPR_PERIODS : EXPR_FACT,
			   fact->type);
	e->index = (uint16_t)index;
	return e;
}

/* Whether a derived fact of that name stands in the section, further down. */
static bool is_declared_later(const struct draft *draft, struct text name)
{
	const struct section *section = draft_section(draft, "Derived facts");
	const struct block *block = NULL;

	while (section != NULL && (block = section_grid(section, block)) != NULL)
		for (size_t i = 0; i < block->grid->n_lines; i++)
			for (size_t c = 0; c < block->grid->n_columns; c++) {
				const struct cell *cell = block->grid->lines[i].cells + c;

				if (cell->text.n == name.n && name.n > 0 &&
				    memcmp(cell->text.at, name.at, name.n) == 0)
					return true;
			}
	return false;
}

static void name_unknown(struct typing *typing, const struct node *node)
{
	const struct draft *draft = typing->draft;
	struct choices choices;

	if (is_declared_later(draft, node->text)) {
		mistake(typing->loader, M_DERIVED_LATER, place_of(typing, node), NULL,
			"`%.*s` is computed further down", SHOW(node->text));
		return;
	}
	choices_init(&choices, typing->loader, node->text);
	for (int i = 0; i < draft->edition.n_facts; i++)
		choices_add(&choices, draft->facts[i].key);
	for (int i = 0; i < draft->edition.n_derived; i++)
		choices_add(&choices, draft->derived[i].name);
	choices_add(&choices, "decision.date");
	mistake(typing->loader, M_EXPRESSION_NAME, place_of(typing, node),
		choices_text(&choices), "no fact, derived fact or value is called `%.*s`",
		SHOW(node->text));
}

/* Derived facts are entered in order, so one that is found stands above. */
static const struct expression *type_word(struct typing *typing, const struct node *node)
{
	const struct expression *literal = type_literal(typing, node->text);
	int index = find_fact(typing->draft, node->text);
	struct expression *e;

	if (literal != NULL)
		return literal;
	if (text_equal(node->text, "decision.date"))
		return new_expression(typing, EXPR_DECISION_DATE, FACT_DATE);
	if (index >= 0)
		return type_fact(typing, node, index);
	index = find_derived(typing->draft, node->text);
	if (index < 0) {
		name_unknown(typing, node);
		return NULL;
	}
	if ((typing->draft->unsound_derived >> index & 1) != 0)
		return NULL;
	e = new_expression(typing, EXPR_DERIVED, typing->draft->derived[index].type);
	e->index = (uint16_t)index;
	return e;
}

/* `permit.history[trp, other]` */
static const struct expression *type_kinds(struct typing *typing, const struct node *node)
{
	int index = find_fact(typing->draft, node->text);
	const struct fact *fact;
	struct expression *e;

	if (index < 0) {
		name_unknown(typing, node);
		return NULL;
	}
	fact = &typing->draft->facts[index];
	if (fact->type != FACT_PERIODS) {
		mistake(typing->loader, M_EXPRESSION_TYPE, place_of(typing, node), NULL,
			"`%s` has no kinds, because it holds no periods", fact->key);
		return NULL;
	}
	e = new_expression(typing, EXPR_PERIODS, FACT_PERIODS);
	e->index = (uint16_t)index;
	for (size_t i = 0; i < node->n_args; i++) {
		int kind = find_value(fact, node->args[i]->text);

		if (kind < 0)
			mistake(typing->loader, M_CELL_VALUE,
				place_of(typing, node->args[i]), NULL,
				"`%s` has no kind `%.*s`", fact->key,
				SHOW(node->args[i]->text));
		else
			e->number |= (int64_t)1 << kind;
	}
	return e;
}

/* ---- Functions and operators ---- */

/* A signature: types of the arguments, one letter each; `*` repeats the last. */
#define LETTERS "bidtp"	/* boolean, integer, date, durationliTeral, periods */

static enum fact_type letter_type(char letter)
{
	static const enum fact_type types[] = { FACT_BOOLEAN, FACT_INTEGER, FACT_DATE,
						FACT_DURATION, FACT_PERIODS };

	return types[strchr(LETTERS, letter) - LETTERS];
}

struct signature {
	const char *name;
	enum expression_op op;
	const char *arguments;
	char result;
	const char *shown;
};

static const struct signature functions[] = {
	{ "not", EXPR_NOT, "b", 'b', "not(condition)" },
	{ "days between", EXPR_DAYS_BETWEEN, "dd", 'i', "days between(from, to)" },
	{ "months between", EXPR_MONTHS_BETWEEN, "dd", 'i', "months between(from, to)" },
	{ "years between", EXPR_YEARS_BETWEEN, "dd", 'i', "years between(from, to)" },
	{ "age in years", EXPR_YEARS_BETWEEN, "dd", 'i', "age in years(born, on)" },
	{ "days until", EXPR_DAYS_BETWEEN, "d", 'i', "days until(date)" },
	{ "last safe day", EXPR_SUBTRACT_DURATION, "dt", 'd',
	  "last safe day(deadline, notice), as in last safe day(d, P30D)" },
	{ "continuous since", EXPR_CONTINUOUS_SINCE, "ppttd", 'd',
	  "continuous since(periods, absences, gap, absence, on)" },
	{ "continuous months", EXPR_CONTINUOUS_MONTHS, "ppttd", 'i',
	  "continuous months(periods, absences, gap, absence, on)" },
	{ "earliest", EXPR_MIN, "dd*", 'd', "earliest(date, date)" },
	{ "latest", EXPR_MAX, "dd*", 'd', "latest(date, date)" },
	{ "min", EXPR_MIN, "ii*", 'i', "min(number, number)" },
	{ "max", EXPR_MAX, "ii*", 'i', "max(number, number)" },
	{ "date", EXPR_DATE, "iii", 'd', "date(year, month, day)" },
	{ "year of", EXPR_YEAR_OF, "d", 'i', "year of(date)" },
	{ "month of", EXPR_MONTH_OF, "d", 'i', "month of(date)" },
	{ "day of", EXPR_DAY_OF, "d", 'i', "day of(date)" },
	{ "day of year", EXPR_DAY_OF_YEAR, "d", 'i', "day of year(date)" },
	{ "day of week", EXPR_DAY_OF_WEEK, "d", 'i', "day of week(date)" },
};

static const struct signature operators[] = {
	{ "+", EXPR_ADD, "ii", 'i', "" },
	{ "+", EXPR_ADD_DURATION, "dt", 'd', "" },
	{ "-", EXPR_SUBTRACT, "ii", 'i', "" },
	{ "-", EXPR_SUBTRACT_DURATION, "dt", 'd', "" },
	{ "=", EXPR_EQUAL, "ii", 'b', "" },
	{ "=", EXPR_EQUAL, "dd", 'b', "" },
	{ "=", EXPR_EQUAL, "bb", 'b', "" },
	{ "!=", EXPR_NOT_EQUAL, "ii", 'b', "" },
	{ "!=", EXPR_NOT_EQUAL, "dd", 'b', "" },
	{ "!=", EXPR_NOT_EQUAL, "bb", 'b', "" },
	{ "<", EXPR_LESS, "ii", 'b', "" },
	{ "<", EXPR_LESS, "dd", 'b', "" },
	{ "<=", EXPR_LESS_EQUAL, "ii", 'b', "" },
	{ "<=", EXPR_LESS_EQUAL, "dd", 'b', "" },
	{ ">", EXPR_GREATER, "ii", 'b', "" },
	{ ">", EXPR_GREATER, "dd", 'b', "" },
	{ ">=", EXPR_GREATER_EQUAL, "ii", 'b', "" },
	{ ">=", EXPR_GREATER_EQUAL, "dd", 'b', "" },
	{ "and", EXPR_AND, "bb", 'b', "" },
	{ "or", EXPR_OR, "bb", 'b', "" },
};

/* The type that argument i must have; 0 when there may be none there. */
static char argument_letter(const char *arguments, size_t i)
{
	size_t n = strlen(arguments);

	if (n > 0 && arguments[n - 1] == '*')
		return arguments[i < n - 1 ? i : n - 2];
	return i < n ? arguments[i] : '\0';
}

static size_t arguments_at_least(const char *arguments)
{
	size_t n = strlen(arguments);

	return n > 0 && arguments[n - 1] == '*' ? n - 1 : n;
}

/* A duration must be written out: one in a fact has no unit that is the law's. */
static bool argument_fits(const struct expression *arg, char letter)
{
	if (letter == 't')
		return arg->op == EXPR_DURATION;
	return arg->type == letter_type(letter);
}

static bool type_arguments(struct typing *typing, const struct node *node,
			   const struct expression *args[EXPRESSION_ARGS_MAX])
{
	bool good = true;

	for (size_t i = 0; i < node->n_args; i++) {
		args[i] = type_node(typing, node->args[i]);
		good = good && args[i] != NULL;
	}
	return good;
}

/* days until(d) is days between(decision.date, d). */
static void add_decision_date(struct typing *typing, struct expression *e)
{
	e->args[1] = e->args[0];
	e->args[0] = new_expression(typing, EXPR_DECISION_DATE, FACT_DATE);
	e->n_args = 2;
}

static const struct expression *apply(struct typing *typing, const struct node *node,
				      const struct signature *signature,
				      const struct expression *const *args)
{
	struct expression *e = new_expression(typing, signature->op,
					      letter_type(signature->result));

	e->n_args = (uint8_t)node->n_args;
	for (size_t i = 0; i < node->n_args; i++)
		e->args[i] = args[i];
	if (strcmp(signature->name, "days until") == 0)
		add_decision_date(typing, e);
	return e;
}

static const struct signature *find_function(struct typing *typing,
					     const struct node *node)
{
	struct choices choices;

	choices_init(&choices, typing->loader, node->text);
	for (size_t i = 0; i < ARRAY_LENGTH(functions); i++) {
		if (text_equal(node->text, functions[i].name))
			return &functions[i];
		choices_add(&choices, functions[i].name);
	}
	mistake(typing->loader, M_FUNCTION_UNKNOWN, place_of(typing, node),
		choices_text(&choices), "no function is called `%.*s`", SHOW(node->text));
	return NULL;
}

static const struct expression *type_call(struct typing *typing, const struct node *node)
{
	const struct expression *args[EXPRESSION_ARGS_MAX] = { NULL };
	const struct signature *function = find_function(typing, node);

	if (!type_arguments(typing, node, args) || function == NULL)
		return NULL;
	if (node->n_args < arguments_at_least(function->arguments) ||
	    argument_letter(function->arguments, node->n_args - 1) == '\0') {
		mistake(typing->loader, M_FUNCTION_ARGUMENTS, place_of(typing, node),
			loader_format(typing->loader, "expected %s", function->shown),
			"too many or too few arguments for `%s`", function->name);
		return NULL;
	}
	for (size_t i = 0; i < node->n_args; i++) {
		if (argument_fits(args[i], argument_letter(function->arguments, i)))
			continue;
		mistake(typing->loader, M_FUNCTION_ARGUMENTS,
			place_of(typing, node->args[i]),
			loader_format(typing->loader, "expected %s", function->shown),
			"argument %zu of `%s` is of type %s", i + 1, function->name,
			type_names[args[i]->type]);
		return NULL;
	}
	return apply(typing, node, function, args);
}

static void operator_wrong(struct typing *typing, const struct node *node,
			   const struct expression *const *args)
{
	struct place place = place_of(typing, node);

	if (args[0]->type == FACT_DATE && args[1]->type == FACT_DATE)
		mistake(typing->loader, M_DATE_DIFFERENCE, place, NULL,
			"the difference of two dates, without its unit");
	else if (args[1]->type == FACT_DURATION && args[0]->type == FACT_INTEGER)
		mistake(typing->loader, M_UNIT_MISMATCH, place, NULL,
			"a number and a duration");
	else
		mistake(typing->loader, M_EXPRESSION_TYPE, place, NULL,
			"`%.*s` does not join %s and %s", SHOW(node->text),
			type_names[args[0]->type], type_names[args[1]->type]);
}

/* Minus before a number. */
static const struct expression *negative(struct typing *typing, const struct node *node,
					 const struct expression *arg)
{
	struct expression *e;

	if (arg->op != EXPR_CONSTANT || arg->type != FACT_INTEGER) {
		mistake(typing->loader, M_EXPRESSION_TYPE, place_of(typing, node), NULL,
			"a minus sign before something that is not a number");
		return NULL;
	}
	e = new_expression(typing, EXPR_CONSTANT, FACT_INTEGER);
	e->number = -arg->number;
	return e;
}

static const struct expression *type_operator(struct typing *typing,
					      const struct node *node)
{
	const struct expression *args[EXPRESSION_ARGS_MAX] = { NULL };

	if (!type_arguments(typing, node, args))
		return NULL;
	if (node->n_args == 1)
		return negative(typing, node, args[0]);
	for (size_t i = 0; i < ARRAY_LENGTH(operators); i++) {
		const struct signature *s = &operators[i];

		if (text_equal(node->text, s->name) &&
		    argument_fits(args[0], s->arguments[0]) &&
		    argument_fits(args[1], s->arguments[1]))
			return apply(typing, node, s, args);
	}
	operator_wrong(typing, node, args);
	return NULL;
}

static const struct expression *type_choice(struct typing *typing,
					    const struct node *node)
{
	const struct expression *args[EXPRESSION_ARGS_MAX] = { NULL };
	struct expression *e;

	if (!type_arguments(typing, node, args))
		return NULL;
	if (args[0]->type != FACT_BOOLEAN) {
		mistake(typing->loader, M_EXPRESSION_TYPE, place_of(typing, node->args[0]),
			"a condition", "`if` before a %s", type_names[args[0]->type]);
		return NULL;
	}
	if (args[1]->type != args[2]->type || args[1]->type == FACT_DURATION ||
	    args[1]->type == FACT_PERIODS) {
		mistake(typing->loader, M_EXPRESSION_TYPE, place_of(typing, node),
			"two dates, two numbers or two conditions",
			"`then` gives a %s and `else` a %s", type_names[args[1]->type],
			type_names[args[2]->type]);
		return NULL;
	}
	e = new_expression(typing, EXPR_IF, args[1]->type);
	e->n_args = 3;
	memcpy(e->args, args, sizeof(e->args));
	return e;
}

static const struct expression *type_node(struct typing *typing, const struct node *node)
{
	switch (node->kind) {
	case NODE_WORD:
		return type_word(typing, node);
	case NODE_KINDS:
		return type_kinds(typing, node);
	case NODE_CALL:
		return type_call(typing, node);
	case NODE_OPERATOR:
		return type_operator(typing, node);
	case NODE_IF:
		return type_choice(typing, node);
	}
	return NULL;
}

const struct expression *compile_expression(struct draft *draft, const struct cell *cell,
					    enum fact_type wanted)
{
	struct typing typing = { draft, draft->loader, cell };
	const struct node *node = expression_read(draft->loader, cell);
	const struct expression *e = node == NULL ? NULL : type_node(&typing, node);

	if (e != NULL && e->type != wanted) {
		mistake(draft->loader, M_EXPRESSION_TYPE, cell->place,
			loader_format(draft->loader, "expected type %s",
				      type_names[wanted]),
			"the expression is of type %s", type_names[e->type]);
		return NULL;
	}
	return e;
}
