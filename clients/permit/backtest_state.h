/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_BACKTEST_STATE_H
#define PERMIT_CLIENTS_BACKTEST_STATE_H

#include "clients/audit/backtest.h"

/*
 * How far a backtest is, as a file, so that it goes on after an interruption.
 * It belongs to one draft and one log, and holds no fact of any case.
 */
struct backtest_state {
	const struct output_stream *out;
	const char *path;
	const struct edition *draft;
	struct digest draft_hash;
};

/*
 * Takes up what was kept: all zero when there is no such file. Says what is
 * wrong: EXIT_NOT_VALID, also when the state is of another draft.
 */
enum exit_code backtest_state_read(const struct backtest_state *state,
				   struct backtest_report *ret_report);

/* Replaces the file whole, durably. 0 or -EIO, which was said. */
int backtest_state_write(const struct backtest_report *report, void *state);

#endif
