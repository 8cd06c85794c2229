/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clients/facts_file.h"
#include "clients/facts_json.h"
#include "policy/base/text.h"
#include "policy/testimony.h"

const char *const facts_source_names[SOURCE_OFFICER + 1] = {
	[SOURCE_UNSTATED] = "",
	[SOURCE_REGISTER] = "register",
	[SOURCE_AUTHORITY] = "authority",
	[SOURCE_SUPPORT_WORKER] = "support_worker",
	[SOURCE_PROFESSIONAL] = "professional",
	[SOURCE_ADVISER] = "adviser",
	[SOURCE_PERSON] = "person",
	[SOURCE_OFFICER] = "officer",
};

const char *const facts_basis_names[BASIS_ASSESSED + 1] = {
	[BASIS_UNSTATED] = "",
	[BASIS_STATED] = "stated",
	[BASIS_DOCUMENTED] = "documented",
	[BASIS_ASSESSED] = "assessed",
};

int facts_fault_set(struct facts_fault *fault, struct place place,
		    const char *format, ...)
{
	va_list args;

	fault->place = place;
	fault->testimony = false;
	va_start(args, format);
	vsnprintf(fault->message, sizeof(fault->message), format, args);
	va_end(args);
	return FACTS_FILE_E_NOT_VALID;
}

/* a-z, digits, '.', '_' and '-', as policies name facts. */
static bool is_name(const char *key)
{
	size_t n = strlen(key);

	return n > 0 && n <= NAME_MAX_BYTES &&
	       strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

int facts_file_add(struct facts_file *file, const char *key, struct place place,
		   struct facts_item **ret_item, struct facts_fault *ret_fault)
{
	size_t i;

	if (testimony_name(key) != NULL) {
		facts_fault_set(ret_fault, place,
				"permitd never takes in testimony, co-operation or "
				"a stand-in for them: leave \"%.48s\" out",
				key);
		ret_fault->testimony = true;
		return FACTS_FILE_E_NOT_VALID;
	}
	if (!is_name(key))
		return facts_fault_set(ret_fault, place,
				       "this is no name of a fact; one looks like "
				       "ident.status");
	for (i = 0; i < file->n; i++)
		if (strcmp(file->items[i].key, key) == 0)
			return facts_fault_set(ret_fault, place,
					       "%s stands twice, first in line %u",
					       key, file->items[i].key_place.line);
	if (file->n == FACTS_MAX)
		return facts_fault_set(ret_fault, place, "more than %d answers",
				       FACTS_MAX);
	*ret_item = &file->items[file->n++];
	**ret_item = (struct facts_item){ .key = key, .key_place = place };
	return 0;
}

void facts_item_set(struct facts_item *item, const char *value)
{
	item->state = strcmp(value, "not known") == 0  ? ANSWER_NOT_KNOWN
		      : strcmp(value, "declined") == 0 ? ANSWER_DECLINED
						       : ANSWER_VALUE;
	item->value = item->state == ANSWER_VALUE ? value : NULL;
}

static int find(struct text word, const char *const *names, size_t n_names)
{
	size_t i;

	for (i = 1; i < n_names; i++)
		if (text_equal(word, names[i]))
			return (int)i;
	return -1;
}

int facts_item_source(struct facts_item *item, struct text word, struct place place,
		      struct facts_fault *ret_fault)
{
	int source = find(word, facts_source_names,
			  ARRAY_LENGTH(facts_source_names));
	int basis = find(word, facts_basis_names, ARRAY_LENGTH(facts_basis_names));
	bool twice;

	if (source > 0) {
		twice = item->source != SOURCE_UNSTATED;
		item->source = (enum answer_source)source;
	} else if (basis > 0) {
		twice = item->basis != BASIS_UNSTATED;
		item->basis = (enum answer_basis)basis;
	} else if (date_parse(word.at, word.n, &item->dated)) {
		twice = item->has_dated;
		item->has_dated = true;
	} else {
		return facts_fault_set(
			ret_fault, place,
			"\"%.*s\" is no source, basis or date; write for "
			"example @ register documented 2025-01-20",
			(int)(word.n < 40 ? word.n : 40), word.at);
	}
	if (!twice)
		return 0;
	return facts_fault_set(ret_fault, place,
			       "a second source, basis or date for %s", item->key);
}

/* A line while it is read. */
struct line {
	const char *start;
	uint32_t number;
};

static struct place place_in(const struct line *line, struct text part)
{
	return (struct place){ line->number, (uint32_t)(part.at - line->start) + 1,
			       (uint32_t)part.n };
}

static int read_provenance(const struct line *line, struct text words,
			   struct facts_item *item, struct facts_fault *ret_fault)
{
	struct text word;
	int r;

	if (words.n == 0)
		return facts_fault_set(
			ret_fault, place_in(line, words),
			"a source, a basis or a date belongs behind @");
	while (text_cut(&words, ' ', &word)) {
		if (word.n == 0)
			continue;
		r = facts_item_source(item, word, place_in(line, word), ret_fault);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Where " @ " begins in a value, or its end. */
static size_t provenance_at(struct text value)
{
	size_t i;

	for (i = 0; i + 1 < value.n; i++)
		if (value.at[i] == '@' && (i == 0 || value.at[i - 1] == ' ') &&
		    value.at[i + 1] == ' ')
			return i;
	if (value.n > 0 && value.at[value.n - 1] == '@')
		return value.n - 1;
	return value.n;
}

static int read_line(const struct line *line, struct text text, struct arena *arena,
		     struct facts_file *file, struct facts_fault *ret_fault)
{
	const char *equals = memchr(text.at, '=', text.n);
	struct text key, value, rest;
	struct facts_item *item;
	const char *copy;
	size_t at;
	int r;

	if (equals == NULL)
		return facts_fault_set(
			ret_fault, place_in(line, text),
			"a line is key = value, empty, or begins with #");
	key = text_trim((struct text){ text.at, (size_t)(equals - text.at) });
	rest = text_trim((struct text){ equals + 1,
					(size_t)(text.at + text.n - equals) - 1 });
	copy = arena_text(arena, key.at, key.n);
	if (copy == NULL)
		return -ENOMEM;
	r = facts_file_add(file, copy, place_in(line, key), &item, ret_fault);
	if (r != 0)
		return r;
	at = provenance_at(rest);
	value = text_trim((struct text){ rest.at, at });
	item->value_place = place_in(line, value);
	if (value.n == 0)
		return facts_fault_set(
			ret_fault, place_in(line, key),
			"%s has no value; write \"not known\", or leave "
			"the line out when it was not asked",
			copy);
	copy = arena_text(arena, value.at, value.n);
	if (copy == NULL)
		return -ENOMEM;
	facts_item_set(item, copy);
	if (at == rest.n)
		return 0;
	rest = text_trim((struct text){ rest.at + at + 1, rest.n - at - 1 });
	return read_provenance(line, rest, item, ret_fault);
}

static int read_lines(struct text text, struct arena *arena,
		      struct facts_file *ret_file, struct facts_fault *ret_fault)
{
	struct line line = { text.at, 0 };
	struct text rest = text;
	struct text content;
	const char *end;
	int r;

	while (rest.n > 0) {
		line.start = rest.at;
		line.number++;
		end = memchr(rest.at, '\n', rest.n);
		content.at = rest.at;
		content.n = end != NULL ? (size_t)(end - rest.at) : rest.n;
		rest.at += content.n + (end != NULL ? 1 : 0);
		rest.n -= content.n + (end != NULL ? 1 : 0);
		if (content.n > 0 && content.at[content.n - 1] == '\r')
			content.n--;
		content = text_trim(content);
		if (content.n == 0 || content.at[0] == '#')
			continue;
		r = read_line(&line, content, arena, ret_file, ret_fault);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Line and column of the first byte that is not UTF-8, or is a NUL. */
static int check_text(struct bytes text, struct facts_fault *ret_fault)
{
	struct place place = { 1, 1, 1 };
	const char *at = (const char *)text.data;
	size_t i = 0;
	size_t length;
	uint32_t code;

	while (i < text.n) {
		length = utf8_read(at + i, text.n - i, &code);
		if (length == 0 || code == 0)
			return facts_fault_set(ret_fault, place,
					       "the file is not text in UTF-8");
		place.column = at[i] == '\n' ? 1 : place.column + (uint32_t)length;
		place.line += at[i] == '\n';
		i += length;
	}
	return 0;
}

int facts_file_read(struct bytes text, struct arena *arena,
		    struct facts_file *ret_file, struct facts_fault *ret_fault)
{
	struct text all = { (const char *)text.data, text.n };
	size_t i = 0;
	int r;

	ret_file->n = 0;
	r = check_text(text, ret_fault);
	if (r != 0)
		return r;
	while (i < all.n && strchr(" \t\r\n", all.at[i]) != NULL)
		i++;
	if (i < all.n && all.at[i] == '{')
		return facts_json_read(all, arena, ret_file, ret_fault);
	return read_lines(all, arena, ret_file, ret_fault);
}
