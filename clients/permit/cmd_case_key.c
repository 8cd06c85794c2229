/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "clients/permit/commands.h"
#include "proto/signer.h"

static enum exit_code say(const struct invocation *in, const char *path,
			  const struct vkey *vkey)
{
	char text[VKEY_TEXT_BYTES];

	vkey_print(vkey, text);
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   json_pack("{s:s,s:s}", "file", path, "key", text),
				   EXIT_DONE);
	output_line(&in->out, "Key written to %s.", path);
	output_line(&in->out, "Its public half: %s", text);
	output_paragraph(&in->out, 0, "Next",
			 "whoever runs permitd puts it into the file of the daemon's "
			 "option erasure-keys.");
	return EXIT_DONE;
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(signer_done) struct signer signer = { .vkey = { .name = "" } };
	const char *name = in->values[OPTION_NAME];
	const char *path = in->operands[0];
	int r;

	if (name == NULL || !note_name_is_ours(name))
		return output_error(&in->out, EXIT_USAGE,
				    "--name must be given, of a-z 0-9 . / - only");
	r = signer_create(path, NOTE_KEY_ED25519, name, &signer);
	if (r == -EEXIST)
		return output_error(&in->out, EXIT_NOT_VALID,
				    "%s is there already; a key is never replaced",
				    path);
	if (r != 0)
		return output_error(&in->out, EXIT_FAILED, "cannot write %s: %s", path,
				    strerror(-r));
	return say(in, path, &signer.vkey);
}

const struct command command_case_key = {
	.name = "case key",
	.operands = "FILE",
	.summary = "makes the key of a role that may authorise an erasure",
	.text = "The file is for its owner alone; the public half goes beside it, into "
		"FILE.pub. Each of the two roles makes its own.",
	.examples = {
		{ "case key eraser.key --name example.org/eraser", "For the first:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_NAME),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
