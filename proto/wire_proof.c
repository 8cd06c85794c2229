/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire_proof.h"

#include "policy/base/text.h"
#include "proto/wire_put.h"

static const struct table *table_of(const struct edition *edition,
				    const struct theorem *theorem)
{
	return &edition->tables[edition->questions[theorem->question].table];
}

static const char *value_text(const struct output *output, uint64_t value,
			      struct arena *arena)
{
	struct builder text;

	if (!output->collected)
		return value < output->n_values ? output->values[value] : "-";
	if (value == 0)
		return "none";
	builder_init(&text, arena);
	for (uint8_t i = 0; i < output->n_values; i++)
		if ((value >> i & 1) != 0)
			builder_format(&text, "%s%s", text.n > 0 ? ", " : "",
				       output->values[i]);
	return builder_text(&text);
}

const char *wire_facts_text(const struct edition *edition, uint64_t facts,
			    struct arena *arena)
{
	struct builder text;

	builder_init(&text, arena);
	for (uint16_t f = 0; f < edition->n_facts; f++)
		if ((facts >> f & 1) != 0)
			builder_format(&text, "%s%s", text.n > 0 ? ", " : "",
				       edition->facts[f].key);
	return builder_text(&text);
}

/* ---- Rows ---- */

/* A row of a table, or with row -1 the table as a whole. */
static void put_proof_row(struct put *put, const struct table *table, int row,
			  Permit__V1__ProofRow *to)
{
	const struct row *from = row < 0 ? NULL : &table->rows[row];

	to->table = borrow_text(table->name);
	to->line = from == NULL ? table->place.line : from->place.line;
	if (from == NULL)
		return;
	to->row = borrow_text(from->id);
	to->sources = put_array(put, from->n_citations, sizeof(*to->sources));
	to->n_sources = to->sources == NULL ? 0 : from->n_citations;
	for (size_t i = 0; i < to->n_sources; i++)
		to->sources[i] = borrow_text(from->citations[i].text);
}

/* ---- Cases ---- */

/* Facts that the question never reads are left out: they would only be noise. */
static bool is_shown(const struct question *question, const struct facts *facts,
		     uint16_t f)
{
	return facts->answers[f].state != ANSWER_ABSENT &&
	       (question->facts >> f & 1) != 0;
}

static void put_proof_answers(struct put *put, const struct edition *edition,
			      const struct question *question,
			      const struct facts *facts, Permit__V1__ProofCase *to)
{
	size_t n = 0;

	if (facts == NULL)
		return;
	to->as_of = put_day(put, facts->as_of);
	for (uint16_t f = 0; f < edition->n_facts; f++)
		n += is_shown(question, facts, f);
	PUT_MESSAGES(put, to, answers, n, permit__v1__proof_answer__init);
	n = 0;
	for (uint16_t f = 0; f < edition->n_facts && n < to->n_answers; f++) {
		Permit__V1__ProofAnswer *answer = to->answers[n];

		if (!is_shown(question, facts, f))
			continue;
		answer->key = borrow_text(edition->facts[f].key);
		answer->value = put_text(put, fact_print(&edition->facts[f],
							 &facts->answers[f],
							 put->arena));
		n++;
	}
}

static void put_proof_case(struct put *put, const struct edition *edition,
			   const struct question *question,
			   const struct output *output,
			   const struct theorem_case *from,
			   Permit__V1__ProofCase *to)
{
	to->text = put_text(put,
			    diagram_case_text(edition, &from->shown, put->arena));
	to->value = put_text(put, value_text(output, from->value, put->arena));
	to->evaluators_agree = from->agreed;
	put_proof_answers(put, edition, question, from->facts, to);
	PUT_MESSAGES(put, to, rows, from->n_rows, permit__v1__proof_row__init);
	for (size_t i = 0; i < to->n_rows; i++)
		put_proof_row(put, &edition->tables[from->rows[i].table],
			      from->rows[i].row, to->rows[i]);
}

static void put_at(struct put *put, const struct edition *edition,
		   const struct counterexample *from,
		   Permit__V1__FailedTheorem *to)
{
	if (from->table < 0)
		return;
	to->at = put_array(put, 1, sizeof(*to->at));
	if (to->at == NULL)
		return;
	permit__v1__proof_row__init(to->at);
	put_proof_row(put, &edition->tables[from->table], from->row, to->at);
}

/* ---- Theorems ---- */

int wire_put_failed(const struct edition *edition, const struct theorem *theorem,
		    struct arena *arena, Permit__V1__FailedTheorem *ret_message)
{
	const struct theorem_text *text = &theorem_texts[theorem->kind];
	const struct counterexample *from = theorem->counterexample;
	const struct output *output = NULL;
	struct put put = { arena, 0, false };
	Permit__V1__FailedTheorem *to = ret_message;

	permit__v1__failed_theorem__init(to);
	to->obligation = borrow_text(text->obligation);
	to->name = borrow_text(text->name);
	to->statement = borrow_text(text->statement);
	to->cost = theorem->cost;
	if (theorem->question >= 0)
		to->question = borrow_text(edition->questions[theorem->question].name);
	if (theorem->output >= 0) {
		output = &table_of(edition, theorem)->outputs[theorem->output];
		to->output = borrow_text(output->name);
	}
	to->what = borrow_text(from->what);
	put_at(&put, edition, from, to);
	to->differ_in = put_keys(&put, edition, from->differ, &to->n_differ_in);
	PUT_MESSAGES(&put, to, cases, output == NULL ? 0 : from->n_cases,
		     permit__v1__proof_case__init);
	for (size_t i = 0; i < to->n_cases; i++)
		put_proof_case(&put, edition,
			       &edition->questions[theorem->question], output,
			       &from->cases[i], to->cases[i]);
	return put_status(&put);
}

int wire_put_not_proven(const struct edition *edition,
			const struct theorem *theorems, size_t n,
			struct arena *arena, Permit__V1__Error *ret_message)
{
	struct put put = { arena, 0, false };
	size_t n_failed = 0;
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		n_failed += !theorems[i].holds;
	PUT_MESSAGES(&put, ret_message, failed_theorems,
		     n_failed < WIRE_FAILED_MAX ? n_failed : WIRE_FAILED_MAX,
		     permit__v1__failed_theorem__init);
	ret_message->n_more_failed =
		(uint32_t)(n_failed - ret_message->n_failed_theorems);
	for (size_t i = 0; i < n && at < ret_message->n_failed_theorems; i++) {
		int r;

		if (theorems[i].holds)
			continue;
		r = wire_put_failed(edition, &theorems[i], arena,
				    ret_message->failed_theorems[at++]);
		if (r != 0)
			return r;
	}
	return put_status(&put);
}
