/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTIMONY_H
#define PERMIT_TESTIMONY_H

#include "policy/base/bytes.h"

/*
 * What permitd never asks, reads or stores: testimony, co-operation, and
 * every stand-in for them. This list is part of the engine and not of any
 * document, because no document may take it away.
 */

/*
 * Says whether a fact's name is one of the excluded inputs, or holds one of
 * their words ("police_report_filed", "willing-to-testify", "denuncia"). Case,
 * hyphens, underscores and accents make no difference. Returns the matching
 * word of the list, or NULL. For names of facts and derived facts; values and
 * texts are looked through with testimony_word, which knows fewer words.
 */
const char *testimony_name(const char *name);

/*
 * Looks for such a word in a text that a person would read, in any of the
 * four languages. The fixed sentence, in any language, is passed over.
 * Returns the word of the list and its place, or NULL.
 */
const char *testimony_word(const char *text, size_t n, size_t *ret_offset);

/* "You do not have to speak to the police ...", in the language of that index. */
const char *testimony_sentence(unsigned language);

#endif
