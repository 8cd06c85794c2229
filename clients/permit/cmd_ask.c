/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "clients/permit/interview.h"
#include "clients/permit/words.h"

static const char *word(const struct interview *interview, enum word which)
{
	return word_in(which, interview->evaluation.language);
}

static void show_answers(const struct output_stream *out,
			 const struct interview *interview)
{
	const struct facts_file *file = &interview->facts.file;
	const struct facts_item *item;
	size_t i;

	output_heading(out, word(interview, WORD_CHECK_ANSWERS));
	for (i = 0; i < file->n; i++) {
		item = &file->items[i];
		output_field(out, 22, item->key,
			     item->state == ANSWER_NOT_KNOWN
				     ? word(interview, WORD_NOT_KNOWN)
			     : item->state == ANSWER_DECLINED
				     ? word(interview, WORD_DECLINED)
				     : item->value);
	}
}

static enum word how_it_ended(const struct interview *interview)
{
	const Permit__V1__Decision *decision = interview->evaluation.decision;

	if (decision->outcome == PERMIT__V1__OUTCOME__OUTCOME_ASK)
		return WORD_UNSETTLED;
	return decision->not_asked == 0 ? WORD_PROVEN_ALL : WORD_PROVEN;
}

static void show_end(const struct output_stream *out,
		     const struct interview *interview)
{
	output_line(out, "%s", "");
	output_paragraph(out, 0, "", word(interview, how_it_ended(interview)));
	show_answers(out, interview);
	output_line(out, "%s", "");
}

static enum exit_code stop(const struct output_stream *out,
			   const struct interview *interview)
{
	output_line(out, "%s", word(interview, WORD_NOT_RECORDED));
	return EXIT_DONE;
}

static enum exit_code record(struct interview *interview)
{
	enum exit_code code = evaluation_ask(&interview->evaluation,
					     &interview->facts, true);

	return code == EXIT_DONE ? evaluation_show(&interview->evaluation) : code;
}

/*
 * Shows what follows and asks whether to record it. ret_again: an answer was
 * taken back.
 */
static enum exit_code finish(struct interview *interview, bool *ret_again)
{
	const struct invocation *in = interview->evaluation.in;
	const char *typed;
	enum exit_code code;

	*ret_again = false;
	show_end(&in->out, interview);
	code = evaluation_show(&interview->evaluation);
	if (code != EXIT_DONE || in->values[OPTION_WHAT_IF] != NULL)
		return code;
	output_line(&in->out, "%s", "");
	for (;;) {
		typed = interview_read(interview, word(interview, WORD_RECORD_NOW));
		if (typed == NULL || strcmp(typed, "n") == 0 ||
		    strcmp(typed, "q") == 0)
			return stop(&in->out, interview);
		if (strcmp(typed, "y") == 0)
			return record(interview);
		*ret_again = strcmp(typed, "<") == 0 && interview_back(interview);
		if (*ret_again)
			return EXIT_DONE;
	}
}

static enum exit_code interview_through(struct interview *interview)
{
	const struct output_stream *out = &interview->evaluation.in->out;
	enum exit_code code = EXIT_DONE;
	bool again;

	do {
		switch (interview_run(interview, &code)) {
		case INTERVIEW_ENDED:
			code = finish(interview, &again);
			break;
		case INTERVIEW_QUIT:
			return stop(out, interview);
		case INTERVIEW_FAILED:
			return code;
		}
	} while (again);
	return code;
}

static enum exit_code begin(const struct invocation *in,
			    struct interview *interview)
{
	enum exit_code code = evaluation_init(in, &interview->evaluation);

	if (code == EXIT_DONE && in->values[OPTION_FACTS] != NULL)
		code = case_facts_read(&in->out, in->values[OPTION_FACTS],
				       &interview->facts);
	else
		case_facts_init(&interview->facts);
	interview->n_given = interview->facts.file.n;
	if (code == EXIT_DONE)
		code = evaluation_connect(&interview->evaluation);
	return code;
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(interview_done) struct interview interview = { 0 };
	enum exit_code code = begin(in, &interview);
	enum exit_code saved = EXIT_DONE;

	if (code != EXIT_DONE)
		return code;
	code = interview_through(&interview);
	/* Half an interview is worth keeping too. */
	if (in->values[OPTION_SAVE] != NULL)
		saved = interview_save(&interview, in->values[OPTION_SAVE]);
	return code != EXIT_DONE ? code : saved;
}

const struct command command_ask = {
	.name = "ask",
	.operands = "",
	.summary = "an interview that asks only what can still change the result",
	.text = "One question at a time, the easiest to answer first; with why it "
		"is asked and what not to do. Not known and prefers-not-to-say are "
		"answers and never count against anyone. It stops when the result "
		"is proven. Nothing is recorded until you say so at the end. "
		"--facts begins with what is known already.",
	.examples = {
		{ "ask --policy ca-vtip --question first-permit", "Interview:" },
		{ "ask --policy ca-vtip --question renewal --lang fr --save a.txt",
		  "In French, keeping the answers:" },
	},
	.takes = (TAKES_DAEMON & ~OPTION(OPTION_JSON)) | OPTION(OPTION_POLICY) |
		 OPTION(OPTION_QUESTION) | OPTION(OPTION_FACTS) |
		 OPTION(OPTION_AS_OF) | OPTION(OPTION_LANG) | OPTION(OPTION_CASE) |
		 OPTION(OPTION_WHAT_IF) | OPTION(OPTION_SAVE),
	.needs = OPTION(OPTION_POLICY) | OPTION(OPTION_QUESTION),
	.run = run,
};
