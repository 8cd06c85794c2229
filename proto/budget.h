/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_BUDGET_H
#define PERMIT_PROTO_BUDGET_H

#include <protobuf-c/protobuf-c.h>

#include "policy/base/arena.h"
#include "policy/base/bytes.h"

/*
 * Memory for unpacking one message: zeroed, from an arena, and no more than
 * was allowed. Zeroed, because protobuf-c before 1.5.1 frees fields that it has
 * not set when it gives up half way. Freeing does nothing: the arena's owner
 * gives everything back at once.
 */
struct budget {
	ProtobufCAllocator allocator;	/* hand &budget.allocator to protobuf-c */
	struct arena *arena;
	size_t left_bytes;
	bool exceeded;		/* something was asked for that it did not give */
};

void budget_init(struct budget *budget, struct arena *arena, size_t max_bytes);

#endif
