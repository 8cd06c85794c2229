/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_CARD_VIEW_H
#define PERMIT_CLIENTS_CARD_VIEW_H

#include "clients/policy_file.h"
#include "policy/card.h"

/*
 * The report card of one file, and its words. Texts live in the scratch arena
 * of the card until it ends.
 */
struct card_view {
	struct policy_file file;
	struct arena arena;
	struct arena scratch;
	struct card *card;
};

/* Accepts an object that is all zero. */
void card_view_done(struct card_view *view);

/*
 * Reads, compiles and judges a policy. Says what is wrong; EXIT_NOT_VALID with
 * the diagnostics on standard error.
 */
enum exit_code card_view_read(const struct output_stream *out, const char *path,
			      const char *vocabulary, struct card_view *ret_view);

extern const char *const card_verdict_words[N_CARD_VERDICTS]; /* "Yes" ... */
extern const char *const card_verdict_names[N_CARD_VERDICTS]; /* "yes" ... */

/* One answer that a case gives, as people read it. */
struct card_fact {
	const char *label; /* "Bars by section" */
	const char *key;   /* "ca.bars" */
	const char *text;  /* "holds s.36(1) serious criminality" */
	bool differs;	   /* from the other case of the pair */
};

#define CARD_FACTS_MAX (FACTS_MAX + DERIVED_MAX)

/*
 * What decides a case: the facts and derived facts that it gives, a set in one.
 * `other` is the other case of a pair, or NULL; `labels` writes values for people
 * and not as the policy does. Returns how many.
 */
size_t card_facts(struct card_view *view, const struct card_case *of,
		  const struct card_case *other, bool labels,
		  struct card_fact facts[CARD_FACTS_MAX]);

/* The value of the output that counts: "grant", "P12M", "a, b", "none". */
const char *card_value(struct card_view *view, const struct card_case *of);

/* The case in keys and values: "here = yes; bars = minor, not major". */
const char *card_case_text(struct card_view *view, const struct card_case *of);

/*
 * "2025-02-04: here = yes; risk = serious", or NULL without answers. With `all`
 * false only the day and what the derived facts that are shown are computed of.
 */
const char *card_answers(struct card_view *view, const struct card_case *of,
			 bool all);

/* "IRPA 24(1); MI81 (unverified)". */
const char *card_citations(struct card_view *view, const struct citation *citations,
			   uint8_t n);

/* A NUL-terminated text of the view; "(too long to show)" without memory. */
const char *card_text(struct card_view *view, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* The questions of the edition: "first-permit, renewal". */
const char *card_questions(struct card_view *view);

/* The lengths that rows of a permit's question grant: "12 months (at least)". */
const char *card_lengths(struct card_view *view, enum report_line permit);

/* ---- Forms (card_say.c, card_html.c) ---- */

void card_say(const struct output_stream *out, struct card_view *view);

/* NULL when memory ran out. */
json_t *card_json(struct card_view *view);

/*
 * Writes one page with the cards side by side and then each in full: HTML that
 * is well-formed XML too, with no script and nothing fetched from elsewhere.
 */
void card_html(FILE *to, struct card_view *views, size_t n);

#endif
