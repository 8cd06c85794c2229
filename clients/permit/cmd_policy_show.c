/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "clients/permit/editions.h"
#include "proto/json.h"

#define NAME_ROOM 256

/* What names the edition; GetEdition points into it. */
struct wanted {
	uint8_t hash[DIGEST_BYTES];
	char policy[NAME_ROOM];
	char second[NAME_ROOM]; /* an edition's name, or a date */
	Permit__V1__EditionName name;
	Permit__V1__EditionOnDate governing;
};

static enum exit_code choose(const struct invocation *in, struct wanted *wanted,
			     Permit__V1__GetEditionRequest *get)
{
	const char *first = in->operands[0];
	const char *day;
	enum exit_code code = chosen_day(in, &day);

	if (code != EXIT_DONE)
		return code;
	if (in->n_operands > 1 && day[0] != '\0')
		return output_error(
			&in->out, EXIT_USAGE,
			"either an edition's name or --as-of, not both");
	snprintf(wanted->policy, NAME_ROOM, "%s", first);
	snprintf(wanted->second, NAME_ROOM, "%s",
		 in->n_operands > 1 ? in->operands[1] : day);
	permit__v1__get_edition_request__init(get);
	permit__v1__edition_name__init(&wanted->name);
	permit__v1__edition_on_date__init(&wanted->governing);
	if (hex_parse(first, strlen(first), wanted->hash, DIGEST_BYTES)) {
		get->which_case = PERMIT__V1__GET_EDITION_REQUEST__WHICH_HASH;
		get->hash.data = wanted->hash;
		get->hash.len = DIGEST_BYTES;
	} else if (in->n_operands > 1) {
		get->which_case = PERMIT__V1__GET_EDITION_REQUEST__WHICH_NAME;
		wanted->name.policy = wanted->policy;
		wanted->name.name = wanted->second;
		get->name = &wanted->name;
	} else {
		get->which_case = PERMIT__V1__GET_EDITION_REQUEST__WHICH_GOVERNING;
		wanted->governing.policy = wanted->policy;
		wanted->governing.date = wanted->second;
		get->governing = &wanted->governing;
	}
	return EXIT_DONE;
}

static enum exit_code say(const struct invocation *in,
			  const Permit__V1__GetEditionResponse *answer)
{
	const Permit__V1__EditionInfo *info = answer->edition;

	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out, json_from_message(&answer->base),
				   EXIT_DONE);
	if (info == NULL || info->edition == NULL)
		return output_error(&in->out, EXIT_FAILED,
				    "the daemon answered without an edition");
	/* The document alone goes into a pipe, so that it can be kept as a file. */
	if (in->out.form == OUTPUT_TEXT && in->out.terminal) {
		output_styled(&in->out, STYLE_STRONG, "%s %s",
			      info->edition->policy, info->edition->name);
		editions_say(&in->out, info);
		output_line(&in->out, "%s", "");
	}
	fputs(answer->document, in->out.to);
	return EXIT_DONE;
}

static enum exit_code run(const struct invocation *in)
{
	CLIENT_ENDS struct permit_client *client = NULL;
	const Permit__V1__Response *response;
	Permit__V1__GetEditionRequest get;
	Permit__V1__Request request;
	struct wanted wanted = { 0 };
	enum exit_code code = choose(in, &wanted, &get);

	if (code == EXIT_DONE)
		code = daemon_connect(in, &client);
	if (code != EXIT_DONE)
		return code;
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_GET_EDITION;
	request.get_edition = &get;
	code = daemon_call(in, client, &request, &response);
	return code == EXIT_DONE ? say(in, response->get_edition) : code;
}

const struct command command_policy_show = {
	.name = "policy show",
	.operands = "ID [EDITION] or HASH",
	.summary = "gives back an edition in its canonical form",
	.text = "Without EDITION it is the one in force on --as-of, or today. A "
		"terminal also shows what the daemon knows about it; a pipe or a "
		"file gets the document alone.",
	.examples = {
		{ "policy show ca-vtip --as-of 2015-06-01 | less",
		  "What was the law in June 2015?" },
		{ "policy show ca-vtip 2025-02-04 > edition.md", "Keep it:" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_AS_OF),
	.min_operands = 1,
	.max_operands = 2,
	.run = run,
};
