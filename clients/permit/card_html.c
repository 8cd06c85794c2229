/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/card_html.h"
#include "clients/permit/card_style.h"
#include "clients/permit/html.h"

/* One card of the page. Numbers make the ids of its parts unique. */
struct page {
	FILE *to;
	struct card_view *view;
	size_t number;
	unsigned n_tables;
};

static const char *const verdict_classes[N_CARD_VERDICTS] = {
	[CARD_YES] = "yes",
	[CARD_IN_PART] = "part",
	[CARD_NO] = "no",
	[CARD_NOT_SAID] = "unsaid",
};

/* Beside the word, never in its place. */
static const char *const verdict_signs[N_CARD_VERDICTS] = {
	[CARD_YES] = "✓",
	[CARD_IN_PART] = "◐",
	[CARD_NO] = "✕",
	[CARD_NOT_SAID] = "–",
};

static const char *const mark_words[N_CARD_MARKS] = {
	[CARD_PROVEN] = "Proven",
	[CARD_BY_DESIGN] = "By design",
	[CARD_SHOWN] = "Shown",
	[CARD_STATED] = "Stated",
};

static void put(const struct page *page, const char *markup)
{
	fputs(markup, page->to);
}

void card_html_verdict(FILE *to, enum card_verdict verdict)
{
	fprintf(to,
		"<span class=\"verdict %s\"><span aria-hidden=\"true\">%s</span> %s"
		"</span>",
		verdict_classes[verdict], verdict_signs[verdict],
		card_verdict_words[verdict]);
}

/* ---- Sources ---- */

static void put_citations(const struct page *page, const struct citation *citations,
			  uint8_t n)
{
	const struct edition *edition = page->view->file.edition;

	for (uint8_t i = 0; i < n; i++) {
		put(page, i > 0 ? "; " : "");
		html_link(page->to, edition->sources[citations[i].source].address,
			  citations[i].text);
	}
}

static void put_sources(const struct page *page)
{
	static const char *const marks[] = {
		[MARK_VERIFIED] = "checked",
		[MARK_PART] = "the part cited was checked",
		[MARK_UNVERIFIED] = "not checked",
	};
	const struct edition *edition = page->view->file.edition;

	put(page, "<h3>Sources</h3>\n<ul class=\"sources\">\n");
	for (uint16_t i = 0; i < edition->n_sources; i++) {
		const struct source *source = &edition->sources[i];

		put(page, "<li><b>");
		html_text(page->to, source->key);
		put(page, "</b> ");
		html_link(page->to, source->address, source->title);
		fprintf(page->to, " (%s)</li>\n", marks[source->mark]);
	}
	put(page, "</ul>\n");
}

/* ---- Rows of the law ---- */

static void put_row(const struct page *page, const struct theorem_row *at)
{
	const struct table *table = &page->view->file.edition->tables[at->table];
	const struct row *row = &table->rows[at->row];

	put(page, "<tr><th scope=\"row\">");
	html_text(page->to, row->id);
	put(page, "<span class=\"key\">");
	html_text(page->to, table->name);
	put(page, "</span></th><td>");
	html_text(page->to, row->reason.in[LANGUAGE_EN]);
	put(page, "</td><td>");
	put_citations(page, row->citations, row->n_citations);
	put(page, "</td></tr>\n");
}

static void put_rows(const struct page *page, const struct theorem_row *rows,
		     uint8_t n)
{
	if (n == 0)
		return;
	put(page, "<table>\n<caption>Rows of the law</caption>\n<thead><tr>"
		  "<th scope=\"col\">Row</th>"
		  "<th scope=\"col\">What the person reads</th>"
		  "<th scope=\"col\">Source</th></tr></thead>\n<tbody>\n");
	for (uint8_t i = 0; i < n; i++)
		put_row(page, &rows[i]);
	put(page, "</tbody>\n</table>\n");
}

/* ---- Cases ---- */

static void put_facts(const struct page *page, const struct card_case *of,
		      const struct card_case *other)
{
	struct card_fact facts[CARD_FACTS_MAX];
	size_t n = card_facts(page->view, of, other, true, facts);

	if (n == 0) {
		html_element(page->to, "p", NULL, "Whatever the facts are.");
		return;
	}
	put(page, "<table>\n<caption>What decides</caption>\n<thead><tr>"
		  "<th scope=\"col\">Fact</th><th scope=\"col\">Answer</th></tr>"
		  "</thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++) {
		fprintf(page->to, "<tr%s><th scope=\"row\">",
			facts[i].differs ? " class=\"differs\"" : "");
		html_text(page->to, facts[i].label);
		put(page, "<span class=\"key\">");
		html_text(page->to, facts[i].key);
		put(page, "</span></th><td>");
		html_text(page->to, facts[i].text);
		put(page,
		    facts[i].differs
			    ? " <span class=\"note\">differs</span></td></tr>\n"
			    : "</td></tr>\n");
	}
	put(page, "</tbody>\n</table>\n");
}

static void put_case(const struct page *page, const struct card_case *of,
		     const struct card_case *other)
{
	const struct edition *edition = page->view->file.edition;
	const struct question *question = &edition->questions[of->question];
	const char *answers = card_answers(page->view, of, false);

	put(page, "<section class=\"case\">\n");
	html_element(page->to, "h5", NULL, of->role);
	put(page, "<p>");
	html_text(page->to, question->name);
	put(page, ", ");
	html_text(page->to,
		  edition->tables[question->table].outputs[of->output].name);
	put(page, ": <strong>");
	html_text(page->to, card_value(page->view, of));
	put(page, "</strong></p>\n");
	if (!of->shown->agreed)
		html_element(
			page->to, "p", "fault",
			"The table walk does not agree: this is a fault of the "
			"engine.");
	put_facts(page, of, other);
	put_rows(page, of->shown->rows, of->shown->n_rows);
	if (answers != NULL)
		html_element(page->to, "p", "answers",
			     card_text(page->view,
				       "Such a case, decided again, on %s",
				       answers));
	put(page, "</section>\n");
}

/* Two cases of one question are a pair that differs; others are two steps. */
static void put_cases(const struct page *page, const struct card_point *point)
{
	bool pair = point->n_cases == 2 &&
		    point->cases[0].question == point->cases[1].question;

	if (point->n_cases == 0)
		return;
	put(page, "<div class=\"cases\">\n");
	for (uint8_t i = 0; i < point->n_cases; i++)
		put_case(page, &point->cases[i],
			 pair ? &point->cases[1 - i] : NULL);
	put(page, "</div>\n");
}

/* ---- Answers ---- */

static void put_point(const struct page *page, const struct card_point *point)
{
	put(page, "<li>\n<p>");
	fprintf(page->to, "<span class=\"mark m%d\">%s</span> ", (int)point->mark,
		mark_words[point->mark]);
	html_text(page->to, point->text);
	put(page, " <span class=\"theorem\">");
	html_text(page->to, point->theorem);
	if (point->cost > 0)
		fprintf(page->to, ", %llu nodes", (unsigned long long)point->cost);
	put(page, "</span></p>\n");
	if (point->declared != NULL && point->declared->n_citations > 0) {
		put(page, "<p class=\"from\">Source: ");
		put_citations(page, point->declared->citations,
			      point->declared->n_citations);
		put(page, "</p>\n");
	}
	put_rows(page, point->rows, point->n_rows);
	put_cases(page, point);
	put(page, "</li>\n");
}

static void put_answer(const struct page *page, enum card_line line)
{
	const struct card_answer *answer = &page->view->card->answers[line];

	fprintf(page->to,
		"<article id=\"c%zu-%s\" aria-labelledby=\"c%zu-%s-h\">\n"
		"<h3 id=\"c%zu-%s-h\">%d. ",
		page->number, card_line_texts[line].name, page->number,
		card_line_texts[line].name, page->number,
		card_line_texts[line].name, (int)line + 1);
	html_text(page->to, card_line_texts[line].question);
	put(page, " ");
	card_html_verdict(page->to, answer->verdict);
	put(page, "</h3>\n");
	html_element(page->to, "p", "summary", answer->summary);
	if (answer->n_points > 0)
		put(page, "<h4>How that is known</h4>\n<ul class=\"points\">\n");
	for (size_t i = 0; i < answer->n_points; i++)
		put_point(page, &answer->points[i]);
	put(page, answer->n_points > 0 ? "</ul>\n</article>\n" : "</article>\n");
}

/* ---- A card ---- */

static void put_term(const struct page *page, const char *term, const char *text)
{
	put(page, "<div><dt>");
	html_text(page->to, term);
	put(page, "</dt><dd>");
	html_text(page->to, text);
	put(page, "</dd></div>\n");
}

static void put_glance(const struct page *page)
{
	struct card_view *view = page->view;
	const struct edition *edition = view->file.edition;
	char day[DATE_TEXT_BYTES];
	char hash[2 * DIGEST_BYTES + 1];

	date_print(edition->in_force_from, day);
	hex_print(view->file.hash.bytes, DIGEST_BYTES, hash);
	put(page, "<dl>\n");
	put_term(page, "Jurisdiction", edition->jurisdiction);
	put_term(page, "In force from", day);
	put_term(page, "Questions", card_questions(view));
	put_term(page, "First permit", card_lengths(view, REPORT_FIRST_PERMIT));
	put_term(page, "Renewal", card_lengths(view, REPORT_RENEWAL));
	put_term(page, "Rows of the law",
		 card_text(view, "%u, of which %u cite what was not checked",
			   view->card->n_rows, view->card->n_unverified));
	put_term(
		page, "Other routes",
		card_text(view, "%u named, not evaluated here", edition->n_routes));
	put_term(page, "Theorems",
		 card_text(view, "%zu, of which %zu fail", view->card->n_theorems,
			   view->card->n_failed));
	put(page, "<div class=\"whole\"><dt>Identity</dt><dd><code>");
	html_text(page->to, hash);
	put(page, "</code></dd></div>\n");
	put(page, "</dl>\n");
}

static void put_routes(const struct page *page)
{
	const struct edition *edition = page->view->file.edition;

	if (edition->n_routes == 0)
		return;
	put(page, "<h3>Routes that are not evaluated here</h3>\n<ul>\n");
	for (uint16_t i = 0; i < edition->n_routes; i++) {
		const struct route *route = &edition->routes[i];

		put(page, "<li>");
		html_text(page->to, route->name.in[LANGUAGE_EN]);
		put(page, ": ");
		html_text(page->to, route->why);
		put(page, " (");
		put_citations(page, route->citations, route->n_citations);
		put(page, ")</li>\n");
	}
	put(page, "</ul>\n");
}

void card_html_card(FILE *to, struct card_view *view, size_t number)
{
	const struct page card = { .to = to, .view = view, .number = number };
	const struct page *page = &card;
	const struct edition *edition = view->file.edition;

	fprintf(page->to,
		"<section class=\"card\" id=\"c%zu\" aria-labelledby=\"c%zu-h\">\n"
		"<h2 id=\"c%zu-h\">",
		page->number, page->number, page->number);
	html_text(page->to, edition->title);
	put(page, " <span class=\"edition\">");
	html_text(page->to, edition->policy_id);
	put(page, " ");
	html_text(page->to, edition->name);
	put(page, "</span></h2>\n");
	if (edition->kind == EDITION_ANALYSIS)
		html_element(page->to, "p", "summary",
			     "An analysis of a law as it is written. It decides "
			     "nobody’s case and can never be enacted.");
	put_glance(page);
	for (int line = 0; line < N_CARD_LINES; line++)
		put_answer(page, (enum card_line)line);
	put_routes(page);
	put_sources(page);
	put(page, "</section>\n");
}

/* ---- The page ---- */

static void put_matrix(FILE *to, struct card_view *views, size_t n)
{
	fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	      "aria-label=\"The answers side by side\">\n"
	      "<table class=\"matrix\">\n<caption>The answers side by side</caption>\n"
	      "<thead><tr><th scope=\"col\">Question</th>",
	      to);
	for (size_t i = 0; i < n; i++) {
		fprintf(to, "<th scope=\"col\"><a href=\"#c%zu\">", i + 1);
		html_text(to, views[i].file.edition->policy_id);
		fputs(" <span class=\"name\">", to);
		html_text(to, views[i].file.edition->name);
		fputs("</span></a></th>", to);
	}
	fputs("</tr></thead>\n<tbody>\n", to);
	for (int line = 0; line < N_CARD_LINES; line++) {
		fputs("<tr><th scope=\"row\">", to);
		html_text(to, card_line_texts[line].question);
		fputs("</th>", to);
		for (size_t i = 0; i < n; i++) {
			fprintf(to, "<td><a href=\"#c%zu-%s\">", i + 1,
				card_line_texts[line].name);
			card_html_verdict(to, views[i].card->answers[line].verdict);
			fputs("</a></td>", to);
		}
		fputs("</tr>\n", to);
	}
	fputs("</tbody>\n</table>\n</div>\n", to);
}

void card_html_head(FILE *to, const char *title, const char *style,
		    const char *intro)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\" />\n"
	      "<meta name=\"viewport\" "
	      "content=\"width=device-width, initial-scale=1\" />\n"
	      "<meta name=\"color-scheme\" content=\"light dark\" />\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; style-src 'unsafe-inline'\" />\n",
	      to);
	html_element(to, "title", NULL, title);
	fputs("<style>\n" CARD_STYLE, to);
	fputs(style, to);
	fputs("</style>\n</head>\n<body>\n"
	      "<a class=\"skip\" href=\"#answers\">To the answers</a>\n<header>\n",
	      to);
	html_element(to, "h1", NULL, title);
	html_element(to, "p", NULL, intro);
	fputs("</header>\n<main id=\"answers\">\n", to);
}

void card_html_foot(FILE *to, const char *command)
{
	fprintf(to,
		"</main>\n<footer>\n<p>Made by <code>permit %s</code> from the "
		"documents named, without a clock: the same documents give the same "
		"page. Rows marked unverified cite what was not checked. A model of "
		"the law, and not legal advice.</p>\n</footer>\n</body>\n</html>\n",
		command);
}

void card_html(FILE *to, struct card_view *views, size_t n)
{
	card_html_head(
		to, "Report card", "",
		"What is asked of every state that gives permits to trafficked "
		"people, answered for each edition of its law. " CARD_HTML_MARKS);
	put_matrix(to, views, n);
	for (size_t i = 0; i < n; i++)
		card_html_card(to, &views[i], i + 1);
	card_html_foot(to, "policy card");
}
