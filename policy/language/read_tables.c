/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

static const char *const reserved_titles[] = {
	"Sources", "Facts", "Questions", "Values", "Derived facts", "Constraints",
	"Transition", "Routes not evaluated", "Report", "Texts", "Examples",
};

static bool is_reserved(const char *title)
{
	for (size_t i = 0; i < ARRAY_LENGTH(reserved_titles); i++)
		if (strcmp(title, reserved_titles[i]) == 0)
			return true;
	return false;
}

/* ---- Sections ---- */

static void check_title(struct draft *draft, const struct section *section)
{
	struct text title = text_of(section->title);
	struct choices choices;
	const char *nearest;

	if (section_grid(section, NULL) == NULL)
		return;
	choices_init(&choices, draft->loader, title);
	for (size_t i = 0; i < ARRAY_LENGTH(reserved_titles); i++)
		choices_add(&choices, reserved_titles[i]);
	nearest = choices_text(&choices);
	if (choices.distance * 3 <= title.n)
		mistake(draft->loader, M_SECTION_UNKNOWN, section->place, nearest,
			"no section is called `%s`", section->title);
	else
		mistake(draft->loader, M_TABLE_STRAY,
			section_grid(section, NULL)->place,
			"a section whose title is a name, as in `first-permit`",
			"a table that nothing reads, in the section `%s`",
			section->title);
}

static bool is_second(const struct draft *draft, const struct section *section)
{
	for (const struct section *s = draft->sections; s < section; s++)
		if (strcmp(s->title, section->title) == 0)
			return true;
	return false;
}

/* The one table of a section; NULL with a mistake noted. */
static const struct grid *only_grid(struct draft *draft, const struct section *section)
{
	const struct block *block = section_grid(section, NULL);
	const struct block *more;

	if (block == NULL) {
		mistake(draft->loader, M_TABLE_MISSING, section->place, NULL,
			"the section `%s` holds no table", section->title);
		return NULL;
	}
	more = section_grid(section, block);
	if (more != NULL)
		mistake(draft->loader, M_TABLE_SURPLUS, more->place, NULL,
			"a second table in the section `%s`", section->title);
	return block->grid;
}

static void add_table(struct draft *draft, const struct section *section)
{
	struct draft_table *table = &draft->tables[draft->edition.n_tables];
	struct text name = text_of(section->title);

	if (draft->edition.n_tables == TABLES_MAX) {
		mistake(draft->loader, M_TOO_MANY, section->place, NULL,
			"more than %d decision tables", TABLES_MAX);
		return;
	}
	check_word(draft, name, section->place);
	table->section = section;
	table->grid = only_grid(draft, section);
	table->table.name = section->title;
	table->table.place = section->place;
	table->unsound = table->grid == NULL;
	draft->edition.n_tables++;
}

static void find_tables(struct draft *draft)
{
	for (size_t i = 1; i < draft->n_sections; i++) {
		const struct section *section = &draft->sections[i];
		bool name = name_is_plain(text_of(section->title), "-");

		if (!name && !is_reserved(section->title))
			check_title(draft, section);
		else if (is_second(draft, section))
			mistake(draft->loader, M_SECTION_TWICE, section->place, NULL,
				"a second section `%s`", section->title);
		else if (name)
			add_table(draft, section);
	}
}

/* ---- Questions ---- */

static void add_question(struct draft *draft, uint16_t index, int outcome)
{
	const struct table *table = &draft->tables[index].table;
	struct question *question = &draft->questions[draft->edition.n_questions];

	if (draft->edition.n_questions == QUESTIONS_MAX) {
		mistake(draft->loader, M_TOO_MANY, table->place, NULL,
			"more than %d questions", QUESTIONS_MAX);
		return;
	}
	question->name = table->name;
	question->table = index;
	question->outcome = (uint8_t)outcome;
	question->until = (int8_t)find_output(table, text_of("until"));
	question->selected_by = draft->edition.selected_by;
	draft->edition.n_questions++;
}

static void find_questions(struct draft *draft)
{
	for (uint16_t i = 0; i < draft->edition.n_tables; i++) {
		int outcome = find_output(&draft->tables[i].table, text_of("outcome"));

		if (outcome >= 0)
			add_question(draft, i, outcome);
	}
}

static void find_constraints(struct draft *draft)
{
	const struct section *section = draft_section(draft, "Constraints");

	if (section == NULL)
		return;
	draft->constraints.section = section;
	draft->constraints.constraints = true;
	draft->constraints.grid = only_grid(draft, section);
	draft->constraints.unsound = draft->constraints.grid == NULL;
	draft->constraints.table.name = "Constraints";
	draft->constraints.table.place = section->place;
}

void read_tables(struct draft *draft)
{
	find_tables(draft);
	find_constraints(draft);
	for (uint16_t i = 0; i < draft->edition.n_tables; i++)
		read_outputs(draft, &draft->tables[i]);
	if (draft->constraints.grid != NULL)
		read_outputs(draft, &draft->constraints);
	find_questions(draft);
	for (uint16_t i = 0; i < draft->edition.n_tables; i++)
		read_inputs(draft, &draft->tables[i]);
	for (uint16_t i = 0; i < draft->edition.n_tables; i++)
		read_rows(draft, &draft->tables[i]);
	if (draft->constraints.grid == NULL)
		return;
	read_inputs(draft, &draft->constraints);
	read_rows(draft, &draft->constraints);
}
