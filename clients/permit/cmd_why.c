/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/facts_file.h"
#include "clients/permit/show.h"
#include "proto/digest.h"
#include "proto/json.h"

#define ID_CHARS 32

static enum exit_code ask(const struct invocation *in, struct permit_client *client,
			  enum language language,
			  const Permit__V1__GetDecisionResponse **ret_answer)
{
	Permit__V1__Language languages = wire_language(language);
	const Permit__V1__Response *response;
	Permit__V1__GetDecisionRequest get;
	Permit__V1__Request request;
	char id[ID_CHARS + 1] = "";
	char *end;
	enum exit_code code;

	permit__v1__get_decision_request__init(&get);
	get.languages = &languages;
	get.n_languages = 1;
	if (strlen(in->operands[0]) == ID_CHARS) {
		memcpy(id, in->operands[0], ID_CHARS);
		get.which_case = PERMIT__V1__GET_DECISION_REQUEST__WHICH_ID;
		get.id = id;
	} else {
		get.which_case = PERMIT__V1__GET_DECISION_REQUEST__WHICH_LOG_INDEX;
		get.log_index = strtoull(in->operands[0], &end, 10);
		if (*end != '\0' || strspn(in->operands[0], "0123456789") == 0)
			return output_error(&in->out, EXIT_USAGE,
					    "a decision is named by its 32 digits "
					    "or its number in the log, not \"%s\"",
					    in->operands[0]);
	}
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_GET_DECISION;
	request.get_decision = &get;
	code = daemon_call(in, client, &request, &response);
	if (code == EXIT_DONE)
		*ret_answer = response->get_decision;
	return code;
}

static void say_fact(const struct output_stream *out, enum language language,
		     const Permit__V1__NamedFact *fact)
{
	const char *source = (unsigned)fact->source <= SOURCE_OFFICER
				     ? facts_source_names[fact->source]
				     : "";
	const char *basis = (unsigned)fact->basis <= BASIS_ASSESSED
				    ? facts_basis_names[fact->basis]
				    : "";
	const char *value = fact->value;
	char line[4096];

	if (fact->answer_case == PERMIT__V1__NAMED_FACT__ANSWER_NOT_KNOWN)
		value = word_in(WORD_NOT_KNOWN, language);
	else if (fact->answer_case == PERMIT__V1__NAMED_FACT__ANSWER_DECLINED)
		value = word_in(WORD_DECLINED, language);
	snprintf(line, sizeof(line), "%s%s%s%s%s%s%s", value,
		 source[0] != '\0' ? " @ " : "", source,
		 basis[0] != '\0' ? " " : "", basis,
		 fact->dated[0] != '\0' ? " " : "", fact->dated);
	output_field(out, 22, fact->key, line);
}

static void say_facts(const struct output_stream *out, enum language language,
		      const Permit__V1__GetDecisionResponse *answer)
{
	size_t i;

	if (answer->facts == NULL)
		return;
	output_heading(out, word_in(WORD_FACTS, language));
	for (i = 0; i < answer->facts->n_facts; i++)
		say_fact(out, language, answer->facts->facts[i]);
}

static json_t *why_json(const struct shown *shown,
			const Permit__V1__GetDecisionResponse *answer)
{
	json_t *json = show_decision_json(shown);
	json_t *facts = answer->facts != NULL
				? json_from_message(&answer->facts->base)
				: json_object();

	if (json != NULL && facts != NULL &&
	    json_object_set_new(json, "facts", facts) == 0)
		return json;
	json_decref(json);
	return NULL;
}

static enum exit_code run(const struct invocation *in)
{
	CLIENT_ENDS struct permit_client *client = NULL;
	const Permit__V1__GetDecisionResponse *answer = NULL;
	struct shown shown = { 0 };
	enum exit_code code = chosen_language(in, &shown.language);

	if (code == EXIT_DONE)
		code = daemon_connect(in, &client);
	if (code == EXIT_DONE)
		code = ask(in, client, shown.language, &answer);
	if (code != EXIT_DONE)
		return code;
	if (answer->decision == NULL)
		return output_error(&in->out, EXIT_FAILED,
				    "the daemon answered without a decision");
	shown.decision = answer->decision;
	shown.case_ref = answer->case_ref;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out, why_json(&shown, answer), EXIT_DONE);
	show_decision(&in->out, &shown);
	say_facts(&in->out, shown.language, answer);
	return EXIT_DONE;
}

const struct command command_why = {
	.name = "why",
	.operands = "DECISION",
	.summary = "explains a recorded decision",
	.text = "DECISION is the 32 digits that evaluate printed, or the number of "
		"the entry in the log. Shows what was recorded, with the facts as "
		"they were given.",
	.examples = {
		{ "why 0123456789abcdef0123456789abcdef --lang fr", "In French:" },
		{ "why 12 --json", "By its place in the log, for a program:" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_LANG),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
