/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_EDITIONS_H
#define PERMIT_CLIENTS_EDITIONS_H

#include "clients/permit/daemon.h"
#include "policy/edition.h"
#include "proto/digest.h"

#define HASH_TEXT_BYTES (2 * DIGEST_BYTES + 1)

/* Title, dates, questions and hash of an edition, for people. */
void editions_say(const struct output_stream *out,
		  const Permit__V1__EditionInfo *info);

/* The edition's hash in hexadecimal; "" when there is none. In `to`. */
const char *editions_hash(const Permit__V1__Edition *edition,
			  char to[HASH_TEXT_BYTES]);

/* Says that a policy has no question of that name, and which is the nearest. */
enum exit_code editions_no_question(const struct output_stream *out,
				    const struct edition *edition, const char *name);

#endif
