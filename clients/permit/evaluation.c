/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/evaluation.h"
#include "clients/permit/show.h"
#include "proto/digest.h"

#define TEXTS_ARENA_BYTES (1u * 1024 * 1024)

void evaluation_done(struct evaluation *evaluation)
{
	permit_close(&evaluation->client);
	permit_close(&evaluation->describer);
	arena_done(&evaluation->texts);
}

static enum exit_code choose_case(struct evaluation *evaluation)
{
	const char *given = evaluation->in->values[OPTION_CASE];
	uint8_t random[CASEREF_RANDOM_BYTES];

	if (given == NULL) {
		random_bytes(random, sizeof(random));
		caseref_make(random, evaluation->case_ref);
		return EXIT_DONE;
	}
	if (caseref_read(given, evaluation->case_ref))
		return EXIT_DONE;
	return output_error(
		&evaluation->in->out, EXIT_NOT_VALID,
		"\"%s\" is no case reference: it has 12 characters, the "
		"last of which checks the others",
		given);
}

enum exit_code evaluation_init(const struct invocation *in,
			       struct evaluation *ret_evaluation)
{
	enum exit_code code;

	ret_evaluation->in = in;
	arena_init(&ret_evaluation->texts, TEXTS_ARENA_BYTES);
	random_bytes(ret_evaluation->request_id, REQUEST_ID_BYTES);
	code = chosen_day(in, &ret_evaluation->as_of);
	if (code == EXIT_DONE)
		code = chosen_language(in, &ret_evaluation->language);
	if (code == EXIT_DONE)
		code = choose_case(ret_evaluation);
	return code;
}

enum exit_code evaluation_connect(struct evaluation *evaluation)
{
	return daemon_connect(evaluation->in, &evaluation->client);
}

/* A copy that protobuf-c's structures may point to; "" when there is no room. */
static char *copy(struct evaluation *evaluation, const char *text)
{
	static char empty[1];
	char *to = arena_text(&evaluation->texts, text, strlen(text));

	return to != NULL ? to : empty;
}

enum exit_code evaluation_ask(struct evaluation *evaluation,
			      const struct case_facts *facts, bool record)
{
	const struct invocation *in = evaluation->in;
	Permit__V1__Language language = wire_language(evaluation->language);
	Permit__V1__NamedFacts named = facts->message;
	const Permit__V1__Response *response;
	Permit__V1__EvaluateRequest evaluate;
	Permit__V1__Request request;
	int r;

	arena_reset(&evaluation->texts);
	permit__v1__evaluate_request__init(&evaluate);
	evaluate.policy = copy(evaluation, in->values[OPTION_POLICY]);
	evaluate.question = copy(evaluation, in->values[OPTION_QUESTION]);
	evaluate.as_of = copy(evaluation, evaluation->as_of);
	evaluate.what_if = !record;
	evaluate.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_NAMED;
	evaluate.named = &named;
	evaluate.languages = &language;
	evaluate.n_languages = 1;
	if (record) {
		evaluate.case_ref = copy(evaluation, evaluation->case_ref);
		evaluate.request_id.data = evaluation->request_id;
		evaluate.request_id.len = REQUEST_ID_BYTES;
	}
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_EVALUATE;
	request.evaluate = &evaluate;
	r = permit_call(evaluation->client, &request, &response);
	if (r == PERMIT_E_REFUSED)
		return case_facts_say_refusal(&in->out, facts, response->error);
	if (r != 0)
		return daemon_lost(&in->out, evaluation->client, r);
	if (response->body_case != PERMIT__V1__RESPONSE__BODY_EVALUATE ||
	    response->evaluate->decision == NULL)
		return output_error(&in->out, EXIT_FAILED,
				    "the daemon answered without a decision");
	evaluation->decision = response->evaluate->decision;
	return EXIT_DONE;
}

enum exit_code evaluation_describe(struct evaluation *evaluation, const char *day)
{
	const struct invocation *in = evaluation->in;
	Permit__V1__Language language = wire_language(evaluation->language);
	const Permit__V1__Response *response;
	Permit__V1__DescribeRequest describe;
	Permit__V1__Request request;
	enum exit_code code = EXIT_DONE;

	if (evaluation->describer == NULL)
		code = daemon_connect(in, &evaluation->describer);
	if (code != EXIT_DONE)
		return code;
	permit__v1__describe_request__init(&describe);
	describe.policy = copy(evaluation, in->values[OPTION_POLICY]);
	describe.question = copy(evaluation, in->values[OPTION_QUESTION]);
	describe.as_of = copy(evaluation, day);
	describe.languages = &language;
	describe.n_languages = 1;
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_DESCRIBE;
	request.describe = &describe;
	code = daemon_call(in, evaluation->describer, &request, &response);
	if (code == EXIT_DONE)
		evaluation->described = response->describe;
	return code;
}

enum exit_code evaluation_show(struct evaluation *evaluation)
{
	const struct output_stream *out = &evaluation->in->out;
	const Permit__V1__Decision *decision = evaluation->decision;
	struct shown shown = {
		.decision = decision,
		.case_ref = decision->recorded ? evaluation->case_ref : "",
		.language = evaluation->language,
	};
	enum exit_code code = EXIT_DONE;

	/* The edition that decided governs on its own first day in force. */
	if (decision->n_facts_open + decision->n_facts_open_outputs > 0 &&
	    evaluation->described == NULL && decision->dates != NULL)
		code = evaluation_describe(evaluation, decision->dates->in_force);
	if (code != EXIT_DONE)
		return code;
	shown.described = evaluation->described;
	if (out->form == OUTPUT_JSON)
		return output_json(out, show_decision_json(&shown), EXIT_DONE);
	show_decision(out, &shown);
	return EXIT_DONE;
}
