/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

struct example_row {
	struct draft *draft;
	struct example *example;
	const struct question *question;
};

struct question *find_question(struct draft *draft, const struct cell *cell)
{
	struct choices choices;

	choices_init(&choices, draft->loader, cell->text);
	for (uint16_t i = 0; i < draft->edition.n_questions; i++) {
		if (text_equal(cell->text, draft->questions[i].name))
			return &draft->questions[i];
		choices_add(&choices, draft->questions[i].name);
	}
	mistake(draft->loader, M_QUESTION_UNKNOWN, cell->place, choices_text(&choices),
		"this policy has no question `%.*s`", SHOW(cell->text));
	return NULL;
}

static void read_question(struct loader *loader, const struct cell *cell, void *row)
{
	struct example_row *reading = row;

	(void)loader;
	reading->question = find_question(reading->draft, cell);
	if (reading->question != NULL)
		reading->example->question =
			(uint8_t)(reading->question - reading->draft->questions);
}

static void read_as_of(struct loader *loader, const struct cell *cell, void *row)
{
	struct example_row *reading = row;

	if (!date_parse(cell->text.at, cell->text.n, &reading->example->facts.as_of))
		mistake(loader, M_DATE_FORM, cell->place, NULL,
			"`%.*s` is not a day of the calendar", SHOW(cell->text));
}

/* ---- Facts: name = value; name = value ---- */

/* Cuts "name = value". False with a mistake noted when there is no `=`. */
static bool cut_pair(struct loader *loader, const struct cell *cell, struct text piece,
		     struct text *ret_name, struct text *ret_value)
{
	struct text rest = piece;

	if (memchr(piece.at, '=', piece.n) == NULL ||
	    !text_cut(&rest, '=', ret_name)) {
		mistake(loader, M_EXAMPLE_FORM, piece_place(cell, piece), NULL,
			"`%.*s` is not of the form name = value", SHOW(piece));
		return false;
	}
	*ret_value = text_trim(rest);
	return true;
}

static const char *value_forms(struct loader *loader, const struct fact *fact)
{
	struct choices choices;

	if (fact->type != FACT_ENUMERATION && fact->type != FACT_SET)
		return NULL;
	choices_init(&choices, loader, (struct text){ "", 0 });
	for (uint8_t i = 0; i < fact->n_values; i++)
		choices_add(&choices, fact->values[i]);
	return choices_text(&choices);
}

static void fact_unknown(struct draft *draft, const struct cell *cell, struct text name)
{
	struct choices choices;

	check_name(draft, name, piece_place(cell, name));
	choices_init(&choices, draft->loader, name);
	for (uint16_t i = 0; i < draft->edition.n_facts; i++)
		choices_add(&choices, draft->facts[i].key);
	mistake(draft->loader, M_FACT_UNKNOWN, piece_place(cell, name),
		choices_text(&choices), "no fact `%.*s`", SHOW(name));
}

static void read_fact(struct example_row *reading, const struct cell *cell,
		      struct text piece)
{
	struct draft *draft = reading->draft;
	struct text name = { "", 0 };
	struct text value = { "", 0 };
	struct answer *answer;
	enum fact_error error;
	int fact;

	if (!cut_pair(draft->loader, cell, piece, &name, &value))
		return;
	fact = find_fact(draft, name);
	if (fact < 0) {
		fact_unknown(draft, cell, name);
		return;
	}
	answer = &reading->example->facts.answers[fact];
	if (answer->state != ANSWER_ABSENT) {
		mistake(draft->loader, M_CELL_REPEATED, piece_place(cell, name), NULL,
			"a second value of `%.*s`", SHOW(name));
		return;
	}
	error = fact_parse(&draft->facts[fact],
			   (struct bytes){ (const uint8_t *)value.at, value.n },
			   draft->loader->arena, answer);
	if (error == FACT_E_NO_ROOM)
		loader_no_room(draft->loader);
	if (error != FACT_OK)
		mistake(draft->loader, M_EXAMPLE_VALUE, piece_place(cell, value),
			value_forms(draft->loader, &draft->facts[fact]),
			"`%.*s` is not a value of `%.*s`", SHOW(value), SHOW(name));
}

static void read_facts_cell(struct loader *loader, const struct cell *cell, void *row)
{
	struct text rest = cell->text;
	struct text piece;

	(void)loader;
	while (text_cut(&rest, ';', &piece))
		if (piece.n > 0)
			read_fact(row, cell, piece);
}

/* ---- Expected: outcome; output = value; row = id ---- */

static void read_outcome(struct example_row *reading, const struct cell *cell,
			 struct text piece)
{
	struct choices choices;

	choices_init(&choices, reading->draft->loader, piece);
	for (unsigned i = 0; i < N_OUTCOMES; i++) {
		if (text_equal(piece, outcome_names[i])) {
			reading->example->outcome = (enum outcome)i;
			return;
		}
		choices_add(&choices, outcome_names[i]);
	}
	mistake(reading->draft->loader, M_EXAMPLE_EXPECTED, piece_place(cell, piece),
		choices_text(&choices), "`%.*s` is not an outcome", SHOW(piece));
}

static bool row_exists(const struct draft *draft, struct text id)
{
	for (uint16_t t = 0; t < draft->edition.n_tables; t++)
		for (uint8_t r = 0; r < draft->tables[t].table.n_rows; r++)
			if (text_equal(id, draft->tables[t].rows[r].id))
				return true;
	return false;
}

static bool expectation_exists(const struct example_row *reading, struct text name,
			       struct text value)
{
	const struct draft *draft = reading->draft;

	if (text_equal(name, "row"))
		return row_exists(draft, value);
	return reading->question == NULL ||
	       find_output(&draft->tables[reading->question->table].table, name) >= 0;
}

static void read_expectation(struct example_row *reading, const struct cell *cell,
			     struct text piece)
{
	struct loader *loader = reading->draft->loader;
	struct example *example = reading->example;
	struct text name = { "", 0 };
	struct text value = { "", 0 };

	if (!cut_pair(loader, cell, piece, &name, &value))
		return;
	if (example->n_expected == EXPECTATIONS_MAX)
		mistake(loader, M_TOO_MANY, piece_place(cell, piece), NULL,
			"more than %d expectations", EXPECTATIONS_MAX);
	else if (!expectation_exists(reading, name, value))
		mistake(loader, M_EXAMPLE_EXPECTED, piece_place(cell, piece), NULL,
			"no such output of the question, and no such row");
	else
		example->expected[example->n_expected++] = (struct expectation){
			loader_text(loader, name), loader_text(loader, value)
		};
}

static void read_expected(struct loader *loader, const struct cell *cell, void *row)
{
	struct text rest = cell->text;
	struct text piece;
	bool first = true;

	(void)loader;
	while (text_cut(&rest, ';', &piece)) {
		if (first)
			read_outcome(row, cell, piece);
		else
			read_expectation(row, cell, piece);
		first = false;
	}
}

static void read_id(struct loader *loader, const struct cell *cell, void *row)
{
	struct example_row *reading = row;

	reading->example->id = loader_text(loader, cell->text);
	reading->example->place = cell->place;
	(void)check_id(reading->draft, cell);
}

static const struct column example_columns[] = {
	{ "question", true, read_question }, { "as of", true, read_as_of },
	{ "facts", false, read_facts_cell }, { "expected", true, read_expected },
	{ "id", true, read_id },
};

static void read_example_grid(struct draft *draft, const struct grid *grid)
{
	struct columns columns;

	if (!columns_find(draft->loader, grid, example_columns,
			  ARRAY_LENGTH(example_columns), &columns))
		return;
	for (size_t i = 0; i < grid->n_lines; i++) {
		struct example_row reading = { .draft = draft };

		if (draft->edition.n_examples == EXAMPLES_MAX) {
			mistake(draft->loader, M_TOO_MANY, grid->lines[i].place, NULL,
				"more than %d examples", EXAMPLES_MAX);
			return;
		}
		reading.example = &draft->examples[draft->edition.n_examples];
		*reading.example = (struct example){ .id = "" };
		if (columns_read(draft->loader, &columns, &grid->lines[i], &reading))
			draft->edition.n_examples++;
	}
}

void read_examples(struct draft *draft)
{
	const struct section *section = draft_section(draft, "Examples");
	const struct block *block = NULL;

	while (section != NULL && (block = section_grid(section, block)) != NULL)
		read_example_grid(draft, block->grid);
}
