/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

struct subject subjects[SUBJECTS];
struct table tables[TABLES];
int n_facts, n_subjects, n_tables;

/* ---- Canonical Markdown: a table is its lines, "| a | b |" two cells ---- */
enum { GRIDS = 512, CELLS = 1 << 17 };

static struct grid {		/* line 0 is the header, 1 the dashes */
	const char *section;
	int n_columns, n_lines;
	unsigned line;		/* of the header, in the package */
	char **cells;
} grids[GRIDS];
static char *cells[CELLS], empty[1];
static int n_grids, n_cells;

void tables_begin(void)
{
	n_grids = n_cells = n_facts = n_subjects = n_tables = 0;
}

/* Cuts a line into cells, without backslashes before bars, backticks and quotes. */
static int split_line(char *at)
{
	int n = 0;

	for (at++; *at != '\0'; n++, at++) {
		char *start = at += *at == ' ', *to = at;

		for (; *at != '|' && *at != '\0'; at++) {
			at += *at == '\\' && at[1] != '\0';
			if (*at != '`' && *at != '"')
				*to++ = *at;
		}
		need(*at == '|', "this line does not end with a bar");
		to[to > start && to[-1] == ' ' ? -1 : 0] = '\0';
		need(n < COLUMNS && n_cells < CELLS && to - start < CELL_BYTES,
		     "too many cells, or one that is too long");
		cells[n_cells++] = start;
	}
	return n;
}

void read_document(size_t n_bytes)
{
	const char *section = "", *end = cursor.at + n_bytes;
	struct grid *grid = NULL;

	while (cursor.at < end) {
		char *line = next_line();
		int first = n_cells, n;

		if (strncmp(line, "## ", 3) == 0)
			section = line + 3;
		if (*line != '|') {
			grid = NULL;
			continue;
		}
		n = split_line(line);
		if (grid == NULL) {
			need(n_grids < GRIDS, "more than %d tables", GRIDS);
			grid = &grids[n_grids++];
			*grid = (struct grid){ section, n, 0, cursor.line, &cells[first] };
		}
		grid->n_lines++;
		need(n > 0 && n == grid->n_columns, "%d cells in a table of %d", n,
		     grid->n_columns);
	}
	need(cursor.at == end, "the document does not end where its length says");
}

/* A cell. What is refused after this is refused in its line. */
static char *grid_cell(const struct grid *grid, int line, int column)
{
	cursor.line = grid->line + (unsigned)line;
	return grid->cells[line * grid->n_columns + column];
}

/* The cell of a line below that header; an empty one without such a column. */
static char *below(const char *header, const struct grid *grid, int line)
{
	int column = value_index(grid->cells, grid->n_columns, header);

	return column < 0 ? empty : grid_cell(grid, line, column);
}

static void each_line(const char *section, void (*read)(const struct grid *, int))
{
	for (int i = 0; i < n_grids; i++)
		for (int line = 2; line < grids[i].n_lines; line++)
			if (strcmp(grids[i].section, section) == 0)
				read(&grids[i], line);
}

/* ---- Words ---- */
int value_index(char *const *values, int n, const char *text)
{
	while (--n >= 0 && strcmp(values[n], text) != 0)
		;
	return n;
}

static int split_list(char *text, char *values[VALUES])
{
	int n = 0;

	for (char *rest = *text == '\0' ? NULL : text; rest != NULL; n++) {
		need(n < VALUES, "more than %d values", VALUES);
		rest += *rest == ' ';
		values[n] = strsep(&rest, ",");
		need(strlen(values[n]) < VALUE_BYTES, "a value is too long");
	}
	return n;
}

/*
 * What is never asked: beginnings of words in four languages, without accents,
 * and whole words where a space follows. Those behind the bar count in names.
 */
static const char never_asked[] =
	" testif, testimon, witness, cooperat, co operat, prosecut, police, trial ,"
	" trials , court case, criminal proceeding, law enforcement, temoign, temoin,"
	" cooper, collabor, poursuite, proces penal, procedure penale, plainte,"
	" ministere public, procureur, aussag, zeug, kooper, mitwirk, strafverfahren,"
	" strafprozess, strafanzeige, anzeige, prozess, polizei, staatsanwalt, denunc,"
	" procedimento penale, processo penale, procura , procuratore, polizia|"
	" lea , investigat, charges, charged, proceeding, convict, acquit, complaint,"
	" gave statement, gave evidence, refused reasonable request, presence needed,"
	" court , hearing, referred by, enquete, instruction penale, condamn, inculp,"
	" tribunal, ermittl, anklage, verurteil, gericht, indagin, inchiesta, condann,"
	" querela";

bool tells(const char *text, bool name)
{
	static const char latin[] = "aaaaaaaceeeeiiiidnooooo ouuuuypsaaaaaaaceeeeiiii"
				    "dnooooo ouuuuypy";
	char folded[CELL_BYTES + 2] = " ", stem[40];
	size_t n = 1, length;

	for (; *text != '\0' && n < CELL_BYTES; text++) {
		bool accent = (unsigned char)*text == 0xc3 && text[1] != '\0';
		char c = accent ? latin[*++text & 0x3f] : *text;

		folded[n] = c > 0 && isalpha(c) ? (char)tolower(c) : ' ';
		n += folded[n] != ' ' || folded[n - 1] != ' ';
	}
	memcpy(&folded[n], " ", 2);
	for (const char *at = never_asked;; at += length + 1) {
		length = strcspn(at, ",|");
		snprintf(stem, sizeof(stem), "%.*s", (int)length, at);
		if (strstr(folded, stem) != NULL)
			return true;
		if (at[length] == '\0' || (at[length] == '|' && !name))
			return false;
	}
}

/* ---- Facts and derived facts ---- */
struct subject *find_subject(const char *name)
{
	for (int i = 0; i < n_subjects; i++)
		if (strcmp(subjects[i].name, name) == 0)
			return &subjects[i];
	return NULL;
}

static struct subject *add_subject(const char *before, const char *name)
{
	struct subject *s = &subjects[n_subjects];

	need(n_subjects < SUBJECTS && strlen(before) + strlen(name) < NAME_BYTES,
	     "a fact or an output too many, or its name is too long");
	*s = (struct subject){ .direction = empty };
	memset(s->level, -1, sizeof(s->level));
	snprintf(s->name, sizeof(s->name), "%s%s", before, name);
	need(find_subject(s->name) == NULL, "a second `%s`", s->name);
	n_subjects++;
	return s;
}

static struct subject *read_subject(const struct grid *grid, int line, const char *header)
{
	static const char *const types[] = { "boolean", "enumeration", "set", "integer",
					     "date", "duration", "periods" };
	static char no[] = "no", yes[] = "yes";
	struct subject *s = add_subject("", below(header, grid, line));
	char *type = below("type", grid, line), *values = below("values", grid, line);

	while (s->type < PERIODS && strcmp(types[s->type], type) != 0)
		s->type++;
	if (s->type == BOOLEAN) {
		s->n_values = 2;
		s->values[0] = no;
		s->values[1] = yes;
	} else if (s->type == DATE) {
		s->low = 19000101;
		s->high = 21991231;
	} else if (s->type == INTEGER || s->type == DURATION) {
		need(sscanf(values, "%9" SCNd64 "..%9" SCNd64 " %c", &s->low, &s->high,
			    &s->unit) >= 2 && s->low <= s->high, "`%s` is no range", values);
		s->unit = (char)toupper(s->unit);
	} else {
		s->n_values = split_list(values, s->values);
	}
	return s;
}

static void read_fact(const struct grid *grid, int line)
{
	struct subject *s = read_subject(grid, line, "key");

	need(n_facts < FACTS, "more than %d facts", FACTS);
	s->facts = (uint64_t)1 << n_facts++;
	s->class = below("class", grid, line);
	s->direction = below("direction", grid, line);
	for (int i = 0; i < s->n_values; i++)
		s->proxy = s->proxy || tells(s->values[i], true);
}

/* Labels, questions and values as a person reads them. */
static void read_words(const struct grid *grid, int line)
{
	static const char *const headers[] = { "label", "question", "en", "fr", "de",
					       "it" };
	struct subject *s = find_subject(below("key", grid, line));

	for (int i = 0; s != NULL && i < 6; i++)
		s->proxy = s->proxy || tells(below(headers[i], grid, line), false);
}

/* An expression is opaque; all that counts is which facts it reads. */
static void read_derived(const struct grid *grid, int line)
{
	struct subject *s = read_subject(grid, line, "name");
	const char *at = below("expression", grid, line);
	char name[CELL_BYTES];

	while (*at != '\0') {
		size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_.");
		const struct subject *read;

		snprintf(name, sizeof(name), "%.*s", (int)n, at);
		read = find_subject(name);
		s->facts |= read == NULL ? 0 : read->facts;
		at += *at == '[' ? strcspn(at, "]") : n + (n == 0);
	}
}

/* ---- Decision tables ---- */
static void add_output(struct table *table, const char *name, char *values)
{
	char before[CELL_BYTES];
	struct subject *s;

	need(table->n_outputs < OUTPUTS, "more than %d outputs", OUTPUTS);
	snprintf(before, sizeof(before), "%s.", table->name);
	s = add_subject(before, name);
	s->type = table->hit == 'C' ? SET : ENUMERATION;
	s->table = table;
	s->output = table->n_outputs;
	s->n_values = split_list(values, s->values);
	if (strcmp(name, "outcome") == 0)
		table->outcome = s->output;
	need(s->type != SET || (s->n_values <= 30 && table->outcome < 0),
	     "a table that collects more than 30 values, or an outcome");
	table->outputs[table->n_outputs++] = s;
}

const char *cell(const struct table *table, int row, int column)
{
	return grid_cell(table->grid, table->first + row, column);
}

/* The outputs of every table come before the inputs, which may name them. */
static void declare_table(struct grid *grid)
{
	struct table *table = &tables[n_tables];
	bool never = strcmp(grid->section, "Constraints") == 0;

	if (!never && (strlen(grid->cells[0]) != 1 || !strchr("UAPCF", *grid->cells[0])))
		return;
	*table = (struct table){ .name = grid->section, .grid = grid, .outcome = -1,
				 .hit = never ? 'N' : *grid->cells[0],
				 .first = never ? 3 : 4 };
	table->n_rows = grid->n_lines - table->first;
	cursor.line = grid->line;
	need(n_tables++ < TABLES && table->n_rows >= 0 && table->n_rows <= ROWS,
	     "a table too many, or with too many rows, or without its marks");
	for (int c = 1; c < grid->n_columns; c++)
		if (strcmp(cell(table, -1, c), "out") == 0) {
			table->out[table->n_outputs % OUTPUTS] = c;
			add_output(table, grid_cell(grid, 0, c), grid_cell(grid, 2, c));
		}
}

static void read_inputs(struct table *table)
{
	for (int c = 1; c < table->grid->n_columns; c++) {
		struct subject *s = find_subject(grid_cell(table->grid, 0, c));

		if (strcmp(cell(table, -1, c), "in") != 0)
			continue;
		need(s != NULL && s->type != PERIODS && table->n_inputs < INPUTS,
		     "`%s` is nothing to read, or one too many", cell(table, -table->first, c));
		s->read = true;
		table->in[table->n_inputs] = c;
		table->inputs[table->n_inputs++] = s;
		for (int row = 0; row < table->n_rows; row++)
			read_cell(s, cell(table, row, c));
	}
}

int output_value(const struct table *table, int row, int output)
{
	const struct subject *s = table->outputs[output];
	const char *text = cell(table, row, table->out[output]);
	int value = value_index(s->values, s->n_values, text);

	need(value >= 0 || strcmp(text, "-") == 0, "`%s` is no value", text);
	return value < 0 ? NONE : value;
}

const char *row_id(const struct table *table, int row)
{
	return below("id", table->grid, table->first + row);
}

bool is_reasoned(const struct table *table, int row)
{
	const char *id = row_id(table, row);
	bool explained = false;

	for (int i = 0; i < n_grids; i++)
		for (int line = 2; line < grids[i].n_lines; line++)
			if (strcmp(grids[i].section, "Texts") == 0 &&
			    strcmp(below("id", &grids[i], line), id) == 0)
				explained = *below("en", &grids[i], line) &&
					    *below("fr", &grids[i], line) &&
					    *below("de", &grids[i], line) &&
					    *below("it", &grids[i], line);
	return explained && *below("source", table->grid, table->first + row);
}

void tables_read(void)
{
	each_line("Facts", read_fact);
	each_line("Questions", read_words);
	each_line("Values", read_words);
	each_line("Derived facts", read_derived);
	for (int i = 0; i < n_grids; i++)
		declare_table(&grids[i]);
	for (int t = 0; t < n_tables; t++)
		read_inputs(&tables[t]);
}
