/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/decide.h"
#include "tests/support/brute.h"
#include "tests/support/random_edition.h"

/*
 * Editions by chance, cases by chance, and every completion of what is open:
 * decide() against a loop over all of them.
 */
#define EDITIONS 400
#define CASES_EACH 12
#define COMPLETIONS_MAX 6000
#define OPTIONS_MAX 64

static unsigned n_editions = EDITIONS;

/* One way in which an open fact can be completed. */
struct option {
	int64_t number;		/* a set's elements as bits */
	bool unknown;		/* the class of not knowing */
};

struct completions {
	const struct edition *edition;
	const struct facts *facts;
	unsigned n_options[FACTS_MAX];
	struct option options[FACTS_MAX][OPTIONS_MAX];
	unsigned n;		/* the product */
	/* of each completion, the value of each output; all ones if impossible */
	uint8_t (*values)[OUTPUTS_MAX];
	uint64_t seen[OUTPUTS_MAX];
	unsigned n_possible;
	bool always[TABLES_MAX][ROWS_MAX];	/* rows taken in every completion */
	bool ever[TABLES_MAX][ROWS_MAX];	/* taken and on the way in some */
};

#define IMPOSSIBLE 255

/* ---- Completions ---- */

static bool tests_unknown(const struct edition *edition, unsigned fact)
{
	for (unsigned v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_FACT &&
		    edition->variables[v].index == fact)
			return edition->variables[v].has_unknown;
	return false;
}

static void add_option(struct completions *c, unsigned fact, int64_t number,
		       bool unknown)
{
	assert_true(c->n_options[fact] < OPTIONS_MAX);
	c->options[fact][c->n_options[fact]++] = (struct option){ number, unknown };
}

static void add_options(struct completions *c, unsigned fact)
{
	const struct fact *f = &c->edition->facts[fact];
	const struct answer *answer = &c->facts->answers[fact];
	bool unknown = tests_unknown(c->edition, fact);
	int64_t low = 0;
	int64_t high = f->type == FACT_SET     ? (1 << f->n_values) - 1 :
		       f->type == FACT_INTEGER ? f->maximum :
						 f->n_values - 1;

	if (answer->state == ANSWER_VALUE) {
		low = f->type == FACT_DATE ? answer->date.first :
		      f->type == FACT_SET  ? (int64_t)answer->set :
					     answer->number;
		high = f->type == FACT_DATE ? answer->date.last : low;
		unknown = false;
	}
	for (int64_t number = low; number <= high; number++) {
		if (!unknown || answer->state == ANSWER_ABSENT)
			add_option(c, fact, number, false);
		if (unknown)
			add_option(c, fact, number, true);
	}
}

static uint8_t class_of(const struct completions *c, const struct variable *v,
			const struct option *const *chosen, const int64_t *numbers)
{
	int64_t number = v->kind == VARIABLE_DERIVED ?
				 brute_derived(c->edition, v->index, numbers,
					       c->facts->as_of) :
				 numbers[v->index];
	unsigned class = 0;

	if (v->kind == VARIABLE_ELEMENT)
		return (uint8_t)(number >> v->element & 1);
	if (v->kind == VARIABLE_FACT && chosen[v->index]->unknown)
		return (uint8_t)(v->n_classes - 1);
	for (unsigned i = 0; i + 1 + v->has_unknown < v->n_classes; i++)
		class += number >= v->cuts[i];
	return (uint8_t)class;
}

static void complete(const struct completions *c, unsigned index,
		     struct brute_case *ret_case)
{
	const struct option *chosen[FACTS_MAX];
	int64_t numbers[FACTS_MAX];

	for (unsigned f = 0; f < c->edition->n_facts; f++) {
		chosen[f] = &c->options[f][index % c->n_options[f]];
		numbers[f] = chosen[f]->number;
		index /= c->n_options[f];
	}
	for (unsigned v = 0; v < c->edition->n_variables; v++)
		ret_case->classes[v] = class_of(c, &c->edition->variables[v], chosen,
						numbers);
}

static void note_rows(struct completions *c, const struct brute_table *results)
{
	bool way[TABLES_MAX];

	brute_way(c->edition, c->edition->questions, results, way);
	for (unsigned t = 0; t < c->edition->n_tables; t++)
		for (unsigned r = 0; r < c->edition->tables[t].n_rows; r++) {
			if (!results[t].taken[r])
				c->always[t][r] = false;
			else if (way[t])
				c->ever[t][r] = true;
		}
}

static void run_completions(struct completions *c)
{
	const struct question *question = c->edition->questions;
	static struct brute_table results[TABLES_MAX];
	struct brute_case classes;

	memset(c->always, true, sizeof(c->always));
	for (unsigned i = 0; i < c->n; i++) {
		complete(c, i, &classes);
		memset(c->values[i], IMPOSSIBLE, OUTPUTS_MAX);
		if (!brute_possible(c->edition, &classes))
			continue;
		c->n_possible++;
		brute_tables(c->edition, &classes, results);
		note_rows(c, results);
		for (unsigned o = 0; o < c->edition->tables[question->table].n_outputs;
		     o++) {
			c->values[i][o] = (uint8_t)results[question->table].values[o];
			c->seen[o] |= 1ull << c->values[i][o];
		}
	}
}

/* False where there are too many. */
static bool completions_of(const struct edition *edition, const struct facts *facts,
			   struct completions *c)
{
	static uint8_t values[COMPLETIONS_MAX][OUTPUTS_MAX];

	memset(c, 0, sizeof(*c));
	c->edition = edition;
	c->facts = facts;
	c->values = values;
	c->n = 1;
	for (unsigned f = 0; f < edition->n_facts; f++) {
		add_options(c, f);
		c->n *= c->n_options[f];
		if (c->n > COMPLETIONS_MAX)
			return false;
	}
	run_completions(c);
	return true;
}

/* Two completions that differ in this fact alone differ in an output. */
static bool flips(const struct completions *c, unsigned fact, unsigned output)
{
	unsigned stride = 1;

	for (unsigned f = 0; f < fact; f++)
		stride *= c->n_options[f];
	for (unsigned i = 0; i < c->n; i++) {
		unsigned digit = i / stride % c->n_options[fact];

		for (unsigned j = i - digit * stride; j < i; j += stride)
			if (c->values[i][output] != c->values[j][output] &&
			    c->values[i][output] != IMPOSSIBLE &&
			    c->values[j][output] != IMPOSSIBLE)
				return true;
	}
	return false;
}

/* ---- Cases ---- */

static struct answer random_answer(struct chance *chance, const struct fact *fact,
				   unsigned open_once_in)
{
	struct answer answer = { .state = ANSWER_VALUE };
	unsigned n = fact->type == FACT_SET     ? 1u << fact->n_values :
		     fact->type == FACT_INTEGER ? (unsigned)fact->maximum + 1 :
						  fact->n_values;

	if (fact->type == FACT_DATE) {
		date_parse_span("2025-02", 7, &answer.date.first, &answer.date.last);
		if (!chance_once_in(chance, open_once_in))
			answer.date.first = answer.date.last -=
				(day_t)chance_below(chance, 20);
		return answer;
	}
	answer.number = chance_below(chance, n);
	if (fact->type == FACT_SET)
		answer.set = chance_below(chance, n);
	if (chance_once_in(chance, open_once_in)) {
		answer = (struct answer){ .state = ANSWER_ABSENT };
		if (chance_once_in(chance, 3))
			answer.state = chance_once_in(chance, 2) ? ANSWER_NOT_KNOWN :
								   ANSWER_DECLINED;
	}
	return answer;
}

static void random_case(struct chance *chance, const struct edition *edition,
			unsigned open_once_in, struct facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	assert_true(date_parse("2025-02-14", 10, &facts->as_of));
	for (unsigned f = 0; f < edition->n_facts; f++)
		facts->answers[f] = random_answer(chance, &edition->facts[f],
						  open_once_in);
}

/* ---- What is held ---- */

struct totals {
	unsigned cases;
	unsigned asks;
	unsigned contradictions;
	unsigned long completions;
	unsigned listed;	/* open facts named */
	unsigned idle;		/* of which the others would do */
};

static void check_rows(const struct completions *c, const struct decision *decision)
{
	bool listed[TABLES_MAX][ROWS_MAX] = { 0 };

	for (unsigned i = 0; i < decision->n_rows; i++) {
		const struct decided_row *row = &decision->rows[i];

		listed[row->table][row->row] = true;
		if (row->certain)
			assert_true(c->always[row->table][row->row]);
		if (c->n == 1)
			assert_true(row->certain && c->ever[row->table][row->row]);
	}
	for (unsigned t = 0; t < c->edition->n_tables; t++)
		for (unsigned r = 0; r < c->edition->tables[t].n_rows; r++)
			if (c->ever[t][r])
				assert_true(listed[t][r]);
}

static void check_outputs(const struct completions *c, const struct decision *decision)
{
	for (unsigned o = 0; o < decision->n_outputs; o++) {
		const struct decided_output *output = &decision->outputs[o];
		bool one = (c->seen[o] & (c->seen[o] - 1)) == 0;

		assert_int_equal(output->possible, c->seen[o]);
		assert_int_equal(output->settled, one);
		if (one)
			assert_int_equal(1ull << output->value, c->seen[o]);
	}
	if ((c->seen[0] & (c->seen[0] - 1)) == 0)
		assert_int_equal(1ull << decision->outcome, c->seen[0]);
	else
		assert_int_equal(decision->outcome, OUTCOME_ASK);
	assert_true(decision->agreed);
}

static bool is_listed(const struct decision *decision, unsigned fact)
{
	for (unsigned i = 0; i < decision->n_open; i++)
		if (decision->open[i] == fact)
			return true;
	return false;
}

/* Completions that agree on what is listed, but for one fact, have one outcome. */
static bool settled_without(const struct completions *c,
			    const struct decision *decision, unsigned without)
{
	static uint8_t outcomes[COMPLETIONS_MAX];

	memset(outcomes, IMPOSSIBLE, sizeof(outcomes));
	for (unsigned i = 0; i < c->n; i++) {
		unsigned stride = 1, part = 0;

		for (unsigned f = 0; f < c->edition->n_facts; f++) {
			if (f != without && is_listed(decision, f))
				part += i / stride % c->n_options[f] * stride;
			stride *= c->n_options[f];
		}
		if (c->values[i][0] == IMPOSSIBLE)
			continue;
		if (outcomes[part] != IMPOSSIBLE && outcomes[part] != c->values[i][0])
			return false;
		outcomes[part] = c->values[i][0];
	}
	return true;
}

static bool derives_from_open(const struct completions *c)
{
	for (unsigned f = 0; f < c->edition->n_facts; f++)
		for (unsigned d = 0; d < c->edition->n_derived; d++)
			if ((c->edition->derived[d].facts >> f & 1) != 0 &&
			    c->n_options[f] > 1)
				return true;
	return false;
}

static void check_open(const struct completions *c, const struct decision *decision,
		       struct totals *totals)
{
	assert_int_equal(decision->n_open != 0, decision->outcome == OUTCOME_ASK);
	assert_true(settled_without(c, decision, FACTS_MAX));
	for (unsigned f = 0; f < c->edition->n_facts; f++) {
		bool matters = flips(c, f, 0);

		if (matters)
			assert_true(is_listed(decision, f));
		totals->listed += is_listed(decision, f);
		if (!is_listed(decision, f) || !settled_without(c, decision, f))
			continue;
		/* an open fact ties all the derived facts that read it */
		assert_true(derives_from_open(c));
		totals->idle++;
	}
}

static void check_case(const struct edition *edition, const struct facts *facts,
		       struct arena *arena, struct totals *totals)
{
	static struct completions c;
	struct decision decision;
	int row = -1;
	int r;

	if (!completions_of(edition, facts, &c))
		return;
	arena_reset(arena);
	r = decide(edition, edition->questions, facts, arena, &decision, &row);
	totals->cases++;
	totals->completions += c.n;
	if (c.n_possible == 0) {
		assert_int_equal(r, DECIDE_E_CONTRADICTION);
		totals->contradictions++;
		return;
	}
	assert_int_equal(r, 0);
	totals->asks += decision.outcome == OUTCOME_ASK;
	check_outputs(&c, &decision);
	check_rows(&c, &decision);
	check_open(&c, &decision, totals);
}

static void deciding_equals_a_loop_over_every_completion(void **state)
{
	CLEANUP(arena_done) struct arena arena, scratch, deciding;
	struct totals totals = { 0 };

	(void)state;
	arena_init(&arena, 64u << 20);
	arena_init(&scratch, 256u << 20);
	arena_init(&deciding, DECIDE_ARENA_BYTES);
	for (unsigned seed = 0; seed < n_editions; seed++) {
		struct chance chance = { seed };
		const struct edition *edition;

		arena_reset(&arena);
		edition = random_sound_edition(&chance, &arena, &scratch);
		for (unsigned i = 0; edition != NULL && i < CASES_EACH; i++) {
			struct facts facts;

			random_case(&chance, edition, 2 + i % 3, &facts);
			if (getenv("VERBOSE_SEED") != NULL)
				fprintf(stderr, "seed %u case %u\n", seed, i);
			check_case(edition, &facts, &deciding, &totals);
		}
	}
	print_message("# %u cases, %lu completions, %u asks, %u contradictions; "
		      "%u open facts listed, %u of them idle\n",
		      totals.cases, totals.completions, totals.asks,
		      totals.contradictions, totals.listed, totals.idle);
	assert_true(totals.asks > totals.cases / 10);
	assert_true(totals.contradictions > 0);
}

/* ---- Findings ---- */

struct truth {
	bool any;		/* some case can occur */
	bool gap[TABLES_MAX];
	bool overlap[TABLES_MAX];
	bool reached[TABLES_MAX][ROWS_MAX];
};

/* What earlier tables cannot say is nobody's gap but theirs. */
static void find_truth(const struct edition *edition, struct truth *truth)
{
	static struct brute_table results[TABLES_MAX];
	struct brute_case c = { { 0 } };

	memset(truth, 0, sizeof(*truth));
	do {
		if (!brute_possible(edition, &c))
			continue;
		truth->any = true;
		brute_tables(edition, &c, results);
		for (unsigned t = 0; t < edition->n_tables; t++) {
			truth->gap[t] = truth->gap[t] || results[t].gap;
			truth->overlap[t] = truth->overlap[t] || results[t].overlap;
			for (unsigned r = 0; r < edition->tables[t].n_rows; r++)
				truth->reached[t][r] |= results[t].taken[r];
		}
	} while (brute_next(edition, &c));
}

static void check_witness(const struct edition *edition, const struct table_finding *finding)
{
	static struct brute_table results[TABLES_MAX];
	const struct brute_table *result = &results[finding->table];
	struct brute_case c;

	for (unsigned v = 0; v < edition->n_variables; v++)
		c.classes[v] = finding->example.classes[v] == CASE_ANY ?
				       0 :
				       finding->example.classes[v];
	assert_true(brute_possible(edition, &c));
	brute_tables(edition, &c, results);
	if (finding->kind == FINDING_GAP)
		assert_true(result->gap);
	else
		assert_true(result->taken[finding->row] &&
			    result->taken[finding->other]);
}

static void check_findings(const struct edition *edition, const struct truth *truth,
			   const struct table_finding *findings, size_t n)
{
	struct truth found = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct table_finding *f = &findings[i];

		if (f->kind == FINDING_GAP || f->kind == FINDING_OVERLAP)
			check_witness(edition, f);
		if (f->kind == FINDING_GAP)
			found.gap[f->table] = true;
		if (f->kind == FINDING_OVERLAP)
			found.overlap[f->table] = true;
		if (f->kind == FINDING_DEAD_ROW) {
			assert_false(truth->reached[f->table][f->row]);
			found.reached[f->table][f->row] = true;
		}
	}
	if (n == FINDINGS_MAX)
		return;
	for (unsigned t = 0; t < edition->n_tables; t++) {
		assert_int_equal(found.gap[t], truth->gap[t]);
		assert_int_equal(found.overlap[t], truth->overlap[t]);
		for (unsigned r = 0; r < edition->tables[t].n_rows; r++)
			assert_true(found.reached[t][r] || truth->reached[t][r]);
	}
}

static bool is_small(const struct edition *edition)
{
	unsigned n = 1;

	for (unsigned v = 0; v < edition->n_variables; v++)
		n *= edition->variables[v].n_classes;
	return n <= COMPLETIONS_MAX;
}

static void findings_are_what_a_loop_over_every_case_finds(void **state)
{
	CLEANUP(arena_done) struct arena arena, scratch;
	unsigned n_checked = 0;

	(void)state;
	arena_init(&arena, 64u << 20);
	arena_init(&scratch, 256u << 20);
	for (unsigned seed = 0; seed < n_editions; seed++) {
		struct chance chance = { seed };
		struct table_finding findings[FINDINGS_MAX];
		struct edition *edition;
		static struct truth truth;
		size_t n = 0;

		arena_reset(&arena);
		arena_reset(&scratch);
		edition = random_edition(&chance, ROWS_WILD, &arena);
		if (!is_small(edition))
			continue;
		assert_int_equal(diagram_build(edition, &arena, &scratch, findings, &n,
					       &edition->diagram), 0);
		assert_int_equal(edition->diagram == NULL, n != 0);
		find_truth(edition, &truth);
		if (!truth.any)
			assert_int_equal(findings[0].kind, FINDING_NO_CASE);
		else
			check_findings(edition, &truth, findings, n);
		n_checked++;
	}
	print_message("# %u editions\n", n_checked);
	assert_true(n_checked > n_editions / 2);
}

/* An argument asks for a longer campaign: that many editions. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_are_what_a_loop_over_every_case_finds),
		cmocka_unit_test(deciding_equals_a_loop_over_every_completion),
	};

	if (argc > 1)
		n_editions = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
