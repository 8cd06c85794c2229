/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/random_document.h"

#include <inttypes.h>

/* ---- Names ---- */

static const char *key_of(const struct edition *edition, unsigned fact, int age)
{
	return (int)fact == age ? "age.group" : edition->facts[fact].key;
}

static const char *value_of(const struct edition *edition, unsigned fact,
			    unsigned value, int age)
{
	if (edition->facts[fact].type == FACT_BOOLEAN)
		return value != 0 ? "yes" : "no";
	if ((int)fact == age && value == 0)
		return "adult";
	return edition->facts[fact].values[value];
}

/* ---- The vocabulary ---- */

void random_traits(struct chance *chance, const struct edition *edition,
		   struct random_traits *ret_traits)
{
	static const enum fact_class classes[] = { FACT_ORDINARY,  FACT_ORDINARY,
						   FACT_ORDINARY,  FACT_EVIDENCE,
						   FACT_TESTIMONY, FACT_HIDDEN };

	*ret_traits = (struct random_traits){ .age = -1 };
	for (unsigned f = 0; f < edition->n_facts; f++) {
		ret_traits->classes[f] = classes[chance_below(chance, 6)];
		ret_traits->directions[f] = (enum fact_direction)chance_below(chance,
									      3);
		ret_traits->proxies[f] = chance_once_in(chance, 6);
		if (edition->facts[f].type == FACT_ENUMERATION &&
		    chance_once_in(chance, 2))
			ret_traits->age = (int)f;
	}
}

static void write_values(const struct edition *edition, unsigned fact, int age,
			 struct builder *to)
{
	const struct fact *f = &edition->facts[fact];

	if (f->type == FACT_INTEGER)
		builder_string(to, "0..40");
	for (unsigned v = 0;
	     (f->type == FACT_ENUMERATION || f->type == FACT_SET) && v < f->n_values;
	     v++)
		builder_format(to, "%s%s", v == 0 ? "" : ", ",
			       value_of(edition, fact, v, age));
}

static void write_questions(const struct edition *edition,
			    const struct random_traits *traits, int age,
			    struct builder *to)
{
	static const char *const languages[] = { "en", "fr", "de", "it" };

	builder_string(to, "\n## Questions\n");
	for (unsigned i = 0; i < N_LANGUAGES; i++) {
		builder_format(to,
			       "\n### %s\n\n| key | label | question | why |\n"
			       "|---|---|---|---|\n",
			       languages[i]);
		for (unsigned f = 0; f < edition->n_facts; f++)
			builder_format(to, "| %s | %s | ? | . |\n",
				       key_of(edition, f, age),
				       traits != NULL && traits->proxies[f]
					       ? "a police matter"
					       : "a matter");
	}
	builder_string(to, "\n## Values\n\n| key | value | en | fr | de | it |\n"
			   "|---|---|---|---|---|---|\n");
	for (unsigned f = 0; f < edition->n_facts; f++)
		for (unsigned v = 0; v < edition->facts[f].n_values; v++)
			builder_format(to, "| %s | %s | a | a | a | a |\n",
				       key_of(edition, f, age),
				       value_of(edition, f, v, age));
}

void random_vocabulary(const struct edition *edition,
		       const struct random_traits *traits, int age,
		       struct builder *to)
{
	static const char *const types[] = { "boolean", "enumeration", "set",
					     "integer", "date" };
	static const char *const classes[] = { "ordinary", "evidence", "hidden",
					       "testimony" };

	builder_string(to, "# Words\n\n| vocabulary | |\n|---|---|\n| version | 1 |\n\n"
			   "## Facts\n\n| key | type | values | class | direction | "
			   "adverse | sensitivity | ask | changes | stage | core |\n"
			   "|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (unsigned f = 0; f < edition->n_facts; f++) {
		builder_format(to, "| %s | %s | ", key_of(edition, f, age),
			       types[edition->facts[f].type]);
		write_values(edition, f, age, to);
		builder_format(to, " | %s | %c | | 0 | file | never | I | no |\n",
			       classes[traits == NULL ? 0 : traits->classes[f]],
			       traits == NULL ? 'N' : "+NA"[traits->directions[f]]);
	}
	write_questions(edition, traits, age, to);
}

/* ---- Derived facts ---- */

static void write_expression(const struct edition *edition,
			     const struct expression *e, struct builder *to)
{
	static const char *const operators[N_EXPRESSION_OPS] = {
		[EXPR_ADD] = "+", [EXPR_SUBTRACT] = "-", [EXPR_LESS] = "<",
		[EXPR_GREATER_EQUAL] = ">=", [EXPR_EQUAL] = "=", [EXPR_AND] = "and",
		[EXPR_OR] = "or",
	};
	static const char *const before[N_EXPRESSION_OPS] = {
		[EXPR_MIN] = "min(", [EXPR_MAX] = "max(", [EXPR_NOT] = "not(",
		[EXPR_DAYS_BETWEEN] = "days between(", [EXPR_IF] = "(if ",
	};
	static const char *const between[] = { "", " then ", " else " };

	if (e->op == EXPR_CONSTANT)
		builder_format(to, "%" PRId64, e->number);
	else if (e->op == EXPR_DECISION_DATE)
		builder_string(to, "decision.date");
	else if (e->op == EXPR_FACT)
		builder_string(to, edition->facts[e->index].key);
	if (e->n_args == 0)
		return;
	builder_string(to, before[e->op] == NULL ? "(" : before[e->op]);
	for (unsigned i = 0; i < e->n_args; i++) {
		if (i > 0 && operators[e->op] != NULL)
			builder_format(to, " %s ", operators[e->op]);
		else if (i > 0)
			builder_string(to, e->op == EXPR_IF ? between[i] : ", ");
		write_expression(edition, e->args[i], to);
	}
	builder_string(to, ")");
}

static void write_derived(const struct edition *edition, struct builder *to)
{
	if (edition->n_derived > 0)
		builder_string(to, "\n## Derived facts\n\n| name | type | values | "
				   "expression | source |\n|---|---|---|---|---|\n");
	for (unsigned d = 0; d < edition->n_derived; d++) {
		const struct derived *derived = &edition->derived[d];
		bool boolean = derived->type == FACT_BOOLEAN;

		builder_format(to, "| %s | %s | %s | ", derived->name,
			       boolean ? "boolean" : "integer",
			       boolean ? "" : "-200000..200000");
		write_expression(edition, derived->expression, to);
		builder_string(to, " | ACT 1 |\n");
	}
}

/* ---- Cells ---- */

static void write_class(const struct edition *edition, const struct variable *v,
			unsigned class, int age, struct builder *to)
{
	unsigned n = (unsigned)(v->n_classes - v->has_unknown);
	const struct fact *fact = v->kind == VARIABLE_FACT ? &edition->facts[v->index]
							   : NULL;

	if (class == n)
		builder_string(to, "unknown");
	else if (fact != NULL && fact->type != FACT_INTEGER)
		builder_string(to, value_of(edition, v->index, class, age));
	else if (fact == NULL && edition->derived[v->index].type == FACT_BOOLEAN)
		builder_string(to, class != 0 ? "yes" : "no");
	else if (class == 0)
		builder_format(to, "< %" PRId64, v->cuts[0]);
	else if (class == n - 1)
		builder_format(to, ">= %" PRId64, v->cuts[class - 1]);
	else
		builder_format(to, "[%" PRId64 "..%" PRId64 ")", v->cuts[class - 1],
			       v->cuts[class]);
}

static const char *output_text(const struct output *output, unsigned value)
{
	/* a wait would need its date */
	if (value == VALUE_NONE)
		return "none";
	return output->values[value][0] == 'w' ? "refer" : output->values[value];
}

static void write_item(const struct edition *edition, const struct input *input,
		       unsigned bit, int age, struct builder *to)
{
	const struct variable *v = &edition->variables[input->index];

	if (input->kind == INPUT_OUTPUT)
		builder_string(to, output_text(&edition->tables[input->index]
							.outputs[input->output],
					       bit));
	else if (input->kind == INPUT_SET)
		builder_string(to, value_of(edition, v->index, bit, age));
	else
		write_class(edition, v, bit, age, to);
}

static void write_cell(const struct edition *edition, const struct input *input,
		       const struct test *test, int age, struct builder *to)
{
	static const char *const before[] = {
		[TEST_ANY] = "-",	 [TEST_CLASSES] = "",
		[TEST_SET_ANY] = "",	 [TEST_SET_ALL] = "all(",
		[TEST_SET_NONE] = "not(", [TEST_SET_ONLY] = "only(",
	};
	bool first = true;

	builder_string(to, before[test->op]);
	for (unsigned bit = 0; test->op != TEST_ANY && bit < 64; bit++) {
		if ((test->mask >> bit & 1) == 0)
			continue;
		builder_string(to, first ? "" : ", ");
		write_item(edition, input, bit, age, to);
		first = false;
	}
	if (test->op == TEST_SET_ALL || test->op == TEST_SET_NONE ||
	    test->op == TEST_SET_ONLY)
		builder_string(to, ")");
	builder_string(to, " | ");
}

/* ---- Tables ---- */

static void write_input_name(const struct edition *edition, const struct input *input,
			     int age, struct builder *to)
{
	const struct variable *v = &edition->variables[input->index];

	if (input->kind == INPUT_OUTPUT)
		builder_format(to, "`%s.%s` | ", edition->tables[input->index].name,
			       edition->tables[input->index]
				       .outputs[input->output]
				       .name);
	else if (v->kind == VARIABLE_DERIVED)
		builder_format(to, "`%s` | ", edition->derived[v->index].name);
	else
		builder_format(to, "`%s` | ", key_of(edition, v->index, age));
}

static const char *output_name(const struct edition *edition, unsigned t, unsigned o)
{
	return t + 1 == edition->n_tables && o == 0
		       ? "outcome"
		       : edition->tables[t].outputs[o].name;
}

static void write_head(const struct edition *edition, unsigned t, int age,
		       struct builder *to)
{
	const struct table *table = &edition->tables[t];

	builder_format(to, "\n## %s\n\nFirst hit: by chance.\n\n| %c | ", table->name,
		       "UAPCF"[table->hit]);
	for (unsigned i = 0; i < table->n_inputs; i++)
		write_input_name(edition, &table->inputs[i], age, to);
	for (unsigned o = 0; o < table->n_outputs; o++)
		builder_format(to, "%s | ", output_name(edition, t, o));
	builder_string(to, "source | id |\n|---|---|---|");
	for (unsigned c = 0; c < table->n_inputs + table->n_outputs; c++)
		builder_string(to, "---|");
	builder_string(to, "\n| | ");
	for (unsigned i = 0; i < table->n_inputs; i++)
		builder_string(to, "| ");
	for (unsigned o = 0; o < table->n_outputs; o++) {
		const struct output *output = &table->outputs[o];

		for (unsigned v = 0; v < output->n_values; v++)
			if (output->values[v][0] != 'w')
				builder_format(to, "%s%s", v == 0 ? "" : ", ",
					       output->values[v]);
		builder_string(to, " | ");
	}
	builder_string(to, "| |\n| | ");
	for (unsigned c = 0; c < table->n_inputs + table->n_outputs; c++)
		builder_string(to, c < table->n_inputs ? "in | " : "out | ");
	builder_string(to, "# | # |\n");
}

static void write_table(const struct edition *edition, unsigned t, int age,
			struct builder *to)
{
	const struct table *table = &edition->tables[t];

	write_head(edition, t, age, to);
	for (unsigned r = 0; r < table->n_rows; r++) {
		const struct row *row = &table->rows[r];

		builder_format(to, "| %u | ", r + 1);
		for (unsigned i = 0; i < table->n_inputs; i++)
			write_cell(edition, &table->inputs[i], &row->tests[i], age, to);
		for (unsigned o = 0; o < table->n_outputs; o++)
			builder_format(to, "%s | ",
				       row->values[o] == VALUE_NONE
					       ? "-"
					       : output_text(&table->outputs[o],
							     row->values[o]));
		builder_format(to, "ACT 1 | r%u-%u |\n", t, r);
	}
}

static void write_constraints(const struct edition *edition, int age,
			      struct builder *to)
{
	const struct table *never = edition->constraints;

	if (never == NULL)
		return;
	builder_string(to, "\n## Constraints\n\n| never | ");
	for (unsigned i = 0; i < never->n_inputs; i++)
		write_input_name(edition, &never->inputs[i], age, to);
	builder_string(to, "why |\n|---|---|---|---|\n| | in | in | # |\n");
	for (unsigned r = 0; r < never->n_rows; r++) {
		builder_format(to, "| %u | ", r + 1);
		for (unsigned i = 0; i < never->n_inputs; i++)
			write_cell(edition, &never->inputs[i],
				   &never->rows[r].tests[i], age, to);
		builder_string(to, "by chance |\n");
	}
}

void random_policy(const struct edition *edition, int age, struct builder *to)
{
	builder_string(to, "# By chance\n\n| policy | |\n|---|---|\n| id | xx |\n"
			   "| edition | 2025-01-01 |\n| jurisdiction | XX |\n"
			   "| in force from | 2025-01-01 |\n| selected by | decision |\n"
			   "| vocabulary | 1 |\n\n## Sources\n\n"
			   "| key | title | address | mark |\n|---|---|---|---|\n"
			   "| ACT | An act | | V |\n");
	write_derived(edition, to);
	for (unsigned t = 0; t < edition->n_tables; t++)
		write_table(edition, t, age, to);
	write_constraints(edition, age, to);
	builder_string(to, "\n## Texts\n\n| id | en | fr | de | it |\n"
			   "|---|---|---|---|---|\n");
	for (unsigned t = 0; t < edition->n_tables; t++)
		for (unsigned r = 0; r < edition->tables[t].n_rows; r++)
			builder_format(to, "| r%u-%u | a | a | a | a |\n", t, r);
}
