/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_FAILURE_H
#define PERMIT_CLIENTS_FAILURE_H

#include "clients/output.h"
#include "proto/permit/v1/permit.pb-c.h"

/*
 * A theorem that an edition fails, said alike whether it was proven here or in
 * the daemon.
 */
void failure_say(const struct output_stream *out,
		 const Permit__V1__FailedTheorem *failed);

/*
 * What shows it, for programs: {"what", "differ_in", "cases", "at"}. NULL when
 * memory ran out.
 */
json_t *failure_json(const Permit__V1__FailedTheorem *failed);

#endif
