/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "clients/audit/trusted.h"
#include "clients/audit/verify.h"

static void say_number(const struct output_stream *out, const char *label,
		       uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	output_field(out, LABEL_COLUMNS, label, text);
}

static void say_period(const struct output_stream *out,
		       const struct verify_report *report)
{
	char first[TIME_TEXT_BYTES], last[TIME_TEXT_BYTES];
	char text[2 * TIME_TEXT_BYTES + 8];

	if (report->n_read == 0)
		return;
	snprintf(text, sizeof(text), "%s to %s", time_text(report->first_ms, first),
		 time_text(report->last_ms, last));
	output_field(out, LABEL_COLUMNS, "period", text);
}

static void say_log(const struct output_stream *out,
		    const struct verify_report *report)
{
	char vkey[VKEY_TEXT_BYTES];
	char root[ROOT_TEXT_BYTES];

	vkey_print(&report->key.vkey, vkey);
	output_field(out, LABEL_COLUMNS, "log", report->key.vkey.name);
	say_number(out, "entries", report->head.size);
	for (unsigned type = ENTRY_DECISION; type < VERIFY_TYPES; type++)
		if (report->n_of_type[type] > 0)
			say_number(out, entry_type_name((enum entry_type)type),
				   report->n_of_type[type]);
	if (report->n_sealed > 0)
		say_number(out, "sealed", report->n_sealed);
	if (report->n_erased > 0)
		say_number(out, "erased", report->n_erased);
	say_period(out, report);
	output_field(out, LABEL_COLUMNS, "root", root_text(&report->head.root, root));
	output_field(out, LABEL_COLUMNS, "key", vkey);
}

static void say_memory(const struct output_stream *out,
		       const struct verify_report *report)
{
	char text[96];

	if (!report->remembered)
		snprintf(text, sizeof(text), "nothing: there is no folder for it");
	else if (!report->known)
		snprintf(text, sizeof(text), "this log, from now on");
	else
		snprintf(text, sizeof(text), "it continues the %llu entries of last time",
			 (unsigned long long)report->known_size);
	output_field(out, LABEL_COLUMNS, "remembered", text);
	if (!report->other_key)
		return;
	output_line(out, "%s", "");
	output_paragraph(out, 0, "",
			 "A log of this name was verified here before, under another "
			 "key. If the authority has not told you of a new key, this is "
			 "not its log.");
}

static void say_notes(const struct output_stream *out,
		      const struct verify_report *report)
{
	if (report->n_tombstones > 0 && !report->signers_checked) {
		output_line(out, "%s", "");
		output_paragraph(out, 0, "",
				 "Who authorised the erasures was not checked: name "
				 "the keys of the two roles with --roles.");
	}
	if (report->n_sealed > 0) {
		output_line(out, "%s", "");
		output_paragraph(out, 0, "",
				 "Contents that are sealed were held against their "
				 "digests and not opened. Whoever may read the cases "
				 "opens them with --keys.");
	}
	say_key_note(out, &report->key);
	if (report->head.unfinished) {
		output_line(out, "%s", "");
		output_paragraph(out, 0, "",
				 "Behind the last entry there is a group that is not "
				 "complete. A daemon at work or one that was "
				 "interrupted leaves that; so does damage to the last "
				 "group. --expect-size tells them apart.");
	}
	if (report->head.n_other > 0) {
		output_line(out, "%s", "");
		output_line(out,
			    "%llu other file(s) in the folder belong to nothing that "
			    "was signed, the first is %s.",
			    (unsigned long long)report->head.n_other,
			    report->head.other);
	}
}

static void say(const struct output_stream *out, const struct verify_report *report,
		const struct finding *finding)
{
	if (finding == NULL) {
		output_styled(out, STYLE_GOOD,
			      report->n_sealed == 0 ?
			      "The log is sound: signature, tree, entries, contents "
			      "and editions agree." :
			      "The log is sound: signature, tree, entries and editions "
			      "agree.");
		say_log(out, report);
		say_memory(out, report);
		say_notes(out, report);
		return;
	}
	say_finding(out, finding);
	if (!report->opened)
		return;
	output_line(out, "%s", "");
	output_line(out, "%llu entries before it were found sound; nothing behind it "
		    "was looked at.", (unsigned long long)report->n_read);
}

static json_t *counts_json(const struct verify_report *report)
{
	json_t *counts = json_object();

	for (unsigned type = ENTRY_DECISION; type < VERIFY_TYPES; type++)
		if (json_object_set_new(counts,
					entry_type_name((enum entry_type)type),
					json_integer((json_int_t)
						     report->n_of_type[type])) != 0) {
			json_decref(counts);
			return NULL;
		}
	return counts;
}

static json_t *report_json(const struct verify_request *request,
			   const struct verify_report *report,
			   const struct finding *finding)
{
	json_t *log = json_null(), *witnesses = json_null();

	if (report->opened)
		log = log_json(request->path, &report->key, &report->head);
	if (request->trust != NULL && finding == NULL)
		witnesses = witnesses_json(request->trust, &report->seen);
	return json_pack("{s:b,s:o,s:o,s:b,s:o,s:b,s:I,s:o,s:I,s:I,s:I,s:I,s:b,s:I,s:o}", "sound",
			 finding == NULL, "log", log, "witnesses", witnesses,
			 "remembered",
			 report->remembered, "known_size",
			 report->known ?
				 json_integer((json_int_t)report->known_size) :
				 json_null(),
			 "other_key", report->other_key, "n_read",
			 (json_int_t)report->n_read, "counts", counts_json(report),
			 "n_sealed", (json_int_t)report->n_sealed, "n_erased",
			 (json_int_t)report->n_erased, "first_ms",
			 (json_int_t)report->first_ms, "last_ms",
			 (json_int_t)report->last_ms, "unfinished",
			 report->head.unfinished, "n_other_files",
			 (json_int_t)report->head.n_other, "finding",
			 finding_json(finding));
}

/* --trust, which names the log too, or --vkey, or neither. */
static enum exit_code read_whom(const struct invocation *in, struct trust *trust,
				char vkey[VKEY_TEXT_BYTES],
				struct verify_request *request)
{
	enum exit_code code;

	request->vkey = in->values[OPTION_VKEY];
	if (in->values[OPTION_TRUST] == NULL)
		return EXIT_DONE;
	code = read_trust(in, trust);
	if (code != EXIT_DONE)
		return code;
	if (trust->n_logs != 1)
		return output_error(&in->out, EXIT_NOT_VALID,
				    "%s names %zu logs; to verify one it must name that "
				    "one alone", in->values[OPTION_TRUST],
				    trust->n_logs);
	vkey_print(&trust->logs[0], vkey);
	request->vkey = vkey;
	request->trust = trust;
	return EXIT_DONE;
}

static enum exit_code run(const struct invocation *in)
{
	char folder[PATH_MAX];
	struct verify_request request = {
		.path = in->operands[0],
		.memory = state_folder(in, folder),
		.progress = &in->out,
	};
	CLEANUP(audit_keys_close) struct audit_keys *keys = NULL;
	char vkey[VKEY_TEXT_BYTES];
	struct trust trust;
	struct erasure_keys roles;
	bool roles_given;
	struct verify_report report;
	struct finding finding = { .has_entry = false };
	enum exit_code code =
		read_index(in, OPTION_EXPECT_SIZE, 0, &request.expect_size);
	int r;

	if (code == EXIT_DONE)
		code = read_keys(in, &keys);
	if (code == EXIT_DONE)
		code = read_whom(in, &trust, vkey, &request);
	if (code == EXIT_DONE)
		code = read_roles(in, &roles, &roles_given);
	if (code != EXIT_DONE)
		return code;
	request.keys = keys;
	request.roles = roles_given ? &roles : NULL;
	r = verify_log(&request, &report, &finding);
	if (r == -EROFS)
		return say_no_memory(in, request.memory);
	if (r < 0)
		return say_failure(in, request.path, r);
	code = r == 0 ? EXIT_DONE : EXIT_FINDING;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   report_json(&request, &report,
					       r == 0 ? NULL : &finding),
				   code);
	say(&in->out, &report, r == 0 ? NULL : &finding);
	if (r == 0 && request.trust != NULL)
		say_witnesses(&in->out, request.trust, &report.seen);
	return code;
}

const struct command command_verify = {
	.name = "verify",
	.operands = "PATH",
	.summary = "is the log whole, signed and unchanged?",
	.text = "PATH is an export or the folder of a store. Each entry, content, "
		"edition and signature is checked, and the first that is wrong is "
		"named. What was sound is remembered: when the log is verified again, it "
		"must be the same one, grown. The first time, a log that was cut short "
		"shows only against --expect-size. Contents are sealed: their digests "
		"are checked without any key, and what they say with --keys; who signed "
		"an erasure, with --roles; that witnesses saw the log, with --trust.",
	.examples = {
		{ "verify export --vkey 'permitd.local/log+1111dfce+AQOh...'",
		  "An export, with the key that the authority gave you:" },
		{ "verify /var/lib/permitd",
		  "A store, also while the daemon writes to it:" },
		{ "verify export --expect-size 70123 --json",
		  "For programs; fails when entries are missing at the end:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_EXPECT_SIZE) | OPTION(OPTION_KEYS) |
		 OPTION(OPTION_ROOT_KEY) | OPTION(OPTION_STATE) |
		 OPTION(OPTION_TRUST) | OPTION(OPTION_ROLES),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
