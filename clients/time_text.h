/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_TIME_TEXT_H
#define PERMIT_CLIENTS_TIME_TEXT_H

#include <stdint.h>

#define TIME_TEXT_BYTES 40

/* "2026-11-23 21:49:27 UTC"; "-" for 0, which is no time, and beyond the calendar. */
const char *time_text(uint64_t time_ms, char to[TIME_TEXT_BYTES]);

#endif
