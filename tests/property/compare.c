/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/property/compare.h"

#define PARSING_BYTES (1u << 20)
#define DOCUMENT_BYTES 32768

char *read_text(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(DOCUMENT_MAX_BYTES + 1);
	size_t n;

	if (file == NULL || text == NULL)
		fail_msg("cannot read %s", path);
	n = fread(text, 1, DOCUMENT_MAX_BYTES, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

void subject_init(struct subject *subject, const char *vocabulary, const char *policy)
{
	static struct diagnostics diagnostics;

	memset(subject, 0, sizeof(*subject));
	arena_init(&subject->arena, POLICY_ARENA_BYTES);
	arena_init(&subject->deciding, DECIDE_ARENA_BYTES + PARSING_BYTES);
	if (policy_load(bytes_of(vocabulary), bytes_of(policy), &subject->arena,
			&subject->edition, &diagnostics) != 0) {
		for (size_t i = 0; i < diagnostics.n; i++)
			print_message("# line %u: %s (%s)\n",
				      diagnostics.items[i].place.line,
				      diagnostics.items[i].message,
				      diagnostics.items[i].expected);
		fail_msg("the document was refused");
	}
	subject->naive = naive_read(vocabulary, policy);
	assert_int_equal(subject->naive->n_facts, subject->edition->n_facts);
	for (size_t i = 0; i < subject->naive->n_facts; i++)
		assert_string_equal(subject->naive->facts[i].key,
				    subject->edition->facts[i].key);
	cases_init(&subject->cases, subject->naive, 1);
}

void subject_done(struct subject *subject)
{
	if (subject->naive != NULL)
		naive_free(subject->naive);
	subject->naive = NULL;
	arena_done(&subject->arena);
	arena_done(&subject->deciding);
}

/* ---- The document around the tables ---- */

static const char header[] =
	"# A policy\n\n| policy | |\n|---|---|\n| id | small |\n"
	"| edition | 2025-02-04 |\n| jurisdiction | CA |\n"
	"| in force from | 2025-02-04 |\n| selected by | decision |\n"
	"| vocabulary | 1 |\n\n## Sources\n\n| key | title | address | mark |\n"
	"|---|---|---|---|\n| LAW | The law | https://example.org/law | V |\n\n";

static const char texts_header[] =
	"\n## Texts\n\n| id | en | fr | de | it |\n|---|---|---|---|---|\n";

/* A text for every id of a numbered row; ids are its last cell and have a hyphen. */
static void add_texts(char *document, const char *tables)
{
	for (const char *line = tables; *line != '\0'; line = strchr(line, '\n') + 1) {
		const char *end = strchr(line, '\n');
		const char *id = end - strlen(" |");
		int n;

		if (strncmp(line, "| ", 2) != 0 || line[2] < '0' || line[2] > '9')
			continue;
		while (strncmp(id, "| ", 2) != 0)
			id--;
		n = (int)(end - id) - 4;
		if (memchr(id, '-', (size_t)n + 2) == NULL)
			continue;
		sprintf(document + strlen(document), "| %.*s | en | fr | de | it |\n", n,
			id + 2);
	}
}

void subject_compose(struct subject *subject, const char *vocabulary, const char *tables)
{
	static char document[DOCUMENT_BYTES];

	snprintf(document, sizeof(document), "%s%s%s", header, tables, texts_header);
	add_texts(document, tables);
	subject_init(subject, vocabulary, document);
}

/* ---- Cases ---- */

void answers_of(struct subject *subject, const struct opened *opened,
		struct facts *facts)
{
	const struct cases *cases = &subject->cases;

	memset(facts, 0, sizeof(*facts));
	facts->as_of = naive_day(cases->as_of) + DAY_MIN;
	for (size_t i = 0; i < subject->edition->n_facts; i++)
		if (fact_parse(&subject->edition->facts[i], bytes_of(cases->values[i]),
			       &subject->deciding, &facts->answers[i]) != FACT_OK)
			fail_msg("%s = %s", subject->edition->facts[i].key,
				 cases->values[i]);
	for (size_t i = 0; opened != NULL && i < opened->n; i++)
		facts->answers[opened->facts[i]] =
			(struct answer){ .state = opened->states[i] };
}

void print_case(const struct subject *subject, const struct question *question,
		const struct opened *opened)
{
	print_message("# %s %s, as of %s\n", subject->edition->name, question->name,
		      subject->cases.as_of);
	for (size_t i = 0; i < subject->edition->n_facts; i++)
		if ((question->facts >> i & 1) != 0)
			print_message("# %s = %s\n", subject->edition->facts[i].key,
				      subject->cases.values[i]);
	for (size_t i = 0; opened != NULL && i < opened->n; i++)
		print_message("# open: %s\n",
			      subject->edition->facts[opened->facts[i]].key);
}

/* ---- Complete cases ---- */

static bool has_id(const struct naive_result *result, const char *id)
{
	for (size_t i = 0; i < result->n_rows; i++)
		if (strcmp(result->rows[i], id) == 0)
			return true;
	return false;
}

static size_t column_of(const struct naive_result *result, const char *output)
{
	for (size_t i = 1; i < result->table->n_columns; i++)
		if (strcmp(result->table->heads[i], output) == 0)
			return i;
	fail_msg("no output %s", output);
	return 0;
}

static bool same_rows(const struct decision *decision, const struct naive_result *result)
{
	if (decision->n_rows != result->n_rows)
		return false;
	for (size_t i = 0; i < decision->n_rows; i++) {
		const struct decided_row *row = &decision->rows[i];
		const struct table *table = &decision->edition->tables[row->table];

		if (!row->certain || !has_id(result, table->rows[row->row].id))
			return false;
	}
	return true;
}

static bool same_outputs(struct subject *subject, const struct decision *decision,
			 const struct naive_result *result)
{
	for (size_t o = 0; o < decision->n_outputs; o++) {
		const struct decided_output *output = &decision->outputs[o];
		size_t column = column_of(result, output->output->name);
		const char *text = decided_output_text(output, &subject->deciding);

		if (!output->settled || strcmp(text, result->outputs[column]) != 0)
			return false;
	}
	return true;
}

void compare_complete(struct subject *subject, const struct question *question)
{
	static struct naive_result result;
	struct naive_case c = cases_case(&subject->cases);
	struct decision decision;
	struct facts facts;
	int row;
	int r;

	arena_reset(&subject->deciding);
	answers_of(subject, NULL, &facts);
	naive_decide(subject->naive, question->name, &c, &result);
	r = decide(subject->edition, question, &facts, &subject->deciding, &decision,
		   &row);
	subject->n_complete++;
	HOLDS(r == (result.possible ? 0 : DECIDE_E_CONTRADICTION), subject, question,
	      NULL);
	if (r != 0) {
		subject->n_contradictions++;
		return;
	}
	HOLDS(decision.agreed, subject, question, NULL);
	HOLDS(strcmp(outcome_names[decision.outcome], result.outcome) == 0, subject,
	      question, NULL);
	HOLDS(same_outputs(subject, &decision, &result), subject, question, NULL);
	HOLDS(same_rows(&decision, &result), subject, question, NULL);
	HOLDS(decision.n_open == 0 && decision.n_open_outputs == 0, subject, question,
	      NULL);
}

/* Facts whose names stand in a text, as bits. */
static uint64_t facts_in(const struct subject *subject, const char *text)
{
	uint64_t facts = 0;

	for (size_t i = 0; i < subject->naive->n_facts; i++)
		if (strstr(text, subject->naive->facts[i].key) != NULL)
			facts |= 1ull << i;
	for (size_t i = 0; i < subject->naive->n_derived; i++)
		if (strstr(text, subject->naive->derived[i].name) != NULL &&
		    text != subject->naive->derived[i].expression)
			facts |= facts_in(subject, subject->naive->derived[i].expression);
	return facts;
}

/* The next combination of the values of these facts. False after the last. */
static bool next_product(struct subject *subject, uint64_t facts, size_t *digits)
{
	for (size_t i = 0; i < subject->naive->n_facts; i++) {
		if ((facts >> i & 1) == 0)
			continue;
		digits[i] = (digits[i] + 1) % cases_n_values(&subject->cases, i);
		cases_put(&subject->cases, i, digits[i]);
		if (digits[i] != 0)
			return true;
	}
	return false;
}

static void compare_product(struct subject *subject, const struct question *question,
			    const struct naive_table *table, unsigned n_cases)
{
	size_t digits[NAIVE_FACTS] = { 0 };
	uint64_t facts = 0;
	double product = 1;

	for (size_t i = 1; i < table->n_columns; i++)
		if (strcmp(table->marks[i], "in") == 0)
			facts |= facts_in(subject, table->heads[i]);
	for (size_t i = 0; i < subject->naive->n_facts; i++)
		if ((facts >> i & 1) != 0)
			product *= (double)cases_n_values(&subject->cases, i);
	cases_next(&subject->cases);
	for (size_t i = 0; i < subject->naive->n_facts; i++)
		if ((facts >> i & 1) != 0)
			cases_put(&subject->cases, i, 0);
	for (unsigned n = 0; n < n_cases; n++) {
		compare_complete(subject, question);
		if (product <= n_cases) {
			if (!next_product(subject, facts, digits))
				return;
			continue;
		}
		for (size_t i = 0; i < subject->naive->n_facts; i++)
			if ((facts >> i & 1) != 0)
				cases_put(&subject->cases, i,
					  chance_below(&subject->cases.chance,
						       (uint32_t)cases_n_values(
							       &subject->cases, i)));
	}
}

void compare_products(struct subject *subject, const struct question *question,
		      unsigned n_each)
{
	for (size_t i = 0; i < question->n_needed; i++) {
		const char *name = subject->edition->tables[question->needed[i]].name;

		compare_product(subject, question,
				naive_find_table(subject->naive, name, strlen(name)),
				n_each);
	}
	for (unsigned n = 0; n < n_each; n++) {
		cases_next(&subject->cases);
		compare_complete(subject, question);
	}
}

/* ---- Comparing decisions ---- */

static uint64_t bits_of(const uint8_t *facts, size_t n)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= 1ull << facts[i];
	return bits;
}

/*
 * What is asked is the same. The order may differ, since nobody is asked again
 * what was declined; and where constraints tie facts, so may which of them.
 */
static bool same_open(const struct decision *a, const struct decision *b)
{
	if (a->edition->constraints != NULL)
		return (a->n_open == 0) == (b->n_open == 0);
	return bits_of(a->open, a->n_open) == bits_of(b->open, b->n_open) &&
	       bits_of(a->open_outputs, a->n_open_outputs) ==
		       bits_of(b->open_outputs, b->n_open_outputs);
}

bool same_decision(const struct decision *a, const struct decision *b)
{
	if (a->outcome != b->outcome || a->agreed != b->agreed ||
	    a->n_rows != b->n_rows || !same_open(a, b))
		return false;
	for (size_t i = 0; i < a->n_outputs; i++)
		if (a->outputs[i].possible != b->outputs[i].possible ||
		    a->outputs[i].settled != b->outputs[i].settled ||
		    a->outputs[i].value != b->outputs[i].value ||
		    a->outputs[i].has_day != b->outputs[i].has_day ||
		    a->outputs[i].day != b->outputs[i].day)
			return false;
	for (size_t i = 0; i < a->n_rows; i++)
		if (a->rows[i].table != b->rows[i].table ||
		    a->rows[i].row != b->rows[i].row ||
		    a->rows[i].certain != b->rows[i].certain)
			return false;
	return true;
}
