/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_COMMANDS_H
#define PERMIT_AUDIT_COMMANDS_H

#include <limits.h>

#include "clients/audit/report.h"
#include "clients/options.h"
#include "clients/time_text.h"
#include "proto/tombstone.h"

/* The options of permit-audit, in the order of the table in main.c. */
enum audit_option {
	OPTION_STORE = N_COMMON,
	OPTION_OUT,
	OPTION_VKEY,
	OPTION_EXPECT_SIZE,
	OPTION_FROM,
	OPTION_TO,
	OPTION_ENTRY,
	OPTION_TRUST,
	OPTION_KEYS,
	OPTION_ROOT_KEY,
	OPTION_ROLES,
	OPTION_STATE,
	OPTION_KEY,
	OPTION_NAME,
	OPTION_ADD,
	OPTION_JOBS,
	OPTION_RESUME,
	N_AUDIT_OPTIONS,
};

/* Every command takes these. */
#define TAKES_ALWAYS                                                          \
	(OPTION(OPTION_HELP) | OPTION(OPTION_VERSION) | OPTION(OPTION_JSON) | \
	 OPTION(OPTION_PLAIN) | OPTION(OPTION_VKEY))

extern const struct command command_export;
extern const struct command command_verify;
extern const struct command command_replay;
extern const struct command command_prove;
extern const struct command command_compare;
extern const struct command command_witness;

/* ---- What the commands share, in report.c ---- */

#define ROOT_TEXT_BYTES (BASE64_CHARS(DIGEST_BYTES) + 1)

/* Reads an entry's index; EXIT_USAGE when it is none. Not given: otherwise. */
enum exit_code read_index(const struct invocation *in, enum audit_option option,
			  uint64_t otherwise, uint64_t *ret_index);

/* Those of --keys; NULL without that option. Anything but EXIT_DONE was said. */
enum exit_code read_keys(const struct invocation *in, struct audit_keys **ret_keys);

/*
 * Where checkpoints are remembered: --state, else the folder permit-audit of
 * $XDG_STATE_HOME or ~/.local/state; NULL where there is none of them.
 */
const char *state_folder(const struct invocation *in, char to[PATH_MAX]);

/* Says that the folder of state_folder does not serve, for -EROFS of verify_log. */
enum exit_code say_no_memory(const struct invocation *in, const char *folder);

/* The keys of --roles; ret_given is false without that option. Likewise. */
enum exit_code read_roles(const struct invocation *in,
			  struct erasure_keys *ret_keys, bool *ret_given);

const char *root_text(const struct digest *root, char to[ROOT_TEXT_BYTES]);

#endif
