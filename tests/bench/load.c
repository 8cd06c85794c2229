/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "policy/language/policy.h"
#include "proto/caseref.h"
#include "proto/digest.h"
#include "proto/frame.h"
#include "proto/message.h"
#include "proto/packed.h"

/*
 * Asks a running permitd as fast as it answers, for a while: the settled
 * examples of an edition in turn, on so many connections, so many requests
 * under way on each. One line comes out: answers a second, and the latency of
 * half and of 99 of 100 of them.
 */
#define CONNECTIONS_MAX 256
#define IN_FLIGHT_MAX 256
#define CASES_MAX 16
#define LATENCIES_MAX 4000000
#define BUFFER_BYTES (1024 * 1024)
#define ARENA_BYTES (64u * 1024 * 1024)

struct options {
	const char *socket;
	const char *vocabulary;
	const char *policy;
	size_t n_connections;
	size_t n_in_flight;
	double seconds;
	bool packed;
	bool what_if;
};

struct connection {
	int fd;
	uint8_t in[BUFFER_BYTES];
	size_t n_in;
	uint8_t out[BUFFER_BYTES];
	size_t n_out;
	int64_t sent_ns[IN_FLIGHT_MAX];
	size_t next_case;
};

static struct bytes frames[CASES_MAX][IN_FLIGHT_MAX];
static size_t n_cases;
static uint32_t *latencies_us;
static size_t n_answers;

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

_Noreturn static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "load: %s: %s\n", what, why);
	exit(1);
}

static struct bytes read_file(const char *name)
{
	uint8_t *data = malloc(DOCUMENT_MAX_BYTES + 1);
	FILE *file = fopen(name, "rb");
	size_t n;

	if (file == NULL || data == NULL)
		give_up(name, strerror(errno));
	n = fread(data, 1, DOCUMENT_MAX_BYTES + 1, file);
	fclose(file);
	return (struct bytes){ data, n };
}

/* ---- Requests ---- */

static size_t name_facts(const struct edition *edition, const struct facts *facts,
			 struct arena *arena, Permit__V1__NamedFacts *named)
{
	Permit__V1__NamedFact *items = arena_array(arena, FACTS_MAX, sizeof(*items));

	named->facts = arena_array(arena, FACTS_MAX, sizeof(*named->facts));
	for (uint16_t i = 0; i < edition->n_facts; i++) {
		const char *value = fact_print(&edition->facts[i], &facts->answers[i],
					       arena);

		if (facts->answers[i].state == ANSWER_ABSENT)
			continue;
		permit__v1__named_fact__init(&items[named->n_facts]);
		items[named->n_facts].key = arena_text(arena, edition->facts[i].key,
						       strlen(edition->facts[i].key));
		items[named->n_facts].answer_case = PERMIT__V1__NAMED_FACT__ANSWER_VALUE;
		items[named->n_facts].value = arena_text(arena, value, strlen(value));
		named->facts[named->n_facts] = &items[named->n_facts];
		named->n_facts++;
	}
	return named->n_facts;
}

static struct bytes make_frame(const struct edition *edition,
			       const struct example *example, struct digest hash,
			       const struct options *options, uint64_t id,
			       struct arena *arena)
{
	static char case_ref[CASEREF_TEXT_BYTES];
	const char *question = edition->questions[example->question].name;
	Permit__V1__EvaluateRequest evaluate;
	Permit__V1__PackedFacts packed;
	Permit__V1__NamedFacts named;
	Permit__V1__Request request;
	char as_of[DATE_TEXT_BYTES];
	struct bytes frame;

	caseref_make((const uint8_t[CASEREF_RANDOM_BYTES]){ 1, 2, 3 }, case_ref);
	date_print(example->facts.as_of, as_of);
	permit__v1__evaluate_request__init(&evaluate);
	permit__v1__packed_facts__init(&packed);
	permit__v1__named_facts__init(&named);
	permit__v1__request__init(&request);
	evaluate.policy = arena_text(arena, edition->policy_id,
				     strlen(edition->policy_id));
	evaluate.question = arena_text(arena, question, strlen(question));
	evaluate.case_ref = case_ref;
	evaluate.as_of = as_of;
	evaluate.what_if = options->what_if;
	if (options->packed) {
		packed.edition_hash.data = hash.bytes;
		packed.edition_hash.len = sizeof(hash.bytes);
		packed.values.data =
			arena_alloc(arena, packed_room(edition, &example->facts));
		packed.values.len = (size_t)(packed_put(edition, PACKED_PLAIN,
							&example->facts,
							packed.values.data, NULL) -
					     packed.values.data);
		evaluate.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_PACKED;
		evaluate.packed = &packed;
	} else {
		name_facts(edition, &example->facts, arena, &named);
		evaluate.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_NAMED;
		evaluate.named = &named;
	}
	request.id = id;
	request.body_case = PERMIT__V1__REQUEST__BODY_EVALUATE;
	request.evaluate = &evaluate;
	if (message_frame(&request.base, arena, &frame) != 0)
		give_up(example->id, "the request does not fit");
	return frame;
}

static void make_frames(const struct options *options, struct arena *arena)
{
	static struct diagnostics diagnostics;
	struct bytes vocabulary = read_file(options->vocabulary);
	struct bytes policy = read_file(options->policy);
	const struct edition *edition;
	struct bytes bundle;
	struct digest hash;

	if (policy_load(vocabulary, policy, arena, &edition, &diagnostics) != 0 ||
	    policy_bundle(vocabulary, policy, arena, &bundle, &diagnostics) != 0)
		give_up(options->policy, "not a valid policy; see permit policy check");
	hash = digest_of(bundle);
	for (uint16_t i = 0; i < edition->n_examples && n_cases < CASES_MAX; i++) {
		const struct example *example = &edition->examples[i];

		if (example->outcome == OUTCOME_ASK)
			continue;
		for (size_t slot = 0; slot < options->n_in_flight; slot++)
			frames[n_cases][slot] = make_frame(edition, example, hash,
							   options, slot + 1, arena);
		n_cases++;
	}
}

/* ---- Talking ---- */

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		give_up(path, "the path is too long for a socket");
	memcpy(address.sun_path, path, strlen(path));
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		give_up(path, strerror(errno));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void put_request(struct connection *connection, size_t slot)
{
	struct bytes frame = frames[connection->next_case++ % n_cases][slot];

	if (connection->n_out + frame.n > BUFFER_BYTES)
		give_up("send", "the daemon does not read");
	memcpy(&connection->out[connection->n_out], frame.data, frame.n);
	connection->n_out += frame.n;
	connection->sent_ns[slot] = now_ns();
}

static void flush(struct connection *connection)
{
	ssize_t n;

	if (connection->n_out == 0)
		return;
	n = write(connection->fd, connection->out, connection->n_out);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		give_up("send", strerror(errno));
	if (n <= 0)
		return;
	connection->n_out -= (size_t)n;
	memmove(connection->out, &connection->out[n], connection->n_out);
}

/* Takes an answer, which must be a decision, and returns its slot. */
static size_t take_answer(struct bytes payload, struct arena *arena)
{
	const Permit__V1__Response *response;
	struct refusal refusal;

	arena_reset(arena);
	if (response_read(payload, arena, &response, &refusal) != 0)
		give_up("answer", "not one of permitd");
	if (response->body_case != PERMIT__V1__RESPONSE__BODY_EVALUATE)
		give_up("answer", response->body_case ==
						  PERMIT__V1__RESPONSE__BODY_ERROR ?
					  response->error->message :
					  "not a decision");
	return (size_t)response->id - 1;
}

static void read_answers(struct connection *connection, struct arena *arena, bool more)
{
	struct frame_reader reader = { .max_bytes = RESPONSE_MAX_BYTES };
	ssize_t n = read(connection->fd, &connection->in[connection->n_in],
			 BUFFER_BYTES - connection->n_in);
	size_t done = 0;
	struct frame frame;

	if (n == 0)
		give_up("receive", "the daemon hung up");
	if (n < 0)
		return;
	connection->n_in += (size_t)n;
	while (frame_next(&reader,
			  (struct bytes){ &connection->in[done],
					  connection->n_in - done },
			  &frame) == FRAME_OK) {
		size_t slot = take_answer(frame.payload, arena);
		int64_t ns = now_ns() - connection->sent_ns[slot];

		done += frame.n_done;
		if (n_answers < LATENCIES_MAX)
			latencies_us[n_answers] = (uint32_t)(ns / 1000);
		n_answers++;
		if (more)
			put_request(connection, slot);
	}
	connection->n_in -= done;
	memmove(connection->in, &connection->in[done], connection->n_in);
}

static double run(const struct options *options, struct connection *connections,
		  struct arena *arena)
{
	struct pollfd polls[CONNECTIONS_MAX];
	int64_t begin = now_ns();

	while ((double)(now_ns() - begin) / 1e9 < options->seconds) {
		for (size_t i = 0; i < options->n_connections; i++) {
			short events = connections[i].n_out > 0 ? POLLIN | POLLOUT :
								  POLLIN;

			polls[i] = (struct pollfd){ connections[i].fd, events, 0 };
		}
		if (poll(polls, options->n_connections, 1000) < 0 && errno != EINTR)
			give_up("poll", strerror(errno));
		for (size_t i = 0; i < options->n_connections; i++) {
			if ((polls[i].revents & (POLLIN | POLLHUP)) != 0)
				read_answers(&connections[i], arena, true);
			flush(&connections[i]);
		}
	}
	return (double)(now_ns() - begin) / 1e9;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void report(const struct options *options, double seconds)
{
	size_t n = n_answers < LATENCIES_MAX ? n_answers : LATENCIES_MAX;

	if (n == 0)
		give_up("answers", "none came");
	qsort(latencies_us, n, sizeof(*latencies_us), by_size);
	printf("%zux%zu %s %s: %.0f a second, p50 %u us, p99 %u us\n",
	       options->n_connections, options->n_in_flight,
	       options->packed ? "packed" : "named",
	       options->what_if ? "what-if" : "durable", (double)n_answers / seconds,
	       latencies_us[n / 2], latencies_us[n - 1 - n / 100]);
}

static void usage(void)
{
	fprintf(stderr, "usage: load --socket PATH --vocabulary FILE --policy FILE\n"
			"            [--connections N] [--in-flight N] [--seconds S]\n"
			"            [--packed] [--what-if]\n");
	exit(2);
}

static struct options parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "vocabulary", required_argument, NULL, 'v' },
		{ "policy", required_argument, NULL, 'p' },
		{ "connections", required_argument, NULL, 'c' },
		{ "in-flight", required_argument, NULL, 'f' },
		{ "seconds", required_argument, NULL, 't' },
		{ "packed", no_argument, NULL, 'k' },
		{ "what-if", no_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .n_connections = 1, .n_in_flight = 1, .seconds = 3 };
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 's')
			options.socket = optarg;
		else if (option == 'v')
			options.vocabulary = optarg;
		else if (option == 'p')
			options.policy = optarg;
		else if (option == 'c')
			options.n_connections = strtoul(optarg, NULL, 10);
		else if (option == 'f')
			options.n_in_flight = strtoul(optarg, NULL, 10);
		else if (option == 't')
			options.seconds = strtod(optarg, NULL);
		else if (option == 'k')
			options.packed = true;
		else if (option == 'w')
			options.what_if = true;
		else
			usage();
	}
	if (options.socket == NULL || options.vocabulary == NULL ||
	    options.policy == NULL || options.n_connections == 0 ||
	    options.n_connections > CONNECTIONS_MAX || options.n_in_flight == 0 ||
	    options.n_in_flight > IN_FLIGHT_MAX)
		usage();
	return options;
}

int main(int argc, char **argv)
{
	struct options options = parse(argc, argv);
	struct connection *connections = calloc(options.n_connections,
						sizeof(*connections));
	struct arena requests, answers;
	double seconds;

	latencies_us = calloc(LATENCIES_MAX, sizeof(*latencies_us));
	if (connections == NULL || latencies_us == NULL)
		give_up("memory", strerror(errno));
	arena_init(&requests, POLICY_ARENA_BYTES + ARENA_BYTES);
	arena_init(&answers, ARENA_BYTES);
	if (digest_start() != 0)
		give_up("digests", "libcrypto does not start");
	make_frames(&options, &requests);
	for (size_t i = 0; i < options.n_connections; i++) {
		connections[i].fd = connect_to(options.socket);
		connections[i].next_case = i;
		for (size_t slot = 0; slot < options.n_in_flight; slot++)
			put_request(&connections[i], slot);
	}
	seconds = run(&options, connections, &answers);
	report(&options, seconds);
	return 0;
}
