/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "clients/permit/case_facts.h"
#include "clients/permit/editions.h"
#include "clients/permit/known_case.h"
#include "clients/permit/recorded.h"

#define TEXTS_BYTES (4u * 1024 * 1024)
#define SECONDS_A_DAY 86400

void known_case_done(struct known_case *known)
{
	permit_close(&known->client);
	permit_close(&known->giver);
	policy_file_done(&known->file);
	arena_done(&known->texts);
	arena_done(&known->deciding);
}

static const struct output_stream *out_of(const struct known_case *known)
{
	return &known->in->out;
}

/* ---- Answers ---- */

static enum exit_code unknown_fact(const struct known_case *known, const char *key)
{
	const struct edition *edition = known->file.edition;
	const char *keys[FACTS_MAX] = { NULL };
	const char *near;

	for (size_t i = 0; i < edition->n_facts; i++)
		keys[i] = edition->facts[i].key;
	near = nearest_name(key, keys, edition->n_facts);
	return output_error(out_of(known), EXIT_NOT_VALID,
			    near == NULL ? "the policy has no fact %s%s"
					 : "the policy has no fact %s; did you mean %s?",
			    key, near == NULL ? "" : near);
}

/* `value` is read when the state is ANSWER_VALUE. */
static enum exit_code put_answer(struct known_case *known, const char *key,
				 enum answer_state state, const char *value)
{
	const struct edition *edition = known->file.edition;
	int fact = edition_find_fact(edition, key);
	struct answer answer = { .state = state };

	if (fact < 0)
		return unknown_fact(known, key);
	if (state == ANSWER_VALUE &&
	    fact_parse(&edition->facts[fact],
		       (struct bytes){ (const uint8_t *)value, strlen(value) },
		       &known->texts, &answer) != FACT_OK)
		return output_error(out_of(known), EXIT_NOT_VALID,
				    "what is given for %s is none of its values", key);
	known->facts.answers[fact] = answer;
	return EXIT_DONE;
}

static enum exit_code put_file(struct known_case *known, const char *path)
{
	CLEANUP(case_facts_done) struct case_facts facts = { 0 };
	enum exit_code code = case_facts_read(out_of(known), path, &facts);

	for (size_t i = 0; i < facts.file.n && code == EXIT_DONE; i++)
		code = put_answer(known, facts.file.items[i].key,
				  facts.file.items[i].state, facts.file.items[i].value);
	return code;
}

enum exit_code known_case_change(struct known_case *known, const char *path)
{
	return put_file(known, path);
}

static enum exit_code put_recorded(struct known_case *known)
{
	const Permit__V1__NamedFacts *named = known->recorded->facts;
	enum exit_code code = EXIT_DONE;

	for (size_t i = 0; named != NULL && i < named->n_facts && code == EXIT_DONE;
	     i++) {
		const Permit__V1__NamedFact *fact = named->facts[i];
		enum answer_state state = ANSWER_VALUE;

		if (fact->answer_case == PERMIT__V1__NAMED_FACT__ANSWER_NOT_KNOWN)
			state = ANSWER_NOT_KNOWN;
		else if (fact->answer_case == PERMIT__V1__NAMED_FACT__ANSWER_DECLINED)
			state = ANSWER_DECLINED;
		code = put_answer(known, fact->key, state, fact->value);
	}
	return code;
}

/* ---- From the daemon ---- */

static enum exit_code get_decision(struct known_case *known)
{
	enum exit_code code = recorded_decision(known->in, known->client,
						known->language, &known->recorded);

	if (code != EXIT_DONE)
		return code;
	if (known->recorded->decision == NULL ||
	    known->recorded->decision->edition == NULL)
		return output_error(out_of(known), EXIT_FAILED,
				    "the daemon answered without a decision");
	return EXIT_DONE;
}

static enum exit_code load(struct known_case *known, const char *vocabulary,
			   const char *document)
{
	struct policy_file *file = &known->file;
	int r;

	arena_init(&file->arena, POLICY_ARENA_BYTES);
	r = policy_load((struct bytes){ (const uint8_t *)vocabulary, strlen(vocabulary) },
			(struct bytes){ (const uint8_t *)document, strlen(document) },
			&file->arena, &file->edition, &file->diagnostics);
	if (r < 0)
		return output_error(out_of(known), EXIT_FAILED, "out of memory");
	if (r > 0)
		return output_error(out_of(known), EXIT_FAILED,
				    "this release of permit does not read the edition "
				    "that the decision was made under");
	return EXIT_DONE;
}

static enum exit_code get_edition(struct known_case *known)
{
	const Permit__V1__Response *response;
	Permit__V1__GetEditionRequest get;
	Permit__V1__Request request;
	enum exit_code code;

	permit__v1__get_edition_request__init(&get);
	get.which_case = PERMIT__V1__GET_EDITION_REQUEST__WHICH_HASH;
	get.hash = known->recorded->decision->edition->hash;
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_GET_EDITION;
	request.get_edition = &get;
	code = daemon_connect(known->in, &known->giver);
	if (code == EXIT_DONE)
		code = daemon_call(known->in, known->giver, &request, &response);
	if (code != EXIT_DONE)
		return code;
	return load(known, response->get_edition->vocabulary,
		    response->get_edition->document);
}

static enum exit_code begin(const struct invocation *in, struct known_case *known)
{
	known->in = in;
	arena_init(&known->texts, TEXTS_BYTES);
	arena_init(&known->deciding, DECIDE_ARENA_BYTES);
	return chosen_language(in, &known->language);
}

static enum exit_code find_question(struct known_case *known, const char *name)
{
	const struct edition *edition = known->file.edition;
	int question = edition_find_question(edition, name);

	if (question < 0)
		return editions_no_question(out_of(known), edition, name);
	known->question = &edition->questions[question];
	return EXIT_DONE;
}

static enum exit_code open_recorded(struct known_case *known)
{
	const Permit__V1__Decision *decision;
	enum exit_code code = daemon_connect(known->in, &known->client);

	if (code == EXIT_DONE)
		code = get_decision(known);
	if (code == EXIT_DONE)
		code = get_edition(known);
	if (code != EXIT_DONE)
		return code;
	decision = known->recorded->decision;
	code = find_question(known, decision->question);
	if (code != EXIT_DONE)
		return code;
	if (decision->dates == NULL ||
	    !date_parse(decision->dates->decision, strlen(decision->dates->decision),
			&known->facts.as_of))
		return output_error(out_of(known), EXIT_FAILED,
				    "the daemon answered without the date of decision");
	return put_recorded(known);
}

/* ---- From files ---- */

static enum exit_code choose_day(struct known_case *known)
{
	const char *day;
	enum exit_code code = chosen_day(known->in, &day);

	known->facts.as_of = (day_t)(time(NULL) / SECONDS_A_DAY);
	if (code == EXIT_DONE && day[0] != '\0' &&
	    !date_parse(day, strlen(day), &known->facts.as_of))
		return EXIT_USAGE;
	return code;
}

static enum exit_code open_files(struct known_case *known)
{
	const struct invocation *in = known->in;
	enum exit_code code;

	if (in->values[OPTION_POLICY] == NULL || in->values[OPTION_QUESTION] == NULL ||
	    in->values[OPTION_FACTS] == NULL)
		return output_error(&in->out, EXIT_USAGE,
				    "name a recorded decision, or a case by --policy "
				    "FILE, --question and --facts");
	code = policy_file_load(&in->out, in->values[OPTION_POLICY],
				in->values[OPTION_VOCABULARY], &known->file);
	if (code == EXIT_NOT_VALID && known->file.diagnostics.n > 0) {
		policy_file_complain(&in->out, &known->file, stderr);
		return output_error(&in->out, code, "%s is not a sound policy",
				    in->values[OPTION_POLICY]);
	}
	if (code == EXIT_DONE)
		code = find_question(known, in->values[OPTION_QUESTION]);
	if (code == EXIT_DONE)
		code = choose_day(known);
	return code == EXIT_DONE ? put_file(known, in->values[OPTION_FACTS]) : code;
}

enum exit_code known_case_open(const struct invocation *in,
			       struct known_case *ret_known)
{
	enum exit_code code = begin(in, ret_known);

	if (code != EXIT_DONE)
		return code;
	if (in->n_operands == 0)
		return open_files(ret_known);
	if (in->values[OPTION_POLICY] != NULL || in->values[OPTION_QUESTION] != NULL ||
	    in->values[OPTION_FACTS] != NULL || in->values[OPTION_AS_OF] != NULL)
		return output_error(&in->out, EXIT_USAGE,
				    "a recorded decision has its own policy, question, "
				    "facts and date");
	return open_recorded(ret_known);
}

enum exit_code known_case_decide(struct known_case *known, const struct facts *facts,
				 struct decision *ret_decision)
{
	int row;
	int r;

	arena_reset(&known->deciding);
	r = decide(known->file.edition, known->question, facts, &known->deciding,
		   ret_decision, &row);
	if (r < 0)
		return output_error(out_of(known), EXIT_FAILED, "out of memory");
	if (r == DECIDE_E_CONTRADICTION)
		return output_error(out_of(known), EXIT_NOT_VALID,
				    "these answers cannot all be true at once under "
				    "the policy");
	return EXIT_DONE;
}
