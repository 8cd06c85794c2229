/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/backtest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/audit/content.h"
#include "clients/audit/enacted.h"
#include "clients/audit/progress.h"
#include "policy/carry.h"
#include "policy/outcome.h"
#include "proto/blob.h"
#include "proto/merkle.h"
#include "proto/result.h"

/* keep() is called about that often, in entries; and at the end. */
#define KEEP_EVERY 65536

/* How answers of an enacted edition are read under the draft. */
struct way {
	struct digest hash;	/* of the edition: its place can be given to another */
	const struct edition *from;	/* NULL: not worked out */
	uint64_t unknown;	/* facts of it that the draft has not, as bits */
	struct carry carry;
};

#define WAYS_MAX ENACTED_LOADED_MAX

/* One decision, as it was recorded and as the draft has it. */
struct recorded {
	const struct edition *edition;
	const struct question *question;	/* of the draft */
	struct content_decision content;
	struct facts facts;		/* carried over */
	enum outcome before;
	enum outcome after;
};

struct backtesting {
	const struct backtest_request *request;
	struct backtest_report *report;
	struct enacted enacted;
	struct way *ways;	/* WAYS_MAX of them, by edition */
	size_t next_way;	/* the one to be replaced */
	struct outcome_finder finders[QUESTIONS_MAX];	/* of the draft */
	/* not on the stack, which compilers are told to clear */
	struct recorded recorded;
	struct facts facts;	/* as recorded */
	struct arena finder_arena;
	struct arena arena;	/* for one decision at a time */
};

int backtest_worse(enum outcome before, enum outcome after)
{
	static const int rank[N_OUTCOMES] = {
		[OUTCOME_GRANT] = 0, [OUTCOME_WAIT] = 1,     [OUTCOME_ASK] = 2,
		[OUTCOME_REFER] = 3, [OUTCOME_NO_ROUTE] = 4, [OUTCOME_ADVERSE] = 5,
	};

	return rank[after] - rank[before];
}

/* ---- One decision ---- */

static uint64_t facts_unknown_to(const struct carry *carry)
{
	uint64_t unknown = (2ull << (carry->from->n_facts - 1)) - 1;

	for (uint16_t t = 0; t < carry->to->n_facts; t++)
		if (carry->fact[t] >= 0)
			unknown &= ~(1ull << carry->fact[t]);
	return unknown;
}

static const struct way *way_from(struct backtesting *backtesting,
				    const struct digest *hash,
				    const struct edition *edition)
{
	struct way *way;

	for (size_t i = 0; i < WAYS_MAX; i++) {
		way = &backtesting->ways[i];
		if (way->from == edition && digest_equal(&way->hash, hash))
			return way;
	}
	way = &backtesting->ways[backtesting->next_way++ % WAYS_MAX];
	way->hash = *hash;
	way->from = edition;
	carry_init(&way->carry, edition, backtesting->request->draft);
	way->unknown = facts_unknown_to(&way->carry);
	return way;
}

static bool is_named(struct bytes name, const char *expected)
{
	return name.n == strlen(expected) && memcmp(name.data, expected, name.n) == 0;
}

/* NULL when the draft has no such question. */
static const struct question *find_question(const struct edition *draft,
					    struct bytes name)
{
	for (uint16_t q = 0; q < draft->n_questions; q++)
		if (is_named(name, draft->questions[q].name))
			return &draft->questions[q];
	return NULL;
}

/* The edition that decided it; NULL when it is not there or cannot be loaded. */
static const struct edition *edition_of(struct backtesting *backtesting,
					const struct digest *hash)
{
	struct enacted_edition *item = enacted_find(&backtesting->enacted, hash);
	const struct edition *edition = NULL;
	char why[ENACTED_WHY_BYTES];

	if (item == NULL ||
	    enacted_load(&backtesting->enacted, item, &edition, why) != 0)
		return NULL;
	return edition;
}

/* A fact that was asked and that the draft has not. */
static bool has_unknown(const struct way *way, const struct facts *facts)
{
	for (uint64_t left = way->unknown; left != 0; left &= left - 1)
		if (facts->answers[__builtin_ctzll(left)].state != ANSWER_ABSENT)
			return true;
	return false;
}

/* The counter of what stands in the way of deciding it; NULL: nothing does. */
static uint64_t *prepare(struct backtesting *backtesting,
			 const struct source_item *item)
{
	struct recorded *recorded = &backtesting->recorded;
	struct backtest_report *report = backtesting->report;
	const struct edition *draft = backtesting->request->draft;
	struct content_decision *content = &recorded->content;
	const struct way *way;
	const char *why;
	int lost;

	switch (content_read(backtesting->request->keys, item, content, &why)) {
	case 0:
		break;
	case CONTENT_E_SEALED:
		return &report->n_sealed;
	case CONTENT_E_ERASED:
		return &report->n_erased;
	default:
		return &report->n_unreadable;
	}
	if (!is_named(content->policy_id, draft->policy_id))
		return &report->n_other_policy;
	recorded->question = find_question(draft, content->question);
	if (recorded->question == NULL)
		return &report->n_other_question;
	recorded->edition = edition_of(backtesting, &item->entry.policy_hash);
	if (recorded->edition == NULL ||
	    !result_outcome_read(content->result, &recorded->before) ||
	    result_facts_read(recorded->edition, content->facts, &backtesting->arena,
			      &backtesting->facts) != RESULT_OK)
		return &report->n_unreadable;
	backtesting->facts.as_of = content->decided_on;
	way = way_from(backtesting, &item->entry.policy_hash, recorded->edition);
	lost = carry_facts(&way->carry, &backtesting->facts, &backtesting->arena,
			   &recorded->facts);
	if (lost < 0)
		return &report->n_unreadable;
	report->n_lost += lost > 0 || has_unknown(way, &backtesting->facts);
	return NULL;
}

/* Names of the rows of the question that the outcome rests on. */
static void name_rows(const struct decision *decision, char to[BACKTEST_ROWS_BYTES])
{
	const struct table *table =
		&decision->edition->tables[decision->question->table];
	size_t n = 0;

	to[0] = '\0';
	for (uint16_t i = 0; i < decision->n_rows; i++) {
		const struct decided_row *row = &decision->rows[i];
		int added;

		if (row->table != decision->question->table)
			continue;
		added = snprintf(to + n, BACKTEST_ROWS_BYTES - n, "%s%s",
				 n > 0 ? ", " : "", table->rows[row->row].id);
		if (added < 0 || (size_t)added >= BACKTEST_ROWS_BYTES - n) {
			to[n] = '\0';
			return;
		}
		n += (size_t)added;
	}
}

/* Where a flip belongs among those kept, worst first; n_flips: behind them. */
static size_t place_of(const struct backtest_report *report, int worse)
{
	size_t at = report->n_flips;

	while (at > 0 && backtest_worse(report->flips[at - 1].before,
					report->flips[at - 1].after) < worse)
		at--;
	return at;
}

/* Whether one way down says all that is to be said. */
static bool is_enough(const struct backtesting *backtesting,
		      const struct recorded *recorded)
{
	int worse = backtest_worse(recorded->before, recorded->after);

	return recorded->before == recorded->after ||
	       place_of(backtesting->report, worse) >=
		       backtesting->request->max_flips;
}

static struct backtest_flip *add_flip(struct backtesting *backtesting, int worse)
{
	struct backtest_report *report = backtesting->report;
	size_t at = place_of(report, worse);

	if (at >= backtesting->request->max_flips)
		return NULL;
	if (report->n_flips < backtesting->request->max_flips)
		report->n_flips++;
	memmove(&report->flips[at + 1], &report->flips[at],
		(report->n_flips - 1 - at) * sizeof(report->flips[0]));
	return &report->flips[at];
}

static void note_flip(struct backtesting *backtesting, uint64_t entry,
		      const struct recorded *recorded, const struct decision *after)
{
	const struct edition *draft = backtesting->request->draft;
	struct backtest_flip *flip = add_flip(
		backtesting, backtest_worse(recorded->before, recorded->after));
	struct decision before;

	if (flip == NULL)
		return;
	memset(flip, 0, sizeof(*flip));
	flip->entry = entry;
	flip->question = (uint16_t)(recorded->question - draft->questions);
	flip->before = recorded->before;
	flip->after = recorded->after;
	if (result_read(recorded->edition, recorded->content.result,
			&backtesting->arena, &before) == RESULT_OK)
		name_rows(&before, flip->rows[0]);
	name_rows(after, flip->rows[1]);
}

/* In full, for what one way down does not settle, and for the rows of a flip. */
static int decide_in_full(struct backtesting *backtesting, uint64_t entry,
			  struct recorded *recorded)
{
	struct backtest_report *report = backtesting->report;
	struct decision decision;
	int row;
	int r = decide(backtesting->request->draft, recorded->question,
		       &recorded->facts, &backtesting->arena, &decision, &row);

	if (r == DECIDE_E_CONTRADICTION) {
		report->n_contradiction++;
		return 1;
	}
	if (r != 0)
		return r;
	recorded->after = decision.outcome;
	report->n_decided++;
	if (recorded->after != recorded->before)
		note_flip(backtesting, entry, recorded, &decision);
	return 0;
}

static int take_decision(struct backtesting *backtesting,
			 const struct source_item *item)
{
	struct backtest_report *report = backtesting->report;
	struct recorded *recorded = &backtesting->recorded;
	uint64_t *obstacle;
	uint16_t q;
	int r = 0;

	arena_reset(&backtesting->arena);
	obstacle = prepare(backtesting, item);
	if (obstacle != NULL) {
		++*obstacle;
		return 0;
	}
	q = (uint16_t)(recorded->question - backtesting->request->draft->questions);
	if (outcome_find(&backtesting->finders[q], &recorded->facts,
			 &recorded->after) &&
	    is_enough(backtesting, recorded))
		report->n_walked++;
	else
		r = decide_in_full(backtesting, item->entry.seq, recorded);
	if (r == 0)
		report->cells[q][recorded->before][recorded->after]++;
	return r < 0 ? r : 0;
}

/* ---- The log ---- */

static int take_edition(struct backtesting *backtesting,
			const struct source_item *item)
{
	struct content_enactment content;
	struct digest hash;

	if (blob_enactment_decode(item->blob, &content) != BLOB_SOUND)
		return 0;
	hash = digest_of(content.bundle);
	if (!digest_equal(&hash, &item->entry.policy_hash))
		return 0;
	return enacted_add(&backtesting->enacted, &hash, item->entry.seq,
			   content.recorded_ms, content.bundle);
}

static int keep(struct backtesting *backtesting)
{
	const struct backtest_request *request = backtesting->request;

	return request->keep != NULL ?
		       request->keep(backtesting->report, request->context) : 0;
}

/* Also entries that were taken before: their editions decide later ones. */
static int take(struct backtesting *backtesting, const struct source_item *item,
		uint64_t resumed, struct digest *read)
{
	struct backtest_report *report = backtesting->report;
	struct digest leaf = merkle_leaf(item->leaf);
	uint64_t seq = item->entry.seq;
	int r = 0;

	*read = merkle_node(read, &leaf);
	if (backtesting->request->keys != NULL)
		r = audit_keys_note(backtesting->request->keys, item);
	if (r != 0)
		return r;
	if (item->entry.type == ENTRY_POLICY_PUBLISH)
		r = take_edition(backtesting, item);
	else if (item->entry.type == ENTRY_DECISION && seq >= resumed)
		r = take_decision(backtesting, item);
	if (r != 0)
		return r;
	if (seq + 1 == resumed && !digest_equal(read, &report->read))
		return BACKTEST_E_OTHER_LOG;
	if (seq < resumed)
		return 0;
	report->next = seq + 1;
	report->read = *read;
	return report->next % KEEP_EVERY == 0 ? keep(backtesting) : 0;
}

static int take_all(struct backtesting *backtesting, struct source *source,
		    struct finding *finding)
{
	const struct backtest_request *request = backtesting->request;
	uint64_t resumed = backtesting->report->next;
	struct digest read = { 0 };
	struct progress progress;
	struct source_item item;
	uint64_t n = 0;
	int r = 0;

	progress_init(&progress, request->progress, "entries under the draft");
	while (r == 0) {
		if (request->stop != NULL && *request->stop != 0) {
			r = BACKTEST_STOPPED;
			break;
		}
		r = source_next(source, &item, finding);
		if (r != 0)
			break;
		r = take(backtesting, &item, resumed, &read);
		n = item.entry.seq + 1;
		progress_tell(&progress, n, source_expected(source));
	}
	progress_done(&progress);
	if (r == AUDIT_END && n < resumed)
		return BACKTEST_E_OTHER_LOG;
	return r == AUDIT_END ? 0 : r;
}

int backtest(const struct backtest_request *request, struct backtest_report *report,
	     struct source_key *ret_key, struct finding *ret_finding)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct backtesting backtesting = { .request = request, .report = report };
	const struct edition *draft = request->draft;
	int r = source_open(request->path, request->vkey, &source, ret_finding);

	if (r != 0)
		return r;
	*ret_key = *source_key(source);
	backtesting.ways = calloc(WAYS_MAX, sizeof(*backtesting.ways));
	if (backtesting.ways == NULL)
		return -ENOMEM;
	enacted_init(&backtesting.enacted);
	arena_init(&backtesting.arena, 2 * DECIDE_ARENA_BYTES);
	arena_init(&backtesting.finder_arena, DECIDE_ARENA_BYTES);
	for (uint16_t q = 0; q < draft->n_questions && r == 0; q++)
		r = outcome_finder_init(&backtesting.finders[q], draft,
					&draft->questions[q],
					&backtesting.finder_arena);
	if (r == 0)
		r = take_all(&backtesting, source, ret_finding);
	if (r == 0 || r == BACKTEST_STOPPED) {
		int kept = keep(&backtesting);

		r = kept != 0 ? kept : r;
	}
	arena_done(&backtesting.finder_arena);
	arena_done(&backtesting.arena);
	enacted_done(&backtesting.enacted);
	free(backtesting.ways);
	return r;
}
