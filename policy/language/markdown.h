/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LANGUAGE_MARKDOWN_H
#define PERMIT_LANGUAGE_MARKDOWN_H

#include <cmark-gfm.h>

#include "policy/language/loader.h"

/*
 * Parses Markdown with libcmark-gfm and its tables. Every byte that cmark
 * takes comes from `memory` and is given back with it; nothing needs to be
 * freed. Returns NULL when `memory` is full.
 *
 * cmark knows no allocation that fails, so a full arena leaves it by a jump,
 * which is why one thread parses one document at a time.
 */
cmark_node *markdown_parse(struct bytes source, struct arena *memory);

#endif
