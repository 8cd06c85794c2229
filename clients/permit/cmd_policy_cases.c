/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/permit/case_row.h"
#include "clients/permit/commands.h"
#include "clients/permit/editions.h"
#include "clients/policy_file.h"
#include "policy/diagram/prove.h"

#define ID_PREFIX "bc-"

/* One policy, and the cases that were found for it. */
struct casing {
	struct policy_file file;
	struct arena arena;
	struct arena scratch;
	struct cover *cover;
	size_t n_examples; /* bases that are no cases of ours */
	int question;	   /* -1: all */
	unsigned first_id;
};

static void casing_done(struct casing *casing)
{
	policy_file_done(&casing->file);
	arena_done(&casing->arena);
	arena_done(&casing->scratch);
}

/* ---- Finding ---- */

static unsigned id_number(const char *id)
{
	char *end;
	unsigned long number;

	if (strncmp(id, ID_PREFIX, strlen(ID_PREFIX)) != 0)
		return 0;
	number = strtoul(id + strlen(ID_PREFIX), &end, 10);
	return *end == '\0' && number < 1000000 ? (unsigned)number : 0;
}

/* Ids continue behind those that examples and rows have. */
static unsigned first_id(const struct edition *edition)
{
	unsigned last = 0;

	for (uint16_t i = 0; i < edition->n_examples; i++)
		if (id_number(edition->examples[i].id) > last)
			last = id_number(edition->examples[i].id);
	for (uint16_t t = 0; t < edition->n_tables; t++)
		for (uint8_t r = 0; r < edition->tables[t].n_rows; r++)
			if (id_number(edition->tables[t].rows[r].id) > last)
				last = id_number(edition->tables[t].rows[r].id);
	return last + 1;
}

static enum exit_code choose_question(const struct invocation *in,
				      struct casing *casing)
{
	const char *name = in->values[OPTION_QUESTION];
	const struct edition *edition = casing->file.edition;

	casing->question = name == NULL ? -1 : edition_find_question(edition, name);
	if (name == NULL || casing->question >= 0)
		return EXIT_DONE;
	return editions_no_question(&in->out, edition, name);
}

static int find_cases(struct casing *casing)
{
	int r;

	arena_init(&casing->arena, POLICY_ARENA_BYTES);
	arena_init(&casing->scratch, PROVE_SCRATCH_BYTES);
	r = cover_examples(casing->file.edition, &casing->arena, &casing->scratch,
			   &casing->cover);
	if (r != 0)
		return r;
	casing->n_examples = casing->cover->n_bases;
	casing->first_id = first_id(casing->file.edition);
	return cover_fill(casing->cover, casing->question);
}

static size_t n_cases(const struct casing *casing)
{
	return casing->cover->n_bases - casing->n_examples;
}

/* The sides that are asked for, in a state. */
static size_t count(const struct casing *casing, enum cover_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < casing->cover->n_sides; i++)
		n += casing->cover->sides[i].state == state &&
		     (casing->question < 0 ||
		      casing->cover->sides[i].question == casing->question);
	return n;
}

/* ---- Markdown ---- */

static const char *side_text(struct casing *casing, const struct cover_side *side)
{
	const char *text = cover_text(casing->cover, side, &casing->arena);

	return text == NULL ? "(too long to show)" : text;
}

static void say_side(const struct output_stream *out, struct casing *casing,
		     const struct cover_side *side, const char *label)
{
	const struct edition *edition = casing->file.edition;
	struct cover_row at = cover_place(casing->cover, side);
	const struct row *row = &edition->tables[at.table].rows[at.row];

	output_line(out, "- %s: %s, %s (row %s of %s, line %u)", label,
		    edition->questions[side->question].name,
		    side_text(casing, side), row->id,
		    edition->tables[at.table].name, row->place.line);
}

static int say_rows(const struct output_stream *out, struct casing *casing)
{
	struct case_row row;

	output_line(out, "| question | as of | facts | expected | id |");
	output_line(out, "|---|---|---|---|---|");
	for (size_t i = 0; i < n_cases(casing); i++) {
		const struct cover_base *base =
			&casing->cover->bases[casing->n_examples + i];

		if (case_row_make(casing->file.edition, base, &casing->arena,
				  &row) != 0)
			return -1;
		output_line(out, "| %s | %s | %s | %s | " ID_PREFIX "%zu |",
			    row.question, row.as_of, row.facts, row.expected,
			    casing->first_id + i);
	}
	output_line(out, "%s", "");
	return 0;
}

static int say(const struct output_stream *out, struct casing *casing)
{
	char label[32];

	if (n_cases(casing) > 0 && say_rows(out, casing) != 0)
		return -1;
	for (size_t i = 0; i < n_cases(casing); i++) {
		snprintf(label, sizeof(label), "`" ID_PREFIX "%zu`",
			 casing->first_id + i);
		say_side(out, casing,
			 casing->cover->bases[casing->n_examples + i].side, label);
	}
	for (size_t i = 0; i < casing->cover->n_sides; i++)
		if (casing->cover->sides[i].state == COVER_UNREACHED)
			say_side(out, casing, &casing->cover->sides[i],
				 "no case was found");
	if (count(casing, COVER_MISSING) > 0)
		output_line(out,
			    "- %zu sides are left: an edition holds no more than %d "
			    "examples",
			    count(casing, COVER_MISSING), EXAMPLES_MAX);
	else if (n_cases(casing) == 0 && count(casing, COVER_UNREACHED) == 0)
		output_line(out, "Examples stand on both sides of every boundary.");
	return 0;
}

/* ---- JSON ---- */

static json_t *side_json(struct casing *casing, const struct cover_side *side)
{
	const struct edition *edition = casing->file.edition;
	struct cover_row at = cover_place(casing->cover, side);
	const struct row *row = &edition->tables[at.table].rows[at.row];

	return json_pack("{s:s, s:s, s:s, s:s, s:i}", "question",
			 edition->questions[side->question].name, "side",
			 side_text(casing, side), "table",
			 edition->tables[at.table].name, "row", row->id, "line",
			 (int)row->place.line);
}

static json_t *case_json(struct casing *casing, size_t i)
{
	const struct cover_base *base =
		&casing->cover->bases[casing->n_examples + i];
	struct case_row row;
	char id[32];

	if (case_row_make(casing->file.edition, base, &casing->arena, &row) != 0)
		return NULL;
	snprintf(id, sizeof(id), ID_PREFIX "%zu", casing->first_id + i);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "id", id, "question",
			 row.question, "as_of", row.as_of, "facts", row.facts,
			 "expected", row.expected, "boundary",
			 side_json(casing, base->side));
}

static json_t *casing_json(struct casing *casing)
{
	json_t *cases = json_array();
	json_t *unreached = json_array();
	bool done = true;

	for (size_t i = 0; i < n_cases(casing); i++)
		done = json_array_append_new(cases, case_json(casing, i)) == 0 &&
		       done;
	for (size_t i = 0; i < casing->cover->n_sides; i++) {
		const struct cover_side *side = &casing->cover->sides[i];

		if (side->state == COVER_UNREACHED)
			done = json_array_append_new(unreached,
						     side_json(casing, side)) == 0 &&
			       done;
	}
	if (!done) {
		json_decref(cases);
		json_decref(unreached);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:i}", "file",
			 casing->file.path, "policy",
			 casing->file.edition->policy_id, "edition",
			 casing->file.edition->name, "cases", cases, "unreached",
			 unreached, "left", (int)count(casing, COVER_MISSING));
}

/* ---- The command ---- */

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(casing_done) struct casing casing = { 0 };
	enum exit_code code = policy_file_load(&in->out, in->operands[0],
					       in->values[OPTION_VOCABULARY],
					       &casing.file);

	if (casing.file.edition == NULL && casing.file.diagnostics.n > 0)
		policy_file_complain(&in->out, &casing.file, stderr);
	if (casing.file.edition == NULL && casing.file.diagnostics.n > 0 &&
	    in->out.form == OUTPUT_JSON)
		return output_error(&in->out, code,
				    "%s is not valid: see policy check",
				    in->operands[0]);
	if (code == EXIT_DONE)
		code = choose_question(in, &casing);
	if (code != EXIT_DONE)
		return code;
	if (find_cases(&casing) != 0)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out, casing_json(&casing), EXIT_DONE);
	if (say(&in->out, &casing) != 0)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	return EXIT_DONE;
}

const struct command command_policy_cases = {
	.name = "policy cases",
	.operands = "FILE",
	.summary = "writes the examples that a policy lacks",
	.text = "No daemon is needed. For each side of a boundary that no example "
		"shows, a case that does: an example with one thing changed where "
		"that will do, as near to the boundary as there is any. Prints rows "
		"of an Examples table, to be read by a person before they are put "
		"into the document: what they expect is what is decided now. Below "
		"them, which boundary each is for.",
	.examples = {
		{ "policy cases ca-vtip-2025-02-04.md", "What is missing:" },
		{ "policy cases ca-vtip-2025-02-04.md --question renewal",
		  "Of one question:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY) | OPTION(OPTION_QUESTION),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
