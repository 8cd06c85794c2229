/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/entry.h"
#include "proto/json.h"
#include "proto/receipt.h"
#include "tests/support/daemon_case.h"

/* Each answer proves to whoever holds it that its decision is in the log. */

#define TOGETHER 5

struct held {
	struct arena arena;
	struct vkey key;
	const Permit__V1__Decision *decision;
};

static void begin(struct held *held)
{
	char text[VKEY_TEXT_BYTES];

	arena_init(&held->arena, 64u * 1024 * 1024);
	copy_member(permitd_ask(d, "{\"status\":{}}", NULL), "verifierKey", text,
		    sizeof(text));
	assert_true(vkey_parse(text, strlen(text), &held->key));
}

static struct bytes frame_of(struct arena *arena, const char *request)
{
	CLEANUP(json_decrefp) json_t *json = json_loads(request, 0, NULL);
	ProtobufCMessage *message;
	struct refusal refusal;
	struct bytes frame;

	assert_int_equal(json_to_message(json, &permit__v1__request__descriptor,
					 arena, &message, &refusal), 0);
	assert_int_equal(message_frame(message, arena, &frame), 0);
	return frame;
}

/* Sends the request n times at once, so that one commit covers all of them. */
static int send_together(struct held *held, const char *request, size_t n)
{
	struct bytes frame = frame_of(&held->arena, request);
	char *all = malloc(n * frame.n);
	int fd = raw_connect();

	for (size_t i = 0; i < n; i++)
		memcpy(all + i * frame.n, frame.data, frame.n);
	assert_int_equal(send(fd, all, n * frame.n, 0), n * frame.n);
	free(all);
	return fd;
}

static struct bytes text_bytes(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

/* The tree of the receipt, which must hold the entry of just this decision. */
static struct checkpoint open_receipt(const struct held *held)
{
	const Permit__V1__Decision *decision = held->decision;
	struct bytes bytes = { decision->entry.data, decision->entry.len };
	char id[2 * ENTRY_ID_BYTES + 1];
	struct checkpoint checkpoint;
	struct entry entry;

	assert_int_equal(receipt_verify(text_bytes(decision->receipt), bytes,
					&held->key, &checkpoint), 0);
	assert_int_equal(entry_decode(bytes, &entry), ENTRY_SOUND);
	hex_print(entry.entry_id, ENTRY_ID_BYTES, id);
	assert_string_equal(id, decision->id);
	assert_int_equal(entry.seq, decision->log_index);
	assert_int_equal(checkpoint.size, decision->tree_size);
	return checkpoint;
}

static void ask_for(struct held *held, const char *request)
{
	int fd = send_together(held, request, 1);
	const Permit__V1__Response *response = raw_answer(fd, &held->arena);

	close(fd);
	assert_non_null(response);
	if (response->body_case == PERMIT__V1__RESPONSE__BODY_GET_DECISION)
		held->decision = response->get_decision->decision;
	else
		held->decision = response->evaluate->decision;
}

static void every_answer_of_a_group_has_a_receipt_that_verifies(void **state)
{
	struct held held;
	size_t largest = 0;
	int fd;

	(void)state;
	begin(&held);
	fd = send_together(&held, PERMITD_EVALUATE(""), TOGETHER);
	for (size_t i = 0; i < TOGETHER; i++) {
		held.decision = raw_answer(fd, &held.arena)->evaluate->decision;
		open_receipt(&held);
		if (held.decision->tree_size - held.decision->log_index > largest)
			largest = held.decision->tree_size -
				  held.decision->log_index;
	}
	close(fd);
	assert_true(largest > 1);	/* they did share a commit */
	arena_done(&held.arena);
}

static void the_receipt_of_one_answer_does_not_prove_another(void **state)
{
	struct checkpoint checkpoint;
	const Permit__V1__Decision *first;
	struct held held;

	(void)state;
	begin(&held);
	ask_for(&held, PERMITD_EVALUATE(""));
	first = held.decision;
	ask_for(&held, PERMITD_EVALUATE(""));
	open_receipt(&held);
	assert_int_equal(receipt_verify(text_bytes(first->receipt),
					(struct bytes){ held.decision->entry.data,
							held.decision->entry.len },
					&held.key, &checkpoint), RECEIPT_E_PROOF);
	arena_done(&held.arena);
}

static void the_receipt_is_the_same_later_and_after_a_restart(void **state)
{
	char request[96];
	char *then;
	struct held held;
	int fd;

	(void)state;
	begin(&held);
	fd = send_together(&held, PERMITD_EVALUATE(""), TOGETHER);
	for (size_t i = 0; i < TOGETHER; i++)
		held.decision = raw_answer(fd, &held.arena)->evaluate->decision;
	close(fd);
	then = strdup(held.decision->receipt);
	snprintf(request, sizeof(request), "{\"getDecision\":{\"id\":\"%s\"}}",
		 held.decision->id);
	ask_for(&held, PERMITD_EVALUATE(""));
	ask_for(&held, request);
	open_receipt(&held);
	assert_string_equal(held.decision->receipt, then);
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
	assert_true(permitd_start(d, NULL));
	ask_for(&held, request);
	open_receipt(&held);
	assert_string_equal(held.decision->receipt, then);
	free(then);
	arena_done(&held.arena);
}

static void a_repeated_request_gets_the_receipt_of_the_first(void **state)
{
	static const char request[] =
		PERMITD_EVALUATE("\"requestId\":\"AAECAwQFBgcICQoLDA0ODw==\",");
	char *then;
	struct held held;

	(void)state;
	begin(&held);
	ask_for(&held, request);
	then = strdup(held.decision->receipt);
	ask_for(&held, request);
	open_receipt(&held);
	assert_string_equal(held.decision->receipt, then);
	free(then);
	arena_done(&held.arena);
}

static void what_is_not_recorded_has_no_receipt(void **state)
{
	struct held held;

	(void)state;
	begin(&held);
	ask_for(&held, PERMITD_EVALUATE("\"whatIf\":true,"));
	assert_string_equal(held.decision->receipt, "");
	assert_int_equal(held.decision->entry.len, 0);
	arena_done(&held.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_EDITION(every_answer_of_a_group_has_a_receipt_that_verifies),
		WITH_EDITION(the_receipt_of_one_answer_does_not_prove_another),
		WITH_EDITION(the_receipt_is_the_same_later_and_after_a_restart),
		WITH_EDITION(a_repeated_request_gets_the_receipt_of_the_first),
		WITH_EDITION(what_is_not_recorded_has_no_receipt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
