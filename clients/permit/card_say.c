/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/card_view.h"

/* ---- Text ---- */

static void say_glance(const struct output_stream *out, struct card_view *view)
{
	const struct edition *edition = view->file.edition;
	char day[DATE_TEXT_BYTES];

	date_print(edition->in_force_from, day);
	output_field(out, 14, "edition",
		     card_text(view, "%s %s%s", edition->policy_id, edition->name,
			       edition->kind == EDITION_ANALYSIS
				       ? ", an analysis: never enacted"
				       : ""));
	output_field(out, 14, "jurisdiction", edition->jurisdiction);
	output_field(out, 14, "in force from", day);
	output_field(out, 14, "questions", card_questions(view));
	output_field(out, 14, "first permit",
		     card_lengths(view, REPORT_FIRST_PERMIT));
	output_field(out, 14, "renewal", card_lengths(view, REPORT_RENEWAL));
	output_field(out, 14, "rows",
		     card_text(view, "%u, %u of them cite what was not checked",
			       view->card->n_rows, view->card->n_unverified));
	output_field(out, 14, "other routes",
		     card_text(view, "%u named, not evaluated here",
			       edition->n_routes));
	output_field(out, 14, "theorems",
		     card_text(view, "%zu, of which %zu fail",
			       view->card->n_theorems, view->card->n_failed));
}

static void say_row(const struct output_stream *out, struct card_view *view,
		    const struct theorem_row *at, unsigned indent)
{
	const struct table *table = &view->file.edition->tables[at->table];
	const struct row *row = &table->rows[at->row];

	output_paragraph(out, indent, "row",
			 card_text(view, "%s of %s, line %u: %s", row->id,
				   table->name, row->place.line,
				   card_citations(view, row->citations,
						  row->n_citations)));
}

static void say_case(const struct output_stream *out, struct card_view *view,
		     const struct card_case *of)
{
	const char *answers = card_answers(view, of, false);

	output_paragraph(out, 6, "case",
			 card_text(view, "%s: %s in %s", of->role,
				   card_value(view, of),
				   view->file.edition->questions[of->question].name));
	output_paragraph(out, 8, "when", card_case_text(view, of));
	if (!of->shown->agreed)
		output_paragraph(out, 8, "",
				 "the table walk does not agree: this is a fault of "
				 "the engine");
	if (answers != NULL)
		output_paragraph(out, 8, "for example",
				 card_text(view, "on %s", answers));
	for (uint8_t i = 0; i < of->shown->n_rows; i++)
		say_row(out, view, &of->shown->rows[i], 8);
}

static void say_point(const struct output_stream *out, struct card_view *view,
		      const struct card_point *point)
{
	const struct report_entry *declared = point->declared;

	output_paragraph(out, 4, card_mark_names[point->mark],
			 point->cost == 0
				 ? card_text(view, "%s [%s]", point->text,
					     point->theorem)
				 : card_text(view, "%s [%s, %llu nodes]", point->text,
					     point->theorem,
					     (unsigned long long)point->cost));
	if (declared != NULL)
		output_paragraph(out, 6, "source",
				 card_citations(view, declared->citations,
						declared->n_citations));
	for (uint8_t i = 0; i < point->n_rows; i++)
		say_row(out, view, &point->rows[i], 6);
	for (uint8_t i = 0; i < point->n_cases; i++)
		say_case(out, view, &point->cases[i]);
}

static void say_answer(const struct output_stream *out, struct card_view *view,
		       enum card_line line)
{
	static const enum output_style styles[N_CARD_VERDICTS] = {
		[CARD_YES] = STYLE_GOOD,
		[CARD_IN_PART] = STYLE_CARE,
		[CARD_NO] = STYLE_CARE,
		[CARD_NOT_SAID] = STYLE_FAINT,
	};
	const struct card_answer *answer = &view->card->answers[line];

	output_heading(out, card_text(view, "%d. %s", (int)line + 1,
				      card_line_texts[line].question));
	output_styled(out, styles[answer->verdict],
		      out->form == OUTPUT_PLAIN ? "answer: %s" : "  %s.",
		      card_verdict_words[answer->verdict]);
	output_paragraph(out, 2, "", answer->summary);
	for (size_t i = 0; i < answer->n_points; i++)
		say_point(out, view, &answer->points[i]);
}

void card_say(const struct output_stream *out, struct card_view *view)
{
	output_heading(out, view->file.edition->title);
	say_glance(out, view);
	for (int line = 0; line < N_CARD_LINES; line++)
		say_answer(out, view, (enum card_line)line);
}

/* ---- JSON ---- */

static json_t *citations_json(const struct citation *citations, uint8_t n)
{
	json_t *list = json_array();

	for (uint8_t i = 0; i < n; i++)
		list = output_appended(list, json_pack("{s:s, s:b}", "text",
						citations[i].text, "unverified",
						citations[i].unverified));
	return list;
}

static json_t *rows_json(const struct card_view *view,
			 const struct theorem_row *rows, uint8_t n)
{
	json_t *list = json_array();

	for (uint8_t i = 0; i < n; i++) {
		const struct table *table =
			&view->file.edition->tables[rows[i].table];
		const struct row *row = &table->rows[rows[i].row];

		list = output_appended(list,
				json_pack("{s:s, s:s, s:i, s:o}", "table",
					  table->name, "row", row->id, "line",
					  (int)row->place.line, "sources",
					  citations_json(row->citations,
							 row->n_citations)));
	}
	return list;
}

static json_t *cases_json(struct card_view *view, const struct card_point *point)
{
	const struct edition *edition = view->file.edition;
	json_t *list = json_array();

	for (uint8_t i = 0; i < point->n_cases; i++) {
		const struct card_case *of = &point->cases[i];
		const struct question *question = &edition->questions[of->question];

		list = output_appended(
			list,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:b, s:o}", "role",
				  of->role, "question", question->name, "output",
				  edition->tables[question->table]
					  .outputs[of->output]
					  .name,
				  "value", card_value(view, of), "case",
				  card_case_text(view, of), "answers",
				  card_answers(view, of, true), "agreed",
				  of->shown->agreed, "rows",
				  rows_json(view, of->shown->rows,
					    of->shown->n_rows)));
	}
	return list;
}

static json_t *points_json(struct card_view *view, const struct card_answer *answer)
{
	json_t *list = json_array();

	for (size_t i = 0; i < answer->n_points; i++) {
		const struct card_point *point = &answer->points[i];
		const struct report_entry *declared = point->declared;

		list = output_appended(
			list,
			json_pack("{s:s, s:s, s:s, s:I, s:o*, s:o, s:o}", "mark",
				  card_mark_names[point->mark], "theorem",
				  point->theorem, "text", point->text, "nodes",
				  (json_int_t)point->cost, "sources",
				  declared == NULL
					  ? NULL
					  : citations_json(declared->citations,
							   declared->n_citations),
				  "rows", rows_json(view, point->rows, point->n_rows),
				  "cases", cases_json(view, point)));
	}
	return list;
}

static json_t *answers_json(struct card_view *view)
{
	json_t *list = json_array();

	for (int line = 0; line < N_CARD_LINES; line++) {
		const struct card_answer *answer = &view->card->answers[line];

		list = output_appended(list,
				json_pack("{s:s, s:s, s:s, s:s, s:o}", "name",
					  card_line_texts[line].name, "question",
					  card_line_texts[line].question, "verdict",
					  card_verdict_names[answer->verdict],
					  "summary", answer->summary, "points",
					  points_json(view, answer)));
	}
	return list;
}

static const char *duration_of(struct card_view *view, struct duration duration)
{
	char text[DURATION_TEXT_BYTES];

	duration_print(duration, text);
	return card_text(view, "%s", text);
}

/* "renewals" is null where the units do not compare. */
static json_t *path_json(struct card_view *view)
{
	const struct card *card = view->card;
	json_t *waits = json_array();
	json_t *renewals = json_array();

	for (uint8_t i = 0; i < card->n_waits; i++)
		waits = output_appended(waits,
				 json_pack("{s:s, s:b}", "after",
					   duration_of(view, card->waits[i].after),
					   "everybody", card->waits[i].everybody));
	for (uint8_t i = 0; i < card->n_renewals; i++) {
		const struct card_renewals *count = &card->renewals[i];

		renewals = output_appended(
			renewals,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b}", "after",
				  duration_of(view, count->after), "first_permit",
				  duration_of(view, count->first.length),
				  "first_permit_bound", count->first.bound, "renewal",
				  duration_of(view, count->renewal.length),
				  "renewal_bound", count->renewal.bound, "renewals",
				  count->n < 0 ? json_null() : json_integer(count->n),
				  "at_most", count->at_most));
	}
	return json_pack("{s:o, s:o}", "waits", waits, "renewals", renewals);
}

json_t *card_json(struct card_view *view)
{
	const struct edition *edition = view->file.edition;
	char day[DATE_TEXT_BYTES];
	char hash[2 * DIGEST_BYTES + 1];

	date_print(edition->in_force_from, day);
	hex_print(view->file.hash.bytes, DIGEST_BYTES, hash);
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:i, s:i, s:i, s:i, s:i, "
		"s:o, s:o}",
		"file", view->file.path, "title", edition->title, "policy",
		edition->policy_id, "edition", edition->name, "hash", hash,
		"jurisdiction", edition->jurisdiction, "analysis",
		edition->kind == EDITION_ANALYSIS, "in_force_from", day, "rows",
		(int)view->card->n_rows, "rows_unverified",
		(int)view->card->n_unverified, "routes_not_evaluated",
		(int)edition->n_routes, "theorems", (int)view->card->n_theorems,
		"theorems_failed", (int)view->card->n_failed, "path",
		path_json(view), "answers", answers_json(view));
}
