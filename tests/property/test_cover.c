/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/decide.h"
#include "policy/diagram/cover.h"
#include "policy/diagram/prove.h"
#include "tests/support/brute_theorems.h"
#include "tests/support/random_edition.h"

/*
 * Coverage of random editions against loops over every case: the sides are those
 * that two cases show, what is found covers what it was found for, and nothing
 * that a case can reach stays uncovered.
 */
#define ROUNDS 200

static unsigned long rounds = ROUNDS;
static struct space space;

static uint64_t value_of(unsigned i, unsigned question, unsigned output)
{
	return space.at[i][question].values[output];
}

static unsigned n_outputs(unsigned question)
{
	return space.edition->tables[space.edition->questions[question].table]
		.n_outputs;
}

/* Alike but for the variable, whose class in b is one of those across. */
static bool is_step(unsigned a, unsigned b, const struct cover_side *side)
{
	for (unsigned v = 0; v < space.edition->n_variables; v++)
		if (v != side->variable &&
		    space.cases[a].classes[v] != space.cases[b].classes[v])
			return false;
	return space.cases[a].classes[side->variable] == side->class &&
	       (side->across >> space.cases[b].classes[side->variable] & 1) != 0;
}

static bool differ(unsigned a, unsigned b, unsigned question)
{
	for (unsigned o = 0; o < n_outputs(question); o++)
		if (value_of(a, question, o) != value_of(b, question, o))
			return true;
	return false;
}

static bool is_side(const struct cover_side *side)
{
	for (unsigned a = 0; a < space.n; a++)
		for (unsigned b = 0; b < space.n && space.possible[a]; b++)
			if (space.possible[b] && is_step(a, b, side) &&
			    differ(a, b, side->question))
				return true;
	return false;
}

static bool is_found(const struct cover *cover, const struct cover_side *side)
{
	for (size_t i = 0; i < cover->n_sides; i++)
		if (cover->sides[i].question == side->question &&
		    cover->sides[i].variable == side->variable &&
		    cover->sides[i].class == side->class &&
		    cover->sides[i].across == side->across)
			return true;
	return false;
}

static bool is_ordered(const struct variable *v)
{
	enum fact_type type = v->kind == VARIABLE_DERIVED
				      ? space.edition->derived[v->index].type
				      : space.edition->facts[v->index].type;

	return type == FACT_INTEGER || type == FACT_DATE || type == FACT_DURATION;
}

static void check_side(const struct cover *cover, const struct cover_side *side,
		       unsigned *n)
{
	bool is = is_side(side);

	if (is != is_found(cover, side))
		fail_msg("question %u, variable %u, class %u: %s", side->question,
			 side->variable, side->class,
			 is ? "a side was not found" : "what was found is none");
	*n += is;
}

/* As cover.h says it, for one class of a variable. */
static void check_class(const struct cover *cover, struct cover_side side,
			unsigned *n)
{
	const struct variable *v = &space.edition->variables[side.variable];
	unsigned n_known = (unsigned)(v->n_classes - v->has_unknown);

	if (!is_ordered(v) || side.class >= n_known) {
		side.across = ((1u << v->n_classes) - 1) & ~(1u << side.class);
		check_side(cover, &side, n);
		return;
	}
	side.across = side.class > 0 ? 1u << (side.class - 1) : 0;
	if (side.across != 0)
		check_side(cover, &side, n);
	side.across = 2u << side.class;
	if (side.class + 1u < n_known)
		check_side(cover, &side, n);
}

static void check_sides(const struct cover *cover)
{
	const struct edition *edition = space.edition;
	unsigned n = 0;

	for (unsigned q = 0; q < edition->n_questions; q++)
		for (unsigned v = 0; v < edition->n_variables; v++)
			for (unsigned c = 0; c < edition->variables[v].n_classes;
			     c++)
				check_class(cover,
					    (struct cover_side){
						    .question = (uint8_t)q,
						    .variable = (uint16_t)v,
						    .class = (uint8_t)c },
					    &n);
	assert_int_equal(n, cover->n_sides);
}

/* ---- What covers ---- */

static bool fits(unsigned i, const struct known *known, unsigned but)
{
	for (unsigned v = 0; v < space.edition->n_variables; v++)
		if (v != but &&
		    (known->classes[v] >> space.cases[i].classes[v] & 1) == 0)
			return false;
	return space.possible[i];
}

/* Values that cases with a class of the side's variable give, as a set. */
static uint64_t values_at(const struct known *known, const struct cover_side *side,
			  unsigned class, unsigned output)
{
	uint64_t values = 0;

	for (unsigned i = 0; i < space.n; i++)
		if (fits(i, known, side->variable) &&
		    space.cases[i].classes[side->variable] == class)
			values |= 1ull << (value_of(i, side->question, output) & 63);
	return values;
}

static bool shows(const struct cover_base *base, const struct cover_side *side)
{
	if (base->known.classes[side->variable] != 1ull << side->class)
		return false;
	for (unsigned o = 0; o < n_outputs(side->question); o++) {
		uint64_t here = values_at(&base->known, side, side->class, o);

		if (__builtin_popcountll(here) != 1)
			continue;
		for (unsigned c = 0; c < CLASSES_MAX; c++) {
			uint64_t there = (side->across >> c & 1) == 0
						 ? 0
						 : values_at(&base->known, side, c, o);

			if (there != 0 && (there & here) == 0)
				return true;
		}
	}
	return false;
}

static void check_found(const struct cover *cover, unsigned *n_unreached)
{
	for (size_t i = 0; i < cover->n_bases; i++)
		assert_true(shows(&cover->bases[i], cover->bases[i].side));
	for (size_t i = 0; i < cover->n_sides; i++) {
		const struct cover_side *side = &cover->sides[i];
		bool shown = false;

		for (size_t b = 0; b < cover->n_bases && !shown; b++)
			shown = cover->bases[b].question == side->question &&
				shows(&cover->bases[b], side);
		assert_int_equal(side->state == COVER_DONE, shown);
		*n_unreached += side->state == COVER_UNREACHED;
	}
}

/* Only dates and numbers that derived facts share can put a side out of reach. */
static bool has_derived(const struct edition *edition)
{
	for (unsigned v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_DERIVED)
			return true;
	return false;
}

static void examples_that_are_found_reach_every_boundary(void **state)
{
	struct chance chance = { 20250204 };
	unsigned n_sides = 0;
	unsigned n_found = 0;
	unsigned n_unreached = 0;

	(void)state;
	for (unsigned long round = 0; round < rounds; round++) {
		CLEANUP(arena_done) struct arena arena;
		CLEANUP(arena_done) struct arena scratch;
		const struct edition *edition;
		struct cover *cover;
		unsigned n_here = 0;

		arena_init(&arena, PROVE_SCRATCH_BYTES);
		arena_init(&scratch, PROVE_SCRATCH_BYTES);
		edition = random_sound_edition(&chance, &arena, &scratch);
		if (edition == NULL || !space_of(edition, &space) || space.broken)
			continue;
		assert_int_equal(cover_examples(edition, &arena, &scratch, &cover),
				 0);
		check_sides(cover);
		assert_int_equal(cover_fill(cover, -1), 0);
		check_found(cover, &n_here);
		assert_int_equal(cover_count(cover, COVER_MISSING), 0);
		if (!has_derived(edition))
			assert_int_equal(n_here, 0);
		n_sides += (unsigned)cover->n_sides;
		n_found += (unsigned)cover->n_bases;
		n_unreached += n_here;
	}
	print_message("%u sides, %u cases found, %u sides unreached\n", n_sides,
		      n_found, n_unreached);
	assert_true(n_sides > rounds);
	/* by chance, derived facts share what they read far more than in law */
	assert_true(n_unreached * 4 < n_sides);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_that_are_found_reach_every_boundary),
	};

	if (argc > 1)
		rounds = strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
