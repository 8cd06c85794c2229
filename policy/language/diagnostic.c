/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/base/text.h"
#include "policy/language/policy.h"

static struct text line_of(struct bytes document, uint32_t line)
{
	const char *at = (const char *)document.data;
	size_t n = document.n;
	const char *end;

	for (uint32_t i = 1; i < line && n > 0; i++) {
		end = memchr(at, '\n', n);
		if (end == NULL)
			return (struct text){ at, 0 };
		n -= (size_t)(end - at) + 1;
		at = end + 1;
	}
	end = n == 0 ? NULL : memchr(at, '\n', n);
	if (end != NULL)
		n = (size_t)(end - at);
	if (n > 0 && at[n - 1] == '\r')
		n--;
	return (struct text){ at, n };
}

#define SHOWN_COLUMNS 72
#define CONTEXT_COLUMNS 32

/*
 * A line may be a kilobyte long, so what is shown of it is a window around
 * the place:
 *
 *	| U | `ident.status` | ... | grant | P12M | ...
 *	              from ^       ^ mark          ^ to
 */
struct window {
	size_t from;
	size_t mark;
	size_t mark_end;
	size_t to;
};

/* Bytes of one character to show; a byte that is not UTF-8 counts as one. */
static size_t step(struct text line, size_t at, unsigned *ret_width)
{
	uint32_t code_point;
	size_t n = utf8_read(line.at + at, line.n - at, &code_point);

	*ret_width = n == 0 ? 1 : utf8_width(code_point);
	return n == 0 ? 1 : n;
}

static unsigned width_between(struct text line, size_t from, size_t to)
{
	unsigned columns = 0;
	unsigned width;

	while (from < to && from < line.n) {
		from += step(line, from, &width);
		columns += width;
	}
	return columns;
}

static struct window window_of(struct text line, struct place place)
{
	struct window w = { .mark = place.column == 0 ? 0 : place.column - 1 };
	unsigned columns = 0;
	unsigned width;

	if (w.mark > line.n)
		w.mark = line.n;
	w.mark_end = w.mark + place.n_bytes;
	if (w.mark_end > line.n)
		w.mark_end = line.n;
	if (width_between(line, 0, w.mark_end) > SHOWN_COLUMNS) {
		w.from = w.mark;
		for (unsigned i = 0; i < CONTEXT_COLUMNS && w.from > 0; i++)
			while (--w.from > 0 && ((uint8_t)line.at[w.from] & 0xc0) == 0x80)
				;
	}
	for (w.to = w.from; w.to < line.n && columns < SHOWN_COLUMNS; columns += width)
		w.to += step(line, w.to, &width);
	if (w.mark_end > w.to)
		w.mark_end = w.to;
	return w;
}

/* Text to show on a terminal: what could move its cursor becomes a `?`. */
static void add_shown(struct builder *b, struct text line, size_t from, size_t to)
{
	uint32_t code_point;

	while (from < to) {
		size_t n = utf8_read(line.at + from, line.n - from, &code_point);
		bool shows = n > 0 && code_point >= 0x20 && code_point != 0x7f &&
			     utf8_width(code_point) > 0;

		if (shows || (n > 0 && code_point >= 0x300 && code_point <= 0x36f))
			builder_add(b, line.at + from, n);
		else if (n == 0 || utf8_width(code_point) == 1)
			builder_string(b, "?");
		from += n == 0 ? 1 : n;
	}
}

static void add_repeated(struct builder *b, const char *string, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		builder_string(b, string);
}

static void add_source(struct builder *b, const struct diagnostic *d,
		       struct bytes document)
{
	struct text line = line_of(document, d->place.line);
	struct window w = window_of(line, d->place);
	unsigned marked = width_between(line, w.mark, w.mark_end);

	builder_format(b, "%5u | %s", (unsigned)d->place.line, w.from > 0 ? "..." : "");
	add_shown(b, line, w.from, w.to);
	builder_format(b, "%s\n      | %s", w.to < line.n ? "..." : "",
		       w.from > 0 ? "   " : "");
	add_repeated(b, " ", width_between(line, w.from, w.mark));
	add_repeated(b, "^", marked == 0 ? 1 : marked);
	builder_format(b, "%s%s\n", d->expected[0] == '\0' ? "" : " ", d->expected);
}

const char *diagnostic_text(const struct diagnostic *diagnostic, const char *file_name,
			    struct bytes document, struct arena *arena)
{
	struct builder b;

	builder_init(&b, arena);
	builder_format(&b, "%s:%u:%u: error: %s [%s]\n", file_name,
		       (unsigned)diagnostic->place.line,
		       (unsigned)diagnostic->place.column, diagnostic->message,
		       diagnostic->code);
	if (diagnostic->place.line > 0)
		add_source(&b, diagnostic, document);
	builder_format(&b, "      = %s\n", diagnostic->remedy);
	return builder_text(&b);
}
