/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/show_timeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clients/permit/words.h"
#include "policy/report.h"

#define LABEL_COLUMNS 30u
#define LINE_BYTES 2048
#define SPANS_SHOWN 12

struct view {
	const struct output_stream *out;
	const struct timelines *timelines;
	enum language language;
};

static const char *word(const struct view *view, enum timeline_word which)
{
	return timeline_word(which, view->language);
}

/* ---- Lines ---- */

struct line {
	char text[LINE_BYTES];
	size_t n;
};

PRINTF_LIKE(2, 3)
static void add(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->n, sizeof(line->text) - line->n, format,
		      args);
	va_end(args);
	if (n > 0)
		line->n += (size_t)n < sizeof(line->text) - line->n
				   ? (size_t)n
				   : sizeof(line->text) - line->n - 1;
}

/* Between the items of a list: before the second and those that follow. */
static const char *comma(const struct line *line, size_t begin)
{
	return line->n > begin ? ", " : "";
}

static void add_citations(struct line *line, const struct citation *citations,
			  uint8_t n)
{
	for (uint8_t i = 0; i < n; i++)
		add(line, "%s%s", i > 0 ? "; " : "", citations[i].text);
}

const char *days_text(const struct timelines *timelines, day_t first, day_t last,
		      char to[DAYS_TEXT_BYTES])
{
	enum timeline_word pattern = last == timelines->last
					     ? TIMELINE_WORD_FROM
					     : TIMELINE_WORD_DAYS;
	char from[DATE_TEXT_BYTES];
	char until[DATE_TEXT_BYTES];

	date_print(first, from);
	date_print(last, until);
	if (first == last && last != timelines->last)
		return strcpy(to, from);
	return word_fill(timeline_word(pattern, timelines->language), from, until,
			 to, DAYS_TEXT_BYTES);
}

/* ---- A span ---- */

static void add_value(const struct view *view, struct line *line,
		      const struct timeline_span *span, uint8_t o)
{
	const struct decided_output *output = &span->decision->outputs[o];
	char first[DATE_TEXT_BYTES];
	char last[DATE_TEXT_BYTES];
	char value[VALUE_TEXT_BYTES];
	char days[DAYS_TEXT_BYTES];

	if (!output->has_day) {
		add(line, "; %s: %s", output->output->name,
		    value_in(output->output->values[output->value], view->language,
			     value));
		return;
	}
	date_print(output->day, first);
	date_print(span->last_days[o], last);
	add(line, "; %s: %s", output->output->name,
	    (span->moving >> o & 1) == 0
		    ? first
		    : word_fill(word(view, TIMELINE_WORD_DAYS), first, last, days,
				sizeof(days)));
}

static void add_open_values(const struct view *view, struct line *line,
			    const struct decided_output *output)
{
	char value[VALUE_TEXT_BYTES];
	size_t begin;

	add(line, "; %s: %s ", output->output->name, word_in(WORD_ONE_OF,
							     view->language));
	begin = line->n;
	for (uint8_t v = 0; v < output->output->n_values; v++)
		if ((output->possible >> v & 1) != 0)
			add(line, "%s%s", comma(line, begin),
			    value_in(output->output->values[v], view->language,
				     value));
}

static void add_set(struct line *line, const struct decided_output *output)
{
	size_t begin;

	add(line, "; %s: ", output->output->name);
	begin = line->n;
	for (uint8_t v = 0; v < output->output->n_values; v++)
		if ((output->value >> v & 1) != 0)
			add(line, "%s%s", comma(line, begin),
			    output->output->values[v]);
}

static void add_result(const struct view *view, struct line *line,
		       const struct timeline_span *span)
{
	const struct decision *decision = span->decision;

	if (span->state != TIMELINE_DECIDED) {
		add(line, "%s",
		    word(view, span->state == TIMELINE_NOT_SETTLED
				       ? TIMELINE_WORD_NOT_SETTLED
				       : TIMELINE_WORD_CONTRADICTION));
		return;
	}
	add(line, "%s", word_in((enum word)(WORD_GRANT + decision->outcome),
				view->language));
	for (uint8_t o = 0; o < decision->n_outputs; o++) {
		const struct decided_output *output = &decision->outputs[o];

		if (o == decision->question->outcome)
			continue;
		if (!output->settled && !output->output->collected)
			add_open_values(view, line, output);
		else if (output->settled && output->output->collected)
			add_set(line, output);
		else if (output->settled &&
			 output->value < output->output->n_values)
			add_value(view, line, span, o);
	}
}

/* "fp-1: IRPA 24(1); MI81" of the rows of the question's own table. */
static void show_rows(const struct view *view, const struct timeline_span *span)
{
	const struct decision *decision = span->decision;

	for (uint16_t i = 0; i < decision->n_rows; i++) {
		const struct decided_row *decided = &decision->rows[i];
		const struct row *row;
		struct line line = { .n = 0 };

		if (!decided->certain || decided->table != decision->question->table)
			continue;
		row = &decision->edition->tables[decided->table].rows[decided->row];
		add(&line, "%s: ", row->id);
		add_citations(&line, row->citations, row->n_citations);
		output_paragraph(view->out, 4, "", line.text);
	}
}

static void show_open(const struct view *view, const struct timeline_span *span)
{
	const struct decision *decision = span->decision;
	struct line line = { .n = 0 };
	size_t begin;

	add(&line, "%s: ", word(view, TIMELINE_WORD_NEEDED));
	begin = line.n;
	for (uint8_t i = 0; i < decision->n_open; i++)
		add(&line, "%s%s", comma(&line, begin),
		    decision->edition->facts[decision->open[i]]
			    .label.in[view->language]);
	if (decision->n_open > 0)
		output_paragraph(view->out, 4, "", line.text);
}

/* Why the first day of a span is not like the day before, and what would move it. */
static void show_cause(const struct view *view, const struct timeline_cause *cause)
{
	const struct edition *edition = view->timelines->edition;
	struct line line = { .n = 0 };
	size_t begin;

	if (cause->derived == 0)
		return;
	add(&line, "%s ", word(view, TIMELINE_WORD_BECAUSE));
	begin = line.n;
	for (uint16_t d = 0; d < edition->n_derived; d++) {
		if ((cause->derived >> d & 1) == 0)
			continue;
		add(&line, "%s%s (", comma(&line, begin), edition->derived[d].name);
		add_citations(&line, edition->derived[d].citations,
			      edition->derived[d].n_citations);
		add(&line, ")");
	}
	output_paragraph(view->out, 4, "", line.text);
	line = (struct line){ .n = 0 };
	add(&line, "%s: ", word(view, TIMELINE_WORD_MOVED_BY));
	begin = line.n;
	for (uint16_t f = 0; f < edition->n_facts; f++)
		if ((cause->facts >> f & 1) != 0)
			add(&line, "%s%s", comma(&line, begin),
			    edition->facts[f].label.in[view->language]);
	if (line.n > begin)
		output_paragraph(view->out, 4, "", line.text);
}

static void show_span(const struct view *view, const struct question_timeline *item,
		      size_t i)
{
	const struct timeline_span *span = &item->timeline.spans[i];
	char days[DAYS_TEXT_BYTES];
	struct line line = { .n = 0 };

	add_result(view, &line, span);
	output_field(view->out, LABEL_COLUMNS,
		     days_text(view->timelines, span->first, span->last, days),
		     line.text);
	if (span->state != TIMELINE_DECIDED)
		return;
	show_rows(view, span);
	if (i > 0)
		show_cause(view, &item->causes[i]);
	if (span->decision->outcome == OUTCOME_ASK)
		show_open(view, span);
}

/* ---- What people want to know ---- */

/* "2025-05-05, in 60 days" */
static void add_day(const struct view *view, struct line *line, day_t day)
{
	int32_t n = day - view->timelines->facts.as_of;
	char date[DATE_TEXT_BYTES];
	char number[NUMBER_BYTES];
	char in_days[64];

	date_print(day, date);
	if (n == 0)
		add(line, "%s, %s", date, word(view, TIMELINE_WORD_TODAY));
	else if (n == 1)
		add(line, "%s, %s", date, word(view, TIMELINE_WORD_IN_A_DAY));
	else
		add(line, "%s, %s", date,
		    word_fill(word(view, TIMELINE_WORD_IN_DAYS),
			      number_text((uint64_t)n, number), "", in_days,
			      sizeof(in_days)));
}

/* When to ask for what is best, and what comes after the last day for it. */
static void show_window(const struct view *view, const struct question_timeline *item)
{
	struct timeline_window window;
	struct line line = { .n = 0 };
	char days[DAYS_TEXT_BYTES];

	if (!timeline_best(&item->timeline, &window))
		return;
	output_field(view->out, LABEL_COLUMNS, word(view, TIMELINE_WORD_WINDOW),
		     days_text(view->timelines, window.first, window.last, days));
	if (window.end == item->timeline.n) {
		output_field(view->out, LABEL_COLUMNS,
			     word(view, TIMELINE_WORD_LAST_SAFE),
			     word(view, TIMELINE_WORD_NO_END));
		return;
	}
	add_day(view, &line, window.last);
	output_field(view->out, LABEL_COLUMNS, word(view, TIMELINE_WORD_LAST_SAFE),
		     line.text);
	line = (struct line){ .n = 0 };
	add_result(view, &line, &item->timeline.spans[window.end]);
	output_field(view->out, LABEL_COLUMNS, word(view, TIMELINE_WORD_AFTER),
		     line.text);
}

static void add_earliest(const struct view *view, struct line *line,
			 const struct timeline *timeline, enum outcome outcome)
{
	const struct timeline_span *sure = timeline_earliest(timeline, outcome,
							     false);
	const struct timeline_span *possible = timeline_earliest(timeline, outcome,
								 true);

	if (sure != NULL)
		add_day(view, line, sure->first);
	if (possible != NULL && possible != sure) {
		add(line, "%s", sure != NULL ? "; " : "");
		add_day(view, line, possible->first);
		add(line, ", %s", word(view, TIMELINE_WORD_POSSIBLE));
	}
	if (possible == NULL)
		add(line, "%s", word(view, TIMELINE_WORD_NEVER));
}

static void show_earliest(const struct view *view,
			  const struct question_timeline *item, enum outcome outcome)
{
	const struct timeline *ended = &item->ended;
	struct line line = { .n = 0 };
	struct line without = { .n = 0 };
	char label[LINE_BYTES];

	snprintf(label, sizeof(label), "%s: %s", word(view, TIMELINE_WORD_EARLIEST),
		 word_in((enum word)(WORD_GRANT + outcome), view->language));
	add_earliest(view, &line, &item->timeline, outcome);
	output_field(view->out, LABEL_COLUMNS, label, line.text);
	if (ended->n == 0)
		return;
	add_earliest(view, &without, ended, outcome);
	if (strcmp(without.text, line.text) != 0)
		output_field(view->out, LABEL_COLUMNS,
			     word(view, TIMELINE_WORD_IF_ENDED), without.text);
}

/* Of each outcome that is better than that of the first day, and is reached. */
static void show_better(const struct view *view, const struct question_timeline *item)
{
	const struct timeline *timeline = &item->timeline;

	for (unsigned o = OUTCOME_GRANT; o < OUTCOME_ASK; o++)
		if (timeline_is_better((enum outcome)o, &timeline->spans[0]) &&
		    timeline_earliest(timeline, (enum outcome)o, true) != NULL)
			show_earliest(view, item, (enum outcome)o);
}

/* What becomes of the status between the application and its answer. */
static void show_pending(const struct view *view, const struct edition *edition)
{
	static const enum timeline_word words[N_REPORT_PENDING] = {
		[PENDING_NOT_SAID] = TIMELINE_WORD_PENDING_NOT_SAID,
		[PENDING_CONTINUES] = TIMELINE_WORD_PENDING_CONTINUES,
		[PENDING_ENDS] = TIMELINE_WORD_PENDING_ENDS,
	};
	const struct report_entry *entry = &edition->report->lines[REPORT_PENDING];
	struct line sources = { .n = 0 };
	char text[2 * LINE_BYTES];

	add_citations(&sources, entry->citations, entry->n_citations);
	output_field(view->out, LABEL_COLUMNS,
		     word(view, TIMELINE_WORD_WHILE_PENDING),
		     word_fill(word(view, words[entry->pending]), sources.text, "",
			       text, sizeof(text)));
}

static void show_question(const struct view *view,
			  const struct question_timeline *item)
{
	size_t n = item->timeline.n;
	char number[NUMBER_BYTES];
	char more[128];

	output_heading(view->out, item->request.question->name);
	if (item->request.with_day != 0)
		output_paragraph(view->out, 0, "",
				 word(view, TIMELINE_WORD_IF_APPLIED));
	if (item->request.goes_on != 0)
		output_paragraph(view->out, 0, "",
				 word(view, TIMELINE_WORD_IF_RENEWED));
	for (size_t i = 0; i < n && i < SPANS_SHOWN; i++)
		show_span(view, item, i);
	if (n > SPANS_SHOWN)
		output_paragraph(view->out, 0, "",
				 word_fill(word(view, TIMELINE_WORD_MORE),
					   number_text(n - SPANS_SHOWN, number), "",
					   more, sizeof(more)));
	if (timelines_is_renewal(item)) {
		show_window(view, item);
		show_pending(view, item->request.edition);
	}
	show_better(view, item);
}

void show_timelines(const struct output_stream *out,
		    const struct timelines *timelines)
{
	const struct view view = { out, timelines, timelines->language };
	char title[LINE_BYTES];

	output_styled(out, STYLE_STRONG, "%s",
		      word_fill(word(&view, TIMELINE_WORD_TITLE),
				timelines->edition->policy_id,
				timelines->edition->name, title, sizeof(title)));
	for (size_t i = 0; i < timelines->n; i++)
		show_question(&view, &timelines->items[i]);
	if (out->form == OUTPUT_TEXT)
		output_line(out, "%s", "");
	output_paragraph(out, 0, "", word(&view, TIMELINE_WORD_ONE_EDITION));
}
