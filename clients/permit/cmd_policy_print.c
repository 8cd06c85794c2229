/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/files.h"
#include "clients/permit/commands.h"
#include "clients/policy_file.h"

static enum exit_code complain(const struct invocation *in,
			       struct policy_file *file)
{
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   json_pack("{s:s, s:b, s:o}", "file", file->path,
					     "valid", 0, "diagnostics",
					     policy_file_diagnostics_json(file)),
				   EXIT_NOT_VALID);
	policy_file_complain(&in->out, file, stderr);
	return EXIT_NOT_VALID;
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(policy_file_done)
	struct policy_file file = { .path = in->operands[0] };
	struct bytes canonical;
	enum exit_code code;
	int r;

	arena_init(&file.arena, POLICY_ARENA_BYTES);
	code = files_read(&in->out, file.path, DOCUMENT_MAX_BYTES, &file.arena,
			 &file.document);
	if (code != EXIT_DONE)
		return code;
	r = policy_print(file.document, &file.arena, &canonical, &file.diagnostics);
	if (r == POLICY_E_NOT_VALID)
		return complain(in, &file);
	if (r != 0)
		return output_error(&in->out, EXIT_FAILED, "%s: %s", file.path,
				    strerror(-r));
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   json_pack("{s:s, s:s%}", "file", file.path,
					     "canonical", canonical.data,
					     canonical.n),
				   EXIT_DONE);
	fwrite(canonical.data, 1, canonical.n, in->out.to);
	return EXIT_DONE;
}

const struct command command_policy_print = {
	.name = "policy print",
	.operands = "FILE",
	.summary = "prints a policy or a vocabulary in its canonical form",
	.text = "No daemon is needed. The canonical form is what an edition's hash "
		"is taken over: two files that differ only in formatting print "
		"alike.",
	.examples = {
		{ "policy print ca-vtip-2025-02-04.md > tidy.md", "Tidy up:" },
	},
	.takes = TAKES_ALWAYS,
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
