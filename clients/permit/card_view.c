/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clients/permit/card_view.h"
#include "policy/base/text.h"

const char *const card_verdict_words[N_CARD_VERDICTS] = {
	[CARD_YES] = "Yes",
	[CARD_IN_PART] = "In part",
	[CARD_NO] = "No",
	[CARD_NOT_SAID] = "Not said",
};

const char *const card_verdict_names[N_CARD_VERDICTS] = {
	[CARD_YES] = "yes",
	[CARD_IN_PART] = "in part",
	[CARD_NO] = "no",
	[CARD_NOT_SAID] = "not said",
};

static const char *or_cut(const char *text)
{
	return text == NULL ? "(too long to show)" : text;
}

/* ---- Reading ---- */

void card_view_done(struct card_view *view)
{
	policy_file_done(&view->file);
	arena_done(&view->arena);
	arena_done(&view->scratch);
}

enum exit_code card_view_read(const struct output_stream *out, const char *path,
			      const char *vocabulary, struct card_view *ret_view)
{
	struct policy_file *file = &ret_view->file;
	enum exit_code code = policy_file_load(out, path, vocabulary, file);

	if (file->edition == NULL && file->diagnostics.n > 0) {
		policy_file_complain(out, file, stderr);
		return output_error(out, code, "%s is not valid: see policy check",
				    path);
	}
	if (code != EXIT_DONE)
		return code;
	arena_init(&ret_view->arena, POLICY_ARENA_BYTES);
	arena_init(&ret_view->scratch, PROVE_SCRATCH_BYTES);
	ret_view->card = arena_alloc(&ret_view->arena, sizeof(*ret_view->card));
	if (ret_view->card == NULL ||
	    card_make(file->edition, &ret_view->arena, &ret_view->scratch,
		      ret_view->card) != 0)
		return output_error(out, EXIT_FAILED,
				    "%s: out of memory, nothing is proven", path);
	arena_reset(&ret_view->scratch);
	return EXIT_DONE;
}

/* ---- Words ---- */

const char *card_text(struct card_view *view, const char *format, ...)
{
	va_list args, again;
	char *text;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = n < 0 ? NULL : arena_alloc(&view->scratch, (size_t)n + 1);
	if (text != NULL)
		vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	return or_cut(text);
}

static const struct table *table_of(const struct card_view *view,
				    const struct card_case *of)
{
	const struct edition *edition = view->file.edition;

	return &edition->tables[edition->questions[of->question].table];
}

const char *card_value(struct card_view *view, const struct card_case *of)
{
	const struct output *output = &table_of(view, of)->outputs[of->output];
	uint64_t value = of->shown->value;
	struct builder text;

	if (!output->collected)
		return value < output->n_values ? output->values[value] : "none";
	builder_init(&text, &view->scratch);
	for (uint8_t i = 0; i < output->n_values; i++)
		if ((value >> i & 1) != 0)
			builder_format(&text, "%s%s", text.n > 0 ? ", " : "",
				       output->values[i]);
	return value == 0 ? "none" : or_cut(builder_text(&text));
}

/* The facts behind the derived facts that a case is shown with. */
static uint64_t behind_shown(const struct edition *edition,
			     const struct card_case *of)
{
	uint64_t facts = 0;

	for (uint16_t v = 0; v < edition->n_variables; v++)
		if (edition->variables[v].kind == VARIABLE_DERIVED &&
		    of->shown->shown.classes[v] != CASE_ANY)
			facts |= edition->derived[edition->variables[v].index].facts;
	return facts;
}

const char *card_answers(struct card_view *view, const struct card_case *of,
			 bool all)
{
	const struct edition *edition = view->file.edition;
	const struct facts *facts = of->shown->facts;
	uint64_t which = all ? UINT64_MAX : behind_shown(edition, of);
	char day[DATE_TEXT_BYTES];
	struct builder text;
	unsigned n = 0;

	if (facts == NULL)
		return NULL;
	date_print(facts->as_of, day);
	builder_init(&text, &view->scratch);
	builder_string(&text, day);
	for (uint16_t f = 0; f < edition->n_facts; f++)
		if ((which >> f & 1) != 0 &&
		    facts->answers[f].state != ANSWER_ABSENT)
			builder_format(&text, "%s %s = %s", n++ == 0 ? ":" : ";",
				       edition->facts[f].key,
				       or_cut(fact_print(&edition->facts[f],
							 &facts->answers[f],
							 &view->scratch)));
	return or_cut(builder_text(&text));
}

const char *card_citations(struct card_view *view, const struct citation *citations,
			   uint8_t n)
{
	struct builder text;

	builder_init(&text, &view->scratch);
	for (uint8_t i = 0; i < n; i++)
		builder_format(&text, "%s%s", i > 0 ? "; " : "", citations[i].text);
	return or_cut(builder_text(&text));
}

const char *card_questions(struct card_view *view)
{
	const struct edition *edition = view->file.edition;
	struct builder text;

	builder_init(&text, &view->scratch);
	for (uint16_t q = 0; q < edition->n_questions; q++)
		builder_format(&text, "%s%s", q > 0 ? ", " : "",
			       edition->questions[q].name);
	return or_cut(builder_text(&text));
}

const char *card_lengths(struct card_view *view, enum report_line permit)
{
	const struct report *report = view->file.edition->report;
	struct card_term terms[ROWS_MAX];
	struct builder text;
	uint8_t n;

	if (report == NULL || !report->lines[permit].said ||
	    report->lines[permit].length < 0)
		return "not said";
	n = card_terms(view->file.edition, &report->lines[permit], terms);
	builder_init(&text, &view->scratch);
	for (uint8_t i = 0; i < n; i++)
		builder_format(&text, "%s%s", i > 0 ? ", " : "",
			       or_cut(card_term_text(&terms[i], &view->scratch)));
	return n == 0 ? "none granted" : or_cut(builder_text(&text));
}

/* ---- Facts of a case ---- */

/* The case with nothing but what one fact or derived fact says. */
static bool only(const struct edition *edition, const struct diagram_case *shown,
		 uint16_t first, struct diagram_case *ret_only)
{
	const struct variable *variable = &edition->variables[first];
	bool given = false;

	memset(ret_only, CASE_ANY, sizeof(*ret_only));
	for (uint16_t v = first; v < edition->n_variables; v++) {
		if (edition->variables[v].kind != variable->kind ||
		    edition->variables[v].index != variable->index)
			continue;
		ret_only->classes[v] = shown->classes[v];
		given = given || shown->classes[v] != CASE_ANY;
	}
	return given;
}

static bool is_first(const struct edition *edition, uint16_t variable)
{
	const struct variable *of = &edition->variables[variable];

	for (uint16_t v = 0; v < variable; v++)
		if (edition->variables[v].kind == of->kind &&
		    edition->variables[v].index == of->index)
			return false;
	return true;
}

/* How a value is written: with its label for people, or as the key it is. */
static const char *value_text(const struct fact *fact, uint8_t value, bool labels)
{
	const char *label = fact->value_labels[value].in[LANGUAGE_EN];

	return !labels || label == NULL || label[0] == '\0' ? fact->values[value]
							     : label;
}

/* "minor, not major", "none", "not major". */
static const char *elements_text(struct card_view *view, const struct fact *fact,
				 const struct diagram_case *only_set, bool labels)
{
	const struct edition *edition = view->file.edition;
	struct builder text;
	unsigned n[2] = { 0, 0 };

	builder_init(&text, &view->scratch);
	for (int class = 1; class >= 0; class--)
		for (uint16_t v = 0; v < edition->n_variables; v++)
			if (only_set->classes[v] == class)
				builder_format(
					&text, "%s%s%s", text.n > 0 ? ", " : "",
					class == 0 && n[class]++ == 0 ? "not " : "",
					value_text(fact,
						   edition->variables[v].element,
						   labels));
	for (uint16_t v = 0; v < edition->n_variables; v++)
		n[1] += only_set->classes[v] == 1;
	if (n[1] == 0 && n[0] == fact->n_values)
		return "none";
	return or_cut(builder_text(&text));
}

/* What diagram_case_text says behind the name. */
static const char *behind_name(struct card_view *view,
			       const struct diagram_case *single, const char *name)
{
	const char *text = or_cut(diagram_case_text(view->file.edition, single,
						    &view->scratch));

	if (strncmp(text, name, strlen(name)) == 0)
		text += strlen(name);
	return strncmp(text, " = ", 3) == 0 ? text + 3 : text;
}

static void describe(struct card_view *view, uint16_t variable,
		     const struct diagram_case *single, bool labels,
		     struct card_fact *fact)
{
	const struct edition *edition = view->file.edition;
	const struct variable *v = &edition->variables[variable];
	uint8_t class = single->classes[variable];
	const struct fact *of;

	if (v->kind == VARIABLE_DERIVED) {
		fact->key = edition->derived[v->index].name;
		fact->label = "computed";
		fact->text = behind_name(view, single, fact->key);
		return;
	}
	of = &edition->facts[v->index];
	fact->key = of->key;
	fact->label = of->label.in[LANGUAGE_EN];
	if (v->kind == VARIABLE_ELEMENT)
		fact->text = elements_text(view, of, single, labels);
	else if (of->type == FACT_ENUMERATION && class < of->n_values)
		fact->text = value_text(of, class, labels);
	else
		fact->text = behind_name(view, single, of->key);
}

size_t card_facts(struct card_view *view, const struct card_case *of,
		  const struct card_case *other, bool labels,
		  struct card_fact facts[CARD_FACTS_MAX])
{
	const struct edition *edition = view->file.edition;
	size_t n = 0;

	for (uint16_t v = 0; v < edition->n_variables; v++) {
		struct diagram_case mine, theirs;

		if (!is_first(edition, v) ||
		    !only(edition, &of->shown->shown, v, &mine))
			continue;
		describe(view, v, &mine, labels, &facts[n]);
		facts[n++].differs =
			other != NULL &&
			only(edition, &other->shown->shown, v, &theirs) &&
			memcmp(&mine, &theirs, sizeof(mine)) != 0;
	}
	return n;
}

const char *card_case_text(struct card_view *view, const struct card_case *of)
{
	struct card_fact facts[CARD_FACTS_MAX];
	size_t n = card_facts(view, of, NULL, false, facts);
	struct builder text;

	builder_init(&text, &view->scratch);
	for (size_t i = 0; i < n; i++)
		builder_format(&text, "%s%s%s%s", i > 0 ? "; " : "", facts[i].key,
			       facts[i].text[0] == ' ' ? "" : " = ", facts[i].text);
	return n == 0 ? "whatever the facts are" : or_cut(builder_text(&text));
}
