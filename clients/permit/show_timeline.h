/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_SHOW_TIMELINE_H
#define PERMIT_CLIENTS_SHOW_TIMELINE_H

#include "clients/permit/timelines.h"

/* What is said of timelines, in the four languages of the policies. */
enum timeline_word {
	TIMELINE_WORD_TITLE, /* policy {} edition {} */
	TIMELINE_WORD_DAYS,  /* {} to {} */
	TIMELINE_WORD_FROM,  /* from {} */
	TIMELINE_WORD_IF_APPLIED,
	TIMELINE_WORD_IF_RENEWED,
	TIMELINE_WORD_BECAUSE,
	TIMELINE_WORD_MOVED_BY,
	TIMELINE_WORD_WINDOW,
	TIMELINE_WORD_LAST_SAFE,
	TIMELINE_WORD_AFTER,
	TIMELINE_WORD_EARLIEST,
	TIMELINE_WORD_POSSIBLE,
	TIMELINE_WORD_NEVER,
	TIMELINE_WORD_IF_ENDED,
	TIMELINE_WORD_NEEDED,
	TIMELINE_WORD_TODAY,
	TIMELINE_WORD_IN_A_DAY,
	TIMELINE_WORD_IN_DAYS, /* in {} days */
	TIMELINE_WORD_NO_END,
	TIMELINE_WORD_MORE, /* {} more */
	TIMELINE_WORD_NOT_SETTLED,
	TIMELINE_WORD_CONTRADICTION,
	TIMELINE_WORD_WHILE_PENDING,
	TIMELINE_WORD_PENDING_NOT_SAID,
	TIMELINE_WORD_PENDING_CONTINUES,
	TIMELINE_WORD_PENDING_ENDS,
	TIMELINE_WORD_ONE_EDITION,
	N_TIMELINE_WORDS,
};

const char *timeline_word(enum timeline_word word, enum language language);

/* A run of days in words: "2025-03-06 to 2025-05-05", "from 2025-05-06". */
#define DAYS_TEXT_BYTES 64
const char *days_text(const struct timelines *timelines, day_t first, day_t last,
		      char to[DAYS_TEXT_BYTES]);

/*
 * For people: of each question what follows from which day on, why that day,
 * what would move it; when to apply, and the earliest day of each better result.
 */
void show_timelines(const struct output_stream *out,
		    const struct timelines *timelines);

/* The same for programs, with every span; NULL without memory. */
json_t *show_timelines_json(struct timelines *timelines);

#endif
