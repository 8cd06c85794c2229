/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/frame.h"
#include "tests/support/daemon_case.h"

static struct permitd daemon_under_test;
struct permitd *const d = &daemon_under_test;

int make(void **state)
{
	(void)state;
	permitd_init(d, NULL);
	return permitd_start(d, NULL) ? 0 : -1;
}

int make_with_edition(void **state)
{
	if (make(state) != 0)
		return -1;
	return strstr(permitd_enact(d, "2025-02-04"), "\"enactPolicy\"") != NULL
		       ? 0
		       : -1;
}

int end(void **state)
{
	(void)state;
	permitd_done(d);
	return 0;
}

void assert_holds(const char *answer, const char *part)
{
	if (strstr(answer, part) == NULL)
		fail_msg("expected %s in %s", part, answer);
}

void assert_lacks(const char *answer, const char *part)
{
	if (strstr(answer, part) != NULL)
		fail_msg("did not expect %s in %s", part, answer);
}

void copy_member(const char *answer, const char *name, char *to, size_t n)
{
	char wanted[64];
	const char *at;

	snprintf(wanted, sizeof(wanted), "\"%s\":\"", name);
	at = strstr(answer, wanted);
	if (at == NULL)
		fail_msg("expected %s in %s", wanted, answer);
	at += strlen(wanted);
	snprintf(to, n, "%.*s", (int)strcspn(at, "\""), at);
}

/* Decision.id: the last "id" of an answer. */
void copy_decision_id(const char *answer, char to[33])
{
	const char *at = NULL;

	for (const char *next = answer; (next = strstr(next, "\"id\":\"")) != NULL;
	     next++)
		if (strcspn(next + 6, "\"") == 32)
			at = next + 6;
	if (at == NULL)
		fail_msg("expected a decision's id in %s", answer);
	snprintf(to, 33, "%s", at);
}

void assert_log_has(unsigned n)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "\"treeSize\":\"%u\"", n);
	assert_holds(permitd_ask(d, "{\"status\":{}}", NULL), expected);
}

void pause_ms(long ms)
{
	struct timespec time = { .tv_sec = ms / 1000,
				 .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

char *enactment_of(const char *policy)
{
	char *vocabulary = permitd_source_file("policy/tables/vocabulary.md", NULL);
	size_t n = 2 * (strlen(policy) + strlen(vocabulary)) + 128;
	char *request = calloc(1, n);
	const char *const parts[] = { "{\"enactPolicy\":{\"document\":\"", policy,
				      "\",\"vocabulary\":\"", vocabulary, "\"}}" };
	char *to = request;

	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		for (const char *at = parts[i]; *at != '\0'; at++) {
			bool is_document = i % 2 == 1;

			if (is_document && (*at == '"' || *at == '\\'))
				*to++ = '\\';
			if (is_document && *at == '\n')
				*to++ = '\\';
			*to++ = is_document && *at == '\n' ? 'n' : *at;
		}
	free(vocabulary);
	return request;
}

int raw_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, d->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

const Permit__V1__Response *raw_answer(int fd, struct arena *arena)
{
	struct frame_reader reader = { .max_bytes = RESPONSE_MAX_BYTES };
	const Permit__V1__Response *response;
	struct refusal refusal;
	struct frame frame;
	uint8_t in[65536];
	size_t n = 0;

	while (frame_next(&reader, (struct bytes){ in, n }, &frame) == FRAME_MORE) {
		/*
		 * One byte at a time, so that nothing of the next answer is
		 * taken.
		 */
		ssize_t got = recv(fd, in + n, 1, 0);

		if (got <= 0)
			return NULL;
		n++;
	}
	if (response_read(frame.payload, arena, &response, &refusal) != 0)
		fail_msg("%s", refusal.message);
	return response;
}
