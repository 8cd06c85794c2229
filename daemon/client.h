/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DAEMON_CLIENT_H
#define PERMIT_DAEMON_CLIENT_H

#include "daemon/buffer.h"
#include "proto/frame.h"

struct stream;

/*
 * The other end of one connection, as the service knows it: a place to put
 * answers. Whoever owns the connection watches `output` after each call.
 */
struct client {
	struct buffer output;
	struct frame_reader frames;
	uint32_t n_under_way; /* owed an answer, readings of the log included */
	bool broken; /* no framing or no memory: close it after its output */
	struct stream *streams; /* readings of the log; belong to the service */
};

#endif
