/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LOGGING_H
#define PERMIT_LOGGING_H

#include "policy/base/bytes.h"

/*
 * The daemon's journal: lines on standard error. Under systemd each line begins
 * with its priority ("<6>"), elsewhere with the time and a word.
 *
 * A line never holds the value of a fact, nor a name that a client sent: that
 * is personal data, and it could forge lines.
 */
enum logging_level {
	LOGGING_ERROR,	 /* something is lost or refused until a person acts */
	LOGGING_WARNING, /* it goes on, but should be looked at */
	LOGGING_NOTICE,	 /* start, stop, enactments, a changed configuration */
	LOGGING_INFO,
	LOGGING_DEBUG,
};

/* Looks for systemd's JOURNAL_STREAM. Lines above the level are left out. */
void logging_start(enum logging_level level);
void logging_set_level(enum logging_level level);

/* One line. Control characters in it are written as '?'. */
PRINTF_LIKE(2, 3) void logging(enum logging_level level, const char *format, ...);

#endif
