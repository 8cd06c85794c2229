/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/commands.h"

static const struct option options[N_PERMIT_OPTIONS] = {
	[OPTION_HELP] = { "help", NULL, "shows this, or the help of a command" },
	[OPTION_VERSION] = { "version", NULL, "shows the version" },
	[OPTION_JSON] = { "json", NULL, "one JSON document, for programs" },
	[OPTION_PLAIN] = { "plain", NULL,
			   "one statement a line, no tables, no colour" },
	[OPTION_SOCKET] = { "socket", "PATH",
			    "the daemon's socket; else PERMITD_SOCKET of the "
			    "environment, else /run/permitd/permitd.sock" },
	[OPTION_VOCABULARY] = { "vocabulary", "FILE",
				"the facts that policies may use; else "
				"vocabulary.md in the policy's folder or above it, "
				"else the installed one" },
	[OPTION_POLICY] = { "policy", "ID",
			    "a policy: ca-vtip; where no daemon is asked, its file" },
	[OPTION_QUESTION] = { "question", "Q",
			      "one of its questions: first-permit" },
	[OPTION_FACTS] = { "facts", "FILE",
			   "the facts of the case; - is standard input" },
	[OPTION_AS_OF] = { "as-of", "DATE",
			   "the date of decision, 2025-02-04; else today" },
	[OPTION_LANG] = { "lang", "LANG",
			  "en, fr, de or it; else that of the environment" },
	[OPTION_CASE] = { "case", "REF",
			  "the office's reference of the case, 12 characters; else "
			  "a new one" },
	[OPTION_WHAT_IF] = { "what-if", NULL,
			     "only what would follow: nothing is recorded" },
	[OPTION_SAVE] = { "save", "FILE",
			  "writes the answers there as a facts file, the evidence "
			  "package, a receipt, or the cases of failed theorems" },
	[OPTION_CHECK_ONLY] = { "check-only", NULL,
				"the daemon checks and stores nothing" },
	[OPTION_HTML] = { "html", "FILE",
			  "writes the report card or the atlas there as a page" },
	[OPTION_OUTCOME] = { "outcome", "OUTCOME",
			     "the result to look for: grant; else every better one" },
	[OPTION_CHANGES] = { "changes", "FILE",
			     "the answers that would be others, as a facts file; else "
			     "standard input" },
	[OPTION_AS_IT_STANDS] = { "as-it-stands", NULL,
				  "only the day of decision moves: nothing is applied "
				  "for or renewed" },
	[OPTION_COVERAGE] = { "coverage", NULL,
			      "the sides of boundaries that no example shows" },
	[OPTION_LOG] = { "log", "DIR", "an export of a log, or the folder of a store" },
	[OPTION_VKEY] = { "vkey", "KEY",
			  "the log's key as text; else the one beside the log" },
	[OPTION_RESUME] = { "resume", "FILE",
			    "keeps there how far it is, and goes on from there" },
	[OPTION_FLIPS] = { "flips", "N",
			   "so many changed decisions are listed, up to 1000; else "
			   "20" },
	[OPTION_KEYS] = { "keys", "DIR",
			  "the folder keys of the store, to open what is sealed" },
	[OPTION_ROOT_KEY] = { "root-key", "FILE",
			      "the root key of the keyring; else root.key in the "
			      "folder of --keys" },
	[OPTION_REASON] = { "reason", "WHY",
			    "why an erasure is lawful: retention (the time is over), "
			    "request (of the person), order (of a court or authority), "
			    "unlawful (it should never have been recorded)" },
	[OPTION_FIRST_ROLE] = { "first-role", "KEY",
				"the key file of the first role, who erases" },
	[OPTION_SECOND_ROLE] = { "second-role", "KEY",
				 "the key file of the second role, who answers for "
				 "data protection" },
	[OPTION_NAME] = { "name", "NAME", "the name of a key: a-z 0-9 . / -" },
	[OPTION_FORMAT] = { "format", "FORMAT", "of a letter: txt, html or pdf; else txt" },
};

static const struct command *const commands[] = {
	&command_evaluate,
	&command_ask,
	&command_why,
	&command_why_not,
	&command_what_if,
	&command_timeline,
	&command_calendar,
	&command_show,
	&command_letter,
	&command_receipt,
	&command_case_erase,
	&command_case_key,
	&command_facts,
	&command_policy_check,
	&command_policy_test,
	&command_policy_cases,
	&command_policy_prove,
	&command_policy_evidence,
	&command_policy_diff,
	&command_policy_backtest,
	&command_policy_card,
	&command_policy_atlas,
	&command_policy_print,
	&command_policy_enact,
	&command_policy_list,
	&command_policy_show,
	&command_status,
	&command_completion,
};

static const struct usage_example examples[] = {
	{ "ask --policy ca-vtip --question first-permit",
	  "An interview, one question at a time:" },
	{ "evaluate --policy ca-vtip --question first-permit --facts case.facts",
	  "Decide and record, from a file:" },
	{ "why 0123456789abcdef0123456789abcdef", "Why was it decided so?" },
	{ "policy check policy/tables/canada/*.md", "Are these policies sound?" },
	{ NULL, NULL },
};

static const struct program program = {
	.name = "permit",
	.summary = "asks permitd what follows for a person, and why",
	.text = "permit COMMAND --help says which of them a command takes. No fact "
		"about testimony or co-operation is ever asked for or accepted.",
	.examples = examples,
	.options = options,
	.n_options = ARRAY_LENGTH(options),
	.commands = commands,
	.n_commands = ARRAY_LENGTH(commands),
};

int main(int argc, char **argv)
{
	return (int)program_run(&program, argc, argv);
}
