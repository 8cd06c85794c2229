/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_WIRE_PROOF_H
#define PERMIT_PROTO_WIRE_PROOF_H

#include "policy/diagram/prove.h"
#include "proto/refusal.h"

/* Failed theorems that a refusal shows; how many more there are is counted. */
#define WIRE_FAILED_MAX 20

/*
 * Fills a message with a theorem of the edition that does not hold, in the words
 * in which it is printed wherever it is shown. What it points to lives in the
 * arena or is borrowed from edition and theorem. Returns 0 or -ENOMEM.
 */
MUST_USE int wire_put_failed(const struct edition *edition,
			     const struct theorem *theorem, struct arena *arena,
			     Permit__V1__FailedTheorem *ret_message);

/*
 * Adds those of n theorems that do not hold to an Error with CODE_NOT_PROVEN: the
 * first WIRE_FAILED_MAX, and the count of the rest. Returns 0 or -ENOMEM.
 */
MUST_USE int wire_put_not_proven(const struct edition *edition,
				 const struct theorem *theorems, size_t n,
				 struct arena *arena, Permit__V1__Error *ret_message);

/* Fact keys of a bit set, as "here, risk"; "" for none. NULL without room. */
const char *wire_facts_text(const struct edition *edition, uint64_t facts,
			    struct arena *arena);

#endif
