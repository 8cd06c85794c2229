/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/base/text.h"
#include "policy/diagram/prove.h"
#include "policy/diagram/prover.h"
#include "policy/testimony.h"

const struct theorem_text theorem_texts[N_THEOREM_KINDS] = {
	[THEOREM_NO_TESTIMONY] = { "P0", "no-testimony",
				   "no name is testimony or a stand-in for it" },
	[THEOREM_TESTIMONY] = { "P1", "non-interference",
				"no testimony could change this" },
	[THEOREM_PROXY] = { "P2", "no-proxy",
			    "nothing that criminal justice alone attests changes this" },
	[THEOREM_EVIDENCE] = { "P3", "evidence",
			       "who found or attested something changes nothing" },
	[THEOREM_UNKNOWN] = { "P4", "unknown",
			      "not knowing a fact never turns a case adverse" },
	[THEOREM_LEARNING] = { "P4", "learning", "learning a fact only narrows" },
	[THEOREM_PROTECTION] = { "P5", "protection",
				 "no fact that can only help turns a case adverse" },
	[THEOREM_GAIN] = { "P5", "gain",
			   "one more of what helps never gives a worse result" },
	[THEOREM_CHILD_ADVERSE] = { "P5", "child-adverse",
				    "being a child never turns a case adverse" },
	[THEOREM_CHILD] = { "P5", "child-rank",
			    "a child is never worse off than an adult" },
	[THEOREM_COMPLETE] = { "P6", "complete",
			       "every case has exactly one answer" },
	[THEOREM_REASON] = { "P7", "adverse-reason",
			     "every adverse row has a source and a reason" },
	[THEOREM_FAVOURABLE] = { "P7", "adverse-reads",
				 "no adverse row reads a fact that can only help" },
	[THEOREM_WAY_OUT] = { "P7", "way-out",
			      "from every adverse case a change leads to better" },
};

/* ---- Results ---- */

struct theorem *proof_add(struct proof *proof, enum theorem_kind kind, int question,
			  int output, uint64_t cost,
			  const struct counterexample *counterexample)
{
	struct theorem *theorem = &proof->results[proof->n++];

	*theorem = (struct theorem){
		.kind = kind,
		.question = (int16_t)question,
		.output = (int8_t)output,
		.holds = counterexample == NULL,
		.cost = cost,
		.counterexample = counterexample,
	};
	return theorem;
}

const char *proof_say(struct proof *proof, const char *format, ...)
{
	char text[PROOF_TEXT_MAX_BYTES];
	const char *said;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	said = arena_text(proof->arena, text, strlen(text));
	if (said == NULL)
		proof->r = -ENOMEM;
	return said == NULL ? "" : said;
}

const struct counterexample *proof_blame(struct proof *proof, const char *what,
					 int table, int row)
{
	struct counterexample *example = arena_alloc(proof->arena,
						     sizeof(*example));

	if (example == NULL) {
		proof->r = -ENOMEM;
		return NULL;
	}
	example->what = what;
	example->table = (int16_t)table;
	example->row = (int16_t)row;
	return example;
}

const struct counterexample *proof_cases(struct proof *proof, uint16_t question,
					 uint8_t output,
					 const struct diagram_case *cases,
					 uint8_t n)
{
	const struct counterexample *example = counterexample_of(
		proof->edition, question, output, cases, n, proof->arena,
		proof->scratch);

	if (example == NULL)
		proof->r = -ENOMEM;
	return example;
}

bool proof_conditions(struct proof *proof, struct conditions *conditions)
{
	arena_reset(proof->scratch);
	proof->r = conditions_init(conditions, proof->edition, proof->scratch);
	return proof->r == 0;
}

uint64_t proof_conditions_end(struct proof *proof,
			      const struct conditions *conditions)
{
	if (conditions->pool.failed != NODE_FINE)
		proof->r = -ENOMEM;
	return conditions->pool.n_nodes;
}

/* ---- Independence: P1, P2, P3 ---- */

/* By name, or by the class that an analysis document gives it. */
static uint64_t testimony(const struct edition *edition)
{
	uint64_t facts = 0;

	for (uint16_t f = 0; f < edition->n_facts; f++)
		if (edition->facts[f].class == FACT_TESTIMONY ||
		    testimony_name(edition->facts[f].key) != NULL)
			facts |= 1ull << f;
	return facts;
}

static bool tells(const struct texts *texts)
{
	size_t offset;

	for (size_t i = 0; i < N_LANGUAGES; i++)
		if (texts->in[i] != NULL &&
		    testimony_word(texts->in[i], strlen(texts->in[i]), &offset) !=
			    NULL)
			return true;
	return false;
}

/*
 * What only criminal justice can attest shows in the words of the question or
 * of a value, whatever the key is called. Values are looked through with the
 * long list of names, which knows courts and verdicts.
 */
static uint64_t proxies(const struct edition *edition)
{
	uint64_t facts = 0;

	for (uint16_t f = 0; f < edition->n_facts; f++) {
		const struct fact *fact = &edition->facts[f];
		bool proxy = tells(&fact->label) || tells(&fact->question);

		for (uint8_t v = 0; v < fact->n_values; v++)
			proxy = proxy || testimony_name(fact->values[v]) != NULL ||
				tells(&fact->value_labels[v]);
		if (proxy)
			facts |= 1ull << f;
	}
	return facts & ~testimony(edition);
}

static uint64_t not_ordinary(const struct edition *edition)
{
	uint64_t facts = 0;

	for (uint16_t f = 0; f < edition->n_facts; f++)
		if (edition->facts[f].class == FACT_EVIDENCE ||
		    edition->facts[f].class == FACT_HIDDEN)
			facts |= 1ull << f;
	return facts;
}

static void variables_of(const struct edition *edition, uint64_t facts,
			 bool at_stake[VARIABLES_MAX])
{
	for (uint16_t v = 0; v < edition->n_variables; v++)
		at_stake[v] = (facts_behind(edition, v) & facts) != 0;
}

/* A date that some row gives is computed from a fact at stake. */
static const char *dated_by(struct proof *proof, uint16_t question, uint8_t output,
			    uint64_t facts)
{
	const struct edition *edition = proof->edition;
	const struct table *table =
		&edition->tables[edition->questions[question].table];

	for (uint8_t r = 0; r < table->n_rows; r++) {
		uint8_t value = table->rows[r].values[output];
		const struct derived *derived;
		uint64_t read;

		if (value >= table->outputs[output].n_values ||
		    table->outputs[output].derived[value] < 0)
			continue;
		derived = &edition->derived[table->outputs[output].derived[value]];
		read = derived->facts & facts;
		if (read != 0)
			return proof_say(proof, "the date `%s`, which reads `%s`",
					 derived->name,
					 edition->facts[__builtin_ctzll(read)].key);
	}
	return NULL;
}

/*
 * The whole set first, for that is the theorem; then each fact alone, for a
 * pair that differs in one fact says more.
 */
static int search_stake(struct proof *proof, node_ref root, uint64_t facts,
			struct diagram_case pair[2], uint64_t *cost)
{
	const struct edition *edition = proof->edition;
	struct diagram_case single[2];
	bool at_stake[VARIABLES_MAX] = { false };
	int r;

	variables_of(edition, facts, at_stake);
	r = depends_on(edition, root, at_stake, proof->scratch, pair, cost);
	for (uint16_t f = 0; r == 1 && f < edition->n_facts; f++) {
		if ((facts >> f & 1) == 0)
			continue;
		variables_of(edition, 1ull << f, at_stake);
		r = depends_on(edition, root, at_stake, proof->scratch, single,
			       cost);
		if (r == 1) {
			memcpy(pair, single, sizeof(single));
			return 1;
		}
		if (r == 0)
			r = 1;
	}
	return r;
}

static void prove_stake(struct proof *proof, enum theorem_kind kind,
			uint16_t question, uint8_t output, uint64_t facts)
{
	node_ref root = proof->edition->diagram->roots[question][output];
	const struct counterexample *example = NULL;
	const char *dated;
	struct diagram_case pair[2];
	uint64_t cost = 0;
	int r;

	arena_reset(proof->scratch);
	r = search_stake(proof, root, facts, pair, &cost);
	if (r < 0) {
		proof->r = r;
		return;
	}
	if (r == 1) {
		example = proof_cases(proof, question, output, pair, 2);
	} else {
		dated = dated_by(proof, question, output, facts);
		if (dated != NULL)
			example = proof_blame(proof, dated, -1, -1);
	}
	proof_add(proof, kind, question, output, cost, example)->about = facts;
}

static void prove_independence(struct proof *proof, uint16_t question)
{
	const struct edition *edition = proof->edition;
	uint8_t n = edition->tables[edition->questions[question].table].n_outputs;

	for (uint8_t o = 0; o < n; o++)
		prove_stake(proof, THEOREM_TESTIMONY, question, o,
			    testimony(edition));
	for (uint8_t o = 0; o < n; o++)
		prove_stake(proof, THEOREM_PROXY, question, o, proxies(edition));
	for (uint8_t o = 0; o < n; o++)
		prove_stake(proof, THEOREM_EVIDENCE, question, o,
			    not_ordinary(edition));
}

/*
 * A constraint that read such a fact would let it tell which answers to other
 * facts are still possible, and so decide a case in which they are open.
 */
static void prove_untied(struct proof *proof, enum theorem_kind kind,
			 uint64_t facts)
{
	const struct edition *edition = proof->edition;
	const struct counterexample *example = NULL;
	struct diagram_case pair[2];
	uint64_t cost = 0;
	uint64_t tied;
	int r;

	arena_reset(proof->scratch);
	r = search_stake(proof, edition->diagram->possible, facts, pair, &cost);
	if (r < 0)
		proof->r = r;
	tied = facts & differing_facts(edition, &pair[0], &pair[1]);
	if (r == 1)
		example = proof_blame(
			proof,
			proof_say(proof, "the constraints tie `%s` to other facts",
				  edition->facts[__builtin_ctzll(tied)].key),
			-1, -1);
	proof_add(proof, kind, -1, -1, cost, example)->about = facts;
}

static void prove_all_untied(struct proof *proof)
{
	prove_untied(proof, THEOREM_TESTIMONY, testimony(proof->edition));
	prove_untied(proof, THEOREM_PROXY, proxies(proof->edition));
	prove_untied(proof, THEOREM_EVIDENCE, not_ordinary(proof->edition));
}

/* ---- Names: P0 ---- */

static const char *bad_name(struct proof *proof, const char *name, bool of_fact)
{
	size_t offset;
	const char *word = of_fact ? testimony_name(name)
				   : testimony_word(name, strlen(name), &offset);

	return word == NULL ? NULL : proof_say(proof, "the name `%s`", name);
}

/* Every fact of testimony, for an analysis is read to learn which they are. */
static const char *bad_facts(struct proof *proof)
{
	const struct edition *edition = proof->edition;
	uint64_t facts = testimony(edition);
	struct builder text;
	const char *names;

	builder_init(&text, proof->scratch);
	for (uint16_t f = 0; f < edition->n_facts; f++)
		if ((facts >> f & 1) != 0)
			builder_format(&text, "%s`%s`", text.n > 0 ? ", " : "",
				       edition->facts[f].key);
	if (facts == 0)
		return NULL;
	names = builder_text(&text);
	return proof_say(proof, "the name%s %s",
			 (facts & (facts - 1)) == 0 ? "" : "s",
			 names == NULL ? "" : names);
}

static const char *bad_output(struct proof *proof, const struct output *output)
{
	const char *bad = bad_name(proof, output->name, false);

	for (uint8_t v = 0; bad == NULL && v < output->n_values; v++)
		bad = bad_name(proof, output->values[v], false);
	return bad;
}

static const char *bad_row(struct proof *proof, const struct table *table,
			   uint16_t t, int *ret_table, int *ret_row)
{
	for (uint8_t r = 0; r < table->n_rows; r++) {
		const char *bad = bad_name(proof, table->rows[r].id, false);

		if (bad == NULL)
			continue;
		*ret_table = t;
		*ret_row = r;
		return bad;
	}
	return NULL;
}

static void prove_names(struct proof *proof)
{
	const struct edition *edition = proof->edition;
	uint64_t n = edition->n_facts;
	const char *bad;
	int table = -1;
	int row = -1;

	arena_reset(proof->scratch);
	bad = bad_facts(proof);
	for (uint16_t d = 0; bad == NULL && d < edition->n_derived; d++, n++)
		bad = bad_name(proof, edition->derived[d].name, true);
	for (uint16_t t = 0; bad == NULL && t < edition->n_tables; t++, n++) {
		const struct table *of = &edition->tables[t];

		bad = bad_name(proof, of->name, false);
		for (uint8_t o = 0; bad == NULL && o < of->n_outputs; o++, n++)
			bad = bad_output(proof, &of->outputs[o]);
		if (bad == NULL)
			bad = bad_row(proof, of, t, &table, &row);
	}
	proof_add(proof, THEOREM_NO_TESTIMONY, -1, -1, n,
		  bad == NULL ? NULL : proof_blame(proof, bad, table, row));
}

/* ---- All of them ---- */

int prove(const struct edition *edition, struct arena *arena, struct arena *scratch,
	  struct theorem results[THEOREMS_MAX], size_t *ret_n)
{
	struct proof proof = {
		.edition = edition,
		.arena = arena,
		.scratch = scratch,
		.results = results,
	};

	prove_names(&proof);
	prove_all_untied(&proof);
	prove_complete(&proof);
	for (uint16_t q = 0; proof.r == 0 && q < edition->n_questions; q++) {
		prove_independence(&proof, q);
		prove_unknown(&proof, q);
		prove_protection(&proof, q);
		prove_child(&proof, q);
		prove_adverse(&proof, q);
	}
	if (proof.r == 0)
		*ret_n = proof.n;
	return proof.r;
}
