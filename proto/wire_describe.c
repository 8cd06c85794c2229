/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proto/wire_put.h"

/* ---- Facts ---- */

static const Permit__V1__FactDescription__Type types[] = {
	[FACT_BOOLEAN] = PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_BOOLEAN,
	[FACT_ENUMERATION] = PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_ENUMERATION,
	[FACT_SET] = PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_SET,
	[FACT_INTEGER] = PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_INTEGER,
	[FACT_DATE] = PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_DATE,
	[FACT_DURATION] = PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_DURATION,
	[FACT_PERIODS] = PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_PERIODS,
};

static const Permit__V1__FactDescription__Ask asks[] = {
	[ASK_REGISTER] = PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_REGISTER,
	[ASK_FILE] = PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_FILE,
	[ASK_SUPPORTER] = PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_SUPPORTER,
	[ASK_PROFESSIONAL] = PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_PROFESSIONAL,
	[ASK_ADVISER] = PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_ADVISER,
	[ASK_PERSON] = PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_PERSON,
};

static const char *const duration_units[] = {
	[DURATION_DAYS] = "days",
	[DURATION_MONTHS] = "months",
	[DURATION_YEARS] = "years",
};

static void put_domain(struct put *put, const struct fact *fact,
		       Permit__V1__FactDescription *to)
{
	PUT_MESSAGES(put, to, values, fact->n_values,
		     permit__v1__fact_description__value__init);
	for (size_t i = 0; i < to->n_values; i++) {
		to->values[i]->name = borrow_text(fact->values[i]);
		to->values[i]->labels = put_texts(put, &fact->value_labels[i],
						  &to->values[i]->n_labels);
	}
	if (fact->type != FACT_INTEGER && fact->type != FACT_DURATION)
		return;
	to->minimum = fact->minimum;
	to->maximum = fact->maximum;
	if (fact->type == FACT_DURATION)
		to->unit = borrow_text(duration_units[fact->duration_unit]);
	else if (fact->unit != NULL)
		to->unit = borrow_text(fact->unit);
}

static void put_fact(struct put *put, const struct edition *edition, uint16_t index,
		     Permit__V1__FactDescription *to)
{
	const struct fact *fact = &edition->facts[index];

	to->index = index;
	to->key = borrow_text(fact->key);
	to->type = types[fact->type];
	put_domain(put, fact, to);
	to->sensitivity = fact->sensitivity;
	to->ask = asks[fact->ask];
	to->labels = put_texts(put, &fact->label, &to->n_labels);
	to->questions = put_texts(put, &fact->question, &to->n_questions);
	to->whys = put_texts(put, &fact->why, &to->n_whys);
	to->do_nots = put_texts(put, &fact->do_not, &to->n_do_nots);
	to->used = fact->used;
}

/* ---- Questions ---- */

/* Facts that can matter: those that tables or dates read, and what selects. */
static uint64_t facts_of(const struct edition *edition,
			 const struct question *question)
{
	int received = edition_find_fact(edition, WIRE_APPLICATION_RECEIVED);
	uint64_t facts = question->facts;

	for (uint16_t i = 0; i < edition->n_derived; i++)
		if ((question->derived >> i & 1) != 0)
			facts |= edition->derived[i].facts;
	if (received >= 0 && question->selected_by == SELECTED_BY_APPLICATION)
		facts |= 1ull << received;
	return facts;
}

static void put_question(struct put *put, const struct edition *edition,
			 const struct question *question,
			 Permit__V1__QuestionDescription *to)
{
	const struct table *table = &edition->tables[question->table];

	to->name = borrow_text(question->name);
	to->facts = put_keys(put, edition, facts_of(edition, question), &to->n_facts);
	to->outputs = put_array(put, table->n_outputs, sizeof(*to->outputs));
	if (to->outputs == NULL)
		return;
	to->outputs[to->n_outputs++] =
		borrow_text(table->outputs[question->outcome].name);
	for (uint8_t i = 0; i < table->n_outputs; i++)
		if (i != question->outcome)
			to->outputs[to->n_outputs++] =
				borrow_text(table->outputs[i].name);
}

int wire_put_description(const struct edition *edition,
			 const struct question *question, const uint8_t *hash,
			 unsigned languages, struct arena *arena,
			 Permit__V1__DescribeResponse *ret_message)
{
	struct put put = { arena, languages, false };
	Permit__V1__DescribeResponse *to = ret_message;
	uint64_t wanted = question == NULL ? UINT64_MAX : facts_of(edition, question);
	size_t n = 0;

	permit__v1__describe_response__init(to);
	to->edition = put_edition_name(&put, edition, hash);
	to->in_force = put_day(&put, edition->in_force_from);
	to->jurisdiction = borrow_text(edition->jurisdiction);
	to->title = borrow_text(edition->title);
	PUT_MESSAGES(&put, to, questions, question == NULL ? edition->n_questions : 1,
		     permit__v1__question_description__init);
	for (size_t i = 0; i < to->n_questions; i++)
		put_question(&put, edition,
			     question == NULL ? &edition->questions[i] : question,
			     to->questions[i]);
	for (uint16_t i = 0; i < edition->n_facts; i++)
		n += wanted >> i & 1;
	PUT_MESSAGES(&put, to, facts, n, permit__v1__fact_description__init);
	n = 0;
	for (uint16_t i = 0; i < edition->n_facts && n < to->n_facts; i++)
		if ((wanted >> i & 1) != 0)
			put_fact(&put, edition, i, to->facts[n++]);
	return put_status(&put);
}

/* ---- Editions ---- */

int wire_put_edition(const struct edition *edition, const struct wire_edition *known,
		     struct arena *arena, Permit__V1__EditionInfo *ret_message)
{
	struct put put = { arena, 0, false };
	Permit__V1__EditionInfo *to = ret_message;

	permit__v1__edition_info__init(to);
	to->edition = put_edition_name(&put, edition, known->hash);
	to->title = borrow_text(edition->title);
	to->jurisdiction = borrow_text(edition->jurisdiction);
	to->in_force_from = put_day(&put, edition->in_force_from);
	to->recorded_ms = known->recorded_ms;
	to->log_index = known->log_index;
	to->questions = put_array(&put, edition->n_questions, sizeof(*to->questions));
	if (to->questions != NULL)
		to->n_questions = edition->n_questions;
	for (size_t i = 0; i < to->n_questions; i++)
		to->questions[i] = borrow_text(edition->questions[i].name);
	return put_status(&put);
}

/* ---- Diagnostics ---- */

#define EXCERPT_MAX_BYTES 4096

/* The line of that number, without its end; "" when it is too long to help. */
static char *put_line(struct put *put, struct bytes document, uint32_t line)
{
	const uint8_t *at = document.data;
	size_t left = document.n;
	const uint8_t *end;
	size_t n;

	if (line == 0 || left == 0)
		return borrow_text("");
	while (--line > 0) {
		end = memchr(at, '\n', left);
		if (end == NULL)
			return borrow_text("");
		left -= (size_t)(end + 1 - at);
		at = end + 1;
	}
	end = left > 0 ? memchr(at, '\n', left) : NULL;
	n = end == NULL ? left : (size_t)(end - at);
	if (n > EXCERPT_MAX_BYTES)
		return borrow_text("");
	return put_text(put, arena_text(put->arena, (const char *)at, n));
}

int wire_put_diagnostics(const struct diagnostics *diagnostics,
			 struct wire_document policy,
			 struct wire_document vocabulary, struct arena *arena,
			 Permit__V1__Error *ret_message)
{
	struct put put = { arena, 0, false };

	PUT_MESSAGES(&put, ret_message, diagnostics, diagnostics->n,
		     permit__v1__diagnostic__init);
	for (size_t i = 0; i < ret_message->n_diagnostics; i++) {
		const struct diagnostic *from = &diagnostics->items[i];
		const struct wire_document *document =
			from->in_vocabulary ? &vocabulary : &policy;
		Permit__V1__Diagnostic *to = ret_message->diagnostics[i];

		to->file = borrow_text(document->name);
		to->line = from->place.line;
		to->column = from->place.column;
		to->n_bytes = from->place.n_bytes;
		to->kind = borrow_text(from->code);
		to->message = borrow_text(from->message);
		to->expected = borrow_text(from->expected);
		to->remedy = borrow_text(from->remedy);
		to->excerpt = put_line(&put, document->text, from->place.line);
	}
	return put_status(&put);
}
