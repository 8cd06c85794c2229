/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_HELP_H
#define PERMIT_CLIENTS_HELP_H

#include "clients/options.h"

/* --help of the program: examples, commands, options, exit codes. */
enum exit_code help_program(const struct output_stream *out,
			    const struct program *program);

/*
 * --help of the command whose name the words begin with, or of each command
 * that begins with them ("policy"). EXIT_USAGE when there is none.
 */
enum exit_code help_commands(const struct output_stream *out,
			     const struct program *program, char *const *words,
			     int n_words);

#endif
