/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/time_text.h"

#include <string.h>
#include <time.h>

const char *time_text(uint64_t time_ms, char to[TIME_TEXT_BYTES])
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm civil;

	if (time_ms == 0 || gmtime_r(&seconds, &civil) == NULL ||
	    strftime(to, TIME_TEXT_BYTES, "%Y-%m-%d %H:%M:%S UTC", &civil) == 0)
		strcpy(to, "-");
	return to;
}
