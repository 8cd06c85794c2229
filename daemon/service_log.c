/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/logging.h"
#include "daemon/service_state.h"
#include "proto/message.h"

/* One answer holds up to so much, unless one entry alone is larger. */
#define ANSWER_BYTES (256u * 1024)
#define ANSWER_ENTRIES 1024

/*
 * A reading stands between two entries of one record, which its reader keeps in
 * memory, and goes on when the client has taken what it got so far.
 */
void stream_free(struct service *service, struct client *client,
		 struct stream *stream)
{
	struct stream **at = &client->streams;

	while (*at != NULL && *at != stream)
		at = &(*at)->next;
	if (*at == stream)
		*at = stream->next;
	log_reader_close(&stream->reader);
	free(stream);
	service->n_streams--;
	call_is_answered(service, client);
}

/* ---- One portion ---- */

struct portion {
	struct arena arena;
	size_t n_bytes;
	size_t n;
	Permit__V1__LogEntry entries[ANSWER_ENTRIES];
	Permit__V1__LogEntry *pointers[ANSWER_ENTRIES];
};

static void put_entry(struct portion *portion, const struct segment_item *item,
		      bool with_blobs)
{
	Permit__V1__LogEntry *entry = &portion->entries[portion->n];

	permit__v1__log_entry__init(entry);
	entry->entry.data = (uint8_t *)(uintptr_t)item->entry.data;
	entry->entry.len = item->entry.n;
	portion->n_bytes += item->entry.n;
	if (with_blobs && item->blob.n != 0) {
		entry->blob.data = (uint8_t *)(uintptr_t)item->blob.data;
		entry->blob.len = item->blob.n;
		portion->n_bytes += item->blob.n;
	}
	portion->pointers[portion->n++] = entry;
}

/* Entries of the record at hand, as many as fit. */
static void collect(struct stream *stream, struct portion *portion)
{
	struct segment_item item;

	while (stream->at < stream->end && portion->n < ANSWER_ENTRIES &&
	       portion->n_bytes < ANSWER_BYTES) {
		if (!segment_next_item(&stream->record, &stream->at_in_record,
				       &item)) {
			stream->has_record = false;
			return;
		}
		if (stream->record_seq++ < stream->at)
			continue;
		put_entry(portion, &item, stream->with_blobs);
		stream->at++;
	}
}

#define STREAM_DAMAGED 1

static int next_record(struct stream *stream)
{
	struct log_problem problem = { 0 };
	int r = log_reader_next(stream->reader, &stream->record, &problem);

	if (r > 0) {
		logging(LOGGING_ERROR, "the log cannot be read at entry %llu: %s",
			(unsigned long long)stream->at, problem.text);
		return STREAM_DAMAGED;
	}
	if (r != 0)
		return r;
	stream->has_record = true;
	stream->at_in_record = 0;
	stream->record_seq = stream->record.first_seq;
	return 0;
}

static int send_portion(struct service *service, struct client *client,
			struct stream *stream, struct portion *portion)
{
	Permit__V1__Response response;
	Permit__V1__ReadLogResponse body;
	char note[CHECKPOINT_NOTE_BYTES];
	char key[VKEY_TEXT_BYTES];
	struct log_head head;
	struct bytes frame;
	int r;

	permit__v1__response__init(&response);
	permit__v1__read_log_response__init(&body);
	response.id = stream->request_id;
	response.last = stream->at == stream->end;
	response.body_case = PERMIT__V1__RESPONSE__BODY_READ_LOG;
	response.read_log = &body;
	body.from = stream->at - portion->n;
	body.n_entries = portion->n;
	body.entries = portion->pointers;
	if (response.last) {
		log_head(service->store->log, &head);
		memcpy(note, head.note.data, head.note.n);
		note[head.note.n] = '\0';
		vkey_print(head.vkey, key);
		body.tree_size = head.size;
		body.checkpoint = note;
		body.verifier_key = key;
	}
	r = message_frame(&response.base, &portion->arena, &frame);
	if (r == 0)
		send_frame(service, client, frame);
	return r;
}

static int refuse_stream(struct service *service, struct client *client,
			 const struct stream *stream, struct portion *portion,
			 Permit__V1__Code code, const char *message)
{
	struct refusal refusal;
	struct bytes frame;
	int r;

	refusal_set(&refusal, code, "", "%s", message);
	r = response_refuse(stream->request_id, &refusal, &portion->arena, &frame);
	if (r != 0)
		return r;
	service->n_refused++;
	send_frame(service, client, frame);
	return 0;
}

/* Sends one answer. ret_over says that it was the last one. */
static int go_on(struct service *service, struct client *client,
		 struct stream *stream, struct portion *portion, bool *ret_over)
{
	int r = 0;

	*ret_over = true;
	if (service->stopping)
		return refuse_stream(
			service, client, stream, portion,
			PERMIT__V1__CODE__CODE_STOPPING,
			"The daemon is stopping; the reading was cut.");
	while (r == 0 && stream->at < stream->end && portion->n == 0) {
		if (!stream->has_record)
			r = next_record(stream);
		if (r == 0)
			collect(stream, portion);
	}
	if (r == STREAM_DAMAGED)
		return refuse_stream(
			service, client, stream, portion,
			PERMIT__V1__CODE__CODE_INTERNAL,
			"The log cannot be read; the journal says why.");
	if (r == 0)
		r = send_portion(service, client, stream, portion);
	*ret_over = stream->at == stream->end;
	return r;
}

static int go_on_with_memory(struct service *service, struct client *client,
			     struct stream *stream)
{
	struct portion *portion = calloc(1, sizeof(*portion));
	bool over;
	int r;

	if (portion == NULL)
		return -ENOMEM;
	arena_init(&portion->arena, 2 * RESPONSE_MAX_BYTES);
	r = go_on(service, client, stream, portion, &over);
	arena_done(&portion->arena);
	free(portion);
	if (r == 0 && over)
		stream_free(service, client, stream);
	return r;
}

int service_stream(struct service *service, struct client *client)
{
	struct stream *next;

	for (struct stream *stream = client->streams; stream != NULL;
	     stream = next) {
		int r;

		next = stream->next;
		r = go_on_with_memory(service, client, stream);
		if (r == -ENOMEM || r == -EMSGSIZE) {
			client->broken = true;
			stream_free(service, client, stream);
			r = 0;
		}
		if (r != 0)
			return r;
	}
	return 0;
}

/* ---- The request ---- */

static int open_stream(struct service *service, struct call *call, uint64_t size)
{
	const Permit__V1__ReadLogRequest *request = call->request->read_log;
	struct stream *stream = calloc(1, sizeof(*stream));
	struct log_position position = { 0 };
	int r = stream == NULL ? -ENOMEM : 0;

	if (r == 0 && request->from < size)
		r = index_position(service->store->index, request->from, &position);
	if (r == 0)
		r = log_reader_open(log_folder(service->store->log), position,
				    &stream->reader);
	if (r != 0) {
		free(stream);
		return r > 0 ? -EBADMSG : r;
	}
	stream->request_id = call->request->id;
	stream->at = request->from;
	stream->end = size;
	if (request->count != 0 && request->count < size - request->from)
		stream->end = request->from + request->count;
	stream->with_blobs = request->with_blobs;
	stream->next = call->client->streams;
	call->client->streams = stream;
	service->n_streams++;
	return 0;
}

int serve_read_log(struct service *service, struct call *call)
{
	uint64_t size = index_size(service->store->index);

	if (call->request->read_log->from > size)
		return answer_no(service, call, NOT_FOUND, "read_log.from",
				 "The log has %llu entries.",
				 (unsigned long long)size);
	if (service->n_streams >= service->limits->streams)
		return answer_no(
			service, call, OVERLOADED, "",
			"The log is being read by too many; ask again later.");
	return open_stream(service, call, size);
}
