/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "clients/audit/commands.h"
#include "clients/audit/export.h"

static void warn(const struct export_request *request)
{
	fprintf(stderr,
		"permit-audit: %s holds personal data of the cases in clear; give it "
		"to nobody who may not see them\n", request->out);
}

static enum exit_code say_no(const struct invocation *in,
			     const struct export_request *request,
			     const struct export_report *report, int r)
{
	enum exit_code code;

	if (r == EXPORT_E_EMPTY)
		return output_error(&in->out, EXIT_NOT_FOUND,
				    "the log of %s has no entry yet, so there is "
				    "nothing to export", request->store);
	if (r == -EBUSY)
		return output_error(&in->out, EXIT_FAILED,
				    "another export writes to %s", request->out);
	if (r != EXPORT_E_FOREIGN)
		return say_failure(in, report->path, r);
	code = output_error(&in->out, EXIT_NOT_VALID,
			    "%s holds something else than an export of this log",
			    request->out);
	output_hint(&in->out, "Name a folder that is new or empty.");
	return code;
}

static void say(const struct output_stream *out, const struct export_request *request,
		const struct export_report *report)
{
	char root[ROOT_TEXT_BYTES];
	char text[64];

	output_styled(out, STYLE_GOOD, "Exported to %s.", request->out);
	snprintf(text, sizeof(text), "%llu, %llu of them new",
		 (unsigned long long)report->head.size,
		 (unsigned long long)(report->head.size - report->old_size));
	output_field(out, LABEL_COLUMNS, "entries", text);
	output_field(out, LABEL_COLUMNS, "root", root_text(&report->head.root, root));
	output_line(out, "%s", "");
	output_paragraph(out, 0, "Next",
			 "verify it where it is needed: permit-audit verify, with "
			 "the log's key.");
}

static json_t *report_json(const struct export_request *request,
			   const struct export_report *report,
			   const struct finding *finding)
{
	return json_pack("{s:o,s:s,s:I,s:b,s:o}", "log",
			 log_json(request->store, &report->key, &report->head),
			 "out", request->out, "old_size",
			 (json_int_t)report->old_size, "personal_data", true,
			 "finding", finding_json(finding));
}

static enum exit_code run(const struct invocation *in)
{
	const struct export_request request = {
		.store = in->values[OPTION_STORE],
		.out = in->values[OPTION_OUT],
		.vkey = in->values[OPTION_VKEY],
		.progress = &in->out,
	};
	struct export_report report;
	struct finding finding = { .has_entry = false };
	int r = export_log(&request, &report, &finding);
	enum exit_code code = r == 0 ? EXIT_DONE : EXIT_FINDING;

	if (r != 0 && r != AUDIT_FINDING)
		return say_no(in, &request, &report, r);
	warn(&request);
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   report_json(&request, &report,
					       r == 0 ? NULL : &finding),
				   code);
	if (r == 0)
		say(&in->out, &request, &report);
	else
		say_finding(&in->out, &finding);
	return code;
}

const struct command command_export = {
	.name = "export",
	.operands = "",
	.summary = "copies a log into static files",
	.text = "The files are those of C2SP tlog-tiles, with the contents, the "
		"editions and the key beside them. Contents are in clear in this "
		"version: the folder holds personal data, and only its owner may "
		"open it. The daemon may be at work meanwhile. An earlier export of "
		"the same log is extended, after it was seen to be its beginning.",
	.examples = {
		{ "export --store /var/lib/permitd --out export",
		  "A new export, or the same one a month later:" },
		{ "export --store /var/lib/permitd --out export --json",
		  "For programs:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_STORE) | OPTION(OPTION_OUT),
	.needs = OPTION(OPTION_STORE) | OPTION(OPTION_OUT),
	.min_operands = 0,
	.max_operands = 0,
	.run = run,
};
