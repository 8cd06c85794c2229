/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/files.h"
#include "clients/permit/commands.h"
#include "clients/permit/failure.h"
#include "clients/permit/prove_save.h"
#include "clients/permit/shares.h"
#include "clients/policy_file.h"
#include "proto/wire_proof.h"

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

/* A text of the arena, or a word where there was no room for it. */
static const char *or_cut(const char *text)
{
	return text == NULL ? "(too long to show)" : text;
}

/* ---- Text ---- */

static void say_failure(const struct output_stream *out, struct report *report,
			const struct theorem *theorem)
{
	Permit__V1__FailedTheorem failed;

	arena_reset(&report->scratch);
	if (wire_put_failed(report->file.edition, theorem, &report->scratch,
			    &failed) == 0)
		failure_say(out, &failed);
	else
		output_line(out, "%s FAILS: no memory to show how",
			    theorem_texts[theorem->kind].name);
	if (shares_counted(theorem))
		shares_say(out, report->file.edition, theorem);
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
		output_line(out, "%s %-20s holds %3u times, %5llu nodes: %s%s%s",
			    text->obligation, text->name, n_hold,
			    (unsigned long long)cost, text->statement,
			    about != 0 ? "; about " : "",
			    about == 0
				    ? ""
				    : or_cut(wire_facts_text(report->file.edition, about,
							&report->scratch)));
	for (size_t i = 0; i < report->n; i++)
		if (report->theorems[i].kind == kind && !report->theorems[i].holds)
			say_failure(out, report, &report->theorems[i]);
}

static bool any_counted(const struct report *report)
{
	size_t i = 0;

	while (i < report->n && !shares_counted(&report->theorems[i]))
		i++;
	return i < report->n;
}

static void say(const struct output_stream *out, struct report *report)
{
	for (int kind = 0; kind < N_THEOREM_KINDS; kind++)
		say_kind(out, report, (enum theorem_kind)kind);
	if (any_counted(report))
		output_line(out, "%s", SHARE_MEANING);
	output_styled(out, report->n_failed > 0 ? STYLE_CARE : STYLE_GOOD,
		      "%s: %zu theorems, %zu hold, %zu fail", report->file.path,
		      report->n, report->n - report->n_failed, report->n_failed);
}

/* ---- JSON ---- */

/* An object; NULL when memory ran out. */
static json_t *counterexample_json(struct report *report,
				   const struct theorem *theorem)
{
	Permit__V1__FailedTheorem failed;

	if (wire_put_failed(report->file.edition, theorem, &report->scratch,
			    &failed) != 0)
		return NULL;
	return failure_json(&failed);
}

static json_t *theorem_json(struct report *report, const struct theorem *theorem)
{
	const struct theorem_text *text = &theorem_texts[theorem->kind];
	const struct edition *edition = report->file.edition;
	const char *question = NULL;
	const char *output = NULL;
	json_t *example = NULL;
	json_t *shares = NULL;

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
	if (shares_counted(theorem))
		shares = shares_json(edition, theorem);
	return json_pack(
		"{s:s, s:s, s:s, s:s*, s:s*, s:b, s:s, s:I, s:o*, s:o*}",
		"obligation",
		text->obligation, "theorem", text->name, "statement",
		text->statement, "question", question, "output", output, "holds",
		theorem->holds, "about",
		or_cut(wire_facts_text(edition, theorem->about, &report->scratch)),
		"nodes", (json_int_t)theorem->cost, "shares", shares, "counterexample",
		example);
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

/* Where output goes: for each policy its part of both. */
struct proving {
	json_t *files; /* NULL: not as JSON */
	FILE *save;    /* NULL: not asked for */
	char *saved;
	size_t n_saved;
};

static enum exit_code prove_one(const struct invocation *in, const char *path,
				const struct proving *proving)
{
	json_t *files = proving->files;
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
	if (proving->save != NULL &&
	    prove_save(proving->save, report.file.edition, report.theorems, report.n,
		       &report.scratch) != 0)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	if (files == NULL)
		say(&in->out, &report);
	else if (json_array_append_new(files, report_json(&report)) != 0)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	return report.n_failed > 0 ? EXIT_FINDING : EXIT_DONE;
}

static void proving_done(struct proving *proving)
{
	if (proving->save != NULL)
		fclose(proving->save);
	free(proving->saved);
	json_decref(proving->files);
}

/* The file is written once all policies are proven, whole or not at all. */
static enum exit_code save(const struct invocation *in, struct proving *proving)
{
	int failed = fclose(proving->save);

	proving->save = NULL;
	if (failed != 0)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	return files_write(&in->out, in->values[OPTION_SAVE],
			  (struct bytes){ (const uint8_t *)proving->saved,
					  proving->n_saved });
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(proving_done) struct proving proving = { 0 };
	enum exit_code all = EXIT_DONE;
	enum exit_code code = EXIT_DONE;

	if (in->out.form == OUTPUT_JSON)
		proving.files = json_array();
	if (in->values[OPTION_SAVE] != NULL) {
		proving.save = open_memstream(&proving.saved, &proving.n_saved);
		if (proving.save == NULL)
			return output_error(&in->out, EXIT_FAILED, "out of memory");
	}
	for (size_t i = 0; i < in->n_operands; i++) {
		code = prove_one(in, in->operands[i], &proving);
		if (code > all)
			all = code;
		/* what ended a document of JSON has printed it already */
		if (code > EXIT_FINDING && proving.files != NULL)
			return all;
	}
	if (proving.save != NULL && all <= EXIT_FINDING) {
		code = save(in, &proving);
		if (code != EXIT_DONE)
			return code;
	}
	if (proving.files == NULL)
		return all;
	return output_json(&in->out,
			   json_pack("{s:O}", "files", proving.files), all);
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
		"with the rows and their sources. Ends with 1 when one fails. "
		"With --save these cases become example rows in a file, to be pasted "
		"into the policy. For an analysis document, which shows a law as it "
		"is written, it says for which share of the cases testimony decides.",
	.examples = {
		{ "policy prove policy/tables/canada/ca-*.md", "All of Canada:" },
		{ "policy prove draft.md --save cases.md",
		  "Cases that show what is wrong, as example rows:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY) | OPTION(OPTION_SAVE),
	.min_operands = 1,
	.max_operands = OPERANDS_ANY,
	.run = run,
};
