/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_CALENDAR_H
#define PERMIT_CLIENTS_CALENDAR_H

#include "clients/permit/timelines.h"

/*
 * The days of a case that nobody should miss, for a calendar that others may see:
 * no word in it tells what the day is about, and nothing tells whose it is.
 */
enum calendar_kind {
	CALENDAR_DEADLINE,  /* the last safe day to apply for a renewal */
	CALENDAR_FIRST_DAY, /* on which a better result is, or may be, reached */
};

#define CALENDAR_UID_BYTES 33 /* 32 digits: no name of a machine or a program */
#define CALENDAR_EVENTS_MAX (QUESTIONS_MAX * N_OUTCOMES)

struct calendar_event {
	enum calendar_kind kind;
	const char *question;
	day_t day;
	/* the same for a case and question each time; tells neither of them */
	char uid[CALENDAR_UID_BYTES];
};

struct calendar {
	enum language language;
	day_t as_of;
	size_t n;
	struct calendar_event events[CALENDAR_EVENTS_MAX];
};

extern const char *const calendar_kind_names[]; /* "deadline" ... */

/* From timelines that were made. `case_ref` is what ids are made of. */
void calendar_make(const struct timelines *timelines, const char *case_ref,
		   struct calendar *ret_calendar);

/* Writes it as iCalendar (RFC 5545): CRLF, lines of at most 75 bytes. */
void calendar_write(FILE *to, const struct calendar *calendar);

#endif
