/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>

#include "daemon/conn.h"
#include "daemon/logging.h"
#include "daemon/loop.h"
#include "daemon/metrics_server.h"

#define ACCEPTS_A_TURN 64
#define RETRY_MS 200

struct loop {
	const struct loop_options *options;
	struct event_base *base;
	struct conns conns;
	struct metrics_server metrics;
	struct event on_client;
	struct event on_retry; /* listen again after descriptors ran out */
	struct event on_turn;
	struct event on_second;
	struct event on_idle;
	struct event on_term;
	struct event on_int;
	struct event on_hup;
	uint64_t stop_at_s; /* 0: not stopping */
	bool listening;
	int error;
};

static struct timeval after_ms(uint64_t ms)
{
	return (struct timeval){ .tv_sec = (time_t)(ms / 1000),
				 .tv_usec = (suseconds_t)(ms % 1000 * 1000) };
}

static void end(struct loop *loop, int error)
{
	if (loop->error == 0)
		loop->error = error;
	event_base_loopbreak(loop->base);
}

/* ---- Clients ---- */

static void listen_again(struct loop *loop)
{
	if (loop->listening || loop->stop_at_s != 0 ||
	    loop->conns.n >= loop->options->config->limits.connections)
		return;
	loop->listening = event_add(&loop->on_client, NULL) == 0;
}

static void pause_listening(struct loop *loop)
{
	event_del(&loop->on_client);
	loop->listening = false;
}

static void retry_later(struct loop *loop)
{
	struct timeval later = after_ms(RETRY_MS);

	pause_listening(loop);
	event_add(&loop->on_retry, &later);
}

/* False when no more clients are to be accepted in this turn. */
static bool accept_one(struct loop *loop)
{
	int fd;
	int r;

	if (loop->conns.n >= loop->options->config->limits.connections) {
		pause_listening(loop);
		return false;
	}
	r = listener_accept(loop->options->listener, &fd);
	if (r == LISTENER_E_NONE_WAITS)
		return false;
	if (r == 0)
		r = conns_add(&loop->conns, fd);
	if (r == 0)
		return true;
	logging(LOGGING_WARNING, "clients are turned away: %s",
		r == LISTENER_E_NO_DESCRIPTOR
			? "no free file descriptor"
			: "the system has no memory for them");
	retry_later(loop);
	return false;
}

static void on_client(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	for (int i = 0; i < ACCEPTS_A_TURN; i++)
		if (!accept_one(context))
			return;
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	listen_again(context);
}

static void on_gone(void *context)
{
	struct loop *loop = context;

	listen_again(loop);
	if (loop->stop_at_s != 0 && loop->conns.n == 0)
		end(loop, 0);
}

/* ---- Turns ---- */

static void want_turn(void *context)
{
	struct loop *loop = context;
	struct timeval later = after_ms(loop->options->config->index_idle_ms);

	/* It runs after everything that is ready now: one commit for all of it. */
	event_active(&loop->on_turn, EV_TIMEOUT, 1);
	event_add(&loop->on_idle, &later);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;

	(void)fd;
	(void)what;
	conns_turn(&loop->conns);
}

static void on_broken(void *context, int error)
{
	end(context, error);
}

static void on_idle(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;
	int r = service_tidy(loop->options->service, true);

	(void)fd;
	(void)what;
	if (r != 0)
		end(loop, r);
}

static void on_second(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;

	(void)fd;
	(void)what;
	conns_tick(&loop->conns);
	loop->options->on_second(loop->options->context);
	if (loop->stop_at_s != 0 && loop->conns.tick_s >= loop->stop_at_s)
		end(loop, 0);
}

/* ---- Signals ---- */

static void on_stop(evutil_socket_t number, short what, void *context)
{
	struct loop *loop = context;

	(void)what;
	if (loop->stop_at_s != 0)
		return;
	logging(LOGGING_NOTICE, "stopping, as %s asks",
		number == SIGTERM ? "SIGTERM" : "SIGINT");
	loop->options->on_stop(loop->options->context);
	loop->stop_at_s = loop->conns.tick_s +
			  loop->options->config->stop_timeout_s + 1;
	pause_listening(loop);
	listener_close(loop->options->listener);
	metrics_server_stop(&loop->metrics);
	/* What was queued before is answered, what is read now is refused. */
	conns_turn(&loop->conns);
	service_stop(loop->options->service);
	conns_stop(&loop->conns);
	if (loop->conns.n == 0)
		end(loop, 0);
}

static void on_hup(evutil_socket_t number, short what, void *context)
{
	struct loop *loop = context;

	(void)number;
	(void)what;
	loop->options->on_reload(loop->options->context);
	listen_again(loop);
}

/* The handlers are there: what came before them, or comes now, reaches them. */
static void unblock_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* ---- The loop ---- */

static int add_signal(struct loop *loop, struct event *event, int number,
		      event_callback_fn callback)
{
	if (evsignal_assign(event, loop->base, number, callback, loop) != 0 ||
	    evsignal_add(event, NULL) != 0)
		return -ENOMEM;
	return 0;
}

static int prepare(struct loop *loop)
{
	struct timeval second = after_ms(1000);
	int r;

	event_assign(&loop->on_client, loop->base, loop->options->listener->fd,
		     EV_READ | EV_PERSIST, on_client, loop);
	evtimer_assign(&loop->on_retry, loop->base, on_retry, loop);
	evtimer_assign(&loop->on_idle, loop->base, on_idle, loop);
	event_assign(&loop->on_turn, loop->base, -1, 0, on_turn, loop);
	event_assign(&loop->on_second, loop->base, -1, EV_PERSIST, on_second, loop);
	r = event_add(&loop->on_second, &second) == 0 ? 0 : -ENOMEM;
	if (r == 0)
		r = add_signal(loop, &loop->on_term, SIGTERM, on_stop);
	if (r == 0)
		r = add_signal(loop, &loop->on_int, SIGINT, on_stop);
	if (r == 0)
		r = add_signal(loop, &loop->on_hup, SIGHUP, on_hup);
	if (r == 0 && loop->options->metrics != NULL)
		r = metrics_server_start(&loop->metrics, loop->base,
					 loop->options->metrics,
					 loop->options->service);
	listen_again(loop);
	return r == 0 && !loop->listening ? -ENOMEM : r;
}

int loop_run(const struct loop_options *options)
{
	struct loop loop = { .options = options, .base = event_base_new() };

	if (loop.base == NULL)
		return -ENOMEM;
	loop.conns = (struct conns){
		.base = loop.base,
		.service = options->service,
		.limits = &options->config->limits,
		.on_turn = want_turn,
		.on_gone = on_gone,
		.on_broken = on_broken,
		.context = &loop,
		.tick_s = 1,
	};
	loop.error = prepare(&loop);
	if (loop.error == 0) {
		unblock_signals();
		options->on_ready(options->context);
		if (event_base_dispatch(loop.base) < 0)
			loop.error = -EIO;
	}
	loop.stop_at_s = 1;
	metrics_server_stop(&loop.metrics);
	conns_close(&loop.conns);
	event_base_free(loop.base);
	return loop.error;
}
