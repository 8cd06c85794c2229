/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/failure.h"

#include <stdlib.h>
#include <string.h>

/* Pieces joined to one text, from malloc; NULL when memory ran out. */
static char *joined(char *const *pieces, size_t n, const char *between)
{
	size_t length = 1;
	size_t at = 0;
	char *text;

	for (size_t i = 0; i < n; i++)
		length += strlen(pieces[i]) + strlen(between);
	text = malloc(length);
	if (text == NULL)
		return NULL;
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, length - at, "%s%s",
				       i > 0 ? between : "", pieces[i]);
	return text;
}

static void free_text(char **text)
{
	free(*text);
}

#define TEXT_ENDS CLEANUP(free_text)

static const char *or_cut(const char *text)
{
	return text == NULL ? "(too long to show)" : text;
}

/* "2025-02-04: here = yes; risk = serious;", or NULL without answers. */
static char *answers_text(const Permit__V1__ProofCase *shown)
{
	size_t length = strlen(shown->as_of) + 2;
	size_t at;
	char *text;

	if (shown->as_of[0] == '\0')
		return NULL;
	for (size_t i = 0; i < shown->n_answers; i++)
		length += strlen(shown->answers[i]->key) +
			  strlen(shown->answers[i]->value) + sizeof(" = ;");
	text = malloc(length);
	if (text == NULL)
		return NULL;
	at = (size_t)snprintf(text, length, "%s:", shown->as_of);
	for (size_t i = 0; i < shown->n_answers; i++)
		at += (size_t)snprintf(text + at, length - at, " %s = %s;",
				       shown->answers[i]->key,
				       shown->answers[i]->value);
	return text;
}

/* ---- Text ---- */

static void say_row(const struct output_stream *out, const Permit__V1__ProofRow *row)
{
	TEXT_ENDS char *sources = joined(row->sources, row->n_sources, "; ");

	if (row->row[0] == '\0')
		output_line(out, "      table %s", row->table);
	else
		output_line(out, "      row %s of %s, line %u: %s", row->row,
			    row->table, row->line, or_cut(sources));
}

static void say_case(const struct output_stream *out,
		     const Permit__V1__ProofCase *shown, const char *label)
{
	TEXT_ENDS char *answers = answers_text(shown);

	output_line(out, "    %s: %s when %s", label, shown->value, shown->text);
	if (!shown->evaluators_agree)
		output_line(out, "      the table walk does not agree: this is a "
				 "fault of the engine");
	if (answers != NULL)
		output_line(out, "      such a case, on %s", answers);
	for (size_t i = 0; i < shown->n_rows; i++)
		say_row(out, shown->rows[i]);
}

void failure_say(const struct output_stream *out,
		 const Permit__V1__FailedTheorem *failed)
{
	TEXT_ENDS char *differ = joined(failed->differ_in, failed->n_differ_in,
					", ");

	output_styled(out, STYLE_CARE,
		      "%s %s FAILS for %s%s%s (%llu nodes): not true "
		      "that %s",
		      failed->obligation, failed->name,
		      failed->question[0] == '\0' ? "the edition"
						  : failed->question,
		      failed->output[0] == '\0' ? "" : " ", failed->output,
		      (unsigned long long)failed->cost,
		      failed->statement);
	if (failed->what[0] != '\0')
		output_line(out, "    %s", failed->what);
	if (failed->at != NULL)
		say_row(out, failed->at);
	if (failed->n_differ_in > 0)
		output_line(out, "    two cases that differ in %s alone:",
			    or_cut(differ));
	for (size_t i = 0; i < failed->n_cases; i++)
		say_case(out, failed->cases[i],
			 failed->n_cases == 1 ? "case"
			 : i == 0	      ? "one"
					      : "other");
}

/* ---- JSON ---- */

static json_t *row_json(const Permit__V1__ProofRow *row)
{
	TEXT_ENDS char *sources = joined(row->sources, row->n_sources, "; ");

	return json_pack("{s:s, s:s, s:i, s:s}", "table", row->table, "row",
			 row->row, "line", (int)row->line, "source",
			 or_cut(sources));
}

static json_t *case_json(const Permit__V1__ProofCase *shown)
{
	TEXT_ENDS char *answers = answers_text(shown);
	json_t *rows = json_array();

	for (size_t i = 0; i < shown->n_rows; i++)
		if (json_array_append_new(rows, row_json(shown->rows[i])) != 0) {
			json_decref(rows);
			return NULL;
		}
	return json_pack("{s:s, s:s*, s:s, s:b, s:o}", "case", shown->text,
			 "answers", answers, "value", shown->value, "agreed",
			 shown->evaluators_agree, "rows", rows);
}

json_t *failure_json(const Permit__V1__FailedTheorem *failed)
{
	TEXT_ENDS char *differ = joined(failed->differ_in, failed->n_differ_in,
					", ");
	json_t *cases = json_array();
	json_t *at = NULL;

	for (size_t i = 0; i < failed->n_cases; i++)
		if (json_array_append_new(cases, case_json(failed->cases[i])) !=
		    0) {
			json_decref(cases);
			return NULL;
		}
	if (failed->at != NULL && failed->at->row[0] != '\0')
		at = row_json(failed->at);
	return json_pack("{s:s, s:s, s:o, s:o*}", "what", failed->what, "differ_in",
			 or_cut(differ), "cases", cases, "at", at);
}
