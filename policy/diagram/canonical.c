/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/canonical.h"

#include <errno.h>
#include <string.h>

#include "policy/base/text.h"
#include "policy/diagram/meaning.h"

static void fail(struct canonical *canonical, int r)
{
	if (canonical->r == 0)
		canonical->r = r == IDENTITY_E_TOO_LONG ? MEANING_E_TOO_LARGE : r;
}

/* ---- Variables ---- */

struct named {
	uint16_t own;
	const char *identity;
};

/* The edition's variables, sorted by what they are. */
static void sort_variables(struct canonical *canonical, struct named *sorted)
{
	for (uint16_t v = 0; v < canonical->edition->n_variables; v++) {
		struct named named = { .own = v, .identity = "" };
		uint16_t at = v;
		int r = identity_of_variable(&canonical->identities, v, &named.identity);

		if (r != 0)
			fail(canonical, r);
		for (; at > 0 && strcmp(sorted[at - 1].identity, named.identity) > 0;
		     at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = named;
	}
}

static enum fact_type type_of(const struct edition *edition,
			      const struct variable *variable)
{
	if (variable->kind == VARIABLE_DERIVED)
		return edition->derived[variable->index].type;
	if (variable->kind == VARIABLE_ELEMENT)
		return FACT_BOOLEAN;
	return edition->facts[variable->index].type;
}

static bool is_by_value(enum fact_type type)
{
	return type == FACT_BOOLEAN || type == FACT_ENUMERATION;
}

static void add_cut(struct canonical *canonical, struct variable *variable,
		    int64_t *cuts, int64_t cut)
{
	uint8_t n = (uint8_t)(variable->n_classes - 1);
	uint8_t at = n;

	while (at > 0 && cuts[at - 1] >= cut)
		at--;
	if (at < n && cuts[at] == cut)
		return;
	if (variable->n_classes + 1 + variable->has_unknown > CLASSES_MAX) {
		fail(canonical, MEANING_E_TOO_LARGE);
		return;
	}
	memmove(&cuts[at + 1], &cuts[at], (size_t)(n - at) * sizeof(*cuts));
	cuts[at] = cut;
	variable->n_classes++;
}

/* Cut wherever one of the own variables that are the same is cut. */
static void cut_numbers(struct canonical *canonical, struct variable *variable,
			const struct named *same, uint16_t n)
{
	int64_t *cuts = arena_array(canonical->scratch, CLASSES_MAX, sizeof(*cuts));

	if (cuts == NULL) {
		fail(canonical, -ENOMEM);
		return;
	}
	variable->n_classes = 1;
	variable->cuts = cuts;
	for (uint16_t i = 0; i < n; i++) {
		const struct variable *own =
			&canonical->edition->variables[same[i].own];

		for (uint8_t c = 0; c + 1 + own->has_unknown < own->n_classes; c++)
			add_cut(canonical, variable, cuts, own->cuts[c]);
	}
	variable->n_classes = (uint8_t)(variable->n_classes + variable->has_unknown);
}

/* Values in the order of their names; a boolean's are no and yes. */
static void name_values(const struct canonical *canonical, const struct variable *own,
			struct canonical_variable *named, uint8_t class[CLASSES_MAX])
{
	static const char *const booleans[] = { "no", "yes" };
	const char *const *values =
		named->type == FACT_BOOLEAN ?
			booleans :
			canonical->edition->facts[own->index].values;

	for (uint8_t v = 0; v + own->has_unknown < own->n_classes; v++) {
		uint8_t at = v;

		for (; at > 0 && strcmp(named->names[at - 1], values[v]) > 0; at--) {
			named->names[at] = named->names[at - 1];
			class[at] = class[at - 1];
		}
		named->names[at] = values[v];
		class[at] = v;
	}
}

/* Which own class each canonical class lies in. */
static void map_classes(struct canonical *canonical, uint16_t own_index,
			uint16_t index)
{
	const struct variable *own = &canonical->edition->variables[own_index];
	const struct variable *variable = &canonical->variables[index];
	uint8_t *class = canonical->class[own_index];

	canonical->of[own_index] = index;
	if (canonical->names[index].by_value)
		name_values(canonical, own, &canonical->names[index], class);
	else
		for (uint8_t c = 1; c + variable->has_unknown < variable->n_classes; c++)
			class[c] = variable_class(own, variable->cuts[c - 1]);
	if (variable->has_unknown)
		class[variable->n_classes - 1] = (uint8_t)(own->n_classes - 1);
}

/* One canonical variable of n own ones that are the same. */
static void join_variables(struct canonical *canonical, const struct named *same,
			   uint16_t n)
{
	const struct variable *own = &canonical->edition->variables[same[0].own];
	uint16_t index = canonical->form.n_variables++;
	struct canonical_variable *named = &canonical->names[index];
	struct variable *variable = &canonical->variables[index];

	named->identity = same[0].identity;
	named->type = type_of(canonical->edition, own);
	named->by_value = is_by_value(named->type);
	*variable = *own;
	if (!named->by_value)
		cut_numbers(canonical, variable, same, n);
	for (uint16_t i = 0; i < n && canonical->r == 0; i++)
		map_classes(canonical, same[i].own, index);
}

static void make_variables(struct canonical *canonical)
{
	struct named sorted[VARIABLES_MAX];
	uint16_t n = canonical->edition->n_variables;
	uint16_t end;

	sort_variables(canonical, sorted);
	for (uint16_t at = 0; at < n && canonical->r == 0; at = end) {
		for (end = (uint16_t)(at + 1); end < n; end++)
			if (strcmp(sorted[end].identity, sorted[at].identity) != 0)
				break;
		join_variables(canonical, &sorted[at], (uint16_t)(end - at));
	}
	canonical->form.variables = canonical->variables;
}

/* ---- Values ---- */

static node_ref value_of(struct canonical *canonical, const char *text)
{
	for (uint32_t i = 0; i < canonical->n_values; i++)
		if (strcmp(canonical->values[i], text) == 0)
			return TERMINAL | i;
	if (canonical->n_values == CANONICAL_VALUES_MAX) {
		fail(canonical, MEANING_E_TOO_LARGE);
		return TERMINAL;
	}
	canonical->values[canonical->n_values] = text;
	return TERMINAL | canonical->n_values++;
}

/* The names of a set, sorted: " a b". */
static void write_set(struct builder *text, const struct output *output, node_ref set)
{
	const char *names[VALUES_MAX];
	uint8_t n = 0;

	for (uint8_t v = 0; v < output->n_values; v++) {
		uint8_t at = n;

		if ((set >> v & 1) == 0)
			continue;
		for (; at > 0 && strcmp(names[at - 1], output->values[v]) > 0; at--)
			names[at] = names[at - 1];
		names[at] = output->values[v];
		n++;
	}
	for (uint8_t i = 0; i < n; i++)
		builder_format(text, " %s", names[i]);
}

static const char *value_text(struct canonical *canonical, const struct output *output,
			      node_ref terminal)
{
	node_ref value = terminal & ~TERMINAL;
	struct builder text;
	const char *day;
	int r;

	if (terminal == TERMINAL_IMPOSSIBLE)
		return "never";
	if (terminal == TERMINAL_NONE)
		return "none";
	builder_init(&text, canonical->scratch);
	if (output->collected) {
		builder_string(&text, "set");
		write_set(&text, output, value);
	} else if (output->derived[value] < 0) {
		builder_format(&text, "is %s", output->values[value]);
	} else {
		r = identity_of_derived(&canonical->identities,
					(uint16_t)output->derived[value], &day);
		if (r != 0)
			fail(canonical, r);
		else
			builder_format(&text, "day %s", day);
	}
	return builder_text(&text);
}

static node_ref canonical_value(struct canonical *canonical,
				const struct output *output, node_ref terminal)
{
	const char *text = value_text(canonical, output, terminal);

	if (text == NULL)
		fail(canonical, -ENOMEM);
	return canonical->r != 0 ? TERMINAL : value_of(canonical, text);
}

/* ---- Nodes ---- */

/* Terminals of one output: those of equal text are of days, at most 32 of them. */
#define MET_MAX (CANONICAL_VALUES_MAX + VALUES_MAX)

struct import {
	struct canonical *canonical;
	const struct output *output;
	node_ref *done;		/* of each node of the edition's diagram, + 1 */
	uint32_t n_met;		/* distinct terminals of this output so far */
	node_ref *met;
	node_ref *as;		/* what each of them is in canonical form */
};

static node_ref import_value(struct import *import, node_ref terminal)
{
	struct canonical *canonical = import->canonical;
	node_ref value;

	for (uint32_t i = 0; i < import->n_met; i++)
		if (import->met[i] == terminal)
			return import->as[i];
	value = canonical_value(canonical, import->output, terminal);
	if (canonical->r != 0)
		return TERMINAL;
	import->met[import->n_met] = terminal;
	import->as[import->n_met++] = value;
	return value;
}

static bool is_on_top(const struct node_pool *pool, uint16_t variable,
		      const node_ref *children, uint8_t n)
{
	for (uint8_t i = 0; i < n; i++)
		if (!node_is_terminal(children[i]) &&
		    pool->variable[children[i]] <= variable)
			return false;
	return true;
}

/* A node whose children may stand above it in the canonical order. */
static node_ref join(struct node_pool *pool, uint16_t variable,
		     const node_ref *children, uint8_t n)
{
	node_ref result = children[n - 1];

	if (is_on_top(pool, variable, children, n))
		return node_make(pool, variable, children);
	for (uint8_t i = 0; i + 1 < n; i++)
		result = node_if(pool, node_test(pool, variable, 1ull << i), children[i],
				 result);
	return result;
}

/* As deep as there are variables. */
static node_ref import_node(struct import *import, node_ref node)
{
	struct canonical *canonical = import->canonical;
	const struct diagram *diagram = canonical->edition->diagram;
	node_ref own[CLASSES_MAX], children[CLASSES_MAX];
	uint16_t v, variable;
	uint8_t n;

	if (node_is_terminal(node))
		return import_value(import, node);
	if (canonical->r != 0 || canonical->pool.failed != NODE_FINE)
		return TERMINAL;
	if (import->done[node] != 0)
		return import->done[node] - 1;
	v = diagram->variable[node];
	for (uint8_t c = 0; c < canonical->edition->variables[v].n_classes; c++)
		own[c] = import_node(
			import, diagram->children[diagram->first_child[node] + c]);
	variable = canonical->of[v];
	n = canonical->variables[variable].n_classes;
	for (uint8_t c = 0; c < n; c++)
		children[c] = own[canonical->class[v][c]];
	import->done[node] = join(&canonical->pool, variable, children, n) + 1;
	return import->done[node] - 1;
}

static void import_roots(struct canonical *canonical)
{
	const struct edition *edition = canonical->edition;
	uint32_t n_nodes = edition->diagram->n_nodes;
	struct import import = { .canonical = canonical };

	import.done = arena_array(canonical->scratch, n_nodes + 1u, sizeof(node_ref));
	import.met = arena_array(canonical->scratch, MET_MAX, sizeof(node_ref));
	import.as = arena_array(canonical->scratch, MET_MAX, sizeof(node_ref));
	if (import.done == NULL || import.met == NULL || import.as == NULL)
		fail(canonical, -ENOMEM);
	for (uint16_t q = 0; q < edition->n_questions && canonical->r == 0; q++) {
		const struct table *table = &edition->tables[edition->questions[q].table];

		for (uint8_t o = 0; o < table->n_outputs && canonical->r == 0; o++) {
			/* the same node can stand for other values of another output */
			memset(import.done, 0, n_nodes * sizeof(*import.done));
			import.output = &table->outputs[o];
			import.n_met = 0;
			canonical->roots[q][o] =
				import_node(&import, edition->diagram->roots[q][o]);
		}
	}
}

/* ---- The whole ---- */

struct canonical *canonical_form(const struct edition *edition, uint32_t budget,
				 struct arena *scratch)
{
	struct canonical *canonical = arena_alloc(scratch, sizeof(*canonical));
	uint16_t order[VARIABLES_MAX];

	if (canonical == NULL)
		return NULL;
	canonical->edition = edition;
	canonical->scratch = scratch;
	identities_init(&canonical->identities, edition, scratch);
	make_variables(canonical);
	if (canonical->r != 0)
		return canonical;
	for (uint16_t v = 0; v < canonical->form.n_variables; v++)
		order[v] = v;
	if (node_pool_init(&canonical->pool, &canonical->form, order, budget, scratch) !=
	    0)
		return NULL;
	import_roots(canonical);
	if (canonical->pool.failed == NODE_OVER_BUDGET)
		fail(canonical, MEANING_E_TOO_LARGE);
	if (canonical->pool.failed == NODE_NO_MEMORY)
		fail(canonical, -ENOMEM);
	return canonical;
}
