/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "clients/audit/commands.h"
#include "clients/audit/replay.h"

static const char *verdict_name(enum replay_verdict verdict)
{
	switch (verdict) {
	case REPLAY_SAME:
		return "same";
	case REPLAY_DIFFERENT:
		return "different";
	case REPLAY_SEALED:
		return "sealed";
	case REPLAY_ERASED:
		return "erased";
	case REPLAY_UNDECIDABLE:
		break;
	}
	return "undecidable";
}

static void say_count(const struct output_stream *out, const char *label, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	output_field(out, LABEL_COLUMNS, label, text);
}

static void say_named(const struct output_stream *out,
		      const struct replay_report *report)
{
	for (size_t i = 0; i < report->n_named; i++) {
		const struct replay_difference *named = &report->named[i];
		char title[64];

		snprintf(title, sizeof(title), "entry %llu, %s",
			 (unsigned long long)named->entry,
			 verdict_name(named->verdict));
		output_paragraph(out, 2, title, named->parts);
	}
	if (report->n_different + report->n_undecidable > report->n_named)
		output_line(out, "  ... and %llu more",
			    (unsigned long long)(report->n_different +
						 report->n_undecidable -
						 report->n_named));
	output_line(out, "%s", "");
	output_paragraph(out, 0, "",
			 "A result that differs was made by another release, by a "
			 "fault, or by hand. Replay with the release of the time; if "
			 "it still differs, the decisions named here need an "
			 "officer's look.");
}

static void say(const struct output_stream *out, const struct replay_report *report)
{
	bool all = report->n_different == 0 && report->n_undecidable == 0;

	if (all && report->n_sealed > 0)
		output_styled(out, STYLE_CARE,
			      report->n_same == 0 ?
			      "No decision could be opened." :
			      "Every decision that could be opened comes out as it was "
			      "recorded.");
	else if (all)
		output_styled(out, STYLE_GOOD,
			      "Every decision comes out as it was recorded.");
	else
		output_styled(out, STYLE_CARE,
			      "Some decisions do not come out as recorded.");
	say_count(out, "same", report->n_same);
	say_count(out, "different", report->n_different);
	say_count(out, "undecidable", report->n_undecidable);
	if (report->n_erased > 0)
		say_count(out, "erased", report->n_erased);
	if (report->n_sealed > 0)
		say_count(out, "sealed", report->n_sealed);
	if (!all)
		say_named(out, report);
	if (report->n_sealed > 0) {
		output_line(out, "%s", "");
		output_paragraph(out, 0, "",
				 "Sealed decisions open with the keys of their cases: "
				 "name the folder keys of the store with --keys.");
	}
	say_key_note(out, &report->key);
}

static json_t *named_json(const struct replay_report *report)
{
	json_t *named = json_array();

	for (size_t i = 0; i < report->n_named; i++)
		if (json_array_append_new(
			    named,
			    json_pack("{s:I,s:s,s:s}", "entry",
				      (json_int_t)report->named[i].entry, "verdict",
				      verdict_name(report->named[i].verdict),
				      "parts", report->named[i].parts)) != 0) {
			json_decref(named);
			return NULL;
		}
	return named;
}

static json_t *report_json(const char *path, const struct replay_report *report,
			   const struct finding *finding)
{
	json_t *log = json_null();

	if (report->opened)
		log = log_json(path, &report->key, &report->head);
	return json_pack("{s:o,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "log", log, "same",
			 (json_int_t)report->n_same, "different",
			 (json_int_t)report->n_different, "undecidable",
			 (json_int_t)report->n_undecidable, "sealed",
			 (json_int_t)report->n_sealed, "erased",
			 (json_int_t)report->n_erased, "first",
			 named_json(report), "finding", finding_json(finding));
}

static enum exit_code read_jobs(const struct invocation *in, unsigned *ret_jobs)
{
	uint64_t n = 0;
	enum exit_code code = read_index(in, OPTION_JOBS, 0, &n);

	if (code != EXIT_DONE)
		return code;
	if (in->values[OPTION_JOBS] != NULL && (n == 0 || n > REPLAY_JOBS_MAX))
		return output_error(&in->out, EXIT_USAGE,
				    "--jobs takes 1 to %d threads", REPLAY_JOBS_MAX);
	*ret_jobs = (unsigned)n;
	return EXIT_DONE;
}

static enum exit_code read_request(const struct invocation *in,
				   struct replay_request *ret_request)
{
	enum exit_code code;

	ret_request->path = in->operands[0];
	ret_request->vkey = in->values[OPTION_VKEY];
	ret_request->state = in->values[OPTION_RESUME];
	ret_request->progress = &in->out;
	code = read_index(in, OPTION_FROM, 0, &ret_request->from);
	if (code == EXIT_DONE)
		code = read_index(in, OPTION_TO, UINT64_MAX, &ret_request->to);
	if (code == EXIT_DONE)
		code = read_jobs(in, &ret_request->n_jobs);
	if (code == EXIT_DONE && ret_request->from > ret_request->to)
		code = output_error(&in->out, EXIT_USAGE,
				    "--from is behind --to: nothing to replay");
	return code;
}

static enum exit_code run(const struct invocation *in)
{
	struct replay_request request = { .keys = NULL };
	CLEANUP(audit_keys_close) struct audit_keys *keys = NULL;
	struct replay_report report;
	struct finding finding = { .has_entry = false };
	enum exit_code code = read_request(in, &request);
	int r;

	if (code == EXIT_DONE)
		code = read_keys(in, &keys);
	if (code != EXIT_DONE)
		return code;
	request.keys = keys;
	r = replay_log(&request, &report, &finding);
	if (r == -EROFS)
		return output_error(&in->out, EXIT_FAILED,
				    "--resume %s: no state can be written there; name "
				    "a file in a folder that is yours", request.state);
	if (r < 0)
		return say_failure(in, request.path, r);
	code = r == 0 && report.n_different == 0 && report.n_undecidable == 0 &&
			report.n_sealed == 0 ?
		       EXIT_DONE : EXIT_FINDING;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   report_json(request.path, &report,
					       r == 0 ? NULL : &finding),
				   code);
	if (r != 0)
		say_finding(&in->out, &finding);
	else
		say(&in->out, &report);
	return code;
}

const struct command command_replay = {
	.name = "replay",
	.operands = "PATH",
	.summary = "is every decision what its facts and edition give?",
	.text = "PATH is an export or the folder of a store. Each decision is made "
		"again from the facts, dates and edition that were recorded, and the "
		"result is compared byte for byte, on all cores. Facts are never shown. "
		"Decisions are sealed: --keys names the folder keys of the store.",
	.examples = {
		{ "replay export --keys keys", "All of them:" },
		{ "replay export --keys keys --from 1000 --to 1999", "Some entries:" },
		{ "replay export --keys keys --resume replay.state",
		  "All of them, to be interrupted and gone on with:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_FROM) | OPTION(OPTION_TO) |
		 OPTION(OPTION_KEYS) | OPTION(OPTION_ROOT_KEY) | OPTION(OPTION_JOBS) |
		 OPTION(OPTION_RESUME),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
