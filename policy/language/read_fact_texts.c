/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

const char *const language_codes[N_LANGUAGES] = { "en", "fr", "de", "it" };

int find_language(struct text name)
{
	for (int i = 0; i < N_LANGUAGES; i++)
		if (text_equal(name, language_codes[i]))
			return i;
	return -1;
}

struct texts_row {
	struct draft *draft;
	uint16_t n_before;		/* facts of another document */
	enum language language;
	struct fact *fact;		/* NULL when the key is no fact */
	int value;			/* -1 when it is no value */
};

/* Sets one text of a fact; a second one is a mistake. */
static void set_text(struct draft *draft, const struct cell *cell, struct texts *texts,
		     enum language language)
{
	if (texts->in[language] != NULL)
		mistake(draft->loader, M_TEXT_TWICE, cell->place, NULL,
			"a second text for the same thing");
	texts->in[language] = loader_text(draft->loader, cell->text);
	check_text(draft, cell);
}

static void read_key(struct loader *loader, const struct cell *cell, void *row)
{
	struct texts_row *reading = row;
	struct choices choices;
	int i = find_fact(reading->draft, cell->text);

	if (i >= (int)reading->n_before) {
		reading->fact = &reading->draft->facts[i];
		return;
	}
	choices_init(&choices, loader, cell->text);
	for (uint16_t j = reading->n_before; j < reading->draft->edition.n_facts; j++)
		choices_add(&choices, reading->draft->facts[j].key);
	mistake(loader, M_FACT_UNKNOWN, cell->place, choices_text(&choices),
		"this document declares no fact `%.*s`", SHOW(cell->text));
}

/* ---- Questions ---- */

static void read_label(struct loader *loader, const struct cell *cell, void *row)
{
	struct texts_row *reading = row;

	(void)loader;
	if (reading->fact != NULL)
		set_text(reading->draft, cell, &reading->fact->label, reading->language);
}

static void read_question(struct loader *loader, const struct cell *cell, void *row)
{
	struct texts_row *reading = row;

	(void)loader;
	if (reading->fact != NULL)
		set_text(reading->draft, cell, &reading->fact->question,
			 reading->language);
}

static void read_why(struct loader *loader, const struct cell *cell, void *row)
{
	struct texts_row *reading = row;

	(void)loader;
	if (reading->fact != NULL)
		set_text(reading->draft, cell, &reading->fact->why, reading->language);
}

static void read_do_not(struct loader *loader, const struct cell *cell, void *row)
{
	struct texts_row *reading = row;

	(void)loader;
	if (reading->fact != NULL)
		set_text(reading->draft, cell, &reading->fact->do_not, reading->language);
}

static const struct column question_columns[] = {
	{ "key", true, read_key },
	{ "label", true, read_label },
	{ "question", true, read_question },
	{ "why", true, read_why },
	{ "do not", false, read_do_not },
};

static void read_grid(struct texts_row *reading, const struct grid *grid,
		      const struct column *described, size_t n)
{
	struct loader *loader = reading->draft->loader;
	struct columns columns;

	if (!columns_find(loader, grid, described, n, &columns))
		return;
	for (size_t i = 0; i < grid->n_lines; i++) {
		reading->fact = NULL;
		reading->value = -1;
		(void)columns_read(loader, &columns, &grid->lines[i], reading);
	}
}

static void read_questions(struct draft *draft, const struct section *section,
			   uint16_t n_before)
{
	struct texts_row reading = { .draft = draft, .n_before = n_before };
	bool headed = false;
	int language = -1;

	for (const struct block *b = section->first; b != section->end; b = b->next) {
		if (b->kind == BLOCK_HEADING) {
			headed = true;
			language = find_language(text_of(b->text));
			if (language < 0)
				mistake(draft->loader, M_LANGUAGE_UNKNOWN, b->place,
					NULL, "`%s` is not a language", b->text);
		} else if (b->kind == BLOCK_GRID && language >= 0) {
			reading.language = (enum language)language;
			read_grid(&reading, b->grid, question_columns,
				  ARRAY_LENGTH(question_columns));
		} else if (b->kind == BLOCK_GRID && !headed) {
			mistake(draft->loader, M_LANGUAGE_UNKNOWN, b->place, NULL,
				"questions without the heading of a language");
		}
	}
}

/* ---- Values ---- */

static void read_value(struct loader *loader, const struct cell *cell, void *row)
{
	struct texts_row *reading = row;
	struct choices choices;

	if (reading->fact == NULL)
		return;
	reading->value = find_value(reading->fact, cell->text);
	if (reading->value >= 0)
		return;
	choices_init(&choices, loader, cell->text);
	for (uint8_t i = 0; i < reading->fact->n_values; i++)
		choices_add(&choices, reading->fact->values[i]);
	mistake(loader, M_VALUE_UNKNOWN, cell->place, choices_text(&choices),
		"`%s` has no value `%.*s`", reading->fact->key, SHOW(cell->text));
}

static void read_value_label(struct texts_row *reading, const struct cell *cell,
			     enum language language)
{
	struct texts *labels;

	if (reading->fact == NULL || reading->value < 0)
		return;
	labels = &reading->fact->value_labels[reading->value];
	if (reading->fact->type == FACT_BOOLEAN)
		labels->in[language] = NULL;
	set_text(reading->draft, cell, labels, language);
}

static void read_en(struct loader *loader, const struct cell *cell, void *row)
{
	(void)loader;
	read_value_label(row, cell, LANGUAGE_EN);
}

static void read_fr(struct loader *loader, const struct cell *cell, void *row)
{
	(void)loader;
	read_value_label(row, cell, LANGUAGE_FR);
}

static void read_de(struct loader *loader, const struct cell *cell, void *row)
{
	(void)loader;
	read_value_label(row, cell, LANGUAGE_DE);
}

static void read_it(struct loader *loader, const struct cell *cell, void *row)
{
	(void)loader;
	read_value_label(row, cell, LANGUAGE_IT);
}

static const struct column value_columns[] = {
	{ "key", true, read_key },
	{ "value", true, read_value },
	{ "en", true, read_en },
	{ "fr", true, read_fr },
	{ "de", true, read_de },
	{ "it", true, read_it },
};

/* ---- What must be there ---- */

static void check_texts(struct draft *draft, const struct fact *fact,
			const struct texts *texts, const char *what)
{
	for (int i = 0; i < N_LANGUAGES; i++)
		if (texts->in[i] == NULL)
			mistake(draft->loader, M_TEXT_MISSING, fact->place, NULL,
				"`%s` has no %s in %s", fact->key, what,
				language_codes[i]);
}

static void check_value_labels(struct draft *draft, const struct fact *fact)
{
	for (uint8_t i = 0; i < fact->n_values; i++)
		if (fact->value_labels[i].in[LANGUAGE_EN] == NULL)
			mistake(draft->loader, M_TEXT_MISSING, fact->place, NULL,
				"the value `%s` of `%s` has no texts in Values",
				fact->values[i], fact->key);
}

static void complete_fact(struct draft *draft, struct fact *fact)
{
	check_texts(draft, fact, &fact->label, "label");
	check_texts(draft, fact, &fact->question, "question");
	check_texts(draft, fact, &fact->why, "reason");
	check_value_labels(draft, fact);
	for (int i = 0; i < N_LANGUAGES; i++)
		if (fact->do_not.in[i] == NULL)
			fact->do_not.in[i] = "";
}

void read_fact_texts(struct draft *draft, uint16_t n_before)
{
	const struct section *questions = draft_section(draft, "Questions");
	const struct section *values = draft_section(draft, "Values");
	struct texts_row reading = { .draft = draft, .n_before = n_before };
	size_t n_mistakes = mistakes(draft->loader);
	const struct block *block = NULL;

	if (questions != NULL)
		read_questions(draft, questions, n_before);
	while (values != NULL && (block = section_grid(values, block)) != NULL)
		read_grid(&reading, block->grid, value_columns,
			  ARRAY_LENGTH(value_columns));
	if (mistakes(draft->loader) > n_mistakes)
		return;
	for (uint16_t i = n_before; i < draft->edition.n_facts; i++)
		complete_fact(draft, &draft->facts[i]);
}
