/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_EVIDENCE_H
#define PERMIT_CLIENTS_EVIDENCE_H

#include <stdio.h>

#include "policy/diagram/prove.h"
#include "proto/digest.h"

/* What an evidence package is made of; clients/proofcheck/README.md is its form. */
struct evidence {
	const struct edition *edition;
	struct bytes bundle; /* its documents, as policy_bundle gives them */
	struct digest hash;  /* of the bundle */
	const struct theorem *theorems;
	size_t n_theorems;
};

/*
 * Writes the package. Returns 0, or -ENOMEM when scratch is full; what goes wrong
 * with the stream stays there: see ferror().
 */
MUST_USE int evidence_write(const struct evidence *evidence, struct arena *scratch,
			    FILE *to);

#endif
