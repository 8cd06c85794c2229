/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_HTML_H
#define PERMIT_CLIENTS_HTML_H

#include <stdbool.h>
#include <stdio.h>

#include "clients/output.h"

/*
 * Text in HTML, in the one place that escapes it. What is written this way is
 * well-formed in HTML and in XML alike, whatever the text holds: the characters
 * of markup become references; bytes that are not UTF-8, control characters and
 * code points that no document may hold become U+FFFD, as do those that would
 * turn the direction of the text around them.
 */
void html_text(FILE *to, const char *text);

/* <tag class="class">text</tag>; without the class where that is NULL. */
void html_element(FILE *to, const char *tag, const char *class, const char *text);

/*
 * A link that shows `text`; the text alone where the address is neither http
 * nor https, so that no other scheme ever becomes one.
 */
void html_link(FILE *to, const char *address, const char *text);

/*
 * Draws a page and writes it to a file when it is whole. Says what is wrong, as
 * files_write() does; EXIT_FAILED when memory ran out.
 */
enum exit_code html_write(const struct output_stream *out, const char *path,
			  void (*draw)(FILE *to, void *what), void *what);

#endif
