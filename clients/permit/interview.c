/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/files.h"
#include "clients/permit/fact_form.h"
#include "clients/permit/interview.h"
#include "clients/permit/show.h"
#include "clients/permit/words.h"
#include "policy/base/text.h"

void interview_done(struct interview *interview)
{
	evaluation_done(&interview->evaluation);
	case_facts_done(&interview->facts);
	free(interview->line);
}

static const struct output_stream *output_of(const struct interview *interview)
{
	return &interview->evaluation.in->out;
}

static const char *word(const struct interview *interview, enum word which)
{
	return word_in(which, interview->evaluation.language);
}

const char *interview_read(struct interview *interview, const char *prompt)
{
	FILE *to = output_of(interview)->to;
	struct text text;
	ssize_t n;

	fprintf(to, "%s> ", prompt);
	fflush(to);
	n = getline(&interview->line, &interview->line_room, stdin);
	if (n < 0) {
		fputc('\n', to);
		return NULL;
	}
	text = text_trim((struct text){ interview->line, (size_t)n });
	while (text.n > 0 && strchr("\r\n", text.at[text.n - 1]) != NULL)
		text.n--;
	memmove(interview->line, text.at, text.n);
	interview->line[text.n] = '\0';
	return interview->line;
}

static bool is_answered(const struct interview *interview, const char *key)
{
	const struct facts_file *file = &interview->facts.file;
	size_t i;

	for (i = 0; i < file->n; i++)
		if (strcmp(file->items[i].key, key) == 0)
			return true;
	return false;
}

static const char *first_open(const struct interview *interview, char *const *keys,
			      size_t n_keys)
{
	size_t i;

	for (i = 0; i < n_keys; i++)
		if (!is_answered(interview, keys[i]))
			return keys[i];
	return NULL;
}

/* What the outcome hangs on comes before what only a detail hangs on. */
static const char *next_key(const struct interview *interview)
{
	const Permit__V1__Decision *decision = interview->evaluation.decision;
	const char *key = first_open(interview, decision->facts_open,
				     decision->n_facts_open);

	if (key != NULL)
		return key;
	return first_open(interview, decision->facts_open_outputs,
			  decision->n_facts_open_outputs);
}

/* The answer to the date the case was received can select another edition. */
static bool is_described(const struct evaluation *evaluation)
{
	const Permit__V1__DescribeResponse *described = evaluation->described;
	const Permit__V1__Decision *decision = evaluation->decision;

	return described != NULL && described->edition != NULL &&
	       decision->edition != NULL &&
	       described->edition->hash.len == decision->edition->hash.len &&
	       memcmp(described->edition->hash.data, decision->edition->hash.data,
		      decision->edition->hash.len) == 0;
}

static enum exit_code evaluate(struct interview *interview)
{
	struct evaluation *evaluation = &interview->evaluation;
	enum exit_code code;

	if (case_facts_message(&interview->facts) != 0)
		return output_error(output_of(interview), EXIT_FAILED,
				    "out of memory");
	code = evaluation_ask(evaluation, &interview->facts, false);
	if (code == EXIT_DONE && !is_described(evaluation))
		code = evaluation_describe(
			evaluation, evaluation->decision->dates != NULL
					    ? evaluation->decision->dates->in_force
					    : evaluation->as_of);
	return code;
}

static void show_choices(const struct interview *interview,
			 const Permit__V1__FactDescription *fact)
{
	const struct output_stream *out = output_of(interview);
	enum language language = interview->evaluation.language;
	size_t i;

	if (fact->type == PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_BOOLEAN) {
		output_line(out, "   1  yes  %s", word(interview, WORD_YES));
		output_line(out, "   2  no   %s", word(interview, WORD_NO));
		return;
	}
	for (i = 0; i < fact->n_values; i++)
		output_line(out, "  %2zu  %-18s %s", i + 1, fact->values[i]->name,
			    text_in(fact->values[i]->labels,
				    fact->values[i]->n_labels, language));
	if (fact->type == PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_SET)
		output_paragraph(out, 2, "", word(interview, WORD_FORM_SET));
}

static void show_left(const struct interview *interview)
{
	uint32_t left = interview->evaluation.decision->questions_left;
	char number[NUMBER_BYTES];
	char line[128];

	if (left > 0)
		output_styled(output_of(interview), STYLE_FAINT, "%s",
			      word_fill(word(interview, WORD_QUESTIONS_LEFT),
					number_text(left, number), "", line,
					sizeof(line)));
}

static void show_question(const struct interview *interview,
			  const Permit__V1__FactDescription *fact)
{
	const struct output_stream *out = output_of(interview);
	enum language language = interview->evaluation.language;
	const char *do_not = text_in(fact->do_nots, fact->n_do_nots, language);
	char form[FACT_FORM_BYTES];

	output_heading(out, text_in(fact->questions, fact->n_questions, language));
	show_left(interview);
	output_paragraph(out, 0, word(interview, WORD_WHY_WE_ASK),
			 text_in(fact->whys, fact->n_whys, language));
	if (do_not[0] != '\0')
		output_paragraph(out, 0, word(interview, WORD_DO_NOT), do_not);
	output_paragraph(out, 0, word(interview, WORD_WHOM),
			 fact_whom(fact, language));
	if (fact_has_choices(fact))
		show_choices(interview, fact);
	else
		output_paragraph(out, 2, "", fact_form(fact, language, form));
	output_styled(out, STYLE_FAINT, "  %s", word(interview, WORD_KEYS));
}

bool interview_back(struct interview *interview)
{
	if (interview->facts.file.n <= interview->n_given)
		return false;
	interview->facts.file.n--;
	return true;
}

/* Takes an answer in. False when it can be none, or there is no room. */
static bool add_answer(struct interview *interview,
		       const Permit__V1__FactDescription *fact, const char *typed)
{
	struct facts_file *file = &interview->facts.file;
	struct arena *arena = &interview->facts.arena;
	struct facts_item item = { .state = ANSWER_VALUE };
	char answer[FACT_ANSWER_BYTES];
	const char *value;

	item.key = arena_text(arena, fact->key, strlen(fact->key));
	if (item.key == NULL || file->n == FACTS_MAX)
		return false;
	if (strcmp(typed, "?") == 0) {
		item.state = ANSWER_NOT_KNOWN;
	} else if (strcmp(typed, "-") == 0) {
		item.state = ANSWER_DECLINED;
	} else {
		value = fact_answer(fact, typed, answer);
		if (value == NULL)
			return false;
		item.value = arena_text(arena, value, strlen(value));
		if (item.value == NULL)
			return false;
	}
	file->items[file->n++] = item;
	return true;
}

enum asked { ASKED_ANSWERED, ASKED_BACK, ASKED_QUIT };

static enum asked ask(struct interview *interview, const char *key)
{
	const Permit__V1__FactDescription *fact = described_fact(
		interview->evaluation.described, key);
	const struct output_stream *out = output_of(interview);
	const char *typed;

	if (fact == NULL)
		return ASKED_QUIT;
	show_question(interview, fact);
	for (;;) {
		typed = interview_read(interview, word(interview, WORD_ANSWER));
		if (typed == NULL || strcmp(typed, "q") == 0)
			return ASKED_QUIT;
		if (strcmp(typed, "<") == 0) {
			if (interview_back(interview))
				return ASKED_BACK;
			output_line(out, "%s",
				    word(interview, WORD_NOTHING_BEFORE));
		} else if (typed[0] != '\0') {
			if (add_answer(interview, fact, typed))
				return ASKED_ANSWERED;
			output_line(out, "%s %s",
				    word(interview, WORD_NOT_AN_ANSWER), typed);
		}
	}
}

enum interview_step interview_run(struct interview *interview,
				  enum exit_code *ret_code)
{
	enum exit_code code = evaluate(interview);
	const char *key;

	while (code == EXIT_DONE) {
		key = next_key(interview);
		if (key == NULL)
			return INTERVIEW_ENDED;
		if (ask(interview, key) == ASKED_QUIT)
			return INTERVIEW_QUIT;
		code = evaluate(interview);
		/* What was refused was said: the question comes back. */
		while (code == EXIT_NOT_VALID && interview_back(interview))
			code = evaluate(interview);
	}
	*ret_code = code;
	return INTERVIEW_FAILED;
}

static void print_item(struct builder *builder, const struct facts_item *item)
{
	const char *value = item->value;
	char dated[DATE_TEXT_BYTES] = "";

	if (item->state == ANSWER_NOT_KNOWN)
		value = "not known";
	else if (item->state == ANSWER_DECLINED)
		value = "declined";
	builder_format(builder, "%s = %s", item->key, value);
	if (item->has_dated)
		date_print(item->dated, dated);
	if (item->source != SOURCE_UNSTATED || item->basis != BASIS_UNSTATED ||
	    item->has_dated)
		builder_format(builder, " @%s%s%s%s%s%s",
			       item->source != SOURCE_UNSTATED ? " " : "",
			       facts_source_names[item->source],
			       item->basis != BASIS_UNSTATED ? " " : "",
			       facts_basis_names[item->basis],
			       item->has_dated ? " " : "", dated);
	builder_string(builder, "\n");
}

enum exit_code interview_save(struct interview *interview, const char *path)
{
	const struct invocation *in = interview->evaluation.in;
	const struct facts_file *file = &interview->facts.file;
	struct builder builder;
	const char *text;
	size_t i;
	enum exit_code code;

	builder_init(&builder, &interview->facts.arena);
	builder_format(&builder, "# %s, %s\n", in->values[OPTION_POLICY],
		       in->values[OPTION_QUESTION]);
	for (i = 0; i < file->n; i++)
		print_item(&builder, &file->items[i]);
	text = builder_text(&builder);
	if (text == NULL)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	code = files_write(&in->out, path,
			  (struct bytes){ (const uint8_t *)text, strlen(text) });
	if (code == EXIT_DONE)
		output_line(&in->out, "%s %s", word(interview, WORD_SAVED), path);
	return code;
}
