/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "clients/permit/editions.h"
#include "proto/json.h"

#define COLUMNS 5

static const char *const headers[COLUMNS] = { "POLICY", "EDITION", "IN FORCE FROM",
					      "LOG", "HASH" };

/* The texts of one line that do not stand in the message. */
struct line {
	char log[24];
	char hash[HASH_TEXT_BYTES];
};

static bool say(const struct output_stream *out,
		const Permit__V1__ListEditionsResponse *list)
{
	size_t n = list->n_editions;
	const char **cells = calloc(n + 1, COLUMNS * sizeof(*cells));
	struct line *lines = calloc(n + 1, sizeof(*lines));
	const Permit__V1__EditionInfo *info;
	bool done = cells != NULL && lines != NULL;
	size_t i;

	for (i = 0; done && i < n; i++) {
		info = list->editions[i];
		snprintf(lines[i].log, sizeof(lines[i].log), "%llu",
			 (unsigned long long)info->log_index);
		editions_hash(info->edition, lines[i].hash);
		/* On a terminal the beginning is enough to tell them apart. */
		if (out->form == OUTPUT_TEXT)
			lines[i].hash[12] = '\0';
		cells[i * COLUMNS] = info->edition != NULL ? info->edition->policy
							   : "";
		cells[i * COLUMNS + 1] = info->edition != NULL ? info->edition->name
							       : "";
		cells[i * COLUMNS + 2] = info->in_force_from;
		cells[i * COLUMNS + 3] = lines[i].log;
		cells[i * COLUMNS + 4] = lines[i].hash;
	}
	done = done && output_table(out, headers, COLUMNS, cells, n);
	free(cells);
	free(lines);
	return done;
}

static enum exit_code run(const struct invocation *in)
{
	CLIENT_ENDS struct permit_client *client = NULL;
	const Permit__V1__Response *response;
	Permit__V1__ListEditionsRequest list;
	Permit__V1__Request request;
	char policy[256] = "";
	enum exit_code code = daemon_connect(in, &client);

	if (code != EXIT_DONE)
		return code;
	permit__v1__list_editions_request__init(&list);
	if (in->n_operands > 0)
		snprintf(policy, sizeof(policy), "%s", in->operands[0]);
	list.policy = policy;
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_LIST_EDITIONS;
	request.list_editions = &list;
	code = daemon_call(in, client, &request, &response);
	if (code != EXIT_DONE)
		return code;
	if (in->out.form == OUTPUT_JSON)
		return output_json(
			&in->out, json_from_message(&response->list_editions->base),
			EXIT_DONE);
	if (response->list_editions->n_editions == 0)
		output_line(&in->out, "No edition is enacted%s.",
			    in->n_operands > 0 ? " of this policy" : "");
	else if (!say(&in->out, response->list_editions))
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	return EXIT_DONE;
}

const struct command command_policy_list = {
	.name = "policy list",
	.operands = "[ID]",
	.summary = "the editions that the daemon has, of all policies or one",
	.text = "",
	.examples = {
		{ "policy list", "Everything that was ever enacted:" },
		{ "policy list ca-vtip --json", "One policy, for a program:" },
	},
	.takes = TAKES_DAEMON,
	.max_operands = 1,
	.run = run,
};
