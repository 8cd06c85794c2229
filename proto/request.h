/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_REQUEST_H
#define PERMIT_PROTO_REQUEST_H

#include "policy/base/arena.h"
#include "policy/base/date.h"
#include "proto/refusal.h"

/*
 * From bytes to a request that says something: every form and length that does
 * not depend on an edition is checked here once, so that the service only asks
 * whether what is named exists.
 */
#define REQUEST_MAX_BYTES (64u * 1024)
#define REQUEST_ENACT_MAX_BYTES (2u * 1024 * 1024)
#define REQUEST_ERASE_CASES_MAX 64
#define REQUEST_CASE_DECISIONS_MAX 64
#define REQUEST_STATEMENTS_MAX 12 /* of one erasure: 5,460 entries */
#define REQUEST_ID_BYTES 16
#define REQUEST_VALUE_MAX_BYTES 4096	/* NamedFact.value */
#define REQUEST_FILE_NAME_MAX_BYTES 255
#define REQUEST_EDITION_NAME_MAX_BYTES 16
#define REQUEST_DECISION_ID_CHARS 32

/* Arena that reading any request fits into, the largest document included. */
#define REQUEST_ARENA_BYTES (8u * 1024 * 1024)

/*
 * The first bytes of a request (FRAME_HEAD_BYTES, or all of a shorter one).
 * may_be_large: its body is an EnactPolicyRequest; made for frame_reader.
 * id_of: the request's id, so that even a refusal finds its way; 0 if unreadable.
 */
bool request_may_be_large(struct bytes head);
uint64_t request_id_of(struct bytes head);

#define REQUEST_REFUSED 1

/*
 * Reads and checks a request. After 0 these hold, and need no second look:
 * one body is set; names are names; dates are "" or exist (request_day);
 * languages are no more than four different ones; hashes have 32 bytes, request ids 0 or 16; a
 * case_ref is valid and there unless what_if; each NamedFact has one answer
 * and no key comes twice or is of testimony.
 *
 * Returns 0; REQUEST_REFUSED with the refusal set; -ENOMEM. The request lives
 * in the arena.
 */
MUST_USE int request_read(struct bytes payload, struct arena *arena,
			  const Permit__V1__Request **ret_request,
			  struct refusal *ret_refusal);

/* The day of a checked date field; `today` for "". */
day_t request_day(const char *text, day_t today);

/* "evaluate": the name of the request's body, for journals and counters. */
const char *request_body_name(const Permit__V1__Request *request);

#endif
