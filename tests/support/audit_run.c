/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/support/audit_run.h"

struct audit_said audit_said;

static void fill(char *to, size_t room, const char *arguments, const char *folder)
{
	size_t n = 0;

	for (; *arguments != '\0' && n < room; arguments++)
		n += (size_t)snprintf(to + n, room - n, "%.*s",
				      *arguments == '@' ? 100 : 1,
				      *arguments == '@' ? folder : arguments);
}

void audit_run(const struct audit_log *log, const char *arguments)
{
	const char *top = getenv("top_builddir");
	char filled[1024], command[2048];
	FILE *pipe;
	size_t n;

	fill(filled, sizeof(filled), arguments, log->root);
	snprintf(command, sizeof(command),
		 "XDG_STATE_HOME=%s/state %s/clients/audit/permit-audit %s", log->root,
		 top != NULL ? top : ".", filled);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	n = fread(audit_said.text, 1, sizeof(audit_said.text) - 1, pipe);
	audit_said.text[n] = '\0';
	audit_said.code = WEXITSTATUS(pclose(pipe));
}

void assert_says(int code, const char *text)
{
	if (audit_said.code != code || strstr(audit_said.text, text) == NULL)
		print_message("exit %d, not %d with \"%s\":\n%s\n", audit_said.code,
			      code, text, audit_said.text);
	assert_int_equal(audit_said.code, code);
	assert_non_null(strstr(audit_said.text, text));
}
