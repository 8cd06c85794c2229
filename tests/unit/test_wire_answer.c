/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/language/policy.h"
#include "proto/borrow.h"
#include "proto/message.h"
#include "proto/packed.h"
#include "proto/wire.h"
#include "tests/support/small_policy.h"

#define CODE(name) PERMIT__V1__CODE__CODE_##name
#define AS_OF 20148	/* 2025-03-01 */

static struct arena law;
static struct arena arena;
static const struct edition *edition;
static struct refusal refusal;
static const uint8_t hash[32] = { 1, 2, 3 };

/* One request whose facts each test sets. */
static Permit__V1__EvaluateRequest request;
static Permit__V1__NamedFacts named;
static Permit__V1__NamedFact fact[8];
static Permit__V1__NamedFact *facts_list[8];

static int load(void **state)
{
	(void)state;
	arena_init(&law, POLICY_ARENA_BYTES);
	edition = small_policy(&law);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	arena_done(&law);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 2 * DECIDE_ARENA_BYTES);
	memset(&refusal, 0, sizeof(refusal));
	permit__v1__evaluate_request__init(&request);
	permit__v1__named_facts__init(&named);
	named.facts = facts_list;
	request.facts_case = PERMIT__V1__EVALUATE_REQUEST__FACTS_NAMED;
	request.named = &named;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void answer(const char *key, const char *value)
{
	size_t i = named.n_facts++;

	permit__v1__named_fact__init(&fact[i]);
	facts_list[i] = &fact[i];
	fact[i].key = borrow_text(key);
	fact[i].answer_case = PERMIT__V1__NAMED_FACT__ANSWER_VALUE;
	fact[i].value = borrow_text(value);
}

static int read_into(struct facts *facts, uint64_t *unused)
{
	return wire_read_facts(&request, edition, AS_OF, &arena, facts, unused,
			       &refusal);
}

static struct facts read_facts(void)
{
	struct facts facts;
	uint64_t unused;

	if (read_into(&facts, &unused) != 0)
		fail_msg("%s: %s", refusal.field, refusal.message);
	return facts;
}

/* ---- Decisions ---- */

static const uint8_t entry_id[16] = { 0xab, 0xcd, 0xef };

static const struct wire_record recorded = {
	.edition_hash = hash,
	.edition_recorded_ms = 111,
	.received = { true, 20130, 20130 },
	.unused = 1u << SMALL_COLOUR,
	.recorded = true,
	.entry_id = entry_id,
	.decision_recorded_ms = 222,
	.log_index = 41,
	.tree_size = 42,
	.checkpoint = "signed",
	.receipt = "proven",
	.entry = { entry_id, sizeof(entry_id) },
};

/* Decides the request's facts and sends the answer over the wire. */
static const Permit__V1__Decision *answer_of(const struct wire_record *record,
					     unsigned languages)
{
	struct facts facts = read_facts();
	Permit__V1__Decision message;
	ProtobufCMessage *read;
	struct decision decision;
	struct bytes frame;
	size_t n_header;
	int row;

	assert_int_equal(decide(edition, &edition->questions[0], &facts, &arena,
				&decision, &row), 0);
	assert_int_equal(wire_put_decision(&decision, record, languages, &arena,
					   &message), 0);
	assert_int_equal(message_frame(&message.base, &arena, &frame), 0);
	n_header = frame.data[0] >= 0x80 ? 2 : 1;
	assert_int_equal(message_read(&permit__v1__decision__descriptor,
				      (struct bytes){ frame.data + n_header,
						      frame.n - n_header },
				      4096, &arena, &read, &refusal), 0);
	return (const Permit__V1__Decision *)read;
}

static void a_decision_says_all_that_was_decided(void **state)
{
	const Permit__V1__Decision *decision;

	(void)state;
	answer("ident.status", "possible");
	answer("presence.here", "yes");
	answer("needs", "housing");
	decision = answer_of(&recorded, 1u << LANGUAGE_DE | 1u << LANGUAGE_EN);
	assert_int_equal(decision->outcome, PERMIT__V1__OUTCOME__OUTCOME_GRANT);
	assert_string_equal(decision->question, "first-permit");
	assert_true(decision->evaluators_agree);
	assert_int_equal(decision->n_outputs, 2);
	assert_string_equal(decision->outputs[0]->name, "length");
	assert_string_equal(decision->outputs[0]->value, "P12M");
	assert_string_equal(decision->outputs[1]->value, "-");
	assert_int_equal(decision->n_rows, 2);
	assert_string_equal(decision->rows[0]->row, "st-4");
	assert_string_equal(decision->rows[0]->table, "standing");
	assert_true(decision->rows[0]->unverified);
	assert_true(decision->rows[0]->certain);
	assert_int_equal(decision->rows[0]->n_sources, 2);
	assert_string_equal(decision->rows[0]->sources[0], "LAW 5");
	assert_int_equal(decision->rows[0]->n_reasons, 2);
	assert_string_equal(decision->rows[0]->reasons[1]->text, "st-4 auf Deutsch");
	assert_false(decision->rows[1]->unverified);
	assert_int_equal(decision->n_facts_used, 3);
	assert_string_equal(decision->facts_used[2], "needs");
	assert_int_equal(decision->n_facts_open, 0);
	assert_int_equal(decision->n_routes_not_evaluated, 1);
	assert_string_equal(decision->routes_not_evaluated[0]->id, "r-hc");
	assert_int_equal(decision->n_notices, 1);
	assert_string_equal(decision->notices[0]->field, "colour");
}

static void a_decision_names_its_record_edition_and_four_dates(void **state)
{
	const Permit__V1__Decision *decision;

	(void)state;
	answer("ident.status", "none");
	decision = answer_of(&recorded, 0);
	assert_true(decision->recorded);
	assert_string_equal(decision->id, "abcdef00000000000000000000000000");
	assert_int_equal(decision->log_index, 41);
	assert_int_equal(decision->tree_size, 42);
	assert_string_equal(decision->checkpoint, "signed");
	assert_string_equal(decision->receipt, "proven");
	assert_int_equal(decision->entry.len, sizeof(entry_id));
	assert_memory_equal(decision->entry.data, entry_id, sizeof(entry_id));
	assert_string_equal(decision->edition->policy, "small");
	assert_string_equal(decision->edition->name, "2025-02-04");
	assert_int_equal(decision->edition->hash.len, 32);
	assert_memory_equal(decision->edition->hash.data, hash, 32);
	assert_string_equal(decision->dates->application_received, "2025-02-11");
	assert_string_equal(decision->dates->decision, "2025-03-01");
	assert_string_equal(decision->dates->in_force, "2025-02-04");
	assert_int_equal(decision->dates->edition_recorded_ms, 111);
	assert_int_equal(decision->dates->decision_recorded_ms, 222);
	assert_int_equal(decision->rows[0]->n_reasons, 0);
}

static void what_was_not_recorded_shows_nothing_of_a_record(void **state)
{
	struct wire_record what_if = recorded;
	const Permit__V1__Decision *decision;

	(void)state;
	what_if.recorded = false;
	what_if.received.last += 17;	/* the whole of a month is not known better */
	what_if.received.first -= 10;
	answer("ident.status", "none");
	decision = answer_of(&what_if, 0);
	assert_false(decision->recorded);
	assert_string_equal(decision->id, "");
	assert_int_equal(decision->tree_size, 0);
	assert_string_equal(decision->checkpoint, "");
	assert_string_equal(decision->receipt, "");
	assert_int_equal(decision->entry.len, 0);
	assert_int_equal(decision->dates->decision_recorded_ms, 0);
	assert_string_equal(decision->dates->application_received, "2025-02");
}

static void an_open_decision_says_what_is_possible_and_what_to_ask(void **state)
{
	const Permit__V1__Decision *decision;

	(void)state;
	answer("presence.here", "yes");
	answer("needs", "housing");
	decision = answer_of(&recorded, 0);
	assert_int_equal(decision->outcome, PERMIT__V1__OUTCOME__OUTCOME_ASK);
	assert_int_equal(decision->n_facts_open, 1);
	assert_string_equal(decision->facts_open[0], "ident.status");
	assert_int_equal(decision->outputs[0]->state,
			 PERMIT__V1__OUTPUT__STATE__STATE_OPEN);
	assert_string_equal(decision->outputs[0]->value, "");
	assert_int_equal(decision->outputs[0]->n_possible, 2);
	assert_string_equal(decision->outputs[0]->possible[0], "P12M");
	assert_string_equal(decision->outputs[0]->possible[1], "-");
}

static void putting_a_decision_needs_room(void **state)
{
	struct facts facts;
	Permit__V1__Decision message;
	struct decision decision;
	int row;

	(void)state;
	answer("ident.status", "possible");
	facts = read_facts();
	assert_int_equal(decide(edition, &edition->questions[0], &facts, &arena,
				&decision, &row), 0);
	for (size_t cap = 0; cap < 4096; cap += 16) {
		struct arena small;
		int r;

		arena_init(&small, cap);
		r = wire_put_decision(&decision, &recorded, WIRE_ALL_LANGUAGES,
				      &small, &message);
		/* whatever was put can be packed, and nothing is written beyond */
		protobuf_c_message_get_packed_size(&message.base);
		arena_done(&small);
		if (r == 0)
			return;
		assert_int_equal(r, -ENOMEM);
	}
	arena_done(&arena);
	arena_init(&arena, DECIDE_ARENA_BYTES);
}

/* ---- Facts, descriptions, editions ---- */

static void the_facts_of_a_case_come_back_by_name(void **state)
{
	Permit__V1__NamedFacts message;
	struct facts facts;
	struct facts again;

	(void)state;
	answer("ident.status", "possible");
	fact[0].source = PERMIT__V1__SOURCE__SOURCE_OFFICER;
	fact[0].dated = borrow_text("2025-02-28");
	answer("children", "");
	fact[1].answer_case = PERMIT__V1__NAMED_FACT__ANSWER_NOT_KNOWN;
	fact[1].not_known = true;
	answer("permit.history", "trp 2024-01-01..2024-12-31");
	facts = read_facts();
	assert_int_equal(wire_put_facts(edition, &facts, &arena, &message), 0);
	assert_int_equal(message.n_facts, 3);
	assert_string_equal(message.facts[0]->key, "ident.status");
	assert_string_equal(message.facts[0]->value, "possible");
	assert_int_equal(message.facts[0]->source, SOURCE_OFFICER);
	assert_string_equal(message.facts[0]->dated, "2025-02-28");
	assert_true(message.facts[1]->not_known);
	request.named = &message;
	again = read_facts();
	assert_string_equal(fact_print(&edition->facts[SMALL_PERMIT_HISTORY],
				       &again.answers[SMALL_PERMIT_HISTORY], &arena),
			    "trp 2024-01-01..2024-12-31");
}

static void a_description_has_what_an_interview_needs(void **state)
{
	Permit__V1__DescribeResponse message;
	const Permit__V1__FactDescription *needs;

	(void)state;
	assert_int_equal(wire_put_description(edition, NULL, hash,
					      WIRE_ALL_LANGUAGES, &arena, &message),
			 0);
	assert_int_equal(message.n_facts, N_SMALL_FACTS);
	assert_int_equal(message.n_questions, 1);
	assert_string_equal(message.questions[0]->outputs[0], "outcome");
	assert_int_equal(message.questions[0]->n_outputs, 3);
	needs = message.facts[SMALL_NEEDS];
	assert_int_equal(needs->index, SMALL_NEEDS);
	assert_int_equal(needs->type, PERMIT__V1__FACT_DESCRIPTION__TYPE__TYPE_SET);
	assert_int_equal(needs->ask, PERMIT__V1__FACT_DESCRIPTION__ASK__ASK_SUPPORTER);
	assert_int_equal(needs->sensitivity, 2);
	assert_int_equal(needs->n_values, 3);
	assert_string_equal(needs->values[2]->labels[3]->text, "advice it");
	assert_int_equal(needs->n_questions, 4);
	assert_string_equal(needs->do_nots[1]->text, "not this (fr)");
	assert_int_equal(message.facts[SMALL_CHILDREN]->n_do_nots, 0);
	assert_string_equal(message.facts[SMALL_CHILDREN]->unit, "children");
	assert_int_equal(message.facts[SMALL_CHILDREN]->maximum, 20);
	assert_string_equal(message.facts[SMALL_STAY]->unit, "days");
	assert_false(message.facts[SMALL_COLOUR]->used);
}

static void a_description_of_a_question_has_its_facts_alone(void **state)
{
	Permit__V1__DescribeResponse message;

	(void)state;
	assert_int_equal(wire_put_description(edition, &edition->questions[0], hash,
					      1u << LANGUAGE_FR, &arena, &message),
			 0);
	/* children only stands in a constraint; the others are not read at all */
	for (size_t i = 0; i < message.n_facts; i++) {
		assert_string_not_equal(message.facts[i]->key, "colour");
		assert_string_not_equal(message.facts[i]->key, "ident.body");
		assert_int_equal(message.facts[i]->n_labels, 1);
	}
	assert_int_equal(message.questions[0]->n_facts, message.n_facts);
	assert_true(message.n_facts >= 7);
}

static void an_edition_is_named_with_its_questions(void **state)
{
	struct wire_edition known = { hash, 5, 6 };
	Permit__V1__EditionInfo message;

	(void)state;
	assert_int_equal(wire_put_edition(edition, &known, &arena, &message), 0);
	assert_string_equal(message.edition->name, "2025-02-04");
	assert_string_equal(message.title, "A small policy");
	assert_string_equal(message.jurisdiction, "CA");
	assert_string_equal(message.in_force_from, "2025-02-04");
	assert_int_equal(message.recorded_ms, 5);
	assert_int_equal(message.log_index, 6);
	assert_int_equal(message.n_questions, 1);
	assert_string_equal(message.questions[0], "first-permit");
}

static void a_diagnostic_brings_the_line_it_is_about(void **state)
{
	static struct diagnostics diagnostics = {
		.n = 3,
		.items = {
			{ .place = { 2, 3, 4 }, .code = "kind", .message = "wrong",
			  .expected = "right", .remedy = "mend" },
			{ .in_vocabulary = true, .place = { 1, 1, 1 }, .code = "k",
			  .message = "m", .expected = "", .remedy = "" },
			{ .place = { 9, 1, 1 }, .code = "k", .message = "m",
			  .expected = "", .remedy = "" },
		},
	};
	struct wire_document policy = { { (const uint8_t *)"one\ntwo\n", 8 }, "p.md" };
	struct wire_document vocabulary = { { (const uint8_t *)"only", 4 }, "v.md" };
	Permit__V1__Error message;

	(void)state;
	permit__v1__error__init(&message);
	assert_int_equal(wire_put_diagnostics(&diagnostics, policy, vocabulary,
					      &arena, &message), 0);
	assert_int_equal(message.n_diagnostics, 3);
	assert_string_equal(message.diagnostics[0]->file, "p.md");
	assert_string_equal(message.diagnostics[0]->excerpt, "two");
	assert_string_equal(message.diagnostics[0]->expected, "right");
	assert_int_equal(message.diagnostics[0]->column, 3);
	assert_string_equal(message.diagnostics[1]->file, "v.md");
	assert_string_equal(message.diagnostics[1]->excerpt, "only");
	assert_string_equal(message.diagnostics[2]->excerpt, "");
}

static void languages_become_bits(void **state)
{
	Permit__V1__Language all[] = {
		PERMIT__V1__LANGUAGE__LANGUAGE_EN, PERMIT__V1__LANGUAGE__LANGUAGE_FR,
		PERMIT__V1__LANGUAGE__LANGUAGE_DE, PERMIT__V1__LANGUAGE__LANGUAGE_IT,
	};

	(void)state;
	assert_int_equal(wire_languages(all, 4), WIRE_ALL_LANGUAGES);
	assert_int_equal(wire_languages(all + 3, 1), 1u << LANGUAGE_IT);
	assert_int_equal(wire_languages(NULL, 0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_decision_says_all_that_was_decided),
		TEST(a_decision_names_its_record_edition_and_four_dates),
		TEST(what_was_not_recorded_shows_nothing_of_a_record),
		TEST(an_open_decision_says_what_is_possible_and_what_to_ask),
		TEST(putting_a_decision_needs_room),
		TEST(the_facts_of_a_case_come_back_by_name),
		TEST(a_description_has_what_an_interview_needs),
		TEST(a_description_of_a_question_has_its_facts_alone),
		TEST(an_edition_is_named_with_its_questions),
		TEST(a_diagnostic_brings_the_line_it_is_about),
		TEST(languages_become_bits),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
