/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_FACT_FORM_H
#define PERMIT_CLIENTS_FACT_FORM_H

#include "clients/permit/daemon.h"
#include "clients/permit/words.h"

/* How a fact is answered, in words: its values, or the form of a date. In `to`. */
#define FACT_FORM_BYTES 2048
const char *fact_form(const Permit__V1__FactDescription *fact,
		      enum language language, char to[FACT_FORM_BYTES]);

/* Where the answer is found with the least burden: "the register". */
const char *fact_whom(const Permit__V1__FactDescription *fact,
		      enum language language);

/* Whether it is answered by one or more of its values, which can be numbered. */
bool fact_has_choices(const Permit__V1__FactDescription *fact);

/*
 * The value of an answer that may name choices by their numbers ("2", "1, 3"):
 * with those replaced by the values' names. In `to`; NULL when a number is none.
 */
#define FACT_ANSWER_BYTES 4096
const char *fact_answer(const Permit__V1__FactDescription *fact, const char *answer,
			char to[FACT_ANSWER_BYTES]);

#endif
