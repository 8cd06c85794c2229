/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clients/help.h"
#include "policy/base/text.h"

#define LABEL_COLUMNS 24u

static void put_examples(const struct output_stream *out,
			 const struct program *program,
			 const struct usage_example *examples, size_t n_max)
{
	for (size_t i = 0; i < n_max && examples[i].line != NULL; i++) {
		output_paragraph(out, 2, "", examples[i].says);
		output_styled(out, STYLE_STRONG, "    %s %s", program->name,
			      examples[i].line);
	}
}

static void put_option(const struct output_stream *out, const struct option *option)
{
	char label[64];

	snprintf(label, sizeof(label), "--%s%s%s", option->name,
		 option->value != NULL ? " " : "",
		 option->value != NULL ? option->value : "");
	output_field(out, LABEL_COLUMNS, label, option->help);
}

static void put_exit_codes(const struct output_stream *out)
{
	output_heading(out, "Exit codes");
	output_field(out, 2, "0", "done");
	output_field(out, 2, "1",
		     "a finding: a test fails, a log or a result is not as it "
		     "should be");
	output_field(out, 2, "2", "the command line is wrong");
	output_field(out, 2, "3", "not allowed");
	output_field(out, 2, "4", "not found");
	output_field(out, 2, "5", "the daemon is not reachable");
	output_field(
		out, 2, "6",
		"what was given is not valid: a policy, a facts file, a value");
	output_field(out, 2, "70",
		     "anything else: memory, disk, output, a fault of ours");
}

enum exit_code help_program(const struct output_stream *out,
			    const struct program *program)
{
	size_t i;

	output_line(out, "%s - %s", program->name, program->summary);
	output_heading(out, "Examples");
	put_examples(out, program, program->examples, SIZE_MAX);
	output_heading(out, "Commands");
	for (i = 0; i < program->n_commands; i++)
		output_field(out, 15, program->commands[i]->name,
			     program->commands[i]->summary);
	output_heading(out, "Options");
	for (i = 0; i < program->n_options; i++)
		put_option(out, &program->options[i]);
	output_line(out, "%s", "");
	output_paragraph(out, 0, "", program->text);
	put_exit_codes(out);
	return EXIT_DONE;
}

static void put_command(const struct output_stream *out,
			const struct program *program,
			const struct command *command)
{
	size_t i;

	output_line(out, "%s %s - %s", program->name, command->name,
		    command->summary);
	output_heading(out, "Examples");
	put_examples(out, program, command->examples, EXAMPLES_PER_COMMAND);
	output_heading(out, "Usage");
	output_line(out, "  %s %s%s%s [OPTION...]", program->name, command->name,
		    command->operands[0] != '\0' ? " " : "", command->operands);
	if (command->text[0] != '\0') {
		output_line(out, "%s", "");
		output_paragraph(out, 0, "", command->text);
	}
	output_heading(out, "Options");
	for (i = 0; i < program->n_options; i++)
		if ((command->takes & OPTION(i)) != 0)
			put_option(out, &program->options[i]);
	output_line(out, "%s", "");
	output_paragraph(out, 0, "",
			 "Exit codes are those of the program; its manual "
			 "page has everything.");
}

/* Whether one is the other, or its first word. */
static bool begins_alike(const char *name, char *const *words, int n_words)
{
	struct text rest = text_of(name);
	struct text word;
	int i = 0;

	while (i < n_words && text_cut(&rest, ' ', &word)) {
		if (!text_equal(word, words[i]))
			return false;
		i++;
	}
	return i > 0;
}

enum exit_code help_commands(const struct output_stream *out,
			     const struct program *program, char *const *words,
			     int n_words)
{
	size_t n_shown = 0;
	size_t i;

	for (i = 0; i < program->n_commands; i++) {
		if (!begins_alike(program->commands[i]->name, words, n_words))
			continue;
		if (n_shown++ > 0)
			output_line(out, "%s", "");
		put_command(out, program, program->commands[i]);
	}
	if (n_shown > 0)
		return EXIT_DONE;
	return output_error(out, EXIT_USAGE, "there is no command \"%s\"",
			    words[0]);
}
