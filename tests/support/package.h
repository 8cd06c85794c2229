/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_PACKAGE_H
#define PERMIT_TESTS_PACKAGE_H

#include "policy/diagram/prove.h"

/*
 * Evidence packages as tests make, forge and check them. Texts belong to the
 * caller, who frees them. The test fails where something cannot be.
 */

/* The package of an edition whose documents are these, proven here. */
char *package_make(const struct edition *edition, struct bytes vocabulary,
		   struct bytes policy, size_t *ret_n_failing);

/* Loads a policy and makes its package. Paths are of the source tree. */
char *package_of(const char *vocabulary, const char *policy);

/* The text with one piece of it replaced, which must be there. */
char *replaced(const char *text, const char *from, const char *to);

/* The package with lengths and hash made to fit documents that were changed. */
char *rehashed(const char *package);

/* What permit-proof-check says of the package, and how it ends. */
char *package_check(const char *package, int *ret_code);

/* It must end so, and among its lines must be one that holds this. */
void package_says(const char *package, int code, const char *line);

#endif
