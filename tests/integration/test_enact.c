/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/daemon_case.h"

/* What the daemon lets come into force, whoever asks. */

#define PROVE "tests/golden/prove/"

static const char *enact(const char *policy, const char *vocabulary,
			 bool check_only)
{
	char *document = permitd_source_file(policy, NULL);
	char *words = permitd_source_file(vocabulary, NULL);
	json_t *json = json_pack("{s:{s:s,s:s,s:b}}", "enactPolicy", "document",
				 document, "vocabulary", words, "checkOnly",
				 check_only);
	char *request = json_dumps(json, 0);
	const char *answer = permitd_ask(d, request, NULL);

	free(request);
	json_decref(json);
	free(words);
	free(document);
	return answer;
}

static void what_is_not_proven_is_never_enacted(void **state)
{
	static const struct {
		const char *policy;
		const char *theorem;
		const char *shown;
	} cases[] = {
		{ PROVE "03-proxy.md", "no-proxy", "ident.found_by = court" },
		{ PROVE "04-proxy-behind-tables.md", "no-proxy",
		  "ident.found_by = court" },
		{ PROVE "08-unknown-adverse.md", "unknown", "here = unknown" },
		{ PROVE "09-unknown-ends.md", "learning", "here = unknown" },
		{ PROVE "10-help-withheld.md", "protection", "risk = " },
		{ PROVE "11-need-harms.md", "gain", "needs holds" },
		{ PROVE "12-child-adverse.md", "child-adverse",
		  "age.group = child" },
		{ PROVE "13-child-worse.md", "child-rank", "age.group = child" },
		{ PROVE "14-child-worse-tied.md", "child-rank",
		  "age.group = child" },
		{ PROVE "19-no-way-out.md", "way-out", "age.group" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		for (int check_only = 0; check_only < 2; check_only++) {
			char name[64];
			const char *answer = enact(cases[i].policy,
						   PROVE "vocabulary.md",
						   check_only != 0);

			snprintf(name, sizeof(name), "\"name\":\"%s\"",
				 cases[i].theorem);
			assert_holds(answer, "\"code\":\"CODE_NOT_PROVEN\"");
			assert_holds(answer, name);
			assert_holds(answer, cases[i].shown);
		}
	assert_lacks(permitd_ask(d, "{\"status\":{}}", NULL), "\"treeSize\"");
	assert_lacks(permitd_ask(d, "{\"listEditions\":{}}", NULL), "xx");
}

static void a_refusal_has_cases_answers_rows_and_sources(void **state)
{
	static const char *const parts[] = {
		"1 of 21 theorems does not hold",
		"\"obligation\":\"P5\"",
		"\"statement\":\"a child is never worse off than an adult\"",
		"\"question\":\"permit\"",
		"\"output\":\"outcome\"",
		"\"differIn\":[\"age.group\"]",
		"\"value\":\"grant\"",
		"\"value\":\"refer\"",
		"\"asOf\":\"2025-01-01\"",
		"{\"key\":\"age.group\",\"value\":\"child\"}",
		"\"row\":\"p-2\",\"line\":27,\"sources\":[\"ACT 2\"]",
	};
	const char *answer = enact(PROVE "13-child-worse.md", PROVE "vocabulary.md",
				   false);

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		assert_holds(answer, parts[i]);
	assert_lacks(answer, "nMoreFailed");
}

static void what_is_proven_says_how_many_theorems_hold(void **state)
{
	(void)state;
	assert_holds(enact(PROVE "01-sound.md", PROVE "vocabulary.md", true),
		     "\"nTheorems\":25");
	assert_holds(enact(PROVE "01-sound.md", PROVE "vocabulary.md", false),
		     "\"nTheorems\":25");
	assert_log_has(1);
}

/* What stands in the log is in force: asking again changes and proves nothing. */
static void what_is_enacted_is_not_proven_again(void **state)
{
	const char *again = permitd_enact(d, "2025-02-04");

	(void)state;
	assert_holds(again, "\"alreadyEnacted\":true");
	assert_lacks(again, "nTheorems");
}

static void an_analysis_document_is_never_enacted(void **state)
{
	static const char with_kind[] = "| policy | |\n|---|---|\n| kind | analysis |";
	char *document = permitd_source_file(PROVE "01-sound.md", NULL);
	char *words = permitd_source_file(PROVE "vocabulary.md", NULL);
	char *at = strstr(document, "| policy | |\n|---|---|");
	char *changed;
	json_t *json;
	char *request;

	(void)state;
	assert_non_null(at);
	assert_int_not_equal(asprintf(&changed, "%.*s%s%s", (int)(at - document),
				      document, with_kind,
				      at + strlen("| policy | |\n|---|---|")),
			     -1);
	json = json_pack("{s:{s:s,s:s}}", "enactPolicy", "document", changed,
			 "vocabulary", words);
	request = json_dumps(json, 0);
	assert_holds(permitd_ask(d, request, NULL),
		     "\"code\":\"CODE_ANALYSIS_DOCUMENT\"");
	assert_lacks(permitd_ask(d, "{\"status\":{}}", NULL), "\"treeSize\"");
	free(request);
	json_decref(json);
	free(changed);
	free(words);
	free(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_EMPTY(what_is_not_proven_is_never_enacted),
		ON_EMPTY(a_refusal_has_cases_answers_rows_and_sources),
		ON_EMPTY(what_is_proven_says_how_many_theorems_hold),
		WITH_EDITION(what_is_enacted_is_not_proven_again),
		ON_EMPTY(an_analysis_document_is_never_enacted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
