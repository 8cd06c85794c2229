/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/align.h"

#include <errno.h>
#include <string.h>

#include "policy/base/text.h"

/*
 * Joint variables are the first side's, each widened by what the second makes
 * of the same, and then those that only the second has.
 */
struct aligner {
	struct arena *arena;
	struct alignment *alignment;
	struct variable *variables;
	struct fact *facts;
	struct derived *derived;
	const char *identity[VARIABLES_MAX]; /* of each joint variable */
	uint16_t n_ordered;
	const char *name; /* the variable at hand */
	int r;		  /* sticky */
};

static void *get(struct aligner *aligner, size_t n, size_t size)
{
	void *memory = arena_array(aligner->arena, n, size);

	if (memory == NULL)
		aligner->r = -ENOMEM;
	return memory;
}

/* ---- What is common ---- */

static const char *name_of(const struct edition *edition, const struct variable *v)
{
	return v->kind == VARIABLE_DERIVED ? edition->derived[v->index].name :
					     edition->facts[v->index].key;
}

/*
 * The first joint variable of that identity that is not the side's already: two
 * variables of one edition are two, even where they mean the same, because its
 * own diagram takes them to vary freely.
 */
static bool find_joint(const struct aligner *aligner,
		       const struct aligned_side *side, const char *identity,
		       uint16_t *ret_joint)
{
	for (uint16_t j = 0; j < aligner->alignment->joint.n_variables; j++)
		if (side->own[j] == ALIGN_NO_VARIABLE &&
		    strcmp(aligner->identity[j], identity) == 0) {
			*ret_joint = j;
			return true;
		}
	return false;
}

static bool add_joint(struct aligner *aligner, const char *identity,
		      uint16_t *ret_joint)
{
	struct edition *joint = &aligner->alignment->joint;

	if (joint->n_variables == VARIABLES_MAX) {
		aligner->r = ALIGN_E_VARIABLES;
		return false;
	}
	aligner->identity[joint->n_variables] = identity;
	*ret_joint = joint->n_variables++;
	return true;
}

static void match_side(struct aligner *aligner, struct aligned_side *side)
{
	const struct edition *edition = side->edition;
	struct identities identities;
	const char *identity;
	uint16_t joint;

	memset(side->own, 0xff, sizeof(side->own));
	identities_init(&identities, edition, aligner->arena);
	for (uint16_t v = 0; v < edition->n_variables && aligner->r == 0; v++) {
		aligner->name = name_of(edition, &edition->variables[v]);
		aligner->r = identity_of_variable(&identities, v, &identity);
		if (aligner->r != 0 ||
		    (!find_joint(aligner, side, identity, &joint) &&
		     !add_joint(aligner, identity, &joint)))
			return;
		side->joint[v] = joint;
		side->own[joint] = v;
	}
}

/* ---- Names and values ---- */

static const struct variable *own_variable(const struct aligned_side *side,
					   uint16_t joint)
{
	return side->own[joint] == ALIGN_NO_VARIABLE ?
		       NULL :
		       &side->edition->variables[side->own[joint]];
}

/* The fact behind a variable; NULL where the side has none, or a derived one. */
static const struct fact *own_fact(const struct aligned_side *side, uint16_t joint)
{
	const struct variable *v = own_variable(side, joint);

	return v == NULL || v->kind == VARIABLE_DERIVED ?
		       NULL :
		       &side->edition->facts[v->index];
}

static int value_index(const struct fact *fact, const char *value)
{
	for (uint8_t i = 0; i < fact->n_values; i++)
		if (strcmp(fact->values[i], value) == 0)
			return i;
	return -1;
}

/* Adds the values that only another edition of the fact has. */
static void add_values(struct aligner *aligner, struct fact *joint,
		       const struct fact *fact)
{
	for (uint8_t i = 0; i < fact->n_values; i++) {
		if (value_index(joint, fact->values[i]) >= 0)
			continue;
		if (joint->n_values == VALUES_MAX) {
			aligner->r = ALIGN_E_CLASSES;
			return;
		}
		joint->values[joint->n_values++] = fact->values[i];
	}
}

/* Some other joint variable, of another fact, has the name already. */
static bool is_taken(const struct aligner *aligner, uint16_t joint,
		     const char *name)
{
	const struct edition *edition = &aligner->alignment->joint;

	for (uint16_t j = 0; j < joint; j++) {
		const struct variable *v = &edition->variables[j];

		/* elements of one set share their fact's name */
		if (strcmp(name_of(edition, v), name) == 0 &&
		    (v->kind != VARIABLE_ELEMENT ||
		     edition->variables[joint].kind != VARIABLE_ELEMENT))
			return true;
	}
	return false;
}

/* "residence.months of 2025-02-04" where the other edition means another thing. */
static const char *joint_name(struct aligner *aligner, uint16_t joint,
			      const char *name, const struct edition *edition)
{
	struct builder text;
	const char *result;

	if (!is_taken(aligner, joint, name))
		return name;
	builder_init(&text, aligner->arena);
	builder_format(&text, "%s of %s", name, edition->name);
	result = builder_text(&text);
	if (result == NULL)
		aligner->r = -ENOMEM;
	return result == NULL ? name : result;
}

/* The joint variable's own copy of what names it. */
static void name_joint(struct aligner *aligner, uint16_t joint)
{
	const struct aligned_side *sides = aligner->alignment->sides;
	unsigned first = own_variable(&sides[0], joint) == NULL;
	const struct edition *edition = sides[first].edition;
	const struct variable *own = own_variable(&sides[first], joint);
	const struct fact *other = own_fact(&sides[1], joint);

	aligner->variables[joint].kind = own->kind;
	aligner->variables[joint].index = joint;
	aligner->name = name_of(edition, own);
	if (own->kind == VARIABLE_DERIVED) {
		aligner->derived[joint] = edition->derived[own->index];
		aligner->derived[joint].name = aligner->name;
		aligner->derived[joint].name =
			joint_name(aligner, joint, aligner->name, edition);
		return;
	}
	aligner->facts[joint] = edition->facts[own->index];
	if (other != NULL)
		add_values(aligner, &aligner->facts[joint], other);
	if (own->kind == VARIABLE_ELEMENT)
		aligner->variables[joint].element = own->element;
	else
		aligner->facts[joint].key =
			joint_name(aligner, joint, aligner->name, edition);
}

/* ---- Classes ---- */

static bool is_cut_by_value(enum fact_type type)
{
	return type == FACT_ENUMERATION || type == FACT_BOOLEAN;
}

/* The numbers that a side knows of a variable. */
static void domain_of(const struct aligned_side *side, uint16_t joint, int64_t *from,
		      int64_t *to)
{
	const struct variable *v = own_variable(side, joint);
	const struct fact *fact = own_fact(side, joint);

	if (fact == NULL) {
		*from = side->edition->derived[v->index].minimum;
		*to = side->edition->derived[v->index].maximum;
	} else if (fact->type == FACT_DATE) {
		*from = DAY_MIN;
		*to = DAY_MAX;
	} else {
		*from = fact->minimum;
		*to = fact->maximum;
	}
}

struct cutting {
	int64_t from; /* of both sides together */
	int64_t to;
	uint8_t n;
	int64_t cuts[CLASSES_MAX];
};

static void add_cut(struct aligner *aligner, struct cutting *cutting, int64_t cut)
{
	uint8_t at = cutting->n;

	if (cut <= cutting->from || cut > cutting->to || aligner->r != 0)
		return;
	while (at > 0 && cutting->cuts[at - 1] >= cut)
		at--;
	if (at < cutting->n && cutting->cuts[at] == cut)
		return;
	if (cutting->n == CLASSES_MAX - 1) {
		aligner->r = ALIGN_E_CLASSES;
		return;
	}
	memmove(&cutting->cuts[at + 1], &cutting->cuts[at],
		(size_t)(cutting->n - at) * sizeof(cutting->cuts[0]));
	cutting->cuts[at] = cut;
	cutting->n++;
}

/* Cut where a side cuts, and where only one of them knows the numbers at all. */
static void cut_numbers(struct aligner *aligner, uint16_t joint,
			struct cutting *cutting)
{
	const struct aligned_side *sides = aligner->alignment->sides;
	int64_t from[2], to[2];
	bool has[2];

	for (unsigned s = 0; s < 2; s++) {
		has[s] = own_variable(&sides[s], joint) != NULL;
		if (has[s])
			domain_of(&sides[s], joint, &from[s], &to[s]);
	}
	for (unsigned s = 0; s < 2; s++)
		if (!has[s]) {
			from[s] = from[!s];
			to[s] = to[!s];
		}
	cutting->from = from[0] < from[1] ? from[0] : from[1];
	cutting->to = to[0] > to[1] ? to[0] : to[1];
	for (unsigned s = 0; s < 2; s++) {
		const struct variable *v = own_variable(&sides[s], joint);

		for (uint8_t i = 0; v != NULL && i + 1 + v->has_unknown < v->n_classes;
		     i++)
			add_cut(aligner, cutting, v->cuts[i]);
		add_cut(aligner, cutting, from[s]);
		add_cut(aligner, cutting, to[s] + 1);
	}
}

static void cut_values(struct aligner *aligner, uint8_t n, struct cutting *cutting)
{
	cutting->from = 0;
	cutting->to = n - 1;
	for (int64_t value = 1; value < n; value++)
		add_cut(aligner, cutting, value);
}

static void cut_joint(struct aligner *aligner, uint16_t joint)
{
	const struct aligned_side *sides = aligner->alignment->sides;
	struct variable *variable = &aligner->variables[joint];
	const struct fact *fact = &aligner->facts[joint];
	struct cutting cutting = { .n = 0 };
	int64_t *cuts;

	for (unsigned s = 0; s < 2; s++) {
		const struct variable *v = own_variable(&sides[s], joint);

		variable->has_unknown =
			variable->has_unknown || (v != NULL && v->has_unknown);
	}
	if (variable->kind == VARIABLE_ELEMENT)
		cut_values(aligner, 2, &cutting);
	else if (variable->kind == VARIABLE_FACT && is_cut_by_value(fact->type))
		cut_values(aligner,
			   fact->type == FACT_BOOLEAN ? 2 : fact->n_values,
			   &cutting);
	else
		cut_numbers(aligner, joint, &cutting);
	if (cutting.n + 1 + variable->has_unknown > CLASSES_MAX)
		aligner->r = ALIGN_E_CLASSES;
	cuts = get(aligner, cutting.n + 1u, sizeof(*cuts));
	if (aligner->r != 0)
		return;
	memcpy(cuts, cutting.cuts, cutting.n * sizeof(*cuts));
	variable->cuts = cuts;
	variable->n_classes = (uint8_t)(cutting.n + 1 + variable->has_unknown);
}

/* ---- Classes of each side ---- */

/* The least number of a class, or the value that it is. */
static int64_t class_begins(const struct aligner *aligner, uint16_t joint,
			    uint8_t class)
{
	const struct aligned_side *sides = aligner->alignment->sides;
	int64_t from[2] = { INT64_MAX, INT64_MAX };
	int64_t to;

	if (class > 0)
		return aligner->variables[joint].cuts[class - 1];
	for (unsigned s = 0; s < 2; s++)
		if (own_variable(&sides[s], joint) != NULL)
			domain_of(&sides[s], joint, &from[s], &to);
	return from[0] < from[1] ? from[0] : from[1];
}

/*
 * A class of a joint variable as the side has it. A set's element that the side
 * does not know is handled apart: it has no variable there.
 */
static uint8_t side_class(const struct aligner *aligner,
			  const struct aligned_side *side, uint16_t joint,
			  uint8_t class)
{
	const struct variable *j = &aligner->variables[joint];
	const struct variable *v = own_variable(side, joint);
	const struct fact *fact = own_fact(side, joint);
	int64_t number, from, to;
	int value;

	if (j->has_unknown && class == j->n_classes - 1)
		return v->has_unknown ? (uint8_t)(v->n_classes - 1) : ALIGN_OPEN;
	if (j->kind == VARIABLE_ELEMENT ||
	    (fact != NULL && fact->type == FACT_BOOLEAN))
		return class;
	if (fact != NULL && fact->type == FACT_ENUMERATION) {
		value = value_index(fact, aligner->facts[joint].values[class]);
		return value < 0 ? ALIGN_NO_CLASS : (uint8_t)value;
	}
	number = class_begins(aligner, joint, class);
	domain_of(side, joint, &from, &to);
	if (number < from || number > to)
		return ALIGN_NO_CLASS;
	return variable_class(v, number);
}

/* A side tests the set, and its edition of the fact has no such element. */
static bool lacks_element(const struct aligner *aligner,
			  const struct aligned_side *side, uint16_t joint)
{
	const struct edition *edition = side->edition;

	if (aligner->variables[joint].kind != VARIABLE_ELEMENT)
		return false;
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_ELEMENT &&
		    strcmp(edition->facts[edition->variables[v].index].key,
			   aligner->facts[joint].key) == 0)
			return true;
	return false;
}

static void map_classes(struct aligner *aligner, struct aligned_side *side,
			uint16_t joint)
{
	uint8_t n = aligner->variables[joint].n_classes;

	if (own_variable(side, joint) != NULL)
		for (uint8_t c = 0; c < n; c++)
			side->class[joint][c] = side_class(aligner, side, joint, c);
	else if (lacks_element(aligner, side, joint))
		side->class[joint][1] = ALIGN_NO_CLASS;
}

/* ---- Order ---- */

static void insert_at(struct aligner *aligner, uint16_t at, uint16_t joint)
{
	uint16_t *order = aligner->alignment->order;

	memmove(&order[at + 1], &order[at],
		(size_t)(aligner->n_ordered - at) * sizeof(*order));
	order[at] = joint;
	aligner->n_ordered++;
}

/*
 * The first side's order, with what only the second has behind that which
 * stands before it there: what decides together stays together.
 */
static void order_side(struct aligner *aligner, const struct aligned_side *side)
{
	const struct edition *edition = side->edition;
	uint16_t after = 0; /* the place behind the variable before */

	for (uint16_t i = 0; i < edition->n_variables; i++) {
		uint16_t joint = side->joint[edition->diagram->order[i]];
		uint16_t at = 0;

		while (at < aligner->n_ordered &&
		       aligner->alignment->order[at] != joint)
			at++;
		if (at == aligner->n_ordered) {
			at = after;
			insert_at(aligner, at, joint);
		}
		after = (uint16_t)(at + 1);
	}
}

/* ---- The whole ---- */

static void make_joint(struct aligner *aligner)
{
	struct alignment *alignment = aligner->alignment;
	struct edition *joint = &alignment->joint;
	uint16_t n = joint->n_variables;

	aligner->variables = get(aligner, n + 1u, sizeof(*aligner->variables));
	aligner->facts = get(aligner, n + 1u, sizeof(*aligner->facts));
	aligner->derived = get(aligner, n + 1u, sizeof(*aligner->derived));
	if (aligner->r != 0)
		return;
	joint->variables = aligner->variables;
	joint->facts = aligner->facts;
	joint->derived = aligner->derived;
	joint->n_facts = n;
	joint->n_derived = n;
	for (uint16_t j = 0; j < n && aligner->r == 0; j++) {
		name_joint(aligner, j);
		if (aligner->r == 0)
			cut_joint(aligner, j);
		for (unsigned s = 0; s < 2 && aligner->r == 0; s++)
			map_classes(aligner, &alignment->sides[s], j);
	}
	order_side(aligner, &alignment->sides[0]);
	order_side(aligner, &alignment->sides[1]);
}

int align(const struct edition *a, const struct edition *b, struct arena *arena,
	  const struct alignment **ret_alignment, const char **ret_name)
{
	struct alignment *alignment = arena_alloc(arena, sizeof(*alignment));
	struct aligner aligner = {
		.arena = arena,
		.alignment = alignment,
		.name = "",
	};

	*ret_name = "";
	if (alignment == NULL)
		return -ENOMEM;
	alignment->joint = (struct edition){ .title = "", .name = "" };
	alignment->sides[0].edition = a;
	alignment->sides[1].edition = b;
	match_side(&aligner, &alignment->sides[0]);
	if (aligner.r == 0)
		match_side(&aligner, &alignment->sides[1]);
	if (aligner.r == 0)
		make_joint(&aligner);
	if (aligner.r != 0) {
		*ret_name = aligner.name;
		return aligner.r;
	}
	*ret_alignment = alignment;
	return 0;
}
