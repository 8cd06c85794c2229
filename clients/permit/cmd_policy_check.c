/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/commands.h"
#include "clients/policy_file.h"
#include "proto/meaning.h"

static unsigned count_rows(const struct edition *edition)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < edition->n_tables; i++)
		n += edition->tables[i].n_rows;
	return n;
}

/* What it means, in hexadecimal; "" where it is too large to say. */
static bool meaning_text(const struct policy_file *file,
			 char to[2 * DIGEST_BYTES + 1])
{
	struct digest meaning;

	if (meaning_digest(file->edition, &meaning) != 0)
		return false;
	to[0] = '\0';
	if (!digest_is_zero(&meaning))
		hex_print(meaning.bytes, DIGEST_BYTES, to);
	return true;
}

static void say_valid(const struct output_stream *out,
		      const struct policy_file *file, const char *meaning)
{
	const struct edition *edition = file->edition;
	char hash[2 * DIGEST_BYTES + 1];
	char from[DATE_TEXT_BYTES];

	hex_print(file->hash.bytes, DIGEST_BYTES, hash);
	date_print(edition->in_force_from, from);
	output_styled(out, STYLE_GOOD, "%s: valid", file->path);
	output_field(out, 9, "edition", edition->title);
	output_line(out, "  %-9s  %s %s, in force from %s", "", edition->policy_id,
		    edition->name, from);
	output_line(out, "  %-9s  %u questions, %u tables, %u rows, %u examples",
		    "holds", edition->n_questions, edition->n_tables,
		    count_rows(edition), edition->n_examples);
	output_field(out, 9, "hash", hash);
	output_field(out, 9, "meaning",
		     meaning[0] != '\0' ? meaning : "too large for an identity");
	if (edition->kind == EDITION_ANALYSIS)
		output_field(out, 9, "kind", "analysis document: never enacted");
}

static json_t *file_json(const struct policy_file *file, const char *meaning)
{
	const struct edition *edition = file->edition;
	json_t *json = json_pack("{s:s, s:b, s:o}", "file", file->path, "valid",
				 edition != NULL, "diagnostics",
				 policy_file_diagnostics_json(file));
	char hash[2 * DIGEST_BYTES + 1];
	char from[DATE_TEXT_BYTES];

	if (json == NULL || edition == NULL)
		return json;
	hex_print(file->hash.bytes, DIGEST_BYTES, hash);
	date_print(edition->in_force_from, from);
	if (json_object_update_new(
		    json, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:i, s:i, s:i, s:i}",
				    "kind",
				    edition->kind == EDITION_ANALYSIS ? "analysis"
								      : "policy",
				    "policy", edition->policy_id, "edition",
				    edition->name, "title", edition->title,
				    "in_force_from", from, "hash", hash,
				    "meaning", meaning[0] != '\0' ? meaning : NULL,
				    "questions", (int)edition->n_questions,
				    "tables", (int)edition->n_tables, "rows",
				    (int)count_rows(edition), "examples",
				    (int)edition->n_examples)) == 0)
		return json;
	json_decref(json);
	return NULL;
}

static enum exit_code check(const struct invocation *in, const char *path,
			    json_t *files)
{
	CLEANUP(policy_file_done) struct policy_file file = { 0 };
	char meaning[2 * DIGEST_BYTES + 1] = "";
	enum exit_code code;

	code = policy_file_load(&in->out, path, in->values[OPTION_VOCABULARY],
				&file);
	if (file.edition == NULL && file.diagnostics.n == 0)
		return code;
	if (file.edition != NULL && !meaning_text(&file, meaning))
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	if (files != NULL &&
	    json_array_append_new(files, file_json(&file, meaning)) != 0)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	if (file.edition != NULL)
		say_valid(&in->out, &file, meaning);
	else
		policy_file_complain(&in->out, &file, stdout);
	return code;
}

static enum exit_code run(const struct invocation *in)
{
	json_t *files = in->out.form == OUTPUT_JSON ? json_array() : NULL;
	enum exit_code all = EXIT_DONE;
	enum exit_code code;
	size_t i;

	for (i = 0; i < in->n_operands; i++) {
		code = check(in, in->operands[i], files);
		if (code != EXIT_DONE)
			all = code;
		if (code != EXIT_DONE && code != EXIT_NOT_VALID)
			break;
	}
	/* Whatever ended the loop early has printed the one document already. */
	if (in->out.form == OUTPUT_JSON && i == in->n_operands)
		return output_json(&in->out, json_pack("{s:o}", "files", files),
				   all);
	json_decref(files);
	return all;
}

const struct command command_policy_check = {
	.name = "policy check",
	.operands = "FILE...",
	.summary = "reads policies as a compiler does and says what is wrong",
	.text = "No daemon is needed. A policy is checked against its vocabulary: "
		"every cell, every row's source, gaps and overlaps in each table, "
		"excluded facts, texts in all languages. Two files with the same hash "
		"differ in formatting alone; with the same meaning they say the "
		"same law. The vocabulary is "
		"vocabulary.md in the policy's folder, in the one above it, or the "
		"installed one, unless --vocabulary names it. Ends with 6 when "
		"something is wrong.",
	.examples = {
		{ "policy check policy/tables/canada/ca-vtip-2025-02-04.md",
		  "One edition:" },
		{ "policy check --json *.md", "All of a folder, for a program:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY),
	.min_operands = 1,
	.max_operands = OPERANDS_ANY,
	.run = run,
};
