/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_BASE_ARENA_H
#define PERMIT_BASE_ARENA_H

#include <stddef.h>

/*
 * Memory that is given back all at once.
 *
 * Everything the core builds lives in an arena that its caller owns: one for
 * an edition, one for a request. There is no free of a single object, so no
 * path through the core can leak, and a hostile input can cost no more than
 * the cap. The unused rest is poisoned for AddressSanitizer.
 *
 * What an arena refuses depends on its cap and on what was asked of it since
 * arena_init or arena_reset, and on nothing before: a warm arena and a fresh
 * one give the same answers.
 */
struct arena {
	struct arena_block *blocks;	/* newest first */
	size_t used_bytes;		/* handed out, alignment included */
	size_t taken_bytes;		/* taken from the system */
	size_t cap_bytes;		/* never more than this from the system */
};

/* What a block costs beside what it holds; the cap counts it. */
#define ARENA_OVERHEAD_BYTES 32

/* The first block, overhead included, unless the cap is smaller. */
#define ARENA_FIRST_BLOCK_BYTES 65536

/* Prepares an empty arena. Nothing is allocated until the first use. */
void arena_init(struct arena *arena, size_t cap_bytes);

/* Gives everything back. Accepts an arena that was never used, or twice. */
void arena_done(struct arena *arena);

/*
 * Keeps the first block and forgets its contents, so that a request loop
 * stops asking the system for memory once it is warm.
 */
void arena_reset(struct arena *arena);

/*
 * Returns n_bytes of zeroed memory, aligned for any object, valid until
 * arena_reset or arena_done; or NULL when the cap would be exceeded or the
 * system has none. n_bytes == 0 gives a valid, unique pointer. After a NULL
 * the arena is as it was, and a smaller object may still have room.
 */
void *arena_alloc(struct arena *arena, size_t n_bytes);

/* As arena_alloc for an array; NULL also when the product overflows. */
void *arena_array(struct arena *arena, size_t n, size_t size);

/* A NUL-terminated copy of n_bytes of text, or NULL as arena_alloc. */
char *arena_text(struct arena *arena, const char *text, size_t n_bytes);

#endif
