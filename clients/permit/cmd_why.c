/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "clients/facts_file.h"
#include "clients/permit/explained.h"
#include "clients/permit/show.h"
#include "policy/diagram/explain.h"
#include "proto/json.h"

#define TEXT_BYTES (1u * 1024 * 1024)

static void say_fact(const struct output_stream *out, enum language language,
		     const Permit__V1__NamedFact *fact)
{
	const char *source = (unsigned)fact->source <= SOURCE_OFFICER
				     ? facts_source_names[fact->source]
				     : "";
	const char *basis = (unsigned)fact->basis <= BASIS_ASSESSED
				    ? facts_basis_names[fact->basis]
				    : "";
	const char *value = fact->value;
	char line[4096];

	if (fact->answer_case == PERMIT__V1__NAMED_FACT__ANSWER_NOT_KNOWN)
		value = word_in(WORD_NOT_KNOWN, language);
	else if (fact->answer_case == PERMIT__V1__NAMED_FACT__ANSWER_DECLINED)
		value = word_in(WORD_DECLINED, language);
	snprintf(line, sizeof(line), "%s%s%s%s%s%s%s", value,
		 source[0] != '\0' ? " @ " : "", source,
		 basis[0] != '\0' ? " " : "", basis,
		 fact->dated[0] != '\0' ? " " : "", fact->dated);
	output_field(out, 22, fact->key, line);
}

static void say_facts(const struct output_stream *out, enum language language,
		      const Permit__V1__GetDecisionResponse *answer)
{
	size_t i;

	if (answer->facts == NULL)
		return;
	output_heading(out, word_in(WORD_FACTS, language));
	for (i = 0; i < answer->facts->n_facts; i++)
		say_fact(out, language, answer->facts->facts[i]);
}

/* A case and why it came to its outcome. */
struct why {
	struct known_case known;
	struct arena scratch;
	struct arena texts;
	struct decision decision;
	uint64_t reason;	/* facts, as bits */
};

static void why_done(struct why *why)
{
	known_case_done(&why->known);
	arena_done(&why->scratch);
	arena_done(&why->texts);
}

static json_t *reason_json(const struct why *why)
{
	const struct edition *edition = why->known.file.edition;
	json_t *keys = json_array();

	for (uint16_t f = 0; f < edition->n_facts && keys != NULL; f++)
		if ((why->reason >> f & 1) != 0 &&
		    json_array_append_new(keys, json_string(edition->facts[f].key)) !=
			    0) {
			json_decref(keys);
			keys = NULL;
		}
	return keys;
}

static json_t *recorded_json(const struct shown *shown,
			     const Permit__V1__GetDecisionResponse *answer)
{
	json_t *json = show_decision_json(shown);
	json_t *facts = answer->facts != NULL
				? json_from_message(&answer->facts->base)
				: json_object();

	if (json != NULL && facts != NULL &&
	    json_object_set_new(json, "facts", facts) == 0)
		return json;
	json_decref(json);
	return NULL;
}

static enum exit_code print_json(struct why *why, const struct shown *shown)
{
	json_t *json = shown->decision != NULL
			       ? recorded_json(shown, why->known.recorded)
			       : explained_json(&why->decision, &why->texts);

	if (json != NULL &&
	    json_object_set_new(json, "because", reason_json(why)) != 0) {
		json_decref(json);
		json = NULL;
	}
	return output_json(&why->known.in->out, json, EXIT_DONE);
}

/* One sentence first; then all of it. */
static enum exit_code say(struct why *why, const struct shown *shown)
{
	const struct output_stream *out = &why->known.in->out;
	const char *because = explained_because(&why->known, why->decision.outcome,
						why->reason, &why->texts);

	if (because == NULL)
		return output_error(out, EXIT_FAILED, "out of memory");
	if (why->decision.outcome != OUTCOME_ASK && why->decision.agreed) {
		output_paragraph(out, 0, "", because);
		output_line(out, "%s", "");
	}
	if (shown->decision == NULL) {
		explained_decision(&why->known, word_in(WORD_RESULT, shown->language),
				   &why->decision);
		return EXIT_DONE;
	}
	show_decision(out, shown);
	say_facts(out, shown->language, why->known.recorded);
	return EXIT_DONE;
}

static enum exit_code open_case(const struct invocation *in, struct why *why)
{
	enum exit_code code;

	arena_init(&why->scratch, DECIDE_ARENA_BYTES);
	arena_init(&why->texts, TEXT_BYTES);
	code = known_case_open(in, &why->known);
	if (code == EXIT_DONE)
		code = known_case_decide(&why->known, &why->known.facts,
					 &why->decision);
	if (code == EXIT_DONE &&
	    explain_reason(&why->known.facts, &why->decision, &why->scratch,
			   &why->reason) != 0)
		code = output_error(&in->out, EXIT_FAILED, "out of memory");
	return code;
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(why_done) struct why why = { 0 };
	struct shown shown = { 0 };
	enum exit_code code = open_case(in, &why);

	if (code != EXIT_DONE)
		return code;
	shown.language = why.known.language;
	if (why.known.recorded != NULL) {
		shown.decision = why.known.recorded->decision;
		shown.case_ref = why.known.recorded->case_ref;
	}
	return in->out.form == OUTPUT_JSON ? print_json(&why, &shown)
					   : say(&why, &shown);
}

const struct command command_why = {
	.name = "why",
	.operands = "[DECISION]",
	.summary = "explains a decision",
	.text = "DECISION is the 32 digits that evaluate printed, or the number of "
		"the entry in the log. One sentence says which answers alone led to "
		"the result; then follows what was recorded, with the facts as they "
		"were given. Without DECISION the case is a facts file under a policy "
		"FILE, and no daemon is needed.",
	.examples = {
		{ "why 0123456789abcdef0123456789abcdef --lang fr", "In French:" },
		{ "why 12 --json", "By its place in the log, for a program:" },
		{ "why --policy edition.md --question renewal --facts a.facts",
		  "Of a case in files:" },
	},
	.takes = TAKES_CASE,
	.max_operands = 1,
	.run = run,
};
