/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/diagram/diff.h"
#include "tests/support/brute.h"
#include "tests/support/random_edition.h"

/*
 * Two editions by chance, or one and an amendment of it, and every joint case:
 * what diff() reports against a loop over all of them.
 */
#define PAIRS 250
#define CASES_MAX 6000
#define ARENA_BYTES (512u * 1024 * 1024)

static unsigned n_pairs_wanted = PAIRS;
static struct arena arena;
static struct arena scratch;
static struct arena work;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, ARENA_BYTES);
	arena_init(&scratch, ARENA_BYTES);
	arena_init(&work, ARENA_BYTES);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	arena_done(&scratch);
	arena_done(&work);
	return 0;
}

/* ---- Editions ---- */

/* The edition with another first value in some row; NULL where that overlaps. */
static const struct edition *amended(struct chance *chance,
				     const struct edition *edition)
{
	struct edition *other = arena_alloc(&arena, sizeof(*other));
	struct table *tables = arena_array(&arena, TABLES_MAX, sizeof(*tables));
	struct row *rows = arena_array(&arena, ROWS_MAX, sizeof(*rows));
	struct table_finding findings[FINDINGS_MAX];
	struct table *table;
	size_t n = 0;

	*other = *edition;
	memcpy(tables, edition->tables, edition->n_tables * sizeof(*tables));
	other->tables = tables;
	table = &tables[chance_below(chance, edition->n_tables)];
	if (table->n_rows == 0)
		return NULL;
	memcpy(rows, table->rows, table->n_rows * sizeof(*rows));
	table->rows = rows;
	rows[chance_below(chance, table->n_rows)].values[0] =
		(uint8_t)chance_below(chance, table->outputs[0].n_values);
	arena_reset(&work);
	assert_int_equal(diagram_build(other, &arena, &work, findings, &n,
				       &other->diagram),
			 0);
	return n == 0 ? other : NULL;
}

static bool next_pair(struct chance *chance, const struct edition *ret_pair[2],
		      const struct alignment **ret_alignment)
{
	unsigned n = 1;
	const char *name;

	arena_reset(&arena);
	ret_pair[0] = random_sound_edition(chance, &arena, &work);
	if (ret_pair[0] == NULL)
		return false;
	ret_pair[1] = chance_once_in(chance, 2) ?
			      amended(chance, ret_pair[0]) :
			      random_sound_edition(chance, &arena, &work);
	if (ret_pair[1] == NULL)
		return false;
	assert_int_equal(align(ret_pair[0], ret_pair[1], &arena, ret_alignment, &name),
			 0);
	for (uint16_t v = 0; v < (*ret_alignment)->joint.n_variables; v++) {
		n *= (*ret_alignment)->joint.variables[v].n_classes;
		if (n > CASES_MAX)
			return false;
	}
	return true;
}

/* ---- Results by loops ---- */

struct side_result {
	bool possible;
	struct diff_result result;
};

static uint64_t taken_row(const struct edition *edition,
			  const struct brute_table *results)
{
	const struct table *table = &edition->tables[edition->questions[0].table];
	const struct brute_table *result = &results[edition->questions[0].table];
	unsigned row = 0;
	unsigned first = 0;

	if (table->hit == HIT_COLLECT)
		return DIFF_SEVERAL_ROWS;
	while (!result->taken[row])
		row++;
	if (table->hit != HIT_ANY && table->hit != HIT_PRIORITY)
		return row;
	while (memcmp(table->rows[first].values, table->rows[row].values,
		      table->n_outputs) != 0)
		first++;
	return first;
}

static void add_completion(const struct edition *edition, const struct brute_case *c,
			   struct side_result *io_result)
{
	static struct brute_table tables[TABLES_MAX];
	uint16_t t = edition->questions[0].table;
	struct diff_result *result = &io_result->result;
	uint64_t row;

	if (!brute_possible(edition, c))
		return;
	brute_tables(edition, c, tables);
	row = taken_row(edition, tables);
	if (!io_result->possible) {
		result->row = row;
		memcpy(result->values, tables[t].values,
		       edition->tables[t].n_outputs * sizeof(uint64_t));
	}
	io_result->possible = true;
	if (result->row != row)
		result->row = DIFF_SEVERAL_ROWS;
	for (uint8_t o = 0; o < edition->tables[t].n_outputs; o++)
		if (result->values[o] != tables[t].values[o])
			result->values[o] = DIFF_OPEN;
}

/* Completes what is open from variable v on, in every way. */
static void complete(const struct edition *edition, struct brute_case *own,
		     uint16_t v, struct side_result *io_result)
{
	if (v == edition->n_variables) {
		add_completion(edition, own, io_result);
		return;
	}
	if (own->classes[v] != ALIGN_OPEN) {
		complete(edition, own, (uint16_t)(v + 1), io_result);
		return;
	}
	for (uint8_t i = 0; i < edition->variables[v].n_classes; i++) {
		own->classes[v] = i;
		complete(edition, own, (uint16_t)(v + 1), io_result);
	}
	own->classes[v] = ALIGN_OPEN;
}

static struct side_result result_of(const struct alignment *alignment, unsigned s,
				    const struct brute_case *joint)
{
	const struct aligned_side *side = &alignment->sides[s];
	struct side_result result;
	struct brute_case own;

	memset(&result, 0, sizeof(result));
	for (uint16_t j = 0; j < alignment->joint.n_variables; j++) {
		uint8_t class = side->class[j][joint->classes[j]];

		if (class == ALIGN_NO_CLASS)
			return result;
		if (side->own[j] != ALIGN_NO_VARIABLE)
			own.classes[side->own[j]] = class;
	}
	complete(side->edition, &own, 0, &result);
	return result;
}

/* ---- What changes ---- */

static const char *text_of_value(const struct edition *edition, uint8_t output,
				 uint64_t value)
{
	const struct table *table = &edition->tables[edition->questions[0].table];

	return value == DIFF_OPEN  ? "ask" :
	       value == VALUE_NONE ? "-" :
				     table->outputs[output].values[value];
}

static bool changes(const struct edition *pair[2], const struct diff_question *question,
		    uint8_t i, const struct diff_result *a, const struct diff_result *b)
{
	const struct diff_output *output = &question->outputs[i];
	uint8_t oa = (uint8_t)output->own[0];
	uint8_t ob = (uint8_t)output->own[1];

	return output->own[0] >= 0 && output->own[1] >= 0 &&
	       strcmp(text_of_value(pair[0], oa, a->values[oa]),
		      text_of_value(pair[1], ob, b->values[ob])) != 0;
}

static enum diff_direction direction_of(const struct edition *pair[2],
					const struct diff_result *a,
					const struct diff_result *b)
{
	/* the outcome is the first output, its values grant ... adverse in order */
	(void)pair;
	if (a->values[0] > OUTCOME_ADVERSE || b->values[0] > OUTCOME_ADVERSE ||
	    a->values[0] == b->values[0])
		return DIFF_OTHER;
	return a->values[0] < b->values[0] ? DIFF_WORSE : DIFF_BETTER;
}

static const struct diff_class *class_of(const struct diff_question *question,
					 const struct diff_result *a,
					 const struct diff_result *b)
{
	for (uint16_t i = 0; i < question->n_classes; i++)
		if (memcmp(&question->classes[i].results[0], a, sizeof(*a)) == 0 &&
		    memcmp(&question->classes[i].results[1], b, sizeof(*b)) == 0)
			return &question->classes[i];
	return NULL;
}

struct counted {
	uint64_t n[1 << 12]; /* of each class */
	uint64_t n_shown[1 << 12];
	uint64_t n_either;
	uint64_t n_only[2];
	uint64_t n_changed;
};

static bool fits(const struct diagram_case *shown, const struct brute_case *c,
		 uint16_t n_variables)
{
	for (uint16_t v = 0; v < n_variables; v++)
		if (shown->classes[v] != CASE_ANY && shown->classes[v] != c->classes[v])
			return false;
	return true;
}

static void count_case(const struct edition *pair[2], const struct diff *found,
		       const struct brute_case *c, struct counted *counted)
{
	const struct diff_question *question = &found->questions[0];
	struct side_result sides[2];
	const struct diff_class *class;
	uint32_t changed = 0;

	for (unsigned s = 0; s < 2; s++)
		sides[s] = result_of(found->alignment, s, c);
	counted->n_either += sides[0].possible || sides[1].possible;
	for (unsigned s = 0; s < 2; s++)
		counted->n_only[s] += sides[s].possible && !sides[!s].possible;
	if (!sides[0].possible || !sides[1].possible)
		return;
	for (uint8_t i = 0; i < question->n_outputs; i++)
		changed |= (uint32_t)changes(pair, question, i, &sides[0].result,
					     &sides[1].result)
			   << i;
	class = class_of(question, &sides[0].result, &sides[1].result);
	for (uint16_t i = 0; i < question->n_classes; i++)
		if (fits(&question->classes[i].shown, c,
			 found->alignment->joint.n_variables)) {
			/* what is shown decides: no other case looks so */
			assert_ptr_equal(class, &question->classes[i]);
			counted->n_shown[i]++;
		}
	if (changed == 0)
		return;
	counted->n_changed++;
	assert_non_null(class);
	assert_int_equal(class->changed, changed);
	assert_int_equal(class->direction,
			 direction_of(pair, &sides[0].result, &sides[1].result));
	counted->n[class - question->classes]++;
}

/* n of all, cut; the last digits are lost to the weights' own cutting. */
static void assert_share(struct share share, uint64_t n, uint64_t all)
{
	uint64_t parts = (uint64_t)((long double)SHARE_ALL * n / all);

	if (n == 0 || n == all)
		assert_int_equal(share.parts, n == 0 ? 0 : SHARE_ALL);
	else
		assert_in_range(share.parts, parts - 1000, parts + 1000);
}

/* Variables in another order are cut elsewhere, in the last digits. */
static void assert_near(struct share a, struct share b)
{
	assert_in_range(a.parts + 1000, b.parts, b.parts + 2000);
}

static void assert_sides(const struct diff_class *class)
{
	for (unsigned s = 0; s < 2; s++) {
		assert_true(class->cases[s].agreed);
		if (class->results[s].row != DIFF_SEVERAL_ROWS)
			assert_true(class->cases[s].n_rows > 0);
	}
	assert_true((class->facts[0] == NULL) == (class->facts[1] == NULL));
}

static void compare(const struct edition *pair[2], const struct diff *found)
{
	static struct counted counted;
	const struct diff_question *question = &found->questions[0];
	struct brute_case c = { { 0 } };

	memset(&counted, 0, sizeof(counted));
	assert_int_equal(found->n_questions, 1);
	do
		count_case(pair, found, &c, &counted);
	while (brute_next(&found->alignment->joint, &c));
	for (uint16_t i = 0; i < question->n_classes; i++) {
		assert_true(counted.n[i] > 0);
		assert_true(counted.n_shown[i] > 0);
		assert_share(question->classes[i].share, counted.n[i],
			     counted.n_either);
		assert_sides(&question->classes[i]);
		assert_true(i == 0 || question->classes[i - 1].direction <=
					      question->classes[i].direction);
	}
	assert_share(question->changed, counted.n_changed, counted.n_either);
	for (unsigned s = 0; s < 2; s++)
		assert_share(found->possible_only[s], counted.n_only[s],
			     counted.n_either);
}

static const struct diff *differences(const struct alignment *alignment)
{
	const struct diff *found = NULL;

	assert_int_equal(diff(alignment, NULL, &arena, &scratch, &found), 0);
	return found;
}

static void the_classes_reported_are_exactly_the_cases_that_change(void **state)
{
	unsigned n = 0;
	unsigned n_realised = 0;
	unsigned n_classes = 0;

	(void)state;
	for (uint64_t seed = 1000; n < n_pairs_wanted; seed++) {
		struct chance chance = { seed };
		const struct alignment *alignment;
		const struct edition *pair[2];
		const struct diff *found;

		if (!next_pair(&chance, pair, &alignment))
			continue;
		if (n_pairs_wanted != PAIRS)
			print_message("seed %llu\n", (unsigned long long)seed);
		found = differences(alignment);
		compare(pair, found);
		n_classes += found->questions[0].n_classes;
		for (uint16_t i = 0; i < found->questions[0].n_classes; i++)
			n_realised += found->questions[0].classes[i].facts[0] != NULL;
		n++;
	}
	print_message("%u classes, answers for %u\n", n_classes, n_realised);
	assert_true(n_classes > n / 2 && n_realised > n_classes / 2);
}

static void what_one_way_makes_worse_the_other_way_makes_better(void **state)
{
	static const enum diff_direction turned[] = {
		[DIFF_WORSE] = DIFF_BETTER,
		[DIFF_OTHER] = DIFF_OTHER,
		[DIFF_BETTER] = DIFF_WORSE,
	};
	unsigned n = 0;

	(void)state;
	for (uint64_t seed = 5000; n < n_pairs_wanted / 4; seed++) {
		struct chance chance = { seed };
		const struct alignment *there, *back;
		const struct edition *pair[2];
		const struct diff *a, *b;
		const char *name;

		if (!next_pair(&chance, pair, &there))
			continue;
		n++;
		assert_int_equal(align(pair[1], pair[0], &arena, &back, &name), 0);
		a = differences(there);
		b = differences(back);
		assert_int_equal(a->equivalent, b->equivalent);
		assert_int_equal(a->questions[0].n_classes, b->questions[0].n_classes);
		assert_near(a->questions[0].changed, b->questions[0].changed);
		for (uint16_t i = 0; i < a->questions[0].n_classes; i++) {
			const struct diff_class *class = &a->questions[0].classes[i];
			const struct diff_class *mirror = class_of(
				&b->questions[0], &class->results[1],
				&class->results[0]);

			assert_non_null(mirror);
			assert_int_equal(mirror->direction, turned[class->direction]);
			assert_near(mirror->share, class->share);
		}
	}
}

/* The rows of a U table the other way round, and the tables' order as it was. */
static const struct edition *turned_round(const struct edition *edition)
{
	struct edition *other = arena_alloc(&arena, sizeof(*other));
	struct table *tables = arena_array(&arena, TABLES_MAX, sizeof(*tables));
	struct table_finding findings[FINDINGS_MAX];
	size_t n = 0;

	*other = *edition;
	memcpy(tables, edition->tables, edition->n_tables * sizeof(*tables));
	other->tables = tables;
	for (uint16_t t = 0; t < edition->n_tables; t++) {
		uint8_t n_rows = tables[t].n_rows;
		struct row *rows = arena_array(&arena, ROWS_MAX, sizeof(*rows));

		for (uint8_t r = 0; r < n_rows; r++)
			rows[r] = tables[t].rows[n_rows - 1 - r];
		if (tables[t].hit != HIT_FIRST)
			tables[t].rows = rows;
	}
	arena_reset(&work);
	assert_int_equal(diagram_build(other, &arena, &work, findings, &n,
				       &other->diagram),
			 0);
	assert_int_equal(n, 0);
	return other;
}

static void rows_in_another_order_are_the_same_law(void **state)
{
	unsigned n = 0;

	(void)state;
	for (uint64_t seed = 9000; n < n_pairs_wanted / 4; seed++) {
		struct chance chance = { seed };
		const struct alignment *alignment;
		const struct edition *edition;
		const struct diff *found;
		const char *name;

		arena_reset(&arena);
		edition = random_sound_edition(&chance, &arena, &work);
		if (edition == NULL)
			continue;
		n++;
		assert_int_equal(align(edition, turned_round(edition), &arena,
				       &alignment, &name),
				 0);
		found = differences(alignment);
		assert_true(found->equivalent);
		assert_int_equal(found->questions[0].n_classes, 0);
		assert_int_equal(found->questions[0].changed.parts, 0);
	}
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_classes_reported_are_exactly_the_cases_that_change,
			begin, end),
		cmocka_unit_test_setup_teardown(
			what_one_way_makes_worse_the_other_way_makes_better, begin,
			end),
		cmocka_unit_test_setup_teardown(rows_in_another_order_are_the_same_law,
						begin, end),
	};

	if (argc > 1)
		n_pairs_wanted = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
