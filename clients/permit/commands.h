/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_COMMANDS_H
#define PERMIT_CLIENTS_COMMANDS_H

#include "clients/options.h"

/* The options of permit, in the order of the table in main.c. */
enum permit_option {
	OPTION_SOCKET = N_COMMON,
	OPTION_VOCABULARY,
	OPTION_POLICY,
	OPTION_QUESTION,
	OPTION_FACTS,
	OPTION_AS_OF,
	OPTION_LANG,
	OPTION_CASE,
	OPTION_WHAT_IF,
	OPTION_SAVE,
	OPTION_CHECK_ONLY,
	OPTION_HTML,
	OPTION_OUTCOME,
	OPTION_CHANGES,
	OPTION_AS_IT_STANDS,
	OPTION_COVERAGE,
	OPTION_LOG,
	OPTION_VKEY,
	OPTION_RESUME,
	OPTION_FLIPS,
	OPTION_KEYS,
	OPTION_ROOT_KEY,
	OPTION_REASON,
	OPTION_FIRST_ROLE,
	OPTION_SECOND_ROLE,
	OPTION_NAME,
	OPTION_FORMAT,
	N_PERMIT_OPTIONS,
};

/* Every command takes these; those that ask the daemon take the socket too. */
#define TAKES_ALWAYS                                                          \
	(OPTION(OPTION_HELP) | OPTION(OPTION_VERSION) | OPTION(OPTION_JSON) | \
	 OPTION(OPTION_PLAIN))
#define TAKES_DAEMON (TAKES_ALWAYS | OPTION(OPTION_SOCKET))

extern const struct command command_policy_atlas;
extern const struct command command_policy_card;
extern const struct command command_policy_check;
extern const struct command command_policy_test;
extern const struct command command_policy_cases;
extern const struct command command_policy_prove;
extern const struct command command_policy_evidence;
extern const struct command command_policy_diff;
extern const struct command command_policy_backtest;
extern const struct command command_policy_print;
extern const struct command command_policy_enact;
extern const struct command command_policy_list;
extern const struct command command_policy_show;
extern const struct command command_facts;
extern const struct command command_evaluate;
extern const struct command command_ask;
extern const struct command command_show;
extern const struct command command_calendar;
extern const struct command command_why;
extern const struct command command_why_not;
extern const struct command command_what_if;
extern const struct command command_timeline;
extern const struct command command_letter;
extern const struct command command_receipt;
extern const struct command command_case_erase;
extern const struct command command_case_key;
extern const struct command command_status;
extern const struct command command_completion;

#endif
