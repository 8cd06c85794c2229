/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_ATLAS_H
#define PERMIT_CLIENTS_ATLAS_H

#include "clients/permit/atlas_files.h"
#include "clients/permit/card_view.h"

/* Many editions side by side: what each state's law answers, and since when. */
enum atlas_group {
	ATLAS_LAW,
	ATLAS_MODEL,	/* a yardstick, the law of no state */
	ATLAS_ANALYSIS, /* a law as it is written, co-operation included */
	N_ATLAS_GROUPS,
};

enum atlas_dead_end { ATLAS_NO_DEAD_END, ATLAS_DEAD_END, ATLAS_NOT_KNOWN };

struct atlas_entry {
	struct card_view card;
	enum atlas_group group;
	bool latest; /* no later edition of its policy is here */
	uint32_t
		changed; /* bit i: line i has another answer than the edition before */
	bool path_changed;
	enum atlas_dead_end dead_end;
	const char *path; /* "3 years, all by 5 years"; "none by right" */
	int32_t months; /* the shortest path; a month for each 30 days; -1: none */
	const char *share; /* of an analysis: "first-permit: 50 %"; else "" */
};

/* Sorted: by group, jurisdiction, policy, day and name. */
struct atlas {
	struct atlas_files files; /* whose names the entries borrow */
	struct atlas_entry *entries;
	size_t n;
};

/* Accepts an object that is all zero. */
void atlas_done(struct atlas *atlas);

/*
 * Reads and judges policies, with a line of progress; what is the same twice
 * stands once. A folder stands for the
 * policies in it and below it: what ends in .md and is neither README.md nor
 * vocabulary.md. Says what is wrong; EXIT_NOT_FOUND when there is none.
 */
enum exit_code atlas_read(const struct output_stream *out, const char *const *paths,
			  size_t n, const char *vocabulary,
			  struct atlas *ret_atlas);

extern const char *const atlas_group_names[N_ATLAS_GROUPS];  /* "law" ... */
extern const char *const atlas_group_titles[N_ATLAS_GROUPS]; /* for people */
extern const char *const atlas_line_titles[N_CARD_LINES];    /* "Health care" */
extern const char *const atlas_dead_end_words[];	     /* "none" ... */

/* How many of the latest editions of a group answer a line so. */
size_t atlas_count(const struct atlas *atlas, enum atlas_group group,
		   enum card_line line, enum card_verdict verdict);

/* ---- Forms (atlas_say.c, atlas_html.c) ---- */

/* False when memory ran out. */
MUST_USE bool atlas_say(const struct output_stream *out, const struct atlas *atlas);

/* NULL when memory ran out. */
json_t *atlas_json(struct atlas *atlas);

/* As card_html: well-formed XML too, no script, nothing fetched from elsewhere. */
void atlas_html(FILE *to, struct atlas *atlas);

#endif
