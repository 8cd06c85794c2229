/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/permit/atlas.h"
#include "policy/base/text.h"
#include "policy/diagram/share.h"

/* The code that ISO 3166 leaves to users: of no state, so of a model. */
#define JURISDICTION_OF_NO_STATE "ZZ"

const char *const atlas_group_names[N_ATLAS_GROUPS] = {
	[ATLAS_LAW] = "law",
	[ATLAS_MODEL] = "model",
	[ATLAS_ANALYSIS] = "analysis",
};

const char *const atlas_group_titles[N_ATLAS_GROUPS] = {
	[ATLAS_LAW] = "Laws, without what they give for co-operation",
	[ATLAS_MODEL] = "The model policy: a yardstick, the law of no state",
	[ATLAS_ANALYSIS] = "Laws as they are written: never enacted",
};

const char *const atlas_line_titles[N_CARD_LINES] = {
	[CARD_UNCONDITIONAL] = "Unconditional",
	[CARD_PERMANENCE] = "Path to permanence",
	[CARD_HEALTH] = "Health care",
	[CARD_NON_PUNISHMENT] = "Non-punishment",
	[CARD_CHILD] = "Children",
	[CARD_REFLECTION] = "Reflection period",
	[CARD_MISSING] = "What is missing",
};

const char *const atlas_dead_end_words[] = {
	[ATLAS_NO_DEAD_END] = "none",
	[ATLAS_DEAD_END] = "some",
	[ATLAS_NOT_KNOWN] = "not said",
};

void atlas_done(struct atlas *atlas)
{
	for (size_t i = 0; i < atlas->n; i++)
		card_view_done(&atlas->entries[i].card);
	free(atlas->entries);
	atlas_files_done(&atlas->files);
	*atlas = (struct atlas){ .entries = NULL };
}

/* ---- The path to permanence ---- */

static const char *length_text(struct card_view *view, struct duration length)
{
	static const char *const units[][2] = {
		[DURATION_DAYS] = { "day", "days" },
		[DURATION_MONTHS] = { "month", "months" },
		[DURATION_YEARS] = { "year", "years" },
	};

	if (length.count == 0)
		return "at once";
	return card_text(view, "%d %s", (int)length.count,
			 units[length.unit][length.count != 1]);
}

/* For the length of a bar, not for the law: a month for each 30 days. */
static int32_t months_of(struct duration length)
{
	switch (length.unit) {
	case DURATION_DAYS:
		return length.count / 30;
	case DURATION_MONTHS:
		return length.count;
	case DURATION_YEARS:
		return 12 * length.count;
	}
	return 0;
}

/* The point of permanence that has this name; NULL without one. */
static const struct card_point *point_named(const struct card *card,
					    const char *name)
{
	const struct card_answer *answer = &card->answers[CARD_PERMANENCE];

	for (size_t i = 0; i < answer->n_points; i++)
		if (strcmp(answer->points[i].theorem, name) == 0)
			return &answer->points[i];
	return NULL;
}

static void put_path(struct atlas_entry *entry)
{
	const struct card *card = entry->card.card;
	struct builder text;

	entry->months = -1;
	entry->path = card->answers[CARD_PERMANENCE].verdict == CARD_NOT_SAID
			      ? "not said"
		      : point_named(card, "path-wait") != NULL ? "time not computed"
							       : "none by right";
	if (card->n_waits == 0)
		return;
	entry->months = months_of(card->waits[0].after);
	builder_init(&text, &entry->card.scratch);
	for (uint8_t i = 0; i < card->n_waits; i++)
		builder_format(&text, "%s%s%s", i > 0 ? ", " : "",
			       i > 0 && card->waits[i].everybody ? "all by " : "",
			       length_text(&entry->card, card->waits[i].after));
	entry->path = builder_text(&text) == NULL ? "(too long to show)"
						  : builder_text(&text);
}

static void put_dead_end(struct atlas_entry *entry)
{
	const struct card *card = entry->card.card;
	const struct card_point *point = point_named(card, "path-no-dead-end");

	if (point != NULL)
		entry->dead_end = point->mark == CARD_SHOWN ? ATLAS_DEAD_END
							    : ATLAS_NO_DEAD_END;
	else if (card->answers[CARD_PERMANENCE].verdict == CARD_YES)
		entry->dead_end = ATLAS_NO_DEAD_END;
	else
		entry->dead_end = ATLAS_NOT_KNOWN;
}

/* ---- Co-operation ---- */

static bool decides_outcome(const struct edition *edition,
			    const struct theorem *theorem)
{
	return theorem->kind == THEOREM_TESTIMONY && !theorem->holds &&
	       theorem->question >= 0 &&
	       theorem->output == edition->questions[theorem->question].outcome;
}

/* "first-permit: 50 %; renewal: 12.5 %" */
static const char *share_text(struct atlas_entry *entry,
			      const struct theorem *theorems, size_t n)
{
	const struct edition *edition = entry->card.file.edition;
	char share[SHARE_TEXT_BYTES];
	struct builder text;

	builder_init(&text, &entry->card.scratch);
	for (size_t i = 0; i < n; i++) {
		if (!decides_outcome(edition, &theorems[i]))
			continue;
		share_print(theorems[i].share, share);
		builder_format(&text, "%s%s: %s", text.n > 0 ? "; " : "",
			       edition->questions[theorems[i].question].name,
			       share);
	}
	if (text.n == 0)
		return "no outcome";
	return builder_text(&text) == NULL ? "(too long to show)"
					   : builder_text(&text);
}

static enum exit_code put_share(const struct output_stream *out,
				struct atlas_entry *entry)
{
	struct card_view *view = &entry->card;
	struct theorem *theorems;
	struct arena scratch;
	size_t n;
	int r;

	entry->share = "";
	if (entry->group != ATLAS_ANALYSIS)
		return EXIT_DONE;
	arena_init(&scratch, PROVE_SCRATCH_BYTES);
	theorems = calloc(THEOREMS_MAX, sizeof(*theorems));
	r = theorems == NULL ? -1
			     : prove(view->file.edition, &view->arena, &scratch,
				     theorems, &n);
	if (r == 0)
		entry->share = share_text(entry, theorems, n);
	free(theorems);
	arena_done(&scratch);
	return r == 0 ? EXIT_DONE
		      : output_error(out, EXIT_FAILED,
				     "%s: out of memory, nothing is proven",
				     view->file.path);
}

/* ---- Order ---- */

static int by_place(const void *left, const void *right)
{
	const struct atlas_entry *a = left;
	const struct atlas_entry *b = right;
	const struct edition *x = a->card.file.edition;
	const struct edition *y = b->card.file.edition;
	int order;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	order = strcmp(x->jurisdiction, y->jurisdiction);
	if (order == 0)
		order = strcmp(x->policy_id, y->policy_id);
	if (order == 0)
		order = (x->in_force_from > y->in_force_from) -
			(x->in_force_from < y->in_force_from);
	return order != 0 ? order : strcmp(x->name, y->name);
}

static bool same_policy(const struct atlas_entry *a, const struct atlas_entry *b)
{
	return a->group == b->group && strcmp(a->card.file.edition->policy_id,
					      b->card.file.edition->policy_id) == 0;
}

static void compare_editions(struct atlas *atlas)
{
	for (size_t i = 0; i < atlas->n; i++) {
		struct atlas_entry *entry = &atlas->entries[i];
		const struct atlas_entry *before = i > 0 ? entry - 1 : NULL;

		entry->latest = i + 1 == atlas->n || !same_policy(entry, entry + 1);
		if (before == NULL || !same_policy(entry, before))
			continue;
		for (int line = 0; line < N_CARD_LINES; line++)
			if (entry->card.card->answers[line].verdict !=
			    before->card.card->answers[line].verdict)
				entry->changed |= 1u << line;
		entry->path_changed = strcmp(entry->path, before->path) != 0;
	}
}

/* Sorted, those that repeat stand side by side. The last of each stays. */
static enum exit_code drop_repeated(const struct output_stream *out,
				    struct atlas *atlas)
{
	size_t n = 0;

	for (size_t i = 0; i < atlas->n; i++) {
		struct atlas_entry *entry = &atlas->entries[i];
		const struct atlas_entry *next = entry + 1;

		if (i + 1 == atlas->n || by_place(entry, next) != 0) {
			atlas->entries[n] = *entry;
			if (n++ != i)
				*entry = (struct atlas_entry){ .path = NULL };
			continue;
		}
		if (memcmp(&entry->card.file.hash, &next->card.file.hash,
			   sizeof(next->card.file.hash)) != 0)
			return output_error(
				out, EXIT_NOT_VALID,
				"%s and %s both say that they are %s %s: "
				"leave one out",
				entry->card.file.path, next->card.file.path,
				next->card.file.edition->policy_id,
				next->card.file.edition->name);
		card_view_done(&entry->card);
		*entry = (struct atlas_entry){ .path = NULL };
	}
	atlas->n = n;
	return EXIT_DONE;
}

size_t atlas_count(const struct atlas *atlas, enum atlas_group group,
		   enum card_line line, enum card_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < atlas->n; i++)
		if (atlas->entries[i].group == group && atlas->entries[i].latest)
			n += atlas->entries[i].card.card->answers[line].verdict ==
			     verdict;
	return n;
}

/* ---- Reading ---- */

static enum exit_code read_entry(const struct output_stream *out, const char *path,
				 const char *vocabulary, struct atlas_entry *entry)
{
	enum exit_code code = card_view_read(out, path, vocabulary, &entry->card);
	const struct edition *edition = entry->card.file.edition;

	if (code != EXIT_DONE)
		return code;
	entry->group = edition->kind == EDITION_ANALYSIS ? ATLAS_ANALYSIS
		       : strcmp(edition->jurisdiction, JURISDICTION_OF_NO_STATE) ==
				       0
			       ? ATLAS_MODEL
			       : ATLAS_LAW;
	put_path(entry);
	put_dead_end(entry);
	return put_share(out, entry);
}

enum exit_code atlas_read(const struct output_stream *out, const char *const *paths,
			  size_t n, const char *vocabulary, struct atlas *ret_atlas)
{
	struct atlas_files *files = &ret_atlas->files;
	enum exit_code code = EXIT_DONE;

	for (size_t i = 0; i < n && code == EXIT_DONE; i++)
		code = atlas_files_add(out, paths[i], files);
	if (code == EXIT_DONE && files->n == 0)
		code = output_error(out, EXIT_NOT_FOUND,
				    "no policy there: name files, or folders with "
				    "policies that end in .md");
	if (code != EXIT_DONE)
		return code;
	ret_atlas->entries = calloc(files->n, sizeof(*ret_atlas->entries));
	if (ret_atlas->entries == NULL)
		return output_error(out, EXIT_FAILED, "out of memory");
	for (size_t i = 0; i < files->n && code == EXIT_DONE; i++) {
		output_progress(out, "proving", i, files->n);
		code = read_entry(out, files->paths[i], vocabulary,
				  &ret_atlas->entries[ret_atlas->n++]);
	}
	output_progress(out, NULL, 0, 0);
	if (code != EXIT_DONE)
		return code;
	qsort(ret_atlas->entries, ret_atlas->n, sizeof(*ret_atlas->entries),
	      by_place);
	code = drop_repeated(out, ret_atlas);
	if (code == EXIT_DONE)
		compare_editions(ret_atlas);
	return code;
}
