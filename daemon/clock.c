/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "daemon/clock.h"

#define DAY_MS (24ull * 60 * 60 * 1000)

uint64_t clock_ms(void)
{
	struct timespec now;

	/* It cannot fail for this clock; a time before 1970 counts as 1970. */
	if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t clock_us(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

day_t clock_day(uint64_t ms)
{
	uint64_t day = ms / DAY_MS;

	return day > (uint64_t)DAY_MAX ? DAY_MAX : (day_t)day;
}
