/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_ERASE_H
#define PERMIT_TESTS_ERASE_H

#include "proto/tombstone.h"
#include "tests/support/permitd.h"

/*
 * Erasing through a daemon, as two roles do it. Each function ends the test
 * when the daemon answers otherwise than it says.
 */
struct erase_roles {
	struct ed25519_key keys[2];	/* eraser, protection */
	struct erasure_keys vkeys;
	char file[256];	/* for --erasure-keys */
};

void erase_roles_init(struct erase_roles *roles, const char *folder);
void erase_roles_done(struct erase_roles *roles);

/*
 * Asks for the statements, has them signed and sends them. `signers` says with
 * which of the keys: {0, 1} is right. The answer lives until the next request.
 */
const char *erase_cases(struct permitd *d, const struct erase_roles *roles,
			const char *case_refs, const int signers[2]);

#endif
