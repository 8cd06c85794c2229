/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/carry.h"
#include "policy/decide.h"
#include "policy/diagram/differ.h"
#include "policy/diagram/prover.h"

/* ---- The shortest case ---- */

struct shortest {
	const struct node_pool *pool;
	uint16_t *steps; /* of each node to NODE_TRUE, + 1; 0: not yet */
};

#define NO_WAY (UINT16_MAX - 1)

static node_ref child_of(const struct node_pool *pool, node_ref node, uint8_t class)
{
	return pool->children[pool->first_child[node] + class];
}

static uint8_t n_classes(const struct node_pool *pool, node_ref node)
{
	return pool->edition->variables[pool->variable[node]].n_classes;
}

/* Variables on the shortest way to NODE_TRUE; the depth is VARIABLES_MAX. */
static uint16_t steps_of(struct shortest *shortest, node_ref node)
{
	uint16_t least = NO_WAY;

	if (node_is_terminal(node))
		return node == NODE_TRUE ? 0 : NO_WAY;
	if (shortest->steps[node] != 0)
		return (uint16_t)(shortest->steps[node] - 1);
	for (uint8_t i = 0; i < n_classes(shortest->pool, node); i++) {
		uint16_t steps = steps_of(shortest,
					  child_of(shortest->pool, node, i));

		if (steps < least)
			least = steps;
	}
	if (least != NO_WAY)
		least++;
	shortest->steps[node] = (uint16_t)(least + 1);
	return least;
}

static void take_path(struct shortest *shortest, node_ref node,
		      struct diagram_case *ret_path)
{
	memset(ret_path->classes, CASE_ANY, sizeof(ret_path->classes));
	while (!node_is_terminal(node)) {
		uint16_t steps = steps_of(shortest, node);
		uint8_t class = 0;

		while (steps_of(shortest, child_of(shortest->pool, node, class)) + 1 !=
		       steps)
			class++;
		ret_path->classes[shortest->pool->variable[node]] = class;
		node = child_of(shortest->pool, node, class);
	}
}

struct covering {
	const struct node_pool *pool;
	const struct diagram_case *given;
	uint32_t *seen; /* of each node, the number of the walk */
	uint32_t walk;
};

/* Every case that fits what is given makes the node true. */
static bool covers(struct covering *covering, node_ref node)
{
	uint8_t class;

	if (node_is_terminal(node))
		return node == NODE_TRUE;
	if (covering->seen[node] == covering->walk)
		return true;
	covering->seen[node] = covering->walk;
	class = covering->given->classes[covering->pool->variable[node]];
	if (class != CASE_ANY)
		return covers(covering, child_of(covering->pool, node, class));
	for (uint8_t i = 0; i < n_classes(covering->pool, node); i++)
		if (!covers(covering, child_of(covering->pool, node, i)))
			return false;
	return true;
}

/* Leaves out one variable after the other as long as the rest still decides. */
static void leave_out(struct covering *covering, node_ref enough,
		      struct diagram_case *io_shown)
{
	covering->given = io_shown;
	for (uint16_t i = 0; i < covering->pool->edition->n_variables; i++) {
		uint8_t class = io_shown->classes[i];

		if (class == CASE_ANY)
			continue;
		io_shown->classes[i] = CASE_ANY;
		covering->walk++;
		if (!covers(covering, enough))
			io_shown->classes[i] = class;
	}
}

int shortest_case(struct node_pool *pool, node_ref node, node_ref within,
		  struct arena *work, struct diagram_case *ret_path,
		  struct diagram_case *ret_shown)
{
	node_ref enough = node_or(pool, node, node_not(pool, within));
	struct shortest shortest = {
		.pool = pool,
		.steps = arena_array(work, pool->n_nodes + 1u, sizeof(uint16_t)),
	};
	struct covering covering = {
		.pool = pool,
		.seen = arena_array(work, pool->n_nodes + 1u, sizeof(uint32_t)),
	};

	if (pool->failed != NODE_FINE || shortest.steps == NULL ||
	    covering.seen == NULL)
		return -ENOMEM;
	take_path(&shortest, node, ret_path);
	*ret_shown = *ret_path;
	leave_out(&covering, enough, ret_shown);
	return 0;
}

/* ---- Each side again ---- */

struct side_case {
	const struct alignment *alignment;
	unsigned side;
	const struct edition *edition;
	uint16_t question;
	const struct diff_result *result;
	struct theorem_case *shown;
	bool open; /* something is unknown that the side does not test */
};

/* The class of a joint case, where each will do the first. */
static uint8_t joint_class(const struct diagram_case *path, uint16_t joint)
{
	return path->classes[joint] == CASE_ANY ? 0 : path->classes[joint];
}

/* The case as the side has it, and what is then known of each variable. */
static void tell_side(struct side_case *side, const struct diagram_case *path,
		      struct known *ret_known)
{
	const struct aligned_side *aligned = &side->alignment->sides[side->side];

	memset(&side->shown->shown, CASE_ANY, sizeof(side->shown->shown));
	memset(&side->shown->complete, CASE_ANY, sizeof(side->shown->complete));
	for (uint16_t v = 0; v < side->edition->n_variables; v++) {
		uint16_t joint = aligned->joint[v];
		uint8_t class = aligned->class[joint][joint_class(path, joint)];

		if (class == ALIGN_OPEN) {
			side->open = true;
			side->shown->complete.classes[v] = 0;
			ret_known->classes[v] =
				(1ull << side->edition->variables[v].n_classes) - 1;
			continue;
		}
		side->shown->complete.classes[v] = class;
		if (path->classes[joint] != CASE_ANY)
			side->shown->shown.classes[v] = class;
		ret_known->classes[v] = 1ull << class;
	}
}

/*
 * The table walk gives the value. Of something open it may take more for
 * possible than is, so there the value need only be among what it gives.
 */
static bool gives(const struct side_case *side, const struct output *output,
		  const struct table_result *result, uint8_t o)
{
	uint64_t value = side->result->values[o];

	if (value == DIFF_OPEN)
		return side->open;
	if (output->collected)
		return side->open || (result->certain[o] == value &&
				      result->possible[o] == value);
	if (side->open)
		return (result->possible[o] >> value & 1) != 0;
	return result->possible[o] == 1ull << value;
}

static int decide_again(struct side_case *side, const struct known *known,
			struct arena *work)
{
	const struct question *question = &side->edition->questions[side->question];
	const struct table *table = &side->edition->tables[question->table];
	const struct table *never = side->edition->constraints;
	struct table_result *results = arena_array(work, TABLES_MAX,
						   sizeof(*results));

	if (results == NULL)
		return -ENOMEM;
	evaluate_tables(side->edition, question, known, results);
	side->shown->agreed = true;
	for (uint8_t o = 0; o < table->n_outputs; o++)
		side->shown->agreed = side->shown->agreed &&
				      gives(side, &table->outputs[o],
					    &results[question->table], o);
	for (uint8_t r = 0; never != NULL && r < never->n_rows; r++)
		if (evaluate_constraint(side->edition, r, known) == MATCH_YES)
			side->shown->agreed = false;
	put_rows(side->edition, question, results, side->shown);
	side->shown->value = side->result->values[question->outcome];
	return 0;
}

/* ---- Answers ---- */

static bool is_by_value(const struct edition *edition, const struct variable *v)
{
	enum fact_type type;

	if (v->kind == VARIABLE_DERIVED)
		return false;
	type = edition->facts[v->index].type;
	return type == FACT_BOOLEAN || type == FACT_ENUMERATION || type == FACT_SET;
}

/*
 * The side's variables with the cuts of both, so that a number found for one
 * side has the class of the case on the other too; and the case in them.
 */
static struct variable *finer(const struct side_case *side,
			      const struct diagram_case *path,
			      struct theorem_case *io_case, struct arena *work)
{
	const struct aligned_side *aligned = &side->alignment->sides[side->side];
	uint16_t n = side->edition->n_variables;
	struct variable *variables = arena_array(work, n, sizeof(*variables));

	for (uint16_t v = 0; variables != NULL && v < n; v++) {
		const struct variable *own = &side->edition->variables[v];
		uint16_t joint = aligned->joint[v];

		variables[v] = *own;
		if (is_by_value(side->edition, own))
			continue;
		variables[v] = side->alignment->joint.variables[joint];
		variables[v].kind = own->kind;
		variables[v].index = own->index;
		io_case->complete.classes[v] = joint_class(path, joint);
		io_case->shown.classes[v] = path->classes[joint];
	}
	return variables;
}

static bool has_open_value(const struct side_case *side)
{
	const struct question *question = &side->edition->questions[side->question];

	for (uint8_t o = 0; o < side->edition->tables[question->table].n_outputs; o++)
		if (side->result->values[o] == DIFF_OPEN)
			return true;
	return false;
}

/*
 * decide() comes to every value of the side, with both evaluators. Adds the
 * facts that it read.
 */
static bool is_decided(const struct side_case *side, const struct facts *facts,
		       struct arena *work, uint64_t *io_read)
{
	const struct question *question = &side->edition->questions[side->question];
	struct decision *decision = arena_alloc(work, sizeof(*decision));
	int row;

	if (decision == NULL ||
	    decide(side->edition, question, facts, work, decision, &row) != 0 ||
	    !decision->agreed)
		return false;
	for (uint8_t o = 0; o < decision->n_outputs; o++)
		if (!decision->outputs[o].settled ||
		    decision->outputs[o].value != side->result->values[o])
			return false;
	*io_read |= decision->facts_used;
	return true;
}

/* Answers of the case on one side, as on the other where that has some. */
static struct facts *find_answers(const struct side_case *side,
				  const struct diagram_case *path,
				  const struct facts *other, struct arena *arena,
				  struct arena *work)
{
	struct theorem_case finely = *side->shown;
	const struct variable *variables = finer(side, path, &finely, work);
	const struct question *question = &side->edition->questions[side->question];
	struct facts *facts;
	uint64_t read = 0;

	if (variables == NULL)
		return NULL;
	facts = facts_of_case(side->edition, variables, side->question,
			      question->outcome, &finely, other, 0, arena, work);
	if (facts == NULL || !is_decided(side, facts, work, &read))
		return NULL;
	return facts;
}

/* Forgets what neither side reads, unless a decision needs it all the same. */
static void keep_read(const struct side_case sides[2], struct facts *found[2],
		      const struct carry *carry, struct arena *work)
{
	struct facts *fewer = arena_array(work, 2, sizeof(*fewer));
	uint64_t read[2] = { 0, 0 };

	if (fewer == NULL)
		return;
	for (unsigned s = 0; s < 2; s++)
		if (!is_decided(&sides[s], found[s], work, &read[s]))
			return;
	for (uint16_t f = 0; f < sides[0].edition->n_facts; f++)
		if (carry->fact[f] >= 0 &&
		    ((read[0] >> f & 1) != 0 || (read[1] >> carry->fact[f] & 1) != 0)) {
			read[0] |= 1ull << f;
			read[1] |= 1ull << carry->fact[f];
		}
	for (unsigned s = 0; s < 2; s++) {
		fewer[s] = *found[s];
		for (uint16_t f = 0; f < FACTS_MAX; f++)
			if ((read[s] >> f & 1) == 0)
				memset(&fewer[s].answers[f], 0,
				       sizeof(fewer[s].answers[f]));
		if (!is_decided(&sides[s], &fewer[s], work, &read[s]))
			return;
	}
	*found[0] = fewer[0];
	*found[1] = fewer[1];
}

/*
 * The second side first, on its first day in force: then the first side is
 * asked of the same answers, which it decides as if it still were in force.
 */
static int find_both(struct side_case sides[2], const struct diagram_case *path,
		     struct arena *arena, struct arena *work,
		     struct diff_class *io_class)
{
	struct carry *carry = arena_alloc(work, sizeof(*carry));
	struct facts *carried = arena_alloc(work, sizeof(*carried));
	struct facts *found[2];

	if (carry == NULL || carried == NULL)
		return -ENOMEM;
	for (unsigned s = 0; s < 2; s++)
		if (sides[s].open || !sides[s].shown->agreed ||
		    has_open_value(&sides[s]))
			return 0;
	found[1] = find_answers(&sides[1], path, NULL, arena, work);
	if (found[1] == NULL)
		return 0;
	carry_init(carry, sides[1].edition, sides[0].edition);
	if (carry_facts(carry, found[1], arena, carried) != 0)
		return 0;
	found[0] = find_answers(&sides[0], path, carried, arena, work);
	if (found[0] == NULL)
		return 0;
	keep_read(sides, found, carry, work);
	io_class->facts[0] = found[0];
	io_class->facts[1] = found[1];
	return 0;
}

int decide_sides(const struct alignment *alignment,
		 const struct diff_question *question,
		 const struct diagram_case *path, struct arena *arena,
		 struct arena *work, struct diff_class *io_class)
{
	struct known *known = arena_alloc(work, sizeof(*known));
	struct side_case sides[2];
	int r = known == NULL ? -ENOMEM : 0;

	for (unsigned s = 0; s < 2 && r == 0; s++) {
		sides[s] = (struct side_case){
			.alignment = alignment,
			.side = s,
			.edition = alignment->sides[s].edition,
			.question = (uint16_t)question->own[s],
			.result = &io_class->results[s],
			.shown = &io_class->cases[s],
		};
		tell_side(&sides[s], path, known);
		r = decide_again(&sides[s], known, work);
	}
	return r == 0 ? find_both(sides, path, arena, work, io_class) : r;
}
