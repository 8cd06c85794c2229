/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_AUDIT_LOG_H
#define PERMIT_TESTS_AUDIT_LOG_H

#include "daemon/store/log.h"
#include "policy/edition.h"

/*
 * A store in a folder of its own, written as the daemon writes it, with real
 * decisions: the examples of the Canadian editions, decided. And the ways to
 * write what the daemon never writes, under a good signature.
 */
#define AUDIT_EDITIONS 2

struct audit_edition {
	struct arena arena;
	struct bytes bundle;
	struct digest hash;
	const struct edition *edition;
	uint64_t recorded_ms;	/* when it was enacted here */
};

struct audit_log {
	char root[64];		/* removed at the end */
	char store[96];
	char out[96];		/* where exports may go; not made */
	struct log *log;
	struct audit_edition editions[AUDIT_EDITIONS];
	uint64_t now_ms;	/* of the next entry; each adds a second */
	size_t n_decided;	/* examples are taken in turn */
};

/* What is wrong with an entry that is otherwise good. */
enum audit_fault {
	AUDIT_SOUND,
	AUDIT_RESULT,		/* another outcome in the result bytes */
	AUDIT_RESULT_COMMIT,	/* a commitment to another result */
	AUDIT_FIELDS_ROOT,	/* a commitment to other facts */
	AUDIT_QUESTION,		/* the name of another question */
	AUDIT_EDITION,		/* an edition that was never enacted */
	AUDIT_BUNDLE,		/* enactments: a bundle with a byte changed */
	AUDIT_BLOB,		/* a blob cut short before it was hashed */
};

/* cmocka's setup of a group and its end: the editions, loaded once. */
int audit_log_setup(void **state);
/* One small edition in the place of both: it loads in a tenth of the time. */
int audit_log_setup_small(void **state);
int audit_log_teardown(void **state);

/* A new store without entries; what was there before is removed. */
void audit_log_begin(struct audit_log *log);

void audit_log_enact(struct audit_log *log, size_t edition, enum audit_fault fault);

/* Decides n examples of an edition, in one group. */
void audit_log_decide(struct audit_log *log, size_t edition, size_t n,
		      enum audit_fault fault);

/* n entries without content, in groups. */
void audit_log_boot(struct audit_log *log, size_t n);

/* Opens the log again, after a test has changed its files. */
void audit_log_reopen(struct audit_log *log);

/* Both editions and n decisions of each, in groups of seven. */
void audit_log_fill(struct audit_log *log, size_t n);

/* "root/name"; valid until the next call. */
const char *audit_path(const struct audit_log *log, const char *name);

/* Reads or replaces a whole file; the bytes are to be freed. */
struct bytes audit_file_read(const char *path);
void audit_file_write(const char *path, struct bytes content);

#endif
