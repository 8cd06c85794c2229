/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_FINDING_H
#define PERMIT_AUDIT_FINDING_H

#include "policy/base/bytes.h"

/*
 * The first thing that is not as it should be: where, what, and what to do.
 * Never a fact of a case.
 */
#define FINDING_FILE_BYTES 128
#define FINDING_WHAT_BYTES 320

struct finding {
	bool has_entry;
	uint64_t entry;		/* index in the log */
	char file[FINDING_FILE_BYTES];	/* inside the store or export; "" for none */
	char what[FINDING_WHAT_BYTES];	/* "its blob is not the one it names" */
	const char *advice;	/* what to do */
};

/*
 * What the functions of this folder return besides 0 and -errno. Whoever
 * returns AUDIT_FINDING has filled the finding.
 */
#define AUDIT_FINDING 1
#define AUDIT_END 2

/* What to do, for the kinds of findings there are. */
extern const char finding_get_again[];	/* a copy may be damaged */
extern const char finding_do_not_trust[];	/* the original is */
extern const char finding_ask_key[];

/* Both return AUDIT_FINDING, so that they can stand behind `return`. */
int finding_at(struct finding *finding, uint64_t entry, const char *file,
	       const char *advice, const char *what, ...) PRINTF_LIKE(5, 6);
int finding_say(struct finding *finding, const char *file, const char *advice,
		const char *what, ...) PRINTF_LIKE(4, 5);

#endif
