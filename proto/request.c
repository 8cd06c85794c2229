/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/request.h"

#include <stdio.h>
#include <string.h>

#include "policy/edition.h"
#include "policy/testimony.h"
#include "proto/caseref.h"
#include "proto/message.h"
#include "proto/prescan.h"
#include "proto/varint.h"

#define KEY_ID (1u << 3)		/* Request.id, a varint */
#define KEY_ENACT (4u << 3 | 2u)	/* Request.enact_policy, a message */

#define HASH_BYTES 32

/* ---- The first bytes ---- */

/* Moves over the id, where the message begins with one. False: it is broken. */
static bool head_id(const uint8_t **at, const uint8_t *end, uint64_t *ret_id)
{
	const uint8_t *from = *at;
	uint64_t key;

	*ret_id = 0;
	if (varint_read(&from, end, &key) != VARINT_OK)
		return false;
	if (key != KEY_ID)
		return true;
	if (varint_read(&from, end, ret_id) != VARINT_OK)
		return false;
	*at = from;
	return true;
}

bool request_may_be_large(struct bytes head)
{
	const uint8_t *at = head.data;
	const uint8_t *end = head.data;
	uint64_t key;

	if (head.n == 0)
		return false;
	end += head.n;
	return head_id(&at, end, &key) && varint_read(&at, end, &key) == VARINT_OK &&
	       key == KEY_ENACT;
}

uint64_t request_id_of(struct bytes head)
{
	const uint8_t *at = head.data;
	uint64_t id;

	if (head.n == 0 || !head_id(&at, at + head.n, &id))
		return 0;
	return id;
}

/* ---- Forms ---- */

#define REFUSE(refusal, code, field, ...) \
	(refusal_set(refusal, PERMIT__V1__CODE__CODE_##code, field, __VA_ARGS__), \
	 false)

static bool check_name(const char *name, const char *field, struct refusal *refusal)
{
	size_t n = strlen(name);

	if (n == 0)
		return REFUSE(refusal, MISSING_FIELD, field, "this field is required");
	if (n > NAME_MAX_BYTES)
		return REFUSE(refusal, OUT_OF_RANGE, field,
			      "a name has at most %d bytes", NAME_MAX_BYTES);
	for (size_t i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return REFUSE(refusal, VALUE_NOT_VALID, field,
				      "a name is ASCII without spaces");
	return true;
}

static bool check_optional_name(const char *name, const char *field,
				struct refusal *refusal)
{
	return name[0] == '\0' || check_name(name, field, refusal);
}

static bool check_length(size_t n, size_t n_max, const char *field,
			 struct refusal *refusal)
{
	if (n <= n_max)
		return true;
	return REFUSE(refusal, OUT_OF_RANGE, field, "at most %zu bytes", n_max);
}

static bool check_day(const char *text, const char *field, struct refusal *refusal)
{
	day_t day;

	if (text[0] == '\0' || date_parse(text, strlen(text), &day))
		return true;
	return REFUSE(refusal, VALUE_NOT_VALID, field,
		      "write a day that exists, 1900 to 2199, as 2025-02-04");
}

static bool check_hash(ProtobufCBinaryData hash, const char *field,
		       struct refusal *refusal)
{
	if (hash.len == HASH_BYTES)
		return true;
	return REFUSE(refusal, VALUE_NOT_VALID, field,
		      "the hash of an edition has %d bytes", HASH_BYTES);
}

static bool check_languages(const Permit__V1__Language *languages, size_t n,
			    const char *field, struct refusal *refusal)
{
	unsigned seen = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned bit = 1u << languages[i];

		if (languages[i] == PERMIT__V1__LANGUAGE__LANGUAGE_UNSPECIFIED ||
		    (seen & bit) != 0)
			return REFUSE(refusal, VALUE_NOT_VALID, field,
				      "name each language once: en, fr, de, it");
		seen |= bit;
	}
	return true;
}

/* ---- Evaluate ---- */

static bool check_answer(const Permit__V1__NamedFact *fact, struct refusal *refusal)
{
	switch (fact->answer_case) {
	case PERMIT__V1__NAMED_FACT__ANSWER_VALUE:
		return check_length(strlen(fact->value), REQUEST_VALUE_MAX_BYTES,
				    "value", refusal);
	case PERMIT__V1__NAMED_FACT__ANSWER_NOT_KNOWN:
		if (fact->not_known)
			return true;
		return REFUSE(refusal, VALUE_NOT_VALID, "not_known",
			      "must be true, or left out for another answer");
	case PERMIT__V1__NAMED_FACT__ANSWER_DECLINED:
		if (fact->declined)
			return true;
		return REFUSE(refusal, VALUE_NOT_VALID, "declined",
			      "must be true, or left out for another answer");
	case PERMIT__V1__NAMED_FACT__ANSWER__NOT_SET:
	case _PERMIT__V1__NAMED_FACT__ANSWER__CASE_IS_INT_SIZE:
		break;
	}
	return REFUSE(refusal, MISSING_FIELD, "value",
		      "give a value, not_known or declined; leave out a fact that "
		      "was not asked");
}

/* The path from the request to a field of one fact. */
static bool refuse_in_fact(struct refusal *refusal, size_t i)
{
	char name[32];

	snprintf(name, sizeof(name), "%.31s", refusal->field);
	snprintf(refusal->field, sizeof(refusal->field),
		 "evaluate.named.facts[%zu].%s", i, name);
	return false;
}

static bool check_fact(const Permit__V1__NamedFact *fact, size_t i,
		       struct refusal *refusal)
{
	if (testimony_name(fact->key) != NULL)
		return REFUSE(refusal, TESTIMONY_FACT, fact->key,
			      "nobody has to testify or to co-operate to get or keep "
			      "a permit: this is never taken in, and nothing of the "
			      "request was kept; send it again without this fact");
	if (check_name(fact->key, "key", refusal) && check_answer(fact, refusal) &&
	    check_day(fact->dated, "dated", refusal))
		return true;
	return refuse_in_fact(refusal, i);
}

static bool check_named(const Permit__V1__NamedFacts *named, struct refusal *refusal)
{
	if (named->n_facts > FACTS_MAX)
		return REFUSE(refusal, OUT_OF_RANGE, "evaluate.named.facts",
			      "at most %d facts", FACTS_MAX);
	for (size_t i = 0; i < named->n_facts; i++) {
		const char *key = named->facts[i]->key;

		if (!check_fact(named->facts[i], i, refusal))
			return false;
		for (size_t before = 0; before < i; before++)
			if (strcmp(named->facts[before]->key, key) == 0)
				return REFUSE(refusal, CONTRADICTION, key,
					      "this fact is answered twice; send "
					      "one answer");
	}
	return true;
}

static bool check_facts(const Permit__V1__EvaluateRequest *evaluate,
			struct refusal *refusal)
{
	switch (evaluate->facts_case) {
	case PERMIT__V1__EVALUATE_REQUEST__FACTS_NAMED:
		return check_named(evaluate->named, refusal);
	case PERMIT__V1__EVALUATE_REQUEST__FACTS_PACKED:
		return check_hash(evaluate->packed->edition_hash,
				  "evaluate.packed.edition_hash", refusal);
	case PERMIT__V1__EVALUATE_REQUEST__FACTS__NOT_SET:
	case _PERMIT__V1__EVALUATE_REQUEST__FACTS__CASE_IS_INT_SIZE:
		break;
	}
	return true;
}

#define CASEREF_EXPECTED                                                     \
	"not a case reference; its 12 characters, the last one of which checks " \
	"the others, must be copied exactly"

static bool check_case_ref(const Permit__V1__EvaluateRequest *evaluate,
			   struct refusal *refusal)
{
	if (evaluate->case_ref[0] == '\0' && evaluate->what_if)
		return true;
	if (evaluate->case_ref[0] == '\0')
		return REFUSE(refusal, MISSING_FIELD, "evaluate.case_ref",
			      "a decision is recorded under a case reference; give "
			      "one, or set what_if");
	if (caseref_valid(evaluate->case_ref, strlen(evaluate->case_ref)))
		return true;
	return REFUSE(refusal, VALUE_NOT_VALID, "evaluate.case_ref",
		      CASEREF_EXPECTED);
}

static bool check_evaluate(const Permit__V1__EvaluateRequest *evaluate,
			   struct refusal *refusal)
{
	size_t n_id = evaluate->request_id.len;

	if (n_id != 0 && n_id != REQUEST_ID_BYTES)
		return REFUSE(refusal, VALUE_NOT_VALID, "evaluate.request_id",
			      "%d random bytes, or none", REQUEST_ID_BYTES);
	return check_name(evaluate->policy, "evaluate.policy", refusal) &&
	       check_name(evaluate->question, "evaluate.question", refusal) &&
	       check_case_ref(evaluate, refusal) &&
	       check_day(evaluate->as_of, "evaluate.as_of", refusal) &&
	       check_languages(evaluate->languages, evaluate->n_languages,
			       "evaluate.languages", refusal) &&
	       check_facts(evaluate, refusal);
}

/* ---- The other bodies ---- */

static bool check_describe(const Permit__V1__DescribeRequest *describe,
			   struct refusal *refusal)
{
	return check_name(describe->policy, "describe.policy", refusal) &&
	       check_optional_name(describe->question, "describe.question",
				   refusal) &&
	       check_day(describe->as_of, "describe.as_of", refusal) &&
	       check_languages(describe->languages, describe->n_languages,
			       "describe.languages", refusal);
}

static bool check_enact(const Permit__V1__EnactPolicyRequest *enact,
			struct refusal *refusal)
{
	if (enact->document[0] == '\0')
		return REFUSE(refusal, MISSING_FIELD, "enact_policy.document",
			      "give the policy to enact");
	return check_length(strlen(enact->document), DOCUMENT_MAX_BYTES,
			    "enact_policy.document", refusal) &&
	       check_length(strlen(enact->vocabulary), DOCUMENT_MAX_BYTES,
			    "enact_policy.vocabulary", refusal) &&
	       check_length(strlen(enact->document_name),
			    REQUEST_FILE_NAME_MAX_BYTES,
			    "enact_policy.document_name", refusal) &&
	       check_length(strlen(enact->vocabulary_name),
			    REQUEST_FILE_NAME_MAX_BYTES,
			    "enact_policy.vocabulary_name", refusal);
}

static bool check_get_edition(const Permit__V1__GetEditionRequest *get,
			      struct refusal *refusal)
{
	switch (get->which_case) {
	case PERMIT__V1__GET_EDITION_REQUEST__WHICH_HASH:
		return check_hash(get->hash, "get_edition.hash", refusal);
	case PERMIT__V1__GET_EDITION_REQUEST__WHICH_NAME:
		return check_name(get->name->policy, "get_edition.name.policy",
				  refusal) &&
		       check_name(get->name->name, "get_edition.name.name", refusal);
	case PERMIT__V1__GET_EDITION_REQUEST__WHICH_GOVERNING:
		return check_name(get->governing->policy,
				  "get_edition.governing.policy", refusal) &&
		       check_day(get->governing->date, "get_edition.governing.date",
				 refusal);
	case PERMIT__V1__GET_EDITION_REQUEST__WHICH__NOT_SET:
	case _PERMIT__V1__GET_EDITION_REQUEST__WHICH__CASE_IS_INT_SIZE:
		break;
	}
	return REFUSE(refusal, MISSING_FIELD, "get_edition",
		      "say which edition: hash, name or governing");
}

static bool check_decision_id(const char *id, struct refusal *refusal)
{
	if (strlen(id) == REQUEST_DECISION_ID_CHARS &&
	    strspn(id, "0123456789abcdef") == REQUEST_DECISION_ID_CHARS)
		return true;
	return REFUSE(refusal, VALUE_NOT_VALID, "get_decision.id",
		      "the id of a decision has %d digits 0-9, a-f",
		      REQUEST_DECISION_ID_CHARS);
}

static bool check_get_decision(const Permit__V1__GetDecisionRequest *get,
			       struct refusal *refusal)
{
	if (!check_languages(get->languages, get->n_languages,
			     "get_decision.languages", refusal))
		return false;
	switch (get->which_case) {
	case PERMIT__V1__GET_DECISION_REQUEST__WHICH_ID:
		return check_decision_id(get->id, refusal);
	case PERMIT__V1__GET_DECISION_REQUEST__WHICH_LOG_INDEX:
		return true;
	case PERMIT__V1__GET_DECISION_REQUEST__WHICH__NOT_SET:
	case _PERMIT__V1__GET_DECISION_REQUEST__WHICH__CASE_IS_INT_SIZE:
		break;
	}
	return REFUSE(refusal, MISSING_FIELD, "get_decision",
		      "say which decision: id or log_index");
}

static bool check_get_case(const Permit__V1__GetCaseRequest *get,
			   struct refusal *refusal)
{
	if (get->case_ref[0] == '\0')
		return REFUSE(refusal, MISSING_FIELD, "get_case.case_ref",
			      "say which case");
	if (!caseref_valid(get->case_ref, strlen(get->case_ref)))
		return REFUSE(refusal, VALUE_NOT_VALID, "get_case.case_ref",
			      CASEREF_EXPECTED);
	if (get->count > REQUEST_CASE_DECISIONS_MAX)
		return REFUSE(refusal, OUT_OF_RANGE, "get_case.count",
			      "ask for at most %d decisions",
			      REQUEST_CASE_DECISIONS_MAX);
	return true;
}

static bool check_erase(const Permit__V1__EraseCasesRequest *erase,
			struct refusal *refusal)
{
	if (erase->n_case_refs == 0 || erase->n_case_refs > REQUEST_ERASE_CASES_MAX)
		return REFUSE(refusal, OUT_OF_RANGE, "erase_cases.case_refs",
			      "name 1 to %d cases", REQUEST_ERASE_CASES_MAX);
	for (size_t i = 0; i < erase->n_case_refs; i++)
		if (!caseref_valid(erase->case_refs[i], strlen(erase->case_refs[i])))
			return REFUSE(refusal, VALUE_NOT_VALID,
				      "erase_cases.case_refs",
				      "number %zu is not a case reference", i + 1);
	if (erase->n_statements > REQUEST_STATEMENTS_MAX)
		return REFUSE(refusal, OUT_OF_RANGE, "erase_cases.statements",
			      "at most %d statements", REQUEST_STATEMENTS_MAX);
	if (erase->reason < PERMIT__V1__ERASURE_REASON__ERASURE_REASON_RETENTION ||
	    erase->reason > PERMIT__V1__ERASURE_REASON__ERASURE_REASON_UNLAWFUL)
		return REFUSE(refusal, VALUE_NOT_VALID, "erase_cases.reason",
			      "say why: retention, request, order or unlawful");
	return true;
}

static bool check_body(const Permit__V1__Request *request, struct refusal *refusal)
{
	switch (request->body_case) {
	case PERMIT__V1__REQUEST__BODY_EVALUATE:
		return check_evaluate(request->evaluate, refusal);
	case PERMIT__V1__REQUEST__BODY_DESCRIBE:
		return check_describe(request->describe, refusal);
	case PERMIT__V1__REQUEST__BODY_ENACT_POLICY:
		return check_enact(request->enact_policy, refusal);
	case PERMIT__V1__REQUEST__BODY_LIST_EDITIONS:
		return check_optional_name(request->list_editions->policy,
					   "list_editions.policy", refusal);
	case PERMIT__V1__REQUEST__BODY_GET_EDITION:
		return check_get_edition(request->get_edition, refusal);
	case PERMIT__V1__REQUEST__BODY_GET_DECISION:
		return check_get_decision(request->get_decision, refusal);
	case PERMIT__V1__REQUEST__BODY_GET_CASE:
		return check_get_case(request->get_case, refusal);
	case PERMIT__V1__REQUEST__BODY_ERASE_CASES:
		return check_erase(request->erase_cases, refusal);
	case PERMIT__V1__REQUEST__BODY_READ_LOG:
	case PERMIT__V1__REQUEST__BODY_STATUS:
		return true;
	case PERMIT__V1__REQUEST__BODY__NOT_SET:
	case _PERMIT__V1__REQUEST__BODY__CASE_IS_INT_SIZE:
		break;
	}
	return REFUSE(refusal, NO_BODY, "body", "the request asks for nothing");
}

/* ---- The request ---- */

static bool check_size(struct bytes payload, struct refusal *refusal)
{
	struct bytes head = payload;

	if (payload.n <= REQUEST_MAX_BYTES)
		return true;
	if (!request_may_be_large(head))
		return REFUSE(refusal, TOO_LARGE, "",
			      "a request has at most %u bytes; only enact_policy may "
			      "be longer", REQUEST_MAX_BYTES);
	if (payload.n <= REQUEST_ENACT_MAX_BYTES)
		return true;
	return REFUSE(refusal, TOO_LARGE, "enact_policy",
		      "a policy and its vocabulary have at most %u bytes together",
		      REQUEST_ENACT_MAX_BYTES);
}

int request_read(struct bytes payload, struct arena *arena,
		 const Permit__V1__Request **ret_request,
		 struct refusal *ret_refusal)
{
	ProtobufCMessage *message;
	int r;

	if (!check_size(payload, ret_refusal))
		return REQUEST_REFUSED;
	r = message_read(&permit__v1__request__descriptor, payload,
			 PRESCAN_FIELDS_MAX, arena, &message, ret_refusal);
	if (r != 0)
		return r < 0 ? r : REQUEST_REFUSED;
	if (!check_body((const Permit__V1__Request *)message, ret_refusal))
		return REQUEST_REFUSED;
	*ret_request = (const Permit__V1__Request *)message;
	return 0;
}

day_t request_day(const char *text, day_t today)
{
	day_t day;

	return date_parse(text, strlen(text), &day) ? day : today;
}

const char *request_body_name(const Permit__V1__Request *request)
{
	const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
		&permit__v1__request__descriptor, (unsigned)request->body_case);

	return field == NULL ? "none" : field->name;
}
