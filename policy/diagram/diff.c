/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/base/text.h"
#include "policy/diagram/differ.h"
#include "policy/diagram/prover.h"

const char *const diff_direction_names[N_DIFF_DIRECTIONS] = {
	[DIFF_WORSE] = "worse",
	[DIFF_OTHER] = "other",
	[DIFF_BETTER] = "better",
};

/* What a result says in words that both sides share: a number an output. */
struct meaning {
	uint64_t of[DIFF_OUTPUTS_MAX];
};

#define MEANING_NONE (UINT64_C(1) << 62)
#define MEANING_OPEN (UINT64_C(1) << 63)

/* What one side can give in answer to the question at hand. */
struct results {
	uint16_t n;
	struct diff_result at[DIFF_RESULTS_MAX];
	uint16_t meaning[DIFF_RESULTS_MAX];
};

struct differ {
	const struct alignment *alignment;
	struct arena *arena;
	struct arena *scratch; /* the pool, for the whole diff */
	struct arena *work;    /* reset for each class */
	struct diff *diff;
	struct node_pool pool;
	struct shares shares;
	struct row_diagram rows[2];
	node_ref possible[2];
	node_ref both;
	node_ref either;
	int r; /* sticky */

	/* the question at hand */
	struct diff_question *question;
	struct results *results[2];
	struct meaning *meanings;
	uint16_t n_meanings;
	uint16_t *pair_ids; /* of each two results, + 1; 0: not met */
	uint16_t n_pairs;
	struct diff_class **classes; /* of each pair */
};

static const struct edition *edition_of(const struct differ *differ, unsigned side)
{
	return differ->alignment->sides[side].edition;
}

static const struct table *table_of(const struct differ *differ, unsigned side)
{
	const struct edition *edition = edition_of(differ, side);

	return &edition->tables[edition->questions[differ->question->own[side]].table];
}

static bool fine(struct differ *differ)
{
	if (differ->r == 0 && differ->pool.failed == NODE_NO_MEMORY)
		differ->r = -ENOMEM;
	if (differ->r == 0 && differ->pool.failed == NODE_OVER_BUDGET)
		differ->r = DIFF_E_TOO_LARGE;
	return differ->r == 0;
}

/* ---- Outputs and their values ---- */

static const struct output *output_of(const struct differ *differ, unsigned side,
				      const struct diff_output *output)
{
	return output->own[side] < 0 ?
		       NULL :
		       &table_of(differ, side)->outputs[output->own[side]];
}

static void add_outputs(struct differ *differ, unsigned side)
{
	struct diff_question *question = differ->question;
	const struct table *table = table_of(differ, side);

	for (uint8_t o = 0; o < table->n_outputs; o++) {
		struct diff_output *output = question->outputs;
		uint8_t i = 0;

		while (i < question->n_outputs &&
		       strcmp(output[i].name, table->outputs[o].name) != 0)
			i++;
		if (i == question->n_outputs) {
			question->n_outputs++;
			output[i].name = table->outputs[o].name;
			output[i].own[!side] = -1;
		}
		output[i].own[side] = (int8_t)o;
	}
}

/* The text of a value, or what a derived date computes. */
static const char *value_key(struct differ *differ, unsigned side,
			     const struct output *output, uint8_t value)
{
	struct identities identities;
	const char *text = output->values[value];

	if (output->derived[value] < 0)
		return text;
	identities_init(&identities, edition_of(differ, side), differ->scratch);
	differ->r = identity_of_derived(&identities, (uint16_t)output->derived[value],
					&text);
	if (differ->r == IDENTITY_E_TOO_LONG)
		differ->r = DIFF_E_TOO_LARGE;
	return text;
}

static void number_values(struct differ *differ, struct diff_output *output)
{
	const char *keys[2 * VALUES_MAX];
	uint8_t n = 0;

	for (unsigned s = 0; s < 2; s++) {
		const struct output *own = output_of(differ, s, output);

		for (uint8_t v = 0; own != NULL && v < own->n_values; v++) {
			const char *key = value_key(differ, s, own, v);
			uint8_t i = 0;

			while (i < n && strcmp(keys[i], key) != 0)
				i++;
			if (i == n)
				keys[n++] = key;
			output->meaning[s][v] = i;
		}
	}
}

static uint64_t meaning_of(const struct diff_output *output, unsigned side,
			   const struct output *own, uint64_t value)
{
	uint64_t set = 0;

	if (value == DIFF_OPEN)
		return MEANING_OPEN;
	if (!own->collected)
		return value >= own->n_values ? MEANING_NONE :
						output->meaning[side][value];
	for (uint8_t v = 0; v < own->n_values; v++)
		if ((value >> v & 1) != 0)
			set |= 1ull << output->meaning[side][v];
	return set;
}

/* The number of what a result says, of the outputs that both sides have. */
static uint16_t find_meaning(struct differ *differ, unsigned side,
			     const struct diff_result *result)
{
	struct meaning meaning = { { 0 } };
	uint16_t i = 0;

	for (uint8_t o = 0; o < differ->question->n_outputs; o++) {
		const struct diff_output *output = &differ->question->outputs[o];

		if (output->own[0] >= 0 && output->own[1] >= 0)
			meaning.of[o] = meaning_of(
				output, side, output_of(differ, side, output),
				result->values[output->own[side]]);
	}
	while (i < differ->n_meanings &&
	       memcmp(&differ->meanings[i], &meaning, sizeof(meaning)) != 0)
		i++;
	if (i == differ->n_meanings)
		differ->meanings[differ->n_meanings++] = meaning;
	return i;
}

/* ---- Results of one side ---- */

struct gathering {
	struct differ *differ;
	unsigned side;
	uint8_t output; /* OUTPUTS_MAX: the row */
};

static uint64_t value_of(node_ref terminal)
{
	return terminal == TERMINAL_NONE ? VALUE_NONE :
	       terminal == TERMINAL_OPEN ? DIFF_OPEN :
					   terminal & ~TERMINAL;
}

static node_ref intern(struct gathering *gathering, const struct diff_result *result)
{
	struct results *results = gathering->differ->results[gathering->side];
	uint16_t i = 0;

	while (i < results->n && memcmp(&results->at[i], result, sizeof(*result)) != 0)
		i++;
	if (i == DIFF_RESULTS_MAX) {
		gathering->differ->pool.failed = NODE_OVER_BUDGET;
		return NODE_FALSE;
	}
	if (i == results->n)
		results->at[results->n++] = *result;
	return TERMINAL | i;
}

/* A result with one output more. What is impossible is so for each of them. */
static node_ref add_output(void *context, node_ref result, node_ref terminal)
{
	struct gathering *gathering = context;
	const struct row_diagram *rows = &gathering->differ->rows[gathering->side];
	uint16_t question =
		(uint16_t)gathering->differ->question->own[gathering->side];
	struct diff_result with;

	if (result == TERMINAL_IMPOSSIBLE || terminal == TERMINAL_IMPOSSIBLE)
		return TERMINAL_IMPOSSIBLE;
	with = gathering->differ->results[gathering->side]->at[result & ~TERMINAL];
	if (gathering->output < OUTPUTS_MAX)
		with.values[gathering->output] = value_of(terminal);
	else if (terminal != TERMINAL_OPEN)
		with.row = rows->row_of[question][value_of(terminal)];
	return intern(gathering, &with);
}

static node_ref import(struct differ *differ, unsigned side,
		       const struct diagram *diagram, uint8_t output)
{
	struct align_import import = {
		.alignment = differ->alignment,
		.side = side,
		.pool = &differ->pool,
		.diagram = diagram,
	};

	if (align_begin(&import) != 0) {
		differ->pool.failed = NODE_NO_MEMORY;
		return NODE_FALSE;
	}
	return align_root(&import,
			  diagram->roots[differ->question->own[side]][output]);
}

/*
 * Every output of the question and the row in one diagram: its terminals are
 * results. Results that no case has in the end are left in the list.
 */
static node_ref gather(struct differ *differ, unsigned side)
{
	const struct row_diagram *rows = &differ->rows[side];
	struct gathering gathering = { .differ = differ, .side = side };
	struct diff_result none;
	node_ref all;

	memset(&none, 0, sizeof(none));
	none.row = DIFF_SEVERAL_ROWS;
	differ->results[side]->n = 0;
	all = intern(&gathering, &none);
	for (uint8_t o = 0; o < table_of(differ, side)->n_outputs; o++) {
		gathering.output = o;
		all = node_apply(&differ->pool, all,
				 import(differ, side,
					edition_of(differ, side)->diagram, o),
				 add_output, &gathering);
	}
	gathering.output = OUTPUTS_MAX;
	if (rows->diagram != NULL && rows->has[differ->question->own[side]])
		all = node_apply(&differ->pool, all,
				 import(differ, side, rows->diagram, 0), add_output,
				 &gathering);
	return all;
}

/* ---- Equivalence ---- */

struct telling {
	const struct results *results;
};

static node_ref tell(void *context, node_ref result, node_ref same)
{
	const struct telling *telling = context;

	(void)same;
	return result == TERMINAL_IMPOSSIBLE ?
		       result :
		       TERMINAL | telling->results->meaning[result & ~TERMINAL];
}

/* What the results of a side say, where both sides take the case for possible. */
static node_ref said(struct differ *differ, unsigned side, node_ref results)
{
	struct telling telling = { differ->results[side] };
	node_ref node = node_apply(&differ->pool, results, TERMINAL_IMPOSSIBLE, tell,
				   &telling);

	return node_if(&differ->pool, differ->both, node, TERMINAL_IMPOSSIBLE);
}

/* ---- Classes ---- */

static bool is_outcome(const struct differ *differ, const struct diff_output *output)
{
	const struct edition *edition = edition_of(differ, 0);

	return output->own[0] ==
	       (int8_t)edition->questions[differ->question->own[0]].outcome;
}

/* The rank of the outcome on a side; -1 where it is left open. */
static int rank_on(const struct differ *differ, const struct diff_class *class,
		   unsigned side)
{
	const struct edition *edition = edition_of(differ, side);
	uint16_t q = (uint16_t)differ->question->own[side];
	uint64_t value = class->results[side].values[edition->questions[q].outcome];

	if (value == DIFF_OPEN)
		return -1;
	return (int)rank_of(edition, q,
			    value == VALUE_NONE ? TERMINAL_NONE :
						  TERMINAL | (node_ref)value);
}

static void compare_results(struct differ *differ, struct diff_class *class,
			    const struct meaning *a, const struct meaning *b)
{
	int before = rank_on(differ, class, 0);
	int after = rank_on(differ, class, 1);

	class->direction = DIFF_OTHER;
	for (uint8_t o = 0; o < differ->question->n_outputs; o++) {
		if (a->of[o] == b->of[o])
			continue;
		class->changed |= 1u << o;
		if (!is_outcome(differ, &differ->question->outputs[o]) ||
		    before < 0 || after < 0 || before == after)
			continue;
		class->direction = after < before ? DIFF_WORSE : DIFF_BETTER;
	}
}

/* Where two results meet: 0 where nothing changes, else 1 + the class. */
static node_ref meet(void *context, node_ref a, node_ref b)
{
	struct differ *differ = context;
	struct results **results = differ->results;
	uint16_t *id;
	struct diff_class *class;
	uint16_t said_by[2];

	if (a == TERMINAL_IMPOSSIBLE || b == TERMINAL_IMPOSSIBLE)
		return TERMINAL;
	a &= ~TERMINAL;
	b &= ~TERMINAL;
	said_by[0] = results[0]->meaning[a];
	said_by[1] = results[1]->meaning[b];
	if (said_by[0] == said_by[1])
		return TERMINAL;
	id = &differ->pair_ids[(size_t)a * results[1]->n + b];
	if (*id != 0)
		return TERMINAL | *id;
	if (differ->n_pairs == DIFF_CLASSES_MAX) {
		differ->pool.failed = NODE_OVER_BUDGET;
		return TERMINAL;
	}
	class = arena_alloc(differ->scratch, sizeof(*class));
	if (class == NULL) {
		differ->pool.failed = NODE_NO_MEMORY;
		return TERMINAL;
	}
	differ->classes[differ->n_pairs++] = class;
	*id = differ->n_pairs;
	class->results[0] = results[0]->at[a];
	class->results[1] = results[1]->at[b];
	compare_results(differ, class, &differ->meanings[said_by[0]],
			&differ->meanings[said_by[1]]);
	return TERMINAL | *id;
}

static node_ref is_terminal(node_ref terminal, uint64_t wanted)
{
	return terminal == wanted ? NODE_TRUE : NODE_FALSE;
}

static void measure(struct differ *differ, node_ref region, struct share *ret_share)
{
	if (fine(differ))
		differ->r = shares_of(&differ->shares, region, differ->either,
				      ret_share);
}

static void show_class(struct differ *differ, struct diff_class *class,
		       node_ref region)
{
	struct diagram_case path;

	arena_reset(differ->work);
	measure(differ, region, &class->share);
	if (!fine(differ))
		return;
	differ->r = shortest_case(&differ->pool, region, differ->both, differ->work,
				  &path, &class->shown);
	if (differ->r == 0)
		differ->r = decide_sides(differ->alignment, differ->question, &path,
					 differ->arena, differ->work, class);
}

static void show_classes(struct differ *differ, node_ref met)
{
	node_ref by_direction[N_DIFF_DIRECTIONS];
	node_ref changed = NODE_FALSE;

	for (int d = 0; d < N_DIFF_DIRECTIONS; d++)
		by_direction[d] = NODE_FALSE;
	for (uint16_t i = 0; i < differ->n_pairs && fine(differ); i++) {
		struct diff_class *class = differ->classes[i];
		node_ref region = node_map(&differ->pool, met, is_terminal,
					   TERMINAL | (i + 1u));

		by_direction[class->direction] = node_or(
			&differ->pool, by_direction[class->direction], region);
		show_class(differ, class, region);
	}
	for (int d = 0; d < N_DIFF_DIRECTIONS; d++) {
		changed = node_or(&differ->pool, changed, by_direction[d]);
		measure(differ, by_direction[d], &differ->question->by_direction[d]);
	}
	measure(differ, changed, &differ->question->changed);
}

/* ---- Order ---- */

struct ranked {
	struct diff_class *class;
	int before;
	int after;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Worse first: by what is left, then by what is lost; then by share and row. */
static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a;
	const struct ranked *y = b;
	int order = (int)x->class->direction - (int)y->class->direction;

	if (order == 0)
		order = x->after - y->after;
	if (order == 0)
		order = y->before - x->before;
	if (order == 0)
		order = compare_numbers(y->class->share.parts, x->class->share.parts);
	for (unsigned s = 0; s < 2 && order == 0; s++)
		order = compare_numbers(x->class->results[s].row,
					y->class->results[s].row);
	return order != 0 ? order :
			    memcmp(x->class->results, y->class->results,
				   sizeof(x->class->results));
}

static void keep_classes(struct differ *differ)
{
	size_t n = differ->n_pairs;
	struct ranked *ranked = arena_array(differ->scratch, n + 1, sizeof(*ranked));
	struct diff_class *classes = arena_array(differ->arena, n + 1,
						 sizeof(*classes));

	if (ranked == NULL || classes == NULL) {
		differ->r = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n; i++)
		ranked[i] = (struct ranked){
			differ->classes[i],
			rank_on(differ, differ->classes[i], 0),
			rank_on(differ, differ->classes[i], 1),
		};
	qsort(ranked, n, sizeof(*ranked), compare_ranked);
	for (size_t i = 0; i < n; i++)
		classes[i] = *ranked[i].class;
	differ->question->classes = classes;
	differ->question->n_classes = (uint16_t)n;
}

/* ---- Questions ---- */

static void facts_only(struct differ *differ, unsigned side)
{
	const struct edition *mine = edition_of(differ, side);
	const struct edition *other = edition_of(differ, !side);
	uint64_t asked = mine->questions[differ->question->own[side]].facts;
	uint64_t there = other->questions[differ->question->own[!side]].facts;

	for (uint16_t f = 0; f < mine->n_facts; f++) {
		int same = edition_find_fact(other, mine->facts[f].key);

		if ((asked >> f & 1) != 0 && (same < 0 || (there >> same & 1) == 0))
			differ->question->facts_only[side] |= 1ull << f;
	}
}

/* Outputs, values and results of both sides; false once something failed. */
static bool prepare(struct differ *differ, node_ref results[2])
{
	size_t n;

	add_outputs(differ, 0);
	add_outputs(differ, 1);
	facts_only(differ, 0);
	facts_only(differ, 1);
	differ->n_meanings = 0;
	for (uint8_t o = 0; o < differ->question->n_outputs && differ->r == 0; o++)
		number_values(differ, &differ->question->outputs[o]);
	for (unsigned s = 0; s < 2 && fine(differ); s++) {
		struct results *all = differ->results[s];

		results[s] = gather(differ, s);
		for (uint16_t i = 0; i < all->n; i++)
			all->meaning[i] = find_meaning(differ, s, &all->at[i]);
	}
	if (!fine(differ))
		return false;
	n = (size_t)differ->results[0]->n * differ->results[1]->n;
	differ->pair_ids = arena_array(differ->scratch, n, sizeof(uint16_t));
	differ->n_pairs = 0;
	if (differ->pair_ids == NULL)
		differ->r = -ENOMEM;
	return differ->r == 0;
}

static bool has_one_sided_output(const struct diff_question *question)
{
	for (uint8_t o = 0; o < question->n_outputs; o++)
		if (question->outputs[o].own[0] < 0 || question->outputs[o].own[1] < 0)
			return true;
	return false;
}

static void compare_question(struct differ *differ)
{
	struct diff_question *question = differ->question;
	uint32_t before = differ->pool.n_nodes;
	node_ref results[2];
	node_ref met;

	if (!prepare(differ, results))
		return;
	if (has_one_sided_output(question))
		differ->diff->equivalent = false;
	if (said(differ, 0, results[0]) != said(differ, 1, results[1])) {
		differ->diff->equivalent = false;
		met = node_apply(&differ->pool, results[0], results[1], meet, differ);
		show_classes(differ, met);
		if (fine(differ))
			keep_classes(differ);
	}
	question->n_nodes = differ->pool.n_nodes - before;
	(void)fine(differ);
}

/* ---- The whole ---- */

static void compare_possible(struct differ *differ)
{
	struct diagram_case path;

	for (unsigned s = 0; s < 2; s++)
		differ->possible[s] =
			align_possible(differ->alignment, s, &differ->pool);
	differ->both = node_and(&differ->pool, differ->possible[0],
				differ->possible[1]);
	differ->either = node_or(&differ->pool, differ->possible[0],
				 differ->possible[1]);
	for (unsigned s = 0; s < 2 && fine(differ); s++) {
		node_ref only = node_and(&differ->pool, differ->possible[s],
					 node_not(&differ->pool,
						  differ->possible[!s]));

		measure(differ, only, &differ->diff->possible_only[s]);
		if (only == NODE_FALSE || !fine(differ))
			continue;
		differ->diff->equivalent = false;
		differ->r = shortest_case(&differ->pool, only, NODE_TRUE,
					  differ->work, &path,
					  &differ->diff->possible_example[s]);
	}
}

/* The questions of the first side, then those that only the second has. */
static void list_questions(struct differ *differ, const char *name)
{
	struct diff *diff = differ->diff;

	for (unsigned s = 0; s < 2; s++) {
		const struct edition *mine = edition_of(differ, s);
		const struct edition *other = edition_of(differ, !s);

		for (uint16_t q = 0; q < mine->n_questions; q++) {
			const char *own = mine->questions[q].name;
			int there = edition_find_question(other, own);
			struct diff_question *question;

			if ((s == 1 && there >= 0) ||
			    (name != NULL && strcmp(name, own) != 0))
				continue;
			question = &diff->questions[diff->n_questions++];
			question->name = own;
			question->own[s] = (int16_t)q;
			question->own[!s] = (int16_t)there;
		}
	}
	if (diff->n_questions == 0)
		differ->r = DIFF_E_NO_QUESTION;
}

static bool begin(struct differ *differ)
{
	struct arena *scratch = differ->scratch;

	for (unsigned s = 0; s < 2; s++) {
		arena_reset(scratch);
		differ->r = row_diagram(edition_of(differ, s), differ->arena, scratch,
					&differ->rows[s]);
		if (differ->r != 0)
			return false;
	}
	arena_reset(scratch);
	differ->r = align_pool(differ->alignment, scratch, &differ->pool);
	differ->shares = (struct shares){ .pool = &differ->pool, .arena = scratch };
	differ->results[0] = arena_alloc(scratch, sizeof(struct results));
	differ->results[1] = arena_alloc(scratch, sizeof(struct results));
	differ->meanings = arena_array(scratch, 2 * DIFF_RESULTS_MAX,
				       sizeof(struct meaning));
	differ->classes = arena_array(scratch, DIFF_CLASSES_MAX,
				      sizeof(*differ->classes));
	if (differ->results[0] == NULL || differ->results[1] == NULL ||
	    differ->meanings == NULL || differ->classes == NULL)
		differ->r = -ENOMEM;
	return differ->r == 0;
}

static void compare(struct differ *differ, const char *name)
{
	list_questions(differ, name);
	if (differ->r != 0 || !begin(differ))
		return;
	compare_possible(differ);
	for (uint8_t i = 0; i < differ->diff->n_questions && fine(differ); i++) {
		differ->question = &differ->diff->questions[i];
		if (differ->question->own[0] >= 0 && differ->question->own[1] >= 0)
			compare_question(differ);
		else
			differ->diff->equivalent = false;
	}
}

int diff(const struct alignment *alignment, const char *question,
	 struct arena *arena, struct arena *scratch, const struct diff **ret_diff)
{
	struct differ *differ = arena_alloc(arena, sizeof(*differ));
	struct diff *diff = arena_alloc(arena, sizeof(*diff));
	struct arena work;
	int r;

	if (differ == NULL || diff == NULL)
		return -ENOMEM;
	diff->alignment = alignment;
	diff->equivalent = true;
	arena_init(&work, scratch->cap_bytes);
	*differ = (struct differ){
		.alignment = alignment,
		.arena = arena,
		.scratch = scratch,
		.work = &work,
		.diff = diff,
	};
	compare(differ, question);
	arena_done(&work);
	r = differ->r;
	if (r == 0)
		*ret_diff = diff;
	return r;
}

/* ---- Texts ---- */

/* The other side gives the same name to another computation. */
static bool is_ambiguous(const struct diff_output *output, unsigned side,
			 const struct output *mine, const struct output *other,
			 uint64_t value)
{
	for (uint8_t v = 0; other != NULL && v < other->n_values; v++)
		if (mine->derived[value] >= 0 &&
		    strcmp(mine->values[value], other->values[v]) == 0 &&
		    output->meaning[side][value] != output->meaning[!side][v])
			return true;
	return false;
}

const char *diff_value_text(const struct diff *diff,
			    const struct diff_question *question, uint8_t output,
			    unsigned side, uint64_t value, struct arena *arena)
{
	const struct diff_output *o = &question->outputs[output];
	const struct output *own[2] = { NULL, NULL };
	struct builder text;

	for (unsigned s = 0; s < 2; s++) {
		const struct edition *edition = diff->alignment->sides[s].edition;

		if (o->own[s] >= 0)
			own[s] = &edition->tables[edition->questions[question->own[s]]
							  .table]
					  .outputs[o->own[s]];
	}
	if (value == DIFF_OPEN)
		return "ask";
	if (!own[side]->collected && value >= own[side]->n_values)
		return "-";
	if (own[side]->collected && value == 0)
		return "none";
	builder_init(&text, arena);
	for (uint8_t v = 0; own[side]->collected && v < own[side]->n_values; v++)
		if ((value >> v & 1) != 0)
			builder_format(&text, "%s%s", text.n > 0 ? ", " : "",
				       own[side]->values[v]);
	if (!own[side]->collected)
		builder_string(&text, own[side]->values[value]);
	if (!own[side]->collected &&
	    is_ambiguous(o, side, own[side], own[!side], value))
		builder_format(&text, " of %s",
			       diff->alignment->sides[side].edition->name);
	return builder_text(&text);
}
