/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/base/arena.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, n_bytes) ((void)(at), (void)(n_bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, n_bytes) ((void)(at), (void)(n_bytes))
#endif

/*
 * +--------------+------+-----+------+- - - - - - - - - - - - -+
 * | arena_block  | used | pad | used |     rest, poisoned      |
 * +--------------+------+-----+------+- - - - - - - - - - - - -+
 *                ^ data               ^ data + used             ^ data + size
 */
#define ALIGNMENT 16 /* on every machine, so that a cap holds as much on each */

struct arena_block {
	struct arena_block *older;
	size_t size;
	size_t used;
	alignas(ALIGNMENT) uint8_t data[];
};

static_assert(sizeof(struct arena_block) == ARENA_OVERHEAD_BYTES,
	      "the cap counts what a block costs");
static_assert(alignof(max_align_t) <= ALIGNMENT, "what is put there may need more");

/* Blocks grow up to this, so that large arenas have few of them. */
#define BLOCK_MAX_BYTES ((size_t)1024 * 1024)

void arena_init(struct arena *arena, size_t cap_bytes)
{
	*arena = (struct arena){ .cap_bytes = cap_bytes };
}

static void forget(struct arena_block *block)
{
	block->used = 0;
	ASAN_POISON_MEMORY_REGION(block->data, block->size);
}

/*
 * The first block has the same size whatever is asked for first, and is the one
 * that arena_reset keeps. A warm arena therefore refuses exactly what a fresh
 * one refuses: no answer depends on the requests that came before.
 */
static size_t size_of_next_block(const struct arena *arena)
{
	size_t size = ARENA_FIRST_BLOCK_BYTES;

	if (arena->blocks != NULL)
		size = 2 * (arena->blocks->size + ARENA_OVERHEAD_BYTES);
	return size < BLOCK_MAX_BYTES ? size : BLOCK_MAX_BYTES;
}

/* Takes a block that holds at least n_bytes from the system, within the cap. */
static int add_block(struct arena *arena, size_t n_bytes)
{
	size_t room = arena->cap_bytes - arena->taken_bytes;
	size_t total = size_of_next_block(arena);
	struct arena_block *block;

	if (room < ARENA_OVERHEAD_BYTES || room - ARENA_OVERHEAD_BYTES < n_bytes)
		return -1;
	if (total < n_bytes + ARENA_OVERHEAD_BYTES)
		total = n_bytes + ARENA_OVERHEAD_BYTES;
	if (total > room)
		total = room;
	block = malloc(total);
	if (block == NULL)
		return -1;
	block->older = arena->blocks;
	block->size = total - ARENA_OVERHEAD_BYTES;
	forget(block);
	arena->blocks = block;
	arena->taken_bytes += total;
	return 0;
}

static void drop_newest(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	arena->blocks = block->older;
	arena->taken_bytes -= block->size + ARENA_OVERHEAD_BYTES;
	ASAN_UNPOISON_MEMORY_REGION(block->data, block->size);
	free(block);
}

void arena_done(struct arena *arena)
{
	while (arena->blocks != NULL)
		drop_newest(arena);
	arena->used_bytes = 0;
}

void arena_reset(struct arena *arena)
{
	arena->used_bytes = 0;
	if (arena->blocks == NULL)
		return;
	while (arena->blocks->older != NULL)
		drop_newest(arena);
	forget(arena->blocks);
}

static size_t room_in_newest(const struct arena *arena)
{
	const struct arena_block *block = arena->blocks;

	return block == NULL ? 0 : block->size - block->used;
}

/* The first block comes first even when what is asked for has no room in it. */
static int make_room(struct arena *arena, size_t n_bytes)
{
	if (arena->blocks == NULL && add_block(arena, 0) != 0)
		return -1;
	if (room_in_newest(arena) >= n_bytes)
		return 0;
	return add_block(arena, n_bytes);
}

void *arena_alloc(struct arena *arena, size_t n_bytes)
{
	size_t wanted = n_bytes == 0 ? 1 : n_bytes;
	uint8_t *at;

	if (wanted > SIZE_MAX - ARENA_OVERHEAD_BYTES - ALIGNMENT)
		return NULL;
	wanted = (wanted + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (make_room(arena, wanted) != 0)
		return NULL;
	at = arena->blocks->data + arena->blocks->used;
	arena->blocks->used += wanted;
	arena->used_bytes += wanted;
	ASAN_UNPOISON_MEMORY_REGION(at, n_bytes);
	memset(at, 0, n_bytes);
	return at;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t n_bytes;

	if (__builtin_mul_overflow(n, size, &n_bytes))
		return NULL;
	return arena_alloc(arena, n_bytes);
}

char *arena_text(struct arena *arena, const char *text, size_t n_bytes)
{
	char *copy;

	if (n_bytes == SIZE_MAX)
		return NULL;
	copy = arena_alloc(arena, n_bytes + 1);
	if (copy != NULL && n_bytes > 0)
		memcpy(copy, text, n_bytes);
	return copy;
}
