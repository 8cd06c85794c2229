/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/recorded.h"

#include <stdlib.h>
#include <string.h>

#define ID_CHARS 32

enum exit_code recorded_decision(const struct invocation *in,
				 struct permit_client *client, enum language language,
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
