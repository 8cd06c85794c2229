/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/commands.h"

/*
 * A script has a line for each beginning of a command line that is a command,
 * or the first of its two words, and on it what may come next. All of it is read
 * from the tables, so that a new command or option is completed as it comes.
 */

/* The n of "policy" in "policy check"; 0 where a name has one word. */
static size_t first_word(const char *name)
{
	const char *space = strchr(name, ' ');

	return space == NULL ? 0 : (size_t)(space - name);
}

static bool same_first(const char *a, const char *b)
{
	size_t n = first_word(a);

	return n > 0 && n == first_word(b) && strncmp(a, b, n) == 0;
}

/* Whether no command before it in the list has the same first of two words. */
static bool is_first(const struct program *program, size_t command)
{
	for (size_t i = 0; i < command; i++)
		if (same_first(program->commands[i]->name,
			       program->commands[command]->name))
			return false;
	return true;
}

/* ---- Lists of words, a space before each ---- */

static void print_heads(FILE *to, const struct program *program)
{
	for (size_t i = 0; i < program->n_commands; i++) {
		const char *name = program->commands[i]->name;
		size_t n = first_word(name);

		if (is_first(program, i))
			fprintf(to, " %.*s", (int)(n > 0 ? n : strlen(name)), name);
	}
}

static void print_seconds(FILE *to, const struct program *program, const char *name)
{
	for (size_t i = 0; i < program->n_commands; i++)
		if (same_first(program->commands[i]->name, name))
			fputs(program->commands[i]->name + first_word(name), to);
}

static void print_options(FILE *to, const struct program *program,
			  const struct command *command)
{
	for (size_t i = 0; i < program->n_options; i++)
		if ((command->takes & OPTION(i)) != 0)
			fprintf(to, " --%s", program->options[i].name);
}

/* ---- bash, which zsh reads too ---- */

static void print_cases(FILE *to, const struct program *program)
{
	for (size_t i = 0; i < program->n_commands; i++) {
		const struct command *command = program->commands[i];

		if (first_word(command->name) > 0 && is_first(program, i)) {
			fprintf(to, "\t'%.*s') next='",
				(int)first_word(command->name), command->name);
			print_seconds(to, program, command->name);
			fputs("' ;;\n", to);
		}
		fprintf(to, "\t'%s') next='", command->name);
		print_options(to, program, command);
		fputs("' ;;\n", to);
	}
}

/*
 * `at` becomes the command among the words before the one being typed; what is
 * none becomes "?", for which nothing comes next.
 */
static void print_bash(FILE *to, const struct program *program)
{
	fprintf(to,
		"_%s()\n{\n"
		"\tlocal next='' at='' word i\n"
		"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		"\t\tword=${COMP_WORDS[i]}\n"
		"\t\tcase $word in -*) break ;; esac\n"
		"\t\tcase \" ${at:-_} $word \" in\n",
		program->name);
	for (size_t i = 0; i < program->n_commands; i++) {
		const char *name = program->commands[i]->name;
		size_t n = first_word(name);

		if (n > 0 && is_first(program, i))
			fprintf(to, "\t\t' _ %.*s ') ;;\n", (int)n, name);
		fprintf(to, "\t\t' %s%s ') ;;\n", n > 0 ? "" : "_ ", name);
	}
	fputs("\t\t*) at=${at:-?}; break ;;\n\t\tesac\n\t\tat=${at:+$at }$word\n\tdone\n"
	      "\tcase $at in\n\t'') next='",
	      to);
	print_heads(to, program);
	fputs(" --help --version' ;;\n", to);
	print_cases(to, program);
	fprintf(to,
		"\tesac\n"
		"\tCOMPREPLY=($(compgen -W \"$next\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
		"}\n"
		"complete -o default -F _%s %s\n",
		program->name, program->name);
}

static void print_zsh(FILE *to, const struct program *program)
{
	fputs("autoload -U +X bashcompinit && bashcompinit\n", to);
	print_bash(to, program);
}

/* ---- fish ---- */

static void print_quoted(FILE *to, const char *text)
{
	fputc('\'', to);
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
	fputc('\'', to);
}

static void print_fish_command(FILE *to, const struct program *program,
			       const struct command *command)
{
	size_t n = first_word(command->name);

	fprintf(to, "complete -c %s -n '", program->name);
	if (n > 0)
		fprintf(to, "__fish_seen_subcommand_from %.*s' -a '%s' -d ", (int)n,
			command->name, command->name + n + 1);
	else
		fprintf(to, "__fish_use_subcommand' -a '%s' -d ", command->name);
	print_quoted(to, command->summary);
	fputc('\n', to);
	for (size_t i = 0; i < program->n_options; i++) {
		const struct option *option = &program->options[i];

		if ((command->takes & OPTION(i)) == 0)
			continue;
		fprintf(to, "complete -c %s -n '", program->name);
		if (n > 0)
			fprintf(to, "__fish_seen_subcommand_from %.*s; and ", (int)n,
				command->name);
		fprintf(to, "__fish_seen_subcommand_from %s' -l %s%s -d ",
			n > 0 ? command->name + n + 1 : command->name, option->name,
			option->value != NULL ? " -r" : "");
		print_quoted(to, option->help);
		fputc('\n', to);
	}
}

static void print_fish(FILE *to, const struct program *program)
{
	for (size_t i = 0; i < program->n_commands; i++) {
		const char *name = program->commands[i]->name;

		if (first_word(name) > 0 && is_first(program, i))
			fprintf(to,
				"complete -c %s -n '__fish_use_subcommand' -a '%.*s'\n",
				program->name, (int)first_word(name), name);
		print_fish_command(to, program, program->commands[i]);
	}
}

static enum exit_code run(const struct invocation *in)
{
	static const struct {
		const char *name;
		void (*print)(FILE *to, const struct program *program);
	} shells[] = {
		{ "bash", print_bash },
		{ "zsh", print_zsh },
		{ "fish", print_fish },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(shells); i++) {
		if (strcmp(in->operands[0], shells[i].name) != 0)
			continue;
		if (in->out.form == OUTPUT_JSON)
			return output_error(&in->out, EXIT_USAGE,
					    "a script for a shell has no JSON form");
		shells[i].print(in->out.to, in->program);
		return EXIT_DONE;
	}
	return output_error(&in->out, EXIT_USAGE,
			    "the shells are bash, zsh and fish");
}

const struct command command_completion = {
	.name = "completion",
	.operands = "SHELL",
	.summary = "prints a script that completes commands and options",
	.text = "SHELL is bash, zsh or fish. The script is made from the same tables "
		"as --help and holds nothing of any case.",
	.examples = {
		{ "completion bash >~/.local/share/bash-completion/completions/permit",
		  "For bash, from the next shell on:" },
		{ "completion fish >~/.config/fish/completions/permit.fish",
		  "For fish:" },
	},
	.takes = TAKES_ALWAYS,
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
