/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_CASEREF_H
#define PERMIT_PROTO_CASEREF_H

#include "policy/base/bytes.h"

/*
 * The reference of a case: 11 random characters (55 bits) and a check
 * character, in Crockford's base 32, which has no I, L, O and U. It says
 * nothing about the person, and any one mistyped character, or any two that
 * changed places, is noticed.
 */
#define CASEREF_CHARS 12
#define CASEREF_TEXT_BYTES (CASEREF_CHARS + 1)
#define CASEREF_RANDOM_BYTES 7

/* Makes a reference from random bytes; their last bit is not used. */
void caseref_make(const uint8_t random[CASEREF_RANDOM_BYTES],
		  char to[CASEREF_TEXT_BYTES]);

/* Says whether text is a reference exactly as caseref_make writes it. */
bool caseref_valid(const char *text, size_t n);

/*
 * Reads what a person typed: small letters, i and l for 1, o for 0, spaces and
 * hyphens between. False when it is no valid reference.
 */
MUST_USE bool caseref_read(const char *text, char to[CASEREF_TEXT_BYTES]);

#endif
