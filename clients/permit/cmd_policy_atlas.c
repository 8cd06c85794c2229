/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/atlas.h"
#include "clients/permit/commands.h"
#include "clients/permit/html.h"

static void draw(FILE *to, void *what)
{
	atlas_html(to, what);
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(atlas_done) struct atlas atlas = { .entries = NULL };
	enum exit_code code = atlas_read(&in->out, in->operands, in->n_operands,
					 in->values[OPTION_VOCABULARY], &atlas);

	if (code == EXIT_DONE && in->values[OPTION_HTML] != NULL)
		code = html_write(&in->out, in->values[OPTION_HTML], draw, &atlas);
	if (code != EXIT_DONE)
		return code;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out, atlas_json(&atlas), EXIT_DONE);
	return atlas_say(&in->out, &atlas)
		       ? EXIT_DONE
		       : output_error(&in->out, EXIT_FAILED, "out of memory");
}

const struct command command_policy_atlas = {
	.name = "policy atlas",
	.operands = "FOLDER|FILE...",
	.summary = "compares laws: report cards side by side and over time",
	.text = "No daemon is needed. Reads policies, or all in a folder and below it "
		"(*.md, but neither README.md nor vocabulary.md), and judges each as "
		"policy card does. Shows of each law its latest edition; how many "
		"laws answer yes; how long the path to permanence is and whether "
		"there are dead ends; what changed from edition to edition; and, of "
		"laws as they are written, in which share of cases co-operation "
		"decides. With --html all of it becomes one page, each answer linked "
		"to its rows, sources and counterexample. Ends with 0 whatever the "
		"laws answer.",
	.examples = {
		{ "policy atlas policy/tables/canada policy/tables/france",
		  "Two states:" },
		{ "policy atlas --html atlas.html policy/tables",
		  "Every law there is, as a page:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_VOCABULARY) | OPTION(OPTION_HTML),
	.min_operands = 1,
	.max_operands = OPERANDS_ANY,
	.run = run,
};
