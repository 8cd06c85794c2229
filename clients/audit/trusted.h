/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_TRUSTED_H
#define PERMIT_AUDIT_TRUSTED_H

#include "clients/audit/commands.h"
#include "proto/trust.h"

/* Whom the command line trusts, and how it is said who has signed. */

/*
 * The policy in the file of --trust, else the log of --vkey alone, else
 * EXIT_USAGE. Says what is wrong with them.
 */
enum exit_code read_trust(const struct invocation *in, struct trust *ret_trust);

/*
 * Why trust_open refused a checkpoint, as a finding about `file`; returns
 * AUDIT_FINDING. For NOTE_E_ codes and TRUST_E_QUORUM.
 */
int find_untrusted(struct finding *finding, const char *file, int r,
		   const struct trust *trust);

/* A line for each witness, with when it signed, and one for the quorum. */
void say_witnesses(const struct output_stream *out, const struct trust *trust,
		   const struct trust_seen *seen);

/* [{"name", "key", "time_s"}]: time_s is null for those who have not signed. */
json_t *witnesses_json(const struct trust *trust, const struct trust_seen *seen);

#endif
