/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_BENCH_CLIPS_H
#define PERMIT_BENCH_CLIPS_H

/*
 * CLIPS apart from everything else, since its headers and ours both have a
 * struct fact. One environment a process.
 */

/* Loads the rules, or ends the program. */
void clips_open(const char *path);
void clips_close(void);

/* Begins a case, adds to it, and runs the rules: the number of "c4". */
void clips_reset(void);
void clips_assert(const char *name, const char *value);
unsigned clips_outcome(void);

#endif
