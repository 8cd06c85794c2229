/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_REFUSAL_H
#define PERMIT_PROTO_REFUSAL_H

#include "policy/base/bytes.h"
#include "proto/permit/v1/permit.pb-c.h"

#define REFUSAL_FIELD_BYTES 160
#define REFUSAL_MESSAGE_BYTES 320
#define REFUSAL_NEAREST_MAX 3

/*
 * Why a request is refused, in the terms of permit.v1.Error. It holds its
 * texts itself, because the bytes are judged before anything is allocated;
 * longer texts are cut between two characters.
 */
struct refusal {
	Permit__V1__Code code;
	char field[REFUSAL_FIELD_BYTES];	/* "" when no field is at fault */
	char message[REFUSAL_MESSAGE_BYTES];
	size_t n_nearest;
	const char *nearest[REFUSAL_NEAREST_MAX];	/* borrowed */
};

/*
 * Sets code, field and message; forgets nearest names. The field may be part
 * of the refusal itself. The message says what to do, and never repeats the
 * value of a fact.
 */
void refusal_set(struct refusal *refusal, Permit__V1__Code code, const char *field,
		 const char *format, ...) PRINTF_LIKE(4, 5);

/*
 * Offers a name that exists instead of the one that does not; keeps the
 * nearest ones, nearest first. The name is borrowed until the answer is packed.
 */
void refusal_offer(struct refusal *refusal, const char *wanted, const char *name);

/* "CODE_TOO_LARGE" */
const char *refusal_code_name(Permit__V1__Code code);

/* Fills an Error, which borrows the refusal. */
void refusal_error(struct refusal *refusal, Permit__V1__Error *ret_error);

#endif
