/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/carding.h"

/* ---- Health care with every grant ---- */

struct care {
	struct carding *carding;
	const struct report_entry *care;
	const struct report_entry *holding; /* or NULL */
	bool held[VARIABLES_MAX];	    /* what becomes true with the permit */
	unsigned n_hold;
	unsigned n_fail;
};

static node_ref is_among(node_ref terminal, uint64_t values)
{
	uint64_t value = terminal & ~TERMINAL;

	return value < VALUE_NONE && (values >> value & 1) != 0 ? NODE_TRUE
								: NODE_FALSE;
}

/* Who holds the permit and has no care. */
static node_ref without_care(struct conditions *conditions, const struct care *care)
{
	struct node_pool *pool = &conditions->pool;
	const struct diagram *diagram = pool->edition->diagram;
	node_ref root = diagram->roots[care->care->question][care->care->care];
	node_ref has = node_map(pool, conditions_import(conditions, root), is_among,
				care->care->values);

	return node_and(pool,
			node_and(pool,
				 conditions_import(conditions, diagram->possible),
				 carding_tests(conditions, care->holding)),
			node_not(pool, has));
}

static void show_care(struct care *care, struct conditions *conditions,
		      uint16_t question, node_ref bad, node_ref lacking,
		      struct card_point *point)
{
	const struct edition *edition = care->carding->edition;
	const struct card_case steps[2] = {
		{ "Granted a permit", question,
		  edition->questions[question].outcome, NULL },
		{ "Holding it, without care", (uint16_t)care->care->question,
		  (uint8_t)care->care->care, NULL },
	};
	struct diagram_case cases[2];

	memset(cases, CASE_ANY, sizeof(cases));
	if (!conditions_complete(conditions, bad, &cases[0]))
		return;
	cases[1] = cases[0];
	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (care->held[v])
			cases[1].classes[v] = CASE_ANY;
	(void)conditions_complete(conditions, lacking, &cases[1]);
	carding_steps(care->carding, point, steps, cases, care->held);
}

static void prove_care(struct care *care, const struct report_entry *permit)
{
	struct carding *carding = care->carding;
	uint16_t question = (uint16_t)permit->question;
	const char *name = carding->edition->questions[question].name;
	struct conditions conditions;
	struct card_point *point;
	node_ref granted, lacking, bad;

	if (!proof_conditions(&carding->proof, &conditions))
		return;
	granted = condition_rank(&conditions, question, 1u << RANK_GRANT);
	lacking = without_care(&conditions, care);
	bad = node_and(&conditions.pool, granted,
		       conditions_some(&conditions, lacking, care->held));
	point = carding_point(carding, CARD_HEALTH, CARD_PROVEN, "health-care", "");
	point->declared = care->care;
	if (granted == NODE_FALSE) {
		point->mark = CARD_STATED;
		point->text = proof_say(&carding->proof,
					"No case is granted in %s; an officer decides.",
					name);
	} else if (bad == NODE_FALSE) {
		care->n_hold++;
		point->text = proof_say(&carding->proof,
					"Whoever is granted a permit in %s and holds it "
					"has health care.",
					name);
	} else {
		care->n_fail++;
		point->mark = CARD_SHOWN;
		point->text = proof_say(&carding->proof,
					"Not everybody who is granted a permit in %s and "
					"holds it has health care.",
					name);
		show_care(care, &conditions, question, bad, lacking, point);
	}
	point->cost = proof_conditions_end(&carding->proof, &conditions);
}

void card_health(struct carding *carding)
{
	static const enum report_line permits[] = { REPORT_FIRST_PERMIT,
						    REPORT_RENEWAL };
	struct care care = {
		.carding = carding,
		.care = carding_line(carding, REPORT_HEALTH),
		.holding = carding_line(carding, REPORT_HOLDING),
	};

	if (care.care == NULL || carding_line(carding, REPORT_FIRST_PERMIT) == NULL) {
		carding_not_said(carding, CARD_HEALTH,
				 care.care == NULL ? REPORT_HEALTH
						   : REPORT_FIRST_PERMIT);
		return;
	}
	for (uint8_t i = 0; care.holding != NULL && i < care.holding->n_tests; i++)
		carding_variables(carding->edition, &care.holding->tests[i],
				  care.held);
	for (size_t i = 0; i < ARRAY_LENGTH(permits); i++)
		if (carding_line(carding, permits[i]) != NULL)
			prove_care(&care, carding_line(carding, permits[i]));
	if (care.n_fail == 0 && care.n_hold > 0)
		carding_answer(carding, CARD_HEALTH, CARD_YES,
			       "Whoever is granted a permit and holds it has health "
			       "care.");
	else if (care.n_hold > 0)
		carding_answer(carding, CARD_HEALTH, CARD_IN_PART,
			       "Health care comes with some permits and not with all.");
	else
		carding_answer(carding, CARD_HEALTH, CARD_NO,
			       care.n_fail == 0 ? "No permit is ever granted by right."
						: "There are grants without health care.");
}

/* ---- Offences that trafficking caused ---- */

struct offences {
	struct carding *carding;
	const struct report_entry *facts;
	const struct report_entry *link;
	struct relation linked[VARIABLES_MAX];
	const struct relation *relations[VARIABLES_MAX];
	bool is_link[VARIABLES_MAX];
	unsigned n_outcomes; /* questions whose outcome changes */
	unsigned n_outputs;  /* in which only something else does */
};

/* The values at stake may be had by one case and not by the other. */
static void relate_offences(struct offences *offences)
{
	const struct edition *edition = offences->carding->edition;

	for (uint8_t i = 0; i < offences->facts->n_tests; i++) {
		const struct report_test *test = &offences->facts->tests[i];
		bool marked[VARIABLES_MAX] = { false };

		carding_variables(edition, test, marked);
		for (uint16_t v = 0; v < edition->n_variables; v++)
			if (marked[v] &&
			    (edition->variables[v].kind != VARIABLE_ELEMENT ||
			     (test->values >> edition->variables[v].element & 1) !=
				     0))
				offences->relations[v] = &relation_free;
	}
}

/* Both cases are linked to trafficking, alike. */
static void relate_link(struct offences *offences)
{
	const struct edition *edition = offences->carding->edition;

	for (uint8_t i = 0; i < offences->link->n_tests; i++) {
		const struct report_test *test = &offences->link->tests[i];
		bool marked[VARIABLES_MAX] = { false };

		carding_variables(edition, test, marked);
		carding_variables(edition, test, offences->is_link);
		for (uint16_t v = 0; v < edition->n_variables; v++) {
			for (uint8_t c = 0; marked[v] && c < CLASSES_MAX; c++)
				if ((test->values >> c & 1) != 0)
					offences->linked[v].to[c] = 1u << c;
			if (marked[v])
				offences->relations[v] = &offences->linked[v];
		}
	}
}

static bool differs(const void *context, node_ref a, node_ref b)
{
	(void)context;
	return a != b;
}

struct losing {
	const struct edition *edition;
	uint16_t question;
};

/* A grant on one side alone: the pair that says most. */
static bool loses_grant(const void *context, node_ref a, node_ref b)
{
	const struct losing *losing = context;

	return rank_of(losing->edition, losing->question, a) == RANK_GRANT &&
	       rank_of(losing->edition, losing->question, b) != RANK_GRANT;
}

/* Searches one output; true when a pair was found, or memory ran out. */
static bool search_pair(struct offences *offences, uint16_t question, uint8_t output,
			bad_pair bad, struct diagram_case pair[2], uint64_t *cost)
{
	struct carding *carding = offences->carding;
	const struct losing losing = { carding->edition, question };
	struct pair_search search = {
		.edition = carding->edition,
		.root = carding->edition->diagram->roots[question][output],
		.bad = bad,
		.context = &losing,
		.scratch = carding->proof.scratch,
	};
	int r;

	arena_reset(carding->proof.scratch);
	memcpy(search.relations, offences->relations, sizeof(search.relations));
	r = pair_search(&search, pair);
	*cost += search.cost;
	if (r < 0)
		carding->proof.r = r;
	return r != 0;
}

static bool search_offence(struct offences *offences, uint16_t question,
			   uint8_t output, struct diagram_case pair[2],
			   uint64_t *cost)
{
	const struct edition *edition = offences->carding->edition;

	if (output == edition->questions[question].outcome &&
	    search_pair(offences, question, output, loses_grant, pair, cost))
		return true;
	return search_pair(offences, question, output, differs, pair, cost);
}

static void show_offence(struct offences *offences, uint16_t question,
			 uint8_t output, const struct diagram_case pair[2],
			 struct card_point *point)
{
	struct carding *carding = offences->carding;
	const struct edition *edition = carding->edition;
	const struct question *q = &edition->questions[question];
	const struct counterexample *example =
		carding_show(carding, question, output, pair, 2,
			     offences->is_link);
	uint8_t first;

	if (example == NULL)
		return;
	first = carding_worse_first(carding, question, output, example);
	carding_case(point, "With one record", question, output,
		     &example->cases[first]);
	carding_case(point, "With another record", question, output,
		     &example->cases[1 - first]);
	point->mark = CARD_SHOWN;
	point->text = proof_say(
		&carding->proof,
		"In %s an offence that trafficking caused can change the %s%s.",
		q->name, output == q->outcome ? "" : "output ",
		edition->tables[q->table].outputs[output].name);
}

static void prove_offences(struct offences *offences, uint16_t question)
{
	struct carding *carding = offences->carding;
	const struct edition *edition = carding->edition;
	const struct question *q = &edition->questions[question];
	struct diagram_case pair[2];
	struct card_point *point;

	point = carding_point(
		carding, CARD_NON_PUNISHMENT, CARD_PROVEN, "non-punishment",
		proof_say(&carding->proof,
			  "In %s no offence that trafficking caused changes anything.",
			  q->name));
	point->declared = offences->facts;
	if (search_offence(offences, question, q->outcome, pair, &point->cost)) {
		offences->n_outcomes++;
		show_offence(offences, question, q->outcome, pair, point);
		return;
	}
	for (uint8_t o = 0; o < edition->tables[q->table].n_outputs; o++) {
		if (!search_offence(offences, question, o, pair, &point->cost))
			continue;
		offences->n_outputs++;
		show_offence(offences, question, o, pair, point);
		return;
	}
}

void card_non_punishment(struct carding *carding)
{
	struct offences offences = {
		.carding = carding,
		.facts = carding_line(carding, REPORT_OFFENCES),
		.link = carding_line(carding, REPORT_LINK),
	};

	if (offences.facts == NULL || offences.link == NULL) {
		carding_not_said(carding, CARD_NON_PUNISHMENT,
				 offences.facts == NULL ? REPORT_OFFENCES
							: REPORT_LINK);
		return;
	}
	relate_offences(&offences);
	relate_link(&offences);
	for (uint16_t q = 0;
	     q < carding->edition->n_questions && carding->proof.r == 0; q++)
		prove_offences(&offences, q);
	if (offences.n_outcomes > 0)
		carding_answer(carding, CARD_NON_PUNISHMENT, CARD_NO,
			       "There are cases in which an offence that trafficking "
			       "caused changes the outcome.");
	else if (offences.n_outputs > 0)
		carding_answer(carding, CARD_NON_PUNISHMENT, CARD_IN_PART,
			       "An offence that trafficking caused never changes the "
			       "outcome, but something else that is decided.");
	else
		carding_answer(carding, CARD_NON_PUNISHMENT, CARD_YES,
			       "An offence that trafficking caused changes nothing.");
}
