/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

enum { GIVEN = 1 << 20, TEXT_BYTES = 1024 };

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

/* What follows these words, with which the next line must begin. */
__attribute__((format(printf, 1, 2))) static char *expect(const char *format, ...)
{
	char *line = next_line(), words[TEXT_BYTES];
	va_list arguments;
	size_t n;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	n = strlen(words);
	need(strncmp(line, words, n) == 0 && (line[n] == ' ' || line[n] == '\0'),
	     "expected `%s`, not `%s`", words, line);
	return line + n + (line[n] == ' ');
}

static int number_below(int limit, const char *word)
{
	size_t n = word == NULL ? 0 : strspn(word, "0123456789");

	need(n > 0 && n < 9 && word[n] == '\0' && atoi(word) < limit,
	     "`%s` is no number below %d", word == NULL ? "" : word, limit);
	return atoi(word);
}

/* ---- What stands in a package, in this order ---- */
static void read_bundle(void)
{
	char *edition = expect("edition"), hex[2 * EVP_MAX_MD_SIZE + 1];
	int n = number_below(PACKAGE_MAX_BYTES, expect("bundle"));
	unsigned char hash[EVP_MAX_MD_SIZE];
	size_t n_hash = 0;

	need(n <= cursor.end - cursor.at, "the package ends within its documents");
	need(EVP_Q_digest(NULL, "SHA256", NULL, cursor.at, (size_t)n, hash, &n_hash),
	     "this machine has no SHA-256");
	for (size_t i = 0; i < n_hash; i++)
		snprintf(&hex[2 * i], 3, "%02x", hash[i]);
	need(strcmp(hex, edition) == 0, "the hash of these documents is another: %s",
	     hex);
	fprintf(report, "%s: edition %s\n", package, edition);
	documents_read(cursor.at + n);
}

static void read_fact(const struct subject *s)
{
	need(*expect("fact %s %s %s", s->name, s->class, s->direction) == '\0',
	     "expected nothing more");
}

/* The classes of a fact, or an element of a set; its place in the diagram. */
static void read_variable(void)
{
	char *rest = next_line(), *kind = strsep(&rest, " ");
	char *name = strsep(&rest, " ");
	struct subject *s = name == NULL ? NULL : find_subject(name);
	bool set = s != NULL && is(s, "set");
	int element = -1;

	need(s != NULL && rest != NULL && s->table == NULL &&
	     strcmp(kind, set ? "element" : "variable") == 0,
	     "expected a fact that is read, with its classes");
	if (set)
		element = value_index(s->values, s->n_known, rest);
	else
		read_classes(s, rest);
	need(set == (element >= 0) && s->holds[set ? element : 0] == 0,
	     "no such element, or the second time");
	add_variable(s, element);
}

/* "12" is the node of that number, "=3" the value, "=none", "=never" */
static int read_diagram(const char *word)
{
	if (word == NULL || *word != '=')
		return given[number_below(n_given, word)];
	if (strcmp(word, "=never") == 0)
		return LEAF(NEVER);
	return LEAF(strcmp(word, "=none") == 0 ? NO_VALUE
					       : number_below(NO_VALUE, word + 1));
}

static void read_node(void)
{
	char *rest = expect("node");
	int variable = number_below(n_variables, strsep(&rest, " "));
	int by_class[VALUES + 1];

	for (int i = 0; i < variables[variable].n_classes; i++)
		by_class[i] = read_diagram(strsep(&rest, " "));
	need(rest == NULL, "more children than classes");
	given[n_given] = choose(&variables[variable], by_class);
	n_given++;
}

/* ---- What the package claims, while it is proven ---- */
static void say(bool confirmed, const char *what, const char *about,
		const char *verdict, const char *why)
{
	n_all++;
	n_confirmed += confirmed;
	fprintf(report, "%s  %s %s: %s%s%s\n",
		confirmed ? "confirmed    " : "NOT confirmed", what, about,
		confirmed ? "" : "it ", verdict, why);
}

void compare(const char *name, int diagram)
{
	bool same = read_diagram(expect("root %s", name)) == diagram;

	say(same, "diagram", name, same ? "is" : "is not", " that of the tables");
}

void conclude(const char *theorem, const char *about, int bad, const char *why)
{
	const char *verdict = expect("claim %s %s", theorem, about);
	bool said = strcmp(verdict, "holds") == 0;
	bool holds = bad == FALSE && why == NULL;

	need(said || strcmp(verdict, "fails") == 0, "expected `holds` or `fails`");
	if (!holds && why == NULL)
		why = case_text(bad);
	say(said == holds, theorem, about, holds ? "holds" : "fails ",
	    holds ? "" : why);
}

int proofcheck(const char *name, char *bytes, size_t n, FILE *out)
{
	int left;

	package = name;
	report = out;
	cursor = (struct cursor){ bytes, bytes + n, 0 };
	n_confirmed = n_all = n_given = 0;
	if (setjmp(way_out) != 0)
		return 6;
	need(n <= PACKAGE_MAX_BYTES, "the package is longer than 8 MiB");
	need(memchr(bytes, '\0', n) == NULL, "the package is no text");
	diagram_begin();
	need(strcmp(next_line(), "permitd evidence 1") == 0,
	     "this is no evidence package");
	read_bundle();
	subjects_read();
	for (int i = 0; i < n_facts; i++)
		read_fact(&subjects[i]);
	left = number_below(VARIABLES + 1, expect("variables"));
	while (left-- > 0)
		read_variable();
	tables_read();
	left = number_below(GIVEN, expect("nodes"));
	while (left-- > 0)
		read_node();
	prove_all();
	need(strcmp(next_line(), "end") == 0 && cursor.at == cursor.end,
	     "expected `end`, and nothing after it");
	fprintf(out, "%s: %d of %d confirmed\n", name, n_confirmed, n_all);
	return n_confirmed == n_all ? 0 : 1;
}
