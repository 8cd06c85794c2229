/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_MESSAGE_H
#define PERMIT_PROTO_MESSAGE_H

#include "policy/base/arena.h"
#include "proto/refusal.h"

/*
 * Messages to frames and back, for both ends of the wire.
 *
 * Unpacking may take from the arena the length of the message once more, this
 * much for each field that is allowed, and MESSAGE_HEAP_BYTES: no message that
 * passes the pre-scan needs more (a test holds it).
 */
#define MESSAGE_FIELD_BYTES 256u
#define MESSAGE_HEAP_BYTES 16384u

/* Longest answer that a client takes, and that the daemon should send. */
#define RESPONSE_MAX_BYTES (16u * 1024 * 1024)
#define RESPONSE_FIELDS_MAX 262144

/*
 * Packs a message behind its length, ready for the stream. In the arena.
 * Returns 0; -EMSGSIZE over RESPONSE_MAX_BYTES; -ENOMEM.
 */
MUST_USE int message_frame(const ProtobufCMessage *message, struct arena *arena,
			   struct bytes *ret_frame);

#define MESSAGE_REFUSED 1

/*
 * Pre-scans and unpacks a message of the descriptor's type. It lives in the
 * arena and is given back with it: never call free_unpacked on it.
 *
 * Returns 0; MESSAGE_REFUSED with the refusal set; -ENOMEM.
 */
MUST_USE int message_read(const ProtobufCMessageDescriptor *descriptor,
			  struct bytes payload, size_t n_fields_max,
			  struct arena *arena, ProtobufCMessage **ret_message,
			  struct refusal *ret_refusal);

/*
 * Reads an answer of the daemon: as message_read, and refuses one without a
 * body. For clients.
 */
MUST_USE int response_read(struct bytes payload, struct arena *arena,
			   const Permit__V1__Response **ret_response,
			   struct refusal *ret_refusal);

/* Packs the refusal as the last answer to the request with that id. As above. */
MUST_USE int response_refuse(uint64_t id, struct refusal *refusal,
			     struct arena *arena, struct bytes *ret_frame);

#endif
