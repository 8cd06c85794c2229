/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

/*
 * The section `Report` says where the answers of the report card stand. It
 * changes no decision: nothing is cut at its values.
 */
struct report_reading {
	struct draft *draft;
	const struct cell *card;
	const struct cell *refers;
	enum report_line line;
	bool good;
	struct report_entry entry;
};

static struct cell piece_cell(const struct cell *cell, struct text piece)
{
	return (struct cell){ piece, piece, piece_place(cell, piece) };
}

/* ---- Names ---- */

static void form_wrong(struct report_reading *reading, struct text piece,
		       const char *expected)
{
	mistake(reading->draft->loader, M_REPORT_FORM,
		piece_place(reading->refers, piece), expected,
		"`%.*s` is not what the line `%s` refers to", SHOW(piece),
		report_line_names[reading->line]);
}

static bool refer_question(struct report_reading *reading, struct text piece)
{
	struct cell cell = piece_cell(reading->refers, piece);
	const struct question *question = find_question(reading->draft, &cell);

	if (question != NULL)
		reading->entry.question =
			(int16_t)(question - reading->draft->questions);
	return question != NULL;
}

static const struct table *question_table(const struct report_reading *reading)
{
	const struct draft *draft = reading->draft;

	return &draft->tables[draft->questions[reading->entry.question].table].table;
}

static int refer_output(struct report_reading *reading, struct text name)
{
	const struct table *table = question_table(reading);
	int output = find_output(table, name);
	struct choices choices;

	if (output >= 0)
		return output;
	choices_init(&choices, reading->draft->loader, name);
	for (uint8_t i = 0; i < table->n_outputs; i++)
		choices_add(&choices, table->outputs[i].name);
	mistake(reading->draft->loader, M_REPORT_NAME,
		piece_place(reading->refers, name), choices_text(&choices),
		"the question `%s` has no output `%.*s`", table->name, SHOW(name));
	return -1;
}

static void name_unknown(struct report_reading *reading, struct text name)
{
	struct draft *draft = reading->draft;
	struct choices choices;

	check_name(draft, name, piece_place(reading->refers, name));
	choices_init(&choices, draft->loader, name);
	for (uint16_t i = 0; i < draft->edition.n_facts; i++)
		choices_add(&choices, draft->facts[i].key);
	for (uint16_t i = 0; i < draft->edition.n_derived; i++)
		choices_add(&choices, draft->derived[i].name);
	mistake(draft->loader, M_REPORT_NAME, piece_place(reading->refers, name),
		choices_text(&choices), "nothing is named `%.*s`", SHOW(name));
}

/* ---- Values ---- */

static int value_index(const struct report_reading *reading,
		       const struct report_test *test, struct text value)
{
	const struct fact *fact = &reading->draft->facts[test->index];

	if (!test->derived && fact->type != FACT_BOOLEAN)
		return find_value(fact, value);
	return text_equal(value, "yes") ? 1 : text_equal(value, "no") ? 0 : -1;
}

static bool is_empty_set(const struct report_reading *reading,
			 const struct report_test *test, struct text values)
{
	return !test->derived &&
	       reading->draft->facts[test->index].type == FACT_SET &&
	       text_equal(values, "none");
}

static bool value_wrong(struct report_reading *reading, struct text value,
			struct text name, const char *const *values, uint8_t n)
{
	struct choices choices;

	choices_init(&choices, reading->draft->loader, value);
	for (uint8_t i = 0; i < n; i++)
		choices_add(&choices, values[i]);
	mistake(reading->draft->loader, M_REPORT_VALUE,
		piece_place(reading->refers, value), choices_text(&choices),
		"`%.*s` is not a value of `%.*s`", SHOW(value), SHOW(name));
	return false;
}

static bool test_value_wrong(struct report_reading *reading,
			     const struct report_test *test, struct text value,
			     struct text name)
{
	static const char *const boolean[] = { "no", "yes" };
	const struct fact *fact = &reading->draft->facts[test->index];

	if (test->derived || fact->type == FACT_BOOLEAN)
		return value_wrong(reading, value, name, boolean, 2);
	return value_wrong(reading, value, name, fact->values, fact->n_values);
}

static bool refer_values(struct report_reading *reading, struct report_test *test,
			 struct text name, struct text values)
{
	struct text value;

	if (is_empty_set(reading, test, values))
		return true;
	while (text_cut(&values, ',', &value)) {
		int index = value_index(reading, test, value);

		if (index < 0)
			return test_value_wrong(reading, test, value, name);
		test->values |= 1ull << index;
	}
	return test->values != 0;
}

/* Only what has listed values, which tables can tell apart as they are. */
static bool has_values(const struct report_reading *reading,
		       const struct report_test *test)
{
	const struct draft *draft = reading->draft;
	enum fact_type type = test->derived ? draft->derived[test->index].type :
					      draft->facts[test->index].type;

	return type == FACT_BOOLEAN || type == FACT_ENUMERATION ||
	       (type == FACT_SET && reading->line != REPORT_LINK);
}

/* "name = a, b". */
static bool cut_pair(struct report_reading *reading, struct text piece,
		     struct text *ret_name, struct text *ret_values)
{
	struct text rest = piece;

	if (memchr(piece.at, '=', piece.n) == NULL ||
	    !text_cut(&rest, '=', ret_name)) {
		form_wrong(reading, piece, "name = value, value");
		return false;
	}
	*ret_values = text_trim(rest);
	return true;
}

/* ---- What each line refers to; piece n of it, from 0 ---- */

/* "first-permit; length; bound". */
static bool refer_permit(struct report_reading *reading, struct text piece, size_t n)
{
	int output;

	if (n == 0)
		return refer_question(reading, piece);
	if (n > 2) {
		form_wrong(reading, piece, "a question; its length; its bound");
		return false;
	}
	output = refer_output(reading, piece);
	if (n == 1)
		reading->entry.length = (int8_t)output;
	else
		reading->entry.bound = (int8_t)output;
	return output >= 0;
}

static bool refer_permanence(struct report_reading *reading, struct text piece,
			     size_t n)
{
	if (n == 0)
		return refer_question(reading, piece);
	form_wrong(reading, piece, "one question");
	return false;
}

/* "entitlements; health = yes, if_not_covered". */
static bool refer_care(struct report_reading *reading, struct text piece, size_t n)
{
	struct text name, values, value;
	const struct output *output;

	if (n == 0)
		return refer_question(reading, piece);
	if (n > 1) {
		form_wrong(reading, piece, "a question; an output = its values");
		return false;
	}
	if (!cut_pair(reading, piece, &name, &values))
		return false;
	reading->entry.care = (int8_t)refer_output(reading, name);
	if (reading->entry.care < 0)
		return false;
	output = &question_table(reading)->outputs[reading->entry.care];
	while (text_cut(&values, ',', &value)) {
		uint8_t i = 0;

		while (i < output->n_values && !text_equal(value, output->values[i]))
			i++;
		if (i == output->n_values)
			return value_wrong(reading, value, name,
					   output->values, output->n_values);
		reading->entry.values |= 1ull << i;
	}
	return true;
}

static struct report_test *add_test(struct report_reading *reading,
				    struct text piece)
{
	if (reading->entry.n_tests < REPORT_TESTS_MAX)
		return &reading->entry.tests[reading->entry.n_tests++];
	mistake(reading->draft->loader, M_TOO_MANY,
		piece_place(reading->refers, piece), NULL, "more than %d names",
		REPORT_TESTS_MAX);
	return NULL;
}

/* The fact or derived fact of that name. */
static bool refer_name(struct report_reading *reading, struct text name,
		       struct report_test *test)
{
	int fact = find_fact(reading->draft, name);
	int derived = find_derived(reading->draft, name);

	if (fact < 0 && derived < 0) {
		name_unknown(reading, name);
		return false;
	}
	test->derived = derived >= 0;
	test->index = (uint16_t)(derived >= 0 ? derived : fact);
	return true;
}

static bool refer_test(struct report_reading *reading, struct text piece, size_t n)
{
	struct report_test *test;
	struct text name, values;

	(void)n;
	if (!cut_pair(reading, piece, &name, &values))
		return false;
	test = add_test(reading, piece);
	if (test == NULL || !refer_name(reading, name, test))
		return false;
	if (!has_values(reading, test)) {
		form_wrong(reading, piece,
			   reading->line == REPORT_LINK ?
				   "a boolean or an enumeration" :
				   "a boolean, an enumeration or a set");
		return false;
	}
	return refer_values(reading, test, name, values);
}

static bool refer_residence(struct report_reading *reading, struct text piece,
			    size_t n)
{
	const struct derived *derived = reading->draft->derived;
	struct report_test *test = add_test(reading, piece);
	enum duration_unit unit;
	struct duration wait;

	(void)n;
	if (test == NULL || !refer_name(reading, piece, test))
		return false;
	if (test->derived && (derived[test->index].type == FACT_INTEGER ?
				      report_unit(derived, test->index, &unit) :
				      report_wait(derived, test->index, &wait)))
		return true;
	mistake(reading->draft->loader, M_REPORT_RESIDENCE,
		piece_place(reading->refers, piece), NULL,
		"`%.*s` does not say how much time has passed", SHOW(piece));
	return false;
}

static bool add_row(struct report_reading *reading, size_t question, uint8_t row)
{
	struct report_entry *entry = &reading->entry;

	if (entry->n_rows == REPORT_ROWS_MAX) {
		mistake(reading->draft->loader, M_TOO_MANY, reading->refers->place,
			NULL, "more than %d rows", REPORT_ROWS_MAX);
		return false;
	}
	entry->rows[entry->n_rows++] = (struct report_row){ (uint8_t)question, row };
	return true;
}

static bool refer_row(struct report_reading *reading, struct text piece, size_t n)
{
	const struct draft *draft = reading->draft;

	if (n == 0 && text_equal(reading->refers->text, "none"))
		return true;
	for (uint16_t q = 0; q < draft->edition.n_questions; q++) {
		const struct draft_table *table =
			&draft->tables[draft->questions[q].table];

		for (uint8_t r = 0; r < table->table.n_rows; r++)
			if (text_equal(piece, table->rows[r].id))
				return add_row(reading, q, r);
	}
	mistake(draft->loader, M_REPORT_NAME, piece_place(reading->refers, piece),
		"the id of a row that gives an outcome, or none",
		"no question has a row `%.*s`", SHOW(piece));
	return false;
}

static bool refer_pending(struct report_reading *reading, struct text piece, size_t n)
{
	if (n == 0 && text_equal(piece, report_pending_names[PENDING_CONTINUES]))
		reading->entry.pending = PENDING_CONTINUES;
	else if (n == 0 && text_equal(piece, report_pending_names[PENDING_ENDS]))
		reading->entry.pending = PENDING_ENDS;
	else
		form_wrong(reading, piece, "continues, or ends");
	return reading->entry.pending != PENDING_NOT_SAID;
}

static bool (*const refer[N_REPORT_LINES])(struct report_reading *reading,
					   struct text piece, size_t n) = {
	[REPORT_FIRST_PERMIT] = refer_permit,
	[REPORT_RENEWAL] = refer_permit,
	[REPORT_PERMANENCE] = refer_permanence,
	[REPORT_RESIDENCE] = refer_residence,
	[REPORT_HOLDING] = refer_test,
	[REPORT_HEALTH] = refer_care,
	[REPORT_OFFENCES] = refer_test,
	[REPORT_LINK] = refer_test,
	[REPORT_REFLECTION] = refer_row,
	[REPORT_PENDING] = refer_pending,
};

/* ---- Lines ---- */

static void read_card(struct loader *loader, const struct cell *cell, void *row)
{
	struct word words[N_REPORT_LINES];
	struct report_reading *reading = row;
	int value;

	for (int i = 0; i < N_REPORT_LINES; i++)
		words[i] = (struct word){ report_line_names[i], i };
	reading->good = word_read(loader, cell, words, N_REPORT_LINES, &value);
	if (reading->good)
		reading->line = (enum report_line)value;
	reading->card = cell;
}

static void read_refers(struct loader *loader, const struct cell *cell, void *row)
{
	struct report_reading *reading = row;

	(void)loader;
	reading->refers = cell;
}

static void read_source(struct loader *loader, const struct cell *cell, void *row)
{
	struct report_reading *reading = row;

	(void)loader;
	read_citations(reading->draft, cell, reading->entry.citations,
		       &reading->entry.n_citations);
}

static const struct column report_columns[] = {
	{ "card", true, read_card },
	{ "refers to", true, read_refers },
	{ "source", true, read_source },
};

static void read_line(struct draft *draft, const struct columns *columns,
		      const struct line *line)
{
	struct report_reading reading = {
		.draft = draft,
		.entry = { .said = true, .question = -1, .length = -1, .bound = -1,
			   .care = -1, .place = line->place },
	};
	struct text rest, piece;
	size_t n = 0;

	if (!columns_read(draft->loader, columns, line, &reading) || !reading.good)
		return;
	if (draft->report->lines[reading.line].said) {
		mistake(draft->loader, M_REPORT_TWICE, reading.card->place, NULL,
			"a second line `%s`", report_line_names[reading.line]);
		return;
	}
	rest = reading.refers->text;
	while (text_cut(&rest, ';', &piece))
		if (!refer[reading.line](&reading, piece, n++))
			return;
	if (reading.line == REPORT_HEALTH && reading.entry.care < 0)
		form_wrong(&reading, reading.refers->text,
			   "a question; an output = its values");
	draft->report->lines[reading.line] = reading.entry;
}

void read_report(struct draft *draft)
{
	const struct section *section = draft_section(draft, "Report");
	const struct block *block = NULL;
	struct columns columns;

	if (section == NULL)
		return;
	draft->report = loader_alloc(draft->loader, 1, sizeof(*draft->report));
	while ((block = section_grid(section, block)) != NULL) {
		if (!columns_find(draft->loader, block->grid, report_columns,
				  ARRAY_LENGTH(report_columns), &columns))
			continue;
		for (size_t i = 0; i < block->grid->n_lines; i++)
			read_line(draft, &columns, &block->grid->lines[i]);
	}
}
