/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/audit/backtest.h"
#include "clients/permit/backtest_state.h"
#include "policy/carry.h"
#include "policy/decide.h"
#include "policy/language/policy.h"
#include "tests/support/audit_log.h"
#include "tests/support/files.h"

#define TABLES "policy/tables"
#define DRAFT TABLES "/canada/ca-vtip-2026-03-26.md"
#define OLDER TABLES "/canada/ca-vtip-2006-05-11.md"

static struct arena draft_arena, older_arena, arena;
static const struct edition *draft, *older;
static struct output_stream silent;

static struct backtest_report report, other;

static int run(const struct audit_log *log, size_t max_flips,
	       struct backtest_report *to)
{
	const struct backtest_request request = { .path = log->store,
						  .draft = draft,
						  .max_flips = max_flips };
	struct source_key key;
	struct finding finding;

	return backtest(&request, to, &key, &finding);
}

/* ---- Against a count in the plainest way ---- */

static struct backtest_report expected;

/* An answer to a fact whose key the draft has not. */
static bool has_fact_of_its_own(const struct edition *from, const struct facts *facts)
{
	for (uint16_t f = 0; f < from->n_facts; f++)
		if (facts->answers[f].state != ANSWER_ABSENT &&
		    edition_find_fact(draft, from->facts[f].key) < 0)
			return true;
	return false;
}

static void expect_one(const struct edition *from, const struct example *example)
{
	static struct carry carry;
	const struct question *question = &from->questions[example->question];
	int q = edition_find_question(draft, question->name);
	struct facts facts;
	struct decision before, after;
	int row;
	int r;

	assert_true(q >= 0);
	arena_reset(&arena);
	assert_int_equal(decide(from, question, &example->facts, &arena, &before,
				&row), 0);
	carry_init(&carry, from, draft);
	expected.n_lost += carry_facts(&carry, &example->facts, &arena, &facts) > 0 ||
			   has_fact_of_its_own(from, &example->facts);
	r = decide(draft, &draft->questions[q], &facts, &arena, &after, &row);
	if (r == DECIDE_E_CONTRADICTION)
		expected.n_contradiction++;
	else
		expected.cells[q][before.outcome][after.outcome]++;
	assert_true(r == 0 || r == DECIDE_E_CONTRADICTION);
}

static uint64_t count_flips(const struct backtest_report *from)
{
	uint64_t n = 0;

	for (unsigned q = 0; q < QUESTIONS_MAX; q++)
		for (unsigned b = 0; b < N_OUTCOMES; b++)
			for (unsigned a = 0; a < N_OUTCOMES; a++)
				n += a == b ? 0 : from->cells[q][b][a];
	return n;
}

static void every_decision_is_counted_where_it_belongs(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	memset(&report, 0, sizeof(report));
	memset(&expected, 0, sizeof(expected));
	audit_log_fill(log, 90);
	for (size_t e = 0, n = 0; e < AUDIT_EDITIONS; e++)
		for (size_t i = 0; i < 90; i++, n++) {
			const struct edition *from = log->editions[e].edition;

			expect_one(from, &from->examples[n % from->n_examples]);
		}
	assert_int_equal(run(log, BACKTEST_FLIPS_MAX, &report), 0);
	assert_memory_equal(report.cells, expected.cells, sizeof(report.cells));
	assert_int_equal(report.n_lost, expected.n_lost);
	assert_int_equal(report.n_contradiction, expected.n_contradiction);
	assert_int_equal(report.n_walked + report.n_decided + report.n_contradiction,
			 180);
	assert_true(report.n_walked > 0 && report.n_decided > 0);
	assert_int_equal(report.n_flips, count_flips(&report));
	assert_true(report.n_flips > 10);
}

/* The first edition knows fewer bars, and orders of the last are not in it. */
static void answers_that_a_draft_has_no_place_for_are_counted(void **state)
{
	const struct edition *usual = draft;
	struct audit_log *log = *state;

	draft = older;
	audit_log_begin(log);
	memset(&report, 0, sizeof(report));
	memset(&expected, 0, sizeof(expected));
	audit_log_enact(log, 1, AUDIT_SOUND);
	audit_log_decide(log, 1, 90, AUDIT_SOUND);
	for (size_t i = 0; i < 90; i++)
		expect_one(log->editions[1].edition,
			   &log->editions[1].edition->examples[i]);
	assert_int_equal(run(log, 5, &report), 0);
	draft = usual;
	assert_memory_equal(report.cells, expected.cells, sizeof(report.cells));
	assert_int_equal(report.n_lost, expected.n_lost);
	assert_true(report.n_lost > 0);
}

static void flips_stand_worst_first_and_name_their_rows(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	memset(&report, 0, sizeof(report));
	audit_log_fill(log, 90);
	assert_int_equal(run(log, BACKTEST_FLIPS_MAX, &report), 0);
	for (size_t i = 0; i < report.n_flips; i++) {
		const struct backtest_flip *flip = &report.flips[i];

		assert_int_not_equal(flip->before, flip->after);
		assert_true(flip->rows[0][0] != '\0' && flip->rows[1][0] != '\0');
		if (i > 0 && backtest_worse(flip->before, flip->after) ==
				     backtest_worse(flip[-1].before, flip[-1].after))
			assert_true(flip->entry > flip[-1].entry);
		else if (i > 0)
			assert_true(backtest_worse(flip->before, flip->after) <
				    backtest_worse(flip[-1].before, flip[-1].after));
	}
}

static void a_shorter_list_is_the_beginning_of_the_longer(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	memset(&report, 0, sizeof(report));
	audit_log_fill(log, 90);
	assert_int_equal(run(log, BACKTEST_FLIPS_MAX, &report), 0);
	for (size_t n = 0; n < 12; n++) {
		memset(&other, 0, sizeof(other));
		assert_int_equal(run(log, n, &other), 0);
		assert_int_equal(other.n_flips, n);
		assert_memory_equal(other.flips, report.flips,
				    n * sizeof(other.flips[0]));
		assert_memory_equal(other.cells, report.cells, sizeof(other.cells));
	}
}

static void a_recorded_result_counts_and_not_what_it_would_be_today(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_enact(log, 1, AUDIT_SOUND);
	audit_log_decide(log, 1, 1, AUDIT_SOUND);
	memset(&report, 0, sizeof(report));
	assert_int_equal(run(log, 10, &report), 0);
	audit_log_begin(log);
	audit_log_enact(log, 1, AUDIT_SOUND);
	audit_log_decide(log, 1, 1, AUDIT_RESULT);
	memset(&other, 0, sizeof(other));
	assert_int_equal(run(log, 10, &other), 0);
	assert_memory_not_equal(report.cells, other.cells, sizeof(report.cells));
}

static void what_cannot_be_counted_is_counted_apart(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	audit_log_enact(log, 1, AUDIT_SOUND);
	audit_log_decide(log, 1, 2, AUDIT_QUESTION);
	audit_log_decide(log, 1, 3, AUDIT_EDITION);
	audit_log_boot(log, 4);
	memset(&report, 0, sizeof(report));
	assert_int_equal(run(log, 10, &report), 0);
	assert_int_equal(report.n_other_question, 2);
	assert_int_equal(report.n_unreadable, 3);
	assert_int_equal(report.n_walked + report.n_decided, 0);
	assert_int_equal(report.next, 10);
}

/* ---- Going on ---- */

static struct backtest_state state_of(struct audit_log *log)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/state", log->root);
	return (struct backtest_state){ &silent, path, draft, { { 1 } } };
}

static void one_that_goes_on_ends_like_one_that_began_at_the_end(void **state)
{
	struct audit_log *log = *state;

	audit_log_begin(log);
	memset(&report, 0, sizeof(report));
	memset(&other, 0, sizeof(other));
	audit_log_fill(log, 30);
	assert_int_equal(run(log, 20, &report), 0);
	audit_log_decide(log, 1, 40, AUDIT_SOUND);
	assert_int_equal(run(log, 20, &report), 0);
	assert_int_equal(run(log, 20, &other), 0);
	assert_memory_equal(&report, &other, sizeof(report));
}

static void a_state_is_read_as_it_was_written(void **state)
{
	struct audit_log *log = *state;
	struct backtest_state kept;

	audit_log_begin(log);
	kept = state_of(log);
	memset(&report, 0, sizeof(report));
	memset(&other, 0xff, sizeof(other));
	audit_log_fill(log, 30);
	assert_int_equal(run(log, 20, &report), 0);
	assert_int_equal(backtest_state_write(&report, &kept), 0);
	assert_int_equal(backtest_state_read(&kept, &other), EXIT_DONE);
	assert_memory_equal(&report, &other, sizeof(report));
}

static void a_state_of_another_draft_or_log_is_refused(void **state)
{
	struct audit_log *log = *state;
	struct backtest_state kept;

	audit_log_begin(log);
	kept = state_of(log);
	memset(&report, 0, sizeof(report));
	audit_log_fill(log, 10);
	assert_int_equal(run(log, 20, &report), 0);
	assert_int_equal(backtest_state_write(&report, &kept), 0);
	kept.draft_hash.bytes[5] ^= 1;
	assert_int_equal(backtest_state_read(&kept, &other), EXIT_NOT_VALID);
	report.read.bytes[31] ^= 1;
	assert_int_equal(run(log, 20, &report), BACKTEST_E_OTHER_LOG);
	report.read.bytes[31] ^= 1;
	audit_log_begin(log);
	audit_log_fill(log, 5);
	assert_int_equal(run(log, 20, &report), BACKTEST_E_OTHER_LOG);
}

/* Prefixes of it, and bytes changed to something else: all of those at its end. */
static void a_damaged_state_is_refused(void **state)
{
	struct audit_log *log = *state;
	struct backtest_state kept;
	struct bytes good;
	uint8_t *bad;

	audit_log_begin(log);
	kept = state_of(log);
	memset(&report, 0, sizeof(report));
	report.n_flips = 1;
	strcpy(report.flips[0].rows[0], "a");
	assert_int_equal(backtest_state_write(&report, &kept), 0);
	good = audit_file_read(kept.path);
	bad = malloc(good.n);
	for (size_t n = 0; n < good.n; n += 97) {
		audit_file_write(kept.path, (struct bytes){ good.data, n });
		assert_int_equal(backtest_state_read(&kept, &other), EXIT_NOT_VALID);
	}
	for (size_t i = 0; i < good.n; i += i < good.n - 300 ? 31 : 1) {
		memcpy(bad, good.data, good.n);
		bad[i] = '"';
		if (good.data[i] == '"')
			bad[i] = 'x';
		audit_file_write(kept.path, (struct bytes){ bad, good.n });
		assert_int_equal(backtest_state_read(&kept, &other), EXIT_NOT_VALID);
	}
	free(bad);
	free((void *)(uintptr_t)good.data);
}

/* A child that keeps its state goes on until it is killed, or is done. */
static int run_and_kill(struct audit_log *log, struct backtest_state *kept, long ms)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct backtest_request request = { .path = log->store,
						    .draft = draft,
						    .max_flips = 20,
						    .keep = backtest_state_write,
						    .context = kept };
		struct source_key key;
		struct finding finding;
		bool good = backtest_state_read(kept, &other) == EXIT_DONE;

		_exit(good && backtest(&request, &other, &key, &finding) == 0 ? 0 : 9);
	}
	if (ms > 0) {
		nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
		kill(pid, SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

static void a_kill_loses_nothing_and_counts_nothing_twice(void **state)
{
	struct audit_log *log = *state;
	struct backtest_state kept;
	int n_killed = 0;

	audit_log_begin(log);
	kept = state_of(log);
	audit_log_fill(log, 60);
	audit_log_boot(log, 70000);
	audit_log_decide(log, 1, 60, AUDIT_SOUND);
	memset(&report, 0, sizeof(report));
	assert_int_equal(run(log, 20, &report), 0);
	for (long ms = 5; ms < 400; ms += 45)
		n_killed += run_and_kill(log, &kept, ms);
	assert_true(n_killed > 0);
	assert_int_equal(run_and_kill(log, &kept, 0), 0);
	assert_int_equal(backtest_state_read(&kept, &other), EXIT_DONE);
	assert_memory_equal(&report, &other, sizeof(report));
}

static int begin(void **state)
{
	static struct diagnostics diagnostics;
	struct bytes vocabulary = file_read(TABLES "/vocabulary.md");
	struct bytes policy = file_read(DRAFT), first = file_read(OLDER);
	int r;

	output_init(&silent, "test", stdout, OUTPUT_PLAIN);
	arena_init(&arena, 2 * DECIDE_ARENA_BYTES);
	arena_init(&draft_arena, POLICY_ARENA_BYTES);
	arena_init(&older_arena, POLICY_ARENA_BYTES);
	r = policy_load(vocabulary, policy, &draft_arena, &draft, &diagnostics);
	if (r == 0)
		r = policy_load(vocabulary, first, &older_arena, &older, &diagnostics);
	file_done(&first);
	file_done(&vocabulary);
	file_done(&policy);
	return r != 0 ? r : audit_log_setup(state);
}

static int end(void **state)
{
	arena_done(&arena);
	arena_done(&draft_arena);
	arena_done(&older_arena);
	return audit_log_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_decision_is_counted_where_it_belongs),
		cmocka_unit_test(
			answers_that_a_draft_has_no_place_for_are_counted),
		cmocka_unit_test(flips_stand_worst_first_and_name_their_rows),
		cmocka_unit_test(a_shorter_list_is_the_beginning_of_the_longer),
		cmocka_unit_test(
			a_recorded_result_counts_and_not_what_it_would_be_today),
		cmocka_unit_test(what_cannot_be_counted_is_counted_apart),
		cmocka_unit_test(
			one_that_goes_on_ends_like_one_that_began_at_the_end),
		cmocka_unit_test(a_state_is_read_as_it_was_written),
		cmocka_unit_test(a_state_of_another_draft_or_log_is_refused),
		cmocka_unit_test(a_damaged_state_is_refused),
		cmocka_unit_test(a_kill_loses_nothing_and_counts_nothing_twice),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
