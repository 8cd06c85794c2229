/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_PDF_H
#define PERMIT_CLIENTS_PDF_H

#include "clients/exit_code.h"
#include "clients/output.h"

/*
 * A page that lies in memory only, to be written like any file and then given to
 * pdf_print(). The caller closes it. NULL, errno set, when there is no room.
 */
FILE *pdf_page(void);

/*
 * Makes a PDF of an HTML page and writes it where `out` goes. WeasyPrint does it,
 * a program of its own: it lays out pages well, tags the text so that it can be
 * read aloud, and puts nothing of it on the disk.
 *
 * Returns EXIT_DONE; EXIT_USAGE when `out` is a terminal; EXIT_NOT_FOUND without
 * WeasyPrint, with the remedy; EXIT_FAILED. Each is said on standard error.
 */
enum exit_code pdf_print(const struct output_stream *out, FILE *page);

#endif
