/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/property/compare.h"

#define COMPLETIONS_MAX 400
#define OPENED_MAX 4
#define IMPOSSIBLE 255

/* Every completion of the open facts, decided by the naive evaluator. */
struct completions {
	const struct question *question;
	const struct table *table;
	struct opened opened;
	size_t n_options[OPENED_MAX];
	size_t n;
	uint8_t outcomes[COMPLETIONS_MAX];	/* value of the outcome, or IMPOSSIBLE */
	uint64_t seen[OUTPUTS_MAX];
	bool any;
};

static bool tests_unknown(const struct edition *edition, size_t fact)
{
	for (size_t v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_FACT &&
		    edition->variables[v].index == fact)
			return edition->variables[v].has_unknown;
	return false;
}

/* ---- Values of outputs ---- */

static const char *without_ticks(const char *text, char to[NAIVE_TEXT])
{
	size_t n = strlen(text);

	snprintf(to, NAIVE_TEXT, "%s", text);
	if (n > 1 && text[0] == '`') {
		to[n - 1] = '\0';
		return to + 1;
	}
	return to;
}

/* The index of a value as the cell writes it. */
static uint8_t value_index(const struct output *output, const char *written)
{
	char a[NAIVE_TEXT], b[NAIVE_TEXT];

	for (uint8_t i = 0; i < output->n_values; i++)
		if (strcmp(without_ticks(output->values[i], a),
			   without_ticks(written, b)) == 0)
			return i;
	assert_string_equal(written, "-");
	return VALUE_NONE;
}

static uint8_t naive_value(const struct naive_result *result, const struct output *output)
{
	for (size_t i = 1; i < result->table->n_columns; i++)
		if (strcmp(result->table->heads[i], output->name) == 0)
			return value_index(output, result->written[i]);
	fail_msg("no output %s", output->name);
	return 0;
}

/* Decides one completion; returns the outcome's value or IMPOSSIBLE. */
static uint8_t note_completion(struct subject *subject, struct completions *c,
			       const struct naive_case *naive_case)
{
	static struct naive_result result;

	subject->n_completions++;
	naive_decide(subject->naive, c->question->name, naive_case, &result);
	if (!result.possible)
		return IMPOSSIBLE;
	c->any = true;
	for (size_t o = 0; o < c->table->n_outputs; o++)
		c->seen[o] |= 1ull << naive_value(&result, &c->table->outputs[o]);
	return naive_value(&result, &c->table->outputs[c->question->outcome]);
}

static void begin(struct subject *subject, const struct question *question,
		  struct completions *c)
{
	memset(c, 0, sizeof(*c));
	c->question = question;
	c->table = &subject->edition->tables[question->table];
}

/* ---- Facts that can be enumerated ---- */

static void open_facts(struct subject *subject, struct completions *c)
{
	static const enum answer_state states[] = { ANSWER_ABSENT, ANSWER_NOT_KNOWN,
						    ANSWER_DECLINED };
	struct chance *chance = &subject->cases.chance;
	size_t wanted = 1 + chance_below(chance, OPENED_MAX);

	c->n = 1;
	for (size_t tries = 0; tries < 40 && c->opened.n < wanted; tries++) {
		size_t fact = chance_below(chance, subject->edition->n_facts);
		enum answer_state state = states[chance_below(chance, 3)];
		size_t n = cases_n_all(&subject->cases, fact);
		bool again = false;

		for (size_t i = 0; i < c->opened.n; i++)
			again = again || c->opened.facts[i] == fact;
		if (tests_unknown(subject->edition, fact) && state == ANSWER_ABSENT)
			n *= 2;
		if (again || n == 0 || c->n * n > COMPLETIONS_MAX ||
		    (c->question->facts >> fact & 1) == 0)
			continue;
		c->opened.facts[c->opened.n] = fact;
		c->opened.states[c->opened.n] = state;
		c->n_options[c->opened.n++] = n;
		c->n *= n;
	}
}

static void complete(struct subject *subject, const struct completions *c, size_t index,
		     bool not_known[NAIVE_FACTS])
{
	memset(not_known, 0, NAIVE_FACTS * sizeof(*not_known));
	for (size_t i = 0; i < c->opened.n; i++) {
		size_t fact = c->opened.facts[i];
		size_t n = cases_n_all(&subject->cases, fact);
		size_t option = index % c->n_options[i];

		index /= c->n_options[i];
		cases_put_any(&subject->cases, fact, option % n);
		if (tests_unknown(subject->edition, fact))
			not_known[fact] = c->opened.states[i] != ANSWER_ABSENT ||
					  option >= n;
	}
}

static void decide_completions(struct subject *subject, struct completions *c)
{
	bool not_known[NAIVE_FACTS];

	for (size_t i = 0; i < c->n; i++) {
		struct naive_case naive_case;

		complete(subject, c, i, not_known);
		naive_case = cases_case(&subject->cases);
		memcpy(naive_case.not_known, not_known, sizeof(not_known));
		c->outcomes[i] = note_completion(subject, c, &naive_case);
	}
}

/* Two completions that differ in this fact alone have different outcomes. */
static bool flips(const struct completions *c, size_t at)
{
	size_t stride = 1;

	for (size_t i = 0; i < at; i++)
		stride *= c->n_options[i];
	for (size_t i = 0; i < c->n; i++)
		for (size_t j = i - i / stride % c->n_options[at] * stride; j < i;
		     j += stride)
			if (c->outcomes[i] != c->outcomes[j] &&
			    c->outcomes[i] != IMPOSSIBLE && c->outcomes[j] != IMPOSSIBLE)
				return true;
	return false;
}

static bool is_listed(const struct decision *decision, size_t fact)
{
	for (size_t i = 0; i < decision->n_open; i++)
		if (decision->open[i] == fact)
			return true;
	return false;
}

/* The completion that is this one but for the first option of what is not kept. */
static size_t kept_part(const struct completions *c, size_t index, unsigned kept)
{
	size_t stride = 1;
	size_t part = 0;

	for (size_t i = 0; i < c->opened.n; i++) {
		if ((kept >> i & 1) != 0)
			part += index / stride % c->n_options[i] * stride;
		stride *= c->n_options[i];
	}
	return part;
}

/* Completions that agree on these open facts, given as bits, have one outcome. */
static bool settled_by(const struct completions *c, unsigned kept)
{
	uint8_t outcomes[COMPLETIONS_MAX];

	memset(outcomes, IMPOSSIBLE, sizeof(outcomes));
	for (size_t i = 0; i < c->n; i++) {
		uint8_t *outcome = &outcomes[kept_part(c, i, kept)];

		if (c->outcomes[i] == IMPOSSIBLE)
			continue;
		if (*outcome != IMPOSSIBLE && *outcome != c->outcomes[i])
			return false;
		*outcome = c->outcomes[i];
	}
	return true;
}

static void check_open(struct subject *subject, const struct completions *c,
		       const struct decision *decision)
{
	unsigned kept = 0;

	for (size_t i = 0; i < c->opened.n; i++)
		if (is_listed(decision, c->opened.facts[i]))
			kept |= 1u << i;
	HOLDS((decision->n_open != 0) == (decision->outcome == OUTCOME_ASK), subject,
	      c->question, &c->opened);
	HOLDS(settled_by(c, kept), subject, c->question, &c->opened);
	for (size_t i = 0; i < c->opened.n; i++) {
		bool listed = (kept >> i & 1) != 0;

		/* constraints may tie facts so that none can change alone */
		HOLDS(listed || !flips(c, i), subject, c->question, &c->opened);
		HOLDS(!listed || !settled_by(c, kept & ~(1u << i)), subject, c->question,
		      &c->opened);
		subject->n_idle += listed && !flips(c, i);
	}
}

/* Holds a decision to what the completions gave. False for a contradiction. */
static bool check(struct subject *subject, const struct completions *c,
		  const struct facts *facts, struct decision *decision)
{
	uint64_t outcomes = c->seen[c->question->outcome];
	int row;
	int r = decide(subject->edition, c->question, facts, &subject->deciding,
		       decision, &row);

	subject->n_open++;
	HOLDS(r == (c->any ? 0 : DECIDE_E_CONTRADICTION), subject, c->question,
	      &c->opened);
	if (r != 0) {
		subject->n_contradictions++;
		return false;
	}
	HOLDS(decision->agreed, subject, c->question, &c->opened);
	HOLDS((decision->outcome == OUTCOME_ASK) == ((outcomes & (outcomes - 1)) != 0),
	      subject, c->question, &c->opened);
	for (size_t o = 0; o < decision->n_outputs; o++)
		HOLDS(decision->outputs[o].possible == c->seen[o], subject, c->question,
		      &c->opened);
	subject->n_asks += decision->outcome == OUTCOME_ASK;
	return true;
}

void compare_open(struct subject *subject, const struct question *question)
{
	static struct completions c;
	struct decision decision;
	struct facts facts;

	begin(subject, question, &c);
	open_facts(subject, &c);
	arena_reset(&subject->deciding);
	answers_of(subject, &c.opened, &facts);
	decide_completions(subject, &c);
	if (check(subject, &c, &facts, &decision))
		check_open(subject, &c, &decision);
}

/* ---- A date ---- */

void compare_open_date(struct subject *subject, const struct question *question,
		       size_t fact, bool month, int n_years)
{
	char *value = subject->cases.values[fact];
	int near = naive_day(subject->cases.as_of);
	int first = 0;
	int last = DAY_MAX - DAY_MIN;
	struct completions c;
	struct decision decision;
	struct facts facts;

	begin(subject, question, &c);
	c.opened = (struct opened){ .n = 1, .facts = { fact } };
	arena_reset(&subject->deciding);
	answers_of(subject, &c.opened, &facts);
	if (month) {
		value[7] = '\0';
		answers_of(subject, NULL, &facts);
		first = facts.answers[fact].date.first - DAY_MIN;
		last = facts.answers[fact].date.last - DAY_MIN;
	}
	for (int day = first; day <= last; day++) {
		struct naive_case naive_case;

		if (!month && day % 20 != 0 && abs(day - near) > n_years * 366)
			continue;
		naive_date(day, value);
		naive_case = cases_case(&subject->cases);
		note_completion(subject, &c, &naive_case);
	}
	check(subject, &c, &facts, &decision);
}

/* ---- Interviews ---- */

static void none_added(const struct subject *subject, const struct question *question,
		       const struct decision *before, const struct decision *after)
{
	for (size_t o = 0; o < after->n_outputs; o++)
		HOLDS((after->outputs[o].possible & ~before->outputs[o].possible) == 0,
		      subject, question, NULL);
}

void compare_interview(struct subject *subject, const struct question *question,
		       bool last_first)
{
	static struct naive_result result;
	struct naive_case naive_case = cases_case(&subject->cases);
	struct facts whole, facts;
	struct decision before, decision;
	size_t n_asked = 0;
	int row;

	naive_decide(subject->naive, question->name, &naive_case, &result);
	if (!result.possible)
		return;
	arena_reset(&subject->deciding);
	answers_of(subject, NULL, &whole);
	facts = (struct facts){ .as_of = whole.as_of };
	assert_int_equal(decide(subject->edition, question, &facts, &subject->deciding,
				&decision, &row), 0);
	while (decision.outcome == OUTCOME_ASK) {
		uint8_t fact = decision.open[last_first ? decision.n_open - 1 : 0];

		HOLDS(facts.answers[fact].state == ANSWER_ABSENT, subject, question,
		      NULL);
		HOLDS(n_asked++ < subject->edition->n_facts, subject, question, NULL);
		before = decision;
		facts.answers[fact] = whole.answers[fact];
		arena_reset(&subject->deciding);
		answers_of(subject, NULL, &whole);
		assert_int_equal(decide(subject->edition, question, &facts,
					&subject->deciding, &decision, &row), 0);
		none_added(subject, question, &before, &decision);
		/* asked in its own order, what it promised at most gets less */
		HOLDS(last_first || decision.questions_left < before.questions_left,
		      subject, question, NULL);
	}
	HOLDS(strcmp(outcome_names[decision.outcome], result.outcome) == 0, subject,
	      question, NULL);
	subject->n_open += n_asked;
}

/* ---- What must not matter ---- */

static void other_circumstances(struct subject *subject, struct facts *facts)
{
	struct chance *chance = &subject->cases.chance;

	for (size_t i = 0; i < subject->edition->n_facts; i++) {
		struct answer *answer = &facts->answers[i];

		answer->source = (enum answer_source)chance_below(chance,
								  SOURCE_OFFICER + 1);
		answer->basis = (enum answer_basis)chance_below(chance,
								BASIS_ASSESSED + 1);
		answer->has_dated = chance_once_in(chance, 2);
		answer->dated = (day_t)chance_below(chance, 20000);
		if (answer->state != ANSWER_VALUE &&
		    !tests_unknown(subject->edition, i))
			answer->state = chance_once_in(chance, 2) ? ANSWER_DECLINED :
								    ANSWER_NOT_KNOWN;
		else if (answer->state == ANSWER_NOT_KNOWN)
			answer->state = ANSWER_DECLINED;
		if (subject->edition->facts[i].class == FACT_EVIDENCE ||
		    subject->edition->facts[i].class == FACT_HIDDEN)
			answer->state = ANSWER_ABSENT;
	}
}

void compare_circumstances(struct subject *subject, const struct question *question)
{
	struct decision decision, other;
	struct completions c;
	struct facts facts;
	int row, other_row;
	int r;

	begin(subject, question, &c);
	open_facts(subject, &c);
	arena_reset(&subject->deciding);
	answers_of(subject, &c.opened, &facts);
	r = decide(subject->edition, question, &facts, &subject->deciding, &decision,
		   &row);
	other_circumstances(subject, &facts);
	HOLDS(decide(subject->edition, question, &facts, &subject->deciding, &other,
		     &other_row) == r, subject, question, &c.opened);
	HOLDS(r == 0 ? same_decision(&decision, &other) : row == other_row, subject,
	      question, &c.opened);
}
