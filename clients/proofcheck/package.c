/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

enum { GIVEN = 1 << 20, TEXT_BYTES = 8192 };

struct cursor cursor;

static int given[GIVEN];	/* the package's nodes, as our own */
static int n_given, n_confirmed, n_all;
static const char *package;
static FILE *report;
static jmp_buf way_out;

void refuse(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(report, "%s:%u: refused: ", package, cursor.line);
	vfprintf(report, format, arguments);
	fputc('\n', report);
	va_end(arguments);
	longjmp(way_out, 1);
}

/* ---- Lines and words ---- */
char *next_line(void)
{
	char *line = cursor.at, *end = memchr(line, '\n', (size_t)(cursor.end - line));

	cursor.line++;
	need(end != NULL, "the package ends too early");
	*end = '\0';
	cursor.at = end + 1;
	return line;
}

static char *next_word(char **rest)
{
	char *word = strsep(rest, " ");

	need(word != NULL && *word != '\0', "a word is missing in this line");
	return word;
}

/* What follows the word with which the next line must begin. */
static char *expect(const char *word)
{
	char *line = next_line();
	size_t n = strlen(word);

	need(strncmp(line, word, n) == 0 && line[n] == ' ', "expected `%s`", word);
	return line + n + 1;
}

static int number_of(const char *word, int limit)
{
	size_t n = strspn(word, "0123456789");

	need(n > 0 && n < 9 && word[n] == '\0' && atoi(word) < limit,
	     "`%s` is no number below %d", word, limit);
	return atoi(word);
}

/* The next line must be what the tables say, and nothing else. */
static void expect_line(const char *expected)
{
	const char *line = next_line();

	need(strcmp(line, expected) == 0, "expected `%s`, not `%s`", expected, line);
}

/* ---- What stands in a package, in this order ---- */
static void read_bundle(void)
{
	char *edition = expect("edition"), hex[2 * EVP_MAX_MD_SIZE + 1];
	int n = number_of(expect("bundle"), PACKAGE_MAX_BYTES);
	unsigned char hash[EVP_MAX_MD_SIZE];
	size_t n_hash = 0;

	need(n <= cursor.end - cursor.at, "the package ends within its documents");
	need(EVP_Q_digest(NULL, "SHA256", NULL, cursor.at, (size_t)n, hash, &n_hash) == 1,
	     "this machine has no SHA-256");
	for (size_t i = 0; i < n_hash; i++)
		snprintf(&hex[2 * i], 3, "%02x", hash[i]);
	need(strcmp(hex, edition) == 0, "the hash of these documents is another: %s", hex);
	fprintf(report, "%s: edition %s\n", package, edition);
	need(strcmp(next_line(), "permitd bundle 1") == 0, "expected `permitd bundle 1`");
	for (int i = 0; i < 2; i++)
		read_document((size_t)number_of(next_line(), PACKAGE_MAX_BYTES));
}

static void read_classes(void)
{
	char text[TEXT_BYTES];

	for (const struct subject *s = subjects; s < &subjects[n_facts]; s++) {
		snprintf(text, sizeof(text), "fact %.127s %.63s %.63s", s->name, s->class,
			 s->direction);
		expect_line(text);
	}
}

/* The classes of a fact, or an element of a set; its place in the diagram. */
static void read_variable(void)
{
	char *line = next_line(), text[TEXT_BYTES], *rest = text;
	struct subject *s;
	int used, element = 0;

	need(strlen(line) < sizeof(text), "this line is too long");
	strcpy(text, line);
	next_word(&rest);
	s = find_subject(next_word(&rest));
	need(s != NULL && s->read && s->table == NULL, "no table reads `%s`", line);
	if (s->type == SET)
		element = value_index(s->values, s->n_values, next_word(&rest));
	need(element >= 0 && s->level[element] < 0, "no element, or again: `%s`", line);
	used = snprintf(text, sizeof(text), s->type == SET ? "element %s" : "variable %s",
			s->name);
	for (int i = 0; i < (s->type == SET ? 1 : n_classes(s)); i++)
		used += snprintf(text + used, sizeof(text) - (size_t)used, " %s",
				 s->type == SET ? s->values[element] : class_text(s, i));
	need(strcmp(line, text) == 0, "expected `%s`, not `%s`", text, line);
	levels[n_levels] = (struct level){ s, element };
	s->level[element] = n_levels++;
}

static void read_variables(void)
{
	int n = number_of(expect("variables"), LEVELS + 1);

	while (n_levels < n)
		read_variable();
	for (const struct subject *s = subjects; s < &subjects[n_subjects]; s++)
		for (int v = 0; v < (s->type == SET ? s->n_values : 1); v++)
			need(!s->read || s->table != NULL || s->level[v] >= 0,
			     "the classes of `%s` are missing", s->name);
}

/* "12" is the node of that number, "=3" the value, "=none", "=never" */
static int read_diagram(char **rest)
{
	char *word = next_word(rest);

	if (*word != '=')
		return given[number_of(word, n_given)];
	if (strcmp(word, "=never") == 0)
		return LEAF(NEVER);
	return LEAF(strcmp(word, "=none") == 0 ? NONE : number_of(word + 1, NONE));
}

static void read_nodes(void)
{
	int n = number_of(expect("nodes"), GIVEN);

	for (n_given = 0; n_given < n; n_given++) {
		char *rest = expect("node");
		int level = number_of(next_word(&rest), n_levels), child[CLASSES];

		for (int i = 0; i < n_classes(levels[level].subject); i++)
			child[i] = read_diagram(&rest);
		need(rest == NULL, "more children than classes");
		given[n_given] = make_node(level, child);
	}
}

/* ---- What the package claims, while it is proven ---- */
static void say(bool confirmed, const char *what, const char *says, const char *more)
{
	n_all++;
	n_confirmed += confirmed;
	fprintf(report, "%s%s: %s%s\n", confirmed ? "confirmed      " : "NOT confirmed  ",
		what, says, more);
}

void compare(const char *output, int diagram)
{
	char *rest = expect("root"), *name = next_word(&rest);
	int differ = apply(DIFFER, read_diagram(&rest), diagram);

	need(strcmp(name, output) == 0, "expected the root of `%s`", output);
	say(differ == FALSE, output,
	    differ == FALSE ? "the diagram is that of the tables"
			    : "the diagram is not that of the tables ",
	    differ == FALSE ? "" : case_text(differ));
}

void conclude(const char *theorem, const char *about, int bad, const char *why)
{
	char *claim = expect("claim"), *verdict = strrchr(claim, ' '), text[TEXT_BYTES];
	bool holds = bad == FALSE && why == NULL, says_so;

	snprintf(text, sizeof(text), "%s %s", theorem, about);
	need(verdict != NULL, "expected the claim `%s`", text);
	*verdict++ = '\0';
	says_so = strcmp(verdict, holds ? "holds" : "fails") == 0;
	need(strcmp(claim, text) == 0 && (says_so || strcmp(verdict, holds ? "fails" : "holds") == 0),
	     "expected the claim `%s`, not `%s`", text, claim);
	say(says_so, text, holds ? says_so ? "holds" : "it holds"
				 : says_so ? "fails " : "it fails ", holds ? "" : why != NULL ? why : case_text(bad));
}

int proofcheck(const char *name, char *bytes, size_t n, FILE *out)
{
	package = name;
	report = out;
	cursor = (struct cursor){ bytes, bytes + n, 0 };
	n_confirmed = n_all = 0;
	if (setjmp(way_out) != 0)
		return 6;
	need(n <= PACKAGE_MAX_BYTES, "the package is longer than 8 MiB");
	need(memchr(bytes, '\0', n) == NULL, "the package is no text");
	tables_begin();
	diagram_begin();
	need(strcmp(next_line(), "permitd evidence 1") == 0, "this is no evidence package");
	read_bundle();
	tables_read();
	read_classes();
	read_variables();
	read_nodes();
	prove_all();
	need(strcmp(next_line(), "end") == 0 && cursor.at == cursor.end,
	     "expected `end`, and nothing after it");
	fprintf(out, "%s: %d of %d confirmed\n", name, n_confirmed, n_all);
	return n_confirmed == n_all ? 0 : 1;
}
