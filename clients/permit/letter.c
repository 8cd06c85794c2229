/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/letter.h"

#include <errno.h>
#include <string.h>

#include "clients/permit/explained.h"
#include "clients/permit/show_timeline.h"
#include "policy/base/text.h"
#include "policy/report.h"
#include "policy/testimony.h"

/* From this sensitivity on an answer is not written where others may read it. */
#define KEPT_BACK_FROM 3
#define LINE_BYTES 2048

/* A letter on its way. The first thing that fails stays in `r`. */
struct writing {
	const struct known_case *known;
	const struct decision *decision;
	struct arena *arena;
	struct letter *letter;
	int r;
};

/* The one place that adds to a letter, so no text comes in unread. */
static void add(struct writing *writing, enum letter_kind kind, const char *text)
{
	struct letter *letter = writing->letter;
	const char *word;
	size_t offset;

	if (writing->r != 0)
		return;
	if (text == NULL || letter->n == LETTER_BLOCKS_MAX) {
		writing->r = -ENOMEM;
		return;
	}
	word = testimony_word(text, strlen(text), &offset);
	if (word != NULL) {
		letter->word = word;
		writing->r = LETTER_E_WORD;
		return;
	}
	letter->blocks[letter->n++] = (struct letter_block){ kind, text };
}

static const char *say(const struct writing *writing, enum letter_word word)
{
	return letter_word(word, writing->known->language);
}

static void add_filled(struct writing *writing, enum letter_kind kind,
		       enum letter_word word, const char *text)
{
	char line[LINE_BYTES];

	word_fill(say(writing, word), text, "", line, sizeof(line));
	add(writing, kind, arena_text(writing->arena, line, strlen(line)));
}

/* "label: value" */
static void add_pair(struct writing *writing, const char *label, const char *value)
{
	struct builder builder;

	builder_init(&builder, writing->arena);
	builder_format(&builder, "%s: %s", label, value);
	add(writing, LETTER_ITEM, builder_text(&builder));
}

static void write_head(struct writing *writing)
{
	const Permit__V1__GetDecisionResponse *recorded = writing->known->recorded;

	add(writing, LETTER_TITLE, say(writing, LETTER_WORD_TITLE));
	if (recorded != NULL)
		add_filled(writing, LETTER_PARAGRAPH, LETTER_WORD_REFERENCE,
			   recorded->case_ref);
	else
		add(writing, LETTER_PARAGRAPH, say(writing, LETTER_WORD_NO_RECORD));
}

static void write_result(struct writing *writing)
{
	enum outcome outcome = writing->decision->agreed ? writing->decision->outcome
							 : OUTCOME_REFER;

	add(writing, LETTER_HEADING, say(writing, LETTER_WORD_RESULT));
	add(writing, LETTER_PARAGRAPH,
	    say(writing, (enum letter_word)(LETTER_WORD_GRANT + (unsigned)outcome)));
}

/* ---- Why ---- */

/* "ACT 1; ACT 2"; NULL when the arena is full. */
static const char *citations_text(const struct writing *writing,
				  const struct citation *citations, uint8_t n)
{
	struct builder builder;

	builder_init(&builder, writing->arena);
	for (uint8_t i = 0; i < n; i++)
		builder_format(&builder, "%s%s", i > 0 ? "; " : "", citations[i].text);
	return builder_text(&builder);
}

static void write_row(struct writing *writing, const struct row *row)
{
	const char *sources;

	if (row->reason.in[writing->known->language][0] != '\0')
		add(writing, LETTER_PARAGRAPH,
		    row->reason.in[writing->known->language]);
	if (row->n_citations == 0)
		return;
	sources = citations_text(writing, row->citations, row->n_citations);
	if (sources == NULL)
		writing->r = -ENOMEM;
	else
		add_filled(writing, LETTER_PARAGRAPH, LETTER_WORD_SOURCES, sources);
}

static void write_answers(struct writing *writing, uint64_t reason)
{
	const struct known_case *known = writing->known;
	const struct edition *edition = known->file.edition;
	bool kept_back = false;
	bool first = true;

	for (uint8_t f = 0; f < edition->n_facts; f++) {
		if ((reason >> f & 1) == 0)
			continue;
		if (edition->facts[f].sensitivity >= KEPT_BACK_FROM) {
			kept_back = true;
			continue;
		}
		if (first)
			add(writing, LETTER_PARAGRAPH,
			    say(writing, LETTER_WORD_ANSWERS));
		first = false;
		add_pair(writing, edition->facts[f].label.in[known->language],
			 explained_answer(known, f, &known->facts.answers[f],
					  writing->arena));
	}
	if (kept_back)
		add(writing, LETTER_PARAGRAPH, say(writing, LETTER_WORD_KEPT_BACK));
}

/* Where the evaluators differ no row explains anything. */
static void write_reasons(struct writing *writing, uint64_t reason)
{
	const struct decision *decision = writing->decision;

	if (!decision->agreed || decision->outcome == OUTCOME_ASK)
		return;
	add(writing, LETTER_HEADING, say(writing, LETTER_WORD_REASONS));
	for (uint16_t i = 0; i < decision->n_rows; i++) {
		const struct decided_row *at = &decision->rows[i];
		const struct table *table = &decision->edition->tables[at->table];

		if (at->table == decision->question->table && at->certain)
			write_row(writing, &table->rows[at->row]);
	}
	write_answers(writing, reason);
}

/* ---- When, and what next ---- */

/* Where the policy's section Report says the length of this permit stands. */
static const struct report_entry *permit_of(const struct decision *decision)
{
	static const enum report_line permits[] = { REPORT_FIRST_PERMIT,
						    REPORT_RENEWAL };
	const struct edition *edition = decision->edition;

	for (size_t i = 0; edition->report != NULL && i < ARRAY_LENGTH(permits); i++) {
		const struct report_entry *entry = &edition->report->lines[permits[i]];

		if (entry->said && entry->question >= 0 && entry->length >= 0 &&
		    &edition->questions[entry->question] == decision->question)
			return entry;
	}
	return NULL;
}

/* "12 months" as the policy binds it: "up_to", "at_least", "exactly". */
static void write_length(struct writing *writing, const struct report_entry *permit,
			 const char *length)
{
	const struct decision *decision = writing->decision;
	char line[LINE_BYTES];
	const char *bound = "";

	if (permit->bound >= 0 && decision->outputs[permit->bound].settled)
		bound = decided_output_text(&decision->outputs[permit->bound],
					    writing->arena);
	if (bound == NULL)
		writing->r = -ENOMEM;
	else if (strcmp(bound, "up_to") == 0)
		length = word_fill(say(writing, LETTER_WORD_AT_MOST), length, "", line,
				   sizeof(line));
	else if (strcmp(bound, "at_least") == 0)
		length = word_fill(say(writing, LETTER_WORD_AT_LEAST), length, "", line,
				   sizeof(line));
	add_filled(writing, LETTER_ITEM, LETTER_WORD_LASTS, length);
}

static void write_output(struct writing *writing, const struct report_entry *permit,
			 uint8_t o)
{
	const struct decision *decision = writing->decision;
	const struct decided_output *output = &decision->outputs[o];
	enum language language = writing->known->language;
	const char *text = decided_output_text(output, writing->arena);
	char value[VALUE_TEXT_BYTES], day[DAY_TEXT_BYTES];

	if (text == NULL) {
		writing->r = -ENOMEM;
		return;
	}
	if (strcmp(text, "-") == 0)
		return;
	text = day_in(value_in(text, language, value), language, day);
	if (permit != NULL && o == permit->length)
		write_length(writing, permit, text);
	else if (output->has_day && decision->outcome == OUTCOME_WAIT)
		add_filled(writing, LETTER_ITEM, LETTER_WORD_FROM, text);
	else if (permit == NULL || o != permit->bound)
		add_pair(writing, output->output->name, text);
}

static void write_outputs(struct writing *writing)
{
	const struct decision *decision = writing->decision;
	const struct report_entry *permit = permit_of(decision);

	for (uint8_t o = 0; o < decision->n_outputs; o++)
		if (o != decision->question->outcome && decision->outputs[o].settled)
			write_output(writing, permit, o);
}

static bool is_renewal(const struct decision *decision)
{
	const struct edition *edition = decision->edition;
	const struct report_entry *renewal;

	if (edition->report == NULL)
		return false;
	renewal = &edition->report->lines[REPORT_RENEWAL];
	return renewal->said && renewal->question >= 0 &&
	       &edition->questions[renewal->question] == decision->question;
}

/*
 * Of a renewal: what becomes of the status while it is decided. Only what the
 * policy says; where it is silent the letter is too.
 */
static void write_pending(struct writing *writing)
{
	const struct report_entry *entry;
	enum language language = writing->known->language;
	enum timeline_word word = TIMELINE_WORD_PENDING_CONTINUES;
	char line[LINE_BYTES];
	const char *sources;

	if (!is_renewal(writing->decision))
		return;
	entry = &writing->decision->edition->report->lines[REPORT_PENDING];
	if (!entry->said || entry->pending == PENDING_NOT_SAID)
		return;
	if (entry->pending == PENDING_ENDS)
		word = TIMELINE_WORD_PENDING_ENDS;
	sources = citations_text(writing, entry->citations, entry->n_citations);
	if (sources == NULL) {
		writing->r = -ENOMEM;
		return;
	}
	word_fill(timeline_word(word, language), sources, "", line, sizeof(line));
	add(writing, LETTER_PARAGRAPH, arena_text(writing->arena, line, strlen(line)));
}

/* An answer that is a day, or a month where no more is known. */
static void write_day(struct writing *writing, uint8_t fact)
{
	const struct known_case *known = writing->known;
	const char *answer = explained_answer(known, fact, &known->facts.answers[fact],
					      writing->arena);
	char text[DAY_TEXT_BYTES];

	if (answer == NULL)
		writing->r = -ENOMEM;
	else
		add_pair(writing,
			 known->file.edition->facts[fact].label.in[known->language],
			 day_in(answer, known->language, text));
}

static void write_dates(struct writing *writing)
{
	const struct known_case *known = writing->known;
	const struct edition *edition = known->file.edition;
	char day[DATE_TEXT_BYTES], text[DAY_TEXT_BYTES];

	add(writing, LETTER_HEADING, say(writing, LETTER_WORD_DATES));
	date_print(writing->decision->as_of, day);
	add_filled(writing, LETTER_ITEM, LETTER_WORD_DECIDED_ON,
		   day_in(day, known->language, text));
	for (uint8_t f = 0; f < edition->n_facts; f++)
		if (edition->facts[f].type == FACT_DATE &&
		    edition->facts[f].sensitivity < KEPT_BACK_FROM &&
		    known->facts.answers[f].state == ANSWER_VALUE &&
		    (writing->decision->facts_used >> f & 1) != 0)
			write_day(writing, f);
	write_outputs(writing);
	write_pending(writing);
}

/* The checklist: what is still open, and where to look first. */
static void write_needed(struct writing *writing)
{
	const struct known_case *known = writing->known;
	const struct decision *decision = writing->decision;

	add(writing, LETTER_PARAGRAPH, say(writing, LETTER_WORD_NEEDED));
	for (uint8_t i = 0; i < decision->n_open; i++) {
		const struct fact *fact =
			&known->file.edition->facts[decision->open[i]];
		struct builder builder;

		builder_init(&builder, writing->arena);
		builder_format(&builder, "[ ] %s (%s)", fact->label.in[known->language],
			       word_in((enum word)(WORD_ASK_REGISTER +
						   (unsigned)fact->ask),
				       known->language));
		add(writing, LETTER_ITEM, builder_text(&builder));
	}
	add(writing, LETTER_PARAGRAPH, say(writing, LETTER_WORD_NOT_ALL));
}

int letter_write(const struct known_case *known, const struct decision *decision,
		 uint64_t reason, struct arena *arena, struct letter *ret_letter)
{
	struct writing writing = { known, decision, arena, ret_letter, 0 };

	*ret_letter = (struct letter){ .language = known->language };
	write_head(&writing);
	write_result(&writing);
	write_reasons(&writing, reason);
	write_dates(&writing);
	add(&writing, LETTER_HEADING, say(&writing, LETTER_WORD_TO_DO));
	if (decision->n_open > 0)
		write_needed(&writing);
	else
		add(&writing, LETTER_PARAGRAPH,
		    say(&writing, LETTER_WORD_NOTHING_NEEDED));
	add(&writing, LETTER_HEADING, say(&writing, LETTER_WORD_OBJECT));
	add(&writing, LETTER_PARAGRAPH, say(&writing, LETTER_WORD_OBJECT_HOW));
	add(&writing, LETTER_PARAGRAPH, testimony_sentence(known->language));
	return writing.r;
}
