/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LANGUAGE_LOADER_H
#define PERMIT_LANGUAGE_LOADER_H

#include <setjmp.h>

#include "policy/base/text.h"
#include "policy/language/mistake.h"
#include "policy/language/policy.h"

/*
 * What every part of the loader works with. Memory that runs out, and the
 * hundredth mistake, leave the whole load by one jump: all of it lives in
 * arenas, so there is nothing to clean up on the way, and no reader is
 * littered with checks that no test could reach.
 */
struct loader {
	struct arena *arena;
	struct arena scratch;	/* working memory, given back when the load ends */
	struct diagnostics *out;
	bool in_vocabulary;	/* which document is being read */
	bool incomplete;	/* something was skipped: see loader_skipped */
	jmp_buf way_out;
};

/* Enough to parse a megabyte of any law; not one of brackets. */
#define LOADER_SCRATCH_BYTES (128u * 1024 * 1024)

/*
 * Runs work(loader, argument) until it returns or leaves. Returns 0,
 * POLICY_E_NOT_VALID when there is a diagnostic, or -ENOMEM.
 */
MUST_USE int loader_run(struct arena *arena, struct diagnostics *out,
			void (*work)(struct loader *loader, void *argument),
			void *argument);

/* Leaves the load: no room. */
_Noreturn void loader_no_room(struct loader *loader);

/* Zeroed memory for n objects. Never NULL. */
void *loader_alloc(struct loader *loader, size_t n, size_t size);

/* A NUL-terminated copy. Never NULL. */
const char *loader_text(struct loader *loader, struct text text);

const char *loader_format(struct loader *loader, const char *format, ...)
	PRINTF_LIKE(2, 3);

void loader_builder(struct loader *loader, struct builder *builder);
const char *loader_built(struct loader *loader, struct builder *builder);

/*
 * Notes a mistake. `expected` may be NULL where the message says it all; it
 * must live as long as the arena.
 */
void mistake(struct loader *loader, enum mistake kind, struct place place,
	     const char *expected, const char *format, ...) PRINTF_LIKE(5, 6);

/* Mistakes so far; what depends on sound parts is skipped when there are some. */
static inline size_t mistakes(const struct loader *loader)
{
	return loader->out->n;
}

/*
 * Says that a part could not be read, which was noted. From here on nothing is
 * said to be missing or unknown: it may stand in that part.
 */
void loader_skipped(struct loader *loader);

/* Names gathered to say what was expected: "one of: a, b", or the nearest. */
struct choices {
	struct loader *loader;
	struct text wanted;
	const char *nearest;
	unsigned distance;
	struct builder list;
	size_t n;
};

void choices_init(struct choices *choices, struct loader *loader, struct text wanted);
void choices_add(struct choices *choices, const char *name);

/*
 * "did you mean `a`?" when one is near; else "one of: a, b, c" when they are
 * few; else NULL.
 */
const char *choices_text(struct choices *choices);

/* Sorts by document, line and column, keeping the order of equals. */
void diagnostics_sort(struct diagnostics *diagnostics);

#endif
