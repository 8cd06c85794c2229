/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

/*
 * A header is a table of two columns: what, and its value. Each row is read by
 * the reader of its name, as columns are.
 */
#define HEADER_ROWS_MAX 8

struct header {
	struct draft *draft;
	const struct column *rows;
	size_t n_rows;
	const struct cell *seen[HEADER_ROWS_MAX];
};

static const struct grid *find_header(struct draft *draft, const char *word)
{
	const struct block *block = section_grid(&draft->sections[0], NULL);

	if (block != NULL && block->grid->n_columns == 2 &&
	    text_equal(block->grid->header.cells[0].text, word))
		return block->grid;
	mistake(draft->loader, M_HEADER_MISSING,
		block == NULL ? (struct place){ 1, 1, 1 } :
				block->grid->header.cells[0].place,
		loader_format(draft->loader, "| %s | |", word),
		"the document does not begin with the header `%s`", word);
	return NULL;
}

static void read_header_row(struct header *header, const struct line *line)
{
	struct loader *loader = header->draft->loader;
	const struct cell *name = &line->cells[0];
	const struct cell *value = &line->cells[1];
	struct choices choices;

	choices_init(&choices, loader, name->text);
	for (size_t i = 0; i < header->n_rows; i++) {
		choices_add(&choices, header->rows[i].name);
		if (!text_equal(name->text, header->rows[i].name))
			continue;
		if (header->seen[i] != NULL)
			mistake(loader, M_HEADER_ROW_TWICE, name->place, NULL,
				"a second `%s`", header->rows[i].name);
		header->seen[i] = name;
		if (value->text.n == 0)
			mistake(loader, M_CELL_EMPTY, value->place, NULL,
				"`%s` has no value", header->rows[i].name);
		else
			header->rows[i].read(loader, value, header->draft);
		return;
	}
	mistake(loader, M_HEADER_ROW_UNKNOWN, name->place, choices_text(&choices),
		"the header has no `%.*s`", SHOW(name->text));
}

static void read_header(struct draft *draft, const char *word,
			const struct column *rows, size_t n_rows)
{
	struct header header = { .draft = draft, .rows = rows, .n_rows = n_rows };
	const struct grid *grid = find_header(draft, word);

	if (grid == NULL)
		return;
	for (size_t i = 0; i < grid->n_lines; i++)
		read_header_row(&header, &grid->lines[i]);
	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].required && header.seen[i] == NULL)
			mistake(draft->loader, M_HEADER_ROW_MISSING, grid->header.place,
				NULL, "the header lacks `%s`", rows[i].name);
}

static void header_value(struct loader *loader, const struct cell *cell,
			 const char *expected)
{
	mistake(loader, M_HEADER_VALUE, cell->place, expected, "`%.*s` is not that",
		SHOW(cell->text));
}

/* ---- The vocabulary ---- */

static void read_version(struct loader *loader, const struct cell *cell, void *row)
{
	struct draft *draft = row;
	int64_t version;

	if (!text_number(cell->text, &version) || version < 1 || version > UINT32_MAX)
		header_value(loader, cell, "expected a number from 1");
	else
		draft->vocabulary_version = (uint32_t)version;
}

static const struct column vocabulary_rows[] = {
	{ "version", true, read_version },
};

void read_vocabulary_header(struct draft *draft)
{
	read_header(draft, "vocabulary", vocabulary_rows, ARRAY_LENGTH(vocabulary_rows));
}

/* ---- The policy ---- */

static void read_id(struct loader *loader, const struct cell *cell, void *row)
{
	struct draft *draft = row;

	draft->edition.policy_id = loader_text(loader, cell->text);
	check_policy_id(draft, cell->text, cell->place);
	if (!name_is_plain(cell->text, "-"))
		header_value(loader, cell, "expected lower-case words joined by `-`");
}

/* A date, or a date with a letter where two editions begin on one day. */
static void read_edition(struct loader *loader, const struct cell *cell, void *row)
{
	struct draft *draft = row;
	size_t n = strlen("2025-02-04");
	struct text suffix = { cell->text.at + n, cell->text.n - n };
	day_t day;

	draft->edition.name = loader_text(loader, cell->text);
	if (cell->text.n < n || !date_parse(cell->text.at, n, &day) ||
	    suffix.n > 1 || (suffix.n == 1 && !name_is_plain(suffix, "")))
		header_value(loader, cell,
			     "expected a date, with or without a letter: 2025-02-04b");
}

static void read_jurisdiction(struct loader *loader, const struct cell *cell, void *row)
{
	struct draft *draft = row;
	bool good = cell->text.n >= 2 && cell->text.n <= 8;

	draft->edition.jurisdiction = loader_text(loader, cell->text);
	for (size_t i = 0; i < cell->text.n; i++) {
		char c = cell->text.at[i];

		good = good && ((c >= 'A' && c <= 'Z') || (c == '-' && i > 0));
	}
	if (!good)
		header_value(loader, cell, "expected capital letters, as in CA or CA-QC");
}

static void read_in_force(struct loader *loader, const struct cell *cell, void *row)
{
	struct draft *draft = row;

	if (!date_parse(cell->text.at, cell->text.n, &draft->edition.in_force_from))
		header_value(loader, cell, "expected a date, as in 2025-02-04");
}

bool read_selected_by(struct loader *loader, const struct cell *cell,
		      enum selected_by *ret_selected_by)
{
	static const struct word words[] = {
		{ "application received", SELECTED_BY_APPLICATION },
		{ "decision", SELECTED_BY_DECISION },
	};
	int value;

	if (!word_read(loader, cell, words, ARRAY_LENGTH(words), &value))
		return false;
	*ret_selected_by = (enum selected_by)value;
	return true;
}

static void read_selection(struct loader *loader, const struct cell *cell, void *row)
{
	struct draft *draft = row;

	(void)read_selected_by(loader, cell, &draft->edition.selected_by);
}

static void read_vocabulary(struct loader *loader, const struct cell *cell, void *row)
{
	struct draft *draft = row;
	int64_t version;

	if (!text_number(cell->text, &version) || version < 1 || version > UINT32_MAX)
		header_value(loader, cell, "expected a number from 1");
	else if (version != draft->vocabulary_version)
		mistake(loader, M_VOCABULARY_VERSION, cell->place,
			loader_format(loader, "version %u was given",
				      (unsigned)draft->vocabulary_version),
			"this policy asks for version %u of the vocabulary",
			(unsigned)version);
	else
		draft->edition.vocabulary = (uint32_t)version;
}

static void read_kind(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "policy", EDITION_POLICY },
		{ "analysis", EDITION_ANALYSIS },
	};
	struct draft *draft = row;
	int value;

	if (word_read(loader, cell, words, ARRAY_LENGTH(words), &value))
		draft->edition.kind = (enum edition_kind)value;
}

static const struct column policy_rows[] = {
	{ "kind", false, read_kind },
	{ "id", true, read_id },
	{ "edition", true, read_edition },
	{ "jurisdiction", true, read_jurisdiction },
	{ "in force from", true, read_in_force },
	{ "selected by", true, read_selection },
	{ "vocabulary", true, read_vocabulary },
};

void read_policy_header(struct draft *draft)
{
	const struct block *first = draft->sections[0].first;

	if (first == NULL || first->kind != BLOCK_HEADING || first->level != 1) {
		mistake(draft->loader, M_TITLE_MISSING, (struct place){ 1, 1, 1 }, NULL,
			"a policy without a title");
		draft->edition.title = "";
	} else {
		draft->edition.title = first->text;
	}
	read_header(draft, "policy", policy_rows, ARRAY_LENGTH(policy_rows));
}
