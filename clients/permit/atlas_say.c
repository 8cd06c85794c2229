/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/permit/atlas.h"
#include "policy/diagram/share.h"

/* ---- Text ---- */

/* Policy and edition, the answers, the path. */
#define N_COLUMNS (2 + N_CARD_LINES + 1)

static const char *const short_verdicts[N_CARD_VERDICTS] = {
	[CARD_YES] = "yes",
	[CARD_IN_PART] = "part",
	[CARD_NO] = "no",
	[CARD_NOT_SAID] = "-",
};

static void put_cells(const struct atlas_entry *entry, const char *const *verdicts,
		      const char **cells)
{
	const struct edition *edition = entry->card.file.edition;

	*cells++ = edition->policy_id;
	*cells++ = edition->name;
	for (int line = 0; line < N_CARD_LINES; line++)
		*cells++ = verdicts[entry->card.card->answers[line].verdict];
	*cells = entry->path;
}

/* What is here of a group: of each policy its latest edition. */
static bool say_group(const struct output_stream *out, const struct atlas *atlas,
		      enum atlas_group group)
{
	static const char *const headers[N_COLUMNS] = {
		"policy", "edition", "1", "2", "3",
		"4",	  "5",	     "6", "7", "permanence after",
	};
	const char *const *verdicts = out->form == OUTPUT_PLAIN ? card_verdict_names
								: short_verdicts;
	const char **cells = calloc(atlas->n * N_COLUMNS, sizeof(*cells));
	size_t n = 0;
	bool done;

	if (cells == NULL)
		return false;
	for (size_t i = 0; i < atlas->n; i++)
		if (atlas->entries[i].group == group && atlas->entries[i].latest)
			put_cells(&atlas->entries[i], verdicts,
				  &cells[N_COLUMNS * n++]);
	if (n > 0)
		output_heading(out, atlas_group_titles[group]);
	done = n == 0 || output_table(out, headers, N_COLUMNS, cells, n);
	free(cells);
	return done;
}

static void say_legend(const struct output_stream *out)
{
	if (out->form == OUTPUT_PLAIN)
		return;
	output_line(out, "%s", "");
	for (int line = 0; line < N_CARD_LINES; line++)
		output_line(out, "%d  %s", line + 1,
			    card_line_texts[line].question);
	output_line(out, "-  not said by the edition");
}

static void say_dead_ends(const struct output_stream *out,
			  const struct atlas *atlas)
{
	bool any = false;

	for (size_t i = 0; i < atlas->n; i++) {
		const struct atlas_entry *entry = &atlas->entries[i];
		const struct edition *edition = entry->card.file.edition;

		if (!entry->latest || entry->dead_end != ATLAS_DEAD_END)
			continue;
		if (!any)
			output_heading(out, "Dead ends: permits from which "
					    "nothing leads to permanence");
		any = true;
		output_line(out, "%s %s", edition->policy_id, edition->name);
	}
}

static void say_change(const struct output_stream *out,
		       const struct atlas_entry *now, const char *what,
		       const char *before, const char *after)
{
	output_line(out, "%s %s: %s, %s before, now %s",
		    now->card.file.edition->policy_id, now->card.file.edition->name,
		    what, before, after);
}

/* What differs from the edition before. */
static void say_changes(const struct output_stream *out, const struct atlas *atlas)
{
	bool any = false;

	for (size_t i = 1; i < atlas->n; i++) {
		const struct atlas_entry *now = &atlas->entries[i];
		const struct card_answer *after = now->card.card->answers;
		const struct card_answer *before = (now - 1)->card.card->answers;

		if (!any && (now->changed != 0 || now->path_changed)) {
			output_heading(out, "What changed over time");
			any = true;
		}
		for (int line = 0; line < N_CARD_LINES; line++)
			if ((now->changed >> line & 1) != 0)
				say_change(out, now, atlas_line_titles[line],
					   card_verdict_names[before[line].verdict],
					   card_verdict_names[after[line].verdict]);
		if (now->path_changed)
			say_change(out, now, "Permanence after", (now - 1)->path,
				   now->path);
	}
}

static void say_analyses(const struct output_stream *out, const struct atlas *atlas)
{
	bool any = false;

	for (size_t i = 0; i < atlas->n; i++) {
		const struct atlas_entry *entry = &atlas->entries[i];
		const struct edition *edition = entry->card.file.edition;

		if (entry->group != ATLAS_ANALYSIS)
			continue;
		if (!any)
			output_heading(out,
				       "Where co-operation decides, in laws as "
				       "they are written");
		any = true;
		output_line(out, "%s: %s", edition->policy_id, entry->share);
	}
	if (any)
		output_line(out, "%s", SHARE_MEANING);
}

static void say_counts(const struct output_stream *out, const struct atlas *atlas)
{
	output_heading(out, "How many laws");
	for (int line = 0; line < N_CARD_LINES; line++) {
		size_t n[N_CARD_VERDICTS];

		for (int verdict = 0; verdict < N_CARD_VERDICTS; verdict++)
			n[verdict] = atlas_count(atlas, ATLAS_LAW,
						 (enum card_line)line,
						 (enum card_verdict)verdict);
		output_line(out, "%s: yes %zu, in part %zu, no %zu, not said %zu",
			    atlas_line_titles[line], n[CARD_YES], n[CARD_IN_PART],
			    n[CARD_NO], n[CARD_NOT_SAID]);
	}
}

bool atlas_say(const struct output_stream *out, const struct atlas *atlas)
{
	for (int group = 0; group < N_ATLAS_GROUPS; group++)
		if (!say_group(out, atlas, (enum atlas_group)group))
			return false;
	say_legend(out);
	say_counts(out, atlas);
	say_dead_ends(out, atlas);
	say_changes(out, atlas);
	say_analyses(out, atlas);
	return true;
}

/* ---- JSON ---- */

static json_t *changed_json(const struct atlas_entry *entry)
{
	json_t *list = json_array();

	for (int line = 0; line < N_CARD_LINES; line++)
		if ((entry->changed >> line & 1) != 0)
			list = output_appended(list,
					json_string(card_line_texts[line].name));
	if (entry->path_changed)
		list = output_appended(list, json_string("path"));
	return list;
}

static json_t *entry_json(struct atlas_entry *entry)
{
	return json_pack("{s:s, s:b, s:o, s:s, s:s, s:o, s:s*, s:o}", "group",
			 atlas_group_names[entry->group], "latest", entry->latest,
			 "changed", changed_json(entry), "dead_ends",
			 atlas_dead_end_words[entry->dead_end], "path", entry->path,
			 "path_months",
			 entry->months < 0 ? json_null()
					   : json_integer(entry->months),
			 "depends_on_cooperation",
			 entry->group == ATLAS_ANALYSIS ? entry->share : NULL,
			 "card", card_json(&entry->card));
}

static json_t *counts_json(const struct atlas *atlas)
{
	json_t *list = json_array();

	for (int line = 0; line < N_CARD_LINES; line++) {
		json_t *of = json_pack("{s:s}", "name", card_line_texts[line].name);

		for (int verdict = 0; verdict < N_CARD_VERDICTS; verdict++) {
			size_t n = atlas_count(atlas, ATLAS_LAW,
					       (enum card_line)line,
					       (enum card_verdict)verdict);

			if (of != NULL &&
			    json_object_set_new(of, card_verdict_names[verdict],
						json_integer((json_int_t)n)) != 0) {
				json_decref(of);
				of = NULL;
			}
		}
		list = output_appended(list, of);
	}
	return list;
}

json_t *atlas_json(struct atlas *atlas)
{
	json_t *entries = json_array();

	for (size_t i = 0; i < atlas->n; i++)
		entries = output_appended(entries, entry_json(&atlas->entries[i]));
	return json_pack("{s:o, s:o}", "counts", counts_json(atlas), "editions",
			 entries);
}
