/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/editions.h"
#include "clients/policy_file.h"
#include "proto/json.h"

/* protobuf-c wants a NUL-terminated text that could be changed. */
static char *text_copy(struct policy_file *file, const void *text, size_t n)
{
	return arena_text(&file->arena, text, n);
}

static enum exit_code send(const struct invocation *in,
			   struct permit_client *client, struct policy_file *file,
			   const Permit__V1__EnactPolicyResponse **ret_answer)
{
	const Permit__V1__Response *response;
	Permit__V1__EnactPolicyRequest enact;
	Permit__V1__Request request;
	enum exit_code code;

	permit__v1__enact_policy_request__init(&enact);
	enact.document = text_copy(file, file->document.data, file->document.n);
	enact.vocabulary = text_copy(file, file->vocabulary.data,
				     file->vocabulary.n);
	enact.document_name = text_copy(file, file->path, strlen(file->path));
	enact.vocabulary_name = text_copy(file, file->vocabulary_path,
					  strlen(file->vocabulary_path));
	if (enact.document == NULL || enact.vocabulary == NULL ||
	    enact.document_name == NULL || enact.vocabulary_name == NULL)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	enact.check_only = in->values[OPTION_CHECK_ONLY] != NULL;
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_ENACT_POLICY;
	request.enact_policy = &enact;
	code = daemon_call(in, client, &request, &response);
	if (code == EXIT_DONE)
		*ret_answer = response->enact_policy;
	return code;
}

static const char *what_happened(const struct invocation *in,
				 const Permit__V1__EnactPolicyResponse *answer)
{
	if (answer->already_enacted)
		return "was enacted before: nothing changed";
	if (in->values[OPTION_CHECK_ONLY] != NULL)
		return "could be enacted: nothing was stored";
	return "enacted";
}

static enum exit_code say(const struct invocation *in,
			  const Permit__V1__EnactPolicyResponse *answer)
{
	const Permit__V1__EditionInfo *info = answer->edition;

	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   json_pack("{s:o}", "enacted",
					     json_from_message(&answer->base)),
				   EXIT_DONE);
	if (info == NULL || info->edition == NULL)
		return output_error(&in->out, EXIT_FAILED,
				    "the daemon answered without an edition");
	output_styled(&in->out, STYLE_GOOD, "%s %s: %s", info->edition->policy,
		      info->edition->name, what_happened(in, answer));
	if (answer->n_theorems > 0)
		output_line(&in->out, "proven by the daemon: %u theorems, all hold",
			    answer->n_theorems);
	if (answer->editorial_change_of[0] != '\0')
		output_line(&in->out,
			    "editorial change: the same result for every case as "
			    "edition %s",
			    answer->editorial_change_of);
	editions_say(&in->out, info);
	return EXIT_DONE;
}

static enum exit_code refuse(const struct invocation *in, struct policy_file *file)
{
	json_t *diagnostics;

	if (in->out.form != OUTPUT_JSON) {
		policy_file_complain(&in->out, file, stderr);
		return EXIT_NOT_VALID;
	}
	diagnostics = policy_file_diagnostics_json(file);
	return output_json(&in->out,
			   json_pack("{s:{s:s, s:i, s:s, s:o}}", "error", "kind",
				     "CODE_POLICY_NOT_VALID", "exit",
				     EXIT_NOT_VALID, "message",
				     "the policy is not valid", "diagnostics",
				     diagnostics),
			   EXIT_NOT_VALID);
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(policy_file_done) struct policy_file file = { 0 };
	CLIENT_ENDS struct permit_client *client = NULL;
	const Permit__V1__EnactPolicyResponse *answer = NULL;
	enum exit_code code;

	/* The daemon would refuse it too; here a mistake is shown in its place. */
	code = policy_file_load(&in->out, in->operands[0],
				in->values[OPTION_VOCABULARY], &file);
	if (file.diagnostics.n > 0)
		return refuse(in, &file);
	if (code == EXIT_DONE)
		code = daemon_connect(in, &client);
	if (code == EXIT_DONE)
		code = send(in, client, &file, &answer);
	return code == EXIT_DONE ? say(in, answer) : code;
}

const struct command command_policy_enact = {
	.name = "policy enact",
	.operands = "FILE",
	.summary = "puts an edition into the daemon's store, for ever",
	.text = "The daemon checks the policy again, proves it, stores it and "
		"records the enactment in the log, all or nothing. A theorem that "
		"fails is shown as policy prove shows it, and nothing is stored: "
		"no option and no role enacts what is not proven. Enacting the "
		"same again changes nothing and is no error.",
	.examples = {
		{ "policy enact ca-vtip-2025-02-04.md --vocabulary vocabulary.md",
		  "With its vocabulary:" },
		{ "policy enact ca-vtip-2025-02-04.md --check-only",
		  "Would it be accepted?" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_VOCABULARY) |
		 OPTION(OPTION_CHECK_ONLY),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
