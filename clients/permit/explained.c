/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "clients/permit/explained.h"
#include "policy/base/text.h"

#define LABEL_COLUMNS 22u
#define LINE_BYTES 1024

static const char *word(const struct known_case *known, enum word which)
{
	return word_in(which, known->language);
}

enum word explained_outcome(enum outcome outcome)
{
	return (enum word)(WORD_GRANT + (unsigned)outcome);
}

/* ---- Answers ---- */

static const char *set_in_words(const struct known_case *known,
				const struct fact *fact, uint64_t set,
				struct arena *arena)
{
	struct builder builder;
	const char *text;
	bool first = true;

	if (set == 0)
		return word(known, WORD_NONE);
	builder_init(&builder, arena);
	for (uint8_t i = 0; i < fact->n_values; i++) {
		if ((set >> i & 1) == 0)
			continue;
		builder_format(&builder, "%s%s", first ? "" : ", ",
			       fact->value_labels[i].in[known->language]);
		first = false;
	}
	text = builder_text(&builder);
	return text == NULL ? "" : text;
}

const char *explained_answer(const struct known_case *known, uint8_t fact,
			     const struct answer *answer, struct arena *arena)
{
	const struct fact *f = &known->file.edition->facts[fact];
	const char *text;

	switch (answer->state) {
	case ANSWER_ABSENT:
		return word(known, WORD_NOT_ASKED);
	case ANSWER_NOT_KNOWN:
		return word(known, WORD_NOT_KNOWN);
	case ANSWER_DECLINED:
		return word(known, WORD_DECLINED);
	case ANSWER_VALUE:
		break;
	}
	if (f->type == FACT_SET)
		return set_in_words(known, f, answer->set, arena);
	if (f->type == FACT_ENUMERATION || f->type == FACT_BOOLEAN)
		return f->value_labels[answer->number].in[known->language];
	text = fact_print(f, answer, arena);
	return text == NULL ? "" : text;
}

const char *explained_because(const struct known_case *known, enum outcome outcome,
			      uint64_t reason, struct arena *arena)
{
	const struct edition *edition = known->file.edition;
	const char *outcome_word = word(known, explained_outcome(outcome));
	const char *answers;
	struct builder builder;
	char line[LINE_BYTES];

	if (reason == 0) {
		word_fill(word(known, WORD_ALWAYS), outcome_word, "", line, sizeof(line));
		return arena_text(arena, line, strlen(line));
	}
	builder_init(&builder, arena);
	for (uint8_t f = 0; f < edition->n_facts; f++)
		if ((reason >> f & 1) != 0)
			builder_format(&builder, "%s%s: %s",
				       builder.n == 0 ? "" : "; ",
				       edition->facts[f].label.in[known->language],
				       explained_answer(known, f,
							&known->facts.answers[f], arena));
	answers = builder_text(&builder);
	if (answers == NULL)
		return NULL;
	word_fill(word(known, WORD_BECAUSE), outcome_word, answers, line, sizeof(line));
	return arena_text(arena, line, strlen(line));
}

/* ---- Decisions ---- */

static void say_row(const struct known_case *known, const struct table *table,
		    const struct row *row)
{
	const struct output_stream *out = &known->in->out;
	char line[LINE_BYTES];
	size_t n = 0;

	snprintf(line, sizeof(line), "%s, %s %s", table->name, word(known, WORD_ROW),
		 row->id);
	output_paragraph(out, 2, "", line);
	if (row->reason.in[known->language][0] != '\0')
		output_paragraph(out, 4, "", row->reason.in[known->language]);
	line[0] = '\0';
	for (uint8_t i = 0; i < row->n_citations && n < sizeof(line); i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s",
				      i > 0 ? "; " : "", row->citations[i].text);
	if (n > 0)
		output_paragraph(out, 4, "", line);
	if (row->unverified)
		output_paragraph(out, 4, "", word(known, WORD_UNVERIFIED));
}

void explained_rows(const struct known_case *known, const struct decision *decision)
{
	for (uint16_t i = 0; i < decision->n_rows; i++) {
		const struct decided_row *at = &decision->rows[i];
		const struct table *table = &known->file.edition->tables[at->table];

		if (at->table == known->question->table && at->certain)
			say_row(known, table, &table->rows[at->row]);
	}
}

void explained_decision(const struct known_case *known, const char *title,
			const struct decision *decision)
{
	const struct output_stream *out = &known->in->out;
	struct arena arena;
	char value[VALUE_TEXT_BYTES];

	arena_init(&arena, 64u * 1024);
	output_heading(out, title);
	output_field(out, LABEL_COLUMNS, known->question->name,
		     word(known, explained_outcome(decision->outcome)));
	for (uint8_t o = 0; o < decision->n_outputs; o++) {
		const struct decided_output *decided = &decision->outputs[o];
		const char *text;

		if (o == known->question->outcome || !decided->settled)
			continue;
		text = decided_output_text(decided, &arena);
		if (text != NULL && strcmp(text, "-") != 0)
			output_field(out, LABEL_COLUMNS, decided->output->name,
				     value_in(text, known->language, value));
	}
	explained_rows(known, decision);
	arena_done(&arena);
}

/* ---- For programs ---- */

static json_t *outputs_json(const struct decision *decision, struct arena *arena)
{
	json_t *outputs = json_object();

	for (uint8_t o = 0; o < decision->n_outputs && outputs != NULL; o++) {
		const struct decided_output *decided = &decision->outputs[o];
		const char *text;

		if (o == decision->question->outcome || !decided->settled)
			continue;
		text = decided_output_text(decided, arena);
		if (text == NULL || json_object_set_new(outputs, decided->output->name,
							json_string(text)) != 0) {
			json_decref(outputs);
			return NULL;
		}
	}
	return outputs;
}

static json_t *rows_json(const struct decision *decision)
{
	json_t *rows = json_array();

	for (uint16_t i = 0; i < decision->n_rows && rows != NULL; i++) {
		const struct decided_row *at = &decision->rows[i];
		const struct table *table = &decision->edition->tables[at->table];
		const struct row *row = &table->rows[at->row];
		json_t *sources = json_array();
		int r = sources == NULL ? -1 : 0;

		for (uint8_t c = 0; c < row->n_citations && r == 0; c++)
			r = json_array_append_new(sources,
						  json_string(row->citations[c].text));
		if (r != 0 || json_array_append_new(rows, json_pack(
				      "{s:s, s:s, s:b, s:O}", "table", table->name,
				      "row", row->id, "certain", at->certain, "sources",
				      sources)) != 0) {
			json_decref(rows);
			rows = NULL;
		}
		json_decref(sources);
	}
	return rows;
}

json_t *explained_json(const struct decision *decision, struct arena *arena)
{
	return json_pack("{s:s, s:o, s:o}", "outcome", outcome_names[decision->outcome],
			 "outputs", outputs_json(decision, arena), "rows",
			 rows_json(decision));
}
