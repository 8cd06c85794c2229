/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/timelines.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/permit/editions.h"
#include "clients/permit/recorded.h"
#include "policy/report.h"
#include "proto/wire.h"

#define TIMELINES_ARENA_BYTES (256u * 1024 * 1024)
#define SECONDS_PER_DAY 86400

void timelines_done(struct timelines *timelines)
{
	permit_close(&timelines->client);
	case_facts_done(&timelines->file);
	policy_file_done(&timelines->policy);
	arena_done(&timelines->arena);
	arena_done(&timelines->scratch);
}

static enum exit_code no_memory(const struct timelines *timelines)
{
	return output_error(&timelines->in->out, EXIT_FAILED, "out of memory");
}

/* ---- The edition ---- */

static enum exit_code load_file(struct timelines *timelines, const char *path)
{
	const struct invocation *in = timelines->in;
	enum exit_code code = policy_file_load(&in->out, path,
					       in->values[OPTION_VOCABULARY],
					       &timelines->policy);

	if (code == EXIT_NOT_VALID && timelines->policy.diagnostics.n > 0) {
		policy_file_complain(&in->out, &timelines->policy, stderr);
		return output_error(&in->out, code,
				    "%s is not valid: see policy check", path);
	}
	timelines->edition = timelines->policy.edition;
	return code;
}

/* A copy that outlives the daemon's answer. */
static struct bytes keep(struct timelines *timelines, const char *text)
{
	size_t n = strlen(text);

	return (struct bytes){
		(const uint8_t *)arena_text(&timelines->arena, text, n), n
	};
}

/* The edition as the daemon keeps it, compiled again here. */
static enum exit_code load_answer(struct timelines *timelines,
				  const Permit__V1__GetEditionResponse *answer)
{
	struct bytes vocabulary = keep(timelines, answer->vocabulary);
	struct bytes document = keep(timelines, answer->document);
	int r;

	if (vocabulary.data == NULL || document.data == NULL)
		return no_memory(timelines);
	r = policy_load(vocabulary, document, &timelines->arena,
			&timelines->edition, &timelines->policy.diagnostics);
	if (r == POLICY_E_NOT_VALID)
		return output_error(&timelines->in->out, EXIT_FAILED,
				    "the daemon's edition does not compile here: %s",
				    timelines->policy.diagnostics.items[0].message);
	return r == 0 ? EXIT_DONE : no_memory(timelines);
}

static enum exit_code ask_edition(struct timelines *timelines,
				  Permit__V1__GetEditionRequest *get)
{
	const Permit__V1__Response *response;
	Permit__V1__Request request;
	enum exit_code code;

	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_GET_EDITION;
	request.get_edition = get;
	code = daemon_call(timelines->in, timelines->client, &request, &response);
	if (code == EXIT_DONE)
		code = load_answer(timelines, response->get_edition);
	return code;
}

static enum exit_code ask_governing(struct timelines *timelines, const char *policy)
{
	char day[DATE_TEXT_BYTES];
	Permit__V1__EditionOnDate governing;
	Permit__V1__GetEditionRequest get;
	enum exit_code code = daemon_connect(timelines->in, &timelines->client);

	if (code != EXIT_DONE)
		return code;
	date_print(timelines->facts.as_of, day);
	permit__v1__edition_on_date__init(&governing);
	governing.policy = arena_text(&timelines->arena, policy, strlen(policy));
	governing.date = day;
	if (governing.policy == NULL)
		return no_memory(timelines);
	permit__v1__get_edition_request__init(&get);
	get.which_case = PERMIT__V1__GET_EDITION_REQUEST__WHICH_GOVERNING;
	get.governing = &governing;
	return ask_edition(timelines, &get);
}

/* A policy is a file when there is one of that name, or it looks like a path. */
static enum exit_code open_policy(struct timelines *timelines)
{
	const char *policy = timelines->in->values[OPTION_POLICY];

	if (strchr(policy, '/') != NULL || strchr(policy, '.') != NULL ||
	    access(policy, F_OK) == 0)
		return load_file(timelines, policy);
	return ask_governing(timelines, policy);
}

/* ---- The facts ---- */

static enum exit_code read_facts(struct timelines *timelines,
				 Permit__V1__NamedFacts *named)
{
	day_t as_of = timelines->facts.as_of;
	Permit__V1__EvaluateRequest request;
	struct refusal refusal;
	Permit__V1__Error error;
	uint64_t unused;
	int r;

	permit__v1__evaluate_request__init(&request);
	request.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_NAMED;
	request.named = named;
	r = wire_read_facts(&request, timelines->edition, as_of, &timelines->arena,
			    &timelines->facts, &unused, &refusal);
	if (r == WIRE_REFUSED) {
		refusal_error(&refusal, &error);
		return case_facts_say_refusal(&timelines->in->out, &timelines->file,
					      &error);
	}
	return r == 0 ? EXIT_DONE : no_memory(timelines);
}

static enum exit_code choose_day(struct timelines *timelines)
{
	time_t now = time(NULL);
	const char *day;
	enum exit_code code = chosen_day(timelines->in, &day);

	if (code != EXIT_DONE)
		return code;
	if (day[0] == '\0')
		timelines->facts.as_of = (day_t)(now / SECONDS_PER_DAY);
	else
		(void)!date_parse(day, strlen(day), &timelines->facts.as_of);
	return EXIT_DONE;
}

static enum exit_code open_files(struct timelines *timelines)
{
	const struct invocation *in = timelines->in;
	enum exit_code code = choose_day(timelines);

	if (code == EXIT_DONE)
		code = case_facts_read(&in->out, in->values[OPTION_FACTS],
				       &timelines->file);
	if (code == EXIT_DONE)
		code = open_policy(timelines);
	if (code == EXIT_DONE)
		code = read_facts(timelines, &timelines->file.message);
	return code;
}

/* ---- A recorded decision ---- */

static enum exit_code open_edition(struct timelines *timelines,
				   const Permit__V1__Edition *edition)
{
	Permit__V1__GetEditionRequest get;

	permit__v1__get_edition_request__init(&get);
	get.which_case = PERMIT__V1__GET_EDITION_REQUEST__WHICH_HASH;
	get.hash.len = edition->hash.len;
	get.hash.data = arena_alloc(&timelines->arena, edition->hash.len);
	if (get.hash.data == NULL)
		return no_memory(timelines);
	memcpy(get.hash.data, edition->hash.data, edition->hash.len);
	return ask_edition(timelines, &get);
}

/* The answer lives until the next call, so the edition is asked for elsewhere. */
static enum exit_code open_decision(struct timelines *timelines)
{
	CLIENT_ENDS struct permit_client *client = NULL;
	const Permit__V1__GetDecisionResponse *answer = NULL;
	enum exit_code code = daemon_connect(timelines->in, &client);

	if (code == EXIT_DONE)
		code = recorded_decision(timelines->in, client, timelines->language,
					 &answer);
	if (code != EXIT_DONE)
		return code;
	if (answer->decision == NULL || answer->decision->edition == NULL ||
	    answer->decision->dates == NULL || answer->facts == NULL ||
	    !date_parse(answer->decision->dates->decision,
			strlen(answer->decision->dates->decision),
			&timelines->facts.as_of))
		return output_error(&timelines->in->out, EXIT_FAILED,
				    "the daemon answered without a decision");
	snprintf(timelines->case_ref, sizeof(timelines->case_ref), "%s",
		 answer->case_ref);
	code = daemon_connect(timelines->in, &timelines->client);
	if (code == EXIT_DONE)
		code = open_edition(timelines, answer->decision->edition);
	return code == EXIT_DONE ? read_facts(timelines, answer->facts) : code;
}

enum exit_code timelines_open(const struct invocation *in,
			      struct timelines *ret_timelines)
{
	enum exit_code code = chosen_language(in, &ret_timelines->language);

	ret_timelines->in = in;
	arena_init(&ret_timelines->arena,
		   POLICY_ARENA_BYTES + TIMELINES_ARENA_BYTES);
	arena_init(&ret_timelines->scratch, 2 * DECIDE_ARENA_BYTES);
	case_facts_init(&ret_timelines->file);
	if (code != EXIT_DONE)
		return code;
	if (in->n_operands > 0)
		return open_decision(ret_timelines);
	if (in->values[OPTION_POLICY] == NULL || in->values[OPTION_FACTS] == NULL)
		return output_error(&in->out, EXIT_USAGE,
				    "name a DECISION, or --policy and --facts");
	return open_files(ret_timelines);
}

/* ---- Timelines ---- */

static uint64_t facts_that_go_on(const struct timelines *timelines)
{
	uint64_t facts = 0;

	for (uint16_t i = 0; i < timelines->edition->n_facts; i++) {
		const struct fact *fact = &timelines->edition->facts[i];
		const struct answer *answer = &timelines->facts.answers[i];

		if (fact->type == FACT_PERIODS && fact->changes == CHANGES_TIME &&
		    answer->state == ANSWER_VALUE && answer->periods.n > 0 &&
		    answer->periods.items[answer->periods.n - 1].to >=
			    timelines->facts.as_of)
			facts |= 1ull << i;
	}
	return facts;
}

static int find_causes(struct timelines *timelines, struct question_timeline *item)
{
	size_t n = item->timeline.n;
	int r = 0;

	item->causes = arena_array(&timelines->arena, n, sizeof(*item->causes));
	if (item->causes == NULL)
		return -1;
	for (size_t i = 1; r == 0 && i < n; i++)
		r = timeline_cause(&item->request, item->timeline.spans[i].first,
				   &timelines->scratch, &item->causes[i]);
	return r;
}

static int make_one(struct timelines *timelines, const struct question *question)
{
	struct question_timeline *item = &timelines->items[timelines->n++];
	int received = edition_find_fact(timelines->edition,
					 WIRE_APPLICATION_RECEIVED);
	struct timeline_request ended;
	int r;

	item->request = (struct timeline_request){
		.edition = timelines->edition,
		.question = question,
		.facts = &timelines->facts,
		.from = timelines->facts.as_of,
		.to = timelines->last,
	};
	ended = item->request;
	if (timelines->in->values[OPTION_AS_IT_STANDS] == NULL) {
		if (received >= 0)
			ended.with_day = question->facts & 1ull << received;
		item->request = ended;
		item->request.goes_on = question->facts & facts_that_go_on(timelines);
	}
	r = timeline(&item->request, &timelines->arena, &timelines->scratch,
		     &item->timeline);
	if (r == 0 && item->request.goes_on != 0)
		r = timeline(&ended, &timelines->arena, &timelines->scratch,
			     &item->ended);
	return r == 0 ? find_causes(timelines, item) : r;
}

enum exit_code timelines_make(struct timelines *timelines)
{
	const struct edition *edition = timelines->edition;
	const char *wanted = timelines->in->values[OPTION_QUESTION];
	day_t as_of = timelines->facts.as_of;

	if (wanted != NULL && edition_find_question(edition, wanted) < 0)
		return editions_no_question(&timelines->in->out, edition, wanted);
	timelines->last = as_of > DAY_MAX - TIMELINE_DAYS
				  ? DAY_MAX
				  : (day_t)(as_of + TIMELINE_DAYS - 1);
	for (uint16_t q = 0; q < edition->n_questions; q++) {
		if (wanted != NULL && strcmp(edition->questions[q].name, wanted) != 0)
			continue;
		if (make_one(timelines, &edition->questions[q]) != 0)
			return no_memory(timelines);
	}
	return EXIT_DONE;
}

/* ---- Reading ---- */

bool timelines_is_renewal(const struct question_timeline *item)
{
	const struct edition *edition = item->request.edition;
	const struct report_entry *renewal;

	if (edition->report == NULL)
		return false;
	renewal = &edition->report->lines[REPORT_RENEWAL];
	return renewal->said && renewal->question >= 0 &&
	       &edition->questions[renewal->question] == item->request.question;
}
