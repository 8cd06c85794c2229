/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

struct derived_row {
	struct draft *draft;
	struct derived derived;
	const struct cell *values;
	const struct cell *expression;
	bool good;
};

static void read_name(struct loader *loader, const struct cell *cell, void *row)
{
	struct derived_row *reading = row;
	struct draft *draft = reading->draft;
	struct text name = without_backticks(cell->text);

	reading->derived.name = loader_text(loader, name);
	reading->derived.place = cell->place;
	check_name(draft, name, cell->place);
	if (!name_is_plain(name, "._"))
		mistake(loader, M_NAME_FORM, cell->place,
			"lower-case words joined by `.` and `_`, at most 48 bytes",
			"`%.*s` is not the name of a derived fact", SHOW(name));
	else if (text_equal(name, "decision.date"))
		mistake(loader, M_NAME_RESERVED, cell->place, NULL,
			"`decision.date` means the date of decision");
	else if (find_fact(draft, name) >= 0 || find_derived(draft, name) >= 0)
		mistake(loader, M_NAME_TWICE, cell->place, NULL,
			"`%.*s` is the name of something else", SHOW(name));
}

static void read_type(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "boolean", FACT_BOOLEAN }, { "integer", FACT_INTEGER },
		{ "date", FACT_DATE },
	};
	struct derived_row *reading = row;
	int value;

	reading->good = word_read(loader, cell, words, ARRAY_LENGTH(words), &value);
	if (reading->good)
		reading->derived.type = (enum fact_type)value;
}

static void read_values(struct loader *loader, const struct cell *cell, void *row)
{
	struct derived_row *reading = row;

	(void)loader;
	reading->values = cell;
}

static void read_expression(struct loader *loader, const struct cell *cell, void *row)
{
	struct derived_row *reading = row;

	(void)loader;
	reading->expression = cell;
}

static void read_source(struct loader *loader, const struct cell *cell, void *row)
{
	struct derived_row *reading = row;

	(void)loader;
	read_citations(reading->draft, cell, reading->derived.citations,
		       &reading->derived.n_citations);
}

static const struct column derived_columns[] = {
	{ "name", true, read_name },
	{ "type", true, read_type },
	{ "values", false, read_values },
	{ "expression", true, read_expression },
	{ "source", true, read_source },
};

static void interpret_values(struct derived_row *reading)
{
	struct loader *loader = reading->draft->loader;
	struct derived *derived = &reading->derived;
	struct text unit;

	derived->maximum = 1;
	if (derived->type == FACT_DATE) {
		derived->minimum = DAY_MIN;
		derived->maximum = DAY_MAX;
	}
	if (derived->type != FACT_INTEGER && reading->values != NULL) {
		mistake(loader, M_VALUES_FORM, reading->values->place, "an empty cell",
			"values for a type that has none of its own");
	} else if (derived->type == FACT_INTEGER && reading->values == NULL) {
		mistake(loader, M_VALUES_MISSING, derived->place,
			"a range, as in 0..1200 months", "`%s` has no range",
			derived->name);
	} else if (derived->type == FACT_INTEGER &&
		   read_range(loader, reading->values, &derived->minimum,
			      &derived->maximum, &unit) && unit.n > 0) {
		derived->unit = loader_text(loader, unit);
	}
}

static uint64_t facts_read(const struct draft *draft, const struct expression *e)
{
	uint64_t facts = 0;

	if (e->op == EXPR_FACT || e->op == EXPR_PERIODS)
		facts = (uint64_t)1 << e->index;
	else if (e->op == EXPR_DERIVED)
		facts = draft->derived[e->index].facts;
	for (size_t i = 0; i < e->n_args; i++)
		facts |= facts_read(draft, e->args[i]);
	return facts;
}

static void read_row(struct draft *draft, const struct columns *columns,
		     const struct line *line)
{
	struct derived_row reading = { .draft = draft };
	struct derived *derived = &reading.derived;
	size_t n_mistakes = mistakes(draft->loader);

	(void)columns_read(draft->loader, columns, line, &reading);
	if (derived->name == NULL)
		return;
	if (reading.good)
		interpret_values(&reading);
	if (reading.good && reading.expression != NULL)
		derived->expression = compile_expression(draft, reading.expression,
							 derived->type);
	if (derived->expression != NULL)
		derived->facts = facts_read(draft, derived->expression);
	if (draft->edition.n_derived == DERIVED_MAX) {
		mistake(draft->loader, M_TOO_MANY, line->place, NULL,
			"more than %d derived facts", DERIVED_MAX);
		return;
	}
	if (mistakes(draft->loader) > n_mistakes || derived->expression == NULL)
		draft->unsound_derived |= (uint64_t)1 << draft->edition.n_derived;
	draft->derived[draft->edition.n_derived++] = *derived;
}

void read_derived(struct draft *draft)
{
	const struct section *section = draft_section(draft, "Derived facts");
	const struct block *block = NULL;
	struct columns columns;

	while (section != NULL && (block = section_grid(section, block)) != NULL) {
		if (!columns_find(draft->loader, block->grid, derived_columns,
				  ARRAY_LENGTH(derived_columns), &columns))
			continue;
		for (size_t i = 0; i < block->grid->n_lines; i++)
			read_row(draft, &columns, &block->grid->lines[i]);
	}
}
