/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/draft.h"

/* What the values of a subject are. */
struct domain {
	struct draft *draft;
	const struct clause *clause;
	const char *name;
	enum fact_type type;		/* FACT_SET for a collected output */
	bool output;
	uint8_t n_values;
	const char *const *values;
	int64_t minimum;
	int64_t maximum;
	enum duration_unit duration_unit;
	bool may_be_unknown;
};

static struct domain domain_of(struct draft *draft, const struct subject *subject)
{
	struct domain d = { .draft = draft, .name = subject->name };
	const struct output *output;
	const struct derived *derived;
	const struct fact *fact;

	switch (subject->kind) {
	case SUBJECT_FACT:
		fact = &draft->facts[subject->index];
		d.type = fact->type;
		d.n_values = fact->n_values;
		d.values = fact->values;
		d.minimum = fact->minimum;
		d.maximum = fact->maximum;
		d.duration_unit = fact->duration_unit;
		d.may_be_unknown = fact->type != FACT_SET;
		break;
	case SUBJECT_DERIVED:
		derived = &draft->derived[subject->index];
		d.type = derived->type;
		d.minimum = derived->minimum;
		d.maximum = derived->maximum;
		break;
	case SUBJECT_OUTPUT:
		output = &draft->tables[subject->index].table.outputs[subject->output];
		d.type = output->collected ? FACT_SET : FACT_ENUMERATION;
		d.output = true;
		d.n_values = output->n_values;
		d.values = output->values;
		break;
	}
	return d;
}

static struct place text_place(const struct domain *domain, struct text text)
{
	return piece_place(domain->clause->cell, text);
}

/* ---- Values ---- */

static bool value_unknown(const struct domain *domain, struct text word)
{
	struct choices choices;

	choices_init(&choices, domain->draft->loader, word);
	for (uint8_t i = 0; i < domain->n_values; i++)
		choices_add(&choices, domain->values[i]);
	mistake(domain->draft->loader, M_CELL_VALUE, text_place(domain, word),
		choices_text(&choices), "`%s` has no value `%.*s`", domain->name,
		SHOW(word));
	return false;
}

static bool read_index(const struct domain *domain, struct text word, int64_t *ret_value)
{
	for (uint8_t i = 0; i < domain->n_values; i++) {
		if (!text_equal(word, domain->values[i]))
			continue;
		*ret_value = i;
		return true;
	}
	if (domain->output && text_equal(word, "none")) {
		*ret_value = VALUE_NONE;
		return true;
	}
	return value_unknown(domain, word);
}

static bool read_boolean(const struct domain *domain, struct text word,
			 int64_t *ret_value)
{
	*ret_value = text_equal(word, "yes");
	if (*ret_value != 0 || text_equal(word, "no"))
		return true;
	mistake(domain->draft->loader, M_CELL_VALUE, text_place(domain, word),
		"expected yes or no", "`%s` has no value `%.*s`", domain->name,
		SHOW(word));
	return false;
}

static bool read_date(const struct domain *domain, struct text word, int64_t *ret_value)
{
	day_t day;

	if (!date_parse(word.at, word.n, &day)) {
		mistake(domain->draft->loader, M_DATE_FORM, text_place(domain, word),
			"expected a date from 1900 to 2199",
			"`%.*s` is not a day", SHOW(word));
		return false;
	}
	*ret_value = day;
	return true;
}

static bool in_domain(const struct domain *domain, struct text word, int64_t number)
{
	if (number >= domain->minimum && number <= domain->maximum)
		return true;
	mistake(domain->draft->loader, M_OUT_OF_RANGE, text_place(domain, word),
		loader_format(domain->draft->loader, "expected %lld..%lld",
			      (long long)domain->minimum, (long long)domain->maximum),
		"`%s` can never be %.*s", domain->name, SHOW(word));
	return false;
}

static bool read_duration(const struct domain *domain, struct text word,
			  int64_t *ret_value)
{
	static const char *const units[] = { "days", "months", "years" };
	struct duration duration;

	if (!duration_parse(word.at, word.n, &duration)) {
		mistake(domain->draft->loader, M_DURATION_FORM, text_place(domain, word),
			NULL, "`%.*s` is not a duration", SHOW(word));
		return false;
	}
	if (duration.unit != domain->duration_unit) {
		mistake(domain->draft->loader, M_UNIT_MISMATCH, text_place(domain, word),
			loader_format(domain->draft->loader, "expected %s",
				      units[domain->duration_unit]),
			"`%s` counts %s, not %s", domain->name,
			units[domain->duration_unit], units[duration.unit]);
		return false;
	}
	*ret_value = duration.count;
	return in_domain(domain, word, duration.count);
}

static bool read_integer(const struct domain *domain, struct text word,
			 int64_t *ret_value)
{
	if (!text_number(word, ret_value)) {
		mistake(domain->draft->loader, M_NUMBER_FORM, text_place(domain, word),
			NULL, "`%.*s` is not a whole number", SHOW(word));
		return false;
	}
	return in_domain(domain, word, *ret_value);
}

static bool read_literal(const struct domain *domain, struct text word,
			 int64_t *ret_value)
{
	switch (domain->type) {
	case FACT_BOOLEAN:
		return read_boolean(domain, word, ret_value);
	case FACT_ENUMERATION:
	case FACT_SET:
		return read_index(domain, word, ret_value);
	case FACT_INTEGER:
		return read_integer(domain, word, ret_value);
	case FACT_DATE:
		return read_date(domain, word, ret_value);
	case FACT_DURATION:
		return read_duration(domain, word, ret_value);
	case FACT_PERIODS:
		break;
	}
	return false;
}

/* ---- Items ---- */

static bool is_ordered(const struct domain *domain)
{
	return domain->type == FACT_INTEGER || domain->type == FACT_DATE ||
	       domain->type == FACT_DURATION;
}

static bool test_wrong(const struct domain *domain, struct text source,
		       const char *expected)
{
	mistake(domain->draft->loader, M_CELL_TEST, text_place(domain, source), expected,
		"`%s` has no such test", domain->name);
	return false;
}

static bool interval_empty(const struct domain *domain, const struct item *item)
{
	mistake(domain->draft->loader, M_INTERVAL_EMPTY, text_place(domain, item->source),
		NULL, "no value of `%s` lies in `%.*s`", domain->name, SHOW(item->source));
	return false;
}

/* A comparison or an interval as the numbers that it matches. */
static bool read_range_item(const struct domain *domain, const struct item *item,
			    struct range *ret_range)
{
	struct range range = { domain->minimum, domain->maximum + 1 };
	int64_t low = 0;
	int64_t high = 0;

	if (!read_literal(domain, item->low, &low) ||
	    (item->kind == ITEM_INTERVAL && !read_literal(domain, item->high, &high)))
		return false;
	if (item->kind == ITEM_LESS)
		range.high = low;
	else if (item->kind == ITEM_LESS_EQUAL)
		range.high = low + 1;
	else if (item->kind == ITEM_GREATER)
		range.low = low + 1;
	else if (item->kind == ITEM_GREATER_EQUAL)
		range.low = low;
	else if (item->kind == ITEM_INTERVAL)
		range = (struct range){ low + item->low_open, high + !item->high_open };
	else
		range = (struct range){ low, low + 1 };
	if (range.low >= range.high)
		return interval_empty(domain, item);
	*ret_range = range;
	return true;
}

static bool repeated(const struct domain *domain, const struct item *item)
{
	mistake(domain->draft->loader, M_CELL_REPEATED, text_place(domain, item->source),
		NULL, "`%.*s` stands twice in this cell", SHOW(item->source));
	return false;
}

static bool add_unknown(const struct domain *domain, const struct item *item,
			struct condition *condition)
{
	if (!domain->may_be_unknown) {
		mistake(domain->draft->loader, M_UNKNOWN_TEST,
			text_place(domain, item->source), NULL,
			"`%s` has no unknown to test", domain->name);
		return false;
	}
	if (condition->unknown)
		return repeated(domain, item);
	condition->unknown = true;
	return true;
}

static bool add_item(const struct domain *domain, const struct item *item,
		     struct condition *condition)
{
	struct range range;

	if (item->kind == ITEM_UNKNOWN)
		return add_unknown(domain, item, condition);
	if (item->kind != ITEM_VALUE && !is_ordered(domain))
		return test_wrong(domain, item->source,
				  "expected values, not a comparison");
	if (!read_range_item(domain, item, &range))
		return false;
	for (size_t i = 0; i < condition->n_ranges; i++)
		if (condition->ranges[i].low == range.low &&
		    condition->ranges[i].high == range.high)
			return repeated(domain, item);
	condition->ranges[condition->n_ranges++] = range;
	return true;
}

/* Values of a set or an output are bits. */
static bool add_bit(const struct domain *domain, const struct item *item,
		    struct condition *condition)
{
	int64_t value;

	if (item->kind == ITEM_UNKNOWN)
		return add_unknown(domain, item, condition);
	if (item->kind != ITEM_VALUE)
		return test_wrong(domain, item->source,
				  "expected values, not a comparison");
	if (!read_index(domain, item->low, &value))
		return false;
	if ((condition->mask >> value & 1) != 0)
		return repeated(domain, item);
	condition->mask |= (uint64_t)1 << value;
	return true;
}

/* "none": the set is empty. */
static bool is_none(const struct domain *domain, const struct clause *clause)
{
	return domain->type == FACT_SET && clause->kind == CLAUSE_SOME &&
	       clause->n_items == 1 && clause->items[0].kind == ITEM_VALUE &&
	       text_equal(clause->items[0].low, "none");
}

static bool read_items(const struct domain *domain, const struct clause *clause,
		       struct condition *condition)
{
	bool bits = domain->type == FACT_SET || domain->output;
	bool good = true;

	for (size_t i = 0; i < clause->n_items; i++) {
		const struct item *item = &clause->items[i];

		if (bits && domain->type == FACT_SET && item->kind == ITEM_VALUE &&
		    text_equal(item->low, "none"))
			good = test_wrong(domain, item->source,
					  "expected `none` alone in its cell");
		else if (bits)
			good = add_bit(domain, item, condition) && good;
		else
			good = add_item(domain, item, condition) && good;
	}
	return good;
}

bool compile_condition(struct draft *draft, const struct subject *subject,
		       const struct cell *cell, struct condition *ret_condition)
{
	struct domain domain = domain_of(draft, subject);
	struct condition condition = { .place = cell->place };
	struct clause clause;

	if (!clause_read(draft->loader, cell, &clause))
		return false;
	if (subject->unsound)
		return false;
	domain.clause = &clause;
	condition.kind = clause.kind;
	if ((clause.kind == CLAUSE_ALL || clause.kind == CLAUSE_ONLY) &&
	    domain.type != FACT_SET)
		return test_wrong(&domain, cell->text, "expected values; all(...) and "
				  "only(...) are for sets");
	condition.ranges = loader_alloc(draft->loader, clause.n_items,
					sizeof(*condition.ranges));
	if (is_none(&domain, &clause))
		condition.kind = CLAUSE_ONLY;
	else if (!read_items(&domain, &clause, &condition))
		return false;
	*ret_condition = condition;
	return true;
}
