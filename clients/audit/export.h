/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_EXPORT_H
#define PERMIT_AUDIT_EXPORT_H

#include "clients/audit/source.h"
#include "clients/output.h"

struct export_request {
	const char *store;	/* the store's folder */
	const char *out;	/* the export's */
	const char *vkey;	/* NULL: the one beside the log */
	const struct output_stream *progress;	/* NULL: silent */
};

struct export_report {
	const char *path;	/* that a failure is about */
	struct source_key key;
	struct source_head head;	/* its note is gone */
	uint64_t old_size;	/* entries that were there before */
};

#define EXPORT_E_FOREIGN 3	/* the folder holds something else */
#define EXPORT_E_EMPTY 4	/* the log has no entry, so nothing is signed */

/*
 * Copies a log into static files; see folder.h. The checkpoint comes last, when
 * all else is durable, so that an export with a checkpoint is whole. Files that
 * an earlier checkpoint of the folder covers are never changed: they are
 * compared, and the log must continue that checkpoint's tree.
 *
 * Returns 0; AUDIT_FINDING when log or export is not sound; EXPORT_E_FOREIGN;
 * EXPORT_E_EMPTY; -EBUSY while another export writes there; -EINVAL when the
 * store is none; or as source_open. ret_report is always set.
 */
MUST_USE int export_log(const struct export_request *request,
			struct export_report *ret_report,
			struct finding *ret_finding);

#endif
