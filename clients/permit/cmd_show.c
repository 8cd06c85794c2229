/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "clients/permit/daemon.h"
#include "clients/permit/words.h"
#include "clients/time_text.h"
#include "policy/base/date.h"
#include "policy/edition.h"
#include "proto/caseref.h"
#include "proto/request.h"

#define LABEL_COLUMNS 22u
#define LINE_BYTES 1024
#define SECONDS_A_DAY 86400

/* One case, as the newest decision left it. */
struct shown_case {
	const struct invocation *in;
	const Permit__V1__GetCaseResponse *answer;
	char ref[CASEREF_TEXT_BYTES];
	enum language language;
	day_t today;
};

/* ---- Asking ---- */

static enum exit_code choose(const struct invocation *in, struct shown_case *shown)
{
	enum exit_code code = chosen_language(in, &shown->language);
	const char *day = "";

	shown->in = in;
	if (code == EXIT_DONE)
		code = chosen_day(in, &day);
	if (code != EXIT_DONE)
		return code;
	if (!caseref_read(in->operands[0], shown->ref))
		return output_error(&in->out, EXIT_NOT_VALID,
				    "\"%s\" is no case reference: one of its 12 "
				    "characters is wrong, or two changed places",
				    in->operands[0]);
	if (day[0] == '\0')
		shown->today = (day_t)(time(NULL) / SECONDS_A_DAY);
	else
		(void)!date_parse(day, strlen(day), &shown->today);
	return EXIT_DONE;
}

static enum exit_code ask(struct shown_case *shown, struct permit_client *client)
{
	const Permit__V1__Response *response;
	Permit__V1__GetCaseRequest get;
	Permit__V1__Request request;
	enum exit_code code;

	permit__v1__get_case_request__init(&get);
	get.case_ref = shown->ref;
	permit__v1__request__init(&request);
	request.body_case = PERMIT__V1__REQUEST__BODY_GET_CASE;
	request.get_case = &get;
	code = daemon_call(shown->in, client, &request, &response);
	if (code != EXIT_DONE)
		return code;
	shown->answer = response->get_case;
	if (shown->answer->n_decisions == 0)
		return output_error(&shown->in->out, EXIT_FAILED,
				    "the daemon answered without a decision");
	return EXIT_DONE;
}

/* ---- What is said ---- */

static const char *outcome_text(const struct shown_case *shown,
				const Permit__V1__Decision *decision)
{
	unsigned outcome = (unsigned)decision->outcome;

	if (outcome < PERMIT__V1__OUTCOME__OUTCOME_GRANT ||
	    outcome > PERMIT__V1__OUTCOME__OUTCOME_ASK)
		return "?";
	return word_in((enum word)(WORD_GRANT + outcome -
				   PERMIT__V1__OUTCOME__OUTCOME_GRANT),
		       shown->language);
}

/* "grant": stable, for programs. */
static const char *outcome_name(const Permit__V1__Decision *decision)
{
	unsigned index = (unsigned)decision->outcome -
			 PERMIT__V1__OUTCOME__OUTCOME_GRANT;

	return index < N_OUTCOMES ? outcome_names[index] : "?";
}

static const char *day_of(const Permit__V1__Decision *decision)
{
	return decision->dates == NULL ? "-" : decision->dates->decision;
}

/* The next day that an output names, with its output; NULL without one. */
static const Permit__V1__Output *next_day(const struct shown_case *shown,
					  const Permit__V1__Decision *decision)
{
	const Permit__V1__Output *next = NULL;
	day_t first = 0;

	for (size_t i = 0; i < decision->n_outputs; i++) {
		const Permit__V1__Output *output = decision->outputs[i];
		day_t day;

		if (!date_parse(output->value, strlen(output->value), &day) ||
		    day < shown->today || (next != NULL && day >= first))
			continue;
		next = output;
		first = day;
	}
	return next;
}

static void say_outputs(const struct shown_case *shown,
			const Permit__V1__Decision *decision)
{
	const struct output_stream *out = &shown->in->out;
	const Permit__V1__Output *next = next_day(shown, decision);
	char line[LINE_BYTES];

	for (size_t i = 0; i < decision->n_outputs; i++) {
		const Permit__V1__Output *output = decision->outputs[i];
		char value[VALUE_TEXT_BYTES];

		if (strcmp(output->name, "outcome") != 0 &&
		    output->state == PERMIT__V1__OUTPUT__STATE__STATE_SETTLED &&
		    strcmp(output->value, "-") != 0)
			output_field(
				out, LABEL_COLUMNS, output->name,
				value_in(output->value, shown->language, value));
	}
	if (next == NULL)
		return;
	snprintf(line, sizeof(line), "%s (%s)", next->value, next->name);
	output_field(out, LABEL_COLUMNS, "next date", line);
}

static void say_missing(const struct shown_case *shown,
			const Permit__V1__Decision *decision)
{
	char line[LINE_BYTES] = "";
	size_t n = 0;

	for (size_t i = 0; i < decision->n_facts_open && n < sizeof(line); i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s",
				      i > 0 ? ", " : "", decision->facts_open[i]);
	if (n > 0)
		output_field(&shown->in->out, LABEL_COLUMNS, "still needed", line);
}

static void say_now(const struct shown_case *shown)
{
	const struct output_stream *out = &shown->in->out;
	const Permit__V1__Decision *newest = shown->answer->decisions[0];
	char line[LINE_BYTES];

	output_styled(out, STYLE_STRONG, "Case %s", shown->ref);
	output_heading(out, "Now");
	snprintf(line, sizeof(line), "%s, as of %s", outcome_text(shown, newest),
		 day_of(newest));
	output_field(out, LABEL_COLUMNS, newest->question, line);
	say_outputs(shown, newest);
	say_missing(shown, newest);
	if (newest->edition != NULL) {
		snprintf(line, sizeof(line), "%s %s", newest->edition->policy,
			 newest->edition->name);
		output_field(out, LABEL_COLUMNS, "decided under", line);
	}
}

/* Newest first. False when memory ran out. */
static bool say_decisions(const struct shown_case *shown)
{
	static const char *const headers[] = { "recorded", "as of", "question",
					       "result", "entry" };
	const Permit__V1__GetCaseResponse *answer = shown->answer;
	const char *cells[ARRAY_LENGTH(headers) * REQUEST_CASE_DECISIONS_MAX];
	char times[REQUEST_CASE_DECISIONS_MAX][TIME_TEXT_BYTES];
	char entries[REQUEST_CASE_DECISIONS_MAX][NUMBER_BYTES];
	size_t n = answer->n_decisions < REQUEST_CASE_DECISIONS_MAX
			   ? answer->n_decisions
			   : REQUEST_CASE_DECISIONS_MAX;

	for (size_t i = 0; i < n; i++) {
		const Permit__V1__Decision *decision = answer->decisions[i];
		const char **row = &cells[i * ARRAY_LENGTH(headers)];

		row[0] = decision->dates == NULL
				 ? "-"
				 : time_text(decision->dates->decision_recorded_ms,
					     times[i]);
		row[1] = day_of(decision);
		row[2] = decision->question;
		row[3] = outcome_text(shown, decision);
		row[4] = number_text(decision->log_index, entries[i]);
	}
	output_heading(&shown->in->out, "Decisions");
	if (!output_table(&shown->in->out, headers, ARRAY_LENGTH(headers), cells,
			  n))
		return false;
	if (answer->n_recorded > n)
		output_line(&shown->in->out, "%llu more, older.",
			    (unsigned long long)(answer->n_recorded - n));
	return true;
}

static void say_next(const struct shown_case *shown)
{
	static const char *const commands[][2] = {
		{ "why", "which answers led to it" },
		{ "letter", "a letter to the person" },
		{ "timeline", "which days matter" },
		{ "calendar", "those days, for a calendar" },
	};
	const Permit__V1__Decision *newest = shown->answer->decisions[0];
	char command[LINE_BYTES];

	output_heading(&shown->in->out, "Next");
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
		snprintf(command, sizeof(command), "permit %s %llu", commands[i][0],
			 (unsigned long long)newest->log_index);
		output_field(&shown->in->out, LABEL_COLUMNS, command,
			     commands[i][1]);
	}
}

/* ---- JSON ---- */

static json_t *decision_json(const Permit__V1__Decision *decision)
{
	json_t *outputs = json_object();
	json_t *open = json_array();

	for (size_t i = 0; i < decision->n_outputs && outputs != NULL; i++)
		if (decision->outputs[i]->state ==
			    PERMIT__V1__OUTPUT__STATE__STATE_SETTLED &&
		    json_object_set_new(outputs, decision->outputs[i]->name,
					json_string(decision->outputs[i]->value)) !=
			    0) {
			json_decref(outputs);
			outputs = NULL;
		}
	for (size_t i = 0; i < decision->n_facts_open; i++)
		open = output_appended(open, json_string(decision->facts_open[i]));
	return json_pack(
		"{s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:s*, s:s*}", "id",
		decision->id, "log_index", (json_int_t)decision->log_index,
		"question", decision->question, "outcome", outcome_name(decision),
		"as_of", day_of(decision), "outputs", outputs, "still_needed", open,
		"policy",
		decision->edition == NULL ? NULL : decision->edition->policy,
		"edition",
		decision->edition == NULL ? NULL : decision->edition->name);
}

static json_t *case_json(const struct shown_case *shown)
{
	const Permit__V1__GetCaseResponse *answer = shown->answer;
	const Permit__V1__Output *next = next_day(shown, answer->decisions[0]);
	json_t *decisions = json_array();

	for (size_t i = 0; i < answer->n_decisions; i++)
		decisions = output_appended(decisions,
					    decision_json(answer->decisions[i]));
	return json_pack("{s:s, s:I, s:s*, s:o}", "case", shown->ref, "n_recorded",
			 (json_int_t)answer->n_recorded, "next_date",
			 next == NULL ? NULL : next->value, "decisions", decisions);
}

static enum exit_code run(const struct invocation *in)
{
	CLIENT_ENDS struct permit_client *client = NULL;
	struct shown_case shown = { .answer = NULL };
	enum exit_code code = choose(in, &shown);

	if (code == EXIT_DONE)
		code = daemon_connect(in, &client);
	if (code == EXIT_DONE)
		code = ask(&shown, client);
	if (code != EXIT_DONE)
		return code;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out, case_json(&shown), EXIT_DONE);
	say_now(&shown);
	if (!say_decisions(&shown))
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	say_next(&shown);
	return EXIT_DONE;
}

const struct command command_show = {
	.name = "show",
	.operands = "CASE",
	.summary = "says how a case stands, and what to do next",
	.text = "From what is recorded: the newest decision and its outputs, the next "
		"date that it names, what is still needed, and the decisions before "
		"it, newest first, by their entries in the log. The reference may be typed in small letters, with "
		"spaces and hyphens. Shows no fact of the case; why does.",
	.examples = {
		{ "show 2VPB-FJNM-QCVZ", "How does the case stand?" },
		{ "show 2VPBFJNMQCVZ --json", "For a program:" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_AS_OF) | OPTION(OPTION_LANG),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
