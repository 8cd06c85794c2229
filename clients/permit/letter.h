/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_LETTER_H
#define PERMIT_CLIENTS_LETTER_H

#include "clients/permit/known_case.h"

/*
 * A letter to the person, as blocks that each form prints in its own way. Its
 * first block is the title, which is all that may be seen from outside: it
 * tells neither what the case is about nor what came of it.
 */
enum letter_kind { LETTER_TITLE, LETTER_HEADING, LETTER_PARAGRAPH, LETTER_ITEM };

struct letter_block {
	enum letter_kind kind;
	const char *text;
};

#define LETTER_BLOCKS_MAX 256

struct letter {
	enum language language;
	size_t n;
	struct letter_block blocks[LETTER_BLOCKS_MAX];
	const char *word; /* with LETTER_E_WORD: the word that no letter may hold */
};

/*
 * Writes the letter about a case that was decided here. `reason` is from
 * explain_reason. Answers of the highest sensitivity are counted and never
 * repeated. An unsettled, open or adverse case is told as what it is: not decided.
 *
 * Texts live in the arena or the edition. Returns 0; LETTER_E_WORD when a text
 * of the policy speaks of testimony, which the fixed sentence alone may do; or
 * -ENOMEM.
 */
#define LETTER_E_WORD 1

MUST_USE int letter_write(const struct known_case *known,
			  const struct decision *decision, uint64_t reason,
			  struct arena *arena, struct letter *ret_letter);

/* What a letter itself says. */
enum letter_word {
	LETTER_WORD_TITLE,
	LETTER_WORD_REFERENCE, /* {} */
	LETTER_WORD_NO_RECORD,
	LETTER_WORD_RESULT,
	/* one sentence an outcome, in the order of enum outcome */
	LETTER_WORD_GRANT,
	LETTER_WORD_WAIT,
	LETTER_WORD_REFER,
	LETTER_WORD_NO_ROUTE,
	LETTER_WORD_ADVERSE,
	LETTER_WORD_ASK,
	LETTER_WORD_REASONS,
	LETTER_WORD_ANSWERS,
	LETTER_WORD_KEPT_BACK,
	LETTER_WORD_SOURCES, /* {} */
	LETTER_WORD_DATES,
	LETTER_WORD_DECIDED_ON, /* {} */
	LETTER_WORD_LASTS,	/* {} */
	LETTER_WORD_AT_MOST,	/* {} */
	LETTER_WORD_AT_LEAST,	/* {} */
	LETTER_WORD_FROM,	/* {} */
	LETTER_WORD_TO_DO,
	LETTER_WORD_NOTHING_NEEDED,
	LETTER_WORD_NEEDED,
	LETTER_WORD_NOT_ALL,
	LETTER_WORD_OBJECT,
	LETTER_WORD_OBJECT_HOW,
	N_LETTER_WORDS,
};

const char *letter_word(enum letter_word word, enum language language);

#endif
