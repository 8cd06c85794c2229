/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

/*
 *	| U | `ident.status` | outcome      | source | id |	header
 *	|   |                | grant, refer |        |    |	allowed values
 *	|   | in             | out          | #      | #  |	marks
 *	| 1 | possible       | grant        | ...    | .. |	rows
 *
 * Constraints have `never` as their hit policy and no allowed values.
 */

static const struct cell *mark_of(const struct draft_table *table, size_t column)
{
	return &table->grid->lines[table->first_row - 1].cells[column];
}

static const struct cell *allowed_of(const struct draft_table *table, size_t column)
{
	if (table->constraints)
		return NULL;
	return &table->grid->lines[0].cells[column];
}

/* ---- The first cell ---- */

static bool explains_first_hit(const struct section *section)
{
	for (const struct block *b = section->first; b != section->end; b = b->next)
		if (b->kind == BLOCK_PROSE && b->paragraph &&
		    strncmp(b->text, "First hit:", strlen("First hit:")) == 0)
			return true;
	return false;
}

static bool read_hit_policy(struct draft *draft, struct draft_table *table)
{
	static const struct word words[] = {
		{ "U", HIT_UNIQUE }, { "A", HIT_ANY }, { "P", HIT_PRIORITY },
		{ "C", HIT_COLLECT }, { "F", HIT_FIRST },
	};
	const struct cell *cell = &table->grid->header.cells[0];

	if (table->constraints && text_equal(cell->text, "never"))
		return true;
	for (size_t i = 0; !table->constraints && i < ARRAY_LENGTH(words); i++) {
		if (!text_equal(cell->text, words[i].text))
			continue;
		table->table.hit = (enum hit_policy)words[i].value;
		if (table->table.hit == HIT_FIRST && !explains_first_hit(table->section))
			mistake(draft->loader, M_FIRST_HIT_REASON, cell->place, NULL,
				"a table of hit policy F that does not say why");
		return true;
	}
	mistake(draft->loader, M_HIT_POLICY, cell->place,
		table->constraints ? "expected `never`" : NULL,
		"`%.*s` is not a hit policy", SHOW(cell->text));
	return false;
}

/* ---- Outputs ---- */

static bool output_value_is_plain(struct text value)
{
	for (size_t i = 0; i < value.n; i++) {
		char c = value.at[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c == '_' || c == '-';

		if (!word || (i == 0 && (c == '-' || c == '_')))
			return false;
	}
	return value.n > 0 && value.n <= NAME_MAX_BYTES && !text_equal(value, "none");
}

/* A backticked value is the name of a derived date. */
static int derived_date(struct draft *draft, const struct cell *cell, struct text piece)
{
	struct text name = without_backticks(piece);
	int index = find_derived(draft, name);
	struct choices choices;

	if (index >= 0 && (draft->derived[index].type == FACT_DATE ||
			   (draft->unsound_derived >> index & 1) != 0))
		return index;
	choices_init(&choices, draft->loader, name);
	for (int i = 0; i < draft->edition.n_derived; i++)
		if (draft->derived[i].type == FACT_DATE)
			choices_add(&choices, draft->derived[i].name);
	mistake(draft->loader, M_INPUT_UNKNOWN, piece_place(cell, piece),
		choices_text(&choices), "no derived date is called `%.*s`", SHOW(name));
	return -1;
}

static bool is_outcome(struct text value)
{
	for (int i = 0; i < OUTCOME_ASK; i++)
		if (text_equal(value, outcome_names[i]))
			return true;
	return false;
}

/* Says what is wrong with a value of an output; false when nothing is. */
static bool refuse_value(struct draft *draft, const struct output *output,
			 struct text value, bool is_date, struct place place)
{
	struct loader *loader = draft->loader;
	int limit = output->collected ? COLLECTED_VALUES_MAX : VALUES_MAX;

	for (uint8_t i = 0; i < output->n_values; i++)
		if (text_equal(value, output->values[i])) {
			mistake(loader, M_VALUE_TWICE, place, NULL,
				"`%.*s` is listed twice", SHOW(value));
			return true;
		}
	if (!is_date && !output_value_is_plain(value))
		mistake(loader, M_VALUES_FORM, place,
			"one word, or a derived date in backticks",
			"`%.*s` is not a value", SHOW(value));
	else if (strcmp(output->name, "outcome") == 0 && !is_outcome(value))
		mistake(loader, M_OUTCOME_VALUE, place, NULL,
			"`%.*s` is not an outcome", SHOW(value));
	else if (output->n_values == limit)
		mistake(loader, M_TOO_MANY_VALUES, place, NULL, "more than %d values",
			limit);
	else
		return false;
	return true;
}

static struct text without_quotes(struct text text)
{
	if (text.n >= 2 && text.at[0] == '"' && text.at[text.n - 1] == '"')
		return (struct text){ text.at + 1, text.n - 2 };
	return text;
}

static void add_output_value(struct draft *draft, struct output *output,
			     const struct cell *cell, struct text piece)
{
	struct text value = without_backticks(piece);
	bool is_date = value.n < piece.n;
	struct place place = piece_place(cell, piece);
	int derived = is_date ? derived_date(draft, cell, piece) : -1;

	if (!is_date)
		value = without_quotes(piece);
	check_word(draft, value, place);
	if (refuse_value(draft, output, value, is_date, place))
		return;
	output->derived[output->n_values] = (int16_t)derived;
	output->values[output->n_values++] = loader_text(draft->loader, value);
}

static void read_output(struct draft *draft, struct draft_table *table, size_t column)
{
	const struct cell *header = &table->grid->header.cells[column];
	const struct cell *allowed = allowed_of(table, column);
	struct output *output = &table->table.outputs[table->table.n_outputs];
	struct text name = without_backticks(header->text);
	struct text rest = allowed->text;
	size_t n_mistakes = mistakes(draft->loader);
	struct text piece;

	check_word(draft, name, header->place);
	if (!name_is_plain(name, "-_"))
		mistake(draft->loader, M_OUTPUT_NAME, header->place, NULL,
			"`%.*s` is not the name of an output", SHOW(name));
	else if (find_output(&table->table, name) >= 0)
		mistake(draft->loader, M_OUTPUT_TWICE, header->place, NULL,
			"a second output `%.*s`", SHOW(name));
	if (table->table.n_outputs == OUTPUTS_MAX) {
		mistake(draft->loader, M_TOO_MANY, header->place, NULL,
			"more than %d outputs", OUTPUTS_MAX);
		table->unsound = true;
		return;
	}
	output->name = loader_text(draft->loader, name);
	output->place = header->place;
	output->collected = table->table.hit == HIT_COLLECT;
	if (allowed->text.n == 0)
		mistake(draft->loader, M_VALUES_MISSING, allowed->place, NULL,
			"the output `%.*s` has no allowed values", SHOW(name));
	while (allowed->text.n > 0 && text_cut(&rest, ',', &piece))
		add_output_value(draft, output, allowed, piece);
	if (mistakes(draft->loader) > n_mistakes)
		table->unsound_outputs |= 1u << table->table.n_outputs;
	table->output_columns[table->table.n_outputs++] = column;
}

static void count_outputs(struct draft *draft, struct draft_table *table)
{
	const struct cell *cell = &table->grid->header.cells[0];

	if (table->table.n_outputs == 0) {
		mistake(draft->loader, M_OUTPUT_MISSING, cell->place, NULL,
			"a table without an output");
		loader_skipped(draft->loader);
	}
	if (table->table.hit == HIT_COLLECT && table->table.n_outputs > 1)
		mistake(draft->loader, M_COLLECT_OUTPUTS,
			table->table.outputs[1].place, NULL,
			"a table of hit policy C collects one output");
}

/* ---- Annotations ---- */

static void read_annotation(struct draft *draft, struct draft_table *table,
			    size_t column)
{
	static const char *const of_tables[N_ANNOTATIONS] = { "source", "id", "note" };
	static const char *const of_constraints[N_ANNOTATIONS] = { "source", "id",
								   "why" };
	const char *const *names = table->constraints ? of_constraints : of_tables;
	const struct cell *cell = &table->grid->header.cells[column];

	for (size_t i = 0; i < N_ANNOTATIONS; i++) {
		if (!text_equal(cell->text, names[i]))
			continue;
		if (table->annotations[i] != NULL)
			mistake(draft->loader, M_COLUMN_TWICE, cell->place, NULL,
				"a second column `%s`", names[i]);
		table->annotations[i] = cell;
		table->annotation_columns[i] = column;
		return;
	}
	mistake(draft->loader, M_ANNOTATION_UNKNOWN, cell->place,
		table->constraints ? "expected `why`" : "expected source, id or note",
		"no annotation is called `%.*s`", SHOW(cell->text));
	loader_skipped(draft->loader);
}

static void need_annotation(struct draft *draft, struct draft_table *table,
			    enum annotation annotation, const char *name)
{
	if (table->annotations[annotation] != NULL)
		return;
	mistake(draft->loader, M_COLUMN_MISSING, table->grid->header.place, NULL,
		"this table lacks the column `%s`, marked #", name);
	table->unsound = true;
}

/* ---- All columns ---- */

static bool is_mark(const struct cell *cell)
{
	return text_equal(cell->text, "in") || text_equal(cell->text, "out") ||
	       text_equal(cell->text, "#");
}

static bool has_marks(struct draft *draft, struct draft_table *table)
{
	size_t n_before = table->constraints ? 1 : 2;
	const struct grid *grid = table->grid;

	table->first_row = n_before;
	if (grid->n_lines < n_before) {
		mistake(draft->loader, M_MARK_UNKNOWN, grid->header.place,
			table->constraints ? "a row of marks below the header" :
			"a row of allowed values and a row of marks below the header",
			"a table without its row of marks");
		return false;
	}
	for (size_t c = 1; c < grid->n_columns; c++) {
		const struct cell *cell = mark_of(table, c);

		if (is_mark(cell))
			continue;
		mistake(draft->loader, M_MARK_UNKNOWN, cell->place, NULL,
			"`%.*s` is not a mark", SHOW(cell->text));
		return false;
	}
	return true;
}

static void output_in_constraints(struct draft *draft, const struct cell *mark)
{
	mistake(draft->loader, M_MARK_UNKNOWN, mark->place, "expected in or #",
		"a constraint has no output");
}

void read_outputs(struct draft *draft, struct draft_table *table)
{
	if (table->unsound || !read_hit_policy(draft, table) ||
	    !has_marks(draft, table)) {
		table->unsound = true;
		return;
	}
	for (size_t c = 1; c < table->grid->n_columns; c++) {
		const struct cell *mark = mark_of(table, c);

		if (text_equal(mark->text, "out") && table->constraints)
			output_in_constraints(draft, mark);
		else if (text_equal(mark->text, "out"))
			read_output(draft, table, c);
		else if (text_equal(mark->text, "#"))
			read_annotation(draft, table, c);
	}
	if (table->constraints) {
		need_annotation(draft, table, ANNOTATION_NOTE, "why");
		return;
	}
	need_annotation(draft, table, ANNOTATION_SOURCE, "source");
	need_annotation(draft, table, ANNOTATION_ID, "id");
	count_outputs(draft, table);
}

/* ---- Inputs ---- */

static void input_unknown(struct draft *draft, const struct cell *cell, struct text name)
{
	struct choices choices;

	choices_init(&choices, draft->loader, name);
	for (int i = 0; i < draft->edition.n_facts; i++)
		choices_add(&choices, draft->facts[i].key);
	for (int i = 0; i < draft->edition.n_derived; i++)
		choices_add(&choices, draft->derived[i].name);
	for (int t = 0; t < draft->edition.n_tables; t++)
		for (int o = 0; o < draft->tables[t].table.n_outputs; o++)
			choices_add(&choices,
				    loader_format(draft->loader, "%s.%s",
						  draft->tables[t].table.name,
						  draft->tables[t].table.outputs[o].name));
	mistake(draft->loader, M_INPUT_UNKNOWN, cell->place, choices_text(&choices),
		"no fact, derived fact or output is called `%.*s`", SHOW(name));
}

static bool find_output_subject(struct draft *draft, struct text name,
				struct subject *subject)
{
	struct text rest = name;
	struct text table_name;
	int table;
	int output;

	if (!text_cut(&rest, '.', &table_name) || rest.at == NULL)
		return false;
	table = find_table(draft, table_name);
	if (table < 0)
		return false;
	subject->kind = SUBJECT_OUTPUT;
	subject->index = (uint16_t)table;
	subject->unsound = draft->tables[table].unsound;
	output = find_output(&draft->tables[table].table, rest);
	if (output < 0)
		return subject->unsound;
	subject->output = (uint8_t)output;
	subject->unsound = (draft->tables[table].unsound_outputs >> output & 1) != 0;
	return true;
}

static bool find_subject(struct draft *draft, const struct draft_table *table,
			 struct text name, struct subject *subject)
{
	int index = find_fact(draft, name);

	if (index >= 0) {
		subject->kind = SUBJECT_FACT;
		subject->unsound = (draft->unsound_facts >> index & 1) != 0;
		subject->index = (uint16_t)index;
		return true;
	}
	index = find_derived(draft, name);
	if (index >= 0) {
		subject->kind = SUBJECT_DERIVED;
		subject->unsound = (draft->unsound_derived >> index & 1) != 0;
		subject->index = (uint16_t)index;
		return true;
	}
	return !table->constraints && find_output_subject(draft, name, subject);
}

/* What a table may not read: who attested something, and lists of periods. */
static void check_subject(struct draft *draft, struct subject *subject)
{
	const struct fact *fact = &draft->facts[subject->index];

	if (subject->kind != SUBJECT_FACT || subject->unsound)
		return;
	if (fact->class == FACT_EVIDENCE || fact->class == FACT_HIDDEN)
		mistake(draft->loader, M_INPUT_CLOSED, subject->place, NULL,
			"`%s` is of class %s, which no table may read", fact->key,
			fact->class == FACT_EVIDENCE ? "evidence" : "hidden");
	else if (fact->type == FACT_PERIODS)
		mistake(draft->loader, M_INPUT_TYPE, subject->place, NULL,
			"`%s` holds periods, which no cell can test", fact->key);
	else
		return;
	subject->unsound = true;
}

/* The values that a subject has by name: none for numbers and dates. */
static uint8_t subject_values(const struct draft *draft, const struct subject *subject,
			      const char *const **ret_values)
{
	const struct output *output;

	if (subject->kind == SUBJECT_DERIVED)
		return 0;
	if (subject->kind == SUBJECT_FACT) {
		*ret_values = draft->facts[subject->index].values;
		return draft->facts[subject->index].n_values;
	}
	output = &draft->tables[subject->index].table.outputs[subject->output];
	*ret_values = output->values;
	return output->n_values;
}

/* Allowed values of an input only repeat what it has, so that a reader sees it. */
static void check_allowed(struct draft *draft, const struct subject *subject,
			  const struct cell *cell)
{
	const char *const *values = NULL;
	struct text rest = cell->text;
	struct text piece;
	uint8_t n_values = subject_values(draft, subject, &values);
	uint64_t named = 0;

	if (cell->text.n == 0 || subject->unsound)
		return;
	while (text_cut(&rest, ',', &piece)) {
		uint8_t i = 0;

		while (i < n_values && !text_equal(piece, values[i]))
			i++;
		if (i == n_values) {
			mistake(draft->loader, M_ALLOWED_VALUES,
				piece_place(cell, piece), NULL,
				"`%s` has no value `%.*s`", subject->name, SHOW(piece));
			return;
		}
		named |= (uint64_t)1 << i;
	}
	for (uint8_t i = 0; i < n_values; i++)
		if ((named >> i & 1) == 0)
			mistake(draft->loader, M_ALLOWED_VALUES, cell->place, NULL,
				"the value `%s` of `%s` is not named", values[i],
				subject->name);
}

static bool is_read(const struct draft_table *table, const struct subject *subject)
{
	for (uint8_t i = 0; i < table->table.n_inputs; i++)
		if (strcmp(table->subjects[i].name, subject->name) == 0)
			return true;
	return false;
}

static void read_input(struct draft *draft, struct draft_table *table, size_t column)
{
	const struct cell *cell = &table->grid->header.cells[column];
	struct text name = without_backticks(cell->text);
	struct subject subject = { .place = cell->place, .column = column };

	subject.name = loader_text(draft->loader, name);
	check_name(draft, name, cell->place);
	if (name.n == cell->text.n)
		mistake(draft->loader, M_INPUT_NAME, cell->place, NULL,
			"`%.*s` stands without backticks", SHOW(name));
	if (!find_subject(draft, table, name, &subject)) {
		input_unknown(draft, cell, name);
		subject.unsound = true;
	} else if (is_read(table, &subject)) {
		mistake(draft->loader, M_INPUT_TWICE, cell->place, NULL,
			"a second column `%s`", subject.name);
	}
	if (table->table.n_inputs == INPUTS_MAX) {
		mistake(draft->loader, M_TOO_MANY, cell->place, NULL,
			"more than %d inputs", INPUTS_MAX);
		table->unsound = true;
		return;
	}
	check_subject(draft, &subject);
	if (!table->constraints)
		check_allowed(draft, &subject, allowed_of(table, column));
	table->subjects[table->table.n_inputs++] = subject;
}

void read_inputs(struct draft *draft, struct draft_table *table)
{
	if (table->unsound)
		return;
	for (size_t c = 1; c < table->grid->n_columns; c++)
		if (text_equal(mark_of(table, c)->text, "in"))
			read_input(draft, table, c);
}
