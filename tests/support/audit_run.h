/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_AUDIT_RUN_H
#define PERMIT_TESTS_AUDIT_RUN_H

#include "tests/support/audit_log.h"

/* permit-audit as people and scripts run it. */
struct audit_said {
	int code;		/* exit code */
	char text[16384];	/* standard output, and error where it is redirected */
};

extern struct audit_said audit_said;

/* Runs it with these arguments; each @ is the folder of the log. */
void audit_run(const struct audit_log *log, const char *arguments);

/* Fails unless the last run ended with this code and printed this text. */
void assert_says(int code, const char *text);

#endif
