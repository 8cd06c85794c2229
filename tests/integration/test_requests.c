/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/daemon_case.h"

/* The daemon's answers, also after a restart. */

/* ---- Requests ---- */

static void an_empty_store_has_a_log_and_no_editions(void **state)
{
	const char *status = permitd_ask(d, "{\"status\":{}}", NULL);

	(void)state;
	assert_holds(status, "\"logOrigin\":\"permitd.local/log\"");
	assert_lacks(status, "nEditions");
	assert_lacks(status, "\"treeSize\"");
}

static void a_decision_is_recorded_with_rows_and_sources(void **state)
{
	const char *answer = permitd_ask(d, PERMITD_EVALUATE(""), NULL);

	(void)state;
	assert_holds(answer, "\"outcome\":\"OUTCOME_GRANT\"");
	assert_holds(answer, "\"row\":\"fp-1\"");
	assert_holds(answer, "\"recorded\":true");
	assert_holds(answer, "\"logIndex\":\"1\"");
	assert_log_has(2);
}

static void what_if_answers_alike_and_records_nothing(void **state)
{
	const char *answer = permitd_ask(d, PERMITD_EVALUATE("\"whatIf\":true,"),
					 NULL);

	(void)state;
	assert_holds(answer, "\"outcome\":\"OUTCOME_GRANT\"");
	assert_lacks(answer, "\"recorded\"");
	assert_log_has(1);
}

static void describe_names_questions_and_facts(void **state)
{
	const char *answer = permitd_ask(
		d,
		"{\"describe\":{\"policy\":\"ca-vtip\",\"asOf\":\"2025-06-01\"}}",
		NULL);

	(void)state;
	assert_holds(answer, "\"name\":\"permanent-residence\"");
	assert_holds(answer, "\"key\":\"ident.status\"");
	assert_holds(answer, "\"language\":\"LANGUAGE_IT\"");
}

/* ---- A case ---- */

#define OTHER_CASE_REF "000000000000"
#define GET_CASE(more) \
	"{\"getCase\":{\"caseRef\":\"" PERMITD_CASE_REF "\"" more "}}"

static unsigned count_of(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		n++;
	return n;
}

static void a_case_has_its_decisions_newest_first(void **state)
{
	const char *answer;

	(void)state;
	permitd_ask(d, PERMITD_EVALUATE(""), NULL);
	permitd_ask(d, PERMITD_EVALUATE(""), NULL);
	answer = permitd_ask(d, GET_CASE(""), NULL);
	assert_int_equal(count_of(answer, "\"outcome\":\"OUTCOME_GRANT\""), 2);
	assert_true(strstr(answer, "\"logIndex\":\"2\"") <
		    strstr(answer, "\"logIndex\":\"1\""));
	assert_holds(answer, "\"nRecorded\":\"2\"");
	assert_lacks(answer, "\"receipt\"");
	assert_lacks(answer, "\"checkpoint\"");
	assert_lacks(answer, "\"reasons\"");
}

static void a_case_has_no_decision_of_another(void **state)
{
	const char *answer;

	(void)state;
	permitd_ask(d, PERMITD_EVALUATE(""), NULL);
	answer = permitd_ask(d, "{\"getCase\":{\"caseRef\":\"" OTHER_CASE_REF "\"}}",
			     NULL);
	assert_holds(answer, "\"code\":\"CODE_NOT_FOUND\"");
	assert_lacks(answer, PERMITD_CASE_REF);
	answer = permitd_ask(d, "{\"getCase\":{}}", NULL);
	assert_holds(answer, "\"code\":\"CODE_MISSING_FIELD\"");
	answer = permitd_ask(d, "{\"getCase\":{\"caseRef\":\"2VPBFJNMQCVX\"}}", NULL);
	assert_holds(answer, "\"code\":\"CODE_VALUE_NOT_VALID\"");
}

static void as_many_decisions_of_a_case_are_given_as_are_asked_for(void **state)
{
	const char *answer;

	(void)state;
	for (unsigned i = 0; i < 66; i++)
		permitd_ask(d, PERMITD_EVALUATE(""), NULL);
	answer = permitd_ask(d, GET_CASE(",\"count\":64"), NULL);
	assert_int_equal(count_of(answer, "\"logIndex\""), 64);
	assert_holds(answer, "\"nRecorded\":\"66\"");
	assert_holds(answer, "\"logIndex\":\"66\"");
	assert_lacks(answer, "\"logIndex\":\"2\"");
	answer = permitd_ask(d, GET_CASE(""), NULL);
	assert_int_equal(count_of(answer, "\"logIndex\""), 16);
	answer = permitd_ask(d, GET_CASE(",\"count\":65"), NULL);
	assert_holds(answer, "\"code\":\"CODE_OUT_OF_RANGE\"");
}

static void what_does_not_exist_is_named_with_what_is_near(void **state)
{
	static const struct {
		const char *request;
		const char *code;
		const char *near;
	} cases[] = {
		{ "{\"describe\":{\"policy\":\"ca-vtap\"}}",
		  "\"code\":\"CODE_UNKNOWN_POLICY\"", "\"ca-vtip\"" },
		{ "{\"describe\":{\"policy\":\"ca-vtip\",\"asOf\":\"2025-06-01\","
		  "\"question\":\"renewl\"}}",
		  "\"code\":\"CODE_UNKNOWN_QUESTION\"", "\"renewal\"" },
		{ "{\"describe\":{\"policy\":\"ca-vtip\",\"asOf\":\"2025-02-03\"}}",
		  "\"code\":\"CODE_NO_EDITION_IN_FORCE\"", "" },
		{ "{\"getEdition\":{\"name\":{\"policy\":\"ca-vtip\","
		  "\"name\":\"1999-01-01\"}}}",
		  "\"code\":\"CODE_UNKNOWN_EDITION\"", "" },
		{ "{\"getDecision\":{\"id\":\"00000000000000000000000000000000\"}}",
		  "\"code\":\"CODE_NOT_FOUND\"", "" },
		{ "{\"getDecision\":{\"logIndex\":\"0\"}}",
		  "\"code\":\"CODE_NOT_FOUND\"", "" },
		{ "{\"getDecision\":{\"logIndex\":\"1\"}}",
		  "\"code\":\"CODE_NOT_FOUND\"", "" },
		{ "{\"readLog\":{\"from\":\"2\"}}", "\"code\":\"CODE_NOT_FOUND\"",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const char *answer = permitd_ask(d, cases[i].request, NULL);

		assert_holds(answer, cases[i].code);
		assert_holds(answer, cases[i].near);
	}
}

static void wrong_facts_are_named_and_record_nothing(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		const char *code;
		const char *named;
	} cases[] = {
		{ "ident.statis", "possible", "\"code\":\"CODE_UNKNOWN_FACT\"",
		  "\"nearest\":[\"ident.status\"" },
		{ "police.report", "yes", "\"code\":\"CODE_TESTIMONY_FACT\"",
		  "police.report" },
		{ "ident.status", "perhaps", "\"code\":\"CODE_VALUE_NOT_VALID\"",
		  "\"field\":\"ident.status\"" },
		{ "family.children_here", "21", "\"code\":\"CODE_OUT_OF_RANGE\"",
		  "\"field\":\"family.children_here\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char request[512];
		const char *answer;

		snprintf(
			request, sizeof(request),
			"{\"evaluate\":{\"policy\":\"ca-vtip\","
			"\"question\":\"first-permit\",\"caseRef\":\"" PERMITD_CASE_REF
			"\",\"asOf\":\"2025-06-01\",\"named\":{\"facts\":[{\"key\":"
			"\"%s\",\"value\":\"%s\"}]}}}",
			cases[i].key, cases[i].value);
		answer = permitd_ask(d, request, NULL);
		assert_holds(answer, cases[i].code);
		assert_holds(answer, cases[i].named);
	}
	assert_log_has(1);
}

/* ---- Editions ---- */

static void the_same_edition_again_changes_nothing(void **state)
{
	(void)state;
	assert_holds(permitd_enact(d, "2025-02-04"), "\"alreadyEnacted\":true");
	assert_log_has(1);
}

/* The editions of Canada go by the decision date; these do not. */
static void enact_selected_by_application(const char *edition)
{
	static const char by_decision[] = "| selected by | decision |";
	char name[128];
	char *text;
	char *at;
	char *changed;
	char *request;

	snprintf(name, sizeof(name), "policy/tables/canada/ca-vtip-%s.md", edition);
	text = permitd_source_file(name, NULL);
	at = strstr(text, by_decision);
	assert_non_null(at);
	assert_int_not_equal(
		asprintf(&changed, "%.*s| selected by | application received |%s",
			 (int)(at - text), text, at + sizeof(by_decision) - 1),
		-1);
	request = enactment_of(changed);
	assert_holds(permitd_ask(d, request, NULL), "\"enactPolicy\"");
	free(request);
	free(changed);
	free(text);
}

static void the_application_date_selects_the_edition(void **state)
{
	static const char request[] =
		"{\"evaluate\":{\"policy\":\"ca-vtip\",\"question\":\"first-permit\","
		"\"whatIf\":true,\"asOf\":\"2025-06-01\",\"named\":{\"facts\":["
		"{\"key\":\"application.received\",\"value\":\"%s\"}]}}}";
	char text[512];

	(void)state;
	enact_selected_by_application("2024-03-15");
	enact_selected_by_application("2025-02-04");
	snprintf(text, sizeof(text), request, "2025-02-03");
	assert_holds(permitd_ask(d, text, NULL), "\"inForce\":\"2024-03-15\"");
	snprintf(text, sizeof(text), request, "2025-02-04");
	assert_holds(permitd_ask(d, text, NULL), "\"inForce\":\"2025-02-04\"");
	snprintf(text, sizeof(text), request, "2025-02");
	assert_holds(permitd_ask(d, text, NULL),
		     "\"code\":\"CODE_VALUE_NOT_VALID\"");
	snprintf(text, sizeof(text), request, "2024-03-14");
	assert_holds(permitd_ask(d, text, NULL),
		     "\"code\":\"CODE_NO_EDITION_IN_FORCE\"");
}

static void one_date_has_one_content_for_ever(void **state)
{
	char *policy = permitd_source_file(
		"policy/tables/canada/ca-vtip-2025-02-04.md", NULL);
	char *word = strstr(policy, "You can have a permit now.");
	char *request;

	(void)state;
	assert_non_null(word);
	memcpy(word, "You may", 7);
	request = enactment_of(policy);
	assert_holds(permitd_ask(d, request, NULL), "\"code\":\"CODE_CONFLICT\"");
	assert_log_has(1);
	free(request);
	free(policy);
}

static void a_policy_with_mistakes_is_refused_with_their_places(void **state)
{
	char *request = enactment_of(
		"# A title\n\n| policy | |\n|---|---|\n| id | x |\n");
	const char *answer = permitd_ask(d, request, NULL);

	(void)state;
	assert_holds(answer, "\"code\":\"CODE_POLICY_NOT_VALID\"");
	assert_holds(answer, "\"line\":");
	assert_log_has(1);
	free(request);
}

static void an_analysis_document_is_never_enacted(void **state)
{
	char *policy = permitd_source_file(
		"policy/tables/analysis/us-t-as-written.md", NULL);
	char *request = enactment_of(policy);
	const char *answer = permitd_ask(d, request, NULL);

	(void)state;
	assert_holds(answer, "\"code\":\"CODE_ANALYSIS_DOCUMENT\"");
	assert_holds(answer, "never enacted");
	assert_log_has(1);
	free(request);
	free(policy);
}

static void an_edition_is_found_by_name_date_and_hash(void **state)
{
	char hash[64];
	char request[160];

	(void)state;
	copy_member(permitd_ask(d, "{\"listEditions\":{}}", NULL), "hash", hash,
		    sizeof(hash));
	snprintf(request, sizeof(request), "{\"getEdition\":{\"hash\":\"%s\"}}",
		 hash);
	assert_holds(permitd_ask(d, request, NULL), "# Canada");
	assert_holds(
		permitd_ask(d,
			    "{\"getEdition\":{\"name\":{\"policy\":\"ca-vtip\","
			    "\"name\":\"2025-02-04\"}}}",
			    NULL),
		hash);
	assert_holds(permitd_ask(d,
				 "{\"getEdition\":{\"governing\":{\"policy\":"
				 "\"ca-vtip\",\"date\":\"2025-02-04\"}}}",
				 NULL),
		     hash);
}

/* ---- Repeating, restarting ---- */

#define REPEATED "\"requestId\":\"AAECAwQFBgcICQoLDA0ODw==\","

static void a_repeated_request_is_answered_with_what_was_recorded(void **state)
{
	char first[33];
	char again[33];

	(void)state;
	copy_decision_id(permitd_ask(d, PERMITD_EVALUATE(REPEATED), NULL), first);
	copy_decision_id(permitd_ask(d, PERMITD_EVALUATE(REPEATED), NULL), again);
	assert_string_equal(first, again);
	assert_log_has(2);
	permitd_stop(d, SIGKILL);
	assert_true(permitd_start(d, NULL));
	copy_decision_id(permitd_ask(d, PERMITD_EVALUATE(REPEATED), NULL), again);
	assert_string_equal(first, again);
	assert_log_has(2);
}

static void a_request_id_serves_one_request_only(void **state)
{
	(void)state;
	permitd_ask(d, PERMITD_EVALUATE(REPEATED), NULL);
	assert_holds(
		permitd_ask(d,
			    "{\"evaluate\":{\"policy\":\"ca-vtip\",\"question\":"
			    "\"renewal\",\"caseRef\":\"" PERMITD_CASE_REF
			    "\",\"asOf\":\"2025-06-01\"," REPEATED
			    "\"named\":{" PERMITD_FACTS "}}}",
			    NULL),
		"\"code\":\"CODE_CONFLICT\"");
	assert_log_has(2);
}

/* The answer without the number of its request. */
static const char *behind_the_id(const char *answer)
{
	const char *at = strstr(answer, "\"last\"");

	assert_non_null(at);
	return at;
}

static void a_decision_reads_the_same_after_a_restart(void **state)
{
	char id[33];
	char request[128];
	char *before;

	(void)state;
	copy_decision_id(permitd_ask(d, PERMITD_EVALUATE(""), NULL), id);
	snprintf(request, sizeof(request), "{\"getDecision\":{\"id\":\"%s\"}}", id);
	before = strdup(behind_the_id(permitd_ask(d, request, NULL)));
	assert_holds(before, "\"entry\":");
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	assert_true(permitd_start(d, NULL));
	assert_string_equal(behind_the_id(permitd_ask(d, request, NULL)), before);
	permitd_stop(d, SIGKILL);
	assert_true(permitd_start(d, NULL));
	assert_string_equal(behind_the_id(permitd_ask(d, request, NULL)), before);
	free(before);
}

static void a_lost_database_is_made_again_from_the_log(void **state)
{
	char path[PATH_MAX];
	char away[PATH_MAX];

	(void)state;
	permitd_ask(d, PERMITD_EVALUATE(REPEATED), NULL);
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	snprintf(path, sizeof(path), "%s/index", d->store);
	snprintf(away, sizeof(away), "%s/index-of-then", d->store);
	assert_int_equal(rename(path, away), 0);
	assert_true(permitd_start(d, NULL));
	assert_holds(permitd_journal(d), "read 2 entries from the log");
	assert_holds(permitd_ask(d, PERMITD_EVALUATE(REPEATED), NULL),
		     "\"logIndex\":\"1\"");
	assert_log_has(2);
}

static void a_log_that_was_rolled_back_is_refused(void **state)
{
	char command[3 * PATH_MAX];

	(void)state;
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	snprintf(command, sizeof(command), "cp -r %s/log %s/log-of-then", d->store,
		 d->store);
	assert_int_equal(system(command), 0);
	assert_true(permitd_start(d, NULL));
	permitd_ask(d, PERMITD_EVALUATE(""), NULL);
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	snprintf(command, sizeof(command),
		 "rm -r %s/log && mv %s/log-of-then %s/log", d->store, d->store,
		 d->store);
	assert_int_equal(system(command), 0);
	assert_int_equal(permitd_run(d, NULL), 1);
	assert_holds(permitd_journal(d), "rolled back");
}

/* ---- The log as a stream ---- */

static void the_log_is_read_in_order_and_ends_with_its_checkpoint(void **state)
{
	struct permit_client *client = NULL;
	const Permit__V1__Response *response;
	Permit__V1__Request request;
	Permit__V1__ReadLogRequest read_log;
	uint64_t n = 0;

	(void)state;
	for (int i = 0; i < 20; i++)
		permitd_ask(d, PERMITD_EVALUATE(""), NULL);
	permit__v1__request__init(&request);
	permit__v1__read_log_request__init(&read_log);
	read_log.from = 3;
	read_log.with_blobs = true;
	request.body_case = PERMIT__V1__REQUEST__BODY_READ_LOG;
	request.read_log = &read_log;
	assert_int_equal(permit_connect(d->socket, 10000, &client), 0);
	assert_int_equal(permit_call(client, &request, &response), 0);
	for (;;) {
		assert_int_equal(response->body_case,
				 PERMIT__V1__RESPONSE__BODY_READ_LOG);
		assert_int_equal(response->read_log->from, 3 + n);
		n += response->read_log->n_entries;
		if (response->last)
			break;
		assert_int_equal(permit_next(client, &response), 0);
	}
	assert_int_equal(n, 18);
	assert_int_equal(response->read_log->tree_size, 21);
	assert_non_null(
		strstr(response->read_log->checkpoint, "permitd.local/log\n21\n"));
	assert_non_null(
		strstr(response->read_log->verifier_key, "permitd.local/log+"));
	permit_close(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_EMPTY(an_empty_store_has_a_log_and_no_editions),
		WITH_EDITION(a_decision_is_recorded_with_rows_and_sources),
		WITH_EDITION(what_if_answers_alike_and_records_nothing),
		WITH_EDITION(a_case_has_its_decisions_newest_first),
		WITH_EDITION(a_case_has_no_decision_of_another),
		WITH_EDITION(as_many_decisions_of_a_case_are_given_as_are_asked_for),
		ON_EMPTY(the_application_date_selects_the_edition),
		WITH_EDITION(describe_names_questions_and_facts),
		WITH_EDITION(what_does_not_exist_is_named_with_what_is_near),
		WITH_EDITION(wrong_facts_are_named_and_record_nothing),
		WITH_EDITION(the_same_edition_again_changes_nothing),
		WITH_EDITION(one_date_has_one_content_for_ever),
		WITH_EDITION(a_policy_with_mistakes_is_refused_with_their_places),
		WITH_EDITION(an_analysis_document_is_never_enacted),
		WITH_EDITION(an_edition_is_found_by_name_date_and_hash),
		WITH_EDITION(a_repeated_request_is_answered_with_what_was_recorded),
		WITH_EDITION(a_request_id_serves_one_request_only),
		WITH_EDITION(a_decision_reads_the_same_after_a_restart),
		WITH_EDITION(a_lost_database_is_made_again_from_the_log),
		WITH_EDITION(a_log_that_was_rolled_back_is_refused),
		WITH_EDITION(the_log_is_read_in_order_and_ends_with_its_checkpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
