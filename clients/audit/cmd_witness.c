/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "clients/audit/commands.h"
#include "clients/audit/folder.h"
#include "clients/audit/verify.h"
#include "proto/signer.h"

/* ---- The witness' key ---- */

static enum exit_code say_no_key(const struct invocation *in, const char *path, int r)
{
	enum exit_code code;

	switch (r) {
	case SIGNER_E_ABSENT:
		code = output_error(&in->out, EXIT_NOT_FOUND,
				    "%s: there is no such key", path);
		output_hint(&in->out, "--name makes one, under the name of this "
			    "witness: auditor.example/w1");
		return code;
	case SIGNER_E_OPEN_TO_OTHERS:
		return output_error(&in->out, EXIT_NOT_ALLOWED,
				    "%s must belong to you and be closed to all others "
				    "(mode 0600)", path);
	case SIGNER_E_FORMAT:
		return output_error(&in->out, EXIT_NOT_VALID,
				    "%s holds no key of a witness of that name", path);
	case -EINVAL:
		return output_error(&in->out, EXIT_USAGE,
				    "a name has a-z, 0-9, '.', '/' and '-' only, as "
				    "auditor.example/w1");
	default:
		return output_error(&in->out, EXIT_FAILED, "%s: %s", path,
				    strerror(-r));
	}
}

static enum exit_code load_key(const struct invocation *in, struct signer *ret_signer)
{
	const char *path = in->values[OPTION_KEY], *name = in->values[OPTION_NAME];
	int r = signer_load(path, NOTE_KEY_COSIGNATURE, name, ret_signer);

	if (r == SIGNER_E_ABSENT && name != NULL)
		r = signer_create(path, NOTE_KEY_COSIGNATURE, name, ret_signer);
	return r == 0 ? EXIT_DONE : say_no_key(in, path, r);
}

/* ---- Signing ---- */

static int sign(const struct verify_report *report, const struct signer *signer,
		char line[COSIGNATURE_LINE_BYTES], size_t *ret_n, uint64_t *ret_time_s)
{
	const struct bytes note = { (const uint8_t *)report->note, report->n_note };
	struct bytes text;

	*ret_time_s = (uint64_t)time(NULL);
	if (note_text(note, &text) != 0)
		return -EIO;
	return cosignature_sign(text, &signer->key, &signer->vkey, *ret_time_s, line,
				ret_n);
}

/* The checkpoint as it was verified, with the line behind it. */
static int add_line(const char *path, struct verify_report *report, const char *line,
		    size_t n)
{
	CLEANUP(close_folder) int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	if (report->n_note + n > sizeof(report->note))
		return -EFBIG;
	memcpy(report->note + report->n_note, line, n);
	r = folder_write(fd, FOLDER_CHECKPOINT,
			 (struct bytes){ (const uint8_t *)report->note,
					 report->n_note + n });
	return r == 0 ? folder_sync(fd) : r;
}

static void say(const struct invocation *in, const struct verify_report *report,
		const struct signer *signer, const char *line, uint64_t time_s)
{
	char vkey[VKEY_TEXT_BYTES], text[64], time[TIME_TEXT_BYTES];

	vkey_print(&signer->vkey, vkey);
	if (in->values[OPTION_ADD] == NULL) {
		fputs(line, in->out.to);
		return;
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)report->head.size);
	output_styled(&in->out, STYLE_GOOD, "Signed, and added to the checkpoint.");
	output_field(&in->out, LABEL_COLUMNS, "log", report->key.vkey.name);
	output_field(&in->out, LABEL_COLUMNS, "entries", text);
	output_field(&in->out, LABEL_COLUMNS, "seen", time_text(time_s * 1000, time));
	output_field(&in->out, LABEL_COLUMNS, "witness", vkey);
}

static enum exit_code emit(const struct invocation *in, struct verify_report *report,
			   const struct signer *signer)
{
	char line[COSIGNATURE_LINE_BYTES], vkey[VKEY_TEXT_BYTES];
	uint64_t time_s;
	size_t n;
	int r = sign(report, signer, line, &n, &time_s);

	if (r == 0 && in->values[OPTION_ADD] != NULL)
		r = add_line(in->operands[0], report, line, n);
	if (r != 0)
		return output_error(&in->out, EXIT_FAILED, "%s: %s", in->operands[0],
				    strerror(-r));
	if (in->out.form != OUTPUT_JSON) {
		say(in, report, signer, line, time_s);
		return EXIT_DONE;
	}
	vkey_print(&signer->vkey, vkey);
	return output_json(&in->out,
			   json_pack("{s:s#,s:s,s:I,s:s,s:I,s:n}", "cosignature", line,
				     (int)n, "key", vkey, "time_s", (json_int_t)time_s,
				     "origin", report->key.vkey.name, "size",
				     (json_int_t)report->head.size, "finding"),
			   EXIT_DONE);
}

/* ---- Seeing ---- */

/* What a witness signs is what it verified, whole, and remembers. */
static enum exit_code see(const struct invocation *in, struct verify_report *report)
{
	char folder[PATH_MAX];
	const struct verify_request request = {
		.path = in->operands[0],
		.vkey = in->values[OPTION_VKEY],
		.memory = state_folder(in, folder),
		.progress = &in->out,
	};
	struct finding finding = { .has_entry = false };
	int r;

	if (request.memory == NULL)
		return output_error(&in->out, EXIT_USAGE,
				    "a witness must remember what it has signed: give "
				    "it a folder with --state");
	r = verify_log(&request, report, &finding);
	if (r == -EROFS)
		return say_no_memory(in, request.memory);
	if (r < 0)
		return say_failure(in, request.path, r);
	if (r == AUDIT_FINDING && in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   json_pack("{s:n,s:o}", "cosignature", "finding",
					     finding_json(&finding)), EXIT_FINDING);
	if (r == AUDIT_FINDING) {
		output_styled(&in->out, STYLE_CARE, "Not signed.");
		say_finding(&in->out, &finding);
		return EXIT_FINDING;
	}
	return report->remembered ? EXIT_DONE :
	       output_error(&in->out, EXIT_NOT_FOUND,
			    "the log has no entry yet, so there is nothing to sign");
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(signer_done) struct signer signer = { 0 };
	struct verify_report report;
	enum exit_code code = load_key(in, &signer);

	if (code == EXIT_DONE)
		code = see(in, &report);
	if (code == EXIT_DONE && in->values[OPTION_ADD] != NULL &&
	    report.head.kind != SOURCE_EXPORT)
		code = output_error(&in->out, EXIT_USAGE,
				    "--add adds to an export; the checkpoints of a store "
				    "belong to its daemon");
	return code == EXIT_DONE ? emit(in, &report, &signer) : code;
}

const struct command command_witness = {
	.name = "witness",
	.operands = "PATH",
	.summary = "signs that a log was seen, and has only grown",
	.text = "Verifies the log as verify does, against what this witness signed "
		"before; remembers it, durably; and only then signs its checkpoint (C2SP "
		"tlog-cosignature). The line is printed, or added to the export. One key "
		"is one witness and must have one folder of --state.",
	.examples = {
		{ "witness export --key me.key --name auditor.example/w1 --add",
		  "The first time, which makes the key:" },
		{ "witness export --key me.key --vkey \"$KEY\" > cosignature",
		  "A line for whoever publishes the checkpoint:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_KEY) | OPTION(OPTION_NAME) |
		 OPTION(OPTION_ADD) | OPTION(OPTION_STATE),
	.needs = OPTION(OPTION_KEY),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
