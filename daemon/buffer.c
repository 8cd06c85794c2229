/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "daemon/buffer.h"

void buffer_done(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}

static bool grow(struct buffer *buffer, size_t n)
{
	size_t cap = buffer->cap == 0 ? 4096 : buffer->cap;
	uint8_t *data;

	if (buffer->cap >= n && buffer->data != NULL)
		return true;
	while (cap < n)
		if (__builtin_mul_overflow(cap, (size_t)2, &cap))
			return false;
	data = realloc(buffer->data, cap);
	if (data == NULL)
		return false;
	buffer->data = data;
	buffer->cap = cap;
	return true;
}

uint8_t *buffer_reserve(struct buffer *buffer, size_t n)
{
	size_t waiting = buffer->end - buffer->at;

	if (buffer->data != NULL && buffer->cap - buffer->end >= n)
		return buffer->data + buffer->end;
	if (waiting != 0 && buffer->at != 0)
		memmove(buffer->data, buffer->data + buffer->at, waiting);
	buffer->at = 0;
	buffer->end = waiting;
	if (n > SIZE_MAX / 2 - waiting || !grow(buffer, waiting + n))
		return NULL;
	return buffer->data + buffer->end;
}

void buffer_add(struct buffer *buffer, size_t n)
{
	buffer->end += n;
}

void buffer_drop(struct buffer *buffer, size_t n)
{
	buffer->at += n;
	if (buffer->at < buffer->end)
		return;
	buffer->at = 0;
	buffer->end = 0;
	if (buffer->cap > BUFFER_KEPT_BYTES)
		buffer_done(buffer);
}
