/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/conn.h"

#define READ_BYTES 65536 /* taken from one connection in one turn, at least */

/*
 * One connection. It reads until it owes too much, writes whenever it has
 * something, and ends when the other side is gone or nothing is left to say:
 *
 *	reading <-> paused (a limit is reached)
 *	   \          /
 *	    ended (end of file, broken framing, stopping)
 *	      |
 *	    closed, once the output is out
 */
struct conn {
	struct client client; /* first: a client is its connection */
	struct conns *conns;
	struct conn *next;
	struct conn **link; /* what points to this one */
	struct conn *next_dirty;
	struct event on_read;
	struct event on_write;
	struct buffer input;
	size_t wanted;	      /* bytes of input that make it worth looking again */
	size_t counted_bytes; /* of buffers, in conns->buffered_bytes */
	uint64_t message_since_s; /* an unfinished message began to come; 0: none */
	uint64_t output_since_s;  /* nothing was taken since */
	uint64_t active_s;	  /* the last message, or the last answer taken */
	int fd;
	bool is_dirty;
	bool ended;
	bool paused;
};

static size_t waiting(const struct buffer *buffer)
{
	return buffer->end - buffer->at;
}

static void count(struct conn *conn)
{
	size_t now = conn->input.cap + conn->client.output.cap;

	conn->conns->buffered_bytes += now;
	conn->conns->buffered_bytes -= conn->counted_bytes;
	conn->counted_bytes = now;
	service_set_load(conn->conns->service, conn->conns->n,
			 conn->conns->buffered_bytes);
}

static void mark_dirty(struct conn *conn)
{
	if (conn->is_dirty)
		return;
	conn->is_dirty = true;
	conn->next_dirty = conn->conns->dirty;
	conn->conns->dirty = conn;
	conn->conns->on_turn(conn->conns->context);
}

static void unlink_dirty(struct conn *conn)
{
	struct conn **at = &conn->conns->dirty;

	while (*at != NULL && *at != conn)
		at = &(*at)->next_dirty;
	if (*at == conn)
		*at = conn->next_dirty;
	conn->is_dirty = false;
}

static void close_conn(struct conn *conn)
{
	struct conns *conns = conn->conns;

	service_forget(conns->service, &conn->client);
	unlink_dirty(conn);
	event_del(&conn->on_read);
	event_del(&conn->on_write);
	close(conn->fd);
	buffer_done(&conn->input);
	buffer_done(&conn->client.output);
	conns->n--;
	count(conn);
	*conn->link = conn->next;
	if (conn->next != NULL)
		conn->next->link = conn->link;
	free(conn);
	conns->on_gone(conns->context);
}

/* ---- In ---- */

/* No more is read; answers that are owed still go out. */
static void end_reading(struct conn *conn)
{
	conn->ended = true;
	event_del(&conn->on_read);
	mark_dirty(conn);
}

static void pause_or_resume(struct conn *conn)
{
	bool pause = !service_may_take(conn->conns->service, &conn->client);

	if (conn->ended || pause == conn->paused)
		return;
	conn->paused = pause;
	if (pause)
		event_del(&conn->on_read);
	else
		event_add(&conn->on_read, NULL);
}

/* Hands on what is complete. False when the daemon cannot go on. */
static bool take_messages(struct conn *conn)
{
	size_t before = waiting(&conn->input);
	int r;

	r = service_input(conn->conns->service, &conn->client, &conn->input,
			  &conn->wanted);
	if (r != 0) {
		conn->conns->on_broken(conn->conns->context, r);
		return false;
	}
	if (waiting(&conn->input) != before) {
		conn->active_s = conn->conns->tick_s;
		conn->message_since_s = 0;
		mark_dirty(conn);
	}
	if (conn->client.broken)
		end_reading(conn);
	if (waiting(&conn->input) != 0 && conn->wanted != 0 &&
	    conn->message_since_s == 0)
		conn->message_since_s = conn->conns->tick_s;
	pause_or_resume(conn);
	return true;
}

/* Room for the message that has begun, or for a good portion. */
static size_t room_wanted(const struct conn *conn)
{
	size_t has = waiting(&conn->input);

	if (conn->wanted > has && conn->wanted - has > READ_BYTES)
		return conn->wanted - has;
	return READ_BYTES;
}

static void read_in(struct conn *conn)
{
	size_t room = room_wanted(conn);
	uint8_t *to = buffer_reserve(&conn->input, room);
	ssize_t n;

	if (to == NULL) {
		conn->client.broken = true;
		end_reading(conn);
		return;
	}
	n = recv(conn->fd, to, room, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		buffer_drop(&conn->input, 0);
		return;
	}
	if (n <= 0) {
		end_reading(conn);
		return;
	}
	buffer_add(&conn->input, (size_t)n);
	if (waiting(&conn->input) < conn->wanted || take_messages(conn))
		count(conn);
}

static void readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	read_in(context);
}

/* ---- Out ---- */

/* Returns false when the connection is gone. */
static bool write_out(struct conn *conn)
{
	struct bytes bytes = buffer_waiting(&conn->client.output);
	ssize_t n;

	if (bytes.n == 0)
		return true;
	n = send(conn->fd, bytes.data, bytes.n, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	if (n > 0) {
		buffer_drop(&conn->client.output, (size_t)n);
		conn->active_s = conn->conns->tick_s;
		conn->output_since_s = conn->conns->tick_s;
	}
	return true;
}

/* Whether everything was said that there was to say. */
static bool is_over(const struct conn *conn)
{
	return conn->ended && waiting(&conn->client.output) == 0 &&
	       conn->client.streams == NULL;
}

static void watch_output(struct conn *conn)
{
	if (waiting(&conn->client.output) == 0) {
		event_del(&conn->on_write);
		return;
	}
	if (event_pending(&conn->on_write, EV_WRITE, NULL))
		return;
	conn->output_since_s = conn->conns->tick_s;
	event_add(&conn->on_write, NULL);
}

/*
 * Writes, and goes on with what had to wait for room: readings of the log, and
 * messages that came while the connection was paused.
 */
static void move_on(struct conn *conn)
{
	int r;

	if (!write_out(conn)) {
		close_conn(conn);
		return;
	}
	if (waiting(&conn->client.output) == 0 && conn->client.streams != NULL) {
		r = service_stream(conn->conns->service, &conn->client);
		if (r != 0) {
			conn->conns->on_broken(conn->conns->context, r);
			return;
		}
		mark_dirty(conn);
	}
	if (conn->paused && !conn->ended) {
		pause_or_resume(conn);
		if (!conn->paused && !take_messages(conn))
			return;
	}
	if (is_over(conn)) {
		close_conn(conn);
		return;
	}
	watch_output(conn);
	count(conn);
}

static void writable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	move_on(context);
}

/* ---- All of them ---- */

int conns_add(struct conns *conns, int fd)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL) {
		close(fd);
		return -ENOMEM;
	}
	service_welcome(&conn->client);
	conn->conns = conns;
	conn->fd = fd;
	conn->active_s = conns->tick_s;
	event_assign(&conn->on_read, conns->base, fd, EV_READ | EV_PERSIST,
		     readable, conn);
	event_assign(&conn->on_write, conns->base, fd, EV_WRITE | EV_PERSIST,
		     writable, conn);
	if (event_add(&conn->on_read, NULL) != 0) {
		close(fd);
		free(conn);
		return -ENOMEM;
	}
	conn->next = conns->first;
	conn->link = &conns->first;
	if (conns->first != NULL)
		conns->first->link = &conn->next;
	conns->first = conn;
	conns->n++;
	count(conn);
	return 0;
}

void conns_turn(struct conns *conns)
{
	struct conn *dirty;
	int r = service_commit(conns->service);

	if (r != 0) {
		conns->on_broken(conns->context, r);
		return;
	}
	/* What becomes dirty while this goes on belongs to the next turn. */
	dirty = conns->dirty;
	conns->dirty = NULL;
	while (dirty != NULL) {
		struct conn *conn = dirty;

		dirty = conn->next_dirty;
		conn->is_dirty = false;
		move_on(conn);
	}
	r = service_tidy(conns->service, false);
	if (r != 0)
		conns->on_broken(conns->context, r);
}

static bool is_overdue(const struct conn *conn)
{
	const struct limits *limits = conn->conns->limits;
	uint64_t now = conn->conns->tick_s;

	if (conn->message_since_s != 0 &&
	    now - conn->message_since_s >= limits->slow_timeout_s)
		return true;
	if (event_pending(&conn->on_write, EV_WRITE, NULL))
		return now - conn->output_since_s >= limits->slow_timeout_s;
	return limits->idle_timeout_s != 0 && conn->client.n_under_way == 0 &&
	       now - conn->active_s >= limits->idle_timeout_s;
}

void conns_tick(struct conns *conns)
{
	struct conn *next;

	conns->tick_s++;
	for (struct conn *conn = conns->first; conn != NULL; conn = next) {
		next = conn->next;
		if (is_overdue(conn))
			close_conn(conn);
	}
}

void conns_stop(struct conns *conns)
{
	struct conn *next;

	conns->stopping = true;
	for (struct conn *conn = conns->first; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->ended)
			continue;
		read_in(conn);
		if (!conn->ended)
			end_reading(conn);
	}
}

void conns_close(struct conns *conns)
{
	while (conns->first != NULL)
		close_conn(conns->first);
}
