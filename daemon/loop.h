/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LOOP_H
#define PERMIT_LOOP_H

#include "daemon/config.h"
#include "daemon/listener.h"
#include "daemon/service.h"

/* All of this must outlive the loop. */
struct loop_options {
	struct config *config;
	struct service *service;
	struct listener *listener;
	struct listener *metrics; /* NULL: nobody asks */
	void (*on_reload)(void *context); /* SIGHUP */
	void (*on_ready)(void *context);  /* clients may come */
	void (*on_second)(void *context); /* each second, while it turns */
	void (*on_stop)(void *context);	  /* SIGTERM or SIGINT came */
	void *context;
};

/*
 * Serves until SIGTERM or SIGINT. Then no client is accepted any more, what is
 * queued is made durable and answered, and what comes in meanwhile is refused;
 * after stop-timeout seconds clients that do not take their answers are left.
 *
 * Returns 0 after a stop that was asked for; -errno when the service, or the
 * event library, cannot go on.
 */
MUST_USE int loop_run(const struct loop_options *options);

#endif
