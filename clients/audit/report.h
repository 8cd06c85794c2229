/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_REPORT_H
#define PERMIT_AUDIT_REPORT_H

#include "clients/audit/keys.h"
#include "clients/audit/source.h"
#include "clients/options.h"

/* What every command that reads a log says about it. */
#define LABEL_COLUMNS 16u

/*
 * The keys of a store; NULL without a folder. root_key is NULL for the one in it.
 * Anything but EXIT_DONE was said.
 */
enum exit_code open_keys(const struct invocation *in, const char *folder,
			 const char *root_key, struct audit_keys **ret_keys);

/* Says what -errno of reading or writing a log means, by its exit code. */
enum exit_code say_failure(const struct invocation *in, const char *path, int r);

void say_finding(const struct output_stream *out, const struct finding *finding);

/* The finding as a JSON object, or null for none. */
json_t *finding_json(const struct finding *finding);

/* "sound"'s companions: kind, path, origin, size, root, key. */
json_t *log_json(const char *path, const struct source_key *key,
		 const struct source_head *head);

/* Who vouches for the key, in a paragraph, when nobody outside does. */
void say_key_note(const struct output_stream *out, const struct source_key *key);

#endif
