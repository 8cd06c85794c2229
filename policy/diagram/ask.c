/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/ask.h"

#include <errno.h>
#include <string.h>

/* Pairs of nodes remembered by one search; more are taken to differ, which asks more. */
#define PAIRS_MAX (1u << 10)

/* Different outcomes of one question that are told apart. */
#define ANSWERS_MAX 64

/* Burdens ahead are averages, kept in parts of one. */
#define BURDEN_UNIT 256u

/* Counts of answers stop growing here, far from any overflow below. */
#define COUNT_MAX (1ull << 30)

#define NO_FACT FACTS_MAX

struct ask_state {
	bool known;
	uint8_t next;		/* fact to ask, or NO_FACT */
	uint8_t left;		/* questions at most, this one included */
	uint64_t ahead;		/* burden of them, in BURDEN_UNIT */
};

struct ask_pair {
	node_ref a;
	node_ref b;
	uint32_t search;	/* 0: free */
	bool differ;
};

/* What is left after each answer to a question, and how many answers leave it. */
struct answers {
	uint8_t n;
	node_ref left[ANSWERS_MAX];
	uint64_t count[ANSWERS_MAX];
};

uint32_t fact_burden(const struct fact *fact)
{
	return ((uint32_t)fact->ask + 1) << (3 * fact->sensitivity);
}

int asking_init(struct asking *asking, const struct edition *edition,
		const struct known *known, uint64_t open, uint64_t can_ask,
		struct arena *arena)
{
	int r;

	*asking = (struct asking){ .can_ask = can_ask & open };
	r = residual_init(&asking->left, edition, known, open, arena);
	if (r != 0)
		return r;
	asking->states = arena_array(arena, asking->left.n_nodes_max,
				     sizeof(struct ask_state));
	asking->pairs = arena_array(arena, 2 * PAIRS_MAX, sizeof(struct ask_pair));
	return asking->states == NULL || asking->pairs == NULL ? -ENOMEM : 0;
}

static const struct fact *fact_of(const struct asking *asking, uint8_t fact)
{
	return &asking->left.edition->facts[fact];
}

static bool is_settled(const struct asking *asking, node_ref node)
{
	return residual_value(&asking->left, node) != RESIDUAL_OPEN;
}

/* ---- Which facts are needed ---- */

static struct ask_pair *pair_of(struct asking *asking, node_ref a, node_ref b)
{
	uint32_t hash = (a * 0x9e3779b1u) ^ (b * 0x85ebca6bu);

	for (hash ^= hash >> 15;; hash++) {
		struct ask_pair *pair = &asking->pairs[hash & (2 * PAIRS_MAX - 1)];

		if (pair->search != asking->search || (pair->a == a && pair->b == b))
			return pair;
	}
}

static bool is_unknown(const struct asking *asking, uint16_t variable)
{
	uint64_t facts = asking->left.facts_of[variable];

	return facts == 0 || (facts & asking->unknown) != 0;
}

/* Nothing that is taken as unknown stands below: equal nodes have equal values. */
static bool is_all_known(const struct asking *asking, node_ref node)
{
	const struct residual_node *n;

	if (node_is_terminal(node))
		return true;
	n = &asking->left.nodes[node];
	return !n->blind && (n->facts & asking->unknown) == 0;
}

static uint16_t position_of(const struct asking *asking, node_ref node)
{
	const struct residual *left = &asking->left;

	return node_is_terminal(node) ?
		       UINT16_MAX :
		       left->edition->diagram->position[left->nodes[node].variable];
}

static bool differ(struct asking *asking, node_ref a, node_ref b);

static bool children_differ(struct asking *asking, node_ref a, node_ref b)
{
	const struct residual *left = &asking->left;
	uint16_t pa = position_of(asking, a);
	uint16_t pb = position_of(asking, b);
	uint16_t top = pa < pb ? pa : pb;
	uint16_t variable = left->edition->diagram->order[top];
	uint8_t n = residual_n_classes(left, variable);
	bool unknown = is_unknown(asking, variable);

	for (uint8_t i = 0; i < n; i++)
		for (uint8_t j = unknown ? 0 : i; j < (unknown ? n : i + 1); j++)
			if (differ(asking,
				   pa == top ? residual_children(left, a)[i] : a,
				   pb == top ? residual_children(left, b)[j] : b))
				return true;
	return false;
}

/*
 * Some case below a and some case below b can occur, agree on all that is not
 * taken as unknown, and have different values.
 */
static bool differ(struct asking *asking, node_ref a, node_ref b)
{
	node_ref va = residual_value(&asking->left, a);
	node_ref vb = residual_value(&asking->left, b);
	struct ask_pair *pair;
	bool found;

	if (va == TERMINAL_IMPOSSIBLE || vb == TERMINAL_IMPOSSIBLE ||
	    (va == vb && va != RESIDUAL_OPEN) || (a == b && is_all_known(asking, a)))
		return false;
	if (node_is_terminal(a) && node_is_terminal(b))
		return true;
	if (a > b) {
		node_ref swap = a;

		a = b;
		b = swap;
	}
	pair = pair_of(asking, a, b);
	if (pair->search == asking->search)
		return pair->differ;
	if (asking->n_pairs == PAIRS_MAX)
		return true;
	asking->n_pairs++;
	*pair = (struct ask_pair){ a, b, asking->search, false };
	found = children_differ(asking, a, b);
	pair->differ = found;
	return found;
}

/* All facts but these settle the value of every case that can occur. */
static bool settle_without(struct asking *asking, node_ref node, uint64_t facts)
{
	asking->search++;
	asking->n_pairs = 0;
	asking->unknown = facts;
	return !differ(asking, node, node);
}

static bool is_lighter(const struct edition *edition, uint8_t a, uint8_t b)
{
	uint32_t burden_a = fact_burden(&edition->facts[a]);
	uint32_t burden_b = fact_burden(&edition->facts[b]);

	return burden_a < burden_b || (burden_a == burden_b && a < b);
}

uint8_t ask_sort(const struct edition *edition, uint64_t facts,
		 uint8_t ret_facts[FACTS_MAX])
{
	uint8_t n = 0;

	for (uint8_t i = 0; i < edition->n_facts; i++) {
		uint8_t at;

		if ((facts >> i & 1) == 0)
			continue;
		for (at = n; at > 0 && is_lighter(edition, i, ret_facts[at - 1]); at--)
			ret_facts[at] = ret_facts[at - 1];
		ret_facts[at] = i;
		n++;
	}
	return n;
}

/*
 * Without constraints a reduced diagram holds just the variables that matter.
 * With them each fact is tried: what cannot be asked first, then the heaviest.
 */
static uint64_t needed(struct asking *asking, node_ref node)
{
	const struct edition *edition = asking->left.edition;
	uint64_t facts = residual_facts(&asking->left, node);
	uint64_t without = 0;
	uint8_t sorted[FACTS_MAX];
	uint8_t n;

	if (node_is_terminal(node) || is_settled(asking, node))
		return 0;
	if (!asking->left.nodes[node].impossible)
		return facts;
	n = ask_sort(edition, facts & asking->can_ask, sorted);
	n = (uint8_t)(n + ask_sort(edition, facts & ~asking->can_ask, &sorted[n]));
	for (; n > 0; n--) {
		uint64_t fact = 1ull << sorted[n - 1];

		if (settle_without(asking, node, without | fact))
			without |= fact;
	}
	return facts & ~without;
}

/* ---- What is left after an answer ---- */

static bool add_answer(struct answers *answers, node_ref left, uint64_t count)
{
	uint8_t i = 0;

	while (i < answers->n && answers->left[i] != left)
		i++;
	if (i == ANSWERS_MAX)
		return false;
	if (i == answers->n) {
		answers->left[i] = left;
		answers->count[i] = 0;
		answers->n++;
	}
	answers->count[i] += count;
	if (answers->count[i] > COUNT_MAX)
		answers->count[i] = COUNT_MAX;
	return true;
}

static bool learn(struct asking *asking, struct answers *answers, uint16_t variable)
{
	const struct answers before = *answers;
	uint8_t n = residual_n_classes(&asking->left, variable);

	answers->n = 0;
	for (uint8_t i = 0; i < before.n; i++)
		for (uint8_t child = 0; child < n; child++)
			if (!add_answer(answers,
					residual_restrict(&asking->left, before.left[i],
							  variable, child),
					before.count[i]))
				return false;
	return true;
}

/* False when there are more than can be told apart. */
static bool answers_to(struct asking *asking, node_ref node, uint8_t fact,
		       struct answers *ret_answers)
{
	const struct edition *edition = asking->left.edition;

	ret_answers->n = 0;
	(void)add_answer(ret_answers, node, 1);
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (asking->left.facts_of[v] == 1ull << fact &&
		    residual_has(&asking->left.nodes[node], v) &&
		    !learn(asking, ret_answers, v))
			asking->left.full = true;
	return !asking->left.full;
}

/* ---- The strategy ---- */

static const struct ask_state *state_of(struct asking *asking, node_ref node);

/* Burden and number of the questions that follow when this fact is asked. */
static struct ask_state ask_first(struct asking *asking, node_ref node, uint8_t fact)
{
	struct ask_state state = { true, fact, 1, 0 };
	struct answers answers;
	uint64_t n = 0;

	if (!answers_to(asking, node, fact, &answers))
		return state;
	for (uint8_t i = 0; i < answers.n; i++) {
		const struct ask_state *after;

		if (residual_value(&asking->left, answers.left[i]) ==
		    TERMINAL_IMPOSSIBLE)
			continue;
		after = state_of(asking, answers.left[i]);
		if (after->left >= state.left)
			state.left = (uint8_t)(after->left + 1);
		state.ahead += answers.count[i] * after->ahead;
		n += answers.count[i];
	}
	if (n > 0)
		state.ahead /= n;
	state.ahead += (uint64_t)fact_burden(fact_of(asking, fact)) * BURDEN_UNIT;
	return state;
}

/* Facts left after the worst answer, and then after all of them together. */
static uint64_t facts_after(struct asking *asking, node_ref node, uint8_t fact)
{
	struct answers answers;
	uint64_t worst = 0;
	uint64_t sum = 0;

	if (!answers_to(asking, node, fact, &answers))
		return 0;
	for (uint8_t i = 0; i < answers.n; i++) {
		uint64_t facts = residual_facts(&asking->left, answers.left[i]);
		uint64_t n = (uint64_t)__builtin_popcountll(facts & asking->can_ask);

		if (is_settled(asking, answers.left[i]))
			continue;
		worst = n > worst ? n : worst;
		sum += n;
	}
	return worst << 32 | sum;
}

/* Of the facts, those of the least burden. */
static uint64_t lightest(const struct asking *asking, uint64_t facts)
{
	uint32_t least = UINT32_MAX;
	uint64_t found = 0;

	for (uint8_t f = 0; f < asking->left.edition->n_facts; f++) {
		uint32_t burden = fact_burden(fact_of(asking, f));

		if ((facts >> f & 1) == 0 || burden > least)
			continue;
		if (burden < least)
			found = 0;
		least = burden;
		found |= 1ull << f;
	}
	return found;
}

static struct ask_state look_ahead(struct asking *asking, node_ref node, uint64_t facts)
{
	struct ask_state best = { true, NO_FACT, 0, UINT64_MAX };

	for (uint8_t f = 0; f < asking->left.edition->n_facts; f++) {
		struct ask_state state;

		if ((facts >> f & 1) == 0)
			continue;
		state = ask_first(asking, node, f);
		if (best.next == NO_FACT || state.ahead < best.ahead)
			best = state;
	}
	return best;
}

static uint8_t fewest_after(struct asking *asking, node_ref node, uint64_t facts)
{
	uint64_t least = UINT64_MAX;
	uint8_t best = NO_FACT;

	for (uint8_t f = 0; f < asking->left.edition->n_facts; f++) {
		uint64_t after;

		if ((facts >> f & 1) == 0)
			continue;
		after = facts_after(asking, node, f);
		if (best == NO_FACT || after < least) {
			best = f;
			least = after;
		}
	}
	return best;
}

/* A variable that needs several facts: no class of one answer says what is left. */
static struct ask_state ask_tied(const struct asking *asking, node_ref node,
				 uint64_t facts)
{
	struct ask_state state = { true, NO_FACT, 0, 0 };
	uint64_t light = lightest(asking, facts);
	uint64_t below = residual_facts(&asking->left, node) & asking->can_ask;

	state.next = (uint8_t)__builtin_ctzll(light);
	state.left = (uint8_t)__builtin_popcountll(below);
	for (uint8_t f = 0; f < asking->left.edition->n_facts; f++)
		if ((below >> f & 1) != 0)
			state.ahead += (uint64_t)fact_burden(fact_of(asking, f)) *
				       BURDEN_UNIT;
	return state;
}

/* The fact to ask first by what is left after one answer alone. */
static uint8_t pick(struct asking *asking, node_ref node, uint64_t facts)
{
	uint64_t light = lightest(asking, facts);

	if ((light & (light - 1)) == 0 || asking->left.nodes[node].tied)
		return (uint8_t)__builtin_ctzll(light);
	return fewest_after(asking, node, light);
}

static struct ask_state strategy(struct asking *asking, node_ref node)
{
	uint64_t facts = needed(asking, node) & asking->can_ask;
	uint64_t light = lightest(asking, facts);

	if (facts == 0)
		return (struct ask_state){ true, NO_FACT, 0, 0 };
	if (asking->left.nodes[node].tied)
		return ask_tied(asking, node, facts);
	if ((light & (light - 1)) != 0 &&
	    (unsigned)__builtin_popcountll(facts) <= ASK_AHEAD_MAX)
		return look_ahead(asking, node, light);
	return ask_first(asking, node, pick(asking, node, facts));
}

static const struct ask_state *state_of(struct asking *asking, node_ref node)
{
	static const struct ask_state settled = { true, NO_FACT, 0, 0 };
	struct ask_state *state;

	if (asking->left.full || node_is_terminal(node) || is_settled(asking, node))
		return &settled;
	state = &asking->states[node];
	if (!state->known)
		*state = strategy(asking, node);
	return state;
}

/* ---- Asking ---- */

bool ask_facts(struct asking *asking, node_ref root, uint64_t *ret_facts)
{
	node_ref node = residual_of(&asking->left, root);

	if (asking->left.full)
		return false;
	*ret_facts = needed(asking, node);
	return true;
}

/* The first question goes before those of its own burden. */
static void put_order(const struct asking *asking, uint64_t facts, uint8_t first,
		      struct ask *ask)
{
	uint8_t at = 0;

	ask->n = ask_sort(asking->left.edition, facts, ask->facts);
	while (at < ask->n && ask->facts[at] != first)
		at++;
	if (at == ask->n)
		return;
	for (; at > 0 && fact_burden(fact_of(asking, ask->facts[at - 1])) ==
				 fact_burden(fact_of(asking, first)); at--)
		ask->facts[at] = ask->facts[at - 1];
	ask->facts[at] = first;
}

void ask(struct asking *asking, node_ref root, uint64_t facts, struct ask *ret_ask)
{
	node_ref node = residual_of(&asking->left, root);
	uint64_t can_ask = facts & asking->can_ask;
	uint8_t first = NO_FACT;
	const struct ask_state *state;

	ret_ask->questions_left = (uint8_t)__builtin_popcountll(can_ask);
	if (!asking->left.full && !node_is_terminal(node) && can_ask != 0) {
		uint64_t below = residual_facts(&asking->left, node) & asking->can_ask;

		first = pick(asking, node, can_ask);
		state = state_of(asking, node);
		ret_ask->questions_left =
			asking->left.full ? (uint8_t)__builtin_popcountll(below)
					  : state->left;
		if (!asking->left.full)
			first = state->next;
	}
	put_order(asking, facts, first, ret_ask);
}
