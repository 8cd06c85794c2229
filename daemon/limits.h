/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LIMITS_H
#define PERMIT_LIMITS_H

#include <stdint.h>

/*
 * What clients may use of the daemon. Every value is an option of the same name
 * (see config.c) and may change while the daemon runs.
 */
struct limits {
	uint64_t connections;		  /* at once */
	uint64_t connection_requests;	  /* under way on one connection */
	uint64_t requests;		  /* under way on all of them */
	uint64_t connection_output_bytes; /* not yet taken by one client */
	uint64_t buffered_bytes;	  /* in all buffers together */
	uint64_t streams;		  /* ReadLog requests at once */
	uint64_t idle_timeout_s; /* nothing asked and nothing owed; 0: for ever */
	uint64_t slow_timeout_s; /* a message begun, or an answer not taken */
};

/*
 * Not to be chosen, because it follows from the formats: reading a request,
 * deciding it, and packing its answer. The arena starts with little and is
 * kept for the next request.
 */
#define SERVICE_ARENA_BYTES (64u * 1024 * 1024)

#endif
