/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/commands.h"
#include "clients/policy_file.h"
#include "policy/base/text.h"
#include "policy/diagram/prove.h"

/* What was proven of one policy. */
struct report {
	struct policy_file file;
	struct arena arena;
	struct arena scratch;
	struct theorem *theorems;
	size_t n;
	size_t n_failed;
};

static void report_done(struct report *report)
{
	policy_file_done(&report->file);
	arena_done(&report->arena);
	arena_done(&report->scratch);
}

/* ---- Words ---- */

static const struct table *table_of(const struct edition *edition,
				    const struct theorem *theorem)
{
	return &edition->tables[edition->questions[theorem->question].table];
}

static const char *value_text(const struct edition *edition,
			      const struct theorem *theorem, uint64_t value,
			      struct arena *arena)
{
	const struct output *output =
		&table_of(edition, theorem)->outputs[theorem->output];
	struct builder text;

	if (!output->collected)
		return value < output->n_values ? output->values[value] : "-";
	builder_init(&text, arena);
	for (uint8_t i = 0; i < output->n_values; i++)
		if ((value >> i & 1) != 0)
			builder_format(&text, "%s%s", text.n > 0 ? ", " : "",
				       output->values[i]);
	return value == 0 ? "none" : builder_text(&text);
}

static const char *facts_text(const struct edition *edition, uint64_t facts,
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

static const char *citations_text(const struct row *row, struct arena *arena)
{
	struct builder text;

	builder_init(&text, arena);
	for (uint8_t i = 0; i < row->n_citations; i++)
		builder_format(&text, "%s%s%s", i > 0 ? "; " : "",
			       row->citations[i].text,
			       row->citations[i].unverified ? " (unverified)" : "");
	return builder_text(&text);
}

/* A text of the arena, or a word where there was no room for it. */
static const char *or_cut(const char *text)
{
	return text == NULL ? "(too long to show)" : text;
}

/* ---- Text ---- */

static void say_row(const struct output_stream *out, struct report *report,
		    uint8_t table, uint8_t row)
{
	const struct table *t = &report->file.edition->tables[table];
	const struct row *r = &t->rows[row];

	output_line(out, "      row %s of %s, line %u: %s", r->id, t->name,
		    r->place.line, or_cut(citations_text(r, &report->scratch)));
}

static const char *shown_text(const struct edition *edition,
			      const struct theorem_case *shown, struct arena *arena)
{
	return or_cut(diagram_case_text(edition, &shown->shown, arena));
}

/* "2025-02-04: here = yes; risk = serious", or NULL without answers. */
static const char *answers_text(const struct edition *edition,
				const struct theorem_case *shown,
				struct arena *arena)
{
	char day[DATE_TEXT_BYTES];
	struct builder text;

	if (shown->facts == NULL)
		return NULL;
	date_print(shown->facts->as_of, day);
	builder_init(&text, arena);
	builder_format(&text, "%s:", day);
	for (uint16_t f = 0; f < edition->n_facts; f++) {
		const struct answer *answer = &shown->facts->answers[f];

		if (answer->state != ANSWER_ABSENT)
			builder_format(&text, " %s = %s;", edition->facts[f].key,
				       or_cut(fact_print(&edition->facts[f], answer,
							 arena)));
	}
	return or_cut(builder_text(&text));
}

static void say_case(const struct output_stream *out, struct report *report,
		     const struct theorem *theorem,
		     const struct theorem_case *shown, const char *label)
{
	const struct edition *edition = report->file.edition;
	const char *answers = answers_text(edition, shown, &report->scratch);

	output_line(out, "    %s: %s when %s", label,
		    or_cut(value_text(edition, theorem, shown->value,
				      &report->scratch)),
		    shown_text(edition, shown, &report->scratch));
	if (!shown->agreed)
		output_line(out, "      the table walk does not agree: this is a "
				 "fault of the engine");
	if (answers != NULL)
		output_line(out, "      such a case, on %s", answers);
	for (uint8_t i = 0; i < shown->n_rows; i++)
		say_row(out, report, shown->rows[i].table, shown->rows[i].row);
}

static void say_counterexample(const struct output_stream *out,
			       struct report *report, const struct theorem *theorem)
{
	const struct counterexample *example = theorem->counterexample;

	if (example->what[0] != '\0')
		output_line(out, "    %s", example->what);
	if (example->table >= 0 && example->row >= 0)
		say_row(out, report, (uint8_t)example->table,
			(uint8_t)example->row);
	else if (example->table >= 0)
		output_line(out, "      table %s",
			    report->file.edition->tables[example->table].name);
	if (example->differ != 0)
		output_line(out, "    two cases that differ in %s alone:",
			    or_cut(facts_text(report->file.edition, example->differ,
					      &report->scratch)));
	for (uint8_t i = 0; i < example->n_cases; i++)
		say_case(out, report, theorem, &example->cases[i],
			 example->n_cases == 1 ? "case"
			 : i == 0	       ? "one"
					       : "other");
}

static void say_failure(const struct output_stream *out, struct report *report,
			const struct theorem *theorem)
{
	const struct theorem_text *text = &theorem_texts[theorem->kind];
	const struct edition *edition = report->file.edition;
	const char *question = "the edition";
	const char *output = "";

	arena_reset(&report->scratch);
	if (theorem->question >= 0)
		question = edition->questions[theorem->question].name;
	if (theorem->output >= 0)
		output = table_of(edition, theorem)->outputs[theorem->output].name;
	output_styled(out, STYLE_CARE,
		      "%s %s FAILS for %s %s (%llu nodes): not true "
		      "that %s",
		      text->obligation, text->name, question, output,
		      (unsigned long long)theorem->cost, text->statement);
	say_counterexample(out, report, theorem);
}

/* One line for what holds of every question and output, then what does not. */
static void say_kind(const struct output_stream *out, struct report *report,
		     enum theorem_kind kind)
{
	const struct theorem_text *text = &theorem_texts[kind];
	unsigned n_hold = 0;
	uint64_t cost = 0;
	uint64_t about = 0;

	arena_reset(&report->scratch);
	for (size_t i = 0; i < report->n; i++) {
		if (report->theorems[i].kind != kind || !report->theorems[i].holds)
			continue;
		n_hold++;
		about |= report->theorems[i].about;
		cost += report->theorems[i].cost;
	}
	if (n_hold > 0)
		output_line(out, "%s %-16s holds %3u times, %5llu nodes: %s%s%s",
			    text->obligation, text->name, n_hold,
			    (unsigned long long)cost, text->statement,
			    about != 0 ? "; about " : "",
			    about == 0
				    ? ""
				    : or_cut(facts_text(report->file.edition, about,
							&report->scratch)));
	for (size_t i = 0; i < report->n; i++)
		if (report->theorems[i].kind == kind && !report->theorems[i].holds)
			say_failure(out, report, &report->theorems[i]);
}

static void say(const struct output_stream *out, struct report *report)
{
	for (int kind = 0; kind < N_THEOREM_KINDS; kind++)
		say_kind(out, report, (enum theorem_kind)kind);
	output_styled(out, report->n_failed > 0 ? STYLE_CARE : STYLE_GOOD,
		      "%s: %zu theorems, %zu hold, %zu fail", report->file.path,
		      report->n, report->n - report->n_failed, report->n_failed);
}

/* ---- JSON ---- */

static json_t *row_json(struct report *report, uint8_t table, uint8_t row)
{
	const struct table *t = &report->file.edition->tables[table];
	const struct row *r = &t->rows[row];

	return json_pack("{s:s, s:s, s:i, s:s}", "table", t->name, "row", r->id,
			 "line", (int)r->place.line, "source",
			 or_cut(citations_text(r, &report->scratch)));
}

static json_t *case_json(struct report *report, const struct theorem *theorem,
			 const struct theorem_case *shown)
{
	const struct edition *edition = report->file.edition;
	json_t *rows = json_array();

	for (uint8_t i = 0; i < shown->n_rows; i++)
		if (json_array_append_new(rows,
					  row_json(report, shown->rows[i].table,
						   shown->rows[i].row)) != 0) {
			json_decref(rows);
			return NULL;
		}
	return json_pack("{s:s, s:s*, s:s, s:b, s:o}", "case",
			 shown_text(edition, shown, &report->scratch), "answers",
			 answers_text(edition, shown, &report->scratch), "value",
			 or_cut(value_text(edition, theorem, shown->value,
					   &report->scratch)),
			 "agreed", shown->agreed, "rows", rows);
}

static json_t *counterexample_json(struct report *report,
				   const struct theorem *theorem)
{
	const struct counterexample *example = theorem->counterexample;
	json_t *cases = json_array();
	json_t *row = NULL;

	for (uint8_t i = 0; i < example->n_cases; i++)
		if (json_array_append_new(cases, case_json(report, theorem,
							   &example->cases[i])) !=
		    0) {
			json_decref(cases);
			return NULL;
		}
	if (example->table >= 0 && example->row >= 0)
		row = row_json(report, (uint8_t)example->table,
			       (uint8_t)example->row);
	return json_pack("{s:s, s:s, s:o, s:o*}", "what", example->what,
			 "differ_in",
			 or_cut(facts_text(report->file.edition, example->differ,
					   &report->scratch)),
			 "cases", cases, "at", row);
}

static json_t *theorem_json(struct report *report, const struct theorem *theorem)
{
	const struct theorem_text *text = &theorem_texts[theorem->kind];
	const struct edition *edition = report->file.edition;
	const char *question = NULL;
	const char *output = NULL;
	json_t *example = NULL;

	arena_reset(&report->scratch);
	if (theorem->question >= 0)
		question = edition->questions[theorem->question].name;
	if (theorem->output >= 0)
		output = table_of(edition, theorem)->outputs[theorem->output].name;
	if (!theorem->holds) {
		example = counterexample_json(report, theorem);
		if (example == NULL)
			return NULL;
	}
	return json_pack(
		"{s:s, s:s, s:s, s:s*, s:s*, s:b, s:s, s:I, s:o*}", "obligation",
		text->obligation, "theorem", text->name, "statement",
		text->statement, "question", question, "output", output, "holds",
		theorem->holds, "about",
		or_cut(facts_text(edition, theorem->about, &report->scratch)),
		"nodes", (json_int_t)theorem->cost, "counterexample", example);
}

static json_t *report_json(struct report *report)
{
	json_t *theorems = json_array();

	for (size_t i = 0; i < report->n; i++)
		if (json_array_append_new(
			    theorems, theorem_json(report, &report->theorems[i])) !=
		    0) {
			json_decref(theorems);
			return NULL;
		}
	return json_pack("{s:s, s:s, s:s, s:i, s:o}", "file", report->file.path,
			 "policy", report->file.edition->policy_id, "edition",
			 report->file.edition->name, "failed",
			 (int)report->n_failed, "theorems", theorems);
}

/* ---- The command ---- */

static int prove_file(struct report *report)
{
	int r;

	arena_init(&report->arena, POLICY_ARENA_BYTES);
	arena_init(&report->scratch, PROVE_SCRATCH_BYTES);
	report->theorems = arena_array(&report->arena, THEOREMS_MAX,
				       sizeof(*report->theorems));
	if (report->theorems == NULL)
		return -1;
	r = prove(report->file.edition, &report->arena, &report->scratch,
		  report->theorems, &report->n);
	for (size_t i = 0; r == 0 && i < report->n; i++)
		report->n_failed += !report->theorems[i].holds;
	return r;
}

static enum exit_code prove_one(const struct invocation *in, const char *path,
				json_t *files)
{
	CLEANUP(report_done) struct report report = { 0 };
	enum exit_code code = policy_file_load(
		&in->out, path, in->values[OPTION_VOCABULARY], &report.file);

	if (report.file.edition == NULL && report.file.diagnostics.n > 0) {
		policy_file_complain(&in->out, &report.file, stderr);
		if (files != NULL)
			return output_error(&in->out, code,
					    "%s is not valid: see policy check",
					    path);
	}
	if (code != EXIT_DONE)
		return code;
	if (prove_file(&report) != 0)
		return output_error(&in->out, EXIT_FAILED,
				    "%s: out of memory, nothing is proven", path);
	if (files == NULL)
		say(&in->out, &report);
	else if (json_array_append_new(files, report_json(&report)) != 0)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	return report.n_failed > 0 ? EXIT_FINDING : EXIT_DONE;
}

static enum exit_code run(const struct invocation *in)
{
	json_t *files = in->out.form == OUTPUT_JSON ? json_array() : NULL;
	enum exit_code all = EXIT_DONE;
	enum exit_code code;
	size_t i;

	for (i = 0; i < in->n_operands; i++) {
		code = prove_one(in, in->operands[i], files);
		if (code > all)
			all = code;
		if (code > EXIT_FINDING && files != NULL)
			break;
	}
	if (in->out.form == OUTPUT_JSON && i == in->n_operands)
		return output_json(&in->out, json_pack("{s:o}", "files", files),
				   all);
	json_decref(files);
	return all;
}

const struct command command_policy_prove = {
	.name = "policy prove",
	.operands = "FILE...",
	.summary = "proves what policies cannot do",
	.text = "No daemon is needed. Each theorem speaks of every case at once: that "
		"nothing but ordinary facts decides, that not knowing never counts "
		"against anyone, that what helps never harms, that a child is never "
		"worse off, that nobody falls through, that every adverse row can be "
		"answered. A theorem that fails is shown by two cases that differ "
		"only in what is at stake, decided again by the walk of the tables, "
		"with the rows and their sources. Ends with 1 when one fails.",
	.examples = {
		{ "policy prove policy/tables/canada/*.md", "All of Canada:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY),
	.min_operands = 1,
	.max_operands = OPERANDS_ANY,
	.run = run,
};
