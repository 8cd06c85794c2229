/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_DAEMON_H
#define PERMIT_CLIENTS_DAEMON_H

#include "clients/libpermit/client.h"
#include "clients/permit/commands.h"
#include "policy/fact.h"
#include "proto/permit/v1/permit.pb-c.h"

/* What commands share that ask the daemon. */

/* Closes with permit_close when a local of this type ends. */
#define CLIENT_ENDS __attribute__((cleanup(permit_close)))

/* Connects, or says what to do about it: EXIT_NOT_REACHABLE, EXIT_NOT_ALLOWED. */
enum exit_code daemon_connect(const struct invocation *in,
			      struct permit_client **ret_client);

/*
 * Asks and waits. What goes wrong is said, with the names that are near, and
 * makes the exit code. The answer lives until the next call.
 */
enum exit_code daemon_call(const struct invocation *in,
			   struct permit_client *client,
			   Permit__V1__Request *request,
			   const Permit__V1__Response **ret_response);

/* The exit code that a refusal leads to. */
enum exit_code refusal_exit_code(Permit__V1__Code code);

/*
 * Says a refusal on standard error, and as JSON where that is wanted: message,
 * field, nearest names, diagnostics. `where` goes before the message, "" or
 * "file:3:1: ".
 */
enum exit_code daemon_say_refusal(const struct output_stream *out,
				  const Permit__V1__Error *error,
				  const char *where);

/*
 * What permit_call returned, for callers that look at refusals themselves: says
 * anything else that went wrong. EXIT_DONE for 0 and PERMIT_E_REFUSED.
 */
enum exit_code daemon_lost(const struct output_stream *out,
			   const struct permit_client *client, int r);

/* --lang, else that of the environment, else English. EXIT_USAGE when unknown. */
enum exit_code chosen_language(const struct invocation *in,
			       enum language *ret_language);

Permit__V1__Language wire_language(enum language language);

/* The text in that language, else in any, else "". */
const char *text_in(Permit__V1__Text *const *texts, size_t n,
		    enum language language);

/* --as-of where it is a date, "" where it is not given; EXIT_USAGE otherwise. */
enum exit_code chosen_day(const struct invocation *in, const char **ret_day);

#endif
