/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_SHARES_H
#define PERMIT_CLIENTS_SHARES_H

#include "clients/output.h"
#include "policy/diagram/prove.h"

/*
 * For which share of the cases a theorem of independence fails: by each fact
 * and row that matters in some case, and in all.
 */

/* Whether shares of the theorem were counted. */
bool shares_counted(const struct theorem *theorem);

void shares_say(const struct output_stream *out, const struct edition *edition,
		const struct theorem *theorem);

/*
 * {"of": 10^18, "all": ..., "facts": {key: ...}, "rows": {id: ...}}, in parts;
 * NULL when memory ran out.
 */
json_t *shares_json(const struct edition *edition, const struct theorem *theorem);

#endif
