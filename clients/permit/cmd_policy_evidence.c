/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/files.h"
#include "clients/permit/commands.h"
#include "clients/permit/evidence.h"
#include "clients/policy_file.h"

/* What is made of one policy. */
struct making {
	struct policy_file file;
	struct arena arena;
	struct arena scratch;
	struct evidence evidence;
	size_t n_failed;
	char *package; /* what was written, to be freed */
	size_t n_bytes;
};

static void making_done(struct making *making)
{
	policy_file_done(&making->file);
	arena_done(&making->arena);
	arena_done(&making->scratch);
	free(making->package);
}

static int prove_edition(struct making *making)
{
	struct evidence *evidence = &making->evidence;
	struct theorem *theorems;
	int r;

	theorems = arena_array(&making->arena, THEOREMS_MAX, sizeof(*theorems));
	if (theorems == NULL)
		return -1;
	r = prove(evidence->edition, &making->arena, &making->scratch, theorems,
		  &evidence->n_theorems);
	if (r != 0)
		return r;
	for (size_t i = 0; i < evidence->n_theorems; i++)
		making->n_failed += !theorems[i].holds;
	evidence->theorems = theorems;
	return 0;
}

static int write_package(struct making *making)
{
	FILE *to = open_memstream(&making->package, &making->n_bytes);
	int failed;
	int r;

	if (to == NULL)
		return -1;
	arena_reset(&making->scratch);
	r = evidence_write(&making->evidence, &making->scratch, to);
	failed = ferror(to);
	if (fclose(to) != 0 || failed)
		return -1;
	return r;
}

static enum exit_code make_package(const struct invocation *in,
				   struct making *making)
{
	struct policy_file *file = &making->file;
	struct evidence *evidence = &making->evidence;

	arena_init(&making->arena, POLICY_ARENA_BYTES);
	arena_init(&making->scratch, PROVE_SCRATCH_BYTES);
	evidence->edition = file->edition;
	evidence->hash = file->hash;
	if (policy_bundle(file->vocabulary, file->document, &making->arena,
			  &evidence->bundle, &file->diagnostics) != 0 ||
	    prove_edition(making) != 0 || write_package(making) != 0)
		return output_error(&in->out, EXIT_FAILED,
				    "%s: out of memory, nothing is written",
				    file->path);
	return EXIT_DONE;
}

static enum exit_code deliver(const struct invocation *in,
			      const struct making *making)
{
	const char *save = in->values[OPTION_SAVE];
	struct bytes package = { (const uint8_t *)making->package,
				 making->n_bytes };
	enum exit_code code = EXIT_DONE;
	size_t n = making->evidence.n_theorems;

	if (save != NULL)
		code = files_write(&in->out, save, package);
	if (code != EXIT_DONE)
		return code;
	if (in->out.form == OUTPUT_JSON)
		return output_json(
			&in->out,
			json_pack("{s:s, s:i, s:i, s:s*, s:s%*}", "file",
				  making->file.path, "theorems", (int)n, "failed",
				  (int)making->n_failed, "saved", save, "package",
				  save == NULL ? making->package : NULL,
				  making->n_bytes),
			EXIT_DONE);
	if (save == NULL)
		fwrite(package.data, 1, package.n, in->out.to);
	else
		output_line(&in->out, "%s: %zu theorems, %zu hold, %zu fail", save, n,
			    n - making->n_failed, making->n_failed);
	return EXIT_DONE;
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(making_done) struct making making = { 0 };
	enum exit_code code =
		policy_file_load(&in->out, in->operands[0],
				 in->values[OPTION_VOCABULARY], &making.file);

	if (making.file.edition == NULL && making.file.diagnostics.n > 0) {
		policy_file_complain(&in->out, &making.file, stderr);
		if (in->out.form == OUTPUT_JSON)
			return output_error(&in->out, code,
					    "%s is not valid: see policy check",
					    in->operands[0]);
	}
	if (code == EXIT_DONE)
		code = make_package(in, &making);
	if (code == EXIT_DONE)
		code = deliver(in, &making);
	return code;
}

const struct command command_policy_evidence = {
	.name = "policy evidence",
	.operands = "FILE",
	.summary = "writes what proves a policy, for others to check",
	.text = "No daemon is needed. The package holds the edition and the "
		"vocabulary as they are hashed, the classes of the facts, the "
		"decision diagram, and each theorem with whether it holds or fails. "
		"permit-proof-check, which shares no code with this program, proves "
		"all of it again from the tables.",
	.examples = {
		{ "policy evidence ca-vtip-2025-02-04.md --save ca.evidence",
		  "Write it, for whoever wants to check:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY) | OPTION(OPTION_SAVE),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
