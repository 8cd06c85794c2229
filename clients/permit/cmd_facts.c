/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "clients/permit/editions.h"
#include "clients/permit/fact_form.h"
#include "clients/permit/words.h"
#include "policy/testimony.h"
#include "proto/json.h"

#define LABEL_COLUMNS 10u

static void say_fact(const struct output_stream *out, enum language language,
		     const Permit__V1__FactDescription *fact)
{
	char form[FACT_FORM_BYTES];

	output_heading(out, fact->key);
	output_paragraph(out, 2, "",
			 text_in(fact->questions, fact->n_questions, language));
	output_paragraph(out, 2, "", fact_form(fact, language, form));
	output_paragraph(out, 2, word_in(WORD_WHY_WE_ASK, language),
			 text_in(fact->whys, fact->n_whys, language));
	if (text_in(fact->do_nots, fact->n_do_nots, language)[0] != '\0')
		output_paragraph(out, 2, word_in(WORD_DO_NOT, language),
				 text_in(fact->do_nots, fact->n_do_nots, language));
	output_paragraph(out, 2, word_in(WORD_WHOM, language),
			 fact_whom(fact, language));
}

static void say(const struct output_stream *out, enum language language,
		const Permit__V1__DescribeResponse *answer)
{
	size_t i;

	output_styled(out, STYLE_STRONG, "%s", answer->title);
	if (answer->edition != NULL)
		output_line(out, "%s %s, in force from %s", answer->edition->policy,
			    answer->edition->name, answer->in_force);
	for (i = 0; i < answer->n_questions; i++)
		output_line(out, "  %s", answer->questions[i]->name);
	for (i = 0; i < answer->n_facts; i++)
		say_fact(out, language, answer->facts[i]);
	output_line(out, "%s", "");
	output_paragraph(out, 0, "", testimony_sentence(language));
}

static void set(char *to, size_t room, const char *value)
{
	snprintf(to, room, "%s", value != NULL ? value : "");
}

static enum exit_code run(const struct invocation *in)
{
	CLIENT_ENDS struct permit_client *client = NULL;
	const Permit__V1__Response *response;
	Permit__V1__DescribeRequest describe;
	Permit__V1__Request request;
	Permit__V1__Language wanted;
	enum language language = LANGUAGE_EN;
	char policy[256], question[256], day[DATE_TEXT_BYTES];
	const char *as_of = "";
	enum exit_code code = chosen_language(in, &language);

	if (code == EXIT_DONE)
		code = chosen_day(in, &as_of);
	if (code == EXIT_DONE)
		code = daemon_connect(in, &client);
	if (code != EXIT_DONE)
		return code;
	set(policy, sizeof(policy), in->values[OPTION_POLICY]);
	set(question, sizeof(question), in->values[OPTION_QUESTION]);
	set(day, sizeof(day), as_of);
	wanted = wire_language(language);
	permit__v1__describe_request__init(&describe);
	describe.policy = policy;
	describe.question = question;
	describe.as_of = day;
	describe.languages = &wanted;
	describe.n_languages = 1;
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_DESCRIBE;
	request.describe = &describe;
	code = daemon_call(in, client, &request, &response);
	if (code != EXIT_DONE)
		return code;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   json_from_message(&response->describe->base),
				   EXIT_DONE);
	say(&in->out, language, response->describe);
	return EXIT_DONE;
}

const struct command command_facts = {
	.name = "facts",
	.operands = "",
	.summary = "what a policy may ask: questions, answers, why, and what not "
		"to do",
	.text = "With --question only what can matter to it.",
	.examples = {
		{ "facts --policy ca-vtip", "Everything that may be asked:" },
		{ "facts --policy ca-vtip --question renewal --as-of 2015-06-01",
		  "One question, as the law was:" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_POLICY) | OPTION(OPTION_QUESTION) |
		 OPTION(OPTION_AS_OF) | OPTION(OPTION_LANG),
	.needs = OPTION(OPTION_POLICY),
	.run = run,
};
