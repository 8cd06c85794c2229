/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/calendar.h"
#include "proto/digest.h"

#define UID_BYTES 16

const char *const calendar_kind_names[] = {
	[CALENDAR_DEADLINE] = "deadline",
	[CALENDAR_FIRST_DAY] = "first-day",
};

/* ---- Which days ---- */

static void make_uid(const char *case_ref, const char *question,
		     enum calendar_kind kind, enum outcome outcome,
		     char uid[CALENDAR_UID_BYTES])
{
	char text[256];
	struct digest digest;
	int n = snprintf(text, sizeof(text), "permitd calendar\n%s\n%s\n%s\n%s\n",
			 case_ref, question, calendar_kind_names[kind],
			 outcome_names[outcome]);

	digest = digest_of((struct bytes){ (const uint8_t *)text, (size_t)n });
	hex_print(digest.bytes, UID_BYTES, uid);
}

static void add(struct calendar *calendar, const char *case_ref,
		const struct question_timeline *item, enum calendar_kind kind,
		enum outcome outcome, day_t day)
{
	struct calendar_event *event = &calendar->events[calendar->n++];

	*event = (struct calendar_event){
		.kind = kind,
		.question = item->request.question->name,
		.day = day,
	};
	make_uid(case_ref, event->question, kind, outcome, event->uid);
}

/*
 * The first day to come on which the outcome is or may be reached; NULL without one.
 * What may be so today already is no day to note: then the day counts that is sure.
 */
static const struct timeline_span *day_to_come(const struct timeline *timeline,
					       enum outcome outcome)
{
	const struct timeline_span *span =
		timeline_earliest(timeline, outcome, true);

	if (span == timeline->spans)
		span = timeline_earliest(timeline, outcome, false);
	return span;
}

static void add_question(struct calendar *calendar, const char *case_ref,
			 const struct question_timeline *item)
{
	const struct timeline *timeline = &item->timeline;
	struct timeline_window window;

	if (timelines_is_renewal(item) && timeline_best(timeline, &window) &&
	    window.end < timeline->n)
		add(calendar, case_ref, item, CALENDAR_DEADLINE, OUTCOME_GRANT,
		    window.last);
	for (unsigned i = OUTCOME_GRANT; i < OUTCOME_ASK; i++) {
		enum outcome outcome = (enum outcome)i;
		const struct timeline_span *span =
			timeline_is_better(outcome, &timeline->spans[0]) ?
				day_to_come(timeline, outcome) :
				NULL;

		if (span != NULL)
			add(calendar, case_ref, item, CALENDAR_FIRST_DAY, outcome,
			    span->first);
	}
}

void calendar_make(const struct timelines *timelines, const char *case_ref,
		   struct calendar *ret_calendar)
{
	*ret_calendar = (struct calendar){ .language = timelines->language,
					   .as_of = timelines->facts.as_of };
	for (size_t i = 0; i < timelines->n; i++)
		add_question(ret_calendar, case_ref, &timelines->items[i]);
}

/* ---- iCalendar ---- */

/* What a stranger may read over a shoulder. */
static const char *const titles[][N_LANGUAGES] = {
	[CALENDAR_DEADLINE] = { "Deadline", "Échéance", "Frist", "Scadenza" },
	[CALENDAR_FIRST_DAY] = { "Date to note", "Date à noter", "Termin",
				 "Data da ricordare" },
};

/* Days before, each with an alarm. */
static const unsigned alarms[][2] = {
	[CALENDAR_DEADLINE] = { 30, 7 },
	[CALENDAR_FIRST_DAY] = { 7, 0 },
};

/* "20260505", of a day of the calendar. */
static const char *compact(day_t day, char to[DATE_TEXT_BYTES])
{
	char text[DATE_TEXT_BYTES];
	size_t n = 0;

	date_print(day, text);
	for (const char *at = text; *at != '\0'; at++)
		if (*at != '-')
			to[n++] = *at;
	to[n] = '\0';
	return to;
}

static void put_alarm(FILE *to, unsigned days, const char *title)
{
	if (days == 0)
		return;
	fprintf(to,
		"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:%s\r\n"
		"TRIGGER:-P%uD\r\nEND:VALARM\r\n",
		title, days);
}

static void put_event(FILE *to, const struct calendar *calendar,
		      const struct calendar_event *event)
{
	const char *title = titles[event->kind][calendar->language];
	char day[DATE_TEXT_BYTES], stamp[DATE_TEXT_BYTES];

	fprintf(to,
		"BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:%sT000000Z\r\n"
		"DTSTART;VALUE=DATE:%s\r\nSUMMARY:%s\r\nCLASS:PRIVATE\r\n"
		"TRANSP:TRANSPARENT\r\n",
		event->uid, compact(calendar->as_of, stamp),
		compact(event->day, day), title);
	for (size_t i = 0; i < ARRAY_LENGTH(alarms[event->kind]); i++)
		put_alarm(to, alarms[event->kind][i], title);
	fputs("END:VEVENT\r\n", to);
}

void calendar_write(FILE *to, const struct calendar *calendar)
{
	fputs("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
	      "PRODID:-//calendar//calendar//EN\r\nMETHOD:PUBLISH\r\n",
	      to);
	for (size_t i = 0; i < calendar->n; i++)
		put_event(to, calendar, &calendar->events[i]);
	fputs("END:VCALENDAR\r\n", to);
}
