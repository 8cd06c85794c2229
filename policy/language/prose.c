/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/prose.h"

#define DEPTH_MAX 6
#define MARKER_BYTES 16

struct text lines_get(const struct lines *lines, size_t number)
{
	if (number == 0 || number > lines->n)
		return (struct text){ "", 0 };
	return lines->at[number - 1];
}

/*
 * Containers put something before every line: the first line of an item gets
 * its marker, all others the same width in spaces.
 */
struct prose {
	struct loader *loader;
	const struct lines *lines;
	struct builder out;
	unsigned depth;
	unsigned n_quotes;
	struct {
		char first[MARKER_BYTES];
		char rest[MARKER_BYTES];
		bool begun;
	} containers[DEPTH_MAX];
};

static void begin_line(struct prose *prose)
{
	for (unsigned i = 0; i < prose->depth; i++) {
		builder_string(&prose->out, prose->containers[i].begun ?
			       prose->containers[i].rest : prose->containers[i].first);
		prose->containers[i].begun = true;
	}
}

static void end_line(struct prose *prose)
{
	while (prose->out.n > 0 && prose->out.at[prose->out.n - 1] == ' ')
		prose->out.n--;
	builder_string(&prose->out, "\n");
}

static struct place node_place(const struct lines *lines, cmark_node *node)
{
	int line = cmark_node_get_start_line(node);
	int column = cmark_node_get_start_column(node);
	struct text text = lines_get(lines, line < 0 ? 0 : (size_t)line);

	if (column < 1 || (size_t)column > text.n + 1)
		column = 1;
	return (struct place){ (uint32_t)(line < 1 ? 1 : line), (uint32_t)column,
			       (uint32_t)(text.n + 1 - (size_t)column) };
}

/* What a paragraph's further lines hold beside the markers of quotes. */
static struct text continued(struct text line, unsigned n_quotes)
{
	line = text_trim(line);
	for (; n_quotes > 0 && line.n > 0 && line.at[0] == '>'; n_quotes--)
		line = text_trim((struct text){ line.at + 1, line.n - 1 });
	return line;
}

/* Without the backslash that breaks a line: how lines break is formatting. */
static struct text without_break(struct text line)
{
	size_t n = 0;

	while (n < line.n && line.at[line.n - 1 - n] == '\\')
		n++;
	line.n -= n % 2;
	return line;
}

static void add_words(struct builder *out, struct text text)
{
	struct text word;

	while (text_cut(&text, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (out->n > 0 && out->at[out->n - 1] != ' ')
			builder_string(out, " ");
		builder_add(out, word.at, word.n);
	}
}

static void add_paragraph(struct prose *prose, cmark_node *node)
{
	size_t first = (size_t)cmark_node_get_start_line(node);
	size_t last = (size_t)cmark_node_get_end_line(node);
	size_t column = (size_t)cmark_node_get_start_column(node);
	struct builder words;

	loader_builder(prose->loader, &words);
	for (size_t i = first; i <= last; i++) {
		struct text line = lines_get(prose->lines, i);

		if (i == first && column > 0 && column <= line.n)
			line = (struct text){ line.at + column - 1, line.n + 1 - column };
		else if (i > first)
			line = continued(line, prose->n_quotes);
		add_words(&words, i < last ? without_break(line) : line);
	}
	begin_line(prose);
	builder_string(&prose->out, loader_built(prose->loader, &words));
	end_line(prose);
}

static void add_block(struct prose *prose, cmark_node *node);

static void add_children(struct prose *prose, cmark_node *node, bool tight)
{
	cmark_node *child = cmark_node_first_child(node);

	if (child == NULL) {
		begin_line(prose);
		end_line(prose);
	}
	for (; child != NULL; child = cmark_node_next(child)) {
		add_block(prose, child);
		if (!tight && cmark_node_next(child) != NULL) {
			begin_line(prose);
			end_line(prose);
		}
	}
}

/* Enters a container; false when it stands too deep. */
static bool enter(struct prose *prose, cmark_node *node, const char *first, char rest)
{
	size_t n = strlen(first);

	if (prose->depth == DEPTH_MAX) {
		mistake(prose->loader, M_PROSE_TOO_DEEP, node_place(prose->lines, node),
			NULL, "lists or quotes nested too deep");
		return false;
	}
	memcpy(prose->containers[prose->depth].first, first, n + 1);
	memset(prose->containers[prose->depth].rest, ' ', n);
	prose->containers[prose->depth].rest[n] = '\0';
	prose->containers[prose->depth].rest[0] = rest;
	prose->containers[prose->depth].begun = false;
	prose->depth++;
	return true;
}

/* Lists that stand side by side are told apart by their markers. */
static bool follows_list_of_its_kind(cmark_node *node)
{
	bool other = false;

	for (;;) {
		cmark_node *before = cmark_node_previous(node);

		if (before == NULL || cmark_node_get_type(before) != CMARK_NODE_LIST ||
		    cmark_node_get_list_type(before) != cmark_node_get_list_type(node))
			return other;
		other = !other;
		node = before;
	}
}

static void list_marker(char marker[MARKER_BYTES], cmark_node *list, size_t index)
{
	bool other = follows_list_of_its_kind(list);
	char digits[MARKER_BYTES];
	size_t number;
	size_t n = 0;
	size_t at = 0;

	if (cmark_node_get_list_type(list) == CMARK_BULLET_LIST) {
		memcpy(marker, other ? "* " : "- ", 3);
		return;
	}
	number = (size_t)cmark_node_get_list_start(list) + index;
	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (n > 0)
		marker[at++] = digits[--n];
	memcpy(marker + at, other ? ") " : ". ", 3);
}

static void add_list(struct prose *prose, cmark_node *list)
{
	bool tight = cmark_node_get_list_tight(list) != 0;
	cmark_node *item = cmark_node_first_child(list);
	char marker[MARKER_BYTES];

	for (size_t i = 0; item != NULL; i++, item = cmark_node_next(item)) {
		list_marker(marker, list, i);
		if (!enter(prose, item, marker, ' '))
			return;
		add_children(prose, item, tight);
		prose->depth--;
		if (!tight && cmark_node_next(item) != NULL) {
			begin_line(prose);
			end_line(prose);
		}
	}
}

static void add_quote(struct prose *prose, cmark_node *quote)
{
	if (!enter(prose, quote, "> ", '>'))
		return;
	prose->n_quotes++;
	add_children(prose, quote, false);
	prose->n_quotes--;
	prose->depth--;
}

static void refuse(struct prose *prose, cmark_node *node)
{
	struct place place = node_place(prose->lines, node);
	cmark_node_type type = cmark_node_get_type(node);

	if (type == CMARK_NODE_HTML_BLOCK)
		mistake(prose->loader, M_HTML, place, NULL, "HTML in a policy");
	else if (type == CMARK_NODE_CODE_BLOCK)
		mistake(prose->loader, M_CODE_BLOCK, place, NULL,
			"a block of code, which is neither law nor prose");
	else if (type == CMARK_NODE_HEADING)
		mistake(prose->loader, M_HEADING_NESTED, place, NULL,
			"a heading within a list or quote");
	else
		mistake(prose->loader, M_TABLE_NESTED, place, NULL,
			"a table within a list or quote");
}

static void add_block(struct prose *prose, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	if (type == CMARK_NODE_PARAGRAPH) {
		add_paragraph(prose, node);
	} else if (type == CMARK_NODE_LIST) {
		add_list(prose, node);
	} else if (type == CMARK_NODE_BLOCK_QUOTE) {
		add_quote(prose, node);
	} else if (type == CMARK_NODE_THEMATIC_BREAK) {
		begin_line(prose);
		builder_string(&prose->out, "___\n");
	} else {
		refuse(prose, node);
	}
}

const char *prose_text(struct loader *loader, const struct lines *lines,
		       cmark_node *block)
{
	struct prose prose = { .loader = loader, .lines = lines };
	const char *text;

	loader_builder(loader, &prose.out);
	add_block(&prose, block);
	if (prose.out.n > 0)
		prose.out.n--;
	text = loader_built(loader, &prose.out);
	return text;
}
