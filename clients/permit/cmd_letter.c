/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "clients/permit/explained.h"
#include "clients/permit/html.h"
#include "clients/permit/letter.h"
#include "clients/permit/pdf.h"
#include "policy/diagram/explain.h"

#define TEXT_BYTES (1u * 1024 * 1024)

/* Large enough to read, on paper as on a telephone; nothing is fetched. */
static const char style[] =
	"body{max-width:40rem;margin:2rem auto;padding:0 1rem;"
	"font:1.1rem/1.6 sans-serif;color:#1b1f24;background:#fff;"
	"overflow-wrap:break-word}"
	"h1{font-size:1.6rem}h2{font-size:1.25rem;margin:2rem 0 .5rem}"
	"h2{break-after:avoid}ul{padding-left:1rem;list-style:none}"
	"@page{size:A4;margin:2cm}"
	"@media print{body{margin:0;max-width:none;padding:0;font-size:11pt}"
	"h2{margin:1rem 0 .25rem}p{margin:.4rem 0}}";

enum format { FORMAT_TXT, FORMAT_HTML, FORMAT_PDF, N_FORMATS };

static const char *const format_names[N_FORMATS] = { "txt", "html", "pdf" };
static const char *const language_codes[N_LANGUAGES] = { "en", "fr", "de", "it" };
static const char *const kind_names[] = { "title", "heading", "paragraph", "item" };

static void print_text(const struct output_stream *out, const struct letter *letter)
{
	for (size_t i = 0; i < letter->n; i++) {
		const struct letter_block *block = &letter->blocks[i];

		switch (block->kind) {
		case LETTER_TITLE:
			output_styled(out, STYLE_STRONG, "%s", block->text);
			break;
		case LETTER_HEADING:
			output_heading(out, block->text);
			break;
		case LETTER_PARAGRAPH:
			if (letter->blocks[i - 1].kind != LETTER_HEADING &&
			    out->form == OUTPUT_TEXT)
				output_line(out, "%s", "");
			output_paragraph(out, 0, "", block->text);
			break;
		case LETTER_ITEM:
			output_paragraph(out, 2, "", block->text);
			break;
		}
	}
}

static void print_html(FILE *to, const struct letter *letter)
{
	static const char *const tags[] = { "h1", "h2", "p", "li" };
	bool in_list = false;

	fprintf(to,
		"<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
		"<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\"/>\n",
		language_codes[letter->language]);
	html_element(to, "title", NULL, letter->blocks[0].text);
	fprintf(to, "<style>%s</style>\n</head>\n<body>\n", style);
	for (size_t i = 0; i < letter->n; i++) {
		bool item = letter->blocks[i].kind == LETTER_ITEM;

		if (item != in_list)
			fputs(item ? "<ul>\n" : "</ul>\n", to);
		in_list = item;
		html_element(to, tags[letter->blocks[i].kind], NULL,
			     letter->blocks[i].text);
	}
	fputs(in_list ? "</ul>\n</body>\n</html>\n" : "</body>\n</html>\n", to);
}

static enum exit_code print_pdf(const struct output_stream *out,
				const struct letter *letter)
{
	FILE *page = pdf_page();
	enum exit_code code;

	if (page == NULL)
		return output_error(out, EXIT_FAILED, "%s", strerror(errno));
	print_html(page, letter);
	code = pdf_print(out, page);
	fclose(page);
	return code;
}

static enum exit_code print_json(const struct output_stream *out,
				 const struct letter *letter)
{
	json_t *blocks = json_array();

	for (size_t i = 0; i < letter->n && blocks != NULL; i++)
		if (json_array_append_new(
			    blocks, json_pack("{s:s, s:s}", "kind",
					      kind_names[letter->blocks[i].kind], "text",
					      letter->blocks[i].text)) != 0) {
			json_decref(blocks);
			blocks = NULL;
		}
	return output_json(out,
			   json_pack("{s:s, s:o}", "language",
				     language_codes[letter->language], "blocks", blocks),
			   EXIT_DONE);
}

static enum exit_code print_as(const struct output_stream *out,
			       const struct letter *letter, enum format format)
{
	if (out->form == OUTPUT_JSON)
		return print_json(out, letter);
	if (format == FORMAT_PDF)
		return print_pdf(out, letter);
	if (format == FORMAT_HTML)
		print_html(out->to, letter);
	else
		print_text(out, letter);
	return EXIT_DONE;
}

static enum exit_code write_case(struct known_case *known, struct arena *texts,
				 struct arena *scratch, struct letter *ret_letter)
{
	const struct output_stream *out = &known->in->out;
	struct decision decision;
	uint64_t reason;
	enum exit_code code = known_case_decide(known, &known->facts, &decision);
	int r;

	if (code != EXIT_DONE)
		return code;
	r = explain_reason(&known->facts, &decision, scratch, &reason);
	if (r == 0)
		r = letter_write(known, &decision, reason, texts, ret_letter);
	if (r < 0)
		return output_error(out, EXIT_FAILED, "out of memory");
	if (r == LETTER_E_WORD) {
		output_error(out, EXIT_NOT_VALID,
			     "no letter may speak of \"%s\", and a text of this policy "
			     "does",
			     ret_letter->word);
		output_hint(out, "mend the reason or the label in the policy");
		return EXIT_NOT_VALID;
	}
	return EXIT_DONE;
}

static enum exit_code make(const struct invocation *in, struct letter *ret_letter,
			   enum format format)
{
	CLEANUP(known_case_done) struct known_case known = { 0 };
	CLEANUP(arena_done) struct arena texts;
	CLEANUP(arena_done) struct arena scratch;
	enum exit_code code;

	arena_init(&texts, TEXT_BYTES);
	arena_init(&scratch, DECIDE_ARENA_BYTES);
	code = known_case_open(in, &known);
	if (code == EXIT_DONE)
		code = write_case(&known, &texts, &scratch, ret_letter);
	return code == EXIT_DONE ? print_as(&in->out, ret_letter, format) : code;
}

static enum exit_code run(const struct invocation *in)
{
	const char *name = in->values[OPTION_FORMAT];
	struct letter letter;
	unsigned format = FORMAT_TXT;

	while (name != NULL && format < N_FORMATS &&
	       strcmp(name, format_names[format]) != 0)
		format++;
	if (format == N_FORMATS)
		return output_error(&in->out, EXIT_USAGE,
				    "a letter has the format txt, html or pdf, not "
				    "\"%s\"",
				    name);
	return make(in, &letter, (enum format)format);
}

const struct command command_letter = {
	.name = "letter",
	.operands = "[DECISION]",
	.summary = "writes a letter to the person about a decision",
	.text = "What was found, why, the dates, what is still needed, and what to do "
		"for who does not agree. The title tells nothing of the case; give "
		"the file a neutral name too. Answers of the most sensitive kind are "
		"never repeated. Where and until when one can object is not in a "
		"policy: the office writes it into the line left for it. Without "
		"DECISION the case is a facts file under a policy FILE, no daemon is "
		"needed, and the letter says that it is a draft.",
	.examples = {
		{ "letter 0123456789abcdef0123456789abcdef --lang fr", "In French:" },
		{ "letter 12 --lang de --format html >letter.html",
		  "A page to print, by its place in the log:" },
		{ "letter 12 --lang it --format pdf >letter.pdf",
		  "The same on paper; WeasyPrint makes it:" },
		{ "letter --policy edition.md --question renewal --facts a.facts",
		  "A draft, of a case in files:" },
	},
	.takes = TAKES_CASE | OPTION(OPTION_FORMAT),
	.max_operands = 1,
	.run = run,
};
