/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLOCK_H
#define PERMIT_CLOCK_H

#include "policy/base/date.h"

/*
 * The one place that asks the system for the time. A request is given one
 * reading when it is taken up, and nothing below it looks again.
 */

/* UTC, milliseconds since 1970. */
uint64_t clock_ms(void);

/* Microseconds since some moment, which no change of the time moves. */
uint64_t clock_us(void);

/* The civil day of that time in UTC, kept in [DAY_MIN, DAY_MAX]. */
day_t clock_day(uint64_t ms);

#endif
