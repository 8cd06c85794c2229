/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_CHANCE_H
#define PERMIT_TESTS_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Numbers by chance that are the same on every machine and in every run: a test
 * that fails once fails again with the seed that it printed.
 */
struct chance {
	uint64_t state;
};

static inline uint64_t chance_bits(struct chance *chance)
{
	uint64_t z;

	/* splitmix64: any seed will do, zero too */
	chance->state += 0x9e3779b97f4a7c15ull;
	z = chance->state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* 0 .. n - 1; n is at least 1. */
static inline uint32_t chance_below(struct chance *chance, uint32_t n)
{
	return (uint32_t)((chance_bits(chance) >> 33) % n);
}

/* True once in n times. */
static inline bool chance_once_in(struct chance *chance, uint32_t n)
{
	return chance_below(chance, n) == 0;
}

#endif
