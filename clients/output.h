/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_OUTPUT_H
#define PERMIT_CLIENTS_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

#include "clients/exit_code.h"
#include "policy/base/bytes.h"

/*
 * What programs say, in one of three forms:
 *
 *	text	for people at a terminal: wrapped, aligned, tables, colour
 *	plain	for screen readers, grep and logs: one statement a line, no
 *		tables, no colour, never wrapped
 *	json	for programs: one document, whatever happens
 *
 * Colour only ever repeats what the words say. It needs a terminal whose TERM
 * is not "dumb", and no NO_COLOR in the environment.
 */
enum output_form { OUTPUT_TEXT, OUTPUT_PLAIN, OUTPUT_JSON };

enum output_style { STYLE_NONE, STYLE_STRONG, STYLE_GOOD, STYLE_CARE, STYLE_FAINT };

struct output_stream {
	FILE *to;
	enum output_form form;
	bool terminal;
	bool colour;
	unsigned width;	     /* columns */
	const char *program; /* begins each message on standard error */
};

#define OUTPUT_JSON_VERSION 1

/* Looks at the stream and the environment. */
void output_init(struct output_stream *out, const char *program, FILE *to,
		 enum output_form form);

/* A line of text as it is, for text and plain; nothing for json. */
void output_line(const struct output_stream *out, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* A line that stands out. */
void output_styled(const struct output_stream *out, enum output_style style,
		   const char *format, ...) PRINTF_LIKE(3, 4);

/* A title over what follows, with an empty line before it in text. */
void output_heading(const struct output_stream *out, const char *title);

/*
 * A paragraph behind a label: "label  text text text", continued under the
 * text. The label may be "", then the text begins at `indent` columns.
 */
void output_paragraph(const struct output_stream *out, unsigned indent,
		      const char *label, const char *text);

/*
 * "label   value" for lists of properties; labels of one list should share
 * label_width columns. Plain: "label: value".
 */
void output_field(const struct output_stream *out, unsigned label_width,
		  const char *label, const char *value);

/*
 * A table with headers; cells row after row, none of them NULL. Plain: one line
 * a row, cells between tabs, no headers. False when memory ran out.
 */
MUST_USE bool output_table(const struct output_stream *out,
			   const char *const *headers, size_t n_columns,
			   const char *const *cells, size_t n_rows);

/*
 * Prints the one document and releases it; "version" is added in front. NULL,
 * which jansson gives when memory ran out, returns EXIT_FAILED, else `code`.
 */
enum exit_code output_json(const struct output_stream *out, json_t *document,
			   enum exit_code code);

/*
 * The array with one item more, which it takes. NULL when either is, for want of
 * memory; what is not, is released then.
 */
json_t *output_appended(json_t *array, json_t *item);

/*
 * Says on standard error what went wrong, "permit: ...", and returns `code`.
 * With json the document on standard output is {"error": {...}} as well.
 */
enum exit_code output_error(const struct output_stream *out, enum exit_code code,
			    const char *format, ...) PRINTF_LIKE(3, 4);

/* A line of help under an error, "  ...". Nothing for json. */
void output_hint(const struct output_stream *out, const char *format, ...)
	PRINTF_LIKE(2, 3);

/*
 * Moves a progress line along on standard error when that is a terminal and the
 * form is text; at most ten times a second. total 0: not known. A NULL label
 * clears the line.
 */
void output_progress(const struct output_stream *out, const char *label,
		     uint64_t done, uint64_t total);

/* Flushes; EXIT_FAILED with a message when something could not be written. */
enum exit_code output_end(const struct output_stream *out, enum exit_code code);

#endif
