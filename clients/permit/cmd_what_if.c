/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/explained.h"

#define TEXT_BYTES (1u * 1024 * 1024)

static void say_changes(const struct known_case *known, const struct facts *before,
			struct arena *texts)
{
	const struct edition *edition = known->file.edition;
	const struct output_stream *out = &known->in->out;

	output_heading(out, word_in(WORD_CHANGED, known->language));
	for (uint8_t f = 0; f < edition->n_facts; f++) {
		const struct answer *now = &known->facts.answers[f];
		const char *was, *is;
		char line[1024];
		char old[512];

		was = explained_answer(known, f, &before->answers[f], texts);
		is = explained_answer(known, f, now, texts);
		if (strcmp(was, is) == 0)
			continue;
		word_fill(word_in(WORD_BEFORE_THAT, known->language), was, "", old,
			  sizeof(old));
		snprintf(line, sizeof(line), "%s: %s (%s)",
			 edition->facts[f].label.in[known->language], is, old);
		output_paragraph(out, 2, "", line);
	}
}

/* Shows both; JSON holds both under the words of the command line. */
static enum exit_code compare(struct known_case *known, const struct facts *before,
			      struct arena *texts)
{
	const struct output_stream *out = &known->in->out;
	struct decision decision;
	json_t *was = NULL;
	enum exit_code code = known_case_decide(known, before, &decision);

	if (code != EXIT_DONE)
		return code;
	if (out->form == OUTPUT_JSON) {
		was = explained_json(&decision, texts);
	} else {
		say_changes(known, before, texts);
		explained_decision(known, word_in(WORD_BEFORE, known->language),
				   &decision);
	}
	code = known_case_decide(known, &known->facts, &decision);
	if (code != EXIT_DONE) {
		json_decref(was);
		return code;
	}
	if (out->form == OUTPUT_JSON)
		return output_json(out,
				   json_pack("{s:o, s:o}", "before", was, "then",
					     explained_json(&decision, texts)),
				   EXIT_DONE);
	explained_decision(known, word_in(WORD_THEN, known->language), &decision);
	output_line(out, "%s", "");
	output_paragraph(out, 0, "", word_in(WORD_WHAT_IF, known->language));
	return EXIT_DONE;
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(known_case_done) struct known_case known = { 0 };
	CLEANUP(arena_done) struct arena texts;
	const char *path = in->values[OPTION_CHANGES];
	struct facts before;
	enum exit_code code;

	arena_init(&texts, TEXT_BYTES);
	code = known_case_open(in, &known);
	if (code != EXIT_DONE)
		return code;
	before = known.facts;
	if (path == NULL && in->out.terminal)
		output_paragraph(&in->out, 0, "",
				 word_in(WORD_TYPE_CHANGES, known.language));
	code = known_case_change(&known, path != NULL ? path : "-");
	return code == EXIT_DONE ? compare(&known, &before, &texts) : code;
}

const struct command command_what_if = {
	.name = "what-if",
	.operands = "[DECISION]",
	.summary = "what would follow if some answers were others",
	.text = "The other answers come from --changes FILE, a facts file, or from "
		"standard input; never from the command line, which others can see "
		"and which is kept. Shows the result before and then. Nothing is sent "
		"or recorded. Without DECISION the case is a facts file under a policy "
		"FILE, and no daemon is needed.",
	.examples = {
		{ "what-if 0123456789abcdef0123456789abcdef --changes other.facts",
		  "Of a recorded decision:" },
		{ "what-if --policy edition.md --question renewal --facts a.facts",
		  "Of a case in files, the changes typed in:" },
	},
	.takes = TAKES_CASE | OPTION(OPTION_CHANGES),
	.max_operands = 1,
	.run = run,
};
