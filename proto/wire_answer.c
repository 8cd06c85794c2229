/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "proto/wire_put.h"

/* ---- The decision ---- */

static const Permit__V1__Outcome outcomes[N_OUTCOMES] = {
	[OUTCOME_GRANT] = PERMIT__V1__OUTCOME__OUTCOME_GRANT,
	[OUTCOME_WAIT] = PERMIT__V1__OUTCOME__OUTCOME_WAIT,
	[OUTCOME_REFER] = PERMIT__V1__OUTCOME__OUTCOME_REFER,
	[OUTCOME_NO_ROUTE] = PERMIT__V1__OUTCOME__OUTCOME_NO_ROUTE,
	[OUTCOME_ADVERSE] = PERMIT__V1__OUTCOME__OUTCOME_ADVERSE,
	[OUTCOME_ASK] = PERMIT__V1__OUTCOME__OUTCOME_ASK,
};

static void put_possible(struct put *put, const struct decided_output *decided,
			 Permit__V1__Output *to)
{
	const struct output *output = decided->output;
	size_t n = (size_t)__builtin_popcountll(decided->possible);

	to->possible = put_array(put, n, sizeof(*to->possible));
	if (to->possible == NULL)
		return;
	for (uint8_t i = 0; i < output->n_values; i++)
		if ((decided->possible >> i & 1) != 0)
			to->possible[to->n_possible++] =
				borrow_text(output->values[i]);
	if ((decided->possible >> VALUE_NONE & 1) != 0)
		to->possible[to->n_possible++] = borrow_text("-");
}

static void put_output(struct put *put, const struct decided_output *decided,
		       Permit__V1__Output *to)
{
	to->name = borrow_text(decided->output->name);
	to->state = decided->settled ? PERMIT__V1__OUTPUT__STATE__STATE_SETTLED :
				       PERMIT__V1__OUTPUT__STATE__STATE_OPEN;
	if (decided->settled)
		to->value = put_text(put, decided_output_text(decided, put->arena));
	else
		put_possible(put, decided, to);
}

/* The outcome has a field of its own. */
static void put_outputs(struct put *put, const struct decision *decision,
			Permit__V1__Decision *to)
{
	size_t n = 0;

	PUT_MESSAGES(put, to, outputs, decision->n_outputs - 1u,
		     permit__v1__output__init);
	for (uint8_t i = 0; i < decision->n_outputs && n < to->n_outputs; i++)
		if (i != decision->question->outcome)
			put_output(put, &decision->outputs[i], to->outputs[n++]);
}

static void put_rows(struct put *put, const struct decision *decision,
		     Permit__V1__Decision *to)
{
	PUT_MESSAGES(put, to, rows, decision->n_rows, permit__v1__matched_row__init);
	for (size_t i = 0; i < to->n_rows; i++) {
		const struct decided_row *from = &decision->rows[i];
		const struct table *table = &decision->edition->tables[from->table];
		const struct row *row = &table->rows[from->row];
		Permit__V1__MatchedRow *matched = to->rows[i];

		matched->table = borrow_text(table->name);
		matched->row = borrow_text(row->id);
		matched->sources = put_citations(put, row->citations,
						 row->n_citations,
						 &matched->n_sources);
		matched->unverified = row->unverified;
		matched->reasons = put_texts(put, &row->reason, &matched->n_reasons);
		matched->certain = from->certain;
	}
}

/* Keys in the order of a list, least burden first. */
static char **put_open(struct put *put, const struct edition *edition,
		       const uint8_t *facts, uint8_t n, size_t *ret_n)
{
	char **keys = put_array(put, n, sizeof(*keys));

	*ret_n = keys == NULL ? 0 : n;
	for (size_t i = 0; i < *ret_n; i++)
		keys[i] = borrow_text(edition->facts[facts[i]].key);
	return keys;
}

static void put_routes(struct put *put, const struct edition *edition,
		       Permit__V1__Decision *to)
{
	PUT_MESSAGES(put, to, routes_not_evaluated, edition->n_routes,
		     permit__v1__route_not_evaluated__init);
	for (size_t i = 0; i < to->n_routes_not_evaluated; i++) {
		const struct route *from = &edition->routes[i];
		Permit__V1__RouteNotEvaluated *route = to->routes_not_evaluated[i];

		route->id = borrow_text(from->id);
		route->names = put_texts(put, &from->name, &route->n_names);
		route->why = borrow_text(from->why);
		route->sources = put_citations(put, from->citations,
					       from->n_citations, &route->n_sources);
	}
}

static void put_notices(struct put *put, const struct edition *edition,
			uint64_t unused, Permit__V1__Decision *to)
{
	size_t n = 0;

	PUT_MESSAGES(put, to, notices, (size_t)__builtin_popcountll(unused),
		     permit__v1__notice__init);
	for (uint16_t i = 0; i < edition->n_facts && n < to->n_notices; i++) {
		if ((unused >> i & 1) == 0)
			continue;
		to->notices[n]->kind = PERMIT__V1__NOTICE__KIND__KIND_FACT_NOT_USED;
		to->notices[n++]->field = borrow_text(edition->facts[i].key);
	}
}

static Permit__V1__Dates *put_dates(struct put *put, const struct decision *decision,
				    const struct wire_record *record)
{
	Permit__V1__Dates *dates = put_array(put, 1, sizeof(*dates));

	if (dates == NULL)
		return NULL;
	permit__v1__dates__init(dates);
	dates->application_received = put_span(put, record->received);
	dates->decision = put_day(put, decision->as_of);
	dates->in_force = put_day(put, decision->edition->in_force_from);
	dates->edition_recorded_ms = record->edition_recorded_ms;
	if (record->recorded)
		dates->decision_recorded_ms = record->decision_recorded_ms;
	return dates;
}

static char *put_id(struct put *put, const uint8_t *id)
{
	char text[2 * 16 + 1];

	for (size_t i = 0; i < 16; i++)
		snprintf(&text[2 * i], 3, "%02x", id[i]);
	return put_text(put, arena_text(put->arena, text, sizeof(text) - 1));
}

static void put_record(struct put *put, const struct wire_record *record,
		       Permit__V1__Decision *to)
{
	if (!record->recorded)
		return;
	to->recorded = true;
	to->id = put_id(put, record->entry_id);
	to->log_index = record->log_index;
	to->tree_size = record->tree_size;
	to->checkpoint = borrow_text(record->checkpoint);
	to->receipt = borrow_text(record->receipt);
	to->entry = borrow_bytes(record->entry);
}

int wire_put_decision(const struct decision *decision,
		      const struct wire_record *record, unsigned languages,
		      struct arena *arena, Permit__V1__Decision *ret_message)
{
	const struct edition *edition = decision->edition;
	struct put put = { arena, languages, false };
	Permit__V1__Decision *to = ret_message;

	permit__v1__decision__init(to);
	to->question = borrow_text(decision->question->name);
	to->outcome = outcomes[decision->outcome];
	to->evaluators_agree = decision->agreed;
	put_outputs(&put, decision, to);
	put_rows(&put, decision, to);
	to->facts_used = put_keys(&put, edition, decision->facts_used,
				  &to->n_facts_used);
	to->facts_open = put_open(&put, edition, decision->open, decision->n_open,
				  &to->n_facts_open);
	to->questions_left = decision->questions_left;
	to->not_asked = decision->not_asked;
	to->facts_open_outputs = put_open(&put, edition, decision->open_outputs,
					  decision->n_open_outputs,
					  &to->n_facts_open_outputs);
	to->edition = put_edition_name(&put, edition, record->edition_hash);
	to->dates = put_dates(&put, decision, record);
	put_routes(&put, edition, to);
	put_notices(&put, edition, record->unused, to);
	put_record(&put, record, to);
	return put_status(&put);
}

/* ---- The facts of a case ---- */

static void put_answer(struct put *put, const struct fact *fact,
		       const struct answer *answer, Permit__V1__NamedFact *to)
{
	to->key = borrow_text(fact->key);
	to->source = (Permit__V1__Source)answer->source;
	to->basis = (Permit__V1__Basis)answer->basis;
	if (answer->has_dated)
		to->dated = put_day(put, answer->dated);
	switch (answer->state) {
	case ANSWER_VALUE:
		to->answer_case = PERMIT__V1__NAMED_FACT__ANSWER_VALUE;
		to->value = put_text(put, fact_print(fact, answer, put->arena));
		return;
	case ANSWER_NOT_KNOWN:
		to->answer_case = PERMIT__V1__NAMED_FACT__ANSWER_NOT_KNOWN;
		to->not_known = true;
		return;
	case ANSWER_DECLINED:
		to->answer_case = PERMIT__V1__NAMED_FACT__ANSWER_DECLINED;
		to->declined = true;
		return;
	case ANSWER_ABSENT:
		return;
	}
}

int wire_put_facts(const struct edition *edition, const struct facts *facts,
		   struct arena *arena, Permit__V1__NamedFacts *ret_message)
{
	struct put put = { arena, 0, false };
	size_t n = 0;

	permit__v1__named_facts__init(ret_message);
	for (uint16_t i = 0; i < edition->n_facts; i++)
		n += facts->answers[i].state != ANSWER_ABSENT;
	PUT_MESSAGES(&put, ret_message, facts, n, permit__v1__named_fact__init);
	n = 0;
	for (uint16_t i = 0; i < edition->n_facts && n < ret_message->n_facts; i++)
		if (facts->answers[i].state != ANSWER_ABSENT)
			put_answer(&put, &edition->facts[i], &facts->answers[i],
				   ret_message->facts[n++]);
	return put_status(&put);
}
