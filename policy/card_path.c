/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/carding.h"

/*
 * The path to permanence. From a case that is granted a first permit, time
 * passes, people act and authorities find: every fact may change but those that
 * never do, and derived facts, which follow dates, are free.
 *
 *	first permit: grant --> renewal: grant or refer --> permanence: ...
 *
 * By right: both are reached as a grant. By discretion: one of them only as
 * refer, where an officer decides. What is reached as neither is a dead end.
 * Facts that change may differ at each step; those that never do are the same.
 */
enum path { PATH_BY_RIGHT, PATH_AT_ALL, N_PATHS };

static const unsigned path_ranks[N_PATHS] = {
	[PATH_BY_RIGHT] = 1u << RANK_GRANT,
	[PATH_AT_ALL] = RANKS_FROM(RANK_REFER),
};

/* A class of a residence fact, and the time that has then passed. */
struct mark {
	uint16_t variable;
	uint8_t class;
	struct duration after;
};

#define MARKS_MAX (REPORT_TESTS_MAX * CLASSES_MAX)

struct walking {
	struct carding *carding;
	const struct report_entry *first;
	const struct report_entry *renewal; /* or NULL */
	const struct report_entry *permanence;
	bool moves[VARIABLES_MAX];
	struct conditions conditions;
	node_ref granted;
	node_ref reach[N_PATHS]; /* of facts that never change */
	size_t n_marks;
	struct mark marks[MARKS_MAX];
};

static struct node_pool *pool_of(struct walking *walking)
{
	return &walking->conditions.pool;
}

static bool is_empty(struct walking *walking, node_ref condition)
{
	return condition == NODE_FALSE || pool_of(walking)->failed != NODE_FINE;
}

static void find_moves(struct walking *walking)
{
	const struct edition *edition = walking->carding->edition;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		walking->moves[v] =
			variable->kind == VARIABLE_DERIVED ||
			edition->facts[variable->index].changes != CHANGES_NEVER;
	}
}

static node_ref reached(struct walking *walking, const struct report_entry *step,
			enum path path)
{
	if (step == NULL)
		return NODE_TRUE;
	return conditions_some(&walking->conditions,
			       condition_rank(&walking->conditions,
					      (uint16_t)step->question,
					      path_ranks[path]),
			       walking->moves);
}

static void find_paths(struct walking *walking)
{
	walking->granted = condition_rank(&walking->conditions,
					  (uint16_t)walking->first->question,
					  1u << RANK_GRANT);
	for (int path = 0; path < N_PATHS; path++)
		walking->reach[path] = node_and(
			pool_of(walking),
			reached(walking, walking->renewal, (enum path)path),
			reached(walking, walking->permanence, (enum path)path));
}

/* ---- What closes a path ---- */

struct closers {
	struct builder text;
	int fact; /* whose elements are being listed, or -1 */
	node_ref any;
	node_ref last; /* one of them */
	unsigned n;
};

static void list_closer(struct walking *walking, struct closers *closers,
			uint16_t variable, uint8_t class)
{
	const struct edition *edition = walking->carding->edition;
	const struct variable *v = &edition->variables[variable];
	bool element = v->kind == VARIABLE_ELEMENT && class == 1;

	if (element && closers->fact == v->index)
		builder_format(&closers->text, ", %s",
			       edition->facts[v->index].values[v->element]);
	else
		builder_format(&closers->text, "%s%s", closers->n > 0 ? "; " : "",
			       carding_class(walking->carding, variable, class));
	closers->fact = element ? v->index : -1;
	closers->n++;
}

/*
 * The answers that never change and that, each alone, keep every granted case
 * of `from` off the path.
 */
static const char *closers_of(struct walking *walking, node_ref from, node_ref path,
			      struct closers *ret_closers)
{
	const struct edition *edition = walking->carding->edition;
	struct node_pool *pool = pool_of(walking);
	const char *text;

	*ret_closers = (struct closers){
		.fact = -1,
		.any = NODE_FALSE,
		.last = NODE_TRUE,
	};
	builder_init(&ret_closers->text, walking->carding->proof.arena);
	for (uint16_t v = 0; v < edition->n_variables; v++) {
		for (uint8_t c = 0;
		     !walking->moves[v] && c < edition->variables[v].n_classes;
		     c++) {
			node_ref is = node_test(pool, v, 1ull << c);
			node_ref with = node_and(pool, from, is);

			if (is_empty(walking, with) ||
			    node_and(pool, with, path) != NODE_FALSE)
				continue;
			list_closer(walking, ret_closers, v, c);
			ret_closers->any = node_or(pool, ret_closers->any, is);
			ret_closers->last = is;
		}
	}
	text = builder_text(&ret_closers->text);
	if (text == NULL)
		walking->carding->proof.r = -ENOMEM;
	return text == NULL ? "" : text;
}

/* ---- Points ---- */

/* The first step that the case, as far as it never changes, cannot take. */
static const struct report_entry *step_missed(struct walking *walking,
					      enum path path,
					      const struct diagram_case *fixed)
{
	struct diagram_case trial = *fixed;

	if (walking->renewal == NULL ||
	    conditions_complete(&walking->conditions,
				condition_rank(&walking->conditions,
					       (uint16_t)walking->renewal->question,
					       path_ranks[path]),
				&trial))
		return walking->permanence;
	return walking->renewal;
}

/* A granted case off the path, and the best that the step it misses has for it. */
static void show_off(struct walking *walking, enum path path, node_ref off,
		     struct card_point *point)
{
	/* a wait comes late: it may end where an officer decides, too */
	static const enum rank ranks[] = { RANK_GRANT, RANK_REFER, RANK_WAIT,
					   RANK_NO_ROUTE, RANK_ADVERSE };
	const struct edition *edition = walking->carding->edition;
	uint16_t first = (uint16_t)walking->first->question;
	struct card_case steps[2] = {
		{ "Granted a first permit", first,
		  edition->questions[first].outcome, NULL },
		{ "The best that may come of it", 0, 0, NULL },
	};
	struct diagram_case cases[2];

	memset(cases, CASE_ANY, sizeof(cases));
	if (!conditions_complete(&walking->conditions, off, &cases[0]))
		return;
	cases[1] = cases[0];
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (walking->moves[v])
			cases[1].classes[v] = CASE_ANY;
	steps[1].question =
		(uint16_t)step_missed(walking, path, &cases[1])->question;
	steps[1].output = edition->questions[steps[1].question].outcome;
	for (size_t i = 0; i < ARRAY_LENGTH(ranks); i++)
		if (conditions_complete(&walking->conditions,
					condition_rank(&walking->conditions,
						       steps[1].question,
						       1u << ranks[i]),
					&cases[1]))
			break;
	carding_steps(walking->carding, point, steps, cases, walking->moves);
}

static struct card_point *add_point(struct walking *walking, enum card_mark mark,
				    const char *theorem, const char *text)
{
	struct card_point *point = carding_point(
		walking->carding, CARD_PERMANENCE, mark, theorem, text);

	point->declared = walking->permanence;
	point->cost = pool_of(walking)->n_nodes;
	return point;
}

/* Granted cases that are not on the path, and what keeps them off it. */
static void point_off(struct walking *walking, enum path path, node_ref off)
{
	struct proof *proof = &walking->carding->proof;
	struct closers closers;
	const char *text = closers_of(walking, walking->granted,
				      walking->reach[path], &closers);
	bool all = is_empty(walking, node_and(pool_of(walking), walking->granted,
					      walking->reach[path]));
	bool rest = !is_empty(walking, node_and(pool_of(walking), off,
						node_not(pool_of(walking),
							 closers.any)));
	const char *some = path == PATH_BY_RIGHT
				   ? "Some grants do not lead to permanence by right"
				   : "Some grants are a dead end";
	struct card_point *point;

	point = add_point(
		walking, CARD_SHOWN,
		path == PATH_BY_RIGHT ? "path-by-right" : "path-no-dead-end",
		all		 ? path == PATH_BY_RIGHT
					   ? "No grant leads to permanence by right."
					   : "Every grant is a dead end."
		: closers.n == 0 ? proof_say(proof,
					     "%s; no single answer is the reason.",
					     some)
				 : proof_say(proof,
					     "%s: those with any of these: %s; %s.", some,
					     text,
					     rest ? "and some combinations"
						  : "no others"));
	show_off(walking, path, node_and(pool_of(walking), off, closers.last), point);
}

/* Where nothing is granted no path begins, and of no grant it could all be said. */
static bool judge_none(struct walking *walking)
{
	uint16_t first = (uint16_t)walking->first->question;
	bool officer = !is_empty(walking, condition_rank(&walking->conditions, first,
							 1u << RANK_REFER));
	const char *text = officer ? "No first permit follows by right: at best an "
				     "officer decides on it."
				   : "No first permit can be granted here at all.";

	if (walking->granted != NODE_FALSE)
		return false;
	add_point(walking, CARD_PROVEN, "path-no-grant", text)->declared = walking->first;
	carding_answer(walking->carding, CARD_PERMANENCE,
		       officer ? CARD_IN_PART : CARD_NO, text);
	return true;
}

static void judge_path(struct walking *walking)
{
	struct node_pool *pool = pool_of(walking);
	node_ref off[N_PATHS];

	if (judge_none(walking))
		return;
	for (int path = 0; path < N_PATHS; path++)
		off[path] = node_and(pool, walking->granted,
				     node_not(pool, walking->reach[path]));
	if (off[PATH_BY_RIGHT] == NODE_FALSE)
		(void)add_point(walking, CARD_PROVEN, "path-by-right",
				"From every grant a time and a course of events lead "
				"to permanence by right.");
	else
		point_off(walking, PATH_BY_RIGHT, off[PATH_BY_RIGHT]);
	if (off[PATH_AT_ALL] == NODE_FALSE)
		(void)add_point(walking, CARD_PROVEN, "path-no-dead-end",
				"No grant is a dead end: from each, permanence follows "
				"by right or an officer decides on it.");
	else
		point_off(walking, PATH_AT_ALL, off[PATH_AT_ALL]);
	if (off[PATH_AT_ALL] != NODE_FALSE)
		carding_answer(walking->carding, CARD_PERMANENCE, CARD_NO,
			       "Some grants lead nowhere.");
	else if (off[PATH_BY_RIGHT] == NODE_FALSE)
		carding_answer(walking->carding, CARD_PERMANENCE, CARD_YES,
			       "Every grant has a path to permanence by right.");
	else if (off[PATH_BY_RIGHT] == walking->granted)
		carding_answer(walking->carding, CARD_PERMANENCE, CARD_IN_PART,
			       "No grant is a dead end, and none leads to permanence "
			       "by right: an officer decides.");
	else
		carding_answer(walking->carding, CARD_PERMANENCE, CARD_IN_PART,
			       "No grant is a dead end. From some permanence follows by "
			       "right; from others only an officer can decide.");
}

/* ---- How long ---- */

static void add_mark(struct walking *walking, uint16_t variable, uint8_t class,
		     struct duration after)
{
	walking->marks[walking->n_marks++] = (struct mark){ variable, class, after };
}

/* The classes of a residence fact, each from the time at which it begins. */
static void find_marks(struct walking *walking, const struct report_test *test)
{
	const struct edition *edition = walking->carding->edition;
	const struct derived *derived = &edition->derived[test->index];
	struct duration after = { 0 };

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		const struct variable *variable = &edition->variables[v];

		if (variable->kind != VARIABLE_DERIVED ||
		    variable->index != test->index)
			continue;
		add_mark(walking, v, 0, after);
		if (derived->type == FACT_BOOLEAN &&
		    report_wait(edition->derived, test->index, &after))
			add_mark(walking, v, 1, after);
		if (derived->type == FACT_INTEGER &&
		    report_unit(edition->derived, test->index, &after.unit))
			for (uint8_t c = 1; c < variable->n_classes; c++) {
				after.count = (int32_t)variable->cuts[c - 1];
				add_mark(walking, v, c, after);
			}
	}
}

/* Boolean: exactly that time has passed, by every residence fact. */
static node_ref passed(struct walking *walking, int64_t amount)
{
	node_ref all = NODE_TRUE;

	for (size_t i = 0; i < walking->n_marks; i++) {
		const struct mark *mark = &walking->marks[i];
		bool last = i + 1 == walking->n_marks ||
			    walking->marks[i + 1].variable != mark->variable ||
			    carding_amount(walking->marks[i + 1].after) > amount;

		if (carding_amount(mark->after) <= amount && last)
			all = node_and(pool_of(walking), all,
				       node_test(pool_of(walking), mark->variable,
						 1ull << mark->class));
	}
	return all;
}

/* The next time after `amount` at which a residence fact changes, or NULL. */
static const struct duration *next_after(const struct walking *walking,
					 int64_t amount)
{
	const struct duration *next = NULL;

	for (size_t i = 0; i < walking->n_marks; i++) {
		const struct duration *after = &walking->marks[i].after;

		if (carding_amount(*after) > amount &&
		    (next == NULL || carding_amount(*after) < carding_amount(*next)))
			next = after;
	}
	return next;
}

static bool units_compare(const struct walking *walking)
{
	for (size_t i = 1; i < walking->n_marks; i++)
		for (size_t j = 0; j < i; j++)
			if (!carding_compares(walking->marks[i].after,
				      walking->marks[j].after))
				return false;
	return true;
}

static const char *time_text(struct carding *carding, struct duration after)
{
	static const char *const units[] = { "day", "month", "year" };

	if (after.count == 0)
		return "at once";
	return proof_say(&carding->proof, "after %d %s%s", (int)after.count,
			 units[after.unit], after.count == 1 ? "" : "s");
}

static void point_wait(struct walking *walking, const struct card_wait *wait,
		       node_ref ways, node_ref open)
{
	struct carding *carding = walking->carding;
	const struct edition *edition = carding->edition;
	struct node_pool *pool = pool_of(walking);
	uint16_t question = (uint16_t)walking->permanence->question;
	node_ref right = node_and(pool, walking->granted,
				  walking->reach[PATH_BY_RIGHT]);
	struct closers closers;
	const char *closed = closers_of(walking, right, open, &closers);
	const struct counterexample *example;
	struct diagram_case shown;
	struct card_point *point;

	point = add_point(
		walking, CARD_PROVEN, "path-wait",
		wait->everybody
			? proof_say(&carding->proof,
				    "All who come to permanence by right may have it %s, "
				    "and not all of them sooner.",
				    time_text(carding, wait->after))
			: proof_say(&carding->proof,
				    "Some may have it %s%s%s.",
				    time_text(carding, wait->after),
				    closers.n > 0 ? ", but none with any of these: " : "",
				    closed));
	point->declared = carding_line(carding, REPORT_RESIDENCE);
	memset(&shown, CASE_ANY, sizeof(shown));
	if (!conditions_complete(&walking->conditions,
				 node_and(pool, ways,
					  conditions_some(&walking->conditions, right,
							  walking->moves)),
				 &shown))
		return;
	example = carding_show(carding, question,
			       edition->questions[question].outcome, &shown, 1, NULL);
	if (example != NULL)
		carding_case(point, "Granted permanence", question,
			     edition->questions[question].outcome,
			     &example->cases[0]);
}

/*
 * Goes through the times in order, with those granted a first permit for whom
 * permanence by right is open by then.
 */
static void find_waits(struct walking *walking)
{
	struct card *card = walking->carding->card;
	struct node_pool *pool = pool_of(walking);
	node_ref right = node_and(pool, walking->granted,
				  walking->reach[PATH_BY_RIGHT]);
	const struct duration nothing = { 0 };
	const struct duration *after = &nothing;
	node_ref open = NODE_FALSE;

	while (after != NULL && card->n_waits < CARD_WAITS_MAX &&
	       pool->failed == NODE_FINE) {
		node_ref ways = node_and(
			pool,
			condition_rank(&walking->conditions,
				       (uint16_t)walking->permanence->question,
				       path_ranks[PATH_BY_RIGHT]),
			passed(walking, carding_amount(*after)));
		node_ref before = node_and(pool, right, open);
		struct card_wait *wait = &card->waits[card->n_waits];

		open = node_or(pool, open,
			       conditions_some(&walking->conditions, ways,
					       walking->moves));
		if (node_and(pool, right, open) != before) {
			card->n_waits++;
			wait->after = *after;
			wait->everybody = node_and(pool, right, open) == right;
			point_wait(walking, wait, ways, open);
			if (wait->everybody)
				return;
		}
		after = next_after(walking, carding_amount(*after));
	}
}

static void judge_wait(struct walking *walking)
{
	const struct report_entry *residence =
		carding_line(walking->carding, REPORT_RESIDENCE);

	if (is_empty(walking, node_and(pool_of(walking), walking->granted,
				       walking->reach[PATH_BY_RIGHT])))
		return;
	for (uint8_t i = 0; residence != NULL && i < residence->n_tests; i++)
		find_marks(walking, &residence->tests[i]);
	if (walking->n_marks == 0)
		(void)add_point(walking, CARD_STATED, "path-wait",
				"How long it takes this edition does not say: its "
				"section Report has no line “residence”.");
	else if (!units_compare(walking))
		(void)add_point(walking, CARD_STATED, "path-wait",
				"How long it takes is not computed: days and months do "
				"not compare.");
	else
		find_waits(walking);
}

/* ---- Through how many renewals ---- */

/* Each pair of terms, for one time. */
static void judge_terms(struct walking *walking, struct duration after,
			const struct card_term *firsts, uint8_t n_firsts,
			const struct card_term *renewals, uint8_t n_renewals)
{
	struct card *card = walking->carding->card;

	for (uint8_t f = 0; f < n_firsts; f++)
		for (uint8_t n = 0; n < n_renewals; n++) {
			struct card_renewals *count =
				&card->renewals[card->n_renewals];

			if (card->n_renewals == CARD_RENEWALS_MAX)
				return;
			*count = carding_renewals(after, &firsts[f], &renewals[n]);
			card->n_renewals++;
			carding_point_renewals(walking->carding, count);
		}
}

static void judge_renewals(struct walking *walking)
{
	const struct edition *edition = walking->carding->edition;
	const struct card *card = walking->carding->card;
	struct card_term firsts[ROWS_MAX];
	struct card_term renewals[ROWS_MAX];
	uint8_t n_firsts = card_terms(edition, walking->first, firsts);
	uint8_t n_renewals = walking->renewal == NULL
				     ? 0
				     : card_terms(edition, walking->renewal,
						  renewals);

	for (uint8_t w = 0; w < card->n_waits; w++)
		if (card->waits[w].after.count > 0)
			judge_terms(walking, card->waits[w].after, firsts, n_firsts,
				    renewals, n_renewals);
}

/* Says in the answer itself how long it takes. */
static void sum_up(struct walking *walking)
{
	struct carding *carding = walking->carding;
	struct card_answer *answer = &carding->card->answers[CARD_PERMANENCE];
	const struct card_wait *waits = carding->card->waits;
	uint8_t n = carding->card->n_waits;

	if (n == 1)
		answer->summary = proof_say(&carding->proof,
					    "%s By right it may be had %s.",
					    answer->summary,
					    time_text(carding, waits[0].after));
	else if (n > 1)
		answer->summary = proof_say(
			&carding->proof,
			"%s By right it may be had %s by some, and %s by all who come "
			"there.",
			answer->summary, time_text(carding, waits[0].after),
			time_text(carding, waits[n - 1].after));
}

void card_permanence(struct carding *carding)
{
	struct walking *walking;

	if (carding_line(carding, REPORT_FIRST_PERMIT) == NULL ||
	    carding_line(carding, REPORT_PERMANENCE) == NULL) {
		carding_not_said(carding, CARD_PERMANENCE,
				 carding_line(carding, REPORT_FIRST_PERMIT) == NULL
					 ? REPORT_FIRST_PERMIT
					 : REPORT_PERMANENCE);
		return;
	}
	walking = arena_alloc(carding->proof.arena, sizeof(*walking));
	if (walking == NULL || !proof_conditions(&carding->proof,
						 &walking->conditions)) {
		carding->proof.r = -ENOMEM;
		return;
	}
	walking->carding = carding;
	walking->first = carding_line(carding, REPORT_FIRST_PERMIT);
	walking->renewal = carding_line(carding, REPORT_RENEWAL);
	walking->permanence = carding_line(carding, REPORT_PERMANENCE);
	find_moves(walking);
	find_paths(walking);
	judge_path(walking);
	judge_wait(walking);
	judge_renewals(walking);
	sum_up(walking);
	(void)proof_conditions_end(&carding->proof, &walking->conditions);
}
