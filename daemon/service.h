/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_SERVICE_H
#define PERMIT_SERVICE_H

#include <stdio.h>

#include "daemon/client.h"
#include "daemon/limits.h"
#include "daemon/store/store.h"

/*
 * Requests in, answers out. Knows messages and the store, and nothing of
 * sockets or of the loop.
 *
 *	input -> message -> request -> decision -> queue    (service_input)
 *	queue -> one commit for all of it -> answers        (service_commit)
 *
 * What is not recorded is answered at once. What is recorded is answered when
 * it is durable, and not before.
 *
 * Every -errno from here means that the daemon cannot go on: the caller must
 * send nothing more and exit.
 */
struct service;
struct erasure_keys;

/* All of this must outlive the service. */
struct service_options {
	struct store *store;
	const struct limits *limits; /* may change between calls */
	/* who may authorise an erasure; NULL: nobody */
	const struct erasure_keys *erasure_keys;
};

/* Returns 0 or -errno. */
MUST_USE int service_open(const struct service_options *options,
			  struct service **ret_service);

/* Drops what is queued, unanswered. Accepts a pointer to NULL. */
void service_close(struct service **service);

/* Prepares a client that is all zero. */
void service_welcome(struct client *client);

/*
 * Takes complete messages from the input until there is none, or the client
 * has reached one of its limits. ret_wanted is how many bytes must wait in the
 * input before another message can be complete; 0 when the limits stopped it.
 */
MUST_USE int service_input(struct service *service, struct client *client,
			   struct buffer *input, size_t *ret_wanted);

/* Whether the client is below its limits, so that service_input would go on. */
bool service_may_take(const struct service *service, const struct client *client);

/* Something is queued: call service_commit before the turn of the loop ends. */
bool service_is_queued(const struct service *service);

/* Makes what is queued durable, and answers it. */
MUST_USE int service_commit(struct service *service);

/* Goes on with the client's readings of the log, by one portion each. */
MUST_USE int service_stream(struct service *service, struct client *client);

/* The client has gone. What it has queued is recorded, but not answered. */
void service_forget(struct service *service, struct client *client);

/* From now on requests are refused: the daemon is stopping. Readings are cut. */
void service_stop(struct service *service);

/*
 * Does what may be put off until answers are out: writes the index when enough
 * has come together, or, with `idle`, whatever there is.
 */
MUST_USE int service_tidy(struct service *service, bool idle);

/* What Prometheus reads (daemon/metrics.h). Returns 0 or -errno. */
MUST_USE int service_print_metrics(struct service *service, FILE *to);

/* For Status and for the limits: what the connections hold. */
void service_set_load(struct service *service, size_t n_connections,
		      uint64_t buffered_bytes);

#endif
