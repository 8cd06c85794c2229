/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clients/audit/report.h"
#include "clients/permit/backtest_state.h"
#include "clients/permit/commands.h"
#include "clients/policy_file.h"

#define FLIPS_USUAL 20

/* What was asked for, and what came. */
struct backtesting {
	const struct invocation *in;
	struct policy_file file;
	struct backtest_state state;
	struct backtest_request request;
	struct backtest_report *report;
	size_t n_listed;	/* at most so many of the flips are shown */
	struct source_key key;
	struct finding finding;
};

static void backtesting_done(struct backtesting *work)
{
	policy_file_done(&work->file);
	audit_keys_close(&work->request.keys);
	free(work->report);
}

/* ---- Stopping in between ---- */

static volatile sig_atomic_t stop;

static void on_stop(int number)
{
	stop = 1;
	signal(number, SIG_DFL); /* a second time ends at once */
}

static void listen_for_stop(void)
{
	struct sigaction action = { .sa_handler = on_stop };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* ---- Text ---- */

static uint64_t n_flipped(const struct backtest_report *report, uint16_t question)
{
	uint64_t n = 0;

	for (unsigned b = 0; b < N_OUTCOMES; b++)
		for (unsigned a = 0; a < N_OUTCOMES; a++)
			n += a == b ? 0 : report->cells[question][b][a];
	return n;
}

static uint64_t n_before(const struct backtest_report *report, uint16_t question,
			 unsigned before)
{
	uint64_t n = 0;

	for (unsigned a = 0; a < N_OUTCOMES; a++)
		n += report->cells[question][before][a];
	return n;
}

#define CELL_BYTES 24

static const char *count_text(uint64_t n, char to[CELL_BYTES])
{
	snprintf(to, CELL_BYTES, "%llu", (unsigned long long)n);
	return to;
}

/* The same as the table below, one statement a line. */
static void say_cells(const struct output_stream *out,
		      const struct backtest_report *report, uint16_t question)
{
	for (unsigned b = 0; b < N_OUTCOMES; b++)
		for (unsigned a = 0; a < N_OUTCOMES; a++)
			if (report->cells[question][b][a] > 0)
				output_line(out, "recorded %s, under the draft %s: %llu",
					    outcome_names[b], outcome_names[a],
					    (unsigned long long)
						    report->cells[question][b][a]);
}

/* Recorded outcomes downwards, those of the draft across. */
static bool say_table(const struct output_stream *out,
		      const struct backtest_report *report, uint16_t question)
{
	const char *headers[N_OUTCOMES + 1] = { "recorded" };
	const char *cells[N_OUTCOMES * (N_OUTCOMES + 1)];
	char texts[N_OUTCOMES * N_OUTCOMES][CELL_BYTES];
	size_t n_rows = 0, n = 0, n_texts = 0;

	if (out->form == OUTPUT_PLAIN) {
		say_cells(out, report, question);
		return true;
	}
	for (unsigned a = 0; a < N_OUTCOMES; a++)
		headers[a + 1] = outcome_names[a];
	for (unsigned b = 0; b < N_OUTCOMES; b++) {
		if (n_before(report, question, b) == 0)
			continue;
		cells[n++] = outcome_names[b];
		for (unsigned a = 0; a < N_OUTCOMES; a++)
			cells[n++] = count_text(report->cells[question][b][a],
						texts[n_texts++]);
		n_rows++;
	}
	return output_table(out, headers, N_OUTCOMES + 1, cells, n_rows);
}

static bool say_questions(const struct backtesting *work)
{
	const struct output_stream *out = &work->in->out;
	const struct edition *draft = work->file.edition;

	for (uint16_t q = 0; q < draft->n_questions; q++) {
		uint64_t n = 0;

		for (unsigned b = 0; b < N_OUTCOMES; b++)
			n += n_before(work->report, q, b);
		if (n == 0)
			continue;
		output_heading(out, draft->questions[q].name);
		output_line(out,
			    "%llu recorded, %llu with another outcome under the draft",
			    (unsigned long long)n,
			    (unsigned long long)n_flipped(work->report, q));
		if (!say_table(out, work->report, q))
			return false;
	}
	return true;
}

static const char *direction(const struct backtest_flip *flip)
{
	int worse = backtest_worse(flip->before, flip->after);

	return worse > 0 ? "worse" : worse < 0 ? "better" : "other";
}

static size_t n_listed(const struct backtesting *work)
{
	return work->report->n_flips < work->n_listed ? work->report->n_flips
						      : work->n_listed;
}

static void say_flips(const struct backtesting *work)
{
	const struct output_stream *out = &work->in->out;
	const struct backtest_report *report = work->report;
	uint64_t n = 0;

	for (uint16_t q = 0; q < work->file.edition->n_questions; q++)
		n += n_flipped(report, q);
	if (n == 0)
		return;
	output_heading(out, "Other outcomes, worst first");
	for (size_t i = 0; i < n_listed(work); i++) {
		const struct backtest_flip *flip = &report->flips[i];
		bool worse = backtest_worse(flip->before, flip->after) > 0;

		output_styled(out, worse ? STYLE_CARE : STYLE_NONE,
			      "entry %llu, %s, %s: %s -> %s, rows %s -> %s",
			      (unsigned long long)flip->entry,
			      work->file.edition->questions[flip->question].name,
			      direction(flip), outcome_names[flip->before],
			      outcome_names[flip->after],
			      flip->rows[0][0] != '\0' ? flip->rows[0] : "-",
			      flip->rows[1][0] != '\0' ? flip->rows[1] : "-");
	}
	if (n > n_listed(work))
		output_line(out, "and %llu more; --flips lists up to %d",
			    (unsigned long long)(n - n_listed(work)),
			    BACKTEST_FLIPS_MAX);
}

static void say_count(const struct output_stream *out, uint64_t n, const char *what)
{
	if (n > 0)
		output_line(out, "%llu %s", (unsigned long long)n, what);
}

static void say_rest(const struct backtesting *work)
{
	const struct output_stream *out = &work->in->out;
	const struct backtest_report *report = work->report;

	if (report->n_lost + report->n_contradiction + report->n_other_question +
		    report->n_other_policy + report->n_sealed +
		    report->n_erased + report->n_unreadable > 0)
		output_heading(out, "To know of the counts");
	say_count(out, report->n_lost,
		  "with an answer that the draft has no place for; it was left out");
	say_count(out, report->n_contradiction,
		  "not counted: the draft takes the case for impossible");
	say_count(out, report->n_other_question,
		  "not counted: the draft has no such question");
	say_count(out, report->n_other_policy, "not counted: of another policy");
	say_count(out, report->n_sealed,
		  "not counted: sealed; --keys opens them for whoever may");
	say_count(out, report->n_erased, "not counted: erased since");
	say_count(out, report->n_unreadable,
		  "not counted: not readable by this release");
}

static void say_begin(const struct backtesting *work)
{
	output_styled(&work->in->out, STYLE_STRONG,
		      "%s %s: the decisions of %s under this draft",
		      work->file.edition->policy_id, work->file.edition->name,
		      work->request.path);
	output_line(&work->in->out, "Only outcomes are compared. Nothing is decided or "
				    "recorded by this.");
}

static bool say(const struct backtesting *work)
{
	uint64_t n = work->report->n_walked + work->report->n_decided;

	say_begin(work);
	if (n == 0)
		output_line(&work->in->out, "%s", "No decision could be compared.");
	if (!say_questions(work))
		return false;
	say_flips(work);
	say_rest(work);
	output_line(&work->in->out, "%s", "");
	say_key_note(&work->in->out, &work->key);
	return true;
}

/* ---- JSON ---- */

static json_t *cells_json(const struct backtest_report *report, uint16_t question)
{
	json_t *rows = json_object();

	for (unsigned b = 0; b < N_OUTCOMES; b++) {
		json_t *row = json_object();

		for (unsigned a = 0; a < N_OUTCOMES; a++)
			json_object_set_new(
				row, outcome_names[a],
				json_integer((json_int_t)report->cells[question][b][a]));
		json_object_set_new(rows, outcome_names[b], row);
	}
	return rows;
}

static json_t *questions_json(const struct backtesting *work)
{
	const struct edition *draft = work->file.edition;
	json_t *questions = json_array();

	for (uint16_t q = 0; q < draft->n_questions; q++)
		json_array_append_new(
			questions,
			json_pack("{s:s, s:I, s:o}", "question",
				  draft->questions[q].name, "flips",
				  (json_int_t)n_flipped(work->report, q),
				  "recorded_by_draft", cells_json(work->report, q)));
	return questions;
}

static json_t *flips_json(const struct backtesting *work)
{
	json_t *flips = json_array();

	for (size_t i = 0; i < n_listed(work); i++) {
		const struct backtest_flip *flip = &work->report->flips[i];

		json_array_append_new(
			flips,
			json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "entry",
				  (json_int_t)flip->entry, "question",
				  work->file.edition->questions[flip->question].name,
				  "direction", direction(flip), "recorded",
				  outcome_names[flip->before], "draft",
				  outcome_names[flip->after], "rows_recorded",
				  flip->rows[0], "rows_draft", flip->rows[1]));
	}
	return flips;
}

static json_t *report_json(const struct backtesting *work)
{
	const struct backtest_report *report = work->report;

	return json_pack(
		"{s:s, s:s, s:s, s:I, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"policy", work->file.edition->policy_id, "edition",
		work->file.edition->name, "log", work->request.path, "entries",
		(json_int_t)report->next, "questions", questions_json(work), "flips",
		flips_json(work), "lost_answers", (json_int_t)report->n_lost,
		"contradictions", (json_int_t)report->n_contradiction,
		"other_question", (json_int_t)report->n_other_question, "other_policy",
		(json_int_t)report->n_other_policy, "sealed",
		(json_int_t)report->n_sealed, "erased",
		(json_int_t)report->n_erased, "unreadable",
		(json_int_t)report->n_unreadable, "outcome_only",
		(json_int_t)report->n_walked, "in_full",
		(json_int_t)report->n_decided);
}

/* ---- The command ---- */

static enum exit_code load(struct backtesting *work)
{
	const struct invocation *in = work->in;
	enum exit_code code = policy_file_load(&in->out, in->operands[0],
					       in->values[OPTION_VOCABULARY],
					       &work->file);

	if (work->file.edition == NULL && work->file.diagnostics.n > 0) {
		policy_file_complain(&in->out, &work->file, stderr);
		if (in->out.form == OUTPUT_JSON)
			return output_error(&in->out, code,
					    "%s is not valid: see policy check",
					    in->operands[0]);
	}
	return code;
}

static enum exit_code read_flips(const struct invocation *in, size_t *ret_flips)
{
	const char *text = in->values[OPTION_FLIPS];
	char *end = NULL;
	unsigned long n = FLIPS_USUAL;

	if (text != NULL) {
		n = strtoul(text, &end, 10);
		if (*text < '0' || *text > '9' || *end != '\0' ||
		    n > BACKTEST_FLIPS_MAX)
			return output_error(&in->out, EXIT_USAGE,
					    "--flips is a number from 0 to %d, not "
					    "\"%s\"",
					    BACKTEST_FLIPS_MAX, text);
	}
	*ret_flips = n;
	return EXIT_DONE;
}

static enum exit_code prepare(struct backtesting *work)
{
	const struct invocation *in = work->in;
	enum exit_code code = read_flips(in, &work->n_listed);

	if (code == EXIT_DONE)
		code = open_keys(in, in->values[OPTION_KEYS],
				 in->values[OPTION_ROOT_KEY], &work->request.keys);
	if (code == EXIT_DONE)
		code = load(work);
	if (code != EXIT_DONE)
		return code;
	work->report = calloc(1, sizeof(*work->report));
	if (work->report == NULL)
		return output_error(&in->out, EXIT_FAILED, "no memory");
	work->request.path = in->values[OPTION_LOG];
	work->request.vkey = in->values[OPTION_VKEY];
	work->request.draft = work->file.edition;
	/* All that can be kept, so that a run that goes on may list more. */
	work->request.max_flips = BACKTEST_FLIPS_MAX;
	work->request.progress = &in->out;
	work->request.stop = &stop;
	if (in->values[OPTION_RESUME] == NULL)
		return EXIT_DONE;
	work->state = (struct backtest_state){ &in->out, in->values[OPTION_RESUME],
					       work->file.edition, work->file.hash };
	work->request.keep = backtest_state_write;
	work->request.context = &work->state;
	return backtest_state_read(&work->state, work->report);
}

static enum exit_code say_stopped(const struct backtesting *work)
{
	if (work->request.keep == NULL)
		return output_error(&work->in->out, EXIT_FAILED,
				    "stopped; with --resume FILE it could go on later");
	return output_error(&work->in->out, EXIT_FAILED,
			    "stopped before entry %llu; the same command goes on there",
			    (unsigned long long)work->report->next);
}

static enum exit_code finish(struct backtesting *work, int r)
{
	const struct output_stream *out = &work->in->out;
	uint64_t n = 0;

	if (r == BACKTEST_STOPPED)
		return say_stopped(work);
	if (r == BACKTEST_E_OTHER_LOG)
		return output_error(out, EXIT_NOT_VALID,
				    "%s belongs to another log; name another file, or "
				    "remove it",
				    work->state.path);
	if (r == -EIO && work->request.keep != NULL)
		return EXIT_FAILED; /* it was said */
	if (r < 0)
		return say_failure(work->in, work->request.path, r);
	for (uint16_t q = 0; q < work->file.edition->n_questions; q++)
		n += n_flipped(work->report, q);
	if (r == AUDIT_FINDING) {
		if (out->form == OUTPUT_JSON)
			return output_json(out,
					   json_pack("{s:o}", "finding",
						     finding_json(&work->finding)),
					   EXIT_FINDING);
		say_finding(out, &work->finding);
		return EXIT_FINDING;
	}
	if (out->form == OUTPUT_JSON)
		return output_json(out, report_json(work),
				   n == 0 ? EXIT_DONE : EXIT_FINDING);
	if (!say(work))
		return output_error(out, EXIT_FAILED, "no memory");
	return n == 0 ? EXIT_DONE : EXIT_FINDING;
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(backtesting_done) struct backtesting work = { .in = in };
	enum exit_code code = prepare(&work);

	if (code != EXIT_DONE)
		return code;
	listen_for_stop();
	return finish(&work, backtest(&work.request, work.report, &work.key,
				      &work.finding));
}

const struct command command_policy_backtest = {
	.name = "policy backtest",
	.operands = "FILE",
	.summary = "decides what was recorded under a draft, and counts what changes",
	.text = "No daemon is needed. Each recorded decision of the policy is made again "
		"from its recorded facts and date, under the draft: a table of recorded "
		"outcomes by those of the draft, question by question, and the "
		"decisions with another outcome, worst first, by their entry and rows. "
		"No fact and no reference of a case is shown. An answer that the draft "
		"has no place for is left out, and counted; what the draft asks anew is "
		"not known. With --resume a long run can be stopped, or killed, and "
		"goes on where it was. Ends with 0 when no outcome changes, with 1 when "
		"some do.",
	.examples = {
		{ "policy backtest draft.md --log export",
		  "Who would have been decided otherwise?" },
		{ "policy backtest draft.md --log export --resume draft.state",
		  "A long log, in several runs:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY) | OPTION(OPTION_LOG) |
		 OPTION(OPTION_VKEY) | OPTION(OPTION_KEYS) |
		 OPTION(OPTION_ROOT_KEY) | OPTION(OPTION_RESUME) |
		 OPTION(OPTION_FLIPS),
	.needs = OPTION(OPTION_LOG),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
