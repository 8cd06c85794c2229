/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_OPTIONS_H
#define PERMIT_CLIENTS_OPTIONS_H

#include "clients/output.h"

/*
 * The command line as tables: a program has options and commands, a command
 * takes some of the options. Parsing, --help and the suggestions after a
 * mistyped word all read these tables, so they cannot drift apart.
 */
#define OPTIONS_MAX 32
#define EXAMPLES_PER_COMMAND 4
#define OPERANDS_ANY 255

struct option {
	const char *name;  /* "as-of" */
	const char *value; /* "DATE"; NULL for a switch */
	const char *help;
};

/* Bit of an option in struct command. */
#define OPTION(index) (UINT32_C(1) << (index))

struct usage_example {
	const char *line; /* without the program's name; NULL ends the list */
	const char *says;
};

struct invocation;

struct command {
	const char *name;     /* one or two words: "policy check" */
	const char *operands; /* "FILE...", as --help writes them */
	const char *summary;  /* one line */
	const char *text; /* what a reader must know beyond it; "" for nothing */
	struct usage_example examples[EXAMPLES_PER_COMMAND];
	uint32_t takes; /* OPTION() of each */
	uint32_t needs; /* those it cannot do without */
	uint8_t min_operands;
	uint8_t max_operands;
	enum exit_code (*run)(const struct invocation *invocation);
};

/* The first options of every program. */
enum common_option {
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_JSON,
	OPTION_PLAIN,
	N_COMMON
};

struct program {
	const char *name;
	const char *summary;
	const char *text; /* after the commands in --help */
	const struct usage_example *examples; /* the last has no line */
	const struct option *options; /* begins with those of enum common_option */
	size_t n_options;
	const struct command *const *commands;
	size_t n_commands;
};

/* What was asked for. Valid while the command runs; points into argv. */
struct invocation {
	const struct program *program;
	const struct command *command;
	const char *values[OPTIONS_MAX]; /* NULL: not given; "" for a switch */
	const char *const *operands;
	size_t n_operands;
	struct output_stream out;
};

/* Parses, answers --help and --version, and runs the command. */
enum exit_code program_run(const struct program *program, int argc, char **argv);

/*
 * The candidate nearest to a mistyped name, or NULL when none is near enough
 * to be meant.
 */
const char *nearest_name(const char *name, const char *const *candidates,
			 size_t n_candidates);

#endif
