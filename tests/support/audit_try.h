/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_AUDIT_TRY_H
#define PERMIT_TESTS_AUDIT_TRY_H

#include "clients/audit/export.h"
#include "clients/audit/replay.h"
#include "clients/audit/verify.h"
#include "tests/support/audit_log.h"

/* What the last verification, export or replay gave. */
struct audit_try {
	int r;
	struct finding finding;
	struct verify_report verified;
	struct export_report exported;
	struct replay_report replayed;
};

extern struct audit_try audit_try;

/* Each returns what was returned, and keeps the rest above. */
int audit_verify(const char *path, const char *vkey, uint64_t expect_size);
int audit_replay(const char *path, uint64_t from, uint64_t to);
int audit_replay_on(const char *path, unsigned n_jobs);
int audit_replay_resumed(const char *path, const char *state);

/* To log->out; a fresh one removes what was there. */
int audit_export(const struct audit_log *log);
int audit_export_fresh(const struct audit_log *log);

/* A file of the export, by its name there; valid until the next call. */
const char *audit_out_path(const struct audit_log *log, const char *name);

/* Turns one bit of a file of the export over. */
void audit_flip(const struct audit_log *log, const char *name, size_t bit);

#define AUDIT_NO_ENTRY UINT64_MAX

/*
 * Whether the last try found just this: the entry, the file, and a piece of
 * what is wrong. Prints what it found when not.
 */
bool audit_found(uint64_t entry, const char *file, const char *what);

#endif
