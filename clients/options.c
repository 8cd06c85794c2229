/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/help.h"
#include "clients/options.h"
#include "policy/base/text.h"

#define WORDS_MAX 64

/* Where parsing stands. Operands move to the front of argv as they are found. */
struct parse {
	struct invocation *in;
	int argc;
	char **argv;
	int at;
	int n_operands;
};

const char *nearest_name(const char *name, const char *const *candidates,
			 size_t n_candidates)
{
	const char *best = NULL;
	unsigned best_distance = 1 + (unsigned)strlen(name) / 3;
	unsigned distance;
	size_t i;

	for (i = 0; i < n_candidates; i++) {
		distance = text_distance(text_of(name), text_of(candidates[i]));
		if (distance <= best_distance &&
		    (best == NULL || distance < best_distance)) {
			best = candidates[i];
			best_distance = distance;
		}
	}
	return best;
}

static int find_option(const struct program *program, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < program->n_options; i++)
		if (strlen(program->options[i].name) == n &&
		    memcmp(program->options[i].name, name, n) == 0)
			return (int)i;
	return -1;
}

static enum exit_code refuse_option(const struct parse *parse, const char *given)
{
	const struct program *program = parse->in->program;
	const char *names[OPTIONS_MAX];
	const char *nearest;
	size_t i;
	enum exit_code code;

	code = output_error(&parse->in->out, EXIT_USAGE, "there is no option %s",
			    given);
	for (i = 0; i < program->n_options; i++)
		names[i] = program->options[i].name;
	nearest = nearest_name(given + strspn(given, "-"), names,
			       program->n_options);
	if (nearest != NULL)
		output_hint(&parse->in->out, "Did you mean --%s?", nearest);
	else
		output_hint(&parse->in->out, "%s --help lists them.",
			    program->name);
	return code;
}

static enum exit_code take_option(struct parse *parse)
{
	const char *given = parse->argv[parse->at];
	const char *name = given + 2;
	const char *value = strchr(name, '=');
	size_t n = value != NULL ? (size_t)(value - name) : strlen(name);
	const struct option *option;
	int index;

	if (strcmp(given, "-h") == 0)
		index = OPTION_HELP;
	else
		index = strncmp(given, "--", 2) == 0
				? find_option(parse->in->program, name, n)
				: -1;
	if (index < 0)
		return refuse_option(parse, given);
	option = &parse->in->program->options[index];
	if (parse->in->values[index] != NULL)
		return output_error(&parse->in->out, EXIT_USAGE,
				    "--%s is there twice", option->name);
	if (option->value == NULL && value != NULL)
		return output_error(&parse->in->out, EXIT_USAGE,
				    "--%s takes no value", option->name);
	if (option->value != NULL && value == NULL && parse->at + 1 == parse->argc)
		return output_error(&parse->in->out, EXIT_USAGE,
				    "--%s needs a value: %s", option->name,
				    option->value);
	if (option->value == NULL)
		parse->in->values[index] = "";
	else
		parse->in->values[index] = value != NULL ? value + 1
							 : parse->argv[++parse->at];
	return EXIT_DONE;
}

static enum exit_code take_words(struct parse *parse)
{
	bool only_operands = false;
	enum exit_code code;
	const char *word;

	for (parse->at = 1; parse->at < parse->argc; parse->at++) {
		word = parse->argv[parse->at];
		if (!only_operands && strcmp(word, "--") == 0) {
			only_operands = true;
		} else if (only_operands || word[0] != '-' || word[1] == '\0') {
			parse->argv[1 + parse->n_operands++] =
				parse->argv[parse->at];
		} else {
			code = take_option(parse);
			if (code != EXIT_DONE)
				return code;
		}
	}
	return EXIT_DONE;
}

/* How many of the operands are the words of this command's name; 0: it is not. */
static int matches(const struct command *command, char *const *words, int n_words)
{
	struct text rest = text_of(command->name);
	struct text word;
	int n = 0;

	while (text_cut(&rest, ' ', &word)) {
		if (n == n_words || !text_equal(word, words[n]))
			return 0;
		n++;
	}
	return n;
}

static enum exit_code refuse_command(const struct parse *parse)
{
	const struct program *program = parse->in->program;
	const struct output_stream *out = &parse->in->out;
	const char *names[WORDS_MAX];
	const char *nearest;
	char given[128];
	size_t i;
	enum exit_code code;

	snprintf(given, sizeof(given), "%s%s%s", parse->argv[1],
		 parse->n_operands > 1 ? " " : "",
		 parse->n_operands > 1 ? parse->argv[2] : "");
	for (i = 0; i < program->n_commands && i < WORDS_MAX; i++)
		names[i] = program->commands[i]->name;
	nearest = nearest_name(given, names, i);
	if (nearest == NULL)
		nearest = nearest_name(parse->argv[1], names, i);
	code = output_error(out, EXIT_USAGE, "there is no command \"%s\"",
			    nearest != NULL && strchr(nearest, ' ') == NULL
				    ? parse->argv[1]
				    : given);
	if (nearest != NULL)
		output_hint(out, "Did you mean %s %s?", program->name, nearest);
	else
		output_hint(out, "%s --help lists them.", program->name);
	return code;
}

/* Finds the command and takes its name off the operands. */
static enum exit_code take_command(struct parse *parse)
{
	const struct program *program = parse->in->program;
	size_t i;
	int n;

	for (i = 0; i < program->n_commands; i++) {
		n = matches(program->commands[i], parse->argv + 1,
			    parse->n_operands);
		if (n == 0)
			continue;
		parse->in->command = program->commands[i];
		parse->in->operands = (const char *const *)parse->argv + 1 + n;
		parse->in->n_operands = (size_t)(parse->n_operands - n);
		return EXIT_DONE;
	}
	return refuse_command(parse);
}

static enum exit_code check_options(const struct invocation *in)
{
	const struct command *command = in->command;
	size_t i;

	for (i = 0; i < in->program->n_options; i++) {
		if (in->values[i] != NULL && (command->takes & OPTION(i)) == 0)
			return output_error(&in->out, EXIT_USAGE,
					    "%s %s does not take --%s",
					    in->program->name, command->name,
					    in->program->options[i].name);
		if (in->values[i] == NULL && (command->needs & OPTION(i)) != 0)
			return output_error(&in->out, EXIT_USAGE,
					    "%s %s needs --%s %s",
					    in->program->name, command->name,
					    in->program->options[i].name,
					    in->program->options[i].value);
	}
	return EXIT_DONE;
}

static enum exit_code check_operands(const struct invocation *in)
{
	const struct command *command = in->command;

	if (in->n_operands < command->min_operands)
		return output_error(&in->out, EXIT_USAGE, "%s %s needs %s",
				    in->program->name, command->name,
				    command->operands);
	if (command->max_operands != OPERANDS_ANY &&
	    in->n_operands > command->max_operands)
		return output_error(&in->out, EXIT_USAGE,
				    "%s %s does not know what to do with \"%s\"",
				    in->program->name, command->name,
				    in->operands[command->max_operands]);
	return EXIT_DONE;
}

static void choose_form(struct invocation *in, int argc, char **argv)
{
	enum output_form form = OUTPUT_TEXT;
	int i;

	/* Looked for first, so that a mistake in the command line is told in it. */
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			form = OUTPUT_JSON;
		else if (strcmp(argv[i], "--plain") == 0 && form == OUTPUT_TEXT)
			form = OUTPUT_PLAIN;
	output_init(&in->out, in->program->name, stdout, form);
}

static enum exit_code show_help(const struct parse *parse)
{
	struct invocation *in = parse->in;

	if (in->out.form == OUTPUT_JSON)
		in->out.form = OUTPUT_TEXT;
	if (parse->n_operands == 0)
		return help_program(&in->out, in->program);
	return help_commands(&in->out, in->program, parse->argv + 1,
			     parse->n_operands);
}

static enum exit_code run(struct parse *parse)
{
	struct invocation *in = parse->in;
	enum exit_code code = take_words(parse);

	if (code != EXIT_DONE)
		return code;
	if (in->values[OPTION_VERSION] != NULL) {
		printf("%s (permitd) %s\n", in->program->name, PACKAGE_VERSION);
		return EXIT_DONE;
	}
	if (in->values[OPTION_HELP] != NULL)
		return show_help(parse);
	if (parse->n_operands == 0) {
		code = output_error(&in->out, EXIT_USAGE, "what shall be done?");
		output_hint(&in->out, "%s --help shows examples.",
			    in->program->name);
		return code;
	}
	code = take_command(parse);
	if (code == EXIT_DONE)
		code = check_options(in);
	if (code == EXIT_DONE)
		code = check_operands(in);
	return code == EXIT_DONE ? in->command->run(in) : code;
}

enum exit_code program_run(const struct program *program, int argc, char **argv)
{
	struct invocation in = { .program = program };
	struct parse parse = { .in = &in, .argc = argc, .argv = argv };

	choose_form(&in, argc, argv);
	return output_end(&in.out, run(&parse));
}
