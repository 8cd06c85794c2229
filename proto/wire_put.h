/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_WIRE_PUT_H
#define PERMIT_PROTO_WIRE_PUT_H

#include <errno.h>

#include "policy/edition.h"
#include "proto/borrow.h"
#include "proto/wire.h"

/*
 * What both files that fill messages need. A full arena sticks: every list is
 * then empty, and the caller looks once, at the end.
 */
struct put {
	struct arena *arena;
	unsigned languages;	/* bits 1 << enum language */
	bool failed;
};

static inline int put_status(const struct put *put)
{
	return put->failed ? -ENOMEM : 0;
}

/* n zeroed elements; NULL when the arena is full, or n is 0. */
void *put_array(struct put *put, size_t n, size_t size);

/* Gives message->field n initialised elements, or none when the arena is full. */
#define PUT_MESSAGES(put, message, field, n, init) \
	do { \
		size_t put_n = (n); \
		__typeof__(**(message)->field) *put_items = \
			put_array(put, put_n, sizeof(*put_items)); \
		(message)->field = put_array(put, put_n, sizeof(*(message)->field)); \
		(message)->n_##field = (put)->failed ? 0 : put_n; \
		for (size_t put_i = 0; put_i < (message)->n_##field; put_i++) { \
			init(&put_items[put_i]); \
			(message)->field[put_i] = &put_items[put_i]; \
		} \
	} while (0)

/* Text that was made in the arena: "" and failed when it is NULL. */
char *put_text(struct put *put, const char *text);

char *put_day(struct put *put, day_t day);

/* "2025-02-04", "2025-02" for a month, "" when nobody said. */
char *put_span(struct put *put, struct wire_span span);

/* A text in each language asked for, where there is one. */
Permit__V1__Text **put_texts(struct put *put, const struct texts *texts,
			     size_t *ret_n);

/* Keys of the facts in a bit set, in the order of their index. */
char **put_keys(struct put *put, const struct edition *edition, uint64_t facts,
		size_t *ret_n);

char **put_citations(struct put *put, const struct citation *citations, uint8_t n,
		     size_t *ret_n);

Permit__V1__Edition *put_edition_name(struct put *put, const struct edition *edition,
				      const uint8_t *hash);

#endif
