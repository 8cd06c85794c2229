/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_GUARD_H
#define PERMIT_STORE_GUARD_H

#include "daemon/store/store.h"

/* The high-water file of a store; for store.c only. */

/* What a rollback that was accepted leaves in its entry (ENTRY_CONFIG). */
#define GUARD_ACCEPTED "PDL1/rollback\n"

/*
 * Holds the log, open and read, against its high-water file. Where the log has
 * no entry yet the file is made. A log that is shorter, or another, is refused,
 * unless options->accept_rollback names the entries that it has: then an entry
 * with the checkpoint that was given up is appended, and the log goes on from
 * there.
 *
 * Returns 0, STORE_E_REFUSED or -errno, both with a sentence in the report.
 */
MUST_USE int guard_open(struct store *store, const struct store_options *options,
			struct store_report *report);

#endif
