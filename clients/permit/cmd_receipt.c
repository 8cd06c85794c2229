/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/files.h"
#include "clients/permit/recorded.h"
#include "proto/digest.h"

#define PATHS_BYTES 16384

static enum exit_code save(const struct invocation *in,
			   const Permit__V1__Decision *decision)
{
	CLEANUP(arena_done) struct arena arena;
	const char *path = in->values[OPTION_SAVE];
	const char *beside;
	enum exit_code code;

	arena_init(&arena, PATHS_BYTES);
	beside = entry_path(&arena, path);
	if (beside == NULL)
		return output_error(&in->out, EXIT_NOT_VALID,
				    "the name of the file is too long");
	code = files_write(&in->out, path,
			  (struct bytes){ (const uint8_t *)decision->receipt,
					  strlen(decision->receipt) });
	if (code == EXIT_DONE)
		code = files_write(&in->out, beside,
				  (struct bytes){ decision->entry.data,
						  decision->entry.len });
	if (code != EXIT_DONE || in->out.form == OUTPUT_JSON)
		return code;
	output_line(&in->out, "Receipt written to %s, its entry to %s.", path, beside);
	output_paragraph(&in->out, 0, "Next",
			 "whoever has both files and the log's key can verify them: "
			 "permit-audit prove.");
	return code;
}

static enum exit_code print_json(const struct output_stream *out,
				 const Permit__V1__Decision *decision)
{
	char entry[BASE64_CHARS(4096) + 1];

	if (decision->entry.len > 4096)
		return output_error(out, EXIT_FAILED, "the entry is too long");
	base64_print(decision->entry.data, decision->entry.len, entry);
	return output_json(out,
			   json_pack("{s:s,s:I,s:s,s:s}", "id", decision->id,
				     "log_index", (json_int_t)decision->log_index,
				     "receipt", decision->receipt, "entry", entry),
			   EXIT_DONE);
}

static enum exit_code run(const struct invocation *in)
{
	CLIENT_ENDS struct permit_client *client = NULL;
	const Permit__V1__GetDecisionResponse *answer;
	const Permit__V1__Decision *decision;
	enum exit_code code = daemon_connect(in, &client);

	if (code == EXIT_DONE)
		code = recorded_decision(in, client, LANGUAGE_EN, &answer);
	if (code != EXIT_DONE)
		return code;
	decision = answer->decision;
	if (in->values[OPTION_SAVE] != NULL)
		code = save(in, decision);
	else if (in->out.form != OUTPUT_JSON)
		fputs(decision->receipt, in->out.to);
	if (code == EXIT_DONE && in->out.form == OUTPUT_JSON)
		code = print_json(&in->out, decision);
	return code;
}

const struct command command_receipt = {
	.name = "receipt",
	.operands = "DECISION",
	.summary = "proves to anyone that a decision is in the log",
	.text = "The receipt (C2SP tlog-proof) is the one that came with the answer. It "
		"holds no fact of the case. It proves the bytes of the decision's entry, "
		"which --save writes beside it; permit-audit prove verifies both.",
	.examples = {
		{ "receipt 0123456789abcdef0123456789abcdef --save case.tlog-proof",
		  "Into case.tlog-proof, and its entry into case.entry:" },
		{ "receipt 12 --json", "By its place in the log, for a program:" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_SAVE),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
