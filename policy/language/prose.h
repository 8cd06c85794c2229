/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LANGUAGE_PROSE_H
#define PERMIT_LANGUAGE_PROSE_H

#include <cmark-gfm.h>

#include "policy/language/loader.h"

/* The lines of a document; lines[0] is line 1. */
struct lines {
	const struct text *at;
	size_t n;
};

/* Line `number`, from 1; an empty one when there is none. */
struct text lines_get(const struct lines *lines, size_t number);

/*
 * The canonical form of a block of prose: each paragraph on one line with
 * single spaces, `-` and `1.` for lists, `>` for quotes, `___` for a rule.
 * Notes what prose may not hold. No line break at the end.
 */
const char *prose_text(struct loader *loader, const struct lines *lines,
		       cmark_node *block);

#endif
