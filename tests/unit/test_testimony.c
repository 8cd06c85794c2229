/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/fact.h"
#include "policy/testimony.h"

/* Every input that the law reads and we never do, under the law's own names. */
static void no_excluded_input_passes_as_a_name(void **state)
{
	static const char *const names[] = {
		"testified", "willing_to_testify", "willing_to_cooperate", "cooperates",
		"gave_statement", "complaint_filed", "refused_reasonable_request",
		"police_report_filed", "police_support_letter", "police_letter",
		"lea_endorsement", "lea_certification", "lea_withdrawal",
		"prosecutor_opinion", "presence_needed_by_prosecutor",
		"investigation_open", "charges_laid", "proceedings_pending",
		"proceedings_concluded", "trafficker_convicted",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (testimony_name(names[i]) == NULL)
			fail_msg("%s passes as a fact", names[i]);
}

static void another_spelling_does_not_help(void **state)
{
	static const char *const names[] = {
		"ca.Willing-To-Testify", "x.co_operation", "x.co-operates",
		"t\xc3\xa9moin.entendu", "te\xcc\x81moignage", "fr.PLAINTE",
		"it.denuncia", "de.Zeugin", "de.aussage", "de.mitwirkung",
		"it.collaborazione", "fr.proces_penal", "case.court_case",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (testimony_name(names[i]) == NULL)
			fail_msg("%s passes as a fact", names[i]);
}

static void an_ordinary_name_passes(void **state)
{
	static const char *const names[] = {
		"ident.status", "remedy.own_claim", "permit.history", "industrial.area",
		"risk.reprisal", "child.best_interests", "werkzeug", "trialog",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (testimony_name(names[i]) != NULL)
			fail_msg("%s is taken for %s", names[i],
				 testimony_name(names[i]));
}

static void a_word_is_found_where_it_stands(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
	} cases[] = {
		{ "You must testify.", 9 },
		{ "Ihre Aussage fehlt.", 5 },
		{ "Le t\xc3\xa9moin est absent.", 3 },
		{ "Una denuncia.", 4 },
		{ "Die Polizei", 4 },
		{ "before the trial", 11 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		size_t offset = SIZE_MAX;

		assert_non_null(testimony_word(cases[i].text, strlen(cases[i].text),
					       &offset));
		assert_int_equal(offset, cases[i].offset);
	}
}

static void the_fixed_sentence_alone_may_say_it(void **state)
{
	size_t offset;

	(void)state;
	for (unsigned i = 0; i < N_LANGUAGES; i++) {
		const char *sentence = testimony_sentence(i);

		assert_null(testimony_word(sentence, strlen(sentence), &offset));
		assert_non_null(testimony_word(sentence, strlen(sentence) - 1, &offset));
	}
}

static void bytes_that_are_not_text_end_the_search(void **state)
{
	static const char text[] = "\xff\xfe\x80 ok \xc3";
	size_t offset;

	(void)state;
	assert_null(testimony_word(text, sizeof(text) - 1, &offset));
	assert_null(testimony_word("", 0, &offset));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_excluded_input_passes_as_a_name),
		cmocka_unit_test(another_spelling_does_not_help),
		cmocka_unit_test(an_ordinary_name_passes),
		cmocka_unit_test(a_word_is_found_where_it_stands),
		cmocka_unit_test(the_fixed_sentence_alone_may_say_it),
		cmocka_unit_test(bytes_that_are_not_text_end_the_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
