/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

struct subject subjects[SUBJECTS];
struct table tables[TABLES];
int n_facts, n_subjects, n_tables;

/*
 * Of canonical Markdown the lines of tables count, and the sections in which
 * they stand: "| a | b |" is two cells. Whether all is well formed is the loader's
 * to say; of what it lets through nothing is read in another way than it does.
 */
enum { LINES = 1 << 15, CELLS = 1 << 18, COLUMNS = 64, CELL_BYTES = 1001 };

static struct line {
	const char *section;
	const struct line *header;	/* of its table: the first line */
	unsigned number;		/* in the package */
	int n_cells;
	char **cells;
} lines[LINES];
static char *cells[CELLS], empty[1];
static int n_lines, n_cells;

/* Cuts a line into cells, without backticks and quotes. */
static const struct line *add_line(const char *section, const struct line *header,
				   char *text)
{
	struct line *line = &lines[n_lines++];
	char *to = text;

	need(n_lines < LINES && n_cells + COLUMNS < CELLS, "more than %d lines", LINES);
	*line = (struct line){ section, header == NULL ? line : header, cursor.line,
			       0, &cells[n_cells] };
	for (const char *from = text; *from != '\0'; from++)
		if (*from != '`' && *from != '"')
			*to++ = *from;
	*to = '\0';
	for (text += 2; (to = strstr(text, " |")) != NULL; text = to) {
		*to = '\0';
		need(line->n_cells < COLUMNS && to - text < CELL_BYTES,
		     "a cell too many, or too long");
		line->cells[line->n_cells++] = text;
		to += to[2] == '\0' ? 2 : 3;
	}
	n_cells += line->n_cells;
	need(line->n_cells > 0 && line->n_cells == line->header->n_cells,
	     "%d cells in a table of %d", line->n_cells, line->header->n_cells);
	return line->header;
}

void documents_read(const char *end)
{
	const struct line *header = NULL;
	const char *section = "";

	n_lines = n_cells = n_facts = n_subjects = n_tables = 0;
	while (cursor.at < end) {
		char *line = next_line();

		if (strncmp(line, "# ", 2) == 0 || strncmp(line, "## ", 3) == 0)
			section = line[1] == '#' ? line + 3 : "";
		if (strncmp(line, "| ", 2) == 0)
			header = add_line(section, header, line);
		else if (*line != '|')
			header = NULL;
	}
	need(cursor.at == end, "the documents do not end where their length says");
}

static void each_line(const char *section, void (*read)(const struct line *line))
{
	for (const struct line *line = lines; line < &lines[n_lines]; line++)
		if (line->header != line && strcmp(line->section, section) == 0) {
			cursor.line = line->number;
			read(line);
		}
}

/* The cell of a line below that header; an empty one without such a column. */
static char *below(const char *header, const struct line *line)
{
	int column = value_index(line->header->cells, line->n_cells, header);

	return column < 0 ? empty : line->cells[column];
}

/* ---- Words ---- */
int value_index(char *const *values, int n, const char *text)
{
	while (--n >= 0 && strcmp(values[n], text) != 0)
		;
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

bool is(const struct subject *subject, const char *type)
{
	return strcmp(subject->type, type) == 0;
}

static struct subject *add_subject(const char *name, const char *type, char *values)
{
	struct subject *s = &subjects[n_subjects];

	need(n_subjects < SUBJECTS && strlen(name) < NAME_BYTES &&
	     find_subject(name) == NULL, "one too many, or a second `%s`", name);
	n_subjects++;
	*s = (struct subject){ .type = type, .class = "", .direction = "" };
	strcpy(s->name, name);
	while (values != NULL && *values != '\0') {
		need(s->n_known < VALUES, "more than %d values", VALUES);
		values += *values == ' ';
		s->values[s->n_known++] = strsep(&values, ",");
	}
	s->n_values = s->n_known;
	return s;
}

/* A fact, or a derived one: of its expression all that counts is what it reads. */
static void read_subject(const struct line *line)
{
	static char no[] = "no", yes[] = "yes";
	bool fact = *below("key", line) != '\0';
	char *values = below("values", line), *dots = strstr(values, "..");
	char *rest = below("expression", line), *word;
	char *listed = dots == NULL ? values : empty;
	struct subject *s = add_subject(below(fact ? "key" : "name", line),
					below("type", line), listed);

	s->class = below("class", line);
	s->direction = below("direction", line);
	if (fact) {
		need(n_facts < FACTS, "more than %d facts", FACTS);
		s->facts = (uint64_t)1 << n_facts++;
		s->changes = strcmp(below("changes", line), "never") != 0 &&
			     strcmp(s->name, "age.group") != 0;
	}
	while ((word = strsep(&rest, " (),[]")) != NULL) {
		const struct subject *read = find_subject(word);

		s->facts |= read == NULL ? 0 : read->facts;
		s->changes = s->changes || strcmp(word, "decision.date") == 0 ||
			     (read != NULL && read->changes);
	}
	for (int i = 0; i < s->n_known; i++)
		s->proxy = s->proxy || tells(s->values[i], true);
	s->counted = dots != NULL || is(s, "date");
	if (is(s, "boolean")) {
		s->n_values = s->n_known = 2;
		s->values[0] = no;
		s->values[1] = yes;
	} else if (is(s, "date")) {
		s->low = 19000101;
		s->high = 21991231;
	} else if (dots != NULL) {
		*dots = '\0';
		s->low = number_in(values);
		s->high = number_in(dots + 2);
	}
}

/* Labels, questions and values as a person reads them. */
static void read_words(const struct line *line)
{
	static const char *const headers[] = { "label", "question", "en", "fr", "de",
					       "it" };
	struct subject *s = find_subject(below("key", line));

	for (int i = 0; s != NULL && i < 6; i++)
		s->proxy = s->proxy || tells(below(headers[i], line), false);
}

/* ---- Decision tables ---- */
static void add_output(struct table *table, const char *output, char *values)
{
	static char none[] = "none";
	char name[2 * CELL_BYTES];
	struct subject *s;

	need(table->n_outputs < OUTPUTS, "more than %d outputs", OUTPUTS);
	snprintf(name, sizeof(name), "%s.%s", table->name, output);
	s = add_subject(name, table->hit == 'C' ? "set" : "enumeration", values);
	s->table = table;
	s->output = table->n_outputs;
	for (int i = 0; i <= VALUES; i++)
		s->holds[i] = FALSE;
	if (table->hit != 'C')
		s->values[s->n_values++] = none;
	if (strcmp(output, "outcome") == 0)
		table->outcome = s;
	need(table->hit != 'C' || table->outcome == NULL, "an outcome that is collected");
	table->outputs[table->n_outputs++] = s;
}

/* The outputs of every table come before the inputs, which may name them. */
static void declare_table(const struct line *header)
{
	struct table *table = &tables[n_tables];
	const struct line *marks = header + (*header->cells[0] == 'n' ? 1 : 2);

	cursor.line = header->number;
	need(n_tables++ < TABLES && marks < &lines[n_lines] && marks->header == header,
	     "more than %d tables, or one without marks", TABLES);
	*table = (struct table){ .name = header->section, .hit = *header->cells[0],
				 .marks = marks };
	for (int c = 1; c < header->n_cells; c++)
		if (strcmp(marks->cells[c], "out") == 0)
			add_output(table, header->cells[c], header[1].cells[c]);
}

static bool is_explained(const char *id)
{
	bool explained = false;

	for (const struct line *line = lines; line < &lines[n_lines]; line++)
		if (strcmp(line->section, "Texts") == 0 &&
		    strcmp(below("id", line), id) == 0) {
			explained = true;
			for (int c = 0; c < line->n_cells; c++)
				explained = explained && *line->cells[c] != '\0';
		}
	return explained;
}

static void read_row(struct table *table, const struct line *line)
{
	struct row *row = &table->rows[table->n_rows];
	int n_outputs = 0;

	cursor.line = line->number;
	need(table->n_rows++ < ROWS, "more than %d rows", ROWS);
	row->id = below("id", line);
	row->reasoned = *below("source", line) != '\0' && is_explained(row->id);
	for (int c = 1; c < line->n_cells; c++) {
		const char *mark = table->marks->cells[c];
		char *cell = line->cells[c];
		bool blank = strcmp(cell, "-") == 0;

		if (strcmp(mark, "out") == 0) {
			const struct subject *s = table->outputs[n_outputs];
			int value = value_index(s->values, s->n_known, cell);

			need(value >= 0 || blank, "`%s` is no value of `%s`", cell,
			     s->name);
			row->result[n_outputs++] = value < 0 ? s->n_known : value;
		} else if (strcmp(mark, "in") == 0 && !blank) {
			struct subject *s = find_subject(line->header->cells[c]);

			need(s != NULL && row->n_tests < INPUTS &&
			     (table->hit != 'n' || s->table == NULL),
			     "nothing to read, or too much: %s",
			     line->header->cells[c]);
			row->tests[row->n_tests++] = read_cell(s, cell);
		}
	}
}

void subjects_read(void)
{
	each_line("Facts", read_subject);
	each_line("Questions", read_words);
	each_line("Values", read_words);
	each_line("Derived facts", read_subject);
	for (const struct line *line = lines; line < &lines[n_lines]; line++)
		if (line->header == line &&
		    (islower((unsigned char)*line->section) ||
		     strcmp(line->section, "Constraints") == 0))
			declare_table(line);
}

void tables_read(void)
{
	for (struct table *t = tables; t < &tables[n_tables]; t++)
		for (const struct line *line = t->marks + 1;
		     line < &lines[n_lines] && line->header == t->marks->header; line++)
			read_row(t, line);
	for (const struct subject *s = subjects; s < &subjects[n_subjects]; s++)
		need(s->table != NULL || s->unknown_read == (s->n_known < s->n_values),
		     "no cell reads whether `%s` is unknown", s->name);
}
