/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clients/permit/show.h"
#include "policy/base/text.h"
#include "policy/testimony.h"
#include "proto/digest.h"
#include "proto/json.h"

#define LABEL_COLUMNS 22u
#define LINE_BYTES 1024

const Permit__V1__FactDescription *described_fact(
	const Permit__V1__DescribeResponse *described, const char *key)
{
	size_t i;

	for (i = 0; described != NULL && i < described->n_facts; i++)
		if (strcmp(described->facts[i]->key, key) == 0)
			return described->facts[i];
	return NULL;
}

static const char *word(const struct shown *shown, enum word which)
{
	return word_in(which, shown->language);
}

/* 0 is grant; what a newer daemon may send that this does not know is asked. */
static unsigned outcome_index(const struct shown *shown)
{
	unsigned outcome = (unsigned)shown->decision->outcome;

	return outcome >= PERMIT__V1__OUTCOME__OUTCOME_GRANT &&
			       outcome <= PERMIT__V1__OUTCOME__OUTCOME_ASK
		       ? outcome - PERMIT__V1__OUTCOME__OUTCOME_GRANT
		       : WORD_ASK;
}

static enum output_style outcome_style(const struct shown *shown)
{
	return shown->decision->outcome == PERMIT__V1__OUTCOME__OUTCOME_GRANT
		       ? STYLE_GOOD
		       : STYLE_CARE;
}

static void show_head(const struct output_stream *out, const struct shown *shown)
{
	const Permit__V1__Decision *decision = shown->decision;
	enum word which = (enum word)(WORD_GRANT + outcome_index(shown));
	enum word means = (enum word)(WORD_GRANT_MEANS + outcome_index(shown));

	output_styled(out, outcome_style(shown), "%s: %s", decision->question,
		      word(shown, which));
	/* The law left nothing to an officer here: the engine failed. */
	if (!decision->evaluators_agree)
		means = WORD_DISAGREE;
	output_paragraph(out, 0, "", word(shown, means));
	if (!decision->recorded)
		output_paragraph(out, 0, "", word(shown, WORD_WHAT_IF));
}

static void show_output(const struct output_stream *out, const struct shown *shown,
			const Permit__V1__Output *output)
{
	char line[LINE_BYTES];
	char value[VALUE_TEXT_BYTES];
	size_t n, i;

	if (output->state == PERMIT__V1__OUTPUT__STATE__STATE_SETTLED) {
		output_field(out, LABEL_COLUMNS, output->name,
			     value_in(output->value, shown->language, value));
		return;
	}
	n = (size_t)snprintf(line, sizeof(line), "%s", word(shown, WORD_ONE_OF));
	for (i = 0; i < output->n_possible && n < sizeof(line); i++)
		n += (size_t)snprintf(
			line + n, sizeof(line) - n, "%s %s", i > 0 ? "," : "",
			value_in(output->possible[i], shown->language, value));
	output_field(out, LABEL_COLUMNS, output->name, line);
}

static bool is_shown(const Permit__V1__Output *output)
{
	return strcmp(output->name, "outcome") != 0 &&
	       strcmp(output->value, "-") != 0;
}

static void show_outputs(const struct output_stream *out, const struct shown *shown)
{
	const Permit__V1__Decision *decision = shown->decision;
	bool first = true;
	size_t i;

	for (i = 0; i < decision->n_outputs; i++) {
		if (!is_shown(decision->outputs[i]))
			continue;
		if (first)
			output_heading(out, word(shown, WORD_RESULT));
		show_output(out, shown, decision->outputs[i]);
		first = false;
	}
}

/* On one line, "IRPA 24(1); MI81". */
static void show_sources(const struct output_stream *out, char *const *sources,
			 size_t n_sources)
{
	char line[LINE_BYTES] = "";
	size_t n = 0;
	size_t i;

	for (i = 0; i < n_sources && n < sizeof(line); i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s",
				      i > 0 ? "; " : "", sources[i]);
	if (n > 0)
		output_paragraph(out, 4, "", line);
}

static void show_row(const struct output_stream *out, const struct shown *shown,
		     const Permit__V1__MatchedRow *row)
{
	const char *reason = text_in(row->reasons, row->n_reasons, shown->language);
	char line[LINE_BYTES];

	snprintf(line, sizeof(line), "%s, %s %s%s%s%s", row->table,
		 word(shown, WORD_ROW), row->row, row->certain ? "" : " (",
		 row->certain ? "" : word(shown, WORD_MAY_APPLY),
		 row->certain ? "" : ")");
	output_paragraph(out, 2, "", line);
	if (reason[0] != '\0')
		output_paragraph(out, 4, "", reason);
	show_sources(out, row->sources, row->n_sources);
	if (row->unverified)
		output_paragraph(out, 4, "", word(shown, WORD_UNVERIFIED));
}

/*
 * Below the question's table, a row that only may apply explains nothing. Where
 * the evaluators differ no row does: its reason would promise what is not decided.
 */
static bool explains(const struct shown *shown, const Permit__V1__MatchedRow *row)
{
	if (!shown->decision->evaluators_agree)
		return false;
	if (row->certain)
		return true;
	return shown->decision->outcome != PERMIT__V1__OUTCOME__OUTCOME_ASK &&
	       strcmp(row->table, shown->decision->question) == 0;
}

static void show_rows(const struct output_stream *out, const struct shown *shown)
{
	const Permit__V1__Decision *decision = shown->decision;
	const Permit__V1__MatchedRow *row;
	bool first = true;
	size_t i;

	/* The question's own table is last, and is what a person asks for first. */
	for (i = decision->n_rows; i > 0; i--) {
		row = decision->rows[i - 1];
		if (!explains(shown, row))
			continue;
		if (first)
			output_heading(out, word(shown, WORD_WHY));
		show_row(out, shown, row);
		first = false;
	}
}

static void show_open_facts(const struct output_stream *out,
			    const struct shown *shown, enum word title,
			    char *const *keys, size_t n_keys)
{
	const Permit__V1__FactDescription *fact;
	size_t i;

	if (n_keys == 0)
		return;
	output_heading(out, word(shown, title));
	for (i = 0; i < n_keys; i++) {
		fact = described_fact(shown->described, keys[i]);
		output_field(out, LABEL_COLUMNS, keys[i],
			     fact == NULL
				     ? ""
				     : text_in(fact->questions, fact->n_questions,
					       shown->language));
	}
}

static void show_count(const struct output_stream *out, const struct shown *shown,
		       enum word which, uint32_t count)
{
	char line[LINE_BYTES];
	char number[NUMBER_BYTES];

	if (count == 0)
		return;
	output_line(out, "%s", "");
	output_paragraph(out, 0, "",
			 word_fill(word(shown, which), number_text(count, number), "",
				   line, sizeof(line)));
}

static void show_routes(const struct output_stream *out, const struct shown *shown)
{
	const Permit__V1__Decision *decision = shown->decision;
	const Permit__V1__RouteNotEvaluated *route;
	size_t i;

	if (decision->n_routes_not_evaluated == 0)
		return;
	output_heading(out, word(shown, WORD_ROUTES));
	for (i = 0; i < decision->n_routes_not_evaluated; i++) {
		route = decision->routes_not_evaluated[i];
		output_paragraph(
			out, 2, "",
			text_in(route->names, route->n_names, shown->language));
		/* The policy gives the why in English alone. */
		if (shown->language == LANGUAGE_EN)
			output_paragraph(out, 4, "", route->why);
		show_sources(out, route->sources, route->n_sources);
	}
}

static void show_dates(const struct output_stream *out, const struct shown *shown)
{
	const Permit__V1__Dates *dates = shown->decision->dates;
	char text[TIME_TEXT_BYTES];

	if (dates == NULL)
		return;
	output_heading(out, word(shown, WORD_DATES));
	output_field(out, LABEL_COLUMNS, word(shown, WORD_DATE_RECEIVED),
		     dates->application_received[0] != '\0'
			     ? dates->application_received
			     : word(shown, WORD_NOT_STATED));
	output_field(out, LABEL_COLUMNS, word(shown, WORD_DATE_DECISION),
		     dates->decision);
	output_field(out, LABEL_COLUMNS, word(shown, WORD_DATE_IN_FORCE),
		     dates->in_force);
	output_field(out, LABEL_COLUMNS, word(shown, WORD_DATE_EDITION),
		     time_text(dates->edition_recorded_ms, text));
	if (shown->decision->recorded)
		output_field(out, LABEL_COLUMNS, word(shown, WORD_DATE_RECORDED),
			     time_text(dates->decision_recorded_ms, text));
}

static void show_record(const struct output_stream *out, const struct shown *shown)
{
	const Permit__V1__Decision *decision = shown->decision;
	const Permit__V1__Edition *edition = decision->edition;
	char line[LINE_BYTES];
	char index[NUMBER_BYTES], size[NUMBER_BYTES];

	output_heading(out, word(shown, WORD_RECORD));
	if (decision->recorded) {
		output_field(out, LABEL_COLUMNS, word(shown, WORD_DECISION),
			     decision->id);
		number_text(decision->log_index, index);
		number_text(decision->tree_size, size);
		output_field(out, LABEL_COLUMNS, word(shown, WORD_LOG),
			     word_fill(word(shown, WORD_LOG_ENTRY), index, size,
				       line, sizeof(line)));
	}
	if (shown->case_ref[0] != '\0')
		output_field(out, LABEL_COLUMNS, word(shown, WORD_CASE),
			     shown->case_ref);
	if (edition == NULL)
		return;
	snprintf(line, sizeof(line), "%s %s, %s", edition->policy, edition->name,
		 decision->question);
	output_field(out, LABEL_COLUMNS, word(shown, WORD_EDITION), line);
	if (edition->hash.len == DIGEST_BYTES)
		hex_print(edition->hash.data, DIGEST_BYTES, line);
	output_field(out, LABEL_COLUMNS, word(shown, WORD_HASH), line);
}

static void show_notices(const struct output_stream *out, const struct shown *shown)
{
	const Permit__V1__Decision *decision = shown->decision;
	size_t i;

	for (i = 0; i < decision->n_notices; i++)
		output_line(out, "%s %s", word(shown, WORD_NOT_USED),
			    decision->notices[i]->field);
}

void show_decision(const struct output_stream *out, const struct shown *shown)
{
	const Permit__V1__Decision *decision = shown->decision;

	show_head(out, shown);
	show_open_facts(out, shown, WORD_STILL_NEEDED, decision->facts_open,
			decision->n_facts_open);
	show_count(out, shown, WORD_QUESTIONS_LEFT, decision->questions_left);
	show_outputs(out, shown);
	show_rows(out, shown);
	show_open_facts(out, shown, WORD_STILL_OPEN, decision->facts_open_outputs,
			decision->n_facts_open_outputs);
	show_count(out, shown, WORD_NOT_NEEDED, decision->not_asked);
	show_routes(out, shown);
	show_dates(out, shown);
	show_record(out, shown);
	show_notices(out, shown);
	output_line(out, "%s", "");
	output_paragraph(out, 0, "", testimony_sentence(shown->language));
}

static json_t *open_facts_json(const struct shown *shown, char *const *keys,
			       size_t n_keys)
{
	const Permit__V1__FactDescription *fact;
	json_t *all = json_array();
	size_t i;

	for (i = 0; i < n_keys; i++) {
		fact = described_fact(shown->described, keys[i]);
		if (json_array_append_new(
			    all,
			    json_pack("{s:s, s:s}", "key", keys[i], "question",
				      fact == NULL ? ""
						   : text_in(fact->questions,
							     fact->n_questions,
							     shown->language))) !=
		    0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

json_t *show_decision_json(const struct shown *shown)
{
	const Permit__V1__Decision *decision = shown->decision;

	json_t *needed = open_facts_json(shown, decision->facts_open,
					 decision->n_facts_open);
	json_t *open = open_facts_json(shown, decision->facts_open_outputs,
				       decision->n_facts_open_outputs);

	return json_pack("{s:s, s:o, s:o, s:o, s:s}", "case", shown->case_ref,
			 "decision", json_from_message(&decision->base),
			 "still_needed", needed, "still_open", open, "testimony",
			 testimony_sentence(shown->language));
}
