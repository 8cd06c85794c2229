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
	[THEOREM_TESTIMONY_ROW] = { "P1", "non-interference-row",
				    "no testimony could change the row and its "
				    "reason" },
	[THEOREM_PROXY] = { "P2", "no-proxy",
			    "nothing that criminal justice alone attests changes this" },
	[THEOREM_PROXY_ROW] = { "P2", "no-proxy-row",
				"nothing that criminal justice alone attests changes "
				"the row and its reason" },
	[THEOREM_EVIDENCE] = { "P3", "evidence",
			       "who found or attested something changes nothing" },
	[THEOREM_EVIDENCE_ROW] = { "P3", "evidence-row",
				   "who found or attested something changes no row and "
				   "no reason" },
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
	uint64_t facts = facts_testimony(edition);
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
	prove_untied(&proof);
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
