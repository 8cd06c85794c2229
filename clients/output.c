/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "clients/output.h"
#include "policy/base/text.h"

#define WIDTH_DEFAULT 80u
#define WIDTH_MIN 40u
#define WIDTH_MAX 100u /* longer lines are hard to read */

static bool terminal_has_colour(FILE *to)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_colour != NULL && no_colour[0] != '\0')
		return false;
	return isatty(fileno(to)) && term != NULL && strcmp(term, "dumb") != 0;
}

static unsigned terminal_width(FILE *to)
{
	struct winsize size;
	unsigned width;

	if (!isatty(fileno(to)) || ioctl(fileno(to), TIOCGWINSZ, &size) != 0 ||
	    size.ws_col == 0)
		return WIDTH_DEFAULT;
	width = size.ws_col;
	return width < WIDTH_MIN   ? WIDTH_MIN
	       : width > WIDTH_MAX ? WIDTH_MAX
				   : width;
}

void output_init(struct output_stream *out, const char *program, FILE *to,
		 enum output_form form)
{
	out->to = to;
	out->form = form;
	out->terminal = isatty(fileno(to)) == 1;
	out->colour = form == OUTPUT_TEXT && terminal_has_colour(to);
	out->width = terminal_width(to);
	out->program = program;
}

static const char *style_begin(const struct output_stream *out,
			       enum output_style style)
{
	static const char *const codes[] = {
		[STYLE_NONE] = "",	     [STYLE_STRONG] = "\033[1m",
		[STYLE_GOOD] = "\033[1;32m", [STYLE_CARE] = "\033[1;33m",
		[STYLE_FAINT] = "\033[2m",
	};

	return out->colour ? codes[style] : "";
}

static const char *style_end(const struct output_stream *out,
			     enum output_style style)
{
	return out->colour && style != STYLE_NONE ? "\033[0m" : "";
}

/*
 * A text that came from elsewhere (a policy, an answer, a file name) must not
 * be able to steer the terminal: control characters are shown as "?".
 */
static void put_text(const struct output_stream *out, const char *at, size_t n)
{
	size_t i = 0;
	uint32_t code;
	size_t length;

	while (i < n) {
		length = utf8_read(at + i, n - i, &code);
		if (length == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			fputc('?', out->to);
			i += length == 0 ? 1 : length;
			continue;
		}
		fwrite(at + i, 1, length, out->to);
		i += length;
	}
}

static void put_lines(const struct output_stream *out, const char *text)
{
	const char *end;

	while ((end = strchr(text, '\n')) != NULL) {
		put_text(out, text, (size_t)(end - text));
		fputc('\n', out->to);
		text = end + 1;
	}
	put_text(out, text, strlen(text));
}

PRINTF_LIKE(3, 0)
static void put_format(const struct output_stream *out, enum output_style style,
		       const char *format, va_list args)
{
	char *text;

	if (out->form == OUTPUT_JSON || vasprintf(&text, format, args) < 0)
		return;
	fputs(style_begin(out, style), out->to);
	put_lines(out, text);
	fputs(style_end(out, style), out->to);
	fputc('\n', out->to);
	free(text);
}

void output_line(const struct output_stream *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, STYLE_NONE, format, args);
	va_end(args);
}

void output_styled(const struct output_stream *out, enum output_style style,
		   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(out, style, format, args);
	va_end(args);
}

void output_heading(const struct output_stream *out, const char *title)
{
	if (out->form == OUTPUT_TEXT)
		fputc('\n', out->to);
	output_styled(out, STYLE_STRONG, "%s", title);
}

static unsigned text_columns(const char *text, size_t n)
{
	unsigned columns = 0;
	uint32_t code;
	size_t length;

	while (n > 0) {
		length = utf8_read(text, n, &code);
		columns += length == 0 ? 1 : utf8_width(code);
		text += length == 0 ? 1 : length;
		n -= length == 0 ? 1 : length;
	}
	return columns;
}

static void put_spaces(const struct output_stream *out, unsigned n)
{
	while (n-- > 0)
		fputc(' ', out->to);
}

/* Puts words, beginning at `column`; further lines begin at `indent`. */
static void put_wrapped(const struct output_stream *out, unsigned indent,
			unsigned column, const char *text)
{
	bool first = true;
	size_t n;
	unsigned columns;

	for (;;) {
		text += strspn(text, " \n");
		n = strcspn(text, " \n");
		if (n == 0)
			break;
		columns = text_columns(text, n);
		if (!first && column + 1 + columns > out->width) {
			fputc('\n', out->to);
			put_spaces(out, indent);
			column = indent;
		} else if (!first) {
			fputc(' ', out->to);
			column++;
		}
		put_text(out, text, n);
		column += columns;
		first = false;
		text += n;
	}
	fputc('\n', out->to);
}

void output_paragraph(const struct output_stream *out, unsigned indent,
		      const char *label, const char *text)
{
	unsigned columns = text_columns(label, strlen(label));
	unsigned behind = indent + columns + (columns > 0 ? 2 : 0);

	if (out->form == OUTPUT_JSON)
		return;
	if (out->form == OUTPUT_PLAIN) {
		fprintf(out->to, "%s%s", label, columns > 0 ? ": " : "");
		put_text(out, text, strlen(text));
		fputc('\n', out->to);
		return;
	}
	put_spaces(out, indent);
	if (columns > 0) {
		fputs(style_begin(out, STYLE_FAINT), out->to);
		put_text(out, label, strlen(label));
		fputs(style_end(out, STYLE_FAINT), out->to);
		put_spaces(out, 2);
	}
	put_wrapped(out, behind, behind, text);
}

void output_field(const struct output_stream *out, unsigned label_width,
		  const char *label, const char *value)
{
	unsigned columns = text_columns(label, strlen(label));

	if (out->form != OUTPUT_TEXT) {
		output_paragraph(out, 0, label, value);
		return;
	}
	put_spaces(out, 2);
	put_text(out, label, strlen(label));
	put_spaces(out, columns < label_width ? label_width - columns : 0);
	put_spaces(out, 2);
	put_wrapped(out, 2 + label_width + 2, 2 + label_width + 2, value);
}

static void put_plain_table(const struct output_stream *out, size_t n_columns,
			    const char *const *cells, size_t n_rows)
{
	size_t i;

	for (i = 0; i < n_rows * n_columns; i++) {
		put_text(out, cells[i], strlen(cells[i]));
		fputc((i + 1) % n_columns == 0 ? '\n' : '\t', out->to);
	}
}

static bool fill_table(struct libscols_table *table, const char *const *headers,
		       size_t n_columns, const char *const *cells, size_t n_rows)
{
	struct libscols_line *line;
	size_t row, i;

	for (i = 0; i < n_columns; i++)
		if (scols_table_new_column(table, headers[i], 0,
					   i + 1 == n_columns ? SCOLS_FL_WRAP
							      : 0) == NULL)
			return false;
	for (row = 0; row < n_rows; row++) {
		line = scols_table_new_line(table, NULL);
		if (line == NULL)
			return false;
		for (i = 0; i < n_columns; i++)
			if (scols_line_set_data(line, i,
						cells[row * n_columns + i]) != 0)
				return false;
	}
	return true;
}

bool output_table(const struct output_stream *out, const char *const *headers,
		  size_t n_columns, const char *const *cells, size_t n_rows)
{
	struct libscols_table *table;
	bool done;

	if (out->form == OUTPUT_PLAIN)
		put_plain_table(out, n_columns, cells, n_rows);
	if (out->form != OUTPUT_TEXT)
		return true;
	table = scols_new_table();
	if (table == NULL)
		return false;
	scols_table_set_stream(table, out->to);
	scols_table_enable_colors(table, out->colour);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
	scols_table_set_termwidth(table, out->width);
	done = fill_table(table, headers, n_columns, cells, n_rows) &&
	       scols_print_table(table) == 0;
	scols_unref_table(table);
	return done;
}

enum exit_code output_json(const struct output_stream *out, json_t *document,
			   enum exit_code code)
{
	json_t *all = json_object();

	if (document == NULL || all == NULL ||
	    json_object_set_new(all, "version",
				json_integer(OUTPUT_JSON_VERSION)) != 0 ||
	    json_object_update(all, document) != 0 ||
	    json_dumpf(all, out->to, JSON_INDENT(2)) != 0)
		code = EXIT_FAILED;
	fputc('\n', out->to);
	json_decref(all);
	json_decref(document);
	return code;
}

static const char *exit_code_name(enum exit_code code)
{
	switch (code) {
	case EXIT_DONE:
		return "done";
	case EXIT_FINDING:
		return "finding";
	case EXIT_USAGE:
		return "usage";
	case EXIT_NOT_ALLOWED:
		return "not-allowed";
	case EXIT_NOT_FOUND:
		return "not-found";
	case EXIT_NOT_REACHABLE:
		return "not-reachable";
	case EXIT_NOT_VALID:
		return "not-valid";
	case EXIT_FAILED:
		break;
	}
	return "failed";
}

json_t *output_appended(json_t *array, json_t *item)
{
	if (array != NULL && item != NULL && json_array_append_new(array, item) == 0)
		return array;
	if (array == NULL)
		json_decref(item);
	json_decref(array);
	return NULL;
}

enum exit_code output_error(const struct output_stream *out, enum exit_code code,
			    const char *format, ...)
{
	struct output_stream to_stderr = *out;
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return code;
	to_stderr.to = stderr;
	fprintf(stderr, "%s: ", out->program);
	put_lines(&to_stderr, text);
	fputc('\n', stderr);
	if (out->form == OUTPUT_JSON)
		code = output_json(out,
				   json_pack("{s:{s:s,s:i,s:s}}", "error", "kind",
					     exit_code_name(code), "exit",
					     (int)code, "message", text),
				   code);
	free(text);
	return code;
}

void output_hint(const struct output_stream *out, const char *format, ...)
{
	struct output_stream to_stderr = *out;
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return;
	to_stderr.to = stderr;
	if (out->form != OUTPUT_JSON) {
		fputs("  ", stderr);
		put_lines(&to_stderr, text);
		fputc('\n', stderr);
	}
	free(text);
}

void output_progress(const struct output_stream *out, const char *label,
		     uint64_t done, uint64_t total)
{
	static struct timespec last;
	struct timespec now;
	int64_t passed_ms;

	if (out->form != OUTPUT_TEXT || !terminal_has_colour(stderr))
		return;
	if (label == NULL) {
		fputs("\r\033[K", stderr);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	passed_ms = (now.tv_sec - last.tv_sec) * 1000 +
		    (now.tv_nsec - last.tv_nsec) / 1000000;
	if (passed_ms < 100)
		return;
	last = now;
	if (total > 0)
		fprintf(stderr, "\r\033[K%s %" PRIu64 " of %" PRIu64, label, done,
			total);
	else
		fprintf(stderr, "\r\033[K%s %" PRIu64, label, done);
}

enum exit_code output_end(const struct output_stream *out, enum exit_code code)
{
	if (fflush(out->to) == 0 && !ferror(out->to))
		return code;
	/* Whoever stopped reading does not want to hear that it did. */
	if (errno != EPIPE)
		fprintf(stderr, "%s: cannot write the output: %s\n", out->program,
			strerror(errno));
	return EXIT_FAILED;
}
