/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/engine.h"
#include "daemon/listener.h"
#include "daemon/logging.h"
#include "daemon/loop.h"
#include "daemon/service.h"
#include "daemon/store/durable.h"
#include "proto/tombstone.h"
#include "daemon/supervisor.h"

#define EXIT_BROKEN 1
#define EXIT_USAGE 2

#define WATCHDOG_MIN_MS 5000 /* proving the largest edition blocks the loop */

struct daemon {
	struct erasure_keys erasure_keys;
	int argc;
	char **argv;
	struct config config;
	struct store store;
	struct service *service;
	struct listener listener;
	struct listener metrics;
	uint64_t begun_ms;
	bool unmarked;	      /* the high-water file could not be written */
	uint64_t watchdog_ms; /* 0: nobody waits for a sign of life */
};

/* ---- Configuration ---- */

/* Returns true to go on, else the exit status is set. */
static bool read_config(struct daemon *daemon, int *ret_status)
{
	char text[CONFIG_ERROR_BYTES];

	switch (config_read(daemon->argc, daemon->argv, &daemon->config, text)) {
	case 0:
		if (!daemon->config.check)
			return true;
		puts("permitd: every option is right");
		*ret_status = 0;
		return false;
	case CONFIG_E_HELP:
		config_print_help(stdout);
		*ret_status = 0;
		return false;
	case CONFIG_E_VERSION:
		printf("permitd %s\n", ENGINE_VERSION);
		*ret_status = 0;
		return false;
	default:
		fprintf(stderr, "permitd: %s\n", text);
		*ret_status = EXIT_USAGE;
		return false;
	}
}

static void apply_config(struct daemon *daemon)
{
	daemon->store.index_batch = daemon->config.index_batch;
	logging_set_level((enum logging_level)daemon->config.log_level);
}

/*
 * A configuration that is wrong changes nothing: the daemon goes on with the
 * old one.
 */
static void reload(void *context)
{
	struct daemon *daemon = context;
	char text[CONFIG_ERROR_BYTES];
	const char *names[16];
	struct config fresh;
	size_t n;

	if (config_read(daemon->argc, daemon->argv, &fresh, text) != 0) {
		logging(LOGGING_ERROR, "the configuration was not read again: %s",
			text);
		return;
	}
	n = config_reload(&daemon->config, &fresh, names, ARRAY_LENGTH(names));
	apply_config(daemon);
	for (size_t i = 0; i < n; i++)
		logging(LOGGING_WARNING,
			"%s has a new value, which waits for a restart", names[i]);
	logging(LOGGING_NOTICE, "the configuration was read again");
}

/* ---- Start ---- */

static int open_store(struct daemon *daemon)
{
	struct store_options options = {
		.folder = daemon->config.store,
		.origin = daemon->config.origin,
		.root_key = daemon->config.root_key,
		.high_water = daemon->config.high_water,
		.accept_rollback = daemon->config.accept_rollback,
		.now_ms = clock_ms(),
		.segment_bytes = daemon->config.segment_bytes,
		.map_bytes = daemon->config.map_bytes,
		.index_batch = daemon->config.index_batch,
		.max_loaded = daemon->config.loaded_editions,
	};
	struct store_report report;
	int r = store_open(&options, &daemon->store, &report);

	if (r != 0) {
		logging(LOGGING_ERROR, "%s", report.text);
		return r;
	}
	if (report.created)
		logging(LOGGING_NOTICE, "made a new store in %s",
			daemon->config.store);
	if (report.new_keyring)
		logging(LOGGING_NOTICE, "made a new keyring in %s/keys",
			daemon->config.store);
	if (report.resumed)
		logging(LOGGING_NOTICE,
			"went on with an erasure that was interrupted");
	if (report.root_beside)
		logging(LOGGING_WARNING,
			"the root key lies in %s/keys, beside the keyring: keep keys/ "
			"out of every backup of the log, or give --root-key",
			daemon->config.store);
	if (report.accepted)
		logging(LOGGING_WARNING, "accepted by hand, and recorded: %s",
			report.text);
	else if (report.cut)
		logging(LOGGING_WARNING, "%s", report.text);
	if (report.n_read != 0)
		logging(LOGGING_NOTICE,
			"read %llu entries from the log that the index had "
			"not heard of",
			(unsigned long long)report.n_read);
	return 0;
}

/* A socket that was handed over goes before one of our own. */
static int adopt_listener(struct daemon *daemon)
{
	int fd = -1;
	int r = supervisor_socket(&fd);

	if (r == 0)
		listener_adopt(fd, &daemon->listener);
	else if (r == SUPERVISOR_E_MANY)
		logging(LOGGING_ERROR, "more than one socket was handed over; a "
				       "socket unit for permitd has one ListenStream=");
	else if (r == SUPERVISOR_E_KIND)
		logging(LOGGING_ERROR, "the socket that was handed over is not a "
				       "listening Unix stream socket");
	else if (r != SUPERVISOR_E_NONE)
		logging(LOGGING_ERROR, "cannot use the socket that was handed over: %s",
			strerror(-r));
	return r;
}

/* A socket of our own, or why not. */
static int open_socket(const char *path, struct listener *listener)
{
	int r = listener_open(path, listener);

	if (r == LISTENER_E_SERVED)
		logging(LOGGING_ERROR, "another process answers at the socket %s",
			path);
	else if (r == LISTENER_E_OTHER)
		logging(LOGGING_ERROR, "%s is there and is not a socket", path);
	else if (r == LISTENER_E_FOLDER)
		logging(LOGGING_ERROR,
			"the folder of the socket %s is none, or others may "
			"write to it; give the socket a folder of its own",
			path);
	else if (r != 0)
		logging(LOGGING_ERROR, "cannot listen at %s: %s", path,
			strerror(-r));
	return r;
}

static int open_own_listener(struct daemon *daemon)
{
	const char *path = daemon->config.socket;

	if (path[0] == '\0') {
		logging(LOGGING_ERROR, "no socket to serve on: give --socket PATH, or "
				       "start permitd by a socket unit");
		return -EDESTADDRREQ;
	}
	return open_socket(path, &daemon->listener);
}

/* Without the two roles' keys the daemon runs, and nothing can be erased. */
static int read_erasure_keys(struct daemon *daemon)
{
	CLEANUP(durable_free) struct bytes text = { NULL, 0 };
	const char *path = daemon->config.erasure_keys;
	int r;

	if (path[0] == '\0')
		return 0;
	r = durable_read_public(path, 4096, &text);
	if (r == 0 && !erasure_keys_parse(text, &daemon->erasure_keys))
		r = -EINVAL;
	if (r == DURABLE_E_ABSENT || r == DURABLE_E_OPEN_TO_OTHERS)
		r = r == DURABLE_E_ABSENT ? -ENOENT : -EPERM;
	if (r != 0)
		logging(LOGGING_ERROR,
			"%s cannot be used (%s): it must hold two lines, \"eraser "
			"VKEY\" and \"protection VKEY\", of two different keys, and "
			"nobody else may write it", path, strerror(-r));
	return r;
}

static int open_listener(struct daemon *daemon)
{
	const char *metrics = daemon->config.metrics_socket;
	int r = adopt_listener(daemon);

	if (r == SUPERVISOR_E_NONE)
		r = open_own_listener(daemon);
	return r == 0 && metrics[0] != '\0' ? open_socket(metrics, &daemon->metrics)
					     : r;
}

static void ready(void *context)
{
	struct daemon *daemon = context;

	logging(LOGGING_NOTICE, "ready after %llu ms, version %s, at %s",
		(unsigned long long)(clock_ms() - daemon->begun_ms), ENGINE_VERSION,
		daemon->listener.path != NULL ? daemon->listener.path
					      : "a socket that was handed over");
	supervisor_tell("READY=1\nSTATUS=answering");
}

/* A disk without room for it is said once; the log itself is not affected. */
static void mark(struct daemon *daemon)
{
	int r = store_mark(&daemon->store);

	if (r != 0 && !daemon->unmarked)
		logging(LOGGING_ERROR, "the high-water file cannot be written: %s. "
			"A rollback would not be seen", strerror(-r));
	daemon->unmarked = r != 0;
}

/*
 * The loop turns: what else the daemon does within a second, the supervisor is
 * not to take for stuck.
 */
static void second(void *context)
{
	struct daemon *daemon = context;

	mark(daemon);
	if (daemon->watchdog_ms != 0)
		supervisor_tell("WATCHDOG=1");
}

static void stopping(void *context)
{
	(void)context;
	supervisor_tell("STOPPING=1\nSTATUS=answering what is queued");
}

/* ---- Life and end ---- */

static int serve(struct daemon *daemon)
{
	struct service_options options = { .store = &daemon->store,
					   .limits = &daemon->config.limits };
	struct loop_options loop = {
		.config = &daemon->config,
		.listener = &daemon->listener,
		.on_reload = reload,
		.on_ready = ready,
		.on_second = second,
		.on_stop = stopping,
		.context = daemon,
	};
	int r;

	if (daemon->config.metrics_socket[0] != '\0')
		loop.metrics = &daemon->metrics;
	if (daemon->config.erasure_keys[0] != '\0')
		options.erasure_keys = &daemon->erasure_keys;
	r = service_open(&options, &daemon->service);

	if (r == 0) {
		loop.service = daemon->service;
		r = loop_run(&loop);
	}
	if (r == 0)
		r = service_tidy(daemon->service, true);
	if (r != 0)
		logging(LOGGING_ERROR, "cannot go on: %s", strerror(-r));
	else
		logging(LOGGING_NOTICE, "stopped; everything is on the disk");
	return r;
}

/*
 * A client that leaves, or a file at its limit, is an error code and no death.
 * What comes while the store is being opened waits for the loop.
 */
static void prepare_signals(void)
{
	sigset_t wait;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&wait);
	sigaddset(&wait, SIGTERM);
	sigaddset(&wait, SIGINT);
	sigaddset(&wait, SIGHUP);
	sigprocmask(SIG_BLOCK, &wait, NULL);
}

int daemon_run(int argc, char **argv)
{
	struct daemon daemon = { .argc = argc,
				 .argv = argv,
				 .listener = LISTENER_NONE,
				 .metrics = LISTENER_NONE };
	int status = 0;
	int r;

	if (!read_config(&daemon, &status))
		return status;
	daemon.begun_ms = clock_ms();
	prepare_signals();
	logging_start((enum logging_level)daemon.config.log_level);
	daemon.watchdog_ms = supervisor_watchdog_ms();
	if (daemon.watchdog_ms != 0 && daemon.watchdog_ms < WATCHDOG_MIN_MS)
		logging(LOGGING_WARNING, "WatchdogSec= is under %d s; enacting may take "
					 "longer",
			WATCHDOG_MIN_MS / 1000);
	r = digest_start();
	if (r != 0)
		logging(LOGGING_ERROR, "OpenSSL cannot be used: %s", strerror(-r));
	if (r == 0)
		r = read_erasure_keys(&daemon);
	if (r == 0)
		r = open_store(&daemon);
	if (r == 0)
		r = open_listener(&daemon);
	if (r == 0)
		r = serve(&daemon);
	listener_close(&daemon.listener);
	listener_close(&daemon.metrics);
	service_close(&daemon.service);
	if (daemon.store.folder != NULL)
		mark(&daemon);
	store_close(&daemon.store);
	digest_stop();
	return r == 0 ? 0 : EXIT_BROKEN;
}
