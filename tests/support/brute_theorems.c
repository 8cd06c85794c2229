/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/derive.h"
#include "tests/support/brute_theorems.h"

bool space_of(const struct edition *edition, struct space *space)
{
	static struct brute_table results[TABLES_MAX];
	struct brute_case c = { { 0 } };

	memset(space, 0, sizeof(*space));
	space->edition = edition;
	if (edition->n_questions > ARRAY_LENGTH(space->at[0]))
		return false;
	do {
		unsigned i = space->n++;

		if (i == SPACE_MAX)
			return false;
		space->cases[i] = c;
		space->possible[i] = brute_possible(edition, &c);
		brute_tables(edition, &c, results);
		for (unsigned q = 0; q < edition->n_questions; q++)
			space->at[i][q] = results[edition->questions[q].table];
		for (unsigned t = 0; space->possible[i] && t < edition->n_tables;
		     t++)
			if (results[t].gap || results[t].overlap)
				space->broken = true;
	} while (brute_next(edition, &c));
	return true;
}

/* ---- One case ---- */

static bool reads(const struct edition *edition, unsigned variable, uint64_t facts)
{
	const struct variable *v = &edition->variables[variable];
	uint64_t behind = v->kind == VARIABLE_DERIVED
				  ? edition->derived[v->index].facts
				  : 1ull << v->index;

	return (behind & facts) != 0;
}

/* 4 for a grant down to 0 for adverse. */
static int rank(const struct space *space, unsigned i, int question)
{
	const struct question *q = &space->edition->questions[question];
	const struct output *outcome =
		&space->edition->tables[q->table].outputs[q->outcome];
	uint64_t value = space->at[i][question].values[q->outcome];
	const char *name = value < outcome->n_values ? outcome->values[value] : "-";

	return strcmp(name, "grant") == 0     ? 4
	       : strcmp(name, "wait") == 0    ? 3
	       : strcmp(name, "refer") == 0   ? 2
	       : strcmp(name, "adverse") == 0 ? 0
					      : 1;
}

/* Alike but for variables that read one of the facts. */
static bool alike(const struct space *space, unsigned i, unsigned j, uint64_t but)
{
	for (unsigned v = 0; v < space->edition->n_variables; v++)
		if (space->cases[i].classes[v] != space->cases[j].classes[v] &&
		    !reads(space->edition, v, but))
			return false;
	return true;
}

/* Alike but for that variable, in which they differ. */
static bool neighbours(const struct space *space, unsigned i, unsigned j,
		       unsigned but)
{
	for (unsigned v = 0; v < space->edition->n_variables; v++)
		if ((space->cases[i].classes[v] != space->cases[j].classes[v]) !=
		    (v == but))
			return false;
	return true;
}

static bool is_unknown(const struct space *space, unsigned i, unsigned v)
{
	const struct variable *variable = &space->edition->variables[v];

	return variable->has_unknown &&
	       space->cases[i].classes[v] == variable->n_classes - 1;
}

/* ---- Children ---- */

static int age_variable(const struct edition *edition)
{
	int fact = edition_find_fact(edition, "age.group");

	for (unsigned v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_FACT &&
		    edition->variables[v].index == fact)
			return (int)v;
	return -1;
}

static const char *age(const struct space *space, unsigned i)
{
	int v = age_variable(space->edition);
	const struct fact *fact;

	if (v < 0 || is_unknown(space, i, (unsigned)v))
		return "";
	fact = &space->edition->facts[space->edition->variables[v].index];
	return fact->values[space->cases[i].classes[v]];
}

static bool is_adult(const struct space *space, unsigned i)
{
	return strcmp(age(space, i), "adult") == 0;
}

static bool is_child(const struct space *space, unsigned i)
{
	return age(space, i)[0] != '\0' && !is_adult(space, i);
}

/* age.group and what some row of the constraints tests beside it. */
static uint64_t tied_facts(const struct edition *edition)
{
	const struct table *never = edition->constraints;
	int v = age_variable(edition);
	uint64_t age_fact = v < 0 ? 0 : 1ull << edition->variables[v].index;
	uint64_t tied = age_fact;

	for (unsigned r = 0; never != NULL && r < never->n_rows; r++) {
		uint64_t tested = 0;

		for (unsigned i = 0; i < never->n_inputs; i++)
			for (unsigned f = 0; f < edition->n_facts; f++)
				if (never->rows[r].tests[i].op != TEST_ANY &&
				    reads(edition, never->inputs[i].index,
					  1ull << f))
					tested |= 1ull << f;
		if ((tested & age_fact) != 0)
			tied |= tested;
	}
	return tied;
}

/* ---- Two cases ---- */

static bool is_of_rows(const struct theorem *t)
{
	return t->kind == THEOREM_TESTIMONY_ROW || t->kind == THEOREM_PROXY_ROW ||
	       t->kind == THEOREM_EVIDENCE_ROW;
}

static bool is_of_outputs(const struct theorem *t)
{
	return t->kind == THEOREM_TESTIMONY || t->kind == THEOREM_PROXY ||
	       t->kind == THEOREM_EVIDENCE;
}

/* What a theorem of independence looks at is not the same. */
static bool part(const struct space *space, const struct theorem *t, unsigned i,
		 unsigned j)
{
	const struct brute_table *a = &space->at[i][t->question];
	const struct brute_table *b = &space->at[j][t->question];

	return is_of_rows(t) ? memcmp(a->taken, b->taken, sizeof(a->taken)) != 0
			     : a->values[t->output] != b->values[t->output];
}

/* The pair shows that the theorem is false; what is left to other cases apart. */
static bool shows(const struct space *space, const struct theorem *t, unsigned i,
		  unsigned j)
{
	const struct edition *edition = space->edition;
	int a = t->output == -1 ? 0 : rank(space, i, t->question);
	int b = t->output == -1 ? 0 : rank(space, j, t->question);

	if (!space->possible[i] || !space->possible[j])
		return false;
	if (is_of_outputs(t) || is_of_rows(t))
		return alike(space, i, j, t->about) && part(space, t, i, j);
	if (t->kind == THEOREM_CHILD_ADVERSE || t->kind == THEOREM_CHILD)
		return is_adult(space, i) && is_child(space, j) &&
		       alike(space, i, j, tied_facts(edition)) &&
		       (t->kind == THEOREM_CHILD ? b < a : a > 0 && b == 0);
	if (t->kind == THEOREM_PROTECTION) {
		for (unsigned f = 0; f < edition->n_facts; f++)
			if (edition->facts[f].direction == DIRECTION_FAVOURABLE &&
			    a > 0 && b == 0 && alike(space, i, j, 1ull << f))
				return true;
		return false;
	}
	for (unsigned v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		if (!neighbours(space, i, j, v))
			continue;
		if (t->kind == THEOREM_UNKNOWN)
			return is_unknown(space, j, v) && a > 0 && b == 0;
		if (t->kind == THEOREM_LEARNING)
			return is_unknown(space, j, v) && b != 2 && a != b;
		if (t->kind == THEOREM_GAIN)
			return variable->kind == VARIABLE_ELEMENT &&
			       edition->facts[variable->index].direction ==
				       DIRECTION_FAVOURABLE &&
			       space->cases[j].classes[v] == 1 && b < a;
	}
	return false;
}

/* A known value of the one variable in which i and j differ gives what j does. */
static bool some_value_gives(const struct space *space, int question, unsigned i,
			     unsigned j)
{
	for (unsigned v = 0; v < space->edition->n_variables; v++)
		for (unsigned k = 0; k < space->n; k++)
			if (is_unknown(space, j, v) && neighbours(space, i, j, v) &&
			    neighbours(space, k, j, v) && space->possible[k] &&
			    rank(space, k, question) == rank(space, j, question))
				return true;
	return false;
}

/* A child in the case of the adult does as well with some value of what is tied. */
static bool some_child_does(const struct space *space, int question, unsigned adult)
{
	uint64_t tied = tied_facts(space->edition);

	for (unsigned k = 0; k < space->n; k++)
		if (space->possible[k] && is_child(space, k) &&
		    alike(space, adult, k, tied) &&
		    rank(space, k, question) >= rank(space, adult, question))
			return true;
	return false;
}

static bool refutes(const struct space *space, const struct theorem *theorem,
		    unsigned i, unsigned j)
{
	if (!shows(space, theorem, i, j))
		return false;
	if (theorem->kind == THEOREM_LEARNING)
		return !some_value_gives(space, theorem->question, i, j);
	if (theorem->kind == THEOREM_CHILD)
		return !some_child_does(space, theorem->question, i);
	return true;
}

/* No fact behind the variable ever changes, nor does the day move it. */
static bool is_fixed(const struct edition *edition, unsigned v)
{
	const struct variable *variable = &edition->variables[v];
	uint64_t facts = variable->kind == VARIABLE_DERIVED ?
				 edition->derived[variable->index].facts :
				 1ull << variable->index;

	if (variable->kind == VARIABLE_DERIVED &&
	    (derive_moving(edition, 0) >> variable->index & 1) != 0)
		return false;
	for (unsigned f = 0; f < edition->n_facts; f++)
		if ((facts >> f & 1) != 0 &&
		    edition->facts[f].changes != CHANGES_NEVER &&
		    strcmp(edition->facts[f].key, "age.group") != 0)
			return false;
	return true;
}

/* Two cases alike in all that never changes. */
static bool is_within_reach(const struct space *space, unsigned i, unsigned k)
{
	for (unsigned v = 0; v < space->edition->n_variables; v++)
		if (space->cases[k].classes[v] != space->cases[i].classes[v] &&
		    is_fixed(space->edition, v))
			return false;
	return true;
}

/* An adverse case that no change leads out of. */
static bool is_stuck(const struct space *space, int question, unsigned i)
{
	if (!space->possible[i] || rank(space, i, question) != 0)
		return false;
	for (unsigned k = 0; k < space->n; k++)
		if (space->possible[k] && rank(space, k, question) > 0 &&
		    is_within_reach(space, i, k))
			return false;
	return true;
}

/* ---- Verdicts ---- */

/* Some row gives a date that is computed from one of the facts. */
static bool is_dated_by(const struct edition *edition,
			const struct theorem *theorem)
{
	const struct table *table =
		&edition->tables[edition->questions[theorem->question].table];

	for (unsigned r = 0; r < table->n_rows; r++) {
		uint8_t value = table->rows[r].values[theorem->output];
		int derived =
			value < VALUES_MAX
				? table->outputs[theorem->output].derived[value]
				: -1;

		if (derived >= 0 &&
		    (edition->derived[derived].facts & theorem->about) != 0)
			return true;
	}
	return false;
}

/* Which cases can occur is the same whatever the facts say. */
static bool is_untied(const struct space *space, uint64_t facts)
{
	for (unsigned i = 0; i < space->n; i++)
		for (unsigned j = 0; j < i; j++)
			if (space->possible[i] != space->possible[j] &&
			    alike(space, i, j, facts))
				return false;
	return true;
}

bool space_proves(const struct space *space, const struct theorem *theorem)
{
	if (theorem->kind == THEOREM_COMPLETE)
		return !space->broken;
	if (theorem->question < 0)
		return is_untied(space, theorem->about);
	if (theorem->about != 0 && is_of_outputs(theorem) &&
	    is_dated_by(space->edition, theorem))
		return false;
	for (unsigned i = 0; i < space->n; i++) {
		if (theorem->kind == THEOREM_WAY_OUT) {
			if (is_stuck(space, theorem->question, i))
				return false;
			continue;
		}
		for (unsigned j = 0; j < space->n; j++)
			if (refutes(space, theorem, i, j))
				return false;
	}
	return true;
}

static unsigned find_case(const struct space *space,
			  const struct diagram_case *wanted)
{
	unsigned i = 0;

	while (i < space->n && memcmp(space->cases[i].classes, wanted->classes,
				      space->edition->n_variables) != 0)
		i++;
	return i;
}

bool space_refutes(const struct space *space, const struct theorem *theorem)
{
	const struct counterexample *example = theorem->counterexample;
	unsigned at[2] = { 0 };

	for (unsigned i = 0; i < example->n_cases; i++) {
		const struct theorem_case *shown = &example->cases[i];

		at[i] = find_case(space, &shown->complete);
		if (at[i] == space->n || !shown->agreed ||
		    shown->value != space->at[at[i]][theorem->question]
					    .values[theorem->output])
			return false;
	}
	if (example->n_cases == 1)
		return theorem->kind == THEOREM_WAY_OUT &&
		       is_stuck(space, theorem->question, at[0]);
	return example->n_cases == 2 &&
	       alike(space, at[0], at[1], example->differ) &&
	       refutes(space, theorem, at[0], at[1]);
}

/* The lowest possible case among those alike, which stands for all of them. */
static bool stands_for_all(const struct space *space, unsigned i, uint64_t facts)
{
	if (!space->possible[i])
		return false;
	for (unsigned j = 0; j < i; j++)
		if (space->possible[j] && alike(space, i, j, facts))
			return false;
	return true;
}

uint64_t space_share(const struct space *space, const struct theorem *theorem,
		     uint64_t facts)
{
	uint64_t n_all = 0;
	uint64_t n_changed = 0;

	for (unsigned i = 0; i < space->n; i++) {
		bool changed = false;

		if (!stands_for_all(space, i, facts))
			continue;
		for (unsigned j = 0; j < space->n; j++)
			changed = changed ||
				  (space->possible[j] && alike(space, i, j, facts) &&
				   part(space, theorem, i, j));
		n_all++;
		n_changed += changed;
	}
	return n_changed == n_all ? SHARE_ALL : SHARE_ALL / n_all * n_changed;
}
