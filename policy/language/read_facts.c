/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"
#include "policy/testimony.h"

struct fact_row {
	struct draft *draft;
	struct fact fact;
	const struct cell *key;
	const struct cell *values;	/* NULL when empty */
	const struct cell *adverse;	/* likewise */
	bool good;
};

/* ---- Columns of the facts ---- */

static void read_key(struct loader *loader, const struct cell *cell, void *row)
{
	struct fact_row *reading = row;
	struct text key = cell->text;

	reading->key = cell;
	reading->fact.key = loader_text(loader, key);
	reading->fact.place = cell->place;
	check_name(reading->draft, key, cell->place);
	if (!name_is_plain(key, "._"))
		mistake(loader, M_NAME_FORM, cell->place,
			"lower-case words joined by `.` and `_`, at most 48 bytes",
			"`%.*s` is not the name of a fact", SHOW(key));
	else if (text_equal(key, "decision.date"))
		mistake(loader, M_NAME_RESERVED, cell->place, NULL,
			"`%.*s` means the date of decision", SHOW(key));
	else if (find_fact(reading->draft, key) >= 0)
		mistake(loader, M_NAME_TWICE, cell->place, NULL,
			"a second fact `%.*s`", SHOW(key));
}

static void read_type(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "boolean", FACT_BOOLEAN }, { "enumeration", FACT_ENUMERATION },
		{ "set", FACT_SET }, { "integer", FACT_INTEGER },
		{ "date", FACT_DATE }, { "duration", FACT_DURATION },
		{ "periods", FACT_PERIODS },
	};
	struct fact_row *reading = row;
	int value;

	reading->good = word_read(loader, cell, words, ARRAY_LENGTH(words), &value);
	if (reading->good)
		reading->fact.type = (enum fact_type)value;
}

static void read_values(struct loader *loader, const struct cell *cell, void *row)
{
	struct fact_row *reading = row;

	(void)loader;
	reading->values = cell;
}

static void read_class(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "ordinary", FACT_ORDINARY }, { "evidence", FACT_EVIDENCE },
		{ "hidden", FACT_HIDDEN }, { "testimony", FACT_TESTIMONY },
	};
	struct fact_row *reading = row;
	bool analysis = reading->draft->edition.kind == EDITION_ANALYSIS;
	size_t n_words = ARRAY_LENGTH(words) - !analysis;
	int value;

	if (!analysis && text_equal(cell->text, "testimony"))
		mistake(loader, M_TESTIMONY_CLASS, cell->place, NULL,
			"a fact of class testimony outside an analysis document");
	else if (word_read(loader, cell, words, n_words, &value))
		reading->fact.class = (enum fact_class)value;
}

/* What an analysis document calls testimony the prover must know as such. */
static void check_class(const struct fact_row *reading)
{
	if (reading->draft->edition.kind == EDITION_ANALYSIS &&
	    reading->fact.class != FACT_TESTIMONY &&
	    testimony_name(reading->fact.key) != NULL)
		mistake(reading->draft->loader, M_TESTIMONY_CLASS, reading->fact.place,
			"expected class testimony",
			"`%s` names testimony and is declared as something else",
			reading->fact.key);
}

static void read_direction(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "+", DIRECTION_FAVOURABLE }, { "N", DIRECTION_NEUTRAL },
		{ "A", DIRECTION_ADVERSE },
	};
	struct fact_row *reading = row;
	int value;

	if (word_read(loader, cell, words, ARRAY_LENGTH(words), &value))
		reading->fact.direction = (enum fact_direction)value;
}

static void read_sensitivity(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "0", 0 }, { "1", 1 }, { "2", 2 }, { "3", 3 },
	};
	struct fact_row *reading = row;
	int value;

	if (word_read(loader, cell, words, ARRAY_LENGTH(words), &value))
		reading->fact.sensitivity = (uint8_t)value;
}

static void read_ask(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "register", ASK_REGISTER }, { "file", ASK_FILE },
		{ "supporter", ASK_SUPPORTER }, { "professional", ASK_PROFESSIONAL },
		{ "adviser", ASK_ADVISER }, { "person", ASK_PERSON },
	};
	struct fact_row *reading = row;
	int value;

	if (word_read(loader, cell, words, ARRAY_LENGTH(words), &value))
		reading->fact.ask = (enum fact_ask)value;
}

static void read_changes(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "never", CHANGES_NEVER }, { "time", CHANGES_TIME },
		{ "others", CHANGES_OTHERS }, { "person", CHANGES_PERSON },
	};
	struct fact_row *reading = row;
	int value;

	if (word_read(loader, cell, words, ARRAY_LENGTH(words), &value))
		reading->fact.changes = (enum fact_changes)value;
}

static void read_stage(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = {
		{ "I", STAGE_FIRST }, { "R", STAGE_RENEWAL }, { "P", STAGE_PERMANENT },
	};
	struct fact_row *reading = row;
	struct text rest = cell->text;
	struct text piece;

	while (text_cut(&rest, ' ', &piece)) {
		struct cell letter = *cell;
		int value;

		letter.text = piece;
		letter.place = piece_place(cell, piece);
		if (piece.n > 0 &&
		    word_read(loader, &letter, words, ARRAY_LENGTH(words), &value))
			reading->fact.stages |= (uint8_t)value;
	}
}

static void read_core(struct loader *loader, const struct cell *cell, void *row)
{
	static const struct word words[] = { { "no", false }, { "yes", true } };
	struct fact_row *reading = row;
	int value;

	if (word_read(loader, cell, words, ARRAY_LENGTH(words), &value))
		reading->fact.core = value != 0;
}

/* ---- Values ---- */

static bool value_is_reserved(struct text value)
{
	static const char *const reserved[] = {
		"unknown", "declined", "not", "all", "only",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(reserved); i++)
		if (text_equal(value, reserved[i]))
			return true;
	return false;
}

static void add_value(struct fact_row *reading, const struct cell *cell,
		      struct text value)
{
	struct loader *loader = reading->draft->loader;
	struct fact *fact = &reading->fact;
	struct place place = piece_place(cell, value);
	bool neutral = fact->type == FACT_PERIODS && value.n > 0 &&
		       value.at[value.n - 1] == '!';

	value.n -= neutral;
	check_word(reading->draft, value, place);
	if (!name_is_plain(value, "_-")) {
		mistake(loader, M_VALUES_FORM, place,
			"lower-case words joined by `_`, separated by commas",
			"`%.*s` is not the name of a value", SHOW(value));
	} else if (value_is_reserved(value) ||
		   (fact->type != FACT_ENUMERATION && text_equal(value, "none"))) {
		mistake(loader, M_NAME_RESERVED, place, NULL,
			"`%.*s` has a meaning of its own", SHOW(value));
	} else if (find_value(fact, value) >= 0) {
		mistake(loader, M_VALUE_TWICE, place, NULL, "`%.*s` is listed twice",
			SHOW(value));
	} else if (fact->n_values == VALUES_MAX) {
		mistake(loader, M_TOO_MANY_VALUES, place, NULL,
			"more than %d values", VALUES_MAX);
	} else {
		fact->neutral_kinds |= (uint64_t)neutral << fact->n_values;
		fact->values[fact->n_values++] = loader_text(loader, value);
	}
}

static void add_values(struct fact_row *reading)
{
	struct text rest;
	struct text value;

	if (reading->values == NULL) {
		mistake(reading->draft->loader, M_VALUES_MISSING, reading->fact.place,
			NULL, "`%s` has no values", reading->fact.key);
		return;
	}
	rest = reading->values->text;
	while (text_cut(&rest, ',', &value))
		add_value(reading, reading->values, value);
}

static bool range_wrong(struct loader *loader, const struct cell *cell)
{
	mistake(loader, M_VALUES_FORM, cell->place,
		"a range with its unit, as in 0..20 children",
		"`%.*s` is not a range", SHOW(cell->text));
	return false;
}

bool read_range(struct loader *loader, const struct cell *cell, int64_t *ret_minimum,
		int64_t *ret_maximum, struct text *ret_unit)
{
	struct text rest = cell->text;
	struct text range;
	struct text low;
	size_t dots = 0;

	if (!text_cut(&rest, ' ', &range))
		return range_wrong(loader, cell);
	while (dots + 1 < range.n && memcmp(range.at + dots, "..", 2) != 0)
		dots++;
	low = (struct text){ range.at, dots };
	if (dots + 2 > range.n || !text_number(low, ret_minimum) ||
	    !text_number((struct text){ range.at + dots + 2, range.n - dots - 2 },
			 ret_maximum) || *ret_minimum > *ret_maximum)
		return range_wrong(loader, cell);
	*ret_unit = rest.at == NULL ? text_of("") : text_trim(rest);
	if (ret_unit->n > 0 && !name_is_plain(*ret_unit, "_-"))
		return range_wrong(loader, cell);
	return true;
}

static void add_duration_unit(struct fact_row *reading, struct text unit)
{
	static const struct word units[] = {
		{ "days", DURATION_DAYS }, { "months", DURATION_MONTHS },
		{ "years", DURATION_YEARS },
	};
	struct loader *loader = reading->draft->loader;
	struct fact *fact = &reading->fact;

	fact->unit = NULL;
	if (fact->minimum < 0 || fact->maximum > DURATION_COUNT_MAX)
		mistake(loader, M_VALUES_FORM, reading->values->place,
			"a range within 0..10000", "a duration out of all bounds");
	for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
		if (!text_equal(unit, units[i].text))
			continue;
		fact->duration_unit = (enum duration_unit)units[i].value;
		return;
	}
	mistake(loader, M_VALUES_FORM, reading->values->place,
		"days, months or years after the range", "a duration without its unit");
}

static void add_range(struct fact_row *reading)
{
	struct loader *loader = reading->draft->loader;
	struct fact *fact = &reading->fact;
	struct text unit;

	if (reading->values == NULL) {
		mistake(loader, M_VALUES_MISSING, fact->place,
			"a range, as in 0..20 children", "`%s` has no range", fact->key);
		return;
	}
	if (!read_range(loader, reading->values, &fact->minimum, &fact->maximum, &unit))
		return;
	if (fact->type == FACT_DURATION)
		add_duration_unit(reading, unit);
	else if (unit.n > 0)
		fact->unit = loader_text(loader, unit);
}

static void no_values(struct fact_row *reading)
{
	if (reading->values != NULL)
		mistake(reading->draft->loader, M_VALUES_FORM, reading->values->place,
			"an empty cell", "values for a type that has none of its own");
}

static void interpret_values(struct fact_row *reading)
{
	struct fact *fact = &reading->fact;

	switch (fact->type) {
	case FACT_BOOLEAN:
		no_values(reading);
		fact->n_values = 2;
		fact->values[0] = "no";
		fact->values[1] = "yes";
		fact->value_labels[0] = (struct texts){ { "no", "non", "nein", "no" } };
		fact->value_labels[1] = (struct texts){ { "yes", "oui", "ja", "sì" } };
		break;
	case FACT_ENUMERATION:
	case FACT_SET:
	case FACT_PERIODS:
		add_values(reading);
		break;
	case FACT_INTEGER:
	case FACT_DURATION:
		add_range(reading);
		break;
	case FACT_DATE:
		no_values(reading);
		fact->minimum = DAY_MIN;
		fact->maximum = DAY_MAX;
		break;
	}
}

static void interpret_adverse(struct fact_row *reading)
{
	struct loader *loader = reading->draft->loader;
	const struct cell *cell = reading->adverse;
	struct fact *fact = &reading->fact;
	struct text rest;
	struct text value;

	if (cell == NULL)
		return;
	if (fact->direction != DIRECTION_ADVERSE) {
		mistake(loader, M_ADVERSE_LIST, cell->place, NULL,
			"adverse values for a fact that may not count against anyone");
		return;
	}
	rest = cell->text;
	while (text_cut(&rest, ',', &value)) {
		int i = find_value(fact, value);

		if (i < 0)
			mistake(loader, M_ADVERSE_LIST, piece_place(cell, value), NULL,
				"`%.*s` is not a value of `%s`", SHOW(value), fact->key);
		else
			fact->adverse_values |= (uint64_t)1 << i;
	}
}

static void read_adverse(struct loader *loader, const struct cell *cell, void *row)
{
	struct fact_row *reading = row;

	(void)loader;
	reading->adverse = cell;
}

static const struct column fact_columns[] = {
	{ "key", true, read_key },
	{ "type", true, read_type },
	{ "values", false, read_values },
	{ "class", true, read_class },
	{ "direction", true, read_direction },
	{ "adverse", false, read_adverse },
	{ "sensitivity", true, read_sensitivity },
	{ "ask", true, read_ask },
	{ "changes", true, read_changes },
	{ "stage", true, read_stage },
	{ "core", true, read_core },
};

static void read_fact(struct draft *draft, const struct columns *columns,
		      const struct line *line, bool own)
{
	struct fact_row reading = { .draft = draft, .fact = { .slot = 255, .own = own } };
	size_t n_mistakes = mistakes(draft->loader);

	(void)columns_read(draft->loader, columns, line, &reading);
	if (reading.fact.key == NULL)
		return;
	check_class(&reading);
	if (reading.good) {
		interpret_values(&reading);
		interpret_adverse(&reading);
	}
	if (draft->edition.n_facts == FACTS_MAX) {
		mistake(draft->loader, M_TOO_MANY, line->place, NULL,
			"more than %d facts", FACTS_MAX);
		return;
	}
	if (mistakes(draft->loader) > n_mistakes)
		draft->unsound_facts |= (uint64_t)1 << draft->edition.n_facts;
	draft->facts[draft->edition.n_facts++] = reading.fact;
}

static void read_fact_grid(struct draft *draft, const struct grid *grid, bool own)
{
	struct columns columns;

	if (!columns_find(draft->loader, grid, fact_columns, ARRAY_LENGTH(fact_columns),
			  &columns))
		return;
	for (size_t i = 0; i < grid->n_lines; i++)
		read_fact(draft, &columns, &grid->lines[i], own);
}

void read_facts(struct draft *draft, bool own)
{
	const struct section *section = draft_section(draft, "Facts");
	uint16_t n_before = draft->edition.n_facts;
	const struct block *block = NULL;

	if (section == NULL && !own)
		mistake(draft->loader, M_TABLE_MISSING, (struct place){ 1, 1, 1 }, NULL,
			"the vocabulary has no section `Facts`");
	while (section != NULL && (block = section_grid(section, block)) != NULL)
		read_fact_grid(draft, block->grid, own);
	read_fact_texts(draft, n_before);
}
