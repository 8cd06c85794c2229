/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/show.h"
#include "proto/json.h"

#define LABEL_COLUMNS 20u

static void say(const struct output_stream *out,
		const Permit__V1__StatusResponse *status)
{
	char text[TIME_TEXT_BYTES];
	char number[NUMBER_BYTES];
	char line[64];

	output_styled(out, status->disk_full ? STYLE_CARE : STYLE_GOOD, "%s",
		      status->disk_full ? "permitd answers, but its disk is full: "
					  "it decides nothing"
					: "permitd is at work");
	if (status->n_disagreements > 0)
		output_styled(out, STYLE_CARE,
			      "warning: since it started the two evaluators "
			      "disagreed about %llu case%s. Each was referred to "
			      "an officer; the journal names the entries. Stop it "
			      "and replay the log with permit-audit.",
			      (unsigned long long)status->n_disagreements,
			      status->n_disagreements == 1 ? "" : "s");
	output_field(out, LABEL_COLUMNS, "version", status->version);
	output_field(out, LABEL_COLUMNS, "started",
		     time_text(status->started_ms, text));
	output_field(out, LABEL_COLUMNS, "its clock",
		     time_text(status->now_ms, text));
	output_field(out, LABEL_COLUMNS, "log", status->log_origin);
	output_field(out, LABEL_COLUMNS, "log entries",
		     number_text(status->tree_size, number));
	output_field(out, LABEL_COLUMNS, "log key", status->verifier_key);
	snprintf(line, sizeof(line), "%llu of %llu policies",
		 (unsigned long long)status->n_editions,
		 (unsigned long long)status->n_policies);
	output_field(out, LABEL_COLUMNS, "editions", line);
	output_field(out, LABEL_COLUMNS, "decisions recorded",
		     number_text(status->n_decisions_recorded, number));
	output_field(out, LABEL_COLUMNS, "requests refused",
		     number_text(status->n_requests_refused, number));
	output_field(out, LABEL_COLUMNS, "connections",
		     number_text(status->n_connections, number));
	snprintf(line, sizeof(line), "%llu MiB",
		 (unsigned long long)status->free_bytes / (1024 * 1024));
	output_field(out, LABEL_COLUMNS, "free disk", line);
}

static enum exit_code run(const struct invocation *in)
{
	CLIENT_ENDS struct permit_client *client = NULL;
	const Permit__V1__Response *response;
	Permit__V1__StatusRequest status;
	Permit__V1__Request request;
	enum exit_code code = daemon_connect(in, &client);

	if (code != EXIT_DONE)
		return code;
	permit__v1__status_request__init(&status);
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_STATUS;
	request.status = &status;
	code = daemon_call(in, client, &request, &response);
	if (code != EXIT_DONE)
		return code;
	if (in->out.form == OUTPUT_JSON)
		return output_json(
			&in->out,
			json_pack("{s:o}", "status",
				  json_from_message(&response->status->base)),
			EXIT_DONE);
	say(&in->out, response->status);
	return EXIT_DONE;
}

const struct command command_status = {
	.name = "status",
	.operands = "",
	.summary = "how the daemon is",
	.text = "",
	.examples = { { "status", "Is it there, and well?" } },
	.takes = TAKES_DAEMON,
	.run = run,
};
