/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/case_facts.h"
#include "clients/permit/evaluation.h"
#include "clients/permit/show.h"

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(case_facts_done) struct case_facts facts = { 0 };
	CLEANUP(evaluation_done) struct evaluation evaluation = { 0 };
	enum exit_code code = evaluation_init(in, &evaluation);

	if (code == EXIT_DONE)
		code = case_facts_read(&in->out, in->values[OPTION_FACTS], &facts);
	if (code == EXIT_DONE)
		code = evaluation_connect(&evaluation);
	if (code == EXIT_DONE)
		code = evaluation_ask(&evaluation, &facts,
				      in->values[OPTION_WHAT_IF] == NULL);
	if (code == EXIT_DONE)
		code = evaluation_show(&evaluation);
	return code;
}

const struct command command_evaluate = {
	.name = "evaluate",
	.operands = "",
	.summary = "decides a question about a case, and records the decision",
	.text = "The answer names the outcome, its reasons and sources, what is "
		"still needed, and where the decision stands in the log. A facts "
		"file has lines like \"ident.status = possible @ authority "
		"documented "
		"2025-01-20\"; what was not asked is left out. See permit(1).",
	.examples = {
		{ "evaluate --policy ca-vtip --question renewal --facts a.facts",
		  "Decide and record:" },
		{ "evaluate --policy ca-vtip --question renewal --facts - "
		  "--what-if",
		  "Try what would follow; nothing is recorded:" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_POLICY) | OPTION(OPTION_QUESTION) |
		 OPTION(OPTION_FACTS) | OPTION(OPTION_AS_OF) | OPTION(OPTION_LANG) |
		 OPTION(OPTION_CASE) | OPTION(OPTION_WHAT_IF),
	.needs = OPTION(OPTION_POLICY) | OPTION(OPTION_QUESTION) |
		 OPTION(OPTION_FACTS),
	.run = run,
};
