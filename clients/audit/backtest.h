/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_BACKTEST_H
#define PERMIT_AUDIT_BACKTEST_H

#include <signal.h>

#include "clients/audit/keys.h"
#include "clients/audit/source.h"
#include "clients/output.h"
#include "policy/edition.h"

/*
 * The decisions of a log under a draft of their policy: each with its recorded
 * facts and date, its recorded outcome against that of the draft. Nothing of a
 * case is kept but the number of its entry and the rows.
 */
#define BACKTEST_ROWS_BYTES 96
#define BACKTEST_FLIPS_MAX 1000

/* A decision whose outcome is another one under the draft. */
struct backtest_flip {
	uint64_t entry;
	uint16_t question;	/* of the draft */
	enum outcome before;
	enum outcome after;
	char rows[2][BACKTEST_ROWS_BYTES];	/* "fp-1"; those of the question */
};

/* What became of the log's decisions so far; the whole state of the work. */
struct backtest_report {
	uint64_t next;		/* the first entry that is still to be read */
	struct digest read;	/* of all entries before it, one after the other */
	/* by question of the draft, recorded outcome, outcome under the draft */
	uint64_t cells[QUESTIONS_MAX][N_OUTCOMES][N_OUTCOMES];
	uint64_t n_other_policy;	/* decisions of another policy */
	uint64_t n_other_question;	/* of a question that the draft has not */
	uint64_t n_sealed;		/* and there is no key that opens it */
	uint64_t n_erased;
	uint64_t n_unreadable;		/* by this release */
	uint64_t n_contradiction;	/* impossible under the draft */
	uint64_t n_lost;	/* with an answer that the draft cannot hold */
	uint64_t n_walked;	/* outcome only, by a walk of the diagram */
	uint64_t n_decided;	/* in full */
	size_t n_flips;		/* kept, worst first */
	struct backtest_flip flips[BACKTEST_FLIPS_MAX];
};

/*
 * How much worse an outcome became for the person, from 5 (a grant that would
 * be recommended against) to -5. An ask is between a wait and an officer.
 */
int backtest_worse(enum outcome before, enum outcome after);

struct backtest_request {
	const char *path;	/* an export or a store */
	const char *vkey;	/* NULL: the one beside the log */
	struct audit_keys *keys;	/* borrowed; NULL: none */
	const struct edition *draft;
	size_t max_flips;	/* kept; at most BACKTEST_FLIPS_MAX */
	const struct output_stream *progress;	/* NULL: silent */
	const volatile sig_atomic_t *stop;	/* turns true: stop; NULL: never */
	/* Called now and then, with what is to be kept to go on later; or NULL. */
	int (*keep)(const struct backtest_report *report, void *context);
	void *context;
};

#define BACKTEST_STOPPED 3	/* as asked; the report says how far */
#define BACKTEST_E_OTHER_LOG 4	/* report->next entries are not those read before */

/*
 * Goes through the log from report->next on: an all zero report begins, one
 * that was kept goes on. Entries before it are read and checked again, not
 * decided. Returns 0, AUDIT_FINDING, a code above, what keep() returned, or
 * -errno.
 */
MUST_USE int backtest(const struct backtest_request *request,
		      struct backtest_report *report, struct source_key *ret_key,
		      struct finding *ret_finding);

#endif
