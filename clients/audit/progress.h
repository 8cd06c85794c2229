/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_PROGRESS_H
#define PERMIT_AUDIT_PROGRESS_H

#include <time.h>

#include "clients/output.h"

/* Tells how far long work is, once it has lasted two seconds. */
struct progress {
	const struct output_stream *out;	/* NULL: silent */
	const char *label;
	struct timespec begun;
	bool shown;
};

void progress_init(struct progress *progress, const struct output_stream *out,
		   const char *label);

/* total 0: not known. */
void progress_tell(struct progress *progress, uint64_t done, uint64_t total);

/* Takes the line away again. */
void progress_done(struct progress *progress);

#endif
