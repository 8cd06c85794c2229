/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CONN_H
#define PERMIT_CONN_H

#include "daemon/service.h"

struct event_base;
struct conn;

/*
 * All connections. In one turn of the loop each that is readable is read, and
 * what it asks is queued; at the end of the turn one commit answers all of them:
 *
 *	readable, readable, readable, ... turn: commit, write, write, write
 */
struct conns {
	struct event_base *base;
	struct service *service;
	const struct limits *limits;
	void (*on_turn)(
		void *context); /* ask for a conns_turn at the end of this turn */
	void (*on_gone)(void *context);		     /* a place is free */
	void (*on_broken)(void *context, int error); /* the daemon cannot go on */
	void *context;
	struct conn *first;
	struct conn *dirty; /* may have something to write */
	size_t n;
	uint64_t tick_s; /* counts seconds, from 1 */
	uint64_t buffered_bytes;
	bool stopping;
};

/* Takes the descriptor over. Returns 0 or -errno; then the descriptor is closed. */
MUST_USE int conns_add(struct conns *conns, int fd);

/* The end of a turn: commits, then writes. */
void conns_turn(struct conns *conns);

/* Call every second: ends connections that are idle or too slow. */
void conns_tick(struct conns *conns);

/* Reads what has come in so far, for the last time; it is refused as stopping. */
void conns_stop(struct conns *conns);

/* Ends all of them at once. */
void conns_close(struct conns *conns);

#endif
