/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "clients/audit/commands.h"
#include "clients/audit/compare.h"

static const char *const result_names[] = {
	[COMPARE_SAME] = "same",	 [COMPARE_A_AHEAD] = "first-ahead",
	[COMPARE_B_AHEAD] = "second-ahead", [COMPARE_SPLIT] = "split",
	[COMPARE_UNKNOWN] = "unknown",
};

static void say_size(const struct output_stream *out, const char *label,
		     uint64_t size, const struct digest *root)
{
	char text[ROOT_TEXT_BYTES + 64], base64[ROOT_TEXT_BYTES];

	snprintf(text, sizeof(text), "%llu entries, root %s", (unsigned long long)size,
		 root_text(root, base64));
	output_field(out, LABEL_COLUMNS, label, text);
}

static void say_split(const struct output_stream *out,
		      const struct compare_report *report)
{
	output_styled(out, STYLE_CARE, "Split view: neither is the beginning of the "
		      "other.");
	if (report->has_entry) {
		char text[24];

		snprintf(text, sizeof(text), "%llu", (unsigned long long)report->entry);
		output_field(out, LABEL_COLUMNS, "first different", text);
	}
}

static void say_advice(const struct output_stream *out, enum compare_result result)
{
	output_line(out, "%s", "");
	if (result == COMPARE_SPLIT)
		output_paragraph(out, 0, "",
				 "Both are signed by the log, so it has shown different "
				 "pasts to different people. Keep both copies, and tell "
				 "those who answer for it: together they prove it.");
	if (result == COMPARE_UNKNOWN)
		output_paragraph(out, 0, "",
				 "Get the export that belongs to the larger checkpoint "
				 "and compare that.");
}

static void say(const struct output_stream *out, const struct compare_report *report)
{
	switch (report->result) {
	case COMPARE_SAME:
		output_styled(out, STYLE_GOOD, "Both are the same log.");
		break;
	case COMPARE_A_AHEAD:
		output_styled(out, STYLE_GOOD, "The first is the second, continued.");
		break;
	case COMPARE_B_AHEAD:
		output_styled(out, STYLE_GOOD, "The second is the first, continued.");
		break;
	case COMPARE_SPLIT:
		say_split(out, report);
		break;
	case COMPARE_UNKNOWN:
		output_styled(out, STYLE_CARE, "The larger is a checkpoint alone, and "
			      "does not say what is in it.");
		break;
	}
	say_size(out, "first", report->sizes[0], &report->roots[0]);
	say_size(out, "second", report->sizes[1], &report->roots[1]);
	if (report->result == COMPARE_SPLIT || report->result == COMPARE_UNKNOWN)
		say_advice(out, report->result);
	say_key_note(out, &report->key);
}

static json_t *side_json(const struct invocation *in,
			 const struct compare_report *report, unsigned side)
{
	char root[ROOT_TEXT_BYTES];

	return json_pack("{s:s,s:I,s:s}", "path", in->operands[side], "size",
			 (json_int_t)report->sizes[side], "root",
			 root_text(&report->roots[side], root));
}

static json_t *report_json(const struct invocation *in,
			   const struct compare_report *report,
			   const struct finding *finding)
{
	return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o}", "result",
			 finding != NULL ? "not-sound" : result_names[report->result],
			 "first", side_json(in, report, 0), "second",
			 side_json(in, report, 1), "first_different",
			 report->has_entry ? json_integer((json_int_t)report->entry) :
					     json_null(),
			 "path",
			 finding != NULL ? json_string(in->operands[report->side]) :
					   json_null(),
			 "finding", finding_json(finding));
}

static enum exit_code say_broken(const struct invocation *in,
				 const struct compare_report *report, int r)
{
	if (r == -ENOKEY)
		return output_error(&in->out, EXIT_USAGE,
				    "two checkpoints have no key beside them: give the "
				    "log's with --vkey");
	return say_failure(in, in->operands[report->side], r);
}

static enum exit_code run(const struct invocation *in)
{
	const struct compare_request request = {
		.paths = { in->operands[0], in->operands[1] },
		.vkey = in->values[OPTION_VKEY],
		.progress = &in->out,
	};
	struct compare_report report;
	struct finding finding = { .has_entry = false };
	int r = compare_logs(&request, &report, &finding);
	enum exit_code code = EXIT_FINDING;

	if (r < 0)
		return say_broken(in, &report, r);
	if (r == 0 && report.result != COMPARE_SPLIT)
		code = report.result == COMPARE_UNKNOWN ? EXIT_NOT_VALID : EXIT_DONE;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   report_json(in, &report, r == 0 ? NULL : &finding),
				   code);
	if (r == 0) {
		say(&in->out, &report);
	} else {
		output_field(&in->out, LABEL_COLUMNS, "in", in->operands[report.side]);
		say_finding(&in->out, &finding);
	}
	return code;
}

const struct command command_compare = {
	.name = "compare",
	.operands = "A B",
	.summary = "do two copies of a log tell one story?",
	.text = "A and B are exports, stores, or files with a checkpoint alone. One must "
		"be the beginning of the other: then the newer is named. Otherwise the "
		"log has shown two pasts, and the first entry that differs is named.",
	.examples = {
		{ "compare export /mnt/court/export",
		  "Your copy, and the one that somebody else got:" },
		{ "compare checkpoint /var/lib/permitd",
		  "A checkpoint that you kept, and the log of today:" },
		{ "compare a b --json | jq -r .result", "In a script:" },
	},
	.takes = TAKES_ALWAYS,
	.min_operands = 2,
	.max_operands = 2,
	.run = run,
};
