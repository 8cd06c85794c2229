/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"
#include "policy/testimony.h"

const struct section *draft_section(const struct draft *draft, const char *title)
{
	for (size_t i = 0; i < draft->n_sections; i++)
		if (strcmp(draft->sections[i].title, title) == 0)
			return &draft->sections[i];
	return NULL;
}

const struct block *section_grid(const struct section *section,
				 const struct block *block)
{
	block = block == NULL ? section->first : block->next;
	while (block != section->end && block->kind != BLOCK_GRID)
		block = block->next;
	return block == section->end ? NULL : block;
}

int find_fact(const struct draft *draft, struct text key)
{
	for (int i = 0; i < draft->edition.n_facts; i++)
		if (text_equal(key, draft->facts[i].key))
			return i;
	return -1;
}

int find_derived(const struct draft *draft, struct text name)
{
	for (int i = 0; i < draft->edition.n_derived; i++)
		if (text_equal(name, draft->derived[i].name))
			return i;
	return -1;
}

int find_table(const struct draft *draft, struct text name)
{
	for (int i = 0; i < draft->edition.n_tables; i++)
		if (text_equal(name, draft->tables[i].table.name))
			return i;
	return -1;
}

int find_output(const struct table *table, struct text name)
{
	for (int i = 0; i < table->n_outputs; i++)
		if (text_equal(name, table->outputs[i].name))
			return i;
	return -1;
}

int find_value(const struct fact *fact, struct text value)
{
	for (int i = 0; i < fact->n_values; i++)
		if (text_equal(value, fact->values[i]))
			return i;
	return -1;
}

/* In the list of words a bar means that the word ends there. */
static struct text listed_word(const char *word)
{
	return (struct text){ word, strcspn(word, "|") };
}

static void refuse_name(struct draft *draft, struct text name, const char *word,
			struct place place)
{
	struct text listed = listed_word(word);

	mistake(draft->loader, M_TESTIMONY_NAME, place,
		loader_format(draft->loader, "`%.*s` is never asked or read",
			      SHOW(listed)),
		"`%.*s` names testimony or a stand-in for it", SHOW(name));
}

static bool may_name_testimony(const struct draft *draft)
{
	return draft->edition.kind == EDITION_ANALYSIS;
}

void check_policy_id(struct draft *draft, struct text id, struct place place)
{
	const char *word = testimony_name(loader_text(draft->loader, id));

	if (word != NULL)
		refuse_name(draft, id, word, place);
}

void check_name(struct draft *draft, struct text name, struct place place)
{
	if (!may_name_testimony(draft))
		check_policy_id(draft, name, place);
}

void check_word(struct draft *draft, struct text word, struct place place)
{
	size_t offset = 0;
	const char *found = testimony_word(word.at, word.n, &offset);

	if (found != NULL && !may_name_testimony(draft))
		refuse_name(draft, word, found, place);
}

void check_text(struct draft *draft, const struct cell *cell)
{
	size_t offset = 0;
	const char *found = testimony_word(cell->text.at, cell->text.n, &offset);
	struct text listed;

	if (found == NULL || may_name_testimony(draft))
		return;
	listed = listed_word(found);
	mistake(draft->loader, M_TESTIMONY_WORD, cell_place(cell, offset, listed.n), NULL,
		"this text speaks of testimony or a stand-in for it (%.*s)",
		SHOW(listed));
}

static bool is_used(const struct draft *draft, struct text id)
{
	for (size_t t = 0; t < draft->edition.n_tables; t++)
		for (size_t r = 0; r < draft->tables[t].table.n_rows; r++)
			if (text_equal(id, draft->tables[t].rows[r].id))
				return true;
	for (size_t i = 0; i < draft->edition.n_routes; i++)
		if (text_equal(id, draft->routes[i].id))
			return true;
	for (size_t i = 0; i < draft->edition.n_examples; i++)
		if (text_equal(id, draft->examples[i].id))
			return true;
	return false;
}

bool check_id(struct draft *draft, const struct cell *cell)
{
	if (!name_is_plain(cell->text, "-")) {
		mistake(draft->loader, M_NAME_FORM, cell->place,
			"lower-case words joined by `-`", "`%.*s` is not an id",
			SHOW(cell->text));
		return false;
	}
	if (is_used(draft, cell->text)) {
		mistake(draft->loader, M_ID_TWICE, cell->place, NULL,
			"a second `%.*s`", SHOW(cell->text));
		return false;
	}
	return true;
}
