/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/decide.h"

#include <errno.h>
#include <string.h>

#include "policy/derive.h"
#include "policy/diagram/ask.h"
#include "policy/evaluate.h"
#include "policy/settle.h"

/* Everything that one decision needs on the way; lives in its arena. */
struct deciding {
	const struct edition *edition;
	const struct question *question;
	struct arena *arena;
	struct settled settled;
	struct asking asking;
	struct table_result *results;	/* of each table of the edition */
	bool on_the_way[TABLES_MAX];
	struct decision *decision;
};

static const struct table *own_table(const struct deciding *deciding)
{
	return &deciding->edition->tables[deciding->question->table];
}

static node_ref root_of(const struct deciding *deciding, uint8_t output)
{
	size_t q = (size_t)(deciding->question - deciding->edition->questions);

	return deciding->edition->diagram->roots[q][output];
}

/* ---- Outputs ---- */

static void put_day(const struct deciding *deciding, struct decided_output *decided)
{
	int16_t derived;
	struct span span;

	if (!decided->settled || decided->output->collected ||
	    decided->value >= decided->output->n_values)
		return;
	derived = decided->output->derived[decided->value];
	if (derived < 0)
		return;
	span = deciding->settled.of_derived[derived];
	decided->has_day = span_is_point(span);
	decided->day = (day_t)span.low;
	decided->settled = decided->has_day;
}

static void put_output(const struct deciding *deciding, uint8_t index,
		       const struct reach *reach)
{
	const struct output *output = &own_table(deciding)->outputs[index];
	struct decided_output *decided = &deciding->decision->outputs[index];

	*decided = (struct decided_output){ .output = output };
	for (size_t i = 0; i < reach->n; i++) {
		uint64_t value = reach->terminals[i] & ~TERMINAL;

		if (reach->terminals[i] == TERMINAL_NONE)
			value = VALUE_NONE;
		decided->possible |= output->collected ? value : 1ull << value;
		decided->value = value;
	}
	decided->settled = reach->n == 1 && !reach->too_many;
	if (!decided->settled)
		decided->value = 0;
	put_day(deciding, decided);
}

/* The values that the walk of the tables allows hold all that the diagram found. */
static bool outputs_agree(const struct deciding *deciding, uint8_t index)
{
	const struct decided_output *decided = &deciding->decision->outputs[index];
	const struct table_result *result = &deciding->results[deciding->question->table];
	uint64_t walked = result->possible[index];

	if ((decided->possible & ~walked) != 0)
		return false;
	if (decided->output->collected)
		return !decided->settled ||
		       (result->certain[index] & ~decided->value) == 0;
	/* one value left to the table walk is the value */
	return (walked & (walked - 1)) != 0 || decided->possible == walked;
}

static enum outcome outcome_of(const struct decided_output *decided)
{
	const char *name = decided->output->values[decided->value];
	unsigned outcome = OUTCOME_GRANT;

	/* the loader lets no other value be an outcome */
	while (outcome < OUTCOME_ADVERSE && strcmp(name, outcome_names[outcome]) != 0)
		outcome++;
	return (enum outcome)outcome;
}

/* The constraint that fits best, and how well; *ret_row only for MATCH_YES. */
static enum match constraints_fit(const struct deciding *deciding, int *ret_row)
{
	const struct table *never = deciding->edition->constraints;
	enum match best = MATCH_NO;

	for (uint8_t r = 0; never != NULL && r < never->n_rows; r++) {
		enum match match = evaluate_constraint(deciding->edition, r,
						       &deciding->settled.known);

		if (match == MATCH_YES) {
			*ret_row = r;
			return MATCH_YES;
		}
		if (match == MATCH_MAYBE)
			best = MATCH_MAYBE;
	}
	return best;
}

/*
 * When the evaluators differ nothing is settled: what either of them found is
 * possible, so that no reader takes a value for decided that is not.
 */
static void unsettle(struct deciding *deciding)
{
	const struct table_result *result =
		&deciding->results[deciding->question->table];

	for (uint8_t o = 0; o < deciding->decision->n_outputs; o++) {
		struct decided_output *decided = &deciding->decision->outputs[o];

		decided->possible |= result->possible[o];
		decided->settled = false;
		decided->value = 0;
		decided->has_day = false;
	}
}

static void put_outcome(struct deciding *deciding)
{
	struct decision *decision = deciding->decision;
	const struct decided_output *outcome =
		&decision->outputs[deciding->question->outcome];
	int row;

	decision->agreed = constraints_fit(deciding, &row) != MATCH_YES;
	for (uint8_t o = 0; o < decision->n_outputs; o++)
		decision->agreed = decision->agreed && outputs_agree(deciding, o);
	if (!decision->agreed) {
		unsettle(deciding);
		decision->outcome = OUTCOME_REFER;
	} else if (!outcome->settled) {
		decision->outcome = OUTCOME_ASK;
	} else {
		decision->outcome = outcome_of(outcome);
	}
}

/* ---- Rows and the facts they read ---- */

static void mark_inputs(struct deciding *deciding, const struct table *table,
			const struct row *row)
{
	for (uint8_t i = 0; i < table->n_inputs; i++)
		if (table->inputs[i].kind == INPUT_OUTPUT &&
		    row->tests[i].op != TEST_ANY)
			deciding->on_the_way[table->inputs[i].index] = true;
}

/* Facts behind a variable, as bits. */
static uint64_t facts_behind(const struct edition *edition, uint16_t variable)
{
	const struct variable *v = &edition->variables[variable];

	if (v->kind == VARIABLE_DERIVED)
		return edition->derived[v->index].facts;
	return 1ull << v->index;
}

static uint64_t facts_of_row(const struct edition *edition, const struct table *table,
			     const struct row *row)
{
	uint64_t facts = 0;

	for (uint8_t i = 0; i < table->n_inputs; i++)
		if (table->inputs[i].kind != INPUT_OUTPUT &&
		    row->tests[i].op != TEST_ANY)
			facts |= facts_behind(edition, table->inputs[i].index);
	for (uint8_t o = 0; o < table->n_outputs; o++) {
		uint8_t value = row->values[o];

		if (value < table->outputs[o].n_values &&
		    table->outputs[o].derived[value] >= 0)
			facts |= edition->derived[table->outputs[o].derived[value]].facts;
	}
	return facts;
}

/* How far a table was read: to the last row that matches, and to its rank. */
struct passed {
	uint8_t end;
	uint8_t rank;
};

static struct passed passed_by(const struct table *table, const uint8_t *matches)
{
	struct passed passed = { 0, 0 };

	for (uint8_t r = 0; r < table->n_rows; r++) {
		if (matches[r] == MATCH_NO)
			continue;
		passed.end = r;
		if (passed.rank < table->rows[r].values[0])
			passed.rank = table->rows[r].values[0];
	}
	return passed;
}

/*
 * A row counts as read when it matches, and also when it stood before one that
 * does and had to be passed: under P a row of higher rank, under F an earlier
 * one, and under C every row, since the set would be another without its no.
 */
static bool row_is_read(const struct table *table, const struct passed *passed,
			uint8_t row)
{
	switch (table->hit) {
	case HIT_COLLECT:
		return true;
	case HIT_FIRST:
		return row < passed->end;
	case HIT_PRIORITY:
		return table->rows[row].values[0] < passed->rank;
	case HIT_UNIQUE:
	case HIT_ANY:
		break;
	}
	return false;
}

static void read_row(struct deciding *deciding, const struct table *table,
		     const struct row *row)
{
	mark_inputs(deciding, table, row);
	deciding->decision->facts_used |= facts_of_row(deciding->edition, table, row);
}

/*
 * A table is on the way when a row that is read tests it. Tables come after
 * those they read, so one pass backwards is enough.
 */
static uint16_t mark_tables(struct deciding *deciding)
{
	uint16_t n_rows = 0;

	deciding->on_the_way[deciding->question->table] = true;
	for (uint8_t i = deciding->question->n_needed; i > 0; i--) {
		uint8_t index = deciding->question->needed[i - 1];
		const struct table *table = &deciding->edition->tables[index];
		const uint8_t *matches = deciding->results[index].matches;
		struct passed passed;

		if (!deciding->on_the_way[index])
			continue;
		passed = passed_by(table, matches);
		for (uint8_t r = 0; r < table->n_rows; r++) {
			if (matches[r] != MATCH_NO)
				n_rows++;
			if (matches[r] != MATCH_NO || row_is_read(table, &passed, r))
				read_row(deciding, table, &table->rows[r]);
		}
	}
	return n_rows;
}

static int put_rows(struct deciding *deciding)
{
	struct decision *decision = deciding->decision;
	uint16_t n_rows = mark_tables(deciding);
	struct decided_row *rows = arena_array(deciding->arena, n_rows, sizeof(*rows));

	if (rows == NULL)
		return -ENOMEM;
	decision->rows = rows;
	for (uint8_t i = 0; i < deciding->question->n_needed; i++) {
		uint8_t index = deciding->question->needed[i];
		const struct table *table = &deciding->edition->tables[index];

		for (uint8_t r = 0; deciding->on_the_way[index] && r < table->n_rows; r++) {
			uint8_t match = deciding->results[index].matches[r];

			if (match != MATCH_NO)
				rows[decision->n_rows++] = (struct decided_row){
					index, r, match == MATCH_YES
				};
		}
	}
	return 0;
}

static void put_facts(struct deciding *deciding, const struct facts *facts)
{
	const struct edition *edition = deciding->edition;
	struct decision *decision = deciding->decision;
	uint64_t answered = 0;
	uint64_t read = 0;

	for (size_t i = 0; i < edition->n_facts; i++)
		if (facts->answers[i].state != ANSWER_ABSENT)
			answered |= 1ull << i;
	for (size_t i = 0; i < edition->n_questions; i++)
		read |= edition->questions[i].facts;
	decision->facts_used &= answered;
	decision->facts_unused = answered & ~read;
}

/* ---- What is still open ---- */

/*
 * Facts that can still change an output. With too much open for an exact
 * answer, those behind every variable that matters by itself.
 */
static int facts_of_root(struct deciding *deciding, node_ref root, uint64_t *ret_facts)
{
	const struct edition *edition = deciding->edition;
	bool matters[VARIABLES_MAX];
	uint64_t facts = 0;
	int r;

	if (ask_facts(&deciding->asking, root, ret_facts))
		return 0;
	r = diagram_matters(edition, root, &deciding->settled.known, deciding->arena,
			    matters);
	if (r != 0)
		return r;
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (matters[v])
			facts |= facts_behind(edition, v);
	*ret_facts = facts & deciding->settled.open;
	return 0;
}

/* Of a derived date as its value, also the facts that tell which day it is. */
static int open_of_output(struct deciding *deciding, uint8_t index,
			  uint64_t *ret_facts)
{
	const struct edition *edition = deciding->edition;
	const struct decided_output *decided = &deciding->decision->outputs[index];
	uint64_t days = 0;
	int r;

	r = facts_of_root(deciding, root_of(deciding, index), ret_facts);
	if (r != 0)
		return r;
	for (uint8_t v = 0; v < decided->output->n_values; v++)
		if ((decided->possible >> v & 1) != 0 && decided->output->derived[v] >= 0)
			days |= edition->derived[decided->output->derived[v]].facts;
	*ret_facts |= days & deciding->settled.open;
	return 0;
}

static uint64_t absent_facts(const struct deciding *deciding, const struct facts *facts)
{
	uint64_t absent = 0;

	for (size_t i = 0; i < deciding->edition->n_facts; i++)
		if (facts->answers[i].state == ANSWER_ABSENT)
			absent |= 1ull << i;
	return absent & deciding->question->facts;
}

static void put_order(struct deciding *deciding, uint64_t outcome, uint64_t others)
{
	struct decision *decision = deciding->decision;
	struct ask asked = { 0 };

	decision->n_open_outputs = ask_sort(deciding->edition, others & ~outcome,
					    decision->open_outputs);
	if (outcome == 0)
		return;
	ask(&deciding->asking, root_of(deciding, deciding->question->outcome), outcome,
	    &asked);
	decision->n_open = asked.n;
	memcpy(decision->open, asked.facts, sizeof(decision->open));
	decision->questions_left = asked.questions_left;
}

static int put_open_facts(struct deciding *deciding, const struct facts *facts)
{
	struct decision *decision = deciding->decision;
	uint64_t absent = absent_facts(deciding, facts);
	uint64_t outcome = 0;
	uint64_t others = 0;
	bool ready = false;

	for (uint8_t o = 0; o < decision->n_outputs; o++) {
		uint64_t found = 0;
		int r = 0;

		if (decision->outputs[o].settled)
			continue;
		if (!ready)
			r = asking_init(&deciding->asking, deciding->edition,
					&deciding->settled.known, deciding->settled.open,
					absent, deciding->arena);
		ready = true;
		if (r == 0)
			r = open_of_output(deciding, o, &found);
		if (r != 0)
			return r;
		if (o == deciding->question->outcome)
			outcome = found;
		else
			others |= found;
	}
	put_order(deciding, outcome, others);
	decision->not_asked = (uint8_t)__builtin_popcountll(absent & ~outcome & ~others);
	return 0;
}

/* ---- Deciding ---- */

/*
 * The diagram has no case that fits the answers. Returns whether the tables say
 * so too: some constraint may fit, *ret_row being the one that surely does, or -1.
 */
static bool is_contradiction(const struct deciding *deciding, int *ret_row)
{
	int row = -1;
	enum match match = constraints_fit(deciding, &row);

	if (match == MATCH_NO)
		return false;
	*ret_row = row;
	return true;
}

int decide(const struct edition *edition, const struct question *question,
	   const struct facts *facts, struct arena *arena,
	   struct decision *ret_decision, int *ret_row)
{
	struct deciding *deciding = arena_alloc(arena, sizeof(*deciding));
	int r;

	if (deciding == NULL)
		return -ENOMEM;
	deciding->results = arena_array(arena, edition->n_tables,
					sizeof(*deciding->results));
	if (deciding->results == NULL)
		return -ENOMEM;
	deciding->edition = edition;
	deciding->question = question;
	deciding->arena = arena;
	deciding->decision = ret_decision;
	*ret_decision = (struct decision){
		.edition = edition,
		.question = question,
		.as_of = facts->as_of,
		.n_outputs = own_table(deciding)->n_outputs,
	};
	r = settle(edition, question, facts, arena, &deciding->settled);
	if (r != 0)
		return r;
	if (deciding->settled.reach[question->outcome].n == 0 &&
	    is_contradiction(deciding, ret_row))
		return DECIDE_E_CONTRADICTION;
	evaluate_tables(edition, question, &deciding->settled.known, deciding->results);
	for (uint8_t o = 0; o < ret_decision->n_outputs; o++)
		put_output(deciding, o, &deciding->settled.reach[o]);
	put_outcome(deciding);
	r = put_rows(deciding);
	if (r != 0)
		return r;
	put_facts(deciding, facts);
	return put_open_facts(deciding, facts);
}

/* ---- Text ---- */

static const char *set_text(const struct decided_output *output, struct arena *arena)
{
	char text[VALUES_MAX * (NAME_MAX_BYTES + 2) + 1];
	size_t n = 0;

	if (output->value == 0)
		return "none";
	for (uint8_t i = 0; i < output->output->n_values; i++) {
		const char *value = output->output->values[i];
		size_t length = strlen(value);

		if ((output->value >> i & 1) == 0 || n + length + 3 > sizeof(text))
			continue;
		if (n > 0) {
			text[n++] = ',';
			text[n++] = ' ';
		}
		memcpy(&text[n], value, length);
		n += length;
	}
	return arena_text(arena, text, n);
}

const char *decided_output_text(const struct decided_output *output,
				struct arena *arena)
{
	char day[DATE_TEXT_BYTES];

	if (output->output->collected)
		return set_text(output, arena);
	if (output->has_day) {
		date_print(output->day, day);
		return arena_text(arena, day, DATE_TEXT_BYTES - 1);
	}
	if (output->value >= output->output->n_values)
		return "-";
	return output->output->values[output->value];
}
