/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/finding.h"

#include <stdarg.h>
#include <stdio.h>

const char finding_get_again[] =
	"Get this file again from where the export was made and verify again. If "
	"it is the same there, the log was changed: keep both copies, and tell "
	"those who answer for it.";
const char finding_do_not_trust[] =
	"Do not repair it. Keep the files as they are, compare them with an "
	"earlier export, and tell those who answer for the log.";
const char finding_ask_key[] =
	"Ask for the log's key by another way than the log itself, and verify "
	"again with --vkey.";

PRINTF_LIKE(4, 0)
static int fill(struct finding *finding, const char *file, const char *advice,
		const char *what, va_list args)
{
	snprintf(finding->file, sizeof(finding->file), "%s", file);
	vsnprintf(finding->what, sizeof(finding->what), what, args);
	finding->advice = advice;
	return AUDIT_FINDING;
}

int finding_at(struct finding *finding, uint64_t entry, const char *file,
	       const char *advice, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	finding->has_entry = true;
	finding->entry = entry;
	fill(finding, file, advice, what, args);
	va_end(args);
	return AUDIT_FINDING;
}

int finding_say(struct finding *finding, const char *file, const char *advice,
		const char *what, ...)
{
	va_list args;

	va_start(args, what);
	finding->has_entry = false;
	fill(finding, file, advice, what, args);
	va_end(args);
	return AUDIT_FINDING;
}
