/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/files.h"
#include "clients/permit/calendar.h"
#include "clients/permit/commands.h"

/* The case that ids are made of: the decision's, else --case. */
static enum exit_code choose_case(const struct timelines *timelines,
				  char case_ref[CASEREF_TEXT_BYTES])
{
	const struct invocation *in = timelines->in;
	const char *given = in->values[OPTION_CASE];

	if (in->n_operands > 0) {
		memcpy(case_ref, timelines->case_ref, CASEREF_TEXT_BYTES);
		return EXIT_DONE;
	}
	if (given == NULL)
		return output_error(&in->out, EXIT_USAGE,
				    "a calendar of files needs --case: the same "
				    "reference gives the same entries again");
	if (!caseref_read(given, case_ref))
		return output_error(
			&in->out, EXIT_NOT_VALID,
			"not a case reference: one of its characters is "
			"wrong, or two changed places");
	return EXIT_DONE;
}

static enum exit_code write_calendar(const struct invocation *in,
				     const struct calendar *calendar)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to;
	enum exit_code code = EXIT_DONE;

	if (in->values[OPTION_SAVE] == NULL) {
		calendar_write(in->out.to, calendar);
		return EXIT_DONE;
	}
	to = open_memstream(&text, &n);
	if (to == NULL)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	calendar_write(to, calendar);
	if (fclose(to) != 0)
		code = output_error(&in->out, EXIT_FAILED, "out of memory");
	else
		code = files_write(&in->out, in->values[OPTION_SAVE],
				   (struct bytes){ (const uint8_t *)text, n });
	free(text);
	if (code == EXIT_DONE)
		output_line(&in->out, "%zu days written to %s.", calendar->n,
			    in->values[OPTION_SAVE]);
	return code;
}

static json_t *calendar_json(const struct calendar *calendar)
{
	json_t *events = json_array();
	char day[DATE_TEXT_BYTES];

	for (size_t i = 0; i < calendar->n; i++) {
		const struct calendar_event *event = &calendar->events[i];

		date_print(event->day, day);
		events = output_appended(
			events,
			json_pack("{s:s, s:s, s:s, s:s}", "day", day, "kind",
				  calendar_kind_names[event->kind], "question",
				  event->question, "uid", event->uid));
	}
	return json_pack("{s:o}", "events", events);
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(timelines_done) struct timelines timelines = { 0 };
	char case_ref[CASEREF_TEXT_BYTES];
	struct calendar calendar;
	enum exit_code code = timelines_open(in, &timelines);

	if (code == EXIT_DONE)
		code = choose_case(&timelines, case_ref);
	if (code == EXIT_DONE)
		code = timelines_make(&timelines);
	if (code != EXIT_DONE)
		return code;
	calendar_make(&timelines, case_ref, &calendar);
	if (calendar.n == 0)
		return output_error(
			&in->out, EXIT_NOT_FOUND,
			"there is no day to note in the next 15 years: no "
			"time to apply ends, and nothing better comes by "
			"itself");
	if (in->values[OPTION_SAVE] != NULL || in->out.form != OUTPUT_JSON)
		code = write_calendar(in, &calendar);
	if (code == EXIT_DONE && in->out.form == OUTPUT_JSON)
		return output_json(&in->out, calendar_json(&calendar), EXIT_DONE);
	return code;
}

const struct command command_calendar = {
	.name = "calendar",
	.operands = "[DECISION]",
	.summary = "writes the days of a case for a calendar",
	.text = "As iCalendar (RFC 5545), which every calendar reads: the last safe day "
		"to apply for a renewal, with alarms 30 and 7 days before, and the "
		"first day on which a better result is or may be reached, with one 7 "
		"days before. They are "
		"the days that timeline shows. Titles say nothing of a permit or a "
		"person, entries are private, and nothing in them tells the case. "
		"Read again, a calendar changes its entries in the place of adding "
		"more.",
	.examples = {
		{ "calendar 12 --save days.ics", "For a recorded decision:" },
		{ "calendar --policy draft.md --facts a.facts --case 2VPB-FJNM-QCVZ",
		  "For files, without the daemon:" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_POLICY) | OPTION(OPTION_FACTS) |
		 OPTION(OPTION_QUESTION) | OPTION(OPTION_AS_OF) |
		 OPTION(OPTION_LANG) | OPTION(OPTION_VOCABULARY) |
		 OPTION(OPTION_AS_IT_STANDS) | OPTION(OPTION_CASE) |
		 OPTION(OPTION_SAVE),
	.max_operands = 1,
	.run = run,
};
