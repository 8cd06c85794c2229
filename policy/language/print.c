/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "policy/language/draft.h"

/*
 * The canonical form: the same words in the same order, each thing spelled in
 * one way. What a cell is spelled like depends on where it stands.
 */
enum spelling {
	SPELL_TEXT,		/* words with single spaces */
	SPELL_LIST,		/* a, b */
	SPELL_PAIRS,		/* a = b, c; d = e */
	SPELL_CITATIONS,	/* a; b */
	SPELL_EXPRESSION,
	SPELL_CLAUSE,
};

static const struct {
	const char *section;
	const char *column;
	enum spelling spelling;
} spellings[] = {
	{ "Facts", "values", SPELL_LIST },
	{ "Facts", "adverse", SPELL_LIST },
	{ "Derived facts", "expression", SPELL_EXPRESSION },
	{ "Derived facts", "source", SPELL_CITATIONS },
	{ "Routes not evaluated", "source", SPELL_CITATIONS },
	{ "Transition", "source", SPELL_CITATIONS },
	{ "Report", "refers to", SPELL_PAIRS },
	{ "Report", "source", SPELL_CITATIONS },
	{ "Examples", "facts", SPELL_PAIRS },
	{ "Examples", "expected", SPELL_PAIRS },
};

struct printer {
	struct loader *loader;
	struct builder out;
	const char *section;
};

/* ---- Cells ---- */

static const char *print_words(struct loader *loader, struct text text)
{
	struct builder words;
	struct text word;

	loader_builder(loader, &words);
	while (text_cut(&text, ' ', &word))
		if (word.n > 0)
			builder_format(&words, "%s%.*s", words.n == 0 ? "" : " ",
				       SHOW(word));
	return loader_built(loader, &words);
}

/* The pieces between separators, each in words, joined by the separator alone. */
static const char *print_list(struct loader *loader, struct text text, char separator)
{
	struct builder list;
	struct text piece;
	bool first = true;

	loader_builder(loader, &list);
	while (text.n > 0 && text_cut(&text, separator, &piece)) {
		if (!first)
			builder_format(&list, "%c ", separator);
		builder_string(&list, print_words(loader, piece));
		first = false;
	}
	return loader_built(loader, &list);
}

/* "name = a, b" of an example; an outcome has no name. */
static const char *print_pair(struct loader *loader, struct text piece)
{
	struct text name = { "", 0 };
	const char *value;

	if (memchr(piece.at, '=', piece.n) == NULL)
		return print_words(loader, piece);
	(void)text_cut(&piece, '=', &name);
	value = print_list(loader, text_trim(piece), ',');
	return loader_format(loader, "%s = %s", print_words(loader, name), value);
}

static const char *print_pairs(struct loader *loader, struct text text)
{
	struct builder pairs;
	struct text piece;

	loader_builder(loader, &pairs);
	while (text.n > 0 && text_cut(&text, ';', &piece)) {
		if (piece.n == 0)
			continue;
		builder_format(&pairs, "%s%s", pairs.n == 0 ? "" : "; ",
			       print_pair(loader, piece));
	}
	return loader_built(loader, &pairs);
}

static const char *print_clause(struct loader *loader, const struct cell *cell)
{
	struct clause clause;

	/* a mistake was noted, and the whole form will not be used */
	if (!clause_read(loader, cell, &clause))
		return "";
	return clause_print(loader, &clause);
}

static const char *spell(struct loader *loader, const struct cell *cell,
			 enum spelling spelling)
{
	switch (spelling) {
	case SPELL_TEXT:
		break;
	case SPELL_LIST:
		return print_list(loader, cell->text, ',');
	case SPELL_PAIRS:
		return print_pairs(loader, cell->text);
	case SPELL_CITATIONS:
		return print_list(loader, cell->text, ';');
	case SPELL_EXPRESSION:
		return expression_print(loader, cell);
	case SPELL_CLAUSE:
		return print_clause(loader, cell);
	}
	return print_words(loader, cell->text);
}

static void print_cell(struct printer *printer, const struct cell *cell,
		       enum spelling spelling)
{
	const char *text = spell(printer->loader, cell, spelling);

	builder_string(&printer->out, " ");
	for (; *text != '\0'; text++) {
		if (*text == '|' || *text == '\\')
			builder_string(&printer->out, "\\");
		builder_add(&printer->out, text, 1);
	}
	builder_string(&printer->out, " |");
}

/* ---- Tables ---- */

/*
 * The line of a decision table that marks its columns: the first of whose
 * cells, but for the row number, every one is a mark. SIZE_MAX without one.
 */
static size_t find_marks(const struct grid *grid)
{
	for (size_t i = 0; i < grid->n_lines && i < 2; i++) {
		const struct cell *cells = grid->lines[i].cells;
		bool marks = grid->n_columns > 1;

		for (size_t c = 1; c < grid->n_columns; c++)
			marks = marks && (text_equal(cells[c].text, "in") ||
					  text_equal(cells[c].text, "out") ||
					  text_equal(cells[c].text, "#"));
		if (marks)
			return i;
	}
	return SIZE_MAX;
}

static enum spelling spelling_of(const struct printer *printer, const struct grid *grid,
				 size_t marks, size_t line, size_t column)
{
	struct text name = grid->header.cells[column].text;

	if (marks != SIZE_MAX && line < marks)
		return SPELL_LIST;
	if (marks != SIZE_MAX && line > marks) {
		if (text_equal(grid->lines[marks].cells[column].text, "in"))
			return SPELL_CLAUSE;
		return text_equal(name, "source") ? SPELL_CITATIONS : SPELL_TEXT;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(spellings); i++)
		if (strcmp(printer->section, spellings[i].section) == 0 &&
		    text_equal(name, spellings[i].column))
			return spellings[i].spelling;
	return SPELL_TEXT;
}

static void print_grid(struct printer *printer, const struct grid *grid)
{
	bool decides = name_is_plain(text_of(printer->section), "-") ||
		       strcmp(printer->section, "Constraints") == 0;
	size_t marks = decides ? find_marks(grid) : SIZE_MAX;

	builder_string(&printer->out, "|");
	for (size_t c = 0; c < grid->n_columns; c++)
		print_cell(printer, &grid->header.cells[c], SPELL_TEXT);
	builder_string(&printer->out, "\n|");
	for (size_t c = 0; c < grid->n_columns; c++)
		builder_string(&printer->out, "---|");
	for (size_t i = 0; i < grid->n_lines; i++) {
		builder_string(&printer->out, "\n|");
		for (size_t c = 0; c < grid->n_columns; c++)
			print_cell(printer, &grid->lines[i].cells[c],
				   spelling_of(printer, grid, marks, i, c));
	}
	builder_string(&printer->out, "\n");
}

/* ---- Documents ---- */

static void print_heading(struct printer *printer, const struct block *block)
{
	for (int i = 0; i < block->level; i++)
		builder_string(&printer->out, "#");
	builder_format(&printer->out, " %s\n", block->text);
	if (block->level == 2)
		printer->section = block->text;
}

static void print_block(struct printer *printer, const struct block *block)
{
	if (printer->out.n > 0)
		builder_string(&printer->out, "\n");
	switch (block->kind) {
	case BLOCK_HEADING:
		print_heading(printer, block);
		break;
	case BLOCK_GRID:
		print_grid(printer, block->grid);
		break;
	case BLOCK_PROSE:
		builder_format(&printer->out, "%s\n", block->text);
		break;
	}
}

static struct bytes print_document(struct loader *loader, struct bytes source)
{
	const struct document *document = document_read(loader, source);
	struct printer printer = { .loader = loader, .section = "" };
	const char *text;

	loader_builder(loader, &printer.out);
	for (const struct block *b = document->blocks; b != NULL; b = b->next)
		print_block(&printer, b);
	text = loader_built(loader, &printer.out);
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

struct print_job {
	struct bytes vocabulary;
	struct bytes document;
	struct bytes result;
};

static void print_one(struct loader *loader, void *argument)
{
	struct print_job *job = argument;

	job->result = print_document(loader, job->document);
}

int policy_print(struct bytes document, struct arena *arena, struct bytes *ret_canonical,
		 struct diagnostics *ret_diagnostics)
{
	struct print_job job = { .document = document };
	int r = loader_run(arena, ret_diagnostics, print_one, &job);

	if (r == 0)
		*ret_canonical = job.result;
	return r;
}

/* ---- Bundles ---- */

static const char bundle_magic[] = "permitd bundle 1\n";

static void print_bundle(struct loader *loader, void *argument)
{
	struct print_job *job = argument;
	struct bytes vocabulary, policy;
	struct builder out;
	const char *text;

	loader->in_vocabulary = true;
	vocabulary = print_document(loader, job->vocabulary);
	loader->in_vocabulary = false;
	policy = print_document(loader, job->document);
	loader_builder(loader, &out);
	builder_format(&out, "%s%zu\n", bundle_magic, vocabulary.n);
	builder_add(&out, (const char *)vocabulary.data, vocabulary.n);
	builder_format(&out, "%zu\n", policy.n);
	builder_add(&out, (const char *)policy.data, policy.n);
	text = loader_built(loader, &out);
	job->result = (struct bytes){ (const uint8_t *)text, strlen(text) };
}

int policy_bundle(struct bytes vocabulary, struct bytes policy, struct arena *arena,
		  struct bytes *ret_bundle, struct diagnostics *ret_diagnostics)
{
	struct print_job job = { .vocabulary = vocabulary, .document = policy };
	int r = loader_run(arena, ret_diagnostics, print_bundle, &job);

	if (r == 0)
		*ret_bundle = job.result;
	return r;
}

/* Cuts "<length>\n" and as many bytes off the front. Lengths have one spelling. */
static bool cut_document(struct bytes *rest, struct bytes *ret_document)
{
	size_t length = 0;
	size_t i = 0;

	while (i < rest->n && i < 8 && rest->data[i] >= '0' && rest->data[i] <= '9')
		length = length * 10 + (size_t)(rest->data[i++] - '0');
	if (i == 0 || i == rest->n || rest->data[i] != '\n' ||
	    (rest->data[0] == '0' && i > 1) || length > rest->n - i - 1)
		return false;
	*ret_document = (struct bytes){ rest->data + i + 1, length };
	rest->data += i + 1 + length;
	rest->n -= i + 1 + length;
	return true;
}

bool policy_unbundle(struct bytes bundle, struct bytes *ret_vocabulary,
		     struct bytes *ret_policy)
{
	size_t n = strlen(bundle_magic);
	struct bytes vocabulary, policy;

	if (bundle.n < n || memcmp(bundle.data, bundle_magic, n) != 0)
		return false;
	bundle.data += n;
	bundle.n -= n;
	if (!cut_document(&bundle, &vocabulary) || !cut_document(&bundle, &policy) ||
	    bundle.n != 0)
		return false;
	*ret_vocabulary = vocabulary;
	*ret_policy = policy;
	return true;
}
