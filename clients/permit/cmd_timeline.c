/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/show_timeline.h"

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(timelines_done) struct timelines timelines = { 0 };
	enum exit_code code = timelines_open(in, &timelines);

	if (code == EXIT_DONE)
		code = timelines_make(&timelines);
	if (code != EXIT_DONE)
		return code;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out, show_timelines_json(&timelines),
				   EXIT_DONE);
	show_timelines(&in->out, &timelines);
	return EXIT_DONE;
}

const struct command command_timeline = {
	.name = "timeline",
	.operands = "[DECISION]",
	.summary = "says what follows for a case on each day of 15 years",
	.text = "For a recorded decision, or for a facts file under a policy: an id "
		"asks the daemon for the edition in force on --as-of, a file needs "
		"no daemon. Shows from which day on what follows, why on that day, "
		"and what would move it; for a renewal the time to apply and the "
		"last safe day; and the earliest day of each better result. Days "
		"are found by computing, not by trying, and are exact. Each day is "
		"taken as one on which the application comes in, with the permit "
		"that runs renewed without a gap. Nothing is recorded.",
	.examples = {
		{ "timeline --policy ca-vtip --facts a.facts",
		  "Under the edition in force today:" },
		{ "timeline 12 --question permanent-residence",
		  "When does permanent residence come, for a recorded case?" },
		{ "timeline --policy draft.md --facts a.facts --as-it-stands",
		  "Without the daemon, and if nothing is done:" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_POLICY) | OPTION(OPTION_FACTS) |
		 OPTION(OPTION_QUESTION) | OPTION(OPTION_AS_OF) |
		 OPTION(OPTION_LANG) | OPTION(OPTION_VOCABULARY) |
		 OPTION(OPTION_AS_IT_STANDS),
	.max_operands = 1,
	.run = run,
};
