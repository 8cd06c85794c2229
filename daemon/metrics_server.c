/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/metrics_server.h"

struct page {
	const char *status; /* "200 OK" */
	char *text;	    /* from malloc */
	size_t n;
};

static void leave(struct metrics_server *server, struct bufferevent *client)
{
	for (size_t i = 0; i < server->n; i++)
		if (server->clients[i] == client)
			server->clients[i] = server->clients[--server->n];
	bufferevent_free(client);
	if (server->listening)
		event_add(server->on_client, NULL);
}

/* ---- Answering ---- */

static int make_page(struct metrics_server *server, struct page *page)
{
	FILE *to = open_memstream(&page->text, &page->n);
	int r;

	if (to == NULL)
		return -ENOMEM;
	r = service_print_metrics(server->service, to);
	return fclose(to) != 0 ? -ENOMEM : r;
}

/* What the first line of a request asks for. */
static const char *judge(const char *line)
{
	if (strncmp(line, "GET ", 4) != 0)
		return "405 Method Not Allowed";
	if (strncmp(line + 4, "/metrics ", 9) != 0 &&
	    strncmp(line + 4, "/metrics?", 9) != 0)
		return "404 Not Found";
	return "200 OK";
}

static void on_written(struct bufferevent *client, void *context)
{
	leave(context, client);
}

static void on_event(struct bufferevent *client, short what, void *context)
{
	(void)what;
	leave(context, client);
}

static void reply(struct metrics_server *server, struct bufferevent *client,
		  const char *status)
{
	struct page page = { .status = status };

	if (strncmp(status, "200", 3) == 0 && make_page(server, &page) != 0) {
		page.status = "500 Internal Server Error";
		page.n = 0;
	}
	evbuffer_add_printf(
		bufferevent_get_output(client),
		"HTTP/1.1 %s\r\n"
		"Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
		"Content-Length: %zu\r\nConnection: close\r\n\r\n",
		page.status, page.n);
	bufferevent_write(client, page.text, page.n);
	free(page.text);
	bufferevent_disable(client, EV_READ);
	bufferevent_setcb(client, NULL, on_written, on_event, server);
}

static void on_readable(struct bufferevent *client, void *context)
{
	struct evbuffer *input = bufferevent_get_input(client);
	char request[METRICS_REQUEST_BYTES + 1];
	size_t n = evbuffer_get_length(input);

	if (n > METRICS_REQUEST_BYTES) {
		reply(context, client, "431 Request Header Fields Too Large");
		return;
	}
	evbuffer_copyout(input, request, n);
	request[n] = '\0';
	if (strstr(request, "\r\n\r\n") != NULL || strstr(request, "\n\n") != NULL)
		reply(context, client, judge(request));
}

/* ---- Clients ---- */

static void on_client(evutil_socket_t fd, short what, void *context)
{
	const struct timeval patience = { .tv_sec = METRICS_TIMEOUT_S };
	struct metrics_server *server = context;
	struct bufferevent *client;
	int client_fd;

	(void)fd;
	(void)what;
	if (listener_accept(server->listener, &client_fd) != 0)
		return;
	client = bufferevent_socket_new(server->base, client_fd,
					BEV_OPT_CLOSE_ON_FREE);
	if (client == NULL) {
		close(client_fd);
		return;
	}
	server->clients[server->n++] = client;
	if (server->n == METRICS_CLIENTS_MAX)
		event_del(server->on_client);
	bufferevent_setcb(client, on_readable, NULL, on_event, server);
	bufferevent_set_timeouts(client, &patience, &patience);
	/* One byte more than is allowed shows that it is too much. */
	bufferevent_setwatermark(client, EV_READ, 0, METRICS_REQUEST_BYTES + 1);
	bufferevent_enable(client, EV_READ | EV_WRITE);
}

int metrics_server_start(struct metrics_server *server, struct event_base *base,
			 struct listener *listener, struct service *service)
{
	*server = (struct metrics_server){ .base = base,
					   .listener = listener,
					   .service = service };
	server->on_client = event_new(base, listener->fd, EV_READ | EV_PERSIST,
				      on_client, server);
	if (server->on_client == NULL)
		return -ENOMEM;
	server->listening = event_add(server->on_client, NULL) == 0;
	return server->listening ? 0 : -ENOMEM;
}

void metrics_server_stop(struct metrics_server *server)
{
	if (server->on_client == NULL)
		return;
	server->listening = false;
	event_free(server->on_client);
	server->on_client = NULL;
	listener_close(server->listener);
	while (server->n > 0)
		leave(server, server->clients[0]);
}
