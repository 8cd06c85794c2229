/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/outcome.h"

#include <errno.h>
#include <string.h>

#include "policy/diagram/diagram.h"
#include "policy/settle.h"

int outcome_finder_init(struct outcome_finder *finder, const struct edition *edition,
			const struct question *question, struct arena *arena)
{
	const struct output *output =
		&edition->tables[question->table].outputs[question->outcome];

	memset(finder, 0, sizeof(*finder));
	finder->edition = edition;
	finder->question = question;
	finder->root = edition->diagram->roots[question - edition->questions]
					      [question->outcome];
	finder->behind_derived = settle_derived_from(edition, question);
	for (uint16_t f = 0; f < edition->n_facts; f++)
		if (edition->facts[f].type == FACT_PERIODS)
			finder->behind_derived &= ~(1ull << f);
	finder->visited[0] = diagram_visited(edition, arena);
	finder->visited[1] = diagram_visited(edition, arena);
	for (uint8_t v = 0; v < output->n_values; v++) {
		unsigned outcome = OUTCOME_GRANT;

		while (outcome < OUTCOME_ADVERSE &&
		       strcmp(output->values[v], outcome_names[outcome]) != 0)
			outcome++;
		finder->of_value[v] = (enum outcome)outcome;
	}
	return finder->visited[0] != NULL && finder->visited[1] != NULL ? 0 : -ENOMEM;
}

/* ---- Classes ---- */

static uint64_t all_classes(const struct variable *variable)
{
	return (1ull << variable->n_classes) - 1;
}

static uint64_t classes_of_span(const struct variable *variable, struct span span)
{
	uint8_t first = variable_class(variable, span.low);

	if (span_is_point(span))
		return 1ull << first;
	return (2ull << variable_class(variable, span.high)) - (1ull << first);
}

static uint64_t classes_of_fact(const struct outcome_finder *finder,
				const struct variable *variable)
{
	const struct answer *answer = &finder->facts->answers[variable->index];

	if (answer->state == ANSWER_ABSENT)
		return all_classes(variable);
	if (answer->state != ANSWER_VALUE)
		return variable->has_unknown ? 1ull << (variable->n_classes - 1)
					     : all_classes(variable);
	if (finder->edition->facts[variable->index].type == FACT_DATE)
		return classes_of_span(variable, (struct span){ answer->date.first,
								answer->date.last });
	return 1ull << variable_class(variable, answer->number);
}

static uint64_t classes_of_derived(struct outcome_finder *finder,
				   const struct variable *variable)
{
	if ((finder->question->derived >> variable->index & 1) == 0)
		return all_classes(variable);
	if (!finder->has_derived) {
		derive_begin(&finder->input, finder->edition, finder->facts,
			     finder->question->facts);
		derive_all(&finder->input, finder->question->derived,
			   finder->of_derived);
		finder->has_derived = true;
	}
	return classes_of_span(variable, finder->of_derived[variable->index]);
}

static uint64_t classes_of(struct outcome_finder *finder,
			   const struct variable *variable)
{
	const struct answer *answer = &finder->facts->answers[variable->index];

	switch (variable->kind) {
	case VARIABLE_FACT:
		return classes_of_fact(finder, variable);
	case VARIABLE_DERIVED:
		return classes_of_derived(finder, variable);
	case VARIABLE_ELEMENT:
		break;
	}
	if (answer->state != ANSWER_VALUE)
		return all_classes(variable);
	return (answer->set >> variable->element & 1) != 0 ? 2 : 1;
}

/* ---- The walk ---- */

/* Open facts behind derived ones, each of which ties several variables together. */
static uint64_t find_tying(const struct outcome_finder *finder)
{
	uint64_t tying = 0;

	for (uint64_t left = finder->behind_derived; left != 0; left &= left - 1) {
		unsigned f = (unsigned)__builtin_ctzll(left);
		const struct answer *answer = &finder->facts->answers[f];

		if (answer->state != ANSWER_VALUE ||
		    (finder->edition->facts[f].type == FACT_DATE &&
		     answer->date.first != answer->date.last))
			tying |= 1ull << f;
	}
	return tying;
}

/* As settle.c has it: only what the question's derived facts read is tied. */
static bool is_tied(const struct outcome_finder *finder,
		    const struct variable *variable)
{
	if (variable->kind == VARIABLE_FACT)
		return (finder->tying >> variable->index & 1) != 0;
	return variable->kind == VARIABLE_DERIVED &&
	       (finder->question->derived >> variable->index & 1) != 0 &&
	       (finder->edition->derived[variable->index].facts & finder->tying) != 0;
}

static void meet(struct outcome_finder *finder, node_ref terminal, bool tied)
{
	if (terminal == TERMINAL_IMPOSSIBLE) {
		finder->impossible = true;
		return;
	}
	if (finder->found == TERMINAL_IMPOSSIBLE)
		finder->found = terminal;
	finder->many = finder->found != terminal;
	finder->certain = finder->certain || !tied;
}

/* What was seen on a way that is not tied need not be seen on one that is. */
static bool was_visited(struct outcome_finder *finder, node_ref at, bool tied)
{
	uint64_t bit = 1ull << at % 64;
	uint64_t before = finder->visited[0][at / 64];

	if (tied)
		before |= finder->visited[1][at / 64];
	finder->visited[tied][at / 64] |= bit;
	return (before & bit) != 0;
}

/* tied: the way has branched on what other variables depend on too. */
static void look(struct outcome_finder *finder, node_ref at, bool tied)
{
	const struct diagram *diagram = finder->edition->diagram;
	const struct variable *variable;
	uint64_t classes;

	if (node_is_terminal(at)) {
		meet(finder, at, tied);
		return;
	}
	if (was_visited(finder, at, tied))
		return;
	variable = &finder->edition->variables[diagram->variable[at]];
	classes = finder->classes[diagram->variable[at]];
	if (classes == 0) {
		classes = classes_of(finder, variable);
		finder->classes[diagram->variable[at]] = classes;
	}
	if ((classes & (classes - 1)) != 0 && is_tied(finder, variable))
		tied = true;
	for (; classes != 0 && !finder->many; classes &= classes - 1)
		look(finder, diagram->children[diagram->first_child[at] +
					       (unsigned)__builtin_ctzll(classes)],
		     tied);
}

bool outcome_find(struct outcome_finder *finder, const struct facts *facts,
		  enum outcome *ret_outcome)
{
	const struct edition *edition = finder->edition;

	finder->facts = facts;
	finder->has_derived = false;
	finder->tying = find_tying(finder);
	finder->found = TERMINAL_IMPOSSIBLE;
	finder->many = finder->impossible = finder->certain = false;
	memset(finder->classes, 0, edition->n_variables * sizeof(finder->classes[0]));
	for (unsigned i = 0; i < 2; i++)
		memset(finder->visited[i], 0,
		       (edition->diagram->n_nodes + 63) / 64 * sizeof(uint64_t));
	look(finder, finder->root, false);
	/* It may be that no case fits: a tied way need not be one that occurs. */
	if (finder->many || (finder->impossible && !finder->certain) ||
	    (finder->found & ~TERMINAL) >= VALUES_MAX)
		return false;
	*ret_outcome = finder->of_value[finder->found & ~TERMINAL];
	return true;
}
