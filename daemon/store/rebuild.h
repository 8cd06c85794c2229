/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_REBUILD_H
#define PERMIT_STORE_REBUILD_H

#include "daemon/store/store.h"

/*
 * Reads what the index has not heard of from the log, and adds it: entries to the
 * index, enactments to the editions. Returns 0; STORE_E_REFUSED with the reason
 * in the report, for an entry that cannot be explained; STORE_E_NO_ROOM; or -errno.
 */
MUST_USE int rebuild_index(struct store *store, struct store_report *report);

#endif
