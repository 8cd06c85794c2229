/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "policy/language/loader.h"

#define MISTAKE_KIND(name, code, remedy) { code, remedy },
const struct mistake_kind mistake_kinds[N_MISTAKES] = { MISTAKES(MISTAKE_KIND) };
#undef MISTAKE_KIND

enum { LEFT_NO_ROOM = 1, LEFT_TOO_MANY };

/* Apart from loader_run, because a jump leaves no local variable certain. */
static int run(struct loader *loader,
	       void (*work)(struct loader *loader, void *argument), void *argument)
{
	switch (setjmp(loader->way_out)) {
	case 0:
		work(loader, argument);
		return 0;
	case LEFT_NO_ROOM:
		return -ENOMEM;
	default:
		return 0;
	}
}

int loader_run(struct arena *arena, struct diagnostics *out,
	       void (*work)(struct loader *loader, void *argument), void *argument)
{
	struct loader loader = { .arena = arena, .out = out };
	int r;

	out->n = 0;
	arena_init(&loader.scratch, LOADER_SCRATCH_BYTES);
	r = run(&loader, work, argument);
	arena_done(&loader.scratch);
	if (r != 0)
		return r;
	diagnostics_sort(out);
	return out->n == 0 ? 0 : POLICY_E_NOT_VALID;
}

_Noreturn void loader_no_room(struct loader *loader)
{
	longjmp(loader->way_out, LEFT_NO_ROOM);
}

void *loader_alloc(struct loader *loader, size_t n, size_t size)
{
	void *at = arena_array(loader->arena, n, size);

	if (at == NULL)
		loader_no_room(loader);
	return at;
}

const char *loader_text(struct loader *loader, struct text text)
{
	const char *copy = arena_text(loader->arena, text.n == 0 ? "" : text.at, text.n);

	if (copy == NULL)
		loader_no_room(loader);
	return copy;
}

__attribute__((format(printf, 2, 0), nonnull(2)))
static const char *format_text(struct loader *loader, const char *format, va_list args)
{
	va_list again;
	char *at;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	at = loader_alloc(loader, (size_t)(n < 0 ? 0 : n) + 1, 1);
	vsnprintf(at, (size_t)(n < 0 ? 0 : n) + 1, format, args);
	return at;
}

const char *loader_format(struct loader *loader, const char *format, ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = format_text(loader, format, args);
	va_end(args);
	return text;
}

void loader_builder(struct loader *loader, struct builder *builder)
{
	builder_init(builder, loader->arena);
}

const char *loader_built(struct loader *loader, struct builder *builder)
{
	const char *text = builder_text(builder);

	if (text == NULL)
		loader_no_room(loader);
	return text;
}

void loader_skipped(struct loader *loader)
{
	loader->incomplete = true;
}

static bool says_absent(enum mistake kind)
{
	static const enum mistake kinds[] = {
		M_TITLE_MISSING, M_HEADER_MISSING, M_HEADER_ROW_MISSING, M_TABLE_MISSING,
		M_COLUMN_MISSING, M_FACT_UNKNOWN, M_TEXT_MISSING, M_TEXT_UNKNOWN,
		M_EXPRESSION_NAME, M_INPUT_UNKNOWN, M_ROWS_MISSING, M_ROW_NUMBER,
		M_SOURCE_KEY, M_QUESTION_MISSING, M_QUESTION_UNKNOWN,
		M_EXAMPLE_EXPECTED, M_REPORT_NAME,
	};

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (kinds[i] == kind)
			return true;
	return false;
}

/* The same mistake at the same place is said once. */
static bool noted(const struct diagnostics *out, const char *code, struct place place)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].code == code &&
		    out->items[i].place.line == place.line &&
		    out->items[i].place.column == place.column)
			return true;
	return false;
}

void mistake(struct loader *loader, enum mistake kind, struct place place,
	     const char *expected, const char *format, ...)
{
	struct diagnostics *out = loader->out;
	struct diagnostic diagnostic = {
		.in_vocabulary = loader->in_vocabulary,
		.place = place,
		.code = mistake_kinds[kind].code,
		.expected = expected == NULL ? "" : expected,
		.remedy = mistake_kinds[kind].remedy,
	};
	va_list args;

	if (noted(out, diagnostic.code, place) ||
	    (loader->incomplete && says_absent(kind)))
		return;
	va_start(args, format);
	diagnostic.message = format_text(loader, format, args);
	va_end(args);
	out->items[out->n++] = diagnostic;
	if (out->n < DIAGNOSTICS_MAX - 1)
		return;
	diagnostic.code = mistake_kinds[M_TOO_MANY_MISTAKES].code;
	diagnostic.remedy = mistake_kinds[M_TOO_MANY_MISTAKES].remedy;
	diagnostic.message = "too many mistakes; reading stopped here";
	diagnostic.expected = "";
	out->items[out->n++] = diagnostic;
	longjmp(loader->way_out, LEFT_TOO_MANY);
}

static bool comes_after(const struct diagnostic *a, const struct diagnostic *b)
{
	if (a->in_vocabulary != b->in_vocabulary)
		return b->in_vocabulary;
	if (a->place.line != b->place.line)
		return a->place.line > b->place.line;
	return a->place.column > b->place.column;
}

/* The notice that there are too many stays last. */
void diagnostics_sort(struct diagnostics *diagnostics)
{
	size_t n = diagnostics->n;

	if (n == DIAGNOSTICS_MAX)
		n--;
	for (size_t i = 1; i < n; i++) {
		struct diagnostic moved = diagnostics->items[i];
		size_t j = i;

		for (; j > 0 && comes_after(&diagnostics->items[j - 1], &moved); j--)
			diagnostics->items[j] = diagnostics->items[j - 1];
		diagnostics->items[j] = moved;
	}
}

void choices_init(struct choices *choices, struct loader *loader, struct text wanted)
{
	*choices = (struct choices){ .loader = loader, .wanted = wanted };
	loader_builder(loader, &choices->list);
}

#define CHOICES_LISTED_MAX 12

void choices_add(struct choices *choices, const char *name)
{
	unsigned distance = text_distance(choices->wanted, text_of(name));

	if (choices->nearest == NULL || distance < choices->distance) {
		choices->nearest = name;
		choices->distance = distance;
	}
	if (choices->n < CHOICES_LISTED_MAX)
		builder_format(&choices->list, "%s%s", choices->n == 0 ? "" : ", ", name);
	choices->n++;
}

/* A third of the letters may differ; further off it would be a guess. */
const char *choices_text(struct choices *choices)
{
	if (choices->n == 0)
		return NULL;
	if (choices->distance > 0 && choices->distance * 3 <= choices->wanted.n)
		return loader_format(choices->loader, "did you mean `%s`?",
				     choices->nearest);
	if (choices->n > CHOICES_LISTED_MAX)
		return NULL;
	return loader_format(choices->loader, "expected one of: %s",
			     loader_built(choices->loader, &choices->list));
}
