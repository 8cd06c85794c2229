/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

/*
 * From what cells say to what the evaluators read: each fact that a table tests
 * is cut at the constants of its cells, and each cell becomes a mask over the
 * classes that result.
 */

/* A fact or derived fact that tables test, with the cuts gathered so far. */
struct cutting {
	bool seen;
	bool has_unknown;
	uint16_t variable;	/* the first of a set's */
	size_t n_cuts;
	int64_t cuts[CLASSES_MAX];
	bool full;		/* the mistake was noted */
};

struct compiler {
	struct draft *draft;
	struct cutting *facts;
	struct cutting *derived;
	struct variable *variables;
	uint16_t n_variables;
	uint8_t marks[TABLES_MAX];	/* of the search for cycles and of needed tables */
};

enum mark { MARK_NEW, MARK_UNDER_WAY, MARK_DONE };

/* Calls work on each table, the constraints last. */
static void each_table(struct compiler *compiler,
		       void (*work)(struct compiler *, struct draft_table *))
{
	struct draft *draft = compiler->draft;

	for (uint16_t i = 0; i < draft->edition.n_tables; i++)
		work(compiler, &draft->tables[i]);
	if (draft->constraints.grid != NULL)
		work(compiler, &draft->constraints);
}

/* ---- Cuts ---- */

/* What a variable's numbers are: from..to, both included. */
struct domain {
	enum fact_type type;
	int64_t from;
	int64_t to;
};

static struct domain domain_of(const struct draft *draft,
			       const struct subject *subject)
{
	const struct fact *fact;

	if (subject->kind == SUBJECT_DERIVED) {
		const struct derived *derived = &draft->derived[subject->index];

		if (derived->type == FACT_BOOLEAN)
			return (struct domain){ FACT_BOOLEAN, 0, 1 };
		return (struct domain){ derived->type, derived->minimum,
					derived->maximum };
	}
	fact = &draft->facts[subject->index];
	if (fact->type == FACT_BOOLEAN)
		return (struct domain){ FACT_BOOLEAN, 0, 1 };
	if (fact->type == FACT_ENUMERATION)
		return (struct domain){ FACT_ENUMERATION, 0, fact->n_values - 1 };
	if (fact->type == FACT_DATE)
		return (struct domain){ FACT_DATE, DAY_MIN, DAY_MAX };
	return (struct domain){ fact->type, fact->minimum, fact->maximum };
}

static struct cutting *cutting_of(struct compiler *compiler,
				  const struct subject *subject)
{
	return subject->kind == SUBJECT_DERIVED ? &compiler->derived[subject->index] :
						  &compiler->facts[subject->index];
}

static enum input_kind kind_of(const struct draft *draft, const struct subject *subject)
{
	if (subject->kind == SUBJECT_OUTPUT)
		return INPUT_OUTPUT;
	if (subject->kind == SUBJECT_FACT &&
	    draft->facts[subject->index].type == FACT_SET)
		return INPUT_SET;
	return INPUT_VARIABLE;
}

/* Adds a cut in its place. A cut outside the domain would make an empty class. */
static void add_cut(struct compiler *compiler, struct cutting *cutting,
		    const struct domain *domain, int64_t cut, struct place place)
{
	size_t limit = CLASSES_MAX - 1 - (cutting->has_unknown ? 1 : 0);
	size_t at = 0;

	if (cut <= domain->from || cut > domain->to || cutting->full)
		return;
	while (at < cutting->n_cuts && cutting->cuts[at] < cut)
		at++;
	if (at < cutting->n_cuts && cutting->cuts[at] == cut)
		return;
	if (cutting->n_cuts >= limit) {
		mistake(compiler->draft->loader, M_TOO_MANY_CLASSES, place,
			"at most 32 classes",
			"the cells cut this fact into more classes than can be told "
			"apart");
		cutting->full = true;
		return;
	}
	memmove(&cutting->cuts[at + 1], &cutting->cuts[at],
		(cutting->n_cuts - at) * sizeof(cutting->cuts[0]));
	cutting->cuts[at] = cut;
	cutting->n_cuts++;
}

static void cut_values(struct compiler *compiler, struct cutting *cutting,
		       const struct domain *domain, struct place place)
{
	for (int64_t value = domain->from; value <= domain->to; value++)
		add_cut(compiler, cutting, domain, value, place);
}

static void cut_by_column(struct compiler *compiler, struct draft_table *table,
			  uint8_t column)
{
	const struct subject *subject = &table->subjects[column];
	struct domain domain = domain_of(compiler->draft, subject);
	struct cutting *cutting = cutting_of(compiler, subject);

	if (domain.type == FACT_BOOLEAN || domain.type == FACT_ENUMERATION)
		cut_values(compiler, cutting, &domain,
			   subject->place);
	for (uint8_t r = 0; r < table->table.n_rows; r++) {
		const struct condition *condition = &table->conditions[r].conditions[column];

		for (size_t i = 0; i < condition->n_ranges; i++) {
			add_cut(compiler, cutting, &domain, condition->ranges[i].low,
				condition->place);
			add_cut(compiler, cutting, &domain, condition->ranges[i].high,
				condition->place);
		}
	}
}

static void find_unknown_tests(struct compiler *compiler, struct draft_table *table)
{
	for (uint8_t i = 0; i < table->table.n_inputs; i++)
		for (uint8_t r = 0; r < table->table.n_rows; r++)
			if (kind_of(compiler->draft, &table->subjects[i]) ==
				    INPUT_VARIABLE &&
			    table->conditions[r].conditions[i].unknown)
				cutting_of(compiler, &table->subjects[i])->has_unknown =
					true;
}

static void cut_by_table(struct compiler *compiler, struct draft_table *table)
{
	for (uint8_t i = 0; i < table->table.n_inputs; i++)
		if (kind_of(compiler->draft, &table->subjects[i]) == INPUT_VARIABLE)
			cut_by_column(compiler, table, i);
}

/* ---- Variables ---- */

static struct variable *new_variables(struct compiler *compiler, size_t n,
				      struct place place)
{
	if (compiler->n_variables + n > VARIABLES_MAX) {
		mistake(compiler->draft->loader, M_TOO_MANY, place, NULL,
			"the tables test more than %d facts and elements of sets",
			VARIABLES_MAX);
		return NULL;
	}
	compiler->n_variables = (uint16_t)(compiler->n_variables + n);
	return &compiler->variables[compiler->n_variables - n];
}

static void make_elements(struct compiler *compiler, struct cutting *cutting,
			  const struct subject *subject)
{
	uint8_t n_values = compiler->draft->facts[subject->index].n_values;
	struct variable *elements = new_variables(compiler, n_values, subject->place);
	int64_t *cuts = loader_alloc(compiler->draft->loader, 1, sizeof(*cuts));

	cuts[0] = 1;
	if (elements == NULL)
		return;
	cutting->variable = (uint16_t)(elements - compiler->variables);
	for (uint8_t e = 0; e < n_values; e++)
		elements[e] = (struct variable){ VARIABLE_ELEMENT, subject->index, e, 2,
						 false, cuts };
}

static void make_variable(struct compiler *compiler, struct cutting *cutting,
			  const struct subject *subject)
{
	struct variable *variable = new_variables(compiler, 1, subject->place);
	int64_t *cuts = loader_alloc(compiler->draft->loader, cutting->n_cuts + 1,
				     sizeof(*cuts));

	if (variable == NULL)
		return;
	memcpy(cuts, cutting->cuts, cutting->n_cuts * sizeof(*cuts));
	cutting->variable = (uint16_t)(variable - compiler->variables);
	*variable = (struct variable){
		.kind = subject->kind == SUBJECT_DERIVED ? VARIABLE_DERIVED :
							   VARIABLE_FACT,
		.index = subject->index,
		.n_classes = (uint8_t)(cutting->n_cuts + 1 + cutting->has_unknown),
		.has_unknown = cutting->has_unknown,
		.cuts = cuts,
	};
}

/* The variable of a subject, made when it is first met. */
static uint16_t variable_of(struct compiler *compiler, const struct subject *subject)
{
	struct cutting *cutting = cutting_of(compiler, subject);

	if (!cutting->seen && kind_of(compiler->draft, subject) == INPUT_SET)
		make_elements(compiler, cutting, subject);
	else if (!cutting->seen)
		make_variable(compiler, cutting, subject);
	cutting->seen = true;
	return cutting->variable;
}

static void make_inputs(struct compiler *compiler, struct draft_table *table)
{
	for (uint8_t i = 0; i < table->table.n_inputs; i++) {
		const struct subject *subject = &table->subjects[i];
		struct input *input = &table->table.inputs[i];

		input->kind = kind_of(compiler->draft, subject);
		input->name = subject->name;
		input->place = subject->place;
		if (input->kind == INPUT_OUTPUT) {
			input->index = subject->index;
			input->output = subject->output;
			continue;
		}
		input->index = variable_of(compiler, subject);
		if (input->kind == INPUT_SET)
			input->n_elements =
				compiler->draft->facts[subject->index].n_values;
	}
}

/* ---- Masks ---- */

static bool in_ranges(const struct condition *condition, int64_t number)
{
	for (size_t i = 0; i < condition->n_ranges; i++)
		if (number >= condition->ranges[i].low &&
		    number < condition->ranges[i].high)
			return true;
	return false;
}

/* A class lies within a range or outside it, so its first number speaks for it. */
static uint64_t variable_mask(const struct variable *variable, int64_t from,
			      const struct condition *condition)
{
	uint8_t n_known = (uint8_t)(variable->n_classes - variable->has_unknown);
	uint64_t mask = 0;

	for (uint8_t class = 0; class < n_known; class++) {
		int64_t first = class == 0 ? from : variable->cuts[class - 1];

		if (in_ranges(condition, first) == (condition->kind != CLAUSE_NOT))
			mask |= 1ull << class;
	}
	if (condition->unknown)
		mask |= 1ull << n_known;
	return mask;
}

static enum test_op set_op(enum clause_kind kind)
{
	switch (kind) {
	case CLAUSE_ANY:
		break;
	case CLAUSE_SOME:
		return TEST_SET_ANY;
	case CLAUSE_NOT:
		return TEST_SET_NONE;
	case CLAUSE_ALL:
		return TEST_SET_ALL;
	case CLAUSE_ONLY:
		return TEST_SET_ONLY;
	}
	return TEST_ANY;
}

static struct test output_test(const struct draft *draft, const struct input *input,
			       const struct condition *condition)
{
	const struct output *output =
		&draft->tables[input->index].table.outputs[input->output];
	uint64_t all = (1ull << output->n_values) - 1;

	if (output->collected)
		return (struct test){ .op = set_op(condition->kind),
				      .mask = condition->mask };
	return (struct test){
		.op = TEST_CLASSES,
		.mask = condition->kind == CLAUSE_NOT ? all & ~condition->mask :
							condition->mask,
	};
}

static struct test make_test(struct compiler *compiler, struct draft_table *table,
			     uint8_t column, const struct condition *condition)
{
	const struct input *input = &table->table.inputs[column];
	const struct subject *subject = &table->subjects[column];

	if (condition->kind == CLAUSE_ANY)
		return (struct test){ .op = TEST_ANY };
	switch (input->kind) {
	case INPUT_VARIABLE:
		break;
	case INPUT_SET:
		return (struct test){ .op = set_op(condition->kind),
				      .mask = condition->mask };
	case INPUT_OUTPUT:
		return output_test(compiler->draft, input, condition);
	}
	return (struct test){
		.op = TEST_CLASSES,
		.mask = variable_mask(&compiler->variables[input->index],
				      domain_of(compiler->draft, subject).from, condition),
	};
}

static void make_tests(struct compiler *compiler, struct draft_table *table)
{
	for (uint8_t r = 0; r < table->table.n_rows; r++)
		for (uint8_t i = 0; i < table->table.n_inputs; i++) {
			const struct condition *condition = &table->conditions[r].conditions[i];

			table->rows[r].tests[i] =
				make_test(compiler, table, i, condition);
			table->rows[r].places[i] = condition->place;
		}
}

/* ---- Order of the tables ---- */

/*
 * Puts a table after those that it reads. A table met again while those it
 * reads are under way reads itself.
 */
static void need_table(struct compiler *compiler, uint16_t index,
		       struct question *question)
{
	const struct draft_table *table = &compiler->draft->tables[index];

	compiler->marks[index] = MARK_UNDER_WAY;
	for (uint8_t i = 0; i < table->table.n_inputs; i++) {
		const struct subject *subject = &table->subjects[i];

		if (subject->kind != SUBJECT_OUTPUT)
			continue;
		if (compiler->marks[subject->index] == MARK_UNDER_WAY)
			mistake(compiler->draft->loader, M_TABLE_CYCLE, subject->place,
				NULL, "the table `%s` reads `%s`, which reads it in turn",
				table->table.name, subject->name);
		else if (compiler->marks[subject->index] == MARK_NEW)
			need_table(compiler, subject->index, question);
	}
	compiler->marks[index] = MARK_DONE;
	if (question != NULL)
		question->needed[question->n_needed++] = (uint8_t)index;
}

static void find_cycles(struct compiler *compiler)
{
	memset(compiler->marks, MARK_NEW, sizeof(compiler->marks));
	for (uint16_t i = 0; i < compiler->draft->edition.n_tables; i++)
		if (compiler->marks[i] == MARK_NEW)
			need_table(compiler, i, NULL);
}

/* ---- What a question reads ---- */

static void add_derived(struct draft *draft, struct question *question, uint16_t index);

static void add_expression(struct draft *draft, struct question *question,
			   const struct expression *expression)
{
	if (expression->op == EXPR_DERIVED)
		add_derived(draft, question, expression->index);
	for (uint8_t i = 0; i < expression->n_args; i++)
		add_expression(draft, question, expression->args[i]);
}

static void add_derived(struct draft *draft, struct question *question, uint16_t index)
{
	uint64_t bit = 1ull << index;

	if ((question->derived & bit) != 0)
		return;
	question->derived |= bit;
	question->facts |= draft->derived[index].facts;
	add_expression(draft, question, draft->derived[index].expression);
}

static void add_table(struct draft *draft, struct question *question,
		      const struct draft_table *table)
{
	for (uint8_t i = 0; i < table->table.n_inputs; i++) {
		const struct subject *subject = &table->subjects[i];

		if (subject->kind == SUBJECT_DERIVED)
			add_derived(draft, question, subject->index);
		else if (subject->kind == SUBJECT_FACT)
			question->facts |= 1ull << subject->index;
	}
	for (uint8_t o = 0; o < table->table.n_outputs; o++)
		for (uint8_t v = 0; v < table->table.outputs[o].n_values; v++)
			if (table->table.outputs[o].derived[v] >= 0)
				add_derived(draft, question,
					    (uint16_t)table->table.outputs[o].derived[v]);
}

static void complete_question(struct compiler *compiler, struct question *question)
{
	struct draft *draft = compiler->draft;

	memset(compiler->marks, MARK_NEW, sizeof(compiler->marks));
	need_table(compiler, question->table, question);
	for (uint8_t i = 0; i < question->n_needed; i++)
		add_table(draft, question, &draft->tables[question->needed[i]]);
	if (draft->constraints.grid != NULL)
		add_table(draft, question, &draft->constraints);
}

static void number_used_facts(struct draft *draft)
{
	uint64_t used = 0;

	for (uint16_t i = 0; i < draft->edition.n_questions; i++)
		used |= draft->questions[i].facts;
	draft->edition.n_used = 0;
	for (uint16_t i = 0; i < draft->edition.n_facts; i++) {
		struct fact *fact = &draft->facts[i];

		fact->used = (used >> i & 1) != 0;
		fact->slot = fact->used ? (uint8_t)draft->edition.n_used++ : 255;
	}
}

void compile_draft(struct draft *draft)
{
	struct loader *loader = draft->loader;
	struct compiler compiler = {
		.draft = draft,
		.facts = loader_alloc(loader, FACTS_MAX, sizeof(struct cutting)),
		.derived = loader_alloc(loader, DERIVED_MAX, sizeof(struct cutting)),
		.variables = loader_alloc(loader, VARIABLES_MAX,
					  sizeof(struct variable)),
	};
	size_t before = mistakes(loader);

	find_cycles(&compiler);
	each_table(&compiler, find_unknown_tests);
	each_table(&compiler, cut_by_table);
	each_table(&compiler, make_inputs);
	if (mistakes(loader) != before)
		return;
	each_table(&compiler, make_tests);
	for (uint16_t i = 0; i < draft->edition.n_questions; i++)
		complete_question(&compiler, &draft->questions[i]);
	number_used_facts(draft);
	draft->edition.variables = compiler.variables;
	draft->edition.n_variables = compiler.n_variables;
}
