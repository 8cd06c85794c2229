/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/naive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void naive_fail(const char *what, const char *text)
{
	fprintf(stderr, "naive: expected %s at: %s\n", what, text);
	abort();
}

/* ---- Reading the documents ---- */

static char *trim(char *text)
{
	size_t n;

	text += strspn(text, " \t");
	n = strlen(text);
	while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL)
		text[--n] = '\0';
	return text;
}

/* Backticks around a name, quotes around a value. */
static char *plain(char *text)
{
	size_t n = strlen(text);

	if (n < 2 || (text[0] != '`' && text[0] != '"') || text[n - 1] != text[0])
		return text;
	text[n - 1] = '\0';
	return text + 1;
}

/* Cuts a line `| a | b |` into its cells, in place. */
static size_t split(char *line, char *cells[NAIVE_COLUMNS])
{
	size_t n = 0;
	char *from = strchr(line, '|') + 1;

	for (char *at = from; *at != '\0'; at++) {
		if (at[0] == '\\' && at[1] == '|') {
			memmove(at, at + 1, strlen(at));
			continue;
		}
		if (*at != '|')
			continue;
		if (n == NAIVE_COLUMNS)
			naive_fail("fewer columns", line);
		*at = '\0';
		cells[n++] = trim(from);
		from = at + 1;
	}
	return n;
}

/* Which table of the document the lines belong to. */
enum shape { OTHER, FACTS, DERIVED, NEVER, DECISION };

struct reading {
	struct naive_policy *policy;
	const char *section;
	enum shape shape;
	size_t line;	/* of the table, the header is 0 */
	struct naive_table *table;
};

static enum shape shape_of(char *const *cells, size_t n)
{
	if (n < 3)
		return OTHER;
	if (strcmp(cells[0], "key") == 0 && strcmp(cells[1], "type") == 0)
		return FACTS;
	if (strcmp(cells[0], "name") == 0 && strcmp(cells[1], "type") == 0)
		return DERIVED;
	if (strcmp(cells[0], "never") == 0)
		return NEVER;
	return strlen(cells[0]) == 1 && strchr("UAPCF", cells[0][0]) != NULL ? DECISION :
									       OTHER;
}

static void begin_table(struct reading *reading, char **cells, size_t n)
{
	struct naive_policy *policy = reading->policy;

	reading->shape = shape_of(cells, n);
	reading->table = reading->shape == NEVER ? &policy->constraints : NULL;
	if (reading->shape == DECISION) {
		reading->table = &policy->tables[policy->n_tables++];
		reading->table->name = reading->section;
		reading->table->hit = cells[0][0];
	}
	if (reading->table == NULL)
		return;
	reading->table->n_columns = n;
	for (size_t i = 0; i < n; i++)
		reading->table->heads[i] = plain(cells[i]);
}

static void add_row(struct reading *reading, char **cells, size_t n)
{
	struct naive_table *table = reading->table;
	/* constraints have no line of allowed values */
	size_t first = reading->shape == NEVER ? 3 : 4;

	if (n != table->n_columns)
		naive_fail("as many cells as the header", cells[0]);
	for (size_t i = 0; i < n; i++) {
		if (reading->line >= first)
			table->cells[table->n_rows][i] = cells[i];
		else if (reading->line == first - 1)
			table->marks[i] = cells[i];
		else
			table->allowed[i] = cells[i];
	}
	if (reading->line >= first)
		table->n_rows++;
}

static void read_line(struct reading *reading, char *line)
{
	struct naive_policy *policy = reading->policy;
	char *cells[NAIVE_COLUMNS];
	size_t n = split(line, cells);

	if (reading->line == 0)
		begin_table(reading, cells, n);
	else if (reading->line > 1 && reading->shape == FACTS)
		policy->facts[policy->n_facts++] =
			(struct naive_fact){ cells[0], cells[1], cells[2] };
	else if (reading->line > 1 && reading->shape == DERIVED)
		policy->derived[policy->n_derived++] = (struct naive_derived){
			cells[0], cells[1], cells[2], cells[3]
		};
	else if (reading->line > 1 && reading->table != NULL)
		add_row(reading, cells, n);
	reading->line++;
}

static void read_document(struct naive_policy *policy, char *text)
{
	struct reading reading = { .policy = policy, .section = "" };
	char *next;

	for (char *line = text; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (line[0] == '|') {
			read_line(&reading, line);
			continue;
		}
		reading.line = 0;
		if (strncmp(line, "## ", 3) == 0)
			reading.section = trim(line + 3);
	}
}

struct naive_policy *naive_read(const char *vocabulary, const char *policy)
{
	struct naive_policy *p = calloc(1, sizeof(*p));

	if (p == NULL)
		abort();
	p->texts[0] = strdup(vocabulary);
	p->texts[1] = strdup(policy);
	read_document(p, p->texts[0]);
	read_document(p, p->texts[1]);
	return p;
}

void naive_free(struct naive_policy *policy)
{
	free(policy->texts[0]);
	free(policy->texts[1]);
	free(policy);
}

const struct naive_fact *naive_find_fact(const struct naive_policy *policy,
					 const char *key)
{
	for (size_t i = 0; i < policy->n_facts; i++)
		if (strcmp(policy->facts[i].key, key) == 0)
			return &policy->facts[i];
	return NULL;
}

const struct naive_derived *naive_find_derived(const struct naive_policy *policy,
					       const char *name)
{
	for (size_t i = 0; i < policy->n_derived; i++)
		if (strcmp(policy->derived[i].name, name) == 0)
			return &policy->derived[i];
	return NULL;
}

const struct naive_table *naive_find_table(const struct naive_policy *policy,
					   const char *name, size_t n)
{
	for (size_t i = 0; i < policy->n_tables; i++)
		if (strlen(policy->tables[i].name) == n &&
		    strncmp(policy->tables[i].name, name, n) == 0)
			return &policy->tables[i];
	return NULL;
}

/* ---- Cells ---- */

/* What a cell is held against. */
struct seen {
	const char *type;	/* of the fact; "name" or "set" of an output */
	char text[NAIVE_TEXT];
	bool not_known;
};

static bool is_number(const char *type)
{
	return strcmp(type, "integer") == 0 || strcmp(type, "date") == 0 ||
	       strcmp(type, "duration") == 0;
}

static int as_number(const char *type, const char *text)
{
	if (strcmp(type, "date") == 0)
		return naive_day(text);
	return atoi(text + (strcmp(type, "duration") == 0));
}

static bool holds(const char *set, const char *element)
{
	char wanted[NAIVE_TEXT + 2], padded[NAIVE_TEXT + 4];

	snprintf(wanted, sizeof(wanted), " %s,", element);
	snprintf(padded, sizeof(padded), " %s,", set);
	return strstr(padded, wanted) != NULL;
}

static bool compares(const struct seen *seen, const char *item)
{
	int value = as_number(seen->type, seen->text);
	char symbol = item[0];
	bool or_equal = item[1] == '=';
	int limit = as_number(seen->type, item + 1 + or_equal +
						  strspn(item + 1 + or_equal, " "));

	if (value == limit)
		return or_equal;
	return symbol == '<' ? value < limit : value > limit;
}

static bool lies_between(const struct seen *seen, const char *item)
{
	int value = as_number(seen->type, seen->text);
	const char *dots = strstr(item, "..");
	int low = as_number(seen->type, item + 1 + strspn(item + 1, " "));
	int high = as_number(seen->type, dots + 2 + strspn(dots + 2, " "));

	if (value == low)
		return item[0] == '[' && (value < high || item[strlen(item) - 1] == ']');
	if (value == high)
		return item[strlen(item) - 1] == ']';
	return low < value && value < high;
}

static bool item_matches(const struct seen *seen, char *item)
{
	if (strcmp(item, "unknown") == 0)
		return seen->not_known;
	if (seen->not_known)
		return false;
	if (is_number(seen->type)) {
		if (item[0] == '<' || item[0] == '>')
			return compares(seen, item);
		if (item[0] == '[' || item[0] == '(')
			return lies_between(seen, item);
		return as_number(seen->type, seen->text) == as_number(seen->type, item);
	}
	item = plain(item);
	if (strcmp(seen->type, "set") == 0)
		return strcmp(item, "none") == 0 ? strcmp(seen->text, "none") == 0 :
						   holds(seen->text, item);
	return strcmp(seen->text, item) == 0;
}

static bool some_matches(const struct seen *seen, char *items, size_t *ret_n,
			 size_t *ret_n_matching)
{
	*ret_n = *ret_n_matching = 0;
	for (char *item = strtok(items, ","); item != NULL; item = strtok(NULL, ",")) {
		++*ret_n;
		*ret_n_matching += item_matches(seen, trim(item));
	}
	return *ret_n_matching > 0;
}

static size_t n_elements(const char *set)
{
	size_t n = 1;

	for (; *set != '\0'; set++)
		n += *set == ',';
	return n;
}

static bool cell_matches(const struct seen *seen, const char *cell)
{
	char text[NAIVE_TEXT * 2];
	char *open, *close;
	size_t n, n_matching;

	if (strcmp(cell, "-") == 0)
		return true;
	snprintf(text, sizeof(text), "%s", cell);
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (open == NULL || open == text || strspn(text, "notaly") < (size_t)(open - text))
		return some_matches(seen, text, &n, &n_matching);
	/* not(...), all(...), only(...), perhaps with `, unknown` behind */
	if (strstr(close, "unknown") != NULL && seen->not_known)
		return true;
	*open++ = *close = '\0';
	if (seen->not_known)
		return false;
	some_matches(seen, open, &n, &n_matching);
	if (strcmp(text, "not") == 0)
		return n_matching == 0;
	if (strcmp(text, "all") == 0)
		return n_matching == n;
	return strcmp(seen->text, "none") == 0 || n_matching == n_elements(seen->text);
}

/* ---- Tables ---- */

struct work {
	const struct naive_policy *policy;
	const struct naive_case *c;
	struct naive_result *result;
	bool done[NAIVE_TABLES];
	bool noted[NAIVE_TABLES];
	bool taken[NAIVE_TABLES][NAIVE_ROWS];
	char outputs[NAIVE_TABLES][NAIVE_COLUMNS][NAIVE_TEXT];
	const char *written[NAIVE_TABLES][NAIVE_COLUMNS];
};

static size_t evaluate(struct work *work, const struct naive_table *table);

static void look_up(struct work *work, const char *name, struct seen *seen)
{
	const struct naive_policy *policy = work->policy;
	const struct naive_fact *fact = naive_find_fact(policy, name);
	const struct naive_derived *derived = naive_find_derived(policy, name);
	const struct naive_table *table;
	const char *dot = strchr(name, '.');
	size_t t;

	seen->not_known = false;
	seen->text[0] = '\0';
	if (fact != NULL) {
		seen->type = fact->type;
		seen->not_known = work->c->not_known[fact - policy->facts];
		snprintf(seen->text, NAIVE_TEXT, "%s",
			 work->c->values[fact - policy->facts]);
		return;
	}
	if (derived != NULL) {
		seen->type = derived->type;
		naive_derive(policy, derived, work->c, seen->text);
		return;
	}
	table = dot == NULL ? NULL :
			      naive_find_table(policy, name, (size_t)(dot - name));
	if (table == NULL)
		naive_fail("an input", name);
	t = evaluate(work, table);
	seen->type = table->hit == 'C' ? "set" : "name";
	for (size_t i = 0; i < table->n_columns; i++)
		if (strcmp(table->heads[i], dot + 1) == 0)
			memcpy(seen->text, work->outputs[t][i], NAIVE_TEXT);
}

static bool row_matches(struct work *work, const struct naive_table *table, size_t row)
{
	for (size_t i = 1; i < table->n_columns; i++) {
		struct seen seen;

		if (strcmp(table->marks[i], "in") != 0 ||
		    strcmp(table->cells[row][i], "-") == 0)
			continue;
		look_up(work, table->heads[i], &seen);
		if (!cell_matches(&seen, table->cells[row][i]))
			return false;
	}
	return true;
}

static size_t first_output(const struct naive_table *table)
{
	size_t i = 1;

	while (strcmp(table->marks[i], "out") != 0)
		i++;
	return i;
}

/* Place of a row's first output among its allowed values; `-` is the last. */
static size_t rank(const struct naive_table *table, size_t row)
{
	size_t column = first_output(table);
	char allowed[NAIVE_TEXT * 2];
	size_t n = 0;

	snprintf(allowed, sizeof(allowed), "%s", table->allowed[column]);
	for (char *v = strtok(allowed, ","); v != NULL; v = strtok(NULL, ","), n++)
		if (strcmp(plain(trim(v)), table->cells[row][column]) == 0)
			return n;
	return n;
}

/* The other row's match takes this one's away. */
static bool yields(const struct naive_table *table, size_t row, size_t other)
{
	if (table->hit == 'F')
		return other < row;
	return table->hit == 'P' && rank(table, other) < rank(table, row);
}

static void put_output(struct work *work, const struct naive_table *table, size_t t,
		       size_t row, size_t column)
{
	char *to = work->outputs[t][column];
	char cell[NAIVE_TEXT];
	const struct naive_derived *derived;

	snprintf(cell, sizeof(cell), "%s", table->cells[row][column]);
	if (table->hit == 'C') {
		if (strcmp(cell, "-") == 0 || holds(to, cell))
			return;
		if (strcmp(to, "none") == 0)
			to[0] = '\0';
		snprintf(to + strlen(to), NAIVE_TEXT - strlen(to), "%s%s",
			 to[0] == '\0' ? "" : ", ", cell);
		return;
	}
	work->written[t][column] = table->cells[row][column];
	derived = cell[0] == '`' ? naive_find_derived(work->policy, plain(cell)) : NULL;
	if (derived != NULL)
		naive_derive(work->policy, derived, work->c, to);
	else
		memcpy(to, cell, NAIVE_TEXT);
}

static size_t evaluate(struct work *work, const struct naive_table *table)
{
	size_t t = (size_t)(table - work->policy->tables);
	bool matches[NAIVE_ROWS];
	bool any = table->hit == 'C';

	if (work->done[t])
		return t;
	work->done[t] = true;
	for (size_t r = 0; r < table->n_rows; r++)
		matches[r] = work->taken[t][r] = row_matches(work, table, r);
	for (size_t r = 0; r < table->n_rows; r++)
		for (size_t other = 0; other < table->n_rows; other++)
			if (matches[other] && yields(table, r, other))
				work->taken[t][r] = false;
	for (size_t i = 1; i < table->n_columns; i++) {
		if (strcmp(table->marks[i], "out") != 0)
			continue;
		if (table->hit == 'C')
			strcpy(work->outputs[t][i], "none");
		for (size_t r = 0; r < table->n_rows; r++)
			if (work->taken[t][r]) {
				put_output(work, table, t, r, i);
				any = true;
			}
	}
	if (!any && work->result->possible)
		naive_fail("a row for every case", table->name);
	return t;
}

/* ---- The rows on the way ---- */

/* A row is read when it is taken, or was passed on the way to one that is. */
static bool row_is_read(const struct work *work, size_t t, size_t row)
{
	const struct naive_table *table = &work->policy->tables[t];
	bool read = table->hit == 'C' || work->taken[t][row];

	for (size_t other = 0; other < table->n_rows; other++)
		if (work->taken[t][other] && yields(table, other, row))
			read = true;
	return read;
}

static void note_table(struct work *work, const struct naive_table *table)
{
	size_t t = evaluate(work, table);

	if (work->noted[t])
		return;
	work->noted[t] = true;
	for (size_t r = 0; r < table->n_rows; r++)
		for (size_t i = 1; i < table->n_columns; i++) {
			const char *dot = strchr(table->heads[i], '.');
			const struct naive_table *read = NULL;

			if (work->taken[t][r] && strcmp(table->heads[i], "id") == 0)
				work->result->rows[work->result->n_rows++] =
					table->cells[r][i];
			if (strcmp(table->marks[i], "in") != 0 || dot == NULL ||
			    strcmp(table->cells[r][i], "-") == 0 ||
			    !row_is_read(work, t, r))
				continue;
			if (naive_find_fact(work->policy, table->heads[i]) == NULL &&
			    naive_find_derived(work->policy, table->heads[i]) == NULL)
				read = naive_find_table(work->policy, table->heads[i],
							(size_t)(dot - table->heads[i]));
			if (read != NULL)
				note_table(work, read);
		}
}

void naive_decide(const struct naive_policy *policy, const char *question,
		  const struct naive_case *c, struct naive_result *result)
{
	static struct work work;
	const struct naive_table *never = &policy->constraints;
	size_t t;

	memset(work.done, 0, sizeof(work.done));
	memset(work.noted, 0, sizeof(work.noted));
	result->n_rows = 0;
	result->outcome = NULL;
	work.policy = policy;
	work.c = c;
	work.result = result;
	result->possible = true;
	for (size_t r = 0; r < never->n_rows; r++)
		if (row_matches(&work, never, r))
			result->possible = false;
	result->table = naive_find_table(policy, question, strlen(question));
	if (!result->possible)
		return;
	t = evaluate(&work, result->table);
	for (size_t i = 1; i < result->table->n_columns; i++) {
		memcpy(result->outputs[i], work.outputs[t][i], NAIVE_TEXT);
		result->written[i] = work.written[t][i];
		if (strcmp(result->table->heads[i], "outcome") == 0)
			result->outcome = result->outputs[i];
	}
	note_table(&work, result->table);
}
