/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "clients/permit/commands.h"
#include "clients/permit/law_words.h"
#include "clients/policy_file.h"
#include "policy/base/text.h"
#include "policy/diagram/diff.h"

/* What was found between two policies. */
struct report {
	const struct output_stream *out;
	struct policy_file files[2];
	struct arena arena;   /* the diff */
	struct arena scratch; /* of the diff, then of each text */
	const struct diff *diff;
};

static const char *const side_words[2] = { "before", "after" };

static void report_done(struct report *report)
{
	policy_file_done(&report->files[0]);
	policy_file_done(&report->files[1]);
	arena_done(&report->arena);
	arena_done(&report->scratch);
}

static const struct edition *edition_of(const struct report *report, unsigned side)
{
	return report->files[side].edition;
}

/* ---- Words ---- */

static const char *share_text(struct report *report, struct share share)
{
	char *text = arena_alloc(&report->scratch, SHARE_TEXT_BYTES);

	if (text == NULL)
		return law_or_cut(NULL);
	share_print(share, text);
	return text;
}

static const char *case_text(struct report *report, const struct diagram_case *shown)
{
	return law_or_cut(diagram_case_text(&report->diff->alignment->joint, shown,
					    &report->scratch));
}

static const struct table *table_of(const struct report *report,
				    const struct diff_question *question,
				    unsigned side)
{
	const struct edition *edition = edition_of(report, side);

	return &edition->tables[edition->questions[question->own[side]].table];
}

/* What an output gives on a side for the cases of a class. */
static const char *value_text(struct report *report,
			      const struct diff_question *question,
			      const struct diff_class *class, uint8_t output,
			      unsigned side)
{
	int8_t own = question->outputs[output].own[side];

	return law_or_cut(diff_value_text(report->diff, question, output, side,
					  class->results[side].values[own],
					  &report->scratch));
}

static bool is_changed(const struct diff_class *class, uint8_t output)
{
	return (class->changed >> output & 1) != 0;
}

/* "outcome: refer -> grant; length: - -> P12M" */
static const char *change_text(struct report *report,
			       const struct diff_question *question,
			       const struct diff_class *class)
{
	struct builder text;

	builder_init(&text, &report->scratch);
	for (uint8_t o = 0; o < question->n_outputs; o++)
		if (is_changed(class, o))
			builder_format(&text, "%s%s %s -> %s",
				       text.n > 0 ? "; " : "",
				       question->outputs[o].name,
				       value_text(report, question, class, o, 0),
				       value_text(report, question, class, o, 1));
	return law_or_cut(builder_text(&text));
}

/* ---- Text ---- */

static void say_rows(struct report *report, const struct theorem_case *shown,
		     unsigned side)
{
	for (uint8_t i = 0; i < shown->n_rows; i++) {
		const struct table *table =
			&edition_of(report, side)->tables[shown->rows[i].table];

		output_paragraph(report->out, 4, side_words[side],
				 law_row(table, &table->rows[shown->rows[i].row],
					 &report->scratch));
	}
	if (!shown->agreed)
		output_line(report->out, "    the walk of the tables does not agree: "
					 "this is a fault of the engine");
}

static void say_class(struct report *report, const struct diff_question *question,
		      const struct diff_class *class)
{
	static const enum output_style styles[N_DIFF_DIRECTIONS] = {
		[DIFF_WORSE] = STYLE_CARE,
		[DIFF_OTHER] = STYLE_STRONG,
		[DIFF_BETTER] = STYLE_GOOD,
	};

	arena_reset(&report->scratch);
	output_styled(report->out, styles[class->direction], "  %s, %s of cases: %s",
		      diff_direction_names[class->direction],
		      share_text(report, class->share),
		      change_text(report, question, class));
	output_paragraph(report->out, 4, "when", case_text(report, &class->shown));
	for (unsigned s = 0; s < 2; s++)
		say_rows(report, &class->cases[s], s);
	for (unsigned s = 0; s < 2 && class->facts[s] != NULL; s++) {
		/* the same answers, but for facts that only one side asks */
		if (s == 0 && question->facts_only[0] == 0)
			continue;
		output_paragraph(report->out, 4, "such a case",
				 law_answers(edition_of(report, s), class->facts[s],
					     &report->scratch));
	}
}

static void say_one_sided(struct report *report,
			  const struct diff_question *question)
{
	for (unsigned s = 0; s < 2; s++) {
		if (question->facts_only[s] != 0)
			output_line(report->out, "  facts read only %s: %s",
				    side_words[s],
				    law_facts(edition_of(report, s),
					      question->facts_only[s],
					      &report->scratch));
		for (uint8_t o = 0; o < question->n_outputs; o++)
			if (question->outputs[o].own[!s] < 0)
				output_line(report->out,
					    "  an output only %s, not compared: %s",
					    side_words[s],
					    question->outputs[o].name);
	}
}

static void say_question(struct report *report, const struct diff_question *question)
{
	arena_reset(&report->scratch);
	for (unsigned s = 0; s < 2; s++)
		if (question->own[!s] < 0) {
			output_styled(report->out, STYLE_STRONG,
				      "%s: a question only %s", question->name,
				      side_words[s]);
			return;
		}
	if (question->n_classes == 0)
		output_styled(report->out, STYLE_GOOD,
			      "%s: the same result for every case that both take for "
			      "possible",
			      question->name);
	else
		output_styled(report->out, STYLE_STRONG,
			      "%s: changes for %s of cases, in %u %s; worse %s, "
			      "better %s, other %s",
			      question->name, share_text(report, question->changed),
			      (unsigned)question->n_classes,
			      question->n_classes == 1 ? "class" : "classes",
			      share_text(report, question->by_direction[DIFF_WORSE]),
			      share_text(report, question->by_direction[DIFF_BETTER]),
			      share_text(report, question->by_direction[DIFF_OTHER]));
	say_one_sided(report, question);
	for (uint16_t i = 0; i < question->n_classes; i++)
		say_class(report, question, &question->classes[i]);
}

static void say_edition(struct report *report, unsigned side)
{
	char day[DATE_TEXT_BYTES];

	date_print(edition_of(report, side)->in_force_from, day);
	output_line(report->out, "%s: %s %s, in force from %s", side_words[side],
		    edition_of(report, side)->policy_id,
		    edition_of(report, side)->name, day);
}

static void say_possible(struct report *report, unsigned side)
{
	if (report->diff->possible_only[side].parts == 0)
		return;
	output_line(report->out, "possible only %s: %s of cases, such as %s",
		    side_words[side],
		    share_text(report, report->diff->possible_only[side]),
		    case_text(report, &report->diff->possible_example[side]));
}

static void say(struct report *report)
{
	const struct diff *diff = report->diff;

	arena_reset(&report->scratch);
	say_edition(report, 0);
	say_edition(report, 1);
	for (uint8_t q = 0; q < diff->n_questions; q++)
		say_question(report, &diff->questions[q]);
	arena_reset(&report->scratch);
	say_possible(report, 0);
	say_possible(report, 1);
	if (diff->equivalent)
		output_styled(report->out, STYLE_GOOD,
			      "equivalent: the same result for every case");
	else
		output_line(report->out, "%s", SHARE_MEANING);
}

/* ---- JSON ---- */

static json_t *rows_json(struct report *report, const struct theorem_case *shown,
			 unsigned side)
{
	json_t *rows = json_array();

	for (uint8_t i = 0; i < shown->n_rows; i++) {
		const struct table *table =
			&edition_of(report, side)->tables[shown->rows[i].table];
		const struct row *row = &table->rows[shown->rows[i].row];

		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:i, s:s}", "table", table->name,
					"row", row->id, "line",
					(int)row->place.line, "source",
					law_citations(row, &report->scratch)));
	}
	return rows;
}

static json_t *side_json(struct report *report, const struct diff_question *question,
			 const struct diff_class *class, unsigned side)
{
	const struct facts *facts = class->facts[side];
	const struct table *table = table_of(report, question, side);
	uint64_t row = class->results[side].row;

	return json_pack("{s:s*, s:o, s:b, s:s*}", "row",
			 row < table->n_rows ? table->rows[row].id : NULL, "rows",
			 rows_json(report, &class->cases[side], side), "agreed",
			 (int)class->cases[side].agreed, "answers",
			 facts == NULL ? NULL :
					 law_answers(edition_of(report, side), facts,
						     &report->scratch));
}

static json_t *share_json(struct report *report, struct share share)
{
	return json_pack("{s:s, s:I}", "text", share_text(report, share), "parts",
			 (json_int_t)share.parts);
}

static json_t *class_json(struct report *report, const struct diff_question *question,
			  const struct diff_class *class)
{
	json_t *changes = json_array();

	arena_reset(&report->scratch);
	for (uint8_t o = 0; o < question->n_outputs; o++)
		if (is_changed(class, o))
			json_array_append_new(
				changes,
				json_pack("{s:s, s:s, s:s}", "output",
					  question->outputs[o].name, "before",
					  value_text(report, question, class, o, 0),
					  "after",
					  value_text(report, question, class, o, 1)));
	return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o}", "direction",
			 diff_direction_names[class->direction], "share",
			 share_json(report, class->share), "changes", changes, "case",
			 case_text(report, &class->shown), "before",
			 side_json(report, question, class, 0), "after",
			 side_json(report, question, class, 1));
}

static json_t *keys_json(const struct edition *edition, uint64_t facts)
{
	json_t *keys = json_array();

	for (uint16_t f = 0; f < edition->n_facts; f++)
		if ((facts >> f & 1) != 0)
			json_array_append_new(keys, json_string(edition->facts[f].key));
	return keys;
}

static json_t *outputs_json(const struct diff_question *question, unsigned side)
{
	json_t *names = json_array();

	for (uint8_t o = 0; o < question->n_outputs; o++)
		if (question->outputs[o].own[!side] < 0)
			json_array_append_new(names,
					      json_string(question->outputs[o].name));
	return names;
}

static json_t *question_json(struct report *report,
			     const struct diff_question *question)
{
	json_t *classes = json_array();

	for (unsigned s = 0; s < 2; s++)
		if (question->own[!s] < 0)
			return json_pack("{s:s, s:s, s:o}", "question",
					 question->name, "only", side_words[s],
					 "classes", classes);
	for (uint16_t i = 0; i < question->n_classes; i++)
		json_array_append_new(classes, class_json(report, question,
							  &question->classes[i]));
	arena_reset(&report->scratch);
	return json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "question",
		question->name, "changed", share_json(report, question->changed),
		"worse", share_json(report, question->by_direction[DIFF_WORSE]),
		"better", share_json(report, question->by_direction[DIFF_BETTER]),
		"other", share_json(report, question->by_direction[DIFF_OTHER]),
		"facts_only_before",
		keys_json(edition_of(report, 0), question->facts_only[0]),
		"facts_only_after",
		keys_json(edition_of(report, 1), question->facts_only[1]),
		"outputs_only_before", outputs_json(question, 0),
		"outputs_only_after", outputs_json(question, 1), "nodes",
		(json_int_t)question->n_nodes, "classes", classes);
}

static json_t *edition_json(struct report *report, unsigned side)
{
	const struct diff *diff = report->diff;
	char day[DATE_TEXT_BYTES];
	bool some = diff->possible_only[side].parts > 0;

	date_print(edition_of(report, side)->in_force_from, day);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s*}", "file",
			 report->files[side].path, "policy",
			 edition_of(report, side)->policy_id, "edition",
			 edition_of(report, side)->name, "in_force_from", day,
			 "possible_only_here",
			 share_json(report, diff->possible_only[side]),
			 "possible_example",
			 some ? case_text(report, &diff->possible_example[side]) :
				NULL);
}

static json_t *report_json(struct report *report)
{
	json_t *questions = json_array();

	for (uint8_t q = 0; q < report->diff->n_questions; q++)
		json_array_append_new(questions,
				      question_json(report,
						    &report->diff->questions[q]));
	arena_reset(&report->scratch);
	return json_pack("{s:o, s:o, s:b, s:s, s:I, s:o}", "before",
			 edition_json(report, 0), "after", edition_json(report, 1),
			 "equivalent", (int)report->diff->equivalent, "shares",
			 SHARE_MEANING, "share_parts_of_all", (json_int_t)SHARE_ALL,
			 "questions", questions);
}

/* ---- The command ---- */

static enum exit_code load(const struct invocation *in, struct report *report)
{
	for (unsigned s = 0; s < 2; s++) {
		struct policy_file *file = &report->files[s];
		enum exit_code code = policy_file_load(
			&in->out, in->operands[s], in->values[OPTION_VOCABULARY],
			file);

		if (file->edition == NULL && file->diagnostics.n > 0) {
			policy_file_complain(&in->out, file, stderr);
			if (in->out.form == OUTPUT_JSON)
				return output_error(&in->out, code,
						    "%s is not valid: see policy "
						    "check",
						    in->operands[s]);
		}
		if (code != EXIT_DONE)
			return code;
	}
	return EXIT_DONE;
}

static enum exit_code cannot_align(const struct invocation *in, int r,
				   const char *name)
{
	if (r == -ENOMEM)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	return output_error(
		&in->out, EXIT_NOT_VALID,
		r == ALIGN_E_VARIABLES ?
			"the editions together test too much to be compared: %s is "
			"one variable too many (at most 256)" :
		r == ALIGN_E_CLASSES ?
			"the editions together cut %s into too many classes to be "
			"compared (at most 32)" :
			"the derived fact %s is too long to be compared",
		name);
}

static enum exit_code compare(const struct invocation *in, struct report *report)
{
	const char *question = in->values[OPTION_QUESTION];
	const struct alignment *alignment;
	const char *name;
	int r = align(edition_of(report, 0), edition_of(report, 1), &report->arena,
		      &alignment, &name);

	if (r != 0)
		return cannot_align(in, r, name);
	r = diff(alignment, question, &report->arena, &report->scratch,
		 &report->diff);
	if (r == DIFF_E_NO_QUESTION)
		return output_error(&in->out, EXIT_NOT_FOUND,
				    "neither edition has a question %s", question);
	if (r == DIFF_E_TOO_LARGE)
		return output_error(&in->out, EXIT_FAILED,
				    "the difference is too large to be computed; try "
				    "one question with --question");
	if (r != 0)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	return report->diff->equivalent ? EXIT_DONE : EXIT_FINDING;
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(report_done) struct report report = { .out = &in->out };
	enum exit_code code;

	arena_init(&report.arena, POLICY_ARENA_BYTES);
	arena_init(&report.scratch, DIFF_SCRATCH_BYTES);
	code = load(in, &report);
	if (code == EXIT_DONE)
		code = compare(in, &report);
	if (report.diff == NULL)
		return code;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out, report_json(&report), code);
	say(&report);
	return code;
}

const struct command command_policy_diff = {
	.name = "policy diff",
	.operands = "BEFORE AFTER",
	.summary = "shows for which cases a policy changes, and how",
	.text = "No daemon is needed. Compares two editions for every case at once, "
		"question by question: the cases that change in exact classes, each "
		"with its share of the cases that the law tells apart (not of people), "
		"with what was and what is, the rows on both sides and one example, "
		"worst first. Facts are the same by key, derived facts by what they "
		"compute. Says what only one edition reads or takes for possible. Ends "
		"with 0 when they are equivalent, which is a theorem, and with 1 when "
		"they differ.",
	.examples = {
		{ "policy diff ca-vtip-2024-03-15.md ca-vtip-2025-02-04.md",
		  "What did the new edition change?" },
		{ "policy diff old.md draft.md --question renewal --json",
		  "One question, for programs:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY) | OPTION(OPTION_QUESTION),
	.min_operands = 2,
	.max_operands = 2,
	.run = run,
};
