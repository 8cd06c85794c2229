/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_HIGH_WATER_H
#define PERMIT_STORE_HIGH_WATER_H

#include "proto/note.h"

/*
 * How far the log had come, outside of the log: its last checkpoint, as it was
 * signed. A store that is put back as it was yesterday is sound in itself; this
 * file, kept elsewhere, says that there was more.
 *
 *	byte 0		slot 0: "PHW1", u32 n, u64 turn, n bytes of note, SHA-256
 *	byte 4096	slot 1
 *
 * The slots are written in turn, so that one of them is always whole.
 */
#define HIGH_WATER_NOTE_BYTES 1024

struct high_water {
	int fd;		/* -1: closed */
	uint64_t turn;	/* of the newest slot */
	char note[HIGH_WATER_NOTE_BYTES];
	size_t n_note;	/* 0: nothing was written yet */
};

#define HIGH_WATER_CLOSED { .fd = -1 }

#define HIGH_WATER_E_ABSENT 1
#define HIGH_WATER_E_DAMAGED 2	/* neither slot is whole */

/* Returns 0 with the newest note, or a code above, or -errno. */
MUST_USE int high_water_open(const char *path, struct high_water *ret);

/* Makes the file, durably, without a note. Returns 0, -EEXIST or another -errno. */
MUST_USE int high_water_create(const char *path, struct high_water *ret);

/* Accepts one that is closed. */
void high_water_close(struct high_water *high_water);

/*
 * Writes the note into the older slot; durable when this returns 0. Else -errno,
 * and the newer slot is as it was.
 */
MUST_USE int high_water_put(struct high_water *high_water, struct bytes note);

#endif
