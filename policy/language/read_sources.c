/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

/* ---- Sources ---- */

struct source_row {
	struct draft *draft;
	struct source source;
};

static int find_source(const struct draft *draft, struct text key)
{
	for (int i = 0; i < draft->edition.n_sources; i++)
		if (text_equal(key, draft->sources[i].key))
			return i;
	return -1;
}

static bool key_is_plain(struct text key)
{
	for (size_t i = 0; i < key.n; i++) {
		char c = key.at[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-' ||
					    c == '.' || c == '_')))
			return false;
	}
	return key.n > 0 && key.n <= NAME_MAX_BYTES;
}

static void read_key(struct loader *loader, const struct cell *cell, void *row)
{
	struct source_row *reading = row;

	reading->source.key = loader_text(loader, cell->text);
	reading->source.place = cell->place;
	if (!key_is_plain(cell->text))
		mistake(loader, M_NAME_FORM, cell->place, "one word, as in IRPA",
			"`%.*s` is not the key of a source", SHOW(cell->text));
	else if (find_source(reading->draft, cell->text) >= 0)
		mistake(loader, M_NAME_TWICE, cell->place, NULL,
			"a second source `%.*s`", SHOW(cell->text));
}

static void read_title(struct loader *loader, const struct cell *cell, void *row)
{
	struct source_row *reading = row;

	reading->source.title = loader_text(loader, cell->text);
}

static void read_address(struct loader *loader, const struct cell *cell, void *row)
{
	struct source_row *reading = row;

	reading->source.address = loader_text(loader, cell->text);
}

static void read_mark(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "V", MARK_VERIFIED }, { "V-part", MARK_PART }, { "U", MARK_UNVERIFIED },
	};
	struct source_row *reading = row;
	int value;

	if (word_read(loader, cell, words, ARRAY_LENGTH(words), &value))
		reading->source.mark = (enum source_mark)value;
}

static const struct column source_columns[] = {
	{ "key", true, read_key },
	{ "title", true, read_title },
	{ "address", false, read_address },
	{ "mark", true, read_mark },
};

static void read_source_grid(struct draft *draft, const struct grid *grid)
{
	struct columns columns;

	if (!columns_find(draft->loader, grid, source_columns,
			  ARRAY_LENGTH(source_columns), &columns))
		return;
	for (size_t i = 0; i < grid->n_lines; i++) {
		struct source_row reading = { .draft = draft, .source = { .address = "" } };

		if (!columns_read(draft->loader, &columns, &grid->lines[i], &reading))
			continue;
		if (draft->edition.n_sources == DRAFT_SOURCES_MAX) {
			mistake(draft->loader, M_TOO_MANY, grid->lines[i].place, NULL,
				"more than %d sources", DRAFT_SOURCES_MAX);
			return;
		}
		draft->sources[draft->edition.n_sources++] = reading.source;
	}
}

void read_sources(struct draft *draft)
{
	const struct section *section = draft_section(draft, "Sources");
	const struct block *block = NULL;

	if (section == NULL || section_grid(section, NULL) == NULL)
		mistake(draft->loader, M_TABLE_MISSING,
			section == NULL ? (struct place){ 1, 1, 1 } : section->place,
			NULL, "no table of sources");
	while (section != NULL && (block = section_grid(section, block)) != NULL)
		read_source_grid(draft, block->grid);
}

/* ---- Citations ---- */

static bool holds_word(struct text text, const char *word)
{
	struct text piece;

	while (text_cut(&text, ' ', &piece)) {
		while (piece.n > 0 && strchr(",.;:()", piece.at[piece.n - 1]) != NULL)
			piece.n--;
		while (piece.n > 0 && strchr("(", piece.at[0]) != NULL)
			piece = (struct text){ piece.at + 1, piece.n - 1 };
		if (text_equal(piece, word))
			return true;
	}
	return false;
}

static void source_unknown(struct draft *draft, const struct cell *cell, struct text key)
{
	struct choices choices;

	choices_init(&choices, draft->loader, key);
	for (int i = 0; i < draft->edition.n_sources; i++)
		choices_add(&choices, draft->sources[i].key);
	mistake(draft->loader, M_SOURCE_KEY, piece_place(cell, key),
		choices_text(&choices), "no source has the key `%.*s`", SHOW(key));
}

static bool read_citation(struct draft *draft, const struct cell *cell,
			  struct text text, struct citation *ret_citation)
{
	struct text rest = text;
	struct text key = { text.at, 0 };
	int source;

	(void)text_cut(&rest, ' ', &key);
	source = find_source(draft, key);
	if (source < 0) {
		source_unknown(draft, cell, key);
		return false;
	}
	ret_citation->source = (uint16_t)source;
	ret_citation->text = loader_text(draft->loader, text);
	ret_citation->unverified = holds_word(text, "unverified");
	if (draft->sources[source].mark == MARK_UNVERIFIED && !ret_citation->unverified)
		mistake(draft->loader, M_SOURCE_UNVERIFIED, piece_place(cell, text), NULL,
			"`%s` was not checked, and the citation does not say so",
			draft->sources[source].key);
	return true;
}

void read_citations(struct draft *draft, const struct cell *cell,
		    struct citation citations[CITATIONS_MAX], uint8_t *ret_n)
{
	struct text rest = cell->text;
	struct text piece;

	*ret_n = 0;
	if (draft->edition.n_sources == 0)
		return;
	while (text_cut(&rest, ';', &piece)) {
		if (*ret_n == CITATIONS_MAX) {
			mistake(draft->loader, M_TOO_MANY, piece_place(cell, piece),
				NULL, "more than %d citations", CITATIONS_MAX);
			return;
		}
		*ret_n += read_citation(draft, cell, piece, &citations[*ret_n]);
	}
}

/* ---- Routes not evaluated ---- */

struct route_row {
	struct draft *draft;
	struct route route;
};

static void read_route_id(struct loader *loader, const struct cell *cell, void *row)
{
	struct route_row *reading = row;

	reading->route.id = loader_text(loader, cell->text);
	reading->route.place = cell->place;
	check_id(reading->draft, cell);
}

static void read_route_why(struct loader *loader, const struct cell *cell, void *row)
{
	struct route_row *reading = row;

	reading->route.why = loader_text(loader, cell->text);
}

static void read_route_source(struct loader *loader, const struct cell *cell, void *row)
{
	struct route_row *reading = row;

	(void)loader;
	read_citations(reading->draft, cell, reading->route.citations,
		       &reading->route.n_citations);
}

static const struct column route_columns[] = {
	{ "id", true, read_route_id },
	{ "why", true, read_route_why },
	{ "source", true, read_route_source },
};

static void read_route_grid(struct draft *draft, const struct grid *grid)
{
	struct columns columns;

	if (!columns_find(draft->loader, grid, route_columns,
			  ARRAY_LENGTH(route_columns), &columns))
		return;
	for (size_t i = 0; i < grid->n_lines; i++) {
		struct route_row reading = { .draft = draft };

		if (!columns_read(draft->loader, &columns, &grid->lines[i], &reading))
			continue;
		if (draft->edition.n_routes == DRAFT_ROUTES_MAX) {
			mistake(draft->loader, M_TOO_MANY, grid->lines[i].place, NULL,
				"more than %d routes", DRAFT_ROUTES_MAX);
			return;
		}
		draft->routes[draft->edition.n_routes++] = reading.route;
	}
}

void read_routes(struct draft *draft)
{
	const struct section *section = draft_section(draft, "Routes not evaluated");
	const struct block *block = NULL;

	while (section != NULL && (block = section_grid(section, block)) != NULL)
		read_route_grid(draft, block->grid);
}
