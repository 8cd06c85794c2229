/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/show_timeline.h"
#include "policy/report.h"

/* NULL, which jansson gives when memory ran out, goes through every function. */

static json_t *day_json(day_t day)
{
	char text[DATE_TEXT_BYTES];

	date_print(day, text);
	return json_string(text);
}

/* The texts of facts or derived facts of a set of bits. */
typedef const char *(*name_of)(const struct edition *edition, uint16_t index);

static const char *fact_key(const struct edition *edition, uint16_t index)
{
	return edition->facts[index].key;
}

static const char *derived_name(const struct edition *edition, uint16_t index)
{
	return edition->derived[index].name;
}

static json_t *names_json(const struct edition *edition, uint64_t bits,
			  name_of name)
{
	json_t *names = json_array();

	for (uint16_t i = 0; i < 64; i++)
		if ((bits >> i & 1) != 0)
			json_array_append_new(names, json_string(name(edition, i)));
	return names;
}

static json_t *values_json(const struct decided_output *output)
{
	json_t *values = json_array();

	for (uint8_t v = 0; v < output->output->n_values; v++)
		if ((output->possible >> v & 1) != 0)
			json_array_append_new(
				values, json_string(output->output->values[v]));
	if ((output->possible >> VALUE_NONE & 1) != 0)
		json_array_append_new(values, json_string("-"));
	return values;
}

static json_t *output_value_json(struct timelines *timelines,
				 const struct timeline_span *span, uint8_t o)
{
	const struct decided_output *output = &span->decision->outputs[o];
	const char *text;

	if (!output->settled)
		return json_pack("{s:o}", "possible", values_json(output));
	if ((span->moving >> o & 1) != 0)
		return json_pack("{s:o, s:o}", "first_day", day_json(output->day),
				 "last_day", day_json(span->last_days[o]));
	arena_reset(&timelines->scratch);
	text = decided_output_text(output, &timelines->scratch);
	return text != NULL ? json_string(text) : NULL;
}

static json_t *outputs_json(struct timelines *timelines,
			    const struct timeline_span *span)
{
	json_t *outputs = json_object();

	for (uint8_t o = 0; o < span->decision->n_outputs; o++)
		if (o != span->decision->question->outcome &&
		    json_object_set_new(outputs,
					span->decision->outputs[o].output->name,
					output_value_json(timelines, span, o)) != 0) {
			json_decref(outputs);
			return NULL;
		}
	return outputs;
}

static json_t *sources_json(const struct citation *citations, uint8_t n)
{
	json_t *sources = json_array();

	for (uint8_t i = 0; i < n; i++)
		json_array_append_new(sources, json_string(citations[i].text));
	return sources;
}

static json_t *rows_json(const struct decision *decision)
{
	json_t *rows = json_array();

	for (uint16_t i = 0; i < decision->n_rows; i++) {
		const struct decided_row *decided = &decision->rows[i];
		const struct table *table = &decision->edition->tables[decided->table];
		const struct row *row = &table->rows[decided->row];

		if (decided->certain && decided->table == decision->question->table)
			json_array_append_new(rows,
					      json_pack("{s:s, s:o}", "row", row->id,
							"sources",
							sources_json(row->citations,
								     row->n_citations)));
	}
	return rows;
}

static json_t *open_json(const struct decision *decision)
{
	uint64_t facts = 0;

	for (uint8_t i = 0; i < decision->n_open; i++)
		facts |= 1ull << decision->open[i];
	return names_json(decision->edition, facts, fact_key);
}

static json_t *span_json(struct timelines *timelines,
			 const struct question_timeline *item, size_t i)
{
	static const char *const states[] = {
		[TIMELINE_DECIDED] = "decided",
		[TIMELINE_CONTRADICTION] = "contradiction",
		[TIMELINE_NOT_SETTLED] = "not_settled",
	};
	const struct timeline_span *span = &item->timeline.spans[i];
	const struct edition *edition = timelines->edition;
	json_t *json = json_pack("{s:o, s:o, s:s}", "first", day_json(span->first),
				 "last", day_json(span->last), "state",
				 states[span->state]);

	if (span->state != TIMELINE_DECIDED || json == NULL)
		return json;
	if (json_object_update_new(
		    json, json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "outcome",
				    outcome_names[span->decision->outcome], "outputs",
				    outputs_json(timelines, span), "rows",
				    rows_json(span->decision), "facts_open",
				    open_json(span->decision), "because",
				    names_json(edition, item->causes[i].derived,
					       derived_name),
				    "moved_by",
				    names_json(edition, item->causes[i].facts,
					       fact_key))) != 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}

static json_t *spans_json(struct timelines *timelines,
			  const struct question_timeline *item)
{
	json_t *spans = json_array();

	for (size_t i = 0; i < item->timeline.n; i++)
		if (json_array_append_new(spans, span_json(timelines, item, i)) !=
		    0) {
			json_decref(spans);
			return NULL;
		}
	return spans;
}

/* ---- What people want to know ---- */

static json_t *window_json(const struct question_timeline *item)
{
	struct timeline_window window;

	if (!timeline_best(&item->timeline, &window))
		return json_null();
	return json_pack("{s:o, s:o, s:b}", "first", day_json(window.first), "last",
			 day_json(window.last), "ends",
			 window.end < item->timeline.n);
}

static json_t *first_day_json(const struct timeline *timeline, enum outcome outcome,
			      bool possible)
{
	const struct timeline_span *span = timeline_earliest(timeline, outcome,
							     possible);

	return span != NULL ? day_json(span->first) : json_null();
}

static json_t *better_json(const struct question_timeline *item)
{
	json_t *better = json_array();

	for (unsigned i = OUTCOME_GRANT; i < OUTCOME_ASK; i++) {
		enum outcome o = (enum outcome)i;

		if (!timeline_is_better(o, &item->timeline.spans[0]))
			continue;
		json_array_append_new(
			better,
			json_pack("{s:s, s:o, s:o, s:o*}", "outcome",
				  outcome_names[o], "earliest",
				  first_day_json(&item->timeline, o, false),
				  "possible_from",
				  first_day_json(&item->timeline, o, true),
				  "earliest_without_renewal",
				  item->ended.n > 0
					  ? first_day_json(&item->ended, o, false)
					  : NULL));
	}
	return better;
}

/* What becomes of the status between the application and its answer. */
static json_t *pending_json(const struct edition *edition)
{
	static const struct report_entry not_said = { .pending = PENDING_NOT_SAID };
	const struct report_entry *entry =
		edition->report != NULL ? &edition->report->lines[REPORT_PENDING]
					: &not_said;

	return json_pack("{s:s, s:o}", "status",
			 report_pending_names[entry->pending], "sources",
			 sources_json(entry->citations, entry->n_citations));
}

json_t *show_timelines_json(struct timelines *timelines)
{
	const struct edition *edition = timelines->edition;
	json_t *questions = json_array();

	for (size_t i = 0; i < timelines->n; i++) {
		const struct question_timeline *item = &timelines->items[i];
		json_t *json = json_pack(
			"{s:s, s:o, s:o, s:b, s:o, s:o, s:o}", "question",
			item->request.question->name, "moves_with_the_day",
			names_json(edition, item->request.with_day, fact_key),
			"taken_to_go_on",
			names_json(edition, item->request.goes_on, fact_key),
			"complete", item->timeline.complete, "spans",
			spans_json(timelines, item), "best", window_json(item),
			"better", better_json(item));

		if (json_array_append_new(questions, json) != 0) {
			json_decref(questions);
			return NULL;
		}
	}
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "policy",
			 edition->policy_id, "edition", edition->name, "first",
			 day_json(timelines->facts.as_of), "last",
			 day_json(timelines->last), "while_pending",
			 pending_json(edition), "questions", questions);
}
