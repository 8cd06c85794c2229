/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/law_words.h"

#include "policy/base/text.h"

const char *law_or_cut(const char *text)
{
	return text == NULL ? "(too long to show)" : text;
}

const char *law_citations(const struct row *row, struct arena *arena)
{
	struct builder text;

	builder_init(&text, arena);
	for (uint8_t i = 0; i < row->n_citations; i++)
		builder_format(&text, "%s%s", i > 0 ? "; " : "",
			       row->citations[i].text);
	return law_or_cut(builder_text(&text));
}

const char *law_facts(const struct edition *edition, uint64_t facts,
		      struct arena *arena)
{
	struct builder text;

	builder_init(&text, arena);
	for (uint16_t f = 0; f < edition->n_facts; f++)
		if ((facts >> f & 1) != 0)
			builder_format(&text, "%s%s", text.n > 0 ? ", " : "",
				       edition->facts[f].key);
	return law_or_cut(builder_text(&text));
}

const char *law_answers(const struct edition *edition, const struct facts *facts,
			struct arena *arena)
{
	char day[DATE_TEXT_BYTES];
	const char *separator = ":";
	struct builder text;

	date_print(facts->as_of, day);
	builder_init(&text, arena);
	builder_string(&text, day);
	for (uint16_t f = 0; f < edition->n_facts; f++) {
		const struct answer *answer = &facts->answers[f];

		if (answer->state == ANSWER_ABSENT)
			continue;
		builder_format(&text, "%s %s = %s", separator,
			       edition->facts[f].key,
			       law_or_cut(fact_print(&edition->facts[f], answer,
						     arena)));
		separator = ";";
	}
	return law_or_cut(builder_text(&text));
}

const char *law_row(const struct table *table, const struct row *row,
		    struct arena *arena)
{
	struct builder text;

	builder_init(&text, arena);
	builder_format(&text, "row %s of %s, line %u: %s", row->id, table->name,
		       row->place.line, law_citations(row, arena));
	return law_or_cut(builder_text(&text));
}
