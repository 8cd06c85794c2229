/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_CARD_HTML_H
#define PERMIT_CLIENTS_CARD_HTML_H

#include "clients/permit/card_view.h"

/*
 * The parts of a page with report cards, for those who put more beside them:
 * head, what one likes, cards, foot.
 */

/* What the words of a card mean, for the introduction of a page. */
#define CARD_HTML_MARKS                                                                     \
	"“Proven” speaks of every case at once; “shown” points to cases that were " \
	"decided again, row by row. Where an edition does not say where an answer "         \
	"stands, none is guessed."

/* Up to the begin of <main>. Styles are added to those of the cards. */
void card_html_head(FILE *to, const char *title, const char *style,
		    const char *intro);

/* A word with a sign and a colour that repeat it. */
void card_html_verdict(FILE *to, enum card_verdict verdict);

/*
 * A <section>. Its id is "c<number>", and "c<number>-<line>" are those of its
 * answers, by the names of card_line_texts.
 */
void card_html_card(FILE *to, struct card_view *view, size_t number);

/* From the end of <main>: "policy card" made it. */
void card_html_foot(FILE *to, const char *command);

#endif
