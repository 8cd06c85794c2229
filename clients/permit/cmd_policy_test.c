/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/commands.h"
#include "clients/permit/coverage.h"
#include "clients/policy_file.h"
#include "policy/decide.h"

/* What the examples of one policy showed. */
struct tally {
	struct policy_file file;
	struct arena arena; /* of one example at a time */
	unsigned n_passed;
	unsigned n_failed;
	unsigned n_rows;
	unsigned n_reached;
	bool reached[TABLES_MAX][ROWS_MAX];
	json_t *failures; /* NULL unless json */
	bool with_sides;  /* --coverage */
	struct coverage sides;
};

static void tally_done(struct tally *tally)
{
	policy_file_done(&tally->file);
	arena_done(&tally->arena);
	json_decref(tally->failures);
	json_decref(tally->sides.missed);
}

/* A row is covered when an example's result rests on it, not when it might. */
static int mark_rows(struct tally *tally, const struct example *example)
{
	const struct edition *edition = tally->file.edition;
	struct decision decision;
	int row;
	int r;
	size_t i;

	r = decide(edition, &edition->questions[example->question], &example->facts,
		   &tally->arena, &decision, &row);
	if (r < 0)
		return r;
	if (r == DECIDE_E_CONTRADICTION)
		return 0;
	for (i = 0; i < decision.n_rows; i++)
		if (decision.rows[i].certain)
			tally->reached[decision.rows[i].table]
				      [decision.rows[i].row] = true;
	return 0;
}

static int say_failure(const struct output_stream *out, struct tally *tally,
		       const struct example *example, const char *message)
{
	if (tally->failures != NULL)
		return json_array_append_new(
			tally->failures,
			json_pack("{s:s, s:i, s:s}", "example", example->id, "line",
				  (int)example->place.line, "message", message));
	output_line(out, "%s:%u:%u: example %s fails: %s", tally->file.path,
		    example->place.line, example->place.column, example->id,
		    message);
	return 0;
}

static int run_example(const struct output_stream *out, struct tally *tally,
		       const struct example *example)
{
	struct example_result result;
	int r;

	arena_reset(&tally->arena);
	r = example_run(tally->file.edition, example, &tally->arena, &result);
	if (r < 0)
		return r;
	if (result.passed)
		tally->n_passed++;
	else
		tally->n_failed++;
	if (!result.passed && say_failure(out, tally, example, result.message) != 0)
		return -1;
	arena_reset(&tally->arena);
	return mark_rows(tally, example);
}

static json_t *coverage(const struct output_stream *out, struct tally *tally)
{
	const struct edition *edition = tally->file.edition;
	json_t *missed = json_array();
	const struct table *table;
	size_t i, k;

	for (i = 0; i < edition->n_tables; i++) {
		table = &edition->tables[i];
		for (k = 0; k < table->n_rows; k++) {
			tally->n_rows++;
			if (tally->reached[i][k]) {
				tally->n_reached++;
				continue;
			}
			output_line(out, "%s:%u: no example reaches row %s of %s",
				    tally->file.path, table->rows[k].place.line,
				    table->rows[k].id, table->name);
			if (json_array_append_new(
				    missed,
				    json_pack(
					    "{s:s, s:s, s:i}", "table", table->name,
					    "row", table->rows[k].id, "line",
					    (int)table->rows[k].place.line)) != 0) {
				json_decref(missed);
				return NULL;
			}
		}
	}
	return missed;
}

static json_t *tally_json(struct tally *tally, json_t *missed)
{
	json_t *sides = NULL;

	if (tally->with_sides)
		sides = json_pack("{s:i, s:i, s:i, s:O}", "covered",
				  (int)tally->sides.n_covered, "reachable",
				  (int)tally->sides.n_reachable, "no_case_found",
				  (int)tally->sides.n_unreached, "not_covered",
				  tally->sides.missed);
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:O, s:i, s:i, s:o, s:o*}",
			 "file", tally->file.path, "policy",
			 tally->file.edition->policy_id, "edition",
			 tally->file.edition->name, "passed", (int)tally->n_passed,
			 "failed", (int)tally->n_failed, "failures", tally->failures,
			 "rows", (int)tally->n_rows, "rows_reached",
			 (int)tally->n_reached, "rows_not_reached", missed, "sides",
			 sides);
}

static void say_sides(const struct output_stream *out, const struct tally *tally)
{
	const struct coverage *sides = &tally->sides;

	output_line(out,
		    "%s: rows %u of %u (%u %%), sides of boundaries %u of %u "
		    "(%u %%)",
		    tally->file.path, tally->n_reached, tally->n_rows,
		    percent_of(tally->n_reached, tally->n_rows), sides->n_covered,
		    sides->n_reachable,
		    percent_of(sides->n_covered, sides->n_reachable));
	if (sides->n_unreached > 0)
		output_line(out, "%s: no case was found for %u more sides",
			    tally->file.path, sides->n_unreached);
}

static enum exit_code report(const struct output_stream *out, struct tally *tally,
			     json_t *files)
{
	json_t *missed = coverage(out, tally);

	if (tally->with_sides &&
	    coverage_say(out, tally->file.path, tally->file.edition,
			 &tally->sides) != 0) {
		json_decref(missed);
		return output_error(out, EXIT_FAILED, "out of memory");
	}
	if (files != NULL) {
		if (json_array_append_new(files, tally_json(tally, missed)) != 0)
			return output_error(out, EXIT_FAILED, "out of memory");
	} else {
		json_decref(missed);
		output_styled(out, tally->n_failed > 0 ? STYLE_CARE : STYLE_GOOD,
			      "%s: %u examples passed, %u failed; they reach %u of "
			      "%u rows",
			      tally->file.path, tally->n_passed, tally->n_failed,
			      tally->n_reached, tally->n_rows);
		if (tally->with_sides)
			say_sides(out, tally);
	}
	return tally->n_failed > 0 ? EXIT_FINDING : EXIT_DONE;
}

static enum exit_code test(const struct invocation *in, const char *path,
			   json_t *files)
{
	CLEANUP(tally_done) struct tally tally = { 0 };
	const struct edition *edition;
	enum exit_code code;
	size_t i;

	arena_init(&tally.arena, 2 * DECIDE_ARENA_BYTES);
	code = policy_file_load(&in->out, path, in->values[OPTION_VOCABULARY],
				&tally.file);
	edition = tally.file.edition;
	if (edition == NULL && tally.file.diagnostics.n > 0)
		policy_file_complain(&in->out, &tally.file, stderr);
	if (edition == NULL && tally.file.diagnostics.n > 0 && files != NULL)
		return output_error(&in->out, code,
				    "%s is not valid: see policy check", path);
	if (code != EXIT_DONE)
		return code;
	tally.with_sides = in->values[OPTION_COVERAGE] != NULL;
	if (files != NULL)
		tally.failures = json_array();
	for (i = 0; i < edition->n_examples; i++)
		if (run_example(&in->out, &tally, &edition->examples[i]) != 0)
			return output_error(&in->out, EXIT_FAILED, "out of memory");
	return report(&in->out, &tally, files);
}

static enum exit_code run(const struct invocation *in)
{
	json_t *files = in->out.form == OUTPUT_JSON ? json_array() : NULL;
	enum exit_code all = EXIT_DONE;
	enum exit_code code;
	size_t i;

	for (i = 0; i < in->n_operands; i++) {
		code = test(in, in->operands[i], files);
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

const struct command command_policy_test = {
	.name = "policy test",
	.operands = "FILE...",
	.summary = "decides the examples of policies and compares",
	.text = "No daemon is needed. Prints each example that gives something "
		"else than it says, and each row that no example reaches. Ends "
		"with 1 when an example fails; a row without an example is told, "
		"and no failure. --coverage tells the sides of boundaries that no "
		"example shows, too; policy cases writes examples for them.",
	.examples = {
		{ "policy test policy/tables/canada/*.md", "All of Canada:" },
		{ "policy test --coverage ca-vtip-2025-02-04.md",
		  "How far do the examples go?" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY) | OPTION(OPTION_COVERAGE),
	.min_operands = 1,
	.max_operands = OPERANDS_ANY,
	.run = run,
};
