/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/explain.h"

#include <errno.h>
#include <string.h>

#include "policy/diagram/ask.h"
#include "policy/settle.h"

struct explaining {
	const struct edition *edition;
	const struct question *question;
	struct facts facts;	/* the case, with what is tried */
	struct arena *scratch;
	struct settled settled;
	uint64_t values;	/* of the outcome that are within reach, as bits */
};

static node_ref outcome_root(const struct explaining *explaining)
{
	size_t q = (size_t)(explaining->question - explaining->edition->questions);

	return explaining->edition->diagram->roots[q][explaining->question->outcome];
}

/* ---- Values and outcomes ---- */

static const struct output *outcome_output(const struct explaining *explaining)
{
	const struct question *question = explaining->question;

	return &explaining->edition->tables[question->table].outputs[question->outcome];
}

static enum outcome outcome_of(const struct explaining *explaining, uint8_t value)
{
	unsigned outcome = OUTCOME_GRANT;

	/* the loader lets no other value be an outcome */
	while (outcome < OUTCOME_ADVERSE &&
	       strcmp(outcome_output(explaining)->values[value],
		      outcome_names[outcome]) != 0)
		outcome++;
	return (enum outcome)outcome;
}

/* Values of the outcome's output that are one of the outcomes, as bits. */
static uint64_t values_of(const struct explaining *explaining, uint32_t outcomes)
{
	uint64_t values = 0;

	for (uint8_t v = 0; v < outcome_output(explaining)->n_values; v++)
		if ((outcomes >> outcome_of(explaining, v) & 1) != 0)
			values |= 1ull << v;
	return values;
}

static uint64_t values_in(const struct reach *reach)
{
	uint64_t values = 0;

	for (size_t i = 0; i < reach->n; i++)
		values |= 1ull << (reach->terminals[i] & ~TERMINAL & 63);
	return values;
}

/* Which values the case as it stands can have. None: it cannot occur. */
static int look(struct explaining *explaining)
{
	int r;

	arena_reset(explaining->scratch);
	r = settle(explaining->edition, explaining->question, &explaining->facts,
		   explaining->scratch, &explaining->settled);
	if (r != 0)
		return r;
	explaining->values =
		values_in(&explaining->settled.reach[explaining->question->outcome]);
	return 0;
}

static bool is_one(uint64_t bits)
{
	return bits != 0 && (bits & (bits - 1)) == 0;
}

/* ---- Why ---- */

static bool is_told(const struct answer *answer)
{
	return answer->state != ANSWER_ABSENT;
}

/* Takes facts away, the last first, as long as the outcome stays forced. */
static int thin_out(struct explaining *explaining, uint64_t facts, uint64_t *reason)
{
	for (uint8_t i = (uint8_t)explaining->edition->n_facts; i > 0; i--) {
		uint8_t fact = (uint8_t)(i - 1);
		struct answer answer = explaining->facts.answers[fact];
		int r;

		if ((facts >> fact & 1) == 0)
			continue;
		explaining->facts.answers[fact] = (struct answer){ 0 };
		r = look(explaining);
		if (r != 0)
			return r;
		if (is_one(explaining->values)) {
			*reason &= ~(1ull << fact);
			continue;
		}
		explaining->facts.answers[fact] = answer;
	}
	return 0;
}

int explain_reason(const struct facts *facts, const struct decision *decision,
		   struct arena *scratch, uint64_t *ret_facts)
{
	struct explaining explaining = {
		.edition = decision->edition,
		.question = decision->question,
		.facts = *facts,
		.scratch = scratch,
	};
	uint64_t reason = 0;
	int r;

	for (uint8_t i = 0; i < decision->edition->n_facts; i++)
		if (is_told(&facts->answers[i]))
			reason |= 1ull << i;
	if (decision->outcome == OUTCOME_ASK || !decision->agreed)
		reason = 0;
	r = thin_out(&explaining, reason & ~decision->facts_used, &reason);
	if (r == 0)
		r = thin_out(&explaining, reason & decision->facts_used, &reason);
	if (r == 0)
		*ret_facts = reason;
	return r;
}

/* ---- Why not ---- */

uint32_t explain_better(enum outcome outcome)
{
	/* no route decides nothing: to lose every route is no way out */
	return ((1u << outcome) - 1) & ~(1u << OUTCOME_NO_ROUTE);
}

/* Answers that one fact could have instead. */
#define OPTIONS_MAX 64

struct options {
	uint8_t n;
	struct answer answers[OPTIONS_MAX];
};

struct way {
	struct explaining explaining;
	uint64_t wanted;	/* values of the outcome, as bits */
	uint64_t changeable;	/* facts, as bits */
	const struct facts *facts;
	struct options options[CHANGES_MAX];	/* of the facts being changed */
	uint8_t chosen[CHANGES_MAX];
	uint8_t n;		/* how many of them */
	struct way_out *out;
	uint32_t burden[CHANGE_SETS_MAX];
};

static void add_option(struct options *options, struct answer answer)
{
	if (options->n < OPTIONS_MAX)
		options->answers[options->n++] = answer;
}

static const struct variable *variable_of(const struct edition *edition, uint8_t fact)
{
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind != VARIABLE_DERIVED &&
		    edition->variables[v].index == fact)
			return &edition->variables[v];
	return NULL;
}

static void add_classes(const struct edition *edition, uint8_t fact,
			const struct answer *now, struct options *options)
{
	const struct variable *variable = variable_of(edition, fact);
	bool known = now->state == ANSWER_VALUE;
	uint8_t n = (uint8_t)(variable->n_classes - variable->has_unknown);

	for (uint8_t class = 0; class < n; class++) {
		struct answer answer = { .state = ANSWER_VALUE };

		answer.number = class == 0 ? edition->facts[fact].minimum
					   : variable->cuts[class - 1];
		if (!known || variable_class(variable, now->number) != class)
			add_option(options, answer);
	}
}

static void add_toggled(const struct answer *now, uint64_t toggled,
			struct options *options)
{
	uint64_t set = now->state == ANSWER_VALUE ? now->set : 0;

	add_option(options, (struct answer){ .state = ANSWER_VALUE,
					     .set = set ^ toggled });
}

/* A small set in every way, fewest differences first. */
static void add_small_sets(const struct fact *fact, const struct answer *now,
			   struct options *options)
{
	for (unsigned n = 1; n <= fact->n_values; n++)
		for (uint64_t toggled = 1; toggled < 1ull << fact->n_values; toggled++)
			if ((unsigned)__builtin_popcountll(toggled) == n)
				add_toggled(now, toggled, options);
}

static void add_large_sets(const struct fact *fact, const struct answer *now,
			   struct options *options)
{
	for (uint8_t i = 0; i < fact->n_values; i++)
		add_toggled(now, 1ull << i, options);
	for (uint8_t i = 0; i < fact->n_values; i++)
		for (uint8_t j = 0; j < i; j++)
			add_toggled(now, 1ull << i | 1ull << j, options);
}

static void add_sets(const struct fact *fact, const struct answer *now,
		     struct options *options)
{
	if (now->state != ANSWER_VALUE)
		add_toggled(now, 0, options);
	if (fact->n_values <= SET_TOGGLES_MAX)
		add_small_sets(fact, now, options);
	else
		add_large_sets(fact, now, options);
}

static void options_of(const struct way *way, uint8_t fact, struct options *ret_options)
{
	const struct edition *edition = way->explaining.edition;
	const struct answer *now = &way->facts->answers[fact];

	ret_options->n = 0;
	switch (edition->facts[fact].type) {
	case FACT_SET:
		add_sets(&edition->facts[fact], now, ret_options);
		break;
	case FACT_BOOLEAN:
	case FACT_ENUMERATION:
	case FACT_INTEGER:
		add_classes(edition, fact, now, ret_options);
		break;
	case FACT_DURATION:
	case FACT_DATE:
	case FACT_PERIODS:
		break;
	}
}

static bool can_change(const struct edition *edition, const struct question *question,
		       uint8_t fact)
{
	const struct fact *f = &edition->facts[fact];

	return (question->facts >> fact & 1) != 0 && f->changes != CHANGES_NEVER &&
	       (f->type == FACT_BOOLEAN || f->type == FACT_ENUMERATION ||
		f->type == FACT_INTEGER || f->type == FACT_SET) &&
	       variable_of(edition, fact) != NULL;
}

/* Sorted in among those found: the lightest first, and then the first found. */
static void add_set(struct way *way, const struct change_set *set, uint32_t burden)
{
	struct way_out *out = way->out;
	uint8_t at = out->n;

	while (at > 0 && way->burden[at - 1] > burden)
		at--;
	out->more = out->more || out->n == CHANGE_SETS_MAX;
	if (at == CHANGE_SETS_MAX)
		return;
	if (out->n < CHANGE_SETS_MAX)
		out->n++;
	for (uint8_t i = (uint8_t)(out->n - 1); i > at; i--) {
		out->sets[i] = out->sets[i - 1];
		way->burden[i] = way->burden[i - 1];
	}
	out->sets[at] = *set;
	way->burden[at] = burden;
}

static void take_set(struct way *way)
{
	const struct explaining *explaining = &way->explaining;
	struct change_set set = { .n = way->n };
	uint32_t burden = 0;

	for (uint8_t i = 0; i < way->n; i++) {
		uint8_t fact = way->chosen[i];

		set.changes[i] = (struct change){ fact,
						  explaining->facts.answers[fact] };
		burden += fact_burden(&explaining->edition->facts[fact]);
	}
	set.outcome = outcome_of(explaining,
				 (uint8_t)__builtin_ctzll(explaining->values));
	add_set(way, &set, burden);
}

/* Gives the chosen facts the answers of that number. */
static void answer(struct way *way, uint32_t number)
{
	for (uint8_t i = way->n; i > 0; i--) {
		const struct options *options = &way->options[i - 1];

		way->explaining.facts.answers[way->chosen[i - 1]] =
			options->answers[number % options->n];
		number /= options->n;
	}
}

/*
 * Tries every choice of answers for the chosen facts, in order, until one does
 * it. The first fact's answers vary slowest.
 */
static int try_answers(struct way *way)
{
	struct explaining *explaining = &way->explaining;
	uint32_t n = 1;

	for (uint8_t i = 0; i < way->n; i++) {
		options_of(way, way->chosen[i], &way->options[i]);
		n *= way->options[i].n;
	}
	for (uint32_t choice = 0; choice < n; choice++) {
		int r;

		answer(way, choice);
		r = look(explaining);
		if (r != 0)
			return r;
		if (is_one(explaining->values) &&
		    (explaining->values & way->wanted) != 0) {
			take_set(way);
			break;
		}
	}
	return 0;
}

static void restore(struct way *way)
{
	way->explaining.facts = *way->facts;
}

/*
 * With these facts open the outcome must be within reach, or no answers to them
 * lead there: that spares most choices of facts all their answers.
 */
static int try_facts(struct way *way)
{
	struct explaining *explaining = &way->explaining;
	int r;

	restore(way);
	for (uint8_t i = 0; i < way->n; i++)
		explaining->facts.answers[way->chosen[i]] = (struct answer){ 0 };
	r = look(explaining);
	if (r == 0 && (explaining->values & way->wanted) != 0)
		r = try_answers(way);
	restore(way);
	return r;
}

/* All choices of n_left more facts from `from` on. */
static int choose(struct way *way, uint8_t from, uint8_t n_left)
{
	if (n_left == 0)
		return try_facts(way);
	for (uint8_t f = from; f < way->explaining.edition->n_facts; f++) {
		int r;

		if ((way->changeable >> f & 1) == 0)
			continue;
		way->chosen[way->n++] = f;
		r = choose(way, (uint8_t)(f + 1), (uint8_t)(n_left - 1));
		way->n--;
		if (r != 0)
			return r;
	}
	return 0;
}

static int search(struct way *way)
{
	for (uint8_t n = 1; n <= CHANGES_MAX && way->out->n == 0; n++) {
		int r = choose(way, 0, n);

		if (r != 0)
			return r;
	}
	return 0;
}

/* With every derived fact free and all else as it is, the outcome is in reach. */
static int look_at_dates(struct way *way)
{
	struct explaining *explaining = &way->explaining;
	const struct edition *edition = explaining->edition;
	struct reach reach;
	uint64_t *visited;
	int r = look(explaining);

	if (r != 0)
		return r;
	if (explaining->values == 0)
		return DECIDE_E_CONTRADICTION;
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_DERIVED)
			explaining->settled.known.classes[v] =
				(1ull << edition->variables[v].n_classes) - 1;
	visited = diagram_visited(edition, explaining->scratch);
	if (visited == NULL)
		return -ENOMEM;
	diagram_reach(edition, outcome_root(explaining), &explaining->settled.known,
		      NULL, visited, &reach);
	way->out->dates = (values_in(&reach) & way->wanted) != 0 &&
			  (explaining->values & way->wanted) == 0;
	return 0;
}

int explain_way_out(const struct edition *edition, const struct question *question,
		    const struct facts *facts, uint32_t outcomes,
		    struct arena *scratch, struct way_out *ret_way_out)
{
	struct way way = {
		.explaining = { .edition = edition, .question = question,
				.facts = *facts, .scratch = scratch },
		.facts = facts,
		.out = ret_way_out,
	};
	int r;

	*ret_way_out = (struct way_out){ 0 };
	way.wanted = values_of(&way.explaining, outcomes);
	for (uint8_t f = 0; f < edition->n_facts; f++)
		if (can_change(edition, question, f))
			way.changeable |= 1ull << f;
	r = look_at_dates(&way);
	return r != 0 ? r : search(&way);
}
