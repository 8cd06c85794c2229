/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/packed.h"

/* The schema's numbers for these are the policy's, so that no table is needed. */
_Static_assert((int)PERMIT__V1__SOURCE__SOURCE_OFFICER == (int)SOURCE_OFFICER,
	       "sources are numbered alike");
_Static_assert((int)PERMIT__V1__BASIS__BASIS_ASSESSED == (int)BASIS_ASSESSED,
	       "bases are numbered alike");
_Static_assert((int)PERMIT__V1__LANGUAGE__LANGUAGE_IT == (int)N_LANGUAGES,
	       "languages are numbered alike, from 1");

/* ---- When the application was received ---- */

int wire_named_received(const Permit__V1__EvaluateRequest *request,
			struct wire_span *ret_received,
			struct refusal *ret_refusal)
{
	struct wire_span span = { 0 };

	for (size_t i = 0; request->named != NULL && i < request->named->n_facts; i++) {
		const Permit__V1__NamedFact *fact = request->named->facts[i];

		if (strcmp(fact->key, WIRE_APPLICATION_RECEIVED) != 0 ||
		    fact->answer_case != PERMIT__V1__NAMED_FACT__ANSWER_VALUE ||
		    strcmp(fact->value, "not known") == 0 ||
		    strcmp(fact->value, "declined") == 0)
			continue;
		span.has = date_parse_span(fact->value, strlen(fact->value),
					   &span.first, &span.last);
		if (span.has)
			continue;
		refusal_set(ret_refusal, PERMIT__V1__CODE__CODE_VALUE_NOT_VALID,
			    fact->key, "write a day that exists, 1900 to 2199, as "
				       "2025-02-04, or a month as 2025-02");
		return WIRE_REFUSED;
	}
	*ret_received = span;
	return 0;
}

struct wire_span wire_received(const struct edition *edition,
			       const struct facts *facts)
{
	int index = edition_find_fact(edition, WIRE_APPLICATION_RECEIVED);
	const struct answer *answer;

	if (index < 0)
		return (struct wire_span){ 0 };
	answer = &facts->answers[index];
	if (edition->facts[index].type != FACT_DATE || answer->state != ANSWER_VALUE)
		return (struct wire_span){ 0 };
	return (struct wire_span){ true, answer->date.first, answer->date.last };
}

/* ---- What was wrong with a value ---- */

/* "one of: yes, no": as far as it fits. */
static void put_values(const struct fact *fact, char *to, size_t room)
{
	size_t n = 0;

	to[0] = '\0';
	for (uint8_t i = 0; i < fact->n_values && n < room; i++) {
		int wrote = snprintf(to + n, room - n, "%s%s", i > 0 ? ", " : "",
				     fact->values[i]);

		n += wrote > 0 ? (size_t)wrote : 0;
	}
}

static const char unit_letters[] = { 'D', 'M', 'Y' };

static void refuse_value(const struct fact *fact, struct refusal *refusal)
{
	Permit__V1__Code code = PERMIT__V1__CODE__CODE_VALUE_NOT_VALID;
	char values[REFUSAL_MESSAGE_BYTES - 64];

	put_values(fact, values, sizeof(values));
	switch (fact->type) {
	case FACT_BOOLEAN:
		refusal_set(refusal, code, fact->key, "expected yes or no");
		return;
	case FACT_ENUMERATION:
		refusal_set(refusal, code, fact->key, "expected one of: %s", values);
		return;
	case FACT_SET:
		refusal_set(refusal, code, fact->key,
			    "expected none, or each once and a comma between: %s",
			    values);
		return;
	case FACT_INTEGER:
		refusal_set(refusal, code, fact->key,
			    "expected a whole number in digits");
		return;
	case FACT_DATE:
		refusal_set(refusal, code, fact->key,
			    "expected a day that exists as 2025-02-04, or a month as "
			    "2025-02");
		return;
	case FACT_DURATION:
		refusal_set(refusal, code, fact->key, "expected a duration as P6%c",
			    unit_letters[fact->duration_unit]);
		return;
	case FACT_PERIODS:
		refusal_set(refusal, code, fact->key,
			    "expected none, or periods that do not overlap as \"%s "
			    "2024-01-01..2024-12-31\", a comma between; kinds: %s",
			    fact->n_values > 0 ? fact->values[0] : "", values);
		return;
	}
}

static void refuse_range(const struct fact *fact, struct refusal *refusal)
{
	Permit__V1__Code code = PERMIT__V1__CODE__CODE_OUT_OF_RANGE;

	if (fact->type == FACT_INTEGER || fact->type == FACT_DURATION)
		refusal_set(refusal, code, fact->key, "expected %lld to %lld%s%s",
			    (long long)fact->minimum, (long long)fact->maximum,
			    fact->unit != NULL ? " " : "",
			    fact->unit != NULL ? fact->unit : "");
	else
		refusal_set(refusal, code, fact->key,
			    "expected days that exist, 1900-01-01 to 2199-12-31");
}

static void refuse_unknown(const struct edition *edition, const char *key,
			   struct refusal *refusal)
{
	refusal_set(refusal, PERMIT__V1__CODE__CODE_UNKNOWN_FACT, key,
		    "edition %s of %s has no such fact; permit facts lists what it "
		    "has", edition->name, edition->policy_id);
	for (uint16_t i = 0; i < edition->n_facts; i++)
		refusal_offer(refusal, key, edition->facts[i].key);
}

/* ---- Named facts ---- */

static int read_value(const struct fact *fact, const char *value,
		      struct arena *arena, struct answer *answer,
		      struct refusal *refusal)
{
	struct bytes text = { (const uint8_t *)value, strlen(value) };

	switch (fact_parse(fact, text, arena, answer)) {
	case FACT_OK:
		return 0;
	case FACT_E_NO_ROOM:
		return -ENOMEM;
	case FACT_E_OUT_OF_RANGE:
		refuse_range(fact, refusal);
		break;
	case FACT_E_TOO_MANY:
		refusal_set(refusal, PERMIT__V1__CODE__CODE_OUT_OF_RANGE, fact->key,
			    "at most %d periods", PERIODS_MAX);
		break;
	case FACT_E_NOT_A_VALUE:
	case FACT_E_UNIT:
	case FACT_E_PERIODS:
		refuse_value(fact, refusal);
		break;
	}
	return WIRE_REFUSED;
}

static int read_answer(const struct fact *fact, const Permit__V1__NamedFact *named,
		       struct arena *arena, struct answer *answer,
		       struct refusal *refusal)
{
	switch (named->answer_case) {
	case PERMIT__V1__NAMED_FACT__ANSWER_VALUE:
		return read_value(fact, named->value, arena, answer, refusal);
	case PERMIT__V1__NAMED_FACT__ANSWER_NOT_KNOWN:
		answer->state = ANSWER_NOT_KNOWN;
		return 0;
	case PERMIT__V1__NAMED_FACT__ANSWER_DECLINED:
		answer->state = ANSWER_DECLINED;
		return 0;
	case PERMIT__V1__NAMED_FACT__ANSWER__NOT_SET:
	case _PERMIT__V1__NAMED_FACT__ANSWER__CASE_IS_INT_SIZE:
		break;
	}
	refuse_value(fact, refusal);
	return WIRE_REFUSED;
}

static int read_named(const Permit__V1__NamedFacts *named,
		      const struct edition *edition, struct arena *arena,
		      struct facts *facts, struct refusal *refusal)
{
	for (size_t i = 0; i < named->n_facts; i++) {
		const Permit__V1__NamedFact *from = named->facts[i];
		int index = edition_find_fact(edition, from->key);
		struct answer *answer;
		int r;

		if (index < 0) {
			refuse_unknown(edition, from->key, refusal);
			return WIRE_REFUSED;
		}
		answer = &facts->answers[index];
		answer->source = (enum answer_source)from->source;
		answer->basis = (enum answer_basis)from->basis;
		answer->has_dated = date_parse(from->dated, strlen(from->dated),
					       &answer->dated);
		r = read_answer(&edition->facts[index], from, arena, answer, refusal);
		if (r != 0)
			return r;
	}
	return 0;
}

/* ---- Packed facts ---- */

static int read_packed(const Permit__V1__PackedFacts *packed,
		       const struct edition *edition, struct arena *arena,
		       struct facts *facts, struct refusal *refusal)
{
	static const char field[] = "evaluate.packed.values";
	struct bytes values = { packed->values.data, packed->values.len };
	int fact;

	switch (packed_read(edition, PACKED_PLAIN, values, arena, facts, &fact)) {
	case PACKED_OK:
		return 0;
	case PACKED_E_NO_ROOM:
		return -ENOMEM;
	case PACKED_E_MALFORMED:
		refusal_set(refusal, PERMIT__V1__CODE__CODE_VALUE_NOT_VALID,
			    fact < 0 ? field : edition->facts[fact].key,
			    "not answers as PackedFacts.values describes them, in "
			    "ascending order and without a rest");
		break;
	case PACKED_E_UNKNOWN_FACT:
		refusal_set(refusal, PERMIT__V1__CODE__CODE_UNKNOWN_FACT, field,
			    "edition %s of %s has the facts 0 to %d", edition->name,
			    edition->policy_id, edition->n_facts - 1);
		break;
	case PACKED_E_VALUE:
		refuse_value(&edition->facts[fact], refusal);
		break;
	case PACKED_E_RANGE:
		refuse_range(&edition->facts[fact], refusal);
		break;
	}
	return WIRE_REFUSED;
}

/* ---- Either form ---- */

static bool is_kept(const struct fact *fact)
{
	return fact->used || fact->class == FACT_EVIDENCE ||
	       strcmp(fact->key, WIRE_APPLICATION_RECEIVED) == 0;
}

static uint64_t leave_out_unused(const struct edition *edition, struct facts *facts)
{
	uint64_t unused = 0;

	for (uint16_t i = 0; i < edition->n_facts; i++) {
		if (facts->answers[i].state == ANSWER_ABSENT ||
		    is_kept(&edition->facts[i]))
			continue;
		unused |= 1ull << i;
		facts->answers[i] = (struct answer){ .state = ANSWER_ABSENT };
	}
	return unused;
}

int wire_read_facts(const Permit__V1__EvaluateRequest *request,
		    const struct edition *edition, day_t as_of, struct arena *arena,
		    struct facts *ret_facts, uint64_t *ret_unused,
		    struct refusal *ret_refusal)
{
	int r = 0;

	memset(ret_facts, 0, sizeof(*ret_facts));
	ret_facts->as_of = as_of;
	switch (request->facts_case) {
	case PERMIT__V1__EVALUATE_REQUEST__FACTS_NAMED:
		r = read_named(request->named, edition, arena, ret_facts,
			       ret_refusal);
		break;
	case PERMIT__V1__EVALUATE_REQUEST__FACTS_PACKED:
		r = read_packed(request->packed, edition, arena, ret_facts,
				ret_refusal);
		break;
	case PERMIT__V1__EVALUATE_REQUEST__FACTS__NOT_SET:
	case _PERMIT__V1__EVALUATE_REQUEST__FACTS__CASE_IS_INT_SIZE:
		break;
	}
	if (r == 0)
		*ret_unused = leave_out_unused(edition, ret_facts);
	return r;
}

void wire_contradiction(const struct edition *edition, int row,
			struct refusal *ret_refusal)
{
	Permit__V1__Code code = PERMIT__V1__CODE__CODE_CONTRADICTION;

	if (row < 0 || edition->constraints == NULL) {
		refusal_set(ret_refusal, code, "",
			    "these answers cannot all be true together; check them "
			    "against the file");
		return;
	}
	refusal_set(ret_refusal, code, "",
		    "these answers cannot all be true together (constraint %d of "
		    "%s): %s", row + 1, edition->policy_id,
		    edition->constraints->rows[row].note);
}

unsigned wire_languages(const Permit__V1__Language *languages, size_t n)
{
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++)
		if (languages[i] != PERMIT__V1__LANGUAGE__LANGUAGE_UNSPECIFIED)
			bits |= 1u << (languages[i] - 1);
	return bits;
}
