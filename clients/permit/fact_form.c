/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/permit/fact_form.h"
#include "policy/base/text.h"

static const char *value_list(const Permit__V1__FactDescription *fact,
			      enum language language, char *to, size_t room)
{
	const Permit__V1__FactDescription__Value *value;
	const char *label;
	size_t n = 0;
	size_t i;

	to[0] = '\0';
	for (i = 0; i < fact->n_values && n < room; i++) {
		value = fact->values[i];
		label = text_in(value->labels, value->n_labels, language);
		n += (size_t)snprintf(to + n, room - n, "%s%s%s%s%s",
				      i > 0 ? ", " : "", value->name,
				      label[0] != '\0' ? " (" : "", label,
				      label[0] != '\0' ? ")" : "");
	}
	return to;
}

static const char *number_form(const Permit__V1__FactDescription *fact,
			       enum language language, char *to, size_t room)
{
	char minimum[NUMBER_BYTES], maximum[NUMBER_BYTES];
	char pattern[FACT_FORM_BYTES];

	snprintf(minimum, sizeof(minimum), "%" PRId64, fact->minimum);
	snprintf(maximum, sizeof(maximum), "%" PRId64, fact->maximum);
	snprintf(pattern, sizeof(pattern), "%s %s", word_in(WORD_NUMBERS, language),
		 fact->unit);
	return word_fill(pattern, minimum, maximum, to, room);
}

const char *fact_form(const Permit__V1__FactDescription *fact,
		      enum language language, char to[FACT_FORM_BYTES])
{
	const char *kind = fact->n_values > 0 ? fact->values[0]->name : "";

	switch ((int)fact->type) {
	case PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_BOOLEAN:
		return "yes, no";
	case PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_INTEGER:
		return number_form(fact, language, to, FACT_FORM_BYTES);
	case PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_DATE:
		return word_in(WORD_FORM_DATE, language);
	case PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_DURATION:
		return word_in(WORD_FORM_DURATION, language);
	case PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_PERIODS:
		return word_fill(word_in(WORD_FORM_PERIODS, language), kind, "", to,
				 FACT_FORM_BYTES);
	default:
		return value_list(fact, language, to, FACT_FORM_BYTES);
	}
}

const char *fact_whom(const Permit__V1__FactDescription *fact,
		      enum language language)
{
	unsigned ask = (unsigned)fact->ask;

	if (ask < PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_REGISTER ||
	    ask > PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_PERSON)
		return "";
	return word_in((enum word)(WORD_ASK_REGISTER + ask -
				   PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_REGISTER),
		       language);
}

bool fact_has_choices(const Permit__V1__FactDescription *fact)
{
	return fact->type == PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_BOOLEAN ||
	       fact->type == PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_ENUMERATION ||
	       fact->type == PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_SET;
}

static const char *choice(const Permit__V1__FactDescription *fact, size_t number)
{
	if (fact->type == PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_BOOLEAN)
		return number == 1 ? "yes" : number == 2 ? "no" : NULL;
	return number >= 1 && number <= fact->n_values
		       ? fact->values[number - 1]->name
		       : NULL;
}

const char *fact_answer(const Permit__V1__FactDescription *fact, const char *answer,
			char to[FACT_ANSWER_BYTES])
{
	struct text rest = text_of(answer);
	struct text piece;
	size_t n = 0;
	const char *name;

	if (!fact_has_choices(fact)) {
		snprintf(to, FACT_ANSWER_BYTES, "%s", answer);
		return to;
	}
	while (text_cut(&rest, ',', &piece) && n < FACT_ANSWER_BYTES) {
		name = NULL;
		if (piece.n > 0 && piece.n < 4 &&
		    strspn(piece.at, "0123456789") >= piece.n) {
			name = choice(fact, strtoul(piece.at, NULL, 10));
			if (name == NULL)
				return NULL;
			piece = text_of(name);
		}
		n += (size_t)snprintf(to + n, FACT_ANSWER_BYTES - n, "%s%.*s",
				      n > 0 ? ", " : "", (int)piece.n, piece.at);
	}
	return to;
}
