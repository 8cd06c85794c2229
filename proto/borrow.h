/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_BORROW_H
#define PERMIT_PROTO_BORROW_H

#include <protobuf-c/protobuf-c.h>

#include "policy/base/bytes.h"

/*
 * protobuf-c's structures have no const, though packing never writes to what
 * they point to. These lend a text or bytes to a message that is only packed.
 */
static inline char *borrow_text(const char *text)
{
	union {
		const char *lent;
		char *taken;
	} view = { .lent = text };

	return view.taken;
}

static inline ProtobufCBinaryData borrow_bytes(struct bytes bytes)
{
	union {
		const uint8_t *lent;
		uint8_t *taken;
	} view = { .lent = bytes.data };

	return (ProtobufCBinaryData){ .len = bytes.n, .data = view.taken };
}

#endif
