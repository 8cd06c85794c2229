/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_JSON_H
#define PERMIT_PROTO_JSON_H

#include <jansson.h>

#include "policy/base/arena.h"
#include "proto/refusal.h"

/*
 * The JSON form of messages, as proto3 defines it: lowerCamelCase names,
 * enumerations by name, 64-bit integers as strings, bytes in base64, fields at
 * their default left out. Driven by the descriptors: no message type has code
 * of its own.
 */

/* Returns a new reference, or NULL when there is no memory. */
json_t *json_from_message(const ProtobufCMessage *message);

#define JSON_REFUSED 1

/*
 * Builds a message of the descriptor's type in the arena. Names are taken in
 * both spellings; null is as good as left out; an unknown name, a wrong type,
 * a number outside its field, text with NUL and two members of a oneof are
 * refused with the path of the field.
 *
 * Returns 0; JSON_REFUSED with the refusal set; -ENOMEM.
 */
MUST_USE int json_to_message(const json_t *json,
			     const ProtobufCMessageDescriptor *descriptor,
			     struct arena *arena, ProtobufCMessage **ret_message,
			     struct refusal *ret_refusal);

#endif
