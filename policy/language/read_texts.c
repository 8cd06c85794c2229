/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/language/draft.h"

/* ---- Texts: the reason of each row and the name of each route ---- */

struct text_row {
	struct draft *draft;
	struct texts *texts;	/* NULL when the id is nobody's */
};

static struct texts *find_texts(struct draft *draft, struct text id)
{
	for (uint16_t t = 0; t < draft->edition.n_tables; t++) {
		struct draft_table *table = &draft->tables[t];

		for (uint8_t r = 0; r < table->table.n_rows; r++)
			if (text_equal(id, table->rows[r].id))
				return &table->rows[r].reason;
	}
	for (uint16_t i = 0; i < draft->edition.n_routes; i++)
		if (text_equal(id, draft->routes[i].id))
			return &draft->routes[i].name;
	return NULL;
}

static const char *near_ids(struct draft *draft, struct text id)
{
	struct choices choices;

	choices_init(&choices, draft->loader, id);
	for (uint16_t t = 0; t < draft->edition.n_tables; t++)
		for (uint8_t r = 0; r < draft->tables[t].table.n_rows; r++)
			choices_add(&choices, draft->tables[t].rows[r].id);
	for (uint16_t i = 0; i < draft->edition.n_routes; i++)
		choices_add(&choices, draft->routes[i].id);
	return choices_text(&choices);
}

static void read_id(struct loader *loader, const struct cell *cell, void *row)
{
	struct text_row *reading = row;

	reading->texts = find_texts(reading->draft, cell->text);
	if (reading->texts == NULL)
		mistake(loader, M_TEXT_UNKNOWN, cell->place,
			near_ids(reading->draft, cell->text),
			"no row and no route has the id `%.*s`", SHOW(cell->text));
	else if (reading->texts->in[LANGUAGE_EN] != NULL)
		mistake(loader, M_TEXT_TWICE, cell->place, NULL,
			"a second text for `%.*s`", SHOW(cell->text));
}

static void read_in(struct text_row *reading, const struct cell *cell,
		    enum language language)
{
	check_text(reading->draft, cell);
	if (reading->texts != NULL)
		reading->texts->in[language] =
			loader_text(reading->draft->loader, cell->text);
}

static void read_en(struct loader *loader, const struct cell *cell, void *row)
{
	(void)loader;
	read_in(row, cell, LANGUAGE_EN);
}

static void read_fr(struct loader *loader, const struct cell *cell, void *row)
{
	(void)loader;
	read_in(row, cell, LANGUAGE_FR);
}

static void read_de(struct loader *loader, const struct cell *cell, void *row)
{
	(void)loader;
	read_in(row, cell, LANGUAGE_DE);
}

static void read_it(struct loader *loader, const struct cell *cell, void *row)
{
	(void)loader;
	read_in(row, cell, LANGUAGE_IT);
}

static const struct column text_columns[] = {
	{ "id", true, read_id }, { "en", true, read_en }, { "fr", true, read_fr },
	{ "de", true, read_de }, { "it", true, read_it },
};

static void read_text_grid(struct draft *draft, const struct grid *grid)
{
	struct columns columns;

	if (!columns_find(draft->loader, grid, text_columns, ARRAY_LENGTH(text_columns),
			  &columns))
		return;
	for (size_t i = 0; i < grid->n_lines; i++) {
		struct text_row reading = { .draft = draft };

		(void)columns_read(draft->loader, &columns, &grid->lines[i], &reading);
	}
}

/* Empty texts instead of none, so that nobody after the loader meets a NULL. */
static void complete_texts(struct draft *draft, struct texts *texts, const char *id,
			   struct place place)
{
	if (texts->in[LANGUAGE_EN] == NULL)
		mistake(draft->loader, M_TEXT_MISSING, place, NULL,
			"`%s` has no text in Texts", id);
	for (int i = 0; i < N_LANGUAGES; i++)
		if (texts->in[i] == NULL)
			texts->in[i] = "";
}

void read_texts(struct draft *draft)
{
	const struct section *section = draft_section(draft, "Texts");
	const struct block *block = NULL;

	while (section != NULL && (block = section_grid(section, block)) != NULL)
		read_text_grid(draft, block->grid);
	for (uint16_t t = 0; t < draft->edition.n_tables; t++) {
		struct draft_table *table = &draft->tables[t];

		for (uint8_t r = 0; r < table->table.n_rows; r++)
			complete_texts(draft, &table->rows[r].reason, table->rows[r].id,
				       table->rows[r].place);
	}
	for (uint16_t i = 0; i < draft->edition.n_routes; i++)
		complete_texts(draft, &draft->routes[i].name, draft->routes[i].id,
			       draft->routes[i].place);
}
