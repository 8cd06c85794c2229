/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients/audit/content.h"
#include "clients/audit/replay_one.h"
#include "policy/language/policy.h"
#include "proto/blob.h"
#include "tests/support/audit_try.h"

/*
 * A want of memory passes, and says nothing of a log: no auditor may be told that
 * a decision is undecidable, or that bytes are wrong, because of it.
 */
#define LITTLE_BYTES 64u /* not even for the facts of a decision */
#define ARENA_STEP 128u

/* The log's enactment and its first decision, as a source hands them out. */
struct taken {
	struct source *source;
	struct source_item item;
	struct replay_case one;
	struct replay_worker worker;
};

static void next_of(struct taken *taken, enum entry_type type)
{
	struct finding finding;

	do
		assert_int_equal(source_next(taken->source, &taken->item, &finding), 0);
	while (taken->item.entry.type != type);
}

static void take(struct audit_log *log, struct taken *taken)
{
	struct content_enactment content;
	struct finding finding;

	audit_log_begin(log);
	audit_log_enact(log, 0, AUDIT_SOUND);
	audit_log_decide(log, 0, 1, AUDIT_SOUND);
	*taken = (struct taken){ .source = NULL };
	replay_worker_init(&taken->worker);
	assert_int_equal(source_open(log->store, NULL, &taken->source, &finding), 0);
	next_of(taken, ENTRY_POLICY_PUBLISH);
	assert_int_equal(blob_enactment_decode(taken->item.blob, &content), BLOB_SOUND);
	assert_int_equal(enacted_add(&taken->worker.enacted,
				     &taken->item.entry.policy_hash,
				     taken->item.entry.seq, content.recorded_ms,
				     content.bundle),
			 0);
	next_of(taken, ENTRY_DECISION);
	assert_int_equal(replay_case_take(&taken->one, NULL, &taken->item), 0);
}

static void give_back(struct taken *taken)
{
	replay_case_done(&taken->one);
	replay_worker_done(&taken->worker);
	source_close(&taken->source);
}

static void with_memory_the_case_is_the_same(void **state)
{
	struct taken taken;

	take(*state, &taken);
	replay_worker_decide(&taken.worker, &taken.one);
	assert_int_equal(taken.one.r, 0);
	assert_int_equal(taken.one.verdict, REPLAY_SAME);
	give_back(&taken);
}

static void an_edition_without_room_is_no_verdict(void **state)
{
	struct enacted_edition *enacted;
	struct taken taken;

	take(*state, &taken);
	enacted = enacted_find(&taken.worker.enacted, &taken.item.entry.policy_hash);
	arena_init(&enacted->arena, LITTLE_BYTES);
	replay_worker_decide(&taken.worker, &taken.one);
	assert_int_equal(taken.one.r, -ENOMEM);
	arena_init(&enacted->arena, POLICY_ARENA_BYTES);
	replay_worker_decide(&taken.worker, &taken.one);
	assert_int_equal(taken.one.r, 0);
	assert_int_equal(taken.one.verdict, REPLAY_SAME);
	give_back(&taken);
}

/* However little there is, the case is the same or there is no verdict. */
static void a_decision_without_room_is_no_verdict(void **state)
{
	unsigned n_failed = 0;
	struct taken taken;

	take(*state, &taken);
	for (size_t room = LITTLE_BYTES;; room += ARENA_STEP) {
		arena_done(&taken.worker.arena);
		arena_init(&taken.worker.arena, room);
		replay_worker_decide(&taken.worker, &taken.one);
		if (taken.one.r == 0)
			break;
		assert_int_equal(taken.one.r, -ENOMEM);
		n_failed++;
	}
	assert_int_equal(taken.one.verdict, REPLAY_SAME);
	assert_true(n_failed > 0);
	give_back(&taken);
}

static void bytes_that_had_no_room_are_not_said_to_be_wrong(void **state)
{
	struct content_checker checker;
	struct finding finding = { .what = "" };
	struct source_item item;
	struct source *source;
	unsigned n_failed = 0;
	struct taken taken;
	int r = -ENOMEM;

	take(*state, &taken);
	for (size_t room = LITTLE_BYTES; r != 0; room += ARENA_STEP) {
		content_checker_init(&checker, NULL);
		arena_done(&checker.arena);
		arena_init(&checker.arena, room);
		assert_int_equal(source_open(((struct audit_log *)*state)->store, NULL,
					     &source, &finding),
				 0);
		do
			r = source_next(source, &item, &finding);
		while (r == 0 && (r = content_check(&checker, source, &item,
						    &finding)) == 0);
		assert_true(r == AUDIT_END || r == -ENOMEM);
		r = r == AUDIT_END ? 0 : r;
		n_failed += r != 0;
		source_close(&source);
		content_checker_done(&checker);
	}
	assert_true(n_failed > 0);
	give_back(&taken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_memory_the_case_is_the_same),
		cmocka_unit_test(an_edition_without_room_is_no_verdict),
		cmocka_unit_test(a_decision_without_room_is_no_verdict),
		cmocka_unit_test(bytes_that_had_no_room_are_not_said_to_be_wrong),
	};

	return cmocka_run_group_tests(tests, audit_log_setup, audit_log_teardown);
}
