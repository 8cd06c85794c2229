/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "clients/permit/card_view.h"
#include "clients/permit/commands.h"
#include "clients/permit/html.h"

struct cards {
	struct card_view *views;
	size_t n;
};

static void cards_done(struct cards *cards)
{
	for (size_t i = 0; i < cards->n; i++)
		card_view_done(&cards->views[i]);
	free(cards->views);
}

static enum exit_code read_cards(const struct invocation *in, struct cards *cards)
{
	enum exit_code code = EXIT_DONE;

	cards->views = calloc(in->n_operands, sizeof(*cards->views));
	if (cards->views == NULL)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	for (size_t i = 0; i < in->n_operands && code == EXIT_DONE; i++) {
		output_progress(&in->out, "proving", i, in->n_operands);
		code = card_view_read(&in->out, in->operands[i],
				      in->values[OPTION_VOCABULARY],
				      &cards->views[cards->n++]);
	}
	output_progress(&in->out, NULL, 0, 0);
	return code;
}

static void draw(FILE *to, void *what)
{
	const struct cards *cards = what;

	card_html(to, cards->views, cards->n);
}

static bool has_finding(const struct cards *cards)
{
	for (size_t i = 0; i < cards->n; i++)
		for (int line = 0; line < N_CARD_LINES; line++)
			if (cards->views[i].card->answers[line].verdict != CARD_YES)
				return true;
	return false;
}

static enum exit_code say_json(const struct invocation *in,
			       const struct cards *cards, enum exit_code code)
{
	json_t *list = json_array();

	for (size_t i = 0; i < cards->n; i++)
		list = output_appended(list, card_json(&cards->views[i]));
	return output_json(&in->out, json_pack("{s:o}", "cards", list), code);
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(cards_done) struct cards cards = { 0 };
	enum exit_code code = read_cards(in, &cards);

	if (code == EXIT_DONE && in->values[OPTION_HTML] != NULL)
		code = html_write(&in->out, in->values[OPTION_HTML], draw, &cards);
	if (code != EXIT_DONE)
		return code;
	code = has_finding(&cards) ? EXIT_FINDING : EXIT_DONE;
	if (in->out.form == OUTPUT_JSON)
		return say_json(in, &cards, code);
	for (size_t i = 0; i < cards.n; i++)
		card_say(&in->out, &cards.views[i]);
	return code;
}

const struct command command_policy_card = {
	.name = "policy card",
	.operands = "FILE...",
	.summary = "answers what is asked of every state, with proofs",
	.text = "No daemon is needed. For each edition: is the permit unconditional; "
		"does every grant have a path to permanence, how long, through how "
		"many renewals; does health care come with it; do offences that "
		"trafficking caused change nothing; is a child never worse off; is "
		"there a time to reflect; can a person always know what is missing. "
		"Each answer is proven of every case, or shown by cases that the "
		"walk of the tables decides again, with rows and sources. Where the "
		"answers stand is said by the policy's section Report; what that "
		"does not say is not guessed. Ends with 1 unless every answer is yes.",
	.examples = {
		{ "policy card policy/tables/canada/ca-vtip-2025-02-04.md",
		  "One edition:" },
		{ "policy card --html card.html policy/tables/canada/ca-*.md",
		  "All of Canada side by side, as a page:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY) | OPTION(OPTION_HTML),
	.min_operands = 1,
	.max_operands = OPERANDS_ANY,
	.run = run,
};
