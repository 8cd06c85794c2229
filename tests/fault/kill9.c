/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "clients/audit/content.h"
#include "proto/frame.h"
#include "proto/log_reader.h"
#include "proto/message.h"
#include "tests/support/chance.h"
#include "tests/support/permitd.h"

/*
 * usage: kill9 [ROUNDS [SEED]]
 *
 * Kills permitd with SIGKILL at random moments while many requests are under
 * way, and holds after each time, from the files alone and before the daemon runs
 * again, that the log continues what it was and contains the tree of every
 * checkpoint that a client was given. After the restart each decision that a client was told
 * about is asked for, and what was left in doubt is sent again. At the end the
 * whole log is read: every acknowledged decision stands where the client was
 * told, and no request id occurs twice.
 */
#define ROUNDS_DEFAULT 200
#define CONNECTIONS 4
#define IN_FLIGHT 16
#define BUFFER_BYTES (256 * 1024)
#define DECISIONS_MAX 2000000
#define ASKED_AGAIN 8 /* acknowledged decisions asked for after each restart */

struct request {
	uint8_t id[16];
	uint64_t log_index;
	bool sent; /* at least once */
	bool acknowledged;
	char decision_id[33];
	bool found; /* in the last reading of the log */
};

/* What a checkpoint that was given to a client says. */
struct promise {
	uint64_t size;
	struct digest root;
};

struct connection {
	int fd;
	uint8_t in[BUFFER_BYTES];
	size_t n_in;
	uint8_t out[BUFFER_BYTES];
	size_t n_out;
	size_t n_under_way;
};

static struct permitd daemon_under_test;
static struct connection connections[CONNECTIONS];
static struct request *requests;
static size_t n_requests;
static size_t *doubtful; /* sent, and not acknowledged when it was killed */
static size_t n_doubtful;
static size_t n_resent;
static size_t n_acknowledged;
static struct promise promises[65536]; /* of this round */
static size_t n_promises;
static uint64_t seed;
static struct chance luck;
static struct arena arena;

/* The log as far as it was verified. */
static struct segment_state verified;
static struct log_position verified_at;
static bool has_verified;
static struct vkey key;

_Noreturn static void fail(const char *what, const char *why)
{
	printf("not ok - %s: %s (seed %llu; the store is in %s)\n", what, why,
	       (unsigned long long)seed, daemon_under_test.folder);
	exit(1);
}

/* ---- Load ---- */

static void connect_one(struct connection *connection)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memset(connection, 0, sizeof(*connection));
	strcpy(address.sun_path, daemon_under_test.socket);
	connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 ||
	    connect(connection->fd, (struct sockaddr *)&address, sizeof(address)) !=
		    0)
		fail("connect", strerror(errno));
	fcntl(connection->fd, F_SETFL, O_NONBLOCK);
}

static char *text(const char *from)
{
	return arena_text(&arena, from, strlen(from));
}

static Permit__V1__NamedFacts *facts_of_case(void)
{
	static const char *const answers[][2] = {
		{ "ident.status", "possible" }, { "presence.in_country", "yes" },
		{ "ca.compliance", "no" },	{ "ca.bars", "s41" },
		{ "ca.procedures", "none" },	{ "ca.designated", "no" },
	};
	Permit__V1__NamedFacts *named = arena_alloc(&arena, sizeof(*named));

	permit__v1__named_facts__init(named);
	named->facts = arena_array(&arena, ARRAY_LENGTH(answers), sizeof(void *));
	for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
		Permit__V1__NamedFact *fact = arena_alloc(&arena, sizeof(*fact));

		permit__v1__named_fact__init(fact);
		fact->key = text(answers[i][0]);
		fact->answer_case = PERMIT__V1__NAMED_FACT__ANSWER_VALUE;
		fact->value = text(answers[i][1]);
		named->facts[named->n_facts++] = fact;
	}
	return named;
}

/* The id on the wire is the number of the request, from 1. */
static void put_request(struct connection *connection, size_t i)
{
	Permit__V1__EvaluateRequest evaluate;
	Permit__V1__Request request;
	struct bytes frame;

	arena_reset(&arena);
	permit__v1__evaluate_request__init(&evaluate);
	permit__v1__request__init(&request);
	evaluate.policy = text("ca-vtip");
	evaluate.question = text("first-permit");
	evaluate.case_ref = text(PERMITD_CASE_REF);
	evaluate.as_of = text("2025-06-01");
	evaluate.request_id = (ProtobufCBinaryData){ 16, requests[i].id };
	evaluate.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_NAMED;
	evaluate.named = facts_of_case();
	request.id = i + 1;
	request.body_case = PERMIT__V1__REQUEST__BODY_EVALUATE;
	request.evaluate = &evaluate;
	if (message_frame(&request.base, &arena, &frame) != 0 ||
	    connection->n_out + frame.n > BUFFER_BYTES)
		fail("send", "no room");
	memcpy(&connection->out[connection->n_out], frame.data, frame.n);
	connection->n_out += frame.n;
	connection->n_under_way++;
	requests[i].sent = true;
}

static size_t next_request(void)
{
	if (n_resent < n_doubtful)
		return doubtful[n_resent++];
	if (n_requests == DECISIONS_MAX)
		fail("load", "too many decisions for this campaign");
	random_bytes(requests[n_requests].id, 16);
	return n_requests++;
}

static void promise(const char *note)
{
	struct bytes bytes = { (const uint8_t *)note, strlen(note) };
	struct checkpoint checkpoint;

	if (checkpoint_open(bytes, &key, &checkpoint) != 0)
		fail("checkpoint", "it is not signed by the log");
	if (n_promises > 0 && promises[n_promises - 1].size == checkpoint.size)
		return;
	if (n_promises == ARRAY_LENGTH(promises))
		return;
	promises[n_promises].size = checkpoint.size;
	promises[n_promises++].root = checkpoint.root;
}

static void acknowledge(const Permit__V1__Response *response)
{
	const Permit__V1__Decision *decision;
	struct request *request = &requests[response->id - 1];

	if (response->id == 0 || response->id > n_requests)
		fail("answer", "to a request that was not sent");
	if (response->body_case == PERMIT__V1__RESPONSE__BODY_ERROR)
		fail("answer", response->error->message);
	decision = response->evaluate->decision;
	if (!decision->recorded || strlen(decision->id) != 32)
		fail("answer", "a decision that was not recorded");
	if (decision->log_index >= decision->tree_size)
		fail("answer", "the checkpoint does not hold the decision");
	promise(decision->checkpoint);
	if (request->acknowledged)
		fail("answer", "the same request was answered twice");
	request->acknowledged = true;
	request->log_index = decision->log_index;
	strcpy(request->decision_id, decision->id);
	n_acknowledged++;
}

static void take_answers(struct connection *connection)
{
	struct frame_reader reader = { .max_bytes = RESPONSE_MAX_BYTES };
	const Permit__V1__Response *response;
	struct refusal refusal;
	struct frame frame;
	size_t done = 0;

	while (frame_next(&reader,
			  (struct bytes){ connection->in + done,
					  connection->n_in - done },
			  &frame) == FRAME_OK) {
		arena_reset(&arena);
		if (response_read(frame.payload, &arena, &response, &refusal) != 0)
			fail("answer", refusal.message);
		acknowledge(response);
		connection->n_under_way--;
		done += frame.n_done;
	}
	connection->n_in -= done;
	memmove(connection->in, connection->in + done, connection->n_in);
}

/* Sends and receives what is possible now. */
static void work(struct connection *connection, bool more)
{
	ssize_t n;

	while (more && connection->n_under_way < IN_FLIGHT)
		put_request(connection, next_request());
	n = send(connection->fd, connection->out, connection->n_out, MSG_NOSIGNAL);
	if (n > 0) {
		connection->n_out -= (size_t)n;
		memmove(connection->out, connection->out + n, connection->n_out);
	}
	n = recv(connection->fd, connection->in + connection->n_in,
		 BUFFER_BYTES - connection->n_in, 0);
	if (n > 0) {
		connection->n_in += (size_t)n;
		take_answers(connection);
	}
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void wait_for_any(void)
{
	struct pollfd fds[CONNECTIONS];

	for (size_t i = 0; i < CONNECTIONS; i++)
		fds[i] = (struct pollfd){ .fd = connections[i].fd,
					  .events = POLLIN };
	poll(fds, CONNECTIONS, 1);
}

/*
 * For a while by chance: mostly counted from the first answer, when commits
 * follow each other, sometimes from the start, when an edition is being compiled.
 */
static void load_for_a_while(void)
{
	size_t before = n_acknowledged;
	bool at_work = chance_below(&luck, 4) == 0;
	int64_t us = chance_below(&luck, 40000);
	int64_t end = now_us() + us;

	for (size_t i = 0; i < CONNECTIONS; i++)
		connect_one(&connections[i]);
	while (!at_work || now_us() < end) {
		for (size_t i = 0; i < CONNECTIONS; i++)
			work(&connections[i], true);
		if (!at_work && n_acknowledged != before) {
			at_work = true;
			end = now_us() + us;
		}
		wait_for_any();
	}
}

/* What arrived before the end was given, even if it was not read yet. */
static void take_what_arrived(void)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		ssize_t n;

		do {
			n = recv(connections[i].fd,
				 connections[i].in + connections[i].n_in,
				 BUFFER_BYTES - connections[i].n_in, 0);
			if (n > 0) {
				connections[i].n_in += (size_t)n;
				take_answers(&connections[i]);
			}
		} while (n > 0);
		close(connections[i].fd);
	}
}

static void collect_doubtful(size_t from)
{
	size_t n = 0;

	for (size_t i = 0; i < n_doubtful; i++)
		if (!requests[doubtful[i]].acknowledged)
			doubtful[n++] = doubtful[i];
	for (size_t i = from; i < n_requests; i++)
		if (!requests[i].acknowledged)
			doubtful[n++] = i;
	n_doubtful = n;
	n_resent = 0;
}

/* ---- The log, without the daemon ---- */

/* The tree after the record that was just verified. */
static void keep_promises(size_t *next)
{
	struct digest root = merkle_frontier_root(&verified.frontier);
	uint64_t size = verified.frontier.size;

	while (*next < n_promises && promises[*next].size <= size) {
		if (promises[*next].size != size ||
		    !digest_equal(&promises[*next].root, &root))
			fail("checkpoint", "the log has another tree of this size");
		(*next)++;
	}
}

static int compare_promises(const void *a, const void *b)
{
	const struct promise *x = a;
	const struct promise *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

/* Promises about decisions of former rounds were held in theirs. */
static size_t first_new_promise(uint64_t size)
{
	size_t i = 0;

	qsort(promises, n_promises, sizeof(promises[0]), compare_promises);
	while (i < n_promises && promises[i].size <= size)
		i++;
	return i;
}

static void verify_new_records(void)
{
	char folder[PATH_MAX];
	struct log_reader *reader;
	struct log_problem problem;
	struct segment_record record;
	size_t next = first_new_promise(verified.frontier.size);
	bool skip = has_verified;
	int r;

	snprintf(folder, sizeof(folder), "%s/log", daemon_under_test.store);
	if (log_reader_open(folder, verified_at, &reader) != 0)
		fail("log", "it cannot be opened");
	while ((r = log_reader_next(reader, &record, &problem)) == 0) {
		if (!skip) {
			if (segment_verify(&record, &key, &verified) !=
			    SEGMENT_SOUND)
				fail("log", "it does not continue what it was");
			keep_promises(&next);
			verified_at = record.position;
			has_verified = true;
		}
		skip = false;
	}
	if (r != LOG_READER_END)
		fail("log", problem.text);
	if (next != n_promises)
		fail("checkpoint",
		     "the log ends before a tree that a client was given");
	n_promises = 0;
	log_reader_close(&reader);
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(((const struct request *)a)->id,
		      ((const struct request *)b)->id, 16);
}

static struct request *find_request(struct bytes hex)
{
	struct request wanted;
	struct request *found;

	if (!hex_parse((const char *)hex.data, hex.n, wanted.id, 16))
		fail("log", "a request id that nobody sent");
	found = bsearch(&wanted, requests, n_requests, sizeof(*requests),
			compare_ids);
	if (found == NULL)
		fail("log", "a request id that nobody sent");
	return found;
}

static void check_item(struct audit_keys *keys, const struct source_item *item)
{
	struct content_decision content;
	struct request *request;
	const char *why;
	char id[33];

	if (item->entry.type != ENTRY_DECISION)
		return;
	if (audit_keys_note(keys, item) != 0 ||
	    content_read(keys, item, &content, &why) != 0)
		fail("log", "a blob does not open");
	request = find_request(content.request_id);
	if (request->found)
		fail("log", "one request was recorded twice");
	request->found = true;
	hex_print(item->entry.entry_id, ENTRY_ID_BYTES, id);
	if (request->acknowledged && (request->log_index != item->entry.seq ||
				      strcmp(request->decision_id, id) != 0))
		fail("log", "a decision stands elsewhere than the client was told");
}

/* Everything from the beginning. Sorts the requests, so it comes last. */
static void read_whole_log(void)
{
	CLEANUP(audit_keys_close) struct audit_keys *keys = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	char folder[PATH_MAX], why[AUDIT_KEYS_WHY_BYTES], vkey[VKEY_TEXT_BYTES];
	struct source_item item;
	struct finding finding;
	int r;

	snprintf(folder, sizeof(folder), "%s/keys", daemon_under_test.store);
	if (audit_keys_open(folder, NULL, &keys, why) != 0)
		fail("keys", "they cannot be opened");
	qsort(requests, n_requests, sizeof(*requests), compare_ids);
	vkey_print(&key, vkey);
	if (source_open(daemon_under_test.store, vkey, &source, &finding) != 0)
		fail("log", "it cannot be opened");
	while ((r = source_next(source, &item, &finding)) == 0)
		check_item(keys, &item);
	if (r != AUDIT_END)
		fail("log", finding.what);
	for (size_t i = 0; i < n_requests; i++)
		if (requests[i].acknowledged && !requests[i].found)
			fail("log", "an acknowledged decision is missing");
}

/* ---- Rounds ---- */

static void start(void)
{
	static const char *const options[] = {
		"--segment-bytes",
		"1048576",
		"--map-bytes",
		"262144",
		"--index-batch",
		"300",
		"--index-idle",
		"20",
		NULL,
	};

	if (!permitd_start(&daemon_under_test, options))
		fail("restart", permitd_journal(&daemon_under_test));
}

static void read_key(void)
{
	char path[PATH_MAX];
	char line[VKEY_TEXT_BYTES + 1] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/keys/log.key.pub",
		 daemon_under_test.store);
	file = fopen(path, "r");
	if (file == NULL || fgets(line, sizeof(line), file) == NULL ||
	    !vkey_parse(line, strcspn(line, "\n"), &key))
		fail("key", "it cannot be read");
	fclose(file);
}

/* Decisions that clients were told about are there, by their ids. */
static void ask_for_some(void)
{
	for (size_t i = 0; i < ASKED_AGAIN && n_acknowledged > 0; i++) {
		const struct request *request =
			&requests[chance_below(&luck, (uint32_t)n_requests)];
		char question[128];
		char expected[64];
		const char *given;

		if (!request->acknowledged)
			continue;
		snprintf(question, sizeof(question),
			 "{\"getDecision\":{\"id\":\"%s\"}}", request->decision_id);
		snprintf(expected, sizeof(expected), "\"logIndex\":\"%llu\"",
			 (unsigned long long)request->log_index);
		given = permitd_ask(&daemon_under_test, question, NULL);
		if (request->log_index != 0 && strstr(given, expected) == NULL)
			fail("GetDecision", given);
	}
	permitd_hang_up(&daemon_under_test);
}

static void one_round(void)
{
	size_t from = n_requests;

	start();
	ask_for_some();
	load_for_a_while();
	permitd_stop(&daemon_under_test, SIGKILL);
	take_what_arrived();
	collect_doubtful(from);
	verify_new_records();
}

/* Whatever is in doubt at the end is settled by asking once more. */
static void settle(void)
{
	start();
	for (size_t i = 0; i < CONNECTIONS; i++)
		connect_one(&connections[i]);
	while (n_resent < n_doubtful || connections[0].n_under_way != 0) {
		work(&connections[0], n_resent < n_doubtful);
		if (n_resent == n_doubtful && connections[0].n_under_way == 0)
			break;
		wait_for_any();
	}
	if (permitd_stop(&daemon_under_test, SIGTERM) != 0)
		fail("stop", "SIGTERM did not end it with 0");
	take_what_arrived();
	verify_new_records();
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10)
					: ROUNDS_DEFAULT;

	random_bytes((uint8_t *)&seed, sizeof(seed));
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	luck.state = seed;
	printf("# %lu kills, seed %llu\n", rounds, (unsigned long long)seed);
	requests = calloc(DECISIONS_MAX, sizeof(*requests));
	doubtful = calloc(DECISIONS_MAX, sizeof(*doubtful));
	if (requests == NULL || doubtful == NULL)
		return 1;
	arena_init(&arena, 64u * 1024 * 1024);
	segment_state_init(&verified);
	permitd_init(&daemon_under_test, NULL);
	start();
	read_key();
	permitd_enact(&daemon_under_test, "2025-02-04");
	permitd_stop(&daemon_under_test, SIGTERM);
	for (unsigned long i = 0; i < rounds; i++)
		one_round();
	settle();
	read_whole_log();
	printf("# %zu decisions sent, %zu acknowledged\n", n_requests,
	       n_acknowledged);
	if (n_acknowledged < rounds)
		fail("load", "it was too small to show anything");
	printf("ok - every_acknowledged_decision_survives_a_kill\n"
	       "ok - no_request_is_recorded_twice\n"
	       "ok - the_log_after_a_kill_continues_every_checkpoint_given_before\n");
	permitd_done(&daemon_under_test);
	arena_done(&arena);
	free(requests);
	free(doubtful);
	return 0;
}
