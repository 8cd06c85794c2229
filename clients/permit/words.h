/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_WORDS_H
#define PERMIT_CLIENTS_WORDS_H

#include "policy/fact.h"

/*
 * What permit itself says about a decision and in an interview, in the four
 * languages of the policies. Reasons, questions and labels are the policy's.
 */
enum word {
	/* outcomes, in the order of permit.v1.Outcome from OUTCOME_GRANT */
	WORD_GRANT,
	WORD_WAIT,
	WORD_REFER,
	WORD_NO_ROUTE,
	WORD_ADVERSE,
	WORD_ASK,

	/* what an outcome means, one sentence each, likewise */
	WORD_GRANT_MEANS,
	WORD_WAIT_MEANS,
	WORD_REFER_MEANS,
	WORD_NO_ROUTE_MEANS,
	WORD_ADVERSE_MEANS,
	WORD_ASK_MEANS,

	/* headings and labels of a decision */
	WORD_RESULT,
	WORD_WHY,
	WORD_ROW,
	WORD_UNVERIFIED,
	WORD_MAY_APPLY,
	WORD_STILL_NEEDED,
	WORD_STILL_OPEN,
	WORD_QUESTIONS_LEFT, /* at most {} */
	WORD_NOT_NEEDED, /* {} questions */
	WORD_ROUTES,
	WORD_DATES,
	WORD_DATE_RECEIVED,
	WORD_DATE_DECISION,
	WORD_DATE_IN_FORCE,
	WORD_DATE_EDITION,
	WORD_DATE_RECORDED,
	WORD_NOT_STATED,
	WORD_FACTS,
	WORD_RECORD,
	WORD_DECISION,
	WORD_CASE,
	WORD_LOG,
	WORD_LOG_ENTRY, /* index {} of size {} */
	WORD_EDITION,
	WORD_HASH,
	WORD_WHAT_IF,
	WORD_NOT_USED,
	WORD_DISAGREE,
	WORD_ONE_OF,
	WORD_NONE,
	WORD_DAYS,
	WORD_MONTHS,
	WORD_YEARS,
	WORD_DAY,
	WORD_MONTH,
	WORD_YEAR,
	WORD_YES,
	WORD_NO,

	/* why, why not, what if */
	WORD_BECAUSE, /* outcome {} because of {} */
	WORD_ALWAYS, /* outcome {} */
	WORD_NOT_ASKED,
	WORD_NOW, /* now {} */
	WORD_BEFORE,
	WORD_BEFORE_THAT, /* before: {} */
	WORD_THEN,
	WORD_CHANGED,
	WORD_TYPE_CHANGES,
	WORD_WAYS,
	WORD_WAY_NONE,
	WORD_WAY_MORE,
	WORD_WAY_DATES,
	WORD_ALREADY,
	WORD_CHANGES_PERSON,
	WORD_CHANGES_OTHERS,
	WORD_CHANGES_TIME,

	/* the interview */
	WORD_WHY_WE_ASK,
	WORD_DO_NOT,
	WORD_WHOM,
	WORD_KEYS,
	WORD_ANSWER,
	WORD_NOT_AN_ANSWER,
	WORD_PROVEN,
	WORD_PROVEN_ALL,
	WORD_UNSETTLED,
	WORD_CHECK_ANSWERS,
	WORD_NOT_KNOWN,
	WORD_DECLINED,
	WORD_RECORD_NOW,
	WORD_NOT_RECORDED,
	WORD_SAVED,
	WORD_NUMBERS,
	WORD_FORM_DATE,
	WORD_FORM_DURATION,
	WORD_FORM_PERIODS,
	WORD_FORM_SET,
	WORD_NOTHING_BEFORE,

	/* whom to ask first, in the order of enum fact_ask */
	WORD_ASK_REGISTER,
	WORD_ASK_FILE,
	WORD_ASK_SUPPORTER,
	WORD_ASK_PROFESSIONAL,
	WORD_ASK_ADVISER,
	WORD_ASK_PERSON,
	N_WORDS,
};

const char *word_in(enum word word, enum language language);

/*
 * Fills the holes "{}" of a pattern, of which there are two at most. Returns
 * `to`, cut off where it does not have the room.
 */
const char *word_fill(const char *pattern, const char *first, const char *second,
		      char *to, size_t room);

#define NUMBER_BYTES 24
const char *number_text(uint64_t number, char to[NUMBER_BYTES]);

/*
 * A value for people: "P12M" is "12 months", "2025-02-04" stays, other values
 * too. In `to`.
 */
#define VALUE_TEXT_BYTES 128
const char *value_in(const char *value, enum language language,
		     char to[VALUE_TEXT_BYTES]);

/*
 * A day as people write it: "2025-03-01" is "1 March 2025". What is no whole day
 * stays as it is. In `to`.
 */
#define DAY_TEXT_BYTES 40
const char *day_in(const char *text, enum language language, char to[DAY_TEXT_BYTES]);

#endif
