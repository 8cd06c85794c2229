/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/atlas.h"
#include "clients/permit/card_html.h"
#include "clients/permit/html.h"
#include "policy/diagram/share.h"

/*
 * Charts are tables whose rows have bars in them: the figure stands beside its
 * bar, is read aloud, and is there on paper and without style too.
 */
#define ATLAS_STYLE                                                                \
	".bar{display:flex;height:.9rem;margin:.3rem 0 .1rem;border-radius:.2rem;" \
	"overflow:hidden;print-color-adjust:exact;"                                \
	"-webkit-print-color-adjust:exact}\n"                                      \
	".bar span{display:block;min-width:.15rem}\n"                              \
	".bar .yes{background:#2f9e58}.bar .part{background:#d9a521}"              \
	".bar .no{background:#cf4a4f}.bar .unsaid{background:#8b94a1}\n"           \
	".path .bar span{background:#4178be;border-radius:.2rem}\n"                \
	".n{text-align:right;font-variant-numeric:tabular-nums}\n"                 \
	"td.n,th.n{width:4.5rem}\n"                                                \
	".changed{box-shadow:inset 0 0 0 2px var(--ink);border-radius:.3rem}\n"    \
	".atlas td,.atlas th{font-size:.9rem}"                                     \
	".atlas td a{text-decoration:none}"                                        \
	".atlas .verdict{font-size:.85rem;padding:.05rem .45rem}"                  \
	".atlas tr>:first-child{min-width:8.5rem;position:sticky;left:0;"          \
	"background:var(--paper)}\n"                                               \
	".of{background:var(--panel);font-weight:700}"                             \
	".atlas tr>.of:first-child{position:static;background:var(--panel)}\n"     \
	"nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;"   \
	"padding:0}\n"                                                             \
	".name{white-space:nowrap}\n"                                              \
	"@media(max-width:36rem){td.n,th.n{width:auto}"                            \
	".counts .verdict{font-size:.75rem;padding:.05rem .3rem;"                  \
	"white-space:normal;text-align:center}"                                    \
	".atlas tr>:first-child{min-width:6.5rem}}\n"

static const char *const bar_classes[N_CARD_VERDICTS] = {
	[CARD_YES] = "yes",
	[CARD_IN_PART] = "part",
	[CARD_NO] = "no",
	[CARD_NOT_SAID] = "unsaid",
};

static size_t number_of(const struct atlas *atlas, const struct atlas_entry *entry)
{
	return (size_t)(entry - atlas->entries) + 1;
}

static size_t count_latest(const struct atlas *atlas, enum atlas_group group)
{
	size_t n = 0;

	for (size_t i = 0; i < atlas->n; i++)
		n += atlas->entries[i].group == group && atlas->entries[i].latest;
	return n;
}

static void put_section(FILE *to, const char *id, const char *title)
{
	fprintf(to,
		"<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">",
		id, id, id);
	html_text(to, title);
	fputs("</h2>\n", to);
}

static void put_scroll(FILE *to, const char *label)
{
	fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
	      to);
	html_text(to, label);
	fputs("\">\n<table class=\"atlas\">\n", to);
	html_element(to, "caption", NULL, label);
}

/* What stands before the colon of a title: "Austria". */
static const char *short_title(struct atlas_entry *entry)
{
	const char *title = entry->card.file.edition->title;
	const char *colon = strchr(title, ':');

	return colon == NULL ? title
			     : card_text(&entry->card, "%.*s", (int)(colon - title),
					 title);
}

/* "Austria", and under it "at-asylg57 2018-09-01"; leads to the card. */
static void put_name(FILE *to, const struct atlas *atlas, struct atlas_entry *entry)
{
	const struct edition *edition = entry->card.file.edition;

	fprintf(to, "<th scope=\"row\"><a href=\"#c%zu\">",
		number_of(atlas, entry));
	html_text(to, short_title(entry));
	fputs("</a><span class=\"key\">", to);
	html_text(to, edition->policy_id);
	fputs(" <span class=\"name\">", to);
	html_text(to, edition->name);
	fputs("</span></span></th>", to);
}

static void put_cell_begin(FILE *to, bool changed)
{
	fputs(changed ? "<td class=\"changed\">" : "<td>", to);
}

static void put_cell_end(FILE *to, bool changed)
{
	fputs(changed ? " <span class=\"note\">changed</span></td>" : "</td>", to);
}

static void put_answers(FILE *to, const struct atlas *atlas,
			const struct atlas_entry *entry, bool mark_changes)
{
	for (int line = 0; line < N_CARD_LINES; line++) {
		bool changed = mark_changes && (entry->changed >> line & 1) != 0;

		put_cell_begin(to, changed);
		fprintf(to, "<a href=\"#c%zu-%s\">", number_of(atlas, entry),
			card_line_texts[line].name);
		card_html_verdict(to, entry->card.card->answers[line].verdict);
		fputs("</a>", to);
		put_cell_end(to, changed);
	}
}

static void put_line_heads(FILE *to)
{
	for (int line = 0; line < N_CARD_LINES; line++) {
		fputs("<th scope=\"col\"><abbr title=\"", to);
		html_text(to, card_line_texts[line].question);
		fputs("\">", to);
		html_text(to, atlas_line_titles[line]);
		fputs("</abbr></th>", to);
	}
}

/* ---- How many laws ---- */

static void put_count_row(FILE *to, const struct atlas *atlas, enum card_line line)
{
	size_t n[N_CARD_VERDICTS];

	fputs("<tr><th scope=\"row\">", to);
	html_text(to, card_line_texts[line].question);
	fputs("<span class=\"bar\" aria-hidden=\"true\">", to);
	for (int verdict = 0; verdict < N_CARD_VERDICTS; verdict++) {
		n[verdict] = atlas_count(atlas, ATLAS_LAW, line,
					 (enum card_verdict)verdict);
		if (n[verdict] > 0)
			fprintf(to, "<span class=\"%s\" style=\"flex:%zu\"></span>",
				bar_classes[verdict], n[verdict]);
	}
	fputs("</span></th>", to);
	for (int verdict = 0; verdict < N_CARD_VERDICTS; verdict++)
		fprintf(to, "<td class=\"n\">%zu</td>", n[verdict]);
	fputs("</tr>\n", to);
}

static void put_counts(FILE *to, const struct atlas *atlas)
{
	put_section(to, "counts", "How many laws answer yes");
	fprintf(to,
		"<p>The latest edition of each of %zu laws. What a law gives only for "
		"co-operation is not counted as given.",
		count_latest(atlas, ATLAS_LAW));
	if (count_latest(atlas, ATLAS_ANALYSIS) > 0)
		fprintf(to,
			" As they are written, %zu of %zu laws <a href=\"#analyses\">"
			"let co-operation decide</a>.",
			atlas_count(atlas, ATLAS_ANALYSIS, CARD_UNCONDITIONAL,
				    CARD_NO),
			count_latest(atlas, ATLAS_ANALYSIS));
	fputs("</p>\n<table class=\"counts\">\n<caption>Answers of the laws to each question</caption>\n"
	      "<thead><tr><th scope=\"col\">Question</th>",
	      to);
	for (int verdict = 0; verdict < N_CARD_VERDICTS; verdict++) {
		fputs("<th scope=\"col\" class=\"n\">", to);
		card_html_verdict(to, (enum card_verdict)verdict);
		fputs("</th>", to);
	}
	fputs("</tr></thead>\n<tbody>\n", to);
	for (int line = 0; line < N_CARD_LINES; line++)
		put_count_row(to, atlas, (enum card_line)line);
	fputs("</tbody>\n</table>\n</section>\n", to);
}

/* ---- The path to permanence ---- */

static bool shorter(const struct atlas_entry *a, const struct atlas_entry *b)
{
	bool a_has = a->months >= 0;
	bool b_has = b->months >= 0;

	if (a_has != b_has)
		return a_has;
	return a_has && a->months != b->months ? a->months < b->months : a < b;
}

static bool has_path_row(const struct atlas_entry *entry)
{
	return entry->group != ATLAS_ANALYSIS && entry->latest;
}

/* The next on the way from short to long; NULL at the end. */
static struct atlas_entry *next_path(const struct atlas *atlas,
				     const struct atlas_entry *after)
{
	struct atlas_entry *next = NULL;

	for (size_t i = 0; i < atlas->n; i++) {
		struct atlas_entry *entry = &atlas->entries[i];

		if (has_path_row(entry) &&
		    (after == NULL || shorter(after, entry)) &&
		    (next == NULL || shorter(entry, next)))
			next = entry;
	}
	return next;
}

static int32_t longest_path(const struct atlas *atlas)
{
	int32_t months = 1;

	for (size_t i = 0; i < atlas->n; i++)
		if (has_path_row(&atlas->entries[i]) &&
		    atlas->entries[i].months > months)
			months = atlas->entries[i].months;
	return months;
}

static void put_path_row(FILE *to, const struct atlas *atlas,
			 struct atlas_entry *entry, int32_t longest)
{
	fputs("<tr>", to);
	put_name(to, atlas, entry);
	fputs("<td>", to);
	html_text(to, entry->path);
	if (entry->group == ATLAS_MODEL)
		fputs(" <span class=\"note\">(the model, a yardstick)</span>", to);
	if (entry->months >= 0)
		fprintf(to,
			"<span class=\"bar\" aria-hidden=\"true\">"
			"<span style=\"width:%d%%\"></span></span>",
			(int)(100 * (int64_t)entry->months / longest));
	fprintf(to, "</td><td><a href=\"#c%zu-%s\">", number_of(atlas, entry),
		card_line_texts[CARD_PERMANENCE].name);
	html_text(to, atlas_dead_end_words[entry->dead_end]);
	fputs("</a></td></tr>\n", to);
}

static void put_paths(FILE *to, const struct atlas *atlas)
{
	int32_t longest = longest_path(atlas);

	put_section(to, "paths", "How long until permanence");
	fputs("<p>From the first permit to permanent residence, at the earliest, for "
	      "whoever fulfils all that the law asks; then until all have it who get "
	      "there by right. “None by right”: an officer may grant it, or nobody. A "
	      "dead end is a permit from which nothing leads there, not even an "
	      "officer’s decision.</p>\n"
	      "<table class=\"path\">\n<caption>The shortest path, from short to long"
	      "</caption>\n<thead><tr><th scope=\"col\">Law</th>"
	      "<th scope=\"col\">Permanence after</th>"
	      "<th scope=\"col\">Dead ends</th></tr></thead>\n<tbody>\n",
	      to);
	for (struct atlas_entry *entry = next_path(atlas, NULL); entry != NULL;
	     entry = next_path(atlas, entry))
		put_path_row(to, atlas, entry, longest);
	fputs("</tbody>\n</table>\n</section>\n", to);
}

/* ---- Side by side ---- */

static void put_group_rows(FILE *to, const struct atlas *atlas,
			   enum atlas_group group)
{
	if (count_latest(atlas, group) == 0)
		return;
	fprintf(to,
		"<tbody>\n<tr><th scope=\"rowgroup\" class=\"of\" colspan=\"%d\">",
		N_CARD_LINES + 2);
	html_text(to, atlas_group_titles[group]);
	fputs("</th></tr>\n", to);
	for (size_t i = 0; i < atlas->n; i++) {
		struct atlas_entry *entry = &atlas->entries[i];

		if (entry->group != group || !entry->latest)
			continue;
		fputs("<tr>", to);
		put_name(to, atlas, entry);
		put_answers(to, atlas, entry, false);
		fprintf(to, "<td class=\"n\">%u of %u</td></tr>\n",
			entry->card.card->n_unverified, entry->card.card->n_rows);
	}
	fputs("</tbody>\n", to);
}

static void put_matrix(FILE *to, const struct atlas *atlas)
{
	put_section(to, "laws", "The laws side by side");
	fputs("<p>Each answer leads to its rows, sources and counterexample. Rows not "
	      "checked cite what was not compared with the primary source.</p>\n",
	      to);
	put_scroll(to, "The answers of the latest editions");
	fputs("<thead><tr><th scope=\"col\">Law</th>", to);
	put_line_heads(to);
	fputs("<th scope=\"col\" class=\"n\">Rows not checked</th>"
	      "</tr></thead>\n",
	      to);
	for (int group = 0; group < N_ATLAS_GROUPS; group++)
		put_group_rows(to, atlas, (enum atlas_group)group);
	fputs("</table>\n</div>\n</section>\n", to);
}

/* ---- Over time ---- */

static bool has_history(const struct atlas *atlas, size_t i)
{
	const struct atlas_entry *entry = &atlas->entries[i];

	return entry->group != ATLAS_ANALYSIS &&
	       (!entry->latest ||
		(i > 0 && !entry[-1].latest && entry[-1].group == entry->group));
}

static void put_history_head(FILE *to, struct atlas_entry *entry)
{
	fprintf(to,
		"<tbody>\n<tr><th scope=\"rowgroup\" class=\"of\" colspan=\"%d\">",
		N_CARD_LINES + 2);
	html_text(to, short_title(entry));
	fputs(" <span class=\"edition\">", to);
	html_text(to, entry->card.file.edition->policy_id);
	fputs("</span></th></tr>\n", to);
}

static void put_history(FILE *to, const struct atlas *atlas)
{
	bool open = false;

	put_section(to, "time", "Over time");
	fputs("<p>Editions of a law in their order. A framed answer differs from the "
	      "edition before.</p>\n",
	      to);
	put_scroll(to, "The answers of each edition");
	fputs("<thead><tr><th scope=\"col\">In force from</th>", to);
	put_line_heads(to);
	fputs("<th scope=\"col\">Permanence after</th></tr></thead>\n", to);
	for (size_t i = 0; i < atlas->n; i++) {
		struct atlas_entry *entry = &atlas->entries[i];

		if (!has_history(atlas, i))
			continue;
		if (!open)
			put_history_head(to, entry);
		fputs("<tr>", to);
		fprintf(to, "<th scope=\"row\"><a href=\"#c%zu\">", i + 1);
		html_text(to, entry->card.file.edition->name);
		fputs("</a></th>", to);
		put_answers(to, atlas, entry, true);
		put_cell_begin(to, entry->path_changed);
		html_text(to, entry->path);
		put_cell_end(to, entry->path_changed);
		fputs("</tr>\n", to);
		open = !entry->latest;
		if (!open)
			fputs("</tbody>\n", to);
	}
	fputs("</table>\n</div>\n</section>\n", to);
}

static bool any_history(const struct atlas *atlas)
{
	for (size_t i = 0; i < atlas->n; i++)
		if (has_history(atlas, i))
			return true;
	return false;
}

/* ---- Laws as they are written ---- */

static void put_analyses(FILE *to, const struct atlas *atlas)
{
	put_section(to, "analyses", "Where co-operation decides");
	fputs("<p>Laws as they are written, with co-operation as a fact: in which share "
	      "of the cases does it decide the outcome? ",
	      to);
	html_text(to, SHARE_MEANING);
	fputs(" Such documents can never be enacted.</p>\n<table>\n"
	      "<caption>Share of the cases in which co-operation decides</caption>\n"
	      "<thead><tr><th scope=\"col\">Law as it is written</th>"
	      "<th scope=\"col\">Share, by question</th></tr></thead>\n<tbody>\n",
	      to);
	for (size_t i = 0; i < atlas->n; i++) {
		struct atlas_entry *entry = &atlas->entries[i];

		if (entry->group != ATLAS_ANALYSIS)
			continue;
		fputs("<tr>", to);
		put_name(to, atlas, entry);
		fprintf(to, "<td><a href=\"#c%zu-%s\">", number_of(atlas, entry),
			card_line_texts[CARD_UNCONDITIONAL].name);
		html_text(to, entry->share);
		fputs("</a></td></tr>\n", to);
	}
	fputs("</tbody>\n</table>\n</section>\n", to);
}

/* ---- The page ---- */

static void put_contents(FILE *to, bool history, bool analyses)
{
	fputs("<nav aria-label=\"Contents\">\n<ul>\n"
	      "<li><a href=\"#counts\">How many laws answer yes</a></li>\n"
	      "<li><a href=\"#paths\">How long until permanence</a></li>\n"
	      "<li><a href=\"#laws\">The laws side by side</a></li>\n",
	      to);
	if (history)
		fputs("<li><a href=\"#time\">Over time</a></li>\n", to);
	if (analyses)
		fputs("<li><a href=\"#analyses\">Where co-operation decides</a></li>\n",
		      to);
	fputs("<li><a href=\"#c1\">Each card in full</a></li>\n</ul>\n</nav>\n",
	      to);
}

void atlas_html(FILE *to, struct atlas *atlas)
{
	bool history = any_history(atlas);
	bool analyses = count_latest(atlas, ATLAS_ANALYSIS) > 0;

	card_html_head(
		to, "Atlas of permits for trafficked people", ATLAS_STYLE,
		"What is asked of every state that gives permits to trafficked "
		"people, law by law and edition by edition. " CARD_HTML_MARKS);
	put_contents(to, history, analyses);
	put_counts(to, atlas);
	put_paths(to, atlas);
	put_matrix(to, atlas);
	if (history)
		put_history(to, atlas);
	if (analyses)
		put_analyses(to, atlas);
	for (size_t i = 0; i < atlas->n; i++)
		card_html_card(to, &atlas->entries[i].card, i + 1);
	card_html_foot(to, "policy atlas");
}
