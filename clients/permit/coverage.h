/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_COVERAGE_H
#define PERMIT_CLIENTS_COVERAGE_H

#include "clients/output.h"
#include "policy/edition.h"

/*
 * How many sides of boundaries (policy/diagram/cover.h) the examples of an
 * edition cover, of those that a case was found for.
 */
struct coverage {
	unsigned n_covered;
	unsigned n_reachable;
	unsigned n_unreached; /* no case was found */
	json_t *missed;	      /* an array, owned by whoever asked */
};

/*
 * Says each side that is not covered, with its row and line. Returns 0, or
 * -ENOMEM with nothing to be released.
 */
MUST_USE int coverage_say(const struct output_stream *out, const char *path,
			  const struct edition *edition,
			  struct coverage *ret_coverage);

/* Whole percent, rounded down: 100 only for all. 100 of none. */
unsigned percent_of(unsigned n, unsigned all);

#endif
