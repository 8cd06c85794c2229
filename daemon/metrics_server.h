/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_METRICS_SERVER_H
#define PERMIT_METRICS_SERVER_H

#include "daemon/listener.h"
#include "daemon/service.h"

/*
 * A page for Prometheus on a socket of its own, which can do nothing else: GET
 * /metrics over HTTP/1.1, an answer, and the connection ends.
 */
#define METRICS_CLIENTS_MAX 8
#define METRICS_REQUEST_BYTES 4096
#define METRICS_TIMEOUT_S 5 /* for the request, and again for the answer */

struct event;
struct event_base;
struct bufferevent;

struct metrics_server {
	struct event_base *base;
	struct listener *listener;
	struct service *service;
	struct event *on_client;
	size_t n;
	struct bufferevent *clients[METRICS_CLIENTS_MAX];
	bool listening;
};

/* All of these must outlive it. Returns 0 or -ENOMEM. */
MUST_USE int metrics_server_start(struct metrics_server *server,
				  struct event_base *base,
				  struct listener *listener,
				  struct service *service);

/* No more clients, nor those that are there. Accepts one that never started and is all zero. */
void metrics_server_stop(struct metrics_server *server);

#endif
