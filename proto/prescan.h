/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_PRESCAN_H
#define PERMIT_PROTO_PRESCAN_H

#include "proto/refusal.h"

/*
 * Judges the bytes of a message against its descriptor before anything is
 * allocated for it. protobuf-c 1.4.1 by itself recurses without limit, lets a
 * hostile byte cost fifty, keeps unknown fields, reads overlong numbers and
 * bad UTF-8, and ends strings at a NUL: here each of these is refused, by its
 * own code and with the path of the field.
 */
#define PRESCAN_DEPTH_MAX 16	/* the message itself is depth 1 */
#define PRESCAN_FIELDS_MAX 4096	/* fields, and elements of packed ones, in all */
#define PRESCAN_DESCRIPTOR_FIELDS_MAX 64	/* of any message type of ours */

/*
 * Says whether the message may be unpacked. If not, the refusal says why and
 * where ("evaluate.named.facts[3].value"). n_fields_max is
 * PRESCAN_FIELDS_MAX for requests; clients allow more in answers.
 */
MUST_USE bool prescan(const ProtobufCMessageDescriptor *descriptor,
		      struct bytes message, size_t n_fields_max,
		      struct refusal *ret_refusal);

/* Says whether text is UTF-8 in its shortest form, without NUL and surrogates. */
bool prescan_is_text(struct bytes text);

#endif
