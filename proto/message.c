/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include <errno.h>

#include "proto/budget.h"
#include "proto/frame.h"
#include "proto/prescan.h"

int message_frame(const ProtobufCMessage *message, struct arena *arena,
		  struct bytes *ret_frame)
{
	size_t n_payload = protobuf_c_message_get_packed_size(message);
	uint8_t header[FRAME_HEADER_MAX_BYTES];
	size_t n_header;
	uint8_t *frame;

	if (n_payload > RESPONSE_MAX_BYTES)
		return -EMSGSIZE;
	n_header = frame_header(n_payload, header);
	frame = arena_alloc(arena, n_header + n_payload);
	if (frame == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n_header; i++)
		frame[i] = header[i];
	protobuf_c_message_pack(message, frame + n_header);
	*ret_frame = (struct bytes){ frame, n_header + n_payload };
	return 0;
}

int message_read(const ProtobufCMessageDescriptor *descriptor,
		 struct bytes payload, size_t n_fields_max, struct arena *arena,
		 ProtobufCMessage **ret_message, struct refusal *ret_refusal)
{
	static const uint8_t empty;
	ProtobufCMessage *message;
	struct budget budget;

	if (!prescan(descriptor, payload, n_fields_max, ret_refusal))
		return MESSAGE_REFUSED;
	budget_init(&budget, arena,
		    MESSAGE_HEAP_BYTES + payload.n +
		    n_fields_max * MESSAGE_FIELD_BYTES);
	message = protobuf_c_message_unpack(descriptor, &budget.allocator, payload.n,
					    payload.n > 0 ? payload.data : &empty);
	if (message == NULL && budget.exceeded)
		return -ENOMEM;
	if (message == NULL) {
		refusal_set(ret_refusal, PERMIT__V1__CODE__CODE_MALFORMED_MESSAGE, "",
			    "the message cannot be read");
		return MESSAGE_REFUSED;
	}
	*ret_message = message;
	return 0;
}

int response_read(struct bytes payload, struct arena *arena,
		  const Permit__V1__Response **ret_response,
		  struct refusal *ret_refusal)
{
	ProtobufCMessage *message;
	int r;

	r = message_read(&permit__v1__response__descriptor, payload,
			 RESPONSE_FIELDS_MAX, arena, &message, ret_refusal);
	if (r != 0)
		return r;
	*ret_response = (const Permit__V1__Response *)message;
	if ((*ret_response)->body_case != PERMIT__V1__RESPONSE__BODY__NOT_SET)
		return 0;
	refusal_set(ret_refusal, PERMIT__V1__CODE__CODE_NO_BODY, "body",
		    "the answer says nothing that this release understands");
	return MESSAGE_REFUSED;
}

int response_refuse(uint64_t id, struct refusal *refusal, struct arena *arena,
		    struct bytes *ret_frame)
{
	Permit__V1__Response response;
	Permit__V1__Error error;

	refusal_error(refusal, &error);
	permit__v1__response__init(&response);
	response.id = id;
	response.last = true;
	response.body_case = PERMIT__V1__RESPONSE__BODY_ERROR;
	response.error = &error;
	return message_frame(&response.base, arena, ret_frame);
}
