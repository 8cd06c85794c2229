/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "clients/permit/explained.h"
#include "policy/diagram/explain.h"

#define LABEL_COLUMNS 22u
#define LINE_BYTES 1024
#define TEXT_BYTES (1u * 1024 * 1024)

/* A case, what it came to, and what would let it come out better. */
struct why_not {
	struct known_case known;
	struct arena scratch;
	struct arena texts;
	struct decision decision;
	uint32_t wanted;	/* outcomes, as bits */
	struct way_out ways;
};

static void why_not_done(struct why_not *why_not)
{
	known_case_done(&why_not->known);
	arena_done(&why_not->scratch);
	arena_done(&why_not->texts);
}

static const char *word(const struct why_not *why_not, enum word which)
{
	return word_in(which, why_not->known.language);
}

/* --outcome, else every better one. */
static enum exit_code choose_outcomes(struct why_not *why_not)
{
	const struct invocation *in = why_not->known.in;
	const char *name = in->values[OPTION_OUTCOME];

	why_not->wanted = explain_better(why_not->decision.outcome);
	if (name == NULL)
		return EXIT_DONE;
	for (unsigned i = 0; i < OUTCOME_ASK; i++) {
		if (strcmp(name, outcome_names[i]) != 0)
			continue;
		why_not->wanted = 1u << i;
		return EXIT_DONE;
	}
	return output_error(&in->out, EXIT_USAGE,
			    "--outcome is grant, wait, refer, no-route or adverse, not "
			    "\"%s\"", name);
}

static bool is_reached(const struct why_not *why_not)
{
	return why_not->wanted == 0 ||
	       (why_not->wanted >> why_not->decision.outcome & 1) != 0;
}

static enum exit_code find(struct why_not *why_not)
{
	const struct known_case *known = &why_not->known;
	const struct output_stream *out = &known->in->out;
	int r;

	if (is_reached(why_not))
		return EXIT_DONE;
	output_progress(out, "looking for ways", 0, 0);
	r = explain_way_out(known->file.edition, known->question, &known->facts,
			    why_not->wanted, &why_not->scratch, &why_not->ways);
	output_progress(out, NULL, 0, 0);
	return r == 0 ? EXIT_DONE : output_error(out, EXIT_FAILED, "out of memory");
}

static struct facts changed(const struct known_case *known, const struct change_set *set)
{
	struct facts facts = known->facts;

	for (uint8_t i = 0; i < set->n; i++)
		facts.answers[set->changes[i].fact] = set->changes[i].answer;
	return facts;
}

/* ---- For people ---- */

static enum word through(const struct fact *fact)
{
	switch (fact->changes) {
	case CHANGES_PERSON:
		return WORD_CHANGES_PERSON;
	case CHANGES_OTHERS:
		return WORD_CHANGES_OTHERS;
	case CHANGES_TIME:
	case CHANGES_NEVER:
		break;
	}
	return WORD_CHANGES_TIME;
}

static void say_change(struct why_not *why_not, const struct change *change)
{
	struct known_case *known = &why_not->known;
	const struct fact *fact = &known->file.edition->facts[change->fact];
	char line[LINE_BYTES];
	char now[512];

	word_fill(word(why_not, WORD_NOW),
		  explained_answer(known, change->fact,
				   &known->facts.answers[change->fact],
				   &why_not->texts),
		  "", now, sizeof(now));
	snprintf(line, sizeof(line), "%s: %s (%s)", fact->label.in[known->language],
		 explained_answer(known, change->fact, &change->answer,
				  &why_not->texts), now);
	output_paragraph(&known->in->out, 2, "", line);
	output_paragraph(&known->in->out, 4, "", word(why_not, through(fact)));
}

static enum exit_code say_way(struct why_not *why_not, unsigned number)
{
	struct known_case *known = &why_not->known;
	const struct change_set *set = &why_not->ways.sets[number];
	struct facts facts = changed(known, set);
	struct decision decision;
	char title[LINE_BYTES];
	enum exit_code code = known_case_decide(known, &facts, &decision);

	if (code != EXIT_DONE)
		return code;
	snprintf(title, sizeof(title), "%u. %s", number + 1,
		 word(why_not, explained_outcome(set->outcome)));
	output_heading(&known->in->out, title);
	for (uint8_t i = 0; i < set->n; i++)
		say_change(why_not, &set->changes[i]);
	explained_rows(known, &decision);
	return EXIT_DONE;
}

static enum exit_code say(struct why_not *why_not)
{
	const struct output_stream *out = &why_not->known.in->out;
	enum exit_code code = EXIT_DONE;

	explained_decision(&why_not->known, word(why_not, WORD_BEFORE),
			   &why_not->decision);
	output_line(out, "%s", "");
	if (is_reached(why_not)) {
		output_paragraph(out, 0, "", word(why_not, WORD_ALREADY));
		return EXIT_DONE;
	}
	output_paragraph(out, 0, "",
			 word(why_not, why_not->ways.n > 0 ? WORD_WAYS : WORD_WAY_NONE));
	for (unsigned i = 0; i < why_not->ways.n && code == EXIT_DONE; i++)
		code = say_way(why_not, i);
	if (why_not->ways.more || why_not->ways.dates)
		output_line(out, "%s", "");
	if (why_not->ways.more)
		output_paragraph(out, 0, "", word(why_not, WORD_WAY_MORE));
	if (why_not->ways.dates)
		output_paragraph(out, 0, "", word(why_not, WORD_WAY_DATES));
	return code;
}

/* ---- For programs ---- */

static const char *const changes_names[] = { "never", "time", "others", "person" };

static const char *printed(struct why_not *why_not, uint8_t fact,
			   const struct answer *answer)
{
	const char *text = "";

	if (answer->state != ANSWER_ABSENT)
		text = fact_print(&why_not->known.file.edition->facts[fact], answer,
				  &why_not->texts);
	return text == NULL ? "" : text;
}

static json_t *way_json(struct why_not *why_not, const struct change_set *set)
{
	struct known_case *known = &why_not->known;
	struct facts facts = changed(known, set);
	json_t *changes = json_array();
	struct decision decision;

	for (uint8_t i = 0; i < set->n; i++) {
		const struct change *change = &set->changes[i];
		const struct fact *fact = &known->file.edition->facts[change->fact];

		if (json_array_append_new(changes, json_pack(
			    "{s:s, s:s, s:s, s:s}", "key", fact->key, "from",
			    printed(why_not, change->fact,
				    &known->facts.answers[change->fact]),
			    "to", printed(why_not, change->fact, &change->answer),
			    "through", changes_names[fact->changes])) != 0) {
			json_decref(changes);
			return NULL;
		}
	}
	if (known_case_decide(known, &facts, &decision) != EXIT_DONE) {
		json_decref(changes);
		return NULL;
	}
	return json_pack("{s:o, s:o}", "changes", changes, "then",
			 explained_json(&decision, &why_not->texts));
}

static enum exit_code print_json(struct why_not *why_not)
{
	json_t *now = explained_json(&why_not->decision, &why_not->texts);
	json_t *ways = json_array();

	for (unsigned i = 0; i < why_not->ways.n && ways != NULL; i++)
		if (json_array_append_new(ways, way_json(why_not,
							 &why_not->ways.sets[i])) != 0) {
			json_decref(ways);
			ways = NULL;
		}
	return output_json(&why_not->known.in->out,
			   json_pack("{s:o, s:o, s:b, s:b}", "now", now, "ways", ways,
				     "more", why_not->ways.more, "dates",
				     why_not->ways.dates),
			   EXIT_DONE);
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(why_not_done) struct why_not why_not = { 0 };
	enum exit_code code;

	arena_init(&why_not.scratch, DECIDE_ARENA_BYTES);
	arena_init(&why_not.texts, TEXT_BYTES);
	code = known_case_open(in, &why_not.known);
	if (code == EXIT_DONE)
		code = known_case_decide(&why_not.known, &why_not.known.facts,
					 &why_not.decision);
	if (code == EXIT_DONE)
		code = choose_outcomes(&why_not);
	if (code == EXIT_DONE)
		code = find(&why_not);
	if (code != EXIT_DONE)
		return code;
	return in->out.form == OUTPUT_JSON ? print_json(&why_not) : say(&why_not);
}

const struct command command_why_not = {
	.name = "why-not",
	.operands = "[DECISION]",
	.summary = "what would lead to a better result",
	.text = "The fewest changes after which the result is better, over facts that "
		"can change: nobody is told to be a child or to undo the past. Without "
		"DECISION the case is a facts file under a policy FILE, and no daemon "
		"is needed. Dates are left to the time line.",
	.examples = {
		{ "why-not 0123456789abcdef0123456789abcdef", "Of a recorded decision:" },
		{ "why-not --policy edition.md --question renewal --facts a.facts "
		  "--outcome grant", "Of a case in files, and only a grant:" },
	},
	.takes = TAKES_CASE | OPTION(OPTION_OUTCOME),
	.max_operands = 1,
	.run = run,
};
