/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_MEANING_H
#define PERMIT_PROTO_MEANING_H

#include "policy/edition.h"
#include "proto/digest.h"

/*
 * The semantic identity of a loaded edition: SHA-256 of what it means
 * (policy/diagram/meaning.h). Two editions with the same say the same law,
 * however they are written. All zero where the edition is too large for one;
 * that is equal to nothing.
 *
 * Returns 0 or -ENOMEM.
 */
MUST_USE int meaning_digest(const struct edition *edition, struct digest *ret_meaning);

/* Both have an identity, and it is the same. */
bool meaning_equal(const struct digest *a, const struct digest *b);

#endif
