/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CONFIG_H
#define PERMIT_CONFIG_H

#include <stdio.h>

#include "daemon/limits.h"
#include "policy/base/bytes.h"

#define CONFIG_TEXT_BYTES 1024

/*
 * What the daemon was told, from its defaults, the configuration file and the
 * command line, the later over the earlier.
 */
struct config {
	char store[CONFIG_TEXT_BYTES];
	char socket[CONFIG_TEXT_BYTES];
	char metrics_socket[CONFIG_TEXT_BYTES];
	char origin[CONFIG_TEXT_BYTES];
	char root_key[CONFIG_TEXT_BYTES];
	char erasure_keys[CONFIG_TEXT_BYTES];
	char high_water[CONFIG_TEXT_BYTES];
	char accept_rollback[CONFIG_TEXT_BYTES];
	uint64_t segment_bytes;
	uint64_t map_bytes;
	uint64_t index_batch;
	uint64_t index_idle_ms;
	uint64_t loaded_editions;
	uint64_t stop_timeout_s;
	uint64_t log_level;
	struct limits limits;
	bool check; /* --check: say whether the rest is right, and end */
};

/*
 * One option. The same table makes --help, reads file and command line, and is
 * what the manual page is held against.
 */
struct config_option {
	const char *name;  /* "--name VALUE", and "name = VALUE" in the file */
	const char *value; /* "DIR", or the unit: "bytes", "s" */
	uint64_t minimum;  /* of numbers; texts have 0 and 0 */
	uint64_t maximum;
	const char *fallback; /* the default, as it would be written; "" none */
	bool reload;	      /* SIGHUP brings a new value into force */
	size_t offset;	      /* in struct config */
	const char *help;
};

extern const struct config_option config_options[];
extern const size_t config_n_options;

#define CONFIG_E_WRONG 1 /* see ret_text */
#define CONFIG_E_HELP 2	 /* --help was asked for */
#define CONFIG_E_VERSION 3
#define CONFIG_ERROR_BYTES 2048

/*
 * Reads everything, also again for SIGHUP. Returns 0 or a code above. With
 * CONFIG_E_WRONG ret_text says what and where: "/etc/permitd.conf:3: ...".
 */
MUST_USE int config_read(int argc, char *const *argv, struct config *ret_config,
			 char ret_text[CONFIG_ERROR_BYTES]);

/*
 * Takes the values that may change into `running`. ret_names (of n_max) are the
 * options whose new value waits for a restart; returns how many there are.
 */
size_t config_reload(struct config *running, const struct config *fresh,
		     const char **ret_names, size_t n_max);

void config_print_help(FILE *to);

#endif
