/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_SERVICE_INFO_H
#define PERMIT_SERVICE_INFO_H

#include "daemon/service_state.h"

/*
 * What is known of an edition, in the arena, borrowing from it; NULL when it is
 * full.
 */
Permit__V1__EditionInfo *answer_info(const struct edition_info *info,
				     struct arena *arena);

#endif
