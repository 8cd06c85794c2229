/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/carding.h"

/* The text of a row's output; NULL where the row gives none. */
static const char *value_of(const struct table *table, uint8_t row, int output)
{
	uint8_t value;

	if (output < 0)
		return NULL;
	value = table->rows[row].values[output];
	return value < table->outputs[output].n_values
		       ? table->outputs[output].values[value]
		       : NULL;
}

bool card_row_gives(const struct edition *edition, const struct report_row *row,
		    enum outcome outcome)
{
	const struct question *question = &edition->questions[row->question];
	const char *given = value_of(&edition->tables[question->table], row->row,
				     question->outcome);

	return given != NULL && strcmp(given, outcome_names[outcome]) == 0;
}

bool card_term_of(const struct edition *edition, const struct report_entry *permit,
		  uint8_t row, struct card_term *ret_term)
{
	const struct report_row at = { (uint8_t)permit->question, row };
	const struct table *table =
		&edition->tables[edition->questions[permit->question].table];
	const char *length = value_of(table, row, permit->length);
	const char *bound = value_of(table, row, permit->bound);
	struct card_term term = { .row = row, .bound = bound == NULL ? "" : bound };

	if (!card_row_gives(edition, &at, OUTCOME_GRANT) || length == NULL ||
	    !duration_parse(length, strlen(length), &term.length))
		return false;
	*ret_term = term;
	return true;
}

static bool same_term(const struct card_term *a, const struct card_term *b)
{
	return a->length.count == b->length.count &&
	       a->length.unit == b->length.unit && strcmp(a->bound, b->bound) == 0;
}

uint8_t card_terms(const struct edition *edition, const struct report_entry *permit,
		   struct card_term terms[ROWS_MAX])
{
	const struct table *table =
		&edition->tables[edition->questions[permit->question].table];
	uint8_t n = 0;

	for (uint8_t r = 0; r < table->n_rows; r++) {
		uint8_t known = 0;

		if (!card_term_of(edition, permit, r, &terms[n]))
			continue;
		while (known < n && !same_term(&terms[known], &terms[n]))
			known++;
		if (known == n)
			n++;
	}
	return n;
}

const char *card_term_text(const struct card_term *term, struct arena *arena)
{
	static const char *const units[] = { "day", "month", "year" };
	struct builder text;

	builder_init(&text, arena);
	builder_format(&text, "%d %s%s", (int)term->length.count,
		       units[term->length.unit], term->length.count == 1 ? "" : "s");
	if (term->bound[0] == '\0')
		return builder_text(&text);
	builder_string(&text, " (");
	for (const char *at = term->bound; *at != '\0'; at++)
		builder_add(&text, *at == '_' ? " " : at, 1);
	builder_string(&text, ")");
	return builder_text(&text);
}

/* ---- Time, in the law's own units ---- */

int64_t carding_amount(struct duration duration)
{
	return duration.unit == DURATION_YEARS ? (int64_t)duration.count * 12
					       : duration.count;
}

bool carding_compares(struct duration a, struct duration b)
{
	return a.count == 0 || b.count == 0 ||
	       (a.unit == DURATION_DAYS) == (b.unit == DURATION_DAYS);
}

/* ---- Renewals ---- */

struct card_renewals carding_renewals(struct duration after,
					   const struct card_term *first,
					   const struct card_term *renewal)
{
	struct card_renewals count = {
		.after = after,
		.first = *first,
		.renewal = *renewal,
		.n = -1,
		.at_most = !carding_compares(first->length, after),
	};
	int64_t needed = carding_amount(after);
	int64_t each = carding_amount(renewal->length);

	if (!carding_compares(renewal->length, after) || each == 0)
		return count;
	if (!count.at_most)
		needed -= carding_amount(first->length);
	count.n = needed <= 0 ? 0 : (int32_t)((needed + each - 1) / each);
	return count;
}

static const char *renewals_text(struct carding *carding,
				 const struct card_renewals *count)
{
	const struct card_term all = { .length = count->after, .bound = "" };
	const char *after = carding_term(carding, &all);
	const char *first = carding_term(carding, &count->first);
	const char *renewal = carding_term(carding, &count->renewal);

	if (count->n < 0)
		return proof_say(&carding->proof,
				 "How many renewals of %s make %s is not computed: days "
				 "and months do not compare.",
				 renewal, after);
	return proof_say(&carding->proof,
			 "%s take %s%d renewal%s of %s after a first permit of %s%s.",
			 after, count->at_most ? "at most " : "", (int)count->n,
			 count->n == 1 ? "" : "s", renewal, first,
			 count->at_most ? ", which is counted as nothing: days and "
					  "months do not compare"
					: "");
}

void carding_point_renewals(struct carding *carding,
			    const struct card_renewals *count)
{
	const struct edition *edition = carding->edition;
	const struct report_entry *first = carding_line(carding,
							REPORT_FIRST_PERMIT);
	const struct report_entry *renewal = carding_line(carding, REPORT_RENEWAL);
	struct card_point *point;

	point = carding_point(carding, CARD_PERMANENCE, CARD_STATED, "path-renewals",
			      renewals_text(carding, count));
	point->declared = renewal;
	point->rows[point->n_rows++] = (struct theorem_row){
		(uint8_t)edition->questions[first->question].table, count->first.row
	};
	point->rows[point->n_rows++] = (struct theorem_row){
		(uint8_t)edition->questions[renewal->question].table,
		count->renewal.row
	};
}
