/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_IDENTITY_H
#define PERMIT_DIAGRAM_IDENTITY_H

#include "policy/edition.h"

/*
 * What a variable is, as text that is the same in every edition that means the
 * same by it:
 *
 *	(fact ident.status enumeration)
 *	(element inadm.grounds overstay)
 *	(derived integer 0..400 (days-between (decision.date) (fact permit.ends date)))
 *
 * A derived fact is written out down to facts and decision.date, with the range
 * it is held in, so that names of derived facts do not matter, nor the order of
 * arguments where it has no meaning. Values and ranges of facts are no part of
 * it: a fact stays the same when an edition adds a value.
 */
#define IDENTITY_MAX_BYTES 65536u

/* Identities of one edition; those of derived facts are written once. */
struct identities {
	const struct edition *edition;
	struct arena *arena;
	const char *derived[DERIVED_MAX]; /* NULL: not yet */
};

/* Begins with none written. The texts live in the arena. */
void identities_init(struct identities *identities, const struct edition *edition,
		     struct arena *arena);

/*
 * Each returns 0 and the text; IDENTITY_E_TOO_LONG when that takes more than
 * IDENTITY_MAX_BYTES; or -ENOMEM.
 */
#define IDENTITY_E_TOO_LONG 1

MUST_USE int identity_of_variable(struct identities *identities, uint16_t variable,
				  const char **ret_text);
MUST_USE int identity_of_derived(struct identities *identities, uint16_t derived,
				 const char **ret_text);

/* identity_of_variable, of one alone: in the arena, or NULL when either fails. */
const char *variable_identity(const struct edition *edition, uint16_t variable,
			      struct arena *arena);

#endif
